"""What tests marked ``proof`` have measured, written into one dated file: ``make proof``.

A proof prints its findings through the fixture ``found``: ``found("16 writers at once", "640 of 640 saved")``. One that
measures how long people wait asks for ``alone``: no other proof runs meanwhile.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import fasteners
import pytest

_BEGAN = pytest.StashKey[float]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_BEGAN] = time.monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proof", metavar="FILE", help="write the findings of the tests marked proof into FILE")


@pytest.fixture
def found(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return the function that adds one line (promise, what was found) to the summary."""

    def add(promise: str, finding: str) -> None:
        # A worker's own memory is lost with it; what is written on the test travels with its report.
        request.node.user_properties.append((promise, finding))

    return add


@pytest.fixture
def alone() -> None:
    """Let no other proof of this run go on beside this one."""


@pytest.fixture(autouse=True)
def _beside_others(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let proofs run beside each other, and one that wants to be alone only when the others have ended."""
    if request.node.get_closest_marker("proof") is None or "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    folder: Path = request.getfixturevalue("run_folder")
    lock = fasteners.InterProcessReaderWriterLock(folder / "proofs.lock")
    # Who waits to be alone holds the door, so that no further proof enters before.
    with fasteners.InterProcessLock(folder / "door.lock"):
        taken = lock.acquire_write_lock() if "alone" in request.fixturenames else lock.acquire_read_lock()
    assert taken
    yield
    if "alone" in request.fixturenames:
        lock.release_write_lock()
    else:
        lock.release_read_lock()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Write the findings, if they were asked for and every proof has passed."""
    path = config.getoption("--proof")
    if not path:
        return
    if exitstatus:
        terminalreporter.write_line(f"A proof failed: {path} was left as it was.")
        return
    minutes = (time.monotonic() - config.stash[_BEGAN]) / 60
    passed = sorted(terminalreporter.stats.get("passed", []), key=lambda report: str(report.nodeid))
    lines = [
        "# Что проверено\n",
        f"{dt.date.today():%d.%m.%Y}, Python {platform.python_version()}, {platform.system()} {platform.machine()}. "
        f"Пройдено проверок: {len(passed)}, за {minutes:.0f} минут. Записано командой `make proof`.\n",
        "| Что обещано | Что вышло |",
        "|---|---|",
        *(f"| {promise} | {finding} |" for report in passed for promise, finding in report.user_properties),
        "\n## Пройденные проверки\n",
        *(f"* `{report.nodeid}`" for report in passed),
    ]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("\n".join(lines) + "\n", "utf-8")
    terminalreporter.write_line(f"Written: {path}")
