"""R02 Журнал учёта обращений: each cell is compared with what is in the database."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import Any

from openpyxl import load_workbook

from app.acting import acting, clock_at
from app.cases.models import CaseSource
from app.intake.applications import refuse
from app.intake.journals import annul
from app.intake.models import Channel, Ground, IntakeResult
from app.intake.rules import close_intake, open_case_from
from reports import Asked, export
from tests.intake.make import make_application, make_intake, make_organisation, rows_of
from tests.make import DAY, centre, make_actor, make_case, make_family, make_staff, make_unit
from tests.reports.reading import HEADER, counting, lines_of, totals_of

R02 = ["№ п/п", "Рег. №", "Дата, время", "Форма", "Основание", "Источник (организация, исх. №)", "ФИО заявителя",
       "Адрес, телефон", "Краткое содержание", "Кому поручено", "Срок", "Результат (принятое решение)",
       "Дата закрытия", "№ дела", "Подпись"]  # fmt: skip


def book(code: str, session: Any, by: Any, asked: Asked) -> Any:
    """Return the whole workbook of a report."""
    session.commit()
    target = io.BytesIO()
    export(code, target, session, asked, by=by)
    return load_workbook(target, data_only=True)


def pairs(sheet: Any) -> dict[str, int]:
    """Return a sheet of two columns without its ИТОГО."""
    return {row[0].value: row[1].value for row in sheet.iter_rows(min_row=HEADER + 1, max_row=sheet.max_row - 1)}


def test_R02_every_cell_says_what_the_database_says():
    with centre() as (session, by):
        staff = make_staff(session, by, last_name="Щёголева", first_name="Прасковья", middle_name="Фёдоровна")
        school = make_organisation(session, by)
        family = make_family(session, by, phone="8 900 000-00-01")
        message = make_intake(
            session, by, responsible=staff, ground=Ground.PREVENTION, source=CaseSource.EDUCATION, source_org=school,
            channel=Channel.LETTER, source_letter_no="15-а", source_letter_date=dt.date(2026, 2, 16),
            sender_address="ул. Школьная, 1", sender_phone="8 900 000-00-02", text="Ребёнок не ходит в школу",
        )  # fmt: skip
        case = open_case_from(message, family, by=by)
        application = make_application(case, by, circumstances="Одна с ребёнком")
        make_intake(session, by, responsible=staff, channel=Channel.HELPLINE, source=CaseSource.HELPLINE)
        annul(rows_of(session)[2], by=by, reason="внесено дважды")

        sheet = book("R02", session, by, Asked(DAY)).worksheets[0]

        assert [cell.value for cell in sheet[HEADER]] == R02
        first, second, third = (list(line.values()) for line in lines_of(sheet))
        assert first == [
            1, "1/2026", DAY, "письмо", "сообщение органа (учреждения) системы профилактики",
            "образовательное учреждение: Школа № 1, исх. № 15-а от 16.02.2026", "Школа № 1",
            "ул. Школьная, 1, +7\u00a0900\u00a0000-00-02", "Ребёнок не ходит в школу", staff.short_name,
            dt.date(2026, 2, 23), "подтвердилось – постановка на учёт", DAY, case.number, " ",
        ]  # fmt: skip
        assert second == [
            2, application.number, DAY, "–", "письменное заявление родителя (законного представителя)",
            "сама семья", "Тестова Мария", "д. Тестово, 1, +7\u00a0900\u00a0000-00-01", "Одна с ребёнком", "–", "–",
            "зарегистрировано", "–", case.number, " ",
        ]  # fmt: skip
        assert third == [
            3, "3/2026", DAY, "телефон доверия 8 800 2000 122", "–", "телефон доверия", "анонимно", "–",
            "Дети гуляют без присмотра", staff.short_name, dt.date(2026, 2, 23),
            "строка аннулирована: внесено дважды", "–", "–", " ",
        ]  # fmt: skip
        assert totals_of(sheet)["Рег. №"] == 3


def test_S001_2_2_b_R02_counts_by_source_by_organisation_and_by_the_way_it_came():
    with centre() as (session, by):
        school, clinic = make_organisation(session, by), make_organisation(session, by, "Поликлиника")
        make_intake(session, by, source=CaseSource.EDUCATION, source_org=school, channel=Channel.LETTER)
        for _ in range(2):
            make_intake(session, by, source=CaseSource.HEALTH, source_org=clinic)
        make_intake(session, by, source=CaseSource.HELPLINE, channel=Channel.HELPLINE)
        make_application(make_case(session, by), by)
        make_intake(session, by)
        annul(rows_of(session)[-1], by=by, reason="ошибка")
        _, sources, organisations, channels = book("R02", session, by, Asked(DAY)).worksheets
        assert pairs(sources) == {
            "медицинское учреждение": 2, "образовательное учреждение": 1, "сама семья": 1, "телефон доверия": 1
        }  # fmt: skip
        assert pairs(organisations) == {"Поликлиника": 2, "Школа № 1": 1}
        assert pairs(channels) == {
            "телефон": 2, "заявление без обращения": 1, "письмо": 1, "телефон доверия 8 800 2000 122": 1
        }  # fmt: skip
        assert [sheet.title for sheet in (sources, organisations, channels)] == [
            "По источникам", "По организациям", "По форме"
        ]  # fmt: skip


def test_R02_is_told_as_of_the_day_asked_for():
    with centre() as (session, by):
        with clock_at(dt.date(2026, 2, 10)):
            message = make_intake(session, by)
            refused = make_application(make_case(session, by), by, received_at=dt.date(2026, 2, 10))
            make_intake(session, by)
        close_intake(message, by=by, result=IntakeResult.ADVISED)
        refuse(refused, by=by, reason="переехали")
        annul(rows_of(session)[2], by=by, reason="ошибка")
        early, late = (
            [
                line["Результат (принятое решение)"]
                for line in lines_of(book("R02", session, by, Asked(day)).worksheets[0])
            ]
            for day in (dt.date(2026, 2, 11), DAY)
        )
        assert early == ["в работе", "зарегистрировано", "в работе"]
        assert late == ["разовая консультация", "отказано", "строка аннулирована: ошибка"]


def test_R02_of_a_period_holds_its_rows_by_the_days_of_the_unit():
    with centre() as (session, by):
        by = replace(by, zone="Asia/Yekaterinburg")
        with acting(by):
            for moment in ("2026-01-31T18:59:00+00:00", "2026-01-31T19:00:00+00:00"):
                with clock_at(dt.datetime.fromisoformat(moment)):
                    make_intake(session, by)
            sheets = [
                book("R02", session, by, Asked(dt.date(2026, month, day), date_from=dt.date(2026, month, 1)))
                for month, day in ((1, 31), (2, 28))
            ]
            assert [[line["Рег. №"] for line in lines_of(one.worksheets[0])] for one in sheets] == [
                ["1/2026"], ["2/2026"]
            ]  # fmt: skip


def test_R02_holds_nothing_of_another_unit():
    with centre() as (session, by):
        make_intake(session, by)
        other = make_actor(make_unit(session))
        with acting(other):
            make_intake(session, other, sender_name="Чужая")
            assert len(lines_of(book("R02", session, other, Asked(DAY)).worksheets[0])) == 1


def test_R02_costs_as_many_statements_for_three_rows_as_for_one():
    with centre() as (session, by):
        asked = []
        for many in (1, 2):
            for _ in range(many):
                make_application(make_case(session, by), by)
            session.commit()
            with counting(session) as sent:
                book("R02", session, by, Asked(DAY))
            asked.append(len(sent))
        assert asked[0] == asked[1]
