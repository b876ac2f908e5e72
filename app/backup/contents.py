"""What a database holds, read the same way from the living one, from a copy and from what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.database import prepare_engine, revisions
from app.journal import chain
from config import Settings

_SHADOW = re.compile(r"_search(_(data|idx|docsize|config|content))?$")
"""The search index of SQLite keeps itself; its rows are no rows of people."""


@dataclass(frozen=True)
class Contents:
    """The schema a database stands at, its rows by table, and the names attached files are stored as."""

    revision: str | None
    counts: dict[str, int]
    stored: frozenset[str]


@contextmanager
def engine_on(settings: Settings) -> Iterator[Engine]:
    """Give an engine opened as the service opens it; afterwards no connection is left."""
    made = create_engine(settings.database_url, **settings.flask_config()["SQLALCHEMY_ENGINE_OPTIONS"])
    prepare_engine(made)
    try:
        yield made
    finally:
        made.dispose()


def contents(connection: Connection) -> Contents:
    """Return what the database behind *connection* holds."""
    tables = sorted(name for name in inspect(connection).get_table_names() if not _SHADOW.search(name))
    counts = {name: _count(connection, name) for name in tables if name != "alembic_version"}
    revision = stored = None
    if "alembic_version" in tables:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if "attachment" in tables:
        stored = connection.execute(text("SELECT stored_as FROM attachment")).scalars()
    return Contents(revision, counts, frozenset(stored or ()))


def _count(connection: Connection, table: str) -> int:
    quoted = connection.dialect.identifier_preparer.quote(table)
    return int(connection.execute(text(f"SELECT count(*) FROM {quoted}")).scalar_one())


def examined(settings: Settings, anchor: Path) -> tuple[Contents, str]:
    """Open a copy, read all of it, and return what it holds and what is wrong with it, one sentence or nothing.

    Pages and foreign keys on SQLite (PostgreSQL has checked them while it was filled), the chain of the journal on
    both when the copy stands at the schema this program knows.
    """
    try:
        with engine_on(settings) as engine:
            # AUTOCOMMIT: nobody else writes into a copy, and a pragma needs no transaction.
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                if engine.dialect.name == "sqlite":
                    wrong = _broken_pages(connection)
                    if wrong:
                        return Contents(None, {}, frozenset()), wrong
                found = contents(connection)
            current, expected = revisions(engine)
            if current != expected:
                return found, ""
            with acting(SYSTEM, writing=False), Session(engine) as session:
                return found, chain.verify(session, anchor).broken
    except DatabaseError as broken:
        return Contents(None, {}, frozenset()), f"База не читается: {type(broken.orig).__name__}."


def _broken_pages(connection: Connection) -> str:
    verdict = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if verdict != "ok":
        return "Файл базы повреждён: проверка SQLite нашла испорченные страницы."
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    return f"В таблице {loose[0]} есть строки, которые ссылаются на пропавшие строки {loose[2]}." if loose else ""


def differences(said: dict[str, int], found: dict[str, int]) -> str:
    """Return in which tables the rows are not as many as the manifest says, one sentence or nothing."""
    wrong = sorted(table for table in said.keys() | found.keys() if said.get(table) != found.get(table))
    return f"Строк не столько, сколько в описи: {', '.join(wrong)}." if wrong else ""
