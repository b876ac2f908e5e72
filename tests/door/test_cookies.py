"""What a cookie is and what is not in it (B01, B05, B07, F08, F24)."""

from __future__ import annotations

import base64
import dataclasses
import zlib

import pytest
from flask import Flask, flash, get_flashed_messages
from itsdangerous import base64_decode
from sqlalchemy.orm import Session

from app import create_app, sealing
from app.extensions import db
from app.journal.models import JournalRow
from tests.databases import TEST_KEYS
from tests.door.conftest import Door
from tests.visiting import EASY, PASSWORD, Visit

CANARY = "Канарейкинатайная"


def readable(cookie: str) -> str:
    """Return everything a person with the cookie can read out of it, without the keys of the house."""
    packed = cookie.startswith(".")
    part = base64_decode(cookie.strip(".").split(".")[0])
    text = (zlib.decompress(part) if packed else part).decode("unicode_escape")
    return text + repr(base64.urlsafe_b64decode(text.encode("utf-8", "ignore") + b"=="))


@pytest.mark.parametrize("https", [False, True])
def test_the_flags_of_the_cookie(door: Door, https: bool) -> None:
    """B01."""
    settings = dataclasses.replace(door.app.config["OPORA"], https=https)
    served = Door(create_app(settings, **EASY), door.stored)
    served.account()
    flags = served.enter(served.browser()).headers["Set-Cookie"].split("; ")
    name = flags[0].partition("=")[0]
    assert (name, set(flags[2:])) == (
        ("__Host-opora", {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"})
        if https
        else ("opora_session", {"HttpOnly", "Path=/", "SameSite=Lax"})
    )
    assert flags[1].startswith("Expires=") and not any(flag.startswith("Domain") for flag in flags)
    with served.app.app_context():
        db.engine.dispose()


def test_the_cookie_holds_the_number_of_the_session_and_no_person(door: Door, visit: Visit, stored: Session) -> None:
    """B05."""
    browser = visit("Куратор")
    form = {"last_name": CANARY, "first_name": "Вера", "sex": "female", "birth_date": "01.02.1990"}
    token = {"form_token": "t" * 24}
    answer = browser.post("/people/add", data={**form, **token})
    assert answer.status_code == 302
    cookie = browser.get_cookie("opora_session")
    assert cookie is not None
    held = readable(cookie.value)
    assert CANARY.casefold() not in held.casefold() and "visitor" not in held and "Сохранено" not in held
    assert f"Сохранено: {CANARY} Вера" in browser.get(answer.location).text
    with browser.session_transaction() as session:
        assert set(session) <= {"_user_id", "csrf_token", "_permanent", "lists"}


def test_messages_under_a_key_that_is_gone_are_dropped(app: Flask) -> None:
    with app.test_request_context():
        flash(CANARY, "ok")
        answer = app.make_response("")
        app.process_response(answer)
        cookie = answer.headers["Set-Cookie"].split(";")[0].partition("=")[2]
    assert CANARY not in readable(cookie)
    for keys, found in ((TEST_KEYS, [CANARY]), ({2: bytes(32)}, [])):
        sealing.use_keys(keys)
        with app.test_request_context(headers={"Cookie": f"opora_session={cookie}"}):
            assert get_flashed_messages() == found


def test_neither_address_nor_log_tells_who_knocked(
    door: Door, caplog: pytest.LogCaptureFixture, stored: Session
) -> None:
    door.account()
    browser = door.browser()
    answers = [door.enter(browser, name, word) for name, word in
               ((CANARY, "x"), ("testova", CANARY), ("testova", PASSWORD))]  # fmt: skip
    for answer in answers:
        headers = str(answer.headers)
        assert CANARY not in headers and "testova" not in headers and PASSWORD not in headers
    assert answers[1].text.count(CANARY) == 0
    assert CANARY not in caplog.text and PASSWORD not in caplog.text and "testova" not in caplog.text
    assert not any(CANARY.casefold() in row.sentence.casefold() for row in stored.query(JournalRow))


def test_every_page_behind_the_door_stays_out_of_every_cache(door: Door) -> None:
    """B07, F24."""
    door.account()
    browser = door.inside()
    addresses = ("/", "/people/", "/profile/", "/profile/second-step/", "/login/", "/login/code/", "/nowhere")
    assert {browser.get(address).headers["Cache-Control"] for address in addresses} == {"no-store"}


def test_https_is_asked_for_ever_after(app: Flask) -> None:
    """F24."""
    settings = dataclasses.replace(app.config["OPORA"], https=True)
    made = create_app(settings, **EASY)
    assert made.test_client().get("/login/").headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in app.test_client().get("/login/").headers
    with made.app_context():
        db.engine.dispose()
