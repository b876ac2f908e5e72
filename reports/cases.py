"""The cases a register counts and what several registers say of each.

Everything is told as it was on the day asked for, as far as the tables keep time: members of the family, curator,
agreement, programme, recognition, the end of the case. Address, telephone and features are those of today.

Cases are read in batches; what belongs to them is read for a whole batch by one query a kind, so the number of
queries depends on the number of batches, never on the number of cases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, and_, case, or_, select
from sqlalchemy.orm import Session

from app.acting import actor
from app.cases.models import CuratorAssignment, FamilyCase
from app.cases.stages import order_in_force
from app.organisation.models import ServiceArea, StaffMember
from app.people.models import Family, FamilyFeature, FamilyMember, FamilyRole, Person, age_on
from app.people.rules import HEADS_OF_FAMILY
from app.words import initials
from reports.form import Asked, grouped

BATCH = 500
"""Cases read at once: large enough for few queries, small enough for a few megabytes."""

HEALTH_FEATURES = frozenset({FamilyFeature.DISABLED_CHILD, FamilyFeature.OVZ_CHILD, FamilyFeature.DISABLED_PARENT})
"""Features of a family that tell of somebody's health."""


@dataclass(frozen=True)
class Member:
    """A member of a family on the day asked for."""

    person_id: int
    name: str
    birth_date: dt.date
    sex: Any
    role: FamilyRole
    is_representative: bool
    lives_together: bool
    is_child: bool
    registers: list[Any] = field(default_factory=list)


@dataclass
class CaseLine:
    """A case of a register with what is said of it. *no* is its number in the order of the register."""

    no: int
    case: Row[Any]
    day: dt.date
    members: list[Member]

    @property
    def curator(self) -> str:
        """«Щёголева П. Ф.», or nothing when the case had no curator."""
        case = self.case
        return initials(case.last_name, case.first_name, case.middle_name) if case.last_name else ""

    @property
    def children(self) -> list[Member]:
        """The children of the family, the eldest first."""
        return sorted((each for each in self.members if each.is_child), key=lambda child: child.birth_date)

    @property
    def adults(self) -> list[Member]:
        """The adults who live with the children."""
        return [each for each in self.members if not each.is_child and each.lives_together]

    @property
    def representatives(self) -> str:
        """The legal representatives of the children."""
        return ", ".join(each.name for each in self.members if each.is_representative)

    @property
    def area(self) -> str:
        """«2. Ключи», as the area is called on every screen."""
        return f"{self.case.area_number}. {self.case.area_name}" if self.case.area_number else ""

    @property
    def is_ended(self) -> bool:
        """Whether the case had ended by the day asked for."""
        return self.case.ended_at is not None and self.case.ended_at <= self.day


def is_child(role: FamilyRole, birth_date: dt.date, day: dt.date) -> bool:
    """Whether a member counts as a child on *day*: under 18 and not a parent, as a mother of 17 is one."""
    return age_on(birth_date, day) < 18 and role not in HEADS_OF_FAMILY and role is not FamilyRole.PARTNER


def covers(model: Any, day: Any) -> Any:
    """Return the criterion that the period of *model* holds *day*; the last day counts."""
    return and_(model.date_from <= day, or_(model.date_to.is_(None), model.date_to >= day))


def curator_on(on: dt.date) -> Any:
    """Return who led the case on day *on*, or on the last day of a case that had ended by then.

    On the day of a change two assignments touch; the later one names the curator.
    """
    day = case((FamilyCase.ended_at <= on, FamilyCase.ended_at), else_=on)
    return (
        select(CuratorAssignment.staff_id)
        .where(CuratorAssignment.case_id == FamilyCase.id, covers(CuratorAssignment, day))
        .order_by(CuratorAssignment.date_from.desc(), CuratorAssignment.id.desc())
        .limit(1)
        .correlate(FamilyCase)
        .scalar_subquery()
    )


def counts_from(session: Session) -> Any:
    """Return the day from which a case stands in the registers: by its registration, or by the beginning of the
    accompaniment where the order of work of the unit says so (``register_counts_from``, S003-2.6)."""
    unit_id = actor().unit_id
    order = order_in_force(session, unit_id) if unit_id is not None else None
    by_start = order is not None and order.source["register_counts_from"] == "started_at"
    return FamilyCase.started_at if by_start else FamilyCase.registered_at


