"""A centre with its deciding body."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.meetings.make import Council
from tests.meetings.make import council as made_council
from tests.office import offices  # noqa: F401 -- a fixture


@pytest.fixture
def council(session: Session) -> Iterator[Council]:
    """Yield the body of a centre whose head acts."""
    with made_council(session) as made:
        yield made
