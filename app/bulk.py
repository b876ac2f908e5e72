"""Write many rows of one table at once: stored is what the ORM would store, at nearly the speed of the driver.

Every value goes through the bind processor of its column's type, so a choice becomes its code, a sealed text its
cipher, JSON its text. PostgreSQL then takes the rows by COPY, SQLite by ``executemany``; constraints and triggers hold
as they do for an INSERT, and a refusal arrives as the same exception of SQLAlchemy. The keys are known before the rows
are written, so nothing is read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

FEW = 4
"""Up to so many rows an ordinary INSERT that tells the keys is cheaper: half as dear for one row, as dear for five."""

_RESERVE = text(
    # The name of the sequence is looked up once, in the inner query, not once a key.
    "SELECT nextval((SELECT CAST(pg_get_serial_sequence(:name, :key) AS regclass))) FROM generate_series(1, :many)"
)


def reserve_keys(connection: Connection, table: Table, many: int) -> list[int]:
    """Return *many* keys that the next rows of *table* may take, in order; the transaction is one that writes."""
    key = _key(table)
    if connection.dialect.name == "sqlite":
        # This transaction is the only writer, and told row by row the keys would cost four times the insert.
        last = connection.scalar(select(func.max(key))) or 0
        return list(range(last + 1, last + 1 + many))
    return _reserved(connection, table, key, many)


def insert_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[int] | None = None,
    *,
    told: bool = True,
) -> list[int]:
    """Insert *rows*, ``{column: value}`` without the key, into *table*; return their keys in the same order.

    All rows name the same columns; one they do not name gets its default, as in an INSERT by SQLAlchemy. *keys* are
    those taken beforehand by :func:`reserve_keys`, for rows that speak of their own key. Whoever needs no keys
    (*told* False) gets none, and a few rows cost him one statement instead of one each. There is no scope, no stamp
    and no journal here: see :func:`app.journal.insert_created`. Hand a long bank over in pages.

    Raises:
        ValueError: the rows do not name the same columns, or name the key.
        LookupError: the table has no such column.
        sqlalchemy.exc.DBAPIError: the database refuses, for instance with an IntegrityError.
    """
    if not rows:
        return []
    key, named = _key(table), rows[0].keys()
    if key.key in named or any(row.keys() != named for row in rows):
        raise ValueError(f"rows for {table.name} must name the same columns and leave {key.name} to the database")
    if unknown := named - table.columns.keys():
        raise LookupError(f"{table.name} has no column {', '.join(sorted(unknown))}")
    if len(rows) <= FEW:
        if keys is not None:
            connection.execute(insert(table), [{key.key: pk, **row} for pk, row in zip(keys, rows, strict=True)])
            return list(keys)
        if not told:
            connection.execute(insert(table), list(rows))
            return []
        statement = insert(table).returning(key, sort_by_parameter_order=True)
        return list(connection.execute(statement, list(rows)).scalars())
    taken = list(keys) if keys is not None else reserve_keys(connection, table, len(rows))
    names, values = _bound(connection, table, taken, rows)
    if connection.dialect.name == "sqlite":
        columns, marks = ", ".join(names), ", ".join("?" * len(names))
        connection.exec_driver_sql(
            f"INSERT INTO {_quoted(connection, table)} ({columns}) VALUES ({marks})", list(values)
        )
    else:
        _copy(connection, table, names, values)
    return taken if told else []


def _key(table: Table) -> Column[Any]:
    key = table.autoincrement_column
    if key is None:
        raise LookupError(f"{table.name} has no key that the database numbers")
    return key


def _quoted(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)


def _reserved(connection: Connection, table: Table, key: Column[Any], many: int) -> list[int]:
    """Take *many* keys from the sequence, holding the lock an INSERT holds while it takes one.

    Without the lock the sealer of the journal could come between: it would seal the rows up to a later key, and these
    would then appear below its seal.
    """
    name = _quoted(connection, table)
    connection.execute(text(f"LOCK TABLE {name} IN ROW EXCLUSIVE MODE"))
    return sorted(connection.execute(_RESERVE, {"name": name, "key": key.name, "many": many}).scalars())


def _bound(
    connection: Connection, table: Table, keys: Sequence[int], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Return the quoted names of the columns and the rows as the driver takes them."""
    names: list[str] = []
    columns: list[Iterable[Any]] = []
    for column in table.columns:
        values: Iterable[Any]
        if column is table.autoincrement_column:
            values = keys
        elif column.key in rows[0]:
            values = [row[column.key] for row in rows]
        elif column.default is not None:
            values = _defaults(column, len(rows))
        else:
            continue
        process = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        names.append(connection.dialect.identifier_preparer.format_column(column))
        columns.append(values if process is None else map(process, values))
    return names, zip(*columns, strict=True)


def _defaults(column: Column[Any], many: int) -> list[Any]:
    default: Any = column.default
    if default.is_scalar:
        return [default.arg] * many
    if default.is_callable:
        return [default.arg(None) for _ in range(many)]
    raise ValueError(f"{column}: a default that is SQL cannot be copied, name the column in the rows")


def _copy(connection: Connection, table: Table, names: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    statement = f"COPY {_quoted(connection, table)} ({', '.join(names)}) FROM STDIN"
    dialect: Any = connection.dialect
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except dialect.loaded_dbapi.Error as error:
        # A caller knows the exceptions of SQLAlchemy: it turns an IntegrityError into a sentence for the person.
        raise DBAPIError.instance(statement, None, error, dialect.loaded_dbapi.Error, dialect=dialect) from error
