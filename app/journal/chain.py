"""The chain over the journal: one writer seals the rows in batches, :func:`verify` names the first broken one.

The head and the number of rows are also written to a file outside the database, so that a cut tail is noticed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import LargeBinary, RowMapping, func, select, text, type_coerce
from sqlalchemy.orm import Session

from app import sealing
from app.acting import now
from app.journal import BOUND, row_digest, values_digest
from app.journal.models import JournalRow, JournalSeal, JournalValue

ANCHOR = "journal.json"
"""The file outside the database, in the folder of the installation."""

BATCH = 5_000
BEFORE_ALL, AFTER_ALL = -(2**62), 2**62
"""Ids below and above any other: a row slipped in as number 0 is read too."""
_COLUMNS = JournalRow.__table__.c
_VALUES = JournalValue.__table__.c
_OLD_LENGTH = 32


@dataclass(frozen=True)
class Verdict:
    """What :func:`verify` found: *broken* is a Russian sentence naming the first broken row, or empty."""

    rows: int
    sealed: int
    broken: str = ""


def _link(head: bytes, digests: list[bytes]) -> bytes:
    return sealing.keyed_digest(head + b"".join(digests))


def seal(session: Session, anchor: Path | None = None, *, waits: bool = True) -> int:
    """Seal every row not sealed yet, commit, then rewrite *anchor*; return how many rows were sealed.

    *waits* False gives way to whoever writes now, instead of keeping all the others behind both.

    The anchor comes last: written before a commit that fails, it would tell of a tail that was never there.
    On PostgreSQL a lock keeps writers out for the moment, so that no lower id can appear below the seal.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE{'' if waits else ' NOWAIT'}"))
    last = session.scalars(select(JournalSeal).order_by(JournalSeal.id.desc()).limit(1)).first()
    done, head, after = 0, last.head if last else b"", last.last_id if last else BEFORE_ALL
    while True:
        rows = session.execute(
            select(_COLUMNS.id, _COLUMNS.digest).where(_COLUMNS.id > after).order_by(_COLUMNS.id).limit(BATCH)
        ).all()
        if not rows:
            break
        head = _link(head, [bytes(row.digest) for row in rows])
        session.add(JournalSeal(first_id=rows[0].id, last_id=rows[-1].id, rows=len(rows), head=head, at=now()))
        session.flush()
        after = rows[-1].id
        done += len(rows)
    sealed = session.scalar(select(func.sum(JournalSeal.rows)))
    session.commit()
    if anchor is not None and done:
        fresh = anchor.with_suffix(f".{os.getpid()}.new")
        fresh.write_text(json.dumps({"last_id": after, "rows": sealed, "head": head.hex()}), "ascii")
        fresh.replace(anchor)
    return done


def verify(session: Session, anchor: Path | None = None) -> Verdict:
    """Recompute the chain and return the verdict; see :class:`Verdict`.

    A row is valid under its own number only, and with the values it was written with. On SQLite the numbers have no
    gaps, so there a row deleted before it was sealed is missed too, unless it was the last; on PostgreSQL a step that
    was taken back leaves a gap of its own.
    """
    numbered = _Numbers(gapless=session.get_bind().dialect.name == "sqlite")
    total = session.scalar(select(func.count()).select_from(JournalRow.__table__)) or 0
    head, sealed, after = b"", 0, BEFORE_ALL
    for mark in session.scalars(select(JournalSeal).order_by(JournalSeal.id)).all():
        below = select(_COLUMNS).where(_COLUMNS.id > after, _COLUMNS.id <= mark.last_id).order_by(_COLUMNS.id)
        rows = session.execute(below).mappings().all()
        if broken := _fault(session, numbered, rows, after, mark.last_id):
            return Verdict(total, sealed, broken)
        if len(rows) != mark.rows:
            return Verdict(
                total,
                sealed,
                f"Между строками № {mark.first_id} и № {mark.last_id} строк не столько, сколько было записано.",
            )
        head = _link(head, [bytes(row["digest"]) for row in rows])
        if head != bytes(mark.head):
            return Verdict(total, sealed, f"Строки № {mark.first_id}–{mark.last_id} не сходятся с печатью.")
        sealed, after = sealed + len(rows), mark.last_id
    unsealed = select(_COLUMNS).where(_COLUMNS.id > after).order_by(_COLUMNS.id)
    upto = after
    with session.execute(unsealed.execution_options(yield_per=BATCH)) as found:
        for page in found.mappings().partitions():
            since, upto = upto, page[-1]["id"]
            if broken := _fault(session, numbered, page, since, upto):
                return Verdict(total, sealed, broken)
    if broken := _fault(session, numbered, [], upto, AFTER_ALL):
        return Verdict(total, sealed, broken)
    if anchor is not None and anchor.exists():
        kept = json.loads(anchor.read_text("ascii"))
        if after < kept["last_id"] or sealed < kept["rows"]:
            return Verdict(total, sealed, f"Хвост журнала обрезан: было {kept['rows']} строк, осталось {sealed}.")
        sealed_head = session.scalar(select(JournalSeal.head).where(JournalSeal.last_id == kept["last_id"]))
        if sealed_head is None or bytes(sealed_head).hex() != kept["head"]:
            return Verdict(total, sealed, "Печать журнала не сходится с отметкой вне базы.")
    return Verdict(total, sealed)


