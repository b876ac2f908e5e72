"""Loading a journal of services in the browser: shown, loaded, the rest given back; who may."""

from __future__ import annotations

import datetime as dt
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff
from app.register.intake import work
from app.register.sheet import open_workbook
from app.roles import CURATOR, HEAD, REGISTRAR
from app.services.models import ServiceRecord
from tests.cases.banks import CURATORS
from tests.make import make_actor
from tests.services.journals import GIVEN, JOURNALS, OLGA, bank_loaded, line, rows, write
from tests.visiting import Browser, Visit


@pytest.fixture
def head(visit: Visit, stored: Session, tmp_path: Path) -> Browser:
    """Return the browser of a head in a centre with families and their curators."""
    browser = visit(HEAD)
    for name in CURATORS:
        add_staff(stored, browser.unit_id, name, "куратор", by=SYSTEM, since=dt.date(2020, 1, 1))
    with acting(make_actor(stored.get(ServiceUnit, browser.unit_id))) as by:
        bank_loaded(stored, by, tmp_path)
    return browser


def send(browser: Browser, path: Path) -> Any:
    data = {"sheet": "services", "file": (BytesIO(path.read_bytes()), "Журнал.xlsx")}
    return browser.post("/import/", data=data, content_type="multipart/form-data")


def stamp(text: str) -> str:
    found = re.search(r'name="stamp" value="([0-9a-f]+)"', text)
    assert found is not None
    return found[1]


def number(stored: Session) -> int | None:
    with acting(SYSTEM):
        return stored.scalar(select(func.count(ServiceRecord.id)))


def test_a_journal_is_shown_and_loaded(head: Browser, stored: Session, tmp_path: Path) -> None:
    here = send(head, write(tmp_path / "j.xlsx", JOURNALS["printed"])).headers["Location"]
    page = head.get(here).text
    assert all(
        words in page for words in ("Новых: 4\u00a0услуги.", "В перечень добавится: 3\u00a0услуги.", GIVEN[0][1])
    )
    assert number(stored) == 0
    done = head.post(f"{here}load", data={"how": "all", "stamp": stamp(page)})
    assert (done.status_code, done.headers["Location"]) == (302, "/records/")
    assert "Загружено: 4\u00a0услуги." in head.get("/records/").text
    assert number(stored) == 4


def test_good_rows_are_loaded_and_the_rest_is_given_back(head: Browser, stored: Session, tmp_path: Path) -> None:
    path = write(tmp_path / "j.xlsx", (("Январь", rows(line(1), line(2, C=OLGA, F="два"))),))
    here = send(head, path).headers["Location"]
    page = head.get(here).text
    assert "«два» не число" in page
    done = head.post(f"{here}load", data={"how": "good", "stamp": stamp(page)}, follow_redirects=True).text
    assert "Загружено: 1\u00a0услуга." in done
    assert number(stored) == 1
    with head.get(f"{here}rest") as answer:
        sheet = load_workbook(BytesIO(answer.data)).active
    left = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[2] for row in left] == ["Ф.И.О. получателя", OLGA]
    assert "количество" in str(left[1][-1]) or "«два» не число" in str(left[1][-1])


def test_who_may_not_enter_services_is_not_offered_them(visit: Visit, tmp_path: Path) -> None:
    registrar = visit(REGISTRAR)
    assert "Журнал услуг" not in registrar.get("/import/").text
    assert send(registrar, write(tmp_path / "j.xlsx", JOURNALS["printed"])).status_code == 403


def test_the_journal_leads_to_its_own_import_and_that_to_the_sheet_of_the_form(head: Browser) -> None:
    assert 'href="/import/?sheet=services"' in head.get("/records/").text
    page = head.get("/import/?sheet=services").text
    assert re.search(r'name="sheet" value="services"[^>]* checked', page) is not None
    assert 'href="/import/of/records/"' in page
    assert 'href="/import/?sheet=families"' in head.get("/import/of/families/").text


def test_a_curator_loads_services_only_and_is_told_nothing_of_families_of_others(
    head: Browser, visit: Visit, stored: Session, tmp_path: Path
) -> None:
    curator = visit(CURATOR)
    path = write(tmp_path / "j.xlsx", JOURNALS["printed"])
    assert 'href="/import/?sheet=services"' in curator.get("/records/").text
    assert "/import/of/" not in curator.get("/families/").text
    bank = {"sheet": "families", "file": (BytesIO(path.read_bytes()), "Банк.xlsx")}
    assert curator.post("/import/", data=bank, content_type="multipart/form-data").status_code == 403
    page = curator.get(send(curator, path).headers["Location"]).text
    assert "такого человека нет среди семей, которые открыты вам; проверьте имя" in page
    assert "Новых: 0\u00a0услуг." in page
    assert number(stored) == 0


def test_who_filters_and_loads_what_he_saw_does_not_wait_for_the_book_again(
    head: Browser, stored: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    def counting(*words: Any) -> Any:
        opened.append(words)
        return open_workbook(*words)

    monkeypatch.setattr(work, "open_workbook", counting)
    here = send(head, write(tmp_path / "j.xlsx", JOURNALS["printed"])).headers["Location"]
    page = head.get(here).text
    assert "Новых: 4" in head.get(f"{here}?view=new").text
    assert len(opened) == 1
    with acting(SYSTEM):
        add_staff(stored, head.unit_id, "Новенькая Анна Павловна", "куратор", by=SYSTEM)
    stored.commit()
    assert head.get(f"{here}?view=new").status_code == 200
    assert len(opened) == 2
    assert head.post(f"{here}load", data={"how": "all", "stamp": stamp(page)}).headers["Location"] == "/records/"
    assert (len(opened), number(stored)) == (2, 4)


def test_a_service_entered_while_the_book_was_looked_at_is_seen_before_the_load(
    head: Browser, stored: Session, tmp_path: Path
) -> None:
    path = write(tmp_path / "j.xlsx", JOURNALS["printed"])
    first, second = (send(head, path).headers["Location"] for _ in range(2))
    seen = stamp(head.get(second).text)
    head.post(f"{first}load", data={"how": "all", "stamp": stamp(head.get(first).text)})
    late = head.post(f"{second}load", data={"how": "all", "stamp": seen}, follow_redirects=True).text
    assert "данные в службе изменились" in late
    assert number(stored) == 4
