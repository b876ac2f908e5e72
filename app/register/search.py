"""Search over folded text: FTS5 trigrams on SQLite, pg_trgm on PostgreSQL, one meaning on both.

Every table with ``search=True`` columns has a ``search_key`` kept by ``app.base``. On SQLite an external-content
FTS5 table ``<table>_search`` with three triggers indexes it; on PostgreSQL a trigram index does. Alembic ignores
them; :func:`sync_triggers` makes them equal the declared ones after each migration.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, String, and_, column, false, inspect, or_, select, table, text
from sqlalchemy.engine import Engine
from sqlalchemy.event import listens_for
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement

from app.base import FabBase, Model
from app.journal import triggers as journal_triggers
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


def _among(model: type[Model], path: tuple[str, ...], test: Any) -> Any:
    """Return the same criterion as :func:`behind`, by ids: the far index is asked first."""
    steps, current = [], model
    for name in path:
        relation = getattr(current, name)
        current = aliased(relation.property.mapper.class_)
        steps.append((relation, current))
    first_relation, first = steps[0]
    local, remote = next(iter(first_relation.property.local_remote_pairs))
    query = select(getattr(first, remote.key))
    for relation, target in steps[1:]:
        query = query.join(target, relation.of_type(target))
    return getattr(model, local.key).in_(query.where(test(current)))


def found_by(
    model: type[Model], query: str, through: tuple[tuple[str, ...], ...], dialect: str, *, walking: bool
) -> Any | None:
    """Return the criterion that every word of *query* is found in the row or in the rows it is searched *through*.

    None when the query holds no word. *walking* tests row by row instead of asking the index for all matches.
    """
    tests = []
    for word in search_words(query):

        def test(target: Any, word: str = word) -> Any:
            return walk_word(target, word) if walking else has_word(target, word, dialect)

        own = [test(model)] if "search_key" in model.__table__.columns else []
        # Nothing to search in finds nothing.
        tests.append(or_(false(), *own, *((behind if walking else _among)(model, path, test) for path in through)))
    return and_(*tests) if tests else None


def narrow(
    session: Session, base: Select[Any], model: type[Model], query: str, through: tuple[tuple[str, ...], ...]
) -> Select[Any]:
    """Return *base* (a select of ids) narrowed to what *query* finds, by the cheaper of two ways.

    Up to :data:`ENOUGH` matches are taken from the index as ids. More means the word is common, and then a list
    reads its own order and tests each row: the first page is full after a few of them.
    """
    dialect = session.get_bind().dialect.name
    by_index = found_by(model, query, through, dialect, walking=False)
    if by_index is None:
        return base
    ids = session.scalars(select(model.id).where(by_index).limit(ENOUGH + 1)).all()
    if len(ids) <= ENOUGH:
        return base.where(model.id.in_(ids))
    by_rows = found_by(model, query, through, dialect, walking=True)
    return base if by_rows is None else base.where(by_rows)
