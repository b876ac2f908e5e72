"""The keyring: made once, whole or not at all, readable by its owner only."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app import sealing


@pytest.fixture(autouse=True)
def _put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_keyring", {})


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "instance" / "keyring"

    def start(_: int) -> str:
        sealing.load_keyring(path)
        return path.read_text("ascii")

    with ThreadPoolExecutor(8) as starts:
        seen = set(starts.map(start, range(32)))

    assert len(seen) == 1
    assert [left.name for left in path.parent.iterdir()] == ["keyring"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_value_sealed_before_a_new_key_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "keyring"
    sealing.load_keyring(path)
    before = sealing.seal("диагноз")
    with path.open("a", encoding="ascii") as ring:
        ring.write(f"2 {'ab' * 32}\n")

    sealing.load_keyring(path)

    assert (sealing.unseal(before), sealing.seal("диагноз")[0]) == ("диагноз", 2)


def test_a_value_whose_key_is_lost_is_refused() -> None:
    sealing.use_keys({1: b"0" * 32})
    sealed = sealing.seal("диагноз")
    sealing.use_keys({2: b"1" * 32})

    with pytest.raises(sealing.NoKey):
        sealing.unseal(sealed)
