"""Recognition of need: recorded once, by a body that may decide it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from app.acting import acting
from app.cases.models import EndReason
from app.cases.rules import close_case
from app.intake.models import Circumstance
from app.intake.recognitions import complete_recognition, recognised
from app.meetings.models import Body, BodyKind, DecisionKind
from tests.by_order import case_on, work_by
from tests.intake.make import MONDAY, make_recognition
from tests.make import DAY, make_case, refused

TOMORROW = DAY + dt.timedelta(days=1)


def make_body(session, by, *decides):
    """Make a body that may take the decisions *decides*."""
    body = Body(
        code="mrg", title="Рабочая группа", kind=BodyKind.COUNCIL, decides=list(decides), service_unit_id=by.unit
    )
    session.add(body)
    session.flush()
    return body


def test_S002_1_2_a_recognition_names_the_body_the_number_and_the_individual_programme(session, by):
    case = make_case(session, by)
    made = make_recognition(
        case, by, circumstances=[Circumstance.CONFLICT, Circumstance.NO_INCOME], ippsu_number=" 17-И ",
        ippsu_date=MONDAY, ippsu_valid_to=dt.date(2029, 2, 16), recommended="кризисный уровень",
    )  # fmt: skip
    assert recognised(case) is made
    assert (made.protocol_no, made.body_name, made.ippsu_number) == ("3", "Рабочая группа", "17-И")
    assert set(made.circumstances) == {Circumstance.CONFLICT, Circumstance.NO_INCOME}


def test_S003_3_1_a_decision_of_an_outside_body_is_recorded_with_its_protocol(session, by):
    work_by(session, by, "alliance")
    case = case_on(session, by, "recognition")
    body = make_body(session, by, DecisionKind.RECOGNISE, DecisionKind.REFUSE_RECOGNITION)
    secretary = replace(by, roles=frozenset({"secretary"}))
    made = make_recognition(case, secretary, body=body, body_name=None)
    assert (made.body, made.is_positive, made.decided_on) == (body, True, MONDAY)


def test_S003_3_1_recording_falls_to_whom_the_order_of_work_names(session, by):
    work_by(session, by, "alliance")
    case, curator = case_on(session, by, "recognition"), replace(by, roles=frozenset({"curator"}))
    with acting(curator), refused(
        "«Внести решение о признании нуждающейся» делает Регистратор, Секретарь заседаний, Заведующий отделением. "
        "Попросите об этом."
    ):  # fmt: skip
        make_recognition(case, curator)


def test_a_family_is_recognised_once_but_after_a_refusal_it_may_be(session, by):
    case = make_case(session, by)
    refusal = make_recognition(case, by, positive=False, reason="нет оснований")
    assert (recognised(case), str(refusal)) == (None, "Отказано в признании 16.02.2026")
    make_recognition(case, by, protocol_no="4", decided_on=DAY)
    for positive in (True, False):
        with refused("Семья уже признана нуждающейся: 18.02.2026, № 4."):
            make_recognition(case, by, positive=positive)


def test_only_a_recognition_registers_the_family_by_its_day(session, by):
    work_by(session, by, "mishkino")
    case = make_case(session, by)
    make_recognition(case, by, positive=False)
    assert case.registered_at is None
    make_recognition(case, by, protocol_no="4")
    assert case.registered_at == MONDAY


def test_what_cannot_be_is_refused_at_its_field(session, by):
    case = make_case(session, by)
    with refused("Этот день ещё не наступил. Проверьте дату решения.", "decided_on"):
        make_recognition(case, by, decided_on=TOMORROW)
    with refused("Укажите номер протокола или решения.", "protocol_no"):
        make_recognition(case, by, protocol_no=" ")
    with refused("Выберите, кто решил, или напишите название органа.", "body_id"):
        make_recognition(case, by, body_name=None)
    with refused("Рабочая группа не решает о признании нуждающейся. Выберите другой орган.", "body_id"):
        make_recognition(case, by, body=make_body(session, by, DecisionKind.APPROVE))


def test_the_individual_programme_belongs_to_a_recognition(session, by):
    case = make_case(session, by)
    with refused("При отказе ИППСУ не составляют. Уберите её номер и даты.", "ippsu_number"):
        make_recognition(case, by, positive=False, ippsu_number="17-И")
    with refused("Укажите номер ИППСУ или уберите её даты.", "ippsu_number"):
        make_recognition(case, by, ippsu_date=MONDAY)
    with refused("Этот день ещё не наступил. Проверьте дату ИППСУ.", "ippsu_date"):
        make_recognition(case, by, ippsu_number="17-И", ippsu_date=TOMORROW)
    with refused("ИППСУ не может закончиться раньше, чем составлена. Проверьте срок.", "ippsu_valid_to"):
        make_recognition(case, by, ippsu_number="17-И", ippsu_valid_to=MONDAY - dt.timedelta(days=1))


def test_what_came_with_a_decision_is_completed_later(session, by):
    made = make_recognition(make_case(session, by), by)
    complete_recognition(made, by=by, ippsu_number="17-И", ippsu_date=DAY)
    assert (made.ippsu_number, made.ippsu_date) == ("17-И", DAY)
    with refused("Укажите номер ИППСУ или уберите её даты.", "ippsu_number"):
        complete_recognition(made, by=by, ippsu_number=" ")


def test_an_ended_case_is_not_recognised(session, by):
    case = make_case(session, by)
    close_case(case, by=by, reason=EndReason.MOVED)
    with refused(f"Дело № {case.number} закончено: снята. Заведите новое дело."):
        make_recognition(case, by)
