"""A form that arrives twice makes one record (checks C05)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from app.organisation.models import Department, PartnerOrganisation
from app.people.models import FamilyMember, Person
from app.register.models import FormReceipt
from tests.make import make_adult
from tests.register.conftest import Office
from tests.register.forms import filled
from tests.register.test_at_once import together
from tests.visiting import Browser

pytestmark = pytest.mark.both

NEW = "/people/add"


def _typed(browser: Browser, **more: Any) -> MultiDict[str, str]:
    given = {"last_name": "Тестова", "first_name": "Мария", "sex": "female", "birth_date": "04.05.1990"}
    return filled(browser.get(NEW), NEW, **{**given, **more})


def test_a_second_press_of_the_button_opens_the_record_of_the_first(office: Office) -> None:
    browser = office.come()
    form = _typed(browser)
    first, second = browser.post(NEW, data=form), browser.post(NEW, data=form)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert office.stored.scalar(select(func.count(Person.id))) == 1


def test_two_copies_at_the_same_moment_make_one_record(app: Flask, office: Office) -> None:
    browser = office.come()
    form = _typed(browser)
    places: list[str | None] = []
    twins = [browser, *(_same(app, browser) for _ in range(5))]
    office.stored.commit()
    app.extensions.pop("stored")

    def press(number: int) -> None:
        places.append(twins[number].post(NEW, data=form).location)

    together(press, len(twins))
    app.extensions["stored"] = office.stored
    assert len(places) == 6 and len(set(places)) == 1 and places[0] and places[0].startswith("/people/show/")
    assert office.stored.scalar(select(func.count(Person.id))) == 1
    assert office.stored.scalar(select(func.count(FormReceipt.id))) == 1


def _same(app: Flask, browser: Browser) -> Browser:
    """Return another window of the same person."""
    window = app.test_client()
    assert isinstance(window, Browser)
    with browser.session_transaction() as theirs, window.session_transaction() as ours:
        ours.update(theirs)
    return window


def test_the_same_words_in_a_fresh_form_are_a_new_record(office: Office) -> None:
    browser, new = office.come(), "/partners/add"
    for _ in range(2):
        form = filled(browser.get(new), new, name="Школа", kind="education")
        assert browser.post(new, data=form).status_code == 302
    assert office.stored.scalar(select(func.count(PartnerOrganisation.id))) == 2


def test_a_refused_form_leaves_its_token_unused(office: Office) -> None:
    browser = office.come()
    refused = browser.post(NEW, data=_typed(browser, doc_issued_at="31.02.2026"))
    assert refused.status_code == 200 and "В феврале нет 31-го числа." in refused.text
    again = browser.post(NEW, data=filled(refused, NEW, doc_issued_at="28.02.2026"))
    assert again.status_code == 302
    assert office.stored.scalar(select(func.count(Person.id))) == 1


def test_a_copy_of_a_form_whose_rule_forbids_a_second_one_still_opens_the_first(office: Office) -> None:
    """The rule refuses a person twice in a family; the second copy of one form is no second person."""
    browser, family = office.come(), office.family()
    person = make_adult(office.stored, office.by)
    form = {"family_id": family.id, "person_id": person.id, "role": "mother", "date_from": "01.02.2026",
            "token": "a" * 32}  # fmt: skip
    office.stored.commit()
    first, second = (browser.post("/members/add", data=form) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert office.stored.scalar(select(func.count(FamilyMember.id))) == 1


def test_the_token_of_one_person_opens_nothing_for_another(office: Office) -> None:
    one, two = office.come("Директор"), office.come("Директор")
    form = {"name": "Отделение первое", "code": "1", "kind": "support", "token": "b" * 32}
    assert one.post("/departments/add", data=form).status_code == 302
    answer = two.post("/departments/add", data={**form, "name": "Отделение второе"})
    assert answer.status_code == 200 and "Отделение второе" in answer.text
    assert office.stored.scalars(select(Department.name)).all() == ["Отделение первое"]


@pytest.mark.parametrize("token", ["x" * 65, "x" * 5000, "\x00", "я" * 65])
def test_a_token_that_no_form_of_ours_carries_is_refused(office: Office, token: str) -> None:
    answer = office.come().post(NEW, data={**_typed(office.come()).to_dict(), "token": token})
    assert answer.status_code == 400
    assert office.stored.scalar(select(func.count(Person.id))) == 0


def test_save_and_add_another_gives_a_fresh_token_and_keeps_the_family(office: Office) -> None:
    browser, family = office.come(), office.family()
    people = [make_adult(office.stored, office.by, first_name=name) for name in ("Анна", "Вера")]
    here = "/members/add"
    opened = browser.get(f"{here}?family_id={family.id}&back=/families/show/{family.id}?tab=members")
    form = filled(opened, here, person_id=people[0].id, role="mother", date_from="01.02.2026", more="1")
    after = browser.post(here, data=form)
    assert after.status_code == 302 and f"family_id={family.id}" in str(after.location)
    again = filled(browser.get(str(after.location)), here, person_id=people[1].id, role="relative")
    assert again["token"] != form["token"]
    last = browser.post(here, data=again)
    assert last.location == f"/families/show/{family.id}?tab=members"
    assert office.stored.scalar(select(func.count(FamilyMember.id))) == 2
