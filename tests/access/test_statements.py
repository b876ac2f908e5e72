"""Whatever a role sees of the families, a page costs it as few statements as the page of somebody who sees them all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from app.register.view import registers
from app.roles import CURATOR, HEAD, PARTNER, PSYCHOLOGIST, ROLES, SECRETARY
from tests.access.world import Side, World
from tests.register.test_statements import CARD, KEYS, LIST, counted

UNLIKE = (HEAD, CURATOR, PSYCHOLOGIST, SECRETARY, PARTNER)
"""One role of each row scope: the whole unit, own cases, team and department, agenda, measures."""

MOST = ("disabilities", "families", "measures")
"""The registers whose pages ask most: with consents, with many tabs; and the one a partner sees."""


def pages(world: World, keys: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield every page of the lists and cards *keys*, each with how many statements it may cost."""
    with world.app.app_context():
        made = registers()
        for key in keys:
            register, table = made.by_key[key], made.by_key[key].model.__tablename__
            yield f"/{key}/", LIST
            every = "&".join(f"col={name}" for name in (*register.spec.columns, *register.spec.extra_columns))
            yield f"/{key}/?q=проверочный&{every}", LIST
            own = world.ids[Side.OWN].get(table)
            tabs = ("history", "files", *(other.key for _, other in made.tabs_of(register)))
            for tab in ("", *(f"?tab={each}" for each in tabs)) if own else ():
                yield f"/{key}/show/{own}{tab}", CARD


def dear(world: World, role: str, keys: tuple[str, ...]) -> dict[str, int]:
    """Return the pages that cost somebody of *role* too many statements; those he is not shown cost nothing."""
    asked = dict(pages(world, keys))
    shown = 0
    # What is learnt about a list once, from its first rows, costs nobody anything a second time.
    for _ in range(2):
        costs = {}
        for address in asked:
            with counted(world.app) as sent, closing(world.browsers[role].get(address)) as answer:
                shown += answer.status_code == 200
            costs[address] = len(sent)
        asked = {address: most for address, most in asked.items() if costs[address] > most}
    assert shown, role
    return {address: costs[address] for address in asked}


@pytest.mark.parametrize("role", UNLIKE)
def test_a_page_costs_few_statements_whatever_the_role_sees(there: World, role: str) -> None:
    assert dear(there, role, MOST) == {}


@pytest.mark.proof
@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_page_of_every_role_costs_few_statements(there: World, role: str) -> None:
    assert dear(there, role, tuple(KEYS)) == {}
