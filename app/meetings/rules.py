"""Rules of meetings and decisions (domain 3.8; S000-8, S002-3.3, S003-3.6, S004-К).

::

      plan_meeting
           ▼
        planned ──────────── add_to_agenda, remove_from_agenda; a submitted programme may still be withdrawn
           │ close_agenda
           ▼
     agenda_closed           the programmes on it are frozen
           │ hold
           ▼
         held ────────────── decide, question by question; a decision may be written anew until somebody signs
           │ decide (the last question)
           ▼
    protocol_draft ───────── sign: the chair and the secretary, in any order
           │ sign (the second), record_protocol (a body that sits elsewhere)
           ▼
    protocol_signed          every decision took effect in that same transaction: approve, reject, send_back

    planned, agenda_closed, held without decisions ── cancel ──► cancelled; the questions wait for the next meeting

A body of one person, an authority and a body that sits elsewhere need no meeting here: ``alone.py`` records the
decision by its paper and makes the meeting, its one question and the decision at once. What a decision does to a case
is in ``effects.py``, which questions wait in ``candidates.py``, who may decide what in ``bodies.py``.

What decides the winner: the row of the meeting, and after it the rows of the versions in the order of their ids. Of
two people who sign at once the second finds the first signature and applies the decisions; the same person signing
twice is refused. A withdrawal takes the row of its version only, so against ``close_agenda`` one of the two is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from app import journal
from app.acting import Actor, now
from app.base import RuleBroken, session_of
from app.meetings.agenda import (
    WITHOUT_MEETINGS,
    add_to_agenda,
    cancel,
    candidates,
    close_agenda,
    local_day,
    plan_meeting,
    remove_from_agenda,
    replan,
)
from app.meetings.alone import check_paper, decide_alone, record_decision
from app.meetings.candidates import propose, questions, take_back_proposal
from app.meetings.deciding import Charge, action_for, check_kind, check_terms, write_assignments
from app.meetings.effects import report_assignment, take_effect
from app.meetings.models import (
    AgendaItem,
    BodyMember,
    Decision,
    DecisionKind,
    Meeting,
    MeetingPresence,
    MeetingStatus,
)
from app.meetings.quorum import needed, numbers, sentence
from app.meetings.rights import members_on, need_secretary, need_to_decide
from app.programmes.rights import take

__all__ = [
    "WITHOUT_MEETINGS",
    "Charge",
    "add_to_agenda",
    "cancel",
    "candidates",
    "close_agenda",
    "decide",
    "decide_alone",
    "hold",
    "plan_meeting",
    "propose",
    "questions",
    "record_decision",
    "record_protocol",
    "remove_from_agenda",
    "replan",
    "report_assignment",
    "sign",
    "take_back_proposal",
    "undecided",
]

IN_SESSION = (MeetingStatus.HELD, MeetingStatus.PROTOCOL_DRAFT)


# ---- presence ------------------------------------------------------------------------------------------


def hold(
    meeting: Meeting,
    *,
    present: Collection[BodyMember],
    by: Actor,
    notes: Mapping[BodyMember, str] | None = None,
    held_at: dt.datetime | None = None,
) -> Meeting:
    """Open the meeting and write down who came; *notes* say why others did not. May be repeated until a decision.

    Too few people do not stop the meeting from being written down, but nothing can be decided (:func:`decide`).
    """
    need_secretary(meeting.body, by, "meeting.hold")
    meeting = take(meeting)
    if meeting.status is MeetingStatus.PLANNED:
        raise RuleBroken("Сначала закройте повестку: после этого заседание можно начать.")
    if meeting.status not in (MeetingStatus.AGENDA_CLOSED, MeetingStatus.HELD):
        raise RuleBroken(f"Отметить присутствующих уже нельзя: {meeting.status.label}.")
    if any(item.decision for item in meeting.items):
        raise RuleBroken("Решения уже записаны, состав присутствующих не изменить.")
    held_at = held_at or meeting.held_at or now()
    members = members_on(meeting.body, local_day(held_at, by))
    for member in present:
        if member not in members:
            raise RuleBroken(f"{member}: не в составе этого органа. Снимите отметку.", field="present")
    session = session_of(meeting)
    known = {presence.member_id: presence for presence in meeting.presences}
    for member in members:
        row = known.get(member.id) or MeetingPresence(
            meeting=meeting, member=member, service_unit_id=meeting.service_unit_id
        )
        row.came = member in present
        row.note = (notes or {}).get(member)
        session.add(row)
    meeting.status = MeetingStatus.HELD
    meeting.held_at = held_at
    meeting.quorum_needed = needed(meeting.body.quorum, len(members)) if meeting.body.is_internal else 0
    came = sentence(len(present), meeting.quorum_needed)
    journal.record(session, by, "meeting.hold", meeting, f"{meeting}: начато. {came}")
    session.expire(meeting, ["presences"])
    return meeting


def came_to(meeting: Meeting) -> int:
    """Return how many members came."""
    return sum(1 for presence in meeting.presences if presence.came)


# ---- decisions -----------------------------------------------------------------------------------------


def decide(
    item: AgendaItem,
    *,
    kind: DecisionKind,
    by: Actor,
    reason: str | None = None,
    votes_for: int = 0,
    votes_against: int = 0,
    votes_abstained: int = 0,
    effective_from: dt.date | None = None,
    new_term: dt.date | None = None,
    level: str | None = None,
    heard: str | None = None,
    discussion: str | None = None,
    assignments: Sequence[Charge | tuple[str, str, dt.date | None]] = (),
) -> Decision:
    """Write down the decision on one question; it takes effect when the protocol is signed.

    *new_term* and *level* (its code) belong to a decision to go on or to change the level, *assignments* to one that
    charges somebody. A decision written before is replaced until somebody has signed.

    Raises:
        RuleBroken: the meeting is not in session or has no quorum, the decision does not answer the question, falls to
            another body or lacks its reason, term, level or assignments, or the votes do not add up.
    """
    need_secretary(item.meeting.body, by, "meeting.hold")
    if item.case is not None:
        need_to_decide(item.case, item.meeting.body, by, action_for(kind))
    meeting = take(item.meeting)
    item = take(item)
    if meeting.status not in IN_SESSION:
        raise RuleBroken(f"Решения записывают на заседании, а это – {meeting.status.label}.")
    if meeting.chair_signed_at or meeting.secretary_signed_at:
        raise RuleBroken("Протокол уже подписывают, изменить решение нельзя.")
    came, need = came_to(meeting), meeting.quorum_needed or 0
    if came < need:
        raise RuleBroken(sentence(came, need))
    about_programme = item.programme_version_id is not None
    reason = check_kind(item.kind, kind, meeting.body, reason, about_programme=about_programme)
    check_terms(item.case, kind, new_term, level, assignments)
    _check_votes(meeting, came, votes_for, votes_against, votes_abstained)
    session = session_of(item)
    decision = item.decision or Decision(item=item, service_unit_id=item.service_unit_id)
    decision.kind, decision.reason = kind, reason
    decision.votes_for, decision.votes_against, decision.votes_abstained = votes_for, votes_against, votes_abstained
    decision.effective_from, decision.new_term, decision.level = effective_from, new_term, level
    decision.decided_at, decision.decided_by_id = now(), by.user_id
    item.heard, item.discussion = heard or item.heard, discussion or item.discussion
    session.add(decision)
    write_assignments(decision, assignments)
    if not undecided(meeting):
        meeting.status = MeetingStatus.PROTOCOL_DRAFT
    journal.record(session, by, "decision.record", decision, f"{meeting}, вопрос {item.no}: {kind.label}.")
    return decision


def _check_votes(meeting: Meeting, came: int, votes_for: int, against: int, abstained: int) -> None:
    if min(votes_for, against, abstained) < 0:
        raise RuleBroken("Голосов не бывает меньше нуля.", field="votes_for")
    total = votes_for + against + abstained
    # A body that sits elsewhere sends its decision, not always the count.
    if total != came and (meeting.body.is_internal or total):
        raise RuleBroken(f"Голосов {total}, а присутствуют {came}. Проверьте подсчёт.", field="votes_for")
    if against > votes_for:
        raise RuleBroken(
            f"Против больше, чем за: {against} и {votes_for}. Запишите решение, за которое проголосовали.",
            field="votes_against",
        )


def undecided(meeting: Meeting) -> list[int]:
    """Return the numbers of the questions without a decision."""
    return [item.no for item in meeting.items if item.decision is None]


# ---- signatures and effects ----------------------------------------------------------------------------


def sign(meeting: Meeting, *, by: Actor) -> Meeting:
    """Sign the protocol as its chair or secretary; the second signature puts every decision into effect.

    Raises:
        RuleBroken: *by* is neither, has signed already, or a question has no decision.
    """
    meeting = take(meeting)
    if not meeting.body.is_internal:
        raise RuleBroken("Протокол этого органа подписывают не у нас: внесите его номер и дату.")
    seat = _seat_to_sign(meeting, by)
    if getattr(meeting, seat) is not None:
        raise RuleBroken("Вы уже подписали этот протокол.")
    _check_ready(meeting)
    setattr(meeting, seat, now())
    who = "председателем" if seat == "chair_signed_at" else "секретарём"
    session = session_of(meeting)
    journal.record(session, by, "meeting.sign_protocol", meeting, f"{meeting}: протокол подписан {who}.")
    if meeting.chair_signed_at and meeting.secretary_signed_at:
        take_effect(meeting, by)
    return meeting


def _seat_to_sign(meeting: Meeting, by: Actor) -> str:
    if by.staff_id is not None and by.unit_id == meeting.service_unit_id:
        if meeting.chair is not None and meeting.chair.staff_id == by.staff_id:
            return "chair_signed_at"
        if meeting.secretary is not None and meeting.secretary.staff_id == by.staff_id:
            return "secretary_signed_at"
    raise RuleBroken(f"Этот протокол подписывают председатель {meeting.chair} и секретарь {meeting.secretary}.")


def why_not_signed(meeting: Meeting) -> str | None:
    """Return why the protocol cannot be signed yet, or None if it can."""
    lacking = undecided(meeting)
    if meeting.status in IN_SESSION and lacking:
        return f"Подписать пока нельзя: нет решения {numbers(lacking)}."
    if meeting.status is not MeetingStatus.PROTOCOL_DRAFT:
        return f"Подписать нельзя: заседание – {meeting.status.label}."
    return None


def _check_ready(meeting: Meeting) -> None:
    refusal = why_not_signed(meeting)
    if refusal:
        raise RuleBroken(refusal)


def record_protocol(meeting: Meeting, *, number: str, date: dt.date, by: Actor) -> Meeting:
    """Write down the number and date of the protocol of a body that sits elsewhere; the decisions take effect."""
    need_secretary(meeting.body, by, "meeting.sign_protocol")
    meeting = take(meeting)
    if meeting.body.is_internal:
        raise RuleBroken("Этот протокол подписывают здесь председатель и секретарь.")
    _check_ready(meeting)
    check_paper(number, date)
    meeting.document_no, meeting.document_date = number.strip(), date
    take_effect(meeting, by)
    return meeting
