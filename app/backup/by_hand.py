"""A copy made on request, as a job: whoever asked sees how far it is and may leave the page."""

from __future__ import annotations

import errno
from typing import Any

from flask import current_app, url_for
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor
from app.backup import BackupRefused, making
from app.base import RuleBroken
from app.jobs.progress import Progress
from app.jobs.rules import start
from app.jobs.tasks import Asked, Outcome, Right, job

CODE = "backup.make"


def begin(session: Session, *, by: Actor) -> int:
    """Start the job, commit, and return its number; asked for twice it is one job.

    Raises:
        RuleBroken: the person has too many jobs under way.
    """
    pk = start(session, by, CODE, {"back": url_for("Backups.index")}, "Резервная копия").id
    session.commit()
    return pk


def _may_make(asked: Asked) -> tuple[Right, ...]:
    return (("can_work", "backups"),)


@job(CODE, title="Резервная копия", rights=_may_make)
def make_copy(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
    """Make and check a copy; people go on working meanwhile.

    Raises:
        RuleBroken: another one is being made, the tools are lacking, or the folder cannot be written to.
    """
    try:
        made = making.make(current_app.config["OPORA"], told=progress)
    except BackupRefused as refusal:
        raise RuleBroken(str(refusal)) from refusal
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            raise RuleBroken("Копия не сделана: на диске с копиями нет места. Освободите его и повторите.") from failure
        said = f"Копия не сделана: {failure.strerror}. Проверьте диск и папку копий."
        raise RuleBroken(said) from failure
    sentence = f"Сделана резервная копия {made.path.name}."

    def at_end(own: Session) -> None:
        journal.record(own, by, "backup.make", None, sentence)

    said = "Копия сделана." if made.verdict.ok else "Копия сделана, но не прошла проверку."
    return Outcome(f"{said} {made.verdict.said}", next_url=asked["back"], at_end=at_end)
