"""The chain over the journal: one writer seals the rows in batches, :func:`verify` names the first broken one.

The head and the number of rows are also written to a file outside the database, so that a cut tail is noticed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import sealing
from app.acting import now
from app.journal import row_digest
from app.journal.models import JournalRow, JournalSeal

BATCH = 5_000
BEFORE_ALL = -(2**62)
"""An id below any other: a row slipped in as number 0 is read too."""
_COLUMNS = JournalRow.__table__.c


@dataclass(frozen=True)
class Verdict:
    """What :func:`verify` found: *broken* is a Russian sentence naming the first broken row, or empty."""

    rows: int
    sealed: int
    broken: str = ""


def _link(head: bytes, digests: list[bytes]) -> bytes:
    return sealing.keyed_digest(head + b"".join(digests))


def seal(session: Session, anchor: Path | None = None) -> int:
    """Seal every row not sealed yet, commit, then rewrite *anchor*; return how many rows were sealed.

    The anchor comes last: written before a commit that fails, it would tell of a tail that was never there.
    On PostgreSQL a lock keeps writers out for the moment, so that no lower id can appear below the seal.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE"))
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
        fresh = anchor.with_suffix(".new")
        fresh.write_text(json.dumps({"last_id": after, "rows": sealed, "head": head.hex()}), "ascii")
        fresh.replace(anchor)
    return done


def verify(session: Session, anchor: Path | None = None) -> Verdict:
    """Recompute the chain and return the verdict; see :class:`Verdict`."""
    total = session.scalar(select(func.count()).select_from(JournalRow.__table__)) or 0
    head, sealed, after = b"", 0, BEFORE_ALL
    for mark in session.scalars(select(JournalSeal).order_by(JournalSeal.id)).all():
        rows = (
            session.execute(
                select(_COLUMNS).where(_COLUMNS.id > after, _COLUMNS.id <= mark.last_id).order_by(_COLUMNS.id)
            )
            .mappings()
            .all()
        )
        for row in rows:
            if row_digest(dict(row)) != bytes(row["digest"]):
                return Verdict(total, sealed, f"Строка журнала № {row['id']} изменена после записи.")
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
    for row in session.execute(select(_COLUMNS).where(_COLUMNS.id > after)).mappings():
        if row_digest(dict(row)) != bytes(row["digest"]):
            return Verdict(total, sealed, f"Строка журнала № {row['id']} изменена после записи.")
    if anchor is not None and anchor.exists():
        kept = json.loads(anchor.read_text("ascii"))
        if after < kept["last_id"] or sealed < kept["rows"]:
            return Verdict(total, sealed, f"Хвост журнала обрезан: было {kept['rows']} строк, осталось {sealed}.")
        sealed_head = session.scalar(select(JournalSeal.head).where(JournalSeal.last_id == kept["last_id"]))
        if sealed_head is None or bytes(sealed_head).hex() != kept["head"]:
            return Verdict(total, sealed, "Печать журнала не сходится с отметкой вне базы.")
    return Verdict(total, sealed)
