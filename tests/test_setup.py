"""What setup delivers, and what it leaves as the centre left it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app, setup
from app.extensions import db
from app.organisation.models import Account, PartnerOrganisation
from app.register.models import DeliveredGrant
from app.register.view import Register
from app.roles import ADMINISTRATOR, CURATOR, ROLES, grants
from app.views import Screen
from tests.databases import settings_of

pytestmark = pytest.mark.both


def held(stored: Session, role: str) -> set[tuple[str, str]]:
    """Return the (permission, screen) pairs *role* holds."""
    stored.expire_all()
    found = stored.scalars(select(Role).where(Role.name == role)).one()
    return {(pair.permission.name, pair.view_menu.name) for pair in found.permissions}


def _rows(stored: Session) -> dict[str, int]:
    tables = (Role, Permission, ViewMenu, PermissionView, DeliveredGrant, Account)
    return {table.__name__: stored.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_each_role_holds_exactly_what_its_line_says(app: Flask, stored: Session) -> None:
    rows = stored.execute(
        select(Permission.name, ViewMenu.name)
        .select_from(PermissionView)
        .join(PermissionView.permission)
        .join(PermissionView.view_menu)
    )
    known = {(row[0], row[1]) for row in rows}
    assert {role: held(stored, role) for role in ROLES} == {role: grants(role, known) for role in ROLES}


def test_a_second_setup_changes_nothing(app: Flask, stored: Session) -> None:
    before = _rows(stored)
    stored.commit()
    assert setup.run(app) == setup.Delivered(None, 0)
    assert _rows(stored) == before


def test_what_a_centre_took_away_or_gave_stays_after_an_update(app: Flask, stored: Session) -> None:
    role = stored.scalars(select(Role).where(Role.name == CURATOR)).one()
    taken = next(pair for pair in role.permissions if pair.permission.name == "can_export")
    lost = (taken.permission.name, taken.view_menu.name)
    role.permissions.remove(taken)
    given = next(
        pair
        for pair in stored.scalars(select(PermissionView)).unique()
        if (pair.permission.name, pair.view_menu.name) == ("can_delete", "services")
    )
    role.permissions.append(given)
    stored.commit()
    setup.run(app)
    assert lost not in held(stored, CURATOR)
    assert ("can_delete", "services") in held(stored, CURATOR)


def test_the_administrator_sees_no_family() -> None:
    families = {"families", "people", "members", "children", "disabilities", "ovz", "consents", "cases", "records"}
    assert families & ROLES[ADMINISTRATOR].keys() == set()


def test_nobody_holds_the_role_fab_gives_every_right(app: Flask, stored: Session) -> None:
    """FAB's own role of everything is not made, or nobody is in it."""
    names = {role.name: role for role in stored.scalars(select(Role))}
    built_in = names.get(app.config["AUTH_ROLE_ADMIN"])
    assert built_in is None or built_in.user == []


def _renamed(name: str) -> Any:
    return type(name, (Register,), {
        "__module__": __name__, "key": "scratch", "datamodel": PartnerOrganisation, "title": ("Пробы", "Проба"),
        "list_columns": ["name"], "form_columns": ["name", "kind"],
    })  # fmt: skip


def test_a_copied_list_of_rights_never_grows_by_renaming_a_class(app: Flask, stored: Session, tmp_path: Path) -> None:
    """Rights hang on the fixed key: the class may be called anything, and the rows stay the same rows."""
    url = stored.get_bind().engine.url  # type: ignore[union-attr]
    counts = []
    for name in ("Scratch", "ScratchRenamed", "Entirely"):
        made = create_app(settings_of(tmp_path, url), more_screens=[Screen("", "", "", _renamed(name))], TESTING=True)
        setup.run(made)
        if not counts:
            copy = Role(name="Список центра")
            stored.add(copy)
            screen = stored.scalars(select(ViewMenu).where(ViewMenu.name == "scratch")).one()
            pairs = stored.scalars(select(PermissionView).where(PermissionView.view_menu_id == screen.id)).unique()
            copy.permissions.extend(pairs)
            stored.commit()
        with made.app_context():
            db.engine.dispose()
        counts.append((_rows(stored), held(stored, "Список центра")))
        stored.commit()
    assert counts[1:] == [counts[1], counts[1]]
    assert counts[0][1] == counts[1][1] and len(counts[0][1]) >= 7
    assert {name for name in stored.scalars(select(ViewMenu.name)) if "cratch" in name or name == "Entirely"} == {
        "scratch"
    }
