"""One archive of an installation: a zip whose manifest names each member with its size and SHA-256.

A zip is opened by every system, its list of members stands at its end (so a cut file is noticed at once), and it
grows beyond 4 GB. It is written under another name and gets its own when it is on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, Any

from app.backup import BackupRefused

FORMAT = 1
"""The shape of the archive; one that is newer is refused."""

MANIFEST = "manifest.json"
ANCHOR = "journal.json"
FILES = "files/"
PROFILES = "profiles/"
_CHUNK = 1 << 20
_MOST_MANIFEST = 256 << 20


@dataclass(frozen=True)
class Member:
    """A file of the archive: its bytes and the SHA-256 of its content in hex."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself.

    *made_at* is a moment in ISO; *revision* the schema the database stands at; *keys* the prints of the keys that open
    what is sealed in it; *counts* the rows of each table; *lost* the attached files that were not in the store, and
    *removed* those somebody deleted while the backup was made.
    """

    version: str
    made_at: str
    backend: str
    revision: str | None
    keys: dict[str, str]
    counts: dict[str, int]
    members: dict[str, Member]
    server: str = ""
    lost: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    format: int = FORMAT
    product: str = "opora"

    @property
    def size(self) -> int:
        """Bytes of everything in it, unpacked."""
        return sum(member.size for member in self.members.values())


def product_version() -> str:
    """Return the version of the installed product."""
    return version("opora")


class Writer:
    """Adds members to an archive and keeps their sizes and prints."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=1)
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: IO[bytes], *, pack: bool = True) -> None:
        """Add the content of *source* as *name*; *pack* False for what is packed already, as pictures are."""
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        info.compress_type = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as into:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                into.write(chunk)
        self.members[name] = Member(size, digest.hexdigest())

    def close(self, manifest: Manifest) -> None:
        """Write the manifest and the list of members."""
        self._zip.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
        self._zip.close()

    def abandon(self) -> None:
        """Let go of an archive that will not be finished."""
        self._zip.fp = None  # Closing it would write a list of members and make half an archive look like a whole.


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """Give a writer whose archive appears at *path* whole, on the disk, when the block ends well; else nothing does."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with ExitStack() as undo:
        undo.callback(part.unlink, missing_ok=True)
        with open(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb"
        ) as out:
            writer = Writer(out)
            undo.callback(writer.abandon)
            yield writer
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        sync_folder(path.parent)
        undo.pop_all()


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* survive a power cut; Windows does that by itself and opens no folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def manifest_of(path: Path) -> Manifest:
    """Return the manifest of the archive at *path*.

    Raises:
        BackupRefused: there is no such file, it is no archive of this product, or it is broken or newer.
    """
    with _opened(path) as archive:
        return _manifest(archive, path)


def checked(path: Path) -> Manifest:
    """Read every byte of the archive and return its manifest.

    Raises:
        BackupRefused: a member is missing, is not named in the manifest, or is not what it was.
    """
    with _opened(path) as archive:
        found = _manifest(archive, path)
        for name in found.members:
            _copied(archive, name, found.members[name], None, path)
    return found


def unpacked(path: Path, folder: Path, *, only: frozenset[str] | None = None) -> Manifest:
    """Write the members (*only* these, if given) into *folder*, each checked and on the disk; return the manifest.

    Raises:
        BackupRefused: the archive is broken.
    """
    with _opened(path) as archive:
        found = _manifest(archive, path)
        for name, member in found.members.items():
            if only is None or name in only:
                target = folder / name
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with target.open("xb") as out:
                    _copied(archive, name, member, out, path)
                    out.flush()
                    os.fsync(out.fileno())
                target.chmod(0o600)
    return found


def copied_file(source: Path, target: Path) -> None:
    """Copy a small file for its owner's eyes, whole or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb") as out:
        with source.open("rb") as content:
            shutil.copyfileobj(content, out)
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)
    sync_folder(target.parent)


# ---- reading what may be broken -----------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError as missing:
        raise BackupRefused(f"Файла {path} нет. Проверьте имя: список копий показывает opora backups") from missing
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError) as broken:
        raise _broken(path) from broken


def _broken(path: Path, what: str = "файл обрезан или изменён") -> BackupRefused:
    return BackupRefused(f"Копия {path.name} повреждена: {what}. Возьмите другую копию.")


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    names = archive.namelist()
    if MANIFEST not in names:
        raise BackupRefused(f"{path.name} не копия Опоры: в ней нет описи {MANIFEST}.")
    if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
        raise _broken(path, "опись слишком велика")
    try:
        said = json.loads(_read(archive, MANIFEST, path))
        form, product = said["format"], said["product"]
    except (ValueError, KeyError, TypeError) as unread:
        raise _broken(path, "опись не читается") from unread
    if product != "opora":
        raise BackupRefused(f"{path.name} не копия Опоры.")
    if not isinstance(form, int) or form > FORMAT:
        raise BackupRefused(f"Копия {path.name} сделана более новой версией программы. Обновите программу и повторите.")
    try:
        found = _read_manifest(said)
    except (KeyError, TypeError, ValueError, AttributeError) as unread:
        raise _broken(path, "опись не читается") from unread
    if sorted(names) != sorted([MANIFEST, *found.members]):
        raise _broken(path, "состав не сходится с описью")
    for name in found.members:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name:
            raise _broken(path, "имя в архиве выводит за его пределы")
    return found


def _read_manifest(said: dict[str, Any]) -> Manifest:
    members = {str(name): Member(int(one["size"]), str(one["sha256"])) for name, one in said["members"].items()}
    return Manifest(
        version=str(said["version"]),
        made_at=str(said["made_at"]),
        backend=str(said["backend"]),
        revision=said["revision"],
        keys={str(number): str(mark) for number, mark in said["keys"].items()},
        counts={str(table): int(number) for table, number in said["counts"].items()},
        members=members,
        server=str(said.get("server", "")),
        lost=[str(name) for name in said.get("lost", ())],
        removed=[str(name) for name in said.get("removed", ())],
    )


def _read(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    try:
        return archive.read(name)
    except zlib.error as broken:
        raise _broken(path) from broken


def _copied(archive: zipfile.ZipFile, name: str, member: Member, out: IO[bytes] | None, path: Path) -> None:
    """Copy one member into *out*, or nowhere, and compare it with what the manifest says."""
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if size > member.size:
                    break
                if out is not None:
                    out.write(chunk)
    except zlib.error as broken:
        raise _broken(path) from broken
    if Member(size, digest.hexdigest()) != member:
        raise _broken(path, f"{name} не сходится с описью")
