"""«Где я вошёл»: open sessions as the profile and the card of an account show them, and the buttons that end them."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.door.models import UserSession
from app.door.sessions import opened, terms_of
from app.organisation.models import Account
from app.register.field import local


def open_sessions(session: Session, account: Account, here: int = 0) -> list[dict[str, Any]]:
    """Return the open sessions of *account* in words, the one used last first; *here* is the reader's own."""
    return [
        {
            "id": row.id,
            "browser": row.browser or "неизвестный браузер",
            "address": row.address,
            "begun": f"{local(row.begun_at):%d.%m.%Y, %H:%M}",
            "seen": f"{local(row.seen_at):%d.%m.%Y, %H:%M}",
            "here": row.id == here,
        }
        for row in session.scalars(opened(account.user_id, terms_of(current_app.config)))
    ]


def own_or_404(session: Session, account: Account, pk: int) -> UserSession:
    """Return the session *pk* if it is one of *account*'s; another's is 404 like a missing one."""
    wanted = select(UserSession).where(UserSession.id == pk, UserSession.user_id == account.user_id)
    return session.scalars(wanted).one_or_none() or abort(404)
