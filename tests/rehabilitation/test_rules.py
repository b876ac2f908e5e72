"""Programmes of rehabilitation and courses at home: what is refused and what is counted."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import LargeBinary, select, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import Actor
from app.people.models import Person
from app.rehabilitation import rules
from app.rehabilitation.models import (
    CourseOutcome,
    HomeCourse,
    MedicalRecommendation,
    RehabItem,
    RehabItemKind,
    RehabItemStatus,
    RehabProgramme,
)
from tests.make import DAY, centre, make_child, refused

TOMORROW = DAY + dt.timedelta(days=1)


def programme_of(session: Session, by: Actor, **more: object) -> RehabProgramme:
    """Enter a programme of rehabilitation of a child."""
    values = {"person": make_child(session, by), "issued_on": dt.date(2025, 9, 1), "number": "12.3/2025", **more}
    made = RehabProgramme(**values, service_unit_id=by.unit_id)
    session.add(made)
    session.flush()
    return made


def item_of(session: Session, by: Actor, **more: object) -> RehabItem:
    """Add an item to a programme of rehabilitation."""
    values = {"kind": RehabItemKind.SOCIAL, "text": "Занятия в бассейне", **more}
    made = rules.add_item(programme_of(session, by), by=by, **values)
    session.flush()
    return made


def advice(session: Session, by: Actor, person: Person, day: dt.date = DAY) -> MedicalRecommendation:
    """Enter a recommendation of a doctor."""
    made = MedicalRecommendation(person=person, date=day, organisation="Поликлиника", text="Массаж, курс",
                                 service_unit_id=by.unit_id)  # fmt: skip
    session.add(made)
    session.flush()
    return made


def course_of(session: Session, by: Actor) -> HomeCourse:
    """Start a course of a child today."""
    child = make_child(session, by)
    made = rules.start_course(child, by=by, recommendation=advice(session, by, child))
    session.flush()
    return made


@pytest.mark.rows("S002-2.2-b")
def test_an_item_of_the_programme_is_reported_with_its_day_and_result() -> None:
    with centre() as (session, by):
        item = item_of(session, by, due=DAY)
        assert item.person_id == item.programme.person_id
        rules.report(item, RehabItemStatus.DONE, by=by, result="10 занятий")
        assert (item.status, item.settled_on, item.result) == (RehabItemStatus.DONE, DAY, "10 занятий")


@pytest.mark.parametrize(
    ("status", "given", "sentence", "field"),
    [
        (RehabItemStatus.PLANNED, {}, "Отметьте, чем закончилось мероприятие.", "status"),
        (RehabItemStatus.DONE, {"on": TOMORROW}, "Этот день ещё не наступил. Проверьте дату.", "settled_on"),
        (RehabItemStatus.NOT_DONE, {}, "Напишите, почему мероприятие не выполнено.", "result"),
        (RehabItemStatus.REFUSED, {"result": " "}, "Напишите, почему мероприятие не выполнено.", "result"),
    ],
)
def test_a_report_that_says_nothing_is_refused(
    status: RehabItemStatus, given: dict[str, object], sentence: str, field: str
) -> None:
    with centre() as (session, by), refused(sentence, field):
        rules.report(item_of(session, by), status, by=by, **given)


def test_an_item_fits_into_the_term_of_its_programme() -> None:
    with centre() as (session, by):
        over = programme_of(session, by, valid_to=DAY - dt.timedelta(days=1))
        with refused(f"Срок ИПРА закончился {over.valid_to:%d.%m.%Y}. Внесите новую."):
            rules.add_item(over, by=by, kind=RehabItemKind.SOCIAL, text="Кружок")
        running = programme_of(session, by, valid_to=TOMORROW)
        with refused("Срок позже окончания ИПРА. Проверьте дату.", "due"):
            rules.add_item(running, by=by, kind=RehabItemKind.SOCIAL, text="Кружок",
                           due=TOMORROW + dt.timedelta(days=1))  # fmt: skip


def test_what_it_says_lies_sealed_in_the_table() -> None:
    with centre() as (session, by):
        item = item_of(session, by)
        kept = session.scalar(
            select(type_coerce(RehabItem.__table__.c.text, LargeBinary)).where(RehabItem.id == item.id)
        )
        assert kept and "бассейне".encode() not in bytes(kept)


@pytest.mark.rows("S001-3.6-f", "S001-3.6-g", "S001-3.6-h")
def test_S001_3_6_b_a_course_on_a_recommendation_counts_its_procedures_and_ends_with_an_outcome() -> None:
    with centre() as (session, by):
        course = course_of(session, by)
        assert course.completion is None
        massage = rules.plan_procedure(course, by=by, name="Массаж", planned=10)
        session.flush()
        for _ in range(8):
            rules.do_procedure(massage, by=by)
        assert (course.completion, massage.last_on) == (80, DAY)
        course.observations = "18.02.2026: спит спокойнее"
        rules.finish_course(course, CourseOutcome.BETTER, by=by)
        assert (course.date_to, course.outcome) == (DAY, CourseOutcome.BETTER)
        for late in (lambda: rules.do_procedure(massage, by=by),
                     lambda: rules.plan_procedure(course, by=by, name="ЛФК", planned=1),
                     lambda: rules.finish_course(course, CourseOutcome.SAME, by=by)):  # fmt: skip
            with refused(f"Курс закончен {DAY:%d.%m.%Y}. Начните новый."):
                late()


def test_a_course_needs_a_recommendation_for_that_very_child_before_it_begins() -> None:
    with centre() as (session, by):
        child, other = make_child(session, by), make_child(session, by, first_name="Олег")
        with refused("Эта рекомендация другому человеку. Выберите его собственную.", "recommendation_id"):
            rules.start_course(child, by=by, recommendation=advice(session, by, other))
        with refused("Курс начинают после рекомендации врача. Проверьте дату.", "date_from"):
            rules.start_course(child, by=by, recommendation=advice(session, by, child),
                               date_from=DAY - dt.timedelta(days=1))  # fmt: skip


def test_a_procedure_is_done_on_a_day_of_the_course_as_often_as_planned() -> None:
    with centre() as (session, by):
        course = course_of(session, by)
        with refused("Сколько раз провести процедуру? Укажите число больше нуля.", "planned"):
            rules.plan_procedure(course, by=by, name="Массаж", planned=0)
        massage = rules.plan_procedure(course, by=by, name="Массаж", planned=1)
        session.flush()
        for day in (DAY - dt.timedelta(days=1), TOMORROW):
            with refused("Процедуру проводят в дни курса и не позже сегодняшнего. Проверьте дату.", "last_on"):
                rules.do_procedure(massage, by=by, on=day)
        rules.do_procedure(massage, by=by)
        with refused("Все назначенные процедуры проведены. Увеличьте назначение, если нужно ещё."):
            rules.do_procedure(massage, by=by)
        with refused("Курс заканчивают после начала и не позже сегодняшнего дня.", "date_to"):
            rules.finish_course(course, CourseOutcome.SAME, by=by, on=TOMORROW)


def test_the_database_refuses_more_procedures_than_planned() -> None:
    with centre() as (session, by):
        massage = rules.plan_procedure(course_of(session, by), by=by, name="Массаж", planned=1)
        massage.done = 2
        with pytest.raises(IntegrityError):
            session.flush()
