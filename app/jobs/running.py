"""Workers: how a job is taken, done once, ended, and found again after its worker was killed.

Who writes what, and when:

* **taking** is one short transaction: ``queued → running``, the attempt counted. Of two workers one succeeds.
* **the work** is one transaction the task never commits itself. A task that ``writes`` holds SQLite's write lock from
  its first statement; its changes and ``running → done`` are committed together. A task that only reads ends in a
  short transaction of its own. Either way the end asks for the attempt it belongs to: a worker that was thought dead
  and wakes up finds another attempt in the row, and everything it did is rolled back. So a job is done exactly once.
* **progress and the wish to cancel** stand beside the database (:mod:`app.jobs.queue`), carried there once a second
  by a thread beside the job.
* **every other end** (cancelled, refused, failed, begun again) is one short transaction after the work was rolled back.

A running job without a pulse for :data:`DEAD` seconds is begun again, :data:`ATTEMPTS` times at most. A stop of the
service interrupts its jobs at their next step and puts them back without counting the attempt.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import logging
import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import journal
from app.acting import SYSTEM, Actor, acting, now
from app.base import RuleBroken
from app.database import Trouble, trouble
from app.extensions import db
from app.jobs import results, statistics  # noqa: F401 -- the daily work names itself when it is imported
from app.jobs.beating import Beating
from app.jobs.models import Job, JobStatus
from app.jobs.progress import Cancelled, Interrupted, Progress
from app.jobs.queue import Queue, Threads
from app.jobs.scheduled import begin_due, finish_daily
from app.jobs.sealing import Sealer
from app.jobs.tasks import DAILIES, TASKS, Asked, Outcome, Task
from app.scope import stamp

DEAD, ATTEMPTS = 30.0, 3
"""Seconds without a beat of its pulse after which a worker counts as dead, and how often a job is begun."""

WATCH = 10.0
"""Seconds between two looks for jobs nobody works at."""

KEPT = dt.timedelta(days=1)
"""How long the file of a job is kept."""

PATIENCE = 10.0
"""Seconds a stop waits for jobs to reach their next step."""

logger = logging.getLogger(__name__)

Identify = Callable[[Session, int], tuple[Actor, frozenset[tuple[str, str]]] | None]
"""Gives the person behind an account as he is now with his rights, None when the account is closed."""


class Overtaken(Exception):
    """Another attempt at the same job has begun: what this one did must not count."""


@dataclass(frozen=True)
class Taken:
    """A job as its worker took it."""

    id: int
    code: str
    user_id: int | None
    unit_id: int
    asked: Asked
    total: int | None
    attempt: int


class Jobs:
    """The workers of one process and what they share; ``jobs()`` gives it inside the application."""

    def __init__(self, app: Flask, identify: Identify) -> None:
        self.app = app
        self.identify = identify
        self.queue = Queue(app.config["OPORA"], self.run, self.run_daily)
        self.folder: Path = app.config["OPORA"].instance / "results"
        self._under_way: dict[int, Progress] = {}
        self._sealer = Sealer(app)
        sqlite = app.config["OPORA"].database_url.get_backend_name() == "sqlite"
        # A job may hold SQLite's write lock longer than others wait for it; those of this process wait for its end.
        self._one_writer: AbstractContextManager[Any] = threading.Lock() if sqlite else nullcontext()
        self._stopping = threading.Event()
        self._threads: Threads | None = None
        self._watcher: threading.Thread | None = None

    # ---- workers of this process ---------------------------------------------------------------------

    def begin(self, number: int) -> None:
        """Start *number* workers and the watch in threads of this process."""
        self._stopping.clear()
        logging.getLogger("huey").setLevel(logging.WARNING)
        self._threads = self.queue.workers(number, PATIENCE)
        self._threads.start()
        self._watcher = threading.Thread(target=self._keep_watch, name="jobs-watch", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Stop the workers: jobs under way are put back at their next step, for the next process to begin again."""
        self._stopping.set()
        self.interrupt()
        if self._threads is not None and self._watcher is not None:
            self._threads.stop(graceful=True)
            self._watcher.join(PATIENCE)
        self._threads = self._watcher = None
        self.queue.close()

    def interrupt(self) -> None:
        """Make the jobs under way in this process stop at their next step; another worker begins them again."""
        for progress in list(self._under_way.values()):
            progress.halt(Interrupted)

    def run_due(self, *, daily: bool = False) -> int:
        """Keep watch once and do everything rung for, here and now; return how much that was. For tests."""
        self.watch(daily=daily)
        return self.queue.answer_all()

    def _keep_watch(self) -> None:
        while not self._stopping.is_set():
            with _Logged("watch"):
                self.watch()
            with _Logged("carry"), self.app.app_context():
                # Looks put aside while a load held the base: before the journal is sealed.
                journal.carry(db.engine)
            with _Logged("seal"):
                self._sealer.seal_if_due()
            self._stopping.wait(WATCH)

    # ---- the watch -----------------------------------------------------------------------------------

    def watch(self, *, daily: bool = True) -> None:
        """Ring for jobs that wait, begin again those whose worker is dead, and ring for daily work that is due."""
        with self.app.app_context(), acting(SYSTEM):
            with acting(SYSTEM, writing=False), Session(db.engine) as session:
                unended = select(Job.id, Job.status, Job.attempts, Job.started_at).where(
                    Job.status.in_((JobStatus.QUEUED, JobStatus.RUNNING))
                )
                rows = session.execute(unended).all()
            heard = self.queue.waiting() if rows else set()
            for pk, status, attempt, started_at in rows:
                if status is JobStatus.QUEUED:
                    if pk not in heard:
                        self.queue.wake(pk)
                elif self._is_dead(pk, started_at):
                    self._begin_again(pk, attempt, counted=True)
            for name, day in begin_due(db.engine) if daily else ():
                self.queue.wake_daily(name, day.isoformat())

    def _is_dead(self, pk: int, started_at: dt.datetime | None) -> bool:
        if pk in self._under_way:
            return False
        pulse = self.queue.pulse(pk) or {"at": 0}
        last = max(pulse["at"], started_at.timestamp() if started_at else 0)
        return now().timestamp() - last > DEAD

    # ---- one job -------------------------------------------------------------------------------------

    def run(self, pk: int) -> None:
        """Do the job *pk*, if it still waits."""
        if pk in self._under_way:
            return
        with self.app.app_context(), acting(SYSTEM), _Logged("job"):
            taken = self._take(pk)
            if taken is None:
                return
            progress = Progress(taken.total)
            self._under_way[pk] = progress
            try:
                with Beating(self.queue, pk, progress), _Ended(partial(self._end_badly, taken)):
                    self._do(taken, progress)
            finally:
                del self._under_way[pk]
            self.queue.rest(pk)

    def _take(self, pk: int) -> Taken | None:
        taking = (
            update(Job)
            .where(Job.id == pk, Job.status == JobStatus.QUEUED)
            .values(status=JobStatus.RUNNING, attempts=Job.attempts + 1, started_at=now())
        )
        with self._one_writer, Session(db.engine) as session:
            # Whoever waited here for the write lock may have waited for the stop: what was put back stays so.
            if self._stopping.is_set() or _changed(session, taking) != 1:
                return None
            row = session.get_one(Job, pk)
            asked = json.loads(row.asked)
            taken = Taken(pk, row.code, row.user_id, row.service_unit_id, asked, row.total, row.attempts)
            session.commit()
        return taken

    def _do(self, taken: Taken, progress: Progress) -> None:
        progress.check()
        task = TASKS.get(taken.code)
        if task is None:
            raise RuleBroken("Этого больше не умеет ни один раздел программы. Начните заново из нужного раздела.")
        by = self._as_today(taken, task)
        with ExitStack() as stack:
            if task.writes:
                stack.enter_context(self._one_writer)
                progress.check()
            stack.enter_context(acting(by, writing=task.writes))
            session = stack.enter_context(Session(db.engine))
            # A second session would wait for the lock this one holds.
            g.job_session = session
            outcome = task.run(session, by, taken.asked, progress)
            progress.check()
            key = self._kept(outcome)
            sight = stamp(session, by, g.rights[1]) if key else None
            unwanted = stack.enter_context(ExitStack())
            unwanted.callback(results.remove, self.folder, key)
            if task.writes:
                self._end_well(session, taken, outcome, key, sight)
            else:
                session.rollback()
                with self._one_writer, acting(by), Session(db.engine) as own:
                    self._end_well(own, taken, outcome, key, sight)
            unwanted.pop_all()

    def _as_today(self, taken: Taken, task: Task) -> Actor:
        """Return who asked, as he is now: what was taken away since then holds."""
        with acting(SYSTEM, writing=False), Session(db.engine) as session:
            found = self.identify(session, taken.user_id) if taken.user_id is not None else None
        if found is None or found[0].unit_id != taken.unit_id:
            raise RuleBroken("Учётная запись, с которой начато задание, закрыта. Оно не выполнено.")
        by, held = found
        if not set(task.rights(taken.asked)) <= held:
            raise RuleBroken("Права на это действие у вас больше нет. Если оно нужно, попросите администратора.")
        g.rights = (by.roles, held)
        return by

    def _kept(self, outcome: Outcome) -> str:
        """Seal the file of *outcome* and return its key, empty when there is none."""
        if outcome.file is None:
            return ""
        with outcome.file as whole:
            return results.keep(self.folder, whole)

    # ---- ends ----------------------------------------------------------------------------------------

    def _end_well(self, session: Session, taken: Taken, outcome: Outcome, key: str, sight: str | None) -> None:
        if outcome.at_end is not None:
            outcome.at_end(session)
        ended = {
            "status": JobStatus.DONE,
            "outcome": outcome.text,
            "file_name": outcome.file_name or None,
            "file_key": key or None,
            "sight": sight,
            "next_url": outcome.next_url or None,
        }
        session.flush()
        if not _moved(session, taken.id, taken.attempt, ended):
            raise Overtaken
        session.commit()

    def _end_badly(self, taken: Taken, error: Exception) -> None:
        """Put the row of a job whose work was rolled back into the state that *error* means."""
        if isinstance(error, Overtaken):
            return
        if isinstance(error, Interrupted) or trouble(error) is Trouble.BUSY:
            self._begin_again(taken.id, taken.attempt, counted=False)
        elif trouble(error) is Trouble.GONE:
            self._begin_again(taken.id, taken.attempt, counted=True)
        elif isinstance(error, Cancelled):
            self._end(taken.id, taken.attempt, JobStatus.CANCELLED, "Отменено. Ничего не изменилось.")
        elif isinstance(error, RuleBroken):
            self._end(taken.id, taken.attempt, JobStatus.FAILED, error.sentence)
        elif isinstance(error, OSError) and error.errno == errno.ENOSPC:
            said = "На диске не хватило места, ничего не изменилось. Скажите администратору и повторите позже."
            self._end(taken.id, taken.attempt, JobStatus.FAILED, said)
        else:
            number = note_incident(error, taken.code)
            said = (
                "Задание не выполнено, данные не изменились. Попробуйте ещё раз, а если повторится, "
                f"назовите администратору номер {number}."
            )
            self._end(taken.id, taken.attempt, JobStatus.FAILED, said)

    def _begin_again(self, pk: int, attempt: int, *, counted: bool) -> None:
        if counted and attempt >= ATTEMPTS:
            said = "Работа прерывалась три раза подряд и остановлена. Данные не изменились. Скажите администратору."
            self._end(pk, attempt, JobStatus.FAILED, said)
            return
        with self._one_writer, Session(db.engine) as session:
            back = {"status": JobStatus.QUEUED, "attempts": attempt if counted else attempt - 1}
            if _moved(session, pk, attempt, back):
                session.commit()
        if counted:
            self.queue.wake(pk)

    def _end(self, pk: int, attempt: int, status: JobStatus, said: str) -> None:
        with self._one_writer, Session(db.engine) as session:
            if _moved(session, pk, attempt, {"status": status, "outcome": said}):
                session.commit()

    # ---- daily work ----------------------------------------------------------------------------------

    def run_daily(self, name: str, day: str) -> None:
        """Do the daily work *name* of *day* that :meth:`watch` has begun, and keep what it says."""
        work = DAILIES.get(name)
        if work is None:
            return
        with self.app.app_context(), acting(SYSTEM), _Logged("daily"):
            ended = partial(finish_daily, db.engine, name, dt.date.fromisoformat(day))
            with _Ended(lambda error: ended(f"Не удалось, происшествие {note_incident(error, name)}.", done=False)):
                ended(work.run(), done=True)


