"""How the tests of reports read a file back and count what it cost."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.acting import Actor
from reports import Asked, export

HEADER = 4


def exported(code: str, session: Session, by: Actor, asked: Asked) -> Any:
    """Return the only sheet of report *code*, values instead of formulas."""
    session.commit()  # An open transaction of a test holds the write lock the journal needs.
    target = io.BytesIO()
    export(code, target, session, asked, by=by)
    return load_workbook(target, data_only=True).active


def lines_of(sheet: Any) -> list[dict[str, Any]]:
    """Return the rows between the header and ИТОГО as ``{title: value}``; dates are bare."""
    titles = [cell.value for cell in sheet[HEADER]]
    found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER + 1, max_row=sheet.max_row - 1)]
    return [
        {
            title: value.date() if isinstance(value, dt.datetime) else value
            for title, value in zip(titles, row, strict=True)
        }
        for row in found
    ]


def totals_of(sheet: Any) -> dict[str, Any]:
    """Return the filled cells of the last row as ``{title: value}``."""
    last = sheet[sheet.max_row]
    return {head.value: cell.value for head, cell in zip(sheet[HEADER], last, strict=True) if cell.value is not None}


@contextmanager
def counting(session: Session) -> Iterator[list[str]]:
    """Collect the statements the database is sent inside the block."""
    engine, sent = session.get_bind(), []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
