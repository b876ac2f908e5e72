"""What the director and the head answer for: points of orders that are due, contracts that run out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.acting import today
from app.home.parts import SHOWN, act, line, link, listed, section, until
from app.orders.models import InteragencyAgreement, OrderItem

SOON = dt.timedelta(days=30)
"""How long before its last day a contract comes up (S000-4b)."""


def due_points(session: Session) -> dict[str, Any]:
    """Return the points of orders that are not carried out and due by now or within the month, the earliest first."""
    wanted = (
        select(OrderItem)
        .where(OrderItem.done_on.is_(None), OrderItem.due <= today() + SOON)
        .options(joinedload(OrderItem.order), joinedload(OrderItem.responsible))
        .order_by(OrderItem.due, OrderItem.id)
        .limit(SHOWN)
    )
    rows = [
        line(str(item), " · ".join(filter(None, (item.text, str(item.responsible or "")))),
             url=link("order_items", item.id), when=until(item.due) if item.due else "",
             tone="bad" if item.is_overdue else "",
             button=act("Исполнен", "order_items", "action", "settle", action=True, name="settle", pk=item.id))
        for item in session.scalars(wanted)
    ]  # fmt: skip
    return section("Пункты приказов", rows, more=("Все пункты", listed("order_items", done_on="empty")))


def ending_contracts(session: Session) -> dict[str, Any]:
    """Return the contracts with other agencies that end within thirty days, the earliest first."""
    last = InteragencyAgreement.valid_to
    wanted = (
        select(InteragencyAgreement)
        .where(InteragencyAgreement.terminated_on.is_(None), last >= today(), last <= today() + SOON)
        .options(joinedload(InteragencyAgreement.partner))
        .order_by(last, InteragencyAgreement.id)
        .limit(SHOWN)
    )
    rows = [
        line(str(one.partner), str(one), url=link("contracts", one.id), when=until(one.valid_to or today()),
             button=act("Новое", "contracts", "add", "add", partner_id=one.partner_id))
        for one in session.scalars(wanted)
    ]  # fmt: skip
    return section("Соглашения с организациями заканчиваются", rows)
