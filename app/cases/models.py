"""The case of accompanying a family (domain.md 3.3)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Code, Line, Moment, Privacy, Prose, UnitModel, column, link
from app.organisation.models import StaffMember
from app.people.models import Family

if TYPE_CHECKING:
    from app.agreements.models import Agreement
    from app.orders.models import AdminOrder
    from app.services.models import ServiceRecord

PUBLIC = Privacy.NONE


class CaseStatus(Choice):
    """The eleven canonical states of a case (domain.md 3.8); ``cases/rules.py`` draws the moves."""

    IDENTIFIED = "identified", "выявлена"
    REGISTERED = "registered", "на учёте"
    ASSESSMENT = "assessment", "оценка"
    PLANNING = "planning", "составление {programme_short:gen}"
    APPROVAL = "approval", "{programme_short} на утверждении"
    ACTIVE = "active", "на сопровождении"
    SUSPENDED = "suspended", "приостановлено"
    REVIEW = "review", "оценка результатов"
    POST_SUPPORT = "post_support", "постсопровождение"
    CLOSED = "closed", "снята"
    REFUSED = "refused", "отказ"

    @property
    def is_open(self) -> bool:
        """Whether work with the family goes on."""
        return self not in ENDED


ENDED = frozenset({CaseStatus.CLOSED, CaseStatus.REFUSED})
"""States that end a case; the partial index of :class:`FamilyCase` lists the same."""


class CaseSource(Choice):
    """Who brought the family to the centre's notice (domain.md 3.3, Intake.source)."""

    FAMILY = "family", "сама семья"
    HEALTH = "health", "медицинское учреждение"
    POLICE = "police", "орган внутренних дел"
    EDUCATION = "education", "образовательное учреждение"
    PENAL_INSPECTION = "penal_inspection", "филиал УИИ"
    GUARDIANSHIP = "guardianship", "орган опеки и попечительства"
    SOCIAL_SERVICE = "social_service", "организация соцобслуживания"
    RAID = "raid", "социальный рейд"
    INTERNAL_UNIT = "internal_unit", "структурное подразделение"
    SOCIAL_NONPROFIT = "social_nonprofit", "СО НКО"
    VOLUNTEER = "volunteer", "волонтёр"
    CITIZEN = "citizen", "гражданин"
    HELPLINE = "helpline", "телефон доверия"
    MINORS_COMMISSION = "minors_commission", "КДНиЗП"
    OTHER = "other", "иное"


class EndReason(Choice):
    """Why a case ended."""

    GOALS_MET = "goals_met", "цели достигнуты"
    GOALS_PARTLY_MET = "goals_partly_met", "цели достигнуты частично"
    FAMILY_REFUSED = "family_refused", "отказ семьи"
    MOVED = "moved", "переезд"
    CHILDREN_GROWN = "children_grown", "совершеннолетие всех детей"
    CHILDREN_PLACED = "children_placed", "помещение детей под надзор"
    DEATH = "death", "смерть"
    TRANSFERRED = "transferred", "передача в другую организацию"
    AGREEMENT_BROKEN = "agreement_broken", "нарушение условий {agreement_short:gen}"
    TERM_OVER = "term_over", "истечение срока"
    OTHER = "other", "иное"


class Outcome(Choice):
    """What the accompaniment changed."""

    GOOD = "good", "положительный"
    PARTIAL = "partial", "частичный"
    UNCHANGED = "unchanged", "без изменений"
    WORSE = "worse", "ухудшение"


class Direction(Choice):
    """Direction of help that measures and services share."""

    PSY_PED = "psy_ped", "психолого-педагогические"
    MEDICAL = "medical", "социально-медицинские"
    PSYCHOLOGICAL = "psychological", "социально-психологические"
    PEDAGOGICAL = "pedagogical", "социально-педагогические"
    LEGAL = "legal", "социально-правовые"
    HOUSEHOLD = "household", "социально-бытовые"
    ECONOMIC = "economic", "социально-экономические"
    LABOUR = "labour", "социально-трудовые"
    URGENT = "urgent", "срочные"
    COMMUNICATIVE = "communicative", "коммуникативные"
    REHABILITATION = "rehabilitation", "социально-реабилитационные"


