"""A field of a register: what the engine knows of one column, frozen, made from the column itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Date, Integer, Numeric, String, Text, inspect
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import RelationshipProperty

from app.acting import actor_or_none
from app.base import (
    Choice,
    Codes,
    CodeType,
    Model,
    MomentType,
    MoneyType,
    PhoneType,
    Privacy,
    ProseType,
    SealedCodeType,
    SealedType,
    SnilsType,
)
from app.register.pages import Cell
from app.terms import say
from app.words import shown_phone

NBSP = "\u00a0"
OUT_OF_SIGHT = "недоступно"
NOT_GIVEN = "не указано"

_KINDS: tuple[tuple[type, str], ...] = (
    (Codes, "choices"),
    (SealedCodeType, "line"),
    (SealedType, "sealed"),
    (MomentType, "moment"),
    (SqlEnum, "choice"),
    (MoneyType, "money"),
    (PhoneType, "phone"),
    (SnilsType, "snils"),
    (CodeType, "line"),
    (ProseType, "prose"),
    (Boolean, "flag"),
    (Date, "date"),
    (Numeric, "number"),
    (Integer, "number"),
    (Text, "prose"),
    (String, "line"),
)
TEXTS = frozenset({"line", "prose", "phone", "snils"})
ORDERED = frozenset({"number", "money", "date", "moment"})


@dataclass(frozen=True)
class Field:
    """One column, link or computed value of a register.

    *name* is the column's attribute, a dotted path over links or the name of a property; *kind* one of the kinds in
    :class:`app.register.pages.FieldView`, ``pick`` and ``picks`` (one or several of what is *offered*) or ``computed``.
    *key* is the attribute that orders by this field.
    *target* and *relation* belong to a link: the model it points to and the relationship that loads it.
    """

    name: str
    label: str
    kind: str
    required: bool = False
    privacy: Privacy = Privacy.ORDINARY
    search: bool = False
    key: str | None = None
    hint: str = ""
    max_length: int | None = None
    scale: int = 0
    whole: int = 10
    """Digits before the comma that the column holds."""
    choices: type[Choice] | None = None
    allowed: tuple[Choice, ...] = ()
    offered: tuple[tuple[str, str], ...] = ()
    """What a field of the kind ``pick`` or ``picks`` offers, as (value, words): it depends on the form at hand."""
    when: tuple[str, tuple[str, ...]] | None = None
    """The field of the form, with its values, that this one is asked for with; the rule asks for it then."""
    target: type[Model] | None = None
    relation: str | None = None
    unique: bool = False
    default: Any = field(default=None, compare=False)
    compute: Callable[[Any], Any] | None = None
    subject: str = ""
    """The path to the key of the person a special field tells of, see :mod:`app.register.locks`."""
    far: bool = False
    """Whether the column stands in another table, at the end of a dotted path: then it is shown and filtered only."""

    @property
    def stored(self) -> bool:
        """Whether the field is a column of the register's own table."""
        return self.kind != "computed" and self.compute is None and not self.far

    @property
    def options(self) -> tuple[Choice, ...]:
        """The choices offered: all of the list, or the *allowed* ones."""
        return self.allowed or tuple(self.choices or ())

    def choice(self, code: str) -> Choice:
        """Return the choice stored as *code*.

        Raises:
            ValueError: the closed list has no such code.
            TypeError: the field has no closed list.
        """
        if self.choices is None:
            raise TypeError(f"{self.name} is no choice")
        return self.choices(code)

    @property
    def linked(self) -> type[Model]:
        """The model a link points to.

        Raises:
            TypeError: the field is no link.
        """
        if self.target is None:
            raise TypeError(f"{self.name} is no link")
        return self.target

    @property
    def private(self) -> bool:
        """Whether the field needs the right to special or restricted data."""
        return self.privacy in (Privacy.SPECIAL, Privacy.RESTRICTED)

    @property
    def said(self) -> str:
        """The label in the centre's words."""
        return say(self.label)

    def value(self, record: Any) -> Any:
        """Return the field's value of *record*; for a link the record it points to."""
        return self.value_of(record)

    @cached_property
    def value_of(self) -> Callable[[Any], Any]:
        """What gives the field's value of a record, with all that can be known beforehand known."""
        if self.compute is not None:
            return self.compute
        if self.relation and not self.far:
            return attrgetter(self.relation)
        if "." not in self.name:
            return attrgetter(self.name)
        steps = self.name.split(".")

        def walked(record: Any) -> Any:
            for step in steps:
                if record is None:
                    return None
                record = getattr(record, step)
            return record

        return walked

    def cell(self, record: Any) -> Cell:
        """Return the field of *record* as shown in a list or a card."""
        value = self.value_of(record)
        if self.relation and not self.far and value is None and getattr(record, self.name) is not None:
            return Cell(OUT_OF_SIGHT, empty=True)
        return shown(value, self.kind, self.scale)


