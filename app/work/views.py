"""The screens of long work: the list, the page of one job with its progress, cancelling, the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from flask import Response, abort, flash, jsonify, redirect, render_template, url_for
from flask_appbuilder import BaseView, expose
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app import acting
from app.base import RuleBroken
from app.extensions import db
from app.jobs import results, rules
from app.jobs.models import Job
from app.jobs.queue import TROUBLES
from app.jobs.running import jobs
from app.register import workbook
from app.register.access import PK, signed_in
from app.register.pages import Act, Blank
from app.web import moment
from app.work.words import STATES, State, row_of, state_of


def writes_apart(route: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a POST whose own transaction only reads: it must not wait for the write lock of the job it stops."""
    route.writes_apart = True  # type: ignore[attr-defined]  # read where a request begins, in app/security.py
    return route


class Work(BaseView):
    """What somebody has asked for and may leave alone. Everybody sees his own, the administrator too."""

    route_base = "/work"
    default_view = "index"
    class_permission_name = "work"

    @expose("/")
    @signed_in
    def index(self) -> str:
        """My jobs, the newest first."""
        session, by = db.session(), acting.actor()
        rows = [row_of(job, by, url_for("Work.show", pk=job.id)) for job in rules.history(session, by)]
        rules.note_seen(session, by)
        blank = Blank(
            "Заданий пока нет",
            "Здесь появится то, что готовится долго: большая выгрузка, загрузка из Excel. Ждать на странице не нужно.",
            "hourglass-split",
        )
        return render_template("work/list.html", part={"title": "Задания за месяц", "rows": rows}, blank=blank)

    @expose(f"/{PK}")
    @signed_in
    def show(self, pk: int) -> str:
        """One job: how far it is, or what came of it."""
        session, by = db.session(), acting.actor()
        job = _own(session, pk)
        state = _state(job)
        if not state.is_open:
            rules.note_seen(session, by)
        page: dict[str, Any] = {
            "title": job.title,
            "state": STATES[job.status],
            "progress": state,
            "waits": "Отчёт готовится" if job.code.startswith("export.") else "Работа идёт",
            "state_url": url_for("Work.state", pk=pk),
            "started": moment(job.started_at, by.zone),
            "finished": moment(job.finished_at, by.zone),
            "outcome": "" if state.is_open else job.outcome,
            "kept_until": moment(job.keep_until, by.zone) if rules.file_of(job) else "",
            "file_gone": bool(job.file_name) and not rules.file_of(job),
            "acts": _acts(job, state),
        }
        return render_template("work/show.html", page=page)

    @expose(f"/{PK}/state")
    @signed_in
    def state(self, pk: int) -> Response:
        """The same as JSON, asked for by the page's script once a second."""
        return jsonify(asdict(_state(_own(db.session(), pk))))

    @expose(f"/{PK}/cancel", methods=["POST"])
    @writes_apart
    @signed_in
    def cancel(self, pk: int) -> AnyResponse:
        """Stop a job at its next step."""
        job = _own(db.session(), pk)
        try:
            rules.cancel(job, by=acting.actor())
        except RuleBroken as refusal:
            flash(refusal.sentence, "warn")
        except TROUBLES:
            flash("Отменить сейчас не получилось. Повторите через минуту.", "bad")
        return redirect(url_for("Work.show", pk=pk))

    @expose(f"/{PK}/file")
    @signed_in
    def file(self, pk: int) -> Response:
        """The file a job made, while it is kept and the person sees what he saw then."""
        session = db.session()
        job = _own(session, pk)
        key = rules.file_of(job)
        if key is None or not (jobs().folder / key).is_file():
            abort(404, "Файл хранился сутки и убран. Выгрузите его заново из того же раздела.")
        if not rules.may_take(session, job):
            abort(404, "С тех пор изменилось, какие сведения вам открыты. Выгрузите файл заново из того же раздела.")
        name = job.file_name or f"{pk}.xlsx"
        kind = workbook.MIME if name.endswith(".xlsx") else "application/octet-stream"
        response = Response(results.read(jobs().folder, key), mimetype=kind)
        plain, russian = f"job-{pk}{PurePath(name).suffix}", quote(name, safe="")
        response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{russian}"
        return response


def _own(session: Session, pk: int) -> Job:
    """Return a job of the acting person; a foreign one is answered as a missing one."""
    return rules.owned(session, acting.actor(), pk) or abort(404)


def _state(job: Job) -> State:
    queue = jobs().queue
    try:
        pulse, cancelled = queue.pulse(job.id), queue.is_cancel_asked(job.id)
    except TROUBLES:
        pulse, cancelled = None, False
    return state_of(job, pulse, cancelled)


def _acts(job: Job, state: State) -> tuple[Act, ...]:
    if state.is_open:
        url = url_for("Work.cancel", pk=job.id)
        return (Act("cancel", "Отменить задание", url, icon="x-lg", method="post", tone="quiet"),)
    made = []
    if rules.file_of(job):
        made.append(Act("file", "Скачать файл", url_for("Work.file", pk=job.id), icon="download", tone="primary"))
    if job.next_url:
        made.append(Act("next", "Открыть, что получилось", job.next_url, icon="arrow-right"))
    return tuple(made)
