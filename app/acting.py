"""Who acts, for which service unit and at what time; which rows that actor sees.

Web requests, the command line and jobs all enter through :func:`acting`. Without an actor a query on a
scoped table is refused, never unscoped::

    with acting(actor):
        session.scalars(select(Family))      # only rows the actor sees, see app.scope
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count
from typing import Any, TypeVar, TypeVarTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, Row, Select, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.sql import visitors

from app.base import FabBase, Model, tables_made
from app.roles import scopes_of
from app.scope import Seen
from app.terms import NEUTRAL, Words, fall_silent, speak, words


@dataclass(frozen=True)
class Actor:
    """A person (or the system) on whose behalf code runs.

    *user_id* is the account (``ab_user.id``), *staff_id* the staff member behind it, *unit_id* the service
    unit whose rows are seen and written, *zone* that unit's time zone, *roles* the codes of the roles.
    *partner_id* and *department_id* say where the staff member works. *sees_unit* is for the system at work for one
    unit, which has no role: it sees every family of it. *words* are those of the unit's order of work.
    """

    user_id: int | None
    name: str
    unit_id: int | None
    staff_id: int | None = None
    zone: str = "Europe/Moscow"
    roles: frozenset[str] = frozenset()
    address: str = ""
    unit_name: str = ""
    partner_id: int | None = None
    department_id: int | None = None
    sees_unit: bool = False
    sees_all: bool = False
    words: Words = field(default=NEUTRAL, compare=False, repr=False)

    @property
    def unit(self) -> int:
        """The unit whose rows are written.

        Raises:
            LookupError: the actor belongs to none, as the system does.
        """
        if self.unit_id is None:
            raise LookupError(f"{self.name} belongs to no unit")
        return self.unit_id

    @property
    def sees(self) -> frozenset[str]:
        """The words of ``app/roles.py`` SCOPES for all roles together: which rows the actor sees."""
        return frozenset({"unit"}) if self.sees_unit or self.sees_all else scopes_of(self.roles)

    def is_any(self, *roles: str) -> bool:
        """Whether the actor holds one of *roles*."""
        return bool(self.roles.intersection(roles))


SYSTEM = Actor(user_id=None, name="Система", unit_id=None, sees_all=True)
"""The actor of setup, the scheduler and the command line: sees every unit, signs as «Система»."""


Before = tuple[Actor | None, bool, int | None, Words]
"""Who acted, whether to write, how patiently, and in which words, before :func:`enter`."""


class NoActor(RuntimeError):
    """A scoped table was queried without an actor: enter ``acting(...)`` first."""


_actor: ContextVar[Actor | None] = ContextVar("opora_actor", default=None)
_writing: ContextVar[bool] = ContextVar("opora_writing", default=True)
_patience: ContextVar[int | None] = ContextVar("opora_patience", default=None)
_clock: ContextVar[dt.datetime | None] = ContextVar("opora_clock", default=None)


@contextmanager
def acting(actor: Actor, *, writing: bool = True) -> Iterator[Actor]:
    """Act as *actor* inside the block. *writing* False opens read transactions that take no write lock."""
    who, how, spoken = _actor.set(actor), _writing.set(writing), speak(actor.words)
    try:
        yield actor
    finally:
        fall_silent(spoken)
        _writing.reset(how)
        _actor.reset(who)


def enter(who: Actor | None, *, writing: bool, patience: int | None = None) -> Before:
    """Begin to act as *who* where no block can be written, as around a request; pass the result to :func:`leave`.

    *patience*: see :func:`waiting_at_most`.
    """
    before = _actor.get(), _writing.get(), _patience.get(), words()
    _actor.set(who)
    _writing.set(writing)
    _patience.set(patience)
    speak(who.words if who is not None else NEUTRAL)
    return before


def leave(before: Before) -> None:
    """Return to who acted before :func:`enter`."""
    _actor.set(before[0])
    _writing.set(before[1])
    _patience.set(before[2])
    speak(before[3])


@contextmanager
def for_whole_unit() -> Iterator[None]:
    """Ask for the whole unit of whoever acts, whatever his roles see of it.

    For a question whose answer names nobody («is there any family at all») and for what a rule does to rows out of
    the sight of whoever set it off.
    """
    with acting(replace(actor(), sees_unit=True), writing=is_writing()):
        yield


def actor() -> Actor:
    """Return who acts now.

    Raises:
        NoActor: nobody does.
    """
    found = _actor.get()
    if found is None:
        raise NoActor("no actor: wrap the call in acting(...)")
    return found


def actor_or_none() -> Actor | None:
    """Return who acts now, or None before anybody has entered."""
    return _actor.get()


def is_writing() -> bool:
    """Whether the transaction opened now must take the write lock at once (SQLite BEGIN IMMEDIATE)."""
    return _writing.get()


@contextmanager
def waiting_at_most(milliseconds: int) -> Iterator[None]:
    """Wait no longer for SQLite's write lock inside the block: what is written there may be left out or come later."""
    before = _patience.set(milliseconds)
    try:
        yield
    finally:
        _patience.reset(before)


def patience() -> int | None:
    """Return how long to wait for the write lock in milliseconds, None: as long as anybody does."""
    return _patience.get()


# ---- one clock ---------------------------------------------------------------------------------------


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return _clock.get() or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Return the present day in the zone of the actor's unit."""
    who = actor_or_none()
    return now().astimezone(ZoneInfo(who.zone if who else "Europe/Moscow")).date()


