"""Real processes: two of them share the jobs, one of them is killed, and every job is done exactly once."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting
from app.extensions import db
from app.identity import identify
from app.jobs import rules
from app.jobs.models import Job, JobStatus
from app.jobs.running import Jobs
from app.organisation.models import Department
from tests.forking import FORKS
from tests.jobs import worker
from tests.visiting import Visit

HEAD = "Заведующий отделением"
KILLS = 40
THREE_TIMES = "Работа прерывалась три раза подряд и остановлена. Данные не изменились. Скажите администратору."


@pytest.fixture
def by(app: Flask, visit: Visit, stored: Session, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Return whoever asks for the jobs of the test, as many as it likes."""
    assert worker.slow.__name__ == "slow", "the task is known here too"
    monkeypatch.setattr(rules, "MANY", 1000)
    found = identify(stored, visit(HEAD).user_id)
    assert found is not None
    stored.commit()
    return found[0]


@pytest.fixture
def jobs(app: Flask) -> Iterator[Jobs]:
    """Yield the jobs as the web process sees them."""
    found: Jobs = app.extensions["opora_jobs"]
    shutil.rmtree(found.folder, ignore_errors=True)  # The installation is shared by the tests of this run.
    yield found
    found.queue.close()


class Work:
    """A process that works at the jobs of *app*, to be killed or stopped as the service is stopped."""

    def __init__(self, app: Flask) -> None:
        settings = app.config["OPORA"]
        env = {
            "OPORA_INSTANCE": str(settings.instance),
            "OPORA_DATABASE_URL": settings.database_url.render_as_string(hide_password=False),
        }
        self._told, its = FORKS.Pipe()
        self._process = FORKS.Process(target=worker.work, args=(env, its), daemon=True)
        self._process.start()
        its.close()
        self._works = False

    def wait(self) -> None:
        """Wait until it works."""
        if not self._works:
            assert self._told.recv() == "works"
            self._works = True

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._process.kill()
        self._process.join()

    def stop(self) -> None:
        """Stop it; one that was killed is let go."""
        self._told.close()
        self._process.join(60)
        assert self._process.exitcode is not None


@contextmanager
def working(app: Flask) -> Iterator[Work]:
    """Give a process that works at the jobs of *app*, stopped in the end."""
    process = Work(app)
    try:
        process.wait()
        yield process
    finally:
        process.stop()


def _start(app: Flask, by: Actor, name: str, steps: int, pause: float = 0.1) -> int:
    with app.app_context(), acting(by), Session(db.engine) as session:
        pk = rules.start(session, by, "slow", {"name": name, "steps": steps, "pause": pause}, "Проба").id
        session.commit()
    return pk


def _look(app: Flask, pk: int) -> Job:
    with app.app_context(), acting(SYSTEM, writing=False), Session(db.engine) as session:
        row = session.get_one(Job, pk)
        session.expunge(row)
    return row


def _written(app: Flask) -> dict[str, int]:
    """Return how many departments each name of a job has."""
    with app.app_context(), acting(SYSTEM, writing=False), Session(db.engine) as session:
        names = session.scalars(select(Department.name).where(Department.name.like("Проба %"))).all()
        assert len(names) == session.scalar(select(func.count(func.distinct(Department.name))).where(
            Department.name.like("Проба %")
        ))  # fmt: skip
    found: dict[str, int] = {}
    for name in names:
        found[name.split()[1]] = found.get(name.split()[1], 0) + 1
    return found


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def _done_of(jobs: Jobs, pk: int) -> int:
    return int((jobs.queue.pulse(pk) or {}).get("done", 0))


@pytest.mark.both
def test_two_processes_do_each_job_once(app: Flask, by: Actor, jobs: Jobs) -> None:
    pks = [_start(app, by, f"задание{number}", 2, pause=0.02) for number in range(12)]
    with ExitStack() as both:
        for _ in range(2):
            both.enter_context(working(app))
        for pk in pks:
            jobs.queue.wake(pk)
        _until(lambda: all(_look(app, pk).status is JobStatus.DONE for pk in pks))
    assert _written(app) == {f"задание{number}": 2 for number in range(12)}
    assert len({_look(app, pk).file_key for pk in pks}) == 12 == len(list(jobs.folder.iterdir()))


