"""Daily work: begun by the one process whose row was the first of the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting, now
from app.jobs.models import ScheduledRun
from app.jobs.tasks import DAILIES

ZONE = ZoneInfo("Europe/Moscow")
AGAIN = dt.timedelta(hours=2)
"""After so long a run that has not finished is tried again."""


def begin_due(engine: Engine) -> Iterator[tuple[str, dt.date]]:
    """Begin the daily work that is due and yield its name and day; another process that asks now gets nothing."""
    local = now().astimezone(ZONE)
    due = [work.name for work in DAILIES.values() if work.hour <= local.hour]
    if not due:
        return
    with acting(SYSTEM, writing=False), Session(engine) as session:
        today = select(ScheduledRun).where(ScheduledRun.day == local.date(), ScheduledRun.name.in_(due))
        runs = {run.name: run for run in session.scalars(today)}
    for name in due:
        if _begun(engine, name, local.date(), runs.get(name)):
            yield name, local.date()


def _begun(engine: Engine, name: str, day: dt.date, run: ScheduledRun | None) -> bool:
    if run is not None and (run.finished_at is not None or now() - run.begun_at < AGAIN):
        return False
    with acting(SYSTEM), Session(engine) as session:
        if run is None:
            session.add(ScheduledRun(name=name, day=day, begun_at=now()))
            try:
                session.commit()
            except IntegrityError:
                return False
            return True
        again = update(ScheduledRun).where(ScheduledRun.id == run.id, ScheduledRun.begun_at == run.begun_at)
        done = session.execute(again.values(begun_at=now()), execution_options={"synchronize_session": False})
        session.commit()
        return bool(done.rowcount == 1)  # type: ignore[attr-defined]  # of an UPDATE there is one


def finish_daily(engine: Engine, name: str, day: dt.date, outcome: str, *, done: bool) -> None:
    """Keep what the daily work said; one that failed stays unfinished, so that it is tried again."""
    with acting(SYSTEM), Session(engine) as session:
        one = session.scalars(select(ScheduledRun).where(ScheduledRun.name == name, ScheduledRun.day == day)).one()
        one.outcome = outcome[:500]
        one.finished_at = now() if done else None
        session.commit()


def last_run(session: Session, name: str) -> ScheduledRun | None:
    """Return the newest run of the daily work *name*: when, and what it said."""
    newest = select(ScheduledRun).where(ScheduledRun.name == name).order_by(ScheduledRun.day.desc()).limit(1)
    return session.scalars(newest).first()
