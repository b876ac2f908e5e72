"""Who may do what to a programme, and the lock under which its state moves (domain 3.10, block «Programme»)."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import or_, select

from app.acting import Actor, today
from app.base import Model, RuleBroken, UnitModel, session_of
from app.cases import gate
from app.cases.models import CaseTeamMember, Direction, FamilyCase
from app.programmes.models import Measure, MeasureLineage, ProgrammeVersion, VersionStatus
from app.terms import say

HEADS = ("head_of_service",)
"""Roles that answer for all cases of a unit."""

STANDING = (VersionStatus.APPROVED, VersionStatus.IN_FORCE)
"""States of a version that charges people with its measures."""

Row = TypeVar("Row", bound=Model)


def take(record: Row) -> Row:
    """Lock the row of *record* until the transaction ends and read it afresh, its relationships included.

    Every rule that moves a state takes its row first, so of two people who press at once the second sees what
    the first has done and is refused by an ordinary sentence. On PostgreSQL this is ``FOR UPDATE``; on SQLite a
    writing transaction is alone from its first statement on. The row version catches whoever goes around it.

    Raises:
        RuleBroken: somebody has removed the row meanwhile.
    """
    model = type(record)
    found = session_of(record).scalars(
        select(model).where(model.id == record.id).with_for_update(of=model),
        execution_options={"populate_existing": True},
    )
    taken = found.one_or_none()
    if taken is None:
        raise RuleBroken("Этого здесь больше нет: пока вы работали, его убрали. Обновите страницу.")
    return taken


def is_of_unit(record: UnitModel, by: Actor) -> bool:
    """Whether the row belongs to the unit *by* works in."""
    return by.unit_id is not None and by.unit_id == record.service_unit_id


def leads(case: FamilyCase, by: Actor) -> bool:
    """Whether *by* is the curator of the case or the head of the service.

    Where the order of work assigns the curator after the programme (S002-3.3-3), every curator who sees the case is
    one until then, as at the door (:func:`app.cases.gate.plays`).
    """
    if not is_of_unit(case, by):
        return False
    if by.is_any(*HEADS) or (by.staff_id is not None and by.staff_id == case.curator_id):
        return True
    return case.curator_id is None and by.is_any("curator") and gate.stage_of(case) is not None


def directions_of(case: FamilyCase, by: Actor) -> set[Direction]:
    """Return the directions in which *by* works in the team of the case today."""
    if by.staff_id is None or not is_of_unit(case, by):
        return set()
    day = today()
    seats = select(CaseTeamMember).where(
        CaseTeamMember.case_id == case.id,
        CaseTeamMember.staff_id == by.staff_id,
        CaseTeamMember.date_from <= day,
        or_(CaseTeamMember.date_to.is_(None), CaseTeamMember.date_to >= day),
    )
    return {seat.direction for seat in session_of(case).scalars(seats) if seat.direction is not None}


def need_lead(case: FamilyCase, by: Actor) -> None:
    """Refuse unless *by* leads the case."""
    if not leads(case, by):
        raise RuleBroken(say("Это делает {curator} семьи или руководитель службы. Попросите кого-то из них."))


def need_to(case: FamilyCase, action: str, by: Actor) -> None:
    """Refuse unless *by*, who has a part in the work with the family, may do *action* by the order of work.

    Without an order of work it falls to whoever leads the case.
    """
    if gate.stage_of(case) is None:
        need_lead(case, by)
        return
    gate.need(case, action, by=by)
    need_part(case, by)


def need_draft(case: FamilyCase, by: Actor) -> None:
    """Refuse unless *by* may write versions of the programme now, by an order of work: to create or to correct one.

    Without an order of work this is left to the rules that ask for a lead or a direction.
    """
    if gate.stage_of(case) is None:
        return
    refusals = [gate.refusal(case, action, by=by) for action in ("programme.create", "programme.correct")]
    if all(refusals):
        raise RuleBroken(refusals[0] or "")
    need_part(case, by)


def need_direction(case: FamilyCase, by: Actor, *directions: Direction | None) -> None:
    """Refuse unless *by* leads the case or works in its team in every one of *directions*."""
    if leads(case, by):
        return
    own = directions_of(case, by)
    if not own:
        raise RuleBroken(
            say(
                "Вы не в команде этой семьи, и её мероприятия вам не изменить. "
                "Попросите {curator:acc} включить вас в команду."
            )
        )
    if not own.issuperset(directions):
        names = ", ".join(sorted(direction.label for direction in own))
        raise RuleBroken(f"Вы ведёте только мероприятия своего направления: {names}.", field="direction")


def works_with(case: FamilyCase, by: Actor) -> bool:
    """Whether *by* has a part in the work with the family today: leads the case, is in its team, carries out a measure.

    The system at work has a part in everything.
    """
    if (by.sees_all or by.sees_unit) and not by.roles:
        return True
    if leads(case, by):
        return True
    if by.staff_id is None or not is_of_unit(case, by):
        return False
    day, session = today(), session_of(case)
    seat = select(CaseTeamMember.id).where(
        CaseTeamMember.case_id == case.id,
        CaseTeamMember.staff_id == by.staff_id,
        CaseTeamMember.date_from <= day,
        or_(CaseTeamMember.date_to.is_(None), CaseTeamMember.date_to >= day),
    )
    given_to = [Measure.executor_id == by.staff_id]
    if by.department_id is not None:
        given_to.append(Measure.department_id == by.department_id)
    given = (
        select(Measure.id)
        .join(Measure.programme_version)
        .join(Measure.lineage)
        .where(
            MeasureLineage.case_id == case.id,
            ProgrammeVersion.status.in_(STANDING),
            or_(*given_to),
        )
    )
    return any(session.scalar(found.limit(1)) is not None for found in (seat, given))


def need_part(case: FamilyCase, by: Actor) -> None:
    """Refuse unless *by* has a part in the work with the family (S001-3.1-a)."""
    if not works_with(case, by):
        raise RuleBroken(say("Вы не работаете с этой семьёй. Попросите {curator:acc} включить вас в команду."))
