"""Changing fields of many records: which fields, a preview of what each record will hold, the doing, the way back.

The preview is the step itself in a transaction that is rolled back, so what a rule would refuse is known before. It
carries the version of every record: one that somebody has changed meanwhile is left alone and named.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app import acting
from app.acting import Actor
from app.base import Model, RuleBroken
from app.journal import as_text
from app.register import lists, long_change, steps
from app.register.access import may
from app.register.actions import run_over
from app.register.editing import Refused, committed, safe_back
from app.register.field import OUT_OF_SIGHT, local, shown
from app.register.forms import Bound, empty_form, read_form, refusal_of, view_of
from app.register.models import BulkStep
from app.register.saving import give_receipt, sent_before
from app.register.spec import Group, Spec
from app.words import counted

if TYPE_CHECKING:
    from app.register.view import Register

MOST = 2_000
"""Records one request may change: some seconds in which nobody else on SQLite can save."""

CHANGE = "change-many"
"""The name of the button; no method can have it, so no declared action collides."""

SINCE_SEEN = "Изменено, пока вы смотрели. Оставлено как есть."
_LONGEST_IDS = 40_000


@dataclass(frozen=True)
class Line:
    """One record of the preview with what changes: (label, now, then), nothing for an empty value."""

    id: int
    version: int
    title: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass
class Outcome:
    """What a step did, or would do: changed records, the skipped with the reason, how many already were so."""

    lines: list[Line] = field(default_factory=list)
    made: list[steps.Made] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    same: int = 0


def allowed(register: Register) -> bool:
    """Whether the signed-in person may change many records of *register* at once."""
    return not register.fixed_rows and may(register, "edit") and may(register, "bulk_edit")


def editable(spec: Spec) -> tuple[str, ...]:
    """Return the fields that can be the same for many: those of the form, but none that is unique to a record."""
    return tuple(
        name for group in spec.edit for name in group.names if spec.fields[name].stored and not spec.fields[name].unique
    )


# ---- the step ----------------------------------------------------------------------------------------


def change_each(
    register: Register,
    records: Sequence[Model],
    values: dict[str, Any],
    *,
    by: Actor,
    versions: dict[int, int] | None = None,
    each: Callable[[Sequence[Model]], Iterable[Model]] = iter,
) -> Outcome:
    """Write *values* into each record by the register's own ``change``; a refusal skips the record and is told.

    With *versions* a record that no longer has the version seen is skipped. The caller commits or rolls back.
    """
    session, spec, outcome = register.session, register.seen_spec(), Outcome()
    titles = _link_titles(session, spec, records, values)

    def words(name: str, value: Any) -> str:
        made = spec.fields[name]
        if made.target is not None:
            return titles.get((name, value), OUT_OF_SIGHT) if value is not None else ""
        cell = shown(value, made.kind, made.scale)
        return "" if cell.empty else cell.text

    def one(record: Any, *, by: Actor) -> None:
        title, version = str(record), record.version
        if versions is not None and versions.get(record.id) != version:
            raise RuleBroken(SINCE_SEEN)
        before = {name: getattr(record, name) for name in values}
        if all(as_text(before[name]) == as_text(value) for name, value in values.items()):
            outcome.same += 1
            return
        register.change(record, {**steps.standing(register, record), **values}, by)
        session.flush()
        changed = {name: old for name, old in before.items() if as_text(old) != as_text(getattr(record, name))}
        changes = tuple(
            (spec.fields[name].said, words(name, old), words(name, getattr(record, name)))
            for name, old in changed.items()
        )
        outcome.lines.append(Line(record.id, version, title, changes))
        outcome.made.append(steps.Made(record, changed))

    outcome.skipped = list(run_over(session, each(records), one, by=by, values={}).skipped)
    return outcome


def _link_titles(
    session: Session, spec: Spec, records: Sequence[Model], values: dict[str, Any]
) -> dict[tuple[str, int], str]:
    """Return the words of every link met, one query a field."""
    made: dict[tuple[str, int], str] = {}
    for name, value in values.items():
        target = spec.fields[name].target
        if target is None:
            continue
        ids = {pk for pk in (value, *(getattr(record, name) for record in records)) if pk is not None}
        for linked in session.scalars(select(target).where(target.id.in_(ids))):
            made[name, linked.id] = str(linked)
    return made


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


@dataclass(frozen=True)
class Done:
    """A change of many as it was done: its outcome, the step that undoes it, how many records were gone by then."""

    outcome: Outcome
    step: BulkStep | None
    gone: int

    @property
    def skipped(self) -> tuple[tuple[str, str], ...]:
        """What was left as it is, with the reason."""
        return (*self.outcome.skipped, *((("Удалённые строки", f"Их больше нет: {self.gone}."),) if self.gone else ()))


def change_seen(
    register: Register,
    form: Bound,
    seen: dict[int, int],
    token: str,
    *,
    by: Actor,
    each: Callable[[Sequence[Model]], Iterable[Model]] = iter,
) -> Done:
    """Write the values of *form* into the records *seen* with their versions, and keep the way back.

    Every record passes through *each* on its way, to be counted. The caller commits.
    """
    session, spec = register.session, register.seen_spec()
    records = lists.fetch(session, register.spec, list(seen), ())
    outcome, kept = change_each(register, records, form.values, by=by, versions=seen, each=each), None
    if outcome.made:
        labels = ", ".join(spec.fields[name].said for name in form.names)
        kept = steps.keep(session, register.key, f"{spec.many}, изменены поля: {labels}"[:250], outcome.made, by=by)
        give_receipt(session, token, kept, by)
    return Done(outcome, kept, len(seen) - len(records))


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
