"""What the base holds, as a sheet derived from a form needs it: records by key as plain values, links by their words.

Everything is asked in bulk: a register of 20 000 rows costs some hundred statements, not some hundred thousand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Session

from app.base import Model
from app.register import kinds, locks
from app.register.field import OUT_OF_SIGHT, Field
from app.register.forms import MISSING
from app.register.intake.form_cells import written
from app.register.intake.form_sheet import Form
from app.register.locks import Lock
from app.register.lookup import look_up
from app.register.spec import title_key
from app.words import fold

AT_ONCE = 500
"""Keys asked for in one statement."""


@dataclass(frozen=True)
class Held:
    """A record as it stands: its version, the values of the form's stored fields, and what its cells would hold."""

    id: int
    version: int
    values: dict[str, Any]
    cells: dict[str, Any]
    closed: Mapping[str, Lock]
    """Fields that are held and neither written out nor taken; their cells say so."""


def pieces(found: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield *found* in lists no statement is too long for."""
    every = list(found)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]


class Titles:
    """The words of linked records, each read once. A link out of the person's sight says so."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._known: dict[type[Model], dict[int, str]] = {}

    def fetch(self, target: type[Model], ids: Iterable[int | None]) -> None:
        """Read the words of those records of *target* that are not known yet."""
        known = self._known.setdefault(target, {})
        for some in pieces({pk for pk in ids if pk is not None} - known.keys()):
            known.update(dict.fromkeys(some, OUT_OF_SIGHT))
            for linked in self.session.scalars(select(target).where(target.id.in_(some))).unique():
                known[linked.id] = str(linked)

    def of(self, target: type[Model], pk: int | None) -> str:
        """Return the words of one record, empty for none."""
        if pk is None:
            return ""
        self.fetch(target, [pk])
        return self._known[target][pk]


def held(session: Session, form: Form, ids: Sequence[int], titles: Titles) -> Iterator[Held]:
    """Yield the records of *ids* that the acting person sees, in that order."""
    model = form.spec.model
    links = {name: form.field(name).target for name in form.stored if form.field(name).kind == "ref"}
    # Whom a row tells of may stand on no form.
    told_of = {field.subject for name in form.stored if (field := form.field(name)).subject} - {"id", *form.stored}
    names = (*form.stored, *sorted(told_of))
    wanted = [getattr(model, name) for name in names]
    for some in pieces(dict.fromkeys(ids)):
        rows = {row[0]: row for row in session.execute(
            select(model.id, model.version, *wanted).where(model.id.in_(some))
        )}  # fmt: skip
        for name, target in links.items():
            at = form.stored.index(name) + 2
            if target is not None:
                titles.fetch(target, (row[at] for row in rows.values()))
        told = {pk: SimpleNamespace(id=pk, **dict(zip(names, row[2:], strict=True))) for pk, row in rows.items()}
        locked = locks.locks_on(session, form.spec, form.stored, told.values())
        for pk in some:
            if pk in rows:
                yield _held(form, rows[pk], titles, locked.of(form.spec, form.stored, told[pk]))


def _held(form: Form, row: Any, titles: Titles, closed: Mapping[str, Lock]) -> Held:
    values = dict(zip(form.stored, row[2:], strict=False))
    shown = {}
    for name, value in values.items():
        made = form.field(name)
        shown[name] = written(made, value, titles.of(made.target, value) if made.target is not None else "")
    if closed:
        shown.update(dict.fromkeys(closed, locks.word()))
    return Held(row[0], row[1], values, shown, closed)


# ---- links by their words ----------------------------------------------------------------------------


@dataclass
class Links:
    """Finds the record a cell names: the one with exactly these words, else what the form's own look-up finds."""

    session: Session
    _known: dict[tuple[type[Model], str], int | str] = field(default_factory=dict)

    def fetch(self, target: type[Model], texts: Iterable[str]) -> None:
        """Look many names up by their order key at once; what is not found by it is asked for one by one later."""
        name = title_key(target)
        if name == "id" or getattr(target, "look_up", None) is not None:
            return
        key = getattr(target, name)
        wanted = {fold(text)[:250]: fold(text) for text in texts if text}
        for some in pieces(wanted):
            found: dict[str, list[int]] = {}
            for record in self.session.scalars(select(target).where(key.in_(some))).unique():
                found.setdefault(fold(str(record)), []).append(record.id)
            for flat, ids in found.items():
                if len(ids) == 1:
                    self._known[target, flat] = ids[0]

    def find(self, made: Field, text: str) -> int | None:
        """Return the key of the record *text* names.

        Raises:
            NotRead: none or several fit; the message is the form's own sentence.
        """
        target = made.linked
        if not text:
            return None
        flat = fold(text)
        known = self._known.get((target, flat))
        if known is None:
            known = self._known[target, flat] = self._ask(target, text)
        if isinstance(known, str):
            raise kinds.NotRead(known)
        return known

    def _ask(self, target: type[Model], text: str) -> int | str:
        flat = fold(text)
        found = look_up(self.session, target, text)
        exact = [one for one in found if flat in (fold(one.text), fold(f"{one.text} ({one.small})"))]
        if not exact:  # «12. Заречный» is the title of an area, but its point stands in no word of it.
            bare = " ".join(re.findall(r"\w+", text))
            exact = [one for one in look_up(self.session, target, bare) if flat == fold(one.text)] or found
        if len(exact) == 1:
            return exact[0].id
        if not found:
            return f"По «{text}» ничего не нашлось. Проверьте буквы. {MISSING['ref']}"
        names = "; ".join(f"{one.text}{f' ({one.small})' if one.small else ''}" for one in exact[:4])
        return f"Подходит несколько: {names}. Уточните."


# ---- what may stand only once ------------------------------------------------------------------------


def unique_sets(form: Form) -> list[tuple[str, ...]]:
    """Return the columns of the form that, taken together, may stand only once in the unit."""
    table = form.spec.model.__table__
    found: set[tuple[str, ...]] = {(name,) for name in form.stored if form.field(name).unique}
    rules = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    partial = {"sqlite_where", "postgresql_where"}
    rules += [
        index
        for index in table.indexes
        if index.unique and not partial & {key for key, value in index.kwargs.items() if value is not None}
    ]
    for rule in rules:
        names = tuple(column.key for column in rule.columns if column.key != "service_unit_id")
        if names and set(names) <= set(form.stored):
            found.add(names)
    return sorted(found)


def taken(session: Session, form: Form, names: tuple[str, ...], values: Iterable[tuple[Any, ...]]) -> dict[Any, int]:
    """Return which of *values* stand in the base already, with the record that holds each."""
    model = form.spec.model
    columns = [getattr(model, name) for name in names]
    wanted = set(values)
    found: dict[Any, int] = {}
    for some in pieces({one[0] for one in wanted}):
        for row in session.execute(select(model.id, *columns).where(columns[0].in_(some))):
            if tuple(row[1:]) in wanted:
                found[tuple(row[1:])] = row[0]
    return found
