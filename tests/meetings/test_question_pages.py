"""The screens of questions and decisions in centres that work by an order of work."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy.orm import Session

import app.process.guards  # noqa: F401 -- the order of things is asked of the guards
from app.acting import acting, today
from app.cases.models import FamilyCase
from app.extensions import db
from app.meetings.agenda import plan_meeting
from app.meetings.models import (
    AgendaItem,
    AgendaProposal,
    Body,
    BodyMember,
    Decision,
    DecisionAssignment,
    Meeting,
    MemberFunction,
)
from app.organisation.models import PartnerKind
from app.roles import CURATOR, DIRECTOR, HEAD, SECRETARY
from tests.by_order import case_on
from tests.make import make_actor, make_family
from tests.meetings.test_pages import queries
from tests.scenarios.walk import Centre, centre_of, ru
from tests.visiting import Visit


def case_of(centre: Centre, stage: str, name: str = "Тестовы") -> FamilyCase:
    """Make a case on *stage*, led by the curator of the centre."""
    by = make_actor(centre.unit, roles=("head_of_service",))
    with acting(by):
        family = make_family(centre.stored, by, name=name, territory=centre.village)
        made = case_on(centre.stored, by, stage, curator=centre.staff(CURATOR), family=family)
    centre.stored.commit()
    return made


@pytest.fixture
def alliance(app: Flask, stored: Session, visit: Visit) -> Centre:
    return centre_of(app, stored, visit, "alliance")


@pytest.fixture
def rostov(app: Flask, stored: Session, visit: Visit) -> Centre:
    return centre_of(app, stored, visit, "rostov")


def council_meeting(centre: Centre) -> Meeting:
    """Plan a meeting of the council with a chair and a secretary."""
    body = centre.newest(Body, Body.order_code == "rehab_council")
    for role, function in ((DIRECTOR, MemberFunction.CHAIR), (SECRETARY, MemberFunction.SECRETARY)):
        seat = {"date_from": dt.date(2020, 1, 1), "service_unit_id": centre.unit.id}
        centre.stored.add(BodyMember(body=body, staff_id=centre.come(role).staff_id, function=function, **seat))
    by = make_actor(centre.unit, staff=centre.staff(SECRETARY), roles=("secretary",))
    with acting(by):
        at = dt.datetime.combine(today() + dt.timedelta(days=7), dt.time(10), dt.UTC)
        made = plan_meeting(centre.stored, body, by=by, planned_at=at)
    centre.stored.commit()
    return made


def test_S003_3_6_a_a_question_that_waits_is_put_on_the_agenda(alliance: Centre):
    case, meeting = case_of(alliance, "implement"), council_meeting(alliance)
    page = alliance.reads(SECRETARY, f"/meetings/show/{meeting.id}")
    assert "Семья Тестовы: промежуточные результаты" in page
    assert "Семья Тестовы: промежуточные результаты" in alliance.reads(SECRETARY, "/waiting/")

    answer = alliance.come(SECRETARY).post(f"/meetings/{meeting.id}/question/{case.id}/interim")

    assert answer.status_code == 302
    item = alliance.newest(AgendaItem)
    assert (item.case_id, item.kind.value, item.meeting_id) == (case.id, "interim", meeting.id)
    # It waits no more, so its address is that of nothing.
    assert alliance.come(SECRETARY).post(f"/meetings/{meeting.id}/question/{case.id}/interim").status_code == 404


@pytest.mark.parametrize("kind", ["interim?proposal=99", "interim?proposal=x", "lunch"])
def test_a_question_that_is_not_there_is_not_found(alliance: Centre, kind):
    case, meeting = case_of(alliance, "implement"), council_meeting(alliance)
    assert alliance.come(SECRETARY).post(f"/meetings/{meeting.id}/question/{case.id}/{kind}").status_code == 404


def test_a_curator_proposes_and_the_secretary_sees_who_and_why(alliance: Centre):
    case, meeting = case_of(alliance, "implement"), council_meeting(alliance)
    body = meeting.body_id
    alliance.presses(CURATOR, "cases", "propose", case, deciding_body_id=body, question="level",
                     proposal_reason="Стало легче")  # fmt: skip
    proposal = alliance.newest(AgendaProposal)
    page = alliance.reads(SECRETARY, f"/meetings/show/{meeting.id}")
    who = str(alliance.staff(CURATOR)).replace("\u00a0", " ")
    assert f"Стало легче · предложено {ru(today())}, {who}" in page
    alliance.come(SECRETARY).post(f"/meetings/{meeting.id}/question/{case.id}/level?proposal={proposal.id}")
    assert alliance.newest(AgendaItem).proposal_id == proposal.id


def test_a_question_nobody_proposed_is_added_and_a_wrong_one_keeps_what_was_typed(alliance: Centre):
    case, meeting = case_of(alliance, "implement"), council_meeting(alliance)
    address = f"/meetings/{meeting.id}/question"
    answer = alliance.come(SECRETARY).post(address, data={"kind": "other", "title": "О плане работы"})
    assert (answer.status_code, alliance.newest(AgendaItem).title) == (302, "О плане работы")
    sent = {"kind": "final", "case_id": str(case.id), "title": "Итоги полугодия"}
    refused = alliance.come(HEAD).post(address, data=sent)
    assert "Итоговые результаты рассматривают после итоговой диагностики" in refused.text
    assert "Итоги полугодия" in refused.text


def test_the_form_of_a_decision_asks_for_its_term_and_keeps_what_was_typed(alliance: Centre):
    case, meeting = case_of(alliance, "final"), council_meeting(alliance)
    secretary = alliance.come(SECRETARY)
    secretary.post(f"/meetings/{meeting.id}/question/{case.id}/continuation")
    secretary.post(f"/meetings/action/close_agenda/{meeting.id}", data={"sure": "1"})
    came = [str(member.id) for member in meeting.body.members]
    secretary.post(f"/meetings/{meeting.id}/presence", data={"came": came})
    item = alliance.newest(AgendaItem)
    address = f"/meetings/{meeting.id}/decide/{item.id}"
    votes = {"votes_for": "2", "votes_against": "0", "votes_abstained": "0"}

    refused = secretary.post(address, data={"kind": "continue", "reason": "Нужно ещё время", **votes})

    assert "Укажите, до какого дня продолжить сопровождение" in refused.text
    assert "Нужно ещё время" in refused.text
    term = today() + dt.timedelta(days=90)
    taken = secretary.post(address, data={"kind": "continue", "new_term": ru(term), **votes})
    assert (taken.status_code, alliance.newest(Decision).new_term) == (302, term)
    assert f"До {ru(term)}" in alliance.reads(SECRETARY, f"/meetings/show/{meeting.id}")


# ---- decisions by their paper ------------------------------------------------------------------------


def test_S004_К_decisions_of_a_commission_are_recorded_with_its_assignments(rostov: Centre):
    case = case_of(rostov, "s3")
    kdn = rostov.newest(Body, Body.order_code == "kdn")
    hospital = rostov.partner("Больница", PartnerKind.HEALTH)
    rostov.stored.commit()
    rostov.presses(CURATOR, "cases", "propose", case, deciding_body_id=kdn.id, question="coordination",
                   proposal_reason="Организации не договорились")  # fmt: skip
    assert "Внести решение" in rostov.reads(SECRETARY, f"/cases/show/{case.id}")
    rostov.is_refused(SECRETARY, f"/decisions/add?case_id={case.id}", "Напишите, что и кому поручено",
                      ruling=f"assign@{kdn.id}", document_no="7", document_date=ru(today()))  # fmt: skip
    rostov.decides(case, kdn, "assign", charge_text_1="Осмотреть детей", charge_partner_1=hospital.id,
                   charge_due_1=ru(today()), charge_text_2="Найти место", charge_to_2="Директор школы")  # fmt: skip
    made = rostov.newest(Decision).assignments
    assert [(one.responsible, one.partner_id) for one in made] == [("Больница", hospital.id), ("Директор школы", None)]
    assert "Осмотреть детей" in rostov.reads(CURATOR, f"/cases/show/{case.id}?tab=charges")
    rostov.presses(CURATOR, "charges", "report", made[0], done_at=ru(today()), result="Осмотрены")
    assert rostov.newest(DecisionAssignment, DecisionAssignment.done_at.is_not(None)).result == "Осмотрены"


def test_a_decision_is_offered_only_where_the_order_of_work_opens_it(rostov: Centre):
    late = case_of(rostov, "s4", "Буслаевы")
    kdn = rostov.newest(Body, Body.order_code == "kdn")
    page = rostov.come(SECRETARY).get(f"/decisions/add?case_id={late.id}").text
    assert f"continue@{kdn.id}" in page and f"terminate@{kdn.id}" in page
    assert f"approve_programme@{kdn.id}" not in page
    assert rostov.come(HEAD).get(f"/decisions/add?case_id={late.id}").text.count(f"@{kdn.id}") == 0
    answer = rostov.sent(HEAD, f"/decisions/add?case_id={late.id}", ruling=f"terminate@{kdn.id}", document_no="7")
    assert "Такого варианта в списке нет" in answer.text


def test_what_waits_costs_the_same_for_one_question_and_for_three(rostov: Centre, app: Flask):
    with app.app_context():
        engine = db.engine
    cost = []
    for names in (("Буслаевы",), ("Агаповы", "Васнецовы")):
        for name in names:
            case_of(rostov, "s4", name)
        cost.append(queries(engine, rostov.come(SECRETARY), "/waiting/"))
    assert cost[0] == cost[1]
