"""Rules of messages: what the ground asks for, how one is closed, how a case comes of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from app.acting import acting, now
from app.base import RuleBroken
from app.cases.models import CaseSource, CaseStatus
from app.cases.rules import open_case
from app.intake.models import ApplicationStatus, Channel, Ground, IntakeResult, Urgency
from app.intake.offered import SOURCES
from app.intake.rules import change_intake, close_intake, link_intake, open_case_from, reopen_intake
from app.people.models import FamilyRole
from app.people.rules import NewMember
from tests.by_order import work_by
from tests.intake.make import make_intake, make_organisation, rows_of
from tests.make import DAY, make_adult, make_case, make_child, make_family, make_staff, mother_of, refused

TOMORROW = DAY + dt.timedelta(days=1)
WRITTEN = {"ground": Ground.APPLICATION, "source": CaseSource.FAMILY, "channel": Channel.IN_PERSON}


# ---- registered ------------------------------------------------------------------------------------------------


def test_a_message_gets_the_next_number_and_its_row_of_the_journal(session, by):
    first, second = make_intake(session, by), make_intake(session, by)
    assert [(one.number, one.result) for one in (first, second)] == [
        ("1/2026", IntakeResult.IN_WORK),
        ("2/2026", IntakeResult.IN_WORK),
    ]
    assert [(row.number, row.text_no, row.intake) for row in rows_of(session)] == [
        (1, "1/2026", first),
        (2, "2/2026", second),
    ]
    assert second.sender == "анонимно"


@pytest.mark.parametrize(
    ("urgency", "due"),
    [(Urgency.USUAL, dt.date(2026, 2, 23)), (Urgency.URGENT, dt.date(2026, 2, 19)), (Urgency.DANGER, DAY)],
)
def test_the_term_follows_the_urgency_in_working_days(session, by, urgency, due):
    assert make_intake(session, by, urgency=urgency).due == due
    assert make_intake(session, by, urgency=urgency, due=TOMORROW).due == TOMORROW


@pytest.mark.rows("S004-И-2", "S004-И-3", "S004-И-4", "S004-И-5", "S004-И-6")
@pytest.mark.parametrize("code", ["health", "mvd", "education", "uii", "guardianship", "social_service"])
def test_S004_И_1_the_six_sources_of_the_scheme_are_there(session, by, code):
    work_by(session, by, "rostov")
    intake = make_intake(session, by, source=SOURCES[code], ground=Ground.MESSAGE)
    assert intake.source is SOURCES[code]


def test_a_source_the_order_of_work_does_not_name_is_refused(session, by):
    work_by(session, by, "rostov")
    with refused("Такого источника в вашем порядке работы нет. Выберите другой.", "source"):
        make_intake(session, by, source=CaseSource.RAID, ground=Ground.MESSAGE)


def test_a_way_a_message_cannot_come_by_is_refused(session, by):
    work_by(session, by, "sudogda")
    with refused("Так сообщения к вам не поступают. Выберите другой способ.", "channel"):
        make_intake(session, by, source=CaseSource.HEALTH, channel=Channel.HELPLINE)


def test_a_ground_is_chosen_where_the_order_of_work_tells_grounds_apart(session, by):
    work_by(session, by, "rostov")
    with refused("Выберите основание: от него зависит, что нужно записать.", "ground"):
        make_intake(session, by)


def test_a_ground_the_order_of_work_does_not_know_is_refused(session, by):
    work_by(session, by, "sudogda")
    with refused("Такого основания в вашем порядке работы нет. Выберите другое.", "ground"):
        make_intake(session, by, source=CaseSource.HEALTH, ground=Ground.MESSAGE)


def test_registering_falls_to_whom_the_order_of_work_names(session, by):
    work_by(session, by, "rostov")
    stranger, registrar = (replace(by, roles=frozenset({role})) for role in ("psychologist", "registrar"))
    with acting(stranger), refused(
        "Обращения регистрирует Руководитель территориальной службы, Куратор, Регистратор. Попросите об этом."
    ):  # fmt: skip
        make_intake(session, stranger, ground=Ground.MESSAGE)
    with acting(registrar):
        assert make_intake(session, registrar, ground=Ground.MESSAGE).number == "1/2026"


# ---- what the ground asks for ------------------------------------------------------------------------------------


def test_S004_Г_1_a_written_application_names_who_applied_and_when(session, by):
    with refused("Выберите, кто подал заявление, или впишите его фамилию, имя и отчество.", "applicant_id"):
        make_intake(session, by, **WRITTEN)
    with refused("Укажите дату заявления.", "application_date"):
        make_intake(session, by, **WRITTEN, sender_name="Тестова Мария Ивановна")
    with refused("Заявление не может быть написано позже, чем поступило.", "application_date"):
        make_intake(session, by, **WRITTEN, sender_name="Тестова Мария", application_date=TOMORROW)
    assert make_intake(session, by, **WRITTEN, sender_name=" Тестова  Мария ", application_date=DAY).sender == (
        "Тестова Мария"
    )


def test_S004_Г_1_message_and_application_of_a_known_applicant_share_one_row_of_the_journal(session, by):
    family = make_family(session, by)
    intake = make_intake(session, by, **WRITTEN, applicant=mother_of(family), application_date=DAY)
    (row,), (application,) = rows_of(session), intake.applications
    assert (row.intake, row.application, row.text_no) == (intake, application, "1/2026")
    assert (application.number, application.status) == (intake.number, ApplicationStatus.REGISTERED)
    assert (application.family, intake.family, row.family) == (family, family, family)


def test_an_applicant_of_two_families_does_not_say_which_one_the_message_is_about(session, by):
    mother = mother_of(make_family(session, by))
    make_family(session, by, members=[NewMember(mother, FamilyRole.MOTHER, is_legal_representative=True)])
    session.expire_all()
    intake = make_intake(session, by, **WRITTEN, applicant=mother, application_date=DAY)
    assert (intake.family, intake.applications) == (None, [])


def test_an_applicant_who_is_not_of_the_family_is_refused(session, by):
    stranger = make_adult(session, by, last_name="Чужова")
    with refused(f"{stranger}: не из этой семьи. Выберите того, кто в её составе.", "applicant_id"):
        make_intake(session, by, **WRITTEN, family=make_family(session, by), applicant=stranger, application_date=DAY)


@pytest.mark.parametrize("ground", [None, Ground.MESSAGE])
def test_only_a_written_application_has_an_applicant_and_its_date(session, by, ground):
    said = f"Это указывают при основании «{Ground.APPLICATION.label}». Выберите его или уберите."
    with refused(said, "application_date"):
        make_intake(session, by, ground=ground, application_date=DAY)
    with refused(said, "applicant_id"):
        make_intake(session, by, ground=ground, applicant=mother_of(make_family(session, by)))


def test_S004_Г_2_a_message_of_the_helpline_may_be_anonymous_and_keeps_its_channel(session, by):
    work_by(session, by, "rostov")
    intake = make_intake(session, by, ground=Ground.MESSAGE, source=CaseSource.HELPLINE, channel=Channel.HELPLINE)
    assert (intake.sender, intake.channel.label) == ("анонимно", "телефон доверия 8 800 2000 122")


def test_S004_Г_3_a_body_of_the_prevention_system_reports_by_letter(session, by):
    ground = {"ground": Ground.PREVENTION, "source": CaseSource.EDUCATION, "channel": Channel.LETTER}
    with refused("Выберите организацию, которая сообщила.", "source_org_id"):
        make_intake(session, by, **ground)
    ground["source_org"] = make_organisation(session, by)
    with refused("Укажите исходящий номер письма.", "source_letter_no"):
        make_intake(session, by, **ground)
    with refused("Укажите дату письма.", "source_letter_date"):
        make_intake(session, by, **ground, source_letter_no="15-а")
    with refused("Письмо не может быть написано позже, чем поступило.", "source_letter_date"):
        make_intake(session, by, **ground, source_letter_no="15-а", source_letter_date=TOMORROW)
    intake = make_intake(session, by, **ground, source_letter_no="15-а", source_letter_date=DAY)
    assert intake.sender == "Школа № 1"


def test_a_dated_letter_without_its_number_is_refused(session, by):
    with refused("Укажите исходящий номер письма или уберите его дату.", "source_letter_no"):
        make_intake(session, by, source_letter_date=DAY)


def test_what_cannot_be_is_refused_at_its_field(session, by):
    with refused("Напишите, что сообщили.", "text"):
        make_intake(session, by, text=" ")
    with refused("Это время ещё не наступило. Проверьте, когда поступило.", "received_at"):
        make_intake(session, by, received_at=now() + dt.timedelta(minutes=1))
    with refused("Обращение поступило 18.02.2026. Укажите срок не раньше.", "due"):
        make_intake(session, by, due=DAY - dt.timedelta(days=1))
    gone = make_staff(session, by, active_to=DAY - dt.timedelta(days=1))
    with refused(f"{gone} сейчас не работает. Выберите другого.", "responsible_id"):
        make_intake(session, by, responsible=gone)


def test_a_message_in_work_is_completed_and_a_closed_one_is_not(session, by):
    intake = make_intake(session, by)
    change_intake(intake, by=by, sender_phone="8 900 123-45-67", urgency=Urgency.URGENT, due=TOMORROW)
    assert (intake.sender_phone, intake.urgency, intake.due) == ("+79001234567", Urgency.URGENT, TOMORROW)
    close_intake(intake, by=by, result=IntakeResult.ADVISED)
    with refused("Обращение уже закрыто: разовая консультация. Верните его в работу, если это ошибка."):
        change_intake(intake, by=by, sender_phone=None)


def test_a_change_is_checked_as_a_new_message_is(session, by):
    intake = make_intake(session, by)
    with refused("Укажите исходящий номер письма или уберите его дату.", "source_letter_no"):
        change_intake(intake, by=by, source_letter_date=DAY)


# ---- a family and a case -----------------------------------------------------------------------------------------


def test_S001_2_2_b_a_family_keeps_the_chain_of_messages_that_brought_it(session, by):
    family = make_family(session, by)
    school = make_organisation(session, by)
    first = make_intake(session, by, source=CaseSource.EDUCATION, source_org=school, family=family)
    case = open_case_from(first, family, by=by)
    second = make_intake(session, by, source=CaseSource.HEALTH)
    link_intake(second, family, by=by)
    assert [(one.family, one.case, one.source) for one in (first, second)] == [
        (family, case, CaseSource.EDUCATION),
        (family, case, CaseSource.HEALTH),
    ]
    assert [row.family for row in rows_of(session)] == [family, family]
    assert case.source is CaseSource.EDUCATION


def test_a_message_about_a_family_in_work_feeds_its_case_at_once(session, by):
    case = make_case(session, by)
    assert make_intake(session, by, family=case.family).case is case


def test_S003_2_3_the_request_opens_the_case_and_is_closed_by_it(session, by):
    work_by(session, by, "alliance")
    intake = make_intake(session, by, source=CaseSource.FAMILY, sender_name="Тестова Мария")
    family = make_family(session, by)
    case = open_case_from(intake, family, by=by)
    assert (case.family, case.source, case.stage, case.status) == (
        family, CaseSource.FAMILY, "recognition", CaseStatus.ASSESSMENT
    )  # fmt: skip
    assert (intake.case, intake.result, intake.closed_at) == (case, IntakeResult.ACCEPTED, DAY)
    # Where only applications count, the request stands in no journal (S003-3.3).
    assert (intake.number, rows_of(session)) == ("001/2026", [])


def test_an_applicant_known_by_name_becomes_one_when_his_family_is_found(session, by):
    work_by(session, by, "rostov")
    intake = make_intake(session, by, **WRITTEN, sender_name="тестова  мария", application_date=DAY)
    family = make_family(session, by)
    case = open_case_from(intake, family, by=by)
    (application,) = intake.applications
    assert (application.applicant, application.case, application.number) == (mother_of(family), case, "1/2026")
    assert [row.application for row in rows_of(session)] == [application]


def test_an_application_made_with_the_message_goes_to_the_case_that_is_opened(session, by):
    family = make_family(session, by)
    intake = make_intake(session, by, **WRITTEN, applicant=mother_of(family), application_date=DAY)
    case = open_case_from(intake, family, by=by)
    assert [one.case for one in intake.applications] == [case]


def test_whoever_opens_cases_differently_gives_his_own_way(session, by):
    intake, asked = make_intake(session, by), []

    def opening(family, **more):
        asked.append(more.pop("registered_at"))
        return open_case(family, **more)

    open_case_from(intake, make_family(session, by), by=by, opening=opening, registered_at=DAY)
    assert asked == [DAY]


def test_a_case_is_opened_once_and_for_the_family_of_the_message(session, by):
    family, other = make_family(session, by), make_family(session, by, name="Другие", members=[
        NewMember(make_adult(session, by, last_name="Другая"), FamilyRole.MOTHER, is_legal_representative=True),
        NewMember(make_child(session, by, last_name="Другой"), FamilyRole.CHILD),
    ])  # fmt: skip
    intake = make_intake(session, by, family=family)
    with refused("Обращение о семье «Тестовы». Заведите дело на неё.", "family_id"):
        open_case_from(intake, other, by=by)
    case = open_case_from(intake, family, by=by)
    with refused(f"Обращение уже закрыто: {IntakeResult.ACCEPTED.label}. Верните его в работу, если это ошибка."):
        open_case_from(intake, family, by=by)
    fed = make_intake(session, by, family=family)
    with refused(f"По этому обращению уже идёт дело № {case.number}. Продолжите его."):
        open_case_from(fed, family, by=by)
    with refused(f"Обращение уже приобщено к делу № {case.number}.", "family_id"):
        link_intake(fed, other, by=by)


def test_a_refused_case_leaves_the_message_in_work(session, by):
    intake = make_intake(session, by)
    childless = make_family(session, by, members=[NewMember(make_adult(session, by), FamilyRole.MOTHER, True)])
    with pytest.raises(RuleBroken, match="нет ребёнка младше 18 лет"):
        open_case_from(intake, childless, by=by)
    assert (intake.is_open, intake.case) == (True, None)


# ---- the result ----------------------------------------------------------------------------------------------------


def test_a_message_is_closed_with_its_result(session, by):
    intake = make_intake(session, by)
    close_intake(intake, by=by, result=IntakeResult.UNCONFIRMED, measures_taken="Съездили, всё в порядке")
    assert (intake.result, intake.closed_at, intake.measures_taken) == (
        IntakeResult.UNCONFIRMED, DAY, "Съездили, всё в порядке"
    )  # fmt: skip


def test_a_result_without_what_it_needs_is_refused(session, by):
    intake = make_intake(session, by)
    with refused("Выберите, чем закончилась работа с обращением.", "result"):
        close_intake(intake, by=by, result=IntakeResult.IN_WORK)
    with refused("Дело по обращению не заведено. Нажмите «Завести дело» на его карточке.", "result"):
        close_intake(intake, by=by, result=IntakeResult.ACCEPTED)
    with refused("Напишите, куда и когда передано.", "measures_taken"):
        close_intake(intake, by=by, result=IntakeResult.PASSED_ON)
    for day in (DAY - dt.timedelta(days=1), TOMORROW):
        with refused("Закрывают не раньше, чем поступило, и не позже сегодняшнего дня.", "closed_at"):
            close_intake(intake, by=by, result=IntakeResult.DOUBLE, on=day)


def test_a_danger_is_closed_only_with_a_word_about_whom_was_told(session, by):
    intake = make_intake(session, by, urgency=Urgency.DANGER)
    with refused("Напишите, что сделано и кому сообщили об угрозе ребёнку.", "measures_taken"):
        close_intake(intake, by=by, result=IntakeResult.UNCONFIRMED)
    change_intake(intake, by=by, measures_taken="Сообщили в полицию")
    close_intake(intake, by=by, result=IntakeResult.UNCONFIRMED)
    assert intake.measures_taken == "Сообщили в полицию"


def test_a_message_closed_by_mistake_comes_back_unless_a_case_was_opened(session, by):
    intake = make_intake(session, by)
    with refused("Обращение и так в работе."):
        reopen_intake(intake, by=by)
    close_intake(intake, by=by, result=IntakeResult.DOUBLE)
    reopen_intake(intake, by=by)
    assert (intake.is_open, intake.closed_at) == (True, None)
    case = open_case_from(intake, make_family(session, by), by=by)
    with refused(f"По обращению заведено дело № {case.number}. Работайте с ним."):
        reopen_intake(intake, by=by)


def test_the_year_of_a_number_is_that_of_the_day_it_came_where_the_centre_works(session, by):
    """Half past one in the night of the first of January by Yekaterinburg is still the old year in Moscow."""
    came = dt.datetime(2026, 1, 1, 1, 30, tzinfo=ZoneInfo("Asia/Yekaterinburg"))
    assert make_intake(session, by, received_at=came).number == "1/2025"
