"""How each database is opened, so that a write is never lost, never half done and never waits in vain.

SQLite: the write-ahead log lets people read while one writes. A transaction that will write takes the write lock
with its first statement (``BEGIN IMMEDIATE``); one that reads first and writes later would lose with «database is
locked» at once, whatever the timeout. Who will write is known from :func:`app.acting.is_writing`.
"""

from __future__ import annotations

import enum
import errno
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import PoolResetState

from app.acting import SYSTEM, acting, is_writing, now, patience, waiting_at_most
from app.extensions import db, migrate
from config import ROOT, Settings

BUSY_MS = 50_000
"""How long a writer waits for the one before it: people among themselves half a second, behind the load of a whole bank
(20 000 families at once, the first day of a centre) some ten on a quick machine. A proxy gives up after sixty."""

AT_ONCE_MS = 200
"""How long a write that may be left out waits for a job that holds SQLite's write lock."""

LEAST_FREE = 100 * 2**20
"""Bytes of free disk without which the service does not start: a write-ahead log and one backup of a small base."""

_PRAGMAS: dict[str, Any] = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    # FULL: what was saved survives a power cut, which in a village is not rare.
    "synchronous": 2,
    "busy_timeout": BUSY_MS,
}


class UnfitDatabase(Exception):
    """The database would lose data or answer wrongly. The text is one line: what is wrong and the way out."""


class Trouble(enum.Enum):
    """Why the database cannot serve now, though the program asks for nothing wrong."""

    BUSY = "busy"
    GONE = "gone"
    FULL = "full"
    CLOSED = "closed"
    BROKEN = "broken"


_SQLITE_TROUBLES = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_PROTOCOL: Trouble.BUSY,
    sqlite3.SQLITE_CANTOPEN: Trouble.GONE,
    sqlite3.SQLITE_IOERR: Trouble.GONE,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.CLOSED,
    sqlite3.SQLITE_PERM: Trouble.CLOSED,
    sqlite3.SQLITE_CORRUPT: Trouble.BROKEN,
    sqlite3.SQLITE_NOTADB: Trouble.BROKEN,
}
# By class of SQLSTATE, the longer beginning first: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL_TROUBLES = {
    "53100": Trouble.FULL,
    "25006": Trouble.CLOSED,
    "55P03": Trouble.BUSY,
    "55000": Trouble.GONE,
    "57014": Trouble.BUSY,
    "08": Trouble.GONE,
    "40": Trouble.BUSY,
    "53": Trouble.BUSY,
    "57": Trouble.GONE,
    "58": Trouble.GONE,
    "XX001": Trouble.BROKEN,
    "XX002": Trouble.BROKEN,
}


