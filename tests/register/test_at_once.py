"""Many people at once: every row reaches the family it was typed for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.organisation.models import ServiceUnit
from app.people.models import Family, FamilyMember, Person
from tests.make import make_actor, make_adult, make_family
from tests.register import stock
from tests.visiting import Visit

THREADS = 8


@contextmanager
def hurried() -> Iterator[None]:
    """Let threads take turns a thousand times as often as they usually do."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(work: Callable[[int], None], threads: int = THREADS) -> None:
    """Run *work(number)* in *threads* threads that start at the same moment; its first failure fails the test."""
    start, failures = threading.Barrier(threads), []

    def run(number: int) -> None:
        start.wait(30)
        try:
            work(number)
        except Exception as error:  # The thread's failure is the test's failure, told below.
            failures.append(error)

    crowd = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join(180)
    if failures:
        raise failures[0]


@stock.as_it_is
def test_stock_fab_saves_children_into_the_families_of_other_users(tmp_path: Path) -> None:
    """FAB keeps one filter object a view: whoever came last decides for everybody between reading and saving."""
    with stock.stock_app(tmp_path) as app:
        stock.db.session.add_all(stock.ToyFamily(id=n + 1, name=f"Семья {n}") for n in range(THREADS))
        stock.db.session.commit()
        stock.meeting.barrier = threading.Barrier(THREADS)
        answers: list[int] = []

        def add(number: int) -> None:
            address = f"/stockchildren/add?_flt_0_family={number + 1}"
            answers.append(app.test_client().post(address, data={"name": f"{number}"}).status_code)

        together(add)
        stock.meeting.barrier = None
        saved = stock.families_of_children(app)
    assert answers == [302] * THREADS
    assert len(saved) == THREADS
    wrong = [name for name, family_id in saved.items() if family_id != int(name) + 1]
    assert len(wrong) == THREADS - 1  # All went to the family of whoever came last.


def test_eight_people_adding_sixty_members_each_never_reach_another_family(
    app: Flask, stored: Session, visit: Visit
) -> None:
    unit = stored.scalars(select(ServiceUnit)).one()
    by = make_actor(unit)
    families = [make_family(stored, by, members=[], name=f"Тестовы-{n}") for n in range(THREADS)]
    people = [make_adult(stored, by, first_name=f"Мария-{n}") for n in range(60)]
    homes, faces = [family.id for family in families], [person.id for person in people]
    browsers = [visit("Заведующий отделением") for _ in range(THREADS)]
    stored.commit()
    app.extensions.pop("stored")  # The threads do not share the test's own session.

    def add(number: int) -> None:
        for person in faces:
            sent = {"family_id": homes[number], "person_id": person, "role": "relative", "date_from": "01.02.2026"}
            answer = browsers[number].post("/members/add", data=sent)
            assert answer.status_code == 302, answer.text

    with hurried():
        together(add)
    app.extensions["stored"] = stored
    found = stored.execute(
        select(FamilyMember.family_id, FamilyMember.created_by_id, func.count()).group_by(
            FamilyMember.family_id, FamilyMember.created_by_id
        )
    ).all()
    assert sorted(map(tuple, found)) == sorted((homes[n], browsers[n].user_id, 60) for n in range(THREADS))
    assert stored.scalar(select(func.count(Person.id.distinct())).join(FamilyMember)) == 60
    assert stored.scalar(select(func.count(Family.id))) == THREADS


@pytest.mark.both
def test_eight_lists_with_filters_of_their_own_show_what_was_asked(app: Flask, stored: Session, visit: Visit) -> None:
    unit = stored.scalars(select(ServiceUnit)).one()
    by = make_actor(unit)
    for number in range(THREADS):
        make_family(stored, by, members=[], name=f"Особенные{number}")
    browsers = [visit("Заведующий отделением") for _ in range(THREADS)]
    stored.commit()
    app.extensions.pop("stored")

    def look(number: int) -> None:
        for _ in range(6):
            page = browsers[number].get(f"/families/?q=особенные{number}").text
            assert f">Особенные{number}<" in page
            assert [other for other in range(THREADS) if f">Особенные{other}<" in page] == [number]

    with hurried():
        together(look)
    app.extensions["stored"] = stored
