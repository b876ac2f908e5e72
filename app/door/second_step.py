"""The second step of signing in: a code from the phone, or one of ten written down for the day the phone is lost.

::

    start ─► secret shown ── confirm: a right code ─► asked for at every entry ── switch_off ─► none
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app import journal, sealing
from app.acting import Actor, now
from app.base import Model, RuleBroken
from app.door import totp
from app.door.models import RecoveryCode, SecondStep

CODES = 10
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_WRONG = "Код не подошёл. Проверьте, верно ли идут часы телефона, и наберите новый код."


def of_user(session: Session, user_id: int) -> SecondStep | None:
    """Return the second step of a person, confirmed or not."""
    return session.scalars(select(SecondStep).where(SecondStep.user_id == user_id)).one_or_none()


def is_on(session: Session, user_id: int) -> bool:
    """Whether a code is asked for when the person signs in."""
    found = of_user(session, user_id)
    return found is not None and found.confirmed_at is not None


def start(session: Session, user_id: int) -> SecondStep:
    """Make a secret to be shown to the person; nothing is asked for until a first code confirms it.

    Raises:
        RuleBroken: the second step is on already.
    """
    found = of_user(session, user_id)
    if found is not None and found.confirmed_at is not None:
        raise RuleBroken("Вход с кодом уже включён.")
    if found is None:
        found = SecondStep(user_id=user_id, secret="", last_step=0)
        session.add(found)
    found.secret = totp.new_secret()
    session.flush()
    return found


def confirm(session: Session, user_id: int, code: str, record: Model, *, by: Actor) -> list[str]:
    """Switch the second step on by a first right code; return the recovery codes, seen this once.

    Raises:
        RuleBroken: there is no secret waiting, or the code is wrong.
    """
    found = of_user(session, user_id)
    if found is None or found.confirmed_at is not None:
        raise RuleBroken("Начните заново: откройте «Вход с кодом» в своём профиле.")
    step = totp.matching_step(found.secret, _typed(code), now(), found.last_step)
    if step is None:
        raise RuleBroken(_WRONG, field="one_time_password")
    found.last_step, found.confirmed_at = step, now()
    made = _new_codes(session, user_id)
    journal.record(session, by, "account.second_step_on", record, f"Включён вход с кодом: {record}.")
    return made


def renew_codes(session: Session, user_id: int, record: Model, *, by: Actor) -> list[str]:
    """Make ten recovery codes anew; those made before open nothing any more.

    Raises:
        RuleBroken: the second step is off.
    """
    if not is_on(session, user_id):
        raise RuleBroken("Сначала включите вход с кодом.")
    made = _new_codes(session, user_id)
    journal.record(session, by, "account.recovery_codes", record, f"Сделаны новые запасные коды: {record}.")
    return made


def is_passed(session: Session, user_id: int, code: str) -> str | None:
    """Take a code and return what it was, ``"code"`` or ``"recovery"``; None refuses it. No code is taken twice."""
    found = session.scalars(select(SecondStep).where(SecondStep.user_id == user_id).with_for_update()).one_or_none()
    if found is None or found.confirmed_at is None:
        return None
    typed = _typed(code)
    step = totp.matching_step(found.secret, typed, now(), found.last_step)
    if step is not None:
        found.last_step = step
        session.flush()
        return "code"
    spent: Any = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.digest == _digest(user_id, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    return "recovery" if spent.rowcount else None


def codes_left(session: Session, user_id: int) -> int:
    """Return how many recovery codes are unused."""
    unused = select(func.count(RecoveryCode.id)).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def switch_off(session: Session, user_id: int, record: Model, *, by: Actor) -> bool:
    """Take the second step away with its codes; return whether there was one that was asked for."""
    was_on = is_on(session, user_id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.execute(delete(SecondStep).where(SecondStep.user_id == user_id))
    if was_on:
        journal.record(session, by, "account.second_step_off", record, f"Выключен вход с кодом: {record}.")
    return was_on


def _new_codes(session: Session, user_id: int) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    made = ["-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]
    session.add_all(RecoveryCode(user_id=user_id, digest=_digest(user_id, _typed(code))) for code in made)
    session.flush()
    return made


def _typed(code: str) -> str:
    """Return the code without the spaces and dashes people type between its parts."""
    return re.sub(r"[\s-]+", "", code).lower()[:40]


def _digest(user_id: int, code: str) -> bytes:
    return sealing.keyed_digest(f"recovery {user_id} {code}".encode())
