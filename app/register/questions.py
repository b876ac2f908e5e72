"""A page of questions made for one record: its fields depend on what the record is about, so no Spec can name them.

As many scores as there are children, a result for each problem: the slice makes the fields and one rule takes all the
answers. Typed text is kept on a refusal and as a draft, and whoever was overtaken is told so before anything is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, render_template, request
from werkzeug.wrappers import Response

from app import acting
from app.register.desk import Desk
from app.register.editing import STALE, Refused, committed
from app.register.field import Field
from app.register.forms import empty_form, parts_of, read_form, refusal_of
from app.register.pages import FormPage
from app.register.spec import Group, names_in

if TYPE_CHECKING:
    from app.register.view import Register

OVERTAKEN = "Пока вы писали, здесь уже сохранили другое. Всё набранное на месте: проверьте и сохраните ещё раз."


@dataclass(frozen=True)
class Questions:
    """What is asked: groups of fields as (legend, fields), what is known already by the fields' names, and the words.

    *verb* is the last part of the route's address, which tells the drafts of one page from those of another.
    """

    verb: str
    title: str
    intro: str
    groups: Sequence[tuple[str, Sequence[Field]]]
    known: Mapping[str, Any]
    done: str


def ask(
    register: Register, record: Any, questions: Questions, rule: Callable[[dict[str, Any]], object]
) -> Response | str:
    """Draw the page of *questions* about *record*, or take the answers by *rule* and go back to the card."""
    session, card = register.session, register.url("show", pk=record.id)
    fields = {field.name: field for _, some in questions.groups for field in some}
    groups = tuple(Group(legend, tuple(field.name for field in some)) for legend, some in questions.groups)
    spec = replace(register.spec, fields=fields)
    desk = Desk(register, acting.actor(), questions.verb, record.id, url=request.path, title=questions.title)
    version = request.form.get("row_version", "") if request.method == "POST" else str(record.version)
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        abort(400)

    def draw(form: Any, error: str = "") -> str:
        page = FormPage(
            title=questions.title,
            url=request.path,
            parts=parts_of(form, register.lookup_url),
            intro=questions.intro,
            error=error,
            hidden=(("row_version", str(record.version)),),
            cancel_url=card,
            crumbs=(*register.crumbs(), (str(record), card)),
            draft=desk.drawn(desk.token(), record.version),
        )
        return render_template("register/form.html", page=page)

    if request.method == "GET" and desk.typed is None:
        return draw(empty_form(spec, groups, questions.known))
    form = read_form(session, spec, groups, desk.typed if desk.typed is not None else request.form, None)
    if request.method == "GET":
        form.errors.clear()
        return draw(form)
    if g.get("stale_form"):
        return draw(form, STALE)
    if form.errors:
        return draw(form, refusal_of(form, "Не сохранено"))
    if int(version) != record.version:
        return draw(form, OVERTAKEN)

    def step() -> None:
        rule({name: form.values[name] for name in names_in(groups)})
        desk.saved(record)

    try:
        committed(session, step)
    except Refused as refusal:
        placed = form.refuse(refusal.sentence, refusal.field)
        return draw(form, refusal_of(form, "Не сохранено") if placed else refusal.sentence)
    flash(questions.done, "ok")
    return redirect(card)
