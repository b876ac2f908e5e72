"""Cells of a sheet derived from a form: what is written for a value, and what a person means by what stands there.

A cell is read in two steps. First it becomes the words a person would have typed into the form (*said*); words equal
to those the record itself would be written with are no change, whatever they are, so that text imported long ago and
typed by nobody survives. Only other words are read, by the form's own readers and with its own sentences.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from app.acting import today
from app.base import Choice
from app.register import cells, kinds
from app.register.field import Field, local, shown
from app.register.forms import MISSING, read_value
from app.register.sheet.book import Value
from app.register.sheet.cells import Around, Cell
from app.register.sheet.dates import NotADay, Years, read_day
from app.words import fold, shown_phone

YES, NO = "да", "нет"
_YES = {"да", "+", "v", "х", "x", "1", "есть", "имеется", "true", "истина", "✓", "✔"}
_NO = {"нет", "-", "–", "—", "0", "не", "false", "ложь"}
_NOTHING = {"-", "–", "—", "нет", "не указано", "нет данных"}
"""What people write to say that there is nothing, where it can mean nothing else."""
_WORDY = frozenset({"line", "prose", "flag", "choice", "choices"})
"""Kinds in which such a word may be what is meant."""
_DIGITS = 15
"""Digits of a number that Excel keeps; it replaces the rest with zeros."""
_LISTED = 12
"""Choices named in a refusal."""


@dataclass(frozen=True)
class Said:
    """The words that stand in one cell; *refusal*: why they cannot be what was meant."""

    words: str
    refusal: str = ""


# ---- out ---------------------------------------------------------------------------------------------


def written(made: Field, value: Any, title: str = "") -> Any:
    """Return what a cell of *made* holds for *value*: a number or a day where Excel keeps it exactly, else words.

    *title*: the words of the record a link points to. A moment is text, because a cell's number knows no zone.
    """
    if made.kind == "ref":
        return cells.clean(title) or None
    if value is None or value == "" or value == []:
        return None
    if made.kind == "flag":
        return YES if value else NO
    if isinstance(value, Choice):
        return value.label
    if isinstance(value, list):
        return "; ".join(one.label if isinstance(one, Choice) else str(one) for one in value)
    if isinstance(value, dt.datetime):
        return local(value).strftime("%d.%m.%Y %H:%M")
    if isinstance(value, dt.date):
        return value
    if made.kind == "snils":
        return shown(value, "snils").text
    if made.kind == "phone":
        return shown_phone(value)
    if isinstance(value, (int, Decimal)):
        return value
    return cells.clean(str(value))


# ---- in ----------------------------------------------------------------------------------------------


def words_of(made: Field, value: Any, *, from_1904: bool = False) -> str:
    """Return what stands in a cell as a person would type it into the form, edges and double spaces taken off.

    Excel's habits are undone: a day that became a number, a number that lost its zeros, spaces nobody sees.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        text = cells.clean(value)
        if made.kind == "prose":
            return kinds.read_prose(text) if len(text) <= 20_000 else text.strip()
        return re.sub(r"[\s\u200b\ufeff]+", " ", text).strip()
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, dt.date):
        return f"{value.day:02}.{value.month:02}.{value.year:04}"
    if isinstance(value, (int, float, Decimal)):
        if made.kind == "date" and (day := _day_of(value, from_1904)):
            return day
        digits = plain(value)
        return digits.zfill(11) if made.kind == "snils" and 8 <= len(digits) < 11 else digits
    return str(value)


