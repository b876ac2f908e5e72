"""Rules of written applications: who may apply, when, how one is registered and answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.acting import Actor, acting
from app.base import RuleBroken
from app.cases.help import HelpKind
from app.cases.models import CaseSource, EndReason, StageMove
from app.cases.rules import close_case
from app.cases.stages import enter
from app.intake.applications import (
    change_application,
    receive_application,
    refuse,
    register,
    registers,
    satisfy,
    standing,
    take_up,
    withdraw,
)
from app.intake.models import ApplicationStatus, Channel, Ground, JournalCode
from app.intake.rules import open_case_from
from app.organisation.models import ServiceUnit
from app.people.models import FamilyRole
from app.people.rules import NewMember, add_member
from tests.by_order import case_on, work_by
from tests.intake.make import MONDAY, make_application, make_intake, make_recognition, rows_of
from tests.make import DAY, make_adult, make_case, make_child, make_family, mother_of, refused


def registrar(by: Actor) -> Actor:
    """Return a registrar of the centre of *by*."""
    return replace(by, roles=frozenset({"registrar"}))


TOMORROW, YESTERDAY = DAY + dt.timedelta(days=1), DAY - dt.timedelta(days=1)


# ---- registered ------------------------------------------------------------------------------------------------


def test_S003_3_3_a_registered_application_takes_the_next_number_of_the_year(session, by):
    make_intake(session, by)
    application = make_application(make_case(session, by), by, requested_help=[HelpKind.SOCIAL])
    row = rows_of(session)[-1]
    assert (application.number, application.status, application.registered_on) == (
        "2/2026", ApplicationStatus.REGISTERED, DAY
    )  # fmt: skip
    assert (row.application, row.number, row.journal) == (application, 2, JournalCode.INTAKES)


def test_S003_3_2_the_application_is_addressed_to_the_director(session, by):
    unit = session.get_one(ServiceUnit, by.unit)
    unit.short_name = "КЦСОН «Альянс»"
    assert make_application(make_case(session, by), by).addressed_to == "Директору КЦСОН «Альянс»"


def test_S003_3_2_an_application_from_before_the_recognition_is_refused(session, by):
    by = registrar(by)
    work_by(session, by, "alliance")
    case = case_on(session, by, "recognition")
    make_recognition(case, by)
    enter(case, "application", by=by, move=StageMove.ADVANCED)
    with refused(
        "Заявление подают после признания нуждающейся, решение принято 16.02.2026. Проверьте дату.", "received_at"
    ):
        make_application(case, by, received_at=MONDAY - dt.timedelta(days=1))
    application = make_application(case, by, received_at=MONDAY + dt.timedelta(days=1))
    assert (application.number, case.registered_at) == ("1/2026", DAY)


def test_S003_3_1_without_a_recognition_no_application_is_registered(session, by):
    by = registrar(by)
    work_by(session, by, "alliance")
    with refused("Семья не признана нуждающейся. Сначала внесите решение о признании."):
        make_application(case_on(session, by, "application"), by)


def test_S003_2_3_the_customer_is_an_adult_member_or_a_legal_representative(session, by):
    case = make_case(session, by)
    grandmother = make_adult(session, by, last_name="Бабушкина", birth_date=dt.date(1955, 1, 1))
    with refused(f"{grandmother}: не из этой семьи. Выберите того, кто в её составе.", "applicant_id"):
        make_application(case, by, applicant=grandmother)
    child = next(seat.person for seat in case.family.members if seat.role is FamilyRole.CHILD)
    with refused(f"{child} младше 18 лет. Заявление пишет взрослый.", "applicant_id"):
        make_application(case, by, applicant=child)
    add_member(case.family, grandmother, by=by, role=FamilyRole.GRANDMOTHER)
    session.refresh(case.family, ["members"])
    assert make_application(case, by, applicant=grandmother).applicant is grandmother


def test_a_mother_under_age_who_represents_her_child_may_apply(session, by):
    girl = make_adult(session, by, birth_date=dt.date(2009, 1, 1))
    family = make_family(session, by, members=[
        NewMember(make_adult(session, by, last_name="Опекунова"), FamilyRole.GUARDIAN, is_legal_representative=True),
        NewMember(girl, FamilyRole.MOTHER, is_legal_representative=True),
        NewMember(make_child(session, by), FamilyRole.CHILD),
    ])  # fmt: skip
    assert make_application(make_case(session, by, family=family), by, applicant=girl).applicant is girl


def test_S004_1_f_the_applicant_is_a_parent_or_represents_a_child_under_18(session, by):
    work_by(session, by, "rostov")
    case = case_on(session, by, "s1")
    aunt = make_adult(session, by, last_name="Тёткина")
    add_member(case.family, aunt, by=by, role=FamilyRole.OTHER)
    session.refresh(case.family, ["members"])
    with refused(
        f"{aunt} не родитель и не законный представитель. Выберите того, кто им приходится детям.", "applicant_id"
    ):
        receive_application(case, by=by, applicant=aunt, received_at=DAY)
    assert receive_application(case, by=by, applicant=mother_of(case.family), received_at=DAY).number is None


def test_S004_1_f_a_family_whose_children_have_grown_up_does_not_apply(session, by):
    case = make_case(session, by)
    child = next(seat.person for seat in case.family.members if seat.role is FamilyRole.CHILD)
    child.birth_date = dt.date(2006, 1, 1)
    with refused("В семье нет ребёнка младше 18 лет. Проверьте состав семьи.", "applicant_id"):
        make_application(case, by)


def test_registering_falls_to_whom_the_order_of_work_names_others_take_applications_in(session, by):
    work_by(session, by, "rostov")
    case = case_on(session, by, "s1")
    curator = replace(by, roles=frozenset({"curator"}))
    assert (registers(case, curator), registers(case, registrar(by))) == (False, True)
    application = receive_application(case, by=curator, applicant=mother_of(case.family), received_at=DAY)
    assert (application.status, application.number) == (ApplicationStatus.RECEIVED, None)
    with acting(curator), refused("«Зарегистрировать заявление» делает Регистратор. Попросите об этом."):
        register(application, by=curator)
    register(application, by=registrar(by))
    assert application.number == "1/2026"


def test_without_an_order_of_work_whoever_has_the_screen_registers(session, by):
    assert registers(make_case(session, by), replace(by, roles=frozenset({"curator"})))


def test_a_case_rests_on_one_application(session, by):
    case = make_case(session, by)
    first = make_application(case, by)
    with refused(f"Заявление по этому делу уже есть: {first}, зарегистрировано."):
        make_application(case, by)
    withdraw(first, by=by)
    assert standing(case) is None
    assert make_application(case, by).number == "2/2026"


def test_what_cannot_be_is_refused(session, by):
    case = make_case(session, by)
    with refused("Этот день ещё не наступил. Проверьте дату заявления.", "received_at"):
        make_application(case, by, received_at=TOMORROW)
    for day in (YESTERDAY, TOMORROW):
        with refused("Регистрируют не раньше даты заявления и не позже сегодняшнего дня.", "registered_on"):
            make_application(make_case(session, by), by, on=day)


def test_an_ended_case_takes_no_application(session, by):
    case = make_case(session, by)
    application = receive_application(case, by=by, applicant=mother_of(case.family), received_at=DAY)
    close_case(case, by=by, reason=EndReason.MOVED)
    with refused(f"Дело № {case.number} закончено: снята. Заведите новое дело."):
        receive_application(case, by=by, applicant=mother_of(case.family), received_at=DAY)
    with refused("У заявления нет открытого дела. Сначала заведите дело."):
        register(application, by=by)


def test_an_application_of_a_message_registered_later_shares_its_row(session, by):
    """The row of a message that is an application waits for the applicant (domain.md 3.3, journal rule)."""
    intake = make_intake(
        session, by, ground=Ground.APPLICATION, source=CaseSource.FAMILY, channel=Channel.IN_PERSON,
        sender_name="Тестова М. И.", application_date=DAY,
    )  # fmt: skip
    case = open_case_from(intake, make_family(session, by), by=by)
    assert intake.applications == []
    application = make_application(case, by)
    (row,) = rows_of(session)
    assert (row.application, application.number, application.intake) == (application, intake.number, intake)


def test_where_only_messages_count_an_application_has_a_number_of_its_own(session, by):
    counted = "intake_journal_counts:  # [P]\n    - intake\n    - application\n"
    work_by(session, by, "rostov", counted, "intake_journal_counts:\n    - intake\n")
    application = make_application(case_on(session, by, "s1"), registrar(by))
    assert (application.number, rows_of(session)) == ("001/2026", [])


# ---- answered ----------------------------------------------------------------------------------------------------


def test_S001_2_4_b_an_application_is_considered_and_answered(session, by):
    application = make_application(make_case(session, by), by)
    take_up(application, by=by)
    assert application.status is ApplicationStatus.IN_REVIEW
    with refused("Рассматривают зарегистрированное заявление, а это на рассмотрении."):
        take_up(application, by=by)
    satisfy(application, by=by)
    assert (application.status, application.decided_on, application.is_registered) == (
        ApplicationStatus.SATISFIED, DAY, True
    )  # fmt: skip
    with refused("Решают по зарегистрированному заявлению, а это удовлетворено."):
        refuse(application, by=by, reason="передумали")


def test_a_refusal_gives_its_reason(session, by):
    application = make_application(make_case(session, by), by)
    with refused("Напишите, почему отказано: причину сообщают заявителю.", "decision_reason"):
        refuse(application, by=by, reason=" ")
    refuse(application, by=by, reason="Семья живёт в другом районе")
    assert (application.status, application.decision_reason) == (
        ApplicationStatus.REFUSED, "Семья живёт в другом районе"
    )  # fmt: skip
    with refused("Заявление уже отказано, изменить его нельзя."):
        change_application(application, by=by, text="иначе")


@pytest.mark.parametrize("answer", [satisfy, withdraw])
@pytest.mark.parametrize("day", [YESTERDAY, TOMORROW])
def test_the_day_of_an_answer_is_one_that_has_come(session, by, answer, day):
    application = make_application(make_case(session, by), by)
    with refused("Решают не раньше даты заявления и не позже сегодняшнего дня.", "decided_on"):
        answer(application, by=by, on=day)


def test_whoever_does_not_answer_for_the_service_does_not_decide(session, by):
    application = make_application(make_case(session, by), by)
    with refused("По заявлению решает руководитель службы. Попросите его."):
        satisfy(application, by=replace(by, roles=frozenset({"curator"})))


def test_S001_2_4_b_the_family_may_take_its_application_back_until_it_is_answered(session, by):
    application = make_application(make_case(session, by), by)
    withdraw(application, by=by, reason="Справимся сами")
    assert (application.status, application.decision_reason) == (ApplicationStatus.WITHDRAWN, "Справимся сами")
    assert not application.is_registered
    with refused("Отозвать можно, пока нет решения, а заявление отозвано."):
        withdraw(application, by=by)


def test_S000_6a_only_a_registered_application_counts(session, by):
    case = make_case(session, by)
    application = receive_application(case, by=by, applicant=mother_of(case.family), received_at=DAY)
    assert not application.is_registered
    with pytest.raises(RuleBroken, match="Решают по зарегистрированному заявлению, а это получено"):
        satisfy(application, by=by)
    register(application, by=by)
    assert application.is_registered
    with refused("Регистрируют полученное заявление, а это зарегистрировано."):
        register(application, by=by)
