"""Which test holds which row of the requirement matrix: read from the names of tests, written to docs/requirements.md.

A test names the row it holds: ``test_S003_3_5_a_curator_is_due_in_one_working_day`` holds S003-3.5-a. One that holds
several says the others in a mark: ``@pytest.mark.rows("S004-И-1", "S004-И-2")``. ``python -m tests.requirements``
writes the page anew; the build fails when the page, the matrix and the tests do not agree.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config import ROOT

MATRIX = ROOT / "tests" / "requirements.csv"
PAGE = ROOT / "docs" / "requirements.md"

INTRO = """# Требования и проверки

Каждая строка матрицы требований и тесты, которые её держат. Страницу пишет `python -m tests.requirements`; если строка
теряет последний тест, сборка падает.

Строк: {rows}, с тестами: {held}, пока без тестов: {open}.
"""


@dataclass(frozen=True)
class Row:
    """A row of the matrix: its id and the clause in Russian."""

    id: str
    clause: str

    @property
    def stem(self) -> str:
        """The id as it begins the name of a test: «S003-3.5-a» → «S003_3_5_a», «S004-О-*» → «S004_О_any»."""
        return re.sub(r"[-.]", "_", self.id.replace("*", "any"))


@cache
def matrix() -> tuple[Row, ...]:
    """Return the rows of the matrix in their order."""
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return tuple(Row(line["id"], line["clause"].split(" / ")[0]) for line in csv.DictReader(file))


def named(test: str) -> str | None:
    """Return the id of the row the name of a test begins with, the longest that fits; None where it names none."""
    name = test.removeprefix("test_").casefold()
    fitting = [row for row in matrix() if f"{name}_".startswith(f"{row.stem}_".casefold())]
    return max(fitting, key=lambda row: len(row.stem)).id if fitting else None


def _tests(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    where = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield f"{where}::{node.name}", node


def _marked(node: ast.FunctionDef) -> Iterator[str]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.rows":
            yield from (ast.literal_eval(each) for each in mark.args)


@cache
def holders() -> dict[str, tuple[str, ...]]:
    """Return the tests that hold each row, by its id; an id of a mark that is no row is kept, to be told of."""
    found: dict[str, list[str]] = {row.id: [] for row in matrix()}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, node in _tests(path):
            own = named(node.name)
            for row in {*([own] if own else []), *_marked(node)}:
                found.setdefault(row, []).append(test)
    return {row: tuple(tests) for row, tests in found.items()}


def page() -> str:
    """Return docs/requirements.md as it should be now."""
    held = holders()
    lines = [INTRO.format(rows=len(matrix()), held=sum(bool(held[row.id]) for row in matrix()),
                          open=sum(not held[row.id] for row in matrix()))]  # fmt: skip
    lines += ["| Строка | Требование | Тесты |", "|---|---|---|"]
    for row in matrix():
        tests = "<br>".join(f"`{test}`" for test in held[row.id]) or "пока нет"
        lines.append(f"| {row.id} | {row.clause.replace('|', '/')} | {tests} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {sum(map(bool, holders().values()))} of {len(matrix())} rows have tests")
