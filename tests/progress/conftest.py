"""What the tests of the screens count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.extensions import db


@pytest.fixture
def sending(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Return what collects the statements the application sends inside a block."""
    with app.app_context():
        engine = db.engine

    @contextmanager
    def collected() -> Iterator[list[str]]:
        found: list[str] = []

        def note(*told: Any) -> None:
            found.append(told[2])

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield found
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collected
