"""Who gets what: the service answers as the table says, and a row out of sight is a row that never was.

`make test` asks a covering sample: every address once, every role on every screen and with every kind of address.
`make proof` asks everything, and after each request reads the journal: it must hold all that was done and looked at,
and a request that reads must have changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import groupby

import pytest

from app.roles import ROLES
from tests.access.addresses import NO_SUCH_NAME, Route, address, routes, sides
from tests.access.answers import ask, bytes_of, cell, essence, send, told, written
from tests.access.ledger import Ledger
from tests.access.world import ANYBODY, CANARY, CLOSED, NOBODY, VISITORS, Side, World

AGAIN = "Write the table anew with `python -m tests.access.write` and look at what has changed."


@cache
def _screens() -> tuple[str, ...]:
    """Return the first parts of all addresses of the table; one that is not in it fails a test of its own."""
    return tuple(dict.fromkeys("/" + rule.lstrip("/").partition("/")[0].partition("<")[0] for rule, _ in written()[1]))


def sample(every: Iterable[Route]) -> list[tuple[Route, str]]:
    """Return pairs of route and visitor: each route once, each visitor on each screen and each kind of route."""
    met: set[tuple[str, str]] = set()
    found = []
    for _, group in groupby(every, key=lambda route: route.screen):
        lines = list(group)
        for number, route in enumerate(lines):
            kind = f"{route.method} {route.endpoint.partition('.')[2]}"
            missing = [visitor for visitor in VISITORS if (route.screen, visitor) not in met]
            due = [visitor for visitor in VISITORS if visitor in missing or (kind, visitor) not in met][:4]
            if number == len(lines) - 1:
                due += [visitor for visitor in missing if visitor not in due]
            for visitor in due or [VISITORS[len(found) % len(VISITORS)]]:
                met |= {(route.screen, visitor), (kind, visitor)}
                found.append((route, visitor))
    return found


def test_the_sample_has_every_route_and_every_role_on_every_screen(there: World) -> None:
    every = routes(there.app)
    chosen = sample(every)
    assert {route.key for route, _ in chosen} == {route.key for route in every}
    screens = {route.screen for route in every}
    assert {(route.screen, visitor) for route, visitor in chosen} == {(s, v) for s in screens for v in VISITORS}


def test_the_table_is_written_for_the_roles_of_today() -> None:
    heads, _ = written()
    assert len(heads) == len(VISITORS), AGAIN
    assert set(VISITORS) == {ANYBODY, NOBODY, *ROLES}


def test_every_address_stands_in_the_table_and_the_table_has_no_other(there: World) -> None:
    known = {route.key for route in routes(there.app)}
    listed = set(written()[1])
    assert sorted(known - listed) == [], f"not in the table. {AGAIN}"
    assert sorted(listed - known) == [], f"only in the table. {AGAIN}"


def _sides(world: World, route: Route, wanted: str, *, whole: bool) -> tuple[Side, ...]:
    # Whoever may not come in at all is turned away before anybody looks whose row it is.
    every = sides(world.app, route)
    return every if whole or wanted not in ("302", "403", "405") else every[:1] + every[-1:]


def compare(world: World, pairs: Iterable[tuple[Route, str]], ledger: Ledger | None = None) -> list[str]:
    """Ask for every pair and return, in words, what is not as it is written down or as it must be.

    Without a *ledger*, whoever has no right to a section asks about his own row and one that never was only.
    """
    _, table = written()
    wrong: list[str] = []
    for route, visitor in pairs:
        wanted = table[route.key][visitor]
        said: dict[Side, int] = {}
        unseen = []
        for side in _sides(world, route, wanted, whole=ledger is not None):
            answer = ask(world, route, visitor, side)
            said[side] = answer.status_code
            if CANARY.lower().encode() in bytes_of(answer).lower():
                wrong.append(f"{visitor}, {route}: another service is told of ({side})")
            if side in (Side.FOREIGN, Side.MISSING, Side.DELETED):
                unseen.append((side, essence(answer, address(world, route, visitor, side))))
            if ledger is not None:
                wrong += ledger.uneven(route, visitor, side, answer)
            elif route.method != "GET" and world.written():
                world.restore()
        answered = cell(said[Side.OWN], said.get(Side.COLLEAGUE))
        if wanted != answered:
            wrong.append(told(route, visitor, wanted, answered))
        wrong += [
            f"{visitor}, {route}: the answer about a row that is {side} tells it from one that never was"
            for side, seen in unseen
            if seen != dict(unseen).get(Side.MISSING, seen)
        ]
        # A page of one's own is about nobody else; every other number must name a row the person sees.
        if len(unseen) > 1 and said.get(Side.FOREIGN) in (200, 409):
            wrong.append(f"{visitor}, {route}: a row of another service is answered by {said[Side.FOREIGN]}")
    return wrong


@pytest.mark.parametrize("screen", _screens())
def test_everybody_gets_what_the_table_says(there: World, screen: str) -> None:
    chosen = [(route, visitor) for route, visitor in sample(routes(there.app)) if route.screen == screen]
    assert compare(there, chosen) == []


@pytest.mark.proof
@pytest.mark.parametrize("screen", _screens())
def test_everybody_gets_what_the_table_says_of_every_address_and_the_journal_tells_all_of_it(
    there: World, screen: str, found: Callable[[str, str], None]
) -> None:
    chosen = [(route, visitor) for route in routes(there.app) if route.screen == screen for visitor in VISITORS]
    ledger = Ledger(there)
    assert compare(there, chosen, ledger) == []
    asked = sum(len(sides(there.app, route)) for route, _ in chosen)
    found(f"Кто что получает: {screen}", f"{asked} запросов как в таблице, {ledger.compared} строк журнала, лишних 0")


def test_a_closed_account_gets_what_a_stranger_gets(there: World) -> None:
    differs = []
    for route in routes(there.app):
        if route.method == "GET" and NO_SUCH_NAME not in route.rule:
            closed, stranger = (
                essence(
                    send(there, visitor, address(there, route, ANYBODY, Side.OWN)),
                    address(there, route, ANYBODY, Side.OWN),
                )
                for visitor in (CLOSED, ANYBODY)
            )
            if closed != stranger:
                differs.append(str(route))
    assert differs == []
