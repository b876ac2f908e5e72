"""One search over everything a person may see, in the box of the top bar."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose

from app.extensions import db
from app.register import lists, looking
from app.register.access import may, signed_in
from app.register.pages import Blank, Cell
from app.register.search import ENOUGH
from app.register.state import ListState
from app.register.view import Register, registers
from app.terms import say

SEARCHED = ("families", "people", "cases", "agreements", "programmes")
"""Registers that are searched, in the order their finds are shown."""

SHOWN = 10
"""Finds of each register on the page; the rest stand in the register's own list."""

TOLD = 5
"""Columns of a register told of each find."""


class Search(BaseView):
    """The page of what was found. No role grants it: one finds what one's registers show."""

    route_base = "/search"
    default_view = "index"
    class_permission_name = "search"

    @expose("/")
    @signed_in
    def index(self) -> str:
        """What is found by the words in the address, by register."""
        typed = " ".join(request.args.get("q", "").replace("№", " ").split())[:200]
        looking.searched(typed)
        groups = [part for register in open_registers() if typed and (part := _found(register, typed))]
        return render_template("search.html", search_text=typed, groups=groups, blank=_blank(typed))


def open_registers() -> list[Register]:
    """Return the searched registers the signed-in person may list."""
    known = registers().by_key
    listed = (known[key] for key in SEARCHED if key in known and may(known[key], "list"))
    return [register for register in listed if register.seen_spec().searchable]


def _found(register: Register, typed: str) -> dict[str, Any] | None:
    """Return the first finds of *register* as ``work_panel`` of macros.html draws them, or nothing."""
    spec = register.seen_spec()
    names = spec.columns[:TOLD]
    state = ListState(query=typed, size=SHOWN)
    session = db.session()
    found = lists.find(session, spec, state)
    looking.rows_shown(spec, names, found.ids, typed)
    if not found.ids:
        return None
    rows = []
    drawn = lists.page_rows(session, spec, found.ids, names, register.gather, register.row_link(), register.subtitle)
    for row in drawn:
        first, *others = zip((spec.fields[name] for name in names), row.cells, strict=True)
        told = [first[1].small, *(_told(one.said, cell) for one, cell in others if not cell.empty)]
        rows.append({"what": first[1].text, "url": first[1].href, "text": " · ".join(filter(None, told))})
    everything = f"больше {ENOUGH}" if found.total is None else str(found.total)
    more = (f"Показать все: {everything}", state.url(register.url("list"), size=25)) if found.more else None
    return {"title": spec.many, "rows": rows, "more": more}


def _told(label: str, cell: Cell) -> str:
    """Return a value as a line tells it: a bare figure says nothing without its name."""
    return f"{label}: {cell.text}" if cell.css in ("num", "date") else cell.text


def _blank(typed: str) -> Blank:
    if typed:
        return Blank(
            f"По словам «{typed}» ничего не нашлось",
            say(
                "Проверьте буквы и раскладку. Искать можно по фамилии, номеру дела или {agreement_short:gen}, улице, "
                "телефону, СНИЛС."
            ),
            icon="search",
        )
    return Blank(
        "Что найти?",
        say(
            "Наберите вверху фамилию, номер дела или {agreement_short:gen}, улицу, телефон или СНИЛС. "
            "Хватит и части слова."
        ),
        icon="search",
    )
