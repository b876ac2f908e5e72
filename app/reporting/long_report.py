"""The export of a long register as a job: how long it is shows only while it is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.acting import Actor
from app.base import RESTRICTED, SPECIAL, RuleBroken
from app.jobs.progress import Progress
from app.jobs.tasks import Asked, Outcome, Right, job
from app.register.access import RIGHTS
from app.register.long_export import LONG
from app.reporting.asking import Unread, choices, read
from app.words import counted
from reports import export, report_of


class TooLong(Exception):
    """A register has more rows than a person should wait for."""


def not_too_many(rows: Iterable[Any]) -> Iterator[Any]:
    """Yield *rows*.

    Raises:
        TooLong: there are more than a person should wait for.
    """
    for number, row in enumerate(rows, 1):
        if number > LONG:
            raise TooLong
        yield row


def _may_export(asked: Asked) -> tuple[Right, ...]:
    return (("can_export", "reports"),)


@job("export.report", title="Выгрузка реестра в Excel", rights=_may_export)
def export_report(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
    """Write the register as it was asked for, with the data the person may see today.

    Raises:
        RuleBroken: what was chosen is not there any more.
    """
    report = report_of(asked["code"])
    has = current_app.extensions["appbuilder"].sm.has_access
    health, registers = has(RIGHTS[SPECIAL], "reports"), has(RIGHTS[RESTRICTED], "reports")
    try:
        wanted = read(report, choices(session), asked["typed"], health=health, registers=registers)
    except Unread as refusal:
        raise RuleBroken(str(refusal)) from refusal
    with ExitStack() as held:
        whole = held.enter_context(tempfile.TemporaryFile())
        each = partial(progress.each, doing="Пишутся строки")
        rows = export(report.code, whole, session, wanted, by=by, each=each)
        held.pop_all()  # It is closed by whoever keeps it.
    return Outcome(
        f"Файл готов: {counted(rows, 'строка', 'строки', 'строк')}.",
        file=whole,
        file_name=f"{report.title} {wanted.on:%d.%m.%Y}.xlsx",
    )
