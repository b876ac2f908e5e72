"""What an uploaded workbook may be, decided before any parser sees it (checks U01, U03, U05).

A workbook is a zip made by a stranger. :func:`inspect` looks at its directory and inflates each part once in
small pieces, so that a bomb, a lie about a size, a macro or a DOCTYPE costs a second and a few megabytes.
Everything refused is refused by one sentence for the person.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

from app.base import RuleBroken

MAX_FILE = 20 * 1024 * 1024
"""Bytes of the file as it is uploaded; the largest real bank of 20 000 families takes 5 MB."""
MAX_INFLATED = 200 * 1024 * 1024
MAX_PARTS = 2000
MAX_RATIO = 200
"""How many times a large part may grow; sheets of real tables grow ten to forty times."""
RATIO_FROM = 10 * 1024 * 1024
MAX_ODD_CELLS = 20_000

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE = 256 * 1024
_STORED, _DEFLATED = 0, 8

DAMAGED = (
    "Файл повреждён и не открывается: откройте его в Excel, сохраните заново как «Книга Excel (.xlsx)» "
    "и загрузите ещё раз."
)
TOO_LARGE = (
    "Файл слишком велик: разделите его на части меньше 20 МБ, примерно по 20 тысяч семей, и загрузите по очереди."
)
UNPACKS = "Файл распаковывается в слишком большой объём: сохраните нужный лист в новую книгу и загрузите её."
MACROS = "В файле есть макросы: сохраните его как «Книга Excel (.xlsx)» без макросов и загрузите снова."
LOCKED = "Файл защищён паролем: снимите пароль в Excel («Файл» → «Сведения» → «Защита книги») и загрузите снова."
OLD_FORMAT = "Это книга старого образца (.xls): откройте её в Excel и сохраните как «Книга Excel (.xlsx)»."
OTHER_FORMAT = "Это не книга Excel: сохраните таблицу как «Книга Excel (.xlsx)» и загрузите её."
EMPTY = "Файл пустой: выберите книгу с таблицей."


@dataclass(frozen=True)
class Facts:
    """What the parser does not tell: a day count from 1904, and cells with an error or a formula never counted."""

    from_1904: bool = False
    odd_cells: dict[str, dict[str, str]] = field(default_factory=dict)
    """``{sheet: {address: "error" | "formula"}}``."""


def inspect(path: Path) -> str:
    """Return ``"xlsx"`` or ``"csv"``, the kind of table the file holds by its first bytes, not by its name.

    Raises:
        RuleBroken: the file is empty, too large or of a kind that is not read.
    """
    size = path.stat().st_size
    if not size:
        raise RuleBroken(EMPTY)
    if size > MAX_FILE:
        raise RuleBroken(TOO_LARGE)
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(OLE):
            # The names of streams in a compound file are UTF-16; an encrypted .xlsx has this one.
            whole = head + file.read()
            raise RuleBroken(LOCKED if "EncryptedPackage".encode("utf-16-le") in whole else OLD_FORMAT)
    if head.startswith(b"PK"):
        return "xlsx"
    text = head.lstrip(b"\xef\xbb\xbf").lstrip()
    if b"\x00" in head or head.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8", b"GIF8", b"MZ", b"\x7fELF", b"Rar!", b"7z")
    ):
        raise RuleBroken(OTHER_FORMAT)
    if not text:
        raise RuleBroken(EMPTY)
    if text.startswith((b"<", b"{", b"#!")) or not re.search(rb"[;\t,]", head):
        raise RuleBroken(OTHER_FORMAT)
    return "csv"


def inspect_parts(path: Path) -> Facts:
    """Check every part of the zip at *path* and return the facts the parser leaves out.

    Raises:
        RuleBroken: a bomb, a lie in the directory, macros, a password, a DOCTYPE, or no workbook inside.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            parts = archive.infolist()
            _check_directory(parts)
            spans = sorted(((_span(file, part), part) for part in parts), key=itemgetter(0))
            if any(before[0][1] > after[0][0] for before, after in pairwise(spans)):
                raise RuleBroken(DAMAGED)
            census = _Census()
            for (start, end), part in spans:
                census.read(part.filename, _inflate(file, part, start, end))
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        OSError,
        EOFError,
        NotImplementedError,
        UnicodeError,
        OverflowError,
        ValueError,
    ) as broken:
        raise RuleBroken(DAMAGED) from broken
    return census.facts()


def _check_directory(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename.lower() for part in parts]
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise RuleBroken(MACROS)
    if "xl/workbook.xml" not in names:
        raise RuleBroken(OTHER_FORMAT)
    if len(parts) > MAX_PARTS or len(set(names)) != len(names):
        raise RuleBroken(UNPACKS if len(parts) > MAX_PARTS else DAMAGED)
    if any(part.flag_bits & 0x1 for part in parts):
        raise RuleBroken(LOCKED)
    if any(part.compress_type not in (_STORED, _DEFLATED) for part in parts):
        raise RuleBroken(DAMAGED)
    if sum(part.file_size for part in parts) > MAX_INFLATED:
        raise RuleBroken(UNPACKS)


