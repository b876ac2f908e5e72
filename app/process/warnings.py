"""What does not stop a case but should be seen before it moves on (domain.md 2.0, «Warnings»)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from app.acting import today
from app.assessment.models import Assessment, AssessmentScore
from app.assessment.scales import SUCCESS
from app.cases.models import CaseStatus, FamilyCase
from app.process.asking import CASE, TODAY, answer, ask
from app.profiles.order import OrderOfWork, Stage
from app.programmes.models import Measure, MeasureStatus, Programme, ProgrammeVersion
from app.programmes.rights import STANDING
from app.progress.models import ProgressReport, ReportStatus
from app.words import counted

_of_work = (Programme.case_id == CASE, ProgrammeVersion.status.in_(STANDING))
OVERDUE = ask(
    select(func.count(Measure.id))
    .join(Measure.programme_version)
    .join(ProgrammeVersion.programme)
    .where(*_of_work, Measure.due < TODAY, Measure.status.in_([MeasureStatus.PLANNED, MeasureStatus.IN_WORK]))
)
REPORTED = ask(
    select(func.max(ProgressReport.period)).where(
        ProgressReport.case_id == CASE, ProgressReport.status.in_([ReportStatus.SUBMITTED, ReportStatus.ACCEPTED])
    )
)
SCORED = ask(
    select(func.count(Assessment.id.distinct()))
    .join(Assessment.scores)
    .where(Assessment.case_id == CASE, AssessmentScore.scale == SUCCESS.code)
)


@dataclass(frozen=True)
class Warned:
    """A warning: its code, what is said, and the tab of the card where it is looked into."""

    code: str
    sentence: str
    tab: str


def warnings(case: FamilyCase, order: OrderOfWork, stage: Stage) -> list[Warned]:
    """Return what to see to on *stage*; nothing of it stops the case."""
    made = [check(case, order, stage) for check in (_overdue, _reports, _scores)]
    return [one for one in made if one is not None]


def _overdue(case: FamilyCase, order: OrderOfWork, stage: Stage) -> Warned | None:
    """``no_overdue_measures``: the term of a measure has passed without a mark."""
    late = answer(case, OVERDUE)
    if not late:
        return None
    what = counted(late, "мероприятие", "мероприятия", "мероприятий")
    return Warned("no_overdue_measures", f"Не отмечено в срок: {what}.", "programmes")


def _reports(case: FamilyCase, order: OrderOfWork, stage: Stage) -> Warned | None:
    """``reports_up_to_date``: the report of the last whole month is not submitted, where reports are monthly."""
    monthly = any(one.from_event == "month_ended" for one in order.deadlines)
    if stage.status != CaseStatus.ACTIVE.value or not monthly or case.stage_since is None:
        return None
    month = (today().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    last = answer(case, REPORTED)
    if case.stage_since.date() >= today().replace(day=1) or (last is not None and last >= month):
        return None
    return Warned("reports_up_to_date", f"Нет отчёта за {month:%m.%Y}.", "progress")


def _scores(case: FamilyCase, order: OrderOfWork, stage: Stage) -> Warned | None:
    """``two_success_scores``: the success of the children is scored before and after, so that a change is seen."""
    if stage.status != CaseStatus.REVIEW.value or answer(case, SCORED) >= 2:
        return None
    return Warned("two_success_scores", f"Шкала «{SUCCESS.title}» заполнена меньше двух раз.", "assessments")
