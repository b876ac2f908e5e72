"""The steps of a load on screen: columns remembered, likely twins answered, the rest given back, two people at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.organisation.models import ServiceUnit
from app.organisation.rules import add_staff
from app.people.models import Family, FamilyMember, Person
from app.register.models import ImportMapping
from app.roles import CURATOR, REGISTRAR, SECRETARY, WORKER
from tests.cases.test_import_views import BAD, GOOD, HEADS, OTHER, book, send, stamp, waiting_files
from tests.make import make_unit
from tests.register.test_at_once import together
from tests.visiting import Browser, Visit

MISTYPED = [1, "Тестова Ана Петровна", GOOD[2], None, *GOOD[4:7], "Тестова Вера Олеговна", "01.02.2023"]


@pytest.fixture(autouse=True)
def _no_files_left(app: Flask) -> None:
    for path in (app.config["OPORA"].instance / "imports").glob("*"):
        path.unlink()


@pytest.fixture
def registrar(visit: Visit, stored: Session) -> Browser:
    """Return a registrar's browser in a centre with the curator the tables name."""
    browser = visit(REGISTRAR)
    add_staff(stored, browser.unit_id, "Кураторова Инна Павловна", "куратор", by=SYSTEM, since=dt.date(2020, 1, 1))
    return browser


def loaded(browser: Browser, file: BytesIO, how: str = "all") -> Any:
    """Send a file and load it."""
    here = send(browser, file).headers["Location"]
    return browser.post(f"{here}load", data={"how": how, "stamp": stamp(browser.get(here).text)})


def number(stored: Session, model: Any) -> int:
    return stored.scalar(select(func.count(model.id))) or 0


# ---- columns ---------------------------------------------------------------------------------------------------------

UNKNOWN = [*HEADS[:4], "Где", *HEADS[5:]]
TARGETS = ["no", "parent", "born", "snils", "address", "registered", "curator", "child", "c_born"]


def corrected(browser: Browser, here: str, **changed: str) -> Any:
    sent = {f"map.{letter}": target for letter, target in zip("ABCDEFGHI", TARGETS, strict=True)}
    return browser.post(f"{here}columns", data={**sent, **{f"map.{k}": v for k, v in changed.items()}})


def test_corrected_columns_are_proposed_for_the_next_file_with_that_header(registrar: Browser, stored: Session) -> None:
    corrected(registrar, send(registrar, book(GOOD, heads=UNKNOWN)).headers["Location"])
    page = registrar.get(send(registrar, book(OTHER, heads=UNKNOWN), "Другой.xlsx").headers["Location"]).text
    assert ("понято 9 из 9" in page, page.count("как в прошлый раз"), "вы выбрали сами" in page) == (True, 9, False)
    kept = stored.scalars(select(ImportMapping)).one()
    assert (kept.unit_id, kept.sheet, len(kept.header_print)) == (registrar.unit_id, "families", 64)


def test_the_later_correction_stands_and_the_proposal_itself_needs_no_memory(
    registrar: Browser, stored: Session
) -> None:
    here = send(registrar, book(GOOD, heads=UNKNOWN)).headers["Location"]
    corrected(registrar, here)
    corrected(registrar, here, E="note")
    assert '"E": "note"' in stored.scalars(select(ImportMapping.mapping)).one()
    sound = send(registrar, book(GOOD)).headers["Location"]
    corrected(registrar, sound, E="note")
    assert number(stored, ImportMapping) == 2
    corrected(registrar, sound)
    assert number(stored, ImportMapping) == 1


def test_what_was_remembered_and_is_no_field_any_more_is_forgotten(registrar: Browser, stored: Session) -> None:
    corrected(registrar, send(registrar, book(GOOD, heads=UNKNOWN)).headers["Location"])
    stored.scalars(select(ImportMapping)).one().mapping = '{"B": "grandmother"}'
    page = registrar.get(send(registrar, book(OTHER, heads=UNKNOWN)).headers["Location"]).text
    assert ("понято 8 из 9" in page, "как в прошлый раз" in page) == (True, False)


def test_another_unit_remembers_for_itself(registrar: Browser, visit: Visit, stored: Session) -> None:
    corrected(registrar, send(registrar, book(GOOD, heads=UNKNOWN)).headers["Location"])
    stranger = visit(REGISTRAR, unit=make_unit(stored))
    assert "понято 8 из 9" in stranger.get(send(stranger, book(GOOD, heads=UNKNOWN)).headers["Location"]).text


def test_sheets_with_the_same_header_share_their_columns(registrar: Browser) -> None:
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as workbook:
        for name, row in (("Север", GOOD), ("Юг", OTHER)):
            page = workbook.add_worksheet(name)
            page.write_row(0, 0, UNKNOWN)
            page.write_row(1, 0, row)
    here = send(registrar, BytesIO(made.getvalue())).headers["Location"]
    assert "понято 8 из 9" in registrar.get(here).text
    corrected(registrar, here)
    page = registrar.get(here).text
    rows = [page.count(f"<small>{name}</small>") for name in ("Север", "Юг")]
    assert ("понято 9 из 9" in page, rows) == (True, [1, 1])


