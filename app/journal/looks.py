"""Looks: who saw whose data. One row a look, on the disk before the data leave; what cannot be written is not shown.

A look is: a page about one person, family or case (``look.card``; ``look.health`` when special or restricted fields
stand on it), a page of a list with such fields (``look.health``), what a search or a look-up in a form found
(``look.search``), an export, a file opened or saved, a print. A page of a list nobody searched in and without special
fields is no look: it says no more than that the register exists and who is in it, and everybody opens it all day.

The row names the record; where many were shown, their numbers stand in a value of the row as ``1-3,7``. What was
typed into a search is never kept: only keyed digests of its words, by which «who looked for this surname» is answered.
Clauses: domain.md 3.10 «*», X-3; 152-ФЗ ст. 10; ФСТЭК № 21 РСБ.1–3 (kind, moment, source, subject, object, result).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from app import sealing
from app.acting import Actor
from app.base import Model
from app.journal import Value, apart
from app.words import fold

CARD, HEALTH, SEARCH, PRINT = "look.card", "look.health", "look.search", "look.print"
EXPORT, FILE_OPEN, FILE_SAVE = "export", "file.open", "file.save"
LOOKS = (CARD, HEALTH, SEARCH, PRINT, EXPORT, FILE_OPEN, FILE_SAVE)
"""The verbs of looks, all others tell of changes and of the door."""

REFUSED = "access.refused"
"""Somebody asked for what is not open to him."""

SHOWN, TYPED = "shown:", "typed"
"""Fields of a look: numbers of shown records by table, digests of the typed words."""

_WORDS, _DIGEST = 10, 16


def look(
    session: Session,
    by: Actor,
    verb: str,
    record: Model | None = None,
    *,
    about: tuple[str, int | None] = ("", None),
    sentence: str = "",
    shown: Mapping[str, Iterable[int]] | None = None,
    typed: str = "",
) -> None:
    """Record that *by* looks at *record*, at *about* (table, number), or at the *shown* numbers by table.

    Raises:
        ValueError: *verb* is no look.
        sqlalchemy.exc.DBAPIError: the row could not be written; the data must not leave.
    """
    if verb not in LOOKS:
        raise ValueError(f"{verb} is no look; looks are {', '.join(LOOKS)}")
    apart(session, by, verb, record, sentence, about=about, values=values_of(shown or {}, typed))


def values_of(shown: Mapping[str, Iterable[int]], typed: str = "") -> tuple[Value, ...]:
    """Return the values of a look's row: what was shown, and the digests of what was typed."""
    found: list[Value] = [(f"{SHOWN}{table}", None, in_ranges(ids), False) for table, ids in shown.items()]
    if typed:
        found.append((TYPED, None, " ".join(digests_of(typed)), False))
    return tuple(found)


def digests_of(typed: str) -> list[str]:
    """Return a keyed digest of each word of *typed*, folded; equal words have equal digests, nothing leads back."""
    words = list(dict.fromkeys(fold(typed).split()))[:_WORDS]
    return [sealing.keyed_digest(f"looked for: {word}".encode()).hex()[:_DIGEST] for word in words]


def in_ranges(ids: Iterable[int]) -> str:
    """Return numbers as ``1-3,7``; an export of a whole register is as short as that of one record."""
    return ",".join(f"{first}-{last}" if first != last else str(first) for first, last in _runs(sorted(set(ids))))


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    for number, pk in enumerate(ids):
        if not number or ids[number - 1] != pk - 1:
            first = pk
        if number + 1 == len(ids) or ids[number + 1] != pk + 1:
            yield first, pk


def is_in(ranges: str, pk: int) -> bool:
    """Whether *pk* is among the numbers of :func:`in_ranges`."""
    for part in filter(None, ranges.split(",")):
        first, _, last = part.partition("-")
        if int(first) <= pk <= int(last or first):
            return True
    return False
