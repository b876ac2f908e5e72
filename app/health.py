"""``/health``: one address for a watchdog that says whether the service can work, and nothing about anybody."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from flask import Flask, Response, jsonify
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.database import LEAST_FREE, prepare_engine, revisions
from config import Settings


def init_health(app: Flask) -> None:
    """Give *app* the address ``/health``: 200 when all is well, else 503; ``{"status", "database", "disk"}``."""
    settings: Settings = app.config["OPORA"]
    options = {**settings.flask_config()["SQLALCHEMY_ENGINE_OPTIONS"]}
    for name in ("pool_size", "max_overflow", "pool_pre_ping"):
        del options[name]
    # A connection of its own each time: when all those of the pool are busy, the watchdog still gets an answer.
    engine = create_engine(settings.database_url, poolclass=NullPool, **options)
    prepare_engine(engine)

    @app.get("/health")
    def health() -> tuple[Response, int]:
        found = {"database": _said(lambda: _database(engine)), "disk": _said(lambda: _disk(settings))}
        well = set(found.values()) == {"ok"}
        return jsonify(status="ok" if well else "failing", **found), 200 if well else 503


def _said(check: Callable[[], str]) -> str:
    try:
        return check()
    except (SQLAlchemyError, OSError):
        return "gone"


def _database(engine: Engine) -> str:
    current, expected = revisions(engine)
    return "ok" if current == expected else "other schema"


def _disk(settings: Settings) -> str:
    return "ok" if shutil.disk_usage(settings.instance).free >= LEAST_FREE else "full"
