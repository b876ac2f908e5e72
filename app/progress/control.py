"""The control of a month: cases without a report, measures past their term, visits below the norm (S000-11a, S002-П-3).

The head sees the whole service, a curator and a specialist the families of their own: the rows are those the acting
person sees. Each question is asked in a constant number of queries, however many cases there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.acting import today
from app.cases.models import ENDED, FamilyCase
from app.programmes.models import Measure, MeasureLineage, MeasureStatus, ProgrammeVersion, VersionStatus
from app.progress.models import ProgressReport, ReportStatus
from app.visits.norm import Count, first_day, last_day, visits_of_month

HANDED_IN = (ReportStatus.SUBMITTED, ReportStatus.ACCEPTED)
UNDONE = (MeasureStatus.PLANNED, MeasureStatus.IN_WORK)


@dataclass(frozen=True)
class Missing:
    """A case without a report for the month: what stands in its place, if anything was begun."""

    case: FamilyCase
    begun: ProgressReport | None


def accompanied(session: Session, month: dt.date) -> Sequence[FamilyCase]:
    """Return the cases accompanied on some day of the month, by the name of the family."""
    found = (
        select(FamilyCase)
        .join(FamilyCase.family)
        .where(
            FamilyCase.started_at <= last_day(month),
            or_(FamilyCase.ended_at.is_(None), FamilyCase.ended_at > first_day(month)),
        )
        .options(joinedload(FamilyCase.family), joinedload(FamilyCase.curator))
        .order_by(FamilyCase.id)
    )
    return session.scalars(found).all()


def without_report(session: Session, cases: Sequence[FamilyCase], month: dt.date) -> list[Missing]:
    """Return those of *cases* for which nobody has submitted a report for the month."""
    found = session.scalars(select(ProgressReport).where(ProgressReport.period == first_day(month)))
    by_case: dict[int, list[ProgressReport]] = {}
    for report in found:
        by_case.setdefault(report.case_id, []).append(report)
    made = []
    for case in cases:
        own = by_case.get(case.id, [])
        if not any(report.status in HANDED_IN for report in own):
            made.append(Missing(case, own[0] if own else None))
    return made


def to_accept(session: Session) -> Sequence[ProgressReport]:
    """Return the reports that wait to be accepted or returned, the oldest first."""
    found = (
        select(ProgressReport)
        .where(ProgressReport.status == ReportStatus.SUBMITTED)
        .options(
            joinedload(ProgressReport.case).joinedload(FamilyCase.family),
            joinedload(ProgressReport.author),
        )
        .order_by(ProgressReport.submitted_at, ProgressReport.id)
    )
    return session.scalars(found).all()


def overdue(session: Session) -> Sequence[Measure]:
    """Return the measures in force whose term has passed and that nobody has marked, the longest overdue first."""
    found = (
        select(Measure)
        .join(Measure.programme_version)
        .join(Measure.lineage)
        .join(MeasureLineage.case)
        .where(
            ProgrammeVersion.status == VersionStatus.IN_FORCE,
            Measure.status.in_(UNDONE),
            Measure.due < today(),
            FamilyCase.status.not_in(ENDED),
        )
        .options(
            joinedload(Measure.lineage).joinedload(MeasureLineage.case).joinedload(FamilyCase.family),
            joinedload(Measure.executor), joinedload(Measure.department), joinedload(Measure.partner),
        )
        .order_by(Measure.due, Measure.id)
    )  # fmt: skip
    return session.scalars(found).all()


def below_norm(session: Session, cases: Sequence[FamilyCase], month: dt.date) -> list[tuple[FamilyCase, Count]]:
    """Return those of *cases* that were visited less often in the month than the norm asks for."""
    counts = visits_of_month(session, cases, month)
    return [(case, counts[case.id]) for case in cases if counts[case.id].is_below]
