"""What guards ask of a case: questions answered by the database, one at a time or all in one statement.

A question stands beside the guard that needs it and says with one query what decides::

    SIGNED = ask(select(func.max(LivingConditionsAct.signed_at)).where(LivingConditionsAct.case_id == CASE))

    answer(case, SIGNED)          # one small statement: a rule that looks at one guard
    with all_asked(case):         # one statement for every question: a rule that looks at many
        answer(case, SIGNED)

A request that only reads asks everything at once and remembers it, because a card looks at all guards, some of them
several times.

What decides about a family does not depend on who looks, so questions are asked for the whole unit, whatever the roles
of the person see of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Date, Integer, ScalarSelect, Select, bindparam, select

from app.acting import acting, actor, is_writing, today
from app.base import MomentType, session_of
from app.cases.models import FamilyCase

CASE = bindparam("of_case", type_=Integer)
PREVIOUS = bindparam("of_previous", type_=Integer)
FAMILY = bindparam("of_family", type_=Integer)
SINCE = bindparam("of_since", type_=MomentType)
TODAY = bindparam("of_today", type_=Date)
GROWN_UP = bindparam("of_grown_up", type_=Date)
"""What a question may speak of: the case, the one it continues, its family, when it came to its stage, this day, and
the birthday of who comes of age on it: whoever was born later is a minor."""


@dataclass(frozen=True, eq=False)
class Question:
    """A query of one value about a case."""

    wanted: ScalarSelect[Any]


_every: list[Question] = []
_told: ContextVar[tuple[FamilyCase, dict[Question, Any]] | None] = ContextVar("opora_told_of_case", default=None)


def ask(wanted: Select[Any]) -> Question:
    """Make a question of *wanted*, a query of one value."""
    made = Question(wanted.correlate(None).scalar_subquery())
    _every.append(made)
    return made


def answer(case: FamilyCase, question: Question) -> Any:
    """Return what the database answers about *case* now, or what it has answered already where nothing can change."""
    told = _told.get()
    if told is not None and told[0] is case:
        return told[1][question]
    if is_writing():
        return _asked(case, (question,))[0]
    known: dict[int, dict[Question, Any]] = session_of(case).info.setdefault("told_of_cases", {})
    if case.id not in known:
        known[case.id] = dict(zip(_every, _asked(case, _every), strict=True))
    return known[case.id][question]


@contextmanager
def all_asked(case: FamilyCase) -> Iterator[None]:
    """Ask every question about *case* in one statement; nothing may be changed inside the block."""
    if not is_writing():  # The first answer brings them all.
        yield
        return
    token = _told.set((case, dict(zip(_every, _asked(case, _every), strict=True))))
    try:
        yield
    finally:
        _told.reset(token)


def _asked(case: FamilyCase, questions: Sequence[Question]) -> Sequence[Any]:
    day = today()
    values = {
        CASE.key: case.id,
        PREVIOUS.key: case.previous_case_id,
        FAMILY.key: case.family_id,
        SINCE.key: case.stage_since,
        TODAY.key: day,
        GROWN_UP.key: dt.date(day.year - 18, day.month, 28 if (day.month, day.day) == (2, 29) else day.day),
    }
    wanted = [one.wanted.label(f"answer_{number}") for number, one in enumerate(questions)]
    # The case itself stands in the query so that it is one of the mapper, which the row scope can narrow.
    statement = select(FamilyCase.id, *wanted).where(FamilyCase.id == CASE)
    with for_all_roles():
        return tuple(session_of(case).execute(statement, values).one())[1:]


@contextmanager
def for_all_roles() -> Iterator[None]:
    """Read the whole unit, also what some roles are shown only their own rows of."""
    with acting(replace(actor(), sees_unit=True, roles=frozenset()), writing=is_writing()):
        yield
