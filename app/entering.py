"""The door's own pages: the login and the password, the code of the second step, and the way out."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, g, make_response, redirect, render_template, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app import acting, journal, sealing
from app.door import browsers, lockout, second_step, sessions
from app.door.lockout import Counters, Verdict
from app.door.models import Ended, UserSession
from app.door.passwords import LONGEST, is_right
from app.extensions import db
from app.identity import account_of, actor_of
from app.organisation.models import Account, ServiceUnit
from app.register.editing import safe_back

NUMBER = "_user_id"
"""Where Flask-Login looks for who is inside; here it finds the number of the session, which names nobody."""
_WRONG = "Имя или пароль не подошли. Проверьте раскладку и клавишу Caps Lock."
_WRONG_CODE = "Код не подошёл. Дождитесь нового кода и наберите его."
_EXPIRED = "Срок выданного пароля истёк: он действует сутки. Попросите у администратора новый."
_OVER = {
    Ended.IDLE: "Вы долго не работали, поэтому вход закончился. Войдите ещё раз.",
    Ended.LIMIT: "Вход действует один рабочий день. Войдите ещё раз.",
    Ended.PASSWORD: "Пароль сменён. Войдите с новым.",
    Ended.ROLES: "Ваши роли изменились. Войдите ещё раз.",
    Ended.ADMINISTRATOR: "Администратор закончил ваш вход. Войдите ещё раз.",
    Ended.OWN: "Этот вход закончен с другого устройства. Войдите ещё раз.",
    Ended.SECOND_STEP: "Вход с кодом изменён. Войдите ещё раз.",
}


class AuthView(BaseView):
    """The door: signing in and out."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Response | str:
        """Sign in. What is not a login, a wrong password and a closed account get one answer after one work."""
        back = safe_back(request.values.get("next"))
        if current_user.is_authenticated:
            return redirect(back or url_for("HomeView.index"))
        if request.method == "GET":
            told = "_flashes" in session
            why = _why_over()
            return _form(back, notice="" if told else why)
        login, password = request.form.get("username", "").strip(), request.form.get("password", "")
        if not login or not password:
            return _form(back, _WRONG)
        user = _user_named(login)
        user_id = user.id if user is not None else 0  # Nobody's: what is not a login costs the same queries.
        counters = Counters(db.session(), login[:250], _address(), user_id)
        if counters.verdict.wait:
            db.session.commit()
            return _form(back, verdict=counters.verdict)
        found = account_of(db.session(), user_id)
        right = is_right(user.password if user is not None and found is not None else None, password[: LONGEST + 1])
        if not right or found is None:
            return _refused(back, counters, login, user_id, _WRONG)
        account, unit = found
        if account.password_expires_at is not None and account.password_expires_at <= acting.now():
            db.session.commit()
            return _form(back, _EXPIRED)
        if second_step.is_on(db.session(), account.user_id):
            _open(account, awaits_code=True)
            db.session.commit()
            return redirect(url_for("AuthView.code", next=back))
        return _let_in(account, unit, counters, back, "Вход в систему.")

    @expose("/login/code/", methods=["GET", "POST"])
    def code(self) -> Response | str:
        """Ask for the code of the second step; only then anybody is inside, under a number nobody has seen before."""
        back = safe_back(request.values.get("next"))
        if current_user.is_authenticated:
            return redirect(back or url_for("HomeView.index"))
        row = _waiting()
        found = account_of(db.session(), row.user_id) if row is not None else None
        if row is None or found is None or found[0].epoch != row.epoch:
            session.pop(NUMBER, None)
            return redirect(url_for("AuthView.login", next=back))
        if request.method == "GET":
            return _code_form(back)
        account, unit = found
        counters = Counters(db.session(), account.user.username, _address(), account.user_id)
        if counters.verdict.wait:
            db.session.commit()
            return _code_form(back, verdict=counters.verdict)
        passed = second_step.is_passed(db.session(), account.user_id, request.form.get("one_time_password", ""))
        if passed is None:
            return _refused(back, counters, account.user.username, account.user_id, _WRONG_CODE, code=True)
        db.session.delete(row)
        if passed == "code":
            return _let_in(account, unit, counters, back, "Вход в систему с кодом.")
        left = second_step.codes_left(db.session(), account.user_id)
        flash(f"Запасной код использован, больше он не подойдёт. Осталось запасных кодов: {left}.", "warn")
        return _let_in(account, unit, counters, back, "Вход в систему с запасным кодом.")

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Response:
        """Sign out: this session is over, a copied cookie too; those on other devices go on."""
        if current_user.is_authenticated:
            sessions.end(db.session(), g.inside, Ended.LOGOUT, g.account, by=acting.actor())
            db.session.commit()
        session.clear()
        flash("Вы вышли.", "ok")
        return redirect(url_for("AuthView.login"))


