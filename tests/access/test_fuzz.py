"""Nonsense sent to every address as every role: no failure, nothing of another service, nobody's row moved.

The generator is seeded, so a number in a failure brings the same requests again.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable
from urllib.parse import quote_from_bytes

import pytest

from app.base import UnitModel
from app.models import TABLES
from app.register.field import Field
from app.register.registry import Registers
from tests.access.addresses import Route, address, routes
from tests.access.answers import bytes_of, is_allowed, send
from tests.access.world import CANARY, VISITORS, Side, World

# A form broken off in the middle of a file leaves the file to Python, which closes and removes it in its own time.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file .*SpooledTemporaryFile:ResourceWarning")

BATCH = 50

VALUES: tuple[bytes, ...] = (
    b"", b" ", b"0", b"-1", b"1", b"2", b"3", b"999999999999999999999999", b"1e308", b"NaN", b"-0", b"1_000", b"0x10",
    "１２３".encode(), "ё".encode(), b"abc", b"true", b"null", b"[]", b"{}", b"\x00", b"a\x00b", b"\xed\xa0\x80",
    b"\xff\xfe", b"%", b"_", b"\\", b"' OR 1=1--", b'"', b"'; DROP TABLE family;--", b"../../etc/passwd",
    b"..%2f..%2f", b"<script>alert(1)</script>", b"{{7*7}}", b"${7*7}", b"//evil.example", b"http://evil.example/",
    b"javascript:alert(1)", b"a\r\nSet-Cookie: x=1", b"31.02.2026", b"01.01.0001", b"31.12.9999", b"2026-13-40",
    b"19.02.2026", b"12.5", b"12,5", b"1 000", b"+7 900 000-00-00", b"112-233-445 95", "\u202e\u200b\ufeff".encode(),
    "\u2028".encode(), "👩‍👩‍👧".encode(), "й".encode(), b"password", b"owner.password", b"id", b"-id", b"a,b,c",
    b"x" * 300, "ы".encode() * 5000,
)  # fmt: skip
"""What is put into every place; the million of signs is sent seldom, because it takes long."""

LONG = b"y" * 1_000_000

NUMBERS = ("0", "-1", "00", "2147483647", "2147483648", "9" * 40, "1.5", "%31", "١٢", "a", "%00", "1;2", "1'", "null")

QUERY = (
    "q", "page", "size", "sort", "order", "col", "view", "tab", "before", "draft", "back", "next", "row", "of",
    "on", "date_from", "date_to", "area_id", "curator_id", "category", "status", "all", "state", "save", "v", "_method",
    "kind",
)  # fmt: skip

EXTRA = ("id", "owner", "status", "service_unit_id", "version", "created_by_id", "created_at", "user_id", "role",
         "is_deleted", "search_key", "number", "csrf_token", "_method", "sure", "rowid", "all", "action")  # fmt: skip
"""Keys no form has, or none may set, beside those of the register."""

METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "HEAD", "FOO", "GET", "POST")


class Fuzzer:
    """Requests of one seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.rng = world, random.Random(seed)
        self.routes = routes(world.app)
        registers: Registers = world.app.extensions["opora_registers"]
        self.fields = {key: register.every_field for key, register in registers.by_key.items()}

    def one(self) -> tuple[str, str, str, dict[str, object]]:
        """Return a visitor, a method, an address and what else is sent."""
        rng = self.rng
        route, visitor = rng.choice(self.routes), rng.choice(VISITORS)
        if rng.random() < 0.8:  # Nonsense is worth more where the person may come in at all.
            visitor = rng.choice([each for each in VISITORS if is_allowed(route, each)] or [visitor])
        method = route.method if rng.random() < 0.9 else rng.choice(METHODS)
        url = self._path(route, visitor)
        names = [f"f.{name}{end}" for name in self.fields.get(route.screen[1:], ()) for end in ("", ".op", ".to")]
        pairs = [self._pair([*QUERY, *names]) for _ in range(rng.choice((0, 0, 1, 2, 3)))]
        if pairs:
            url += "?" + "&".join(pairs)
        how: dict[str, object] = {}
        if method not in ("GET", "HEAD", "OPTIONS", "TRACE"):
            how = self._body(route)
        return visitor, method, url, how

    def _path(self, route: Route, visitor: str) -> str:
        url = address(self.world, route, visitor, self.rng.choice(list(Side)))
        if route.parts and self.rng.random() < 0.3:
            head, _, tail = url.rpartition("/")
            url = f"{head}/{self.rng.choice(NUMBERS)}" if tail.isdigit() else url
        return url

    def _value(self) -> bytes:
        return LONG if self.rng.random() < 0.003 else self.rng.choice(VALUES)

    def _fitting(self, field: Field) -> bytes:
        if field.options:
            return str(self.rng.choice(field.options).value).encode()
        if field.target is not None:
            sides = (Side.OWN, Side.OWN, Side.COLLEAGUE, Side.FOREIGN, Side.MISSING)
            number = self.world.ids[self.rng.choice(sides)].get(field.target.__tablename__, 1)
            return str(number).encode()
        return {"date": b"19.02.2026", "moment": b"2026-02-19T10:00", "number": b"3", "money": b"3"}.get(
            field.kind, "Слово".encode()
        )

    def _pair(self, names: list[str]) -> str:
        value = self._value()[:2000]
        return f"{self.rng.choice(names)}={quote_from_bytes(value, safe='')}"

    def _body(self, route: Route) -> dict[str, object]:
        rng = self.rng
        fields = self.fields.get(route.screen[1:], {})
        names = [*fields, *EXTRA]
        chosen = [rng.choice(names) for _ in range(rng.choice((0, 1, 3, 8, 30)))]
        if chosen and rng.random() < 0.3:
            chosen += chosen[:2]  # The same key twice.
        pairs = [(name, self._value()) for name in chosen]
        if rng.random() < 0.5:  # A whole form that would be taken, and the nonsense beside it.
            pairs = [("sure", b"1"), *((name, self._fitting(field)) for name, field in fields.items()), *pairs[:3]]
        kind = rng.random()
        if kind < 0.7:
            form = "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name, value in pairs)
            return {"data": form.encode(), "content_type": "application/x-www-form-urlencoded"}
        if kind < 0.85:
            mark = b"--opora"
            parts = [
                mark + b'\r\nContent-Disposition: form-data; name="' + name.encode()
                + (b'"; filename="' + value[:50].replace(b"\n", b"").replace(b"\r", b"") if rng.random() < 0.3 else b"")
                + b'"\r\n\r\n' + value + b"\r\n"
                for name, value in pairs
            ]  # fmt: skip
            end = mark + (b"--\r\n" if rng.random() < 0.8 else b"")
            return {"data": b"".join(parts) + end, "content_type": "multipart/form-data; boundary=opora"}
        content = rng.choice(
            (b"null", b"[]", b'"x"', b"{" * 5000, b'{"id": 1, "id": 2}', b'{"owner": {"id": 1}}', b"<x/>", b"\xff")
        )
        return {"data": content, "content_type": rng.choice(("application/json", "text/plain", "text/xml", "x/y", ""))}


