"""A programme, its versions and their measures (domain 3.5, states 3.8).

A case has one programme. The programme changes by versions: what a body approved is never edited, a change
is the next version. A measure keeps its :class:`MeasureLineage` from version to version, and facts (services,
visits, referrals) point to the lineage, so a correction never tears them from the work they belong to.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, relationship

from app.base import Choice, Code, Line, Model, Moment, Privacy, Prose, UnitModel, column, link
from app.cases.help import HelpKind
from app.cases.models import Direction, FamilyCase
from app.register.lookup import SHOWN
from app.register.lookup import Choice as LookedUp
from app.register.search import found_by
from app.terms import word

if TYPE_CHECKING:
    from app.assessment.models import Problem
    from app.meetings.models import AgendaItem, Body
    from app.organisation.models import Department, PartnerOrganisation, StaffMember
    from app.people.models import Person


class VersionKind(Choice):
    """Why a version was made."""

    FIRST = "first", "первоначальная"
    CORRECTION = "correction", "корректировка"
    EXTENSION = "extension", "продление"


class VersionStatus(Choice):
    """State of a version; moved only by ``app/programmes/rules.py``."""

    DRAFT = "draft", "черновик"
    AGREED = "agreed", "согласована семьёй"
    SUBMITTED = "submitted", "на рассмотрении"
    APPROVED = "approved", "утверждена"
    REJECTED = "rejected", "отклонена"
    IN_FORCE = "in_force", "действует"
    SUPERSEDED = "superseded", "заменена"
    COMPLETED = "completed", "выполнена"
    TERMINATED = "terminated", "прекращена"


class MeasureKind(Choice):
    """What a measure is: a service, assistance, or the family's own step."""

    SERVICE = "service", "социальная услуга"
    ASSISTANCE = "assistance", "содействие (сопровождение)"
    FAMILY_STEP = "family_step", "действие семьи"


class ExecutorType(Choice):
    """Who carries a measure out."""

    SPECIALIST = "specialist", "специалист"
    DEPARTMENT = "department", "подразделение"
    ORGANISATION = "organisation", "организация"
    FAMILY = "family", "семья"
    VOLUNTEER = "volunteer", "волонтёр"


class MeasureForm(Choice):
    """How a measure is carried out."""

    IN_PERSON = "in_person", "очно"
    AT_HOME = "at_home", "на дому"
    REMOTE = "remote", "дистанционно"
    GROUP = "group", "группа"


class Periodicity(Choice):
    """How often a measure is carried out."""

    ONCE = "once", "разово"
    WEEKLY = "weekly", "еженедельно"
    MONTHLY = "monthly", "ежемесячно"
    BY_SCHEDULE = "by_schedule", "по графику"
    CONSTANT = "constant", "постоянно"


class MeasureStatus(Choice):
    """How far a measure is; marked only on an approved or acting version."""

    PLANNED = "planned", "запланировано"
    IN_WORK = "in_work", "в работе"
    DONE = "done", "выполнено"
    PARTLY = "partly", "выполнено частично"
    NOT_DONE = "not_done", "не выполнено"
    CANCELLED = "cancelled", "отменено"


class Programme(UnitModel):
    """The programme of a case; its content lives in the versions."""

    __tablename__ = "programme"
    __seen_through__ = "case"
    __table_args__ = (
        UniqueConstraint("case_id", name="uq_programme_case"),
        UniqueConstraint("service_unit_id", "number", name="uq_programme_number"),
    )

    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    number: Mapped[Code] = column("Номер", search=True, privacy=Privacy.NONE)
    title: Mapped[Line] = column("Название", privacy=Privacy.NONE)

    case: Mapped[FamilyCase] = relationship("FamilyCase")
    versions: Mapped[list[ProgrammeVersion]] = relationship(
        "ProgrammeVersion",
        back_populates="programme",
        order_by="ProgrammeVersion.version_no",
        passive_deletes="all",
    )

    @property
    def acting(self) -> ProgrammeVersion | None:
        """The version that acts, or the one that acted last."""
        acted = [one for one in self.versions if one.in_force_at is not None]
        return acted[-1] if acted else None

    def __str__(self) -> str:
        return f"{word('Programme_short')} №\u00a0{self.number}"


