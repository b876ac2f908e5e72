"""What is done with a waiting file, free of any request: a route and a job call the same functions.

A route calls :func:`plan_of`, then :func:`load_waiting`. A job, whose session is committed by its worker, calls
:func:`planned`, the importer's ``load`` and, after the commit, :func:`finish`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from app import acting
from app.acting import Actor
from app.register.editing import committed
from app.register.intake import waiting as waiting_files
from app.register.intake.importer import Done, Importer, Progress, unheard
from app.register.intake.memory import recalled
from app.register.intake.plan import Mappings, Plan
from app.register.intake.waiting import WaitingFile
from app.register.sheet import open_workbook


class Seen(NamedTuple):
    """A plan, and the mapping that was taken from memory for it, by sheet."""

    plan: Plan
    recalled: Mapping[str, Mapping[str, str]]


def planned(
    session: Session, importer: Importer, waiting: WaitingFile, *, by: Actor, mapping: Mappings | None = None
) -> Seen:
    """Read the waiting file and judge it against the base.

    Columns are taken as *mapping* or the person says, else as they were taken the last time the unit met such a
    header, else as the engine proposes.

    Raises:
        RuleBroken: it holds no table that can be read, or the columns do not fit.
    """
    book = open_workbook(waiting.path, waiting.name)
    corrected = waiting.mapping if mapping is None else mapping
    known = recalled(session, importer.sheet, book, by=by)
    known = {name: columns for name, columns in known.items() if name not in corrected}
    plan = importer.plan(session, book, {**known, **corrected}, waiting.answers, by=by)
    return Seen(plan, known)


def plan_of(
    session: Session, importer: Importer, waiting: WaitingFile, *, by: Actor, mapping: Mappings | None = None
) -> Seen:
    """Return :func:`planned` in a transaction of its own that only reads: a large book takes seconds, and nobody waits.

    Raises:
        RuleBroken: see there.
    """
    session.commit()
    with acting.acting(by, writing=False):
        seen = planned(session, importer, waiting, by=by, mapping=mapping)
        session.commit()
    return seen


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

    Raises:
        Refused: nothing was loaded, because of the sentence it carries.
        RuleBroken: the file cannot be read any more.
    """
    progress(0, None, "Читаем файл")
    plan = plan_of(session, importer, waiting, by=by).plan
    done = committed(
        session, lambda: importer.load(session, plan, by=by, good_rows=good_rows, seen=seen, progress=progress)
    )
    finish(waiting, done, seen)
    return done


def finish(waiting: WaitingFile, done: Done, seen: str) -> None:
    """Remove a file that was loaded whole; one whose good rows were loaded stays, for the rest to be given back.

    *seen* is the stamp of the plan that was loaded.
    """
    if done.left_out:
        waiting_files.remember(waiting, done=done, loaded=seen)
    else:
        waiting_files.drop(waiting)