def trouble(error: BaseException) -> Trouble | None:
    """Return why the database could not serve, None when *error* is a fault of the program or a refused value."""
    if isinstance(error, PoolTimeout):
        return Trouble.BUSY
    if not isinstance(error, DBAPIError):
        return None
    driver: Any = error.orig
    if isinstance(driver, sqlite3.Error):
        # The low byte is the kind, the rest tells it more exactly. A driver's own complaint has no code.
        return _SQLITE_TROUBLES.get(getattr(driver, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(driver, "sqlstate", None)
    if state is None:
        return Trouble.GONE if isinstance(error, OperationalError) else None
    return next((found for start, found in _POSTGRESQL_TROUBLES.items() if state.startswith(start)), None)


_AT_START = {
    Trouble.BUSY: "База занята другой программой. Закройте её и повторите.",
    Trouble.GONE: "База не открывается: {address}. Проверьте OPORA_DATABASE_URL, папку и права на неё.",
    Trouble.FULL: "На диске с базой нет места. Освободите его и повторите.",
    Trouble.CLOSED: "База открыта только для чтения: {address}. Верните права на запись файлу и его папке.",
    Trouble.BROKEN: "Файл базы повреждён: {address}. Не удаляйте его, верните последнюю копию: opora restore ФАЙЛ",
}


@contextmanager
def told_at_start(url: URL) -> Iterator[None]:
    """Turn a database that cannot serve into one line with the way out.

    Raises:
        UnfitDatabase: the block met such a database.
    """
    try:
        yield
    except DBAPIError as error:
        found = trouble(error)
        if found is None:
            raise
        raise UnfitDatabase(_AT_START[found].format(address=url.render_as_string(hide_password=True))) from error


def assert_room(settings: Settings) -> None:
    """Check that the folder of the installation can be written to and has room to work in.

    Raises:
        UnfitDatabase: it cannot, or less than :data:`LEAST_FREE` is left.
    """
    try:
        with tempfile.TemporaryFile(dir=settings.instance) as probe:
            probe.write(b"0")
        free = shutil.disk_usage(settings.instance).free
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UnfitDatabase(f"На диске с папкой {settings.instance} нет места. Освободите его.") from error
        raise UnfitDatabase(
            f"В папку {settings.instance} нельзя писать ({error.strerror}). "
            "Верните на неё права или укажите другую: OPORA_INSTANCE"
        ) from error
    if free < LEAST_FREE:
        raise UnfitDatabase(
            f"На диске с папкой {settings.instance} осталось {free // 2**20} МБ. "
            f"Освободите место, нужно хотя бы {LEAST_FREE // 2**20} МБ."
        )


def prepare_engine(engine: Engine) -> None:
    """Make every connection of *engine* durable and its transactions ours. Call before the first query."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _open_postgresql)
    event.listen(engine, "reset", _end)


def _end(connection: Any, _record: Any, state: PoolResetState) -> None:
    """End what a failed COMMIT has left open. SQLAlchemy counts it as ended, and the write lock would stay taken."""
    if state.transaction_was_reset:
        connection.rollback()


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not open transactions by itself, or the write lock would come too late.
    connection.isolation_level = None
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}").close()


def _open_postgresql(connection: Any, _record: Any) -> None:
    # A centre's whole base fits into memory, where a row by its key costs no more than the next one. With the default,
    # made for spinning disks, the planner reads whole tables for a search that has found a few thousand rows.
    connection.execute("SET random_page_cost = 1.1")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    if is_writing():
        usual, wanted = _PRAGMAS["busy_timeout"], patience()
        raw: Any = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA busy_timeout = {usual if wanted is None else min(usual, wanted)}").close()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing() else "BEGIN")


def at_once(statement: Any) -> bool:
    """Run one short write that may be left out: it does not wait for a job that holds the write lock of SQLite."""
    engine: Engine = db.engine
    try:
        with acting(SYSTEM), waiting_at_most(AT_ONCE_MS), engine.begin() as connection:
            connection.execute(statement)
    except OperationalError:
        return False
    return True


def assert_engine(engine: Engine, *, durable: bool = True) -> None:
    """Check that the database keeps what it is given and folds Cyrillic letters.

    *durable* False lets a PostgreSQL of the tests not wait for the disk.

    Raises:
        UnfitDatabase: it does not.
        sqlalchemy.exc.OperationalError: it cannot be reached.
    """
    # AUTOCOMMIT: looking at the database must not wait for a writer.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            _assert_sqlite(connection)
        else:
            _assert_postgresql(connection, durable)


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


def _assert_postgresql(connection: Connection, durable: bool) -> None:
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
    if not durable:
        return
    for name in ("fsync", "full_page_writes"):
        if asked(f"SHOW {name}") != "on":
            raise UnfitDatabase(f"PostgreSQL: {name} выключен, сохранённое может пропасть. Включите его.")
    if asked("SHOW synchronous_commit") == "off":
        raise UnfitDatabase("PostgreSQL: synchronous_commit выключен, сохранённое может пропасть. Включите его.")


def init_session_end(app: Flask) -> None:
    """Let the session of a request go even when its connection is lost: the answer has been written already.

    Call after ``db.init_app``: what is registered later is torn down first, and leaves the library nothing to do.
    """

    @app.teardown_appcontext
    def let_go(_error: BaseException | None) -> None:
        try:
            db.session.remove()
        except DBAPIError as lost:
            if trouble(lost) is None:
                raise
            # Ending a transaction on a lost connection fails; the database has ended it itself.
            db.session().invalidate()
            db.session.remove()


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


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Let one process at a time into the block: the next one waits here until the first has left or died."""
    if settings.database_url.get_backend_name() == "sqlite":
        # SQLite locks a file in the same way on every system and lets go when its process dies.
        with closing(sqlite3.connect(settings.instance / "setup.lock", timeout=600, isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        return
    engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtext('opora setup'))"))
            yield
    finally:
        engine.dispose()


def upgrade(settings: Settings, *, durable: bool = True) -> str | None:
    """Bring the tables to what the code expects and return the revision they were at before.

    An SQLite file that already holds tables is copied first, into ``backups`` of the instance.

    Raises:
        UnfitDatabase: it is spoilt, would lose data or answer wrongly, there is no room to work in, or a newer
            version of the service has changed it.
    """
    assert_room(settings)
    app = bare_app(settings)
    with app.app_context(), told_at_start(settings.database_url):
        try:
            assert_engine(db.engine, durable=durable)
            _assert_whole(db.engine)
            current, expected = revisions(db.engine)
            _refuse_newer(current)
            if current != expected:
                if current and settings.database_url.get_backend_name() == "sqlite":
                    copy_sqlite(db.engine, settings.instance / "backups" / f"{now():%Y-%m-%d_%H%M%S}_{current}.db")
                command.upgrade(app.extensions["migrate"].migrate.get_config(), "head")
        finally:
            db.engine.dispose()
    return current


def require_newest(settings: Settings) -> None:
    """Check, without changing anything, that the code and the tables belong together and the base is whole.

    Raises:
        UnfitDatabase: they do not, it is not, it would lose data or answer wrongly, or there is no room to work in.
    """
    assert_room(settings)
    engine = create_engine(settings.database_url, **settings.flask_config()["SQLALCHEMY_ENGINE_OPTIONS"])
    prepare_engine(engine)
    try:
        with told_at_start(settings.database_url):
            assert_engine(engine)
            _assert_whole(engine)
            current, expected = revisions(engine)
    finally:
        engine.dispose()
    _refuse_newer(current)
    if current != expected:
        raise UnfitDatabase("Таблицы базы старее программы. Обновите их: opora setup")


def _assert_whole(engine: Engine) -> None:
    """Read the pages of an SQLite file once; PostgreSQL keeps sums of its own."""
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if found != "ok":
            address = engine.url.render_as_string(hide_password=True)
            raise UnfitDatabase(_AT_START[Trouble.BROKEN].format(address=address))


def _refuse_newer(current: str | None) -> None:
    known = {script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()}
    if current and current not in known:
        raise UnfitDatabase(f"База новее программы (в ней {current}). Поставьте ту версию программы, что её обновила.")


def copy_sqlite(engine: Engine, path: Path) -> None:
    """Copy the whole database of *engine* into a new file at *path*; people go on working meanwhile."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM INTO :path"), {"path": str(path)})
    path.chmod(0o600)
