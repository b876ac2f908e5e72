"""Makers of bodies and meetings, and of the way a programme goes through them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor
from app.meetings.models import (
    Body,
    BodyKind,
    BodyMember,
    Decision,
    DecisionKind,
    Meeting,
    MemberFunction,
    Quorum,
)
from app.meetings.rules import add_to_agenda, close_agenda, decide, hold, plan_meeting, sign
from app.programmes.models import ProgrammeVersion
from app.programmes.rules import put_in_force, submit
from tests.make import DAY
from tests.programmes.make import Centre, make_draft, programme_centre

FRIDAY = dt.datetime(2026, 2, 20, 14, tzinfo=dt.timezone(dt.timedelta(hours=3)))


@dataclass(frozen=True)
class Council:
    """A body of five with the actors who sign, in a centre."""

    centre: Centre
    body: Body
    chair: Actor
    secretary: Actor
    members: tuple[BodyMember, ...]

    @property
    def session(self) -> Session:
        """Return the session everything lives in."""
        return self.centre.session


def make_body(centre: Centre, **more: Any) -> Body:
    """Make a body without members that meets in the centre."""
    values = {"code": "service", "title": "Заседание службы", "kind": BodyKind.SERVICE_MEETING, **more}
    body = Body(service_unit_id=centre.unit.id, quorum=values.pop("quorum", Quorum.HALF_PLUS), **values)
    centre.session.add(body)
    centre.session.flush()
    return body


def seat(
    body: Body, centre: Centre, who: Actor, function: MemberFunction = MemberFunction.MEMBER, **more: Any
) -> BodyMember:
    """Give *who* a seat in the body since January."""
    values = {"date_from": dt.date(2026, 1, 1), "staff_id": who.staff_id, "function": function, **more}
    member = BodyMember(body=body, service_unit_id=centre.unit.id, **values)
    centre.session.add(member)
    centre.session.flush()
    return member


def make_council(centre: Centre) -> Council:
    """Make a body of five: chair, secretary and three members."""
    body = make_body(centre)
    chair, secretary = centre.hire("Берёзкина"), centre.hire("Кораблёва")
    members = (
        seat(body, centre, chair, MemberFunction.CHAIR),
        seat(body, centre, secretary, MemberFunction.SECRETARY),
        *(seat(body, centre, centre.hire(name)) for name in ("Тетерёв", "Юрьев", "Громова")),
    )
    return Council(centre, body, chair, secretary, members)


@contextmanager
def council(session: Session) -> Iterator[Council]:
    """Give a centre with its body."""
    with programme_centre(session) as centre:
        yield make_council(centre)


def make_submitted(council: Council, *titles: str, **more: Any) -> ProgrammeVersion:
    """Make a programme that waits for the body."""
    version = make_draft(council.centre, *titles, **more)
    return submit(version, by=council.centre.head, body=council.body)


def make_meeting(council: Council, *versions: ProgrammeVersion, **more: Any) -> Meeting:
    """Plan a meeting on Friday with *versions* on the agenda."""
    meeting = plan_meeting(council.session, council.body, by=council.secretary, **{"planned_at": FRIDAY, **more})
    for version in versions:
        add_to_agenda(meeting, version=version, by=council.secretary)
    return meeting


def make_held(council: Council, *versions: ProgrammeVersion, came: int = 5) -> Meeting:
    """Make a meeting in session to which the first *came* of five came."""
    meeting = make_meeting(council, *versions)
    close_agenda(meeting, by=council.secretary)
    return hold(meeting, present=council.members[:came], by=council.secretary)


def make_decision(
    council: Council,
    version: ProgrammeVersion,
    kind: DecisionKind = DecisionKind.APPROVE,
    reason: str | None = None,
    *,
    signed: bool = True,
) -> Decision:
    """Take a submitted version through a meeting of its own to a decision, signed by both unless told otherwise."""
    meeting = make_held(council, version)
    decision = decide(meeting.items[0], kind=kind, reason=reason, votes_for=5, by=council.secretary)
    if signed:
        sign(meeting, by=council.secretary)
        sign(meeting, by=council.chair)
    return decision


def make_approved(council: Council, *titles: str, **more: Any) -> ProgrammeVersion:
    """Make a programme the body approved."""
    version = make_submitted(council, *titles, **more)
    make_decision(council, version)
    return version


def make_acting(council: Council, *titles: str, **more: Any) -> ProgrammeVersion:
    """Make a programme in force."""
    return put_in_force(make_approved(council, *titles, **more), by=council.centre.head, on=DAY)
