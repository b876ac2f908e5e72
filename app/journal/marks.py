"""How far the journal is: whether anything has changed since something was read, asked in one statement.

A large load is judged against the base before it writes. On SQLite whoever writes keeps all others from saving, so
the judging is done in a reading transaction, and the writing one only asks whether the base is still the same. Every
change of a record leaves its row, in the order in which the transactions were committed; looks change nothing. On
PostgreSQL rows may be committed in another order than they are numbered, and nobody waits there: it has no mark.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import is_writing
from app.journal.looks import LOOKS
from app.journal.models import JournalRow


def mark_of(session: Session) -> int | None:
    """Return the mark of what this reading transaction sees; None where only judging again tells what has changed."""
    if is_writing() or session.get_bind().dialect.name != "sqlite":
        return None
    return session.scalar(select(func.max(JournalRow.id))) or 0


def is_as_at(session: Session, mark: int | None) -> bool:
    """Whether nothing but looks was written since *mark*; for sure only in a transaction that holds the write lock."""
    if mark is None:
        return False
    later = select(JournalRow.id).where(JournalRow.id > mark, JournalRow.verb.not_in(LOOKS)).limit(1)
    return session.scalar(later) is None
