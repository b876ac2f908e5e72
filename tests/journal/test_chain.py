"""The chain finds any row that was changed, deleted, slipped in or cut off, whoever holds the database file."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import journal, sealing
from app.acting import SYSTEM
from app.journal import chain, looks
from app.journal.chain import seal, verify
from app.journal.models import JournalRow

pytestmark = pytest.mark.both

COLUMNS = (
    "at, user_id, actor, unit_id, address, verb, table_name, record_id, record_version, sentence, values_digest, digest"
)
OTHER_NUMBER = "Между строками № {} и № {} строк не столько, сколько было записано."


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "journal.anchor"


@pytest.fixture
def sealed(session: Session, anchor: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A journal of twelve rows: ten sealed in batches of four, two not sealed yet. Its triggers are off."""
    monkeypatch.setattr(chain, "BATCH", 4)
    for number in range(10):
        journal.record(session, SYSTEM, "test.event", None, f"Событие {number}")
    assert seal(session, anchor) == 10
    session.commit()
    for number in (10, 11):
        journal.record(session, SYSTEM, "test.event", None, f"Событие {number}")
    session.commit()
    if session.get_bind().dialect.name == "sqlite":
        for name in ("journal_no_update", "journal_no_delete"):
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("ALTER TABLE journal DISABLE TRIGGER ALL"))
    session.commit()
    return session


def _batch(row: int) -> tuple[int, int]:
    """Return the first and last number of the seal that *row* lies under."""
    first = (row - 1) // 4 * 4 + 1
    return first, min(first + 3, 10)


def _run(session: Session, *statements: str) -> None:
    for statement in statements:
        session.execute(text(statement))
    session.commit()
    session.expire_all()


def test_an_untouched_journal_is_whole(sealed: Session, anchor: Path) -> None:
    verdict = verify(sealed, anchor)
    assert (verdict.rows, verdict.sealed, verdict.broken) == (12, 10, "")


def _found(session: Session, anchor: Path, *damage: str) -> str:
    """Return what is found after *damage*, and undo the damage."""
    with session.begin_nested() as undone:
        for statement in damage:
            session.execute(text(statement))
        session.expire_all()
        broken = verify(session, anchor).broken
        undone.rollback()
    session.expire_all()
    return broken


def test_any_change_of_any_row_is_found_and_named(sealed: Session, anchor: Path) -> None:
    changes = ("sentence = 'Подправлено'", "actor = 'Никто'", "record_id = 5", "verb = 'other'", "address = '1'",
               "values_digest = digest", "user_id = 3", "table_name = 'x'", "record_version = 9", "unit_id = 4",
               "at = '2020-01-01 00:00:00+00'")  # fmt: skip
    for row in (1, 4, 5, 10, 12):
        for change in changes:
            broken = _found(sealed, anchor, f"UPDATE journal SET {change} WHERE id = {row}")
            assert broken == f"Строка журнала № {row} изменена после записи.", change
    assert verify(sealed, anchor).broken == ""


def test_any_deleted_row_is_found(sealed: Session, anchor: Path) -> None:
    gapless = sealed.get_bind().dialect.name == "sqlite"
    for row in range(1, 11):
        broken = _found(sealed, anchor, f"DELETE FROM journal WHERE id = {row}")
        first, last = _batch(row)
        missed = gapless and row != last  # The next row tells it, if it lies under the same seal.
        assert broken == (f"Строки журнала № {row} нет." if missed else OTHER_NUMBER.format(first, last))
    assert verify(sealed, anchor).broken == ""


@pytest.mark.parametrize("place", [3, 12, 13, 0])
def test_a_row_copied_in_is_found_even_after_the_last_seal(sealed: Session, anchor: Path, place: int) -> None:
    """The digest of a row covers its number, so a copy is no valid row, wherever it is put."""
    _run(sealed, f"DELETE FROM journal WHERE id = {place}")
    _run(sealed, f"INSERT INTO journal (id, {COLUMNS}) SELECT {place}, {COLUMNS} FROM journal WHERE id = 5")
    assert verify(sealed, anchor).broken == f"Строка журнала № {place} изменена после записи."


def test_two_rows_that_changed_places_are_found(sealed: Session, anchor: Path) -> None:
    _run(sealed, "UPDATE journal SET id = 99 WHERE id = 2", "UPDATE journal SET id = 2 WHERE id = 3",
         "UPDATE journal SET id = 3 WHERE id = 99")  # fmt: skip
    assert verify(sealed, anchor).broken == "Строка журнала № 2 изменена после записи."


def test_a_row_of_the_first_release_is_valid_before_all_later_ones_only(session: Session, anchor: Path) -> None:
    """Those digests knew no number: a copy of such a row is found by where it stands."""
    _old_row(session)
    assert seal(session, anchor) == 1
    assert verify(session, anchor) == chain.Verdict(1, 1)
    journal.record(session, SYSTEM, "test.event", None, "Новая строка")
    session.commit()
    assert verify(session, anchor) == chain.Verdict(2, 1)
    _run(session, f"INSERT INTO journal (id, {COLUMNS}) SELECT 3, {COLUMNS} FROM journal WHERE id = 1")
    assert verify(session, anchor).broken == "Строка журнала № 3 изменена после записи."


