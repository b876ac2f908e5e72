"""Rows of the journal written beside the caller's own transaction, those of several threads in one commit.

A reading request must leave its row before its answer leaves, and a commit waits for the disk. Whoever comes while
another is at the disk waits for his turn; the next one in takes the rows of all who wait and commits them together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.acting import SYSTEM, acting

Entry = TypeVar("Entry")


class NotWritten(Exception):
    """Whoever wrote for several broke off; the caller's row is not in the journal."""


@dataclass
class _Waiting(Generic[Entry]):
    entry: Entry
    done: bool = False
    failure: Exception | None = None


class Aside(Generic[Entry]):
    """The queue before one database; *write* puts entries into the transaction of a connection."""

    def __init__(self, bind: Any, write: Callable[[Connection, list[Entry]], None]) -> None:
        self._begin, self._write = bind.begin, write
        self._queue: list[_Waiting[Entry]] = []
        self._mutex, self._turn = threading.Lock(), threading.Lock()
        self.commits = 0

    def commit(self, entry: Entry) -> None:
        """Return when *entry* is committed.

        Raises:
            sqlalchemy.exc.DBAPIError: the database did not take it; nothing of it is written.
        """
        mine = _Waiting(entry)
        with self._mutex:
            self._queue.append(mine)
        with self._turn:
            if not mine.done and mine.failure is None:
                self._commit_all()
        if mine.failure is not None:
            raise mine.failure

    def _commit_all(self) -> None:
        with self._mutex:
            batch, self._queue = self._queue, []
        try:
            # The rows say themselves who acted; «writing» makes SQLite take its write lock at once.
            with acting(SYSTEM, writing=True), self._begin() as connection:
                self._write(connection, [one.entry for one in batch])
        except SQLAlchemyError as failure:
            for one in batch:
                one.failure = failure
        else:
            self.commits += 1
            for one in batch:
                one.done = True
        finally:
            for one in batch:
                if not one.done and one.failure is None:
                    one.failure = NotWritten()


_queues: WeakKeyDictionary[Any, Aside[Any]] = WeakKeyDictionary()
_making = threading.Lock()


def aside_of(bind: Any, write: Callable[[Connection, list[Any]], None]) -> Aside[Any]:
    """Return the queue before the database of *bind*."""
    with _making:
        found = _queues.get(bind)
        if found is None:
            found = _queues[bind] = Aside(bind, write)
        return found