def plain(number: float | Decimal) -> str:
    """Return *number* as people type it: «9140», «9140,5»; what binary fractions add at the end is left out."""
    made = Decimal(format(number, f".{_DIGITS}g")) if isinstance(number, float) else Decimal(number)
    text = format(made, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _day_of(serial: float | Decimal, from_1904: bool) -> str:
    try:
        day = read_day(float(serial), Years(-300, 300), today(), from_1904=from_1904)
    except NotADay:
        return ""
    return f"{day:%d.%m.%Y}"


@dataclass(frozen=True)
class FormCell:
    """How cells of a field's column are read: a kind of :mod:`app.register.sheet.cells`."""

    made: Field
    evident: ClassVar[bool] = False
    _seen: dict[tuple[type, Any, bool], Said] = field(default_factory=dict, compare=False, repr=False)

    def read(self, value: Value, around: Around) -> Cell:
        """Return :class:`Said`; the value is read later, because most cells stand there unchanged."""
        return Cell(self.glance(value, around.from_1904))

    def glance(self, value: Any, from_1904: bool = False) -> Said:
        """Return the words that stand in a cell, and why they cannot be meant if Excel has spoilt them."""
        key = (type(value), value, from_1904)
        said = self._seen.get(key)
        if said is None:
            said = self._glance(value, from_1904)
            if len(self._seen) < 5000:
                self._seen[key] = said
        return said

    def _glance(self, value: Any, from_1904: bool) -> Said:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= 10**_DIGITS:
            return Said(plain(value), refusal="Excel хранит только 15 цифр числа. Впишите его в ячейку как текст.")
        words = words_of(self.made, value, from_1904=from_1904)
        return Said("" if self.made.kind == "ref" and fold(words) in _NOTHING else words)

    def likes(self, value: Value, around: Around) -> float:
        """A column of a form is recognised by its header only."""
        return 0.0

    def value(self, words: str) -> Any:
        """Return the value of *words*.

        Raises:
            NotRead: they cannot be read; the message is the form's own sentence.
        """
        made = self.made
        if made.kind == "flag":
            return self._flag(words)
        if made.kind == "choices":
            return self._several(words)
        if not words or (made.kind not in _WORDY and fold(words) in _NOTHING):
            return None
        if made.kind == "choice":
            return self._one(words)
        if made.kind == "date":
            return self._day(words)
        return read_value(made, [words])

    def _flag(self, words: str) -> bool:
        flat = fold(words).strip(".")
        if flat in _YES:
            return True
        if not flat or flat in _NO:
            return False
        raise kinds.NotRead("Напишите «да» или «нет».")

    def _day(self, words: str) -> dt.date:
        try:
            return kinds.read_date(words)
        except kinds.NotRead:
            # A table knows more ways to write a day than a form does: «5 мая 2020 г.».
            try:
                day = read_day(words, Years(-90, 10), today())
            except NotADay:
                day = None
            if day is None:
                raise
            return kinds.read_date(f"{day:%d.%m.%Y}")

    @cached_property
    def _options(self) -> dict[str, Choice]:
        known = {fold(member.value): member for member in self.made.options}
        return {**known, **{fold(member.label): member for member in self.made.options}}

    def _one(self, words: str) -> Choice:
        flat = fold(words)
        found = self._options.get(flat) or self._options.get(flat.strip(" .,"))
        if found is not None:
            return found
        if flat in _NOTHING:
            return None  # type: ignore[return-value]  # «нет» of a list without such a choice is an empty cell
        labels = [member.label for member in self.made.options]
        more = f" и ещё {len(labels) - _LISTED}" if len(labels) > _LISTED else ""
        raise kinds.NotRead(f"Такого варианта в списке нет. Можно: {'; '.join(labels[:_LISTED])}{more}.")

    def _several(self, words: str) -> list[Choice]:
        found: list[Choice] = []
        for part in filter(str.strip, re.split(r"[;\n]", words)):
            found += [self._one(part)] if fold(part) in self._options else self._by_commas(part)
        return list(dict.fromkeys(one for one in found if one is not None))

    def _by_commas(self, part: str) -> list[Choice]:
        """Split at commas; a label may hold some, so the longest one that fits is taken."""
        pieces = part.split(",")
        found: list[Choice] = []
        while pieces:
            for size in range(len(pieces), 0, -1):
                known = self._options.get(fold(",".join(pieces[:size])))
                if known is not None or size == 1:
                    found.append(known or self._one(pieces[0]))
                    del pieces[:size]
                    break
        return found


def lacking(made: Field, value: Any) -> str:
    """Return the form's sentence when *value* is missing where one is asked for, else nothing."""
    if made.required and value in (None, "", []):
        return MISSING.get(made.kind, "Заполните это поле.")
    return ""
