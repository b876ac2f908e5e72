"""Who is meant by a row, which case it belongs to, what is refused and what is only told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.base import RuleBroken
from app.cases.models import Direction, EndReason, FamilyCase
from app.cases.rules import assign_curator, close_case, open_case
from app.organisation.models import StaffMember
from app.people.models import Consent, FamilyKind, FamilyRole, Person
from app.people.rules import NewMember, end_membership, register_family, revoke_consent
from app.register.intake.plan import OTHER, Verdict, question
from app.register.sheet import PersonName
from app.services.intake_load import load
from app.services.models import Place, Service, ServiceRecord
from app.services.sheet_kinds import Named, stem_of_family
from tests.cases.banks import CURATORS
from tests.make import DAY, make_adult, make_child, make_staff
from tests.services.journals import ANNA, HEADER, IVAN, TALK, line, one_sheet, planned, rows, served, write

REGISTERED = dt.date(2024, 1, 15)
"""When the family of Анна came onto the register."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Session, Actor]]:
    """Give a centre with families and staff."""
    with served(tmp_path) as both:
        yield both


def case_of(session: Session, number: str = "001/2024") -> FamilyCase:
    """Return a case by its number."""
    return session.scalars(select(FamilyCase).where(FamilyCase.number == number)).one()


def namesake(session: Session, by: Actor, born: dt.date, registered: dt.date, curator: str | None = None) -> FamilyCase:
    """Put another Тестова Анна Петровна with a family and a case onto the register."""
    who = make_adult(session, by, last_name="Тестова", first_name="Анна", middle_name="Петровна", birth_date=born)
    seat = NewMember(who, FamilyRole.MOTHER, is_legal_representative=True)
    child = NewMember(make_child(session, by, last_name="Иной"), FamilyRole.CHILD)
    family = register_family(session, by=by, members=[seat, child], address="с. Иное", family_kind=FamilyKind.MOTHER)
    case = open_case(family, by=by, source=None, registered_at=registered)
    if curator:
        staff = session.scalars(select(StaffMember).where(StaffMember.name == curator)).one()
        assign_curator(case, staff, by=by, on=registered)
    return case


def problems(plan) -> list[tuple[str, str, str]]:
    """Return the column, kind and sentence of each problem."""
    return [(problem.column, problem.kind, problem.message) for problem in plan.problems]


def notes(plan) -> list[str]:
    """Return what is told without stopping, but for the service that enters the directory."""
    return [note.message for note in plan.notes if "будет добавлена" not in note.message]