def _user_named(login: str) -> User | None:
    # PostgreSQL refuses to look for a NUL.
    named = func.lower(User.username) == login.lower() if login.isprintable() else None
    return db.session.scalars(select(User).where(named)).first() if named is not None else None


def _address() -> str:
    return request.remote_addr or ""


def _open(account: Account, *, awaits_code: bool = False) -> None:
    """Begin a session under a new number, so that one planted before the door opens nothing."""
    number = sessions.begin(
        db.session(),
        account.user_id,
        account.epoch,
        address=_address(),
        browser=browsers.in_words(request.user_agent.string),
        awaits_code=awaits_code,
    )
    session.clear()
    session[NUMBER] = number
    session.permanent = not awaits_code


def _let_in(account: Account, unit: ServiceUnit, counters: Counters, back: str | None, said: str) -> Response:
    messages = session.get("_flashes")
    counters.succeeded()
    _open(account)
    if messages:
        session["_flashes"] = messages
    user: Any = account.user
    user.login_count = (user.login_count or 0) + 1
    user.fail_login_count = 0
    user.last_login = acting.now().replace(tzinfo=None)  # FAB's column knows no zone.
    by = actor_of(account, unit, frozenset(), _address())
    journal.record(db.session(), by, "account.enter", account, said)
    db.session.commit()
    return redirect(back or url_for("HomeView.index"))


def _refused(
    back: str | None, counters: Counters, login: str, user_id: int, said: str, *, code: bool = False
) -> Response | str:
    """Count and journal a failed try. A name that is no login is kept as a digest: people type passwords there."""
    verdict = counters.failed()
    account = db.session.scalars(_any_account(user_id)).one_or_none()
    name = f"«{account}»" if account is not None else f"имя не найдено, отпечаток {_print_of(login)}"
    by = acting.Actor(None, "Вход", account.service_unit_id if account is not None else None, address=_address())
    what = "неверный код" if code else "неверные имя или пароль"
    journal.record(db.session(), by, "account.refused", account, f"Вход не удался ({what}): {name}.")
    if verdict.wait:
        waiting = lockout.in_words(verdict.wait).removeprefix("Подождите ")
        journal.record(db.session(), by, "account.lockout", account, f"Вход закрыт на {waiting}: {name}.")
    db.session.commit()
    return _code_form(back, said, verdict) if code else _form(back, said, verdict)


def _any_account(user_id: int) -> Any:
    return select(Account).where(Account.user_id == user_id).execution_options(unscoped="who signs in is not known yet")


def _print_of(login: str) -> str:
    return sealing.keyed_digest(f"login {login.casefold()}".encode()).hex()[:12]


def _waiting() -> UserSession | None:
    """Return the session that waits for its code, if there is one and it has not waited too long."""
    row = sessions.of_number(db.session(), session.get(NUMBER, ""))
    if row is None or not row.awaits_code or row.ended_at is not None:
        return None
    return row if sessions.terms_of(current_app.config).lapsed(row) is None else None


def _why_over() -> str:
    """Return why the session this browser comes with is over, and forget its number; nothing for a stranger."""
    number = session.pop(NUMBER, None)
    row = sessions.of_number(db.session(), str(number)) if number else None
    if row is None or row.awaits_code:
        return ""
    why = row.ended_why or sessions.terms_of(current_app.config).lapsed(row)
    return _OVER.get(Ended(why), "") if why else ""


def _only_unit() -> str:
    """Return the short name of the unit the door belongs to; a door of several units names none of them."""
    names = db.session.scalars(select(ServiceUnit.short_name).limit(2)).all()
    return names[0] if len(names) == 1 else ""


def _form(back: str | None, said: str = "", verdict: Verdict | None = None, *, notice: str = "") -> Any:
    return _drawn(
        "login.html", back, said, verdict, notice=notice, username=request.form.get("username", ""),
        hint="Забыли пароль? Новый выдаст администратор центра.",
    )  # fmt: skip


def _code_form(back: str | None, said: str = "", verdict: Verdict | None = None) -> Any:
    return _drawn("login_code.html", back, said, verdict)


def _drawn(template: str, back: str | None, said: str, verdict: Verdict | None, **more: str) -> Any:
    error = lockout.said(verdict, said) if verdict is not None else said
    page = render_template(template, error=error, next=back or "", unit_name=_only_unit(), **more)
    if verdict is None or not verdict.wait:
        return page
    answer = make_response(page, 429)
    answer.headers["Retry-After"] = str(verdict.wait)
    return answer
