"""Makers of programmes: a centre with its people, a case and a draft, each with dull defaults."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.cases.models import CaseStatus, Direction, FamilyCase
from app.cases.rules import add_to_team
from app.organisation.models import ServiceUnit, StaffMember
from app.programmes.models import ExecutorType, Measure, ProgrammeVersion
from app.programmes.rules import add_measure, start_programme
from tests.make import DAY, make_actor, make_case, make_staff, make_unit

DUE = dt.date(2026, 6, 30)


@dataclass(frozen=True)
class Centre:
    """A unit with the people who make a programme, and one case of its curator."""

    session: Session
    unit: ServiceUnit
    head: Actor
    curator: Actor
    psychologist: Actor
    stranger: Actor
    case: FamilyCase

    def staff(self, who: Actor) -> StaffMember:
        """Return the staff member behind an actor."""
        return self.session.get_one(StaffMember, who.staff_id)

    def hire(self, last_name: str, *roles: str) -> Actor:
        """Hire one more person and return the actor."""
        return make_actor(self.unit, staff=make_staff(self.session, self.head, last_name=last_name), roles=roles)


@contextmanager
def programme_centre(session: Session) -> Iterator[Centre]:
    """Give a centre whose head acts, on the day of every test."""
    with clock_at(DAY):
        unit = make_unit(session)
        with acting(make_actor(unit, roles=("head_of_service",))) as by:
            people = {
                name: make_staff(session, by, last_name=last)
                for name, last in (
                    ("curator", "Кураторова"),
                    ("psychologist", "Психологова"),
                    ("stranger", "Чужакова"),
                    ("head", "Главнова"),
                )
            }
            case = make_case(session, by, curator=people["curator"], status=CaseStatus.PLANNING)
            add_to_team(case, people["psychologist"], by=by, direction=Direction.PSYCHOLOGICAL, on=case.opened_at)
            session.flush()
            head = make_actor(unit, staff=people["head"], roles=("head_of_service",))
            with acting(head):
                yield Centre(
                    session=session,
                    unit=unit,
                    head=head,
                    curator=make_actor(unit, staff=people["curator"], roles=("curator",)),
                    psychologist=make_actor(unit, staff=people["psychologist"], roles=("psychologist",)),
                    stranger=make_actor(unit, staff=people["stranger"], roles=("curator",)),
                    case=case,
                )


def make_draft(centre: Centre, *titles: str, case: FamilyCase | None = None, **content: Any) -> ProgrammeVersion:
    """Make a draft with one complete measure for each of *titles* («Занятия с логопедом» by default)."""
    values = {"goal": "Мальчик говорит фразами", "valid_from": DAY, "valid_to": dt.date(2026, 12, 31), **content}
    version = start_programme(centre.session, case or centre.case, by=centre.head, **values)
    for title in titles or ("Занятия с логопедом",):
        make_measure(centre, version, title)
    return version


def make_measure(centre: Centre, version: ProgrammeVersion, title: str = "Подвоз", **values: Any) -> Measure:
    """Add a measure that lacks nothing, done by the curator."""
    complete = {
        "executor_type": ExecutorType.SPECIALIST,
        "executor_id": centre.curator.staff_id,
        "due": DUE,
        "direction": Direction.PEDAGOGICAL,
        **values,
    }
    return add_measure(version, by=centre.head, title=title, **complete)
