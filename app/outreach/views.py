"""Screens of leisure events."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.base import Model
from app.outreach import rules
from app.outreach.models import EventParticipant, LeisureEvent
from app.register.view import Register, shown


class LeisureEvents(Register):
    """Evenings, feasts, excursions and clubs for families."""

    key = "events"
    datamodel = LeisureEvent
    title = "Досуг семей", "Мероприятие"
    list_columns = ["name", "date", "kind", "place", "families", "organiser_id"]
    form_columns = ["name", "date", "kind", "place", "organiser_id", "volunteers", "note"]
    order = "-date"
    related_views = ["EventParticipants"]

    def gather(self, session: Session, records: Any) -> None:
        """Count the families of the events shown, in one query."""
        joined = EventParticipant
        counted = select(joined.event_id, func.count(joined.id)).group_by(joined.event_id)
        found = dict(session.execute(counted.where(joined.event_id.in_([one.id for one in records]))).all())
        for one in records:
            one.families_now = found.get(one.id, 0)

    @shown("Семей", "number")
    def families(self, event: Any) -> int:
        """Families that came, of those one may see."""
        return int(event.families_now)


class EventParticipants(Register):
    """Families that came to events."""

    key = "participants"
    datamodel = EventParticipant
    title = "Участники", "Участник"
    list_columns = ["event_id", "case_id", "adults", "children"]
    add_columns = ["event_id", "case_id", "adults", "children"]
    edit_columns: list[str] = []
    order = "event_id"

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Write the family down by the rule."""
        return rules.join(self.linked(values, "event_id"), self.linked(values, "case_id"), by=by, **values)
