"""Changing fields of many records: which fields, a preview of what each record will hold, the doing, the way back.

The preview is the step itself in a transaction that is rolled back, so what a rule would refuse is known before. It
carries the version of every record: one that somebody has changed meanwhile is left alone and named.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app import acting
from app.base import Model
from app.register import lists, long_change, steps
from app.register.access import may
from app.register.editing import Refused, committed, safe_back
from app.register.field import local
from app.register.forms import Bound, empty_form, read_form, refusal_of, view_of
from app.register.many import Done, change_each, change_seen
from app.register.models import BulkStep
from app.register.saving import sent_before
from app.register.spec import Group, Spec
from app.words import counted

if TYPE_CHECKING:
    from app.register.view import Register

MOST = 2_000
"""Records one request may change: some seconds in which nobody else on SQLite can save."""

CHANGE = "change-many"
"""The name of the button; no method can have it, so no declared action collides."""

_LONGEST_IDS = 40_000


def allowed(register: Register) -> bool:
    """Whether the signed-in person may change many records of *register* at once."""
    return not register.fixed_rows and may(register, "edit") and may(register, "bulk_edit")


def editable(spec: Spec) -> tuple[str, ...]:
    """Return the fields that can be the same for many: those of the form, but none that is unique to a record."""
    return tuple(
        name for group in spec.edit for name in group.names if spec.fields[name].stored and not spec.fields[name].unique
    )


# ---- the pages ---------------------------------------------------------------------------------------


def begin(register: Register, records: Sequence[Model], back: str) -> str:
    """Ask which fields of the ticked *records* to change."""
    if not allowed(register):
        abort(404)
    spec = register.seen_spec()
    form = empty_form(spec, (Group("", editable(spec)),), {})
    for name in form.names:
        form.raw[name] = []  # A default of a new record is no wish to change old ones.
    return _ask(register, form, (), [record.id for record in records], back)


def go_on(register: Register) -> Response | str:
    """Take the fields and show the preview, or take the preview and do it."""
    if not allowed(register):
        abort(403)
    spec = register.seen_spec()
    back = safe_back(request.form.get("back")) or register.url("list")
    chosen = tuple(name for name in editable(spec) if name in request.form.getlist("set"))
    form = read_form(register.session, spec, (Group("", chosen),), request.form, None)
    seen = _seen(request.form)
    if request.form.get("step") == "do":
        if form.errors or not chosen:
            abort(400)
        return _do(register, form, seen, back)
    whole = replace_groups(form, spec, request.form)
    if not chosen:
        return _ask(register, whole, (), list(seen), back, "Отметьте хотя бы одно поле, которое изменить.")
    if form.errors:
        return _ask(register, whole, chosen, list(seen), back, refusal_of(form, "Не изменено"))
    return _preview(register, form, list(seen), back)


def replace_groups(form: Bound, spec: Spec, sent: MultiDict[str, str]) -> Bound:
    """Return *form* over every editable field, what was typed kept, so that it can be drawn again."""
    names = editable(spec)
    whole = Bound(spec, (Group("", names),), errors=form.errors)
    for name in names:
        whole.raw[name] = form.raw.get(name, sent.getlist(name))
        whole.texts[name] = form.texts.get(name, sent.get(f"{name}.text", ""))
    return whole


def _seen(sent: MultiDict[str, str]) -> dict[int, int]:
    """Read «12:3 13:1», keys with the versions seen; a key alone has none yet."""
    typed = sent.get("rows", "")
    found: dict[int, int] = {}
    for part in typed[:_LONGEST_IDS].split():
        pk, _, version = part.partition(":")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 10 and (version or "0").isdigit() and len(version) < 10):
            abort(400)
        found[int(pk)] = int(version or 0)
    return found if 0 < len(found) <= MOST else abort(400)


def _ask(register: Register, form: Bound, chosen: tuple[str, ...], ids: list[int], back: str, error: str = "") -> str:
    spec = form.spec
    views = [replace(view_of(form, name, register.lookup_url), required=True) for name in form.names]
    return render_template(
        "register/change_many.html",
        title=f"{spec.many}: изменить поля",
        intro=f"Отмечено строк: {len(ids)}. Отметьте поля и напишите, что в них должно стать.",
        fields=[(view, view.name in chosen) for view in views],
        error=error,
        failed=[view for view in views if view.error],
        rows=" ".join(map(str, ids)),
        url=register.url("change_many"),
        steps_url=register.url("steps"),
        back_url=back,
        crumbs=register.crumbs(),
    )


def _preview(register: Register, form: Bound, ids: list[int], back: str) -> str:
    session, spec = register.session, register.seen_spec()
    records = lists.fetch(session, register.spec, ids, ())
    outcome = change_each(register, records, form.values, by=acting.actor())
    session.rollback()
    hidden = [
        ("step", "do"),
        ("back", back),
        ("token", secrets.token_urlsafe(24)),
        ("rows", " ".join(f"{line.id}:{line.version}" for line in outcome.lines)),
        *(("set", name) for name in form.names),
    ]
    for name in form.names:
        hidden += [(name, value) for value in form.raw[name]]
        if form.texts.get(name):
            hidden.append((f"{name}.text", form.texts[name]))
    return render_template(
        "register/change_preview.html",
        title=f"{spec.many}: что изменится",
        outcome=outcome,
        gone=len(ids) - len(records),
        hidden=hidden,
        url=register.url("change_many"),
        back_url=back,
        crumbs=register.crumbs(),
        labels=", ".join(spec.fields[name].said for name in form.names),
    )


def _do(register: Register, form: Bound, seen: dict[int, int], back: str) -> Response | str:
    by, session, spec = acting.actor(), register.session, register.seen_spec()
    token = request.form.get("token", "")
    if not (token.isascii() and 0 < len(token) <= 64):
        abort(400)
    receipt = sent_before(session, token, by)
    if receipt is not None:  # The button was pressed twice; the first press has done it.
        return redirect(register.url("steps"))
    if len(seen) > long_change.LONG:
        return long_change.begin(register, form, seen, token, by=by)
    made: list[Done] = []
    try:
        committed(session, lambda: made.append(change_seen(register, form, seen, token, by=by)))
    except Refused as refusal:
        flash(refusal.sentence, "bad")
        return redirect(back)
    done = made[0]
    return result_page(register, f"{spec.many}: поля изменены", len(done.outcome.lines), done.skipped, back, done.step)


def result_page(
    register: Register,
    title: str,
    done: int,
    skipped: Sequence[tuple[str, str]],
    back: str,
    step: BulkStep | None = None,
) -> str:
    """Tell what became of many records, with the button that undoes it."""
    return render_template(
        "register/bulk_result.html",
        title=title,
        done=done,
        skipped=skipped,
        back_url=back,
        undo_url=register.url("undo", pk=step.id) if step is not None else "",
        until=f"{local(steps.until(step)):%d.%m.%Y, %H:%M}" if step is not None else "",
    )


def steps_page(register: Register) -> str:
    """Show what the person has changed in many records within a day."""
    drawn = [
        {
            "title": step.title,
            "at": f"{local(step.at):%d.%m.%Y, %H:%M}",
            "records": counted(step.records, "карточка", "карточки", "карточек"),
            "undone": step.undone_at is not None,
            "until": f"{local(steps.until(step)):%d.%m.%Y, %H:%M}",
            "url": register.url("undo", pk=step.id),
        }
        for step in steps.own_steps(register.session, register.key, acting.actor())
    ]
    return render_template(
        "register/bulk_steps.html",
        title="Изменено сразу у многих",
        steps=drawn,
        crumbs=register.crumbs(),
        back_url=register.url("list"),
    )


def undo_step(register: Register, pk: int) -> Response | str:
    """Undo one step of the person's own; a foreign or a missing one is 404."""
    by, session = acting.actor(), register.session
    wanted = select(BulkStep).where(
        BulkStep.id == pk, BulkStep.register == register.key, BulkStep.user_id == by.user_id
    )
    step = session.scalars(wanted).one_or_none() or abort(404)
    try:
        undone = committed(session, lambda: steps.undo(step, by=by))
    except Refused as refusal:
        flash(refusal.sentence, "bad")
        return redirect(register.url("steps"))
    if undone.left:
        return result_page(register, "Шаг отменён", undone.done, undone.left, register.url("list"))
    number = counted(undone.done, "карточка", "карточки", "карточек")
    flash(f"Отменено: {step.title}. Как прежде: {number}.", "ok")
    return redirect(register.url("list"))
