"""Who may do what at a meeting (domain 3.10, block «Meetings, decisions»)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select

from app.acting import SYSTEM, Actor, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.meetings.models import Body, BodyMember, MemberFunction
from app.programmes.rights import HEADS, is_of_unit

SECRETARIES = ("secretary", *HEADS)
"""Roles that keep the agenda and the protocol of every body of a unit, where no order of work names others."""

ALONE = (MemberFunction.CHAIR, MemberFunction.DEPUTY)
"""Who decides in a body of one person."""


def members_on(body: Body, day: dt.date) -> list[BodyMember]:
    """Return who sat in the body on *day*, in the order of the list."""
    seats = (
        select(BodyMember)
        .where(
            BodyMember.body_id == body.id,
            BodyMember.date_from <= day,
            or_(BodyMember.date_to.is_(None), BodyMember.date_to >= day),
        )
        .order_by(BodyMember.id)
    )
    return list(session_of(body).scalars(seats))


def seat_of(body: Body, by: Actor) -> BodyMember | None:
    """Return the seat *by* has in the body today."""
    if by.staff_id is None or not is_of_unit(body, by):
        return None
    return next((member for member in members_on(body, today()) if member.staff_id == by.staff_id), None)


def keepers(body: Body, action: str) -> tuple[str, ...]:
    """Return the roles that may do *action* (``meeting.plan`` …) with the meetings of the body."""
    order = order_in_force(session_of(body), body.service_unit_id)
    deed = next((one for one in order.anytime if one.code == action), None) if order is not None else None
    if order is None or deed is None:
        return SECRETARIES
    accesses = (order.role_by_code[role].access for role in deed.roles if role in order.role_by_code)
    return tuple(gate.ACCESS.get(access, access) for access in accesses)


def keeps_protocol(body: Body, by: Actor, action: str = "meeting.plan") -> bool:
    """Whether *by* is the secretary of the body or answers for all meetings of the unit."""
    if not is_of_unit(body, by):
        return False
    seat = seat_of(body, by)
    return by.is_any(*keepers(body, action)) or (seat is not None and seat.function is MemberFunction.SECRETARY)


def need_secretary(body: Body, by: Actor, action: str = "meeting.plan") -> None:
    """Refuse unless *by* keeps the agenda and the protocol of the body."""
    if not keeps_protocol(body, by, action):
        raise RuleBroken("Повестку и протокол ведёт секретарь. Попросите его или руководителя службы.")


def need_to_decide(case: FamilyCase, body: Body, by: Actor, action: str = "decision.record") -> None:
    """Refuse unless the order of work opens *action* for the case now, to *by*.

    Whoever keeps the protocol of this very body, or decides in it alone, has the part of its secretary.
    """
    seat = seat_of(body, by)
    own = seat is not None and seat.function in (MemberFunction.SECRETARY, *ALONE)
    gate.need(case, action, by=SYSTEM if own else by)
