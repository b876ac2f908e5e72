"""Find the table on a sheet: where its header stands, over how many rows, and what each row below is.

The header may stand in any row, under titles and stamps, in one storey or several; merged cells join its
storeys («Сведения о ребёнке» over «Ф.И.О.»). Below it a row may be a numbering row, a section («Сосновское
сельское поселение»), a total, a repeated header of the next printed page, a signature, or data.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from app.register.sheet.book import Broken, Grid, letters
from app.register.sheet.cells import text_of
from app.register.sheet.declare import PARTS, Sheet
from app.register.sheet.names import NotAName, in_russian, read_name
from app.words import fold

LOOKED_AT = 400
"""Rows from the top in which a header is looked for; stamps and explanations take ten to forty."""
STOREYS = 4
_TOTAL = re.compile(r"(?:итого|всего|итог|в том числе)\b|в т\.? ?ч\.")
_FOOTER = re.compile(
    r"(?:составил|исполнитель|директор|руководитель|заведующ(?:ий|ая)|начальник|главный бухгалтер|подпись|"
    r"дата составления)\b|исп\.|м\.? ?п\.?$"
)


@dataclass(frozen=True)
class Column:
    """One column of a table: where it stands and the words over it, from the top storey down."""

    index: int
    words: tuple[str, ...]

    @property
    def letter(self) -> str:
        """The column's letters in Excel."""
        return letters(self.index)

    @property
    def title(self) -> str:
        """The header as one line."""
        return " / ".join(self.words)


@dataclass(frozen=True)
class Header:
    """The header of a table: rows *top* to *bottom*, and its columns."""

    top: int
    bottom: int
    columns: tuple[Column, ...]

    @property
    def first(self) -> int:
        """The first row under the header."""
        return self.bottom + 1

    @cached_property
    def titles(self) -> dict[int, set[str]]:
        """The words over each column as a repeated header is compared with them."""
        return {column.index: {flat_words(word) for word in column.words} for column in self.columns}


class RowKind(enum.Enum):
    """What a row under the header is."""

    BLANK = "blank"
    NUMBERING = "numbering"
    HEADER = "header"
    SECTION = "section"
    TOTAL = "total"
    FOOTER = "footer"
    DATA = "data"


@lru_cache(maxsize=4096)
def flat_words(text: str) -> str:
    """Return a header as it is compared: folded, without signs, «Ф.И.О.» as one word."""
    flat = re.sub(r"[^\w№]+", " ", fold(in_russian(text)).replace("№", " № "))
    flat = re.sub(r"\bф и о\b", "фио", flat)
    return re.sub(r"\s+", " ", flat).strip()


def words_score(header: str, alternatives: tuple[str, ...]) -> float:
    """Return how many stems of the best alternative the header holds, a little more when it holds little else.

    0 means that no alternative is there in full.
    """
    words = flat_words(header).split()
    best = 0.0
    for alternative in alternatives:
        stems = alternative.split()
        if all(any(_fits(word, stem) for word in words) for stem in stems):
            covered = sum(any(_fits(word, stem) for stem in stems) for word in words)
            best = max(best, len(stems) + 0.5 * covered / len(words))
    return best


def _fits(word: str, stem: str) -> bool:
    return word == stem[1:] if stem.startswith("=") else word.startswith(stem)


def find_header(grid: Grid, sheet: Sheet) -> Header | None:
    """Return the header of the table on *grid* that fits *sheet* best, or None when there is no table."""
    vocabulary = tuple(word for field in sheet.fields for word in field.words) + tuple(PARTS.values())
    best: tuple[float, int] | None = None
    for row in range(1, min(len(grid.rows), LOOKED_AT) + 1):
        if not _could_be_header(grid, row):
            continue
        texts = [text_of(grid.value(row, column)) for column in grid.filled(row)]
        known = sum(words_score(text, vocabulary) >= 1 for text in texts)
        # Known words decide; the number of titles only parts a header nobody knows from a note beside it.
        score = known * 3 + min(len(texts), 12) * 0.5
        if len(texts) >= 2 and (known or len(texts) >= 3) and (best is None or score > best[0]):
            best = (score, row)
    if best is None:
        return None
    top, bottom = _storeys(grid, best[1], vocabulary)
    columns = _columns(grid, top, bottom)
    return Header(top, bottom, columns) if len(columns) >= 2 else None


def _could_be_header(grid: Grid, row: int) -> bool:
    """Titles are texts: no days, hardly a number, nothing as long as a story."""
    values = [grid.value(row, column) for column in grid.filled(row)]
    if not values or any(isinstance(value, dt.date | Broken) for value in values):
        return False
    texts = [text_of(value) for value in values]
    numeric = sum(
        re.search(r"\d{3,}|\d\d[./-]\d\d", text) is not None or not re.search(r"[^\W\d_]|№", text) for text in texts
    )
    return numeric * 4 <= len(texts) and all(len(text) <= 300 for text in texts)


def _storeys(grid: Grid, anchor: int, vocabulary: tuple[str, ...]) -> tuple[int, int]:
    """Return the first and last row of the header around *anchor*."""
    top, bottom = anchor, anchor
    width = grid.width
    for column in range(width):
        first, last, _, _ = grid.merges.around(anchor, column)
        if last - first < STOREYS:
            top, bottom = min(top, first), max(bottom, last)
    while bottom - top + 1 < STOREYS and _hangs_under(grid, bottom + 1, width, vocabulary):
        bottom += 1
    while top > 1 and bottom - top + 1 < STOREYS and _stands_over(grid, top - 1, width, vocabulary):
        top -= 1
    return top, bottom