# ---- who is meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("тестова анна петровна", ANNA),
        ("Тестова А.П.", ANNA),
        ("А. П. Тестова", ANNA),
        ("Тecтовa Aннa Пeтровнa", ANNA),
        ("Тестова Анна Петровна (мать)", ANNA),
        ("Тестова Анна", ANNA),
        ("Семья Тестовых", ANNA),
        ("Тестов Иван Олегович", IVAN),
    ],
)
def test_a_recipient_is_found_as_people_write_names(here: tuple, tmp_path: Path, written: str, meant: str) -> None:
    session, by = here
    (item,) = one_sheet(session, by, tmp_path, line(C=written)).items
    assert item.verdict is Verdict.NEW
    assert str(session.get(Person, item.given.recipient_id)) == meant


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"C": "Неведомая Зоя Львовна"}, (
            "recipient", "unknown_person",
            "C2: «Неведомая Зоя Львовна»: такого человека нет среди семей; проверьте имя или сначала внесите семью")),
        ({"C": None}, (
            "recipient", "no_recipient", "C2: не указан получатель: впишите фамилию, имя и отчество")),
        ({"C": "123"}, ("recipient", "bad_name", "C2: в имени «123» есть цифры: напишите фамилию, имя и отчество")),
        ({"F": 0}, ("quantity", "bad_quantity", "F2: количество 0: нужно больше нуля")),
        ({"F": -1}, ("quantity", "bad_quantity", "F2: количество -1: нужно больше нуля")),
        ({"F": "два"}, ("quantity", "bad_quantity", "F2: «два» не число: исправьте")),
        ({"B": None}, ("date", "no_date", "B2: не указана дата: впишите её")),
        ({"B": "31.02.2026"}, ("date", "bad_date", "B2: в феврале нет 31-го числа: проверьте дату")),
        ({"B": DAY + dt.timedelta(days=1)}, (
            "date", "future_date", "B2: 19.02.2026 ещё не наступило: проверьте год")),
        ({"D": None}, ("service", "no_service", "D2: не указана услуга: впишите её")),
        ({"E": None}, (
            "service", "unknown_service",
            f"D2: услуги «{TALK}» нет в перечне: внесите её туда или укажите в таблице направление")),
        ({"G": None}, (
            "performer", "no_performer", "G2: не указан исполнитель: впишите фамилию и инициалы сотрудника")),
        ({"G": "Чужая Е.Е."}, (
            "performer", "unknown_performer",
            "G2: «Чужая Е.Е.»: такого сотрудника в службе нет; проверьте фамилию или сначала внесите сотрудника")),
    ],
    ids=lambda value: "" if isinstance(value, tuple) else "-".join(map(str, value.items())),
)  # fmt: skip
def test_what_cannot_be_loaded_is_told_at_its_cell(here: tuple, tmp_path: Path, changed: dict, problem: tuple) -> None:
    session, by = here
    plan = one_sheet(session, by, tmp_path, line(**changed))
    assert (problems(plan), [item.verdict for item in plan.items]) == ([problem], [Verdict.ERROR])


def test_a_surname_with_initials_of_two_families_is_not_guessed(here: tuple, tmp_path: Path) -> None:
    session, by = here
    namesake(session, by, dt.date(1990, 1, 1), dt.date(2025, 1, 1))
    plan = one_sheet(session, by, tmp_path, line(C="Тестова А.П."))
    assert problems(plan) == [
        ("recipient", "twin", "C2: «Тестова А.П.»: таких несколько; выберите, кто это, или напишите имя полностью")
    ]  # fmt: skip
    assert plan.unanswered == 1
    assert [twin.title for twin in plan.items[0].twins] == [f"{ANNA}, 12.03.1986 г. р.", f"{ANNA}, 01.01.1990 г. р."]


def test_of_namesakes_whoever_was_on_the_register_that_day_is_taken_and_it_is_told(here: tuple, tmp_path: Path) -> None:
    session, by = here
    namesake(session, by, dt.date(1990, 1, 1), dt.date(2026, 2, 1))
    plan = one_sheet(session, by, tmp_path, line())
    (item,) = plan.items
    assert (item.verdict, item.given.case_id) == (Verdict.NEW, case_of(session).id)
    assert item.twins == ()
    assert notes(plan) == [
        "C2: людей с таким именем 2; взят родившийся 12.03.1986, дело № 001/2024. Если это другой, добавьте в таблицу "
        "столбец «№ дела»"
    ]


def test_of_namesakes_on_the_register_the_one_led_by_the_performer_is_taken(here: tuple, tmp_path: Path) -> None:
    session, by = here
    other = namesake(session, by, dt.date(1990, 1, 1), dt.date(2025, 1, 1), curator=CURATORS[1])
    plan = one_sheet(session, by, tmp_path, line(1), line(2, G=CURATORS[1]))
    assert [item.given.case_id for item in plan.items] == [case_of(session).id, other.id]


def test_the_number_of_the_case_tells_namesakes_apart(here: tuple, tmp_path: Path) -> None:
    session, by = here
    other = namesake(session, by, dt.date(1990, 1, 1), dt.date(2025, 1, 1))
    header = [*HEADER, "№ дела"]
    path = write(tmp_path / "j.xlsx", (("Январь", rows([*line(), f"№ {other.number}"], header=header)),))
    plan = planned(session, by, path)
    assert ([item.given.case_id for item in plan.items], notes(plan)) == ([other.id], [])


