"""What changed between two versions of a programme, matched by lineage. Pure: reads two versions, writes nothing."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.base import Choice
from app.programmes.models import ExecutorType, Measure, ProgrammeVersion
from app.terms import say


class Change(enum.StrEnum):
    """What happened to a measure between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class FieldChange:
    """One field as people read it, before and after; None where nothing is written."""

    name: str
    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class MeasureChange:
    """One line of the side-by-side page. *old* or *new* is None where that version has no such measure."""

    kind: Change
    lineage_id: int
    title: str
    old: Measure | None
    new: Measure | None
    fields: tuple[FieldChange, ...] = ()


COMPARED = (
    "title",
    "solves",
    "problem",
    "direction",
    "help_kind",
    "measure_kind",
    "recipient",
    "executor",
    "form",
    "volume",
    "periodicity",
    "starts",
    "due",
    "expected_result",
)
CONTENT = (
    "goal",
    "tasks",
    "valid_from",
    "valid_to",
    "level",
    "volume",
    "kinds",
    "forms",
    "technologies",
    "family_potential",
    "ippsu_number",
    "ippsu_date",
    "effect_criteria",
    "review_dates",
)


def difference(old: ProgrammeVersion, new: ProgrammeVersion) -> list[MeasureChange]:
    """Return one change for each measure of either version, in the order people read the new one."""
    before = {measure.lineage_id: measure for measure in old.measures}
    after = {measure.lineage_id: measure for measure in new.measures}
    placed: list[tuple[int, int, MeasureChange]] = []
    for lineage, measure in after.items():
        placed.append((measure.no, 1, _compare(lineage, before.get(lineage), measure)))
    for lineage, measure in before.items():
        if lineage not in after:
            # A removed measure stands where it stood, so the eye finds it beside its old neighbours.
            change = MeasureChange(Change.REMOVED, lineage, measure.title, measure, None)
            placed.append((measure.no, 0, change))
    return [change for _, _, change in sorted(placed, key=lambda place: place[:2])]


def content_difference(old: ProgrammeVersion, new: ProgrammeVersion) -> list[FieldChange]:
    """Return the changed fields of the versions themselves: goal, term, level and the rest."""
    return list(_fields(old, new, CONTENT))


def summary(changes: Iterable[MeasureChange], content: Iterable[FieldChange] = ()) -> str:
    """Return the changes in words, one sentence a line, for ``ProgrammeVersion.change_summary``."""
    changes = list(changes)
    lines = [f"Добавлено: «{change.title}»." for change in changes if change.kind is Change.ADDED]
    lines += [f"Убрано: «{change.title}»." for change in changes if change.kind is Change.REMOVED]
    for change in changes:
        if change.kind is Change.CHANGED:
            lines.append(f"Изменено: «{change.title}» ({_labels(change.fields)}).")
    content = list(content)
    if content:
        lines.append(f"{say('Изменено в {programme_short:prep}')}: {_labels(content)}.")
    return "\n".join(lines) or "Без изменений."


def _labels(fields: Iterable[FieldChange]) -> str:
    return ", ".join(field.label.lower() for field in fields)


def executor_of(measure: Measure) -> str | None:
    """Return who carries the measure out, or None if that is not settled."""
    if measure.executor_type is None:
        return None
    if measure.executor_type is ExecutorType.FAMILY:
        return "семья"
    who = {
        ExecutorType.SPECIALIST: measure.executor,
        ExecutorType.DEPARTMENT: measure.department,
        ExecutorType.ORGANISATION: measure.partner,
        ExecutorType.VOLUNTEER: measure.executor_name,
    }[measure.executor_type]
    return str(who) if who else None


def _compare(lineage: int, old: Measure | None, new: Measure) -> MeasureChange:
    if old is None:
        return MeasureChange(Change.ADDED, lineage, new.title, None, new)
    fields = tuple(_fields(old, new, COMPARED))
    return MeasureChange(Change.CHANGED if fields else Change.SAME, lineage, new.title, old, new, fields)


def _fields(old: Any, new: Any, names: Iterable[str]) -> Iterable[FieldChange]:
    for name in names:
        before, after = _value(old, name) or None, _value(new, name) or None
        if before != after:
            yield FieldChange(name, _label(type(new), name), _text(before), _text(after))


def _value(record: Any, name: str) -> Any:
    return executor_of(record) if name == "executor" else getattr(record, name)


_NAMED = {"executor": "Исполнитель", "solves": "Проблема семьи"}
"""What is compared under another name than its column has."""


def _label(model: Any, name: str) -> str:
    columns = model.__table__.columns
    if name in _NAMED:
        return _NAMED[name]
    return columns[name if name in columns else f"{name}_id"].info["label"]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Choice):
        return value.label
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    return str(value)
