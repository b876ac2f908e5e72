"""The copy of every night: made once a day, checked, the shelf put in order."""

from __future__ import annotations

import datetime as dt

from flask import current_app

from app.backup.making import make
from app.backup.shelf import copies, rotate
from app.jobs.tasks import daily
from app.words import counted
from config import Settings

NIGHTLY = "backup"


@daily(NIGHTLY, hour=3)
def nightly() -> str:
    """Make the copy of tonight: the service does it by itself, a timer of the system may do it instead."""
    return run_daily(current_app.config["OPORA"], dt.datetime.now().astimezone().date())


def run_daily(settings: Settings, today: dt.date) -> str:
    """Make the copy of *today* unless a good one is there, rotate, and return what was done in one sentence.

    Nothing is deleted when the new copy does not pass its check.

    Raises:
        BackupRefused: another copy is being made, or the tools are lacking.
        OSError: the disk is full or the folder cannot be written to.
    """
    if any(copy.good and copy.made.date() == today for copy in copies(settings.backups)):
        return "Копия за сегодня уже есть."
    made = make(settings)
    if not made.verdict.ok:
        return f"Копия {made.path.name} не прошла проверку. {made.verdict.said}"
    gone = rotate(settings)
    removed = f" Удалено {counted(len(gone), 'старая копия', 'старые копии', 'старых копий')}." if gone else ""
    return f"Копия {made.path.name} сделана и проверена.{removed}"
