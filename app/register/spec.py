"""A register as frozen data. The engine's functions read a Spec; they never ask where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import Select, bindparam, inspect, select
from sqlalchemy.orm import joinedload, selectinload

from app.acting import prepared
from app.base import RESTRICTED, SPECIAL, Model, Privacy
from app.register.field import Field, fields_of
from app.terms import say

MOST_KEPT = 100
"""Choices of columns whose query one register keeps; people choose a few, an address could name thousands."""


CLOSED = frozenset({SPECIAL, RESTRICTED})
"""The classes of data each of which asks for a right of its own."""


class SpecError(Exception):
    """A register's declaration is wrong; the start stops with where, what and what is allowed."""


@dataclass(frozen=True)
class Related:
    """A register shown as a tab of another. *path* leads from it to the owner: («case», «family_id»)."""

    key: str
    path: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class Group:
    """A titled group of fields on a form or a card."""

    legend: str
    names: tuple[str, ...]


@dataclass
class Made:
    """What is worked out of a Spec once and kept by who needs it: the query of its records by columns, of a page of the
    whole list by its order, how rows are read by columns (:mod:`app.register.light`), the filters by words."""

    by_ids: dict[tuple[str, ...], Select[Any]] = field(default_factory=dict)
    pages: dict[str, Select[Any]] = field(default_factory=dict)
    readers: dict[tuple[str, ...], Any] = field(default_factory=dict)
    filters: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """What a register is: its model, words, fields, and which of them stand where.

    *titles* are what many of its records are called and what one is, both with terms; :attr:`many` and :attr:`one` say
    them in the centre's words.

    *columns* are listed by default, *extra_columns* can be chosen; *through* are the relation paths searched beside
    the own text; *eager* are relation paths the computed values of a list need and *card_eager* those the head of a
    card does; *order* is (field, descending).
    """

    key: str
    model: type[Model]
    titles: tuple[str, str]
    fields: Mapping[str, Field]
    columns: tuple[str, ...]
    extra_columns: tuple[str, ...]
    add: tuple[Group, ...]
    edit: tuple[Group, ...]
    show: tuple[Group, ...]
    order: tuple[str, bool]
    title: str
    filters: tuple[str, ...]
    phone: tuple[str, ...]
    through: tuple[tuple[str, ...], ...] = ()
    eager: tuple[tuple[str, ...], ...] = ()
    card_eager: tuple[tuple[str, ...], ...] = ()
    related: tuple[Related, ...] = ()
    placeholder: str = "Найти в этом списке"
    intro: str = ""
    blank: str = ""
    only: tuple[tuple[str, Any], ...] = ()
    """Which rows of the table the register holds, as (field, value); nothing takes all."""
    delivered: tuple[tuple[str, str], ...] = ()
    """Views of the list that come with it, as (name, query); it opens with the first."""
    partial: bool = False
    """Whether this is what a role sees that is shown some fields only (``app/roles.py`` FIELDS)."""

    @property
    def many(self) -> str:
        """What the records are called: «Семьи»."""
        return say(self.titles[0])

    @property
    def one(self) -> str:
        """What one record is called: «Семья»."""
        return say(self.titles[1])

    @property
    def criteria(self) -> list[Any]:
        """The criteria of the rows the register holds."""
        return [getattr(self.model, name) == value for name, value in self.only]

    @cached_property
    def searchable(self) -> bool:
        """Whether the list has a search box; a search looks into all fields, so not where some are held back."""
        return not self.partial and ("search_key" in inspect(self.model).columns or bool(self.through))

    @cached_property
    def sortable(self) -> frozenset[str]:
        """The names a list may be ordered by: listed fields with a key, and links whose title has one.

        Not by a field that can be closed for single persons: their place in the order would tell it.
        """
        listed = {*self.columns, *self.extra_columns, self.order[0]} & self.fields.keys()
        return frozenset(n for n in listed if not self.fields[n].subject and self.sort_key(n) is not None)

    def sort_key(self, name: str) -> Any | None:
        """Return the attribute that orders by field *name*, or None."""
        made = self.fields[name]
        if made.target is not None:
            return getattr(made.target, title_key(made.target), None)
        return getattr(self.model, made.key) if made.key else None

    def without_private(self) -> Spec:
        """Return the register as somebody without the right to any closed class of data sees it."""
        return self.without(CLOSED)

    def without(self, classes: frozenset[Privacy]) -> Spec:
        """Return the register as somebody without the right to *classes* sees it: such fields do not exist."""
        made = self._without.get(classes)
        if made is None:
            made = self._with({name: f for name, f in self.fields.items() if f.privacy not in classes})
            self._without[classes] = made
        return made

    @cached_property
    def _without(self) -> dict[frozenset[Privacy], Spec]:
        return {frozenset(): self}

    def fitted(self, changes: Mapping[str, Mapping[str, Any] | None]) -> Spec:
        """Return the register with its forms fitted to the case at hand: *changes* of fields by name, None leaves one
        out of the forms."""
        fields = {name: replace(f, **(changes.get(name) or {})) for name, f in self.fields.items()}

        def of(groups: tuple[Group, ...]) -> tuple[Group, ...]:
            return tuple(
                Group(one.legend, tuple(n for n in one.names if n not in changes or changes[n] is not None))
                for one in groups
            )

        return replace(self, fields=fields, add=of(self.add), edit=of(self.edit))

    def narrowed(self, names: frozenset[str]) -> Spec:
        """Return the register as somebody sees it who is shown the fields *names* only; made once for each set."""
        made = self._narrowed.get(names)
        if made is None:
            kept = self._with({name: f for name, f in self.fields.items() if name in names})
            # A card shows what the list may: the field composed for a title stands on no form.
            shown = {n for group in kept.show for n in group.names}
            missing = tuple(n for n in (*kept.columns, *kept.extra_columns) if n not in shown)
            made = replace(kept, show=(Group("", missing), *kept.show) if missing else kept.show, partial=True)
            self._narrowed[names] = made
        return made

    @cached_property
    def _narrowed(self) -> dict[frozenset[str], Spec]:
        return {}

    def _with(self, open_fields: Mapping[str, Field]) -> Spec:
        """Return the register as if it had no fields but *open_fields*."""

        def groups(given: tuple[Group, ...]) -> tuple[Group, ...]:
            kept = (Group(g.legend, tuple(n for n in g.names if n in open_fields)) for g in given)
            return tuple(g for g in kept if g.names)

        def names(given: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(n for n in given if n in open_fields)

        return replace(
            self,
            fields=open_fields,
            columns=names(self.columns),
            extra_columns=names(self.extra_columns),
            order=self.order if self.order[0] in open_fields else ("id", self.order[1]),
            add=groups(self.add),
            edit=groups(self.edit),
            show=groups(self.show),
            filters=names(self.filters),
            phone=names(self.phone),
        )

    def _loaded(self, name: str) -> tuple[str, ...]:
        """Return the relations a dotted name walks over, its last step too when that is a relation."""
        *steps, leaf = name.split(".")
        current: Any = self.model
        for step in steps:
            current = getattr(current, step).property.mapper.class_
        last = getattr(getattr(current, leaf, None), "property", None)
        return (*steps, leaf) if hasattr(last, "mapper") else tuple(steps)

    def load_options(self, names: tuple[str, ...], also: tuple[tuple[str, ...], ...] = ()) -> list[Any]:
        """Return the loader options that fetch what *names* show without N+1, and the relation paths *also*.

        These are :attr:`eager` for a list, :attr:`card_eager` for a card, and none where only the record is wanted.
        """
        paths: list[tuple[str, ...]] = [(relation,) for n in names if (relation := self.fields[n].relation)]
        paths += [self._loaded(n) for n in names if "." in n]
        options = []
        for path in dict.fromkeys([*paths, *also]):
            current, option = self.model, None
            for step in path:
                attribute = getattr(current, step)
                many = attribute.property.uselist
                if option is None:
                    option = selectinload(attribute) if many else joinedload(attribute)
                else:
                    option = option.selectinload(attribute) if many else option.joinedload(attribute)
                current = attribute.property.mapper.class_
            options.append(option)
        return options

    def by_ids(self, names: tuple[str, ...]) -> Select[Any]:
        """Return the query of the records whose keys are given as ``ids``, with what *names* show; made once."""
        made = self.made.by_ids.get(names)
        if made is None:
            if len(self.made.by_ids) >= MOST_KEPT:
                self.made.by_ids.clear()
            wanted = self.model.id.in_(bindparam("ids", expanding=True))
            made = prepared(select(self.model).where(wanted).options(*self.load_options(names, self.eager)))
            self.made.by_ids[names] = made
        return made

    @cached_property
    def made(self) -> Made:
        """What has been worked out of this Spec so far."""
        return Made()


def names_in(groups: tuple[Group, ...]) -> tuple[str, ...]:
    """Return the fields of *groups*, in order."""
    return tuple(name for group in groups for name in group.names)


def title_key(model: type[Model]) -> str:
    """Return the attribute records of *model* are ordered and looked up by: its first folded key."""
    keys = model.__keys__[0]
    return f"{keys[0]}_key" if keys else "id"


@dataclass
class Declaration:
    """The class body of a Register, as :func:`spec_of` reads it; *where* is «file:line Class» for messages."""

    where: str
    key: str
    model: type[Model]
    title: tuple[str, str]
    list_columns: list[str]
    extra_columns: list[str] = field(default_factory=list)
    form_columns: list[Any] = field(default_factory=list)
    add_columns: list[Any] | None = None
    edit_columns: list[Any] | None = None
    show_columns: list[Any] | None = None
    label_columns: dict[str, str] = field(default_factory=dict)
    shown: dict[str, Field] = field(default_factory=dict)
    form_fields: list[Field] = field(default_factory=list)
    filter_columns: list[str] | None = None
    phone_columns: list[str] | None = None
    order: str | None = None
    search_through: list[str] = field(default_factory=list)
    eager: list[str] = field(default_factory=list)
    card_eager: list[str] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    placeholder: str = "Найти в этом списке"
    intro: str = ""
    blank: str = ""
    only: dict[str, Any] = field(default_factory=dict)
    delivered: dict[str, str] = field(default_factory=dict)


def spec_of(made: Declaration) -> Spec:
    """Build the Spec of a declaration.

    Raises:
        SpecError: a name is unknown; the message says where, what, and what is allowed.
    """
    known = fields_of(made.model)
    if not all(made.title) or len(made.title) != 2:
        raise SpecError(f"{made.where}: title must be two words: what many of them are called and what one is")
    if not made.list_columns:
        raise SpecError(_wrong(made, "list_columns is empty", known))
    known.update({extra.name: replace(extra, far=True) for extra in made.form_fields})
    fields = dict(known)
    add = _groups(made.add_columns if made.add_columns is not None else made.form_columns)
    edit = _groups(made.edit_columns if made.edit_columns is not None else made.form_columns)
    show = _groups(made.show_columns if made.show_columns is not None else made.form_columns or made.list_columns)
    everywhere = [*made.list_columns, *made.extra_columns, *(n for g in (*add, *edit, *show) for n in g.names)]
    for name in everywhere:
        if name in made.shown:
            fields[name] = made.shown[name]
        elif name not in fields:
            fields[name] = _computed(made, name, known)
    for group in (*add, *edit):
        for name in group.names:
            if name not in known:
                raise SpecError(_wrong(made, f"a form can only hold columns, not {name!r}", known))
    order = made.order or made.list_columns[0]
    plain = order.removeprefix("-")
    if plain not in fields:
        raise SpecError(_wrong(made, f"order names {plain!r}", fields))
    filters = made.filter_columns
    if filters is None:
        filters = [n for n in (*made.list_columns, *made.extra_columns) if fields[n].stored and not fields[n].private]
    for name in filters:
        if "." in name:
            fields[name] = _far_filter(made, name, fields.get(name))
        elif name not in known or known[name].private:
            raise SpecError(_wrong(made, f"{name!r} cannot be filtered", known))
    for name, label in made.label_columns.items():
        if name not in fields:
            raise SpecError(_wrong(made, f"label_columns names {name!r}, which no list or form shows", fields))
        fields[name] = replace(fields[name], label=label)
    for name in made.phone_columns or ():
        if name not in (*made.list_columns, *made.extra_columns):
            raise SpecError(_wrong(made, f"phone_columns names {name!r}, which the list does not hold", fields))
    for path in (*made.search_through, *made.eager, *made.card_eager):
        _check_path(made, path)
    return Spec(
        key=made.key,
        model=made.model,
        titles=made.title,
        fields=fields,
        columns=tuple(made.list_columns),
        extra_columns=tuple(made.extra_columns),
        add=add,
        edit=edit,
        show=show,
        order=(plain, order.startswith("-")),
        title=made.list_columns[0],
        filters=tuple(filters),
        phone=tuple(made.phone_columns if made.phone_columns is not None else made.list_columns[:2]),
        through=tuple(tuple(path.split(".")) for path in made.search_through),
        eager=tuple(tuple(path.split(".")) for path in made.eager),
        card_eager=tuple(tuple(path.split(".")) for path in made.card_eager),
        related=tuple(made.related),
        placeholder=made.placeholder,
        intro=made.intro,
        blank=made.blank,
        only=tuple(made.only.items()),
        delivered=tuple(made.delivered.items()),
    )


def _groups(columns: list[Any]) -> tuple[Group, ...]:
    """Read ``["a", "b"]`` as one group and ``[("Legend", ["a", "b"]), …]`` as several."""
    if columns and isinstance(columns[0], tuple):
        return tuple(Group(legend, tuple(names)) for legend, names in columns)
    return (Group("", tuple(columns)),) if columns else ()


def _computed(made: Declaration, name: str, known: Mapping[str, Field]) -> Field:
    label = made.label_columns.get(name)
    current: Any = made.model
    for step in name.split("."):
        attribute: Any = getattr(current, step, None)
        if attribute is None:
            raise SpecError(_wrong(made, f"there is no {name!r}", known))
        mapped = getattr(attribute, "property", None)
        if mapped is not None and hasattr(mapped, "mapper"):
            current = mapped.mapper.class_
        elif mapped is not None and label is None:
            label = mapped.columns[0].info.get("label")
    if not label:
        raise SpecError(_wrong(made, f"{name!r} has no label: add it to label_columns", known))
    leaf = fields_of(current).get(name.split(".")[-1]) if "." in name else None
    if leaf is None:
        return Field(name=name, label=label, kind="computed")
    subject = f"{name.rpartition('.')[0]}.{leaf.subject}" if leaf.subject else ""
    return Field(name=name, label=label, kind="computed", privacy=leaf.privacy, subject=subject)


def _far_filter(made: Declaration, name: str, shown: Field | None) -> Field:
    """Return the field a dotted filter compares: the column at the end of the path, under its shown label."""
    path, _, leaf = name.rpartition(".")
    _check_path(made, path)
    current: Any = made.model
    for step in path.split("."):
        current = getattr(current, step).property.mapper.class_
    known = fields_of(current)
    if leaf not in known or known[leaf].private:
        raise SpecError(_wrong(made, f"{name!r} cannot be filtered", known))
    label = made.label_columns.get(name) or (shown.label if shown is not None else known[leaf].label)
    return replace(known[leaf], name=name, label=label, far=True)


def _check_path(made: Declaration, path: str) -> None:
    current: Any = made.model
    for step in path.split("."):
        attribute: Any = getattr(current, step, None)
        if not hasattr(getattr(attribute, "property", None), "mapper"):
            links = sorted(relation.key for relation in inspect(current).relationships)
            raise SpecError(f"{made.where}: {path!r} is not a path of relations; allowed: {', '.join(links)}")
        current = attribute.property.mapper.class_


def _wrong(made: Declaration, what: str, allowed: Mapping[str, Field]) -> str:
    return f"{made.where}: {what}; allowed: {', '.join(sorted(allowed))}"
