"""Read a whole book against one declaration: which sheets hold such a table, its columns, its groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.base import RuleBroken
from app.register.sheet.book import Book, Grid
from app.register.sheet.cells import Around, text_of
from app.register.sheet.declare import Sheet
from app.register.sheet.header import Header, find_header
from app.register.sheet.propose import Proposal, as_mapping, check_mapping, missing_columns, propose
from app.register.sheet.rows import Group, Problem, read_groups


@dataclass(frozen=True)
class Table:
    """One sheet of the book read as a table. *groups* is empty while a needed column is *missing*."""

    name: str
    header: Header
    proposals: tuple[Proposal, ...]
    mapping: Mapping[str, str]
    missing: tuple[str, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Reading:
    """Everything found in a book. *unread*: sheets left out, with why."""

    book: Book
    tables: tuple[Table, ...]
    unread: tuple[tuple[str, str], ...]

    @property
    def groups(self) -> list[Group]:
        """The groups of all tables, in the order of the book."""
        return [group for table in self.tables for group in table.groups]

    @property
    def problems(self) -> list[Problem]:
        """The problems of all groups, in the order of the book."""
        return [problem for group in self.groups for problem in group.problems]


def read_book(
    book: Book, sheet: Sheet, around: Around, mapping: Mapping[str, Mapping[str, str]] | None = None
) -> Reading:
    """Read every sheet of *book* that holds a table of the declared kind.

    *mapping*, ``{sheet name: {column letters: target}}``, is what a person chose on the screen; a sheet it does
    not name is proposed anew.

    Raises:
        RuleBroken: no sheet holds such a table, or the mapping does not fit.
    """
    chosen = mapping or {}
    tables: list[Table] = []
    unread = [(name, "лист скрыт") for name in book.hidden]
    for grid in book.grids:
        header = find_header(grid, sheet)
        if header is None:
            unread.append((grid.name, "на листе нет таблицы с заголовками"))
            continue
        here = replace(around, from_1904=grid.from_1904, title=title_of(grid, header))
        proposals = propose(grid, header, sheet, here)
        plain = dict(chosen.get(grid.name) or as_mapping(proposals))
        columns = check_mapping(plain, sheet, header)
        missing = tuple(missing_columns(set(columns.values()), sheet))
        groups = () if missing else tuple(read_groups(grid, header, sheet, columns, here))
        tables.append(Table(grid.name, header, proposals, plain, missing, groups))
    full = [table for table in tables if not table.missing]
    if full:
        # A sheet that lacks the main columns beside one that has them is another list, not a mistake.
        unread += [(table.name, f"нет столбцов: {', '.join(table.missing)}") for table in tables if table.missing]
        tables = full
    if not tables:
        raise RuleBroken(f"В книге не найдена таблица «{sheet.title}»: проверьте, что у неё есть строка заголовков.")
    return Reading(book, tuple(tables), tuple(unread))


def title_of(grid: Grid, header: Header) -> str:
    """Return the name of the sheet and the words above its header."""
    above = (grid.value(row, column) for row in range(1, header.top) for column in grid.filled(row))
    return " ".join([grid.name, *map(text_of, above)])
