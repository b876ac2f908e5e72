"""Real processes: two of them share the jobs, one of them is killed, and every job is done exactly once."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
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
from config import ROOT
from tests.jobs import worker
from tests.visiting import Visit

HEAD = "Заведующий отделением"


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


@contextmanager
def working(app: Flask) -> Iterator[subprocess.Popen[str]]:
    """Give a process that works at the jobs of *app*, stopped as the service is stopped."""
    settings = app.config["OPORA"]
    given = {
        "OPORA_INSTANCE": str(settings.instance),
        "OPORA_DATABASE_URL": settings.database_url.render_as_string(hide_password=False),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.worker"], cwd=ROOT, env={**os.environ, **given},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == "works\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


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
        first.wait()
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
    app: Flask, by: Actor, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty kills of either of two workers while twenty jobs wait; every job is done exactly once."""
    chance = random.Random(20261122)
    pks = [_start(app, by, f"задание{number}", 5, pause=0.05) for number in range(20)]
    kills = 0
    while kills < 40 and not all(_look(app, pk).status is JobStatus.DONE for pk in pks):
        with working(app) as one, working(app) as other:
            time.sleep(chance.uniform(0.1, 3.0))
            for process in (one, other):
                process.kill()
                process.wait()
                kills += 1
    with working(app):
        _until(lambda: all(_look(app, pk).status in (JobStatus.DONE, JobStatus.FAILED) for pk in pks), 300)
    done = [pk for pk in pks if _look(app, pk).status is JobStatus.DONE]
    assert sum(_written(app).values()) == 5 * len(done)
    assert set(_written(app).values()) <= {5}
    # Three kills in the middle of one job are bad luck, told in a sentence; nothing of that job is left.
    assert len(done) >= 15 and kills >= 4
    known = {_look(app, pk).file_key for pk in done}
    assert known == {path.name for path in jobs.folder.iterdir() if not path.name.endswith(".part")} & known
