"""How Alembic runs here: every table is its own (FAB's ``ab_*`` too), a migration is done whole or not at all.

Four traps of FAB and SQLite are closed below, each held by a test in ``tests/test_migrations.py``:

* FAB's tables live on its own ``Model.metadata``; seen from another metadata they would all be dropped.
* Rebuilding a table on SQLite with foreign keys on deletes or blocks the rows that point to it.
* SQLite can roll a table change back, if the driver leaves the transaction to us; a failure leaves nothing behind.
* Rebuilding a table drops its triggers, search and journal among them.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection

import app.models  # noqa: F401 -- importing the index declares every table
from app.base import FabModel
from app.register.search import sync_triggers

# FTS5 keeps an index in a virtual table and four tables beside it.
SEARCH_INDEX = re.compile(r"_search(_(data|idx|docsize|config|content))?$")


def is_ours(thing: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:
    """Whether Alembic looks after *thing*; the search index is looked after by ``sync_triggers``."""
    if not reflected or name is None:
        return True
    if kind == "table":
        return SEARCH_INDEX.search(name) is None
    return not (kind == "index" and name.endswith("_search_trgm"))


def render_type(kind: str, value: Any, autogen_context: Any) -> str | Literal[False]:
    """Write a column type as the plain type of the database, so that a migration never imports the models."""
    if kind != "type":
        return False
    if isinstance(value, sa.Enum) and not value.native_enum:
        return f"sa.String(length={value.length})"
    if isinstance(value, sa.TypeDecorator):
        return _plain(value.impl_instance)
    return _plain(value) if type(value).__module__.startswith("app.") else False


def _plain(value: Any) -> str:
    if isinstance(value, sa.Text):
        return "sa.Text()"
    if isinstance(value, sa.String):
        return f"sa.String(length={value.length})"
    if isinstance(value, sa.DateTime):
        return f"sa.DateTime(timezone={value.timezone})"
    if isinstance(value, sa.Numeric):
        return f"sa.Numeric(precision={value.precision}, scale={value.scale})"
    if isinstance(value, sa.LargeBinary):
        return "sa.LargeBinary()"
    raise NotImplementedError(f"say in migrations/env.py how {type(value).__name__} is written into a migration")


def no_empty_file(_context: MigrationContext, _revision: Any, directives: list[ops.MigrationScript]) -> None:
    """Write no migration when nothing has changed."""
    autogenerate = getattr(context.config.cmd_opts, "autogenerate", False)
    if autogenerate and directives and directives[0].upgrade_ops is not None and directives[0].upgrade_ops.is_empty():
        directives[:] = []
        print("Таблицы не изменились, миграция не нужна.")


def migrate(connection: Connection) -> None:
    """Run what was asked for in one transaction, with the triggers equal to the declared ones at its end."""
    sqlite = connection.dialect.name == "sqlite"
    # Inside a transaction this pragma does nothing, so it is given to the driver before one begins.
    driver = connection.connection.dbapi_connection
    if sqlite and driver is not None:
        driver.cursor().execute("PRAGMA foreign_keys = OFF")
    context.configure(
        connection=connection,
        target_metadata=FabModel.metadata,
        include_object=is_ours,
        render_item=render_type,
        process_revision_directives=no_empty_file,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
            _after(connection, sqlite)
    finally:
        if sqlite and driver is not None:
            driver.cursor().execute("PRAGMA foreign_keys = ON")


def _after(connection: Connection, sqlite: bool) -> None:
    if sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            tables = ", ".join(sorted({f"{row[0]} → {row[2]}" for row in broken}))
            raise RuntimeError(f"rows point to rows that are not there: {tables}")
    reached = context.get_context().get_current_heads()
    if reached and set(reached) == set(ScriptDirectory.from_config(context.config).get_heads()):
        sync_triggers(connection)


if context.is_offline_mode():
    raise SystemExit("opora db --sql is not supported: what a migration does on SQLite depends on the database.")
with current_app.extensions["migrate"].db.engine.connect() as connection:
    migrate(connection)
