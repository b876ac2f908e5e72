"""Centres that work by a delivered order of work, with the people and bodies it names, for tests of rules.

One database serves all tests of a file and each order of work one unit of it; a test makes families of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import app.process.guards  # noqa: F401 -- the order of things is asked of the guards
from app.acting import Actor, acting, clock_at
from app.cases.models import CaseTeamMember, Direction, FamilyCase
from app.meetings.bodies import ensure_bodies
from app.meetings.models import Body, BodyMember, MemberFunction
from app.organisation.models import (
    PartnerKind,
    PartnerOrganisation,
    ServiceUnit,
    StaffMember,
    Territory,
    TerritoryLevel,
)
from app.profiles.order import OrderOfWork
from app.programmes.models import ExecutorType, ProgrammeVersion
from app.programmes.rules import add_measure, start_programme
from tests.by_order import case_on, work_by
from tests.make import DAY, database, make_actor, make_family, make_staff, make_unit
from tests.process.facts import FACTS, World

ROLES = {
    "head": "head_of_service",
    "director": "director",
    "curator": "curator",
    "secretary": "secretary",
    "registrar": "registrar",
    "psychologist": "psychologist",
    "pedagogue": "social_pedagogue",
    "worker": "social_worker",
}
UNTIL = dt.date(2026, 6, 30)
_number = count(1)


@dataclass(frozen=True)
class Office:
    """A centre at work: its order, its people by role, and what a test needs of it."""

    session: Session
    order: OrderOfWork
    unit: ServiceUnit
    people: dict[str, Actor]

    def __getattr__(self, name: str) -> Actor:
        """Return the person of a role: ``office.curator``."""
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def staff(self, who: Actor) -> StaffMember:
        """Return the staff member behind an actor."""
        return self.session.get_one(StaffMember, who.staff_id)

    def hire(self, *roles: str, **more: Any) -> Actor:
        """Hire one more person."""
        n = next(_number)
        staff = make_staff(self.session, self.head, last_name=f"Новичков{n}", **more)
        return replace(make_actor(self.unit, staff=staff, roles=roles), partner_id=staff.partner_id)

    def case(self, stage: str, *facts: str, led: bool = True, place: Territory | None = None) -> FamilyCase:
        """Make a case on *stage*, led by the curator unless told otherwise, with what makes the guards *facts* hold."""
        family = make_family(self.session, self.head, territory=place)
        made = case_on(self.session, self.head, stage, curator=self.staff(self.curator) if led else None, family=family)
        for code in facts:
            FACTS[code](World(self.session, self.head, self.order, made))
        self.session.flush()
        self.session.expire_all()
        return made

    def join(self, case: FamilyCase, who: Actor, direction: Direction | None = None) -> None:
        """Take *who* into the team of the case."""
        seat = {"date_from": case.opened_at, "direction": direction, "service_unit_id": case.service_unit_id}
        self.session.add(CaseTeamMember(case=case, staff=self.staff(who), **seat))
        self.session.flush()

    def partner(self, name: str = "Детская больница") -> PartnerOrganisation:
        """Make an organisation the centre works with."""
        made = PartnerOrganisation(
            name=f"{name} {next(_number)}", kind=PartnerKind.HEALTH, service_unit_id=self.unit.id
        )
        self.session.add(made)
        self.session.flush()
        return made

    def body(self, code: str) -> Body:
        """Return the first body the order of work calls *code*."""
        wanted = select(Body).where(Body.service_unit_id == self.unit.id, Body.order_code == code).order_by(Body.id)
        return self.session.scalars(wanted).first()  # type: ignore[return-value]

    def seated(self, code: str) -> Body:
        """Return that body with a chair and a secretary who sit in it and sign."""
        body = self.body(code)
        if not body.members:
            for who, function in (("director", MemberFunction.CHAIR), ("secretary", MemberFunction.SECRETARY)):
                seat = {"date_from": dt.date(2026, 1, 1), "service_unit_id": self.unit.id}
                staff_id = self.people[who].staff_id
                self.session.add(BodyMember(body=body, staff_id=staff_id, function=function, **seat))
            self.session.flush()
            self.session.expire(body, ["members"])
        return body

    def draft(self, case: FamilyCase, by: Actor, *partners: PartnerOrganisation, **content: Any) -> ProgrammeVersion:
        """Start the programme of the case: one measure for the curator and one for each of *partners*."""
        values = {"goal": "Мальчик говорит фразами", "valid_from": DAY, "valid_to": dt.date(2026, 12, 31), **content}
        version = start_programme(self.session, case, by=by, **values)
        given = {"executor_type": ExecutorType.SPECIALIST, "executor_id": self.curator.staff_id}
        whole = {"problem": "Не говорит", "due": UNTIL, "direction": Direction.PEDAGOGICAL}
        add_measure(version, by=by, title="Занятия с логопедом", **whole, **given)
        for one in partners:
            charged = {"executor_type": ExecutorType.ORGANISATION, "partner_id": one.id}
            add_measure(version, by=by, title=f"Осмотр: {one}", **whole, **charged)
        self.session.flush()
        return version


class Offices:
    """A database with a centre for each order of work asked for."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known: dict[tuple[str, ...], Office] = {}

    @contextmanager
    def at(self, name: str, old: str = "", new: str = "", *, day: dt.date = DAY) -> Iterator[Office]:
        """Give the centre that works by *name*; its head acts."""
        with clock_at(day):
            found = self.known.get((name, old, new)) or self._made(name, old, new)
            with acting(found.head):
                yield found

    def _made(self, name: str, old: str, new: str) -> Office:
        n = next(_number)
        district = Territory(name=f"Тестовский район {n}", level=TerritoryLevel.DISTRICT)
        self.session.add(district)
        unit = make_unit(self.session, municipality=district)
        first = make_actor(unit, roles=("head_of_service",))
        with acting(first):
            order = work_by(self.session, first, name, old, new)
            people = {
                who: replace(
                    make_actor(unit, staff=make_staff(self.session, first, last_name=f"{who}ова"), roles=(role,)),
                    words=order.words,
                )
                for who, role in ROLES.items()
            }
            ensure_bodies(unit, order, by=first)
        made = Office(self.session, order, unit, people)
        self.known[(name, old, new)] = made
        return made


@pytest.fixture(scope="module")
def offices() -> Iterator[Offices]:
    """Yield centres on one database for the tests of a file."""
    with database() as session:
        yield Offices(session)
