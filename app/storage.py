"""Where the content of attached files lives: outside the web root, under generated names, sealed, beside the database.

A database can take a transaction back, a file system cannot; so the two are kept together by order and by hooks::

    with folder.put(content) as stored:      # a temporary name, written through to the disk
        stored.keep(session)                 # the real name; a rollback of the session removes it
        session.add(row naming stored.name)
        session.commit()
    folder.drop(session, row.stored_as)      # removed only after the commit; a rollback forgets it

A crash between two steps leaves at most a file without a row, never a row without its file; :meth:`Folder.sweep` takes
those away after a day. Nothing here knows what a file holds or who may see it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import logging
import os
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from cryptography.exceptions import InvalidTag
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app import sealing
from app.base import RuleBroken

AGE = dt.timedelta(days=1)
"""How old a file without a row must be before it is swept: the longest a running request or job may need it."""

NO_ROOM = "Файл не сохранён: на диске не осталось места. Сообщите администратору и повторите, когда место появится."
NO_FOLDER = "Файл не сохранён: папка файлов недоступна. Сообщите администратору и повторите позже."

_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}")
_PART = ".part"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PENDING = "storage_pending"

log = logging.getLogger(__name__)


class LostFile(Exception):
    """The content of a file is not there or is not what was stored; the text is the generated name."""


@dataclass(frozen=True)
class Swept:
    """What a sweep found: *removed* files without a row, *young* ones left for later, *missing* rows without a file.

    All are generated names, in order.
    """

    removed: tuple[str, ...]
    young: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Step:
    """One step waiting for the end of its transaction: a file written, or one to be removed."""

    path: Path
    written: bool
    within: SessionTransaction | None


class Stored:
    """Content under a temporary name, whole on the disk. Left unkept at the end of its block, it is removed."""

    def __init__(self, folder: Folder, part: Path, name: str, content: bytes) -> None:
        self.name = name
        self.digest = hashlib.sha256(content).hexdigest()
        self.size = len(content)
        self._folder, self._part = folder, part

    def __enter__(self) -> Stored:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._part.unlink(missing_ok=True)

    def keep(self, session: Session) -> None:
        """Give the content its name, as part of the transaction of *session*: rolled back, it is removed again.

        Raises:
            RuleBroken: the disk refuses.
        """
        if not session.in_transaction():
            session.begin()  # Without a transaction nobody would tell of its end.
        path = self._folder.path_of(self.name)
        _wait(session, _Step(path, True, session.get_nested_transaction()))
        try:
            self._part.rename(path)
            for made in (path.parent, path.parent.parent, self._folder.root):
                _flush_folder(made)
        except OSError as failure:
            raise _refused(failure) from failure


class Folder:
    """The folder of files of one installation."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, name: str) -> Path:
        """Return the path of a generated *name*.

        Raises:
            LostFile: no such name is ever generated.
        """
        if not _NAME.fullmatch(name):
            raise LostFile(name)
        return self.root / name

    def put(self, content: bytes) -> Stored:
        """Write *content*, sealed, under a temporary name through to the disk.

        Raises:
            RuleBroken: there is no room, or the folder cannot be written.
        """
        stem = secrets.token_hex(16)
        name = f"{stem[:2]}/{stem[2:4]}/{stem}"
        part = self.path_of(name).with_suffix(_PART)
        try:
            part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(part, "xb", opener=_for_the_owner_only) as out:
                out.write(sealing.seal_bytes(content, name.encode()))
                out.flush()
                os.fsync(out.fileno())
        except OSError as failure:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise _refused(failure) from failure
        return Stored(self, part, name, content)

    def read(self, name: str, digest: str) -> bytes:
        """Return the content stored as *name*, whose SHA-256 in hex is *digest*.

        Raises:
            LostFile: it is not there, was cut or changed, or its key is not in the keyring.
        """
        try:
            content = sealing.unseal_bytes(self.path_of(name).read_bytes(), name.encode())
        except (OSError, InvalidTag, sealing.NoKey) as failure:
            raise LostFile(name) from failure
        if hashlib.sha256(content).hexdigest() != digest:
            raise LostFile(name)
        return content

    def drop(self, session: Session, name: str) -> None:
        """Remove the content stored as *name* after *session* has committed; a rollback leaves it where it is."""
        _wait(session, _Step(self.path_of(name), False, session.get_nested_transaction()))

    def names(self) -> list[str]:
        """Return every generated name a file is stored under, in order."""
        return [_name_of(path) for path in sorted(self.root.glob("??/??/*")) if _NAME.fullmatch(_name_of(path))]

    def sweep(self, known: Collection[str], now: dt.datetime, *, remove: bool = True) -> Swept:
        """Remove what has no row among *known* and is older than a day; tell which of *known* have no file."""
        removed, young, there = [], [], set()
        for path in sorted(self.root.glob("??/??/*")):
            name = _name_of(path)
            there.add(name)
            if name in known or not _NAME.fullmatch(name.removesuffix(_PART)):
                continue
            with contextlib.suppress(FileNotFoundError):  # A request may have ended meanwhile.
                if now.timestamp() - path.stat().st_mtime < AGE.total_seconds():
                    young.append(name)
                    continue
                if remove:
                    path.unlink()
                removed.append(name)
        return Swept(tuple(removed), tuple(young), tuple(sorted(set(known) - there)))


def _name_of(path: Path) -> str:
    return "/".join(path.parts[-3:])


def _for_the_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _flush_folder(path: Path) -> None:
    """Bring the new name itself to the disk. Windows writes names through by itself and opens no folders."""
    if os.name == "nt":
        return
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _refused(failure: OSError) -> RuleBroken:
    log.error("a file was not stored: %s", errno.errorcode.get(failure.errno or 0, "unknown"))
    return RuleBroken(NO_ROOM if failure.errno in _FULL else NO_FOLDER)


# ---- the end of a transaction --------------------------------------------------------------------------------------


def _wait(session: Session, step: _Step) -> None:
    session.info.setdefault(_PENDING, []).append(step)


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    """Remove what was dropped. A released savepoint passes here too; only the whole transaction counts."""
    if session.in_nested_transaction():
        return
    for step in session.info.pop(_PENDING, ()):
        if not step.written:
            _remove(step.path)


@event.listens_for(Session, "after_soft_rollback")
def _savepoint_taken_back(session: Session, previous: SessionTransaction) -> None:
    """Take back the steps made inside a savepoint that was rolled back; the rest wait on."""
    pending: list[_Step] = session.info.get(_PENDING, [])
    undone = [step for step in pending if _inside(step.within, previous)]
    if previous.nested and undone:
        session.info[_PENDING] = [step for step in pending if step not in undone]
        _take_back(undone)


@event.listens_for(Session, "after_transaction_end")
def _ended(session: Session, transaction: SessionTransaction) -> None:
    """Take back whatever no commit has confirmed; a session that is merely closed tells of its end only here."""
    if transaction.parent is None:
        _take_back(session.info.pop(_PENDING, []))


def _inside(within: SessionTransaction | None, savepoint: SessionTransaction) -> bool:
    while within is not None and within is not savepoint:
        within = within.parent
    return within is savepoint


def _take_back(steps: list[_Step]) -> None:
    for step in steps:
        if step.written:
            _remove(step.path)


def _remove(path: Path) -> None:
    """Remove a file nobody needs. What the system does not let go now, the sweep removes later."""
    try:
        path.unlink(missing_ok=True)
    except OSError as failure:
        log.warning("a file without a row was left for the sweep: %s", errno.errorcode.get(failure.errno or 0, "?"))
