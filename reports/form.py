"""What a report is: a heading whose every column is one line, and what was asked of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.base import RuleBroken
from app.cases.models import CaseStatus
from app.register.workbook import Column, Heading, Kind, file_name, for_period, on_date
from app.terms import say

BLANK = "–"
"""What stands for an empty value in every register (domain.md 5)."""


class Sight(Enum):
    """Who sees a column: it is absent from the file of everybody else."""

    ALL = "all"
    HEALTH = "health"
    REGISTERS = "registers"


@dataclass(frozen=True)
class Filters:
    """What a report is narrowed to; None takes everything."""

    area_id: int | None = None
    curator_id: int | None = None
    category: str | None = None
    status: CaseStatus | None = None


@dataclass(frozen=True)
class Asked:
    """What was asked for: the state on day *on*, or, with *date_from*, what happened from that day to *on*.

    *health* and *registers* say whether who asks may see data on health and prevention registers (domain.md 3.10).

    Raises:
        RuleBroken: the period begins after its end.
    """

    on: dt.date
    date_from: dt.date | None = None
    filters: Filters = field(default_factory=Filters)
    health: bool = False
    registers: bool = False

    def __post_init__(self) -> None:
        if self.date_from is not None and self.date_from > self.on:
            raise RuleBroken("Начало периода позже конца. Поменяйте даты местами.", field="date_from")

    @property
    def in_words(self) -> str:
        """«на 31.03.2026» or «за период с 01.03.2026 по 31.03.2026»."""
        return for_period(self.date_from, self.on) if self.date_from else on_date(self.on)

    def sees(self, sight: Sight) -> bool:
        """Whether a column of this *sight* is shown."""
        return {Sight.ALL: True, Sight.HEALTH: self.health, Sight.REGISTERS: self.registers}[sight]


@dataclass(frozen=True)
class Field:
    """A column of a report: its title, how its value is read from a line, and how it looks."""

    title: str
    value: Callable[[Any], Any]
    kind: Kind = "text"
    width: float | None = None
    total: bool = False
    sight: Sight = Sight.ALL


@dataclass(frozen=True)
class Summary:
    """A sheet after the register itself: what the rows come to, by something."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Report:
    """A register: its code and file name, what it is called, its columns in order, and where its lines come from.

    What it, its columns and *about* say may hold terms; :attr:`title` is in the centre's words.

    *lines* reads from the database in the acting scope and yields one object a row; it must not ask for data a column
    not shown would need. *about* is a sentence for who chooses. *by_case*: the filters of :class:`Filters` apply.
    *on_health*: for who may see them it holds data on health, and the journal says so. *summary* returns the sheets
    that follow the first one, each with its own columns and rows; they are read before the lines are. *varying* returns
    all the columns of a register whose columns depend on the centre's order of work; *fields* are then those of a
    centre without one.
    """

    code: str
    name: str
    called: str
    fields: tuple[Field, ...]
    lines: Callable[[Session, Asked], Iterable[Any]]
    about: str = ""
    icon: str = "file-earmark-spreadsheet"
    by_case: bool = True
    on_health: bool = True
    hold: int = 0
    summary: Callable[[Session, Asked], tuple[Summary, ...]] | None = None
    varying: Callable[[Session, Asked], tuple[Field, ...]] | None = None

    @property
    def title(self) -> str:
        """What the register is called."""
        return say(self.called)

    def shown(self, session: Session, asked: Asked) -> tuple[Field, ...]:
        """Return the columns that who asks may see."""
        every = self.varying(session, asked) if self.varying is not None else self.fields
        return tuple(each for each in every if asked.sees(each.sight))

    def sheets(
        self, session: Session, asked: Asked, organisation: str
    ) -> list[tuple[Heading, Iterable[tuple[Any, ...]]]]:
        """Return the register and the summaries that follow it, each with its heading."""
        fields = self.shown(session, asked)
        columns = tuple(Column(say(each.title), each.kind, each.width, each.total) for each in fields)
        heading = Heading(self.title, asked.in_words, organisation, columns, self.hold)
        made: list[tuple[Heading, Iterable[tuple[Any, ...]]]] = [(heading, self.rows(session, asked, fields))]
        for one in self.summary(session, asked) if self.summary else ():
            made.append((Heading(one.title, asked.in_words, organisation, one.columns, hold=1), one.rows))
        return made

    def file_name(self, on: dt.date) -> str:
        """Return ``R01_reestr_semey_2026-03-31.xlsx``."""
        return file_name(self.code, self.name, on)

    def rows(self, session: Session, asked: Asked, fields: tuple[Field, ...]) -> Iterator[tuple[Any, ...]]:
        """Yield the values of *fields* of each line, one batch of records in memory at a time."""
        values = [each.value for each in fields]
        for line in self.lines(session, asked):
            yield tuple(value(line) for value in values)


def grouped(rows: Iterable[Row[Any]]) -> dict[int, list[Row[Any]]]:
    """Group *rows* by their first column, keeping the order."""
    groups: dict[int, list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    return groups
