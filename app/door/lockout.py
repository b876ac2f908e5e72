"""Wrong tries at the door: counted in a table, answered with a wait that grows.

A few tries are free, then each one costs a longer wait, up to a quarter of an hour. Two counters stand side by side:

* the login, whatever address tries it. A person who has been inside from this very address in the last
  :data:`KNOWN_FOR` has a counter of his own there, so a stranger who keeps a login waiting does not keep its owner out,
  the last administrator's among them;
* the address, whatever login it tries, with more free tries: a whole centre sits behind one.

What is not a login is counted like one, so the answers tell nothing of which exist. Tries made while one waits are
refused without looking at the password and do not prolong the wait.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import sealing
from app.acting import SYSTEM, acting, now
from app.door.models import FailedEntry, UserSession
from app.extensions import db
from app.jobs.tasks import daily
from app.words import counted

FREE_FOR_LOGIN, FREE_FOR_ADDRESS = 5, 30
WAITS = tuple(dt.timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 900))
"""What the first failure beyond the free ones costs, the second and so on; the last goes for all that follow."""
FORGOTTEN_AFTER = dt.timedelta(hours=12)
"""A counter nobody has added to for so long begins anew."""
KNOWN_FOR = dt.timedelta(days=30)


@dataclass(frozen=True)
class Verdict:
    """Whether a try may be made: *wait* seconds before the next one, 0 for now; *left* free tries, at least."""

    wait: int
    left: int


class Counters:
    """The counters one try belongs to, held until the transaction ends: tries at the same moment are counted all."""

    def __init__(self, session: Session, login: str, address: str, user_id: int) -> None:
        self.session = session
        known = _was_inside(session, user_id, address)
        # Names are kept as keyed digests: what people type by mistake into the field of the login is a password.
        self.login = _row(session, f"login {login.casefold()} {address}" if known else f"login {login.casefold()}")
        self.address = _row(session, f"address {address}")

    @property
    def verdict(self) -> Verdict:
        """What may be done now."""
        ends = [row.waits_until for row in (self.login, self.address) if row.waits_until is not None]
        wait = max([(end - now()).total_seconds() for end in ends], default=0)
        left = min(FREE_FOR_LOGIN - self.login.failures, FREE_FOR_ADDRESS - self.address.failures)
        return Verdict(max(0, -int(-wait // 1)), max(0, left))

    def failed(self) -> Verdict:
        """Count a failure and return what follows of it."""
        for row, free in ((self.login, FREE_FOR_LOGIN), (self.address, FREE_FOR_ADDRESS)):
            row.failures += 1
            row.last_at = now()
            beyond = row.failures - free
            row.waits_until = now() + WAITS[min(beyond, len(WAITS) - 1)] if beyond >= 0 else None
        self.session.flush()
        return self.verdict

    def succeeded(self) -> None:
        """Forget the failures of the login. Those of the address stay: one's own login must not buy more tries."""
        self.login.failures, self.login.waits_until, self.login.last_at = 0, None, now()
        self.session.flush()


def _was_inside(session: Session, user_id: int, address: str) -> bool:
    seen = select(UserSession.id).where(
        UserSession.user_id == user_id,
        UserSession.address == address,
        UserSession.awaits_code.is_(False),
        UserSession.begun_at > now() - KNOWN_FOR,
    )
    return session.scalars(seen.limit(1)).first() is not None


def _row(session: Session, name: str) -> FailedEntry:
    digest = sealing.keyed_digest(f"door {name}".encode())
    same = select(FailedEntry).where(FailedEntry.digest == digest).with_for_update()
    row = session.scalars(same).one_or_none()
    if row is None:
        row = FailedEntry(digest=digest, failures=0, last_at=now(), waits_until=None)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # Two first tries at once, and the other was first.
            row = session.scalars(same).one()
    if now() - row.last_at >= FORGOTTEN_AFTER:
        row.failures, row.waits_until = 0, None
    return row


def forgive(session: Session, login: str) -> None:
    """Forget the failures of a login, as the administrator or the command line does."""
    digest = sealing.keyed_digest(f"door login {login.casefold()}".encode())
    session.execute(delete(FailedEntry).where(FailedEntry.digest == digest))


def said(verdict: Verdict, refusal: str) -> str:
    """Return the sentence of a failed try: how long to wait, or what is left."""
    if verdict.wait:
        return f"Слишком много попыток подряд. {in_words(verdict.wait)} и попробуйте снова."
    return f"{refusal} Осталось попыток: {verdict.left}."


def in_words(seconds: int) -> str:
    """Return «Подождите 30 секунд» or «Подождите 5 минут», rounded up."""
    if seconds <= 60:
        return f"Подождите {counted(seconds, 'секунду', 'секунды', 'секунд')}"
    return f"Подождите {counted(-(-seconds // 60), 'минуту', 'минуты', 'минут')}"


@daily("door.failures", hour=4)
def sweep_daily() -> str:
    """Forget the counters nobody has added to."""
    with acting(SYSTEM), Session(db.engine) as session:
        gone: Any = session.execute(delete(FailedEntry).where(FailedEntry.last_at < now() - FORGOTTEN_AFTER))
        session.commit()
    return f"Забыто счётчиков неудачных попыток: {int(gone.rowcount)}."
