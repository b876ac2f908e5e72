"""The pages around a list: its columns, and the views kept above it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, render_template, request
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app import acting
from app.acting import Actor
from app.register import lists
from app.register.access import may
from app.register.editing import Refused, committed
from app.register.models import SavedView
from app.register.pages import FieldView
from app.register.spec import Spec
from app.register.state import BadState, ListState, Usual
from app.register.views_kept import (
    LONGEST_NAME,
    Kept,
    KeptView,
    Opened,
    change_view,
    kept,
    may_be_kept,
    opened,
    query_of,
    remember,
    remove_view,
    renew_view,
    save_view,
)
from app.roles import CODES

if TYPE_CHECKING:
    from app.register.view import Register

log = logging.getLogger(__name__)

# ---- how a person left the list ----------------------------------------------------------------------


def usual_query(state: ListState) -> str:
    """Return columns, order and page size of *state* as they are remembered."""
    return urlencode(ListState(sort=state.sort, size=state.size, columns=state.columns).look())


def remember_after(response: Response, register: Register, found: Opened) -> None:
    """Remember the order and page size the address asked for, once the page has been sent.

    A list is a reading request and waits for nobody who writes, so this is a short transaction of its own, and only
    when something has changed. If the database is busy even then, the list just opens as before.
    """
    state = found.state
    if not found.is_plain or (state.sort, state.size) == (state.usual.sort, state.usual.size):
        return
    query = usual_query(ListState(sort=state.sort, size=state.size, columns=state.usual.columns))
    engine, by = register.session.get_bind(), acting.actor()
    assert isinstance(engine, Engine)  # the session of a request is bound to the engine
    key = register.key

    def write() -> None:
        try:
            with acting.acting(by, writing=True), Session(engine) as own:
                remember(own, key, query, by=by)
                own.commit()
        except OperationalError:
            log.info("the order of the list %s was not remembered: the database is busy", key)

    response.call_on_close(write)


def arrange(register: Register) -> Response:
    """Take the columns of the list in their order, or put the list back as it was delivered."""
    spec, by = register.seen_spec(), acting.actor()
    found = _opened(register, spec, request.args)
    state, here = found.state, register.url("list")
    if "reset" in request.form:
        committed(register.session, lambda: remember(register.session, register.key, "", by=by))
        flash("Список снова как в начале.", "ok")
        return redirect(f"{here}?open={found.view.id}" if found.view else f"{here}?view=0")
    names = list(dict.fromkeys(request.form.getlist("col")))
    known = (*spec.columns, *spec.extra_columns)
    if any(name not in known for name in names):
        abort(400, description="Такого столбца в списке нет.")
    names = _moved(names, request.form.get("up"), request.form.get("down")) or list(spec.columns)
    columns = () if tuple(names) == spec.columns else tuple(names)
    anchor = "#columns" if {"up", "down"} & request.form.keys() else ""
    if not found.is_plain:  # Inside a view the columns are the view's; they are kept with it if the person wants.
        return redirect(state.url(here, columns=columns or spec.columns, page=state.page) + anchor)
    usual = Usual(state.sort, state.size, columns)
    query = urlencode(ListState(sort=usual.sort, size=usual.size, columns=columns).look())
    committed(register.session, lambda: remember(register.session, register.key, query, by=by))
    return redirect(state.url(here, columns=columns, usual=usual, page=state.page) + anchor)


def _moved(names: list[str], up: str | None, down: str | None) -> list[str]:
    """Return *names* with one of them a place nearer to the beginning or to the end."""
    for name, step in ((up, -1), (down, 1)):
        if name in names:
            at = names.index(name)
            to = at + step
            if 0 <= to < len(names):
                names[at], names[to] = names[to], names[at]
    return names


def _opened(register: Register, spec: Spec, args: MultiDict[str, str]) -> Opened:
    try:
        return opened(register.session, spec, args, acting.actor())
    except BadState as refusal:
        abort(400, description=str(refusal))


# ---- saved views -------------------------------------------------------------------------------------


def views(register: Register) -> Response | str:
    """Show the views of the list with the form that keeps the present one, and do what is asked with them."""
    if request.method == "GET":
        return _page(register, request.args)
    sent = request.form
    wanted = MultiDict(parse_qsl(sent.get("query", ""), keep_blank_values=True))
    spec, by, session = register.seen_spec(), acting.actor(), register.session
    found = _opened(register, spec, wanted)
    role = sent.get("role") or None
    if role is not None and (not may(register, "share_views") or role not in dict(_roles(by))):
        abort(403)
    name, default, what = sent.get("name", ""), "default" in sent, sent.get("do")

    def step() -> str:
        if what == "save":
            view = save_view(
                session, register.key, name, query_of(spec, found.state), by=by, role=role, default=default
            )
            session.flush()
            return f"?open={view.id}"
        view = _view_or_404(session, register, sent.get("view", ""))
        if what == "renew":
            renew_view(view, query_of(spec, found.state), by=by)
            return f"?open={view.id}"
        if what == "change":
            change_view(view, by=by, name=name, role=role, default=default)
        elif what == "remove":
            remove_view(view, by=by, may_share=may(register, "share_views"))
        else:
            abort(400)
        return ""

    try:
        target = committed(session, step)
    except Refused as refusal:
        return _page(register, wanted, refused=(sent.get("view", ""), name, refusal.sentence))
    if target:
        flash("Вид сохранён.", "ok")
        return redirect(register.url("list") + target)
    flash("Вид удалён." if what == "remove" else "Сохранено.", "ok")
    return redirect(register.url("views"))


def _view_or_404(session: Session, register: Register, pk: str) -> SavedView:
    if not (pk.isascii() and pk.isdigit() and len(pk) < 10):
        abort(404)
    wanted = select(SavedView).where(SavedView.id == int(pk), SavedView.register == register.key)
    view = session.scalars(wanted).one_or_none()
    by = acting.actor()
    if view is None or (view.user_id != by.user_id and view.role not in by.roles):
        abort(404)
    return view


def _roles(by: Actor) -> list[tuple[str, str]]:
    """Return the roles a view can be shared with, as (code, name): the delivered ones and the person's own."""
    delivered = [(code, name) for name, code in CODES.items()]
    return delivered + [(role, role) for role in sorted(by.roles - set(CODES.values()))]


