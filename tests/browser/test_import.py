"""Loading from Excel, clicked through: columns, a likely twin, the good rows, the rest given back, the mended book."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff, make_account
from app.people.models import Family
from app.roles import REGISTRAR
from tests.browser.test_centre_day import WIDTHS, Walk
from tests.cases.test_import_steps import MISTYPED, UNKNOWN
from tests.cases.test_import_views import BAD, GOOD, OTHER, book
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser


def seen(page: Any, name: str, folder: Path) -> None:
    """Look at the page on both widths: nothing sticks out, nothing shuts anybody out."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide at {width}"
        found = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], name
        page.screenshot(path=str(folder / f"import-{name}-{width}.png"), full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def kept(folder: Path, name: str, *rows: list[Any], heads: list[str] = UNKNOWN) -> str:
    path = folder / name
    path.write_bytes(book(*rows, heads=heads).getvalue())
    return str(path)


def test_a_book_is_loaded_in_two_goes(stored: Session, address: str, page: Any, tmp_path: Path) -> None:
    unit = stored.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
    assert unit is not None
    add_staff(stored, unit.id, "Кураторова Инна Павловна", "куратор", by=SYSTEM, since=dt.date(2020, 1, 1))
    person = add_staff(stored, unit.id, "Проверкин Пётр Петрович", "регистратор", by=SYSTEM)
    make_account(stored, person, "registrar", PASSWORD, (REGISTRAR,), by=SYSTEM, must_change=False)
    stored.commit()
    walk = Walk(page, address)
    walk.sign_in("registrar")

    # The first book has a column nobody knows; it is chosen once.
    walk.open("Загрузка из Excel")
    seen(page, "upload", tmp_path)
    page.get_by_label("Файл с вашего компьютера").set_input_files(kept(tmp_path, "Первая.xlsx", GOOD))
    walk.press("Прочитать файл")
    page.get_by_label("Куда записать столбец E").select_option(label="Адрес")
    walk.press("Прочитать заново по этим столбцам")
    page.get_by_text("В следующий раз они подставятся сами.").wait_for()
    walk.press("Загрузить 1\u00a0семью")
    page.get_by_text("Загружено: 1\u00a0семья").wait_for()

    # The second has somebody who looks known, a mistake, and a good family.
    page.goto(f"{address}/import/")
    page.get_by_label("Файл с вашего компьютера").set_input_files(kept(tmp_path, "Вторая.xlsx", MISTYPED, OTHER, BAD))
    walk.press("Прочитать файл")
    page.get_by_role("heading", name="Похожи на тех, кто уже есть").wait_for()
    page.locator("summary").first.click()
    assert page.get_by_text("как в прошлый раз").count() == 9
    seen(page, "twins", tmp_path)
    page.get_by_label("Это тот же человек").check()
    walk.press("Запомнить ответы")
    page.get_by_text("Запомнили: 1\u00a0ответ.").wait_for()
    seen(page, "answered", tmp_path)
    page.get_by_label("Только готовые").check()
    walk.press("Загрузить 2\u00a0семьи")
    page.get_by_role("heading", name="Готовое загружено").wait_for()
    seen(page, "result", tmp_path)

    # The rest comes back as a book, is mended in it, and goes in.
    with page.expect_download() as waiting:
        walk.follow("Скачать «Вторая (исправить).xlsx»")
    mended = tmp_path / "Вторая (исправить).xlsx"
    waiting.value.save_as(mended)
    rest = openpyxl.load_workbook(mended)
    assert [rest["Район"]["B2"].value, rest["Район"].max_row] == [BAD[1], 2]
    rest["Район"]["I2"] = "28.02.2014"
    rest.save(mended)
    walk.follow("Загрузить исправленную книгу")
    page.get_by_label("Файл с вашего компьютера").set_input_files(str(mended))
    walk.press("Прочитать файл")
    walk.press("Загрузить 1\u00a0семью")
    page.get_by_text("Загружено: 1\u00a0семья, 1\u00a0ребёнок.").wait_for()
    stored.commit()
    names = stored.scalars(select(Family.name).order_by(Family.id)).all()
    assert (names, [len(family.members) for family in stored.scalars(select(Family).order_by(Family.id))]) == (
        ["Тестова", "Пробина", "Опытов"], [3, 2, 2])  # fmt: skip
    assert walk.console == []
