"""What may happen to programmes of rehabilitation and to courses at home (S002-П-2, S001-2.2-e, S001-3.6).

::

    add_item ─► planned ── report (ipra.report) ─► done | not_done | refused
    start_course (recommendation first) ─► running ── do_procedure … ── finish_course ─► finished with its outcome
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.organisation.models import StaffMember
from app.people.models import Person
from app.people.rules import trimmed
from app.rehabilitation.models import (
    CourseOutcome,
    HomeCourse,
    HomeProcedure,
    MedicalRecommendation,
    RehabItem,
    RehabItemKind,
    RehabItemStatus,
    RehabProgramme,
)


def add_item(
    programme: RehabProgramme, *, by: Actor, kind: RehabItemKind, text: str, due: dt.date | None = None, **more: Any
) -> RehabItem:
    """Add an item of the programme of rehabilitation.

    Raises:
        RuleBroken: the programme is over, or the item is due after its end.
    """
    if programme.valid_to is not None and programme.valid_to < today():
        raise RuleBroken(f"Срок {programme.kind.label} закончился {programme.valid_to:%d.%m.%Y}. Внесите новую.")
    if due is not None and programme.valid_to is not None and due > programme.valid_to:
        raise RuleBroken(f"Срок позже окончания {programme.kind.label}. Проверьте дату.", field="due")
    item = RehabItem(programme=programme, person=programme.person, kind=kind, text=text, due=due,
                     service_unit_id=programme.service_unit_id, **more)  # fmt: skip
    session_of(programme).add(item)
    journal.record(session_of(programme), by, "ipra.add_item", item, "Внесено мероприятие ИПРА.")
    return item


def report(
    item: RehabItem, status: RehabItemStatus, *, by: Actor, on: dt.date | None = None, result: str | None = None
) -> None:
    """Say how an item ended on *on*.

    Raises:
        RuleBroken: it says «planned», the day has not come, or what was not done is not said why.
    """
    on = on or today()
    if status is RehabItemStatus.PLANNED:
        raise RuleBroken("Отметьте, чем закончилось мероприятие.", field="status")
    if on > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату.", field="settled_on")
    if status is not RehabItemStatus.DONE and not trimmed(result):
        raise RuleBroken("Напишите, почему мероприятие не выполнено.", field="result")
    item.status, item.settled_on, item.result = status, on, trimmed(result)
    journal.record(session_of(item), by, "ipra.report", item, f"Мероприятие ИПРА: {status.label}.")


def start_course(
    person: Person,
    *,
    by: Actor,
    recommendation: MedicalRecommendation,
    nurse: StaffMember | None = None,
    date_from: dt.date | None = None,
) -> HomeCourse:
    """Start a course at home for a child on the recommendation of a doctor.

    Raises:
        RuleBroken: the recommendation is for somebody else or of a later day, or a course is running.
    """
    day = date_from or today()
    if recommendation.person_id != person.id:
        raise RuleBroken("Эта рекомендация другому человеку. Выберите его собственную.", field="recommendation_id")
    if recommendation.date > day:
        raise RuleBroken("Курс начинают после рекомендации врача. Проверьте дату.", field="date_from")
    course = HomeCourse(person=person, recommendation=recommendation, nurse=nurse, date_from=day,
                        service_unit_id=person.service_unit_id)  # fmt: skip
    session_of(person).add(course)
    journal.record(session_of(person), by, "course.start", course, "Начат курс на дому.")
    return course


def plan_procedure(course: HomeCourse, *, by: Actor, name: str, planned: int) -> HomeProcedure:
    """Put a procedure on the plan of a running course.

    Raises:
        RuleBroken: the course is over, or no times are planned.
    """
    _need_running(course)
    if planned <= 0:
        raise RuleBroken("Сколько раз провести процедуру? Укажите число больше нуля.", field="planned")
    made = HomeProcedure(course=course, person=course.person, name=name, planned=planned, done=0,
                         service_unit_id=course.service_unit_id)  # fmt: skip
    session_of(course).add(made)
    journal.record(session_of(course), by, "course.plan", made, "В курс на дому внесена процедура.")
    return made


def do_procedure(procedure: HomeProcedure, *, by: Actor, on: dt.date | None = None) -> None:
    """Count the procedure done once more, on *on*.

    Raises:
        RuleBroken: the course is over, the day lies outside it, or all times are done.
    """
    on = on or today()
    _need_running(procedure.course)
    if not procedure.course.date_from <= on <= today():
        raise RuleBroken("Процедуру проводят в дни курса и не позже сегодняшнего. Проверьте дату.", field="last_on")
    if procedure.done >= procedure.planned:
        raise RuleBroken("Все назначенные процедуры проведены. Увеличьте назначение, если нужно ещё.")
    procedure.done += 1
    procedure.last_on = on
    journal.record(session_of(procedure), by, "course.do", procedure, "Проведена процедура курса на дому.")


def finish_course(course: HomeCourse, outcome: CourseOutcome, *, by: Actor, on: dt.date | None = None) -> None:
    """Finish a course on *on* and say what it changed.

    Raises:
        RuleBroken: it is over, or the day cannot be.
    """
    on = on or today()
    _need_running(course)
    if not course.date_from <= on <= today():
        raise RuleBroken("Курс заканчивают после начала и не позже сегодняшнего дня.", field="date_to")
    course.date_to, course.outcome = on, outcome
    journal.record(session_of(course), by, "course.finish", course, f"Курс на дому закончен: {outcome.label}.")


def _need_running(course: HomeCourse) -> None:
    if course.date_to is not None:
        raise RuleBroken(f"Курс закончен {course.date_to:%d.%m.%Y}. Начните новый.")
