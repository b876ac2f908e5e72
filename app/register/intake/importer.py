"""One kind of import: what its workbooks hold, what is planned for them and how they are loaded.

An importer is named in ``app/importers.py``; from it come its line on the screen of choice, the mapping of columns,
the preview with its filters, likely twins, the load and the workbook given back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import current_app
from sqlalchemy.orm import Session

from app.acting import Actor
from app.register.intake.plan import Answers, Mappings, Plan, Verdict
from app.register.pages import Badge
from app.register.sheet import Book, Sheet
from app.words import counted

Progress = Callable[[int, int | None, str], None]
"""Told how far a load is: steps done, of how many (None: not known yet), and what is being done, in words."""

CHANGED_MEANWHILE = "Пока вы смотрели таблицу, данные в службе изменились: откройте таблицу заново и проверьте её."


def unheard(done: int, total: int | None, doing: str) -> None:
    """Take progress nobody asked for."""


@dataclass(frozen=True)
class Done:
    """What was loaded: told in one *sentence*, counted by words («семей»: 4), seen at *back_url*.

    *left_out*: items of the table that were left out because of problems.
    """

    sentence: str
    numbers: Mapping[str, int]
    back_url: str
    left_out: int = 0


@dataclass(frozen=True)
class View:
    """How items of one verdict are called: the state of a row and the filter above the table."""

    state: Badge
    filter: str


VIEWS: dict[Verdict, View] = {
    Verdict.NEW: View(Badge("новое", "ok", "plus-circle"), "Новые"),
    Verdict.CHANGED: View(Badge("изменится", "info", "pencil"), "Изменятся"),
    Verdict.UNCHANGED: View(Badge("без изменений", "", "check-circle"), "Без изменений"),
    Verdict.DUPLICATE: View(Badge("повтор", "warn", "files"), "Повторы"),
    Verdict.ERROR: View(Badge("нужно исправить", "bad", "x-circle"), "Исправить"),
}


class Importer(ABC):
    """One kind of import. The class attributes are its declaration; :meth:`plan` and :meth:`load` are its rules."""

    key: ClassVar[str]
    """In addresses and on the command line: ``families``."""
    label: ClassVar[str]
    """What the file holds: «Семьи с детьми»."""
    words: ClassVar[tuple[str, str, str]]
    """An item: семья, семьи, семей."""
    accusative: ClassVar[tuple[str, str, str]]
    """The same after «загрузить»: семью, семьи, семей."""
    sheet: ClassVar[Sheet]
    permission: ClassVar[tuple[str, str]]
    """The screen and the action somebody must have to load: ("families", "add")."""
    fills: ClassVar[str] = ""
    """The key of the register the rows come to; the page of its own sheet leads here as well."""
    instead: ClassVar[bool] = False
    """Whether the button of that register's list leads here at once, instead of to its own sheet."""
    needs_unit: ClassVar[bool] = True
    """Whether only somebody who sees every family may load: others would enter anew whom they do not see."""
    promise: ClassVar[str] = "Строки запишутся все сразу или не запишется ни одна."
    further: ClassVar[str] = "ещё строка"
    """The state of a row that goes on with the item above it."""
    same: ClassVar[str] = "Это тот же человек"
    """The answer that a twin is meant."""
    other: ClassVar[str] = "Это другой человек"
    """The answer that no twin is meant."""
    views: ClassVar[Mapping[Verdict, View]] = VIEWS

    @abstractmethod
    def plan(
        self,
        session: Session,
        book: Book,
        mapping: Mappings | None = None,
        answers: Answers | None = None,
        *,
        by: Actor,
    ) -> Plan:
        """Read *book* and say what loading it would do; nothing is written.

        Raises:
            RuleBroken: the book holds no such table, or the mapping does not fit it.
        """

    @abstractmethod
    def load(
        self,
        session: Session,
        plan: Plan,
        *,
        by: Actor,
        good_rows: bool = False,
        seen: str | None = None,
        progress: Progress = unheard,
    ) -> Done:
        """Write what *plan* says, in the caller's transaction; judged again first if the base has changed since.

        *good_rows* leaves out the items with problems, else one problem refuses all. *seen* is the stamp of the plan
        a person was shown.

        Raises:
            RuleBroken: there are problems, or the file or the base is no longer what the person saw.
        """

    @abstractmethod
    def told(self, plan: Plan) -> str:
        """Return what loading would add, for the head of the preview: «Новых: 2 семьи, 3 ребёнка.»"""

    def cautions(self, plan: Plan) -> tuple[str, ...]:
        """Return what a person should know before loading, sentence by sentence; usually nothing."""
        return ()

    @abstractmethod
    def report(self, plan: Plan) -> dict[str, Any]:
        """Return the plan for ``opora import … --json``, without ``committed``."""

    def is_for(self, who: Actor) -> bool:
        """Whether *who* sees enough of the base to load, whatever his rights."""
        return not self.needs_unit or "unit" in who.sees

    def counted(self, number: int) -> str:
        """Return «5 семей»."""
        return counted(number, *self.words)

    def view(self, verdict: str) -> View:
        """Return how items of *verdict* are called."""
        return self.views[Verdict(verdict)]


@dataclass(frozen=True)
class Importers:
    """The importers of the service, in the order in which they are offered."""

    every: tuple[Importer, ...] = field(default=())

    def filling(self, key: str) -> Importer | None:
        """Return the importer that fills the register *key*, None when only the register's own sheet does."""
        return next((one for one in self.every if one.fills == key), None)

    def of(self, key: str) -> Importer | None:
        """Return the importer called *key*, None when there is none."""
        return next((one for one in self.every if one.key == key), None)


def declare(importers: Sequence[Importer]) -> Importers:
    """Return the table of importers.

    Raises:
        ValueError: two of them bear one key.
    """
    keys = [one.key for one in importers]
    if len(set(keys)) != len(keys):
        raise ValueError(f"an importer's key is used twice: {', '.join(keys)}")
    return Importers(tuple(importers))


def importers() -> Importers:
    """Return the importers of the current app."""
    found: Importers = current_app.extensions["opora_importers"]
    return found


def problems_as_json(plan: Plan) -> list[dict[str, Any]]:
    """Return the problems of *plan* as every report tells them."""
    return [
        {
            "sheet": problem.sheet,
            "row": problem.row,
            "column": problem.column,
            "kind": problem.kind,
            "message": problem.message,
        }
        for problem in plan.problems
    ]
