"""A centre with a case to draft a programme for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.meetings.make import Council, make_council
from tests.office import offices  # noqa: F401 -- a fixture
from tests.programmes.make import Centre, programme_centre


@pytest.fixture
def centre(session: Session) -> Iterator[Centre]:
    """Yield a centre; its head acts."""
    with programme_centre(session) as made:
        yield made


@pytest.fixture
def council(centre: Centre) -> Council:
    """Return the deciding body of the centre."""
    return make_council(centre)
