"""Say which column holds what, by the words of its header and by the values under it, and why.

The proposal is plain data, ``{"B": "parent", "G": "child"}``: a person corrects it on the screen and the
corrected mapping goes through the same reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.base import RuleBroken
from app.register.sheet.book import Grid, Value, letters
from app.register.sheet.cells import Around, says_nothing, split_items, text_of
from app.register.sheet.declare import PARTS, Field, Sheet
from app.register.sheet.header import Column, Header, RowKind, flat_words, row_kind, words_score

BY_HEADER, BY_VALUES, BY_BOTH = "по заголовку", "по значениям", "по заголовку и значениям"
UNKNOWN = "заголовок не узнан: выберите сами"
SAMPLE = 120
"""Rows of data that are looked at; more change nothing and cost time."""
ENOUGH = 2
"""Fewer values than this say nothing about a column."""


@dataclass(frozen=True)
class Proposal:
    """One column of the table: what it is taken for (``""``: nothing), why, and an example of its values."""

    column: Column
    target: str
    reason: str
    example: str

    @property
    def letter(self) -> str:
        """The column's letters in Excel."""
        return self.column.letter


def propose(grid: Grid, header: Header, sheet: Sheet, around: Around) -> tuple[Proposal, ...]:
    """Return a proposal for every column under *header*; each target is given to one column at most."""
    samples = sample(grid, header)
    scored: list[tuple[float, int, str, float, float]] = []
    for column in header.columns:
        owner = _owner(column, header, sheet)
        fullness = len(samples[column.index])
        for target in sheet.targets():
            field = sheet.field(target)
            by_words = _by_words(column, target, field, sheet, owner)
            by_values = _by_values(samples[column.index], target, field, around)
            if by_words <= 0 and (by_values < 0.75 or ":" in target or fullness < ENOUGH):
                continue
            if by_words > 0 and by_values < 0 and fullness >= ENOUGH:
                by_words -= 1
            total = (
                max(by_words, 0) * 2
                + max(by_values, 0) * (1 if by_words > 0 else 2)
                + _level(grid, header, column, field)
            )
            if by_words > 0 or by_values >= 0.75:
                scored.append((total, column.index, target, by_words, by_values))
    # The surest pair first; equal ones in the order of the columns, as people read them.
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    taken: dict[int, tuple[str, str]] = {}
    used: set[str] = set()
    for _, index, target, by_words, by_values in scored:
        if index in taken or _clashes(target, used):
            continue
        used.add(target)
        reason = BY_VALUES if by_words <= 0 else BY_BOTH if by_values >= 0.5 else BY_HEADER
        taken[index] = (target, reason)
    return tuple(
        Proposal(column, *taken.get(column.index, ("", UNKNOWN)), example=_example(samples[column.index]))
        for column in header.columns
    )


def sample(grid: Grid, header: Header) -> dict[int, list[Value]]:
    """Return the first values of each column under the header."""
    values: dict[int, list[Value]] = {column.index: [] for column in header.columns}
    taken = 0
    for row in range(header.first, len(grid.rows) + 1):
        if row_kind(grid, row, header, frozenset()) is RowKind.DATA:
            for column in grid.filled(row):
                values.setdefault(column, []).append(grid.value(row, column))
            taken += 1
            if taken >= SAMPLE:
                break
    return values


def check_mapping(mapping: Mapping[str, str], sheet: Sheet, header: Header) -> dict[int, str]:
    """Return a mapping corrected by a person as ``{column: target}``.

    Raises:
        RuleBroken: it names a column or a field that is not there, or one field twice.
    """
    there = {column.letter: column.index for column in header.columns}
    found: dict[int, str] = {}
    for letter, target in mapping.items():
        if not target:
            continue
        if letter not in there:
            raise RuleBroken(f"В таблице нет столбца {letter}: проверьте соответствие столбцов.")
        if target not in sheet.targets():
            raise RuleBroken(f"Для столбца {letter} выбрано неизвестное значение: выберите его из списка.")
        if target in found.values():
            raise RuleBroken(f"«{sheet.label(target)}» выбрано для двух столбцов: оставьте один.")
        found[there[letter]] = target
    return found


