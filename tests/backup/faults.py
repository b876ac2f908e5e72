"""Failures at every step of a piece of work: each file it touches, each statement it sends, each program it starts.

The interpreter tells of files and programs by itself (``sys.addaudithook``), SQLAlchemy of statements, so the code
under test knows nothing of this.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app.backup import BackupRefused

_FILES = {
    "open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.listdir", "os.scandir", "os.chmod", "os.link",
    "sqlite3.connect", "shutil.rmtree",
}  # fmt: skip


class Cut(BaseException):
    """What no handler of the code under test waits for."""


class Steps:
    """Counts the steps of a piece of work below *root* and cuts it at step number *at*.

    *dead*: every later step is cut too, as when the process was killed; nothing can be put back then.
    """

    def __init__(self, root: Path, at: int = 0, *, dead: bool = False) -> None:
        self.root, self.at, self.dead = str(root), at, dead
        self.seen = 0
        self.last = ""

    def step(self, name: str) -> None:
        """Count one step and cut if it is the one."""
        self.seen += 1
        if self.seen == self.at or (self.dead and self.at and self.seen > self.at):
            self.last = self.last or name
            raise Cut(f"step {self.seen}: {name}")

    def told(self, name: str, args: tuple[Any, ...]) -> None:
        """Hear of one event of the interpreter."""
        if name == "subprocess.Popen":
            self.step(f"{name} {args[1][0] if args[1] else args[0]}")
        elif name in _FILES and args and str(args[0]).startswith(self.root):
            self.step(f"{name} {args[0]}")


_now: list[Steps] = []


def _hook(name: str, args: tuple[Any, ...]) -> None:
    if _now:
        _now[-1].told(name, args)


_hooked: list[bool] = []


@contextmanager
def counting(steps: Steps) -> Iterator[Steps]:
    """Count (and cut) inside the block."""
    if not _hooked:
        sys.addaudithook(_hook)  # An interpreter keeps a hook for ever; it listens only while a list is not empty.
        _hooked.append(True)

    def statement(_c: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        # Statements of migrations begin with an empty line.
        steps.step(text.strip().split("\n", 1)[0][:60])

    event.listen(Engine, "before_cursor_execute", statement)
    _now.append(steps)
    try:
        yield steps
    finally:
        _now.remove(steps)
        event.remove(Engine, "before_cursor_execute", statement)


def cut_at(steps: Steps, work: Callable[[], object]) -> bool:
    """Do *work* and return whether it was cut."""
    with counting(steps):
        try:
            work()
        except (Cut, sqlite3.ProgrammingError, BackupRefused):
            # SQLAlchemy closes a connection that was cut, and what tidies up after it may meet a closed one.
            if steps.last:
                return True
            raise
    return False
