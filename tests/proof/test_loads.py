"""A large load while people work on SQLite: cards open, forms are saved, nobody is shown a 503.

Five thousand families are five thousand rows of a book and twenty thousand records, as twenty thousand services are.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import xlsxwriter

from config import ROOT
from tests.proof.served import OPORA, Served, installed, somebody

pytestmark = pytest.mark.proof

HOUSEHOLDS, GIVEN = 5_000, 20_000
PERFORMER = "Писарев Пётр Петрович"
SYLLABLES = "бавегидожузилокумынорапесутихо"
FAMILIES = ["Родитель", "Дата рождения родителя", "Адрес", "Ребёнок", "Дата рождения ребёнка",
            "Дата постановки на учёт"]  # fmt: skip
SERVICES = ["№", "Дата", "Ф.И.О. получателя", "Наименование услуги", "Направление", "Кол-во", "Исполнитель"]


@dataclass
class Hours:
    """How long looks and saves took, in seconds, and what was not answered as it should be."""

    looks: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)


def surname(number: int) -> str:
    """Return a surname nobody bears, another for each number."""
    parts = [SYLLABLES[2 * (number // 15**place % 15) :][:2] for place in range(5)]
    return f"{''.join(parts).capitalize()}ова"


def families(number: int) -> Iterator[list[Any]]:
    """Yield the rows of a bank of *number* families with a child each."""
    yield FAMILIES
    for at in range(number):
        name, born = surname(at), dt.date(1980, 1, 1) + dt.timedelta(at % 5000)
        yield [
            f"{name} Анна Петровна", f"{born:%d.%m.%Y}", f"д. Тестово, д. {at + 1}", f"{name[:-1]} Глеб Олегович",
            f"{born.replace(year=born.year + 30, day=1):%d.%m.%Y}", "15.01.2024",
        ]  # fmt: skip


def services(number: int, of: int) -> Iterator[list[Any]]:
    """Yield the rows of a journal of *number* services given to *of* families."""
    yield SERVICES
    for at in range(number):
        day = dt.date(2026, 1, 1) + dt.timedelta(at % 240)
        yield [
            at + 1, f"{day:%d.%m.%Y}", f"{surname(at % of)} Анна Петровна", "Консультация", "социально-психологические",
            1 + at // of % 5, PERFORMER,
        ]  # fmt: skip


def written(path: Path, rows: Iterator[list[Any]]) -> Path:
    """Write a workbook of one sheet."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Лист")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return path


def load(served: Served, what: str, path: Path) -> str:
    """Load *path* by the command, as a process of its own, and return what it says."""
    command = [*OPORA, "import", what, str(path), "--commit"]
    done = subprocess.run(command, env=served.env, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def working(served: Served, hours: Hours, over: threading.Event, *, saves: bool) -> None:
    """Save forms, or look at a card and a list, until the load is *over*."""
    desk = served.desks[0]
    with closing(served.connect(timeout=60)) as connection:
        status, card, _ = served.post(desk, connection, "/people/add", somebody())
        assert status == 302, status
        while not over.is_set():
            began = time.perf_counter()
            if saves:
                status, _, _ = served.post(desk, connection, "/people/add", somebody())
                hours.saves.append(time.perf_counter() - began)
                hours.refused += [("/people/add", status)] if status != 302 else []
            else:
                for address in (card, f"/people/?q={quote('Анна')}"):
                    status, _ = served.get(desk, connection, address)
                    hours.refused += [(address, status)] if status != 200 else []
                hours.looks.append((time.perf_counter() - began) / 2)
            time.sleep(0.2)


def during(served: Served, what: str, path: Path) -> Hours:
    """Let four people work while *path* is loaded."""
    hours, over = Hours(), threading.Event()
    kinds = [{"saves": True}, {"saves": True}, {"saves": False}, {"saves": False}]
    people = [threading.Thread(target=working, args=(served, hours, over), kwargs=kind, daemon=True) for kind in kinds]
    for one in people:
        one.start()
    try:
        load(served, what, path)
    finally:
        over.set()
        for one in people:
            one.join(90)
    return hours


def test_during_a_large_load_cards_open_forms_are_saved_and_nobody_is_shown_a_503(
    tmp_path: Path, found: Callable[[str, str], None]
) -> None:
    served = Served(installed(tmp_path / "opora"))
    bank = written(tmp_path / "bank.xlsx", families(HOUSEHOLDS))
    journal = written(tmp_path / "journal.xlsx", services(GIVEN, of=2_000))
    with served:
        for what, path, said in (("families", bank, "5 000 семей"), ("services", journal, "20 000 услуг")):
            hours = during(served, what, path)
            assert hours.refused == []
            assert max(hours.looks) < 5, "a card waits for the load"
            found(
                f"загрузка ({said}) на SQLite, пока четверо работают",
                f"самое долгое: карточка и список {max(hours.looks):.1f} с, сохранение {max(hours.saves):.1f} с, "
                f"отказов 0 из {len(hours.looks) * 2 + len(hours.saves)}",
            )
    verified = subprocess.run([*OPORA, "journal", "verify"], env={**os.environ, **served.env}, cwd=ROOT,
                              capture_output=True, text=True, timeout=300)  # fmt: skip
    assert verified.returncode == 0, verified.stdout + verified.stderr
