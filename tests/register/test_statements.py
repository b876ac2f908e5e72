"""A screen asks the database a constant number of times, whatever it shows (speed.md, habits 17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.acting import acting
from app.cases.models import CaseTeamMember, FamilyCase
from app.extensions import db
from app.intake.journals import enter_register
from app.organisation.models import Department, PartnerKind, PartnerOrganisation, ServiceArea
from app.people.models import ChildProfile, Consent, DisabilityStatus, OvzStatus
from app.register.view import registers
from app.services.models import ServiceRecord
from app.views import MENU
from tests.intake.make import make_application, make_intake, make_recognition
from tests.make import child_of, make_agreement, make_case, make_family, make_service, make_staff, mother_of
from tests.register.conftest import Office
from tests.visiting import Browser

LIST, CARD = 9, 11
"""Statements a list and a card may cost: who it is and what he may, what he has kept for the list, the ids and the
count, the rows and what they show, the consents that close some of it or stand above it, and the look on the disk.
``tests/access/test_statements.py`` holds the same for every role."""

KEYS = sorted(view.view.key for view in MENU if hasattr(view.view, "list_columns") and getattr(view.view, "key", ""))


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Give the list of statements the application sends meanwhile."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def _life(office: Office) -> None:
    """Make one of everything the makers can: a family with members, its case, curator, agreement, a service given."""
    stored, by = office.stored, office.by
    with acting(by):
        family = make_family(stored, by, territory=office.village)
        curator = make_staff(stored, by)
        case = make_case(stored, by, family=family, curator=curator)
        make_agreement(stored, by, case)
        make_intake(stored, by, family=family)
        make_application(case, by)
        make_recognition(case, by)
        enter_register(case, by=by)
        _records(stored, office, case)
    stored.flush()


def _records(stored: Session, office: Office, case: FamilyCase) -> None:
    """Fill the registers no maker fills, with plain rows."""
    unit, day = office.unit.id, dt.date(2026, 1, 15)
    family = case.family
    child, mother = child_of(family), mother_of(family)
    staff = make_staff(stored, office.by)
    service = make_service(stored, office.by)
    stored.add_all([
        ChildProfile(person_id=child.id, service_unit_id=unit),
        DisabilityStatus(person_id=child.id, kind="child", established_at=day, service_unit_id=unit),
        OvzStatus(person_id=child.id, kind="speech", concluded_at=day, service_unit_id=unit),
        Consent(kind="special", person_id=child.id, given_by_id=mother.id, signed_at=day, special_categories=True,
                service_unit_id=unit),
        CaseTeamMember(case_id=case.id, staff_id=staff.id, function="психолог", date_from=day, service_unit_id=unit),
        Department(name=f"Отделение {case.id}", service_unit_id=unit),
        PartnerOrganisation(name=f"Школа {case.id}", kind=next(iter(PartnerKind)), service_unit_id=unit),
        ServiceArea(number=str(case.id), name=f"Участок {case.id}", curator_id=staff.id, service_unit_id=unit),
        ServiceRecord(date=day, case_id=case.id, service_id=service.id, performer_id=staff.id, recipient_id=child.id,
                      service_unit_id=unit),
    ])  # fmt: skip


def _measured(app: Flask, browser: Browser, address: str) -> int:
    browser.get(address).close()  # Once for what is prepared once: the templates and the compiled statements.
    with counted(app) as sent, closing(browser.get(address)) as answer:
        assert answer.status_code == 200, address
    return len(sent)


@pytest.fixture
def grown(app: Flask, office: Office) -> Callable[[Callable[[Browser], dict[str, int]]], list[dict[str, int]]]:
    """Return what measures with one family at work and then with three."""

    def measure(look: Callable[[Browser], dict[str, int]]) -> list[dict[str, int]]:
        browser = office.almighty()
        _life(office)
        first = look(browser)
        _life(office)
        _life(office)
        return [first, look(browser)]

    return measure


def test_a_list_costs_the_same_with_one_row_and_with_three(app: Flask, grown: Callable) -> None:
    def look(browser: Browser) -> dict[str, int]:
        return {key: _measured(app, browser, f"/{key}/") for key in KEYS}

    one, three = grown(look)
    assert one == three
    assert {key: number for key, number in three.items() if number > LIST} == {}


def test_a_list_with_every_column_costs_the_same_with_one_row_and_with_three(app: Flask, grown: Callable) -> None:
    with app.app_context():
        known = {key: (*r.spec.columns, *r.spec.extra_columns) for key, r in registers().by_key.items()}

    def look(browser: Browser) -> dict[str, int]:
        return {key: _measured(app, browser, f"/{key}/?" + "&".join(f"col={n}" for n in known[key])) for key in KEYS}

    one, three = grown(look)
    assert one == three
    assert {key: number for key, number in three.items() if number > LIST} == {}


def test_a_card_and_each_of_its_tabs_cost_the_same_with_one_row_and_with_three(app: Flask, grown: Callable) -> None:
    with app.app_context():
        made = registers()
        tabs = {key: ["", "history", *(other.key for _, other in made.tabs_of(made.by_key[key]))] for key in KEYS}
        models = {key: made.by_key[key].model for key in KEYS}
        stored: Session = app.extensions["stored"]

    def look(browser: Browser) -> dict[str, int]:
        found = {}
        for key in KEYS:
            own = select(models[key]).where(*made.by_key[key].spec.criteria).order_by(models[key].id).limit(1)
            first = stored.scalars(own).first()
            for tab in tabs[key] if first is not None else []:
                address = f"/{key}/show/{first.id}" + (f"?tab={tab}" if tab else "")
                found[f"{key} {tab}"] = _measured(app, browser, address)
        return found

    one, three = grown(look)
    assert {name: three[name] for name in one} == one
    assert sorted(name for name, number in three.items() if number > CARD) == []


def test_a_look_up_of_a_form_costs_the_same_with_one_row_and_with_three(app: Flask, grown: Callable) -> None:
    with app.app_context():
        made = registers()
        targets = {field.target for one in made.by_key.values() for field in one.every_field.values() if field.target}
        sought = sorted(key for key, one in made.by_key.items() if one.model in targets)
    assert {"families", "people", "cases", "staff"} <= set(sought)

    def look(browser: Browser) -> dict[str, int]:
        return {key: _measured(app, browser, f"/{key}/lookup?q=") for key in sought}

    one, three = grown(look)
    assert one == three


def test_the_export_of_three_rows_asks_no_more_than_that_of_one(app: Flask, grown: Callable) -> None:
    def look(browser: Browser) -> dict[str, int]:
        return {key: _measured(app, browser, f"/{key}/export.xlsx") for key in ("families", "cases", "records")}

    one, three = grown(look)
    assert one == three
