"""Saved views of a list and how a person left it: kept as the query of its address, read again with care.

A view is seen by its owner and, when shared with a role, by everybody of the unit who has the role. What was typed
into a search or a text filter is never kept: it may be somebody's name. What a register no longer shows, or no longer
to this person, is left out when a view is opened, and the person is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Integer, String, bindparam, cast, false, literal_column, null, or_, select, union_all
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.acting import Actor, now
from app.base import RuleBroken, session_of
from app.register.field import TEXTS
from app.register.models import BulkStep, ListMemory, SavedView
from app.register.spec import Spec
from app.register.state import AS_DELIVERED, NO_VALUE, BadState, Condition, ListState, Usual, read_state

MOST_VIEWS = 30
"""Views of one person above one list; more no longer help to find anything."""

LONGEST_NAME = 60
UNDO_HOURS = 24
"""How long a change of many records can be undone."""


@dataclass(frozen=True)
class KeptView:
    """A saved view as the list draws it; *own* means this person may change it."""

    id: int
    name: str
    query: str
    own: bool
    role: str | None
    is_default: bool


@dataclass(frozen=True)
class Kept:
    """What a person has kept for one list: views in their order, the usual look, whether a step can be undone."""

    views: tuple[KeptView, ...]
    usual: str
    undoable: bool

    @property
    def default(self) -> KeptView | None:
        """The view the list opens with: one's own before one shared."""
        chosen = [view for view in self.views if view.is_default]
        return min(chosen, key=lambda view: (not view.own, view.id), default=None)

    def view(self, pk: str) -> KeptView | None:
        """Return the view with this id as it stands in an address, or None."""
        return next((view for view in self.views if str(view.id) == pk), None)


@dataclass(frozen=True)
class Opened:
    """A list as it opens: its state, what the person has kept for it, the view it is in, and what to tell."""

    state: ListState
    kept: Kept
    view: KeptView | None = None
    notes: tuple[str, ...] = ()
    as_delivered: bool = False
    """Whether it stands exactly in a view that came with the list."""

    @property
    def is_plain(self) -> bool:
        """Whether the list stands outside of any view, so that its order and size are how the person leaves it."""
        return self.view is None and dict(self.state.keep).get("view", "0") == "0"


@cache
def _kept_query() -> Any:
    """Return the one query of what a person has kept for a list, put together once: it runs with every list.

    It names the unit itself: hanging the row scope on it would cost more than the query.
    """
    nothing, no, empty = literal_column("0", Integer), literal_column("''", String), cast(null(), String)
    mine: Any = bindparam("user_id")
    here: Any = bindparam("register")
    views = select(
        literal_column("'view'", String).label("what"),
        SavedView.id,
        SavedView.user_id,
        SavedView.name,
        SavedView.query,
        SavedView.role,
        SavedView.is_default,
    ).where(
        SavedView.register == here,
        SavedView.service_unit_id == bindparam("unit_id"),
        or_(SavedView.user_id == mine, SavedView.role.in_(bindparam("roles", expanding=True))),
    )
    memory = select(literal_column("'usual'", String), nothing, nothing, no, ListMemory.query, empty, false()).where(
        ListMemory.register == here, ListMemory.user_id == mine
    )
    steps = select(literal_column("'step'", String), BulkStep.id, nothing, no, no, empty, false()).where(
        BulkStep.user_id == mine,
        BulkStep.register == here,
        BulkStep.service_unit_id == bindparam("unit_id"),
        BulkStep.undone_at.is_(None),
        BulkStep.at > bindparam("since"),
    )
    return union_all(views, memory, steps).execution_options(unscoped="one's own views, by the unit")


def kept(session: Session, key: str, by: Actor) -> Kept:
    """Return what *by* has kept for the list of register *key*, in one query."""
    since = now() - dt.timedelta(hours=UNDO_HOURS)
    asked = {"register": key, "user_id": by.user_id, "unit_id": by.unit_id, "roles": sorted(by.roles), "since": since}
    views, usual, undoable = [], "", False
    for what, pk, user_id, name, query, role, is_default in session.execute(_kept_query(), asked):
        if what == "view":
            views.append(KeptView(pk, name, query, user_id == by.user_id, role, bool(is_default)))
        elif what == "usual":
            usual = query
        else:
            undoable = True
    views.sort(key=lambda view: (not view.own, view.id))
    return Kept(tuple(views), usual, undoable)


