"""Whom the base knows, held in memory for one plan; whom a line of a table means, and whom it resembles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.lists import FamilyRole
from app.people.models import Family, FamilyMember, Person
from app.people.twins import likeness
from app.register.intake.plan import Twin
from app.register.sheet import Group, Line
from app.register.sheet.cells import text_of
from app.words import shown_phone

CANDIDATES = 3
"""Of how many likely twins a person is asked at most."""
SAME_SNILS = 95
"""Score of somebody with the same СНИЛС and nearly the same name whose birth date differs."""


class Told(NamedTuple):
    """A person as a line of the table tells of it; read once, looked up several times."""

    line: Line
    name: str
    """The field of the name."""
    born: str
    snils_field: str
    key: tuple[str, dt.date] | None
    """See :func:`person_key`."""
    snils: str


def people_of(group: Group) -> list[Told]:
    """Return the people of a family, the representative first."""
    lines = [
        (group.head, "parent", "born", "snils"),
        *((item, "child", "c_born", "child_snils") for item in group.items),
    ]
    return [
        Told(line, name, born, snils, person_key(line, name, born), line.value(snils) or "")
        for line, name, born, snils in lines
    ]


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


@dataclass
class Known:
    """The keys of everybody in the base, held in memory for one load."""

    by_name: dict[tuple[str, dt.date], int] = field(default_factory=dict)
    by_snils: dict[str, tuple[int, dt.date]] = field(default_factory=dict)
    family_of: dict[int, int] = field(default_factory=dict)
    """The family a grown-up member belongs to."""
    family_of_child: dict[int, int] = field(default_factory=dict)
    family_names: dict[int, str] = field(default_factory=dict)
    people: dict[int, tuple[str, dt.date]] = field(default_factory=dict)
    born_on: dict[dt.date, list[int]] = field(default_factory=dict)
    called: dict[str, list[int]] = field(default_factory=dict)

    def find(self, told: Told) -> int | None:
        """Return the person of the base the table means: a surname may have changed, a birthday does not."""
        if told.key is None:
            return None
        found = self.by_name.get(told.key)
        owner, birthday = self.by_snils.get(told.snils, (None, None))
        return found or (owner if birthday == told.key[1] else None)

    def alike(self, told: Told, taken: set[int]) -> list[tuple[int, int]]:
        """Return (person, score) of whom the table may mean though it says it differently, the likeliest first.

        Only persons born on the same day, or called the same, or with the same СНИЛС are compared, so that 20 000
        families are gone through in seconds. Who is *taken* is meant by another line for sure.
        """
        if told.key is None:
            return []
        name, day = told.key
        near = {*self.born_on.get(day, ()), *self.called.get(name, ())} - taken
        scored = {pk: likeness(name, day, *self.people[pk]) for pk in near}
        owner, _ = self.by_snils.get(told.snils, (None, None))
        if owner is not None and owner not in taken and likeness(name, day, self.people[owner][0], day):
            scored[owner] = max(SAME_SNILS, scored.get(owner, 0))
        found = sorted((-score, pk) for pk, score in scored.items() if score)
        return [(pk, -score) for score, pk in found[:CANDIDATES]]


def known_people(session: Session) -> Known:
    """Return the keys of everybody the actor's unit knows, in three queries."""
    known = Known()
    for pk, key, born, snils in session.execute(select(Person.id, Person.name_key, Person.birth_date, Person.snils)):
        known.by_name.setdefault((key, born), pk)
        known.people[pk] = (key, born)
        known.born_on.setdefault(born, []).append(pk)
        known.called.setdefault(key, []).append(pk)
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


# ---- side by side ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question who is meant: by its key, of which person of which group, with the candidates and their scores."""

    key: str
    group: Group
    told: Told
    candidates: tuple[tuple[int, int], ...]


def twins_of(session: Session, known: Known, asked: Iterable[Asked]) -> dict[str, list[Twin]]:
    """Return the twins of each question, with what is told of them in the file and in the base."""
    questions = list(asked)
    wanted = {pk for one in questions for pk, _ in one.candidates}
    people: dict[int, Person] = {}
    families: dict[int, tuple[str, str | None, list[str]]] = {}
    for some in _pages(sorted(wanted)):
        people.update((person.id, person) for person in session.scalars(select(Person).where(Person.id.in_(some))))
    homes = {known.family_of.get(pk) or known.family_of_child.get(pk) for pk in wanted} - {None}
    for some in _pages(sorted(home for home in homes if home is not None)):
        members = (
            select(FamilyMember.family_id, Person.name)
            .join(FamilyMember.person)
            .where(FamilyMember.family_id.in_(some), FamilyMember.date_to.is_(None))
            .order_by(FamilyMember.family_id, FamilyMember.role == FamilyRole.CHILD, FamilyMember.id)
        )
        for pk, address, phone in session.execute(
            select(Family.id, Family.address, Family.phone).where(Family.id.in_(some))
        ):
            families[pk] = (address, phone, [])
        for pk, name in session.execute(members):
            families[pk][2].append(name)
    return {
        one.key: [
            Twin(pk, _title(known, people[pk]), score, _pairs(one, people[pk], families.get(_home(known, pk))), one.key)
            for pk, score in one.candidates
        ]
        for one in questions
    }


def _pages(keys: list[int]) -> Iterable[list[int]]:
    return (keys[at : at + 500] for at in range(0, len(keys), 500))


def _home(known: Known, pk: int) -> int:
    return known.family_of.get(pk) or known.family_of_child.get(pk) or 0


def _title(known: Known, person: Person) -> str:
    home = known.family_names.get(_home(known, person.id))
    return f"{person.name}, семья «{home}»" if home else person.name


def _pairs(
    asked: Asked, person: Person, family: tuple[str, str | None, list[str]] | None
) -> tuple[tuple[str, str, str], ...]:
    """Return what tells the two apart, leaving out what neither side knows."""
    head, told = asked.group.head, asked.told
    address, phone, members = family or ("", None, [])
    mine = [_full(head, "parent"), *(_full(item, "child") for item in asked.group.items)]
    own = told.key[1] if told.key else None
    rows: Mapping[str, tuple[str, str]] = {
        "Фамилия, имя, отчество": (_full(told.line, told.name), person.name),
        "Дата рождения": (f"{own:%d.%m.%Y}" if own else "", f"{person.birth_date:%d.%m.%Y}"),
        "СНИЛС": (_snils(told.snils), _snils(person.snils)),
        "Адрес": (head.value("address") or head.value("place") or "", address or ""),
        "Телефон": (shown_phone(text_of(head.value("phone"))), shown_phone(phone or person.phone or "")),
        "Семья": (", ".join(filter(None, mine)), ", ".join(members)),
    }
    return tuple((label, file, base) for label, (file, base) in rows.items() if file or base)


def _full(line: Line, name: str) -> str:
    who = line.value(name)
    return str(who.full) if who else ""


def _snils(digits: str | None) -> str:
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}" if digits else ""
