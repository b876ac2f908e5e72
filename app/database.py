"""How each database is opened, so that a write is never lost, never half done and never waits in vain.

SQLite: the write-ahead log lets people read while one writes. A transaction that will write takes the write lock
with its first statement (``BEGIN IMMEDIATE``); one that reads first and writes later would lose with «database is
locked» at once, whatever the timeout. Who will write is known from :func:`app.acting.is_writing`.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, Engine, event, text

from app.acting import is_writing
from app.extensions import db, migrate
from config import ROOT, Settings

BUSY_MS = 15_000
"""How long a writer waits for the one before it. The longest wait seen with 16 writers was half a second."""

_PRAGMAS = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    # FULL: what was saved survives a power cut, which in a village is not rare.
    "synchronous": 2,
    "busy_timeout": BUSY_MS,
}


class UnfitDatabase(Exception):
    """The database would lose data or answer wrongly. The text is one line: what is wrong and the way out."""


def prepare_engine(engine: Engine) -> None:
    """Make every connection of *engine* durable and its transactions ours. Call before the first query."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not open transactions by itself, or the write lock would come too late.
    connection.isolation_level = None
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}").close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing() else "BEGIN")


def assert_engine(engine: Engine) -> None:
    """Check that the database keeps what it is given and folds Cyrillic letters.

    Raises:
        UnfitDatabase: it does not.
        sqlalchemy.exc.OperationalError: it cannot be reached.
    """
    # AUTOCOMMIT: looking at the database must not wait for a writer.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            _assert_sqlite(connection)
        else:
            _assert_postgresql(connection)


def _assert_sqlite(connection: Connection) -> None:
    for name, wanted in _PRAGMAS.items():
        found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        if found != wanted:
            raise UnfitDatabase(
                f"SQLite: {name} = {found}, а нужно {wanted}. Держите базу на обычном местном диске, не на сетевом."
            )
    if (
        sqlite3.sqlite_version_info < (3, 35)
        or not connection.exec_driver_sql("SELECT sqlite_compileoption_used('ENABLE_FTS5')").scalar_one()
    ):
        raise UnfitDatabase(
            f"SQLite {sqlite3.sqlite_version} не умеет искать по части слова: нужна 3.35 или новее, с FTS5. "
            "Поставьте Python посвежее."
        )


def _assert_postgresql(connection: Connection) -> None:
    def asked(query: str) -> Any:
        return connection.execute(text(query)).scalar()

    if asked("SHOW server_encoding") != "UTF8":
        raise UnfitDatabase("PostgreSQL: база не в UTF-8. Создайте её так: CREATE DATABASE … ENCODING 'UTF8'.")
    if asked("SELECT lower('ЁЖИК')") != "ёжик":
        raise UnfitDatabase(
            "PostgreSQL: база не различает прописные и строчные русские буквы. "
            "Создайте её с LOCALE 'C.UTF-8' или 'ru_RU.UTF-8'."
        )
    if not asked("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"):
        raise UnfitDatabase("PostgreSQL: нет расширения pg_trgm. Поставьте пакет postgresql-contrib.")
    for name in ("fsync", "full_page_writes"):
        if asked(f"SHOW {name}") != "on":
            raise UnfitDatabase(f"PostgreSQL: {name} выключен, сохранённое может пропасть. Включите его.")
    if asked("SHOW synchronous_commit") == "off":
        raise UnfitDatabase("PostgreSQL: synchronous_commit выключен, сохранённое может пропасть. Включите его.")


def init_database(app: Flask) -> None:
    """Bind the database and the migrations to *app*; its first connection is already prepared."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    with app.app_context():
        prepare_engine(db.engine)


def bare_app(settings: Settings) -> Flask:
    """Return an app that has the database and nothing else, for migrations.

    The whole application asks its tables for permissions while it starts, and before the first migration there
    are none; FAB would then create all tables itself, behind Alembic's back.
    """
    app = Flask("app", instance_path=str(settings.instance), root_path=str(ROOT / "app"))
    app.config.from_mapping(settings.flask_config())
    init_database(app)
    return app


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """Return the revision the database stands at and the one the code expects."""
    expected = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return MigrationContext.configure(connection).get_current_revision(), expected