def _hangs_under(grid: Grid, row: int, width: int, vocabulary: tuple[str, ...]) -> bool:
    """Whether *row* is a lower storey: titles only, each under a joined or an empty place of the row above.

    Where people did not join the upper cells, the first lower title stands right under the upper one and the next
    ones under nothing; then the titles must be known words, or they could be the first row of data.
    """
    if row > len(grid.rows) or not _could_be_header(grid, row):
        return False
    filled = grid.filled(row)
    if not filled or is_numbering(grid, row) or (len(filled) == 1 and _is_across(grid, row, filled[0], width)):
        return False
    above = row - 1
    if all(grid.value(above, column) is None for column in range(min(filled) + 1)):
        return False
    open_above = {
        column: grid.value(above, column) is None
        or grid.merges.around(above, column)[3] > grid.merges.around(above, column)[2]
        for column in range(width + 1)
    }
    if all(open_above[column] for column in filled):
        return True
    known = sum(words_score(text_of(grid.value(row, column)), vocabulary) >= 1 for column in filled)
    first_of_run = all(open_above[column] or (column + 1 in filled and open_above[column + 1]) for column in filled)
    return first_of_run and known * 2 >= len(filled) >= 2


def _stands_over(grid: Grid, row: int, width: int, vocabulary: tuple[str, ...]) -> bool:
    """Whether *row* joins several columns under one title without reaching over the whole table.

    Where its cells are not joined, its words must be known, or it is a stamp over the table.
    """
    filled = grid.filled(row)
    if not filled or not _could_be_header(grid, row):
        return False
    known = sum(words_score(text_of(grid.value(row, column)), vocabulary) >= 1 for column in filled)
    if len(filled) >= 2 and known * 2 >= len(filled) and _hangs_under(grid, row + 1, width, vocabulary):
        return True
    spans = [grid.merges.around(row, column) for column in filled]
    return all(1 < right - left + 1 < width * 0.8 for _, _, left, right in spans)


def _is_across(grid: Grid, row: int, column: int, width: int) -> bool:
    _, _, left, right = grid.merges.around(row, column)
    return right - left + 1 >= max(2, width * 0.5)


def _columns(grid: Grid, top: int, bottom: int) -> tuple[Column, ...]:
    columns: list[Column] = []
    for index in range(grid.width):
        words: list[str] = []
        for row in range(top, bottom + 1):
            text = text_of(grid.shown(row, index))
            if not text and row < bottom:
                text = _group_title(grid, row, index, bottom)
            if text and text not in words:
                words.append(text)
        filled = any(
            grid.value(row, index) is not None for row in range(bottom + 1, min(len(grid.rows), bottom + 200) + 1)
        )
        if words or filled:
            columns.append(Column(index, tuple(words)))
    return tuple(columns)


def _group_title(grid: Grid, row: int, index: int, bottom: int) -> str:
    """Return the title to the left that speaks for this column too, when people did not merge its cells."""
    if text_of(grid.value(bottom, index)) == "":
        return ""
    for left in range(index - 1, -1, -1):
        text = text_of(grid.shown(row, left))
        lower = text_of(grid.value(bottom, left))
        if text:
            merged = grid.merges.around(row, left)[3] > grid.merges.around(row, left)[2]
            return text if lower and not merged else ""
        if not lower:
            return ""
    return ""


def is_numbering(grid: Grid, row: int) -> bool:
    """Whether the row numbers the columns: 1, 2, 3…"""
    texts = [text_of(grid.value(row, column)) for column in grid.filled(row)]
    return len(texts) >= 3 and [text.rstrip(".") for text in texts] == [str(at) for at in range(1, len(texts) + 1)]


def looks_named(text: str) -> bool:
    """Whether *text* is a person's name: two words or more, each with a capital letter."""
    try:
        read_name(text)
    except NotAName:
        return False
    return all(word[0].isupper() for word in text.split())


def row_kind(grid: Grid, row: int, header: Header, names: frozenset[int]) -> RowKind:
    """Return what *row* is; a lone name in one of *names*, the columns of people's names, is data."""
    filled = grid.filled(row)
    if not filled:
        return RowKind.BLANK
    if text_of(grid.value(row, filled[0])) == "1" and is_numbering(grid, row):
        return RowKind.NUMBERING
    first = text_of(grid.value(row, filled[0]))
    flat = fold(first)
    if _TOTAL.match(flat):
        return RowKind.TOTAL
    if _FOOTER.match(flat) and len(filled) <= 3:
        return RowKind.FOOTER
    if len(filled) >= 2 and all(
        isinstance(grid.value(row, column), str)
        and flat_words(text_of(grid.value(row, column))) in header.titles.get(column, ())
        for column in filled
    ):
        return RowKind.HEADER
    if len(filled) == 1 and isinstance(grid.value(row, filled[0]), str):
        across = _is_across(grid, row, filled[0], len(header.columns))
        inside_block = grid.merges.around(row, filled[0])[0] != grid.merges.around(row, filled[0])[1]
        leading = filled[0] <= header.columns[min(1, len(header.columns) - 1)].index and not inside_block
        if across or (leading and not (filled[0] in names and looks_named(first))):
            return RowKind.SECTION if re.search(r"[^\W\d_]{2}", first) else RowKind.BLANK
    return RowKind.DATA
