"""The security manager, and what every request begins with: who it is, whether he may go on, who acts.

FAB asks the database once per menu line, button and view; here one query brings the person with the session, the
staff member, the unit and every right. No page of FAB's own is registered; the door is ours.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, redirect, request, url_for
from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user
from werkzeug.wrappers import Response

from app import acting
from app.acting import SYSTEM
from app.door import sessions
from app.entering import AuthView
from app.extensions import db
from app.identity import actor_of, inside, rights_of
from app.roles import CODES
from config import BadSetting

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN = ("static", "look.", "health")
"""Beginnings of endpoints that show nothing of anybody and need no one to act."""
_BEFORE_OWN_PASSWORD: tuple[str, ...] = ("Profile.password", "AuthView.logout", "AuthView.login")
_BEFORE_SECOND_STEP: tuple[str, ...] = (
    *_BEFORE_OWN_PASSWORD,
    "SecondSteps.index",
    "SecondSteps.start",
    "SecondSteps.confirm",
)


class OporaSecurity(SecurityManager):
    """FAB's security manager with all rights in one query, and without FAB's own screens."""

    userstatschartview = None

    def register_views(self) -> None:
        """Register the door and nothing else of FAB's screens."""
        self.auth_view = self.appbuilder.add_view_no_menu(AuthView)
        if self.is_auth_limited:
            self.limiter.limit(self.auth_rate_limit, methods=["POST"])(self.auth_view.blueprint)

    def load_user(self, pk: str) -> User | None:
        """Return who is behind the session with the number *pk*, if it is open and the account still stands."""
        found = inside(db.session(), sessions.digest_of(pk))
        if found is None or sessions.terms_of(current_app.config).lapsed(found.session) is not None:
            return None
        g.account, g.unit, g.inside, g.second_step_on = found.account, found.unit, found.session, found.second_step_on
        g.marks, g.rights = found.marks, found.rights
        return found.account.user

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the signed-in person holds the right; a stranger holds none."""
        return (permission_name, view_name) in rights()[1]

    def _has_view_access(self, user: User, permission_name: str, view_name: str) -> bool:
        return self.has_access(permission_name, view_name)


class OporaBuilder(AppBuilder):
    """FAB's app builder without its own pages, static files, REST and language switch."""

    def _add_global_static(self) -> None:
        """FAB's scripts and styles are not served: no page of FAB is shown."""

    def _add_admin_views(self) -> None:
        self._indexview = None
        self.sm.register_views()


def rights() -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Return the roles and the (permission, screen) pairs of the signed-in person, read once per request."""
    found: tuple[frozenset[str], frozenset[tuple[str, str]]] | None = g.get("rights")
    if found is None:
        nothing: frozenset[Any] = frozenset()
        found = rights_of(db.session(), current_user.id) if current_user.is_authenticated else (nothing, nothing)
        g.rights = found
    return found


def roles_with_second_step(app: Flask) -> frozenset[str]:
    """Return the codes of the roles that must sign in with a second step.

    Raises:
        BadSetting: one of them is no role.
    """
    wanted = frozenset(app.config["OPORA"].totp_roles)
    if wanted - set(CODES.values()):
        raise BadSetting("OPORA_TOTP_ROLES", f"такой роли нет. Роли: {', '.join(CODES.values())}.")
    return wanted


def init_acting(app: Flask) -> None:
    """Make every request act as the signed-in person; a reading request takes no write lock.

    Raises:
        BadSetting: a second step is wanted of a role there is not.
    """
    second_step_for = roles_with_second_step(app)

    @app.before_request
    def begin() -> Response | None:
        if request.endpoint is None or request.endpoint.startswith(_OPEN) or request.endpoint.endswith(".static"):
            return None
        view: Any = app.view_functions[request.endpoint]
        # What stops a job must not wait for the write lock that the job holds.
        writing = request.method not in SAFE_METHODS and not getattr(view, "writes_apart", False)
        # A draft is sent again in a moment, so it does not keep a thread waiting behind a large load.
        hurry: int | None = getattr(view, "waits_at_most", None)
        g.acting_before = acting.enter(SYSTEM, writing=writing, patience=hurry)
        who = None
        if current_user.is_authenticated:
            who = actor_of(g.account, g.unit, rights()[0], request.remote_addr or "")
        acting.enter(who, writing=writing, patience=hurry)
        if who is None:
            return None
        if sessions.is_due(g.inside):
            sessions.seen(db.session(), g.inside.id, writing=writing)
        return _led_aside(bool(who.roles & second_step_for))

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        before: Any = g.pop("acting_before", None)
        if before is not None:
            acting.leave(before)


def _led_aside(needs_second_step: bool) -> Response | None:
    """Return where somebody is led who must do something first: nothing opens before it."""
    if g.account.must_change_password:
        # A password somebody else has made opens nothing but the page on which it is changed.
        page, allowed = "Profile.password", _BEFORE_OWN_PASSWORD
    elif needs_second_step and not g.second_step_on:
        page, allowed = "SecondSteps.index", _BEFORE_SECOND_STEP
    else:
        return None
    if request.endpoint in allowed:
        return None
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(page, back=back))
