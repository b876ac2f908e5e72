"""What a programme lacks before it is sent, and what is worth a look, each at its place (S002-1.5-b, S001-3.1-c).

An error keeps the version from being sent or its case from moving on; a warning stops nothing. What is asked for beyond
executor and date comes from the order of work of the centre: a problem behind each measure where it names the guard
``measures_complete``, the kinds of help where it lists them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.agreements.models import Agreement, AgreementStatus
from app.assessment.lists import ProblemOutcome
from app.assessment.models import Problem
from app.base import session_of
from app.cases import gate
from app.cases.stages import order_in_force
from app.intake.models import Recognition
from app.programmes.difference import executor_of
from app.programmes.measures import EDITABLE
from app.programmes.models import Measure, ProgrammeVersion
from app.terms import say


@dataclass(frozen=True)
class Remark:
    """One remark: whether it *stops*, what is said, why it matters, and the measure it is about, if about one."""

    stops: bool
    text: str
    hint: str = ""
    measure: Measure | None = None


def check(version: ProgrammeVersion) -> list[Remark]:
    """Return every remark about a version that is still being written; nothing about one that is not."""
    if version.status not in EDITABLE:
        return []
    remarks = [*_whole(version), *(one for measure in version.measures for one in _measure(version, measure))]
    return sorted(remarks, key=lambda one: not one.stops)


# ---- the version as a whole --------------------------------------------------------------------------


def _whole(version: ProgrammeVersion) -> Iterator[Remark]:
    session = session_of(version)
    if not version.measures:
        yield Remark(True, say("В {programme_short:prep} есть цель, а мероприятий нет: добавьте хотя бы одно."))
        return
    yield from _problems(session, version)
    yield from _help(session, version)
    yield from _papers(session, version)


def _problems(session: Session, version: ProgrammeVersion) -> Iterator[Remark]:
    """The programme rests on the problems of the family, and each open problem is worked on (S002-1.5-b)."""
    worked_on = {one.problem_id for one in version.measures if one.problem_id is not None}
    found = session.scalars(
        select(Problem)
        .where(Problem.case_id == version.programme.case_id, Problem.outcome == ProblemOutcome.OPEN)
        .order_by(Problem.id)
    ).all()
    if not worked_on:
        yield Remark(
            False,
            say("{Programme_short} не опирается ни на одну выявленную проблему семьи."),
            "Выберите в мероприятии проблему, которую оно решает",
        )
    elif found:
        for problem in found:
            if problem.id not in worked_on:
                yield Remark(False, f"С проблемой «{problem}» никто не работает.", "Нет мероприятия, которое её решает")


def _help(session: Session, version: ProgrammeVersion) -> Iterator[Remark]:
    """Every kind of help the centre gives is thought of: there is a measure, or it is not needed (S001-3.1-c)."""
    order = order_in_force(session, version.service_unit_id)
    given = {one.help_kind.value for one in version.measures if one.help_kind is not None}
    empty = [one.label for one in (order.help_kinds if order is not None else ()) if one.code not in given]
    if empty:
        yield Remark(False, f"Нет мероприятий по видам помощи: {', '.join(empty)}.", "Не требуется или нужно заполнить")


def _papers(session: Session, version: ProgrammeVersion) -> Iterator[Remark]:
    """The programme that completes an ИППСУ names it, and no measure lasts longer than the agreement (S003-3.5-c)."""
    case_id = version.programme.case_id
    recognised = select(func.count(Recognition.id)).where(Recognition.case_id == case_id, Recognition.is_positive)
    completes = "ИППСУ" in version.programme.title or session.scalar(recognised)
    if completes and not (version.ippsu_number and version.ippsu_date):
        yield Remark(False, "Не указаны номер и дата ИППСУ.", "Если у семьи нет ИППСУ, оставьте пустым")
    until = session.scalar(
        select(Agreement.valid_to).where(Agreement.case_id == case_id, Agreement.status == AgreementStatus.SIGNED)
    )
    if until is None:
        return
    if version.valid_to > until:
        yield Remark(
            False, say("{Programme_short} заканчивается позже, чем {agreement_short}: {end}.", end=f"{until:%d.%m.%Y}")
        )
    for measure in version.measures:
        if measure.due is not None and measure.due > until:
            late = "Срок мероприятия «{title}» позже, чем заканчивается {agreement_short}: {end}."
            yield Remark(False, say(late, title=measure.title, end=f"{until:%d.%m.%Y}"), measure=measure)


# ---- one measure -------------------------------------------------------------------------------------


def _measure(version: ProgrammeVersion, measure: Measure) -> Iterator[Remark]:
    """A measure says who does it and by when (S000-8a) and what problem it solves."""
    if executor_of(measure) is None:
        yield Remark(True, f"У мероприятия «{measure.title}» нет исполнителя.", measure=measure)
    if measure.due is None:
        yield Remark(True, f"У мероприятия «{measure.title}» нет срока.", measure=measure)
    if measure.problem_id is None and not measure.problem:
        asked = gate.names_guard(version.programme.case, "measures_complete")
        yield Remark(asked, f"У мероприятия «{measure.title}» нет проблемы, которую оно решает.", measure=measure)
    if measure.due is not None and not version.valid_from <= measure.due <= version.valid_to:
        term = "Срок мероприятия «{title}» вне срока {programme_short:gen}."
        yield Remark(False, say(term, title=measure.title), measure=measure)
