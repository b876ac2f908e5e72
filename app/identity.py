"""Who somebody is and what he may: one query, once per request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.acting import Actor
from app.door.models import SecondStep, UserSession
from app.jobs.rules import marks_of
from app.organisation.models import Account, ServiceUnit, StaffMember
from app.profiles.rules import words_of
from app.roles import CODES
from app.words import initials

Rights = frozenset[tuple[str, str]]

_BETWEEN, _WITHIN = "\x1e", "\x1f"
"""Signs between the parts of a text that stands for many rows, and within a part."""


def _people() -> Any:
    return (
        select(Account, ServiceUnit)
        .join(Account.user)
        .join(ServiceUnit, ServiceUnit.id == Account.service_unit_id)
        .where(User.active.is_(True))
        .options(contains_eager(Account.user), joinedload(Account.staff), joinedload(ServiceUnit.profile))
        .execution_options(unscoped="who signs in is not known yet", populate_existing=True)
    )


@cache
def _account_query() -> Any:
    """Return the query of an open account by its user, put together once."""
    return _people().where(Account.user_id == bindparam("user_id"))


@cache
def _inside_query() -> Any:
    """Return the query of who is behind a session, put together once: it runs with every request.

    With the person come the session itself, whether a second step is on, the sign of long work and every right. What
    has lapsed is told by the caller.
    """
    has_second = select(SecondStep.id).where(
        SecondStep.user_id == Account.user_id, SecondStep.confirmed_at.is_not(None)
    )
    return (
        _people()
        .add_columns(
            UserSession,
            has_second.exists(),
            *marks_of(Account.user_id, Account.service_unit_id),
            *_rights_columns(Account.user_id),
        )
        .join(UserSession, UserSession.user_id == Account.user_id)
        .where(
            UserSession.digest == bindparam("digest"),
            UserSession.ended_at.is_(None),
            UserSession.awaits_code.is_(False),
            UserSession.epoch == Account.epoch,
        )
    )


def _rights_columns(user_id: Any) -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """Return two columns: the roles of a user and the rights these give, each as one text; read by :func:`_read`.

    As rows they would be hundreds, and a query of their own with every request.
    """
    # A centre names its own roles: a name must not read as two.
    name = func.replace(Role.name, _BETWEEN, " ")
    roles = (
        select(func.aggregate_strings(name, _BETWEEN))
        .select_from(assoc_user_role)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(assoc_user_role.c.user_id == user_id)
    )
    rights = (
        select(func.aggregate_strings(Permission.name + _WITHIN + ViewMenu.name, _BETWEEN))
        .select_from(assoc_user_role)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.role_id == assoc_user_role.c.role_id)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(assoc_user_role.c.user_id == user_id)
    )
    return roles.scalar_subquery(), rights.scalar_subquery()


def _read(roles: str | None, rights: str | None) -> tuple[frozenset[str], Rights]:
    """Return the codes of the roles and the (permission, screen) pairs; None is nothing of them."""
    names = roles.split(_BETWEEN) if roles else ()
    pairs = (each.partition(_WITHIN) for each in rights.split(_BETWEEN)) if rights else ()
    return frozenset(CODES.get(name, name) for name in names), frozenset((one, screen) for one, _, screen in pairs)


@cache
def _rights_query() -> Select[Any]:
    """Return the query of the rights of a user, put together once."""
    return select(*_rights_columns(bindparam("user_id")))


def account_of(session: Session, user_id: int) -> tuple[Account, ServiceUnit] | None:
    """Return the open account of a user with its staff member, login and unit, in one query."""
    found = session.execute(_account_query(), {"user_id": user_id}).one_or_none()
    return (found[0], found[1]) if found else None


@dataclass(frozen=True)
class Inside:
    """Who is behind a session, as one query tells it.

    *marks* are how many of his jobs are under way and how many have ended unseen.
    """

    account: Account
    unit: ServiceUnit
    session: UserSession
    second_step_on: bool
    marks: tuple[int, int]
    rights: tuple[frozenset[str], Rights]


def inside(session: Session, digest: bytes) -> Inside | None:
    """Return who is behind the session with *digest*."""
    found = session.execute(_inside_query(), {"digest": digest}).one_or_none()
    if found is None:
        return None
    account, unit, row, has_second, under_way, ended, roles, pairs = found
    return Inside(account, unit, row, bool(has_second), (under_way, ended), _read(roles, pairs))


def rights_of(session: Session, user_id: int) -> tuple[frozenset[str], Rights]:
    """Return the roles of a user, by code, and the (permission, screen) pairs they give."""
    return _read(*session.execute(_rights_query(), {"user_id": user_id}).one())


def identify(session: Session, user_id: int) -> tuple[Actor, Rights] | None:
    """Return the person behind a user as he is now, and his rights; None when the account is closed."""
    found = account_of(session, user_id)
    if found is None:
        return None
    roles, rights = rights_of(session, user_id)
    return actor_of(*found, roles), rights


def actor_of(account: Account, unit: ServiceUnit, roles: frozenset[str], address: str = "") -> Actor:
    """Return the actor behind *account* in *unit*."""
    staff: StaffMember = account.staff
    return Actor(
        user_id=account.user_id,
        name=initials(staff.last_name, staff.first_name, staff.middle_name),
        unit_id=account.service_unit_id,
        staff_id=staff.id,
        zone=unit.zone,
        roles=roles,
        address=address,
        unit_name=unit.short_name,
        partner_id=staff.partner_id,
        department_id=staff.department_id,
        words=words_of(unit.profile),
    )
