"""Sealing of special-category text and of attached files with AES-GCM under keys kept outside the database.

A sealed value is ``key id (1 byte) | nonce (12 bytes) | ciphertext``. The factory loads the keyring once;
a key is never written into the database or a log.

``opora keys rotate`` adds a key while the service runs, so a process looks whether the file has changed before it
seals, and before it says that a key is missing. A key no value is sealed with any more is forgotten; of the oldest one
its digests remain, because the journal's chain is made with it and can never be made again.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_keyring: dict[int, bytes] = {}
_digests: list[bytes] = []
"""The key of digests, once it seals nothing any more."""
_file: list[tuple[Path, int]] = []
"""The file the keyring was read from and when that was changed."""
_DIGESTS_ONLY = "digests"


class NoKey(Exception):
    """A sealed value cannot be opened: its key is not in the keyring."""


def load_keyring(path: Path) -> None:
    """Read the keyring at *path*, making one with a fresh key (mode 0600) if there is none.

    Each line is ``id hex-key``; the last line is the key new values are sealed with. A third word «digests» marks a
    key that opens nothing and only makes the digests it always made.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, own = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # readable by its owner only
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"1 {os.urandom(32).hex()}\n")
        # A link appears whole or not at all: a second process starting now reads the first one's key, never half of it.
        with suppress(FileExistsError):
            os.link(own, path)
        os.unlink(own)
    changed = path.stat().st_mtime_ns
    rows = [row.split() for row in path.read_text("ascii").splitlines() if row.strip()]
    use_keys({int(number): bytes.fromhex(key) for number, key, *more in rows if not more})
    _digests[:] = [bytes.fromhex(key) for _number, key, *more in rows if more == [_DIGESTS_ONLY]]
    _file[:] = [(path, changed)]


def _look_again() -> None:
    """Read the keyring again if its file has changed: a key may have been added while the process runs."""
    if _file and _file[0][0].stat().st_mtime_ns != _file[0][1]:
        load_keyring(_file[0][0])


def use_keys(keys: dict[int, bytes]) -> None:
    """Take *keys* as the keyring; the last one seals."""
    _keyring.clear()
    _keyring.update(keys)
    _digests.clear()
    _file.clear()


def fingerprints() -> dict[int, str]:
    """Return a print of each key by its id: it tells two keyrings apart and gives nothing of the keys away."""
    return {number: hashlib.sha256(b"opora keyring" + key).hexdigest()[:16] for number, key in _keyring.items()}


def newest() -> int:
    """Return the number of the key new values are sealed with.

    Raises:
        NoKey: the keyring is empty.
    """
    if not _keyring:
        raise NoKey("the keyring is empty: load_keyring() runs in the factory")
    return list(_keyring)[-1]


def numbers() -> tuple[int, ...]:
    """Return the numbers of the keys that open values, the oldest first."""
    return tuple(_keyring)


def add_key(path: Path) -> int:
    """Add a fresh key to the keyring at *path* and return its number; from now on it seals.

    Raises:
        ValueError: every number of one byte is taken.
    """
    load_keyring(path)
    number = next((n for n in range(newest() + 1, 256) if n not in _keyring), 0)
    if not number:
        raise ValueError("a value names its key in one byte, and all 255 are used")
    _rewrite(path, [*path.read_text("ascii").split("\n"), f"{number} {os.urandom(32).hex()}"])
    return number


def forget_key(path: Path, number: int) -> None:
    """Forget key *number*: it opens nothing any more. Of the oldest key its digests remain."""
    kept = []
    for at, row in enumerate(path.read_text("ascii").splitlines()):
        own, key, *_ = row.split() if row.strip() else ("0", "")
        if int(own) != number:
            kept.append(row)
        elif at == 0:
            kept.append(f"{own} {key} {_DIGESTS_ONLY}")
    _rewrite(path, kept)


def _rewrite(path: Path, rows: list[str]) -> None:
    """Put *rows* in the place of the keyring, whole or not at all, on the disk before anything is sealed by them."""
    handle, own = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write("\n".join(row for row in rows if row.strip()) + "\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(own, path)
    if os.name != "nt":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    load_keyring(path)


def seal(value: str) -> bytes:
    """Return *value* sealed under the newest key."""
    return seal_bytes(value.encode())


def unseal(blob: bytes) -> str:
    """Return the text of a sealed value.

    Raises:
        NoKey: its key is not in the keyring.
        cryptography.exceptions.InvalidTag: the value was tampered with or cut short.
    """
    return unseal_bytes(blob).decode()


def seal_bytes(value: bytes, bound: bytes = b"") -> bytes:
    """Return *value* sealed under the newest key; it opens only with the same *bound*, its place among others."""
    _look_again()
    number = newest()
    nonce = os.urandom(12)
    head = bytes([number]) + nonce
    return head + AESGCM(_keyring[number]).encrypt(nonce, value, head + bound)


def unseal_bytes(blob: bytes, bound: bytes = b"") -> bytes:
    """Return what :func:`seal_bytes` sealed with the same *bound*. Raises as :func:`unseal`."""
    head, body = bytes(blob[:13]), bytes(blob[13:])
    if len(body) < 16:
        raise InvalidTag
    if head[0] not in _keyring:
        _look_again()
    key = _keyring.get(head[0])
    if key is None:
        raise NoKey(f"key {head[0]} is not in the keyring")
    return AESGCM(key).decrypt(head[1:], body, head + bound)


def keyed_digest(value: bytes) -> bytes:
    """Return an HMAC of *value* under the oldest key: comparable, but not guessable without the key."""
    if not _keyring:
        raise NoKey("the keyring is empty: load_keyring() runs in the factory")
    return hmac.new(_digests[0] if _digests else next(iter(_keyring.values())), value, hashlib.sha256).digest()
