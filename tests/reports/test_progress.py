"""R09: one row for each case and month, in the columns of the centre, adding up to the journals."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from app.cases.models import Direction
from app.organisation.models import PartnerKind, PartnerOrganisation
from app.programmes.models import ExecutorType, MeasureStatus
from app.progress.rules import accept_report, make_report, submit_report
from app.referrals.rules import record_answer, send_referral
from app.services.models import ServiceKind
from app.services.rules import record_service
from app.visits.rules import record_visit
from reports import Asked, Filters, export
from tests.by_order import work_by
from tests.make import DAY, centre, child_of, make_service
from tests.progress.make import Care, in_care, in_force
from tests.reports.reading import HEADER, counting, exported, lines_of, totals_of

FEBRUARY = Asked(DAY)


def busy(care: Care) -> None:
    """Fill the February of a family: measures, services of every sort, visits, a request with its answer."""
    done = {"status": MeasureStatus.DONE, "done_at": dt.date(2026, 2, 10)}
    due = {"due": dt.date(2026, 2, 12)}
    in_force(
        care, {**done, **due}, {**due, "status": MeasureStatus.PARTLY, "done_at": dt.date(2026, 2, 10)},
        {**due, "title": "кружок", "status": MeasureStatus.NOT_DONE, "not_done_reason": "нет мест"},
        {**done, **due, "executor_type": ExecutorType.FAMILY, "executor_id": None},
        {**due, "title": "режим", "executor_type": ExecutorType.FAMILY, "executor_id": None},
    )  # fmt: skip
    for direction, kind, amount in (
        (Direction.PSY_PED, ServiceKind.CONSULTATION, 2),
        (Direction.HOUSEHOLD, ServiceKind.SOCIAL_SERVICE, 1),
        (Direction.LEGAL, ServiceKind.ASSISTANCE, 3),
        (Direction.LEGAL, ServiceKind.MEDIATION, 4),
    ):
        service = make_service(care.session, care.head, direction=direction, kind=kind)
        record_service(care.case, by=care.curator, service=service, recipient=child_of(care.case.family),
                       performer=care.staff(care.curator), on=dt.date(2026, 2, 10), quantity=amount)  # fmt: skip
    record_visit(care.case, by=care.curator, on=dt.date(2026, 2, 10))
    school = PartnerOrganisation(name="Школа", kind=PartnerKind.EDUCATION, service_unit_id=care.case.service_unit_id)
    care.session.add(school)
    care.session.flush()
    record_answer(send_referral(care.case, by=care.curator, partner=school, question="?"), by=care.curator, text="да")


@pytest.mark.rows("S000-11b", "S002-1.5-e", "S002-2.2-c", "S002-3.4-b", "S000-9a")
def test_s000_11b_a_month_of_a_case_is_told_in_full() -> None:
    with centre() as (session, by):
        care = in_care(session, by)
        busy(care)
        report = make_report(care.case, by=care.curator, month=DAY)
        submit_report(report, by=care.curator)
        accept_report(report, by=care.head)
        (line,) = lines_of(exported("R09", session, by, FEBRUARY))
        assert {title: value for title, value in line.items() if value not in (0, "–")} == {
            "№": 1, "Месяц": "февраль 2026", "№ дела": care.case.number, "Куратор": str(care.staff(care.curator)),
            "Мероприятий: план на месяц": 5, "Выполнено": 2, "Частично": 1, "Не выполнено": 2,
            "Причина невыполнения": "кружок: нет мест; режим: причина не указана", "Из них семьёй: план": 2,
            "Из них семьёй: выполнено": 1, "Семья выполнила, %": 50, "Услуги: психолого-педагогические": 2,
            "Услуги: социально-бытовые": 1, "Содействие: правовая": 3, "Посредничество": 4, "Визитов: норма": 2,
            "Визитов: факт": 1, "Запросов отправлено": 1, "Ответов получено": 1, "Корректировка": "нет",
            "Отчёт сдан": DAY, "Принят": DAY,
        }  # fmt: skip


@pytest.mark.rows("S000-9a", "S000-9b", "S000-9c", "S000-9d", "S002-3.4-a")
def test_s000_9a_each_direction_of_the_order_of_work_is_a_column() -> None:
    wanted = {
        "sudogda": ["психолого-педагогические", "социально-медицинские", "социально-правовые", "социально-бытовые"],
        "mishkino": ["социально-бытовые", "социально-психологические", "социально-педагогические",
                     "социально-правовые", "социально-экономические", "социально-реабилитационные"],
    }  # fmt: skip
    with centre() as (session, by):
        for order, directions in wanted.items():
            work_by(session, by, order)
            heads = [cell.value for cell in exported("R09", session, by, FEBRUARY)[HEADER]]
            assert [head.removeprefix("Услуги: ") for head in heads if head.startswith("Услуги: ")] == directions


def test_services_of_the_month_add_up_to_the_journal_of_services() -> None:
    with centre() as (session, by):
        for _ in range(2):
            busy(in_care(session, by))
        month = totals_of(exported("R09", session, by, FEBRUARY))
        period = Asked(dt.date(2026, 2, 28), date_from=dt.date(2026, 2, 1))
        session.commit()
        target = io.BytesIO()
        export("R06", target, session, period, by=by)
        journal = totals_of(load_workbook(target, data_only=True).worksheets[0])
        parts = [value for title, value in month.items() if title.startswith(("Услуги", "Содействие", "Посредн"))]
        assert sum(parts) == journal["Количество"] == 20


def test_a_period_has_a_row_for_each_case_and_month() -> None:
    with centre() as (session, by):
        care, later = in_care(session, by), in_care(session, by)
        later.case.started_at = dt.date(2026, 2, 3)
        found = lines_of(exported("R09", session, by, Asked(DAY, date_from=dt.date(2026, 1, 1))))
        assert [(line["Месяц"], line["№ дела"]) for line in found] == [
            ("январь 2026", care.case.number), ("февраль 2026", care.case.number),
            ("февраль 2026", later.case.number),
        ]  # fmt: skip
        narrow = Asked(DAY, filters=Filters(curator_id=later.curator.staff_id))
        assert [line["№ дела"] for line in lines_of(exported("R09", session, by, narrow))] == [later.case.number]


def test_a_report_still_waiting_makes_the_month_not_accepted() -> None:
    with centre() as (session, by):
        care = in_care(session, by)
        own, other = (make_report(care.case, by=who, month=DAY) for who in (care.curator, care.psychologist))
        for report, who in ((own, care.curator), (other, care.psychologist)):
            submit_report(report, by=who)
        accept_report(own, by=care.head)
        (line,) = lines_of(exported("R09", session, by, FEBRUARY))
        assert (line["Отчёт сдан"], line["Принят"]) == (DAY, "–")


def test_data_on_health_are_in_the_file_of_who_may_see_them_only() -> None:
    with centre() as (session, by):
        in_care(session, by)
        for health in (False, True):
            heads: list[Any] = [c.value for c in exported("R09", session, by, Asked(DAY, health=health))[HEADER]]
            assert ("Мероприятий ИПР(А) выполнено" in heads) is health


def test_the_number_of_queries_does_not_grow_with_the_cases() -> None:
    with centre() as (session, by):
        numbers = []
        for _ in range(2):
            busy(in_care(session, by))
            session.commit()
            with counting(session) as sent:
                exported("R09", session, by, FEBRUARY)
            numbers.append(len(sent))
        assert numbers[0] == numbers[1]
