"""The routes of a list beside the list itself: columns, views, changing many, the way back, one row."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import expose
from werkzeug.wrappers import Response

from app.register import bulk_edit, looking, row_edit, view_pages
from app.register.access import PK, access, keeps_typed


class ListRoutes:
    """A part of :class:`app.register.view.Register`, which alone is ever made."""

    @expose("/columns", methods=["POST"])
    @access("list")
    def columns(self: Any) -> Response:
        """Take the columns of the list in their order and remember them for the person."""
        return view_pages.arrange(self)

    @expose("/views", methods=["GET", "POST"])
    @access("list")
    def views(self: Any) -> Response | str:
        """The views kept above the list, and the form that keeps the present one."""
        return view_pages.views(self)

    @expose("/change", methods=["POST"])
    @access("edit")
    def change_many(self: Any) -> Response | str:
        """Fields of many records: first the preview, then the doing."""
        return bulk_edit.go_on(self)

    @expose("/steps")
    @access("edit")
    def steps(self: Any) -> str:
        """What the person has changed in many records within a day."""
        return bulk_edit.steps_page(self)

    @expose(f"/steps/{PK}/undo", methods=["POST"])
    @access("edit")
    def undo(self: Any, pk: int) -> Response | str:
        """Undo one such step of one's own."""
        return bulk_edit.undo_step(self, pk)

    @expose(f"/row/{PK}", methods=["GET", "POST"])
    @keeps_typed
    @access("edit")
    def row(self: Any, pk: int) -> Response | str:
        """The form of a few fields of one record, opened in its row."""
        return row_edit.edit(self, pk)

    @expose(f"/printed/{PK}", methods=["POST"])
    @access("show")
    def printed(self: Any, pk: int) -> Response:
        """The card goes to the printer, says its page."""
        return looking.printed(self, self.record_or_404(pk), request.form.get("block", ""))

    @expose("/printed", methods=["POST"])
    @access("list")
    def list_printed(self: Any) -> Response:
        """A page of the list goes to the printer."""
        return looking.printed(self, None, "")
