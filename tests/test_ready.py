"""A service is ready before the first person comes, and has read nothing of anybody for it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from app.acting import Actor, _criteria_of
from app.base import tables_made
from app.extensions import db
from app.ready import YOUNG, get_ready, settle, warm
from app.roles import CODES, CURATOR


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    usual = gc.get_threshold()
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


def test_what_is_compiled_beforehand_is_every_template_of_the_product(app: Flask) -> None:
    app.jinja_env.cache.clear()
    get_ready(app).join()
    loader = app.jinja_loader
    assert loader is not None
    compiled = {name for _, name in app.jinja_env.cache}
    assert compiled >= set(loader.list_templates()) > {"register/list.html", "home.html"}


def test_getting_ready_asks_the_database_for_nothing(app: Flask) -> None:
    sent: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _u, sql, *_rest: sent.append(sql))
    warm(app)
    assert sent == []


def test_the_row_scope_of_a_role_is_put_together_beforehand(app: Flask) -> None:
    warm(app)
    known = _criteria_of.cache_info().hits
    _criteria_of(Actor(user_id=0, name="", unit_id=0, staff_id=0, roles=frozenset({CODES[CURATOR]})), tables_made())
    assert _criteria_of.cache_info().hits == known + 1


def test_what_stands_as_long_as_the_process_is_not_looked_through_for_garbage() -> None:
    settle()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == YOUNG
