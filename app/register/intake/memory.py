"""Columns as a unit took them before: proposed again for the next workbook with the same header."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.acting import Actor, now
from app.base import RuleBroken
from app.register.intake.giveback_child import HEADING
from app.register.models import ImportMapping
from app.register.sheet import Book, Reading, Sheet, find_header
from app.register.sheet.header import Header, flat_words
from app.register.sheet.propose import as_mapping, check_mapping

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def header_print(header: Header) -> str:
    """Return the digest of a header's words and their columns; where it stands and signs in it do not matter.

    Nor does the column in which a workbook was given back with what is wrong: it is the same workbook.
    """
    columns = [column for column in header.columns if flat_words(column.title) != flat_words(HEADING)]
    words = [[column.letter, [flat_words(word) for word in column.words]] for column in columns]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def recalled(session: Session, sheet: Sheet, book: Book, *, by: Actor) -> dict[str, dict[str, str]]:
    """Return ``{sheet name: {letters: field}}`` for the sheets of *book* whose header the unit has met before.

    What does not fit the declaration of today any more is forgotten.
    """
    headers = {grid.name: header for grid in book.grids if (header := find_header(grid, sheet)) is not None}
    prints = {name: header_print(header) for name, header in headers.items()}
    if not prints:
        return {}
    kept = select(ImportMapping.header_print, ImportMapping.mapping).where(
        ImportMapping.unit_id == by.unit,
        ImportMapping.sheet == sheet.key,
        ImportMapping.header_print.in_(set(prints.values())),
    )
    known: dict[str, dict[str, str]] = {made: json.loads(mapping) for made, mapping in session.execute(kept)}
    return {
        name: known[made] for name, made in prints.items() if made in known and _fits(known[made], sheet, headers[name])
    }


def _fits(mapping: Mapping[str, str], sheet: Sheet, header: Header) -> bool:
    try:
        check_mapping(mapping, sheet, header)
    except RuleBroken:
        return False
    return True


def remember(session: Session, sheet: Sheet, reading: Reading, *, by: Actor) -> None:
    """Keep the columns of every table of *reading*; those taken as proposed need no memory, and lose it.

    Two people who correct one header at once do no harm: the later word stands.
    """
    for table in reading.tables:
        made = header_print(table.header)
        if dict(table.mapping) == as_mapping(table.proposals):
            session.execute(
                delete(ImportMapping).where(
                    ImportMapping.unit_id == by.unit,
                    ImportMapping.sheet == sheet.key,
                    ImportMapping.header_print == made,
                )
            )
            continue
        values = {"mapping": json.dumps(dict(table.mapping), ensure_ascii=False), "used_at": now()}
        rows = _INSERTS[session.get_bind().dialect.name](ImportMapping)
        session.execute(
            rows.values(unit_id=by.unit, sheet=sheet.key, header_print=made, **values).on_conflict_do_update(
                index_elements=["unit_id", "sheet", "header_print"], set_=values
            )
        )
