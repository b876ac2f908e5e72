"""What the meeting's page and «На рассмотрении» show, ready for their templates. Reads, never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.acting import Actor, now, today
from app.cases.models import FamilyCase
from app.days.calendar import Calendar, day_of
from app.days.rules import calendar_of
from app.meetings import quorum, rules
from app.meetings.agenda import candidates
from app.meetings.models import (
    AgendaItem,
    Body,
    Decision,
    DecisionKind,
    Meeting,
    MeetingStatus,
)
from app.meetings.rights import members_on
from app.programmes.models import Programme, ProgrammeVersion, VersionStatus
from app.register.desk import Desk
from app.register.field import fields_of, local
from app.register.forms import Bound, empty_form, read_form, view_of
from app.register.history import day_words
from app.register.pages import Act, Badge, Blank
from app.register.spec import Group, Spec
from app.terms import say, word
from app.words import counted

NO_DECISION = Badge("решения нет", "warn", "clock-history")
LONG, TOO_LONG = 5, 10
"""Working days after which a programme that waits is told of with more and more weight: a week and two."""
_ABOUT_PROGRAMME = (DecisionKind.APPROVE, DecisionKind.SEND_BACK, DecisionKind.REJECT)


# ---- the decision form -------------------------------------------------------------------------------

AWAIT = (("nom", "ждёт"), ("gen", "ждут"), ("pl_gen", "ждут"))
"""One programme awaits, two and five of them await."""


def decision_form(*, votes: bool = False, about_programme: bool = True) -> tuple[Spec, tuple[Group, ...]]:
    """Return the form of a decision: what, why, and either the votes or the paper it stands on."""
    known = fields_of(Decision)
    fields = {
        "kind": replace(known["kind"], required=True, allowed=_ABOUT_PROGRAMME if about_programme else ()),
        "reason": replace(known["reason"], label="Причина", required=False),
    }
    if votes:
        fields |= {
            name: replace(known[name], required=True) for name in ("votes_for", "votes_against", "votes_abstained")
        }
    else:
        paper = fields_of(Meeting)
        fields |= {name: replace(paper[name], required=True) for name in ("document_no", "document_date")}
    groups = (Group("", tuple(fields)),)
    return Spec(
        "decision",
        Decision,
        ("Решения", "Решение"),
        fields,
        (),
        (),
        groups,
        groups,
        (),
        ("kind", False),
        "kind",
        (),
        (),
    ), groups


# ---- the meeting -------------------------------------------------------------------------------------


def meeting_page(
    session: Session, meeting: Meeting, by: Actor, *, worker: bool, refused: tuple[int, Any] | None,
    desks: Mapping[int, Desk],
) -> dict[str, Any]:  # fmt: skip
    """Return the page of *meeting*; *worker* may change it, *refused* is (item id, the form that was refused).

    *desks* hold the drafts of the decisions by item id.
    """
    status = meeting.status
    when = local(meeting.held_at or meeting.planned_at)
    names = ", ".join(
        f"{role} {member}"
        for role, member in (("председатель", meeting.chair), ("секретарь", meeting.secretary))
        if member
    )
    place = f", {meeting.place}" if meeting.place else ""
    return {
        "line": f"{day_words(when.date())}, {when:%H:%M}{place}. {names[:1].upper()}{names[1:]}",
        "steps": _steps(status),
        "items": [_item(meeting, item, desks.get(item.id), worker=worker, refused=refused) for item in meeting.items],
        "add": None,
        "candidates": _candidates(session, meeting, worker=worker),
        "presence": _presence(meeting, worker=worker),
        "sign": _sign(meeting, by),
    }


def _steps(status: MeetingStatus) -> list[tuple[str, str]]:
    order = [
        MeetingStatus.PLANNED,
        MeetingStatus.AGENDA_CLOSED,
        MeetingStatus.HELD,
        MeetingStatus.PROTOCOL_DRAFT,
        MeetingStatus.PROTOCOL_SIGNED,
    ]
    labels = ["Повестка", "Повестка закрыта", "Заседание", "Протокол", "Подписи"]
    if status is MeetingStatus.CANCELLED:
        return [(label, "") for label in labels]
    here = order.index(status)
    if status is MeetingStatus.PROTOCOL_SIGNED:
        return [(label, "done") for label in labels]
    return [
        (label, "done" if place < here else "current" if place == here else "") for place, label in enumerate(labels)
    ]


def _item(
    meeting: Meeting, item: AgendaItem, desk: Desk | None, *, worker: bool, refused: tuple[int, Any] | None
) -> dict[str, Any]:
    decision, version = item.decision, item.programme_version
    title, url = item.title or item.kind.label, ""
    if version is not None:
        title = f"{word('Programme_short')} семьи {version.programme.case.family}, версия {version.version_no}"
        url = url_for("Versions.show", pk=version.id)
    elif item.case is not None:
        title, url = f"{title}: семья {item.case.family}", url_for("Cases.show", pk=item.case.id)
    line = f"Докладчик {item.speaker}" if item.speaker else ""
    if decision is not None:
        votes = f"За {decision.votes_for}, против {decision.votes_against}, воздержались {decision.votes_abstained}"
        line = ". ".join(filter(None, (votes, line, f"Причина: {decision.reason}" if decision.reason else "")))
    acts: tuple[Act, ...] = ()
    if worker and meeting.status is MeetingStatus.PLANNED:
        take = url_for("Meetings.take_off_agenda", pk=meeting.id, item_id=item.id)
        acts = (Act("remove", "Снять с повестки", take, icon="x-lg", method="post"),)
    return {
        "id": item.id,
        "no": item.no,
        "title": title,
        "url": url,
        "state": _decided(decision),
        "line": line,
        "acts": acts,
        "form": _form(meeting, item, desk, worker=worker, refused=refused),
    }


def _decided(decision: Decision | None) -> Badge:
    if decision is None:
        return NO_DECISION
    bad = decision.kind in (DecisionKind.REJECT, DecisionKind.REFUSE_RECOGNITION)
    return Badge(decision.kind.label, "ok", "x-octagon" if bad else "check-circle")


def _form(
    meeting: Meeting, item: AgendaItem, desk: Desk | None, *, worker: bool, refused: tuple[int, Any] | None
) -> dict[str, Any] | None:
    signed = meeting.chair_signed_at or meeting.secretary_signed_at
    if not worker or signed or meeting.status not in (MeetingStatus.HELD, MeetingStatus.PROTOCOL_DRAFT):
        return None
    form: Bound
    if refused is not None and refused[0] == item.id:
        form = refused[1]
    else:
        spec, groups = decision_form(votes=True, about_programme=item.programme_version_id is not None)
        decision = item.decision
        preset = {"votes_for": rules.came_to(meeting)}
        if decision is not None:
            preset = {name: getattr(decision, name) for name in spec.fields}
        form = empty_form(spec, groups, preset)
        if desk is not None and desk.typed is not None:
            form = read_form(desk.session, spec, groups, desk.typed, None)
            form.errors.clear()
    draft = desk.drawn(desk.token()) if desk is not None else None
    return {
        "url": url_for("Meetings.decide", pk=meeting.id, item_id=item.id),
        "fields": [
            replace(view_of(form, name, lambda model: ""), span=2 if name.startswith("votes") else 6)
            for name in form.names
        ],
        "hidden": (),
        "save": "Записать решение",
        "open": (item.decision is None and item.no == min(i.no for i in meeting.items if i.decision is None))
        or bool(draft and draft.resumed),
        "draft": draft,
        "error": form.errors.get("", ""),
    }


def _presence(meeting: Meeting, *, worker: bool) -> dict[str, Any] | None:
    if meeting.status in (MeetingStatus.PLANNED, MeetingStatus.CANCELLED):
        return None
    held = bool(meeting.presences)
    came = {presence.member_id for presence in meeting.presences if presence.came}
    members = members_on(meeting.body, local(meeting.held_at or meeting.planned_at).date())
    need = meeting.quorum_needed if held else quorum.needed(meeting.body.quorum, len(members))
    may_mark = worker and meeting.status in (MeetingStatus.AGENDA_CLOSED, MeetingStatus.HELD)
    may_mark = may_mark and not any(item.decision for item in meeting.items)
    enough = len(came) >= (need or 0)
    state = Badge(quorum.sentence(len(came), need or 0) if held else "не отмечены", "ok" if held and enough else "warn")
    basis = f" ({meeting.body.quorum_basis})" if meeting.body.quorum_basis else ""
    return {
        "state": replace(state, icon="check-circle" if held and enough else "clock-history"),
        "hint": f"Решать можно, если пришли {need} из {len(members)}{basis}." if need else "",
        "url": url_for("Meetings.presence", pk=meeting.id) if may_mark else "",
        "members": [
            {"id": one.id, "name": str(one), "small": one.function.label, "came": one.id in came or not held}
            for one in members
        ],
    }


def _sign(meeting: Meeting, by: Actor) -> dict[str, Any] | None:
    if meeting.status in (MeetingStatus.PLANNED, MeetingStatus.AGENDA_CLOSED, MeetingStatus.CANCELLED):
        return None
    if not meeting.body.is_internal:
        return {
            "text": "Протокол подписывают не у нас. Внесите его номер и дату.",
            "signers": [],
            "act": None,
            "blocked": rules.why_not_signed(meeting),
        }
    seats = (
        ("Секретарь", meeting.secretary, meeting.secretary_signed_at),
        ("Председатель", meeting.chair, meeting.chair_signed_at),
    )
    signers = [
        {
            "role": role,
            "name": str(member or "не назначен"),
            "state": Badge(f"подписал {local(at):%d.%m %H:%M}", "ok", "check-circle")
            if at
            else Badge("нет подписи", "", "circle"),
        }
        for role, member, at in seats
    ]
    signed = meeting.status is MeetingStatus.PROTOCOL_SIGNED
    text = (
        "Решения вступили в силу."
        if signed
        else "Протокол подпишут председатель и секретарь. Сразу после второй подписи решения вступят в силу."
    )
    return {
        "text": text,
        "signers": signers,
        "act": None,
        "blocked": "" if signed else rules.why_not_signed(meeting) or "",
    }


def _candidates(session: Session, meeting: Meeting, *, worker: bool) -> dict[str, Any] | None:
    if meeting.status is not MeetingStatus.PLANNED:
        return None
    rows = [
        {
            "what": f"{version.programme}, семья {version.programme.case.family}",
            "url": url_for("Versions.show", pk=version.id),
            "text": _since(version),
            "act": Act(
                "agenda",
                "В повестку",
                url_for("Meetings.put_on_agenda", pk=meeting.id, version_id=version.id),
                method="post",
            )
            if worker
            else None,
        }
        for version in candidates(session, meeting.body)
    ]
    return {"title": "Ждут рассмотрения", "rows": rows, "blank": "Ничего не ждёт этого органа."}


def _since(version: ProgrammeVersion) -> str:
    if version.submitted_at is None:
        return ""
    sent = local(version.submitted_at)
    who = f", {version.submitted_by}" if version.submitted_by else ""
    return f"отправлена {sent:%d.%m.%Y в %H:%M}{who}"


# ---- «На рассмотрении» ---------------------------------------------------------------------------------


def waiting_page(session: Session, by: Actor, *, may_work: bool) -> dict[str, Any]:
    """Return what waits, grouped by the body that decides. Four queries, however much waits."""
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
    return {
        "title": "На рассмотрении",
        "line": counted(len(versions), *(say(f"{{programme_short:{form}}} {verb}") for form, verb in AWAIT))
        + f" решения{_roughly(versions, calendar, by)}",
        "acts": (),
        "crumbs": (),
        "groups": list(groups.values()),
        "blank": Blank(
            "Ничего не ждёт решения",
            say("Здесь появятся {programme_short:pl}, которые {curator} отправит на рассмотрение."),
            icon="hourglass-split",
        ),
    }


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
        "text": _since(version) + (f" · в повестке заседания № {placed.number}" if placed else ""),
        "act": act,
    }


def _recently(day: dt.date) -> str:
    """Return when something was sent that has not waited for a working day yet, as before a weekend."""
    return "сегодня" if day == today() else f"{day:%d.%m}"
