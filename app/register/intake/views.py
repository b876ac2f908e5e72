"""«Загрузка из Excel»: the file, what was understood of it, and the load; nothing is written before the last step.

::

    upload ─► preview ⇄ other columns, answers on twins ─► load (all) ─► the file is removed
                  │                                          └─ (good rows) ─► result ─► the rest is given back
                  └────► cancel ─► the file is removed
"""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from pathlib import Path

from flask import abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app import acting
from app.base import RuleBroken
from app.extensions import db
from app.register.access import access
from app.register.editing import Refused, committed
from app.register.intake import giveback, memory, waiting, work
from app.register.intake import page as pages
from app.register.intake.form_sheet import PREFIX
from app.register.intake.importer import Importer, importers
from app.register.intake.long_load import begun_if_long
from app.register.intake.of_register import of_key
from app.register.intake.preview import TITLE, answers_from, preview_of, result_of
from app.register.intake.waiting import WaitingFile
from app.words import counted

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TOKEN = "<string(length=32):token>"
_GONE = "Этот файл уже загружен, отменён или ждал больше суток. Выберите его снова."


class Import(BaseView):
    """Loading a workbook of any layout by one of the importers."""

    route_base = "/import"
    default_view = "index"
    class_permission_name = "import"

    @expose("/")
    @access("show")
    def index(self) -> str:
        """Choose a file."""
        return _draw_upload(request.args.get("sheet", ""))

    @expose("/", methods=["POST"])
    @access("work")
    def upload(self) -> Response | str:
        """Take the file and look whether it can be read; a refused one is not kept."""
        allowed = _allowed(request.form.get("sheet", ""))
        wanted = request.form.get("sheet", allowed[0].key if allowed else "")
        importer = next((one for one in allowed if one.key == wanted), None) or abort(403)
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            return _draw_upload(wanted, "Выберите файл с вашего компьютера.")
        by, name = acting.actor(), Path(sent.filename.replace("\\", "/")).name
        with closing(sent):
            kept = waiting.keep(_folder(), sent.stream, name, importer.key, by=by)
        try:
            work.plan_of(db.session(), importer, kept, by=by)
        except RuleBroken as refusal:
            waiting.drop(kept)
            return _draw_upload(wanted, refusal.sentence)
        return redirect(url_for("Import.check", token=kept.token))

    @expose(f"/{_TOKEN}/")
    @access("work")
    def check(self, token: str) -> Response | str:
        """Show what loading would do."""
        found = _found(token)
        if found is None:
            return _gone()
        kept, importer = found
        try:
            seen = work.plan_of(db.session(), importer, kept, by=acting.actor())
        except RuleBroken as refusal:
            # The base changed: what could be read yesterday is refused today.
            waiting.drop(kept)
            return _draw_upload(importer.key, refusal.sentence)
        return render_template("import_preview.html", page=preview_of(importer, kept, seen, request.args))

    @expose(f"/{_TOKEN}/columns", methods=["POST"])
    @access("work")
    def columns(self, token: str) -> Response:
        """Read the file anew with the columns as corrected, and remember them for the next file of this kind."""
        found = _found(token)
        if found is None:
            return _gone()
        kept, importer = found
        session, by = db.session(), acting.actor()
        here = redirect(url_for("Import.check", token=token))
        try:
            changed = pages.mapping_from(request.form, work.plan_of(session, importer, kept, by=by).plan)
            reading = work.plan_of(session, importer, kept, by=by, mapping=changed).plan.reading
            committed(session, lambda: memory.remember(session, importer.sheet, reading, by=by))
        except (RuleBroken, Refused) as refusal:
            flash(refusal.sentence, "bad")
            return here
        waiting.remember(kept, mapping=changed)
        flash("Файл прочитан заново по вашим столбцам. В следующий раз они подставятся сами.", "ok")
        return here

    @expose(f"/{_TOKEN}/load", methods=["POST"])
    @access("work")
    def load(self, token: str) -> Response:
        """Load what was seen: all of it or the ready items; the plan is made and judged again."""
        found, how = _found(token), request.form.get("how", "all")
        if found is None:
            return _gone()
        if how not in ("all", "good"):
            abort(400)
        kept, importer = found
        by, good_rows, seen = acting.actor(), how == "good", request.form.get("stamp", "")
        if seen and kept.loaded == seen:
            # The button was pressed twice: the first press has loaded what both saw.
            return redirect(url_for("Import.result", token=token))
        try:
            begun = begun_if_long(db.session(), importer, kept, by=by, good_rows=good_rows, seen=seen)
            if begun is not None:
                return begun
            done = work.load_waiting(db.session(), importer, kept, by=by, good_rows=good_rows, seen=seen)
        except (RuleBroken, Refused) as refusal:
            flash(refusal.sentence, "bad")
            return redirect(url_for("Import.check", token=token))
        if done.left_out:
            return redirect(url_for("Import.result", token=token))
        flash(done.sentence, "ok")
        return redirect(done.back_url)

    @expose(f"/{_TOKEN}/answers", methods=["POST"])
    @access("work")
    def answers(self, token: str) -> Response:
        """Keep who is meant by whom: the answers on likely twins."""
        found = _found(token)
        if found is None:
            return _gone()
        kept, importer = found
        try:
            plan = work.plan_of(db.session(), importer, kept, by=acting.actor()).plan
        except RuleBroken as refusal:
            flash(refusal.sentence, "bad")
            return redirect(url_for("Import.check", token=token))
        given = answers_from(request.form, plan)
        waiting.remember(kept, answers={**kept.answers, **given})
        flash(f"Запомнили: {counted(len(given), 'ответ', 'ответа', 'ответов')}.", "ok")
        return redirect(url_for("Import.check", token=token, _anchor="twins"))

    @expose(f"/{_TOKEN}/done")
    @access("work")
    def result(self, token: str) -> Response | str:
        """Show what was loaded, and give back the rest."""
        found = _found(token)
        if found is None:
            return _gone()
        kept, importer = found
        if kept.done is None:
            return redirect(url_for("Import.check", token=token))
        return render_template("import_result.html", page=result_of(importer, kept, kept.done))

    @expose(f"/{_TOKEN}/rest")
    @access("work")
    def rest(self, token: str) -> Response:
        """Give back the workbook with the rows that are still to be mended."""
        found = _found(token)
        if found is None:
            return _gone()
        kept, importer = found
        try:
            plan = work.plan_of(db.session(), importer, kept, by=acting.actor()).plan
        except RuleBroken as refusal:
            flash(refusal.sentence, "bad")
            return redirect(url_for("Import.index"))
        made = giveback.rest_of(importer.sheet, kept, plan)
        answer = send_file(
            BytesIO(made), mimetype=XLSX, as_attachment=True, download_name=giveback.file_name(kept.name), max_age=0
        )
        return answer

    @expose(f"/{_TOKEN}/cancel", methods=["POST"])
    @access("work")
    def cancel(self, token: str) -> Response:
        """Throw the file away."""
        found = _found(token)
        if found is not None:
            waiting.drop(found[0])
            work.forget(token)
        loaded = found is not None and found[0].done is not None
        flash("Файл удалён." if loaded else "Загрузка отменена. В базу ничего не записано, файл удалён.", "ok")
        return redirect(url_for("Import.index"))


