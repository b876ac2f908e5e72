"""The state of a list in its address: search, filters, order, page, size, columns. Anything unknown is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import String, and_, false, func, not_, or_, type_coerce
from werkzeug.datastructures import MultiDict

from app.base import Model
from app.register import kinds
from app.register.field import TEXTS, Field, zone
from app.register.search import behind, folded, keys_behind, like_words
from app.register.spec import Spec
from app.words import fold

SIZES = (25, 50, 100)
MAX_PAGE = 1_000_000
LONGEST = 200
"""Signs of a search or of a filter; SQLite refuses a pattern of 50 000."""

TEXT_OPS = (
    ("has", "содержит"),
    ("is", "равно"),
    ("starts", "начинается с"),
    ("empty", "пусто"),
    ("filled", "заполнено"),
)
RANGE_OPS = (
    ("eq", "равно"),
    ("ge", "не меньше"),
    ("le", "не больше"),
    ("between", "от и до"),
    ("empty", "пусто"),
    ("filled", "заполнено"),
)
DATE_OPS = (
    ("eq", "в этот день"),
    ("ge", "начиная с"),
    ("le", "по"),
    ("between", "с и по"),
    ("empty", "пусто"),
    ("filled", "заполнено"),
)
CHOICE_OPS = (("any", "любое из"), ("none", "кроме"), ("empty", "пусто"), ("filled", "заполнено"))
FLAG_OPS = (("any", "равно"),)
NO_VALUE = frozenset({"empty", "filled"})


class BadState(ValueError):
    """The address holds what this list does not have; the message is a Russian sentence."""


@dataclass(frozen=True)
class Condition:
    """One filter: field *name*, operator, values as typed, and the upper end of «от и до»."""

    name: str
    op: str
    values: tuple[str, ...] = ()
    upper: str = ""


@dataclass(frozen=True)
class Usual:
    """How a person left a list: its order, page size and columns, which an address then need not name."""

    sort: str = ""
    size: int = SIZES[0]
    columns: tuple[str, ...] = ()


AS_DELIVERED = Usual()


@dataclass(frozen=True)
class ListState:
    """Everything the address says about a list, with what is *usual* where it says nothing.

    *keep* are arguments of the page around it: a card's tab, the saved view the list was opened by.
    """

    query: str = ""
    sort: str = ""
    page: int = 1
    size: int = SIZES[0]
    columns: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    keep: tuple[tuple[str, str], ...] = ()
    usual: Usual = AS_DELIVERED

    def pairs(self) -> list[tuple[str, str]]:
        """Return the state as address arguments, what is usual left out."""
        made = list(self.keep)
        if self.query:
            made.append(("q", self.query))
        for one in self.conditions:
            made.append((f"f.{one.name}.op", one.op))
            made += [(f"f.{one.name}", value) for value in one.values]
            if one.upper:
                made.append((f"f.{one.name}.to", one.upper))
        made += self.look()
        if self.page != 1:
            made.append(("page", str(self.page)))
        return made

    def look(self) -> list[tuple[str, str]]:
        """Return the columns, order and page size as address arguments, what is usual left out."""
        made = [("col", name) for name in self.columns] if self.columns != self.usual.columns else []
        if self.sort != self.usual.sort:
            made.append(("sort", self.sort))
        if self.size != self.usual.size:
            made.append(("size", str(self.size)))
        return made

    def url(self, base: str, **changes: Any) -> str:
        """Return the address of the list at *base* with *changes*; anything but a page turns back to the first."""
        if changes and "page" not in changes:
            changes["page"] = 1
        arguments = urlencode(replace(self, **changes).pairs())
        return f"{base}?{arguments}" if arguments else base

    def without(self, name: str) -> tuple[Condition, ...]:
        """Return the conditions but the one on *name*."""
        return tuple(one for one in self.conditions if one.name != name)


def operators(field: Field) -> tuple[tuple[str, str], ...]:
    """Return the operators a field is filtered by, as (code, words)."""
    if field.kind in ("date", "moment"):
        return DATE_OPS
    if field.kind in ("number", "money"):
        return RANGE_OPS
    if field.kind in ("choice", "choices", "ref"):
        return CHOICE_OPS
    return FLAG_OPS if field.kind == "flag" else TEXT_OPS


def read_state(
    spec: Spec, args: MultiDict[str, str], keep: Iterable[str] = (), usual: Usual = AS_DELIVERED
) -> ListState:
    """Read the address; order, size and columns it does not name are the *usual* ones.

    Raises:
        BadState: an argument, a column, an operator or a number that the list does not have.
    """
    kept = tuple((name, value) for name in keep for value in args.getlist(name))
    for name in args:
        if name not in ("q", "sort", "page", "size", "col", *keep) and not name.startswith("f."):
            raise BadState("В адресе есть лишнее. Откройте список из меню.")
    sort = args.get("sort", usual.sort)
    if sort and sort.removeprefix("-") not in spec.sortable:
        raise BadState("По этому столбцу список не упорядочивается.")
    columns = tuple(dict.fromkeys(args.getlist("col"))) or usual.columns
    if any(name not in (*spec.columns, *spec.extra_columns) for name in columns):
        raise BadState("Такого столбца в списке нет.")
    size = _whole(args.get("size", str(usual.size)), SIZES[-1])
    if size not in SIZES:
        raise BadState("Столько строк на странице не бывает.")
    query = _typed(args.get("q", ""))
    if query and not spec.searchable:
        raise BadState("В этом списке поиска нет. Пользуйтесь фильтрами.")
    return ListState(
        query=query,
        sort=sort,
        page=_whole(args.get("page", "1"), MAX_PAGE),
        size=size,
        columns=columns,
        conditions=tuple(_conditions(spec, args)),
        keep=kept,
        usual=usual,
    )


def _typed(text: str) -> str:
    """Return what a person typed, its spaces made single, cut where nobody types on."""
    return " ".join(text.split())[:LONGEST]


def _whole(typed: str, most: int) -> int:
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:9]) <= most and len(typed) <= 9):
        raise BadState("Такой страницы в списке нет.")
    return int(typed)


def _conditions(spec: Spec, args: MultiDict[str, str]) -> Iterable[Condition]:
    names = dict.fromkeys(
        key[2:].removesuffix(".op").removesuffix(".to").removesuffix(".text") for key in args if key.startswith("f.")
    )
    for name in names:
        if name not in spec.filters:
            raise BadState("Такого фильтра в списке нет.")
        field = spec.fields[name]
        allowed = [code for code, _ in operators(field)]
        op = args.get(f"f.{name}.op") or allowed[0]
        if op not in allowed:
            raise BadState(f"Фильтр «{field.said}» так не сравнивает.")
        values = tuple(filter(None, map(_typed, args.getlist(f"f.{name}"))))
        upper = _typed(args.get(f"f.{name}.to", "")) if op == "between" else ""
        if op in NO_VALUE:
            yield Condition(name, op)
        elif values or upper:
            condition = Condition(name, op, values, upper)
            criterion(spec, condition)  # A value that cannot be read is refused here, not by the database.
            yield condition


def criterion(spec: Spec, condition: Condition) -> Any:
    """Return the SQL criterion of one condition.

    Raises:
        BadState: a value cannot be read.
    """
    field = spec.fields[condition.name]
    if not field.far:
        return _test(field, spec.model, condition)
    *path, leaf = field.name.split(".")
    there = replace(field, name=leaf, far=False)
    if condition.op == "empty":
        return not_(
            behind(spec.model, tuple(path), lambda target: _test(there, target, replace(condition, op="filled")))
        )
    if there.kind == "ref" and condition.op == "any":
        # A curator leads some families of thousands; begun at the families, each would be asked who leads it.
        return spec.model.id.in_(keys_behind(spec.model, tuple(path), lambda target: _test(there, target, condition)))
    return behind(spec.model, tuple(path), lambda target: _test(there, target, condition))


def _test(field: Field, model: Any, condition: Condition) -> Any:
    column = getattr(model, field.name)
    if condition.op in NO_VALUE:
        empty = column.is_(None)
        return empty if condition.op == "empty" else not_(empty)
    if field.kind in TEXTS:
        return _text(field, model, column, condition)
    if field.kind in ("choice", "choices", "flag", "ref"):
        return _any_of(field, column, condition)
    return _range(field, column, condition)


def _text(field: Field, model: type[Model], column: Any, condition: Condition) -> Any:
    typed = fold(condition.values[0]) if condition.values else ""
    if field.kind in ("phone", "snils"):
        typed = "".join(char for char in typed if char.isdigit())
        typed = typed[1:] if field.kind == "phone" and len(typed) == 11 else typed
        if not typed:
            return false()
    target = getattr(model, field.key) if field.key else folded(column)
    if condition.op == "is" and field.kind not in ("phone",):
        return target == typed
    pattern = like_words(typed)
    return target.like(pattern[1:] if condition.op == "starts" and field.kind != "phone" else pattern, escape="\\")


def _any_of(field: Field, column: Any, condition: Condition) -> Any:
    wanted: list[Any] = []
    for value in condition.values:
        if field.kind == "flag":
            if value not in ("0", "1"):
                raise BadState(f"Фильтр «{field.said}»: да или нет.")
            wanted.append(value == "1")
        elif field.kind == "ref":
            wanted.append(_whole(value, 2**31 - 1))
        else:
            try:
                wanted.append(field.choice(value))
            except ValueError:
                raise BadState(f"В фильтре «{field.said}» нет такого значения.") from None
    if field.kind == "choices":
        test = or_(*(func.coalesce(type_coerce(column, String), "").like(f"%,{one.value},%") for one in wanted))
    else:
        test = column.in_(wanted)
    if condition.op == "none":
        return or_(not_(test), column.is_(None))
    return test


def _range(field: Field, column: Any, condition: Condition) -> Any:
    def read(typed: str) -> Any:
        try:
            if field.kind in ("date", "moment"):
                return kinds.read_date(typed)
            return kinds.read_money(typed) if field.kind == "money" else kinds.read_number(typed, scale=field.scale)
        except kinds.NotRead as refusal:
            raise BadState(f"Фильтр «{field.said}»: {refusal}") from None

    low = read(condition.values[0]) if condition.values else None
    high = read(condition.upper) if condition.upper else None
    if condition.op == "eq":
        high = low
    elif condition.op == "le":
        low, high = None, low
    tests = []
    if field.kind == "moment":
        if low is not None:
            tests.append(column >= dt.datetime.combine(low, dt.time.min, zone()))
        if high is not None:
            tests.append(column < dt.datetime.combine(high + dt.timedelta(days=1), dt.time.min, zone()))
    else:
        if low is not None:
            tests.append(column >= low)
        if high is not None:
            tests.append(column <= high)
    return and_(*tests)
