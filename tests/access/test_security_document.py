"""SECURITY.md answers every requirement of ASVS 5.0.0 levels 1 and 2 once and names only what exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from config import ROOT

LEVELS = {
    1: """
    1.2.1-5 1.3.1-2 1.5.1 2.1.1 2.2.1-2 2.3.1 3.2.1-2 3.3.1 3.4.1-2 3.5.1-3 4.1.1 4.4.1 5.2.1-2 5.3.1-2 6.1.1 6.2.1-8
    6.3.1-2 6.4.1-2 7.2.1-4 7.4.1-2 8.1.1 8.2.1-2 8.3.1 9.1.1-3 9.2.1 10.4.1-5 11.3.1-2 11.4.1 12.1.1 12.2.1-2 13.4.1
    14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
    """,
    2: """
    1.1.1-2 1.2.6-9 1.3.3-11 1.4.1-3 1.5.2 2.1.2-3 2.2.3 2.3.2-4 2.4.1 3.3.2-4 3.4.3-6 3.5.4-5 3.7.1-2 4.1.2-3 4.2.1
    4.3.1-2 4.4.2-4 5.1.1 5.2.3 5.4.1-3 6.1.2-3 6.2.9-12 6.3.3-4 6.4.3-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3 7.3.1-2 7.4.3-5
    7.5.1-2 7.6.1-2 8.1.2 8.2.3 8.4.1 9.2.2-4 10.1.1-2 10.2.1-2 10.3.1-4 10.4.6-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2
    11.2.1-3 11.3.3 11.4.2-4 11.5.1 11.6.1 12.1.2-3 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.2-5 14.1.1-2 14.2.2-4
    14.3.2-3 15.1.2-3 15.2.2-3 15.3.2-7 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2
    """,
}
"""The numbers of ASVS 5.0.0, by level; level 3 is not answered."""

STATES = ("met", "not met", "not applicable")


def numbers(level: int) -> list[str]:
    """Return the requirements of *level*, ``1.2.1-3`` spelled out."""
    found = []
    for span in LEVELS[level].split():
        section, _, items = span.rpartition(".")
        first, _, last = items.partition("-")
        found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


@cache
def document() -> str:
    """Return SECURITY.md."""
    return (ROOT / "SECURITY.md").read_text("utf-8")


def answers() -> list[tuple[str, int, str, str]]:
    """Return the lines of the tables: requirement, level, state, where or why."""
    lines = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([a-z ]+) \| (.+) \|$", document(), re.MULTILINE)
    return [(number, int(level), state, where) for number, level, state, where in lines]


def test_levels_1_and_2_are_253_requirements() -> None:
    assert (len(numbers(1)), len(numbers(2))) == (70, 183)


@pytest.mark.parametrize("level", LEVELS)
def test_every_requirement_is_answered_once(level: int) -> None:
    said = [number for number, at, _, _ in answers() if at == level]
    assert sorted(said) == sorted(numbers(level))


def test_every_answer_is_one_of_three_and_says_where_or_why() -> None:
    assert {state for _, _, state, _ in answers()} == set(STATES)
    assert [number for number, _, _, where in answers() if len(where.strip()) < 4] == []


def test_the_sums_are_those_of_the_tables() -> None:
    for level in LEVELS:
        counted = [sum(1 for _, at, state, _ in answers() if (at, state) == (level, one)) for one in STATES]
        assert f"| Level {level} | {' | '.join(map(str, counted))} |" in document()


def test_every_file_and_test_it_names_exists() -> None:
    missing = []
    for named in re.findall(r"`([\w./-]+\.(?:py|txt|md|conf|html|js|toml|service)|[\w./-]+/)(?:::(\w+))?`", document()):
        path, test = named
        if path == "logs/":
            continue
        if not (ROOT / path).exists() and not list(ROOT.glob(f"app/*/{path}")):
            missing.append(path)
        elif test:
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            if test not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}:
                missing.append(f"{path}::{test}")
    assert missing == []