def _folder() -> Path:
    return waiting.folder_of(current_app.config)


def _allowed(asked: str = "") -> list[Importer]:
    """Return the importers the signed-in person may use; that of a register when it is *asked* for."""
    own = of_key(asked)
    if own is not None:
        return [own]
    has = current_app.extensions["appbuilder"].sm.has_access
    usable = (one for one in importers().every if one.is_for(acting.actor()))
    return [one for one in usable if has(f"can_{one.permission[1]}", one.permission[0])]


def _found(token: str) -> tuple[WaitingFile, Importer] | None:
    """Return the person's own waiting file and its importer; the right to load is looked at in each step."""
    kept = waiting.find(_folder(), token, by=acting.actor())
    if kept is None:
        return None
    importer = next((one for one in _allowed(kept.importer) if one.key == kept.importer), None) or abort(403)
    return kept, importer


def _gone() -> Response:
    flash(_GONE, "warn")
    return redirect(url_for("Import.index"))


def _sheets() -> list[tuple[str, str]]:
    """Return the registers whose own sheet is taken out, mended and brought back where their list leads here."""
    found = ((of_key(f"{PREFIX}{one.fills}"), one) for one in importers().every if one.instead)
    return [(made.label, url_for("FromExcel.page", key=one.fills)) for made, one in found if made is not None]


def _draw_upload(chosen: str = "", error: str = "") -> str:
    choices = tuple((one.key, one.label) for one in _allowed(chosen))
    about = {
        "title": TITLE,
        "line": "Ваша таблица в любом виде: сначала система покажет, что поняла.",
        "crumbs": (),
        "url": url_for("Import.upload"),
        "error": error,
        "choices": choices,
        "chosen": chosen if chosen in dict(choices) else next(iter(dict(choices)), ""),
        "accept": ".xlsx,.csv",
        "hint": "Подойдут .xlsx и .csv до 20 МБ. Файл хранится до конца загрузки, но не дольше суток.",
        "recent": None,
        "sheets": _sheets(),
    }
    return render_template("import_upload.html", page=about)