def moved(world: World) -> list[str]:
    """Return rows that changed hands, and rows of the other service that are not as they were."""
    wrong = []
    foreign = world.ids[Side.FOREIGN]["service_unit"]
    for _, group in TABLES:
        for model in group:
            if not issubclass(model, UnitModel):
                continue
            table = model.__tablename__
            hands = world.watching.execute(
                f'SELECT now.id FROM main."{table}" now JOIN kept."{table}" old ON now.id = old.id '
                "WHERE now.service_unit_id <> old.service_unit_id "
                "OR now.created_by_id IS NOT old.created_by_id OR now.created_at IS NOT old.created_at"
            ).fetchall()
            others = world.watching.execute(
                f'SELECT id FROM (SELECT * FROM main."{table}" WHERE service_unit_id = ? EXCEPT '
                f'SELECT * FROM kept."{table}")',
                (foreign,),
            ).fetchall()
            wrong += [f"{table} {pk}: another owner" for (pk,) in hands]
            wrong += [f"{table} {pk}: of another service, changed" for (pk,) in others]
    return wrong


def fuzz(world: World, seed: int, number: int) -> list[str]:
    """Send *number* requests of *seed* and return what went wrong."""
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    made, wrong = Fuzzer(world, seed), []
    for place in range(1, number + 1):
        visitor, method, url, how = made.one()
        answer = send(world, visitor, url, method=method, **how)
        said = f"seed {seed}, request {place}: {visitor}, {method} {url[:200]} {str(how)[:300]}"
        if answer.status_code >= 500:
            wrong.append(f"{said}: {answer.status_code}")
        if CANARY.lower().encode() in bytes_of(answer).lower():
            wrong.append(f"{said}: tells of another service")
        if place % BATCH == 0 and world.written():
            wrong += [f"seed {seed}, up to request {place}: {each}" for each in moved(world)]
            world.restore()
    gc.collect()  # What is left of broken forms goes while this test still says that it may.
    return wrong


@pytest.mark.parametrize("seed", range(4))
def test_nonsense_is_refused_and_never_fails(there: World, seed: int) -> None:
    assert fuzz(there, seed, 125) == []


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 120))
def test_a_thousand_nonsenses_are_refused_and_never_fail(
    there: World, seed: int, found: Callable[[str, str], None]
) -> None:
    assert fuzz(there, seed, 1000) == []
    found(f"Бессмыслица, серия {seed}", "1000 запросов: отказов сервера 0, чужих данных 0, чужих строк не тронуто")
