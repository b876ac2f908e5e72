"""«Загрузка из Excel»: the file, what was understood of it, and the load; nothing is written before the last step.

::

    upload ─► preview ⇄ other columns ─► load (all, or the ready families) ─► the file is removed
                  └────► cancel ─► the file is removed
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app import acting
from app.base import RuleBroken
from app.cases import import_page as page
from app.cases.intake_files import WaitingFile, drop, find, keep, remap
from app.cases.intake_load import LoadResult, load
from app.cases.intake_plan import Plan, preview
from app.cases.sheets import FAMILIES
from app.extensions import db
from app.register.access import access
from app.register.editing import Refused, committed
from app.register.pages import Act
from app.register.sheet import open_workbook
from app.words import counted

TITLE = "Загрузка из Excel"
_TOKEN = "<string(length=32):token>"
_GONE = "Этот файл уже загружен, отменён или ждал больше суток. Выберите его снова."


class Import(BaseView):
    """Loading a bank of families from a workbook of any layout."""

    route_base = "/import"
    default_view = "index"
    class_permission_name = "import"

    @expose("/")
    @access("show")
    def index(self) -> str:
        """Choose a file."""
        return _draw_upload()

    @expose("/", methods=["POST"])
    @access("work")
    def upload(self) -> Response | str:
        """Take the file and look whether it can be read; a refused one is not kept."""
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            return _draw_upload("Выберите файл с вашего компьютера.")
        waiting = keep(_folder(), sent.stream, Path(sent.filename.replace("\\", "/")).name, by=acting.actor())
        try:
            _plan(waiting)
        except RuleBroken as refusal:
            drop(waiting)
            return _draw_upload(refusal.sentence)
        return redirect(url_for("Import.check", token=waiting.token))

    @expose(f"/{_TOKEN}/")
    @access("work")
    def check(self, token: str) -> Response | str:
        """Show what loading would do."""
        waiting = _waiting(token)
        if waiting is None:
            return _gone()
        try:
            plan = _plan(waiting)
        except RuleBroken as refusal:
            # The base changed: what could be read yesterday is refused today.
            drop(waiting)
            return _draw_upload(refusal.sentence)
        return render_template("import_preview.html", page=_preview(waiting, plan))

    @expose(f"/{_TOKEN}/columns", methods=["POST"])
    @access("work")
    def columns(self, token: str) -> Response:
        """Read the file anew with the columns as corrected."""
        waiting = _waiting(token)
        if waiting is None:
            return _gone()
        here = redirect(url_for("Import.check", token=token))
        try:
            changed = page.mapping_from(request.form, _plan(waiting))
            _plan(waiting, changed)
        except RuleBroken as refusal:
            flash(refusal.sentence, "bad")
            return here
        remap(waiting, changed)
        flash("Файл прочитан заново по вашим столбцам.", "ok")
        return here

    @expose(f"/{_TOKEN}/load", methods=["POST"])
    @access("work")
    def load(self, token: str) -> Response:
        """Load what was seen: all of it or the ready families; the plan is made and judged again."""
        waiting, how = _waiting(token), request.form.get("how", "all")
        if waiting is None:
            return _gone()
        if how not in ("all", "good"):
            abort(400)
        by, seen = acting.actor(), request.form.get("stamp", "")

        def step() -> LoadResult:
            return load(db.session(), _plan(waiting), by=by, good_rows=how == "good", seen=seen)

        try:
            done = committed(db.session(), step)
        except Refused as refusal:
            flash(refusal.sentence, "bad")
            return redirect(url_for("Import.check", token=token))
        drop(waiting)
        flash(_done(done), "ok")
        return redirect(url_for("Families.list"))

    @expose(f"/{_TOKEN}/cancel", methods=["POST"])
    @access("work")
    def cancel(self, token: str) -> Response:
        """Throw the file away."""
        waiting = _waiting(token)
        if waiting is not None:
            drop(waiting)
        flash("Загрузка отменена. В базу ничего не записано, файл удалён.", "ok")
        return redirect(url_for("Import.index"))


def _folder() -> Path:
    return Path(current_app.config["OPORA"].instance) / "imports"


def _waiting(token: str) -> WaitingFile | None:
    return find(_folder(), token, by=acting.actor())


def _gone() -> Response:
    flash(_GONE, "warn")
    return redirect(url_for("Import.index"))


def _plan(waiting: WaitingFile, mapping: Any = None) -> Plan:
    """Read the file and judge it against the base.

    Raises:
        RuleBroken: it holds no bank of families that can be read, or the columns do not fit.
    """
    # Reading a large book takes seconds, and nobody else can save while this request holds the base.
    db.session.commit()
    book = open_workbook(waiting.path, waiting.name)
    return preview(db.session(), book, mapping or waiting.mapping or None, by=acting.actor())


def _draw_upload(error: str = "") -> str:
    about = {
        "title": TITLE,
        "line": "Банк данных о семьях в вашей таблице, в любом виде: сначала система покажет, что поняла.",
        "crumbs": (),
        "url": url_for("Import.upload"),
        "error": error,
        "choices": (("families", "Семьи с детьми"),),
        "chosen": "families",
        "accept": ".xlsx,.csv",
        "hint": "Подойдут .xlsx и .csv до 20 МБ. Файл хранится до конца загрузки, но не дольше суток.",
        "recent": None,
    }
    return render_template("import_upload.html", page=about)


def _preview(waiting: WaitingFile, plan: Plan) -> dict[str, Any]:
    here = url_for("Import.check", token=waiting.token)
    view = page.chosen_view(plan, request.args.get("view", ""))
    wanted = [family for family in plan.families if not view or family.verdict == view]
    number = request.args.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    families = wanted[(at - 1) * page.PAGE : at * page.PAGE] if at else []
    heads = page.heads_of(plan, families)
    ready = len(plan.to_load)
    ways = [
        {"value": "all", "label": "Всё или ничего.",
         "hint": "Сначала исправлю отмеченное в файле и загружу его снова." if plan.problems else ""},
    ]  # fmt: skip
    if plan.problems:
        left = len(plan.families) - ready - plan.counts[page.Verdict.UNCHANGED]
        ways.append(
            {"value": "good", "label": f"Только готовые: {page.families_words(ready)}.",
             "hint": f"Не загрузится: {page.families_words(left)}."}
        )  # fmt: skip
    return {
        "title": "Проверьте, прежде чем загрузить",
        "line": _line(waiting, plan),
        "crumbs": ((TITLE, url_for("Import.index")),),
        "cancel": Act("cancel", "Отменить загрузку", url_for("Import.cancel", token=waiting.token), "x-lg", "post"),
        "hidden": (("stamp", plan.stamp),),
        "map_url": url_for("Import.columns", token=waiting.token),
        "columns": page.columns_of(plan),
        "targets": [(target, FAMILIES.label(target)) for target in FAMILIES.targets()],
        "views": page.views_of(plan, here, view),
        "heads": [label for _, label in heads],
        "rows": page.rows_of(plan, families, heads),
        "repeated": page.repeated(plan),
        "pager": page.pager_of(len(wanted), at, here, view),
        "shown": f"Показано: {page.families_words(len(families))} из {len(wanted)}." if wanted else "",
        "marked_url": "",
        "url": url_for("Import.load", token=waiting.token),
        "ways": ways,
        "chosen": "good" if plan.problems else "all",
        "save": f"Загрузить {page.families_to_load(ready)}" if ready else "",
        "promise": "Семьи запишутся все сразу или не запишется ни одна." if ready else _nothing(plan),
    }


def _line(waiting: WaitingFile, plan: Plan) -> str:
    sheets = ", ".join(f"«{table.name}»" for table in plan.reading.tables)
    children = counted(plan.new_children, "ребёнок", "ребёнка", "детей")
    unread = "".join(f" Лист «{name}» не прочитан: {why}." for name, why in plan.reading.unread)
    return (
        f"Файл «{waiting.name}», лист {sheets}. Новых: {page.families_words(plan.new_families)}, "
        f"{children}.{unread} Пока ничего не записано."
    )


def _nothing(plan: Plan) -> str:
    if plan.missing:
        lacking = sorted({label for labels in plan.missing.values() for label in labels})
        return f"не найдены столбцы: {', '.join(lacking)}. Выберите их выше и прочитайте файл заново."
    return "исправьте отмеченное в файле и выберите его снова." if plan.problems else "всё из этого файла уже есть."


def _done(done: LoadResult) -> str:
    children = counted(done.children, "ребёнок", "ребёнка", "детей")
    left = f" Не загружено: {page.families_words(done.left_out)}." if done.left_out else ""
    return f"Загружено: {page.families_words(done.families)}, {children}.{left}"
