"""The end of an accompaniment and the time after it (domain.md 3.6, 3.8)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Code, Line, Moment, Privacy, Prose, UnitModel, column, link
from app.cases.models import EndReason, FamilyCase, Outcome
from app.meetings.models import Body, Decision
from app.organisation.models import PartnerOrganisation, StaffMember
from app.people.models import Person

PUBLIC = Privacy.NONE


class RefusalKind(Choice):
    """What a family refuses."""

    ACCOMPANIMENT = "accompaniment", "отказ от сопровождения"
    POST_SUPPORT = "post_support", "отказ от постсопровождения"


class Refusal(UnitModel):
    """A family's refusal in writing, form D03 (S001-2.4-b): it ends the case whatever its stage."""

    __tablename__ = "refusal"
    __seen_through__ = "case"

    case_id: Mapped[int] = link("Дело", "family_case")
    kind: Mapped[RefusalKind] = column("От чего отказ", privacy=PUBLIC)
    date: Mapped[dt.date] = column("Дата отказа", order=True, privacy=PUBLIC)
    person_id: Mapped[int] = link("Кто отказался", "person")
    reason: Mapped[Prose | None] = column("Причина отказа", hint="По желанию семьи")
    consequences_explained: Mapped[bool] = column("Последствия разъяснены", default=False, privacy=PUBLIC)
    received_by_id: Mapped[int | None] = link("Кто принял", "staff_member", privacy=PUBLIC)

    case: Mapped[FamilyCase] = relationship()
    person: Mapped[Person] = relationship()
    received_by: Mapped[StaffMember | None] = relationship()

    def __str__(self) -> str:
        return f"{self.kind.label.capitalize()} {self.date:%d.%m.%Y}"


class CaseTransfer(UnitModel):
    """A case handed over to another organisation by letter; here it ends."""

    __tablename__ = "case_transfer"
    __seen_through__ = "case"
    __table_args__ = (UniqueConstraint("case_id", name="uq_case_transfer_case"),)

    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    partner_id: Mapped[int] = link("Кому передано", "partner_organisation", privacy=PUBLIC)
    date: Mapped[dt.date] = column("Дата передачи", order=True, privacy=PUBLIC)
    letter_no: Mapped[Code] = column("Исх. № письма", search=True, privacy=PUBLIC)
    letter_date: Mapped[dt.date] = column("Дата письма", privacy=PUBLIC)
    handed_over: Mapped[Prose | None] = column("Какие документы переданы")
    reason: Mapped[Prose] = column("Почему передано")

    case: Mapped[FamilyCase] = relationship()
    partner: Mapped[PartnerOrganisation] = relationship()

    def __str__(self) -> str:
        return f"Передача {self.date:%d.%m.%Y}"


class YesNo(Choice):
    """An answer that is asked for: an empty one is none."""

    YES = "yes", "да"
    NO = "no", "нет"


class ConclusionStatus(Choice):
    """State of a closing conclusion."""

    DRAFT = "draft", "черновик"
    SIGNED = "signed", "подписано"


