"""The import of any register: its own form, filled in Excel, through its own ``create`` and ``change``.

A load is the single rule in a loop, in one transaction, journalled field by field, and kept as one step that can be
undone within a day. The plan is judged again first; rows somebody saved in between are never overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app import journal
from app.acting import Actor, actor, today
from app.base import RuleBroken
from app.extensions import db
from app.journal.marks import is_as_at
from app.register import steps
from app.register.access import may
from app.register.forms import Bound
from app.register.intake.form_plan import FormPlan, FormRow, judge
from app.register.intake.form_rows import pieces
from app.register.intake.form_sheet import PREFIX, Form, form_of
from app.register.intake.importer import (
    CHANGED_MEANWHILE,
    Done,
    Importer,
    Progress,
    problems_as_json,
    unheard,
)
from app.register.intake.plan import Answers, Mappings, Plan, Verdict
from app.register.registry import registers
from app.register.saving import constraint_in_words
from app.register.sheet import Around, Book, Sheet, read_book
from app.words import counted, plural

if TYPE_CHECKING:
    from app.register.view import Register

_Forms = tuple[str, str, str]
NAMED = 3
"""Refusals of rules told in one sentence."""
OVERTAKEN = "это сейчас изменил другой человек: откройте таблицу заново"


class OfRegister(Importer):
    """The import of one register, as the acting person may use it; made anew for each request or job."""

    words = ("строка", "строки", "строк")
    accusative = ("строку", "строки", "строк")
    same = "Это та же карточка"
    other = "Это другая карточка"

    def __init__(self, register: Register, form: Form) -> None:
        self.register, self.form = register, form
        # These differ from register to register, so they stand on the object and not on the class.
        self.key = f"{PREFIX}{register.key}"  # type: ignore[misc]
        self.label = form.spec.many  # type: ignore[misc]
        self.permission = (register.key, "add" if form.adding else "edit")  # type: ignore[misc]

    @cached_property
    def sheet(self) -> Sheet:  # type: ignore[override]
        """The declaration derived from the form."""
        return self.form.sheet

    def plan(
        self,
        session: Session,
        book: Book,
        mapping: Mappings | None = None,
        answers: Answers | None = None,
        *,
        by: Actor,
    ) -> FormPlan:
        """Read a table and judge it row by row; see :mod:`app.register.intake.form_plan`."""
        with _lent(session):
            reading = read_book(book, self.form.sheet, Around(today()), mapping)
            return judge(session, self.form, reading, answers or {}, by=by)

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
        """Write what *plan* says, row by row; one row refused by a rule refuses all, or is left out of *good_rows*."""
        _one_at_a_time(session, self.key, by)
        with _lent(session):
            unchanged = is_as_at(session, plan.mark)
            fresh = _plan(plan) if unchanged else judge(session, self.form, plan.reading, plan.answers, by=by)
            if plan.unit_id != by.unit_id or fresh.stamp != plan.stamp or seen not in (None, plan.stamp):
                raise RuleBroken(CHANGED_MEANWHILE)
            bad = len(fresh.left_out)
            if bad and not good_rows:
                raise RuleBroken(
                    f"В таблице есть что исправить: {self.counted(bad)}. "
                    "Исправьте её в Excel или загрузите только готовые строки."
                )
            loading = _Loading(session, self.form, by)
            loading.load(fresh, progress)
            if loading.refused and not good_rows:
                raise RuleBroken(f"Ничего не загружено. {_named(loading.refused)}")
            return self._done(session, fresh, loading, bad, by)

    def _done(self, session: Session, plan: FormPlan, loading: _Loading, bad: int, by: Actor) -> Done:
        new, changed, cells = loading.new, len(loading.made) - loading.new, loading.cells
        told = f"{self.form.spec.many}: {_counts(new, changed, cells, _ADDED, _CHANGED)}"
        if loading.made:
            steps.keep(session, self.register.key, f"Загружено из Excel. {told}"[:250], loading.made, by=by)
        journal.record(session, by, "import", None, f"Загружено из таблицы «{plan.reading.book.name}». {told}")
        left = bad + len(loading.refused)
        rest = f" Не загружено: {self.counted(left)}." if left else ""
        why = f" {_named(loading.refused)}" if loading.refused else ""
        sentence = f"Загружено. {told}{rest}{why}"
        return Done(sentence, {"new": new, "changed": changed, "cells": cells}, f"{self.register.route_base}/", left)

    def told(self, plan: Plan) -> str:
        """Return how many rows are new and how many cells change."""
        counts = plan.counts
        return _counts(counts[Verdict.NEW], counts[Verdict.CHANGED], _plan(plan).cells).capitalize()

    def report(self, plan: Plan) -> dict[str, Any]:
        """Return the counts and every problem."""
        made, counts = _plan(plan), plan.counts
        return {
            "new": counts[Verdict.NEW],
            "changed": counts[Verdict.CHANGED],
            "cells": made.cells,
            "unchanged": counts[Verdict.UNCHANGED],
            "problems": problems_as_json(made),
            "unread": [{"sheet": name, "why": why} for name, why in made.unread],
        }


def of_key(key: str) -> OfRegister | None:
    """Return the import called *key* («register.services»), None when there is none or the person may not use it."""
    register = registers().by_key.get(key.removeprefix(PREFIX)) if key.startswith(PREFIX) else None
    return of_register(register) if register is not None else None


def of_register(register: Register) -> OfRegister | None:
    """Return the import of *register* for the signed-in person, None when he may load nothing into it."""
    form = form_of(register)
    if form is None or not may(register, "list"):
        return None
    made = OfRegister(register, form)
    return made if made.is_for(actor()) else None


def _plan(plan: Plan) -> FormPlan:
    if not isinstance(plan, FormPlan):
        raise TypeError(f"{type(plan).__name__} is no plan of a register's form")
    return plan


_ROWS, _CELLS = ("строка", "строки", "строк"), ("ячейка", "ячейки", "ячеек")
_ADDING, _CHANGING = ("добавится", "добавятся", "добавится"), ("изменится", "изменятся", "изменится")
_ADDED, _CHANGED = ("добавлена", "добавлены", "добавлено"), ("изменена", "изменены", "изменено")


def _counts(new: int, changed: int, cells: int, adding: _Forms = _ADDING, changing: _Forms = _CHANGING) -> str:
    """Return «добавятся 2 строки, изменится 10 ячеек в 3 строках.», with the verbs in three forms each."""
    parts = [f"{plural(new, *adding)} {counted(new, *_ROWS)}"] if new or not changed else []
    if changed:
        rows = counted(changed, "строке", "строках", "строках")
        parts.append(f"{plural(cells, *changing)} {counted(cells, *_CELLS)} в {rows}")
    return f"{', '.join(parts)}."


def _named(refused: list[str]) -> str:
    more = f" И ещё {len(refused) - NAMED}." if len(refused) > NAMED else ""
    return f"{' '.join(refused[:NAMED])}{more}"


@contextmanager
def _lent(session: Session) -> Iterator[None]:
    """Let a register work in *session*: its methods ask for the application's, which in a job is another one."""
    scoped = db.session.registry
    before = scoped() if scoped.has() else None
    scoped.set(session)
    try:
        yield
    finally:
        if before is None:
            scoped.clear()
        else:
            scoped.set(before)