def shown(value: Any, kind: str = "computed", scale: int = 0) -> Cell:
    """Return *value* as a cell: dates as 31.12.2026, choices by label, an empty value in words."""
    if type(value) is str and value and kind not in ("snils", "phone"):
        return Cell(value)  # Most values are such, and the questions below are many.
    if isinstance(value, Cell):
        return value
    if value is None or value == "" or value == []:
        return Cell(NOT_GIVEN, empty=True, css="date" if kind in ("date", "moment") else "")
    if isinstance(value, Choice):
        return Cell(value.label)
    if isinstance(value, bool):
        return Cell("да" if value else "нет")
    if isinstance(value, dt.datetime):
        return Cell(local(value).strftime(f"%d.%m.%Y,{NBSP}%H:%M"), css="date")
    if isinstance(value, dt.date):
        return Cell(value.strftime("%d.%m.%Y"), css="date")
    if isinstance(value, list):
        return Cell(", ".join(shown(each).text for each in value))
    if kind == "snils":
        return Cell(f"{value[:3]}-{value[3:6]}-{value[6:9]}{NBSP}{value[9:]}")
    if kind == "phone":
        return Cell(shown_phone(value))
    if kind == "money":
        return Cell(f"{value:,.2f}".replace(",", "\u202f").replace(".", ",") + f"{NBSP}₽", css="num")
    if isinstance(value, (int, float, Decimal)):
        plain = f"{value:,.{scale}f}" if scale else f"{value:,}"
        return Cell(plain.replace(",", "\u202f").replace(".", ","), css="num")
    return Cell(str(value))


def masked(field: Field, cell: Cell) -> Cell:
    """Return *cell* as lists show it: of a СНИЛС the last five digits, «***-***-445 95» (S003-4.36)."""
    return replace(cell, text=f"***-***-{cell.text[-6:]}") if field.kind == "snils" and not cell.empty else cell


def zone() -> ZoneInfo:
    """Return the time zone of the acting unit."""
    who = actor_or_none()
    return ZoneInfo(who.zone if who else "Europe/Moscow")


def local(moment: dt.datetime) -> dt.datetime:
    """Return *moment* in the zone of the acting unit."""
    return moment.astimezone(zone())


def fields_of(model: type[Model]) -> dict[str, Field]:
    """Return a field for every column of *model* that carries a label, by attribute name."""
    mapper = inspect(model)
    links = {
        next(iter(relation.local_columns)): relation
        for relation in mapper.relationships
        if relation.direction.name == "MANYTOONE" and len(relation.local_columns) == 1
    }
    found: dict[str, Field] = {}
    for attribute in mapper.column_attrs:
        made = _from_column(attribute.key, attribute.columns[0], mapper, links.get(attribute.columns[0]))
        if made is not None:
            # Whom a row tells of stays readable: somebody must be asked for the paper that opens the rest.
            told = made.privacy is Privacy.SPECIAL and made.name != model.__subject__
            found[made.name] = replace(made, subject=model.__subject__) if told else made
    return found


def _from_column(name: str, column: Any, mapper: Any, relation: RelationshipProperty[Any] | None) -> Field | None:
    info = column.info
    if not info.get("label"):
        return None
    kind = "ref" if relation is not None else next(kind for cls, kind in _KINDS if isinstance(column.type, cls))
    asked = info["required"]
    required = asked if asked is not None else not column.nullable and kind != "flag"
    key = f"{name}_key" if info["sort"] else name if kind in ORDERED else None
    is_choice = isinstance(column.type, SqlEnum) and issubclass(column.type.enum_class or str, Choice)
    return Field(
        name=name,
        label=info["label"],
        kind="prose" if kind == "sealed" else kind,
        required=required and not info["composed"],
        privacy=info["privacy"],
        search=info["search"],
        key=key,
        hint=info["hint"],
        max_length=getattr(column.type, "length", None) if kind in TEXTS else None,
        scale=getattr(column.type, "scale", 0) or 0 if kind == "number" else 0,
        whole=column.type.precision - (column.type.scale or 0) if getattr(column.type, "precision", None) else 10,
        choices=column.type.enum_class
        if is_choice
        else column.type.choices
        if isinstance(column.type, Codes)
        else None,
        target=relation.mapper.class_ if relation is not None else None,
        relation=relation.key if relation is not None else None,
        unique=bool(column.unique),
        default=column.default.arg if column.default is not None and column.default.is_scalar else None,
    )
