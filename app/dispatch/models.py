"""The dispatch of an approved programme and its letters (domain.md 3.6, S004-2-d)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Code, Line, Privacy, UnitModel, column, link
from app.cases.models import FamilyCase
from app.organisation.models import PartnerOrganisation, StaffMember
from app.programmes.models import Measure, ProgrammeVersion

PUBLIC = Privacy.NONE


class Content(Choice):
    """How much of the programme an organisation is sent."""

    OWN_MEASURES = "own_measures", "только её мероприятия"
    WHOLE_PROGRAMME = "whole_programme", "{programme_short} целиком"


class Via(Choice):
    """How a letter goes."""

    BY_HAND = "by_hand", "нарочно"
    POST = "post", "почта"
    EDMS = "edms", "СЭД"
    SECURE_MAIL = "secure_mail", "защищённая почта"


class Dispatch(UnitModel):
    """One approved version sent to the organisations it charges: a letter to each."""

    __tablename__ = "dispatch"
    __seen_through__ = "case"
    __table_args__ = (UniqueConstraint("version_id", name="uq_dispatch_version"),)

    case_id: Mapped[int] = link("Дело", "family_case")
    version_id: Mapped[int] = link("Версия {programme_short:gen}", "programme_version", index=False)
    date: Mapped[dt.date] = column("Подготовлена", order=True, privacy=PUBLIC)
    content: Mapped[Content] = column("Что получает организация", privacy=PUBLIC)
    prepared_by_id: Mapped[int | None] = link("Кто подготовил", "staff_member", privacy=PUBLIC)
    sent_at: Mapped[dt.date | None] = column("Разослана", privacy=PUBLIC)

    case: Mapped[FamilyCase] = relationship()
    programme_version: Mapped[ProgrammeVersion] = relationship()
    prepared_by: Mapped[StaffMember | None] = relationship()
    items: Mapped[list[DispatchItem]] = relationship(
        back_populates="dispatch", passive_deletes="all", order_by="DispatchItem.id"
    )

    def __str__(self) -> str:
        return f"Рассылка от {self.date:%d.%m.%Y}"


class DispatchItem(UnitModel):
    """The letter to one organisation. What it holds is read from the version, which never changes."""

    __tablename__ = "dispatch_item"
    __seen_through__ = "dispatch"
    __table_args__ = (
        UniqueConstraint("dispatch_id", "partner_id", name="uq_dispatch_item_partner"),
        UniqueConstraint("service_unit_id", "letter_no", name="uq_dispatch_item_letter_no"),
        CheckConstraint("(letter_no IS NULL) = (sent_at IS NULL)", name="sent_is_numbered"),
        CheckConstraint("received_at IS NULL OR received_at >= sent_at", name="received_after_sent"),
    )

    dispatch_id: Mapped[int] = link("Рассылка", "dispatch", index=False)
    partner_id: Mapped[int] = link("Организация", "partner_organisation", privacy=PUBLIC)
    letter_no: Mapped[Code | None] = column("Исх. №", search=True, privacy=PUBLIC)
    sent_at: Mapped[dt.date | None] = column("Отправлено", order=True, privacy=PUBLIC)
    via: Mapped[Via | None] = column("Как отправлено", privacy=PUBLIC)
    received_at: Mapped[dt.date | None] = column("Получено", privacy=PUBLIC)
    acknowledged_by: Mapped[Line | None] = column("Кто подтвердил получение")
    report_form: Mapped[Line] = column("Форма отчёта", default="письмо об исполнении", privacy=PUBLIC)
    result_due: Mapped[dt.date | None] = column("Срок ответа", order=True, privacy=PUBLIC)

    dispatch: Mapped[Dispatch] = relationship(back_populates="items")
    partner: Mapped[PartnerOrganisation] = relationship()

    @property
    def own_measures(self) -> list[Measure]:
        """The measures the version charges this organisation with, in their order."""
        return [one for one in self.dispatch.programme_version.measures if one.partner_id == self.partner_id]

    @property
    def measures(self) -> list[Measure]:
        """The measures the letter tells of: those of the organisation, or all where the order of work says so."""
        whole = self.dispatch.content is Content.WHOLE_PROGRAMME
        return list(self.dispatch.programme_version.measures) if whole else self.own_measures

    def __str__(self) -> str:
        return f"Письмо {self.letter_no}" if self.letter_no else f"Письмо: {self.partner}"
