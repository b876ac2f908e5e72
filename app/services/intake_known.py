"""What the base knows of whom a journal of services names: people, their families, cases and services already there.

Everything is read in a fixed number of statements; of a large base only those are kept whom the table may mean.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CuratorAssignment, FamilyCase
from app.organisation.models import StaffMember
from app.people.models import FamilyMember, Person
from app.register.sheet import Directory
from app.register.sheet.names import in_russian
from app.services.models import Service, ServiceRecord
from app.services.sheet_kinds import Named, stem_of_family
from app.words import fold

READ_AT_ONCE = 2000

Same = tuple[dt.date, int, int, int, Decimal, int | None]
"""What a service given is known by: the day, recipient, service, performer, amount and minutes."""


class Seat(NamedTuple):
    """A person in a family, to the day *until* (None: still there); *family_id* is None for one of no family."""

    person_id: int
    name: str
    birth_date: dt.date
    family_id: int | None
    represents: bool
    until: dt.date | None


class Case(NamedTuple):
    """A case as the plan asks about it."""

    id: int
    number: str
    opened_at: dt.date
    ended_at: dt.date | None

    def runs_on(self, day: dt.date) -> bool:
        """Whether the case was open on *day*."""
        return self.opened_at <= day and (self.ended_at is None or day <= self.ended_at)


class Worker(NamedTuple):
    """A member of the staff and the days of work."""

    id: int
    name: str
    since: dt.date
    until: dt.date | None


class Listed(NamedTuple):
    """A service of the directory."""

    id: int
    name: str
    direction: str
    is_active: bool


@dataclass
class Known:
    """What the base answers to one table."""

    people: Directory
    seats: dict[int, list[Seat]] = field(default_factory=dict)
    """By person."""
    heads: dict[str, list[int]] = field(default_factory=dict)
    """Who represents a family now, by the stem of the surname."""
    cases: dict[int, list[Case]] = field(default_factory=dict)
    """By family, the oldest first."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The family of a case, by the folded number of the case."""
    curators: dict[int, list[tuple[int, dt.date, dt.date | None]]] = field(default_factory=dict)
    """By case: who, since, until."""
    staff: dict[int, Worker] = field(default_factory=dict)
    services: dict[str, Listed] = field(default_factory=dict)
    """By folded name."""
    given: Counter[Same] = field(default_factory=Counter)
    """How many services there are that are known by the same; the annulled are among them."""

    def find(self, who: Named) -> list[int]:
        """Return everybody *who* may mean; of «семья Тестовых» the representatives."""
        found = self.people.find(who.name.full if who.name else who.text)
        return sorted(pk for pk in found if isinstance(pk, int)) or self.heads.get(stem_of_family(who.text), [])

    def leads(self, staff_id: int | None, case_id: int, day: dt.date) -> bool:
        """Whether *staff_id* was the curator of the case on *day*."""
        return any(
            who == staff_id and since <= day and (until is None or day <= until)
            for who, since, until in self.curators.get(case_id, ())
        )


def known_to(session: Session, named: Collection[Named], days: Collection[dt.date]) -> Known:
    """Return what the base knows of those *named* and of the services given from the first to the last of *days*."""
    whole = {who.name.key for who in named if who.name}
    short = [fold(in_russian(who.text)) for who in named if not who.name]
    surnames = {word for text in short for word in re.findall(r"[^\W\d_]{2,}(?:-[^\W\d_]+)*", text)}
    stems = {stem for who in named if not who.name and (stem := stem_of_family(who.text))}
    people: dict[int, _Person] = {}
    for person in _people(session):
        first, *rest = person.key.split()
        if (
            person.key in whole
            or " ".join([first, *rest[:1]]) in whole
            or first in surnames
            or (stems and stem_of_family(first) in stems)
        ):
            people[person.id] = person
    known = Known(Directory((one.id, one.last, one.first, one.middle) for one in people.values()))
    for person_id, family_id, represents, until in _places(session):
        if person_id in people:
            known.seats.setdefault(person_id, []).append(_seat(people[person_id], family_id, represents, until))
            if represents and until is None:
                known.heads.setdefault(stem_of_family(people[person_id].key.split()[0]), []).append(person_id)
    for person_id in people.keys() - known.seats.keys():
        known.seats[person_id] = [_seat(people[person_id], None, False, None)]
    families = {seat.family_id for seats in known.seats.values() for seat in seats}
    kept = select(FamilyCase.family_id, FamilyCase.id, FamilyCase.number, FamilyCase.opened_at, FamilyCase.ended_at)
    for family_id, pk, number, opened, ended in session.execute(kept.order_by(FamilyCase.opened_at, FamilyCase.id)):
        if family_id in families:
            known.cases.setdefault(family_id, []).append(Case(pk, number, opened, ended))
            known.numbers[fold(number)] = family_id
    known.curators = _curators(session, {case.id for cases in known.cases.values() for case in cases})
    known.staff = staff_of(session)
    listed = select(Service.id, Service.name, Service.direction, Service.is_active)
    known.services = {fold(row[1]): Listed(*row) for row in session.execute(listed.order_by(Service.id.desc()))}
    if days:
        known.given = _given(session, min(days), max(days))
    return known


