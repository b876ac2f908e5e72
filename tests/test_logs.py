"""The log: one JSON object a line, nothing typed in it, and an incident found by its number."""

from __future__ import annotations

import errno
import io
import json
import logging
import stat
import sys
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
from flask import Flask

from app.logs import Discreet, JsonLines, find_incident, start_logs
from app.refusals import init_refusals
from config import ROOT


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Yield the file of a log that has been started, and put logging back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield start_logs(tmp_path, "INFO")
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def lines(path: Path) -> list[dict[str, object]]:
    """Return the entries of a log."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _fail() -> None:
    try:
        raise ValueError("Щёголева Пелагея")
    except ValueError as cause:
        raise LookupError("диагноз") from cause


@pytest.mark.parametrize("made", [JsonLines(), Discreet("%(message)s")])
def test_an_exception_is_told_by_its_kind_and_lines_and_never_by_its_message(made: logging.Formatter) -> None:
    try:
        _fail()
    except LookupError:
        record = logging.getLogger().makeRecord("x", 40, __file__, 1, "сбой", (), sys.exc_info())
    told = made.format(record)
    wanted = ("builtins.LookupError", "builtins.ValueError", "test_logs.py", "_fail")
    assert [word for word in (*wanted, "Щёголева", "диагноз") if word in told] == list(wanted)


class Full(io.StringIO):
    """A file on a disk without room."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_refuses_the_log_prints_no_message_of_a_failure(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept,) = [one for one in logging.getLogger().handlers if isinstance(one, RotatingFileHandler)]
    kept.stream = Full()
    printed = io.StringIO()
    monkeypatch.setattr("sys.stderr", printed)
    try:
        _fail()
    except LookupError:
        kept.handle(logging.getLogger().makeRecord("x", 40, __file__, 1, "сбой", (), sys.exc_info()))
    assert printed.getvalue() == ""
    assert not log.exists()


def test_the_log_is_one_object_a_line_in_a_folder_of_its_owner(log: Path) -> None:
    logging.getLogger("opora").info("начали %s", "работу")
    entry = lines(log)[-1]
    assert {name: entry[name] for name in ("level", "logger", "message")} == {
        "level": "INFO", "logger": "opora", "message": "начали работу",
    }  # fmt: skip
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_failure_is_found_by_the_number_the_person_reads_out(log: Path, tmp_path: Path) -> None:
    app = Flask("broken", root_path=str(ROOT / "app"))
    init_refusals(app)
    app.jinja_env.globals.update(icon=lambda name: "", asset=lambda name: "", csp_nonce=lambda: "")

    @app.get("/cards/<name>")
    def card(name: str) -> str:
        _fail()
        return name

    number = app.test_client().get("/cards/Пелагея", headers={"Accept": "application/json"}).json["incident"]
    (found,) = find_incident(tmp_path, number)
    assert (found["method"], found["route"]) == ("GET", "/cards/<name>")
    assert [cause["kind"] for cause in found["failure"]] == ["builtins.LookupError", "builtins.ValueError"]
    assert "Пелагея" not in log.read_text("utf-8")
    assert list(find_incident(tmp_path, "00-0000")) == []


def test_a_line_a_power_cut_broke_off_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "opora.log").write_text('{"incident": "18-0214", "at": "x"}\n{"incident": "18-0214", "a', "utf-8")
    assert list(find_incident(tmp_path, "18-0214")) == [{"incident": "18-0214", "at": "x"}]
