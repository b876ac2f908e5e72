"""What was asked for, who may see it, what the journal keeps, and the command line."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.acting import acting
from app.cases.models import CaseSource, CaseStatus
from app.cases.rules import open_case
from app.journal.models import JournalRow
from app.services.rules import record_service
from reports import REPORTS, Asked, export, report_of
from reports.command import export_report
from tests.make import (
    DAY,
    centre,
    make_actor,
    make_case,
    make_family,
    make_service,
    make_staff,
    make_unit,
    mother_of,
    refused,
)
from tests.meetings.make import council, make_decision, make_submitted
from tests.register.test_workbook import recalculated


def test_reports_are_found_by_code_in_either_case():
    assert list(REPORTS) == sorted(REPORTS) and {"R01", "R06", "R09", "R18", "R23"} <= REPORTS.keys()
    assert report_of("r04").title == "Реестр детей"


def test_an_unknown_report_is_refused():
    with refused(f"Отчёта R99 нет. Выберите один из этих: {', '.join(REPORTS)}.", field="code"):
        report_of("R99")


def test_a_period_that_ends_before_it_begins_is_refused():
    with refused("Начало периода позже конца. Поменяйте даты местами.", field="date_from"):
        Asked(dt.date(2026, 2, 1), date_from=dt.date(2026, 2, 2))


@pytest.mark.parametrize("code", REPORTS)
def test_titles_of_a_report_are_unique_and_files_are_named_by_code_and_date(code):
    report = REPORTS[code]
    titles = [field.title for field in report.fields]
    assert len(set(titles)) == len(titles)
    assert report.file_name(DAY) == f"{code}_{report.name}_2026-02-18.xlsx"
    assert report.name.isascii()


def test_the_file_says_whose_it_is_and_as_of_when():
    with centre() as (session, by):
        session.commit()
        target = io.BytesIO()
        assert export("R01", target, session, Asked(DAY), by=replace(by, unit_name="Верхнеозёрский КЦСОН")) == 0
        sheet = load_workbook(target).active
        assert [sheet.cell(line, 1).value for line in (1, 2, 3)] == [
            "Реестр (банк данных) семей",
            "на 18.02.2026",
            "Верхнеозёрский КЦСОН",
        ]
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("D5", "A4:U4")


def test_the_journal_keeps_who_took_what_as_of_when_and_how_much():
    with centre() as (session, by):
        open_case(make_family(session, by), by=by, source=CaseSource.FAMILY, registered_at=DAY)
        session.commit()
        export("R04", io.BytesIO(), session, Asked(DAY, date_from=dt.date(2026, 2, 1)), by=by)

        row = session.scalars(select(JournalRow).where(JournalRow.verb == "export")).one()
        assert (row.actor, row.unit_id, row.table_name, row.record_id) == (by.name, by.unit_id, "", None)
        assert row.sentence == (
            "Выгружено в Excel: R04 «Реестр детей» за период с 01.02.2026 по 18.02.2026, 1\u00a0строка."
        )


def test_the_command_writes_the_file_of_one_unit_without_data_on_health(session, tmp_path):
    unit = make_unit(session, short_name="Центр А")
    foreign = make_unit(session, short_name="Центр Б")
    for each in (unit, foreign):
        with acting(make_actor(each)) as by:
            make_case(session, by, status=CaseStatus.REGISTERED, opened_at=dt.date(2026, 1, 12))
    session.commit()

    out = tmp_path / "R04.xlsx"
    assert export_report(session, unit, "R04", out, on=DAY) == 1
    sheet = load_workbook(out).active
    assert (sheet["A2"].value, sheet["A3"].value) == ("на 18.02.2026", "Центр А")
    assert not {"ОВЗ", "Инвалидность до", "Учёты"} & {cell.value for cell in sheet[4]}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"on": DAY, "date_from": DAY}, "Укажите день или период, не то и другое."),
        ({"on": DAY, "date_to": DAY}, "Укажите день или период, не то и другое."),
        ({"date_to": DAY}, "Укажите и начало периода: --from."),
    ],
)
def test_the_command_refuses_what_is_neither_a_day_nor_a_period(session, tmp_path, given, sentence):
    unit = make_unit(session)
    session.commit()
    with refused(sentence):
        export_report(session, unit, "R01", tmp_path / "R01.xlsx", **given)
    assert list(tmp_path.glob("*.xlsx")) == []


@pytest.mark.proof
@pytest.mark.parametrize("code", REPORTS)
def test_libreoffice_calculates_the_same_values_in_every_report(session, tmp_path, found, code):
    with council(session) as made:
        head = made.centre.head
        make_decision(made, make_submitted(made))
        case = make_case(session, head, family=make_family(session, head, name="=1+1"))
        service, performer = make_service(session, head, name="=2+2"), make_staff(session, head)
        record_service(
            case, by=head, service=service, recipient=mother_of(case.family), performer=performer, quantity=3
        )
        session.commit()
        path = tmp_path / "report.xlsx"
        export(code, path, session, Asked(DAY, health=True, registers=True), by=head)

    ours = load_workbook(path, data_only=True)
    (tmp_path / "bare").mkdir()
    theirs = recalculated(path, tmp_path / "bare")
    assert theirs.sheetnames == ours.sheetnames
    for mine, sheet in zip(ours.worksheets, theirs.worksheets, strict=True):
        values = [[cell.value for cell in row] for row in mine.iter_rows()]
        assert [
            [cell.value for cell in row] for row in sheet.iter_rows(max_row=mine.max_row, max_col=mine.max_column)
        ] == values
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "e"]
    found(f"LibreOffice пересчитывает {code} и видит то же", f"листов {len(ours.worksheets)}, каждая ячейка та же")
