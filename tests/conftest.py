"""What every test may ask for: a fresh migrated database, a session on it, the application, a signed-in browser.

A test marked ``both`` (and every test under ``tests/both``) runs on SQLite and on PostgreSQL. Each test gets a
database of its own, copied from one that was migrated once for the whole run.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.orm import Session

from app import sealing
from app.acting import SYSTEM, acting
from app.database import prepare_engine, upgrade
from tests.databases import TEST_KEYS, administering, copied, server_for, settings_of, whole_database, whole_file

pytest_plugins = ["tests.findings", "tests.visiting"]

BACKENDS = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on both databases when it is marked so."""
    marked = metafunc.definition.get_closest_marker("both") or metafunc.definition.path.parent.name == "both"
    for fixture in ("database", "app"):
        if marked and fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, BACKENDS, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the long tests of both workers first, so that neither is left alone with one at the end."""

    def late(item: pytest.Item) -> tuple[bool, bool, bool]:
        asked = getattr(item, "fixturenames", ())
        return item.get_closest_marker("browser") is None, "alone" not in asked, item.path.parent.name != "proof"

    items.sort(key=late)


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> None:
    """Keep the developer's own installation out of the tests."""
    for name in [name for name in os.environ if name.startswith("OPORA_") and name != "OPORA_TEST_POSTGRES"]:
        del os.environ[name]


@pytest.fixture(autouse=True)
def _keys() -> None:
    sealing.use_keys(TEST_KEYS)


# ---- once a run, whatever the number of workers -------------------------------------------------------------------


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Path:
    """Return a migrated SQLite file, whole in itself: nothing of it is left in a write-ahead log."""
    return whole_file(run_folder, "tables", lambda settings: upgrade(settings))


@pytest.fixture(scope="session")
def postgresql_server(run_folder: Path) -> Iterator[URL]:
    """Return the address of the PostgreSQL the tests may fill: OPORA_TEST_POSTGRES, or one started for this run."""
    given = os.environ.get("OPORA_TEST_POSTGRES")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    with server_for(run_folder, "postgresql") as url:
        with administering(url) as asked:
            # Nothing here outlives the run, so nothing waits for the disk.
            for setting in ("fsync = off", "full_page_writes = off"):
                asked(f"ALTER SYSTEM SET {setting}")
            asked("SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def durable_server(run_folder: Path) -> Iterator[URL]:
    """Yield a PostgreSQL of its own with the settings it is born with; the shared one does not wait for the disk."""
    with server_for(run_folder, f"durable-{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}") as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL, run_folder: Path) -> str:
    """Return the name of a migrated PostgreSQL database, to be copied and never opened."""
    return whole_database(postgresql_server, run_folder, "tables", lambda settings: upgrade(settings, durable=False))


# ---- once a test --------------------------------------------------------------------------------------------------

_numbers = itertools.count(1)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Yield the address of a fresh database with every table: SQLite, or what the mark ``both`` says."""
    if getattr(request, "param", "sqlite") == "sqlite":
        path = tmp_path / "opora.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield make_url(f"sqlite:///{path}")
        return
    server, template = (request.getfixturevalue(f"postgresql_{part}") for part in ("server", "template"))
    with copied(server, template, f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{next(_numbers)}") as url:
        yield url


@pytest.fixture
def engine(database: URL, tmp_path: Path) -> Iterator[Engine]:
    """Yield an engine on the fresh database, opened the way the service opens it."""
    options = settings_of(tmp_path / "instance", database).flask_config()["SQLALCHEMY_ENGINE_OPTIONS"]
    made = create_engine(database, **options)
    prepare_engine(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Yield a session on the fresh database; the system acts, so rows of every unit are seen.

    An open session holds SQLite's write lock: commit before anything else writes.
    """
    with acting(SYSTEM), Session(engine) as opened:
        yield opened
