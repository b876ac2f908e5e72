"""Which directions of services a centre works in: those its order of work names, in its own words (S000-9, S002-3.4-a).

A centre whose order names none, or that has none, works in all of them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor
from app.cases.models import Direction
from app.cases.stages import order_in_force
from app.profiles.order import OrderOfWork

BY_CODE = {
    "psy_ped": Direction.PSY_PED,
    "soc_med": Direction.MEDICAL,
    "soc_psy": Direction.PSYCHOLOGICAL,
    "soc_ped": Direction.PEDAGOGICAL,
    "soc_legal": Direction.LEGAL,
    "soc_daily": Direction.HOUSEHOLD,
    "soc_econ": Direction.ECONOMIC,
    "soc_labour": Direction.LABOUR,
    "soc_rehab": Direction.REHABILITATION,
    "communicative": Direction.COMMUNICATIVE,
    "urgent": Direction.URGENT,
}
"""The direction behind each code an order of work may name (``closed.DIRECTIONS``)."""


def named_by(order: OrderOfWork | None) -> dict[Direction, str]:
    """Return the directions *order* names with the centre's words for them, in its order; nothing if it names none."""
    return {BY_CODE[one.code]: one.label for one in order.service_directions} if order is not None else {}


def directions_of(session: Session, unit_id: int | None) -> dict[Direction, str]:
    """Return the directions the unit works in, each in its words."""
    order = order_in_force(session, unit_id) if unit_id is not None else None
    return named_by(order) or {direction: direction.label for direction in Direction}


def offered(session: Session, by: Actor) -> dict[str, dict[str, Any]]:
    """Return what a form fitted to the unit of *by* offers in its field «Направление», see ``Register.fitted``."""
    return {"direction": {"allowed": tuple(directions_of(session, by.unit_id))}}