def _one_at_a_time(session: Session, key: str, by: Actor) -> None:
    """Make a second load into one register of one unit wait here, or both would find the base without the other's rows.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"opora.import.{key}"), by.unit)))


class _Loading:
    """Writes the rows of a plan and remembers the way back."""

    def __init__(self, session: Session, form: Form, by: Actor) -> None:
        self.session, self.form, self.by = session, form, by
        self.made: list[steps.Made] = []
        self.refused: list[str] = []
        self.new = self.cells = 0

    def load(self, plan: FormPlan, progress: Progress) -> None:
        """Write every row that is new or changed."""
        rows: list[FormRow] = [row for row in plan.items if row.verdict in (Verdict.NEW, Verdict.CHANGED)]
        done = 0
        for some in pieces(rows):
            progress(done, len(rows), "Записываем строки")
            records = self._records([row.record_id for row in some if row.record_id is not None])
            for row in some:
                self._one(row, records)
            done += len(some)
        progress(done, len(rows), "Готово")

    def _records(self, ids: list[int]) -> dict[int, Any]:
        model = self.form.spec.model
        return {one.id: one for one in self.session.scalars(select(model).where(model.id.in_(ids))).unique()}

    def _one(self, row: FormRow, records: dict[int, Any]) -> None:
        """Write one row in a savepoint of its own, so that a refused one leaves nothing."""
        try:
            with self.session.begin_nested():
                made = self._create(row) if row.record_id is None else self._change(row, records.get(row.record_id))
        except RuleBroken as refusal:
            self._refuse(row, refusal.sentence, refusal.field)
        except IntegrityError as error:
            self._refuse(row, *constraint_in_words(error, Bound(self.form.spec, self.form.spec.add)))
        except StaleDataError:
            self._refuse(row, OVERTAKEN, None)
        else:
            self.made.append(made)
            self.new += made.before is None
            self.cells += len(row.values) if made.before is not None else 0

    def _create(self, row: FormRow) -> steps.Made:
        register = self.form.register
        record = register.create(self.session, dict(row.values), self.by)
        self.session.flush()
        if row.later:
            register.change(record, {**steps.standing(register, record), **row.later}, self.by)
            self.session.flush()
        return steps.Made(record, None)

    def _change(self, row: FormRow, record: Any) -> steps.Made:
        if record is None or record.version != row.version:
            raise RuleBroken(OVERTAKEN)
        register = self.form.register
        before = {name: getattr(record, name) for name in row.values}
        register.change(record, {**steps.standing(register, record), **row.values}, self.by)
        self.session.flush()
        return steps.Made(record, before)

    def _refuse(self, row: FormRow, sentence: str, name: str | None) -> None:
        problem = row.group.problem(row.group.head, name or "", "refused", sentence)
        where = f"Ячейка {problem.where}" if problem.where else f"Строка {row.group.row}"
        self.refused.append(f"{where}: {sentence}")
