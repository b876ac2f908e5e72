"""The screens of who sees what in a real browser: each at 1280 and 360 pixels, without a violation of axe.

With ``SCREENSHOTS=<folder>`` the screens met on the way are kept there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.organisation.models import Account
from tests.access.household import first_unit, household
from tests.visiting import Browser, Visit, signed_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 360])
def test_the_screens_of_who_sees_what_are_good_to_read(
    width: int, guarded: Flask, address: str, page: Any, visit: Visit, stored: Session
) -> None:
    home = household(stored, first_unit(stored), "Выпискина", "11223344595", 1)
    person, family, consent = (home.rows[table].id for table in ("person", "family", "consent"))
    director, officer = visit("Директор"), visit("Ответственный за персональные данные")
    for one in (f"/families/show/{family}", "/families/?q=Выпискина", f"/people/show/{person}"):
        assert director.get(one).status_code == 200
    page.set_viewport_size({"width": width, "height": 800})
    screens = {
        director: {
            "audit": "/audit/", "who-looked": f"/audit/of/families/{family}", "consents": "/consents/",
            "consent": f"/consents/show/{consent}", "reports": "/reports/", "profile": "/profile/",
            "extract": f"/extract/{person}", "papers": f"/people/show/{person}?tab=files",
        },
        officer: {"extract-ask": "/extract/", "officer-audit": "/audit/", "officer-roles": "/roles/?role=Куратор"},
        visit("Администратор"): {"roles": "/roles/?role=Куратор", "accounts": "/accounts/"},
    }  # fmt: skip
    for browser, pages in screens.items():
        come_in(guarded, address, page, browser, stored)
        for name, where in pages.items():
            page.goto(address + where)
            good(page, f"sees-{name}-{width}")


def come_in(guarded: Flask, address: str, page: Any, browser: Browser, stored: Session) -> None:
    """Let the visitor of *browser* go on in the real one."""
    account = stored.scalars(select(Account).where(Account.user_id == browser.user_id)).one()
    cookie = signed_in(guarded, account).get_cookie("opora_session")
    stored.commit()
    assert cookie is not None
    page.context.add_cookies([{"name": "opora_session", "value": cookie.value, "url": address}])


def good(page: Any, name: str) -> None:
    """Hold the page to axe and to its width."""
    if "SCREENSHOTS" in os.environ:
        page.screenshot(path=str(Path(os.environ["SCREENSHOTS"]) / f"{name}.png"), full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
