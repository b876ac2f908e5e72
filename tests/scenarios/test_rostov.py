"""A4: a territorial service of the Rostov region, from an anonymous call to the time after the accompaniment."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.acting import today
from app.assessment.models import LivingConditionsAct, Problem
from app.intake.models import Intake
from app.organisation.models import PartnerKind
from app.programmes.models import ProgrammeVersion
from app.roles import CURATOR, HEAD, REGISTRAR
from tests.scenarios.walk import Centre, centre_of, consents, family_form, ru
from tests.visiting import Visit


@pytest.fixture
def rostov(app: Flask, stored: Session, visit: Visit) -> Centre:
    """Return a centre that works by the order of work of the region."""
    return centre_of(app, stored, visit, "rostov")


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
    rostov.cannot_press(HEAD, "cases", "enter_register", case, "Категория семьи не установлена")
    rostov.presses(CURATOR, "cases", "set_category", case, category_code="tzs")
    rostov.presses(REGISTRAR, "cases", "enter_register", case)
    assert (case.category, case.journal_no is not None, case.registered_at) == (
        "семья в трудной жизненной ситуации", True, today(),
    )  # fmt: skip
    assert "Что мешает перейти дальше" in rostov.reads(CURATOR, f"/cases/show/{case.id}")
    rostov.presses(CURATOR, "cases", "move_on", case, to_stage="s2")
    assert case.stage == "s2"

    # The programme: made with the family, and only then sent to the commission.
    term = today() + dt.timedelta(days=180)
    rostov.does(CURATOR, f"/problems/add?{here}", text="Нет продуктов и дров", domain="social", severity="3")
    problem = rostov.newest(Problem)
    rostov.does(CURATOR, f"/versions/add?{here}", goal="Накормить и согреть", tasks="Помощь и работа матери",
                valid_to=ru(term))  # fmt: skip
    version = rostov.newest(ProgrammeVersion)
    executors = {
        "Центр занятости": PartnerKind.EMPLOYMENT,
        "Детская больница": PartnerKind.HEALTH,
        "Школа": PartnerKind.EDUCATION,
    }  # fmt: skip
    for name, kind in executors.items():
        rostov.does(CURATOR, f"/measures/add?version_id={version.id}", title=f"Помочь: {name}", direction="household",
                    help_kind="social", problem_id=problem.id, executor_type="organisation",
                    partner_id=rostov.partner(name, kind).id, due=ru(term))  # fmt: skip
    rostov.cannot_press(CURATOR, "versions", "submit", version, "Согласие семьи")
