"""Agreements on accompanying a family (domain.md 3.6)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Code, Codes, Line, Privacy, Prose, UnitModel, column, link
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.people.models import Person
from app.programmes.models import HelpKind
from app.terms import say

PUBLIC = Privacy.NONE


class AgreementStatus(Choice):
    """State of an agreement (domain.md 3.8)."""

    DRAFT = "draft", "черновик"
    SIGNED = "signed", "{agreement_short?подписан|подписана|подписано}"
    COMPLETED = "completed", "{agreement_short?исполнен|исполнена|исполнено}"
    TERMINATED = "terminated", "{agreement_short?расторгнут|расторгнута|расторгнуто}"


class Initiator(Choice):
    """Who ended an agreement."""

    FAMILY = "family", "семья"
    CENTRE = "centre", "учреждение"
    BOTH = "both", "соглашение сторон"


class Agreement(UnitModel):
    """An agreement between the family and the centre; always free of charge."""

    __tablename__ = "agreement"
    __seen_through__ = "case"
    __table_args__ = (
        UniqueConstraint("service_unit_id", "number", name="uq_agreement_number"),
        Index(
            "uq_agreement_in_force",
            "case_id",
            unique=True,
            sqlite_where=text("status = 'signed'"),
            postgresql_where=text("status = 'signed'"),
        ),
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("status = 'draft' OR (number IS NOT NULL AND date IS NOT NULL)", name="signed_is_numbered"),
    )

    case_id: Mapped[int] = link("Дело", "family_case")
    number: Mapped[Code | None] = column("№ {agreement_short:gen}", search=True, privacy=PUBLIC)
    date: Mapped[dt.date | None] = column("Дата {agreement_short:gen}", order=True, privacy=PUBLIC)
    status: Mapped[AgreementStatus] = column("Состояние", default=AgreementStatus.DRAFT, privacy=PUBLIC)
    customer_id: Mapped[int] = link("Заказчик", "person")
    signed_by_id: Mapped[int | None] = link("Подписал от учреждения", "staff_member", privacy=PUBLIC)
    valid_from: Mapped[dt.date] = column("Действует с", privacy=PUBLIC)
    valid_to: Mapped[dt.date] = column("Действует по", order=True, privacy=PUBLIC)
    subject: Mapped[Line] = column(
        "Предмет {agreement_short:gen}", default="Социальное сопровождение семьи", privacy=PUBLIC
    )
    help_kinds: Mapped[list[str] | None] = column("Виды помощи", Codes(HelpKind), required=True)
    family_duties: Mapped[Prose | None] = column("Обязанности семьи", required=True)
    centre_duties: Mapped[Prose | None] = column("Обязанности учреждения", required=True)
    ended_at: Mapped[dt.date | None] = column("Прекращён", privacy=PUBLIC)
    termination_initiator: Mapped[Initiator | None] = column("Кто прекратил")
    termination_reason: Mapped[Prose | None] = column("Причина расторжения")

    case: Mapped[FamilyCase] = relationship(back_populates="agreements")
    customer: Mapped[Person] = relationship()
    signed_by: Mapped[StaffMember | None] = relationship()
    amendments: Mapped[list[AgreementAmendment]] = relationship(
        back_populates="agreement", passive_deletes="all", order_by="AgreementAmendment.number"
    )
    breaches: Mapped[list[AgreementBreach]] = relationship(
        back_populates="agreement", passive_deletes="all", order_by="AgreementBreach.date, AgreementBreach.id"
    )

    def __str__(self) -> str:
        return f"№ {self.number}" if self.number else say("Черновик {agreement_short:gen}")


class AgreementAmendment(UnitModel):
    """An additional agreement: what changes in a signed one, and its new last day (S003-2.5)."""

    __tablename__ = "agreement_amendment"
    __seen_through__ = "agreement"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number", name="uq_agreement_amendment_number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    agreement_id: Mapped[int] = link("{Agreement_short}", "agreement", index=False)
    number: Mapped[int] = column("№", privacy=PUBLIC)
    date: Mapped[dt.date] = column("Дата", order=True, privacy=PUBLIC)
    changes: Mapped[Prose] = column("Что меняется")
    old_valid_to: Mapped[dt.date] = column("Прежний срок", privacy=PUBLIC)
    new_valid_to: Mapped[dt.date | None] = column("Новый срок", privacy=PUBLIC)
    signed_by_id: Mapped[int] = link("Подписал от учреждения", "staff_member", privacy=PUBLIC)

    agreement: Mapped[Agreement] = relationship(back_populates="amendments")
    signed_by: Mapped[StaffMember] = relationship()

    def __str__(self) -> str:
        return f"№ {self.number} от {self.date:%d.%m.%Y}"


class AgreementBreach(UnitModel):
    """A breach of the family's duties under its agreement, with its day (S002-1.5-f)."""

    __tablename__ = "agreement_breach"
    __seen_through__ = "agreement"

    agreement_id: Mapped[int] = link("{Agreement_short}", "agreement")
    date: Mapped[dt.date] = column("Дата", order=True, privacy=PUBLIC)
    duty: Mapped[Prose] = column("Какая обязанность нарушена")
    measures_taken: Mapped[Prose | None] = column("Что предпринято")

    agreement: Mapped[Agreement] = relationship(back_populates="breaches")

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y}"
