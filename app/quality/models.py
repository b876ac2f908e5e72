"""Rounds of a questionnaire, its questions and the answers of families (domain.md 3.7; S000-13a)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Line, Privacy, Prose, UnitModel, column, link
from app.cases.models import FamilyCase
from app.organisation.models import Department

PUBLIC = Privacy.NONE


class RoundStatus(Choice):
    """State of a round; moved only by ``app/quality/rules.py``."""

    DRAFT = "draft", "готовится"
    OPEN = "open", "идёт"
    CLOSED = "closed", "завершён"


class SurveyRound(UnitModel):
    """One round of asking families: when, of whom, and what came of it."""

    __tablename__ = "survey_round"
    __table_args__ = (
        CheckConstraint("date_to >= date_from", name="period"),
        CheckConstraint("sent >= 0", name="sent"),
        CheckConstraint("status <> 'closed' OR summary IS NOT NULL", name="closed_has_a_summary"),
    )

    title: Mapped[Line] = column("Опрос", search=True, sort=True, privacy=PUBLIC)
    date_from: Mapped[dt.date] = column("С", order=True, privacy=PUBLIC)
    date_to: Mapped[dt.date] = column("По", privacy=PUBLIC)
    department_id: Mapped[int | None] = link("Отделение", "department", privacy=PUBLIC)
    second_department_id: Mapped[int | None] = link("Совместно с отделением", "department", privacy=PUBLIC)
    is_anonymous: Mapped[bool] = column("Без имён", default=True, privacy=PUBLIC)
    sent: Mapped[int] = column("Роздано анкет", default=0, privacy=PUBLIC)
    status: Mapped[RoundStatus] = column("Состояние", default=RoundStatus.DRAFT, privacy=PUBLIC)
    summary: Mapped[Prose | None] = column("Выводы", privacy=PUBLIC)
    measures: Mapped[Prose | None] = column("Принятые меры", privacy=PUBLIC)

    department: Mapped[Department | None] = relationship(foreign_keys=[department_id])
    second_department: Mapped[Department | None] = relationship(foreign_keys=[second_department_id])
    questions: Mapped[list[SurveyQuestion]] = relationship(
        back_populates="round", passive_deletes="all", order_by="SurveyQuestion.no"
    )
    responses: Mapped[list[SurveyResponse]] = relationship(
        back_populates="round", passive_deletes="all", order_by="SurveyResponse.id"
    )

    def __str__(self) -> str:
        return self.title


class QuestionKind(Choice):
    """How a question is answered."""

    SCALE = "scale", "оценка 1–5"
    YES_NO = "yes_no", "да или нет"
    TEXT = "text", "своими словами"


class QuestionAbout(Choice):
    """What a question is about (S001-1.2: quality and accessibility of services)."""

    QUALITY = "quality", "качество"
    ACCESS = "access", "доступность"
    OTHER = "other", "иное"


class SurveyQuestion(UnitModel):
    """A question of a round."""

    __tablename__ = "survey_question"
    __table_args__ = (UniqueConstraint("round_id", "no", name="uq_survey_question_no"),)

    round_id: Mapped[int] = link("Опрос", "survey_round", index=False)
    no: Mapped[int] = column("№", privacy=PUBLIC)
    text: Mapped[Line] = column("Вопрос", privacy=PUBLIC)
    kind: Mapped[QuestionKind] = column("Ответ", default=QuestionKind.SCALE, privacy=PUBLIC)
    about: Mapped[QuestionAbout] = column("О чём", default=QuestionAbout.QUALITY, privacy=PUBLIC)

    round: Mapped[SurveyRound] = relationship(back_populates="questions")

    def __str__(self) -> str:
        return f"{self.no}. {self.text}"


class Mark(Choice):
    """A mark on the scale."""

    ONE = "1", "1 – очень плохо"
    TWO = "2", "2 – плохо"
    THREE = "3", "3 – удовлетворительно"
    FOUR = "4", "4 – хорошо"
    FIVE = "5", "5 – отлично"


class YesNo(Choice):
    """An answer to a question of yes or no."""

    YES = "yes", "да"
    NO = "no", "нет"


class SurveyResponse(UnitModel):
    """One questionnaire that came back; *case* stays empty in a round without names."""

    __tablename__ = "survey_response"
    __seen_through__ = "case"
    __table_args__ = (UniqueConstraint("round_id", "case_id", name="uq_survey_response_case"),)

    round_id: Mapped[int] = link("Опрос", "survey_round", index=False)
    received_on: Mapped[dt.date] = column("Получена")
    case_id: Mapped[int | None] = link("Дело", "family_case")

    round: Mapped[SurveyRound] = relationship(back_populates="responses")
    case: Mapped[FamilyCase | None] = relationship("FamilyCase")
    answers: Mapped[list[SurveyAnswer]] = relationship(back_populates="response", passive_deletes="all")

    def __str__(self) -> str:
        return f"Анкета от {self.received_on:%d.%m.%Y}"


class SurveyAnswer(UnitModel):
    """The answer to one question: a mark, yes or no (5 and 1), or words."""

    __tablename__ = "survey_answer"
    __seen_through__ = "response"
    __table_args__ = (
        UniqueConstraint("response_id", "question_id", name="uq_survey_answer_question"),
        CheckConstraint("mark BETWEEN 1 AND 5", name="mark"),
    )

    response_id: Mapped[int] = link("Анкета", "survey_response", index=False)
    question_id: Mapped[int] = link("Вопрос", "survey_question")
    mark: Mapped[int | None] = column("Оценка")
    text: Mapped[Prose | None] = column("Ответ")

    response: Mapped[SurveyResponse] = relationship(back_populates="answers")
    question: Mapped[SurveyQuestion] = relationship()

    def __str__(self) -> str:
        return str(self.mark or self.text)


def answer_of(kind: QuestionKind, given: Any) -> tuple[int | None, str | None]:
    """Return (mark, words) of what was answered to a question of *kind*; yes counts as 5 and no as 1."""
    if kind is QuestionKind.SCALE:
        return int(given.value), None
    if kind is QuestionKind.YES_NO:
        return (5 if given is YesNo.YES else 1), None
    return None, str(given)
