"""«Вход с кодом»: the second step of the signed-in person: shown, confirmed, its recovery codes, switched off."""

from __future__ import annotations

import io
from typing import Any

import segno
from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from markupsafe import Markup
from werkzeug.wrappers import Response

from app import acting
from app.base import RuleBroken
from app.door import second_step, totp
from app.door.models import Ended
from app.door.sessions import end_all
from app.extensions import db
from app.organisation.inside import prove
from app.organisation.models import Account
from app.organisation.rules import WRONG_PASSWORD
from app.register.access import signed_in
from app.register.editing import Refused, committed, safe_back


class SecondSteps(BaseView):
    """The second step of whoever is signed in. No role grants it: everybody may have one."""

    route_base = "/profile/second-step"
    default_view = "index"
    class_permission_name = "profile"

    @expose("/")
    @signed_in
    def index(self) -> str:
        """What is asked for at the door, and the picture for the phone while it is being set up."""
        return _page(safe_back(request.args.get("back")))

    @expose("/start", methods=["POST"])
    @signed_in
    def start(self) -> Response:
        """Make a secret, to be read by the phone from the next page."""
        back = safe_back(request.form.get("back"))
        try:
            committed(db.session(), lambda: second_step.start(db.session(), g.account.user_id))
        except Refused as refusal:
            flash(refusal.sentence, "bad")
        return redirect(url_for("SecondSteps.index", back=back))

    @expose("/confirm", methods=["POST"])
    @signed_in
    def confirm(self) -> Response | str:
        """Switch it on by the first right code, end the other sessions, and show the recovery codes this once."""
        account, by, typed = g.account, acting.actor(), request.form.get("one_time_password", "")
        back = safe_back(request.form.get("back"))

        def step() -> list[str]:
            made = second_step.confirm(db.session(), account.user_id, typed, account, by=by)
            end_all(db.session(), account.user_id, Ended.SECOND_STEP, but=g.inside.id)
            return made

        try:
            return _codes(committed(db.session(), step), back)
        except Refused as refusal:
            return _page(back, refusal.sentence)

    @expose("/codes", methods=["POST"])
    @signed_in
    def codes(self) -> Response | str:
        """Make new recovery codes, after the password."""
        account, by = g.account, acting.actor()
        if _doubted(account):
            return redirect(url_for("SecondSteps.index"))

        def step() -> list[str]:
            return second_step.renew_codes(db.session(), account.user_id, account, by=by)

        try:
            return _codes(committed(db.session(), step), None)
        except Refused as refusal:
            flash(refusal.sentence, "bad")
            return redirect(url_for("SecondSteps.index"))

    @expose("/off", methods=["POST"])
    @signed_in
    def off(self) -> Response:
        """Switch it off, after the password; a role that must have it keeps it."""
        account, by = g.account, acting.actor()
        if _doubted(account):
            return redirect(url_for("SecondSteps.index"))

        def step() -> None:
            if _is_needed():
                raise RuleBroken("Вашей роли вход с кодом нужен всегда. Потерян телефон — обратитесь к администратору.")
            second_step.switch_off(db.session(), account.user_id, account, by=by)

        try:
            committed(db.session(), step)
        except Refused as refusal:
            flash(refusal.sentence, "bad")
        else:
            flash("Вход с кодом выключен. Теперь достаточно имени и пароля.", "ok")
        return redirect(url_for("SecondSteps.index"))


def _doubted(account: Account) -> bool:
    """Whether the typed password is not the owner's; the next page tells why."""
    doubt = prove(account, request.form.get("password", ""), WRONG_PASSWORD, by=acting.actor())
    db.session.commit()
    if doubt:
        flash(doubt, "bad")
    return bool(doubt)


def _is_needed() -> bool:
    return bool(acting.actor().roles.intersection(current_app.config["OPORA"].totp_roles))


def _page(back: str | None, error: str = "") -> str:
    session, account = db.session(), g.account
    found = second_step.of_user(session, account.user_id)
    page: dict[str, Any] = {
        "on": found is not None and found.confirmed_at is not None,
        "needed": _is_needed(),
        "left": second_step.codes_left(session, account.user_id),
        "picture": "",
        "error": error,
        "back": back or "",
    }
    if found is not None and not page["on"]:
        page["picture"] = _picture(totp.address_of(found.secret, account.user.username, f"Опора, {g.unit.short_name}"))
        page["secret"] = " ".join(found.secret[at : at + 4] for at in range(0, len(found.secret), 4))
    return render_template("account/second_step.html", page=page)


def _codes(made: list[str], back: str | None) -> str:
    """Answer with the codes themselves: neither an address nor a cookie ever holds them."""
    return render_template("account/recovery_codes.html", codes=made, back_url=back or url_for("Profile.index"))


def _picture(address: str) -> Markup:
    """Return the square a phone reads, as a drawing made here: nothing of the secret leaves the house."""
    out = io.BytesIO()
    segno.make(address, error="m", boost_error=False).save(
        out, kind="svg", scale=5, border=4, light="#fff", xmldecl=False, svgclass="qr", lineclass="",
        title="Картинка для приложения с кодами",
    )  # fmt: skip
    return Markup(out.getvalue().decode())
