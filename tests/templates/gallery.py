"""A tiny app that draws every template from invented data; the gallery test walks through it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask, abort, flash, jsonify, render_template, request
from flask_wtf import CSRFProtect

import app.web
from app.web import init_web
from tests.templates import office, work
from tests.templates.samples import CONFLICT, EMPTY, FACTS, FORM, HISTORY, LIST, PASSWORD, SHELL, detail

ROOT = Path(app.web.__file__).parent

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "list": ("register/list.html", {"page": LIST}),
    "empty": ("register/list.html", {"page": EMPTY}),
    "detail": ("register/detail.html", {"page": detail(parts=(FACTS, replace(FACTS, legend="Жильё")))}),
    "related": ("register/detail.html", {"page": detail(related=replace(LIST, rows=LIST.rows[:4]))}),
    "history": ("register/detail.html", {"page": detail(history=HISTORY, older_url="/history?before=9")}),
    "form": ("register/form.html", {"page": FORM}),
    "conflict": ("register/conflict.html", {"page": CONFLICT}),
    "bulk": (
        "register/bulk_result.html",
        {"title": "Назначить куратора", "done": 12, "skipped": work.SKIPPED, "back_url": "/list"},
    ),
    "home": ("home.html", work.HOME),
    "first": ("home.html", work.FIRST_RUN),
    "waiting": ("waiting.html", {"page": work.WAITING}),
    "programme": ("programme.html", {"page": work.PROGRAMME}),
    "meeting": ("meeting.html", {"page": work.MEETING}),
    "upload": ("import_upload.html", {"page": office.UPLOAD}),
    "preview": ("import_preview.html", {"page": office.PREVIEW}),
    "reports": ("reports.html", {"page": office.REPORTS}),
    "profile": ("account/profile.html", {"page": office.PROFILE}),
    "roles": ("account/roles.html", {"page": office.ROLES}),
    "password": ("account/password.html", {"page": PASSWORD, "must": True}),
    "one_time": ("account/one_time.html", office.ONE_TIME),
    "login": ("login.html", {"error": "Имя или пароль не подошли.", "unit_name": SHELL.unit, "hint": "Забыли пароль?"}),
}


def make_gallery() -> Flask:
    """Return an app with one address per sample page."""
    gallery = Flask("gallery", root_path=str(ROOT))
    gallery.config["SECRET_KEY"] = "gallery"
    CSRFProtect(gallery)
    init_web(gallery)
    gallery.context_processor(lambda: {"shell": None if "bare" in request.args else SHELL})
    gallery.jinja_env.globals["print_slip"] = lambda: ""  # Nobody's data are here, so printing them is no look.
    for endpoint in ("Profile.end_others", "SecondSteps.index"):
        gallery.add_url_rule(f"/{endpoint}", endpoint, lambda: "")

    @gallery.get("/<name>")
    def show(name: str) -> str:
        if name not in PAGES:
            abort(404)
        template, context = PAGES[name]
        if name == "detail":
            flash("Визит в семью Щёголевых записан.", "success")
            flash("Программа не отправлена: в ней нет мероприятий.", "danger")
        return render_template(template, **context)

    @gallery.get("/lookup")
    def lookup() -> Any:
        words = request.args.get("q", "").casefold()
        names = ("Берёзкина Е. Ё.", "Журавлёва Н. С.", "Тетерёв П. И.")
        found = [(n, name) for n, name in enumerate(names, 1) if words in name.casefold()]
        return jsonify(results=[{"id": n, "text": name, "small": "участок № 3"} for n, name in found])

    return gallery


if __name__ == "__main__":
    make_gallery().run(port=5055, threaded=True)
