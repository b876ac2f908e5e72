"""How an accompaniment ends: by the refusal of the family, by a transfer, by a signed conclusion."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from app.agreements.models import AgreementStatus, Initiator
from app.assessment.lists import Domain, ProblemOutcome
from app.assessment.models import Problem
from app.base import RuleBroken
from app.cases.models import CaseStatus, EndReason, FamilyCase, LevelPeriod, Outcome
from app.closing.models import ClosureConclusion, ConclusionStatus, RefusalKind, YesNo
from app.closing.rules import (
    change_conclusion,
    prepare_conclusion,
    refuse,
    sign_conclusion,
    transfer,
    waited_for,
)
from app.meetings.bodies import Ruling
from app.meetings.models import DecisionKind, ItemKind
from app.meetings.rules import record_decision
from app.programmes.models import MeasureStatus, VersionStatus
from app.programmes.rules import begin
from tests.make import DAY, child_of, make_adult, mother_of, refused
from tests.office import Office, Offices
from tests.process.facts import FACTS, World, decided
from tests.programmes.test_by_order import go, version_of

SAID: dict[str, Any] = {
    "outcome": Outcome.GOOD,
    "end_reason": EndReason.GOALS_MET,
    "child_stays": YesNo.YES,
    "curator_result": "Мальчик говорит",
}


def working(office: Office, stage: str, *facts: str) -> FamilyCase:
    """Make a case in work: its programme acts and its agreement is signed."""
    case = office.case(stage, "programme_approved", "has_agreement", *facts)
    case.started_at = DAY
    begin(case)
    return case


def conclusion_of(office: Office, case: FamilyCase, **more: Any) -> ClosureConclusion:
    """Prepare the conclusion and write what people say in it."""
    return change_conclusion(prepare_conclusion(case, by=office.curator, on=DAY), by=office.curator, **{**SAID, **more})


# ---- the family says no ------------------------------------------------------------------------------


@pytest.mark.rows("S002-1.5-c", "S003-1.3-a")
def test_S001_2_4_b_a_refusal_in_work_ends_case_agreement_and_programme(offices: Offices):
    with offices.at("sudogda") as office:
        case = working(office, "implement")
        version, [agreement] = version_of(office, case), case.agreements

        made = refuse(case, by=office.head, person=mother_of(case.family), on=DAY, reason=" Не нужно ",
                      consequences_explained=True, outcome=Outcome.UNCHANGED)  # fmt: skip

        assert (made.kind, made.reason, made.received_by_id) == (
            RefusalKind.ACCOMPANIMENT, "Не нужно", office.head.staff_id,
        )  # fmt: skip
        assert (case.status, case.end_reason, case.ended_at) == (CaseStatus.CLOSED, EndReason.FAMILY_REFUSED, DAY)
        assert (version.status, version.decision_reason) == (VersionStatus.TERMINATED, "отказ семьи")
        assert (agreement.status, agreement.termination_initiator) == (AgreementStatus.TERMINATED, Initiator.FAMILY)


def test_S001_2_4_b_a_refusal_before_the_work_is_a_refused_case(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s1")
        refuse(case, by=office.head, person=mother_of(case.family), on=DAY, consequences_explained=True)
        assert (case.status, case.end_reason, case.note) == (
            CaseStatus.REFUSED, EndReason.FAMILY_REFUSED, "семья отказалась, причину не назвала",
        )  # fmt: skip


def test_a_refusal_that_cannot_be_is_refused(offices: Offices):
    with offices.at("sudogda") as office:
        case = working(office, "implement")
        usual = {"by": office.head, "person": mother_of(case.family), "on": DAY, "consequences_explained": True}
        with refused("Отказ подписывает взрослый: законный представитель или член семьи.", "person_id"):
            refuse(case, **{**usual, "person": child_of(case.family)})
        with refused("Чужая Мария не в этой семье. Выберите члена семьи.", "person_id"):
            refuse(case, **{**usual, "person": make_adult(office.session, office.head, last_name="Чужая")})
        with refused("Разъясните семье последствия отказа и отметьте это.", "consequences_explained"):
            refuse(case, **{**usual, "consequences_explained": False})
        with refused("Этот день ещё не наступил. Проверьте дату.", "date"):
            refuse(case, **{**usual, "on": dt.date(2026, 2, 19)})
        with pytest.raises(RuleBroken, match="«Закрыть: отказ» делает"):
            refuse(case, **{**usual, "by": office.curator})
        with refused("Укажите результат сопровождения.", "outcome"), office.session.begin_nested():
            refuse(case, **usual)


# ---- to another organisation -------------------------------------------------------------------------


def test_a_transfer_keeps_its_letter_and_ends_the_case(offices: Offices):
    with offices.at("sudogda") as office:
        case, centre = working(office, "implement"), office.partner("Другой центр")
        made = transfer(case, by=office.head, partner=centre, letter_no=" 45 ", letter_date=DAY, reason="Переехали",
                        on=DAY, handed_over="Личное дело", outcome=Outcome.PARTIAL)  # fmt: skip
        assert (made.partner, made.letter_no, made.handed_over) == (centre, "45", "Личное дело")
        assert (case.status, case.end_reason, case.outcome) == (
            CaseStatus.CLOSED, EndReason.TRANSFERRED, Outcome.PARTIAL,
        )  # fmt: skip
        with refused(f"Дело № {case.number} закончено: снята. Заведите новое дело."):
            transfer(case, by=office.head, partner=centre, letter_no="46", letter_date=DAY, reason="Ещё", on=DAY)


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"letter_no": " "}, "Укажите номер письма, с которым передано дело.", "letter_no"),
        ({"reason": " "}, "Напишите, почему дело передаётся.", "transfer_reason"),
        ({"letter_date": dt.date(2026, 2, 19)}, "Письмо датируют не позже передачи. Проверьте дату.", "letter_date"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(offices: Offices, values, sentence, field):
    with offices.at("rostov") as office:
        usual = {"partner": office.partner(), "letter_no": "45", "letter_date": DAY, "reason": "Переехали", "on": DAY}
        with refused(sentence, field):
            transfer(office.case("s1"), by=office.head, **{**usual, **values})


# ---- the conclusion ----------------------------------------------------------------------------------


def test_S003_3_7_a_conclusion_is_prepared_from_what_the_case_shows(offices: Offices):
    with offices.at("alliance") as office:
        case = working(office, "final", "has_final_assessment")
        unit = {"service_unit_id": case.service_unit_id}
        office.session.add_all([
            Problem(case=case, text="Не говорит", domain=Domain.PEDAGOGICAL, opened_at=DAY,
                    outcome=ProblemOutcome.SOLVED, **unit),
            LevelPeriod(case=case, code="crisis", label="кризисный", date_from=dt.date(2026, 1, 12),
                        date_to=dt.date(2026, 2, 1), reason="По диагностике", **unit),
            LevelPeriod(case=case, code="base", label="базовый", date_from=dt.date(2026, 2, 1),
                        reason="По диагностике", **unit),
        ])  # fmt: skip
        version_of(office, case).measures[0].status = MeasureStatus.DONE
        _decide(office, case, ItemKind.CONTINUATION, DecisionKind.TERMINATE)

        made = prepare_conclusion(case, by=office.curator, on=DAY)

        assert made.level_history == "кризисный: с 12.01.2026 по 01.02.2026\nбазовый: с 01.02.2026"
        assert "Не говорит – решена" in made.results.splitlines()
        assert (made.measures_done, made.period_from, made.period_to) == (100, DAY, DAY)
        assert (made.decision.kind, made.status) == (DecisionKind.TERMINATE, ConclusionStatus.DRAFT)


def _decide(office: Office, case: FamilyCase, item: ItemKind, kind: DecisionKind) -> None:
    decided(item, kind)(World(office.session, office.head, office.order, case))
    office.session.flush()


def test_preparing_again_brings_the_facts_up_to_date_and_keeps_what_people_wrote(offices: Offices):
    with offices.at("sudogda") as office:
        case = working(office, "finish")
        first = conclusion_of(office, case)
        version_of(office, case).measures[0].status = MeasureStatus.DONE
        again = prepare_conclusion(case, by=office.curator, on=DAY)
        assert (again is first, again.measures_done, again.curator_result) == (True, 100, "Мальчик говорит")


def test_S003_3_7_the_signature_waits_for_results_and_the_decision_of_the_council(offices: Offices):
    with offices.at("alliance") as office:
        case = working(office, "final", "has_final_assessment")
        made = conclusion_of(office, case)
        assert {ref.code for ref in waited_for(case)} == {"final_results_heard", "decision_terminate"}
        with refused("Заключение пока не подписать (п. 3.6 Порядка). Итоговые результаты не рассмотрены."):
            sign_conclusion(made, by=office.director, on=DAY)
        _decide(office, case, ItemKind.FINAL, DecisionKind.NOTE)
        with pytest.raises(RuleBroken, match=r"Заключение пока не подписать .* Нет решения прекратить"):
            sign_conclusion(made, by=office.director, on=DAY)
        _decide(office, case, ItemKind.CONTINUATION, DecisionKind.TERMINATE)
        version, [agreement] = version_of(office, case), case.agreements

        sign_conclusion(made, by=office.director, on=DAY)

        assert (made.status, made.number, made.date, made.decision.kind) == (
            ConclusionStatus.SIGNED, "001/2026", DAY, DecisionKind.TERMINATE,
        )  # fmt: skip
        assert (case.status, case.ended_at, case.end_reason, case.outcome) == (
            CaseStatus.CLOSED, DAY, EndReason.GOALS_MET, Outcome.GOOD,
        )  # fmt: skip
        assert (version.status, agreement.status) == (VersionStatus.COMPLETED, AgreementStatus.COMPLETED)


def test_S004_Ц_the_conclusion_asks_whether_the_child_stays_with_the_family(offices: Offices):
    with offices.at("sudogda") as office:
        case = working(office, "finish", "decision_terminate")
        made = conclusion_of(office, case, child_stays=None)
        with refused("Ответьте, остался ли ребёнок в семье. Откройте заключение и дополните его."):
            sign_conclusion(made, by=office.head, on=DAY)
        change_conclusion(made, by=office.curator, **{**SAID, "child_stays": YesNo.NO})
        sign_conclusion(made, by=office.head, on=DAY)
        assert case.child_stays is False


def test_S003_2_4_the_curator_answers_for_the_result_and_is_let_go_with_it(offices: Offices):
    with offices.at("sudogda") as office:
        case = working(office, "finish", "decision_terminate")
        made = conclusion_of(office, case, curator_result=" ")
        sentence = (
            "Напишите, чего удалось достичь: без этого участковый социальный работник работу не заканчивает. "
            "Откройте заключение и дополните его."
        )
        with refused(sentence):
            sign_conclusion(made, by=office.head, on=DAY)
        change_conclusion(made, by=office.curator, **SAID)
        sign_conclusion(made, by=office.head, on=DAY)
        assert (case.curator, {one.date_to for one in case.assignments}) == (None, {DAY})


@pytest.mark.parametrize("missing", ["outcome", "end_reason"])
def test_a_conclusion_without_its_result_or_reason_is_not_signed(offices: Offices, missing):
    with offices.at("sudogda") as office:
        case = working(office, "finish", "decision_terminate")
        made = conclusion_of(office, case, **{missing: None})
        with pytest.raises(RuleBroken, match=r"Укажите.* Откройте заключение и дополните его"):
            sign_conclusion(made, by=office.head, on=DAY)


def test_a_signed_conclusion_is_changed_no_more(offices: Offices):
    with offices.at("sudogda") as office:
        case = working(office, "finish", "decision_terminate")
        made = conclusion_of(office, case)
        with refused("Этот день ещё не наступил. Проверьте дату.", "date"):
            sign_conclusion(made, by=office.head, on=dt.date(2026, 2, 19))
        made.status, made.number, made.date = ConclusionStatus.SIGNED, "099/2026", DAY
        office.session.flush()
        for rule in (
            lambda: change_conclusion(made, by=office.curator, **SAID),
            lambda: sign_conclusion(made, by=office.head, on=DAY),
            lambda: prepare_conclusion(case, by=office.curator, on=DAY),
        ):
            with pytest.raises(RuleBroken, match="подписано"):
                rule()


def test_who_prepares_and_who_signs_is_said_by_the_order_of_work(offices: Offices):
    with offices.at("mishkino") as office:
        case = working(office, "s6", "efficiency_reviewed", "quality_answered_or_waived", "decision_terminate")
        with pytest.raises(RuleBroken, match="«Подготовить заключение» делает"):
            prepare_conclusion(case, by=office.secretary, on=DAY)
        made = conclusion_of(office, case)
        with pytest.raises(RuleBroken, match="делает Директор"):
            sign_conclusion(made, by=office.head, on=DAY)
        sign_conclusion(made, by=office.director, on=DAY)
        assert case.status is CaseStatus.CLOSED


def test_a_conclusion_is_not_prepared_before_its_stage(offices: Offices):
    with offices.at("sudogda") as office:
        case = working(office, "implement")
        with pytest.raises(RuleBroken, match="«Подготовить заключение» – на этапе «Завершение сопровождения»"):
            prepare_conclusion(case, by=office.curator, on=DAY)
        assert office.session.scalar(select(ClosureConclusion.id).where(ClosureConclusion.case_id == case.id)) is None


def test_S004_4_b_the_decision_of_the_commission_ends_the_accompaniment(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s2", "programme_approved", "has_agreement")
        case.started_at = DAY
        go(case, "s4")
        office.session.expire_all()
        made = conclusion_of(office, case)
        with pytest.raises(RuleBroken, match="Анализ эффективности не завершён"):
            sign_conclusion(made, by=office.director, on=DAY)
        FACTS["efficiency_reviewed"](World(office.session, office.head, office.order, case))
        record_decision(case, by=office.secretary, body=office.body("kdn"), ruling=Ruling.TERMINATE, number="9",
                        date=DAY)  # fmt: skip
        sign_conclusion(made, by=office.director, on=DAY)
        assert (case.stage, case.status, made.body) == ("s5", CaseStatus.POST_SUPPORT, office.body("kdn"))
