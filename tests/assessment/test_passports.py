"""Social passports: a family as it was on a day (S000-6e)."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor, clock_at
from app.assessment.acts import sign_act
from app.assessment.passports import make_passport
from app.assessment.rules import add_contact
from app.base import RuleBroken
from app.cases.models import EndReason, FamilyCase
from app.cases.rules import close_case
from app.organisation.models import ServiceUnit, StaffMember
from app.people.lists import ChildStatus, FamilyFeature, HousingKind, PreventionRegister
from app.people.models import ChildProfile
from app.people.rules import revoke_consent
from tests.assessment.make import consent, make_act, make_problem, make_resource
from tests.by_order import case_on, work_by
from tests.make import DAY, child_of, make_actor, mother_of, refused


def facts(passport) -> dict[str, dict[str, str]]:
    """Return the facts of a passport by legend and label."""
    return {legend: dict(pairs) for legend, pairs in json.loads(passport.snapshot)["facts"]}


def rows(passport, title: str) -> list[list[str]]:
    """Return the rows of a table of a passport."""
    tables = json.loads(passport.snapshot)["tables"]
    return next((table["rows"] for table in tables if table["title"] == title), [])


def test_S000_6e_a_passport_is_filled_from_family_members_and_act(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    family = case.family
    family.housing_kind, family.per_capita_income, family.area_m2 = HousingKind.HOUSE, 9140, 41
    mother_of(family).workplace = "Пекарня"
    session.add(ChildProfile(person=child_of(family), class_name="2 «Б»", service_unit_id=by.unit))
    make_problem(case, "Мальчик не говорит")
    make_resource(case, "Бабушка рядом")
    add_contact(family, by=by, name="Сосед Лука", relation="сосед")
    act = make_act(case, conclusion="Нужна печь")
    sign_act(act, by=by)
    session.flush()
    session.expire_all()
    passport = make_passport(case, by=by)
    said = facts(passport)
    assert said["Семья"]["№ дела"] == case.number
    assert (said["Семья"]["Фамилия семьи"], said["Семья"]["Адрес"]) == ("Тестовы", "д. Тестово, 1")
    assert said["Жильё"] == {"Жильё": "дом", "Площадь, м²": "41,0"}
    assert said["Доход"] == {"Доход на человека, ₽ в месяц": "9\u202f140,00\u00a0₽"}
    assert (said["Акт обследования"]["№ акта"], said["Акт обследования"]["Вывод"]) == ("001/2026", "Нужна печь")
    assert rows(passport, "Взрослые")[0][:3] == ["Тестова Мария", "мать", "04.05.1990"]
    assert rows(passport, "Взрослые")[0][5] == "Пекарня"
    assert rows(passport, "Дети") == [["Тестов Пётр", "01.06.2018", *["не указано"] * 2, "2 «Б»", "не указано"]]
    assert rows(passport, "Проблемы") == [["Мальчик не говорит", "педагогическая", "2 – средняя"]]
    assert rows(passport, "Ресурсы") == [["Бабушка рядом", "родственники", "2 – средний"]]
    assert rows(passport, "Социальное окружение") == [["Сосед Лука", "сосед", "нейтрально"]]


def test_S000_6e_what_changes_later_changes_nothing_in_the_passport(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    first = make_passport(case, by=by)
    session.flush()
    kept = first.snapshot
    case.family.address, mother_of(case.family).last_name = "г. Новый, 7", "Иная"
    session.flush()
    session.expire_all()
    with clock_at(DAY + dt.timedelta(days=1)):
        second = make_passport(case, by=by)
    assert (first.snapshot, facts(first)["Семья"]["Адрес"]) == (kept, "д. Тестово, 1")
    assert (facts(second)["Семья"]["Адрес"], rows(second, "Взрослые")[0][0]) == ("г. Новый, 7", "Иная Мария")
    assert [(one.number, one.on_date) for one in (first, second)] == [(1, DAY), (2, dt.date(2026, 2, 19))]


def test_health_stands_apart_sealed_and_only_of_who_consents(session: Session, by: Actor, case: FamilyCase) -> None:
    family, boy, mother = case.family, child_of(case.family), mother_of(case.family)
    family.features = [FamilyFeature.DISABLED_CHILD]
    for person in (boy, mother):
        session.add(ChildProfile(person=person, child_status=[ChildStatus.DISABLED], service_unit_id=by.unit))
    mother.prevention_registers = [PreventionRegister.POLICE]
    consent(boy)
    session.flush()
    session.expire_all()
    passport = make_passport(case, by=by)
    session.flush()
    assert json.loads(passport.health) == {
        "family": "с ребёнком-инвалидом", "people": [[boy.id, "Тестов Пётр", "ребёнок-инвалид"]],
    }  # fmt: skip
    assert json.loads(passport.prevention) == [["Тестова Мария", "ПДН"]]
    assert "инвалид" not in passport.snapshot and "ПДН" not in passport.snapshot
    sealed = session.connection().exec_driver_sql("SELECT health, prevention FROM family_passport").one()
    assert all("инвалид".encode() not in each and "ПДН".encode() not in each for each in sealed)


def test_a_withdrawn_consent_leaves_health_out_of_the_next_passport(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    boy = child_of(case.family)
    session.add(ChildProfile(person=boy, child_status=[ChildStatus.OVZ], service_unit_id=by.unit))
    revoke_consent(consent(boy), by=by, reason="Передумала")
    session.flush()
    session.expire_all()
    assert json.loads(make_passport(case, by=by).health or "")["people"] == []


def test_a_case_that_has_ended_gets_no_passport(session: Session, by: Actor, case: FamilyCase) -> None:
    close_case(case, by=by, reason=EndReason.MOVED)
    with refused(f"Дело № {case.number} закончено: снята. Заведите новое дело."):
        make_passport(case, by=by)


def test_a_passport_is_made_by_whom_the_order_of_work_names(session: Session, by: Actor, staff: StaffMember) -> None:
    work_by(session, by, "sudogda")
    case = case_on(session, by, "file", curator=staff)
    unit = session.get_one(ServiceUnit, by.unit)
    with pytest.raises(RuleBroken, match=r"^«Сформировать социальный паспорт семьи» делает "):
        make_passport(case, by=make_actor(unit, roles=("psychologist",)))
    made = make_passport(case, by=make_actor(unit, staff=staff, roles=("curator",)))
    assert (made.made_by, made.number) == (staff, 1)
