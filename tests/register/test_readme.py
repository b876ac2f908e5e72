"""The README's «Add a register» is true: the register it shows is built from its very lines and used."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from config import ROOT


def test_the_register_of_the_readme_works_as_it_is_written(tmp_path: Path) -> None:
    """In a process of its own: its table belongs to no other test."""
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-m", "tests.register.as_written", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_a_register_takes_fifteen_lines_at_most() -> None:
    block = re.search(r"<!-- register: views -->\n```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert block
    [made] = [node for node in ast.parse(block[1]).body if isinstance(node, ast.ClassDef)]
    assert made.end_lineno is not None
    assert made.end_lineno - made.lineno + 1 <= 15
