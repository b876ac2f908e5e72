"""A bank of families is read from any workbook of its kind, and every problem is told at its cell."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.base import RuleBroken
from app.cases.intake_load import LoadResult, load
from app.cases.intake_plan import FamiliesPlan, preview
from app.cases.intake_values import is_disabled, is_ovz, level_of, sex_of
from app.cases.models import CaseStatus, EndReason, FamilyCase
from app.organisation.models import StaffMember, TerritoryLevel
from app.people.lists import Sex
from app.people.models import Family
from app.register.intake.plan import Verdict
from app.register.sheet import Book, Grid, PersonName, open_workbook
from app.register.sheet.book import Broken, Merges
from tests.cases.banks import BANK, CURATORS, LAYOUTS, Child, Household, Page, flat, nameless, write_bank
from tests.cases.intake import GOOD, NOTHING, OTHER, changed, counts, hire, planned, rows, staffed
from tests.make import centre, refused

DATA = Path(__file__).parent / "data"


@pytest.fixture
def here() -> Iterator[tuple[Session, Actor]]:
    """Give a centre with the curators of the invented bank."""
    with staffed() as both:
        yield both


def households(session: Session, plan: FamiliesPlan) -> tuple[Household, ...]:
    """Return what was read, as the bank it was written from."""
    names = dict(session.execute(select(StaffMember.id, StaffMember.name)).all())
    return tuple(
        Household(
            parent=head.value("parent").full,
            born=head.value("born"),
            snils=head.value("snils"),
            registered=head.value("registered"),
            curator=names.get(head.value("curator")),
            place=head.value("place"),
            address=head.value("address"),
            phone=head.value("phone"),
            children=tuple(
                Child(item.value("child").full, item.value("c_born"), is_disabled(item), is_ovz(item))
                for item in family.group.items
            ),
        )
        for family in plan.families
        for head in (family.group.head,)
    )


# ---- the bank of a real making -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """Give what a right reading of ``data/bank.xlsx`` finds."""
    return json.loads((DATA / "bank.json").read_text())


@pytest.fixture
def real(expected: dict[str, Any]) -> Iterator[tuple[Session, Actor, FamiliesPlan]]:
    """Give a centre with the curators of the bank, and the bank read."""
    with centre() as (session, by):
        hire(session, by, expected["curators"])
        yield session, by, planned(session, by, DATA / "bank.xlsx")


def test_every_problem_of_the_bank_is_found_and_no_other(real: tuple, expected: dict[str, Any]) -> None:
    _, _, plan = real
    found = [
        {"sheet": problem.sheet, "row": problem.row, "column": problem.column, "kind": problem.kind}
        for problem in plan.problems
    ]
    assert found == expected["problems"]
    assert (len(plan.families), plan.new_families, plan.new_children) == (
        expected["families_in_file"],
        expected["families_clean"],
        expected["children_clean"],
    )


def test_every_clean_family_of_the_bank_is_read_to_the_letter(real: tuple, expected: dict[str, Any]) -> None:
    session, _, plan = real
    clean = replace(plan, items=tuple(plan.to_load))
    found = [
        {
            "row": family.group.row,
            "parent": home.parent,
            "born": home.born.isoformat(),
            "snils": home.snils,
            "curator": home.curator,
            "registered": home.registered.isoformat(),
            "place": home.place,
            "children": [
                {"name": child.name, "born": child.born.isoformat(), "disabled": child.disabled, "ovz": child.ovz}
                for child in home.children
            ],
        }
        for family, home in zip(plan.to_load, households(session, clean), strict=True)
    ]
    assert found == expected["families"]


def test_a_problem_is_a_sentence_with_the_cells_address(real: tuple) -> None:
    said = {problem.where: problem.message for problem in real[2].problems}
    assert said["M309"] == "M309: в феврале нет 31-го числа: проверьте дату"
    assert said["G25"] == "G25: не указано имя ребёнка: впишите фамилию, имя и отчество"
    assert said["B77"] == "B77: эта семья уже есть выше: строка 30, лист «Банк данных»"
    assert said["N97"] == (
        "N97: «Уткин Я.Я.»: такого сотрудника в службе нет; проверьте фамилию или сначала внесите сотрудника"
    )


def test_the_list_of_removed_beside_the_bank_closes_their_cases(real: tuple) -> None:
    session, by, plan = real
    load(session, plan, by=by, good_rows=True)
    ended = session.execute(
        select(Family.name, FamilyCase.ended_at, FamilyCase.end_reason, FamilyCase.curator_id)
        .join(FamilyCase.family)
        .where(FamilyCase.status == CaseStatus.CLOSED)
        .order_by(FamilyCase.ended_at)
    ).all()
    assert [tuple(row) for row in ended] == [
        ("Некрасова", dt.date(2024, 2, 14), EndReason.FAMILY_REFUSED, None),
        ("Зуева", dt.date(2024, 9, 23), EndReason.GOALS_MET, None),
        ("Кузьмина", dt.date(2024, 10, 19), EndReason.GOALS_MET, None),
        ("Пестова", dt.date(2024, 11, 10), EndReason.FAMILY_REFUSED, None),
        ("Громова", dt.date(2025, 6, 25), EndReason.MOVED, None),
    ]
    assert plan.notes[-1].message == (
        "C3: снятие с учёта не отмечено: снята 13.04.2025, раньше постановки на учёт (13.08.2025)"
    )
    assert plan.unread == []


# ---- other layouts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_families_are_read_from_any_layout(here: tuple, tmp_path: Path, layout: str) -> None:
    session, by = here
    plan = planned(session, by, write_bank(tmp_path / "bank.xlsx", LAYOUTS[layout]))
    assert plan.problems == []
    assert households(session, plan) == BANK
    assert {family.verdict for family in plan.families} == {Verdict.NEW}


def test_columns_nobody_foresaw_are_known_by_their_values_and_the_rest_by_the_person(
    here: tuple, tmp_path: Path
) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", nameless)
    (table,) = planned(session, by, path).reading.tables
    assert {one.letter: (one.target, one.reason) for one in table.proposals} == {
        **dict.fromkeys("AEL", ("", "заголовок не узнан: выберите сами")),
        "B": ("parent", "по значениям"),
        "C": ("born", "по значениям"),
        "D": ("snils", "по значениям"),
        "F": ("phone", "по значениям"),
        "G": ("child", "по значениям"),
        "H": ("c_born", "по значениям"),
        "I": ("category", "по значениям"),
        "J": ("registered", "по значениям"),
        "K": ("curator", "по значениям"),
    }
    mapping = {table.name: {**table.mapping, "E": "address", "L": "place"}}
    assert households(session, planned(session, by, path, mapping=mapping)) == BANK


def test_a_proposal_shows_its_reason_and_an_example(here: tuple, tmp_path: Path) -> None:
    session, by = here
    (table,) = planned(session, by, write_bank(tmp_path / "bank.xlsx", flat)).reading.tables
    shown = {one.column.title: (one.letter, one.target, one.reason, one.example) for one in table.proposals}
    assert shown["Номер СНИЛС представителя"] == ("H", "snils", "по заголовку и значениям", "112-233-445 95")
    assert shown["Место жительства"] == ("I", "address", "по заголовку", "д. Тестово, ул. Полевая, д. 3")


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"ZZ": "parent"}, "В таблице нет столбца ZZ: проверьте соответствие столбцов."),
        ({"A": "shoe_size"}, "Для столбца A выбрано неизвестное значение: выберите его из списка."),
        ({"A": "child", "B": "child"}, "«Ребёнок» выбрано для двух столбцов: оставьте один."),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(here: tuple, tmp_path: Path, mapping: dict, sentence: str) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", flat)
    with refused(sentence):
        planned(session, by, path, mapping={"Лист1": mapping})


def test_without_a_needed_column_no_row_is_read_and_the_column_is_named(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", flat)
    plan = planned(session, by, path, mapping={"Лист1": {"B": "child", "C": "c_born", "F": "parent", "G": "born"}})
    assert (plan.missing, plan.families) == ({"Лист1": ("Дата постановки на учёт",)}, ())


def test_a_book_without_such_a_table_is_refused(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", lambda page: page.row(0, ["привет"]))
    with refused("В книге не найдена таблица «Семьи с детьми»: проверьте, что у неё есть строка заголовков."):
        planned(session, by, path)


# ---- problems ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0, 1, 2], ids=["first", "middle", "last"])
@pytest.mark.parametrize(
    ("cells", "column", "kind", "message"),
    [
        ({"A": "Тестова"}, "parent", "bad_name", "A{}: «Тестова»: нужны фамилия и имя"),
        ({"B": None}, "born", "no_birth_date", "B{}: не указана дата рождения родителя: впишите её"),
        ({"B": "31.04.1986"}, "born", "bad_date", "B{}: в апреле нет 31-го числа: проверьте дату"),
        ({"C": "112-233-445 96"}, "snils", "bad_snils",
         "C{}: контрольное число СНИЛС не сходится: проверьте «112-233-445 96»"),
        ({"D": "д" * 251}, "address", "too_long", "D{}: текст длиннее 250 знаков: сократите его"),
        ({"E": None}, "child", "no_child_name", "E{}: не указано имя ребёнка: впишите фамилию, имя и отчество"),
        ({"F": "05.06.2050"}, "c_born", "future_birth", "F{}: 05.06.2050 ещё не наступило: проверьте год"),
        ({"F": "05.06.1980"}, "c_born", "child_older_than_parent",
         "F{}: ребёнок родился 05.06.1980, раньше родителя (12.03.1986): проверьте обе даты"),
        ({"I": "15.01.2050"}, "registered", "bad_date", "I{}: 15.01.2050 ещё не наступило: проверьте год"),
        ({"I": "15.01.1980"}, "registered", "bad_date",
         "I{}: поставлена на учёт 15.01.1980, раньше рождения родителя (12.03.1986): проверьте обе даты"),
        ({"I": None}, "registered", "no_date", "I{}: не указана дата постановки на учёт: впишите её"),
        ({"J": "Уткин Я.Я."}, "curator", "unknown_curator",
         "J{}: «Уткин Я.Я.»: такого сотрудника в службе нет; проверьте фамилию или сначала внесите сотрудника"),
    ],
)  # fmt: skip
def test_one_bad_cell_stops_the_whole_load_wherever_it_stands_u06(
    here: tuple, tmp_path: Path, at: int, cells: dict, column: str, kind: str, message: str
) -> None:
    session, by = here
    lines = [OTHER, changed(OTHER, A="Опытова Вера Ильинична", B="01.01.1990", E="Опытов Лев Ильич", F="01.02.2019")]
    lines.insert(at, changed(GOOD, **cells))
    plan = planned(session, by, write_bank(tmp_path / "bank.xlsx", rows(*lines)))
    assert [(p.row, p.column, p.kind, p.message) for p in plan.problems] == [
        (at + 2, column, kind, message.format(at + 2))
    ]
    with refused(
        "В таблице есть что исправить: 1\u00a0семья. Исправьте её в Excel или загрузите только готовые строки."
    ):
        load(session, plan, by=by)
    assert counts(session) == NOTHING
    assert load(session, plan, by=by, good_rows=True) == LoadResult(families=2, children=2, left_out=1)


@pytest.mark.parametrize(
    ("second", "column", "message"),
    [
        (changed(GOOD, E="Тестова Вера Олеговна"), None, None),
        (changed(GOOD, A="ТЕСТОВА  АННА ПЕТРОВНА"), "parent", "A4: эта семья уже есть выше: строка 2, лист «Лист1»"),
        (changed(GOOD, A="Тестов Олег Ильич", C=None), "child",
         "E4: этот ребёнок уже есть выше: строка 2, лист «Лист1»"),
        (changed(OTHER, A="Иная Вера Ильинична", C="11223344595", E="Иной Лев Ильич"), "snils",
         "C4: этот СНИЛС уже указан у другого: строка 2, лист «Лист1»"),
    ],
    ids=["the next child", "the family", "the child", "the СНИЛС"],
)  # fmt: skip
def test_who_stands_in_the_table_twice_is_told_with_the_row_of_the_first(
    here: tuple, tmp_path: Path, second: list, column: str | None, message: str | None
) -> None:
    session, by = here
    lines = [GOOD, second] if column is None else [GOOD, OTHER, second]
    plan = planned(session, by, write_bank(tmp_path / "bank.xlsx", rows(*lines)))
    assert [(p.column, p.kind, p.message) for p in plan.problems] == (
        [] if column is None else [(column, "duplicate", message)]
    )
    if column is None:
        assert [[item.value("child").first for item in family.group.items] for family in plan.families] == [
            ["Иван", "Вера"]
        ]
    else:
        assert plan.families[-1].verdict is Verdict.DUPLICATE


def test_namesakes_with_other_birthdays_are_two_families(here: tuple, tmp_path: Path) -> None:
    session, by = here
    other = changed(GOOD, B="13.03.1986", C=None, E="Тестов Лев Олегович")
    plan = planned(session, by, write_bank(tmp_path / "bank.xlsx", rows(GOOD, OTHER, other)))
    assert (plan.problems, plan.new_families) == ([], 3)


def test_nothing_said_is_no_problem(here: tuple, tmp_path: Path) -> None:
    session, by = here
    said = (("нет", "Ильинична", "Лев"), ("-", "Юрьевна", "Глеб"), (None, "Олеговна", "Пётр"))
    lines = [
        changed(GOOD, C=snils, A=f"Тестова Анна {middle}", E=f"Тестов {first} Олегович", J=None)
        for snils, middle, first in said
    ]
    plan = planned(session, by, write_bank(tmp_path / "bank.xlsx", rows(*lines)))
    assert (plan.problems, [family.group.head.value("snils") for family in plan.families]) == ([], [None] * 3)


def test_a_birthday_left_out_of_the_cell_of_the_name_is_asked_for(here: tuple, tmp_path: Path) -> None:
    session, by = here

    def layout(page: Page) -> None:
        page.row(0, ["Мать, дата рождения", "Дети, дата рождения", "Адрес", "Дата постановки на учёт", "Куратор"])
        page.row(1, ["Тестова Анна Петровна", "Тестов Иван Олегович", "д. Тестово", "15.01.2024", CURATORS[0]])
        page.row(2, ["Пробина Ольга Юрьевна 29.02.1992", "Пробин Глеб Ильич 30.12.2020", "с. Пробное", "3.11.2023"])

    plan = planned(session, by, write_bank(tmp_path / "bank.xlsx", layout))
    assert [problem.message for problem in plan.problems] == [
        "A2: не указана дата рождения родителя: впишите её",
        "B2: не указана дата рождения ребёнка: впишите её",
    ]
    assert [family.verdict for family in plan.families] == [Verdict.ERROR, Verdict.NEW]


ODD: list[Any] = [None, 0, -5, 1e308, float("nan"), True, dt.date(9999, 12, 31), Broken("error"), "Итого", "\n;1) а",
                  "1) Тестов Иван 2) Тестов Лев", "а" * 40_000, "31.02.2024", "٣", "🙂", "№", "2024"]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_a_spoiled_table_is_read_or_refused_and_what_is_clean_is_whole_u09(seed: int) -> None:
    dice = random.Random(seed)
    bank = open_workbook(DATA / "bank.xlsx").grids[0]
    first = dice.randint(8, 440)
    lines = [list(row) for row in bank.rows[: dice.choice([0, 7, 8])] + bank.rows[first : first + 25]]
    for _ in range(dice.randint(0, 80)):
        row = dice.choice(lines)
        row[dice.randrange(len(row))] = dice.choice(ODD)
    book = Book("испорченная", "0", (Grid("Лист1", lines, Merges([])),))
    with staffed() as (session, by):
        try:
            plan = preview(session, book, by=by)
        except RuleBroken as refusal:
            assert refusal.sentence.endswith(".")
            return
        for family in plan.to_load:
            head = family.group.head
            assert all(head.value(name) for name in ("parent", "born", "registered")) and family.children
            assert all(child.line.value("child") and child.line.value("c_born") for child in family.children)


# ---- what words mean ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sex"),
    [
        (PersonName("Тестова", "Анна", "Юрьевна"), Sex.FEMALE),
        (PersonName("Тестов", "Никита", "Юрьевич"), Sex.MALE),
        (PersonName("Мамедов", "Али", "Гасан оглы"), Sex.MALE),
        (PersonName("Мамедова", "Лейла", "Гасан кызы"), Sex.FEMALE),
        (PersonName("Ильина", "Фома", "Ильич"), Sex.MALE),
        (PersonName("Тестов", "Илья"), Sex.MALE),
        (PersonName("Ким", "Вера"), Sex.FEMALE),
        (PersonName("Тестова", "Любовь"), Sex.FEMALE),
        (PersonName("Ким", "Лев"), Sex.MALE),
    ],
)
def test_a_name_tells_the_sex(name: PersonName, sex: Sex) -> None:
    assert sex_of(name) is sex


@pytest.mark.parametrize(
    ("place", "level"),
    [
        ("Тестовское сельское поселение", TerritoryLevel.SETTLEMENT),
        ("город Пробный", TerritoryLevel.LOCALITY),
        ("д. Тестово", TerritoryLevel.LOCALITY),
        ("Опытный муниципальный округ", TerritoryLevel.DISTRICT),
    ],
)
def test_a_place_tells_its_rank(place: str, level: TerritoryLevel) -> None:
    assert level_of(place) is level
