"""Excel out: a heading and a stream of rows become a workbook. Knows nothing of the subject.

::

    columns = (Column("Инв. №", total=True), Column("Цена", "money", total=True))
    heading = Heading("Фонд проката", on_date(today()), unit.name, columns)
    write("/tmp/fund.xlsx", heading, ((item.inventory_no, item.price) for item in items))

The sheet: title, «за период…» or «на…», organisation, header (bold, frozen, filtered, repeated on each printed page),
rows, ИТОГО. Rows are taken one at a time and written at once (xlsxwriter's constant memory), so a generator over
200 000 records costs a few megabytes.

What was decided, and why:

* A total is ``SUBTOTAL(109, …)`` with the value computed here stored beside it. Excel and LibreOffice recalculate it
  to what the filter leaves visible; a phone viewer or a reading program shows the stored value. A plain number would
  lie as soon as somebody filters, and a plain SUM would add the hidden rows. A column of dates counts its
  dates (102), one of text its filled cells (103); for that the empty cells of the latter stay empty. Excel knows a
  last row of SUBTOTAL as the totals and never hides it by the filter.
* Text is never a formula, a link or a number, whatever it begins with, and stays text when somebody edits the cell:
  text columns have the format «@», so «=1+1» is not calculated and «1/2026» does not turn into January.
* Rows get their height here. Excel would fit them to wrapped text itself, LibreOffice does not and cuts it off.
* Excel believes that 1900 was a leap year, so dates before 01.03.1900 differ by a day between programs, and
  earlier than 1900 they do not exist. Such dates are written as text. Numbers of more than 15 digits also: Excel would
  replace the rest with zeros.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

from app.acting import actor_or_none, now
from app.base import RuleBroken
from app.register.cells import LINE_HEIGHT, clean, height, inline, lines_of, number_of, room_in, text_of

Kind = Literal["text", "number", "money", "date", "moment"]
Target = str | os.PathLike[str] | BinaryIO
Values = Sequence[Any]

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER_LINE = 3
"""Zero-based line of the header; data begin on the next one."""
MAX_ROWS = 1_048_576 - HEADER_LINE - 2
"""Rows a sheet holds beside its heading and ИТОГО."""
PAGE_WIDTH = 215
"""Characters that A4 across still prints readably; a wider table goes over several pages side by side."""

_WIDTHS: dict[str, float] = {"text": 28, "number": 11, "money": 15, "date": 12, "moment": 17}
_FORMATS = {"text": "@", "number": "General", "money": "#,##0.00", "date": "dd.mm.yyyy", "moment": "dd.mm.yyyy hh:mm"}
_SUMMED = ("number", "money")
_NAMELESS = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class Column:
    """A column of the sheet.

    *kind* decides the number format and the alignment. *width* is in characters of the standard font (None: usual for
    the kind). *total*: ИТОГО sums the column; of dates and texts it counts those there are.
    """

    title: str
    kind: Kind = "text"
    width: float | None = None
    total: bool = False


@dataclass(frozen=True)
class Heading:
    """What stands above the rows. *period* is «на …» or «за период …»; *hold* first columns stay when scrolled."""

    title: str
    period: str
    organisation: str
    columns: tuple[Column, ...]
    hold: int = 0


def on_date(on: dt.date) -> str:
    """Return «на 31.03.2026»."""
    return f"на {on:%d.%m.%Y}"


def for_period(date_from: dt.date, date_to: dt.date) -> str:
    """Return «за период с 01.03.2026 по 31.03.2026»."""
    return f"за период с {date_from:%d.%m.%Y} по {date_to:%d.%m.%Y}"


def file_name(code: str, name: str, on: dt.date) -> str:
    """Return ``R01_reestr_semey_2026-03-31.xlsx``: sorted by code and date, safe in an archive and an old mailer."""
    return f"{code}_{name}_{on:%Y-%m-%d}.xlsx"


def content_disposition(ascii_name: str, title: str, on: dt.date) -> str:
    """Return the header of a download: *ascii_name* for old programs, a Russian name for the rest (RFC 5987)."""
    russian = " ".join(re.sub(r'[\x00-\x1f"*/:<>?\\|]', " ", f"{title} {on:%d.%m.%Y}").split()) + ".xlsx"
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(russian, safe='')}"


def write(target: Target, heading: Heading, rows: Iterable[Values], *, blank: str = "", zone: str | None = None) -> int:
    """Write a workbook of one sheet to *target* (a path or a binary file) and return how many rows it has.

    *blank* stands for an empty value (reports: «–»). Moments are shown in *zone* (None: of the acting unit). If
    *rows* fail, *target* is left as it was.

    Raises:
        RuleBroken: there are more rows than a sheet holds.
        ValueError: a row has not as many values as there are columns.
    """
    return write_sheets(target, [(heading, rows)], blank=blank, zone=zone)[0]


def write_sheets(
    target: Target,
    sheets: Sequence[tuple[Heading, Iterable[Values]]],
    *,
    blank: str = "",
    zone: str | None = None,
) -> list[int]:
    """Write a workbook of several sheets, as :func:`write` does of one; return the number of rows of each."""
    if hasattr(target, "write"):
        return _write_sheets(target, sheets, blank, zone)
    path = Path(target)
    part = path.with_name(f".{path.name}.part")
    try:
        counts = _write_sheets(part, sheets, blank, zone)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return counts


def _write_sheets(
    target: Any, sheets: Sequence[tuple[Heading, Iterable[Values]]], blank: str, zone: str | None
) -> list[int]:
    who = actor_or_none()
    place = ZoneInfo(zone or (who.zone if who else "Europe/Moscow"))
    # The rows wait in a temporary file. A directory of our own takes it away even when the rows fail half way; and then
    # close() must not run, because it would make a complete-looking workbook of a part of the rows.
    with tempfile.TemporaryDirectory(prefix="opora-", ignore_cleanup_errors=True) as directory:
        book = Workbook(
            target,
            {
                "constant_memory": True,
                "tmpdir": directory,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        # No author, no «last saved by»: the file goes outside, the name of who made it stands in the journal.
        first = sheets[0][0]
        book.set_properties(
            {"title": clean(first.title), "company": clean(first.organisation), "created": now().replace(tzinfo=None)}
        )
        styles, counts = _Styles(book), []
        names: set[str] = set()
        complete = False
        try:
            for heading, rows in sheets:
                sheet = book.add_worksheet(_sheet_name(heading.title, names))
                counts.append(_Sheet(sheet, heading, styles, blank, place).fill(rows))
            complete = True
        finally:
            if not complete:  # Windows removes no file that is still open.
                for sheet in book.worksheets():
                    sheet.row_data_fh.close()
        book.close()
    return counts


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a name Excel takes for a sheet: 31 characters, no ``[]:*?/\\``, no apostrophe at an edge, unique."""
    base = _NAMELESS.sub(" ", clean(title)).strip("' ") or "Лист"
    name, number = base[:31].rstrip("' "), 1
    while name.casefold() in taken:
        number += 1
        tail = f" ({number})"
        name = base[: 31 - len(tail)] + tail
    taken.add(name.casefold())
    return name