def test_a_person_says_who_is_meant_by_initials(here: tuple, tmp_path: Path) -> None:
    session, by = here
    other = namesake(session, by, dt.date(1990, 1, 1), dt.date(2026, 2, 1))
    row = line(C="Тестова А.П.")
    asked = one_sheet(session, by, tmp_path, row)
    (item,) = asked.items
    first, second = item.twins
    assert {first.key, second.key} == {question(item.group)}
    assert second.pairs == (
        ("Получатель", "Тестова А.П.", ANNA),
        ("Дата рождения", "", "01.01.1990"),
        ("Дело", "", f"№ {other.number}, с 01.02.2026"),
    )
    plan = one_sheet(session, by, tmp_path, row, answers={first.key: str(second.record_id)})
    assert (plan.problems, plan.items[0].given.case_id) == ([], other.id)
    assert plan.items[0].twins == item.twins
    assert plan.stamp != asked.stamp
    nobody = one_sheet(session, by, tmp_path, row, answers={first.key: OTHER})
    assert problems(nobody) == [
        ("recipient", "unknown_person",
         "C2: «Тестова А.П.»: это другой человек, его нет среди семей; сначала внесите семью")
    ]  # fmt: skip


def test_a_namesake_who_comes_later_does_not_make_loaded_services_new(here: tuple, tmp_path: Path) -> None:
    session, by = here
    load(session, one_sheet(session, by, tmp_path, line(G=CURATORS[1])), by=by)
    namesake(session, by, dt.date(1990, 1, 1), dt.date(2023, 1, 1), curator=CURATORS[1])
    (item,) = one_sheet(session, by, tmp_path, line(G=CURATORS[1])).items
    assert item.verdict is Verdict.UNCHANGED


# ---- which case


def test_a_person_of_no_family_and_one_whose_family_has_no_case_are_told(here: tuple, tmp_path: Path) -> None:
    session, by = here
    lone = make_adult(session, by, last_name="Одинокова", first_name="Вера", middle_name="Ильинична")
    seat = NewMember(make_adult(session, by, last_name="Новая", first_name="Зоя", middle_name="Львовна"),
                     FamilyRole.MOTHER, is_legal_representative=True)  # fmt: skip
    register_family(session, by=by, members=[seat], address="с. Иное", family_kind=FamilyKind.MOTHER)
    plan = one_sheet(session, by, tmp_path, line(1, C=lone.name), line(2, C="Новая Зоя Львовна"))
    assert problems(plan) == [
        ("recipient", "no_family", "C2: Одинокова Вера Ильинична не в составе семьи на 12.01.2026: внесите в состав "
         "семьи или проверьте дату"),
        ("recipient", "no_case", "C3: на семью получателя (Новая Зоя Львовна) не заведено дело: сначала заведите его"),
    ]  # fmt: skip


def test_who_has_left_the_family_got_nothing_afterwards(here: tuple, tmp_path: Path) -> None:
    session, by = here
    boy = next(seat for seat in case_of(session).family.members if str(seat.person) == IVAN)
    end_membership(boy, by=by, on=dt.date(2026, 1, 12))
    session.flush()
    plan = one_sheet(session, by, tmp_path, line(1, C=IVAN), line(2, C=IVAN, B=dt.date(2026, 1, 13)))
    assert [item.verdict for item in plan.items] == [Verdict.NEW, Verdict.ERROR]
    assert [kind for _, kind, _ in problems(plan)] == ["no_family"]


