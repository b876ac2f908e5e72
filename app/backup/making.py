"""Make an archive of an installation while people work in it, then prove that it can be restored.

The order is the point: the journal's mark, then the rows, then the files. A mark older than the rows is found among
them; a file that came after the rows is an orphan nobody sees; a file that is missing was either deleted meanwhile,
with its row, or was lost before, which is told.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import sealing
from app.acting import now
from app.backup import BackupRefused
from app.backup.archive import (
    ANCHOR,
    FILES,
    PROFILES,
    Manifest,
    Writer,
    copied_file,
    product_version,
    unpacked,
    written,
)
from app.backup.contents import Contents, differences, examined
from app.backup.locks import copying
from app.backup.shelf import Verdict, keep_verdict, name_for
from app.backup.store import Store, store_of
from app.words import counted
from config import Settings

SCRATCH_FOLDER = "backup.tmp"
UNFINISHED = (".part", ".tmp", ".new")
"""Endings of files that are not yet what they will be."""


@dataclass(frozen=True)
class Made:
    """An archive, what it says of itself and what its check said."""

    path: Path
    manifest: Manifest
    verdict: Verdict


Told = Callable[[int, int | None, str], None]
"""Told how far the making is: steps done, of how many, what is being done. What it raises stops the making."""
_STEPS = 2


def _unheard(done: int, total: int | None, doing: str) -> None:
    """Take what nobody asked for."""


def make(settings: Settings, folder: Path | None = None, *, told: Told = _unheard) -> Made:
    """Make an archive in *folder* (else where backups lie), check it, and return both.

    Between its steps *told* hears how far it is; stopped there, nothing is left behind.

    An archive that does not pass its check stays: of a damaged installation it may be the best there is.

    Raises:
        BackupRefused: another one is being made, there is nothing to copy, or the tools are lacking.
        OSError: the disk is full or the folder cannot be written to; nothing is left behind.
    """
    target = folder or settings.backups
    with copying(settings), _scratch(settings) as scratch:
        store = store_of(settings)
        store.ready()
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in target.glob("opora-*.zip.part"):
            left.unlink()
        path = name_for(target)
        told(0, _STEPS, "Копируются база и файлы")
        manifest = _write(settings, store, path, scratch)
        with ExitStack() as unwanted:
            unwanted.callback(path.unlink)
            told(1, _STEPS, "Копия восстанавливается на пробу")
            unwanted.pop_all()
        verdict = _check(settings, store, path, scratch / "check")
        keep_verdict(path, verdict)
        told(_STEPS, _STEPS, "Готово")
    return Made(path, manifest, verdict)


def verify(settings: Settings, path: Path) -> Verdict:
    """Restore the archive at *path* into a scratch place, compare, and keep and return what was found."""
    with copying(settings), _scratch(settings) as scratch:
        verdict = _check(settings, store_of(settings), path, scratch / "check")
        keep_verdict(path, verdict)
    return verdict


def keep_keys(settings: Settings, folder: Path) -> list[Path]:
    """Copy the keys into *folder*, which is no folder of backups, and return the copies.

    Raises:
        BackupRefused: the folder is the one backups lie in, or another installation's keys lie there.
    """
    if folder.resolve() == settings.backups.resolve():
        raise BackupRefused(
            "Ключи нельзя класть рядом с копиями: кто возьмёт копию, прочтёт всё. Назовите другую папку."
        )
    made = []
    for source, name in ((settings.keyring, "keyring"), (settings.instance / "secret_key", "secret_key")):
        if source.exists():
            target = folder / name
            if target.exists() and not _continues(target.read_bytes(), source.read_bytes()):
                raise BackupRefused(f"{target}: там лежат другие ключи. Назовите другую папку.")
            copied_file(source, target)
            made.append(target)
    return made


def _continues(old: bytes, new: bytes) -> bool:
    """Whether *new* holds all keys of *old*: a keyring only grows."""
    return set(old.split()) <= set(new.split())


@contextmanager
def _scratch(settings: Settings) -> Iterator[Path]:
    """Give an empty folder for what is thrown away; one left by a killed process is emptied first."""
    folder = settings.instance / SCRATCH_FOLDER
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# ---- writing ------------------------------------------------------------------------------------------------------


def _write(settings: Settings, store: Store, path: Path, scratch: Path) -> Manifest:
    anchor = settings.instance / ANCHOR
    mark = anchor.read_bytes() if anchor.exists() else None
    dump = scratch / store.member
    held = store.dump(dump)
    with written(path) as archive:
        with dump.open("rb") as content:
            archive.add(store.member, content)
        if mark is not None:
            archive.add(ANCHOR, io.BytesIO(mark))
        _add_folder(archive, settings.instance / "profiles", PROFILES, pack=True)
        _add_folder(archive, settings.instance / "files", FILES, pack=False)
        lost, removed = _missing(store, held, archive)
        manifest = Manifest(
            version=product_version(),
            made_at=now().isoformat(timespec="seconds"),
            backend=store.backend,
            revision=held.revision,
            keys={str(number): mark for number, mark in sealing.fingerprints().items()},
            counts=held.counts,
            members=archive.members,
            server=store.server(),
            lost=lost,
            removed=removed,
        )
        archive.close(manifest)
    dump.unlink()
    return manifest


def _add_folder(archive: Writer, folder: Path, prefix: str, *, pack: bool) -> None:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_symlink() or not path.is_file() or path.name.endswith(UNFINISHED):
            continue
        try:
            content = path.open("rb")
        except FileNotFoundError:
            continue  # Deleted since the folder was read; whether its row went too is asked afterwards.
        with content:
            archive.add(prefix + path.relative_to(folder).as_posix(), content, pack=pack)


def _missing(store: Store, held: Contents, archive: Writer) -> tuple[list[str], list[str]]:
    """Return the attached files of the copied rows that are not in the archive: lost before, or removed meanwhile."""
    have = {name.removeprefix(FILES) for name in archive.members if name.startswith(FILES)}
    have |= {name.rpartition("/")[2] for name in have}
    missing = sorted(name for name in held.stored if name not in have)
    if not missing:
        return [], []
    still = store.stored_now()
    return [name for name in missing if name in still], [name for name in missing if name not in still]


# ---- checking -----------------------------------------------------------------------------------------------------


def _check(settings: Settings, store: Store, path: Path, folder: Path) -> Verdict:
    """Restore *path* into *folder* and return the verdict; a refusal is the verdict too."""
    try:
        ok, said = _restored(store, path, folder)
    except BackupRefused as refusal:
        ok, said = False, str(refusal)
    return Verdict(ok, said, now().isoformat(timespec="seconds"))


def _restored(store: Store, path: Path, folder: Path) -> tuple[bool, str]:
    manifest = unpacked(path, folder)
    lost = counted(len(manifest.lost), "файла", "файлов", "файлов")
    hint = f" В хранилище не нашлось {lost} из карточек: они пропали ещё до копии." if manifest.lost else ""
    dump = folder / store.member
    barred = store.may_load()
    if barred:
        wrong = store.listed(dump)
        return not wrong, wrong or f"Проверены только файлы и опись базы: {barred}" + hint
    with ExitStack() as clean:
        loaded = store.load(dump, "check")
        clean.callback(store.drop, loaded)
        found, wrong = examined(loaded, folder / ANCHOR)
        wrong = wrong or differences(manifest.counts, found.counts)
        if not wrong and found.revision != manifest.revision:
            wrong = "Таблицы копии не той версии, что в описи."
    return not wrong, wrong or "Копия восстановлена на пробу и сошлась с описью." + hint
