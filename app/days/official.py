"""The calendar of Russia for a year: holidays and transfers from the package ``holidays``, the rest by the law.

The law (ст. 112 ТК РФ) fixes the holidays; a weekend day that falls on one of them moves to the next working day,
but for January, of whose weekend days two are given to other days by a decree of the Government each autumn. The day
before a holiday is an hour shorter (ст. 95), also when it was exchanged for a Saturday.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from app.base import RuleBroken
from app.days.calendar import DAY
from app.days.models import DayKind

FIRST_YEAR = 2013
"""Since when the law has been what it is here."""
LAST_YEAR = 2099
LAW, SHORTER = "ст. 112 ТК РФ", "ст. 95 ТК РФ"
DECREES = {
    2025: "постановление Правительства РФ от 04.10.2024 № 1335",
    2026: "постановление Правительства РФ от 24.09.2025 № 1466",
}
"""By which decree days off were moved; of other years the number is not known here."""
JANUARY = tuple((1, day) for day in range(1, 9))
HOLIDAYS = (*JANUARY, (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))
"""Month and day of every holiday of the law."""
_MOVED = re.compile(r"перенесено с (\d{2}\.\d{2}\.\d{4})")


@dataclass(frozen=True)
class OfficialDay:
    """One day as the law or a decree has it."""

    date: dt.date
    kind: DayKind
    name: str
    moved_from: dt.date | None
    source: str


def holidays_of(year: int) -> frozenset[dt.date]:
    """Return the holidays the law has in *year*."""
    return frozenset(dt.date(year, month, day) for month, day in HOLIDAYS)


def has_decree(moved_from: set[dt.date], year: int) -> bool:
    """Whether among the days given away are the two of January, without which the decree of *year* is not known."""
    return sum((day.year, day.month) == (year, 1) for day in moved_from) >= 2


def official_year(year: int) -> tuple[OfficialDay, ...]:
    """Return the days of *year* that are not what their weekday says, and the shortened ones, in order.

    Transfers of a year whose decree the package does not know are left out, but for those the law makes itself.

    Raises:
        RuleBroken: the law was another then, or nobody knows what it will be.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RuleBroken(f"Календарь заполняется с {FIRST_YEAR} по {LAST_YEAR} год. Укажите другой год.")
    names, moved = _known(year)
    decree = DECREES.get(year, f"постановление Правительства РФ о переносе выходных дней в {year} году")
    found = {day: OfficialDay(day, DayKind.HOLIDAY, name, None, LAW) for day, name in names.items()}
    for to, day in moved.items():
        found[to] = OfficialDay(to, DayKind.DAY_OFF, f"Выходной вместо {day:%d.%m.%Y}", day, decree)
    for day in sorted(names.keys() - set(moved.values())):
        if day.weekday() >= 5 and day.month != 1:
            to = _next_working(day, found)
            found[to] = OfficialDay(to, DayKind.DAY_OFF, f"Выходной вместо {day:%d.%m.%Y}", day, LAW)
    for to, day in moved.items():
        if day not in names:
            shorter = ", на час короче" if to + DAY in names else ""
            name = f"Рабочий день вместо {to:%d.%m.%Y}{shorter}"
            found[day] = OfficialDay(day, DayKind.WORKING, name, None, decree)
    for day in (*names, dt.date(year + 1, 1, 1)):
        eve = day - DAY
        if eve.year == year and eve.weekday() < 5 and eve not in found:
            found[eve] = OfficialDay(eve, DayKind.SHORT, "Предпраздничный день, на час короче", None, SHORTER)
    return tuple(found[day] for day in sorted(found))


def _known(year: int) -> tuple[dict[dt.date, str], dict[dt.date, dt.date]]:
    """Return the names of the holidays, and the days off by decree with the days they are taken from."""
    from holidays import country_holidays  # It reads the rules of every country, which takes half a second.

    named = country_holidays("RU", years=year, language="ru")
    holidays = holidays_of(year)
    moved = {day: match[1] for day, name in named.items() if (match := _MOVED.search(name))}
    return (
        {day: named[day] for day in sorted(holidays)},
        {to: dt.datetime.strptime(day, "%d.%m.%Y").date() for to, day in sorted(moved.items())},
    )


def _next_working(day: dt.date, found: dict[dt.date, OfficialDay]) -> dt.date:
    day += DAY
    while day.weekday() >= 5 or day in found:
        day += DAY
    return day
