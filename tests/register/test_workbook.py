"""The writer of workbooks: what goes in comes out of the cells with its type, and nothing of it is executed."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import time
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from xlsxwriter import Workbook

from app.acting import clock_at
from app.base import Choice, RuleBroken
from app.register import cells, workbook
from app.register.workbook import Column, Heading, content_disposition, file_name, for_period, on_date, write

WIDE = Heading(
    "Фонд проката",
    "на 31.03.2026",
    "МКУ «Верхнеозёрский КЦСОН»",
    (
        Column("№ п/п", "number", 6),
        Column("Инв. №", width=14, total=True),
        Column("Наименование"),
        Column("Цена", "money", total=True),
        Column("Штук", "number", total=True),
        Column("Приобретено", "date"),
        Column("Внесено", "moment"),
    ),
    hold=2,
)
ROWS = [
    (
        1,
        "0007",
        "Кресло-коляска",
        Decimal("10250.50"),
        2,
        dt.date(2026, 3, 1),
        dt.datetime(2026, 3, 1, 9, 5, tzinfo=dt.UTC),
    ),
    (2, "1/2026", None, None, 3, None, None),
]


class Colour(Choice):
    """A closed list of the tests."""

    RED = "red", "красный"
    GREEN = "green", "зелёный"


def sheet_of(heading: Heading, rows: Any, **options: Any) -> Any:
    """Write a workbook in memory and return its only sheet as openpyxl reads it."""
    target = io.BytesIO()
    write(target, heading, rows, **options)
    return load_workbook(target).active


def one_column(kind: str, *values: Any, **options: Any) -> list[Any]:
    """Return the cells of a sheet with one column of *kind* holding *values*."""
    heading = Heading("Проверка", "на 31.03.2026", "Центр", (Column("К", kind),))
    sheet = sheet_of(heading, ((value,) for value in values), **options)
    return [sheet.cell(5 + at, 1) for at in range(len(values))]


def test_the_heading_stands_above_a_filtered_frozen_header():
    sheet = sheet_of(WIDE, ROWS)

    assert [sheet.cell(line, 1).value for line in (1, 2, 3)] == [
        "Фонд проката",
        "на 31.03.2026",
        "МКУ «Верхнеозёрский КЦСОН»",
    ]
    assert [cell.value for cell in sheet[4]] == [column.title for column in WIDE.columns]
    assert all(cell.font.b and cell.alignment.wrap_text for cell in sheet[4])
    assert sheet.freeze_panes == "C5"
    assert sheet.auto_filter.ref == "A4:G6"
    assert sheet.title == "Фонд проката"
    assert [sheet.column_dimensions[letter].width > 5 for letter in "ABC"] == [True, True, True]


def test_the_page_is_a4_across_with_the_header_on_each_page():
    sheet = sheet_of(WIDE, ROWS)

    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.print_title_rows == "$4:$4"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)


def test_dates_and_numbers_are_real_and_shown_as_people_write_them():
    sheet = sheet_of(WIDE, ROWS)

    assert [cell.value for cell in sheet[5]] == [
        1,
        "0007",
        "Кресло-коляска",
        10250.5,
        2,
        dt.datetime(2026, 3, 1),
        dt.datetime(2026, 3, 1, 12, 5),  # 09:05 UTC in Moscow
    ]
    assert [sheet.cell(5, at).number_format for at in (2, 4, 6, 7)] == [
        "@",
        "#,##0.00",
        "dd.mm.yyyy",
        "dd.mm.yyyy hh:mm",
    ]
    assert all(sheet.cell(5, at).is_date for at in (6, 7))


def test_a_moment_is_shown_in_the_zone_of_the_unit():
    noon = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
    [cell] = one_column("moment", noon, zone="Asia/Yekaterinburg")
    assert cell.value == dt.datetime(2026, 3, 1, 17, 0)


def test_totals_follow_the_filter_and_carry_their_value():
    target = io.BytesIO()
    assert write(target, WIDE, ROWS) == 2

    formulas = [cell.value for cell in load_workbook(target).active[7]]
    assert formulas == [
        "ИТОГО",
        "=SUBTOTAL(103,B5:B6)",
        None,
        "=SUBTOTAL(109,D5:D6)",
        "=SUBTOTAL(109,E5:E6)",
        None,
        None,
    ]
    shown = [cell.value for cell in load_workbook(target, data_only=True).active[7]]
    assert shown == ["ИТОГО", 2, None, 10250.5, 5, None, None]


def test_an_empty_list_has_a_header_and_zero_totals():
    sheet = sheet_of(WIDE, [])

    assert sheet.auto_filter.ref == "A4:G4"
    assert [cell.value for cell in sheet[5]] == ["ИТОГО", 0, None, 0, 0, None, None]


def test_without_totals_there_is_no_last_row():
    heading = Heading("Список", "на 31.03.2026", "Центр", (Column("Имя"),))
    assert sheet_of(heading, [("Тестова",)]).max_row == 5


def test_money_is_summed_exactly():
    heading = Heading("Деньги", "на 31.03.2026", "Центр", (Column("Сумма", "money", total=True),))
    target = io.BytesIO()
    write(target, heading, ((Decimal("0.10"),) for _ in range(30)))
    assert load_workbook(target, data_only=True).active["A35"].value == 3.0


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+79001234567",
        "-5",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "{=A1}",
        "http://example.test",
        "\t=1+1",
        "007",
        "1/2026",
    ],
)
def test_text_that_looks_like_a_formula_a_link_or_a_number_stays_text(text):
    [cell] = one_column("text", text)

    assert (cell.value, cell.data_type, cell.hyperlink, cell.number_format) == (text, "s", None, "@")


def test_a_formula_in_a_heading_stays_text():
    heading = Heading("=1+1", "=2+2", "=3+3", (Column("=4+4"),))
    sheet = sheet_of(heading, [])

    cells = [sheet.cell(line, 1) for line in (1, 2, 3, 4)]
    assert [(cell.value, cell.data_type) for cell in cells] == [
        (text, "s") for text in ("=1+1", "=2+2", "=3+3", "=4+4")
    ]


def test_markup_is_not_taken_for_ready_xml():
    texts = ("<r><t>смело</t></r>", "<r>не закрыт</r>", 'a < b & c > d "е"')
    assert [cell.value for cell in one_column("text", *texts)] == list(texts)


def test_control_characters_go_and_line_breaks_stay():
    [cell] = one_column("text", "раз\x00\x07\x1b\r\nдва\x0bтри\ud800\uffff\u2028четыре\tпять")
    assert cell.value == "раз\nдва\nтри\nчетыре\tпять"


def test_an_escape_of_excel_in_a_text_is_kept_as_typed():
    target = io.BytesIO()
    write(target, Heading("Проверка", "", "", (Column("К"),)), [("_x0041_",)])
    assert load_workbook(target).active["A5"].value in ("_x0041_", "_x005F_x0041_")  # openpyxl leaves the escape


@pytest.mark.parametrize("letter", ["я", "😀"])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(letter):
    [cell] = one_column("text", letter * 40_000)

    assert cell.value.endswith(cells.CUT)
    assert len(cell.value.encode("utf-16-le")) // 2 in (cells.MAX_TEXT, cells.MAX_TEXT - 1)
    assert set(cell.value.removesuffix(cells.CUT)) == {letter}


def test_a_text_that_just_fits_is_left_alone():
    [cell] = one_column("text", "я" * cells.MAX_TEXT)
    assert cell.value == "я" * cells.MAX_TEXT


def test_dates_excel_cannot_keep_are_written_as_text():
    cells = one_column("date", dt.date(1899, 12, 31), dt.date(1900, 2, 28), dt.date(1900, 3, 1), dt.date(9999, 12, 31))
    assert [cell.value for cell in cells] == [
        "31.12.1899",
        "28.02.1900",
        dt.datetime(1900, 3, 1),
        dt.datetime(9999, 12, 31),
    ]


def test_numbers_excel_would_round_are_written_as_text():
    cells = one_column(
        "number", 999_999_999_999_999, 1_000_000_000_000_001, Decimal("1234567890123456.7"), float("nan")
    )
    assert [cell.value for cell in cells] == [999_999_999_999_999, "1000000000000001", "1234567890123456.7", "nan"]


def test_values_of_other_types_become_words():
    [*cells] = one_column("text", Colour.RED, [Colour.RED, Colour.GREEN], True, False, dt.date(2026, 3, 5), 7)
    assert [cell.value for cell in cells] == ["красный", "красный, зелёный", "да", "нет", "05.03.2026", "7"]


def test_words_in_a_column_of_numbers_stay_words_and_are_not_summed():
    heading = Heading("Проверка", "", "", (Column("К", "number", total=True),))
    target = io.BytesIO()
    write(target, heading, [("=1+1",), (4,), (None,)], blank="–")

    sheet = load_workbook(target, data_only=True).active
    assert [sheet.cell(line, 1).value for line in range(5, 9)] == ["=1+1", 4, "–", 4]
    assert sheet["A5"].data_type == "s"


def test_blanks_are_dashes_only_where_asked_and_never_counted():
    heading = Heading("Проверка", "", "", (Column("К", total=True), Column("Л")))
    rows = [("a", None), (None, ""), ("b", [])]

    plain, dashed = sheet_of(heading, rows), sheet_of(heading, rows, blank="–")
    assert [[cell.value for cell in row] for row in plain["A5:B7"]] == [["a", None], [None, None], ["b", None]]
    assert [[cell.value for cell in row] for row in dashed["A5:B7"]] == [["a", "–"], [None, "–"], ["b", "–"]]
    assert dashed["A8"].value == "=SUBTOTAL(103,A5:A7)"


def test_dates_are_counted_beside_dashes():
    heading = Heading("Проверка", "", "", (Column("К", "date", total=True),))
    rows = [(dt.date(2026, 3, 1),), (None,), ("бессрочно",)]
    sheet = sheet_of(heading, rows, blank="–")
    assert [cell.value for (cell,) in sheet["A5:A8"]] == [
        dt.datetime(2026, 3, 1),
        "–",
        "бессрочно",
        "=SUBTOTAL(102,A5:A7)",
    ]
    target = io.BytesIO()
    write(target, heading, rows, blank="–")
    assert load_workbook(target, data_only=True).active["A8"].value == 1


def test_the_file_names_nobody():
    target = io.BytesIO()
    with clock_at(dt.date(2026, 3, 31)):
        write(target, WIDE, ROWS)

    properties = load_workbook(target).properties
    assert (properties.creator, properties.lastModifiedBy) == (None, None)
    assert (properties.title, properties.created) == ("Фонд проката", dt.datetime(2026, 3, 31, 9, 0))


def test_sheet_names_are_what_excel_takes():
    headings = [
        Heading(title, "", "", (Column("К"),)) for title in ("Учёт: [2026]/семьи?", "я" * 40, "я" * 40, "''", "'Дети'")
    ]
    target = io.BytesIO()
    assert workbook.write_sheets(target, [(heading, [("x",)]) for heading in headings]) == [1] * 5
    assert load_workbook(target).sheetnames == ["Учёт   2026  семьи", "я" * 31, "я" * 27 + " (2)", "Лист", "Дети"]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    with pytest.raises(RuleBroken, match="Сузьте отбор"):
        sheet_of(Heading("Проверка", "", "", (Column("К"),)), (("x",) for _ in range(4)))


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="zip"):
        sheet_of(WIDE, [(1, 2)])


def test_rows_that_fail_leave_the_old_file_and_no_trace(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    target = tmp_path / "реестр.xlsx"
    target.write_bytes("прежний".encode())

    def failing() -> Iterator[tuple[str]]:
        yield ("Тестова",)
        raise LookupError("the database went away")

    with pytest.raises(LookupError):
        write(target, Heading("Проверка", "", "", (Column("К"),)), failing())
    assert target.read_bytes() == "прежний".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["реестр.xlsx"]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("коротко", 15),
        ("раз\nдва\nтри", 45),
        ("одна мать и трое детей", 30),
        ("слово " * 200, 408.75),  # as high as a row may be
        ("я" * 60, 60),
    ],
)
def test_a_row_is_as_high_as_its_text(text, points):
    heading = Heading("Проверка", "", "", (Column("К", width=20), Column("Л")))
    sheet = sheet_of(heading, [(text, "x"), ("x", "x")])
    heights = [sheet.row_dimensions[line].height or 15 for line in (5, 6)]
    assert heights == [points, 15]


def test_a_long_title_of_a_column_is_seen_whole():
    heading = Heading("Проверка", "", "", (Column("Уровень и дата установления (перевода)", width=20),))
    assert sheet_of(heading, []).row_dimensions[4].height >= 45


def test_a_wide_table_is_printed_over_pages_side_by_side_with_its_first_columns_on_each():
    heading = Heading("Проверка", "", "", tuple(Column(f"К{at}", width=30) for at in range(10)), hold=2)
    sheet = sheet_of(heading, [])
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$4:$4", "$A:$B")


def test_a_path_gets_the_whole_file(tmp_path):
    target = tmp_path / "реестр.xlsx"
    assert write(str(target), WIDE, ROWS) == 2
    assert load_workbook(target).active.max_row == 7
    assert [path.name for path in tmp_path.iterdir()] == ["реестр.xlsx"]


def test_periods_and_file_names_are_spelled_as_the_registers_ask():
    assert on_date(dt.date(2026, 3, 31)) == "на 31.03.2026"
    assert for_period(dt.date(2026, 3, 1), dt.date(2026, 3, 31)) == "за период с 01.03.2026 по 31.03.2026"
    assert file_name("R01", "reestr_semey", dt.date(2026, 3, 31)) == "R01_reestr_semey_2026-03-31.xlsx"


def test_a_download_has_a_latin_and_a_russian_name():
    header = content_disposition("R01_reestr_semey_2026-03-31.xlsx", 'Реестр "семей"\r\nX: 1', dt.date(2026, 3, 31))

    assert header == (
        'attachment; filename="R01_reestr_semey_2026-03-31.xlsx"; '
        "filename*=UTF-8''%D0%A0%D0%B5%D0%B5%D1%81%D1%82%D1%80%20%D1%81%D0%B5%D0%BC%D0%B5%D0%B9%20X%201%20"
        "31.03.2026.xlsx"
    )


def recalculated(path: Path, where: Path) -> Any:
    """Return the workbook at *path* after LibreOffice has calculated every formula anew and saved it.

    LibreOffice trusts stored values, so they are taken out of the file first.
    """
    if shutil.which("soffice") is None:
        pytest.fail("LibreOffice is not installed: make proof installs it, or apt install libreoffice-calc")
    bare = where / path.name
    with ZipFile(path) as old, ZipFile(bare, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content) if "/sheet" in name else content)
    profile = f"-env:UserInstallation=file://{where}/profile"
    command = ["soffice", "--headless", profile, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run([*command, str(where / "out"), str(bare)], check=True, capture_output=True, timeout=180)
    return load_workbook(where / "out" / path.name, data_only=True)


def test_the_rows_are_the_very_bytes_the_library_would_write(tmp_path):
    """Each row put together here against the same values given to the library cell by cell."""
    columns = (Column("Текст"), Column("Число", "number"), Column("Деньги", "money"), Column("День", "date"))
    words = ["Иванова", "<b> & \"x\" 'y'", " с краю ", "\u00a0", "_x0041_ и _x00", "a\tb\nc", "\x00", "", None,
             "я" * 900, "слово " * 200, "\U0001f600", "=1+1", True]  # fmt: skip
    numbers = [0, -1, 7, 0.1, 1e15, 10**14, 1 / 3, 2.5e-7, None, "много", Decimal("1.10"), 12345678901, 3, 9]
    sums = [Decimal("10250.50"), Decimal("0.07"), None, *range(11)]
    days = [dt.date(2026, 3, 31), dt.date(1900, 3, 1), None, *(dt.date(2026, 1, each) for each in range(1, 12))]
    rows = list(zip(words, numbers, sums, days, strict=True))
    write(tmp_path / "ours.xlsx", Heading("Л", "", "", columns), rows, blank="–")

    book = Workbook(tmp_path / "library.xlsx", {"constant_memory": True})
    sheet = book.add_worksheet()
    made: dict[int, Any] = {}
    for _ in range(20):  # The formats of both books are numbered alike, by the order in which they are first used.
        made[len(made) + 1] = book.add_format({"indent": len(made) + 1})
        made[len(made)]._get_xf_index()
    ours = rows_of(tmp_path / "ours.xlsx")
    for line, row in enumerate(ours, start=workbook.HEADER_LINE + 1):
        highest = re.search(r' ht="([0-9.]+)"', row)
        if highest:
            sheet.set_row(line, float(highest[1]))
        for at, (cell, value) in enumerate(
            zip(re.findall(r"<c .*?(?:</c>|/>)", row, re.S), rows[line - 4], strict=True)
        ):
            style = made[int(re.search(r' s="([0-9]+)"', cell)[1])]
            if value is None or value == "":
                sheet.write_string(line, at, "–", style)
            elif columns[at].kind == "text" or isinstance(value, str):
                sheet.write_string(line, at, cells.clean("да" if value is True else value), style)
            elif isinstance(value, dt.date):
                sheet.write_number(line, at, (value - dt.date(1899, 12, 30)).days, style)
            else:
                sheet.write_number(line, at, float(value), style)
    book.close()
    assert ours == rows_of(tmp_path / "library.xlsx")


def rows_of(path: Path) -> list[str]:
    """Return the rows after the header as they stand in the file."""
    with ZipFile(path) as book:
        found = re.findall(r'<row r="([0-9]+)"(.*?)</row>', book.read("xl/worksheets/sheet1.xml").decode(), re.S)
    return [row for number, row in found if int(number) > workbook.HEADER_LINE + 1]


@pytest.mark.proof
def test_libreoffice_reads_and_recalculates_the_same_values(tmp_path, found):
    rows = [
        *ROWS,
        (3, "=1+1", "<r>x</r>", Decimal("0.07"), 4, dt.date(1900, 3, 1), dt.datetime(2026, 7, 1, tzinfo=dt.UTC)),
    ]
    write(tmp_path / "book.xlsx", WIDE, rows, blank="–")

    ours = load_workbook(tmp_path / "book.xlsx", data_only=True).active
    (tmp_path / "bare").mkdir()
    theirs = recalculated(tmp_path / "book.xlsx", tmp_path / "bare").active

    values = [[cell.value for cell in row] for row in ours.iter_rows()]
    assert [[cell.value for cell in row] for row in theirs.iter_rows(max_row=ours.max_row, max_col=7)] == values
    assert values[-1] == ["ИТОГО", 3, None, 10250.57, 9, None, None]
    assert not [cell for row in theirs.iter_rows() for cell in row if cell.data_type == "e"]
    found("LibreOffice пересчитывает список и видит то же", f"строк {ours.max_row}, каждая ячейка та же")


@pytest.mark.proof
def test_a_long_list_costs_little_memory_and_little_more_than_the_bare_library(tmp_path):
    """12 columns: at most 1.3 of the CPU of a bare constant-memory loop, and memory that rows do not add to."""
    kinds = ("number", "text", "text", "text", "text", "date", "date", "money", "number", "text", "text", "text")
    day, price = dt.date(2020, 1, 1), Decimal("12.30")
    heading = Heading("Реестр", "", "", tuple(Column(f"К{at}", kind) for at, kind in enumerate(kinds)))

    def rows(count: int) -> Iterator[tuple[Any, ...]]:
        for at in range(count):
            name = f"Тестова-{at} Прасковья Фёдоровна"
            yield (at, name, name, "с. Ключи, ул. Садовая", name, day, day, price, 3, name, name, name)

    def bare() -> None:
        book = Workbook(tmp_path / "bare.xlsx", {"constant_memory": True})
        sheet = book.add_worksheet()
        shown = {"date": "dd.mm.yyyy", "money": "#,##0.00", "text": "@", "number": "General"}
        styles = [book.add_format({"num_format": shown[kind], "border": 1}) for kind in kinds]
        for line, values in enumerate(rows(10_000)):
            for at, value in enumerate(values):
                sheet.write(line, at, value, styles[at])
        book.close()

    def ours() -> None:
        write(tmp_path / "ours.xlsx", heading, rows(10_000))

    def cpu(work: Any) -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    # In turns and the best of each, because other work on the machine slows now one, now the other.
    spent = [(cpu(bare), cpu(ours)) for _ in range(5)]
    floor, own = (min(each) for each in zip(*spent, strict=True))

    peaks = []
    for count in (500, 4_000):  # rows of several lines, whose heights the library would keep
        tracemalloc.start()
        write(tmp_path / "ours.xlsx", heading, ((*each[:11], "строка\nи ещё одна") for each in rows(count)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert own <= 1.3 * floor, f"{own:.2f} s against {floor:.2f} s"
    assert peaks[1] - peaks[0] < 200_000, peaks
