"""Makes the files a centre should never have uploaded: damaged, hostile, locked, of another kind, too large.

Nothing is kept in the repository: each file is written by its function when a test asks for it.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from app.register.sheet import guard
from app.register.sheet.book import TOO_LONG

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET = "xl/worksheets/sheet1.xml"


def cell(where: str, text: str) -> str:
    """Return a cell with a text of its own."""
    return f'<c r="{where}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(rows: str, *, dimension: str = "A1:B2", more: str = "") -> str:
    """Return the XML of a sheet."""
    return f'{HEAD}<worksheet {NS}><dimension ref="{dimension}"/><sheetData>{rows}</sheetData>{more}</worksheet>'


ROWS = (
    f'<row r="1">{cell("A1", "Ф.И.О. родителя")}{cell("B1", "Адрес")}</row>'
    f'<row r="2">{cell("A2", "Тестова Анна Юрьевна")}{cell("B2", "д. Тестово")}</row>'
)


def parts(**changed: str | bytes | None) -> dict[str, bytes]:
    """Return the parts of a small sound workbook; *changed* replaces some («__» is «/», «_» before xml is «.»)."""
    made: dict[str, str | bytes | None] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook {NS} xmlns:r="{REL}"><sheets><sheet name="Лист1" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        SHEET: sheet(ROWS),
    }
    made.update(changed)
    return {name: text.encode() if isinstance(text, str) else text for name, text in made.items() if text is not None}


def pack(made: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the parts as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, text in made.items():
            archive.writestr(name, text)
    return out.getvalue()


def book(method: int = zipfile.ZIP_DEFLATED, **changed: str | bytes | None) -> bytes:
    """Return a small workbook with some parts changed or (None) left out."""
    return pack(parts(**changed), method)


def with_sheet(rows: str, **more: str) -> bytes:
    """Return a workbook with these rows."""
    return book(**{SHEET: sheet(rows, **more)})


def patched(raw: bytes, at: int, new: bytes) -> bytes:
    """Return *raw* with bytes replaced."""
    return raw[:at] + new + raw[at + len(new) :]


def lying(offset: int, value: int) -> bytes:
    """Return a workbook whose directory lies of its last part: *offset* 16 is the sum, 24 the size."""
    raw = book()
    return patched(raw, raw.rindex(b"PK\x01\x02") + offset, struct.pack("<I", value))


def flag(bit: int) -> bytes:
    """Return a workbook whose last part says it is encrypted."""
    raw = book()
    return patched(raw, raw.rindex(b"PK\x01\x02") + 8, struct.pack("<H", bit))


def overlapping() -> bytes:
    """Return a zip in which two entries of the directory unpack the same bytes, as in a quine of bombs."""
    raw = book()
    first, second = (raw.index(b"PK\x01\x02"), raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4))
    return patched(raw, second + 42, raw[first + 42 : first + 46])


def bomb(size: int, *, name: str = SHEET, repeat: bytes = b" ") -> bytes:
    """Return a workbook one part of which unpacks to *size* bytes."""
    body = sheet(ROWS).encode().replace(b"</worksheet>", b"")
    made = parts()
    made[name] = body + repeat * (size // len(repeat)) + b"</worksheet>"
    return pack(made)


def nul_padded_directory() -> bytes:
    """Return a zip whose local header bears another name than the directory."""
    raw = book()
    at = raw.rindex(b"PK\x03\x04")
    return patched(raw, at + 30, b"xl/another")


def inline_texts(count: int, length: int) -> bytes:
    """Return a sheet of *count* long texts that packs well."""
    text = "А" * length
    return with_sheet("".join(f'<row r="{at}">{cell(f"A{at}", text)}</row>' for at in range(1, count + 1)))


def shared_texts(count: int, length: int) -> bytes:
    """Return a sheet of *count* cells that all show one long shared text: small in the file, huge in memory."""
    rows = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(1, count + 1))
    return book(
        **{
            SHEET: sheet(rows),
            "xl/sharedStrings.xml": f'{HEAD}<sst {NS} count="1" uniqueCount="1"><si><t>{"Б" * length}</t></si></sst>',
            "xl/_rels/workbook.xml.rels": parts()["xl/_rels/workbook.xml.rels"].replace(
                b"</Relationships>",
                f'<Relationship Id="rId2" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
                "</Relationships>".encode(),
            ),
        }
    )


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{at} "' + f"&lol{at - 1 or ''};" * 10 + '">' for at in range(1, 10))
    + "]><workbook>&lol9;</workbook>"
)
XXE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><worksheet>&x;</worksheet>'
MACRO_TYPES = parts()["[Content_Types].xml"].replace(
    b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main", b"vnd.ms-excel.sheet.macroEnabled.main"
)
OLE = guard.OLE + b"\0" * 2000

NO_ROWS = "В книге нет ни одного заполненного листа: выберите книгу с таблицей."
TOO_FAR = (
    "На листе «Лист1» заполнены ячейки до строки {} и столбца {}: удалите лишние строки и столбцы и загрузите снова."
)

BAD: dict[str, tuple[Callable[[], bytes], str | tuple[str, ...]]] = {
    "empty": (lambda: b"", guard.EMPTY),
    "only spaces": (lambda: b" \r\n \t \n", guard.EMPTY),
    "only a byte order mark": (lambda: b"\xef\xbb\xbf", guard.EMPTY),
    "a word": (lambda: "семья".encode(), guard.OTHER_FORMAT),
    "noise": (lambda: bytes(range(256)) * 20, guard.OTHER_FORMAT),
    "html renamed": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", guard.OTHER_FORMAT),
    "excel 2003 xml": (lambda: b'<?xml version="1.0"?><Workbook/>', guard.OTHER_FORMAT),
    "json": (lambda: b'{"a": [1, 2, 3]}', guard.OTHER_FORMAT),
    "script": (lambda: b"#!/bin/sh\necho 1; echo 2\n", guard.OTHER_FORMAT),
    "pdf": (lambda: b"%PDF-1.7\n1 0 obj, 2", guard.OTHER_FORMAT),
    "png": (lambda: b"\x89PNG\r\n\x1a\n;;;", guard.OTHER_FORMAT),
    "jpeg": (lambda: b"\xff\xd8\xff\xe0;;;", guard.OTHER_FORMAT),
    "gif": (lambda: b"GIF89a;;;", guard.OTHER_FORMAT),
    "windows program": (lambda: b"MZ;;;" + b"a" * 100, guard.OTHER_FORMAT),
    "linux program": (lambda: b"\x7fELF;;;", guard.OTHER_FORMAT),
    "rar": (lambda: b"Rar!\x1a\x07;;;", guard.OTHER_FORMAT),
    "7z": (lambda: b"7z\xbc\xaf;;;", guard.OTHER_FORMAT),
    "old xls": (lambda: OLE + "Workbook".encode("utf-16-le"), guard.OLD_FORMAT),
    "old xls cut short": (lambda: guard.OLE, guard.OLD_FORMAT),
    "locked xlsx": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), guard.LOCKED),
    "locked xlsx, name far in": (lambda: OLE * 50 + "EncryptedPackage".encode("utf-16-le"), guard.LOCKED),
    "zip of nothing": (lambda: b"PK\x05\x06" + b"\0" * 18, guard.OTHER_FORMAT),
    "zip of a text": (lambda: pack({"семьи.txt": b"1"}), guard.OTHER_FORMAT),
    "docx": (lambda: pack({"word/document.xml": b"<w/>"}), guard.OTHER_FORMAT),
    "ods": (lambda: pack({"mimetype": b"a", "content.xml": b"<a/>"}), guard.OTHER_FORMAT),
    "xlsb": (lambda: pack({"xl/workbook.bin": b"a"}), guard.OTHER_FORMAT),
    "two letters": (lambda: b"PK", guard.DAMAGED),
    "first half": (lambda: book()[: len(book()) // 2], guard.DAMAGED),
    "last half": (lambda: b"PK" + book()[len(book()) // 2 :], guard.DAMAGED),
    "without its directory": (lambda: book()[:-60], guard.DAMAGED),
    "one bit flipped": (lambda: patched(book(), book().rindex(b"PK\x03\x04") + 70, b"\xff\xff"), guard.DAMAGED),
    "without its sheet": (lambda: book(**{SHEET: None}), guard.DAMAGED),
    "without links": (lambda: book(**{"xl/_rels/workbook.xml.rels": None}), guard.DAMAGED),
    "broken workbook": (lambda: book(**{"xl/workbook.xml": "<workbook><sheets>"}), guard.DAMAGED),
    "broken links": (lambda: book(**{"xl/_rels/workbook.xml.rels": "<Relationships"}), guard.DAMAGED),
    "broken sheet": (lambda: book(**{SHEET: sheet(ROWS)[:-100]}), guard.DAMAGED),
    "sheet of noise": (lambda: book(**{SHEET: b"\xff\x00\xfe" * 100}), (guard.DAMAGED, NO_ROWS)),
    "billion laughs": (lambda: book(**{"xl/workbook.xml": LAUGHS}), guard.DAMAGED),
    "external entity": (lambda: book(**{SHEET: XXE}), guard.DAMAGED),
    "doctype in links": (lambda: book(**{"_rels/.rels": XXE}), guard.DAMAGED),
    "sheet in utf-16": (lambda: book(**{SHEET: sheet(ROWS).encode("utf-16")}), guard.DAMAGED),
    "macros": (lambda: book(**{"xl/vbaProject.bin": b"x"}), guard.MACROS),
    "macros under another name": (lambda: book(**{"xl/other/VBAPROJECT.BIN": b"x"}), guard.MACROS),
    "macros by type": (lambda: book(**{"[Content_Types].xml": MACRO_TYPES}), guard.MACROS),
    "macro sheet": (lambda: book(**{"xl/macrosheets/sheet1.xml": "<a/>"}), guard.MACROS),
    "bomb of blanks": (lambda: bomb(150 * 2**20), guard.UNPACKS),
    "bomb of comments": (lambda: bomb(120 * 2**20, repeat=b"<!-- -->" * 1000), guard.UNPACKS),
    "bomb beside the sheets": (lambda: bomb(120 * 2**20, name="xl/media/image1.png"), guard.UNPACKS),
    "bomb of three": (
        lambda: pack({**parts(), **{f"xl/media/{n}.bin": zlib.compress(b"\0", 0) * 9_000_000 for n in range(3)}}),
        guard.UNPACKS,
    ),
    "long texts": (lambda: inline_texts(30_000, 2_500), guard.UNPACKS),
    "one long text shown everywhere": (lambda: shared_texts(90_000, 32_000), guard.UNPACKS),
    "thousands of parts": (
        lambda: book(**{f"xl/extra{n}.xml": "<a/>" for n in range(2500)}),
        guard.UNPACKS,
    ),
    "overlapping parts": (overlapping, guard.DAMAGED),
    "size told too small": (lambda: lying(24, 10), guard.DAMAGED),
    "size told too large": (lambda: lying(24, 10_000_000), guard.DAMAGED),
    "size told beyond reason": (lambda: lying(24, 0xFFFFFFF0), guard.UNPACKS),
    "packed size told too large": (lambda: lying(20, 1_000_000), guard.DAMAGED),
    "wrong sum": (lambda: lying(16, 1), guard.DAMAGED),
    "part outside the file": (lambda: lying(42, 90_000_000), guard.DAMAGED),
    "a part under a password": (lambda: flag(1), guard.LOCKED),
    "packed by bzip2": (lambda: book(method=zipfile.ZIP_BZIP2), guard.DAMAGED),
    "packed by lzma": (lambda: book(method=zipfile.ZIP_LZMA), guard.DAMAGED),
    "names that differ": (nul_padded_directory, guard.DAMAGED),
    "a part twice": (lambda: book(**{"XL/worksheets/SHEET1.xml": sheet(ROWS)}), guard.DAMAGED),
    "a cell in the last corner": (
        lambda: with_sheet(f'<row r="1048576">{cell("XFD1048576", "1")}</row>'),
        TOO_FAR.format(1048576, "XFD"),
    ),
    "cells in two corners": (
        lambda: with_sheet(f'<row r="1">{cell("A1", "1")}</row><row r="1048576">{cell("XFD1048576", "1")}</row>'),
        guard.UNPACKS,
    ),
    "200 000 rows": (
        lambda: with_sheet("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 200_001))),
        TOO_FAR.format(200000, "A"),
    ),
    "5 000 columns": (
        lambda: with_sheet('<row r="1">' + "<c><v>1</v></c>" * 5000 + "</row>"),
        TOO_FAR.format(1, "GJH"),
    ),
    "no shared text of that number": (
        lambda: with_sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
        (guard.DAMAGED, NO_ROWS),
    ),
    "a cell in row 0": (lambda: with_sheet(f'<row r="0">{cell("A0", "1")}</row>'), guard.DAMAGED),
    "a cell nowhere": (lambda: with_sheet(f'<row r="1">{cell("??", "1")}</row>'), guard.DAMAGED),
    "no sheets": (lambda: book(**{"xl/workbook.xml": f"<workbook {NS}><sheets/></workbook>"}), NO_ROWS),
    "a blank sheet": (lambda: with_sheet(""), NO_ROWS),
    "only a hidden sheet": (
        lambda: book(**{"xl/workbook.xml": parts()["xl/workbook.xml"].replace(b"sheetId", b'state="hidden" sheetId')}),
        NO_ROWS,
    ),
    "csv with zero bytes": (lambda: b"a;b\0;c\n1;2;3", guard.OTHER_FORMAT),
    "csv with an endless field": (lambda: b"a;b\n" + b"x" * 200_000, guard.DAMAGED),
    "csv with 5 000 columns": (lambda: b";".join([b"1"] * 5000), TOO_LONG),
    "csv with 200 000 rows": (lambda: b"1;2\n" * 200_000, TOO_LONG),
    "more than 20 MB": (lambda: b"PK" + b"\0" * guard.MAX_FILE, guard.TOO_LARGE),
}
"""``{what is wrong: (make the file, the sentence it is refused by)}``; where parsers may differ, several sentences."""