# ---- from an address to a state, and back ------------------------------------------------------------


def opened(session: Session, spec: Spec, args: MultiDict[str, str], by: Actor) -> Opened:
    """Return the list the address asks for: ``open=7`` a saved view, ``view=7`` an address made inside of it.

    An address without anything opens the default view, or the list as the person left it.

    Raises:
        BadState: the address holds what the list does not have.
    """
    known = _with_delivered(kept(session, spec.key, by), spec)
    notes: tuple[str, ...] = ()
    if "open" in args:
        if len(args) > 1 or not _is_id(args["open"], known):
            raise BadState("В адресе есть лишнее. Откройте список из меню.")
        view = known.view(args["open"])
        if view is None:
            notes = ("Этого вида больше нет. Показан весь список.",)
            args = MultiDict({"view": "0"})
    else:
        view = known.default if not args else None
    if view is not None:
        state, lost = read_kept(spec, view.query)
        if lost:
            notes = (f"Часть вида «{view.name}» больше не доступна. Показано без неё: проверьте фильтры и столбцы.",)
        return Opened(replace(state, keep=(("view", str(view.id)),)), known, view, notes, view.id < 0)
    marker = args.get("view", "0")
    if not _is_id(marker, known):
        raise BadState("В адресе есть лишнее. Откройте список из меню.")
    usual = usual_of(spec, known.usual) if marker == "0" else AS_DELIVERED
    state = read_state(spec, args, ("view",), usual)
    return Opened(state, known, known.view(marker), notes)


def _with_delivered(known: Kept, spec: Spec) -> Kept:
    """Return *known* with the views that come with the list before it; their ids are negative.

    The list opens with the first of them, unless the person has chosen another view.
    """
    if not spec.delivered:
        return known
    first = known.default is None
    came = (
        KeptView(-number, name, query, own=False, role=None, is_default=first and number == 1)
        for number, (name, query) in enumerate(spec.delivered, 1)
    )
    return replace(known, views=(*came, *known.views))


def _is_id(typed: str, known: Kept) -> bool:
    """Whether *typed* may name a view; one that came with the list must be there."""
    if typed.startswith("-"):
        return known.view(typed) is not None
    return typed.isascii() and typed.isdigit() and len(typed) < 10


def usual_of(spec: Spec, query: str) -> Usual:
    """Return the look kept as *query*; what the list no longer has is left out without a word."""
    if not query:
        return AS_DELIVERED
    state, _ = read_kept(spec, query)
    return Usual(state.sort, state.size, state.columns)


def read_kept(spec: Spec, query: str) -> tuple[ListState, int]:
    """Return the state kept as *query* and how many parts of it had to be left out."""
    args = MultiDict(parse_qsl(query, keep_blank_values=True))
    try:
        return read_state(spec, args), 0
    except BadState:
        pass
    parts: dict[str, list[tuple[str, str]]] = {}
    for name, value in args.items(multi=True):
        if name == "col":
            part = f"col {value}"
        elif name.startswith("f."):
            part = name[2:].removesuffix(".op").removesuffix(".to").removesuffix(".text")
        else:
            part = name
        parts.setdefault(part, []).append((name, value))
    good: list[tuple[str, str]] = []
    lost = 0
    for pairs in parts.values():
        try:
            read_state(spec, MultiDict(pairs))
        except BadState:
            lost += 1
        else:
            good += pairs
    return read_state(spec, MultiDict(good)), lost


def may_be_kept(spec: Spec, one: Condition) -> bool:
    """Whether a filter belongs into a view: a typed text does not, it may be a name."""
    return one.op in NO_VALUE or spec.fields[one.name].kind not in TEXTS


