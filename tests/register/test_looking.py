"""Every look is one row, written before its page leaves; what cannot be written is not shown (checks P04, J01)."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from app import journal
from app.acting import acting
from app.extensions import db
from app.journal import looks
from app.journal.models import JournalRow, JournalValue
from app.journal.shelf import Shelf
from app.people.models import DisabilityKind, DisabilityStatus, Family, Person
from app.register.personal import is_personal
from app.register.registry import registers
from tests.make import child_of, make_case, make_family, mother_of
from tests.register.conftest import Office
from tests.visiting import PASSWORD, Browser

Row = tuple[str, str, int | None, str]


@pytest.fixture
def family(office: Office) -> Family:
    """A mother and a child with a disability certificate."""
    with acting(office.by):
        made = make_family(office.stored, office.by)
        child = child_of(made)
        office.stored.add(
            DisabilityStatus(
                service_unit_id=office.unit.id, person_id=child.id, kind=DisabilityKind.CHILD,
                established_at=dt.date(2025, 1, 1),
            )
        )  # fmt: skip
        office.stored.flush()
        return made


def made(office: Office, step: Callable[[], object]) -> list[Row]:
    """Return the looks that *step* leaves in the journal."""
    office.stored.commit()
    last = office.stored.scalar(select(JournalRow.id).order_by(JournalRow.id.desc()).limit(1)) or 0
    office.stored.commit()  # Whoever comes by a real browser does not wait for this session.
    step()
    office.stored.commit()
    rows = office.stored.scalars(select(JournalRow).where(JournalRow.id > last).order_by(JournalRow.id))
    return [(r.verb, r.table_name, r.record_id, r.sentence) for r in rows if r.verb in looks.LOOKS]


def values(office: Office) -> dict[str, str | None]:
    """Return the values of the newest row."""
    newest = select(JournalRow.id).order_by(JournalRow.id.desc()).limit(1).scalar_subquery()
    found = office.stored.scalars(select(JournalValue).where(JournalValue.journal_id == newest))
    return {one.field: one.new for one in found}


def test_which_registers_are_personal_follows_from_their_columns(app: Flask) -> None:
    with app.app_context():
        personal = sorted(r.key for r in registers().by_key.values() if is_personal(r.model))
    assert personal == [
        "agreements", "assignments", "cases", "children", "consents", "disabilities", "families", "lines", "measures",
        "meetings", "members", "ovz", "people", "programmes", "records", "team", "versions",
    ]  # fmt: skip


@pytest.mark.both
def test_a_card_and_each_of_its_sections_is_one_look(office: Office, family: Family) -> None:
    head, card = office.come("Заведующий отделением"), f"/families/show/{family.id}"
    assert made(office, lambda: head.get(card)) == [
        ("look.health", "family", family.id, "Раздел «Сведения»."),
    ]
    assert made(office, lambda: head.get(f"{card}?tab=cases")) == [
        ("look.card", "family", family.id, "Раздел «Дела сопровождения»."),
    ]
    assert made(office, lambda: head.get(f"{card}?tab=history")) == [
        ("look.health", "family", family.id, "Раздел «История»."),
    ]
    assert made(office, lambda: head.get(f"/families/edit/{family.id}")) == [
        ("look.health", "family", family.id, "Раздел «Изменение»."),
    ]


def test_who_is_shown_no_special_data_leaves_an_ordinary_look(office: Office, family: Family) -> None:
    registrar = office.come("Регистратор")
    assert made(office, lambda: registrar.get(f"/families/show/{family.id}")) == [
        ("look.card", "family", family.id, "Раздел «Сведения»."),
    ]


def test_a_health_section_names_the_person_and_the_rows(office: Office, family: Family) -> None:
    head, child = office.come("Заведующий отделением"), child_of(family)
    (status,) = child.disabilities
    told = made(office, lambda: head.get(f"/people/show/{child.id}?tab=disabilities"))
    assert told == [("look.health", "person", child.id, "Раздел «Инвалидность».")]
    assert values(office) == {"shown:disability_status": str(status.id)}


@pytest.mark.both
def test_a_search_is_one_look_with_what_was_found_and_no_word_of_what_was_typed(office: Office, family: Family) -> None:
    head = office.come("Заведующий отделением")
    ids = [one.id for one in office.stored.scalars(select(Person).where(Person.last_name == "Тестова"))]
    told = made(office, lambda: head.get("/people/?q=Тестова"))
    assert told == [("look.search", "person", None, "Показано строк: 1.")]
    assert values(office) == {"shown:person": looks.in_ranges(ids), "typed": looks.digests_of("ТЕСТОВА")[0]}
    told = made(office, lambda: head.get("/search/?q=Тестова"))
    assert [row[:3] for row in told] == [("look.search", "", None)]
    kept = values(office)
    assert kept["shown:person"] == looks.in_ranges(ids) and kept["typed"] == looks.digests_of("тестова")[0]
    told = office.stored.scalars(select(JournalRow.sentence).where(JournalRow.verb.in_(looks.LOOKS))).all()
    assert told == ["Показано строк: 1.", "Показано строк: 2."]


def test_a_search_that_finds_nothing_is_a_look_too(office: Office) -> None:
    head = office.come("Заведующий отделением")
    assert made(office, lambda: head.get("/families/?q=Никаковы")) == [
        ("look.search", "family", None, "Показано строк: 0."),
    ]


def test_a_look_up_in_a_form_is_a_search(office: Office, family: Family) -> None:
    head, mother = office.come("Заведующий отделением"), mother_of(family)
    assert made(office, lambda: head.get("/people/lookup?q=тестова")) == [
        ("look.search", "person", None, "Показано строк: 1."),
    ]
    assert values(office)["shown:person"] == str(mother.id)
    assert made(office, lambda: head.get("/people/lookup?q=никакова")) == []


def test_a_list_is_a_look_when_special_columns_stand_in_it(office: Office, family: Family) -> None:
    head = office.come("Заведующий отделением")
    assert made(office, lambda: head.get("/families/")) == []
    assert made(office, lambda: head.get("/disabilities/")) == [
        ("look.health", "disability_status", None, "Показано строк: 1."),
    ]


def test_an_export_names_the_rows_that_left(office: Office, family: Family) -> None:
    head = office.come("Заведующий отделением")
    with closing(head.get("/families/export.xlsx")) as answer:
        assert answer.status_code == 200
    office.stored.commit()
    assert values(office) == {"shown:family": str(family.id)}


NO_LOOKS = ("/services/", "/staff/", "/territories/", "/families/show/999999", "/login/", "/families/?page=99")


@pytest.mark.parametrize("address", NO_LOOKS)
def test_directories_and_what_is_not_there_are_no_looks(office: Office, family: Family, address: str) -> None:
    head = office.come("Заведующий отделением")
    assert made(office, lambda: head.get(address)) == []


def test_a_refused_form_drawn_again_and_head_are_no_looks(office: Office, family: Family) -> None:
    head = office.come("Заведующий отделением")

    def refused() -> None:
        answer = head.post(f"/families/edit/{family.id}", data={"row_version": "1", "reg_number": ""})
        assert answer.status_code in (200, 422)

    assert made(office, refused) == []
    assert made(office, lambda: head.head(f"/families/show/{family.id}")) == []


def test_a_browser_that_fetches_ahead_gets_nothing(office: Office, family: Family) -> None:
    head, card = office.come("Заведующий отделением"), f"/families/show/{family.id}"

    def ahead() -> None:
        answer = head.get(card, headers={"Sec-Purpose": "prefetch;prerender"})
        assert (answer.status_code, answer.data) == (503, b"")

    assert made(office, ahead) == []


@contextmanager
def held(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let a stranger hold the write lock of the base, as a large load does; yield the path of the base."""
    with app.app_context():
        path = Path(str(make_url(str(db.engine.url)).database))
        db.engine.dispose()
    monkeypatch.setattr("app.database._PRAGMAS", {"busy_timeout": 50})
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield path
        other.execute("ROLLBACK")
    with app.app_context():
        db.engine.dispose()


