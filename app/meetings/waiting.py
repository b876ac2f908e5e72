"""What «На рассмотрении» shows: what waits for which body, since when. Reads, never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.acting import Actor, for_whole_unit, now, today
from app.cases.models import FamilyCase
from app.days.calendar import Calendar, day_of
from app.days.rules import calendar_of
from app.meetings import rules
from app.meetings.alone import is_recorded
from app.meetings.candidates import Question, in_sight, questions
from app.meetings.models import AgendaItem, Body, Meeting, MeetingStatus
from app.meetings.page import since, why
from app.programmes.models import Programme, ProgrammeVersion, VersionStatus
from app.register.field import local
from app.register.pages import Act, Blank
from app.terms import say
from app.words import counted

LONG, TOO_LONG = 5, 10
"""Working days after which a programme that waits is told of with more and more weight: a week and two."""
AWAIT = (("nom", "ждёт"), ("gen", "ждут"), ("pl_gen", "ждут"))
"""One programme awaits, two and five of them await."""


def waiting_page(session: Session, by: Actor, *, may_work: bool) -> dict[str, Any]:
    """Return what waits, grouped by the body that decides. A constant number of queries, however much waits."""
    versions = session.execute(
        select(ProgrammeVersion, Body)
        .join(ProgrammeVersion.body)
        .where(ProgrammeVersion.status == VersionStatus.SUBMITTED)
        .options(
            joinedload(ProgrammeVersion.submitted_by),
            joinedload(ProgrammeVersion.programme).joinedload(Programme.case).joinedload(FamilyCase.family),
            selectinload(ProgrammeVersion.agenda_items).joinedload(AgendaItem.meeting),
        )
        .order_by(ProgrammeVersion.submitted_at)
    ).all()
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.status == MeetingStatus.PLANNED, Meeting.planned_at >= now())
        .order_by(Meeting.planned_at)
    ).all()
    calendar = calendar_of(session)
    groups: dict[int, dict[str, Any]] = {}
    for version, body in versions:
        following = next((meeting for meeting in meetings if meeting.body_id == body.id), None)
        group = groups.setdefault(body.id, {"title": body.title, "rows": [], "more": _following(following)})
        group["rows"].append(_waiting(version, body, following, calendar, by, may_work=may_work))
    # Whoever brings questions before the bodies is told of every family that waits; its card opens with the agenda.
    with for_whole_unit() if may_work else nullcontext():
        asked = questions(session, session.scalars(select(Body).order_by(Body.id)).all(), day=today())
    seen = in_sight(session, asked)
    for one in asked:
        following = next((meeting for meeting in meetings if meeting.body_id == one.body.id), None)
        group = groups.setdefault(one.body.id, {"title": one.body.title, "rows": [], "more": _following(following)})
        group["rows"].append(_asked(one, following, may_work=may_work, seen=one.case.id in seen))
    return {
        "title": "На рассмотрении",
        "line": _line(versions, asked, _roughly(versions, calendar, by)),
        "acts": (),
        "crumbs": (),
        "groups": list(groups.values()),
        "blank": Blank(
            "Ничего не ждёт решения",
            say("Здесь появятся {programme_short:pl}, которые {curator} отправит на рассмотрение."),
            icon="hourglass-split",
        ),
    }


def _line(versions: Sequence[Any], asked: Sequence[Question], roughly: str) -> str:
    """Return how much waits: «2 программы ждут решения, 1 вопрос о семьях»."""
    words = (say(f"{{programme_short:{form}}} {verb}") for form, verb in AWAIT)
    told = [f"{counted(len(versions), *words)} решения{roughly}"] if versions or not asked else []
    if asked:
        told.append(f"{counted(len(asked), 'вопрос', 'вопроса', 'вопросов')} о семьях")
    return ", ".join(told)


def _roughly(versions: Sequence[tuple[ProgrammeVersion, Body]], calendar: Calendar, by: Actor) -> str:
    """Return what to add where holidays of the days of waiting are not known."""
    sent = [day_of(version.submitted_at, by.zone) for version, _ in versions if version.submitted_at]
    years = ", ".join(map(str, calendar.unknown(min(sent, default=today()), today()))) if sent else ""
    return f". Календарь за {years} год не полон, рабочие дни сосчитаны приблизительно" if years else ""


def _following(meeting: Meeting | None) -> tuple[str, str] | None:
    if meeting is None:
        return None
    return f"Ближайшее заседание {local(meeting.planned_at):%d.%m.%Y}", url_for("Meetings.show", pk=meeting.id)


def _waiting(
    version: ProgrammeVersion, body: Body, following: Meeting | None, calendar: Calendar, by: Actor, *, may_work: bool
) -> dict[str, Any]:
    sent = day_of(version.submitted_at, by.zone) if version.submitted_at else today()
    days = calendar.worked(sent, today())
    placed = next((item.meeting for item in version.agenda_items if item.is_open), None)
    act = None
    if placed is not None:
        act = Act("open", "Открыть повестку", url_for("Meetings.show", pk=placed.id))
    elif may_work and body.kind in rules.WITHOUT_MEETINGS:
        act = Act("decide", "Решить", url_for("WaitingView.decide", pk=version.id))
    elif may_work and is_recorded(body):
        act = Act("decide", "Внести решение", url_for("WaitingView.decide", pk=version.id))
    elif may_work and following is not None:
        act = Act("agenda", "Поставить в повестку", url_for("Meetings.show", pk=following.id))
    elif may_work:
        act = Act("plan", "Назначить заседание", url_for("Meetings.add", body_id=body.id))
    return {
        "when": counted(days, "раб. день", "раб. дня", "раб. дней") if days else _recently(sent),
        "when_small": "ждёт" if days else "отправлена",
        "tone": "bad" if days > TOO_LONG else "warn" if days > LONG else "",
        "what": f"Семья {version.programme.case.family}: {version.programme}, версия {version.version_no}",
        "url": url_for("Versions.show", pk=version.id),
        "text": since(version) + (f" · в повестке заседания № {placed.number}" if placed else ""),
        "act": act,
    }


def _asked(one: Question, following: Meeting | None, *, may_work: bool, seen: bool) -> dict[str, Any]:
    act = None
    if may_work and seen and is_recorded(one.body):
        back = url_for("WaitingView.show")
        act = Act("decide", "Внести решение", url_for("Decisions.add", case_id=one.case.id, back=back))
    elif may_work and following is not None:
        act = Act("agenda", "Поставить в повестку", url_for("Meetings.show", pk=following.id))
    elif may_work:
        act = Act("plan", "Назначить заседание", url_for("Meetings.add", body_id=one.body.id))
    return {
        "when": "",
        "when_small": "",
        "tone": "",
        "what": f"Семья {one.case.family}: {one.kind.label}, дело {one.case}",
        "url": url_for("Cases.show", pk=one.case.id) if seen else "",
        "text": why(one),
        "act": act,
    }


def _recently(day: dt.date) -> str:
    """Return when something was sent that has not waited for a working day yet, as before a weekend."""
    return "сегодня" if day == today() else f"{day:%d.%m}"
