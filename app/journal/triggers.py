"""Triggers that make the journal append-only in the database itself."""

from __future__ import annotations

from sqlalchemy import Connection, text

_SQLITE = {
    f"journal_no_{verb}": (
        f"CREATE TRIGGER journal_no_{verb} BEFORE {verb.upper()} ON journal "
        "BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END"
    )
    for verb in ("update", "delete")
}
_POSTGRES = (
    "CREATE OR REPLACE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'journal is append-only'; END $$",
    "DROP TRIGGER IF EXISTS journal_append_only ON journal",
    "CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only()",
)


def sync(connection: Connection) -> None:
    """Make the triggers of the journal equal the declared ones."""
    if connection.dialect.name == "sqlite":
        for name, ddl in _SQLITE.items():
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            connection.execute(text(ddl))
    else:
        for ddl in _POSTGRES:
            connection.execute(text(ddl))
