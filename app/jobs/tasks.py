"""Which tasks there are and which work is done once a day: functions that name themselves here when imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Any

from sqlalchemy.orm import Session

from app.acting import Actor
from app.jobs.progress import Progress

Asked = dict[str, Any]
Right = tuple[str, str]
"""A permission and the screen it belongs to: ``("can_export", "families")``."""


@dataclass(frozen=True)
class Outcome:
    """What a task leaves behind.

    *text* is told to whoever asked. *file* is handed out as *file_name* for a day; it is read from its beginning and
    closed. *next_url* leads on, to what was made. *at_end* writes in the very transaction that ends the job, such as
    the row of the journal about a file; it must be short.
    """

    text: str
    file: IO[bytes] | None = None
    file_name: str = ""
    next_url: str = ""
    at_end: Callable[[Session], object] | None = None


@dataclass(frozen=True)
class Task:
    """A kind of job: what runs, whether it writes, and which rights it needs for what was asked."""

    code: str
    title: str
    run: Callable[[Session, Actor, Asked, Progress], Outcome]
    writes: bool
    rights: Callable[[Asked], Iterable[Right]]


@dataclass(frozen=True)
class Daily:
    """Work done once a day, not before *hour* by the clock of Moscow."""

    name: str
    run: Callable[[], str]
    hour: int


TASKS: dict[str, Task] = {}
DAILIES: dict[str, Daily] = {}


def no_rights(asked: Asked) -> tuple[Right, ...]:
    """Ask for no right but an open account."""
    return ()


def job(
    code: str, *, title: str, writes: bool = False, rights: Callable[[Asked], Iterable[Right]] = no_rights
) -> Callable[[Callable[[Session, Actor, Asked, Progress], Outcome]], Any]:
    """Name a function as the task *code*.

    It gets a session, the person who asked as he is today, what was asked and a :class:`~app.jobs.progress.Progress`.
    It never commits. *writes*: the session takes the write lock and its changes become true together with the end of
    the job, or not at all; otherwise the session only reads, and people go on saving meanwhile. *rights* are asked
    for when the job runs, whatever was true when it was started.

    Raises:
        ValueError: two tasks have the same code.
    """

    def name(run: Callable[[Session, Actor, Asked, Progress], Outcome]) -> Any:
        known = TASKS.get(code)
        if known is not None and (known.run.__module__, known.run.__qualname__) != (run.__module__, run.__qualname__):
            raise ValueError(f"two tasks are called {code}")
        TASKS[code] = Task(code, title, run, writes, rights)
        return run

    return name


def daily(name: str, *, hour: int = 3) -> Callable[[Callable[[], str]], Any]:
    """Name a function as work done once a day by exactly one process; what it returns is kept as the outcome.

    It runs inside the application's context as the system. A day on which the service was off at *hour* is caught up
    on as soon as it is on again; one that failed or was cut short is tried again two hours later.
    """

    def keep(run: Callable[[], str]) -> Any:
        DAILIES[name] = Daily(name, run, hour)
        return run

    return keep
