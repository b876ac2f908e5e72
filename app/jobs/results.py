"""Files that jobs leave: sealed, under generated names, in a folder no web server serves.

A result may hold data on health, so no plain copy of it lies on the disk: it is sealed in blocks, each bound to the
file and its place in it, the last one marked, so that a cut or rearranged file does not open.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from app import sealing

BLOCK = 2**20


def keep(folder: Path, source: IO[bytes]) -> str:
    """Seal *source*, from its beginning, into a new file of *folder* and return the file's key.

    Raises:
        OSError: the disk is full or cannot be written to; nothing is left then.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_hex(16)
    part = folder / f"{key}.part"
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            source.seek(0)
            block, number = source.read(BLOCK), 0
            while True:
                following = source.read(BLOCK)
                sealed = sealing.seal_bytes(block, _place(key, number, last=not following))
                target.write(len(sealed).to_bytes(4, "big") + sealed)
                if not following:
                    break
                block, number = following, number + 1
            target.flush()
            os.fsync(target.fileno())
        part.replace(folder / key)
    finally:
        part.unlink(missing_ok=True)
    return key


def read(folder: Path, key: str) -> Iterator[bytes]:
    """Yield the content of the file *key*, block by block.

    Raises:
        FileNotFoundError: it has been swept.
        cryptography.exceptions.InvalidTag: it was cut or changed.
    """
    with (folder / key).open("rb") as source:
        number, head = 0, source.read(4)
        while head:
            sealed = source.read(int.from_bytes(head, "big"))
            head = source.read(4)
            yield sealing.unseal_bytes(sealed, _place(key, number, last=not head))
            number += 1


def remove(folder: Path, key: str) -> None:
    """Delete the file *key*, if there is one and it is still there."""
    if key:
        (folder / key).unlink(missing_ok=True)


def sweep(folder: Path, known: Collection[str], *, older: float) -> int:
    """Delete files nobody refers to any more: not in *known* and untouched for *older* seconds. Return how many."""
    swept = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in known and path.stat().st_mtime < time.time() - older:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _place(key: str, number: int, *, last: bool) -> bytes:
    return f"result {key} {number} {'last' if last else 'more'}".encode()
