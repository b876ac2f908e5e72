"""A job is done once, by whoever takes it, as the person who asked is at that moment."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import acting
from app.acting import SYSTEM, Actor, clock_at, now
from app.extensions import db
from app.identity import identify
from app.jobs import beating, results, rules, running, tasks
from app.jobs.models import Job, JobStatus, ScheduledRun
from app.jobs.progress import Progress
from app.jobs.running import Jobs
from app.jobs.tasks import Outcome, daily, job
from app.organisation.models import Account, Department
from tests.make import refused
from tests.visiting import Visit

pytestmark = pytest.mark.both
HEAD = "Заведующий отделением"
Started = Any


@pytest.fixture(autouse=True)
def _own_tasks() -> Iterator[None]:
    """Let a test name tasks of its own and do no daily work of the product; both come back afterwards."""
    before, dailies = dict(tasks.TASKS), dict(tasks.DAILIES)
    tasks.DAILIES.clear()
    yield
    for registry, content in ((tasks.TASKS, before), (tasks.DAILIES, dailies)):
        registry.clear()
        registry.update(content)  # type: ignore[arg-type]


@pytest.fixture
def workers(app: Flask) -> Iterator[Jobs]:
    """Yield the jobs of the application; nothing runs before the test says so."""
    with app.app_context():
        found = running.jobs()
        found.queue.huey.storage.flush_queue()  # The installation is shared by the tests of this run.
        yield found
        found.queue.close()


@pytest.fixture
def by(visit: Visit, stored: Session, workers: Jobs) -> Actor:
    """Return a head of the service, as a job would meet her."""
    found = identify(stored, visit(HEAD).user_id)
    assert found is not None
    stored.commit()
    return found[0]


def _start(stored: Session, by: Actor, code: str = "try", **asked: Any) -> int:
    with acting.acting(by):
        pk = rules.start(stored, by, code, asked, "Проба").id
        stored.commit()
    return pk


def _row(stored: Session, pk: int) -> Job:
    stored.expire_all()
    row = stored.get_one(Job, pk)
    stored.expunge(row)
    stored.commit()
    return row


def _departments(stored: Session) -> list[str]:
    stored.expire_all()
    found = list(stored.scalars(select(Department.name).where(Department.name.like("Проба%")).order_by(Department.id)))
    stored.commit()
    return found


def _writing_task(halt_at: str = "", error: BaseException | None = None) -> None:
    @job("try", title="Проба", writes=True)
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        for name in progress.each(("Проба 1", "Проба 2"), "Пишутся отделения", total=2):
            session.add(Department(name=name, service_unit_id=by.unit))
            session.flush()
            if error is not None and name == halt_at:
                raise error
        return Outcome("Сделано: 2.", next_url="/departments/list")


def test_a_job_is_done_as_whoever_asked_and_its_end_is_told(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    pk = _start(stored, by)
    assert _row(stored, pk).status is JobStatus.QUEUED
    assert workers.run_due() == 1
    row = _row(stored, pk)
    assert (row.status, row.outcome, row.next_url, row.attempts) == (
        JobStatus.DONE, "Сделано: 2.", "/departments/list", 1,
    )  # fmt: skip
    assert _departments(stored) == ["Проба 1", "Проба 2"]
    made = stored.scalars(select(Department).where(Department.name == "Проба 1")).one()
    assert made.created_by_id == by.user_id
    stored.commit()


def test_nothing_is_rung_for_before_the_commit_or_after_a_rollback(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    with acting.acting(by):
        rules.start(stored, by, "try", {}, "Проба")
    assert workers.queue.waiting() == set()
    stored.rollback()
    stored.commit()
    assert workers.queue.waiting() == set()


def test_the_same_thing_asked_for_twice_is_one_job(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    first = _start(stored, by, what="a")
    assert _start(stored, by, what="a") == first
    other = _start(stored, by, what="b")
    assert other != first
    workers.run_due()
    assert _start(stored, by, what="a") not in (first, other)


def test_nobody_piles_up_jobs(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    for number in range(rules.MANY):
        _start(stored, by, number=number)
    with refused("У вас уже 10\u00a0заданий в работе. Дождитесь конца одного из них."):
        _start(stored, by, number="ещё")


def test_a_lost_bell_is_rung_again_by_the_watch(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    pk = _start(stored, by)
    workers.queue.huey.storage.flush_queue()
    assert workers.queue.answer_all() == 0
    assert workers.run_due() == 1
    assert _row(stored, pk).status is JobStatus.DONE


def test_a_bell_rung_twice_does_the_job_once(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    pk = _start(stored, by)
    workers.queue.wake(pk)
    workers.queue.wake(pk)
    assert workers.queue.answer_all() == 3
    assert _departments(stored) == ["Проба 1", "Проба 2"]


def test_a_job_whose_worker_was_killed_is_begun_again_and_done_once(
    app: Flask, stored: Session, by: Actor, workers: Jobs
) -> None:
    _writing_task()
    pk = _start(stored, by)
    assert workers._take(pk) is not None
    assert workers.run_due() == 1, "only the bell of the start, answered by nobody: the job is taken"
    assert _row(stored, pk).status is JobStatus.RUNNING
    with clock_at(now() + dt.timedelta(seconds=running.DEAD + 1)):
        assert workers.run_due() == 1
    row = _row(stored, pk)
    assert (row.status, row.attempts) == (JobStatus.DONE, 2)
    assert _departments(stored) == ["Проба 1", "Проба 2"]


def test_a_worker_thought_dead_that_wakes_up_changes_nothing(stored: Session, by: Actor, workers: Jobs) -> None:
    numbers = count(1)

    @job("try", title="Проба", writes=True)
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        session.add(Department(name=f"Проба {next(numbers)}", service_unit_id=by.unit))
        return Outcome("Сделано.")

    pk = _start(stored, by)
    asleep = workers._take(pk)
    assert asleep is not None
    with clock_at(now() + dt.timedelta(seconds=running.DEAD + 1)):
        workers.run_due()
    with pytest.raises(running.Overtaken):
        workers._do(asleep, Progress())
    assert _departments(stored) == ["Проба 1"]


def test_a_job_killed_three_times_is_given_up_with_a_sentence(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    pk = _start(stored, by)
    for attempt in (1, 2, 3):
        assert workers._take(pk) is not None
        with clock_at(now() + dt.timedelta(minutes=attempt)):
            workers.watch()
    row = _row(stored, pk)
    assert (row.status, row.outcome) == (
        JobStatus.FAILED,
        "Работа прерывалась три раза подряд и остановлена. Данные не изменились. Скажите администратору.",
    )
    assert _departments(stored) == []


def test_a_job_with_a_pulse_is_left_alone(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    pk = _start(stored, by)
    workers.queue.huey.storage.flush_queue()
    assert workers._take(pk) is not None
    with clock_at(now() + dt.timedelta(seconds=running.DEAD + 1)):
        workers.queue._put(f"pulse.{pk}", {"at": now().timestamp() - 1})
        assert workers.run_due() == 0
    assert _row(stored, pk).status is JobStatus.RUNNING


def test_somebody_locked_out_meanwhile_gets_nothing_done(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    pk = _start(stored, by)
    stored.get_one(User, by.user_id).active = False
    stored.commit()
    workers.run_due()
    row = _row(stored, pk)
    assert (row.status, row.outcome) == (
        JobStatus.FAILED, "Учётная запись, с которой начато задание, закрыта. Оно не выполнено.",
    )  # fmt: skip
    assert _departments(stored) == []


def test_a_right_taken_away_meanwhile_is_missed(stored: Session, by: Actor, workers: Jobs) -> None:
    @job("try", title="Проба", rights=lambda asked: [("can_export", asked["register"])])
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        return Outcome("Сделано.")

    first, second = _start(stored, by, register="families"), _start(stored, by, register="accounts")
    workers.run_due()
    assert _row(stored, first).status is JobStatus.DONE
    row = _row(stored, second)
    assert (row.status, row.outcome) == (
        JobStatus.FAILED, "Права на это действие у вас больше нет. Если оно нужно, попросите администратора.",
    )  # fmt: skip


def test_a_refusal_of_a_rule_is_told_and_nothing_is_half_written(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task("Проба 2", rules.RuleBroken("Так нельзя. Сделайте иначе."))
    pk = _start(stored, by)
    workers.run_due()
    row = _row(stored, pk)
    assert (row.status, row.outcome) == (JobStatus.FAILED, "Так нельзя. Сделайте иначе.")
    assert _departments(stored) == []


def test_an_unexpected_failure_has_a_number_and_its_words_stay_out_of_the_log(
    stored: Session, by: Actor, workers: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    _writing_task("Проба 2", ValueError("Тестова Анна Петровна"))
    pk = _start(stored, by)
    workers.run_due()
    row = _row(stored, pk)
    assert row.status is JobStatus.FAILED and row.outcome is not None
    number = row.outcome.rpartition(" ")[2].rstrip(".")
    assert row.outcome == (
        "Задание не выполнено, данные не изменились. Попробуйте ещё раз, а если повторится, "
        f"назовите администратору номер {number}."
    )
    [entry] = [record for record in caplog.records if number in record.getMessage()]
    assert "Тестова" not in entry.getMessage()
    assert entry.told == {"incident": number, "method": "job", "route": "try"}  # type: ignore[attr-defined]
    assert _departments(stored) == []


def test_a_lost_connection_begins_the_job_again(stored: Session, by: Actor, workers: Jobs) -> None:
    failures = [OperationalError("SELECT 1", {}, ConnectionError())]

    @job("try", title="Проба")
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        if failures:
            failure = failures.pop()
            failure.orig.sqlstate = "08006"  # type: ignore[union-attr]
            raise failure
        return Outcome("Сделано.")

    pk = _start(stored, by)
    workers.run_due()
    row = _row(stored, pk)
    assert (row.status, row.attempts) == (JobStatus.DONE, 2)


# ---- progress and cancelling -----------------------------------------------------------------------------------------


def test_the_progress_of_a_job_is_seen_while_it_holds_the_write_lock(
    stored: Session, by: Actor, workers: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beating, "BEAT", 0.01)
    seen: list[Any] = []

    @job("try", title="Проба", writes=True)
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        session.add(Department(name="Проба 1", service_unit_id=by.unit))
        session.flush()
        progress(3, 10, "Пишется")
        deadline = now() + dt.timedelta(seconds=10)
        while not seen and now() < deadline:
            pulse = workers.queue.pulse(asked["pk"]) or {}
            if pulse.get("done") == 3:
                seen.append((pulse["done"], pulse["total"], pulse["doing"]))
        return Outcome("Сделано.")

    pk = _start(stored, by, pk=1)
    assert pk == 1
    workers.run_due()
    assert seen == [(3, 10, "Пишется")]
    assert workers.queue.pulse(pk) is None
    assert _row(stored, pk).status is JobStatus.DONE


def test_a_job_that_waits_is_cancelled_at_once(stored: Session, by: Actor, workers: Jobs) -> None:
    _writing_task()
    pk = _start(stored, by)
    rules.cancel(_row(stored, pk), by=by)
    assert _row(stored, pk).status is JobStatus.CANCELLED
    workers.run_due()
    assert _departments(stored) == []
    with refused("Задание уже закончено, отменять нечего."):
        rules.cancel(_row(stored, pk), by=by)


def test_a_job_that_writes_is_cancelled_at_its_next_step_with_nothing_half_written(
    stored: Session, by: Actor, workers: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beating, "BEAT", 0.01)

    @job("try", title="Проба", writes=True)
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        session.add(Department(name="Проба 1", service_unit_id=by.unit))
        session.flush()
        with acting.acting(by, writing=False), Session(db.engine) as other:
            rules.cancel(rules.history(other, by)[0], by=by)
        deadline = now() + dt.timedelta(seconds=10)
        while now() < deadline:
            progress(1, 100, "Пишется")
        return Outcome("Не отменено.")

    pk = _start(stored, by)
    workers.run_due()
    row = _row(stored, pk)
    assert (row.status, row.outcome) == (JobStatus.CANCELLED, "Отменено. Ничего не изменилось.")
    assert _departments(stored) == []


def test_a_stop_of_the_service_puts_a_job_back_without_counting(stored: Session, by: Actor, workers: Jobs) -> None:
    runs: list[int] = []

    @job("try", title="Проба", writes=True)
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        session.add(Department(name=f"Проба {len(runs)}", service_unit_id=by.unit))
        session.flush()
        if not runs:
            runs.append(1)
            workers.interrupt()
            progress(1)
        return Outcome("Сделано.")

    pk = _start(stored, by)
    workers.run_due()
    row = _row(stored, pk)
    assert (row.status, row.attempts) == (JobStatus.QUEUED, 0)
    workers.run_due()
    assert _row(stored, pk).status is JobStatus.DONE
    assert _departments(stored) == ["Проба 1"]


def test_workers_that_stop_together_close_what_they_share_once(workers: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = workers.queue.huey.storage
    workers.queue.pulse(1)  # Opens the connection.
    both = threading.Barrier(2)

    class Meeting:
        """A lock at whose door one waits for the other, if the other comes."""

        lock = storage.lock

        def __enter__(self) -> None:
            with suppress(threading.BrokenBarrierError):
                both.wait(0.2)
            self.lock.acquire()

        def __exit__(self, *_: object) -> None:
            self.lock.release()

    monkeypatch.setattr(storage, "lock", Meeting())
    threads = workers.queue.workers(2, 1)
    with ThreadPoolExecutor(2) as pool:
        for stop in [pool.submit(worker.shutdown) for worker, _ in threads.worker_threads]:
            stop.result()


# ---- results --------------------------------------------------------------------------------------------------------


def _file_task(content: bytes) -> None:
    @job("try", title="Проба")
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        return Outcome("Файл готов.", file=io.BytesIO(content), file_name="Семьи.xlsx")


def test_a_result_lies_sealed_and_opens_whole(stored: Session, by: Actor, workers: Jobs) -> None:
    content = "диагноз ".encode() * 200_000
    _file_task(content)
    pk = _start(stored, by)
    workers.run_due()
    key = rules.file_of(_row(stored, pk))
    assert key is not None
    lying = (workers.folder / key).read_bytes()
    assert "диагноз".encode() not in lying
    assert b"".join(results.read(workers.folder, key)) == content


def test_after_a_day_the_file_is_gone_and_after_a_month_the_job(stored: Session, by: Actor, workers: Jobs) -> None:
    _file_task(b"x")
    pk = _start(stored, by)
    workers.run_due()
    key = rules.file_of(_row(stored, pk))
    assert key is not None
    stray = workers.folder / "stray"
    stray.write_bytes(b"x")
    with clock_at(now() + dt.timedelta(hours=23)):
        assert rules.sweep() == "Убрано файлов: 0."
        assert rules.file_of(_row(stored, pk)) == key
    with clock_at(now() + dt.timedelta(hours=25)):
        assert rules.file_of(_row(stored, pk)) is None
        assert rules.sweep() == "Убрано файлов: 1."
    assert not (workers.folder / key).exists() and stray.exists(), "a young stray may belong to a job that is ending"
    assert _row(stored, pk).outcome == "Файл готов."
    with clock_at(now() + dt.timedelta(days=31)):
        rules.sweep()
    stored.expire_all()
    assert stored.get(Job, pk) is None
    stored.commit()
    stray.unlink()


def test_a_job_that_only_reads_ends_with_what_belongs_to_its_end(stored: Session, by: Actor, workers: Jobs) -> None:
    @job("try", title="Проба")
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        note = Department(name="Проба в конце", service_unit_id=by.unit)
        return Outcome("Сделано.", at_end=lambda own: own.add(note))

    _start(stored, by)
    workers.run_due()
    assert _departments(stored) == ["Проба в конце"]


# ---- daily work -----------------------------------------------------------------------------------------------------


@pytest.fixture
def days() -> list[str]:
    """Return the list that the only daily work of the test adds to."""
    done: list[str] = []

    @daily("count", hour=3)
    def count() -> str:
        done.append(acting.actor().name)
        return f"Сделано: {len(done)}."

    return done


def test_daily_work_is_done_once_a_day_after_its_hour(stored: Session, workers: Jobs, days: list[str]) -> None:
    moscow = dt.timezone(dt.timedelta(hours=3))
    for hour, done in ((2, 0), (4, 1), (5, 1), (28, 2)):
        with clock_at(dt.datetime(2026, 3, 1, tzinfo=moscow) + dt.timedelta(hours=hour)):
            workers.run_due(daily=True)
            assert days == [SYSTEM.name] * done
    runs = [(run.day.day, run.outcome, run.finished_at is not None) for run in stored.scalars(select(ScheduledRun))]
    assert runs == [(1, "Сделано: 1.", True), (2, "Сделано: 2.", True)]


def test_daily_work_that_failed_is_tried_again_two_hours_later(stored: Session, workers: Jobs) -> None:
    tries: list[int] = []

    @daily("count", hour=3)
    def fail() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("нет места")
        return "Сделано."

    at = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)
    for hours, done in ((0, 1), (1, 1), (2, 2), (5, 2)):
        with clock_at(at + dt.timedelta(hours=hours)):
            workers.run_due(daily=True)
            assert len(tries) == done
    run = stored.scalars(select(ScheduledRun)).one()
    assert (run.outcome, run.finished_at is not None) == ("Сделано.", True)


def test_the_account_of_a_job_is_needed(stored: Session, workers: Jobs) -> None:
    assert identify(stored, 999_999) is None
    assert stored.scalars(select(Account).where(Account.user_id == 999_999)).first() is None
