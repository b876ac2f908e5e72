"""Lists as people use them, clicked through: a view kept, columns moved, many changed and put back, a row edited.

With ``SCREENSHOTS=docs`` the screens met on the way are kept as pictures in that folder.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.organisation.models import ServiceArea, ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.people.models import Family
from app.roles import HEAD
from tests.browser.test_centre_day import Walk
from tests.make import make_actor, make_family
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def centre(stored: Session) -> ServiceUnit:
    """A centre with its head, an area and four families, one of them with a telephone."""
    unit = stored.scalars(select(ServiceUnit)).one()
    head = add_staff(stored, unit.id, "Берёзкина Елена Егоровна", "заведующая отделением", by=SYSTEM)
    make_account(stored, head, "head", PASSWORD, [HEAD], by=SYSTEM, must_change=False)
    stored.add(ServiceArea(number="3", name="Заречье", curator_id=head.id, service_unit_id=unit.id))
    for name in ("Берёзовы", "Тестовы", "Щёголевы"):
        make_family(stored, make_actor(unit), members=[], name=name)
    make_family(stored, make_actor(unit), members=[], name="Звонковы", phone="+79000001421")
    stored.commit()
    return unit


def rows(page: Any) -> list[str]:
    """Return the first cell of every row of the list."""
    return [text.split("\n")[0] for text in page.locator("tbody th[scope=row]").all_inner_texts()]


def heads(page: Any) -> list[str]:
    """Return the column heads one can see."""
    return [text.strip() for text in page.locator("thead th:not(.pick)").all_inner_texts()]


def phones(stored: Session) -> dict[str, str | None]:
    """Return the telephone of every family; then the service may write again."""
    found = {name: phone for name, phone in stored.execute(select(Family.name, Family.phone))}
    stored.commit()
    return found


def test_views_columns_many_rows_and_one_row(centre: ServiceUnit, address: str, stored: Session, page: Any) -> None:
    walk = Walk(page, address)
    walk.sign_in("head")
    walk.open("Семьи")

    # ---- columns, moved and remembered ------------------------------------------------------------------
    page.get_by_text("Столбцы", exact=True).click()
    page.get_by_role("checkbox", name="Телефон", exact=True).check()
    page.get_by_role("checkbox", name="Детей", exact=True).uncheck()
    page.get_by_role("button", name="Ниже: № дела").click()
    walk.picture("list-columns")
    walk.press("Показать")
    assert heads(page)[:3] == ["Фамилия семьи", "Адрес", "№ дела"]
    assert "Телефон" in heads(page) and "Детей" not in heads(page)
    walk.open("Семьи")
    assert "Телефон" in heads(page)
    page.locator("summary", has_text="Фильтр").click()
    walk.picture("list-filters")

    # ---- a view, kept as the one the list opens with ----------------------------------------------------
    page.goto(f"{address}/families/?f.phone.op=empty")
    walk.follow("Сохранить вид")
    walk.fill("Название", "Без телефона")
    page.get_by_role("checkbox", name="Открывать по умолчанию").check()
    walk.picture("view-save")
    walk.press("Сохранить вид")
    assert rows(page) == ["Берёзовы", "Тестовы", "Щёголевы"]
    walk.open("Семьи")
    assert page.locator(".views [aria-current]").inner_text() == "Без телефона"
    walk.picture("view-default")
    walk.follow("Все")
    page.get_by_role("rowheader", name="Звонковы").wait_for()
    assert len(rows(page)) == 4
    walk.follow("Настроить виды")
    walk.picture("views")
    walk.open("Семьи")

    # ---- many rows: preview, done, undone ---------------------------------------------------------------
    page.get_by_role("checkbox", name="Отметить: Берёзовы").check()
    page.get_by_role("checkbox", name="Отметить: Щёголевы").check()
    walk.press("Изменить поля")
    page.get_by_role("checkbox", name="Менять: Телефон").check()
    walk.fill("Телефон", "8 900 000-14-22")
    page.get_by_role("checkbox", name="Менять: Участок").check()
    walk.choose("Участок", "зареч", "Заречье")
    walk.picture("many-fields")
    walk.press("Показать, что изменится")
    walk.says("Изменится строк: 2.")
    walk.picture("many-preview")
    assert phones(stored)["Берёзовы"] is None
    walk.press("Изменить 2 строки")
    walk.says("Сделано строк: 2 из 2.")
    walk.picture("many-done")
    assert phones(stored) == {
        "Берёзовы": "+79000001422", "Щёголевы": "+79000001422", "Тестовы": None, "Звонковы": "+79000001421",
    }  # fmt: skip
    walk.follow("Вернуться к списку")
    walk.follow("Посмотреть и отменить")
    walk.picture("many-steps")
    walk.press("Отменить")
    walk.says("Как прежде: 2 карточки.")
    assert phones(stored) == {"Берёзовы": None, "Щёголевы": None, "Тестовы": None, "Звонковы": "+79000001421"}

    # ---- one row, in its place --------------------------------------------------------------------------
    page.get_by_role("link", name="Изменить в строке: Тестовы").click()
    page.locator("tr.row-form").wait_for()
    assert page.evaluate("document.activeElement.name") == "phone"
    walk.picture("row-edit")
    page.keyboard.press("Escape")
    assert page.locator("tr.row-form").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Изменить в строке: Тестовы"
    page.keyboard.press("Enter")
    page.locator("tr.row-form").wait_for()
    walk.fill("Телефон", "12")
    page.locator("tr.row-form").get_by_role("button", name="Сохранить").click()
    walk.says("В номере должно быть 10 цифр")
    walk.picture("row-refused")
    walk.fill("Телефон", "8 900 000-14-23")
    walk.press("Сохранить")
    walk.says("Сохранено: Тестовы.")
    assert rows(page) == ["Берёзовы", "Щёголевы"], "back in the view the list was left in"
    assert phones(stored)["Тестовы"] == "+79000001423"
    assert walk.console == []


def test_the_same_without_script(centre: ServiceUnit, address: str, stored: Session, chromium: Any) -> None:
    context = chromium.new_context(locale="ru-RU", java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{address}/login/")
    page.locator("#username").fill("head")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.goto(f"{address}/families/")
    page.get_by_text("Столбцы", exact=True).click()
    page.get_by_role("button", name="Выше: № дела").click()
    assert heads(page)[:2] == ["№ дела", "Фамилия семьи"]
    page.locator(".chooser").get_by_role("button", name="Как в начале").click()
    assert heads(page)[:2] == ["Фамилия семьи", "№ дела"]
    page.get_by_role("checkbox", name="Отметить: Берёзовы").check()
    page.get_by_role("button", name="Изменить поля").click()
    assert not page.get_by_role("textbox", name="Телефон").is_visible()
    page.get_by_role("checkbox", name="Менять: Телефон").check()
    page.get_by_role("textbox", name="Телефон").fill("8 900 000-14-22")
    page.get_by_role("button", name="Показать, что изменится").click()
    page.get_by_role("button", name="Изменить 1 строку").click()
    page.get_by_role("button", name="Отменить весь шаг").click()
    assert phones(stored)["Берёзовы"] is None
    page.get_by_role("link", name="Изменить в строке: Берёзовы").click()
    page.get_by_role("textbox", name="Телефон").fill("8 900 000-14-24")
    page.get_by_role("button", name="Сохранить").click()
    assert rows(page) == ["Берёзовы", "Звонковы", "Тестовы", "Щёголевы"]
    assert phones(stored)["Берёзовы"] == "+79000001424"
    context.close()
