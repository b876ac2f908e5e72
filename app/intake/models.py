"""Messages, applications, recognitions and the rows of the journals R02 and R03 (domain.md 3.3)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Code, Codes, Line, Moment, Phone, Privacy, Prose, UnitModel, column, link
from app.cases.help import HelpKind
from app.cases.models import CaseSource, FamilyCase
from app.organisation.models import PartnerOrganisation, StaffMember
from app.people.models import Family, Person

if TYPE_CHECKING:
    from app.meetings.models import Body, Decision

PUBLIC = Privacy.NONE


class Ground(Choice):
    """On what ground the centre begins to act (S004-Г-1 … S004-Г-3); the codes are those of an order of work."""

    APPLICATION = "parent_application", "письменное заявление родителя (законного представителя)"
    MESSAGE = "message_person_or_hotline", "сообщение гражданина, организации, телефона доверия"
    PREVENTION = "message_prevention_system", "сообщение органа (учреждения) системы профилактики"


class Channel(Choice):
    """How a message came."""

    IN_PERSON = "in_person", "лично"
    LETTER = "letter", "письмо"
    PHONE = "phone", "телефон"
    HELPLINE = "helpline", "телефон доверия 8 800 2000 122"
    EMAIL = "email", "электронная почта"
    PORTAL = "portal", "портал"
    RAID = "raid", "рейд"


class Urgency(Choice):
    """How soon a message asks for action."""

    USUAL = "usual", "обычная"
    URGENT = "urgent", "срочная"
    DANGER = "danger", "угроза жизни и здоровью ребёнка"


class IntakeResult(Choice):
    """What became of a message; ``intake/rules.py`` draws the moves."""

    IN_WORK = "in_work", "в работе"
    UNCONFIRMED = "unconfirmed", "не подтвердилось"
    ACCEPTED = "accepted", "подтвердилось – постановка на учёт"
    PASSED_ON = "passed_on", "передано в другую организацию"
    ADVISED = "advised", "разовая консультация"
    DOUBLE = "double", "дубль"


class Intake(UnitModel):
    """A message about a family, or its own request, before anything else is known of it.

    Who sees it, with its family and without one, is told by :mod:`app.intake.scope`.
    """

    __tablename__ = "intake"
    __table_args__ = (
        Index("ix_intake_result", "service_unit_id", "result", "received_at"),
        Index("ix_intake_created_by_id", "created_by_id"),
        CheckConstraint("source_letter_date IS NULL OR source_letter_no IS NOT NULL", name="dated_letter_is_numbered"),
    )

    number: Mapped[Code] = column("Рег. №", search=True, privacy=PUBLIC)
    received_at: Mapped[Moment] = column("Поступило", order=True, privacy=PUBLIC)
    ground: Mapped[Ground | None] = column("Основание", privacy=PUBLIC)
    source: Mapped[CaseSource] = column("Кто сообщил", privacy=PUBLIC)
    channel: Mapped[Channel] = column("Как поступило", privacy=PUBLIC)
    urgency: Mapped[Urgency] = column("Срочность", default=Urgency.USUAL, privacy=PUBLIC)
    source_org_id: Mapped[int | None] = link("Организация", "partner_organisation", privacy=PUBLIC)
    source_letter_no: Mapped[Code | None] = column("Исх. № письма", search=True, privacy=PUBLIC)
    source_letter_date: Mapped[dt.date | None] = column("Дата письма", privacy=PUBLIC)
    applicant_id: Mapped[int | None] = link("{Customer}", "person")
    application_date: Mapped[dt.date | None] = column("Дата заявления", privacy=PUBLIC)
    sender_name: Mapped[Line | None] = column(
        "Фамилия, имя, отчество", search=True, hint="Если человека ещё нет в базе; пусто – анонимно"
    )
    sender_phone: Mapped[Phone | None] = column("Телефон", search=True)
    sender_address: Mapped[Line | None] = column("Адрес")
    text: Mapped[Prose] = column("Что сообщили")
    family_id: Mapped[int | None] = link("Семья", "family")
    case_id: Mapped[int | None] = link("Дело", "family_case")
    responsible_id: Mapped[int] = link("Кому поручено", "staff_member", privacy=PUBLIC)
    due: Mapped[dt.date] = column(
        "Срок", order=True, required=False, privacy=PUBLIC, hint="Пусто – посчитаем по срочности"
    )
    result: Mapped[IntakeResult] = column("Результат", default=IntakeResult.IN_WORK, privacy=PUBLIC)
    measures_taken: Mapped[Prose | None] = column("Что сделано")
    closed_at: Mapped[dt.date | None] = column("Закрыто", order=True, privacy=PUBLIC)

    source_org: Mapped[PartnerOrganisation | None] = relationship()
    applicant: Mapped[Person | None] = relationship()
    family: Mapped[Family | None] = relationship()
    case: Mapped[FamilyCase | None] = relationship()
    responsible: Mapped[StaffMember] = relationship()
    applications: Mapped[list[Application]] = relationship(
        back_populates="intake", passive_deletes="all", order_by="Application.id"
    )
    entries: Mapped[list[JournalEntry]] = relationship(
        back_populates="intake", passive_deletes="all", order_by="JournalEntry.id"
    )

    @property
    def is_open(self) -> bool:
        """Whether the message waits for its result."""
        return self.result is IntakeResult.IN_WORK

    @property
    def sender(self) -> str:
        """Who sent the message, as far as that is known; «анонимно» of one who kept his name to himself."""
        if self.applicant is not None:
            return str(self.applicant)
        if self.sender_name:
            return self.sender_name
        return str(self.source_org) if self.source_org is not None else "анонимно"

    def __str__(self) -> str:
        return f"№\u00a0{self.number}"


class ApplicationStatus(Choice):
    """State of an application (domain.md 3.8); moved only by ``intake/applications.py``."""

    RECEIVED = "received", "получено"
    REGISTERED = "registered", "зарегистрировано"
    IN_REVIEW = "in_review", "на рассмотрении"
    SATISFIED = "satisfied", "удовлетворено"
    REFUSED = "refused", "отказано"
    WITHDRAWN = "withdrawn", "отозвано"


class Notice(Choice):
    """How the applicant wants to be told of the decision."""

    IN_PERSON = "in_person", "лично"
    PHONE = "phone", "по телефону"
    LETTER = "letter", "письмом"
    EMAIL = "email", "по электронной почте"


class Application(UnitModel):
    """The written application for accompaniment (form D01); it has a number once it stands in the journal."""

    __tablename__ = "application"
    __seen_through__ = "family"
    __table_args__ = (
        Index("ix_application_status", "service_unit_id", "status", "received_at"),
        CheckConstraint("status = 'received' OR status = 'withdrawn' OR number IS NOT NULL", name="registered_number"),
    )

    number: Mapped[Code | None] = column("№ в журнале", search=True, privacy=PUBLIC)
    received_at: Mapped[dt.date] = column("Дата заявления", order=True, privacy=PUBLIC)
    applicant_id: Mapped[int] = link("{Customer}", "person")
    family_id: Mapped[int] = link("Семья", "family")
    case_id: Mapped[int | None] = link("Дело", "family_case")
    intake_id: Mapped[int | None] = link("Обращение", "intake", privacy=PUBLIC)
    addressed_to: Mapped[Line] = column("Кому", privacy=PUBLIC)
    requested_help: Mapped[list[str] | None] = column("О какой помощи просит", Codes(HelpKind))
    circumstances: Mapped[Prose | None] = column("Обстоятельства")
    text: Mapped[Prose | None] = column("Содержание")
    notify_via: Mapped[Notice | None] = column("Как сообщить о решении", privacy=PUBLIC)
    status: Mapped[ApplicationStatus] = column("Состояние", privacy=PUBLIC)
    registered_on: Mapped[dt.date | None] = column("Зарегистрировано", privacy=PUBLIC)
    decided_on: Mapped[dt.date | None] = column("Дата решения", privacy=PUBLIC)
    decision_reason: Mapped[Prose | None] = column("Причина")

    applicant: Mapped[Person] = relationship()
    family: Mapped[Family] = relationship()
    case: Mapped[FamilyCase | None] = relationship()
    intake: Mapped[Intake | None] = relationship(back_populates="applications")
    entries: Mapped[list[JournalEntry]] = relationship(
        back_populates="application", passive_deletes="all", order_by="JournalEntry.id"
    )

    @property
    def is_registered(self) -> bool:
        """Whether it stands in the journal and the family has not taken it back (S000-6a)."""
        return self.status not in (ApplicationStatus.RECEIVED, ApplicationStatus.WITHDRAWN)

    def __str__(self) -> str:
        return f"№\u00a0{self.number}" if self.number else f"Заявление от {self.received_at:%d.%m.%Y}"


class Circumstance(Choice):
    """Why a person is recognised as needing social services (442-ФЗ, ст. 15 ч. 1)."""

    SELF_CARE = "self_care", "утрата способности к самообслуживанию"
    DISABLED_AT_HOME = "disabled_at_home", "в семье инвалид или ребёнок-инвалид, которому нужен постоянный уход"
    ADAPTATION = "adaptation", "дети испытывают трудности в социальной адаптации"
    NO_CARE = "no_care", "нет возможности ухода за инвалидом или ребёнком, нет попечения"
    CONFLICT = "conflict", "внутрисемейный конфликт, зависимость, насилие в семье"
    HOMELESS = "homeless", "нет определённого места жительства"
    NO_INCOME = "no_income", "нет работы и средств к существованию"
    REGIONAL = "regional", "иные обстоятельства, установленные регионом"


class Verdict(Choice):
    """What a body may decide about the need of a family; the codes are those of an order of work."""

    RECOGNISED = "recognise", "признать нуждающейся"
    REFUSED = "refuse_recognition", "отказать в признании"


class Recognition(UnitModel):
    """The decision of a body that the family needs social services, or that it does not (S003-3.1, S002-1.2)."""

    __tablename__ = "recognition"
    __seen_through__ = "case"
    __table_args__ = (
        Index(
            "uq_recognition_positive",
            "case_id",
            unique=True,
            sqlite_where=text("is_positive"),
            postgresql_where=text("is_positive"),
        ),
        CheckConstraint("ippsu_valid_to IS NULL OR ippsu_valid_to >= ippsu_date", name="ippsu_term"),
    )

    case_id: Mapped[int] = link("Дело", "family_case")
    is_positive: Mapped[bool] = column("Признана нуждающейся", default=False, privacy=PUBLIC)
    decided_on: Mapped[dt.date] = column("Дата решения", order=True, privacy=PUBLIC)
    protocol_no: Mapped[Code] = column("№ протокола или решения", search=True, privacy=PUBLIC)
    body_id: Mapped[int | None] = link("Кто решил", "body", privacy=PUBLIC)
    body_name: Mapped[Line | None] = column("Орган словами", privacy=PUBLIC, hint="Если его нет в списке")
    decision_id: Mapped[int | None] = link("Решение заседания", "decision")
    circumstances: Mapped[list[str] | None] = column("Обстоятельства нуждаемости", Codes(Circumstance))
    ippsu_number: Mapped[Code | None] = column("№ ИППСУ", search=True, privacy=PUBLIC)
    ippsu_date: Mapped[dt.date | None] = column("Дата ИППСУ", privacy=PUBLIC)
    ippsu_valid_to: Mapped[dt.date | None] = column("ИППСУ действует до", order=True, privacy=PUBLIC)
    recommended: Mapped[Line | None] = column("Рекомендовано", hint="Уровень сопровождения, организация")
    reason: Mapped[Prose | None] = column("Основание решения")

    case: Mapped[FamilyCase] = relationship()
    body: Mapped[Body | None] = relationship("Body")
    decision: Mapped[Decision | None] = relationship("Decision")

    def __str__(self) -> str:
        said = "Признана нуждающейся" if self.is_positive else "Отказано в признании"
        return f"{said} {self.decided_on:%d.%m.%Y}"


class JournalCode(Choice):
    """A journal kept in rows that are never taken out; codes of domain.md 5."""

    INTAKES = "R02", "{intake_journal}"
    FAMILIES = "R03", "{family_journal}"


class JournalEntry(UnitModel):
    """A row of a journal: its number belongs to it for good. An annulled row stays, struck out, with the reason.

    In R02 a row stands for a message, an application, or both where the message is the application; in R03 for a case.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("service_unit_id", "journal", "year", "number", name="uq_journal_entry_number"),
        Index(
            "uq_journal_entry_case",
            "case_id",
            unique=True,
            sqlite_where=text("journal = 'R03' AND annulled_at IS NULL"),
            postgresql_where=text("journal = 'R03' AND annulled_at IS NULL"),
        ),
        CheckConstraint("annulled_at IS NULL OR annul_reason IS NOT NULL", name="annulled_with_reason"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    journal: Mapped[JournalCode] = column("Журнал", privacy=PUBLIC)
    year: Mapped[int] = column("Год", privacy=PUBLIC)
    number: Mapped[int] = column("№ п/п", order=True, privacy=PUBLIC)
    text_no: Mapped[Code] = column("Рег. №", search=True, privacy=PUBLIC)
    at: Mapped[Moment] = column("Внесено в журнал", order=True, privacy=PUBLIC)
    family_id: Mapped[int | None] = link("Семья", "family")
    intake_id: Mapped[int | None] = link("Обращение", "intake", privacy=PUBLIC)
    application_id: Mapped[int | None] = link("Заявление", "application", privacy=PUBLIC)
    case_id: Mapped[int | None] = link("Дело", "family_case")
    annulled_at: Mapped[Moment | None] = column("Аннулирована", privacy=PUBLIC)
    annul_reason: Mapped[Prose | None] = column("Почему аннулирована")

    family: Mapped[Family | None] = relationship()
    intake: Mapped[Intake | None] = relationship(back_populates="entries")
    application: Mapped[Application | None] = relationship(back_populates="entries")
    case: Mapped[FamilyCase | None] = relationship()

    def __str__(self) -> str:
        return f"{self.journal.label}, №\u00a0{self.text_no}"
