"""The export of a whole register: what its list shows, read without records, in few statements and little memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, object_session

from app.acting import Actor, acting
from app.cases.models import FamilyCase
from app.demo import fill
from app.extensions import db
from app.meetings.models import Body, BodyKind, BodyMember, MemberFunction
from app.organisation.models import ServiceArea
from app.people.lists import FamilyFeature
from app.people.models import Family
from app.register import exporting, lists, locks
from app.register.field import OUT_OF_SIGHT, Field, shown
from app.register.light import Light, NeedsRecord, Reader, Unread, members_of
from app.register.spec import Spec
from app.register.state import ListState
from app.register.view import Register, registers
from tests.make import make_case, make_family, make_staff
from tests.register.conftest import Office
from tests.register.test_statements import _life, counted

BY_RECORDS = {"accounts"}
"""Registers whose columns ask for a collection of each row, which only a record has: a centre has some tens of them."""

MOST = 18
"""Statements an export of one batch may cost: the person, the rights, the keys, the rows, the journal with the numbers
of what left, and reading the first rows again for each column or link a title or a computed value was found to need."""


@contextmanager
def seen_by(app: Flask, who: Actor) -> Iterator[Session]:
    """Give a session in which *who* reads the application's database."""
    with app.test_request_context(), acting(who, writing=False), Session(db.engine) as session:
        yield session


@pytest.fixture
def at_work(office: Office) -> Office:
    """Return a centre in which something stands in every register, and part of it points out of sight."""
    for _ in range(3):
        _life(office)
    far = ServiceArea(number="7", name="Дальний", service_unit_id=office.other.id)
    body = Body(code="K", title="Консилиум", kind=next(iter(BodyKind)), service_unit_id=office.unit.id)
    office.stored.add_all([far, body])
    office.stored.flush()
    with acting(office.neighbour):
        foreigner = make_staff(office.stored, office.neighbour, last_name="Канарейкина")
        make_case(office.stored, office.neighbour)
    office.family("Запредельные", area_id=far.id, features=[next(iter(FamilyFeature))], phone="+79000001426")
    with acting(office.by):
        hidden = make_case(office.stored, office.by, family=make_family(office.stored, office.by, name="Переданные"))
        hidden.curator_id = foreigner.id
    seats = [("Внешний Эксперт", None), (None, make_staff(office.stored, office.by).id)]
    office.stored.add_all(
        BodyMember(body_id=body.id, name=name, staff_id=staff, function=next(iter(MemberFunction)),
                   date_from=dt.date(2026, 1, 1), service_unit_id=office.unit.id)
        for name, staff in seats
    )  # fmt: skip
    office.stored.commit()
    return office


def told(field: Field, record: Any) -> Any:
    """Return what the list says of *field* of a record, as Excel holds it: a gap where it says «не указано»."""
    cell = field.cell(record)
    return None if cell.empty and cell.text != OUT_OF_SIGHT else cell.text


def exported(field: Field, value: Any) -> Any:
    """Return an exported value as the list would put it: numbers and dates stay such in Excel, the rest is text."""
    if field.kind not in exporting._KINDS:
        assert value is None or type(value) is str, (field.name, value)
        return value or None
    cell = shown(value, field.kind, field.scale)
    return None if cell.empty else cell.text


def both_ways(session: Session, register: Register, spec: Spec) -> tuple[list[Any], list[Any]]:
    """Return the rows of the register as its export has them and as its list shows them, in every column."""
    state, names = ListState(), (*spec.columns, *spec.extra_columns)
    fast = [
        [exported(spec.fields[name], value) for name, value in zip(names, row, strict=True)]
        for row in exporting.rows(session, spec, state, names, register.gather)
    ]
    ids = session.scalars(lists.ordered(lists.matching(session, spec, state), spec, state.sort)).all()
    records = lists.fetch(session, spec, ids, names)
    register.gather(session, records)
    locked = locks.locks_on(session, spec, names, records)

    def cell(name: str, record: Any) -> Any:
        return locks.word() if locked.on(spec.fields[name], record) else told(spec.fields[name], record)

    return fast, [[cell(name, record) for name in names] for record in records]


