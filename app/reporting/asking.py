"""The parameters of a report: which controls ask for them and what the typed text means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import today
from app.base import RuleBroken
from app.cases.models import CaseStatus, CuratorAssignment, FamilyCase
from app.organisation.models import ServiceArea, StaffMember
from app.register.kinds import NotRead, read_date
from app.register.pages import FieldView
from app.terms import say
from reports import Asked, Filters, Report

Choices = dict[str, tuple[tuple[str, str], ...]]

DATES = (
    ("date_from", "С какого дня", "Пусто: состояние на день, указанный рядом"),
    ("on", "По какой день", "Пусто: по сегодня"),
)
FILTERS = (
    ("area_id", "Участок"),
    ("curator_id", "{Curator}"),
    ("category", "Категория"),
    ("status", "Этап дела"),
)


class Unread(Exception):
    """What was typed cannot be asked for; *errors* has a sentence a control."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class Typed:
    """What stands in the controls of a report: their text, and why some of it was refused."""

    raw: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def choices(session: Session) -> Choices:
    """Return what each filter offers: areas, everybody who ever was a curator, the categories in use, the states."""
    curators = select(StaffMember).where(StaffMember.id.in_(select(CuratorAssignment.staff_id)))
    categories = select(FamilyCase.category).where(FamilyCase.category.is_not(None)).distinct()
    return {
        "area_id": tuple(
            (str(a.id), str(a)) for a in session.scalars(select(ServiceArea).order_by(ServiceArea.name_key))
        ),
        "curator_id": tuple((str(s.id), str(s)) for s in session.scalars(curators.order_by(StaffMember.name_key))),
        "category": tuple((name, name) for name in session.scalars(categories.order_by(FamilyCase.category)) if name),
        "status": tuple((status.value, status.label) for status in CaseStatus),
    }


def controls(report: Report, offered: Choices, typed: Typed) -> tuple[FieldView, ...]:
    """Return the controls of *report*; a filter with nothing to choose from is not shown."""
    made = [_control(typed, name, label, kind="date", hint=hint, span=3) for name, label, hint in DATES]
    if report.by_case:
        for name, label in FILTERS:
            if offered[name]:
                every = (("", "все"), *offered[name])
                made.append(_control(typed, name, say(label), kind="choice", choices=every, span=3))
    return tuple(made)


def _control(typed: Typed, name: str, label: str, **more: Any) -> FieldView:
    return FieldView(name, label, value=typed.raw.get(name, ""), error=typed.errors.get(name, ""), **more)


def read(report: Report, offered: Choices, raw: Mapping[str, str], *, health: bool, registers: bool) -> Asked:
    """Return what was asked for. *health*, *registers*: the person may see data on health, prevention registers.

    Raises:
        Unread: a date cannot be read, the period ends before it begins, or a choice is not among those offered.
    """
    errors: dict[str, str] = {}
    date_from = _date(raw, "date_from", errors)
    on = _date(raw, "on", errors) or today()
    chosen = _chosen(offered, raw, errors) if report.by_case else {}
    if errors:
        raise Unread(errors)
    filters = Filters(
        area_id=int(chosen["area_id"]) if "area_id" in chosen else None,
        curator_id=int(chosen["curator_id"]) if "curator_id" in chosen else None,
        category=chosen.get("category"),
        status=CaseStatus(chosen["status"]) if "status" in chosen else None,
    )
    try:
        return Asked(on=on, date_from=date_from, filters=filters, health=health, registers=registers)
    except RuleBroken as refusal:
        raise Unread({refusal.field or "on": refusal.sentence}) from refusal


def _date(raw: Mapping[str, str], name: str, errors: dict[str, str]) -> dt.date | None:
    text = raw.get(name, "").strip()
    try:
        return read_date(text) if text else None
    except NotRead as refusal:
        errors[name] = str(refusal)
        return None


def _chosen(offered: Choices, raw: Mapping[str, str], errors: dict[str, str]) -> dict[str, str]:
    chosen = {name: raw[name] for name, _label in FILTERS if raw.get(name)}
    for name, value in chosen.items():
        if value not in dict(offered[name]):
            errors[name] = "Такого варианта в списке нет. Выберите другой."
    return chosen
