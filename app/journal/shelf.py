"""Rows of the journal that could not wait: kept beside an SQLite base while somebody holds its only write lock.

A large load holds the lock for seconds, and a card may not be shown before its look is safe on the disk. So the look
is put, sealed and synced, into a small file of its own next to the base, and carried into the journal as soon as the
lock is free: by the next look, by the watch of the jobs, before the journal is sealed or verified. A row carried twice
because the power went in between is known by its moment and is written once. PostgreSQL has no such lock and no shelf.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, select
from sqlalchemy.exc import OperationalError

from app import sealing
from app.journal.models import JournalRow

Entry = tuple[dict[str, Any], Sequence[tuple[str, str | None, str | None, bool]]]

PATIENCE_MS = 300
"""How long a look waits for SQLite's write lock before it is put aside; people who save hold it for far less."""
CARRIED = 500
"""Rows carried in one transaction."""
_BOUND = b"waiting look"


class Shelf:
    """The rows that wait beside one SQLite file."""

    def __init__(self, base: Path) -> None:
        self.path = base.with_name(f"{base.name}-looks")

    def put(self, entries: Sequence[Entry]) -> None:
        """Keep *entries*; they are on the disk when it returns.

        Raises:
            sqlite3.Error: they could not be written.
        """
        with self._opened() as file:
            file.execute("BEGIN IMMEDIATE")
            file.executemany("INSERT INTO look (row) VALUES (?)", [(_packed(one),) for one in entries])
            file.execute("COMMIT")

    def read(self) -> list[tuple[int, Entry]]:
        """Return the first rows that wait, with their numbers here."""
        if not self.path.exists():
            return []
        with self._opened() as file:
            rows = file.execute("SELECT id, row FROM look ORDER BY id LIMIT ?", (CARRIED,)).fetchall()
        return [(pk, _unpacked(blob)) for pk, blob in rows]

    def forget(self, numbers: Sequence[int]) -> None:
        """Drop the rows that stand in the journal now."""
        with self._opened() as file:
            file.execute("BEGIN IMMEDIATE")
            file.executemany("DELETE FROM look WHERE id = ?", [(pk,) for pk in numbers])
            file.execute("COMMIT")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=5, isolation_level=None)) as file:
            # The oldest journal of SQLite, for one file alone: nothing is left beside it.
            file.execute("PRAGMA synchronous = FULL").close()
            file.execute("CREATE TABLE IF NOT EXISTS look (id INTEGER PRIMARY KEY AUTOINCREMENT, row BLOB NOT NULL)")
            self.path.chmod(0o600)
            yield file


def shelf_of(bind: Any) -> Shelf | None:
    """Return the shelf beside the base of *bind*, None where nobody ever waits for a lock: not an SQLite file."""
    url: URL | None = bind.url if isinstance(bind, Engine) else None
    if url is None or url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Shelf(Path(str(url.database)))


def not_there_yet(connection: Connection, entries: Sequence[Entry]) -> list[Entry]:
    """Return those of *entries* that the journal does not hold."""
    columns = JournalRow.__table__.c
    missing = []
    for entry in entries:
        row = entry[0]
        same = (columns[name].is_not_distinct_from(row[name]) for name in ("user_id", "at", "verb", "record_id"))
        if connection.execute(select(columns.id).where(*same).limit(1)).first() is None:
            missing.append(entry)
    return missing


def is_held(error: OperationalError) -> bool:
    """Whether somebody else held the write lock."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _packed(entry: Entry) -> bytes:
    row, values = entry
    told = {**row, "at": row["at"].isoformat()}
    return sealing.seal_bytes(json.dumps([told, list(values)], ensure_ascii=False).encode(), _BOUND)


def _unpacked(blob: bytes) -> Entry:
    row, values = json.loads(sealing.unseal_bytes(blob, _BOUND))
    row["at"] = dt.datetime.fromisoformat(row["at"])
    return row, [(name, old, new, sealed) for name, old, new, sealed in values]
