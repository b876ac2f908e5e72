"""What the page of a planned load shows: the columns as understood, and each row with its problems at their cells."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.register.intake.importer import Importer
from app.register.intake.memory import header_print
from app.register.intake.plan import Plan, Planned, Verdict
from app.register.pages import Badge, Pager
from app.register.sheet import Grid, Line, Problem, Table
from app.register.sheet.book import letters
from app.register.sheet.cells import text_of
from app.register.sheet.propose import Proposal
from app.words import counted

_QUOTED = re.compile(r"(?:«([^»]*)»: )?(.*)", re.DOTALL)
"""A problem's message begins with the value it is about, if there is one."""
PAGE = 50
"""Items on a page of the preview."""

MANY = 3
"""From so many rows on one and the same problem is also told above the table."""
LISTED = 12
"""Values named in such a sentence."""
BY_MEMORY, BY_PERSON = "как в прошлый раз", "вы выбрали сами"


# ---- columns -----------------------------------------------------------------------------------------


def alike(plan: Plan) -> list[list[Table]]:
    """Return the tables of the book, those with the same header and the same columns together.

    A journal keeps a sheet a month; its columns are chosen once for all of them.
    """
    groups: dict[tuple[str, str], list[Table]] = {}
    for table in plan.reading.tables:
        groups.setdefault((header_print(table.header), str(sorted(table.mapping.items()))), []).append(table)
    return list(groups.values())


