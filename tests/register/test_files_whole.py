"""An upload or a removal that fails leaves nothing half done; a record with files stays (F12, U10, Z05)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from app import storage
from app.cli_files import check_files
from app.extensions import db
from app.people.models import Family
from app.storage import NO_ROOM, Folder
from tests.make import refused
from tests.register.attaching import PDF, attached, said, send, stored_under, whole_folder
from tests.register.conftest import Office


@pytest.fixture(autouse=True)
def folder(app: Flask) -> Iterator[Folder]:
    """Return the installation's folder of files; after every test each row has its file and each file its row."""
    yield from whole_folder(app)


# ---- nothing half done ---------------------------------------------------------------------------------------------


def failing(moment: str) -> Any:
    """Return a listener that fails at *moment* of a session's life."""

    def fail(*_: object) -> None:
        raise RuntimeError(f"{moment} fails")

    return fail


@pytest.mark.parametrize("moment", ["before_commit", "after_flush"])
def test_an_upload_that_fails_to_commit_leaves_neither_row_nor_file(
    office: Office, folder: Folder, moment: str
) -> None:
    family, curator = office.family(), office.come()
    office.stored.commit()
    curator.application.config["PROPAGATE_EXCEPTIONS"] = False
    fail = failing(moment)
    event.listen(db.session.session_factory.class_, moment, fail)
    try:
        assert send(curator, family, (PDF, "a.pdf")).status_code == 500
    finally:
        event.remove(db.session.session_factory.class_, moment, fail)
    assert (attached(office.stored), stored_under(folder)) == ([], [])


def test_a_removal_that_fails_to_commit_keeps_row_and_file(office: Office, folder: Folder) -> None:
    family, curator = office.family(), office.come()
    send(curator, family, (PDF, "a.pdf"))
    (file,) = attached(office.stored)
    office.stored.commit()
    curator.application.config["PROPAGATE_EXCEPTIONS"] = False
    fail = failing("before_commit")
    event.listen(db.session.session_factory.class_, "before_commit", fail)
    try:
        assert curator.post(f"/families/file/{family.id}/{file.id}/delete").status_code == 500
    finally:
        event.remove(db.session.session_factory.class_, "before_commit", fail)
    assert curator.get(f"/families/file/{family.id}/{file.id}/content").data == PDF


def test_a_full_disk_is_one_sentence_and_nothing_of_all_that_was_sent_is_kept(
    office: Office, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    family, curator = office.family(), office.come()
    calls = iter([None, OSError(errno.ENOSPC, "full")])
    real = os.fsync

    def second_fails(number: int) -> None:
        failure = next(calls, None)
        if failure is not None:
            raise failure
        real(number)

    monkeypatch.setattr(storage.os, "fsync", second_fails)
    answer = send(curator, family, (PDF, "a.pdf"), (b"words", "b.txt"))
    assert NO_ROOM in said(curator.get(answer.location))
    assert (attached(office.stored), stored_under(folder)) == ([], [])


# ---- a record with files -------------------------------------------------------------------------------------------


def test_a_record_with_files_is_not_deleted_by_any_rule(office: Office) -> None:
    family, almighty = office.family(), office.almighty()
    send(almighty, family, (PDF, "a.pdf"), (b"words", "b.txt"))
    sentence = f"«{family}» нельзя удалить: приложено 2\u00a0файла. Сначала удалите их на вкладке «Файлы»."
    answer = almighty.post(f"/families/delete/{family.id}")
    assert " ".join(sentence.split()) in said(almighty.get(answer.location))
    office.stored.delete(office.stored.get_one(Family, family.id))
    with refused(sentence):
        office.stored.flush()
    office.stored.rollback()
    for file in attached(office.stored):
        almighty.post(f"/families/file/{family.id}/{file.id}/delete")
    pk = family.id
    assert almighty.post(f"/families/delete/{pk}").status_code == 302
    office.stored.expire_all()
    assert office.stored.scalars(select(Family.id).where(Family.id == pk)).all() == []


def test_a_record_all_centres_share_keeps_the_files_of_another_one_out_of_sight(office: Office) -> None:
    neighbour = office.visit("Регистратор", unit=office.other)
    send(neighbour, office.village, (PDF, "Чужое.pdf"), key="territories")
    (file,) = attached(office.stored)
    assert file.service_unit_id == office.other.id
    registrar = office.come("Регистратор")
    assert "Чужое" not in registrar.get(f"/territories/show/{office.village.id}?tab=files").text
    assert registrar.get(f"/territories/file/{office.village.id}/{file.id}/content").status_code == 404


def test_the_sweep_finds_what_a_crash_left(office: Office, folder: Folder) -> None:
    family, curator = office.family(), office.come()
    send(curator, family, (PDF, "a.pdf"))
    (file,) = attached(office.stored)
    office.stored.commit()
    left = folder.put(b"left by a crash")
    path = folder.path_of(left.name).with_suffix(".part")
    os.utime(path, (0, 0))
    assert check_files(office.stored, folder, keep=True) == "Файлов: 1, все на месте. Найдено: 1\u00a0лишний файл."
    assert check_files(office.stored, folder) == "Файлов: 1, все на месте. Убрано: 1\u00a0лишний файл."
    folder.path_of(file.stored_as).unlink()
    with refused(
        f"Нет содержимого у 1\u00a0файла: № {file.id} (family {family.id}). Верните папку files из резервной копии."
    ):
        check_files(office.stored, folder)
    office.stored.delete(file)
    office.stored.commit()
