"""Every road by which closed special data could leave or come in (S000-6c, X-4, A9, checks P06)."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from app.acting import clock_at, today
from app.people.consents import NONE, REVOKED, closed_among, standing, stop_by
from app.people.models import ChildProfile, Consent, ConsentKind, DisabilityStatus, Person
from app.people.rules import give_consent, revoke_consent
from tests.make import make_adult, make_case, make_family, mother_of
from tests.register.conftest import Office
from tests.register.forms import held
from tests.visiting import Browser, join_team, lead

SECRET = "Канареечная астма"


@pytest.fixture
def child(office: Office) -> Person:
    """A boy whose mother represents him, with data on health and a disability, without any consent."""
    family = make_family(office.stored, office.by, territory=office.village)
    boy = next(seat.person for seat in family.members if not seat.is_legal_representative)
    boy.health_note = SECRET
    office.stored.add(
        DisabilityStatus(person_id=boy.id, kind="child", certificate_no="КАН-001", established_at=dt.date(2024, 1, 9),
                         service_unit_id=office.unit.id)
    )  # fmt: skip
    office.stored.flush()
    return boy


def curator_of(office: Office, child: Person) -> Browser:
    """Return the browser of a curator who leads the case of the family of *child*."""
    browser = office.come("Куратор")
    family = child.memberships[0].family
    lead(office.stored, browser, make_case(office.stored, office.by, family=family))
    return browser


def consent_for(office: Office, child: Person, **more: Any) -> Consent:
    given = {"by": office.by, "kind": ConsentKind.SPECIAL, "given_by": mother_of(child.memberships[0].family), **more}
    return give_consent(child, **given)


@pytest.mark.parametrize(
    ("more", "opens"),
    [
        ({}, True),
        ({"kind": ConsentKind.PROCESSING}, False),
        ({"kind": ConsentKind.PROCESSING, "special_categories": True}, True),
        ({"kind": ConsentKind.TRANSFER, "special_categories": True, "transfer_to": "школа"}, False),
    ],
)
def test_a_consent_opens_only_what_it_was_given_for(office: Office, child: Person, more, opens: bool) -> None:
    assert closed_among(office.stored, [child.id]) == {child.id: NONE}
    consent_for(office, child, **more)
    assert (closed_among(office.stored, [child.id]) == {}) is opens


def test_one_standing_consent_is_enough_and_the_reason_is_the_last_ones(office: Office, child: Person) -> None:
    first = consent_for(office, child)
    consent_for(office, child)
    revoke_consent(first, by=office.by, reason="Передумала")
    assert closed_among(office.stored, [child.id]) == {}
    second = office.stored.scalars(select(Consent).where(Consent.revoked_at.is_(None))).one()
    revoke_consent(second, by=office.by, reason="Передумала совсем")
    assert closed_among(office.stored, [child.id]) == {child.id: REVOKED.format(day=f"{today():%d.%m.%Y}")}
    assert stop_by(second) == today() + dt.timedelta(days=30)


# ---- roads -------------------------------------------------------------------------------------------


def roads(browser: Browser, child: Person) -> dict[str, str]:
    """Return what each road out of the base answers about *child* to who has the right to data on health."""
    card = child.disabilities[0].id
    pages = [
        f"/people/show/{child.id}", f"/people/edit/{child.id}", f"/people/show/{child.id}?tab=history",
        f"/people/show/{child.id}?tab=disabilities", f"/disabilities/show/{card}", f"/disabilities/edit/{card}",
        f"/disabilities/show/{card}?tab=history", "/disabilities/", "/disabilities/lookup?q=тестов",
    ]  # fmt: skip
    found = {page: browser.get(page).text for page in pages}
    for book in ("/disabilities/export.xlsx", "/import/of/people/edit.xlsx", "/import/of/disabilities/edit.xlsx"):
        answer = browser.get(book)
        if answer.status_code == 200:
            sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
            answer.close()
            found[book] = "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    return found


WORDS = (SECRET, "КАН-001", "ребёнок-инвалид")


@pytest.mark.both
def test_without_a_consent_special_fields_leave_by_no_road(office: Office, child: Person) -> None:
    browser = curator_of(office, child)
    child.health_note = SECRET + ", изменена"
    office.stored.flush()
    for road, text in roads(browser, child).items():
        assert not [word for word in WORDS[:2] if word in text], road
        if "people" in road:
            assert "нужно согласие" in text or NONE in text, road
    assert "Оформить согласие" in browser.get(f"/people/show/{child.id}").text
    consent_for(office, child)
    opened = roads(browser, child)
    assert SECRET in opened[f"/people/show/{child.id}"] and "КАН-001" in opened["/disabilities/"]
    assert "КАН-001" in opened["/disabilities/export.xlsx"]
    assert not [road for road, text in opened.items() if "нужно согласие" in text]


@pytest.mark.both
def test_a_row_that_tells_of_health_by_being_there_is_not_there_while_it_is_closed(
    office: Office, child: Person
) -> None:
    browser, card = curator_of(office, child), child.disabilities[0].id
    tab = f"/people/show/{child.id}?tab=disabilities"
    missing = browser.get("/disabilities/show/987654")
    assert browser.get(f"/disabilities/show/{card}").status_code == missing.status_code == 404
    for road, text in roads(browser, child).items():
        if "people" not in road:
            assert str(child) not in text, road
    text = browser.get(tab).text
    assert "Инвалидность: закрыто" in text and NONE in text and "Оформить согласие" in text
    assert "/disabilities/add" not in text
    assert re.findall(r'tab=disabilities"[^>]*>Инвалидность(.*?)</a>', text) == [""]
    consent_for(office, child)
    assert str(child) in browser.get("/disabilities/").text
    assert re.findall(r'tab=disabilities"[^>]*>Инвалидность(.*?)</a>', browser.get(tab).text) == [
        '<span class="count">1</span>'
    ]
    assert "/disabilities/add" in browser.get(tab).text
    assert browser.get(f"/disabilities/show/{card}").status_code == 200


def test_the_journal_names_nobody_by_a_closed_row(office: Office, child: Person) -> None:
    director = office.come("Директор")
    assert f"Инвалидность № {child.disabilities[0].id}" in director.get("/audit/?table=disability_status").text
    assert f"Справка МСЭ, {child}" not in director.get("/audit/?table=disability_status").text
    consent_for(office, child)
    assert f"Справка МСЭ, {child}" in director.get("/audit/?table=disability_status").text


DAYS = (None, *(dt.date(2026, 2, day) for day in (17, 18, 19)), dt.date(2030, 1, 1))
BORN = (dt.date(2008, 2, 18), dt.date(2008, 2, 19), dt.date(2008, 2, 29), dt.date(2012, 2, 18), dt.date(2012, 2, 19),
        dt.date(2012, 2, 29), dt.date(2018, 6, 1), dt.date(1990, 5, 4))  # fmt: skip
SIGNED = (dt.date(2012, 3, 1), dt.date(2022, 2, 28), dt.date(2022, 3, 1), dt.date(2026, 2, 18), dt.date(2026, 2, 19))


@pytest.mark.both
def test_the_criterion_of_a_query_says_of_every_consent_what_its_rule_says(office: Office) -> None:
    """Consents of every kind, term, withdrawal and signer, of people born around the birthdays that end them."""
    stored, told = office.stored, {"service_unit_id": office.unit.id}
    mother, people = make_adult(stored, office.by), []
    cases = itertools.product(BORN, SIGNED, DAYS, DAYS, (True, False))
    for number, (born, signed, until, revoked, own) in enumerate(cases):
        person = Person(last_name=f"Ч{number}", first_name="А", sex="male", birth_date=born, **told)
        stored.add(person)
        people.append(person)
        consent = Consent(person=person, given_by=person if own else mother, kind=ConsentKind.SPECIAL, **told,
                          special_categories=True, purposes="цель", signed_at=signed)  # fmt: skip
        consent.valid_to = until if until is None or until >= signed else None
        consent.revoked_at = revoked if revoked is None or revoked >= signed else None
        stored.add(consent)
    stored.flush()
    ids = {person.id for person in people}
    for day in (dt.date(2026, 2, 18), dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2030, 3, 1)):
        with clock_at(day):
            closed = closed_among(stored, ids).keys()
            assert set(stored.scalars(select(Person.id).where(Person.id.in_(ids), standing(Person.id)))) == ids - closed
        assert 0 < len(closed) < len(ids), day


@pytest.mark.both
def test_what_is_typed_for_a_closed_field_is_refused_and_the_rest_is_kept(office: Office, child: Person) -> None:
    browser = curator_of(office, child)
    form = held(browser.get(f"/people/edit/{child.id}"), f"/people/edit/{child.id}")
    assert "health_note" not in form
    form["health_note"], form["workplace"] = "Подсунутое", "Школа"
    answer = browser.post(f"/people/edit/{child.id}", data=form)
    assert answer.status_code == 200 and "Набранное здесь не сохранено." in answer.text and NONE in answer.text
    office.stored.expire_all()
    assert (child.health_note, child.workplace) == (SECRET, None)
    del form["health_note"]
    assert browser.post(f"/people/edit/{child.id}", data=form).status_code == 302
    office.stored.expire_all()
    assert (child.health_note, child.workplace) == (SECRET, "Школа")


def test_new_special_data_of_a_person_without_consent_are_refused(office: Office, child: Person) -> None:
    browser = curator_of(office, child)
    for url in ("/disabilities/add", f"/disabilities/add?person_id={child.id}"):
        form = held(browser.get(url), "/disabilities/add")
        form["person_id"], form["kind"], form["established_at"] = str(child.id), "first", "01.02.2025"
        answer = browser.post("/disabilities/add", data=form)
        assert answer.status_code == 200 and NONE in answer.text, url
    office.stored.expire_all()
    assert len(child.disabilities) == 1


def test_a_new_person_gets_special_data_only_after_the_card_is_saved(office: Office) -> None:
    browser = office.come("Куратор")
    form = held(browser.get("/people/add"), "/people/add")
    form |= {"last_name": "Новая", "first_name": "Анна", "sex": "female", "birth_date": "01.02.1990"}
    refused = browser.post("/people/add", data={**form, "health_note": SECRET})
    assert refused.status_code == 200 and "сначала сохраните карточку" in refused.text
    assert browser.post("/people/add", data=form).status_code == 302


def test_a_locked_record_costs_the_same_number_of_statements_as_many(office: Office, child: Person) -> None:
    def statements() -> int:
        seen: list[str] = []

        def note(*said: Any) -> None:
            seen.append(said[2])

        event.listen(Engine, "before_cursor_execute", note)
        browser.get("/children/?col=person_id&col=child_status")
        event.remove(Engine, "before_cursor_execute", note)
        return len([one for one in seen if "FROM consent" in one])

    browser = office.come("Заведующий отделением")
    office.stored.add(ChildProfile(person=child, service_unit_id=office.unit.id))
    statements()  # The columns a list reads are learnt by its first rows.
    assert statements() == 1
    for number in range(3):
        person = make_adult(office.stored, office.by, last_name=f"Ещё{number}")
        office.stored.add(ChildProfile(person=person, service_unit_id=office.unit.id))
    office.stored.flush()
    assert statements() == 1


# ---- withdrawal --------------------------------------------------------------------------------------


def test_a9_a_withdrawn_consent_blocks_input_shows_a_banner_and_stands_on_the_home_page(
    office: Office, child: Person
) -> None:
    consent = consent_for(office, child)
    browser = office.come("Заведующий отделением")
    assert SECRET in browser.get(f"/people/show/{child.id}").text
    answer = browser.post(
        f"/consents/action/revoke/{consent.id}",
        data={"sure": "1", "revoke_reason": "Передумала", "revoked_at": f"{today():%d.%m.%Y}"},
    )
    assert answer.status_code == 302
    until = f"{today() + dt.timedelta(days=30):%d.%m.%Y}"
    family = child.memberships[0].family_id
    for page in (f"/people/show/{child.id}", f"/families/show/{family}", f"/consents/show/{consent.id}"):
        assert f"прекратить обработку до {until}" in browser.get(page).text, page
    assert SECRET not in browser.get(f"/people/show/{child.id}").text
    history = browser.get(f"/consents/show/{consent.id}?tab=history").text
    assert f"Прекратить обработку до {until}." in history
    consent_for(office, child)
    assert "прекратить обработку" not in browser.get(f"/families/show/{family}").text


def test_the_tab_of_consents_on_a_family_says_what_is_missing(office: Office, child: Person) -> None:
    family = child.memberships[0].family_id
    browser = curator_of(office, child)
    text = browser.get(f"/families/show/{family}?tab=consents").text
    assert "Нет согласия на обработку данных" in text
    assert f"Нет согласия на сведения о здоровье: {child.first_name}, " in text
    consent_for(office, child)
    text = browser.get(f"/families/show/{family}?tab=consents").text
    assert "сведения о здоровье" not in text.split("panel")[0] and "действует" in text


# ---- СНИЛС -------------------------------------------------------------------------------------------


def test_s003_4_36_a_list_shows_the_end_of_a_snils_and_the_card_all_of_it_to_who_may_change_it(office: Office) -> None:
    family = make_family(office.stored, office.by)
    case, person = make_case(office.stored, office.by, family=family), mother_of(family)
    person.snils = "11223344595"
    office.stored.flush()
    for role, card, joins in (
        ("Куратор", "112-233-445\u00a095", lead),
        ("Психолог", "***-***-445\u00a095", join_team),
    ):
        browser = office.come(role)
        joins(office.stored, browser, case)
        listed = browser.get("/people/").text
        assert "***-***-445\u00a095" in listed and "112-233" not in listed
        shown = browser.get(f"/people/show/{person.id}").text
        assert card in shown and ("112-233" in shown) is (role == "Куратор")