def query_of(spec: Spec, state: ListState) -> str:
    """Return *state* as it is kept: without what was typed, without the page, every departure from delivery named."""
    conditions = tuple(one for one in state.conditions if may_be_kept(spec, one))
    return urlencode(replace(state, query="", conditions=conditions, page=1, keep=(), usual=AS_DELIVERED).pairs())


# ---- rules -------------------------------------------------------------------------------------------


def remember(session: Session, key: str, query: str, *, by: Actor) -> None:
    """Keep *query*, columns, order and size only, as how *by* left the list of register *key*; empty forgets it."""
    memory = session.scalars(
        select(ListMemory).where(ListMemory.user_id == by.user_id, ListMemory.register == key)
    ).one_or_none()
    if memory is None:
        if query:
            session.add(ListMemory(user_id=by.user_id, register=key, query=query, at=now()))
    elif not query:
        session.delete(memory)
    elif memory.query != query:
        memory.query, memory.at = query, now()


def save_view(
    session: Session, key: str, name: str, query: str, *, by: Actor, role: str | None = None, default: bool = False
) -> SavedView:
    """Keep *query* under *name* for *by*, shared with *role* if given; the caller has asked for the right to share.

    Raises:
        RuleBroken: the name is empty, too long or taken, or the person has too many views of this list.
    """
    own = _own(session, key, by)
    if len(own) >= MOST_VIEWS:
        raise RuleBroken(f"Видов этого списка уже {MOST_VIEWS}. Удалите те, которыми не пользуетесь.", field="name")
    view = SavedView(
        user_id=by.user_id, register=key, name=_named(name, own), query=query, role=role, is_default=default,
        service_unit_id=by.unit,
    )  # fmt: skip
    session.add(view)
    _only_default(view, own)
    return view


def change_view(view: SavedView, *, by: Actor, name: str, role: str | None, default: bool) -> None:
    """Rename *view*, show it to *role* or to nobody, make it the one the list opens with.

    Raises:
        RuleBroken: the view is somebody else's, or the name is empty, too long or taken.
    """
    if view.user_id != by.user_id:
        raise RuleBroken("Этот вид сохранил другой сотрудник. Сохраните такой же под своим названием.", field="name")
    own = [each for each in _own(session_of(view), view.register, by) if each is not view]
    view.name, view.role, view.is_default = _named(name, own), role, default
    _only_default(view, own)


def renew_view(view: SavedView, query: str, *, by: Actor) -> None:
    """Keep the list as it stands now under the name of *view*.

    Raises:
        RuleBroken: the view is somebody else's.
    """
    if view.user_id != by.user_id:
        raise RuleBroken("Этот вид сохранил другой сотрудник. Сохраните свой под другим названием.", field="name")
    view.query = query


def remove_view(view: SavedView, *, by: Actor, may_share: bool) -> None:
    """Remove one's own view, or with the right to share a shared one whose owner has left it behind.

    Raises:
        RuleBroken: the view is somebody else's.
    """
    if view.user_id != by.user_id and not (may_share and view.role):
        raise RuleBroken("Этот вид сохранил другой сотрудник, удалить его может только он.", field="name")
    session_of(view).delete(view)


def _own(session: Session, key: str, by: Actor) -> list[SavedView]:
    return list(session.scalars(select(SavedView).where(SavedView.register == key, SavedView.user_id == by.user_id)))


def _named(typed: str, others: Collection[SavedView]) -> str:
    name = " ".join("".join(char if char.isprintable() else " " for char in typed).split())
    if not name:
        raise RuleBroken("Назовите вид.", field="name")
    if len(name) > LONGEST_NAME:
        raise RuleBroken(f"Сократите название: помещается {LONGEST_NAME} знаков.", field="name")
    if any(other.name.casefold() == name.casefold() for other in others):
        raise RuleBroken("Вид с таким названием у вас уже есть. Назовите иначе.", field="name")
    return name


def _only_default(view: SavedView, others: Collection[SavedView]) -> None:
    if view.is_default:
        for other in others:
            other.is_default = False
