"""What loading a bank of families would do: each family of the table against the table itself and the base.

::

    open_workbook ─► preview ─► Plan (shown to the person) ─► intake_load.load ─► LoadResult

A family is known by its representative: name and date of birth, or СНИЛС. A table never overwrites what the
base holds; to a family already there it only adds children the base does not know.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.acting import Actor, today
from app.base import RuleBroken
from app.cases.models import EndReason
from app.cases.sheets import FAMILIES, REMOVED
from app.organisation.models import StaffMember
from app.people.lists import FamilyRole
from app.people.models import Family, FamilyMember, Person
from app.register.intake.plan import DUPLICATE_KIND, NOTE_KIND, Plan, Planned, Verdict, stamp_of
from app.register.sheet import Around, Book, Directory, Group, Line, Problem, Reading, read_book
from app.register.sheet.propose import BY_VALUES


@dataclass(frozen=True)
class NewChild:
    """A child that would be added; *person_id* if the base knows the person, outside any family."""

    line: Line
    person_id: int | None = None


@dataclass(frozen=True)
class Removal:
    """That a family was taken off the register: a row of the list «Снятые с учёта» beside the bank."""

    day: dt.date
    reason: EndReason


@dataclass(frozen=True)
class PlannedFamily(Planned):
    """One family of the table and what loading would do with it."""

    family_id: int | None = None
    """The family of the base it was found to be."""
    representative_id: int | None = None
    children: tuple[NewChild, ...] = ()
    """The children that would be added."""
    removal: Removal | None = None
    """When the book says beside the bank that the family has been taken off the register."""


@dataclass(frozen=True)
class FamiliesPlan(Plan):
    """What loading a bank would do. Show it, then hand it to :func:`app.cases.intake_load.load`."""

    items: tuple[PlannedFamily, ...]
    removed: tuple[Group, ...] = ()

    @property
    def unread(self) -> list[tuple[str, str]]:
        """The sheets nothing was taken from, with why."""
        used = {group.sheet for group in self.removed}
        return [(name, why) for name, why in self.reading.unread if name not in used]

    @property
    def families(self) -> tuple[PlannedFamily, ...]:
        """The families of the table."""
        return self.items

    @property
    def loaded_families(self) -> list[PlannedFamily]:
        """The families that loading would add or add children to."""
        return [family for family in self.items if family.verdict in (Verdict.NEW, Verdict.CHANGED)]

    @property
    def new_families(self) -> int:
        """How many families loading would add."""
        return self.counts[Verdict.NEW]

    @property
    def new_children(self) -> int:
        """How many children loading would add."""
        return sum(len(family.children) for family in self.loaded_families)


def preview(
    session: Session, book: Book, mapping: Mapping[str, Mapping[str, str]] | None = None, *, by: Actor
) -> FamiliesPlan:
    """Read *book* and say what loading it would do; nothing is written.

    *mapping* is ``{sheet: {column letters: field}}`` as a person corrected it.

    Raises:
        RuleBroken: the book holds no bank of families, or the mapping does not fit it.
    """
    around = Around(today(), lookups={"staff": _staff(session, today())})
    reading = read_book(book, FAMILIES, around, mapping)
    return judge(session, reading, read_removed(book, reading, around), by=by)


def read_removed(book: Book, reading: Reading, around: Around) -> tuple[Group, ...]:
    """Return the rows of the lists of removed families beside the bank; a list is known by its header only."""
    banks = {table.name for table in reading.tables}
    beside = replace(book, grids=tuple(grid for grid in book.grids if grid.name not in banks), hidden=())
    try:
        lists = read_book(beside, REMOVED, around).tables
    except RuleBroken:  # No other sheet holds a table: nothing to tell anybody.
        return ()
    told = [
        table for table in lists if any(one.target == "ended" and one.reason != BY_VALUES for one in table.proposals)
    ]
    return tuple(group for table in told for group in table.groups)


def _staff(session: Session, day: dt.date) -> Directory:
    """Return who may be a curator today, to be found by name."""
    people = session.execute(
        select(StaffMember.id, StaffMember.last_name, StaffMember.first_name, StaffMember.middle_name).where(
            StaffMember.active_from <= day, or_(StaffMember.active_to.is_(None), StaffMember.active_to >= day)
        )
    )
    return Directory((pk, last, first, middle) for pk, last, first, middle in people)


class Told(NamedTuple):
    """A person as a line of the table tells of it; read once, looked up several times."""

    line: Line
    name: str
    """The field of the name."""
    snils_field: str
    key: tuple[str, dt.date] | None
    """See :func:`person_key`."""
    snils: str


@dataclass
class Known:
    """The keys of everybody in the base, held in memory for one load."""

    by_name: dict[tuple[str, dt.date], int] = field(default_factory=dict)
    by_snils: dict[str, tuple[int, dt.date]] = field(default_factory=dict)
    family_of: dict[int, int] = field(default_factory=dict)
    """The family a grown-up member belongs to."""
    family_of_child: dict[int, int] = field(default_factory=dict)
    family_names: dict[int, str] = field(default_factory=dict)

    def find(self, told: Told) -> int | None:
        """Return the person of the base the table means: a surname may have changed, a birthday does not."""
        if told.key is None:
            return None
        found = self.by_name.get(told.key)
        owner, birthday = self.by_snils.get(told.snils, (None, None))
        return found or (owner if birthday == told.key[1] else None)


def known_people(session: Session) -> Known:
    """Return the keys of everybody the actor's unit knows, in three queries."""
    known = Known()
    for pk, key, born, snils in session.execute(select(Person.id, Person.name_key, Person.birth_date, Person.snils)):
        known.by_name.setdefault((key, born), pk)
        if snils:
            known.by_snils[snils] = (pk, born)
    members = select(FamilyMember.family_id, FamilyMember.person_id, FamilyMember.role)
    for family_id, person_id, role in session.execute(members.where(FamilyMember.date_to.is_(None))):
        (known.family_of_child if role == FamilyRole.CHILD else known.family_of).setdefault(person_id, family_id)
    known.family_names = {
        pk: f"{name}, № {number}"
        for pk, name, number in session.execute(select(Family.id, Family.name, Family.reg_number))
    }
    return known