programme_partner = Table(
    "programme_partner",
    Model.metadata,
    Column("version_id", Integer, ForeignKey("programme_version.id", ondelete="CASCADE"), primary_key=True),
    Column("partner_id", Integer, ForeignKey("partner_organisation.id", ondelete="RESTRICT"), primary_key=True),
)
programme_author = Table(
    "programme_author",
    Model.metadata,
    Column("version_id", Integer, ForeignKey("programme_version.id", ondelete="CASCADE"), primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff_member.id", ondelete="RESTRICT"), primary_key=True),
)
programme_participant = Table(
    "programme_participant",
    Model.metadata,
    Column("version_id", Integer, ForeignKey("programme_version.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True),
)


class ProgrammeVersion(UnitModel):
    """One version of a programme. Its content may change only while it is a draft (domain 3.8)."""

    __tablename__ = "programme_version"
    __seen_through__ = "programme"
    __table_args__ = (
        UniqueConstraint("programme_id", "version_no", name="uq_programme_version_no"),
        Index(
            "uq_programme_version_in_force",
            "programme_id",
            unique=True,
            sqlite_where=text("status = 'in_force'"),
            postgresql_where=text("status = 'in_force'"),
        ),
        Index(
            "uq_programme_version_open",
            "programme_id",
            unique=True,
            sqlite_where=text("status IN ('draft', 'agreed', 'submitted')"),
            postgresql_where=text("status IN ('draft', 'agreed', 'submitted')"),
        ),
        Index("ix_programme_version_waiting", "body_id", "status", "submitted_at"),
        CheckConstraint("version_no >= 1", name="number_from_one"),
        CheckConstraint("valid_to >= valid_from", name="term_forward"),
    )

    programme_id: Mapped[int] = link("{Programme_short}", "programme", index=False)
    version_no: Mapped[int] = column("Версия", privacy=Privacy.NONE)
    kind: Mapped[VersionKind] = column("Вид", privacy=Privacy.NONE)
    status: Mapped[VersionStatus] = column("Статус", default=VersionStatus.DRAFT, privacy=Privacy.NONE)
    goal: Mapped[Prose] = column("Цель")
    tasks: Mapped[Prose | None] = column("Задачи", required=True)
    valid_from: Mapped[dt.date] = column("Срок с", privacy=Privacy.NONE)
    valid_to: Mapped[dt.date] = column("Срок по", privacy=Privacy.NONE)
    level: Mapped[Code | None] = column("Уровень сопровождения")
    volume: Mapped[Prose | None] = column("Объёмы", privacy=Privacy.NONE)
    kinds: Mapped[Prose | None] = column("Виды", privacy=Privacy.NONE)
    forms: Mapped[Prose | None] = column("Формы", privacy=Privacy.NONE)
    technologies: Mapped[Prose | None] = column("Технологии", privacy=Privacy.NONE)
    family_potential: Mapped[Prose | None] = column("Потенциал семьи и окружения")
    ippsu_number: Mapped[Code | None] = column("ИППСУ №")
    ippsu_date: Mapped[dt.date | None] = column("ИППСУ от")
    effect_criteria: Mapped[Prose | None] = column("Критерии эффективности", privacy=Privacy.NONE)
    review_dates: Mapped[Line | None] = column(
        "Даты промежуточной оценки", privacy=Privacy.NONE, hint="Через запятую: 25.05.2026, 25.08.2026"
    )
    family_agreed_at: Mapped[dt.date | None] = column("Согласована семьёй")
    family_agreed_by_id: Mapped[int | None] = link("Кто согласовал от семьи", "person")
    family_agreed_how: Mapped[Line | None] = column("Чем подтверждено согласие")
    body_id: Mapped[int | None] = link("Кто решает", "body", index=False)
    submitted_at: Mapped[Moment | None] = column("Отправлена на рассмотрение", privacy=Privacy.NONE)
    submitted_by_id: Mapped[int | None] = link("Кто отправил", "staff_member")
    agenda_closed_at: Mapped[Moment | None] = column("Повестка закрыта", privacy=Privacy.NONE)
    # The decision lies on a higher floor and points back here through its agenda item: a key both ways would
    # make a circle no database can create in one step, so this one is a plain number.
    decision_id: Mapped[int | None] = column("Решение", Integer, privacy=Privacy.NONE)
    decided_at: Mapped[Moment | None] = column("Решение принято", privacy=Privacy.NONE)
    decision_reason: Mapped[Prose | None] = column("Причина решения")
    in_force_at: Mapped[dt.date | None] = column("Действует с", privacy=Privacy.NONE)
    ended_at: Mapped[dt.date | None] = column("Перестала действовать", privacy=Privacy.NONE)
    change_summary: Mapped[Prose | None] = column("Что изменено")
    change_reason: Mapped[Prose | None] = column("Почему изменено")
    based_on_id: Mapped[int | None] = link("Сделана из версии", "programme_version")

    programme: Mapped[Programme] = relationship("Programme", back_populates="versions")
    measures: Mapped[list[Measure]] = relationship(
        "Measure", back_populates="programme_version", order_by="Measure.no", passive_deletes="all"
    )
    agenda_items: Mapped[list[AgendaItem]] = relationship(
        "AgendaItem", back_populates="programme_version", passive_deletes="all"
    )
    body: Mapped[Body | None] = relationship("Body")
    based_on: Mapped[ProgrammeVersion | None] = relationship("ProgrammeVersion", remote_side="ProgrammeVersion.id")
    submitted_by: Mapped[StaffMember | None] = relationship("StaffMember")
    family_agreed_by: Mapped[Person | None] = relationship("Person")
    partners: Mapped[list[PartnerOrganisation]] = relationship("PartnerOrganisation", secondary=programme_partner)
    authors: Mapped[list[StaffMember]] = relationship("StaffMember", secondary=programme_author)
    family_participants: Mapped[list[Person]] = relationship("Person", secondary=programme_participant)

    def __str__(self) -> str:
        return f"{self.programme}, версия\u00a0{self.version_no}"

    @property
    def done_percent(self) -> int | None:
        """How many measures of a hundred are done, cancelled ones left out; None where there are none."""
        counted = [one for one in self.measures if one.status is not MeasureStatus.CANCELLED]
        done = sum(one.status is MeasureStatus.DONE for one in counted)
        return round(100 * done / len(counted)) if counted else None

    @property
    def document_title(self) -> str:
        """Return what the paper is called, with the individual programme it supplements, if there is one (S003-2.2)."""
        if not self.ippsu_number:
            return self.programme.title
        dated = f" от {self.ippsu_date:%d.%m.%Y}" if self.ippsu_date else ""
        return f"{self.programme.title} № {self.ippsu_number}{dated}"

    @property
    def state_in_words(self) -> str:
        """Return «версия 2 – утверждена», as refusals name it."""
        return f"версия\u00a0{self.version_no} – {self.status.label}"


class MeasureLineage(UnitModel):
    """The line one measure draws through the versions; facts point here, never to a version's row."""

    __tablename__ = "measure_lineage"
    __seen_through__ = "case"

    case_id: Mapped[int] = link("Дело", "family_case")

    case: Mapped[FamilyCase] = relationship("FamilyCase")
    measures: Mapped[list[Measure]] = relationship("Measure", back_populates="lineage", passive_deletes="all")

    def __str__(self) -> str:
        newest = max(self.measures, key=lambda measure: measure.id, default=None)
        return newest.title if newest else "Мероприятие"

    @classmethod
    def look_up(cls, session: Session, typed: str) -> list[LookedUp]:
        """Return lines of approved and acting versions by the words of a measure or the surname of the family."""
        standing = (VersionStatus.APPROVED, VersionStatus.IN_FORCE)
        wanted = select(Measure).join(Measure.programme_version).where(ProgrammeVersion.status.in_(standing))
        paths = (("programme_version", "programme", "case", "family"),)
        test = found_by(Measure, typed, paths, session.get_bind().dialect.name)
        if test is not None:
            wanted = wanted.where(test)
        shown = wanted.options(joinedload(Measure.lineage).joinedload(cls.case).joinedload(FamilyCase.family))
        found = session.scalars(shown.order_by(Measure.id.desc()).limit(SHOWN))
        return [LookedUp(m.lineage_id, m.title, f"{m.lineage.case}, {m.lineage.case.family}") for m in found]


class Measure(UnitModel):
    """One measure of one version: what, for whom, by whom, until when, and how it ended."""

    __tablename__ = "measure"
    __seen_through__ = "lineage"
    __table_args__ = (
        UniqueConstraint("version_id", "no", name="uq_measure_no"),
        UniqueConstraint("version_id", "lineage_id", name="uq_measure_lineage"),
        CheckConstraint("no >= 1", name="number_from_one"),
        Index("ix_measure_due", "service_unit_id", "status", "due"),
    )

    version_id: Mapped[int] = link("Версия {programme_short:gen}", "programme_version", index=False)
    lineage_id: Mapped[int] = link("Линия мероприятия", "measure_lineage")
    no: Mapped[int] = column("№", privacy=Privacy.NONE)
    title: Mapped[Line] = column("Мероприятие", search=True)
    problem_id: Mapped[int | None] = link("Проблема семьи", "problem")
    problem: Mapped[Line | None] = column("Какую проблему решает", hint="Заполнится выбранной проблемой семьи")
    direction: Mapped[Direction | None] = column("Направление", required=True, privacy=Privacy.NONE)
    help_kind: Mapped[HelpKind | None] = column("Вид помощи", privacy=Privacy.NONE)
    measure_kind: Mapped[MeasureKind | None] = column("Вид мероприятия", privacy=Privacy.NONE)
    recipient_id: Mapped[int | None] = link("Для кого", "person", hint="Пусто: для всей семьи")
    executor_type: Mapped[ExecutorType | None] = column("Кто исполняет", required=True, privacy=Privacy.NONE)
    executor_id: Mapped[int | None] = link("Специалист", "staff_member")
    department_id: Mapped[int | None] = link("Подразделение", "department")
    partner_id: Mapped[int | None] = link("Организация", "partner_organisation")
    executor_name: Mapped[Line | None] = column("Волонтёр")
    form: Mapped[MeasureForm | None] = column("Форма", privacy=Privacy.NONE)
    volume: Mapped[Line | None] = column("Объём", privacy=Privacy.NONE)
    periodicity: Mapped[Periodicity | None] = column("Периодичность", privacy=Privacy.NONE)
    starts: Mapped[dt.date | None] = column("Начало", privacy=Privacy.NONE)
    due: Mapped[dt.date | None] = column("Срок", required=True, privacy=Privacy.NONE)
    expected_result: Mapped[Prose | None] = column("Ожидаемый результат")
    status: Mapped[MeasureStatus] = column("Выполнение", default=MeasureStatus.PLANNED, privacy=Privacy.NONE)
    done_at: Mapped[dt.date | None] = column("Выполнено", privacy=Privacy.NONE)
    result: Mapped[Prose | None] = column("Результат")
    not_done_reason: Mapped[Prose | None] = column("Почему не выполнено")

    # Named so, because `version` is the row version every table carries.
    programme_version: Mapped[ProgrammeVersion] = relationship("ProgrammeVersion", back_populates="measures")
    lineage: Mapped[MeasureLineage] = relationship("MeasureLineage", back_populates="measures")
    solves: Mapped[Problem | None] = relationship("Problem")
    recipient: Mapped[Person | None] = relationship("Person")
    executor: Mapped[StaffMember | None] = relationship("StaffMember")
    department: Mapped[Department | None] = relationship("Department")
    partner: Mapped[PartnerOrganisation | None] = relationship("PartnerOrganisation")

    def __str__(self) -> str:
        return self.title


# The case lies a floor below and knows no programme; it has one at most.
FamilyCase.programme = relationship(Programme, viewonly=True, uselist=False)
