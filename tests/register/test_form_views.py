"""«Загрузить из Excel» of a register in the browser: the button, the tables, the preview, the load; who may not."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from app.journal.models import JournalRow
from app.organisation.models import PartnerKind, PartnerOrganisation
from tests.register.conftest import Office
from tests.register.forms import words
from tests.register.forms_in_excel import changed, columns
from tests.visiting import Browser

LOADED = "Организации: добавлена 1\u00a0строка, изменена 1\u00a0ячейка в 1\u00a0строке."
BUTTON = 'href="/import/of/partners/'


def partner(office: Office, name: str = "Школа № 1", **more: Any) -> int:
    """Make an organisation of the centre and return its key."""
    made = PartnerOrganisation(name=name, kind=next(iter(PartnerKind)), service_unit_id=office.unit.id, **more)
    office.stored.add(made)
    office.stored.commit()
    return made.id


def fetched(browser: Browser, address: str, path: Path) -> Path:
    """Download a workbook."""
    answer = browser.get(address)
    assert (answer.status_code, answer.mimetype.endswith("spreadsheetml.sheet")) == (200, True)
    path.write_bytes(answer.data)
    answer.close()
    return path


def sent(browser: Browser, path: Path, sheet: str = "register.partners") -> Any:
    """Upload a workbook."""
    file = (BytesIO(path.read_bytes()), "Организации.xlsx")
    return browser.post("/import/", data={"file": file, "sheet": sheet}, content_type="multipart/form-data")


def test_the_whole_way_from_the_list_s_button_to_the_changed_record(office: Office, tmp_path: Path) -> None:
    pk, browser = partner(office, phone="+79000001426"), office.come("Заведующий отделением")
    assert BUTTON in browser.get("/partners/").text
    page = browser.get("/import/of/partners/").text
    assert "Excel для правки" in page
    assert "Скачать пустую таблицу" in page

    def edit(sheet: Worksheet, at: dict[str, int]) -> None:
        sheet.cell(5, at["Телефон"]).value = 89000001427
        sheet.cell(6, at["Название"]).value = "=Сад"
        sheet.cell(6, at["Название"]).data_type = "s"
        sheet.cell(6, at["Вид"]).value = next(iter(PartnerKind)).label

    path = changed(fetched(browser, "/import/of/partners/edit.xlsx", tmp_path / "p.xlsx"), edit)
    answer = sent(browser, path)
    assert answer.status_code == 302
    preview = browser.get(answer.location).text
    assert "Добавится 1\u00a0строка, изменится 1\u00a0ячейка в 1\u00a0строке." in preview
    assert "было: +7\u00a0900\u00a0000-14-26" in preview
    stamp = re.search(r'name="stamp" value="([0-9a-f]+)"', preview)
    assert stamp is not None
    done = browser.post(f"{answer.location}load", data={"how": "all", "stamp": stamp[1]})
    assert done.location == "/partners/"
    assert f"Загружено. {LOADED}" in browser.get("/partners/").text
    office.stored.expire_all()
    rows = office.stored.execute(select(PartnerOrganisation.name, PartnerOrganisation.phone)).all()
    assert sorted(tuple(row) for row in rows) == [("=Сад", None), ("Школа № 1", "+79000001427")]
    assert "Загружено из Excel. Организации" in browser.get("/partners/steps").text
    told = office.stored.scalars(select(JournalRow.sentence).where(JournalRow.verb.in_(("export", "import")))).all()
    assert told == [
        "Выгружено в Excel для правки: Организации, 1\u00a0строка.",
        f"Загружено из таблицы «Организации.xlsx». {LOADED}",
    ]
    assert pk


def test_the_table_for_editing_holds_the_filtered_list_only(office: Office, tmp_path: Path) -> None:
    partner(office)
    partner(office, "Больница")
    browser = office.come("Заведующий отделением")
    assert re.search(re.escape(BUTTON) + r"\?q=", browser.get("/partners/?q=больн").text)
    sheet = load_workbook(fetched(browser, "/import/of/partners/edit.xlsx?q=больн", tmp_path / "p.xlsx")).worksheets[0]
    assert [sheet.cell(row, columns(sheet)["Название"]).value for row in range(5, sheet.max_row + 1)] == ["Больница"]


def test_the_blank_table_has_headers_lists_and_no_word_of_anybody(office: Office, tmp_path: Path) -> None:
    office.family("Секреткины")
    office.stored.commit()
    browser = office.come("Заведующий отделением")
    for key in ("families", "members", "people", "cases", "records"):
        path = fetched(browser, f"/import/of/{key}/blank.xlsx", tmp_path / f"{key}.xlsx")
        book = load_workbook(path)
        assert "Код карточки" not in columns(book.worksheets[0])
        assert book.worksheets[0].max_row == 4
        assert book["Списки"].sheet_state == "hidden"
        with browser.get(f"/import/of/{key}/blank.xlsx") as again:
            assert "Секреткин" not in words(again)
            assert "Проверкин" not in words(again)
    at = columns(load_workbook(tmp_path / "families.xlsx").worksheets[0])
    assert "Населённый пункт" in at


def test_who_may_not_load_sees_no_button_and_no_page(office: Office) -> None:
    partner(office)
    curator = office.come("Куратор")
    registrar = office.come("Регистратор")
    for browser in (curator, registrar):
        assert BUTTON not in browser.get("/partners/").text
        for address in ("", "edit.xlsx", "blank.xlsx"):
            assert browser.get(f"/import/of/partners/{address}").status_code == 404
    for address in ("", "edit.xlsx", "blank.xlsx"):
        assert registrar.get(f"/import/of/programmes/{address}").status_code == 404
        assert registrar.get(f"/import/of/nothing/{address}").status_code == 404
    assert office.come("Секретарь").get("/import/of/partners/").status_code == 403


def test_a_workbook_cannot_be_sent_to_a_register_one_may_not_load_into(office: Office, tmp_path: Path) -> None:
    partner(office)
    head, registrar = office.come("Заведующий отделением"), office.come("Регистратор")
    path = fetched(head, "/import/of/partners/edit.xlsx", tmp_path / "p.xlsx")
    assert sent(registrar, path).status_code == 403
    assert sent(registrar, path, "register.programmes").status_code == 403


def test_a_refused_workbook_leads_back_to_the_same_register(office: Office, tmp_path: Path) -> None:
    browser = office.come("Заведующий отделением")
    path = tmp_path / "p.xlsx"
    path.write_bytes(b"not a workbook")
    page = sent(browser, path).text
    assert 'value="register.partners"' in page
    assert 'role="alert"' in page


def test_the_state_of_a_list_with_garbage_is_refused(office: Office) -> None:
    assert office.come("Заведующий отделением").get("/import/of/partners/edit.xlsx?sort=nothing").status_code == 400
