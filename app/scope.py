"""Which rows of case work a person sees. Everything hangs on a family, so there is one question: which families.

A table says by which relation it hangs on the next one, up to the family::

    class Measure(UnitModel):
        __seen_through__ = "lineage"      # a measure is seen by whoever sees its line, a line by whoever sees its case

Which families a word of ``app/roles.py`` SCOPES finds is told by the slices that know (``app/cases/scope.py``,
``app/programmes/scope.py``, ``app/meetings/scope.py``)::

    @finds(Family, "team")
    def _of_the_team(who: Sight, seen: Seen) -> Select[tuple[int]]:
        return select(case.c.family_id).join(...).where(team.c.staff_id == who.staff_id)

What no finder finds is not seen: a role without a word, or a word nobody has taught, sees nothing. A table that names
no relation is a directory of the whole unit; ``tests/access/test_paths.py`` holds the list of them with reasons.

The criteria are written on bare tables, so the Session does not scope them again, and what tells one person from
another stands in them as bound values, so that two curators share one prepared statement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import CTE, FromClause, Select, and_, false, inspect, or_, select, union
from sqlalchemy.orm import RelationshipProperty, Session
from sqlalchemy.sql.operators import in_op

from app.base import Model
from app.criteria import Beside

EVERYBODY = ""
"""The word of a finder that serves whatever the role."""


class Sight(Protocol):
    """Who looks: the acting person as the finders need him."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def unit_id(self) -> int | None: ...
    @property
    def staff_id(self) -> int | None: ...
    @property
    def partner_id(self) -> int | None: ...
    @property
    def department_id(self) -> int | None: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def sees(self) -> frozenset[str]: ...


Keys = Select[Any]
"""A sub-select of the keys of rows."""

Finder = Callable[["Sight", "Seen"], "Keys | None"]

_finders: dict[type[Model], list[tuple[frozenset[str], Finder]]] = {}


def finds(model: type[Model], *words: str) -> Callable[[Finder], Finder]:
    """Register what finds rows of *model* for people whose scope holds one of *words*; see the module."""

    def registered(finder: Finder) -> Finder:
        _finders.setdefault(model, []).append((frozenset(words), finder))
        return finder

    return registered


def parent_of(model: type[Model]) -> RelationshipProperty[Any] | None:
    """Return the relation by which *model* hangs on the next table, None for one that hangs on nothing."""
    name = getattr(model, "__seen_through__", "")
    return inspect(model).relationships[name] if name else None


def is_scoped_by_family(model: type[Model]) -> bool:
    """Whether rows of *model* are seen by who sees the family, not by the whole unit."""
    return model in _finders or parent_of(model) is not None


def bare(model: type[Model]) -> FromClause:
    """Return the table of *model* under a name of its own, for the finders.

    The criteria are adapted to the aliases of a statement («family AS family_1»); a finder must not be adapted with
    them, or it would ask about the row at hand instead of about all rows.
    """
    return model.__table__.alias()


class Seen:
    """What one person sees of every table.

    The keys of a table stand in a statement once, as ``WITH seen_family AS (…)``, however many tables of it hang on
    them: a list that shows a measure with its programme, case and family asks four times which families these are.
    """

    def __init__(self, who: Sight) -> None:
        self.who = who
        self._keys: dict[type[Model], CTE | None] = {}

    def criterion(self, model: Any) -> Any:
        """Return the criterion by which the person sees rows of *model*."""
        own = model.visible_to(self.who)
        if "unit" in self.who.sees or not is_scoped_by_family(model):
            return own
        parent = parent_of(model)
        if parent is None:
            keys = self.keys(model)
            return false() if keys is None else and_(own, Beside(model.id, in_op, keys))
        # By the row's own link: that needs no keys of its own table.
        ways: list[Any] = [Beside(model.id, in_op, keys) for keys in self._found(model)]
        column = model.__table__.c[_link(parent)]
        link = getattr(model, inspect(model).get_property_by_column(column).key)
        keys = self.keys(parent.mapper.class_)
        if keys is not None:
            ways.append(Beside(link, in_op, keys))
        if column.nullable:
            ways.append(link.is_(None))  # A question of a meeting that is about no family tells of nobody.
        return and_(own, or_(*ways)) if ways else false()

    def keys(self, model: type[Model]) -> Keys | None:
        """Return the sub-select of the keys of *model* that the person sees, None when there can be none."""
        if model not in self._keys:
            self._keys[model] = self._made(model)
        made = self._keys[model]
        return None if made is None else select(made.c[0])

    def _made(self, model: type[Model]) -> CTE | None:
        found = self._found(model)
        parent = parent_of(model)
        above = self.keys(parent.mapper.class_) if parent is not None else None
        if parent is not None and above is not None:
            table = bare(model)
            found.append(select(table.c.id).where(table.c[_link(parent)].in_(above)))
        if not found:
            return None
        # One set of keys is put together once; an OR over several would be asked of every row.
        every = found[0] if len(found) == 1 else union(*found)
        return every.cte(f"seen_{model.__tablename__}")

    def _found(self, model: type[Model]) -> list[Keys]:
        words = {*self.who.sees, EVERYBODY}
        made = (finder(self.who, self) for known, finder in _finders.get(model, ()) if known & words)
        return [keys for keys in made if keys is not None]


def stamp(session: Session, who: Sight, held: frozenset[tuple[str, str]]) -> str:
    """Return a digest of all that decides what *who*, with the rights *held*, sees: it changes with any of it.

    A file made for a person is handed out while his stamp is that of the day it was made.
    """
    seen = Seen(who)
    told: list[Any] = [who.user_id, who.unit_id, sorted(who.roles), sorted(who.sees), sorted(held)]
    for model in () if "unit" in who.sees else sorted(_finders, key=lambda one: one.__tablename__):
        keys = seen.keys(model)
        if keys is not None:
            asked = keys.execution_options(unscoped="these are the keys the scope is made of")
            told.append([model.__tablename__, *sorted(session.scalars(asked))])
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _link(parent: RelationshipProperty[Any]) -> str:
    (column,) = parent.local_columns
    return str(column.name)
