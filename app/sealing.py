"""Sealing of special-category text and of attached files with AES-GCM under keys kept outside the database.

A sealed value is ``key id (1 byte) | nonce (12 bytes) | ciphertext``. The factory loads the keyring once;
a key is never written into the database or a log.
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


class NoKey(Exception):
    """A sealed value cannot be opened: its key is not in the keyring."""


def load_keyring(path: Path) -> None:
    """Read the keyring at *path*, making one with a fresh key (mode 0600) if there is none.

    Each line is ``id hex-key``; the last line is the key new values are sealed with.
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
    use_keys(
        {
            int(number): bytes.fromhex(key)
            for number, key in (row.split() for row in path.read_text("ascii").splitlines() if row.strip())
        }
    )


def use_keys(keys: dict[int, bytes]) -> None:
    """Take *keys* as the keyring; the last one seals."""
    _keyring.clear()
    _keyring.update(keys)


def fingerprints() -> dict[int, str]:
    """Return a print of each key by its id: it tells two keyrings apart and gives nothing of the keys away."""
    return {number: hashlib.sha256(b"opora keyring" + key).hexdigest()[:16] for number, key in _keyring.items()}


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
    if not _keyring:
        raise NoKey("the keyring is empty: load_keyring() runs in the factory")
    number = list(_keyring)[-1]
    nonce = os.urandom(12)
    head = bytes([number]) + nonce
    return head + AESGCM(_keyring[number]).encrypt(nonce, value, head + bound)


def unseal_bytes(blob: bytes, bound: bytes = b"") -> bytes:
    """Return what :func:`seal_bytes` sealed with the same *bound*. Raises as :func:`unseal`."""
    head, body = bytes(blob[:13]), bytes(blob[13:])
    if len(body) < 16:
        raise InvalidTag
    key = _keyring.get(head[0])
    if key is None:
        raise NoKey(f"key {head[0]} is not in the keyring")
    return AESGCM(key).decrypt(head[1:], body, head + bound)


def keyed_digest(value: bytes) -> bytes:
    """Return an HMAC of *value* under the oldest key: comparable, but not guessable without the key."""
    if not _keyring:
        raise NoKey("the keyring is empty: load_keyring() runs in the factory")
    return hmac.new(next(iter(_keyring.values())), value, hashlib.sha256).digest()
