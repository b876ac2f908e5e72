"""A4: a territorial service of the Rostov region, from an anonymous call to the time after the accompaniment."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.acting import today
from app.assessment.models import LivingConditionsAct
from app.cases.models import FamilyCase
from app.intake.models import Intake
from app.roles import CURATOR, HEAD, REGISTRAR
from tests.scenarios.walk import Centre, centre_of, ru
from tests.visiting import Visit


@pytest.fixture
def rostov(app: Flask, stored: Session, visit: Visit) -> Centre:
    """Return a centre that works by the order of work of the region."""
    return centre_of(app, stored, visit, "rostov")


def family_form(centre: Centre, **more: Any) -> dict[str, Any]:
    """Return the form of a new family: a mother and a son."""
    return {
        "p_last_name": "Тестова", "p_first_name": "Мария", "p_middle_name": "Ивановна", "p_role": "mother",
        "p_birth_date": "04.05.1990", "f_territory_id": centre.village.id, "f_address": "ул. Тихая, 1",
        "f_family_kind": "mother", "c1_name": "Тестов Пётр", "c1_birth_date": "11.06.2018", **more,
    }  # fmt: skip


def consents(centre: Centre, case: FamilyCase) -> None:
    """Enter a consent to the processing of data for everybody of the family."""
    mother = next(seat.person for seat in case.family.members if seat.is_legal_representative)
    for seat in case.family.members:
        centre.does(REGISTRAR, f"/consents/add?person_id={seat.person_id}", kind="processing",
                    given_by_id=mother.id, purposes="Социальное сопровождение", signed_at=ru(today()))  # fmt: skip


def test_a4(rostov: Centre) -> None:
    rostov.does(REGISTRAR, "/intakes/add", ground="message_person_or_hotline", source="helpline", channel="helpline",
                text="Мать одна с двумя детьми, нет еды")  # fmt: skip
    message = rostov.newest(Intake)
    assert (message.sender_name, message.number.split("/")[0]) == (None, "1")
    rostov.does(REGISTRAR, f"/families/add?intake={message.id}", **family_form(rostov), with_case="1")
    case = rostov.case
    assert case.stage == "s1"
    here = f"case_id={case.id}"
    rostov.does(HEAD, f"/visits/add?{here}", kind="first_contact", form="home",
                family_attitude="agree", findings="Дети дома, в доме холодно")  # fmt: skip
    rostov.does(HEAD, f"/resources/add?{here}", text="Бабушка помогает с детьми", kind="relatives", strength="2")
    rostov.does(HEAD, f"/acts/add?{here}", date=ru(today()), commission_ids=[str(rostov.staff(HEAD).id)],
                conclusion="Условия неудовлетворительные, нужна помощь")  # fmt: skip
    rostov.presses(HEAD, "acts", "sign", rostov.newest(LivingConditionsAct))
    consents(rostov, case)
    mother = next(seat.person for seat in case.family.members if seat.is_legal_representative)
    rostov.does(REGISTRAR, f"/applications/add?{here}", applicant_id=mother.id, received_at=ru(today()),
                requested_help=["social"])  # fmt: skip
    rostov.presses(HEAD, "cases", "assign_curator", case, curator_id=rostov.staff(CURATOR).id)
    print(rostov.reads(HEAD, f"/cases/show/{case.id}")[:3000])