# ---- likely twins ----------------------------------------------------------------------------------------------------


def asked(page: str) -> dict[str, list[str]]:
    """Return the questions of a page with the answers offered."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="radio" name="(twin\.[^"]+)" value="([^"]+)"', page):
        found.setdefault(name, []).append(value)
    return found


def test_a_likely_twin_is_asked_about_answered_and_loaded(registrar: Browser, stored: Session) -> None:
    loaded(registrar, book(GOOD))
    here = send(registrar, book(MISTYPED)).headers["Location"]
    page = registrar.get(here).text
    she = stored.scalars(select(Person.id).where(Person.name == "Тестова Анна Петровна")).one()
    assert asked(page) == {"twin.Район!2.0": [str(she), "other"]}
    assert "Загружать нечего: ответьте на вопросы о похожих выше" in page
    answered = registrar.post(f"{here}answers", data={"twin.Район!2.0": str(she)})
    assert answered.headers["Location"] == f"{here}#twins"
    page = registrar.get(here).text
    assert ("Запомнили: 1\u00a0ответ." in page, "Все ответы есть" in page) == (True, True)
    registrar.post(f"{here}load", data={"how": "all", "stamp": stamp(page)})
    assert (number(stored, Family), number(stored, FamilyMember)) == (1, 3)


def test_an_answer_may_be_changed_and_a_page_seen_before_it_loads_nothing(registrar: Browser, stored: Session) -> None:
    loaded(registrar, book(GOOD))
    here = send(registrar, book(MISTYPED)).headers["Location"]
    she = asked(registrar.get(here).text)["twin.Район!2.0"][0]
    registrar.post(f"{here}answers", data={"twin.Район!2.0": she})
    seen = stamp(registrar.get(here).text)
    registrar.post(f"{here}answers", data={"twin.Район!2.0": "other"})
    told = registrar.post(f"{here}load", data={"how": "all", "stamp": seen}, follow_redirects=True).text
    assert "Пока вы смотрели таблицу" in told
    registrar.post(f"{here}load", data={"how": "all", "stamp": stamp(registrar.get(here).text)})
    assert number(stored, Family) == 2


@pytest.mark.parametrize(
    "sent", [{"twin.Район!2.0": "7777777"}, {"twin.Район!9.9": "other"}, {"twin.Район!2.0": "<script>"}, {}]
)
def test_what_is_no_answer_changes_nothing(registrar: Browser, sent: dict[str, str]) -> None:
    loaded(registrar, book(GOOD))
    here = send(registrar, book(MISTYPED)).headers["Location"]
    told = registrar.post(f"{here}answers", data=sent, follow_redirects=True).text
    assert ("Запомнили: 0\u00a0ответов." in told, "Загружать нечего" in told) == (True, True)


# ---- the rest --------------------------------------------------------------------------------------------------------


def test_the_rest_is_given_back_and_its_mended_copy_is_loaded(registrar: Browser, stored: Session, app: Flask) -> None:
    here = loaded(registrar, book(GOOD, BAD), "good").headers["Location"]
    page = registrar.get(here).text
    address = re.search(r'href="(/import/[^"]+/rest)"', page)
    assert address is not None
    answer = registrar.get(address[1])
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    made = openpyxl.load_workbook(BytesIO(answer.data))
    sheet = made["Район"]
    assert (sheet.max_row, sheet["B2"].value, sheet["J1"].value) == (2, BAD[1], "Ошибка")
    sheet["I2"] = "28.02.2014"
    mended = BytesIO()
    made.save(mended)
    done = loaded(registrar, BytesIO(mended.getvalue()))
    assert (done.headers["Location"], number(stored, Family)) == ("/families/", 2)
    registrar.post(here.replace("done", "cancel"))
    assert waiting_files(app) == []


def test_what_is_to_be_mended_can_be_taken_before_the_load(registrar: Browser, stored: Session) -> None:
    here = send(registrar, book(GOOD, BAD)).headers["Location"]
    assert f'href="{here}rest"' in registrar.get(here).text
    sheet = openpyxl.load_workbook(BytesIO(registrar.get(f"{here}rest").data))["Район"]
    assert (sheet.max_row, sheet["B2"].value, number(stored, Family)) == (2, BAD[1], 0)


def test_good_rows_sent_twice_are_loaded_once_and_the_second_press_sees_the_result(
    registrar: Browser, stored: Session
) -> None:
    here = send(registrar, book(GOOD, BAD)).headers["Location"]
    sent = {"how": "good", "stamp": stamp(registrar.get(here).text)}
    places = [registrar.post(f"{here}load", data=sent).headers["Location"] for _ in range(2)]
    assert (places, number(stored, Family)) == ([f"{here}done"] * 2, 1)


def test_after_the_good_rows_a_likely_twin_is_still_answered_from_the_same_file(
    registrar: Browser, stored: Session
) -> None:
    loaded(registrar, book(GOOD))
    here = send(registrar, book(OTHER, MISTYPED)).headers["Location"]
    registrar.post(f"{here}load", data={"how": "good", "stamp": stamp(registrar.get(here).text)})
    assert f'href="{here}"' in registrar.get(f"{here}done").text
    registrar.post(f"{here}answers", data={"twin.Район!3.0": "other"})
    done = registrar.post(f"{here}load", data={"how": "all", "stamp": stamp(registrar.get(here).text)})
    assert (done.headers["Location"], number(stored, Family)) == ("/families/", 3)


def test_a_file_nobody_has_loaded_has_no_result(registrar: Browser) -> None:
    here = send(registrar, book(GOOD)).headers["Location"]
    assert registrar.get(f"{here}done").headers["Location"] == here


STEPS: list[tuple[str, Callable[[Browser, str], Any]]] = [
    ("rest", lambda browser, here: browser.get(f"{here}rest")),
    ("done", lambda browser, here: browser.get(f"{here}done")),
    ("answers", lambda browser, here: browser.post(f"{here}answers")),
    ("columns", lambda browser, here: browser.post(f"{here}columns")),
]


@pytest.mark.parametrize(("step", "press"), STEPS, ids=[name for name, _ in STEPS])
def test_no_step_opens_the_file_of_another(registrar: Browser, visit: Visit, step: str, press: Any) -> None:
    here = send(registrar, book(GOOD, BAD)).headers["Location"]
    assert press(visit(REGISTRAR), here).headers["Location"] == "/import/"
    assert press(visit(CURATOR), here).headers["Location"] == "/import/"
    assert press(visit(SECRETARY), here).status_code == 403


# ---- what stands beside, and rights ----------------------------------------------------------------------------------


def test_a_removal_that_could_not_be_applied_is_told(registrar: Browser) -> None:
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as workbook:
        for name, table in (
            ("Район", [HEADS, GOOD]),
            (
                "Снятые",
                [["ФИО родителя", "Дата снятия", "Причина"], ["Никтова Анна Ильинична", "01.02.2025", "отказ"]],
            ),
        ):
            page = workbook.add_worksheet(name)
            for at, row in enumerate(table):
                page.write_row(at, 0, row)
    page = registrar.get(send(registrar, BytesIO(made.getvalue())).headers["Location"]).text
    said = "Лист «Снятые», Ячейка A2: снятие с учёта не отмечено: такой семьи в таблице нет."
    assert ("Не удалось применить, остальному это не мешает (1):" in page, said in page) == (True, True)


def test_what_was_corrected_is_told_at_its_cell(registrar: Browser) -> None:
    latin = [1, "Тестова Aнна Петровна", *GOOD[2:]]
    page = registrar.get(send(registrar, book(latin)).headers["Location"]).text
    told = '<td class="warn-cell">Тестова Анна Петровна<small>латинские буквы в имени заменены русскими</small></td>'
    assert told in page


def test_each_sees_the_imports_of_his_own_work(registrar: Browser, visit: Visit, app: Flask) -> None:
    page = registrar.get("/import/").text
    assert 'value="families"' in page
    assert 'value="services"' not in page
    sent = registrar.post(
        "/import/", data={"file": (book(GOOD), "a.xlsx"), "sheet": "services"}, content_type="multipart/form-data"
    )
    assert (sent.status_code, waiting_files(app)) == (403, [])
    assert visit(WORKER).get("/import/").status_code == 403


# ---- two people at once ----------------------------------------------------------------------------------------------


@pytest.mark.both
def test_two_who_load_the_same_file_at_once_load_it_once_u07(visit: Visit, stored: Session) -> None:
    unit = stored.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
    assert unit is not None
    add_staff(stored, unit.id, "Кураторова Инна Павловна", "куратор", by=SYSTEM, since=dt.date(2020, 1, 1))
    browsers = [visit(REGISTRAR), visit(REGISTRAR)]
    places = [send(browser, book(GOOD, OTHER)).headers["Location"] for browser in browsers]
    stamps = [stamp(browser.get(here).text) for browser, here in zip(browsers, places, strict=True)]
    answers: list[Any] = [None, None]
    stored.commit()
    # The test's own session would be committed by both threads.
    kept = browsers[0].application.extensions.pop("stored")

    def press(at: int) -> None:
        answers[at] = browsers[at].post(f"{places[at]}load", data={"how": "all", "stamp": stamps[at]})

    together(press, 2)
    browsers[0].application.extensions["stored"] = kept
    assert sorted(answer.headers["Location"] for answer in answers) == sorted(
        ["/families/", next(p for p, a in zip(places, answers, strict=True) if a.headers["Location"] == p)]
    )
    assert (number(stored, Family), number(stored, Person)) == (2, 4)


@pytest.mark.both
def test_two_who_correct_one_header_at_once_do_no_harm(visit: Visit, stored: Session) -> None:
    browsers = [visit(REGISTRAR), visit(REGISTRAR)]
    places = [send(browser, book(GOOD, heads=UNKNOWN)).headers["Location"] for browser in browsers]
    stored.commit()
    kept = browsers[0].application.extensions.pop("stored")
    together(lambda at: corrected(browsers[at], places[at], E=("note", "address")[at]) and None, 2)
    browsers[0].application.extensions["stored"] = kept
    assert number(stored, ImportMapping) == 1
