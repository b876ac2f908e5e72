"""The invented district while its two years pass: who is there, what time it is, whose turn comes next.

What happens to a family, to the council and to the staff is told by stories: generators that do something by the
rules and yield the moment at which they go on. The stories take turns in the order of time, so numbers and the
journal look as if people had worked there.
"""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at, now
from app.cases.models import FamilyCase
from app.meetings.models import Body
from app.organisation.models import PartnerOrganisation, ServiceArea, ServiceUnit, StaffMember, Territory
from app.services.models import Service

MOSCOW = ZoneInfo("Europe/Moscow")

Story = Iterator[dt.datetime]


@dataclass
class World:
    """The demonstration centre at work; *end* is the moment the demonstration is filled."""

    session: Session
    rng: random.Random
    unit: ServiceUnit
    end: dt.datetime
    staff: dict[str, StaffMember] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    council: Body = field(init=False)
    director_alone: Body = field(init=False)
    places: list[tuple[Territory, ServiceArea]] = field(default_factory=list)
    partners: list[PartnerOrganisation] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    waiting_for_review: list[FamilyCase] = field(default_factory=list)
    """Cases whose final results stand on no agenda yet."""
    heard: set[int] = field(default_factory=set)
    """Ids of cases whose final results the council has heard, its protocol signed."""
    _turns: list[tuple[dt.datetime, int, Story]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def acting(self, who: str) -> AbstractContextManager[Actor]:
        """Act as the staff member called *who*."""
        return acting(self.actors[who])

    def curator_of(self, case: FamilyCase) -> StaffMember:
        """Return the present curator of *case*."""
        return next(staff for staff in self.staff.values() if staff.id == case.curator_id)

    def acting_curator(self, case: FamilyCase) -> AbstractContextManager[Actor]:
        """Act as the present curator of *case*."""
        return self.acting_staff(self.curator_of(case))

    def acting_staff(self, staff: StaffMember) -> AbstractContextManager[Actor]:
        """Act as *staff*."""
        return acting(next(actor for actor in self.actors.values() if actor.staff_id == staff.id))

    def at(self, day: dt.date, hour: int | None = None, minute: int | None = None) -> dt.datetime:
        """Return a moment on *day*, or on the Monday after a weekend; in working hours if no *hour* is named."""
        day += dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        hour = self.rng.randint(9, 16) if hour is None else hour
        minute = self.rng.randint(0, 59) if minute is None else minute
        return dt.datetime.combine(day, dt.time(hour, minute), MOSCOW)

    def later(self, least: int, most: int) -> dt.datetime:
        """Return a working moment *least* to *most* days from now."""
        return self.at(now().astimezone(MOSCOW).date() + dt.timedelta(days=self.rng.randint(least, most)))

    def before_end(self, least: int, most: int) -> dt.datetime:
        """Return a working moment *least* to *most* days before the end."""
        return self.at(self.end.astimezone(MOSCOW).date() - dt.timedelta(days=self.rng.randint(least, most)))

    def tell(self, story: Story) -> None:
        """Let *story* begin: it runs until its first wait and takes turns from then on."""
        self._queue(next(story, None), story)

    def run(self) -> None:
        """Let the stories take turns until the end comes; what they still wait for does not happen."""
        while self._turns:
            moment, _, story = heapq.heappop(self._turns)
            if moment <= self.end:
                with clock_at(moment):
                    following = next(story, None)
                self._queue(max(following, moment) if following else None, story)

    def _queue(self, moment: dt.datetime | None, story: Story) -> None:
        if moment is not None:
            heapq.heappush(self._turns, (moment, next(self._order), story))