def counted(session: Session, asked: Asked) -> Select[Any]:
    """Select the cases a register counts: entered by the day asked for, or within the period (domain.md 5).

    The order is that in which they entered, see :func:`counts_from`. A case refused before has no such date and is
    never counted.
    """
    entered = counts_from(session)
    curator = curator_on(asked.on)
    query: Any = (
        select(
            FamilyCase.id,
            FamilyCase.number,
            FamilyCase.family_id,
            FamilyCase.category,
            FamilyCase.source,
            FamilyCase.registered_at,
            FamilyCase.planned_end,
            FamilyCase.ended_at,
            FamilyCase.end_reason,
            FamilyCase.outcome,
            FamilyCase.note,
            Family.name.label("family"),
            Family.address,
            Family.phone,
            Family.family_kind,
            Family.features,
            ServiceArea.number.label("area_number"),
            ServiceArea.name.label("area_name"),
            StaffMember.last_name,
            StaffMember.first_name,
            StaffMember.middle_name,
        )
        .join(Family, Family.id == FamilyCase.family_id)
        .outerjoin(ServiceArea, ServiceArea.id == Family.area_id)
        .outerjoin(StaffMember, StaffMember.id == curator)
        .where(entered <= asked.on)
        .order_by(entered, FamilyCase.id)
    )
    if asked.date_from is not None:
        query = query.where(entered >= asked.date_from)
    return narrowed(query, asked, StaffMember.id)


def narrowed(query: Any, asked: Asked, curator: Any) -> Any:
    """Narrow a query over cases with their families to the filters; *curator* is who leads the case then."""
    filters = asked.filters
    if filters.area_id is not None:
        query = query.where(Family.area_id == filters.area_id)
    if filters.category is not None:
        query = query.where(FamilyCase.category == filters.category)
    if filters.status is not None:
        query = query.where(FamilyCase.status == filters.status)
    if filters.curator_id is not None:
        query = query.where(curator == filters.curator_id)
    return query


def batches(session: Session, query: Select[Any], asked: Asked) -> Iterator[list[CaseLine]]:
    """Yield the cases of *query* in batches, each with the members its family had then: one query a batch."""
    no = 0
    for part in session.execute(query.execution_options(yield_per=BATCH)).partitions():
        members = _members(session, [row.family_id for row in part], asked)
        lines = []
        for row in part:
            no += 1
            day = row.ended_at if row.ended_at is not None and row.ended_at <= asked.on else asked.on
            there = _there(members.get(row.family_id, []), day)
            lines.append(CaseLine(no, row, asked.on, [_member(each, day, asked) for each in there]))
        yield lines


def _members(session: Session, family_ids: list[int], asked: Asked) -> dict[int, list[Row[Any]]]:
    columns = [
        FamilyMember.family_id,
        FamilyMember.role,
        FamilyMember.is_legal_representative,
        FamilyMember.lives_together,
        FamilyMember.date_from,
        FamilyMember.date_to,
        Person.id.label("person_id"),
        Person.name,
        Person.birth_date,
        Person.sex,
        Person.died_at,
    ]
    if asked.registers:
        columns.append(Person.prevention_registers)
    query = (
        select(*columns)
        .join(Person, Person.id == FamilyMember.person_id)
        .where(FamilyMember.family_id.in_(family_ids))
        .order_by(FamilyMember.id)
    )
    return grouped(session.execute(query))


def _there(members: list[Row[Any]], day: dt.date) -> list[Row[Any]]:
    """Return who was in the family on *day*.

    A family is often written down later than it came onto the register, with «в семье с» of that later day; for the
    days before, it is shown as it was first known.
    """
    known = max([day, *([min(row.date_from for row in members)] if members else [])])
    return [
        row
        for row in members
        if row.date_from <= known
        and (row.date_to is None or day <= row.date_to)
        and row.birth_date <= day
        and (row.died_at is None or row.died_at > day)
    ]


def _member(row: Row[Any], day: dt.date, asked: Asked) -> Member:
    return Member(
        person_id=row.person_id,
        name=row.name,
        birth_date=row.birth_date,
        sex=row.sex,
        role=row.role,
        is_representative=row.is_legal_representative,
        lives_together=row.lives_together,
        is_child=is_child(row.role, row.birth_date, day),
        registers=row.prevention_registers if asked.registers else [],
    )
