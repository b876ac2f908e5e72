"""Beside the database: a bell that wakes a worker, and the pulse of each running job.

The bell is huey over a file ``queue.db`` in the instance folder, or over a schema of its own in PostgreSQL. Nothing
is lost with it: whoever keeps watch (:meth:`app.jobs.running.Jobs.watch`) rings again for every job that waits.

The pulse says that the worker lives and how far it is; beside it lies the wish to cancel. They cannot stand in the
table: while a job writes, SQLite lets nobody else write, not even the job's own second connection.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from huey import Huey, PostgresHuey, SqliteHuey
from huey.constants import EmptyData
from huey.consumer import Consumer, Worker
from huey.serializer import SignedSerializer

from config import Settings

SCHEMA = "opora_queue"
TROUBLES = (sqlite3.Error, psycopg.Error, OSError)
"""What the bell and the pulse fail with when their file or server is away; work goes on without them."""


_closing = threading.Lock()


def _close(huey: Huey) -> None:
    """Close what this thread opened and what all share.

    huey asks whether the shared connection is open before it takes its lock, so of two workers that stop together one
    would close what the other has closed already.
    """
    with _closing:
        huey.storage.close()


class _Worker(Worker):
    def shutdown(self) -> None:
        """Close the connection on which this thread listened for the bell."""
        super().shutdown()
        _close(self.huey)


class Threads(Consumer):
    """huey's workers in threads of a process that minds its signals itself."""

    worker_class = _Worker

    def _set_signal_handlers(self) -> None:
        """Leave Ctrl+C and SIGTERM to whoever serves the process."""


class Queue:
    """The bell and the pulses of one installation; opened when first needed."""

    def __init__(self, settings: Settings, run: Callable[[int], None], run_daily: Callable[[str, str], None]) -> None:
        self._settings = settings
        self._runs: dict[str, Callable[..., None]] = {"job": run, "daily": run_daily}
        self._opening = threading.Lock()
        self._huey: Huey | None = None

    # ---- the bell ------------------------------------------------------------------------------------

    def wake(self, job_id: int) -> None:
        """Ring for a job; ringing twice does no harm."""
        self._ring("job", job_id)

    def wake_daily(self, name: str, day: str) -> None:
        """Ring for the daily work *name* of *day* (ISO)."""
        self._ring("daily", name, day)

    def waiting(self) -> set[int]:
        """Return the jobs rung for that no worker has heard yet."""
        try:
            return {task.args[0] for task in self.huey.pending() if type(task).__name__ == "job"}
        except ValueError:  # Rung under another secret key: such bells can never be heard.
            self.huey.storage.flush_queue()
            return set()

    def answer_all(self) -> int:
        """Do here and now what was rung for, and return how many that were; for tests and for one-off commands."""
        answered = 0
        while self.huey.pending_count():
            task = self.huey.dequeue()
            if task is not None:
                self.huey.execute(task)
                answered += 1
        return answered

    def workers(self, number: int, patience: float) -> Threads:
        """Return *number* workers, not yet started; a stop waits *patience* seconds for what they do."""
        return Threads(
            self.huey,
            workers=number,
            periodic=False,
            max_delay=1.0,
            # Nothing is ever scheduled in huey, so its scheduler need not look for it every second.
            scheduler_interval=60,
            shutdown_timeout=patience,
        )

    # ---- the pulse -----------------------------------------------------------------------------------

    def beat(self, job_id: int, told: dict[str, Any]) -> None:
        """Note that the worker of a job lives, and how far it is."""
        self._put(f"pulse.{job_id}", {"at": time.time(), **told})

    def pulse(self, job_id: int) -> dict[str, Any] | None:
        """Return the last pulse of a job: ``at`` (seconds since 1970) and what its Progress told."""
        found = self._peek(f"pulse.{job_id}")
        return found if isinstance(found, dict) else None

    def ask_to_cancel(self, job_id: int) -> None:
        """Wish that the job stops at its next step."""
        self._put(f"cancel.{job_id}", True)

    def is_cancel_asked(self, job_id: int) -> bool:
        """Whether somebody wished that the job stops."""
        return self._peek(f"cancel.{job_id}") is not None

    def rest(self, job_id: int) -> None:
        """Drop the pulse: nobody works at the job any more."""
        self.huey.storage.pop_data(f"pulse.{job_id}")

    def forget(self, job_id: int) -> None:
        """Drop pulse and wish: the job is gone, or its number is given to a new one."""
        self.rest(job_id)
        self.huey.storage.pop_data(f"cancel.{job_id}")

    def _put(self, key: str, value: Any) -> None:
        self.huey.storage.put_data(key, json.dumps(value, ensure_ascii=False).encode())

    def _peek(self, key: str) -> Any:
        found = self.huey.storage.peek_data(key)
        return None if found is EmptyData else json.loads(bytes(found))

    # ---- opening and closing -------------------------------------------------------------------------

    @property
    def huey(self) -> Huey:
        """The opened huey."""
        with self._opening:
            if self._huey is None:
                self._huey = self._opened()
                self._rung = {name: self._huey.task(name=name)(_quiet(run)) for name, run in self._runs.items()}
            return self._huey

    def close(self) -> None:
        """Close what was opened; the next use opens it again."""
        with self._opening:
            if self._huey is not None:
                _close(self._huey)
                self._huey = None

    def _ring(self, name: str, *arguments: Any) -> None:
        huey = self.huey
        huey.enqueue(self._rung[name].s(*arguments))

    def _opened(self) -> Huey:
        url = self._settings.database_url
        # huey pickles what it rings with; unsigned, whoever writes the file could run code in the worker.
        common: dict[str, Any] = {
            "results": False,
            "serializer": SignedSerializer(secret=self._settings.secret_key, salt="opora queue"),
        }
        if url.get_backend_name() == "sqlite":
            return SqliteHuey("opora", filename=str(self._settings.instance / "queue.db"), timeout=10, **common)
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)

        def connect() -> psycopg.Connection[Any]:
            return psycopg.connect(
                address, application_name="opora queue", connect_timeout=10, options=f"-c search_path={SCHEMA}"
            )

        with connect() as alone:
            # Two processes that start together would both make the tables, and one of them would fail.
            alone.execute("SELECT pg_advisory_xact_lock(hashtext('opora queue'))")
            alone.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            alone.commit()
            alone.execute("SELECT pg_advisory_xact_lock(hashtext('opora queue'))")
            return PostgresHuey("opora", connection=connect, table_prefix="opora", **common)


def _quiet(run: Callable[..., None]) -> Callable[..., None]:
    """Return *run* as huey wants it: a plain function, whose answer nobody keeps."""

    def task(*arguments: Any) -> None:
        run(*arguments)

    return task
