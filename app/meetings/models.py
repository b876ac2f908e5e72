"""Bodies that decide, their members and meetings, agenda items and decisions (domain 3.6, states 3.8)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Code, Codes, Line, Moment, Privacy, Prose, UnitModel, column, link

if TYPE_CHECKING:
    from app.cases.models import FamilyCase
    from app.organisation.models import PartnerOrganisation, StaffMember, Territory
    from app.programmes.models import ProgrammeVersion


class BodyKind(Choice):
    """Kind of a deciding body."""

    KDN = "kdn", "КДНиЗП"
    INTERAGENCY_GROUP = "interagency_group", "межведомственная рабочая группа"
    COUNCIL = "council", "реабилитационный совет"
    SERVICE_MEETING = "service_meeting", "заседание службы"
    CONSILIUM = "consilium", "консилиум"
    AUTHORITY = "authority", "уполномоченный орган"
    SINGLE_PERSON = "single_person", "единоличное решение"


class Quorum(Choice):
    """How many members must come for the body to decide."""

    NONE = "none", "не требуется"
    HALF = "half", "не меньше половины"
    HALF_PLUS = "half_plus", "больше половины"
    TWO_THIRDS = "two_thirds", "не меньше двух третей"


class MemberFunction(Choice):
    """What a member does in the body."""

    CHAIR = "chair", "председатель"
    DEPUTY = "deputy", "заместитель председателя"
    SECRETARY = "secretary", "секретарь"
    MEMBER = "member", "член"


class MeetingStatus(Choice):
    """State of a meeting; moved only by ``app/meetings/rules.py``."""

    PLANNED = "planned", "назначено"
    AGENDA_CLOSED = "agenda_closed", "повестка закрыта"
    HELD = "held", "проведено"
    PROTOCOL_DRAFT = "protocol_draft", "протокол готов к подписи"
    PROTOCOL_SIGNED = "protocol_signed", "протокол подписан"
    CANCELLED = "cancelled", "отменено"


class ItemKind(Choice):
    """What an agenda item is about."""

    RECOGNITION = "recognition", "признание нуждаемости"
    PROGRAMME = "programme", "утверждение {programme_short:gen}"
    CORRECTION = "correction", "корректировка"
    INTERIM = "interim", "промежуточные результаты"
    FINAL = "final", "итоговые результаты"
    CONTINUATION = "continuation", "продолжение или прекращение"
    LEVEL = "level", "смена уровня"
    COORDINATION = "coordination", "координация действий организаций"
    POST_SUPPORT = "post_support", "снятие с постсопровождения"
    OTHER = "other", "иное"


class DecisionKind(Choice):
    """What a body decided."""

    RECOGNISE = "recognise", "признать нуждающейся"
    REFUSE_RECOGNITION = "refuse_recognition", "отказать в признании"
    APPROVE = "approve_programme", "утвердить"
    REJECT = "reject_programme", "отклонить"
    SEND_BACK = "return_programme", "вернуть на доработку"
    NOTE = "note", "принять к сведению"
    CONTINUE = "continue", "продолжить"
    TERMINATE = "terminate", "прекратить"
    CHANGE_LEVEL = "change_level", "сменить уровень"
    ASSIGN = "assign", "поручить"


class Body(UnitModel):
    """A body (or one person) that decides; *decides* empty means every kind of decision.

    *order_code* is its code in the order of work; a body that sits in each municipality has one row for each.
    """

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("service_unit_id", "code", name="uq_body_code"),)

    code: Mapped[Code] = column("Код", privacy=Privacy.NONE)
    title: Mapped[Line] = column("Название", search=True, sort=True, privacy=Privacy.NONE)
    kind: Mapped[BodyKind] = column("Вид", privacy=Privacy.NONE)
    is_internal: Mapped[bool] = column("Собирается у нас", default=True, privacy=Privacy.NONE)
    territory_id: Mapped[int | None] = link("Территория", "territory", privacy=Privacy.NONE)
    quorum: Mapped[Quorum] = column("Кворум", default=Quorum.HALF_PLUS, privacy=Privacy.NONE)
    quorum_basis: Mapped[Line | None] = column("Чем установлен кворум", privacy=Privacy.NONE)
    decides: Mapped[list[str] | None] = column("Что решает", Codes(DecisionKind), privacy=Privacy.NONE)
    order_code: Mapped[Code | None] = column("Код в порядке работы", privacy=Privacy.NONE)

    territory: Mapped[Territory | None] = relationship("Territory")
    members: Mapped[list[BodyMember]] = relationship(
        "BodyMember", back_populates="body", order_by="BodyMember.id", passive_deletes="all"
    )
    meetings: Mapped[list[Meeting]] = relationship("Meeting", back_populates="body", passive_deletes="all")

    def __str__(self) -> str:
        return self.title


class BodyMember(UnitModel):
    """A person's seat in a body for a period: one of the staff, or a name and position from outside."""

    __tablename__ = "body_member"
    __table_args__ = (
        CheckConstraint("staff_id IS NOT NULL OR name IS NOT NULL", name="is_somebody"),
        CheckConstraint("date_to >= date_from", name="term_forward"),
    )

    body_id: Mapped[int] = link("Орган", "body")
    staff_id: Mapped[int | None] = link("Сотрудник", "staff_member")
    name: Mapped[Line | None] = column("Имя", hint="Если это не сотрудник центра")
    position: Mapped[Line | None] = column("Должность")
    function: Mapped[MemberFunction] = column("Кто в составе", default=MemberFunction.MEMBER)
    date_from: Mapped[dt.date] = column("С")
    date_to: Mapped[dt.date | None] = column("По")

    body: Mapped[Body] = relationship("Body", back_populates="members")
    staff: Mapped[StaffMember | None] = relationship("StaffMember")

    def __str__(self) -> str:
        return self.name or str(self.staff)


