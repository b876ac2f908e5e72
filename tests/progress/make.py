"""A family in the middle of its accompaniment: a case, its people, a programme in force with given measures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor
from app.cases.models import FamilyCase
from app.cases.team import add_to_team
from app.organisation.models import ServiceUnit, StaffMember
from app.programmes.models import (
    ExecutorType,
    Measure,
    MeasureLineage,
    Programme,
    ProgrammeVersion,
    VersionKind,
    VersionStatus,
)
from tests.by_order import case_on, work_by
from tests.make import make_actor, make_staff

FEBRUARY = dt.date(2026, 2, 1)
BEGUN = dt.date(2026, 1, 12)


@dataclass(frozen=True)
class Care:
    """A case on «Реализация» with its curator, a psychologist in its team and the head of the service."""

    session: Session
    head: Actor
    curator: Actor
    psychologist: Actor
    case: FamilyCase

    def staff(self, who: Actor) -> StaffMember:
        """Return the staff member behind an actor."""
        return self.session.get_one(StaffMember, who.staff_id)


def in_care(session: Session, by: Actor, order: str = "sudogda", stage: str = "implement", **team: Any) -> Care:
    """Make a family accompanied since the opening of its case; *team* is told of the psychologist's seat."""
    if order:
        work_by(session, by, order)
    unit = session.get_one(ServiceUnit, by.unit)
    names = {"curator": "Кураторова", "psychologist": "Психологова", "head_of_service": "Главнова"}
    people = {role: make_staff(session, by, last_name=name) for role, name in names.items()}
    case = case_on(session, by, stage, curator=people["curator"])
    case.started_at = BEGUN
    add_to_team(case, people["psychologist"], by=by, on=case.opened_at, **team)
    curator, psychologist, head = (make_actor(unit, staff=staff, roles=(role,)) for role, staff in people.items())
    session.flush()
    return Care(session, head, curator, psychologist, case)


def in_force(care: Care, *measures: dict[str, Any], since: dt.date = BEGUN, **version: Any) -> list[Measure]:
    """Let a programme with *measures* be in force since a day; what is told of each are its columns."""
    unit = {"service_unit_id": care.case.service_unit_id}
    programme = Programme(case=care.case, number=f"{care.case.id}/2026", title="ИПСС", **unit)
    known = {"version_no": 1, "kind": VersionKind.FIRST, "status": VersionStatus.IN_FORCE, "goal": "Мальчик говорит",
             "valid_from": since, "valid_to": dt.date(2026, 12, 31), "in_force_at": since}  # fmt: skip
    made = ProgrammeVersion(programme=programme, **{**known, **version}, **unit)
    found = []
    for no, told in enumerate(measures, 1):
        usual = {"title": f"Мероприятие {no}", "executor_type": ExecutorType.SPECIALIST,
                 "executor_id": care.curator.staff_id, "due": dt.date(2026, 2, 28)}  # fmt: skip
        lineage = MeasureLineage(case=care.case, **unit)
        found.append(Measure(programme_version=made, lineage=lineage, no=no, **{**usual, **told}, **unit))
    care.session.add_all([programme, made, *found])
    care.session.flush()
    return found


def next_version(care: Care, measures: list[Measure], since: dt.date, **told: Any) -> list[Measure]:
    """Let a correction with the same lines be in force since a day; the one before is superseded."""
    old = measures[0].programme_version
    old.status, old.ended_at = VersionStatus.SUPERSEDED, since
    care.session.flush()
    unit = {"service_unit_id": care.case.service_unit_id}
    made = ProgrammeVersion(
        programme=old.programme, version_no=old.version_no + 1, kind=VersionKind.CORRECTION, goal=old.goal,
        status=VersionStatus.IN_FORCE, valid_from=since, valid_to=old.valid_to, in_force_at=since, **unit,
    )  # fmt: skip
    copies = [
        Measure(programme_version=made, lineage=one.lineage, no=one.no, title=one.title, due=one.due, status=one.status,
                executor_type=one.executor_type, executor_id=one.executor_id, done_at=one.done_at, **told, **unit)
        for one in measures
    ]  # fmt: skip
    care.session.add_all([made, *copies])
    care.session.flush()
    return copies
