"""The screens of visits, requests, tasks and monthly reports as people use them."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting, clock_at
from app.cases.help import HelpKind
from app.organisation.models import Department, PartnerKind, PartnerOrganisation, ServiceUnit, StaffMember
from app.programmes.models import ExecutorType
from app.progress.models import ProgressReport, ReportStatus
from app.referrals.models import InternalTask, Referral, ReferralStatus
from app.referrals.rules import send_referral
from app.roles import CURATOR, HEAD, PARTNER, PSYCHOLOGIST, REGISTRAR
from app.visits.models import Visit, VisitKind
from app.visits.rules import plan_visit, record_visit
from tests.make import DAY, child_of, mother_of
from tests.progress.make import Care, in_care, in_force
from tests.visiting import Browser, lead
from tests.visiting import Visit as Come


@pytest.fixture
def care(stored: Session) -> Iterator[Care]:
    """Yield a family in accompaniment in the served installation, on the day of every test."""
    unit = stored.scalars(select(ServiceUnit)).one()
    by = Actor(user_id=None, name="Главнова", unit_id=unit.id, roles=frozenset({"head_of_service"}), sees_unit=True)
    with clock_at(DAY), acting(by):
        made = in_care(stored, by)
        stored.commit()
        with acting(SYSTEM):
            yield made


@pytest.fixture
def curator(visit: Come, stored: Session, care: Care) -> Browser:
    """Return the browser of the curator of the case."""
    browser = visit(CURATOR)
    for before in care.case.assignments:
        before.date_to = DAY
    stored.flush()
    lead(stored, browser, care.case)
    stored.commit()
    return browser


def words_of(browser: Browser, address: str) -> str:
    """Return the text of a page."""
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def sent(browser: Browser, address: str, **fields: Any) -> str:
    """Send a form and return where it leads."""
    answer = browser.post(address, data=fields)
    assert answer.status_code == 302, html.unescape(answer.text)
    return str(answer.headers["Location"])


# ---- visits ------------------------------------------------------------------------------------------------------


def test_a_visit_is_recorded_at_the_door_with_whom_one_met(curator: Browser, care: Care, stored: Session) -> None:
    page = words_of(curator, f"/visits/add?case_id={care.case.id}")
    for said in ("Визит: семья Тестовы", "д. Тестово, 1", "Мария (мать)", "Пётр", "Норма: 2 визита в месяц"):
        assert said.replace("2 визита", "2\u00a0визита") in page.replace("\xa0", "\u00a0") or said in page
    mother, child = mother_of(care.case.family), child_of(care.case.family)
    form = {
        "case_id": care.case.id, "done_at": "18.02.2026 11:00", "kind": "first_contact", "form": "home",
        "present_ids": [mother.id, child.id], "deeds": ["talk"], "findings": "Тепло", "next_at": "04.03.2026",
        "staff_id": curator.staff_id, "lineage_id": "",
    }  # fmt: skip
    refused = curator.post("/visits/add", data=form)
    assert "Отметьте, как семья относится к сопровождению." in refused.text
    assert "Тепло" in refused.text and refused.text.count(" checked") >= 5  # Everything ticked is kept.
    assert stored.scalars(select(Visit)).all() == []
    where = sent(curator, "/visits/add", **form, family_attitude="agree")
    done = stored.scalars(select(Visit).where(Visit.done_at.is_not(None))).one()
    assert {one.first_name for one in done.present} == {"Мария", "Пётр"}
    card = words_of(curator, where)
    assert "состоялся" in card and "Тестова М." in card
    tab = words_of(curator, f"/cases/show/{care.case.id}?tab=visits")
    assert "В этом месяце визитов 1 из 2." in tab
    assert "1 из 2 в этом месяце, последний 18.02.2026" in words_of(curator, f"/cases/show/{care.case.id}")


def test_a_stranger_of_the_family_is_not_ticked(curator: Browser, care: Care) -> None:
    form = {"case_id": care.case.id, "done_at": "18.02.2026 11:00", "kind": "planned", "form": "home",
            "present_ids": [10_000], "staff_id": curator.staff_id}  # fmt: skip
    assert "Такого варианта в списке нет. Выберите другой." in curator.post("/visits/add", data=form).text


def test_a_day_to_come_plans_a_visit_which_home_then_offers_to_record(
    curator: Browser, care: Care, stored: Session
) -> None:
    form = {"case_id": care.case.id, "done_at": "19.02.2026 10:00", "kind": "planned", "form": "home",
            "staff_id": curator.staff_id}  # fmt: skip
    card = sent(curator, "/visits/add", **form)
    planned = stored.scalars(select(Visit)).one()
    assert (planned.is_awaited, planned.day) == (True, dt.date(2026, 2, 19))
    page = words_of(curator, card)
    assert "Записать визит" in page and "Перенести" in page and "Изменить" not in page
    assert "Мои визиты" in words_of(curator, "/")
    with clock_at(dt.datetime(2026, 2, 19, 12, tzinfo=dt.UTC)):
        sent(curator, "/visits/add", **{**form, "planned_id": planned.id, "done_at": "19.02.2026 10:00"})
    stored.expire_all()
    assert planned.is_done and len(stored.scalars(select(Visit)).all()) == 1


def test_the_norm_is_planned_by_one_button(curator: Browser, care: Care, stored: Session) -> None:
    back = sent(curator, f"/visits/plan/{care.case.id}")
    assert back.endswith(f"/cases/show/{care.case.id}?tab=visits")
    assert len(stored.scalars(select(Visit)).all()) == 2
    sent(curator, f"/visits/plan/{care.case.id}")
    assert "Визитов по норме уже достаточно" in words_of(curator, back)


# ---- requests and tasks ------------------------------------------------------------------------------------------


def test_s001_3_1_d_a_request_unanswered_past_its_term_is_told_of_at_home(
    curator: Browser, care: Care, stored: Session
) -> None:
    school = PartnerOrganisation(name="Школа № 3", kind=PartnerKind.EDUCATION, service_unit_id=curator.unit_id)
    stored.add(school)
    stored.flush()
    form = {
        "case_id": care.case.id, "partner_id.text": "Школа № 3", "question": "Как учится?", "due": "20.02.2026",
        "date": "18.02.2026", "sent_via": "post", "person_id": "", "data_list": "",
    }  # fmt: skip
    card = sent(curator, "/referrals/add", **form)
    with clock_at(dt.date(2026, 2, 24)):
        home = words_of(curator, "/")
        assert "Ответы организаций не получены" in home and "Школа № 3" in home
        assert "ответа нет, срок был 20.02.2026" in words_of(curator, card)
        answer = {"sure": "1", "answer_at": "24.02.2026", "came_to": "answered", "answer_text": "Хорошо"}
        sent(curator, card.replace("show", "action/answer"), **answer)
    stored.expire_all()
    assert stored.scalars(select(Referral)).one().status is ReferralStatus.ANSWERED


def test_data_without_a_consent_are_refused_at_their_field_and_nothing_is_lost(curator: Browser, care: Care) -> None:
    care.session.add(PartnerOrganisation(name="Школа № 3", kind=PartnerKind.EDUCATION, service_unit_id=curator.unit_id))
    care.session.flush()
    child = child_of(care.case.family)
    form = {"case_id": care.case.id, "partner_id.text": "Школа № 3", "question": "Как учится?", "due": "20.02.2026",
            "date": "18.02.2026", "sent_via": "post", "person_id": child.id, "data_list": "ФИО"}  # fmt: skip
    answer = curator.post("/referrals/add", data=form)
    assert "Нет действующего согласия передать сведения" in answer.text and "Как учится?" in answer.text


def test_an_organisation_sees_what_it_is_asked_and_answers_without_the_family(
    visit: Come, care: Care, stored: Session
) -> None:
    school = PartnerOrganisation(name="Школа", kind=PartnerKind.EDUCATION, service_unit_id=care.case.service_unit_id)
    stored.add(school)
    stored.flush()
    asked = send_referral(care.case, by=care.curator, partner=school, question="Как учится?")
    teacher = visit(PARTNER)
    stored.get_one(StaffMember, teacher.staff_id).partner_id = school.id
    stored.commit()
    page = words_of(teacher, f"/referrals/show/{asked.id}")
    assert "Как учится?" in page and "Тестов" not in page and care.case.number not in page
    sent(teacher, f"/referrals/action/answer/{asked.id}", sure="1", answer_at="18.02.2026", came_to="done",
         answer_text="Хорошо")  # fmt: skip
    stored.expire_all()
    assert asked.status is ReferralStatus.DONE


def test_s001_1_1_a_task_to_a_department_is_done_by_one_of_it_who_sees_no_family(
    curator: Browser, visit: Come, care: Care, stored: Session
) -> None:
    department = Department(name="ОСОСД", service_unit_id=curator.unit_id)
    stored.add(department)
    stored.flush()
    form = {"case_id": care.case.id, "text": "Провести занятие", "to_department_id.text": "ОСОСД",
            "to_staff_id.text": "", "due": "20.02.2026"}  # fmt: skip
    card = sent(curator, "/tasks/add", **form)
    other = visit(PSYCHOLOGIST)
    stored.get_one(StaffMember, other.staff_id).department_id = department.id
    stored.commit()
    assert "Поручено мне" in words_of(other, "/")
    assert care.case.number not in words_of(other, card)
    assert other.get(f"/cases/show/{care.case.id}").status_code == 404
    sent(other, card.replace("show", "action/complete"), sure="1", result="Проведено")
    assert "Проведено" in words_of(curator, card)
    stored.expire_all()
    assert stored.scalars(select(InternalTask)).one().taken_by_id == other.staff_id


# ---- reports and the control -------------------------------------------------------------------------------------


@pytest.mark.rows("S000-11a", "S000-11b", "S001-1.4")
def test_s000_11b_a_report_is_written_submitted_returned_and_accepted(
    curator: Browser, visit: Come, care: Care, stored: Session
) -> None:
    in_force(care, {"title": "Режим дня", "executor_type": ExecutorType.FAMILY, "executor_id": None})
    stored.commit()
    head = visit(HEAD)
    assert "Нет отчёта за месяц: 1" in words_of(head, "/control/")
    assert "Отчёты за месяц" in words_of(curator, "/")
    card = sent(curator, "/progress/add", case_id=care.case.id, month="2026-02-01", family_participation="Активное")
    page = words_of(curator, card)
    for said in ("Режим дня", "семья", "0 из 2", "Сдать", "цифры на сегодня"):
        assert said in page
    again = curator.post("/progress/add", data={"case_id": care.case.id, "month": "2026-02-01"})
    assert "по этому делу уже есть" in again.text
    sent(curator, card.replace("show", "action/submit"), sure="1")
    assert "Отчёты ждут приёмки" in words_of(head, "/")
    assert "Принять" not in words_of(curator, card)
    sent(head, card.replace("show", "action/send_back"), sure="1", return_reason="Добавьте причину")
    assert "Отчёт вернули: Добавьте причину" in words_of(curator, card)
    assert "вернули: «Добавьте причину»" in words_of(curator, "/")
    sent(curator, card.replace("show", "action/submit"), sure="1")
    sent(head, card.replace("show", "action/accept"))
    stored.expire_all()
    assert stored.scalars(select(ProgressReport)).one().status is ReportStatus.ACCEPTED


def test_the_control_of_a_month_is_for_who_works_with_families_each_with_his_own(
    visit: Come, curator: Browser, care: Care, stored: Session
) -> None:
    unit = stored.get_one(ServiceUnit, curator.unit_id)
    by = Actor(user_id=None, name="Главнова", unit_id=unit.id, roles=frozenset({"head_of_service"}), sees_unit=True)
    with acting(by):
        other = in_care(stored, by, order="")
        other.case.family.name = "Чужовы"
        in_force(other, {"title": "Справка", "due": dt.date(2026, 2, 1)})
    stored.commit()
    head = words_of(visit(HEAD), "/control/?month=2026-02")
    assert "Чужовы" in head and "Тестовы" in head and "Мероприятия просрочены: 1" in head
    own = words_of(curator, "/control/?month=2026-02")
    assert "Тестовы" in own and "Чужовы" not in own
    assert visit(REGISTRAR).get("/control/").status_code == 403
    assert curator.get("/control/?month=2026-13").status_code == 400


def test_lists_ask_as_often_for_many_rows_as_for_one(
    curator: Browser, care: Care, stored: Session, sending: Any
) -> None:
    school = PartnerOrganisation(name="Школа", kind=PartnerKind.EDUCATION, service_unit_id=curator.unit_id)
    stored.add(school)
    stored.flush()
    numbers: dict[str, list[int]] = {}
    for _ in range(2):
        for _ in range(2):
            record_visit(care.case, by=SYSTEM, on=DAY)
            plan_visit(care.case, by=SYSTEM, planned_at=dt.datetime(2026, 2, 20, tzinfo=dt.UTC))
            send_referral(care.case, by=SYSTEM, partner=school, question="?")
        stored.commit()
        for address in ("/visits/", "/referrals/", f"/cases/show/{care.case.id}?tab=visits"):
            curator.get(address)
            with sending() as statements:
                assert curator.get(address).status_code == 200
            numbers.setdefault(address, []).append(len(statements))
    assert all(first == second for first, second in numbers.values()), numbers


# ---- the page of a programme -------------------------------------------------------------------------------------


def test_s001_3_1_c_a_programme_shows_the_five_kinds_of_help_and_asks_about_those_it_does_not_give(
    curator: Browser, care: Care, stored: Session
) -> None:
    (measure, _) = in_force(care, {"help_kind": HelpKind.MEDICAL}, {"help_kind": HelpKind.MEDICAL})
    stored.commit()
    page = words_of(curator, f"/versions/show/{measure.version_id}")
    assert "Медицинская 2\u00a0мероприятия" in page or "Медицинская 2 мероприятия" in page
    assert page.count("нет: не требуется или нужно заполнить") == 4
    assert "Правовая" in page and VisitKind.PLANNED.label == "плановый"