class _Person(NamedTuple):
    id: int
    key: str
    last: str
    first: str
    middle: str | None
    name: str
    birth_date: dt.date


def _seat(person: _Person, family_id: int | None, represents: bool, until: dt.date | None) -> Seat:
    return Seat(person.id, person.name, person.birth_date, family_id, represents, until)


def _people(session: Session) -> Iterator[_Person]:
    """Yield everybody.

    Their places in families are read apart: joined, SQLite without statistics may look each person up among all the
    members of the unit.
    """
    query = select(
        Person.id,
        Person.name_key,
        Person.last_name,
        Person.first_name,
        Person.middle_name,
        Person.name,
        Person.birth_date,
    ).execution_options(yield_per=READ_AT_ONCE)
    for pk, key, last, first, middle, name, born in session.execute(query.order_by(Person.id)):
        yield _Person(pk, key, last, first, middle, name, born)


def _places(session: Session) -> Iterator[tuple[int, int, bool, dt.date | None]]:
    """Yield each place in a family: who, of which family, whether as its representative, until when."""
    query = select(
        FamilyMember.person_id, FamilyMember.family_id, FamilyMember.is_legal_representative, FamilyMember.date_to
    ).execution_options(yield_per=READ_AT_ONCE)
    yield from session.execute(query.order_by(FamilyMember.id))


def _curators(session: Session, case_ids: set[int]) -> dict[int, list[tuple[int, dt.date, dt.date | None]]]:
    query = select(
        CuratorAssignment.case_id, CuratorAssignment.staff_id, CuratorAssignment.date_from, CuratorAssignment.date_to
    ).execution_options(yield_per=READ_AT_ONCE)
    found: dict[int, list[tuple[int, dt.date, dt.date | None]]] = {}
    for case_id, who, since, until in session.execute(query):
        if case_id in case_ids:
            found.setdefault(case_id, []).append((who, since, until))
    return found


def staff_of(session: Session) -> dict[int, Worker]:
    """Return everybody who ever worked here: a journal of a past year names those who have left."""
    query = select(StaffMember.id, StaffMember.name, StaffMember.active_from, StaffMember.active_to)
    return {pk: Worker(pk, name, since, until) for pk, name, since, until in session.execute(query)}


def staff_directory(session: Session) -> Directory:
    """Return the staff to be found by name; see :func:`staff_of`."""
    query = select(StaffMember.id, StaffMember.last_name, StaffMember.first_name, StaffMember.middle_name)
    return Directory((pk, last, first, middle) for pk, last, first, middle in session.execute(query))


def _given(session: Session, first: dt.date, last: dt.date) -> Counter[Same]:
    """Count the services given from *first* to *last*; an annulled one counts, or the same file would bring it back."""
    query = select(
        ServiceRecord.date,
        ServiceRecord.recipient_id,
        ServiceRecord.service_id,
        ServiceRecord.performer_id,
        ServiceRecord.quantity,
        ServiceRecord.minutes,
    ).where(ServiceRecord.date >= first, ServiceRecord.date <= last)
    found: Counter[Same] = Counter()
    for row in session.execute(query.execution_options(yield_per=READ_AT_ONCE)):
        found[row[0], row[1], row[2], row[3], row[4], row[5]] += 1
    return found
