"""Who leads a case and who works beside the curator, from which day to which.

::

    assign_curator ─► curator from a day ── assign_curator again (hand_over for many) ─► that day is the last
    add_to_team ─► in the team ── leave_team ─► left
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import CaseTeamMember, CuratorAssignment, Direction, FamilyCase
from app.cases.refusing import refuse_ended, refuse_future
from app.organisation.models import StaffMember
from app.people.rules import trimmed
from app.terms import say, word

if TYPE_CHECKING:
    from app.orders.models import AdminOrder

NOW_LED = "{curator?Нынешний|Нынешняя|Нынешнее} {curator} {curator?назначен|назначена|назначено}"


def assign_curator(
    case: FamilyCase,
    staff: StaffMember,
    *,
    by: Actor,
    on: dt.date | None = None,
    reason: str = "",
    order: AdminOrder | None = None,
) -> CuratorAssignment:
    """Make *staff* the curator from *on* (S003-3.5, S004-1-g); the one before ends that same day.

    *order* is the order of the director that says so (form D12). The order of work tells on which stage a first curator
    is appointed and by whom; without one it falls to the head of the service and the director.

    Raises:
        RuleBroken: it falls to others or comes later, the case has ended, the person does not work here then, is the
            curator already, the day lies before the present curator began, or the order is repealed.
    """
    session = session_of(case)
    on = on or today()
    refuse_ended(case)
    if gate.stage_of(case) is None:
        _need_head(by)
    gate.need(case, "curator.replace" if case.assignments else "curator.assign", by=by, field="staff_id")
    refuse_future(on, "date_from")
    _need_working(staff, on)
    running = next((each for each in case.assignments if each.date_to is None), None)
    if running is not None:
        if running.staff_id == staff.id:
            raise RuleBroken(say("{staff} уже {curator} этой семьи.", staff=staff), field="staff_id")
        if on < running.date_from:
            raise RuleBroken(f"{say(NOW_LED)} {running.date_from:%d.%m.%Y}. Укажите день не раньше.", field="date_from")
        running.date_to = on
        # The index allows one open assignment, so the old one is closed in the table before the new comes.
        session.flush()
    elif on < case.opened_at:
        raise RuleBroken(f"Дело заведено {case.opened_at:%d.%m.%Y}. Укажите день не раньше.", field="date_from")
    if order is not None and not order.is_valid_on(max(on, order.date)):
        raise RuleBroken(f"{order} отменён. Назовите действующий приказ.", field="order_id")
    assignment = CuratorAssignment(
        case=case, staff=staff, date_from=on, order=order, reason=trimmed(reason), service_unit_id=case.service_unit_id
    )
    session.add(assignment)
    case.curator = staff
    told = f"Дело № {case.number}: {word('curator')} {staff}" + (f", {order}." if order is not None else ".")
    journal.record(session, by, "curator.assign", case, told)
    happened(case, "curator_assigned", on=on)
    return assignment


def hand_over(
    cases: Iterable[FamilyCase], staff: StaffMember, *, by: Actor, on: dt.date | None = None, reason: str = ""
) -> tuple[int, list[tuple[FamilyCase, str]]]:
    """Make *staff* the curator of each of *cases*; return how many were given and which were not, with why."""
    given, skipped = 0, []
    for case in cases:
        try:
            assign_curator(case, staff, by=by, on=on, reason=reason)
            given += 1
        except RuleBroken as refusal:
            skipped.append((case, refusal.sentence))
    return given, skipped


def add_to_team(
    case: FamilyCase,
    staff: StaffMember,
    *,
    by: Actor,
    function: str = "",
    direction: Direction | None = None,
    on: dt.date | None = None,
) -> CaseTeamMember:
    """Take *staff* into the team of the case from *on*.

    Raises:
        RuleBroken: the case has ended, it falls to others, or the person does not work here then or is in the team
            already.
    """
    session = session_of(case)
    on = on or today()
    refuse_ended(case)
    gate.need(case, "team.add", by=by)
    refuse_future(on, "date_from")
    _need_working(staff, on)
    if on < case.opened_at:
        raise RuleBroken(f"Дело заведено {case.opened_at:%d.%m.%Y}. Укажите день не раньше.", field="date_from")
    if any(each.staff_id == staff.id and each.date_to is None for each in case.team):
        raise RuleBroken(f"{staff} уже в команде этой семьи.", field="staff_id")
    member = CaseTeamMember(
        case=case,
        staff=staff,
        function=trimmed(function),
        direction=direction,
        date_from=on,
        service_unit_id=case.service_unit_id,
    )
    session.add(member)
    journal.record(session, by, "team.add", case, f"Дело № {case.number}: в команде теперь {staff}.")
    return member


def leave_team(member: CaseTeamMember, *, by: Actor, on: dt.date | None = None) -> None:
    """End the specialist's work in the team on *on*, the last day.

    Raises:
        RuleBroken: it has ended, or the day cannot be.
    """
    on = on or today()
    refuse_future(on, "date_to")
    if member.date_to is not None:
        raise RuleBroken(f"{member.staff} уже не в команде этой семьи.")
    if on < member.date_from:
        raise RuleBroken(f"Он в команде с {member.date_from:%d.%m.%Y}. Укажите день не раньше.", field="date_to")
    member.date_to = on
    text = f"Дело № {member.case.number}: из команды вышел специалист {member.staff}."
    journal.record(session_of(member), by, "team.leave", member.case, text)


def cases_led_by(staff: StaffMember) -> list[FamilyCase]:
    """Return the open cases *staff* is the curator of, to be handed over before the person leaves."""
    found = select(FamilyCase).where(FamilyCase.curator_id == staff.id).order_by(FamilyCase.id)
    return [case for case in session_of(staff).scalars(found) if case.status.is_open]


def _need_head(by: Actor) -> None:
    """Refuse unless *by* answers for all cases: who leads a case decides who sees the family (S001-1.4)."""
    if not (by.is_any("head_of_service", "director") or by.sees_unit or by.sees_all):
        raise RuleBroken(say("{Curator:acc} назначает руководитель службы. Попросите его."))


def _need_working(staff: StaffMember, day: dt.date) -> None:
    if not staff.works_on(day):
        raise RuleBroken(f"{staff} не работает в этот день. Выберите другого сотрудника.", field="staff_id")
