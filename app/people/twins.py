"""Persons who may be the one being entered again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.people.models import Person
from app.words import fold

LIKELY = 80
"""Score from which a person is shown as a likely twin; below it names merely resemble each other."""
RENAMED = 85
"""Score of a person who differs by the surname only."""
_BLOCK = 500
"""How many candidates are compared at most; a wider block means that too little was typed to tell."""


@dataclass(frozen=True)
class Twin:
    """A person like the one being entered; *score* is 0 to 100."""

    person: Person
    score: int


def likely_twins(
    session: Session,
    last: str,
    first: str,
    middle: str | None = None,
    birth_date: dt.date | None = None,
    *,
    limit: int = 5,
) -> list[Twin]:
    """Return persons the actor sees who may be the same person, the likeliest first.

    Only persons with the same birth date, or with the same year and first letters of the surname, are compared;
    so the look-up stays quick among 60 000 persons, and a wrong day or one wrong letter is forgiven.
    """
    name = fold(" ".join(filter(None, (last, first, middle))))
    start = Person.name_key.startswith(fold(last)[:2], autoescape=True)
    if not fold(last):
        return []
    if birth_date is None:
        block = start
    else:
        year = Person.birth_date.between(dt.date(birth_date.year, 1, 1), dt.date(birth_date.year, 12, 31))
        block = and_(year, or_(Person.birth_date == birth_date, start))
    found = session.scalars(select(Person).where(block).order_by(Person.name_key, Person.id).limit(_BLOCK))
    twins = [Twin(person, _score(name, middle, birth_date, person)) for person in found]
    likely = sorted((twin for twin in twins if twin.score >= LIKELY), key=lambda twin: (-twin.score, twin.person.id))
    return likely[:limit]


def _score(name: str, middle: str | None, birth_date: dt.date | None, person: Person) -> int:
    """Return how alike the names are, less what the birth dates take away."""
    if not (middle and person.middle_name):
        # A patronymic on one side only tells nothing either way.
        name = " ".join(name.split()[:2]) if middle else name
        known = fold(f"{person.last_name} {person.first_name}")
    else:
        known = person.name_key
    alike = fuzz.ratio(name, known)
    if birth_date is None:
        return round(alike)
    if person.birth_date == birth_date:
        # Same day, same given names: she has probably married and changed her surname.
        renamed = bool(middle) and name.split()[1:] == known.split()[1:]
        return round(max(alike, RENAMED if renamed else 0))
    swapped = (person.birth_date.day, person.birth_date.month) == (birth_date.month, birth_date.day)
    return round(alike - (3 if swapped else 8))


def likeness(name: str, born: dt.date, other: str, other_born: dt.date) -> int:
    """Return how likely two folded names with birth dates are one person written differently, 0 to 100; 0 below LIKELY.

    Stricter than the look-up above, which only warns: each likely twin of a workbook is a question somebody answers,
    and brothers born on one day, or namesakes born in one year, are no reason to ask.
    """
    one, two = name.split(), other.split()
    if len(one) < 2 or len(two) < 2:
        return 0
    if min(len(one), len(two)) < 3:
        one, two = one[:2], two[:2]
    alike = fuzz.ratio(" ".join(one), " ".join(two))
    if born == other_born:
        if fuzz.ratio(one[1], two[1]) < _SAME_FIRST:
            return 0
        renamed = len(one) > 2 and one[1:] == two[1:]
        score = max(alike, RENAMED if renamed else 0)
    elif alike < _SAME_NAME:
        return 0
    elif (born.day, born.month) == (other_born.month, other_born.day) and born.year == other_born.year:
        score = alike - 3
    else:
        typed, known = f"{born:%d%m%Y}", f"{other_born:%d%m%Y}"
        score = alike - 8 if sum(a != b for a, b in zip(typed, known, strict=True)) == 1 else 0
    return round(score) if score >= LIKELY else 0


_SAME_FIRST = 75
"""From so much on two first names are one: Наталия and Наталья, Анна and Ана; not Пётр and Павел."""
_SAME_NAME = 95
"""From so much on two whole names are one, so that only the date can be mistaken."""
