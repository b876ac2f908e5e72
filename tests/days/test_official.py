"""What a year is filled with, against the calendar typed by hand from the decrees."""

from __future__ import annotations

import datetime as dt

import holidays
import pytest

from app.base import RuleBroken
from app.days.models import DayKind
from app.days.official import FIRST_YEAR, official_year
from tests.days.russia import HOLIDAYS, MOVED_OFF, SHORT, WORKED, YEARS, days


def of_kind(year: int, *kinds: DayKind) -> set[dt.date]:
    """Return the official days of *year* of these kinds."""
    return {one.date for one in official_year(year) if one.kind in kinds}


@pytest.mark.parametrize("year", YEARS)
def test_a_year_is_what_the_law_and_the_decree_say(year: int) -> None:
    found = {kind: of_kind(year, kind) for kind in DayKind}
    assert found == {
        DayKind.HOLIDAY: days(year, *HOLIDAYS),
        DayKind.DAY_OFF: MOVED_OFF[year],
        DayKind.WORKING: WORKED[year],
        DayKind.SHORT: SHORT[year],
    }


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_247_working_days(year: int) -> None:
    off, worked = of_kind(year, DayKind.HOLIDAY, DayKind.DAY_OFF), of_kind(year, DayKind.WORKING)
    every = (dt.date(year, 1, 1) + dt.timedelta(days=number) for number in range(365))
    assert sum(day in worked or (day.weekday() < 5 and day not in off) for day in every) == 247


@pytest.mark.parametrize("year", range(2015, 2028))
def test_what_the_law_moves_is_what_the_package_says_of_years_it_knows(year: int) -> None:
    """The package has these days as facts; here they follow from the law, so that a year it does not know is right."""
    assert of_kind(year, DayKind.HOLIDAY, DayKind.DAY_OFF) == set(holidays.country_holidays("RU", years=year))


def test_each_day_says_where_it_comes_from() -> None:
    found = {one.date: (one.name, one.moved_from, one.source) for one in official_year(2025)}
    decree = "постановление Правительства РФ от 04.10.2024 № 1335"
    wanted = {
        dt.date(2025, 2, 23): ("День защитника Отечества", None, "ст. 112 ТК РФ"),
        dt.date(2025, 3, 7): ("Предпраздничный день, на час короче", None, "ст. 95 ТК РФ"),
        dt.date(2025, 5, 8): ("Выходной вместо 23.02.2025", dt.date(2025, 2, 23), decree),
        dt.date(2025, 11, 1): ("Рабочий день вместо 03.11.2025, на час короче", None, decree),
    }
    assert {day: found[day] for day in wanted} == wanted


def test_a_weekend_that_the_law_alone_moves_names_the_law() -> None:
    found = {one.date: (one.moved_from, one.source) for one in official_year(2026)}
    assert found[dt.date(2026, 3, 9)] == (dt.date(2026, 3, 8), "ст. 112 ТК РФ")


def test_without_a_decree_the_law_still_moves_what_it_moves() -> None:
    assert dt.date(2098, 1, 1).weekday() == 2
    assert of_kind(2098, DayKind.DAY_OFF) == days(2098, "24.02", "10.03")


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, 2100, 0])
def test_a_year_nobody_knows_is_refused(year: int) -> None:
    with pytest.raises(RuleBroken, match="с 2013 по 2099 год"):
        official_year(year)
