"""R24 on the screen and as Excel: for the director and the administrator, who sees no family in it (P05)."""

from __future__ import annotations

import io
from contextlib import closing

import openpyxl
import pytest
from sqlalchemy import select

from app.acting import acting
from app.journal.models import JournalRow
from app.people.models import Family
from tests.make import make_family
from tests.register.conftest import Office, office

__all__ = ["office"]


@pytest.fixture
def family(office: Office) -> Family:
    with acting(office.by):
        return make_family(office.stored, office.by, name="Секретовы")


def test_the_director_sees_who_looked_at_whom(office: Office, family: Family) -> None:
    curator, director = office.come("Заведующий отделением"), office.come("Директор")
    curator.get(f"/families/show/{family.id}")
    page = director.get("/audit/").text
    assert "Показаны специальные сведения" in page and "Раздел «Сведения»." in page
    assert f'href="/families/show/{family.id}"' in page and "Секретовы" in page


def test_the_administrator_sees_that_somebody_looked_and_no_name(office: Office, family: Family) -> None:
    head, administrator = office.come("Заведующий отделением"), office.come("Администратор")
    head.get(f"/families/show/{family.id}")
    head.get("/families/?q=Секретовы")
    for address in ("/audit/", "/audit/?kind=Поиск", "/audit/?table=family"):
        page = administrator.get(address)
        assert page.status_code == 200
        assert "Секретов" not in page.text and "Тестова" not in page.text and "Пётр:" not in page.text
    assert f"Семья № {family.id}" in administrator.get("/audit/?table=family").text


@pytest.mark.both
def test_the_filters_narrow_and_the_pages_go_on(office: Office, family: Family) -> None:
    head, director = office.come("Заведующий отделением"), office.come("Директор")
    for _ in range(60):
        head.get(f"/families/show/{family.id}?tab=cases")
    here = f"/audit/?user={head.user_id}&kind=Просмотр&table=family&record={family.id}"
    first = director.get(here).text
    assert first.count('<th scope="row"') == 50
    last = office.stored.scalars(
        select(JournalRow.id).where(JournalRow.verb == "look.card").order_by(JournalRow.id.desc()).offset(49).limit(1)
    ).one()
    assert f"before={last}" in first
    assert director.get(f"{here}&before={last}").text.count('<th scope="row"') == 10
    assert director.get("/audit/?since=01.01.2099").text.count('<th scope="row"') == 0


@pytest.mark.parametrize("address", ["?user=x", "?kind=нет", "?table=нет", "?before=-1"])
def test_garbage_in_the_address_is_refused(office: Office, address: str) -> None:
    assert office.come("Директор").get(f"/audit/{address}").status_code == 400


def test_a_day_that_cannot_be_read_is_told(office: Office) -> None:
    page = office.come("Директор").get("/audit/?since=завтра")
    assert page.status_code == 200 and "aria-invalid" in page.text


@pytest.mark.parametrize("role", ["Куратор", "Заведующий отделением", "Регистратор"])
def test_others_may_not_read_the_journal(office: Office, family: Family, role: str) -> None:
    browser = office.come(role)
    for address in ("/audit/", "/audit/R24.xlsx", f"/audit/of/families/{family.id}"):
        assert browser.get(address).status_code == 403
    assert "Кто смотрел" not in browser.get(f"/families/show/{family.id}?tab=history").text


def test_the_file_tells_objects_by_number_and_its_way_out_is_a_row(office: Office, family: Family) -> None:
    head, administrator = office.come("Заведующий отделением"), office.come("Администратор")
    head.get(f"/families/show/{family.id}")
    with closing(administrator.get("/audit/R24.xlsx")) as answer:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    cells = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    text = "\n".join(" ".join(row) for row in cells)
    assert f"Семья № {family.id}" in text and "Показаны специальные сведения" in text
    assert "Секретов" not in text and "Тестова" not in text
    newest = office.stored.scalars(select(JournalRow).order_by(JournalRow.id.desc()).limit(1)).one()
    assert (newest.verb, newest.sentence.split(",")[0]) == (
        "export", "Выгружено в Excel: R24 «Журнал доступа к персональным данным»",
    )  # fmt: skip


@pytest.mark.both
def test_who_looked_at_a_record_also_through_searches_and_exports(office: Office, family: Family) -> None:
    head, director = office.come("Заведующий отделением"), office.come("Директор")
    head.get(f"/families/show/{family.id}")
    head.get("/families/?q=Секретовы")
    with closing(head.get("/families/export.xlsx")) as answer:
        assert answer.data
    history = director.get(f"/families/show/{family.id}?tab=history").text
    assert f'href="/audit/of/families/{family.id}"' in history
    page = director.get(f"/audit/of/families/{family.id}").text
    for words in ("Показаны специальные сведения", "Поиск", "Выгрузка в Excel", "127.0.0.1"):
        assert words in page
    assert director.get("/audit/of/families/999999").status_code == 404
    assert director.get("/audit/of/services/1").status_code == 404
    assert director.get("/audit/of/nothing/1").status_code == 404


@pytest.mark.both
def test_a5_who_asks_for_what_is_not_open_to_him_leaves_a_row(office: Office, family: Family) -> None:
    curator, director = office.come("Куратор"), office.come("Директор")
    assert curator.get(f"/families/show/{family.id}").status_code == 404
    assert curator.get("/families/show/987654").status_code == 404
    assert curator.post(f"/families/edit/{family.id}").status_code == 404
    assert curator.post(f"/disabilities/delete/{family.id}").status_code == 403
    assert curator.get("/families/nowhere").status_code == 404
    asked = select(JournalRow.table_name, JournalRow.record_id, JournalRow.user_id, JournalRow.sentence)
    rows = office.stored.execute(asked.where(JournalRow.verb == "access.refused").order_by(JournalRow.id)).all()
    unseen = "Карточки нет или она не открыта этому человеку."
    assert rows == [
        ("family", family.id, curator.user_id, unseen),
        ("family", 987654, curator.user_id, unseen),
        ("family", family.id, curator.user_id, unseen),
        ("disability_status", family.id, curator.user_id, "Раздел закрыт."),
    ]
    page = director.get("/audit/?kind=Отказ в доступе").text
    assert page.count('<th scope="row"') == 4 and "отказано" in page
    assert "Отказано в доступе" in director.get(f"/audit/of/families/{family.id}").text
    newest = select(JournalRow.verb).order_by(JournalRow.id.desc()).limit(1)
    assert office.stored.scalars(newest).one() != "access.refused"
