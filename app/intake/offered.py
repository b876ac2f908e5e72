"""What of the closed lists a centre's order of work offers; without an order of work all of it.

The codes of an order of work are those of ``app/profiles/schema.json``; grounds share them with :class:`Ground`.
"""

from __future__ import annotations

from app.cases.models import CaseSource
from app.intake.models import Channel, Ground
from app.profiles.order import OrderOfWork

SOURCES: dict[str, CaseSource] = {
    "health": CaseSource.HEALTH,
    "mvd": CaseSource.POLICE,
    "education": CaseSource.EDUCATION,
    "uii": CaseSource.PENAL_INSPECTION,
    "guardianship": CaseSource.GUARDIANSHIP,
    "social_service": CaseSource.SOCIAL_SERVICE,
    "raid": CaseSource.RAID,
    "internal_unit": CaseSource.INTERNAL_UNIT,
    "ngo": CaseSource.SOCIAL_NONPROFIT,
    "volunteer": CaseSource.VOLUNTEER,
    "citizen": CaseSource.CITIZEN,
    "self": CaseSource.FAMILY,
    "hotline": CaseSource.HELPLINE,
    "kdn": CaseSource.MINORS_COMMISSION,
    "other": CaseSource.OTHER,
}
"""The source behind each code an order of work may name (S004-И-1 … S004-И-6, S001-2.2-b)."""

NEEDS_SOURCE = {Channel.HELPLINE: CaseSource.HELPLINE, Channel.RAID: CaseSource.RAID}
"""Channels that make sense only where the source is known too: a centre without raids gets nothing from one."""


def sources_of(order: OrderOfWork | None) -> tuple[CaseSource, ...]:
    """Return who may bring a family to the centre's notice."""
    if order is None:
        return tuple(CaseSource)
    return tuple(SOURCES[code] for code in order.sources)


def grounds_of(order: OrderOfWork | None) -> tuple[Ground, ...]:
    """Return the grounds the centre acts on; none where it does not tell them apart."""
    if order is None:
        return tuple(Ground)
    return tuple(Ground(code) for code in order.grounds)


def channels_of(order: OrderOfWork | None) -> tuple[Channel, ...]:
    """Return the ways a message may come."""
    known = sources_of(order)
    return tuple(one for one in Channel if NEEDS_SOURCE.get(one, known[0]) in known)


def counts(order: OrderOfWork | None, what: str) -> bool:
    """Whether *what*, ``intake`` or ``application``, takes a number of the journal R02 (``intake_journal_counts``)."""
    return order is None or what in order.source["intake_journal_counts"]


def asks_for(order: OrderOfWork | None, guard: str) -> bool:
    """Whether the order of work waits for *guard* anywhere."""
    if order is None:
        return False
    refs = (ref for stage in order.stages for ref in (*stage.entry, *stage.exit))
    return any(ref.code == guard for ref in refs)
