"""The application in tests: prepared once, put back before each test, visited by people in their roles.

``app`` is an installation after ``opora setup``; ``stored`` is a session on its database; ``visit("Куратор")`` is a
browser in which a fresh person of that role has signed in.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import waitress
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, make_url, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app import create_app, setup
from app.acting import SYSTEM, acting, clock_at, now
from app.base import session_of
from app.cases.models import CuratorAssignment, Direction, FamilyCase
from app.cases.rules import add_to_team, assign_curator
from app.database import upgrade
from app.days.rules import fill_around
from app.door import passwords, sessions
from app.entering import NUMBER
from app.extensions import db
from app.journal import chain
from app.meetings.models import AgendaItem, Body, BodyKind, ItemKind, Meeting
from app.organisation.models import Account, ServiceUnit, StaffMember
from app.organisation.rules import add_staff, make_account
from config import Settings
from tests.databases import administering, settings_of, whole_database, whole_file
from tests.make import DAY

EASY = {"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
"""Forms without tokens and doors without a queue; the fixture ``guarded`` puts both back."""

PASSWORD = "пароль-для-проверок"

NEVER_OLD = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)

PutBack = Callable[[], Flask]


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords in microseconds; that the real hash is slow is the business of Werkzeug."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "generate_password_hash", partial(generate_password_hash, method="pbkdf2:sha256:1"))
        yield


def _prepare(settings: Settings) -> None:
    upgrade(settings, durable=False)
    made = create_app(settings, **EASY)
    setup.run(made)
    with made.app_context(), acting(SYSTEM), clock_at(DAY):
        # Whenever the tests run, the calendar of the years they play in is there.
        fill_around(db.session(), by=SYSTEM)
        db.session.commit()
    with made.app_context():
        db.engine.dispose()


class Browser(FlaskClient):
    """A browser that lets the test's own session save first, so that neither waits for the other."""

    staff_id: int
    user_id: int
    unit_id: int

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request. What the test has stored is committed, and read anew afterwards."""
        stored: Session | None = self.application.extensions.get("stored")
        if stored is not None:
            stored.commit()
        return super().open(*args, **kwargs)


def _served(settings: Settings) -> Flask:
    made = create_app(settings, **EASY)
    made.test_client_class = Browser
    return made


@pytest.fixture(scope="session")
def sqlite_ready(run_folder: Path) -> Path:
    """Return the SQLite file of an installation after setup."""
    return whole_file(run_folder, "ready", _prepare)


@pytest.fixture(scope="session")
def sqlite_installation(sqlite_ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PutBack]:
    """Yield a function that puts one SQLite installation back as it was after setup and returns its application."""
    folder = tmp_path_factory.mktemp("served")
    path = folder / "opora.db"
    shutil.copy(sqlite_ready, path)
    made = _served(settings_of(folder, make_url(f"sqlite:///{path}")))

    def put_back() -> Flask:
        _close(made)
        for left in (*folder.glob("opora.db-*"), *folder.glob(chain.ANCHOR)):
            left.unlink()
        shutil.copy(sqlite_ready, path)
        return made

    yield put_back
    _close(made)


@pytest.fixture(scope="session")
def postgresql_installation(
    postgresql_server: URL, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PutBack]:
    """Yield a function that puts one PostgreSQL installation back as it was after setup and returns its application."""
    template = whole_database(postgresql_server, run_folder, "ready", _prepare)
    name = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    with administering(postgresql_server) as asked:
        asked(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    folder = tmp_path_factory.mktemp("served")
    made = _served(settings_of(folder, postgresql_server.set(database=name)))

    def put_back() -> Flask:
        _close(made)
        # The mark of the journal lies outside the database and would tell of rows that are gone with it.
        (folder / chain.ANCHOR).unlink(missing_ok=True)
        with administering(postgresql_server) as asked:
            asked(f"DROP DATABASE {name} WITH (FORCE)")
            asked(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return made

    yield put_back
    _close(made)
    with administering(postgresql_server) as asked:
        asked(f"DROP DATABASE {name} WITH (FORCE)")


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Yield the application on a database that is as ``opora setup`` left it."""
    put_back: PutBack = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_installation")
    made = put_back()
    before = dict(made.config)
    yield made
    made.config.clear()
    made.config.update(before)


@pytest.fixture
def stored(app: Flask) -> Iterator[Session]:
    """Yield a session on the application's database; the system acts.

    It is committed before every request of a browser, so what a test adds is there and what a visitor changed is seen.
    """
    with app.app_context():
        engine = db.engine
    with acting(SYSTEM), Session(engine) as opened:
        app.extensions["stored"] = opened
        yield opened
        del app.extensions["stored"]