def person_key(line: Line, name: str, born: str) -> tuple[str, dt.date] | None:
    """Return the folded name and the date of birth of a line, None when one of them is not known."""
    who, day = line.value(name), line.value(born)
    return (who.key, day) if who and day else None


def told_key(line: Line, name: str, born: str) -> tuple[str, dt.date]:
    """Return the key of a person in a plan that may be loaded: there everybody has a name and a date of birth.

    Raises:
        LookupError: one of them is not known.
    """
    key = person_key(line, name, born)
    if key is None:
        raise LookupError(f"row {line.row} names nobody in {name} and {born}")
    return key


def judge(session: Session, reading: Reading, removed: tuple[Group, ...] = (), *, by: Actor) -> FamiliesPlan:
    """Say what loading *reading* would do against the base as it is now."""
    judging = _Judging(known_people(session))
    families = [judging.family(group) for group in reading.groups]
    notes = [note for group in reading.groups for note in group.notes]
    _mark_removed(families, removed, notes)
    said = (
        [
            one.group.sheet,
            one.group.row,
            one.verdict,
            one.family_id,
            [problem.kind for problem in one.problems],
            [[child.line.row, child.person_id] for child in one.children],
        ]
        for one in families
    )
    stamp = stamp_of(reading, by, {}, said)
    return FamiliesPlan(reading, tuple(families), by.unit, tuple(notes), stamp, removed=removed)


