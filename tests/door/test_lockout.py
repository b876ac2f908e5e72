"""Wrong tries: counted, answered with a growing wait, alike for every name (A03, A04, F18, F19)."""

from __future__ import annotations

import datetime as dt
import re
import statistics
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app import create_app
from app.acting import SYSTEM, clock_at
from app.door import lockout, passwords
from app.door.models import FailedEntry
from app.extensions import db
from app.journal.models import JournalRow
from app.organisation.rules import deactivate_account
from app.roles import ADMINISTRATOR
from tests.door.conftest import NOON, Door, later
from tests.visiting import EASY, PASSWORD, Visit

WRONG = "не тот пароль, совсем"


def said(answer: object) -> str:
    found = re.search(r'id="login-err">.*?<p>(.*?)</p>', answer.text, re.DOTALL)  # type: ignore[attr-defined]
    return found[1].replace("\u00a0", " ") if found else ""


@pytest.mark.both
def test_five_tries_are_free_then_each_costs_a_longer_wait(door: Door) -> None:
    """A03."""
    door.account()
    browser = door.browser()
    told = [said(door.enter(browser, password=WRONG, address=f"10.0.1.{n}")) for n in range(4)]
    beginning = "Имя или пароль не подошли. Проверьте раскладку и клавишу Caps Lock. Осталось попыток: "
    assert told == [f"{beginning}{left}." for left in (4, 3, 2, 1)]
    at = NOON
    for wait, words in ((30, "30 секунд"), (60, "60 секунд"), (120, "2 минуты"), (300, "5 минут"), (900, "15 минут"),
                        (900, "15 минут")):  # fmt: skip
        with clock_at(at):
            answer = door.enter(browser, password=WRONG, address="10.0.1.9")
            assert said(answer) == f"Слишком много попыток подряд. Подождите {words} и попробуйте снова."
            assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(wait))
        with clock_at(at + dt.timedelta(seconds=wait - 1)):
            assert door.enter(browser, address="10.0.1.77").status_code == 429  # The right password, a second early.
        at += dt.timedelta(seconds=wait)
    with clock_at(at):
        assert door.enter(browser, address="10.0.1.78").status_code == 302


