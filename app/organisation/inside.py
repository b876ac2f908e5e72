"""Who of the staff is inside: sessions ended one by one, the second step taken away, waits at the door forgiven."""

from __future__ import annotations

from app import journal
from app.acting import Actor
from app.base import RuleBroken, session_of
from app.door import lockout, second_step
from app.door.models import Ended, UserSession
from app.door.passwords import is_right
from app.door.sessions import end, end_all
from app.organisation.models import Account
from app.organisation.rules import need_rank_over


def end_session(account: Account, row: UserSession, *, by: Actor) -> None:
    """End one session of *account*, the own one or another's.

    Raises:
        RuleBroken: it is somebody else's, and the account ranks above *by*.
    """
    end(session_of(account), row, _why(account, by), account, by=by)


def end_sessions(account: Account, *, by: Actor, but: UserSession | None = None) -> int:
    """End every session of *account* but one, and return how many that were.

    Raises:
        RuleBroken: it is somebody else's, and the account ranks above *by*.
    """
    session, why = session_of(account), _why(account, by)
    number = end_all(session, account.user_id, why, but=but.id if but is not None else None)
    if number:
        journal.record(session, by, "account.session_end", account, f"Закончены входы ({number}): {why.label}.")
    return number


def _why(account: Account, by: Actor) -> Ended:
    if by.user_id == account.user_id:
        return Ended.OWN
    need_rank_over(account, by)
    return Ended.ADMINISTRATOR


def reset_second_step(account: Account, *, by: Actor) -> None:
    """Take the second step away from another's account, as when the phone is lost; open sessions end.

    Raises:
        RuleBroken: there is none, or the account ranks above *by*.
    """
    need_rank_over(account, by)
    session = session_of(account)
    if not second_step.switch_off(session, account.user_id, account, by=by):
        raise RuleBroken(f"У входа «{account}» код не спрашивают.")
    end_all(session, account.user_id, Ended.SECOND_STEP)


def prove(account: Account, password: str, wrong: str, *, by: Actor) -> str:
    """Return why the person inside is not believed to be the owner, nothing when the password is right.

    A browser left open is a door too: wrong passwords are counted with those of the login. The caller commits.
    """
    session = session_of(account)
    counters = lockout.Counters(session, account.user.username, by.address, account.user_id)
    if counters.verdict.wait:
        return lockout.said(counters.verdict, wrong)
    if is_right(account.user.password, password):
        return ""
    verdict = counters.failed()
    journal.record(session, by, "account.refused", account, f"Неверный пароль при смене настроек входа «{account}».")
    return lockout.said(verdict, wrong)


def forgive_failures(account: Account, *, by: Actor) -> None:
    """Let the person try again at once after wrong passwords.

    Raises:
        RuleBroken: the account ranks above *by*.
    """
    need_rank_over(account, by)
    session = session_of(account)
    lockout.forgive(session, account.user.username)
    journal.record(session, by, "account.unlock", account, f"Снято ожидание после неверных паролей: «{account}».")
