"""Which messages and rows of journals a person sees (domain.md 3.10: «Intake, application, journals R02–R03»).

A message about a family is seen by who sees the family. A message about none yet tells of people all the same, so
beside those who see the whole unit only its own people see it: whoever is charged with it and whoever wrote it down.
A row of a journal is seen with its family, or with its message.
"""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from app.intake.models import Intake, JournalEntry
from app.people.models import Family
from app.scope import EVERYBODY, Seen, Sight, bare, finds

_intake = bare(Intake)
_entry = bare(JournalEntry)

Keys = Select[tuple[int]]


@finds(Intake, EVERYBODY)
def _about_seen_families(who: Sight, seen: Seen) -> Keys | None:
    """Messages about the families that are seen."""
    families = seen.keys(Family)
    return None if families is None else select(_intake.c.id).where(_intake.c.family_id.in_(families))


@finds(Intake, "own")
def _own_without_family(who: Sight, seen: Seen) -> Keys:
    """Messages without a family that the person is charged with or has written down."""
    own = or_(_intake.c.responsible_id == who.staff_id, _intake.c.created_by_id == who.user_id)
    return select(_intake.c.id).where(_intake.c.family_id.is_(None), own)


@finds(JournalEntry, EVERYBODY)
def _rows_of_seen_families(who: Sight, seen: Seen) -> Keys | None:
    """Rows about the families that are seen."""
    families = seen.keys(Family)
    return None if families is None else select(_entry.c.id).where(_entry.c.family_id.in_(families))


@finds(JournalEntry, "own")
def _rows_of_own_messages(who: Sight, seen: Seen) -> Keys | None:
    """Rows of the messages that are seen without a family."""
    messages = seen.keys(Intake)
    return None if messages is None else select(_entry.c.id).where(_entry.c.intake_id.in_(messages))
