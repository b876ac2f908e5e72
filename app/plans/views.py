"""Screens of the plan of a year."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor, today
from app.base import Model
from app.plans import rules
from app.plans.models import ItemStatus, WorkPlan, WorkPlanItem
from app.register.actions import action
from app.register.pages import Cell
from app.register.view import Register, shown


class WorkPlans(Register):
    """Plans of the service, a year each."""

    key = "plans"
    datamodel = WorkPlan
    title = "План работы", "План"
    list_columns = ["title", "year"]
    add_columns = ["title", "year"]
    edit_columns = ["title"]
    order = "title"
    related_views = ["WorkPlanItems"]
    add_label = "Составить план"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """The plan of this year."""
        return {"title": "План реализации", "year": today().year}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Make the plan by the rule."""
        return rules.make_plan(session, by=by, **values)


class WorkPlanItems(Register):
    """Items of the plans: when, who, with what result, and how far it is."""

    key = "plan_items"
    datamodel = WorkPlanItem
    title = "Мероприятия плана", "Мероприятие плана"
    list_columns = ["no", "title", "term", "roles", "expected", "state", "progress"]
    extra_columns = ["plan_id", "date_from", "date_to", "fact", "delay_reason"]
    edit_columns = ["expected"]
    add_columns: list[str] = []
    show_columns = ["plan_id", "no", "title", "date_from", "date_to", "roles", "expected", "progress", "fact",
                    "delay_reason"]  # fmt: skip
    filter_columns = ["status", "date_from", "date_to", "roles"]
    order = "no"

    @shown("Срок")
    def term(self, item: WorkPlanItem) -> str:
        """«апрель – июнь» as days, or «ежемесячно»."""
        return "ежемесячно" if item.is_monthly else f"{item.date_from:%d.%m.%Y} – {item.date_to:%d.%m.%Y}"

    @shown("Состояние")
    def state(self, item: WorkPlanItem) -> Cell:
        """State, or that it is late."""
        if item.is_overdue:
            return Cell("просрочен", tone="bad", icon="clock")
        return Cell(item.status.label, tone="ok" if item.status is ItemStatus.DONE else "")

    @action("report", "Отметить выполнение", done="Отмечено.", icon="check2-square", multiple=False,
            asks=("progress", "fact?", "delay_reason?"))  # fmt: skip
    def report(
        self, item: WorkPlanItem, *, by: Actor, progress: int, fact: str | None, delay_reason: str | None
    ) -> None:
        """Say how far the item is."""
        rules.report(item, by=by, progress=progress, fact=fact, delay_reason=delay_reason)
