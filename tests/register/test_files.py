"""Files of a record: who sees the record sees them, who may change it adds and removes them (F06, F12, D06, U10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select

from app.acting import acting
from app.cli_files import check_files
from app.journal import looks
from app.journal.models import JournalRow, JournalValue
from app.people.models import ConsentKind, DisabilityStatus
from app.people.rules import give_consent
from app.register import files
from app.register.file_kinds import OTHER
from app.storage import Folder
from tests.make import child_of, make_family, refused
from tests.register import uploads
from tests.register.attaching import PDF, attached, events, said, send, stored_under, whole_folder
from tests.register.conftest import Office
from tests.visiting import Browser


@pytest.fixture(autouse=True)
def folder(app: Flask) -> Iterator[Folder]:
    """Return the installation's folder of files; after every test each row has its file and each file its row."""
    yield from whole_folder(app)


@pytest.mark.both
def test_a_scan_is_attached_looked_at_renamed_and_removed(office: Office, folder: Folder) -> None:
    family, curator = office.family(), office.come()
    answer = send(curator, family, (PDF, "Заявление.pdf"))
    assert (answer.status_code, answer.location) == (302, f"/families/show/{family.id}?tab=files")
    (file,) = attached(office.stored)
    assert (file.title, file.file_name, file.media_type, file.size, file.service_unit_id) == (
        "Заявление",
        "Заявление.pdf",
        "application/pdf",
        len(PDF),
        office.unit.id,
    )
    number, card = file.id, curator.get(answer.location)
    assert "Файл приложен." in said(card) and "Заявление" in said(card) and "Проверкин" in said(card)
    here = f"/families/file/{family.id}/{file.id}"
    assert f'src="{here}/content"' in curator.get(here).text
    assert curator.get(f"{here}/content").data == PDF
    assert curator.post(f"{here}/rename", data={"title": "  Заявление\nматери "}).location == here
    assert attached(office.stored)[0].title == "Заявление матери"
    removed = curator.post(f"{here}/delete")
    assert removed.location == f"/families/show/{family.id}?tab=files"
    assert (attached(office.stored), stored_under(folder)) == ([], [])
    assert curator.get(here).status_code == 404
    words = f"файл № {number} (PDF, 1 КБ)"
    assert events(office.stored, "family", family.id)[-3:] == [
        ("file.attach", f"Приложен {words}."),
        ("file.rename", f"Ф{words[1:]} назван иначе."),
        ("file.remove", f"Удалён {words}."),
    ]
    assert events(office.stored, "attachment", number) == [("file.open", f"Открыт {words}.")]


def test_the_count_of_files_stands_on_the_tab(office: Office) -> None:
    family, curator = office.family(), office.come()
    send(curator, family, (PDF, "1.pdf"), (uploads.picture(), "2.jpg"))
    page = curator.get(f"/families/show/{family.id}")
    assert re.search(r'tab=files">Файлы<span class="count">2</span>', page.text)


def test_what_is_kept_at_rest_tells_nothing(office: Office, folder: Folder) -> None:
    """The title may name an illness: neither the row nor the journal nor the disk holds it in the clear."""
    family, curator = office.family(), office.come()
    send(curator, family, ("Диагноз Тестовой".encode(), "Диагноз.txt"))
    office.stored.commit()
    raw = Path(str(office.stored.get_bind().engine.url.database))
    whole = b"".join(path.read_bytes() for path in (raw, Path(f"{raw}-wal")) if path.exists())
    whole += b"".join(path.read_bytes() for path in folder.root.rglob("*") if path.is_file())
    assert "Диагноз".encode() not in whole
    (file,) = attached(office.stored)
    curator.post(f"/families/file/{family.id}/{file.id}/delete")
    values = office.stored.scalars(
        select(JournalValue)
        .join(JournalRow, JournalRow.id == JournalValue.journal_id)
        .where(JournalRow.table_name == "attachment", JournalValue.field == "title")
    ).all()
    assert [(value.old, value.sealed_old) for value in values] == [(None, "Диагноз")]


def test_files_not_accepted_are_told_by_name_and_the_others_are_kept(office: Office) -> None:
    family, curator = office.family(), office.come()
    answer = send(curator, family, (b"MZ" + bytes(50), "Справка.pdf"), (uploads.photo(), "IMG_1.jpg"))
    assert answer.status_code == 422
    assert "Этот файл не приложен:" in said(answer) and f"Справка: {OTHER}" in said(answer)
    assert [(file.title, file.media_type) for file in attached(office.stored)] == [("IMG_1", "image/jpeg")]


