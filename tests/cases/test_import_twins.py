"""Who may be meant by a line of a bank: asked side by side, answered, kept with the file, looked at again at load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.cases.intake_load import LoadResult, load
from app.cases.intake_plan import MAYBE_KNOWN, FamiliesPlan, preview
from app.people.models import Family, FamilyMember, Person
from app.people.twins import RENAMED, likeness
from app.register.intake.importer import CHANGED_MEANWHILE
from app.register.intake.plan import OTHER, TWIN_KIND, Verdict
from app.register.sheet import open_workbook
from tests.cases.banks import CURATORS, write_bank
from tests.cases.intake import GOOD, changed, counts, hire, rows, staffed
from tests.cases.intake import OTHER as OTHER_ROW
from tests.make import DAY, make_actor, make_unit, refused

HEAD, CHILD = "Лист1!2.0", "Лист1!2.1"
MISTYPED = changed(GOOD, A="Тестова Ана Петровна", C=None)
"""The mother of GOOD with a letter lost and no СНИЛС."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Session, Actor]]:
    """Give a centre that knows the family of GOOD."""
    with staffed() as (session, by):
        load(session, planned(session, by, tmp_path, GOOD), by=by)
        yield session, by


def planned(session: Session, by: Actor, folder: Path, *lines: list[Any], **answers: str) -> FamiliesPlan:
    """Plan a bank of *lines*; *answers*: head and child, by the key of the question."""
    keys = {"head": HEAD, "child": CHILD}
    given = {keys[who]: answer for who, answer in answers.items()}
    return preview(session, open_workbook(write_bank(folder / "b.xlsx", rows(*lines))), None, given, by=by)


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


def test_a_mistyped_mother_is_asked_about_side_by_side(here: tuple, tmp_path: Path) -> None:
    session, by = here
    (family,) = planned(session, by, tmp_path, MISTYPED).items
    (twin,) = family.twins
    assert (family.verdict, {problem.kind for problem in family.problems}) == (
        Verdict.DUPLICATE,
        {TWIN_KIND, "duplicate"},
    )
    assert [p.message for p in family.problems if p.kind == TWIN_KIND] == [f"A2: {MAYBE_KNOWN}"]
    assert (twin.record_id, twin.title, twin.key) == (
        person(session, "Тестова Анна Петровна").id,
        "Тестова Анна Петровна, семья «Тестова, № 00001»",
        HEAD,
    )
    assert twin.pairs == (
        ("Фамилия, имя, отчество", "Тестова Ана Петровна", "Тестова Анна Петровна"),
        ("Дата рождения", "12.03.1986", "12.03.1986"),
        ("СНИЛС", "", "112-233-445 95"),
        ("Адрес", "д. Тестово", "д. Тестово"),
        ("Семья", "Тестова Ана Петровна, Тестов Иван Олегович", "Тестова Анна Петровна, Тестов Иван Олегович"),
    )


def test_it_is_she_so_her_new_child_joins_her_family(here: tuple, tmp_path: Path) -> None:
    session, by = here
    line = changed(MISTYPED, E="Тестова Вера Олеговна", F="01.02.2023")
    she = str(person(session, "Тестова Анна Петровна").id)
    plan = planned(session, by, tmp_path, line, head=she)
    assert [item.verdict for item in plan.items] == [Verdict.CHANGED]
    assert load(session, plan, by=by) == LoadResult(families=0, children=1, left_out=0)
    assert [str(m.person) for m in session.scalars(select(Family)).one().members] == [
        "Тестова Анна Петровна", "Тестов Иван Олегович", "Тестова Вера Олеговна"]  # fmt: skip


def test_it_is_another_so_a_family_of_her_own_is_made(here: tuple, tmp_path: Path) -> None:
    session, by = here
    line = changed(MISTYPED, E="Тестова Вера Олеговна", F="01.02.2023")
    plan = planned(session, by, tmp_path, line, head=OTHER)
    assert [item.verdict for item in plan.items] == [Verdict.NEW]
    assert load(session, plan, by=by) == LoadResult(families=1, children=1, left_out=0)
    assert counts(session)["family"] == 2


def test_a_mistyped_child_of_a_known_family_is_asked_about(here: tuple, tmp_path: Path) -> None:
    session, by = here
    line = changed(GOOD, E="Тестов Ивван Олегович")
    boy = str(person(session, "Тестов Иван Олегович").id)
    assert [p.message for p in planned(session, by, tmp_path, line).problems] == [f"E2: {MAYBE_KNOWN}"]
    assert [i.verdict for i in planned(session, by, tmp_path, line, child=boy).items] == [Verdict.UNCHANGED]
    assert [i.verdict for i in planned(session, by, tmp_path, line, child=OTHER).items] == [Verdict.CHANGED]


