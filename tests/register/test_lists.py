"""A list: filters, chosen columns, its state in the address, Excel of the whole of it, related registers as tabs."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import closing
from decimal import Decimal
from html import unescape
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.acting import acting
from app.journal.models import JournalRow
from app.people.models import FamilyRole
from app.people.rules import add_member
from tests.make import make_adult, make_case, make_family, make_service
from tests.register.conftest import Office
from tests.register.forms import filled
from tests.register.test_search import names
from tests.visiting import Browser

pytestmark = pytest.mark.both


def table(browser: Browser, address: str) -> list[list[str]]:
    """Return the cells of the list at *address*, its head first."""
    text = browser.get(address).text
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL):
        cells = re.findall(r"<t[hd](?![^>]* class=\"pick)[^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        found.append([" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in cells])
    return found


@pytest.fixture
def people(office: Office) -> Browser:
    """Five people born a year apart; the third has no phone and no income."""
    for number in range(5):
        make_adult(
            office.stored,
            office.by,
            last_name=f"Людинова{number}",
            birth_date=dt.date(1990 + number, 5, 4),
            phone=None if number == 2 else f"+7900000142{number}",
            employment=["works", "idle", None, "studies", "works"][number],
            sex="male" if number == 4 else "female",
        )
    return office.come()


FILTERS = {
    "f.birth_date.op=eq&f.birth_date=04.05.1991": "1",
    "f.birth_date.op=ge&f.birth_date=04.05.1992": "234",
    "f.birth_date.op=le&f.birth_date=04.05.1992": "012",
    "f.birth_date.op=between&f.birth_date=04.05.1991&f.birth_date.to=04.05.1993": "123",
    "f.birth_date.op=between&f.birth_date.to=04.05.1991": "01",
    "f.birth_date.op=between&f.birth_date=04.05.1993": "34",
    "f.phone.op=empty": "2",
    "f.phone.op=filled": "0134",
    "f.phone=%2B7 900 000-14-23": "3",
    "f.phone=8(900)000-14-23": "3",
    "f.phone=1424": "4",
    "f.employment=works": "04",
    "f.employment=works&f.employment=studies": "034",
    "f.employment.op=none&f.employment=works": "123",
    "f.employment.op=empty": "2",
    "f.employment.op=filled": "0134",
    "f.sex=male": "4",
    "f.name.op=has&f.name=ЛЮДИНОВА3": "3",
    "f.name.op=is&f.name=людинова3  мария": "3",
    "f.name.op=starts&f.name=мария": "",
    "f.name.op=starts&f.name=Людинова": "01234",
    "f.name=%25": "",
    "f.name=_": "",
    "f.sex=female&f.birth_date.op=ge&f.birth_date=04.05.1992&q=людинова": "23",
}
"""What is asked, and which of the five people it finds."""


def test_a_filter_keeps_exactly_what_it_says(people: Browser) -> None:
    found = {
        query: "".join(name.removeprefix("Людинова")[0] for name in names(people, f"/people/?{query}"))
        for query in FILTERS
    }
    assert found == FILTERS


def test_a_filter_by_a_linked_record_and_by_emptiness(office: Office) -> None:
    office.family("Здешние")
    far = make_family(office.stored, office.by, members=[], name="Бездомные")
    browser = office.come()
    assert names(browser, f"/families/?f.territory_id={office.village.id}") == ["Здешние"]
    assert names(browser, "/families/?f.territory_id.op=empty") == [far.name]
    assert names(browser, f"/families/?f.territory_id.op=none&f.territory_id={office.village.id}") == [far.name]
    assert "Населённый пункт: Тестово" in browser.get(f"/families/?f.territory_id={office.village.id}").text


def test_a_filter_over_the_open_case_counts_families_without_one_as_empty(office: Office) -> None:
    with acting(office.by):
        make_case(office.stored, office.by, family=make_family(office.stored, office.by, name="С делом"))
    make_family(office.stored, office.by, members=[], name="Без дела")
    browser = office.come()
    assert names(browser, "/families/?f.open_case.status=identified") == ["С делом"]
    assert names(browser, "/families/?f.open_case.status=active") == []
    assert names(browser, "/families/?f.open_case.status.op=empty") == ["Без дела"]
    assert names(browser, "/families/?f.open_case.status.op=filled") == ["С делом"]


def test_numbers_and_money_are_compared_as_such(office: Office) -> None:
    """Filters of services by minutes: «не меньше» and «не больше» include the number itself."""
    for minutes in (15, 30, 60):
        make_service(office.stored, office.by, name=f"Беседа {minutes}", norm_minutes=minutes)
    make_service(office.stored, office.by, name="Без нормы")
    browser = office.come("Заведующий отделением")
    for query, found in (
        ("op=ge&f.norm_minutes=30", ["Беседа 30", "Беседа 60"]),
        ("op=le&f.norm_minutes=30", ["Беседа 15", "Беседа 30"]),
        ("op=eq&f.norm_minutes=30", ["Беседа 30"]),
        ("op=between&f.norm_minutes=16&f.norm_minutes.to=59", ["Беседа 30"]),
        ("op=empty", ["Без нормы"]),
    ):
        assert names(browser, f"/services/?f.norm_minutes.{query}") == found
    assert names(browser, "/services/?f.is_active=0") == []
    assert len(names(browser, "/services/?f.is_active=1")) == 4


def test_the_columns_and_the_state_of_a_list_live_in_its_address(people: Browser) -> None:
    address = "/people/?f.sex=female&col=name&col=employment&sort=-birth_date&size=50"
    shown = table(people, address)
    assert shown[0] == ["Фамилия, имя, отчество", "Занятость"]
    assert [row[0].split()[0] for row in shown[1:]] == ["Людинова3", "Людинова2", "Людинова1", "Людинова0"]
    text = unescape(people.get(address).text)
    for kept in ("f.sex=female", "col=employment", "size=50"):
        assert re.search(r'href="/people/\?[^"]*' + re.escape(kept), text), kept
    assert "Пол: женский" in text
    assert table(people, "/people/?col=employment&col=name")[0] == ["Занятость", "Фамилия, имя, отчество"]


def test_every_link_of_a_list_leads_to_a_page(people: Browser) -> None:
    """Heads, pages, sizes and chips are addresses the list itself accepts."""
    text = people.get("/people/?f.sex=female&col=name&col=birth_date&q=людинова&sort=-birth_date").text
    links = {unescape(href) for href in re.findall(r'href="(/people/\?[^"]*)"', text)}
    assert len(links) >= 5
    assert {href: people.get(href).status_code for href in links} == dict.fromkeys(links, 200)


def test_excel_holds_the_whole_filtered_list_cell_for_cell(office: Office) -> None:
    for number in range(30):
        make_adult(office.stored, office.by, last_name=f"Ёлкина {number:02}", birth_date=dt.date(1990, 1, 1 + number),
                   phone="+79000001426" if number % 2 else None)  # fmt: skip
    make_adult(office.stored, office.by, last_name="Лишняя")
    browser = office.come()
    query = "q=елкина&col=name&col=birth_date&col=phone&col=sex&sort=-birth_date"
    with closing(browser.get(f"/people/export.xlsx?{query}")) as answer:
        assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
        sheet = load_workbook(BytesIO(answer.data)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = rows.index(["Фамилия, имя, отчество", "Дата рождения", "Телефон", "Пол"])
    read = [[value.date() if isinstance(value, dt.datetime) else value for value in row] for row in rows[head + 1 :]]
    expected = [
        [f"Ёлкина {n:02} Мария", dt.date(1990, 1, 1 + n), "+7\u00a0900\u00a0000-14-26" if n % 2 else None, "женский"]
        for n in reversed(range(30))
    ]
    assert read == expected
    assert [cell.data_type for cell in sheet[head + 2]][:2] == ["s", "d"]
    row = office.stored.scalars(select(JournalRow).where(JournalRow.verb == "export")).one()
    assert (row.user_id, row.sentence) == (browser.user_id, "Выгружено в Excel: Люди, 30\u00a0строк.")


def test_a_formula_typed_as_a_name_is_text_in_excel(office: Office) -> None:
    make_adult(office.stored, office.by, last_name='=HYPERLINK("http://x")', first_name="@SUM(1)")
    with closing(office.come().get("/people/export.xlsx")) as answer:
        sheet = load_workbook(BytesIO(answer.data)).active
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_related_registers_are_tabs_with_their_counts_and_add_to_their_owner(office: Office) -> None:
    family, other = office.family("Тестовы"), office.family("Другие")
    for home, last_name in ((family, "Первая"), (family, "Вторая"), (other, "Чужая")):
        add_member(home, make_adult(office.stored, office.by, last_name=last_name), by=office.by, role=FamilyRole.OTHER)
    browser, here = office.come(), f"/families/show/{family.id}"
    card = browser.get(here).text
    assert re.search(r'href="' + here + r'\?tab=members">Члены семьи\s*<[^>]*>2<', card)
    tab = browser.get(f"{here}?tab=members")
    assert "Первая Мария" in tab.text and "Вторая Мария" in tab.text and "Чужая" not in tab.text
    links = [urlsplit(unescape(href)) for href in re.findall(r'href="(/members/add[^"]*)"', tab.text)]
    wanted = {"family_id": [str(family.id)], "back": [f"{here}?tab=members"]}
    assert [parse_qs(link.query) for link in links] == [wanted]
    assert names(browser, f"{here}?tab=members&f.role=mother") == []
    sorted_up = names(browser, f"{here}?tab=members&sort=-person_id")
    assert sorted_up == ["Первая Мария", "Вторая Мария"]


def test_the_history_tells_who_when_and_what(office: Office) -> None:
    person = make_adult(office.stored, office.by, monthly_income=Decimal("9140.50"))
    browser, here = office.come(), f"/people/edit/{person.id}"
    typed = {"position": "врач", "monthly_income": "10 000", "sex": "male", "prevention_registers": ["school"],
             "reg_territory_id": office.village.id, "reg_territory_id.text": "Тестово",
             "doc_issued_at": "01.02.2003"}  # fmt: skip
    assert browser.post(here, data=filled(browser.get(here), here, **typed)).status_code == 302
    text = unescape(browser.get(f"/people/show/{person.id}?tab=history").text)
    changes = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text, re.DOTALL))
    plain = {label: " ".join(re.sub(r"<[^>]+>", "", value).split()) for label, value in changes.items()}
    assert plain == {
        "Пол": "женский → мужской",
        "Должность или класс": "не указано → врач",
        "Среднемесячный доход, ₽": "9 140,50 ₽ → 10 000,00 ₽",
        "Состоит на учёте": "не указано → внутришкольный учёт",
        "Населённый пункт регистрации": "не указано → Тестово",
        "Когда выдан": "не указано → 01.02.2003",
    }
    assert "Проверкин" in text and "Сегодня" in text and "Внесено в базу." in text


def test_the_history_of_a_busy_card_goes_on_page_by_page(office: Office) -> None:
    family, browser = office.family(), office.come()
    for number in range(55):
        family.note = f"Правка {number:02}"
        office.stored.flush()
    here = f"/families/show/{family.id}?tab=history"
    first = browser.get(here).text
    older = unescape(re.findall(r'href="([^"]*before=\d+)"', first)[0])
    both = first + browser.get(older).text
    assert all(f"Правка {number:02}" in both for number in range(55))
