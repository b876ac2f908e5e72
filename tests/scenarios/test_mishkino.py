"""A2: a service of social tutors; the tutor comes after the programme is approved, the agreement after the tutor."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import today
from app.agreements.models import Agreement
from app.assessment.models import Problem
from app.cases.models import CaseStatus, Direction
from app.intake.models import Intake
from app.meetings.models import Body
from app.people.models import Person
from app.programmes.models import Measure, MeasureStatus, ProgrammeVersion, VersionStatus
from app.roles import CURATOR, DIRECTOR, HEAD, REGISTRAR
from app.services.models import Service, ServiceKind, ServiceRecord
from tests.scenarios.walk import Centre, centre_of, consents, family_form, ru
from tests.visiting import Visit


@pytest.fixture
def mishkino(app: Flask, stored: Session, visit: Visit) -> Centre:
    """Return a centre that works by this order of work."""
    return centre_of(app, stored, visit, "mishkino")


@pytest.mark.rows("S002-1.1", "S002-1.2", "S002-3.3-1", "S002-3.3-2", "S002-3.3-3", "S002-3.3-4", "S002-3.3-5",
                  "S002-3.3-6", "S002-1.5-e")  # fmt: skip
def test_a2(mishkino: Centre) -> None:
    mishkino.does(CURATOR, "/intakes/add", source="health", channel="letter", text="Ребёнку дали инвалидность")
    message = mishkino.newest(Intake)
    mishkino.does(CURATOR, f"/families/add?intake={message.id}", **family_form(mishkino), with_case=None)
    mishkino.cannot_press(CURATOR, "intakes", "open_case", message, "Семья не относится к целевой группе")
    child = mishkino.newest(Person, Person.first_name == "Пётр")
    mother = mishkino.newest(Person, Person.first_name == "Мария")
    mishkino.does(CURATOR, f"/consents/add?person_id={child.id}", kind="special", given_by_id=mother.id,
                  purposes="Социальное сопровождение", signed_at=ru(today()))  # fmt: skip
    mishkino.does(CURATOR, f"/disabilities/add?person_id={child.id}", kind="child", established_at=ru(today()))
    mishkino.presses(CURATOR, "intakes", "open_case", message)
    case = mishkino.case
    here = f"case_id={case.id}"
    assert (case.stage, case.status) == ("s1", CaseStatus.ASSESSMENT)

    # What is found, and that the family is recognised.
    mishkino.signs_act(CURATOR, case, mishkino.staff(CURATOR))
    mishkino.does(CURATOR, f"/problems/add?{here}", text="Нет занятий с логопедом", domain="pedagogical", severity="2")
    problem = mishkino.newest(Problem)
    mishkino.does(CURATOR, f"/resources/add?{here}", text="Бабушка рядом", kind="relatives", strength="2")
    mishkino.does(CURATOR, f"/contacts/add?family_id={case.family_id}", name="Школа", relation="учитель",
                  kind="resource")  # fmt: skip
    mishkino.diagnoses(CURATOR, case, "primary")
    consents(mishkino, case)
    mishkino.cannot_press(HEAD, "cases", "move_on", case, "Семья не признана нуждающейся", to_stage="s2")
    authority = mishkino.newest(Body, Body.order_code == "authorised_body")
    mishkino.does(REGISTRAR, f"/recognitions/add?{here}", verdict_code="recognise", decided_on=ru(today()),
                  protocol_no="15", body_id=authority.id, ippsu_number="8", ippsu_date=ru(today()))  # fmt: skip
    mishkino.presses(HEAD, "cases", "move_on", case, to_stage="s2")

    # The tutor is appointed after the approval, not before.
    tutor = mishkino.staff(CURATOR)
    mishkino.cannot_press(HEAD, "cases", "assign_curator", case, "Назначение социального тьютора", curator_id=tutor.id)
    term = today() + dt.timedelta(days=120)
    mishkino.does(CURATOR, f"/versions/add?{here}", goal="Наладить занятия", tasks="Логопед", valid_to=ru(term))
    version = mishkino.newest(ProgrammeVersion)
    for title, executor in (("Занятия с логопедом", {"executor_type": "specialist", "executor_id": tutor.id}),
                            ("Заниматься дома", {"executor_type": "family"})):  # fmt: skip
        mishkino.does(CURATOR, f"/measures/add?version_id={version.id}", title=title, direction="pedagogical",
                      help_kind="pedagogical", problem_id=problem.id, due=ru(term), **executor)  # fmt: skip
    director = mishkino.newest(Body, Body.order_code == "director")
    mishkino.presses(HEAD, "versions", "submit", version, body_id=director.id)
    mishkino.decides(case, director, "approve_programme", role=DIRECTOR)
    assert version.status is VersionStatus.APPROVED
    mishkino.presses(HEAD, "cases", "move_on", case, to_stage="s3")
    mishkino.presses(HEAD, "cases", "assign_curator", case, curator_id=tutor.id)
    mishkino.presses(HEAD, "cases", "move_on", case, to_stage="s4")

    # The agreement lasts as long as the programme does.
    mishkino.does(REGISTRAR, f"/applications/add?{here}", applicant_id=mother.id, requested_help=["social"])
    page = mishkino.come(CURATOR).get(f"/agreements/add?{here}")
    assert f'value="{ru(term)}"' in page.text
    mishkino.does(CURATOR, f"/agreements/add?{here}", help_kinds=["social"])
    mishkino.presses(DIRECTOR, "agreements", "sign", mishkino.newest(Agreement),
                     signed_by_id=mishkino.staff(DIRECTOR).id)  # fmt: skip
    mishkino.presses(CURATOR, "cases", "move_on", case, to_stage="s5")
    assert (case.status, version.status) == (CaseStatus.ACTIVE, VersionStatus.IN_FORCE)

    # Services are given; what the family did not do is said with its reason.
    mediation = Service(name="Посредничество", direction=Direction.LEGAL, kind=ServiceKind.MEDIATION,
                        service_unit_id=mishkino.unit.id)  # fmt: skip
    mishkino.stored.add(mediation)
    mishkino.stored.flush()
    mishkino.does(CURATOR, f"/records/add?{here}", recipient_id=child.id, service_id=mediation.id,
                  performer_id=tutor.id, date=ru(today()))  # fmt: skip
    assert mishkino.newest(ServiceRecord).service.kind is ServiceKind.MEDIATION
    by_family = mishkino.newest(Measure, Measure.title == "Заниматься дома")
    mishkino.presses(CURATOR, "measures", "mark", by_family, status="not_done", not_done_reason="Мать болела")
    assert (by_family.status, by_family.not_done_reason) == (MeasureStatus.NOT_DONE, "Мать болела")

    # The tutor's own judgement, then the analysis and the family's answer, then the end.
    mishkino.reviews(CURATOR, case, "preliminary", "terminate")
    mishkino.presses(CURATOR, "cases", "move_on", case, to_stage="s6")
    mishkino.reviews(CURATOR, case, "final", "terminate")
    mishkino.does(CURATOR, f"/quality/add?{here}", answered_on=ru(today()), score="5", text="Спасибо")
    mishkino.decides(case, director, "terminate", role=DIRECTOR)
    mishkino.concludes(CURATOR, DIRECTOR, case)
    assert (case.status, case.ended_at) == (CaseStatus.CLOSED, today())
    assert mishkino.stored.scalars(select(ProgrammeVersion.status)).all() == [VersionStatus.COMPLETED]
