"""Engine events: no lost write, no half-done one, and an unfit database refused in one line."""

from __future__ import annotations

import datetime as dt
import errno
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

import app.database
from app.acting import SYSTEM, acting, clock_at, waiting_at_most
from app.database import (
    UnfitDatabase,
    alone,
    assert_engine,
    copy_sqlite,
    prepare_engine,
    require_newest,
    revisions,
    upgrade,
)
from config import Settings


def begins(engine: Engine) -> list[str]:
    """Return the list that will hold every BEGIN sent to *engine*."""
    seen: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("BEGIN"):
            seen.append(statement)

    return seen


def test_sqlite_is_opened_with_the_log_the_keys_and_the_patience_it_needs(engine: Engine) -> None:
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 50_000}
    assert_engine(engine)


@pytest.mark.both
def test_after_a_commit_that_failed_the_next_writer_finds_no_lock(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_connection: object) -> None:
        raise engine.dialect.loaded_dbapi.OperationalError("database or disk is full")

    with acting(SYSTEM), engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (number INTEGER)"))
    with acting(SYSTEM), Session(engine) as session:
        session.execute(text("INSERT INTO kept VALUES (1)"))
        monkeypatch.setattr(engine.dialect, "do_commit", full)
        with pytest.raises(DBAPIError):
            session.commit()
    monkeypatch.undo()
    # Both the connection given back and another one can write.
    with acting(SYSTEM), engine.connect() as first:
        first.execute(text("INSERT INTO kept VALUES (2)"))
        first.rollback()
        with engine.begin() as second:
            second.execute(text("INSERT INTO kept VALUES (3)"))
            assert second.execute(text("SELECT number FROM kept")).scalars().all() == [3]


def test_who_will_write_takes_the_lock_at_once_and_who_reads_does_not(engine: Engine) -> None:
    seen = begins(engine)
    with acting(SYSTEM, writing=True), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    with acting(SYSTEM, writing=False), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert seen == ["BEGIN IMMEDIATE", "BEGIN"]


def test_a_reader_goes_on_while_somebody_writes_and_sees_one_moment(engine: Engine) -> None:
    count = text("SELECT count(*) FROM ab_role")
    with acting(SYSTEM, writing=False), engine.connect() as reader:
        before = reader.execute(count).scalar_one()
        with acting(SYSTEM), engine.begin() as writer:
            writer.execute(text("INSERT INTO ab_role (name) VALUES ('Проба')"))
        assert reader.execute(count).scalar_one() == before
    with acting(SYSTEM, writing=False), engine.connect() as reader:
        assert reader.execute(count).scalar_one() == before + 1


