"""Saving a form: merging two editors, turning a refused constraint into words, one record per sent form."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, UniqueConstraint, delete, func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting, now
from app.base import FabBase, Model
from app.extensions import db
from app.jobs.tasks import daily
from app.journal import as_text
from app.register.field import shown
from app.register.forms import Bound
from app.register.history import changed_since, value_from_text
from app.register.models import FormReceipt
from app.register.pages import Clash

RECEIPTS_KEPT = dt.timedelta(days=30)
"""No form is sent for the second time after so long."""


@dataclass
class Merge:
    """What became of a form typed over a record that somebody else changed meanwhile."""

    who: str
    at: dt.datetime | None
    clashes: list[Clash] = field(default_factory=list)
    merged: list[tuple[str, str, str]] = field(default_factory=list)


def merge(session: Session, form: Bound, record: Model, version: int) -> Merge:
    """Join *form*, typed over row *version*, with what others saved since; only fields both changed clash.

    Fields only others changed take their value in ``form.values``; fields only this person changed stay.
    """
    was, who, at = changed_since(session, form.spec, record, version)
    result = Merge(who, at)
    for name in form.names:
        if name not in was or name not in form.values:
            continue
        made, mine, theirs = form.spec.fields[name], form.values[name], getattr(record, name)
        if as_text(mine) == as_text(theirs):
            continue
        if as_text(mine) == was[name]:
            form.take(name, record)
            result.merged.append((made.said, _words(session, form, name, theirs), who))
        else:
            before = value_from_text(made, was[name])
            words = [_words(session, form, name, value) for value in (before, mine, theirs)]
            result.clashes.append(Clash(name, made.said, *words))
    return result


def _words(session: Session, form: Bound, name: str, value: Any) -> str:
    made = form.spec.fields[name]
    if made.target is not None and value is not None:
        linked = session.scalars(select(made.target).where(made.target.id == int(value))).one_or_none()
        return shown(str(linked) if linked is not None else "недоступно").text
    return shown(value, made.kind, made.scale).text


def sent_before(session: Session, token: str, by: Actor) -> FormReceipt | None:
    """Return the receipt of a form that *by* has already saved."""
    return session.scalars(
        select(FormReceipt).where(FormReceipt.token == token, FormReceipt.user_id == by.user_id)
    ).one_or_none()


def give_receipt(session: Session, token: str, record: Model, by: Actor) -> None:
    """Note in the same transaction that the form with *token* made *record*."""
    session.flush()
    session.add(
        FormReceipt(token=token, user_id=by.user_id, table_name=record.__tablename__, record_id=record.id, at=now())
    )


@daily("register.receipts", hour=4)
def forget_receipts() -> str:
    """Forget the forms that were saved long ago."""
    with acting(SYSTEM), Session(db.engine) as session:
        old = delete(FormReceipt).where(FormReceipt.at < now() - RECEIPTS_KEPT)
        done = session.execute(old, execution_options={"synchronize_session": False})
        session.commit()
    return f"Забыто отправленных форм: {done.rowcount}."  # type: ignore[attr-defined]  # of a DELETE there is one


# ---- constraints in words ----------------------------------------------------------------------------


def constraint_in_words(error: IntegrityError, form: Bound | None) -> tuple[str, str | None]:
    """Return a sentence for a refused constraint and the field it belongs to. No SQL reaches the person."""
    columns = _columns_of(error)
    fields = form.spec.fields if form is not None else {}
    named = [fields[name] for name in columns if name in fields and name != "service_unit_id"]
    if named:
        labels = ", ".join(f"«{one.said}»" for one in named)
        return f"Такое значение уже занято: {labels}. Проверьте, не внесено ли это раньше.", named[-1].name
    if "FOREIGN KEY" in str(error.orig).upper():
        return "Связанные сведения изменились, пока вы работали. Откройте страницу заново и повторите.", None
    return "Такие сведения уже внесены. Проверьте список и измените то, что повторяется.", None


def _columns_of(error: IntegrityError) -> list[str]:
    text = str(error.orig)
    if match := re.search(r"UNIQUE constraint failed: (.+)", text):
        return [part.strip().split(".")[-1] for part in match[1].split(",")]
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    for table in FabBase.metadata.tables.values():
        for rule in (*table.constraints, *table.indexes):
            if name and rule.name == name and (isinstance(rule, UniqueConstraint) or getattr(rule, "unique", False)):
                return [column.name for column in rule.columns]
    return []


def referrers(session: Session, record: Model) -> list[tuple[Table, int]]:
    """Return the tables whose rows point to *record*, with how many (at most 100 each); not those that go with it."""
    own = inspect(type(record)).local_table
    found = []
    for table in FabBase.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is own and key.column.name == "id" and key.ondelete != "CASCADE":
                rows = select(key.parent).where(key.parent == record.id).limit(100).subquery()
                # Only a number leaves this query, and the person is told what stops the deletion.
                number = session.execute(
                    select(func.count()).select_from(rows), execution_options={"unscoped": "delete check"}
                ).scalar()
                if number:
                    found.append((table, number))
    return found
