"""What could not be loaded is given back as the same workbook, formats kept, each row with what is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill
from sqlalchemy.orm import Session

from app.acting import Actor
from app.cases.intake_load import load
from app.cases.intake_plan import FamiliesPlan, PlannedFamily
from app.cases.sheets import FAMILIES
from app.register.intake import giveback
from app.register.intake.plan import Verdict
from app.register.intake.waiting import WaitingFile
from tests.cases.banks import CURATORS, LAYOUTS, write_bank
from tests.cases.intake import GOOD, HEADER, OTHER, changed, hire, planned, rows, staffed
from tests.make import centre

BAD = changed(OTHER, I="31.02.2024")
WRONG = "в феврале нет 31-го числа: проверьте дату"


@pytest.fixture
def here() -> Iterator[tuple[Session, Actor]]:
    with staffed() as both:
        yield both


def given_back(path: Path, plan: FamiliesPlan, folder: Path) -> Path:
    """Write the rest of *plan* beside the book at *path* and return where."""
    waiting = WaitingFile(path.parent, "t", path.name, None, "families")
    waiting.path.write_bytes(path.read_bytes())
    made = folder / "rest.xlsx"
    made.write_bytes(giveback.rest_of(FAMILIES, waiting, plan))
    return made


def texts(path: Path, name: str | None = None) -> list[list[Any]]:
    """Return the values of the rows that hold any."""
    book = openpyxl.load_workbook(path)
    page = book[name] if name else book.worksheets[0]
    return [list(row) for row in page.iter_rows(values_only=True) if any(value is not None for value in row)]


def test_only_the_rows_to_mend_come_back_under_their_header(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", rows(GOOD, BAD))
    made = given_back(path, planned(session, by, path), tmp_path)
    assert texts(made) == [[*HEADER, "Ошибка"], [*BAD, f"I2: {WRONG}"]]


def test_the_mended_book_is_loaded_and_its_column_of_errors_is_no_column_of_data(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", rows(GOOD, BAD))
    plan = planned(session, by, path)
    load(session, plan, by=by, good_rows=True)
    made = given_back(path, plan, tmp_path)
    book = openpyxl.load_workbook(made)
    book.worksheets[0]["I2"] = "03.11.2023"
    book.save(made)
    again = planned(session, by, made)
    assert [(item.verdict, item.problems) for item in again.items] == [(Verdict.NEW, ())]
    assert again.reading.tables[0].mapping.get("K", "") == ""


def test_a_book_given_back_twice_has_one_column_of_errors(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", rows(GOOD, BAD))
    once = given_back(path, planned(session, by, path), tmp_path)
    mended = tmp_path / "again.xlsx"
    mended.write_bytes(once.read_bytes())
    twice = given_back(mended, planned(session, by, mended), tmp_path)
    assert texts(twice) == [[*HEADER, "Ошибка"], [*BAD, f"I2: {WRONG}"]]


def test_formats_widths_and_joined_cells_stay(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = tmp_path / "bank.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Банк данных"])
    page.append(HEADER)
    for line in (GOOD, BAD, [*[None] * 4, "Пробина Ася Андреевна", "01.02.2022"]):
        page.append(line)
    page.merge_cells("A4:A5")
    page["A4"].fill, page["A4"].font = PatternFill("solid", "FFEE00"), Font(bold=True, name="Arial")
    page["B4"] = dt.datetime(1992, 2, 29)
    page["B4"].number_format = "DD.MM.YYYY"
    page["D4"] = "=2+2"
    page["D4"].data_type = "s"
    page.column_dimensions["A"].width, page.row_dimensions[4].height = 33, 44
    page.freeze_panes = "A3"
    book.create_sheet("Заметки")["A1"] = "=1+1"
    book.save(path)
    made = openpyxl.load_workbook(given_back(path, planned(session, by, path), tmp_path))
    sheet = made.worksheets[0]
    assert (sheet.max_row, sheet["A3"].value, sheet["A3"].fill.fgColor.rgb, sheet["A3"].font.name) == (
        4, BAD[0], "00FFEE00", "Arial")  # fmt: skip
    assert ([str(box) for box in sheet.merged_cells.ranges], sheet.row_dimensions[3].height) == (["A3:A4"], 44)
    assert (sheet.column_dimensions["A"].width, sheet.freeze_panes) == (33, "A3")
    assert (sheet["B3"].value, sheet["B3"].number_format) == (dt.datetime(1992, 2, 29), "DD.MM.YYYY")
    assert (sheet["D3"].value, sheet["D3"].data_type) == ("=2+2", "s")
    assert made["Заметки"]["A1"].value == "=1+1"
    assert [sheet["K2"].value, sheet["K3"].value, sheet["K4"].value] == ["Ошибка", f"I3: {WRONG}", None]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_whatever_the_layout_what_comes_back_is_read_to_the_same_families(tmp_path: Path, layout: str) -> None:
    """With one of the two curators unknown half of the families come back under their sections."""
    with centre() as (session, by):
        hire(session, by, [CURATORS[0]])
        path = write_bank(tmp_path / "bank.xlsx", LAYOUTS[layout])
        plan = planned(session, by, path)
        again = planned(session, by, given_back(path, plan, tmp_path))
        assert len(plan.left_out) == 2
        assert [known(item) for item in again.items] == [known(item) for item in plan.left_out]


def known(item: PlannedFamily) -> tuple[Any, ...]:
    """Return what a family was read to."""
    head, children = item.group.head, [child.value("child").full for child in item.group.items]
    kinds = [problem.kind for problem in item.problems]
    return head.value("parent").full, head.value("place"), head.value("registered"), children, kinds


def test_a_csv_comes_back_as_a_workbook(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = tmp_path / "bank.csv"
    lines = [HEADER, GOOD, BAD]
    path.write_bytes("\r\n".join(";".join(str(v or "") for v in line) for line in lines).encode("cp1251"))
    made = given_back(path, planned(session, by, path), tmp_path)
    assert texts(made) == [[*HEADER, "Ошибка"], [*BAD, f"I2: {WRONG}"]]


def test_what_the_library_cannot_take_comes_back_plain(
    here: tuple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", rows(GOOD, BAD))
    monkeypatch.setattr(giveback, "SECONDS", 0.01)
    made = given_back(path, planned(session, by, path), tmp_path)
    assert texts(made) == [[*HEADER, "Ошибка"], [*BAD, f"I2: {WRONG}"]]


def test_a_sentence_is_never_a_formula(here: tuple, tmp_path: Path) -> None:
    session, by = here
    path = write_bank(tmp_path / "bank.xlsx", rows(changed(GOOD, J="=1+1")))
    sheet = openpyxl.load_workbook(given_back(path, planned(session, by, path), tmp_path)).worksheets[0]
    assert [sheet["J2"].data_type, sheet["K2"].data_type] == ["s", "s"]


def test_the_name_of_the_book_says_what_to_do() -> None:
    assert giveback.file_name("Банк данных.xlsx") == "Банк данных (исправить).xlsx"
    assert giveback.file_name("семьи.csv") == "семьи (исправить).xlsx"


def test_what_a_row_above_said_for_it_comes_back_with_the_row(here: tuple, tmp_path: Path) -> None:
    """The curator is joined over two families, of which only the second is to be mended."""
    session, by = here
    path = tmp_path / "bank.xlsx"
    book = openpyxl.Workbook()
    for line in (HEADER, GOOD, [*BAD[:9], None]):
        book.active.append(line)
    book.active.merge_cells("J2:J3")
    book.save(path)
    plan = planned(session, by, path)
    (told,) = [giveback.order(FAMILIES, plan, table) for table in plan.reading.tables]
    assert (told["keep"], told["fill"]) == ([1, 3], [(3, 10, 2)])
    assert texts(given_back(path, plan, tmp_path))[1][9] == CURATORS[0]
