"""Who somebody is and what he may: the person in one query, his rights in another, once per request."""

from __future__ import annotations

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
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.acting import Actor
from app.door.models import SecondStep, UserSession
from app.organisation.models import Account, ServiceUnit, StaffMember
from app.roles import CODES
from app.words import initials

Rights = frozenset[tuple[str, str]]


def _people() -> Any:
    return (
        select(Account, ServiceUnit)
        .join(Account.user)
        .join(ServiceUnit, ServiceUnit.id == Account.service_unit_id)
        .where(User.active.is_(True))
        .options(contains_eager(Account.user), joinedload(Account.staff))
        .execution_options(unscoped="who signs in is not known yet", populate_existing=True)
    )


@cache
def _account_query() -> Any:
    """Return the query of an open account by its user, put together once."""
    return _people().where(Account.user_id == bindparam("user_id"))


@cache
def _inside_query() -> Any:
    """Return the query of who is behind a session, put together once: it runs with every request.

    With the person come the session itself and whether a second step is on. What has lapsed is told by the caller.
    """
    has_second = select(SecondStep.id).where(
        SecondStep.user_id == Account.user_id, SecondStep.confirmed_at.is_not(None)
    )
    return (
        _people()
        .add_columns(UserSession, has_second.exists())
        .join(UserSession, UserSession.user_id == Account.user_id)
        .where(
            UserSession.digest == bindparam("digest"),
            UserSession.ended_at.is_(None),
            UserSession.awaits_code.is_(False),
            UserSession.epoch == Account.epoch,
        )
    )


@cache
def _rights_query() -> Select[tuple[str, str, str]]:
    """Return the query of roles and rights, put together once."""
    return (
        select(Role.name, Permission.name, ViewMenu.name)
        .select_from(assoc_user_role)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .outerjoin(assoc_permissionview_role, assoc_permissionview_role.c.role_id == Role.id)
        .outerjoin(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .outerjoin(Permission, Permission.id == PermissionView.permission_id)
        .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(assoc_user_role.c.user_id == bindparam("user_id"))
    )


def account_of(session: Session, user_id: int) -> tuple[Account, ServiceUnit] | None:
    """Return the open account of a user with its staff member, login and unit, in one query."""
    found = session.execute(_account_query(), {"user_id": user_id}).one_or_none()
    return (found[0], found[1]) if found else None


def inside(session: Session, digest: bytes) -> tuple[Account, ServiceUnit, UserSession, bool] | None:
    """Return who is behind the session with *digest*, the session, and whether his second step is on."""
    found = session.execute(_inside_query(), {"digest": digest}).one_or_none()
    return (found[0], found[1], found[2], bool(found[3])) if found else None


def rights_of(session: Session, user_id: int) -> tuple[frozenset[str], Rights]:
    """Return the roles of a user, by code, and the (permission, screen) pairs they give."""
    rows: Any = session.execute(_rights_query(), {"user_id": user_id}).all()
    return (
        frozenset(CODES.get(row[0], row[0]) for row in rows),
        frozenset((row[1], row[2]) for row in rows if row[1]),
    )


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
    )
