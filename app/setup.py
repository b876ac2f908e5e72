"""What an installation needs beside its tables: permission rows, delivered roles, the first unit and administrator,
the production calendar of the years around this one.

Run by ``opora setup`` only; it is safe to run twice. A right is delivered to a role once: what a centre took away or
added stays as the centre left it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.cases.stages import put_in_force
from app.days.rules import fill_around
from app.extensions import db
from app.meetings.bodies import ensure_bodies
from app.organisation.models import Account, OrganisationType, ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.profiles.loading import text_of
from app.profiles.rules import order_of, store
from app.register.models import DeliveredGrant
from app.roles import ADMINISTRATOR, ROLES, grants

FIRST_LOGIN = "admin"


@dataclass(frozen=True)
class Delivered:
    """What setup did: the one-time password of a first administrator, or None when there was one already.

    *units* are those that now work by the order of work asked for.
    """

    password: str | None
    grants: int
    units: tuple[str, ...] = ()


def run(app: Flask, profile: str | None = None) -> Delivered:
    """Bring rows of permissions, roles, the first administrator and the calendar up to this release, in one
    transaction.

    With *profile*, the name of a delivered order of work, every unit that has none yet works by it from now on.

    Raises:
        RuleBroken: there is no such order of work, or it does not fit the open cases.
    """
    with app.app_context(), acting(SYSTEM):
        session = db.session()
        pairs = _permissions(session, app.extensions["appbuilder"].baseviews)
        number = _deliver(session, pairs)
        password = _first_administrator(session, app.config["OPORA"].admin_password)
        fill_around(session, by=SYSTEM)
        units = _choose(session, profile) if profile is not None else ()
        session.commit()
        return Delivered(password, number, units)


def _choose(session: Session, profile: str) -> tuple[str, ...]:
    """Put the delivered order of work in force for every unit without one, make the bodies it names, and return the
    names of those units."""
    version = store(session, text_of(profile), by=SYSTEM, name=profile)
    units = session.scalars(select(ServiceUnit).where(ServiceUnit.profile_id.is_(None)).order_by(ServiceUnit.id)).all()
    for unit in units:
        put_in_force(unit, version, by=SYSTEM)
        ensure_bodies(unit, order_of(version), by=SYSTEM)
    return tuple(str(unit) for unit in units)


def _permissions(session: Session, views: list[Any]) -> dict[tuple[str, str], PermissionView]:
    """Make the missing permission rows and return all, by (permission, screen)."""
    wanted = {(name, view.class_permission_name) for view in views for name in view.base_permissions}
    names = {p.name: p for p in session.scalars(select(Permission))}
    screens = {s.name: s for s in session.scalars(select(ViewMenu))}
    known = {(pv.permission.name, pv.view_menu.name): pv for pv in session.scalars(select(PermissionView)).unique()}
    for name, screen in sorted(wanted - known.keys()):
        names[name] = names.get(name) or Permission(name=name)
        screens[screen] = screens.get(screen) or ViewMenu(name=screen)
        known[(name, screen)] = PermissionView(permission=names[name], view_menu=screens[screen])
        session.add(known[(name, screen)])
    session.flush()
    return {pair: known[pair] for pair in wanted}


def _deliver(session: Session, pairs: dict[tuple[str, str], PermissionView]) -> int:
    """Give each role the rights it was never given before and return how many that were."""
    roles = {role.name: role for role in session.scalars(select(Role))}
    before = {(one.role, one.permission, one.screen) for one in session.scalars(select(DeliveredGrant))}
    number = 0
    for name in ROLES:
        if name not in roles:
            roles[name] = Role(name=name)
            session.add(roles[name])
        held = {(pv.permission.name, pv.view_menu.name) for pv in roles[name].permissions}
        for pair in sorted(grants(name, pairs.keys())):
            if (name, *pair) in before:
                continue
            if pair not in held:
                roles[name].permissions.append(pairs[pair])
            session.add(DeliveredGrant(role=name, permission=pair[0], screen=pair[1]))
            number += 1
    return number


def _first_administrator(session: Session, given: str | None) -> str | None:
    if session.scalars(select(Account).limit(1)).first() is not None:
        return None
    unit = session.scalars(select(ServiceUnit).limit(1)).first()
    if unit is None:
        unit = ServiceUnit(
            name="Центр (полное название не указано)",
            short_name="Наш центр",
            organisation_type=OrganisationType.KCSON,
        )
        session.add(unit)
        session.flush()
    password = given or secrets.token_urlsafe(12)
    staff = add_staff(session, unit.id, "Администратор Системы", "администратор", by=SYSTEM)
    make_account(session, staff, FIRST_LOGIN, password, [ADMINISTRATOR], by=SYSTEM)
    return password
