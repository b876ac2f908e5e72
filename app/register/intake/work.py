"""What is done with a waiting file, free of any request: a route and a job call the same functions.

A route calls :func:`plan_of`, then :func:`load_waiting`. A job, whose session is committed by its worker, calls
:func:`planned`, the importer's ``load`` and, after the commit, :func:`finish`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app import acting
from app.acting import Actor, now, today
from app.journal.marks import is_as_at
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


KEPT = dt.timedelta(minutes=15)
"""How long the last plan stays in memory while its owner looks through it."""


class _Last:
    """The plan made last in this process: whoever pages and filters through it does not wait for it again.

    It is held in memory only, so nothing of the file lies on the disk a second time, and it is one, so it costs no
    more than making it did. It holds as long as the base is as it was: see :mod:`app.journal.marks`.
    """

    def __init__(self) -> None:
        self._held: tuple[tuple[Any, ...], dt.datetime, Seen] | None = None

    def found(self, session: Session, key: tuple[Any, ...]) -> Seen | None:
        """Return the plan made for *key*, None when it was another, is old, or the base has changed since."""
        held = self._held
        if held is None or held[0] != key or now() - held[1] > KEPT:
            return None
        return held[2] if is_as_at(session, held[2].plan.mark) else None

    def keep(self, key: tuple[Any, ...], seen: Seen) -> None:
        """Hold *seen* instead of what was held."""
        self._held = (key, now(), seen) if seen.plan.mark is not None else None

    def forget(self, token: str) -> None:
        """Let the plan of a file go that waits no more."""
        if self._held is not None and self._held[0][0] == token:
            self._held = None


_last = _Last()
forget = _last.forget


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

    The plan made last is given again while nothing has changed.

    Raises:
        RuleBroken: see there.
    """
    session.commit()
    with acting.acting(by, writing=False):
        corrected = waiting.mapping if mapping is None else mapping
        key = (waiting.token, str(waiting.folder), by, today(), _frozen(corrected), _frozen(waiting.answers))
        seen = _last.found(session, key)
        if seen is None:
            seen = planned(session, importer, waiting, by=by, mapping=mapping)
            _last.keep(key, seen)
        session.commit()
    return seen


def _frozen(said: Mapping[str, Any]) -> str:
    return json.dumps(said, sort_keys=True)


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
    forget(waiting.token)
    if done.left_out:
        waiting_files.remember(waiting, done=done, loaded=seen)
    else:
        waiting_files.drop(waiting)
