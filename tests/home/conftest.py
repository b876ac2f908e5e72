"""The centre whose days are looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.meetings.make import Council, council


@pytest.fixture
def centre(app: Flask, stored: Session) -> Iterator[Council]:
    """Yield a centre with a case, a body of five and its people, on the day of every test."""
    with council(stored) as made:
        yield made
