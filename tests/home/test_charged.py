"""What a lawyer, a nurse and a partner organisation find on «Сегодня»: what they are charged with, no more."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from app.cases.models import CaseStatus
from app.cases.rules import add_to_team
from app.organisation.models import (
    Department,
    DepartmentKind,
)
from app.people.models import ConsentKind
from app.people.rules import give_consent
from app.programmes.models import ExecutorType, MeasureStatus, VersionStatus
from app.programmes.rules import correct
from app.roles import (
    LAWYER,
    NURSE,
    PARTNER,
)
from tests import make
from tests.home.reading import another_case, come, given, lines, school, tiles
from tests.make import DAY
from tests.meetings.make import Council, make_acting


def test_a_lawyer_sees_the_families_of_the_team_and_what_he_is_to_do(app: Flask, centre: Council) -> None:
    version = make_acting(centre, "Помочь с иском", "Чужое дело")
    lawyer = centre.centre.stranger
    own, other = version.measures
    own.executor_id, own.due = lawyer.staff_id, DAY + dt.timedelta(days=3)
    add_to_team(version.programme.case, centre.centre.staff(lawyer), by=centre.centre.head)
    page = come(app, centre, lawyer.staff_id, LAWYER).get("/").text
    found = lines(page)
    assert found["Мои мероприятия"] == [("Помочь с иском", "Отметить")]
    assert "Семья Тестовы, до 21.02.2026, осталось 3\u00a0дня" in page
    assert found["Семьи, в команде которых я работаю"] == [("Семья Тестовы", "Записать услугу")]
    assert f'href="/families/show/{version.programme.case.family_id}"' in page
    assert other.title not in page


def test_a_measure_of_the_department_is_told_of_without_a_button_and_a_done_one_not(
    app: Flask, centre: Council
) -> None:
    version = make_acting(centre, "Общее занятие", "Сделано", "Отменено")
    nurse = centre.centre.staff(centre.centre.stranger)
    nurse.department = Department(name="Отделение", kind=DepartmentKind.OTHER, service_unit_id=nurse.service_unit_id)
    centre.session.flush()
    for measure in version.measures:
        measure.executor_type, measure.executor_id = ExecutorType.DEPARTMENT, None
        measure.department_id = nurse.department_id
    version.measures[1].status, version.measures[2].status = MeasureStatus.DONE, MeasureStatus.CANCELLED
    browser = come(app, centre, nurse.id, NURSE)
    assert lines(browser.get("/").text)["Мои мероприятия"] == [("Общее занятие", "")]


def test_a_nurse_sees_the_children_assigned_to_her_and_whose_health_is_closed(app: Flask, centre: Council) -> None:
    made = centre.centre
    nurse = made.staff(made.stranger)
    with_consent, without, foreign = another_case(centre), another_case(centre), another_case(centre)
    for number, case in enumerate((with_consent, without, foreign)):
        make.child_of(case.family).first_name = ("Семён", "Тихон", "Фома")[number]
    child = make.child_of(with_consent.family)
    child.health_note = "Астма"
    give_consent(child, by=made.head, given_by=make.mother_of(with_consent.family), kind=ConsentKind.SPECIAL,
                 purposes="Сопровождение", signed_at=DAY, special_categories=True)  # fmt: skip
    for case in (with_consent, without):
        add_to_team(case, nurse, by=made.head)
    page = come(app, centre, nurse.id, NURSE).get("/").text
    assert [what for what, _ in lines(page)["Закреплённые дети"]] == ["Тестов Семён", "Тестов Тихон"]
    body = page.partition("Закреплённые дети</h2>")[2].partition("</section>")[0]
    assert [("нужно согласие" in row) for row in body.split("<li>")[1:]] == [False, True]
    assert "7\u00a0лет, семья Тестовы" in body
    assert tiles(page)["закреплённых ребёнка"] == 2
    assert "Фома" not in page
    assert "Астма" not in page


def test_a_child_who_has_grown_up_or_whose_case_has_ended_is_assigned_no_more(app: Flask, centre: Council) -> None:
    made = centre.centre
    nurse = made.staff(made.stranger)
    grown, ended = another_case(centre), another_case(centre, status=CaseStatus.ACTIVE)
    for case in (grown, ended):
        add_to_team(case, nurse, by=made.head)
    make.child_of(grown.family).birth_date = DAY.replace(year=DAY.year - 18)
    ended.status = CaseStatus.CLOSED
    page = come(app, centre, nurse.id, NURSE).get("/").text
    assert "За вами не закреплено ни одного ребёнка." in page
    assert tiles(page)["закреплённых детей"] == 0


def test_a_partner_sees_the_measures_given_to_it_and_no_family(app: Flask, centre: Council) -> None:
    version = make_acting(centre, "Кружок рисования", "Группа продлённого дня", "Логопед", "Дело другой школы")
    first = school(centre, "Школа № 1")
    for measure in version.measures[:3]:
        given(measure, first)
    given(version.measures[3], school(centre, "Школа № 2"))
    club, late, done, _ = version.measures
    club.volume, late.due = "2 часа", DAY - dt.timedelta(days=2)
    done.status, done.done_at = MeasureStatus.DONE, DAY
    user = centre.centre.staff(centre.centre.stranger)
    user.partner_id, user.is_external = first.id, True
    page = come(app, centre, user.id, PARTNER).get("/").text
    found = lines(page)
    assert found["Мероприятия вашей организации"] == [
        ("Группа продлённого дня", "Открыть"), ("Кружок рисования", "Открыть")]  # fmt: skip
    assert "до 16.02.2026, просрочен на 2\u00a0дня" in page
    assert [what for what, _ in found["Недавно выполнено"]] == ["Логопед"]
    assert tiles(page) == {"мероприятия ждут": 2, "срок прошёл": 1}
    assert "Тестов" not in page
    assert "Дело другой школы" not in page


def test_a_measure_under_correction_is_told_of_once(app: Flask, centre: Council) -> None:
    version = make_acting(centre, "Кружок рисования")
    first = school(centre, "Школа № 1")
    given(version.measures[0], first)
    centre.session.flush()
    following = correct(version.programme, by=centre.centre.head, reason="Другой срок")
    following.status = VersionStatus.APPROVED
    user = centre.centre.staff(centre.centre.stranger)
    user.partner_id = first.id
    page = come(app, centre, user.id, PARTNER).get("/").text
    assert len(lines(page)["Мероприятия вашей организации"]) == 1
    assert f'href="/measures/show/{version.measures[0].id}"' in page


def test_a_partner_without_measures_is_told_so(app: Flask, centre: Council) -> None:
    page = come(app, centre, centre.centre.stranger.staff_id, PARTNER).get("/").text
    assert "Вашей организации сейчас ничего не поручено." in page
