"""The engine reads a table of any declaration: here a journal of services, of which it knows nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.base import RuleBroken
from app.register.sheet import Around, Directory, Field, Reading, Sheet, find_header, open_workbook, read_book
from app.register.sheet.book import Grid, Merges, Value
from app.register.sheet.cells import Amount, Choices, Day, Lookup, Person, Text, YesNo
from app.register.sheet.dates import Years
from app.register.sheet.header import RowKind, row_kind
from app.register.sheet.rows import Group
from tests.cases.banks import Page, write_bank
from tests.register.bad_workbooks import cell, with_sheet

AROUND = Around(dt.date(2026, 2, 18), lookups={"staff": Directory([(7, "Кураторова", "Инна", "Павловна")])})

JOURNAL = Sheet(
    key="services",
    title="Журнал услуг",
    key_field="recipient",
    section="month",
    fields=(
        Field("day", "Дата", Day(Years(-5, 0)), ("дат",), required="no_date", missing="не указана дата"),
        Field("recipient", "Получатель", Person(Years(-100, 0)), ("получател", "фио"), required="no_name", parts=True,
              missing="не указан получатель"),
        Field("service", "Услуга", Text(), ("наименован услуг", "услуг")),
        Field("quantity", "Количество", Amount("bad_quantity", whole=True), ("кол во", "количеств", "кол")),
        Field("price", "Стоимость", Amount(), ("стоимост", "цен")),
        Field("free", "Бесплатно", YesNo(), ("бесплат",)),
        Field("kind", "Вид", Choices({"home": ("на дому",), "phone": ("по телефон",)}), ("вид", "форма")),
        Field("performer", "Исполнитель", Lookup("staff", "unknown_staff", "такого сотрудника нет", "several_staff"),
              ("исполнител", "кто оказал")),
        Field("month", "Месяц", Text(), ("месяц",)),
    ),
)  # fmt: skip
"""A table without details: each row is a head of its own."""

TITLES = ["Дата", "Ф.И.О. получателя", "Наименование услуги", "Кол-во", "Исполнитель"]
FIRST = [dt.date(2026, 1, 12), "Тестова Анна Юрьевна", "Патронаж", 2, "Кураторова И.П."]
SECOND = [dt.date(2026, 1, 13), "Пробин Глеб Ильич", "Консультация", 1, None]


def read(folder: Path, layout: Callable[[Page], None], declared: Sheet = JOURNAL, **more: Any) -> Reading:
    """Write a sheet and read it."""
    return read_book(open_workbook(write_bank(folder / "t.xlsx", layout)), declared, AROUND, **more)


def lines(*rows: list[Any], at: int = 0, left: int = 0) -> Callable[[Page], None]:
    """Return a layout of rows one under another; None is an empty row."""

    def layout(page: Page) -> None:
        for offset, row in enumerate(rows):
            page.row(at + offset, row or [], left)

    return layout


def values(group: Group) -> dict[str, Any]:
    """Return what was read of a head."""
    return {name: getattr(one.value, "full", one.value) for name, one in group.head.cells.items()}


READ = [
    {
        "day": dt.date(2026, 1, 12),
        "recipient": "Тестова Анна Юрьевна",
        "service": "Патронаж",
        "quantity": 2,
        "performer": 7,
    },
    {"day": dt.date(2026, 1, 13), "recipient": "Пробин Глеб Ильич", "service": "Консультация", "quantity": 1},
]


@pytest.mark.parametrize("at", [0, 1, 25, 120])
@pytest.mark.parametrize("left", [0, 3, 30])
def test_a_header_is_found_wherever_it_stands(tmp_path: Path, at: int, left: int) -> None:
    reading = read(tmp_path, lines(TITLES, FIRST, SECOND, at=at, left=left))
    assert [values(group) for group in reading.groups] == READ
    assert [group.row for group in reading.groups] == [at + 2, at + 3]


def test_titles_stamps_and_signatures_are_no_rows(tmp_path: Path) -> None:
    def layout(page: Page) -> None:
        page.row(0, ["УТВЕРЖДАЮ", None, None, "Директор ________"])
        page.row(1, ["Журнал учёта оказанных услуг за январь 2026 г."])
        page.join(1, 0, 1, 4)
        page.row(3, TITLES)
        page.row(4, [1, 2, 3, 4, 5])
        page.row(5, FIRST)
        page.row(6, [None, None, None])
        page.row(7, TITLES)
        page.row(8, SECOND)
        page.row(9, ["Всего услуг:", None, None, 3])
        page.row(11, ["Составил", "Кураторова И.П."])
        page.row(12, ["М.П."])

    reading = read(tmp_path, layout)
    assert ([values(group) for group in reading.groups], reading.problems) == (READ, [])


def test_a_row_across_the_table_is_a_section_until_the_next(tmp_path: Path) -> None:
    reading = read(tmp_path, lines(TITLES, ["Январь"], FIRST, ["Февраль:"], SECOND, ["Итого", None, None, 3]))
    assert [(group.section, group.head.value("month")) for group in reading.groups] == [
        ("Январь", "Январь"),
        ("Февраль", "Февраль"),
    ]


def test_a_column_for_the_section_is_believed_more_than_the_row(tmp_path: Path) -> None:
    reading = read(tmp_path, lines([*TITLES, "Месяц"], ["Январь"], [*FIRST, "Март"]))
    assert [group.head.value("month") for group in reading.groups] == ["Март"]


def test_every_sheet_of_the_kind_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in (
            ("Январь", [TITLES, FIRST]),
            ("Заметки", [["купить бумагу"]]),
            ("Февраль", [TITLES, SECOND]),
        ):
            page = Page(book, name)
            lines(*rows)(page)
            page.done()
        book.add_worksheet("Тайный").hide()
    reading = read_book(open_workbook(path), JOURNAL, AROUND)
    assert [(group.sheet, group.row) for group in reading.groups] == [("Январь", 2), ("Февраль", 2)]
    assert reading.unread == (("Тайный", "лист скрыт"), ("Заметки", "на листе нет таблицы с заголовками"))


def test_each_bad_cell_is_a_problem_at_its_address(tmp_path: Path) -> None:
    bad = ["31.04.2026", "Тестова", "Патронаж", "два", "Уткин Я.Я."]
    reading = read(tmp_path, lines(TITLES, FIRST, bad))
    assert [(p.sheet, p.row, p.where, p.column, p.kind, p.message) for p in reading.problems] == [
        ("Лист1", 3, "A3", "day", "bad_date", "A3: в апреле нет 31-го числа: проверьте дату"),
        ("Лист1", 3, "B3", "recipient", "bad_name", "B3: «Тестова»: нужны фамилия и имя"),
        ("Лист1", 3, "D3", "quantity", "bad_quantity", "D3: «два» не целое число: исправьте"),
        ("Лист1", 3, "E3", "performer", "unknown_staff", "E3: «Уткин Я.Я.»: такого сотрудника нет"),
    ]


def test_an_error_of_excel_is_a_problem_and_not_an_empty_cell(tmp_path: Path) -> None:
    row = '<c r="A2"><v>46034</v></c>' + cell("B2", "Тестова Анна Юрьевна")
    odd = '<c r="C2" t="e"><v>#N/A</v></c><c r="D2"><f>1+1</f></c>'
    head = "".join(cell(f"{letter}1", title) for letter, title in zip("ABCD", TITLES, strict=False))
    (tmp_path / "t.xlsx").write_bytes(with_sheet(f'<row r="1">{head}</row><row r="2">{row}{odd}</row>'))
    reading = read_book(open_workbook(tmp_path / "t.xlsx"), JOURNAL, AROUND)
    assert [problem.message for problem in reading.problems] == [
        "C2: в ячейке ошибка Excel: впишите само значение",
        "D2: формула в ячейке не посчитана: впишите само значение",
    ]
    assert reading.groups[0].head.value("day") == dt.date(2026, 1, 12)


def test_a_name_in_three_columns_is_one(tmp_path: Path) -> None:
    titles = ["Дата", "Фамилия", "Имя", "Отчество", "Стоимость услуги", "Бесплатно"]
    reading = read(tmp_path, lines(titles, [dt.date(2026, 1, 12), "Тестова", "Анна", "Юрьевна", "1 250,50 руб.", "да"]))
    assert [values(group) for group in reading.groups] == [
        {"day": dt.date(2026, 1, 12), "recipient": "Тестова Анна Юрьевна", "price": Decimal("1250.50"), "free": True}
    ]


def test_a_mapping_of_the_person_is_obeyed(tmp_path: Path) -> None:
    layout = lines(["Когда", "Кому", "Что"], [dt.date(2026, 1, 12), "Тестова Анна Юрьевна", "Патронаж"], SECOND)
    reading = read(tmp_path, layout, mapping={"Лист1": {"A": "day", "B": "recipient", "C": "service"}})
    assert values(reading.groups[0]) == {
        "day": dt.date(2026, 1, 12),
        "recipient": "Тестова Анна Юрьевна",
        "service": "Патронаж",
    }


def test_a_book_without_the_table_is_refused_by_the_declared_title(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken) as refusal:
        read(tmp_path, lines(["одно слово"]))
    assert refusal.value.sentence == (
        "В книге не найдена таблица «Журнал услуг»: проверьте, что у неё есть строка заголовков."
    )


def grid(*rows: list[Value], merged: list[list[int]] | None = None) -> Grid:
    """Return a sheet in memory."""
    return Grid("Лист1", [list(row) for row in rows], Merges(merged or []))


def test_storeys_are_joined_under_merged_cells_and_under_unmerged_ones() -> None:
    upper = ["Дата", "Получатель", None, "Услуга", None]
    lower = [None, "Ф.И.О.", "Бесплатно", "Наименование услуги", "Кол-во"]
    data: list[Value] = ["01.02.2026", "Тестова Анна Юрьевна", "да", "Патронаж", 1]
    merged = [[0, 0, 1, 0], [0, 1, 0, 2], [0, 3, 0, 4]]
    joined, loose = grid(upper, lower, data, merged=merged), grid(upper, lower, data)
    titles = [
        "Дата",
        "Получатель / Ф.И.О.",
        "Получатель / Бесплатно",
        "Услуга / Наименование услуги",
        "Услуга / Кол-во",
    ]
    for each in (joined, loose):
        header = find_header(each, JOURNAL)
        assert (header.top, header.bottom, [column.title for column in header.columns]) == (1, 2, titles)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ([None, None, None], RowKind.BLANK),
        (["1", "2", "3"], RowKind.NUMBERING),
        (["Дата", "Ф.И.О. получателя", "Наименование услуги"], RowKind.HEADER),
        (["Январь", None, None], RowKind.SECTION),
        (["ИТОГО", None, 3], RowKind.TOTAL),
        (["в т.ч. на дому", None, 3], RowKind.TOTAL),
        (["Исполнитель", "Кураторова", None], RowKind.FOOTER),
        (["Директорова Анна", "Патронаж", 2], RowKind.DATA),
        (["Всеволодова Анна", "Патронаж", 2], RowKind.DATA),
        ([None, "Тестова Анна Юрьевна", None], RowKind.DATA),
        ([None, "Сосновское поселение", None], RowKind.SECTION),
        ([5, None, None], RowKind.DATA),
    ],
)
def test_a_row_under_the_header_is_told_by_its_making(row: list[Value], kind: RowKind) -> None:
    table = grid(["Дата", "Ф.И.О. получателя", "Наименование услуги"], row)
    assert row_kind(table, 2, find_header(table, JOURNAL), frozenset({1})) is kind
