"""What may happen to a job: it is started, cancelled, its end is seen, and in time it is swept.

    queued → running → done
       ↑________|  |→ failed
       (worker     |→ cancelled
        lost)

Only the owner starts and cancels; the steps in between belong to the workers (:mod:`app.jobs.running`).
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from flask import g, has_app_context
from sqlalchemy import ScalarSelect, delete, event, func, select, update
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting, now
from app.base import RuleBroken
from app.database import at_once
from app.extensions import db
from app.jobs import results
from app.jobs.models import Job, JobStatus
from app.jobs.queue import TROUBLES
from app.jobs.running import Jobs, jobs
from app.jobs.tasks import TASKS, daily
from app.scope import stamp
from app.words import counted

OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)
MANY = 10
"""Jobs of one person that may wait or run at once."""

ROWS_KEPT = dt.timedelta(days=30)
"""How long a person sees what was done."""


def start(session: Session, by: Actor, code: str, asked: dict[str, Any], title: str, total: int | None = None) -> Job:
    """Make a job of the task *code* for *by*; a worker hears of it once *session* is committed.

    *asked* is anything JSON holds. *title* says what is done and names no person; *total* is how many steps there
    will be, if that is known. The same thing asked for twice while the first is under way is one job.

    Raises:
        RuleBroken: the person has too many jobs under way.
        KeyError: there is no such task.
    """
    task = TASKS[code]
    wanted = json.dumps(asked, ensure_ascii=False, sort_keys=True)
    mine = session.scalars(select(Job).where(Job.user_id == by.user_id, Job.status.in_(OPEN)).order_by(Job.id)).all()
    for one in mine:
        if one.code == task.code and one.asked == wanted:
            return one
    if len(mine) >= MANY:
        raise RuleBroken(
            f"У вас уже {counted(len(mine), 'задание', 'задания', 'заданий')} в работе. Дождитесь конца одного из них."
        )
    made = Job(
        code=task.code, title=title, user_id=by.user_id, asked=wanted, total=total, status=JobStatus.QUEUED,
        service_unit_id=by.unit,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if has_app_context():
        session.info.setdefault("jobs_to_wake", []).append((jobs(), made.id))
    return made


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for found, pk in session.info.pop("jobs_to_wake", ()):
        _ring(found, pk)


def _ring(found: Jobs, pk: int) -> None:
    try:
        found.queue.forget(pk)  # A base brought back from a copy gives out numbers for the second time.
        found.queue.wake(pk)
    except TROUBLES as failure:
        found.app.logger.warning("job %s waits for the watch: %s", pk, type(failure).__name__)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("jobs_to_wake", None)


def cancel(job: Job, *, by: Actor) -> None:
    """Wish that *job* stops. One that waits is cancelled at once, one that runs at its next step.

    Raises:
        RuleBroken: it has ended already.
    """
    if job.status not in OPEN:
        raise RuleBroken("Задание уже закончено, отменять нечего.")
    jobs().queue.ask_to_cancel(job.id)
    ended = {
        "status": JobStatus.CANCELLED, "finished_at": now(), "outcome": "Отменено. Ничего не изменилось.",
    }  # fmt: skip
    at_once(update(Job).where(Job.id == job.id, Job.status == JobStatus.QUEUED).values(**ended))


def note_seen(session: Session, by: Actor) -> None:
    """Note that *by* has seen how his jobs ended; what is busy now is noted the next time."""
    unseen = (Job.user_id == by.user_id, Job.seen_at.is_(None), Job.status.not_in(OPEN))
    if has_app_context():
        g.pop("marks", None)  # They were read when the request began.
    if session.scalars(select(Job.id).where(*unseen).limit(1)).first() is not None:
        at_once(update(Job).where(*unseen).values(seen_at=now()))


def marks_of(user_id: Any, unit_id: Any) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """Return two columns: how many jobs of a person are under way, and how many have ended unseen.

    They are asked for with every page, so they stand in the query that tells who is there (:mod:`app.identity`). That
    query knows no actor yet, so whose jobs they are is said here.
    """
    mine = (Job.user_id == user_id, Job.service_unit_id == unit_id, Job.seen_at.is_(None))
    number = select(func.count(Job.id)).where(*mine)
    return (
        number.where(Job.status.in_(OPEN)).scalar_subquery(),
        number.where(Job.status.not_in(OPEN)).scalar_subquery(),
    )


def marks(session: Session, by: Actor) -> tuple[int, int]:
    """Return how many jobs of *by* are under way and how many have ended unseen: the sign in the shell."""
    under_way, ended = session.execute(select(*marks_of(by.user_id, by.unit_id))).one()
    return under_way, ended


def file_of(job: Job) -> str | None:
    """Return the key of the job's file while it is kept."""
    return job.file_key if job.keep_until is not None and now() < job.keep_until else None


def may_take(session: Session, job: Job) -> bool:
    """Whether its owner sees today what he saw when the file of *job* was made: the same families, the same rights."""
    found = jobs().identify(session, job.user_id) if job.user_id is not None else None
    return found is not None and job.sight == stamp(session, *found)


@daily("jobs.sweep", hour=4)
def sweep() -> str:
    """Delete files kept long enough, files nobody refers to, and jobs of long ago."""
    folder = jobs().folder
    with acting(SYSTEM), Session(db.engine) as session:
        expired = session.scalars(select(Job).where(Job.file_key.is_not(None), Job.keep_until <= now())).all()
        keys = [job.file_key for job in expired if job.file_key]
        for job in expired:
            job.file_key = None
        long_ago = Job.status.not_in(OPEN), Job.finished_at < now() - ROWS_KEPT
        old = session.scalars(select(Job.id).where(*long_ago)).all()
        session.execute(delete(Job).where(*long_ago), execution_options={"synchronize_session": False})
        session.commit()
        known = set(session.scalars(select(Job.file_key).where(Job.file_key.is_not(None))))
    for pk in old:
        jobs().queue.forget(pk)
    # A file goes after the commit: a row may point to a file for a moment too long, never to none.
    for key in keys:
        results.remove(folder, key)
    stray = results.sweep(folder, {key for key in known if key}, older=3600)
    return f"Убрано файлов: {len(keys) + stray}."


def owned(session: Session, by: Actor, pk: int) -> Job | None:
    """Return the job *pk* of *by*, None when it is somebody else's."""
    return session.scalars(select(Job).where(Job.id == pk, Job.user_id == by.user_id)).one_or_none()


def history(session: Session, by: Actor, number: int = 50) -> list[Job]:
    """Return the newest jobs of *by*."""
    mine = select(Job).where(Job.user_id == by.user_id).order_by(Job.id.desc()).limit(number)
    return list(session.scalars(mine))
