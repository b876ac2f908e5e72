"""Days as a person says them when he counts aloud: «20.02 пт», «21–23.02 выходные»."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from app.days.calendar import DAY

WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
FEW = 3
"""Pieces of days off that are told one by one; of more, only those that are no plain weekend."""

Run = tuple[dt.date, dt.date]
"""The first and the last of days that follow each other."""


def short(day: dt.date, *, year: bool = False) -> str:
    """Return «20.02», with its *year* if wanted."""
    return f"{day:%d.%m.%Y}" if year else f"{day:%d.%m}"


def with_weekday(day: dt.date, *, year: bool = False) -> str:
    """Return «20.02 пт»."""
    return f"{short(day, year=year)} {WEEKDAYS[day.weekday()]}"


def runs(days: Iterable[dt.date]) -> list[Run]:
    """Return *days*, given in order, as runs of days that follow each other."""
    found: list[Run] = []
    for day in days:
        if found and found[-1][1] + DAY == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def span(run: Run) -> str:
    """Return «21–23.02», «30.05–01.06» or «21.02»."""
    first, last = run
    if first == last:
        return short(first)
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first:%d}–{short(last)}" if same_month else f"{short(first)}–{short(last)}"


def days_off(days: Sequence[dt.date]) -> str:
    """Return «21–23.02 выходные»: every piece of a few; of many the plain weekends in one word."""
    if len(days) == 1:
        return f"{short(days[0])} выходной"
    pieces = runs(days)
    told = [span(run) for run in pieces]
    special = [span(run) for run in pieces if not _is_weekend(run)]
    if len(pieces) > FEW and len(special) < len(pieces):
        told = [*special, f"{'остальные ' if special else ''}субботы и воскресенья"]
    return f"{', '.join(told)} выходные"


def _is_weekend(run: Run) -> bool:
    return run[0].weekday() >= 5 and run[1] - run[0] <= DAY and run[1].weekday() >= 5


def worked_against_weekday(day: dt.date) -> str:
    """Return «01.11 рабочая суббота»."""
    return f"{short(day)} {'рабочая суббота' if day.weekday() == 5 else 'рабочее воскресенье'}"
