"""Accounts: who signs in, with which roles, and the one-time password that is shown once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request
from flask_appbuilder import expose
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import acting
from app.acting import Actor
from app.base import Choice, RuleBroken
from app.door import second_step
from app.door.passwords import one_time_password
from app.organisation import inside, rules
from app.organisation.inside_views import open_sessions, own_or_404
from app.organisation.models import Account
from app.register.access import PK, access, key_in, may
from app.register.actions import action
from app.register.editing import Refused, committed
from app.register.field import Field, local, shown
from app.register.forms import Bound, empty_form, parts_of, read_form, refusal_of
from app.register.pages import Act, Badge, Cell, FormPage
from app.register.spec import Group, Spec
from app.register.view import Register
from app.register.view import shown as column_of
from app.terms import say

_CLOSE = "Закрыть вход? Сотрудник сразу выйдет из системы и больше не войдёт. Его дела и записи останутся."
_RENEW = "Выдать новый пароль? Прежний перестанет подходить, сотрудник выйдет из системы."


def role_choices(names: list[str]) -> type[Choice]:
    """Return the closed list of roles a form offers."""
    # Enum's own way to make a list at run time; a type checker takes the call for a look-up.
    make: Any = Choice
    made: type[Choice] = make("RoleChoice", [(f"R{at}", (name, name)) for at, name in enumerate(names)])
    return made


class Accounts(Register):
    """Logins of the staff: opened, given roles and new passwords, closed by rules; never deleted."""

    key = "accounts"
    datamodel = Account
    title = "Учётные записи", "Учётная запись"
    list_columns = ["staff_id", "login", "roles", "last_entry", "state"]
    show_columns = ["staff_id", "login", "roles", "last_entry", "state"]
    phone_columns = ["staff_id", "state"]
    overview_template = "account/overview.html"
    filter_columns = []
    order = "staff_id"
    eager = ["user.roles"]
    search_through = ["staff"]
    placeholder = "Фамилия или должность сотрудника"
    add_label = "Открыть вход"
    intro = "Кто входит в систему и что ему можно. Права ролей меняются на странице «Роли и права»."

    @column_of("Имя для входа")
    def login(self, account: Account) -> str:
        """The login."""
        return str(account.user.username)

    @column_of("Роли")
    def roles(self, account: Account) -> str:
        """The roles, by name."""
        return ", ".join(sorted(role.name for role in account.user.roles))

    @column_of("Последний вход")
    def last_entry(self, account: Account) -> Cell:
        """When the person last came in."""
        at = account.user.last_login
        # FAB keeps this moment in UTC without saying so.
        return shown(at.replace(tzinfo=dt.UTC), "moment") if at else Cell("ещё не входил", empty=True)

    @column_of("Состояние")
    def state(self, account: Account) -> Cell:
        """Whether the person can come in."""
        one = self.badges(account)[0]
        return Cell(one.text, tone=one.tone, icon=one.icon)

    def badges(self, record: Account) -> tuple[Badge, ...]:
        """Whether the person can come in."""
        if not record.user.active:
            return (Badge("закрыт", "", "lock"),)
        if record.must_change_password:
            return (Badge("ждёт смены пароля", "warn", "key"),)
        return (Badge("открыт", "ok", "check-circle"),)

    def overview(self, session: Session, record: Account) -> dict[str, object]:
        """Where the person is inside now, and what is asked for at the door."""
        return {
            "inside": open_sessions(session, record),
            "second_step_on": second_step.is_on(session, record.user_id),
            "may_end": may(self, "work"),
            "end_all_url": self.url("end_sessions", pk=record.id),
            "reset_url": self.url("reset_second_step", pk=record.id),
            "forgive_url": self.url("forgive", pk=record.id),
            "end_url": lambda row: self.url("end_session", pk=record.id, row=row["id"]),
        }

    def card_acts(self, record: Account) -> tuple[Act, ...]:
        """A new password, while the account is open."""
        if not record.user.active or not may(self, "work"):
            return ()
        return (Act("password", "Новый пароль", self.url("password", pk=record.id), icon="key", method="post",
                    confirm=_RENEW),)  # fmt: skip

    # ---- opening and roles ---------------------------------------------------------------------------

    def _asking(self, by: Actor, names: tuple[str, ...], held: list[str]) -> tuple[Spec, tuple[Group, ...]]:
        """Return the spec and group of a form about an account; roles above one's own are not offered."""
        offered = rules.grantable(by)
        fields = {
            "staff_id": replace(self.every_field["staff_id"], required=True),
            "username": Field("username", "Имя для входа", "line", required=True, max_length=32,
                              hint="Латинские буквы и цифры, например: ivanova"),
            "roles": Field("roles", "Роли", "choices", required=True,
                           choices=role_choices([*offered, *(name for name in held if name not in offered)])),
        }  # fmt: skip
        return replace(self.spec, fields={**self.spec.fields, **fields}), (Group("", names),)

    def _draw(self, form: Bound, title: str, url: str, cancel: str, save: str, error: str = "", intro: str = "") -> str:
        page = FormPage(title=title, url=url, parts=parts_of(form, self.lookup_url), intro=intro, save=save,
                        error=error, cancel_url=cancel, crumbs=self.crumbs())  # fmt: skip
        return render_template("register/form.html", page=page)

    @expose("/add", methods=["GET", "POST"])
    @access("add")
    def add(self) -> Response | str:
        """Open an account for a staff member; its one-time password is shown once, on the answer."""
        by, here, back = acting.actor(), self.url("add"), self.url("list")
        spec, groups = self._asking(by, ("staff_id", "username", "roles"), [])
        intro = "Пароль система придумает сама и покажет один раз. При первом входе сотрудник сменит его на свой."

        def draw(form: Bound, error: str = "") -> str:
            return self._draw(form, say(self.add_label), here, back, "Открыть вход", error, intro)

        if request.method == "GET":
            given = request.args.get("staff_id", "")
            known = self.linked({"staff_id": int(given)}, "staff_id") if given.isdecimal() and len(given) < 10 else None
            return draw(empty_form(spec, groups, {"staff_id": known} if known else {}))
        form = read_form(self.session, spec, groups, request.form, None)
        if form.errors:
            return draw(form, refusal_of(form, "Вход не открыт"))
        password = one_time_password()

        def step() -> Account:
            staff = self.linked(dict(form.values), "staff_id")
            roles = [str(role) for role in form.values["roles"]]
            return rules.make_account(self.session, staff, form.values["username"], password, roles, by=by)

        try:
            account = committed(self.session, step, form)
        except Refused as refusal:
            placed = form.refuse(refusal.sentence, refusal.field)
            return draw(form, refusal_of(form, "Вход не открыт") if placed else refusal.sentence)
        return self._show_once(account, password)

    @expose(f"/edit/{PK}", methods=["GET", "POST"])
    @access("edit")
    def edit(self, pk: int) -> Response | str:
        """The roles of an account."""
        by, account = acting.actor(), self.record_or_404(pk)
        here, back = self.url("edit", pk=pk), self.url("show", pk=pk)
        held = sorted(role.name for role in account.user.roles)
        spec, groups = self._asking(by, ("roles",), held)
        title = f"Роли входа «{account}»"

        def draw(form: Bound, error: str = "") -> str:
            intro = f"{account.staff.name}, {account.staff.position}. После смены ролей сотрудник войдёт заново."
            return self._draw(form, title, here, back, "Сохранить роли", error, intro)

        if request.method == "GET":
            return draw(empty_form(spec, groups, {"roles": held}))
        form = read_form(self.session, spec, groups, request.form, None)
        if form.errors:
            return draw(form, refusal_of(form, "Роли не изменены"))
        wanted = [str(role) for role in form.values["roles"]]
        try:
            committed(self.session, lambda: rules.set_roles(account, wanted, by=by), form)
        except Refused as refusal:
            account = self.record_or_404(pk)
            placed = form.refuse(refusal.sentence, refusal.field)
            return draw(form, refusal_of(form, "Роли не изменены") if placed else refusal.sentence)
        flash(f"Роли входа «{account}»: {', '.join(sorted(wanted))}.", "ok")
        return redirect(back)

    def remove(self, session: Any, record: Account, by: Actor) -> None:
        """An account is closed, never deleted: the journal speaks of it."""
        raise RuleBroken("Вход не удаляют, а закрывают: на него ссылается журнал.")

    # ---- password and closing ------------------------------------------------------------------------

    @expose(f"/password/{PK}", methods=["POST"])
    @access("work")
    def password(self, pk: int) -> Response | str:
        """Set a one-time password and show it once."""
        by, account = acting.actor(), self.record_or_404(pk)
        try:
            password = committed(self.session, lambda: rules.give_new_password(account, by=by))
        except Refused as refusal:
            flash(refusal.sentence, "bad")
            return redirect(self.url("show", pk=pk))
        return self._show_once(account, password)

    def _done(self, account: Account, step: Callable[[], object], said: str) -> Response:
        back = self.url("show", pk=account.id)
        try:
            committed(self.session, step)
        except Refused as refusal:
            flash(refusal.sentence, "bad")
        else:
            flash(said, "ok")
        return redirect(back)

    @expose(f"/sessions/{PK}/end", methods=["POST"])
    @access("work")
    def end_sessions(self, pk: int) -> Response:
        """End every session of the account: the person must sign in again everywhere."""
        by, account = acting.actor(), self.record_or_404(pk)
        return self._done(account, lambda: inside.end_sessions(account, by=by), f"Все входы «{account}» закончены.")

    @expose(f"/sessions/{PK}/end/{key_in('row')}", methods=["POST"])
    @access("work")
    def end_session(self, pk: int, row: int) -> Response:
        """End one session of the account."""
        by, account = acting.actor(), self.record_or_404(pk)
        found = own_or_404(self.session, account, row)
        return self._done(account, lambda: inside.end_session(account, found, by=by), "Вход закончен.")

    @expose(f"/second-step/{PK}/off", methods=["POST"])
    @access("work")
    def reset_second_step(self, pk: int) -> Response:
        """Take the second step away: the phone is lost, and the recovery codes too."""
        by, account = acting.actor(), self.record_or_404(pk)
        said = f"Вход с кодом для «{account}» выключен. Сотрудник войдёт по паролю и настроит код заново."
        return self._done(account, lambda: inside.reset_second_step(account, by=by), said)

    @expose(f"/forgive/{PK}", methods=["POST"])
    @access("work")
    def forgive(self, pk: int) -> Response:
        """Let the person try again at once after wrong passwords."""
        by, account = acting.actor(), self.record_or_404(pk)
        return self._done(account, lambda: inside.forgive_failures(account, by=by), "Можно пробовать снова.")

    def _show_once(self, account: Account, password: str) -> str:
        """Answer with the password itself: neither an address nor a cookie ever holds it."""
        return render_template(
            "account/one_time.html",
            title=f"Пароль для входа «{account}»",
            staff=f"{account.staff.name}, {account.staff.position}",
            username=account.user.username,
            password=password,
            crumbs=self.crumbs(),
            back_url=self.url("show", pk=account.id),
            at=local(acting.now()),
        )

    @action("close", "Закрыть вход", icon="lock", tone="danger", multiple=False, confirm=_CLOSE,
            done="Вход закрыт.", when=lambda account: account.user.active)  # fmt: skip
    def close(self, account: Account, *, by: Actor) -> None:
        """Close the account."""
        rules.deactivate_account(account, by=by)

    @action("reopen", "Открыть снова", icon="unlock", multiple=False, done="Вход снова открыт.",
            when=lambda account: not account.user.active)  # fmt: skip
    def reopen(self, account: Account, *, by: Actor) -> None:
        """Open a closed account again."""
        rules.reopen_account(account, by=by)
