"""Screens of diagnoses, of the problems and resources they find, and of the surroundings of families."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, redirect
from flask_appbuilder import expose
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.acting import Actor, actor, today
from app.assessment import page, rules
from app.assessment.lists import AssessmentKind, ProblemOutcome
from app.assessment.models import (
    Assessment,
    AssessmentScore,
    FamilyResource,
    Problem,
    SocialContact,
)
from app.assessment.scales import BY_CODE
from app.assessment.views import STATES, case_of, own_staff
from app.base import Model
from app.cases.models import FamilyCase
from app.cases.views import Cases
from app.register.access import PK, access, keeps_typed, may
from app.register.actions import action
from app.register.pages import Act, Badge, Cell, Note
from app.register.questions import ask
from app.register.view import Register, shown


class Assessments(Register):
    """Diagnoses: scores, problems and resources lead to a conclusion; a finished one is never changed."""

    key = "assessments"
    datamodel = Assessment
    title = "Диагностика", "Диагностика"
    list_columns = ["date", "kind", "case_id", "author_id", "status", "proposal"]
    phone_columns = ["date", "kind", "status"]
    _talk = ("Беседа с семьёй", ["methods", "family_request", "family_attitude"])
    _outcome = ("Вывод", ["risks", "conclusion", "proposal"])
    _closed = (page.CLOSED_PART, ["findings", "psychologist_conclusion"])
    add_columns = [("Диагностика", ["case_id", "kind", "date", "author_id", "person_id"]), _talk, _outcome, _closed]
    edit_columns = [("Диагностика", ["date", "author_id"]), _talk, _outcome, _closed]
    show_columns = [
        ("Диагностика", ["case_id", "kind", "date", "author_id", "person_id", "finished_at"]), _talk, _outcome, _closed
    ]  # fmt: skip
    filter_columns = ["kind", "status", "date", "case_id", "author_id", "proposal"]
    order = "-date"
    search_through = ["case.family"]
    card_eager = ["case.family"]
    placeholder = "Фамилия семьи"
    add_label = "Начать диагностику"
    blank = "Начните с первичной: оценки по шкалам, проблемы, ресурсы, вывод."
    overview_template = "assessment.html"

    def badges(self, record: Assessment) -> tuple[Badge, ...]:
        """Draft or finished."""
        return (Badge(record.status.label, *STATES[record.is_finished]),)

    def line(self, record: Assessment) -> str:
        """Whose case it is."""
        return f"Дело {record.case}, семья {record.case.family}"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """Today, by who writes; the first diagnosis of a case is a primary one."""
        case = case_of(fixed, None)
        had = case is not None and any(one.kind is AssessmentKind.PRIMARY for one in case.assessments)
        kind = AssessmentKind.INTERIM if had else AssessmentKind.PRIMARY
        return {"date": today(), "kind": kind, "author_id": own_staff(self.session)}

    def next_step(self, record: Assessment) -> str | None:
        """A new diagnosis goes on with its scores."""
        return None if record.kind is AssessmentKind.PSYCHOLOGICAL else self.url("scores", pk=record.id)

    def overview(self, session: Session, record: Assessment) -> dict[str, object]:
        """Scores beside the previous ones, problems, resources and surroundings."""
        return page.overview_of(session, record)

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Start the diagnosis by the rule."""
        case, author = self.linked(values, "case_id"), self.linked(values, "author_id")
        return rules.start_assessment(case, by=by, author=author, person=self.linked(values, "person_id"), **values)

    def change(self, record: Assessment, values: dict[str, Any], by: Actor) -> None:
        """Change the draft by the rule."""
        rules.change_assessment(record, by=by, **values)

    def remove(self, session: Session, record: Assessment, by: Actor) -> None:
        """Remove the draft by the rule."""
        rules.remove_assessment(record, by=by)

    def acts(self, record: Assessment) -> tuple[Act, ...]:
        """The buttons: scores and edit of a draft, the correction of the programme after an interim one."""
        made = [one for one in super().acts(record) if one.name != "edit" or not record.is_finished]
        if may(self, "edit") and not record.is_finished and record.kind is not AssessmentKind.PSYCHOLOGICAL:
            made.insert(0, Act("scores", "Поставить оценки", self.url("scores", pk=record.id), icon="sliders"))
        if record.is_finished and record.kind is AssessmentKind.INTERIM:
            made += [one for one in (page.correction_act(record.case),) if one is not None]
        return tuple(made)

    @expose(f"/scores/{PK}", methods=["GET", "POST"])
    @keeps_typed
    @access("edit")
    def scores(self, pk: int) -> Response | str:
        """The page of scores: every criterion of the family and of each child, beside what it was."""
        record, by = self.record_or_404(pk), actor()
        if record.is_finished:
            flash("Диагностика завершена, её оценки не меняют.", "warn")
            return redirect(self.url("show", pk=pk))
        questions = page.questions_of_scores(self.session, record)
        return ask(self, record, questions, lambda said: rules.score(record, page.marks_of(record.case, said), by=by))

    @action("finish", "Завершить", done="Диагностика завершена.", icon="check2-circle", multiple=False, tone="primary",
            confirm="После завершения диагностику не меняют. Проверьте оценки и вывод.",
            when=lambda one: not one.is_finished)  # fmt: skip
    def finish(self, assessment: Assessment, *, by: Actor) -> None:
        """Finish the diagnosis."""
        rules.finish_assessment(assessment, by=by)