def test_the_same_snils_with_another_birthday_is_a_question(here: tuple, tmp_path: Path) -> None:
    session, by = here
    line = changed(GOOD, B="13.12.1986", E="Тестова Вера Олеговна", F="01.02.2023")
    she = str(person(session, "Тестова Анна Петровна").id)
    assert [p.kind for p in planned(session, by, tmp_path, line).problems] == [TWIN_KIND]
    assert [i.verdict for i in planned(session, by, tmp_path, line, head=she).items] == [Verdict.CHANGED]
    assert [p.message for p in planned(session, by, tmp_path, line, head=OTHER).problems] == [
        "C2: этот СНИЛС уже указан в карточке другого человека"
    ]


def test_one_card_is_not_chosen_for_two_lines(here: tuple, tmp_path: Path) -> None:
    session, by = here
    again = changed(MISTYPED, A="Тестова Анна Петрвна", E="Тестова Вера Олеговна", F="01.02.2023")
    first = changed(MISTYPED, E="Тестова Ольга Олеговна", F="01.02.2021")
    she = str(person(session, "Тестова Анна Петровна").id)
    book = open_workbook(write_bank(tmp_path / "b.xlsx", rows(first, again)))
    plan = preview(session, book, None, {HEAD: she, "Лист1!3.0": she}, by=by)
    assert [p.message for p in plan.problems] == ["A3: эта карточка уже выбрана для строки 2"]


@pytest.mark.parametrize("answer", ["999999", "", "she", "-1"])
def test_an_answer_that_names_no_candidate_leaves_the_question_open(here: tuple, tmp_path: Path, answer: str) -> None:
    session, by = here
    plan = planned(session, by, tmp_path, changed(GOOD, E="Тестов Ивван Олегович"), child=answer)
    assert (plan.unanswered, plan.to_load) == (1, [])


def test_an_open_question_refuses_the_whole_and_is_left_out_of_the_good_rows(here: tuple, tmp_path: Path) -> None:
    session, by = here
    plan = planned(session, by, tmp_path, changed(GOOD, E="Тестов Ивван Олегович"), OTHER_ROW)
    with refused(
        "В таблице есть что исправить: 1\u00a0семья. Исправьте её в Excel или загрузите только готовые строки."
    ):
        load(session, plan, by=by)
    assert load(session, plan, by=by, good_rows=True) == LoadResult(families=1, children=1, left_out=1)


def test_an_answer_is_looked_at_again_at_load_u08(here: tuple, tmp_path: Path) -> None:
    """Somebody gave the child another name meanwhile: nobody is like it any more, so the answer means nothing."""
    session, by = here
    boy = person(session, "Тестов Иван Олегович")
    plan = planned(session, by, tmp_path, changed(GOOD, E="Тестов Ивван Олегович"), child=str(boy.id))
    boy.last_name, boy.first_name, boy.birth_date = "Иной", "Пётр", dt.date(2010, 1, 1)
    session.flush()
    with refused(CHANGED_MEANWHILE):
        load(session, plan, by=by)


def test_who_is_surely_meant_by_another_line_is_no_candidate(here: tuple, tmp_path: Path) -> None:
    """Twin brothers are born on one day; the one who is known already is not taken for the other."""
    session, by = here
    plan = planned(session, by, tmp_path, GOOD, changed(GOOD, E="Тестов Ваня Олегович"))
    assert [(item.verdict, item.twins) for item in plan.items] == [(Verdict.CHANGED, ())]


@pytest.mark.both
def test_both_databases_ask_the_same(session: Session, tmp_path: Path) -> None:
    by = make_actor(make_unit(session))
    with acting(by), clock_at(DAY):
        hire(session, by, CURATORS)
        load(session, planned(session, by, tmp_path, GOOD), by=by)
        (family,) = planned(session, by, tmp_path, MISTYPED).items
        assert [twin.score for twin in family.twins] == [98]
        assert session.scalar(select(func.count(FamilyMember.id))) == 2
        session.commit()


BORN = dt.date(2015, 6, 5)


@pytest.mark.parametrize(
    ("other", "born", "score"),
    [
        ("тестов иван олегович", BORN, 100),
        ("тестова иван олегович", BORN, 98),
        ("тестов иван", BORN, 100),
        ("новикова иван олегович", BORN, RENAMED),
        ("тестов иван олегович", dt.date(2015, 5, 6), 97),
        ("тестов иван олегович", dt.date(2015, 6, 15), 92),
        ("тестов иван олегович", dt.date(2015, 7, 11), 0),
        ("тестов петр олегович", BORN, 0),
        ("тестов игнат олегович", BORN, 0),
        ("тестова мария олеговна", BORN, 0),
        ("тестов илья олегович", dt.date(2015, 6, 15), 0),
        ("тестов", BORN, 0),
    ],
)
def test_brothers_and_namesakes_are_no_reason_to_ask(other: str, born: dt.date, score: int) -> None:
    assert likeness("тестов иван олегович", BORN, other, born) == score
