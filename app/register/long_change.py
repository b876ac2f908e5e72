"""Changing fields of very many records as a job: the person need not wait at the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.acting import Actor
from app.base import RuleBroken
from app.jobs.progress import Progress
from app.jobs.rules import start
from app.jobs.tasks import Asked, Outcome, Right, job
from app.register.forms import Bound, read_form
from app.register.many import change_seen
from app.register.registry import registers
from app.register.spec import Group
from app.words import counted

if TYPE_CHECKING:
    from app.register.view import Register

LONG = 300
"""Up to so many records a person waits for the end; more of them are a job."""
NAMED = 20
"""Skipped records told by name."""


def begin(register: Register, form: Bound, seen: dict[int, int], token: str, *, by: Actor) -> Response:
    """Start the job, commit, and lead to its page."""
    typed = [(name, value) for name in form.names for value in form.raw[name]]
    typed += [(f"{name}.text", form.texts[name]) for name in form.names if form.texts.get(name)]
    asked = {
        "register": register.key,
        "names": list(form.names),
        "typed": typed,
        "seen": [[pk, version] for pk, version in seen.items()],
        "token": token,
        "steps_url": register.url("steps"),
    }
    pk = start(register.session, by, "change.many", asked, f"{register.spec.many}: изменение полей", len(seen)).id
    register.session.commit()
    return redirect(url_for("Work.show", pk=pk))


def _may_change(asked: Asked) -> tuple[Right, ...]:
    return (("can_edit", asked["register"]), ("can_bulk_edit", asked["register"]))


@job("change.many", title="Изменение полей у многих", writes=True, rights=_may_change)
def change_many(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
    """Change what the person was shown; records changed or deleted since are left and told.

    Raises:
        RuleBroken: a value cannot be written any more.
    """
    register = registers().by_key[asked["register"]]
    groups = (Group("", tuple(asked["names"])),)
    typed = MultiDict([(name, value) for name, value in asked["typed"]])
    form = read_form(session, register.seen_spec(), groups, typed, None)
    if form.errors:
        raise RuleBroken(f"Поля не изменены: {'; '.join(form.errors.values())}")
    seen = dict(asked["seen"])
    done = change_seen(
        register, form, seen, asked["token"], by=by,
        each=lambda records: progress.each(records, "Меняются карточки", len(seen)),
    )  # fmt: skip
    said = f"Изменено: {counted(len(done.outcome.lines), 'карточка', 'карточки', 'карточек')}."
    if done.skipped:
        told = " ".join(f"{title}: {why}" for title, why in done.skipped[:NAMED])
        rest = f" И ещё {len(done.skipped) - NAMED}." if len(done.skipped) > NAMED else ""
        said += f" Пропущено {len(done.skipped)}. {told}{rest}"
    return Outcome(said, next_url=asked["steps_url"])
