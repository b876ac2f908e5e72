"""The door: who enters, who stays out, what ends a session, what a role opens."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import PermissionView, Role, User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.organisation.models import Account, ServiceUnit
from tests.visiting import PASSWORD, Browser, Visit

OPEN = {"/", "/login/", "/health", "/look/bootstrap.css", "/look/icons.svg"}
"""What a stranger may ask for: the door, the look, whether the service is well, and the first page, which leads to
the door."""


def _login_of(stored: Session, browser: Browser) -> str:
    return stored.scalars(select(User.username).where(User.id == browser.user_id)).one()


def test_a_stranger_is_led_to_the_door_from_every_page(app: Flask, client: Browser) -> None:
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.rule in OPEN or rule.endpoint.startswith(("static", "look.")):
            continue
        address = rule.rule
        for hole, value in (("<int(max=2147483647):pk>", "1"), ("<string:name>", "leave"), ("<code>", "families")):
            address = address.replace(hole, value)
        answer = client.get(address)
        assert answer.status_code in (302, 404, 405), (address, answer.status_code)
        assert answer.status_code != 302 or answer.location.startswith("/login/"), (address, answer.location)


@pytest.mark.both
def test_a_stranger_changes_nothing(app: Flask, client: Browser) -> None:
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.endpoint.startswith("AuthView"):
            continue
        address = rule.rule.replace("<int(max=2147483647):pk>", "1").replace("<string:name>", "leave")
        answer = client.post(address, data={"name": "x", "row_version": "1"})
        assert answer.status_code in (302, 400, 401, 403, 404), (rule.rule, answer.status_code)


@pytest.mark.both
def test_the_door_opens_to_name_and_password_and_leads_back(stored: Session, visit: Visit, client: Browser) -> None:
    name = _login_of(stored, visit("Куратор"))
    answer = client.post("/login/?next=/families/", data={"username": name, "password": PASSWORD, "next": "/families/"})
    assert (answer.status_code, answer.location) == (302, "/families/")
    assert client.get("/families/").status_code == 200


def test_the_door_names_its_unit_and_a_door_of_several_names_none(stored: Session, client: Browser) -> None:
    units = stored.scalars(select(ServiceUnit)).all()
    assert len(units) == 1
    named = f"<small>{units[0].short_name}</small>"
    shown = client.get("/login/").text
    assert named in shown and "Новый выдаст администратор центра." in shown
    stored.add(ServiceUnit(name="Второй центр", short_name="Второй"))
    stored.commit()
    shown = client.get("/login/").text
    assert named not in shown and "Второй" not in shown


@pytest.mark.both
@pytest.mark.parametrize("name", ["nobody", "visitor\x00", "", "'; DROP TABLE ab_user; --", "я" * 5000])
def test_a_wrong_name_and_a_wrong_password_get_one_sentence(
    stored: Session, visit: Visit, client: Browser, name: str
) -> None:
    right = _login_of(stored, visit("Куратор"))
    said = "Имя или пароль не подошли."
    for username, password in ((name, PASSWORD), (right, "не тот пароль"), (right, ""), (right, "\x00")):
        answer = client.post("/login/", data={"username": username, "password": password})
        assert answer.status_code == 200 and said in answer.text


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"])
def test_the_door_never_leads_away(stored: Session, visit: Visit, client: Browser, where: str) -> None:
    name = _login_of(stored, visit("Куратор"))
    answer = client.post("/login/", data={"username": name, "password": PASSWORD, "next": where})
    assert (answer.status_code, answer.location) == (302, "/")


@pytest.mark.both
def test_going_out_ends_a_copied_session_too(app: Flask, visit: Visit) -> None:
    browser, copy = visit("Куратор"), app.test_client()
    with browser.session_transaction() as theirs, copy.session_transaction() as stolen:
        stolen.update(theirs)
    assert copy.get("/families/").status_code == 200
    assert browser.post("/logout/").status_code == 302
    assert copy.get("/families/").status_code == 302
    assert browser.get("/families/").status_code == 302


@pytest.mark.both
def test_a_closed_account_is_out_at_once(stored: Session, visit: Visit) -> None:
    browser = visit("Куратор")
    assert browser.get("/families/").status_code == 200
    account = stored.scalars(select(Account).where(Account.user_id == browser.user_id)).one()
    account.user.active = False
    assert browser.get("/families/").status_code == 302


@pytest.mark.both
def test_a_right_taken_away_is_gone_with_the_next_page(stored: Session, visit: Visit) -> None:
    browser = visit("Куратор")
    assert browser.get("/families/").status_code == 200
    role = stored.scalars(select(Role).where(Role.name == "Куратор")).one()
    role.permissions = [pair for pair in role.permissions if pair.view_menu.name != "families"]
    answer = browser.get("/families/")
    assert answer.status_code == 403 and "Этот раздел для вас закрыт" in answer.text
    assert 'href="/families/"' not in answer.text


@pytest.mark.parametrize(
    ("role", "opened", "closed"),
    [
        ("Куратор", ("/families/", "/people/", "/cases/"), ("/accounts/", "/roles/")),
        ("Администратор", ("/staff/", "/accounts/", "/roles/"), ("/families/", "/people/", "/cases/", "/records/")),
        ("Бухгалтер", ("/services/", "/staff/"), ("/families/", "/people/", "/accounts/")),
        ("Социальный работник", ("/records/", "/families/"), ("/people/", "/cases/", "/staff/")),
    ],
)
def test_a_role_opens_its_own_screens_and_no_other(
    visit: Visit, role: str, opened: tuple[str, ...], closed: tuple[str, ...]
) -> None:
    browser = visit(role)
    assert {where: browser.get(where).status_code for where in (*opened, *closed)} == {
        **dict.fromkeys(opened, 200),
        **dict.fromkeys(closed, 403),
    }


def test_the_rights_of_two_roles_add_up(visit: Visit) -> None:
    browser = visit("Бухгалтер", "Социальный работник")
    assert [browser.get(where).status_code for where in ("/services/", "/records/", "/people/")] == [200, 200, 403]


def test_a_register_that_is_private_as_a_whole_opens_with_the_right_to_special_data_only(
    stored: Session, visit: Visit
) -> None:
    """The very title of a disability tells it: without the right there is no list, no card and no tab."""
    pairs = stored.scalars(select(PermissionView)).unique()
    stored.add(Role(name="Без особых", permissions=[p for p in pairs if p.permission.name != "can_special"]))
    browser = visit("Без особых")
    for where in ("/disabilities/", "/disabilities/lookup", "/disabilities/export.xlsx", "/disabilities/add", "/ovz/"):
        assert browser.get(where).status_code == 403, where
    assert browser.get("/people/").status_code == 200
    assert "Инвалидность" not in browser.get("/people/").text
