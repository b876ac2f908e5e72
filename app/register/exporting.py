"""A register's whole filtered list as an Excel file, streamed, with one journal row."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from flask import Response, stream_with_context
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, today
from app.register import lists, workbook
from app.register.field import Field
from app.register.spec import Spec
from app.register.state import ListState
from app.words import counted

_KINDS: dict[str, workbook.Kind] = {"number": "number", "money": "money", "date": "date", "moment": "moment"}


Gather = Callable[[Session, Any], None]


def rows(session: Session, spec: Spec, state: ListState, names: tuple[str, ...], gather: Gather) -> Iterator[list[Any]]:
    """Yield the list's records as rows of typed values: real dates and numbers, words for the rest."""
    readers = [reader(spec.fields[name]) for name in names]
    for record in lists.walk(session, spec, state, names, gather):
        yield [read(record) for read in readers]


def reader(field: Field) -> Callable[[Any], Any]:
    """Return the quickest way from a record to what its cell holds; a whole register passes through it."""
    if field.stored and field.kind in (*_KINDS, "line", "prose"):
        return attrgetter(field.name)

    if field.kind in _KINDS:
        return field.value

    def words(record: Any) -> str | None:
        cell = field.cell(record)
        return None if cell.empty else cell.text

    return words


def write(session: Session, spec: Spec, state: ListState, target: Any, *, organisation: str, gather: Gather) -> int:
    """Write the list to *target* and return how many rows it has. *session* is emptied as it goes: give it its own."""
    names = state.columns or spec.columns
    columns = tuple(workbook.Column(spec.fields[n].said, _KINDS.get(spec.fields[n].kind, "text")) for n in names)
    heading = workbook.Heading(spec.many, workbook.on_date(today()), organisation, columns, hold=1)
    return workbook.write(target, heading, rows(session, spec, state, names, gather))


def download(session: Session, spec: Spec, state: ListState, by: Actor, gather: Gather) -> Response:
    """Return the file as a response; the journal row is written before the first byte leaves."""
    whole = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when the response has been sent
    with Session(session.get_bind()) as own:
        number = write(own, spec, state, whole, organisation=by.unit_name, gather=gather)
    journal.apart(
        session, by, "export", None, f"Выгружено в Excel: {spec.many}, {counted(number, 'строка', 'строки', 'строк')}."
    )
    whole.seek(0)
    response = Response(stream_with_context(iter(lambda: whole.read(65_536), b"")), mimetype=workbook.MIME)
    response.call_on_close(whole.close)
    ascii_name = workbook.file_name(spec.key, "list", today())
    response.headers["Content-Disposition"] = workbook.content_disposition(ascii_name, spec.many, today())
    return response
