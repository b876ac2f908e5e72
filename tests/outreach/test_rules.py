"""Leisure events: who came, once, while the case was open."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor
from app.outreach import rules
from app.outreach.models import LeisureEvent, LeisureKind
from tests.make import DAY, centre, make_case, refused


def event(session: Session, by: Actor, **more: object) -> LeisureEvent:
    """Make a feast of today."""
    values = {"date": DAY, "kind": LeisureKind.FEAST, "name": "Масленица", **more}
    made = LeisureEvent(**values, service_unit_id=by.unit_id)
    session.add(made)
    session.flush()
    return made


def test_S001_3_3_f_a_family_that_came_is_among_the_participants_once() -> None:
    with centre() as (session, by):
        case, feast = make_case(session, by), event(session, by)
        rules.join(feast, case, by=by, adults=1, children=2)
        session.flush()
        assert [(one.case, one.adults, one.children) for one in feast.participants] == [(case, 1, 2)]
        with refused(f"Семья {case.family} уже среди участников.", "case_id"):
            rules.join(feast, case, by=by, adults=1, children=1)


def test_nobody_came_is_no_participation() -> None:
    with centre() as (session, by), refused("Укажите, сколько пришло взрослых и детей.", "children"):
        rules.join(event(session, by), make_case(session, by), by=by, adults=0, children=0)


def test_a_family_comes_while_its_case_is_open() -> None:
    with centre() as (session, by):
        case = make_case(session, by)
        day = case.opened_at - dt.timedelta(days=1)
        with refused(f"{day:%d.%m.%Y} дело № {case.number} не велось. Выберите другую семью.", "case_id"):
            rules.join(event(session, by, date=day), case, by=by, adults=1, children=1)


@pytest.mark.rows("S001-3.3-g")
def test_there_are_six_kinds_of_leisure() -> None:
    assert [kind.label for kind in LeisureKind] == [
        "вечер", "праздник", "экскурсия", "выезд на природу", "клуб по интересам", "игровая программа",
    ]  # fmt: skip
