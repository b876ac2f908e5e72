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


# ---- in a real browser -------------------------------------------------------------------------------


class Opened:
    """Pages of the hostile world in Chromium; *wrong* is what ran, and which policy was broken where."""

    def __init__(self, made: World, chromium: Any, base: str) -> None:
        self.made, self.chromium, self.base = made, chromium, base
        self.wrong: list[str] = []
        self.asked: set[str] = set()
        self._contexts: dict[str, Any] = {}

    def open(self, visitor: str, url: str) -> Any:
        """Open *url* as *visitor*, unfold all that is folded, and return the page; whoever opens it closes it."""
        page, at = self._context(visitor).new_page(), f"{visitor}, {url}"
        page.on("dialog", lambda dialog: (self.wrong.append(f"{at}: a dialog"), dialog.dismiss()))
        page.on(
            "console",
            lambda said: self.wrong.append(f"{at}: {said.text}") if "Content Security Policy" in said.text else None,
        )
        page.on("pageerror", lambda error: self.wrong.append(f"{at}: {error}"))
        response = page.goto(self.base + url, wait_until="load")
        if response.status != 200:
            self.wrong.append(f"{at}: {response.status}")
        page.evaluate("document.querySelectorAll('details, dialog').forEach(one => one.open = true)")
        return page

    def look_up(self, page: Any) -> int:
        """Type into every look-up of *page* nobody has tried yet, so that it draws what it finds; return how many."""
        tried = 0
        for box in page.query_selector_all(".combo[data-lookup]"):
            address = box.get_attribute("data-lookup")
            field = box.query_selector("input.form-control")
            if not address or address in self.asked or not field.is_visible():
                continue
            self.asked.add(address)
            field.fill('"><img')
            page.wait_for_timeout(400)  # The list is asked for when the typing rests.
            tried += 1
        return tried

    def _context(self, visitor: str) -> Any:
        if visitor not in self._contexts:
            context = self._contexts[visitor] = self.chromium.new_context(locale="ru-RU")
            kept = self.made.cookies[visitor].values()
            context.add_cookies([{"name": one.key, "value": one.value, "url": self.base} for one in kept])
        return self._contexts[visitor]

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()


@pytest.fixture
def opened(hostile: World, chromium: Any) -> Iterator[Opened]:
    """Yield a browser on the hostile world, served as people meet it."""
    server = waitress.create_server(hostile.app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    made = Opened(hostile, chromium, f"http://127.0.0.1:{server.effective_port}")
    try:
        yield made
    finally:
        made.close()
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(10)


@pytest.mark.browser
def test_no_page_runs_what_was_typed_and_none_breaks_its_policy(
    opened: Opened, walked: tuple[list[str], Asked, int]
) -> None:
    shown = sorted(set(walked[1].values()))
    assert len(shown) > 15
    for visitor, url in shown:
        page = opened.open(visitor, url)
        page.wait_for_timeout(50)
        page.close()
    assert opened.wrong == []


@pytest.mark.proof
@pytest.mark.browser
def test_no_page_at_all_nor_tab_nor_look_up_runs_what_was_typed(
    hostile: World, opened: Opened, found: Callable[[str, str], None]
) -> None:
    """Each register's own fields on each template, its tabs with the texts of other tables, and what look-ups draw."""
    seen = looked_up = 0
    for route, visitor in pages(hostile, whole=False):
        url = address(hostile, route, visitor, Side.OWN)
        answer = send(hostile, visitor, url)
        if answer.mimetype != "text/html":
            continue
        tabs = re.findall(rf'href="({re.escape(url)}\?tab=[\w-]+)"', answer.text)
        for each in (url, *dict.fromkeys(tabs)):
            page = opened.open(visitor, each)
            looked_up += opened.look_up(page)
            page.close()
            seen += 1
    assert opened.wrong == []
    assert seen > 300
    assert looked_up > 10
    found("Набранный код остаётся текстом в браузере", f"{seen} страниц, {looked_up} подсказок; окон и нарушений CSP 0")
