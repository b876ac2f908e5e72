"""Columns: their types keep what they say, their folded keys follow every save."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

import app.models  # noqa: F401 -- declares every table
from app.acting import SYSTEM, acting
from app.base import Choice, FabBase, Model, Privacy, keys_of, session_of
from app.organisation.models import ServiceUnit
from app.people.models import Family, FamilyFeature, FamilyKind, Person, Sex
from app.words import fold
from tests.make import make_unit


def _person(unit: ServiceUnit, **more: object) -> Person:
    values = {"last_name": "Щёголева", "first_name": "Полина", "sex": Sex.FEMALE, "birth_date": dt.date(1990, 5, 4)}
    return Person(**{**values, "service_unit_id": unit.id, **more})


@pytest.mark.both
def test_keys_are_kept_at_every_save(session: Session) -> None:
    unit = make_unit(session)
    person = _person(unit, middle_name="Фёдоровна", phone="+79000001426", snils="11223344595")
    session.add(person)
    session.flush()
    assert (person.name, person.name_key) == ("Щёголева Полина Фёдоровна", "щеголева полина федоровна")
    assert person.search_key == "щеголева полина федоровна 11223344595 +79000001426"
    person.last_name, person.phone = "  ЁЛКИНА ", None
    session.commit()
    kept = session.execute(text("SELECT name_key, search_key FROM person")).one()
    assert tuple(kept) == ("елкина полина федоровна", "елкина полина федоровна 11223344595")


@pytest.mark.both
def test_a_name_longer_than_its_key_is_cut_not_refused(session: Session) -> None:
    unit = make_unit(session)
    person = _person(unit, last_name="Я" * 120, first_name="Ё" * 120, middle_name="Ж" * 5)
    session.add(person)
    session.commit()
    assert len(person.name_key) <= 250


@given(st.text(max_size=80), st.text(max_size=80))
def test_bulk_loads_make_the_same_keys_as_a_save(last_name: str, first_name: str) -> None:
    made = keys_of(Person, {"last_name": last_name, "first_name": first_name})
    assert made["name_key"] == fold(made["name"])[:250]
    assert fold(last_name) in made["search_key"] and fold(first_name) in made["search_key"]


@pytest.mark.both
def test_values_come_back_as_they_went(session: Session) -> None:
    unit = make_unit(session)
    moment = dt.datetime(2026, 2, 18, 12, 30, 15, 123456, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    family = Family(name="Тестовы", reg_number="1", address="д. 1", family_kind=FamilyKind.FULL,
                    service_unit_id=unit.id, features=["poor", FamilyFeature.LARGE],
                    per_capita_income=Decimal("9140.50"), created_at=moment, area_m2=Decimal("42.5"))  # fmt: skip
    person = _person(unit, health_note="астма", prevention_registers=[])
    session.add_all([family, person])
    session.commit()
    session.expire_all()
    assert family.features == [FamilyFeature.LARGE, FamilyFeature.POOR]
    assert (family.per_capita_income, family.area_m2) == (Decimal("9140.50"), Decimal("42.5"))
    assert family.created_at == moment
    assert family.created_at is not None and family.created_at.tzinfo is dt.UTC
    assert (person.health_note, person.prevention_registers) == ("астма", [])
    raw = session.execute(text("SELECT features FROM family")).scalar_one()
    assert raw == ",large,poor,"
    sealed = bytes(session.execute(text("SELECT health_note FROM person")).scalar_one())
    assert "астма".encode() not in sealed
    session.execute(text("UPDATE person SET name = name"))
    assert len({bytes(v) for v in _sealed_twice(session, unit)}) == 2


def _sealed_twice(session: Session, unit: ServiceUnit) -> list[bytes]:
    session.add_all([_person(unit, health_note="одно и то же") for _ in range(2)])
    session.flush()
    wanted = text("SELECT health_note FROM person ORDER BY id DESC LIMIT 2")
    return list(session.execute(wanted).scalars())


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    unit = make_unit(session)
    session.add(_person(unit, created_at=dt.datetime(2026, 2, 18, 12, 0)))
    with pytest.raises(StatementError, match="a moment needs its time zone"):
        session.flush()


def test_a_code_outside_of_its_list_is_refused(session: Session) -> None:
    unit = make_unit(session)
    session.add(Family(name="А", reg_number="1", address="д", family_kind=FamilyKind.FULL, service_unit_id=unit.id,
                       features=["nosuch"]))  # fmt: skip
    with pytest.raises(StatementError, match="nosuch"):
        session.flush()


@pytest.mark.both
def test_a_row_saved_over_an_older_version_is_refused(session: Session) -> None:
    unit = make_unit(session)
    person = _person(unit)
    session.add(person)
    session.commit()
    with acting(SYSTEM), Session(session.get_bind(), expire_on_commit=False) as other:
        same = other.scalars(select(Person)).one()
        other.commit()
        person.first_name = "Первая"
        session.commit()
        same.first_name = "Вторая"
        with pytest.raises(StaleDataError):
            other.flush()
        other.rollback()
    assert (person.first_name, person.version) == ("Первая", 2)


def _own_models() -> list[type[Model]]:
    return [mapper.class_ for mapper in FabBase.registry.mappers if issubclass(mapper.class_, Model)]


def test_every_column_of_every_table_with_a_history_has_a_label() -> None:
    """Stamps, keys and the row version are the base's own; of a table without a history nobody reads the columns."""
    own = {"id", "version", "search_key", "service_unit_id"}
    silent = [
        f"{model.__name__}.{name}"
        for model in _own_models()
        if model.__journalled__
        for name, column in model.__table__.columns.items()
        if name not in own and not name.endswith("_key") and not column.info.get("label")
    ]
    assert silent == []


def test_nothing_private_can_be_searched_or_ordered_by() -> None:
    """A search that finds by a hidden value, or an order by it, tells the value (checks P01)."""
    leaking = [
        f"{model.__name__}.{name}"
        for model in _own_models()
        for name, column in model.__table__.columns.items()
        if column.info.get("privacy") in (Privacy.SPECIAL, Privacy.RESTRICTED)
        and (column.info["search"] or column.info["sort"])
    ]
    assert leaking == []


def test_every_link_has_an_index_that_begins_with_it_or_stands_in_a_small_table() -> None:
    """A foreign key without an index makes every deletion read the whole table."""
    small = {"ab_", "territory"}
    bare = []
    for model in _own_models():
        table = model.__table__
        firsts = {next(iter(i.columns)).name for i in table.indexes} | {
            next(iter(c.columns)).name for c in table.constraints if len(c.columns)
        }
        for key in table.foreign_keys:
            column = key.parent.name
            if column not in firsts and not table.name.startswith(tuple(small)) and column != "service_unit_id":
                inside = any(column in [c.name for c in i.columns] for i in (*table.indexes, *table.constraints))
                if not inside:
                    bare.append(f"{table.name}.{column}")
    assert bare == []


def test_a_choice_carries_its_label() -> None:
    class Colour(Choice):
        RED = "red", "красный"

    assert (Colour.RED, Colour.RED.label, Colour("red")) == ("red", "красный", Colour.RED)


def test_a_choice_without_a_label_is_refused() -> None:
    with pytest.raises(TypeError, match="'red' has no Russian label"):

        class Colour(Choice):
            RED = "red"


def test_a_record_nobody_added_has_no_session_to_work_in() -> None:
    with pytest.raises(LookupError, match="ServiceUnit is in no session"):
        session_of(ServiceUnit())
