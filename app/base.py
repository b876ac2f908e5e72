"""Column types, the base of every table, and the one way a rule refuses.

A column is written once, with what the screens need to know about it::

    surname: Mapped[Line] = column("Фамилия", search=True, sort=True)

From the declaration come the label, the widget, the privacy class, the folded search and order keys.
"""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from operator import eq
from typing import Annotated, Any, ClassVar

from flask_appbuilder.models.sqla import Base as FabBase
from flask_appbuilder.models.sqla import Model as FabModel
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    TypeDecorator,
    bindparam,
    event,
)
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import Mapped, MappedColumn, Mapper, Session, declared_attr, mapped_column, object_session

from app import sealing
from app.criteria import Beside, Written
from app.terms import say
from app.words import fold

# Alembic can only drop a constraint it can name, so each gets a name before any table is declared.
FabModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class RuleBroken(Exception):
    """A rule refuses. The text is one Russian sentence for the person: what is wrong and what to do.

    *field* names the form field the sentence belongs to, if it belongs to one.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Privacy(enum.Enum):
    """Class of personal data (domain.md 3: Н, О, С, З)."""

    NONE = "none"
    ORDINARY = "ordinary"
    SPECIAL = "special"
    RESTRICTED = "restricted"


SPECIAL, RESTRICTED = Privacy.SPECIAL, Privacy.RESTRICTED


class Choice(enum.StrEnum):
    """A closed list: stored by code, shown in Russian. ``good = "good", "хорошее"``."""

    _text: str

    def __new__(cls, code: str, label: str = "") -> Choice:
        if not label:  # Optional only in the eyes of a type checker, to which looking a code up is a call like this.
            raise TypeError(f"{cls.__name__}: {code!r} has no Russian label")
        member = str.__new__(cls, code)
        member._value_ = code
        member._text = label
        return member

    @property
    def label(self) -> str:
        """The choice as it is shown, in the centre's words."""
        return say(self._text)


# ---- column types: the type of a column decides its widget, parser and way of showing -----------------


class LineType(String):
    """One line of text."""


class CodeType(String):
    """A number or code typed by people or issued by the system; never folded in meaning, one line."""


class ProseType(Text):
    """Several lines of text."""


class PhoneType(String):
    """A Russian phone number, stored as +79001234567 when it can be read, else as typed."""


class SnilsType(String):
    """СНИЛС, stored as 11 digits (domain.md 4.36)."""


class MoneyType(Numeric):
    """An amount in roubles."""


class MomentType(TypeDecorator[dt.datetime]):
    """A moment in UTC; aware in Python on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Codes(TypeDecorator[list[str]]):
    """Several codes of one closed list, stored as ``,a,b,`` so that one LIKE finds a code on both databases."""

    impl = String(400)
    cache_ok = True

    def __init__(self, choices: type[Choice]) -> None:
        super().__init__()
        self.choices = choices

    def __repr__(self) -> str:  # Alembic writes this into a migration, which must not import the model.
        return "sa.String(length=400)"

    def process_bind_param(self, value: list[str] | None, dialect: Any) -> str | None:
        if not value:
            return None
        return "," + ",".join(sorted(str(self.choices(code).value) for code in value)) + ","

    def process_result_value(self, value: str | None, dialect: Any) -> list[str]:
        return [self.choices(code) for code in value.strip(",").split(",")] if value else []


class SealedType(TypeDecorator[str]):
    """Text of a special category, sealed with AES-GCM under a key kept outside the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return sealing.seal(value) if value else None

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        return sealing.unseal(value) if value else None


class SealedCodeType(SealedType):
    """A sealed number or code: one line, as :class:`CodeType`."""

    cache_ok = True


Line = Annotated[str, mapped_column(LineType(250))]
Code = Annotated[str, mapped_column(CodeType(60))]
Prose = Annotated[str, mapped_column(ProseType)]
Phone = Annotated[str, mapped_column(PhoneType(40))]
Snils = Annotated[str, mapped_column(SnilsType(11))]
Money = Annotated[Decimal, mapped_column(MoneyType(12, 2))]
Moment = Annotated[dt.datetime, mapped_column(MomentType)]
Sealed = Annotated[str, mapped_column(SealedType)]
SealedCode = Annotated[str, mapped_column(SealedCodeType)]

