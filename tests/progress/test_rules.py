"""Rules of monthly reports and the control of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor, clock_at
from app.cases.models import StageMove
from app.cases.stages import enter
from app.organisation.models import ServiceUnit
from app.programmes.models import MeasureStatus
from app.progress import control
from app.progress.models import ProgressReport, ReportStatus
from app.progress.rules import (
    accept_report,
    facts_of,
    make_report,
    may_judge,
    send_back,
    submit_report,
    version_in_force,
    write_report,
)
from app.visits.rules import record_visit
from tests.make import DAY, centre, make_actor, make_case, make_staff, refused
from tests.progress.make import FEBRUARY, Care, in_care, in_force

JANUARY = dt.date(2026, 1, 1)
MARCH_2 = dt.date(2026, 3, 2)


@pytest.fixture
def there() -> Iterator[tuple[Session, Actor]]:
    with centre() as made:
        yield made


def submitted(care: Care, month: dt.date = JANUARY) -> ProgressReport:
    """Return a report of the curator that is submitted."""
    report = make_report(care.case, by=care.curator, month=month)
    submit_report(report, by=care.curator)
    return report


# ---- from the draft to the acceptance ----------------------------------------------------------------------------


def test_s000_11b_a_report_goes_from_draft_over_submitted_to_accepted(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    in_force(care, {"title": "занятия", "status": MeasureStatus.DONE, "done_at": dt.date(2026, 1, 20)})
    report = make_report(care.case, by=care.curator, month=dt.date(2026, 1, 17), family_participation=" активное ")
    assert (report.status, report.period, report.month) == (ReportStatus.DRAFT, JANUARY, "январь 2026")
    assert (report.family_participation, len(facts_of(report).measures)) == ("активное", 1)
    write_report(report, by=care.curator, problems="нет")
    submit_report(report, by=care.curator)
    assert (report.status, report.submitted_at is not None) == (ReportStatus.SUBMITTED, True)
    accept_report(report, by=care.head)
    assert (report.status, report.accepted_by_id) == (ReportStatus.ACCEPTED, care.head.staff_id)


def test_s000_11b_a_second_report_of_one_author_for_one_month_is_refused(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    make_report(care.case, by=care.curator, month=JANUARY)
    with refused("Отчёт за январь 2026 по этому делу уже есть: черновик. Откройте его.", "period"):
        make_report(care.case, by=care.curator, month=dt.date(2026, 1, 31))
    other = make_report(care.case, by=care.psychologist, month=JANUARY)
    assert other.author_id == care.psychologist.staff_id
    assert make_report(care.case, by=care.curator, month=FEBRUARY).period == FEBRUARY


def test_s002_3_5_d_what_is_entered_later_changes_no_submitted_report(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    report = make_report(care.case, by=care.curator, month=FEBRUARY)
    assert facts_of(report).visits.done == 0
    record_visit(care.case, by=care.curator, on=dt.date(2026, 2, 10))
    care.session.flush()
    assert facts_of(report).visits.done == 1  # A draft reads them anew.
    submit_report(report, by=care.curator)
    record_visit(care.case, by=care.curator, on=dt.date(2026, 2, 11))
    care.session.flush()
    assert facts_of(report).visits.done == 1
    send_back(report, by=care.head, reason="дополните")
    assert facts_of(report).visits.done == 2


def test_s001_3_1_g_the_curator_may_return_a_specialists_report_with_a_reason(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    report = make_report(care.case, by=care.psychologist, month=JANUARY)
    submit_report(report, by=care.psychologist)
    with refused("Напишите, что исправить: это увидит автор отчёта.", "return_reason"):
        send_back(report, by=care.curator, reason=" ")
    send_back(report, by=care.curator, reason="Нет занятий")
    assert (report.status, report.return_reason) == (ReportStatus.RETURNED, "Нет занятий")
    write_report(report, by=care.psychologist, changes="Занятия были")
    submit_report(report, by=care.psychologist)
    assert report.status is ReportStatus.SUBMITTED


@pytest.mark.rows("S000-11a", "S001-1.4")
def test_s001_1_4_only_the_head_accepts_reports(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    report = submitted(care)
    with refused("«Принять отчёт» делает Заведующая ОССО – руководитель Службы сопровождения. Попросите об этом."):
        accept_report(report, by=care.curator)
    assert (may_judge(report, care.curator), may_judge(report, care.head)) == (False, True)
    with refused("Свой отчёт вернуть себе нельзя. Попросите руководителя службы."):
        send_back(report, by=care.curator, reason="сам себе")
    accept_report(report, by=care.head)
    with refused("Принять можно сданный отчёт, а этот принят."):
        accept_report(report, by=care.head)
    with refused("Вернуть можно сданный отчёт, а этот принят."):
        send_back(report, by=care.head, reason="поздно")


def test_without_an_order_of_work_the_head_judges(there: tuple[Session, Actor]) -> None:
    care = in_plain_care(*there)
    report = submitted(care)
    for step in (lambda: accept_report(report, by=care.psychologist),
                 lambda: send_back(report, by=care.psychologist, reason="x")):  # fmt: skip
        with refused("Отчёты принимает и возвращает руководитель службы. Попросите его."):
            step()
    accept_report(report, by=care.head)


def in_plain_care(session: Session, by: Actor) -> Care:
    """Return a family of a centre without an order of work."""
    unit = session.get_one(ServiceUnit, by.unit)
    people = [make_staff(session, by) for _ in range(3)]
    head, curator, psychologist = (
        make_actor(unit, staff=staff, roles=(role,))
        for staff, role in zip(people, ("head_of_service", "curator", "psychologist"), strict=True)
    )
    case = make_case(session, by, curator=people[1])
    case.started_at = case.opened_at
    return Care(session, head, curator, psychologist, case)


# ---- refusals ----------------------------------------------------------------------------------------------------


def test_what_cannot_be_reported_is_refused(there: tuple[Session, Actor]) -> None:
    session, by = there
    care = in_care(session, by)
    with refused("Этот месяц ещё не начался. Выберите прошедший или нынешний.", "period"):
        make_report(care.case, by=care.curator, month=dt.date(2026, 3, 1))
    with refused("В этом месяце семью не сопровождали, отчитываться не о чем.", "period"):
        make_report(care.case, by=care.curator, month=dt.date(2025, 12, 1))
    stranger = make_actor(session.get_one(ServiceUnit, by.unit), staff=make_staff(session, by), roles=("curator",))
    with refused("Вы не работаете с этой семьёй. Попросите куратора включить вас в команду."):
        make_report(care.case, by=stranger, month=JANUARY)
    care.case.curator = None
    with refused("Отчёт составляет сотрудник центра. Войдите как сотрудник."):
        make_report(care.case, by=by, month=JANUARY)


def test_a_report_is_written_and_submitted_by_its_author_once(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    report = make_report(care.case, by=care.curator, month=JANUARY)
    not_yours = f"Этот отчёт составляет {report.author}. Попросите автора."
    with refused(not_yours):
        write_report(report, by=care.psychologist, problems="x")
    with refused(not_yours):
        submit_report(report, by=care.psychologist)
    submit_report(report, by=care.curator)
    with refused("Отчёт уже сдан."):
        submit_report(report, by=care.curator)
    with refused("Отчёт сдан, менять его нельзя. Попросите вернуть его."):
        write_report(report, by=care.curator, problems="x")


def test_a_report_is_submitted_where_the_order_of_work_opens_it_or_did_in_that_month(
    there: tuple[Session, Actor],
) -> None:
    care = in_care(*there, stage="identify")
    report = make_report(care.case, by=care.curator, month=FEBRUARY)
    with pytest.raises(Exception, match="«Сдать отчёт» – на этапе «Реализация ИПСС»"):
        submit_report(report, by=care.curator)
    with clock_at(dt.date(2026, 2, 20)):
        enter(care.case, "implement", by=care.head, move=StageMove.ADVANCED)
    with clock_at(MARCH_2):
        enter(care.case, "finish", by=care.head, move=StageMove.ADVANCED)
        care.session.expire(care.case, ["stages"])
        submit_report(report, by=care.curator)
    assert report.status is ReportStatus.SUBMITTED


# ---- the control of a month --------------------------------------------------------------------------------------


@pytest.mark.rows("S000-11a", "S002-П-3")
def test_s000_11a_the_head_is_told_of_missing_reports_late_measures_and_rare_visits(
    there: tuple[Session, Actor],
) -> None:
    session, by = there
    idle, busy = in_care(session, by), in_care(session, by)
    (late,) = in_force(idle, {"title": "справка", "due": dt.date(2026, 2, 10)})
    in_force(busy, {"title": "сделано", "status": MeasureStatus.DONE, "done_at": dt.date(2026, 2, 10),
                    "due": dt.date(2026, 2, 10)}, {"title": "впереди", "due": dt.date(2026, 12, 1)})  # fmt: skip
    for day in (10, 17):
        record_visit(busy.case, by=busy.curator, on=dt.date(2026, 2, day))
    draft = make_report(idle.case, by=idle.curator, month=FEBRUARY)
    submitted(busy, FEBRUARY)
    session.flush()
    with clock_at(MARCH_2):
        cases = control.accompanied(session, FEBRUARY)
        missing = control.without_report(session, cases, FEBRUARY)
        assert [(one.case, one.begun) for one in missing] == [(idle.case, draft)]
        assert list(control.overdue(session)) == [late]
        assert [(case, count.said) for case, count in control.below_norm(session, cases, FEBRUARY)] == [
            (idle.case, "визитов 0 из 2")
        ]
        assert [report.case for report in control.to_accept(session)] == [busy.case]


def test_a_family_not_accompanied_in_the_month_is_not_asked_about(there: tuple[Session, Actor]) -> None:
    session, by = there
    ended, later = in_care(session, by), in_care(session, by)
    ended.case.ended_at = FEBRUARY
    later.case.started_at = dt.date(2026, 3, 1)
    session.flush()
    assert control.accompanied(session, FEBRUARY) == []
    assert control.accompanied(session, JANUARY) == [ended.case]


def test_a_correction_begins_from_the_version_in_force(there: tuple[Session, Actor]) -> None:
    care = in_care(*there)
    assert version_in_force(care.case) is None
    (measure,) = in_force(care, {})
    assert version_in_force(care.case) is measure.programme_version
    assert measure.programme_version.valid_from < DAY
