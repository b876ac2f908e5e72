"""The nightly count by which SQLite chooses its indexes."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.jobs.tasks import DAILIES


def test_every_night_sqlite_counts_its_tables(app: Flask) -> None:
    counted = text("SELECT count(DISTINCT tbl) FROM sqlite_stat1 WHERE tbl IN ('ab_role', 'ab_permission_view')")
    with app.app_context():
        assert DAILIES["database.statistics"].run() == "Таблицы посчитаны заново."
        with db.engine.connect() as connection:
            assert connection.scalar(counted) == 2
