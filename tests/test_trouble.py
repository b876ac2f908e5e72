"""A database that cannot serve now: told apart from faults of the program, answered with the form kept."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

import app.database
from app.acting import SYSTEM, acting
from app.database import Trouble, trouble
from app.extensions import db
from app.people.models import Person
from app.refusals import TROUBLES
from config import Settings
from tests.databases import administering
from tests.visiting import Visit

PERSON = {"last_name": "Щёголева", "first_name": "Анна", "sex": "female", "birth_date": "03.05.1991", "token": "t" * 32}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for another writer longer than a moment."""
    monkeypatch.setitem(app.database._PRAGMAS, "busy_timeout", 20)


@pytest.fixture
def writer(impatient: None, app: Flask) -> Iterator[sqlite3.Connection]:
    """Yield a stranger's connection to the SQLite file of the application."""
    path = app.config["OPORA"].database_url.database
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def hidden(page: str) -> dict[str, str]:
    """Return the hidden inputs of the page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in found}


def test_a_form_sent_while_another_holds_the_base_is_kept_and_sent_again_with_one_button(
    visit: Visit, stored: Session, writer: sqlite3.Connection
) -> None:
    curator = visit("Куратор")
    stored.commit()
    writer.execute("BEGIN IMMEDIATE")
    refused = curator.post("/people/add", data=PERSON)
    writer.execute("ROLLBACK")
    shown = TROUBLES[Trouble.BUSY]
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "15")
    assert [words for words in (shown.title, shown.text, "Отправить ещё раз") if words not in refused.text] == []
    assert hidden(refused.text) == PERSON
    assert 'action="/people/add"' in refused.text
    answers = [curator.post("/people/add", data=hidden(refused.text)).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert stored.scalar(select(func.count()).where(Person.last_name == "Щёголева")) == 1


def test_a_page_that_only_reads_is_shown_while_another_holds_the_base(
    visit: Visit, stored: Session, writer: sqlite3.Connection
) -> None:
    curator = visit("Куратор")
    stored.commit()
    writer.execute("BEGIN IMMEDIATE")
    assert curator.get("/families/").status_code == 200
    writer.execute("ROLLBACK")


def test_a_password_is_never_kept_on_the_page(visit: Visit, stored: Session, writer: sqlite3.Connection) -> None:
    curator = visit("Куратор")
    stored.commit()
    writer.execute("BEGIN IMMEDIATE")
    refused = curator.post("/profile/password/", data={"password": "тайное слово", "new_password": "новое слово"})
    writer.execute("ROLLBACK")
    assert (refused.status_code, "тайное слово" in refused.text, "Повторить" in refused.text) == (503, False, True)


def test_files_are_asked_for_again(visit: Visit, stored: Session, writer: sqlite3.Connection) -> None:
    curator = visit("Куратор")
    stored.commit()
    writer.execute("BEGIN IMMEDIATE")
    refused = curator.post("/people/add", data={**PERSON, "scan": (BytesIO(b"x"), "scan.pdf")})
    writer.execute("ROLLBACK")
    assert (refused.status_code, "Файлы выберите заново." in refused.text) == (503, True)


def test_a_script_is_told_in_json_when_to_ask_again(visit: Visit, stored: Session, writer: sqlite3.Connection) -> None:
    curator = visit("Куратор")
    stored.commit()
    writer.execute("BEGIN IMMEDIATE")
    refused = curator.post("/people/add", data=PERSON, headers={"Accept": "application/json"})
    writer.execute("ROLLBACK")
    assert (refused.status_code, refused.json["title"]) == (503, TROUBLES[Trouble.BUSY].title)
    assert re.fullmatch(r"\d\d-\d{4}", refused.json["incident"])


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_postgresql_that_has_dropped_its_connections_is_connected_to_again(
    app: Flask, visit: Visit, stored: Session
) -> None:
    curator = visit("Куратор")
    assert curator.get("/families/").status_code == 200
    stored.commit()
    url = app.config["OPORA"].database_url
    with administering(url.set(database="postgres")) as asked:
        asked(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'")
    app.extensions.pop("stored")  # The session of the test has lost its connection as well.
    assert curator.get("/families/").status_code == 200
    app.extensions["stored"] = stored
    stored.rollback()


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_postgresql_that_is_gone_is_told_and_the_form_kept(app: Flask, visit: Visit, stored: Session) -> None:
    curator = visit("Куратор")
    stored.commit()
    stored.close()
    url = app.config["OPORA"].database_url
    app.extensions.pop("stored")
    with administering(url.set(database="postgres")) as asked:
        asked(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
        asked(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'")
        refused = curator.post("/people/add", data=PERSON)
        health = curator.get("/health")
        asked(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")
    app.extensions["stored"] = stored
    assert (refused.status_code, TROUBLES[Trouble.GONE].title in refused.text) == (503, True)
    assert hidden(refused.text) == PERSON
    assert (health.status_code, health.json["database"]) == (503, "gone")
    assert curator.post("/people/add", data=PERSON).status_code == 302


def test_a_fault_of_the_program_is_an_incident_and_not_a_busy_base(app: Flask, visit: Visit, stored: Session) -> None:
    curator = visit("Куратор")
    stored.commit()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    stored.execute(text("ALTER TABLE family RENAME TO lost"))
    stored.commit()
    answer = curator.get("/families/")
    assert (answer.status_code, "номер <strong>" in answer.text) == (500, True)


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_connection_lost_after_the_answer_was_written_spoils_nothing(app: Flask) -> None:
    url = app.config["OPORA"].database_url
    with administering(url.set(database="postgres")) as asked, acting(SYSTEM):
        with app.app_context():
            db.session.execute(text("SELECT 1"))
            asked(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'")
        with app.app_context():
            assert db.session.scalar(text("SELECT 1")) == 1


class _Driver(Exception):
    """An error of a PostgreSQL driver."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("")
        self.sqlstate = sqlstate


