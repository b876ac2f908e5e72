"""Visits to families (domain.md 3.5; S001-2.2-d1, S001-3.1-a, S004-1-a)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, and_
from sqlalchemy.orm import Mapped, relationship

from app.acting import now
from app.base import Choice, Codes, Line, Model, Moment, Privacy, Prose, UnitModel, column, link
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.people.models import Person
from app.programmes.models import MeasureLineage
from app.roles import sees_own_entries_only

PUBLIC = Privacy.NONE


class VisitKind(Choice):
    """Why the family is visited."""

    FIRST_CONTACT = "first_contact", "первичный контакт"
    PLANNED = "planned", "плановый"
    UNPLANNED = "unplanned", "внеплановый"
    CONTROL = "control", "контрольный"
    POST_SUPPORT = "post_support", "постсопровождение"


class VisitForm(Choice):
    """Where the family was met, or by what it was spoken with (S001-2.2-d3)."""

    HOME = "home", "дома"
    CENTRE = "centre", "в центре"
    PHONE = "phone", "по телефону"
    VIDEO = "video", "по видеосвязи"
    MESSENGER = "messenger", "в мессенджере"

    @property
    def is_in_person(self) -> bool:
        """Whether the family was met face to face."""
        return self in IN_PERSON


IN_PERSON = (VisitForm.HOME, VisitForm.CENTRE)
"""Forms that count for the norm of visits; a call or a message is no visit, it is recorded and shown beside."""


class Attitude(Choice):
    """What the family says of being accompanied (S004-1-a)."""

    AGREES = "agree", "согласна"
    DOUBTS = "doubt", "сомневается"
    REFUSES = "refuse", "отказывается"


class VisitDeed(Choice):
    """What was done at a visit."""

    TALK = "talk", "беседа"
    PAPERS = "papers", "помощь с документами"
    TEACHING = "teaching", "обучение родителей"
    LESSON = "lesson", "занятие с ребёнком"
    THINGS = "things", "передали вещи"
    ESCORT = "escort", "сопроводили"
    LOOK = "look", "осмотр жилья"


class FamilyState(Choice):
    """How the family is, against the visit before."""

    BETTER = "better", "лучше"
    SAME = "same", "без перемен"
    WORSE = "worse", "хуже"


visit_present = Table(
    "visit_present",
    Model.metadata,
    Column("visit_id", Integer, ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True),
)


class Visit(UnitModel):
    """A visit: planned, done, or called off; a wrong one is annulled and stays.

    *day* is the local day it is planned for, and once it is done the day it was done.
    """

    __tablename__ = "visit"
    __seen_through__ = "case"
    __table_args__ = (
        # The norm of a month and the monthly report read by case and day, the day of a worker by person and day.
        Index("ix_visit_case_id", "case_id", "day"),
        Index("ix_visit_staff_id", "staff_id", "day"),
        CheckConstraint("planned_at IS NOT NULL OR done_at IS NOT NULL", name="planned_or_done"),
        CheckConstraint("minutes IS NULL OR minutes > 0", name="minutes"),
        CheckConstraint("annulled_at IS NULL OR annul_reason IS NOT NULL", name="annulled_with_reason"),
    )

    day: Mapped[dt.date] = column("День", order=True, privacy=PUBLIC)
    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    staff_id: Mapped[int] = link("Кто посещает", "staff_member", index=False)
    kind: Mapped[VisitKind] = column("Вид визита", default=VisitKind.PLANNED, privacy=PUBLIC)
    form: Mapped[VisitForm] = column("Как встретились", default=VisitForm.HOME, privacy=PUBLIC)
    planned_at: Mapped[Moment | None] = column("Назначен на", privacy=PUBLIC)
    done_at: Mapped[Moment | None] = column("Когда был визит", required=True, privacy=PUBLIC)
    minutes: Mapped[int | None] = column("Сколько минут", privacy=PUBLIC)
    purpose: Mapped[Line | None] = column("Цель")
    deeds: Mapped[list[str] | None] = column("Что сделали", Codes(VisitDeed))
    findings: Mapped[Prose | None] = column(
        "Коротко о визите", hint="Диагнозы сюда не пишите: для них есть карточка человека, раздел «Здоровье»."
    )
    family_state: Mapped[FamilyState | None] = column("Состояние семьи")
    agreements: Mapped[Prose | None] = column("Что решили вместе")
    family_attitude: Mapped[Attitude | None] = column("Отношение семьи к сопровождению")
    next_at: Mapped[dt.date | None] = column("Следующий визит", privacy=PUBLIC)
    lineage_id: Mapped[int | None] = link("Мероприятие {programme_short:gen}", "measure_lineage")
    annulled_at: Mapped[Moment | None] = column("Отменён", privacy=PUBLIC)
    annul_reason: Mapped[Line | None] = column("Почему отменён")

    case: Mapped[FamilyCase] = relationship()
    staff: Mapped[StaffMember] = relationship()
    lineage: Mapped[MeasureLineage | None] = relationship()
    present: Mapped[list[Person]] = relationship(secondary=visit_present)

    @classmethod
    def visible_to(cls, actor: Any) -> Any:
        """Return the criterion of the rows *actor* might see; some roles see their own visits only (3.10)."""
        own = super().visible_to(actor)
        return and_(own, cls.staff_id == actor.staff_id) if sees_own_entries_only(actor.roles) else own

    @property
    def is_done(self) -> bool:
        """Whether the visit took place and counts."""
        return self.done_at is not None and self.annulled_at is None

    @property
    def is_awaited(self) -> bool:
        """Whether the visit is planned and neither done nor called off."""
        return self.done_at is None and self.annulled_at is None

    @property
    def is_late(self) -> bool:
        """Whether the hour of a planned visit has passed."""
        return self.is_awaited and self.planned_at is not None and self.planned_at < now()

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y}, {self.kind.label}"
