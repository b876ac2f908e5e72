"""The way back in from the server itself, and the key that signs the cookies (A01, A02)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from app.base import RuleBroken
from app.cli_accounts import commands
from app.door import second_step
from config import BadSetting, Settings
from tests.door.conftest import Door, later

WRONG = "не тот пароль, совсем"


@pytest.fixture
def told(app: Flask, stored: Session) -> Callable[..., str]:
    """Return a function that runs ``opora account …`` and returns what it says."""

    @contextmanager
    def opened() -> Iterator[tuple[Any, Session]]:
        yield app, stored

    given: Callable[[], AbstractContextManager[tuple[Any, Session]]] = opened

    def run(*words: str) -> str:
        return CliRunner().invoke(commands(given), words, catch_exceptions=False).output

    return run


def test_a_new_password_is_given_from_the_server(door: Door, told: Callable[..., str], stored: Session) -> None:
    account = door.account("chief", must_change=True)
    second_step.start(stored, account.user_id).confirmed_at = account.created_at
    stored.commit()
    with later(days=2):  # The first one has expired.
        password = re.findall(r"пароль (\S+)", told("password", "Chief", "--without-code"))[0]
        answer = door.enter(door.browser(), "chief", password)
        assert (answer.status_code, answer.location) == (302, "/")


def test_a_wait_is_taken_away_from_the_server(door: Door, told: Callable[..., str]) -> None:
    door.account()
    for n in range(5):
        door.enter(door.browser(), password=WRONG, address=f"10.0.2.{n}")
    assert door.enter(door.browser()).status_code == 429
    assert told("unlock", "testova") == "Можно входить: testova.\n"
    assert door.enter(door.browser()).status_code == 302


def test_a_login_nobody_has_is_told(told: Callable[..., str]) -> None:
    with pytest.raises(RuleBroken, match="Входа «nobody» нет"):
        told("unlock", "nobody")


@pytest.mark.parametrize(
    "key",
    ["short", "a" * 64, "CHANGE_ME_CHANGE_ME_CHANGE_ME_1234567", "\\2\\1thisismyscretkey\\1\\2\\e\\y\\y\\h-and-more",
     "dev-secret-key-for-this-example-only-1"],
)  # fmt: skip
def test_a_key_everybody_knows_is_refused(key: str, tmp_path: Any) -> None:
    """A01."""
    with pytest.raises(BadSetting, match=r"OPORA_SECRET_KEY: нужно не меньше 32 случайных знаков\."):
        Settings.from_env({"OPORA_INSTANCE": str(tmp_path), "OPORA_SECRET_KEY": key})