def _sqlite(code: int) -> sqlite3.Error:
    made: Any = sqlite3.OperationalError("")
    made.sqlite_errorcode = code
    return made


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError("", None, _sqlite(sqlite3.SQLITE_BUSY)), Trouble.BUSY),
        (OperationalError("", None, _sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT)), Trouble.BUSY),
        (OperationalError("", None, _sqlite(sqlite3.SQLITE_FULL)), Trouble.FULL),
        (OperationalError("", None, _sqlite(sqlite3.SQLITE_READONLY)), Trouble.CLOSED),
        (OperationalError("", None, _sqlite(sqlite3.SQLITE_CANTOPEN)), Trouble.GONE),
        (OperationalError("", None, _sqlite(sqlite3.SQLITE_IOERR_FSYNC)), Trouble.GONE),
        (DBAPIError("", None, _sqlite(sqlite3.SQLITE_CORRUPT)), Trouble.BROKEN),
        (DBAPIError("", None, _sqlite(sqlite3.SQLITE_NOTADB)), Trouble.BROKEN),
        (OperationalError("", None, _sqlite(sqlite3.SQLITE_ERROR)), None),
        (OperationalError("", None, _Driver(None)), Trouble.GONE),
        (OperationalError("", None, _Driver("57P01")), Trouble.GONE),
        (OperationalError("", None, _Driver("08006")), Trouble.GONE),
        (OperationalError("", None, _Driver("40P01")), Trouble.BUSY),
        (OperationalError("", None, _Driver("55P03")), Trouble.BUSY),
        (OperationalError("", None, _Driver("53300")), Trouble.BUSY),
        (OperationalError("", None, _Driver("53100")), Trouble.FULL),
        (OperationalError("", None, _Driver("25006")), Trouble.CLOSED),
        (DBAPIError("", None, _Driver("XX001")), Trouble.BROKEN),
        (ProgrammingError("", None, _Driver("42P01")), None),
        (ProgrammingError("", None, _Driver(None)), None),
        (PoolTimeout(), Trouble.BUSY),
        (ValueError("57P01"), None),
    ],
)
def test_what_the_database_complains_of_is_told_from_faults_of_the_program(
    error: BaseException, expected: Trouble | None
) -> None:
    assert trouble(error) is expected


def test_a_port_nobody_listens_at_means_that_the_database_is_gone() -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/none", connect_args={"connect_timeout": 2})
    with pytest.raises(OperationalError) as failed:
        engine.connect()
    assert trouble(failed.value) is Trouble.GONE


# ---- the watchdog ---------------------------------------------------------------------------------------------------


@pytest.mark.both
def test_the_watchdog_is_told_that_all_is_well_without_signing_in(app: Flask) -> None:
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": "ok", "disk": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_watchdog_is_answered_while_another_holds_the_base(app: Flask, writer: sqlite3.Connection) -> None:
    writer.execute("BEGIN IMMEDIATE")
    assert app.test_client().get("/health").status_code == 200
    writer.execute("ROLLBACK")


def test_the_watchdog_is_told_of_tables_of_another_version(app: Flask, stored: Session) -> None:
    stored.execute(text("UPDATE alembic_version SET version_num = 'other'"))
    stored.commit()
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.json["database"]) == (503, "other schema")


def test_the_watchdog_is_told_of_a_full_disk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.health.LEAST_FREE", 2**60)
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.json) == (503, {"status": "failing", "database": "ok", "disk": "full"})


def test_the_pool_has_a_connection_for_the_watchdog_when_people_have_taken_all(app: Flask) -> None:
    settings: Settings = app.config["OPORA"]
    with app.app_context():
        taken = [db.engine.connect() for _ in range(settings.threads * 2 + 4)]
        assert app.test_client().get("/health").status_code == 200
        for each in taken:
            each.close()
