"""A workbook as it was found: sheets of plain values with their merged cells.

:func:`open_workbook` is the only way a stranger's file becomes a :class:`Book`; it refuses with one sentence.
Rows are counted from 1 as people see them, columns from 0; :func:`address` writes both as «D48».
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import math
import subprocess
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from app.base import RuleBroken
from app.register.sheet import child, guard

SECONDS = 20
"""How long a person waits for the parser on a busy machine; its own processor time is limited below that."""


MAX_CELLS = 3_000_000
"""Of a table of text; a bank of 20 000 families has a fifth of it."""
TOO_LONG = (
    f"В таблице больше {child.MAX_ROWS // 1000} тысяч строк или больше {child.MAX_COLUMNS} столбцов: "
    "удалите лишние строки и столбцы и загрузите снова."
)
_HEAD = 20_000
"""Characters by which the sign between the cells is told."""


@dataclass(frozen=True)
class Broken:
    """A cell that holds an error or a formula never counted: there is no value to read."""

    why: str

    def __str__(self) -> str:
        return "#Н/Д"


Value = str | int | float | bool | dt.date | Broken | None


def letters(column: int) -> str:
    """Return the letters of a column counted from 0: 0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def number(name: str) -> int:
    """Return the column of its letters, counted from 0: AA → 26."""
    column = 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1


def address(row: int, column: int) -> str:
    """Return a cell's address as Excel shows it."""
    return f"{letters(column)}{row}"


