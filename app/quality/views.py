"""Screens of the questionnaires."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import expose
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.acting import Actor, actor, today
from app.base import Model
from app.cases.models import FamilyCase
from app.quality import rules
from app.quality.models import (
    Mark,
    QuestionKind,
    RoundStatus,
    SurveyQuestion,
    SurveyResponse,
    SurveyRound,
    YesNo,
)
from app.register.access import access, keeps_typed, may
from app.register.actions import action
from app.register.field import Field, fields_of
from app.register.pages import Act, Badge
from app.register.questions import Questions, ask
from app.register.view import PK, Register

_ANSWERS: dict[QuestionKind, dict[str, Any]] = {
    QuestionKind.SCALE: {"kind": "choice", "choices": Mark},
    QuestionKind.YES_NO: {"kind": "choice", "choices": YesNo},
    QuestionKind.TEXT: {"kind": "prose"},
}
_TONES = {RoundStatus.OPEN: "info", RoundStatus.CLOSED: "ok"}


class Surveys(Register):
    """Rounds of asking families."""

    key = "surveys"
    datamodel = SurveyRound
    title = "Опросы семей", "Опрос"
    list_columns = ["title", "date_from", "date_to", "department_id", "sent", "status"]
    form_columns = ["title", "date_from", "date_to", "department_id", "second_department_id", "is_anonymous"]
    show_columns = [*form_columns, "sent", "summary", "measures"]
    filter_columns = ["status", "date_from", "department_id", "is_anonymous"]
    order = "-date_from"
    related_views = ["SurveyQuestions", "SurveyResponses"]

    def badges(self, record: SurveyRound) -> tuple[Badge, ...]:
        """State of the round."""
        return (Badge(record.status.label, _TONES.get(record.status, "")),)

    def card_acts(self, record: SurveyRound) -> tuple[Act, ...]:
        """The way to the form of one questionnaire, while families are being asked."""
        if record.status is not RoundStatus.OPEN or not may(self, "work"):
            return ()
        url = self.url("respond", pk=record.id)
        return (Act("respond", "Внести анкету", url, icon="hand-thumbs-up", tone="primary"),)

    @expose(f"/{PK}/respond", methods=["GET", "POST"])
    @keeps_typed
    @access("work")
    def respond(self, pk: int) -> Response | str:
        """Type a questionnaire in: its questions are those of the round."""
        asked = self.record_or_404(pk)
        known = fields_of(SurveyResponse)
        who = [known["received_on"]] if asked.is_anonymous else [known["case_id"], known["received_on"]]
        answers = [Field(f"answer-{one.id}", one.text, **_ANSWERS[one.kind]) for one in asked.questions]
        questions = Questions("respond", f"Анкета: {asked}", "Чего семья не ответила, оставьте пустым.",
                              (("Анкета", who), ("Ответы", answers)), {"received_on": today()},
                              "Анкета внесена.")  # fmt: skip

        def rule(values: dict[str, Any]) -> None:
            case_id = values.get("case_id")
            case = self.session.scalars(select(FamilyCase).where(FamilyCase.id == case_id)).one() if case_id else None
            given = {one.id: values[f"answer-{one.id}"] for one in asked.questions}
            rules.record_response(asked, given, by=actor(), case=case, on=values["received_on"])

        return ask(self, asked, questions, rule)

    @action("open", "Начать опрос", done="Опрос начат.", icon="play-circle", multiple=False, asks=("sent",),
            when=lambda one: one.status is RoundStatus.DRAFT)  # fmt: skip
    def open(self, asked: SurveyRound, *, by: Actor, sent: int) -> None:
        """Begin to ask."""
        rules.open_round(asked, by=by, sent=sent)

    @action("finish", "Завершить опрос", done="Опрос завершён.", icon="flag", multiple=False,
            asks=("summary", "measures?"), when=lambda one: one.status is RoundStatus.OPEN)  # fmt: skip
    def finish(self, asked: SurveyRound, *, by: Actor, summary: str, measures: str | None) -> None:
        """End the round with its summary."""
        rules.close_round(asked, by=by, summary=summary, measures=measures)


class SurveyQuestions(Register):
    """Questions of the rounds."""

    key = "questions"
    datamodel = SurveyQuestion
    title = "Вопросы анкеты", "Вопрос"
    list_columns = ["no", "text", "kind", "about"]
    add_columns = ["round_id", "text", "kind", "about"]
    edit_columns: list[str] = []
    show_columns = ["round_id", "no", "text", "kind", "about"]
    order = "no"

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Add the question by the rule."""
        return rules.add_question(self.linked(values, "round_id"), by=by, **values)


class SurveyResponses(Register):
    """Questionnaires that came back; typed in on the page of their round."""

    key = "responses"
    datamodel = SurveyResponse
    title = "Анкеты", "Анкета"
    list_columns = ["received_on", "round_id", "case_id"]
    order = "-received_on"
    fixed_rows = True
