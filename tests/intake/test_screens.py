"""Screens of the way in: the form that follows the ground, the list in work, the card, the journals."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.cases.models import CaseSource, FamilyCase, StageMove
from app.cases.stages import enter, put_in_force
from app.intake.journals import enter_register
from app.intake.models import (
    Application,
    ApplicationStatus,
    Channel,
    Ground,
    Intake,
    IntakeResult,
    JournalCode,
    Recognition,
)
from app.intake.rules import close_intake
from app.organisation.models import ServiceUnit, StaffMember, Territory, TerritoryLevel
from app.people.models import Family
from app.profiles.loading import text_of
from app.profiles.rules import store
from app.roles import CURATOR, DIRECTOR, HEAD, PSYCHOLOGIST, REGISTRAR, SECRETARY
from tests.by_order import case_on
from tests.intake.make import MONDAY, make_application, make_intake, make_organisation, make_recognition, rows_of
from tests.make import make_actor, make_case, make_family, mother_of
from tests.register.forms import filled, no_machinery
from tests.register.test_statements import LIST, counted
from tests.visiting import Browser, Visit, join_team, lead, on_agenda

ADD = "/intakes/add"


@pytest.fixture
def unit(stored: Session) -> ServiceUnit:
    """Return the one unit there is."""
    return stored.scalars(select(ServiceUnit)).one()


@pytest.fixture
def by(unit: ServiceUnit) -> Any:
    """Return the system at work for the unit."""
    return make_actor(unit)


def work_by(stored: Session, unit: ServiceUnit, name: str) -> None:
    """Let the unit work by a delivered order of work."""
    put_in_force(unit, store(stored, text_of(name), by=SYSTEM), by=SYSTEM)
    stored.commit()


def sent(browser: Browser, **typed: Any) -> Any:
    """Fill in the form of a new message and send it."""
    usual = {"text": "Дети гуляют без присмотра", "source": "citizen", "channel": "phone", "urgency": "usual"}
    return browser.post(ADD, data=filled(browser.get(ADD), ADD, **{**usual, **typed}))


def offered(page: str, name: str) -> list[str]:
    """Return the values the control *name* offers, whatever it is drawn as."""
    select_ = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.S)
    found = re.findall(r'<option value="([^"]+)"', select_[0]) if select_ else []
    return found or re.findall(rf'type="radio" name="{name}" value="([^"]+)"', page)


# ---- the form ----------------------------------------------------------------------------------------------------


def test_a_message_is_registered_and_leads_to_its_card(visit: Visit, stored: Session) -> None:
    registrar = visit(REGISTRAR)
    answer = sent(registrar)
    assert answer.status_code == 302
    intake = stored.scalars(select(Intake)).one()
    assert (intake.number, intake.responsible_id) == (rows_of(stored)[0].text_no, registrar.staff_id)
    card = registrar.get(answer.location).text
    assert f"Обращение №\u00a0{intake.number}" in card
    assert "Дети гуляют без присмотра" in card


@pytest.mark.rows("S004-И-1", "S004-Г-1")
def test_S004_И_6_the_form_offers_the_sources_and_grounds_of_the_order_of_work(
    visit: Visit, stored: Session, unit: ServiceUnit
) -> None:
    work_by(stored, unit, "rostov")
    page = visit(REGISTRAR).get(ADD).text
    sources = "health police education penal_inspection guardianship social_service family citizen helpline"
    assert offered(page, "source") == [*sources.split(), "minors_commission"]
    assert offered(page, "ground") == [ground.value for ground in Ground]
    assert offered(page, "channel") == ["in_person", "letter", "phone", "helpline", "email", "portal"]


def test_a_centre_without_grounds_is_not_asked_for_one(visit: Visit, stored: Session, unit: ServiceUnit) -> None:
    work_by(stored, unit, "sudogda")
    page = visit(REGISTRAR).get(ADD).text
    for name in ("ground", "applicant_id", "application_date"):
        assert f'name="{name}"' not in page
    assert 'name="source_letter_no"' in page


def test_S004_Г_1_the_ground_chosen_asks_for_applicant_and_date_and_keeps_what_was_typed(
    visit: Visit, stored: Session, unit: ServiceUnit
) -> None:
    work_by(stored, unit, "rostov")
    registrar = visit(REGISTRAR)
    page = registrar.get(ADD).text
    assert re.search(r'data-when="ground" data-when-values="parent_application"[^>]*><label[^>]*>Родитель', page)
    written = {"ground": "parent_application", "source": "family", "channel": "in_person", "text": "Прошу помочь"}
    answer = sent(registrar, **written)
    assert "Выберите, кто подал заявление, или впишите его фамилию, имя и отчество." in answer.text
    answer = sent(registrar, **written, sender_name="Тестова Мария", sender_phone="+7 900 123-45-67")
    assert "Укажите дату заявления." in answer.text
    for kept in ("Прошу помочь", "Тестова Мария", "+7 900 123-45-67"):
        assert kept in answer.text
    no_machinery(answer)
    assert stored.scalars(select(Intake)).all() == []
    today = f"{dt.date.today():%d.%m.%Y}"
    assert sent(registrar, **written, sender_name="Тестова Мария", application_date=today).status_code == 302


def test_S004_Г_2_an_anonymous_message_of_the_helpline_is_taken(
    visit: Visit, stored: Session, unit: ServiceUnit
) -> None:
    work_by(stored, unit, "rostov")
    registrar = visit(REGISTRAR)
    answer = sent(registrar, ground="message_person_or_hotline", source="helpline", channel="helpline")
    page = registrar.get(answer.location).text
    assert "телефон доверия 8 800 2000 122" in page
    assert "анонимно" in registrar.get("/intakes/").text


def test_S004_Г_3_a_body_of_the_prevention_system_is_asked_for_its_letter(
    visit: Visit, stored: Session, unit: ServiceUnit, by: Any
) -> None:
    work_by(stored, unit, "rostov")
    with acting(by):
        school = make_organisation(stored, by)
        stored.commit()
    registrar = visit(REGISTRAR)
    ground = {"ground": "message_prevention_system", "source": "education", "channel": "letter"}
    assert "Выберите организацию, которая сообщила." in sent(registrar, **ground).text
    ground |= {"source_org_id": school.id, "source_org_id.text": school.name}
    assert "Укажите исходящий номер письма." in sent(registrar, **ground).text
    today = f"{dt.date.today():%d.%m.%Y}"
    answer = sent(registrar, **ground, source_letter_no="15-а", source_letter_date=today)
    assert "Школа № 1" in registrar.get(answer.location).text


def test_a_danger_reminds_whom_to_tell_until_the_message_is_closed(visit: Visit, stored: Session, by: Any) -> None:
    reminder = "Сегодня же сообщите в КДНиЗП, полицию и орган опеки"
    registrar = visit(REGISTRAR)
    answer = sent(registrar, urgency="danger")
    assert reminder in registrar.get(answer.location).text
    intake = stored.scalars(select(Intake)).one()
    close = f"/intakes/action/close/{intake.id}"
    form = filled(registrar.get(close), close, result="unconfirmed")
    assert "Напишите, что сделано и кому сообщили об угрозе ребёнку." in registrar.post(close, data=form).text
    form = filled(registrar.get(close), close, result="unconfirmed", measures_taken="Сообщили в полицию")
    assert registrar.post(close, data=form).status_code == 302
    assert reminder not in registrar.get(answer.location).text


# ---- the list ----------------------------------------------------------------------------------------------------


def test_the_list_opens_with_what_is_in_work_and_shows_the_rest_on_demand(
    visit: Visit, stored: Session, by: Any
) -> None:
    with acting(by):
        close_intake(make_intake(stored, by, sender_name="Закрытова"), by=by, result=IntakeResult.ADVISED)
        make_intake(stored, by, sender_name="Открытова")
        stored.commit()
    head = visit(HEAD)
    page = head.get("/intakes/").text
    assert ("Открытова" in page, "Закрытова" in page) == (True, False)
    assert 'href="/intakes/?view=0"' in page
    page = head.get("/intakes/?view=0").text
    assert ("Открытова" in page, "Закрытова" in page) == (True, True)
    page = head.get("/intakes/?view=0&f.urgency.op=any&f.urgency=danger").text
    assert ("Открытова" in page, "Закрытова" in page) == (False, False)


def test_an_empty_list_in_work_says_how_to_begin(visit: Visit) -> None:
    page = visit(REGISTRAR).get("/intakes/").text
    assert "Обращений в работе нет. Новое появится здесь, как только вы его зарегистрируете." in page
    assert "Ничего не нашлось" not in page


def test_a_curator_sees_messages_about_his_families_and_those_he_is_charged_with(
    visit: Visit, stored: Session, by: Any
) -> None:
    curator = visit(CURATOR)
    with acting(by):
        own, other = make_case(stored, by), make_case(stored, by)
        lead(stored, curator, own)
        me = stored.get_one(StaffMember, curator.staff_id)
        make_intake(stored, by, family=own.family, sender_name="Своя")
        make_intake(stored, by, family=other.family, sender_name="Чужая")
        make_intake(stored, by, responsible=me, sender_name="Порученная")
        foreign = make_intake(stored, by, sender_name="Неизвестная")
        stored.commit()
    page = curator.get("/intakes/").text
    assert [name in page for name in ("Своя", "Порученная", "Чужая", "Неизвестная")] == [True, True, False, False]
    assert curator.get(f"/intakes/show/{foreign.id}").status_code == 404
    journal = curator.get("/intake_journal/").text
    assert [name in journal for name in ("Своя", "Порученная", "Чужая", "Неизвестная")] == [True, True, False, False]


@pytest.mark.parametrize("address", ["/intakes/", "/applications/", "/intake_journal/", "/family_journal/"])
def test_the_way_in_is_no_matter_of_specialists(visit: Visit, address: str) -> None:
    assert visit(PSYCHOLOGIST).get(address).status_code == 403
    assert visit(DIRECTOR).get(address).status_code == 200


def test_a_list_asks_the_database_as_often_for_three_rows_as_for_one(
    app: Flask, visit: Visit, stored: Session, by: Any
) -> None:
    head = visit(HEAD)

    def fill() -> None:
        with acting(by):
            make_intake(stored, by, family=make_family(stored, by))
            case = make_case(stored, by)
            make_application(case, by)
            make_recognition(case, by)
            enter_register(case, by=by)
        stored.commit()

    def look(address: str) -> int:
        head.get(address)
        with counted(app) as said:
            assert head.get(address).status_code == 200
        return len(said)

    addresses = ("/intakes/", "/applications/", "/recognitions/", "/intake_journal/", "/family_journal/")
    fill()
    one = [look(address) for address in addresses]
    fill()
    fill()
    assert [look(address) for address in addresses] == one
    assert max(one) <= LIST


# ---- a family and a case -----------------------------------------------------------------------------------------


def test_S001_2_2_b_the_card_of_a_family_shows_the_chain_of_messages(visit: Visit, stored: Session, by: Any) -> None:
    with acting(by):
        family = make_family(stored, by)
        intake = make_intake(stored, by, sender_name="Соседка")
        make_intake(stored, by, family=family, source=CaseSource.HEALTH, sender_name="Врач")
        stored.commit()
    head = visit(HEAD)
    link = f"/intakes/action/link_family/{intake.id}"
    form = filled(head.get(link), link, family_id=family.id, **{"family_id.text": family.name})
    assert head.post(link, data=form).status_code == 302
    page = head.get(f"/families/show/{family.id}?tab=intakes").text
    assert ("Соседка" in page, "Врач" in page) == (True, True)
    add = re.search(r'href="(/intakes/add\?family_id=[^"]+)"', page)
    assert add is not None
    form = filled(head.get(add[1].replace("&amp;", "&")), ADD, text="Ещё раз", source="citizen", channel="phone")
    assert head.post(ADD, data=form).status_code == 302
    assert stored.scalars(select(Intake).where(Intake.text == "Ещё раз")).one().family_id == family.id


def test_a_case_is_opened_from_a_message_about_a_family_of_the_base(visit: Visit, stored: Session, by: Any) -> None:
    with acting(by):
        intake = make_intake(stored, by, family=make_family(stored, by))
        stored.commit()
    head = visit(HEAD)
    card = f"/intakes/show/{intake.id}"
    button = f"/intakes/action/open_case/{intake.id}"
    assert button in head.get(card).text
    answer = head.post(button)
    case = stored.scalars(select(FamilyCase)).one()
    assert answer.location == f"/cases/show/{case.id}"
    stored.expire_all()
    assert (intake.case_id, intake.result) == (case.id, IntakeResult.ACCEPTED)
    assert button not in head.get(card).text
    page = head.get(f"/cases/show/{case.id}?tab=intakes").text
    assert intake.number in page
    add = re.search(r'href="(/intakes/add\?case_id=[^"]+)"', page)
    assert add is not None
    form = filled(head.get(add[1].replace("&amp;", "&")), ADD, text="Опять", source="citizen", channel="phone")
    assert head.post(ADD, data=form).status_code == 302
    assert stored.scalars(select(Intake).where(Intake.text == "Опять")).one().case_id == case.id


def test_S003_2_3_a_new_family_begins_with_what_the_message_tells(
    visit: Visit, stored: Session, unit: ServiceUnit, by: Any
) -> None:
    work_by(stored, unit, "alliance")
    with acting(by):
        intake = make_intake(
            stored, by, source=CaseSource.FAMILY, channel=Channel.IN_PERSON, sender_name="Щёголева Пелагея Фёдоровна",
            sender_phone="+79000001426", sender_address="ул. Озёрная, 7",
        )  # fmt: skip
        stored.add(Territory(name="с. Берёзовый Яр", level=TerritoryLevel.LOCALITY))
        stored.commit()
    registrar = visit(REGISTRAR)
    card = registrar.get(f"/intakes/show/{intake.id}").text
    way = re.search(r'href="(/families/add\?intake=[^"]+)"', card)
    assert way is not None
    page = registrar.get(way[1].replace("&amp;", "&"))
    form = filled(
        page, "/families/add", p_role="mother", p_birth_date="3.5.91", f_family_kind="mother", c1_sex="male",
        c1_name="Щёголев Артём Ильич", c1_birth_date="11.06.2016", **{"f_territory_id.text": "с. Берёзовый Яр"},
    )  # fmt: skip
    known = ("p_last_name", "p_first_name", "p_middle_name", "f_address", "k_source", "intake")
    assert [form[name] for name in known] == [
        "Щёголева", "Пелагея", "Фёдоровна", "ул. Озёрная, 7", "family", str(intake.id)
    ]  # fmt: skip
    refused = registrar.post("/families/add", data={**form.to_dict(), "p_birth_date": "3.5.2291"})
    assert "Щёголева" in refused.text
    assert f'name="intake" value="{intake.id}"' in refused.text
    assert registrar.post("/families/add", data=form).status_code == 302
    family, case = stored.scalars(select(Family)).one(), stored.scalars(select(FamilyCase)).one()
    stored.expire_all()
    assert (intake.family_id, intake.case_id, intake.is_open) == (family.id, case.id, False)
    assert case.stage == "recognition"


def test_a_new_family_without_a_case_keeps_the_message_in_work(visit: Visit, stored: Session, by: Any) -> None:
    with acting(by):
        intake = make_intake(stored, by, sender_name="Щёголева Пелагея")
        stored.add(Territory(name="с. Берёзовый Яр", level=TerritoryLevel.LOCALITY))
        stored.commit()
    head = visit(HEAD)
    page = head.get(f"/families/add?intake={intake.id}")
    form = filled(
        page, "/families/add", p_role="mother", p_birth_date="3.5.91", f_family_kind="mother", f_address="ул. 1",
        with_case=None, **{"f_territory_id.text": "с. Берёзовый Яр"},
    )  # fmt: skip
    assert head.post("/families/add", data=form).status_code == 302
    stored.expire_all()
    assert (intake.family_id is not None, intake.case_id, intake.is_open) == (True, None, True)


@pytest.mark.parametrize("asked", ["999999", "x", "-1"])
def test_a_new_family_does_not_begin_with_a_message_nobody_has(visit: Visit, asked: str) -> None:
    assert visit(HEAD).get(f"/families/add?intake={asked}").status_code == 404


# ---- applications and recognitions -------------------------------------------------------------------------------


def test_S003_3_2_an_application_from_before_the_decision_is_refused_at_its_date(
    visit: Visit, stored: Session, unit: ServiceUnit, by: Any
) -> None:
    work_by(stored, unit, "alliance")
    with acting(by):
        case = case_on(stored, by, "recognition")
        make_recognition(case, by, decided_on=MONDAY)
        enter(case, "application", by=SYSTEM, move=StageMove.ADVANCED)
        stored.commit()
    registrar, mother = visit(REGISTRAR), mother_of(case.family)
    add = f"/applications/add?case_id={case.id}"
    typed = {"applicant_id": mother.id, "applicant_id.text": str(mother), "circumstances": "Одна с ребёнком"}
    page = registrar.get(add)
    assert "Заказчик" in page.text
    answer = registrar.post(
        "/applications/add", data=filled(page, "/applications/add", received_at="15.02.2026", **typed)
    )
    assert "Заявление подают после признания нуждающейся, решение принято 16.02.2026. Проверьте дату." in answer.text
    assert "Одна с ребёнком" in answer.text
    no_machinery(answer)
    form = filled(page, "/applications/add", received_at="17.02.2026", requested_help=["social"], **typed)
    assert registrar.post("/applications/add", data=form).status_code == 302
    application = stored.scalars(select(Application)).one()
    assert (application.status, application.addressed_to) == (
        ApplicationStatus.REGISTERED, f"Директору {unit.short_name}"
    )  # fmt: skip
    assert application.number in registrar.get("/intake_journal/").text


def test_whoever_registers_no_applications_takes_them_in_for_the_registrar(
    visit: Visit, stored: Session, unit: ServiceUnit, by: Any
) -> None:
    work_by(stored, unit, "rostov")
    with acting(by):
        case = case_on(stored, by, "s1")
        stored.commit()
    curator, registrar = visit(CURATOR), visit(REGISTRAR)
    join_team(stored, curator, case)
    mother = mother_of(case.family)
    page = curator.get(f"/applications/add?case_id={case.id}")
    form = filled(
        page, "/applications/add", received_at=f"{dt.date.today():%d.%m.%Y}", applicant_id=mother.id,
        **{"applicant_id.text": str(mother)},
    )  # fmt: skip
    answer = curator.post("/applications/add", data=form)
    assert "получено" in curator.get(answer.location).text
    application = stored.scalars(select(Application)).one()
    refused = curator.post(f"/applications/action/register/{application.id}", follow_redirects=True)
    assert "«Зарегистрировать заявление» делает Регистратор. Попросите об этом." in refused.text
    assert registrar.post(f"/applications/action/register/{application.id}").status_code == 302
    stored.expire_all()
    assert application.status is ApplicationStatus.REGISTERED


def test_an_application_is_answered_on_screen(visit: Visit, stored: Session, by: Any) -> None:
    with acting(by):
        application = make_application(make_case(stored, by), by)
        stored.commit()
    head = visit(HEAD)
    refuse = f"/applications/action/refuse/{application.id}"
    page = head.get(refuse)
    assert "Заполните это поле." in head.post(refuse, data=filled(page, refuse)).text
    assert head.post(refuse, data=filled(page, refuse, decision_reason="Живут не здесь")).status_code == 302
    card = head.get(f"/applications/show/{application.id}").text
    assert ("Живут не здесь" in card, "Удовлетворить" in card) == (True, False)


def test_S003_3_1_a_secretary_records_the_decision_of_the_working_group(
    visit: Visit, stored: Session, unit: ServiceUnit, by: Any
) -> None:
    work_by(stored, unit, "alliance")
    with acting(by):
        case = case_on(stored, by, "recognition")
        on_agenda(stored, case)
        stored.commit()
    secretary = visit(SECRETARY)
    add = f"/recognitions/add?case_id={case.id}"
    typed = {"decided_on": "16.02.2026", "protocol_no": "3", "circumstances": ["conflict", "no_income"],
             "body_name": "МРГ"}  # fmt: skip
    page = secretary.get(add)
    refused = secretary.post("/recognitions/add", data=filled(page, "/recognitions/add", **typed))
    assert "Выберите один из вариантов." in refused.text
    form = filled(page, "/recognitions/add", verdict_code="recognise", ippsu_number="17-И", **typed)
    assert secretary.post("/recognitions/add", data=form).status_code == 302
    made = stored.scalars(select(Recognition)).one()
    assert (made.is_positive, made.protocol_no, made.ippsu_number) == (True, "3", "17-И")
    assert "признана нуждающейся" in secretary.get(f"/cases/show/{case.id}?tab=recognitions").text
    again = secretary.post("/recognitions/add", data=filled(secretary.get(add), "/recognitions/add",
                           verdict_code="refuse_recognition", **typed))  # fmt: skip
    assert "Семья уже признана нуждающейся: 16.02.2026, № 3." in again.text


# ---- the journals ------------------------------------------------------------------------------------------------


def test_S003_3_3_an_annulled_row_stays_struck_out_with_its_reason(visit: Visit, stored: Session, by: Any) -> None:
    with acting(by):
        make_intake(stored, by, sender_name="Тестова Мария")
        make_intake(stored, by, sender_name="Другая Анна")
        stored.commit()
    (row, _) = rows_of(stored)
    registrar = visit(REGISTRAR)
    card = f"/intake_journal/show/{row.id}"
    assert "Аннулировать" in registrar.get(card).text
    address = f"/intake_journal/action/annul/{row.id}"
    page = registrar.get(address)
    assert "Заполните это поле." in registrar.post(address, data=filled(page, address)).text
    assert registrar.post(address, data=filled(page, address, annul_reason="внесено дважды")).status_code == 302
    page_text = registrar.get("/intake_journal/").text
    struck = re.findall(r'<tr class="struck">.*?</tr>', page_text, re.S)
    assert len(struck) == 1
    assert ("Тестова Мария" in struck[0], "внесено дважды" in struck[0]) == (True, True)
    assert "Другая Анна" in page_text
    assert "Аннулировать" not in registrar.get(card).text


def test_S004_1_e_a_case_is_entered_into_the_journal_of_families_by_its_button(
    visit: Visit, stored: Session, by: Any
) -> None:
    with acting(by):
        case = make_case(stored, by)
        make_intake(stored, by)
        stored.commit()
    registrar = visit(REGISTRAR)
    assert "Внести в журнал учёта" in registrar.get(f"/cases/show/{case.id}").text
    address = f"/cases/action/enter_register/{case.id}"
    assert registrar.post(address, data=filled(registrar.get(address), address)).status_code == 302
    stored.expire_all()
    (row,) = rows_of(stored, JournalCode.FAMILIES)
    assert case.journal_no == row.text_no
    assert "Внести в журнал учёта" not in registrar.get(f"/cases/show/{case.id}").text
    families, messages = (registrar.get(f"/{key}/").text for key in ("family_journal", "intake_journal"))
    assert ("Тестовы" in families, "1–1 из 1" in families, "1–1 из 1" in messages) == (True, True, True)
    # Each journal is a screen with rights of its own, so a row is opened in its own journal only.
    assert registrar.get(f"/family_journal/show/{row.id}").status_code == 200
    assert registrar.get(f"/intake_journal/show/{row.id}").status_code == 404


def test_the_journals_are_called_as_the_centre_calls_them(visit: Visit, stored: Session, unit: ServiceUnit) -> None:
    work_by(stored, unit, "rostov")
    head = visit(HEAD)
    assert "<h1>Журнал учёта обращений и сообщений</h1>" in head.get("/intake_journal/").text
    assert "<h1>Журнал учёта семей, нуждающихся в социальном сопровождении</h1>" in head.get("/family_journal/").text