class ClosureConclusion(UnitModel):
    """The conclusion on the end of an accompaniment, form D21 (S003-3.7).

    What the case shows when it is prepared is kept as text: levels with their days, problems with what became of them,
    the scores then and now. A signed one is never changed.
    """

    __tablename__ = "closure_conclusion"
    __seen_through__ = "case"
    __table_args__ = (
        UniqueConstraint("case_id", name="uq_closure_conclusion_case"),
        UniqueConstraint("service_unit_id", "number", name="uq_closure_conclusion_number"),
        CheckConstraint("measures_done BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("status = 'draft' OR (number IS NOT NULL AND date IS NOT NULL)", name="signed_is_numbered"),
    )

    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    status: Mapped[ConclusionStatus] = column("Состояние", default=ConclusionStatus.DRAFT, privacy=PUBLIC)
    number: Mapped[Code | None] = column("№", search=True, privacy=PUBLIC)
    date: Mapped[dt.date | None] = column("Дата", order=True, privacy=PUBLIC)
    body_id: Mapped[int | None] = link("Орган", "body", privacy=PUBLIC)
    decision_id: Mapped[int | None] = link("Решение", "decision")
    period_from: Mapped[dt.date | None] = column("Сопровождение с", privacy=PUBLIC)
    period_to: Mapped[dt.date] = column("Сопровождение по", privacy=PUBLIC)
    level_history: Mapped[Prose | None] = column("Уровни и даты перехода")
    results: Mapped[Prose | None] = column("Проблемы и результаты")
    scores: Mapped[Prose | None] = column("Оценки: было и стало")
    measures_done: Mapped[int | None] = column("Мероприятий выполнено, %", privacy=PUBLIC)
    outcome: Mapped[Outcome | None] = column("Результат", required=True)
    end_reason: Mapped[EndReason | None] = column("Причина прекращения", required=True)
    child_stays: Mapped[YesNo | None] = column("Ребёнок остался в семье", required=True)
    curator_result: Mapped[Prose | None] = column("Итог работы: {curator}", required=True)
    recommendations: Mapped[Prose | None] = column("Рекомендации")
    prepared_by_id: Mapped[int | None] = link("Кто подготовил", "staff_member", privacy=PUBLIC)
    signed_by_id: Mapped[int | None] = link("Кто подписал", "staff_member", privacy=PUBLIC)
    signed_at: Mapped[Moment | None] = column("Подписано", privacy=PUBLIC)

    case: Mapped[FamilyCase] = relationship()
    body: Mapped[Body | None] = relationship()
    decision: Mapped[Decision | None] = relationship()
    prepared_by: Mapped[StaffMember | None] = relationship(foreign_keys=[prepared_by_id])
    signed_by: Mapped[StaffMember | None] = relationship(foreign_keys=[signed_by_id])

    def __str__(self) -> str:
        return f"Заключение № {self.number}" if self.number else "Заключение (черновик)"


class PostSupportStatus(Choice):
    """State of the time after the accompaniment."""

    RUNNING = "running", "идёт"
    FINISHED = "finished", "завершено"
    STOPPED = "stopped", "прекращено"


class PostSupport(UnitModel):
    """The time after an accompaniment in which the family is looked after by a few checks (S004-5)."""

    __tablename__ = "post_support"
    __seen_through__ = "case"
    __table_args__ = (
        UniqueConstraint("case_id", name="uq_post_support_case"),
        CheckConstraint("date_to IS NULL OR date_to >= date_from", name="period"),
    )

    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    curator_id: Mapped[int | None] = link("{Curator}", "staff_member")
    status: Mapped[PostSupportStatus] = column("Состояние", default=PostSupportStatus.RUNNING, privacy=PUBLIC)
    date_from: Mapped[dt.date] = column("С", order=True, privacy=PUBLIC)
    planned_to: Mapped[dt.date] = column("Закончить к", privacy=PUBLIC)
    date_to: Mapped[dt.date | None] = column("По", privacy=PUBLIC)
    result: Mapped[Prose | None] = column("Итог")

    case: Mapped[FamilyCase] = relationship()
    curator: Mapped[StaffMember | None] = relationship()
    checks: Mapped[list[PostSupportCheck]] = relationship(
        back_populates="post_support", passive_deletes="all", order_by="PostSupportCheck.no"
    )

    def __str__(self) -> str:
        return f"Постсопровождение с {self.date_from:%d.%m.%Y}"


class CheckStatus(Choice):
    """State of one check."""

    PLANNED = "planned", "запланирована"
    DONE = "done", "проведена"
    CANCELLED = "cancelled", "отменена"


class CheckForm(Choice):
    """How a check is made."""

    HOME = "home", "дома"
    OFFICE = "office", "в учреждении"
    PHONE = "phone", "по телефону"
    VIDEO = "video", "по видеосвязи"


class Situation(Choice):
    """How the family does since the accompaniment."""

    STABLE = "stable", "стабильно"
    BETTER = "better", "улучшилось"
    WORSE = "worse", "ухудшилось"


class PostSupportCheck(UnitModel):
    """One planned look at how the family does."""

    __tablename__ = "post_support_check"
    __seen_through__ = "post_support"
    __table_args__ = (
        UniqueConstraint("post_support_id", "no", name="uq_post_support_check_no"),
        Index("ix_post_support_check_due", "service_unit_id", "status", "planned_on"),
        CheckConstraint("no >= 1", name="number_from_one"),
        CheckConstraint(
            "status <> 'done' OR (done_on IS NOT NULL AND situation IS NOT NULL)", name="done_tells_the_situation"
        ),
    )

    post_support_id: Mapped[int] = link("Постсопровождение", "post_support", index=False)
    no: Mapped[int] = column("№", privacy=PUBLIC)
    status: Mapped[CheckStatus] = column("Состояние", default=CheckStatus.PLANNED, privacy=PUBLIC)
    planned_on: Mapped[dt.date] = column("Провести", order=True, privacy=PUBLIC)
    done_on: Mapped[dt.date | None] = column("Проведена", privacy=PUBLIC)
    form: Mapped[CheckForm | None] = column("Форма", privacy=PUBLIC)
    situation: Mapped[Situation | None] = column("Как в семье")
    findings: Mapped[Prose | None] = column("Что увидели")
    action_taken: Mapped[Line | None] = column("Что сделано")
    done_by_id: Mapped[int | None] = link("Кто провёл", "staff_member", privacy=PUBLIC)

    post_support: Mapped[PostSupport] = relationship(back_populates="checks")
    done_by: Mapped[StaffMember | None] = relationship()

    def __str__(self) -> str:
        return f"Проверка {self.no}"