@pytest.mark.both
def test_every_register_exports_cell_for_cell_what_its_list_shows(app: Flask, at_work: Office) -> None:
    here = Actor(user_id=None, name="Здешняя", unit_id=at_work.unit.id, sees_unit=True, zone="Asia/Vladivostok")
    rows = {}
    with seen_by(app, here) as session:
        for key, register in registers().by_key.items():
            for spec in (register.spec.without_private(), register.spec):
                if spec.columns:
                    fast, slow = both_ways(session, register, spec)
                    assert fast == slow, key
                    rows[key] = fast
    empty = {key for key, found in rows.items() if not found}
    assert empty == {"meetings", "measures", "programmes", "versions", "lines"}
    assert OUT_OF_SIGHT in {value for row in rows["families"] for value in row}
    assert OUT_OF_SIGHT in {value for row in rows["cases"] for value in row}
    assert not [value for found in rows.values() for row in found for value in row if "анарейкин" in str(value)]


def test_the_demonstration_centre_is_exported_as_it_is_shown_and_by_records_only_where_it_must(
    app: Flask, stored: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(stored, families=12)
    stored.commit()
    unit = stored.query(Family).first().service_unit_id
    fetched: set[str] = set()
    real = lists.fetch

    def noted(session: Session, spec: Spec, *rest: Any) -> Any:
        fetched.add(spec.key)
        return real(session, spec, *rest)

    with seen_by(app, Actor(user_id=None, name="Здешняя", unit_id=unit, sees_unit=True)) as session:
        for key, register in registers().by_key.items():
            fast, slow = both_ways(session, register, register.spec)
            assert fast == slow, key
            assert fast, f"{key}: the demonstration centre has none"
        monkeypatch.setattr(lists, "fetch", noted)
        for register in registers().by_key.values():
            names = (*register.spec.columns, *register.spec.extra_columns)
            list(exporting.rows(session, register.spec, ListState(), names, register.gather))
    assert fetched == BY_RECORDS


def asking(spec: Spec, compute: Callable[[Any], Any]) -> Spec:
    """Return the register with one more column, computed by *compute*."""
    field = Field("asked", "Спрошено", "computed", compute=compute)
    return replace(spec, fields={**spec.fields, "asked": field}, columns=("name", "asked"), eager=())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in batches of one and then of two rows."""
    monkeypatch.setattr(exporting, "FIRST_BATCH", 1)
    monkeypatch.setattr(exporting, "BATCH", 2)


NAMES = ["Алёшины", "Беловы", "Волковы", "Грачёвы", "Дроздовы", "Ёлкины"]


def asked_of_families(
    app: Flask, office: Office, compute: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Any], bool]:
    """Export the families of :data:`NAMES` with a computed column; return its rows and whether records were read."""
    for name in reversed(NAMES):
        office.family(name)
    office.stored.commit()
    by_records = []
    real = lists.fetch
    monkeypatch.setattr(lists, "fetch", lambda *given: by_records.append(given) or real(*given))
    with seen_by(app, office.by) as session:
        spec = asking(registers().by_key["families"].spec, compute)
        rows = list(exporting.rows(session, spec, ListState(), spec.columns, lambda session, records: None))
    return rows, bool(by_records)


@pytest.mark.usefixtures("small")
def test_what_only_a_late_row_needs_is_learnt_there_and_no_row_is_lost_or_doubled(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_one(family: Family) -> str:
        return f"{family.territory.name}, {family.reg_number}" if family.name == "Дроздовы" else ""

    rows, by_records = asked_of_families(app, office, of_one, monkeypatch)
    number = office.stored.scalars(select(Family.reg_number).where(Family.name == "Дроздовы")).one()
    assert rows == [[name, f"Тестово, {number}" if name == "Дроздовы" else ""] for name in NAMES]
    assert not by_records


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("compute", "answer"),
    [
        (lambda family: str(len(family.members)), "0"),
        (lambda family: str(object_session(family) is not None), "True"),
        (lambda family: inspect(family).mapper.class_.__name__, "Family"),
        (lambda family: str(hasattr(family, "no_such_thing")), "False"),
        (lambda family: str(getattr(family, "no_such_thing", "нет")), "нет"),
    ],
    ids=["collection", "session", "inspect", "hasattr", "getattr"],
)
def test_what_a_row_cannot_answer_is_asked_of_the_record(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch, compute: Callable[[Any], Any], answer: str
) -> None:
    def late(family: Family) -> str:
        return str(compute(family)) if family.name >= "В" else ""

    rows, by_records = asked_of_families(app, office, late, monkeypatch)
    assert rows == [[name, answer if name >= "В" else ""] for name in NAMES]
    assert by_records


def test_an_attribute_no_record_has_is_told_as_python_tells_it(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        asked_of_families(app, office, lambda family: family.no_such_thing, monkeypatch)


def test_a_light_record_is_the_one_with_its_key_and_answers_as_its_model_does(app: Flask, office: Office) -> None:
    curator = make_staff(office.stored, office.by, last_name="Щёголева")
    with acting(office.by):
        for _ in range(2):
            make_case(office.stored, office.by, curator=curator)
    office.stored.commit()
    with seen_by(app, office.by) as session:
        spec = registers().by_key["families"].spec
        reader = Reader(spec, ("name", "open_case.curator", "open_case.curator_id"))
        for name in ("last_name", "first_name", "middle_name"):
            reader.learn(Unread(reader.plan.root.links["open_case"].links["curator"], name))
        first, second = reader.fetch(session, session.scalars(select(Family.id)).all())
        again = reader.fetch(session, [first.id])[0]
    assert first.open_case.curator is second.open_case.curator
    assert (str(first.open_case.curator), first.open_case.curator.id) == (str(curator), curator.id)
    assert again == first != second and len({again, first, second}) == 2
    assert first != first.open_case and first != first.id
    assert isinstance(first, Family) and isinstance(first.open_case, FamilyCase)
    with pytest.raises(NeedsRecord):
        first.members  # noqa: B018 -- reading is what is refused
    with pytest.raises(Unread, match="address"):
        first.address  # noqa: B018


def test_a_method_that_calls_the_one_above_it_is_asked_of_the_record() -> None:
    class Above:
        def __str__(self) -> str:
            return "Тестовы"

        @property
        def plain(self) -> str:
            return f"{self.id} {self.name}"

    class Below(Above):
        def __str__(self) -> str:
            return f"{super().__str__()}!"

    made = type("Made", (Light,), {**members_of(Below), "_node": SimpleNamespace(model=Below)})
    light = object.__new__(made)
    light.__dict__.update(id=1, name="Тестовы")
    assert light.plain == "1 Тестовы"
    with pytest.raises(NeedsRecord, match="Below"):
        str(light)


def test_an_export_costs_few_statements_whatever_the_register(app: Flask, at_work: Office) -> None:
    browser = at_work.almighty()
    with app.app_context():
        keys = sorted(registers().by_key)
    cost = {}
    for key in keys:
        with counted(app) as sent, closing(browser.get(f"/{key}/export.xlsx")) as answer:
            assert answer.status_code == 200, key
        cost[key] = len(sent)
    assert {key: number for key, number in cost.items() if number > MOST} == {}


def test_special_data_are_not_exported_without_the_right_to_them(office: Office) -> None:
    office.family("Тестовы", features=[FamilyFeature.LARGE])
    query = "/families/export.xlsx?col=name&col=features"
    with closing(office.almighty().get(query)) as answer:
        rows = list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[3:] == [("Фамилия семьи", "Признаки"), ("Тестовы", "многодетная")]
    registrar = office.come("Регистратор")
    assert registrar.get(query).status_code == 400
    with closing(registrar.get("/families/export.xlsx")) as answer:
        rows = list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[4][0] == "Тестовы" and "многодетная" not in rows[4]
