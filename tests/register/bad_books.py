"""Two hundred workbooks and more that no centre should have sent, by what is the matter with them.

Beside the damaged and hostile files of ``bad_workbooks`` these are whole banks of families gone wrong: cut, chaotic,
of another program, with impossible values. Each is made by its function when a test asks for it.
"""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import xlsxwriter

from tests.register.bad_workbooks import BAD, HEAD, NS, REL, SHEET, book, cell, pack, parts, sheet, with_sheet

Make = Callable[[], bytes]

HEADS = ["№ п/п", "ФИО родителя", "Дата рождения", "СНИЛС", "Адрес", "Телефон", "Дата постановки на учёт", "Куратор",
         "ФИО ребёнка", "Дата рождения ребёнка", "Категория ребёнка", "Инвалидность до"]  # fmt: skip
ROW = [1, "Тестова Анна Петровна", "12.03.1986", "112-233-445 95", "д. Тестово, 3", "+7 910 000-00-01", "15.01.2024",
       "Кураторова И.П.", "Тестов Иван Олегович", "05.06.2015", "инв.", "01.03.2030"]  # fmt: skip
NAMED = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def bank(*rows: list[Any], heads: list[Any] = HEADS, change: Callable[[Any, Any], None] | None = None) -> bytes:
    """Return a bank of families as Excel writes it; *change* gets the workbook and its sheet."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "nan_inf_to_errors": True, "strings_to_urls": False}) as whole:
        page = whole.add_worksheet("Район")
        for at, row in enumerate([heads, *rows]):
            for column, value in enumerate(row):
                _write(whole, page, at, column, value)
        if change:
            change(whole, page)
    return made.getvalue()


def _write(whole: Any, page: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, dt.date):
        page.write_datetime(row, column, value, whole.add_format({"num_format": "dd.mm.yyyy"}))
    elif isinstance(value, str) and value.startswith("=!"):
        page.write_formula(row, column, value.replace("=!", "="), None, "")
    elif isinstance(value, str):
        page.write_string(row, column, value)
    elif value is not None:
        page.write(row, column, value)


@cache
def sound() -> bytes:
    """Return a sound bank of thirty families."""
    return bank(*([at, f"Тестова{'абвгдежзик'[at % 10] * (at // 10 + 1)} Анна Петровна", *ROW[2:3], None, *ROW[4:]]
                  for at in range(30)))  # fmt: skip


def changed_part(name: str, change: Callable[[bytes], bytes] | None) -> bytes:
    """Return the sound bank with one part changed, or left out."""
    with zipfile.ZipFile(io.BytesIO(sound())) as archive:
        made = {part: archive.read(part) for part in archive.namelist()}
    if change is None:
        del made[name]
    else:
        made[name] = change(made[name])
    return pack(made)


def cell_of(column: int, value: Any) -> bytes:
    """Return a bank whose one family has *value* in a column."""
    row = list(ROW)
    row[column] = value
    return bank(row)


def compound(*streams: tuple[str, bytes]) -> bytes:
    """Return a compound file of Windows, as Excel 97 and encrypted workbooks are, with these streams."""
    end, free, fat = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    table, body, entries = [fat, end], b"", [_entry("Root Entry", 5, 1 if streams else free, end, 0)]
    for at, (name, raw) in enumerate(streams, 1):
        padded = raw.ljust(max(4096, -(-len(raw) // 512) * 512), b"\0")
        first, count = len(table), len(padded) // 512
        table += [*range(first + 1, first + count), end]
        entries.append(_entry(name, 2, free, first, len(padded), right=at + 1 if at < len(streams) else free))
        body += padded
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0, 0) + struct.pack("<I", free) * 108
    sectors = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff") + b"".join(entries).ljust(512, b"\0")
    return head.ljust(512, b"\xff") + sectors + body


def _entry(name: str, kind: int, child: int, first: int, size: int, right: int = 0xFFFFFFFF) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    told = struct.pack("<HBBIII36xIQ", len(raw), kind, 1, 0xFFFFFFFF, right, child, first, size)
    return raw.ljust(64, b"\0") + told


def biff(*texts: str) -> bytes:
    """Return a workbook of Excel 97 with one sheet and these texts."""

    def record(code: int, raw: bytes) -> bytes:
        return struct.pack("<HH", code, len(raw)) + raw

    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0xDBB, 0x7CC, 0, 6))
    name = "Sheet1".encode("latin-1")
    about = record(0x85, struct.pack("<IBBBB", len(begin) + 4 + 8 + len(name) + 4, 0, 0, len(name), 0) + name)
    page = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0xDBB, 0x7CC, 0, 6))
    for row, text in enumerate(texts):
        raw = text.encode("utf-16-le")
        page += record(0x204, struct.pack("<HHHHB", row, 0, 0, len(text), 1) + raw)
    return compound(("Workbook", begin + about + record(0x0A, b"") + page + record(0x0A, b"")))


def text_table(encoding: str, delimiter: str = ";", rows: int = 2) -> bytes:
    """Return the bank as a csv."""
    lines = [delimiter.join(map(str, HEADS)), *[delimiter.join(map(str, ROW))] * rows]
    return "\r\n".join(lines).encode(encoding, "replace")


def shared(texts: str, rows: str, **more: str | bytes | None) -> bytes:
    """Return a workbook whose cells show shared texts."""
    links = parts()["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="rId9" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'.encode(),
    )
    return book(**{SHEET: sheet(rows), "xl/sharedStrings.xml": texts, "xl/_rels/workbook.xml.rels": links, **more})


def empty_rows(count: int, inside: str = "", *, tail: str = "") -> bytes:
    """Return a sheet with *count* rows that hold nothing."""
    return with_sheet("".join(f'<row r="{at}">{inside.format(at)}</row>' for at in range(1, count + 1)) + tail)


def deep_zip(depth: int) -> bytes:
    """Return a zip in a zip, *depth* deep."""
    raw = sound()
    for _ in range(depth):
        raw = pack({"книга.zip": raw})
    return raw


def workbook_of(sheets: str) -> bytes:
    """Return a workbook whose list of sheets is *sheets*."""
    return book(**{"xl/workbook.xml": f'{HEAD}<workbook {NS} xmlns:r="{REL}"><sheets>{sheets}</sheets></workbook>'})


def merged(*boxes: str) -> bytes:
    """Return a bank with these ranges joined, whatever they are."""
    refs = "".join(f'<mergeCell ref="{box}"/>' for box in boxes)
    return with_sheet(_rows(HEADS, ROW, ROW), more=f'<mergeCells count="{len(boxes)}">{refs}</mergeCells>')


def _rows(*rows: list[Any]) -> str:
    letters = "ABCDEFGHIJKL"
    return "".join(
        f'<row r="{at}">{"".join(cell(f"{letter}{at}", str(value)) for letter, value in zip(letters, row))}</row>'  # noqa: B905 -- a row may be shorter than the heading
        for at, row in enumerate(rows, 1)
    )


def raw_cells(*cells: str) -> bytes:
    """Return a bank with one more row of these cells as XML."""
    return with_sheet(_rows(HEADS, ROW) + f'<row r="3">{"".join(cells)}</row>')


def _hidden(how: str) -> Callable[[Any, Any], None]:
    def change(whole: Any, page: Any) -> None:
        if how == "rows":
            page.set_default_row(hide_unused_rows=True)
            page.set_row(1, None, None, {"hidden": True})
        elif how == "columns":
            page.set_column(0, 11, None, None, {"hidden": True})
        else:
            other = whole.add_worksheet("Пустой")
            other.activate()
            page.very_hidden() if how == "very" else page.hide()

    return change


def _chart_only() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as whole:
        chart = whole.add_chart({"type": "column"})
        chart.add_series({"values": "=Лист2!$A$1:$A$2"})
        whole.add_chartsheet("График").set_chart(chart)
        whole.add_worksheet("Лист2")
    return made.getvalue()


VALUES: dict[str, Any] = {
    "a number": 12345, "a fraction": -0.5, "a huge number": 1e300, "yes": True, "a day": dt.date(2020, 2, 29),
    "an error": float("inf"), "a formula never counted": "=!A1+1", "spaces": "   ", "a dash": "—", 
    "a long text": "ы" * 32_000,
    "signs": "🙂\u202e<script>alert(1)</script>", "a command": "=cmd|' /C calc'!A0",
    "no such day": "31.02.2015", "year 0": "01.01.0000", "day of 1800": "05.05.1800",
    "tomorrow's century": "01.01.2190",
}  # fmt: skip
COLUMNS = {1: "the parent", 2: "a birthday", 3: "СНИЛС", 6: "the day of register", 8: "the child", 11: "a term"}


def _values() -> Iterator[tuple[str, Make]]:
    for column, where in COLUMNS.items():
        for what, value in VALUES.items():
            yield f"{what} in {where}", partial(cell_of, column, value)


def _cuts() -> Iterator[tuple[str, Make]]:
    for share in (1, 3, 8, 15, 25, 40, 60, 75, 90, 97, 99):
        yield f"cut at {share} %", lambda share=share: sound()[: len(sound()) * share // 100]
    for lost in (1, 4, 22, 100, 400):
        yield f"without its last {lost} bytes", lambda lost=lost: sound()[:-lost]
    yield "without its first bytes", lambda: sound()[7:]
    yield "with a story before it", lambda: b"From: mail\r\n\r\n" + sound()
    yield "with a story after it", lambda: sound() + b"\r\n--mail--\r\n" * 90
    yield "twice in one file", lambda: sound() * 2


def _flips() -> Iterator[tuple[str, Make]]:
    for seed in range(16):

        def flipped(seed: int = seed) -> bytes:
            dice, raw = random.Random(seed), bytearray(sound())
            for _ in range(1 + seed % 5):
                raw[dice.randrange(len(raw))] = dice.randrange(256)
            return bytes(raw)

        yield f"bytes flipped, {seed}", flipped


_SHARED, _STYLES, _BOOK = "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
_SHEET = "xl/worksheets/sheet1.xml"


def _parts() -> Iterator[tuple[str, Make]]:
    for name in ("[Content_Types].xml", "_rels/.rels", _BOOK, "xl/_rels/workbook.xml.rels", _SHEET, _SHARED, _STYLES):
        yield f"without {name}", partial(changed_part, name, None)
        yield f"{name} empty", partial(changed_part, name, lambda raw: b"")
        yield f"{name} cut", partial(changed_part, name, lambda raw: raw[: len(raw) // 2])
        yield f"{name} of noise", partial(changed_part, name, lambda raw: bytes(range(256)) * 8)
        yield f"{name} with DTD", partial(
            changed_part, name,
            lambda raw: raw.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', 1),
        )  # fmt: skip


GROUPS: dict[str, dict[str, Make]] = {
    "damaged or hostile": {name: make for name, (make, _) in BAD.items()},
    "cut": dict(_cuts()),
    "flipped": dict(_flips()),
    "a part": dict(_parts()),
    "another program": {
        "excel 97": lambda: biff(*map(str, HEADS), *map(str, ROW)),
        "excel 97 empty": lambda: compound(("Workbook", b"")),
        "excel 5": lambda: compound(("Book", b"\x09\x08" + bytes(300))),
        "word 97": lambda: compound(("WordDocument", bytes(5000))),
        "encrypted": lambda: compound(("EncryptionInfo", bytes(200)), ("EncryptedPackage", bytes(9000))),
        "compound without streams": compound,
        "html as xls": lambda: "<html><body><table><tr><td>ФИО</td></tr></table></body></html>".encode("cp1251"),
        "xhtml": lambda: b'\xef\xbb\xbf<?xml version="1.0"?><html/>',
        "web archive": lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x--",
        "rtf": lambda: b"{\\rtf1\\ansi \\b text;text\\b0}",
        "gzip": lambda: gzip.compress(sound()),
        "bzip2": lambda: bz2.compress(sound()),
        "zip in zip": partial(deep_zip, 1),
        "zip nine deep": partial(deep_zip, 9),
        "sqlite": lambda: b"SQLite format 3\0" + bytes(4000),
        "picture of tiff": lambda: b"II*\0" + bytes(900),
        "sylk": lambda: b"ID;PWXL;N;E\r\nC;Y1;X1;K\"text\"\r\nE\r\n",
        "dbf": lambda: b"\x03\x7a\x01\x01" + bytes(300),
        "vcard": lambda: b"BEGIN:VCARD\r\nN:Test;Anna;;;\r\nEND:VCARD\r\n",
    },
    "csv": {
        **{f"in {name}": partial(text_table, name) for name in
           ("cp1251", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "koi8-r", "cp866",
            "iso8859-5")},
        **{f"parted by {name}": partial(text_table, "utf-8", sign) for name, sign in
           (("tabs", "\t"), ("commas", ","), ("bars", "|"), ("spaces", " "))},
        "open quote": lambda: text_table("utf-8") + '\r\n"Тестова;1;2'.encode(),
        "only the header": lambda: text_table("cp1251", rows=0),
        "15 000 rows": lambda: text_table("cp1251", rows=15_000),
        "20 million line ends": lambda: text_table("cp1251") + b"\n" * 20_000_000,
        "10 million cells": lambda: text_table("cp1251") + (b"ab;" * 290 + b"\n") * 23_000,
        "unlike cells": lambda: text_table("cp1251") + b"".join(b"%d;%d\n" % (n, n * 7) for n in range(99_000)),
        "a million empty lines": lambda: text_table("cp1251") + b"\r\n" * 1_000_000,
        "a million columns": lambda: b"a;" * 1_000_000,
        "one column": lambda: "ФИО\r\nТестова Анна\r\n".encode("cp1251"),
        "rows of different width": lambda: text_table("utf-8") + b"\r\n1;2\r\n" + b"1;" * 200,
        "commands": lambda: text_table("utf-8") + b"\r\n=cmd|' /C calc'!A0;@SUM(1);+1;-1",
        "old line ends": lambda: text_table("cp1251").replace(b"\r\n", b"\r"),
    },
    "rows and cells": {
        "a million empty rows": partial(empty_rows, 1_048_576),
        "a million painted rows": partial(empty_rows, 1_048_576, '<c r="A{0}" s="0"/>'),
        "a million rows of spaces": partial(empty_rows, 300_000, '<c r="A{0}" t="inlineStr"><is><t> </t></is></c>'),
        "the header below 500 rows": lambda: with_sheet(
            "".join(f'<row r="{at}">{cell(f"A{at}", "заметка")}</row>' for at in range(1, 501))
            + _rows(HEADS, ROW).replace('r="1"', 'r="501"')
        ),
        "only the header": lambda: bank(),
        "no header": lambda: bank(ROW, ROW, heads=ROW),
        "every header the same": lambda: bank(ROW, heads=["ФИО"] * 12),
        "300 headers": lambda: bank(["а"] * 300, heads=[f"ФИО {at}" for at in range(300)]),
        "301 headers": lambda: bank(["а"] * 301, heads=[f"ФИО {at}" for at in range(301)]),
        "a header of 32 000 letters": lambda: bank(ROW, heads=["ф" * 32_000, *HEADS[1:]]),
        "headers of formulas": lambda: bank(ROW, heads=["=!1+1"] * 12),
        "headers that are days": lambda: bank(ROW, heads=[dt.date(2020, 1, 1 + at) for at in range(12)]),
        "the header in every row": lambda: bank(*[HEADS] * 500),
        "one family 3 000 times": lambda: bank(*[ROW] * 3000),
        "3 000 children of one mother": lambda: bank(
            *([1, *ROW[1:8], f"Тестов Иван{'абвгдежзик'[at % 10]}{'лмнопрстуф'[at // 10 % 10]}{'кнлм'[at // 1000]} "
               f"{'О' + 'лрмн'[at // 100 % 4] * (1 + at // 400)}евич", *ROW[9:]] for at in range(3000))),
        "a child a cell of 2 000 lines": lambda: cell_of(8, "\n".join(["Тестов Иван Олегович, 05.06.2015"] * 900)),
        "rows upside down": lambda: with_sheet("".join(
            f'<row r="{at}">{cell(f"B{at}", "Тестова Анна")}</row>' for at in range(60, 0, -1))),
        "one cell twice": lambda: raw_cells(cell("A3", "1"), cell("A3", "2")),
        "cells without an address": lambda: raw_cells("<c><v>1</v></c>", '<c t="str"><v>а</v></c>'),
        "a small letter in an address": lambda: raw_cells(cell("b3", "1")),
        "a column past the last": lambda: raw_cells(cell("AAAA3", "1")),
        "a row past the last": lambda: raw_cells(cell("A99999999999", "1")),
        "a range as an address": lambda: raw_cells(cell("A3:B4", "1")),
        "not a number": lambda: raw_cells('<c r="C3"><v>NaN</v></c>', '<c r="D3"><v>1E400</v></c>'),
        "letters for a number": lambda: raw_cells('<c r="C3"><v>abc</v></c>'),
        "a type nobody knows": lambda: raw_cells('<c r="C3" t="zz"><v>1</v></c>'),
        "a day as ISO": lambda: raw_cells('<c r="C3" t="d"><v>2015-02-31T00:00:00</v></c>'),
        "a day of serial 60": lambda: cell_of(2, 60), "a day of serial -1": lambda: cell_of(2, -1),
        "a day of serial 3 million": lambda: cell_of(2, 2_958_466),
        "an error written as text": lambda: cell_of(2, "#ССЫЛКА!"),
        "nested without end": lambda: book(**{SHEET: sheet("<row>" * 100_000)}),
        "an attribute of 5 MB": lambda: with_sheet(f'<row r="1" spans="{"1" * 5_000_000}">{cell("A1", "1")}</row>'),
        "comments between cells": lambda: raw_cells("<!-- <c r='A3'/> -->" * 1000, cell("A3", "1")),
        "character data": lambda: raw_cells('<c r="A3" t="inlineStr"><is><t><![CDATA[<a>&b]]></t></is></c>'),
        "entities nobody declared": lambda: raw_cells('<c r="A3" t="inlineStr"><is><t>&nope;</t></is></c>'),
        "signs that XML forbids": lambda: raw_cells('<c r="A3" t="inlineStr"><is><t>&#0;&#8;</t></is></c>'),
    },
    "sheets": {
        "hidden": lambda: bank(ROW, change=_hidden("sheet")),
        "very hidden": lambda: bank(ROW, change=_hidden("very")),
        "hidden rows": lambda: bank(ROW, change=_hidden("rows")),
        "hidden columns": lambda: bank(ROW, change=_hidden("columns")),
        "a chart only": _chart_only,
        "one sheet named twice": lambda: workbook_of('<sheet name="А" sheetId="1" r:id="rId1"/>' * 2),
        "a sheet without a name": lambda: workbook_of('<sheet name="" sheetId="1" r:id="rId1"/>'),
        "a name of 3 000 letters": lambda: workbook_of(f'<sheet name="{"А" * 3000}" sheetId="1" r:id="rId1"/>'),
        "a name of signs": lambda: workbook_of('<sheet name="!&quot;&lt;script&gt;.1!" sheetId="1" r:id="rId1"/>'),
        "a sheet that leads nowhere": lambda: workbook_of('<sheet name="А" sheetId="1" r:id="rId77"/>'),
        "a sheet without a link": lambda: workbook_of('<sheet name="А" sheetId="1"/>'),
        "900 sheets": lambda: workbook_of("".join(
            f'<sheet name="{at}" sheetId="{at}" r:id="rId1"/>' for at in range(1, 901))),
        "a sheet outside the file": lambda: book(**{"xl/_rels/workbook.xml.rels":
            parts()["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd")}),
        "a sheet on the net": lambda: book(**{"xl/_rels/workbook.xml.rels":
            parts()["xl/_rels/workbook.xml.rels"].replace(b'Target="worksheets/sheet1.xml"',
                                                           b'Target="http://127.0.0.1:9/a" TargetMode="External"')}),
        "links to other books": lambda: bank(ROW, change=lambda whole, page: page.write_formula(
            "C2", "='C:\\[другая.xlsx]Лист1'!A1", None, "12.03.1986")),
        "a password on the sheet": lambda: bank(ROW, change=lambda whole, page: page.protect("тайна")),
        "a picture": lambda: book(**{"xl/media/image1.png": b"\x89PNG" + bytes(5000)}),
    },
    "joined cells": {
        "everything": lambda: merged("A1:L3"),
        "the header with the rows": lambda: merged("A1:A3", "B1:B2", "C1:L1"),
        "over each other": lambda: merged("A1:B3", "B2:C3", "A2:L2", "A1:L1"),
        "upside down": lambda: merged("L3:A1", "B3:B2"),
        "past the sheet": lambda: merged("A1:XFD1048576"),
        "nonsense": lambda: merged("??", "A", "A1:B", "1:2", ""),
        "ten thousand times": lambda: merged(*[f"A{at}:L{at + 3}" for at in range(1, 10_000)]),
        "one range ten thousand times": lambda: merged(*["B2:B3"] * 10_000),
        "each cell with itself": lambda: merged(*[f"{letter}2:{letter}2" for letter in "ABCDEFGHIJKL"]),
        "numbers too long": lambda: merged("A1:A99999999999999999999"),
    },
    "texts": {
        "no such text": lambda: shared(f'{HEAD}<sst {NS}><si><t>а</t></si></sst>',
                                       '<row r="1"><c r="A1" t="s"><v>5</v></c></row>'),
        "a negative text": lambda: shared(f'{HEAD}<sst {NS}><si><t>а</t></si></sst>',
                                          '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'),
        "texts cut": lambda: shared(f'{HEAD}<sst {NS}><si><t>а', '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
        "texts told too many": lambda: shared(f'{HEAD}<sst {NS} count="4000000000" uniqueCount="4000000000"/>', ""),
        "an entity in the texts": lambda: shared(
            f'{HEAD}<!DOCTYPE sst [<!ENTITY x "ха">]><sst {NS}><si><t>&x;</t></si></sst>', ""),
        "texts in windows-1251": lambda: shared(
            f'<?xml version="1.0" encoding="windows-1251"?><sst {NS}><si><t>Фамилия</t></si></sst>'.encode("cp1251"),
            '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
        "texts in utf-7": lambda: shared('<?xml version="1.0" encoding="utf-7"?>+ADw-sst/+AD4-', ""),
        "texts of many runs": lambda: shared(
            f'{HEAD}<sst {NS}><si>{"<r><t>а</t></r>" * 20_000}</si></sst>',
            '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
    },
    "values": dict(_values()),
}  # fmt: skip
"""By the kind of harm, then by name: how the file is made."""

BOOKS: dict[str, Make] = {f"{group}: {name}": make for group, many in GROUPS.items() for name, make in many.items()}
"""All of them under one name each."""

SUFFIX = {"csv": ".csv"}
"""How the file of a group is called; the others pretend to be .xlsx."""


def sample() -> list[str]:
    """Return some of each kind: enough for every run of the tests; the whole set is a proof."""
    chosen = []
    for group, many in GROUPS.items():
        names = list(many)
        step = max(1, len(names) // 4)
        chosen += [f"{group}: {name}" for name in names[::step][:4]]
    return chosen


def file_name(book: str) -> str:
    """Return how the person who sends *book* calls it."""
    return f"Банк{SUFFIX.get(book.partition(':')[0], '.xlsx')}"
