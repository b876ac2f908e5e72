"""What stands in every statement is cheap to prepare: choices as they are written, values and keys beside."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import aliased

from app.acting import Actor, _criteria_of
from app.base import tables_made
from app.cases.models import CaseStatus, FamilyCase
from app.criteria import Beside
from app.people.models import Family
from app.roles import CODES, CURATOR


def written(statement: Select[int]) -> tuple[str, list[object]]:
    """Return the statement as SQLite gets it, on one line, and its values."""
    made = statement.compile(dialect=sqlite.dialect())
    return " ".join(str(made).split()), list(made.params.values())


def seen_by_a_curator(statement: Select[int]) -> Select[int]:
    """Return *statement* with the row scope of a curator."""
    who = Actor(user_id=7, name="Кураторова", unit_id=1, staff_id=41, roles=frozenset({CODES[CURATOR]}))
    return statement.options(_criteria_of(who, tables_made()))


def test_a_choice_named_in_the_code_stands_in_the_statement() -> None:
    active, refused = CaseStatus.ACTIVE, CaseStatus.REFUSED
    sql, values = written(select(FamilyCase.id).where(FamilyCase.status == active, FamilyCase.status != refused))
    assert "status = 'active' AND family_case.status != 'refused'" in sql and values == []
    for several in ((active, refused), [active, refused]):
        sql, values = written(select(FamilyCase.id).where(FamilyCase.status.in_(several)))
        assert "status IN ('active', 'refused')" in sql and values == []
    sql, values = written(select(FamilyCase.id).where(FamilyCase.status.not_in([active])))
    assert "status NOT IN ('active')" in sql and values == []


def test_everything_else_a_column_of_choices_is_compared_with_stays_a_value() -> None:
    sql, values = written(select(FamilyCase.id).where(FamilyCase.status == "x'); DROP TABLE family; --"))
    assert "DROP" not in sql and values == ["x'); DROP TABLE family; --"]
    sql, values = written(select(FamilyCase.id).where(FamilyCase.status.is_(None)))
    assert "status IS NULL" in sql and values == []


def test_no_code_of_a_choice_needs_to_be_quoted() -> None:
    from app import models  # noqa: F401 -- every table with its choices
    from app.base import Choice

    every, found = [Choice], []
    while every:
        kind = every.pop()
        every += kind.__subclasses__()
        found += [member.value for member in kind]
    assert len(found) > 100
    assert [code for code in found if set(code) & set("'\"\\%:") or not code.isprintable()] == []


def test_sqlite_is_asked_whether_a_row_is_among_the_seen_and_not_whether_that_equals_one() -> None:
    sql, _ = written(seen_by_a_curator(select(Family.id)))
    assert "family.id IN (SELECT seen_family.family_id FROM seen_family)" in sql
    assert ") = 1" not in sql


def test_a_criterion_follows_its_table_under_another_name() -> None:
    other = aliased(Family, name="other")
    sql, _ = written(seen_by_a_curator(select(other.id)))
    assert "other.service_unit_id = ? AND other.id IN (SELECT seen_family.family_id" in sql
    assert "family.id IN (SELECT seen_family" not in sql


def test_criteria_with_other_keys_beside_them_are_other_statements() -> None:
    def told(*wanted: int) -> object:
        return select(Family.id).where(Beside(Family.id, lambda column, keys: column.in_(keys), _ids(*wanted)))

    one, same, two = (told(*wanted)._generate_cache_key() for wanted in ((1,), (1,), (1, 2)))  # type: ignore[attr-defined]
    assert one.key != two.key or [b.value for b in one.bindparams] != [b.value for b in two.bindparams]
    assert [b.value for b in one.bindparams] == [b.value for b in same.bindparams]


def _ids(*wanted: int) -> Select[int]:
    return select(Family.id).where(Family.id.in_(wanted))