@contextmanager
def clock_at(moment: dt.datetime | dt.date) -> Iterator[None]:
    """Stop the clock at *moment* (a bare date means noon in Moscow); for tests and demonstration data."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time(12), ZoneInfo("Europe/Moscow"))
    token = _clock.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _clock.reset(token)


# ---- row scope, on the Session -----------------------------------------------------------------------


@lru_cache(maxsize=4)
def _scoped_models(made: int) -> tuple[tuple[type[Model], ...], frozenset[Any]]:
    """Return the scoped models and their tables; *made* only invalidates the cache."""
    models = tuple(m.class_ for m in FabBase.registry.mappers if hasattr(m.class_, "visible_to"))
    return models, frozenset(model.__table__ for model in models)


def scoped_models() -> tuple[type[Model], ...]:
    """Return every model that says who sees its rows."""
    return _scoped_models(tables_made())[0]


def _scoped_tables() -> frozenset[Any]:
    return _scoped_models(tables_made())[1]


class RowScope(CriteriaOption):
    """The criteria of one person on every scoped table, as one option of a statement.

    As forty options they would be asked for their part of the statement's cache key with every statement, and that
    costs more than most statements do. Their answer is the same as long as they are, so it is asked for once: equal
    criteria have one number, and what tells two persons apart are values beside it.
    """

    __slots__ = ("_criteria", "_key", "_values")

    propagate_to_loaders = True  # What is loaded later by a relation is scoped as the statement was.

    def __init__(self, criteria: Sequence[CriteriaOption]) -> None:
        self._criteria = criteria
        keys = [one._generate_cache_key() for one in criteria]
        parts = tuple(key.key for key in keys if key is not None)
        if len(parts) != len(criteria):
            raise TypeError("a row scope must be such that statements with it are prepared once")
        self._key = (RowScope, _numbers_of_scopes.setdefault(parts, next(_next_number)))
        self._values = [value for key in keys if key is not None for value in key.bindparams]

    def _gen_cache_key(self, anon_map: Any, bindparams: list[Any]) -> tuple[Any, ...]:
        bindparams.extend(self._values)
        return self._key

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """Add the criteria to those of a statement being compiled."""
        for one in self._criteria:
            one.get_global_criteria(attributes)

    def process_compile_state(self, compile_state: Any) -> None:
        """Take part in the compilation of a statement."""
        self.get_global_criteria(compile_state.global_attributes)

    def process_compile_state_replaced_entities(self, compile_state: Any, mapper_entities: Any) -> None:
        """Take part in the compilation of a statement whose entities were exchanged, as a count's are."""
        self.process_compile_state(compile_state)


_numbers_of_scopes: dict[tuple[Any, ...], int] = {}
_next_number = count()  # Two threads never take the same one, so unlike scopes never share a statement.


@lru_cache(maxsize=512)
def _criteria_of(who: Actor, made: int) -> RowScope:
    """Return the row scope of *who*; *made* only invalidates the cache.

    Building it costs milliseconds, and it holds nothing but what equal actors share, so it is kept.
    """
    seen = Seen(who)
    return RowScope(
        [with_loader_criteria(model, seen.criterion(model), include_aliases=True) for model in scoped_models()]
    )


def put_together(who: Actor) -> None:
    """Put the row scope of *who* together, so that the first one with his roles need not wait for it."""
    _criteria_of(who, tables_made())


_Statement = TypeVar("_Statement", bound=Executable)
_Columns = TypeVarTuple("_Columns")


def prepared(statement: _Statement) -> _Statement:
    """Return *statement*, which is put together once and kept, so that the row scope is hung on it once a person.

    For what runs with every list. A statement put together for one request only would be kept for nothing.
    """
    return statement.execution_options(prepared=True)


@lru_cache(maxsize=1024)
def _scoped_once(statement: Any, scope: RowScope) -> Any:
    """Return *statement* with *scope*; both are told apart by what they are, not by how they read."""
    return statement.options(scope)


def read(session: Session, statement: Select[*_Columns], values: Mapping[str, Any]) -> Sequence[Row[*_Columns]]:
    """Return the rows of a :func:`prepared` *statement* that selects columns, as far as whoever acts sees them.

    The same as ``session.execute``, without what that does for records: it takes longer than a page of rows.

    Raises:
        NoActor: nobody acts.
    """
    who = actor()
    scoped = statement if who.sees_all else _scoped_once(statement, _criteria_of(who, tables_made()))
    return session.connection().execute(scoped, values).all()


def _touches_scope(statement: Any) -> bool:
    tables = _scoped_tables()
    return any(element in tables for element in visitors.iterate(statement) if element.__visit_name__ == "table")


@event.listens_for(Session, "do_orm_execute")
def _scope(state: ORMExecuteState) -> None:
    """Add the actor's row scope to every ORM statement, counts and sub-queries included.

    A Core select on a scoped table cannot be scoped this way, so it says why it may run:
    ``.execution_options(unscoped="reason")``; the reasons are listed in ``tests/test_map.py``.
    """
    if state.is_column_load or state.execution_options.get("unscoped"):
        return
    who = actor_or_none()
    if who is None:
        if _touches_scope(state.statement):
            raise NoActor("a scoped table was queried without an actor")
        return
    if who.sees_all:
        return
    if not state.is_orm_statement:
        if _touches_scope(state.statement):
            raise NoActor("a Core statement on a scoped table is not scoped: use the ORM or say why")
        return
    if not state.is_relationship_load:
        scope = _criteria_of(who, tables_made())
        once = state.execution_options.get("prepared")
        state.statement = _scoped_once(state.statement, scope) if once else state.statement.options(scope)
