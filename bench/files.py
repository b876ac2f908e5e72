"""The export of a whole list and the import of a whole bank, each against the bare loop that does the same.

Every variant runs in a process of its own, so that its memory is its own: ``python -m bench.files <variant> …``.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import python_calamine
import xlsxwriter
from sqlalchemy.orm import Session

from app.acting import Actor, acting
from app.base import Model
from app.cases.intake_load import load
from app.cases.intake_plan import preview
from app.cases.models import FamilyCase
from app.people.models import Family, FamilyMember, Person
from app.register.sheet import open_workbook
from bench.fill import CHILD, GIVEN, ROOTS, TAILS, TODAY, load_rows
from bench.floors import LIST_ROWS
from bench.place import KEPT, Place, place

HEADS = ("№ п/п", "Ф.И.О. родителя", "Дата рождения родителя", "Адрес проживания", "Телефон", "Ф.И.О. ребёнка",
         "Дата рождения ребёнка", "Состав семьи", "Дата постановки на учёт")  # fmt: skip

MOST_LOADED = 20_000
"""No centre keeps a longer bank in one table, and a longer one is refused."""


@dataclass(frozen=True)
class Cost:
    """What one variant took: rows done, seconds by the clock and of the processor, megabytes beyond those at rest."""

    rows: int
    wall: float
    cpu: float
    megabytes: float


def compared(database: str, families: int) -> Iterator[tuple[str, Cost, Cost]]:
    """Yield (what is done, ours, the bare loop) for the export of *families* and the import of a bank of a centre."""
    for title, ours, bare, rows in (
        ("Выгрузка списка в Excel", "export", "bare_export", families),
        ("Загрузка банка семей из Excel", "import", "bare_import", min(families, MOST_LOADED)),
    ):
        yield title, _apart(ours, database, rows), _apart(bare, database, rows)


def _apart(variant: str, database: str, families: int) -> Cost:
    words = [sys.executable, "-m", "bench.files", variant, database, str(families)]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return Cost(**json.loads(told.splitlines()[-1]))


# ---- export -------------------------------------------------------------------------------------------------------


def export(at: Place, out: Path) -> None:
    """The list of families as the button «Excel» gives it."""
    browser = at.app.test_client()
    with browser.session_transaction() as session:
        session.update(at.entered)
    answer = browser.get("/families/export.xlsx")
    with out.open("wb") as file:
        for part in answer.response:
            file.write(part if isinstance(part, bytes) else part.encode())
    answer.close()


def bare_export(at: Place, out: Path) -> None:
    """The same columns: one statement and xlsxwriter in constant memory."""
    book = xlsxwriter.Workbook(str(out), {"constant_memory": True})
    sheet = book.add_worksheet()
    pooled = at.engine.raw_connection()
    driver: Any = pooled.dbapi_connection
    sql = LIST_ROWS % ("SELECT id FROM family", "", "")
    grown = {"grown": TODAY.replace(year=TODAY.year - 18).isoformat()}
    if isinstance(driver, sqlite3.Connection):
        rows = driver.execute(sql, grown)
    else:
        rows = driver.cursor(name="bare")
        rows.execute(sql.replace(":grown", "%(grown)s"), grown)
    for number, row in enumerate(rows):
        for column, value in enumerate(row[1:]):
            sheet.write(number, column, value)
    pooled.close()
    book.close()


def _rows_of(path: Path) -> int:
    return len(python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())


# ---- import -------------------------------------------------------------------------------------------------------


def bank(families: int) -> Path:
    """Return a clean bank of *families*, made once."""
    path = KEPT / f"bank_{families}.xlsx"
    if path.exists():
        return path
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Банк данных")
    sheet.write_row(0, 0, HEADS)
    for number in range(families):
        surname = ROOTS[number % len(ROOTS)] + TAILS[number // 7 % len(TAILS)]
        row = [
            number + 1,
            f"{surname}а {GIVEN[number % len(GIVEN)]} Ивановна",
            dt.date(1975, 1, 1) + dt.timedelta(number % 9000),
            f"ул. Озёрная, д. {number % 90 + 1}",
            f"8 900 {number // 10000:03d}-{number // 100 % 100:02d}-{number % 100:02d}",
            f"{surname} {CHILD[number // 3 % len(CHILD)]} Петрович",
            dt.date(2010, 1, 1) + dt.timedelta(number % 5000),
            "полная",
            dt.date(2025, 1, 1) + dt.timedelta(number % 300),
        ]
        for column, value in enumerate(row):
            sheet.write(number + 1, column, value)
    book.close()
    return path


def import_(at: Place, path: Path) -> int:
    """The bank read, judged against the base, and loaded; rolled back at the end instead of committed."""
    by = Actor(user_id=None, name="Замер", unit_id=at.unit_id, sees_unit=True)
    with acting(by), Session(at.engine) as session:
        plan = preview(session, open_workbook(path), by=by)
        load(session, plan, by=by, good_rows=True)
        session.rollback()
        return plan.new_families


def bare_import(at: Place, path: Path) -> int:
    """The same tables filled from the same rows, believing every cell."""
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    every = {"service_unit_id": at.unit_id, "version": 1}
    loaded: tuple[type[Model], ...] = (Person, Family, FamilyMember, FamilyCase)
    tables: dict[type[Model], list[dict[str, Any]]] = {model: [] for model in loaded}
    base = 10_000_000
    for number, (_, parent, born, address, phone, child, child_born, _, since) in enumerate(sheet.to_python()[1:]):
        key, family = base + number * 2, base + number
        for who, (name, day) in enumerate(((parent, born), (child, child_born))):
            last, first, middle = name.split()
            tables[Person].append(
                {
                    "id": key + who,
                    "last_name": last,
                    "first_name": first,
                    "middle_name": middle,
                    "birth_date": day,
                    "sex": "male" if who else "female",
                    **every,
                }
            )
            tables[FamilyMember].append(
                {
                    "id": key + who,
                    "family_id": family,
                    "person_id": key + who,
                    "role": "child" if who else "mother",
                    "date_from": since,
                    "is_legal_representative": not who,
                    "lives_together": True,
                    **every,
                }
            )
        tables[Family].append(
            {
                "id": family,
                "name": parent.split()[0],
                "reg_number": f"I-{number}",
                "address": address,
                "phone": phone,
                "family_kind": "full",
                **every,
            }
        )
        tables[FamilyCase].append({
            "id": family, "number": f"I-{number}", "family_id": family, "opened_at": since, "registered_at": since,
            "status": "registered", **every,
        })  # fmt: skip
    with at.engine.connect() as connection:
        for model in loaded:
            load_rows(connection, model, tables[model])
        connection.rollback()
    return len(tables[Family])


def main() -> None:
    """Run one variant and print what it took as JSON."""
    variant, database, families = sys.argv[1], sys.argv[2], int(sys.argv[3])
    exports = {"export": export, "bare_export": bare_export}
    imports = {"import": import_, "bare_import": bare_import}
    book = bank(families) if variant in imports else Path(tempfile.mkdtemp()) / "list.xlsx"
    by = Actor(user_id=None, name="Замер", unit_id=1, sees_unit=True)
    with place(database, families if variant in exports else 100) as at, acting(by):
        at.app.test_client().get("/login/")
        # The highest mark so far is that of making the installation: 5 sets it back to what is held now.
        Path("/proc/self/clear_refs").write_text("5")
        resting = _memory("VmRSS")
        wall, cpu = perf_counter(), process_time()
        rows = imports[variant](at, book) if variant in imports else exports[variant](at, book) or 0
        took = {"wall": perf_counter() - wall, "cpu": process_time() - cpu, "megabytes": _memory("VmHWM") - resting}
        if variant in exports:
            rows = _rows_of(book)
            book.unlink()
        print(json.dumps({"rows": rows, **took}))


def _memory(name: str) -> float:
    """Return a size the kernel knows of this process, in megabytes: ``VmRSS`` now, ``VmHWM`` at its highest."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
