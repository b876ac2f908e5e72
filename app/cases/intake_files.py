"""Uploaded workbooks that wait for their owner's decision: in the instance folder, under a random name.

A file is bound to the account that sent it, so an address copied to a colleague opens nothing. It is removed after
loading or cancelling, and by the next upload a day after it came.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from app.acting import Actor, now

KEPT = dt.timedelta(days=1)
"""How long a file waits; a bank of families should not lie beside the database for longer."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
Mappings = Mapping[str, Mapping[str, str]]
"""``{sheet: {column letters: field}}``, as a person corrected it."""


@dataclass(frozen=True)
class WaitingFile:
    """One uploaded workbook: where it lies, what the person called it, and the columns as corrected."""

    folder: Path
    token: str
    name: str
    user_id: int | None
    mapping: Mappings

    @property
    def path(self) -> Path:
        """Where the bytes are."""
        return self.folder / f"{self.token}.file"

    @property
    def note(self) -> Path:
        """Where it is written whose file it is."""
        return self.folder / f"{self.token}.json"


def keep(folder: Path, stream: IO[bytes], name: str, *, by: Actor) -> WaitingFile:
    """Write the uploaded *stream* into *folder* and return it; older files are removed on the way."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(folder)
    waiting = WaitingFile(folder, secrets.token_urlsafe(24), name[-120:], by.user_id, {})
    handle = os.open(waiting.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while piece := stream.read(1 << 20):
            file.write(piece)
    _write_note(waiting)
    return waiting


def find(folder: Path, token: str, *, by: Actor) -> WaitingFile | None:
    """Return the file of *token* if it waits and belongs to *by*."""
    if not _TOKEN.fullmatch(token):
        return None
    note = folder / f"{token}.json"
    if not note.is_file():
        return None
    said = json.loads(note.read_text("utf-8"))
    waiting = WaitingFile(folder, token, said["name"], said["user_id"], said["mapping"])
    return waiting if waiting.user_id == by.user_id and waiting.path.is_file() else None


def remap(waiting: WaitingFile, mapping: Mappings) -> WaitingFile:
    """Remember the columns as a person corrected them."""
    changed = replace(waiting, mapping=mapping)
    _write_note(changed)
    return changed


def drop(waiting: WaitingFile) -> None:
    """Remove the file; one already gone is no matter."""
    waiting.path.unlink(missing_ok=True)
    waiting.note.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove every file that has waited longer than :data:`KEPT`."""
    oldest = (now() - KEPT).timestamp()
    for path in folder.iterdir():
        if path.suffix in (".file", ".json") and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _write_note(waiting: WaitingFile) -> None:
    said = {"name": waiting.name, "user_id": waiting.user_id, "mapping": waiting.mapping}
    own = waiting.note.with_suffix(".new")
    handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False)
    own.replace(waiting.note)
