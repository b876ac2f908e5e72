"""What the service answers, the table in which that is written down, and the words in which the two differ.

``python -m tests.access.write`` writes the table anew; a changed line is looked at before it is committed.
"""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from app.roles import CODES, DIRECTOR, HEAD
from tests.access.addresses import Route, address
from tests.access.world import ANYBODY, NOBODY, VISITORS, Side, World

TABLE = Path(__file__).with_name("matrix.txt")
SHORT = {ANYBODY: "anybody", NOBODY: "no role"} | {
    role: CODES.get(role, role).replace("_", " ").replace("social ", "").split()[0] for role in VISITORS[2:]
}
"""A column's heading; the first word of a role's code is enough to tell it from the others."""

PREFACE = """\
Who gets what: every address of the service, every method, every role.

Written by `python -m tests.access.write`, read by people: a line that changes is a right that changes.
`tests/access/test_matrix.py` asks for all of it and says which line is no longer true.

    200  shown, or for POST: the form again with what is to be put right   302  done, or sent to the door (anybody)
    403  the person has no right to this section                           404  there is no such row
    400  not understood                                                    405  not by this method
    409  the rule refuses

An address with <pk> names a row. The number tells of a row the person works with; `200/404` means that the row of a
colleague in the same service, with whom the person has nothing to do, answers 404. A row of another service, a row
that was deleted and a row that never was answer alike, to the last byte, and never 200: `test_matrix.py` holds that for
every line, so it takes no place here. POST is sent with an empty form.

"""

Answers = dict[tuple[str, str], dict[str, str]]


def ask(world: World, route: Route, visitor: str, side: Side) -> TestResponse:
    """Ask for *route* about the row of *side* as *visitor*."""
    return send(world, visitor, address(world, route, visitor, side), method=route.method)


def send(world: World, visitor: str, url: str, **how: Any) -> TestResponse:
    """Ask for *url* with the cookie the visitor came with: what an earlier answer left in it does not count."""
    browser = world.browsers[visitor]
    browser._cookies = dict(world.cookies[visitor])
    return browser.open(url, buffered=True, **how)


def bytes_of(answer: TestResponse) -> bytes:
    """Return all an answer hands out: its headers and its body, a workbook or archive unpacked."""
    body = answer.data
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return str(answer.headers).encode() + body


_PASSING = (
    (re.compile(rb'nonce-[\w-]+|nonce="[\w-]+"'), b"nonce"),
    (re.compile(rb'((?:name="csrf.token"|name="[\w.]*(?:ticket|token|once)")[^>]*(?:value|content)=")[^"]*'), rb"\1"),
    (re.compile(rb"<strong>\d\d-\d{4}</strong>"), b"incident"),
)
"""What differs from one request to the next: nonce, tokens, tickets, number of an incident."""


def essence(answer: TestResponse, asked: str) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
    """Return status, body and headers of *answer* without what differs from one request to the next.

    The address that was *asked* for is taken out too: whoever asked knows it.
    """
    body = answer.data.replace(asked.encode(), b"address").replace(asked.replace("/", "%2F").encode(), b"address")
    for pattern, instead in _PASSING:
        body = pattern.sub(instead, body)
    dropped = {"Set-Cookie", "Date", "Content-Length"}
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in dropped)
    plain = tuple(
        (name, re.sub(r"nonce-[\w-]+", "nonce", value).replace(asked, "address").replace(asked.replace("/", "%2F"), ""))
        for name, value in headers
    )
    return answer.status_code, body, plain


# ---- the table -----------------------------------------------------------------------------------------------------


def cell(own: int, colleague: int | None) -> str:
    """Return one entry: the answer about the own row, and that about a colleague's where it differs."""
    return str(own) if colleague in (None, own) else f"{own}/{colleague}"


def drawn(routes: list[Route], answers: Answers) -> str:
    """Return the table as text, a part for each screen."""
    parts = [PREFACE]
    for screen, lines in groupby(routes, key=lambda route: route.screen):
        group = list(lines)
        width = max(len(str(route)) for route in group) + 2
        wide = [max(len(SHORT[v]), *(len(answers[r.key][v]) for r in group)) for v in VISITORS]
        title = next((route.title for route in group if route.title), "")
        parts.append(f"## {screen}  {title}".rstrip() + "\n\n")
        heads = "  ".join(f"{SHORT[v]:>{w}}" for v, w in zip(VISITORS, wide, strict=True))
        parts.append(f"{'':{width}}{heads}\n")
        for route in group:
            said = "  ".join(f"{answers[route.key][v]:>{w}}" for v, w in zip(VISITORS, wide, strict=True))
            parts.append(f"{route!s:{width}}{said}\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


@cache
def written() -> tuple[list[str], Answers]:
    """Return the columns of the table in the repository and what it says.

    Raises:
        LookupError: it was written for other roles.
    """
    heads: list[str] = []
    found: Answers = {}
    known = {short: visitor for visitor, short in SHORT.items()}
    for line in TABLE.read_text("utf-8").splitlines():
        columns = re.split(r"\s{2,}", line.strip())
        if line.startswith("  ") and set(columns) <= known.keys():
            heads = columns
        elif (match := re.match(r"(GET|POST) (\S+)\s{2,}(\S.*)", line)) and heads:
            said = match[3].split()
            if len(said) != len(heads):
                raise LookupError(f"{match[1]} {match[2]} has {len(said)} entries for {len(heads)} columns")
            found[(match[2], match[1])] = {known[head]: each for head, each in zip(heads, said, strict=True)}
    return heads, found


def told(route: Route, visitor: str, expected: str, answered: str) -> str:
    """Return one difference in words."""
    return f"{visitor}, {route}: written {expected}, answered {answered}"


def is_allowed(route: Route, visitor: str) -> bool:
    """Whether the table gives *route* to *visitor*; a route that is not in it yet is told of by another test."""
    return written()[1].get(route.key, {}).get(visitor, "200")[:3] not in ("403", "404", "405")


def somebody_allowed(route: Route) -> str:
    """Return a visitor to whom the table gives *route*; where nobody gets it, the head of the service asks in vain."""
    allowed = [visitor for visitor in VISITORS if visitor != ANYBODY and is_allowed(route, visitor)]
    return next((visitor for visitor in (HEAD, DIRECTOR) if visitor in allowed), allowed[0] if allowed else HEAD)
