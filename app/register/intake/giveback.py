"""The rest given back: the same workbook with only the rows still to be mended, and what is wrong with each.

The workbook is changed by openpyxl in a process of its own (:mod:`app.register.intake.giveback_child`), so formats,
widths and joined cells stay. What that library cannot take (and every csv) is given back as a plain workbook.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from app.register.intake import giveback_child as child
from app.register.intake.plan import Plan, Planned
from app.register.intake.waiting import WaitingFile
from app.register.sheet import Grid, Sheet, Table
from app.register.sheet.book import Broken, letters
from app.register.sheet.header import RowKind, flat_words, row_kind
from app.register.sheet.propose import check_mapping

HEADING = child.HEADING
SECONDS = 120
"""Of how long the process may take at most; a bank of 20 000 families takes half a minute."""


def file_name(name: str) -> str:
    """Return how the rest of the file *name* is called."""
    return f"{Path(name).stem} (исправить).xlsx"


def rest_of(sheet: Sheet, waiting: WaitingFile, plan: Plan) -> bytes:
    """Return the workbook with the header and the rows of *plan* that cannot be loaded as they are."""
    orders = [order(sheet, plan, table) for table in plan.reading.tables]
    with TemporaryDirectory() as folder:
        made, said = Path(folder) / "rest.xlsx", Path(folder) / "orders.json"
        said.write_text(json.dumps(orders, ensure_ascii=False), "utf-8")
        command = [sys.executable, "-I", child.__file__, str(waiting.path.resolve()), str(said), str(made)]
        try:
            done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
            whole = done.returncode == 0
        except subprocess.TimeoutExpired:
            whole = False
        if not whole:
            _write_plain(made, plan, orders)
        return made.read_bytes()


def order(sheet: Sheet, plan: Plan, table: Table) -> dict[str, Any]:
    """Return what is to be left of one table, as JSON can hold it.

    ``keep``: the rows that stay, in order; ``top`` and ``bottom`` of the header; ``column`` (from 1) for what is
    wrong; ``said``: ``{row as it was: sentence}``, with the addresses of the new rows. ``fill``: see :func:`_borrowed`.
    """
    grid = plan.reading.book.grid(table.name)
    bad = [item for item in plan.left_out if item.group.sheet == table.name]
    keep = _kept_rows(sheet, grid, table, [item.group for item in plan.items if item.group.sheet == table.name], bad)
    places = {old: new for new, old in enumerate(keep, 1)}
    said: dict[int, str] = {}
    for item in bad:
        for row, sentence in _sentences(item, places):
            said[row] = f"{said[row]}; {sentence}" if row in said else sentence
    columns = check_mapping(table.mapping, sheet, table.header)
    carried = {index for index, target in columns.items() if sheet.field(target).carried}
    again = [one.index for one in table.header.columns if flat_words(one.title) == flat_words(HEADING)]
    column = again[-1] if again else max((one.index for one in table.header.columns), default=0) + 1
    return {
        "sheet": table.name,
        "keep": keep,
        "top": table.header.top,
        "bottom": table.header.bottom,
        "column": column + 1,
        "said": said,
        "fill": list(_borrowed(grid, table, keep, sorted(columns), carried)),
    }


def _borrowed(
    grid: Grid, table: Table, keep: list[int], columns: list[int], carried: set[int]
) -> Iterable[tuple[int, int, int]]:
    """Yield (row, column from 1, the row above that spoke for it) where that row does not stay.

    A cell joined over several rows speaks for all of them, and a day written once for those under it.
    """
    stays = set(keep)
    spoke: dict[int, int] = {}
    for row in range(table.header.first, len(grid.rows) + 1):
        for column in columns:
            if grid.value(row, column) is not None:
                spoke[column] = row
            elif row in stays:
                top = grid.merges.around(row, column)[0]
                above = top if top < row else spoke.get(column, row) if column in carried else row
                if above not in stays:
                    yield row, column + 1, above
                    # The next rows borrow from the same place only if this one has not become their own.
                    spoke[column] = above


def _kept_rows(sheet: Sheet, grid: Grid, table: Table, groups: Iterable[Any], bad: list[Planned]) -> list[int]:
    """Return the rows over the table, its header, and every row of the *bad* items under their sections."""
    starts = {group.row for group in groups}
    wanted, first = {item.group.row for item in bad}, min(starts, default=0)
    columns = check_mapping(table.mapping, sheet, table.header)
    names = frozenset(index for index, target in columns.items() if sheet.field(target).parts)
    keep = list(range(1, table.header.first))
    inside, section = False, 0
    for row in range(table.header.first, len(grid.rows) + 1):
        kind = row_kind(grid, row, table.header, names)
        if row in starts:
            inside = row in wanted
            if inside and section:
                keep.append(section)
                section = 0
        if kind is RowKind.SECTION and row not in starts:
            section, inside = row, False
        elif (kind is RowKind.NUMBERING and row < first) or (kind is RowKind.DATA and inside):
            keep.append(row)
    return keep


def _sentences(item: Planned, places: dict[int, int]) -> Iterable[tuple[int, str]]:
    for problem in item.problems:
        text = problem.message.removeprefix(f"{problem.where}: ")
        row = problem.row if problem.row in places else item.group.row
        column = item.group.columns.get(problem.column)
        yield row, f"{letters(column)}{places[row]}: {text}" if column is not None else text


def _write_plain(path: Path, plan: Plan, orders: list[dict[str, Any]]) -> None:
    """Write the rest as values only."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for told in orders:
            grid = plan.reading.book.grid(told["sheet"])
            page = book.add_worksheet(told["sheet"])
            page.set_column(told["column"] - 1, told["column"] - 1, child.WIDTH)
            for at, row in enumerate(told["keep"]):
                borrowed = {column - 1: above for to, column, above in told["fill"] if to == row}
                for column in range(len(grid.rows[row - 1])):
                    value = grid.value(borrowed.get(column, row), column)
                    if column != told["column"] - 1 and value is not None and not isinstance(value, Broken):
                        page.write(at, column, value, day if hasattr(value, "year") else None)
                if row == told["bottom"]:
                    page.write_string(at, told["column"] - 1, HEADING)
                if row in told["said"]:
                    page.write_string(at, told["column"] - 1, told["said"][row], wrap)
