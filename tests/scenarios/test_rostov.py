"""A4: a territorial service of the Rostov region, from an anonymous call to the time after the accompaniment."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.acting import clock_at, today
from app.agreements.models import Agreement, AgreementStatus
from app.assessment.models import Problem
from app.cases.models import CaseStatus
from app.closing.models import PostSupport
from app.dispatch.models import Dispatch
from app.intake.models import Intake
from app.meetings.models import Body
from app.organisation.models import PartnerKind
from app.programmes.models import ProgrammeVersion, VersionStatus
from app.roles import CURATOR, DIRECTOR, HEAD, REGISTRAR
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
    rostov.signs_act(HEAD, case, rostov.staff(HEAD))
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
    kdn = rostov.newest(Body)
    rostov.cannot_press(CURATOR, "versions", "submit", version, "Согласие семьи", body_id=kdn.id)
    rostov.presses(CURATOR, "versions", "agree", version, family_agreed_at=ru(today()))

    # Agreement before approval is refused; the commission first rejects, then approves.
    rostov.does(CURATOR, f"/agreements/add?{here}", valid_to=ru(term), help_kinds=["social"])
    agreement = rostov.newest(Agreement)
    signing = {"signed_by_id": rostov.staff(DIRECTOR).id, "date": ru(today())}
    rostov.cannot_press(CURATOR, "agreements", "sign", agreement, "ИПСС не утверждена", **signing)
    rostov.presses(CURATOR, "versions", "submit", version, body_id=kdn.id)
    rostov.decides(case, kdn, "reject_programme", reason="Нет мер по жилью")
    second = rostov.newest(ProgrammeVersion)
    assert (version.status, second.version_no, second.status) == (VersionStatus.REJECTED, 2, VersionStatus.DRAFT)
    assert "Нет мер по жилью" in rostov.reads(CURATOR, f"/versions/show/{second.id}")
    rostov.presses(CURATOR, "versions", "agree", second, family_agreed_at=ru(today()))
    rostov.presses(CURATOR, "versions", "submit", second, body_id=kdn.id)
    rostov.decides(case, kdn, "approve_programme")
    rostov.presses(CURATOR, "agreements", "sign", agreement, **signing)
    assert (agreement.status, case.started_at) == (AgreementStatus.SIGNED, today())

    # Each organisation gets a letter with its own measures; with one unsent the stage is not left.
    rostov.presses(CURATOR, "versions", "dispatch", second)
    letters = rostov.newest(Dispatch).items
    assert sorted(str(one.partner) for one in letters) == sorted(executors)
    assert [[each.title for each in one.measures] for one in letters] == [[f"Помочь: {one.partner}"] for one in letters]
    for letter in letters[:2]:
        rostov.presses(CURATOR, "letters", "send", letter, via="post", report_form="Письмо о сделанном")
    rostov.cannot_press(CURATOR, "cases", "move_on", case, "Не отправлено писем организациям: 1 из 3", to_stage="s3")
    rostov.presses(CURATOR, "letters", "send", letters[2], via="post", report_form="Письмо о сделанном")
    rostov.presses(CURATOR, "cases", "move_on", case, to_stage="s3")
    assert (case.status, second.status) == (CaseStatus.ACTIVE, VersionStatus.IN_FORCE)

    # An interim diagnosis, an analysis, three more months; then once more, and the accompaniment ends.
    rounds = {"continue": "Промежуточная диагностика не завершена", "terminate": "была до этого этапа, нужна новая"}
    for ruling, lacking in rounds.items():
        rostov.cannot_press(CURATOR, "cases", "move_on", case, lacking, to_stage="s4")
        rostov.diagnoses(CURATOR, case, "interim")
        rostov.presses(CURATOR, "cases", "move_on", case, to_stage="s4")
        rostov.reviews(CURATOR, case, "final", ruling)
        if ruling == "continue":
            rostov.decides(case, kdn, ruling, new_term=ru(today() + dt.timedelta(days=90)))
            rostov.presses(CURATOR, "cases", "move_on", case, to_stage="s3")
    rostov.decides(case, kdn, "terminate")
    rostov.concludes(CURATOR, DIRECTOR, case)
    assert (case.stage, case.status) == ("s5", CaseStatus.POST_SUPPORT)

    # Three checks were planned; at the second the family does worse, so a new case goes on from this one.
    checks = rostov.newest(PostSupport).checks
    assert len(checks) == 3
    for check, situation in zip(checks[:2], ("stable", "worse"), strict=True):
        with clock_at(check.planned_on):
            rostov.presses(CURATOR, "post_checks", "record", check, done_on=ru(check.planned_on), form="home",
                           situation=situation, findings="Были дома")  # fmt: skip
    again = rostov.case
    assert (again.previous_case_id, again.stage) == (case.id, "s1")
    assert case.status is CaseStatus.CLOSED
    assert [one.status.value for one in checks] == ["done", "done", "cancelled"]
