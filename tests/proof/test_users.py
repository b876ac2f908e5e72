"""Thirty people at work on SQLite with twenty thousand families: nobody is shown a lock, and how long they wait."""

from __future__ import annotations

import os
import random
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, create_engine, select

from app.cases.models import FamilyCase
from app.database import prepare_engine
from app.people.models import Family
from app.roles import CURATOR, HEAD, REGISTRAR
from bench.fill import GIVEN, ROOTS, STAFF, SURNAMES, fill
from tests.proof.served import Desk, Served, installed, names_in, somebody

pytestmark = pytest.mark.proof

FAMILIES = 20_000
PEOPLE = (
    *((f"{name}а Анна Ивановна", CURATOR) for name in SURNAMES[:STAFF]),
    *((f"Учётова {name}", REGISTRAR) for name in GIVEN),
    *((f"Главная {name}", HEAD) for name in GIVEN[:8]),
)
"""Thirty: curators, who see their own families, and those who see every family of the centre."""
TOGETHER_SECONDS = int(os.environ.get("PROOF_SECONDS", "600"))
"""How long they work together; fewer seconds while a proof is being worked on."""
ALONE_SECONDS = TOGETHER_SECONDS / 10


@dataclass(frozen=True)
class Person:
    """Somebody at work, with the keys of the families they see."""

    desk: Desk
    families: list[int]


@dataclass
class Day:
    """What people did and how long each of it took, in seconds."""

    lists: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)


def test_thirty_people_work_ten_minutes_and_nobody_is_shown_a_lock(
    tmp_path: Path, alone: None, found: Callable[[str, str], None]
) -> None:
    assert len(PEOPLE) == 30
    settings = installed(tmp_path)
    engine = create_engine(settings.database_url)
    prepare_engine(engine)
    fill(engine, FAMILIES)
    served = Served(settings, people=PEOPLE)
    people = [
        Person(desk, families_of(engine, desk, role)) for desk, (_, role) in zip(served.desks, PEOPLE, strict=True)
    ]
    engine.dispose()
    with served:
        single = work(served, [people], ALONE_SECONDS)
        together = work(served, [[person] for person in people], TOGETHER_SECONDS)
    assert (single.refused, together.refused) == ([], [])
    names = names_in(engine)
    assert set(single.saved) | set(together.saved) <= set(names)
    engine.dispose()
    for what, one, many in (("список", single.lists, together.lists), ("сохранение", single.saves, together.saves)):
        found(
            f"{len(PEOPLE)} человек {TOGETHER_SECONDS / 60:.0f} минут, {FAMILIES} семей, SQLite: {what}",
            f"{len(many)} раз, никому не сказано, что база занята; p99 {p99(many) * 1000:.0f} мс, "
            f"у одного {p99(one) * 1000:.0f} мс: в {p99(many) / p99(one):.1f} раза дольше",
        )


def families_of(engine: Engine, desk: Desk, role: str) -> list[int]:
    """Return the keys of the families the person sees."""
    led = select(FamilyCase.family_id).where(FamilyCase.curator_id == desk.staff_id)
    with engine.connect() as connection:
        return list(connection.scalars(led if role == CURATOR else select(Family.id)))


def work(served: Served, chairs: list[list[Person]], seconds: float) -> Day:
    """Let the people of each chair, one at a time, work for *seconds*; most of what they do is looking."""
    day, until = Day(), time.monotonic() + seconds
    # One person alone is measured at a quicker pace: as many samples in a tenth of the time.
    pause = 2.0 if len(chairs) > 1 else 0.15
    threads = [threading.Thread(target=_one, args=(served, day, until, chair, pause), daemon=True) for chair in chairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    return day


def _one(served: Served, day: Day, until: float, chair: list[Person], pause: float) -> None:
    connection = served.connect()
    time.sleep(random.uniform(0, pause))
    while time.monotonic() < until:
        person = random.choice(chair)
        chance = random.random()
        if chance < 0.3:
            form = somebody()
            began = time.perf_counter()
            status, place, _ = served.post(person.desk, connection, "/people/add", form)
            day.saves.append(time.perf_counter() - began)
            if status == 302 and "/people/show/" in place:
                day.saved.append(form["last_name"])
            else:
                day.refused.append((place or "/people/add", status))
        else:
            address = random.choice(_places(person))
            began = time.perf_counter()
            status, _ = served.get(person.desk, connection, address)
            if address.startswith("/families/?"):
                day.lists.append(time.perf_counter() - began)
            if status != 200:
                day.refused.append((address, status))
        time.sleep(random.expovariate(1 / pause))
    connection.close()


def _places(person: Person) -> list[str]:
    """Return what people look at: pages of the list, a search, a card."""
    return [
        f"/families/?page={random.randint(1, max(1, len(person.families) // 25))}",
        f"/families/?q={quote(random.choice(ROOTS)[:4])}",
        f"/families/?q={quote(random.choice(GIVEN))}",
        f"/families/show/{random.choice(person.families)}",
    ]


def p99(times: list[float]) -> float:
    """Return the time that one of a hundred exceeds, in seconds."""
    return statistics.quantiles(times, n=100)[-1]
