"""What a form about a family offers instead of a search among all families: the measures of its programme, its members.

A service, a visit or a request is tied to a measure or a person of that very family, so the form lists them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.base import session_of
from app.cases.models import FamilyCase
from app.programmes.models import Measure, Programme, ProgrammeVersion
from app.programmes.rights import STANDING

Fitted = dict[str, Any] | None
"""What a field of a form becomes, see ``Register.fitted``; None leaves it out."""


def measure_picked(case: FamilyCase) -> Fitted:
    """Return the field of a measure as a pick among those of the programme in force; no field where there are none."""
    found = (
        select(Measure)
        .join(Measure.programme_version)
        .join(ProgrammeVersion.programme)
        .where(Programme.case_id == case.id, ProgrammeVersion.status.in_(STANDING))
        .order_by(ProgrammeVersion.version_no.desc(), Measure.no)
    )
    titles = {str(one.lineage_id): one.title for one in reversed(session_of(case).scalars(found).all())}
    return {"kind": "pick", "offered": tuple(reversed(titles.items()))} if titles else None


def member_picked(case: FamilyCase) -> Fitted:
    """Return the field of a person as a pick among the members of the family, those who have left it last."""
    seats = sorted(case.family.members, key=lambda seat: (not seat.is_current, seat.id))
    offered = tuple(
        (str(seat.person_id), f"{seat.person.first_name} ({seat.role.label if seat.is_current else 'не в семье'})")
        for seat in seats
    )
    return {"kind": "pick", "offered": offered} if offered else None
