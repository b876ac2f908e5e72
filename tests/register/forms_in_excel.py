"""Working on a register's sheet as a person does: taken for editing, changed by openpyxl, planned and loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, g
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from app.acting import Actor, acting, actor
from app.extensions import db
from app.register.intake import form_book
from app.register.intake.form_plan import FormPlan
from app.register.intake.importer import Done
from app.register.intake.of_register import OfRegister, of_register
from app.register.sheet import open_workbook
from app.register.state import ListState
from app.register.view import registers

HEADER = 4
"""The row of the header, as Excel counts."""


class _Every(frozenset):  # type: ignore[type-arg]
    """The rights of somebody who may do everything but *without*."""

    without: tuple[str, ...] = ()

    def __contains__(self, pair: object) -> bool:
        return isinstance(pair, tuple) and pair[0] not in self.without


@contextmanager
def at_desk(app: Flask, who: Actor, *, without: tuple[str, ...] = ()) -> Iterator[Session]:
    """Let *who* work with every right but those *without*, in a request's own session."""
    held = _Every()
    held.without = without
    with app.test_request_context(), acting(who):
        g.rights = (who.roles, held)
        session = db.session()
        try:
            yield session
        finally:
            session.rollback()
            db.session.remove()


def import_of(key: str) -> OfRegister:
    """Return the import of a register the acting person may load into."""
    found = of_register(registers().by_key[key])
    assert found is not None, f"{key} cannot be loaded into"
    return found


def taken(session: Session, key: str, path: Path) -> Path:
    """Write the register out for editing."""
    session.rollback()  # A writing session would hold the only lock of SQLite.
    with acting(actor(), writing=False), Session(session.get_bind()) as own:
        form_book.write(own, import_of(key).form, str(path), ListState(), organisation="Центр")
    return path


def planned(session: Session, key: str, path: Path, **more: Any) -> FormPlan:
    """Say what loading the workbook at *path* would do."""
    return import_of(key).plan(session, open_workbook(path), by=actor(), **more)


def loaded(session: Session, key: str, path: Path, *, good_rows: bool = False, **more: Any) -> Done:
    """Load the workbook at *path* and commit."""
    made = import_of(key)
    plan = made.plan(session, open_workbook(path), by=actor(), **more)
    done = made.load(session, plan, by=actor(), good_rows=good_rows)
    session.commit()
    return done


def columns(sheet: Worksheet) -> dict[str, int]:
    """Return the columns by the words of their headers."""
    return {str(cell.value): cell.column for cell in sheet[HEADER] if cell.value}


def changed(path: Path, work: Callable[[Worksheet, dict[str, int]], object]) -> Path:
    """Open the workbook, let *work* change its sheet, and save it."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    work(sheet, columns(sheet))
    book.save(path)
    return path


def own_table(path: Path, header: list[str], *lines: list[Any]) -> Path:
    """Make a workbook of a person's own: a header and lines."""
    book = Workbook()
    for line in (header, *lines):
        book.active.append(line)
    book.save(path)
    return path
