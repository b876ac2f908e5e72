"""The sheet of a register, derived from its form: which columns there are, what each may do, how they are recognised.

The columns are the fields of the form, the adding one first. The key column tells whose row it is: «125-3» is record
125 as it was at version 3. A row without a key is a new record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from app.register.access import BIGGEST, may
from app.register.field import Field
from app.register.intake.form_cells import FormCell
from app.register.sheet import Sheet
from app.register.sheet.book import Value
from app.register.sheet.cells import Around, Cell, text_of
from app.register.sheet.declare import Field as Column
from app.register.sheet.header import flat_words
from app.register.spec import Group, Spec

if TYPE_CHECKING:
    from app.register.view import Register

KEY = "code*"
"""The name of the key column; no field can have it."""
KEY_LABEL = "Код карточки"
PREFIX = "register."
"""Before the key of a register in the key of its import: the families have an import of their own, too."""
_KEY = re.compile(r"(\d{1,10})\s*[-–—−]\s*(\d{1,9})")
_SHORT = 3


@dataclass(frozen=True)
class Key:
    """The record a row belongs to and its version when it was written out."""

    id: int
    version: int


@dataclass(frozen=True)
class KeyCell:
    """The kind of the key column."""

    evident: ClassVar[bool] = False

    def read(self, value: Value, around: Around) -> Cell:
        """Return :class:`Key`, or a problem: a key nobody can guess is never taken for a new row."""
        text = text_of(value)
        found = _KEY.fullmatch(text)
        if found is None or not 0 < int(found[1]) <= BIGGEST:
            return Cell(problem="bad_key", message=f"код «{text[:20]}» не читается: верните прежний или сотрите его")
        return Cell(Key(int(found[1]), int(found[2])))

    def likes(self, value: Value, around: Around) -> float:
        """A key is recognised by its header only."""
        return 0.0


@dataclass(frozen=True)
class Form:
    """The form of a register as the acting person may use it: *adding* and *editing* are the fields, in order."""

    register: Register
    spec: Spec
    adding: tuple[str, ...]
    editing: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every field, those of the adding form first."""
        return tuple(dict.fromkeys((*self.adding, *self.editing)))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column but the key: what the person may only read stands there as well, to tell whose row it is."""
        every = (*_names(self.spec.add), *_names(self.spec.edit))
        return tuple(dict.fromkeys(every))

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """The columns whose values stand in the register's own table."""
        return tuple(name for name in self.columns if self.spec.fields[name].stored)

    def field(self, name: str) -> Field:
        """Return the register's field."""
        return self.spec.fields[name]

    @cached_property
    def sheet(self) -> Sheet:
        """The declaration by which the sheet is found and read in any workbook."""
        key = Column(KEY, KEY_LABEL, KeyCell(), ("=код =карточки",))
        fields = tuple(Column(name, self.field(name).said, FormCell(self.field(name)), (_stems(self.field(name).said),))
                       for name in self.columns)  # fmt: skip
        return Sheet(
            key=f"{PREFIX}{self.register.key}"[:60],
            title=self.spec.many,
            fields=(key, *fields),
            key_field=self.columns[0],
            plain=True,
        )

    def cell(self, name: str) -> FormCell:
        """Return how cells of column *name* are read."""
        kind: Any = self.sheet.field(name).kind
        return kind


def _names(groups: tuple[Group, ...]) -> tuple[str, ...]:
    return tuple(name for group in groups for name in group.names)


def _stems(label: str) -> str:
    """Return the words of a label as a header is searched for them; a short one is no beginning of another word."""
    words = flat_words(label).split()
    return " ".join(f"={word}" if len(word) <= _SHORT else word for word in words)


def form_of(register: Register) -> Form | None:
    """Return what the signed-in person may load into *register*, None when there is nothing.

    Private fields do not exist for somebody without the right to special data; a register whose rows are made by
    rules only has no form.
    """
    if register.fixed_rows:
        return None
    spec = register.seen_spec()
    # What is ticked among things of the case at hand has no meaning in a table of many cases.
    ticked = dict.fromkeys(name for name, made in spec.fields.items() if made.kind in ("pick", "picks"))
    spec = spec.fitted(ticked) if ticked else spec
    adding = _names(spec.add) if may(register, "add") else ()
    editing = _names(spec.edit) if may(register, "edit") else ()
    made = Form(register, spec, adding, editing)
    return made if made.names else None
