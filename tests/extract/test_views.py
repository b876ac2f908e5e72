"""The extract of a person: all that is held, by whom it may be taken, and that each one is a look (152-ФЗ, ст. 14)."""

from __future__ import annotations

import io
import re
from contextlib import closing
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from app.acting import today
from app.assessment.lists import AssessmentKind
from app.assessment.models import Assessment
from app.base import Model
from app.journal.models import JournalRow
from app.models import TABLES
from app.people.models import ConsentKind, Person
from app.people.rules import give_consent
from app.register.field import fields_of
from app.register.registry import registers
from tests.access.household import Household, household
from tests.register.conftest import Office, office

__all__ = ["office"]

HEAD = "Заведующий отделением"
OFFICER = "Ответственный за персональные данные"


@pytest.fixture
def home(office: Office) -> Household:
    """A family with a row in every table that hangs on it; each text of it is its name."""
    return household(office.stored, office.unit, "Выпискина", "11223344595", 1)


def people_of(home: Household) -> list[Person]:
    return [member.person for member in home.family.members]


def parts(text: str) -> list[str]:
    return re.findall(r'<h2 id="part-\d+">([^<]+)</h2>', text)


def newest(office: Office) -> tuple[str, str, int | None]:
    office.stored.commit()
    row = office.stored.scalars(select(JournalRow).order_by(JournalRow.id.desc()).limit(1)).one()
    return row.verb, row.table_name, row.record_id


def linked_to_a_person() -> list[type[Model]]:
    every = [model for _, group in TABLES for model in group if issubclass(model, Model)]
    return [model for model in every if any(one.target is Person for one in fields_of(model).values())]


def test_every_table_that_links_to_a_person_has_a_register_so_none_is_left_out(app: Flask) -> None:
    with app.app_context():
        shown = {register.model for register in registers().by_key.values()}
    assert set(linked_to_a_person()) <= shown


@pytest.mark.both
def test_all_that_is_held_about_a_person_is_told(office: Office, home: Household, app: Flask) -> None:
    mother, child = people_of(home)
    director = office.come("Директор")
    with app.app_context():
        title = {register.model.__tablename__: register.spec.many for register in registers().by_key.values()}
    for person in (mother, child):
        text = director.get(f"/extract/{person.id}").text
        told = parts(text)
        assert told[0] == "Человек" and {"Члены семьи", "Семьи (о семье)", "Дела сопровождения (о семье)"} <= {*told}
        for model in linked_to_a_person():
            row = home.rows.get(model.__tablename__)
            links = [one.name for one in fields_of(model).values() if one.target is Person]
            if row is not None and any(getattr(row, name) == person.id for name in links):
                assert any(each.startswith(title[model.__tablename__]) for each in told), model
    assert "Журнал услуг" in parts(director.get(f"/extract/{mother.id}").text)
    assert newest(office) == ("look.health", "person", mother.id)
    again = director.get(f"/extract/{mother.id}").text
    assert "Кто смотрел и выгружал" in parts(again) and "раз" in again


def test_what_is_written_of_the_whole_family_is_told_to_each_and_what_is_of_one_to_him_alone(
    office: Office, home: Household
) -> None:
    mother, child = people_of(home)
    (case,) = home.family.cases
    unit = {"service_unit_id": office.unit.id}
    for about, methods in ((None, "Беседа с семьёй"), (child, "Рисунок мальчика")):
        office.stored.add(
            Assessment(case=case, kind=AssessmentKind.INTERIM, date=today(), person=about, methods=methods, **unit)
        )
    office.stored.flush()
    director = office.come("Директор")
    told = {person: director.get(f"/extract/{person.id}").text for person in (mother, child)}
    assert all("Диагностика (о семье)" in text for text in told.values())
    assert "Рисунок мальчика" in told[child] and "Рисунок мальчика" not in told[mother]


def test_special_data_wait_for_a_consent_here_too(office: Office, home: Household) -> None:
    mother, child = people_of(home)
    director = office.come("Директор")
    for person in (mother, child):
        text = director.get(f"/extract/{person.id}").text
        assert "нужно согласие" in text and "диагноз" not in text
    assert "Инвалидность" in parts(director.get(f"/extract/{child.id}").text)
    give_consent(mother, by=office.by, kind=ConsentKind.SPECIAL)
    text = director.get(f"/extract/{mother.id}").text
    assert "диагноз Выпискина" in text and "<dd>нужно согласие" not in text


