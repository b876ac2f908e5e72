"""Rows of the journal written beside the caller's own transaction, those of several threads in one commit.

A reading request must leave its row before its answer leaves, and a commit waits for the disk. Whoever comes while
another is at the disk waits for his turn; the next one in takes the rows of all who wait and commits them together.
While a large load holds the write lock of SQLite, they are put on the shelf beside the base instead of waiting.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.acting import SYSTEM, acting, waiting_at_most
from app.journal.shelf import PATIENCE_MS, Shelf, is_held, not_there_yet

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

    def __init__(self, bind: Any, write: Callable[[Connection, list[Entry]], None], shelf: Shelf | None = None) -> None:
        self._bind, self._write, self._shelf = bind, write, shelf
        self._queue: list[_Waiting[Entry]] = []
        self._mutex, self._turn = threading.Lock(), threading.Lock()
        self.commits = 0
        self._left = False

    def commit(self, entry: Entry) -> None:
        """Return when *entry* is committed, or safe on the shelf.

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
        if self._left:
            self.carry()

    def carry(self) -> int:
        """Carry what lies on the shelf into the journal and return how many rows that was; 0 while the lock is held."""
        done = 0
        with self._turn:
            while self._shelf is not None and (rows := self._shelf.read()):
                entries: list[Any] = [entry for _, entry in rows]
                try:
                    with acting(SYSTEM), waiting_at_most(PATIENCE_MS), self._bind.begin() as connection:
                        missing: list[Any] = list(not_there_yet(connection, entries))
                        if missing:
                            self._write(connection, missing)
                except OperationalError as error:
                    if is_held(error):
                        break
                    raise
                self._shelf.forget([number for number, _ in rows])
                done += len(rows)
            else:
                self._left = False
        return done

    def _commit_all(self) -> None:
        with self._mutex:
            batch, self._queue = self._queue, []
        try:
            self._keep([one.entry for one in batch])
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

    def _keep(self, entries: list[Entry]) -> None:
        # The rows say themselves who acted; «writing» makes SQLite take its write lock at once.
        with acting(SYSTEM, writing=True):
            if self._shelf is None:
                with self._bind.begin() as connection:
                    self._write(connection, entries)
                return
            try:
                with waiting_at_most(PATIENCE_MS), self._bind.begin() as connection:
                    self._write(connection, entries)
            except OperationalError as held:
                if not is_held(held):
                    raise
                shelved: list[Any] = list(entries)
                try:
                    self._shelf.put(shelved)
                except sqlite3.Error:
                    # Neither here nor there: what the caller is told is why the base did not take it.
                    raise held from None
                self._left = True


_queues: WeakKeyDictionary[Any, Aside[Any]] = WeakKeyDictionary()
_making = threading.Lock()


def aside_of(bind: Any, write: Callable[[Connection, list[Any]], None], shelf: Shelf | None = None) -> Aside[Any]:
    """Return the queue before the database of *bind*."""
    with _making:
        found = _queues.get(bind)
        if found is None:
            found = _queues[bind] = Aside(bind, write, shelf)
        return found
