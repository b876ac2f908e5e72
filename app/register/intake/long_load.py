"""Loading a large workbook as a job: the person sees how far it is and may leave the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import redirect, url_for
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.acting import Actor, acting
from app.base import RuleBroken
from app.jobs.progress import Progress
from app.jobs.rules import start
from app.jobs.tasks import Asked, Outcome, Right, job
from app.register.intake import waiting as waiting_files
from app.register.intake import work
from app.register.intake.importer import Importer, importers
from app.register.intake.of_register import of_key
from app.register.intake.waiting import WaitingFile

LONG = 400_000
"""Bytes of a workbook up to which a person waits at the page: some six thousand rows, a few seconds."""


def begun_if_long(
    session: Session, importer: Importer, waiting: WaitingFile, *, by: Actor, good_rows: bool, seen: str
) -> Response | None:
    """Start a job for a large workbook, commit, and lead to its page; None for a small one.

    Raises:
        RuleBroken: the person has too many jobs under way.
    """
    if waiting.path.stat().st_size <= LONG:
        return None
    asked = {
        "importer": importer.key,
        "folder": str(waiting.folder),
        "token": waiting.token,
        "good_rows": good_rows,
        "seen": seen,
        "result_url": url_for("Import.result", token=waiting.token),
    }
    pk = start(session, by, "import.load", asked, f"Загрузка из Excel: {importer.label}").id
    session.commit()
    return redirect(url_for("Work.show", pk=pk))


def _may_load(asked: Asked) -> tuple[Right, ...]:
    known = importers().of(asked["importer"])
    if known is None:  # That of a register asks for the rights of its form by itself.
        return (("can_work", "import"),)
    screen, action = known.permission
    return (("can_work", "import"), (f"can_{action}", screen))


def _importer(key: str) -> Importer:
    found = importers().of(key) or of_key(key)
    if found is None:
        raise LookupError(f"there is no importer {key}")
    return found


@job("import.load", title="Загрузка из Excel", writes=True, rights=_may_load)
def load_book(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
    """Read the waiting workbook, judge it anew and load what the person was shown.

    Raises:
        RuleBroken: it waits no more, cannot be read, or is no longer what the person saw.
    """
    waiting = waiting_files.find(Path(asked["folder"]), asked["token"], by=by)
    if waiting is None:
        raise RuleBroken("Этот файл уже загружен, отменён или ждал больше суток. Выберите его снова.")
    importer = _importer(asked["importer"])
    if not importer.is_for(by):
        raise RuleBroken("Права на эту загрузку у вас больше нет. Если она нужна, попросите администратора.")
    progress(0, None, "Читается файл")
    # The reading takes most of the time, and people go on saving meanwhile: this session takes no write lock.
    with acting(by, writing=False), Session(session.get_bind()) as reading:
        plan = work.planned(reading, importer, waiting, by=by).plan
    done = importer.load(session, plan, by=by, good_rows=asked["good_rows"], seen=asked["seen"], progress=progress)

    def after(own: Session) -> None:
        # Not before the commit: a file whose rows were not written must wait on.
        event.listen(own, "after_commit", lambda _: work.finish(waiting, done, asked["seen"]), once=True)

    return Outcome(done.sentence, next_url=asked["result_url"] if done.left_out else done.back_url, at_end=after)