FabBase.registry.update_type_annotation_map(
    {
        bool: Boolean,
        dt.date: Date,
        dt.datetime: MomentType(),
        Decimal: Numeric(12, 2),
        int: Integer,
        # A CHECK made by Enum outlives its column on SQLite, so the code keeps the list, not the database.
        enum.Enum: SqlEnum(
            enum.Enum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda members: [member.value for member in members],
        ),
    }
)

_made = 0


@event.listens_for(Mapper, "after_mapper_constructed")
def _mapped(mapper: Any, cls: Any) -> None:
    global _made
    _made += 1
    for one in mapper.local_table.columns:
        if isinstance(one.type, SqlEnum):
            one.type.comparator_factory = Written


def tables_made() -> int:
    """Return a number that grows with every mapped class: what is worked out from all tables is kept under it."""
    return _made


def column(
    label: str,
    *args: Any,
    search: bool = False,
    sort: bool = False,
    order: bool = False,
    privacy: Privacy = Privacy.ORDINARY,
    hint: str = "",
    required: bool | None = None,
    composed: tuple[str, ...] = (),
    **kwargs: Any,
) -> MappedColumn[Any]:
    """Declare a column with what screens, search and the journal need to know about it.

    *search*: found by the list's search. *sort*: text with a folded, indexed key to order by.
    *order*: a date or number with an index to order by.
    *privacy*: class of personal data. *required*: asked for on the form although the table allows empty.
    *composed*: the column is put together from these others at each save and is never typed.
    """
    info = {
        "label": label,
        "search": search,
        "sort": sort,
        "order": order,
        "privacy": privacy,
        "hint": hint,
        "required": required,
        "composed": composed,
    }
    kwargs.setdefault("active_history", True)  # The journal needs the old value even of an expired attribute.
    return mapped_column(*args, info=info, **kwargs)


def link(
    label: str, target: str, *, index: bool = True, ondelete: str = "RESTRICT", **kwargs: Any
) -> MappedColumn[Any]:
    """Declare a foreign key column; *target* is ``table`` or ``table.column``."""
    where = target if "." in target else f"{target}.id"
    return column(label, ForeignKey(where, ondelete=ondelete), index=index, **kwargs)


