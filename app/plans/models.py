"""The plan of the service for a year and its items (domain.md 3.7; S000-0a, S000-R)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.acting import today
from app.base import Choice, Code, Line, Privacy, Prose, UnitModel, column, link

PUBLIC = Privacy.NONE


class ItemStatus(Choice):
    """How far an item of the plan is; overdue is told by its days."""

    NOT_BEGUN = "not_begun", "не начат"
    IN_WORK = "in_work", "в работе"
    DONE = "done", "выполнен"


class WorkPlan(UnitModel):
    """The plan of one year."""

    __tablename__ = "work_plan"
    __table_args__ = (UniqueConstraint("service_unit_id", "code", "year", name="uq_work_plan_year"),)

    year: Mapped[int] = column("Год", privacy=PUBLIC)
    code: Mapped[Code] = column("Образец", privacy=PUBLIC)
    title: Mapped[Line] = column("План", search=True, sort=True, privacy=PUBLIC)

    items: Mapped[list[WorkPlanItem]] = relationship(
        back_populates="plan", passive_deletes="all", order_by="WorkPlanItem.no"
    )

    def __str__(self) -> str:
        return f"{self.title}, {self.year} год"


class WorkPlanItem(UnitModel):
    """What is to be done in which months, by whom, with what result; *role_codes* are those of the order of work."""

    __tablename__ = "work_plan_item"
    __table_args__ = (
        UniqueConstraint("plan_id", "no", name="uq_work_plan_item_no"),
        CheckConstraint("date_to >= date_from", name="period"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    )

    plan_id: Mapped[int] = link("План", "work_plan", index=False)
    no: Mapped[int] = column("№", privacy=PUBLIC)
    title: Mapped[Prose] = column("Мероприятие", search=True, privacy=PUBLIC)
    date_from: Mapped[dt.date] = column("С", privacy=PUBLIC)
    date_to: Mapped[dt.date] = column("По", order=True, privacy=PUBLIC)
    is_monthly: Mapped[bool] = column("Ежемесячно", default=False, privacy=PUBLIC)
    roles: Mapped[Line] = column("Ответственные", privacy=PUBLIC)
    role_codes: Mapped[Line] = column("Роли", privacy=PUBLIC)
    expected: Mapped[Prose] = column("Ожидаемый результат", privacy=PUBLIC)
    status: Mapped[ItemStatus] = column("Состояние", default=ItemStatus.NOT_BEGUN, privacy=PUBLIC)
    progress: Mapped[int] = column("Выполнено, %", default=0, privacy=PUBLIC)
    fact: Mapped[Prose | None] = column("Что сделано", privacy=PUBLIC)
    delay_reason: Mapped[Prose | None] = column("Причина отставания", privacy=PUBLIC)

    plan: Mapped[WorkPlan] = relationship(back_populates="items")

    @property
    def is_overdue(self) -> bool:
        """Whether the last day has passed and the item is not done."""
        return self.status is not ItemStatus.DONE and self.date_to < today()

    def __str__(self) -> str:
        return f"{self.no}. {self.title}"
