"""A centre of any size, the same each time: families, their members, a case each, and the services given to them.

Rows are loaded below the ORM, so a million of them takes a minute. One surname in two hundred is Щербакова: what a
search for a part of a surname finds.
"""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.base import Model, keys_of
from app.cases.models import CaseSource, CaseStatus, CuratorAssignment, FamilyCase
from app.organisation.models import ServiceUnit, Territory, TerritoryLevel
from app.organisation.rules import add_staff
from app.people.models import Family, FamilyMember, Person
from app.services.models import Service, ServiceRecord

RARE = "Щербаков"
SURNAMES = ("Тестов", "Придумов", "Выдумкин", "Примеров", "Пробников", "Образцов", "Шаблонов", "Макетов", "Черновиков",
            "Эскизов", "Моделев", "Вымыслов", "Небылицын", "Сказкин", "Баснин", "Былинин", "Фантазёров", "Мечтаев",
            "Грёзин", "Ёлочкин")  # fmt: skip
ROOTS = ("Бер", "Ель", "Сосн", "Лип", "Дуб", "Клён", "Рябин", "Ольх", "Ив", "Тополь", "Ясен", "Вяз", "Кедр", "Пихт")
TAILS = ("ов", "ин", "ёв", "кин", "овский", "аев", "ушкин")
GIVEN = ("Анна", "Мария", "Ольга", "Елена", "Наталья", "Ирина", "Алёна", "Вера", "Надежда", "Любовь")
CHILD = ("Артём", "Пётр", "Семён", "Фёдор", "Егор", "Мирон", "Глеб", "Лев", "Тимофей", "Матвей")
STREETS = ("Озёрная", "Лесная", "Полевая", "Речная", "Зелёная", "Садовая")
TODAY = dt.date(2026, 11, 2)
MOTHER = "mother"
RECORDS = 4
STAFF = 12
LED = 80
"""Families of the curator whose pages are measured: a person leads no more, however large the centre."""
LEADS, HEADS = "куратор замера", "заведующий"
"""The positions of those whose pages are measured: one sees his own families, the other every one."""
BATCH = 5_000


def fill(engine: Engine, families: int) -> None:
    """Load a centre of *families* into an installation after setup, and let the database count its rows."""
    with acting(SYSTEM), Session(engine) as session:
        unit = session.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).one()
        staff = [add_staff(session, unit.id, f"{name}а Анна Ивановна", "куратор", by=SYSTEM).id
                 for name in SURNAMES[:STAFF]]  # fmt: skip
        own = add_staff(session, unit.id, "Замерова Анна Ивановна", LEADS, by=SYSTEM).id
        add_staff(session, unit.id, "Заведующева Анна Ивановна", HEADS, by=SYSTEM)
        service = Service(name="Консультация", direction=next(iter(Service.direction.type.enum_class)),
                          service_unit_id=unit.id)  # fmt: skip
        session.add_all([service, Territory(name="Озёрное", level=next(iter(TerritoryLevel)))])
        session.flush()
        ids = unit.id, staff, own, service.id
        session.commit()
    with acting(SYSTEM), engine.begin() as connection:
        first = dict.fromkeys(LOADED, 1)
        centre = _centre(families, first, *ids)
        while batch := list(islice(centre, BATCH)):
            for model in LOADED:
                load_rows(connection, model, [row for part in batch for row in part[model]])
        if connection.dialect.name == "postgresql":
            for model in first:
                name = model.__tablename__
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        if connection.dialect.name == "postgresql":
            connection.execute(text("VACUUM"))


LOADED: tuple[type[Model], ...] = (Person, Family, FamilyMember, FamilyCase, CuratorAssignment, ServiceRecord)
"""The tables of a centre, each after those it refers to."""

Part = dict[type[Model], list[dict[str, Any]]]


