"""Persons who may be the one being entered again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor, acting
from app.people.models import Sex
from app.people.twins import RENAMED, likely_twins
from tests import make

BORN = dt.date(2018, 6, 1)


@pytest.fixture
def centre() -> Iterator[tuple[Session, Actor]]:
    with make.centre() as both:
        session, by = both
        names = {"last_name": "Щёголев", "first_name": "Артём", "middle_name": "Сергеевич"}
        make.make_child(session, by, **names, birth_date=BORN)
        make.make_child(session, by, last_name="Щукин", first_name="Олег", middle_name="Ильич", birth_date=BORN)
        yield both


def found(session: Session, *who) -> list[tuple[str, int]]:
    return [(str(twin.person), twin.score) for twin in likely_twins(session, *who)]


@pytest.mark.parametrize(
    ("who", "score"),
    [
        (("Щеголев", "Артем", "Сергеевич", BORN), 100),
        (("ЩЁГОЛЕВ", "артём", None, BORN), 100),
        (("Щёголев", "Артём", None, None), 100),
        (("Щеглов", "Артём", "Сергеевич", BORN), 93),
        (("Щёголев", "Артём", "Сергеевич", dt.date(2018, 1, 6)), 97),
        (("Щёголев", "Артём", "Сергеевич", dt.date(2018, 6, 11)), 92),
        (("Кириллов", "Артём", "Сергеевич", BORN), RENAMED),
    ],
)
def test_the_same_child_is_recognised(centre, who, score):
    assert found(centre[0], *who) == [("Щёголев Артём Сергеевич", score)]


@pytest.mark.parametrize(
    "who",
    [
        ("Щёголев", "Артём", "Сергеевич", dt.date(2012, 6, 1)),
        ("Щёголева", "Полина", "Сергеевна", BORN),
        ("Кириллов", "Артём", None, BORN),
        ("", "Артём", None, BORN),
    ],
)
def test_another_child_is_not_taken_for_it(centre, who):
    assert found(centre[0], *who) == []


def test_the_likeliest_comes_first_and_few_are_shown(centre):
    session, by = centre
    for day in range(2, 9):
        make.make_adult(
            session, by, last_name="Щёголев", first_name="Артём", sex=Sex.MALE, birth_date=dt.date(2018, 6, day)
        )
    shown = found(session, "Щёголев", "Артём", None, dt.date(2018, 6, 5))
    assert [score for _, score in shown] == [100, 92, 92, 92, 92]


def test_persons_of_another_unit_are_not_shown(centre):
    session, _ = centre
    with acting(make.make_actor(make.make_unit(session))):
        assert found(session, "Щёголев", "Артём", "Сергеевич", BORN) == []
