"""Pages people open all day: ours and the two floors, in turn, in one process."""

from __future__ import annotations

import re
import secrets
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import count
from time import perf_counter
from typing import Any

from sqlalchemy import event
from werkzeug.test import Client, TestResponse

from bench.fill import RARE, TAILS
from bench.floors import Raw, add_signed_in
from bench.place import Place

Ask = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Operation:
    """One thing people do: what is asked of us and what of a floor, each as (address, form); no form is a GET."""

    title: str
    ours: Callable[[Client, Place], Ask]
    floor: Callable[[Place], Ask]
    compare: bool = False
    """Whether the rows of all three must be the same."""
    led: bool = False
    """Whether a curator does it, who sees only the families he leads."""


@dataclass(frozen=True)
class Measured:
    """Statements and median milliseconds of an operation, ours and on the floors."""

    title: str
    statements: int
    raw_statements: int
    ours: float
    raw: float
    signed_in: float


_numbers = count(1)


def _middle(place: Place) -> str:
    return f"page={max(1, place.families // 50)}"


def _some(place: Place) -> int:
    return place.families // 2


def _filled(client: Client, page: str, /, **typed: str) -> dict[str, Any]:
    """Return the form at *page* as the browser would send it, with *typed* in it."""
    form = _Form()
    form.feed(client.get(page).text)
    return {**form.values, **typed}


class _Form(HTMLParser):
    """Reads the values of the inputs and choices of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self._choice = self._prose = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "")
        if tag == "select":
            self._choice = name
        elif tag == "option" and "selected" in given:
            self.values[self._choice] = given.get("value", "")
        elif tag == "textarea":
            self._prose = name
            self.values[name] = ""
        elif tag == "input" and name and (kind not in ("checkbox", "radio", "submit", "search") or "checked" in given):
            self.values[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._prose:
            self.values[self._prose] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._prose = ""


def _person() -> dict[str, str]:
    """Return somebody nobody has met."""
    name = "Замер" + "".join(secrets.choice("абвгдежзиклмн") for _ in range(8))
    return {"last_name": name, "first_name": "Анна", "sex": "female", "birth_date": "03.05.1991"}


def _save(client: Client, _place: Place) -> Ask:
    return "/people/add", _filled(client, "/people/add", **_person())


def _edit(client: Client, place: Place) -> Ask:
    address = f"/families/edit/{_some(place)}"
    return address, _filled(client, address, address=f"ул. Другая, {next(_numbers)}")


def operations(place: Place) -> list[Operation]:
    """Return what is measured at *place*."""
    narrowed = "f.open_case.status.op=any&f.open_case.status=active&f.open_case.curator_id.op=any"
    narrowed += f"&f.open_case.curator_id={place.curator_id}&sort=-name"
    word, own = RARE[:6].lower(), TAILS[0] + "а"

    def both(title: str, ours: str, floor: str, compare: bool = True, led: bool = False) -> Operation:
        return Operation(title, lambda _c, _p: (ours, {}), lambda _p: (floor, {}), compare, led)

    return [
        both("Первая страница списка", "/families/", "list"),
        both("Страница в середине", f"/families/?{_middle(place)}", f"list?{_middle(place)}"),
        both("Отбор и порядок", f"/families/?{narrowed}", "filtered"),
        both("Поиск по части фамилии", f"/families/?q={word}", f"searched?q={word}"),
        both("Карточка семьи", f"/families/show/{_some(place)}", f"card?id={_some(place)}", compare=False),
        both("Список куратора", "/families/", "led", led=True),
        both("Поиск у куратора", f"/families/?q={own}", f"searched_led?q={own}", led=True),
        both("Карточка у куратора", "/families/show/1", "card?id=1", compare=False, led=True),
        both("Форма члена семьи", "/members/add", "form", compare=False),
        both("Подсказка семьи", f"/families/lookup?q={word}", f"look_up?q={word}", compare=False),
        Operation("Внести человека", _save, lambda _p: ("save", _person())),
        Operation(
            "Изменить семью", _edit, lambda p: ("edit", {"id": _some(p), "address": f"ул. Иная, {next(_numbers)}"})
        ),
    ]


def measure(place: Place, rounds: int) -> Iterator[Measured]:
    """Measure every operation at *place*: a warm-up, then *rounds* in which the three take turns.

    Raises:
        AssertionError: a page was refused, or the three did not show the same families.
    """
    add_signed_in(place)
    raw = Raw(place)
    people = {led: {"raw": Client(raw), "ours": _entered(place, led), "signed_in": _entered(place, led)}
              for led in (False, True)}  # fmt: skip
    sent: list[str] = []
    event.listen(place.engine, "before_cursor_execute", lambda _c, _u, sql, *_rest: sent.append(sql))
    for operation in operations(place):
        clients = people[operation.led]
        times: dict[str, list[float]] = {name: [] for name in clients}
        shown: dict[str, list[str]] = {}
        statements = 0
        for turn in range(rounds + 1):
            for name, client in clients.items():
                address, form = operation.ours(client, place) if name == "ours" else operation.floor(place)
                if name != "ours":
                    address = f"/floor/{address}"
                sent.clear()
                began = perf_counter()
                answer = client.post(address, data=form) if form else client.get(address)
                body = answer.get_data()
                took = (perf_counter() - began) * 1000
                assert answer.status_code == (302 if form else 200), (operation.title, name, answer.status_code)
                if turn:
                    times[name].append(took)
                shown[name] = _families(answer) if body else []
                if name == "ours":
                    statements = sum(not sql.startswith("BEGIN") for sql in sent)
        if operation.compare:
            assert shown["ours"] == shown["raw"] == shown["signed_in"] != [], (operation.title, shown)
        middle = {name: statistics.median(values) for name, values in times.items()}
        yield Measured(operation.title, statements, raw.statements, **middle)


def _entered(place: Place, led: bool) -> Client:
    """Return a browser of the curator whose families are led, or of the head."""
    client = place.app.test_client()
    with client.session_transaction() as session:
        session.update(place.led if led else place.entered)
    return client


def _families(answer: TestResponse) -> list[str]:
    """Return the families a page links to, each once, in their order."""
    return list(dict.fromkeys(re.findall(r'href="/families/show/(\d+)"', answer.text)))
