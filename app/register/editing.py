"""The add, edit and delete screens: one transaction each, typed data kept on every refusal, no SQL text anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app import acting
from app.base import Model, RuleBroken
from app.register import drafts, looking
from app.register.desk import Desk
from app.register.field import local
from app.register.forms import Bound, empty_form, form_of, parts_of, read_form, refusal_of
from app.register.locks import locks_of, locks_of_new
from app.register.pages import ConflictPage, Drafting, FormPage
from app.register.registry import registers
from app.register.saving import Merge, constraint_in_words, give_receipt, merge, referrers, sent_before
from app.register.spec import Spec, names_in
from app.register.walking import FROM, carried, following

if TYPE_CHECKING:
    from app.register.view import Register

T = TypeVar("T")
STALE = "Форма устарела: вы входили заново. Всё набранное на месте, нажмите «Сохранить» ещё раз."
_PLAIN = re.compile(r"[^\x00-\x20\x7f\\]+")
"""Browsers drop tabs and line ends from an address and read a backslash as a slash: «/␉/host» leads away."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Refused(Exception):
    """The step was refused and rolled back; *sentence* is for the person, *field* where it belongs."""

    def __init__(self, sentence: str, field: str | None) -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field


class Overtaken(Refused):
    """Somebody else saved the record in between."""


def committed(session: Session, step: Callable[[], T], form: Bound | None = None) -> T:
    """Run *step* and commit; on a refusal nothing is saved.

    Raises:
        Overtaken: somebody else saved the record in between.
        Refused: a rule or a constraint said no.
    """
    try:
        result = step()
        session.commit()
    except RuleBroken as refusal:
        session.rollback()
        raise Refused(refusal.sentence, refusal.field) from refusal
    except IntegrityError as error:
        session.rollback()
        raise Refused(*constraint_in_words(error, form)) from error
    except StaleDataError as error:
        session.rollback()
        raise Overtaken(
            "Пока вы работали, эти сведения изменил другой человек. Проверьте и повторите.", None
        ) from error
    return result


def safe_back(typed_url: str | None) -> str | None:
    """Return *typed_url* if it is an address of this site, else None."""
    if typed_url and typed_url.startswith("/") and not typed_url.startswith("//") and _PLAIN.fullmatch(typed_url):
        return typed_url
    return None


def _fixed(register: Register, sent: Any) -> dict[str, Model]:
    """Return the records a form was opened from, by link column; a record out of sight is 404.

    Only a link of the form itself can be fixed: the address and the hidden inputs are in the person's hands.
    """
    found = {}
    for name in names_in(register.seen_spec().add):
        field = register.spec.fields[name]
        if field.target is not None and name in sent and f"{name}.text" not in sent:
            value = sent.get(name, "")
            if not value and request.method == "POST":
                continue  # Nothing was picked where a form offers things of the case at hand.
            if not (value.isascii() and value.isdigit() and len(value) < 10):
                abort(400)
            found[name] = register.session.scalars(
                select(field.target).where(field.target.id == int(value))
            ).one_or_none() or abort(404)
    return found


def _chosen(spec: Spec, sent: Any) -> dict[str, Any]:
    """Return what the link that led to an empty form has chosen in its lists; what they do not hold is passed over."""
    fields = (spec.fields[name] for name in names_in(spec.add))
    return {
        one.name: one.choice(sent[one.name])
        for one in fields
        if one.kind == "choice" and one.name in sent and sent[one.name] in set(one.options)
    }


def _draw(
    register: Register,
    form: Bound,
    *,
    title: str,
    url: str,
    error: str,
    hidden: tuple[tuple[str, str], ...],
    cancel: str,
    draft: Drafting,
    intro: str = "",
    more: str = "",
    following: str = "",
) -> str:
    fixed = tuple((name, str(value)) for name, value in form.fixed.items())
    page = FormPage(
        title=title,
        url=url,
        parts=parts_of(form, register.lookup_url),
        intro=intro,
        error=error,
        hidden=(*hidden, *fixed),
        save_more=more,
        save_next=following,
        draft=draft,
        cancel_url=cancel,
        crumbs=register.crumbs(),
    )
    return render_template("register/form.html", page=page)


