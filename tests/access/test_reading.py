"""Reading changes nothing, writing leaves exactly its rows in the journal, and a look exactly one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app import journal
from app.base import Model
from app.journal import CHANGE, CREATE, DELETE
from app.journal.looks import CARD, EXPORT, FILE_OPEN, HEALTH, LOOKS, PRINT, REFUSED, SEARCH
from app.models import TABLES
from app.register.personal import is_personal
from tests.access.addresses import Route, routes, sides
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


def _last(world: World) -> int:
    return int(world.watching.execute("SELECT max(id) FROM main.journal").fetchone()[0])


def _told(world: World, after: int) -> list[tuple[str, str, int | None]]:
    """Return (verb, table, id) of the rows of the journal above number *after*."""
    asked = "SELECT verb, table_name, record_id FROM main.journal WHERE id > ? ORDER BY id"
    return world.watching.execute(asked, (after,)).fetchall()


OUTSIDE = ("WaitingView.decide", "Audit.of_record", "Extract.show")
"""Pages about one family or person outside of their registers."""

BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _looks_wanted(world: World, route: Route, answer: TestResponse) -> list[str]:
    """Return the looks that *answer* is, by what it hands out; see ``app/journal/looks.py``."""
    view: Any = getattr(world.app.view_functions[route.endpoint], "__self__", None)
    model, method = getattr(view, "model", None), route.endpoint.partition(".")[2]
    personal = isinstance(model, type) and is_personal(model)
    if answer.status_code >= 300:
        return []
    if route.method == "POST":
        return [PRINT] if personal and method in ("printed", "list_printed") else []
    if method == "file_content":
        return [FILE_OPEN]
    if answer.mimetype == BOOK:
        return [] if method == "blank" else [EXPORT]  # An empty form to be filled in tells of nobody.
    if route.endpoint in OUTSIDE or (personal and route.about_a_row):
        return [CARD]
    if method == "lookup":
        return [SEARCH] if personal and (answer.json or {}).get("results") else []
    if method == "list" and personal:
        heads = answer.text.partition("<thead")[2].partition("</thead>")[0]
        return [HEALTH] if any(field.label in heads for field in view.spec.fields.values() if field.private) else []
    return []


def _is_refusal(world: World, route: Route, answer: TestResponse) -> bool:
    """Tell whether *answer* refuses a record, or a section, of a register about people."""
    model = getattr(getattr(world.app.view_functions[route.endpoint], "__self__", None), "model", None)
    if not (isinstance(model, type) and is_personal(model)):
        return False
    return answer.status_code == 403 or (answer.status_code == 404 and route.about_a_row)


def _looks(told: Iterable[tuple[str, str, int | None]], *, about_a_row: bool) -> list[str]:
    """Return the looks among *told*; a card with special fields on it is a look at a card."""
    verbs = [verb for verb, _, _ in told if verb in LOOKS]
    return [CARD if about_a_row and verb == HEALTH else verb for verb in verbs]


def uneven(world: World, pairs: Iterable[tuple[Route, str]], *, whole: bool) -> tuple[list[str], int]:
    """Ask everything and return where the journal is not what was done, and how many rows it was compared with.

    A row out of sight is asked for too, unless *whole* only by reading: it is no look.
    """
    wrong, compared, last = [], 0, _last(world)
    for route, visitor in pairs:
        hidden = (Side.FOREIGN, Side.MISSING) if whole else (Side.FOREIGN,) if route.method == "GET" else ()
        for side in (Side.OWN, *(each for each in hidden if each in sides(world.app, route))):
            answer = ask(world, route, visitor, side)
            told = _told(world, last)
            said, last = f"{visitor}, {route} ({side})", last + len(told)
            refused = [row for row in told if row[0] == REFUSED]
            if len(refused) != _is_refusal(world, route, answer):
                wrong.append(f"{said}: {answer.status_code} wrote {refused}")
            told = [row for row in told if row[0] != REFUSED]
            looks, wanted = _looks(told, about_a_row=route.about_a_row), _looks_wanted(world, route, answer)
            if looks != wanted:
                wrong.append(f"{said}: looks written {looks}, not {wanted}")
            compared += len(told) + len(refused)
            if route.method == "GET":
                if len(looks) != len(told):
                    wrong.append(f"{said}: reading wrote {told}")
            elif world.written():
                done, changed = _changes(world), {row for row in told if row[0] in (CREATE, CHANGE, DELETE)}
                if done != changed:
                    both = f"done {sorted(done - changed)}, journal only {sorted(changed - done)}"
                    wrong.append(f"{said}: {both}")
                world.restore()
                last = _last(world)
    return wrong, compared


def test_the_journal_holds_what_was_done_and_looked_at_no_more_and_no_less(there: World) -> None:
    pairs = [(route, somebody_allowed(route)) for route in routes(there.app)]
    wrong, compared = uneven(there, pairs, whole=False)
    assert wrong == []
    assert compared > 100


@pytest.mark.proof
def test_the_journal_holds_all_that_was_done_and_looked_at_by_anybody(
    there: World, found: Callable[[str, str], None]
) -> None:
    pairs = [(route, visitor) for route in routes(there.app) for visitor in VISITORS]
    wrong, compared = uneven(there, pairs, whole=True)
    assert wrong == []
    found("Журнал равен сделанному и увиденному", f"{compared} строк, расхождение 0")