@pytest.mark.both
def test_a_job_whose_worker_is_killed_is_done_exactly_once_by_the_next(app: Flask, by: Actor, jobs: Jobs) -> None:
    pk = _start(app, by, "одно", 15)
    with working(app) as first:
        _until(lambda: _done_of(jobs, pk) >= 2)
        first.kill()
    assert _look(app, pk).status is JobStatus.RUNNING
    assert _written(app) == {}
    with working(app):
        _until(lambda: _look(app, pk).status is JobStatus.DONE)
    row = _look(app, pk)
    assert (row.attempts, _written(app)) == (2, {"одно": 15})
    assert [path.name for path in jobs.folder.iterdir()] == [row.file_key]


def test_a_stopped_service_hands_its_job_to_the_next_at_once(app: Flask, by: Actor, jobs: Jobs) -> None:
    pk = _start(app, by, "одно", 15, pause=0.4)
    with working(app):
        _until(lambda: _done_of(jobs, pk) >= 2)
    row = _look(app, pk)
    assert (row.status, row.attempts, _written(app)) == (JobStatus.QUEUED, 0, {})
    with working(app):
        _until(lambda: _look(app, pk).status is JobStatus.DONE)
    assert (_look(app, pk).attempts, _written(app)) == (1, {"одно": 15})


@pytest.mark.both
@pytest.mark.proof
def test_jobs_survive_workers_killed_at_random_moments(
    app: Flask, by: Actor, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, found: Callable[[str, str], None]
) -> None:
    """Forty kills of either of two workers, who always have something to do; every job is done exactly once."""
    chance = random.Random(20261122)
    pks: list[int] = []
    with ExitStack() as every:
        works = [_begun(app, every) for _ in range(2)]
        for _ in range(KILLS):
            while len(_unended(app)) < 4:
                pks.append(_start(app, by, f"задание{len(pks)}", 5))
            at = chance.randrange(2)
            works[at].wait()
            time.sleep(chance.uniform(0, 1.5))
            works[at].kill()
            works[at] = _begun(app, every)
        for each in works:
            each.wait()
        _until(lambda: not _unended(app), 300)
    rows = [_look(app, pk) for pk in pks]
    done = [row for row in rows if row.status is JobStatus.DONE]
    # Three kills in the middle of one job are bad luck, told in a sentence; nothing of that job is left.
    unlucky = [row for row in rows if row.status is JobStatus.FAILED]
    assert len(done) + len(unlucky) == len(rows)
    assert {(row.attempts, row.outcome) for row in unlucky} <= {(3, THREE_TIMES)}
    assert _written(app) == {f"задание{pks.index(row.id)}": 5 for row in done}
    interrupted = sum(row.attempts - 1 for row in done) + 3 * len(unlucky)
    assert interrupted >= KILLS / 4, "most kills came while nothing was done"
    assert {row.file_key for row in done} <= {path.name for path in jobs.folder.iterdir()}
    backend = app.config["OPORA"].database_url.get_backend_name()
    found(
        f"Долгая работа: kill -9 одного из двух исполнителей, {backend}",
        f"{KILLS} раз, из них {interrupted} посреди задания: {len(done)} заданий выполнено ровно по одному разу, "
        f"трижды прерваны и остановлены без следа {len(unlucky)}",
    )


def _begun(app: Flask, stack: ExitStack) -> Work:
    """Start a process that works, and that *stack* stops in the end."""
    process = Work(app)
    stack.callback(process.stop)
    return process


def _unended(app: Flask) -> list[int]:
    with app.app_context(), acting(SYSTEM, writing=False), Session(db.engine) as session:
        return list(session.scalars(select(Job.id).where(Job.status.in_((JobStatus.QUEUED, JobStatus.RUNNING)))))
