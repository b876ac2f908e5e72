"""What the page of a planned load shows: the columns as understood, and each row with its problems at their cells."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.cases.intake_plan import Plan, PlannedFamily, Verdict
from app.cases.sheets import FAMILIES
from app.register.pages import Badge, Pager
from app.register.sheet import Grid, Line, Problem, Table
from app.register.sheet.book import letters
from app.register.sheet.cells import text_of
from app.words import counted

_WHO = (FAMILIES.key_field, FAMILIES.item_field)
_QUOTED = re.compile(r"(?:«([^»]*)»: )?(.*)", re.DOTALL)
"""A problem's message begins with the value it is about, if there is one."""
PAGE = 50
"""Families on a page of the preview."""

MANY = 3
"""From so many rows on one and the same problem is also told above the table."""
LISTED = 12
"""Values named in such a sentence."""

STATES = {
    Verdict.NEW: Badge("новая семья", "ok", "plus-circle"),
    Verdict.CHANGED: Badge("добавятся дети", "info", "person-plus"),
    Verdict.UNCHANGED: Badge("уже есть", "", "check-circle"),
    Verdict.DUPLICATE: Badge("повтор", "warn", "files"),
    Verdict.ERROR: Badge("нужно исправить", "bad", "x-circle"),
}
VIEWS = {
    "": "Все",
    Verdict.NEW: "Новые",
    Verdict.CHANGED: "Добавятся дети",
    Verdict.UNCHANGED: "Уже есть",
    Verdict.DUPLICATE: "Повторы",
    Verdict.ERROR: "Исправить",
}


def columns_of(plan: Plan) -> list[dict[str, Any]]:
    """Return every column of the tables with what it is taken for; a sheet is named when there are several."""
    several = len(plan.reading.tables) > 1
    return [
        {
            "letter": f"{table.name}!{proposal.letter}" if several else proposal.letter,
            "header": proposal.column.title,
            "example": proposal.example,
            "target": table.mapping.get(proposal.letter, ""),
            "reason": _reason(table, proposal),
            "sure": table.mapping.get(proposal.letter, "") != "" or _skipped(table, proposal),
        }
        for table in plan.reading.tables
        for proposal in table.proposals
    ]


def _skipped(table: Table, proposal: Any) -> bool:
    """Whether a person has said that the column is not loaded."""
    return proposal.letter in table.mapping


def _reason(table: Table, proposal: Any) -> str:
    chosen = table.mapping.get(proposal.letter, "")
    if chosen != proposal.target:
        return "вы выбрали сами"
    return str(proposal.reason)


def mapping_from(sent: Mapping[str, str], plan: Plan) -> dict[str, dict[str, str]]:
    """Return the columns as chosen on the page, ``{sheet: {letters: field}}``; «не загружать» is an empty field."""
    chosen: dict[str, dict[str, str]] = {table.name: {} for table in plan.reading.tables}
    only = plan.reading.tables[0].name
    for name, target in sent.items():
        if name.startswith("map."):
            sheet, _, letter = name.removeprefix("map.").rpartition("!")
            chosen.setdefault(sheet or only, {})[letter] = target
    return chosen


def views_of(plan: Plan, url: str, current: str) -> list[dict[str, Any]]:
    """Return the filters of the rows with their counts; an empty one is left out."""
    counts: dict[str, int] = {"": len(plan.families)} | {str(code): number for code, number in plan.counts.items()}
    return [
        {
            "label": label,
            "count": counts[code],
            "url": f"{url}?view={code}" if code else f"{url}?view=all",
            "current": code == current,
        }
        for code, label in VIEWS.items()
        if counts[code] or not code
    ]


def chosen_view(plan: Plan, asked: str) -> str:
    """Return the filter: what was asked for, else the rows to mend, else all."""
    if asked == "all":
        return ""
    if asked in set(Verdict):
        return asked
    return Verdict.ERROR if plan.counts[Verdict.ERROR] else ""


def heads_of(plan: Plan, shown: list[PlannedFamily]) -> list[tuple[str, str]]:
    """Return the columns of the table of rows as (field, label with letters).

    Who it is about comes first, then what is wrong in the rows *shown*, so that nobody scrolls for it.
    """
    used: dict[str, set[str]] = {}
    for group in (family.group for family in plan.families):
        for name, column in group.columns.items():
            used.setdefault(_bare(name), set()).add(letters(column))
    wrong = Counter(_bare(problem.column) for family in shown for problem in family.problems)
    names = [one.name for one in FAMILIES.fields if one.name in used and one.name != "no"]
    names.sort(key=lambda name: (1, -wrong[name]) if name not in _WHO else (0, 0))
    one_table = len(plan.reading.tables) == 1
    labels = {name: FAMILIES.field(name).label for name in names}
    return [(name, f"{labels[name]} ({min(used[name])})" if one_table else labels[name]) for name in names]


