"""The calendar of working days in a browser: a year is filled, a term is counted, on both widths."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, today
from app.days.models import CalendarDay
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.roles import HEAD
from tests.browser.test_centre_day import Walk
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser


def test_the_head_fills_a_year_and_counts_a_term(stored: Session, address: str, page: Any) -> None:
    unit = stored.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
    assert unit is not None
    person = add_staff(stored, unit.id, "Проверкина Пелагея Петровна", "заведующий", by=SYSTEM)
    make_account(stored, person, "head", PASSWORD, (HEAD,), by=SYSTEM, must_change=False)
    year = today().year
    for day in stored.scalars(select(CalendarDay).where(CalendarDay.date >= dt.date(year, 1, 1))):
        stored.delete(day)
    stored.commit()
    walk = Walk(page, address)
    walk.sign_in("head")

    walk.open("Производственный календарь")
    walk.says(f"Календарь на {year} год не заполнен")
    walk.picture("calendar-lacking")
    walk.press(f"Заполнить {year} год")
    walk.says(f"Календарь на {year} год: внесено")
    walk.picture("calendar")

    walk.follow("Рассчитать срок")
    walk.picture("term")
    walk.fill("С какого дня", "20.02.2026")
    walk.fill("Сколько", "1")
    walk.press("Рассчитать")
    walk.says("Вторник, 24 февраля 2026")
    walk.says("21–23.02 выходные → 24.02")
    walk.picture("term-counted")
    walk.fill("Сколько", "много")
    walk.press("Рассчитать")
    walk.says("Срок не посчитан.")
    walk.picture("term-refused")
    assert [line for line in walk.console if "Content Security" in line] == []
