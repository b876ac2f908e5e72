"""Loading a bank of families from Excel, as it is done in the browser."""

from __future__ import annotations

import datetime as dt
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, clock_at, now
from app.cases.models import FamilyCase
from app.journal.models import JournalRow
from app.organisation.rules import add_staff
from app.people.models import Family, FamilyMember, Person
from app.register.intake import waiting
from app.roles import HEAD, REGISTRAR, SECRETARY
from tests.visiting import Browser, Visit

HEADS = ["№ п/п", "ФИО родителя", "Дата рождения", "СНИЛС", "Адрес", "Дата постановки на учёт", "Куратор",
         "ФИО ребёнка", "Дата рождения ребёнка"]  # fmt: skip
GOOD = [1, "Тестова Анна Петровна", "12.03.1986", "112-233-445 95", "д. Тестово, 3", "15.01.2024",
        "Кураторова И.П.", "Тестов Иван Олегович", "05.06.2015"]  # fmt: skip
OTHER = [2, "Пробина Ольга Юрьевна", "28.02.1992", None, "с. Пробное, 14", "03.11.2023", "Кураторова И.П.",
         "Пробин Глеб Андреевич", "30.12.2020"]  # fmt: skip
BAD = [3, "Опытов Сергей Викторович", "14.07.1975", None, "п. Опытный, 40", "19.06.2022", "Кураторова И.П.",
       "Опытова Дарья Сергеевна", "31.02.2014"]  # fmt: skip


