"""Lists: one query for the ids of a page, one for its rows, a bounded count. Pure functions over a Spec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, literal, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, aliased

from app.acting import prepared, read
from app.base import Model
from app.register import locks
from app.register.field import masked
from app.register.light import NeedsRecord, Unread, give_up, reader_of
from app.register.locks import OPEN, Locks, locks_on
from app.register.pages import Cell, Chip, ColumnHead, FilterControl, PageLink, Pager, Row
from app.register.search import ENOUGH, hits, narrow, walked
from app.register.spec import Spec, title_key
from app.register.state import SIZES, Condition, ListState, criterion, operators


@dataclass(frozen=True)
class Found:
    """The keys of a page and how many rows the list has; *total* None means more than :data:`ENOUGH`."""

    ids: list[int]
    total: int | None
    more: bool


def chosen(spec: Spec, state: ListState, within: Any | None = None) -> Select[Any]:
    """Return the select of the keys that pass the filters; *within* is the criterion of the card the list stands on."""
    base = select(spec.model.id).where(*spec.criteria, *locks.gate(spec.model))
    if within is not None:
        base = base.where(within)
    for condition in state.conditions:
        base = base.where(criterion(spec, condition))
    return base


def matching(session: Session, spec: Spec, state: ListState, within: Any | None = None) -> Select[Any]:
    """Return the select of the keys the list holds: what passes the filters and is found by the search."""
    base = chosen(spec, state, within)
    return narrow(session, base, spec.model, state.query, spec.through) if state.query else base


def ordered(base: Select[Any], spec: Spec, sort: str) -> Select[Any]:
    """Return *base* in the order *sort* («name», «-name»), the key last so that pages never overlap."""
    name, down = (sort.removeprefix("-"), sort.startswith("-")) if sort else spec.order
    field = spec.fields.get(name)
    if field is None:  # The usual order is by a field out of this person's sight.
        key: Any = spec.model.id
    elif field.target is not None:
        other = aliased(field.target)
        # Joined along the relation: only then the row scope of the other table is written for its alias.
        base = base.outerjoin(other, getattr(spec.model, str(field.relation)).of_type(other))
        key = getattr(other, title_key(field.target))
    else:
        key = spec.sort_key(name)
        if key is None:
            key = spec.model.id
    tie = spec.model.id.desc() if down else spec.model.id
    return (
        base.order_by(key.desc().nulls_last() if down else key.nulls_last(), tie)
        if _nullable(key)
        else base.order_by(key.desc() if down else key, tie)
    )


def _nullable(key: Any) -> bool:
    return bool(getattr(getattr(key, "property", None), "columns", [None])[0].nullable)


def _counted(base: Select[Any]) -> Any:
    """Return the number of rows of *base* as a column, one more than :data:`ENOUGH` at most."""
    return select(func.count()).select_from(base.limit(ENOUGH + 1).subquery()).scalar_subquery()


def find(session: Session, spec: Spec, state: ListState, within: Any | None = None) -> Found:
    """Return one page of the list: its keys through the index, with the count beside."""
    if within is None and not (state.query or state.conditions):
        rows: Any = read(session, _page_of_all(spec, state.sort), _place(state))
        if rows or state.page == 1:
            return _found(state, [row[0] for row in rows], rows[0][1] if rows else 0)
    base = chosen(spec, state, within)
    found = hits(spec.model, state.query, spec.through, session.get_bind().dialect.name) if state.query else None
    if found is not None:
        among = base.where(spec.model.id.in_(select(found.c.id)))
        ids, total, common = _page(session, spec, state, among, select(func.count()).select_from(found))
        if common <= ENOUGH:
            return _found(state, ids, total)
        base = base.where(walked(spec.model, state.query, spec.through))
    ids, total, _ = _page(session, spec, state, base, select(literal(0)))
    return _found(state, ids, total)


def _found(state: ListState, ids: list[int], total: int) -> Found:
    return Found(ids[: state.size], total if total <= ENOUGH else None, len(ids) > state.size)


def _place(state: ListState) -> dict[str, int]:
    return {"rows": state.size + 1, "skip": (state.page - 1) * state.size}


def _paged(base: Select[Any], spec: Spec, sort: str, *beside: Any) -> Select[Any]:
    """Return the query of a page of *base* and one row more: the key, how many rows there are, and what is *beside*."""
    wanted = ordered(base, spec, sort).add_columns(_counted(base), *beside)
    return wanted.limit(bindparam("rows", type_=Integer)).offset(bindparam("skip", type_=Integer))


def _page_of_all(spec: Spec, sort: str) -> Select[Any]:
    """Return the query of a page of the whole list, put together once for each order: people open it all day."""
    made = spec.made.pages.get(sort)
    if made is None:
        made = spec.made.pages[sort] = prepared(_paged(chosen(spec, ListState()), spec, sort))
    return made


def _page(
    session: Session, spec: Spec, state: ListState, base: Select[Any], aside: Select[Any]
) -> tuple[list[int], int, int]:
    """Return the keys of the page and one more, how many rows the list has, and the number *aside* selects."""
    rows = session.execute(_paged(base, spec, state.sort, aside.scalar_subquery()), _place(state)).all()
    if rows:
        return [row[0] for row in rows], rows[0][1], rows[0][2]
    # An empty page has no row that could carry the numbers.
    total, beside = session.execute(select(_counted(base), aside.scalar_subquery())).one()
    return [], total, beside


def fetch(session: Session, spec: Spec, ids: Any, names: tuple[str, ...]) -> list[Model]:
    """Return the records with *ids* in that order, with what *names* show loaded."""
    if not ids:
        return []
    wanted = spec.by_ids(names).where(*locks.gate(spec.model))
    by_id = {record.id: record for record in session.scalars(wanted, {"ids": ids})}
    return [by_id[each] for each in ids if each in by_id]


def page_rows(
    session: Session,
    spec: Spec,
    ids: list[int],
    names: tuple[str, ...],
    gather: Callable[[Session, Any], None],
    link: Callable[[Any], str | None],
    subtitle: Callable[[Any], str],
    css: Callable[[Any], str] = lambda record: "",
) -> tuple[Row, ...]:
    """Return the records with *ids* as rows, read as light records where those can answer."""
    if not ids:
        return ()
    while True:
        light = reader_of(spec, names)
        records: Any = light.fetch(session, ids) if light else fetch(session, spec, ids, names)
        try:
            gather(session, records)
            return rows(spec, records, names, link, subtitle, locks_on(session, spec, names, records), css)
        except (Unread, NeedsRecord, InvalidRequestError) as refusal:
            if light is None:
                raise
            if isinstance(refusal, Unread):
                light.learn(refusal)
            else:  # SQLAlchemy, asked of a light record, says that it is an invalid request.
                give_up(spec, names)


# ---- drawing -----------------------------------------------------------------------------------------


def heads(spec: Spec, state: ListState, names: tuple[str, ...], url: str) -> tuple[ColumnHead, ...]:
    """Return the column heads with the addresses that order by them."""
    by, down = (state.sort.removeprefix("-"), state.sort.startswith("-")) if state.sort else spec.order
    made = []
    for name in names:
        field = spec.fields[name]
        turned = f"-{name}" if name == by and not down else name
        made.append(
            ColumnHead(
                name=name,
                label=field.said,
                css={"number": "num", "money": "num", "date": "date", "moment": "date"}.get(field.kind, ""),
                sort_url=state.url(url, sort=turned) if name in spec.sortable else None,
                sorted=("descending" if down else "ascending") if name == by else "",
                on_phone=name in spec.phone,
            )
        )
    return tuple(made)


def rows(
    spec: Spec,
    records: list[Model],
    names: tuple[str, ...],
    link: Callable[[Model], str | None],
    subtitle: Callable[[Model], str],
    locked: Locks = OPEN,
    css: Callable[[Any], str] = lambda record: "",
) -> tuple[Row, ...]:
    """Return the records as rows; the first cell carries the link to the card and the second line."""
    made = []
    # What no field asks for is asked of no cell: a page has hundreds.
    fields = [spec.fields[name] for name in names]
    columns = [(field, bool(field.subject and locked.reasons), field.kind == "snils") for field in fields]
    for record in records:
        cells = []
        for field, may_be_locked, is_masked in columns:
            if may_be_locked and locked.on(field, record):
                cells.append(locks.cell())
            else:
                cells.append(masked(field, field.cell(record)) if is_masked else field.cell(record))
        if cells:
            one = cells[0]
            small = subtitle(record) or one.small
            cells[0] = Cell(one.text, small, link(record), one.css, one.tone, one.icon, one.empty)
        made.append(Row(record.id, str(record), tuple(cells), css(record)))
    return tuple(made)


def pager(spec: Spec, state: ListState, found: Found, url: str) -> Pager:
    """Return where the reader is, in words, with the addresses of the pages around."""
    first = (state.page - 1) * state.size + 1 if found.ids else 0
    last = first + len(found.ids) - 1 if found.ids else 0
    if found.total is None:
        words = (
            f"{_thin(first)}–{_thin(last)}, всего больше {_thin(ENOUGH)}" if found.ids else "На этой странице строк нет"
        )
        pages = state.page + 1 if found.more else state.page
    else:
        words = f"{first}–{last} из {found.total}" if found.ids else f"Найдено {found.total}"
        pages = max(1, -(-found.total // state.size))
    near = sorted({1, pages, *range(max(1, state.page - 1), min(pages, state.page + 1) + 1)})
    links: list[PageLink] = []
    for number in near:
        if links and number - (links[-1].number or 0) > 1:
            links.append(PageLink(None))
        links.append(PageLink(number, state.url(url, page=number), number == state.page))
    return Pager(
        first=first,
        last=last,
        total=found.total,
        words=words,
        links=tuple(links) if pages > 1 else (),
        next_url=state.url(url, page=state.page + 1) if found.more else "",
        prev_url=state.url(url, page=state.page - 1) if state.page > 1 else "",
        sizes=tuple((size, state.url(url, size=size), size == state.size) for size in SIZES),
    )


def _thin(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def chips(spec: Spec, state: ListState, url: str, titles: dict[tuple[str, str], str]) -> tuple[Chip, ...]:
    """Return the filters that are on, in words; *titles* names the records that link filters point to."""
    made = []
    for one in state.conditions:
        field = spec.fields[one.name]
        words = dict(operators(field))[one.op]
        values = ", ".join(_said(spec, one, value, titles) for value in one.values)
        if one.op == "between":
            text = f"с {values or '…'} по {one.upper or '…'}"
        elif one.op in ("any", "has", "eq", "is"):
            text = values
        else:
            text = f"{words} {values}".strip()
        made.append(Chip(field.said, text, state.url(url, conditions=state.without(one.name))))
    return tuple(made)


def _said(spec: Spec, one: Condition, value: str, titles: dict[tuple[str, str], str]) -> str:
    field = spec.fields[one.name]
    if field.choices is not None:
        return field.choice(value).label
    if field.kind == "flag":
        return "да" if value == "1" else "нет"
    return titles.get((one.name, value), "недоступно") if field.kind == "ref" else value


def ref_titles(session: Session, spec: Spec, state: ListState) -> dict[tuple[str, str], str]:
    """Return the titles of the records the link filters name, one query a filter that is on."""
    made: dict[tuple[str, str], str] = {}
    for one in state.conditions:
        target = spec.fields[one.name].target
        if target is not None and one.values:
            for record in session.scalars(select(target).where(target.id.in_([int(v) for v in one.values]))):
                made[(one.name, str(record.id))] = str(record)
    return made


def controls(
    spec: Spec, state: ListState, titles: dict[tuple[str, str], str], lookup: Callable[[type[Model]], str]
) -> tuple[FilterControl, ...]:
    """Return the filter controls with what is typed in them now."""
    on = {one.name: one for one in state.conditions}
    made = []
    for name in spec.filters:
        field, one = spec.fields[name], on.get(name, Condition(name, ""))
        kind = {
            "choice": "choice",
            "choices": "choice",
            "ref": "ref",
            "flag": "choice",
            "date": "date",
            "moment": "date",
            "number": "number",
            "money": "number",
        }.get(field.kind, "text")
        choices: tuple[tuple[str, str], ...] = ()
        if field.choices is not None:
            choices = tuple((member.value, member.label) for member in field.choices)
        elif field.kind == "flag":
            choices = (("1", "да"), ("0", "нет"))
        value = one.values[0] if one.values else ""
        made.append(
            FilterControl(
                name=name,
                label=field.said,
                kind=kind,
                operators=operators(field),
                op=one.op,
                value=value,
                value_to=one.upper,
                values=one.values,
                choices=choices,
                lookup_url=lookup(field.target) if field.target is not None else "",
                ref_text=titles.get((name, value), "") if kind == "ref" else "",
            )
        )
    return tuple(made)
