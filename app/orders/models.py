"""Orders of the centre, the regulations they approve, and contracts with other agencies (domain.md 3.1)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.acting import today
from app.base import Choice, Code, Line, Privacy, Prose, UnitModel, column, link
from app.organisation.models import PartnerOrganisation, StaffMember

PUBLIC = Privacy.NONE


class OrderKind(Choice):
    """What an order is about; the first three concern the service as a whole (S002-3.1)."""

    CREATE = "create", "создание службы"
    REORGANISE = "reorganise", "реорганизация службы"
    LIQUIDATE = "liquidate", "ликвидация службы"
    RESPONSIBLE = "responsible", "назначение ответственных"
    CURATOR = "curator", "{curator}: назначение"
    REGULATION = "regulation", "утверждение положения"
    COUNCIL = "council", "состав совета"
    OTHER = "other", "иное"


class AdminOrder(UnitModel):
    """An order of the director; *items* say what is to be done, by whom and until when."""

    __tablename__ = "admin_order"
    __table_args__ = (
        UniqueConstraint("service_unit_id", "year", "number", name="uq_admin_order_number"),
        CheckConstraint("repealed_on IS NULL OR repealed_on >= date", name="period"),
    )

    number: Mapped[Code] = column("№ приказа", search=True, privacy=PUBLIC)
    date: Mapped[dt.date] = column("Дата", order=True, privacy=PUBLIC)
    year: Mapped[int] = column("Год", privacy=PUBLIC)
    kind: Mapped[OrderKind] = column("О чём", privacy=PUBLIC)
    title: Mapped[Line] = column("Заголовок", search=True, privacy=PUBLIC)
    preamble: Mapped[Prose | None] = column("Вводная часть", privacy=PUBLIC)
    controller_id: Mapped[int | None] = link("Контроль", "staff_member", privacy=PUBLIC)
    agreed_with: Mapped[Line | None] = column("С кем согласован", privacy=PUBLIC)
    agreed_on: Mapped[dt.date | None] = column("Когда согласован", privacy=PUBLIC)
    repealed_on: Mapped[dt.date | None] = column("Отменён", privacy=PUBLIC)

    controller: Mapped[StaffMember | None] = relationship()
    items: Mapped[list[OrderItem]] = relationship(
        back_populates="order", passive_deletes="all", order_by="OrderItem.no"
    )

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether the order holds on *day*."""
        return self.date <= day and (self.repealed_on is None or day < self.repealed_on)

    def __str__(self) -> str:
        return f"Приказ № {self.number} от {self.date:%d.%m.%Y}"


class OrderItem(UnitModel):
    """A point of an order: what is to be done; *function* is what the responsible person is from now on."""

    __tablename__ = "admin_order_item"
    __table_args__ = (
        UniqueConstraint("order_id", "no", name="uq_admin_order_item_no"),
        CheckConstraint("no >= 1", name="number_from_one"),
    )

    order_id: Mapped[int] = link("Приказ", "admin_order", index=False)
    no: Mapped[int] = column("Пункт", privacy=PUBLIC)
    text: Mapped[Prose] = column("Что сделать", search=True, privacy=PUBLIC)
    responsible_id: Mapped[int | None] = link("Ответственный", "staff_member", privacy=PUBLIC)
    function: Mapped[Line | None] = column("В качестве кого", privacy=PUBLIC)
    due: Mapped[dt.date | None] = column("Срок", order=True, privacy=PUBLIC)
    done_on: Mapped[dt.date | None] = column("Исполнено", privacy=PUBLIC)

    order: Mapped[AdminOrder] = relationship(back_populates="items")
    responsible: Mapped[StaffMember | None] = relationship()

    @property
    def is_overdue(self) -> bool:
        """Whether the point should have been carried out by now."""
        return self.done_on is None and self.due is not None and self.due < today()

    def __str__(self) -> str:
        return f"{self.order}, пункт {self.no}"


class RegulationKind(Choice):
    """Kind of a regulation."""

    CONSTITUTION = "constitution", "Конституция"
    LAW = "law", "закон"
    DECREE = "decree", "указ"
    DIRECTIVE = "directive", "распоряжение"
    RESOLUTION = "resolution", "постановление"
    ORDER = "order", "приказ"
    STATUTE = "statute", "положение"
    PROCEDURE = "procedure", "порядок"
    METHOD = "method", "методический материал"
    JOB_DESCRIPTION = "job_description", "должностная инструкция"


