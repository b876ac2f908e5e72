"""What the meeting's page shows, ready for its template. Reads, never changes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from app.acting import Actor, for_whole_unit
from app.meetings import quorum, rules
from app.meetings.agenda import candidates
from app.meetings.candidates import Question, in_sight, questions
from app.meetings.forms import decision_form, preset_of, question_form
from app.meetings.models import (
    AgendaItem,
    Decision,
    DecisionKind,
    Meeting,
    MeetingStatus,
)
from app.meetings.rights import members_on
from app.programmes.models import ProgrammeVersion
from app.register.desk import Desk
from app.register.field import local
from app.register.forms import Bound, empty_form, read_form, view_of
from app.register.history import day_words
from app.register.pages import Act, Badge
from app.register.view import registers
from app.terms import word

NO_DECISION = Badge("решения нет", "warn", "clock-history")


# ---- the meeting -------------------------------------------------------------------------------------


def meeting_page(
    session: Session, meeting: Meeting, by: Actor, *, worker: bool, refused: tuple[int, Any] | None,
    desks: Mapping[int, Desk], refused_add: Bound | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the page of *meeting*; *worker* may change it, *refused* is (item id, the form that was refused).

    *desks* hold the drafts of the decisions by item id; *refused_add* is the form of one more question.
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
        "add": _add(session, meeting, refused_add) if worker else None,
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
        line = ". ".join(filter(None, (votes, line, said_of(decision))))
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


def said_of(decision: Decision) -> str:
    """Return what a decision says beside its kind: why, until when, which level, who is charged with what."""
    parts = [f"Причина: {decision.reason}"] if decision.reason else []
    if decision.new_term:
        parts.append(f"До {decision.new_term:%d.%m.%Y}")
    for one in decision.assignments:
        due = f" до {one.due:%d.%m.%Y}" if one.due else ""
        parts.append(f"Поручено: {one.responsible} – {one.text}{due}")
    return ". ".join(parts)


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
        spec, groups = decision_form(meeting.body, item.kind)
        decision = item.decision
        preset = {"votes_for": rules.came_to(meeting)} if decision is None else preset_of(decision)
        form = empty_form(spec, groups, preset)
        if desk is not None and desk.typed is not None:
            form = read_form(desk.session, spec, groups, desk.typed, None)
            form.errors.clear()
    draft = desk.drawn(desk.token()) if desk is not None else None
    return {
        "url": url_for("Meetings.decide", pk=meeting.id, item_id=item.id),
        "fields": [
            replace(view_of(form, name, lookup), span=2 if name.startswith("votes") else 6) for name in form.names
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


def _add(session: Session, meeting: Meeting, refused: Bound | None) -> dict[str, Any] | None:
    """Return the form that adds a question nobody proposed."""
    if meeting.status is not MeetingStatus.PLANNED:
        return None
    form = refused if refused is not None else empty_form(*question_form(meeting.body), {})
    return {
        "url": url_for("Meetings.add_question", pk=meeting.id),
        "fields": [view_of(form, name, lookup) for name in form.names],
        "hidden": (),
        "save": "Добавить в повестку",
        "open": bool(form.errors),
    }


def lookup(model: type[Any]) -> str:
    """Return the address that looks up records of *model*."""
    return registers().of(model).url("lookup")


def _candidates(session: Session, meeting: Meeting, *, worker: bool) -> dict[str, Any] | None:
    if meeting.status is not MeetingStatus.PLANNED:
        return None
    day = local(meeting.planned_at).date()
    with for_whole_unit() if worker else nullcontext():
        # Whoever makes the agenda is told of every family that waits; its card opens once it is on an agenda.
        versions = candidates(session, meeting.body)
        asked = questions(session, [meeting.body], day=day)
        rows = [
            {
                "what": f"{version.programme}, семья {version.programme.case.family}",
                "url": url_for("Versions.show", pk=version.id),
                "text": since(version),
                "act": Act(
                    "agenda",
                    "В повестку",
                    url_for("Meetings.put_on_agenda", pk=meeting.id, version_id=version.id),
                    method="post",
                )
                if worker
                else None,
            }
            for version in versions
        ]
    seen = in_sight(session, asked)
    rows += [_question(one, meeting, worker=worker, seen=one.case.id in seen) for one in asked]
    return {"title": "Ждут рассмотрения", "rows": rows, "blank": "Ничего не ждёт этого органа."}


def _question(one: Question, meeting: Meeting, *, worker: bool, seen: bool) -> dict[str, Any]:
    where: dict[str, Any] = {"pk": meeting.id, "case_id": one.case.id, "kind": one.kind.value}
    if one.proposal is not None:
        where["proposal"] = one.proposal.id
    url = url_for("Meetings.put_question", **where)
    return {
        "what": f"Семья {one.case.family}: {one.kind.label}",
        "url": url_for("Cases.show", pk=one.case.id) if seen else "",
        "text": why(one),
        "act": Act("agenda", "В повестку", url, method="post") if worker else None,
    }


def why(one: Question) -> str:
    """Return why a question waits, and who proposed it."""
    if one.proposal is None:
        return one.why
    who = f", {one.proposal.proposed_by}" if one.proposal.proposed_by else ""
    return f"{one.why} · предложено {local(one.proposal.proposed_at):%d.%m.%Y}{who}"


def since(version: ProgrammeVersion) -> str:
    """Return when a version was sent and by whom."""
    if version.submitted_at is None:
        return ""
    sent = local(version.submitted_at)
    who = f", {version.submitted_by}" if version.submitted_by else ""
    return f"отправлена {sent:%d.%m.%Y в %H:%M}{who}"
