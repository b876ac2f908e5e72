"""Records without the ORM: rows of columns that answer as the records of a list do, for registers read as a whole.

Making a record costs the ORM more than reading it and writing it to Excel together. A *light* record is an object of a
plain class that has the properties and methods of its model (its title too) and in place of mapped attributes the
values of one row; the records it links to are light as well, read by the same statement. What a register computes
from a record it computes from a light one.

Nobody declares what a computed column needs. A light record asked for a column or a link it was not read with raises
:class:`Unread`; the reader learns the name and reads the batch again with it. Asked for what a row cannot answer (a
collection, the session, an attribute nobody has set), it raises :class:`NeedsRecord`, and the list is read as records.
So a light record answers as the record would or not at all.

The statement is one of the ORM, so the row scope of the Session stands in it, for each joined table too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import QueryableAttribute, Session, aliased

from app.acting import prepared, read
from app.base import Model
from app.register.spec import MOST_KEPT, Spec


class Unread(Exception):
    """A light record was asked for the column or link *name*, which its :class:`Node` did not read."""

    def __init__(self, node: Node, name: str) -> None:
        super().__init__(f"{node.model.__name__}.{name}")
        self.node, self.name = node, name


class NeedsRecord(Exception):
    """A light record was asked for what only a record of the ORM can answer."""


class Light:
    """What light records of every model have in common."""

    _node: ClassVar[Node]

    # For isinstance: to a register a light record is one of its model.
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return self._node.model

    def __getattr__(self, name: str) -> Any:
        raise self._node.refusal(name)

    @cached_property
    def _in_words(self) -> str:
        """The title of the record, put together once for all the rows of a batch that link to it."""
        return str(self)

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Light) and self._node.model is other._node.model
        return same and self.__dict__["id"] == other.__dict__["id"]

    def __hash__(self) -> int:
        return hash((self._node.model, self.__dict__["id"]))


class Node:
    """What is read of one table: the columns, and for each link the node of the table it leads to.

    *path* are the links that lead to it from the table of the list.
    """

    def __init__(self, model: type[Model], path: tuple[str, ...] = ()) -> None:
        self.model, self.path = model, path
        self.columns = ["id"]
        self.links: dict[str, Node] = {}
        self.start = self.stop = 0
        self.made = type(model.__name__, (Light,), {**members_of(model), "_node": self})

    def refusal(self, name: str) -> Exception:
        """Return what a light record raises when asked for *name*."""
        mapper = inspect(self.model)
        if name in mapper.column_attrs:
            return Unread(self, name)
        if name in mapper.relationships and not mapper.relationships[name].uselist:
            return Unread(self, name)
        return NeedsRecord(f"{self.model.__name__}.{name}")

    def read(self, name: str) -> Node:
        """Read column or link *name*; return the node a link leads to, or this one."""
        relations = inspect(self.model).relationships
        if name in relations:
            if name not in self.links:
                self.links[name] = Node(relations[name].mapper.class_, (*self.path, name))
            return self.links[name]
        if name not in self.columns:
            self.columns.append(name)
        return self

    def place(self, entity: Any, wanted: list[Any], joins: list[Any]) -> None:
        """Add the columns and joins of this node, read of *entity*, to those of the statement."""
        self.start, self.stop = len(wanted), len(wanted) + len(self.columns)
        wanted.extend(getattr(entity, name) for name in self.columns)
        for name, node in self.links.items():
            other = aliased(node.model)
            # Joined along the relation: only then the row scope of the other table is written for its alias.
            joins.append(getattr(entity, name).of_type(other))
            node.place(other, wanted, joins)

    def make(self, row: Sequence[Any], seen: Seen) -> Any:
        """Return the light record in *row*, or None where the join found none."""
        pk = row[self.start]
        mine = seen[self]
        found = mine.get(pk)
        if found is None and pk is not None:
            found = mine[pk] = object.__new__(self.made)
            values: dict[str, Any] = found.__dict__
            values.update(zip(self.columns, row[self.start : self.stop], strict=True))
            for name, node in self.links.items():
                values[name] = node.make(row, seen)
        return found


Seen = defaultdict[Node, dict[int, Any]]
"""The records of a batch by key: hundreds of families have one curator."""


class Plan:
    """What is read for one list, and the statement that reads it; never changed, so that threads may share it."""

    def __init__(self, model: type[Model], paths: Iterable[str]) -> None:
        self.root = Node(model)
        for path in paths:
            self._follow(path)
        wanted: list[Any] = []
        joins: list[Any] = []
        self.root.place(model, wanted, joins)
        among = model.id.in_(bindparam("ids", expanding=True, literal_execute=True))
        chosen = select(*wanted).select_from(model).where(among)
        for join in joins:
            chosen = chosen.outerjoin(join)
        self.statement = prepared(chosen)

    def _follow(self, path: str) -> None:
        """Read what *path* leads to, as far as a row can hold it: not into a collection nor a property."""
        node = self.root
        for step in path.split("."):
            if not isinstance(node.refusal(step), Unread):
                return
            node = node.read(step)


class Reader:
    """Reads the list of *spec* with the columns *names*, batch by batch, as light records."""

    def __init__(self, spec: Spec, names: Iterable[str]) -> None:
        paths: list[str] = []
        for name in names:
            field = spec.fields[name]
            if field.compute is None:
                paths.append(name)
                if field.relation and not field.far:
                    paths.append(field.relation)
        paths.extend(".".join(path) for path in spec.eager)
        self._model = spec.model
        self._paths = tuple(paths)
        self._plan: Plan | None = None

    @property
    def plan(self) -> Plan:
        """What is read by now."""
        made = self._plan
        if made is None:
            made = self._plan = Plan(self._model, self._paths)
        return made

    def learn(self, missing: Unread) -> None:
        """Read from now on what was missing. What another thread learns meanwhile may be learnt again."""
        self._paths = (*self._paths, ".".join((*missing.node.path, missing.name)))
        self._plan = None

    def fetch(self, session: Session, ids: Sequence[int]) -> list[Any]:
        """Return the light records with *ids* in that order."""
        plan, seen = self.plan, Seen(dict)
        for row in read(session, plan.statement, {"ids": ids}):
            plan.root.make(row, seen)
        found = seen[plan.root]
        return [found[each] for each in ids if each in found]


def reader_of(spec: Spec, names: tuple[str, ...]) -> Reader | None:
    """Return the reader of the columns *names* of *spec*, with what it has learnt; None for what needs records."""
    known = spec.made.readers
    try:
        found: Reader | None = known[names]
    except KeyError:
        if len(known) >= MOST_KEPT:
            known.clear()
        found = known.setdefault(names, Reader(spec, names))
    return found


def give_up(spec: Spec, names: tuple[str, ...]) -> None:
    """Read the columns *names* of *spec* as records of the ORM from now on."""
    spec.made.readers[names] = None


def members_of(model: type[Model]) -> dict[str, Any]:
    """Return the properties and methods of *model* that work on any object with its attributes."""
    members: dict[str, Any] = {}
    for cls in reversed(model.__mro__):
        for name, value in vars(cls).items():
            members.pop(name, None)
            own = name == "__str__" or not name.startswith(("__", "_sa_"))
            if cls is not object and own and not isinstance(value, QueryableAttribute):
                members[name] = value if not _asks_its_class(value) else property(_needs_record)
    return members


def _asks_its_class(value: Any) -> bool:
    """Whether a method or property calls ``super()``, which takes none but objects of the very class."""
    function = getattr(value, "fget", None) or getattr(value, "__func__", value)
    return "__class__" in getattr(getattr(function, "__code__", None), "co_freevars", ())


def _needs_record(light: Light) -> Any:
    raise NeedsRecord(f"{light._node.model.__name__} asks its class")
