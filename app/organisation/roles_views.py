"""«Роли и права»: what each role may do on each screen, from the permission rows themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from werkzeug.wrappers import Response

from app import acting
from app.base import RESTRICTED, SPECIAL, Privacy
from app.extensions import db
from app.organisation.rights import Right, change_rights, restore_rights, rights_of
from app.register.access import access, may
from app.register.editing import Refused, committed
from app.register.pages import Act
from app.roles import LETTERS, ROLES
from app.terms import say

COLUMNS: dict[str, str] = {
    "R": "Открывать и выгружать",
    "L": "Выбирать в формах",
    "W": "Вносить и менять",
    "D": "Удалять",
    "S": "Здоровье",
    "P": "Профилактические учёты",
    "B": "Менять многих, делиться видами",
}
"""The letters of ``app/roles.py`` as columns; what has no letter stands in a line of its own."""

CLASSES: dict[str, Privacy] = {"S": SPECIAL, "P": RESTRICTED}
"""The letters that open a class of data: a screen without such data has no tick for it."""

SINGLE = "Это действие"


@dataclass(frozen=True)
class Line:
    """A row of the matrix: a screen with its letters, or one action of a screen."""

    screen: str
    title: str
    cells: dict[str, frozenset[Right]]
    """What a tick in each column gives: letters, or :data:`SINGLE`."""


@dataclass(frozen=True)
class Part:
    """Rows under one heading of the menu."""

    title: str
    lines: tuple[Line, ...]


def matrix() -> tuple[Part, ...]:
    """Return every screen in the order of the menu; one reached from other screens stands after them."""
    views = {type(view): view for view in current_app.extensions["appbuilder"].baseviews}
    parts: dict[str, list[Line]] = {}
    group, told = "", set()
    for screen in current_app.extensions["opora_menu"]:
        group, view = screen.group or group, views[screen.view]
        lines = list(_lines(view, say(screen.label)))
        # A screen that serves another one asks for the rights of that one and has none of its own.
        if lines and (screen.label or view.class_permission_name not in told):
            told.add(view.class_permission_name)
            parts.setdefault(group, []).extend(lines)
    return tuple(Part(title, tuple(lines)) for title, lines in parts.items())


def _lines(view: Any, label: str) -> Iterator[Line]:
    name = view.class_permission_name
    held = set(view.base_permissions)
    title = getattr(view, "title", None)
    said = say(title[0]) if title else label
    letters = {
        letter: frozenset((permission, name) for permission in permissions & held)
        for letter, permissions in LETTERS.items()
        if permissions & held and (letter not in CLASSES or _has(view, CLASSES[letter]))
    }
    if letters:
        yield Line(name, said, letters)
    for permission in sorted(held - frozenset().union(*LETTERS.values())):
        yield Line(name, f"{said}: {_action_label(view, permission)}", {SINGLE: frozenset({(permission, name)})})


def _has(view: Any, data: Privacy) -> bool:
    """Whether the screen holds data of this class at all; one that is no register is taken at its word."""
    spec = getattr(view, "spec", None)
    return spec is None or any(one.privacy is data for one in spec.fields.values())


def _action_label(view: Any, permission: str) -> str:
    made = getattr(view, "register_actions", {}).get(permission)
    label = made.label if made else getattr(view, "permission_labels", {}).get(permission, permission)
    label = say(label)
    return label[:1].lower() + label[1:]


class Roles(BaseView):
    """The matrix of one role at a time: a tick is a right."""

    route_base = "/roles"
    default_view = "index"
    class_permission_name = "roles"

    @expose("/")
    @access("show")
    def index(self) -> str:
        """The matrix of the role named in the address, or of the first one."""
        role = self._role(request.args.get("role", next(iter(ROLES))))
        parts, held = matrix(), rights_of(role)
        groups = [{"title": part.title, "rows": [_row(line, held) for line in part.lines]} for part in parts]
        page = {
            "title": "Роли и права",
            "line": "Отмеченное роли можно. Снятое и добавленное записывается в журнал с вашим именем.",
            "crumbs": (),
            "url": url_for("Roles.save"),
            "hidden": (("role", role.name), ("seen", _print_of(held))),
            "roles": [
                {"label": name, "url": url_for("Roles.index", role=name), "current": name == role.name}
                for name in ROLES
            ],
            "actions": [*COLUMNS.values()],
            "groups": groups,
            "read_only": not may(self, "work"),
            "acts": (_restore_act(role),) if may(self, "work") else (),
        }
        return render_template("account/roles.html", page=page)

    @expose("/save", methods=["POST"])
    @access("work")
    def save(self) -> Response:
        """Give what was ticked and take what was unticked; a cell left alone keeps what it held."""
        role = self._role(request.form.get("role", ""))
        here = redirect(url_for("Roles.index", role=role.name))
        held = rights_of(role)
        if request.form.get("seen") != _print_of(held):
            flash("Пока вы смотрели, права этой роли изменил другой человек. Проверьте и отметьте снова.", "warn")
            return here
        parts = matrix()
        give, take = _asked(parts, held, set(request.form.getlist("grant")))
        said = _words(parts).__getitem__
        return self._done(role, lambda: change_rights(role, give, take, by=acting.actor(), said=said))

    @expose("/restore", methods=["POST"])
    @access("work")
    def restore(self) -> Response:
        """Put the role back as delivered."""
        role = self._role(request.args.get("role", ""))
        words = _words(matrix())
        said = words.__getitem__
        return self._done(role, lambda: restore_rights(role, words.keys(), by=acting.actor(), said=said))

    def _role(self, name: str) -> Role:
        if name not in ROLES:
            abort(404)
        return db.session.scalars(select(Role).where(Role.name == name)).one_or_none() or abort(404)

    def _done(self, role: Role, step: Any) -> Response:
        name = role.name
        try:
            number = committed(db.session(), step)
        except Refused as refusal:
            flash(refusal.sentence, "bad")
        else:
            flash(f"Права роли «{name}» сохранены." if number else "Ничего не изменилось.", "ok")
        return redirect(url_for("Roles.index", role=name))


def _restore_act(role: Role) -> Act:
    question = f"Вернуть права роли «{role.name}» как в поставке? Всё, что центр добавил и снял, пропадёт."
    return Act("restore", "Вернуть как в поставке", url_for("Roles.restore", role=role.name), method="post",
               icon="arrow-counterclockwise", confirm=question)  # fmt: skip


def _row(line: Line, held: frozenset[Right]) -> dict[str, object]:
    cells = [_cell(line, column, held) for column in COLUMNS]
    return {"title": line.title, "cells": cells, "single": _cell(line, SINGLE, held)}


def _cell(line: Line, column: str, held: frozenset[Right]) -> dict[str, object] | None:
    rights = line.cells.get(column)
    if rights is None:
        return None
    return {"value": f"{line.screen}.{_key(line, column)}", "checked": rights <= held}


def _key(line: Line, column: str) -> str:
    return column if column in COLUMNS else next(iter(line.cells[column]))[0]


def _asked(parts: tuple[Part, ...], held: frozenset[Right], ticked: set[str]) -> tuple[set[Right], set[Right]]:
    """Return what to give and what to take; a right two columns share stays while one of them is ticked."""
    give: set[Right] = set()
    take: set[Right] = set()
    kept: set[Right] = set()
    for part in parts:
        for line in part.lines:
            for column, rights in line.cells.items():
                before, after = rights <= held, f"{line.screen}.{_key(line, column)}" in ticked
                if after:
                    kept |= rights
                    give |= rights if not before else set()
                elif before:
                    take |= rights
    return give, take - kept


def _words(parts: tuple[Part, ...]) -> dict[Right, tuple[str, str]]:
    """Return the screen and the words of every right, as the journal names them."""
    words: dict[Right, tuple[str, str]] = {}
    for part in parts:
        for line in part.lines:
            for column, rights in line.cells.items():
                for right in rights:
                    words.setdefault(right, (line.title, COLUMNS.get(column, SINGLE).lower()))
    return words


def _print_of(held: frozenset[Right]) -> str:
    return hashlib.sha256(repr(sorted(held)).encode()).hexdigest()[:16]
