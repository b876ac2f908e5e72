"""One search over everything one may see."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from app.acting import Actor, acting
from app.extensions import db
from app.organisation.models import ServiceUnit
from app.roles import ADMINISTRATOR, HEAD, SECRETARY
from tests import make
from tests.visiting import Browser, Visit, on_agenda


@pytest.fixture
def head(visit: Visit) -> Browser:
    return visit(HEAD)


def actor_at(stored: Session, unit_id: int) -> Actor:
    unit = stored.get(ServiceUnit, unit_id)
    assert unit is not None
    return make.make_actor(unit)


def a_case(stored: Session, unit_id: int, name: str = "Щёголевы"):
    by = actor_at(stored, unit_id)
    with acting(by):
        family = make.make_family(stored, by, name=name, address="с. Берёзовый Яр, ул. Озёрная, 7")
        return make.make_case(stored, by, family=family)


def found(text: str) -> dict[str, list[str]]:
    """Return the finds of the page: the links of each panel by its heading."""
    panels = re.findall(r'<h2 id="found-\d+">([^<]+)</h2>(.*?)</section>', text, re.DOTALL)
    return {title: re.findall(r'<div class="what"><a href="([^"]+)"', body) for title, body in panels}


@pytest.mark.both
def test_a_family_is_found_by_a_part_of_its_name_whatever_the_letters(head: Browser, stored: Session) -> None:
    case = a_case(stored, head.unit_id)
    page = head.get("/search/?q=щегол").text
    assert found(page) == {
        "Семьи": [f"/families/show/{case.family_id}"],
        "Дела сопровождения": [f"/cases/show/{case.id}"],
    }
    assert "с. Берёзовый Яр, ул. Озёрная, 7" in page


def test_a_case_is_found_by_its_number(head: Browser, stored: Session) -> None:
    case = a_case(stored, head.unit_id)
    typed = {"q": f"№ {case.number}"}
    assert f"/cases/show/{case.id}" in found(head.get("/search/", query_string=typed).text)["Дела сопровождения"]


def test_a_person_is_found_by_name(head: Browser, stored: Session) -> None:
    case = a_case(stored, head.unit_id)
    mother = make.mother_of(case.family)
    assert f"/people/show/{mother.id}" in found(head.get("/search/?q=Тестова Мария").text)["Люди"]


def test_nothing_of_another_unit_is_found(head: Browser, stored: Session) -> None:
    a_case(stored, make.make_unit(stored).id, "Чужаковы")
    page = head.get("/search/?q=Чужаковы").text
    assert found(page) == {}
    assert "По словам «Чужаковы» ничего не нашлось" in page


def test_only_the_registers_of_the_role_are_searched(visit: Visit, stored: Session) -> None:
    secretary = visit(SECRETARY)
    on_agenda(stored, a_case(stored, secretary.unit_id))
    page = secretary.get("/search/?q=щегол").text
    assert "Люди" not in found(page)
    assert "Семьи" in found(page)


def test_who_sees_no_family_has_no_search_box(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    a_case(stored, admin.unit_id)
    assert 'role="search"' not in admin.get("/").text
    assert found(admin.get("/search/?q=щеголевы").text) == {}


def test_the_search_box_keeps_what_was_typed(head: Browser) -> None:
    assert 'value="&lt;b&gt;Нет"' in head.get("/search/", query_string={"q": "<b>Нет"}).text
    assert "Что найти?" in head.get("/search/").text


def test_more_than_ten_finds_lead_to_the_list(head: Browser, stored: Session) -> None:
    by = actor_at(stored, head.unit_id)
    with acting(by):
        for _ in range(12):
            make.make_family(stored, by, name="Одинаковы", members=[])
    page = head.get("/search/?q=одинаковы").text
    assert len(found(page)["Семьи"]) == 10
    assert "Показать все: 12" in page
    assert 'href="/families/?q=' in page


def test_one_and_three_finds_cost_the_same_number_of_queries(head: Browser, stored: Session, app) -> None:
    def queries() -> int:
        seen: list[str] = []

        def count(_conn, _cursor, statement, *_rest) -> None:
            seen.append(statement)

        with app.app_context():
            engine: Engine = db.engine
        event.listen(engine, "before_cursor_execute", count)
        head.get("/search/?q=щеголевы")
        event.remove(engine, "before_cursor_execute", count)
        return len(seen)

    a_case(stored, head.unit_id)
    one = queries()
    a_case(stored, head.unit_id)
    a_case(stored, head.unit_id)
    assert queries() == one


def test_a_stranger_is_sent_to_the_door(client: Browser) -> None:
    assert client.get("/search/?q=тест").headers["Location"].startswith("/login/")
