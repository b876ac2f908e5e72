"""Reading changes nothing, writing leaves exactly its rows in the journal, and a look exactly one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app import journal
from app.base import Model
from app.journal import CHANGE, CREATE, DELETE
from app.journal.looks import LOOKS
from app.models import TABLES
from app.register.personal import is_personal
from tests.access.addresses import Route, routes
from tests.access.answers import ask, somebody_allowed
from tests.access.test_matrix import sample
from tests.access.world import VISITORS, Side, World

WRITTEN_BY_READING = {
    "journal": "a look is written down before the page leaves",
    "journal_value": "which rows a look showed",
    "user_session": "when the session was last used",
    "list_memory": "how a person left a list",
}
"""Tables a reading request may change, with the reason."""

MODELS: dict[str, type[Model]] = {
    model.__tablename__: model
    for _, group in TABLES
    for model in group
    if issubclass(model, Model) and model.__journalled__
}
"""Tables whose changes the journal keeps field by field."""


def impure(world: World, pairs: Iterable[tuple[Route, str]]) -> list[str]:
    """Ask every reading address and return what changed a table that no reading may change."""
    wrong = []
    for route, visitor in pairs:
        if route.method != "GET":
            continue
        ask(world, route, visitor, Side.OWN)
        changed = world.changed() - WRITTEN_BY_READING.keys() if world.written() else frozenset()
        if changed:
            wrong.append(f"{visitor}, {route}: changed {', '.join(sorted(changed))}")
            world.restore()
    return wrong


def test_reading_changes_nothing(there: World) -> None:
    once = {route.key: (route, visitor) for route, visitor in sample(routes(there.app))}
    assert impure(there, once.values()) == []


@pytest.mark.proof
def test_no_reading_of_anybody_changes_anything(there: World, found: Callable[[str, str], None]) -> None:
    pairs = [(route, visitor) for route in routes(there.app) if route.method == "GET" for visitor in VISITORS]
    assert impure(there, pairs) == []
    found("Чтение ничего не меняет", f"{len(pairs)} чтений, изменённых таблиц кроме журнала и сеансов нет")


def _changes(world: World) -> set[tuple[str, str, int]]:
    """Return (verb, table, id) of every row of a journalled table that was made, changed or removed."""
    made: set[tuple[str, str, int]] = set()
    for table in world.changed() & MODELS.keys():
        columns = ", ".join(sorted({"id", *_columns(MODELS[table])}))
        now, before = (
            {row[0] for row in world.watching.execute(f'SELECT id FROM {where}."{table}"')}
            for where in ("main", "kept")
        )
        places = sorted({"id", *_columns(MODELS[table])}).index("id")
        for pk in {row[places] for row in world.difference(table, columns)}:
            made.add((CREATE if pk not in before else DELETE if pk not in now else CHANGE, table, pk))
    return made


def _columns(model: type[Model]) -> list[str]:
    mapper: Any = model.__mapper__
    return [mapper.column_attrs[name].columns[0].name for name in journal.tracked(model)]


def _written(world: World, verbs: tuple[str, ...]) -> list[tuple[str, str, int]]:
    return world.watching.execute(
        "SELECT verb, table_name, record_id FROM main.journal WHERE id > (SELECT max(id) FROM kept.journal) "
        f"AND verb IN ({', '.join('?' * len(verbs))})",
        verbs,
    ).fetchall()


def _looks_wanted(world: World, route: Route, answer: TestResponse) -> tuple[int, ...]:
    """Return how many looks an answer may be: a card is one, a page about nobody in particular may be one."""
    view: Any = getattr(world.app.view_functions[route.endpoint], "__self__", None)
    personal = isinstance(getattr(view, "model", None), type) and is_personal(view.model)
    if answer.status_code >= 300:
        return (0,)
    if route.method == "POST":
        return (int(personal and route.endpoint.endswith("printed")),)
    return (1,) if personal and route.about_a_row else (0, 1)


def uneven(world: World, pairs: Iterable[tuple[Route, str]]) -> tuple[list[str], int]:
    """Ask everything and return where the journal is not what was done, and how many rows it was compared with."""
    wrong, compared = [], 0
    for route, visitor in pairs:
        answer = ask(world, route, visitor, Side.OWN)
        if not world.written():
            continue
        done, told = _changes(world), _written(world, (CREATE, CHANGE, DELETE))
        if done != set(told):
            wrong.append(
                f"{visitor}, {route}: done {sorted(done - set(told))}, journal only {sorted(set(told) - done)}"
            )
        looks, wanted = _written(world, LOOKS), _looks_wanted(world, route, answer)
        if len(looks) not in wanted:
            wrong.append(f"{visitor}, {route}: {len(looks)} looks written, not {wanted}")
        compared += len(told) + len(looks)
        world.restore()
    return wrong, compared


def test_the_journal_holds_what_was_done_and_looked_at_no_more_and_no_less(there: World) -> None:
    wrong, compared = uneven(there, [(route, somebody_allowed(route)) for route in routes(there.app)])
    assert wrong == []
    assert compared > 100


@pytest.mark.proof
def test_the_journal_holds_all_that_was_done_and_looked_at_by_anybody(
    there: World, found: Callable[[str, str], None]
) -> None:
    wrong, compared = uneven(there, [(route, visitor) for route in routes(there.app) for visitor in VISITORS])
    assert wrong == []
    found("Журнал равен сделанному и увиденному", f"{compared} строк, расхождение 0")
