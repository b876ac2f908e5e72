"""An installation that can be copied, replaced and broken, on SQLite and on a PostgreSQL with its real settings."""

from __future__ import annotations

import dataclasses
import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from config import Settings
from tests.backup.installation import PG_BIN, fill, set_up
from tests.databases import administering, settings_of, whole_database

_numbers = itertools.count(1)
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw")


@pytest.fixture
def on_sqlite(sqlite_ready: Path, tmp_path: Path) -> Settings:
    """Return the settings of a filled installation on SQLite."""
    instance = tmp_path / "instance"
    settings = settings_of(instance)
    shutil.copy(sqlite_ready, instance / "opora.db")
    fill(settings)
    return settings


@pytest.fixture
def on_postgresql(request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path) -> Iterator[Settings]:
    """Yield the settings of a filled installation on PostgreSQL; every database beside its own is dropped after."""
    server = request.getfixturevalue("durable_server")
    template = whole_database(server, run_folder, f"kept_{_WORKER}", set_up)
    name = f"centre_{_WORKER}_{next(_numbers)}"
    with administering(server) as asked:
        asked(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    made = settings_of(tmp_path / "instance", make_url(server.set(database=name)))
    settings = dataclasses.replace(made, pg_bin=PG_BIN)
    fill(settings)
    yield settings
    import sqlalchemy

    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        left = connection.execute(
            sqlalchemy.text("SELECT datname FROM pg_database WHERE datname = :name OR datname LIKE :beside"),
            {"name": name, "beside": f"{name}\\_%"},
        ).scalars()
        for each in left.all():
            connection.execute(sqlalchemy.text(f'DROP DATABASE "{each}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def centre(request: pytest.FixtureRequest) -> Settings:
    """Return the settings of a filled installation, on each database in turn."""
    found: Settings = request.getfixturevalue(f"on_{request.param}")
    return found
