"""Screens of analyses of efficiency, and of what families say of quality."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect
from flask_appbuilder import expose
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.acting import Actor, actor, today
from app.assessment import page, reviews
from app.assessment.lists import ReviewKind
from app.assessment.models import (
    EfficiencyReview,
    QualityAnswer,
)
from app.assessment.views import STATES, own_staff
from app.base import Model, RuleBroken
from app.cases import gate
from app.register.access import PK, access, keeps_typed, may
from app.register.actions import action
from app.register.pages import Act, Badge
from app.register.questions import ask
from app.register.view import Register


class Reviews(Register):
    """Analyses of efficiency: what was done, what is solved, what to do next."""

    key = "reviews"
    datamodel = EfficiencyReview
    title = "Анализ эффективности", "Анализ эффективности"
    list_columns = ["date", "kind", "case_id", "author_id", "status", "conclusion"]
    extra_columns = ["measures_done_pct", "problems_solved_pct", "need_satisfaction"]
    phone_columns = ["date", "kind", "status"]
    _what = ["need_satisfaction", "conclusion", "new_end", "text"]
    add_columns = [("Анализ", ["case_id", "kind", "date", "author_id"]), ("Вывод", _what)]
    edit_columns = [("Анализ", ["date"]), ("Вывод", _what)]
    show_columns = [("Анализ", ["case_id", "kind", "date", "author_id", "finished_at"]), ("Вывод", _what)]
    filter_columns = ["kind", "status", "date", "conclusion", "case_id"]
    order = "-date"
    search_through = ["case.family"]
    card_eager = ["case.family"]
    placeholder = "Фамилия семьи"
    add_label = "Начать анализ"
    overview_template = "review.html"

    def badges(self, record: EfficiencyReview) -> tuple[Badge, ...]:
        """Draft or finished."""
        return (Badge(record.status.label, *STATES[record.is_finished]),)

    def line(self, record: EfficiencyReview) -> str:
        """Whose case it is."""
        return f"Дело {record.case}, семья {record.case.family}"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """Today, by who writes."""
        return {"date": today(), "kind": ReviewKind.FINAL, "author_id": own_staff(self.session)}

    def next_step(self, record: EfficiencyReview) -> str | None:
        """A new review goes on with the results of the problems."""
        return self.url("outcomes", pk=record.id) if record.case.problems else None

    def overview(self, session: Session, record: EfficiencyReview) -> dict[str, object]:
        """What is counted, and the problems with their results."""
        return page.review_of(session, record)

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Start the review by the rule."""
        case, author = self.linked(values, "case_id"), self.linked(values, "author_id")
        return reviews.start_review(case, by=by, author=author, **values)

    def change(self, record: EfficiencyReview, values: dict[str, Any], by: Actor) -> None:
        """Change the draft by the rule."""
        reviews.change_review(record, by=by, **values)

    def remove(self, session: Session, record: EfficiencyReview, by: Actor) -> None:
        """Remove the draft by the rule."""
        reviews.remove_review(record, by=by)

    def acts(self, record: EfficiencyReview) -> tuple[Act, ...]:
        """The buttons: results and edit of a draft, a correction after a finished one."""
        made = [one for one in super().acts(record) if one.name != "edit" or not record.is_finished]
        if may(self, "edit") and not record.is_finished and record.case.problems:
            url = self.url("outcomes", pk=record.id)
            made.insert(0, Act("outcomes", "Отметить результаты", url, icon="check2-square"))
        if record.is_finished:
            made += [one for one in (page.correction_act(record.case),) if one is not None]
        return tuple(made)

    @expose(f"/outcomes/{PK}", methods=["GET", "POST"])
    @keeps_typed
    @access("edit")
    def outcomes(self, pk: int) -> Response | str:
        """The page of results: what became of each problem."""
        record, by = self.record_or_404(pk), actor()
        if record.is_finished:
            flash("Анализ завершён, его результаты не меняют.", "warn")
            return redirect(self.url("show", pk=pk))
        questions = page.questions_of_outcomes(record)
        return ask(self, record, questions, lambda said: reviews.say_outcomes(record, page.outcomes_of(said), by=by))

    @action("finish", "Завершить", done="Анализ завершён.", icon="check2-circle", multiple=False, tone="primary",
            confirm="После завершения анализ не меняют: проценты и изменение оценок сохранятся такими, как сейчас.",
            when=lambda one: not one.is_finished and gate.opens(one.case, "review.finish", by=actor()))  # fmt: skip
    def finish(self, review: EfficiencyReview, *, by: Actor) -> None:
        """Finish the review."""
        reviews.finish_review(review, by=by)


class QualityAnswers(Register):
    """What families say of the quality of the help, or why they do not."""

    key = "quality"
    datamodel = QualityAnswer
    title = "Ответы о качестве", "Ответ о качестве"
    list_columns = ["answered_on", "score", "case_id", "waiver"]
    form_columns = ["case_id", "answered_on", "score", "text", "waiver"]
    edit_columns = ["text"]
    filter_columns = ["answered_on", "score", "case_id"]
    order = "-answered_on"
    search_through = ["case.family"]
    placeholder = "Фамилия семьи"
    add_label = "Записать ответ семьи"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """An answer is usually written down the day it is given."""
        return {"answered_on": today()}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Take the answer, or the reason why there is none, by the rule."""
        case, on = self.linked(values, "case_id"), values["answered_on"]
        if values["score"] is None:
            return reviews.waive_quality(case, by=by, reason=values["waiver"] or "", on=on)
        if values["waiver"]:
            raise RuleBroken("Оценка есть, значит, ответ есть. Уберите одно из двух.", field="waiver")
        return reviews.answer_quality(case, by=by, score=values["score"], text=values["text"], answered_on=on)
