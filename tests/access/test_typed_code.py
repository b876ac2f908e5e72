"""Code typed into every text of every table, shown on every page: it stays text.

All pages are read as answers; in Chromium each template is opened once, and a dialog or a violated policy fails.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import waitress
from flask import template_rendered

from app.roles import ADMINISTRATOR, CURATOR, DIRECTOR, HEAD, SECRETARY
from tests.access.addresses import Route, address, routes
from tests.access.answers import send, written
from tests.access.world import VISITORS, Side, World, world

MARK = '"><img src=x onerror=alert(1)>'
LONG_MARK = MARK + "</script><script>alert(2)</script>{{7331*7}}"
LINK = "javascript:alert(3)"

BROKEN_OUT = re.compile(
    rb"<img src=x|<script>alert|" + str(7331 * 7).encode() + rb"|(?:href|src|action|formaction)=[\"']?javascript:",
    re.IGNORECASE,
)
"""What an answer holds when a typed text has become a part of the page."""

READERS = (HEAD, DIRECTOR, CURATOR, SECRETARY, ADMINISTRATOR)
"""Who sees most; each page is read as the first of them who may, and as the last."""


def hostile_texts(side: Side, table: str, column: str, longest: int) -> str:
    """Return code that fits the column."""
    if column in ("email", "url"):
        return LINK[:longest]
    return LONG_MARK if longest >= len(LONG_MARK) + 2 else MARK if longest >= len(MARK) else MARK[:longest]


@pytest.fixture(scope="module")
def hostile(sqlite_ready: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Yield a world in which everybody has typed code into everything."""
    with world(tmp_path_factory.mktemp("hostile"), sqlite_ready, hostile_texts) as made:
        yield made


def readers(route: Route) -> list[str]:
    """Return as whom *route* is read: the first and the last of READERS to whom the table gives it, or anybody."""
    line = written()[1].get(route.key, dict.fromkeys(VISITORS, "200"))  # That a line is missing is told elsewhere.
    allowed = [visitor for visitor in (*READERS, *VISITORS) if line[visitor].startswith("200")]
    return list(dict.fromkeys((allowed[0], allowed[-1]))) if allowed else []


def test_the_world_holds_code_in_every_text_of_every_table(hostile: World) -> None:
    rows = hostile.watching.execute("SELECT name, address, phone, note FROM family ORDER BY id").fetchone()
    assert [MARK in text for text in rows] == [True] * 4


def test_code_typed_into_any_text_stays_text_on_every_page(hostile: World) -> None:
    wrong, read = [], 0
    for route in routes(hostile.app):
        if route.method != "GET":
            continue
        for visitor in readers(route):
            answer = send(hostile, visitor, address(hostile, route, visitor, Side.OWN))
            if (match := BROKEN_OUT.search(answer.data)) and answer.mimetype in ("text/html", "image/svg+xml"):
                wrong.append(f"{visitor}, {route}: …{answer.data[max(match.start() - 80, 0) : match.end() + 20]!r}")
            if answer.mimetype == "application/json":
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
            read += 1
    assert wrong == []
    assert read > 500


def test_code_sent_in_a_form_or_an_address_stays_text_in_the_answer(hostile: World) -> None:
    wrong = []
    registers = hostile.app.extensions["opora_registers"].by_key
    for route in routes(hostile.app):
        names = sorted(registers[route.screen[1:]].every_field) if route.screen[1:] in registers else ["q", "username"]
        for visitor in readers(route)[:1]:
            url = address(hostile, route, visitor, Side.OWN)
            if route.method == "GET":
                said = {"q": LONG_MARK, "f.name": LONG_MARK, "next": LINK, "back": LINK, "tab": MARK, "state": MARK}
                answer = send(hostile, visitor, url, query_string=said)
            else:
                typed = {name: LONG_MARK for name in names} | {f"{name}.text": LONG_MARK for name in names}
                answer = send(hostile, visitor, url, method="POST", data={**typed, "back": LINK, "next": LINK})
                if hostile.written():
                    hostile.restore()
            if answer.mimetype == "text/html" and (match := BROKEN_OUT.search(answer.data)):
                wrong.append(f"{visitor}, {route}: …{answer.data[max(match.start() - 80, 0) : match.end() + 20]!r}")
    assert wrong == []


def pages_of_every_template(made: World) -> dict[str, tuple[str, str]]:
    """Return for each template that is ever drawn one (visitor, address) that draws it."""
    found: dict[str, tuple[str, str]] = {}
    asked: list[tuple[str, str]] = []

    def note(sender: Any, template: Any, context: Any, **more: Any) -> None:
        found.setdefault(template.name, asked[-1])

    with template_rendered.connected_to(note, made.app):
        for route in routes(made.app):
            if route.method == "GET":
                for visitor in readers(route):
                    asked.append((visitor, address(made, route, visitor, Side.OWN)))
                    send(made, *asked[-1])
    return found


@pytest.mark.browser
def test_no_page_runs_what_was_typed_and_none_breaks_its_policy(hostile: World, chromium: Any) -> None:
    pages = sorted(set(pages_of_every_template(hostile).values()))
    assert len(pages) > 15
    server = waitress.create_server(hostile.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    wrong: list[str] = []
    try:
        base = f"http://127.0.0.1:{server.effective_port}"
        for visitor, url in pages:
            context = chromium.new_context(locale="ru-RU")
            context.add_cookies(
                [
                    {"name": cookie.key, "value": cookie.value, "url": base}
                    for cookie in hostile.cookies[visitor].values()
                ]
            )
            page = context.new_page()
            at = f"{visitor}, {url}"
            page.on("dialog", lambda dialog, at=at: (wrong.append(f"{at}: a dialog"), dialog.dismiss()))
            page.on(
                "console",
                lambda said, at=at: (
                    wrong.append(f"{at}: {said.text}") if "Content Security Policy" in said.text else None
                ),
            )
            page.on("pageerror", lambda error, at=at: wrong.append(f"{at}: {error}"))
            response = page.goto(base + url, wait_until="load")
            if response.status != 200:
                wrong.append(f"{at}: {response.status}")
            page.evaluate("document.querySelectorAll('details, dialog').forEach(one => one.open = true)")
            page.wait_for_timeout(50)
            context.close()
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(10)
    assert wrong == []
