"""What is known of the days: which are worked, and in which a case stood still. Pure: no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Days off and days worked against their weekday, and the *years* of which everything is known.

    Without a word about a day its weekday decides; in a year that is not known that may be wrong, see :meth:`unknown`.
    """

    off: frozenset[dt.date] = frozenset()
    working: frozenset[dt.date] = frozenset()
    years: frozenset[int] = frozenset()

    def works(self, day: dt.date) -> bool:
        """Whether *day* is a working day."""
        return day in self.working or (day.weekday() < 5 and day not in self.off)

    def worked(self, after: dt.date, until: dt.date) -> int:
        """Return how many working days there are after one day up to another, the latter counted."""
        return sum(self.works(day) for day in days(after + DAY, until + DAY))

    def unknown(self, first: dt.date, last: dt.date) -> tuple[int, ...]:
        """Return the years from one day to another of which not everything is known."""
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.years)


@dataclass(frozen=True)
class Pause:
    """Days in which a case stood still, both counted; of a pause that goes on, up to today."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


def days(first: dt.date, end: dt.date) -> Iterator[dt.date]:
    """Yield the days from *first* to the one before *end*."""
    return (first + DAY * number for number in range((end - first).days))


def day_of(moment: dt.datetime, zone: str) -> dt.date:
    """Return the day *moment* belongs to where the service unit works: a term begins with the local day."""
    return moment.astimezone(ZoneInfo(zone)).date()
