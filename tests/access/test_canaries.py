"""Nothing of a foreign family reaches anybody: every page of every role is read byte by byte (D01, D02, D05, D07)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.organisation.models import StaffMember
from app.register.registry import registers
from app.roles import ADMINISTRATOR, CODES, CURATOR, LAWYER, PARTNER, SCOPES, SECRETARY, WORKER
from tests.access.answers import essence
from tests.access.household import Household, first_unit, household, works_with
from tests.visiting import Browser, Visit

MISSING = 987_654
NARROW = sorted((role for role, words in SCOPES.items() if "unit" not in words), key=list(SCOPES).index)
"""Roles that see part of the centre or nothing of it."""

ONE_OF_A_KIND = (CURATOR, WORKER, LAWYER, SECRETARY, PARTNER, ADMINISTRATOR)
WALKING = [role if role in ONE_OF_A_KIND else pytest.param(role, marks=pytest.mark.proof) for role in NARROW]
"""One role of each scope and each way of being shown part of a screen walks in `make test`, all in `make proof`."""

NOT_WALKED = ("/static/", "/look/", "/login/", "/health", "/import/<string(length=32):token>/")
"""Addresses that show no rows: files of the product, the door, and pages under a token nobody can guess."""


@dataclass
class Visited:
    """A visitor of a role with the family he works with and the one he does not."""

    app: Flask
    browser: Browser
    role: str
    own: Household
    foreign: Household

    def addresses(self, whose: Household | None) -> Iterator[str]:
        """Yield every GET address with the keys of *whose* rows, of rows that are not there without it."""
        known = registers_of(self.app)
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            address = str(rule)
            if "GET" not in (rule.methods or ()) or address.startswith(NOT_WALKED):
                continue
            register = known.get(address.split("/")[1])
            row = whose.rows.get(register.model.__tablename__) if whose and register is not None else None
            pk = MISSING if row is None else row.id
            address = address.replace("<int(max=2147483647):pk>", str(pk)).replace("<int(max=2147483647):file>", "1")
            for name in register.register_actions if register is not None and "<string:name>" in address else ("",):
                for key in known if "<string:key>" in address else ("",):
                    for code in CODES_OF_REPORTS if "<code>" in address else ("",):
                        made = address.replace("<string:name>", name).replace("<string:key>", key)
                        yield made.replace("<code>", code)


CODES_OF_REPORTS = ("R01", "R06", "R11", "R12")


def registers_of(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return registers().by_key


@pytest.fixture
def come(app: Flask, stored: Session, visit: Visit) -> Any:
    """Return ``come(role)``: a fresh visitor of *role* beside two families."""
    unit = first_unit(stored)
    own = household(stored, unit, "Своякова", "11223344595", 1)
    foreign = household(stored, unit, "Канарейкина", "08765430300", 2)

    def as_role(role: str) -> Visited:
        browser = visit(role)
        works_with(stored, stored.get_one(StaffMember, browser.staff_id), own, CODES[role])
        if role == SECRETARY:  # Whoever stands on an agenda is no stranger to the secretary.
            for table in ("decision_assignment", "decision", "agenda_item"):
                stored.delete(foreign.rows.pop(table))
                stored.flush()
        return Visited(app, browser, role, own, foreign)

    return as_role


def opened(answer: Any) -> bytes:
    """Return what a person reads in *answer*: the parts of a workbook, not its compressed bytes."""
    if answer.data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return b"".join(book.read(name) for name in book.namelist())
    return bytes(answer.data) + str(answer.headers).encode()


@pytest.mark.parametrize("role", WALKING)
def test_d05_no_page_no_file_and_no_count_tells_of_a_foreign_family(come: Any, role: str) -> None:
    visited = come(role)
    own_seen = 0
    asked = [*visited.addresses(visited.own), *visited.addresses(visited.foreign), *typed(visited)]
    for address in dict.fromkeys(asked):
        with closing(visited.browser.get(address)) as answer:
            assert answer.status_code < 500, (address, answer.status_code)
            read = opened(answer)
        found = [word for word in visited.foreign.canaries if word.encode() in read]
        assert found == [], f"{role}: {address} tells {found}"
        own_seen += any(word.encode() in read for word in visited.own.canaries)
    if SCOPES[role]:
        assert own_seen, f"{role}: nothing of the own family was seen, so nothing is proved"
    else:
        assert own_seen == 0


def typed(visited: Visited) -> Iterator[str]:
    """Yield what a curious person types into addresses: a word that is there, a parent, a filter by a foreign key."""
    family, case = visited.foreign.rows["family"].id, visited.foreign.rows["family_case"].id
    for key in registers_of(visited.app):
        yield f"/{key}/?q=анарейки"
        yield f"/{key}/lookup?q=анарейки"
        yield f"/{key}/lookup?q=кан"
        yield f"/{key}/export.xlsx?q=анарейки"
        yield f"/{key}/?f.family_id.op=any&f.family_id={family}"
        yield f"/{key}/?f.case_id.op=any&f.case_id={case}"
        yield f"/{key}/add?family_id={family}&case_id={case}&person_id={visited.foreign.rows['person'].id}"
    yield "/search/?q=анарейки"
    yield "/search/?q=087-654"


@pytest.mark.parametrize("role", WALKING)
def test_d01_a_foreign_row_answers_exactly_as_a_missing_one(come: Any, role: str) -> None:
    visited = come(role)
    foreign, missing = list(visited.addresses(visited.foreign)), list(visited.addresses(None))
    assert len(foreign) == len(missing)
    for there, nowhere in zip(foreign, missing, strict=True):
        if there != nowhere:
            with closing(visited.browser.get(there)) as one, closing(visited.browser.get(nowhere)) as other:
                assert essence(one, there) == essence(other, nowhere), (role, there)
