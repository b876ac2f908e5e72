"""The official calendar of three years, typed by hand from the decrees and ст. 112 ТК РФ; no code has computed it."""

from __future__ import annotations

import datetime as dt

from app.days.calendar import Calendar


def days(year: int, *spans: str) -> set[dt.date]:
    """Return the days of *year* written as «01.05» or «01-08.01»."""
    found = set()
    for span in spans:
        numbers, month = span.split(".")
        first, _, last = numbers.partition("-")
        found |= {dt.date(year, int(month), number) for number in range(int(first), int(last or first) + 1)}
    return found


HOLIDAYS = ("01-08.01", "23.02", "08.03", "01.05", "09.05", "12.06", "04.11")
MOVED_OFF = {
    2025: days(2025, "02.05", "08.05", "13.06", "03.11", "31.12"),
    2026: days(2026, "09.01", "09.03", "11.05", "31.12"),
    2027: days(2027, "22.02", "03.05", "10.05", "14.06", "05.11", "31.12"),
}
WORKED = {2025: days(2025, "01.11"), 2026: set(), 2027: days(2027, "20.02")}
SHORT = {
    2025: days(2025, "07.03", "30.04", "11.06"),
    2026: days(2026, "30.04", "08.05", "11.06", "03.11"),
    2027: days(2027, "30.04", "11.06", "03.11"),
}
YEARS = tuple(MOVED_OFF)

RUSSIA = Calendar(
    off=frozenset().union(*(days(year, *HOLIDAYS) | MOVED_OFF[year] for year in YEARS)),
    working=frozenset().union(*WORKED.values()),
    years=frozenset(YEARS),
)
"""The three years as a calendar."""
