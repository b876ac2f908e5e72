"""What a person sees because a measure is his to carry out (domain.md 3.10: «team», «own measures only»).

Only a version a body approved charges anybody with anything; a draft shows nobody a family.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from app.cases.models import FamilyCase
from app.people.models import Family
from app.programmes.models import Measure, MeasureLineage, ProgrammeVersion, VersionStatus
from app.scope import Seen, Sight, bare, finds

STANDING = (VersionStatus.APPROVED, VersionStatus.IN_FORCE)

_measure = bare(Measure)
_version = bare(ProgrammeVersion)
_line = bare(MeasureLineage)
_case = bare(FamilyCase)

Keys = Select[tuple[int]]


def _families_of(measures: Any) -> Keys:
    return (
        select(_case.c.family_id)
        .join_from(_measure, _version, _measure.c.version_id == _version.c.id)
        .join(_line, _measure.c.lineage_id == _line.c.id)
        .join(_case, _line.c.case_id == _case.c.id)
        .where(measures, _version.c.status.in_(STANDING))
    )


@finds(Family, "own", "team")
def _to_carry_out(who: Sight, seen: Seen) -> Keys:
    """Families for whom the person carries out a measure."""
    return _families_of(_measure.c.executor_id == who.staff_id)


@finds(Family, "department")
def _of_the_department(who: Sight, seen: Seen) -> Keys | None:
    """Families for whom the person's department carries out a measure."""
    return _families_of(_measure.c.department_id == who.department_id) if who.department_id is not None else None


@finds(Measure, "measures")
def _dispatched(who: Sight, seen: Seen) -> Keys | None:
    """Measures given to the person's own organisation, and nothing of the family around them."""
    if who.partner_id is None:
        return None
    return (
        select(_measure.c.id)
        .join_from(_measure, _version, _measure.c.version_id == _version.c.id)
        .where(_measure.c.partner_id == who.partner_id, _version.c.status.in_(STANDING))
    )
