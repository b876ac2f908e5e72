"""«Загрузить из Excel» of one register: take its table, for editing or blank, and bring it back filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app import acting
from app.extensions import db
from app.register.access import access, may
from app.register.intake import form_book
from app.register.intake.form_sheet import PREFIX
from app.register.intake.importer import importers
from app.register.intake.of_register import OfRegister, of_key
from app.register.pages import Act

if TYPE_CHECKING:
    from app.register.intake.form_sheet import Form
    from app.register.state import ListState
    from app.register.view import Register


class FromExcel(BaseView):
    """The tables of registers: whoever may load at all takes and brings what he may add or change."""

    route_base = "/import/of"
    default_view = "page"
    class_permission_name = "import"

    @expose("/<string:key>/")
    @access("work")
    def page(self, key: str) -> str:
        """Say how it goes, hand out the tables and take one back."""
        importer = _found(key)
        return render_template("register/from_excel.html", page=_page(importer))

    @expose("/<string:key>/edit.xlsx")
    @access("work")
    def edit(self, key: str) -> Response:
        """The whole filtered list with every field of the form and the key of each row."""
        importer = _found(key)
        form = importer.form
        if not _may_take(form):
            abort(403)
        state = importer.register.state_of(form.spec)
        return form_book.download(db.session(), form, state, acting.actor())

    @expose("/<string:key>/blank.xlsx")
    @access("work")
    def blank(self, key: str) -> Response:
        """The headers, formats and choices of the form, without rows."""
        form = _found(key).form
        if not form.adding:
            abort(403)
        return form_book.download(db.session(), form, None, acting.actor())


def act_of(register: Register, state: ListState) -> tuple[Act, ...]:
    """Return the button of the list's head for those who may load something into *register*."""
    if register.fixed_rows or not may(FromExcel, "work") or not (may(register, "add") or may(register, "edit")):
        return ()
    if not (register.spec.add or register.spec.edit):
        return ()
    own = importers().filling(register.key)
    if own is not None and own.instead and own.is_for(acting.actor()):
        url = url_for("Import.index", sheet=own.key)
    elif "unit" in acting.actor().sees:
        url = state.url(url_for("FromExcel.page", key=register.key))
    else:
        return ()
    return (Act("load", "Загрузить из Excel", url, icon="file-earmark-arrow-up"),)


def _found(key: str) -> OfRegister:
    """Return the import of the register *key*; one the person may not use is 404 like one that is not there."""
    return of_key(f"{PREFIX}{key}") or abort(404)


def _may_take(form: Form) -> bool:
    return bool(form.editing) and may(form.register, "export")


def _own(register: Register) -> tuple[str, str] | None:
    """Return what an importer of its own reads into *register* and where, if the person may use it."""
    made = importers().filling(register.key)
    if made is None or not made.is_for(acting.actor()) or not may(register, made.permission[1]):
        return None
    return made.label, url_for("Import.index", sheet=made.key)


def _page(importer: OfRegister) -> dict[str, Any]:
    form, register = importer.form, importer.register
    query = request.query_string.decode()
    edit_url = url_for("FromExcel.edit", key=register.key)
    return {
        "title": "Загрузить из Excel",
        "many": form.spec.many,
        "crumbs": register.crumbs(),
        "edit_url": f"{edit_url}?{query}" if query else edit_url,
        "can_edit": _may_take(form),
        "filtered": bool(query),
        "can_add": bool(form.adding),
        "blank_url": url_for("FromExcel.blank", key=register.key),
        "url": url_for("Import.upload"),
        "sheet": importer.key,
        "own": _own(register),
    }
