"""One world for all tests of a worker: putting it together costs seconds, putting it back milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access.world import World, plain_texts, world


@pytest.fixture(scope="session")
def _plain_world(sqlite_ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("access"), sqlite_ready, plain_texts) as made:
        yield made


@pytest.fixture
def there(_plain_world: World) -> Iterator[World]:
    """Yield the world as it was made, with the settings of easy tests; it is put back afterwards."""
    before = dict(_plain_world.app.config)
    _plain_world.restore()
    yield _plain_world
    _plain_world.app.config.clear()
    _plain_world.app.config.update(before)
