"""What is done with a waiting file, free of any request: a route and a job call the same functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from app import acting
from app.acting import Actor
from app.register.editing import committed
from app.register.intake import waiting as waiting_files
from app.register.intake.importer import Done, Importer, Progress, unheard
from app.register.intake.memory import recalled
from app.register.intake.plan import Answers, Mappings, Plan
from app.register.intake.waiting import WaitingFile
from app.register.sheet import open_workbook


class Seen(NamedTuple):
    """A plan, and the mapping that was taken from memory for it, by sheet."""

    plan: Plan
    recalled: Mapping[str, Mapping[str, str]]


def plan_of(
    session: Session,
    importer: Importer,
    waiting: WaitingFile,
    *,
    by: Actor,
    mapping: Mappings | None = None,
    answers: Answers | None = None,
) -> Seen:
    """Read the waiting file and judge it against the base, in a transaction that only reads.

    Columns are taken as the person corrected them, else as they were taken the last time the unit met such a header,
    else as the engine proposes. Reading a large book takes seconds, and nobody else waits for it.

    Raises:
        RuleBroken: it holds no table that can be read, or the columns do not fit.
    """
    session.commit()
    with acting.acting(by, writing=False):
        book = open_workbook(waiting.path, waiting.name)
        known = recalled(session, importer.sheet, book, by=by)
        corrected = waiting.mapping if mapping is None else mapping
        known = {name: columns for name, columns in known.items() if name not in corrected}
        chosen = {**known, **corrected}
        plan = importer.plan(session, book, chosen, waiting.answers if answers is None else answers, by=by)
        session.commit()
    return Seen(plan, known)


def load_waiting(
    session: Session,
    importer: Importer,
    waiting: WaitingFile,
    *,
    by: Actor,
    good_rows: bool,
    seen: str,
    progress: Progress = unheard,
) -> Done:
    """Load what was seen, all of it or the good rows, in one transaction; the plan is made and judged again.

    A file loaded whole is removed; one whose good rows were loaded stays, so that the rest can be given back.

    Raises:
        Refused: nothing was loaded, because of the sentence it carries.
        RuleBroken: the file cannot be read any more.
    """
    progress(0, None, "Читаем файл")
    plan = plan_of(session, importer, waiting, by=by).plan
    done = committed(
        session, lambda: importer.load(session, plan, by=by, good_rows=good_rows, seen=seen, progress=progress)
    )
    if done.left_out:
        waiting_files.remember(waiting, done=done)
    else:
        waiting_files.drop(waiting)
    return done


def found(folder: Path, token: str, *, by: Actor) -> WaitingFile | None:
    """Return the file of *token* if it waits and belongs to *by*."""
    return waiting_files.find(folder, token, by=by)
