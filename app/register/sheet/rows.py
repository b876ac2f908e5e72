"""Read the rows of a table: typed cells gathered into groups, and every problem with its cell and reason.

A group is a head (a family) with its details (children). Its rows hang together by merged cells, by an empty
head cell, or by the same head written again in each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.register.sheet.book import Broken, Grid, Value, address
from app.register.sheet.cells import Around, Cell, says_nothing, split_items, text_of
from app.register.sheet.declare import PARTS, Field, Sheet
from app.register.sheet.header import Header, RowKind, row_kind
from app.words import fold


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell. *column* is the field's name, *where* the cell's address («D48»)."""

    sheet: str
    row: int
    column: str
    kind: str
    message: str
    where: str = ""


@dataclass(slots=True)
class Line:
    """One head or one detail as read: its row of the sheet and its filled cells by field."""

    row: int
    cells: dict[str, Cell] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """Return what was read for a field, None when there is nothing."""
        cell = self.cells.get(name)
        return cell.value if cell else None


@dataclass(slots=True)
class Group:
    """A head with its details, and what is wrong with them."""

    sheet: str
    head: Line
    columns: Mapping[str, int]
    """Which column each field stands in, for the addresses in messages."""
    items: list[Line] = field(default_factory=list)
    section: str = ""
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    """What was corrected or left out without stopping; ``kind`` is "note"."""

    @property
    def row(self) -> int:
        """The sheet's row in which the group begins."""
        return self.head.row

    def problem(self, line: Line, column: str, kind: str, message: str) -> Problem:
        """Return a problem of *line* with its address put before the message."""
        where = address(line.row, self.columns[column]) if column in self.columns else ""
        return Problem(self.sheet, line.row, column, kind, f"{where}: {message}" if where else message, where)


def read_groups(grid: Grid, header: Header, sheet: Sheet, columns: Mapping[int, str], around: Around) -> list[Group]:
    """Return the groups of a table. *columns* maps a column to a target of :meth:`Sheet.targets`."""
    reader = _Reader(grid, sheet, columns, replace(around, from_1904=grid.from_1904))
    names = frozenset(index for index, target in columns.items() if sheet.field(target).parts)
    section = ""
    ended = False
    for row in range(header.first, len(grid.rows) + 1):
        kind = row_kind(grid, row, header, names)
        if sheet.plain and kind not in (RowKind.HEADER, RowKind.NUMBERING) and grid.filled(row):
            kind = RowKind.DATA
        if kind is RowKind.SECTION:
            section = text_of(grid.value(row, grid.filled(row)[0])).rstrip(" :.")
        elif kind in (RowKind.TOTAL, RowKind.FOOTER):
            ended = True
        elif kind is RowKind.DATA and not (ended and len(grid.filled(row)) <= 3 and not reader.numbered(row)):
            reader.take(row, section)
            ended = False
    groups = reader.groups
    for group in groups:
        for check in sheet.checks:
            group.problems.extend(check(group))
        group.problems.sort(key=lambda problem: problem.row)
    return groups


