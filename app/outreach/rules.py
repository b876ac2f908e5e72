"""What may happen to leisure events (S001-3.3-f).

::

    an event is planned or held; join ─► the family is among those who came (once an event)
"""

from __future__ import annotations

from app import journal
from app.acting import Actor
from app.base import RuleBroken, session_of
from app.cases.models import FamilyCase
from app.outreach.models import EventParticipant, LeisureEvent


def join(event: LeisureEvent, case: FamilyCase, *, by: Actor, adults: int, children: int) -> EventParticipant:
    """Write down that the family of *case* came to *event*.

    Raises:
        RuleBroken: it stands there already, its case was not open that day, or nobody came.
    """
    if any(one.case_id == case.id for one in event.participants):
        raise RuleBroken(f"Семья {case.family} уже среди участников.", field="case_id")
    if event.date < case.opened_at or (case.ended_at is not None and event.date > case.ended_at):
        raise RuleBroken(f"{event.date:%d.%m.%Y} дело № {case.number} не велось. Выберите другую семью.",
                         field="case_id")  # fmt: skip
    if adults < 0 or children < 0 or adults + children == 0:
        raise RuleBroken("Укажите, сколько пришло взрослых и детей.", field="children")
    joined = EventParticipant(event=event, case=case, adults=adults, children=children,
                              service_unit_id=case.service_unit_id)  # fmt: skip
    session_of(case).add(joined)
    journal.record(session_of(case), by, "event.join", joined, f"Дело № {case.number}: семья на «{event.name}».")
    return joined
