"""Numbers without gaps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor
from app.papers.numbers import format_number, take_number, take_numbers
from tests import make


@pytest.fixture
def centre() -> Iterator[tuple[Session, Actor]]:
    with make.centre() as both:
        yield both


def test_numbers_follow_one_another(centre):
    session, by = centre
    assert [take_number(session, by.unit_id, "case", 2026) for _ in range(3)] == [1, 2, 3]


def test_many_numbers_taken_at_once_follow_the_others(centre):
    session, by = centre
    take_number(session, by.unit_id, "case", 2026)
    many = list(take_numbers(session, by.unit_id, "case", 2026, 3))
    assert (many, take_number(session, by.unit_id, "case", 2026)) == ([2, 3, 4], 5)


def test_each_journal_year_and_unit_counts_for_itself(centre):
    session, by = centre
    other = make.make_unit(session)
    take_number(session, by.unit_id, "case", 2026)
    taken = [
        take_number(session, by.unit_id, "case", 2025),
        take_number(session, by.unit_id, "agreement", 2026),
        take_number(session, other.id, "case", 2026),
        take_number(session, by.unit_id, "case", 2026),
    ]
    assert taken == [1, 1, 1, 2]


def test_a_number_goes_back_with_the_transaction_that_took_it(centre):
    session, by = centre
    take_number(session, by.unit_id, "case", 2026)
    session.commit()
    take_number(session, by.unit_id, "case", 2026)
    session.rollback()
    assert take_number(session, by.unit_id, "case", 2026) == 2


def test_a_number_is_written_with_its_year_or_without():
    assert (format_number(14, 2026), format_number(1400, 2026), format_number(14)) == ("014/2026", "1400/2026", "00014")
