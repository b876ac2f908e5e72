"""The tables of the journal: append-only rows, their values, and the seals of the chain."""

from __future__ import annotations

import datetime as dt

from flask_appbuilder.models.sqla import Model as FabModel
from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.base import BigKey, Moment, Sealed


class JournalRow(FabModel):
    """Who did what to which record. Never changed or deleted; triggers in the database refuse it too."""

    __tablename__ = "journal"
    __table_args__ = (
        # The verb stands in it so that the history of a record is read past thousands of looks without touching them.
        Index("ix_journal_record", "table_name", "record_id", "id", "verb"),
        Index("ix_journal_at", "at", "id"),
        Index("ix_journal_user_id_at", "user_id", "at"),
        Index("ix_journal_verb_at", "verb", "at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[Moment] = mapped_column()
    user_id: Mapped[int | None] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(String(250))
    unit_id: Mapped[int | None] = mapped_column(Integer)
    address: Mapped[str] = mapped_column(String(64), default="")
    verb: Mapped[str] = mapped_column(String(60))
    table_name: Mapped[str] = mapped_column(String(60), default="")
    record_id: Mapped[int | None] = mapped_column(Integer)
    record_version: Mapped[int | None] = mapped_column(Integer)
    sentence: Mapped[str] = mapped_column(String(500), default="")
    digest: Mapped[bytes] = mapped_column(LargeBinary)  # keyed digest of the row, its number and its values
    values_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class JournalValue(FabModel):
    """Old and new value of one field, or what a look showed; its row carries their digest, so a change is found."""

    __tablename__ = "journal_value"
    __table_args__ = (Index("ix_journal_value_field", "field", "journal_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    journal_id: Mapped[int] = mapped_column(BigKey, ForeignKey("journal.id", ondelete="RESTRICT"), index=True)
    field: Mapped[str] = mapped_column(String(60))
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)
    sealed_old: Mapped[Sealed | None] = mapped_column()
    sealed_new: Mapped[Sealed | None] = mapped_column()


class JournalSeal(FabModel):
    """One link of the chain: the digest of the rows up to *last_id* joined to the seal before it."""

    __tablename__ = "journal_seal"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    first_id: Mapped[int] = mapped_column(BigKey)
    last_id: Mapped[int] = mapped_column(BigKey, unique=True)
    rows: Mapped[int] = mapped_column(Integer)
    head: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[dt.datetime] = mapped_column()