def add(register: Register) -> Response | str:
    """The form of a new record."""
    by, session = acting.actor(), register.session
    sent = request.form if request.method == "POST" else request.args
    fixed = _fixed(register, sent)
    spec, given = register.form_spec(fixed), fixed
    # What can be picked on the form is chosen there, wherever it was opened from.
    fixed = {name: record for name, record in given.items() if spec.fields[name].kind != "pick"}
    names = {name: record.id for name, record in fixed.items()}
    title, intro = register.heading_of_new(fixed)
    desk = Desk(
        register, by, "add", *(f"{name}={pk}" for name, pk in names.items()),
        url=register.url("add", **names), title=f"{title} ({intro})" if intro else title,
    )  # fmt: skip
    sent = desk.typed or sent
    back = safe_back(sent.get("back"))
    token = desk.token() if desk.typed else sent.get("token") or desk.token()
    if not _TOKEN.fullmatch(token):
        abort(400)

    closed = locks_of_new(session, spec, names_in(spec.add), names)

    def draw(form: Bound, error: str = "") -> str:
        form.fixed = names
        return _draw(
            register,
            form,
            title=title,
            url=register.url("add"),
            error=error,
            hidden=(("token", token), *((("back", back),) if back else ())),
            cancel=back or register.url("list"),
            draft=desk.drawn(token),
            intro=intro,
            more="Сохранить и добавить ещё",
        )

    if request.method == "GET":
        if desk.typed is None:
            return draw(empty_form(spec, spec.add, {**register.presets(given), **_chosen(spec, sent), **given}, closed))
        form = read_form(session, spec, spec.add, desk.typed, None, closed)
        form.errors.clear()  # What is missing is told when it is saved; a draft is not finished yet.
        return draw(form)
    receipt = sent_before(session, token, by)
    if receipt is not None:
        return redirect(back or register.url("show", pk=receipt.record_id))
    form = read_form(session, spec, spec.add, request.form, None, closed)
    if g.get("stale_form"):
        return draw(form, STALE)
    for name, record in fixed.items():
        form.errors.pop(name, None)
        form.values[name] = record.id
    refuse_closed(session, form)
    if form.errors:
        return draw(form, refusal_of(form, "Не сохранено"))

    def step() -> Model:
        record = register.create(session, form.values, by)
        give_receipt(session, token, record, by)
        desk.saved(record)
        return record

    try:
        record = committed(session, step, form)
    except Refused as refusal:
        receipt = sent_before(session, token, by)
        if receipt is not None:  # The same form arrived twice at once and the other copy was first.
            return redirect(back or register.url("show", pk=receipt.record_id))
        placed = form.refuse(refusal.sentence, refusal.field)
        return draw(form, refusal_of(form, "Не сохранено") if placed else refusal.sentence)
    flash(f"Сохранено: {record}.", "ok")
    if "more" in request.form:
        return redirect(register.url("add", back=back, **names))
    return redirect(register.next_step(record) or back or register.url("show", pk=record.id))


