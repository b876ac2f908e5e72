"""The export of a long list as a job: the person need not wait at the page."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from functools import partial
from typing import Any

from flask import redirect, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app import journal
from app.acting import Actor, acting, today
from app.base import RuleBroken
from app.jobs.progress import Progress
from app.jobs.rules import start
from app.jobs.tasks import Asked, Outcome, Right, job
from app.journal.looks import EXPORT
from app.register import exporting, lists
from app.register.registry import registers
from app.register.spec import Spec
from app.register.state import BadState, ListState, read_state
from app.words import counted

LONG = 5000
"""Up to so many rows a person waits for the file; more of them are a job."""


def begun_if_long(session: Session, spec: Spec, state: ListState, by: Actor) -> Response | None:
    """Start a job for a list of more than :data:`LONG` rows and lead to its page; None for a shorter one."""
    found = lists.matching(session, spec, state).limit(LONG + 1).subquery()
    if (session.scalar(select(func.count()).select_from(found)) or 0) <= LONG:
        return None
    total = session.scalar(select(func.count()).select_from(lists.matching(session, spec, state).subquery()))
    asked = {"register": spec.key, "state": state.pairs()}
    return begin(session, by, "export.list", asked, f"Выгрузка в Excel: {spec.many}", total)


def begin(session: Session, by: Actor, code: str, asked: Asked, title: str, total: int | None = None) -> Response:
    """Start a job from a request that only reads, in a short transaction of its own, and lead to its page."""
    with acting(by), Session(session.get_bind()) as own:
        pk = start(own, by, code, asked, title, total).id
        own.commit()
    return redirect(url_for("Work.show", pk=pk))


def _may_export(asked: Asked) -> tuple[Right, ...]:
    return (("can_export", asked["register"]),)


@job("export.list", title="Выгрузка списка в Excel", rights=_may_export)
def export_list(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
    """Write the list as it was asked for, in the columns the person may see today.

    Raises:
        RuleBroken: the list has lost a column or a filter since.
    """
    register = registers().by_key[asked["register"]]
    spec = register.seen_spec()
    try:
        state = read_state(spec, MultiDict([(name, value) for name, value in asked["state"]]))
    except BadState as refusal:
        raise RuleBroken(str(refusal)) from refusal
    with ExitStack() as held:
        whole = held.enter_context(tempfile.TemporaryFile())
        ids = exporting.write(
            session, spec, state, whole, organisation=by.unit_name, gather=register.gather,
            each=partial(progress.each, doing="Пишутся строки"),
        )  # fmt: skip
        held.pop_all()  # It is closed by whoever keeps it.
    rows = counted(len(ids), "строка", "строки", "строк")
    said, values = exporting.told(spec, state, ids)
    about = (spec.model.__tablename__, None)
    return Outcome(
        f"Файл готов: {rows}.",
        file=whole,
        file_name=f"{spec.many} {today():%d.%m.%Y}.xlsx",
        at_end=lambda own: journal.record(own, by, EXPORT, None, said, about=about, values=values),
    )
