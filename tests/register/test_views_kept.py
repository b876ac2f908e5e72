"""Views kept above a list, and how a person left it: columns, order, page size; what was typed is never kept."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import acting
from app.base import RuleBroken
from app.people.models import Family, Person
from app.register.left import Left
from app.register.models import ListMemory, SavedView
from app.register.spec import Declaration, spec_of
from app.register.views_kept import MOST_VIEWS, read_kept, save_view
from tests.make import make_adult, make_case
from tests.register.conftest import Office
from tests.register.test_lists import table
from tests.register.test_search import names
from tests.register.test_statements import counted
from tests.visiting import Browser

FILTERED = "f.phone.op=empty&col=name&col=phone&sort=-name&size=50"


def keep(browser: Browser, name: str, query: str = FILTERED, key: str = "families", **more: Any) -> Any:
    """Save the list at *query* under *name* as the page of views does."""
    sent = {"do": "save", "name": name, "query": query, **more}
    return browser.post(f"/{key}/views", data=sent)


def tabs(browser: Browser, address: str = "/families/") -> list[str]:
    """Return the tabs above the list, the current one with a star."""
    shown = re.search(r'<nav class="views[^>]*>(.*?)</nav>', browser.get(address).text, re.DOTALL)
    links = re.findall(r'<a href="[^"]*"( aria-current="true")?>([^<]+)</a>', shown[1]) if shown else []
    return [unescape(label) + ("*" if current else "") for current, label in links]


def see(browser: Browser, address: str) -> list[str]:
    """Open the list as a browser does, to the end of the answer, and return its column heads."""
    answer = browser.get(address)
    heads = table(browser, address)[0] if "?" in address else []
    answer.close()
    return heads


@pytest.mark.both
def test_a_view_kept_opens_with_its_filters_columns_order_and_size(office: Office) -> None:
    office.family("Безтелефоновы")
    office.family("Яшины")
    office.family("Звонковы", phone="+79000001421")
    browser = office.come()
    answer = keep(browser, "Без телефона")
    view = office.stored.scalars(select(SavedView)).one()
    assert answer.location == f"/families/?open={view.id}"
    assert (view.query, view.role, view.service_unit_id) == (FILTERED, None, office.unit.id)
    assert names(browser, f"/families/?open={view.id}") == ["Яшины", "Безтелефоновы"]
    assert table(browser, f"/families/?open={view.id}")[0][:2] == ["Фамилия семьи", "Телефон"]
    assert tabs(browser, f"/families/?open={view.id}") == ["Все", "Без телефона*"]
    assert tabs(browser) == ["Все*", "Без телефона"]


def test_links_inside_a_view_stay_in_it_and_a_filter_taken_off_stays_off(office: Office) -> None:
    office.family()
    browser = office.come()
    keep(browser, "Без телефона")
    pk = office.stored.scalars(select(SavedView.id)).one()
    text = browser.get(f"/families/?open={pk}").text
    links = {unescape(href) for href in re.findall(r'href="(/families/\?[^"]*)"', text)} - {f"/families/?open={pk}"}
    assert len(links) >= 3
    assert {href: parse_qs(urlsplit(href).query)["view"] for href in links} == {href: [str(pk)] for href in links}
    assert {href: browser.get(href).status_code for href in links} == dict.fromkeys(links, 200)
    off = next(href for href in links if "f.phone" not in href and "sort=-name" in href and "size=50" in href)
    assert "Телефон: пусто" not in browser.get(off).text


@pytest.mark.both
def test_a_view_is_seen_by_its_owner_and_by_the_role_it_is_shared_with_in_his_unit(office: Office) -> None:
    head, mate, curator = (office.come(role) for role in ("Заведующий отделением", "Заведующий отделением", "Куратор"))
    stranger = office.visit("Куратор", unit=office.other)
    for each in (head, mate, curator, stranger):
        assert tabs(each) == []
    keep(head, "Мой", role="")
    keep(head, "Кураторам", role="curator")
    assert [tabs(each) for each in (head, mate, curator, stranger)] == [
        ["Все*", "Мой", "Кураторам"], [], ["Все*", "Кураторам"], [],
    ]  # fmt: skip
    mine = office.stored.scalars(select(SavedView.id).where(SavedView.name == "Мой")).one()
    assert curator.post("/families/views", data={"do": "change", "view": mine, "name": "x"}).status_code == 404
    shared = office.stored.scalars(select(SavedView.id).where(SavedView.name == "Кураторам")).one()
    refused = curator.post("/families/views", data={"do": "change", "view": shared, "name": "x"})
    assert "сохранил другой сотрудник" in refused.text
    refused = curator.post("/families/views", data={"do": "remove", "view": shared})
    assert "удалить его может только он" in refused.text
    assert curator.post("/families/views", data={"do": "renew", "view": shared, "query": ""}).status_code == 200
    assert stranger.post("/families/views", data={"do": "remove", "view": shared}).status_code == 404
    assert office.stored.get(SavedView, shared).name == "Кураторам"


def test_only_who_may_share_shows_a_view_to_a_role(office: Office) -> None:
    browser = office.come("Куратор")
    assert "Показывать роли" not in browser.get("/families/views?sort=name").text
    assert keep(browser, "Чужим", role="curator").status_code == 403
    head = office.come("Заведующий отделением")
    assert "Показывать роли" in head.get("/families/views?sort=name").text
    assert keep(head, "Никому", role="nosuch").status_code == 403
    assert office.stored.scalars(select(SavedView)).all() == []


def test_an_orphaned_shared_view_is_removed_by_somebody_else_who_may_share(office: Office) -> None:
    keep(office.come("Заведующий отделением"), "Ушедшего", role="head_of_service")
    pk = office.stored.scalars(select(SavedView.id)).one()
    assert office.come("Заведующий отделением").post(
        "/families/views", data={"do": "remove", "view": pk}
    ).location == "/families/views"  # fmt: skip
    assert office.stored.scalars(select(SavedView)).all() == []


def test_a_default_view_opens_by_itself_and_everything_is_one_press_away(office: Office) -> None:
    office.family("Безтелефоновы")
    office.family("Звонковы", phone="+79000001421")
    browser = office.come()
    keep(browser, "Первый", default="1")
    keep(browser, "Второй", default="1")
    assert [one.is_default for one in office.stored.scalars(select(SavedView).order_by(SavedView.id))] == [False, True]
    assert names(browser, "/families/") == ["Безтелефоновы"]
    assert tabs(browser) == ["Все", "Первый", "Второй*"]
    assert len(names(browser, "/families/?view=0")) == 2
    text = browser.get("/families/?view=0&f.phone.op=empty").text
    assert 'href="/families/?view=0"' in text, "a filter taken off must not open the default view"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Назовите вид."),
        ("  \u0000 ", "Назовите вид."),
        ("я" * 61, "Сократите название: помещается 60 знаков."),
        ("мой ВИД", "Вид с таким названием у вас уже есть. Назовите иначе."),
    ],
)
def test_a_name_is_refused_at_its_field_and_stays_typed(office: Office, name: str, sentence: str) -> None:
    browser = office.come()
    keep(browser, "Мой вид")
    answer = keep(browser, name)
    assert answer.status_code == 200 and sentence in answer.text
    assert len(office.stored.scalars(select(SavedView)).all()) == 1


def test_a_person_keeps_so_many_views_and_no_more(office: Office) -> None:
    by = replace(office.by, user_id=1)
    with acting(by):
        for number in range(MOST_VIEWS):
            save_view(office.stored, "families", f"Вид {number}", "", by=by)
            office.stored.flush()
        with pytest.raises(RuleBroken, match="уже 30"):
            save_view(office.stored, "families", "Лишний", "", by=by)


def test_a_view_is_renamed_renewed_and_removed(office: Office) -> None:
    browser = office.come()
    keep(browser, "Мой")
    pk = office.stored.scalars(select(SavedView.id)).one()
    changed = {"do": "change", "view": pk, "name": "Новый", "default": "1"}
    assert browser.post("/families/views", data=changed).location == "/families/views"
    view = office.stored.scalars(select(SavedView)).one()
    assert (view.name, view.is_default, view.query) == ("Новый", True, FILTERED)
    renewed = {"do": "renew", "view": pk, "query": f"view={pk}&f.family_kind=full&sort=name"}
    assert browser.post("/families/views", data=renewed).location == f"/families/?open={pk}"
    assert office.stored.scalars(select(SavedView.query)).one() == "f.family_kind.op=any&f.family_kind=full&sort=name"
    assert browser.post("/families/views", data={"do": "remove", "view": pk}).status_code == 302
    assert "Этого вида больше нет" in browser.get(f"/families/?open={pk}").text


@pytest.mark.parametrize("sent", [{"do": "nosuch", "view": "1"}, {"do": "change", "view": "x"}, {}, {"do": "remove"}])
def test_what_nobody_offered_is_refused(office: Office, sent: dict[str, str]) -> None:
    assert office.come().post("/families/views", data=sent).status_code in (400, 404)


@pytest.mark.parametrize(
    "query", ["open=x", "open=1&page=2", "open=1&open=2&q=a", "view=x", "view=-1", "open=", "open=99999999999"]
)
def test_garbage_for_a_view_is_400(office: Office, query: str) -> None:
    assert office.come().get(f"/families/?{query}").status_code == 400


def test_what_was_typed_is_never_kept(office: Office) -> None:
    browser = office.come()
    typed = "q=Тестова&f.address=Лесная&f.phone=8900&f.family_kind=full&page=1"
    assert "Набранный текст поиска и фильтров в вид не входит" in browser.get(f"/families/views?{typed}").text
    keep(browser, "Всё сразу", typed)
    assert office.stored.scalars(select(SavedView.query)).one() == "f.family_kind.op=any&f.family_kind=full"
    browser.get(f"/families/?{typed}&sort=-name").close()
    assert office.stored.scalars(select(ListMemory.query)).one() == "sort=-name"


@pytest.mark.both
def test_what_a_register_no_longer_has_is_left_out_with_a_word(office: Office) -> None:
    office.family()
    browser = office.come()
    gone = "f.nosuch=1&f.phone.op=empty&f.family_kind=gone&col=name&col=vanished&sort=vanished&size=33&zzz=1"
    unit, by = office.unit.id, browser.user_id
    office.stored.add(SavedView(user_id=by, register="families", name="Старый", query=gone, service_unit_id=unit))
    office.stored.flush()
    pk = office.stored.scalars(select(SavedView.id)).one()
    answer = browser.get(f"/families/?open={pk}")
    assert answer.status_code == 200
    assert "Часть вида «Старый» больше не доступна" in answer.text
    assert "Телефон: пусто" in answer.text and "vanished" not in answer.text
    assert browser.get(f"/families/views?open={pk}").status_code == 200


def test_a_view_with_a_column_out_of_the_persons_sight_opens_without_it(office: Office) -> None:
    view = SavedView(
        user_id=1, register="people", name="Здоровье", query="col=name&col=health_note&sort=health_note",
        role="registrar", service_unit_id=office.unit.id,
    )  # fmt: skip
    office.stored.add(view)
    office.stored.flush()
    text = office.come("Регистратор").get(f"/people/?open={view.id}").text
    assert "больше не доступна" in text and "health_note" not in text and "доров" not in text.replace("Здоровье", "")


# ---- how a person left the list ----------------------------------------------------------------------


@pytest.mark.both
def test_columns_and_their_order_are_remembered_for_the_person(office: Office) -> None:
    office.family()
    browser, other = office.come(), office.come()
    usual = table(browser, "/families/")[0]
    sent = browser.post("/families/columns?f.phone.op=empty", data={"col": ["phone", "name", "area_id"]})
    assert sent.location == "/families/?f.phone.op=empty"
    assert table(browser, "/families/")[0] == ["Телефон", "Фамилия семьи", "Участок"]
    assert table(browser, "/families/?sort=-name")[0] == ["Телефон", "Фамилия семьи", "Участок"]
    assert table(other, "/families/")[0] == usual
    moved = browser.post("/families/columns", data={"col": ["phone", "name", "area_id"], "down": "phone"})
    assert moved.location == "/families/#columns"
    assert table(browser, "/families/")[0] == ["Фамилия семьи", "Телефон", "Участок"]
    browser.post("/families/columns", data={"col": ["name", "phone", "area_id"], "up": "name"})
    assert table(browser, "/families/")[0] == ["Фамилия семьи", "Телефон", "Участок"]
    assert browser.post("/families/columns", data={"reset": "1"}).location == "/families/?view=0"
    assert table(browser, "/families/")[0] == usual
    assert office.stored.scalars(select(ListMemory)).all() == []


def test_a_column_the_list_does_not_have_is_refused(office: Office) -> None:
    browser = office.come("Регистратор")
    assert browser.post("/people/columns", data={"col": ["name", "health_note"]}).status_code == 400
    assert browser.post("/people/columns", data={"col": ["nosuch"]}).status_code == 400
    assert browser.post("/people/columns", data={}).location == "/people/", "no column at all is as delivered"
    assert office.stored.scalars(select(ListMemory)).all() == []


@pytest.mark.both
def test_order_and_page_size_are_remembered_after_the_page_and_used_by_the_next(office: Office) -> None:
    for number in range(3):
        office.family(f"Тестовы{number}")
    browser = office.come()
    assert names(browser, "/families/") == ["Тестовы0", "Тестовы1", "Тестовы2"]
    browser.get("/families/?sort=-name&size=50").close()
    memory = office.stored.scalars(select(ListMemory)).one()
    assert (memory.user_id, memory.register, memory.query) == (browser.user_id, "families", "sort=-name&size=50")
    assert names(browser, "/families/") == ["Тестовы2", "Тестовы1", "Тестовы0"]
    text = browser.get("/families/?f.phone.op=empty").text
    assert 'aria-sort="descending"' in text and 'href="/families/?f.phone.op=empty&amp;size=25"' in text
    browser.get("/families/?size=25&sort=name").close()
    office.stored.expire_all()
    assert office.stored.scalars(select(ListMemory.query)).one() == "sort=name"


def test_what_a_view_shows_changes_nothing_of_how_the_list_was_left(office: Office) -> None:
    office.family()
    browser = office.come()
    keep(browser, "Мой")
    pk = office.stored.scalars(select(SavedView.id)).one()
    browser.get(f"/families/?open={pk}").close()
    browser.get(f"/families/?view={pk}&sort=name&size=100").close()
    moved = browser.post(f"/families/columns?view={pk}&sort=name", data={"col": ["phone"]})
    assert moved.location == f"/families/?view={pk}&col=phone&sort=name"
    assert browser.post(f"/families/columns?view={pk}", data={"reset": "1"}).location == f"/families/?open={pk}"
    assert office.stored.scalars(select(ListMemory)).all() == []


def test_a_list_that_is_only_read_writes_nothing_and_costs_one_statement_more(app: Flask, office: Office) -> None:
    office.family()
    browser = office.come()
    keep(browser, "Мой", default="1")
    browser.get("/families/?view=0&sort=-name").close()
    for address in ("/families/", "/families/?view=0", "/families/?view=0&sort=-name", "/families/?f.phone.op=empty"):
        browser.get(address).close()
        with counted(app) as sent:
            browser.get(address).close()
        kept = [one for one in sent if "saved_view" in one or "list_memory" in one]
        assert (len(kept), len(sent) <= 8) == (1, True), address
        assert [one for one in sent if not one.lstrip().upper().startswith(("SELECT", "WITH"))] == []


def test_the_way_back_from_a_card_leads_to_the_list_as_it_was_left(office: Office) -> None:
    family = office.family()
    browser, other = office.come(), office.come()

    def crumb(who: Browser) -> str:
        shown = re.search(r'class="crumbs"[^>]*><a href="([^"]*)"', who.get(f"/families/show/{family.id}").text)
        assert shown is not None
        return unescape(shown[1])

    assert crumb(browser) == "/families/"
    browser.get("/families/?q=тестов&f.phone.op=empty&page=1")
    assert crumb(browser) == "/families/?q=тестов&f.phone.op=empty&page=1"
    assert crumb(other) == "/families/"
    with browser.session_transaction() as session:
        assert "тест" not in str(dict(session)).lower()
    browser.get("/families/")
    assert crumb(browser) == "/families/"


def test_the_oldest_lists_are_forgotten_first() -> None:
    left = Left(most=2)
    left.keep("a", "families", "/1")
    left.keep("b", "families", "/2")
    left.keep("a", "families", "/3")
    left.keep("c", "families", "/4")
    assert [left.of(token, "families") for token in "abc"] == ["/3", None, "/4"]


def test_a_foreign_unit_keeps_its_views_to_itself(office: Office, stored: Session) -> None:
    """The very same person moved to another unit does not take views with him."""
    browser = office.come()
    keep(browser, "Мой")
    view = stored.scalars(select(SavedView)).one()
    view.service_unit_id = office.other.id
    stored.flush()
    assert tabs(browser) == []
    assert browser.post("/families/views", data={"do": "remove", "view": view.id}).status_code == 404


# ---- any kept query opens ------------------------------------------------------------------------------

SPECS = [
    spec_of(Declaration("here", "families", Family, ("Семьи", "Семья"), ["name", "phone", "family_kind", "address"])),
    spec_of(Declaration("here", "people", Person, ("Люди", "Человек"), ["name", "birth_date", "sex", "phone"])),
]
PARTS = st.sampled_from(
    ["col", "sort", "size", "page", "q", "f.phone", "f.phone.op", "f.sex", "f.birth_date", "f.birth_date.to",
     "f.birth_date.op", "f.family_kind", "f.nosuch", "view", "open", "f.", "", "f..op"]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["name", "-name", "phone", "25", "50", "full", "female", "empty", "between", "01.02.2020", ""]),
    st.text(max_size=8),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs=st.lists(st.tuples(PARTS, VALUES), max_size=8), spec=st.sampled_from(SPECS))
def test_any_kept_query_can_be_read_and_what_is_left_of_it_is_sound(pairs: list[tuple[str, str]], spec: Any) -> None:
    state, lost = read_kept(spec, urlencode(pairs))
    again, nothing = read_kept(spec, urlencode(state.pairs()))
    assert (again, nothing) == (state, 0)
    assert lost <= len(pairs)


def test_a_case_list_keeps_views_too(office: Office) -> None:
    with acting(office.by):
        make_case(office.stored, office.by)
    make_adult(office.stored, office.by)
    browser = office.come()
    assert keep(browser, "Выявленные", "f.status=identified", "cases").status_code == 302
    assert tabs(browser, "/cases/") == ["Все*", "Выявленные"]
