"""What an attached file may be is decided by its content (checks U01-U04)."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.base import RuleBroken
from app.register import file_kinds, pictures
from app.register.file_kinds import KINDS, MAX_SIZE, download_name, recognised, size_words, title_of
from app.register.pictures import LONGEST_SIDE, clean_picture
from tests.make import refused
from tests.register import uploads

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

GOOD = {
    "pdf": uploads.pdf(),
    "jpg": uploads.picture(),
    "png": uploads.picture("PNG"),
    "docx": uploads.docx(),
    "xlsx": uploads.xlsx(),
    "odt": uploads.open_document("text"),
    "ods": uploads.open_document("spreadsheet"),
    "txt": "Справка\r\nдля Тестовой".encode("cp1251"),
}


def test_every_kind_of_the_table_has_an_example_here() -> None:
    assert set(GOOD) == {kind.code for kind in KINDS}


@pytest.mark.parametrize("code", GOOD)
def test_a_kind_is_known_by_its_content_whatever_its_name_says(code: str) -> None:
    kind, content = recognised(GOOD[code], "прочее.txt" if code == "txt" else "program.exe")
    assert kind.code == code
    assert kind.is_picture or content == GOOD[code]


REFUSED = {
    "nothing": (b"", "a.pdf", file_kinds.EMPTY),
    "too large": (b"%PDF-1.4" + bytes(MAX_SIZE), "a.pdf", file_kinds.TOO_LARGE),
    "a program as PDF": (b"MZ" + bytes(100), "a.pdf", file_kinds.OTHER),
    "a page as picture": (b"<html><script>alert(1)</script>", "a.jpg", file_kinds.OTHER),
    "a page as text": (b"  <html><script>alert(1)</script>", "a.txt", file_kinds.OTHER),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "a.svg", file_kinds.OTHER),
    "text without the ending": (b"plain words", "a.bat", file_kinds.OTHER),
    "bytes as text": (b"words\x00\x01", "a.txt", file_kinds.OTHER),
    "HEIC": (b"\x00\x00\x00\x18ftypheic" + bytes(40), "IMG_1.HEIC", file_kinds.HEIC),
    "TIFF": (b"II*\x00" + bytes(40), "scan.tif", file_kinds.CONVERT),
    "GIF": (b"GIF89a" + bytes(40), "a.gif", file_kinds.CONVERT),
    "WebP": (b"RIFF\x00\x00\x00\x00WEBP" + bytes(40), "a.webp", file_kinds.CONVERT),
    "old Word": (OLE, "a.doc", file_kinds.OLD_OFFICE),
    "a locked document": (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", file_kinds.LOCKED),
    "a cut PDF": (uploads.pdf()[:-40], "a.pdf", file_kinds.CUT_PDF),
    "macros by part": (uploads.docx(**{"word/vbaProject.bin": b"x"}), "a.docx", file_kinds.MACROS),
    "macros by type": (
        uploads.packed({"[Content_Types].xml": "<x macroEnabled/>", "xl/workbook.xml": "x"}),
        "a.xlsx",
        file_kinds.MACROS,
    ),
    "macros of LibreOffice": (
        uploads.open_document("text", **{"Basic/Standard/Module1.xml": "x"}),
        "a.odt",
        file_kinds.MACROS,
    ),
    "a locked ODT": (
        uploads.open_document("text", **{"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
        "a.odt",
        file_kinds.LOCKED,
    ),
    "a template from afar": (
        uploads.docx(
            **{
                "word/_rels/settings.xml.rels": '<Relationship Type="…/attachedTemplate" Target="https://example.test/"/>'
            }
        ),
        "a.docx",
        file_kinds.REMOTE,
    ),
    "a plain zip": (uploads.packed({"a.txt": "x"}), "a.docx", file_kinds.OTHER),
    "a presentation": (uploads.open_document("presentation"), "a.odp", file_kinds.OTHER),
    "a cut zip": (uploads.docx()[:-30], "a.docx", file_kinds.DAMAGED),
    "a way out of the zip": (uploads.docx(**{"../evil": "x"}), "a.docx", file_kinds.DAMAGED),
    "a zip bomb": (uploads.docx(**{"word/media/a": bytes(20 * 2**20)}), "a.docx", file_kinds.UNPACKS),
    "too many parts": (uploads.docx(**{f"p{n}": b"" for n in range(5001)}), "a.docx", file_kinds.UNPACKS),
    "a large list of types": (
        uploads.packed({"[Content_Types].xml": random.Random(1).randbytes(300 * 2**10), "xl/workbook.xml": "x"}),
        "a.xlsx",
        file_kinds.UNPACKS,
    ),
    "a picture bomb": (uploads.huge_png(), "a.png", pictures.TOO_MANY_PIXELS),
    "a large picture": (uploads.huge_png(7000), "a.png", pictures.TOO_MANY_PIXELS),
    "half a photograph": (uploads.picture(size=(900, 900))[:1500], "a.jpg", pictures.BROKEN),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_accepted_is_refused_with_a_way_out(what: str) -> None:
    content, name, sentence = REFUSED[what]
    with refused(sentence):
        recognised(content, name)


def test_a_photograph_stands_upright_and_forgets_place_phone_and_comment() -> None:
    made = clean_picture(uploads.photo(), "JPEG")
    drawn = uploads.opened(made)
    assert drawn.size == (200, 320)
    # The white half was on the left of a picture turned a quarter, so now it is on top.
    assert drawn.getpixel((100, 10)) > (250, 250, 250) and drawn.getpixel((100, 310)) < (5, 5, 5)
    assert dict(drawn.getexif()) == {} and b"secret" not in made and b"Exif" not in made
    assert not {"exif", "comment", "icc_profile"} & drawn.info.keys()


def test_a_scan_forgets_its_comments_too() -> None:
    notes = PngInfo()
    notes.add_text("Author", "secret person")
    made = clean_picture(uploads.picture("PNG", pnginfo=notes), "PNG")
    assert b"secret" not in made and uploads.opened(made).size == (320, 200)


def test_a_large_photograph_is_made_smaller_and_a_small_one_is_left() -> None:
    assert uploads.opened(clean_picture(uploads.picture(size=(4032, 3024)), "JPEG")).size == (LONGEST_SIDE, 2250)
    assert uploads.opened(clean_picture(uploads.picture(size=(640, 480)), "JPEG")).size == (640, 480)


@pytest.mark.parametrize(
    ("format_", "mode", "kept"),
    [
        ("JPEG", "L", "L"),
        ("JPEG", "CMYK", "RGB"),
        ("PNG", "1", "L"),
        ("PNG", "P", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "LA", "LA"),
    ],
)
def test_a_picture_of_any_mode_is_drawn(format_: str, mode: str, kept: str) -> None:
    assert uploads.opened(clean_picture(uploads.picture(format_, mode=mode), format_)).mode == kept


def test_sixteen_bits_of_grey_become_eight_and_not_white() -> None:
    out = io.BytesIO()
    Image.new("I;16", (8, 8), 40_000).save(out, "PNG")
    assert uploads.opened(clean_picture(out.getvalue(), "PNG")).getpixel((0, 0)) == 156


def test_the_same_photograph_is_drawn_the_same_twice() -> None:
    assert clean_picture(uploads.photo(), "JPEG") == clean_picture(uploads.photo(), "JPEG")


@pytest.mark.filterwarnings("ignore")  # Pillow warns of notes it cannot read.
@pytest.mark.parametrize("code", ["jpg", "png", "docx", "odt", "pdf"])
def test_damaged_bytes_are_taken_or_refused_and_never_a_failure(code: str) -> None:
    """U09: 300 files of each kind with bytes changed or cut off at random."""
    chance = random.Random(7)
    whole = uploads.photo() if code == "jpg" else GOOD[code]
    refusals = 0
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        if chance.random() < 0.2:
            del damaged[chance.randrange(8, len(damaged)) :]
        try:
            recognised(bytes(damaged), f"a.{code}")
        except RuleBroken:
            refusals += 1
    assert 0 < refusals < 300


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("Справка МСЭ.pdf", "Справка МСЭ"),
        ("C:\\Documents\\скан 1.jpg", "скан 1"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n.pdf", "a b"),
        ("приказ № 5 от 01.02.2026", "приказ № 5 от 01.02.2026"),
        (".pdf", "Без названия"),
        ("х" * 400 + ".pdf", "х" * 200),
    ],
)
def test_a_title_comes_from_the_name_without_folders_and_ending(given: str, title: str) -> None:
    assert title_of(given) == title


def test_a_file_is_saved_under_its_title_with_the_ending_of_its_kind() -> None:
    assert download_name('Акт: "итог" / 2026?', file_kinds.BY_CODE["pdf"]) == "Акт итог 2026.pdf"
    assert download_name("...", file_kinds.BY_CODE["jpg"]) == "Файл.jpg"


def test_a_size_is_told_in_words() -> None:
    assert [size_words(size) for size in (1, 240 * 2**10, 1_258_291, 25 * 2**20)] == [
        "1 КБ",
        "240 КБ",
        "1,2 МБ",
        "25,0 МБ",
    ]
