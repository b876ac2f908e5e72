"""The delivered roles, read as a person reads them."""

from __future__ import annotations

import pytest

from app.roles import CURATOR, LETTERS, REGISTRAR, ROLES, grants

NAMES = ("list", "show", "lookup", "export", "add", "edit", "delete", "special")
KNOWN = {(name, where) for where in ("families", "members") for name in (*(f"can_{n}" for n in NAMES), "leave")}


def test_letters_stand_for_rights() -> None:
    assert grants(REGISTRAR, KNOWN) == {
        (name, "families") for name in ("can_list", "can_show", "can_lookup", "can_export", "can_add", "can_edit")
    } | {
        (name, "members")
        for name in ("can_list", "can_show", "can_lookup", "can_export", "can_add", "can_edit", "leave")
    }


def test_what_does_not_exist_is_not_given() -> None:
    assert grants(CURATOR, []) == set()
    assert grants(CURATOR, {("can_fly", "families"), ("can_list", "nosuch")}) == set()


@pytest.mark.parametrize("role", ROLES)
def test_every_line_is_written_in_known_letters(role: str) -> None:
    for screen, line in ROLES[role].items():
        letters = line.split()[0]
        assert letters and set(letters) <= {*LETTERS, "A"}, f"{role}: {screen}: {line}"
        assert len(set(letters)) == len(letters)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_change_may_also_read(role: str) -> None:
    for screen, line in ROLES[role].items():
        letters = line.split()[0]
        if set(letters) & set("WDSP"):
            assert "R" in letters, f"{role}: {screen}: {line}"
