"""Rows written at once are stored as the ORM stores them one by one, refused alike, on both databases."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.acting import SYSTEM, acting
from app.base import BigKey, Codes, MomentType, MoneyType, SealedType
from app.bulk import FEW, insert_rows
from app.journal.models import JournalRow
from app.people.lists import ChildStatus, FamilyKind
from app.people.models import Family
from app.register.saving import constraint_in_words
from tests.make import make_unit

pytestmark = pytest.mark.both

_made = itertools.count(1)
SIZES = (1, FEW, FEW + 1, 300)
"""By an ordinary INSERT and at once, on either side of the border."""

PROBE = Table(
    "bulk_probe",
    MetaData(),
    Column("id", BigKey, primary_key=True),
    Column("words", Text),
    Column("code", String(40), unique=True),
    Column("kind", Family.__table__.c.family_kind.type),
    Column("statuses", Codes(ChildStatus)),
    Column("money", MoneyType(12, 2)),
    Column("share", Numeric(5, 3)),
    Column("sealed", SealedType),
    Column("more", JSON),
    Column("at", MomentType),
    Column("day", Date),
    Column("flag", Boolean),
    Column("fixed", Family.__table__.c.family_kind.type, default=FamilyKind.FULL),
    Column("called", String(40), default=lambda: f"made {next(_made)}"),
    Column("served", String(40), server_default="server"),
)
TROUBLE = ("табуляция\tи строка\nи ещё\r\n", "\\N", "\\", "'кавычки\" и ;", "", "«Ёж» 🦔", "a,b\\tc", None)


@pytest.fixture
def probe(engine: Engine) -> Iterator[Connection]:
    """Give a connection to a database with a table that has a column of each type of the project."""
    with acting(SYSTEM), engine.connect() as connection:
        PROBE.create(connection)
        yield connection
        connection.rollback()


def full(number: int) -> dict[str, Any]:
    """Return a row of the probe, every third one with nothing in it."""
    if number % 3 == 2:
        return dict.fromkeys(full(0))
    return {
        "words": TROUBLE[number % len(TROUBLE)],
        "code": f"код {number}",
        "kind": list(FamilyKind)[number % len(FamilyKind)],
        "statuses": [ChildStatus.OVZ, ChildStatus.DISABLED][: number % 3],
        "money": Decimal(number * 100 + 7) / 100,
        "share": Decimal("0.125"),
        "sealed": f"диагноз\t{number}\n",
        "more": {"ключ": [number, None, "\t"]},
        "at": dt.datetime(2026, 2, 18, 12, 30, number % 60, tzinfo=dt.timezone(dt.timedelta(hours=3))),
        "day": dt.date(2026, 2, 1) + dt.timedelta(number),
        "flag": bool(number % 2),
    }


def stored(connection: Connection) -> list[tuple[Any, ...]]:
    """Return what the database holds, without the types of the project, but for the sealed text: it never repeats."""
    names = [column.name for column in PROBE.columns if column.name not in ("sealed", "called")]
    raw: list[Column[Any]] = [Column(name) for name in names]
    rows = connection.execute(select(*raw).select_from(text("bulk_probe")).order_by(text("id"))).all()
    opened = connection.scalars(select(PROBE.c.sealed).order_by(PROBE.c.id)).all()
    return [(*row, sealed) for row, sealed in zip(rows, opened, strict=True)]


@pytest.mark.parametrize("many", SIZES)
def test_the_database_holds_what_single_inserts_would_have_put_there(probe: Connection, many: int) -> None:
    rows = [full(number) for number in range(many)]
    for row in rows:
        probe.execute(insert(PROBE), row)
    expected = stored(probe)
    PROBE.drop(probe)
    PROBE.create(probe)
    assert insert_rows(probe, PROBE, rows) == list(range(1, many + 1))
    assert stored(probe) == expected
    assert {row[-2] for row in expected} == {"server"}


@pytest.mark.parametrize("many", SIZES)
def test_a_sealed_text_is_nowhere_in_the_clear_and_a_called_default_is_called_for_each(
    probe: Connection, many: int
) -> None:
    insert_rows(probe, PROBE, [{"sealed": "диагноз"}] * many)
    blobs = [bytes(blob) for blob in probe.execute(text("SELECT sealed FROM bulk_probe")).scalars()]
    assert (len(blobs), len(set(blobs))) == (many, many)
    assert not any("диагноз".encode() in blob for blob in blobs)
    assert len(set(probe.scalars(select(PROBE.c.called)))) == many


@pytest.mark.parametrize("many", SIZES)
def test_the_keys_follow_the_rows_and_the_next_row_follows_them(probe: Connection, many: int) -> None:
    probe.execute(insert(PROBE), {"code": "прежний"})
    keys = insert_rows(probe, PROBE, [{"code": f"код {number}"} for number in range(many)])
    found = {key: code for key, code in probe.execute(select(PROBE.c.id, PROBE.c.code))}
    assert [found[key] for key in keys] == [f"код {number}" for number in range(many)]
    assert probe.execute(insert(PROBE), {"code": "следующий"}).inserted_primary_key == (max(keys) + 1,)


@pytest.mark.parametrize("many", SIZES)
def test_whoever_needs_no_keys_has_the_same_rows_written(probe: Connection, many: int) -> None:
    rows = [full(number) for number in range(many)]
    insert_rows(probe, PROBE, rows)
    expected = stored(probe)
    PROBE.drop(probe)
    PROBE.create(probe)
    assert insert_rows(probe, PROBE, rows, told=False) == []
    assert stored(probe) == expected


def test_no_rows_need_no_statement(probe: Connection) -> None:
    assert insert_rows(probe, PROBE, []) == []


@pytest.mark.parametrize("many", SIZES)
@pytest.mark.parametrize(
    ("odd", "refusal"),
    [({"id": 5}, ValueError), ({"code": "другой", "money": 1}, ValueError), ({"nothing": 1}, LookupError)],
)
def test_rows_of_unequal_or_unknown_columns_and_rows_with_a_key_are_refused(
    probe: Connection, many: int, odd: dict[str, Any], refusal: type[Exception]
) -> None:
    rows = [{"code": "как все"}] * many + [odd] if refusal is ValueError else [odd] * many
    with pytest.raises(refusal):
        insert_rows(probe, PROBE, rows)
    assert stored(probe) == []


def test_a_default_that_is_sql_and_a_table_without_a_key_are_refused(probe: Connection) -> None:
    own = MetaData()
    clocked = Table("clocked", own, Column("id", BigKey, primary_key=True), Column("at", Date, default=func.now()),
                    Column("x", Text))  # fmt: skip
    bare = Table("bare", own, Column("x", Text))
    own.create_all(probe)
    for table, refusal in ((clocked, ValueError), (bare, LookupError)):
        with pytest.raises(refusal):
            insert_rows(probe, table, [{"x": "да"}] * (FEW + 1))


@pytest.mark.parametrize("many", SIZES)
def test_a_refused_row_is_an_integrity_error_and_takes_all_rows_along(probe: Connection, many: int) -> None:
    probe.commit()
    with pytest.raises(IntegrityError):
        insert_rows(probe, PROBE, [{"code": f"код {number}"} for number in range(many)] + [{"code": "код 0"}])
    probe.rollback()
    assert stored(probe) == []
    PROBE.drop(probe)
    probe.commit()


@pytest.mark.parametrize("value", ["я" * 41, "нуль \0 внутри"])
def test_what_postgresql_cannot_hold_is_refused_as_an_insert_would(probe: Connection, value: str) -> None:
    if probe.dialect.name == "sqlite":
        insert_rows(probe, PROBE, [{"code": value}])  # SQLite holds it.
        assert probe.scalar(select(PROBE.c.code)) == value
        return
    for many in (1, FEW + 1):
        with pytest.raises(DataError), probe.begin_nested():
            insert_rows(probe, PROBE, [{"code": value}] * many)


@pytest.mark.parametrize("wrong", [{"reg_number": "1"}, {"territory_id": 999}])
def test_a_refusal_reads_like_that_of_one_saved_record(session: Session, wrong: dict[str, Any]) -> None:
    unit = make_unit(session)
    session.commit()

    def row(number: int, **more: Any) -> dict[str, Any]:
        return {"name": "Тестовы", "reg_number": str(number), "address": "д. 1", "family_kind": FamilyKind.FULL,
                "territory_id": None, "service_unit_id": unit.id, "version": 1, **more}  # fmt: skip

    session.add(Family(**row(1)))
    session.commit()
    session.add(Family(**row(2, **wrong)))
    with pytest.raises(IntegrityError) as alone:
        session.commit()
    session.rollback()
    with pytest.raises(IntegrityError) as together:
        insert_rows(session.connection(), Family.__table__, [row(3, **wrong), *map(row, range(4, 40))])
        session.commit()
    session.rollback()
    assert constraint_in_words(together.value, None) == constraint_in_words(alone.value, None)
    assert session.scalars(select(Family.reg_number)).all() == ["1"]


def test_the_triggers_of_the_database_see_each_row(probe: Connection) -> None:
    body = "UPDATE bulk_probe SET words = 'видел ' || NEW.code WHERE id = NEW.id;"
    if probe.dialect.name == "sqlite":
        probe.execute(text(f"CREATE TRIGGER seen AFTER INSERT ON bulk_probe BEGIN {body} END"))
    else:
        made = f"CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
        probe.execute(text(made))
        probe.execute(text("CREATE TRIGGER seen AFTER INSERT ON bulk_probe FOR EACH ROW EXECUTE FUNCTION seen()"))
    insert_rows(probe, PROBE, [{"code": f"код {number}"} for number in range(FEW + 1)])
    words = probe.scalars(select(PROBE.c.words).order_by(PROBE.c.id)).all()
    assert words == [f"видел код {number}" for number in range(FEW + 1)]


def test_nobody_seals_the_journal_between_the_keys_and_the_rows(engine: Engine) -> None:
    """The keys are taken under the lock of a writer: no row may appear below a seal that was made meanwhile."""
    refused: list[str] = []

    def sealer_comes(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if "nextval" not in statement and "max(journal.id)" not in statement:
            return
        other = engine.raw_connection()
        try:
            with pytest.raises(Exception, match=r"could not obtain lock|database is locked") as said:
                cursor = other.cursor()
                if connection.dialect.name == "sqlite":
                    cursor.execute("PRAGMA busy_timeout = 0")
                    cursor.execute("BEGIN IMMEDIATE")
                else:
                    cursor.execute("LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE NOWAIT")
            refused.append(type(said.value).__name__)
        finally:
            other.invalidate()

    row = {"at": dt.datetime(2026, 2, 18, tzinfo=dt.UTC), "actor": SYSTEM.name, "verb": "create", "digest": b"1"}
    with acting(SYSTEM, writing=True), engine.connect() as connection:
        event.listen(engine, "before_cursor_execute", sealer_comes)
        keys = insert_rows(connection, JournalRow.__table__, [row] * (FEW + 1))
        event.remove(engine, "before_cursor_execute", sealer_comes)
        assert connection.scalars(select(JournalRow.id).order_by(JournalRow.id)).all()[-len(keys) :] == keys
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text("DELETE FROM journal"))
    assert refused in (["LockNotAvailable"], ["OperationalError"])