def init_jobs(app: Flask, identify: Identify) -> None:
    """Give *app* its jobs; nothing is opened or started."""
    app.extensions["opora_jobs"] = Jobs(app, identify)


def jobs() -> Jobs:
    """Return the jobs of the current application."""
    found: Jobs = current_app.extensions["opora_jobs"]
    return found


def note_incident(error: BaseException, route: str) -> str:
    """Log an unexpected failure under a number the person can read out; what was typed stays out of the log."""
    number = f"{dt.datetime.now(dt.UTC):%d}-{secrets.randbelow(10_000):04d}"
    told = {"incident": number, "method": "job", "route": route}
    logger.error("incident %s: job %s", number, route, exc_info=error, extra={"told": told})
    return number


# ---- pieces ----------------------------------------------------------------------------------------------------------


def _moved(session: Session, pk: int, attempt: int, values: dict[str, Any]) -> bool:
    """Move the running attempt of a job on with *values*; False when another attempt stands in the row."""
    ended = values["status"] not in (JobStatus.QUEUED, JobStatus.RUNNING)
    if ended:
        values = {**values, "finished_at": now(), "keep_until": now() + KEPT}
    moving = update(Job).where(Job.id == pk, Job.status == JobStatus.RUNNING, Job.attempts == attempt).values(**values)
    return _changed(session, moving) == 1


def _changed(session: Session, statement: Any) -> int:
    with acting(SYSTEM):
        done: Any = session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)


class _Ended:
    """The outermost wall around a piece of work, as Flask's is around a request: what breaks out of it is told on."""

    def __init__(self, tell: Callable[[Exception], object]) -> None:
        self._tell = tell

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self._tell(error)
        return True


class _Logged(_Ended):
    """A wall whose failures are an incident in the log and nothing more: the watch finds the job again."""

    def __init__(self, route: str) -> None:
        super().__init__(partial(_note, route))


def _note(route: str, error: Exception) -> None:
    if trouble(error) is Trouble.BUSY:
        logger.warning("%s: the database is busy, the next watch tries again", route)
    else:
        note_incident(error, route)
