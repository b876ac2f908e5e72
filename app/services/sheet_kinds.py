"""Kinds of cells of a journal of services: a day told with its sheet, an amount, minutes, who got it, who gave it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

from app.register.sheet import Around, Directory, PersonName
from app.register.sheet.book import Value
from app.register.sheet.cells import Amount, Cell, Day, Lookup, Person, says_nothing, text_of
from app.register.sheet.dates import Years
from app.register.sheet.names import NotAName, clean, in_russian, read_name
from app.words import IN_MONTHS, fold

YEARS = Years(-30, 0)
BIRTHS = Years(-100, 0)
MOST = Decimal("999999.99")
"""The largest amount the table keeps."""

_MONTH = re.compile(r"\b(январ|феврал|март|апрел|ма[йяе]|июн|июл|август|сентябр|октябр|ноябр|декабр)\w*")
_STEMS = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_MONTH_OF_YEAR = re.compile(r"(?<![\d.])(0?[1-9]|1[0-2])[./](20\d\d)(?!\d)")
_DAY = re.compile(r"(\d{1,2})(?:-?го|-?е)?(?:\s*числа)?\.?")
_DAY_MONTH = re.compile(r"(\d{1,2})\s*[./]\s*(\d{1,2})\.?|(\d{1,2})\s+([а-яё]{3,9})\.?")
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::00)?")
_SAID = re.compile(
    r"(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:ч|час|часа|часов)\.?)?\s*(?:(\d{1,4})\s*(?:м|мин|минут|минута|минуты)?\.?)?"
)
_FAMILY = re.compile(r"сем(?:ья|ьи|ье)\s+(.+)")
_ENDING = re.compile(r"(?:ых|их|ой|ей|ая|ый|ий|ые|ие|а|я|ы|и|у|е)$")
_SHORT = re.compile(r"[А-ЯЁ][а-яё-]+ [А-ЯЁ]\. ?(?:[А-ЯЁ]\.)?|[А-ЯЁ]\. ?(?:[А-ЯЁ]\. ?)?[А-ЯЁ][а-яё-]+")


@lru_cache(maxsize=256)
def period_of(title: str) -> tuple[int | None, int | None]:
    """Return the year and the month a sheet is about, by its name and title; None for what they do not tell.

    A title that names several months or years («I квартал», «январь-март») tells none of them.
    """
    flat = fold(title)
    found = _MONTH_OF_YEAR.findall(flat)
    months = {int(month) for month, _ in found} | {
        next(at for at, stem in enumerate(_STEMS, 1) if name.startswith(stem)) for name in _MONTH.findall(flat)
    }
    years = {int(year) for year in _YEAR.findall(flat)}
    return (years.pop() if len(years) == 1 else None, months.pop() if len(months) == 1 else None)


@dataclass(frozen=True)
class DayOfMonth(Day):
    """A day of a journal: whole, «15.01» or «15» under a title that tells the rest; never after today."""

    years: Years = YEARS
    future: str = "future_date"

    def read(self, value: Value, around: Around) -> Cell:
        """Return the day."""
        return super().read(self._whole(value, around), around)

    def likes(self, value: Value, around: Around) -> float:
        """A day; a bare number up to 31 only where the sheet tells its month."""
        whole = self._whole(value, around)
        return super().likes(whole, around) if whole is value else 0.6

    def _whole(self, value: Value, around: Around) -> Value:
        """Return *value* with what the title tells added, or as it is."""
        if isinstance(value, bool | dt.date) or value is None:
            return value
        year, month = period_of(around.title)
        text = fold(text_of(value))
        alone, pair = _DAY.fullmatch(text), _DAY_MONTH.fullmatch(text)
        if alone and year and month:
            return f"{alone[1]}.{month}.{year}"
        if pair and year:
            return f"{pair[1]}.{pair[2]}.{year}" if pair[1] else f"{pair[3]} {pair[4]} {year}"
        return value


def strays(day: dt.date, title: str) -> str:
    """Return what to say of a day that is not of the month its sheet is about, "" when it is."""
    year, month = period_of(title)
    if not year or not month or (day.year, day.month) == (year, month):
        return ""
    return f"{day:%d.%m.%Y} стоит на листе о {IN_MONTHS[month - 1]} {year} года: проверьте дату"


@dataclass(frozen=True)
class Quantity(Amount):
    """How much was given, above zero; an empty cell tells nothing."""

    problem: str = "bad_quantity"

    def read(self, value: Value, around: Around) -> Cell:
        """Return ``Decimal``."""
        cell = super().read(value, around)
        if cell.problem:
            return cell
        if cell.value <= 0:
            return Cell(problem=self.problem, message=f"количество {text_of(value)}: нужно больше нуля")
        if cell.value > MOST or cell.value != round(cell.value, 2):
            said = f"количество {text_of(value)[:40]}: нужно не больше {MOST:n} и не больше двух знаков после запятой"
            return Cell(problem=self.problem, message=said)
        return cell


@dataclass(frozen=True)
class Minutes:
    """Time spent, in minutes: «40», «40 мин», «1 ч 30 мин», «1:30»."""

    evident: ClassVar[bool] = False

    def read(self, value: Value, around: Around) -> Cell:
        """Return whole minutes above zero, or nothing when the cell says there is nothing."""
        if says_nothing(value):
            return Cell()
        text = fold(text_of(value))
        clock, said = _CLOCK.fullmatch(text), _SAID.fullmatch(text)
        if clock:
            minutes = Decimal(int(clock[1]) * 60 + int(clock[2]))
        elif said:
            minutes = Decimal((said[1] or "0").replace(",", ".")) * 60 + int(said[2] or 0)
        else:
            minutes = Decimal(0)
        if minutes <= 0 or minutes != int(minutes) or minutes > 24 * 60:
            told = f"«{text_of(value)[:40]}» не похоже на время: напишите минуты числом"
            return Cell(problem="bad_minutes", message=told)
        return Cell(int(minutes))

    def likes(self, value: Value, around: Around) -> float:
        """Numbers are everywhere, so this is weak evidence."""
        return 0.3 if not isinstance(value, dt.date) and self.read(value, around).value else 0.0


@dataclass(frozen=True)
class Named:
    """Whom a cell names: the *text*, and the whole *name* where it is one («Тестова А. П.» is not)."""

    text: str
    name: PersonName | None = None

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return self.name.key if self.name else fold(self.text)


def stem_of_family(text: str) -> str:
    """Return «тестов» of «семья Тестовых» and of «Тестова», "" when *text* names no family by its surname alone."""
    flat = fold(in_russian(clean(text)))
    named = _FAMILY.fullmatch(flat)
    surname = (named[1] if named else flat).strip(' .,«»"')
    return _ENDING.sub("", surname) if surname and " " not in surname and "." not in surname else ""


@dataclass(frozen=True)
class Recipient:
    """Who got the service: a whole name, a surname with initials, or «семья Тестовых»."""

    evident: ClassVar[bool] = True

    def read(self, value: Value, around: Around) -> Cell:
        """Return :class:`Named`; who that is, the base tells."""
        text = text_of(value)
        if _FAMILY.fullmatch(fold(text)):
            return Cell(Named(text))
        try:
            name = read_name(text)
        except NotAName as wrong:
            if says_nothing(value):
                return Cell()
            return (
                Cell(Named(text)) if re.search(r"[^\W\d_]{2}", text) else Cell(problem="bad_name", message=str(wrong))
            )
        note = "латинские буквы в имени заменены русскими" if name.corrected else ""
        return Cell(Named(text, name), note=note)

    def likes(self, value: Value, around: Around) -> float:
        """A person's name, or a surname with initials."""
        if isinstance(value, str) and _SHORT.fullmatch(text_of(value)):
            return 0.6
        return Person(BIRTHS).likes(value, around)


