"""What the database knows of its tables, renewed every night, so that it chooses the right index for each question.

PostgreSQL does it by itself. SQLite counts only when it is told to, and without numbers it takes every index for as
good: to count the papers of one family it would walk through those of the whole unit.
"""

from __future__ import annotations

from app.acting import SYSTEM, acting
from app.extensions import db
from app.jobs.tasks import daily

LOOKED_AT = 1_000
"""Entries of an index SQLite looks at: enough to tell a rare value from a common one, and a matter of milliseconds."""


@daily("database.statistics", hour=4)
def renew() -> str:
    """Let SQLite count its tables anew."""
    engine = db.engine
    if engine.dialect.name != "sqlite":
        return "База считает сама."
    with acting(SYSTEM), engine.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {LOOKED_AT}")
        connection.exec_driver_sql("ANALYZE")
    return "Таблицы посчитаны заново."
