"""What the rules ask of a database, asked of both."""

from __future__ import annotations

import datetime as dt

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting, clock_at
from app.cases.models import FamilyCase
from app.demo import fill
from app.papers.numbers import take_number
from app.people.models import ConsentKind, Person
from app.people.rules import give_consent
from app.people.twins import likely_twins
from app.programmes.rights import HEADS
from app.roles import ROLES
from tests import make
from tests.make import DAY


def test_the_demonstration_centre_works_on_this_database(session: Session) -> None:
    session.add_all(Role(name=name) for name in set(ROLES) - set(session.scalars(select(Role.name))))
    with clock_at(DAY):
        fill(session, families=4)
        session.commit()
        numbers = session.scalars(select(FamilyCase.number).order_by(FamilyCase.id)).all()
    assert numbers == ["001/2024", "002/2024", "003/2024", "001/2025", "002/2025"]


def test_two_writers_never_get_the_same_number(engine: Engine) -> None:
    with acting(SYSTEM), Session(engine) as session:
        unit_id = make.make_unit(session).id
        session.commit()
        taken = []
        for _ in range(3):
            with Session(engine) as writer:
                taken.append(take_number(writer, unit_id, "case", 2026))
                writer.commit()
        with Session(engine) as writer:
            take_number(writer, unit_id, "case", 2026)
            writer.rollback()
        taken.append(take_number(session, unit_id, "case", 2026))
    assert taken == [1, 2, 3, 4]


def test_a_second_open_case_and_a_second_snils_are_refused_by_the_database(session: Session) -> None:
    with clock_at(DAY), acting(make.make_actor(make.make_unit(session), roles=HEADS)) as by:
        case = make.make_case(session, by)
        mother = make.mother_of(case.family)
        mother.snils = "11223344595"
        session.commit()
        session.add(
            FamilyCase(
                family_id=case.family_id, number="9", status=case.status, opened_at=DAY, service_unit_id=by.unit_id
            )
        )
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
        make.make_child(session, by).snils = "11223344595"
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_twins_are_found_whatever_the_letters(session: Session) -> None:
    with clock_at(DAY), acting(make.make_actor(make.make_unit(session), roles=HEADS)) as by:
        born = dt.date(2018, 6, 1)
        child = make.make_child(session, by, last_name="Щёголев", first_name="Артём", birth_date=born)
        found = [(twin.person, twin.score) for twin in likely_twins(session, "ЩЕГОЛЕВ", "артем", None, born)]
    assert found == [(child, 100)]


def test_sealed_text_and_moments_come_back_as_they_went(session: Session) -> None:
    with clock_at(DAY), acting(make.make_actor(make.make_unit(session), roles=HEADS)) as by:
        person = make.make_adult(session, by, health_note="Нужен пандус")
        consent = give_consent(person, by=by, kind=ConsentKind.PROCESSING)
        session.commit()
        session.expire_all()
        again = session.get_one(Person, person.id)
        kept = (again.health_note, again.created_at, consent.signed_at)
    assert kept == ("Нужен пандус", dt.datetime(2026, 2, 18, 9, tzinfo=dt.UTC), DAY)
