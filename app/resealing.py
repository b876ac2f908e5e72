"""Sealing everything anew under the newest key: every sealed column of every table and every stored file, in batches.

::

    keys rotate ─► a new key, or the last rotation goes on ─► rows and files, a batch a transaction ─► nothing left
                                                                     │ killed ─► the next run goes on

What is sealed is found from the tables themselves, so a new sealed column needs no line here. A batch takes values
whose first byte names another key and writes each only if it is still the same, so people go on working. The values
stay what they were: no version, no stamp and no journal row changes, and digests of the journal hold.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, Engine, LargeBinary, Table, func, select, type_coerce, update

from app import sealing
from app.base import FabBase, SealedType
from app.storage import Folder

BATCH = 500
"""Rows of a transaction: on SQLite nobody else writes meanwhile."""


def sealed_columns() -> list[tuple[Table, Column[bytes]]]:
    """Return every sealed column of every table."""
    return [
        (table, column)
        for table in FabBase.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, SealedType)
    ]


def reseal_rows(engine: Engine) -> int:
    """Seal anew what is sealed with an older key, and return how many values that were."""
    return sum(_reseal(engine, table, column) for table, column in sealed_columns())


def _reseal(engine: Engine, table: Table, column: Column[bytes]) -> int:
    raw, key = type_coerce(column, LargeBinary), table.c.id
    newest = bytes([sealing.newest()])
    wanted = (
        select(key, raw)
        .where(column.is_not(None), func.substr(raw, 1, 1, type_=LargeBinary) != newest)
        .order_by(key)
        .limit(BATCH)
    )
    done, last = 0, 0
    while True:
        with engine.begin() as connection:
            rows = connection.execute(wanted.where(key > last)).all()
            for pk, blob in rows:
                fresh = sealing.seal_bytes(sealing.unseal_bytes(blob))
                same = type_coerce(column, LargeBinary) == blob
                value = {column: type_coerce(fresh, LargeBinary)}
                done += connection.execute(update(table).where(key == pk, same).values(value)).rowcount
        if not rows:
            return done
        last = rows[-1][0]


def reseal_files(folder: Folder) -> int:
    """Seal anew the content of stored files that is sealed with an older key, and return how many files that were."""
    done = 0
    for name in folder.names():
        path = folder.path_of(name)
        if _key_of(path) == sealing.newest():
            continue
        content = sealing.unseal_bytes(path.read_bytes(), name.encode())
        handle, own = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(sealing.seal_bytes(content, name.encode()))
            out.flush()
            os.fsync(out.fileno())
        if path.exists():
            os.replace(own, path)
            done += 1
        else:  # Removed by somebody meanwhile: it must not come back.
            os.unlink(own)
    return done


def used_keys(engine: Engine, folder: Folder, results: Path) -> set[int]:
    """Return the numbers of the keys something is sealed with: columns, files, results of jobs not swept yet."""
    found: set[int] = set()
    with engine.connect() as connection:
        for _table, column in sealed_columns():
            first = func.substr(type_coerce(column, LargeBinary), 1, 1, type_=LargeBinary)
            found |= {
                bytes(one)[0] for (one,) in connection.execute(select(first).where(column.is_not(None)).distinct())
            }
    return found | {_key_of(folder.path_of(name)) for name in folder.names()} | set(_of_results(results))


def _of_results(results: Path) -> Iterator[int]:
    for path in results.iterdir() if results.is_dir() else ():
        with path.open("rb") as source:
            # A block begins with its length in four bytes; the key's number is the first byte after them.
            head = source.read(5)
        if len(head) == 5:
            yield head[4]


def _key_of(path: Path) -> int:
    with path.open("rb") as source:
        return (source.read(1) or b"\0")[0]
