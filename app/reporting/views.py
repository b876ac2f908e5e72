"""«Реестры и отчёты»: choose a register, say as of when and whose, take the Excel file."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import Any

from flask import abort, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app import acting
from app.extensions import db
from app.register import workbook
from app.register.access import RIGHTS, access, may
from app.register.long_export import begin
from app.reporting.asking import Typed, Unread, choices, controls, read
from app.reporting.long_report import TooLong, not_too_many
from app.terms import say
from reports import REPORTS, Asked, Report, export


class Reports(BaseView):
    """The page of registers and the files it gives; data on health and prevention registers ask for a right each."""

    route_base = "/reports"
    default_view = "list"
    class_permission_name = "reports"

    def __init__(self) -> None:
        super().__init__()
        self.base_permissions += RIGHTS.values()

    @expose("/")
    @access("list")
    def list(self) -> str:
        """Every register with its parameters."""
        return self._page()

    @expose("/<code>.xlsx")
    @access("export")
    def export(self, code: str) -> Response | tuple[str, int]:
        """The file of one register; parameters that cannot be read bring the page back with what was typed."""
        report = REPORTS.get(code) or abort(404)
        session = db.session()
        try:
            asked = read(
                report, choices(session), request.args, health=may(self, "special"), registers=may(self, "restricted")
            )
        except Unread as refusal:
            return self._page(code, Typed(request.args, refusal.errors)), 400
        try:
            return _file(report, asked)
        except TooLong:
            typed = {**request.args.to_dict(), "on": f"{asked.on:%d.%m.%Y}"}
            wanted = {"code": code, "typed": typed}
            return begin(session, acting.actor(), "export.report", wanted, f"Выгрузка в Excel: {report.title}")

    def _page(self, code: str = "", typed: Typed | None = None) -> str:
        offered = choices(db.session())
        made = [
            {
                "key": each.code,
                "title": each.title,
                "about": say(each.about),
                "icon": each.icon,
                "url": url_for("Reports.export", code=each.code),
                "fields": controls(each, offered, typed if typed and each.code == code else Typed()),
                "open": each.code == code,
            }
            for each in (REPORTS.values() if may(self, "export") else ())
        ]
        groups = [{"title": "Реестры и журналы", "reports": made}] if made else []
        page: dict[str, Any] = {
            "title": "Реестры и отчёты",
            "line": "Каждая выгрузка записывается в журнал: кто, что и сколько строк.",
            "groups": groups,
        }
        return render_template("reports.html", page=page)


def _file(report: Report, asked: Asked) -> Response:
    """Return the written file as a download; it lies in a file without a name that goes with the response."""
    with ExitStack() as held:
        whole = held.enter_context(tempfile.TemporaryFile())
        export(report.code, whole, db.session(), asked, by=acting.actor(), each=not_too_many)
        whole.seek(0)
        response = send_file(whole, mimetype=workbook.MIME)
        response.call_on_close(held.pop_all().close)
    response.headers["Content-Disposition"] = workbook.content_disposition(
        report.file_name(asked.on), report.title, asked.on
    )
    return response