def test_a_table_change_is_rolled_back_with_its_transaction(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.execute(text("CREATE TABLE half_done (id INTEGER)"))
        _ = 1 / 0
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'half_done'")).all() == []


def test_a_savepoint_undoes_its_own_part_only(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO ab_role (name) VALUES ('Первая')"))
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text("INSERT INTO ab_role (name) VALUES ('Вторая')"))
            connection.execute(text("INSERT INTO ab_role (name) VALUES ('Первая')"))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM ab_role WHERE name IN ('Первая', 'Вторая')")).scalars().all()
    assert found == ["Первая"]


def test_what_may_come_again_waits_no_longer_than_it_says_and_the_next_as_long_as_ever(engine: Engine) -> None:
    with acting(SYSTEM), engine.connect() as holder:
        holder.execute(text("SELECT 1"))
        began = time.monotonic()
        with waiting_at_most(50), pytest.raises(OperationalError), engine.connect() as hasty:
            hasty.execute(text("SELECT 1"))
        assert time.monotonic() - began < 5
    with acting(SYSTEM), engine.connect() as patient:
        assert patient.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 50_000


@pytest.mark.parametrize(("writers", "each"), [(4, 10), pytest.param(16, 40, marks=pytest.mark.proof)])
@pytest.mark.both
def test_many_writers_at_once_lose_nothing(
    engine: Engine, writers: int, each: int, found: Callable[[str, str], None]
) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tally (id INTEGER PRIMARY KEY, total INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO tally VALUES (1, 0)"))
    failures: list[str] = []

    def write() -> None:
        for _ in range(each):
            try:
                # Reads first and writes later: the order that loses with a deferred transaction.
                with acting(SYSTEM), engine.begin() as connection:
                    lock = "" if engine.dialect.name == "sqlite" else " FOR UPDATE"
                    total = connection.execute(text(f"SELECT total FROM tally WHERE id = 1{lock}")).scalar_one()
                    connection.execute(text("UPDATE tally SET total = :total"), {"total": total + 1})
            except DBAPIError as failure:
                failures.append(repr(failure))

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with engine.connect() as connection:
        assert connection.execute(text("SELECT total FROM tally")).scalar_one() == writers * each
    found(
        f"Пишут {writers} человек сразу, ничего не теряется ({engine.dialect.name})",
        f"сохранено {writers * each} из {writers * each}",
    )


def test_an_engine_that_was_not_prepared_is_refused(tmp_path: Path) -> None:
    bare = create_engine(f"sqlite:///{tmp_path}/bare.db")
    with pytest.raises(UnfitDatabase, match="SQLite: journal_mode = delete, а нужно wal"):
        assert_engine(bare)
    bare.dispose()


def test_an_old_sqlite_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(UnfitDatabase, match="не умеет искать по части слова"):
        assert_engine(engine)


def test_looking_at_the_database_does_not_wait_for_a_writer(engine: Engine) -> None:
    with engine.begin() as writer:
        writer.execute(text("INSERT INTO ab_role (name) VALUES ('Проба')"))
        assert_engine(engine)
        assert revisions(engine)[0] == revisions(engine)[1]


def test_an_empty_database_stands_at_no_revision(tmp_path: Path) -> None:
    empty = create_engine(f"sqlite:///{tmp_path}/empty.db")
    current, expected = revisions(empty)
    assert current is None
    assert expected
    empty.dispose()


# ---- one setup at a time, and only where it belongs -----------------------------------------------------------------


@pytest.fixture
def settings(database: URL, tmp_path: Path) -> Settings:
    """Return the settings of an installation on the fresh database."""
    address = database.render_as_string(hide_password=False)
    return Settings.from_env({"OPORA_INSTANCE": str(tmp_path / "instance"), "OPORA_DATABASE_URL": address})


def stand_at(settings: Settings, revision: str) -> None:
    """Write into the database that it is at *revision*."""
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    engine.dispose()


@pytest.mark.both
def test_a_second_setup_waits_until_the_first_has_left(settings: Settings) -> None:
    told: list[str] = []
    entered, may_leave = threading.Event(), threading.Event()

    def first() -> None:
        with alone(settings):
            entered.set()
            may_leave.wait(10)
            told.append("first leaves")

    def second() -> None:
        entered.wait(10)
        with alone(settings):
            told.append("second enters")

    both = [threading.Thread(target=first), threading.Thread(target=second)]
    for each in both:
        each.start()
    both[1].join(0.3)
    assert told == []
    may_leave.set()
    for each in both:
        each.join(10)
    assert told == ["first leaves", "second enters"]


def test_an_installation_is_made_from_nothing_and_made_again_without_change(tmp_path: Path) -> None:
    fresh = Settings.from_env({"OPORA_INSTANCE": str(tmp_path)})
    assert upgrade(fresh) is None
    require_newest(fresh)
    assert upgrade(fresh) is not None
    assert not (tmp_path / "backups").exists()


def test_tables_older_than_the_program_are_refused_with_the_way_out(settings: Settings, tmp_path: Path) -> None:
    empty = Settings.from_env({"OPORA_INSTANCE": str(tmp_path / "empty")})
    with pytest.raises(UnfitDatabase, match="Таблицы базы старее программы"):
        require_newest(empty)


def test_a_database_newer_than_the_program_is_refused_and_left_alone(settings: Settings) -> None:
    stand_at(settings, "from_the_future")
    for check in (require_newest, upgrade):
        with pytest.raises(UnfitDatabase, match="База новее программы"):
            check(settings)


def test_a_copy_is_whole_while_somebody_writes_and_only_its_owner_reads_it(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO ab_role (name) VALUES ('Сохранено')"))
    path = tmp_path / "backups" / "copy.db"
    with engine.begin() as writer:
        writer.execute(text("INSERT INTO ab_role (name) VALUES ('Ещё пишется')"))
        copy_sqlite(engine, path)
    copied = create_engine(f"sqlite:///{path}")
    with copied.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert connection.execute(text("SELECT name FROM ab_role")).scalars().all() == ["Сохранено"]
    copied.dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_with_tables_is_copied_before_they_are_changed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = revisions_of(settings)
    monkeypatch.setattr(app.database, "revisions", lambda _engine: (current, "one more"))
    with clock_at(dt.datetime(2026, 2, 18, 9, 30, tzinfo=dt.UTC)):
        assert upgrade(settings) == current
    copy = settings.instance / "backups" / f"2026-02-18_093000_{current}.db"
    engine = create_engine(f"sqlite:///{copy}")
    assert revisions(engine)[0] == current
    engine.dispose()


def revisions_of(settings: Settings) -> str | None:
    """Return the revision the database of *settings* stands at."""
    engine = create_engine(settings.database_url)
    current = revisions(engine)[0]
    engine.dispose()
    return current


# ---- PostgreSQL ---------------------------------------------------------------------------------------------------


def checked(url: URL, *before: str) -> None:
    """Run *before* in the database of *url*, then check it as the service does."""
    engine = create_engine(url)
    prepare_engine(engine)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for command in before:
                connection.execute(text(command))
        engine.dispose()
        assert_engine(engine)
    finally:
        engine.dispose()


def test_postgresql_as_it_is_born_is_accepted(durable_server: URL) -> None:
    checked(durable_server)


@pytest.mark.parametrize(
    ("name", "options", "refusal"),
    [
        ("latin", "ENCODING 'LATIN1' LOCALE 'C'", "база не в UTF-8"),
        ("ascii_case", "ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'", "не различает прописные и строчные"),
    ],
)
def test_a_postgresql_database_that_cannot_hold_or_fold_russian_is_refused(
    durable_server: URL, name: str, options: str, refusal: str
) -> None:
    checked(durable_server, f"CREATE DATABASE {name} {options} TEMPLATE template0")
    with pytest.raises(UnfitDatabase, match=refusal):
        checked(durable_server.set(database=name))


def test_a_postgresql_that_does_not_wait_for_the_disk_is_refused(durable_server: URL) -> None:
    checked(durable_server, "CREATE DATABASE hasty", "ALTER DATABASE hasty SET synchronous_commit = off")
    with pytest.raises(UnfitDatabase, match="synchronous_commit выключен"):
        checked(durable_server.set(database="hasty"))


def test_a_postgresql_without_fsync_is_refused(postgresql_server: URL) -> None:
    with pytest.raises(UnfitDatabase, match="fsync выключен"):
        checked(postgresql_server)


# ---- what stops a start, in one line --------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path) -> Settings:
    """Return an installation on SQLite whose tables stand."""
    made = Settings.from_env({"OPORA_INSTANCE": str(tmp_path)})
    upgrade(made)
    return made


def spoil(settings: Settings, at: int, content: bytes) -> None:
    """Write *content* over the database file of *settings*."""
    with Path(str(settings.database_url.database)).open("r+b") as file:
        file.seek(at)
        file.write(content)


@pytest.mark.parametrize(("at", "content"), [(0, b"this is no database" * 20), (8192, b"\xff" * 40_000)])
@pytest.mark.parametrize("check", [require_newest, upgrade])
def test_a_spoilt_file_is_refused_with_the_way_out(
    installed: Settings, at: int, content: bytes, check: Callable[[Settings], object]
) -> None:
    spoil(installed, at, content)
    with pytest.raises(UnfitDatabase, match=r"Файл базы повреждён: .*opora\.db\. .*opora restore ФАЙЛ") as refused:
        check(installed)
    assert "\n" not in str(refused.value)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "opora.db").mkdir()
    with pytest.raises(UnfitDatabase, match="База не открывается"):
        require_newest(Settings.from_env({"OPORA_INSTANCE": str(tmp_path)}))


def test_a_folder_that_cannot_be_written_to_is_refused(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(**_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("app.database.tempfile.TemporaryFile", read_only)
    with pytest.raises(UnfitDatabase, match=r"нельзя писать \(Read-only file system\)\. .*OPORA_INSTANCE"):
        require_newest(installed)


def test_a_disk_without_any_room_is_told_as_such_and_not_as_a_lack_of_rights(
    installed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("app.database.tempfile.TemporaryFile", full)
    with pytest.raises(UnfitDatabase, match=r"На диске с папкой .* нет места\. Освободите его\.$"):
        require_newest(installed)


def test_a_full_disk_is_refused(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.database.shutil.disk_usage", lambda _: SimpleNamespace(free=5 * 2**20))
    with pytest.raises(UnfitDatabase, match=r"осталось 5 МБ\. Освободите место, нужно хотя бы 100 МБ"):
        require_newest(installed)