class Model(FabModel):
    """The base of every own table: key, stamps and the row version that stops a lost update.

    ``*_key`` columns are declared here for every column with ``sort=True`` and one ``search_key`` for all
    columns with ``search=True``; :func:`keep_keys` fills them at each save.
    """

    __abstract__ = True
    __journalled__: ClassVar[bool] = True
    """Whether the journal records the changes of each field."""
    __subject__: ClassVar[str] = ""
    """The column with the key of the person the special fields tell of; empty where they tell of no single person."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    created_at: Mapped[Moment | None] = column("Внесено", sort_order=90)
    created_by_id: Mapped[int | None] = column("Кто внёс", Integer, sort_order=91)
    changed_at: Mapped[Moment | None] = column("Изменено", sort_order=92)
    changed_by_id: Mapped[int | None] = column("Кто изменил", Integer, sort_order=93)
    version: Mapped[int] = mapped_column(Integer, nullable=False, default=1, sort_order=94)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 -- SQLAlchemy calls it with the class
        return {"version_id_col": cls.version}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if not cls.__dict__.get("__abstract__", False):
            _declare_keys(cls)
        super().__init_subclass__(**kwargs)


def _declared(cls: type) -> dict[str, dict[str, Any]]:
    """Return ``{attribute: info}`` of the columns made by :func:`column`, those of abstract bases included."""
    found: dict[str, dict[str, Any]] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, MappedColumn) and value.column.info.get("label"):
                found[name] = value.column.info
    return found


# Folded text ordered by code point is Russian order, whatever locale the PostgreSQL database was made with.
_KEY = String(250).with_variant(String(250, collation="C"), "postgresql")


def _declare_keys(cls: Any) -> None:
    declared = _declared(cls)
    sorted_by = [name for name, info in declared.items() if info["sort"]]
    searched = [name for name, info in declared.items() if info["search"]]
    indexes: list[Index] = []
    table = getattr(cls, "__tablename__", None)
    scope = ("service_unit_id",) if any("service_unit_id" in vars(base) for base in cls.__mro__) else ()
    for name in sorted_by:
        key = f"{name}_key"
        setattr(cls, key, mapped_column(_KEY, nullable=False, default="", sort_order=95))
        cls.__annotations__[key] = Mapped[str]
        indexes.append(Index(f"ix_{table}_{key}", *scope, key, "id"))
    indexes.extend(Index(f"ix_{table}_{n}_order", *scope, n, "id") for n, i in declared.items() if i["order"])
    if searched:
        cls.search_key = mapped_column(Text, nullable=False, default="", sort_order=96)
        cls.__annotations__["search_key"] = Mapped[str]
    cls.__keys__ = (tuple(sorted_by), tuple(searched), {n: i["composed"] for n, i in declared.items() if i["composed"]})
    if indexes:
        own = cls.__dict__.get("__table_args__", ())
        own = own if isinstance(own, tuple) else (own,)
        options = own[-1:] if own and isinstance(own[-1], dict) else ()
        cls.__table_args__ = (*own[: len(own) - len(options)], *indexes, *options)


def keys_of(model: type[Model], values: dict[str, Any]) -> dict[str, str]:
    """Return the folded keys (and composed columns) that belong to *values*, for bulk loads by Core."""
    sorted_by, searched, composed = model.__keys__
    made: dict[str, Any] = {}
    for name, parts in composed.items():
        made[name] = " ".join(str(values.get(part)) for part in parts if values.get(part))
    both = {**values, **made}
    for name in sorted_by:
        made[f"{name}_key"] = fold(both.get(name))[:250]
    if searched:
        made["search_key"] = " ".join(filter(None, (fold(both.get(name)) for name in searched)))
    return made


@event.listens_for(Model, "before_insert", propagate=True)
@event.listens_for(Model, "before_update", propagate=True)
def keep_keys(mapper: Any, connection: Any, target: Model) -> None:
    """Fill the folded keys and composed columns of a record about to be saved."""
    sorted_by, searched, composed = target.__keys__
    if not (sorted_by or searched or composed):
        return
    parts = {part for pieces in composed.values() for part in pieces}
    values = {name: getattr(target, name) for name in {*sorted_by, *searched, *parts}}
    for name, value in keys_of(type(target), values).items():
        if getattr(target, name) != value:
            setattr(target, name, value)


def session_of(record: FabModel) -> Session:
    """Return the session *record* lives in; a rule works in it and never opens its own.

    Raises:
        LookupError: the record was not added to a session.
    """
    session = object_session(record)
    if session is None:
        raise LookupError(f"{type(record).__name__} is in no session")
    return session


class UnitModel(Model):
    """The base of every case-work table: the row belongs to one service unit and is seen inside it.

    *__seen_through__* names the relation by which a row hangs on a family; who does not see the family does not see
    the row (:mod:`app.scope`). A table without it is a directory of the whole unit.
    """

    __abstract__ = True
    __seen_through__: ClassVar[str] = ""

    @declared_attr
    def service_unit_id(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(
            ForeignKey("service_unit.id", ondelete="RESTRICT"), index=True, nullable=False, sort_order=89
        )

    @classmethod
    def visible_to(cls, actor: Any) -> Any:
        """Return the criterion of the rows *actor* might see at all: those of the unit; :mod:`app.scope` narrows it."""
        unit = bindparam("unit", actor.unit_id, Integer, unique=True)
        return Beside(cls.service_unit_id, eq, unit)


BigKey = BigInteger().with_variant(Integer, "sqlite")
