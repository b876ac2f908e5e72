"""The form of a message follows its ground: what is not asked for is neither shown nor sent. In a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.cases.stages import put_in_force
from app.intake.models import Application, Channel, Ground, Intake, Urgency
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.profiles.loading import text_of
from app.profiles.rules import store
from app.roles import REGISTRAR
from tests.browser.test_centre_day import Walk
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser

LETTER = ("Организация", "Исх. № письма", "Дата письма")
APPLICATION = ("Родитель (законный представитель)", "Дата заявления")


@pytest.fixture
def walk(address: str, stored: Session, page: Any) -> Walk:
    """A registrar of a centre that works by the scheme of the Rostov region."""
    unit = stored.scalars(select(ServiceUnit)).one()
    put_in_force(unit, store(stored, text_of("rostov"), by=SYSTEM), by=SYSTEM)
    staff = add_staff(stored, unit.id, "Проверкина Анна Петровна", "регистратор", by=SYSTEM)
    make_account(stored, staff, "proverkina", PASSWORD, [REGISTRAR], by=SYSTEM, must_change=False)
    stored.commit()
    made = Walk(page, address)
    made.sign_in("proverkina")
    return made


def shown(page: Any, labels: tuple[str, ...]) -> list[bool]:
    """Return which of the fields can be seen now."""
    return [page.get_by_label(label).first.is_visible() for label in labels]


def choose(page: Any, name: str, value: str) -> None:
    """Choose one of the few answers that stand side by side."""
    page.locator(f'input[name="{name}"][value="{value}"]').check()


def test_S004_Г_1_the_ground_shows_what_it_asks_for_and_hides_the_rest(walk: Walk, stored: Session) -> None:
    page = walk.page
    walk.open("Обращения")
    page.get_by_role("link", name="Зарегистрировать обращение").first.click()
    assert (shown(page, LETTER), shown(page, APPLICATION)) == ([True] * 3, [False] * 2)
    walk.picture("message-no-ground")
    choose(page, "ground", Ground.PREVENTION)
    walk.fill("Исх. № письма", "15-а")
    walk.fill("Дата письма", "16.02.2026")
    choose(page, "ground", Ground.APPLICATION)
    assert (shown(page, LETTER), shown(page, APPLICATION)) == ([False] * 3, [True] * 2)
    choose(page, "urgency", Urgency.USUAL)
    page.get_by_label("Кто сообщил").select_option(label="сама семья")
    choose(page, "channel", Channel.IN_PERSON)
    walk.fill("Фамилия, имя, отчество", "Тестова Мария Ивановна")
    walk.fill("Дата заявления", "18.02.2026")
    walk.fill("Что сообщили", "Прошу помочь семье")
    walk.picture("message-application")
    walk.press("Сохранить")
    walk.says("Тестова Мария Ивановна")
    walk.picture("message-card")
    stored.rollback()
    intake = stored.scalars(select(Intake)).one()
    # The letter was typed for another ground and went with it.
    assert (intake.ground, intake.source_letter_no, intake.number.startswith("1/")) == (Ground.APPLICATION, None, True)
    assert stored.scalars(select(Application)).all() == []
    assert [line for line in walk.console if "Content Security" in line] == []
