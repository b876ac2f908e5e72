"""The form of «Рассчитать срок»: what is typed becomes a term, or a sentence at its control."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.acting import today
from app.days.calendar import Calendar, Pause
from app.days.deadlines import Due, Roll, Unit, due
from app.days.models import CalendarDay
from app.register.field import Field
from app.register.forms import Bound, empty_form, read_form, view_of
from app.register.kinds import NotRead, read_date, read_number
from app.register.pages import FieldView
from app.register.spec import Group, Spec

MOST = {Unit.WORKING: 2000, Unit.CALENDAR: 3000, Unit.MONTHS: 100}
"""The longest terms that are counted: a little over eight years."""
FIELDS = {
    one.name: one
    for one in (
        Field("start", "С какого дня", "date", required=True),
        Field("amount", "Сколько", "line", required=True, max_length=10, hint="Число, а «к этой дате» – дата"),
        Field("unit", "Чего", "choice", required=True, choices=Unit),
        Field("roll", "Если последний день выходной", "choice", required=True, choices=Roll),
        Field("pause_from", "Приостановлено с", "date", hint="Первый день приостановки"),
        Field("pause_to", "Приостановлено по", "date", hint="Последний день приостановки"),
    )
}
SPANS = {"start": 2, "amount": 2, "unit": 2, "roll": 6}
GROUPS = (Group("", tuple(FIELDS)),)
SPEC = Spec(
    "due", CalendarDay, ("Сроки", "Срок"), FIELDS, (), (), GROUPS, GROUPS, (), ("start", False), "start", (), ()
)


@dataclass(frozen=True)
class Asked:
    """The form as it stands, and the term if one could be counted."""

    form: Bound
    due: Due | None = None

    @property
    def controls(self) -> tuple[FieldView, ...]:
        """The controls of the form, ready to be drawn."""
        drawn = (view_of(self.form, name, lambda model: "") for name in self.form.names)
        return tuple(replace(one, span=SPANS.get(one.name, 3)) for one in drawn)


def asked_for(session: Session, sent: MultiDict[str, str], calendar: Calendar) -> Asked:
    """Return the form of what was *sent* with the term it asks for; an empty one when nothing was."""
    usual = {"start": today(), "unit": Unit.WORKING, "roll": Roll.FORWARD}
    form = empty_form(SPEC, GROUPS, usual)
    if "amount" not in sent:
        return Asked(form)
    # An address somebody wrote down may name no more than the day and the number.
    typed = MultiDict({name: sent.get(name, "".join(form.raw[name])) for name in FIELDS})
    form = read_form(session, SPEC, GROUPS, typed, None)
    if form.errors:
        return Asked(form)
    values = form.values
    try:
        amount, pauses = _amount(values["unit"], values["amount"]), _pauses(values["pause_from"], values["pause_to"])
    except _Refused as refusal:
        form.errors[refusal.field] = str(refusal)
        return Asked(form)
    return Asked(form, due(values["start"], amount, values["unit"], calendar, pauses=pauses, roll=values["roll"]))


class _Refused(ValueError):
    """What was typed in *field* can be read but not counted; the message is for the person."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def _amount(unit: Unit, text: str) -> int | dt.date:
    try:
        if unit is Unit.DATE:
            return read_date(text)
        number = int(read_number(text))
    except NotRead as refusal:
        raise _Refused("amount", str(refusal)) from refusal
    if unit is Unit.DAY_OF_MONTH:
        if not 1 <= number <= 31:
            raise _Refused("amount", "Числа месяца идут с 1 по 31.")
    elif not 0 <= number <= MOST[unit]:
        raise _Refused("amount", f"Укажите от 0 до {MOST[unit]}.")
    return number


def _pauses(first: dt.date | None, last: dt.date | None) -> tuple[Pause, ...]:
    if first is None and last is None:
        return ()
    if first is None or last is None:
        raise _Refused("pause_to" if first else "pause_from", "Укажите оба дня приостановки или ни одного.")
    if last < first:
        raise _Refused("pause_to", "Приостановка заканчивается раньше, чем начинается.")
    return (Pause(first, last),)
