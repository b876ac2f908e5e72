"""R05 Журнал заседаний (domain.md 5): the meetings whose protocol is signed.

A meeting enters the journal when its protocol is signed, because only then its decisions take effect. Each decided
question on a family is counted in exactly one of the six columns of results, so their sum is «Рассмотрено дел».
Left out until its table comes: «Ссылка» (the file of the protocol).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from app.acting import actor
from app.meetings.models import AgendaItem, Body, BodyMember, Decision, DecisionKind, ItemKind, Meeting, MeetingStatus
from app.organisation.models import StaffMember
from app.programmes.models import ProgrammeVersion, VersionKind
from app.words import initials
from reports.form import Asked, Field, Report, grouped

BATCH = 200
"""Meetings read at once."""

APPROVED, REJECTED, CORRECTED = "Утверждено", "Отклонено", "Скорректировано"
CONTINUED, ENDED, REST = "Продолжено", "Прекращено", "Прочее"
RESULTS = (APPROVED, REJECTED, CORRECTED, CONTINUED, ENDED, REST)
"""The six columns of results, in their order."""

_BY_KIND = {
    DecisionKind.APPROVE: APPROVED,
    DecisionKind.REJECT: REJECTED,
    DecisionKind.SEND_BACK: REJECTED,
    DecisionKind.CONTINUE: CONTINUED,
    DecisionKind.TERMINATE: ENDED,
}


@dataclass
class MeetingLine:
    """A meeting with its questions."""

    no: int
    meeting: Row[Any]
    questions: list[Row[Any]]

    @property
    def date(self) -> dt.date:
        """The day of the meeting, or of the paper of a body that sits elsewhere."""
        return day_of(self.meeting)

    @property
    def kinds(self) -> str:
        """The kinds of the questions in the order of the agenda, each once."""
        return "; ".join(dict.fromkeys(question.kind.label for question in self.questions))

    @property
    def results(self) -> Counter[str]:
        """How many questions on families ended with each of :data:`RESULTS`."""
        return Counter(result_of(question) for question in self.questions if question.about_family)

    @property
    def secretary(self) -> str:
        """«Щёголева П. Ф.», or the name of a secretary from outside."""
        meeting = self.meeting
        if meeting.last_name:
            return initials(meeting.last_name, meeting.first_name, meeting.middle_name)
        return meeting.secretary or ""


def result_of(question: Row[Any]) -> str:
    """Return which of :data:`RESULTS` a decided question counts in.

    An approved correction or prolongation is «Скорректировано», not «Утверждено»: the programme had been approved
    before.
    """
    corrects = question.kind is ItemKind.CORRECTION or question.version_kind not in (None, VersionKind.FIRST)
    if question.decision is DecisionKind.APPROVE and corrects:
        return CORRECTED
    return _BY_KIND.get(question.decision, REST)


def day_of(meeting: Row[Any]) -> dt.date:
    """Return the date of the paper of a body that sits elsewhere, or the day of the meeting in the unit's zone."""
    return meeting.document_date or meeting.held_at.astimezone(ZoneInfo(actor().zone)).date()


def protocol_no(meeting: Row[Any]) -> str:
    """Return the number the body itself gave the paper, or ours."""
    return meeting.document_no or str(meeting.number)


def _lines(session: Session, asked: Asked) -> Iterator[MeetingLine]:
    no = 0
    for part in session.execute(_meetings(asked).execution_options(yield_per=BATCH)).partitions():
        questions = grouped(session.execute(_questions([row.id for row in part])))
        for row in part:
            no += 1
            yield MeetingLine(no, row, questions.get(row.id, []))


def _meetings(asked: Asked) -> Any:
    zone = ZoneInfo(actor().zone)
    held = Meeting.held_at < dt.datetime.combine(asked.on + dt.timedelta(days=1), dt.time(), zone)
    papered = Meeting.document_date <= asked.on
    if asked.date_from is not None:
        held = and_(held, Meeting.held_at >= dt.datetime.combine(asked.date_from, dt.time(), zone))
        papered = and_(papered, Meeting.document_date >= asked.date_from)
    return (
        select(
            Meeting.id,
            Meeting.number,
            Meeting.held_at,
            Meeting.document_no,
            Meeting.document_date,
            Body.title.label("body"),
            BodyMember.name.label("secretary"),
            StaffMember.last_name,
            StaffMember.first_name,
            StaffMember.middle_name,
        )
        .join(Body, Body.id == Meeting.body_id)
        .outerjoin(BodyMember, BodyMember.id == Meeting.secretary_id)
        .outerjoin(StaffMember, StaffMember.id == BodyMember.staff_id)
        .where(
            Meeting.status == MeetingStatus.PROTOCOL_SIGNED,
            or_(papered, and_(Meeting.document_date.is_(None), held)),
        )
        .order_by(Meeting.held_at, Meeting.id)
    )


def _questions(meeting_ids: list[int]) -> Any:
    about_family = or_(AgendaItem.case_id.is_not(None), AgendaItem.programme_version_id.is_not(None))
    return (
        select(
            AgendaItem.meeting_id,
            AgendaItem.kind,
            Decision.kind.label("decision"),
            ProgrammeVersion.kind.label("version_kind"),
            about_family.label("about_family"),
        )
        .join(Decision, Decision.item_id == AgendaItem.id)
        .outerjoin(ProgrammeVersion, ProgrammeVersion.id == AgendaItem.programme_version_id)
        .where(AgendaItem.meeting_id.in_(meeting_ids))
        .order_by(AgendaItem.no)
    )


def _counted(result: str) -> Field:
    return Field(result, lambda line: line.results[result], "number", 12, total=True)


HEADING = Report(
    "R05",
    "zhurnal_zasedaniy",
    "Журнал заседаний",
    (
        Field("№", lambda line: line.no, "number", 6),
        Field("Орган", lambda line: line.meeting.body, width=34),
        Field("№ протокола", lambda line: protocol_no(line.meeting), width=14, total=True),
        Field("Дата", lambda line: line.date, "date"),
        Field("Вид вопросов", lambda line: line.kinds, width=34),
        Field("Рассмотрено дел", lambda line: line.results.total(), "number", 13, total=True),
        *(_counted(result) for result in RESULTS),
        Field("Секретарь", lambda line: line.secretary, width=22),
    ),
    _lines,
    about="Подписанные протоколы: что рассмотрено и сколько решений каждого вида.",
    icon="calendar2-week",
    by_case=False,
    on_health=False,
    hold=3,
)
