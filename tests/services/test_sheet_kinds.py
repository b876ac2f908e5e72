"""How the cells of a journal of services are read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from app.register.sheet import Around, Directory
from app.services.sheet_kinds import DayOfMonth, Minutes, Performer, Quantity, Recipient, Signed, period_of, strays
from tests.make import DAY

AROUND = Around(DAY, lookups={"staff": Directory([(7, "Кураторова", "Инна", "Павловна")])})


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("Январь Журнал учёта оказанных услуг за январь 2025 г.", (2025, 1)),
        ("МАЙ 2024", (2024, 5)),
        ("мая 2024 года", (2024, 5)),
        ("03.2025", (2025, 3)),
        ("Лист1 Журнал за 2025 год", (2025, None)),
        ("сентябрь", (None, 9)),
        ("Журнал за январь–март 2025 г.", (2025, None)),
        ("декабрь 2024 – январь 2025", (None, None)),
        ("Журнал за период с 01.01.2025 по 30.09.2025", (2025, None)),
        ("Маршрутный лист", (None, None)),
        ("Лист1", (None, None)),
    ],
)
def test_a_title_tells_the_year_and_the_month_when_it_names_one(title: str, period: tuple) -> None:
    assert period_of(title) == period


@pytest.mark.parametrize(
    ("title", "cell", "day"),
    [
        ("январь 2026", 15, dt.date(2026, 1, 15)),
        ("январь 2026", "15", dt.date(2026, 1, 15)),
        ("январь 2026", "15-го", dt.date(2026, 1, 15)),
        ("январь 2026", "3 числа", dt.date(2026, 1, 3)),
        ("2026 год", "15.01", dt.date(2026, 1, 15)),
        ("2026 год", "15 янв.", dt.date(2026, 1, 15)),
        ("январь 2026", "01.02.2026", dt.date(2026, 2, 1)),
        ("", dt.date(2026, 1, 15), dt.date(2026, 1, 15)),
    ],
)
def test_a_day_is_read_with_what_the_title_tells(title: str, cell: object, day: dt.date) -> None:
    assert DayOfMonth().read(cell, Around(DAY, title=title)).value == day


@pytest.mark.parametrize(
    ("title", "cell", "problem", "message"),
    [
        ("Лист1", 15, "bad_date", "число 15 не похоже на дату: напишите её как 31.12.2024"),
        ("февраль 2025", 30, "bad_date", "в феврале нет 30-го числа: проверьте дату"),
        ("2026 год", "15.13", "bad_date", "месяца с номером 13 не бывает: проверьте дату"),
        ("март 2026", 1, "future_date", "01.03.2026 ещё не наступило: проверьте год"),
    ],
)
def test_a_day_that_cannot_be_is_told(title: str, cell: object, problem: str, message: str) -> None:
    read = DayOfMonth().read(cell, Around(DAY, title=title))
    assert (read.problem, read.message) == (problem, message)


def test_a_bare_number_looks_like_a_day_only_under_a_month() -> None:
    assert DayOfMonth().likes(15, Around(DAY, title="январь 2026")) > 0.5
    assert DayOfMonth().likes(15, AROUND) == 0.0


def test_a_day_strays_only_from_a_title_that_names_a_month() -> None:
    assert strays(dt.date(2026, 2, 3), "январь 2026") == (
        "03.02.2026 стоит на листе о январе 2026 года: проверьте дату"
    )
    assert (strays(dt.date(2026, 1, 3), "январь 2026"), strays(dt.date(2026, 2, 3), "2026")) == ("", "")


@pytest.mark.parametrize(("cell", "amount"), [(3, 3), ("2", 2), ("1,5", "1.5"), (999999.99, "999999.99")])
def test_an_amount_is_above_zero(cell: object, amount: object) -> None:
    assert Quantity().read(cell, AROUND).value == Decimal(str(amount))


@pytest.mark.parametrize("cell", [0, -1, "два", 1_000_000, 0.001, "1.234", dt.date(2026, 1, 1), True])
def test_what_is_no_amount_is_a_problem(cell: object) -> None:
    assert Quantity().read(cell, AROUND).problem == "bad_quantity"


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [(40, 40), ("40 мин.", 40), ("1 ч 30 мин", 90), ("1,5 ч", 90), ("2 часа", 120), ("1:30", 90), ("–", None)],
)
def test_minutes_are_read_in_any_notation(cell: object, minutes: int | None) -> None:
    assert Minutes().read(cell, AROUND).value == minutes


@pytest.mark.parametrize("cell", ["долго", -5, "25 ч", "1 ч 1 ч", "0:00", 0.5])
def test_what_is_no_time_is_a_problem(cell: object) -> None:
    assert Minutes().read(cell, AROUND).problem == "bad_minutes"


def test_a_performer_stands_before_a_department() -> None:
    for cell in ("Кураторова И.П.", "И.П. Кураторова, отделение № 2", "Кураторова Инна Павловна, психолог"):
        assert Performer().read(cell, AROUND).value == 7
        assert Performer().likes(cell, AROUND) == 1.0
    assert Performer().read("Иная И.П., отделение № 2", AROUND).problem == "unknown_performer"


@pytest.mark.parametrize(
    ("cell", "text", "name"),
    [
        ("Тестова Анна", "Тестова Анна", "Тестова Анна"),
        ("Тестова А. П.", "Тестова А. П.", None),
        ("семья Тестовых", "семья Тестовых", None),
    ],
)
def test_a_recipient_is_a_whole_name_or_what_stands_for_one(cell: str, text: str, name: str | None) -> None:
    read = Recipient().read(cell, AROUND).value
    assert (read.text, read.name.full if read.name else None) == (text, name)


def test_a_recipient_without_letters_is_a_problem_and_a_dash_is_nobody() -> None:
    assert Recipient().read("12", AROUND).problem == "bad_name"
    assert Recipient().read("–", AROUND).value is None


@pytest.mark.parametrize(
    ("cell", "signed"), [("Тестова", True), ("+", True), ("да", True), ("нет", False), ("–", False)]
)
def test_anything_but_a_no_is_a_signature(cell: str, signed: bool) -> None:
    assert Signed().read(cell, AROUND).value is signed
