"""The card of a case by the order of work, as it is looked at and pressed: at the desk, on a phone, on paper."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.cases.models import FamilyCase, StageMove
from app.cases.stages import enter
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.roles import DIRECTOR, HEAD
from tests.by_order import work_by
from tests.make import make_actor, make_case
from tests.process.facts import FACTS, World
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser


def pictured(page: Any, name: str) -> None:
    """Keep a picture of the whole page where the run asks for pictures."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def opened(page: Any, address: str, stored: Session, role: str, name: str, stage: str, *codes: str) -> World:
    """Sign in as somebody with *role* at the card of a case on *stage* that has the facts of the guards *codes*."""
    unit = stored.scalars(select(ServiceUnit)).one()
    by = make_actor(unit)
    with acting(by):
        order = work_by(stored, by, name)
        world = World(stored, by, order, make_case(stored, by))
        if world.case.stage != stage:
            enter(world.case, stage, by=SYSTEM, move=StageMove.ADVANCED)
        for code in codes:
            FACTS[code](world)
        person = add_staff(stored, unit.id, "Проверкин Пётр Петрович", "специалист", by=SYSTEM)
        make_account(stored, person, "proverkin", PASSWORD, [role], by=SYSTEM, must_change=False)
        case_id = world.case.id
        stored.commit()  # Whatever is asked of the database from here on would keep the visitor waiting.
    page.goto(f"{address}/cases/show/{case_id}")
    page.get_by_label("Имя").fill("proverkin")
    page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.get_by_role("heading", name="Что мешает перейти дальше").wait_for()
    return world


def looked_at(page: Any, name: str) -> None:
    """Look at the page at the desk and on a phone: readable for everybody, nothing runs out of it."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page)
        assert found.violations_count == 0, f"{width}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        pictured(page, f"{name}-{width}")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_case_of_rostov_is_led_over_what_stands_in_its_way(address: str, stored: Session, page: Any) -> None:
    world = opened(page, address, stored, HEAD, "rostov", "s1", "has_living_act", "has_application", "has_consents")
    looked_at(page, "path-rostov")
    page.get_by_text("Уже готово: 3 условия").click()
    assert page.get_by_text("Акт обследования", exact=True).first.is_visible()
    row = page.locator(".needs li", has_text="Категория семьи не установлена.")
    row.get_by_role("link", name="Установить категорию").click()
    page.get_by_label("Категория").select_option("tzs")
    page.get_by_role("button", name="Установить категорию").click()
    page.get_by_text("Категория семьи установлена.").wait_for()
    assert page.get_by_text("готово 4 из 8").is_visible()
    with acting(world.by):
        for code in ("has_first_contact", "has_resources", "in_register_journal", "has_curator"):
            FACTS[code](world)
        stored.commit()
    page.reload()
    page.get_by_role("button", name="Перейти дальше").click()
    page.get_by_text("Дело перешло на следующий этап.").wait_for()
    assert page.locator(".stages [aria-current=step]").inner_text().startswith("Этап составления")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 800, "height": 1100})
    assert page.locator(".stages").is_visible() and not page.get_by_role("button", name="Печать").is_visible()
    pictured(page, "path-rostov-print")
    page.emulate_media(media="screen")
    stored.expire_all()
    assert stored.get_one(FamilyCase, world.case.id).stage == "s2"


def test_a_case_of_mishkino_has_two_ways_and_a_director(address: str, stored: Session, page: Any) -> None:
    world = opened(page, address, stored, DIRECTOR, "mishkino", "s6", "efficiency_reviewed")
    looked_at(page, "path-mishkino")
    page.get_by_role("link", name="Личное дело", exact=True).click()
    page.get_by_text("обязательных").wait_for()
    looked_at(page, "personal-file")
    page.get_by_role("link", name="Обзор").click()
    page.get_by_role("link", name="Разрешить переход с обоснованием").click()
    page.get_by_role("radio", name="Реализация программы сопровождения").check()
    page.get_by_label("Обоснование").fill("Семья просит продолжить, совет через неделю")
    looked_at(page, "override")
    page.get_by_role("button", name="Разрешить переход с обоснованием").click()
    page.get_by_text("Переход разрешён, обоснование осталось в деле.").wait_for()
    stored.expire_all()
    assert stored.get_one(FamilyCase, world.case.id).stage == "s5"
