"""What one cell of a workbook holds: a value as Excel keeps it, in words where it can only be text, and as XML.

xlsxwriter writes everything around the rows. The rows themselves are put together here: the same bytes as the library
makes, in a third of its time, because it asks of each cell again what is known of its column.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.base import Choice

MAX_TEXT = 32_767
"""UTF-16 units a cell holds."""
LINE_HEIGHT, MAX_HEIGHT = 15, 409
"""Points of one line of text and of the tallest row there may be."""
CUT = "… [обрезано: ячейка вмещает 32 767 знаков]"

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# What XML or Excel does not take: control characters, halves of surrogate pairs, non-characters.
_ILLEGAL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("(_x[0-9a-fA-F]{4}_)")
_DAY_ZERO = dt.date(1899, 12, 30).toordinal()
_FIRST_DAY = dt.date(1900, 3, 1)
_TOO_LONG = 10**15


def _utf16_length(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def clean(text: str) -> str:
    """Return *text* as a cell can hold it: legal characters, one kind of line break, not longer than a cell."""
    if not text.isprintable():  # True for nearly every value, and far cheaper than the expressions.
        text = _ILLEGAL.sub("", _BREAKS.sub("\n", text))
    if len(text) > MAX_TEXT // 2 and _utf16_length(text) > MAX_TEXT:
        room = MAX_TEXT - len(CUT)
        text = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore") + CUT
    return text


def room_in(width: float) -> int:
    """Return how many letters stand beside each other in a cell *width* characters wide."""
    return max(int(width / 1.1) - 1, 4)  # A letter is a tenth wider than the figure a width is measured in.


def lines_of(text: str, room: int) -> int:
    """Return how many lines *text* takes in a cell with *room* for so many letters, broken between words."""
    if len(text) <= room and "\n" not in text:
        return 1
    lines = 0
    for part in text.split("\n"):
        lines += 1
        used = 0
        for word in part.split(" "):
            if used and used + len(word) > room:
                lines += 1
                used = 0
            lines += (len(word) - 1) // room if word else 0
            used += len(word) + 1
    return lines


def text_of(value: Any) -> str:
    """Return *value* in words, for a column of text or where it cannot be a number."""
    if isinstance(value, Choice):
        return value.label
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, (list, tuple)):
        return ", ".join(text_of(each) for each in value)
    if isinstance(value, dt.date):
        day = f"{value.day:02}.{value.month:02}.{value.year:04}"
        return f"{day} {value:%H:%M}" if isinstance(value, dt.datetime) else day
    return str(value)


def number_of(value: Any, zone: ZoneInfo) -> float | int | None:
    """Return what Excel keeps for *value* (a date is days since 30.12.1899), or None if it can only be text."""
    if isinstance(value, dt.datetime):
        local = value.astimezone(zone) if value.tzinfo else value
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        return local.toordinal() - _DAY_ZERO + seconds / 86_400 if local.date() >= _FIRST_DAY else None
    if isinstance(value, dt.date):
        return value.toordinal() - _DAY_ZERO if value >= _FIRST_DAY else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < _TOO_LONG else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal) and value.is_finite() and len(value.normalize().as_tuple().digits) <= 15:
        return float(value)
    return None


def height(lines: int) -> str:
    """Return the height of a row of *lines* as its attributes; Excel keeps whole pixels, which are 3/4 of a point."""
    if lines == 1:
        return ""
    pixels = int(min(LINE_HEIGHT * lines, MAX_HEIGHT) * 4 / 3 + 0.5)
    return f' ht="{pixels * 0.75:.16g}" customHeight="1"'


def inline(text: str) -> str:
    """Return *text* as the content of a cell, the end of the cell with it."""
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "_x" in text:  # «_x0041_» would be read as «A».
        text = _ESCAPED.sub(r"_x005F\1", text)
    if text[:1].isspace() or text[-1:].isspace():
        return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f' t="inlineStr"><is><t>{text}</t></is></c>'
