"""Write the table of who gets what anew: ``python -m tests.access.write``. Look at what changed, then commit it."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from app import sealing
from tests.access.addresses import routes, sides
from tests.access.answers import TABLE, Answers, ask, cell, drawn
from tests.access.world import VISITORS, Side, plain_texts, world
from tests.databases import TEST_KEYS, settings_of
from tests.visiting import _prepare


def main() -> None:
    """Ask for everything as everybody and write down the answers."""
    sealing.use_keys(TEST_KEYS)
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder) / "ready")
        _prepare(settings)
        ready = Path(str(settings.database_url.database))
        with closing(sqlite3.connect(ready)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        answers: Answers = {}
        with world(Path(folder) / "world", ready, plain_texts) as made:
            every = routes(made.app)
            for route in every:
                answers[route.key] = {}
                for visitor in VISITORS:
                    said: dict[Side, int] = {}
                    for side in (Side.OWN, Side.COLLEAGUE):
                        if side in sides(made.app, route):
                            said[side] = ask(made, route, visitor, side).status_code
                            if route.method != "GET" and made.written():
                                made.restore()
                    answers[route.key][visitor] = cell(said[Side.OWN], said.get(Side.COLLEAGUE))
        TABLE.write_text(drawn(every, answers), "utf-8")


if __name__ == "__main__":
    main()
