"""The story of the council: a meeting every four weeks, from its plan to the second signature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app.acting import now
from app.demo.words import LATE_REMARKS
from app.demo.world import MOSCOW, Story, World
from app.meetings.models import AgendaItem, DecisionKind, ItemKind, Meeting
from app.meetings.rights import members_on
from app.meetings.rules import (
    add_to_agenda,
    cancel,
    candidates,
    close_agenda,
    decide,
    hold,
    plan_meeting,
    sign,
)

FOUR_WEEKS = dt.timedelta(days=28)
LAST_BEFORE_END = 11
"""Days between the last meeting and the end: programmes sent since then still wait."""


def meetings_of_council(world: World, start: dt.date) -> Story:
    """Let the council meet on a Thursday every four weeks; the next meeting is planned when the end comes."""
    day = world.end.astimezone(MOSCOW).date() - dt.timedelta(days=LAST_BEFORE_END)
    day -= dt.timedelta(days=(day.weekday() - 3) % 7)
    days = [day + FOUR_WEEKS]
    while days[0] - FOUR_WEEKS > start + dt.timedelta(days=40):
        days.insert(0, days[0] - FOUR_WEEKS)
    for day in days:
        yield world.at(day - dt.timedelta(days=20), 10)
        meeting = _planned(world, day)
        yield world.at(day - dt.timedelta(days=2), 16)
        if not _agenda_closed(world, meeting):
            continue
        yield world.at(day, 14, 5)
        _decided(world, meeting)
        yield world.at(day, 17)
        with world.acting("chaykina") as secretary:
            sign(meeting, by=secretary)
        yield world.at(day + dt.timedelta(days=1), 10)
        with world.acting("korolev") as chair:
            sign(meeting, by=chair)
        world.heard.update(item.case_id for item in meeting.items if item.case_id and item.kind == ItemKind.CONTINUATION)


def _planned(world: World, day: dt.date) -> Meeting:
    with world.acting("chaykina") as by:
        return plan_meeting(
            world.session,
            world.council,
            by=by,
            planned_at=dt.datetime.combine(day, dt.time(14), MOSCOW),
            place="Кабинет директора",
        )


def _agenda_closed(world: World, meeting: Meeting) -> bool:
    """Put what waits on the agenda and close it; without a question the meeting is cancelled."""
    with world.acting("chaykina") as by:
        for version in candidates(world.session, world.council):
            add_to_agenda(meeting, by=by, version=version)
        for case in world.waiting_for_review:
            add_to_agenda(meeting, by=by, kind=ItemKind.CONTINUATION, case=case)
        world.waiting_for_review.clear()
        world.session.flush()
        world.session.expire(meeting, ["items"])
        if not meeting.items:
            cancel(meeting, by=by, reason="Нет вопросов для рассмотрения")
            return False
        close_agenda(meeting, by=by)
        return True


def _decided(world: World, meeting: Meeting) -> None:
    """Hold the meeting and decide question by question; now and then one member is away."""
    with world.acting("chaykina") as by:
        members = members_on(world.council, meeting.planned_at.astimezone(MOSCOW).date())
        away = members[-1] if world.rng.random() < 0.25 else None
        present = [member for member in members if member is not away]
        hold(meeting, present=present, by=by, notes={away: "Учёба"} if away else None)
        for item in list(meeting.items):
            _decide(world, item, present)


def _decide(world: World, item: AgendaItem, present: Sequence[object]) -> None:
    against = 1 if world.rng.random() < 0.1 else 0
    abstained = 1 if world.rng.random() < 0.1 else 0
    kind, reason = DecisionKind.TERMINATE, None
    if item.programme_version is not None:
        chance = world.rng.random()
        kind = DecisionKind.APPROVE
        if chance < 0.16:
            kind, reason = DecisionKind.SEND_BACK, world.rng.choice(LATE_REMARKS)
        elif chance < 0.22:
            kind, reason = DecisionKind.REJECT, "Мероприятия не отвечают цели программы"
    decide(
        item,
        kind=kind,
        by=world.actors["chaykina"],
        reason=reason,
        votes_for=len(present) - against - abstained,
        votes_against=against,
        votes_abstained=abstained,
        heard="Доложил куратор семьи.",
        assignments=[("Сообщить семье о решении", "куратор семьи", (now() + dt.timedelta(days=3)).date())],
    )
