"""An order of work that is wrong is refused: in which line, at which key, what is wrong and what is allowed.

Every case takes a delivered file, breaks it in one place and expects the very sentence.
"""

from __future__ import annotations

import re

import pytest

from app.profiles.loading import Problem, ProfileRefused, load, text_of


def problems(text: str) -> list[Problem]:
    """Return what a refused *text* is told to be wrong."""
    with pytest.raises(ProfileRefused) as caught:
        load(text)
    return caught.value.problems


def broken(name: str, old: str, new: str) -> tuple[str, int]:
    """Return the delivered text with its only or first *old* put as *new*, and the line it stands on."""
    text = text_of(name)
    at = text.index(old)
    return text[:at] + new + text[at + len(old) :], text[:at].count("\n") + 1


GUARD_LIST = "has_intake, has_ground, has_source, has_first_contact"

ONE_PLACE = [
    # ---- the schema: closed lists
    ("rostov", "guard: has_intake,", "guard: has_intak,", "stages.s1.entry.1.guard",
     f"значения «has_intak» нет, похоже на «has_intake». Можно: {GUARD_LIST}"),
    ("rostov", "- {code: act.sign, label: Подписать акт", "- {code: act.sing, label: Подписать акт",
     "stages.s1.actions.act.sing.code", "значения «act.sing» нет, похоже на «act.sign». Можно: intake.register,"),
    ("rostov", "status: approval", "status: approved", "stages.s2.status",
     "значения «approved» нет, похоже на «approval». Можно: identified, registered, assessment, planning, approval, "
     "active, review, post_support."),
    ("rostov", "- health  #", "- hospital  #", "sources.1", "значения «hospital» нет. Можно: health, mvd, education,"),
    ("rostov", "kind: kdn", "kind: komissia", "bodies.kdn.kind", "значения «komissia» нет. Можно: service_meeting,"),
    ("rostov", "quorum: half_plus", "quorum: most", "bodies.kdn.quorum",
     "значения «most» нет. Можно: none, half, half_plus, two_thirds."),
    ("rostov", "- approve_programme  #", "- approve_program  #", "bodies.kdn.decides.1",
     "значения «approve_program» нет, похоже на «approve_programme». Можно: recognise,"),
    ("rostov", "unit: workday", "unit: hour", "deadlines.dispatch.unit",
     "значения «hour» нет. Можно: workday, day, month."),
    ("rostov", "from_event: programme_approved", "from_event: programme_aproved", "deadlines.dispatch.from_event",
     "значения «programme_aproved» нет, похоже на «programme_approved». Можно: intake_registered,"),
    ("rostov", "severity: warning", "severity: alarm", "deadlines.dispatch.severity",
     "значения «alarm» нет. Можно: error, warning."),
    ("rostov", "access: DIR", "access: BOSS", "roles.director.access", "значения «BOSS» нет. Можно: DIR, HEAD, CUR,"),
    ("rostov", "gender: f", "gender: ж", "vocabulary.family.gender", "значения «ж» нет. Можно: m, f, n."),
    ("rostov", "registered_at_event: register_entered", "registered_at_event: entered", "registered_at_event",
     "значения «entered» нет, похоже на «register_entered». Можно: register_included, recognition_decided, "
     "application_registered, register_entered."),
    ("sudogda", "extras: [raids,", "extras: [raid,", "extras.1",
     "значения «raid» нет, похоже на «raids». Можно: raids,"),
    # ---- the schema: kinds and forms
    ("rostov", "optional: false", "optional: no way", "stages.s1.optional",
     "стоит «no way», а нужно: true или false."),
    ("rostov", "label: Куратор  #", "label: on  #", "roles.curator.label",
     "стоит true (слова yes, no, on и off YAML читает так же), а нужно: текст."),
    ("rostov", "code: s1\n", "code: S1\n", "stages.S1.code",
     "«S1» не подходит, а нужно: латинские строчные буквы, цифры и _, первой стоит буква."),
    ("rostov", "{code: D05, required: true, clause: этап 1 Схемы}", "{code: D99, required: true, clause: этап 1 Схемы}",
     "stages.s1.documents.D99.code", "«D99» не подходит, а нужно: код документа от D01 до D34."),
    ("rostov", 'number_format: "{unit}-{n:03}/{year}"', 'number_format: "{unit}"', "journals.R01.number_format",
     "«{unit}» не подходит, а нужно: место для номера: {n} или {n:03}."),
    ("rostov", "amount: 3,", "amount: 0,", "deadlines.dispatch.amount", "стоит 0, а нужно не меньше 1."),
    ("rostov", "checks_months: [1, 3, 6]", "checks_months: 3", "post_support.checks_months",
     "стоит «3», а нужно: список."),
    ("rostov", "nom: куратор\n", 'nom: ""\n', "vocabulary.curator.nom",
     "значение пустое: напишите его или уберите ключ."),
    ("rostov", "  sources:\n", "  sources: []\n  sorces:\n", "sources", "в списке должно быть не меньше 1, а стоит 0."),
    ("rostov", "reports: [R01,", "reports: [R01, R01,", "reports", "«R01» стоит в списке дважды."),
    # ---- the schema: keys
    ("rostov", "      clause: этап 1 Схемы\n", "", "stages.s1", "не хватает ключа «clause»."),
    ("rostov", "post_support:\n    enabled: true", "post_support:\n    enable: true", "post_support.enable",
     "ключа «enable» здесь нет, похоже на «enabled». Можно: enabled, checks_months."),
    ("rostov", "    R03: {title", "    журнал: {title", "journals.журнал",
     "ключа «журнал» здесь нет. Можно: код реестра от R01 до R24."),
    # ---- what the keys say of each other
    ("rostov", "to: s3, guards: []", "to: s33, guards: []", "stages.s2.next.1.to",
     "нет этапа «s33». Можно: s1, s2, s3, s4, s5, closed, refused."),
    ("rostov", "label: Разослать программу, roles: [curator]", "label: Разослать программу, roles: [kurator]",
     "stages.s2.actions.programme.dispatch.roles", "нет роли «kurator». Можно: director, head_of_service, curator,"),
    ("rostov", "label: Открыть случай, roles: [registrar,", "label: Открыть случай, roles: [curator, registrar,",
     "stages.s1.actions.case.open.roles", "роли «curator» действие case.open не дано: добавьте его в её may."),
    ("rostov", "department: service  #", "department: servis  #", "roles.head_of_service.department",
     "нет отделения «servis». Можно: service."),
    ("rostov", "may: [measure.report]", "may: [measure.report, post.check]", "roles.partner.may",
     "действие post.check дано роли «partner», а ни в одном этапе и ни в anytime её с ним нет."),
    ("rostov", "- code: s2\n", "- code: s1\n", "stages.s1.code", "код «s1» в этом списке уже есть: у каждого свой."),
    ("rostov", "- [has_application, has_curator]", "- [has_application, has_level]", "stages.s1.order.2",
     "в цепочке стоит «has_level», а в exit этого этапа её нет."),
    ("rostov", "        - {guard: efficiency_reviewed,", "        - {guard: decision_continue, clause: наш}\n"
     "        - {guard: efficiency_reviewed,", "stages.s4.exit.1",
     "«decision_continue» выбирает один путь, а в exit закрывает и другой: её место в next, в guards своего пути."),
    ("rostov", "        - continue  #", "        - change_level  #", "stages.s4.next.2",
     "проверка «decision_continue» ждёт решения «продолжить», а его не принимает ни один орган: добавьте continue в "
     "decides."),
    ("rostov", "  register_counts_from: registered_at", "  register_counts_from: started_by", "register_counts_from",
     "значения «started_by» нет, похоже на «started_at». Можно: registered_at, started_at."),
    ("rostov", "  reports: [R01, R02, R03,", "  reports: [R01, R02,", "journals.R03",
     "журнала R03 нет в reports: добавьте его туда."),
    ("rostov", "checks_months: [1, 3, 6]", "checks_months: []", "post_support.checks_months",
     "постсопровождение включено, а месяцев проверок нет."),
    ("mishkino", "    recognition_body:  #", "    recognition_body: null\n    other:  #", "vocabulary.other",
     "ключа «other» здесь нет. Можно: family,"),
    ("sudogda", "part_of: copies}", "part_of: originals}", "personal_file.copy:passport.part_of",
     "значения «originals» нет. Можно: copies."),
]  # fmt: skip


