"""Rules of a meeting until it begins: planned, its agenda made and closed, or cancelled.

The state machine is drawn in ``app/meetings/rules.py``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import journal
from app.acting import Actor, now
from app.base import RuleBroken, session_of
from app.cases.models import FamilyCase
from app.meetings.candidates import decides_any, need_final_assessment
from app.meetings.models import (
    AgendaItem,
    AgendaProposal,
    Body,
    BodyKind,
    BodyMember,
    ItemKind,
    Meeting,
    MeetingStatus,
    MemberFunction,
)
from app.meetings.rights import members_on, need_secretary
from app.organisation.models import StaffMember
from app.papers.numbers import take_number
from app.programmes import rules as programmes
from app.programmes.models import Programme, ProgrammeVersion, VersionKind, VersionStatus
from app.programmes.rights import take
from app.terms import say

WITHOUT_MEETINGS = (BodyKind.SINGLE_PERSON, BodyKind.AUTHORITY)

OTHER_BODY = "{programme_short?Этот|Эту|Это} {programme_short:acc} рассматривает другой орган: {body}."


def local_day(moment: dt.datetime, by: Actor) -> dt.date:
    """Return the day of *moment* in the zone of the unit of *by*."""
    return moment.astimezone(ZoneInfo(by.zone)).date()


def plan_meeting(
    session: Session,
    body: Body,
    *,
    by: Actor,
    planned_at: dt.datetime,
    place: str | None = None,
    chair: BodyMember | None = None,
    secretary: BodyMember | None = None,
    agenda_closes_at: dt.datetime | None = None,
) -> Meeting:
    """Plan a meeting of *body* and give it the next number of the year.

    Chair and secretary are those of the body unless named. An own body needs both, because they sign.
    """
    need_secretary(body, by)
    if body.kind in WITHOUT_MEETINGS:
        raise RuleBroken(f"{body} решает без заседаний: запишите само решение.", field="body_id")
    if agenda_closes_at is not None and agenda_closes_at > planned_at:
        raise RuleBroken("Повестку закрывают до начала заседания. Поменяйте время.", field="agenda_closes_at")
    day = local_day(planned_at, by)
    members = members_on(body, day)
    chair = chair or _first(members, MemberFunction.CHAIR)
    secretary = secretary or _first(members, MemberFunction.SECRETARY)
    if body.is_internal:
        _check_signers(members, chair, secretary)
    meeting = Meeting(
        body=body,
        year=day.year,
        number=take_number(session, body.service_unit_id, f"meeting-{body.id}", day.year),
        planned_at=planned_at,
        agenda_closes_at=agenda_closes_at,
        place=place,
        chair=chair,
        secretary=secretary,
        status=MeetingStatus.PLANNED,
        service_unit_id=body.service_unit_id,
    )
    session.add(meeting)
    journal.record(session, by, "meeting.plan", meeting, f"{meeting}: назначено на {day:%d.%m.%Y}.")
    return meeting


def replan(
    meeting: Meeting,
    *,
    by: Actor,
    planned_at: dt.datetime | None = None,
    place: str | None = None,
    chair: BodyMember | None = None,
    secretary: BodyMember | None = None,
) -> Meeting:
    """Move a meeting that has not begun, or name another chair or secretary; the number stays."""
    need_secretary(meeting.body, by)
    meeting = take(meeting)
    if meeting.status not in (MeetingStatus.PLANNED, MeetingStatus.AGENDA_CLOSED):
        raise RuleBroken(f"Перенести можно то, что ещё не началось, а это заседание – {meeting.status.label}.")
    planned_at, chair = planned_at or meeting.planned_at, chair or meeting.chair
    secretary, day = secretary or meeting.secretary, local_day(planned_at, by)
    if meeting.body.is_internal:
        _check_signers(members_on(meeting.body, day), chair, secretary)
    meeting.planned_at, meeting.place = planned_at, place or meeting.place
    meeting.chair, meeting.secretary = chair, secretary
    journal.record(session_of(meeting), by, "meeting.replan", meeting, f"{meeting}: {day:%d.%m.%Y}.")
    return meeting


def _first(members: Iterable[BodyMember], function: MemberFunction) -> BodyMember | None:
    return next((member for member in members if member.function is function), None)


def _check_signers(members: list[BodyMember], chair: BodyMember | None, secretary: BodyMember | None) -> None:
    seats = ((chair, "председатель", "chair_id"), (secretary, "секретарь", "secretary_id"))
    signers = []
    for member, who, field in seats:
        if member is None:
            raise RuleBroken(f"Назовите, кто {who}: он подпишет протокол.", field=field)
        if member not in members:
            raise RuleBroken(f"{member}: в этот день не в составе. Выберите другого.", field=field)
        if member.staff_id is None:
            raise RuleBroken(f"{member}: не сотрудник центра, подписать протокол здесь не сможет.", field=field)
        signers.append(member.staff_id)
    if len(set(signers)) < len(signers):
        raise RuleBroken("Председатель и секретарь – разные люди. Назовите другого секретаря.", field="secretary_id")


# ---- agenda --------------------------------------------------------------------------------------------


def candidates(session: Session, body: Body) -> list[ProgrammeVersion]:
    """Return the versions that wait for *body* and stand on no agenda, longest waiting (``submitted_at``) first.

    Their families and senders come along, because every list of candidates names them.
    """
    on_agenda = select(AgendaItem.id).where(
        AgendaItem.programme_version_id == ProgrammeVersion.id, AgendaItem.is_open.is_(True)
    )
    waiting = (
        select(ProgrammeVersion)
        .where(
            ProgrammeVersion.body_id == body.id,
            ProgrammeVersion.status == VersionStatus.SUBMITTED,
            ~on_agenda.exists(),
        )
        .options(
            joinedload(ProgrammeVersion.submitted_by),
            joinedload(ProgrammeVersion.programme).joinedload(Programme.case).joinedload(FamilyCase.family),
        )
        .order_by(ProgrammeVersion.submitted_at, ProgrammeVersion.id)
    )
    return list(session.scalars(waiting))


def add_to_agenda(
    meeting: Meeting,
    *,
    by: Actor,
    version: ProgrammeVersion | None = None,
    kind: ItemKind | None = None,
    case: FamilyCase | None = None,
    proposal: AgendaProposal | None = None,
    title: str | None = None,
    speaker: StaffMember | None = None,
) -> AgendaItem:
    """Put a question last on the agenda: a submitted programme *version*, a *proposal*, or another *kind* of question.

    The curator of the case speaks unless another is named.

    Raises:
        RuleBroken: the agenda is closed, the body does not decide this, or the question stands on an agenda already.
    """
    need_secretary(meeting.body, by)
    meeting = _planned(meeting)
    session = session_of(meeting)
    if proposal is not None:
        case, kind, title = proposal.case, proposal.kind, title or proposal.reason.splitlines()[0][:250]
    if version is not None:
        version = take(version)
        _check_candidate(version, meeting)
        case = version.programme.case
        kind = ItemKind.PROGRAMME if version.kind is VersionKind.FIRST else ItemKind.CORRECTION
    elif kind in (None, ItemKind.PROGRAMME, ItemKind.CORRECTION):
        raise RuleBroken(
            say("Выберите {programme_short:acc}, {programme_short?который|которую|которое} нужно рассмотреть."),
            field="programme_version_id",
        )
    else:
        _check_question(meeting, kind or ItemKind.OTHER, case)
    item = AgendaItem(
        meeting=meeting,
        no=max((other.no for other in meeting.items), default=0) + 1,
        kind=kind,
        title=title,
        case=case,
        programme_version=version,
        proposal=proposal,
        speaker_id=speaker.id if speaker else (case.curator_id if case else None),
        is_open=True,
        service_unit_id=meeting.service_unit_id,
    )
    session.add(item)
    journal.record(session, by, "meeting.add_item", item, f"{meeting}: вопрос {item.no} в повестке.")
    return item


def _planned(meeting: Meeting) -> Meeting:
    meeting = take(meeting)
    if meeting.status is not MeetingStatus.PLANNED:
        raise RuleBroken(f"Повестку уже не изменить: {meeting.status.label}.")
    return meeting


def _check_question(meeting: Meeting, kind: ItemKind, case: FamilyCase | None) -> None:
    """Refuse a question the body does not decide, about a case that has ended, or one that stands on an agenda."""
    if not decides_any(meeting.body, kind):
        raise RuleBroken(f"{meeting.body}: этого вопроса не решает. Выберите другой вопрос.", field="kind")
    if case is None:
        return
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}.", field="case_id")
    if kind is ItemKind.FINAL:
        need_final_assessment(case)
    standing = session_of(meeting).scalar(
        select(Meeting)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(AgendaItem.case_id == case.id, AgendaItem.kind == kind, AgendaItem.is_open)
        .limit(1)
    )
    if standing is not None and kind is not ItemKind.OTHER:
        raise RuleBroken(f"Этот вопрос о деле {case} уже в повестке: {standing}.", field="case_id")


def _check_candidate(version: ProgrammeVersion, meeting: Meeting) -> None:
    if version.status is not VersionStatus.SUBMITTED:
        raise RuleBroken(f"В повестку ставят то, что отправлено на рассмотрение, а {version.state_in_words}.")
    if version.body_id != meeting.body_id:
        raise RuleBroken(say(OTHER_BODY, body=version.body))
    standing = next((item for item in version.agenda_items if item.is_open), None)
    if standing is not None:
        raise RuleBroken(
            say(
                "{programme_short?Этот|Эта|Это} {programme_short} уже в повестке заседания №\u00a0{number}.",
                number=standing.meeting.number,
            )
        )


def remove_from_agenda(item: AgendaItem, *, by: Actor) -> None:
    """Take a question off an agenda that is still open; a programme waits for the next meeting."""
    need_secretary(item.meeting.body, by)
    meeting = _planned(item.meeting)
    if item.programme_version is not None:
        # A withdrawal takes questions off too, under the row of the version.
        take(item.programme_version)
    item = take(item)
    session = session_of(meeting)
    sentence = f"{meeting}: вопрос {item.no} снят с повестки."
    session.delete(item)
    session.flush()
    _close_up(meeting)
    journal.record(session, by, "meeting.remove_item", meeting, sentence)


def _close_up(meeting: Meeting) -> None:
    """Number the questions 1, 2, 3… again, one by one, because the numbers are unique at every moment."""
    session = session_of(meeting)
    session.expire(meeting, ["items"])
    for no, item in enumerate(meeting.items, start=1):
        if item.no != no:
            item.no = no
            session.flush()


def close_agenda(meeting: Meeting, *, by: Actor) -> Meeting:
    """Close the agenda: from now on its programmes can be neither withdrawn nor taken off."""
    need_secretary(meeting.body, by, "meeting.close_agenda")
    meeting = take(meeting)
    if meeting.status is not MeetingStatus.PLANNED:
        raise RuleBroken(f"Закрыть можно открытую повестку, а это заседание – {meeting.status.label}.")
    session = session_of(meeting)
    # Versions are always taken in the order of their ids, so that two closings cannot wait for each other.
    for version in sorted(_versions(meeting), key=lambda each: each.id):
        programmes.close_for_agenda(version)
    # A withdrawal that came first has removed its question: read them again before numbering.
    session.flush()
    _close_up(meeting)
    if not meeting.items:
        raise RuleBroken("В повестке нет вопросов. Добавьте хотя бы один.")
    meeting.status = MeetingStatus.AGENDA_CLOSED
    meeting.agenda_closed_at = now()
    journal.record(session, by, "meeting.close_agenda", meeting, f"{meeting}: повестка закрыта.")
    return meeting


def _versions(meeting: Meeting) -> list[ProgrammeVersion]:
    return [item.programme_version for item in meeting.items if item.programme_version is not None]


def cancel(meeting: Meeting, *, by: Actor, reason: str) -> Meeting:
    """Cancel a meeting that decided nothing; its questions wait for the next one."""
    need_secretary(meeting.body, by, "meeting.cancel")
    if not (reason or "").strip():
        raise RuleBroken("Напишите, почему заседание отменено.", field="cancel_reason")
    meeting = take(meeting)
    if meeting.status is MeetingStatus.CANCELLED:
        raise RuleBroken("Это заседание уже отменено.")
    if meeting.status in (MeetingStatus.PROTOCOL_DRAFT, MeetingStatus.PROTOCOL_SIGNED) or any(
        item.decision for item in meeting.items
    ):
        raise RuleBroken("На этом заседании уже есть решения, отменить его нельзя.")
    for version in sorted(_versions(meeting), key=lambda each: each.id):
        programmes.reopen_for_agenda(version)
    for item in meeting.items:
        item.is_open = False
    meeting.status = MeetingStatus.CANCELLED
    meeting.cancel_reason = reason.strip()
    sentence = f"{meeting}: отменено. Причина: {reason.strip()}"
    journal.record(session_of(meeting), by, "meeting.cancel", meeting, sentence)
    return meeting
