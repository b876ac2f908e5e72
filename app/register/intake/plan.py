"""What loading a workbook would do: shown to a person, then handed to the importer that made it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.acting import Actor
from app.base import Choice
from app.register.sheet import Group, Problem, Reading

DUPLICATE_KIND, NOTE_KIND, TWIN_KIND = "duplicate", "note", "twin"
"""Kinds of problems and notes the plans add to those of the sheet: a repetition, a remark, an unanswered question."""

OTHER = "other"
"""The answer «it is somebody else» to a question about a likely twin; any other answer is the key of the twin."""

Answers = Mapping[str, str]
"""``{key of the question: key of the record, or OTHER}``; see :class:`Twin`."""

Mappings = Mapping[str, Mapping[str, str]]
"""``{sheet: {column letters: field}}``, as a person corrected it; see :mod:`app.register.sheet.propose`."""


class Verdict(Choice):
    """What loading would do with one item of the table."""

    NEW = "new", "новое"
    CHANGED = "changed", "изменится"
    UNCHANGED = "unchanged", "без изменений"
    DUPLICATE = "duplicate", "повтор"
    ERROR = "error", "нужно исправить"


@dataclass(frozen=True)
class Change:
    """One field of a record of the base that would be overwritten; both values as people read them."""

    column: str
    old: str
    new: str


@dataclass(frozen=True)
class Twin:
    """A record of the base that a line of the table may mean; *score* is 0 to 100.

    *pairs* are shown side by side: what it is, in the file, in the base. *key* is the question it answers, the same
    for all twins of one person of the file: see :func:`question`.
    """

    record_id: int
    title: str
    score: int
    pairs: tuple[tuple[str, str, str], ...]
    key: str = ""


def question(group: Group, number: int = 0) -> str:
    """Return the key of the question who is meant by person *number* of a group (0: its head)."""
    return f"{group.sheet}!{group.row}.{number}"


@dataclass(frozen=True)
class Planned:
    """One item of the table (a family, a service given) and what loading would do with it."""

    group: Group
    verdict: Verdict
    problems: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] = ()
    twins: tuple[Twin, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems


@dataclass(frozen=True)
class Plan:
    """What loading the book would do. *stamp* changes when the file, the mapping, an answer or the base changes.

    *mark* says at what point of the journal the base was read, if that is known: see :mod:`app.journal.marks`.
    *notes*: what was corrected or could not be used, without stopping anything.
    """

    reading: Reading
    items: tuple[Planned, ...]
    unit_id: int
    notes: tuple[Problem, ...]
    stamp: str
    answers: Answers = field(default_factory=dict)
    mark: int | None = None

    @property
    def problems(self) -> list[Problem]:
        """Every problem, in the order of the table."""
        return [problem for item in self.items for problem in item.problems]

    @property
    def missing(self) -> dict[str, tuple[str, ...]]:
        """The columns without which a sheet cannot be read, by sheet: a person must choose them."""
        return {table.name: table.missing for table in self.reading.tables if table.missing}

    @property
    def unread(self) -> list[tuple[str, str]]:
        """The sheets nothing was taken from, with why."""
        return list(self.reading.unread)

    @property
    def to_load(self) -> list[Planned]:
        """The items that loading would add or change."""
        return [item for item in self.items if item.verdict in (Verdict.NEW, Verdict.CHANGED)]

    @property
    def left_out(self) -> list[Planned]:
        """The items that cannot be loaded as they are."""
        return [item for item in self.items if not item.is_clean]

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many items have each verdict."""
        found = Counter(item.verdict for item in self.items)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def unanswered(self) -> int:
        """How many items wait for an answer on a likely twin."""
        return sum(any(problem.kind == TWIN_KIND for problem in item.problems) for item in self.items)


def stamp_of(reading: Reading, by: Actor, answers: Answers, said: Iterable[Any]) -> str:
    """Return the stamp of a plan; *said* is what the base answered on each item, as JSON can hold it."""
    mappings = [[table.name, sorted(table.mapping.items())] for table in reading.tables]
    told = [reading.book.digest, by.unit, mappings, sorted(answers.items()), list(said)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
