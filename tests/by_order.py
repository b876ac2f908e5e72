"""Units that work by an order of work, and cases on a stage of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor
from app.cases.models import CuratorAssignment, FamilyCase, StageMove
from app.cases.stages import enter, put_in_force
from app.organisation.models import ServiceUnit, StaffMember
from app.profiles.loading import text_of
from app.profiles.order import OrderOfWork
from app.profiles.rules import order_of, store
from tests.make import make_case


def work_by(session: Session, by: Actor, name: str, old: str = "", new: str = "") -> OrderOfWork:
    """Let the unit of *by* work by a delivered order of work, with *old* in its text written as *new*."""
    text = text_of(name)
    assert old in text
    version = store(session, text.replace(old, new) if old else text, by=SYSTEM)
    put_in_force(session.get_one(ServiceUnit, by.unit), version, by=SYSTEM)
    return order_of(version)


def case_on(session: Session, by: Actor, stage: str, *, curator: StaffMember | None = None, **more: Any) -> FamilyCase:
    """Make a case that stands on *stage* of the unit's order of work, whatever it lacks; *curator* leads it."""
    case = make_case(session, by, **more)
    enter(case, stage, by=SYSTEM, move=StageMove.OVERRIDDEN, reason="для проверки")
    if curator is not None:
        led = {"staff": curator, "date_from": case.opened_at, "service_unit_id": case.service_unit_id}
        session.add(CuratorAssignment(case=case, **led))
        case.curator = curator
    session.flush()
    session.expire(case, ["assignments"])
    return case
