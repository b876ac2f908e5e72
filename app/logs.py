"""The log of an installation: lines for the console, and the same as one JSON object a line in a file.

An exception is written as its kind and the lines it passed through, never with its message: messages hold what was
typed (SQLAlchemy prints parameters, a parser the text it could not read). A failure a person met carries an
``incident`` number; :func:`find_incident` finds it by what the person reads out.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

FOLDER = "logs"
KEPT_BYTES, KEPT_FILES = 5 * 2**20, 10
"""Fifty megabytes: years of a small centre, and no disk is filled by a fault that repeats."""


def kinds_of(error: BaseException | None) -> list[dict[str, Any]]:
    """Return *error* and its causes, outermost first: the kind of each and «file:line function» of its frames."""
    chain = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        chain.append(
            {
                "kind": f"{type(error).__module__}.{type(error).__qualname__}",
                "lines": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        error = error.__cause__ or error.__context__
    return chain


class Discreet(logging.Formatter):
    """Lines for the console, with exceptions as :func:`kinds_of` tells them."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- the library's name
        """Return an exception without its message."""
        told = ["\n".join([one["kind"], *(f"  {line}" for line in one["lines"])]) for one in kinds_of(ei[1])]
        return "\ncaused by ".join(told)


class JsonLines(Discreet):
    """One JSON object a line: at, level, logger, message; of a failure also incident, method, route and failure."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*."""
        entry: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            entry["failure"] = kinds_of(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False)


class _Kept(RotatingFileHandler):
    """The file of an installation."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- the library's name
        """Leave a disk that refuses to the console, which has the line: the library would print messages in full."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def start_logs(instance: Path, level: str, name: str = "opora") -> Path:
    """Log to the console and to ``logs/<name>.log`` of *instance*; return that file.

    Each process writes a file of its own *name*: two would rotate it under each other's hands.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = _Kept(folder / f"{name}.log", maxBytes=KEPT_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True)
    kept.setFormatter(JsonLines())
    console = logging.StreamHandler()
    console.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[console, kept], force=True)
    for noisy in ("flask_appbuilder", "alembic"):  # Each speaks of every page, or of every question of the watchdog.
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return folder / f"{name}.log"


def find_incident(instance: Path, number: str) -> Iterator[dict[str, Any]]:
    """Yield what the files of *instance* tell of an incident, the oldest first."""
    files = sorted((instance / FOLDER).glob("*.log*"), key=lambda path: path.stat().st_mtime)
    for path in files:
        for line in path.read_text("utf-8", errors="replace").splitlines():
            if number not in line:
                continue
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:  # The line a power cut broke off.
                continue
            if entry.get("incident") == number:
                yield entry
