"""Whatever workbook is sent, on screen or by command: a sentence or a plan, soon, in little memory, nothing by halves.

The books are made by ``tests/register/bad_books.py``; every run takes some of each kind, ``make proof`` takes all.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from app.cases.models import FamilyCase
from app.people.models import Family, FamilyMember, Person
from app.roles import REGISTRAR
from config import ROOT
from tests.register.bad_books import BOOKS, file_name, sample
from tests.visiting import Browser, Visit

SECONDS = 10
MEGABYTES = 300


def numbers(stored: Session) -> list[int]:
    """Return how many families, persons, members and cases there are."""
    return [stored.scalar(select(func.count(m.id))) or 0 for m in (Family, Person, FamilyMember, FamilyCase)]


def sent(browser: Browser, stored: Session, name: str, *, whole: bool) -> str:
    """Send a book through the screens (*whole*: taken back too) and return what is wrong, if anything."""
    before = numbers(stored)
    file = {"file": (BytesIO(BOOKS[name]()), file_name(name)), "sheet": "families"}
    with closing(EnvironBuilder("/import/", method="POST", data=file).get_request()) as request:
        started = spent()
        answer = browser.open(request)
        # The test's own copy of a large body is a temporary file nobody else closes.
        request.environ["wsgi.input"].close()
    if answer.status_code == 200:
        told = re.search(r'<p id="file-err">([^<]+)</p>', answer.text)
        if told is None or not told[1].endswith("."):
            return "no sentence"
        return _late(started) or ("" if numbers(stored) == before else "something was written")
    if answer.status_code != 302:
        return f"upload answers {answer.status_code}"
    late, here, started = _late(started), answer.headers["Location"], spent()
    page = browser.get(here)
    if page.status_code != 200:
        return f"preview answers {page.status_code}"
    late = late or _late(started)
    stamp = re.search(r'name="stamp" value="([0-9a-f]+)"', page.text)
    rest = browser.get(f"{here}rest").status_code if whole else 200
    done = browser.post(f"{here}load", data={"how": "all", "stamp": stamp[1] if stamp else ""})
    after = numbers(stored)
    browser.post(f"{here}cancel")
    if (rest, done.status_code) != (200, 302):
        return f"rest answers {rest}, load {done.status_code}"
    if after != before and "Только готовые" in page.text:
        return "a part was loaded"
    return late


def spent() -> float:
    """Return the seconds of processor time this process and its children took; other tests' work does not count."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _late(started: float) -> str:
    took = spent() - started
    return f"took {took:.0f} s" if took > SECONDS else ""


def walk(registrar: Browser, stored: Session, app: Flask, names: list[str], *, whole: bool) -> None:
    folder = app.config["OPORA"].instance / "imports"
    before = set(folder.glob("*"))
    wrong = {name: said for name in names if (said := sent(registrar, stored, name, whole=whole))}
    assert wrong == {}
    assert set(folder.glob("*")) == before


def test_some_of_every_kind_of_bad_book_on_screen_u05(visit: Visit, stored: Session, app: Flask) -> None:
    walk(visit(REGISTRAR), stored, app, sample(), whole=False)


@pytest.mark.proof
def test_every_bad_book_on_screen_u05(
    visit: Visit, stored: Session, app: Flask, found: Callable[[str, str], None]
) -> None:
    assert len(BOOKS) >= 200
    walk(visit(REGISTRAR), stored, app, list(BOOKS), whole=True)
    found(
        "Любая негодная книга отвергнута фразой или показана, ничего не записано наполовину, экраны без сбоев",
        f"{len(BOOKS)} книг из {len(BOOKS)}, каждая не дольше {SECONDS} с",
    )


COMMAND = """
import json, resource, sys
from pathlib import Path
import click
import app.models
from app import sealing
from app.base import RuleBroken
from app.cases.importer import FamilyBank
from app.register.intake.command import import_file
from tests.cases.intake import counts, staffed
from tests.cases.test_bad_books import spent
from tests.databases import TEST_KEYS
from tests.register.bad_books import BOOKS

sealing.use_keys(TEST_KEYS)
status = Path("/proc/self/status")
with staffed() as (session, by):
    session.commit()
    for name in json.loads(sys.argv[2]):
        path = Path(sys.argv[1]) / "book.xlsx"
        path.write_bytes(BOOKS[name]())
        before = counts(session)
        session.commit()
        # Writing 5 makes the kernel forget the highest mark of memory, so that each book has its own.
        Path("/proc/self/clear_refs").write_text("5")
        told, started, clean = "", spent(), True
        try:
            clean = import_file(session, FamilyBank(), by, path, commit=True)
        except RuleBroken as refusal:
            told = refusal.sentence
        took = spent() - started
        session.rollback()
        kept = counts(session) == before
        peak = int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1])
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print("\\n@" + json.dumps([name, told, clean, kept, took, peak // 1024, children // 1024]))
"""


def commanded(folder: Path, names: list[str]) -> tuple[dict[str, str], int, float]:
    """Import books by the command in a process of its own; return what is wrong, the highest memory and time."""
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, str(folder), json.dumps(names)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    told = [json.loads(line[1:]) for line in ran.stdout.splitlines() if line.startswith("@")]
    assert [one[0] for one in told] == names, ran.stderr[-3000:]
    wrong = {}
    for name, sentence, clean, kept, took, own, children in told:
        if sentence and (not kept or not sentence.endswith(".")):
            wrong[name] = sentence
        elif not clean and not kept:
            wrong[name] = "a part was loaded"
        elif took > SECONDS or max(own, children) > MEGABYTES:
            wrong[name] = f"{took:.1f} s, {own} and {children} MB"
    return wrong, max(max(one[5], one[6]) for one in told), max(one[4] for one in told)


def test_some_of_every_kind_of_bad_book_by_command_u03(tmp_path: Path) -> None:
    assert commanded(tmp_path, sample())[0] == {}


@pytest.mark.proof
def test_every_bad_book_by_command_u03(tmp_path: Path, found: Callable[[str, str], None]) -> None:
    wrong, memory, took = commanded(tmp_path, list(BOOKS))
    assert wrong == {}
    found("То же командой opora import", f"{len(BOOKS)} книг, не больше {memory} МБ и {took:.1f} с каждая")
