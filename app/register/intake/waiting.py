"""Uploaded workbooks that wait for their owner's decision: in the instance folder, under a random name.

A file is bound to the account that sent it, so an address copied to a colleague opens nothing. Beside it lies a note:
what the person said of it so far. Both are removed after a whole load or cancelling, and a day after they came, by
the next upload or the daily sweep; after a load of the good rows the file stays for the rest to be given back.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from flask import current_app

from app.acting import Actor, now
from app.jobs.tasks import daily
from app.register.intake.importer import Done
from app.register.intake.plan import Answers, Mappings

KEPT = dt.timedelta(days=1)
"""How long a file waits; a bank of families should not lie beside the database for longer."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True)
class WaitingFile:
    """One uploaded workbook: where it lies, what the person called it and said of it.

    *importer* is the key of the import it was sent to; *done* is what was loaded when good rows were, *loaded* the
    stamp of the plan that was.
    """

    folder: Path
    token: str
    name: str
    user_id: int | None
    importer: str
    mapping: Mappings = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    done: Done | None = None
    loaded: str = ""

    @property
    def path(self) -> Path:
        """Where the bytes are."""
        return self.folder / f"{self.token}.file"

    @property
    def note(self) -> Path:
        """Where it is written whose file it is."""
        return self.folder / f"{self.token}.json"


def keep(folder: Path, stream: IO[bytes], name: str, importer: str, *, by: Actor) -> WaitingFile:
    """Write the uploaded *stream* into *folder* and return it; older files are removed on the way."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(folder)
    waiting = WaitingFile(folder, secrets.token_urlsafe(24), name[-120:], by.user_id, importer)
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
    said["done"] = Done(**said["done"]) if said["done"] else None
    waiting = WaitingFile(folder, token, **said)
    return waiting if waiting.user_id == by.user_id and waiting.path.is_file() else None


def remember(waiting: WaitingFile, **said: Any) -> WaitingFile:
    """Write down what the person said of the file (``mapping``, ``answers``) or what became of it (``done``)."""
    changed = replace(waiting, **said)
    _write_note(changed)
    return changed


def drop(waiting: WaitingFile) -> None:
    """Remove the file; one already gone is no matter."""
    waiting.path.unlink(missing_ok=True)
    waiting.note.unlink(missing_ok=True)


def folder_of(config: Mapping[str, Any]) -> Path:
    """Return where the files of the installation wait."""
    return Path(config["OPORA"].instance) / "imports"


def sweep(folder: Path) -> int:
    """Remove every file that has waited longer than :data:`KEPT` and return how many there were."""
    oldest, swept = (now() - KEPT).timestamp(), 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.suffix in (".file", ".json", ".new") and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            swept += path.suffix == ".file"
    return swept


@daily("register.imports", hour=4)
def sweep_daily() -> str:
    """Sweep the folder even where nobody loads anything any more: a bank of families must not lie there for good."""
    return f"Убрано файлов загрузки: {sweep(folder_of(current_app.config))}."


def _write_note(waiting: WaitingFile) -> None:
    told = asdict(waiting)
    said = {name: told[name] for name in ("name", "user_id", "importer", "mapping", "answers", "done", "loaded")}
    own = waiting.note.with_suffix(".new")
    handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False)
    own.replace(waiting.note)
