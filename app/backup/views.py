"""«Резервные копии»: what lies on the shelf, what to worry about, and a copy made now. No family is seen here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app import acting
from app.acting import today
from app.backup.by_hand import begin
from app.backup.daily import NIGHTLY
from app.backup.shelf import Copy, megabytes, shelf
from app.base import RuleBroken
from app.extensions import db
from app.jobs.scheduled import last_run
from app.register.access import access, may
from app.register.field import local
from app.register.history import full_day
from app.register.pages import Act
from app.words import counted

SHOWN = 40
"""Copies on the page; with the usual rotation there are no more than 23."""


class Backups(BaseView):
    """The shelf of copies. Nothing can be taken away from here: an archive holds the families of the whole centre."""

    route_base = "/backups"
    default_view = "index"
    class_permission_name = "backups"

    @expose("/")
    @access("show")
    def index(self) -> str:
        """The last copy with its check, the free disk and the copies there are."""
        found = shelf(current_app.config["OPORA"])
        last = found.copies[0] if found.copies else None
        page: dict[str, Any] = {
            "title": "Резервные копии",
            "line": "В копии база, приложенные файлы и порядок работы центра. Ключей в ней нет, они хранятся отдельно.",
            "acts": (_make_act(),) if may(self, "work") else (),
            "warnings": found.warnings,
            "tiles": [
                {"label": "последняя копия", "value": _ago(last), "icon": "clock-history"},
                {"label": "её проверка", "value": _state(last)["text"], "icon": "shield-check"},
                {"label": "свободно на диске", "value": megabytes(found.free), "icon": "database"},
            ],
            "part": {
                "title": "Копии",
                "more": None,
                "rows": [_row(copy) for copy in found.copies[:SHOWN]],
                "blank": "Копий ещё нет. Сделайте первую: это займёт от нескольких секунд до нескольких минут.",
            },
            "nightly": _nightly(),
            "folder": str(found.folder),
        }
        return render_template("backups.html", page=page)

    @expose("/make", methods=["POST"])
    @access("work")
    def make(self) -> Response:
        """Have a copy made and checked, and lead to the page where one sees how far it is."""
        try:
            pk = begin(db.session(), by=acting.actor())
        except RuleBroken as refusal:
            flash(refusal.sentence, "warn")
            return redirect(url_for("Backups.index"))
        return redirect(url_for("Work.show", pk=pk))


def _nightly() -> str:
    """Return what the last copy of the night said, or that there will be one."""
    run = last_run(db.session(), NIGHTLY)
    if run is None or not run.outcome:
        return "Каждую ночь после трёх часов сервис делает копию сам и удаляет лишние старые."
    return f"Последняя ночная работа, {run.day:%d.%m.%Y}: {run.outcome}"


def _make_act() -> Act:
    return Act("make", "Сделать сейчас", url_for("Backups.make"), icon="archive", method="post", tone="primary")


def _made(copy: Copy) -> dt.datetime:
    """Return when *copy* was made by the clock of the centre; its name tells the clock of the machine."""
    return local(copy.made.astimezone())


def _ago(copy: Copy | None) -> str:
    if copy is None:
        return "ещё не было"
    made = _made(copy)
    days = (today() - made.date()).days
    at = f"{made:%H:%M}"
    return {0: f"сегодня в {at}", 1: f"вчера в {at}"}.get(days, counted(days, "день", "дня", "дней") + " назад")


def _state(copy: Copy | None) -> dict[str, str]:
    if copy is None:
        return {"text": "нет", "tone": "", "icon": ""}
    if copy.verdict is None:
        return {"text": "не проверена", "tone": "warn", "icon": ""}
    return {"text": "прошла" if copy.good else "не прошла", "tone": "ok" if copy.good else "bad", "icon": ""}


def _row(copy: Copy) -> dict[str, Any]:
    said = copy.verdict.said if copy.verdict is not None else "Копию не успели проверить."
    made = _made(copy)
    return {
        "when": f"{made:%d.%m.%Y}",
        "when_small": f"{made:%H:%M}",
        "tone": "",
        "what": f"{full_day(made.date())}, {megabytes(copy.size)}",
        "url": "",
        "text": f"{copy.path.name}. {said}",
        "act": None,
        "state": _state(copy),
    }