def test_a_service_before_the_birth_of_the_recipient_has_a_wrong_date(here: tuple, tmp_path: Path) -> None:
    session, by = here
    plan = one_sheet(session, by, tmp_path, line(C=IVAN, B=dt.date(2015, 6, 4)))
    assert problems(plan) == [
        ("recipient", "bad_date", f"C2: {IVAN}: дата рождения 05.06.2015, позже услуги; проверьте дату")
    ]


def test_a_day_outside_every_case_is_taken_into_the_nearest_one_and_told(here: tuple, tmp_path: Path) -> None:
    session, by = here
    case = case_of(session)
    close_case(case, by=by, reason=EndReason.MOVED, on=dt.date(2026, 1, 31))
    session.flush()
    before, after = REGISTERED - dt.timedelta(days=1), dt.date(2026, 2, 1)
    plan = one_sheet(session, by, tmp_path, line(1, B=before), line(2, B=REGISTERED), line(3, B=after))
    assert [item.given.case_id for item in plan.items] == [case.id] * 3
    assert notes(plan) == [
        "B2: услуга до начала дела № 001/2024 (15.01.2024), отнесена к нему",
        "B4: услуга после снятия семьи с учёта (31.01.2026), отнесена к делу № 001/2024",
    ]
    again = open_case(case.family, by=by, source=None, registered_at=dt.date(2026, 2, 10))
    session.flush()
    later = one_sheet(session, by, tmp_path, line(1, B=dt.date(2026, 2, 5)), line(2, B=dt.date(2026, 2, 11)))
    assert [item.given.case_id for item in later.items] == [case.id, again.id]


# ---- what and by whom


def test_a_service_that_is_no_longer_given_is_refused(here: tuple, tmp_path: Path) -> None:
    session, by = here
    session.add(Service(name=TALK, direction=Direction.PSYCHOLOGICAL, is_active=False, service_unit_id=by.unit_id))
    session.flush()
    assert problems(one_sheet(session, by, tmp_path, line())) == [
        ("service", "inactive_service",
         f"D2: услугу «{TALK}» мы больше не оказываем: отметьте её в перечне действующей или исправьте")
    ]  # fmt: skip


def test_the_directory_keeps_its_direction_and_a_name_near_one_of_it_is_told(here: tuple, tmp_path: Path) -> None:
    session, by = here
    session.add(Service(name=TALK, direction=Direction.URGENT, service_unit_id=by.unit_id))
    session.flush()
    plan = one_sheet(session, by, tmp_path, line(1), line(2, F=2), line(3, D="Консультация психолага"))
    assert [note.message for note in plan.notes] == [
        "E2: в перечне услуг направление другое: срочные",
        f"D4: услуга «Консультация психолага» будет добавлена в перечень; похоже на «{TALK}», проверьте название",
    ]


def test_a_performer_who_had_left_is_refused_and_one_entered_later_is_told_once(here: tuple, tmp_path: Path) -> None:
    session, by = here
    make_staff(session, by, last_name="Бывшая", first_name="Юлия", middle_name="Львовна",
               active_to=dt.date(2025, 12, 31))  # fmt: skip
    make_staff(session, by, last_name="Новикова", first_name="Юлия", middle_name="Львовна", active_from=DAY)
    plan = one_sheet(session, by, tmp_path, line(1, G="Бывшая Ю.Л."), line(2, G="Новикова Ю.Л."),
                     line(3, G="Новикова Ю.Л."), line(4, G="Бывшая Ю.Л.", B=dt.date(2025, 12, 31)))  # fmt: skip
    assert problems(plan) == [
        ("performer", "performer_left",
         "G2: Бывшая Юлия Львовна не работает здесь с 31.12.2025: проверьте дату или исполнителя")
    ]  # fmt: skip
    assert [note for note in notes(plan) if "Новикова" in note] == [
        "G3: Новикова Юлия Львовна значится в службе с 18.02.2026, позже этого дня: проверьте дату приёма"
    ]


