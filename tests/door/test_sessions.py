"""Sessions: how long they last, what ends them, who sees and ends whose (B02–B06, F08, F11)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting
from app.door import sessions
from app.door.models import Ended, UserSession
from app.door.sessions import Terms, sweep
from app.extensions import db
from app.journal.models import JournalRow
from app.organisation.models import Account
from app.organisation.rules import change_password, deactivate_account, set_roles
from app.roles import ADMINISTRATOR, DIRECTOR, HEAD
from tests.door.conftest import NOON, Door, later
from tests.visiting import Visit

PAGE = "/profile/"
TERMS = Terms(dt.timedelta(minutes=30), dt.timedelta(hours=12))


def opens(browser: FlaskClient) -> bool:
    answer = browser.get(PAGE)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


def number_in(browser: FlaskClient) -> str:
    with browser.session_transaction() as session:
        return str(session.get("_user_id", ""))


def copied(door: Door, browser: FlaskClient) -> FlaskClient:
    """Return another browser with the very cookie of *browser*."""
    other = door.browser()
    cookie = browser.get_cookie("opora_session")
    assert cookie is not None
    other.set_cookie("opora_session", cookie.value)
    return other


def rows(stored: Session) -> list[UserSession]:
    return list(stored.scalars(select(UserSession).order_by(UserSession.id).execution_options(populate_existing=True)))


# ---- time --------------------------------------------------------------------------------------------


@pytest.mark.both
@pytest.mark.parametrize(("seconds", "in_"), [(30 * 60 - 1, True), (30 * 60, False)])
def test_half_an_hour_without_a_click_ends_a_session(door: Door, seconds: int, in_: bool) -> None:
    """B03."""
    door.account()
    browser = door.inside()
    with later(seconds=seconds):
        assert opens(browser) is in_
        if not in_:
            assert "Вы долго не работали, поэтому вход закончился." in browser.get("/login/").text


@pytest.mark.parametrize(("seconds", "in_"), [(12 * 3600 - 1, True), (12 * 3600, False)])
def test_twelve_hours_end_a_session_however_busy(door: Door, stored: Session, seconds: int, in_: bool) -> None:
    """B03."""
    door.account()
    browser = door.inside()
    for minutes in range(20, 12 * 60, 20):
        with later(minutes=minutes):
            assert opens(browser)
    with later(seconds=seconds):
        assert opens(browser) is in_
        if not in_:
            assert "Вход действует один рабочий день." in browser.get("/login/").text


def test_last_seen_is_written_once_a_minute_and_apart_from_what_is_read(door: Door, stored: Session) -> None:
    door.account()
    browser = door.inside()
    for seconds, seen in ((59, 0), (60, 60), (61, 60), (119, 60), (120, 120)):
        with later(seconds=seconds):
            assert opens(browser)
        stored.commit()
        assert rows(stored)[0].seen_at - NOON == dt.timedelta(seconds=seen), seconds


def test_a_page_does_not_wait_for_a_writer_to_note_it_was_seen(door: Door, stored: Session, app: Flask) -> None:
    door.account()
    browser = door.inside()
    with app.app_context():
        engine = db.engine
    with later(minutes=5):
        with acting(SYSTEM), engine.connect() as writer:
            writer.execute(select(UserSession.id))  # It holds the write lock now.
            assert opens(browser)
        stored.commit()
        assert rows(stored)[0].seen_at == NOON
        assert opens(browser)
        stored.commit()
        assert rows(stored)[0].seen_at == NOON + dt.timedelta(minutes=5)


def test_a_request_of_somebody_inside_asks_who_he_is_and_what_he_may_once(door: Door, app: Flask) -> None:
    door.account()
    browser = door.inside()
    said: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(*args: Any) -> None:
        if args[2].startswith("SELECT"):
            said.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    browser.get("/look/icons.svg")
    in_between = list(said)
    opened = opens(browser)
    event.remove(engine, "before_cursor_execute", note)
    assert (opened, in_between) == (True, [])
    assert "user_session.digest =" in said[0] and "ab_user_role" in said[0]
    assert not any("user_session.digest =" in text or "ab_permission" in text for text in said[1:])


# ---- what ends it ------------------------------------------------------------------------------------


@pytest.mark.both
def test_going_out_ends_this_session_and_a_copy_of_its_cookie_only(door: Door) -> None:
    """B02."""
    door.account()
    browser, elsewhere = door.inside(), door.inside()
    stolen = copied(door, browser)
    assert opens(stolen)
    assert browser.post("/logout/").status_code == 302
    assert (opens(browser), opens(stolen), opens(elsewhere)) == (False, False, True)


def test_one_goes_out_by_a_button_and_never_by_an_address(door: Door) -> None:
    """F11."""
    door.account()
    browser = door.inside()
    assert browser.get("/logout/").status_code == 405 and opens(browser)


@pytest.mark.parametrize("how", ["password", "roles", "closed"])
def test_what_changes_an_account_ends_every_copied_cookie(door: Door, stored: Session, how: str) -> None:
    """B02."""
    account = door.account()
    browser = door.inside()
    stolen = copied(door, browser)
    assert opens(stolen)
    if how == "password":
        change_password(account, "Ромашка-поле-8", by=SYSTEM)
    elif how == "roles":
        set_roles(account, [DIRECTOR], by=SYSTEM)
    else:
        deactivate_account(account, by=SYSTEM)
    stored.commit()
    assert (opens(browser), opens(stolen)) == (False, False)
    assert [(row.ended_why, row.ended_at) for row in rows(stored)] == [(how, NOON)]


def test_a_session_begun_while_the_account_was_changed_opens_nothing(door: Door, stored: Session) -> None:
    account = door.account()
    browser = door.inside()
    account.epoch += 1  # The change read which sessions to end before this one was written.
    stored.commit()
    assert rows(stored)[0].ended_at is None
    assert not opens(browser)


# ---- fixation ----------------------------------------------------------------------------------------


def test_a_number_planted_before_the_door_is_not_the_number_behind_it(door: Door) -> None:
    """B04."""
    door.account()
    planted = door.browser()
    with planted.session_transaction() as session:
        session["_user_id"] = "planted-by-a-stranger"
        session["planted"] = "too"
    door.enter(planted)
    with planted.session_transaction() as session:
        assert session["_user_id"] != "planted-by-a-stranger" and "planted" not in session
    first = number_in(planted)
    planted.post("/logout/")
    door.enter(planted)
    assert number_in(planted) != first


def test_the_table_keeps_no_number_a_cookie_could_be_made_of(door: Door, stored: Session) -> None:
    door.account()
    number = number_in(door.inside())
    row = rows(stored)[0]
    assert len(number) >= 43 and row.digest == sessions.digest_of(number) and number.encode() not in row.digest


@pytest.mark.parametrize("number", ["1", "", "\x00", "я" * 3000, "../../etc"])
def test_a_number_nobody_gave_opens_nothing(door: Door, number: str) -> None:
    door.account()
    browser = door.browser()
    with browser.session_transaction() as session:
        session["_user_id"] = number
    assert not opens(browser)


# ---- seen and ended by people ------------------------------------------------------------------------


def test_own_sessions_are_listed_and_ended_one_by_one(door: Door, stored: Session) -> None:
    """B06."""
    door.account()
    here, there = door.inside(), door.inside(address="10.0.0.2")
    page = here.get(PAGE).text
    assert all(words in page for words in ("Где я вошёл", "Chrome, Windows", "10.0.0.2", "здесь и сейчас"))
    answer = here.post(f"/profile/sessions/{rows(stored)[1].id}/end")
    assert answer.status_code == 302
    assert (opens(here), opens(there)) == (True, False)
    assert "Этот вход закончен с другого устройства." in there.get("/login/").text
    said = stored.scalars(select(JournalRow.sentence).where(JournalRow.verb == "account.session_end")).all()
    assert said == ["Закончен вход (Chrome, Windows): закрыт на другом устройстве."]


def test_all_other_own_sessions_are_ended_at_once(door: Door) -> None:
    """B06."""
    door.account()
    here, there, far = door.inside(), door.inside(), door.inside()
    told = here.post("/profile/sessions/end", follow_redirects=True).text
    assert "Закончены входы на других устройствах." in told
    assert [opens(one) for one in (here, there, far)] == [True, False, False]
    assert "На других устройствах вы не вошли." in here.post("/profile/sessions/end", follow_redirects=True).text


def test_ending_the_own_session_leads_to_the_door(door: Door, stored: Session) -> None:
    door.account()
    here = door.inside()
    assert here.post(f"/profile/sessions/{rows(stored)[0].id}/end").location == "/login/"
    assert not opens(here)


def test_anothers_session_is_like_a_missing_one(door: Door, stored: Session) -> None:
    door.account()
    door.account("other")
    browser, other = door.inside(), door.inside("other")
    pk = rows(stored)[1].id
    assert [browser.post(f"/profile/sessions/{n}/end").status_code for n in (pk, 999)] == [404, 404]
    assert opens(other)


def test_the_administrator_ends_anybodys_sessions_from_the_card(door: Door, visit: Visit, stored: Session) -> None:
    """B06."""
    account = door.account()
    one, other = door.inside(), door.inside()
    admin = visit(ADMINISTRATOR)
    card = admin.get(f"/accounts/show/{account.id}").text
    assert all(words in card for words in ("Где вошёл сейчас", "Chrome, Windows", "Закончить все входы"))
    admin.post(f"/accounts/sessions/{account.id}/end/{rows(stored)[0].id}")
    assert (opens(one), opens(other)) == (False, True)
    admin.post(f"/accounts/sessions/{account.id}/end")
    assert not opens(other)
    assert "Администратор закончил ваш вход." in other.get("/login/").text


def test_who_may_not_work_with_accounts_ends_nobodys_sessions(door: Door, visit: Visit, stored: Session) -> None:
    account = door.account()
    browser = door.inside()
    stranger = visit(HEAD)
    pk = rows(stored)[0].id
    addresses = (f"/accounts/sessions/{account.id}/end", f"/accounts/sessions/{account.id}/end/{pk}",
                 f"/accounts/second-step/{account.id}/off", f"/accounts/forgive/{account.id}")  # fmt: skip
    assert [stranger.post(address).status_code for address in addresses] == [403] * 4
    assert opens(browser)


def test_a_session_of_another_account_is_not_ended_through_this_one(door: Door, visit: Visit, stored: Session) -> None:
    account = door.account()
    door.account("other")
    browser = door.inside("other")
    assert visit(ADMINISTRATOR).post(f"/accounts/sessions/{account.id}/end/{rows(stored)[0].id}").status_code == 404
    assert opens(browser)


# ---- the sweep and the journal -----------------------------------------------------------------------


def test_the_sweep_tells_which_sessions_are_over_and_forgets_old_ones(door: Door, stored: Session) -> None:
    account = door.account()
    for at in (NOON, NOON + dt.timedelta(hours=11, minutes=50)):
        sessions.begin(stored, account.user_id, 0, at=at)
    with later(hours=12):
        assert sweep(stored, TERMS) == (1, 0)
        assert [row.ended_why for row in rows(stored)] == [Ended.LIMIT, None]
    with later(hours=13):
        assert sweep(stored, TERMS) == (1, 0)
        assert [row.ended_why for row in rows(stored)] == [Ended.LIMIT, Ended.IDLE]
    with later(days=92):
        assert sweep(stored, TERMS) == (0, 2)
        assert rows(stored) == []


def test_coming_in_and_going_out_are_named_in_the_journal(door: Door, stored: Session) -> None:
    account = door.account()
    door.inside().post("/logout/")
    told = stored.execute(
        select(JournalRow.verb, JournalRow.record_id, JournalRow.address)
        .where(JournalRow.table_name == Account.__tablename__, JournalRow.user_id == account.user_id)
        .order_by(JournalRow.id)
    ).all()
    assert [tuple(row) for row in told] == [
        ("account.enter", account.id, "10.0.0.1"), ("account.leave", account.id, "127.0.0.1"),
    ]  # fmt: skip


def test_ending_twice_is_one_end(door: Door, stored: Session) -> None:
    account = door.account()
    door.inside()
    row, by = rows(stored)[0], Actor(account.user_id, "Т", account.service_unit_id)
    for why in (Ended.OWN, Ended.LOGOUT):
        sessions.end(stored, row, why, account, by=by)
    assert row.ended_why == Ended.OWN
    assert len(stored.scalars(select(JournalRow).where(JournalRow.verb.like("account.%e%_%end"))).all()) == 1
