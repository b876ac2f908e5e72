"""The second step in a real browser: set up by the picture, asked for at the door, seen by the administrator.

With ``SCREENSHOTS=<folder>`` the screens met on the way are kept there.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, now
from app.door import totp
from app.door.models import RecoveryCode, SecondStep
from app.organisation.models import Account, ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.roles import ADMINISTRATOR, CURATOR
from tests.browser.test_centre_day import Walk
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def walk(address: str, stored: Session, page: Any) -> Walk:
    """A curator who has signed in; an administrator who may."""
    unit = stored.scalars(select(ServiceUnit)).first()
    assert unit is not None
    for login, role in (("proverkina", CURATOR), ("chief", ADMINISTRATOR)):
        staff = add_staff(stored, unit.id, f"Проверкина-{login} Анна Петровна", "специалист", by=SYSTEM)
        make_account(stored, staff, login, PASSWORD, [role], by=SYSTEM, must_change=False)
    stored.commit()
    made = Walk(page, address)
    made.sign_in("proverkina")
    return made


def test_a_phone_is_set_up_and_asked_for_at_the_door(walk: Walk, stored: Session) -> None:
    page = walk.page
    page.goto(f"{walk.address}/profile/")
    walk.says("здесь и сейчас")
    walk.picture("door-profile")
    walk.follow("Включить вход с кодом")
    walk.picture("door-second-step")
    walk.press("Настроить")
    page.locator(".qr-frame svg").wait_for()
    walk.picture("door-second-step-picture")
    stored.commit()
    secret = stored.scalars(select(SecondStep.secret)).one()
    stored.commit()
    page.locator("#code").fill(totp.code_of(secret, totp.step_at(now())))
    walk.press("Включить")
    walk.says("Коды показаны один раз.")
    walk.picture("door-recovery-codes")
    recovery = page.locator(".codes kbd").first.inner_text()
    walk.follow("Коды записаны")
    walk.says("Запасных кодов осталось: 10.")
    page.locator("header summary", has_text="профиль и выход").click()
    page.locator('form[action="/logout/"] button').click()
    walk.says("Вы вышли.")
    page.go_back()
    page.wait_for_load_state()
    assert page.get_by_text("Проверкина-proverkina").count() == 0
    page.goto(f"{walk.address}/login/?next=/people/")
    page.locator("#username").fill("proverkina")
    page.locator("#password").fill("не тот пароль")
    walk.press("Войти")
    walk.says("Осталось попыток: 4.")
    walk.picture("door-wrong")
    page.locator("#password").fill(PASSWORD)
    walk.press("Войти")
    walk.says("Шесть цифр из приложения")
    walk.picture("door-code")
    page.locator("#code").fill(recovery)
    walk.press("Войти")
    walk.says("Осталось запасных кодов: 9.")
    assert page.url.endswith("/people/")
    stored.commit()
    assert len(stored.scalars(select(RecoveryCode).where(RecoveryCode.used_at.is_not(None))).all()) == 1
    pk = stored.scalars(select(Account.id).order_by(Account.id.desc())).all()[1]
    stored.commit()
    walk.sign_in("chief")
    page.goto(f"{walk.address}/accounts/show/{pk}")
    walk.says("пароль и код")
    walk.picture("door-account")
    walk.press("Закончить все входы")
    walk.says("Сейчас никуда не вошёл.")
    assert [line for line in walk.console if "Content Security" in line] == []
