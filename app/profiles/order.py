"""An order of work as plain frozen data: what the loader makes of a checked file.

Whoever asks «may this case move on» reads these and never the file; nothing here knows a database or a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.profiles.closed import ENDS, UNITS
from app.profiles.guards import GUARDS, Guard
from app.terms import Words
from app.words import counted


@dataclass(frozen=True)
class GuardRef:
    """A guard where it holds, with the clause of the centre's document that asks for it."""

    code: str
    clause: str

    @property
    def guard(self) -> Guard:
        """The guard itself."""
        return GUARDS[self.code]


@dataclass(frozen=True)
class Way:
    """A way out of a stage: to a stage or to an end of the case; its *guards* hold for this way only."""

    to: str
    guards: tuple[GuardRef, ...]

    @property
    def ends_case(self) -> bool:
        """Whether the case ends here."""
        return self.to in ENDS


@dataclass(frozen=True)
class StageDocument:
    """A form (D01 … D34) of a stage; *required* colours it, a guard alone stops the case."""

    code: str
    required: bool
    clause: str


@dataclass(frozen=True)
class Deed:
    """An action open in a stage (or at any time): its words and the roles that may do it."""

    code: str
    label: str
    roles: tuple[str, ...]
    clause: str


@dataclass(frozen=True)
class Stage:
    """A stage: guards of every way in and of every way out, forms, actions, ways.

    *status* is the canonical state of a case in it. *order* holds chains: what a later guard waits for is refused
    until the earlier ones of its chain hold. An *optional* stage may be passed over with a reason.
    """

    code: str
    label: str
    status: str
    clause: str
    optional: bool
    entry: tuple[GuardRef, ...]
    exit: tuple[GuardRef, ...]
    order: tuple[tuple[str, ...], ...]
    documents: tuple[StageDocument, ...]
    actions: tuple[Deed, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Body:
    """Who decides, what it may decide (codes of ``closed.DECISIONS``), and by which clause."""

    code: str
    label: str
    clause: str
    kind: str
    internal: bool
    per_municipality: bool
    quorum: str
    decides: frozenset[str]


@dataclass(frozen=True)
class Deadline:
    """A term between two events: *amount* of *unit* after the first, or before it."""

    code: str
    label: str
    from_event: str
    to_event: str
    amount: int
    unit: str
    when: str
    severity: str
    clause: str

    @property
    def term(self) -> str:
        """«1 рабочий день», «за 60 дней до»."""
        said = counted(self.amount, *UNITS[self.unit])
        return f"за {said} до" if self.when == "before" else said


@dataclass(frozen=True)
class Role:
    """A role of the centre: its words, department, column of the access matrix, and the actions it may do."""

    code: str
    label: str
    department: str
    access: str
    external: bool
    by_assignment: bool
    may: frozenset[str]


@dataclass(frozen=True)
class Listed:
    """An item of a list of the centre: a target group, direction, category, department …; *short* may be empty."""

    code: str
    label: str
    short: str = ""


@dataclass(frozen=True)
class VisitNorm:
    """How often a family is visited: *count* times a week or a month."""

    count: int
    per: str


@dataclass(frozen=True)
class Level:
    """A level of accompaniment: its longest term in months and how often the family is visited."""

    code: str
    label: str
    max_months: int
    visit_norm: VisitNorm


@dataclass(frozen=True)
class FileItem:
    """A position of the personal file; *part_of* names the position it is part of."""

    code: str
    label: str
    required: bool
    part_of: str = ""


@dataclass(frozen=True)
class Journal:
    """A journal the centre keeps: its title and how its numbers are written."""

    code: str
    title: str
    number_format: str


@dataclass(frozen=True)
class Duty:
    """A periodic duty: how often, in which days of the year («12-01», «12-31») or at any time, and whose."""

    code: str
    label: str
    every: str
    window: tuple[str, str] | None
    roles: tuple[str, ...]


@dataclass(frozen=True)
class OrderOfWork:
    """A centre's order of work, whole. *source* keeps every other key of the file as it was read."""

    code: str
    label: str
    words: Words
    target_groups: tuple[Listed, ...]
    service_directions: tuple[Listed, ...]
    extra_service_kinds: tuple[Listed, ...]
    help_kinds: tuple[Listed, ...]
    categories: tuple[Listed, ...]
    levels: tuple[Level, ...]
    visit_norm: VisitNorm
    departments: tuple[Listed, ...]
    sources: tuple[str, ...]
    grounds: tuple[str, ...]
    roles: tuple[Role, ...]
    bodies: tuple[Body, ...]
    anytime: tuple[Deed, ...]
    stages: tuple[Stage, ...]
    deadlines: tuple[Deadline, ...]
    personal_file: tuple[FileItem, ...]
    journals: tuple[Journal, ...]
    periodic: tuple[Duty, ...]
    principles: tuple[str, ...]
    legal_basis: tuple[str, ...]
    post_support_checks: tuple[int, ...]
    dispatches: bool
    override_roles: tuple[str, ...]
    source: dict[str, Any]

    @cached_property
    def stage_by_code(self) -> dict[str, Stage]:
        """The stages by code."""
        return {one.code: one for one in self.stages}

    @cached_property
    def role_by_code(self) -> dict[str, Role]:
        """The roles by code."""
        return {one.code: one for one in self.roles}

    def bodies_that(self, decision: str) -> tuple[Body, ...]:
        """Return who may take *decision*."""
        return tuple(one for one in self.bodies if decision in one.decides)
