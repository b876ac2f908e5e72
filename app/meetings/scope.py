"""What a person sees because a body decides about it (domain.md 3.10: «agenda»).

The secretary sees the families about whom any body of the unit is asked or has decided, those whose results wait to be
considered and those whose day of review has come; a member of a body sees a family from the day its programme waits for
the body, or somebody proposes it, until the decision takes effect.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from app.cases.models import CaseStatus, FamilyCase
from app.meetings.models import AgendaItem, AgendaProposal, BodyMember, Meeting
from app.people.models import Family
from app.programmes.models import Programme, ProgrammeVersion, VersionStatus
from app.scope import Seen, Sight, bare, finds

_item = bare(AgendaItem)
_meeting = bare(Meeting)
_seat = bare(BodyMember)
_version = bare(ProgrammeVersion)
_programme = bare(Programme)
_case = bare(FamilyCase)
_proposal = bare(AgendaProposal)

Keys = Select[tuple[int]]


@finds(Family, "agenda")
def _on_any_agenda(who: Sight, seen: Seen) -> Keys:
    """Families a meeting of the unit speaks or spoke about."""
    return (
        select(_case.c.family_id)
        .join_from(_item, _case, _item.c.case_id == _case.c.id)
        .where(_item.c.service_unit_id == who.unit_id)
    )


@finds(Family, "agenda")
def _waiting(who: Sight, seen: Seen) -> Keys:
    """Families whose programme waits for a body of the unit."""
    return _submitted(_version.c.service_unit_id == who.unit_id)


@finds(Family, "agenda")
def _waiting_with_a_question(who: Sight, seen: Seen) -> Keys:
    """Families of the unit whose results wait for a decision, or whose day of review has come.

    The day is that of the database, because what is prepared here is kept longer than a day.
    """
    due = and_(_case.c.status == CaseStatus.ACTIVE, _case.c.next_review_at <= func.current_date())
    return select(_case.c.family_id).where(
        _case.c.service_unit_id == who.unit_id, or_(_case.c.status == CaseStatus.REVIEW, due)
    )


@finds(Family, "agenda")
def _proposed(who: Sight, seen: Seen) -> Keys:
    """Families somebody wants a body of the unit to consider."""
    return _proposals(_proposal.c.service_unit_id == who.unit_id)


@finds(Family, "own", "team", "agenda")
def _proposed_to_own_body(who: Sight, seen: Seen) -> Keys:
    """Families somebody wants a body the person sits in to consider."""
    return _proposals(_proposal.c.body_id.in_(_own_bodies(who)))


@finds(Family, "own", "team", "agenda")
def _asked_of_own_body(who: Sight, seen: Seen) -> Keys:
    """Families about whom a body the person sits in is to decide."""
    return (
        select(_case.c.family_id)
        .join_from(_item, _meeting, _item.c.meeting_id == _meeting.c.id)
        .join(_case, _item.c.case_id == _case.c.id)
        .where(_item.c.is_open, _meeting.c.body_id.in_(_own_bodies(who)))
    )


@finds(Family, "own", "team", "agenda")
def _waiting_for_own_body(who: Sight, seen: Seen) -> Keys:
    """Families whose programme waits for a body the person sits in."""
    return _submitted(_version.c.body_id.in_(_own_bodies(who)))


def _submitted(which: Any) -> Keys:
    return (
        select(_case.c.family_id)
        .join_from(_version, _programme, _version.c.programme_id == _programme.c.id)
        .join(_case, _programme.c.case_id == _case.c.id)
        .where(which, _version.c.status == VersionStatus.SUBMITTED, _version.c.body_id.is_not(None))
    )


def _proposals(which: Any) -> Keys:
    return (
        select(_case.c.family_id)
        .join_from(_proposal, _case, _proposal.c.case_id == _case.c.id)
        .where(which, _proposal.c.is_open)
    )


def _own_bodies(who: Sight) -> Keys:
    """Return the bodies the person sits in now; a seat that ends on a day to come is not foreseen here."""
    return select(_seat.c.body_id).where(_seat.c.staff_id == who.staff_id, _seat.c.date_to.is_(None))