class Meeting(UnitModel):
    """A meeting of a body. Numbers run within a year; the papers of external bodies keep their own number."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("body_id", "year", "number", name="uq_meeting_number"),
        CheckConstraint("chair_id <> secretary_id", name="two_signers"),
        Index("ix_meeting_planned", "service_unit_id", "status", "planned_at"),
    )

    body_id: Mapped[int] = link("Орган", "body", index=False)
    year: Mapped[int] = column("Год", privacy=Privacy.NONE)
    number: Mapped[int] = column("Номер", privacy=Privacy.NONE)
    planned_at: Mapped[Moment] = column("Назначено на", privacy=Privacy.NONE)
    agenda_closes_at: Mapped[Moment | None] = column("Повестка закроется", privacy=Privacy.NONE)
    agenda_closed_at: Mapped[Moment | None] = column("Повестка закрыта", privacy=Privacy.NONE)
    held_at: Mapped[Moment | None] = column("Началось", privacy=Privacy.NONE)
    ended_at: Mapped[Moment | None] = column("Закончилось", privacy=Privacy.NONE)
    place: Mapped[Line | None] = column("Место", privacy=Privacy.NONE)
    chair_id: Mapped[int | None] = link("Председатель", "body_member")
    secretary_id: Mapped[int | None] = link("Секретарь", "body_member")
    invited: Mapped[Prose | None] = column("Приглашены")
    status: Mapped[MeetingStatus] = column("Статус", default=MeetingStatus.PLANNED, privacy=Privacy.NONE)
    quorum_needed: Mapped[int | None] = column("Нужно для кворума", privacy=Privacy.NONE)
    chair_signed_at: Mapped[Moment | None] = column("Подпись председателя", privacy=Privacy.NONE)
    secretary_signed_at: Mapped[Moment | None] = column("Подпись секретаря", privacy=Privacy.NONE)
    signed_at: Mapped[Moment | None] = column("Протокол подписан", privacy=Privacy.NONE)
    document_no: Mapped[Code | None] = column("Номер документа", privacy=Privacy.NONE)
    document_date: Mapped[dt.date | None] = column("Дата документа", privacy=Privacy.NONE)
    cancel_reason: Mapped[Prose | None] = column("Почему отменено", privacy=Privacy.NONE)

    body: Mapped[Body] = relationship("Body", back_populates="meetings")
    chair: Mapped[BodyMember | None] = relationship("BodyMember", foreign_keys=[chair_id])
    secretary: Mapped[BodyMember | None] = relationship("BodyMember", foreign_keys=[secretary_id])
    items: Mapped[list[AgendaItem]] = relationship(
        "AgendaItem", back_populates="meeting", order_by="AgendaItem.no", passive_deletes="all"
    )
    presences: Mapped[list[MeetingPresence]] = relationship(
        "MeetingPresence", back_populates="meeting", passive_deletes="all"
    )

    def __str__(self) -> str:
        return f"{self.body}, заседание №\u00a0{self.number}"


class MeetingPresence(UnitModel):
    """Whether one member came to one meeting."""

    __tablename__ = "meeting_presence"
    __table_args__ = (UniqueConstraint("meeting_id", "member_id", name="uq_meeting_presence_member"),)

    meeting_id: Mapped[int] = link("Заседание", "meeting", index=False, ondelete="CASCADE")
    member_id: Mapped[int] = link("Член органа", "body_member")
    came: Mapped[bool] = column("Присутствует", default=True)
    note: Mapped[Line | None] = column("Примечание")

    meeting: Mapped[Meeting] = relationship("Meeting", back_populates="presences")
    member: Mapped[BodyMember] = relationship("BodyMember")

    def __str__(self) -> str:
        return str(self.member)


class AgendaProposal(UnitModel):
    """A question about a family that somebody wants a body to consider; open until it is decided or taken back."""

    __tablename__ = "agenda_proposal"
    __seen_through__ = "case"
    __table_args__ = (
        Index(
            "uq_agenda_proposal_open",
            "case_id",
            "body_id",
            "kind",
            unique=True,
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
    )

    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    body_id: Mapped[int] = link("Кто рассмотрит", "body")
    kind: Mapped[ItemKind] = column("Вопрос", privacy=Privacy.NONE)
    reason: Mapped[Prose] = column("Что предлагается и почему")
    proposed_by_id: Mapped[int | None] = link("Кто предложил", "staff_member")
    proposed_at: Mapped[Moment] = column("Предложено", privacy=Privacy.NONE)
    is_open: Mapped[bool] = column("Ждёт рассмотрения", default=True, privacy=Privacy.NONE)

    case: Mapped[FamilyCase] = relationship("FamilyCase")
    body: Mapped[Body] = relationship("Body")
    proposed_by: Mapped[StaffMember | None] = relationship("StaffMember")

    def __str__(self) -> str:
        return self.kind.label


class AgendaItem(UnitModel):
    """One question of a meeting. It is open until its decision took effect or the meeting was cancelled."""

    __tablename__ = "agenda_item"
    __seen_through__ = "case"
    __table_args__ = (
        UniqueConstraint("meeting_id", "no", name="uq_agenda_item_no"),
        Index(
            "uq_agenda_item_open_version",
            "programme_version_id",
            unique=True,
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
        Index("ix_agenda_item_programme_version", "programme_version_id"),
        CheckConstraint("no >= 1", name="number_from_one"),
    )

    meeting_id: Mapped[int] = link("Заседание", "meeting", index=False)
    no: Mapped[int] = column("№", privacy=Privacy.NONE)
    kind: Mapped[ItemKind] = column("Вопрос", privacy=Privacy.NONE)
    title: Mapped[Line | None] = column("О чём")
    case_id: Mapped[int | None] = link("Дело", "family_case")
    programme_version_id: Mapped[int | None] = link("Версия {programme_short:gen}", "programme_version", index=False)
    proposal_id: Mapped[int | None] = link("Предложение", "agenda_proposal")
    speaker_id: Mapped[int | None] = link("Докладчик", "staff_member")
    heard: Mapped[Prose | None] = column("Слушали")
    discussion: Mapped[Prose | None] = column("Выступили")
    is_open: Mapped[bool] = column("Ждёт решения", default=True, privacy=Privacy.NONE)

    meeting: Mapped[Meeting] = relationship("Meeting", back_populates="items")
    case: Mapped[FamilyCase | None] = relationship("FamilyCase")
    programme_version: Mapped[ProgrammeVersion | None] = relationship("ProgrammeVersion", back_populates="agenda_items")
    proposal: Mapped[AgendaProposal | None] = relationship("AgendaProposal")
    speaker: Mapped[StaffMember | None] = relationship("StaffMember")
    decision: Mapped[Decision | None] = relationship("Decision", back_populates="item", passive_deletes="all")

    def __str__(self) -> str:
        return self.title or f"{self.no}. {self.kind.label}"


class Decision(UnitModel):
    """What was decided on one question, with the votes. It takes effect when the protocol is signed."""

    __tablename__ = "decision"
    __seen_through__ = "item"
    __table_args__ = (
        UniqueConstraint("item_id", name="uq_decision_item"),
        CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND votes_abstained >= 0", name="votes_not_negative"),
    )

    item_id: Mapped[int] = link("Вопрос повестки", "agenda_item", index=False)
    kind: Mapped[DecisionKind] = column("Решение", privacy=Privacy.NONE)
    reason: Mapped[Prose | None] = column("Причина")
    votes_for: Mapped[int] = column("За", default=0, privacy=Privacy.NONE)
    votes_against: Mapped[int] = column("Против", default=0, privacy=Privacy.NONE)
    votes_abstained: Mapped[int] = column("Воздержались", default=0, privacy=Privacy.NONE)
    effective_from: Mapped[dt.date | None] = column("Действует с", privacy=Privacy.NONE)
    new_term: Mapped[dt.date | None] = column("Новый срок", privacy=Privacy.NONE)
    level: Mapped[Code | None] = column("Новый уровень")
    decided_at: Mapped[Moment] = column("Записано", privacy=Privacy.NONE)
    decided_by_id: Mapped[int | None] = column("Кто записал", Integer, privacy=Privacy.NONE)
    applied_at: Mapped[Moment | None] = column("Вступило в силу", privacy=Privacy.NONE)
    corrects_id: Mapped[int | None] = link("Исправляет решение", "decision")

    item: Mapped[AgendaItem] = relationship("AgendaItem", back_populates="decision")
    corrects: Mapped[Decision | None] = relationship("Decision", remote_side="Decision.id")
    assignments: Mapped[list[DecisionAssignment]] = relationship(
        "DecisionAssignment", back_populates="decision", order_by="DecisionAssignment.id", passive_deletes="all"
    )

    def __str__(self) -> str:
        return self.kind.label


class DecisionAssignment(UnitModel):
    """What a decision charges an organisation or a person with, by when, and what came of it (S004-К)."""

    __tablename__ = "decision_assignment"
    __seen_through__ = "decision"

    decision_id: Mapped[int] = link("Решение", "decision")
    text: Mapped[Prose] = column("Что поручено")
    responsible: Mapped[Line] = column("Кому")
    partner_id: Mapped[int | None] = link("Организация", "partner_organisation", privacy=Privacy.NONE)
    due: Mapped[dt.date | None] = column("Срок", order=True, privacy=Privacy.NONE)
    done_at: Mapped[dt.date | None] = column("Исполнено", privacy=Privacy.NONE)
    result: Mapped[Prose | None] = column("Что сделано")

    decision: Mapped[Decision] = relationship("Decision", back_populates="assignments")
    partner: Mapped[PartnerOrganisation | None] = relationship("PartnerOrganisation")

    def __str__(self) -> str:
        return self.text