class FamilyCase(UnitModel):
    """One episode of accompanying a family, from the first notice to the end."""

    __tablename__ = "family_case"
    __seen_through__ = "family"
    __looked_up_through__ = (("family",),)
    __table_args__ = (
        UniqueConstraint("service_unit_id", "number", name="uq_family_case_number"),
        Index(
            "uq_family_case_open",
            "family_id",
            unique=True,
            sqlite_where=text("status NOT IN ('closed', 'refused')"),
            postgresql_where=text("status NOT IN ('closed', 'refused')"),
        ),
        Index("ix_family_case_status", "service_unit_id", "status", "registered_at"),
        CheckConstraint("ended_at IS NULL OR ended_at >= opened_at", name="period"),
    )

    number: Mapped[Code] = column("№ дела", search=True, privacy=PUBLIC)
    family_id: Mapped[int] = link("Семья", "family")
    status: Mapped[CaseStatus] = column("Этап", privacy=PUBLIC)
    stage: Mapped[Code | None] = column("Этап порядка работы", privacy=PUBLIC)
    stage_since: Mapped[Moment | None] = column("На этапе с", privacy=PUBLIC)
    category: Mapped[Line | None] = column("Категория")
    level: Mapped[Line | None] = column("Уровень сопровождения")
    source: Mapped[CaseSource | None] = column("Источник", privacy=PUBLIC)
    curator_id: Mapped[int | None] = link("{Curator}", "staff_member")
    opened_at: Mapped[dt.date] = column("Дело заведено", privacy=PUBLIC)
    registered_at: Mapped[dt.date | None] = column("Поставлена на учёт", order=True, privacy=PUBLIC)
    journal_no: Mapped[Code | None] = column("№ в журнале", privacy=PUBLIC)
    started_at: Mapped[dt.date | None] = column("Начало сопровождения", privacy=PUBLIC)
    next_review_at: Mapped[dt.date | None] = column("Ближайшее рассмотрение", order=True, privacy=PUBLIC)
    planned_end: Mapped[dt.date | None] = column("Закончить к", order=True, privacy=PUBLIC)
    suspended_at: Mapped[dt.date | None] = column("Приостановлено с", privacy=PUBLIC)
    suspended_to: Mapped[dt.date | None] = column("Приостановлено до", privacy=PUBLIC)
    suspend_reason: Mapped[Line | None] = column("Причина приостановки")
    ended_at: Mapped[dt.date | None] = column("Дата снятия", order=True, privacy=PUBLIC)
    end_reason: Mapped[EndReason | None] = column("Причина снятия")
    outcome: Mapped[Outcome | None] = column("Результат")
    child_stays: Mapped[bool | None] = column("Ребёнок остался в семье")
    no_resources_found: Mapped[bool | None] = column("Ресурсы не выявлены")
    quality_waiver: Mapped[Prose | None] = column("Почему нет ответа о качестве")
    previous_case_id: Mapped[int | None] = link("Предыдущее дело", "family_case", privacy=PUBLIC)
    note: Mapped[Prose | None] = column("Примечание")

    family: Mapped[Family] = relationship(back_populates="cases")
    curator: Mapped[StaffMember | None] = relationship()
    previous_case: Mapped[FamilyCase | None] = relationship(remote_side="FamilyCase.id")
    assignments: Mapped[list[CuratorAssignment]] = relationship(
        back_populates="case", passive_deletes="all", order_by="CuratorAssignment.date_from, CuratorAssignment.id"
    )
    team: Mapped[list[CaseTeamMember]] = relationship(
        back_populates="case", passive_deletes="all", order_by="CaseTeamMember.date_from, CaseTeamMember.id"
    )
    agreements: Mapped[list[Agreement]] = relationship(
        "Agreement", back_populates="case", passive_deletes="all", order_by="Agreement.id"
    )
    service_records: Mapped[list[ServiceRecord]] = relationship(
        "ServiceRecord", back_populates="case", passive_deletes="all", order_by="ServiceRecord.date"
    )
    stages: Mapped[list[StagePeriod]] = relationship(
        back_populates="case", passive_deletes="all", order_by="StagePeriod.came_at, StagePeriod.id"
    )
    levels: Mapped[list[LevelPeriod]] = relationship(
        back_populates="case", passive_deletes="all", order_by="LevelPeriod.date_from, LevelPeriod.id"
    )
    categories: Mapped[list[CategoryPeriod]] = relationship(
        back_populates="case", passive_deletes="all", order_by="CategoryPeriod.date_from, CategoryPeriod.id"
    )
    file_items: Mapped[list[PersonalFileItem]] = relationship(
        back_populates="case", passive_deletes="all", order_by="PersonalFileItem.id"
    )

    @property
    def lookup_line(self) -> str:
        """Return whose case it is, for a list of choices."""
        return f"семья {self.family}" if self.family else ""

    def __str__(self) -> str:
        return f"№ {self.number}"