def _bare(name: str) -> str:
    return name.partition(":")[0]


def _value_and_message(text: str) -> tuple[str | None, str]:
    found = _QUOTED.match(text)
    return (found[1], found[2]) if found else (None, text)


def repeated(plan: Plan) -> list[str]:
    """Return what is wrong in many rows, once each, with the values of the file it is said of."""
    found: dict[tuple[str, str], list[str]] = {}
    for problem in plan.problems:
        value, message = _value_and_message(problem.message.removeprefix(f"{problem.where}: "))
        found.setdefault((_bare(problem.column), message), []).append(value or "")
    told = []
    for (name, message), values in found.items():
        if len(values) >= MANY:
            said = f"{FAMILIES.field(name).label}: {message} ({counted(len(values), 'раз', 'раза', 'раз')})"
            different = sorted(set(filter(None, values)))
            more = f" и ещё {len(different) - LISTED}" if len(different) > LISTED else ""
            told.append(f"{said}: {'; '.join(different[:LISTED])}{more}" if different else said)
    return told


def rows_of(plan: Plan, families: list[PlannedFamily], heads: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the rows of *families*: the head with the first child, then a row a child."""
    made: list[dict[str, Any]] = []
    for family in families:
        group, grid = family.group, plan.reading.book.grid(family.group.sheet)
        first, others = next(iter(group.items), None), group.items[1:]
        lines: list[tuple[Line, Line | None, Line | None]] = [
            (group.head, group.head, first),
            *((other, None, other) for other in others),
        ]
        for own, head, child in lines:
            cells = [_cell(grid, family, name, head, child) for name, _ in heads]
            state = STATES[family.verdict] if head else Badge("ещё ребёнок", "", "people")
            made.append({"no": own.row, "state": state, "cells": cells})
        loose = _without_cell(family, heads)
        if loose:
            made[-len(lines)]["cells"][0].update(tone="bad", small=" ".join(loose))
    return made


def _cell(grid: Grid, family: PlannedFamily, name: str, head: Line | None, child: Line | None) -> dict[str, str]:
    field = FAMILIES.field(name)
    line = child if field.detail else head
    if line is None:
        return {"text": " ", "tone": "", "small": ""}
    problems = [p for p in family.problems if p.row == line.row and p.column.partition(":")[0] == name]
    cell = line.cells.get(name)
    small = "; ".join(problem.message for problem in problems) or (cell.note if cell else "")
    tone = "bad" if problems else "warn" if cell and cell.note else ""
    return {"text": _text(grid, family, name, line), "tone": tone, "small": small}


def _text(grid: Grid, family: PlannedFamily, name: str, line: Line) -> str:
    """Return what was understood where that is plain to read, else what stands in the file."""
    value = line.value(name)
    if hasattr(value, "full"):
        return str(value.full)
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    columns = family.group.columns
    return text_of(grid.shown(line.row, columns[name])) if name in columns else ""


def _without_cell(family: PlannedFamily, heads: list[tuple[str, str]]) -> list[str]:
    """Return what is wrong with a family and has no column in the table."""
    shown = {name for name, _ in heads}
    rows = {line.row for line in (family.group.head, *family.group.items)}
    return [_said(p) for p in family.problems if p.column.partition(":")[0] not in shown or p.row not in rows]


def _said(problem: Problem) -> str:
    return f"Строка {problem.row}: {problem.message.removeprefix(f'{problem.where}: ')}."


def pager_of(total: int, page: int, url: str, view: str) -> Pager | None:
    """Return the pages of *total* families, nothing when one page holds all."""
    if total <= PAGE:
        return None
    first, last = (page - 1) * PAGE + 1, min(page * PAGE, total)
    address = f"{url}?view={view or 'all'}&page="
    return Pager(
        first=first,
        last=last,
        total=total,
        words=f"{first}–{last} из {total}",
        next_url=f"{address}{page + 1}" if last < total else "",
        prev_url=f"{address}{page - 1}" if page > 1 else "",
    )


def families_words(number: int) -> str:
    """Return «5 семей»."""
    return counted(number, "семья", "семьи", "семей")


def families_to_load(number: int) -> str:
    """Return «1 семью», «5 семей», as a button names them."""
    return counted(number, "семью", "семьи", "семей")
