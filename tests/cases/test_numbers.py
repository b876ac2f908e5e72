"""Numbers of journals, written as the order of work says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor
from app.cases.numbers import next_number
from tests.by_order import work_by
from tests.make import DAY, centre

Centre = tuple[Session, Actor]


@pytest.fixture
def there() -> Iterator[Centre]:
    with centre() as made:
        yield made


def test_x_2_a_number_is_written_as_the_order_of_work_says(there: Centre) -> None:
    session, by = there
    work_by(session, by, "sudogda", 'R18: {title: Журнал рассылки и запросов, number_format: "{n}/{year}"}',
            'R18: {title: Журнал рассылки и запросов, number_format: "{unit}-{n:03}/{year}"}')  # fmt: skip
    assert [next_number(session, by.unit, "R18", DAY)[0] for _ in range(2)] == [1, 2]
    number, written = next_number(session, by.unit, "R18", DAY)
    assert (number, written.startswith("Центр "), written.endswith("-003/2026")) == (3, True, True)


def test_x_2_a_journal_begins_anew_with_the_year_unless_its_numbers_name_none(there: Centre) -> None:
    session, by = there
    work_by(session, by, "sudogda")
    later = dt.date(2027, 1, 11)
    assert [next_number(session, by.unit, "R18", day)[1] for day in (DAY, DAY, later)] == ["1/2026", "2/2026", "1/2027"]
    assert [next_number(session, by.unit, "R22", day)[1] for day in (DAY, later)] == ["1", "2"]


def test_without_an_order_of_work_numbers_are_written_in_the_usual_way(there: Centre) -> None:
    session, by = there
    assert [next_number(session, by.unit, code, DAY)[1] for code in ("R18", "R02", "R18")] == [
        "1/2026",
        "1/2026",
        "2/2026",
    ]
