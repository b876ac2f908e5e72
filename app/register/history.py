"""The history of a record: who, when, old → new, from the journal. A constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import today
from app.base import Model
from app.journal import CHANGE, CREATE, DELETE
from app.journal.looks import LOOKS
from app.journal.models import JournalRow, JournalValue
from app.register import locks
from app.register.field import NOT_GIVEN, OUT_OF_SIGHT, Field, local, shown
from app.register.pages import Change, Day, Event
from app.register.spec import Spec
from app.words import MONTHS

SHOWN = 50
_DAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_SAID = {CREATE: ("Внесено в базу.", "plus-lg"), CHANGE: ("Изменено.", "pencil"), DELETE: ("Удалено.", "trash")}


def full_day(day: dt.date) -> str:
    """Return «Вторник, 17 февраля»."""
    return f"{_DAYS[day.weekday()].capitalize()}, {day.day} {MONTHS[day.month - 1]}"


def day_words(day: dt.date) -> str:
    """Return «Сегодня», «Вчера» or «вторник, 17 февраля 2026»."""
    if day == today():
        return "Сегодня"
    if day == today() - dt.timedelta(days=1):
        return "Вчера"
    return f"{full_day(day)} {day.year}"


def history(
    session: Session, spec: Spec, record_id: int, *, before: int | None = None, closed: Collection[str] = ()
) -> tuple[tuple[Day, ...], int | None]:
    """Return the days of a record's history, newest first, and the id to go on from (None: that is all).

    Of the fields *closed* by a lock it tells only that they changed.
    """
    wanted = select(JournalRow).where(
        JournalRow.table_name == spec.model.__tablename__,
        JournalRow.record_id == record_id,
        JournalRow.verb.not_in(LOOKS),
    )
    if before is not None:
        wanted = wanted.where(JournalRow.id < before)
    rows = session.scalars(wanted.order_by(JournalRow.id.desc()).limit(SHOWN + 1)).all()
    older = rows[SHOWN - 1].id if len(rows) > SHOWN else None
    rows = rows[:SHOWN]
    values: dict[int, list[JournalValue]] = {}
    if rows:
        of_rows = (
            select(JournalValue).where(JournalValue.journal_id.in_([row.id for row in rows])).order_by(JournalValue.id)
        )
        for value in session.scalars(of_rows):
            values.setdefault(value.journal_id, []).append(value)
    titles = _titles(session, spec, (v for group in values.values() for v in group))
    days: list[tuple[dt.date, list[Event]]] = []
    for row in rows:
        at = local(row.at)
        sentence, icon = _SAID.get(row.verb, (row.sentence, "flag"))
        changes = tuple(
            Change(field.said, locks.word(), locks.word())
            if v.field in closed
            else Change(
                field.said, _words(field, v.sealed_old or v.old, titles), _words(field, v.sealed_new or v.new, titles)
            )
            for v in values.get(row.id, ())
            if (field := spec.fields.get(v.field)) is not None
        )
        event = Event(f"{at:%H:%M}", row.actor, row.sentence or sentence, icon, changes)
        if not days or days[-1][0] != at.date():
            days.append((at.date(), []))
        days[-1][1].append(event)
    return tuple(Day(day_words(day), tuple(events)) for day, events in days), older


def changed_since(
    session: Session, spec: Spec, record: Model, version: int
) -> tuple[dict[str, str | None], str, dt.datetime | None]:
    """Return what others changed since row *version*: ``{field: value it had}``, who last did, and when."""
    rows = session.scalars(
        select(JournalRow)
        .where(
            JournalRow.table_name == spec.model.__tablename__,
            JournalRow.record_id == record.id,
            JournalRow.verb == CHANGE,
            JournalRow.record_version > version,
        )
        .order_by(JournalRow.id)
    ).all()
    was: dict[str, str | None] = {}
    if rows:
        for value in session.scalars(
            select(JournalValue).where(JournalValue.journal_id.in_([row.id for row in rows])).order_by(JournalValue.id)
        ):
            was.setdefault(value.field, value.sealed_old or value.old)
    return was, rows[-1].actor if rows else "", rows[-1].at if rows else None


def _titles(session: Session, spec: Spec, values: Iterable[JournalValue]) -> dict[tuple[type[Model], str], str]:
    wanted: dict[type[Model], set[int]] = {}
    for value in values:
        field = spec.fields.get(value.field)
        if field is not None and field.target is not None:
            wanted.setdefault(field.target, set()).update(int(v) for v in (value.old, value.new) if v)
    made = {}
    for target, ids in wanted.items():
        for record in session.scalars(select(target).where(target.id.in_(ids))):
            made[(target, str(record.id))] = str(record)
    return made


def value_from_text(field: Field, text: str | None) -> Any:
    """Return the value a journal text stands for, as the form would type it; see :func:`app.journal.as_text`."""
    if text is None:
        return None
    if field.kind == "flag":
        return text == "1"
    if field.kind == "moment":
        return dt.datetime.fromisoformat(text)
    if field.kind == "date":
        return dt.date.fromisoformat(text)
    if field.kind in ("money", "number"):
        return Decimal(text) if field.kind == "money" or field.scale else int(text)
    if field.kind == "choices" and field.choices is not None:
        known = {member.value: member for member in field.choices}
        return [known.get(code, code) for code in text.split(",") if code]
    if field.kind == "choice" and field.choices is not None:
        return field.choice(text) if text in {member.value for member in field.choices} else text
    return text


def _words(field: Field, text: str | None, titles: dict[tuple[type[Model], str], str]) -> str:
    if text is None:
        return NOT_GIVEN
    if field.target is not None:
        return titles.get((field.target, text), OUT_OF_SIGHT)
    return shown(value_from_text(field, text), field.kind, field.scale).text