def test_the_file_holds_what_the_page_shows_and_its_way_out_is_a_row(office: Office, home: Household) -> None:
    (mother, _), director = people_of(home), office.come("Директор")
    page = director.get(f"/extract/{mother.id}").text
    cells = book(director.get(f"/extract/{mother.id}/file.xlsx"))
    assert newest(office) == ("export", "person", mother.id)
    assert {part for part in parts(page)} <= cells
    assert {"Выпискина Анна", "СНИЛС", "Выписка сведений о человеке: Выпискина Анна"} <= cells


def book(answer: Any) -> set[str]:
    with closing(answer):
        assert answer.status_code == 200
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None}


# ---- whoever answers for personal data ---------------------------------------------------------------


@pytest.mark.both
def test_the_officer_finds_exactly_who_asks_and_sees_no_other_way_to_a_family(office: Office, home: Household) -> None:
    (mother, _), officer = people_of(home), office.come(OFFICER)
    for typed in (
        {"name": "ВЫПИСКИНА анна", "birth_date": "01.03.1988"},
        {"snils": "112-233-445 95"},
    ):
        answer = officer.post("/extract/", data=typed)
        assert "Члены семьи" in parts(answer.text), typed
        assert newest(office) == ("look.health", "person", mother.id)
    cells = book(officer.post("/extract/", data={"snils": "11223344595", "book": "1"}))
    assert "Выпискина Анна" in cells and newest(office) == ("export", "person", mother.id)
    for address in (f"/extract/{mother.id}", f"/extract/{mother.id}/file.xlsx"):
        assert officer.get(address).status_code == 404
    assert officer.get(f"/people/show/{mother.id}").status_code == 403


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Укажите СНИЛС или фамилию, имя, отчество и дату рождения."),
        ({"name": "Выпискина Анна"}, "Укажите СНИЛС или фамилию, имя, отчество и дату рождения."),
        ({"name": "Выпискин", "birth_date": "01.03.1988"}, "Такого человека нет."),
        ({"name": "Выпискина Анна", "birth_date": "02.03.1988"}, "Такого человека нет."),
        ({"name": "Выпискина Анна", "birth_date": "весной"}, "aria-invalid"),
        ({"snils": "112"}, "Такого человека нет."),
    ],
)
def test_who_is_not_meant_exactly_is_not_found(office: Office, home: Household, typed: dict, said: str) -> None:
    answer = office.come(OFFICER).post("/extract/", data=typed)
    assert answer.status_code == 200 and said in answer.text and parts(answer.text) == []


def test_two_people_alike_are_told_apart_by_the_number(office: Office, home: Household) -> None:
    household(office.stored, office.unit, "Выпискина", "08765430300", 2)
    typed = {"name": "Выпискина Анна", "birth_date": "01.03.1988"}
    assert "Таких людей несколько. Укажите СНИЛС." in office.come(OFFICER).post("/extract/", data=typed).text


def test_a_person_of_another_centre_is_not_there(office: Office) -> None:
    home = household(office.stored, office.other, "Соседкина", "11223344595", 1)
    officer, head = office.come(OFFICER), office.come(HEAD)
    assert "Такого человека нет." in officer.post("/extract/", data={"snils": "11223344595"}).text
    assert head.get(f"/extract/{people_of(home)[0].id}").status_code == 404


@pytest.mark.parametrize("role", ["Куратор", "Регистратор", "Администратор", "Секретарь", "Бухгалтер"])
def test_nobody_else_gets_it(office: Office, home: Household, role: str) -> None:
    browser, pk = office.come(role), people_of(home)[0].id
    assert [browser.get(each).status_code for each in ("/extract/", f"/extract/{pk}")] == [403, 403]
    assert browser.post("/extract/", data={"snils": "11223344595"}).status_code == 403


def test_the_card_of_a_person_leads_there(office: Office, home: Household) -> None:
    pk = people_of(home)[0].id
    assert f'href="/extract/{pk}"' in office.come(HEAD).get(f"/people/show/{pk}").text
    assert "/extract/" not in office.come("Регистратор").get(f"/people/show/{pk}").text