class RegulationLevel(Choice):
    """Who issued a regulation."""

    FEDERAL = "federal", "федеральный"
    REGIONAL = "regional", "региональный"
    MUNICIPAL = "municipal", "муниципальный"
    LOCAL = "local", "локальный"


class RegulationStatus(Choice):
    """State of a regulation; moved only by ``app/orders/rules.py``."""

    DRAFT = "draft", "проект"
    ON_APPROVAL = "on_approval", "на согласовании"
    APPROVED = "approved", "утверждён"
    REPEALED = "repealed", "утратил силу"


class Regulation(UnitModel):
    """A law, a statute of the service, a method: what the work rests on. Its text is a file of the card."""

    __tablename__ = "regulatory_document"
    __table_args__ = (
        CheckConstraint("status <> 'approved' OR level <> 'local' OR order_id IS NOT NULL", name="approved_by_order"),
    )

    title: Mapped[Line] = column("Название", search=True, sort=True, privacy=PUBLIC)
    kind: Mapped[RegulationKind] = column("Вид", privacy=PUBLIC)
    level: Mapped[RegulationLevel] = column("Уровень", privacy=PUBLIC)
    number: Mapped[Code | None] = column("Номер", search=True, privacy=PUBLIC)
    date: Mapped[dt.date | None] = column("Дата", privacy=PUBLIC)
    edition: Mapped[int] = column("Редакция", default=1, privacy=PUBLIC)
    status: Mapped[RegulationStatus] = column("Состояние", default=RegulationStatus.DRAFT, privacy=PUBLIC)
    order_id: Mapped[int | None] = link("Утверждён приказом", "admin_order", privacy=PUBLIC)
    note: Mapped[Prose | None] = column("Примечание", privacy=PUBLIC)

    order: Mapped[AdminOrder | None] = relationship()
    visas: Mapped[list[Visa]] = relationship(back_populates="regulation", passive_deletes="all", order_by="Visa.id")

    def __str__(self) -> str:
        return self.title


class Visa(UnitModel):
    """The visa of one person under a draft: asked for, then given, with a remark if there is one."""

    __tablename__ = "document_visa"
    __table_args__ = (UniqueConstraint("regulation_id", "edition", "staff_id", name="uq_document_visa_staff"),)

    regulation_id: Mapped[int] = link("Документ", "regulatory_document", index=False)
    edition: Mapped[int] = column("Редакция", privacy=PUBLIC)
    staff_id: Mapped[int] = link("Кто согласует", "staff_member", privacy=PUBLIC)
    given_on: Mapped[dt.date | None] = column("Согласовано", privacy=PUBLIC)
    remark: Mapped[Prose | None] = column("Замечание", privacy=PUBLIC)

    regulation: Mapped[Regulation] = relationship(back_populates="visas")
    staff: Mapped[StaffMember] = relationship()

    def __str__(self) -> str:
        return str(self.staff)


class ContractStatus(Choice):
    """Whether a contract with another agency holds; told by its days."""

    IN_FORCE = "in_force", "действует"
    EXPIRED = "expired", "срок истёк"
    TERMINATED = "terminated", "расторгнуто"


class InteragencyAgreement(UnitModel):
    """A contract on working together with an agency: health, education and others (S000-4b)."""

    __tablename__ = "interagency_agreement"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= date", name="period"),
        CheckConstraint("terminated_on IS NULL OR terminated_on >= date", name="termination"),
    )

    partner_id: Mapped[int] = link("Организация", "partner_organisation", privacy=PUBLIC)
    number: Mapped[Code] = column("№ соглашения", search=True, privacy=PUBLIC)
    date: Mapped[dt.date] = column("Дата", order=True, privacy=PUBLIC)
    valid_to: Mapped[dt.date | None] = column("Действует по", order=True, privacy=PUBLIC)
    subject: Mapped[Prose] = column("Предмет", search=True, privacy=PUBLIC)
    terminated_on: Mapped[dt.date | None] = column("Расторгнуто", privacy=PUBLIC)
    termination_reason: Mapped[Line | None] = column("Почему расторгнуто", privacy=PUBLIC)

    partner: Mapped[PartnerOrganisation] = relationship()

    @property
    def status(self) -> ContractStatus:
        """Whether the contract holds today."""
        if self.terminated_on is not None:
            return ContractStatus.TERMINATED
        over = self.valid_to is not None and self.valid_to < today()
        return ContractStatus.EXPIRED if over else ContractStatus.IN_FORCE

    def __str__(self) -> str:
        return f"№ {self.number} от {self.date:%d.%m.%Y}"
