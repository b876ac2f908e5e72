"""Two worlds that differ in one hidden column answer alike, for every register and both closed classes (P01)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select, update

from app.acting import today
from app.base import Codes, Privacy, SealedType
from app.people.models import Consent, Person
from app.register.access import RIGHTS
from app.register.field import Field
from app.register.view import Register, registers
from tests.register.conftest import Office
from tests.register.forms import still
from tests.register.test_statements import _life
from tests.visiting import Browser

BOTH = sorted(RIGHTS, key=lambda one: one.value)
CANARY = "Канарейкина тайна"


def hidden(register: Register, data: Privacy) -> list[Field]:
    """Return the columns of the register's own table that hold *data*, but the links and the keys."""
    return [f for f in register.every_field.values() if f.stored and f.privacy is data and f.kind != "ref"]


def another(field: Field, column: Any) -> Any:
    """Return a value the column does not hold yet."""
    if isinstance(column.type, Codes):
        return [list(field.options)[-1]]
    if field.kind == "choice":
        return list(field.options)[-1]
    if field.kind == "date":
        return dt.date(2044, 4, 4)
    assert isinstance(column.type, SealedType) or field.kind == "line", field.name
    return CANARY


def without(office: Office, data: Privacy) -> Browser:
    """Return a browser of somebody who holds every right but that to *data*."""
    right = RIGHTS[data]
    pairs = office.stored.scalars(select(PermissionView)).unique().all()
    office.stored.add(Role(name=f"Без {data.value}", permissions=[p for p in pairs if p.permission.name != right]))
    office.stored.flush()
    return office.visit(f"Без {data.value}", unit=office.unit)


@pytest.mark.parametrize("data", BOTH, ids=lambda one: one.value)
def test_p01_no_register_answers_differently_for_a_hidden_column(app: Flask, office: Office, data: Privacy) -> None:
    _life(office)
    for person in office.stored.scalars(select(Person)).all():  # So that only the right can hide anything.
        values = {"kind": "special", "special_categories": True, "signed_at": today(), "given_by_id": person.id}
        office.stored.add(Consent(person_id=person.id, service_unit_id=office.unit.id, **values))
    browser, almighty = without(office, data), office.almighty()
    with app.app_context():
        known = [(one, fields) for one in registers().by_key.values() if (fields := hidden(one, data))]
    assert known
    for register, fields in known:
        model = register.model
        record = office.stored.scalars(select(model).order_by(model.id)).first()
        assert record is not None, register.key
        key = register.key
        pages = [
            f"/{key}/", f"/{key}/?q={CANARY}", f"/{key}/lookup?q={CANARY}", f"/{key}/lookup?q=", f"/{key}/add",
            *(f"/{key}/{route}/{record.id}" for route in ("show", "edit", "row")),
            f"/{key}/show/{record.id}?tab=history",
            *(f"/{key}/?{what}" for f in fields for what in (f"col={f.name}", f"sort={f.name}", f"f.{f.name}=1")),
        ]  # fmt: skip

        def seen(pages: list[str] = pages) -> list[tuple[int, str]]:
            answers = [browser.get(page) for page in pages]
            return [(one.status_code, still(one.text)) for one in answers]

        seen()  # From now on the crumbs of a card lead to the list as it was left.
        before, open_before = seen(), still(almighty.get(f"/{key}/show/{record.id}").text)
        values = {f.name: another(f, model.__table__.columns[f.name]) for f in fields}
        table = model.__table__  # Past the ORM: the version of the record and its journal stay as they are.
        office.stored.connection().execute(update(table).where(table.c.id == record.id).values(values))
        office.stored.expire_all()
        for page, one, other in zip(pages, before, seen(), strict=True):
            assert one == other, page
        assert still(almighty.get(f"/{key}/show/{record.id}").text) != open_before, f"{key}: the worlds do not differ"
