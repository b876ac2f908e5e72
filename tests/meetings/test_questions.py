"""Questions that wait for a body by themselves or because somebody proposes them, and their way onto an agenda."""

from __future__ import annotations

import datetime as dt

import pytest

from app.acting import acting
from app.base import RuleBroken
from app.cases.models import EndReason, FamilyCase, Outcome
from app.cases.rules import close_case, suspend
from app.meetings.agenda import add_to_agenda, plan_meeting, remove_from_agenda
from app.meetings.candidates import BY_STAGE, propose, questions, take_back_proposal
from app.meetings.models import Body, DecisionKind, ItemKind, Meeting
from app.meetings.rules import cancel, close_agenda, decide, hold, sign
from tests.make import DAY, refused
from tests.office import Office, Offices

MAY = dt.date(2026, 5, 20)
ON_MAY_20 = dt.datetime(2026, 5, 20, 10, tzinfo=dt.UTC)


def asked(office: Office, body: Body, case: FamilyCase, day: dt.date = DAY) -> list[tuple[ItemKind, str]]:
    """Return the questions about *case* that wait for *body* on *day*."""
    return [(one.kind, one.why) for one in questions(office.session, [body], day=day) if one.case == case]


def planned(office: Office, code: str = "rehab_council") -> Meeting:
    """Plan a meeting of the body for 20 May."""
    return plan_meeting(office.session, office.seated(code), by=office.secretary, planned_at=ON_MAY_20)


def held(office: Office, *items: tuple[ItemKind, FamilyCase]) -> Meeting:
    """Make a meeting in session about *items*."""
    meeting = planned(office)
    for kind, case in items:
        add_to_agenda(meeting, by=office.secretary, kind=kind, case=case)
    close_agenda(meeting, by=office.secretary)
    return hold(meeting, present=meeting.body.members, by=office.secretary)


def test_S003_3_6_a_a_case_in_work_is_proposed_when_its_day_of_review_has_come(offices: Offices):
    with offices.at("alliance") as office:
        council = office.seated("rehab_council")
        later, due = office.case("implement"), office.case("implement")
        later.next_review_at, due.next_review_at = dt.date(2026, 6, 1), MAY
        office.session.flush()

        assert asked(office, council, due, MAY) == [(ItemKind.INTERIM, BY_STAGE)]
        assert asked(office, council, due, DAY) == []
        assert asked(office, council, later, MAY) == []
        assert asked(office, office.body("mrg"), due, MAY) == []


def test_a_stage_whose_way_out_waits_for_a_decision_asks_by_itself(offices: Offices):
    with offices.at("alliance") as office:
        council, case = office.seated("rehab_council"), office.case("final")
        assert asked(office, council, case) == [(ItemKind.FINAL, BY_STAGE), (ItemKind.CONTINUATION, BY_STAGE)]
        asked_of_group = asked(office, office.body("mrg"), office.case("recognition", led=False))
        assert asked_of_group == [(ItemKind.RECOGNITION, BY_STAGE)]


def test_where_no_body_notes_results_a_review_is_a_question_of_another_kind(offices: Offices):
    with offices.at("sudogda") as office:
        case = office.case("implement")
        case.next_review_at = DAY
        office.session.flush()
        assert asked(office, office.body("service_meeting"), case) == [(ItemKind.OTHER, "рассмотреть до 18.02.2026")]


def test_a_case_that_is_paused_or_over_asks_nothing(offices: Offices):
    with offices.at("alliance") as office:
        council, paused, over = office.seated("rehab_council"), office.case("implement"), office.case("final")
        suspend(paused, by=office.head, reason="Семья уехала", until=dt.date(2026, 3, 18), on=DAY)
        close_case(over, by=office.head, reason=EndReason.MOVED, outcome=Outcome.UNCHANGED, on=DAY)
        office.session.flush()
        assert asked(office, council, paused) == asked(office, council, over) == []


