"""Leisure of families: an event and the families that came (domain.md 3.7; S001-3.3-f, S001-3.3-g)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Line, Privacy, Prose, UnitModel, column, link
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember

PUBLIC = Privacy.NONE


class LeisureKind(Choice):
    """Kind of an event (S001-3.3-g)."""

    EVENING = "evening", "вечер"
    FEAST = "feast", "праздник"
    EXCURSION = "excursion", "экскурсия"
    OUTING = "outing", "выезд на природу"
    CLUB = "club", "клуб по интересам"
    GAME = "game", "игровая программа"


class LeisureEvent(UnitModel):
    """An event for families."""

    __tablename__ = "leisure_event"

    date: Mapped[dt.date] = column("Дата", order=True, privacy=PUBLIC)
    kind: Mapped[LeisureKind] = column("Вид", privacy=PUBLIC)
    name: Mapped[Line] = column("Название", search=True, sort=True, privacy=PUBLIC)
    place: Mapped[Line | None] = column("Где", privacy=PUBLIC)
    organiser_id: Mapped[int | None] = link("Кто проводит", "staff_member", privacy=PUBLIC)
    volunteers: Mapped[int | None] = column("Волонтёров", privacy=PUBLIC)
    note: Mapped[Prose | None] = column("Примечание", privacy=PUBLIC)

    organiser: Mapped[StaffMember | None] = relationship()
    participants: Mapped[list[EventParticipant]] = relationship(back_populates="event", passive_deletes="all")

    def __str__(self) -> str:
        return f"{self.name}, {self.date:%d.%m.%Y}"


class EventParticipant(UnitModel):
    """A family that came to an event, with how many adults and children."""

    __tablename__ = "event_participant"
    __seen_through__ = "case"
    __table_args__ = (
        UniqueConstraint("event_id", "case_id", name="uq_event_participant_case"),
        CheckConstraint("adults >= 0 AND children >= 0 AND adults + children > 0", name="somebody_came"),
    )

    event_id: Mapped[int] = link("Мероприятие", "leisure_event", index=False)
    case_id: Mapped[int] = link("Дело", "family_case")
    adults: Mapped[int] = column("Взрослых", default=1)
    children: Mapped[int] = column("Детей", default=1)

    event: Mapped[LeisureEvent] = relationship(back_populates="participants")
    case: Mapped[FamilyCase] = relationship("FamilyCase")

    def __str__(self) -> str:
        return f"{self.event}, {self.case}"