def _old_row(session: Session) -> None:
    row = {**journal._row(SYSTEM, "test.event", "", None, None, "Старая строка"), "values_digest": None}
    session.add(JournalRow(**row, digest=journal.row_digest(row, bound=False)))
    session.commit()


def test_a_tail_cut_with_its_seals_is_found_by_the_mark_outside(sealed: Session, anchor: Path) -> None:
    _run(sealed, "DELETE FROM journal WHERE id > 8", "DELETE FROM journal_seal WHERE last_id > 8")
    assert verify(sealed).broken == ""  # Without the mark outside the database nothing is missed.
    assert verify(sealed, anchor).broken == "Хвост журнала обрезан: было 10 строк, осталось 8."


def test_a_journal_emptied_with_its_seals_is_found(sealed: Session, anchor: Path) -> None:
    _run(sealed, "DELETE FROM journal", "DELETE FROM journal_seal")
    assert "обрезан" in verify(sealed, anchor).broken


def test_a_journal_sealed_anew_after_the_forgery_is_found(sealed: Session, anchor: Path) -> None:
    """Somebody with the database and the program, but without the file outside, cannot hide a deleted row."""
    _run(sealed, "DELETE FROM journal WHERE id = 3", "DELETE FROM journal_seal")
    seal(sealed)
    sealed.commit()
    if sealed.get_bind().dialect.name != "sqlite":  # There the missing number is enough.
        assert verify(sealed).broken == ""
    assert verify(sealed, anchor).broken != ""


def test_without_the_key_no_row_can_be_forged(sealed: Session, anchor: Path) -> None:
    sealing.use_keys({1: bytes(32)})
    assert verify(sealed, anchor).broken == "Строка журнала № 1 изменена после записи."


def test_sealing_twice_seals_what_is_new_only(sealed: Session, anchor: Path) -> None:
    assert (seal(sealed, anchor), seal(sealed, anchor)) == (2, 0)
    sealed.commit()
    assert verify(sealed, anchor) == chain.Verdict(12, 12)


@pytest.mark.parametrize("damage", ["UPDATE journal_seal SET rows = rows + 1 WHERE id = 2",
                                    "UPDATE journal_seal SET last_id = 7 WHERE last_id = 8",
                                    "DELETE FROM journal_seal WHERE last_id = 4"])  # fmt: skip
def test_a_damaged_seal_is_found(sealed: Session, anchor: Path, damage: str) -> None:
    _run(sealed, damage)
    assert verify(sealed, anchor).broken != ""


def test_a_row_that_was_never_sealed_may_be_lost_only_with_the_tail(sealed: Session, anchor: Path) -> None:
    """What is not sealed yet is not covered: the service seals every few minutes, see ``app/jobs/sealing.py``."""
    _run(sealed, "DELETE FROM journal WHERE id = 12")
    assert verify(sealed, anchor).broken == ""


EDITS = ("change", "delete", "copy", "swap", "cut")


def test_any_single_edit_of_the_sealed_rows_is_found(sealed: Session, anchor: Path) -> None:
    assert seal(sealed, anchor) == 2
    chance = random.Random(20261122)
    for number in range(100):
        damage = _edit(chance, EDITS[number % len(EDITS)])
        assert _found(sealed, anchor, *damage) != "", damage
    assert verify(sealed, anchor) == chain.Verdict(12, 12)


def _edit(chance: random.Random, edit: str) -> list[str]:
    one, other = chance.sample(range(1, 13), 2)
    if edit == "change":
        column = chance.choice(COLUMNS.split(", ")[:-1])
        if column == "at":
            return [f"UPDATE journal SET at = '2020-01-01 00:00:00+00' WHERE id = {one}"]
        new = {"values_digest": "digest"}.get(column, str(chance.randrange(50, 90)))
        quoted = f"'{new}'" if column in ("actor", "address", "verb", "table_name", "sentence") else new
        return [f"UPDATE journal SET {column} = {quoted} WHERE id = {one}"]
    if edit == "delete":
        return [f"DELETE FROM journal WHERE id = {one}"]
    if edit == "copy":
        place = chance.choice([0, 13, 14, -1])
        return [f"INSERT INTO journal (id, {COLUMNS}) SELECT {place}, {COLUMNS} FROM journal WHERE id = {one}"]
    if edit == "swap":
        moves = ((99, one), (one, other), (other, 99))
        return [f"UPDATE journal SET id = {to} WHERE id = {was}" for to, was in moves]
    return [f"DELETE FROM journal WHERE id >= {one}", f"DELETE FROM journal_seal WHERE last_id >= {one}"]


# ---- what a row tells beside itself: old and new values, and what a look showed -------------------------------------


