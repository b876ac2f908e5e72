"""Who may do what at a meeting (domain 3.10, block «Meetings, decisions»)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select

from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.meetings.models import Body, BodyMember, MemberFunction
from app.programmes.rights import HEADS, is_of_unit

SECRETARIES = ("secretary", *HEADS)
"""Roles that keep the agenda and the protocol of every body of a unit."""


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


def keeps_protocol(body: Body, by: Actor) -> bool:
    """Whether *by* is the secretary of the body or answers for all meetings of the unit."""
    if not is_of_unit(body, by):
        return False
    seat = seat_of(body, by)
    return by.is_any(*SECRETARIES) or (seat is not None and seat.function is MemberFunction.SECRETARY)


def need_secretary(body: Body, by: Actor) -> None:
    """Refuse unless *by* keeps the agenda and the protocol of the body."""
    if not keeps_protocol(body, by):
        raise RuleBroken("Повестку и протокол ведёт секретарь. Попросите его или руководителя службы.")
