"""The step that changes many records: the register's own rule over each, what it did and would do, the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.base import Model, RuleBroken
from app.journal import as_text
from app.register import lists, steps
from app.register.actions import run_over
from app.register.field import OUT_OF_SIGHT, shown
from app.register.forms import Bound
from app.register.locks import locks_on
from app.register.models import BulkStep
from app.register.saving import give_receipt
from app.register.spec import Spec

if TYPE_CHECKING:
    from app.register.view import Register

SINCE_SEEN = "Изменено, пока вы смотрели. Оставлено как есть."


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
    locked = locks_on(session, spec, values, records)
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
        for lock in locked.of(spec, values, record).values():
            raise RuleBroken(lock.reason)
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
