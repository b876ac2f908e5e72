"""The calendar on its screens: what it lacks, how it is filled, and a term counted for whoever asks."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, clock_at
from app.days.models import CalendarDay, DayKind
from app.days.rules import fill_year
from tests.visiting import Browser, Visit

DAY = dt.date(2026, 2, 18)
ASKED = {"start": "20.02.2026", "amount": "1", "unit": "working", "roll": "forward"}


@pytest.fixture
def calendar(stored: Session) -> Session:
    """Return the session on a calendar of 2026 alone, whenever the test runs."""
    for day in stored.scalars(select(CalendarDay)):
        stored.delete(day)
    stored.flush()
    fill_year(stored, 2026, by=SYSTEM)
    return stored


def words(answer: Any) -> str:
    """Return what a page says, its markup left out."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def ask(browser: Browser, **typed: str) -> Any:
    """Count a term."""
    with clock_at(DAY):
        return browser.get("/days/", query_string={**ASKED, **typed})


def test_a_worker_counts_a_term_and_is_told_why(calendar: Session, visit: Visit) -> None:
    page = words(ask(visit("Социальный работник")))
    assert "Вторник, 24 февраля 2026" in page
    assert "20.02 пт + 1 рабочий день; 21–23.02 выходные → 24.02" in page
    assert "Календарь не полон" not in page


def test_the_page_begins_with_today_and_counts_nothing_yet(calendar: Session, visit: Visit) -> None:
    with clock_at(DAY):
        answer = visit("Куратор").get("/days/")
    assert answer.status_code == 200
    assert 'value="18.02.2026"' in answer.text
    assert "→" not in answer.text


def test_a_day_and_a_number_are_enough(calendar: Session, visit: Visit) -> None:
    with clock_at(DAY):
        page = words(visit("Куратор").get("/days/?start=20.02.2026&amount=1"))
    assert "Вторник, 24 февраля 2026" in page


def test_a_pause_and_the_day_before_are_asked_for(calendar: Session, visit: Visit) -> None:
    page = words(
        ask(visit("Куратор"), start="20.01.2026", amount="30", unit="calendar", roll="back",
            pause_from="01.02.2026", pause_to="10.02.2026")
    )  # fmt: skip
    assert "Пятница, 27 февраля 2026" in page
    assert "01–10.02 приостановлено" in page


def test_a_date_stands_where_a_number_would(calendar: Session, visit: Visit) -> None:
    page = words(ask(visit("Куратор"), amount="11.05.2026", unit="date"))
    assert "к 11.05 пн; 11.05 выходной → 12.05" in page


def test_a_term_that_leads_into_a_year_without_calendar_says_so(calendar: Session, visit: Visit) -> None:
    page = words(ask(visit("Куратор"), start="30.12.2026"))
    assert "Календарь не полон за 2027" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"start": "31.02.2026"}, "В феврале нет 31-го числа."),
        ({"start": ""}, "Укажите дату."),
        ({"amount": ""}, "Заполните это поле."),
        ({"amount": "два"}, "Напишите число цифрами."),
        ({"amount": "-1"}, "Укажите от 0 до 2000."),
        ({"amount": "2001"}, "Укажите от 0 до 2000."),
        ({"amount": "101", "unit": "months"}, "Укажите от 0 до 100."),
        ({"amount": "32", "unit": "day_of_month"}, "Числа месяца идут с 1 по 31."),
        ({"amount": "5", "unit": "date"}, "Напишите дату так: 31.12.2026."),
        ({"unit": "years"}, "Такого варианта в списке нет."),
        ({"pause_from": "01.02.2026"}, "Укажите оба дня приостановки или ни одного."),
        ({"pause_to": "01.02.2026"}, "Укажите оба дня приостановки или ни одного."),
        ({"pause_from": "02.02.2026", "pause_to": "01.02.2026"}, "Приостановка заканчивается раньше"),
    ],
)
def test_what_cannot_be_counted_is_refused_at_its_control(
    calendar: Session, visit: Visit, typed: dict[str, str], sentence: str
) -> None:
    answer = ask(visit("Куратор"), **typed)
    page = words(answer)
    assert answer.status_code == 400
    assert "Срок не посчитан." in page
    assert sentence in page
    assert "→" not in page


def test_the_longest_terms_are_counted(calendar: Session, visit: Visit) -> None:
    browser = visit("Куратор")
    for amount, unit in (("2000", "working"), ("3000", "calendar"), ("100", "months"), ("31.12.2199", "date")):
        assert ask(browser, start="31.12.2199", amount=amount, unit=unit).status_code == 200


def test_the_register_shows_what_it_lacks_and_how_to_fill_it(calendar: Session, visit: Visit) -> None:
    head = visit("Заведующий отделением")
    with clock_at(dt.date(2026, 12, 1)):
        page = words(head.get("/calendar/"))
    assert "Календарь на 2027 год не заполнен: праздники в сроках не учтены." in page
    assert "Заполнить 2027 год" in page


def test_before_december_the_next_year_can_be_filled_and_is_not_missed(calendar: Session, visit: Visit) -> None:
    with clock_at(DAY):
        page = words(visit("Заведующий отделением").get("/calendar/"))
    assert "не заполнен" not in page
    assert "Заполнить 2027 год" in page


def test_whoever_may_not_fill_is_only_told(calendar: Session, visit: Visit) -> None:
    curator = visit("Куратор")
    with clock_at(dt.date(2026, 12, 1)):
        page = words(curator.get("/calendar/"))
        refused = curator.post("/days/fill?year=2027")
    assert "Календарь на 2027 год не заполнен" in page
    assert "Заполнить 2027" not in page
    assert refused.status_code == 403


def test_filling_says_what_was_entered(calendar: Session, visit: Visit) -> None:
    page = words(visit("Заведующий отделением").post("/days/fill?year=2027", follow_redirects=True))
    assert "Календарь на 2027 год: внесено 24 дня." in page


@pytest.mark.parametrize("address", ["/days/fill", "/days/fill?year=1900", "/days/fill?year=x"])
def test_a_year_that_cannot_be_filled_is_refused_in_a_sentence(calendar: Session, visit: Visit, address: str) -> None:
    page = words(visit("Заведующий отделением").post(address, follow_redirects=True))
    assert "Календарь заполняется с 2013 по 2099 год. Укажите другой год." in page


def test_a_holiday_of_the_region_is_entered_on_the_form(calendar: Session, visit: Visit) -> None:
    head = visit("Заведующий отделением")
    sent = {"date": "27.05.2026", "kind": "holiday", "name": "Курбан-байрам", "source": "закон субъекта"}
    head.post("/calendar/add", data=sent)
    page = words(ask(head, start="26.05.2026"))
    assert "26.05 вт + 1 рабочий день; 27.05 выходной → 28.05" in page


def test_a_refused_day_says_why_at_its_field(calendar: Session, visit: Visit) -> None:
    sent = {"date": "18.02.2026", "kind": "working", "name": "Среда"}
    answer = visit("Заведующий отделением").post("/calendar/add", data=sent)
    assert "а этот день и так рабочий" in words(answer)


def test_a_day_is_changed_by_the_same_rule(calendar: Session, visit: Visit) -> None:
    day = calendar.scalars(select(CalendarDay).where(CalendarDay.date == dt.date(2026, 11, 3))).one()
    sent = {"date": "03.11.2026", "kind": "holiday", "name": "Праздник области", "row_version": str(day.version)}
    visit("Заведующий отделением").post(f"/calendar/edit/{day.id}", data=sent)
    calendar.expire_all()
    assert (day.kind, day.name) == (DayKind.HOLIDAY, "Праздник области")
