"""Signing in, and who may what: FAB's accounts, roles and permission rows, read once per request.

FAB asks the database once per menu line, button and view; here one query brings the person with the staff member
and the unit, and one brings every right. No page of FAB's own is registered.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_appbuilder import AppBuilder, BaseView, expose
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from flask_login import current_user, login_user, logout_user
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload
from werkzeug.wrappers import Response

from app import acting, journal
from app.acting import SYSTEM, Actor
from app.extensions import db
from app.organisation.models import Account, ServiceUnit, StaffMember
from app.register.editing import safe_back
from app.roles import CODES
from app.words import initials

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN = ("static", "look.", "health")
"""Beginnings of endpoints that show nothing of anybody and need no one to act."""
_BEFORE_OWN_PASSWORD = ("Profile.password", "AuthView.logout", "AuthView.login")


class AuthView(BaseView):
    """The door: signing in and out."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Response | str:
        """Sign in. One sentence for a wrong name and a wrong password alike."""
        back = safe_back(request.values.get("next"))
        if current_user.is_authenticated:
            return redirect(back or url_for("HomeView.index"))
        error = ""
        if request.method == "POST":
            typed = request.form.get("username", "").strip(), request.form.get("password", "")
            legible = all(typed) and typed[0].isprintable()  # PostgreSQL refuses to look for a NUL.
            user = current_app.extensions["appbuilder"].sm.auth_user_db(*typed) if legible else None
            found = _account_of(user.id) if user is not None else None
            if found is not None:
                session.clear()
                login_user(user)
                session["epoch"] = found[0].epoch
                session.permanent = True
                by = actor_of(*found, frozenset(), request.remote_addr or "")
                journal.record(db.session(), by, "account.enter", found[0], "Вход в систему.")
                db.session.commit()
                return redirect(back or url_for("HomeView.index"))
            error = "Имя или пароль не подошли. Проверьте раскладку и клавишу Caps Lock."
        return render_template(
            "login.html",
            error=error,
            username=request.form.get("username", ""),
            next=back or "",
            unit_name=_only_unit(),
            hint="Забыли пароль? Новый выдаст администратор центра.",
        )

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Response:
        """Sign out: every open session of this account ends, a copied cookie too."""
        if current_user.is_authenticated:
            g.account.epoch += 1
            db.session.commit()
        logout_user()
        session.clear()
        flash("Вы вышли.", "ok")
        return redirect(url_for("AuthView.login"))


def _only_unit() -> str:
    """Return the short name of the unit the door belongs to; a door of several units names none of them."""
    names = db.session.scalars(select(ServiceUnit.short_name).limit(2)).all()
    return names[0] if len(names) == 1 else ""


class OporaSecurity(SecurityManager):
    """FAB's security manager with one query for all rights, and without FAB's own screens."""

    userstatschartview = None

    def register_views(self) -> None:
        """Register the door and nothing else of FAB's screens."""
        self.auth_view = self.appbuilder.add_view_no_menu(AuthView)
        if self.is_auth_limited:
            self.limiter.limit(self.auth_rate_limit, methods=["POST"])(self.auth_view.blueprint)

    def load_user(self, pk: str) -> User | None:
        """Return the signed-in user if the account still stands and the session is of its present generation."""
        found = _account_of(int(pk)) if pk.isdigit() else None
        if found is None or found[0].epoch != session.get("epoch"):
            return None
        g.account, g.unit = found
        return found[0].user

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the signed-in person holds the right; a stranger holds none."""
        return (permission_name, view_name) in rights()[1]

    def _has_view_access(self, user: User, permission_name: str, view_name: str) -> bool:
        return self.has_access(permission_name, view_name)

    def update_user_auth_stat(self, user: User, success: bool = True) -> None:
        """Count logins and failures in the request's own transaction; FAB would commit half way."""
        user.login_count = (user.login_count or 0) + int(success)
        user.fail_login_count = 0 if success else (user.fail_login_count or 0) + 1
        if success:
            user.last_login = acting.now().replace(tzinfo=None)  # FAB's column knows no zone.
        self.session.commit()


class OporaBuilder(AppBuilder):
    """FAB's app builder without its own pages, static files, REST and language switch."""

    def _add_global_static(self) -> None:
        """FAB's scripts and styles are not served: no page of FAB is shown."""

    def _add_admin_views(self) -> None:
        self._indexview = None
        self.sm.register_views()


@cache
def _account_query() -> Select[Account, ServiceUnit]:
    """Return the query of :func:`_account_of`, put together once: it runs with every request."""
    return (
        select(Account, ServiceUnit)
        .join(Account.user)
        .join(ServiceUnit, ServiceUnit.id == Account.service_unit_id)
        .where(Account.user_id == bindparam("user_id"), User.active.is_(True))
        .options(contains_eager(Account.user), joinedload(Account.staff))
        .execution_options(unscoped="who signs in is not known yet", populate_existing=True)
    )


@cache
def _rights_query() -> Select[tuple[str, str, str]]:
    """Return the query of :func:`rights`, put together once."""
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


def _account_of(user_id: int) -> tuple[Account, ServiceUnit] | None:
    """Return the open account of a user with its staff member, login and unit, in one query."""
    found = db.session.execute(_account_query(), {"user_id": user_id}).one_or_none()
    return (found[0], found[1]) if found else None


def rights() -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Return the roles and the (permission, screen) pairs of the signed-in person, read once per request."""
    found: tuple[frozenset[str], frozenset[tuple[str, str]]] | None = g.get("rights")
    if found is None:
        rows = []
        if current_user.is_authenticated:
            rows = list(db.session.execute(_rights_query(), {"user_id": current_user.id}))
        found = (
            frozenset(CODES.get(row[0], row[0]) for row in rows),
            frozenset((row[1], row[2]) for row in rows if row[1]),
        )
        g.rights = found
    return found


def identify(session: Session, user_id: int) -> tuple[Actor, frozenset[tuple[str, str]]] | None:
    """Return the person behind a user as he is now, and his rights; None when the account is closed."""
    found = session.execute(_account_query(), {"user_id": user_id}).one_or_none()
    if found is None:
        return None
    rows: Any = session.execute(_rights_query(), {"user_id": user_id}).all()
    roles = frozenset(CODES.get(row[0], row[0]) for row in rows)
    return actor_of(found[0], found[1], roles), frozenset((row[1], row[2]) for row in rows if row[1])


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
    )


def init_acting(app: Flask) -> None:
    """Make every request act as the signed-in person; a reading request takes no write lock."""

    @app.before_request
    def begin() -> Response | None:
        if request.endpoint is None or request.endpoint.startswith(_OPEN) or request.endpoint.endswith(".static"):
            return None
        view: Any = app.view_functions[request.endpoint]
        # What stops a job must not wait for the write lock that the job holds.
        writing = request.method not in SAFE_METHODS and not getattr(view, "writes_apart", False)
        g.acting_before = acting.enter(SYSTEM, writing=writing)
        who = None
        if current_user.is_authenticated:
            who = actor_of(g.account, g.unit, rights()[0], request.remote_addr or "")
        acting.enter(who, writing=writing)
        if who is not None and g.account.must_change_password and request.endpoint not in _BEFORE_OWN_PASSWORD:
            # A password somebody else has made opens nothing but the page on which it is changed.
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("Profile.password", back=back))
        return None

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        before: Any = g.pop("acting_before", None)
        if before is not None:
            acting.leave(before)