def test_a_card_opens_while_a_load_holds_the_base_and_its_look_comes_into_the_journal_afterwards(
    app: Flask, office: Office, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    head: Browser = office.come("Заведующий отделением")
    card, title, pk = f"/families/show/{family.id}", str(family), family.id
    office.stored.commit()
    with held(app, monkeypatch) as path:
        answer = head.get(card)
        with app.app_context():
            assert (answer.status_code, title in answer.text, journal.carry(db.engine)) == (200, True, 0)
    assert looks_at(office, pk) == 0
    beside = path.with_name(f"{path.name}-looks")
    assert title.encode() not in beside.read_bytes()
    assert beside.stat().st_mode & 0o777 == 0o600
    with app.app_context():
        assert journal.carry(db.engine) == 1
        assert journal.carry(db.engine) == 0
    assert looks_at(office, pk) == 1


def test_a_look_carried_when_the_power_went_is_not_carried_twice(
    app: Flask, office: Office, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    head: Browser = office.come("Заведующий отделением")
    card, pk = f"/families/show/{family.id}", family.id
    office.stored.commit()
    with held(app, monkeypatch):
        head.get(card)
    with app.app_context(), monkeypatch.context() as dark:
        dark.setattr(Shelf, "forget", _power_goes)
        with pytest.raises(OSError, match="power"):
            journal.carry(db.engine)
    with app.app_context():
        assert journal.carry(db.engine) == 1
    assert looks_at(office, pk) == 1


def _power_goes(shelf: Shelf, numbers: object) -> None:
    raise OSError("power")


def looks_at(office: Office, pk: int) -> int:
    """Return how many looks at the card of family *pk* the journal holds."""
    office.stored.rollback()
    wanted = select(func.count()).where(
        JournalRow.verb.like("look.%"), JournalRow.table_name == "family", JournalRow.record_id == pk
    )
    found = office.stored.scalar(wanted) or 0
    office.stored.rollback()
    return found


def test_a_card_whose_look_can_be_written_nowhere_is_not_shown(
    app: Flask, office: Office, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    head: Browser = office.come("Заведующий отделением")
    card, title = f"/families/show/{family.id}", str(family)
    office.stored.commit()
    monkeypatch.setattr(Shelf, "put", _full)
    with held(app, monkeypatch):
        answer = head.get(card)
    assert answer.status_code == 503
    assert "Сейчас сохраняют другие" in answer.text and title not in answer.text
    assert answer.headers["Cache-Control"] == "no-store" and "Content-Security-Policy" in answer.headers


def _full(shelf: Shelf, entries: object) -> None:
    raise sqlite3.OperationalError("disk is full")


def test_the_history_tells_of_changes_not_of_looks(office: Office, family: Family) -> None:
    head = office.come("Заведующий отделением")
    for _ in range(3):
        head.get(f"/families/show/{family.id}")
    page = head.get(f"/families/show/{family.id}?tab=history").text
    assert "внесена под №" in page and "Раздел «" not in page


def test_a_case_of_a_meeting_or_programme_is_looked_at_by_its_own_page(office: Office, family: Family) -> None:
    with acting(office.by):
        case = make_case(office.stored, office.by, family=family)
        office.stored.flush()
    head = office.come("Заведующий отделением")
    assert made(office, lambda: head.get(f"/cases/show/{case.id}")) == [
        ("look.card", "family_case", case.id, "Раздел «Сведения»."),
    ]


@pytest.mark.both
def test_a_print_is_one_look_and_only_of_what_one_may_open(office: Office, family: Family) -> None:
    head, foreign = office.come("Заведующий отделением"), office.foreign()
    page = head.get(f"/families/show/{family.id}").text
    assert f'action="/families/printed/{family.id}"' in page and "data-print-slip" in page
    assert 'action="/families/printed"' in head.get("/families/").text
    told = made(office, lambda: head.post(f"/families/printed/{family.id}", data={"block": "Сведения"}))
    assert told == [("look.print", "family", family.id, "Раздел «Сведения».")]
    assert made(office, lambda: head.post("/families/printed")) == [("look.print", "family", None, "")]
    assert made(office, lambda: head.post("/services/printed")) == []
    assert head.post(f"/families/printed/{foreign.id}").status_code == 404
    assert "data-print-slip" not in head.get(f"/families/show/{foreign.id}").text
    assert "data-print-slip" not in head.get("/services/").text


@pytest.mark.browser
def test_the_browser_tells_of_printing_before_it_asks_for_the_printer(
    office: Office, family: Family, address: str, page: Any
) -> None:
    head = office.come("Заведующий отделением")
    login = office.stored.scalars(select(User.username).where(User.id == head.user_id)).one()
    card = f"/families/show/{family.id}"
    office.stored.commit()
    page.goto(f"{address}/login/?next={card}")
    page.get_by_label("Имя").fill(login)
    page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url(f"**{card}")
    assert page.get_by_role("button", name="Печать").is_visible()

    def printing() -> None:
        with page.expect_response("**/families/printed/*") as answer:
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert answer.value.status == 204

    assert made(office, printing) == [("look.print", "family", family.id, "Раздел «Обзор».")]
