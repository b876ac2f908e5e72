"""How many visits a month the order of work asks for, and how many there were (S001-2.2-d1, S001-3.1-a, S000-11a).

The norm is that of the family's level where the centre uses levels, else the one of the whole order. Days of
accompaniment count: of a family taken on in the middle of a month half the visits are asked for, of one that stands
still none. Only meetings face to face count for it; calls and messages are counted beside.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import today
from app.base import session_of
from app.cases.models import FamilyCase, LevelPeriod
from app.cases.stages import order_in_force
from app.days.calendar import DAY, Calendar, days
from app.days.rules import calendar_of
from app.profiles.order import OrderOfWork, VisitNorm
from app.visits.models import IN_PERSON, Visit
from app.words import counted

WEEK = 7
MONTH = 30
"""Days of a month as the usual distance between visits is counted."""


@dataclass(frozen=True)
class Count:
    """The visits of a month: how many were *done* face to face, how many the *norm* asks for (None: no norm), and how
    often the family was spoken with from afar."""

    done: int = 0
    norm: int | None = None
    remote: int = 0

    @property
    def is_below(self) -> bool:
        """Whether there were fewer than the norm asks for."""
        return self.norm is not None and self.done < self.norm

    @property
    def said(self) -> str:
        """«визитов 1 из 2»."""
        if self.norm is None:
            return f"визитов {self.done}"
        return f"визитов {self.done} из {self.norm}"


def first_day(day: dt.date) -> dt.date:
    """Return the first day of the month of *day*."""
    return day.replace(day=1)


def last_day(day: dt.date) -> dt.date:
    """Return the last day of the month of *day*."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def norm_by(order: OrderOfWork | None, level: str | None) -> VisitNorm | None:
    """Return the norm of families of the *level* (its code) by *order*; None where there is no order of work."""
    if order is None:
        return None
    return next((one.visit_norm for one in order.levels if one.code == level), order.visit_norm)


def norm_of(case: FamilyCase) -> VisitNorm | None:
    """Return the norm of visits to the family of *case* now."""
    order = order_in_force(session_of(case), case.service_unit_id)
    return norm_by(order, _levels(session_of(case), [case.id], today()).get(case.id))


def in_words(norm: VisitNorm) -> str:
    """«2 визита в месяц»."""
    return f"{counted(norm.count, 'визит', 'визита', 'визитов')} в {'неделю' if norm.per == 'week' else 'месяц'}"


def asked_for(case: FamilyCase, norm: VisitNorm, month: dt.date) -> int:
    """Return how many visits *norm* asks for in the month of *month*, by the days the family was accompanied."""
    whole = calendar.monthrange(month.year, month.month)[1]
    number = sum(_is_accompanied(case, day) for day in days(first_day(month), last_day(month) + DAY))
    return norm.count * number // (WEEK if norm.per == "week" else whole)


def _is_accompanied(case: FamilyCase, day: dt.date) -> bool:
    """Whether the family was accompanied on *day*: from the agreement to the end, the present pause left out."""
    if case.started_at is None or day < case.started_at or (case.ended_at is not None and day >= case.ended_at):
        return False
    return case.suspended_at is None or day < case.suspended_at


def visits_of_month(
    session: Session, cases: Sequence[FamilyCase], month: dt.date, staff_id: int | None = None
) -> dict[int, Count]:
    """Return the visits of each of *cases* in the month of *month*, in a constant number of queries.

    With *staff_id* only what that person did is counted, and without a norm: the norm is that of the family.
    """
    first, last = first_day(month), last_day(month)
    ids = [case.id for case in cases]
    done = (
        select(Visit.case_id, Visit.form, func.count())
        .where(
            Visit.case_id.in_(ids), Visit.day.between(first, last), Visit.done_at.is_not(None),
            Visit.annulled_at.is_(None),
        )
        .group_by(Visit.case_id, Visit.form)
    )  # fmt: skip
    if staff_id is not None:
        done = done.where(Visit.staff_id == staff_id)
    met, called = dict.fromkeys(ids, 0), dict.fromkeys(ids, 0)
    for case_id, form, number in session.execute(done):
        (met if form in IN_PERSON else called)[case_id] += number
    levels = _levels(session, ids, last) if staff_id is None else {}
    orders = {unit: order_in_force(session, unit) for unit in {case.service_unit_id for case in cases}}

    def count(case: FamilyCase) -> Count:
        norm = norm_by(orders[case.service_unit_id], levels.get(case.id)) if staff_id is None else None
        return Count(met[case.id], None if norm is None else asked_for(case, norm, month), called[case.id])

    return {case.id: count(case) for case in cases}


def _levels(session: Session, ids: Iterable[int], on: dt.date) -> dict[int, str]:
    """Return the code of the level each case had on the day *on*."""
    found = select(LevelPeriod.case_id, LevelPeriod.code).where(
        LevelPeriod.case_id.in_(ids), LevelPeriod.date_from <= on
    )
    return dict(session.execute(found.order_by(LevelPeriod.date_from, LevelPeriod.id)).all())


def next_day(case: FamilyCase, after: dt.date) -> dt.date | None:
    """Return the working day a visit after the one on *after* usually falls on; None where no norm is set."""
    norm = norm_of(case)
    if norm is None:
        return None
    distance = (WEEK if norm.per == "week" else MONTH) // norm.count
    return working(calendar_of(session_of(case)), after + DAY * max(1, distance))


def working(worked: Calendar, day: dt.date) -> dt.date:
    """Return *day*, or the next one that is worked."""
    while not worked.works(day):
        day += DAY
    return day