class CuratorAssignment(UnitModel):
    """Who is, or was, the curator of a case, from which day to which."""

    __tablename__ = "curator_assignment"
    __seen_through__ = "case"
    __table_args__ = (
        Index(
            "uq_curator_assignment_now",
            "case_id",
            unique=True,
            sqlite_where=text("date_to IS NULL"),
            postgresql_where=text("date_to IS NULL"),
        ),
        CheckConstraint("date_to IS NULL OR date_to >= date_from", name="period"),
    )

    case_id: Mapped[int] = link("Дело", "family_case")
    staff_id: Mapped[int] = link("{Curator}", "staff_member")
    date_from: Mapped[dt.date] = column("Назначен с", privacy=PUBLIC)
    date_to: Mapped[dt.date | None] = column("Назначен по", privacy=PUBLIC)
    order_id: Mapped[int | None] = link("Приказ", "admin_order", privacy=PUBLIC)
    reason: Mapped[Line | None] = column("Основание")

    case: Mapped[FamilyCase] = relationship(back_populates="assignments")
    staff: Mapped[StaffMember] = relationship()
    order: Mapped[AdminOrder | None] = relationship("AdminOrder")

    def __str__(self) -> str:
        return str(self.staff)


class CaseTeamMember(UnitModel):
    """A specialist who works with the family beside the curator."""

    __tablename__ = "case_team_member"
    __seen_through__ = "case"
    __table_args__ = (
        Index(
            "uq_case_team_member_now",
            "case_id",
            "staff_id",
            unique=True,
            sqlite_where=text("date_to IS NULL"),
            postgresql_where=text("date_to IS NULL"),
        ),
        CheckConstraint("date_to IS NULL OR date_to >= date_from", name="period"),
    )

    case_id: Mapped[int] = link("Дело", "family_case")
    staff_id: Mapped[int] = link("Специалист", "staff_member")
    function: Mapped[Line | None] = column("Что делает")
    direction: Mapped[Direction | None] = column("Направление", privacy=PUBLIC)
    date_from: Mapped[dt.date] = column("В команде с", privacy=PUBLIC)
    date_to: Mapped[dt.date | None] = column("В команде по", privacy=PUBLIC)

    case: Mapped[FamilyCase] = relationship(back_populates="team")
    staff: Mapped[StaffMember] = relationship()

    def __str__(self) -> str:
        return str(self.staff)


class StageMove(Choice):
    """How a case came to a stage."""

    OPENED = "opened", "дело заведено"
    ADVANCED = "advanced", "переход дальше"
    RETURNED = "returned", "возврат"
    SKIPPED = "skipped", "через этап"
    OVERRIDDEN = "overridden", "по решению директора"
    REORDERED = "reordered", "новый порядок работы"


