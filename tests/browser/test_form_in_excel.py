"""A register out to Excel and back with a real browser: taken, changed, brought back, seen, loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.organisation.models import PartnerKind, PartnerOrganisation, ServiceUnit
from app.organisation.rules import add_staff, make_account
from tests.browser.test_attaching import look, sign_in
from tests.register.forms_in_excel import changed
from tests.visiting import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 360])
def test_the_directory_of_organisations_is_mended_in_excel(
    address: str, stored: Session, page: Any, tmp_path: Path, width: int
) -> None:
    unit = stored.scalars(select(ServiceUnit)).one()
    person = add_staff(stored, unit.id, "Проверкин Пётр Петрович", "заведующий", by=SYSTEM)
    make_account(stored, person, "proverkin", PASSWORD, ["Заведующий отделением"], by=SYSTEM, must_change=False)
    kind = next(iter(PartnerKind))
    stored.add_all(PartnerOrganisation(name=f"Школа № {n}", kind=kind, service_unit_id=unit.id) for n in (1, 2, 3))
    stored.commit()
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, address, "/partners/")
    page.get_by_role("link", name="Загрузить из Excel").last.click()
    look(page, f"from-excel-{width}")
    page.set_viewport_size({"width": width, "height": 800})
    with page.expect_download() as coming:
        page.get_by_role("link", name="Excel для правки").click()
    path = tmp_path / "Организации.xlsx"
    coming.value.save_as(path)

    def edit(sheet: Worksheet, at: dict[str, int]) -> None:
        sheet.cell(5, at["Телефон"]).value = "8 900 000-14-26"
        sheet.cell(6, at["Адрес"]).value = "ул. Тестовая, 1"
        sheet.cell(7, at["Телефон"]).value = "12"

    changed(path, edit)
    page.get_by_label("Файл с вашего компьютера").set_input_files(str(path))
    page.get_by_role("button", name="Прочитать файл").click()
    page.get_by_role("heading", name="Проверьте, прежде чем загрузить").wait_for()
    assert page.get_by_text("В номере должно быть 10 цифр").first.is_visible()
    look(page, f"from-excel-preview-{width}")
    page.get_by_role("button", name="Загрузить 2").click()
    page.get_by_text("Загружено. Организации: изменены 2").first.wait_for()
    look(page, f"from-excel-done-{width}")
    stored.expire_all()
    rows = stored.execute(
        select(PartnerOrganisation.phone, PartnerOrganisation.address).order_by(PartnerOrganisation.name)
    )
    assert [tuple(row) for row in rows] == [("+79000001426", None), (None, "ул. Тестовая, 1"), (None, None)]
