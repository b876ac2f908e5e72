"""The second step: set up, asked for, replayed, replaced by a recovery code, taken away (A11)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import create_app
from app.acting import now
from app.door import totp
from app.door.models import RecoveryCode, SecondStep, UserSession
from app.extensions import db
from app.journal.models import JournalRow
from app.roles import ADMINISTRATOR
from config import BadSetting
from tests.door.conftest import Door, later
from tests.visiting import EASY, PASSWORD, Browser, Visit


def secret(stored: Session) -> str:
    stored.commit()
    return stored.scalars(select(SecondStep.secret)).one()


def code(stored: Session, away: int = 0) -> str:
    return totp.code_of(secret(stored), totp.step_at(now()) + away)


def set_up(door: Door, browser: FlaskClient) -> list[str]:
    """Switch the second step on in *browser* and return the recovery codes."""
    browser.post("/profile/second-step/start")
    answer = browser.post("/profile/second-step/confirm", data={"one_time_password": code(door.stored)})
    codes = re.findall(r"<kbd>([a-z0-9-]+)</kbd>", answer.text)
    assert len(codes) == 10, answer.text
    return codes


def asked(door: Door) -> FlaskClient:
    """Return a browser that has given the right password and is asked for the code."""
    browser = door.browser()
    assert door.enter(browser, next="/people/").location == "/login/code/?next=/people/"
    return browser


def give(browser: FlaskClient, typed: str) -> int:
    """Send a code and return the status of the answer."""
    sent = {"one_time_password": typed, "next": "/people/"}
    return browser.post("/login/code/", data=sent, environ_base={"REMOTE_ADDR": "10.0.0.1"}).status_code


@pytest.mark.both
def test_the_code_of_the_phone_is_asked_for_after_the_password(door: Door, stored: Session) -> None:
    door.account()
    set_up(door, door.inside())
    with later(minutes=2):
        browser = asked(door)
        assert browser.get("/people/").status_code == 302  # The password alone opens nothing.
        assert "Шесть цифр из приложения на телефоне" in browser.get("/login/code/").text
        with browser.session_transaction() as session:
            before = session["_user_id"]
        answer = browser.post("/login/code/", data={"one_time_password": code(stored), "next": "/people/"})
        assert (answer.status_code, answer.location) == (302, "/people/")
        with browser.session_transaction() as session:
            assert session["_user_id"] != before
        assert browser.get("/people/").status_code == 200


def test_a_code_is_taken_once(door: Door, stored: Session) -> None:
    door.account()
    set_up(door, door.inside())
    assert give(asked(door), code(stored)) == 200  # The very code that switched it on.
    with later(minutes=2):
        typed = code(stored)
        assert give(asked(door), typed) == 302
        assert give(asked(door), typed) == 200
        assert give(asked(door), code(stored, -1)) == 200
        assert give(asked(door), code(stored, +1)) == 302


def test_wrong_codes_cost_a_wait_like_wrong_passwords(door: Door, stored: Session) -> None:
    door.account()
    set_up(door, door.inside())
    with later(minutes=2):
        browser = asked(door)
        assert [give(browser, "000000") for _ in range(6)] == [200] * 4 + [429] * 2
        assert give(browser, code(stored)) == 429
        assert door.enter(door.browser()).status_code == 429
    stored.commit()
    refused = stored.scalars(select(JournalRow.sentence).where(JournalRow.verb == "account.refused")).all()
    assert refused == ["Вход не удался (неверный код): «testova»."] * 5


def test_the_page_of_the_code_waits_five_minutes(door: Door, stored: Session) -> None:
    door.account()
    set_up(door, door.inside())
    browser = asked(door)
    with later(minutes=4, seconds=59):
        assert browser.get("/login/code/").status_code == 200
    with later(minutes=5):
        assert browser.get("/login/code/").location == "/login/"
        assert give(browser, code(stored)) == 302
        assert browser.get("/people/").status_code == 302


def test_who_gave_no_password_has_no_page_of_the_code(door: Door) -> None:
    assert [door.browser().get("/login/code/").location, door.browser().post("/login/code/").location] == [
        "/login/"
    ] * 2


def test_a_recovery_code_stands_in_for_the_phone_once(door: Door, stored: Session) -> None:
    door.account()
    codes = set_up(door, door.inside())
    assert len(set(codes)) == 10
    with later(minutes=2):
        browser = asked(door)
        assert give(browser, f" {codes[3].upper()} ") == 302
        assert "Осталось запасных кодов: 9." in browser.get("/people/").text
        assert give(asked(door), codes[3]) == 200
        assert give(asked(door), codes[4]) == 302


def test_new_recovery_codes_replace_the_old_after_the_password(door: Door, stored: Session) -> None:
    door.account()
    browser = door.inside()
    old = set_up(door, browser)
    refused = browser.post("/profile/second-step/codes", data={"password": "не тот"}, follow_redirects=True).text
    assert "Это не ваш нынешний пароль." in refused
    page = browser.post("/profile/second-step/codes", data={"password": PASSWORD}).text
    new = re.findall(r"<kbd>([a-z0-9-]+)</kbd>", page)
    assert len(new) == 10 and not set(new) & set(old)
    assert (give(asked(door), old[0]), give(asked(door), new[0])) == (200, 302)


def test_the_secret_is_sealed_and_codes_are_kept_as_digests(door: Door, stored: Session) -> None:
    door.account()
    codes = set_up(door, door.inside())
    kept = bytes(stored.execute(text("SELECT secret FROM second_step")).scalar_one())
    assert secret(stored).encode() not in kept
    digests = b"".join(stored.scalars(select(RecoveryCode.digest)))
    assert not any(one.replace("-", "").encode() in digests for one in codes)


def test_the_picture_is_drawn_here_and_shown_until_it_is_confirmed(door: Door, stored: Session) -> None:
    door.account()
    browser = door.inside()
    browser.post("/profile/second-step/start")
    page = browser.get("/profile/second-step/").text
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page and "data:" not in page
    assert secret(stored)[:4] in page
    assert door.enter(door.browser()).location == "/"  # Nothing is asked for before it is confirmed.
    told = browser.post("/profile/second-step/confirm", data={"one_time_password": "000000"}).text
    assert "Код не подошёл. Проверьте, верно ли идут часы телефона" in told
    set_up(door, browser)
    again = browser.get("/profile/second-step/").text
    assert "<svg xmlns" not in again and secret(stored)[:4] not in again


def test_switching_it_on_ends_the_other_sessions(door: Door, stored: Session) -> None:
    door.account()
    here, there = door.inside(), door.inside()
    set_up(door, here)
    assert [one.get("/profile/").status_code for one in (here, there)] == [200, 302]


def test_it_is_switched_off_after_the_password(door: Door, stored: Session) -> None:
    door.account()
    browser = door.inside()
    set_up(door, browser)
    for password, left in (("не тот", 1), (PASSWORD, 0)):
        browser.post("/profile/second-step/off", data={"password": password})
        stored.commit()
        assert len(stored.scalars(select(SecondStep)).all()) == left
    assert stored.scalars(select(RecoveryCode)).all() == []
    assert door.enter(door.browser()).location == "/"


def test_the_administrator_takes_it_away_and_the_journal_tells(door: Door, stored: Session, visit: Visit) -> None:
    account = door.account()
    browser = door.inside()
    set_up(door, browser)
    admin = visit(ADMINISTRATOR)
    assert "Телефон потерян: не спрашивать код" in admin.get(f"/accounts/show/{account.id}").text
    admin.post(f"/accounts/second-step/{account.id}/off")
    assert browser.get("/profile/").status_code == 302
    assert door.enter(door.browser()).location == "/"
    told = admin.post(f"/accounts/second-step/{account.id}/off", follow_redirects=True).text
    assert "У входа «testova» код не спрашивают." in told
    verbs = stored.execute(
        select(JournalRow.verb, JournalRow.user_id)
        .where(JournalRow.verb.like("account.second_step%"))
        .order_by(JournalRow.id)
    ).all()
    assert [tuple(row) for row in verbs] == [
        ("account.second_step_on", account.user_id), ("account.second_step_off", admin.user_id),
    ]  # fmt: skip


# ---- roles that must have it -------------------------------------------------------------------------


@pytest.fixture
def strict(door: Door) -> Iterator[Door]:
    """Yield the same installation, set so that administrators sign in with a code."""
    settings = dataclasses.replace(door.app.config["OPORA"], totp_roles=("administrator",))
    made = create_app(settings, **EASY)
    made.test_client_class, made.extensions["stored"] = Browser, door.stored
    yield Door(made, door.stored)
    with made.app_context():
        db.engine.dispose()


def test_a_role_that_must_have_it_is_led_to_set_it_up_before_anything_else(strict: Door, stored: Session) -> None:
    strict.account("chief", ADMINISTRATOR)
    strict.account()
    assert strict.inside().get("/people/").status_code == 200
    browser = strict.inside("chief")
    led = [browser.get(address).location for address in ("/accounts/", "/profile/", "/staff/?q=а")]
    assert led == [f"/profile/second-step/?back={back}" for back in ("/accounts/", "/profile/", "/staff/?q%3D%D0%B0")]
    assert browser.post("/roles/save", data={"role": "Куратор"}).location == "/profile/second-step/"
    assert "для неё обязателен" in browser.get("/profile/second-step/").text
    set_up(strict, browser)
    assert browser.get("/accounts/").status_code == 200
    told = browser.post("/profile/second-step/off", data={"password": PASSWORD}, follow_redirects=True).text
    assert "Вашей роли вход с кодом нужен всегда." in told


def test_a_role_nobody_knows_is_refused_by_name(app: Flask) -> None:
    settings = dataclasses.replace(app.config["OPORA"], totp_roles=("administrator", "wizard"))
    with pytest.raises(BadSetting, match=r"OPORA_TOTP_ROLES: такой роли нет\. Роли: administrator, "):
        create_app(settings, **EASY)


def test_a_session_that_waits_for_its_code_is_not_listed(door: Door, stored: Session) -> None:
    door.account()
    browser = door.inside()
    set_up(door, browser)
    asked(door)
    assert browser.get("/profile/").text.count("Chrome, Windows") == 1
    assert len(stored.scalars(select(UserSession).where(UserSession.ended_at.is_(None))).all()) == 2
