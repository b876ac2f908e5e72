"""Cards: facts by group, tabs of related registers with their counts. Pure functions over a Spec."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Label, func, select

from app.base import Model
from app.register.field import masked
from app.register.files import of_row
from app.register.locks import Lock, gate
from app.register.models import Attachment
from app.register.pages import Cell, Closed, FactsPart, Tab
from app.register.spec import Related, Spec
from app.terms import say


@dataclass(frozen=True)
class OwnTab:
    """A tab a register draws by itself: *template* gets what *gather* returns of (register, record) as page.extra."""

    key: str
    label: str
    template: str
    gather: Callable[[Any, Any], dict[str, object]]


def facts(
    spec: Spec, record: Model, address: Callable[[Model], str | None], closed: Mapping[str, Lock], *, whole: bool
) -> tuple[FactsPart, ...]:
    """Return the card's groups of (label, value); a link leads to the card of the record it points to.

    Instead of the *closed* fields a group says why they are closed and how to open them. *whole*: a СНИЛС is shown
    with all its digits, to who may change it.
    """

    def cell(name: str) -> Cell:
        field = spec.fields[name]
        made, linked = field.cell(record), field.value(record) if field.relation else None
        made = made if whole else masked(field, made)
        return replace(made, href=address(linked)) if linked is not None else made

    return tuple(
        FactsPart(
            say(group.legend) or "Сведения",
            tuple((spec.fields[name].said, cell(name)) for name in group.names if name not in closed),
            _closed(spec, {name: closed[name] for name in group.names if name in closed}),
        )
        for group in spec.show
    )


def _closed(spec: Spec, closed: Mapping[str, Lock]) -> Closed | None:
    if not closed:
        return None
    lock = next(iter(closed.values()))
    return Closed(", ".join(spec.fields[name].said for name in closed), lock.reason, lock.way)


def within(model: type[Model], path: tuple[str, ...], owner_id: int) -> Any:
    """Return the criterion that rows of *model* belong to the owner behind *path*.

    The last step of the path is the link column; steps before it are relations: ``("case", "family_id")``.
    """
    if len(path) == 1:
        return getattr(model, path[0]) == owner_id
    relation = getattr(model, path[0])
    target = relation.property.mapper.class_
    local, remote = next(iter(relation.property.local_remote_pairs))
    return getattr(model, local.key).in_(select(getattr(target, remote.key)).where(within(target, path[1:], owner_id)))


def counts_of(
    tabs: Iterable[tuple[Related, type[Model]]], owner: type[Model], pk: int, *, on_health: bool
) -> list[Label[int]]:
    """Return columns that count the rows each related register shows for record *pk*, and its files.

    Each is named by the key of its tab. They stand in the query of the record itself. *on_health* False leaves papers
    on health uncounted.
    """
    numbers = [
        select(func.count(model.id))
        .where(within(model, related.path, pk), *gate(model))
        .scalar_subquery()
        .label(related.key)
        for related, model in tabs
    ]
    of_owner = select(func.count(Attachment.id)).where(of_row(owner, pk))
    files = of_owner if on_health else of_owner.where(Attachment.on_health.is_(False))
    return [*numbers, files.scalar_subquery().label("files")]


def grouped(
    tabs: Sequence[Tab], groups: Iterable[tuple[str, tuple[str, ...]]], idle: Collection[str] = ()
) -> tuple[list[Tab], tuple[Tab, ...]]:
    """Return *tabs* with those of a group as one tab, and the tabs inside the group the current one stands in.

    A group of one tab is that tab; the tab of a group leads to its first and counts the rows of all. A group is left
    out while all of its tabs are *idle*: nothing is in them and nothing can be put there.
    """
    by_key = {tab.key: tab for tab in tabs}
    made: list[Tab] = []
    inner: tuple[Tab, ...] = ()
    for label, keys in groups:
        inside = tuple(by_key.pop(key) for key in keys if key in by_key)
        if all(tab.key in idle and not tab.current for tab in inside):
            continue
        if len(inside) == 1:
            made += inside
        else:
            total, here = sum(tab.count or 0 for tab in inside), any(tab.current for tab in inside)
            made.append(Tab(label, say(label), inside[0].url, here, total))
            inner = inside if here else inner
    return [*made, *by_key.values()], inner
