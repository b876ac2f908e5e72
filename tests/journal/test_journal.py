"""The journal's rows equal the writes: who, when, what was and what is, in the same transaction."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import journal
from app.acting import SYSTEM, Actor, acting, clock_at
from app.journal import CREATE, BulkRefused, as_text
from app.journal.chain import Verdict, verify
from app.journal.models import JournalRow, JournalValue
from app.papers.models import NumberSequence
from app.people.lists import FamilyFeature
from app.people.models import Family, FamilyKind, Person, Sex
from tests.make import make_actor, make_staff, make_unit

pytestmark = pytest.mark.both

MOMENT = dt.datetime(2026, 2, 18, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def by(session: Session) -> Actor:
    unit = make_unit(session)
    session.commit()
    return Actor(user_id=None, name="Проверкин П. П.", unit_id=unit.id, sees_unit=True, address="10.0.0.7")


def _family(by: Actor, **more: object) -> Family:
    values = {"name": "Тестовы", "reg_number": "1", "address": "д. 1", "family_kind": FamilyKind.FULL}
    return Family(**{**values, "service_unit_id": by.unit_id, **more})


def rows(session: Session, table: str = "family") -> list[tuple[object, ...]]:
    """Return (verb, record, version, who, values by field) of the journal of *table*."""
    found = []
    for row in session.scalars(select(JournalRow).where(JournalRow.table_name == table).order_by(JournalRow.id)):
        values = session.scalars(
            select(JournalValue).where(JournalValue.journal_id == row.id).order_by(JournalValue.field)
        )
        kept = {v.field: (v.sealed_old or v.old, v.sealed_new or v.new) for v in values}
        found.append((row.verb, row.record_id, row.record_version, row.actor, kept))
    return found


def test_creation_change_and_deletion_are_written_with_what_changed(session: Session, by: Actor) -> None:
    with acting(by), clock_at(MOMENT):
        family = _family(by, rooms=2)
        session.add(family)
        session.commit()
        pk = family.id
        family.address, family.rooms, family.per_capita_income = "д. 2", None, Decimal("9140.50")
        session.commit()
        session.delete(family)
        session.commit()
    made, changed, gone = rows(session)
    assert made == ("create", pk, 1, "Проверкин П. П.", {})
    assert changed == (
        "change", pk, 2, "Проверкин П. П.",
        {"address": ("д. 1", "д. 2"), "rooms": ("2", None), "per_capita_income": (None, "9140.5")},
    )  # fmt: skip
    assert gone[:2] == ("delete", pk) and gone[4]["address"] == ("д. 2", None)
    last = session.scalars(select(JournalRow).order_by(JournalRow.id.desc())).first()
    assert last is not None and (last.at, last.unit_id, last.address) == (MOMENT, by.unit_id, "10.0.0.7")


def test_setting_what_already_stands_writes_nothing(session: Session, by: Actor) -> None:
    with acting(by):
        family = _family(by)
        session.add(family)
        session.commit()
        family.address = "д. 1"
        session.commit()
    assert [row[0] for row in rows(session)] == ["create"]


def test_what_is_rolled_back_leaves_no_row(session: Session, by: Actor) -> None:
    with acting(by):
        session.add(_family(by))
        session.flush()
        session.rollback()
        session.add(_family(by, name="Вторые"))
        session.commit()
    assert [row[0] for row in rows(session)] == ["create"]


def test_a_savepoint_rolled_back_takes_its_rows_along(session: Session, by: Actor) -> None:
    with acting(by):
        family = _family(by)
        session.add(family)
        session.flush()
        with session.begin_nested() as inner:
            family.address = "д. 2"
            session.flush()
            inner.rollback()
        session.commit()
    assert [row[0] for row in rows(session)] == ["create"]
    assert family.address == "д. 1"


def test_every_write_of_a_busy_day_has_its_row(session: Session, by: Actor) -> None:
    """Rows of the journal equal the writes, whatever is flushed together."""
    with acting(by):
        families = [_family(by, reg_number=str(number)) for number in range(20)]
        session.add_all(families)
        session.flush()
        for number, family in enumerate(families):
            if number % 2:
                family.address = f"дом {number}"
            if number % 3 == 0:
                session.flush()
                family.note = "Да"
        session.flush()
        for family in families[::5]:
            session.delete(family)
        session.commit()
    verbs = [row[0] for row in rows(session)]
    assert verbs.count("create") == 20 and verbs.count("delete") == 4
    written = {
        (row[1], field): new for row in rows(session) if row[0] == "change" for field, (_, new) in row[4].items()
    }
    assert len(written) == sum(1 for n in range(20) if n % 2) + sum(1 for n in range(20) if n % 3 == 0)
    assert set(written.values()) == {"Да", *(f"дом {n}" for n in range(1, 20, 2))}


def test_special_values_are_sealed_and_others_are_plain(session: Session, by: Actor) -> None:
    with acting(by):
        person = Person(last_name="Тестова", first_name="Мария", sex=Sex.FEMALE, birth_date=dt.date(1990, 5, 4),
                        service_unit_id=by.unit_id)  # fmt: skip
        session.add(person)
        session.commit()
        person.health_note, person.prevention_registers, person.workplace = "астма", ["police"], "школа"
        session.commit()
    kept = {
        value.field: (value.old, value.new, bool(value.sealed_new)) for value in session.scalars(select(JournalValue))
    }
    assert kept == {
        "health_note": (None, None, True),
        "prevention_registers": (None, None, True),
        "workplace": (None, "школа", False),
    }
    raw = session.execute(text("SELECT sealed_new FROM journal_value WHERE field = 'health_note'")).scalar_one()
    assert "астма".encode() not in bytes(raw)
    assert rows(session, "person")[-1][4]["health_note"] == (None, "астма")


def test_a_named_event_stands_in_the_same_transaction_with_its_sentence(session: Session, by: Actor) -> None:
    with acting(by):
        family = _family(by)
        session.add(family)
        journal.record(session, by, "family.register", family, "Семья внесена. " + "я" * 600)
        session.rollback()
        assert rows(session) == []
        session.add(family := _family(by))
        journal.record(session, by, "family.register", family, "Семья внесена.")
        session.commit()
    row = session.scalars(select(JournalRow).where(JournalRow.verb == "family.register")).one()
    assert (row.table_name, row.record_id, row.sentence) == ("family", family.id, "Семья внесена.")


def test_a_bulk_change_of_a_journalled_table_is_refused(session: Session, by: Actor) -> None:
    with acting(by):
        session.add(_family(by))
        session.commit()
        with pytest.raises(BulkRefused, match="Family"):
            session.execute(update(Family).values(note="всем"))
        with pytest.raises(BulkRefused, match="Family"):
            session.execute(delete(Family))
        with pytest.raises(BulkRefused):
            session.query(Family).update({"note": "всем"})
        assert session.scalars(select(Family.note)).all() == [None]


def test_a_bulk_change_that_says_why_goes_through(session: Session, by: Actor) -> None:
    with acting(by):
        session.add(_family(by))
        session.commit()
        session.execute(update(Family).values(note="всем").execution_options(unjournalled="test"))
        session.commit()
        assert session.scalars(select(Family.note)).all() == ["всем"]


@pytest.mark.rows("X-3")
def test_the_database_itself_refuses_to_change_the_journal(session: Session, by: Actor) -> None:
    with acting(by):
        session.add(_family(by))
        session.commit()
    for statement in ("UPDATE journal SET actor = 'Никто'", "DELETE FROM journal"):
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))
        session.rollback()
    assert [row[0] for row in rows(session)] == ["create"]


def test_rows_loaded_by_core_are_journalled_by_the_loader(session: Session, by: Actor) -> None:
    with acting(by):
        ids = session.connection().scalars(
            insert(Family.__table__).returning(Family.__table__.c.id),
            [{"name": "А", "reg_number": str(n), "address": "д", "family_kind": FamilyKind.FULL,
              "service_unit_id": by.unit_id, "version": 1} for n in (1, 2)],
        ).all()  # fmt: skip
        journal.record_created(session, by, Family, ids)
        session.commit()
    assert [row[:3] for row in rows(session)] == [("create", pk, 1) for pk in ids]


@pytest.mark.parametrize("many", [1, 30, journal.PAGE + 3])
def test_a_bank_written_at_once_is_stored_and_journalled_like_records_saved_alone(
    session: Session, by: Actor, many: int
) -> None:
    features = [FamilyFeature.DISABLED_CHILD]
    with acting(by), clock_at(MOMENT):
        session.add(_family(by, reg_number="0", features=features, note="Ёж"))
        session.flush()
        told = {"name": "Тестовы", "address": "д. 1", "family_kind": FamilyKind.FULL, "features": features}
        ids = journal.insert_created(
            session, by, Family, ({**told, "reg_number": str(n + 1), "note": "Ёж"} for n in range(many))
        )
        session.commit()
    own = {"id", "reg_number", "reg_number_key", "search_key"}
    columns = [column for column in Family.__table__.columns if column.name not in own]
    alone, *together = session.execute(select(*columns).order_by(Family.id)).all()
    assert (len(together), set(map(str, together))) == (many, {str(alone)})
    numbers = dict(session.execute(select(Family.id, Family.reg_number)).all())
    assert [numbers[pk] for pk in ids] == [str(n + 1) for n in range(many)]
    keys = dict(session.execute(select(Family.reg_number, Family.search_key)).all())
    assert [keys[str(n)].replace(str(n), "№", 1) for n in (0, many)] == [keys["0"].replace("0", "№", 1)] * 2
    first, *others = rows(session)
    assert [row[1] for row in others] == ids
    assert {(row[0], row[2], row[3], str(row[4])) for row in others} == {(first[0], first[2], first[3], "{}")}
    assert verify(session) == Verdict(rows=many + 2, sealed=0)  # The unit of the fixture has a row too.


def test_a_table_without_a_journal_gets_rows_and_no_history(session: Session, by: Actor) -> None:
    counters = [{"journal": "case", "year": year, "last": 7} for year in range(2000, 2030)]
    with acting(by):
        ids = journal.insert_created(session, by, NumberSequence, counters)
    assert session.scalars(select(NumberSequence.id).order_by(NumberSequence.year)).all() == ids
    assert rows(session, "number_sequence") == []


def test_stamps_say_who_made_and_who_changed_and_when(session: Session) -> None:
    unit = make_unit(session)
    session.commit()
    first, second = (Actor(user_id=None, name=name, unit_id=unit.id, sees_unit=True) for name in ("Первый", "Второй"))
    with acting(first), clock_at(MOMENT):
        session.add(family := _family(first, service_unit_id=None))
        session.commit()
    with acting(second), clock_at(MOMENT + dt.timedelta(hours=1)):
        family.note = "Да"
        session.commit()
    assert (family.service_unit_id, family.created_at, family.changed_at) == (
        unit.id, MOMENT, MOMENT + dt.timedelta(hours=1),
    )  # fmt: skip
    assert [row[3] for row in rows(session)] == ["Первый", "Второй"]


def test_without_an_actor_the_system_signs(session: Session) -> None:
    with acting(SYSTEM):
        make_unit(session)
        session.commit()
    assert rows(session, "service_unit")[-1][3] == "Система"


def test_what_the_system_does_to_a_record_belongs_to_the_unit_of_the_record(session: Session) -> None:
    """A row of no unit is read in every one: what the command line did for one unit told its names to another."""
    with acting(SYSTEM):
        unit = make_unit(session)
        staff = make_staff(session, make_actor(unit))
        journal.record(session, SYSTEM, "account.make", staff, "Открыт вход.")
        session.commit()
    own = select(JournalRow.verb).where(JournalRow.table_name == "staff_member", JournalRow.unit_id == unit.id)
    assert set(session.scalars(own)) == {CREATE, "account.make"}
    assert set(session.scalars(select(JournalRow.unit_id).where(JournalRow.table_name == "service_unit"))) == {None}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        ([], None),
        (FamilyKind.FULL, "full"),
        (dt.date(2026, 2, 18), "2026-02-18"),
        (dt.datetime(2026, 2, 18, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=3))), "2026-02-18T09:30:00+00:00"),
        (True, "1"),
        (False, "0"),
        (Decimal("10000.00"), "10000"),
        (Decimal("9140.50"), "9140.5"),
        (["poor", FamilyKind.FULL], "full,poor"),
        (7, "7"),
        ("текст", "текст"),
    ],
)
def test_a_value_is_kept_as_text_that_can_be_compared(value: object, kept: str | None) -> None:
    assert as_text(value) == kept
