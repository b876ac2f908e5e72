"""An archive holds one moment of everything but the keys, and is proved by being restored on trial."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from app.backup import BackupRefused, making, tools
from app.backup.archive import checked, manifest_of
from app.backup.contents import engine_on
from app.backup.locks import copying
from app.backup.making import keep_keys, make, verify
from app.backup.sqlite import SqliteStore
from config import Settings
from tests.backup.installation import FILE, HEAD, PG_BIN, attach, changed, hire, tree
from tests.databases import TEST_KEYS, administering

GOOD = "Копия восстановлена на пробу и сошлась с описью."


def test_an_archive_holds_everything_but_the_keys_and_passes_its_check(centre: Settings) -> None:
    made = make(centre)
    assert (made.verdict.ok, made.verdict.said) == (True, GOOD)
    assert made.path.parent == centre.backups
    dump = "database.sqlite" if centre.database_url.get_backend_name() == "sqlite" else "database.dump"
    assert sorted(made.manifest.members) == sorted([dump, "journal.json", f"files/{FILE}", "profiles/own.yaml"])
    assert checked(made.path) == made.manifest
    assert (made.manifest.counts["staff_member"], made.manifest.counts["attachment"]) == (2, 1)
    assert made.manifest.revision == HEAD
    with zipfile.ZipFile(made.path) as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (TEST_KEYS[1], TEST_KEYS[1].hex().encode(), centre.secret_key.encode()):
        assert secret not in held


def test_an_archive_is_for_its_owners_eyes_and_nothing_else_is_left(centre: Settings) -> None:
    before = tree(centre.instance)
    made = make(centre)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    new = {name for name in tree(centre.instance) if name not in before and not name.endswith(("-wal", "-shm"))}
    assert new == {
        f"backups/{made.path.name}",
        f"backups/{made.path.name}.check.json",
        "backup.lock",
    }


def test_copies_made_while_people_write_are_of_one_moment(centre: Settings) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            hire(centre, f"Тестова{number} Анна Ивановна")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [make(centre) for _ in range(2)]
    finally:
        stop.set()
        writer.join()
    assert [one.verdict.said for one in made] == [GOOD, GOOD]


def test_a_file_deleted_meanwhile_is_told_apart_from_one_that_was_lost(
    on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(on_sqlite, "lost", None)
    real = SqliteStore.dump

    def delete_after(store: SqliteStore, path: Path) -> object:
        held = real(store, path)
        with engine_on(on_sqlite) as engine, engine.begin() as connection:
            connection.execute(text("DELETE FROM attachment WHERE stored_as = :name"), {"name": FILE})
        (on_sqlite.instance / "files" / FILE).unlink()
        return held

    monkeypatch.setattr(SqliteStore, "dump", delete_after)
    made = make(on_sqlite)
    assert (made.manifest.lost, made.manifest.removed) == (["lost"], [FILE])
    assert made.verdict.ok
    assert made.verdict.said.endswith("В хранилище не нашлось 1\u00a0файла из карточек: они пропали ещё до копии.")


def test_half_written_files_and_links_are_left_out(on_sqlite: Settings) -> None:
    files = on_sqlite.instance / "files"
    (files / "new.part").write_bytes(b"half")
    (files / "link").symlink_to(on_sqlite.keyring)
    assert [name for name in make(on_sqlite).manifest.members if name.startswith("files/")] == [f"files/{FILE}"]


def test_one_copy_is_made_at_a_time(on_sqlite: Settings) -> None:
    with copying(on_sqlite), pytest.raises(BackupRefused, match="уже делается"):
        make(on_sqlite)
    assert not on_sqlite.backups.exists()


def test_a_lock_that_cannot_be_written_is_not_taken_for_one_that_somebody_holds(on_sqlite: Settings) -> None:
    (on_sqlite.instance / "backup.lock").write_bytes(b"no lock of ours" * 100)
    with pytest.raises(BackupRefused, match="не удаётся писать"):
        make(on_sqlite)
    (on_sqlite.instance / "backup.lock").unlink()
    (on_sqlite.instance / "backup.lock").mkdir()
    with pytest.raises(BackupRefused, match="не удаётся писать"):
        make(on_sqlite)


def test_without_a_database_there_is_nothing_to_copy_and_none_is_made(on_sqlite: Settings) -> None:
    path = Path(str(on_sqlite.database_url.database))
    path.unlink()
    with pytest.raises(BackupRefused, match="копировать нечего"):
        make(on_sqlite)
    assert not path.exists()


def test_what_a_killed_copy_left_is_cleared_by_the_next(on_sqlite: Settings) -> None:
    (on_sqlite.instance / making.SCRATCH_FOLDER / "check").mkdir(parents=True)
    on_sqlite.backups.mkdir()
    left = on_sqlite.backups / "opora-2026-01-01_000000.zip.part"
    left.write_bytes(b"half")
    make(on_sqlite)
    assert not left.exists()
    assert not (on_sqlite.instance / making.SCRATCH_FOLDER).exists()


def test_a_damaged_installation_is_copied_but_its_copy_does_not_pass(on_sqlite: Settings) -> None:
    # A connection of its own: the service's hold every link between rows.
    with closing(sqlite3.connect(str(on_sqlite.database_url.database))) as connection, connection:
        connection.execute("UPDATE staff_member SET service_unit_id = 77")
    made = make(on_sqlite)
    assert not made.verdict.ok
    assert made.verdict.said == (
        "В таблице staff_member есть строки, которые ссылаются на пропавшие строки service_unit."
    )
    assert made.path.exists()


def test_a_journal_that_was_touched_does_not_pass(on_sqlite: Settings) -> None:
    with engine_on(on_sqlite) as engine, engine.begin() as connection:
        connection.execute(text("DROP TRIGGER journal_no_update"))
        connection.execute(text("UPDATE journal SET actor = 'Другой' WHERE id = 1"))
    assert make(on_sqlite).verdict.said == "Строка журнала № 1 изменена после записи."


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty"])
def test_a_damaged_archive_does_not_pass_when_checked_again(on_sqlite: Settings, harm: str) -> None:
    made = make(on_sqlite)
    content = bytearray(made.path.read_bytes())
    if harm == "flipped":
        content[len(content) // 2] ^= 1
    made.path.write_bytes({"cut": content[:-100], "flipped": content, "empty": b""}[harm])
    verdict = verify(on_sqlite, made.path)
    assert not verdict.ok
    assert verdict.said.startswith(f"Копия {made.path.name} повреждена: ")
    with pytest.raises(BackupRefused, match="повреждена"):
        checked(made.path)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match=r"нет\. Проверьте имя"):
        manifest_of(tmp_path / "none.zip")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("photo.jpg", b"")
    with pytest.raises(BackupRefused, match=r"other\.zip не копия Опоры"):
        manifest_of(other)


# ---- keys ---------------------------------------------------------------------------------------------------------


def test_keys_are_copied_apart_and_a_keyring_that_has_grown_replaces_its_copy(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "safe"
    assert keep_keys(on_sqlite, folder) == [folder / "keyring", folder / "secret_key"]
    assert (folder / "keyring").read_bytes() == on_sqlite.keyring.read_bytes()
    assert stat.S_IMODE((folder / "keyring").stat().st_mode) == 0o600
    with on_sqlite.keyring.open("a") as ring:
        ring.write(f"2 {'cd' * 32}\n")
    keep_keys(on_sqlite, folder)
    assert (folder / "keyring").read_bytes() == on_sqlite.keyring.read_bytes()


def test_keys_are_never_put_beside_the_copies_nor_over_other_keys(on_sqlite: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="нельзя класть рядом с копиями"):
        keep_keys(on_sqlite, on_sqlite.backups)
    folder = tmp_path / "safe"
    folder.mkdir()
    (folder / "keyring").write_text("1 " + "ef" * 32)
    with pytest.raises(BackupRefused, match="другие ключи"):
        keep_keys(on_sqlite, folder)


# ---- the programs of PostgreSQL -----------------------------------------------------------------------------------


def _fake(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("pg_dump", "pg_restore"):
        path = folder / name
        path.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        path.chmod(0o700)
    return folder


def test_the_programs_of_the_servers_version_are_taken_before_newer_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "_PLACES", ((str(tmp_path / "lib"), "*/bin"),))
    for number in ("15", "17", "18"):
        _fake(tmp_path / "lib" / number / "bin", f"{number}.2")
    monkeypatch.setenv("PATH", f"{_fake(tmp_path / 'path', '16.1')}{os.pathsep}/bin")
    assert [tools.tools_for(server).version for server in (14, 15, 16, 17, 18)] == [15, 15, 16, 17, 18]


def test_programs_older_than_the_server_are_refused_with_the_way_out(tmp_path: Path) -> None:
    old = _fake(tmp_path / "old", "15.18 (Debian 15.18-0+deb12u1)")
    with pytest.raises(BackupRefused) as refusal:
        tools.tools_for(18, old)
    assert str(refusal.value) == (
        f"Сервер PostgreSQL версии 18, а в папке {old} есть pg_dump версии 15, он не подходит. Поставьте программы "
        "этой версии (в Debian: apt install postgresql-client-18) или назовите их папку: OPORA_PG_BIN."
    )
    with pytest.raises(BackupRefused, match="нет pg_dump и pg_restore"):
        tools.tools_for(18, tmp_path)


def test_the_password_of_the_database_stands_on_no_command_line() -> None:
    from sqlalchemy import make_url

    url = make_url("postgresql+psycopg://opora:hunter2@db.example.ru:5433/centre?sslmode=require")
    address, secrets = tools._address(url)
    assert "hunter2" not in address
    assert secrets == {"PGPASSWORD": "hunter2"}
    assert "sslmode=require" in address and "port=5433" in address


def test_a_role_that_may_make_no_database_still_copies_and_says_what_was_checked(on_postgresql: Settings) -> None:
    limited = _limited(on_postgresql)
    made = make(limited)
    assert made.verdict.ok
    assert made.verdict.said.startswith("Проверены только файлы и опись базы: роли plain нельзя создавать базы.")


def _limited(settings: Settings) -> Settings:
    """Return settings that open the same database as a role without any right beyond it."""
    with administering(settings.database_url) as asked:
        asked("DROP ROLE IF EXISTS plain")
        asked("CREATE ROLE plain LOGIN PASSWORD 'plain'")
        asked("GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain")
        asked("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO plain")
    assert settings.pg_bin == PG_BIN
    return changed(settings, database_url=settings.database_url.set(username="plain", password="plain"))
