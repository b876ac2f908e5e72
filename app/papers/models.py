"""Counters behind the numbers of cases, agreements and other papers (domain.md 3.1)."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from app.base import Code, Privacy, UnitModel, column


class NumberSequence(UnitModel):
    """The last number a unit gave out in one journal and year; year 0 counts without years."""

    __tablename__ = "number_sequence"
    __table_args__ = (UniqueConstraint("service_unit_id", "journal", "year", name="uq_number_sequence_journal"),)
    __journalled__: ClassVar[bool] = False

    journal: Mapped[Code] = column("Журнал", privacy=Privacy.NONE)
    year: Mapped[int] = column("Год", privacy=Privacy.NONE)
    last: Mapped[int] = column("Последний номер", default=0, privacy=Privacy.NONE)

    def __str__(self) -> str:
        return f"{self.journal} {self.year}: {self.last}"
