"""From one record of a list to the next: the list a card was opened from goes along, sealed, and says what follows.

A browser tells a card which list it was opened from; the state of that list (its search, filters and order) goes on to
the form and from form to form. Sealed, because a search may hold somebody's name and addresses stand in logs.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from cryptography.exceptions import InvalidTag
from flask import request
from werkzeug.datastructures import MultiDict

from app import acting, sealing
from app.register import lists
from app.register.state import BadState
from app.register.views_kept import opened

if TYPE_CHECKING:
    from app.register.view import Register

FROM = "from"
"""The argument that carries the list."""
LONGEST = 2000
"""Signs of a state that is carried; a longer one is left behind."""
_MARK = "list:"


def list_left(register: Register) -> dict[str, str]:
    """Return the argument that carries the list this card was opened from, nothing when it was not one."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or came.path != register.url("list") or len(came.query) > LONGEST:
        return {}
    sealed = sealing.seal(f"{_MARK}{register.key}:{came.query}")
    return {FROM: urlsafe_b64encode(sealed).decode("ascii")}


def carried(register: Register) -> str:
    """Return the carried list of this request as it came, empty when there is none of this register."""
    text = request.values.get(FROM, "")
    return text if _query(register, text) is not None else ""


def _query(register: Register, text: str) -> str | None:
    if not text or len(text) > 4 * LONGEST:
        return None
    try:
        clear = sealing.unseal(urlsafe_b64decode(text))
    except (ValueError, InvalidTag, sealing.NoKey):
        return None
    mark = f"{_MARK}{register.key}:"
    return clear.removeprefix(mark) if clear.startswith(mark) else None


def following(register: Register, pk: int) -> int | None:
    """Return the key that stands after *pk* in the carried list, in its order; None after the last.

    Ask before the record is saved: what is saved may move it in the list or out of it.
    """
    query = _query(register, request.values.get(FROM, ""))
    if query is None:
        return None
    spec = register.seen_spec()
    try:
        state = opened(
            register.session, spec, MultiDict(parse_qsl(query, keep_blank_values=True)), acting.actor()
        ).state
    except BadState:
        return None
    found = lists.ordered(lists.matching(register.session, spec, state), spec, state.sort)
    keys = register.session.scalars(found).all()
    at = keys.index(pk) + 1 if pk in keys else len(keys)
    return keys[at] if at < len(keys) else None
