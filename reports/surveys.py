"""R13 Мониторинг качества (domain.md 5): what families answered, question by question, beside the round before.

One line a question of a round that began by the day asked for (with a period: within it). The mean, the shares and the
share of the satisfied (4 and 5) are of the marks given; a question of yes or no counts as 5 and 1. The change is
against the same question of the round before, found by its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.quality.models import SurveyAnswer, SurveyQuestion, SurveyResponse, SurveyRound
from reports.form import Asked, Field, Report

SATISFIED = (4, 5)


@dataclass
class SurveyLine:
    """A question of a round with the marks it was given."""

    no: int
    question: SurveyQuestion
    received: int
    marks: Counter[int]
    proposals: str
    before: Decimal | None

    @property
    def mean(self) -> Decimal | None:
        """The mean mark, None for a question answered in words or by nobody."""
        return mean_of(self.marks)

    @property
    def change(self) -> Decimal | None:
        """How the mean has changed since the round before."""
        return self.mean - self.before if self.mean is not None and self.before is not None else None

    @property
    def shares(self) -> str:
        """«1: 0 · 2: 1 · 3: 0 · 4: 5 · 5: 9»."""
        return " · ".join(f"{mark}: {self.marks[mark]}" for mark in range(1, 6)) if self.marks else ""

    @property
    def satisfied(self) -> Decimal | None:
        """Marks 4 and 5 of all marks, in per cent."""
        given = self.marks.total()
        return _percent(sum(self.marks[mark] for mark in SATISFIED), given) if given else None

    @property
    def returned(self) -> Decimal | None:
        """Questionnaires that came back of those handed out, in per cent."""
        sent = self.question.round.sent
        return _percent(self.received, sent) if sent else None

    @property
    def departments(self) -> str:
        """The departments that asked."""
        asked = self.question.round
        return ", ".join(str(one) for one in (asked.department, asked.second_department) if one)


def mean_of(marks: Counter[int]) -> Decimal | None:
    """Return the mean of counted *marks* to two places; None of none."""
    given = marks.total()
    total = sum(mark * times for mark, times in marks.items())
    return (Decimal(total) / given).quantize(Decimal("0.01")) if given else None


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"))


def _lines(session: Session, asked: Asked) -> Iterator[SurveyLine]:
    wanted = select(SurveyRound).where(SurveyRound.date_from <= asked.on)
    loaded = wanted.options(
        joinedload(SurveyRound.department), joinedload(SurveyRound.second_department),
        selectinload(SurveyRound.questions),
        selectinload(SurveyRound.responses).selectinload(SurveyResponse.answers),
    )  # fmt: skip
    no, before = 0, dict[str, Decimal | None]()
    for one in session.scalars(loaded.order_by(SurveyRound.date_from, SurveyRound.id)):
        answers = [answer for response in one.responses for answer in response.answers]
        told = {question: [each for each in answers if each.question_id == question.id] for question in one.questions}
        means = {question: mean_of(_marks(told[question])) for question in one.questions}
        if asked.date_from is None or one.date_from >= asked.date_from:
            for question in one.questions:
                no += 1
                words = "; ".join(each.text for each in told[question] if each.text)
                marks = _marks(told[question])
                yield SurveyLine(no, question, len(one.responses), marks, words, before.get(question.text))
        before = {question.text: mean for question, mean in means.items()}


def _marks(answers: list[SurveyAnswer]) -> Counter[int]:
    return Counter(answer.mark for answer in answers if answer.mark is not None)


HEADING = Report(
    "R13",
    "monitoring_kachestva",
    "Мониторинг качества",
    (
        Field("№", lambda line: line.no, "number", 7),
        Field("Период с", lambda line: line.question.round.date_from, "date"),
        Field("Период по", lambda line: line.question.round.date_to, "date"),
        Field("Опрос", lambda line: line.question.round.title, width=28),
        Field("Подразделение", lambda line: line.departments, width=28),
        Field("Разослано", lambda line: line.question.round.sent, "number"),
        Field("Получено", lambda line: line.received, "number"),
        Field("% ответов", lambda line: line.returned, "number"),
        Field("Вопрос", lambda line: line.question.text, width=44),
        Field("О чём", lambda line: line.question.about, width=14),
        Field("Средний балл", lambda line: line.mean, "number"),
        Field("Распределение 1–5", lambda line: line.shares, width=30),
        Field("% удовлетворённых (4–5)", lambda line: line.satisfied, "number"),
        Field("Изменение к прошлому", lambda line: line.change, "number"),
        Field("Предложения", lambda line: line.proposals, width=40),
        Field("Принятые меры", lambda line: line.question.round.measures, width=40),
    ),
    _lines,
    about="Что семьи ответили в опросах: по каждому вопросу, в сравнении с прошлым опросом.",
    icon="hand-thumbs-up",
    by_case=False,
    on_health=False,
    hold=3,
)
