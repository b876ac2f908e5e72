"""What a sheet of one kind holds, declared: fields, the words of their headers, what is checked.

One :class:`Sheet` is enough for the engine to find the table in any workbook of that kind, name its columns
and read its rows::

    TENANTS = Sheet(key="tenants", title="Жильцы", fields=(
        Field("name", "Ф.И.О.", Person(), ("фио", "жилец"), required="no_name"),
        Field("moved", "Въехал", Day(Years(-50, 0)), ("въех", "дат вселен")),
    ))

Header words are stems parted by spaces; every stem must begin some word of the header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.register.sheet.cells import Kind
from app.terms import say

if TYPE_CHECKING:
    from app.register.sheet.rows import Group, Problem

PARTS = {"last": "фамилия", "first": "имя", "middle": "отчество"}
"""A person's name may stand in three columns; each is then mapped as ``field:last`` and so on."""


@dataclass(frozen=True)
class Field:
    """One thing a column may hold.

    *detail*: repeated under a head (a child of a family). *required*: the problem code of an empty cell.
    *born_in*: a person's field whose cell may hold the date of birth too gives it to this field.
    *starts*: a running number, by whose presence a new head is known. *carried*: an empty cell means what the last
    filled one above says, as people write a day once for all rows of that day; only in a table without details.
    *label* may hold terms, which :attr:`said` speaks.
    """

    name: str
    label: str
    kind: Kind
    words: tuple[str, ...]
    detail: bool = False
    required: str = ""
    missing: str = ""
    """The sentence for an empty required cell."""
    born_in: str = ""
    starts: bool = False
    carried: bool = False
    parts: bool = False
    """Whether the value may stand in three columns: фамилия, имя, отчество."""

    @property
    def said(self) -> str:
        """The label in the centre's words."""
        return say(self.label)


@dataclass(frozen=True)
class Sheet:
    """A kind of table. *head_words* and *detail_words* in a header tell whose column it is.

    *key_field*: the head's field that names it and whose cell opens a group. *item_field*: the detail's; without
    one each row is a group of its own, and a cell merged over several rows speaks for each of them.
    *section*: the head's field that takes the text of a row set across the table (a settlement), unless the
    table has a column for it. *checks*: functions of a read group that yield further problems.
    """

    key: str
    title: str
    fields: tuple[Field, ...]
    key_field: str
    item_field: str = ""
    head_words: tuple[str, ...] = ()
    detail_words: tuple[str, ...] = ()
    section: str = ""
    same_head: tuple[str, ...] = ()
    """Head fields that must not differ between the rows of one repeated head."""
    checks: tuple[Callable[[Group], Iterable[Problem]], ...] = ()
    plain: bool = False
    """Whether every row under the header is data: a form has neither sections nor totals nor signatures."""

    def field(self, name: str) -> Field:
        """Return the field *name*; a part («child:last») is of the field before the colon.

        Raises:
            KeyError: the declaration has no such field.
        """
        bare = name.partition(":")[0]
        for field in self.fields:
            if field.name == bare:
                return field
        raise KeyError(name)

    def targets(self) -> tuple[str, ...]:
        """Return every name a column may be mapped to."""
        names: list[str] = []
        for field in self.fields:
            names.append(field.name)
            if field.parts:
                names.extend(f"{field.name}:{part}" for part in PARTS)
        return tuple(names)

    def label(self, target: str) -> str:
        """Return the Russian name of a target of the mapping."""
        part = target.partition(":")[2]
        label = self.field(target).said
        return f"{label}: {PARTS[part]}" if part else label