def _page(register: Register, args: MultiDict[str, str], refused: tuple[str, str, str] | None = None) -> str:
    spec, by = register.seen_spec(), acting.actor()
    found = _opened(register, spec, args)
    state, shares = found.state, may(register, "share_views")
    titles = lists.ref_titles(register.session, spec, state)
    here = register.url("list")
    staying = tuple(one for one in state.conditions if may_be_kept(spec, one))
    names = state.columns or spec.columns
    roles = _roles(by) if shares else []
    known: Kept = kept(register.session, register.key, by)
    page: dict[str, Any] = {
        "title": f"Виды списка «{spec.many}»",
        "url": register.url("views"),
        "query": urlencode(state.pairs()),
        "has_state": bool(args),
        "chips": lists.chips(spec, ListState(conditions=staying), here, titles),
        "typed": bool(state.query) or len(staying) < len(state.conditions),
        "columns": ", ".join(spec.fields[name].said for name in names),
        "order": _order_words(spec, state),
        "size": state.size,
        "fields": _fields(roles, None, refused if refused and not refused[0] else None),
        "renew": found.view if found.view is not None and found.view.own else None,
        "own": [
            (view, _fields(roles, view, refused if refused and refused[0] == str(view.id) else None))
            for view in known.views
            if view.own
        ],
        "shared": [view for view in known.views if not view.own],
        "shares": shares,
        "error": refused[2] if refused else "",
        "list_url": here,
        "crumbs": register.crumbs(),
        "back_url": state.url(here),
    }
    return render_template("register/views.html", page=page)


def _order_words(spec: Spec, state: ListState) -> str:
    name, down = (state.sort.removeprefix("-"), state.sort.startswith("-")) if state.sort else spec.order
    if name not in spec.fields:
        return "обычный"
    return spec.fields[name].said + (", по убыванию" if down else "")


def _fields(
    roles: list[tuple[str, str]], view: KeptView | None, refused: tuple[str, str, str] | None
) -> tuple[FieldView, ...]:
    name = refused[1] if refused else view.name if view else ""
    made = [
        FieldView(
            "name", "Название", "line", name, required=True, max_length=LONGEST_NAME, span=6,
            error=refused[2] if refused else "",
        )
    ]  # fmt: skip
    if roles:
        role = view.role or "" if view else ""
        made.append(
            FieldView(
                "role", "Показывать роли", "choice", role, choices=(("", "только мне"), *roles), required=True, span=3
            )
        )
    default = "1" if view is not None and view.is_default else ""
    made.append(FieldView("default", "Открывать по умолчанию", "flag", default, span=3))
    return tuple(made)
