"""What comes back is exactly what was kept; what does not match is refused before anything is touched."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from app import sealing
from app.backup import BackupRefused, restoring
from app.backup.contents import engine_on
from app.backup.locks import closed, serving
from app.backup.making import keep_keys, make
from app.backup.restoring import restore, upgrade
from app.backup.store import store_of
from app.database import UnfitDatabase, bare_app, require_newest, revisions
from app.extensions import db
from config import Settings
from tests.backup.installation import (
    BEFORE,
    HEAD,
    attach,
    changed,
    hire,
    own_keys,
    prepare,
    rewritten,
    state,
    tree,
    wiped,
)
from tests.backup.test_making import _limited


def nothing(_settings: Settings) -> None:
    """Prepare nothing: the archive was made by this very program."""


def downgraded(settings: Settings) -> None:
    """Take the tables one migration back."""
    app = bare_app(settings)
    with app.app_context():
        command.downgrade(app.extensions["migrate"].migrate.get_config(), BEFORE)
        db.engine.dispose()


def revision(settings: Settings) -> str | None:
    """Return the schema the living database stands at."""
    with engine_on(settings) as engine:
        return revisions(engine)[0]


def left(settings: Settings) -> set[str]:
    """Return what lies in the instance beside the installation itself and the copies."""
    known = {"opora.db", "opora.db-wal", "opora.db-shm", "keyring", "secret_key", "files", "profiles", "journal.json",
             "backups", "service.lock", "backup.lock"}  # fmt: skip
    return {path.name for path in settings.instance.iterdir()} - known


# ---- the way back -------------------------------------------------------------------------------------------------


def test_what_was_kept_comes_back_and_what_was_there_stays_aside(centre: Settings) -> None:
    kept = state(centre)
    made = make(centre)
    hire(centre, "Лишнева Вера Петровна")
    attach(centre, "later", b"later")
    (centre.instance / "profiles" / "own.yaml").unlink()
    lost = state(centre)
    done = restore(centre, made.path, nothing)
    assert state(centre) == kept
    require_newest(centre)
    aside = next(centre.instance.glob("before-restore-*"))
    assert left(centre) == {aside.name}
    old = dataclasses.replace(centre, instance=aside, database_url=_old_database(centre, aside))
    for name in ("keyring", "secret_key"):  # Keys belong to no copy: they stayed where they were.
        shutil.copy(centre.instance / name, aside / name)
    assert state(old)["rows"] == lost["rows"]
    assert tree(aside / "files")["later"] == lost["files"]["files/later"]
    assert str(aside) in done.kept


def _old_database(settings: Settings, aside: Path) -> Any:
    if settings.database_url.get_backend_name() == "sqlite":
        return settings.database_url.set(database=str(aside / "opora.db"))
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        name = connection.execute(
            text("SELECT datname FROM pg_database WHERE datname LIKE :like"),
            {"like": f"{settings.database_url.database}\\_before\\_%"},
        ).scalar_one()
    engine.dispose()
    return settings.database_url.set(database=name)


def test_restoring_twice_keeps_both_states_aside(on_sqlite: Settings) -> None:
    made = make(on_sqlite)
    for _ in range(2):
        restore(on_sqlite, made.path, nothing)
    assert len(list(on_sqlite.instance.glob("before-restore-*"))) == 2


def test_an_installation_comes_back_on_a_new_machine_with_its_keys(on_sqlite: Settings, tmp_path: Path) -> None:
    kept = state(on_sqlite)
    made = make(on_sqlite)
    keys, archive = tmp_path / "keys", tmp_path / "archive.zip"
    keep_keys(on_sqlite, keys)
    shutil.copy(made.path, archive)
    wiped(on_sqlite)
    sealing.load_keyring(on_sqlite.keyring)
    with pytest.raises(BackupRefused, match="закрыта другими ключами"):
        restore(on_sqlite, archive, nothing)
    assert set(tree(on_sqlite.instance)) == {"keyring"}
    restore(on_sqlite, archive, nothing, keys_from=keys)
    assert state(on_sqlite) == kept
    assert (next(on_sqlite.instance.glob("before-*-keyring"))).read_text() == f"1 {'ab' * 32}\n"


def test_a_copy_of_an_older_version_is_brought_up_to_the_program(centre: Settings) -> None:
    downgraded(centre)
    made = make(centre)
    assert (made.manifest.revision, made.verdict.ok) == (BEFORE, True)
    assert restore(centre, made.path, prepare).revision == HEAD
    assert revision(centre) == HEAD
    require_newest(centre)


# ---- what is refused, with nothing touched ------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda said: said.update(revision="from_the_future"), "сделана более новой версией программы"),
        (lambda said: said.update(format=2), "сделана более новой версией программы"),
        (lambda said: said.update(backend="postgresql"), "сделана с базы PostgreSQL, а здесь SQLite"),
        (lambda said: said.update(product="другое"), "не копия Опоры"),
        (lambda said: said["keys"].update({"1": "0" * 16}), "закрыта другими ключами"),
        (lambda said: said["keys"].update({"2": "0" * 16}), "закрыта другими ключами"),
        (lambda said: said["counts"].update(staff_member=77), "Строк не столько, сколько в описи: staff_member"),
        (lambda said: said["members"].pop("journal.json"), "состав не сходится с описью"),
        (lambda said: said["members"]["journal.json"].update(size=1), "journal.json не сходится с описью"),
        (lambda said: said["members"]["journal.json"].update(sha256="0" * 64), "journal.json не сходится с описью"),
        (lambda said: said.pop("members"), "опись не читается"),
        (lambda said: said.update(members=[]), "опись не читается"),
    ],
)
def test_an_archive_that_does_not_match_is_refused(on_sqlite: Settings, change: Change, refusal: str) -> None:
    made = make(on_sqlite)
    before = state(on_sqlite)
    with pytest.raises(BackupRefused, match=refusal):
        restore(on_sqlite, rewritten(made.path, change), nothing)
    assert state(on_sqlite) == before
    assert left(on_sqlite) == set()


def test_an_archive_whose_names_lead_out_of_it_is_refused(on_sqlite: Settings, tmp_path: Path) -> None:
    import json
    import zipfile

    made = make(on_sqlite)
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(made.path) as old, zipfile.ZipFile(evil, "w") as new:
        said = json.loads(old.read("manifest.json"))
        said["members"]["files/../../out"] = said["members"].pop("journal.json")
        for name in old.namelist():
            target = {"journal.json": "files/../../out"}.get(name, name)
            new.writestr(target, json.dumps(said) if name == "manifest.json" else old.read(name))
    with pytest.raises(BackupRefused, match="выводит за его пределы"):
        restore(on_sqlite, evil, nothing)
    assert not (on_sqlite.instance.parent / "out").exists()


def test_a_file_that_is_no_archive_is_refused(on_sqlite: Settings, tmp_path: Path) -> None:
    path = tmp_path / "letter.zip"
    path.write_bytes(b"not a zip")
    with pytest.raises(BackupRefused, match="повреждена"):
        restore(on_sqlite, path, nothing)


def test_nothing_is_replaced_while_the_service_works(centre: Settings) -> None:
    made = make(centre)
    with serving(centre):
        with pytest.raises(BackupRefused, match="Сервис работает"):
            restore(centre, made.path, nothing)
        with pytest.raises(BackupRefused, match="Сервис работает"):
            upgrade(centre, nothing)
        with serving(centre):
            pass
    with closed(centre), pytest.raises(BackupRefused, match="идёт восстановление"), serving(centre):
        pass


def test_a_service_on_another_machine_is_seen_by_its_connections(on_postgresql: Settings) -> None:
    made = make(on_postgresql)
    refused = pytest.raises(BackupRefused, match="подключены другие программы: 1")
    with engine_on(on_postgresql) as engine, engine.connect(), refused:
        restore(on_postgresql, made.path, nothing)


def test_too_little_room_is_told_before_anything_is_unpacked(
    on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(on_sqlite)
    monkeypatch.setattr(restoring.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1 << 20))
    with pytest.raises(BackupRefused, match=r"нужно \d+\sМБ, а на диске 1\sМБ"):
        restore(on_sqlite, made.path, nothing)


def test_without_a_keyring_the_way_to_it_is_told(on_sqlite: Settings) -> None:
    made = make(on_sqlite)
    on_sqlite.keyring.unlink()
    with pytest.raises(BackupRefused, match="--keys-from ПАПКА"):
        restore(on_sqlite, made.path, nothing)
    assert not on_sqlite.keyring.exists()
    own_keys(on_sqlite)


def test_a_role_without_rights_is_told_what_its_administrator_has_to_do(on_postgresql: Settings) -> None:
    limited = _limited(on_postgresql)
    made = make(limited)
    before = state(on_postgresql)
    told = r'роли plain нельзя создавать базы\. Выполните .*: ALTER ROLE "plain" CREATEDB;'
    with pytest.raises(BackupRefused, match=told):
        restore(limited, made.path, nothing)
    with pytest.raises(BackupRefused, match=told):
        upgrade(limited, nothing)
    assert state(on_postgresql) == before


def test_a_database_of_somebody_else_is_never_dropped(on_postgresql: Settings) -> None:
    made = make(on_postgresql)
    store = store_of(on_postgresql)
    name = f"{on_postgresql.database_url.database}_new"
    engine = create_engine(on_postgresql.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    with pytest.raises(BackupRefused, match=f"уже есть база {name}"):
        restore(on_postgresql, made.path, nothing)
    with pytest.raises(BackupRefused, match="Переименуйте её"):
        store.drop(changed(on_postgresql, database_url=on_postgresql.database_url.set(database=name)))


# ---- upgrades -----------------------------------------------------------------------------------------------------


def test_an_upgrade_keeps_a_copy_and_brings_the_tables_up(centre: Settings) -> None:
    downgraded(centre)
    before = state(centre)
    made, done = upgrade(centre, prepare)
    assert (made.manifest.revision, done.revision) == (BEFORE, HEAD)
    after = state(centre)
    assert after["rows"]["staff_member"] == before["rows"]["staff_member"]
    assert after["files"] == before["files"]
    require_newest(centre)


def test_an_upgrade_that_fails_leaves_everything_as_it_was(centre: Settings) -> None:
    downgraded(centre)
    before = state(centre)

    def fail(_settings: Settings) -> None:
        raise RuntimeError("a migration met what it did not expect")

    with pytest.raises(BackupRefused) as refusal:
        upgrade(centre, fail)
    assert str(refusal.value) == (
        "Таблицы не обновились (RuntimeError). Всё осталось как было, работайте на прежней версии."
    )
    assert state(centre) == before
    assert left(centre) == set()


def test_an_upgrade_does_not_begin_over_a_copy_that_did_not_pass(on_sqlite: Settings) -> None:
    with engine_on(on_sqlite) as engine, engine.begin() as connection:
        connection.execute(text("DROP TRIGGER journal_no_update"))
        connection.execute(text("UPDATE journal SET actor = 'Другой' WHERE id = 1"))
    before = state(on_sqlite)
    with pytest.raises(BackupRefused, match="Обновление не начато: копия не прошла проверку"):
        upgrade(on_sqlite, nothing)
    assert state(on_sqlite) == before


def test_a_base_newer_than_the_program_is_not_upgraded(on_sqlite: Settings) -> None:
    with engine_on(on_sqlite) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    before = state(on_sqlite)
    with pytest.raises(UnfitDatabase, match="База новее программы"):
        upgrade(on_sqlite, nothing)
    assert state(on_sqlite) == before
