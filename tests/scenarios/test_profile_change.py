"""A8: a centre changes its own order of work in the file, and every screen follows without a line of code."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from app.profiles.loading import text_of
from app.roles import HEAD, REGISTRAR
from config import ROOT
from tests.scenarios.walk import Centre, centre_of, opened_case
from tests.visiting import Visit

OPTIONAL = """    - code: acquaintance
      label: Знакомство с семьёй
      status: assessment
      clause: установлено центром
      optional: true
      entry: []
      exit: []
      documents: []
      actions:
        - {code: case.advance, label: Перейти дальше, roles: [curator, head_of_service], clause: установлено центром}
      next:
        - {to: s2, guards: []}
"""


@pytest.fixture
def rostov(app: Flask, stored: Session, visit: Visit) -> Centre:
    """Return a centre that works by the order of work of the region."""
    return centre_of(app, stored, visit, "rostov")


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """Return *text* with each first of a pair replaced by the second; each must be there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


OWN = changed(
    text_of("rostov"),
    ("      nom: куратор\n", "      nom: семейный помощник\n"),
    ("      gen: куратора\n", "      gen: семейного помощника\n"),
    ("      acc: куратора\n", "      acc: семейного помощника\n"),
    ("        - {to: s2, guards: []}\n", "        - {to: acquaintance, guards: []}\n" + OPTIONAL),
)
"""The order of the region with another word for the curator and one more stage, which may be passed over."""


def loaded(centre: Centre, path: Path) -> tuple[int, str]:
    """Load the file as an administrator does, from the command line; return the exit code and what was said."""
    centre.stored.commit()
    env = {**os.environ, "OPORA_INSTANCE": str(centre.app.config["OPORA"].instance)}
    command = [sys.executable, "-c", "from app.cli import main; main()", "profile", "load", str(path)]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120)
    centre.stored.expire_all()
    return done.returncode, done.stdout + done.stderr


@pytest.mark.rows("X-1")
def test_a8_a_word_and_a_stage_are_changed_in_the_file(rostov: Centre, tmp_path: Path) -> None:
    case = opened_case(rostov)
    assert "Знакомство с семьёй" not in rostov.reads(HEAD, f"/cases/show/{case.id}")
    own = tmp_path / "наш.yaml"
    own.write_text(OWN, "utf-8")
    code, said = loaded(rostov, own)
    assert code == 0, said

    card = rostov.reads(HEAD, f"/cases/show/{case.id}")
    assert "Знакомство с семьёй" in card and "Семейный помощник не назначен" in card
    assert "Семейный помощник" in rostov.reads(HEAD, "/families/")
    with closing(rostov.come(HEAD).get("/reports/R01.xlsx")) as answer:
        book = load_workbook(BytesIO(answer.data))
    titles = [cell.value for row in book.active.iter_rows(max_row=6) for cell in row]
    assert "Семейный помощник" in titles and "Куратор" not in titles


def test_a8_a_file_with_an_unknown_guard_is_refused_and_nothing_changes(rostov: Centre, tmp_path: Path) -> None:
    case = opened_case(rostov)
    broken = changed(OWN, ("{guard: has_first_contact,", "{guard: has_first_kontakt,"))
    own = tmp_path / "наш.yaml"
    own.write_text(broken, "utf-8")
    line = broken[: broken.index("has_first_kontakt")].count("\n") + 1
    code, said = loaded(rostov, own)
    assert code == 1
    assert f"{own}, строка {line}" in said
    assert "has_first_kontakt" in said and "has_first_contact" in said
    card = rostov.reads(REGISTRAR, f"/cases/show/{case.id}")
    assert "Знакомство с семьёй" not in card
