"""A centre of its own for every test of the way in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor
from tests import make


@pytest.fixture
def centre() -> Iterator[tuple[Session, Actor]]:
    """Yield a session and the head of the service of a fresh unit without an order of work, acting."""
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
