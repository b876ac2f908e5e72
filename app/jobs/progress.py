"""How far a job is. Telling it costs nothing: it stays in memory, and a thread beside the job carries it outwards."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


class Cancelled(Exception):
    """Whoever asked for the job does not want it any more."""


class Interrupted(Exception):
    """The worker stops; the job is begun again by the next one."""


class Progress:
    """What a task tells while it works; each call is a step at which the job may be stopped.

    ::

        for row in progress.each(rows, "Проверяются строки", total=len(rows)): ...
        progress(0, None, "Записывается в базу")

    *doing* is shown as it is and is not sealed: it names no person.
    """

    def __init__(self, total: int | None = None) -> None:
        self._state: tuple[int, int | None, str, float] = (0, total, "", time.time())
        self._halted: type[Exception] | None = None

    def __call__(self, done: int, total: int | None = None, doing: str | None = None) -> None:
        """Say that *done* of *total* steps are behind, and what is being done now.

        Raises:
            Cancelled, Interrupted: the job must stop; let them pass.
        """
        self.check()
        _, known, before, began = self._state
        if doing is not None and doing != before:
            # A new stretch of work has a speed of its own.
            known, began = total, time.time()
        self._state = (done, total if total is not None else known, before if doing is None else doing, began)

    def each(self, things: Iterable[T], doing: str, total: int | None = None) -> Iterator[T]:
        """Yield *things*, each a step."""
        self(0, total, doing)
        for done, thing in enumerate(things, 1):
            yield thing
            self(done)

    def check(self) -> None:
        """Stop here if the job is to be stopped. Raises as a step does."""
        if self._halted is not None:
            raise self._halted

    def halt(self, why: type[Exception]) -> None:
        """Make the next step raise *why*; called from another thread. What was asked for first counts."""
        self._halted = self._halted or why

    def told(self) -> dict[str, Any]:
        """Return what the pulse carries: ``done``, ``total``, ``doing`` and ``began``, seconds since 1970."""
        done, total, doing, began = self._state
        return {"done": done, "total": total, "doing": doing, "began": began}
