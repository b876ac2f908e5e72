"""Screens of programmes of rehabilitation, recommendations and courses at home; tabs of a person's card."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor
from app.base import Model
from app.register.actions import action
from app.register.view import Register
from app.rehabilitation import rules
from app.rehabilitation.models import (
    CourseOutcome,
    HomeCourse,
    HomeProcedure,
    MedicalRecommendation,
    RehabItem,
    RehabItemStatus,
    RehabProgramme,
)


class RehabProgrammes(Register):
    """Programmes of rehabilitation (ИПР, ИПРА): special-category data as a whole."""

    key = "ipra"
    datamodel = RehabProgramme
    title = "ИПРА", "ИПРА"
    list_columns = ["person_id", "kind", "number", "issued_on", "valid_to"]
    form_columns = ["person_id", "kind", "number", "issued_on", "valid_to", "issued_by"]
    filter_columns = []
    order = "valid_to"
    related_views = ["RehabItems"]


class RehabItems(Register):
    """Items of programmes of rehabilitation; reported, never deleted."""

    key = "ipra_items"
    datamodel = RehabItem
    title = "Мероприятия ИПРА", "Мероприятие ИПРА"
    list_columns = ["person_id", "kind", "text", "due", "status"]
    add_columns = ["programme_id", "kind", "text", "executor", "responsible_id", "due"]
    edit_columns = ["executor", "responsible_id", "due"]
    show_columns = [*add_columns, "status", "settled_on", "result"]
    filter_columns = []
    order = "due"

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Add the item by the rule."""
        return rules.add_item(self.linked(values, "programme_id"), by=by, **values)

    @action("report", "Отметить выполнение", done="Отмечено.", icon="check2-square", multiple=False,
            asks=("status", "settled_on", "result?"),
            when=lambda item: item.status is RehabItemStatus.PLANNED)  # fmt: skip
    def report(
        self, item: RehabItem, *, by: Actor, status: RehabItemStatus, settled_on: dt.date, result: str | None
    ) -> None:
        """Say how the item ended."""
        rules.report(item, status, by=by, on=settled_on, result=result)


class Recommendations(Register):
    """Recommendations of medical organisations."""

    key = "recommendations"
    datamodel = MedicalRecommendation
    title = "Рекомендации врачей", "Рекомендация"
    list_columns = ["person_id", "date", "organisation", "text"]
    form_columns = ["person_id", "date", "organisation", "text"]
    filter_columns = []
    order = "-date"


class HomeCourses(Register):
    """Courses of «Санаторий на дому»."""

    key = "courses"
    datamodel = HomeCourse
    title = "Санаторий на дому", "Курс на дому"
    list_columns = ["person_id", "date_from", "date_to", "outcome"]
    add_columns = ["person_id", "recommendation_id", "nurse_id", "date_from"]
    edit_columns = ["nurse_id", "observations"]
    show_columns = [*add_columns, "date_to", "outcome", "observations"]
    filter_columns = []
    order = "-date_from"
    related_views = ["HomeProcedures"]

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Start the course by the rule."""
        person, paper = self.linked(values, "person_id"), self.linked(values, "recommendation_id")
        return rules.start_course(person, by=by, recommendation=paper, nurse=self.linked(values, "nurse_id"), **values)

    @action("finish", "Закончить курс", done="Курс закончен.", icon="flag", multiple=False,
            asks=("outcome", "date_to"), when=lambda course: course.date_to is None)  # fmt: skip
    def finish(self, course: HomeCourse, *, by: Actor, outcome: CourseOutcome, date_to: dt.date) -> None:
        """Finish the course with its outcome."""
        rules.finish_course(course, outcome, by=by, on=date_to)


class HomeProcedures(Register):
    """Procedures of courses: planned and done."""

    key = "procedures"
    datamodel = HomeProcedure
    title = "Процедуры", "Процедура"
    list_columns = ["name", "planned", "done", "last_on"]
    add_columns = ["course_id", "name", "planned"]
    edit_columns: list[str] = []
    show_columns = ["course_id", "name", "planned", "done", "last_on"]
    filter_columns = []
    order = "last_on"

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Put the procedure on the plan by the rule."""
        return rules.plan_procedure(self.linked(values, "course_id"), by=by, **values)

    @action("do", "Проведена", done="Процедура записана.", icon="plus-circle", multiple=False, asks=("last_on",),
            when=lambda one: one.done < one.planned)  # fmt: skip
    def do(self, procedure: HomeProcedure, *, by: Actor, last_on: dt.date) -> None:
        """Count the procedure done once more."""
        rules.do_procedure(procedure, by=by, on=last_on)
