"""The journals R02 and R03: numbers, the row of a case, annulment."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from app.acting import acting, clock_at, now
from app.cases import gate
from app.cases.levels import set_category
from app.cases.models import EndReason, StageMove
from app.cases.rules import close_case
from app.cases.stages import enter
from app.intake.applications import register, satisfy
from app.intake.journals import annul, enter_register, row_of_case
from app.intake.models import ApplicationStatus, JournalCode, JournalEntry
from tests.by_order import case_on, work_by
from tests.intake.make import make_application, make_intake, make_recognition, rows_of
from tests.make import DAY, make_case, refused

TOMORROW, YESTERDAY = DAY + dt.timedelta(days=1), DAY - dt.timedelta(days=1)


def test_S004_1_e_a_case_is_entered_with_number_and_date_once(session, by):
    case = make_case(session, by)
    row = enter_register(case, by=by)
    assert (row.journal, row.text_no, row.case, row.family) == (JournalCode.FAMILIES, "1/2026", case, case.family)
    assert (case.journal_no, row_of_case(case)) == ("1/2026", row)
    with refused("Семья уже в журнале, № 1/2026 от 18.02.2026."):
        enter_register(case, by=by)


def test_S004_1_e_the_database_holds_one_row_for_a_case_too(session, by):
    case = make_case(session, by)
    enter_register(case, by=by)
    session.add(JournalEntry(
        journal=JournalCode.FAMILIES, year=2026, number=7, text_no="7/2026", at=now(), case=case, family=case.family,
        service_unit_id=by.unit,
    ))  # fmt: skip
    with pytest.raises(IntegrityError):
        session.flush()


def test_S004_1_d_act_and_category_come_before_the_journal_and_the_journal_registers(session, by, monkeypatch):
    work_by(session, by, "rostov")
    case, registrar = case_on(session, by, "s1"), replace(by, roles=frozenset({"registrar"}))
    with refused("Сначала другое (этап 1 Схемы). Нет подписанного акта обследования."):
        enter_register(case, by=registrar)
    monkeypatch.setitem(gate._checks, "has_living_act", lambda case: None)
    with refused("Сначала другое (этап 1 Схемы). Категория семьи не установлена."):
        enter_register(case, by=registrar)
    set_category(case, "tzs", by=by)
    enter_register(case, by=registrar, on=DAY)
    assert (case.registered_at, case.journal_no) == (DAY, "1/2026")


def test_entering_falls_to_whom_the_order_of_work_names(session, by):
    work_by(session, by, "rostov")
    case, curator = case_on(session, by, "s1"), replace(by, roles=frozenset({"curator"}))
    with acting(curator), refused(
        "«Внести в журнал учёта» делает Регистратор, Руководитель территориальной службы. Попросите об этом."
    ):  # fmt: skip
        enter_register(case, by=curator)


def test_a_day_that_cannot_be_is_refused(session, by):
    case = make_case(session, by, opened_at=DAY)
    with refused("Этот день ещё не наступил. Проверьте дату.", "registered_at"):
        enter_register(case, by=by, on=TOMORROW)
    with refused("Дело заведено 18.02.2026. Укажите день не раньше.", "registered_at"):
        enter_register(case, by=by, on=YESTERDAY)


def test_an_ended_case_is_not_entered(session, by):
    case = make_case(session, by)
    close_case(case, by=by, reason=EndReason.MOVED)
    with refused(f"Дело № {case.number} закончено: снята. Заведите новое дело."):
        enter_register(case, by=by)


def test_the_two_journals_and_each_year_count_by_themselves(session, by):
    make_intake(session, by)
    assert enter_register(make_case(session, by), by=by).text_no == "1/2026"
    make_intake(session, by)
    with clock_at(dt.date(2027, 1, 11)):
        later = make_intake(session, by)
    assert [row.text_no for row in rows_of(session)] == ["1/2026", "2/2026", "1/2027"]
    assert later.number == "1/2027"


def test_A6_an_annulled_row_stays_with_its_number_which_is_not_given_again(session, by):
    first = make_intake(session, by)
    annul(rows_of(session)[0], by=by, reason="внесено дважды")
    make_intake(session, by)
    rows = rows_of(session)
    assert [(row.text_no, row.annul_reason) for row in rows] == [("1/2026", "внесено дважды"), ("2/2026", None)]
    assert (rows[0].annulled_at, rows[0].intake, first.number) == (now(), first, "1/2026")
    with refused("Строка № 1/2026 уже аннулирована: внесено дважды"):
        annul(rows[0], by=by, reason="ещё раз")


def test_S003_3_3_a_row_is_annulled_with_a_reason(session, by):
    make_intake(session, by)
    with refused("Напишите, почему строка аннулирована: причина останется в журнале.", "annul_reason"):
        annul(rows_of(session)[0], by=by, reason=" ")


def test_an_application_whose_row_is_annulled_is_not_registered_and_may_be_again(session, by):
    by = replace(by, roles=frozenset({"registrar"}))
    work_by(session, by, "alliance")
    case = case_on(session, by, "recognition")
    make_recognition(case, by)
    enter(case, "application", by=by, move=StageMove.ADVANCED)
    application = make_application(case, by)
    assert case.registered_at == DAY
    annul(rows_of(session)[0], by=by, reason="не та семья")
    assert (application.status, application.number, application.registered_on, case.registered_at) == (
        ApplicationStatus.RECEIVED, None, None, None
    )  # fmt: skip
    register(application, by=by)
    assert (application.number, case.registered_at) == ("2/2026", DAY)


def test_the_row_of_a_decided_application_is_not_annulled(session, by):
    satisfy(make_application(make_case(session, by), by), by=by)
    with refused("Заявление № 1/2026 уже удовлетворено. Строку не аннулировать."):
        annul(rows_of(session)[0], by=by, reason="ошибка")


def test_a_case_whose_row_is_annulled_may_be_entered_anew(session, by):
    case = make_case(session, by)
    annul(enter_register(case, by=by), by=by, reason="ошибка в дате")
    assert (case.journal_no, row_of_case(case)) == (None, None)
    assert enter_register(case, by=by).text_no == "2/2026"
