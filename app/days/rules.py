"""The rules of the production calendar: what a day may be, how a year is filled, what the calendar still lacks.

What a centre has entered or changed is never overwritten: filling a year adds the days that are missing and names
those that differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor, today
from app.base import RuleBroken
from app.days.calendar import Calendar
from app.days.models import CalendarDay, DayKind
from app.days.official import has_decree, holidays_of, official_year
from app.days.telling import short
from app.words import counted

Row = tuple[dt.date, DayKind, dt.date | None]
"""Of a day of the calendar its date, kind and the day it is moved from."""
OFF = (DayKind.HOLIDAY, DayKind.DAY_OFF)
DECEMBER = 12
"""From this month on terms lead into the next year, so its calendar is asked for."""


@dataclass(frozen=True)
class Filled:
    """What filling a *year* did: how many days were *added*, and which stand in the table otherwise than in the law."""

    year: int
    added: int
    differing: tuple[dt.date, ...]

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """What to say of it, as (tone, sentence)."""
        added = f"Календарь на {self.year} год: внесено {counted(self.added, 'день', 'дня', 'дней')}."
        said = ("ok", added) if self.added else ("info", f"Нового для календаря на {self.year} год нет.")
        if not self.differing:
            return (said,)
        listed = ", ".join(short(day) for day in self.differing)
        return said, ("warn", f"Отличаются от официального календаря и оставлены как есть: {listed}.")


@dataclass(frozen=True)
class Gap:
    """A year whose calendar is not whole, and what it lacks in one sentence."""

    year: int
    sentence: str


def calendar_of(session: Session) -> Calendar:
    """Return the calendar as it stands, in one query."""
    rows = _rows(session)
    years = {day.year for day, _, _ in rows}
    return Calendar(
        off=frozenset(day for day, kind, _ in rows if kind in OFF),
        working=frozenset(day for day, kind, _ in rows if kind is DayKind.WORKING),
        years=frozenset(year for year in years if _lacks(year, rows) is None),
    )


def gaps(session: Session, until: int | None = None) -> tuple[Gap, ...]:
    """Return the years whose calendar is needed and not whole: this one, and from December, or *until* it, the next."""
    now, rows = today(), _rows(session)
    last = until or (now.year + 1 if now.month >= DECEMBER else now.year)
    found = ((year, _lacks(year, rows)) for year in range(now.year, last + 1))
    return tuple(Gap(year, lacks) for year, lacks in found if lacks is not None)


def _rows(session: Session) -> Sequence[Row]:
    return session.execute(select(CalendarDay.date, CalendarDay.kind, CalendarDay.moved_from)).all()


def _lacks(year: int, rows: Sequence[Row]) -> str | None:
    """Return what the days of *year* lack, None when nothing is known to be missing."""
    own = [(day, moved_from) for day, _, moved_from in rows if day.year == year]
    if holidays_of(year) - {day for day, _ in own}:
        return f"Календарь на {year} год не заполнен: праздники в сроках не учтены."
    if not has_decree({moved_from for _, moved_from in own if moved_from}, year):
        return f"Переносы выходных в {year} году не внесены. Внесите их по постановлению Правительства."
    return None


# ---- entering ----------------------------------------------------------------------------------------


def enter_day(session: Session, *, by: Actor, **values: Any) -> CalendarDay:
    """Enter one day; deadlines that pass it are counted anew from then on.

    Raises:
        RuleBroken: the kind says of the day what its weekday says already, or it is moved from itself.
    """
    day = CalendarDay(**values)
    _check(day)
    session.add(day)
    return day


def change_day(day: CalendarDay, *, by: Actor, **values: Any) -> None:
    """Change one day.

    Raises:
        RuleBroken: as for :func:`enter_day`.
    """
    for name, value in values.items():
        setattr(day, name, value)
    _check(day)


def _check(day: CalendarDay) -> None:
    weekend = day.date.weekday() >= 5
    if day.kind is DayKind.WORKING and not weekend:
        raise RuleBroken("Рабочим отмечают субботу или воскресенье, а этот день и так рабочий.", field="kind")
    if day.kind is DayKind.SHORT and weekend:
        raise RuleBroken("Сокращённым бывает рабочий день, а это выходной. Выберите «рабочий».", field="kind")
    if day.moved_from is not None and (day.moved_from == day.date or day.kind is not DayKind.DAY_OFF):
        raise RuleBroken("Перенести можно только выходной и только с другого дня.", field="moved_from")


def fill_year(session: Session, year: int, *, by: Actor) -> Filled:
    """Add the official days of *year* that the calendar does not have; what stands there is left alone.

    Raises:
        RuleBroken: the official calendar of that year is not known.
    """
    official = {day.date: day for day in official_year(year)}
    inside = CalendarDay.date.between(dt.date(year, 1, 1), dt.date(year, 12, 31))
    known = {day.date: day for day in session.scalars(select(CalendarDay).where(inside))}
    moved = {day.moved_from: day.date for day in official.values() if day.moved_from is not None}
    differing = [date for date, day in known.items() if date in official and day.kind is not official[date].kind]
    # A weekend moved by the law alone, or by hand, may have been moved elsewhere by the decree that came later.
    differing += [
        day.date for day in known.values() if day.moved_from and moved.get(day.moved_from) not in (None, day.date)
    ]
    new = [day for date, day in official.items() if date not in known]
    for day in new:
        enter_day(session, by=by, **vars(day))
    session.flush()
    return Filled(year, len(new), tuple(sorted(set(differing))))


def fill_around(session: Session, *, by: Actor) -> None:
    """Fill last year, this one and the next where not a day of them is entered; for a new or upgraded installation."""
    years = {date.year for date in session.scalars(select(CalendarDay.date))}
    for year in range(today().year - 1, today().year + 2):
        if year not in years:
            fill_year(session, year, by=by)
