"""Numbers without gaps for cases, agreements and other papers (domain.md 3.1)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.papers.models import NumberSequence

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def take_number(session: Session, unit_id: int, journal: str, year: int = 0) -> int:
    """Return the next number of *journal* in *year*; *year* 0 is a journal that counts without years.

    One statement both finds and raises the counter, so two writers never get the same number. It lives in the
    caller's transaction: if that is rolled back, so is the number, and no gap remains.
    """
    return take_numbers(session, unit_id, journal, year, 1)[0]


def take_numbers(session: Session, unit_id: int, journal: str, year: int, count: int) -> range:
    """Return the next *count* numbers at once, as :func:`take_number` gives one; for loads of whole tables."""
    table = NumberSequence.__table__
    statement = (
        _INSERTS[session.get_bind().dialect.name](table)
        .values(service_unit_id=unit_id, journal=journal, year=year, last=count, version=1)
        .on_conflict_do_update(
            index_elements=[table.c.service_unit_id, table.c.journal, table.c.year],
            set_={"last": table.c.last + count, "version": table.c.version + 1},
        )
        .returning(table.c.last)
        .execution_options(unscoped="a counter is named by its unit")
    )
    last = session.execute(statement).scalar_one()
    return range(last - count + 1, last + 1)


def format_number(number: int, year: int = 0) -> str:
    """Return «014/2026», or «00014» for a journal that counts without years."""
    return f"{number:03d}/{year}" if year else f"{number:05d}"
