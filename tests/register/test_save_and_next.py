"""«Сохранить и следующая»: from one card of a list to the next, in the order and through the filters of that list."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from app.people.models import Family
from tests.register.conftest import Office
from tests.register.forms import filled, held
from tests.visiting import Browser

pytestmark = pytest.mark.both


def _form_from(browser: Browser, family: Family, listed: str) -> str:
    """Return the address of the form behind «Изменить» on a card opened from the list at *listed*."""
    card = browser.get(f"/families/show/{family.id}", headers={"Referer": f"http://localhost{listed}"})
    link = re.search(rf'href="(/families/edit/{family.id}\?from=[^"]+)"', card.text)
    assert link is not None, "the card does not know its list"
    return link[1]


def _next(browser: Browser, here: str, **typed: str) -> str:
    """Type into the form at *here*, press «Сохранить и следующая», and return where that leads."""
    opened = browser.get(here)
    assert "Сохранить и следующая" in opened.text
    answer = browser.post(here.partition("?")[0], data=filled(opened, here.partition("?")[0], **typed, next="1"))
    assert answer.status_code == 302
    return str(answer.location)


def test_the_next_card_is_the_next_of_that_very_list(office: Office) -> None:
    families = {name: office.family(name) for name in ("Бобровы", "Волковы", "Аистовы", "Голубевы", "Ёжиковы")}
    browser = office.come()
    listed = f"/families/?q={quote('овы')}&sort=-name"
    here, went = _form_from(browser, families["Ёжиковы"], listed), ["Ёжиковы"]
    for _ in range(3):
        here = _next(browser, here, note="Проверено")
        went.append(next(name for name, each in families.items() if f"/edit/{each.id}?" in here))
    assert went == ["Ёжиковы", "Волковы", "Бобровы", "Аистовы"]
    assert [families[name].note for name in went] == ["Проверено"] * 3 + [None]


def test_what_is_saved_may_move_the_card_out_of_the_list(office: Office) -> None:
    first, second = office.family("Авдеевы"), office.family("Бобровы")
    browser = office.come()
    here = _form_from(browser, first, f"/families/?q={quote('Авдеевы')}")
    assert _next(browser, here, name="Яковлевы") == f"/families/show/{first.id}"
    here = _form_from(browser, second, "/families/")
    assert _next(browser, here, name="Аистовы").startswith(f"/families/edit/{first.id}?from=")


def test_after_the_last_card_the_way_leads_back_with_a_word(office: Office) -> None:
    family, browser = office.family(), office.come()
    here = _form_from(browser, family, "/families/")
    assert _next(browser, here, note="Всё") == f"/families/show/{family.id}"
    assert "последняя карточка списка" in browser.get(f"/families/show/{family.id}").text


@pytest.mark.parametrize("came", ["", "http://localhost/", "http://elsewhere/families/", "http://localhost/people/"])
def test_a_card_opened_from_elsewhere_offers_no_next(office: Office, came: str) -> None:
    family, browser = office.family(), office.come()
    card = browser.get(f"/families/show/{family.id}", headers={"Referer": came})
    assert "?from=" not in card.text
    assert "Сохранить и следующая" not in browser.get(f"/families/edit/{family.id}").text


@pytest.mark.parametrize("told", ["x", "A" * 9000, "я", ""])
def test_a_list_nobody_has_sealed_is_left_aside(office: Office, told: str) -> None:
    family, browser = office.family(), office.come()
    answer = browser.get(f"/families/edit/{family.id}", query_string={"from": told})
    assert answer.status_code == 200 and "Сохранить и следующая" not in answer.text


def test_what_was_searched_for_stands_in_no_address(office: Office) -> None:
    family, browser = office.family("Сугробовы"), office.come()
    here = _form_from(browser, family, f"/families/?q={quote('сугроб')}")
    assert "сугроб" not in here and quote("сугроб") not in here and "q=" not in here


def test_the_list_goes_along_through_two_editors(office: Office) -> None:
    family, following = office.family("Авдеевы", address="д. Тестово, 1"), office.family("Бобровы")
    first, second = office.come(), office.come()
    here = _form_from(second, family, "/families/?sort=name")
    plain = here.partition("?")[0]
    opened = second.get(here)
    first.post(plain, data=filled(first.get(plain), plain, address="д. Тестово, 2"))
    conflict = second.post(plain, data=filled(opened, plain, address="д. Тестово, 3", next="1"))
    assert "карточку изменил другой сотрудник" in conflict.text
    answer = second.post(plain, data={**held(conflict, plain), "pick.address": "mine"})
    assert str(answer.location).startswith(f"/families/edit/{following.id}?from=")
    assert family.address == "д. Тестово, 3"
