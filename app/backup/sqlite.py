"""An SQLite database as a backup sees it: one file, copied by SQLite itself while people work."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from app.backup import BackupRefused
from app.backup.contents import Contents, contents, engine_on
from app.backup.swapping import Move, Swap
from app.database import copy_sqlite
from config import Settings


class SqliteStore:
    """The database of an installation that lives in a file."""

    backend = "sqlite"
    member = "database.sqlite"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.path = Path(str(settings.database_url.database))

    def ready(self) -> None:
        """Check that there is something to copy.

        Raises:
            BackupRefused: there is no database yet.
        """
        if not self.path.exists():
            raise BackupRefused(f"Базы {self.path} ещё нет, копировать нечего. Подготовьте её: opora setup")

    def server(self) -> str:
        """Return the version of the server: a file has none."""
        return ""

    def dump(self, path: Path) -> Contents:
        """Write one moment of the database to *path* and return what it holds."""
        self.ready()
        with engine_on(self.settings) as engine:
            copy_sqlite(engine, path)
        with engine_on(_at(self.settings, path)) as engine, engine.connect() as connection:
            return contents(connection)

    def stored_now(self) -> frozenset[str]:
        """Return the names attached files are stored as in the living database."""
        with engine_on(self.settings) as engine, engine.connect() as connection:
            return contents(connection).stored

    def may_load(self) -> str:
        """Return why no second database can be made beside the living one; a file always can."""
        return ""

    def load(self, dump: Path, purpose: str) -> Settings:
        """Return the settings of a database that holds *dump*: the file itself."""
        return _at(self.settings, dump)

    def listed(self, dump: Path) -> str:
        """Return what is wrong with the list of a dump that cannot be loaded; never asked of a file."""
        return ""

    def drop(self, loaded: Settings) -> None:
        """Forget a loaded database: its folder is deleted by whoever made it."""

    def swap(self, loaded: Settings, aside: Path, stamp: str) -> Swap:
        """Return how the loaded database takes the place of the living one."""
        fresh = Path(str(loaded.database_url.database))
        if Path(f"{fresh}-wal").exists():
            raise BackupRefused(f"База {fresh} открыта другой программой. Закройте её и повторите.")
        # The log belongs to the old file; left behind, it would be read into the new one.
        logs = [Move(Path(f"{self.path}{end}"), None, aside / f"{self.path.name}{end}") for end in ("-wal", "-shm")]
        return Swap([*logs, Move(self.path, fresh, aside / self.path.name)])


def _at(settings: Settings, path: Path) -> Settings:
    return dataclasses.replace(settings, database_url=settings.database_url.set(database=str(path)))
