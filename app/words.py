"""Russian text as the register engine compares, counts and declines it.

Nothing here knows of a database or a request; see ``app/base.py`` for the columns that keep folded text.
"""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")
"""Spaces and the signs no keyboard types: PostgreSQL keeps no NUL and the search index ends at it."""
_DIGITS_ONLY = re.compile(r"[\d\s()+./-]*")
_FULL_PHONE = re.compile(r"(?:\+?[78])?([0-9]{10})")

MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
"""As a day is said: «17 февраля»."""
IN_MONTHS = (
    "январе",
    "феврале",
    "марте",
    "апреле",
    "мае",
    "июне",
    "июле",
    "августе",
    "сентябре",
    "октябре",
    "ноябре",
    "декабре",
)
"""As «в феврале» is said."""
THE_MONTHS = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
"""As a month is called: «март 2026», «за март»."""


def fold(text: str | None) -> str:
    """Return *text* as search and order compare it: lower case, Ё as Е, single spaces, no edges.

    Both databases keep this folded form in a column of its own, because SQLite folds ASCII only and
    neither database treats Ё as Е.
    """
    if not text:
        return ""
    flat = unicodedata.normalize("NFC", str(text)).casefold().replace("ё", "е")
    return _SPACES.sub(" ", flat).strip()


def search_words(query: str) -> list[str]:
    """Split what a person typed into the words that must all be found.

    A query of digits and separators only (a СНИЛС, a phone) is one word without the separators, unless
    it has a slash: «14/2026» is a number of a case and is looked for as it stands.
    """
    flat = fold(query)
    if flat and _DIGITS_ONLY.fullmatch(flat) and "/" not in flat and "." not in flat:
        digits = re.sub(r"\D", "", flat)
        if len(digits) == 11 and digits[0] in "78":
            digits = digits[1:]  # A phone is typed with 8 or +7 and kept with +7; a СНИЛС is found by its tail as well.
        return [digits] if digits else []
    return flat.split()


def plural(number: int, one: str, few: str, many: str) -> str:
    """Return the noun form that agrees with *number*: 1 семья, 2 семьи, 5 семей."""
    tail, ten = abs(number) % 100, abs(number) % 10
    if 11 <= tail <= 14:
        return many
    if ten == 1:
        return one
    return few if 2 <= ten <= 4 else many


def counted(number: int, one: str, few: str, many: str) -> str:
    """Return «5 семей»: the number, a non-breaking space and the noun that agrees with it."""
    return f"{number:,}".replace(",", "\u202f") + "\u00a0" + plural(number, one, few, many)


def initials(last: str, first: str, middle: str | None = None) -> str:
    """Return «Щёголева П. Ф.», as lists and protocols name a person."""
    parts = [last, *(f"{name[0]}." for name in (first, middle) if name)]
    return "\u00a0".join(parts[:2]) + ("\u00a0" + parts[2] if len(parts) > 2 else "")


def full_phone(typed: str) -> str | None:
    """Return a whole Russian number, typed with 8, +7 or without either, as +79000001426; None when it is none."""
    found = _FULL_PHONE.fullmatch(re.sub(r"[\s()\-–.]", "", typed))
    return f"+7{found[1]}" if found else None


def shown_phone(value: str) -> str:
    """Return +79000001426 as «+7 900 000-14-26»; anything else as it was typed."""
    if len(value) == 12 and value.startswith("+7"):
        return f"+7\u00a0{value[2:5]}\u00a0{value[5:8]}-{value[8:10]}-{value[10:]}"
    return value
