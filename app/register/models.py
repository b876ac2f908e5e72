"""Tables of the engine itself."""

from __future__ import annotations

from flask_appbuilder.models.sqla import Model as FabModel
from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Moment


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
