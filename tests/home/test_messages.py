"""Messages on «Сегодня»: dangers before anything else, one's own, applications without a number."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import acting, now
from app.intake.applications import receive_application
from app.intake.models import IntakeResult, Urgency
from app.intake.rules import close_intake
from app.organisation.models import ServiceUnit, StaffMember
from app.roles import CURATOR, HEAD, REGISTRAR
from tests.home.reading import lines
from tests.intake.make import make_intake
from tests.make import make_actor, make_case, make_family, mother_of
from tests.register.test_statements import counted
from tests.visiting import Visit

ALARM = "Угроза жизни и здоровью ребёнка"


@pytest.fixture
def by(stored: Session) -> Any:
    """Return the system at work for the unit, with a family in the base."""
    made = make_actor(stored.scalars(select(ServiceUnit)).one())
    with acting(made):
        make_family(stored, made)
    return made


def test_a_danger_stands_first_on_the_page_of_the_head_until_it_is_closed(
    visit: Visit, stored: Session, by: Any
) -> None:
    with acting(by):
        intake = make_intake(stored, by, urgency=Urgency.DANGER)
        make_intake(stored, by)
    head = visit(HEAD)
    found = lines(head.get("/").text)
    assert next(iter(found)) == ALARM
    assert found[ALARM] == [(f"Обращение № {intake.number}: анонимно", "Открыть")]
    with acting(by):
        close_intake(intake, by=by, result=IntakeResult.UNCONFIRMED, measures_taken="Съездили")
    assert ALARM not in head.get("/").text


def test_each_sees_the_messages_he_is_charged_with(visit: Visit, stored: Session, by: Any) -> None:
    curator = visit(CURATOR)
    with acting(by):
        mine = make_intake(stored, by, responsible=stored.get_one(StaffMember, curator.staff_id))
        other = make_intake(stored, by)
    found = lines(curator.get("/").text)["Мои обращения"]
    assert found == [(f"Обращение № {mine.number}: анонимно", "Открыть")]
    assert other.number not in curator.get("/").text


def test_a_registrar_sees_applications_that_wait_for_their_number(visit: Visit, stored: Session, by: Any) -> None:
    with acting(by):
        case = make_case(stored, by)
        mother = mother_of(case.family)
        receive_application(case, by=by, applicant=mother, received_at=dt.date(2026, 2, 17))
    page = visit(REGISTRAR).get("/").text
    assert lines(page)["Заявления ждут регистрации"] == [(f"Семья {case.family}", "Открыть")]
    assert "/intakes/add" in page


def test_the_page_costs_the_same_for_three_messages_as_for_one(
    app: Flask, visit: Visit, stored: Session, by: Any
) -> None:
    registrar = visit(REGISTRAR)
    me = stored.get_one(StaffMember, registrar.staff_id)

    def fill() -> None:
        with acting(by):
            for urgency in Urgency:
                make_intake(stored, by, urgency=urgency, responsible=me, received_at=now())
            case = make_case(stored, by)
            receive_application(case, by=by, applicant=mother_of(case.family), received_at=dt.date(2026, 2, 17))
        stored.commit()

    def look() -> int:
        registrar.get("/").close()
        with counted(app) as said:
            registrar.get("/").close()
        return len(said)

    fill()
    one = look()
    fill()
    assert look() == one
