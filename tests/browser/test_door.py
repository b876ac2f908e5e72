"""Signing in with a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff, make_account
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser


def test_a_curator_signs_in_and_finds_the_families(address: str, stored: Session, page: Any) -> None:
    unit = stored.query(ServiceUnit).first()
    assert unit is not None
    person = add_staff(stored, unit.id, "Проверкин Пётр Петрович", "куратор", by=SYSTEM)
    make_account(stored, person, "proverkin", PASSWORD, ["Куратор"], by=SYSTEM, must_change=False)
    stored.commit()
    page.goto(address)
    page.get_by_label("Имя").fill("proverkin")
    page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.get_by_role("link", name="Семьи").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Семьи"
