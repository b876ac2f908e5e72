"""The routes of actions: ask for what the rule needs, run it on one record or over ticked rows, tell what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, render_template, request
from werkzeug.wrappers import Response

from app import acting
from app.register import bulk_edit, lists
from app.register.access import may
from app.register.actions import MOST, RegisterAction, asking_spec, run_over
from app.register.desk import Desk
from app.register.editing import STALE, Refused, committed
from app.register.forms import empty_form, parts_of, read_form, refusal_of
from app.register.locks import locks_of
from app.register.pages import Drafting, FormPage
from app.register.spec import Spec, names_in
from app.register.state import ListState

if TYPE_CHECKING:
    from app.register.view import Register


def on_one(register: Register, name: str, pk: int) -> Response | str:
    """Do one action on one record. GET asks; only POST with a token does."""
    made = _action_or_404(register, name, multiple=False)
    record = register.record_or_404(pk)
    here = register.url("show", pk=pk)
    spec, groups = asking_spec(register.spec, made, register.every_field, record)
    closed = locks_of(register.session, spec, names_in(groups), record)
    # A question without anything to type needs no draft.
    desk = Desk(register, acting.actor(), name, pk, url=request.path, title=f"{made.label}: {record}")
    draft = desk.drawn(desk.token()) if made.asks else None
    if desk.typed is not None:
        begun = read_form(register.session, spec, groups, desk.typed, None, closed)
        begun.errors.clear()
        return _ask(register, made, request.path, made.confirm, begun, (), here, draft=draft)
    if request.method == "GET" or ((made.asks or made.confirm) and "sure" not in request.form):
        empty = empty_form(spec, groups, made.presets(record) if made.presets is not None else {}, closed)
        return _ask(register, made, request.path, made.confirm, empty, (), here, draft=draft)
    form = read_form(register.session, spec, groups, request.form, None, closed)
    if g.get("stale_form"):
        return _ask(register, made, request.path, made.confirm, form, (), here, STALE, draft=draft)
    if form.errors:
        return _ask(register, made, request.path, made.confirm, form, (), here, draft=draft)
    rule = made.run

    def step() -> object:
        told = rule(record, by=acting.actor(), **form.values)
        desk.saved(record)
        return told

    try:
        target = committed(register.session, step)
    except Refused as refusal:
        if made.asks:
            placed = form.refuse(refusal.sentence, refusal.field)
            said = "" if placed else refusal.sentence
            return _ask(register, made, request.path, made.confirm, form, (), here, said, draft=draft)
        flash(refusal.sentence, "bad")
        return redirect(here)
    flash(made.done or f"{made.label}: готово.", "ok")
    return redirect(target if isinstance(target, str) else here)


def on_ticked(register: Register) -> Response | str:
    """Do one action over ticked rows: the rule in a loop, the skipped told. A foreign row stops all with 404."""
    name = request.form.get("action", "")
    changing = name == bulk_edit.CHANGE and bulk_edit.allowed(register)
    made = None if changing else _action_or_404(register, name, multiple=True)
    spec = register.seen_spec()
    state = register.opened(spec).state
    back = state.url(register.url("list"))
    most = MOST if made else bulk_edit.MOST
    records = _ticked(register, spec, state, most)
    if not records:
        flash("Отметьте строки, с которыми это сделать.", "warn")
        return redirect(back)
    if len(records) > most:
        flash(f"За один раз можно взять до {most} строк. Сузьте список фильтром.", "warn")
        return redirect(back)
    if made is None:
        return bulk_edit.begin(register, records, back)
    asking, groups = asking_spec(register.spec, made, register.every_field)
    hidden = (("action", made.name), *(("rowid", str(record.id)) for record in records))
    here = state.url(register.url("bulk"))
    question = f"{made.confirm or made.label} Отмечено строк: {len(records)}."
    if (made.asks or made.confirm) and "sure" not in request.form:
        return _ask(register, made, here, question, empty_form(asking, groups, {}), hidden, back)
    form = read_form(register.session, asking, groups, request.form, None)
    if form.errors:
        return _ask(register, made, here, question, form, hidden, back)
    by, rule = acting.actor(), made.run
    try:
        result = committed(
            register.session, lambda: run_over(register.session, records, rule, by=by, values=form.values)
        )
    except Refused as refusal:
        flash(refusal.sentence, "bad")
        return redirect(back)
    if result.skipped:
        return render_template(
            "register/bulk_result.html", title=made.label, done=result.done, skipped=result.skipped, back_url=back
        )
    flash(f"{made.label}: сделано строк — {result.done}.", "ok")
    return redirect(back)


def _action_or_404(register: Register, name: str, *, multiple: bool) -> RegisterAction:
    made = register.register_actions.get(name)
    if made is None or not (made.multiple if multiple else made.single) or not may(register, name, action=True):
        abort(404)
    return made.said()


def _ask(
    register: Register,
    made: RegisterAction,
    url: str,
    question: str,
    form: Any,
    hidden: tuple[tuple[str, str], ...],
    back: str,
    error: str = "",
    draft: Drafting | None = None,
) -> str:
    page = FormPage(
        title=made.label,
        url=url,
        parts=parts_of(form, register.lookup_url),
        intro=question,
        error=error or (refusal_of(form, "Не сделано") if form.errors else ""),
        hidden=(*hidden, ("sure", "1")),
        save=made.label,
        cancel_url=back,
        crumbs=register.crumbs(),
        draft=draft,
    )
    return render_template("register/form.html", page=page)


def _ticked(register: Register, spec: Spec, state: ListState, most: int) -> Any:
    if request.form.get("all") == "1":
        ids = register.session.scalars(lists.matching(register.session, spec, state).limit(most + 1)).all()
    else:
        typed = dict.fromkeys(request.form.getlist("rowid"))
        if any(not (t.isascii() and t.isdigit() and len(t) < 10) for t in typed) or len(typed) > most:
            abort(400)
        ids = list(dict.fromkeys(map(int, typed)))  # «1» and «01» are one row.
    records = lists.fetch(register.session, register.spec, ids, ())
    return records if len(records) == len(ids) else abort(404)
