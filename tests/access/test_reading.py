"""Reading changes nothing, writing leaves exactly its rows in the journal, and a look exactly one.

In `make proof` the same is asked of every request of the matrix, see ``test_matrix.py``.
"""

from __future__ import annotations

from tests.access.addresses import routes, sides
from tests.access.answers import ask, somebody_allowed
from tests.access.ledger import WRITTEN_BY_READING, Ledger
from tests.access.test_matrix import sample
from tests.access.world import Side, World


def test_reading_changes_nothing(there: World) -> None:
    once = {route.key: (route, visitor) for route, visitor in sample(routes(there.app))}
    wrong = []
    for route, visitor in once.values():
        if route.method == "GET":
            ask(there, route, visitor, Side.OWN)
            changed = there.changed(WRITTEN_BY_READING) if there.written() else frozenset()
            if changed:
                wrong.append(f"{visitor}, {route}: changed {', '.join(sorted(changed))}")
                there.restore()
    assert wrong == []


def test_the_journal_holds_what_was_done_and_looked_at_no_more_and_no_less(there: World) -> None:
    wrong, ledger = [], Ledger(there)
    for route in routes(there.app):
        visitor = somebody_allowed(route)
        # A row out of sight is asked for too: it is no look.
        hidden = [Side.FOREIGN] if route.method == "GET" and Side.FOREIGN in sides(there.app, route) else []
        for side in (Side.OWN, *hidden):
            wrong += ledger.uneven(route, visitor, side, ask(there, route, visitor, side))
    assert wrong == []
    assert ledger.compared > 100
