"""Rounds of asking families: questions stand once asked, a family answers once, a round ends with its summary."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor
from app.quality import rules
from app.quality.models import Mark, QuestionAbout, QuestionKind, RoundStatus, SurveyRound, YesNo
from reports import REPORTS
from reports.form import Asked
from tests.make import DAY, centre, make_case, refused

TOMORROW = DAY + dt.timedelta(days=1)


def round_of(session: Session, by: Actor, *, opened: bool = True, **more: object) -> SurveyRound:
    """Make a round without names with a mark, a yes-or-no and a question in words."""
    values = {"title": "Осенний опрос", "date_from": DAY - dt.timedelta(days=10), "date_to": DAY, **more}
    made = SurveyRound(**values, service_unit_id=by.unit_id)
    session.add(made)
    session.flush()
    for text, kind in (("Как вам помогли", QuestionKind.SCALE), ("Всё ли понятно", QuestionKind.YES_NO),
                       ("Что изменить", QuestionKind.TEXT)):  # fmt: skip
        rules.add_question(made, by=by, text=text, kind=kind, about=QuestionAbout.QUALITY)
    session.flush()
    if opened:
        rules.open_round(made, by=by, sent=4)
    return made


def answers(made: SurveyRound, *given: object) -> dict[int, object]:
    """Return what was answered to the questions in their order."""
    return {question.id: answer for question, answer in zip(made.questions, given, strict=True)}


def test_S000_13a_a_round_is_made_of_questions_handed_out_and_typed_in() -> None:
    with centre() as (session, by):
        made = round_of(session, by)
        assert [(one.no, one.text) for one in made.questions] == [
            (1, "Как вам помогли"), (2, "Всё ли понятно"), (3, "Что изменить"),
        ]  # fmt: skip
        response = rules.record_response(made, answers(made, Mark.FOUR, YesNo.NO, "Больше встреч"), by=by)
        session.flush()
        assert sorted((one.mark, one.text) for one in response.answers if one.mark) == [(1, None), (4, None)]
        assert [one.text for one in response.answers if one.text] == ["Больше встреч"]
        rules.close_round(made, by=by, summary="Помощью довольны", measures="Чаще встречаться")
        assert made.status is RoundStatus.CLOSED


def test_a_family_answers_once_where_names_are_kept() -> None:
    with centre() as (session, by):
        made, case = round_of(session, by, is_anonymous=False), make_case(session, by)
        given = answers(made, Mark.FIVE, None, None)
        with refused("Опрос с именами: выберите семью.", "case_id"):
            rules.record_response(made, given, by=by)
        rules.record_response(made, given, by=by, case=case)
        session.flush()
        with refused(f"Семья {case.family} уже ответила в этом опросе.", "case_id"):
            rules.record_response(made, given, by=by, case=case)


def test_nobody_is_named_where_names_are_not_kept() -> None:
    with centre() as (session, by), refused("Опрос без имён: семью не указывают.", "case_id"):
        made = round_of(session, by)
        rules.record_response(made, answers(made, Mark.FIVE, None, None), by=by, case=make_case(session, by))


def test_an_empty_questionnaire_is_no_answer() -> None:
    with centre() as (session, by), refused("В анкете нет ни одного ответа."):
        made = round_of(session, by)
        rules.record_response(made, answers(made, None, None, None), by=by)


@pytest.mark.parametrize("day", [TOMORROW, DAY - dt.timedelta(days=11)])
def test_a_questionnaire_comes_within_the_round(day: dt.date) -> None:
    with centre() as (session, by):
        made = round_of(session, by)
        with refused("Анкету получают в дни опроса и не позже сегодняшнего. Проверьте дату.", "received_on"):
            rules.record_response(made, answers(made, Mark.FIVE, None, None), by=by, on=day)


def test_a_round_goes_its_way_only() -> None:
    with centre() as (session, by):
        made = round_of(session, by, opened=False)
        with refused("Анкеты принимают, пока опрос идёт, а он готовится."):
            rules.record_response(made, answers(made, Mark.FIVE, None, None), by=by)
        with refused("Завершают опрос, который идёт, а этот готовится."):
            rules.close_round(made, by=by, summary="Хорошо")
        with refused("Сколько анкет роздано? Укажите число больше нуля.", "sent"):
            rules.open_round(made, by=by, sent=0)
        rules.open_round(made, by=by, sent=3)
        with refused("Опрос уже идёт."):
            rules.open_round(made, by=by, sent=3)
        with refused("Анкеты уже розданы, вопросы не меняют. Начните новый опрос."):
            rules.add_question(made, by=by, text="Ещё", kind=QuestionKind.TEXT, about=QuestionAbout.OTHER)
        with refused("Напишите выводы: что показал опрос.", "summary"):
            rules.close_round(made, by=by, summary=" ")


def test_a_round_without_questions_asks_nothing() -> None:
    with centre() as (session, by), refused("В анкете нет вопросов. Добавьте хотя бы один."):
        empty = SurveyRound(title="Пустой", date_from=DAY, date_to=DAY, status=RoundStatus.DRAFT,
                            service_unit_id=by.unit_id)  # fmt: skip
        session.add(empty)
        rules.open_round(empty, by=by, sent=1)


def test_S000_13b_r13_counts_means_and_shares_beside_the_round_before() -> None:
    with centre() as (session, by):
        before = round_of(session, by, title="Весенний опрос", date_from=DAY - dt.timedelta(days=200), sent=0)
        rules.record_response(before, answers(before, Mark.THREE, None, None), by=by)
        made = round_of(session, by)
        for given in ((Mark.FIVE, YesNo.YES, "Больше встреч"), (Mark.FOUR, YesNo.NO, None), (Mark.TWO, None, None)):
            rules.record_response(made, answers(made, *given), by=by)
        session.flush()
        report = REPORTS["R13"]
        titles = [field.title for field in report.fields]
        rows = [dict(zip(titles, row, strict=True)) for row in report.rows(session, Asked(on=DAY))]
        assert len(rows) == 6
        help_row = rows[3]
        assert {title: help_row[title] for title in (
            "Опрос", "Разослано", "Получено", "% ответов", "Вопрос", "Средний балл", "Распределение 1–5",
            "% удовлетворённых (4–5)", "Изменение к прошлому",
        )} == {
            "Опрос": "Осенний опрос", "Разослано": 4, "Получено": 3, "% ответов": Decimal("75.0"),
            "Вопрос": "Как вам помогли", "Средний балл": Decimal("3.67"),
            "Распределение 1–5": "1: 0 · 2: 1 · 3: 0 · 4: 1 · 5: 1", "% удовлетворённых (4–5)": Decimal("66.7"),
            "Изменение к прошлому": Decimal("0.67"),
        }  # fmt: skip
        assert rows[4]["Средний балл"] == Decimal("3.00")
        assert (rows[5]["Средний балл"], rows[5]["Предложения"]) == (None, "Больше встреч")
        only_new = list(report.rows(session, Asked(on=DAY, date_from=DAY - dt.timedelta(days=30))))
        assert [row[4 - 1] for row in only_new] == ["Осенний опрос"] * 3