def test_two_performers_of_the_same_initials_are_not_guessed(here: tuple, tmp_path: Path) -> None:
    session, by = here
    make_staff(session, by, last_name="Кураторова", first_name="Ирина", middle_name="Павловна")
    plan = one_sheet(session, by, tmp_path, line(G="Кураторова И.П."))
    assert [kind for _, kind, _ in problems(plan)] == ["ambiguous_performer"]


# ---- the sheet


def test_a_day_of_another_month_than_the_sheet_is_about_is_told(here: tuple, tmp_path: Path) -> None:
    session, by = here
    title = "Журнал услуг за январь 2026 г."
    path = write(tmp_path / "j.xlsx", (("1", rows(line(B=dt.date(2026, 2, 3)), above=[title])),))
    assert notes(planned(session, by, path)) == ["B3: 03.02.2026 стоит на листе о январе 2026 года: проверьте дату"]


def test_a_note_that_says_more_than_the_place_stays_a_comment(here: tuple, tmp_path: Path) -> None:
    session, by = here
    told = "по телефону, мама на дому с больным ребёнком"
    plan = one_sheet(session, by, tmp_path, line(1), line(2, H=told))
    assert [(item.given.place, item.given.comment) for item in plan.items] == [
        (Place.HOME, None),
        (Place.CENTRE, told),
    ]


def test_a_remark_about_a_person_without_a_consent_is_left_out_and_told_once(here: tuple, tmp_path: Path) -> None:
    session, by = here
    for consent in session.scalars(select(Consent)):
        revoke_consent(consent, by=by, reason="Передумали")
    told = "по телефону, мама на дому с больным ребёнком"
    plan = one_sheet(session, by, tmp_path, line(1, H="на дому"), line(2, H=told), line(3, H=told + " снова"))
    assert [item.given.comment for item in plan.items] == [None, None, None]
    (said,) = [note for note in notes(plan) if "согласия" in note]
    assert said.startswith("H") and said.endswith(
        "примечания не загрузятся, нет письменного согласия на сведения о здоровье; сначала оформите его"
    )
    load(session, plan, by=by)
    assert {record.comment for record in session.scalars(select(ServiceRecord))} == {None}


def test_minutes_the_mark_of_the_recipient_and_the_result_are_read(here: tuple, tmp_path: Path) -> None:
    session, by = here
    header = [*HEADER, "Затрачено времени", "Подпись получателя", "Результат"]
    path = write(
        tmp_path / "j.xlsx", (("Январь", rows([*line(), "1 ч 30 мин", "Тестова", "Успокоилась"], header=header)),)
    )
    load(session, planned(session, by, path), by=by)
    (record,) = session.scalars(select(ServiceRecord))
    assert (record.minutes, record.recipient_mark, record.result) == (90, True, "Успокоилась")


def test_a_book_without_such_a_table_is_refused(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write(tmp_path / "j.xlsx", (("Лист1", rows(header=["Просто текст"])),))
    with pytest.raises(RuleBroken, match="не найдена таблица «Журнал услуг»"):
        planned(session, by, path)


def test_a_journal_without_a_column_of_performers_says_which_one_is_missing(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write(tmp_path / "j.xlsx", (("Январь", rows(line()[:6], header=HEADER[:6])),))
    assert planned(session, by, path).missing == {"Январь": ("Исполнитель",)}


@pytest.mark.parametrize("text", ["семья Тестовых", "Семья Тестовой", "Тестовы", "тестова", "Семья «Тестовых»"])
def test_a_family_is_named_by_its_surname_in_any_form(text: str) -> None:
    assert stem_of_family(text) == "тестов"


@pytest.mark.parametrize("text", ["Тестова А.П.", "Тестова Анна", "", "."])
def test_what_is_no_surname_alone_names_no_family(text: str) -> None:
    assert stem_of_family(text) == ""


def test_a_name_is_compared_folded() -> None:
    assert Named("ТЁТЯ", PersonName("Тёткина", "Анна")).key == "теткина анна"
