"""R06 Журнал оказанных услуг: each service once, four sheets of sums that add up, and the way back by Excel."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.acting import acting
from app.cases.models import CaseStatus, Direction
from app.organisation.models import Department
from app.programmes.rules import correct, put_in_force
from app.register.intake.plan import Verdict
from app.register.sheet import open_workbook
from app.services.intake_load import load
from app.services.intake_plan import preview
from app.services.models import Place, ServiceKind, ServiceRecord
from app.services.rules import record_service, void_service
from reports import Asked, Filters, export
from tests.by_order import work_by
from tests.make import DAY, centre, child_of, make_actor, make_case, make_service, make_staff, make_unit, mother_of
from tests.meetings.make import council, make_approved
from tests.reports.reading import HEADER, counting, exported, lines_of, totals_of
from tests.services.journals import JOURNALS, planned, served, write

COLUMNS = ["№", "Дата", "№ дела", "Получатель", "Услуга", "Направление", "Вид", "Гарантированный перечень", "Место",
           "Форма", "Количество", "Время, мин", "Исполнитель, подразделение", "Мероприятие ИПСС",
           "Отметка получателя"]  # fmt: skip
JANUARY = Asked(dt.date(2026, 1, 31), date_from=dt.date(2026, 1, 1))


def book_of(session: Any, by: Any, asked: Asked) -> Any:
    """Return the whole workbook of R06, values instead of formulas."""
    session.commit()
    target = io.BytesIO()
    export("R06", target, session, asked, by=by)
    return load_workbook(target, data_only=True)


def give(session: Any, by: Any, case: Any, **more: Any) -> ServiceRecord:
    """Give the mother a service."""
    values = {"recipient": mother_of(case.family), "on": dt.date(2026, 1, 20), **more}
    for name, maker in (("service", make_service), ("performer", make_staff)):
        values.setdefault(name, None)
        values[name] = values[name] or maker(session, by)
    return record_service(case, by=by, **values)


def test_a_service_is_told_in_full():
    with centre() as (session, by):
        case = make_case(session, by, status=CaseStatus.REGISTERED)
        department = Department(name="Отделение помощи семье", service_unit_id=by.unit_id)
        psychologist = make_staff(session, by, last_name="Психологова", middle_name="Юрьевна", department=department)
        talk = make_service(session, by, name="Беседа", kind=ServiceKind.CONSULTATION, is_guaranteed=True)
        give(session, by, case, recipient=child_of(case.family), service=talk, performer=psychologist, quantity=2,
             minutes=40, place=Place.REMOTE, recipient_mark=True)  # fmt: skip

        sheet = exported("R06", session, by, JANUARY)
        assert [cell.value for cell in sheet[HEADER]] == COLUMNS
        values = [1, dt.date(2026, 1, 20), case.number, "Тестов Пётр", "Беседа", "социально-психологические",
                  "консультация", "да", "дистанционно", "дистанционно", 2, 40,
                  "Психологова Анна Юрьевна, Отделение помощи семье", "–", "да"]  # fmt: skip
        assert lines_of(sheet) == [dict(zip(COLUMNS, values, strict=True))]


def test_an_annulled_service_and_one_outside_the_period_are_not_there():
    with centre() as (session, by):
        case = make_case(session, by, status=CaseStatus.REGISTERED)
        void_service(give(session, by, case), by=by, reason="Внесена по ошибке")
        give(session, by, case, on=dt.date(2026, 2, 1))
        kept = [give(session, by, case, on=dt.date(2026, 1, day)) for day in (31, 12)]

        found = lines_of(exported("R06", session, by, JANUARY))
        assert [line["Дата"] for line in found] == sorted(record.date for record in kept)


def test_every_sheet_adds_up_to_the_journal():
    with centre() as (session, by):
        cases = [make_case(session, by, status=CaseStatus.REGISTERED) for _ in range(2)]
        inna, vera = (make_staff(session, by, last_name=name) for name in ("Аистова", "Беркутова"))
        talk = make_service(session, by, kind=ServiceKind.CONSULTATION)
        visit = make_service(session, by, direction=Direction.HOUSEHOLD)
        for case, service, performer, amount, month in (
            (cases[0], talk, inna, 1, 1),
            (cases[0], visit, inna, Decimal("1.5"), 1),
            (cases[1], talk, vera, 2, 2),
        ):
            give(session, by, case, service=service, performer=performer, quantity=amount, minutes=30,
                 on=dt.date(2026, month, 15))  # fmt: skip

        book = book_of(session, by, Asked(DAY))
        journal, by_month, by_performer, by_kind, by_list = book.worksheets
        assert book.sheetnames == ["Журнал оказанных услуг", "По направлениям и месяцам", "По исполнителям",
                                   "По видам помощи", "Гарантированный перечень"]  # fmt: skip
        assert totals_of(journal)["Количество"] == 4.5
        assert [{title: value for title, value in line.items() if value} for line in lines_of(by_month)] == [
            {"Месяц": "01.2026", "социально-психологические": 1, "социально-бытовые": 1.5, "Всего": 2.5},
            {"Месяц": "02.2026", "социально-психологические": 2, "Всего": 2},
        ]
        totals = totals_of(by_month)
        assert totals["Всего"] == sum(totals[direction.label] for direction in Direction) == 4.5
        assert [list(line.values()) for line in lines_of(by_performer)] == [
            [inna.name, "–", 2, 2.5, 60, 1, 1],
            [vera.name, "–", 1, 2, 30, 1, 1],
        ]
        assert [list(line.values()) for line in lines_of(by_kind)] == [
            ["социальная услуга", 1, 1.5, 30, 1, 1],
            ["консультация", 2, 3, 60, 2, 2],
        ]
        for sheet in (by_performer, by_kind, by_list):
            assert (totals_of(sheet)["Раз"], totals_of(sheet)["Количество"]) == (3, 4.5)


def test_an_empty_journal_has_its_five_sheets():
    with centre() as (session, by):
        assert [lines_of(sheet) for sheet in book_of(session, by, JANUARY).worksheets] == [[], [], [], [], []]


def test_the_filters_of_the_case_narrow_every_sheet():
    with centre() as (session, by):
        curator = make_staff(session, by)
        led = make_case(session, by, status=CaseStatus.REGISTERED, curator=curator)
        for case in (led, make_case(session, by)):
            give(session, by, case)
        for filters in (Filters(curator_id=curator.id), Filters(status=CaseStatus.REGISTERED)):
            book = book_of(session, by, Asked(DAY, filters=filters))
            assert [line["№ дела"] for line in lines_of(book.worksheets[0])] == [led.number]
            assert totals_of(book.worksheets[3])["Раз"] == 1


def test_the_measure_is_told_by_its_newest_words_and_the_service_counted_once(session):
    with council(session) as made:
        head = made.centre.head
        version = put_in_force(make_approved(made), by=head)
        changed = correct(version.programme, by=head, reason="Новая школа")
        changed.measures[0].title = "Подвоз в новую школу"
        session.flush()
        lineage = changed.measures[0].lineage
        give(session, head, lineage.case, measure_lineage=lineage, on=DAY)

        found = lines_of(exported("R06", session, head, Asked(DAY)))
        assert [line["Мероприятие ИПСС"] for line in found] == ["Подвоз в новую школу"]
        assert len(lineage.measures) == 2


def test_a_loaded_journal_comes_out_as_the_base_holds_it_and_goes_in_again_without_a_change(tmp_path: Path):
    with served(tmp_path) as (session, by):
        load(session, planned(session, by, write(tmp_path / "journal.xlsx", JOURNALS["printed"])), by=by)
        session.commit()
        out = tmp_path / "R06.xlsx"
        with acting(by):
            assert export("R06", out, session, Asked(DAY), by=by) == 4
            plan = preview(session, open_workbook(out), by=by)
        assert (plan.problems, [item.verdict for item in plan.items]) == ([], [Verdict.UNCHANGED] * 4)
        sums = ["По направлениям и месяцам", "По исполнителям", "По видам помощи", "Гарантированный перечень"]
        assert [name for name, _ in plan.unread] == sums


def test_thirty_services_cost_as_many_queries_as_one():
    with centre() as (session, by):
        case = make_case(session, by, status=CaseStatus.REGISTERED)
        service, performer = make_service(session, by), make_staff(session, by)
        cost = []
        for more in (1, 29):
            for _ in range(more):
                give(session, by, case, service=service, performer=performer)
            session.commit()
            with counting(session) as sent:
                export("R06", io.BytesIO(), session, JANUARY, by=by)
            cost.append(len(sent))
        assert cost[0] == cost[1] <= 8


@pytest.mark.both
def test_both_databases_sum_by_month(session):
    by = make_actor(make_unit(session))
    with acting(by):
        case = make_case(session, by, status=CaseStatus.REGISTERED, opened_at=dt.date(2026, 1, 12))
        give(session, by, case, quantity=3)
        book = book_of(session, by, JANUARY)
    assert lines_of(book.worksheets[1])[0]["Всего"] == 3
    assert totals_of(book.worksheets[2])["Раз"] == 1


# ---- by the order of work ----------------------------------------------------------------------------------------


def test_s001_3_4_services_of_the_guaranteed_list_are_summed_apart_with_the_act_that_sets_it():
    with centre() as (session, by):
        case = make_case(session, by, status=CaseStatus.REGISTERED)
        act = "пост. Губернатора от 09.11.2004 № 602"
        listed = make_service(session, by, is_guaranteed=True, source_act=act)
        for service in (listed, listed, make_service(session, by)):
            give(session, by, case, service=service)
        found = lines_of(book_of(session, by, JANUARY)["Гарантированный перечень"])
        assert [(line["Гарантированный перечень"], line["Чем установлена"], line["Раз"]) for line in found] == [
            ("входит", act, 2), ("не входит", "–", 1),
        ]  # fmt: skip


def test_s001_2_2_d3_services_given_from_afar_are_told_apart():
    with centre() as (session, by):
        case = make_case(session, by, status=CaseStatus.REGISTERED)
        for place in (Place.HOME, Place.REMOTE):
            give(session, by, case, place=place)
        found = lines_of(exported("R06", session, by, JANUARY))
        assert {line["Место"]: line["Форма"] for line in found} == {"на дому": "очно", "дистанционно": "дистанционно"}


def test_s001_2_3_a_help_at_home_is_told_with_the_department_of_whoever_gave_it():
    with centre() as (session, by):
        case = make_case(session, by, status=CaseStatus.REGISTERED)
        both = [Department(name=name, service_unit_id=by.unit_id) for name in ("ОССО", "ОСОСД")]
        cultural = make_service(session, by, kind=ServiceKind.CULTURAL)
        for department in both:
            give(session, by, case, service=cultural, performer=make_staff(session, by, department=department),
                 place=Place.HOME)  # fmt: skip
        book = book_of(session, by, JANUARY)
        journal = lines_of(book.worksheets[0])
        assert [line["Исполнитель, подразделение"].rpartition(", ")[2] for line in journal] == ["ОССО", "ОСОСД"]
        assert [(line["Вид помощи"], line["Раз"]) for line in lines_of(book["По видам помощи"])] == [
            ("социокультурная реабилитация", 2)
        ]


def test_s000_9_directions_are_those_of_the_order_of_work_and_any_other_that_was_used():
    with centre() as (session, by):
        case = make_case(session, by, status=CaseStatus.REGISTERED)
        give(session, by, case, service=make_service(session, by, direction=Direction.URGENT))
        work_by(session, by, "sudogda")
        by_month = book_of(session, by, JANUARY)["По направлениям и месяцам"]
        assert [cell.value for cell in by_month[HEADER]] == [
            "Месяц", "психолого-педагогические", "социально-медицинские", "социально-правовые", "социально-бытовые",
            "срочные", "Всего",
        ]  # fmt: skip
