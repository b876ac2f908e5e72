"""Data on health that come with a list of families: told of before they are taken, and closed on every road after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.cases.importer import FamilyBank
from app.cases.intake_load import ESTABLISHED_UNKNOWN, load
from app.cases.models import FamilyCase
from app.cases.rules import add_to_team, assign_curator
from app.models import TABLES
from app.organisation.models import StaffMember
from app.people.models import ChildStatus, ConsentKind, DisabilityStatus, Family, Person
from app.people.rules import give_consent
from app.register.intake.command import import_file
from app.register.view import registers
from app.roles import CURATOR, DIRECTOR, HEAD, NURSE, PSYCHOLOGIST, REGISTRAR
from tests import make
from tests.access.addresses import Route, routes
from tests.access.answers import bytes_of
from tests.access.household import first_unit
from tests.cases.intake import planned
from tests.cases.test_import_views import GOOD, HEADS, OTHER, book, send
from tests.make import make_actor
from tests.visiting import Browser, Visit

ILL = [*HEADS, "Категория ребёнка", "Инвалидность до", "Примечание"]
UNTIL = dt.date(2033, 11, 17)
SICK = [*GOOD, "инв., ОВЗ", "17.11.2033", "звонить вечером"]
WELL = [*OTHER, None, None, None]
CAUTION = "В таблице есть сведения о здоровье: 1\u00a0ребёнок. Они запишутся закрытыми: их не увидит никто"
TELLING = (f"{UNTIL:%d.%m.%Y}", UNTIL.isoformat(), ESTABLISHED_UNKNOWN[22:50], "Справка МСЭ, Тестов")
"""What stands in the base of the child's health and must stand on no page; the last one names the child by its row."""


@pytest.fixture
def registrar(visit: Visit, stored: Session) -> Browser:
    """Return a registrar's browser in a centre with the curator the tables name."""
    browser = visit(REGISTRAR)
    make.make_staff(
        stored, make_actor(first_unit(stored)), last_name="Кураторова", first_name="Инна", middle_name="Павловна"
    )
    return browser


def test_the_preview_says_that_data_on_health_are_taken_in_closed(registrar: Browser) -> None:
    page = registrar.get(send(registrar, book(SICK, WELL, heads=ILL)).headers["Location"]).text
    assert CAUTION in page
    assert "Примечание видят все, кому открыта семья" in page


def test_a_list_without_data_on_health_is_not_cautioned_about(registrar: Browser) -> None:
    assert "сведения о здоровье:" not in registrar.get(send(registrar, book(WELL, heads=ILL)).headers["Location"]).text
    quiet = [*SICK[:-1], None]
    assert "Примечание видят" not in registrar.get(send(registrar, book(quiet, heads=ILL)).headers["Location"]).text


