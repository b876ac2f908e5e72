"""What decisions do once they are in effect: to a programme, to a case, to those they charge.

Every decision of a protocol takes effect in the transaction of the last signature, all of them or none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select

from app import journal
from app.acting import SYSTEM, Actor, for_whole_unit, now, today
from app.base import RuleBroken, session_of
from app.cases import levels
from app.cases.events import happened
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.days.calendar import day_of
from app.intake.rules import record_recognition
from app.meetings.models import (
    Decision,
    DecisionAssignment,
    DecisionKind,
    ItemKind,
    Meeting,
    MeetingStatus,
)
from app.meetings.rights import keeps_protocol
from app.people.rules import trimmed
from app.programmes import rules as programmes
from app.programmes.life import WORKING, review_after
from app.programmes.models import Programme, ProgrammeVersion, VersionStatus
from app.programmes.rights import leads, take


def take_effect(meeting: Meeting, by: Actor) -> None:
    """Apply every decision of a signed protocol, in the caller's transaction: all of them or none."""
    session = session_of(meeting)
    meeting.signed_at = now()
    meeting.ended_at = meeting.ended_at or meeting.signed_at
    meeting.status = MeetingStatus.PROTOCOL_SIGNED
    session.flush()
    # Who signs last need not see every family the meeting spoke about.
    with for_whole_unit():
        session.expire(meeting, ["items"])
        # The rows of versions are taken in the order of their ids, as everywhere.
        for item in sorted(meeting.items, key=lambda each: (each.programme_version_id or 0, each.id)):
            session.expire(item, ["case", "programme_version", "proposal"])
            item.is_open = False
            if item.decision is not None:
                _apply(item.decision, by)
                if item.proposal is not None:
                    item.proposal.is_open = False
    journal.record(session, by, "meeting.effect", meeting, f"{meeting}: решения вступили в силу.")


def decided_on(meeting: Meeting, by: Actor) -> dt.date:
    """Return the day of the decisions: that of the paper of a body that sits elsewhere, or of the meeting."""
    return meeting.document_date or day_of(meeting.held_at or now(), by.zone)


def _apply(decision: Decision, by: Actor) -> None:
    """Put one decision into effect."""
    decision.applied_at = now()
    item = decision.item
    day = decided_on(item.meeting, by)
    if item.programme_version is not None:
        _on_programme(item.programme_version, decision, by, day)
    elif item.case is not None:
        effect = _EFFECTS.get(decision.kind)
        if effect is not None:
            effect(item.case, decision, by, day)
        if item.kind in (ItemKind.INTERIM, ItemKind.OTHER):
            _reviewed(item.case, day)
        if item.kind is ItemKind.INTERIM:
            happened(item.case, "interim_heard", on=day)


# ---- a programme -------------------------------------------------------------------------------------


def _on_programme(version: ProgrammeVersion, decision: Decision, by: Actor, day: dt.date) -> None:
    case = version.programme.case
    if decision.kind is DecisionKind.APPROVE:
        programmes.approve(version, decision=decision, by=by)
        happened(case, "programme_approved", on=day)
        if _acts_at_once(case, version):
            programmes.put_in_force(version, by=SYSTEM, on=day)
    elif decision.kind is DecisionKind.REJECT:
        programmes.reject(version, decision=decision, reason=decision.reason, by=by)
    elif decision.kind is DecisionKind.SEND_BACK:
        programmes.send_back(version, decision=decision, reason=decision.reason, by=by)
    if decision.item.kind is ItemKind.CORRECTION:
        happened(case, "correction_considered", on=day)


def _acts_at_once(case: FamilyCase, version: ProgrammeVersion) -> bool:
    """Whether an approved version acts without more ado: the work goes on, and nobody is to be sent it first."""
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is None or case.status not in WORKING:
        return False
    return not (order.dispatches and any(measure.partner_id is not None for measure in version.measures))


# ---- a case ------------------------------------------------------------------------------------------


def _recognition(case: FamilyCase, decision: Decision, by: Actor, day: dt.date) -> None:
    meeting = decision.item.meeting
    record_recognition(
        case,
        by=by,
        positive=decision.kind is DecisionKind.RECOGNISE,
        decided_on=day,
        protocol_no=meeting.document_no or f"{meeting.number}/{meeting.year}",
        body=meeting.body,
        decision=decision,
    )


def _continue(case: FamilyCase, decision: Decision, by: Actor, day: dt.date) -> None:
    """The accompaniment goes on to a new last day (S004-4-b); the way back to the work is open from now on."""
    case.planned_end = decision.new_term
    told = f"Дело № {case.number}: продолжить до {decision.new_term:%d.%m.%Y}."
    journal.record(session_of(case), by, "case.continue", case, told)


def _level(case: FamilyCase, decision: Decision, by: Actor, day: dt.date) -> None:
    if decision.level is None:
        return  # A centre without an order of work has no levels to choose from; the decision says it in words.
    reason = decision.reason or f"{decision.item.meeting}"
    end = decision.new_term or case.planned_end
    levels.set_level(case, decision.level, by=SYSTEM, planned_end=end, reason=reason, on=day)


_EFFECTS: dict[DecisionKind, Callable[[FamilyCase, Decision, Actor, dt.date], None]] = {
    DecisionKind.RECOGNISE: _recognition,
    DecisionKind.REFUSE_RECOGNITION: _recognition,
    DecisionKind.CONTINUE: _continue,
    DecisionKind.CHANGE_LEVEL: _level,
}
"""What a decision on a case does; the others are read where they are needed: to end, to note, to charge."""


def _reviewed(case: FamilyCase, day: dt.date) -> None:
    """Move the day of the next review on when it has been met: to the next one the programme names, if any."""
    met = max(day, today())
    if case.next_review_at is None or case.next_review_at > met:
        return
    acting = select(ProgrammeVersion).join(Programme, ProgrammeVersion.programme_id == Programme.id)
    acting = acting.where(Programme.case_id == case.id, ProgrammeVersion.status == VersionStatus.IN_FORCE)
    version = session_of(case).scalars(acting).one_or_none()
    case.next_review_at = review_after(version, met) if version is not None else None


# ---- those who are charged ---------------------------------------------------------------------------


def report_assignment(assignment: DecisionAssignment, *, by: Actor, done_at: dt.date, result: str) -> None:
    """Write down that somebody did what a decision charged him with, and what came of it (S004-К).

    Raises:
        RuleBroken: *by* neither leads the case nor keeps the protocol, the decision is not in effect, it is done
            already, or the day or result is missing.
    """
    assignment = take(assignment)
    item = assignment.decision.item
    if not (keeps_protocol(item.meeting.body, by) or (item.case is not None and leads(item.case, by))):
        raise RuleBroken("Исполнение отмечает тот, кто ведёт дело, или секретарь. Попросите кого-то из них.")
    if assignment.decision.applied_at is None:
        raise RuleBroken("Решение ещё не вступило в силу: протокол не подписан.")
    if assignment.done_at is not None:
        raise RuleBroken(f"Поручение уже исполнено {assignment.done_at:%d.%m.%Y}.")
    if done_at > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату.", field="done_at")
    if done_at < decided_on(item.meeting, by):
        raise RuleBroken("Исполнить можно не раньше решения. Проверьте дату.", field="done_at")
    if not trimmed(result):
        raise RuleBroken("Напишите, что сделано.", field="result")
    assignment.done_at, assignment.result = done_at, trimmed(result)
    told = f"Поручение исполнено, {assignment.responsible}: {assignment.text}"
    journal.record(session_of(assignment), by, "decision.report", assignment, told)