@pytest.fixture
def client(app: Flask) -> Browser:
    """Return a browser in which nobody has signed in."""
    return _browser(app)


def _browser(app: Flask) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


@pytest.fixture
def guarded(app: Flask) -> Flask:
    """Return the application with tokens in its forms, as people meet it."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


Visit = Callable[..., Browser]
_people = count(1)


@pytest.fixture
def visit(app: Flask, stored: Session) -> Visit:
    """Return ``visit(*roles, unit=None)``: a browser in which a fresh person with these roles has signed in.

    The browser carries ``staff_id``, ``user_id`` and ``unit_id`` of that person.
    """

    def come(*roles: str, unit: ServiceUnit | None = None) -> Browser:
        at = unit or stored.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
        assert at is not None
        number = next(_people)
        person = add_staff(stored, at.id, f"Проверкин{number} Пётр Петрович", "специалист", by=SYSTEM)
        account = make_account(stored, person, f"visitor{number}", PASSWORD, roles, by=SYSTEM, must_change=False)
        return signed_in(app, account)

    return come


def lead(session: Session, browser: Browser, *cases: FamilyCase) -> None:
    """Make the visitor of *browser* the curator of *cases* from today on, so that a curator sees them.

    Where an order of work says when a curator is appointed, it is not asked: the test is about what he does.
    """
    staff = session.get_one(StaffMember, browser.staff_id)
    for case in (session.get_one(FamilyCase, each.id) for each in cases):
        if case.stage is None:
            assign_curator(case, staff, by=SYSTEM)
            continue
        unit = case.service_unit_id
        session.add(CuratorAssignment(case=case, staff=staff, date_from=case.opened_at, service_unit_id=unit))
        case.curator = staff
    session.flush()


def join_team(session: Session, browser: Browser, *cases: FamilyCase, direction: Direction | None = None) -> None:
    """Take the visitor of *browser* into the team of *cases*, so that a specialist sees them."""
    staff = session.get_one(StaffMember, browser.staff_id)
    for case in cases:
        add_to_team(session.get_one(FamilyCase, case.id), staff, by=SYSTEM, direction=direction)
    session.flush()


def on_agenda(session: Session, case: FamilyCase) -> None:
    """Put a question about *case* on the agenda of a meeting, so that a secretary sees the family."""
    unit, number = {"service_unit_id": case.service_unit_id}, next(_people)
    body = Body(code=f"body{number}", title=f"Совет {number}", kind=BodyKind.COUNCIL, **unit)
    meeting = Meeting(body=body, year=2026, number=number, planned_at=now(), **unit)
    session.add(AgendaItem(meeting=meeting, no=1, kind=ItemKind.OTHER, case=case, is_open=True, **unit))
    session.flush()


def signed_in(app: Flask, account: Account) -> Browser:
    """Return a browser in which *account* has signed in; its session never gets old, whatever the clock shows."""
    browser = _browser(app)
    browser.staff_id, browser.user_id, browser.unit_id = account.staff_id, account.user_id, account.service_unit_id
    number = begun(account)
    with browser.session_transaction() as session:
        session[NUMBER] = number
    return browser


def begun(account: Account, at: dt.datetime = NEVER_OLD) -> str:
    """Begin a session of *account* and return the number its cookie carries; the test commits."""
    return sessions.begin(session_of(account), account.user_id, account.epoch, at=at)


# ---- a real browser -----------------------------------------------------------------------------------------------


@pytest.fixture
def address(guarded: Flask) -> Iterator[str]:
    """Yield the address at which the application is served as people meet it, by waitress in a thread."""
    server = waitress.create_server(guarded, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Yield the browser of this machine."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "Chromium is not here: apt install chromium, or leave these tests out: make test BROWSER=no"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """Yield a page in Russian that fails its test when it asks another host or a script of it breaks."""
    context = chromium.new_context(locale="ru-RU", timezone_id="Europe/Moscow")
    opened = context.new_page()
    strangers: list[str] = []
    opened.on("request", lambda request: None if "//127.0.0.1:" in request.url else strangers.append(request.url))
    opened.on("pageerror", lambda error: strangers.append(str(error)))
    yield opened
    context.close()
    # The viewer of PDF is a part of Chromium that calls itself an extension.
    assert [each for each in strangers if not each.startswith(("data:", "chrome:", "chrome-extension:"))] == []
