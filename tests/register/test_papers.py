"""Papers on health: files kept as the special fields of their card are (S000-6c, 152-ФЗ article 10, check P06)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.journal.models import JournalRow
from app.people.consents import NONE
from app.people.models import Consent, ConsentKind, DisabilityStatus, Person
from app.people.rules import give_consent, revoke_consent
from app.register import files
from app.storage import Folder
from tests.make import child_of, make_family
from tests.register.attaching import PDF, attached, events, said, whole_folder
from tests.register.conftest import Office
from tests.visiting import Browser

TITLE = "Выписка канареечная"


@pytest.fixture(autouse=True)
def folder(app: Flask) -> Iterator[Folder]:
    """Return the installation's folder of files; after every test each row has its file and each file its row."""
    yield from whole_folder(app)


@pytest.fixture
def child(office: Office) -> Person:
    """A child with a mother who represents it."""
    return child_of(make_family(office.stored, office.by, territory=office.village))


def agree(office: Office, child: Person) -> Consent:
    mother = next(seat.person for seat in child.memberships[0].family.members if seat.is_legal_representative)
    return give_consent(child, by=office.by, kind=ConsentKind.SPECIAL, given_by=mother)


def send(browser: Browser, pk: int, *, key: str = "people", **more: str) -> Any:
    sent = {"files": [(BytesIO(PDF), f"{TITLE}.pdf")], **more}
    return browser.post(f"/{key}/files/{pk}", data=sent, content_type="multipart/form-data")


def roads(browser: Browser, child: Person, file_id: int, key: str = "people") -> list[tuple[int, str]]:
    """Return what the tab, the page and the content of a file answer."""
    here = f"/{key}/file/{child.id}/{file_id}"
    answers = [browser.get(each) for each in (f"/{key}/show/{child.id}?tab=files", here, f"{here}/content")]
    return [(answer.status_code, answer.text) for answer in answers]


@pytest.mark.both
def test_a_marked_paper_is_taken_with_a_consent_and_closed_without_one(office: Office, child: Person) -> None:
    head = office.come()
    answer = send(head, child.id, on_health="1")
    assert NONE in said(head.get(answer.location)) and attached(office.stored) == []
    consent = agree(office, child)
    send(head, child.id, on_health="1")
    (file,) = attached(office.stored)
    assert file.on_health and [code for code, _ in roads(head, child, file.id)] == [200, 200, 200]
    assert all(TITLE in text for _, text in roads(head, child, file.id)[:2])
    revoke_consent(consent, by=office.by, reason="Передумала")
    office.stored.commit()
    closed = roads(head, child, file.id)
    assert [code for code, _ in closed] == [200, 200, 404]
    for _, text in closed:
        assert TITLE not in text and "Согласие на сведения о здоровье отозвано" in text
    assert f"Документ о здоровье № {file.id}" in closed[0][1] and "Оформить согласие" in closed[1][1]
    told = said(head.get(head.post(f"/people/file/{child.id}/{file.id}/rename", data={"title": "Иначе"}).location))
    assert "Согласие на сведения о здоровье отозвано" in told
    # What may no longer be kept can still be removed.
    assert head.post(f"/people/file/{child.id}/{file.id}/delete").status_code == 302
    assert attached(office.stored) == []


def test_without_the_right_to_health_a_marked_paper_is_not_there(office: Office, child: Person) -> None:
    agree(office, child)
    head, registrar = office.come(), office.come("Регистратор")
    send(head, child.id, on_health="1")
    (file,) = attached(office.stored)
    card, *rest = roads(registrar, child, file.id)
    assert TITLE not in card[1] and "Документ о здоровье №" not in card[1] and "Файлы</a>" in card[1]
    assert [code for code, _ in rest] == [404, 404]
    here = f"/people/file/{child.id}/{file.id}"
    assert [registrar.post(f"{here}/{act}", data={"title": "Моё"}).status_code for act in ("rename", "delete")] == [
        404, 404,
    ]  # fmt: skip
    missing = registrar.get(f"/people/file/{child.id}/987654")
    assert missing.status_code == 404 and said(missing) == said(registrar.get(here))
    assert [each.title for each in attached(office.stored)] == [TITLE]


def test_a_file_is_marked_afterwards_and_the_mark_is_told(office: Office, child: Person) -> None:
    head = office.come()
    send(head, child.id)
    (file,) = attached(office.stored)
    here = f"/people/file/{child.id}/{file.id}"
    assert not file.on_health and "Документ о здоровье" in head.get(here).text
    head.post(f"{here}/rename", data={"title": TITLE, "on_health": "1"})
    assert attached(office.stored)[0].on_health and TITLE not in head.get(here).text
    agree(office, child)
    office.stored.commit()
    head.post(f"{here}/rename", data={"title": TITLE})
    assert not attached(office.stored)[0].on_health
    marks = [sentence for verb, sentence in events(office.stored, "person", child.id) if verb == "file.mark"]
    assert marks == [
        f"Файл № {file.id} (PDF, 1 КБ) отмечен документом о здоровье.",
        f"Файл № {file.id} (PDF, 1 КБ) больше не отмечен документом о здоровье.",
    ]


def test_files_of_a_card_special_as_a_whole_need_the_consent_unmarked(office: Office, child: Person) -> None:
    status = DisabilityStatus(person=child, kind="child", service_unit_id=office.unit.id)
    office.stored.add(status)
    office.stored.flush()
    head = office.come()
    assert send(head, status.id, key="disabilities").status_code == 404
    consent = agree(office, child)
    send(head, status.id, key="disabilities")
    (file,) = attached(office.stored)
    assert "on_health" not in head.get(f"/disabilities/show/{status.id}?tab=files").text
    file.on_health = False  # As it lay there before papers had a mark.
    revoke_consent(consent, by=office.by, reason="Передумала")
    office.stored.commit()
    here = f"/disabilities/file/{status.id}/{file.id}"
    pages = (here, f"{here}/content", f"/disabilities/show/{status.id}?tab=files")
    assert [head.get(each).status_code for each in pages] == [404, 404, 404]


def test_a_paper_on_health_belongs_to_the_card_of_a_person(office: Office, child: Person) -> None:
    head, family = office.come(), child.memberships[0].family
    assert "on_health" not in head.get(f"/families/show/{family.id}?tab=files").text
    send(head, family.id, key="families", on_health="1")
    (file,) = attached(office.stored)
    assert not file.on_health
    with pytest.raises(files.RuleBroken, match="Документ о здоровье приложите к карточке человека"):
        files.mark(family, file, True, by=office.by)


def test_looking_at_the_name_of_a_paper_is_a_look_at_special_data(office: Office, child: Person) -> None:
    agree(office, child)
    head = office.come()
    send(head, child.id)
    send(head, child.id, on_health="1")
    (file,) = attached(office.stored)  # The same content is taken once, so it is still unmarked.
    before = "look.card"
    for mark, verb in (({}, before), ({"on_health": "1"}, "look.health")):
        head.post(f"/people/file/{child.id}/{file.id}/rename", data={"title": TITLE, **mark})
        head.get(f"/people/show/{child.id}?tab=files")
        newest = office.stored.scalars(select(JournalRow).order_by(JournalRow.id.desc()).limit(1)).one()
        assert (newest.verb, newest.record_id) == (verb, child.id)
