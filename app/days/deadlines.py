"""When a term ends, counted as people count it on paper, and the line that explains the count. Pure: no database.

The day a term begins with is not counted (ст. 191 ГК РФ). A month ends with the same number of a later month, or with
its last day where there is no such number (ст. 192). A term whose last day is a day off ends on the next working day
(ст. 193), or on the one before where the centre's rules say so.

While a case stands still its terms stand still: days of a pause are not counted. A term that is a day of the calendar
(«до 30-го числа», «к 31.12») stays where it is.
"""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.base import Choice
from app.days.calendar import DAY, Calendar, Pause, days
from app.days.telling import days_off, runs, short, span, with_weekday, worked_against_weekday
from app.words import IN_MONTHS, counted

Test = Callable[[dt.date], bool]


class Unit(Choice):
    """In what a term is counted."""

    WORKING = "working", "рабочих дней"
    CALENDAR = "calendar", "календарных дней"
    MONTHS = "months", "месяцев"
    DAY_OF_MONTH = "day_of_month", "до этого числа месяца"
    DATE = "date", "к этой дате"


class Roll(Choice):
    """Where a term goes whose last day is a day off."""

    FORWARD = "forward", "на следующий рабочий день"
    BACK = "back", "на предыдущий рабочий день"


_COUNTED = {
    Unit.WORKING: ("рабочий день", "рабочих дня", "рабочих дней"),
    Unit.CALENDAR: ("календарный день", "календарных дня", "календарных дней"),
    Unit.MONTHS: ("месяц", "месяца", "месяцев"),
}
_ON_THE_CALENDAR = (Unit.DAY_OF_MONTH, Unit.DATE)


@dataclass(frozen=True)
class Due:
    """When a term ends and, in one line, why; *unknown* are the years whose holidays the count did not know."""

    date: dt.date
    explanation: str
    unknown: tuple[int, ...] = ()


def due(
    start: dt.date,
    amount: int | dt.date,
    unit: Unit,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    roll: Roll = Roll.FORWARD,
) -> Due:
    """Return the end of a term that begins with *start* (S003-3.5).

    *amount* is how many days or months; for ``DAY_OF_MONTH`` the number of the day, the next one from *start* on; for
    ``DATE`` the date itself.

    Raises:
        ValueError: the amount does not fit its unit.
        OverflowError: the term ends later than dates can say.
    """
    _check(amount, unit)
    if unit in _ON_THE_CALENDAR:
        pauses = ()

    def paused(day: dt.date) -> bool:
        return any(day in pause for pause in pauses)

    def free(day: dt.date) -> bool:
        return calendar.works(day) and not paused(day)

    aim = amount if isinstance(amount, dt.date) else _aim(start, amount, unit, free)
    last = aim if unit is Unit.WORKING else _lengthened(start, aim, paused)
    end = _rolled(start, last, free, roll)
    passed = list(days(start + DAY * bool(amount), end))
    # Of a term in working days every day off on the way counts; of another only those at its end.
    off = passed if unit is Unit.WORKING else list(days(last, end)) or list(days(end + DAY, last + DAY))
    worked = [*passed, end] if unit is Unit.WORKING else [end]
    notes = _notes(
        off=[day for day in off if not calendar.works(day) and not paused(day)],
        back=end < last,
        worked=[day for day in worked if day.weekday() >= 5 and free(day)],
        paused=[day for day in passed if paused(day)],
    )
    told = _said(start, amount, unit, aim, end, notes)
    return Due(end, told, calendar.unknown(aim if unit is Unit.DATE else min(start, end), end))


def _check(amount: int | dt.date, unit: Unit) -> None:
    fits = isinstance(amount, dt.date) if unit is Unit.DATE else isinstance(amount, int) and amount >= 0
    if not fits or (unit is Unit.DAY_OF_MONTH and amount not in range(1, 32)):
        raise ValueError(f"{amount!r} is no amount of {unit.value}")


# ---- counting ----------------------------------------------------------------------------------------


def _aim(start: dt.date, amount: int, unit: Unit, free: Test) -> dt.date:
    """Return where the term leads before pauses and a day off at its end move it."""
    if unit is Unit.WORKING:
        return _after(start, amount, free)
    if unit is Unit.CALENDAR:
        return start + DAY * amount
    if unit is Unit.MONTHS:
        return _in_month(start, amount, start.day)
    here = _in_month(start, 0, amount)
    return here if here >= start else _in_month(start, 1, amount)


def _after(day: dt.date, number: int, counts: Test) -> dt.date:
    """Return the day with that *number* after *day* among those that count."""
    while number:
        day += DAY
        number -= counts(day)
    return day


def _in_month(start: dt.date, later: int, number: int) -> dt.date:
    """Return the day with that *number* so many months *later*, the last one where there is no such number."""
    years, month = divmod(start.month - 1 + later, 12)
    year = start.year + years
    if year > dt.MAXYEAR:
        raise OverflowError(f"{later} months after {start}")
    return dt.date(year, month + 1, min(number, months.monthrange(year, month + 1)[1]))


def _lengthened(start: dt.date, aim: dt.date, paused: Test) -> dt.date:
    """Return *aim* later by the days after *start* in which nothing was counted."""
    return _after(aim, sum(paused(day) for day in days(start + DAY, aim + DAY)), lambda day: not paused(day))


def _rolled(start: dt.date, last: dt.date, free: Test, roll: Roll) -> dt.date:
    """Return the working day a term ends on; it never ends before it began."""
    if roll is Roll.BACK:
        earlier = next((day for day in (last - DAY * n for n in range((last - start).days + 1)) if free(day)), None)
        if earlier is not None:
            return earlier
    return last if free(last) else _after(last, 1, free)


# ---- telling -----------------------------------------------------------------------------------------


def _notes(*, off: list[dt.date], back: bool, worked: list[dt.date], paused: list[dt.date]) -> list[str]:
    """Return what a person would say of the days on the way, in their order."""
    said = [(day, worked_against_weekday(day)) for day in worked]
    if off:
        said.append((off[0], days_off(off) + (", срок раньше" if back else "")))
    if paused:
        said.append((paused[0], f"{', '.join(span(run) for run in runs(paused))} приостановлено"))
    return [text for _, text in sorted(said)]


def _said(start: dt.date, amount: int | dt.date, unit: Unit, aim: dt.date, end: dt.date, notes: list[str]) -> str:
    """Return the line: «20.02 пт + 1 рабочий день; 21–23.02 выходные → 24.02»; years where they differ."""
    year = len({aim.year, end.year} | (set() if unit is Unit.DATE else {start.year})) > 1
    head = with_weekday(aim if unit is Unit.DATE else start, year=year)
    if isinstance(amount, dt.date):
        head = f"к {head}"
    elif unit is Unit.DAY_OF_MONTH:
        head += f", до {amount}-го числа"
    else:
        head += f" + {counted(amount, *_COUNTED[unit])}"
    lacks = ""
    if unit in (Unit.MONTHS, Unit.DAY_OF_MONTH):
        wanted = start.day if unit is Unit.MONTHS else amount
        lacks = "" if aim.day == wanted else f" ({wanted}-го числа в {IN_MONTHS[aim.month - 1]} нет)"
    if unit not in (Unit.WORKING, Unit.DATE) and (aim != end or lacks):
        head += f" = {with_weekday(aim, year=year)}{lacks}"
    return f"{'; '.join([head, *notes])} → {short(end, year=year)}"
