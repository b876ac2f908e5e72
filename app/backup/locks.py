"""Who may work on an installation now: many serve it together, one replaces it alone.

SQLite locks a file in the same way on every system and lets go when its process dies, so the locks are files of its
own kind beside the database, whatever database serves the installation.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from app.backup import BackupRefused
from config import Settings

SERVICE_LOCK = "service.lock"
BACKUP_LOCK = "backup.lock"


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """Work on the installation beside others, while nobody replaces it.

    Raises:
        BackupRefused: it is being restored or upgraded right now.
    """
    with _held(
        settings.instance / SERVICE_LOCK,
        alone=False,
        refusal="Сейчас идёт восстановление или обновление. Дождитесь его конца и повторите.",
    ):
        yield


@contextmanager
def closed(settings: Settings) -> Iterator[None]:
    """Keep everybody out while the installation is replaced.

    Raises:
        BackupRefused: the service or a command is at work on it.
    """
    with _held(
        settings.instance / SERVICE_LOCK,
        alone=True,
        refusal="Сервис работает. Остановите его (systemctl stop opora, в окне программы Ctrl+C) и повторите.",
    ):
        others = _connected(settings)
        if others:
            raise BackupRefused(f"К базе подключены другие программы: {others}. Остановите их и повторите.")
        yield


@contextmanager
def copying(settings: Settings) -> Iterator[None]:
    """Make a backup while nobody else makes one.

    Raises:
        BackupRefused: somebody does.
    """
    with _held(
        settings.instance / BACKUP_LOCK,
        alone=True,
        refusal="Резервная копия уже делается. Дождитесь её конца.",
    ):
        yield


@contextmanager
def _held(path: Path, *, alone: bool, refusal: str) -> Iterator[None]:
    """Hold the lock *path*; *refusal* says that others hold it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(closing(sqlite3.connect(path, timeout=0, isolation_level=None)))
            lock.execute("BEGIN EXCLUSIVE" if alone else "BEGIN")
            # The first reading takes the shared lock; it is kept until the connection is closed.
            lock.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as failed:
            if failed.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise BackupRefused(refusal) from failed
            raise BackupRefused(
                f"В папку {path.parent} не удаётся писать. Проверьте, есть ли на её диске место и права на неё."
            ) from failed
        yield


def _connected(settings: Settings) -> int:
    """Return how many others are connected to a PostgreSQL database: a service may run on another machine."""
    if settings.database_url.get_backend_name() == "sqlite":
        return 0
    engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            return int(
                connection.execute(
                    text(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                    )
                ).scalar_one()
            )
    finally:
        engine.dispose()