class Merges:
    """Merged cells of one sheet, found by cell; a bank of 20 000 families has 200 000 of them."""

    def __init__(self, ranges: list[list[int]]) -> None:
        columns: dict[int, list[tuple[int, int, int, int]]] = {}
        for top, left, bottom, right in ranges:
            if 0 <= right - left <= child.MAX_COLUMNS:
                for column in range(left, right + 1):
                    columns.setdefault(column, []).append((top + 1, bottom + 1, left, right))
        self._columns: dict[int, tuple[array[int], ...]] = {}
        for column, spans in columns.items():
            spans.sort()
            self._columns[column] = tuple(array("l", part) for part in zip(*spans, strict=True))

    def around(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Return ``top, bottom, left, right`` of the merged range around a cell, or of the cell itself."""
        spans = self._columns.get(column)
        if spans:
            tops, bottoms, lefts, rights = spans
            at = bisect_right(tops, row) - 1
            if at >= 0 and bottoms[at] >= row:
                return tops[at], bottoms[at], lefts[at], rights[at]
        return row, row, column, column


@dataclass(frozen=True)
class Grid:
    """One sheet. ``rows[0]`` is row 1 of the sheet."""

    name: str
    rows: list[list[Value]]
    merges: Merges
    from_1904: bool = False

    @property
    def width(self) -> int:
        """How many columns are filled."""
        return max(map(len, self.rows), default=0)

    def value(self, row: int, column: int) -> Value:
        """Return what stands in a cell, None for an empty one and for one outside the filled area."""
        if not 0 < row <= len(self.rows):
            return None
        cells = self.rows[row - 1]
        return cells[column] if column < len(cells) else None

    def shown(self, row: int, column: int) -> Value:
        """Return what a person sees in a cell: a merged range shows the value of its first cell."""
        top, _, left, _ = self.merges.around(row, column)
        return self.value(top, left)

    def filled(self, row: int) -> list[int]:
        """Return the columns of *row* that hold a value."""
        return [column for column, value in enumerate(self.rows[row - 1]) if value is not None]


@dataclass(frozen=True)
class Book:
    """A workbook: its sheets in order, the names of hidden sheets, and the digest of its bytes."""

    name: str
    digest: str
    grids: tuple[Grid, ...]
    hidden: tuple[str, ...] = field(default=())

    def grid(self, name: str) -> Grid:
        """Return the sheet called *name*."""
        return next(grid for grid in self.grids if grid.name == name)


def open_workbook(path: Path | str, name: str | None = None) -> Book:
    """Read the workbook at *path*; *name* is what the person called the file.

    Raises:
        RuleBroken: the file is not a workbook that can be read; the sentence says what to do.
    """
    path = Path(path)
    if not path.is_file():
        raise RuleBroken(f"Файл «{path.name}» не найден: проверьте имя и папку.")
    kind = guard.inspect(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = name or path.name
    if kind == "csv":
        return Book(name, digest, (_read_csv(path),))
    facts = guard.inspect_parts(path)
    grids: list[Grid] = []
    hidden: list[str] = []
    for about, rows in _sheets(_parse(path)):
        if about.get("hidden"):
            hidden.append(about["sheet"])
            continue
        _mark(rows, facts.odd_cells.get(about["sheet"], {}))
        grids.append(Grid(about["sheet"], rows, Merges(about["merged"]), facts.from_1904))
    if not any(grid.rows for grid in grids):
        raise RuleBroken("В книге нет ни одного заполненного листа: выберите книгу с таблицей.")
    return Book(name, digest, tuple(grids), tuple(hidden))


def _parse(path: Path) -> Iterator[bytes]:
    """Run the parser in its own process and yield its lines.

    They go through a nameless temporary file, so that a large table is never held in memory as text.
    """
    # -I: neither the working directory nor the environment decides what the child imports.
    command = [sys.executable, "-I", child.__file__, str(path.resolve())]
    with TemporaryFile() as lines:
        try:
            done = subprocess.run(
                command, stdout=lines, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise RuleBroken(guard.UNPACKS) from late
        lines.seek(0)
        if done.returncode == child.TOO_WIDE:
            *_, last = lines
            about = json.loads(last)
            raise RuleBroken(
                f"На листе «{about['sheet']}» заполнены ячейки до строки {about['rows']} и столбца "
                f"{letters(about['columns'] - 1)}: удалите лишние строки и столбцы и загрузите снова."
            )
        if done.returncode < 0 or b"MemoryError" in done.stderr or b"memory allocation" in done.stderr:
            raise RuleBroken(guard.UNPACKS)
        if done.returncode:
            raise RuleBroken(guard.LOCKED if b"PasswordError" in done.stderr else guard.DAMAGED)
        yield from lines


def _sheets(lines: Iterator[bytes]) -> Iterator[tuple[dict, list[list[Value]]]]:
    """Gather the parser's lines into sheets. Equal texts are kept once: a table repeats its schools and streets."""
    seen: dict[str, str] = {}
    about: dict[str, Any] | None = None
    rows: list[list[Value]] = []
    for line in lines:
        if line.startswith(b"{"):
            if about is not None:
                yield about, _trim(rows)
            about, rows = json.loads(line), []
            continue
        row: list[Value] = [None] * (about or {}).get("left", 0)
        row.extend(_value(cell, seen) for cell in json.loads(line))
        rows.append(row)
    if about is not None:
        yield about, _trim(rows)


def _value(cell: Any, seen: dict[str, str]) -> Value:
    if isinstance(cell, str):
        return seen.setdefault(cell, cell) if cell.strip() else None
    if isinstance(cell, dict):
        return dt.date.fromisoformat(cell["d"])
    if isinstance(cell, float) and not math.isfinite(cell):
        return Broken("error")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    return cell


def _trim(rows: list[list[Value]]) -> list[list[Value]]:
    while rows and not any(value is not None for value in rows[-1]):
        rows.pop()
    return rows


def _mark(rows: list[list[Value]], odd: dict[str, str]) -> None:
    """Put a :class:`Broken` where the parser saw nothing but the file holds an error or an uncounted formula."""
    for where, why in odd.items():
        name = where.rstrip("0123456789")
        row, column = int(where[len(name) :]), number(name)
        if row <= len(rows):
            cells = rows[row - 1]
            if column < len(cells) and cells[column] is None:
                cells[column] = Broken(why)


def _read_csv(path: Path) -> Grid:
    """Read a table of text: UTF-8 or Windows-1251, parted by semicolons, tabs or commas."""
    encoding = _encoding(path)
    rows: list[list[Value]] = []
    seen: dict[str, str] = {}
    cells = 0
    with path.open(encoding=encoding, newline="") as file:
        first = "\n".join(file.read(_HEAD).splitlines()[:20])
        file.seek(0)
        try:
            for row in csv.reader(file, delimiter=max(";\t,", key=first.count)):
                cells += len(row)
                if len(rows) >= child.MAX_ROWS or len(row) > child.MAX_COLUMNS or cells > MAX_CELLS:
                    raise RuleBroken(TOO_LONG)
                rows.append([_value(cell, seen) for cell in row])
        except csv.Error as broken:
            raise RuleBroken(guard.DAMAGED) from broken
    return Grid("CSV", _trim(rows), Merges([]))


def _encoding(path: Path) -> str:
    """Return how the text of the file at *path* is written."""
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise RuleBroken(guard.OTHER_FORMAT)