def edit(register: Register, pk: int) -> Response | str:
    """The form of a record: saved, refused with its text kept, joined with another editor's, or shown as a conflict."""
    by, session, spec = acting.actor(), register.session, register.seen_spec()
    record = register.record_or_404(pk, names_in(spec.edit))
    spec = register.form_spec({}, record)
    names = names_in(spec.edit)
    closed = locks_of(session, spec, names, record)
    looking.block("Изменение")
    looking.fields_shown(spec, [name for name in names if name not in closed])
    here = register.url("edit", pk=pk)
    title = f"{spec.one}: {record}"
    desk = Desk(register, by, "edit", pk, url=here, title=title)
    sent = request.form if request.method == "POST" else desk.typed or request.args
    back = safe_back(sent.get("back")) or register.url("show", pk=pk)
    came_from = carried(register)
    version = sent.get("row_version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10 and int(version) <= record.version):
        if request.method == "POST":
            abort(400)
        version = str(record.version)

    def draw(form: Bound, error: str = "") -> str:
        hidden = [("row_version", version), ("back", back), *([(FROM, came_from)] if came_from else [])]
        return _draw(
            register,
            form,
            title=title,
            url=here,
            error=error,
            hidden=tuple(hidden),
            cancel=back,
            draft=desk.drawn(desk.token(), int(version), overtaken=int(version) < record.version),
            following="Сохранить и следующая" if came_from else "",
        )

    if request.method == "GET":
        if desk.typed is None:
            return draw(form_of(spec, spec.edit, record, closed))
        form = read_form(session, spec, spec.edit, desk.typed, record, closed)
        _take_picks(form, record, desk.typed)
        form.errors.clear()
        return draw(form)
    form = read_form(session, spec, spec.edit, request.form, record, closed)
    if g.get("stale_form"):
        return draw(form, STALE)
    _take_picks(form, record, request.form)
    if form.errors:
        return draw(form, refusal_of(form, "Не сохранено"))
    next_pk = following(register, pk) if "next" in request.form else None
    said = f"Сохранено: {record}."

    def step() -> None:
        register.change(record, form.values, by)
        desk.saved(record)

    for _ in range(3):  # Each round another editor may have saved in between; three are enough for people.
        if record.version != int(version):
            joined = merge(session, form, record, int(version))
            if joined.clashes:
                return _conflict(register, form, joined, record, here, back, desk)
            if joined.merged:
                said = f"Сохранено. Пока вы писали, карточку изменил другой человек: {joined.who}. Правки соединены."
        try:
            committed(session, step, form)
        except Overtaken:
            record = register.record_or_404(pk, names)
            continue
        except Refused as refusal:
            record = register.record_or_404(pk, names)
            placed = form.refuse(refusal.sentence, refusal.field)
            return draw(form, refusal_of(form, "Не сохранено") if placed else refusal.sentence)
        flash(said, "ok")
        if next_pk is not None:
            return redirect(register.url("edit", pk=next_pk, **{FROM: came_from}))
        if "next" in request.form:
            flash("Это была последняя карточка списка.", "info")
        return redirect(back)
    return draw(form, "Карточку сейчас меняют другие. Нажмите «Сохранить» ещё раз: всё набранное на месте.")


def refuse_closed(session: Session, form: Bound) -> None:
    """Refuse what a new record says of somebody whose special fields are closed, and a form that must say it.

    Only when the form is sent it tells whom the record is about, unless a card it was opened from did.
    """
    closed = locks_of_new(session, form.spec, names_in(form.groups), form.values)
    for name, lock in closed.items():
        if form.spec.fields[name].required or form.values.get(name) not in (None, "", [], False):
            form.errors[name] = lock.reason


def _take_picks(form: Bound, record: Model, sent: MultiDict[str, str]) -> None:
    """Apply the choices made on the conflict page: «theirs» takes what stands in the record now."""
    for name in form.names:
        if sent.get(f"pick.{name}") == "theirs":
            form.take(name, record)


def _conflict(register: Register, form: Bound, joined: Merge, record: Any, here: str, back: str, desk: Desk) -> str:
    hidden = [("row_version", str(record.version)), ("back", back)]
    hidden.append((drafts.TICKET, desk.drawn(desk.token(), record.version).ticket))
    hidden += [(name, request.form[name]) for name in (FROM, "next") if name in request.form]
    for name in form.names:
        hidden += [(name, value) for value in form.raw[name]]
        if form.texts.get(name):
            hidden.append((f"{name}.text", form.texts[name]))
    page = ConflictPage(
        title=f"{form.spec.one}: {record}",
        url=here,
        who=joined.who,
        when=f"{local(joined.at):%d.%m.%Y, %H:%M}" if joined.at else "",
        clashes=tuple(joined.clashes),
        merged=tuple(joined.merged),
        hidden=tuple(hidden),
        cancel_url=back,
        crumbs=register.crumbs(),
    )
    return render_template("register/conflict.html", page=page)


def delete(register: Register, pk: int) -> Response:
    """Delete a record nothing refers to; otherwise say what does."""
    by, session = acting.actor(), register.session
    record = register.record_or_404(pk)
    title = str(record)
    found = referrers(session, record)
    if found:
        known = {r.model.__tablename__: r.spec.many.lower() for r in registers().by_key.values()}
        words = ", ".join(f"{known.get(table.name, 'другие сведения')} ({number})" for table, number in found)
        flash(f"«{title}» нельзя удалить: с этим связаны {words}.", "bad")
        return redirect(url_for(f"{register.endpoint}.show", pk=pk))
    try:
        committed(session, lambda: register.remove(session, record, by))
    except Refused as refusal:
        flash(refusal.sentence, "bad")
        return redirect(register.url("show", pk=pk))
    flash(f"Удалено: {title}.", "ok")
    return redirect(register.url("list"))
