"""Twenty people register at once: the journal has no gap and no twin (X-2, A6), on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.organisation.models import ServiceUnit, StaffMember
from tests.intake.make import make_intake, rows_of
from tests.make import make_actor, make_staff, make_unit

MANY = 20


@pytest.mark.both
@pytest.mark.rows("S003-3.3")
def test_X_2_twenty_registrations_at_once_get_one_to_twenty_without_a_gap(engine: Engine) -> None:
    with acting(SYSTEM), Session(engine) as session:
        unit = make_unit(session)
        responsible = make_staff(session, make_actor(unit)).id
        unit_id = unit.id
        session.commit()
    begin = Barrier(MANY)

    def register(number: int) -> str:
        with acting(SYSTEM), Session(engine) as own:
            by = make_actor(own.get_one(ServiceUnit, unit_id))
            own.rollback()  # The unit was read to know who acts; the write begins when everybody is ready.
            begin.wait()
            with acting(by):
                intake = make_intake(own, by, responsible=own.get_one(StaffMember, responsible), text=f"№ {number}")
                # Every fifth changes its mind: its number goes back with everything else.
                if number % 5 == 0:
                    own.rollback()
                    intake = make_intake(own, by, responsible=own.get_one(StaffMember, responsible), text=f"№ {number}")
                own.commit()
                return intake.number

    with ThreadPoolExecutor(MANY) as people:
        given = list(people.map(register, range(MANY)))
    year = given[0].partition("/")[2]
    assert sorted(given, key=lambda one: int(one.partition("/")[0])) == [f"{n}/{year}" for n in range(1, MANY + 1)]
    with acting(SYSTEM), Session(engine) as session:
        rows = rows_of(session)
        assert sorted(row.number for row in rows) == list(range(1, MANY + 1))
        assert {row.text_no for row in rows} == {row.intake.number for row in rows if row.intake} == set(given)
