"""What a person sees because it was sent or given to him, without the family around it (domain.md 3.10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, select

from app.referrals.models import InternalTask, Referral
from app.scope import EVERYBODY, Seen, Sight, bare, finds

_task = bare(InternalTask)
_referral = bare(Referral)

Keys = Select[Any]


@finds(InternalTask, EVERYBODY)
def _given(who: Sight, seen: Seen) -> Keys | None:
    """Tasks given to the person or his department, and those he has given."""
    if who.staff_id is None:
        return None
    ways = [_task.c.to_staff_id == who.staff_id, _task.c.from_id == who.staff_id]
    if who.department_id is not None:
        ways.append(_task.c.to_department_id == who.department_id)
    return select(_task.c.id).where(or_(*ways))


@finds(Referral, "measures")
def _asked_of_his_organisation(who: Sight, seen: Seen) -> Keys | None:
    """Requests to the person's own organisation."""
    if who.partner_id is None:
        return None
    return select(_referral.c.id).where(_referral.c.partner_id == who.partner_id, _referral.c.annulled_at.is_(None))
