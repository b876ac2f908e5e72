"""The cookie: the number of a session, the token of the forms, and messages for the next page, which are sealed.

Flask signs its cookie and leaves it readable; «Сохранено: …» names people, and a cookie stays on the disk of a
computer many use.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import Flask, Request, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from app import sealing

_FLASHES = "_flashes"
_SEALED = "m"
_BOUND = b"messages of a cookie"


class SealedMessages(SecureCookieSessionInterface):
    """Flask's cookie, whose messages only this installation can read."""

    def open_session(self, app: Flask, request: Request) -> Any:
        """Return the session of *request*; messages sealed under a key that is gone are dropped."""
        session = super().open_session(app, request)
        if session is not None and _SEALED in session:
            opened = _opened(str(session.pop(_SEALED)))
            if opened:
                session[_FLASHES] = opened
            session.modified = False
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie; the messages in it are sealed."""
        waiting = session.get(_FLASHES)
        if not waiting:
            super().save_session(app, session, response)
            return
        modified = session.modified
        session[_SEALED] = _shut(session.pop(_FLASHES))
        session.modified = modified
        super().save_session(app, session, response)
        session[_FLASHES] = waiting
        del session[_SEALED]
        session.modified = modified


def _shut(messages: Any) -> str:
    packed = zlib.compress(json.dumps(messages, ensure_ascii=False).encode())
    return urlsafe_b64encode(sealing.seal_bytes(packed, _BOUND)).decode("ascii")


def _opened(text: str) -> list[tuple[str, str]]:
    try:
        packed = sealing.unseal_bytes(urlsafe_b64decode(text), _BOUND)
    except (ValueError, InvalidTag, sealing.NoKey):
        return []
    return [(str(kind), str(said)) for kind, said in json.loads(zlib.decompress(packed))]