@dataclass(frozen=True)
class Performer(Lookup):
    """Who gave the service: somebody of the staff; what follows a comma (a department, a position) is not the name."""

    list_name: str = "staff"
    problem: str = "unknown_performer"
    whom: str = "такого сотрудника в службе нет; проверьте фамилию или сначала внесите сотрудника"
    several: str = "ambiguous_performer"

    def read(self, value: Value, around: Around) -> Cell:
        """Return the key of the one person meant."""
        return super().read(self._bare(value, around), around)

    def likes(self, value: Value, around: Around) -> float:
        """Somebody of the list, or a surname with initials."""
        return super().likes(self._bare(value, around), around)

    def _bare(self, value: Value, around: Around) -> Value:
        text = text_of(value)
        if "," in text and not around.lookups.get(self.list_name, Directory(())).find(text):
            return text.partition(",")[0]
        return value


@dataclass(frozen=True)
class Signed:
    """Whether the recipient confirmed: a tick, «да», a signature; «нет», «-» and an empty cell say no."""

    evident: ClassVar[bool] = False

    def read(self, value: Value, around: Around) -> Cell:
        """Return True or False."""
        return Cell(not says_nothing(value) and fold(text_of(value)) not in {"не", "false", "ложь"})

    def likes(self, value: Value, around: Around) -> float:
        """It may be anything, so it is recognised by its header only."""
        return 0.0
