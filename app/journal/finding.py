"""R24: rows of the journal found by who, what kind, whom and when, newest first, a page by an index at a time.

Rows of the actor's unit, and those that belong to none (the system's own work, a refused name at the door).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.journal import looks
from app.journal.models import JournalRow, JournalValue
from app.journal.words import CHANGES, KINDS

PAGE = 50
CANDIDATES = 5_000
"""So many of the newest searches and exports are looked through for one record."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of the journal; empty fields narrow nothing. *since* and *until* are moments, *until* not included.

    *kind* is a kind of :data:`app.journal.words.KINDS`; *table* with *record_id* names one record; *typed* are words
    somebody searched for.
    """

    user_id: int | None = None
    kind: str = ""
    table: str = ""
    record_id: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    typed: str = ""


def found(wanted: Wanted, by: Actor) -> Select[Any]:
    """Return the select of the rows *by* may read, newest first."""
    row = JournalRow
    query = select(row).order_by(row.at.desc(), row.id.desc())
    if not by.sees_all:
        query = query.where(or_(row.unit_id == by.unit_id, row.unit_id.is_(None)))
    if wanted.user_id is not None:
        query = query.where(row.user_id == wanted.user_id)
    if wanted.kind:
        known = [verb for verbs in KINDS.values() for verb in verbs]
        query = query.where(row.verb.not_in(known) if wanted.kind == CHANGES else row.verb.in_(KINDS[wanted.kind]))
    if wanted.table:
        query = query.where(row.table_name == wanted.table)
    if wanted.record_id is not None:
        query = query.where(row.record_id == wanted.record_id)
    if wanted.since is not None:
        query = query.where(row.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(row.at < wanted.until)
    for digest in looks.digests_of(wanted.typed):
        value = JournalValue
        query = query.where(
            row.id.in_(select(value.journal_id).where(value.field == looks.TYPED, value.new.contains(digest)))
        )
    return query


def page(
    session: Session, wanted: Wanted, by: Actor, before: int | None = None
) -> tuple[Sequence[JournalRow], int | None]:
    """Return a page and the number to go on from (None: that is all)."""
    query = found(wanted, by)
    if before is not None:
        at = session.scalar(select(JournalRow.at).where(JournalRow.id == before))
        if at is not None:
            earlier = and_(JournalRow.at == at, JournalRow.id < before)
            query = query.where(or_(JournalRow.at < at, earlier))
    rows = session.scalars(query.limit(PAGE + 1)).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def each(session: Session, wanted: Wanted, by: Actor) -> Iterator[JournalRow]:
    """Yield every row, a batch in memory at a time."""
    with session.scalars(found(wanted, by).execution_options(yield_per=500)) as rows:
        yield from rows


def looks_at(
    session: Session, table: str, record_id: int, before: int | None = None
) -> tuple[list[JournalRow], int | None]:
    """Return a page of the looks at one record, newest first: its own, and searches, exports, files it was shown in.

    Who asked for it in vain is told too.

    No unit is asked for: who may open the record may be told of whoever else has.
    """
    own = select(JournalRow.id).where(
        JournalRow.table_name == table,
        JournalRow.record_id == record_id,
        JournalRow.verb.in_((*looks.LOOKS, looks.REFUSED)),
    )
    many = select(JournalValue.journal_id, JournalValue.new).where(JournalValue.field == f"{looks.SHOWN}{table}")
    if before is not None:
        own, many = own.where(JournalRow.id < before), many.where(JournalValue.journal_id < before)
    ids: set[int] = set(session.scalars(own.order_by(JournalRow.id.desc()).limit(PAGE + 1)))
    candidates: Any = session.execute(many.order_by(JournalValue.journal_id.desc()).limit(CANDIDATES))
    ids.update(pk for pk, ranges in candidates if looks.is_in(ranges or "", record_id))
    newest = sorted(ids, reverse=True)
    wanted = newest[:PAGE]
    rows = session.scalars(select(JournalRow).where(JournalRow.id.in_(wanted)).order_by(JournalRow.id.desc())).all()
    return list(rows), wanted[-1] if len(newest) > PAGE else None


def who_looked(session: Session, records: Sequence[tuple[str, int]]) -> list[tuple[str, int, dt.datetime, dt.datetime]]:
    """Return who looked at any of *records* (table, number): name, how often, first and last time, the latest first.

    Searches, exports and files that showed one of them count; of these the newest :data:`CANDIDATES` are looked
    through for each table.
    """
    tables: dict[str, list[int]] = {}
    for table, pk in records:
        tables.setdefault(table, []).append(pk)
    ids: set[int] = set()
    for table, pks in tables.items():
        own = select(JournalRow.id).where(
            JournalRow.table_name == table, JournalRow.record_id.in_(pks), JournalRow.verb.in_(looks.LOOKS)
        )
        ids.update(session.scalars(own))
        many = select(JournalValue.journal_id, JournalValue.new).where(JournalValue.field == f"{looks.SHOWN}{table}")
        shown: Any = session.execute(many.order_by(JournalValue.journal_id.desc()).limit(CANDIDATES))
        ids.update(at for at, ranges in shown if any(looks.is_in(ranges or "", pk) for pk in pks))
    found: dict[str, list[dt.datetime]] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), 500):
        some = select(JournalRow.actor, JournalRow.at).where(JournalRow.id.in_(ordered[start : start + 500]))
        for who, at in session.execute(some):
            found.setdefault(who, []).append(at)
    made = [(who, len(moments), min(moments), max(moments)) for who, moments in found.items()]
    return sorted(made, key=lambda one: one[3], reverse=True)
