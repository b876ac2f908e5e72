"""Special fields that stay closed until a paper of the person they tell of opens them (152-ФЗ, article 10; S000-6c).

A right opens a class of data for a role; a lock closes the same fields again for single persons. The model says once
whom its special fields tell of: ``__subject__`` names the column with that key («person_id»). The engine knows neither
people nor papers: a slice tells which subjects are closed and why, for many at once, by :func:`keep_by`.

A closed field is held and never shown or taken: list and Excel say so in its cell, the card in a block with the way to
open it, the form too; what is typed for it is refused with the reason.

Where the link to the person is special itself, as in a list of disabilities, a row tells by being there what must not
be told. Such rows are not there while they are closed: no list, count, look-up, file or card has them. Rules and
reports that only count them still do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_
from sqlalchemy.orm import Session

from app.base import SPECIAL, Model
from app.register.field import Field
from app.register.pages import Act, Cell
from app.register.spec import Spec

Reasons = Callable[[Session, Collection[int]], Mapping[int, str]]
Way = Callable[[int], Act | None]
Standing = Callable[[Any], Any]


@dataclass(frozen=True)
class Keeper:
    """What a slice tells of locks.

    *reasons* gives a sentence for each closed subject among many, in a constant number of queries; *way* the button
    that leads to opening one; *word* stands in a closed cell; *unborn* is the sentence for a subject being added.
    *standing* gives the same as *reasons* as a criterion on a column of keys: that its subject is open.
    """

    reasons: Reasons
    standing: Standing
    way: Way
    word: str
    unborn: str


_kept: list[Keeper] = []


def keep_by(keeper: Keeper) -> None:
    """Let *keeper* tell which subjects are closed; without one nothing is."""
    _kept[:] = [keeper]


@dataclass(frozen=True)
class Lock:
    """Why the special fields of *subject* are closed; *subject* None is one that is being added."""

    subject: int | None
    reason: str

    @property
    def way(self) -> Act | None:
        """The button that leads to opening it, for who may use it."""
        return _kept[0].way(self.subject) if self.subject is not None else None


@dataclass(frozen=True)
class Locks:
    """The locks on a page or batch of records."""

    reasons: Mapping[int, str]

    def on(self, field: Field, record: Any) -> Lock | None:
        """Return the lock on *field* of *record*, None where it is open."""
        if not field.subject or not self.reasons:
            return None
        pk = subject_of(field, record)
        return Lock(pk, self.reasons[pk]) if pk in self.reasons else None

    def of(self, spec: Spec, names: Iterable[str], record: Any) -> dict[str, Lock]:
        """Return the closed ones of the fields *names* of *record*, each with its lock."""
        if not self.reasons:
            return {}
        found = ((name, self.on(spec.fields[name], record)) for name in names)
        return {name: lock for name, lock in found if lock is not None}


OPEN = Locks({})


def subject_of(field: Field, record: Any) -> Any:
    """Return the key of whom *field* of *record* tells, None if of nobody."""
    current = record
    for step in field.subject.split("."):
        if current is None:
            return None
        current = getattr(current, step)
    return current


def locks_on(session: Session, spec: Spec, names: Iterable[str], records: Iterable[Any]) -> Locks:
    """Return what is closed of the fields *names* of *records*; however many they are, it is asked for once."""
    told = {field.subject: field for name in names if (field := spec.fields[name]).subject}
    if not told or not _kept:
        return OPEN
    subjects = {subject_of(field, record) for record in records for field in told.values()} - {None}
    return Locks(_kept[0].reasons(session, subjects)) if subjects else OPEN


def locks_of(session: Session, spec: Spec, names: Iterable[str], record: Any) -> dict[str, Lock]:
    """Return the closed ones of the fields *names* of one *record*, each with its lock."""
    every = tuple(names)
    return locks_on(session, spec, every, [record]).of(spec, every, record)


def locks_of_new(session: Session, spec: Spec, names: Iterable[str], values: Mapping[str, Any]) -> dict[str, Lock]:
    """Return which of the fields *names* are closed on a record being added with *values*, so far as those tell.

    A record that is itself the subject has no paper yet, so its special fields wait until it is saved.
    """
    told = {name: spec.fields[name].subject for name in names if spec.fields[name].subject}
    if not told or not _kept:
        return {}
    known = {subject: values.get(subject) for subject in set(told.values())}
    keys = {pk for pk in known.values() if pk is not None}
    reasons = _kept[0].reasons(session, keys) if keys else {}
    made: dict[str, Lock] = {}
    for name, subject in told.items():
        reason = _kept[0].unborn if subject == "id" else reasons.get(known[subject] or 0, "")
        if reason:
            made[name] = Lock(known[subject], reason)
    return made


# ---- rows that are special as a whole ----------------------------------------------------------------


def told_by_being_there(model: type[Model]) -> bool:
    """Whether a row of *model* says by being there what only a paper opens: its link to the subject is special."""
    column = model.__table__.columns.get(model.__subject__)
    return column is not None and column.info.get("privacy") is SPECIAL


def gate(model: type[Model]) -> tuple[Any, ...]:
    """Return the criteria of the rows of *model* a page may know of: none where every row may be known of."""
    if not _kept or not told_by_being_there(model):
        return ()
    subject = getattr(model, model.__subject__)
    open_ones = _kept[0].standing(subject)
    # Some rows of such a table tell of nobody in particular.
    return (or_(subject.is_(None), open_ones) if model.__table__.columns[model.__subject__].nullable else open_ones,)


def lock_within(session: Session, model: type[Model], path: tuple[str, ...], owner: Any) -> Lock | None:
    """Return the lock on all rows of *model* that hang by *path* on *owner*, None where they are open."""
    if not gate(model) or path != (model.__subject__,):
        return None
    reason = _kept[0].reasons(session, {owner.id}).get(owner.id)
    return Lock(owner.id, reason) if reason else None


def lock_of_papers(session: Session, record: Any) -> Lock | None:
    """Return the lock on papers on health attached to *record*, None where they are open or it tells of nobody."""
    path = type(record).__subject__
    if not path or not _kept:
        return None
    current = record
    for step in path.split("."):
        current = getattr(current, step)
    if current is None:  # Some rows of such a table tell of nobody in particular.
        return None
    reason = _kept[0].reasons(session, {current}).get(current)
    return Lock(current, reason) if reason else None


def word() -> str:
    """Return what stands in a closed cell: «нужно согласие»."""
    return _kept[0].word


def cell() -> Cell:
    """Return a closed cell of a list."""
    return Cell(word(), icon="lock-fill", empty=True)
