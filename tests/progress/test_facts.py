"""What counts as the facts of a month: the plan and what came of it, services in one place each, an author's part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.acting import Actor, clock_at
from app.cases.help import HelpKind
from app.cases.models import Direction
from app.organisation.models import PartnerKind, PartnerOrganisation
from app.programmes.models import ExecutorType, MeasureStatus, Periodicity
from app.progress.facts import Facts, Mark, facts_of_month
from app.progress.frozen import from_text, to_text
from app.referrals.rules import record_answer, send_referral
from app.services.models import ServiceKind
from app.services.rules import record_service, void_service
from app.visits.models import VisitForm
from app.visits.norm import Count
from app.visits.rules import record_visit
from tests.make import DAY, centre, child_of, make_service
from tests.progress.make import FEBRUARY, Care, in_care, in_force, next_version

MARCH = dt.date(2026, 3, 1)
APRIL_1 = dt.date(2026, 4, 1)


@pytest.fixture
def there() -> Iterator[tuple[Session, Actor]]:
    with centre() as made:
        yield made


def facts(care: Care, month: dt.date = FEBRUARY, author: Actor | None = None) -> Facts:
    """Return the facts of the case in a month, read after it has ended."""
    care.session.flush()
    with clock_at(APRIL_1):
        staff = care.staff(author) if author is not None else None
        return facts_of_month(care.session, [care.case], month, staff)[care.case.id]


def marks(found: Facts) -> dict[str, Mark]:
    """Return how each measure of the plan is marked, by its title."""
    return {one.title: one.mark for one in found.measures}


# ---- the plan and what came of it --------------------------------------------------------------------------------


def test_s000_11b_the_plan_of_a_month_is_what_its_term_and_its_marks_put_there(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    done, partly = MeasureStatus.DONE, MeasureStatus.PARTLY
    in_force(
        care,
        {"title": "в срок", "status": done, "done_at": dt.date(2026, 2, 10)},
        {"title": "частично", "status": partly, "done_at": dt.date(2026, 2, 10)},
        {"title": "не выполнено", "status": MeasureStatus.NOT_DONE, "not_done_reason": "болел"},
        {"title": "не отмечено"},
        {"title": "долг января", "due": dt.date(2026, 1, 30)},
        {"title": "раньше срока", "due": dt.date(2026, 6, 1), "status": done, "done_at": dt.date(2026, 2, 11)},
        {"title": "сделано в январе", "status": done, "done_at": dt.date(2026, 1, 20)},
        {"title": "после месяца", "due": dt.date(2026, 3, 31)},
        {"title": "сделано позже", "status": done, "done_at": dt.date(2026, 3, 2)},
        {"title": "отменено", "status": MeasureStatus.CANCELLED, "not_done_reason": "уехали"},
        {"title": "ещё не началось", "starts": dt.date(2026, 3, 1), "due": dt.date(2026, 3, 5)},
    )
    found = facts(care)
    assert marks(found) == {
        "в срок": Mark.DONE, "частично": Mark.PARTLY, "не выполнено": Mark.NOT_DONE, "не отмечено": Mark.NOT_DONE,
        "долг января": Mark.NOT_DONE, "раньше срока": Mark.DONE, "сделано позже": Mark.NOT_DONE,
    }  # fmt: skip
    assert [one.reason for one in found.undone if one.reason] == ["болел"]
    assert (found.number(), found.number(Mark.DONE)) == (7, 2)
    assert marks(facts(care, MARCH))["сделано позже"] is Mark.DONE


def test_a_measure_of_every_month_is_done_when_a_service_or_a_visit_says_so(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    again = {"periodicity": Periodicity.WEEKLY, "due": dt.date(2026, 6, 30)}
    talk, ride, nothing, refused = in_force(
        care, {"title": "беседы", **again}, {"title": "подвоз", **again}, {"title": "кружок", **again},
        {"title": "логопед", **again, "status": MeasureStatus.NOT_DONE, "not_done_reason": "нет мест"},
    )  # fmt: skip
    service = make_service(care.session, care.head)
    for day in (3, 10):
        record_service(
            care.case, by=care.curator, service=service, recipient=child_of(care.case.family),
            performer=care.staff(care.curator), on=dt.date(2026, 2, day), measure_lineage=talk.lineage,
        )  # fmt: skip
    record_visit(care.case, by=care.curator, on=dt.date(2026, 2, 5), lineage=ride.lineage)
    found = facts(care)
    assert marks(found) == {
        "беседы": Mark.DONE, "подвоз": Mark.DONE, "кружок": Mark.NOT_DONE, "логопед": Mark.NOT_DONE,
    }  # fmt: skip
    assert [one.fact for one in found.measures][:2] == ["2\u00a0раза", "1\u00a0раз"]
    assert set(marks(facts(care, MARCH)).values()) == {Mark.NOT_DONE}
    assert nothing.status is MeasureStatus.PLANNED and refused.status is MeasureStatus.NOT_DONE


def test_before_a_month_is_over_what_is_not_due_goes_on(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    in_force(care, {"title": "к концу месяца"}, {"title": "вчера", "due": dt.date(2026, 2, 17)},
             {"title": "каждую неделю", "periodicity": Periodicity.WEEKLY, "due": dt.date(2026, 6, 30)})  # fmt: skip
    found = facts_of_month(care.session, [care.case], DAY)[care.case.id]
    assert marks(found) == {
        "к концу месяца": Mark.GOING_ON, "вчера": Mark.NOT_DONE, "каждую неделю": Mark.GOING_ON,
    }  # fmt: skip


def test_a_correction_loses_no_fact_of_the_month_before(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    first = in_force(care, {"title": "занятия"}, {"title": "справки"})
    second = next_version(care, first, dt.date(2026, 3, 5))
    second[0].status, second[0].done_at = MeasureStatus.DONE, dt.date(2026, 2, 27)  # Marked after the correction.
    found = facts(care)
    assert marks(found) == {"занятия": Mark.DONE, "справки": Mark.NOT_DONE}
    assert (found.correction, facts(care, MARCH).correction) == ("", "да")


@pytest.mark.rows("S002-1.5-e", "S002-3.5-b")
def test_s002_1_5_e_what_the_family_does_itself_is_told_apart(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    family = {"executor_type": ExecutorType.FAMILY, "executor_id": None}
    done = {"status": MeasureStatus.DONE, "done_at": dt.date(2026, 2, 10)}
    in_force(care, {"title": "режим дня", **family, **done}, {"title": "кружок", **family}, {"title": "беседа", **done})
    found = facts(care)
    assert (found.number(by_family=True), found.number(Mark.DONE, by_family=True)) == (2, 1)
    assert found.by_executor == (("семья", 2, 1), (str(care.staff(care.curator)), 1, 1))


# ---- services, requests, visits ----------------------------------------------------------------------------------


@pytest.mark.rows("S002-2.2-c", "S002-3.4-b")
def test_s002_2_2_c_a_service_counts_once_as_service_assistance_or_mediation(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    (measure,) = in_force(care, {"title": "МСЭ", "help_kind": HelpKind.MEDICAL})
    given: list[tuple[dict[str, Any], int, Any]] = [
        ({"direction": Direction.PSY_PED, "kind": ServiceKind.CONSULTATION}, 2, None),
        ({"direction": Direction.HOUSEHOLD, "kind": ServiceKind.SOCIAL_SERVICE}, 1, None),
        ({"direction": Direction.HOUSEHOLD, "kind": ServiceKind.ASSISTANCE}, 3, None),
        ({"direction": Direction.HOUSEHOLD, "kind": ServiceKind.ESCORT}, 1, measure.lineage),
        ({"direction": Direction.LEGAL, "kind": ServiceKind.ASSISTANCE}, 1, None),
        ({"direction": Direction.LEGAL, "kind": ServiceKind.MEDIATION}, 4, None),
    ]
    for about, amount, line in given:
        record_service(
            care.case, by=care.curator, service=make_service(care.session, care.head, **about), quantity=amount,
            recipient=child_of(care.case.family), performer=care.staff(care.curator), on=dt.date(2026, 2, 10),
            measure_lineage=line,
        )  # fmt: skip
    wrong = record_service(
        care.case, by=care.curator, service=make_service(care.session, care.head), recipient=child_of(care.case.family),
        performer=care.staff(care.curator), on=dt.date(2026, 2, 10),
    )  # fmt: skip
    void_service(wrong, by=care.curator, reason="дважды")
    found = facts(care)
    assert found.services == {"psy_ped": 2, "household": 1}
    assert found.assistance == {"social": 3, "medical": 1, "legal": 1}
    assert found.mediation == 4
    assert sum((*found.services.values(), *found.assistance.values(), found.mediation)) == found.total == 12


def test_requests_and_visits_count_in_the_month_they_belong_to(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    school = PartnerOrganisation(name="Школа", kind=PartnerKind.EDUCATION, service_unit_id=care.case.service_unit_id)
    care.session.add(school)
    care.session.flush()
    asked = [send_referral(care.case, by=care.curator, partner=school, question="?", on=dt.date(2026, 2, day))
             for day in (2, 3)]  # fmt: skip
    with clock_at(dt.date(2026, 3, 10)):
        record_answer(asked[0], by=care.curator, text="да")
    for form in (VisitForm.HOME, VisitForm.PHONE):
        record_visit(care.case, by=care.curator, on=dt.date(2026, 2, 10), form=form)
    found = facts(care)
    assert (found.sent, found.answered, found.visits) == (2, 0, Count(done=1, norm=2, remote=1))
    assert (facts(care, MARCH).sent, facts(care, MARCH).answered) == (0, 1)


# ---- an author's part, many cases, frozen ------------------------------------------------------------------------


def test_a_specialist_reports_of_his_own_work_only(there: tuple[Session, Actor]) -> None:
    care = in_care(*there, direction=Direction.PSY_PED)
    in_force(
        care,
        {"title": "направление", "direction": Direction.PSY_PED},
        {"title": "исполнитель", "executor_id": care.psychologist.staff_id, "direction": Direction.LEGAL},
        {"title": "чужое", "direction": Direction.LEGAL},
    )
    for who in (care.curator, care.psychologist):
        record_service(
            care.case, by=who, service=make_service(care.session, care.head), recipient=child_of(care.case.family),
            performer=care.staff(who), on=dt.date(2026, 2, 10),
        )  # fmt: skip
        record_visit(care.case, by=who, on=dt.date(2026, 2, 10))
    own = facts(care, author=care.psychologist)
    assert (set(marks(own)), own.total, own.visits) == ({"направление", "исполнитель"}, 1, Count(done=1))
    assert (len(facts(care).measures), facts(care).total, facts(care).visits.done) == (3, 2, 2)


def test_facts_of_many_cases_cost_as_many_queries_as_of_one(there: tuple[Session, Actor]) -> None:
    session, by = there
    cares = [in_care(session, by) for _ in range(3)]
    for care in cares:
        in_force(care, {"periodicity": Periodicity.WEEKLY})
        record_visit(care.case, by=care.curator, on=dt.date(2026, 2, 10))
    session.flush()
    numbers = []
    for some in (cares[:1], cares):
        seen: list[str] = []

        def note(*args: Any, seen: list[str] = seen) -> None:
            seen.append(args[2])

        event.listen(session.get_bind(), "before_cursor_execute", note)
        facts_of_month(session, [care.case for care in some], FEBRUARY)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


def test_frozen_facts_are_read_as_they_were(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    in_force(care, {"title": "занятия", "volume": "2 раза в неделю", "periodicity": Periodicity.WEEKLY})
    service = make_service(care.session, care.head)
    record_service(care.case, by=care.curator, service=service, recipient=child_of(care.case.family),
                   performer=care.staff(care.curator), on=dt.date(2026, 2, 10), quantity=Decimal("1.5"))  # fmt: skip
    found = facts(care)
    assert from_text(to_text(found)) == found
    assert found.measures[0].plan == "2 раза в неделю, еженедельно, до 28.02.2026"