def _fault(session: Session, numbered: _Numbers, rows: Sequence[RowMapping], after: int, upto: int) -> str:
    """Return what is wrong with *rows*, those with numbers above *after* up to *upto*, or nothing."""
    kept = dict(_values(session, after, upto))
    for row in rows:
        if broken := numbered.fault(row):
            return broken
        told, number = row["values_digest"], row["id"]
        try:
            fits = _digest_of(kept.pop(number, [])) == (bytes(told) if told else None)
        except (InvalidTag, sealing.NoKey):
            return f"Сведения строки журнала № {number} не открываются: они изменены, или их ключа нет."
        if not fits:
            return f"Сведения строки журнала № {number} изменены после записи."
    return f"Сведения есть, а строки журнала № {min(kept)} нет." if kept else ""


def _values(session: Session, after: int, upto: int) -> Iterator[tuple[int, list[RowMapping]]]:
    """Yield the values of each row by its number; sealed ones as they lie in the database."""
    sealed = [type_coerce(_VALUES[name], LargeBinary).label(name) for name in ("sealed_old", "sealed_new")]
    asked = (
        select(_VALUES.journal_id, _VALUES.field, _VALUES.old, _VALUES.new, *sealed)
        .where(_VALUES.journal_id > after, _VALUES.journal_id <= upto)
        .order_by(_VALUES.journal_id, _VALUES.id)
    )
    for number, rows in groupby(session.execute(asked).mappings(), key=lambda row: row["journal_id"]):
        yield number, list(rows)


def _digest_of(values: Sequence[RowMapping]) -> bytes | None:
    return values_digest([(row["field"], _read(row, "old"), _read(row, "new")) for row in values]) if values else None


def _read(row: RowMapping, side: str) -> str | None:
    hidden: Any = row[f"sealed_{side}"]
    plain: str | None = row[side]
    return sealing.unseal(bytes(hidden)) if hidden is not None else plain


class _Numbers:
    """The rows as they come, by their numbers: each valid in itself and in its place."""

    def __init__(self, *, gapless: bool) -> None:
        self._gapless, self._last, self._bound = gapless, 0, False

    def fault(self, row: RowMapping) -> str:
        """Return what is wrong with the next row, or nothing."""
        number, digest = row["id"], bytes(row["digest"])
        bound = digest.startswith(BOUND) and len(digest) > _OLD_LENGTH
        # Rows of the first release stand before all others: a copy of one among later rows is no row of this journal.
        if (self._bound and not bound) or row_digest(dict(row), bound=bound) != digest:
            return f"Строка журнала № {number} изменена после записи."
        missing, self._last, self._bound = self._last + 1, number, bound
        if self._gapless and number != missing:
            return f"Строки журнала № {missing} нет." if number > missing else f"Строка журнала № {number} лишняя."
        return ""
