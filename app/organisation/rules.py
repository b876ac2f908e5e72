"""What may happen to staff and their accounts.

::

    add_staff ─► works ── dismiss_staff ─► dismissed (the account is deactivated with it)
    make_account ─► active ── deactivate_account ─► inactive ── reopen_account ─► active

FAB's own ``sm.add_user`` commits in the middle of the caller's work, so accounts are written here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, now, today
from app.base import RuleBroken, session_of
from app.door import lockout
from app.door.models import Ended, UserSession
from app.door.passwords import FIRST_LIVES, check_password, hashed, is_right, one_time_password
from app.door.sessions import end_all
from app.organisation.models import Account, Department, ServiceUnit, StaffMember
from app.roles import ADMINISTRATOR, ROLES, rank

WRONG_PASSWORD = "Это не ваш нынешний пароль. Проверьте раскладку и клавишу Caps Lock."
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")


# ---- staff -------------------------------------------------------------------------------------------


def add_staff(
    session: Session,
    unit_id: int,
    full_name: str,
    position: str,
    department: Department | None = None,
    *,
    by: Actor,
    since: dt.date | None = None,
) -> StaffMember:
    """Take a person on from *since* (today if not given); *full_name* is «Фамилия Имя Отчество».

    Raises:
        RuleBroken: the name has no first name, or the position is missing.
    """
    last, *given = full_name.split() or [""]
    if not given:
        raise RuleBroken("Укажите фамилию и имя полностью.", field="last_name")
    if not position.strip():
        raise RuleBroken("Укажите должность.", field="position")
    staff = StaffMember(
        last_name=last,
        first_name=given[0],
        middle_name=" ".join(given[1:]) or None,
        position=" ".join(position.split()),
        department=department,
        active_from=since or today(),
        service_unit_id=unit_id,
    )
    session.add(staff)
    session.flush()
    journal.record(session, by, "staff.add", staff, f"Принят сотрудник: {staff}, {staff.position}.")
    return staff


def dismiss_staff(staff: StaffMember, *, by: Actor, on: dt.date | None = None) -> None:
    """End the person's work on *on*, the last day; the account closes at once.

    Raises:
        RuleBroken: it has ended, the day is before it began, or it is the last administrator.
    """
    on = on or today()
    if staff.active_to is not None:
        raise RuleBroken(f"{staff} уже не работает с {staff.active_to:%d.%m.%Y}.")
    if on < staff.active_from:
        raise RuleBroken(
            f"Сотрудник работает с {staff.active_from:%d.%m.%Y}. Укажите день не раньше.", field="active_to"
        )
    if staff.account is not None and staff.account.user.active:
        _close(staff.account, by)
    staff.active_to = on
    journal.record(session_of(staff), by, "staff.dismiss", staff, f"Уволен сотрудник: {staff}.")


# ---- accounts ----------------------------------------------------------------------------------------


def make_account(
    session: Session,
    staff: StaffMember,
    username: str,
    password: str,
    roles: Iterable[str],
    *,
    by: Actor,
    must_change: bool = True,
) -> Account:
    """Give *staff* a login with the roles named in *roles*; the password is changed at the first entry.

    Raises:
        RuleBroken: the person has one or has left, the login is odd or taken, the password is weak, there is no
            such role, or a role ranks above those of *by*.
    """
    roles = list(roles)
    username = username.strip().lower()
    if staff.account is not None:
        raise RuleBroken(f"У сотрудника уже есть вход: {staff.account}.", field="staff_id")
    if not staff.works_on(today()):
        raise RuleBroken(f"{staff} у нас не работает. Вход не нужен.", field="staff_id")
    if not _USERNAME.fullmatch(username):
        raise RuleBroken(
            "Логин — от трёх латинских букв и цифр, первой идёт буква. Например: ivanova.", field="username"
        )
    if session.scalars(select(User).where(func.lower(User.username) == username)).first() is not None:
        raise RuleBroken(f"Логин «{username}» занят. Придумайте другой.", field="username")
    check_password(password, username, _names(session, staff))
    _need_rank(roles, by)
    user = User(
        username=username,
        first_name=staff.first_name[:64],
        last_name=staff.last_name[:64],
        # FAB wants an address of each user; nothing is ever sent to this one.
        email=f"{username}@opora.invalid",
        password=hashed(password),
        active=True,
        roles=_roles(session, roles),
    )
    account = Account(
        user=user,
        staff=staff,
        must_change_password=must_change,
        password_expires_at=now() + FIRST_LIVES if must_change else None,
        service_unit_id=staff.service_unit_id,
    )
    session.add_all([user, account])
    session.flush()
    names = ", ".join(sorted(role.name for role in user.roles))
    journal.record(session, by, "account.make", account, f"Открыт вход «{username}» для {staff}: {names}.")
    return account


def set_roles(account: Account, roles: Iterable[str], *, by: Actor) -> None:
    """Give the account exactly the roles named in *roles*; its open sessions end.

    Raises:
        RuleBroken: there is no such role, none is left, one ranks above those of *by*, or the last administrator
            would be gone.
    """
    session = session_of(account)
    need_rank_over(account, by)
    wanted = _roles(session, roles)
    _need_rank([role.name for role in wanted], by)
    if ADMINISTRATOR not in {role.name for role in wanted}:
        _keep_an_administrator(account)
    account.user.roles = wanted
    _end_sessions(account, Ended.ROLES)
    names = ", ".join(sorted(role.name for role in wanted))
    journal.record(session, by, "account.roles", account, f"Роли входа «{account}»: {names}.")


def deactivate_account(account: Account, *, by: Actor) -> None:
    """Close the account; its open sessions end.

    Raises:
        RuleBroken: it is closed, it ranks above *by*, or it is the last administrator's.
    """
    if not account.user.active:
        raise RuleBroken(f"Вход «{account}» уже закрыт.")
    need_rank_over(account, by)
    _close(account, by)


def _close(account: Account, by: Actor) -> None:
    _keep_an_administrator(account)
    account.user.active = False
    _end_sessions(account, Ended.CLOSED)
    journal.record(session_of(account), by, "account.deactivate", account, f"Закрыт вход «{account}».")


def reopen_account(account: Account, *, by: Actor) -> None:
    """Open a closed account again, with the roles and the password it had.

    Raises:
        RuleBroken: it is open, it ranks above *by*, or the person no longer works here.
    """
    if account.user.active:
        raise RuleBroken(f"Вход «{account}» и так открыт.")
    need_rank_over(account, by)
    if not account.staff.works_on(today()):
        raise RuleBroken(f"{account.staff} у нас не работает. Вход не нужен.")
    account.user.active = True
    lockout.forgive(session_of(account), account.user.username)
    journal.record(session_of(account), by, "account.reopen", account, f"Снова открыт вход «{account}».")


def _end_sessions(account: Account, why: Ended, *, but: UserSession | None = None) -> None:
    """End every open session of the account, *but* one: it goes on in the new generation."""
    session = session_of(account)
    account.epoch += 1
    session.flush()
    end_all(session, account.user_id, why, but=but.id if but is not None else None)
    if but is not None:
        but.epoch = account.epoch


def _names(session: Session, staff: StaffMember) -> tuple[str, ...]:
    """Return the names a password must not be made of."""
    unit = session.get_one(ServiceUnit, staff.service_unit_id)
    return staff.name or f"{staff.last_name} {staff.first_name}", unit.name, unit.short_name


def give_new_password(account: Account, *, by: Actor) -> str:
    """Set a one-time password for another person's account and return it; it is changed at the next entry.

    Raises:
        RuleBroken: the account is closed or ranks above *by*.
    """
    if not account.user.active:
        raise RuleBroken(f"Вход «{account}» закрыт. Сначала откройте его.")
    need_rank_over(account, by)
    password = one_time_password()
    change_password(account, password, by=by, must_change=True)
    return password


def change_own_password(
    account: Account, current: str, password: str, *, by: Actor, here: UserSession | None = None
) -> None:
    """Change the password of whoever is signed in; other open sessions end, the one *here* goes on.

    Raises:
        RuleBroken: the present password is wrong, or the new one is the same or weak.
    """
    if not is_right(account.user.password, current):
        raise RuleBroken(WRONG_PASSWORD, field="current")
    if password == current:
        raise RuleBroken("Это тот же пароль. Придумайте другой.", field="password")
    change_password(account, password, by=by, here=here)


def change_password(
    account: Account, password: str, *, by: Actor, must_change: bool = False, here: UserSession | None = None
) -> None:
    """Set a new password; open sessions end but the one *here*. *must_change* when somebody sets it for another.

    Raises:
        RuleBroken: the password is weak.
    """
    session = session_of(account)
    check_password(password, account.user.username, _names(session, account.staff))
    account.user.password = hashed(password)
    account.must_change_password = must_change
    account.password_expires_at = now() + FIRST_LIVES if must_change else None
    lockout.forgive(session, account.user.username)
    _end_sessions(account, Ended.PASSWORD, but=here)
    journal.record(session, by, "account.password", account, f"Сменён пароль входа «{account}».")


def _roles(session: Session, names: Iterable[str]) -> list[Role]:
    wanted = set(names)
    if not wanted:
        raise RuleBroken("Выберите хотя бы одну роль.", field="roles")
    found = list(session.scalars(select(Role).where(Role.name.in_(wanted)).order_by(Role.name)))
    missing = sorted(wanted - {role.name for role in found})
    if missing:
        raise RuleBroken(f"Роли «{missing[0]}» нет. Выберите роль из списка.", field="roles")
    return found


def grantable(by: Actor) -> list[str]:
    """Return the delivered roles *by* may give to others, in the order of the house."""
    return [role for role in ROLES if by.sees_all or rank([role]) <= rank(by.roles)]


def _need_rank(roles: Iterable[str], by: Actor) -> None:
    """Refuse to hand out a role above the highest of *by*'s own."""
    for role in sorted(roles):
        if not by.sees_all and rank([role]) > rank(by.roles):
            raise RuleBroken(f"Роль «{role}» старше ваших. Её даёт администратор.", field="roles")


def need_rank_over(account: Account, by: Actor) -> None:
    """Refuse to touch the account of somebody who ranks above *by*."""
    if not by.sees_all and rank([role.name for role in account.user.roles]) > rank(by.roles):
        raise RuleBroken(f"У входа «{account}» роль старше ваших. Его меняет администратор.")


def _keep_an_administrator(account: Account) -> None:
    """Refuse to touch the last active administrator."""
    if ADMINISTRATOR not in {role.name for role in account.user.roles} or not account.user.active:
        return
    others = (
        select(func.count())
        .select_from(User)
        .where(User.id != account.user_id, User.active.is_(True), User.roles.any(Role.name == ADMINISTRATOR))
    )
    if not session_of(account).scalar(others):
        raise RuleBroken("Это последний администратор. Сначала дайте эту роль ещё кому-нибудь.")
