"""What holds for every term over every calendar."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from app.days.calendar import DAY, Calendar, Pause
from app.days.deadlines import Roll, Unit, due

DATES = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
CALENDARS = st.builds(
    Calendar,
    off=st.frozensets(DATES, max_size=40),
    working=st.frozensets(DATES.filter(lambda day: day.weekday() >= 5), max_size=10),
)
PERIODS = st.builds(lambda first, long: Pause(first, first + DAY * long), DATES, st.integers(0, 40))
PAUSES = st.lists(PERIODS, max_size=3)
COUNTED = st.sampled_from([Unit.WORKING, Unit.CALENDAR])
UNITS = st.sampled_from([Unit.WORKING, Unit.CALENDAR, Unit.MONTHS, Unit.DAY_OF_MONTH])
AMOUNTS = st.integers(1, 31)
ROLLS = st.sampled_from(list(Roll))
quick = settings(max_examples=60, deadline=None)


@quick
@given(DATES, AMOUNTS, UNITS, CALENDARS, PAUSES, ROLLS)
def test_a_term_ends_on_a_worked_day_not_before_it_begins(
    start: dt.date, amount: int, unit: Unit, calendar: Calendar, pauses: list[Pause], roll: Roll
) -> None:
    found = due(start, amount, unit, calendar, pauses=pauses, roll=roll)
    assert found.date >= start
    assert calendar.works(found.date)
    assert unit is Unit.DAY_OF_MONTH or not any(found.date in pause for pause in pauses)


@quick
@given(DATES, DATES, AMOUNTS, UNITS, CALENDARS, ROLLS)
def test_what_begins_later_does_not_end_earlier(
    one: dt.date, other: dt.date, amount: int, unit: Unit, calendar: Calendar, roll: Roll
) -> None:
    first, later = sorted((one, other))
    assert due(first, amount, unit, calendar, roll=roll).date <= due(later, amount, unit, calendar, roll=roll).date


@quick
@given(DATES, st.integers(0, 31), st.integers(0, 31), COUNTED, CALENDARS, PAUSES)
def test_a_longer_term_does_not_end_earlier(
    start: dt.date, one: int, other: int, unit: Unit, calendar: Calendar, pauses: list[Pause]
) -> None:
    short, long = sorted((one, other))
    ends = [due(start, amount, unit, calendar, pauses=pauses).date for amount in (short, long)]
    assert ends == sorted(ends)


@quick
@given(DATES, AMOUNTS, CALENDARS)
def test_counting_back_the_working_days_gives_the_amount(start: dt.date, amount: int, calendar: Calendar) -> None:
    assert calendar.worked(start, due(start, amount, Unit.WORKING, calendar).date) == amount


@quick
@given(DATES, AMOUNTS, COUNTED, CALENDARS, PAUSES)
def test_a_pause_never_brings_a_term_forward(
    start: dt.date, amount: int, unit: Unit, calendar: Calendar, pauses: list[Pause]
) -> None:
    assert due(start, amount, unit, calendar, pauses=pauses).date >= due(start, amount, unit, calendar).date


@quick
@given(DATES, AMOUNTS, UNITS, CALENDARS, PAUSES, ROLLS)
def test_the_explanation_is_one_line_that_ends_with_the_day(
    start: dt.date, amount: int, unit: Unit, calendar: Calendar, pauses: list[Pause], roll: Roll
) -> None:
    found = due(start, amount, unit, calendar, pauses=pauses, roll=roll)
    assert "\n" not in found.explanation
    assert f"{found.date:%d.%m}" in found.explanation.rpartition("→ ")[2]
