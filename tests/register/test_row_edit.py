"""Editing in the row: a few fields, the flow of the whole form, the way back to the same list."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from flask import Flask

from app.people.models import Family
from app.register.spec import SpecError
from app.register.view import Register
from tests.make import make_adult
from tests.register.conftest import Office
from tests.register.forms import filled, held, no_machinery


@pytest.mark.both
def test_a_row_is_changed_and_the_list_comes_back_as_it_was_left(office: Office) -> None:
    family = office.family(note="Заметка")
    browser = office.come()
    browser.get("/families/?f.phone.op=empty&q=тестовы")
    here = f"/families/row/{family.id}"
    asked = browser.get(here)
    assert {name for name in held(asked, here) if not name.startswith(("draft", "token", "csrf"))} >= {
        "phone", "area_id", "row_version", "back",
    }  # fmt: skip
    assert "note" not in held(asked, here) and "address" not in held(asked, here)
    answer = browser.post(here, data=filled(asked, here, phone="8 900 000-14-21"))
    assert unquote(answer.location) == f"/families/?f.phone.op=empty&q=тестовы#row-{family.id}"
    office.stored.expire_all()
    assert (family.phone, family.note, family.name) == ("+79000001421", "Заметка", "Тестовы")


def test_the_pencil_stands_only_where_the_person_may_change(office: Office) -> None:
    office.family()
    assert "/families/row/" in office.come().get("/families/").text
    reader = office.come("Психолог")
    assert "/families/row/" not in reader.get("/families/").text
    family = office.family("Вторые")
    assert reader.get(f"/families/row/{family.id}").status_code == 403
    assert "/cases/row/" not in office.come().get("/cases/").text


def test_a_refusal_stands_at_its_field_and_the_text_is_kept(office: Office) -> None:
    family = office.family()
    browser = office.come()
    here = f"/families/row/{family.id}"
    answer = browser.post(here, data=filled(browser.get(here), here, phone="12"))
    assert answer.status_code == 200 and "В номере должно быть 10 цифр" in answer.text
    assert held(answer, here)["phone"] == "12"
    office.stored.expire_all()
    assert family.phone is None


@pytest.mark.both
def test_two_who_edit_one_row_are_shown_to_each_other(office: Office) -> None:
    family = office.family()
    first, second = office.come(), office.come()
    here = f"/families/row/{family.id}"
    mine, theirs = first.get(here), second.get(here)
    assert second.post(here, data=filled(theirs, here, phone="+7 900 000-14-22")).status_code == 302
    answer = first.post(here, data=filled(mine, here, phone="+7 900 000-14-21"))
    assert answer.status_code == 200 and "карточку изменил другой сотрудник" in answer.text
    no_machinery(answer)
    done = first.post(here, data=filled(answer, here, **{"pick.phone": "mine"}))
    assert done.status_code == 302
    office.stored.expire_all()
    assert family.phone == "+79000001421"


def test_the_rule_of_the_whole_form_holds_in_the_row(office: Office) -> None:
    """A person's card is checked as a whole whichever field was changed."""
    person = make_adult(office.stored, office.by)
    browser = office.come()
    here = f"/people/row/{person.id}"
    assert browser.post(here, data=filled(browser.get(here), here, phone="")).status_code == 302
    office.stored.expire_all()
    assert (person.phone, person.last_name) == (None, person.last_name)
    assert browser.post(here, data={"row_version": "999", "phone": "1"}).status_code == 400


def test_a_foreign_row_and_a_register_without_row_fields_are_404(office: Office) -> None:
    foreign = office.foreign()
    browser = office.almighty()
    assert browser.get(f"/families/row/{foreign.id}").status_code == 404
    own = office.family()
    assert browser.get(f"/members/row/{own.id}").status_code == 404


def test_a_row_field_that_stands_on_no_form_stops_the_start(app: Flask) -> None:
    class Wrong(Register):
        """A register whose row names what its form does not hold."""

        key = "wrong_rows"
        datamodel = Family
        title = "Семьи", "Семья"
        list_columns = ("name",)
        form_columns = ("name",)
        row_edit = ("reg_number",)

    with app.app_context(), pytest.raises(SpecError, match="row_edit names 'reg_number'; allowed: name"):
        Wrong()
