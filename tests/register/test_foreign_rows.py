"""A row of another centre answers exactly like a row that never was (checks D01-D05, F01)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.acting import acting
from app.cases.models import FamilyCase
from app.organisation.models import ServiceArea
from app.people.models import FamilyMember, Person
from tests.make import make_adult, make_case, make_family, make_staff
from tests.register import stock
from tests.register.conftest import Office
from tests.register.forms import filled, words

MISSING = 987_654


def _routes(app: Flask) -> list[tuple[str, str]]:
    """Return every (method, address with a hole for the id) of the registers."""
    found = []
    for rule in app.url_map.iter_rules():
        if "pk" in rule.arguments:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                found.append((method, rule.rule.replace("<int(max=2147483647):pk>", "{pk}")))
    return sorted(found)


def _foreign_ids(office: Office) -> dict[str, int]:
    """Make one row of the other centre for as many registers as the makers can, and return the ids by key."""
    by, stored = office.neighbour, office.stored
    with acting(by):
        case = make_case(stored, by, curator=make_staff(stored, by))
        family = case.family
        member = family.members[0]
        return {"families": family.id, "people": member.person_id, "members": member.id, "cases": case.id}


def _said(answer: Any, pk: int) -> tuple[int, list[tuple[str, str]], str]:
    """Return what the answer tells, without what differs between any two requests."""
    body = re.sub(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"', "", answer.text).replace(f"/{pk}", "/…")
    kept = [(k, v) for k, v in answer.headers if k not in ("Content-Security-Policy", "Content-Length", "Set-Cookie")]
    return answer.status_code, kept, body


@pytest.mark.both
def test_on_every_route_a_foreign_row_answers_like_a_missing_one(app: Flask, office: Office) -> None:
    ids, browser = _foreign_ids(office), office.almighty()
    office.stored.commit()
    before = office.stored.execute(text("SELECT id, version FROM family ORDER BY id")).all()
    seen = 0
    for method, rule in _routes(app):
        for key, pk in ids.items():
            if rule.startswith(f"/{key}/"):
                address = rule.replace("<string:name>", "leave")
                foreign, missing = (
                    _said(browser.open(address.format(pk=each), method=method, data={"row_version": "1"}), each)
                    for each in (pk, MISSING)
                )
                assert foreign == missing, (method, rule)
                assert foreign[0] == 404, (method, rule)
                seen += 1
    assert seen >= 4 * 6
    assert office.stored.execute(text("SELECT id, version FROM family ORDER BY id")).all() == before


@pytest.mark.both
def test_no_page_of_one_centre_holds_a_word_of_the_other(office: Office) -> None:
    with acting(office.neighbour):
        person = make_adult(office.stored, office.neighbour, last_name="Канарейкина")
        family = make_family(office.stored, office.neighbour, name="Канарейкины", address="ул. Канареечная")
        curator = make_staff(office.stored, office.neighbour, last_name="Канарейкин")
        make_case(office.stored, office.neighbour, family=family, curator=curator)
    own = office.family("Тестовы")
    browser = office.almighty()
    for address in (
        "/families/", "/families/?q=канар", "/families/export.xlsx", "/families/lookup?q=канар", "/people/",
        "/people/lookup?q=канар", f"/people/?q={person.id}", "/cases/", "/cases/lookup?q=", "/staff/lookup?q=канар",
        "/staff/", f"/families/show/{own.id}", f"/families/show/{own.id}?tab=members", f"/families/edit/{own.id}",
        f"/families/?f.open_case.curator_id={person.id}",
    ):  # fmt: skip
        answer = browser.get(address)
        assert answer.status_code == 200, address
        # What the person typed stands in the search box; nothing else may hold the other centre's words.
        assert "Канар" not in words(answer).replace('value="канар"', ""), address


@pytest.mark.both
def test_a_bulk_step_with_one_foreign_row_is_404_and_touches_no_row(office: Office) -> None:
    by = office.by
    with acting(by):
        own = make_case(office.stored, by)
        curator = make_staff(office.stored, by)
    with acting(office.neighbour):
        foreign = make_case(office.stored, office.neighbour)
    browser = office.come("Директор")
    sent = {"action": "assign_curator", "sure": "1", "curator_id": curator.id, "rowid": [own.id, foreign.id]}
    assert browser.post("/cases/bulk", data=sent).status_code == 404
    assert {case.id: case.curator_id for case in office.stored.scalars(select(FamilyCase))} == {
        own.id: None,
        foreign.id: None,
    }
    done = browser.post("/cases/bulk", data={**sent, "rowid": [own.id]})
    assert done.status_code == 302 and own.curator_id == curator.id


@stock.as_it_is
def test_a_bulk_step_of_stock_fab_reaches_a_foreign_row(tmp_path: Path) -> None:
    with stock.stock_app(tmp_path) as app:
        stock.db.session.add_all(
            [stock.ToyFamily(id=1, name="Наши"), stock.ToyFamily(id=2, name="Чужие", owner="theirs")]
        )
        stock.db.session.commit()
        visitor = app.test_client()
        assert visitor.get("/stockfamilies/show/2").status_code == 404
        visitor.post("/stockfamilies/action_post", data={"action": "approve", "rowid": ["1", "2"]})
        stock.db.session.expire_all()
        assert {f.name: f.approved for f in stock.db.session.scalars(select(stock.ToyFamily))} == {
            "Наши": True,
            "Чужие": True,
        }


@pytest.mark.both
@pytest.mark.parametrize("typed", ["by id", "by id with words", "by words"])
def test_a_form_never_links_to_a_foreign_row(office: Office, typed: str) -> None:
    family, person = office.family(), make_adult(office.stored, office.neighbour, last_name="Чужакова")
    sent = {"by id": {"person_id": person.id, "person_id.text": "Чужакова Мария"},
            "by id with words": {"person_id": person.id, "person_id.text": str(person)},
            "by words": {"person_id": "", "person_id.text": "Чужакова Мария"}}[typed]  # fmt: skip
    answer = office.come().post(
        "/members/add", data={"family_id": family.id, "role": "mother", "date_from": "01.02.2026", **sent}
    )
    assert answer.status_code == 200 and "ничего не нашлось" in answer.text
    assert office.stored.scalars(select(FamilyMember)).all() == []


@pytest.mark.both
def test_a_form_opened_from_a_foreign_card_is_404(office: Office) -> None:
    foreign, person = office.foreign(), make_adult(office.stored, office.by)
    browser = office.come()
    assert browser.get(f"/members/add?family_id={foreign.id}").status_code == 404
    sent = {"family_id": foreign.id, "person_id": person.id, "role": "mother", "date_from": "01.02.2026"}
    assert browser.post("/members/add", data=sent).status_code == 404
    assert browser.get(f"/members/add?family_id={MISSING}").status_code == 404


@pytest.mark.both
def test_a_form_writes_no_column_it_does_not_show(office: Office) -> None:
    """Mass assignment (P02): keys a form does not hold change nothing and break nothing."""
    curator = make_staff(office.stored, office.by)
    family = make_family(office.stored, office.by, territory=office.village)
    browser = office.come()
    here, number = f"/families/edit/{family.id}", family.reg_number
    extra = {"service_unit_id": office.other.id, "reg_number": "777", "id": 5, "version": 9, "created_by_id": 1,
             "open_case.curator_id": curator.id, "name_key": "я"}  # fmt: skip
    assert browser.post(here, data=filled(browser.get(here), here, note="Да", **extra)).status_code == 302
    assert (family.service_unit_id, family.note, family.reg_number) == (office.unit.id, "Да", number)
    sent = {"family_id": family.id, "source": "family", "registered_at": "01.02.2026", "curator_id": curator.id,
            "status": "active", "number": "1", **extra}  # fmt: skip
    assert browser.post("/cases/add", data=sent).status_code == 302
    case = office.stored.scalars(select(FamilyCase)).one()
    assert (case.curator_id, case.status.value, case.service_unit_id) == (None, "registered", office.unit.id)
    given = {"last_name": "Новая", "first_name": "Мария", "sex": "female", "birth_date": "04.05.1990", **extra}
    assert browser.post("/people/add", data=given).status_code == 302
    person = office.stored.scalars(select(Person).where(Person.last_name == "Новая")).one()
    assert (person.service_unit_id, person.version) == (office.unit.id, 1)


@pytest.mark.both
def test_a_link_out_of_sight_is_shown_as_unavailable_and_survives_saving(office: Office) -> None:
    """A transferred family may still point to an area of the centre it came from."""
    area = ServiceArea(number="7", name="Дальний", service_unit_id=office.other.id)
    office.stored.add(area)
    office.stored.flush()
    family, browser = office.family(area_id=area.id), office.come()
    here = f"/families/edit/{family.id}"
    assert "недоступно" in browser.get(f"/families/show/{family.id}").text or "недоступно" in browser.get(here).text
    opened = browser.get(here)
    assert 'value="недоступно"' in opened.text and "Дальний" not in opened.text
    assert browser.post(here, data=filled(opened, here, note="Изменили")).status_code == 302
    assert (family.area_id, family.note) == (area.id, "Изменили")
    listed = browser.get("/families/?col=name&col=area_id").text
    assert "недоступно" in listed and "Дальний" not in listed
    cleared = filled(browser.get(here), here, **{"area_id": "", "area_id.text": ""})
    browser.post(here, data=cleared)
    assert family.area_id is None
