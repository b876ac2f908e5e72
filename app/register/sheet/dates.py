"""A day as people write it in a table: eight notations, two-digit years, the day count of Excel.

What cannot be a day is told in words: «в феврале нет 31-го числа».
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from app.words import IN_MONTHS

EXCEL_EPOCH, EXCEL_EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
FIRST_SERIAL, LAST_SERIAL = 367, 73415
"""Days from 1901 to 2100: a smaller number is an age or a year, a larger one a phone."""

_MONTHS = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
_END = r"(?:\s*(?:г\.?\s*рожд\w*|г\.?\s*р\.?|год[а]?(?:\s+рожд\w*)?|г\.?))?"
_NUMERIC = re.compile(
    rf"(\d{{1,2}})\s*[.,/\-]\s*(\d{{1,2}})\s*[.,/\-]\s*(\d{{4}}|\d{{2}})(?!\d){_END}\.?", re.IGNORECASE
)
_ISO = re.compile(
    r"(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?(?!\d)" + _END, re.IGNORECASE
)
_WORDS = re.compile(rf"[«\"]?(\d{{1,2}})[»\"]?\s+([а-я]{{3,9}})\.?\s+(\d{{4}}){_END}", re.IGNORECASE)
ANYWHERE = re.compile(rf"(?<![\d.])(?:{_ISO.pattern}|{_NUMERIC.pattern}|{_WORDS.pattern})", re.IGNORECASE)
"""A day inside other text, for cells that hold a name and a date of birth together."""


class NotADay(ValueError):
    """The text is no day; the message says why, in Russian, without the cell's address."""


@dataclass(frozen=True)
class Years:
    """Years possible for a column, counted from today: a parent was born 14 to 100 years ago."""

    earliest: int
    latest: int

    def century(self, two_digits: int, today: dt.date) -> int:
        """Return the year people mean by two digits in this column."""
        candidates = [century + two_digits for century in (1900, 2000)]
        low, high = today.year + self.earliest, today.year + self.latest
        # Outside the window the nearer year wins, so that «31» of a birth column stays visibly wrong or old.
        return min(candidates, key=lambda year: (max(low - year, year - high, 0), -year))


def read_day(value: object, years: Years, today: dt.date, *, from_1904: bool = False) -> dt.date:
    """Return the day written in a cell.

    Raises:
        NotADay: with the reason.
    """
    if isinstance(value, dt.date):
        return value
    if isinstance(value, bool) or value is None:
        raise NotADay("здесь не дата")
    if isinstance(value, int | float):
        return _from_serial(float(value), from_1904)
    text = re.sub(r"[\s\u200b\ufeff]+", " ", str(value)).strip()
    found = _ISO.fullmatch(text)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _NUMERIC.fullmatch(text)
    if found:
        year = int(found[3])
        return _day(years.century(year, today) if len(found[3]) == 2 else year, int(found[2]), int(found[1]))
    found = _WORDS.fullmatch(text)
    if found:
        month = _month(found[2])
        if month:
            return _day(int(found[3]), month, int(found[1]))
    if re.fullmatch(r"\d{5}(\.0+)?", text):
        return _from_serial(float(text), from_1904)
    if re.fullmatch(rf"(19|20)\d\d{_END}", text, re.IGNORECASE):
        raise NotADay("указан только год: нужны день, месяц и год")
    raise NotADay(f"дата «{text[:40]}» не читается: напишите её как 31.12.2024")


def find_day(text: str, years: Years, today: dt.date) -> tuple[str, dt.date | None]:
    """Take the first day out of *text* and return the rest and the day.

    Raises:
        NotADay: something written as a day is impossible.
    """
    found = ANYWHERE.search(text)
    if not found:
        return text, None
    return (text[: found.start()] + " " + text[found.end() :]).strip(), read_day(found[0].strip(), years, today)


def _from_serial(serial: float, from_1904: bool) -> dt.date:
    if not FIRST_SERIAL <= serial <= LAST_SERIAL:
        shown = int(serial) if serial == serial and abs(serial) < 1e15 else serial
        raise NotADay(f"число {shown} не похоже на дату: напишите её как 31.12.2024")
    return (EXCEL_EPOCH_1904 if from_1904 else EXCEL_EPOCH) + dt.timedelta(days=int(serial))


def _month(word: str) -> int:
    """Return the month by its name in full, declined or cut to three or four letters; 0 if it is none."""
    word = word.casefold()
    for at, stem in enumerate(_MONTHS, 1):
        if word in (stem, f"{stem}ь", f"{stem}й", f"{stem}я", f"{stem}а") or (
            3 <= len(word) <= 4 and stem.startswith(word)
        ):
            return at
    return 0


def _day(year: int, month: int, day: int) -> dt.date:
    if not 1900 <= year <= 2100:
        raise NotADay(f"год {year} не подходит: проверьте дату")
    if not month or not day:
        raise NotADay(f"дата записана не полностью ({day:02}.{month:02}.{year}): укажите день и месяц")
    if month > 12:
        raise NotADay(f"месяца с номером {month} не бывает: проверьте дату")
    if day > calendar.monthrange(year, month)[1]:
        leap = f" {year} года" if (month, day) == (2, 29) else ""
        raise NotADay(f"в {IN_MONTHS[month - 1]}{leap} нет {day}-го числа: проверьте дату")
    return dt.date(year, month, day)
