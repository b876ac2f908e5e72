"""Migrations: both directions on both databases, nothing drifts, and the traps of FAB and SQLite stay closed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import URL, Engine, inspect, text
from sqlalchemy.orm import Session

import app.models  # noqa: F401 -- importing the index declares every table
from app.acting import SYSTEM, acting
from app.base import FabModel
from app.database import bare_app, revisions
from app.extensions import db
from app.register.search import searchable
from app.sealing import unseal
from config import ROOT, Settings
from tests.make import make_actor, make_adult, make_unit

VERSIONS = ROOT / "migrations" / "versions"
Later = Callable[[str, str], None]


@pytest.fixture
def bare(database: URL, tmp_path: Path) -> Iterator[Flask]:
    """Yield an app with nothing but the database, inside its context."""
    env = {"OPORA_INSTANCE": str(tmp_path), "OPORA_DATABASE_URL": database.render_as_string(hide_password=False)}
    made = bare_app(Settings.from_env(env))
    with made.app_context():
        yield made
        db.engine.dispose()


@pytest.fixture
def alembic(bare: Flask) -> Config:
    """Return Alembic's configuration for the fresh database."""
    found: Config = bare.extensions["migrate"].migrate.get_config()
    return found


@pytest.fixture
def later(alembic: Config, tmp_path: Path) -> Later:
    """Return a function that adds one more migration after the newest, in a folder of the test."""
    head = ScriptDirectory(str(VERSIONS.parent)).get_current_head()
    folder = tmp_path / "later"
    folder.mkdir()
    alembic.set_main_option("version_locations", f"{VERSIONS}{os.pathsep}{folder}")

    def add(upgrade: str, downgrade: str = "pass") -> None:
        (folder / "later.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision, down_revision, branch_labels, depends_on = 'later', {head!r}, None, None\n"
            f"def upgrade():\n    {upgrade}\ndef downgrade():\n    {downgrade}\n"
        )

    return add


def rebuilt(table: str) -> str:
    """Return the code of a migration that makes SQLite copy *table*, drop it and rename the copy."""
    return (
        f"with op.batch_alter_table({table!r}, recreate='always') as b: b.add_column(sa.Column('extra', sa.String(9)))"
    )


def tables(engine: Engine) -> set[str]:
    """Return the tables of the database without those of the search index."""
    indexes = {model.__tablename__ + "_search" for model in searchable()}
    return {name for name in inspect(engine).get_table_names() if not any(name.startswith(each) for each in indexes)}


