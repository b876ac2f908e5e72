"""«Порядок работы» as it is looked at: at the desk, on a phone, on paper."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.cases.stages import put_in_force
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.profiles.loading import text_of
from app.profiles.rules import store
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser


def _pictured(page: Any, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_the_order_of_work_is_drawn_for_desk_phone_and_paper(address: str, stored: Session, page: Any) -> None:
    unit = stored.scalars(select(ServiceUnit)).one()
    put_in_force(unit, store(stored, text_of("mishkino"), by=SYSTEM), by=SYSTEM)
    person = add_staff(stored, unit.id, "Проверкин Пётр Петрович", "социальный тьютор", by=SYSTEM)
    make_account(stored, person, "proverkin", PASSWORD, ["Куратор"], by=SYSTEM, must_change=False)
    stored.commit()
    page.goto(address)
    page.get_by_label("Имя").fill("proverkin")
    page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.get_by_role("link", name="Соглашения").first.wait_for()
    page.get_by_role("link", name="Порядок работы").first.click()
    page.get_by_role("img", name="Порядок работы. Этапы: 1. Выявление проблем и оценка нуждаемости").wait_for()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page)
        assert found.violations_count == 0, f"{width}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        # No line of the picture runs out of its box.
        assert page.evaluate(
            "[...document.querySelectorAll('.order-picture text')].filter(t => {"
            " const b = t.getBBox(); return b.x + b.width > 312 }).map(t => t.textContent)"
        ) == []  # fmt: skip
        _pictured(page, f"order-{width}")
    page.set_viewport_size({"width": 800, "height": 1100})
    page.emulate_media(media="print")
    assert page.get_by_role("img", name="Порядок работы").is_visible()
    assert not page.get_by_role("navigation", name="Главное меню").is_visible()
    _pictured(page, "order-print")
