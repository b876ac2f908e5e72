"""What may happen to a monthly report (S000-11a, S000-11b, S001-3.1-g, S002-3.5-d; domain.md 3.5).

::

    make_report ─► draft ── submit ─► submitted ── accept ─► accepted
                     ▲                 │     ▲
                     └ write           │     └── submit ── write ┐
                                       └── send_back ─► returned ┘

The facts of the month are read anew until the report is submitted; then they are frozen with it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from app import journal
from app.acting import Actor, now, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.people.rules import trimmed
from app.programmes.models import Programme, ProgrammeVersion, VersionStatus
from app.programmes.rights import HEADS, is_of_unit, need_part
from app.progress.facts import Facts, facts_of_month
from app.progress.frozen import from_text, to_text
from app.progress.models import ProgressReport, ReportStatus
from app.terms import say
from app.visits.norm import first_day, last_day


def make_report(
    case: FamilyCase, *, by: Actor, month: dt.date, author: StaffMember | None = None, **told: Any
) -> ProgressReport:
    """Begin the report of *author* (whoever acts) on the case for the month of *month*; *told* are its texts.

    Raises:
        RuleBroken: *by* has no part in the work with the family or is nobody of the staff, the month has not come, the
            family was not accompanied in it, or the author has a report for it already.
    """
    need_part(case, by)
    session, period = session_of(case), first_day(month)
    author = author or (session.get(StaffMember, by.staff_id) if by.staff_id is not None else case.curator)
    if author is None:
        raise RuleBroken("Отчёт составляет сотрудник центра. Войдите как сотрудник.")
    if period > today():
        raise RuleBroken("Этот месяц ещё не начался. Выберите прошедший или нынешний.", field="period")
    if not was_accompanied(case, period):
        raise RuleBroken("В этом месяце семью не сопровождали, отчитываться не о чем.", field="period")
    session.flush()
    same = select(ProgressReport).where(
        ProgressReport.case_id == case.id, ProgressReport.author_id == author.id, ProgressReport.period == period
    )
    known = session.scalars(same).one_or_none()
    if known is not None:
        raise RuleBroken(f"{known} по этому делу уже есть: {known.status.label}. Откройте его.", field="period")
    report = ProgressReport(
        case=case,
        author=author,
        period=period,
        status=ReportStatus.DRAFT,
        service_unit_id=case.service_unit_id,
        **{name: trimmed(text) for name, text in told.items()},
    )
    session.add(report)
    journal.record(session, by, "report.make", report, f"Дело № {case.number}: начат отчёт за {report.month}.")
    return report


def was_accompanied(case: FamilyCase, month: dt.date) -> bool:
    """Whether the family was accompanied on some day of the month of *month*."""
    began, ended = case.started_at, case.ended_at
    return began is not None and began <= last_day(month) and (ended is None or ended > first_day(month))


def facts_of(report: ProgressReport) -> Facts:
    """Return the facts the report shows: frozen ones once it is submitted, else those of now.

    Whoever leads the case reports on all of it, a specialist on his own part.
    """
    if report.snapshot is not None and not report.status.is_open:
        return from_text(report.snapshot)
    leads = report.author_id == report.case.curator_id
    found = facts_of_month(session_of(report), [report.case], report.period, None if leads else report.author)
    return found[report.case_id]


def version_in_force(case: FamilyCase) -> ProgrammeVersion | None:
    """Return the version of the family's programme that is in force."""
    found = select(ProgrammeVersion).join(ProgrammeVersion.programme)
    found = found.where(Programme.case_id == case.id, ProgrammeVersion.status == VersionStatus.IN_FORCE)
    return session_of(case).scalars(found).one_or_none()


def write_report(report: ProgressReport, *, by: Actor, **told: Any) -> None:
    """Change the texts of a report that is not submitted, or was returned.

    Raises:
        RuleBroken: somebody else is its author, or it is submitted.
    """
    _need_author(report, by)
    if not report.status.is_open:
        raise RuleBroken(f"Отчёт {report.status.label}, менять его нельзя. Попросите вернуть его.")
    for name, text in told.items():
        setattr(report, name, trimmed(text))


