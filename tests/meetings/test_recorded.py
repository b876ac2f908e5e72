"""Decisions recorded by their paper in one step, what each of them does, and those it charges."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from app.base import RuleBroken
from app.cases.models import EndReason, FamilyCase
from app.cases.rules import close_case
from app.intake.rules import recognised
from app.meetings.bodies import Ruling
from app.meetings.deciding import Charge
from app.meetings.models import AgendaItem, Decision, DecisionKind, ItemKind, Meeting, MeetingStatus
from app.meetings.rules import record_decision, report_assignment
from app.programmes.models import VersionStatus
from app.programmes.rules import agree_with_family, begin, correct, submit
from tests.make import DAY, mother_of, refused
from tests.office import Office, Offices
from tests.programmes.test_by_order import go, version_of

AUTUMN = dt.date(2026, 9, 1)


def recorded(office: Office, case: FamilyCase, code: str, ruling: Ruling, **more: Any) -> Decision:
    """Record a decision of the body *code* as the secretary does."""
    values = {"by": office.secretary, "number": " 7/п ", "date": DAY, **more}
    return record_decision(case, body=office.body(code), ruling=ruling, **values)


def sent(office: Office, case: FamilyCase):
    """Send the programme of the case to the commission."""
    version = office.draft(case, office.curator)
    agree_with_family(version, by=office.curator, person=mother_of(case.family))
    return submit(version, by=office.curator, body=office.body("kdn"))


def test_S004_2_b_a_commission_approves_by_its_paper(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s2")
        version = sent(office, case)

        decision = recorded(office, case, "kdn", Ruling.APPROVE)

        meeting = decision.item.meeting
        assert (version.status, version.decision_id) == (VersionStatus.APPROVED, decision.id)
        assert (meeting.document_no, meeting.document_date, meeting.status, meeting.chair) == (
            "7/п", DAY, MeetingStatus.PROTOCOL_SIGNED, None,
        )  # fmt: skip
        assert (decision.item.kind, decision.applied_at is not None) == (ItemKind.PROGRAMME, True)


def test_S004_2_b_a_rejection_needs_its_reason_and_begins_the_next_version(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s2")
        version = sent(office, case)
        with refused("Напишите причину: её увидит куратор, и она войдёт в протокол.", "reason"):
            recorded(office, case, "kdn", Ruling.REJECT)

        recorded(office, case, "kdn", Ruling.REJECT, reason="Нет мер по жилью")

        second = version_of(office, case)
        assert (version.status, second.status, second.change_reason) == (
            VersionStatus.REJECTED, VersionStatus.DRAFT, "Нет мер по жилью",
        )  # fmt: skip


def test_an_approved_correction_acts_at_once_when_nobody_is_to_be_told(offices: Offices):
    with offices.at("mishkino") as office:
        case = office.case("s2", "programme_approved")
        version = version_of(office, case)
        go(case, "s5")
        begin(case)
        second = correct(version.programme, by=office.curator, reason="Заболел")
        submit(second, by=office.head, body=office.body("director"))
        decision = recorded(office, case, "director", Ruling.APPROVE_CORRECTION, by=office.director)
        assert (version.status, second.status) == (VersionStatus.SUPERSEDED, VersionStatus.IN_FORCE)
        assert decision.item.kind is ItemKind.CORRECTION


def test_S004_4_b_to_go_on_asks_for_a_new_term_and_sets_it(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s4")
        with refused("Укажите, до какого дня продолжить сопровождение.", "new_term"):
            recorded(office, case, "kdn", Ruling.CONTINUE)
        with refused("Новый срок должен быть впереди. Проверьте дату.", "new_term"):
            recorded(office, case, "kdn", Ruling.CONTINUE, new_term=DAY)

        recorded(office, case, "kdn", Ruling.CONTINUE, new_term=AUTUMN)

        assert case.planned_end == AUTUMN


def test_S003_3_1_a_working_group_recognises_the_family(offices: Offices):
    with offices.at("alliance") as office:
        case = office.case("recognition", led=False)
        decision = recorded(office, case, "mrg", Ruling.RECOGNISE, by=office.registrar, number="3")
        known = recognised(case)
        assert (known.protocol_no, known.decided_on, known.decision_id) == ("3", DAY, decision.id)
        with pytest.raises(RuleBroken, match="Семья уже признана нуждающейся"):
            recorded(office, case, "mrg", Ruling.RECOGNISE, by=office.registrar)


def test_S002_3_3_2_the_director_decides_by_an_order(offices: Offices):
    with offices.at("mishkino") as office:
        case = office.case("s2", led=False)
        version = office.draft(case, office.hire("curator"))
        submit(version, by=office.head, body=office.body("director"))
        with pytest.raises(RuleBroken, match="«Внести решение» делает Директор"):
            recorded(office, case, "director", Ruling.APPROVE, by=office.head)
        recorded(office, case, "director", Ruling.APPROVE, by=office.director, number="12-ОД")
        assert version.status is VersionStatus.APPROVED


@pytest.mark.parametrize(
    ("more", "sentence", "field"),
    [
        ({"number": " "}, "Укажите номер документа, которым принято решение.", "document_no"),
        ({"date": dt.date(2026, 2, 19)}, "Укажите дату документа, не позже сегодняшней.", "document_date"),
        ({"date": dt.date(2025, 12, 1)}, "Дело заведено 12.01.2026. Проверьте дату документа.", "document_date"),
    ],
)
def test_a_decision_without_its_paper_is_refused(offices: Offices, more, sentence, field):
    with offices.at("rostov") as office:
        case = office.case("s4")
        with refused(sentence, field):
            recorded(office, case, "kdn", Ruling.TERMINATE, **more)
        assert office.session.scalars(select(AgendaItem).where(AgendaItem.case_id == case.id)).all() == []


def test_a_body_that_meets_here_records_nothing_by_paper(offices: Offices):
    with offices.at("alliance") as office:
        case = office.case("final")
        council = office.body("rehab_council")
        with refused(f"{council} решает на заседании. Вынесите вопрос на заседание.", "body_id"):
            recorded(office, case, "rehab_council", Ruling.TERMINATE)


def test_a_body_decides_only_what_the_order_of_work_gives_it(offices: Offices):
    with offices.at("rostov") as office:
        body = office.body("kdn")
        with refused(f"{body}: такого решения принять не может. Выберите другое.", "kind"):
            recorded(office, office.case("s4"), "kdn", Ruling.CHANGE_LEVEL, level="base")


def test_without_a_programme_that_waits_there_is_nothing_to_approve(offices: Offices):
    with offices.at("rostov") as office:
        body = office.body("kdn")
        with refused(f"ИПСС не отправлена на рассмотрение: {body}.", "kind"):
            recorded(office, office.case("s2"), "kdn", Ruling.APPROVE)


def test_nothing_is_decided_about_a_case_that_has_ended(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s1")
        close_case(case, by=office.head, reason=EndReason.MOVED, on=DAY)
        with refused(f"Дело № {case.number} закончено: снята."):
            recorded(office, case, "kdn", Ruling.ASSIGN)


def test_a_decision_is_not_of_this_stage_or_of_this_person(offices: Offices):
    with offices.at("rostov") as office:
        with pytest.raises(RuleBroken, match="«Внести решение» – на этапе"):
            recorded(office, office.case("s1"), "kdn", Ruling.ASSIGN)
        with pytest.raises(RuleBroken, match="«Внести решение» делает Секретарь"):
            recorded(office, office.case("s4"), "kdn", Ruling.TERMINATE, by=office.curator)


# ---- those who are charged ---------------------------------------------------------------------------


def charged(office: Office, case: FamilyCase) -> Decision:
    """Let the commission charge a hospital and a school."""
    hospital = office.partner("Больница")
    charges = [
        Charge("Осмотреть детей", str(hospital), dt.date(2026, 3, 1), hospital),
        Charge("Найти место в школе", "Директор школы", dt.date(2026, 3, 10)),
    ]
    return recorded(office, case, "kdn", Ruling.ASSIGN, assignments=charges)


def test_S004_К_the_commission_gives_each_organisation_an_assignment_with_a_date(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s3")
        with refused("Напишите, что и кому поручено.", "charge_text"):
            recorded(office, case, "kdn", Ruling.ASSIGN)
        with refused("Напишите, что поручено и кому.", "charge_text"):
            recorded(office, case, "kdn", Ruling.ASSIGN, assignments=[Charge("Осмотреть", " ")])

        decision = charged(office, case)

        assert [(one.text, one.due, one.partner is not None) for one in decision.assignments] == [
            ("Осмотреть детей", dt.date(2026, 3, 1), True),
            ("Найти место в школе", dt.date(2026, 3, 10), False),
        ]
        assert (decision.item.kind, decision.kind) == (ItemKind.COORDINATION, DecisionKind.ASSIGN)


def test_what_came_of_an_assignment_is_written_down_once(offices: Offices):
    with offices.at("rostov") as office:
        first, _ = charged(office, office.case("s3")).assignments
        report_assignment(first, by=office.curator, done_at=DAY, result=" Осмотрены ")
        assert (first.done_at, first.result) == (DAY, "Осмотрены")
        with refused("Поручение уже исполнено 18.02.2026."):
            report_assignment(first, by=office.curator, done_at=DAY, result="Ещё раз")


@pytest.mark.parametrize(
    ("who", "values", "sentence"),
    [
        ("registrar", {}, "Исполнение отмечает тот, кто ведёт дело, или секретарь"),
        ("curator", {"done_at": dt.date(2026, 2, 19)}, "Этот день ещё не наступил"),
        ("curator", {"done_at": dt.date(2026, 2, 17)}, "Исполнить можно не раньше решения"),
        ("curator", {"result": " "}, "Напишите, что сделано"),
    ],
)
def test_a_report_that_cannot_be_is_refused(offices: Offices, who, values, sentence):
    with offices.at("rostov") as office:
        first, _ = charged(office, office.case("s3")).assignments
        with pytest.raises(RuleBroken, match=sentence):
            report_assignment(first, by=getattr(office, who), **{"done_at": DAY, "result": "Осмотрены", **values})


def test_an_assignment_is_not_carried_out_before_its_decision_is_signed(offices: Offices):
    with offices.at("rostov") as office:
        decision = charged(office, office.case("s3"))
        decision.applied_at = None
        with refused("Решение ещё не вступило в силу: протокол не подписан."):
            report_assignment(decision.assignments[0], by=office.curator, done_at=DAY, result="Осмотрены")


def test_a_version_on_an_agenda_waits_for_its_protocol(offices: Offices):
    from app.meetings.agenda import add_to_agenda, plan_meeting

    with offices.at("rostov") as office:
        case = office.case("s2")
        version = sent(office, case)
        at = dt.datetime(2026, 2, 20, 10, tzinfo=dt.UTC)
        meeting: Meeting = plan_meeting(office.session, office.body("kdn"), by=office.secretary, planned_at=at)
        add_to_agenda(meeting, by=office.secretary, version=version)
        office.session.expire(version, ["agenda_items"])
        with refused(f"Вопрос стоит в повестке: {meeting}. Внесите протокол этого заседания."):
            recorded(office, case, "kdn", Ruling.APPROVE)
