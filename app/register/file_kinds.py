"""What an attached file may be, decided by its content (checks U01-U04); the client's name and type are never believed.

The closed table is :data:`KINDS`. A picture is opened, turned upright and written anew (:mod:`app.register.pictures`);
an office document is a zip whose directory is looked through; a PDF is kept as it is. Everything else is refused by
one sentence that says what to do instead.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass

from app.base import RuleBroken
from app.register.pictures import clean_picture

MAX_SIZE = 25 * 2**20
"""Bytes of one file: thirty scanned pages at 300 dpi."""
MAX_PARTS = 5000
MAX_INFLATED = 300 * 2**20
MAX_RATIO = 200
_SMALL = 256 * 2**10


@dataclass(frozen=True)
class FileKind:
    """A kind of file that may be attached. *inline*: browsers show it, so it may be looked at in our own page."""

    code: str
    label: str
    media_type: str
    suffix: str
    icon: str
    inline: bool = False

    @property
    def is_picture(self) -> bool:
        """Whether it is drawn as a picture."""
        return self.media_type.startswith("image/")


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
KINDS: tuple[FileKind, ...] = (
    FileKind("pdf", "PDF", "application/pdf", ".pdf", "file-earmark-pdf", inline=True),
    FileKind("jpg", "снимок JPEG", "image/jpeg", ".jpg", "file-earmark-image", inline=True),
    FileKind("png", "картинка PNG", "image/png", ".png", "file-earmark-image", inline=True),
    FileKind("docx", "документ Word", f"{_OFFICE}wordprocessingml.document", ".docx", "file-earmark-word"),
    FileKind("xlsx", "книга Excel", f"{_OFFICE}spreadsheetml.sheet", ".xlsx", "file-earmark-spreadsheet"),
    FileKind("odt", "документ ODT", f"{_OPEN}text", ".odt", "file-earmark-text"),
    FileKind("ods", "таблица ODS", f"{_OPEN}spreadsheet", ".ods", "file-earmark-spreadsheet"),
    FileKind("txt", "текст", "text/plain", ".txt", "file-earmark-text"),
)
"""The closed table. A media type found in the database and not here is shown as a file to be downloaded."""
BY_CODE = {kind.code: kind for kind in KINDS}
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}
UNKNOWN = FileKind("", "файл", "application/octet-stream", "", "file-earmark")

ALLOWED = "PDF, JPEG, PNG, Word (.docx), Excel (.xlsx), ODT, ODS и текст"
EMPTY = "файл пустой. Проверьте его на компьютере и выберите снова."
TOO_LARGE = "файл больше 25 МБ. Разделите его на части или уменьшите качество скана."
DAMAGED = "файл повреждён и не открывается. Откройте его в программе, сохраните заново и выберите снова."
OTHER = f"такие файлы не принимаются. Можно приложить {ALLOWED}."
MACROS = "в файле есть макросы. Сохраните его без макросов (.docx или .xlsx) и выберите снова."
LOCKED = "документ закрыт паролем. Снимите пароль и выберите файл снова."
UNPACKS = "внутри файла слишком много данных. Сохраните нужное в новый документ и выберите его."
REMOTE = "документ берёт шаблон из интернета. Сохраните его как PDF и выберите снова."
OLD_OFFICE = "это документ старого образца (.doc или .xls). Сохраните его как .docx, .xlsx или PDF и выберите снова."
HEIC = (
    "снимок в формате HEIC. На iPhone откройте «Настройки» → «Камера» → «Форматы» → «Наиболее совместимые», "
    "снимите снова: получится JPEG."
)
CONVERT = "эта картинка не JPEG и не PNG. Откройте её и сохраните как JPEG или PDF, потом выберите снова."
CUT_PDF = "PDF оборван: конца файла нет. Сделайте скан заново или сохраните документ ещё раз."

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
_OTHER_PICTURES = (b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"II+\x00", b"\x00\x00\x01\x00", b"\xff\x0a")
_FROM_AFAR = re.compile(rb"""Target\s*=\s*["']\s*(?:https?|ftp):""", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognised(content: bytes, file_name: str) -> tuple[FileKind, bytes]:
    """Return the kind of *content* and the content to keep: a picture cleaned and upright, all else as it is.

    *file_name* only tells a plain text, which has no signature, from other things that are text.

    Raises:
        RuleBroken: it is not accepted; the sentence goes on after the name of the file.
    """
    if not content:
        raise RuleBroken(EMPTY)
    if len(content) > MAX_SIZE:
        raise RuleBroken(TOO_LARGE)
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-(64 * 2**10) :]:
            raise RuleBroken(CUT_PDF)
        return BY_CODE["pdf"], content
    if content.startswith(b"\xff\xd8\xff"):
        return BY_CODE["jpg"], clean_picture(content, "JPEG")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return BY_CODE["png"], clean_picture(content, "PNG")
    if content.startswith(b"PK"):
        return BY_CODE[_office_kind(content)], content
    _refuse_the_familiar(content)
    if file_name.lower().endswith(".txt") and _is_plain_text(content):
        return BY_CODE["txt"], content
    raise RuleBroken(OTHER)


