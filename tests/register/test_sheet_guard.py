"""A stranger's file is refused by one sentence, soon and in little memory, or read (checks U01, U03, U05, U09)."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.base import RuleBroken
from app.register.sheet import open_workbook
from app.register.sheet.book import Broken
from tests.register.bad_workbooks import BAD, HEAD, NS, REL, ROWS, SHEET, book, cell, parts, sheet, with_sheet

SECONDS = 10
MEGABYTES = 300


def opened(folder: Path, raw: bytes, name: str = "книга.xlsx"):
    """Write *raw* to a file and open it."""
    path = folder / name
    path.write_bytes(raw)
    return open_workbook(path)


@pytest.mark.parametrize("wrong", BAD)
def test_a_bad_file_is_refused_by_its_sentence_u05(tmp_path: Path, wrong: str) -> None:
    make, sentences = BAD[wrong]
    raw = make()
    started = time.monotonic()
    with pytest.raises(RuleBroken) as refusal:
        opened(tmp_path, raw)
    assert refusal.value.sentence in ((sentences,) if isinstance(sentences, str) else sentences)
    assert time.monotonic() - started < SECONDS


MEASURE = """
import json, re, resource, sys
from pathlib import Path
from app.base import RuleBroken
from app.register.sheet import open_workbook
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        open_workbook(path)
    except RuleBroken:
        pass
# The kernel counts the memory of the parent before exec into ru_maxrss, so its own peak is asked for by name.
own = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
print(json.dumps([own // 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]))
"""


def test_the_worst_files_take_little_memory_u03(tmp_path: Path) -> None:
    heavy = [make for name, (make, _) in BAD.items() if re.search("bomb|long|000|corner|MB|reason", name)]
    assert len(heavy) == 14
    for at, make in enumerate(heavy):
        (tmp_path / f"{at}.xlsx").write_bytes(make())
    done = subprocess.run([sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, text=True, check=True)
    assert all(peak < MEGABYTES for peak in json.loads(done.stdout)), done.stdout


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match=r"Файл «нет\.xlsx» не найден: проверьте имя и папку\."):
        open_workbook(tmp_path / "нет.xlsx")


# ---- odd, but sound ----------------------------------------------------------------------------------------


def rows_of(folder: Path, raw: bytes, name: str = "книга.xlsx") -> list[list]:
    """Return the rows of the first sheet."""
    return opened(folder, raw, name).grids[0].rows


TWO_ROWS = [["Ф.И.О. родителя", "Адрес"], ["Тестова Анна Юрьевна", "д. Тестово"]]


@pytest.mark.parametrize(
    "raw",
    [
        book(),
        with_sheet(ROWS, dimension="A1:XFD1048576"),
        with_sheet(ROWS, more='<mergeCells><mergeCell ref="A1:A1048576"/><mergeCell ref="A3:XFD3"/></mergeCells>'),
        with_sheet(ROWS + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'),
        book(**{"xl/media/image1.png": b"\x89PNG", "xl/externalLinks/externalLink1.xml": "<a/>"}),
        book(**{"../../etc/passwd": "root"}),
        book(method=0),
        book(
            **{
                SHEET: sheet(ROWS)
                .replace("<", "<x:")
                .replace("<x:/", "</x:")
                .replace("<x:?", "<?")
                .replace("xmlns=", "xmlns:x=")
            }
        ),
    ],
    ids=[
        "sound",
        "a declared size that is not so",
        "whole columns and rows merged",
        "a painted cell in the last corner",
        "pictures and links",
        "a part with a path out of the folder",
        "not packed",
        "names with a prefix",
    ],
)
def test_an_odd_but_sound_workbook_is_read(tmp_path: Path, raw: bytes) -> None:
    assert rows_of(tmp_path, raw) == TWO_ROWS


def test_cells_of_every_type_become_plain_values(tmp_path: Path) -> None:
    cells = (
        '<c r="B3" t="b"><v>1</v></c><c r="C3"><v>12.5</v></c><c r="D3"><v>13505050411</v></c>'
        '<c r="E3" t="e"><v>#N/A</v></c><c r="F3"><f>A1+1</f></c><c r="G3"><f>1+1</f><v>2</v></c>'
        '<c r="H3" t="str"><f>"а"</f><v>а</v></c>' + cell("I3", "  ") + cell("J3", "=2+2") + cell("K3", "@тест")
    )
    rows = rows_of(tmp_path, with_sheet(f'<row r="3">{cells}</row>'))
    assert rows == [
        [None] * 11,
        [None] * 11,
        [None, True, 12.5, 13505050411, Broken("error"), Broken("formula"), 2, "а", None, "=2+2", "@тест"],
    ]


def test_hidden_sheets_are_named_and_not_read(tmp_path: Path) -> None:
    two = (
        f'{HEAD}<workbook {NS} xmlns:r="{REL}"><sheets><sheet name="Открытый" sheetId="1" r:id="rId1"/>'
        '<sheet name="Тайный" sheetId="2" state="hidden" r:id="rId1"/></sheets></workbook>'
    )
    found = opened(tmp_path, book(**{"xl/workbook.xml": two}))
    assert ([grid.name for grid in found.grids], found.hidden) == (["Открытый"], ("Тайный",))


def test_days_counted_from_1904_keep_their_count(tmp_path: Path) -> None:
    old = parts()["xl/workbook.xml"].replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')
    assert opened(tmp_path, book(**{"xl/workbook.xml": old})).grids[0].from_1904 is True


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_a_table_of_text_is_read_in_every_usual_form(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f'ФИО{delimiter}Адрес\r\nТестова Анна{delimiter}"д. Тестово{delimiter} 1"\r\n'
    rows = rows_of(tmp_path, text.encode(encoding), "семьи.csv")
    assert rows == [["ФИО", "Адрес"], ["Тестова Анна", f"д. Тестово{delimiter} 1"]]


def test_the_kind_is_told_by_the_content_not_by_the_name_u01(tmp_path: Path) -> None:
    assert rows_of(tmp_path, book(), "отчёт.pdf") == TWO_ROWS


def test_damaged_copies_of_a_sound_workbook_are_refused_or_read_u09(tmp_path: Path) -> None:
    """Bytes flipped and cut at random never end in anything but a book or a sentence."""
    dice = random.Random(20260218)
    sound = book(**{"xl/styles.xml": f"<styleSheet {NS}/>"})
    for _ in range(300):
        raw = bytearray(sound)
        for _ in range(dice.randint(1, 6)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        if dice.random() < 0.2:
            del raw[dice.randrange(len(raw)) :]
        try:
            opened(tmp_path, bytes(raw))
        except RuleBroken as refusal:
            assert refusal.sentence.endswith(".")


def test_damaged_xml_inside_a_sound_zip_is_refused_or_read_u09(tmp_path: Path) -> None:
    """The sum agrees, so it is the parser that meets the damage."""
    dice = random.Random(20260219)
    for _ in range(60):
        made = parts()
        name = dice.choice([SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"])
        text = bytearray(made[name])
        for _ in range(dice.randint(1, 5)):
            text[dice.randrange(len(text))] = dice.randrange(256)
        try:
            found = opened(tmp_path, book(**{name: bytes(text)}))
        except RuleBroken as refusal:
            assert refusal.sentence.endswith(".")
        else:
            assert all(
                isinstance(value, str | int | float | dt.date | None) for row in found.grids[0].rows for value in row
            )
