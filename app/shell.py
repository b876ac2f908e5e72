"""What surrounds every page of a signed-in person: the menu of what the role may see, and who is signed in."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request, url_for

from app.acting import actor
from app.extensions import db
from app.jobs.rules import marks
from app.register.access import may
from app.register.pages import Act
from app.register.shell_page import MenuGroup, MenuItem, Shell
from app.search import open_registers
from app.terms import say, words
from app.words import initials


def shell_of(account: Any, unit: Any, held: Hashable) -> Shell:
    """Return the shell for *account* in *unit*; a line of the menu stands only for a screen one may open.

    *held* are the roles and rights of the person, by which what is the same for others is found again.
    """
    lines = _known_lines(held)
    staff = account.staff
    return Shell(
        unit=unit.short_name,
        kind=unit.organisation_type.label,
        menu=lines.menu,
        name=initials(staff.last_name, staff.first_name, staff.middle_name),
        position=staff.position,
        initials="".join(part[0] for part in (staff.first_name, staff.last_name) if part),
        profile_url=lines.profile_url,
        logout_url=lines.logout_url,
        search_url=lines.search_url,
        quick=lines.quick,
        dock=lines.dock,
    )


@dataclass(frozen=True)
class _Lines:
    """What of the shell is the same for all who may the same and speak the same words."""

    menu: tuple[MenuGroup, ...]
    quick: tuple[Act, ...]
    dock: tuple[MenuItem, ...]
    profile_url: str
    logout_url: str
    search_url: str


MOST_KEPT = 256


def _known_lines(held: Hashable) -> _Lines:
    """Return the lines for who asks, put together once: a page has sixty, and each asks for a right and an address."""
    known: dict[tuple[Any, ...], _Lines] = current_app.extensions.setdefault("opora_lines", {})
    here = request.blueprint or ""
    key = held, words(), request.script_root, here
    found = known.get(key)
    if found is None:
        if len(known) >= MOST_KEPT:
            known.clear()
        found = known[key] = _lines(here)
    return found


def _lines(here: str) -> _Lines:
    """Return the lines for who asks, on a page of *here*."""
    views = {type(view): view for view in current_app.extensions["appbuilder"].baseviews}
    groups: dict[str, list[MenuItem]] = {}
    shown: list[tuple[Any, MenuItem]] = []
    for screen in current_app.extensions["opora_menu"]:
        view = views[screen.view]
        if not screen.label or not _opens(view):
            continue
        url = url_for(f"{view.endpoint}.{view.default_view}")
        item = MenuItem(say(screen.label), url, screen.icon, current=here == view.endpoint)
        groups.setdefault(screen.group, []).append(item)
        shown.append((view, item))
    quick = tuple(
        Act("quick", say(view.add_label), view.url("add"))
        for view, _ in shown
        if hasattr(view, "add_label") and view.add_label != "Добавить" and may(view, "add") and not view.fixed_rows
    )
    return _Lines(
        menu=tuple(MenuGroup(say(label), tuple(items)) for label, items in groups.items()),
        quick=quick,
        dock=tuple(item for _, item in shown[:4]),
        profile_url=url_for("Profile.index"),
        logout_url=url_for("AuthView.logout"),
        search_url=url_for("Search.index") if open_registers() else "",
    )


def work_marks() -> dict[str, Any]:
    """Return the sign of long work in the head of the page: how much is under way, how much has ended unseen.

    It was read with the person; a page on which somebody sees how his jobs ended has it read anew.
    """
    under_way, ready = g.get("marks") or marks(db.session(), actor())
    return {"under_way": under_way, "ready": ready, "url": url_for("Work.index")}


def _opens(view: Any) -> bool:
    permission = getattr(getattr(view, view.default_view), "_permission_name", None)
    return permission is None or may(view, permission)
