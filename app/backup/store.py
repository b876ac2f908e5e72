"""Which kind of database serves an installation, and what a backup may ask of either."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from app.backup.contents import Contents
from app.backup.postgres import PostgresStore
from app.backup.sqlite import SqliteStore
from app.backup.swapping import Swap
from config import Settings


class Store(Protocol):
    """A database that can be copied, and a copy that can be opened beside it."""

    backend: str
    member: str

    def ready(self) -> None:
        """Check that a copy can be made at all."""

    def server(self) -> str:
        """Return the major version of the server, or nothing."""

    def dump(self, path: Path) -> Contents:
        """Write one moment to *path*."""

    def stored_now(self) -> frozenset[str]:
        """Return the names attached files are stored as now."""

    def may_load(self) -> str:
        """Return why no second database can be made, or nothing."""

    def load(self, dump: Path, purpose: str) -> Settings:
        """Return the settings of a second database filled from *dump*."""

    def listed(self, dump: Path) -> str:
        """Return what is wrong with a dump that cannot be loaded, or nothing."""

    def drop(self, loaded: Settings) -> None:
        """Throw a second database away."""

    def swap(self, loaded: Settings, aside: Path, stamp: str) -> Swap:
        """Return how the second database takes the place of the living one."""


def store_of(settings: Settings) -> Store:
    """Return the database of the installation."""
    return SqliteStore(settings) if settings.database_url.get_backend_name() == "sqlite" else PostgresStore(settings)
