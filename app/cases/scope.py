"""Which families a person sees through their cases (domain.md 3.10: «own» and «team»).

«own», a curator's: families whose open case he leads; families whose case ended in his hands, until somebody else
leads a new one; families of the areas he answers for; families and persons he has entered that nobody else has ever
led. Whoever is reassigned loses sight with the next request. A substitute works in the team of the case.

«team», a specialist's: families in the team of whose case he works now.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, exists, select

from app.cases.models import ENDED, CaseTeamMember, CuratorAssignment, FamilyCase
from app.organisation.models import ServiceArea
from app.people.models import Family, FamilyMember, Person
from app.scope import EVERYBODY, Seen, Sight, bare, finds

_case = bare(FamilyCase)
_led = bare(CuratorAssignment)
_team = bare(CaseTeamMember)
_family = bare(Family)
_person = bare(Person)
_member = bare(FamilyMember)

Keys = Select[tuple[int]]


@finds(Family, "own")
def _led_now(who: Sight, seen: Seen) -> Keys:
    """Families whose case the person leads; a case that has ended has no curator."""
    return select(_case.c.family_id).where(_case.c.curator_id == who.staff_id)


@finds(Family, "own")
def _led_to_the_end(who: Sight, seen: Seen) -> Keys:
    """Families whose case ended while the person led it, as long as nobody else leads another one."""
    later, other = bare(CuratorAssignment), bare(FamilyCase)
    return (
        select(_case.c.family_id)
        .join_from(_led, _case, _led.c.case_id == _case.c.id)
        .where(
            _led.c.staff_id == who.staff_id,
            _case.c.status.in_(ENDED),
            ~exists().where(later.c.case_id == _led.c.case_id, later.c.id > _led.c.id),
            # Whoever leads no case has None, and None is never unequal.
            ~exists().where(other.c.family_id == _case.c.family_id, other.c.curator_id != who.staff_id),
        )
    )


@finds(Family, "own")
def _of_own_areas(who: Sight, seen: Seen) -> Keys:
    """Families of the areas the person answers for."""
    area = bare(ServiceArea).c
    return select(_family.c.id).where(_family.c.area_id.in_(select(area.id).where(area.curator_id == who.staff_id)))


@finds(Family, "own")
def _entered_and_never_led_by_others(who: Sight, seen: Seen) -> Keys:
    """Families the person has entered, until somebody else is made the curator of one."""
    return select(_family.c.id).where(_family.c.created_by_id == who.user_id, ~_led_by_others(who, _family.c.id))


@finds(Family, "own", "team")
def _of_the_team(who: Sight, seen: Seen) -> Keys:
    """Families in the team of whose case the person works now."""
    return (
        select(_case.c.family_id)
        .join_from(_team, _case, _team.c.case_id == _case.c.id)
        .where(_team.c.staff_id == who.staff_id, _team.c.date_to.is_(None))
    )


@finds(Person, EVERYBODY)
def _members(who: Sight, seen: Seen) -> Keys | None:
    """Persons who belong, or belonged, to a family that is seen: its history names them."""
    families = seen.keys(Family)
    return None if families is None else select(_member.c.person_id).where(_member.c.family_id.in_(families))


@finds(Person, "own")
def _entered_persons(who: Sight, seen: Seen) -> Keys:
    """Persons the person has entered, until they turn out to belong to a family led by somebody else."""
    foreign = and_(_member.c.person_id == _person.c.id, _led_by_others(who, _member.c.family_id))
    return select(_person.c.id).where(_person.c.created_by_id == who.user_id, ~exists().where(foreign))


def _led_by_others(who: Sight, family_id: Any) -> Any:
    """Return the criterion that somebody else leads, or has ever led, the family."""
    return (
        exists()
        .where(_case.c.family_id == family_id, _led.c.case_id == _case.c.id, _led.c.staff_id != who.staff_id)
        .correlate(_family, _member)
    )