def columns_of(plan: Plan, recalled: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return every column of the tables with what it is taken for; a sheet is named when headers differ."""
    groups = alike(plan)
    return [
        {
            "letter": f"{table.name}!{proposal.letter}" if len(groups) > 1 else proposal.letter,
            "header": proposal.column.title,
            "example": _example(tables, proposal),
            "target": table.mapping.get(proposal.letter, ""),
            "reason": _reason(table, proposal, recalled.get(table.name)),
            # A column left out by a person is in the mapping with an empty field.
            "sure": proposal.letter in table.mapping,
        }
        for tables in groups
        for table in tables[:1]
        for proposal in table.proposals
    ]


def _example(tables: list[Table], proposal: Proposal) -> str:
    there = (other.example for table in tables for other in table.proposals if other.letter == proposal.letter)
    return next(filter(None, there), "")


def _reason(table: Table, proposal: Proposal, recalled: Mapping[str, str] | None) -> str:
    if recalled is not None and dict(recalled) == dict(table.mapping):
        return BY_MEMORY
    return BY_PERSON if table.mapping.get(proposal.letter, "") != proposal.target else str(proposal.reason)


def mapping_from(sent: Mapping[str, str], plan: Plan) -> dict[str, dict[str, str]]:
    """Return the columns as chosen on the page, ``{sheet: {letters: field}}``; «не загружать» is an empty field."""
    groups = alike(plan)
    by_name = {tables[0].name: tables for tables in groups}
    chosen: dict[str, dict[str, str]] = {table.name: {} for table in plan.reading.tables}
    for name, target in sent.items():
        if not name.startswith("map."):
            continue
        sheet, _, letter = name.removeprefix("map.").rpartition("!")
        for table in by_name.get(sheet, groups[0]):
            chosen[table.name][letter] = target
    return chosen


# ---- rows --------------------------------------------------------------------------------------------


def views_of(importer: Importer, plan: Plan, url: str, current: str) -> list[dict[str, Any]]:
    """Return the filters of the rows with their counts; an empty one is left out."""
    shown = [{"label": "Все", "count": len(plan.items), "url": f"{url}?view=all", "current": not current}]
    return shown + [
        {
            "label": importer.view(verdict).filter,
            "count": number,
            "url": f"{url}?view={verdict}",
            "current": verdict == current,
        }
        for verdict, number in plan.counts.items()
        if number
    ]


def chosen_view(plan: Plan, asked: str) -> str:
    """Return the filter: what was asked for, else the rows to mend, else all."""
    if asked == "all":
        return ""
    if asked in set(Verdict):
        return asked
    return Verdict.ERROR if plan.counts[Verdict.ERROR] else ""


def heads_of(importer: Importer, plan: Plan, shown: Sequence[Planned]) -> list[tuple[str, str]]:
    """Return the columns of the table of rows as (field, label with letters).

    Who it is about comes first, then what is wrong or changes in the rows *shown*, so that nobody scrolls for it.
    """
    sheet = importer.sheet
    who = (sheet.key_field, sheet.item_field)
    used: dict[str, set[str]] = {}
    for group in (item.group for item in plan.items):
        for name, column in group.columns.items():
            used.setdefault(_bare(name), set()).add(letters(column))
    wrong = Counter(_bare(problem.column) for item in shown for problem in item.problems)
    wrong.update(change.column for item in shown for change in item.changes)
    names = [one.name for one in sheet.fields if one.name in used and not one.starts]
    names.sort(key=lambda name: (1, -wrong[name]) if name not in who else (0, 0))
    one_table = len(alike(plan)) == 1
    labels = {name: sheet.field(name).said for name in names}
    return [(name, f"{labels[name]} ({min(used[name])})" if one_table else labels[name]) for name in names]


def _bare(name: str) -> str:
    return name.partition(":")[0]


def _value_and_message(text: str) -> tuple[str | None, str]:
    found = _QUOTED.match(text)
    return (found[1], found[2]) if found else (None, text)


def repeated(importer: Importer, plan: Plan) -> list[str]:
    """Return what is wrong in many rows, once each, with the values of the file it is said of."""
    found: dict[tuple[str, str], list[str]] = {}
    for problem in plan.problems:
        value, message = _value_and_message(problem.message.removeprefix(f"{problem.where}: "))
        found.setdefault((_bare(problem.column), message), []).append(value or "")
    told = []
    for (name, message), values in found.items():
        if len(values) >= MANY:
            said = f"{importer.sheet.field(name).said}: {message} ({counted(len(values), 'раз', 'раза', 'раз')})"
            different = sorted(set(filter(None, values)))
            more = f" и ещё {len(different) - LISTED}" if len(different) > LISTED else ""
            told.append(f"{said}: {'; '.join(different[:LISTED])}{more}" if different else said)
    return told


def rows_of(
    importer: Importer, plan: Plan, items: Sequence[Planned], heads: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return the rows of *items*: the head with the first detail, then a row a detail."""
    several = len(plan.reading.tables) > 1
    shown = {(item.group.sheet, line.row) for item in items for line in (item.group.head, *item.group.items)}
    notes: dict[tuple[str, int, str], list[str]] = {}
    for note in plan.notes:
        if (note.sheet, note.row) in shown:
            told = note.message.removeprefix(f"{note.where}: ")
            notes.setdefault((note.sheet, note.row, _bare(note.column)), []).append(told)
    made: list[dict[str, Any]] = []
    for item in items:
        group, grid = item.group, plan.reading.book.grid(item.group.sheet)
        messages: dict[tuple[int, str], list[str]] = {}
        for problem in item.problems:
            messages.setdefault((problem.row, _bare(problem.column)), []).append(problem.message)
        first, others = next(iter(group.items), None), group.items[1:]
        lines: list[tuple[Line, Line | None, Line | None]] = [
            (group.head, group.head, first),
            *((other, None, other) for other in others),
        ]
        for own, head, detail in lines:
            cells = [_cell(importer, grid, item, (messages, notes), name, head, detail) for name, _ in heads]
            state = importer.view(item.verdict).state if head else Badge(importer.further, "", "people")
            made.append({"no": own.row, "sheet": group.sheet if several else "", "state": state, "cells": cells})
        loose = _without_cell(item, heads)
        if loose:
            made[-len(lines)]["cells"][0].update(tone="bad", small=" ".join(loose))
    return made


def _cell(
    importer: Importer,
    grid: Grid,
    item: Planned,
    words: tuple[Mapping[tuple[int, str], list[str]], Mapping[tuple[str, int, str], list[str]]],
    name: str,
    head: Line | None,
    detail: Line | None,
) -> dict[str, str]:
    line = detail if importer.sheet.field(name).detail else head
    if line is None:
        return {"text": " ", "tone": "", "small": ""}
    text = _text(grid, item, name, line)
    wrong = words[0].get((line.row, name))
    if wrong:
        return {"text": text, "tone": "bad", "small": "; ".join(wrong)}
    change = next((change for change in item.changes if change.column == name), None)
    if change is not None and line is head:
        return {"text": change.new, "tone": "info", "small": f"было: {change.old or 'пусто'}"}
    cell = line.cells.get(name)
    note = "; ".join(words[1].get((item.group.sheet, line.row, name), ())) or (cell.note if cell else "")
    return {"text": text, "tone": "warn" if note else "", "small": note}


def _text(grid: Grid, item: Planned, name: str, line: Line) -> str:
    """Return what was understood where that is plain to read, else what stands in the file."""
    value = line.value(name)
    if hasattr(value, "full"):
        return str(value.full)
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    columns = item.group.columns
    return text_of(grid.shown(line.row, columns[name])) if name in columns else ""


def _without_cell(item: Planned, heads: list[tuple[str, str]]) -> list[str]:
    """Return what is wrong with an item and has no column in the table."""
    shown = {name for name, _ in heads}
    rows = {line.row for line in (item.group.head, *item.group.items)}
    return [said(problem) for problem in item.problems if _bare(problem.column) not in shown or problem.row not in rows]


def said(problem: Problem) -> str:
    """Return a problem as a sentence of its own: «Строка 48: …»."""
    where = f"Ячейка {problem.where}" if problem.where else f"Строка {problem.row}"
    return f"{where}: {problem.message.removeprefix(f'{problem.where}: ')}."


def pager_of(total: int, page: int, url: str, view: str) -> Pager | None:
    """Return the pages of *total* items, nothing when one page holds all."""
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
