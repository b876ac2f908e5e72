"""«Новая семья»: the whole family in one form."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting
from app.cases.models import CaseStatus, FamilyCase
from app.organisation.models import ServiceUnit, Territory, TerritoryLevel
from app.organisation.rules import add_staff
from app.people.models import Family, FamilyKind, FamilyMember, FamilyRole, Person, Sex
from app.roles import CURATOR, HEAD, SECRETARY
from tests import make
from tests.visiting import Browser, Visit

TOKEN = "один-и-тот-же-бланк"


@pytest.fixture
def place(stored: Session) -> Territory:
    made = Territory(name="с. Берёзовый Яр", level=TerritoryLevel.LOCALITY)
    stored.add(made)
    stored.flush()
    return made


@pytest.fixture
def head(visit: Visit) -> Browser:
    return visit(HEAD)


@pytest.fixture
def curator(visit: Visit) -> Browser:
    return visit(CURATOR)


def typed(place: Territory, **more: Any) -> dict[str, Any]:
    """Return a whole form of a mother and her boy."""
    return {
        "token": TOKEN,
        "p_last_name": "Щёголева",
        "p_first_name": "Пелагея",
        "p_middle_name": "Фёдоровна",
        "p_role": "mother",
        "p_birth_date": "3.5.91",
        "p_phone": "8 900 000-14-26",
        "f_territory_id": place.id,
        "f_territory_id.text": place.name,
        "f_address": "ул. Озёрная, 7, кв. 2",
        "f_family_kind": "mother",
        "c1_name": "Щёголев Артём Ильич",
        "c1_birth_date": "11.06.2016",
        "c1_snils": "112-233-445 95",
        **{f"c{at}_{name}": "" for at in (2, 3) for name in ("name", "birth_date", "snils", "sex")},
        "with_case": "1",
        "k_source": "health",
        "k_registered_at": "18.02.2026",
        "note": "Собака во дворе, звонить заранее.",
        **more,
    }


def numbers(stored: Session) -> tuple[int, ...]:
    """Return how many families, persons, members and cases there are."""
    return tuple(stored.scalar(select(func.count(m.id))) for m in (Family, Person, FamilyMember, FamilyCase))


def sentences(text: str) -> list[str]:
    """Return the refusals at the fields of the page, in reading order."""
    return re.findall(r'<p class="err" id="([^"]+)-err">.*?</svg>([^<]+)</p>', text)


@pytest.mark.both
def test_a_family_its_people_and_its_case_are_saved_at_once(
    curator: Browser, stored: Session, place: Territory
) -> None:
    answer = curator.post("/families/add", data=typed(place))
    family = stored.scalars(select(Family)).one()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/families/show/{family.id}")
    assert (family.name, family.address, family.phone, family.family_kind, family.territory_id, family.note) == (
        "Щёголева", "ул. Озёрная, 7, кв. 2", "+79000001426", FamilyKind.MOTHER, place.id,
        "Собака во дворе, звонить заранее.",
    )  # fmt: skip
    people = [
        (m.person.name, m.person.sex, m.person.birth_date, m.person.snils, m.role, m.is_legal_representative)
        for m in family.members
    ]
    assert people == [
        ("Щёголева Пелагея Фёдоровна", Sex.FEMALE, dt.date(1991, 5, 3), None, FamilyRole.MOTHER, True),
        ("Щёголев Артём Ильич", Sex.MALE, dt.date(2016, 6, 11), "11223344595", FamilyRole.CHILD, False),
    ]
    case = stored.scalars(select(FamilyCase)).one()
    assert (case.family_id, case.status, case.registered_at) == (
        family.id, CaseStatus.REGISTERED, dt.date(2026, 2, 18))  # fmt: skip
    assert {row.service_unit_id for row in (family, case, *family.members)} == {curator.unit_id}


def test_without_the_tick_no_case_is_opened(curator: Browser, stored: Session, place: Territory) -> None:
    curator.post("/families/add", data=typed(place, with_case="", k_source="", k_registered_at="31.02.2026"))
    assert numbers(stored) == (1, 2, 2, 0)


def test_the_head_names_the_curator_at_once(head: Browser, stored: Session, place: Territory) -> None:
    staff = add_staff(stored, head.unit_id, "Журавлёва Нина Сергеевна", "куратор", by=SYSTEM, since=dt.date(2020, 1, 1))
    head.post("/families/add", data=typed(place, **{"k_curator_id": staff.id, "k_curator_id.text": ""}))
    assert stored.scalars(select(FamilyCase.curator_id)).one() == staff.id


def test_a_curator_is_not_asked_whom_to_appoint(curator: Browser, head: Browser) -> None:
    asked = ["k_curator_id" in browser.get("/families/add").text for browser in (curator, head)]
    assert asked == [False, True]


def test_every_mistake_is_told_at_once_and_everything_typed_stays(
    curator: Browser, stored: Session, place: Territory
) -> None:
    sent = typed(place, p_first_name="", c1_snils="112-233-445 90", c2_name="Щёголева Алёна Ильинична",
                 c2_birth_date="14.09.2099")  # fmt: skip
    page = curator.post("/families/add", data=sent).text
    assert sentences(page) == [
        ("f-p_first_name", "Заполните это поле."),
        ("f-c1_snils", "Последние две цифры не сходятся. Сверьте номер с карточкой."),
        ("f-c2_birth_date", "Дата рождения ещё не наступила. Проверьте год."),
    ]
    assert "Семья не сохранена: исправьте 3\u00a0поля." in page
    for words in ("Щёголева", "ул. Озёрная, 7, кв. 2", "112-233-445 90", "14.09.2099", "Собака во дворе"):
        assert words in page
    assert numbers(stored) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"c1_name": "Артём"}, ("f-c1_name", "Напишите фамилию и имя.")),
        ({"c1_birth_date": ""}, ("f-c1_birth_date", "Укажите дату.")),
        ({"f_address": ""}, ("f-f_address", "Заполните это поле.")),
        ({"k_source": ""}, ("f-k_source", "Выберите один из вариантов.")),
        ({"p_role": "child"}, ("f-p_role", "Выберите один из вариантов.")),
        ({"k_registered_at": "01.01.2099"}, ("f-k_registered_at", "Этот день ещё не наступил. Проверьте дату.")),
        (
            {"p_snils": "112-233-445 95"},
            ("f-c1_snils", "Такой же СНИЛС выше: представитель. Сверьте номер с карточкой."),
        ),
    ],
)
def test_each_refusal_stands_at_its_field(
    curator: Browser, stored: Session, place: Territory, more: dict[str, str], told: tuple[str, str]
) -> None:
    page = curator.post("/families/add", data=typed(place, **more)).text
    assert sentences(page) == [told]
    assert numbers(stored) == (0, 0, 0, 0)


def test_a_case_without_a_child_is_refused_and_nothing_is_saved(
    curator: Browser, stored: Session, place: Territory
) -> None:
    page = curator.post("/families/add", data=typed(place, c1_name="", c1_birth_date="", c1_snils="")).text
    assert "В семье нет ребёнка младше 18 лет. Добавьте ребёнка в состав семьи." in page
    assert numbers(stored) == (0, 0, 0, 0)


def test_a_likely_twin_is_told_once_and_does_not_stop(head: Browser, stored: Session, place: Territory) -> None:
    with acting(make.make_actor(stored.get(ServiceUnit, head.unit_id))) as by:
        twin = make.make_adult(stored, by, last_name="Щеголева", first_name="Пелагея", middle_name="Фёдоровна",
                               birth_date=dt.date(1991, 3, 5))  # fmt: skip
    page = head.post("/families/add", data=typed(place)).text
    assert "Похожие карточки уже есть:" in page
    assert f'href="/people/show/{twin.id}"' in page
    assert numbers(stored) == (0, 1, 0, 0)
    seen = re.search(r'name="twins" value="([^"]+)"', page)
    assert seen is not None
    assert head.post("/families/add", data=typed(place, twins=seen[1])).status_code == 302
    assert numbers(stored) == (1, 3, 2, 1)


def test_S000_3_whoever_is_in_the_base_by_name_and_birth_date_is_not_entered_again(
    head: Browser, stored: Session, place: Territory
) -> None:
    with acting(make.make_actor(stored.get(ServiceUnit, head.unit_id))) as by:
        make.make_adult(stored, by, last_name="Щеголева", first_name="Пелагея", middle_name="Фёдоровна",
                        birth_date=dt.date(1991, 5, 3))  # fmt: skip
        make.make_child(stored, by, last_name="Щёголев", first_name="Артём", middle_name="Ильич", snils="11223344595")
    page = head.post("/families/add", data=typed(place)).text
    assert "«Щеголева Пелагея Фёдоровна», 03.05.1991, уже есть. Откройте эту карточку" in page
    assert "Этот СНИЛС уже указан в карточке «Щёголев Артём Ильич»." in page
    assert numbers(stored) == (0, 2, 0, 0)
    page = head.post("/families/add", data=typed(place, p_snils="112-233-446 96", c1_snils="")).text
    assert "уже есть. Откройте эту карточку" not in page  # A СНИЛС tells namesakes apart; a likely twin is shown.
    assert "Похожие карточки уже есть:" in page


def test_a_twin_in_another_unit_is_not_told(curator: Browser, stored: Session, place: Territory) -> None:
    by: Actor = make.make_actor(make.make_unit(stored))
    with acting(by):
        make.make_adult(stored, by, last_name="Щёголева", first_name="Пелагея", middle_name="Фёдоровна",
                        birth_date=dt.date(1991, 5, 3))  # fmt: skip
    assert curator.post("/families/add", data=typed(place)).status_code == 302


def test_a_form_sent_twice_makes_one_family(curator: Browser, stored: Session, place: Territory) -> None:
    first = curator.post("/families/add", data=typed(place))
    again = curator.post("/families/add", data=typed(place))
    assert (first.headers["Location"], numbers(stored)) == (again.headers["Location"], (1, 2, 2, 1))


def test_many_children_are_saved(curator: Browser, stored: Session, place: Territory) -> None:
    more = {f"c{at}_name": f"Щёголев Имя{at} Ильич" for at in range(2, 8)}
    days = {f"c{at}_birth_date": f"0{at}.01.2015" for at in range(2, 8)}
    curator.post("/families/add", data=typed(place, **more, **days))
    assert numbers(stored) == (1, 8, 8, 1)


def test_the_empty_form_has_three_rows_and_a_pattern_for_more(curator: Browser) -> None:
    page = curator.get("/families/add").text
    assert [f'name="c{at}_name"' in page for at in range(5)] == [True, True, True, True, False]
    assert page.count("data-child>") == 4


def test_the_form_is_closed_to_a_secretary(visit: Visit, stored: Session, place: Territory) -> None:
    secretary = visit(SECRETARY)
    assert secretary.get("/families/add").status_code == 403
    assert secretary.post("/families/add", data=typed(place)).status_code == 403
    assert numbers(stored) == (0, 0, 0, 0)
