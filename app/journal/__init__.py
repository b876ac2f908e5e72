"""Who did what to which record: append-only, in the same transaction, chained.

Differences of fields are written by one listener on the Session; a rule adds only its named event::

    journal.record(session, by, "programme.submit", version, "Программа № 4 отправлена на рассмотрение.")

Creation keeps no values: what was first typed is the oldest «old» of later changes, or still stands in the
record. So an import of 20 000 families does not write every cell twice.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from app import sealing
from app.acting import SYSTEM, Actor, actor_or_none, now
from app.base import RESTRICTED, SPECIAL, Model, keys_of
from app.bulk import insert_rows, reserve_keys
from app.journal.aside import aside_of
from app.journal.models import JournalRow, JournalValue
from app.journal.shelf import shelf_of

CREATE, CHANGE, DELETE = "create", "change", "delete"
_SEALED = (SPECIAL, RESTRICTED)
PAGE = 2000
"""Rows of a bank written at once."""


_encode = json.JSONEncoder(ensure_ascii=False).encode
"""``json.dumps`` would make this encoder anew for each of the thousands of rows of a bank."""


class BulkRefused(RuntimeError):
    """A bulk UPDATE or DELETE on a journalled table would leave no trace: change the records one by one."""


def as_text(value: Any) -> str | None:
    """Return *value* as the journal keeps it: codes for choices, ISO for dates, ids for links."""
    if value is None or value == []:
        return None
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (list, tuple)):
        return ",".join(sorted(as_text(each) or "" for each in value))
    return str(value)


def _row(
    by: Actor,
    verb: str,
    table: str,
    record_id: int | None,
    version: int | None,
    sentence: str,
    record: Model | None = None,
) -> dict[str, Any]:
    return {
        "at": now(),
        "user_id": by.user_id,
        "actor": by.name,
        # The system belongs to no unit, and a row of no unit is read in every one; its record knows better.
        "unit_id": by.unit_id if by.unit_id is not None else getattr(record, "service_unit_id", None),
        "address": by.address,
        "verb": verb,
        "table_name": table,
        "record_id": record_id,
        "record_version": version,
        "sentence": sentence[:500],
    }


Value = tuple[str, str | None, str | None, bool]
"""A field of a row: its name, what it was, what it is, and whether both are sealed at rest."""

Entry = tuple[dict[str, Any], Sequence[Value]]
"""A row of the journal and its values."""

BOUND = b"\x02"
"""The beginning of a digest that covers the number of its row. Rows of the first release have 32 bytes without it."""


def row_digest(row: dict[str, Any], *, bound: bool = True) -> bytes:
    """Return the keyed digest of a journal row: every column but the digest itself, its number too.

    So a valid row copied to another number is no valid row. *bound* False is the digest of the first release, which
    knew no number.
    """
    values = row.get("values_digest")
    content = [
        row["at"].astimezone(dt.UTC).isoformat(timespec="microseconds"),
        *(row[k] for k in ("user_id", "actor", "unit_id", "address", "verb", "table_name", "record_id")),
        row["record_version"],
        row["sentence"],
        bytes(values).hex() if values else None,
    ]
    if not bound:
        return sealing.keyed_digest(_encode(content).encode())
    return BOUND + sealing.keyed_digest(_encode([row["id"], *content]).encode())


def values_digest(values: Iterable[tuple[Any, ...]]) -> bytes:
    """Return the keyed digest of the *values* of a row, (field, old, new) each; what follows does not count."""
    return sealing.keyed_digest(_encode([v[:3] for v in values]).encode())


def write(session: Session, rows: Sequence[Entry]) -> None:
    """Insert journal rows with their values into the current transaction."""
    if rows:
        _write_on(session.connection(), rows)


def _write_on(connection: Connection, rows: Sequence[Entry]) -> None:
    table = JournalRow.__table__
    ids = reserve_keys(connection, table, len(rows))
    made = []
    # Nothing to seal is kept as nothing, and the digest must tell of what is kept.
    kept = [
        (row, [(name, old or None, new or None, sealed) if sealed else (name, old, new, sealed)
               for name, old, new, sealed in values])
        for row, values in rows
    ]  # fmt: skip
    for journal_id, (row, values) in zip(ids, kept, strict=True):
        row = {**row, "values_digest": values_digest(values) if values else None}
        made.append({**row, "digest": row_digest({**row, "id": journal_id})})
    insert_rows(connection, table, made, ids)
    values_of = [
        {
            "journal_id": journal_id,
            "field": name,
            "old": None if sealed else old,
            "new": None if sealed else new,
            "sealed_old": old if sealed else None,
            "sealed_new": new if sealed else None,
        }
        for journal_id, (_, values) in zip(ids, kept, strict=True)
        for name, old, new, sealed in values
    ]
    insert_rows(connection, JournalValue.__table__, values_of, told=False)


def record(
    session: Session,
    by: Actor,
    verb: str,
    record: Model | None,
    sentence: str = "",
    *,
    about: tuple[str, int | None] = ("", None),
    values: Sequence[Value] = (),
) -> None:
    """Add the named event *verb* about *record* to the current transaction; *about* names (table, id) without one."""
    session.flush()
    table, pk = (record.__tablename__, getattr(record, "id", None)) if record is not None else about
    write(session, [(_row(by, verb, table, pk, getattr(record, "version", None), sentence, record), values)])


def record_created(session: Session, by: Actor, model: type[Model], ids: Iterable[int]) -> None:
    """Journal the creation of rows loaded by Core, which the listener cannot see."""
    row = _row(by, CREATE, model.__tablename__, None, 1, "")
    write(session, [({**row, "record_id": pk}, []) for pk in ids])


def insert_created(session: Session, by: Actor, model: type[Model], rows: Iterable[dict[str, Any]]) -> list[int]:
    """Insert *rows*, ``{column: value}``, as new records of *model* and return their ids in order; for whole banks.

    They get what a record saved alone would get: the stamps and the unit of the actor, version 1, folded keys and,
    if the table is journalled, a row of the journal each. What the rules ask of them, the caller has checked.

    Raises:
        sqlalchemy.exc.DBAPIError: the database refuses, for instance with an IntegrityError.
    """
    session.flush()
    stamps: dict[str, Any] = {"created_at": now(), "created_by_id": by.user_id, "version": 1}
    if "service_unit_id" in model.__table__.columns:
        stamps["service_unit_id"] = by.unit_id
    ids: list[int] = []
    coming = iter(rows)
    while page := [{**stamps, **row, **keys_of(model, row)} for row in islice(coming, PAGE)]:
        # By the connection, not the session: the rows carry their unit, and an INSERT has no scope.
        written = insert_rows(session.connection(), model.__table__, page)
        if model.__journalled__:
            record_created(session, by, model, written)
        ids += written
    return ids


def apart(
    session: Session,
    by: Actor,
    verb: str,
    record: Model | None,
    sentence: str = "",
    *,
    about: tuple[str, int | None] = ("", None),
    values: Sequence[Value] = (),
) -> None:
    """Write the event in a short transaction of its own, as a reading request does for what it shows or hands out.

    It returns when the row is safe on the disk: in the journal, or beside an SQLite base that a large load holds
    (:mod:`app.journal.shelf`). *about* names (table, id) where there is no *record* at hand.

    Raises:
        sqlalchemy.exc.DBAPIError: the row could not be written, so what it tells of must not happen.
    """
    table, pk = (record.__tablename__, getattr(record, "id", None)) if record is not None else about
    row = _row(by, verb, table, pk, None, sentence, record)
    bind = session.get_bind()
    aside_of(bind, _write_on, shelf_of(bind)).commit((row, values))


def carry(bind: Any) -> int:
    """Carry the rows that wait beside the base of *bind* into the journal; return how many, 0 while it is held."""
    return aside_of(bind, _write_on, shelf_of(bind)).carry()


def tracked(model: type[Model]) -> dict[str, bool]:
    """Return ``{attribute: sealed}`` of the columns whose changes the journal keeps."""
    found = _tracked.get(model)
    if found is None:
        found = {}
        for attribute in inspect(model).column_attrs:
            info = attribute.columns[0].info
            if info.get("label") and not info.get("composed") and attribute.key not in _STAMPS:
                found[attribute.key] = info["privacy"] in _SEALED
        _tracked[model] = found
    return found


_STAMPS = frozenset({"created_at", "created_by_id", "changed_at", "changed_by_id"})
_tracked: dict[type[Model], dict[str, bool]] = {}


def _changes(target: Model) -> Iterator[tuple[str, str | None, str | None, bool]]:
    state: Any = inspect(target)
    for name, sealed in tracked(type(target)).items():
        history = state.attrs[name].history
        if history.has_changes():
            old = as_text(history.deleted[0]) if history.deleted else None
            new = as_text(history.added[0]) if history.added else None
            if old != new:
                yield name, old, new, sealed


@event.listens_for(Session, "before_flush")
def _stamp_and_collect(session: Session, context: UOWTransaction, instances: object) -> None:
    by = actor_or_none() or SYSTEM
    moment = now()
    waiting = session.info.setdefault("journal_waiting", [])
    for target in session.new:
        if isinstance(target, Model):
            target.created_at = target.created_at or moment
            target.created_by_id = target.created_by_id or by.user_id
            if getattr(target, "service_unit_id", 0) is None:
                target.service_unit_id = by.unit_id
            if target.__journalled__:
                waiting.append((CREATE, target, []))
    for target in session.dirty:
        if isinstance(target, Model) and session.is_modified(target):
            changes = list(_changes(target))
            target.changed_at = moment
            target.changed_by_id = by.user_id
            if changes and target.__journalled__:
                waiting.append((CHANGE, target, changes))
    for target in session.deleted:
        if isinstance(target, Model) and target.__journalled__:
            kept = [(n, as_text(getattr(target, n)), None, sealed) for n, sealed in tracked(type(target)).items()]
            waiting.append((DELETE, target, [value for value in kept if value[1] is not None]))


@event.listens_for(Session, "after_flush")
def _write_collected(session: Session, context: UOWTransaction) -> None:
    waiting = session.info.pop("journal_waiting", None)
    if not waiting:
        return
    by = actor_or_none() or SYSTEM
    write(session, [(_row(by, verb, t.__tablename__, t.id, t.version, "", t), values) for verb, t, values in waiting])


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: object) -> None:
    session.info.pop("journal_waiting", None)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk(state: ORMExecuteState) -> None:
    """Refuse bulk DML on a journalled table unless the statement says why it may leave no field history."""
    if not (state.is_update or state.is_delete) or state.execution_options.get("unjournalled"):
        return
    mapper = state.bind_mapper
    if mapper is not None and getattr(mapper.class_, "__journalled__", False):
        raise BulkRefused(f"bulk change of {mapper.class_.__name__} would not be journalled")