class StagePeriod(UnitModel):
    """The time a case stood on one stage of the order of work, and how it came there."""

    __tablename__ = "stage_period"
    __seen_through__ = "case"
    __table_args__ = (
        Index(
            "uq_stage_period_now",
            "case_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        CheckConstraint("left_at IS NULL OR left_at >= came_at", name="period"),
    )

    case_id: Mapped[int] = link("Дело", "family_case")
    stage: Mapped[Code] = column("Этап", privacy=PUBLIC)
    label: Mapped[Prose] = column("Название этапа", privacy=PUBLIC)
    move: Mapped[StageMove] = column("Как пришло", privacy=PUBLIC)
    came_at: Mapped[Moment] = column("С", privacy=PUBLIC)
    left_at: Mapped[Moment | None] = column("По", privacy=PUBLIC)
    reason: Mapped[Prose | None] = column("Обоснование")
    lacking: Mapped[Prose | None] = column("Чего не хватало")

    case: Mapped[FamilyCase] = relationship(back_populates="stages")

    def __str__(self) -> str:
        return self.label


class LevelPeriod(UnitModel):
    """The level of accompaniment a family had, from which day to which; the words are those of that day."""

    __tablename__ = "support_level_period"
    __seen_through__ = "case"
    __table_args__ = (
        Index(
            "uq_support_level_period_now",
            "case_id",
            unique=True,
            sqlite_where=text("date_to IS NULL"),
            postgresql_where=text("date_to IS NULL"),
        ),
        CheckConstraint("date_to IS NULL OR date_to >= date_from", name="period"),
    )

    case_id: Mapped[int] = link("Дело", "family_case")
    code: Mapped[Code] = column("Код уровня", privacy=PUBLIC)
    label: Mapped[Line] = column("Уровень")
    date_from: Mapped[dt.date] = column("С", privacy=PUBLIC)
    date_to: Mapped[dt.date | None] = column("По", privacy=PUBLIC)
    reason: Mapped[Line] = column("Основание")

    case: Mapped[FamilyCase] = relationship(back_populates="levels")

    def __str__(self) -> str:
        return self.label


class CategoryPeriod(UnitModel):
    """The category a family was put into, from which day to which."""

    __tablename__ = "case_category_period"
    __seen_through__ = "case"
    __table_args__ = (
        Index(
            "uq_case_category_period_now",
            "case_id",
            unique=True,
            sqlite_where=text("date_to IS NULL"),
            postgresql_where=text("date_to IS NULL"),
        ),
        CheckConstraint("date_to IS NULL OR date_to >= date_from", name="period"),
    )

    case_id: Mapped[int] = link("Дело", "family_case")
    code: Mapped[Code] = column("Код категории", privacy=PUBLIC)
    label: Mapped[Line] = column("Категория")
    date_from: Mapped[dt.date] = column("С", privacy=PUBLIC)
    date_to: Mapped[dt.date | None] = column("По", privacy=PUBLIC)
    reason: Mapped[Line | None] = column("Основание")

    case: Mapped[FamilyCase] = relationship(back_populates="categories")

    def __str__(self) -> str:
        return self.label


class PersonalFileItem(UnitModel):
    """A position of the personal file of a case that people keep by hand: a copy with its certification, a mark.

    What the order of work asks for is read from it; which papers the case has is read from the papers themselves.
    """

    __tablename__ = "personal_file_item"
    __seen_through__ = "case"
    __table_args__ = (
        UniqueConstraint("case_id", "code", name="uq_personal_file_item_code"),
        CheckConstraint("page_to IS NULL OR page_to >= page_from", name="pages"),
    )

    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    code: Mapped[Code] = column("Код", privacy=PUBLIC)
    label: Mapped[Line] = column("Документ")
    received_on: Mapped[dt.date | None] = column("Получен", privacy=PUBLIC)
    certified_by_id: Mapped[int | None] = link("Кто заверил", "staff_member")
    certified_on: Mapped[dt.date | None] = column("Когда заверил", privacy=PUBLIC)
    page_from: Mapped[int | None] = column("Лист с", privacy=PUBLIC)
    page_to: Mapped[int | None] = column("Лист по", privacy=PUBLIC)
    note: Mapped[Line | None] = column("Примечание")

    case: Mapped[FamilyCase] = relationship(back_populates="file_items")
    certified_by: Mapped[StaffMember | None] = relationship()

    @property
    def is_certified(self) -> bool:
        """Whether the copy carries «заверил, дата» (S000-6b)."""
        return self.certified_by_id is not None and self.certified_on is not None

    def __str__(self) -> str:
        return self.label


Family.open_case = relationship(
    FamilyCase,
    primaryjoin=lambda: and_(
        FamilyCase.family_id == Family.id, FamilyCase.status.not_in([CaseStatus.CLOSED, CaseStatus.REFUSED])
    ),
    viewonly=True,
    uselist=False,
)
"""The one case that is open now; a unique index keeps it one."""
