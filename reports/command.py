"""The command ``opora export``: a report as a file, without a browser."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy.orm import Session

from app.acting import Actor, acting, today
from app.base import RuleBroken
from app.organisation.models import ServiceUnit
from app.profiles.rules import words_of
from reports import Asked, export


def export_report(
    session: Session,
    unit: ServiceUnit,
    code: str,
    out: Path,
    *,
    on: dt.date | None = None,
    date_from: dt.date | None = None,
    date_to: dt.date | None = None,
) -> int:
    """Write report *code* of *unit* to *out* and return how many rows it has.

    Nothing given means today. Data on health and prevention registers are never in the file: on the command line it
    is not known who reads it.

    Raises:
        RuleBroken: there is no such report, both a day and a period are given, the period is not whole or ends before
            it begins.
    """
    if on is not None and (date_from or date_to):
        raise RuleBroken("Укажите день или период, не то и другое.")
    if date_to is not None and date_from is None:
        raise RuleBroken("Укажите и начало периода: --from.")
    by = Actor(
        user_id=None,
        name="Система",
        unit_id=unit.id,
        zone=unit.zone,
        unit_name=unit.short_name,
        sees_unit=True,
        words=words_of(unit.profile),
    )
    session.rollback()  # What was read before opened a transaction that holds the write lock.
    with acting(by):
        return export(code, out, session, Asked(on=on or date_to or today(), date_from=date_from), by=by)
