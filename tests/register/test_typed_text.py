"""What a person typed is never lost, and nothing of the database is ever shown (F14, F17)."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.organisation.models import Department
from app.people.models import Family, FamilyRole, Person
from app.people.rules import add_member
from app.register.editing import safe_back
from app.services.models import Service
from tests.make import make_adult, make_service
from tests.register.conftest import Office
from tests.register.forms import filled, held, no_machinery

NEW_PERSON = {"last_name": "Тестова-Печатная", "first_name": "Мария", "sex": "female", "birth_date": "04.05.1990",
              "workplace": "ООО «Ромашка» <b>", "doc_kind": "passport", "prevention_registers": ["school"],
              "health_note": "Первая строка\nвторая", "reg_territory_id.text": "Тестово"}  # fmt: skip


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"birth_date": "31.02.1990"}, "В феврале нет 31-го числа."),
    ({"birth_date": "04.05.2990"}, "слишком далеко впереди"),
    ({"birth_date": "04.05.2190"}, "Дата рождения ещё не наступила."),
    ({"birth_date": ""}, "Укажите дату."),
    ({"birth_date": "вчера"}, "Напишите дату так: 31.12.2026."),
    ({"last_name": ""}, "Заполните это поле."),
    ({"last_name": "   "}, "Заполните это поле."),
    ({"first_name": "Я" * 251}, "Сократите: помещается 250 знаков, набрано 251."),
    ({"sex": ""}, "Выберите один из вариантов."),
    ({"sex": "nosuch"}, "Такого варианта в списке нет."),
    ({"prevention_registers": ["school", "nosuch"]}, "Такого варианта в списке нет."),
    ({"snils": "112-233-445 96"}, "Последние две цифры не сходятся."),
    ({"snils": "123"}, "В СНИЛС 11 цифр."),
    ({"phone": "12"}, "В номере должно быть 10 цифр"),
    ({"monthly_income": "много"}, "Напишите число цифрами."),
    ({"monthly_income": "1e10"}, "Число слишком большое."),
    ({"monthly_income": "NaN"}, "Число слишком большое."),
    ({"reg_territory_id.text": "Нетакогово"}, "ничего не нашлось"),
    ({"reg_territory_id": "999999", "reg_territory_id.text": ""}, "прежний выбор недоступен"),
)
"""What is typed instead, and the sentence that tells it."""


@pytest.mark.both
def test_a_refused_form_tells_why_and_keeps_every_other_word(office: Office) -> None:
    browser, here = office.come(), "/people/add"
    for wrong, sentence in WRONG:
        sent = filled(browser.get(here), here, **NEW_PERSON)
        sent.poplist("health_note")  # Of somebody new there is no consent yet, so the form has no such field.
        for name, value in wrong.items():
            sent.setlist(name, value if isinstance(value, list) else [value])
        answer = browser.post(here, data=sent)
        assert answer.status_code == 200, wrong
        assert sentence in answer.text and "Всё набранное на месте" in answer.text, wrong
        kept = held(answer, here)
        for name in NEW_PERSON.keys() - wrong.keys() - {"reg_territory_id.text", "health_note"}:
            assert kept.getlist(name) == sent.getlist(name), (wrong, name)
        assert kept["token"] == sent["token"]
        no_machinery(answer)
    assert office.stored.scalars(select(Person).where(Person.last_name == "Тестова-Печатная")).all() == []


@pytest.mark.both
def test_a_value_taken_by_another_row_is_said_in_words_without_sql(office: Office) -> None:
    office.stored.add(Department(name="Отделение помощи", service_unit_id=office.unit.id))
    make_service(office.stored, office.by, name="Беседа")
    director, head = office.come("Директор"), office.come("Заведующий отделением")
    for browser, here, typed in (
        (head, "/services/add", {"name": "Беседа", "direction": "psychological", "kind": "consultation",
                                 "measured_in": "час", "source_act": "Приказ № 5"}),
    ):  # fmt: skip
        answer = browser.post(here, data=filled(browser.get(here), here, **typed))
        assert answer.status_code == 200
        assert "Такое значение уже занято: «Услуга»." in answer.text
        assert {name: held(answer, here)[name] for name in typed} == typed
        no_machinery(answer)
    assert office.stored.scalar(select(func.count(Service.id))) == 1
    assert director.get("/departments/").status_code == 200


@pytest.mark.both
def test_a_refused_change_keeps_the_words_and_the_record(office: Office) -> None:
    taken = make_adult(office.stored, office.by, snils="11223344595")
    person = make_adult(office.stored, office.by, last_name="Вторая")
    browser, here = office.come(), f"/people/edit/{person.id}"
    answer = browser.post(
        here, data=filled(browser.get(here), here, snils="112-233-445 95", last_name="Переписанная", position="врач")
    )
    assert answer.status_code == 200 and f"Этот СНИЛС уже указан в карточке «{taken}»" in answer.text
    kept = held(answer, here)
    assert (kept["last_name"], kept["position"], kept["snils"]) == ("Переписанная", "врач", "112-233-445 95")
    no_machinery(answer)
    assert (person.last_name, person.position, person.snils) == ("Вторая", None, None)
    again = browser.post(here, data=filled(answer, here, snils=""))
    assert again.status_code == 302 and person.last_name == "Переписанная"


@pytest.mark.both
def test_what_stands_in_the_record_is_saved_again_even_when_nobody_could_type_it(office: Office) -> None:
    """Imported cards hold phones nobody can read; they must not stop the saving of something else."""
    person = make_adult(office.stored, office.by)
    person.phone, person.doc_number, person.birth_date = "сосед 2-14-26, дом 5", "1" * 60, dt.date(1990, 5, 4)
    browser, here = office.come(), f"/people/edit/{person.id}"
    office.stored.commit()
    answer = browser.post(here, data=filled(browser.get(here), here, position="врач"))
    assert answer.status_code == 302
    assert (person.phone, person.position) == ("сосед 2-14-26, дом 5", "врач")


@pytest.mark.both
def test_a_number_larger_than_its_column_is_refused_with_words(office: Office) -> None:
    family, browser = office.family(), office.come()
    here = f"/families/edit/{family.id}"
    for name, value in (("area_m2", "10000000"), ("rooms", "3000000000"), ("per_capita_income", "99999999999")):
        answer = browser.post(here, data=filled(browser.get(here), here, **{name: value}))
        assert answer.status_code == 200 and "Число слишком большое." in answer.text, name
        assert held(answer, here)[name] == value


@pytest.mark.both
def test_signs_no_keyboard_types_are_left_out(office: Office) -> None:
    family, browser = office.family(), office.come()
    here = f"/families/edit/{family.id}"
    sent = filled(browser.get(here), here, note="Один\x00два\r\nтри\x07", address="ул.\u00a0 Тестовая,\t5")
    assert browser.post(here, data=sent).status_code == 302
    assert (family.note, family.address) == ("Одиндва\nтри", "ул. Тестовая, 5")


def test_a_form_whose_token_is_stale_keeps_what_was_typed(guarded: Flask, office: Office) -> None:
    """The door was shut meanwhile: the form comes back with a fresh token, filled as it was, and nothing is saved."""
    family, browser = office.family(), office.come()
    here = f"/families/edit/{family.id}"
    sent = filled(browser.get(here), here, note="Длинный рассказ", csrf_token="stale")
    answer = browser.post(here, data=sent)
    assert answer.status_code == 400 and "Длинный рассказ" in answer.text
    assert family.note is None
    again = browser.post(here, data=filled(answer, here))
    assert again.status_code == 302 and family.note == "Длинный рассказ"


@pytest.mark.parametrize("token", ["", "stale", "IjAi.ZZZZ.abc"])
def test_without_a_token_nothing_is_changed_on_any_route(guarded: Flask, office: Office, token: str) -> None:
    family, browser = office.family(), office.almighty()
    for rule in guarded.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.endpoint.startswith("AuthView"):
            continue
        address = rule.rule.replace("<int(max=2147483647):pk>", str(family.id))
        address = address.replace("<string:name>", "leave")
        answer = browser.post(address, data={"csrf_token": token, "action": "leave", "rowid": family.id, "sure": "1"})
        assert answer.status_code in (400, 404), (rule.rule, answer.status_code)
    assert office.stored.scalar(select(func.count(Family.id))) == 1


def test_what_changes_anything_is_not_reached_by_get(app: Flask, office: Office) -> None:
    family, browser = office.family(), office.almighty()
    for address in (f"/families/delete/{family.id}", "/families/bulk", "/logout/"):
        assert browser.get(address).status_code == 405, address
        assert browser.head(address).status_code == 405, address
    assert office.stored.scalar(select(func.count(Family.id))) == 1


@pytest.mark.both
def test_personal_data_reaches_no_log(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    browser, here = office.come(), "/people/add"
    with caplog.at_level(logging.DEBUG):
        browser.post(here, data=filled(browser.get(here), here, **{**NEW_PERSON, "birth_date": "31.02.1990"}))
        browser.post(here, data=filled(browser.get(here), here, **NEW_PERSON))
        browser.get("/people/?q=печатная")
    assert [line for line in caplog.messages if "Печатная" in line or "печатная" in line] == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("/families/show/1?tab=members", "/families/show/1?tab=members"),
        ("//evil.example", None),
        ("/\\evil.example", None),
        ("/\t/evil.example", None),
        ("/\n/evil.example", None),
        ("/ok\r\nSet-Cookie: a=b", None),
        ("https://evil.example/", None),
        ("javascript:alert(1)", None),
        ("families", None),
        ("", None),
        (None, None),
    ],
)
def test_the_way_back_never_leads_away(typed: str | None, kept: str | None) -> None:
    assert safe_back(typed) == kept


@pytest.mark.both
def test_a_record_others_refer_to_is_not_deleted_and_they_are_named(office: Office) -> None:
    service = make_service(office.stored, office.by)
    free = make_service(office.stored, office.by)
    browser = office.come("Заведующий отделением")
    person = make_adult(office.stored, office.by)
    family = office.family()
    add_member(family, person, by=office.by, role=FamilyRole.MOTHER)
    almighty = office.almighty()
    answer = almighty.post(f"/families/delete/{family.id}", follow_redirects=True)
    assert "нельзя удалить: с этим связаны члены семьи (1)" in answer.text
    assert browser.post(f"/services/delete/{free.id}").status_code == 302
    assert office.stored.scalars(select(Service.id)).all() == [service.id]
