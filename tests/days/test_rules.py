"""The calendar of a centre: filled, changed, never overwritten, and what it says it lacks."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, clock_at
from app.base import RuleBroken
from app.days.models import CalendarDay, DayKind
from app.days.rules import Filled, Gap, calendar_of, change_day, enter_day, fill_around, fill_year, gaps
from app.journal.models import JournalRow
from tests.days.russia import RUSSIA, YEARS

DAY = dt.date(2026, 2, 18)
UNFILLED = "Календарь на {0} год не заполнен: праздники в сроках не учтены."
UNMOVED = "Переносы выходных в {0} году не внесены. Внесите их по постановлению Правительства."


@pytest.fixture
def blank(stored: Session) -> Session:
    """Return the session on a calendar without a day; setup has filled the years around today."""
    for day in stored.scalars(select(CalendarDay)):
        stored.delete(day)
    stored.flush()
    return stored


def enter(session: Session, date: dt.date, kind: DayKind, moved_from: dt.date | None = None) -> CalendarDay:
    """Enter one day."""
    return enter_day(session, by=SYSTEM, date=date, kind=kind, name="День", moved_from=moved_from, source=None)


def kinds(session: Session) -> dict[dt.date, DayKind]:
    """Return the calendar as it stands."""
    return {day.date: day.kind for day in session.scalars(select(CalendarDay))}


@pytest.mark.both
def test_three_filled_years_are_the_calendar_of_russia(blank: Session) -> None:
    for year in YEARS:
        fill_year(blank, year, by=SYSTEM)
    assert calendar_of(blank) == RUSSIA


def test_filling_a_year_twice_adds_nothing(blank: Session) -> None:
    assert fill_year(blank, 2026, by=SYSTEM) == Filled(2026, 22, ())
    assert fill_year(blank, 2026, by=SYSTEM) == Filled(2026, 0, ())


def test_what_a_centre_has_changed_stays_and_is_named(blank: Session) -> None:
    fill_year(blank, 2025, by=SYSTEM)
    day = blank.scalars(select(CalendarDay).where(CalendarDay.date == dt.date(2025, 11, 1))).one()
    change_day(day, by=SYSTEM, kind=DayKind.HOLIDAY)

    assert fill_year(blank, 2025, by=SYSTEM) == Filled(2025, 0, (dt.date(2025, 11, 1),))
    assert kinds(blank)[dt.date(2025, 11, 1)] is DayKind.HOLIDAY


def test_a_day_moved_elsewhere_by_a_later_decree_is_named(blank: Session) -> None:
    """As when the law alone had moved 23.02.2025 to the Monday, and the decree gave it to 8 May."""
    enter(blank, dt.date(2025, 2, 24), DayKind.DAY_OFF, moved_from=dt.date(2025, 2, 23))
    assert fill_year(blank, 2025, by=SYSTEM).differing == (dt.date(2025, 2, 24),)


def test_a_holiday_of_the_region_is_nothing_to_tell_of(blank: Session) -> None:
    enter(blank, dt.date(2026, 5, 27), DayKind.HOLIDAY)
    assert fill_year(blank, 2026, by=SYSTEM) == Filled(2026, 22, ())
    assert not calendar_of(blank).works(dt.date(2026, 5, 27))


def test_what_filling_did_is_told() -> None:
    assert Filled(2026, 22, ()).told == (("ok", "Календарь на 2026 год: внесено 22\u00a0дня."),)
    assert Filled(2028, 0, (dt.date(2028, 11, 6),)).told == (
        ("info", "Нового для календаря на 2028 год нет."),
        ("warn", "Отличаются от официального календаря и оставлены как есть: 06.11."),
    )


def test_every_filled_day_stands_in_the_journal(blank: Session) -> None:
    asked = select(func.count()).where(JournalRow.table_name == "calendar_day", JournalRow.verb == "create")
    before = blank.scalar(asked) or 0
    fill_year(blank, 2026, by=SYSTEM)
    assert blank.scalar(asked) == before + 22


def test_a_new_installation_has_last_year_this_one_and_the_next(blank: Session) -> None:
    with clock_at(DAY):
        fill_around(blank, by=SYSTEM)
    assert {day.year for day in kinds(blank)} == {2025, 2026, 2027}


def test_an_upgrade_does_not_bring_back_a_day_the_centre_has_removed(blank: Session) -> None:
    with clock_at(DAY):
        fill_around(blank, by=SYSTEM)
        removed = blank.scalars(select(CalendarDay).where(CalendarDay.date == dt.date(2026, 11, 3))).one()
        blank.delete(removed)
        blank.flush()
        fill_around(blank, by=SYSTEM)
    assert dt.date(2026, 11, 3) not in kinds(blank)


# ---- what is missing -----------------------------------------------------------------------------------


def test_an_empty_year_is_told_of(blank: Session) -> None:
    with clock_at(DAY):
        assert gaps(blank) == (Gap(2026, UNFILLED.format(2026)),)


def test_a_year_of_which_one_holiday_is_lacking_is_not_filled(blank: Session) -> None:
    fill_year(blank, 2026, by=SYSTEM)
    blank.delete(blank.scalars(select(CalendarDay).where(CalendarDay.date == dt.date(2026, 6, 12))).one())
    blank.flush()
    with clock_at(DAY):
        assert gaps(blank) == (Gap(2026, UNFILLED.format(2026)),)
    assert calendar_of(blank).years == frozenset()


def test_a_year_without_the_two_days_of_the_decree_is_told_of(blank: Session) -> None:
    """As a year is that was filled before its decree: the Government gives away two days of January each year."""
    fill_year(blank, 2026, by=SYSTEM)
    day = blank.scalars(select(CalendarDay).where(CalendarDay.date == dt.date(2026, 12, 31))).one()
    change_day(day, by=SYSTEM, moved_from=None)
    blank.flush()
    with clock_at(DAY):
        assert gaps(blank) == (Gap(2026, UNMOVED.format(2026)),)


def test_the_next_year_is_asked_for_from_december(blank: Session) -> None:
    fill_year(blank, 2026, by=SYSTEM)
    with clock_at(dt.date(2026, 11, 30)):
        assert gaps(blank) == ()
    with clock_at(dt.date(2026, 12, 1)):
        assert gaps(blank) == (Gap(2027, UNFILLED.format(2027)),)


def test_a_whole_calendar_lacks_nothing(blank: Session) -> None:
    fill_year(blank, 2026, by=SYSTEM)
    fill_year(blank, 2027, by=SYSTEM)
    with clock_at(dt.date(2026, 12, 31)):
        assert gaps(blank) == ()


# ---- refusals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "kind", "moved_from", "sentence", "field"),
    [
        (dt.date(2026, 2, 18), DayKind.WORKING, None, "этот день и так рабочий", "kind"),
        (dt.date(2026, 2, 21), DayKind.SHORT, None, "а это выходной", "kind"),
        (dt.date(2026, 2, 18), DayKind.DAY_OFF, dt.date(2026, 2, 18), "только с другого дня", "moved_from"),
        (dt.date(2026, 2, 18), DayKind.HOLIDAY, dt.date(2026, 2, 21), "только выходной", "moved_from"),
    ],
)
def test_a_day_that_cannot_be_so_is_refused(
    stored: Session, date: dt.date, kind: DayKind, moved_from: dt.date | None, sentence: str, field: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        enter(stored, date, kind, moved_from)
    assert refusal.value.field == field


def test_a_change_is_held_to_the_same(blank: Session) -> None:
    day = enter(blank, dt.date(2026, 2, 21), DayKind.WORKING)
    with pytest.raises(RuleBroken, match="и так рабочий"):
        change_day(day, by=SYSTEM, date=dt.date(2026, 2, 18))
