"""A3: recognition, application, agreement, curator, programme with the customer; a council hears and concludes."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from app.acting import clock_at
from app.agreements.models import Agreement
from app.assessment.models import Problem
from app.cases.models import CaseStatus
from app.intake.models import Application, Intake
from app.meetings.models import Body
from app.programmes.models import ProgrammeVersion, VersionStatus
from app.roles import CURATOR, DIRECTOR, HEAD, REGISTRAR, SECRETARY
from tests.scenarios.walk import Centre, centre_of, consents, family_form, ru
from tests.visiting import Visit


@pytest.fixture
def alliance(app: Flask, stored: Session, visit: Visit) -> Centre:
    """Return a centre that works by this order of work."""
    return centre_of(app, stored, visit, "alliance")


@pytest.mark.rows("S003-1.2", "S003-2.3", "S003-3.1", "S003-3.2", "S003-3.3", "S003-3.4", "S003-3.5-a", "S003-3.5-b",
                  "S003-3.5-c", "S003-3.6-a", "S003-3.6-b", "S003-3.7")  # fmt: skip
def test_a3(alliance: Centre) -> None:
    with clock_at(dt.date(2026, 2, 16)):
        alliance.does(REGISTRAR, "/intakes/add", source="family", channel="in_person", text="Просим о сопровождении")
        message = alliance.newest(Intake)
        alliance.does(REGISTRAR, f"/families/add?intake={message.id}", **family_form(alliance), with_case="1")
        case = alliance.case
        here = f"case_id={case.id}"
        assert (case.stage, case.status) == ("recognition", CaseStatus.ASSESSMENT)
        group = alliance.newest(Body, Body.order_code == "mrg")
        alliance.does(REGISTRAR, f"/recognitions/add?{here}", verdict_code="recognise", decided_on="16.02.2026",
                      protocol_no="3", body_id=group.id)  # fmt: skip
        alliance.presses(REGISTRAR, "cases", "move_on", case, to_stage="application")
    mother = next(seat.person for seat in case.family.members if seat.is_legal_representative)
    with clock_at(dt.date(2026, 2, 17)):
        asked = {"applicant_id": mother.id, "requested_help": ["social"]}
        alliance.is_refused(REGISTRAR, f"/applications/add?{here}", "признан", received_at="15.02.2026", **asked)
        alliance.does(REGISTRAR, f"/applications/add?{here}", received_at="17.02.2026", **asked)
        application = alliance.newest(Application)
        assert (application.number, case.registered_at) == ("1/2026", dt.date(2026, 2, 17))
        consents(alliance, case)
        alliance.presses(REGISTRAR, "cases", "move_on", case, to_stage="agreement")
    curator = alliance.staff(CURATOR)
    with clock_at(dt.date(2026, 2, 20)):
        alliance.cannot_press(HEAD, "cases", "assign_curator", case, "Назначение куратора", curator_id=curator.id)
        alliance.does(HEAD, f"/agreements/add?{here}", valid_to="20.08.2026", help_kinds=["social", "medical"])
        alliance.presses(DIRECTOR, "agreements", "sign", alliance.newest(Agreement),
                         signed_by_id=alliance.staff(DIRECTOR).id)  # fmt: skip
        assert case.started_at == dt.date(2026, 2, 20)
        alliance.presses(HEAD, "cases", "move_on", case, to_stage="curator")
    with clock_at(dt.date(2026, 2, 24)):
        alliance.presses(HEAD, "cases", "assign_curator", case, curator_id=curator.id)
        alliance.presses(HEAD, "cases", "move_on", case, to_stage="diagnose")
        alliance.does(CURATOR, f"/assessments/add?{here}", kind="primary", conclusion="Нужна помощь")
        alliance.does(CURATOR, f"/problems/add?{here}", text="Долги за жильё", domain="social", severity="3")
        problem = alliance.newest(Problem)
        alliance.does(CURATOR, f"/resources/add?{here}", text="Мать хочет работать", kind="personal", strength="2")
        alliance.diagnoses(CURATOR, case, "primary")
        alliance.presses(CURATOR, "cases", "set_level", case, level_code="crisis", planned_end="20.08.2026",
                         why="Долги и угроза выселения")  # fmt: skip
        alliance.does(CURATOR, f"/versions/add?{here}", goal="Погасить долги", tasks="Субсидия", valid_to="20.08.2026")
        version = alliance.newest(ProgrammeVersion)
        assert version.programme.title.startswith("Дополнение к индивидуальной программе")
        alliance.does(CURATOR, f"/measures/add?version_id={version.id}", title="Оформить субсидию",
                      direction="legal", help_kind="legal", problem_id=problem.id, executor_type="specialist",
                      executor_id=curator.id, due="20.05.2026")  # fmt: skip
        card = alliance.reads(CURATOR, f"/versions/show/{version.id}")
        assert "Отправить на рассмотрение" not in card
        alliance.presses(CURATOR, "versions", "agree", version, family_agreed_at="24.02.2026")
        alliance.presses(CURATOR, "cases", "move_on", case, to_stage="implement")
        assert (case.status, version.status) == (CaseStatus.ACTIVE, VersionStatus.IN_FORCE)
    council = alliance.newest(Body, Body.order_code == "rehab_council")
    with clock_at(dt.date(2026, 5, 20)):
        alliance.seats(council, (HEAD, "chair"), (SECRETARY, "secretary"))
        alliance.presses(CURATOR, "cases", "propose", case, deciding_body_id=council.id, question="level",
                         proposal_reason="Долги погашены")  # fmt: skip
        lower = {"kind": "change_level", "level": "base", "new_term": "20.11.2026"}
        alliance.meets(council, HEAD, (case, "interim", {"kind": "note"}), (case, "level", lower))
        assert [(one.label, one.date_from) for one in case.levels] == [
            ("кризисный", dt.date(2026, 2, 24)), ("базовый (профилактический)", dt.date(2026, 5, 20)),
        ]  # fmt: skip
        alliance.cannot_press(CURATOR, "cases", "move_on", case, "тоговая диагностика", to_stage="final")
    with clock_at(dt.date(2026, 8, 20)):
        alliance.diagnoses(CURATOR, case, "final")
        alliance.presses(CURATOR, "cases", "move_on", case, to_stage="final")
        closing_form = {"end_reason": "goals_met", "outcome": "good", "ended_at": "20.08.2026"}
        alliance.cannot_press(CURATOR, "cases", "close", case, "снимают заключением", **closing_form)
        alliance.meets(council, HEAD, (case, "final", {"kind": "note"}), (case, "continuation", {"kind": "terminate"}))
        alliance.concludes(CURATOR, DIRECTOR, case)
        assert (case.status, case.ended_at) == (CaseStatus.CLOSED, dt.date(2026, 8, 20))
        with closing(alliance.come(HEAD).get("/reports/R01.xlsx")) as answer:
            book = load_workbook(BytesIO(answer.data))
        cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
        assert "кризисный, с 24.02.2026; базовый (профилактический), с 20.05.2026" in cells
        assert ru(dt.date(2026, 8, 20)) not in cells  # Dates are dates, not text.
