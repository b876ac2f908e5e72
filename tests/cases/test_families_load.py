"""A bank of families is loaded whole or not at all, once, and never over what the base holds (checks U06-U08)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.cases.importer import FamilyBank
from app.cases.intake_load import LoadResult, load
from app.cases.models import CaseStatus, CuratorAssignment, FamilyCase
from app.journal.models import JournalRow
from app.people.lists import ChildStatus, DisabilityKind, EducationKind, FamilyKind, FamilyRole, Sex
from app.people.models import DisabilityStatus, Family, Person
from app.register.intake.command import import_file
from app.register.intake.importer import CHANGED_MEANWHILE
from app.register.intake.plan import Verdict
from tests.cases.banks import BANK, CURATORS, LAYOUTS, Page, write_bank
from tests.cases.intake import GOOD, HEADER, NOTHING, OTHER, changed, counts, hire, planned, rows, staffed
from tests.make import DAY, make_actor, make_staff, make_unit, refused


@pytest.fixture
def here() -> Iterator[tuple[Session, Actor]]:
    """Give a centre with the curators of the invented bank."""
    with staffed() as both:
        yield both


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """Give the invented bank as a workbook."""
    return write_bank(tmp_path / "bank.xlsx", LAYOUTS["deep"])


def test_a_loaded_family_is_whole(here: tuple, bank: Path) -> None:
    session, by = here
    assert load(session, planned(session, by, bank), by=by) == LoadResult(families=4, children=7, left_out=0)
    family = session.scalars(select(Family).where(Family.reg_number == "00001")).one()
    assert (family.name, family.address, family.phone, family.family_kind, family.features, str(family.territory)) == (
        "Тестова",
        "д. Тестово, ул. Полевая, д. 3",
        "+79100000001",
        FamilyKind.OTHER,
        [],
        "Тестовское сельское поселение",
    )
    assert [(str(m.person), m.role, m.is_legal_representative, m.date_from) for m in family.members] == [
        ("Тестова Анна Петровна", FamilyRole.MOTHER, True, dt.date(2024, 1, 15)),
        ("Тестов Иван Олегович", FamilyRole.CHILD, False, dt.date(2024, 1, 15)),
        ("Тестова Мария Олеговна", FamilyRole.CHILD, False, dt.date(2024, 1, 15)),
    ]
    mother, boy, girl = (member.person for member in family.members)
    assert (mother.sex, mother.birth_date, mother.snils) == (Sex.FEMALE, dt.date(1986, 3, 12), "11223344595")
    assert (boy.sex, boy.workplace, boy.child_profile.child_status, boy.child_profile.education_kind) == (
        Sex.MALE,
        "СОШ № 1",
        [ChildStatus.DISABLED],
        EducationKind.SCHOOL,
    )
    assert girl.child_profile.child_status == [ChildStatus.OVZ]
    (case,) = family.cases
    assert (case.number, case.status, case.opened_at, case.registered_at, case.journal_no, str(case.curator)) == (
        "001/2024",
        CaseStatus.REGISTERED,
        dt.date(2024, 1, 15),
        dt.date(2024, 1, 15),
        "1",
        "Кураторова\u00a0И.\u00a0П.",
    )
    assert [(str(a.staff), a.date_from, a.date_to) for a in case.assignments] == [
        ("Кураторова\u00a0И.\u00a0П.", dt.date(2024, 1, 15), None)
    ]


@pytest.mark.both
def test_both_databases_take_a_bank_and_know_it_again(session: Session, bank: Path) -> None:
    by = make_actor(make_unit(session))
    with acting(by), clock_at(DAY):
        hire(session, by, CURATORS)
        result = load(session, planned(session, by, bank), by=by)
        assert (result, load(session, planned(session, by, bank), by=by)) == (
            LoadResult(families=4, children=7, left_out=0),
            LoadResult(families=0, children=0, left_out=0),
        )
        families = {
            str(family): [str(each.person) for each in family.members] for family in session.scalars(select(Family))
        }
        assert families == {
            home.parent.split()[0]: [home.parent, *(child.name for child in home.children)] for home in BANK
        }
        session.commit()


def test_loaded_rows_have_the_keys_stamps_and_journal_rows_of_saved_ones(here: tuple, bank: Path) -> None:
    session, by = here
    load(session, planned(session, by, bank), by=by)
    person = session.scalars(select(Person).where(Person.last_name == "Примерова-Образцова")).one()
    assert (person.name, person.name_key, person.search_key, person.version, person.service_unit_id) == (
        "Примерова-Образцова Вера Ильинична",
        "примерова-образцова вера ильинична",
        "примерова-образцова вера ильинична 08765430300",
        1,
        by.unit_id,
    )
    assert person.created_at is not None
    created = (
        select(JournalRow.table_name, func.count()).where(JournalRow.verb == "create").group_by(JournalRow.table_name)
    )
    found = dict(session.execute(created).all())
    assert {name: found.get(name, 0) for name in NOTHING} == counts(session)
    (said,) = session.scalars(select(JournalRow.sentence).where(JournalRow.verb == "import.families"))
    assert said == "Загружено из таблицы «bank.xlsx»: 4\u00a0семьи, 7\u00a0детей."


def test_numbers_go_on_from_those_given_and_by_year(here: tuple, bank: Path) -> None:
    session, by = here
    load(session, planned(session, by, bank), by=by)
    assert session.scalars(select(FamilyCase.number).order_by(FamilyCase.id)).all() == [
        "001/2022",
        "001/2023",
        "001/2024",
        "001/2025",
    ]
    assert session.scalars(select(Family.reg_number).order_by(Family.id)).all() == ["00001", "00002", "00003", "00004"]


def test_the_term_of_a_disability_is_kept_and_its_unknown_beginning_told(here: tuple, tmp_path: Path) -> None:
    session, by = here

    def layout(page: Page) -> None:
        page.row(0, [*HEADER, "Инвалидность до"])
        page.row(1, [*GOOD, "01.03.2027"])

    load(session, planned(session, by, write_bank(tmp_path / "bank.xlsx", layout)), by=by)
    (status,) = session.scalars(select(DisabilityStatus))
    assert (status.kind, status.established_at, status.valid_to) == (
        DisabilityKind.CHILD,
        None,
        dt.date(2027, 3, 1),
    )
    assert status.note.startswith("Загружено из таблицы. День установления в ней не указан")


def test_the_same_file_twice_adds_nothing_u07(here: tuple, bank: Path) -> None:
    session, by = here
    load(session, planned(session, by, bank), by=by)
    once = counts(session)
    again = planned(session, by, bank)
    assert (again.problems, {family.verdict for family in again.families}) == ([], {Verdict.UNCHANGED})
    assert load(session, again, by=by) == LoadResult(families=0, children=0, left_out=0)
    assert counts(session) == once


def test_a_new_child_joins_the_family_that_is_there_and_nothing_is_overwritten(here: tuple, tmp_path: Path) -> None:
    session, by = here
    load(session, planned(session, by, write_bank(tmp_path / "a.xlsx", rows(GOOD))), by=by)
    second = changed(GOOD, D="д. Иная", E="Тестова Вера Олеговна", F="01.02.2023")
    plan = planned(session, by, write_bank(tmp_path / "b.xlsx", rows(changed(GOOD, D="д. Иная"), second)))
    assert [family.verdict for family in plan.families] == [Verdict.CHANGED]
    assert load(session, plan, by=by) == LoadResult(families=0, children=1, left_out=0)
    (family,) = session.scalars(select(Family))
    assert (family.address, [str(member.person) for member in family.members]) == (
        "д. Тестово",
        ["Тестова Анна Петровна", "Тестов Иван Олегович", "Тестова Вера Олеговна"],
    )
    assert len(family.cases) == 1


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        (changed(GOOD, A="Тестов Олег Ильич", C=None), "child", "E2: ребёнок уже есть в семье «Тестова, № 00001»"),
        (changed(OTHER, C="11223344595"), "snils", "C2: этот СНИЛС уже указан в карточке другого человека"),
    ],
    ids=["the child", "the СНИЛС"],
)
def test_who_is_in_the_base_already_is_told(here: tuple, tmp_path: Path, line: list, column: str, message: str) -> None:
    session, by = here
    load(session, planned(session, by, write_bank(tmp_path / "a.xlsx", rows(GOOD))), by=by)
    plan = planned(session, by, write_bank(tmp_path / "b.xlsx", rows(line)))
    assert [(p.column, p.kind, p.message) for p in plan.problems] == [(column, "duplicate", message)]
    assert [family.verdict for family in plan.families] == [Verdict.DUPLICATE]


def test_a_mother_who_has_changed_her_surname_is_known_by_snils_and_birthday(here: tuple, tmp_path: Path) -> None:
    session, by = here
    load(session, planned(session, by, write_bank(tmp_path / "a.xlsx", rows(GOOD))), by=by)
    plan = planned(session, by, write_bank(tmp_path / "b.xlsx", rows(changed(GOOD, A="Иная Анна Петровна"))))
    assert [family.verdict for family in plan.families] == [Verdict.UNCHANGED]


def test_a_person_in_the_base_without_a_family_is_not_added_twice(here: tuple, tmp_path: Path) -> None:
    session, by = here
    known = Person(last_name="Тестова", first_name="Анна", middle_name="Петровна", sex=Sex.FEMALE,
                   birth_date=dt.date(1986, 3, 12), service_unit_id=by.unit_id)  # fmt: skip
    session.add(known)
    session.flush()
    load(session, planned(session, by, write_bank(tmp_path / "a.xlsx", rows(GOOD))), by=by)
    (family,) = session.scalars(select(Family))
    assert family.members[0].person is known
    assert counts(session)["person"] == 2


def test_families_of_another_unit_are_neither_seen_nor_touched(here: tuple, bank: Path) -> None:
    session, by = here
    load(session, planned(session, by, bank), by=by)
    with centre_beside(session) as other:
        plan = planned(session, other, bank)
        assert {problem.kind for problem in plan.problems} == {"unknown_curator"}
        hire(session, other, CURATORS)
        assert load(session, planned(session, other, bank), by=other).families == 4
        assert counts(session)["family"] == 4


def centre_beside(session: Session) -> AbstractContextManager[Actor]:
    """Act as the head of another unit of the same installation."""
    return acting(make_actor(make_unit(session), roles=("head_of_service",)))


def test_a_plan_that_the_base_has_overtaken_is_refused_u08(here: tuple, bank: Path) -> None:
    session, by = here
    shown = planned(session, by, bank)
    load(session, planned(session, by, bank), by=by)
    with refused(CHANGED_MEANWHILE):
        load(session, shown, by=by)
    assert counts(session)["family"] == 4


def test_a_plan_other_than_the_one_seen_is_refused_u08(here: tuple, bank: Path, tmp_path: Path) -> None:
    session, by = here
    seen = planned(session, by, bank).stamp
    plan = planned(session, by, write_bank(tmp_path / "b.xlsx", rows(GOOD)))
    with refused(CHANGED_MEANWHILE):
        load(session, plan, by=by, seen=seen)
    assert counts(session) == NOTHING


def test_a_curator_who_came_later_leads_from_the_first_day_of_work(here: tuple, tmp_path: Path) -> None:
    session, by = here
    late = make_staff(session, by, last_name="Новикова", first_name="Юлия", middle_name="Львовна",
                      active_from=dt.date(2025, 6, 1))  # fmt: skip
    load(session, planned(session, by, write_bank(tmp_path / "a.xlsx", rows(changed(GOOD, J="Новикова Ю.Л.")))), by=by)
    (assignment,) = session.scalars(select(CuratorAssignment))
    assert (assignment.staff, assignment.date_from) == (late, dt.date(2025, 6, 1))


def test_who_has_left_is_no_curator(here: tuple, tmp_path: Path) -> None:
    session, by = here
    make_staff(session, by, last_name="Бывшая", first_name="Юлия", middle_name="Львовна", active_to=dt.date(2025, 6, 1))
    plan = planned(session, by, write_bank(tmp_path / "a.xlsx", rows(changed(GOOD, J="Бывшая Ю.Л."))))
    assert [problem.kind for problem in plan.problems] == ["unknown_curator"]


# ---- the command -------------------------------------------------------------------------------------------


def ran(capsys: pytest.CaptureFixture[str], session: Session, by: Actor, path: Path, **how: bool) -> tuple[bool, dict]:
    """Run the command and return whether it went well and what it printed."""
    done = import_file(session, FamilyBank(), by, path, as_json=True, **how)
    return done, json.loads(capsys.readouterr().out)


def test_the_command_checks_refuses_and_loads(here: tuple, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", rows(GOOD, changed(OTHER, I="31.02.2024")))
    problem = {
        "sheet": "Лист1",
        "row": 3,
        "column": "registered",
        "kind": "bad_date",
        "message": "I3: в феврале нет 31-го числа: проверьте дату",
    }
    found = {"families": 1, "children": 1, "problems": [problem], "unchanged": 0, "removed": 0, "unread": []}
    assert ran(capsys, session, by, path) == (True, {**found, "committed": False})
    assert ran(capsys, session, by, path, commit=True) == (False, {**found, "committed": False})
    assert counts(session) == NOTHING
    assert ran(capsys, session, by, path, commit=True, good_rows=True) == (True, {**found, "committed": True})
    again = {**found, "families": 0, "children": 0, "unchanged": 1}
    assert ran(capsys, session, by, path, commit=True, good_rows=True) == (True, {**again, "committed": True})
    assert counts(session)["family"] == 1


def test_the_command_speaks_to_people(here: tuple, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", rows(GOOD, changed(OTHER, I="31.02.2024")))
    import_file(session, FamilyBank(), by, path)
    import_file(session, FamilyBank(), by, path, commit=True)
    import_file(session, FamilyBank(), by, path, commit=True, good_rows=True)
    closed = (
        "В таблице есть сведения о здоровье: 1\u00a0ребёнок. Они запишутся закрытыми: их не увидит никто, "
        "пока не внесено согласие на сведения о здоровье ребёнка."
    )
    told = ["Лист1: I3: в феврале нет 31-го числа: проверьте дату", "Новых: 1\u00a0семья, 1\u00a0ребёнок.", closed]
    assert capsys.readouterr().out.splitlines() == [
        *told,
        "Ничего не записано: это проверка. Чтобы загрузить, добавьте --commit.",
        *told,
        "Ничего не записано: исправьте таблицу или загрузите только готовые строки ключом --good-rows.",
        *told,
        "Загружено.",
    ]


def test_the_command_names_the_columns_it_has_not_found(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", lambda page: (page.row(0, HEADER[:8]), page.row(1, GOOD[:8])))
    with refused("Лист «Лист1»: не найдены столбцы «Дата постановки на учёт». Назовите их в заголовке."):
        import_file(session, FamilyBank(), by, path)
