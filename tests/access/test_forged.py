"""A form sent from elsewhere: without a token, or with somebody else's, every changing address refuses."""

from __future__ import annotations

import re

from app.roles import DIRECTOR, HEAD
from tests.access.addresses import address, routes
from tests.access.answers import is_allowed, send, somebody_allowed
from tests.access.ledger import WRITTEN_BY_READING
from tests.access.world import Side, World


def token_of(world: World, visitor: str) -> str:
    """Return the token of a form of *visitor*, his cookie keeping what belongs to it."""
    page = send(world, visitor, "/profile/password/").text
    match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert match is not None
    return match[1]


def test_a_form_without_a_token_changes_nothing(there: World) -> None:
    there.app.config["WTF_CSRF_ENABLED"] = True
    wrong = []
    for route in routes(there.app):
        if route.method == "POST":
            visitor = somebody_allowed(route)
            answer = send(there, visitor, address(there, route, visitor, Side.OWN), method="POST")
            changed = there.changed(WRITTEN_BY_READING) if there.written() else frozenset()
            refused = (400,) if is_allowed(route, visitor) else (400, 403, 404)
            if answer.status_code not in refused or changed:
                wrong.append(f"{visitor}, {route}: {answer.status_code}, changed {sorted(changed)}")
                there.restore()
    assert wrong == []


def test_a_form_with_the_token_of_somebody_else_changes_nothing(there: World) -> None:
    there.app.config["WTF_CSRF_ENABLED"] = True
    foreign = token_of(there, DIRECTOR)
    kept = dict(there.cookies)
    wrong = []
    for route in routes(there.app):
        if route.method == "POST":
            visitor = somebody_allowed(route)
            if visitor == DIRECTOR:
                visitor = HEAD
            if kept[visitor] == there.cookies[visitor]:
                token_of(there, visitor)
                there.cookies[visitor] = dict(there.browsers[visitor]._cookies)
            answer = send(
                there, visitor, address(there, route, visitor, Side.OWN), method="POST", data={"csrf_token": foreign}
            )
            changed = there.changed(WRITTEN_BY_READING) if there.written() else frozenset()
            if answer.status_code not in (400, 403, 404) or changed:
                wrong.append(f"{visitor}, {route}: {answer.status_code}, changed {sorted(changed)}")
                there.restore()
    there.cookies = kept
    assert wrong == []


def test_the_token_of_the_person_opens_what_a_foreign_one_does_not(there: World) -> None:
    """Otherwise the two tests above would pass for a service that refuses everything."""
    there.app.config["WTF_CSRF_ENABLED"] = True
    token = token_of(there, HEAD)
    own = there.browsers[HEAD].post("/families/columns", data={"csrf_token": token}, buffered=True)
    assert own.status_code == 302


def test_no_address_changes_anything_by_get_or_head_that_takes_post(there: World) -> None:
    both = {route.rule for route in routes(there.app) if route.method == "GET"}
    wrong = []
    for route in routes(there.app):
        if route.method == "POST" and route.rule not in both:
            for method in ("GET", "HEAD"):
                answer = send(there, HEAD, address(there, route, HEAD, Side.OWN), method=method)
                if answer.status_code not in (404, 405) or there.written():
                    wrong.append(f"{method} {route.rule}: {answer.status_code}")
    assert wrong == []
