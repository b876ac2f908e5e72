"""The chain finds any row that was changed, deleted, slipped in or cut off, whoever holds the database file."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import journal, sealing
from app.acting import SYSTEM
from app.journal import chain
from app.journal.chain import seal, verify

pytestmark = pytest.mark.both


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


def _run(session: Session, *statements: str) -> None:
    for statement in statements:
        session.execute(text(statement))
    session.commit()
    session.expire_all()


def test_an_untouched_journal_is_whole(sealed: Session, anchor: Path) -> None:
    verdict = verify(sealed, anchor)
    assert (verdict.rows, verdict.sealed, verdict.broken) == (12, 10, "")


def _found(session: Session, anchor: Path, damage: str) -> str:
    """Return what is found after *damage*, and undo the damage."""
    with session.begin_nested() as undone:
        session.execute(text(damage))
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
    for row in range(1, 11):
        assert "строк не столько" in _found(sealed, anchor, f"DELETE FROM journal WHERE id = {row}")
    assert verify(sealed, anchor).broken == ""


def test_a_row_copied_in_is_found(sealed: Session, anchor: Path) -> None:
    """A copy has a valid digest of its own; its place in the chain gives it away."""
    columns = "at, user_id, actor, unit_id, address, verb, table_name, record_id, record_version, sentence, digest"
    _run(sealed, "DELETE FROM journal WHERE id = 3")
    _run(sealed, f"INSERT INTO journal (id, {columns}) SELECT 3, {columns} FROM journal WHERE id = 5")
    assert "не сходятся с печатью" in verify(sealed, anchor).broken


def test_two_rows_that_changed_places_are_found(sealed: Session, anchor: Path) -> None:
    _run(sealed, "UPDATE journal SET id = 99 WHERE id = 2", "UPDATE journal SET id = 2 WHERE id = 3",
         "UPDATE journal SET id = 3 WHERE id = 99")  # fmt: skip
    assert "не сходятся с печатью" in verify(sealed, anchor).broken


def test_a_row_slipped_in_before_the_seal_is_found(sealed: Session, anchor: Path) -> None:
    columns = "at, actor, address, verb, table_name, sentence, digest"
    _run(sealed, f"INSERT INTO journal (id, {columns}) SELECT 0, {columns} FROM journal WHERE id = 5")
    assert "строк не столько" in verify(sealed, anchor).broken


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
    """What is not sealed yet is not covered: the sealing runs with each backup and each night."""
    _run(sealed, "DELETE FROM journal WHERE id = 12")
    assert verify(sealed, anchor).broken == ""
