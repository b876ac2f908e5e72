"""Code typed into every text of every table, shown on every page: it stays text.

All pages are read as answers; in Chromium each template is opened once, and a dialog or a violated policy fails.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
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
"""Who sees most; each page is read as the first of them who may, and in `make proof` as everybody who may."""

SHARE = 4
"""In `make test` code is sent to each fourth address of a kind; the screens of one kind are drawn by one code."""


def hostile_texts(side: Side, table: str, column: str, longest: int) -> str:
    """Return code that fits the column."""
    if column in ("email", "url"):
        return LINK[:longest]
    return LONG_MARK if longest >= len(LONG_MARK) + 2 else MARK if longest >= len(MARK) else MARK[:longest]


@pytest.fixture(scope="session")
def _hostile(sqlite_ready: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Yield a world in which everybody has typed code into everything."""
    with world(tmp_path_factory.mktemp("hostile"), sqlite_ready, hostile_texts) as made:
        yield made


@pytest.fixture
def hostile(_hostile: World) -> World:
    """Return that world as it was made."""
    if _hostile.changed():
        _hostile.restore()
    return _hostile


def readers(route: Route) -> list[str]:
    """Return as whom *route* can be read, who sees most first."""
    line = written()[1].get(route.key, dict.fromkeys(VISITORS, "200"))  # That a line is missing is told elsewhere.
    return [visitor for visitor in dict.fromkeys((*READERS, *VISITORS)) if line[visitor].startswith("200")]


def test_the_world_holds_code_in_every_text_of_every_table(hostile: World) -> None:
    rows = hostile.watching.execute("SELECT name, address, phone, note FROM family ORDER BY id").fetchone()
    assert [MARK in text for text in rows] == [True] * 4


Asked = dict[str, tuple[str, str]]
"""For each template one (visitor, address) that draws it."""


def broken_out(made: World, pairs: Iterable[tuple[Route, str]]) -> tuple[list[str], Asked]:
    """Read the pages of *pairs*; return where a typed text has become a part of one, and what draws each template."""
    wrong: list[str] = []
    drawn: Asked = {}
    for route, visitor in pairs:
        url = address(made, route, visitor, Side.OWN)

        def note(sender: Any, template: Any, asked: tuple[str, str] = (visitor, url), **more: Any) -> None:
            drawn.setdefault(template.name, asked)

        with template_rendered.connected_to(note, made.app):
            answer = send(made, visitor, url)
        if answer.mimetype in ("text/html", "image/svg+xml"):
            wrong += in_words(answer.data, f"{visitor}, {route}")
        if answer.mimetype == "application/json" and answer.headers["X-Content-Type-Options"] != "nosniff":
            wrong.append(f"{visitor}, {route}: may be taken for a page")
    return wrong, drawn


def in_words(page: bytes, at: str) -> list[str]:
    """Return what of a typed text has become a part of *page*, with some of what stands around it."""
    match = BROKEN_OUT.search(page)
    return [f"{at}: …{page[max(match.start() - 80, 0) : match.end() + 20]!r}"] if match else []


def pages(made: World, *, whole: bool) -> list[tuple[Route, str]]:
    """Return every page with who reads it: the one who sees most, or everybody."""
    every = [route for route in routes(made.app) if route.method == "GET"]
    return [(route, visitor) for route in every for visitor in readers(route)[: None if whole else 1]]


@pytest.fixture(scope="session")
def walked(_hostile: World) -> tuple[list[str], Asked, int]:
    """Return what a walk over all pages has found, and how many there were; two tests look at it."""
    every = pages(_hostile, whole=False)
    return (*broken_out(_hostile, every), len(every))


def test_code_typed_into_any_text_stays_text_on_every_page(walked: tuple[list[str], Asked, int]) -> None:
    wrong, _, read = walked
    assert wrong == []
    assert read > 300


@pytest.mark.proof
def test_code_typed_into_any_text_stays_text_for_every_reader(
    hostile: World, found: Callable[[str, str], None]
) -> None:
    every = pages(hostile, whole=True)
    assert broken_out(hostile, every)[0] == []
    found("Набранный код остаётся текстом", f"{len(every)} страниц, исполняемого кода 0")


def sent(made: World, chosen: Iterable[Route]) -> list[str]:
    """Send code in every field of every form, and in every address, and return where the answer runs it."""
    wrong = []
    registers = made.app.extensions["opora_registers"].by_key
    for route in chosen:
        names = sorted(registers[route.screen[1:]].every_field) if route.screen[1:] in registers else ["q", "username"]
        for visitor in readers(route)[:1]:
            url = address(made, route, visitor, Side.OWN)
            if route.method == "GET":
                said = {"q": LONG_MARK, "f.name": LONG_MARK, "next": LINK, "back": LINK, "tab": MARK, "state": MARK}
                answer = send(made, visitor, url, query_string=said)
            else:
                typed = {name: LONG_MARK for name in names} | {f"{name}.text": LONG_MARK for name in names}
                answer = send(made, visitor, url, method="POST", data={**typed, "back": LINK, "next": LINK})
                if made.written():
                    made.restore()
            if answer.mimetype == "text/html":
                wrong += in_words(answer.data, f"{visitor}, {route}")
    return wrong


def share(every: Iterable[Route]) -> list[Route]:
    """Return the first route of each kind and each SHARE-th after it."""
    met: Counter[str] = Counter()
    chosen = []
    for route in every:
        kind = f"{route.method} {route.endpoint.partition('.')[2]}"
        if met[kind] % SHARE == 0:
            chosen.append(route)
        met[kind] += 1
    return chosen


def test_code_sent_in_a_form_or_an_address_stays_text_in_the_answer(hostile: World) -> None:
    assert sent(hostile, share(routes(hostile.app))) == []


@pytest.mark.proof
def test_code_sent_to_any_address_stays_text_in_the_answer(hostile: World, found: Callable[[str, str], None]) -> None:
    every = routes(hostile.app)
    assert sent(hostile, every) == []
    found("Посланный код остаётся текстом", f"{len(every)} адресов, исполняемого кода 0")


@pytest.mark.browser
def test_no_page_runs_what_was_typed_and_none_breaks_its_policy(
    hostile: World, chromium: Any, walked: tuple[list[str], Asked, int]
) -> None:
    shown = sorted(set(walked[1].values()))
    assert len(shown) > 15
    server = waitress.create_server(hostile.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    wrong: list[str] = []
    try:
        base = f"http://127.0.0.1:{server.effective_port}"
        for visitor, url in shown:
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