def _centre(
    families: int, first: dict[type[Model], int], unit_id: int, staff: list[int], own: int, service_id: int
) -> Iterator[Part]:
    """Yield family after family with everything that belongs to it; *own* leads one in so many."""
    chance = random.Random(7)
    every = {"service_unit_id": unit_id, "version": 1}
    person, record = first[Person], first[ServiceRecord]
    every_so_many = max(1, families // LED)
    for number in range(families):
        surname = _surname(chance, number)
        family_id, case_id = first[Family] + number, first[FamilyCase] + number
        people = list(_people(chance, surname, 1 + (number % 5 != 0)))
        opened = TODAY - dt.timedelta(chance.randrange(30, 700))
        is_open = number % 5 != 4
        curator = own if number % every_so_many == 0 else chance.choice(staff)
        yield {
            Person: [{"id": person + n, **who, **every} for n, (who, _) in enumerate(people)],
            Family: [{
                "id": family_id, "name": surname + "ы", "reg_number": f"B-{number + 1:06d}", "family_kind": "mother",
                "territory_id": 1,
                "address": f"ул. {chance.choice(STREETS)}, {chance.randrange(1, 90)}", "phone": f"+7900{number:07d}",
                **every,
            }],
            FamilyMember: [{
                "id": person + n, "family_id": family_id, "person_id": person + n, "role": role, "date_from": opened,
                "lives_together": True, "is_legal_representative": role == MOTHER, **every,
            } for n, (_, role) in enumerate(people)],
            FamilyCase: [{
                "id": case_id, "number": f"B-{number + 1}/2026", "family_id": family_id, "opened_at": opened,
                "source": CaseSource.FAMILY.value, "curator_id": curator, "registered_at": opened,
                "status": (CaseStatus.ACTIVE if is_open else CaseStatus.CLOSED).value,
                "ended_at": None if is_open else TODAY, **every,
            }],
            CuratorAssignment: [{
                "id": case_id, "case_id": case_id, "staff_id": curator, "date_from": opened,
                "date_to": None if is_open else TODAY, **every,
            }],
            ServiceRecord: [{
                "id": record + n, "case_id": case_id, "date": TODAY - dt.timedelta(n), "service_id": service_id,
                "performer_id": chance.choice(staff), "recipient_id": person, "place": "centre", "quantity": 1,
                "recipient_mark": True, **every,
            } for n in range(RECORDS)],
        }  # fmt: skip
        person, record = person + len(people), record + RECORDS


def _people(chance: random.Random, surname: str, children: int) -> Iterator[tuple[dict[str, Any], str]]:
    born = dt.date(1985, 1, 1) + dt.timedelta(chance.randrange(5000))
    yield (
        {"last_name": surname + "а", "first_name": chance.choice(GIVEN), "birth_date": born, "sex": "female"},
        "mother",
    )
    for _ in range(children):
        born = dt.date(2012, 1, 1) + dt.timedelta(chance.randrange(4500))
        yield {"last_name": surname, "first_name": chance.choice(CHILD), "birth_date": born, "sex": "male"}, "child"


def _surname(chance: random.Random, number: int) -> str:
    if number % 200 == 17:
        return RARE
    return chance.choice(SURNAMES) if chance.random() < 0.3 else chance.choice(ROOTS) + chance.choice(TAILS)


def load_rows(connection: Connection, model: type[Model], rows: list[dict[str, Any]]) -> None:
    """Load *rows* with their folded keys through the driver, the fastest way each database has."""
    for row in rows:
        row.update(keys_of(model, row))
    names = list(rows[0])
    columns = ", ".join(names)
    values: Iterable[tuple[Any, ...]] = (tuple(row[name] for name in names) for row in rows)
    driver: Any = connection.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        marks = ", ".join("?" * len(names))
        plain = (tuple(v.isoformat() if isinstance(v, dt.date) else v for v in row) for row in values)
        driver.executemany(f"INSERT INTO {model.__tablename__} ({columns}) VALUES ({marks})", plain)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {model.__tablename__} ({columns}) FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)
