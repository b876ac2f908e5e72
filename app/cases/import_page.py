"""What the page of a planned load shows: the columns as understood, and each row with its problems at their cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app.cases.intake_plan import Plan, PlannedFamily, Verdict
from app.cases.sheets import FAMILIES
from app.register.pages import Badge, Pager
from app.register.sheet import Grid, Line, Problem, Table
from app.register.sheet.book import letters
from app.register.sheet.cells import text_of
from app.words import counted

PAGE = 50
"""Families on a page of the preview."""

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
    counts = {"": len(plan.families), **plan.counts}
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


def heads_of(plan: Plan) -> list[tuple[str, str]]:
    """Return the columns of the table of rows as (field, label with letters), in the order of the declaration."""
    used: dict[str, set[str]] = {}
    for group in (family.group for family in plan.families):
        for name, column in group.columns.items():
            used.setdefault(name.partition(":")[0], set()).add(letters(column))
    one_table = len(plan.reading.tables) == 1
    return [
        (field.name, f"{field.label} ({min(used[field.name])})" if one_table else field.label)
        for field in FAMILIES.fields
        if field.name in used and field.name != "no"
    ]


def rows_of(plan: Plan, families: list[PlannedFamily], heads: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the rows of *families*: the head with the first child, then a row a child."""
    made: list[dict[str, Any]] = []
    for family in families:
        group, grid = family.group, plan.reading.book.grid(family.group.sheet)
        first, *others = group.items or [None]
        lines = [(group.head, first), *((None, other) for other in others)]
        for head, child in lines:
            cells = [_cell(grid, family, name, head, child) for name, _ in heads]
            state = STATES[family.verdict] if head else Badge("ребёнок той же семьи", "", "arrow-return-left")
            made.append({"no": (head or child).row, "state": state, "cells": cells})
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
