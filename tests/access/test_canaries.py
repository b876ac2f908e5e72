"""Nothing of a foreign family reaches anybody: pages are read byte by byte (D01, D02, D05, D07).

In `make test` six roles walk, and each address is asked by one of them that gets it; in `make proof` every role that
does not see the whole unit asks for every address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.organisation.models import StaffMember
from app.roles import ADMINISTRATOR, CODES, CURATOR, LAWYER, PARTNER, SCOPES, SECRETARY, WORKER
from tests.access.addresses import Route, routes
from tests.access.answers import bytes_of, essence, is_allowed
from tests.access.household import Household, first_unit, household, works_with
from tests.visiting import Browser, Visit

MISSING = 987_654
NARROW = sorted((role for role, words in SCOPES.items() if "unit" not in words), key=list(SCOPES).index)
"""Roles that see part of the centre or nothing of it."""

WALKING = (CURATOR, WORKER, LAWYER, SECRETARY, PARTNER, ADMINISTRATOR)
"""One role of each scope and each way of being shown part of a screen."""

NOT_WALKED = ("/static/", "/look/", "/login/", "/health", "/import/" + "0" * 32)
"""Addresses that show no rows: files of the product, the door, and pages under a token nobody can guess."""


def walks(app: Flask) -> list[Route]:
    """Return every reading route that may show a row."""
    return [route for route in routes(app) if route.method == "GET" and not route.rule.startswith(NOT_WALKED)]


def shared_out(every: list[Route]) -> dict[str, list[Route]]:
    """Give each route to one of the walking roles: of those that get it, to the one with the least to walk."""
    shares: dict[str, list[Route]] = {role: [] for role in WALKING}
    for route in every:
        allowed = [role for role in WALKING if is_allowed(route, role)] or WALKING
        shares[min(allowed, key=lambda role: len(shares[role]))].append(route)
    return shares


@dataclass
class Visited:
    """A visitor of a role with the family he works with and the one he does not."""

    app: Flask
    browser: Browser
    role: str
    own: Household
    foreign: Household

    def address(self, route: Route, whose: Household | None) -> str:
        """Return the address of *route* with the keys of *whose* rows, of rows that are not there without it."""
        row = whose.rows.get(route.table) if whose else None
        made = route.rule
        for name in route.parts:
            made = made.replace(f"<{name}>", str(1 if name == "file" else MISSING if row is None else row.id))
        return made

    def typed(self, route: Route) -> Iterator[str]:
        """Yield what a curious person adds to *route*: a word that is there, a parent, a filter by a foreign key."""
        family, case, person = (self.foreign.rows[table].id for table in ("family", "family_case", "person"))
        kind = route.endpoint.partition(".")[2]
        if kind in ("list", "lookup", "export"):
            yield f"{route.rule}?q=анарейки"
        if kind == "lookup":
            yield f"{route.rule}?q=кан"
        if kind == "list":
            yield f"{route.rule}?f.family_id.op=any&f.family_id={family}"
            yield f"{route.rule}?f.case_id.op=any&f.case_id={case}"
        if kind == "add":
            yield f"{route.rule}?family_id={family}&case_id={case}&person_id={person}"
        if route.rule == "/search/":
            yield f"{route.rule}?q=анарейки"
            yield f"{route.rule}?q=087-654"


@pytest.fixture
def come(app: Flask, stored: Session, visit: Visit) -> Any:
    """Return ``come(role)``: a fresh visitor of *role* beside two families."""
    unit = first_unit(stored)
    own = household(stored, unit, "Своякова", "11223344595", 1, consented=True)
    foreign = household(stored, unit, "Канарейкина", "08765430300", 2, consented=True)

    def as_role(role: str) -> Visited:
        browser = visit(role)
        works_with(stored, stored.get_one(StaffMember, browser.staff_id), own, CODES[role])
        if role == SECRETARY:  # Whoever stands on an agenda is no stranger to the secretary.
            for table in ("decision_assignment", "decision", "agenda_item"):
                stored.delete(foreign.rows.pop(table))
                stored.flush()
        return Visited(app, browser, role, own, foreign)

    return as_role


def tells(visited: Visited, chosen: list[Route]) -> list[str]:
    """Ask for *chosen* in every way and return where a foreign family shows, or where the own one does not."""
    wrong, own_seen = [], False
    for route in chosen:
        asked = (visited.address(route, visited.own), visited.address(route, visited.foreign), *visited.typed(route))
        for address in dict.fromkeys(asked):
            with closing(visited.browser.get(address)) as answer:
                read = bytes_of(answer)
            if answer.status_code >= 500:
                wrong.append(f"{visited.role}: {address}: {answer.status_code}")
            told = [word for word in visited.foreign.canaries if word.encode() in read]
            if told:
                wrong.append(f"{visited.role}: {address} tells {told}")
            own_seen |= any(word.encode() in read for word in visited.own.canaries)
    if own_seen != bool(SCOPES[visited.role]):
        wrong.append(f"{visited.role}: own family seen: {own_seen}, so nothing is proved")
    return wrong


def tell_apart(visited: Visited, chosen: list[Route]) -> list[str]:
    """Return the addresses of *chosen* at which a foreign row does not answer exactly as a missing one."""
    wrong = []
    for route in chosen:
        there, nowhere = visited.address(route, visited.foreign), visited.address(route, None)
        if there != nowhere:
            with closing(visited.browser.get(there)) as one, closing(visited.browser.get(nowhere)) as other:
                if essence(one, there) != essence(other, nowhere):
                    wrong.append(f"{visited.role}: {there}")
    return wrong


def test_every_address_is_walked_by_one_role(app: Flask) -> None:
    every = walks(app)
    assert sorted(str(route) for share in shared_out(every).values() for route in share) == sorted(map(str, every))


@pytest.mark.parametrize("role", WALKING)
def test_d05_no_page_no_file_and_no_count_tells_of_a_foreign_family(come: Any, role: str) -> None:
    visited = come(role)
    every = walks(visited.app)
    lists = [route for route in every if route.endpoint.endswith(".list") and is_allowed(route, role)]
    assert tells(visited, [*shared_out(every)[role], *lists]) == []


@pytest.mark.parametrize("role", WALKING)
def test_d01_a_foreign_row_answers_exactly_as_a_missing_one(come: Any, role: str) -> None:
    visited = come(role)
    assert tell_apart(visited, shared_out(walks(visited.app))[role]) == []


@pytest.mark.proof
@pytest.mark.parametrize("role", NARROW)
def test_no_address_at_all_tells_a_role_of_a_foreign_family(
    come: Any, role: str, found: Callable[[str, str], None]
) -> None:
    visited = come(role)
    every = walks(visited.app)
    assert tells(visited, every) + tell_apart(visited, every) == []
    found(f"Чужая семья не видна: {role}", f"{len(every)} адресов, чужих слов 0, чужая строка как несуществующая")
