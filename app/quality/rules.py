"""What may happen to a round of asking families (S000-13a, S000-13b).

::

    draft ── open_round (it has questions) ─► open ── record_response … ── close_round (with its summary) ─► closed
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.cases.models import FamilyCase
from app.people.rules import trimmed
from app.quality.models import (
    QuestionAbout,
    QuestionKind,
    RoundStatus,
    SurveyAnswer,
    SurveyQuestion,
    SurveyResponse,
    SurveyRound,
    answer_of,
)


def add_question(
    asked: SurveyRound, *, by: Actor, text: str, kind: QuestionKind, about: QuestionAbout
) -> SurveyQuestion:
    """Add the next question.

    Raises:
        RuleBroken: families are being asked already, so the questions stand.
    """
    if asked.status is not RoundStatus.DRAFT:
        raise RuleBroken("Анкеты уже розданы, вопросы не меняют. Начните новый опрос.")
    question = SurveyQuestion(round=asked, no=max((one.no for one in asked.questions), default=0) + 1, text=text,
                              kind=kind, about=about, service_unit_id=asked.service_unit_id)  # fmt: skip
    session_of(asked).add(question)
    journal.record(session_of(asked), by, "survey.add_question", question, f"«{asked}»: вопрос {question.no}.")
    return question


def open_round(asked: SurveyRound, *, by: Actor, sent: int) -> None:
    """Begin to ask: *sent* questionnaires were handed out.

    Raises:
        RuleBroken: it has begun, has no question, or none was handed out.
    """
    if asked.status is not RoundStatus.DRAFT:
        raise RuleBroken(f"Опрос уже {asked.status.label}.")
    if not asked.questions:
        raise RuleBroken("В анкете нет вопросов. Добавьте хотя бы один.")
    if sent <= 0:
        raise RuleBroken("Сколько анкет роздано? Укажите число больше нуля.", field="sent")
    asked.status, asked.sent = RoundStatus.OPEN, sent
    journal.record(session_of(asked), by, "survey.open", asked, f"«{asked}»: роздано анкет – {sent}.")


def record_response(
    asked: SurveyRound,
    answers: Mapping[int, Any],
    *,
    by: Actor,
    case: FamilyCase | None = None,
    on: dt.date | None = None,
) -> SurveyResponse:
    """Enter a questionnaire that came back on *on*; *answers* by the key of the question, None where it was left out.

    Raises:
        RuleBroken: nobody is being asked now, nothing is answered, a name is given or lacking against the round, or
            the family has answered already.
    """
    on = on or today()
    session = session_of(asked)
    if asked.status is not RoundStatus.OPEN:
        raise RuleBroken(f"Анкеты принимают, пока опрос идёт, а он {asked.status.label}.")
    if not asked.date_from <= on <= today():
        raise RuleBroken("Анкету получают в дни опроса и не позже сегодняшнего. Проверьте дату.", field="received_on")
    if asked.is_anonymous and case is not None:
        raise RuleBroken("Опрос без имён: семью не указывают.", field="case_id")
    if not asked.is_anonymous:
        if case is None:
            raise RuleBroken("Опрос с именами: выберите семью.", field="case_id")
        if any(one.case_id == case.id for one in asked.responses):
            raise RuleBroken(f"Семья {case.family} уже ответила в этом опросе.", field="case_id")
    given = {question: answers.get(question.id) for question in asked.questions}
    if not any(given.values()):
        raise RuleBroken("В анкете нет ни одного ответа.")
    response = SurveyResponse(round=asked, case=case, received_on=on, service_unit_id=asked.service_unit_id)
    session.add(response)
    for question, answer in given.items():
        if answer:
            mark, text = answer_of(question.kind, answer)
            session.add(SurveyAnswer(response=response, question=question, mark=mark, text=text,
                                     service_unit_id=asked.service_unit_id))  # fmt: skip
    journal.record(session, by, "survey.response", asked, f"«{asked}»: внесена анкета.")
    return response


def close_round(asked: SurveyRound, *, by: Actor, summary: str, measures: str | None = None) -> None:
    """End the round with what was learnt from it.

    Raises:
        RuleBroken: it is not going on, or the summary is empty.
    """
    if asked.status is not RoundStatus.OPEN:
        raise RuleBroken(f"Завершают опрос, который идёт, а этот {asked.status.label}.")
    if not trimmed(summary):
        raise RuleBroken("Напишите выводы: что показал опрос.", field="summary")
    asked.status, asked.summary, asked.measures = RoundStatus.CLOSED, trimmed(summary), trimmed(measures)
    journal.record(session_of(asked), by, "survey.close", asked, f"«{asked}»: завершён.")
