"""What every rule about a case refuses alike."""

from __future__ import annotations

import datetime as dt

from app.acting import today
from app.base import RuleBroken
from app.cases.models import FamilyCase


def refuse_ended(case: FamilyCase) -> None:
    """Refuse when the case has ended: nothing happens to it any more."""
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Заведите новое дело.")


def refuse_future(day: dt.date, field: str | None = None) -> None:
    """Refuse a day that has not come: what is recorded has happened."""
    if day > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату.", field=field)