def test_the_way_of_an_interim_review_through_a_meeting(offices: Offices):
    with offices.at("alliance", day=MAY) as office:
        case = office.case("implement")
        case.next_review_at = MAY
        office.session.flush()
        meeting = held(office, (ItemKind.INTERIM, case))
        assert asked(office, meeting.body, case, MAY) == []

        decide(meeting.items[0], kind=DecisionKind.NOTE, votes_for=2, by=office.secretary)
        for who in (office.secretary, office.director):
            sign(meeting, by=who)

        assert (meeting.items[0].decision.applied_at is not None, case.next_review_at) == (True, None)
        assert asked(office, meeting.body, case, MAY) == []


def test_S003_3_6_b_final_results_need_a_final_assessment(offices: Offices):
    with offices.at("alliance") as office:
        without, assessed = office.case("final"), office.case("final", "has_final_assessment")
        meeting = planned(office)
        sentence = "Итоговые результаты рассматривают после итоговой диагностики: завершите её."
        with refused(sentence, "kind"):
            add_to_agenda(meeting, by=office.secretary, kind=ItemKind.FINAL, case=without)
        item = add_to_agenda(meeting, by=office.secretary, kind=ItemKind.FINAL, case=assessed)
        assert (item.case, item.kind, item.speaker_id) == (assessed, ItemKind.FINAL, assessed.curator_id)


