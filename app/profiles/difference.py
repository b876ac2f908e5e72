"""Two orders of work side by side: only what differs, in the words a centre reads."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from app.profiles.closed import DECISIONS, ENDS, EVENTS, QUORUMS
from app.profiles.order import OrderOfWork, Stage
from app.terms import CASES, fall_silent, say, speak

NONE = "–"


class Difference(NamedTuple):
    """What differs, and how it stands on either side."""

    section: str
    what: str
    left: str
    right: str


_TERMS = {
    "family": "Семья",
    "family_short": "Семья, коротко",
    "curator": "Куратор",
    "programme": "Программа",
    "programme_short": "Программа, коротко",
    "programme_doc_title": "Название программы в документе",
    "agreement": "Договор",
    "agreement_short": "Договор, коротко",
    "approving_body": "Кто утверждает программу",
    "review_body": "Кто решает о завершении",
    "recognition_body": "Кто признаёт нуждающейся",
    "customer": "Заказчик",
    "service_unit": "Служба",
    "register": "Реестр семей",
    "intake_journal": "Журнал обращений",
}
_EVERY = {"month": "ежемесячно", "quarter": "ежеквартально", "year": "ежегодно", "once": "один раз"}


def differences(left: OrderOfWork, right: OrderOfWork) -> list[Difference]:
    """Return what differs between two orders of work, section by section."""
    one, other = _facts(left), _facts(right)
    both = [*one, *(key for key in other if key not in one)]
    order = {section: at for at, section in reversed(list(enumerate(key[0] for key in both)))}
    # The cases of a word say nothing new where the word itself differs.
    both = [key for key in both if not _repeats(key, one, other)]
    return [
        Difference(*key, one.get(key, NONE), other.get(key, NONE))
        for key in sorted(both, key=lambda key: order[key[0]])
        if one.get(key, NONE) != other.get(key, NONE)
    ]


_FORMS = ", падежи"


def _repeats(key: tuple[str, str], one: dict[tuple[str, str], str], other: dict[tuple[str, str], str]) -> bool:
    section, what = key
    plain = (section, what.removesuffix(_FORMS))
    return what.endswith(_FORMS) and one.get(plain) != other.get(plain)


def _facts(order: OrderOfWork) -> dict[tuple[str, str], str]:
    """Return everything told of *order*: (section, what) → how it is there, in its own words."""
    token = speak(order.words)
    try:
        return {(section, what): text for section, what, text in _told(order) if text}
    finally:
        fall_silent(token)


def _told(order: OrderOfWork) -> Iterator[tuple[str, str, str]]:
    yield "Центр", "Порядок", order.label
    for term, what in _TERMS.items():
        word = order.words.by_term.get(term)
        yield "Слова", what, word.nom if word else NONE
        if word and word.given:
            yield "Слова", what + _FORMS, ", ".join(word.form(case) for case in CASES[1:])
    for section, items in (
        ("Целевые группы", order.target_groups),
        ("Направления услуг", order.service_directions),
        ("Другие виды услуг", order.extra_service_kinds),
        ("Виды помощи", order.help_kinds),
        ("Категории", order.categories),
        ("Отделения", order.departments),
    ):
        for item in items:
            yield section, item.code, item.label
    for level in order.levels:
        norm = f"{level.visit_norm.count} раз в {'неделю' if level.visit_norm.per == 'week' else 'месяц'}"
        yield "Уровни", level.code, f"{level.label}: до {level.max_months} мес., посещения {norm}"
    for body in order.bodies:
        decided = ", ".join(sorted(DECISIONS[one] for one in body.decides))
        yield "Кто решает", body.code, f"{body.label} ({QUORUMS[body.quorum]}): {decided}. {_clause(body.clause)}"
    for number, stage in enumerate(order.stages, 1):
        yield from _stage(order, number, stage)
    for role in order.roles:
        yield "Роли", role.code, f"{role.label}: {', '.join(sorted(role.may)) or 'без действий'}"
    for deed in order.anytime:
        yield "В любое время", deed.code, f"{deed.label}: {_roles(order, deed.roles)}"
    for one in order.deadlines:
        events = f"{say(EVENTS[one.from_event])} → {say(EVENTS[one.to_event])}"
        yield "Сроки", one.code, f"{one.label}: {one.term} ({events}). {_clause(one.clause)}"
    for position in order.personal_file:
        yield "Личное дело", position.code, position.label + (", обязательно" if position.required else "")
    for journal in order.journals:
        yield "Журналы", journal.code, f"{journal.title}, номер {journal.number_format}"
    for duty in order.periodic:
        window = f", {' – '.join(duty.window)}" if duty.window else ""
        yield "Постоянные дела", duty.code, f"{duty.label}: {_EVERY[duty.every]}{window}, {_roles(order, duty.roles)}"
    yield "Принципы", "Принципы", "; ".join(order.principles)
    yield "После завершения", "Проверки через, мес.", ", ".join(map(str, order.post_support_checks))
    yield "Рассылка", "Программу рассылают", "да" if order.dispatches else "нет"
    yield "Разрешение с обоснованием", "Кто", _roles(order, order.override_roles)


def _stage(order: OrderOfWork, number: int, stage: Stage) -> Iterator[tuple[str, str, str]]:
    section = f"Этап {number}"
    yield section, "Название", f"{stage.label}. {_clause(stage.clause)}"
    yield section, "Код и состояние", f"{stage.code}, {stage.status}"
    for what, refs in (("Войти можно, когда", stage.entry), ("Выйти можно, когда", stage.exit)):
        yield section, what, "; ".join(f"{say(ref.guard.label)} ({ref.clause})" for ref in refs)
    yield section, "Порядок событий", "; ".join(" → ".join(chain) for chain in stage.order)
    yield section, "Документы", ", ".join(one.code + ("!" if one.required else "") for one in stage.documents)
    yield section, "Действия", "; ".join(f"{one.label}: {_roles(order, one.roles)}" for one in stage.actions)
    for way in stage.ways:
        name = ENDS.get(way.to) or order.stage_by_code[way.to].label
        yield section, f"Дальше: {way.to}", "; ".join([name, *(say(ref.guard.label) for ref in way.guards)])


def _roles(order: OrderOfWork, codes: Iterable[str]) -> str:
    return ", ".join(order.role_by_code[code].label for code in codes)


def _clause(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def in_columns(found: Iterable[Difference], names: tuple[str, str], width: int = 118) -> Iterator[str]:
    """Write *found* as lines of text in three columns, for a terminal of *width* signs."""
    sides = (width - 30) // 2
    form = f"{{:<26}}  {{:<{sides}}}  {{}}"
    section = ""
    yield form.format("", *names)
    for each in found:
        if each.section != section:
            section = each.section
            yield f"\n{section}"
        columns: list[Any] = [
            textwrap.wrap(text, room) or [""]
            for text, room in ((each.what, 24), (each.left, sides), (each.right, sides))
        ]
        for line in range(max(map(len, columns))):
            parts = [column[line] if line < len(column) else "" for column in columns]
            yield form.format(f"  {parts[0]}", *parts[1:]).rstrip()
