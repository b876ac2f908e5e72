"""A new key for everything sealed: whole, resumable, with the service at work (S000-6c, checks C)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from app import resealing, sealing
from app.people.models import Person
from app.storage import Folder
from tests import make

SECRET = "Канареечная астма"


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring of one key, in use."""
    for name, empty in (("_keyring", {}), ("_digests", []), ("_file", [])):
        monkeypatch.setattr(sealing, name, empty)
    path = tmp_path / "keyring"
    sealing.load_keyring(path)
    return path


def keys_in_use() -> Select[bytes]:
    return select(func.substr(type_coerce(Person.health_note, LargeBinary), 1, 1, type_=LargeBinary)).distinct()


def test_every_value_and_file_is_sealed_with_the_new_key_and_nothing_else_changes(ring: Path, tmp_path: Path) -> None:
    with make.centre() as (session, by):
        for number in range(3):
            make.make_adult(session, by, last_name=f"Тестова{number}", health_note=SECRET)
        folder = Folder(tmp_path / "files")
        with folder.put(b"scan") as stored:
            stored.keep(session)
        session.commit()
        digest = sealing.keyed_digest(b"journal")
        assert sealing.add_key(ring) == 2
        engine = session.get_bind()
        before = session.scalars(select(Person.version)).all()
        session.commit()
        assert resealing.used_keys(engine, folder, tmp_path / "none") == {1}
        assert resealing.reseal_rows(engine) >= 3
        assert resealing.reseal_files(folder) == 1
        assert resealing.used_keys(engine, folder, tmp_path / "none") == {2}
        assert (resealing.reseal_rows(engine), resealing.reseal_files(folder)) == (0, 0)
        sealing.forget_key(ring, 1)
        assert sealing.numbers() == (2,)
        assert sealing.keyed_digest(b"journal") == digest
        session.expire_all()
        assert {person.health_note for person in session.scalars(select(Person))} == {SECRET}
        assert session.scalars(select(Person.version)).all() == before
        assert folder.read(stored.name, stored.digest) == b"scan"


def test_a_rotation_stopped_half_way_goes_on_where_it_was(ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 1)
    with make.centre() as (session, by):
        people = [make.make_adult(session, by, last_name=f"Тестова{n}", health_note=SECRET) for n in range(3)]
        session.commit()
        sealing.add_key(ring)
        real, calls = sealing.seal_bytes, []

        def killed(value: bytes, bound: bytes = b"") -> bytes:
            calls.append(value)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return real(value, bound)

        monkeypatch.setattr(sealing, "seal_bytes", killed)
        with pytest.raises(KeyboardInterrupt):
            resealing.reseal_rows(session.get_bind())
        monkeypatch.setattr(sealing, "seal_bytes", real)
        assert len(session.scalars(keys_in_use()).all()) == 2
        session.commit()
        assert resealing.reseal_rows(session.get_bind()) == 2
        session.expire_all()
        assert [person.health_note for person in people] == [SECRET] * 3


def test_a_process_at_work_takes_up_a_key_added_beside_it(ring: Path) -> None:
    old = sealing.seal(SECRET)
    text = ring.read_text("ascii")
    ring.write_text(text + f"2 {'cd' * 32}\n", "ascii")
    fresh = sealing.seal(SECRET)
    assert (old[0], fresh[0]) == (1, 2)
    assert sealing.unseal(old) == sealing.unseal(fresh) == SECRET


def test_a_forgotten_key_opens_nothing_and_has_another_print(ring: Path) -> None:
    old, prints = sealing.seal(SECRET), sealing.fingerprints()
    sealing.add_key(ring)
    sealing.forget_key(ring, 1)
    with pytest.raises(sealing.NoKey):
        sealing.unseal(old)
    assert prints.items().isdisjoint(sealing.fingerprints().items())
    assert [row.split()[2:] for row in ring.read_text("ascii").splitlines()] == [["digests"], []]


def test_every_sealed_column_of_the_product_is_found(session: Session) -> None:
    found = {f"{table.name}.{column.name}" for table, column in resealing.sealed_columns()}
    assert {"person.health_note", "journal_value.sealed_old", "draft.body", "job.asked", "bulk_step.made"} <= found


@pytest.mark.both
def test_the_database_tells_by_the_first_byte_which_key_sealed_a_value(stored: Session) -> None:
    unit = make.make_unit(stored)
    make.make_adult(stored, make.make_actor(unit), health_note=SECRET)
    found = stored.scalars(keys_in_use().where(Person.health_note.is_not(None))).all()
    assert [bytes(one) for one in found] == [bytes([sealing.newest()])]
