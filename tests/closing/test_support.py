"""The time after an accompaniment: planned checks, a family that does worse, the end (S004-5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from app.acting import acting, clock_at
from app.base import RuleBroken
from app.cases.models import CaseStatus, EndReason, FamilyCase, Outcome
from app.closing.models import CheckForm, CheckStatus, PostSupport, PostSupportStatus, RefusalKind, Situation
from app.closing.rules import finish, record_check, refuse, sign_conclusion, transfer
from app.closing.support import months_after
from tests.closing.test_rules import conclusion_of
from tests.make import DAY, mother_of, refused
from tests.office import Office, Offices
from tests.process.facts import FACTS, World
from tests.programmes.test_by_order import go

SEEN = {"form": CheckForm.HOME, "findings": "Дети учатся"}


def ended(office: Office) -> PostSupport:
    """End an accompaniment, so that the time after it goes on."""
    case = office.case("s2", "programme_approved", "has_agreement")
    case.started_at = DAY
    go(case, "s4")
    for code in ("efficiency_reviewed", "decision_terminate"):
        FACTS[code](World(office.session, office.head, office.order, case))
    office.session.flush()
    office.session.expire_all()
    sign_conclusion(conclusion_of(office, case), by=office.director, on=DAY)
    return office.session.scalars(select(PostSupport).where(PostSupport.case_id == case.id)).one()


@contextmanager
def later(office: Office, day: dt.date) -> Iterator[None]:
    """Let the day be *day*."""
    with clock_at(day), acting(office.head):
        yield


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2026, 11, 15), 3, dt.date(2027, 2, 15)),
        (dt.date(2026, 2, 18), 6, dt.date(2026, 8, 18)),
    ],
)
def test_months_are_counted_to_the_same_day_or_the_last(day, months, found):
    assert months_after(day, months) == found


def test_S004_5_the_checks_of_the_order_of_work_are_planned_and_the_curator_stays(offices: Offices):
    with offices.at("rostov") as office:
        support = ended(office)
        case = support.case
        assert [(one.no, one.planned_on) for one in support.checks] == [
            (1, dt.date(2026, 3, 18)),
            (2, dt.date(2026, 5, 18)),
            (3, dt.date(2026, 8, 18)),
        ]
        assert (support.curator, support.planned_to) == (office.staff(office.curator), dt.date(2026, 8, 18))
        assert (case.status, case.stage, case.ended_at, case.end_reason, case.outcome, case.child_stays) == (
            CaseStatus.POST_SUPPORT, "s5", DAY, EndReason.GOALS_MET, Outcome.GOOD, True,
        )  # fmt: skip
        assert case.curator == office.staff(office.curator)


def test_S004_5_three_quiet_checks_and_the_case_is_closed(offices: Offices):
    with offices.at("rostov") as office:
        support = ended(office)
        case = support.case
        for check in support.checks:
            with later(office, check.planned_on):
                new = record_check(check, by=office.curator, situation=Situation.STABLE, on=check.planned_on, **SEEN)
            assert new is None
        with later(office, dt.date(2026, 8, 20)):
            finish(support, by=office.curator, result=" Семья справляется ", on=dt.date(2026, 8, 20))
        assert (support.status, support.date_to, support.result) == (
            PostSupportStatus.FINISHED, dt.date(2026, 8, 20), "Семья справляется",
        )  # fmt: skip
        assert (case.status, case.ended_at, case.curator) == (CaseStatus.CLOSED, DAY, None)


def test_S004_5_a_family_that_does_worse_gets_a_new_case_linked_to_the_old_one(offices: Offices):
    with offices.at("rostov") as office:
        support = ended(office)
        case, day = support.case, dt.date(2026, 3, 18)
        with later(office, day):
            new = record_check(support.checks[0], by=office.curator, situation=Situation.WORSE, on=day, **SEEN)

        assert isinstance(new, FamilyCase)
        assert (new.previous_case, new.stage, new.status, new.opened_at) == (case, "s1", CaseStatus.ASSESSMENT, day)
        assert (case.status, case.ended_at) == (CaseStatus.CLOSED, DAY)
        assert [one.status for one in support.checks] == [
            CheckStatus.DONE, CheckStatus.CANCELLED, CheckStatus.CANCELLED,
        ]  # fmt: skip
        assert support.status is PostSupportStatus.STOPPED
        assert "Дети учатся" in (new.note or "")


def test_a_family_may_decline_the_time_after(offices: Offices):
    with offices.at("rostov") as office:
        support = ended(office)
        made = refuse(support.case, by=office.head, person=mother_of(support.case.family), on=DAY,
                      consequences_explained=True)  # fmt: skip
        assert (made.kind, support.status, support.case.status, support.case.end_reason) == (
            RefusalKind.POST_SUPPORT, PostSupportStatus.STOPPED, CaseStatus.CLOSED, EndReason.GOALS_MET,
        )  # fmt: skip


def test_a_case_is_not_handed_over_after_its_end(offices: Offices):
    with offices.at("rostov") as office:
        support = ended(office)
        with refused("Сопровождение уже закончено. Завершите постсопровождение."):
            transfer(support.case, by=office.head, partner=office.partner(), letter_no="1", letter_date=DAY,
                     reason="Переезд", on=DAY)  # fmt: skip


def test_a_check_that_cannot_be_is_refused(offices: Offices):
    with offices.at("rostov") as office:
        first, second, _ = ended(office).checks
        with refused("Сначала внесите проверку 1: её ждали 18.03.2026."):
            record_check(second, by=office.curator, situation=Situation.STABLE, on=DAY, **SEEN)
        for day in (dt.date(2026, 2, 17), dt.date(2026, 2, 19)):
            with refused("Проверка бывает не раньше конца сопровождения и не позже сегодняшнего дня.", "done_on"):
                record_check(first, by=office.curator, situation=Situation.STABLE, on=day, **SEEN)
        with refused("Напишите, что увидели в семье.", "findings"):
            record_check(first, by=office.curator, situation=Situation.STABLE, on=DAY, findings=" ")
        with pytest.raises(RuleBroken, match="«Внести проверку постсопровождения» делает Куратор"):
            record_check(first, by=office.head, situation=Situation.STABLE, on=DAY, **SEEN)
        record_check(first, by=office.curator, situation=Situation.BETTER, on=DAY, **SEEN)
        with refused("Проверка 1 уже проведена."):
            record_check(first, by=office.curator, situation=Situation.STABLE, on=DAY, **SEEN)


def test_an_end_that_cannot_be_is_refused(offices: Offices):
    with offices.at("rostov") as office:
        support = ended(office)
        with refused("Сначала внесите проверку 1: её ждут 18.03.2026."):
            finish(support, by=office.curator, result="Хорошо", on=DAY)
        last = dt.date(2026, 8, 18)
        with later(office, last):
            for check in support.checks:
                record_check(check, by=office.curator, situation=Situation.STABLE, on=last, **SEEN)
            with refused("Напишите, чем закончилось постсопровождение.", "result"):
                finish(support, by=office.curator, result=" ", on=last)
            with refused("Последняя проверка была 18.08.2026. Укажите день не раньше.", "date_to"):
                finish(support, by=office.curator, result="Хорошо", on=DAY)
            with refused("Этот день ещё не наступил. Проверьте дату.", "date_to"):
                finish(support, by=office.curator, result="Хорошо", on=dt.date(2026, 8, 19))
            support.status = PostSupportStatus.STOPPED
            office.session.flush()
            with refused("Постсопровождение уже прекращено."):
                finish(support, by=office.curator, result="Хорошо", on=last)
