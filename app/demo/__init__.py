"""A believable invented centre at work for two years: «Верхнеозёрский КЦСОН» (``opora demo``).

Everything is done by the rules, by the people whose work it is and on the day it happens, so numbers, journal and
states look as after two years of real use. Nothing is true of anybody.
"""

from __future__ import annotations

import datetime as dt
import random
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting, now
from app.base import RuleBroken
from app.cases.rules import cases_led_by, hand_over
from app.demo.arrivals import messages_about_nobody
from app.demo.centre import Login, build, logins
from app.demo.council import meetings_of_council
from app.demo.families import Plan
from app.demo.lives import FATES, life_of_a_family
from app.demo.words import SURNAMES
from app.demo.world import MOSCOW, Story, World
from app.organisation.rules import dismiss_staff
from app.people.models import Family

__all__ = ["Login", "fill"]

TWO_YEARS = dt.timedelta(days=730)


def fill(session: Session, *, families: int = 60, seed: int = 14, password: str | None = None) -> list[Login]:
    """Fill an empty installation with *families* invented families and return the ways in.

    The same *seed* on the same day gives the same centre. All accounts share one *password*, a random one unless
    given. The caller commits.

    Raises:
        RuleBroken: there are families already, or ``opora setup`` has not run.
    """
    password = password or secrets.token_urlsafe(9)
    end = now()
    start = (end - TWO_YEARS).astimezone(MOSCOW).date()
    with acting(SYSTEM):
        if session.scalars(select(Family).limit(1)).first() is not None:
            raise RuleBroken("В базе уже есть семьи. Примеры добавляют только в пустую базу.")
        world = build(session, random.Random(seed), start, end, password)
        world.tell(meetings_of_council(world, start))
        world.tell(_a_curator_leaves(world, start))
        world.tell(messages_about_nobody(world, start))
        for number in range(families):
            plan = Plan(number, SURNAMES[number % len(SURNAMES)])
            world.tell(life_of_a_family(world, plan, FATES[number % len(FATES)]))
        world.run()
        session.flush()
    return logins(world, password)


def _a_curator_leaves(world: World, start: dt.date) -> Story:
    """Let one curator leave after some months: her families are handed over before her account closes."""
    yield world.at(start + dt.timedelta(days=330), 16, 30)
    leaving, coming = world.staff["melnikova"], world.staff["pletnev"]
    with world.acting("berezkina") as head:
        hand_over(cases_led_by(leaving), coming, by=head, reason="Увольнение куратора")
    yield world.at(start + dt.timedelta(days=330), 17, 30)
    with world.acting("korolev") as director:
        dismiss_staff(leaving, by=director)
