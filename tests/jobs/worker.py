"""A process that works at the jobs of an installation, to be killed by tests.

The task ``slow`` writes ``asked["steps"]`` departments of one job in one
transaction, a step each tenth of a second, and leaves a file.
"""

from __future__ import annotations

import io
import os
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy.orm import Session

from app import create_app
from app.acting import Actor
from app.jobs import beating, running
from app.jobs.progress import Progress
from app.jobs.tasks import Outcome, job
from app.organisation.models import Department
from config import Settings


@job("slow", title="Медленная проба", writes=True)
def slow(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
    """Write departments slowly."""
    steps = range(asked["steps"])
    for step in progress.each(steps, "Пишутся отделения", total=len(steps)):
        session.add(Department(name=f"Проба {asked['name']} {step}", service_unit_id=by.unit))
        session.flush()
        time.sleep(asked.get("pause", 0.1))
    return Outcome(f"Сделано процессом {os.getpid()}.", file=io.BytesIO(b"content"), file_name="Проба.xlsx")


def work(env: dict[str, str], told: Connection) -> None:
    """Work at the jobs of the installation *env* names until *told* is closed; what counts as dead is found soon."""
    beating.BEAT, running.DEAD, running.WATCH = 0.2, 2.0, 0.3
    app = create_app(Settings.from_env(env), TESTING=True)
    jobs = app.extensions["opora_jobs"]
    jobs.begin(2)
    told.send("works")
    with suppress(EOFError):
        told.recv()
    jobs.stop()
