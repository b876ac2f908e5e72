"""Leave in a workbook only the rows still to be mended, and write beside each what is wrong.

The script is run by path in a process of its own (``python -I giveback_child.py FILE ORDERS RESULT``) inside a limit
of memory and time, and imports nothing of the application; the file has passed the guard. ORDERS is what
:func:`app.register.intake.giveback.order` returns for each sheet.
"""

from __future__ import annotations

import json
import sys
from copy import copy
from typing import Any

HEADING = "Ошибка"
WIDTH = 60
"""Of the column for what is wrong, in characters."""
MEMORY = 1536 * 1024 * 1024
"""Bytes of address space: openpyxl takes about one kilobyte a cell."""
SECONDS = 110


def limit() -> None:
    """Let the system stop this process before it hurts the others."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's clock still stands.
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Values:
    """What formulas had come to when the file was saved; looked up only if there are formulas."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.sheets: dict[str, list[list[Any]]] = {}

    def at(self, sheet: str, row: int, column: int) -> Any:
        """Return the value of a cell, None when it was never counted."""
        from python_calamine import CalamineWorkbook

        if sheet not in self.sheets:
            found = CalamineWorkbook.from_path(self.path).get_sheet_by_name(sheet)
            self.sheets[sheet] = found.to_python(skip_empty_area=False)
        rows = self.sheets[sheet]
        value = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None
        return None if value == "" else value


def trim(page: Any, order: dict[str, Any], values: Values) -> None:
    """Leave the rows of *order* in *page*, moved together, and write what is wrong."""
    places = {old: new for new, old in enumerate(order["keep"], 1)}
    _borrow(page, order["fill"])
    cells: dict[tuple[int, int], Any] = {}
    for (row, column), cell in page._cells.items():
        if row in places:
            if getattr(cell, "data_type", "") == "f":
                # A row that moves may not take its formula along: what it had come to is what was read.
                cell.value = values.at(order["sheet"], row, column)
            cell.row = places[row]
            if getattr(cell, "hyperlink", None) is not None:
                cell.hyperlink.ref = cell.coordinate
            cells[cell.row, column] = cell
    page._cells = cells
    page._hyperlinks = [cell.hyperlink for cell in cells.values() if getattr(cell, "hyperlink", None) is not None]
    _move_heights(page, places)
    _move_joined(page, places)
    _write(page, order, places)


def _borrow(page: Any, fill: list[tuple[int, int, int]]) -> None:
    """Give a row what a row above it, which does not stay, said for both."""
    from openpyxl.cell import Cell

    for row, column, above in fill:
        source = page.cell(above, column)
        if getattr(source, "value", None) is None:
            continue
        cell = page._cells[row, column] = Cell(page, row=row, column=column)
        cell._value, cell.data_type, cell._style = source.value, source.data_type, copy(source._style)


def _move_heights(page: Any, places: dict[int, int]) -> None:
    old = dict(page.row_dimensions)
    page.row_dimensions.clear()
    for row, told in old.items():
        if row in places:
            told.index = places[row]
            page.row_dimensions[places[row]] = told


def _move_joined(page: Any, places: dict[int, int]) -> None:
    from openpyxl.worksheet.cell_range import CellRange, MultiCellRange

    moved = []
    for box in page.merged_cells.ranges:
        rows = [places[row] for row in range(box.min_row, min(box.max_row, box.min_row + 5000) + 1) if row in places]
        if rows and (rows[0], box.min_col) != (rows[-1], box.max_col):
            moved.append(CellRange(min_row=rows[0], max_row=rows[-1], min_col=box.min_col, max_col=box.max_col))
    page.merged_cells = MultiCellRange(moved)


def _write(page: Any, order: dict[str, Any], places: dict[int, int]) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    column, top, bottom = order["column"], places[order["top"]], places[order["bottom"]]
    for row in range(bottom + 1, len(places) + 1):
        page._cells.pop((row, column), None)
    head = page.cell(top, column)
    left = page.cell(top, column - 1) if column > 1 else None
    if left is not None and left.has_style:
        head._style = copy(left._style)
    head.value = HEADING
    if bottom > top:
        page.merge_cells(start_row=top, end_row=bottom, start_column=column, end_column=column)
    page.column_dimensions[get_column_letter(column)].width = WIDTH
    for row, said in order["said"].items():
        cell = page.cell(places[int(row)], column)
        cell.value = said
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def main(path: str, orders: str, result: str) -> int:
    """Write *result*."""
    from openpyxl import load_workbook

    with open(orders, encoding="utf-8") as file:
        told = json.load(file)
    with open(path, "rb") as source:
        book = load_workbook(source, keep_links=False, rich_text=True)
    values = Values(path)
    for order in told:
        trim(book[order["sheet"]], order, values)
    book.save(result)
    return 0


if __name__ == "__main__":
    limit()
    sys.exit(main(*sys.argv[1:]))