def _refuse_the_familiar(content: bytes) -> None:
    """Say of kinds people really bring what to do with them."""
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise RuleBroken(HEIC)
    if content.startswith(_OTHER_PICTURES) or (content.startswith(b"RIFF") and content[8:12] == b"WEBP"):
        raise RuleBroken(CONVERT)
    if content.startswith(_OLE):
        # The names of streams in a compound file are UTF-16; an encrypted .docx has this one.
        raise RuleBroken(LOCKED if "EncryptedPackage".encode("utf-16-le") in content else OLD_OFFICE)


def _is_plain_text(content: bytes) -> bool:
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        start = text.lstrip()[:1]
        return start not in ("<", "") and not re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text)
    return False


# ---- office documents ----------------------------------------------------------------------------------------------

_MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}


def _office_kind(content: bytes) -> str:
    """Return the code of the office document inside the zip *content*. Only a few small parts are ever unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            _check_directory(parts, names)
            if "mimetype" in names:
                return _open_document(archive, names)
            return _office_open(archive, names)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError) as broken:
        # zipfile tells of a part locked by a password with a RuntimeError.
        raise RuleBroken(DAMAGED) from broken


def _check_directory(parts: list[zipfile.ZipInfo], names: set[str]) -> None:
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_INFLATED:
        raise RuleBroken(UNPACKS)
    if any(part.file_size > 2**20 and part.file_size > MAX_RATIO * max(part.compress_size, 1) for part in parts):
        raise RuleBroken(UNPACKS)
    if len(names) != len(parts):
        raise RuleBroken(DAMAGED)
    for name in names:
        plain = name.lower()
        if "vbaproject" in plain or "/macrosheets/" in plain or plain.startswith(("basic/", "scripts/")):
            raise RuleBroken(MACROS)
        if plain.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", plain) or ":" in plain:
            raise RuleBroken(DAMAGED)
    if any(part.flag_bits & 0x1 for part in parts):
        raise RuleBroken(LOCKED)


def _office_open(archive: zipfile.ZipFile, names: set[str]) -> str:
    main = next((part for part in _MAIN_PARTS if part in names), None)
    if main is None or "[Content_Types].xml" not in names:
        raise RuleBroken(OTHER)
    types = _small_part(archive, "[Content_Types].xml")
    if b"macroEnabled" in types or b"ms-office.vbaProject" in types:
        raise RuleBroken(MACROS)
    settings = "word/_rels/settings.xml.rels"
    if settings in names:
        for link in re.findall(rb"<Relationship\b[^>]*>", _small_part(archive, settings)):
            if b"attachedTemplate" in link and re.search(
                rb"""Target\s*=\s*["']\s*(?:https?|ftp):""", link, re.IGNORECASE
            ):
                raise RuleBroken(REMOTE)
    return _MAIN_PARTS[main]


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    kind = BY_MEDIA_TYPE.get(_small_part(archive, "mimetype").decode("ascii", "replace").strip())
    if kind is None or kind.code not in ("odt", "ods") or "content.xml" not in names:
        raise RuleBroken(OTHER)
    if "META-INF/manifest.xml" in names and b"encryption-data" in _small_part(archive, "META-INF/manifest.xml"):
        raise RuleBroken(LOCKED)
    return kind.code


def _small_part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        content = part.read(_SMALL + 1)
    if len(content) > _SMALL:
        raise RuleBroken(UNPACKS)
    return content


# ---- names ---------------------------------------------------------------------------------------------------------


def title_of(file_name: str) -> str:
    """Return a title for a file from the name its owner gave it: without folders, ending and invisible signs."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", file_name))[-1]
    name = "".join(sign if sign.isprintable() else " " for sign in name)
    stem = re.sub(r"\.(?!\d+$)[A-Za-zА-яЁё0-9]{1,5}$", "", " ".join(name.split())).strip(" .")
    return stem[:200].strip() or "Без названия"


def download_name(title: str, kind: FileKind) -> str:
    """Return the name a file is saved under: its title without signs no system allows, and the ending of its kind."""
    plain = " ".join(re.sub(r'[\x00-\x1f"*/:<>?\\|]', " ", title).split()).strip(" .")
    return (plain[:120].strip() or "Файл") + kind.suffix


def size_words(size: int) -> str:
    """Return bytes in words: «240 КБ», «1,2 МБ»."""
    if size < 2**20:
        return f"{max(1, round(size / 2**10))} КБ"
    return f"{size / 2**20:.1f} МБ".replace(".", ",")