@pytest.fixture
def told(sealed: Session, anchor: Path) -> Session:
    """The journal with three more rows: a look at two families, one at a person, a change of a sealed field."""
    families, person = {"family": [1, 2, 7]}, {"person": [4]}
    for shown, typed in ((families, "Тестова"), (person, "")):
        values = looks.values_of(shown, typed)
        journal.record(sealed, SYSTEM, looks.SEARCH, None, "Показано.", about=("family", None), values=values)
    note = ("health_note", "было", "стало", True)
    journal.record(
        sealed, SYSTEM, journal.CHANGE, None, about=("person", 4), values=[note, ("phone", None, "1", False)]
    )
    seal(sealed, anchor)
    return sealed


def test_rows_with_their_values_are_whole(told: Session, anchor: Path) -> None:
    assert verify(told, anchor) == chain.Verdict(15, 15)
    assert told.scalar(text("SELECT count(*) FROM journal_value")) == 5


VALUE_DAMAGE = {
    "a look that showed one family less": (13, "UPDATE journal_value SET new = '1-2' WHERE new = '1-2,7'"),
    "another word searched for": (13, "UPDATE journal_value SET new = '0000' WHERE field = 'typed'"),
    "a value under another field": (15, "UPDATE journal_value SET field = 'email' WHERE field = 'phone'"),
    "an old value made up": (15, "UPDATE journal_value SET old = '2' WHERE field = 'phone'"),
    "a value taken away": (13, "DELETE FROM journal_value WHERE field = 'typed'"),
    "the only value taken away": (14, "DELETE FROM journal_value WHERE journal_id = 14"),
    "a value added": (14, "INSERT INTO journal_value (journal_id, field, new) VALUES (14, 'shown:person', '9')"),
    "a value given to a row that had none": (
        2, "INSERT INTO journal_value (journal_id, field, new) VALUES (2, 'shown:person', '9')",
    ),
    "a value moved to another row": (13, "UPDATE journal_value SET journal_id = 14 WHERE field = 'typed'"),
    "the order of values changed": (
        13, "UPDATE journal_value SET id = id + 100 WHERE id = (SELECT min(id) FROM journal_value)",
    ),
    "a sealed value swapped with its old one": (
        15, "UPDATE journal_value SET sealed_old = sealed_new, sealed_new = sealed_old WHERE field = 'health_note'",
    ),
    "a sealed value emptied": (15, "UPDATE journal_value SET sealed_new = NULL WHERE field = 'health_note'"),
}  # fmt: skip


@pytest.mark.parametrize("damage", VALUE_DAMAGE)
def test_any_change_of_what_a_row_tells_is_found_and_named(told: Session, anchor: Path, damage: str) -> None:
    number, statement = VALUE_DAMAGE[damage]
    assert _found(told, anchor, statement) == f"Сведения строки журнала № {number} изменены после записи."
    assert verify(told, anchor) == chain.Verdict(15, 15)


def test_a_sealed_value_that_was_tampered_with_is_found(told: Session, anchor: Path) -> None:
    blob = bytes(told.scalar(text("SELECT sealed_new FROM journal_value WHERE field = 'health_note'")))
    told.execute(
        text("UPDATE journal_value SET sealed_new = :blob WHERE field = 'health_note'"),
        {"blob": blob[:-1] + bytes([blob[-1] ^ 1])},
    )
    assert verify(told, anchor).broken == (
        "Сведения строки журнала № 15 не открываются: они изменены, или их ключа нет."
    )


def test_values_of_rows_not_sealed_yet_are_looked_at_too(told: Session, anchor: Path) -> None:
    for number in range(6):
        shown = looks.values_of({"person": [number]})
        journal.record(told, SYSTEM, looks.SEARCH, None, "Показано.", about=("person", None), values=shown)
    assert verify(told, anchor) == chain.Verdict(21, 15)
    assert _found(told, anchor, "UPDATE journal_value SET new = '7' WHERE journal_id = 20") == (
        "Сведения строки журнала № 20 изменены после записи."
    )


def test_an_emptied_sealed_value_is_told_as_it_is_kept(told: Session, anchor: Path) -> None:
    """A sealed field holds a text or nothing; an empty text written down must not look like a forgery."""
    values = [("health_note", "было", "", True)]
    journal.record(told, SYSTEM, journal.CHANGE, None, about=("person", 4), values=values)
    assert verify(told, anchor).broken == ""


def test_values_left_without_their_row_are_found(told: Session, anchor: Path) -> None:
    """Somebody with the database file may take the last rows of a journal and forget what they told."""
    gone = "DELETE FROM journal WHERE id = 15", "DELETE FROM journal_seal WHERE last_id = 15"
    if told.get_bind().dialect.name == "sqlite":
        told.commit()
        with closing(sqlite3.connect(told.get_bind().engine.url.database)) as other:
            for statement in gone:
                other.execute(statement)
            other.commit()
    else:
        _run(told, "ALTER TABLE journal_value DROP CONSTRAINT fk_journal_value_journal_id", *gone)
    assert verify(told).broken == "Сведения есть, а строки журнала № 15 нет."