def test_the_same_file_sent_twice_is_attached_once(office: Office) -> None:
    family, curator = office.family(), office.come()
    send(curator, family, (uploads.photo(), "a.jpg"))
    again = send(curator, family, (uploads.photo(), "b.jpg"))
    assert again.status_code == 422 and f"b: {files.SAME}" in said(again)
    assert len(attached(office.stored)) == 1
    assert send(curator, office.family("Другие"), (uploads.photo(), "a.jpg")).status_code == 302


def test_a_card_holds_two_hundred_files_and_no_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST", 2)
    family, curator = office.family(), office.come()
    answer = send(curator, family, (b"one", "1.txt"), (b"two", "2.txt"))
    assert answer.status_code == 302
    answer = send(curator, family, (b"three", "3.txt"))
    assert answer.status_code == 422 and f"3: {files.FULL}" in said(answer)
    assert [file.title for file in attached(office.stored)] == ["1", "2"]


def test_a_form_without_a_file_asks_for_one(office: Office) -> None:
    family, curator = office.family(), office.come()
    answer = send(curator, family, (b"", ""))
    assert "Выберите файлы, которые нужно приложить." in said(curator.get(answer.location))


def test_a_form_that_is_too_large_is_refused_whole(office: Office) -> None:
    family, curator = office.family(), office.come()
    answer = curator.post(
        f"/families/files/{family.id}",
        data=b"--x",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(33 * 2**20)},
    )
    assert answer.status_code == 413
    assert attached(office.stored) == []


def test_a_title_is_never_empty(office: Office) -> None:
    family, curator = office.family(), office.come()
    send(curator, family, (PDF, "a.pdf"))
    here = f"/families/file/{family.id}/{attached(office.stored)[0].id}"
    answer = curator.post(f"{here}/rename", data={"title": " \n"})
    assert "Напишите название файла." in said(curator.get(answer.location))
    assert attached(office.stored)[0].title == "a"


# ---- rights --------------------------------------------------------------------------------------------------------


def test_who_may_only_look_sees_files_and_changes_none(office: Office) -> None:
    family = office.family()
    send(office.come(), family, (PDF, "Заявление.pdf"))
    (file,) = attached(office.stored)
    here, director = f"/families/file/{family.id}/{file.id}", office.come("Директор")
    card = director.get(f"/families/show/{family.id}?tab=files")
    assert "Заявление" in card.text and 'type="file"' not in card.text
    page = director.get(here)
    assert page.status_code == 200 and "/delete" not in page.text
    assert director.get(f"{here}/content").data == PDF
    refusals = [
        send(director, family, (PDF, "b.pdf")).status_code,
        director.post(f"{here}/rename", data={"title": "Чужое"}).status_code,
        director.post(f"{here}/delete").status_code,
    ]
    assert refusals == [403, 403, 403]
    assert [each.title for each in attached(office.stored)] == ["Заявление"]


def test_who_may_not_see_the_card_sees_no_file(office: Office) -> None:
    family = office.family()
    send(office.come(), family, (PDF, "a.pdf"))
    here = f"/families/file/{family.id}/{attached(office.stored)[0].id}"
    accountant = office.come("Бухгалтер")
    assert [accountant.get(each).status_code for each in (here, f"{here}/content")] == [403, 403]


def test_a_stranger_is_sent_to_the_door(office: Office, client: Browser) -> None:
    family = office.family()
    send(office.come(), family, (PDF, "a.pdf"))
    answer = client.get(f"/families/file/{family.id}/{attached(office.stored)[0].id}/content")
    assert answer.status_code == 302 and answer.location.startswith("/login/")


@pytest.mark.both
def test_a_file_of_another_centre_answers_like_one_that_never_was(office: Office, folder: Folder) -> None:
    ours, theirs = office.family(), office.foreign()
    neighbour = office.visit("Заведующий отделением", unit=office.other)
    send(neighbour, theirs, (PDF, "Чужое.pdf"))
    (foreign,) = attached(office.stored)
    browser = office.almighty()
    for record in (ours.id, theirs.id, 987_654):
        for file in (foreign.id, 987_654):
            here = f"/families/file/{record}/{file}"
            codes = [browser.get(here).status_code, browser.get(f"{here}/content").status_code]
            codes += [browser.post(f"{here}/{act}", data={"title": "Наше"}).status_code for act in ("rename", "delete")]
            assert codes == [404, 404, 404, 404], here
    assert send(browser, theirs, (PDF, "a.pdf")).status_code == 404
    assert [file.title for file in attached(office.stored)] == ["Чужое"]
    assert folder.read(foreign.stored_as, foreign.digest) == PDF


