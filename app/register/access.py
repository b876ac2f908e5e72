"""Who may open a route: FAB's permission rows, read once per request by the security manager."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask_login import current_user

from app.base import RESTRICTED, SPECIAL, Privacy, RuleBroken
from app.extensions import db
from app.register import drafts

BIGGEST = 2_147_483_647
"""The largest number a key can be on both databases."""


def key_in(name: str) -> str:
    """Return the part of a route that takes a record's key as *name*; a number no key can be is answered with 404."""
    return f"<int(max={BIGGEST}):{name}>"


RIGHTS: dict[Privacy, str] = {SPECIAL: "can_special", RESTRICTED: "can_restricted"}
"""The right each closed class of data asks for (S003-3.10: «Health (С)» and «Prevention registers (З)»)."""

PK = key_in("pk")


def may(view: Any, permission: str, *, action: bool = False) -> bool:
    """Whether the signed-in person holds *permission* on *view*; an action's permission is its bare name."""
    name = permission if action else f"can_{permission}"
    return all(holds(view, right) for right in getattr(view, "rights_asked", ())) and holds(view, name)


def holds(view: Any, name: str) -> bool:
    """Whether the signed-in person holds the permission *name* on *view*, whatever else a route asks for."""
    return bool(current_app.extensions["appbuilder"].sm.has_access(name, view.class_permission_name))


def keeps_typed(route: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a route that draws its form again, saving nothing, when the form came with a stale token."""
    route.keeps_typed = True  # type: ignore[attr-defined]  # read by the page of refusals in app/web.py
    return route


def waits_at_most(milliseconds: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a route whose sender tries again by itself: it waits no longer for whoever holds the write lock."""

    def mark(route: Callable[..., Any]) -> Callable[..., Any]:
        route.waits_at_most = milliseconds  # type: ignore[attr-defined]  # read where a request begins
        return route

    return mark


def access(permission: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Ask for ``can_<permission>`` before the route. A stranger is sent to sign in and comes back to where he was."""

    def wrap(route: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(route)
        def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
            if may(self, permission):
                return route(self, *args, **kwargs)
            if current_user.is_authenticated:
                abort(403)
            return _to_the_door()

        guarded._permission_name = permission  # type: ignore[attr-defined]  # FAB collects permissions by this mark
        return guarded

    return wrap


def signed_in(route: Callable[..., Any]) -> Callable[..., Any]:
    """Ask only that somebody has signed in: for pages that show a person no more than his own or what he may see."""

    @wraps(route)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        return route(self, *args, **kwargs) if current_user.is_authenticated else _to_the_door()

    return guarded


def _to_the_door() -> Any:
    back = request.full_path.rstrip("?") if request.method == "GET" else _put_by()
    return redirect(url_for("AuthView.login", next=back))


def _put_by() -> str | None:
    """Keep the form of somebody whose session has ended as his draft, and return the address that gives it back.

    The sealed ticket says whose form it was, so whoever comes in through the door next sees only what is his own;
    neither the address nor a cookie holds a word of it.
    """
    ticket = drafts.read_ticket(request.form.get(drafts.TICKET, ""))
    if ticket is None:
        return None
    session = db.session()
    try:
        drafts.keep(session, ticket, request.form)
    except RuleBroken as refusal:
        session.rollback()
        flash(refusal.sentence, "bad")
    else:
        session.commit()
        flash("Вход закончился. Войдите ещё раз: набранное сохранено и вернётся.", "warn")
    return f"{ticket.url}{'&' if '?' in ticket.url else '?'}draft=last"