def _span(file: BinaryIO, part: zipfile.ZipInfo) -> tuple[int, int]:
    """Return where the packed bytes of *part* begin and end, by its own header, which must bear the same name."""
    file.seek(part.header_offset)
    header = file.read(30)
    magic, name_size, extra_size = struct.unpack("<4s22xHH", header)
    name = file.read(name_size)
    if magic != b"PK\x03\x04" or name.decode("utf-8", "replace").lower() != part.orig_filename.lower():
        raise zipfile.BadZipFile("the local header does not agree with the directory")
    start = part.header_offset + 30 + name_size + extra_size
    return start, start + part.compress_size


def _inflate(file: BinaryIO, part: zipfile.ZipInfo, start: int, end: int) -> Iterator[bytes]:
    """Yield the real bytes of *part*; what the directory says of their number and sum must be true."""
    file.seek(start)
    left, total, crc = end - start, 0, 0
    unpack = zlib.decompressobj(-15) if part.compress_type == _DEFLATED else None
    while left or (unpack and unpack.unconsumed_tail):
        tail = unpack.unconsumed_tail if unpack else b""
        packed = tail or file.read(min(_PIECE, left))
        left -= 0 if tail else len(packed)
        if not packed:
            raise RuleBroken(DAMAGED)
        piece = unpack.decompress(packed, _PIECE) if unpack else packed
        total += len(piece)
        crc = zlib.crc32(piece, crc)
        if total > part.file_size:
            raise RuleBroken(DAMAGED)
        if total > RATIO_FROM and total > MAX_RATIO * (end - start):
            raise RuleBroken(UNPACKS)
        yield piece
    if unpack:
        rest = unpack.flush()
        total, crc = total + len(rest), zlib.crc32(rest, crc)
        yield rest
    if total != part.file_size or crc != part.CRC:
        raise RuleBroken(DAMAGED)


_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\s(?=[^>]*\bt=["']e["'])[^>]*?\br=["']([A-Z]+\d+)["']""")
_NO_VALUE = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]+\d+)["'][^>]*>\s*<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
_SMALL = 4 * 1024 * 1024


class _Census:
    """Goes through the parts piece by piece and keeps the few facts wanted from them."""

    def __init__(self) -> None:
        self.odd: dict[str, dict[str, str]] = {}
        self.book: dict[str, bytes] = {}

    def read(self, name: str, pieces: Iterator[bytes]) -> None:
        """Take one part. A cell may lie across two pieces, so the end of a piece is looked at again."""
        lower = name.lower()
        keep = lower in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[content_types].xml")
        is_xml = lower.endswith((".xml", ".rels"))
        is_sheet = lower.startswith("xl/") and is_xml and "sheet" in lower
        odd: dict[str, str] = {}
        kept = tail = b""
        for piece in pieces:
            window = tail + piece
            if is_xml:
                if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise RuleBroken(DAMAGED)
                if not tail and window[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
                    raise RuleBroken(DAMAGED)
            if is_sheet and len(odd) < MAX_ODD_CELLS:
                odd.update((found.decode(), "formula") for found in _NO_VALUE.findall(window))
                odd.update((found.decode(), "error") for found in _ERROR_CELL.findall(window))
            tail = window[-2000:]
            if keep:
                kept += piece
                if len(kept) > _SMALL:
                    raise RuleBroken(UNPACKS)
        if keep:
            self.book[lower] = kept
        if odd:
            self.odd[lower] = odd

    def facts(self) -> Facts:
        """Return the facts, sheets called by the names people see."""
        if b"macroEnabled" in self.book.get("[content_types].xml", b""):
            raise RuleBroken(MACROS)
        try:
            book = ElementTree.fromstring(self.book["xl/workbook.xml"])
            links = ElementTree.fromstring(self.book["xl/_rels/workbook.xml.rels"])
        except (ElementTree.ParseError, KeyError) as broken:
            raise RuleBroken(DAMAGED) from broken
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        odd: dict[str, dict[str, str]] = {}
        from_1904 = False
        for element in book.iter():
            tag = element.tag.rpartition("}")[2]
            if tag == "workbookPr":
                from_1904 = element.get("date1904") in ("1", "true")
            if tag == "sheet":
                key = next((value for name, value in element.items() if name.endswith("}id")), "")
                target = targets.get(key, "").lower().lstrip("/")
                part = target if target.startswith("xl/") else f"xl/{target}"
                if part in self.odd:
                    odd[element.get("name", "")] = self.odd[part]
        return Facts(from_1904=from_1904, odd_cells=odd)
