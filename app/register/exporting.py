"""A register's whole filtered list as an Excel file, streamed, with one journal row."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Response, stream_with_context
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, today
from app.base import Choice
from app.journal import looks
from app.register import lists, locks, workbook
from app.register.field import OUT_OF_SIGHT, Field, shown
from app.register.light import Light, NeedsRecord, Unread, give_up, reader_of
from app.register.spec import Spec
from app.register.state import ListState
from app.words import counted

_KINDS: dict[str, workbook.Kind] = {"number": "number", "money": "money", "date": "date", "moment": "moment"}
_PLAIN = frozenset({"line", "prose", "ref", "computed"})
"""Kinds in which text is shown as it is."""

FIRST_BATCH, BATCH = 25, 500
"""Rows read at once. What computed columns need is learnt on the first few, where reading again costs nothing."""

Gather = Callable[[Session, Any], None]


def rows(
    session: Session,
    spec: Spec,
    state: ListState,
    names: tuple[str, ...],
    gather: Gather,
    ids: array[int] | None = None,
) -> Iterator[list[Any]]:
    """Yield the list as rows of typed values: real dates and numbers, words for the rest; *session* is emptied.

    *ids* is filled with the keys of the rows.
    """
    ids = array("q") if ids is None else ids
    ids.extend(session.scalars(lists.ordered(lists.matching(session, spec, state), spec, state.sort)))
    readers = [reader(spec.fields[name]) for name in names]
    lockable = [(at, spec.fields[name]) for at, name in enumerate(names) if spec.fields[name].subject]
    start = 0
    while start < len(ids):
        light = reader_of(spec, names)
        batch = ids[start : start + (BATCH if start else FIRST_BATCH)].tolist()
        try:
            records: Sequence[Any] = light.fetch(session, batch) if light else lists.fetch(session, spec, batch, names)
            gather(session, records)
            done = [[read(record) for read in readers] for record in records]
            locked = locks.locks_on(session, spec, names, records)
            for at, field in lockable:
                for row, record in zip(done, records, strict=True):
                    if locked.on(field, record):
                        row[at] = locks.word()
        except (Unread, NeedsRecord, InvalidRequestError) as refusal:
            if light is None:
                raise
            if isinstance(refusal, Unread):
                light.learn(refusal)
            else:  # SQLAlchemy, asked of a light record, says that it is an invalid request.
                give_up(spec, names)
            continue
        yield from done
        session.expunge_all()
        start += len(batch)


def reader(field: Field) -> Callable[[Any], Any]:
    """Return the quickest way from a record to what its cell holds; a whole register passes through it."""
    value_of = field.value_of
    if field.kind in _KINDS or (field.stored and field.kind in ("line", "prose")):
        return value_of
    plain, link = field.kind in _PLAIN, field.relation is not None and not field.far
    known: dict[Any, str] = {}

    def words(record: Any) -> str | None:
        value = value_of(record)
        if plain and type(value) is str:
            return value
        if isinstance(value, Light):
            return value._in_words
        if isinstance(value, (Choice, bool)):
            if value not in known:
                known[value] = shown(value, field.kind, field.scale).text
            return known[value]
        if value is None:
            return OUT_OF_SIGHT if link and getattr(record, field.name) is not None else None
        cell = shown(value, field.kind, field.scale)
        return None if cell.empty else cell.text

    return words


def write(
    session: Session,
    spec: Spec,
    state: ListState,
    target: Any,
    *,
    organisation: str,
    gather: Gather,
    each: Callable[[Iterator[list[Any]]], Iterator[list[Any]]] = iter,
) -> array[int]:
    """Write the list to *target* and return the keys of its rows. *session* is emptied as it goes: give it its own.

    *each* is passed through by every row on its way, to count them.
    """
    names = state.columns or spec.columns
    columns = tuple(workbook.Column(spec.fields[n].said, _KINDS.get(spec.fields[n].kind, "text")) for n in names)
    heading = workbook.Heading(spec.many, workbook.on_date(today()), organisation, columns, hold=1)
    ids = array("q")
    workbook.write(target, heading, each(rows(session, spec, state, names, gather, ids)))
    return ids


def told(spec: Spec, state: ListState, ids: Sequence[int]) -> tuple[str, tuple[journal.Value, ...]]:
    """Return what the journal says of an exported list: a sentence, and which rows were in it."""
    said = f"Выгружено в Excel: {spec.many}, {counted(len(ids), 'строка', 'строки', 'строк')}."
    if any(spec.fields[name].private for name in state.columns or spec.columns):
        said += " В них есть специальные сведения."
    return said, looks.values_of({spec.model.__tablename__: ids}, state.query)


def download(session: Session, spec: Spec, state: ListState, by: Actor, gather: Gather) -> Response:
    """Return the file as a response; the journal row is written before the first byte leaves."""
    whole = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when the response has been sent
    with Session(session.get_bind()) as own:
        ids = write(own, spec, state, whole, organisation=by.unit_name, gather=gather)
    said, values = told(spec, state, ids)
    journal.apart(session, by, looks.EXPORT, None, said, about=(spec.model.__tablename__, None), values=values)
    whole.seek(0)
    response = Response(stream_with_context(iter(lambda: whole.read(65_536), b"")), mimetype=workbook.MIME)
    response.call_on_close(whole.close)
    ascii_name = workbook.file_name(spec.key, "list", today())
    response.headers["Content-Disposition"] = workbook.content_disposition(ascii_name, spec.many, today())
    return response
