"""A centre with its head acting, one case, and colleagues who find out about the family."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor
from app.cases.models import CaseStatus, FamilyCase
from app.organisation.models import StaffMember
from tests import make


@pytest.fixture
def centre() -> Iterator[tuple[Session, Actor]]:
    """Yield a session on a fresh database in memory and the head of the service, acting."""
    with make.centre() as both:
        yield both


@pytest.fixture
def session(centre: tuple[Session, Actor]) -> Session:
    """Return the session of the centre."""
    return centre[0]


@pytest.fixture
def by(centre: tuple[Session, Actor]) -> Actor:
    """Return the head of the service."""
    return centre[1]


@pytest.fixture
def case(session: Session, by: Actor) -> FamilyCase:
    """Return the case of a mother and her boy, about to be assessed."""
    return make.make_case(session, by, status=CaseStatus.ASSESSMENT)


@pytest.fixture
def staff(session: Session, by: Actor) -> StaffMember:
    """Return a colleague who has worked here for long."""
    return make.make_staff(session, by)
