"""Who comes to «Сегодня», and what stands on it, read from its page."""

from __future__ import annotations

import re
from itertools import count

from flask import Flask
from sqlalchemy import event

from app.acting import SYSTEM
from app.cases.models import CaseStatus, FamilyCase
from app.extensions import db
from app.organisation.models import (
    PartnerKind,
    PartnerOrganisation,
    StaffMember,
)
from app.organisation.rules import make_account
from app.programmes.models import ExecutorType, Measure
from app.roles import (
    CURATOR,
)
from tests import make
from tests.meetings.make import Council
from tests.visiting import PASSWORD, Browser, signed_in

logins = count(1)


def come(app: Flask, centre: Council, staff_id: int | None, *roles: str) -> Browser:
    """Return the browser of a person of the centre who has signed in."""
    staff = centre.session.get_one(StaffMember, staff_id)
    login = f"person{next(logins)}"
    account = make_account(centre.session, staff, login, PASSWORD, roles, by=SYSTEM, must_change=False)
    centre.session.commit()
    return signed_in(app, account)


def curator_of(app: Flask, centre: Council) -> Browser:
    return come(app, centre, centre.centre.curator.staff_id, CURATOR)


def lines(text: str) -> dict[str, list[tuple[str, str]]]:
    """Return the sections of the page with their lines: what, and the verb of its button."""
    found: dict[str, list[tuple[str, str]]] = {}
    for title, body in re.findall(r'<h2 id="(?:work|aside)-\d+">([^<]+)</h2>(.*?)</section>', text, re.DOTALL):
        rows = re.findall(r'<div class="what">(?:<a [^>]*>)?([^<]+)<.*?</div>\s*(.*?)</li>', body, re.DOTALL)
        found[title] = [
            (what.replace("\u00a0", " "), "".join(re.findall(r"btn-sm[^>]*>(?:<svg.*?</svg>)?([^<]+)", rest)))
            for what, rest in rows
        ]
    return found


def tiles(text: str) -> dict[str, int]:
    """Return the figures on top of the page by their words."""
    return {words: int(number) for number, words in re.findall(r"</svg>(\d+)</b><span>([^<]+)</span>", text)}


def queries(app: Flask, browser: Browser) -> int:
    """Return how many statements the page takes."""
    seen: list[str] = []

    def tell(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", tell)
    answer = browser.get("/")
    event.remove(engine, "before_cursor_execute", tell)
    assert answer.status_code == 200
    return len(seen)


def another_case(centre: Council, *, curator: bool = True, status: CaseStatus = CaseStatus.PLANNING) -> FamilyCase:
    made = centre.centre
    staff = made.staff(made.curator) if curator else None
    return make.make_case(centre.session, made.head, curator=staff, status=status)


def school(centre: Council, name: str) -> PartnerOrganisation:
    made = PartnerOrganisation(name=name, kind=PartnerKind.EDUCATION, service_unit_id=centre.centre.unit.id)
    centre.session.add(made)
    centre.session.flush()
    return made


def given(measure: Measure, to: PartnerOrganisation) -> None:
    measure.executor_type, measure.executor_id, measure.partner_id = ExecutorType.ORGANISATION, None, to.id