@pytest.mark.both
def test_many_names_from_one_address_are_a_wait_too(door: Door) -> None:
    """A03."""
    door.account()
    answers = [door.enter(door.browser(), f"name{n}", WRONG) for n in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 29 + [429] * 2
    assert door.enter(door.browser()).status_code == 429
    assert door.enter(door.browser(), address="10.0.0.9").status_code == 302


def test_a_right_password_forgets_the_failures_of_its_name_only(door: Door, stored: Session) -> None:
    door.account()
    for _ in range(3):
        door.enter(door.browser(), password=WRONG)
    assert door.enter(door.browser()).status_code == 302
    assert "Осталось попыток: 4." in said(door.enter(door.browser(), password=WRONG, address="10.0.0.8"))
    assert sorted(stored.scalars(select(FailedEntry.failures))) == [1, 1, 3]


def test_the_count_survives_a_restart_and_is_shared_by_processes(door: Door, app: Flask) -> None:
    """A03."""
    door.account()
    second = Door(create_app(app.config["OPORA"], **EASY), door.stored)
    for n in range(5):
        (door, second)[n % 2].enter((door, second)[n % 2].browser(), password=WRONG)
    assert [at.enter(at.browser()).status_code for at in (door, second)] == [429, 429]
    with second.app.app_context():
        db.engine.dispose()


def test_who_keeps_a_login_waiting_from_outside_does_not_keep_its_owner_out(door: Door) -> None:
    """The last administrator must be able to come in from where he always does."""
    door.account("chief", ADMINISTRATOR)
    door.inside("chief", "10.0.0.5").post("/logout/")
    for n in range(8):
        door.enter(door.browser(), "chief", WRONG, address=f"203.0.113.{n}")
    assert door.enter(door.browser(), "chief", address="203.0.113.99").status_code == 429
    assert door.enter(door.browser(), "chief", address="10.0.0.5").status_code == 302


def test_a_known_address_is_no_free_pass_either(door: Door) -> None:
    door.account()
    door.inside()
    codes = [door.enter(door.browser(), password=WRONG).status_code for _ in range(6)]
    assert codes == [200] * 4 + [429] * 2


def test_tries_made_while_one_waits_do_not_prolong_the_wait(door: Door) -> None:
    door.account()
    for _ in range(5):
        door.enter(door.browser(), password=WRONG)
    for _ in range(20):
        assert door.enter(door.browser()).status_code == 429
    with later(seconds=30):
        assert door.enter(door.browser()).status_code == 302


def test_failures_are_forgotten_after_half_a_day(door: Door, stored: Session, app: Flask) -> None:
    door.account()
    for _ in range(4):
        door.enter(door.browser(), password=WRONG)
    with later(hours=12):
        assert "Осталось попыток: 4." in said(door.enter(door.browser(), password=WRONG))
    stored.commit()
    with later(hours=25), app.app_context():
        assert lockout.sweep_daily() == "Забыто счётчиков неудачных попыток: 2."
        stored.commit()
        assert stored.scalars(select(FailedEntry)).all() == []


def test_the_administrator_takes_a_wait_away(door: Door, visit: Visit, stored: Session) -> None:
    account = door.account()
    for n in range(5):
        door.enter(door.browser(), password=WRONG, address=f"10.0.2.{n}")
    assert door.enter(door.browser()).status_code == 429
    told = visit(ADMINISTRATOR).post(f"/accounts/forgive/{account.id}", follow_redirects=True).text
    assert "Можно пробовать снова." in told
    assert door.enter(door.browser()).status_code == 302
    assert stored.scalars(select(JournalRow.sentence).where(JournalRow.verb == "account.unlock")).all() == [
        "Снято ожидание после неверных паролей: «testova»."
    ]


@pytest.mark.parametrize("tries", [1, 5, 6])
def test_what_is_no_login_is_answered_like_a_login(door: Door, stored: Session, tries: int) -> None:
    """A04: text, code and headers are the same for a login, an unknown one and a closed one."""
    door.account("opened")
    closed = door.account("closed")
    deactivate_account(closed, by=SYSTEM)
    stored.commit()
    answers = {}
    for n, name in enumerate(("opened", "closed", "nobody")):
        for _ in range(tries):
            answer = door.enter(door.browser(), name, WRONG, address=f"10.0.3.{n}")
        headers = {k: re.sub(r"nonce-[\w-]+", "nonce", v) for k, v in answer.headers if k != "Set-Cookie"}
        text = re.sub(r'nonce="[^"]+"|value="[^"]*"', "", answer.text)
        answers[name] = (answer.status_code, headers, text)
    assert answers["opened"] == answers["closed"] == answers["nobody"]


@pytest.fixture
def dear(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Hash as dearly as the service does, lock nobody out, and yield the hashes that typed passwords are held to."""
    monkeypatch.setattr(passwords, "generate_password_hash", generate_password_hash)
    monkeypatch.setattr(lockout, "FREE_FOR_LOGIN", 100_000)
    monkeypatch.setattr(lockout, "FREE_FOR_ADDRESS", 100_000)
    passwords._nobodys.cache_clear()
    hashed: list[str] = []
    real = passwords.check_password_hash
    monkeypatch.setattr(passwords, "check_password_hash", lambda kept, typed: hashed.append(kept) or real(kept, typed))
    yield hashed
    passwords._nobodys.cache_clear()


def medians(door: Door, names: tuple[str, ...], tries: int) -> dict[str, float]:
    """Return the median of the seconds of the processor that a refusal of each name takes, asked by turns."""
    took: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(tries):
        for name, times in took.items():
            begun = time.process_time()
            assert door.enter(door.browser(), name, WRONG).status_code == 200
            times.append(time.process_time() - begun)
    return {name: statistics.median(times) for name, times in took.items()}


def test_the_work_is_the_same_for_every_name(door: Door, dear: list[str]) -> None:
    """A04, F19: the password is always hashed, with the same cost."""
    door.account("opened")
    found = medians(door, ("opened", "nobody"), 12)
    assert {kept.split("$")[0] for kept in dear} == {"scrypt:32768:8:1"} and len(dear) == 24
    assert max(found.values()) / min(found.values()) < 1.25


@pytest.mark.proof
def test_the_time_of_a_refusal_tells_no_name_from_another(
    door: Door, stored: Session, dear: list[str], found: Callable[[str, str], None]
) -> None:
    """A04: 200 refusals each of an open account, of a closed one and of nobody, by turns."""
    door.account("opened")
    deactivate_account(door.account("closed"), by=SYSTEM)
    stored.commit()
    measured = medians(door, ("opened", "closed", "nobody"), 200)
    apart = max(measured.values()) / min(measured.values()) - 1
    assert len(dear) == 600
    assert apart < 0.05
    told = ", ".join(f"{name} {1000 * seconds:.1f} мс" for name, seconds in measured.items())
    found("Время отказа у двери", f"медианы 200 попыток: {told}; расходятся на {100 * apart:.1f} %")


def test_a_failed_entry_is_journalled_and_a_mistyped_name_is_not_in_clear(door: Door, stored: Session) -> None:
    account = door.account()
    secret = "ПарольВместоИмени77"
    door.enter(door.browser(), password=WRONG)
    door.enter(door.browser(), secret, WRONG)
    for _ in range(4):
        door.enter(door.browser(), password=WRONG)
    told = JournalRow.verb.in_(("account.refused", "account.lockout"))
    rows = stored.scalars(select(JournalRow).where(told).order_by(JournalRow.id)).all()
    assert [(row.verb, row.record_id, row.address) for row in rows] == [
        ("account.refused", account.id, "10.0.0.1"), ("account.refused", None, "10.0.0.1"),
        *[("account.refused", account.id, "10.0.0.1")] * 4, ("account.lockout", account.id, "10.0.0.1"),
    ]  # fmt: skip
    assert rows[0].sentence == "Вход не удался (неверные имя или пароль): «testova»."
    assert re.fullmatch(r"Вход не удался \(неверные имя или пароль\): имя не найдено, отпечаток [0-9a-f]{12}\.",
                        rows[1].sentence)  # fmt: skip
    assert rows[-1].sentence.replace("\u00a0", " ") == "Вход закрыт на 30 секунд: «testova»."
    assert not any(secret.casefold() in row.sentence.casefold() for row in rows)


def test_the_present_password_is_not_guessed_from_inside_either(door: Door) -> None:
    """A03: a browser left open is a door too."""
    door.account()
    browser = door.inside()
    form = {"current": WRONG, "password": "Ромашка-поле-8", "again": "Ромашка-поле-8"}
    told = [browser.post("/profile/password/", data=form).text.replace("\u00a0", " ") for _ in range(6)]
    assert [
        f"Caps Lock. Осталось попыток: {left}." in page for left, page in zip((4, 3, 2, 1), told, strict=False)
    ] == [True] * 4
    assert all("Слишком много попыток подряд. Подождите 30 секунд" in page for page in told[4:])
    right = browser.post("/profile/password/", data={**form, "current": PASSWORD}).text
    assert "Слишком много попыток подряд." in right
    off = browser.post("/profile/second-step/off", data={"password": PASSWORD}, follow_redirects=True).text
    assert "Слишком много попыток подряд." in off
    with later(seconds=30):
        assert browser.post("/profile/password/", data={**form, "current": PASSWORD}).status_code == 302


# ---- the first password ------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "status"), [(23.99, 302), (24, 200)])
def test_a_first_password_opens_the_door_for_a_day(door: Door, hours: float, status: int) -> None:
    """A02."""
    door.account(must_change=True)
    with later(hours=hours):
        answer = door.enter(door.browser())
        assert answer.status_code == status
        if status == 200:
            assert said(answer) == "Срок выданного пароля истёк: он действует сутки. Попросите у администратора новый."


def test_a_password_of_ones_own_does_not_expire(door: Door, stored: Session) -> None:
    account = door.account(must_change=True)
    browser = door.inside()
    new = "Ромашка-поле-8"
    browser.post("/profile/password/", data={"current": PASSWORD, "password": new, "again": new})
    stored.refresh(account)
    assert account.password_expires_at is None
    with later(days=400):
        assert door.enter(door.browser(), password=new).status_code == 302