class Scores(Register):
    """Scores one by one: for Excel, and for whoever asks what is held about a child."""

    key = "scores"
    datamodel = AssessmentScore
    title = "Оценки", "Оценка"
    list_columns = ["criterion_name", "scale_name", "person_id", "value", "assessment_id"]
    filter_columns = ["person_id", "value"]
    order = "assessment_id"
    fixed_rows = True

    @shown("Критерий")
    def criterion_name(self, one: AssessmentScore) -> str:
        """The criterion in words."""
        return dict(BY_CODE[one.scale].criteria)[one.criterion]

    @shown("Шкала")
    def scale_name(self, one: AssessmentScore) -> str:
        """The scale in words."""
        return BY_CODE[one.scale].title


class Problems(Register):
    """Problems of families, from the day they are found to what becomes of them."""

    key = "problems"
    datamodel = Problem
    title = "Проблемы", "Проблема"
    list_columns = ["text", "domain", "severity", "opened_at", "state", "case_id"]
    extra_columns = ["closed_at"]
    label_columns = {"outcome": "Что с ней"}
    phone_columns = ["text", "state"]
    add_columns = ["case_id", "text", "domain", "severity", "opened_at"]
    edit_columns = ["text", "domain", "severity", "opened_at"]
    show_columns = ["case_id", "text", "domain", "severity", "opened_at", "outcome", "closed_at"]
    filter_columns = ["outcome", "domain", "severity", "opened_at", "case_id"]
    order = "-opened_at"
    search_through = ["case.family"]
    placeholder = "Слова о проблеме, фамилия семьи"
    add_label = "Внести проблему"

    @shown("Что с ней")
    def state(self, problem: Problem) -> Cell:
        """Open, solved, solved in part or not solved."""
        tone, icon = page.TONES.get(problem.outcome, ("", "circle"))
        return Cell(problem.outcome.label, tone=tone, icon=icon)

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """A problem is usually entered the day it is found."""
        return {"opened_at": today()}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Enter the problem by the rule."""
        return rules.add_problem(self.linked(values, "case_id"), by=by, **values)

    def change(self, record: Problem, values: dict[str, Any], by: Actor) -> None:
        """Change the open problem by the rule."""
        rules.change_problem(record, by=by, **values)

    def remove(self, session: Session, record: Problem, by: Actor) -> None:
        """Remove a mistaken problem by the rule."""
        rules.remove_problem(record, by=by)

    @action("close", "Отметить результат", done="Результат записан.", icon="check2-square",
            asks=("outcome", "closed_at"), when=lambda problem: problem.is_open)  # fmt: skip
    def close(self, problem: Problem, *, by: Actor, outcome: ProblemOutcome, closed_at: dt.date) -> None:
        """Say what became of the problem."""
        rules.close_problem(problem, by=by, outcome=outcome, on=closed_at)


class FamilyResources(Register):
    """What families can lean on."""

    key = "resources"
    datamodel = FamilyResource
    title = "Ресурсы", "Ресурс"
    list_columns = ["text", "kind", "strength", "member_id", "case_id"]
    form_columns = ["case_id", "text", "kind", "strength", "member_id"]
    edit_columns = ["text", "kind", "strength"]
    filter_columns = ["kind", "strength", "case_id"]
    order = "strength"
    search_through = ["case.family"]
    placeholder = "Слова о ресурсе, фамилия семьи"
    add_label = "Внести ресурс"

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Enter the resource by the rule."""
        case, member = self.linked(values, "case_id"), self.linked(values, "member_id")
        return rules.add_resource(case, by=by, member=member, **values)

    def notes_within(self, owner: Model) -> tuple[Note, ...]:
        """Say on a case without resources how to answer that there are none."""
        if not isinstance(owner, FamilyCase):
            return ()
        if owner.no_resources_found:
            return (Note("Отмечено: ресурсов не выявлено.", "info"),)
        act = page.no_resources_act(owner)
        return (
            (Note("Ресурсы семьи ещё не внесены. Если их искали и не нашли, отметьте это.", "info", (act,)),)
            if act
            else ()
        )


class SocialContacts(Register):
    """People and organisations around families."""

    key = "contacts"
    datamodel = SocialContact
    title = "Окружение", "Кто рядом с семьёй"
    list_columns = ["name", "relation", "kind", "family_id"]
    form_columns = ["family_id", "name", "relation", "kind", "note"]
    edit_columns = ["name", "relation", "kind", "note"]
    filter_columns = ["kind", "family_id"]
    order = "name"
    search_through = ["family"]
    add_label = "Дополнить окружение"
    blank = "Кто рядом с семьёй: родные, соседи, школа, врач – кто поможет и кто мешает."

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Enter the contact by the rule."""
        return rules.add_contact(self.linked(values, "family_id"), by=by, **values)


@action("no_resources", "Ресурсов не выявлено", done="Отмечено: ресурсов не выявлено.", icon="dash-circle",
        multiple=False, confirm="Ресурсы семьи искали и не нашли? Как только внесёте хотя бы один, отметка снимется.",
        when=lambda case: False)  # fmt: skip
def no_resources(self: Cases, case: FamilyCase, *, by: Actor) -> str:
    """Write down that no resource was found."""
    rules.find_no_resources(case, by=by)
    return self.url("show", pk=case.id, tab="resources")


# It is about a case and stands above it. The button stands on the tab of resources and on the card of a diagnosis, not
# in the head of every case.
Cases.no_resources = no_resources
