"""A decision recorded by its paper in one step: of one person, of an authority, of a body that sits elsewhere.

It makes the meeting, its one question, the decision and its effect at once (domain.md 3.8).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from app.acting import Actor, now, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.models import FamilyCase
from app.meetings.agenda import OTHER_BODY, WITHOUT_MEETINGS
from app.meetings.bodies import ABOUT, ON_PROGRAMME, Ruling
from app.meetings.candidates import need_final_assessment
from app.meetings.deciding import Charge, action_for, check_kind, check_terms, write_assignments
from app.meetings.effects import take_effect
from app.meetings.models import (
    AgendaItem,
    AgendaProposal,
    Body,
    Decision,
    DecisionKind,
    ItemKind,
    Meeting,
    MeetingStatus,
)
from app.meetings.rights import ALONE, keeps_protocol, need_to_decide, seat_of
from app.papers.numbers import take_number
from app.programmes.models import Programme, ProgrammeVersion, VersionKind, VersionStatus
from app.programmes.rights import take
from app.terms import say


def check_paper(number: str, date: dt.date | None) -> None:
    """Refuse a decision without the number and day of its paper."""
    if not (number or "").strip():
        raise RuleBroken("Укажите номер документа, которым принято решение.", field="document_no")
    if date is None or date > today():
        raise RuleBroken("Укажите дату документа, не позже сегодняшней.", field="document_date")


def is_recorded(body: Body) -> bool:
    """Whether decisions of *body* are recorded by their paper, without a meeting of ours."""
    return body.kind in WITHOUT_MEETINGS or not body.is_internal


def decide_alone(
    version: ProgrammeVersion,
    *,
    by: Actor,
    body: Body,
    kind: DecisionKind,
    number: str,
    date: dt.date,
    reason: str | None = None,
) -> Decision:
    """Decide on a submitted programme by the paper *number* of *date* of a body that needs no meeting here.

    Raises:
        RuleBroken: the body meets here, *by* may not record it, the version does not wait for it, stands on an agenda,
            or the paper or the reason is missing.
    """
    case = version.programme.case
    if not is_recorded(body):
        raise RuleBroken(say("{body} решает на заседании. Поставьте {programme_short:acc} в повестку.", body=body))
    _need_recorder(case, body, by, "decision.record")
    version = take(version)
    if version.status is not VersionStatus.SUBMITTED:
        raise RuleBroken(f"Решают о том, что на рассмотрении, а {version.state_in_words}.")
    if version.body_id != body.id:
        raise RuleBroken(say(OTHER_BODY, body=version.body))
    standing = next((item for item in version.agenda_items if item.is_open), None)
    if standing is not None:
        raise RuleBroken(f"Вопрос стоит в повестке: {standing.meeting}. Внесите протокол этого заседания.")
    check_paper(number, date)
    kind_of_item = ItemKind.PROGRAMME if version.kind is VersionKind.FIRST else ItemKind.CORRECTION
    reason = check_kind(kind_of_item, kind, body, reason, about_programme=True)
    item = _item(case, body, kind_of_item, number, date, by)
    item.programme_version = version
    return _settle(item, kind, by, reason=reason)


def record_decision(
    case: FamilyCase,
    *,
    by: Actor,
    body: Body,
    ruling: Ruling,
    number: str,
    date: dt.date,
    reason: str | None = None,
    new_term: dt.date | None = None,
    level: str | None = None,
    assignments: Sequence[Charge] = (),
) -> Decision:
    """Record what *body* decided about the case by the paper *number* of *date*; it takes effect at once.

    Raises:
        RuleBroken: the case has ended, the body meets here or does not decide this, *by* may not record it, no
            programme waits, or what the decision must say is missing.
    """
    kind_of_item, kind = ABOUT[ruling]
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}.")
    if kind in ON_PROGRAMME:
        return decide_alone(_waiting(case, body), by=by, body=body, kind=kind, number=number, date=date, reason=reason)
    if not is_recorded(body):
        raise RuleBroken(f"{body} решает на заседании. Вынесите вопрос на заседание.", field="body_id")
    _need_recorder(case, body, by, action_for(kind))
    check_paper(number, date)
    if date < case.opened_at:
        raise RuleBroken(f"Дело заведено {case.opened_at:%d.%m.%Y}. Проверьте дату документа.", field="document_date")
    if kind_of_item is ItemKind.FINAL:
        need_final_assessment(case)
    reason = check_kind(kind_of_item, kind, body, reason, about_programme=False)
    check_terms(case, kind, new_term, level, assignments)
    item = _item(case, body, kind_of_item, number, date, by)
    session = session_of(case)
    proposed = select(AgendaProposal).where(
        AgendaProposal.case_id == case.id,
        AgendaProposal.body_id == body.id,
        AgendaProposal.kind == kind_of_item,
        AgendaProposal.is_open,
    )
    item.proposal = session.scalars(proposed).one_or_none()
    return _settle(item, kind, by, reason=reason, new_term=new_term, level=level, assignments=assignments)


def _need_recorder(case: FamilyCase, body: Body, by: Actor, action: str) -> None:
    """Refuse unless *by* may record a decision of *body*: the order of work says who, else whoever decides in it."""
    if gate.stage_of(case) is not None:
        need_to_decide(case, body, by, action)
        return
    seat = seat_of(body, by)
    alone = body.kind in WITHOUT_MEETINGS
    if not (seat is not None and seat.function in ALONE if alone else keeps_protocol(body, by)):
        raise RuleBroken(
            say("{body}: решение принимает тот, кто здесь назван. Передайте {programme_short:acc} ему.", body=body)
        )


def _waiting(case: FamilyCase, body: Body) -> ProgrammeVersion:
    wanted = (
        select(ProgrammeVersion)
        .join(Programme, ProgrammeVersion.programme_id == Programme.id)
        .where(Programme.case_id == case.id, ProgrammeVersion.status == VersionStatus.SUBMITTED)
    )
    version = session_of(case).scalars(wanted).one_or_none()
    if version is None:
        raise RuleBroken(
            say("{Programme_short} не {programme_short?отправлен|отправлена|отправлено} на рассмотрение: {body}.",
                body=body),
            field="kind",
        )  # fmt: skip
    return version


def _item(case: FamilyCase, body: Body, kind: ItemKind, number: str, date: dt.date, by: Actor) -> AgendaItem:
    """Make the meeting of one question that stands behind a recorded decision."""
    session, unit, moment, seat = session_of(case), case.service_unit_id, now(), seat_of(body, by)
    meeting = Meeting(
        body=body,
        year=date.year,
        number=take_number(session, unit, f"meeting-{body.id}", date.year),
        planned_at=moment,
        agenda_closed_at=moment,
        held_at=moment,
        chair=seat,
        chair_signed_at=moment if seat is not None else None,
        document_no=number.strip(),
        document_date=date,
        status=MeetingStatus.PROTOCOL_DRAFT,
        quorum_needed=0,
        service_unit_id=unit,
    )
    item = AgendaItem(
        meeting=meeting,
        no=1,
        kind=kind,
        case=case,
        speaker_id=case.curator_id,
        is_open=True,
        service_unit_id=unit,
    )
    session.add_all([meeting, item])
    return item


def _settle(
    item: AgendaItem,
    kind: DecisionKind,
    by: Actor,
    *,
    reason: str | None = None,
    new_term: dt.date | None = None,
    level: str | None = None,
    assignments: Sequence[Charge] = (),
) -> Decision:
    session = session_of(item)
    decision = Decision(item=item, kind=kind, reason=reason, decided_at=now(), service_unit_id=item.service_unit_id)
    decision.votes_for, decision.votes_against, decision.votes_abstained = 1, 0, 0
    decision.decided_by_id, decision.new_term, decision.level = by.user_id, new_term, level
    session.add(decision)
    write_assignments(decision, assignments)
    session.flush()
    take_effect(item.meeting, by)
    return decision
