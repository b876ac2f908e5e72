"""Search over folded text: FTS5 trigrams on SQLite, pg_trgm on PostgreSQL, one meaning on both.

Every table with ``search=True`` columns has a ``search_key`` kept by ``app.base``. On SQLite an external-content
FTS5 table ``<table>_search`` with three triggers indexes it; on PostgreSQL a trigram index does. Alembic ignores
them; :func:`sync_triggers` makes them equal the declared ones after each migration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    CTE,
    Connection,
    Select,
    String,
    and_,
    column,
    false,
    inspect,
    or_,
    select,
    table,
    text,
    true,
    union,
)
from sqlalchemy.engine import Engine
from sqlalchemy.event import listens_for
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement

from app.base import FabBase, Model
from app.journal import triggers as journal_triggers
from app.profiles import triggers as profile_triggers
from app.words import fold, search_words

ENOUGH = 1_000
"""Matches counted exactly; beyond it a list says «больше 1 000» and walks its order instead of the matches."""


class folded(FunctionElement[str]):  # noqa: N801 -- reads as the SQL function it is
    """The folded form of a text column, for the columns that keep no key."""

    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def _folded_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"opora_fold({compiler.process(element.clauses, **kw)})"


@compiles(folded)
def _folded_default(element: Any, compiler: Any, **kw: Any) -> str:
    return f"replace(lower({compiler.process(element.clauses, **kw)}), 'ё', 'е')"


@listens_for(Engine, "connect")
def _give_sqlite_fold(connection: Any, record: Any) -> None:
    if hasattr(connection, "create_function"):
        connection.create_function("opora_fold", 1, fold, deterministic=True)


def like_words(value: str) -> str:
    """Return *value* as a LIKE pattern that finds it anywhere, with ``%``, ``_`` and ``\\`` literal."""
    plain = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def searchable() -> list[type[Model]]:
    """Return every model that has a search key."""
    return [m.class_ for m in FabBase.registry.mappers if "search_key" in m.columns]


def sync_triggers(connection: Connection) -> None:
    """Create what search needs in the database and make every trigger equal the declared one."""
    present = set(connection.dialect.get_table_names(connection))
    names = [model.__tablename__ for model in searchable() if model.__tablename__ in present]
    if connection.dialect.name == "sqlite":
        for name in names:
            _sync_sqlite(connection, name)
    else:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        for name in names:
            connection.execute(
                text(f"CREATE INDEX IF NOT EXISTS ix_{name}_search_trgm ON {name} USING gin (search_key gin_trgm_ops)")
            )
    if "journal" in present:
        journal_triggers.sync(connection)
    if profile_triggers.TABLE in present:
        profile_triggers.sync(connection)


def _sync_sqlite(connection: Connection, source: str) -> None:
    fts = f"{source}_search"
    known = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = :name"), {"name": fts}).first()
    if known is None:
        connection.execute(
            text(
                f"CREATE VIRTUAL TABLE {fts} USING fts5"
                f"(search_key, content='{source}', content_rowid='id', tokenize='trigram')"
            )
        )
    remove = f"INSERT INTO {fts}({fts}, rowid, search_key) VALUES ('delete', old.id, old.search_key);"
    add = f"INSERT INTO {fts}(rowid, search_key) VALUES (new.id, new.search_key);"
    for name, when, body in (
        ("ins", f"AFTER INSERT ON {source}", add),
        ("del", f"AFTER DELETE ON {source}", remove),
        ("upd", f"AFTER UPDATE OF search_key ON {source}", remove + add),
    ):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {fts}_{name}"))
        connection.execute(text(f"CREATE TRIGGER {fts}_{name} {when} BEGIN {body} END"))
    connection.execute(text(f"INSERT INTO {fts}({fts}) VALUES ('rebuild')"))


def has_word(model: Any, word: str, dialect: str) -> Any:
    """Return the criterion that a row of *model* contains *word*, through the search index where there is one."""
    if dialect == "sqlite" and len(word) >= 3:
        name = f"{model_table(model)}_search"
        index = table(name, column("rowid"), column(name))  # FTS5 names its hidden column after the table.
        phrase = '"' + word.replace('"', '""') + '"'
        return model.id.in_(select(index.c.rowid).where(index.c[name].op("MATCH")(phrase)))
    return walk_word(model, word)


def model_table(model: Any) -> str:
    """Return the table name of a model or of an alias of one."""
    return str(inspect(model).mapper.local_table.name)


def walk_word(model: Any, word: str) -> Any:
    """Return the criterion that a row of *model* contains *word*, tested row by row along the list's order."""
    return model.search_key.like(like_words(word), escape="\\")


