"""What the README promises of the engine, measured at length: many numbers, many addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import acting
from app.extensions import db
from app.organisation.models import ServiceUnit
from app.papers.numbers import take_number
from app.register.registry import registers
from tests.make import make_actor, make_family
from tests.register.test_addresses import arguments
from tests.register.test_at_once import together
from tests.visiting import Visit

pytestmark = [pytest.mark.proof, pytest.mark.both]

EACH = 500


def test_eight_threads_take_five_hundred_numbers_each(
    app: Flask, stored: Session, found: Callable[[str, str], None]
) -> None:
    unit = stored.scalars(select(ServiceUnit)).one()
    unit_id, by = unit.id, make_actor(unit)
    stored.commit()
    with app.app_context():
        engine = db.engine
    taken: list[int] = []

    def work(number: int) -> None:
        with acting(by), Session(engine) as session:
            for _ in range(EACH):
                taken.append(take_number(session, unit_id, "proof", 2026))
                session.commit()

    together(work)
    assert sorted(taken) == list(range(1, 8 * EACH + 1))
    found(f"8 потоков по {EACH} номеров, {engine.dialect.name}", f"{len(taken)} номеров без пропусков и повторов")


def test_ten_thousand_addresses_break_no_list(
    app: Flask, stored: Session, visit: Visit, found: Callable[[str, str], None]
) -> None:
    unit = stored.scalars(select(ServiceUnit)).one()
    make_family(stored, make_actor(unit), members=[])
    browser = visit("Заведующий отделением", "Директор")
    with app.app_context():
        dialect, keys = db.engine.dialect.name, sorted(registers().by_key)
    codes: Counter[int] = Counter()
    strategy = st.sampled_from(keys).flatmap(lambda key: st.tuples(st.just(key), arguments(app, key)))

    @settings(max_examples=10_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def look(asked: tuple[str, list[tuple[str, str]]]) -> None:
        key, pairs = asked
        query = "&".join(f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in pairs)
        code = browser.get(f"/{key}/?{query}").status_code
        codes[code] += 1
        assert code in (200, 400, 403, 404), (code, key, pairs)

    look()
    found(f"10 000 случайных адресов, {dialect}", ", ".join(f"{code}: {n}" for code, n in sorted(codes.items())))
