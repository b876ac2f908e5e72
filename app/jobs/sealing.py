"""The journal sealed every few minutes by each serving process: what a thief may cut off unnoticed is so much, no more.

Two processes that come at once seal one after the other, and the second finds nothing. Whoever writes now is given way
to: on PostgreSQL a seal would stand before everybody behind a long load, so it is tried again with the next watch.
"""

from __future__ import annotations

import time

from flask import Flask
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.extensions import db
from app.journal import chain

EVERY = 300.0
"""Seconds between two seals of one process."""


class Sealer:
    """What one process remembers of its last seal."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._due = 0.0

    def seal_if_due(self) -> int:
        """Seal what was written since, if it is time, and return how many rows that was.

        Raises:
            sqlalchemy.exc.DBAPIError: somebody writes now; it stays due.
        """
        if time.monotonic() < self._due:
            return 0
        with self._app.app_context(), acting(SYSTEM), Session(db.engine) as session:
            done = chain.seal(session, self._app.config["OPORA"].instance / chain.ANCHOR, waits=False)
        self._due = time.monotonic() + EVERY
        return done
