"""Tables of the engine itself."""

from __future__ import annotations

from typing import ClassVar

from flask_appbuilder.models.sqla import Model as FabModel
from sqlalchemy import Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.base import SPECIAL, Line, Moment, Sealed, UnitModel, column


class FormReceipt(FabModel):
    """One sent form that was saved: a second press of the button finds the record instead of making another."""

    __tablename__ = "form_receipt"
    __table_args__ = (UniqueConstraint("token", name="uq_form_receipt_token"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int | None] = mapped_column(Integer)
    table_name: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment] = mapped_column(index=True)


class DeliveredGrant(FabModel):
    """A right delivered once: setup gives a role only what it never had, so what a centre changed stays changed."""

    __tablename__ = "delivered_grant"
    __table_args__ = (UniqueConstraint("role", "permission", "screen", name="uq_delivered_grant_role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(64))
    permission: Mapped[str] = mapped_column(String(100))
    screen: Mapped[str] = mapped_column(String(100))


class Attachment(UnitModel):
    """A scan or document attached to a record of any register; who sees the record sees it.

    ``stored_as`` is the generated name in the folder of files, ``digest`` the SHA-256 of its content in hex,
    ``size`` its bytes. The content is written before the row is committed and removed after the row is gone.
    The names are sealed, as the content is: «Справка МСЭ» says about a child what its card keeps secret.
    ``on_health`` is the mark of a paper on health, which is kept as the special fields of its card are.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("stored_as", name="uq_attachment_stored_as"),
        Index("ix_attachment_record", "table_name", "record_id"),
    )

    table_name: Mapped[str] = column("К чему приложен", String(60))
    record_id: Mapped[int] = column("К какой карточке", Integer)
    title: Mapped[Sealed] = column("Название", privacy=SPECIAL)
    file_name: Mapped[Sealed] = column("Имя файла, как его приложили", privacy=SPECIAL)
    media_type: Mapped[str] = column("Вид файла", String(100))
    size: Mapped[int] = column("Размер")
    digest: Mapped[str] = column("Контрольная сумма", String(64))
    stored_as: Mapped[str] = column("Имя в хранилище", String(80))
    on_health: Mapped[bool] = column("Документ о здоровье", default=False)

    def __str__(self) -> str:
        return self.title


class Draft(FabModel):
    """What a person has typed into a form and not saved yet, sealed; found again by person and form.

    ``form`` names the form («families:edit:12», «families:add»), ``url`` is where it is opened again, ``row_version``
    the version of the record it was typed over.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "form", name="uq_draft_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer)
    form: Mapped[str] = mapped_column(String(150))
    url: Mapped[str] = mapped_column(String(500))
    title: Mapped[Sealed] = mapped_column()
    body: Mapped[Sealed] = mapped_column()
    row_version: Mapped[int | None] = mapped_column()
    saved_at: Mapped[Moment] = mapped_column(index=True)


class SavedView(UnitModel):
    """A list kept under a name: its filters, columns, order and page size as the query of its address.

    Seen by its owner and, with a ``role``, by everybody of the unit who has that role. ``is_default`` opens it
    when the list is opened without an address of its own.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("user_id", "register", "name", name="uq_saved_view_user_id"),
        Index("ix_saved_view_register", "register", "service_unit_id"),
    )
    __journalled__: ClassVar[bool] = False

    user_id: Mapped[int] = mapped_column(Integer)
    register: Mapped[str] = mapped_column(String(60))
    name: Mapped[Line] = column("Название")
    query: Mapped[str] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(String(64))
    is_default: Mapped[bool] = mapped_column(default=False)

    def __str__(self) -> str:
        return self.name


class ListMemory(FabModel):
    """How a person left a list: columns, order and page size, never what was searched for."""

    __tablename__ = "list_memory"
    __table_args__ = (UniqueConstraint("user_id", "register", name="uq_list_memory_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer)
    register: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment] = mapped_column()


class ImportMapping(FabModel):
    """Which column of a workbook was taken for which field, remembered for the next workbook with the same header.

    ``header_print`` is a digest of the header words and their columns, ``mapping`` is JSON ``{letters: field}``.
    """

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("unit_id", "sheet", "header_print", name="uq_import_mapping_unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(Integer)
    sheet: Mapped[str] = mapped_column(String(60))
    header_print: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[str] = mapped_column(Text)
    used_at: Mapped[Moment] = mapped_column()


class BulkStep(UnitModel):
    """One change of many records (bulk edit, an import that changed records) that can be undone within a day.

    ``made`` is sealed JSON: for each record its table, id, the row version after the step, and the values before it;
    a record the step created has no values before. The journal keeps the history; this only knows the way back.
    """

    __tablename__ = "bulk_step"
    __table_args__ = (Index("ix_bulk_step_user_id", "user_id", "id"),)
    __journalled__: ClassVar[bool] = False

    user_id: Mapped[int | None] = mapped_column(Integer)
    register: Mapped[str] = mapped_column(String(60))
    title: Mapped[Line] = column("Что сделано")
    records: Mapped[int] = mapped_column(Integer)
    made: Mapped[Sealed] = mapped_column()
    at: Mapped[Moment] = mapped_column(index=True)
    undone_at: Mapped[Moment | None] = mapped_column()

    def __str__(self) -> str:
        return self.title
