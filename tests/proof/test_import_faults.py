"""An import cut at any statement, its commit included, leaves the base as it was or wholly loaded, never between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.orm import Session

from app.acting import acting, clock_at
from app.cases.importer import FamilyBank
from app.register.intake.command import import_file
from app.register.intake.importer import Importer
from app.services.importer import ServicesJournal
from tests.backup.faults import Steps, cut_at
from tests.cases.banks import CURATORS, LAYOUTS, write_bank
from tests.cases.intake import hire
from tests.make import DAY, make_actor, make_unit
from tests.services.journals import JOURNALS, bank_loaded, write

pytestmark = [
    pytest.mark.proof,
    pytest.mark.both,
    # Who is cut closes nothing; the rolled back transaction has closed the cursor of the server already.
    pytest.mark.filterwarnings("ignore:.*was deleted while still open:ResourceWarning"),
]
Found = Callable[[str, str], None]
Work = Callable[[], object]


class Base:
    """A base into which is loaded, with whoever loads."""

    def __init__(self, engine: Engine, curators: tuple[str, ...] = CURATORS) -> None:
        self.engine = engine
        with Session(engine) as session, clock_at(DAY):
            self.by = make_actor(make_unit(session))
            with acting(self.by):
                hire(session, self.by, curators)
                session.commit()

    def rows(self) -> dict[str, list[str]]:
        """Return every row of every table."""
        with self.engine.connect() as connection:
            return {
                name: sorted(repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"')))
                for name in inspect(connection).get_table_names()
            }

    def load(self, importer: Importer, path: Path, *, good_rows: bool = False) -> None:
        """Load the workbook at *path* as the command does."""
        with clock_at(DAY), Session(self.engine) as session:
            import_file(session, importer, self.by, path, commit=True, good_rows=good_rows)


@contextmanager
def commits(steps: Steps) -> Iterator[None]:
    """Let the commit itself be a step too."""

    def commit(_: Any) -> None:
        steps.step("COMMIT")

    event.listen(Engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(Engine, "commit", commit)


def every_cut(base: Base, folder: Path, work: Work) -> int:
    """Cut *work* at each step, failing once and dying for good, and check the base; then let it through.

    Returns the number of cuts.
    """
    old = base.rows()
    number = cuts = 0
    while True:
        number += 1
        for dead in (False, True):
            steps = Steps(folder, number, dead=dead)
            with commits(steps):
                cut = cut_at(steps, work)
            if not cut:
                break
            cuts += 1
            assert base.rows() == old, f"step {number}: {steps.last}, {'dead' if dead else 'failed'}"
        if not cut:
            break
    assert base.rows() != old, "the last one was let through"
    return cuts


@pytest.mark.parametrize("good_rows", [False, True], ids=["whole", "good rows"])
def test_an_import_of_families_cut_at_any_statement_leaves_nothing(
    engine: Engine, tmp_path: Path, good_rows: bool, found: Found
) -> None:
    # Families of a curator nobody knows are left out when only the good rows are loaded.
    base = Base(engine, CURATORS[:1] if good_rows else CURATORS)
    path = write_bank(tmp_path / "bank.xlsx", LAYOUTS["deep"])
    cuts = every_cut(base, tmp_path, lambda: base.load(FamilyBank(), path, good_rows=good_rows))
    what = "готовые строки семей" if good_rows else "все семьи"
    _told(found, engine, what, cuts)


def test_an_import_of_services_cut_at_any_statement_leaves_nothing(
    engine: Engine, tmp_path: Path, found: Found
) -> None:
    base = Base(engine)
    with Session(engine) as session, acting(base.by), clock_at(DAY):
        bank_loaded(session, base.by, tmp_path)
        session.commit()
    path = write(tmp_path / "journal.xlsx", JOURNALS["printed"])
    cuts = every_cut(base, tmp_path, lambda: base.load(ServicesJournal(), path))
    _told(found, engine, "журнал услуг", cuts)


def _told(found: Found, engine: Engine, what: str, cuts: int) -> None:
    found(
        f"Сбой на каждом шаге и при записи в базу: загрузка, {what}, {engine.dialect.name}",
        f"{cuts} обрывов (половина как kill -9), каждый раз в базе всё осталось как было",
    )