@pytest.mark.rows("X-1")
@pytest.mark.parametrize(("name", "old", "new", "where", "sentence"), ONE_PLACE, ids=lambda value: str(value)[:40])
def test_a_file_broken_in_one_place_is_refused_there(name: str, old: str, new: str, where: str, sentence: str) -> None:
    text, _ = broken(name, old, new)
    told = {one.where: one for one in problems(text)}
    assert where in told, [str(one) for one in told.values()]
    assert told[where].sentence.startswith(sentence)
    shown, steps = text.splitlines()[told[where].line - 1], where.split(".")
    assert shown.strip().startswith("-") or any(step in shown for step in steps[-2:])


UNREADABLE = [
    ("", 1, "файл пустой."),
    ("profile: &a [1]\nother: *a\n", 2, "ссылки YAML (*имя) здесь не читаются: напишите значение."),
    ("profile:\n  code: a\n  code: b\n", 3, "ключ «code» повторён, первый раз он в строке 2."),
    ("profile:\n  code: [a\n", 3, "это место не читается как YAML"),
    ("profile:\n\tcode: a\n", 2, "это место не читается как YAML"),
    ("profile: \x07\n", 1, "файл не читается как YAML: в нём недопустимые знаки."),
    ("? [a, b]\n: c\n", 1, "ключ должен быть одним словом."),
    ("x" * 400_001, 1, "файл слишком большой для порядка работы."),
]


