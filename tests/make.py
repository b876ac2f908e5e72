"""Makers with dull defaults, so that a test shows only what matters to it.

A maker goes through the rules where there is one, and adds to the session without committing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import app.models  # noqa: F401 -- declares every table
from app.acting import Actor, acting, clock_at
from app.agreements.models import Agreement, HelpKind
from app.agreements.rules import draft_agreement, sign
from app.base import Model, RuleBroken
from app.cases.models import CaseSource, CaseStatus, Direction, FamilyCase
from app.cases.rules import advance, assign_curator, open_case
from app.organisation.models import ServiceUnit, StaffMember
from app.organisation.rules import ADMINISTRATOR
from app.people.models import Family, FamilyKind, FamilyRole, Person, Sex
from app.people.rules import NewMember, add_person, register_family
from app.programmes.rights import HEADS
from app.services.models import Service

DAY = dt.date(2026, 2, 18)
"""The day on which every test takes place unless it says otherwise."""

_number = count(1)


@contextmanager
def database() -> Iterator[Session]:
    """Give a session on a fresh database in memory, the clock at :data:`DAY`."""
    engine = create_engine("sqlite://")
    Model.metadata.create_all(engine)
    with clock_at(DAY), Session(engine) as session:
        yield session
    engine.dispose()


@contextmanager
def centre() -> Iterator[tuple[Session, Actor]]:
    """Give a session and the head of the service of a fresh unit, acting."""
    with database() as session:
        unit = make_unit(session)
        with acting(make_actor(unit, roles=HEADS)) as by:
            yield session, by


@contextmanager
def refused(sentence: str, field: str | None = None) -> Iterator[None]:
    """Expect a rule to refuse with exactly *sentence* about *field*."""
    with pytest.raises(RuleBroken) as caught:
        yield
    assert (caught.value.sentence, caught.value.field) == (sentence, field)


def make_unit(session: Session, **more: Any) -> ServiceUnit:
    """Make a service unit."""
    n = next(_number)
    unit = ServiceUnit(**{"name": f"Тестовый центр {n}", "short_name": f"Центр {n}", **more})
    session.add(unit)
    session.flush()
    return unit


def make_actor(
    unit: ServiceUnit, *, staff: StaffMember | None = None, roles: tuple[str, ...] = (), sees_unit: bool = True
) -> Actor:
    """Make an actor of *unit* without an account; he sees the whole unit, because what a rule refuses is no matter of
    what its caller sees. With *sees_unit* False the roles say what he sees."""
    return Actor(
        user_id=None,
        name=staff.short_name if staff else "Проверкин П. П.",
        unit_id=unit.id,
        staff_id=staff.id if staff else None,
        roles=frozenset(roles),
        sees_unit=sees_unit,
    )


def make_roles(session: Session, *names: str) -> None:
    """Make roles, the administrator's among them."""
    session.add_all(Role(name=name) for name in (ADMINISTRATOR, *names))
    session.flush()


def make_staff(session: Session, by: Actor, **more: Any) -> StaffMember:
    """Make a staff member who has worked here for long."""
    values = {
        "last_name": "Работкина",
        "first_name": "Анна",
        "middle_name": f"Юрьевна {next(_number)}",
        "position": "специалист по социальной работе",
        "active_from": dt.date(2020, 1, 1),
        "service_unit_id": by.unit_id,
        **more,
    }
    staff = StaffMember(**values)
    session.add(staff)
    session.flush()
    return staff


def make_adult(session: Session, by: Actor, **more: Any) -> Person:
    """Make an adult woman."""
    values = {"last_name": "Тестова", "first_name": "Мария", "sex": Sex.FEMALE, "birth_date": dt.date(1990, 5, 4)}
    return add_person(session, by=by, **{**values, **more})


def make_child(session: Session, by: Actor, **more: Any) -> Person:
    """Make a boy of seven."""
    values = {"last_name": "Тестов", "first_name": "Пётр", "sex": Sex.MALE, "birth_date": dt.date(2018, 6, 1)}
    return add_person(session, by=by, **{**values, **more})


def make_family(session: Session, by: Actor, *, members: list[NewMember] | None = None, **more: Any) -> Family:
    """Make a family: by default a mother who represents her boy."""
    if members is None:
        members = [
            NewMember(make_adult(session, by), FamilyRole.MOTHER, is_legal_representative=True),
            NewMember(make_child(session, by), FamilyRole.CHILD),
        ]
    values = {"address": "д. Тестово, 1", "family_kind": FamilyKind.MOTHER, "name": "Тестовы"}
    return register_family(session, by=by, members=members, **{**values, **more})


def mother_of(family: Family) -> Person:
    """Return the legal representative of a family made by :func:`make_family`."""
    return next(member.person for member in family.members if member.is_legal_representative)


def child_of(family: Family) -> Person:
    """Return the first child of the family."""
    return next(member.person for member in family.members if member.role == FamilyRole.CHILD)


def make_case(
    session: Session,
    by: Actor,
    *,
    family: Family | None = None,
    curator: StaffMember | None = None,
    status: CaseStatus = CaseStatus.IDENTIFIED,
    opened_at: dt.date | None = None,
) -> FamilyCase:
    """Make a case opened a month ago and lead it, by the rules, to *status* on the way to «на сопровождении».

    Where the unit has an order of work, the case stands on its first stage; whoever asks for more leads it himself.
    """
    opened_at = opened_at or dt.date(2026, 1, 12)
    case = open_case(family or make_family(session, by), by=by, source=CaseSource.FAMILY, opened_at=opened_at)
    if curator is not None:
        assign_curator(case, curator, by=by, on=opened_at)
    for step in (CaseStatus.REGISTERED, CaseStatus.ASSESSMENT, CaseStatus.PLANNING, CaseStatus.ACTIVE):
        if case.status == status or case.stage is not None:
            break
        if step == CaseStatus.ACTIVE:
            make_signed_agreement(session, by, case)
            if case.curator_id is None:
                assign_curator(case, make_staff(session, by), by=by, on=opened_at)
        advance(case, step, by=by, on=opened_at)
    assert case.stage is not None or case.status == status, f"make_case cannot lead a case to {status}"
    return case


def make_agreement(session: Session, by: Actor, case: FamilyCase, **more: Any) -> Agreement:
    """Make a draft agreement for half a year with the legal representative."""
    values = {
        "customer": mother_of(case.family),
        "valid_from": case.opened_at,
        "valid_to": case.opened_at + dt.timedelta(days=180),
        "help_kinds": [HelpKind.SOCIAL],
    }
    return draft_agreement(case, by=by, **{**values, **more})


def make_signed_agreement(session: Session, by: Actor, case: FamilyCase, **more: Any) -> Agreement:
    """Make an agreement signed on its first day."""
    agreement = make_agreement(session, by, case, **more)
    sign(agreement, by=by, signed_by=make_staff(session, by, position="директор"), on=agreement.valid_from)
    return agreement


def make_service(session: Session, by: Actor, **more: Any) -> Service:
    """Make a service of the directory."""
    values = {"name": f"Консультация {next(_number)}", "direction": Direction.PSYCHOLOGICAL, **more}
    service = Service(service_unit_id=by.unit_id, **values)
    session.add(service)
    session.flush()
    return service