def behind(model: Any, path: tuple[str, ...], test: Any) -> Any:
    """Return the criterion that some record behind the relations *path* passes *test*, row by row."""
    relation = getattr(model, path[0])
    target = relation.property.mapper.class_
    inner = behind(target, path[1:], test) if len(path) > 1 else test(target)
    return relation.any(inner) if relation.property.uselist else relation.has(inner)


def keys_behind(model: type[Model], path: tuple[str, ...], test: Callable[[Any], Any]) -> Select[Any]:
    """Return the keys of the rows of *model* with a record behind *path* that passes *test*, from the far end.

    For a test that an index answers and few records pass: what is :func:`behind` each row is asked of every row.
    """
    met: list[Any] = [model]
    query, current = select(model.id), model
    for name in path:
        relation = getattr(current, name)
        target = relation.property.mapper.class_
        # An alias copies every column of its table, so it is made only for a table met before.
        current = aliased(target) if target in met else target
        met.append(current)
        query = query.join(relation.of_type(current))
    # correlate(None): the query stands inside another one over the same table and must not be tied to its row.
    return query.where(test(current)).correlate(None)


def _among(model: type[Model], path: tuple[str, ...], word: str, dialect: str) -> Select[Any]:
    """Return the keys of the rows of *model* with a record behind *path* that contains *word*, by the far index."""
    return keys_behind(model, path, lambda target: has_word(target, word, dialect))


def _in_index(model: type[Model], word: str, through: tuple[tuple[str, ...], ...], dialect: str) -> Any:
    own = "search_key" in model.__table__.columns
    if not through:
        return has_word(model, word, dialect) if own else false()
    # One set of keys: «here or there» over two sets would make the database test every row against both.
    near = [select(model.id).where(has_word(model, word, dialect)).correlate(None)] if own else []
    return model.id.in_(union(*near, *(_among(model, path, word, dialect) for path in through)))


def _in_row(model: type[Model], word: str, through: tuple[tuple[str, ...], ...]) -> Any:
    own = [walk_word(model, word)] if "search_key" in model.__table__.columns else []
    return or_(false(), *own, *(behind(model, path, lambda target: walk_word(target, word)) for path in through))


def found_by(model: type[Model], query: str, through: tuple[tuple[str, ...], ...], dialect: str) -> Any | None:
    """Return the criterion that every word of *query* is found in the row or in the rows it is searched *through*.

    The search indexes are asked for all matches. None when the query holds no word; nothing to search in finds nothing.
    """
    tests = [_in_index(model, word, through, dialect) for word in search_words(query)]
    return and_(*tests) if tests else None


def walked(model: type[Model], query: str, through: tuple[tuple[str, ...], ...]) -> Any:
    """Return the same criterion as :func:`found_by`, tested row by row along the order of a list."""
    return and_(true(), *(_in_row(model, word, through) for word in search_words(query)))


def hits(model: type[Model], query: str, through: tuple[tuple[str, ...], ...], dialect: str) -> CTE | None:
    """Return the keys *query* finds through the indexes, one more than :data:`ENOUGH` at most; None without a word.

    More than :data:`ENOUGH` means the words are common. Then a list reads its own order and tests each row
    (:func:`walked`): its first page is full after a few of them.
    """
    test = found_by(model, query, through, dialect)
    if test is None:
        return None
    # MATERIALIZED: the keys are both joined and counted, and must be looked for only once.
    return select(model.id).where(test).limit(ENOUGH + 1).cte("hits").prefix_with("MATERIALIZED")


def narrow(
    session: Session, base: Select[Any], model: type[Model], query: str, through: tuple[tuple[str, ...], ...]
) -> Select[Any]:
    """Return *base* (a select of keys) narrowed to what *query* finds, by the cheaper of the two ways."""
    found = hits(model, query, through, session.get_bind().dialect.name)
    if found is None:
        return base
    ids = session.scalars(select(found.c.id)).all()
    return base.where(model.id.in_(ids) if len(ids) <= ENOUGH else walked(model, query, through))
