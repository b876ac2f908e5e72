"""The content of a file shares the fate of its row: kept with the commit, gone with the rollback (F12, U10, Z05)."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app import sealing, storage
from app.acting import now
from app.storage import AGE, NO_FOLDER, NO_ROOM, Folder, LostFile, Stored, Swept
from tests.make import refused

CONTENT = "Справка для Тестовой Анны".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return an empty folder of files."""
    return Folder(tmp_path / "files")


def files_under(folder: Folder) -> list[str]:
    """Return every file there is, temporary ones too."""
    return sorted(str(path.relative_to(folder.root)) for path in folder.root.rglob("*") if path.is_file())


def kept(folder: Folder, session: Session, content: bytes = CONTENT) -> Stored:
    """Store *content* in the transaction of *session*."""
    with folder.put(content) as stored:
        stored.keep(session)
    return stored


def make_old(folder: Folder, name: str) -> None:
    """Make the file *name* two days old."""
    moment = now().timestamp() - 2 * AGE.total_seconds()
    os.utime(folder.root / name, (moment, moment))


def test_what_was_kept_and_committed_is_read_again(folder: Folder, session: Session) -> None:
    stored = kept(folder, session)
    session.commit()
    assert (stored.size, stored.digest) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert files_under(folder) == [stored.name] == folder.names()
    assert folder.read(stored.name, stored.digest) == CONTENT


def test_a_name_is_generated_and_lies_two_folders_deep_for_its_owner_only(folder: Folder, session: Session) -> None:
    path = folder.path_of(kept(folder, session).name)
    first, second, stem = path.relative_to(folder.root).parts
    assert (first, second, len(stem)) == (stem[:2], stem[2:4], 32)
    assert path.stat().st_mode & 0o077 == 0


def test_the_disk_holds_no_word_of_the_content(folder: Folder, session: Session) -> None:
    stored = kept(folder, session)
    assert CONTENT not in folder.path_of(stored.name).read_bytes()


def test_a_rollback_removes_what_was_written(folder: Folder, session: Session) -> None:
    kept(folder, session)
    session.rollback()
    assert files_under(folder) == []


def test_a_commit_that_fails_leaves_no_orphan(folder: Folder, session: Session) -> None:
    def fail(_: Session) -> None:
        raise RuntimeError("the commit fails")

    kept(folder, session)
    event.listen(session, "before_commit", fail)
    with pytest.raises(RuntimeError):
        session.commit()
    event.remove(session, "before_commit", fail)
    session.close()
    assert files_under(folder) == []


def test_a_session_that_is_merely_closed_takes_its_files_back(folder: Folder, session: Session) -> None:
    kept(folder, session)
    session.execute(text("SELECT 1"))
    session.close()
    assert files_under(folder) == []


def test_content_that_is_put_and_not_kept_is_removed(folder: Folder) -> None:
    with folder.put(CONTENT):
        assert len(files_under(folder)) == 1
    assert files_under(folder) == []


def test_a_file_is_removed_only_after_the_commit(folder: Folder, session: Session) -> None:
    stored = kept(folder, session)
    session.commit()
    folder.drop(session, stored.name)
    session.execute(text("SELECT 1"))
    assert files_under(folder) == [stored.name]
    session.commit()
    assert files_under(folder) == []


def test_a_removal_rolled_back_leaves_the_file_for_good(folder: Folder, session: Session) -> None:
    stored = kept(folder, session)
    session.commit()
    session.execute(text("SELECT 1"))
    folder.drop(session, stored.name)
    session.rollback()
    session.execute(text("SELECT 1"))
    session.commit()
    assert folder.read(stored.name, stored.digest) == CONTENT


def test_a_savepoint_rolled_back_forgets_its_own_steps_and_no_others(folder: Folder, session: Session) -> None:
    old, other = kept(folder, session), kept(folder, session)
    session.commit()
    session.execute(text("SELECT 1"))
    folder.drop(session, other.name)
    savepoint = session.begin_nested()
    folder.drop(session, old.name)
    with session.begin_nested():
        kept(folder, session)
    savepoint.rollback()
    with session.begin_nested():
        new = kept(folder, session)
    assert files_under(folder) == sorted([old.name, other.name, new.name])
    session.commit()
    assert files_under(folder) == sorted([old.name, new.name])


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, NO_ROOM), (errno.EDQUOT, NO_ROOM), (errno.EACCES, NO_FOLDER), (errno.EROFS, NO_FOLDER)],
)
def test_a_disk_that_refuses_is_told_in_one_sentence_and_keeps_nothing_half_written(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str
) -> None:
    def full(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(storage.os, "fsync", full)
    with refused(sentence):
        folder.put(CONTENT)
    assert files_under(folder) == []


def test_a_disk_that_fills_between_the_two_names_keeps_nothing(
    folder: Folder, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    with folder.put(CONTENT) as stored:
        monkeypatch.setattr(Path, "rename", full)
        with refused(NO_ROOM):
            stored.keep(session)
    session.rollback()
    assert files_under(folder) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "ab/cd/x", "/etc/passwd", "", "ab/cd/" + "g" * 32])
def test_a_name_that_was_never_generated_leads_nowhere(folder: Folder, name: str) -> None:
    with pytest.raises(LostFile):
        folder.read(name, "")


@pytest.mark.parametrize("damage", ["gone", "cut", "changed", "empty", "moved", "other key"])
def test_content_that_is_not_what_was_stored_is_lost(folder: Folder, session: Session, damage: str) -> None:
    stored, other = kept(folder, session), kept(folder, session, b"another")
    session.commit()
    path = folder.path_of(stored.name)
    sealed = path.read_bytes()
    if damage == "gone":
        path.unlink()
    elif damage == "moved":
        path.write_bytes(folder.path_of(other.name).read_bytes())
    elif damage == "other key":
        sealing.use_keys({7: bytes(32)})
    else:
        path.write_bytes({"cut": sealed[:-1], "changed": sealed[:-1] + b"?", "empty": b""}[damage])
    with pytest.raises(LostFile):
        folder.read(stored.name, stored.digest)


def test_the_sweep_takes_old_files_without_a_row_and_tells_of_rows_without_a_file(
    folder: Folder, session: Session
) -> None:
    known, old, young = (kept(folder, session) for _ in range(3))
    session.commit()
    part = folder.put(CONTENT)
    left = f"{part.name}.part"
    never = f"{'0' * 2}/{'0' * 2}/{'0' * 32}"
    for name in (old.name, left, known.name):
        make_old(folder, name)
    expected = Swept(tuple(sorted([old.name, left])), (young.name,), (never,))
    assert folder.sweep({known.name, never}, now(), remove=False) == expected
    assert len(files_under(folder)) == 4
    assert folder.sweep({known.name, never}, now()) == expected
    assert files_under(folder) == sorted([known.name, young.name])


def test_a_folder_that_was_never_written_to_is_swept_without_complaint(folder: Folder) -> None:
    assert folder.sweep(set(), now()) == Swept((), (), ())