class _Reader:
    def __init__(self, grid: Grid, sheet: Sheet, columns: Mapping[int, str], around: Around) -> None:
        self.grid, self.sheet, self.around = grid, sheet, around
        self.groups: list[Group] = []
        self.item_keys: set[str] = set()
        """Of the last group's details; kept, because a group may have thousands of them."""
        self.at: dict[str, int] = {target: index for index, target in columns.items()}
        mapped = {target.partition(":")[0] for target in self.at}
        self.parts = {
            name: [self.at[f"{name}:{part}"] for part in PARTS if f"{name}:{part}" in self.at]
            for name in mapped
            if name not in self.at
        }
        self.places = {**self.at, **{name: columns[0] for name, columns in self.parts.items()}}
        for one in sheet.fields:
            if one.born_in and one.born_in not in self.at and one.name in self.places:
                self.places[one.born_in] = self.places[one.name]
        # A birthday that may stand in the cell of the name is asked for even if it has no column of its own.
        told = mapped | {one.born_in for one in sheet.fields if one.name in mapped}
        self.heads = [one for one in sheet.fields if not one.detail and one.name in told]
        self.items = [one for one in sheet.fields if one.detail and one.name in told]
        self.section_by_row = bool(sheet.section) and sheet.section not in mapped
        self.start = next((self.at[one.name] for one in self.heads if one.starts), None)
        self.flat = not sheet.item_field
        self.carried: dict[str, Value] = {}

    def numbered(self, row: int) -> bool:
        """Whether the row has a running number of its own."""
        return self.start is not None and self.grid.value(row, self.start) is not None

    def take(self, row: int, section: str) -> None:
        """Add one row of data to the last group or to a new one."""
        if self.flat and self._only_carries(row):
            return
        if not self.groups or self._opens(row):
            group = Group(self.grid.name, self._read(row, self.heads), self.places, section=section)
            if self.section_by_row and section:
                group.head.cells[self.sheet.section] = Cell(section)
            self.groups.append(group)
            self.item_keys = set()
            self._judge(group, group.head, self.heads)
            self._add_items(group, row, first=True)
        else:
            self._add_items(self.groups[-1], row, first=False)

    def _opens(self, row: int) -> bool:
        """Whether a new head begins in *row*."""
        if self.flat:
            return True
        key = [index for target, index in self.at.items() if target.partition(":")[0] == self.sheet.key_field]
        if any(self.grid.merges.around(row, index)[0] < row for index in key):
            return False
        last = self.groups[-1]
        if not any(self.grid.value(row, index) is not None for index in key):
            inside = self.start is not None and self.grid.merges.around(row, self.start)[0] < row
            other = sum(
                self.grid.value(row, self.at[one.name]) is not None for one in self.heads if one.name in self.at
            )
            return not inside and (self.numbered(row) or other >= 2)
        return not self._repeats(last, row)

    def _repeats(self, last: Group, row: int) -> bool:
        """Whether the head of *row* is the last one written again for the next detail, and not a second entry."""
        again = self._read(
            row, [one for one in self.heads if one.name in (self.sheet.key_field, *self.sheet.same_head)]
        )
        for name in (self.sheet.key_field, *self.sheet.same_head):
            old, new = last.head.cells.get(name), again.cells.get(name)
            if name == self.sheet.key_field and (not old or not new or _key(old) != _key(new)):
                return False
            if old and new and old.value and new.value and _key(old) != _key(new):
                return False
        return not (self.item_keys & self._item_keys(self._lines(row)))

    def _item_keys(self, lines: list[Line]) -> set[str]:
        """Return what the details are told apart by."""
        return {_key(line.cells[self.sheet.item_field]) for line in lines if self.sheet.item_field in line.cells}

    def _read(self, row: int, fields: list[Field]) -> Line:
        line = Line(row)
        for one in fields:
            self._put(line, one, self._raw(row, one))
        return line

    def _only_carries(self, row: int) -> bool:
        """Whether *row* says nothing but what is carried down: «15.01.2025» alone above the rows of that day."""
        told = [one for one in self.heads if not one.starts and self._raw(row, one) is not None]
        return all(one.carried for one in told)

    def _raw(self, row: int, one: Field) -> Value:
        """Return the value of a field; a name in three columns is joined."""
        if one.name in self.at:
            if not self.flat:
                return self.grid.value(row, self.at[one.name])
            index = self.at[one.name]
            top, _, left, _ = self.grid.merges.around(row, index)
            value = self.grid.value(top, index) if left == index else None
            if one.carried:
                value = self.carried[one.name] = self.carried.get(one.name) if value is None else value
            return value
        texts = [text_of(self.grid.value(row, index)) for index in self.parts.get(one.name, ())]
        return " ".join(filter(None, texts)) or None

    def _put(self, line: Line, one: Field, value: Value) -> None:
        if value is None:
            # What was found in the cell of the name before is not overwritten by nothing.
            if one.required and one.name not in line.cells:
                line.cells[one.name] = Cell(problem=one.required, message=one.missing)
            return
        if isinstance(value, Broken):
            why = "в ячейке ошибка Excel" if value.why == "error" else "формула в ячейке не посчитана"
            line.cells[one.name] = Cell(problem="broken_cell", message=f"{why}: впишите само значение")
            return
        cell = one.kind.read(value, self.around)
        if one.required and not cell.problem and cell.value is None:
            cell = Cell(problem=one.required, message=one.missing)
        line.cells[one.name] = cell
        if one.born_in and cell.day:
            line.cells[one.born_in] = Cell(cell.day)

    def _lines(self, row: int) -> list[Line]:
        """Return the details of one row: usually one, several when a cell lists them in lines of its own."""
        raw = {one.name: self._raw(row, one) for one in self.items}
        if all(value is None for value in raw.values()):
            return []
        names = split_items(raw[self.sheet.item_field]) if self.sheet.item_field in raw else [None]
        lines: list[Line] = []
        for at in range(len(names)):
            line = Line(row)
            for one in self.items:
                value = raw[one.name]
                if one.name == self.sheet.item_field:
                    value = names[at]
                elif len(names) > 1:
                    parts = split_items(value)
                    value = parts[at] if len(parts) == len(names) else value
                self._put(line, one, value)
            lines.append(line)
        return lines

    def _add_items(self, group: Group, row: int, *, first: bool) -> None:
        if not self.items:
            return
        lines = self._lines(row)
        if not lines and first:
            item = Line(row)
            one = self.sheet.field(self.sheet.item_field)
            if one.required and not self._more_below(row):
                group.problems.append(group.problem(item, one.name, one.required, one.missing))
            return
        for line in lines:
            self._judge(group, line, self.items)
            group.items.append(line)
        self.item_keys |= self._item_keys(lines)

    def _more_below(self, row: int) -> bool:
        """Whether details follow in the next row, the head standing in a row of its own."""
        return (
            row < len(self.grid.rows)
            and any(self._raw(row + 1, one) is not None for one in self.items)
            and not self._opens(row + 1)
        )

    def _judge(self, group: Group, line: Line, fields: list[Field]) -> None:
        for one in fields:
            cell = line.cells.get(one.name)
            if cell and cell.problem:
                group.problems.append(group.problem(line, one.name, cell.problem, cell.message))
            if cell and cell.note:
                group.notes.append(group.problem(line, one.name, "note", cell.note))


def _key(cell: Cell) -> str:
    """Return a cell's value as two rows compare it."""
    value = cell.value
    return getattr(value, "key", None) or fold(text_of(value) if not says_nothing(value) else "")