def _mark_removed(families: list[PlannedFamily], removed: tuple[Group, ...], notes: list[Problem]) -> None:
    """Tell each family of the list of removed from the others, by the representative and then by the number."""
    named: dict[str, list[int]] = {}
    for at, family in enumerate(families):
        who = family.group.head.value("parent")
        if who:
            named.setdefault(who.key, []).append(at)
    for group in removed:
        row = group.head
        who, day, number = (row.value(name) for name in ("parent", "ended", "no"))
        places = named.get(who.key, []) if who else []
        if len(places) > 1 and number:
            places = [at for at in places if families[at].group.head.value("no") == number]
        if group.problems or len(places) != 1:
            said = group.problems[0].message if group.problems else "такой семьи в таблице нет"
            notes.append(group.problem(row, "parent", NOTE_KIND, f"снятие с учёта не отмечено: {said}"))
            continue
        family = families[places[0]]
        since = family.group.head.value("registered")
        if since and day < since:
            said = f"снята {day:%d.%m.%Y}, раньше постановки на учёт ({since:%d.%m.%Y})"
            notes.append(group.problem(row, "ended", NOTE_KIND, f"снятие с учёта не отмечено: {said}"))
            continue
        reason = next(iter(row.value("reason") or ()), EndReason.OTHER)
        families[places[0]] = replace(family, removal=Removal(day, reason))


class _Judging:
    """Goes through the families of a table once, remembering whom it has met."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.heads: dict[tuple[str, dt.date], str] = {}
        self.children: dict[tuple[str, dt.date], str] = {}
        self.snils: dict[str, tuple[tuple[str, dt.date] | None, str]] = {}

    def family(self, group: Group) -> PlannedFamily:
        """Judge one family."""
        people = _people(group)
        problems = (*group.problems, *self._met_before(group, people))
        representative = self.known.find(people[0])
        family_id = self.known.family_of.get(representative) if representative else None
        children: list[NewChild] = []
        for child in people[1:]:
            person_id = self.known.find(child)
            other = self.known.family_of_child.get(person_id) if person_id else None
            if other is None:
                children.append(NewChild(child.line, person_id))
            elif other != family_id:
                name = self.known.family_names[other]
                problems += (group.problem(child.line, "child", DUPLICATE_KIND, f"ребёнок уже есть в семье «{name}»"),)
        problems += tuple(self._foreign_snils(group, people))
        if problems:
            only_twice = all(problem.kind == DUPLICATE_KIND for problem in problems)
            verdict = Verdict.DUPLICATE if only_twice else Verdict.ERROR
            return PlannedFamily(
                group, verdict, tuple(sorted(problems, key=lambda problem: problem.row)), family_id=family_id
            )
        verdict = Verdict.NEW if family_id is None else Verdict.CHANGED if children else Verdict.UNCHANGED
        return PlannedFamily(
            group, verdict, family_id=family_id, representative_id=representative, children=tuple(children)
        )

    def _met_before(self, group: Group, people: list[Told]) -> list[Problem]:
        """Return the problems of a family, child or СНИЛС that stands higher in the table."""
        place = f"строка {group.row}, лист «{group.sheet}»"
        key = people[0].key
        if key and key in self.heads:
            return [group.problem(group.head, "parent", DUPLICATE_KIND, f"эта семья уже есть выше: {self.heads[key]}")]
        found: list[Problem] = []
        if key:
            self.heads[key] = place
        for line, name, snils, mine, digits in people:
            if name == "child" and mine:
                if mine in self.children:
                    said = f"этот ребёнок уже есть выше: {self.children[mine]}"
                    found.append(group.problem(line, "child", DUPLICATE_KIND, said))
                self.children[mine] = place
            if digits:
                owner, where = self.snils.setdefault(digits, (mine, place))
                if owner != mine:
                    found.append(
                        group.problem(line, snils, DUPLICATE_KIND, f"этот СНИЛС уже указан у другого: {where}")
                    )
        return found

    def _foreign_snils(self, group: Group, people: list[Told]) -> list[Problem]:
        """Return the problems of a СНИЛС that belongs to somebody else in the base."""
        found: list[Problem] = []
        for told in people:
            owner, _ = self.known.by_snils.get(told.snils, (None, None))
            if owner and self.known.find(told) != owner:
                said = "этот СНИЛС уже указан в карточке другого человека"
                found.append(group.problem(told.line, told.snils_field, DUPLICATE_KIND, said))
        return found


def _people(group: Group) -> list[Told]:
    """Return the people of a family, the representative first."""
    lines = [
        (group.head, "parent", "born", "snils"),
        *((item, "child", "c_born", "child_snils") for item in group.items),
    ]
    return [
        Told(line, name, snils, person_key(line, name, born), line.value(snils) or "")
        for line, name, born, snils in lines
    ]
