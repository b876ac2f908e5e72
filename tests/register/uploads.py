"""Files as people bring them, made by code: pictures, PDF, office documents, and those that only look like them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(format_: str = "JPEG", size: tuple[int, int] = (320, 200), mode: str = "RGB", **saved: Any) -> bytes:
    """Return a picture whose left half is white and right half black."""
    drawn = Image.new("RGB", size, "white")
    drawn.paste("black", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    drawn.convert(mode).save(out, format_, **saved)
    return out.getvalue()


def photo(size: tuple[int, int] = (320, 200)) -> bytes:
    """Return a photograph taken on its side, with the place, the phone and a comment in it."""
    notes = Image.Exif()
    notes[ORIENTATION], notes[MAKER] = 6, "Телефон Тестовой".encode().decode("latin-1")
    notes.get_ifd(GPS)[1] = "N"
    return picture(size=size, exif=notes.tobytes(), comment=b"secret place")


def opened(content: bytes) -> Image.Image:
    """Return the picture in *content*."""
    return Image.open(io.BytesIO(content))


def pdf(words: str = "Test") -> bytes:
    """Return a PDF of one page that says *words*."""
    stream = f"BT /F1 24 Tf 40 120 Td ({words}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (len(objects) + 1, table, len(objects) + 1, len(out))


def packed(parts: dict[str, bytes | str]) -> bytes:
    """Return a zip of *parts*."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def docx(**more: bytes | str) -> bytes:
    """Return a Word document; *more* parts by name."""
    return packed({"[Content_Types].xml": TYPES, "word/document.xml": "<w:document/>", **more})


def xlsx(**more: bytes | str) -> bytes:
    """Return a workbook; *more* parts by name."""
    return packed({"[Content_Types].xml": TYPES, "xl/workbook.xml": "<workbook/>", **more})


def open_document(kind: str, **more: bytes | str) -> bytes:
    """Return an OpenDocument of *kind*: ``text`` or ``spreadsheet``; *more* parts by name."""
    return packed({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<office/>", **more})


def huge_png(side: int = 60_000) -> bytes:
    """Return a PNG of a few bytes that says it has *side* × *side* pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
