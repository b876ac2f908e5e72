"""Whatever stands in the address: the page, or a plain refusal, never a failure or a hidden column (F02, P01)."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.people.lists import ConsentKind
from app.people.models import Person
from app.people.rules import give_consent
from app.register.spec import Declaration, spec_of
from app.register.state import BadState, read_state
from app.register.view import registers
from app.services.models import ServiceRecord
from tests.register.conftest import Office
from tests.register.forms import no_machinery, still

GARBAGE = (
    *"""
    sort=nosuch sort=- sort=--name sort=address sort=note sort=search_key sort=name_key sort=features
    sort=created_at sort=territory.name sort=open_case.curator sort=id sort=name;drop page=abc page=0 page=-1
    page=1.5 page=99999999999999999999 page=%D9%A3 size=20000 size=0 size=24 size=x col=nosuch col=note
    col=version col=health_note f.nosuch=1 f.features=large f.note=x f.=1 f.name.op=drop f.family_kind=nosuch
    f.family_kind.op=between&f.family_kind=full f.territory_id=abc f.territory_id=99999999999999999999
    f.open_case.status=gone f.open_case.note=x f.open_case.family.name=x nosuch=1 _oc_Families=note
    _flt_0_name=x psize_Families=1000 tab=members before=1 back=/ col=
    """.split(),  # noqa: SIM905 -- one address a word reads better
)

GOOD = (
    *"""
    q= q=% q=_ q=%25%25 q=%00 q=а%00б q=' q=* q=a%22%20OR%20%22b q=NEAR(a%20b) q=- q=%EF%BF%BE q=%F0%9F%98%80
    q=%ED%A0%80 sort=name sort=-name sort=reg_number page=1 size=100 col=name&col=features col=name&col=name
    f.address=%00 f.address=%25 f.address.op=is&f.address=д f.address.op=starts&f.address=д f.address.op=empty
    f.phone=8 f.phone.op=is&f.phone=89000000000 f.reg_number.op=starts&f.reg_number=0
    f.family_kind=full&f.family_kind=mother f.family_kind.op=none&f.family_kind=full f.territory_id.op=empty
    f.area_id.op=filled f.open_case.status=active f.open_case.status.op=empty f.open_case.curator_id=5
    f.address=&f.address.op=has f.territory_id=&f.territory_id.text=%D0%A2 f.address.to=5
    """.split(),  # noqa: SIM905 -- one address a word reads better
    "",
    'q="',
    "q=" + "я" * 3000,
    "q=" + "%20".join(["абвгд"] * 30),
    "f.address=" + "x" * 70_000,
)


@pytest.mark.both
def test_an_address_the_list_does_not_have_is_400(office: Office) -> None:
    office.family()
    browser = office.come()
    for query in GARBAGE:
        answer = browser.get(f"/families/?{query}")
        assert answer.status_code == 400, query
        no_machinery(answer)
        assert browser.get(f"/families/export.xlsx?{query}").status_code == 400, query


@pytest.mark.both
def test_odd_words_and_honest_filters_give_a_page(office: Office) -> None:
    office.family()
    browser = office.come()
    for query in GOOD:
        answer = browser.get(f"/families/?{query}")
        assert answer.status_code == 200, query[:100]


UNREADABLE = (
    "f.birth_date=31.02.2026", "f.birth_date=abc", "f.birth_date.op=between&f.birth_date.to=x",
    "f.birth_date=01.01.99999",
    "f.birth_date=01.01.9999", "f.sex=unknown", "f.health_note=x", "f.prevention_registers=police", "col=health_note",
    "col=prevention_registers", "sort=health_note", "f.birth_date.op=ge&f.birth_date=1",
)  # fmt: skip


@pytest.mark.both
def test_a_filter_that_cannot_be_read_is_400(office: Office) -> None:
    browser = office.come()
    answers = {query: browser.get(f"/people/?{query}").status_code for query in UNREADABLE}
    assert answers == dict.fromkeys(UNREADABLE, 400)


@pytest.mark.parametrize("op", ["eq", "ge", "le", "between"])
def test_the_last_days_of_the_calendar_break_no_filter(op: str) -> None:
    """A moment is compared up to the end of its day, and after the last day of all there is no next one."""
    made = Declaration("here", "records", ServiceRecord, ("Услуги", "Услуга"), ["annulled_at"])
    for day, fits in (("31.12.9999", False), ("31.12.2199", True), ("01.01.1900", True)):
        asked = MultiDict({"f.annulled_at.op": op, "f.annulled_at": day, "f.annulled_at.to": day})
        if fits:
            assert len(read_state(spec_of(made), asked).conditions) == 1
        else:
            with pytest.raises(BadState, match="Проверьте год"):
                read_state(spec_of(made), asked)


def test_a_list_without_search_refuses_to_search(office: Office) -> None:
    assert office.almighty().get("/consents/?q=тест").status_code == 400


@pytest.mark.both
def test_a_page_beyond_the_last_is_404_and_the_first_of_nothing_is_a_page(office: Office) -> None:
    browser = office.come()
    assert browser.get("/families/?page=1").status_code == 200
    assert browser.get("/families/?page=2").status_code == 404
    assert browser.get("/families/?page=1000000&size=100").status_code == 404
    assert browser.get("/families/?page=1000001").status_code == 400


def test_a_key_too_large_or_no_number_is_404(office: Office) -> None:
    browser = office.come()
    for pk in ("abc", "0", "-1", "1.5", "99999999999", "9" * 40, "%D9%A3", "1%00", "1/../2"):
        for route in ("show", "edit"):
            assert browser.get(f"/families/{route}/{pk}").status_code == 404, (route, pk)


def test_a_tab_that_is_not_there_is_404_and_a_history_page_that_is_no_number_400(office: Office) -> None:
    family, browser = office.family(), office.come()
    here = f"/families/show/{family.id}"
    assert browser.get(f"{here}?tab=nosuch").status_code == 404
    assert browser.get(f"{here}?tab=people").status_code == 404
    assert browser.get(f"{here}?tab=members&sort=nosuch").status_code == 400
    for before in ("abc", "-1", "9" * 30, "%D9%A3"):
        assert browser.get(f"{here}?tab=history&before={before}").status_code == 400
    assert browser.get(f"{here}?tab=history&before={'9' * 18}").status_code == 200


@pytest.mark.both
def test_a_hidden_column_orders_filters_and_shows_nothing_byte_for_byte(office: Office) -> None:
    """Two worlds that differ in private columns only look the same to a role without the right (P01)."""
    family = office.family()
    person = Person(last_name="Тестова", first_name="Мария", sex="female", service_unit_id=office.unit.id,
                    birth_date=dt.date(1990, 5, 4))  # fmt: skip
    office.stored.add(person)
    office.stored.flush()
    browser = office.come("Регистратор")
    addresses = [
        f"/people/show/{person.id}", f"/people/edit/{person.id}", "/people/", "/people/?q=диабет", "/people/?q=police",
        "/people/lookup?q=диабет", f"/families/show/{family.id}", f"/families/edit/{family.id}", "/families/?q=large",
        "/families/",
    ]  # fmt: skip

    def seen() -> list[str]:
        return [still(browser.get(address).text) for address in addresses]

    seen()  # From now on the crumbs of a card lead to the list as it was left.
    before = seen()
    person.health_note, person.prevention_registers, family.features = "диабет", ["police"], ["large"]
    office.stored.flush()
    assert seen() == before
    for address in (f"/people/show/{person.id}?tab=history", f"/families/show/{family.id}?tab=history"):
        text = browser.get(address).text
        assert not any(word in text for word in ("диабет", "Состояние здоровья", "ПДН", "Признаки", "многодетная"))
    give_consent(person, by=office.by, kind=ConsentKind.SPECIAL)
    allowed = office.come()
    assert "диабет" in allowed.get(addresses[0]).text
    assert "диабет" in allowed.get(f"/people/show/{person.id}?tab=history").text


# ---- many addresses by chance -----------------------------------------------------------------------------------

_WORDS = st.one_of(
    st.sampled_from(
        ["name", "-name", "1", "25", "active", "full", "has", "between", "any", "empty", "01.02.2026", "-", "%", ""]
    ),
    st.text(max_size=12),
    st.integers(-(10**20), 10**20).map(str),
)


def arguments(app: Flask, key: str) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Return a strategy of address arguments for the register *key*: real names and garbage, mixed."""
    with app.app_context():
        spec = registers().by_key[key].spec
    names = [*spec.fields, "nosuch", "id", "search_key"]
    keys = st.one_of(
        st.sampled_from(["q", "sort", "page", "size", "col", "tab", "before"]),
        st.sampled_from([f"f.{name}{end}" for name in names for end in ("", ".op", ".to", ".text")]),
        st.text(max_size=8),
    )
    values = st.one_of(_WORDS, st.sampled_from(names), st.sampled_from([f"-{name}" for name in names]))
    return st.lists(st.tuples(keys, values), max_size=6)


@pytest.mark.both
def test_no_address_breaks_a_list(app: Flask, office: Office) -> None:
    office.family(per_capita_income=1)
    browser = office.almighty()
    with app.app_context():
        keys = sorted(registers().by_key)
    strategy = st.sampled_from(keys).flatmap(lambda key: st.tuples(st.just(key), arguments(app, key)))

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(strategy)
    def look(asked: tuple[str, list[tuple[str, str]]]) -> None:
        key, pairs = asked
        query = "&".join(f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in pairs)
        answer = browser.get(f"/{key}/?{query}")
        assert answer.status_code in (200, 400, 404), (answer.status_code, key, pairs)
        if answer.status_code == 400:
            no_machinery(answer)

    look()
