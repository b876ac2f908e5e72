"""Scans as people attach them: chosen or dropped, looked at, removed; at the desk and on a phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.cases.rules import assign_curator
from app.organisation.models import ServiceUnit, Territory, TerritoryLevel
from app.organisation.rules import add_staff, make_account
from app.people.models import Family
from app.register.models import Attachment
from tests.make import make_actor, make_case, make_family
from tests.register import uploads
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser

WIDTHS = (1280, 360)
DROP = """([name, words]) => {
    const given = new DataTransfer();
    given.items.add(new File([words], name, { type: "text/plain" }));
    const zone = document.querySelector("[data-zone]");
    for (const kind of ["dragenter", "dragover", "drop"])
        zone.dispatchEvent(new DragEvent(kind, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def family(stored: Session) -> Family:
    """A family of a centre, whose case the curator leads."""
    unit = stored.scalars(select(ServiceUnit)).one()
    person = add_staff(stored, unit.id, "Проверкин Пётр Петрович", "куратор", by=SYSTEM)
    make_account(stored, person, "proverkin", PASSWORD, ["Куратор"], by=SYSTEM, must_change=False)
    village = Territory(name="Тестово", level=TerritoryLevel.SETTLEMENT)
    stored.add(village)
    stored.flush()
    by = make_actor(unit)
    with acting(by):
        made = make_family(stored, by, name="Тестовы", territory=village)
        assign_curator(make_case(stored, by, family=made), person, by=by)
    stored.commit()
    return made


def sign_in(page: Any, address: str, then: str) -> None:
    """Sign in and open *then*."""
    page.goto(address)
    page.get_by_label("Имя").fill("proverkin")
    page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.goto(address + then)


def look(page: Any, name: str) -> None:
    """Check the page with axe at both widths and that it does not scroll sideways; keep pictures if asked to."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, name
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def titles(stored: Session) -> list[str]:
    """Return the titles of what is attached."""
    found = sorted(stored.scalars(select(Attachment.title)))
    stored.commit()
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_scans_are_attached_looked_at_and_removed(
    address: str, stored: Session, family: Family, page: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    pk = family.id
    stored.commit()
    sign_in(page, address, f"/families/show/{pk}")
    page.get_by_role("link", name="Файлы").click()
    look(page, f"files-none-{width}")
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_label("Выберите сканы или документы").set_input_files(
        [
            {"name": "Снимок свидетельства.jpg", "mimeType": "image/jpeg", "buffer": uploads.photo((1200, 800))},
            {"name": "Заявление.pdf", "mimeType": "application/pdf", "buffer": uploads.pdf()},
            {"name": "Программа.exe", "mimeType": "application/pdf", "buffer": b"MZ" + bytes(99)},
        ]
    )
    assert page.get_by_text("Снимок свидетельства.jpg").is_visible()
    page.get_by_role("button", name="Приложить").click()
    page.get_by_text("Этот файл не приложен:").wait_for()
    look(page, f"files-some-{width}")
    page.set_viewport_size({"width": width, "height": 800})
    assert titles(stored) == ["Заявление", "Снимок свидетельства"]

    page.get_by_role("link", name="Снимок свидетельства", exact=True).click()
    picture = page.get_by_role("img", name="Снимок свидетельства")
    picture.wait_for()
    assert picture.evaluate("image => [image.complete, image.naturalWidth, image.naturalHeight]") == [True, 800, 1200]
    look(page, f"files-picture-{width}")
    page.set_viewport_size({"width": width, "height": 800})

    page.get_by_role("button", name="Переименовать").click()
    page.get_by_label("Название").fill("Свидетельство о рождении")
    page.get_by_role("dialog").get_by_role("button", name="Переименовать").click()
    page.get_by_role("heading", level=1, name="Свидетельство о рождении").wait_for()

    page.get_by_role("button", name="Удалить").click()
    page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
    page.get_by_text("Файл удалён.").wait_for()
    assert titles(stored) == ["Заявление"]

    page.get_by_role("link", name="Заявление", exact=True).click()
    page.locator("iframe").wait_for()
    look(page, f"files-pdf-{width}")


def test_a_document_dropped_onto_its_place_is_attached(
    address: str, stored: Session, family: Family, page: Any
) -> None:
    pk = family.id
    stored.commit()
    sign_in(page, address, f"/families/show/{pk}?tab=files")
    assert page.get_by_text("или перетащите их сюда").is_visible()
    page.evaluate(DROP, ["Заметка.txt", "Слова"])
    page.get_by_role("button", name="Приложить").click()
    page.get_by_text("Файл приложен.").wait_for()
    assert titles(stored) == ["Заметка"]


def test_a_file_too_large_is_told_before_it_is_sent(address: str, stored: Session, family: Family, page: Any) -> None:
    pk = family.id
    stored.commit()
    sign_in(page, address, f"/families/show/{pk}?tab=files")
    page.evaluate("document.querySelector('form[data-attach]').dataset.most = '3'")
    page.evaluate(DROP, ["Заметка.txt", "Слова"])
    page.get_by_text("Больше 25 МБ: Заметка.txt. Разделите файл на части.").wait_for()
    page.get_by_role("button", name="Приложить").click()
    assert page.get_by_text("Больше 25 МБ: Заметка.txt.").is_visible() and titles(stored) == []


def test_files_are_attached_and_removed_without_script(
    address: str, stored: Session, family: Family, chromium: Any
) -> None:
    pk = family.id
    stored.commit()
    context = chromium.new_context(locale="ru-RU", java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    sign_in(page, address, f"/families/show/{pk}?tab=files")
    assert page.get_by_text("или перетащите их сюда").count() == 0 or page.get_by_text("перетащите").is_hidden()
    page.get_by_label("Или снимите документ камерой").set_input_files(
        {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": uploads.photo()}
    )
    page.get_by_role("button", name="Приложить").click()
    page.get_by_role("link", name="image", exact=True).click()
    page.get_by_role("link", name="Удалить").click()
    page.get_by_role("button", name="Удалить").click()
    page.get_by_text("Файл удалён.").wait_for()
    assert titles(stored) == []
    context.close()
