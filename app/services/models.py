"""The directory of services and the services given (domain.md 3.1 and 3.5)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.base import SPECIAL, Choice, Code, Line, Moment, Privacy, Prose, Sealed, UnitModel, column, link
from app.cases.models import Direction, FamilyCase
from app.organisation.models import StaffMember
from app.people.models import Person
from app.programmes.models import MeasureLineage

PUBLIC = Privacy.NONE


class ServiceKind(Choice):
    """What a service is in the terms of 442-ФЗ."""

    SOCIAL_SERVICE = "social_service", "социальная услуга"
    ASSISTANCE = "assistance", "содействие (сопровождение)"
    CONSULTATION = "consultation", "консультация"
    EDUCATION = "education", "просвещение"
    MEDIATION = "mediation", "посредничество"
    ESCORT = "escort", "сопровождение в организацию"
    CORRECTION = "correction", "коррекция"
    DIAGNOSTICS = "diagnostics", "диагностика"
    CULTURAL = "cultural", "социокультурная реабилитация"
    LEGAL_PAPERS = "legal_papers", "юридические документы"
    LEISURE = "leisure", "досуг"


class Service(UnitModel):
    """A service the centre gives; always free of charge."""

    __tablename__ = "service"
    __table_args__ = (UniqueConstraint("service_unit_id", "name", name="uq_service_name"),)

    code: Mapped[Code | None] = column("Код", search=True, privacy=PUBLIC)
    name: Mapped[Line] = column("Услуга", search=True, sort=True, privacy=PUBLIC)
    direction: Mapped[Direction] = column("Направление", privacy=PUBLIC)
    kind: Mapped[ServiceKind] = column("Вид", default=ServiceKind.SOCIAL_SERVICE, privacy=PUBLIC)
    measured_in: Mapped[Line] = column("Единица", default="услуга", privacy=PUBLIC)
    norm_minutes: Mapped[int | None] = column("Норма, мин", privacy=PUBLIC)
    is_guaranteed: Mapped[bool] = column("Входит в гарантированный перечень", default=False, privacy=PUBLIC)
    needs_medical_permission: Mapped[bool] = column("Записывает медицинский работник", default=False, privacy=PUBLIC)
    source_act: Mapped[Line | None] = column("Чем установлена", privacy=PUBLIC)
    is_active: Mapped[bool] = column("Оказываем сейчас", default=True, privacy=PUBLIC)

    def __str__(self) -> str:
        return self.name


class Place(Choice):
    """Where a service was given."""

    CENTRE = "centre", "в учреждении"
    HOME = "home", "на дому"
    ORGANISATION = "organisation", "в организации"
    REMOTE = "remote", "дистанционно"


class ServiceRecord(UnitModel):
    """A service given to a member of a family; a wrong one is annulled, never deleted."""

    __tablename__ = "service_record"
    __subject__ = "recipient_id"
    __seen_through__ = "case"
    __table_args__ = (
        # The journal of services and the monthly reports read by day, by case, by performer and by service.
        Index("ix_service_record_case_id", "case_id", "date"),
        Index("ix_service_record_performer_id", "performer_id", "date"),
        Index("ix_service_record_service_id", "service_id", "date"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("minutes IS NULL OR minutes > 0", name="minutes"),
    )

    date: Mapped[dt.date] = column("Дата", order=True)
    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    service_id: Mapped[int] = link("Услуга", "service", index=False)
    measure_lineage_id: Mapped[int | None] = link("Мероприятие {programme_short:gen}", "measure_lineage")
    performer_id: Mapped[int] = link("Кто оказал", "staff_member", index=False)
    recipient_id: Mapped[int] = link("Получатель", "person")
    place: Mapped[Place] = column("Где", default=Place.CENTRE)
    quantity: Mapped[Decimal] = column("Количество", Numeric(8, 2), default=Decimal(1))
    minutes: Mapped[int | None] = column("Минут")
    result: Mapped[Prose | None] = column("Результат")
    recipient_mark: Mapped[bool] = column("Получатель подтвердил", default=False)
    comment: Mapped[Sealed | None] = column("Комментарий", privacy=SPECIAL)
    annulled_at: Mapped[Moment | None] = column("Аннулировано")
    annul_reason: Mapped[Line | None] = column("Почему аннулировано")

    case: Mapped[FamilyCase] = relationship(back_populates="service_records")
    service: Mapped[Service] = relationship()
    measure_lineage: Mapped[MeasureLineage | None] = relationship()
    performer: Mapped[StaffMember] = relationship()
    recipient: Mapped[Person] = relationship()

    def __str__(self) -> str:
        return f"{self.service}, {self.date:%d.%m.%Y}"
