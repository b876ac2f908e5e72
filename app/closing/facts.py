"""What a case shows when its conclusion is prepared: levels, problems, scores, measures, the decision (form D21).

Reads, never changes. It is kept as text, because a conclusion tells of its day whatever happens to the case later.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from app.assessment.models import Assessment, Problem
from app.assessment.scores import compared
from app.base import session_of
from app.cases.models import FamilyCase, LevelPeriod
from app.meetings.models import AgendaItem, Decision, DecisionKind
from app.programmes.models import MeasureStatus, Programme, ProgrammeVersion, VersionStatus

COUNTED = (VersionStatus.IN_FORCE, VersionStatus.APPROVED, VersionStatus.COMPLETED)


def facts_of(case: FamilyCase, on: dt.date) -> dict[str, Any]:
    """Return the facts of a conclusion prepared on *on*, by the names of its columns."""
    decision = terminating(case)
    return {
        "period_from": case.started_at or case.registered_at or case.opened_at,
        "period_to": on,
        "level_history": _levels(case),
        "results": _results(case),
        "scores": _scores(case),
        "measures_done": measures_done(case),
        "decision_id": decision.id if decision is not None else None,
        "body_id": decision.item.meeting.body_id if decision is not None else None,
    }


def terminating(case: FamilyCase) -> Decision | None:
    """Return the last decision in effect that ends the accompaniment."""
    wanted = (
        select(Decision)
        .join(AgendaItem, Decision.item_id == AgendaItem.id)
        .where(
            AgendaItem.case_id == case.id,
            Decision.kind == DecisionKind.TERMINATE,
            Decision.applied_at.is_not(None),
        )
        .order_by(Decision.applied_at.desc(), Decision.id.desc())
        .limit(1)
    )
    return session_of(case).scalars(wanted).one_or_none()


def measures_done(case: FamilyCase) -> int | None:
    """Return what share of the measures of the acting version is done, in percent; None without measures."""
    version = _version(case)
    counted = [one for one in version.measures if one.status is not MeasureStatus.CANCELLED] if version else []
    done = sum(1 for one in counted if one.status is MeasureStatus.DONE)
    return round(100 * done / len(counted)) if counted else None


def _version(case: FamilyCase) -> ProgrammeVersion | None:
    wanted = (
        select(ProgrammeVersion)
        .join(Programme, ProgrammeVersion.programme_id == Programme.id)
        .where(Programme.case_id == case.id, ProgrammeVersion.status.in_(COUNTED))
        .order_by(ProgrammeVersion.version_no.desc())
    )
    versions = list(session_of(case).scalars(wanted))
    return next((one for one in versions if one.status is VersionStatus.IN_FORCE), versions[0] if versions else None)


def _levels(case: FamilyCase) -> str | None:
    periods = session_of(case).scalars(
        select(LevelPeriod).where(LevelPeriod.case_id == case.id).order_by(LevelPeriod.date_from, LevelPeriod.id)
    )
    lines = [
        f"{one.label}: с {one.date_from:%d.%m.%Y}" + (f" по {one.date_to:%d.%m.%Y}" if one.date_to else "")
        for one in periods
    ]
    return "\n".join(lines) or None


def _results(case: FamilyCase) -> str | None:
    problems = session_of(case).scalars(select(Problem).where(Problem.case_id == case.id).order_by(Problem.id))
    return "\n".join(f"{one.text} – {one.outcome.label}" for one in problems) or None


def _scores(case: FamilyCase) -> str | None:
    """Return the scores of the last finished assessment beside those before it."""
    wanted = (
        select(Assessment)
        .where(Assessment.case_id == case.id, Assessment.finished_at.is_not(None))
        .order_by(Assessment.finished_at.desc())
        .limit(1)
    )
    latest = session_of(case).scalars(wanted).one_or_none()
    lines = [
        f"{line.label}: было {line.before}, стало {line.value}"
        for _title, found in (compared(latest) if latest is not None else ())
        for line in found
        if line.before is not None and line.value is not None
    ]
    return "\n".join(lines) or None
