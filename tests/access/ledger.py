"""The journal read after each request: what was done and looked at stands in it, no more and no less."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from werkzeug.test import TestResponse

from app import journal
from app.base import Model
from app.journal import CHANGE, CREATE, DELETE
from app.journal.looks import CARD, EXPORT, FILE_OPEN, HEALTH, LOOKS, PRINT, REFUSED, SEARCH
from app.models import TABLES
from app.register.personal import is_personal
from tests.access.addresses import Route
from tests.access.world import Side, World

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


class Ledger:
    """The journal of a world, compared with each answer.

    A reading request may write the row of its look and what :data:`WRITTEN_BY_READING` names, nothing else; a writing
    one leaves a row for every row of a journalled table it has made, changed or removed. What was written is put back.
    """

    def __init__(self, world: World) -> None:
        self.world, self.compared = world, 0
        self._last = _last(world)

    def uneven(self, route: Route, visitor: str, side: Side, answer: TestResponse) -> list[str]:
        """Return, in words, where the journal is not what *answer* was."""
        told = _told(self.world, self._last)
        said, self._last = f"{visitor}, {route} ({side})", self._last + len(told)
        self.compared += len(told)
        refused = [row for row in told if row[0] == REFUSED]
        told = [row for row in told if row[0] != REFUSED]
        looks, wanted = _looks(told, about_a_row=route.about_a_row), _looks_wanted(self.world, route, answer)
        wrong = []
        if len(refused) != _is_refusal(self.world, route, answer):
            wrong.append(f"{said}: {answer.status_code} wrote {refused}")
        if looks != wanted:
            wrong.append(f"{said}: looks written {looks}, not {wanted}")
        if route.method == "GET":
            if len(looks) != len(told):
                wrong.append(f"{said}: reading wrote {told}")
            wrong += self._impure(said)
        elif self.world.written():
            done, changed = _changes(self.world), {row for row in told if row[0] in (CREATE, CHANGE, DELETE)}
            if done != changed:
                wrong.append(f"{said}: done {sorted(done - changed)}, journal only {sorted(changed - done)}")
            self._put_back()
        return wrong

    def _impure(self, said: str) -> list[str]:
        changed = self.world.changed(WRITTEN_BY_READING) if self.world.written() else ()
        if not changed:
            return []
        self._put_back()
        return [f"{said}: changed {', '.join(sorted(changed))}"]

    def _put_back(self) -> None:
        self.world.restore()
        self._last = _last(self.world)


def _changes(world: World) -> set[tuple[str, str, int]]:
    """Return (verb, table, id) of every row of a journalled table that was made, changed or removed."""
    made: set[tuple[str, str, int]] = set()
    for table in world.changed(WRITTEN_BY_READING) & MODELS.keys():
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
