"""Nothing typed is lost: a closed page, an ended session, a lost connection. Seen in a real browser.

With ``SCREENSHOTS=<folder>`` the screens met on the way are kept there.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.organisation.models import Account, ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.people.models import Person
from app.register.models import Draft
from tests.browser.test_centre_day import Walk
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser

SAVED = re.compile(r"Черновик сохранён в \d\d:\d\d\.")


@pytest.fixture
def walk(address: str, stored: Session, page: Any) -> Walk:
    """A curator who has signed in and opened the form of a new person."""
    unit = stored.scalars(select(ServiceUnit)).first()
    assert unit is not None
    staff = add_staff(stored, unit.id, "Проверкина Анна Петровна", "куратор", by=SYSTEM)
    make_account(stored, staff, "proverkina", PASSWORD, ["Куратор"], by=SYSTEM, must_change=False)
    stored.commit()
    made = Walk(page, address)
    made.sign_in("proverkina")
    page.goto(f"{address}/people/add")
    return made


def _enter(page: Any) -> None:
    page.locator("#username").fill("proverkina")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()


def _kept(walk: Walk) -> None:
    walk.page.get_by_text(SAVED).wait_for(timeout=10_000)


def test_a_page_closed_half_way_is_gone_on_with(walk: Walk, stored: Session) -> None:
    page = walk.page
    walk.fill("Фамилия", "Сугробова")
    walk.fill("Имя", "Вера")
    _kept(walk)
    walk.picture("draft-kept")
    page.goto(f"{walk.address}/")
    walk.says("Недописанное")
    page.goto(f"{walk.address}/people/add")
    walk.picture("draft-offered")
    walk.follow("Продолжить")
    walk.says("Это черновик от")
    walk.picture("draft-resumed")
    assert page.get_by_label("Фамилия", exact=False).first.input_value() == "Сугробова"
    page.get_by_role("radio", name=re.compile("^жен")).check()
    walk.fill("Дата рождения", "01.02.1990")
    walk.press("Сохранить")
    walk.says("Сохранено: Сугробова Вера")
    stored.commit()
    assert stored.scalars(select(Person.last_name)).all() == ["Сугробова"]
    assert stored.scalars(select(Draft)).all() == []


def test_the_last_words_go_with_the_page_that_is_left(walk: Walk, stored: Session) -> None:
    page = walk.page
    walk.fill("Фамилия", "Уходящая")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{walk.address}/people/")
    page.goto(f"{walk.address}/profile/")
    walk.says("Недописанное")
    walk.press("Удалить")
    walk.says("Черновик удалён.")
    stored.commit()
    assert stored.scalars(select(Draft)).all() == []


def test_an_ended_session_gives_the_form_back_after_the_door(walk: Walk, stored: Session) -> None:
    page = walk.page
    walk.fill("Фамилия", "Возвратова")
    account = stored.scalars(select(Account)).all()[-1]
    account.epoch += 1
    stored.commit()
    walk.fill("Имя", "Инна")
    walk.press("Сохранить")
    walk.says("набранное сохранено и вернётся")
    walk.picture("draft-door")
    _enter(page)
    walk.says("Это черновик от")
    assert [page.locator(f"#f-{name}").input_value() for name in ("last_name", "first_name")] == ["Возвратова", "Инна"]


def test_without_a_connection_the_text_waits_and_goes_by_itself(walk: Walk, stored: Session) -> None:
    page = walk.page
    page.context.set_offline(True)
    walk.fill("Фамилия", "Ожиданова")
    walk.says("Нет связи. Набранное хранится в этом браузере и отправится само.")
    walk.picture("draft-offline")
    walk.press("Сохранить")
    page.wait_for_timeout(300)
    assert page.url.endswith("/people/add") and page.locator("#f-last_name").input_value() == "Ожиданова"
    stored.commit()
    assert stored.scalars(select(Draft)).all() == []
    stored.commit()
    page.context.set_offline(False)
    _kept(walk)
    stored.commit()
    assert len(stored.scalars(select(Draft)).all()) == 1
    stored.commit()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    walk.press("Сохранить")
    walk.says("исправьте")


def test_leaving_asks_only_while_something_is_not_put_by(walk: Walk) -> None:
    page = walk.page
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    walk.fill("Фамилия", "Тихонова")
    _kept(walk)
    page.goto(f"{walk.address}/people/")
    assert asked == []
    page.goto(f"{walk.address}/people/add")
    page.route("**/drafts/keep", lambda route: route.abort())
    walk.fill("Фамилия", "Громова")
    page.goto(f"{walk.address}/people/")
    assert asked == ["beforeunload"]


def test_the_form_goes_on_without_script(walk: Walk, chromium: Any) -> None:
    walk.fill("Фамилия", "Безскриптова")
    _kept(walk)
    context = chromium.new_context(java_script_enabled=False, locale="ru-RU")
    page = context.new_page()
    page.goto(f"{walk.address}/login/?next=/people/add")
    _enter(page)
    page.get_by_role("link", name="Продолжить").click()
    assert page.locator("#f-last_name").input_value() == "Безскриптова"
    page.get_by_role("button", name="Удалить").click()
    assert page.get_by_text("Черновик удалён.").count() == 1
    assert page.locator("#f-last_name").input_value() == ""
    context.close()
