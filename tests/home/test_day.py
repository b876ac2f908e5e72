"""«Сегодня» of each role, on what really waits."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, clock_at
from app.cases.models import CaseStatus
from app.cases.rules import add_to_team
from app.days.models import CalendarDay
from app.meetings.models import DecisionKind
from app.organisation.models import (
    ServiceUnit,
)
from app.organisation.rules import add_staff, make_account
from app.roles import (
    ACCOUNTANT,
    ADMINISTRATOR,
    AUDITOR,
    CURATOR,
    DIRECTOR,
    HEAD,
    NURSE,
    PARTNER,
    PSYCHOLOGIST,
    REGISTRAR,
    SECRETARY,
)
from app.services.rules import record_service
from tests import make
from tests.home.reading import another_case, come, curator_of, given, lines, logins, queries, school, tiles
from tests.make import DAY
from tests.meetings.make import Council, make_acting, make_decision, make_meeting, make_submitted
from tests.programmes.make import make_draft
from tests.visiting import PASSWORD, Browser, Visit

# ---- the curator -------------------------------------------------------------------------------------


def test_a_curator_sees_what_came_back_with_its_reason(app: Flask, centre: Council) -> None:
    version = make_submitted(centre)
    make_decision(centre, version, DecisionKind.SEND_BACK, "Нет срока занятий")
    page = curator_of(app, centre).get("/").text
    number = version.programme.number
    assert lines(page)["Программы"] == [(f"Семья Тестовы: Программа № {number}, версия 1", "Исправить")]
    assert "Вернули: «Нет срока занятий»" in page
    assert tiles(page)["вернулось на доработку"] == 1


def test_a_curator_sees_drafts_and_what_waits(app: Flask, centre: Council) -> None:
    make_submitted(centre)
    make_draft(centre.centre, case=another_case(centre))
    verbs = [verb for _, verb in lines(curator_of(app, centre).get("/").text)["Программы"]]
    assert verbs == ["Продолжить", "Посмотреть"]


def test_a_case_without_a_programme_asks_for_one(app: Flask, centre: Council) -> None:
    browser = curator_of(app, centre)
    page = browser.get("/").text
    assert lines(page)["Дела без программы"] == [("Семья Тестовы", "Составить программу")]
    assert f'href="/versions/add?case_id={centre.centre.case.id}"' in page
    make_draft(centre.centre)
    assert lines(browser.get("/").text)["Дела без программы"] == []


def test_an_agreement_that_ends_soon_is_told_of(app: Flask, centre: Council) -> None:
    case = another_case(centre, status=CaseStatus.ACTIVE)
    agreement = case.agreements[0]
    browser = curator_of(app, centre)
    assert lines(browser.get("/").text)["Договоры заканчиваются"] == []
    agreement.valid_to = DAY + dt.timedelta(days=10)
    page = browser.get("/").text
    assert lines(page)["Договоры заканчиваются"] == [(f"Договор № {agreement.number}", "Открыть")]
    assert "осталось 10\u00a0дней" in page


def test_a_family_long_without_a_service_is_told_of_until_it_gets_one(app: Flask, centre: Council) -> None:
    case = another_case(centre, status=CaseStatus.ACTIVE)
    browser = curator_of(app, centre)
    assert lines(browser.get("/").text)["Больше месяца без услуг"] == [("Семья Тестовы", "Записать услугу")]
    with clock_at(DAY):
        made = centre.centre
        record_service(
            case,
            by=made.head,
            service=make.make_service(centre.session, made.head),
            recipient=make.child_of(case.family),
            performer=made.staff(made.curator),
        )
    page = lines(browser.get("/").text)
    assert page["Больше месяца без услуг"] == []
    assert len(page["Мои последние услуги"]) == 1


def test_a_curator_sees_only_own_cases(app: Flask, centre: Council) -> None:
    stranger = come(app, centre, centre.centre.stranger.staff_id, CURATOR)
    make_draft(centre.centre)
    page = stranger.get("/").text
    assert (lines(page)["Программы"], tiles(page)["моих дел"]) == ([], 0)


# ---- the head ----------------------------------------------------------------------------------------


def test_the_head_sees_what_waits_who_has_no_curator_and_the_load(app: Flask, centre: Council) -> None:
    make_submitted(centre)
    alone = another_case(centre, curator=False, status=CaseStatus.IDENTIFIED)
    head = come(app, centre, centre.centre.head.staff_id, HEAD)
    page = head.get("/").text
    found = lines(page)
    assert found["Дела без куратора"] == [("Семья Тестовы", "Назначить куратора")]
    assert f'href="/cases/action/assign_curator/{alone.id}"' in page
    assert [verb for _, verb in found["Ждут решения: Заседание службы"]] == ["Назначить заседание"]
    assert tiles(page) == {"открытых дела": 2, "без куратора": 1, "ждут решения": 1, "договоров заканчивается": 0}
    table = page.split("Сколько дел ведёт каждый куратор")[-1]
    assert re.findall(r'<td class="num[^"]*">(?:<a [^>]*>)?(\d+)', table) == ["1", "0", "0", "0"]
    assert head.get(f"/cases/action/assign_curator/{alone.id}").status_code == 200


def test_the_director_sees_the_same_but_no_button_without_the_right(app: Flask, centre: Council) -> None:
    director = come(app, centre, centre.centre.head.staff_id, DIRECTOR)
    assert lines(director.get("/").text)["Дела без программы"] == [("Семья Тестовы", "")]


# ---- the others --------------------------------------------------------------------------------------


def test_the_secretary_sees_candidates_and_meetings(app: Flask, centre: Council) -> None:
    make_submitted(centre)
    meeting = make_meeting(centre)
    page = come(app, centre, centre.secretary.staff_id, SECRETARY).get("/").text
    found = lines(page)
    assert [verb for _, verb in found["Ждут решения: Заседание службы"]] == ["Поставить в повестку"]
    assert found["Заседания"] == [(str(meeting).replace("\u00a0", " "), "Собрать повестку")]


def test_the_registrar_sees_families_without_a_case(app: Flask, centre: Council) -> None:
    make.make_family(centre.session, centre.centre.head, name="Бездельные")
    page = come(app, centre, centre.centre.stranger.staff_id, REGISTRAR).get("/").text
    assert lines(page)["Семьи без дела"] == [("Семья Бездельные", "Завести дело")]
    assert "Новая семья" in page


def test_a_specialist_sees_the_families_of_the_team(app: Flask, centre: Council) -> None:
    page = come(app, centre, centre.centre.psychologist.staff_id, PSYCHOLOGIST).get("/").text
    assert lines(page)["Семьи, в команде которых я работаю"] == [("Семья Тестовы", "Записать услугу")]


def test_the_administrator_sees_accounts_and_no_family(app: Flask, centre: Council) -> None:
    made = centre.centre
    fresh = made.staff(made.psychologist)
    make_account(centre.session, fresh, "fresh", PASSWORD, [PSYCHOLOGIST], by=SYSTEM)
    page = come(app, centre, made.stranger.staff_id, ADMINISTRATOR).get("/").text
    found = lines(page)
    assert found["Ещё не сменили выданный пароль"] == [(fresh.name, "Открыть")]
    assert (made.staff(made.curator).name, "Открыть вход") in found["Сотрудники без входа"]
    assert "Тестовы" not in page


def test_who_has_no_list_of_work_is_shown_the_way(app: Flask, centre: Council) -> None:
    page = come(app, centre, centre.centre.stranger.staff_id, ACCOUNTANT).get("/").text
    assert "перечислены в меню слева" in page


def test_two_roles_see_both_without_repeats(app: Flask, centre: Council) -> None:
    make_submitted(centre)
    both = come(app, centre, centre.centre.head.staff_id, HEAD, SECRETARY)
    page = both.get("/").text
    assert page.count("Ждут решения: Заседание службы") == 1
    assert list(lines(page)).count("Заседания") == 1


# ---- the first run -----------------------------------------------------------------------------------


def test_an_empty_installation_leads_through_four_steps(visit: Visit, stored: Session) -> None:
    admin = visit(ADMINISTRATOR)
    unit = stored.scalars(select(ServiceUnit)).one()
    page = admin.get("/").text
    assert re.findall(r"<strong>([^<]+)</strong><p>", page) == [
        "Назвать центр", "Добавить сотрудников", "Открыть им вход", "Загрузить семьи"]  # fmt: skip
    assert "сделано 2 из 4" in page
    assert "Это делает заведующий или регистратор, когда войдёт." in page
    assert f'href="/units/edit/{unit.id}"' in page
    unit.short_name = "Верхнеозёрский КЦСОН"
    assert "сделано 3 из 4" in admin.get("/").text


def test_the_first_steps_end_with_the_first_family(visit: Visit, stored: Session) -> None:
    registrar = visit(REGISTRAR)
    page = registrar.get("/").text
    assert 'href="/import/"' in page.split('class="work guide"')[1]
    unit = stored.scalars(select(ServiceUnit)).one()
    add_staff(stored, unit.id, "Лишнева Анна", "специалист", by=SYSTEM)
    make.make_family(stored, make.make_actor(unit))
    assert "Готовим центр к работе" not in registrar.get("/").text


def test_a_curator_of_an_empty_centre_is_not_led_through_them(visit: Visit) -> None:
    assert "Готовим центр к работе" not in visit(CURATOR).get("/").text


# ---- cost --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", [HEAD, CURATOR, SECRETARY, REGISTRAR, PSYCHOLOGIST, ADMINISTRATOR, NURSE, PARTNER, AUDITOR]
)
def test_one_and_three_of_everything_cost_the_same_number_of_queries(app: Flask, centre: Council, role: str) -> None:
    made = centre.centre

    def more() -> None:
        make_submitted(centre, case=another_case(centre))
        make_draft(made, case=another_case(centre))
        another_case(centre, status=CaseStatus.ACTIVE).agreements[0].valid_to = DAY
        another_case(centre, curator=False, status=CaseStatus.IDENTIFIED)
        make.make_family(centre.session, made.head)
        make_meeting(centre)
        newcomer = make.make_staff(centre.session, made.head)
        make_account(centre.session, newcomer, f"new{next(logins)}", PASSWORD, [CURATOR], by=SYSTEM)
        charged = make_acting(centre, "Кружок", "Бассейн", case=another_case(centre))
        given(charged.measures[0], first)
        charged.measures[1].executor_id = made.curator.staff_id
        add_to_team(charged.programme.case, made.staff(made.curator), by=made.head)

    first = school(centre, "Школа № 1")
    made.staff(made.curator).partner_id = first.id
    browser = come(app, centre, made.curator.staff_id, role)
    more()
    one = queries(app, browser)
    more()
    more()
    assert queries(app, browser) == one


def test_a_stranger_is_sent_to_the_door(client: Browser) -> None:
    assert client.get("/").headers["Location"] == "/login/"


# ---- the calendar of working days ----------------------------------------------------------------------


@pytest.mark.parametrize("role", [HEAD, DIRECTOR, ADMINISTRATOR])
def test_who_may_fill_the_calendar_is_told_in_december_that_the_next_year_is_lacking(
    app: Flask, centre: Council, role: str
) -> None:
    made = come(app, centre, centre.centre.curator.staff_id, role)
    for day in centre.session.scalars(select(CalendarDay).where(CalendarDay.date >= dt.date(2027, 1, 1))):
        centre.session.delete(day)
    titled = "Производственный календарь"
    with clock_at(dt.date(2026, 11, 30)):
        assert titled not in lines(made.get("/").text)
    with clock_at(dt.date(2026, 12, 1)):
        page = made.get("/").text
    assert [what for what, _ in lines(page)[titled]] == ["Календарь на 2027 год"]
    assert 'action="/days/fill?year=2027"' in page


def test_a_curator_is_not_bothered_with_the_calendar(app: Flask, centre: Council) -> None:
    for day in centre.session.scalars(select(CalendarDay)):
        centre.session.delete(day)
    assert "Производственный календарь" not in lines(curator_of(app, centre).get("/").text)