def _said(text: str) -> str:
    """Return *text* for the library, which writes what stands between these tags unescaped, as ready XML."""
    text = clean(text)
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


class _Styles:
    """Formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        def style(**properties: Any) -> Format:
            return book.add_format({"font_name": "Calibri", "font_size": 11, "valign": "top", **properties})

        line = {"border": 1, "border_color": "#BFBFBF"}
        bottom = {**line, "bold": True, "bg_color": "#F2F2F2"}
        centred = {"date": "center", "moment": "center"}
        self.title = style(bold=True, font_size=14)
        self.subtitle = style(font_color="#595959")
        self.header = style(**{**line, "bold": True, "text_wrap": True, "bg_color": "#E8EEF4", "valign": "vcenter"})
        self.cells = {
            kind: style(**line, num_format=shown, text_wrap=kind == "text", align=centred.get(kind, "general"))
            for kind, shown in _FORMATS.items()
        }
        self.sums = {kind: style(**bottom, num_format=_FORMATS[kind]) for kind in _SUMMED}
        self.count = style(**bottom, num_format="0", align="left")
        self.label = style(**bottom)
        self.dash = style(**line, align="center", font_color="#7F7F7F", num_format="@")


class _Column(NamedTuple):
    """A column as its cells are written: before the number of the row, and after it."""

    at: int
    kind: Kind
    total: bool
    room: int
    opened: str
    style: str


def _style(given: Format) -> str:
    """Return the end of a cell's address and its format as the library numbers it."""
    return f'" s="{given._get_xf_index()}"'