def test_the_command_says_so_too(stored: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bank.xlsx"
    path.write_bytes(book([*SICK[:6], None, *SICK[7:]], heads=ILL).getvalue())
    assert import_file(stored, FamilyBank(), make_actor(first_unit(stored)), path)
    assert CAUTION in capsys.readouterr().out


def test_what_is_held_is_held_of_the_child_and_never_of_the_family(stored: Session, tmp_path: Path) -> None:
    loaded(stored, tmp_path)
    child = stored.scalars(select(Person).where(Person.first_name == "Иван")).one()
    assert child.child_profile is not None
    assert child.child_profile.child_status == [ChildStatus.DISABLED, ChildStatus.OVZ]
    assert [one.valid_to for one in child.disabilities] == [UNTIL]
    assert stored.scalars(select(Family).where(Family.name == "Тестова")).one().features == []


# ---- every road after the load -----------------------------------------------------------------------


def loaded(stored: Session, tmp_path: Path) -> FamilyCase:
    """Load the list into the first unit of the installation and return the case of the child who is ill."""
    by = make_actor(first_unit(stored))
    make.make_staff(stored, by, last_name="Кураторова", first_name="Инна", middle_name="Павловна")
    path = tmp_path / "bank.xlsx"
    path.write_bytes(book(SICK, WELL, heads=ILL).getvalue())
    load(stored, planned(stored, by, path), by=by)
    stored.commit()
    return stored.scalars(select(FamilyCase).join(FamilyCase.family).where(Family.name == "Тестова")).one()


def ids(stored: Session, case: FamilyCase) -> dict[str, list[int]]:
    """Return the keys of the rows of every table; there is nothing in the centre but the two families."""
    return {
        model.__tablename__: list(stored.scalars(select(model.id).limit(6)))
        for _, group in TABLES
        for model in group
        if hasattr(model, "id")
    }


def addresses(app: Flask, known: dict[str, list[int]]) -> list[str]:
    """Return every address that reads, about each row it can be asked about, with the tabs and columns it has."""
    with app.test_request_context():
        every = registers().by_key
    made: list[str] = []
    for route in routes(app):
        if route.method == "GET" and not route.rule.startswith(("/static/", "/look/", "/import/0")):
            for url in _of(route, known):
                made.append(url)
                register = every.get(route.screen[1:])
                kind = route.endpoint.partition(".")[2]
                if register is not None and kind == "show":
                    made += [f"{url}?tab={other.key}" for other in every.values()] + [f"{url}?tab=history"]
                if register is not None and kind in ("list", "export"):
                    wide = "&".join(f"col={name}" for name in (*register.spec.columns, *register.spec.extra_columns))
                    made += [f"{url}?{wide}"]
                if kind in ("list", "lookup", "export"):
                    made.append(f"{url}?q=тестов")
    return list(dict.fromkeys(made))


def _of(route: Route, known: dict[str, list[int]]) -> list[str]:
    if "pk" not in route.rule:
        return [route.rule] if not route.parts else []
    return [route.rule.replace("<pk>", str(pk)) for pk in known.get(route.table, ()) if route.parts == ("pk",)]


def told(browser: Browser, every: list[str]) -> tuple[list[str], int]:
    """Return the addresses whose answers tell of the child's health, and how many told of anything at all."""
    wrong, seen = [], 0
    for url in every:
        with closing(browser.get(url)) as answer:
            read = bytes_of(answer)
        assert answer.status_code < 500, url
        seen += "Тестов".encode() in read
        words = [word for word in TELLING if word.encode() in read]
        if words:
            wrong.append(f"{url} tells {words}")
    return wrong, seen


def visited(app: Flask, stored: Session, visit: Visit, case: FamilyCase, role: str) -> Browser:
    browser = visit(role)
    staff = stored.get_one(StaffMember, browser.staff_id)
    if role == CURATOR:
        assign_curator(case, staff, by=SYSTEM)
    elif role in (NURSE, PSYCHOLOGIST):
        add_to_team(case, staff, by=SYSTEM)
    return browser


def test_no_address_tells_the_head_of_it_until_a_consent_is_there(
    app: Flask, stored: Session, visit: Visit, tmp_path: Path
) -> None:
    case = loaded(stored, tmp_path)
    head = visited(app, stored, visit, case, HEAD)
    every = [url for url in addresses(app, ids(stored, case)) if url.startswith(PERSONAL)]
    wrong, seen = told(head, every)
    assert wrong == []
    assert seen > 40
    child = stored.scalars(select(Person).where(Person.first_name == "Иван")).one()
    give_consent(child, by=make_actor(first_unit(stored)), given_by=make.mother_of(case.family),
                 kind=ConsentKind.SPECIAL, purposes="Сопровождение", special_categories=True)  # fmt: skip
    paper = stored.scalars(select(DisabilityStatus.id)).one()
    assert TELLING[0] in head.get(f"/disabilities/show/{paper}").text
    assert TELLING[0] in head.get("/disabilities/").text


PERSONAL = ("/families/", "/people/", "/children/", "/disabilities/", "/ovz/", "/members/", "/search/", "/reports/",
            "/import/of/people", "/import/of/children", "/import/of/disabilities")  # fmt: skip
"""Where data on health of a child are kept or passed on; in `make proof` every address is asked."""


@pytest.mark.proof
@pytest.mark.parametrize("role", [HEAD, DIRECTOR, CURATOR, NURSE, PSYCHOLOGIST, REGISTRAR])
def test_no_address_at_all_tells_anybody_of_it_without_a_consent(
    app: Flask, stored: Session, visit: Visit, tmp_path: Path, role: str, found: Callable[[str, str], None]
) -> None:
    case = loaded(stored, tmp_path)
    every = addresses(app, ids(stored, case))
    wrong, seen = told(visited(app, stored, visit, case, role), every)
    assert wrong == []
    assert seen
    found(f"Загруженное о здоровье закрыто: {role}", f"{len(every)} адресов, сведений о здоровье ни на одном")
