"""Bring a state back, or bring the installation up to the program: built beside the living one, then swapped with it.

::

    archive → checked → unpacked beside → opened, counted → migrated up → prepared → checked again → swapped
              └────────────── whatever fails here, the living state was never touched ────────┘   └ or put back

An upgrade is the same road with a fresh archive of the living state and without its files.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from app import sealing
from app.acting import now
from app.backup import BackupRefused
from app.backup.archive import ANCHOR, FILES, PROFILES, Manifest, checked, copied_file, manifest_of, unpacked
from app.backup.contents import differences, examined
from app.backup.locks import closed
from app.backup.making import Made, make
from app.backup.shelf import megabytes
from app.backup.store import store_of
from app.backup.swapping import NOTE, Move, Swap, healed, perform
from app.database import upgrade as migrate
from config import ROOT, Settings

BESIDE = "replacing.new"
"""The folder a new state is built in."""

Prepare = Callable[[Settings], object]
"""What an installation needs beside its tables, done on the new state before it is anybody's."""


@dataclass(frozen=True)
class Replaced:
    """What took place: *kept* says where the old state is, *revision* is the schema of the new one."""

    manifest: Manifest
    kept: str
    revision: str | None


def restore(settings: Settings, path: Path, prepare: Prepare, *, keys_from: Path | None = None) -> Replaced:
    """Put the state kept in the archive at *path* in place of the living one, which stays aside.

    *keys_from* is a folder with the keys of the archive, for a machine that has others or none.

    Raises:
        BackupRefused: the archive does not match, or the service runs. Everything is as it was.
    """
    healed(settings)
    manifest = manifest_of(path)
    keyring = (keys_from / "keyring") if keys_from else settings.keyring
    _refuse_mismatch(settings, manifest, path.name, keyring)
    with closed(settings):
        checked(path)
        return _replace(settings, path, manifest, prepare, "restore", keys_from=keys_from, whole=True)


def upgrade(settings: Settings, prepare: Prepare, *, folder: Path | None = None) -> tuple[Made, Replaced]:
    """Copy the installation, bring a second one up to this program, check it and let it take the place of the first.

    Raises:
        BackupRefused: a step failed. Everything is as it was.
    """
    healed(settings)
    with closed(settings):
        barred = store_of(settings).may_load()
        if barred:
            raise BackupRefused(f"Обновить нельзя: {barred}")
        made = make(settings, folder)
        if not made.verdict.ok:
            raise BackupRefused(f"Обновление не начато: копия не прошла проверку. {made.verdict.said}")
        return made, _replace(settings, made.path, made.manifest, prepare, "upgrade", keys_from=None, whole=False)


# ---- what does not match ------------------------------------------------------------------------------------------


def _refuse_mismatch(settings: Settings, manifest: Manifest, name: str, keyring: Path) -> None:
    backend = settings.database_url.get_backend_name()
    if manifest.backend != backend:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise BackupRefused(
            f"Копия {name} сделана с базы {names.get(manifest.backend, manifest.backend)}, а здесь {names[backend]}. "
            "Восстановить её можно только в базу того же вида: поменяйте OPORA_DATABASE_URL."
        )
    known = {script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()}
    if manifest.revision is not None and manifest.revision not in known:
        raise BackupRefused(
            f"Копия {name} сделана более новой версией программы ({manifest.version}). Обновите программу и повторите."
        )
    if not keyring.exists():
        raise BackupRefused(
            f"Файла ключей {keyring} нет, а без него закрытые сведения из копии не прочесть. "
            "Укажите папку с ключами: --keys-from ПАПКА"
        )
    sealing.load_keyring(keyring)
    mine = {str(number): mark for number, mark in sealing.fingerprints().items()}
    if any(mine.get(number) != mark for number, mark in manifest.keys.items()):
        raise BackupRefused(
            f"Копия {name} закрыта другими ключами: закрытые сведения из неё было бы не прочесть. "
            "Найдите ключи, сохранённые вместе с ней, и укажите их папку: --keys-from ПАПКА"
        )
    free, need = shutil.disk_usage(settings.instance).free, manifest.size + manifest.size // 4
    if free < need:
        raise BackupRefused(
            f"Для восстановления нужно {megabytes(need)}, а на диске {megabytes(free)}. Освободите место."
        )
    barred = store_of(settings).may_load()
    if barred:
        raise BackupRefused(f"Восстановить нельзя: {barred}")