def triggers(engine: Engine) -> dict[str, str]:
    """Return the triggers of an SQLite database by name."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        return {row.name: row.sql for row in rows}


def run(engine: Engine, *statements: str) -> None:
    """Run *statements* in one transaction."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def asked(engine: Engine, query: str) -> list[tuple[object, ...]]:
    """Return the rows *query* gives."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


# ---- both directions ----------------------------------------------------------------------------------------------


@pytest.mark.both
def test_migrations_make_every_table_of_ours_and_of_fab(alembic: Config) -> None:
    assert tables(db.engine) == {*FabModel.metadata.tables, "alembic_version"}
    assert "ab_user" in FabModel.metadata.tables
    assert db.metadata is FabModel.metadata


@pytest.mark.both
def test_models_and_migrations_say_the_same(alembic: Config) -> None:
    command.check(alembic)


@pytest.mark.both
def test_down_to_nothing_and_up_again(alembic: Config) -> None:
    before = {name: [c["name"] for c in inspect(db.engine).get_columns(name)] for name in tables(db.engine)}
    command.downgrade(alembic, "base")
    assert tables(db.engine) == {"alembic_version"}
    assert revisions(db.engine)[0] is None
    command.upgrade(alembic, "head")
    after = {name: [c["name"] for c in inspect(db.engine).get_columns(name)] for name in tables(db.engine)}
    assert after == before
    command.check(alembic)


@pytest.mark.both
def test_numbers_of_papers_on_health_are_sealed_and_come_back_as_they_were(alembic: Config) -> None:
    with Session(db.engine) as session, acting(SYSTEM):
        unit = make_unit(session)
        unit_id, pk_of = unit.id, make_adult(session, make_actor(unit)).id
        session.commit()
    command.downgrade(alembic, "nothing_lost")
    plain = "SELECT certificate_no FROM disability_status ORDER BY id"
    run(
        db.engine,
        *(
            "INSERT INTO disability_status (id, service_unit_id, person_id, kind, certificate_no, version)"
            f" VALUES ({pk}, {unit_id}, {pk_of}, 'first', {number}, 1)"
            for pk, number in ((1, "'МСЭ-100'"), (2, "NULL"))
        ),
    )
    command.upgrade(alembic, "who_sees_what")
    (sealed,), (nothing,) = asked(db.engine, plain)
    assert nothing is None
    assert "100" not in bytes(sealed).decode("latin1") and unseal(bytes(sealed)) == "МСЭ-100"
    command.downgrade(alembic, "nothing_lost")
    assert asked(db.engine, plain) == [("МСЭ-100",), (None,)]


def test_a_migration_is_named_by_its_day_and_what_it_does() -> None:
    files = [path.name for path in VERSIONS.glob("*.py")]
    assert files
    assert [name for name in files if not re.fullmatch(r"\d{4}_\d{2}_\d{2}_[a-z0-9_]+\.py", name)] == []


def test_a_migration_does_not_import_the_models_which_will_have_changed_by_then() -> None:
    for path in VERSIONS.glob("*.py"):
        # Sealing may be imported: what was sealed long ago must open for ever.
        allowed = {"sqlalchemy", "alembic", "flask", "app.sealing"}
        assert set(re.findall(r"^(?:from|import) (\S+)", path.read_text("utf-8"), re.M)) <= allowed


def test_there_is_one_head(alembic: Config) -> None:
    assert len(ScriptDirectory.from_config(alembic).get_heads()) == 1


# ---- the traps ----------------------------------------------------------------------------------------------------


def test_rebuilding_a_table_on_sqlite_keeps_the_rows_that_point_to_it(alembic: Config, later: Later) -> None:
    """With foreign keys on, dropping the old table deletes them by ON DELETE CASCADE."""
    run(
        db.engine,
        "INSERT INTO ab_role (id, name) VALUES (1, 'Куратор')",
        "INSERT INTO ab_permission (id, name) VALUES (1, 'can_list')",
        "INSERT INTO ab_view_menu (id, name) VALUES (1, 'families')",
        "INSERT INTO ab_permission_view (id, permission_id, view_menu_id) VALUES (1, 1, 1)",
        "INSERT INTO ab_permission_view_role (id, permission_view_id, role_id) VALUES (1, 1, 1)",
    )
    later(rebuilt("ab_role"))
    command.upgrade(alembic, "head")
    assert asked(db.engine, "SELECT permission_view_id, role_id FROM ab_permission_view_role") == [(1, 1)]
    assert asked(db.engine, "SELECT name, extra FROM ab_role") == [("Куратор", None)]
    assert asked(db.engine, "PRAGMA foreign_keys") == [(1,)]


def test_a_failed_migration_leaves_sqlite_as_it_was(alembic: Config, later: Later) -> None:
    before = asked(db.engine, "SELECT type, name, sql FROM sqlite_master ORDER BY name")
    later(rebuilt("ab_role") + "\n    op.execute('INSERT INTO there_is_no_such_table VALUES (1)')")
    with pytest.raises(Exception, match="there_is_no_such_table"):
        command.upgrade(alembic, "head")
    assert asked(db.engine, "SELECT type, name, sql FROM sqlite_master ORDER BY name") == before
    assert revisions(db.engine)[0] == revisions(db.engine)[1]
    assert asked(db.engine, "PRAGMA foreign_keys") == [(1,)]


def test_a_migration_that_leaves_rows_pointing_nowhere_is_refused(alembic: Config, later: Later) -> None:
    run(
        db.engine,
        "INSERT INTO ab_role (id, name) VALUES (1, 'Куратор')",
        "INSERT INTO ab_group (id, name) VALUES (1, 'Отделение')",
        "INSERT INTO ab_group_role (id, group_id, role_id) VALUES (1, 1, 1)",
    )
    later("op.execute('DELETE FROM ab_role')")
    with pytest.raises(RuntimeError, match="rows point to rows that are not there: ab_group_role → ab_role"):
        command.upgrade(alembic, "head")
    assert asked(db.engine, "SELECT name FROM ab_role") == [("Куратор",)]


@pytest.mark.parametrize("table", ["family", "journal"])
def test_rebuilding_a_table_keeps_its_triggers(alembic: Config, later: Later, table: str) -> None:
    before = triggers(db.engine)
    assert {"family_search_ins", "family_search_upd", "family_search_del", "journal_no_update"} <= before.keys()
    later(rebuilt(table))
    command.upgrade(alembic, "head")
    assert triggers(db.engine) == before


def test_a_unit_saved_after_a_rebuild_is_found_and_one_erased_is_not(alembic: Config, later: Later) -> None:
    later(rebuilt("service_unit"))
    command.upgrade(alembic, "head")
    found = "SELECT rowid FROM service_unit_search WHERE search_key MATCH '\"подсолн\"'"
    with acting(SYSTEM), Session(db.engine) as session:
        unit = make_unit(session, name="Центр «Подсолнух»")
        session.commit()
        assert asked(db.engine, found) == [(unit.id,)]
        session.delete(unit)
        session.commit()
    assert asked(db.engine, found) == []


def test_nothing_to_change_writes_no_migration(bare: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(VERSIONS.glob("*.py"))
    command.revision(bare.extensions["migrate"].migrate.get_config(opts=["autogenerate"]), "idle", autogenerate=True)
    assert sorted(VERSIONS.glob("*.py")) == before
    assert capsys.readouterr().out == "Таблицы не изменились, миграция не нужна.\n"