def submit_report(report: ProgressReport, *, by: Actor) -> None:
    """Submit the report: its facts are frozen.

    Raises:
        RuleBroken: the order of work does not open it now nor did in that month, somebody else is the author, or it is
            submitted already.
    """
    case, last = report.case, last_day(report.period)
    gate.need_on(case, "report.submit", by=by, on=min(last, today()))
    _need_author(report, by)
    if not report.status.is_open:
        raise RuleBroken(f"Отчёт уже {report.status.label}.")
    report.snapshot = to_text(facts_of(report))
    report.status, report.submitted_at = ReportStatus.SUBMITTED, now()
    told = f"Дело № {case.number}: сдан отчёт за {report.month}."
    journal.record(session_of(report), by, "report.submit", report, told)
    happened(case, "report_submitted", on=today())


def send_back(report: ProgressReport, *, by: Actor, reason: str) -> None:
    """Return a submitted report to its author with the *reason* (S001-3.1-g).

    Raises:
        RuleBroken: the order of work gives it to others, *by* is the author himself, it is not submitted, or no reason
            is given.
    """
    _need_judge(report, by, "report.return")
    if by.staff_id is not None and by.staff_id == report.author_id:
        raise RuleBroken("Свой отчёт вернуть себе нельзя. Попросите руководителя службы.")
    if report.status is not ReportStatus.SUBMITTED:
        raise RuleBroken(f"Вернуть можно сданный отчёт, а этот {report.status.label}.")
    if not trimmed(reason):
        raise RuleBroken("Напишите, что исправить: это увидит автор отчёта.", field="return_reason")
    report.status, report.return_reason = ReportStatus.RETURNED, trimmed(reason)
    told = f"Дело № {report.case.number}: отчёт за {report.month} возвращён. {report.return_reason}"
    journal.record(session_of(report), by, "report.return", report, told)


def accept_report(report: ProgressReport, *, by: Actor) -> None:
    """Accept a submitted report (S000-11a, S001-1.4).

    Raises:
        RuleBroken: the order of work gives it to others, or it is not submitted.
    """
    _need_judge(report, by, "report.accept")
    if report.status is not ReportStatus.SUBMITTED:
        raise RuleBroken(f"Принять можно сданный отчёт, а этот {report.status.label}.")
    report.status, report.accepted_at, report.accepted_by_id = ReportStatus.ACCEPTED, now(), by.staff_id
    told = f"Дело № {report.case.number}: принят отчёт за {report.month}."
    journal.record(session_of(report), by, "report.accept", report, told)


def _need_author(report: ProgressReport, by: Actor) -> None:
    """Refuse unless *by* wrote the report; the system at work may do it for him."""
    by_system = (by.sees_all or by.sees_unit) and not by.roles
    if by.staff_id != report.author_id and not by_system:
        raise RuleBroken(f"Этот отчёт составляет {report.author}. Попросите автора.")


def may_judge(report: ProgressReport, by: Actor, action: str = "report.accept") -> bool:
    """Whether *by* may do *action* (``report.accept``, ``report.return``) with the report, whatever its state."""
    return _not_judge(report, by, action) is None


def _need_judge(report: ProgressReport, by: Actor, action: str) -> None:
    why = _not_judge(report, by, action)
    if why is not None:
        raise RuleBroken(why)


def _not_judge(report: ProgressReport, by: Actor, action: str) -> str | None:
    """Return why *by* may not judge the report: by the order of work, and without one as no head of the service."""
    case = report.case
    if gate.stage_of(case) is not None:
        return gate.refusal_on(case, action, by=by, on=min(last_day(report.period), today()))
    if (is_of_unit(case, by) and by.is_any(*HEADS)) or not by.roles:
        return None
    return say("Отчёты принимает и возвращает руководитель службы. Попросите его.")
