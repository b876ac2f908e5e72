"""How far a job is, in words for whoever waits for it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from app.acting import Actor
from app.jobs import rules
from app.jobs.models import Job, JobStatus
from app.register.pages import Badge
from app.web import moment
from app.words import counted

STATES: dict[JobStatus, Badge] = {
    JobStatus.QUEUED: Badge("в очереди", "", "hourglass-split"),
    JobStatus.RUNNING: Badge("выполняется", "info", "play-circle"),
    JobStatus.DONE: Badge("готово", "ok", "check-circle"),
    JobStatus.FAILED: Badge("не получилось", "bad", "x-circle"),
    JobStatus.CANCELLED: Badge("отменено", "", "slash-circle"),
}

SURE_AFTER = 3.0
"""Seconds of work before anything is said about how long the rest will take."""


@dataclass(frozen=True)
class State:
    """What the page of a job shows and its script asks for again; *percent* None: nobody knows how much there is."""

    status: str
    percent: int | None
    doing: str
    left: str
    is_open: bool


def state_of(job: Job, pulse: dict[str, Any] | None, cancel_asked: bool) -> State:
    """Return how far *job* is by its last *pulse*."""
    if job.status not in rules.OPEN:
        return State(job.status.value, None, "", "", is_open=False)
    if cancel_asked:
        return State(job.status.value, None, "Отменяется. Это займёт несколько секунд.", "", is_open=True)
    if job.status is JobStatus.QUEUED or pulse is None:
        said = "Ждёт своей очереди: сначала закончатся задания, начатые раньше."
        return State(job.status.value, None, said, "", is_open=True)
    done, total, doing = pulse.get("done", 0), pulse.get("total"), pulse.get("doing") or "Готовится"
    if not total:
        known = f"{doing}: {_number(done)}" if done else doing
        return State(job.status.value, None, known, "", is_open=True)
    percent = min(100, int(done * 100 / total))
    return State(job.status.value, percent, f"{doing}: {_number(done)} из {_number(total)}", left(pulse), is_open=True)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def left(pulse: dict[str, Any]) -> str:
    """Return how long the rest will take at the speed so far, roughly, as people say it."""
    spent = max(0.0, pulse.get("at", time.time()) - pulse["began"])
    done, total = pulse["done"], pulse["total"]
    if done <= 0 or spent < SURE_AFTER:
        return "Сколько осталось, станет видно через несколько секунд."
    rest = spent / done * max(0, total - done)
    if rest < 10:
        return "Осталось несколько секунд."
    if rest < 55:
        return "Осталось меньше минуты."
    minutes = round(rest / 60)
    if minutes < 60:
        return f"Осталось около {counted(max(1, minutes), 'минуты', 'минут', 'минут')}."
    return f"Осталось больше {counted(minutes // 60, 'часа', 'часов', 'часов')}."


def row_of(job: Job, by: Actor, url: str) -> dict[str, Any]:
    """Return *job* as a line of the list, as ``work_panel`` of the macros wants it."""
    day, _, clock = moment(job.created_at, by.zone).partition(", ")
    text = "" if job.status in rules.OPEN else job.outcome or ""
    if rules.file_of(job):
        text = f"{text} Файл хранится до {moment(job.keep_until, by.zone)}."
    return {"when": day, "when_small": clock, "what": job.title, "url": url, "text": text, "state": STATES[job.status]}
