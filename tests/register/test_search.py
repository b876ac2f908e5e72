"""Search and order as a Russian reader means them, the same on both databases (fab.md 3)."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.acting import acting
from app.people.models import FamilyRole
from app.people.rules import add_member
from app.register import lists, search
from app.register.search import like_words
from app.words import fold
from tests.make import make_adult, make_case, make_family
from tests.register.conftest import Office
from tests.visiting import Browser

pytestmark = pytest.mark.both

NAMES = (
    "Ершовы",
    "ёжиковы",
    "Ёлкины",
    "абрамовы",
    "ЖУКОВЫ",
    "Егоровы",
    "Яковлевы",
    "Е%ловы",
    "Е_ловы",
    "Еxловы",
    "Бе\\лые",
)


def names(browser: Browser, address: str) -> list[str]:
    """Return the titles that lead to the cards of a list, from top to bottom."""
    answer = browser.get(address)
    assert answer.status_code == 200
    cells = re.findall(r'<th scope="row">.*?<a [^>]*>(.*?)</a>', answer.text, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells]


@pytest.fixture
def register(office: Office) -> Browser:
    for name in NAMES:
        office.family(name, address="ул.  Ёлочная, 5")
    return office.come()


MEANT: dict[str, list[str]] = {
    "ершов": ["Ершовы"],
    "ЕРШОВ": ["Ершовы"],
    "елкин": ["Ёлкины"],
    "ёлкины": ["Ёлкины"],
    "ЁЖИК": ["ёжиковы"],
    "  ершовы   ": ["Ершовы"],
    "жуковы": ["ЖУКОВЫ"],
    "%": ["Е%ловы"],
    "_": ["Е_ловы"],
    "е%лов": ["Е%ловы"],
    "е_ловы": ["Е_ловы"],
    "\\": ["Бе\\лые"],
    "ершовы жуковы": [],
    "нетакой": [],
    "ов": [name for name in NAMES if "ов" in name.lower()],
}
"""What is typed, and what a reader means by it."""


def test_a_list_finds_what_was_meant(register: Browser) -> None:
    found = {query: sorted(names(register, f"/families/?q={quote(query)}")) for query in MEANT}
    assert found == {query: sorted(meant) for query, meant in MEANT.items()}


def test_every_word_must_be_found_in_any_order_and_any_column(register: Browser) -> None:
    assert names(register, "/families/?q=елочная ершовы") == ["Ершовы"]
    assert len(names(register, "/families/?q=ЕЛОЧНАЯ, 5")) == len(NAMES)


def test_a_family_is_found_by_a_member(office: Office) -> None:
    family = office.family("Тестовы")
    office.family("Другие")
    add_member(family, make_adult(office.stored, office.by, last_name="Щёголева"), by=office.by, role=FamilyRole.MOTHER)
    assert names(office.come(), "/families/?q=щеголева") == ["Тестовы"]


def test_order_is_russian_whatever_the_case_and_yo(register: Browser) -> None:
    order = sorted(NAMES, key=fold)
    assert order[0] == "абрамовы" and order.index("ёжиковы") < order.index("Ёлкины") < order.index("Ершовы")
    assert names(register, "/families/") == order
    assert names(register, "/families/?sort=-name") == order[::-1]


def test_pages_never_overlap_even_among_namesakes(office: Office) -> None:
    for _ in range(60):
        office.family("Одинаковы")
    browser, seen = office.come(), []
    for page in (1, 2, 3):
        text = browser.get(f"/families/?page={page}").text
        seen += re.findall(r"/families/show/(\d+)", text)
    assert len(seen) == len(set(seen)) == 60


def test_a_snils_and_a_phone_are_found_as_anybody_writes_them(office: Office) -> None:
    make_adult(office.stored, office.by, last_name="Искомая", snils="11223344595", phone="+79000001426")
    make_adult(office.stored, office.by, last_name="Другая")
    browser = office.come()
    for typed in ("112-233-445 95", "11223344595", "233-445", "+7 900 000-14-26", "8 (900) 000-14-26", "9000001426"):
        found = names(browser, f"/people/?q={quote(typed)}")
        assert found == ["Искомая Мария"], typed


def test_more_matches_than_are_counted_are_still_found_in_order(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond a thousand matches the list walks its order instead of the index; the answer is the same."""
    for number in range(12):
        office.family(f"Ёлкины {number:02}", address=f"дом {number}")
    browser = office.come()
    expected = names(browser, "/families/?q=елкины")
    monkeypatch.setattr(search, "ENOUGH", 5)
    monkeypatch.setattr(lists, "ENOUGH", 5)
    answer = browser.get("/families/?q=елкины")
    assert names(browser, "/families/?q=елкины") == expected == [f"Ёлкины {n:02}" for n in range(12)]
    assert "всего больше 5" in answer.text
    assert names(browser, "/families/?q=елкины нетакого") == []


def test_a_look_up_begins_with_what_was_typed_then_contains_it(office: Office) -> None:
    for name in ("Ёлкина", "Елисеева", "Белкина", "Кузнецова"):
        make_adult(office.stored, office.by, last_name=name)
    browser = office.come()
    found = browser.get("/people/lookup?q=ел").json["results"]
    assert [one["text"] for one in found] == ["Елисеева Мария", "Ёлкина Мария", "Белкина Мария"]
    assert browser.get("/people/lookup?q=%25").json["results"] == []
    assert browser.get("/people/lookup?q=%00").status_code == 200
    assert len(browser.get("/people/lookup?q=").json["results"]) == 4


def test_a_look_up_answers_at_most_ten_and_asks_twice(office: Office) -> None:
    for number in range(30):
        make_adult(office.stored, office.by, last_name=f"Одинакова {number:02}")
    found = office.come().get("/people/lookup?q=одинакова").json["results"]
    assert [one["text"] for one in found] == [f"Одинакова {n:02} Мария" for n in range(10)]


def test_a_case_is_looked_up_by_its_number_and_by_the_family(office: Office) -> None:
    with acting(office.by):
        cases = [
            make_case(office.stored, office.by, family=make_family(office.stored, office.by, name=name))
            for name in ("Первовы", "Второвы")
        ]
    browser = office.come()
    by_family = browser.get("/cases/lookup?q=второвы").json["results"]
    assert [one["id"] for one in by_family] == [cases[1].id]
    by_number = browser.get(f"/cases/lookup?q={cases[0].number}").json["results"]
    assert [one["id"] for one in by_number] == [cases[0].id]
    assert browser.get("/cases/lookup?q=нетакого").json["results"] == []


@given(st.text())
def test_a_like_pattern_holds_the_text_itself(text: str) -> None:
    pattern = like_words(text)[1:-1]
    assert re.sub(r"\\([\\%_])", r"\1", pattern) == text
    assert re.sub(r"\\[\\%_]", "", pattern).count("%") == re.sub(r"\\[\\%_]", "", pattern).count("_") == 0
