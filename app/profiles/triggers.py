"""Triggers that keep a stored version of an order of work as it is, in the database itself."""

from __future__ import annotations

from sqlalchemy import Connection, text

TABLE = "profile_version"

_SQLITE = {
    f"{TABLE}_no_{verb}": (
        f"CREATE TRIGGER {TABLE}_no_{verb} BEFORE {verb.upper()} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{TABLE} is stored for good'); END"
    )
    for verb in ("update", "delete")
}
_POSTGRES = (
    f"CREATE OR REPLACE FUNCTION {TABLE}_stored() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{TABLE} is stored for good'; END $$",
    f"DROP TRIGGER IF EXISTS {TABLE}_stored ON {TABLE}",
    f"CREATE TRIGGER {TABLE}_stored BEFORE UPDATE OR DELETE ON {TABLE} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_stored()",
)


def sync(connection: Connection) -> None:
    """Make the triggers of the table equal the declared ones."""
    if connection.dialect.name == "sqlite":
        for name, ddl in _SQLITE.items():
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            connection.execute(text(ddl))
    else:
        for ddl in _POSTGRES:
            connection.execute(text(ddl))
