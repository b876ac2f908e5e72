"""Rotation keeps the newest good copy of each day, week and month; a bad one never pushes a good one out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from app.acting import clock_at
from app.backup import daily
from app.backup.daily import run_daily
from app.backup.making import Made
from app.backup.shelf import STAMP, Copy, Verdict, copies, keep_verdict, kept, megabytes, name_for, rotate, shelf
from config import Settings

TODAY = dt.datetime(2026, 11, 22, 3, 15)
GOOD, BAD = Verdict(True, "Сошлась.", ""), Verdict(False, "Файл обрезан.", "")


def copy(made: dt.datetime, verdict: Verdict | None = GOOD) -> Copy:
    """Return a copy made then."""
    return Copy(Path(f"opora-{made:{STAMP}}.zip"), made, 1, verdict)


def days_kept(found: list[Copy], **limits: int) -> list[str]:
    """Return the days of the copies that stay, the newest first."""
    limits = {"daily": 7, "weekly": 4, "monthly": 12, **limits}
    return sorted((path.name[6:16] for path in kept(found, **limits)), reverse=True)


def test_three_years_of_nightly_copies_leave_a_week_a_month_and_a_year() -> None:
    found = [copy(TODAY - dt.timedelta(days=days)) for days in range(3 * 365)]
    assert days_kept(found) == [
        "2026-11-22", "2026-11-21", "2026-11-20", "2026-11-19", "2026-11-18", "2026-11-17", "2026-11-16",
        "2026-11-15", "2026-11-08", "2026-11-01", "2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31",
        "2026-06-30", "2026-05-31", "2026-04-30", "2026-03-31", "2026-02-28", "2026-01-31", "2025-12-31",
    ]  # fmt: skip


def test_of_one_day_the_last_copy_stays() -> None:
    found = [copy(TODAY), copy(TODAY + dt.timedelta(hours=5))]
    assert kept(found, daily=7, weekly=4, monthly=12) == {found[1].path}


def test_a_schedule_that_stopped_loses_nothing() -> None:
    found = [copy(TODAY - dt.timedelta(days=400 + days)) for days in range(3)]
    assert len(kept(found, daily=7, weekly=0, monthly=0)) == 3


def test_a_copy_that_did_not_pass_counts_for_no_day_and_stays_until_a_good_one_is_newer() -> None:
    good, bad = copy(TODAY - dt.timedelta(days=3)), copy(TODAY, BAD)
    unchecked = copy(TODAY - dt.timedelta(days=1), None)
    assert kept([good, bad, unchecked], daily=1, weekly=0, monthly=0) == {good.path, bad.path, unchecked.path}
    newer = copy(TODAY + dt.timedelta(days=1))
    assert kept([good, bad, unchecked, newer], daily=1, weekly=0, monthly=0) == {newer.path}


def laid(settings: Settings, made: dt.datetime, verdict: Verdict | None = GOOD) -> Path:
    """Put a file on the shelf that bears the name of an archive."""
    settings.backups.mkdir(exist_ok=True)
    path = settings.backups / f"opora-{made:{STAMP}}.zip"
    path.write_bytes(b"x")
    if verdict is not None:
        keep_verdict(path, verdict)
    return path


def test_rotation_deletes_archives_with_their_verdicts_and_nothing_else(on_sqlite: Settings) -> None:
    for days in range(60):
        laid(on_sqlite, TODAY - dt.timedelta(days=days))
    stranger = on_sqlite.backups / "opora-letters.zip"
    stranger.write_bytes(b"")
    gone = rotate(on_sqlite)
    assert len(gone) + len(copies(on_sqlite.backups)) == 60
    assert stranger.exists()
    assert len(list(on_sqlite.backups.glob("*.check.json"))) == len(copies(on_sqlite.backups))
    assert rotate(on_sqlite) == []


def test_the_nightly_copy_is_made_once_a_day_and_rotates(on_sqlite: Settings) -> None:
    now = dt.datetime.now().astimezone()
    for days in range(10, 70):
        laid(on_sqlite, now.replace(tzinfo=None) - dt.timedelta(days=days))
    said = run_daily(on_sqlite, now.date())
    assert said.startswith("Копия opora-") and "сделана и проверена. Удалено" in said
    assert run_daily(on_sqlite, now.date()) == "Копия за сегодня уже есть."


def test_a_nightly_copy_that_does_not_pass_deletes_nothing(
    on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in range(60):
        laid(on_sqlite, TODAY - dt.timedelta(days=days))
    bad = laid(on_sqlite, TODAY + dt.timedelta(days=1), BAD)
    monkeypatch.setattr(daily, "make", lambda _: Made(bad, None, BAD))  # type: ignore[arg-type]
    assert run_daily(on_sqlite, TODAY.date() + dt.timedelta(days=1)) == (
        f"Копия {bad.name} не прошла проверку. Файл обрезан."
    )
    assert len(copies(on_sqlite.backups)) == 61


def test_two_copies_in_one_second_get_two_names(tmp_path: Path) -> None:
    with clock_at(dt.datetime(2026, 11, 22, 3, 15, tzinfo=dt.UTC)):
        first = name_for(tmp_path)
        first.write_bytes(b"")
        assert name_for(tmp_path).name == f"{first.stem}-2.zip"


def test_the_shelf_says_when_the_last_copy_failed(on_sqlite: Settings) -> None:
    now = dt.datetime.now()
    laid(on_sqlite, now - dt.timedelta(hours=3))
    laid(on_sqlite, now, BAD)
    assert shelf(on_sqlite).warnings[0] == "Последняя копия не прошла проверку. Файл обрезан."


def test_a_verdict_that_cannot_be_read_is_none(on_sqlite: Settings) -> None:
    path = laid(on_sqlite, TODAY)
    path.with_name(f"{path.name}.check.json").write_text("{")
    assert [one.verdict for one in copies(on_sqlite.backups)] == [None]


@pytest.mark.parametrize(
    ("size", "said"), [(1, "1 КБ"), (5 << 20, "5 МБ"), (1 << 30, "1,0 ГБ"), (13_421_772_800, "12,5 ГБ")]
)
def test_sizes_are_said_as_people_say_them(size: int, said: str) -> None:
    assert megabytes(size).replace("\u00a0", " ") == said
