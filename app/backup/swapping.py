"""One state of an installation takes the place of another, wholly or not at all.

What will be moved is written down before the first move; taking that note away is the moment the new state begins.
Whatever stops in between, a refusal or a power cut, is put back from the note, by the same process or the next one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, text

from app.backup.archive import sync_folder
from app.backup.locks import closed
from config import Settings

NOTE = "swap.json"
SCRATCH = "opora scratch"
"""The comment on a PostgreSQL database that nobody needs once its maker has gone."""


@dataclass(frozen=True)
class Move:
    """*live* goes to *aside* if it is there, *fresh* takes its place if there is one."""

    live: Path
    fresh: Path | None
    aside: Path


@dataclass(frozen=True)
class Rename:
    """The same for databases of one PostgreSQL server, by name."""

    live: str
    fresh: str
    aside: str


@dataclass(frozen=True)
class Swap:
    """Everything that changes places together."""

    moves: list[Move]
    rename: Rename | None = None


def perform(settings: Settings, swap: Swap) -> None:
    """Do every move of *swap*; whatever fails, everything is put back before the failure goes on."""
    note = settings.instance / NOTE
    with ExitStack() as back:
        _write(note, swap)
        back.callback(undo, settings)
        for move in swap.moves:
            move.aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.path.lexists(move.live):
                move.live.rename(move.aside)
            if move.fresh is not None:
                move.fresh.rename(move.live)
        for folder in {move.live.parent for move in swap.moves} | {move.aside.parent for move in swap.moves}:
            sync_folder(folder)
        if swap.rename is not None:
            _rename(settings.database_url, swap.rename)
        note.unlink()
        back.pop_all()
    sync_folder(settings.instance)


def undo(settings: Settings) -> None:
    """Put everything named in the note back where it was; safe to repeat, wherever the last attempt stopped."""
    note = settings.instance / NOTE
    if not note.exists():
        return
    swap, was_there = _read(note)
    if swap.rename is not None:
        _rename_back(settings.database_url, swap.rename)
    for move, had in reversed(list(zip(swap.moves, was_there, strict=True))):
        if had and not os.path.lexists(move.aside):
            continue  # The old one has never left its place.
        if move.fresh is not None and not os.path.lexists(move.fresh) and os.path.lexists(move.live):
            move.fresh.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            move.live.rename(move.fresh)
        if had and not os.path.lexists(move.live):
            move.aside.rename(move.live)
    for folder in {move.live.parent for move in swap.moves}:
        sync_folder(folder)
    note.unlink()
    sync_folder(settings.instance)


def healed(settings: Settings) -> Settings:
    """Put a half-done restore or upgrade back, whose process died, and return *settings*.

    Raises:
        BackupRefused: that process still lives.
    """
    if (settings.instance / NOTE).exists():
        with closed(settings):
            undo(settings)
    return settings


# ---- the note -----------------------------------------------------------------------------------------------------


def _write(note: Path, swap: Swap) -> None:
    said = {
        "moves": [[str(one.live), str(one.fresh) if one.fresh else None, str(one.aside)] for one in swap.moves],
        # Without this, a place where nothing was could not be told from one whose new content has come.
        "was_there": [os.path.lexists(one.live) for one in swap.moves],
        "rename": [swap.rename.live, swap.rename.fresh, swap.rename.aside] if swap.rename else None,
    }
    part = note.with_name(f"{note.name}.part")
    with part.open("w", encoding="utf-8") as out:
        json.dump(said, out, ensure_ascii=False)
        out.flush()
        os.fsync(out.fileno())
    part.replace(note)
    sync_folder(note.parent)


def _read(note: Path) -> tuple[Swap, list[bool]]:
    said: dict[str, Any] = json.loads(note.read_text("utf-8"))
    moves = [Move(Path(live), Path(fresh) if fresh else None, Path(aside)) for live, fresh, aside in said["moves"]]
    return Swap(moves, Rename(*said["rename"]) if said["rename"] else None), said["was_there"]


# ---- databases of a PostgreSQL server -----------------------------------------------------------------------------


def _rename(url: URL, names: Rename) -> None:
    """Change both names in one transaction: there is no moment without the living database."""
    with beside(url) as connection, connection.begin():
        for old, new in ((names.live, names.aside), (names.fresh, names.live)):
            connection.execute(text(f"ALTER DATABASE {quoted(connection, old)} RENAME TO {quoted(connection, new)}"))
        # No longer to be thrown away by whoever cleans up.
        connection.execute(text(f"COMMENT ON DATABASE {quoted(connection, names.live)} IS NULL"))


def _rename_back(url: URL, names: Rename) -> None:
    with beside(url) as connection, connection.begin():
        there = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": names.aside})
        if there.scalar() is None:
            return
        for old, new in ((names.live, names.fresh), (names.aside, names.live)):
            connection.execute(text(f"ALTER DATABASE {quoted(connection, old)} RENAME TO {quoted(connection, new)}"))
        connection.execute(text(f"COMMENT ON DATABASE {quoted(connection, names.fresh)} IS '{SCRATCH}'"))


@contextmanager
def beside(url: URL, **options: Any) -> Iterator[Connection]:
    """Give a connection to the server that is not in the database of *url*, which may then be renamed or dropped."""
    engine = create_engine(url.set(database="postgres"), **options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def quoted(connection: Connection, name: str) -> str:
    """Return *name* as an identifier of the server."""
    return str(connection.dialect.identifier_preparer.quote_identifier(name))