def missing_columns(targets: set[str], sheet: Sheet) -> list[str]:
    """Return the labels of the fields without which rows cannot be read; a name's cell may hold the birthday."""
    names = {target.partition(":")[0] for target in targets}
    names |= {field.born_in for field in sheet.fields if field.name in names}
    return [field.said for field in sheet.fields if field.required and field.name not in names]


def _by_words(column: Column, target: str, field: Field, sheet: Sheet, owner: str) -> float:
    """Return how well the header fits; a header that speaks of the other one's things does not fit."""
    part = target.partition(":")[2]
    lowest = column.words[-1] if column.words else ""
    if part:
        score = words_score(lowest, (PARTS[part],))
        # «Фамилия, имя, отчество» is one column, not three.
        score = score if sum(words_score(lowest, (word,)) > 0 for word in PARTS.values()) == 1 else 0.0
    else:
        score = max(words_score(column.title, field.words), words_score(lowest, field.words))
    if score <= 0 or not sheet.detail_words:
        return score
    if owner:
        fits = (owner == "detail") == field.detail
        # What the header says itself weighs more than what stands to the left of it.
        said = owner == _spoken_of(column.title, sheet)
        score += (1.0 if said else 0.2) if fits else (-1.6 if said else -0.2)
    return score


def _owner(column: Column, header: Header, sheet: Sheet) -> str:
    """Return whose column it is by its words, or by those of the nearest name to the left: head, detail or ""."""
    about = _spoken_of(column.title, sheet)
    if about or not sheet.detail_words:
        return about
    if len(column.words) == 1:
        left = [other for other in header.columns if other.index < column.index]
        # «Дата рождения» may be anybody's; «Адрес» is the family's wherever it stands.
        either = {field.detail for field in sheet.fields if words_score(column.title, field.words) >= 1}
        names = [other for other in left if _spoken_of(other.title, sheet)]
        if len(either) == 2 and names:
            return _spoken_of(names[-1].title, sheet)
    return ""


def _spoken_of(title: str, sheet: Sheet) -> str:
    detail = words_score(title, sheet.detail_words) > 0
    head = words_score(title, sheet.head_words) > 0
    if detail and head:
        # «Ребёнок, проживающий с матерью»: the word that comes first owns the column.
        flat = flat_words(title)
        return "detail" if _first(flat, sheet.detail_words) < _first(flat, sheet.head_words) else "head"
    return "detail" if detail else "head" if head else ""


def _first(flat: str, stems: tuple[str, ...]) -> int:
    places = [at for at, word in enumerate(flat.split()) for stem in stems if word.startswith(stem.split()[0])]
    return min(places, default=10_000)


def _by_values(values: list[Value], target: str, field: Field, around: Around) -> float:
    """Return the mean likeness of the values; -1 when the kind could be seen in them and is not."""
    values = [value for value in values if not says_nothing(value)]
    if not values or ":" in target:
        return 0.0
    if field.detail:
        values = [split_items(value)[0] for value in values]
    mean = sum(field.kind.likes(value, around) for value in values) / len(values)
    return mean if mean >= 0.1 or not field.kind.evident else -1.0


def _level(grid: Grid, header: Header, column: Column, field: Field) -> float:
    """Return a little in favour of the field whose place in the grouping the column has: merged cells are a head's."""
    merged = rows = 0
    for row in range(header.first, min(len(grid.rows), header.first + 120) + 1):
        if grid.value(row, column.index) is not None:
            top, bottom, _, _ = grid.merges.around(row, column.index)
            rows += 1
            merged += bottom > top
    if not rows or not merged:
        return 0.0
    return -0.6 if field.detail else 0.6


def _clashes(target: str, used: set[str]) -> bool:
    """A whole name and its parts are not taken together."""
    name, _, part = target.partition(":")
    if part:
        return target in used or name in used
    return target in used or any(other.startswith(f"{name}:") for other in used)


def _example(values: list[Value]) -> str:
    return next((text_of(value)[:60] for value in values if not says_nothing(value)), "")


def as_mapping(proposals: tuple[Proposal, ...]) -> dict[str, str]:
    """Return the proposal as plain data: ``{column letters: target}``."""
    return {letters(one.column.index): one.target for one in proposals if one.target}
