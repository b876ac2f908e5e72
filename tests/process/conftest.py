"""Centres that work by each delivered order of work, kept for all tests of a file: a test makes a family of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting, clock_at
from app.cases.models import FamilyCase, StageMove
from app.cases.stages import enter
from app.profiles.order import OrderOfWork
from tests.by_order import work_by
from tests.make import DAY, database, make_actor, make_case, make_unit
from tests.process.facts import World

Walk = Callable[..., World]


class Centres:
    """A database with a unit for each order of work asked for."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known = cache(self._found)

    def _found(self, name: str, old: str, new: str) -> tuple[Actor, OrderOfWork]:
        by = make_actor(make_unit(self.session))
        with acting(by):
            return by, work_by(self.session, by, name, old, new)

    @contextmanager
    def world(self, name: str, stage: str | None = None, old: str = "", new: str = "") -> Iterator[World]:
        """Give a fresh case of a centre that works by *name*, on its first stage or on *stage*."""
        with clock_at(DAY):
            by, order = self.known(name, old, new)
            with acting(by):
                case = make_case(self.session, by)
                case.source = None
                if stage is not None and stage != case.stage:
                    enter(case, stage, by=SYSTEM, move=StageMove.OVERRIDDEN, reason="для проверки")
                yield World(self.session, by, order, case)


@pytest.fixture(scope="module")
def centres() -> Iterator[Centres]:
    """Yield centres on one database for the tests of a file."""
    with database() as session:
        yield Centres(session)


def reload(case: FamilyCase) -> FamilyCase:
    """Return the case as the database has it."""
    session = Session.object_session(case)
    assert session is not None
    session.flush()
    session.refresh(case)
    return case
