"""The next number of a journal a centre keeps, written as its order of work says (``journals``, X-2).

::

    R02: {title: Журнал учёта обращений, number_format: "{n}/{year}"}      ─►  «17/2026»
    R22: {title: Журнал приказов, number_format: "{n}"}                     ─►  «17», counted without years
"""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy.orm import Session

from app.cases.stages import order_in_force
from app.organisation.models import ServiceUnit
from app.papers.numbers import take_number

USUAL = "{n}/{year}"
"""How a number is written by a centre whose order of work says nothing of the journal."""

_PLACE = re.compile(r"\{(n|year|unit)(?::0(\d))?\}")


def next_number(session: Session, unit_id: int, code: str, on: dt.date) -> tuple[int, str]:
    """Take the next number of the journal *code* (R01 … R24) on the day *on*; return it and as it is written.

    It has no gaps and no twins, see :func:`app.papers.numbers.take_number`. A journal whose format names no year
    counts on from year to year.
    """
    order = order_in_force(session, unit_id)
    formats = {one.code: one.number_format for one in order.journals} if order is not None else {}
    written = formats.get(code, USUAL)
    number = take_number(session, unit_id, code, on.year if "{year}" in written else 0)
    unit = session.get_one(ServiceUnit, unit_id)
    facts = {"n": number, "year": on.year, "unit": unit.short_name}

    def put(place: re.Match[str]) -> str:
        name, width = place.groups()
        return f"{facts[name]:0{width}d}" if width and name != "unit" else str(facts[name])

    return number, _PLACE.sub(put, written)
