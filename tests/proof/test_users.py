"""Thirty people at work on SQLite with twenty thousand families: nobody is shown a lock, and how long they wait."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from app.database import prepare_engine
from bench.fill import GIVEN, ROOTS, fill
from tests.proof.served import Served, installed, names_in, somebody

pytestmark = pytest.mark.proof

FAMILIES, PEOPLE = 20_000, 30
ALONE_SECONDS, TOGETHER_SECONDS = 60, 600


@dataclass
class Day:
    """What people did and how long each of it took, in seconds."""

    lists: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)


def test_thirty_people_work_ten_minutes_and_nobody_is_shown_a_lock(
    tmp_path: Path, found: Callable[[str, str], None]
) -> None:
    served = Served(installed(tmp_path))
    engine = served.engine()
    prepare_engine(engine)
    fill(engine, FAMILIES)
    engine.dispose()
    with served:
        alone = work(served, 1, ALONE_SECONDS)
        together = work(served, PEOPLE, TOGETHER_SECONDS)
    assert (alone.refused, together.refused) == ([], [])
    names = names_in(engine)
    assert set(alone.saved) | set(together.saved) <= set(names)
    engine.dispose()
    for what, one, many in (("список", alone.lists, together.lists), ("сохранение", alone.saves, together.saves)):
        found(
            f"{PEOPLE} человек, {FAMILIES} семей, SQLite: {what}",
            f"{len(many)} раз, p99 {p99(many) * 1000:.0f} мс, у одного {p99(one) * 1000:.0f} мс: "
            f"в {p99(many) / p99(one):.1f} раза",
        )


def work(served: Served, people: int, seconds: float) -> Day:
    """Let *people* work for *seconds*; each thinks between two actions, most of which are looking."""
    day, until = Day(), time.monotonic() + seconds
    threads = [threading.Thread(target=_one, args=(served, day, until, people), daemon=True) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    return day


def _one(served: Served, day: Day, until: float, people: int) -> None:
    connection = served.connect()
    # One person alone is measured at a quicker pace: as many samples in a tenth of the time.
    pause = 0.15 if people == 1 else 2.0
    time.sleep(random.uniform(0, pause))
    while time.monotonic() < until:
        chance = random.random()
        began = time.perf_counter()
        if chance < 0.3:
            form = somebody()
            status, place, _ = served.post(connection, "/people/add", form)
            day.saves.append(time.perf_counter() - began)
            if status == 302:
                day.saved.append(form["last_name"])
            else:
                day.refused.append((place or "/people/add", status))
        else:
            address = random.choice(_places())
            status, _ = served.get(connection, address)
            if address.startswith("/families/?"):
                day.lists.append(time.perf_counter() - began)
            if status != 200:
                day.refused.append((address, status))
        time.sleep(random.expovariate(1 / pause))
    connection.close()


def _places() -> list[str]:
    """Return what people look at: pages of the list, a search, a card."""
    return [
        f"/families/?page={random.randint(1, FAMILIES // 25)}",
        f"/families/?q={quote(random.choice(ROOTS)[:4])}",
        f"/families/?q={quote(random.choice(GIVEN))}",
        f"/families/show/{random.randint(1, FAMILIES)}",
    ]


def p99(times: list[float]) -> float:
    """Return the time that one of a hundred exceeds, in seconds."""
    return statistics.quantiles(times, n=100)[-1]
