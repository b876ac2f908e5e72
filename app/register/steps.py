"""The way back from a change of many records: what each held before, kept sealed for a day, and the undoing of it.

Whoever changes many records in one step keeps it here, in the same transaction::

    keep(session, "families", "Изменены поля: Участок", [Made(family, before)], by=by)

A record changed again since then is left as it is and named. Undoing goes by the register's own ``change`` and
``remove``, so no rule is passed by.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app import journal
from app.acting import Actor, now
from app.base import Model, RuleBroken, session_of
from app.journal import as_text
from app.register.field import Field
from app.register.history import value_from_text
from app.register.models import BulkStep
from app.register.registry import registers
from app.register.saving import constraint_in_words
from app.register.views_kept import UNDO_HOURS
from app.words import counted

if TYPE_CHECKING:
    from app.register.view import Register

CHANGED_SINCE = "Изменено после этого шага. Оставлено как есть."


@dataclass(frozen=True)
class Made:
    """One record a step changed: *before* holds the old values by column, None says that the step created it."""

    record: Model
    before: dict[str, Any] | None


@dataclass(frozen=True)
class Undone:
    """What undoing did: how many records are as before, and which were left, each with the reason."""

    done: int
    left: tuple[tuple[str, str], ...]


def keep(session: Session, key: str, title: str, made: Iterable[Made], *, by: Actor) -> BulkStep:
    """Keep the way back from a step over records of register *key*; call it after the step has been flushed.

    *title* names the step without anybody's data: «Изменены поля: Участок, Телефон».
    """
    entries = [
        {
            "table": one.record.__tablename__,
            "id": one.record.id,
            "version": one.record.version,
            "title": str(one.record),
            "before": None if one.before is None else {name: as_text(value) for name, value in one.before.items()},
        }
        for one in made
    ]
    step = BulkStep(
        user_id=by.user_id, register=key, title=title, records=len(entries), made=json.dumps(entries), at=now(),
        service_unit_id=by.unit,
    )  # fmt: skip
    session.add(step)
    number = counted(len(entries), "карточка", "карточки", "карточек")
    journal.record(session, by, "bulk.change", step, f"{title}. Одним шагом: {number}.")
    return step


def until(step: BulkStep) -> dt.datetime:
    """Return the moment after which *step* can no longer be undone."""
    return step.at + dt.timedelta(hours=UNDO_HOURS)


def own_steps(session: Session, key: str, by: Actor) -> list[BulkStep]:
    """Return the steps of *by* in register *key* within a day, undone ones too, the latest first."""
    since = now() - dt.timedelta(hours=UNDO_HOURS)
    wanted = select(BulkStep).where(BulkStep.user_id == by.user_id, BulkStep.register == key, BulkStep.at > since)
    return list(session.scalars(wanted.order_by(BulkStep.id.desc())))


def undo(step: BulkStep, *, by: Actor) -> Undone:
    """Put every record of *step* back as it was before it, but for those changed since.

    Raises:
        RuleBroken: the step is somebody else's, too old or already undone.
    """
    if step.user_id != by.user_id:
        raise RuleBroken("Этот шаг сделал другой сотрудник, отменить его может только он.")
    if step.undone_at is not None:
        raise RuleBroken("Этот шаг уже отменён.")
    if until(step) <= now():
        raise RuleBroken("Отменить можно было в течение суток. Измените карточки обычным порядком.")
    session = session_of(step)
    step.undone_at = now()
    session.flush()  # The version of the step's row stops a second undoing at the same moment.
    known = {one.model.__tablename__: one for one in registers().by_key.values()}
    done, left = 0, []
    entries = json.loads(step.made)
    # What came last goes first: a record made in the step may refer to another made before it.
    for entry, record in reversed(list(_with_records(session, known, entries))):
        said = _put_back(session, known.get(entry["table"]), record, entry, by)
        if said:
            left.append((entry["title"], said))
        else:
            done += 1
    left.reverse()
    number = counted(done, "карточка возвращена", "карточки возвращены", "карточек возвращено")
    rest = f", оставлено: {len(left)}" if left else ""
    journal.record(session, by, "bulk.undo", step, f"Отменено: {step.title}. {number}{rest}.")
    return Undone(done, tuple(left))


def _with_records(
    session: Session, known: dict[str, Register], entries: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield each entry with its record as it stands now, None where it is gone; one query a table and 500 rows."""
    found: dict[tuple[str, int], Model] = {}
    for table in {entry["table"] for entry in entries} & known.keys():
        ids = [entry["id"] for entry in entries if entry["table"] == table]
        model = known[table].model
        for start in range(0, len(ids), 500):
            for record in session.scalars(select(model).where(model.id.in_(ids[start : start + 500]))):
                found[table, record.id] = record
    for entry in entries:
        yield entry, found.get((entry["table"], entry["id"]))


def _put_back(session: Session, register: Register | None, record: Any, entry: dict[str, Any], by: Actor) -> str | None:
    """Put one record back and return None, or why it was left."""
    if register is None or record is None:
        return "Такой карточки больше нет."
    if record.version != entry["version"]:
        return CHANGED_SINCE
    before: dict[str, str | None] | None = entry["before"]
    spec = register.seen_spec()
    if before is not None and not before.keys() <= spec.fields.keys():
        return "Часть полей для вас закрыта. Оставлено как есть."
    try:
        with session.begin_nested():
            if before is None:
                register.remove(session, record, by)
            else:
                values = {name: _value(spec.fields[name], text) for name, text in before.items()}
                register.change(record, {**standing(register, record), **values}, by)
    except RuleBroken as refusal:
        return refusal.sentence
    except IntegrityError as error:
        return constraint_in_words(error, None)[0]
    except StaleDataError:
        return CHANGED_SINCE
    return None


def standing(register: Register, record: Any) -> dict[str, Any]:
    """Return what a form of *record* that nobody touched would send: rules expect the whole of it."""
    spec = register.seen_spec()
    return {name: getattr(record, name) for group in spec.edit for name in group.names if spec.fields[name].stored}


def _value(field: Field, text: str | None) -> Any:
    if field.kind == "ref":
        return int(text) if text else None
    if field.kind == "choices" and text is None:
        return []
    return value_from_text(field, text)
