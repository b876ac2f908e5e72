"""Who acts decides which rows are seen; nobody sees nothing (fab.md 4)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from app.acting import (
    SYSTEM,
    Actor,
    NoActor,
    _criteria_of,
    acting,
    actor,
    clock_at,
    enter,
    is_writing,
    leave,
    now,
    prepared,
    read,
    scoped_models,
    today,
)
from app.base import FabBase, UnitModel, tables_made
from app.people.models import Family, FamilyKind, FamilyMember, FamilyRole, Person, Sex
from tests.make import make_unit

pytestmark = pytest.mark.both


@pytest.fixture
def two(session: Session) -> tuple[Actor, Actor]:
    """Two units with a family, a person and a membership each; the second family holds a person of the first unit."""
    made = []
    for number in (1, 2):
        unit = make_unit(session)
        person = Person(last_name=f"Людина{number}", first_name="Мария", sex=Sex.FEMALE, birth_date=dt.date(1990, 5, 4),
                        service_unit_id=unit.id)  # fmt: skip
        family = Family(name=f"Семьины{number}", reg_number="1", address="д. 1", family_kind=FamilyKind.FULL,
                        service_unit_id=unit.id)  # fmt: skip
        session.add_all([person, family])
        session.flush()
        session.add(FamilyMember(family_id=family.id, person_id=person.id, role=FamilyRole.MOTHER,
                                 date_from=dt.date(2026, 1, 1), service_unit_id=unit.id))  # fmt: skip
        made.append(Actor(user_id=None, name=f"Проверкин{number}", unit_id=unit.id, sees_unit=True))
    session.commit()
    session.expunge_all()
    return made[0], made[1]


@contextmanager
def nobody() -> Iterator[None]:
    """Let nobody act inside the block."""
    before = enter(None, writing=True)
    try:
        yield
    finally:
        leave(before)


QUERIES: dict[str, Callable[[Session], Any]] = {
    "rows": lambda s: s.scalars(select(Family)).all(),
    "one column": lambda s: s.scalars(select(Family.name)).all(),
    "count of rows": lambda s: s.scalar(select(func.count()).select_from(Family)),
    "count of a column": lambda s: s.scalar(select(func.count(Family.id))),
    "alias": lambda s: s.scalars(select(aliased(Family))).all(),
    "sub-query": lambda s: s.scalar(select(func.count()).select_from(select(Family.id).subquery())),
    "exists": lambda s: s.scalar(select(select(Family.id).where(Family.name != "").exists())),
    "in": lambda s: s.scalars(select(Person).where(Person.id.in_(select(FamilyMember.person_id)))).all(),
    "union": lambda s: s.execute(select(Family.id).union(select(Family.id))).all(),
    "join": lambda s: s.execute(select(Family, FamilyMember).join(FamilyMember)).all(),
    "get": lambda s: [s.get(Family, pk) for pk in range(1, 4)],
    "legacy query": lambda s: s.query(Family).all(),
}


@pytest.mark.parametrize("name", QUERIES)
def test_without_an_actor_a_query_on_a_scoped_table_is_refused(session: Session, two: object, name: str) -> None:
    with nobody(), pytest.raises(NoActor):
        QUERIES[name](session)


def test_each_actor_sees_the_rows_of_the_own_unit_however_they_are_asked_for(
    session: Session, two: tuple[Actor, Actor]
) -> None:
    for number, who in enumerate(two, 1):
        session.expunge_all()
        with acting(who):
            own = f"Семьины{number}"
            assert [f.name for f in session.scalars(select(Family))] == [own]
            assert session.scalars(select(Family.name)).all() == [own]
            assert session.scalar(select(func.count()).select_from(Family)) == 1
            assert session.scalar(select(func.count(Family.id))) == 1
            other = aliased(Family)
            assert [f.name for f in session.scalars(select(other))] == [own]
            assert session.scalar(select(func.count()).select_from(select(Family.id).subquery())) == 1
            assert len(session.execute(select(Family.id).union_all(select(Family.id))).all()) == 2
            assert [f.name for f in session.query(Family)] == [own]
            people = select(Person.last_name).where(Person.id.in_(select(FamilyMember.person_id)))
            assert session.scalars(people).all() == [f"Людина{number}"]


def test_a_foreign_row_is_not_there(session: Session, two: tuple[Actor, Actor]) -> None:
    foreign = session.scalars(select(Family).where(Family.service_unit_id == two[1].unit_id)).one().id
    session.expunge_all()
    with acting(two[0]):
        assert session.get(Family, foreign) is None
        assert session.scalars(select(Family).where(Family.id == foreign)).one_or_none() is None


def test_links_are_followed_inside_the_scope_only_when_joined(session: Session, two: tuple[Actor, Actor]) -> None:
    """A person of the other unit in our family is out of sight, and so «недоступно»."""
    ours = session.scalars(select(FamilyMember).where(FamilyMember.service_unit_id == two[0].unit_id)).one()
    theirs = session.scalars(select(Person).where(Person.service_unit_id == two[1].unit_id)).one()
    ours.person_id = foreign = theirs.id
    session.commit()
    for option in (joinedload(FamilyMember.person), selectinload(FamilyMember.person)):
        session.expunge_all()
        with acting(two[0]):
            member = session.scalars(select(FamilyMember).options(option)).one()
            assert (member.person_id, member.person) == (foreign, None)


def test_the_scope_of_one_actor_never_reaches_the_next(session: Session, two: tuple[Actor, Actor]) -> None:
    """Prepared criteria belong to the actor, not to the statement."""
    for who, expected in ((two[0], 1), (two[1], 1), (SYSTEM, 2), (two[0], 1)):
        with acting(who):
            assert session.scalar(select(func.count(Family.id))) == expected


def test_threads_act_each_as_itself(two: tuple[Actor, Actor]) -> None:
    seen: dict[str, str] = {}

    def work(who: Actor) -> None:
        with acting(who):
            for _ in range(200):
                seen[who.name] = actor().name

    crowd = [threading.Thread(target=work, args=(who,)) for who in two]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert seen == {who.name: who.name for who in two}


def test_a_core_statement_on_a_scoped_table_is_refused_unless_it_says_why(
    session: Session, two: tuple[Actor, Actor]
) -> None:
    statement = select(Family.__table__.c.id)
    with acting(two[0]):
        with pytest.raises(NoActor, match="not scoped"):
            session.execute(statement)
        assert len(session.execute(statement, execution_options={"unscoped": "test"}).all()) == 2


def test_the_scope_covers_deletion_too(session: Session, two: tuple[Actor, Actor]) -> None:
    with acting(two[0]):
        gone = session.execute(delete(FamilyMember).execution_options(unjournalled="test"))
        assert gone.rowcount == 1
        session.rollback()


def test_every_table_with_a_unit_is_scoped() -> None:
    with_unit = {m.class_ for m in FabBase.registry.mappers if issubclass(m.class_, UnitModel)}
    assert with_unit and with_unit <= set(scoped_models())


def test_a_table_without_a_scope_is_read_by_anybody(session: Session) -> None:
    with nobody():
        assert session.execute(text("SELECT 1")).scalar() == 1


def test_nobody_acts_outside_of_a_block() -> None:
    with nobody(), pytest.raises(NoActor, match=r"acting\(\.\.\.\)"):
        actor()
    with acting(SYSTEM):
        assert actor() is SYSTEM


def test_after_a_block_the_one_before_acts_again_even_when_it_failed() -> None:
    other = Actor(user_id=7, name="Другая", unit_id=1, sees_unit=True)
    with acting(SYSTEM):
        with pytest.raises(ZeroDivisionError), acting(other, writing=False):
            assert (actor(), is_writing()) == (other, False)
            raise ZeroDivisionError
        assert (actor(), is_writing()) == (SYSTEM, True)


def test_the_day_is_that_of_the_unit() -> None:
    late = dt.datetime(2026, 2, 18, 21, 30, tzinfo=dt.UTC)
    for zone, day in (("Europe/Moscow", 19), ("Europe/Kaliningrad", 18), ("Asia/Kamchatka", 19)):
        with acting(Actor(user_id=None, name="", unit_id=1, zone=zone)), clock_at(late):
            assert (today(), now()) == (dt.date(2026, 2, day), late)


def test_the_clock_runs_again_after_the_block() -> None:
    with clock_at(dt.date(2020, 1, 1)):
        assert now() == dt.datetime(2020, 1, 1, 9, tzinfo=dt.UTC)
    assert abs(now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_roles_are_asked_by_name() -> None:
    who = Actor(user_id=None, name="", unit_id=1, roles=frozenset({"Куратор"}))
    assert who.is_any("Директор", "Куратор") and not who.is_any("Директор") and not who.is_any()


def test_the_system_writes_for_no_unit() -> None:
    assert Actor(user_id=None, name="", unit_id=7).unit == 7
    with pytest.raises(LookupError, match="Система belongs to no unit"):
        _ = SYSTEM.unit


def test_two_people_of_one_scope_share_a_prepared_statement_and_two_scopes_never_do() -> None:
    one, other = (Actor(None, "Кураторов", 1, staff_id=pk, roles=frozenset({"curator"})) for pk in (41, 42))
    head = Actor(None, "Заведующева", 1, staff_id=43, roles=frozenset({"head_of_service"}))
    first, second, third = (
        select(Family).options(_criteria_of(who, tables_made()))._generate_cache_key() for who in (one, other, head)
    )
    assert first is not None and second is not None
    assert first == second != third
    told = zip(first.bindparams, second.bindparams, strict=True)
    assert {(a.value, b.value) for a, b in told if a.value != b.value} == {(41, 42)}


def test_a_kept_statement_shows_everybody_what_he_sees_and_nobody_nothing(
    session: Session, two: tuple[Actor, Actor]
) -> None:
    kept = prepared(select(Family.name).where(Family.id > bindparam("above")).order_by(Family.name))
    told = {}
    for who in (*two, SYSTEM, two[0]):
        with acting(who):
            told[who.name] = [row.name for row in read(session, kept, {"above": 0})]
            assert [row.name for row in session.execute(kept, {"above": 0})] == told[who.name]
            assert read(session, kept, {"above": 10**6}) == []
    assert told == {
        "Проверкин1": ["Семьины1"], "Проверкин2": ["Семьины2"], "Система": ["Семьины1", "Семьины2"],
    }  # fmt: skip
    with nobody(), pytest.raises(NoActor):
        read(session, kept, {"above": 0})
