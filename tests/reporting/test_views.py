"""The screen «Реестры и отчёты»: who sees it, what it asks, what it gives."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.acting import SYSTEM, acting, today
from app.cases.models import CaseSource
from app.cases.rules import assign_curator, open_case
from app.journal.models import JournalRow
from app.organisation.models import ServiceArea, ServiceUnit
from app.people.lists import ConsentKind
from app.people.models import ChildProfile, ChildStatus
from app.people.rules import give_consent
from reports import REPORTS
from tests.make import child_of, make_actor, make_family, make_staff, mother_of
from tests.reports.reading import HEADER, lines_of
from tests.visiting import lead

HEALTH = {"Инвалидность до", "ОВЗ", "Учёты"}


@pytest.fixture
def family_on_register(stored: Any) -> Any:
    """Put a family on the register of the first unit and return its case."""
    unit = stored.scalars(select(ServiceUnit)).first()
    with acting(make_actor(unit)) as by:
        area = ServiceArea(number="3", name="Заречье", service_unit_id=unit.id)
        stored.add(area)
        stored.flush()
        case = open_case(
            make_family(stored, by, area_id=area.id),
            by=by,
            source=CaseSource.FAMILY,
            registered_at=dt.date(2026, 1, 12),
        )
        assign_curator(case, make_staff(stored, by, last_name="Кураторова"), by=by, on=dt.date(2026, 1, 12))
        child = child_of(case.family)
        stored.add(ChildProfile(person_id=child.id, child_status=[ChildStatus.DISABLED], service_unit_id=unit.id))
        give_consent(child, by=by, kind=ConsentKind.SPECIAL, given_by=mother_of(case.family))
        stored.commit()
    return case


def sheet_of(answer: Any) -> Any:
    """Return the only sheet of a downloaded file."""
    assert answer.status_code == 200, answer.text
    with answer:  # Closing it closes the file it came from.
        return load_workbook(io.BytesIO(answer.data), data_only=True).active


def test_the_page_offers_every_register_with_its_parameters(visit, family_on_register):
    page = visit("Заведующий отделением").get("/reports/").text

    for words in (
        "Реестр (банк данных) семей",
        "Реестр детей",
        "Журнал заседаний",
        "Журнал оказанных услуг",
        "3. Заречье",
        "Кураторова",
        ">Куратор ",
    ):
        assert words in page
    assert page.count('name="on"') == len(REPORTS)
    assert page.count('name="area_id"') >= 2


@pytest.mark.parametrize("address", ["/reports/", "/reports/R01.xlsx"])
def test_a_role_without_the_right_and_a_stranger_get_nothing(visit, client, address):
    assert visit("Бухгалтер").get(address).status_code == 403
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login/")


def test_the_download_is_a_named_workbook_that_no_cache_keeps(visit, family_on_register):
    answer = visit("Заведующий отделением").get("/reports/R01.xlsx?on=31.03.2026")

    assert [line["№ дела"] for line in lines_of(sheet_of(answer))] == [family_on_register.number]
    names = answer.headers["Content-Disposition"]
    assert 'filename="R01_reestr_semey_2026-03-31.xlsx"' in names
    assert unquote(names.partition("UTF-8''")[2]) == "Реестр (банк данных) семей 31.03.2026.xlsx"
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Cache-Control"] == "no-store"


def test_data_on_health_are_only_for_roles_with_that_right_and_the_journal_says_so(visit, stored, family_on_register):
    for role, sees in (("Куратор", False), ("Заведующий отделением", True)):
        browser = visit(role)
        if role == "Куратор":
            lead(stored, browser, family_on_register)
        sheet = sheet_of(browser.get("/reports/R04.xlsx"))
        assert ({cell.value for cell in sheet[HEADER]} >= HEALTH) is sees
        assert bool(HEALTH & {cell.value for cell in sheet[HEADER]}) is sees
        assert (lines_of(sheet)[0]["Статус"] == "ребёнок-инвалид") is sees

    day = f"{today():%d.%m.%Y}"
    with acting(SYSTEM):
        rows = stored.scalars(select(JournalRow).where(JournalRow.verb == "export").order_by(JournalRow.id)).all()
    assert [row.sentence for row in rows] == [
        f"Выгружено в Excel: R04 «Реестр детей» на {day}, 1\u00a0строка.",
        f"Выгружено в Excel: R04 «Реестр детей» на {day}, 1\u00a0строка, со сведениями о здоровье.",
    ]
    assert all(row.user_id and row.unit_id == family_on_register.service_unit_id for row in rows)


def test_parameters_narrow_the_file(visit, family_on_register):
    head = visit("Заведующий отделением")
    case = family_on_register
    same = f"area_id={case.family.area_id}&curator_id={case.curator_id}&status=registered"

    found = lines_of(sheet_of(head.get(f"/reports/R01.xlsx?date_from=01.01.2026&on=31.01.2026&{same}")))
    assert [line["№ дела"] for line in found] == [case.number]
    assert lines_of(sheet_of(head.get("/reports/R01.xlsx?status=active"))) == []
    assert lines_of(sheet_of(head.get("/reports/R01.xlsx?date_from=13.01.2026"))) == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("on=31.02.2026", "В феврале нет 31-го числа."),
        ("date_from=завтра", "Напишите дату так: 31.12.2026."),
        ("date_from=02.02.2026&on=01.02.2026", "Начало периода позже конца. Поменяйте даты местами."),
        ("area_id=999", "Такого варианта в списке нет. Выберите другой."),
        ("curator_id=1 or 1=1", "Такого варианта в списке нет. Выберите другой."),
        ("status=unheard", "Такого варианта в списке нет. Выберите другой."),
    ],
)
def test_what_cannot_be_asked_comes_back_with_a_sentence_and_what_was_typed(
    visit, stored, family_on_register, asked, sentence
):
    answer = visit("Заведующий отделением").get(f"/reports/R01.xlsx?{asked}")

    assert answer.status_code == 400
    assert sentence in answer.text
    dates = [
        value for name, _, value in (part.partition("=") for part in asked.split("&")) if name in ("on", "date_from")
    ]
    assert all(f'value="{value}"' in answer.text for value in dates)
    with acting(SYSTEM):
        assert stored.scalars(select(JournalRow).where(JournalRow.verb == "export")).all() == []


def test_an_unknown_register_is_a_page_that_does_not_exist(visit):
    assert visit("Заведующий отделением").get("/reports/R99.xlsx").status_code == 404