@pytest.mark.parametrize(("text", "line", "sentence"), UNREADABLE, ids=lambda value: repr(value)[:30])
def test_what_is_no_yaml_is_refused_at_its_line(text: str, line: int, sentence: str) -> None:
    (told,) = problems(text)
    assert (told.line, told.sentence.startswith(sentence)) == (line, True), str(told)


@pytest.mark.parametrize("text", ["нет", "- 1\n", "profile: 1\n", "code: a\n"])
def test_what_is_yaml_but_no_order_of_work_is_refused(text: str) -> None:
    assert problems(text)


def test_a_refusal_names_the_file_and_every_line() -> None:
    text, line = broken("rostov", "status: approval", "status: approved")
    with pytest.raises(ProfileRefused) as caught:
        load(text, "наш.yaml")
    told = caught.value.sentence
    assert re.fullmatch(rf"наш\.yaml, строка {line}, stages\.s2\.status: значения «approved» нет, .*", told)


def test_a_guard_only_the_curator_could_settle_before_there_is_one_is_refused() -> None:
    """The curator arises from an assignment: before it nobody has his actions."""
    text = re.sub(r"\n.*code: curator\.assign, .*", "", text_of("rostov"))
    text = text.replace("curator.assign, ", "")
    told = {one.where: one.sentence for one in problems(text)}
    assert told["stages.s1.exit.8"] == (
        "проверку «has_curator» некому исполнить: к этому этапу никому не открыто действие curator.assign."
    )
    assert "stages.s2.exit.2" in told  # programme.agree_family is the curator's alone


def test_a_stage_without_a_way_in_or_out_is_refused() -> None:
    text = text_of("rostov").replace(
        "- {to: s5, guards: [decision_terminate]", "- {to: s2, guards: [decision_terminate]"
    )
    told = {(one.where, one.sentence) for one in problems(text)}
    assert ("stages.s5", "на этап «s5» не попасть: ни один этап на него не ведёт.") in told
    assert ("stages.s1.next", "от этапа «s1» нет пути к closed.") in told


def test_a_body_that_approves_and_its_guard_go_together() -> None:
    text = text_of("rostov").replace("        - {guard: programme_approved, clause: этап 2 Схемы}  # S004-2-b\n", "")
    text = text.replace(
        "programme_family_agreed, programme_approved, has_agreement", "programme_family_agreed, has_agreement"
    )
    assert [(one.where, one.sentence) for one in problems(text)] == [
        ("vocabulary.approving_body",
         "approving_body и проверка «programme_approved» не согласованы: либо орган назван и проверка стоит, либо нет "
         "обоих."),
    ]  # fmt: skip
