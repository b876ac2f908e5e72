"""Read one workbook in a process of its own and print it as lines of JSON.

The parser meets a file made by a stranger here, inside a limit of memory and time, so that whatever it does
with it, the service goes on. The script is run by path (``python -I child.py FILE``) and imports nothing of
the application. Lines: ``{"sheet": name, "first": n, "left": n, "merged": [[r1, c1, r2, c2], …]}`` before the
rows of each visible sheet, then one list a row; a day is ``{"d": "2015-03-01"}``.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

MEMORY = 290 * 1024 * 1024
"""Bytes of address space: an interpreter takes 40 MB of it, a bank of 40 000 rows 150 MB more."""
SECONDS = 8
"""Of processor time; a bank of 40 000 rows takes three."""
MAX_ROWS = 100_000
MAX_COLUMNS = 300
TOO_WIDE = 3
"""Exit code: the filled area is larger than a table of people can be."""


def limit() -> None:
    """Let the system stop this process before it hurts the others."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's clock still stands.
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def plain(value: object) -> object:
    """Return *value* as JSON can hold it."""
    if isinstance(value, dt.datetime):
        return {"d": value.date().isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    return str(value)


def main(path: str) -> int:
    """Print the visible sheets of *path*."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    encode = json.JSONEncoder(ensure_ascii=False, default=plain, separators=(",", ":")).encode
    out: Any = sys.stdout
    out.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    book = CalamineWorkbook.from_path(path)
    for about in book.sheets_metadata:
        if about.typ is not SheetTypeEnum.WorkSheet:
            continue
        if about.visible is not SheetVisibleEnum.Visible:
            out.write(encode({"sheet": about.name, "hidden": True}) + "\n")
            continue
        sheet = book.get_sheet_by_name(about.name)
        rows, columns = (last + 1 for last in sheet.end or (-1, -1))
        if rows > MAX_ROWS or columns > MAX_COLUMNS:
            out.write(encode({"sheet": about.name, "rows": rows, "columns": columns}) + "\n")
            out.flush()
            return TOO_WIDE
        merged = [[a, b, c, d] for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
        left = sheet.start[1] if sheet.start else 0
        out.write(encode({"sheet": about.name, "left": left, "merged": merged}) + "\n")
        for row in sheet.iter_rows():
            out.write(encode(row) + "\n")
    out.flush()
    return 0


if __name__ == "__main__":
    limit()
    sys.exit(main(sys.argv[1]))