@pytest.mark.parametrize(
    ("kind", "sentence", "field"),
    [
        (ItemKind.RECOGNITION, "Реабилитационный совет Учреждения: этого вопроса не решает. Выберите другой вопрос.",
         "kind"),
        (ItemKind.INTERIM, "Этот вопрос о деле {case} уже в повестке: Реабилитационный совет Учреждения, "
         "заседание №\u00a0{number}.", "case_id"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_stand_there_is_refused(offices: Offices, kind, sentence, field):
    with offices.at("alliance") as office:
        case, meeting = office.case("implement"), planned(office)
        add_to_agenda(meeting, by=office.secretary, kind=ItemKind.INTERIM, case=case)
        with refused(sentence.format(case=case, number=meeting.number), field):
            add_to_agenda(meeting, by=office.secretary, kind=kind, case=case)


def test_a_case_that_has_ended_is_on_no_agenda(offices: Offices):
    with offices.at("alliance") as office:
        case, meeting = office.case("final"), planned(office)
        close_case(case, by=office.head, reason=EndReason.MOVED, outcome=Outcome.UNCHANGED, on=DAY)
        with refused(f"Дело № {case.number} закончено: снята.", "case_id"):
            add_to_agenda(meeting, by=office.secretary, kind=ItemKind.LEVEL, case=case)


# ---- proposals ---------------------------------------------------------------------------------------


def test_a_curator_proposes_a_question_and_takes_it_back(offices: Offices):
    with offices.at("alliance") as office:
        council, case = office.seated("rehab_council"), office.case("implement")
        with acting(office.curator):
            proposal = propose(case, by=office.curator, body=council, kind=ItemKind.LEVEL, reason=" Стало легче ")

        assert (ItemKind.LEVEL, "Стало легче") in asked(office, council, case)
        with refused(f"Этот вопрос уже предложен, его рассмотрит {council}.", "question"):
            propose(case, by=office.curator, body=council, kind=ItemKind.LEVEL, reason="Ещё раз")
        take_back_proposal(proposal, by=office.curator)
        office.session.flush()
        assert ItemKind.LEVEL not in dict(asked(office, council, case))
        with refused("Этот вопрос уже рассмотрен или снят."):
            take_back_proposal(proposal, by=office.curator)


def test_a_proposal_goes_on_an_agenda_comes_back_and_ends_with_its_decision(offices: Offices):
    with offices.at("alliance") as office:
        council, case = office.seated("rehab_council"), office.case("implement", "has_level")
        proposal = propose(case, by=office.curator, body=council, kind=ItemKind.LEVEL, reason="Стало легче")
        first = planned(office)
        add_to_agenda(first, by=office.secretary, proposal=proposal)
        with refused("Вопрос уже в повестке. Попросите секретаря снять его."):
            take_back_proposal(proposal, by=office.curator)
        cancel(first, by=office.secretary, reason="Нет кворума")
        office.session.flush()
        assert ItemKind.LEVEL in dict(asked(office, council, case))

        second = planned(office)
        item = add_to_agenda(second, by=office.secretary, proposal=proposal)
        assert (item.kind, item.case, item.title) == (ItemKind.LEVEL, case, "Стало легче")
        close_agenda(second, by=office.secretary)
        hold(second, present=council.members, by=office.secretary)
        decide(item, kind=DecisionKind.CHANGE_LEVEL, level="crisis", new_term=dt.date(2026, 7, 1), votes_for=2,
               by=office.secretary)  # fmt: skip
        for who in (office.secretary, office.director):
            sign(second, by=who)
        assert (proposal.is_open, case.level, case.planned_end) == (False, "кризисный", dt.date(2026, 7, 1))


@pytest.mark.parametrize(
    ("who", "kind", "reason", "sentence"),
    [
        ("registrar", ItemKind.LEVEL, "Так", "Это делает специалист-куратор семьи"),
        ("curator", ItemKind.PROGRAMME, "Так", "отправляют на рассмотрение со страницы"),
        ("curator", ItemKind.RECOGNITION, "Так", "этого вопроса не решает"),
        ("curator", ItemKind.LEVEL, " ", "Напишите, что предлагается и почему"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused(offices: Offices, who, kind, reason, sentence):
    with offices.at("alliance") as office:
        council, case = office.seated("rehab_council"), office.case("implement")
        with pytest.raises(RuleBroken, match=sentence):
            propose(case, by=getattr(office, who), body=council, kind=kind, reason=reason)


def test_nothing_is_proposed_about_a_case_that_has_ended(offices: Offices):
    with offices.at("alliance") as office:
        council, case = office.seated("rehab_council"), office.case("final")
        close_case(case, by=office.head, reason=EndReason.MOVED, outcome=Outcome.UNCHANGED, on=DAY)
        with pytest.raises(RuleBroken, match="закончено: снята"):
            propose(case, by=office.head, body=council, kind=ItemKind.LEVEL, reason="Так")


# ---- who keeps agenda and protocol -------------------------------------------------------------------


def test_who_keeps_the_agenda_is_said_by_the_order_of_work(offices: Offices):
    with offices.at("alliance") as office:
        meeting = planned(office)
        item = add_to_agenda(meeting, by=office.secretary, kind=ItemKind.OTHER, title="О плане")
        for who in (office.curator, office.registrar):
            with pytest.raises(RuleBroken, match="Повестку и протокол ведёт секретарь"):
                remove_from_agenda(item, by=who)
        remove_from_agenda(item, by=office.head)


def test_a_decision_falls_to_the_roles_of_the_stage(offices: Offices):
    with offices.at("alliance") as office:
        meeting = held(office, (ItemKind.INTERIM, office.case("implement")))
        with pytest.raises(RuleBroken, match="«Внести решение» делает Секретарь"):
            decide(meeting.items[0], kind=DecisionKind.NOTE, votes_for=2, by=office.head)


def test_a_question_is_answered_by_decisions_of_its_kind(offices: Offices):
    with offices.at("alliance") as office:
        meeting = held(office, (ItemKind.INTERIM, office.case("implement")))
        sentence = "На этот вопрос отвечают так: принять к сведению, поручить. Выберите одно из решений."
        with refused(sentence, "kind"):
            decide(meeting.items[0], kind=DecisionKind.CONTINUE, new_term=MAY, votes_for=2, by=office.secretary)
