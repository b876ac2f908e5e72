"""The folder of backups: what lies there, what its checks have said, what may go and what to worry about."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from app.acting import now
from config import Settings

NAME = re.compile(r"opora-(\d{4}-\d\d-\d\d_\d{6})(?:-\d+)?\.zip")
STAMP = "%Y-%m-%d_%H%M%S"
TOO_OLD = dt.timedelta(days=2)
"""A daily copy that failed once is made tomorrow; after two days somebody has to look."""
LEAST_FREE = 1 << 30
"""Bytes of free disk below which the next copies may not fit."""


@dataclass(frozen=True)
class Verdict:
    """What the check of an archive has said: *said* is a Russian sentence, *at* a moment in ISO."""

    ok: bool
    said: str
    at: str


@dataclass(frozen=True)
class Copy:
    """An archive on the shelf. *made* is the local time of the machine that made it; no *verdict*: never checked."""

    path: Path
    made: dt.datetime
    size: int
    verdict: Verdict | None

    @property
    def good(self) -> bool:
        """Whether it was restored into a scratch place and found whole."""
        return self.verdict is not None and self.verdict.ok


def name_for(folder: Path) -> Path:
    """Return a free name for an archive made now."""
    stamp = f"{now().astimezone():{STAMP}}"
    path, number = folder / f"opora-{stamp}.zip", 1
    while path.exists():
        number += 1
        path = folder / f"opora-{stamp}-{number}.zip"
    return path


def copies(folder: Path) -> list[Copy]:
    """Return the archives in *folder*, the newest first; files of other names are nobody's business here."""
    found = []
    for path in folder.glob("opora-*.zip") if folder.is_dir() else ():
        named = NAME.fullmatch(path.name)
        if named:
            made = dt.datetime.strptime(named[1], STAMP)
            found.append(Copy(path, made, path.stat().st_size, _verdict(path)))
    return sorted(found, key=lambda copy: (copy.made, copy.path.name), reverse=True)


def keep_verdict(path: Path, verdict: Verdict) -> None:
    """Write what the check of *path* has said beside it."""
    said = _beside(path)
    fresh = said.with_name(f"{said.name}.part")
    fresh.write_text(json.dumps(asdict(verdict), ensure_ascii=False), "utf-8")
    fresh.replace(said)


def _verdict(path: Path) -> Verdict | None:
    try:
        return Verdict(**json.loads(_beside(path).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.check.json")


# ---- rotation -----------------------------------------------------------------------------------------------------


def rotate(settings: Settings) -> list[str]:
    """Delete the archives nobody needs any more and return their names."""
    found = copies(settings.backups)
    stays = kept(found, daily=settings.keep_daily, weekly=settings.keep_weekly, monthly=settings.keep_monthly)
    gone = [copy for copy in found if copy.path not in stays]
    for copy in gone:
        copy.path.unlink(missing_ok=True)
        _beside(copy.path).unlink(missing_ok=True)
    return [copy.path.name for copy in gone]


def kept(found: Sequence[Copy], *, daily: int, weekly: int, monthly: int) -> frozenset[Path]:
    """Return which archives stay: the newest good one of each of the last days, weeks and months that have one.

    Days without a copy do not count, so a centre whose schedule has stopped loses nothing. An archive that has not
    passed its check counts for no day, and stays until a good one is newer.
    """
    good = sorted((copy for copy in found if copy.good), key=lambda copy: copy.made, reverse=True)
    stays: set[Path] = set()
    for number, period in ((daily, "%Y-%m-%d"), (weekly, "%G-%V"), (monthly, "%Y-%m")):
        newest: dict[str, Path] = {}
        for copy in good:
            newest.setdefault(f"{copy.made:{period}}", copy.path)
        stays.update(list(newest.values())[:number])
    last = good[0].made if good else dt.datetime.min
    stays.update(copy.path for copy in found if not copy.good and copy.made > last)
    return frozenset(stays)


# ---- what to worry about ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shelf:
    """The folder as the administrator sees it; *warnings* are Russian sentences, the worst first."""

    folder: Path
    copies: list[Copy]
    free: int
    warnings: list[str]


def shelf(settings: Settings) -> Shelf:
    """Return the shelf of the installation with what is wrong about it."""
    found = copies(settings.backups)
    place = settings.backups if settings.backups.is_dir() else settings.instance
    free = shutil.disk_usage(place).free
    warnings = []
    newest_good = next((copy for copy in found if copy.good), None)
    if newest_good is None:
        warnings.append("Проверенной копии ещё нет. Сделайте её сейчас.")
    elif now().astimezone().replace(tzinfo=None) - newest_good.made > TOO_OLD:
        warnings.append(
            "Последней проверенной копии больше двух дней. Сделайте новую и проверьте, работает ли расписание."
        )
    if found and found[0].verdict is not None and not found[0].good:
        warnings.append(f"Последняя копия не прошла проверку. {found[0].verdict.said}")
    if free < max(LEAST_FREE, 3 * found[0].size if found else 0):
        warnings.append(f"На диске с копиями осталось {megabytes(free)}. Освободите место, иначе копии не поместятся.")
    if place.stat().st_dev == settings.instance.stat().st_dev:
        warnings.append(
            "Копии лежат на том же диске, что и программа. Если диск сломается, пропадут и они: "
            "укажите папку на другом диске (OPORA_BACKUPS)."
        )
    return Shelf(settings.backups, found, free, warnings)


def megabytes(size: int) -> str:
    """Return *size* bytes as people say it: «340 МБ», «12,5 ГБ»."""
    if size < 1 << 20:
        return f"{max(1, size >> 10)}\u00a0КБ"
    if size < 1 << 30:
        return f"{size >> 20}\u00a0МБ"
    return f"{size / (1 << 30):.1f}\u00a0ГБ".replace(".", ",")
