"""Where a person left a list in this session, so that the way back from a card leads to the same rows.

Kept in the memory of the process and found by a token in the session: what was searched for may be a name, so it
stands in no cookie and in no table. After a restart, or in another process, the way leads to the list as it opens.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from threading import Lock

from flask import current_app, session

MOST = 5_000
"""Lists remembered at once, the oldest forgotten first: some fifty people with a hundred lists each."""


class Left:
    """Addresses of lists by session and register."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()

    def keep(self, token: str, key: str, address: str) -> None:
        """Remember *address* as the place where the list of register *key* was left."""
        with self._lock:
            self._known[token, key] = address
            self._known.move_to_end((token, key))
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def of(self, token: str, key: str) -> str | None:
        """Return where the list was left, or None."""
        with self._lock:
            return self._known.get((token, key))


def _left() -> Left:
    found: Left = current_app.extensions.setdefault("opora_left", Left())
    return found


def leave_at(key: str, address: str) -> None:
    """Note that the signed-in person looks at the list of register *key* at *address*."""
    if "lists" not in session:
        session["lists"] = secrets.token_urlsafe(12)
    _left().keep(session["lists"], key, address)


def left_at(key: str) -> str | None:
    """Return where the signed-in person left the list of register *key* in this session, or None."""
    token = session.get("lists")
    return _left().of(token, key) if token else None