class _Sheet:
    """One sheet being filled, line after line; a line once left cannot be returned to."""

    def __init__(self, sheet: Worksheet, heading: Heading, styles: _Styles, blank: str, zone: ZoneInfo) -> None:
        self.sheet, self.heading, self.styles, self.zone = sheet, heading, styles, zone
        self.blank = clean(blank)
        self.widths = [column.width or _WIDTHS[column.kind] for column in heading.columns]
        self.columns = [
            _Column(
                at,
                column.kind,
                column.total,
                room_in(self.widths[at]),
                f'<c r="{xl_col_to_name(at)}',
                _style(styles.cells[column.kind]),
            )
            for at, column in enumerate(heading.columns)
        ]
        self.text, self.dash = _style(styles.cells["text"]), _style(styles.dash)
        self.tallest = 1
        self.sums: list[Decimal | int] = [0] * len(heading.columns)
        self._head()

    def _head(self) -> None:
        sheet, heading, styles = self.sheet, self.heading, self.styles
        last = len(heading.columns) - 1
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(math.ceil(sum(self.widths) / PAGE_WIDTH), 0)
        sheet.repeat_rows(HEADER_LINE)
        if heading.hold:
            sheet.repeat_columns(0, heading.hold - 1)
        sheet.set_footer("&L&A&RСтраница &P из &N")
        for at, width in enumerate(self.widths):
            sheet.set_column(at, at, width)
        sheet.set_row(0, 20)
        for line, text in enumerate((heading.title, heading.period, heading.organisation)):
            if text:
                sheet.write_string(line, 0, _said(text), styles.subtitle if line else styles.title)
        for at, column in enumerate(heading.columns):
            sheet.write_string(HEADER_LINE, at, _said(column.title), styles.header)
        # Bold letters are wider, and the arrow of the filter stands in the way.
        bold = [
            lines_of(column.title, room_in(width - 3))
            for column, width in zip(heading.columns, self.widths, strict=True)
        ]
        sheet.set_row(HEADER_LINE, LINE_HEIGHT * max(bold))
        sheet.freeze_panes(HEADER_LINE + 1, min(heading.hold, last))

    def fill(self, rows: Iterable[Values]) -> int:
        """Write *rows* and what follows them; return how many there were."""
        sheet, cell = self.sheet, self._cell
        count, first, last = 0, HEADER_LINE + 1, len(self.heading.columns) - 1
        # What the library holds of the header goes to the file, and from here on the rows are put there directly.
        sheet._write_single_row(first)
        put = sheet.row_data_fh.write
        for values in rows:
            if count == MAX_ROWS:
                raise RuleBroken("В Excel помещается чуть больше миллиона строк. Сузьте отбор, например по периоду.")
            number = str(first + count + 1)
            self.tallest = 1
            cells = "".join([cell(column, number, value) for column, value in zip(self.columns, values, strict=True)])
            put(f'<row r="{number}"{height(self.tallest)}>{cells}</row>')
            count += 1
        end = first + count - 1
        sheet._check_dimensions(max(end, HEADER_LINE), last)
        sheet.previous_row = end + 1
        sheet.autofilter(HEADER_LINE, 0, max(end, HEADER_LINE), last)
        # A number of a case or a phone is text on purpose; without this each such cell gets a green corner.
        sheet.ignore_errors({"number_stored_as_text": xl_range(HEADER_LINE, 0, max(end, HEADER_LINE), last)})
        if any(column.total for column in self.heading.columns):
            self._total(first, end)
        return count

    def _cell(self, column: _Column, number: str, value: Any) -> str:
        """Return the XML of one cell in row *number*; the row grows with its lines of text."""
        at, kind, total = column.at, column.kind, column.total
        words = value
        if type(value) is not str:
            amount = None if kind == "text" else number_of(value, self.zone)
            if amount is not None:
                if total:
                    self.sums[at] += Decimal(str(amount)) if kind in _SUMMED else 1
                return f"{column.opened}{number}{column.style}><v>{amount:.16G}</v></c>"
            words = "" if value is None else text_of(value)
        counted = total and kind == "text"
        if not words:
            if self.blank and not counted:
                return f"{column.opened}{number}{self.dash}{inline(self.blank)}"
            return f"{column.opened}{number}{column.style}/>"
        self.sums[at] += counted
        if len(words) > column.room or not words.isprintable():  # Most values need neither look.
            words = clean(words)
            self.tallest = max(self.tallest, lines_of(words, column.room))
        # Text in a column of numbers or dates takes the text format, for the same reason as text columns.
        return f"{column.opened}{number}{self.text}{inline(words)}"

    def _total(self, first: int, end: int) -> None:
        line = end + 1
        for column in self.columns:
            at, kind = column.at, column.kind
            if not column.total:
                self.sheet.write(line, at, "ИТОГО" if at == 0 else None, self.styles.label)
                continue
            style = self.styles.sums.get(kind, self.styles.count)
            if end < first:
                self.sheet.write_number(line, at, 0, style)
                continue
            function = 109 if kind in _SUMMED else 103 if kind == "text" else 102
            formula = f"=SUBTOTAL({function},{xl_range(first, at, end, at)})"
            self.sheet.write_formula(line, at, formula, style, self.sums[at])
