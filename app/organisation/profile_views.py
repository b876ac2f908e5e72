"""«Мой профиль»: who is signed in, where he is inside and was, and the person's own password."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import acting
from app.door import second_step
from app.door.passwords import SHORTEST
from app.extensions import db
from app.journal.models import JournalRow
from app.organisation import rules
from app.organisation.inside import end_session, end_sessions, prove
from app.organisation.inside_views import open_sessions, own_or_404
from app.organisation.models import Account
from app.register.access import PK, signed_in
from app.register.desk import unfinished
from app.register.editing import Refused, committed, safe_back
from app.register.field import local, shown
from app.register.pages import Act, FactsPart, FieldView, FormPage, FormPart

ENTRIES = 5
"""Sign-ins shown: enough to notice a stranger's."""


class Profile(BaseView):
    """The signed-in person's own page. No role grants it: everybody has one."""

    route_base = "/profile"
    default_view = "index"
    class_permission_name = "profile"

    @expose("/")
    @signed_in
    def index(self) -> str:
        """Own data, roles and the last sign-ins."""
        account: Account = g.account
        staff = account.staff
        facts = FactsPart(
            "Обо мне",
            (
                ("Имя для входа", shown(account.user.username)),
                ("Должность", shown(staff.position)),
                ("Отделение", shown(str(staff.department) if staff.department else None)),
                ("Телефон", shown(staff.phone, "phone")),
                ("Почта", shown(staff.email)),
                ("Работает с", shown(staff.active_from)),
            ),
        )
        page = {
            "title": "Мой профиль",
            "url": url_for("Profile.index"),
            "line": f"{staff.name}, {g.unit.short_name}",
            "facts": facts,
            "roles": sorted(role.name for role in account.user.roles),
            "inside": open_sessions(db.session(), account, g.inside.id),
            "end_url": lambda row: url_for("Profile.end_session", pk=row["id"]),
            "second_step_on": g.second_step_on,
            "codes_left": second_step.codes_left(db.session(), account.user_id),
            "acts": (Act("password", "Сменить пароль", url_for("Profile.password"), icon="key"),),
            "entries": _entries(db.session(), account),
            "unfinished": unfinished(db.session(), acting.actor()),
        }
        return render_template("account/profile.html", page=page)

    @expose(f"/sessions/{PK}/end", methods=["POST"])
    @signed_in
    def end_session(self, pk: int) -> Response:
        """End one of the own sessions; the browser it was opened in must sign in again."""
        row = own_or_404(db.session(), g.account, pk)
        here = row.id == g.inside.id
        committed(db.session(), lambda: end_session(g.account, row, by=acting.actor()))
        if here:
            return redirect(url_for("AuthView.login"))
        flash(f"Закончен вход: {row.browser}.", "ok")
        return redirect(url_for("Profile.index"))

    @expose("/sessions/end", methods=["POST"])
    @signed_in
    def end_others(self) -> Response:
        """End every own session but this one."""
        number = committed(db.session(), lambda: end_sessions(g.account, by=acting.actor(), but=g.inside))
        flash("Закончены входы на других устройствах." if number else "На других устройствах вы не вошли.", "ok")
        return redirect(url_for("Profile.index"))

    @expose("/password/", methods=["GET", "POST"])
    @signed_in
    def password(self) -> Response | str:
        """Change the own password; other open sessions of the account end, this one goes on."""
        account: Account = g.account
        must, errors, error = account.must_change_password, {}, ""
        back = safe_back(request.values.get("back"))
        if request.method == "POST":
            typed = {name: request.form.get(name, "") for name in _LABELS}
            errors = {name: "Заполните это поле." for name, text in typed.items() if not text}
            if not errors and typed["password"] != typed["again"]:
                errors["again"] = "Пароли не совпали. Наберите новый ещё раз."
            if not errors:
                doubt = prove(account, typed["current"], rules.WRONG_PASSWORD, by=acting.actor())
                db.session.commit()
                errors = {"current": doubt} if doubt else {}
            if not errors:
                try:
                    committed(
                        db.session(),
                        lambda: rules.change_own_password(
                            account, typed["current"], typed["password"], by=acting.actor(), here=g.inside
                        ),
                    )
                except Refused as refusal:
                    errors = {refusal.field: refusal.sentence} if refusal.field else {}
                    error = "" if refusal.field else refusal.sentence
                else:
                    flash("Пароль сменён. На других устройствах вход закрыт.", "ok")
                    return redirect(back or url_for("HomeView.index" if must else "Profile.index"))
        page = FormPage(
            title="Придумайте свой пароль" if must else "Смена пароля",
            url=url_for("Profile.password"),
            parts=(FormPart("", tuple(_field(name, errors.get(name, "")) for name in _LABELS)),),
            error=error,
            hidden=(("back", back),) if back else (),
            save="Сменить пароль",
            cancel_url=url_for("Profile.index"),
        )
        return render_template("account/password.html", page=page, must=must, username=_login(account.user))


_LABELS = {"current": "Пароль сейчас", "password": "Новый пароль", "again": "Новый пароль ещё раз"}


def _field(name: str, error: str) -> FieldView:
    hint = f"От {SHORTEST} знаков. Проще всего несколько слов: сирень-под-окном" if name == "password" else ""
    return FieldView(name, _LABELS[name], "password", required=True, error=error, hint=hint, span=6)


def _login(user: User) -> str:
    return str(user.username)


def _entries(reading: Session, account: Account) -> list[dict[str, object]]:
    """Return the last sign-ins, newest first."""
    rows = reading.scalars(
        select(JournalRow)
        .where(
            JournalRow.table_name == Account.__tablename__,
            JournalRow.record_id == account.id,
            JournalRow.verb == "account.enter",
        )
        .order_by(JournalRow.id.desc())
        .limit(ENTRIES)
    )
    return [
        {"when": f"{local(row.at):%d.%m.%Y, %H:%M}", "where": f"с адреса {row.address}", "state": None} for row in rows
    ]
