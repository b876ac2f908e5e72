"""Who is inside: one row for each browser in which somebody has signed in.

::

    begin ─► open ── end: logout, ended on the profile or by the administrator ─────────────► ended
      │        └──── end_all: password, roles, account closed · idle or a day long: lapsed ──► ended
      └─► awaits the code ── begin again, with another number: the code was right ─► open

The cookie carries the number only. A row that has lapsed opens nothing from that moment; that it is over is written
by the daily sweep, since a page that is only looked at writes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.orm import Session

from app import journal
from app.acting import SYSTEM, Actor, acting, now
from app.base import Model
from app.database import at_once
from app.door.models import Ended, UserSession
from app.extensions import db
from app.jobs.tasks import daily

SEEN_EVERY = dt.timedelta(minutes=1)
"""«Last seen» is written no oftener; so a session may end this much before its idle time is full, never after it."""
CODE_WAITS = dt.timedelta(minutes=5)
"""How long the page that asks for the code may be open."""
KEPT = dt.timedelta(days=90)
"""How long an ended session stays in the table."""


def new_number() -> str:
    """Return the number a cookie carries: 256 random bits."""
    return secrets.token_urlsafe(32)


def digest_of(number: str) -> bytes:
    """Return what the table keeps of a number; from it no cookie can be made."""
    return hashlib.sha256(number.encode()).digest()


class Terms:
    """How long a session lasts: *idle* without a request, *whole* altogether."""

    def __init__(self, idle: dt.timedelta, whole: dt.timedelta) -> None:
        self.idle, self.whole = idle, whole

    def lapsed(self, row: UserSession) -> Ended | None:
        """Return why *row* is over by itself, None while it is not."""
        if row.awaits_code:
            return Ended.IDLE if now() - row.begun_at >= CODE_WAITS else None
        if now() - row.begun_at >= self.whole:
            return Ended.LIMIT
        return Ended.IDLE if now() - row.seen_at >= self.idle else None

    def alive(self) -> ColumnElement[bool]:
        """Return the criterion of rows that open something now."""
        return (
            UserSession.ended_at.is_(None)
            & UserSession.awaits_code.is_(False)
            & (UserSession.begun_at > now() - self.whole)
            & (UserSession.seen_at > now() - self.idle)
        )


def begin(
    session: Session,
    user_id: int,
    epoch: int,
    *,
    address: str = "",
    browser: str = "",
    awaits_code: bool = False,
    at: dt.datetime | None = None,
) -> str:
    """Open a session and return its number, which nobody has seen before."""
    number, moment = new_number(), at or now()
    session.add(
        UserSession(
            digest=digest_of(number),
            user_id=user_id,
            epoch=epoch,
            awaits_code=awaits_code,
            begun_at=moment,
            seen_at=moment,
            address=address[:64],
            browser=browser[:60],
        )
    )
    session.flush()
    return number


def of_number(session: Session, number: str) -> UserSession | None:
    """Return the row of a number, open or not."""
    return session.scalars(select(UserSession).where(UserSession.digest == digest_of(number))).one_or_none()


def opened(user_id: int, terms: Terms) -> Select[UserSession]:
    """Return the query of a person's open sessions, the one used last first."""
    return (
        select(UserSession)
        .where(UserSession.user_id == user_id, terms.alive())
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    )


def end(session: Session, row: UserSession, why: Ended, record: Model, *, by: Actor) -> None:
    """End one session; its cookie opens nothing with the next request. *record* is the account, for the journal."""
    if row.ended_at is not None:
        return
    row.ended_at, row.ended_why = now(), why
    session.flush()
    verb = "account.leave" if why is Ended.LOGOUT else "account.session_end"
    said = "Выход из системы." if why is Ended.LOGOUT else f"Закончен вход ({row.browser}): {why.label}."
    journal.record(session, by, verb, record, said)


def end_all(session: Session, user_id: int, why: Ended, *, but: int | None = None) -> int:
    """End every session of a person except the row *but*; return how many. The caller journals what it was for."""
    ended: Any = session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.id != (but or 0))
        .values(ended_at=now(), ended_why=str(why))
        .execution_options(synchronize_session="fetch")
    )
    return int(ended.rowcount)


# ---- last seen ---------------------------------------------------------------------------------------


def is_due(row: UserSession) -> bool:
    """Whether «last seen» of *row* is to be written."""
    return now() - row.seen_at >= SEEN_EVERY


def seen(session: Session, row_id: int, *, writing: bool) -> None:
    """Write that a session was used just now.

    A writing request writes it with its own changes. A reading one does so in a short transaction of its own, and
    while a job is writing, not at all: the next request will, and nobody waits for it.
    """
    change = update(UserSession).where(UserSession.id == row_id).values(seen_at=now())
    if writing:
        session.execute(change.execution_options(synchronize_session=False))
    else:
        at_once(change)


# ---- the daily sweep ---------------------------------------------------------------------------------


def sweep(session: Session, terms: Terms) -> tuple[int, int]:
    """Write that lapsed sessions are over, forget those ended long ago; return how many of each."""
    rows = session.scalars(
        select(UserSession).where(
            UserSession.ended_at.is_(None),
            or_(
                UserSession.begun_at <= now() - terms.whole,
                UserSession.seen_at <= now() - terms.idle,
                UserSession.awaits_code.is_(True),
            ),
        )
    ).all()
    over = 0
    for row in rows:
        why = terms.lapsed(row)
        if why is None:
            continue
        row.ended_why, over = why, over + 1
        row.ended_at = row.begun_at + terms.whole if why is Ended.LIMIT else row.seen_at + terms.idle
    gone: Any = session.execute(delete(UserSession).where(UserSession.ended_at < now() - KEPT))
    return over, int(gone.rowcount)


def terms_of(config: Any) -> Terms:
    """Return the terms the installation is set to, from the configuration of the application."""
    settings = config["OPORA"]
    return Terms(dt.timedelta(minutes=settings.idle_minutes), dt.timedelta(hours=settings.session_hours))


@daily("door.sessions", hour=4)
def sweep_daily() -> str:
    """Sweep the sessions of everybody."""
    with acting(SYSTEM), Session(db.engine) as session:
        over, gone = sweep(session, terms_of(current_app.config))
        session.commit()
    return f"Входов закончилось: {over}, забыто старых: {gone}."