def test_a_file_is_found_only_through_its_own_record(office: Office) -> None:
    one, other, curator = office.family(), office.family("Другие"), office.come()
    send(curator, one, (PDF, "a.pdf"))
    (file,) = attached(office.stored)
    assert curator.get(f"/families/file/{other.id}/{file.id}/content").status_code == 404
    assert curator.get(f"/people/file/{one.id}/{file.id}/content").status_code == 404


def test_files_of_a_wholly_private_register_ask_for_its_right(office: Office) -> None:
    with acting(office.by):
        child = child_of(make_family(office.stored, office.by, territory=office.village))
        status = DisabilityStatus(person_id=child.id, kind="child", service_unit_id=office.unit.id)
        office.stored.add(status)
        office.stored.flush()
        mother = next(seat.person for seat in child.memberships[0].family.members if seat.is_legal_representative)
        give_consent(child, by=office.by, kind=ConsentKind.SPECIAL, given_by=mother)
    curator = office.come()
    assert send(curator, status, (PDF, "Справка.pdf"), key="disabilities").status_code == 302
    (file,) = attached(office.stored)
    here = f"/disabilities/file/{status.id}/{file.id}"
    known = office.stored.scalars(select(PermissionView)).unique().all()
    office.stored.add(
        Role(name="Всё, кроме особого", permissions=[p for p in known if p.permission.name != "can_special"])
    )
    office.stored.flush()
    other = office.visit("Всё, кроме особого", unit=office.unit)
    assert [curator.get(each).status_code for each in (here, f"{here}/content")] == [200, 200]
    assert [other.get(each).status_code for each in (here, f"{here}/content")] == [403, 403]
    assert send(other, status, (b"words", "a.txt"), key="disabilities").status_code == 403
    assert other.post(f"{here}/delete").status_code == 403


# ---- how content leaves --------------------------------------------------------------------------------------------


def test_content_comes_with_strict_headers_and_is_never_kept_by_the_browser(office: Office) -> None:
    family, curator = office.family(), office.come()
    send(curator, family, (PDF, "Акт: 2.pdf"), (uploads.picture(), "Снимок.jpg"), (b"words", "Слова.txt"))
    paper, shot, words = (f"/families/file/{family.id}/{file.id}/content" for file in attached(office.stored))
    wanted = {
        paper: ("application/pdf", "inline", False),
        f"{paper}?save=1": ("application/pdf", "attachment", True),
        shot: ("image/jpeg", "inline", True),
        words: ("text/plain; charset=utf-8", "attachment", True),
    }
    for address, (kind, how, alone) in wanted.items():
        headers = curator.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert (headers["Content-Type"], headers["Content-Disposition"].split(";")[0]) == (kind, how)
        assert policy.startswith("default-src 'none';") and "frame-ancestors 'self'" in policy
        assert ("sandbox" in policy, "script-src" in policy) == (alone, False), address
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    name = curator.get(paper).headers["Content-Disposition"]
    assert re.fullmatch(r"inline; filename=\"file-\d+\.pdf\"; filename\*=UTF-8''%D0%90%D0%BA%D1%82%202\.pdf", name)


def test_opening_and_saving_are_told_to_the_journal_before_the_content_leaves(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    family, curator = office.family(), office.come()
    send(curator, family, (PDF, "a.pdf"))
    (file,) = attached(office.stored)
    here = f"/families/file/{family.id}/{file.id}/content"
    curator.get(f"{here}?save=1")
    assert events(office.stored, "attachment", file.id) == [("file.save", f"Скачан файл № {file.id} (PDF, 1 КБ).")]

    def fail(*_: object) -> None:
        raise OSError("the journal does not answer")

    monkeypatch.setattr(looks, "apart", fail)
    curator.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = curator.get(here)
    assert answer.status_code == 500 and PDF not in answer.data


def test_a_file_whose_content_is_lost_says_so(office: Office, folder: Folder, app: Flask) -> None:
    family, curator = office.family(), office.come()
    send(curator, family, (PDF, "a.pdf"))
    (file,) = attached(office.stored)
    path = folder.path_of(file.stored_as)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    answer = curator.get(f"/families/file/{family.id}/{file.id}/content")
    assert answer.status_code == 404 and "Содержимого этого файла нет в хранилище." in said(answer)
    with refused(
        f"Нет содержимого у 1\u00a0файла: № {file.id} (family {family.id}). Верните папку files из резервной копии."
    ):
        check_files(office.stored, folder, read=True)
    path.write_bytes(whole)
    assert check_files(office.stored, folder, read=True) == "Файлов: 1, все на месте. Убрано: 0\u00a0лишних файлов."
