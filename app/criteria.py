"""Criteria as they stand in every statement of every page: cheap to prepare and prepared once."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, literal_column
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.visitors import InternalTraversal


class Beside(ColumnElement[bool]):
    """The criterion «*column* *operate* *aside*», where *aside* is a value or a sub-select of bare tables.

    SQLAlchemy copies and adapts a criterion for each table of each statement. What stands aside is the same whatever
    stands around it, so it belongs to what tells two criteria apart and not to what is copied with one: to copy nine
    ways to a family, with every column of their tables, took ten times as long as to prepare the rest of a statement,
    and a copied value is looked for anew each time the statement runs.
    """

    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 -- SQLAlchemy's own attribute, read only
        ("column", InternalTraversal.dp_clauseelement),
        ("operate_by", InternalTraversal.dp_plain_obj),
        ("aside", InternalTraversal.dp_has_cache_key),
    ]

    def __init__(self, column: QueryableAttribute[Any], operate: Callable[[Any, Any], Any], aside: Any) -> None:
        self.column, self.operate_by, self.aside = column.expression, operate, aside

    def self_group(self, against: Any = None) -> Beside:
        """Stand as it is among others: SQLite would be asked whether «… IN (…)» equals one, and use no index."""
        return self


@compiles(Beside)
def _beside(element: Beside, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.operate_by(element.column, element.aside), **kw))


class Written(SqlEnum.Comparator):
    """Compares a column with choices named in the code: they stand in the statement as they are written.

    As values they would make SQLite prepare the statement anew each time it runs, wherever an index holds only the rows
    of some choices: which index serves depends on the value. With the row scope in it that took ten times as long as
    the statement itself, and PostgreSQL would not use such an index at all. The codes of a choice are names a program
    may hold, so nothing in them needs to be quoted.
    """

    def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
        """Return «column *op* *other*»."""
        return super().operate(op, *map(_written, other), **kwargs)


def _written(value: Any) -> Any:
    if isinstance(value, enum.StrEnum):
        return literal_column(f"'{value.value}'")
    if isinstance(value, (tuple, list, set, frozenset)) and all(isinstance(one, enum.StrEnum) for one in value):
        return [_written(one) for one in value]
    return value
