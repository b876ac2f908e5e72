"""Reading pages as a person does: what a form holds now, and sending it back changed."""

from __future__ import annotations

import re
from contextlib import closing
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

SQL_WORDS = ("INSERT INTO", "UPDATE ", "SELECT ", "sqlite3", "psycopg", "IntegrityError", "UNIQUE constraint", "uq_")
"""What must never stand on a page: the person would learn nothing and a stranger too much."""


class _Form(HTMLParser):
    """Collects the controls of the form that posts to *action*."""

    def __init__(self, action: str | None) -> None:
        super().__init__(convert_charrefs=True)
        self.wanted, self.inside, self.found = action, False, False
        self.pairs: list[tuple[str, str]] = []
        self._select = self._area = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.inside = self.wanted is None or given.get("action") == self.wanted
            self.found = self.found or self.inside
        if not self.inside:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in ("submit", "button"):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self.pairs.append((name, given.get("value", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.pairs.append((self._select, given.get("value", "")))
        elif tag == "textarea":
            self._area, self._text = name, []

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area:
            # A browser drops the line end right after the opening tag.
            self.pairs.append((self._area, "".join(self._text).removeprefix("\n")))
            self._area = ""


def held(answer: TestResponse, action: str | None = None) -> MultiDict[str, str]:
    """Return what the form of the page would send: the one that posts to *action*, or the last one."""
    reader = _Form(action)
    reader.feed(answer.text)
    assert reader.found, f"no form posts to {action} on the page"
    return MultiDict(reader.pairs)


def filled(answer: TestResponse, action: str, **typed: Any) -> MultiDict[str, str]:
    """Return the form of the page with *typed* written over it; a list ticks several boxes, None clears."""
    form = held(answer, action)
    for name, value in typed.items():
        if value is None:
            form.poplist(name)
        else:
            form.setlist(name, value if isinstance(value, list) else [str(value)])
    return form


def words(answer: TestResponse) -> str:
    """Return everything one can read in a page or in an Excel file."""
    if answer.mimetype.endswith("spreadsheetml.sheet"):
        with closing(answer), ZipFile(BytesIO(answer.data)) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return str(answer.text)


def still(text: str) -> str:
    """Return the page without what differs between any two requests or moves with each save."""
    return re.sub(r'nonce="[^"]+"|name="(csrf_token|token|row_version|draft\.ticket)" value="[^"]+"', "", text)


def no_machinery(answer: TestResponse) -> None:
    """Check that nothing of the database stands on the page."""
    page = still(answer.text)  # A random token may spell anything.
    assert [word for word in SQL_WORDS if word in page] == []
