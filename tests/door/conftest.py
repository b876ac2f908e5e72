"""People at the door: an account, a browser, and the form of the login."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, clock_at
from app.organisation.models import Account, ServiceUnit
from app.organisation.rules import add_staff, make_account
from tests.visiting import PASSWORD

NOON = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)


@dataclass
class Door:
    """The door of an installation, at a moment the test moves."""

    app: Flask
    stored: Session

    def account(self, login: str = "testova", *roles: str, **more: Any) -> Account:
        """Make an account with its own staff member."""
        unit = self.stored.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
        assert unit is not None
        person = add_staff(self.stored, unit.id, f"Канарейкина{login} Анна Петровна", "специалист", by=SYSTEM)
        more = {"must_change": False, **more}
        made = make_account(self.stored, person, login, PASSWORD, roles or ("Куратор",), by=SYSTEM, **more)
        self.stored.commit()
        return made

    def browser(self) -> FlaskClient:
        """Open a browser nobody has used."""
        return self.app.test_client()

    def enter(
        self,
        browser: FlaskClient,
        login: str = "testova",
        password: str = PASSWORD,
        address: str = "10.0.0.1",
        **more: Any,
    ) -> Any:
        """Send the form of the login."""
        headers = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/124.0 Safari/537.36"}
        return browser.post("/login/", data={"username": login, "password": password, **more}, headers=headers,
                            environ_base={"REMOTE_ADDR": address})  # fmt: skip

    def inside(self, login: str = "testova", address: str = "10.0.0.1") -> FlaskClient:
        """Return a browser in which that login has just signed in."""
        browser = self.browser()
        answer = self.enter(browser, login, address=address)
        assert answer.status_code == 302, answer.text
        return browser


@pytest.fixture
def door(app: Flask, stored: Session) -> Iterator[Door]:
    """Yield the door, the clock stopped at noon."""
    with clock_at(NOON):
        yield Door(app, stored)


def later(**parts: float) -> Any:
    """Stop the clock so much later than noon."""
    return clock_at(NOON + dt.timedelta(**parts))
