"""What loading a bank of families would do: each family of the table against the table itself and the base.

::

    open_workbook ─► preview ─► Plan (shown to the person) ─► intake_load.load ─► LoadResult

A family is known by its representative: name and date of birth, or СНИЛС. A table never overwrites what the
base holds; to a family already there it only adds children the base does not know.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.acting import Actor, today
from app.base import RuleBroken
from app.cases.intake_known import Asked, Known, Told, known_people, people_of, twins_of
from app.cases.models import EndReason
from app.cases.sheets import FAMILIES, REMOVED
from app.journal.marks import mark_of
from app.organisation.models import StaffMember
from app.register.intake.plan import (
    DUPLICATE_KIND,
    NOTE_KIND,
    OTHER,
    TWIN_KIND,
    Answers,
    Mappings,
    Plan,
    Planned,
    Twin,
    Verdict,
    question,
    stamp_of,
)
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


MAYBE_KNOWN = "похожий человек уже есть в базе: ответьте, он ли это"


def preview(
    session: Session, book: Book, mapping: Mappings | None = None, answers: Answers | None = None, *, by: Actor
) -> FamiliesPlan:
    """Read *book* and say what loading it would do; nothing is written.

    *mapping* is ``{sheet: {column letters: field}}`` as a person corrected it, *answers* on the likely twins.

    Raises:
        RuleBroken: the book holds no bank of families, or the mapping does not fit it.
    """
    around = Around(today(), lookups={"staff": _staff(session, today())})
    reading = read_book(book, FAMILIES, around, mapping)
    return judge(session, reading, read_removed(book, reading, around), answers, by=by)


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


def judge(
    session: Session,
    reading: Reading,
    removed: tuple[Group, ...] = (),
    answers: Answers | None = None,
    *,
    by: Actor,
) -> FamiliesPlan:
    """Say what loading *reading* would do against the base as it is now; *answers* tell who is meant by whom."""
    answers, mark = answers or {}, mark_of(session)
    judging = _Judging(known_people(session), reading.groups, answers)
    families = [judging.family(group) for group in reading.groups]
    twins = twins_of(session, judging.known, judging.asked.values())
    if twins:
        families = [replace(family, twins=_twins(family.group, twins)) for family in families]
    notes = [note for group in reading.groups for note in group.notes]
    _mark_removed(families, removed, notes)
    said = (
        [
            one.group.sheet,
            one.group.row,
            one.verdict,
            one.family_id,
            one.representative_id,
            [problem.kind for problem in one.problems],
            [[child.line.row, child.person_id] for child in one.children],
            [[twin.key, twin.record_id] for twin in one.twins],
        ]
        for one in families
    )
    stamp = stamp_of(reading, by, answers, said)
    return FamiliesPlan(reading, tuple(families), by.unit, tuple(notes), stamp, answers, mark, removed)


def _twins(group: Group, twins: Mapping[str, list[Twin]]) -> tuple[Twin, ...]:
    keys = (question(group, number) for number in range(len(group.items) + 1))
    return tuple(twin for key in keys for twin in twins.get(key, ()))


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

    def __init__(self, known: Known, groups: list[Group], answers: Answers) -> None:
        self.known, self.answers = known, answers
        self.people = {id(group): people_of(group) for group in groups}
        everybody = (told for people in self.people.values() for told in people)
        self.taken = {pk for pk in map(known.find, everybody) if pk is not None}
        self.asked: dict[str, Asked] = {}
        self.chosen: dict[int, str] = {}
        self.heads: dict[tuple[str, dt.date], str] = {}
        self.children: dict[tuple[str, dt.date], str] = {}
        self.snils: dict[str, tuple[tuple[str, dt.date] | None, str]] = {}

    def family(self, group: Group) -> PlannedFamily:
        """Judge one family."""
        people = self.people[id(group)]
        problems = [*group.problems, *self._met_before(group, people)]
        found = [self._find(group, number, told, problems) for number, told in enumerate(people)]
        representative = found[0]
        family_id = self.known.family_of.get(representative) if representative else None
        children: list[NewChild] = []
        for child, person_id in zip(people[1:], found[1:], strict=True):
            other = self.known.family_of_child.get(person_id) if person_id else None
            if other is None:
                children.append(NewChild(child.line, person_id))
            elif other != family_id:
                name = self.known.family_names[other]
                problems.append(
                    group.problem(child.line, "child", DUPLICATE_KIND, f"ребёнок уже есть в семье «{name}»")
                )
        problems += self._foreign_snils(group, people, found)
        if problems:
            only_twice = all(problem.kind in (DUPLICATE_KIND, TWIN_KIND) for problem in problems)
            verdict = Verdict.DUPLICATE if only_twice else Verdict.ERROR
            problems.sort(key=lambda problem: problem.row)
            return PlannedFamily(group, verdict, tuple(problems), family_id=family_id)
        verdict = Verdict.NEW if family_id is None else Verdict.CHANGED if children else Verdict.UNCHANGED
        return PlannedFamily(
            group, verdict, family_id=family_id, representative_id=representative, children=tuple(children)
        )

    def _find(self, group: Group, number: int, told: Told, problems: list[Problem]) -> int | None:
        """Return the person of the base who is meant: surely, or as answered; an open question is a problem."""
        sure = self.known.find(told)
        if sure is not None:
            return sure
        candidates = self.known.alike(told, self.taken)
        if not candidates:
            return None
        key = question(group, number)
        self.asked[key] = Asked(key, group, told, tuple(candidates))
        answer = self.answers.get(key)
        if answer == OTHER:
            return None
        chosen = next((pk for pk, _ in candidates if str(pk) == answer), None)
        if chosen is None:
            problems.append(group.problem(told.line, told.name, TWIN_KIND, MAYBE_KNOWN))
        elif (before := self.chosen.setdefault(chosen, key)) != key:
            where = before.rpartition("!")[2].partition(".")[0]
            problems.append(
                group.problem(told.line, told.name, DUPLICATE_KIND, f"эта карточка уже выбрана для строки {where}")
            )
        return chosen

    def _met_before(self, group: Group, people: list[Told]) -> list[Problem]:
        """Return the problems of a family, child or СНИЛС that stands higher in the table."""
        place = f"строка {group.row}, лист «{group.sheet}»"
        key = people[0].key
        if key and key in self.heads:
            return [group.problem(group.head, "parent", DUPLICATE_KIND, f"эта семья уже есть выше: {self.heads[key]}")]
        found: list[Problem] = []
        if key:
            self.heads[key] = place
        for told in people:
            mine, digits = told.key, told.snils
            if told.name == "child" and mine:
                if mine in self.children:
                    said = f"этот ребёнок уже есть выше: {self.children[mine]}"
                    found.append(group.problem(told.line, "child", DUPLICATE_KIND, said))
                self.children[mine] = place
            if digits:
                owner, where = self.snils.setdefault(digits, (mine, place))
                if owner != mine:
                    said = f"этот СНИЛС уже указан у другого: {where}"
                    found.append(group.problem(told.line, told.snils_field, DUPLICATE_KIND, said))
        return found

    def _foreign_snils(self, group: Group, people: list[Told], found: list[int | None]) -> list[Problem]:
        """Return the problems of a СНИЛС that belongs to somebody else in the base."""
        problems: list[Problem] = []
        for number, (told, person_id) in enumerate(zip(people, found, strict=True)):
            owner, _ = self.known.by_snils.get(told.snils, (None, None))
            if owner is None or person_id == owner or self._is_asked(question(group, number), owner):
                continue
            said = "этот СНИЛС уже указан в карточке другого человека"
            problems.append(group.problem(told.line, told.snils_field, DUPLICATE_KIND, said))
        return problems

    def _is_asked(self, key: str, owner: int) -> bool:
        """Whether it is still an open question that *owner* is the person of the line."""
        asked = self.asked.get(key)
        return asked is not None and key not in self.answers and any(pk == owner for pk, _ in asked.candidates)
