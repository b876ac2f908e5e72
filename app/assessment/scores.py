"""Scores side by side: what is asked, what they were before, how they went (S001-1.2, S001-3.3-c, S004-3-b). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from app.acting import today
from app.assessment.models import Assessment, AssessmentScore
from app.assessment.scales import BY_CODE, SCALES, Key, Scale
from app.cases.models import FamilyCase
from app.people.models import Person

MOST_SHOWN = 12
"""Values a chart holds; the latest ones."""


@dataclass(frozen=True)
class Asked:
    """A scale as it is asked about one family: for a scale of a child once for each child."""

    scale: Scale
    child: Person | None

    @property
    def title(self) -> str:
        """«Сферы жизни семьи», «Социально-педагогическая успешность: Пётр»."""
        return f"{self.scale.title}: {self.child.first_name}" if self.child is not None else self.scale.title

    def key(self, criterion: str) -> Key:
        """Return what is scored for *criterion*."""
        return self.scale.code, criterion, self.child.id if self.child is not None else None


@dataclass(frozen=True)
class Line:
    """One criterion: its words, the score now and the latest one before, None where it was not scored."""

    label: str
    value: int | None
    before: int | None
    before_on: dt.date | None = None

    @property
    def change(self) -> int | None:
        """By how much the score has grown."""
        return self.value - self.before if self.value is not None and self.before is not None else None


def finished(case: FamilyCase) -> list[Assessment]:
    """Return the finished assessments of *case*, the oldest first."""
    return [one for one in case.assessments if one.is_finished]


def asked(case: FamilyCase) -> list[Asked]:
    """Return every scale as it is asked about the family of *case*."""
    day = today()
    children = [seat.person for seat in case.family.members if seat.is_current and seat.person.is_minor(day)]
    return [Asked(scale, child) for scale in SCALES for child in (children if scale.of_child else [None])]


def before(assessment: Assessment) -> dict[Key, tuple[int, dt.date]]:
    """Return the latest score of each criterion in finished assessments before this one, with its day."""
    found: dict[Key, tuple[int, dt.date]] = {}
    for earlier in finished(assessment.case):
        if (earlier.date, earlier.id) < (assessment.date, assessment.id):
            found |= {one.key: (one.value, earlier.date) for one in earlier.scores}
    return found


def compared(assessment: Assessment) -> list[tuple[str, list[Line]]]:
    """Return the scored criteria of *assessment* by scale, each beside what it was before."""
    now, was = {one.key: one.value for one in assessment.scores}, before(assessment)
    children = {one.person_id: one.person for one in assessment.scores if one.person_id is not None}
    made = []
    for scale in SCALES:
        for child in children.values() if scale.of_child else (None,):
            one = Asked(scale, child)
            lines = [
                Line(label, now[key], *was.get(key, (None, None)))
                for criterion, label in scale.criteria
                if (key := one.key(criterion)) in now
            ]
            made += [(one.title, lines)] if lines else []
    return made


def dynamics(case: FamilyCase) -> list[tuple[str, list[tuple[str, float]]]]:
    """Return for each scale that was scored at least twice its mean score at each finished assessment."""
    means: dict[tuple[str, int | None], list[tuple[str, float]]] = {}
    names: dict[int, str] = {}
    for assessment in finished(case):
        groups: dict[tuple[str, int | None], list[int]] = {}
        for one in assessment.scores:
            groups.setdefault((one.scale, one.person_id), []).append(one.value)
            if one.person is not None:
                names[one.person.id] = one.person.first_name
        for group, values in groups.items():
            label = f"{assessment.date:%d.%m.%Y}, {assessment.kind.label}"
            means.setdefault(group, []).append((label, round(sum(values) / len(values), 1)))
    return [
        (BY_CODE[code].title + (f": {names[child]}" if child in names else ""), points[-MOST_SHOWN:])
        for (code, child), points in means.items()
        if len(points) > 1
    ]


def growth(case: FamilyCase) -> list[tuple[str, int, int]]:
    """Return of each criterion scored in more than one finished assessment its words, first and last score."""
    first: dict[Key, int] = {}
    last: dict[Key, AssessmentScore] = {}
    again: set[Key] = set()
    for one in _scores(case):
        again |= {one.key} & first.keys()
        first.setdefault(one.key, one.value)
        last[one.key] = one
    return [(said(last[key]), first[key], last[key].value) for key in first if key in again]


def measured(case: FamilyCase, scale: Scale) -> int:
    """Return in how many finished assessments *scale* was scored."""
    return sum(any(one.scale == scale.code for one in each.scores) for each in finished(case))


def said(one: AssessmentScore) -> str:
    """Return the criterion in words: «Учёба и развитие (Пётр)»."""
    label = dict(BY_CODE[one.scale].criteria)[one.criterion]
    return f"{label} ({one.person.first_name})" if one.person is not None else label


def _scores(case: FamilyCase) -> Iterator[AssessmentScore]:
    for assessment in finished(case):
        yield from assessment.scores
