"""Cells of a form's sheet: what is written for a value is read as that value, and Excel's habits are undone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from app.acting import Actor, acting
from app.base import Choice
from app.journal import as_text
from app.register import cells, kinds
from app.register.field import Field
from app.register.intake.form_cells import FormCell, Said, plain, words_of, written
from app.register.sheet import open_workbook


class Colour(Choice):
    """A list with labels that hold signs people also part them by."""

    RED = "red", "красный"
    DARK = "dark", "тёмный, почти чёрный"
    ANY = "any", "любой; какой есть"
    NO = "no", "нет"


LINE = Field("line", "Строка", "line", max_length=250)
PROSE = Field("prose", "Текст", "prose")
NUMBER = Field("number", "Число", "number")
AREA = Field("area", "Площадь", "number", scale=2)
MONEY = Field("money", "Сумма", "money")
DAY = Field("day", "День", "date")
MOMENT = Field("moment", "Когда", "moment")
FLAG = Field("flag", "Есть", "flag")
CHOICE = Field("choice", "Цвет", "choice", choices=Colour)
CHOICES = Field("choices", "Цвета", "choices", choices=Colour)
SNILS = Field("snils", "СНИЛС", "snils")
PHONE = Field("phone", "Телефон", "phone")

NO_SUCH = "Такого варианта в списке нет. Можно: красный; тёмный, почти чёрный; любой; какой есть; нет."
_texts = st.text(min_size=1, max_size=60).map(cells.clean)
VALUES: list[tuple[Field, st.SearchStrategy[Any]]] = [
    (LINE, _texts.map(lambda text: kinds.read_line(text, max_length=None)).filter(bool)),
    (PROSE, _texts.map(kinds.read_prose).filter(bool)),
    (NUMBER, st.integers(-2_147_483_647, 2_147_483_647)),
    (AREA, st.decimals(-10**7, 10**7, places=2)),
    (MONEY, st.decimals(0, 10**9, places=2)),
    (DAY, st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))),
    (MOMENT, st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(second=0, microsecond=0, tzinfo=dt.UTC))),
    (FLAG, st.booleans()),
    (CHOICE, st.sampled_from(Colour)),
    (CHOICES, st.lists(st.sampled_from([Colour.RED, Colour.DARK]), unique=True)),
    (PHONE, st.from_regex(r"\+79[0-9]{9}", fullmatch=True)),
    (SNILS, st.integers(2_000_000, 999_999_999).map(lambda n: f"{n:09}{kinds.snils_sum(f'{n:09}'):02}")),
]  # fmt: skip
cases = st.one_of([values.map(lambda value, made=made: (made, value)) for made, values in VALUES])


@dataclass(frozen=True)
class Meant:
    """What a cell says, or why it cannot be read."""

    words: str
    value: Any = None
    refusal: str = ""


def meant(made: Field, cell: Any) -> Meant:
    """Read a cell as a row of a sheet is read."""
    kind = FormCell(made)
    said = kind.glance(cell)
    if said.refusal:
        return Meant(said.words, refusal=said.refusal)
    try:
        return Meant(said.words, kind.value(said.words))
    except kinds.NotRead as refusal:
        return Meant(said.words, refusal=str(refusal))


@given(cases)
@settings(max_examples=400, deadline=None)
def test_what_is_written_for_a_value_is_read_as_that_value(case: tuple[Field, Any]) -> None:
    made, value = case
    with acting(Actor(None, "Здешняя", 1, sees_unit=True, zone="Asia/Vladivostok")):
        said = meant(made, written(made, value))
        assert said.refusal == ""
        assert as_text(said.value) == as_text(value)


@given(st.lists(cases, min_size=60, max_size=60))
@settings(max_examples=6, deadline=None)
def test_a_real_workbook_gives_back_what_was_written_into_it(lines: list[tuple[Field, Any]]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, acting(Actor(None, "Здешняя", 1, sees_unit=True)):
        path = Path(folder) / "book.xlsx"
        with Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet()
            day = book.add_format({"num_format": "dd.mm.yyyy"})
            for row, (made, value) in enumerate(lines):
                cell = written(made, value)
                sheet.write_string(row, 0, "строка")
                if isinstance(cell, dt.date) and cell >= dt.date(1900, 3, 1):
                    sheet.write_datetime(row, 1, dt.datetime.combine(cell, dt.time()), day)
                elif isinstance(cell, dt.date):
                    sheet.write_string(row, 1, f"{cell.day:02}.{cell.month:02}.{cell.year}")
                elif isinstance(cell, (int, Decimal)):
                    sheet.write_number(row, 1, float(cell))
                elif cell is not None:
                    sheet.write_string(row, 1, cell)
        grid = open_workbook(path).grids[0]
        for row, (made, value) in enumerate(lines, 1):
            said = meant(made, grid.value(row, 1))
            assert (said.refusal, as_text(said.value)) == ("", as_text(value)), (made.kind, value)


@pytest.mark.parametrize(
    ("made", "cell", "value"),
    [
        (DAY, 46053, dt.date(2026, 1, 31)),
        (DAY, dt.date(2026, 1, 31), dt.date(2026, 1, 31)),
        (DAY, "31 января 2026 г.", dt.date(2026, 1, 31)),
        (DAY, " 31.01.26\u00a0", dt.date(2026, 1, 31)),
        (DAY, "—", None),
        (LINE, 89000001426, "89000001426"),
        (LINE, 1.5, "1,5"),
        (LINE, "  два\u00a0\u00a0слова \n", "два слова"),
        (LINE, "=1+1", "=1+1"),
        (LINE, "-", "-"),
        (LINE, "нет", "нет"),
        (LINE, dt.date(2026, 1, 3), "03.01.2026"),
        (LINE, "007", "007"),
        (PROSE, "\r\nпервая\r\nвторая ", "первая\nвторая"),
        (NUMBER, 3.0, 3),
        (NUMBER, "1\u00a0250", 1250),
        (AREA, 0.1 + 0.2, Decimal("0.3")),
        (MONEY, "1 250,50 руб.", Decimal("1250.50")),
        (MONEY, 9140.5, Decimal("9140.5")),
        (FLAG, "+", True),
        (FLAG, "Да ", True),
        (FLAG, True, True),
        (FLAG, 1, True),
        (FLAG, "нет", False),
        (FLAG, 0, False),
        (FLAG, None, False),
        (SNILS, 11223344595, "11223344595"),
        (SNILS, 1122334496, None),
        (SNILS, "112-233-445 95", "11223344595"),
        (PHONE, 89000001426, "+79000001426"),
        (PHONE, "8 (900) 000-14-26", "+79000001426"),
        (PHONE, "нет", None),
        (CHOICE, "КРАСНЫЙ", Colour.RED),
        (CHOICE, "нет", Colour.NO),
        (CHOICE, "-", None),
        (CHOICES, "красный, тёмный, почти чёрный", [Colour.RED, Colour.DARK]),
        (CHOICES, "красный;\nкрасный", [Colour.RED]),
        (CHOICES, None, []),
        (MOMENT, "31.12.2026 14:30", dt.datetime(2026, 12, 31, 11, 30, tzinfo=dt.UTC)),
    ],
)  # fmt: skip
def test_excel_s_habits_are_undone(made: Field, cell: Any, value: Any) -> None:
    with acting(Actor(None, "Здешняя", 1, sees_unit=True)):
        said = meant(made, cell)
    if made is SNILS and value is None:
        assert said.words == "01122334496"
        return
    assert (said.refusal, said.value) == ("", value)


@pytest.mark.parametrize(
    ("made", "cell", "refusal"),
    [
        (DAY, "31.02.2026", "В феврале нет 31-го числа."),
        (DAY, "скоро", "Напишите дату так: 31.12.2026."),
        (DAY, dt.date(1899, 12, 31), "Проверьте год: он раньше 1900-го."),
        (NUMBER, dt.date(2026, 5, 1), "Напишите число цифрами."),
        (NUMBER, 1.5, "Напишите целое число."),
        (AREA, 1.005, "После запятой помещается знаков: 2."),
        (LINE, 1.2e19, "Excel хранит только 15 цифр числа. Впишите его в ячейку как текст."),
        (LINE, "я" * 251, "Сократите: помещается 250 знаков, набрано 251."),
        (FLAG, "может быть", "Напишите «да» или «нет»."),
        (CHOICE, "синий", NO_SUCH),
        (CHOICES, "красный; синий", NO_SUCH),
        (SNILS, "112-233-445 96", "Последние две цифры не сходятся. Сверьте номер с карточкой."),
        (PHONE, "12", "В номере должно быть 10 цифр после +7 (или 5–7 цифр городского номера)."),
        (MOMENT, dt.date(2026, 12, 31), "Напишите день и время так: 31.12.2026 14:30."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_the_form_s_own_words(made: Field, cell: Any, refusal: str) -> None:
    with acting(Actor(None, "Здешняя", 1, sees_unit=True)):
        assert meant(made, cell).refusal == refusal


def test_a_day_counted_from_1904_is_the_same_day() -> None:
    assert words_of(DAY, 44591, from_1904=True) == words_of(DAY, 46053) == "31.01.2026"


def test_numbers_are_written_as_people_type_them() -> None:
    assert [plain(one) for one in (9140, 9140.50, Decimal("0.10"), 1e14, -3.0)] == [
        "9140", "9140,5", "0,1", "100000000000000", "-3",
    ]  # fmt: skip


def test_a_link_is_words_until_it_is_looked_up() -> None:
    made = Field("who", "Кто", "ref")
    assert FormCell(made).glance("  Тестова\u00a0Мария ") == Said("Тестова Мария")
    assert FormCell(made).glance("—") == Said("")