def book(*rows: list[Any], heads: list[str] = HEADS) -> BytesIO:
    """Return a workbook with one table."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet("Район")
        for at, row in enumerate([heads, *rows]):
            page.write_row(at, 0, row)
    made.seek(0)
    return made


def send(browser: Browser, file: BytesIO, name: str = "Банк данных.xlsx") -> Any:
    return browser.post("/import/", data={"file": (file, name)}, content_type="multipart/form-data")


def waiting_files(app: Flask) -> list[Path]:
    return list((app.config["OPORA"].instance / "imports").glob("*.file"))


def stamp(text: str) -> str:
    found = re.search(r'name="stamp" value="([0-9a-f]+)"', text)
    assert found is not None
    return found[1]


def numbers(stored: Session) -> tuple[int, int, int, int]:
    """Return how many families, persons, members and cases there are."""
    return tuple(stored.scalar(select(func.count(m.id))) for m in (Family, Person, FamilyMember, FamilyCase))  # type: ignore[return-value]


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


def test_a_good_file_is_shown_and_loaded(registrar: Browser, stored: Session, app: Flask) -> None:
    answer = send(registrar, book(GOOD, OTHER))
    assert answer.status_code == 302
    here = answer.headers["Location"]
    page = registrar.get(here).text
    assert numbers(stored) == (0, 0, 0, 0)
    assert all(words in page for words in ("Тестова Анна Петровна", "05.06.2015", "понято 9 из 9", "2\u00a0семьи"))
    done = registrar.post(f"{here}load", data={"how": "all", "stamp": stamp(page)})
    assert (done.status_code, done.headers["Location"]) == (302, "/families/")
    assert numbers(stored) == (2, 4, 4, 2)
    assert "Загружено: 2\u00a0семьи, 2\u00a0ребёнка." in registrar.get("/families/").text
    assert waiting_files(app) == []
    told = stored.scalars(select(JournalRow).where(JournalRow.verb == "import.families")).one()
    assert (told.user_id, told.sentence) == (
        registrar.user_id, "Загружено из таблицы «Банк данных.xlsx»: 2\u00a0семьи, 2\u00a0ребёнка.")  # fmt: skip


def test_a_problem_stands_at_its_cell_and_stops_everything(registrar: Browser, stored: Session) -> None:
    here = send(registrar, book(GOOD, BAD)).headers["Location"]
    page = registrar.get(here).text
    assert re.search(r'<td class="bad-cell">31\.02\.2014<small>I3: [^<]+</small></td>', page)
    assert "Тестова Анна Петровна" not in page.split('id="prev"')[1]
    assert "Тестова Анна Петровна" in registrar.get(f"{here}?view=new").text.split('id="prev"')[1]
    told = registrar.post(f"{here}load", data={"how": "all", "stamp": stamp(page)}, follow_redirects=True).text
    assert "В таблице есть что исправить: 1\u00a0семья." in told
    assert numbers(stored) == (0, 0, 0, 0)


def test_what_is_wrong_in_many_rows_is_told_once_above_with_the_values(registrar: Browser) -> None:
    strangers = [[at, *GOOD[1:6], f"Неизвестнова{at % 2} А.А.", *GOOD[7:]] for at in range(1, 5)]
    for at, row in enumerate(strangers):
        row[1], row[3], row[7] = f"Тестова{'абвг'[at]} Анна Петровна", None, f"Тестов Иван{'абвг'[at]} Олегович"
    page = registrar.get(send(registrar, book(*strangers)).headers["Location"]).text
    told = re.findall(r"<li>(Куратор: [^<]+)</li>", page)
    assert len(told) == 1
    assert told[0].endswith("(4\u00a0раза): Неизвестнова0 А.А.; Неизвестнова1 А.А.")


def test_the_ready_families_can_be_loaded_alone(registrar: Browser, stored: Session) -> None:
    here = send(registrar, book(GOOD, BAD)).headers["Location"]
    page = registrar.get(here).text
    assert "Только готовые: 1\u00a0семья." in page
    done = registrar.post(f"{here}load", data={"how": "good", "stamp": stamp(page)})
    assert (numbers(stored), done.headers["Location"]) == ((1, 2, 2, 1), f"{here}done")
    told = registrar.get(f"{here}done").text
    assert "Загружено: 1\u00a0семья, 1\u00a0ребёнок. Не загружено: 1\u00a0семья." in told


def test_a_column_nobody_understood_is_chosen_by_a_person(registrar: Browser, stored: Session) -> None:
    heads = [*HEADS[:4], "Где", *HEADS[5:]]
    here = send(registrar, book(GOOD, heads=heads)).headers["Location"]
    assert "понято 8 из 9" in registrar.get(here).text
    targets = ["no", "parent", "born", "snils", "address", "registered", "curator", "child", "c_born"]
    chosen = {f"map.{letter}": target for letter, target in zip("ABCDEFGHI", targets, strict=True)}
    registrar.post(f"{here}columns", data=chosen)
    page = registrar.get(here).text
    assert "понято 9 из 9" in page
    assert "вы выбрали сами" in page
    registrar.post(f"{here}load", data={"how": "all", "stamp": stamp(page)})
    assert stored.scalars(select(Family.address)).all() == ["д. Тестово, 3"]


def test_columns_that_clash_are_refused_and_the_former_ones_stay(registrar: Browser) -> None:
    here = send(registrar, book(GOOD)).headers["Location"]
    told = registrar.post(f"{here}columns", data={"map.B": "parent", "map.H": "parent"}, follow_redirects=True).text
    assert "выбрано для двух столбцов: оставьте один." in told
    assert "понято 9 из 9" in told


def test_a_file_without_a_needed_column_tells_which(registrar: Browser) -> None:
    here = send(registrar, book([1, *GOOD[1:5], *GOOD[6:]], heads=[*HEADS[:5], *HEADS[6:]])).headers["Location"]
    page = registrar.get(here).text
    assert "Загружать нечего: не найдены столбцы: Дата постановки на учёт." in page


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (BytesIO(b""), "Файл пустой: выберите книгу с таблицей."),
        (BytesIO(b"%PDF-1.7 not a table"), "Это не книга Excel: сохраните таблицу"),
        (BytesIO(b"PK\x03\x04 broken"), "Файл повреждён и не открывается"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    registrar: Browser, app: Flask, file: BytesIO, sentence: str
) -> None:
    answer = send(registrar, BytesIO(file.getvalue()))
    assert answer.status_code == 200
    assert f'<p id="file-err">{sentence}' in answer.text
    assert waiting_files(app) == []


def test_no_file_is_asked_for(registrar: Browser) -> None:
    assert "Выберите файл с вашего компьютера." in registrar.post("/import/", data={}).text


def test_a_base_that_changed_meanwhile_refuses_what_was_seen(registrar: Browser, stored: Session) -> None:
    here = send(registrar, book(GOOD)).headers["Location"]
    twin = send(registrar, book(GOOD, OTHER)).headers["Location"]
    seen, seen_twin = stamp(registrar.get(here).text), stamp(registrar.get(twin).text)
    registrar.post(f"{here}load", data={"how": "all", "stamp": seen})
    told = registrar.post(f"{twin}load", data={"how": "all", "stamp": seen_twin}, follow_redirects=True).text
    assert "Пока вы смотрели таблицу, данные в службе изменились" in told
    assert numbers(stored) == (1, 2, 2, 1)


def test_a_load_sent_twice_loads_once(registrar: Browser, stored: Session) -> None:
    here = send(registrar, book(GOOD)).headers["Location"]
    sent = {"how": "all", "stamp": stamp(registrar.get(here).text)}
    registrar.post(f"{here}load", data=sent)
    told = registrar.post(f"{here}load", data=sent, follow_redirects=True).text
    assert "Этот файл уже загружен, отменён или ждал больше суток." in told
    assert numbers(stored) == (1, 2, 2, 1)


def test_another_persons_file_is_not_opened(registrar: Browser, visit: Visit, stored: Session) -> None:
    here = send(registrar, book(GOOD)).headers["Location"]
    sent = {"how": "all", "stamp": stamp(registrar.get(here).text)}
    stranger = visit(HEAD)
    assert stranger.get(here).headers["Location"] == "/import/"
    assert stranger.post(f"{here}load", data=sent).headers["Location"] == "/import/"
    assert numbers(stored) == (0, 0, 0, 0)


def test_a_cancelled_file_is_removed(registrar: Browser, app: Flask) -> None:
    here = send(registrar, book(GOOD)).headers["Location"]
    assert len(waiting_files(app)) == 1
    registrar.post(f"{here}cancel")
    assert waiting_files(app) == []


def test_a_file_waits_a_day(registrar: Browser, app: Flask) -> None:
    send(registrar, book(GOOD))
    folder = app.config["OPORA"].instance / "imports"
    with clock_at(now() + waiting.KEPT - dt.timedelta(hours=1)):
        waiting.sweep(folder)
    assert len(waiting_files(app)) == 1
    with clock_at(now() + waiting.KEPT + dt.timedelta(hours=1)):
        waiting.sweep(folder)
    assert list(folder.iterdir()) == []


def test_a_file_nobody_comes_back_for_is_removed_by_the_daily_sweep(registrar: Browser, app: Flask) -> None:
    send(registrar, book(GOOD))
    with app.app_context(), clock_at(now() + waiting.KEPT + dt.timedelta(hours=1)):
        assert waiting.sweep_daily() == "Убрано файлов загрузки: 1."
        assert waiting.sweep_daily() == "Убрано файлов загрузки: 0."
    assert waiting_files(app) == []


def test_loading_is_closed_to_a_secretary(visit: Visit) -> None:
    secretary = visit(SECRETARY)
    assert (secretary.get("/import/").status_code, send(secretary, book(GOOD)).status_code) == (403, 403)
