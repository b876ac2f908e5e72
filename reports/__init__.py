"""Registers and reports: one file each, found here by its code.

A new one is a module with a ``HEADING`` (:class:`~reports.form.Report`) whose every column is one line, named in
:data:`REPORTS`. The writer (:mod:`app.register.workbook`) knows nothing of them, and they know nothing of Excel::

    export("R01", "/tmp/R01.xlsx", session, Asked(on=today()), by=actor)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, acting
from app.base import RuleBroken
from app.register import workbook
from app.words import counted
from reports import (
    agreements,
    children,
    consents,
    families,
    intakes,
    meetings,
    progress,
    referrals,
    register_journal,
    services,
    surveys,
)
from reports.form import BLANK, Asked, Filters, Report

__all__ = ["REPORTS", "Asked", "Filters", "Report", "export", "report_of"]

REPORTS: dict[str, Report] = {
    module.HEADING.code: module.HEADING
    for module in (
        families,
        intakes,
        register_journal,
        children,
        meetings,
        services,
        agreements,
        progress,
        surveys,
        referrals,
        consents,
    )
}


def report_of(code: str) -> Report:
    """Return the report *code*; the letter may be small.

    Raises:
        RuleBroken: there is none.
    """
    found = REPORTS.get(code.upper())
    if found is None:
        raise RuleBroken(f"Отчёта {code} нет. Выберите один из этих: {', '.join(REPORTS)}.", field="code")
    return found


def export(
    code: str,
    target: workbook.Target,
    session: Session,
    asked: Asked,
    *,
    by: Actor,
    each: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> int:
    """Write report *code* as Excel to *target* and return how many rows it has.

    The report is read in a transaction of its own on the database of *session*, as one picture and without stopping
    those who write; *session* itself must not hold the write lock. The row of the journal (who, what, as of when, how
    many) is written before the caller hands the file out. *each* is passed through by every row of the register.

    Raises:
        RuleBroken: there is no such report, or it has more rows than a sheet holds.
    """
    report = report_of(code)
    with acting(by, writing=False), Session(session.get_bind()) as own:
        (heading, rows), *summaries = report.sheets(own, asked, by.unit_name)
        sheets = [(heading, each(rows)), *summaries]
        number, *_ = workbook.write_sheets(target, sheets, blank=BLANK, zone=by.zone)
    what = f"{report.code} «{report.title}» {asked.in_words}, {counted(number, 'строка', 'строки', 'строк')}"
    if asked.health and report.on_health:
        what += ", со сведениями о здоровье"
    journal.apart(session, by, "export", None, f"Выгружено в Excel: {what}.")
    return number