# ---- building beside, swapping ------------------------------------------------------------------------------------


def _replace(
    settings: Settings,
    path: Path,
    manifest: Manifest,
    prepare: Prepare,
    what: str,
    *,
    keys_from: Path | None,
    whole: bool,
) -> Replaced:
    store, beside = store_of(settings), settings.instance / BESIDE
    stamp = f"{now().astimezone():%Y%m%d_%H%M%S}"
    aside = _free(settings.instance / f"before-{what}-{stamp}")
    with ExitStack() as clean:
        if beside.exists():
            shutil.rmtree(beside)
        beside.mkdir(mode=0o700)
        clean.callback(_clear, settings, beside)
        unpacked(path, beside, only=None if whole else frozenset({store.member, ANCHOR}))
        loaded = store.load(beside / store.member, "new")
        clean.callback(store.drop, loaded)  # After the swap there is none of its name.
        keyring = keys_from / "keyring" if keys_from else settings.keyring
        revision = _brought_up(dataclasses.replace(loaded, instance=beside, keyring=keyring), manifest, prepare)
        swap = store.swap(loaded, aside, stamp)
        moves = _moves(settings, beside, aside, keys_from, clean) if whole else []
        perform(settings, Swap([*moves, *swap.moves], swap.rename))
    kept = f"база {swap.rename.aside}" if swap.rename else ""
    folder = f"папка {aside}" if aside.exists() else ""
    return Replaced(manifest, " и ".join(filter(None, (folder, kept))), revision)


def _clear(settings: Settings, beside: Path) -> None:
    """Delete the folder of the new state, unless something of it is still to be put back from the note."""
    if not (settings.instance / NOTE).exists():
        shutil.rmtree(beside, ignore_errors=True)


def _brought_up(loaded: Settings, manifest: Manifest, prepare: Prepare) -> str | None:
    """Migrate and prepare the second installation, checked before and after; return the schema it stands at."""
    anchor = loaded.instance / ANCHOR
    found, wrong = examined(loaded, anchor)
    wrong = wrong or differences(manifest.counts, found.counts)
    if wrong:
        raise BackupRefused(f"Копия не сошлась с описью. {wrong} Всё осталось как было.")
    try:
        migrate(loaded)
        prepare(loaded)
    except (SQLAlchemyError, CommandError, RuntimeError) as failure:
        raise BackupRefused(
            f"Таблицы не обновились ({type(failure).__name__}). Всё осталось как было, работайте на прежней версии."
        ) from failure
    found, wrong = examined(loaded, anchor)
    if wrong:
        raise BackupRefused(f"После обновления таблиц проверка не прошла. {wrong} Всё осталось как было.")
    return found.revision


def _moves(settings: Settings, beside: Path, aside: Path, keys_from: Path | None, clean: ExitStack) -> list[Move]:
    """Return the moves of everything that is not in the database."""
    names = [FILES.rstrip("/"), PROFILES.rstrip("/"), ANCHOR]
    pairs = [(settings.instance / name, beside / name, aside / name) for name in names]
    moves = [Move(live, fresh if fresh.exists() else None, old) for live, fresh, old in pairs]
    if keys_from is not None:
        for live, name in ((settings.keyring, "keyring"), (settings.instance / "secret_key", "secret_key")):
            if (keys_from / name).exists():
                # Beside the living one, so that the move stays on one disk wherever the keys are kept.
                fresh = live.with_name(f"{live.name}.new")
                clean.callback(fresh.unlink, missing_ok=True)
                copied_file(keys_from / name, fresh)
                moves.append(Move(live, fresh, live.with_name(f"{aside.name}-{live.name}")))
    return moves


def _free(path: Path) -> Path:
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found
