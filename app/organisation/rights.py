"""What may happen to the rights of a role: changed one by one, or put back as delivered.

::

    delivered (opora setup) ── change_rights ─► the centre's own ── restore_rights ─► delivered

A right is FAB's permission row, (permission, screen). What it is called is known to the screens, so the caller
gives the words the journal keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor
from app.base import RuleBroken, session_of
from app.roles import ADMINISTRATOR, grants, rank

Right = tuple[str, str]
"""(permission, screen): ``("can_edit", "families")``."""

KEYS_OF_THE_HOUSE: frozenset[Right] = frozenset(
    {("can_show", "roles"), ("can_work", "roles"), ("can_list", "accounts"), ("can_show", "accounts"),
     ("can_add", "accounts"), ("can_edit", "accounts"), ("can_work", "accounts")}
)  # fmt: skip
"""Rights the administrator keeps, or nobody could give them back."""


def rights_of(role: Role) -> frozenset[Right]:
    """Return the rights *role* holds."""
    rows = session_of(role).execute(
        select(Permission.name, ViewMenu.name)
        .select_from(PermissionView)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .where(assoc_permissionview_role.c.role_id == role.id)
    )
    return frozenset((permission, screen) for permission, screen in rows)


def change_rights(
    role: Role, give: Collection[Right], take: Collection[Right], *, by: Actor, said: Callable[[Right], tuple[str, str]]
) -> int:
    """Give *role* some rights and take others; return how many changed.

    *said* names a right as (screen, what may be done there); one event a screen is journalled in these words.

    Raises:
        RuleBroken: the role ranks above those of *by*, the administrator would lose the keys, or there is no such
            right.
    """
    if not by.sees_all and rank([role.name]) > rank(by.roles):
        raise RuleBroken(f"Роль «{role.name}» старше ваших. Её права меняет администратор.")
    if role.name == ADMINISTRATOR and KEYS_OF_THE_HOUSE & set(take):
        raise RuleBroken("Без этого права никто не сможет менять права и входы. Оставьте его администратору.")
    session, held = session_of(role), rights_of(role)
    give, take = set(give) - held, set(take) & held
    rows = _rows(session, give | take)
    missing = sorted((give | take) - rows.keys())
    if missing:
        raise RuleBroken("Такого права в этой версии нет. Откройте страницу заново.")
    for right in give:
        role.permissions.append(rows[right])
    for right in take:
        role.permissions.remove(rows[right])
    for screen in sorted({said(right)[0] for right in give | take}):
        parts = [
            f"{verb}: {', '.join(sorted({said(right)[1] for right in which if said(right)[0] == screen}))}"
            for verb, which in (("дано", give), ("снято", take))
            if any(said(right)[0] == screen for right in which)
        ]
        journal.record(session, by, "role.rights", None, f"Роль «{role.name}», «{screen}»: {'; '.join(parts)}.")
    return len(give | take)


def restore_rights(role: Role, known: Collection[Right], *, by: Actor, said: Callable[[Right], tuple[str, str]]) -> int:
    """Put the rights of *role* back as delivered, of those *known* to this release; return how many changed.

    Raises:
        RuleBroken: see :func:`change_rights`.
    """
    delivered, held = grants(role.name, known), rights_of(role) & set(known)
    return change_rights(role, delivered - held, held - delivered, by=by, said=said)


def _rows(session: Session, wanted: Collection[Right]) -> dict[Right, PermissionView]:
    if not wanted:
        return {}
    found = session.scalars(
        select(PermissionView)
        .join(PermissionView.permission)
        .join(PermissionView.view_menu)
        .where(tuple_(Permission.name, ViewMenu.name).in_(wanted))
    ).unique()
    return {(row.permission.name, row.view_menu.name): row for row in found}
