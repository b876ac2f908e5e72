"""Screens of orders, regulations and contracts with other agencies."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor, actor, today
from app.base import Model
from app.orders import rules
from app.orders.models import (
    AdminOrder,
    ContractStatus,
    InteragencyAgreement,
    OrderItem,
    Regulation,
    RegulationLevel,
    RegulationStatus,
    Visa,
)
from app.register.actions import action
from app.register.pages import Badge, Cell
from app.register.view import Register, shown

_REGULATION_TONES = {RegulationStatus.APPROVED: "ok", RegulationStatus.ON_APPROVAL: "info"}
_CONTRACT_TONES = {ContractStatus.IN_FORCE: "ok", ContractStatus.EXPIRED: "warn", ContractStatus.TERMINATED: "bad"}


class Orders(Register):
    """Orders of the director."""

    key = "orders"
    datamodel = AdminOrder
    title = "Приказы", "Приказ"
    list_columns = ["number", "date", "kind", "title", "controller_id", "repealed_on"]
    form_columns = ["kind", "title", "number", "date", "preamble", "controller_id", "agreed_with", "agreed_on"]
    edit_columns = ["title", "preamble", "controller_id"]
    show_columns = [*form_columns, "repealed_on"]
    order = "-date"
    related_views = ["OrderItems"]
    add_label = "Внести приказ"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """An order is usually entered the day it is signed."""
        return {"date": today()}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Enter the order by the rule."""
        return rules.issue(session, by=by, **values)

    @action("repeal", "Отменить приказ", done="Приказ отменён.", icon="x-octagon", tone="danger", multiple=False,
            asks=("repealed_on",), when=lambda one: one.repealed_on is None)  # fmt: skip
    def repeal(self, order: AdminOrder, *, by: Actor, repealed_on: dt.date) -> None:
        """Repeal the order."""
        rules.repeal(order, by=by, on=repealed_on)


class OrderItems(Register):
    """Points of orders: who does what until when, and whether it is done."""

    key = "order_items"
    datamodel = OrderItem
    title = "Пункты приказов", "Пункт приказа"
    list_columns = ["no", "text", "responsible_id", "function", "due", "state"]
    extra_columns = ["order_id", "done_on"]
    filter_columns = ["responsible_id", "due", "done_on", "order_id"]
    add_columns = ["order_id", "text", "responsible_id", "function", "due"]
    edit_columns = ["text", "due"]
    show_columns = [*add_columns, "done_on"]
    order = "no"

    @shown("Исполнение")
    def state(self, item: OrderItem) -> Cell:
        """Done, overdue, or still in time."""
        if item.done_on is not None:
            return Cell(f"исполнен {item.done_on:%d.%m.%Y}", tone="ok", icon="check-circle")
        return Cell("просрочен", tone="bad", icon="clock") if item.is_overdue else Cell("в работе", tone="")

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Add the point by the rule."""
        order, responsible = self.linked(values, "order_id"), self.linked(values, "responsible_id")
        return rules.add_item(order, by=by, responsible=responsible, **values)

    @action("settle", "Исполнен", done="Пункт отмечен исполненным.", icon="check-lg", asks=("done_on",),
            when=lambda item: item.done_on is None)  # fmt: skip
    def settle(self, item: OrderItem, *, by: Actor, done_on: dt.date) -> None:
        """Mark the point carried out."""
        rules.settle(item, by=by, on=done_on)


class Regulations(Register):
    """What the work rests on: laws, the statute of the service, methods, job descriptions."""

    key = "regulations"
    datamodel = Regulation
    title = "Нормативная база", "Документ"
    list_columns = ["title", "kind", "level", "number", "date", "status"]
    form_columns = ["title", "kind", "level", "number", "date", "note"]
    show_columns = [*form_columns, "edition", "status", "order_id"]
    filter_columns = ["level", "kind", "status", "date"]
    order = "title"
    related_views = ["Visas"]

    def badges(self, record: Regulation) -> tuple[Badge, ...]:
        """State of the document."""
        return (Badge(record.status.label, _REGULATION_TONES.get(record.status, "")),)

    def line(self, record: Regulation) -> str:
        """By which order the document was approved."""
        return f"Утверждено: {record.order}" if record.order else ""

    @action("approve", "Утвердить", done="Документ утверждён.", icon="check2-circle", multiple=False,
            asks=("order_id?",), when=lambda one: one.status in (RegulationStatus.DRAFT, RegulationStatus.ON_APPROVAL)
            and (one.level is not RegulationLevel.LOCAL or one.status is RegulationStatus.ON_APPROVAL))  # fmt: skip
    def approve(self, regulation: Regulation, *, by: Actor, order_id: int | None) -> None:
        """Approve the document by an order."""
        rules.approve(regulation, by=by, order=self.linked({"order_id": order_id}, "order_id"))

    @action("next_edition", "Новая редакция", done="Начата новая редакция.", icon="file-earmark-plus", multiple=False,
            when=lambda one: one.level is RegulationLevel.LOCAL
            and one.status is not RegulationStatus.DRAFT)  # fmt: skip
    def next_edition(self, regulation: Regulation, *, by: Actor) -> None:
        """Begin the next edition."""
        rules.next_edition(regulation, by=by)

    @action("repeal", "Утратил силу", done="Документ больше не действует.", icon="x-octagon", multiple=False,
            when=lambda one: one.status is RegulationStatus.APPROVED)  # fmt: skip
    def repeal(self, regulation: Regulation, *, by: Actor) -> None:
        """Say that the document no longer holds."""
        rules.repeal_regulation(regulation, by=by)


class Visas(Register):
    """Visas under a draft: who was asked and what he said."""

    key = "visas"
    datamodel = Visa
    title = "Лист согласования", "Виза"
    list_columns = ["staff_id", "edition", "given_on", "remark"]
    add_columns = ["regulation_id", "staff_id"]
    edit_columns: list[str] = []
    show_columns = ["regulation_id", "edition", "staff_id", "given_on", "remark"]
    add_label = "Отправить на согласование"
    order = "staff_id"

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Ask the person for the visa by the rule."""
        regulation, staff = self.linked(values, "regulation_id"), self.linked(values, "staff_id")
        rules.ask_visas(regulation, by=by, people=[staff])
        session.flush()
        return next(visa for visa in regulation.visas if visa.staff_id == staff.id)

    @action("give", "Согласовать", done="Виза поставлена.", icon="pen", multiple=False, asks=("remark?",),
            when=lambda visa: visa.given_on is None and visa.staff_id == actor().staff_id)  # fmt: skip
    def give(self, visa: Visa, *, by: Actor, remark: str | None) -> None:
        """Give one's own visa."""
        rules.give_visa(visa, by=by, remark=remark)


class Contracts(Register):
    """Contracts on working together with other agencies."""

    key = "contracts"
    datamodel = InteragencyAgreement
    title = "Соглашения о взаимодействии", "Соглашение о взаимодействии"
    list_columns = ["partner_id", "number", "date", "valid_to", "state"]
    form_columns = ["partner_id", "number", "date", "valid_to", "subject"]
    show_columns = [*form_columns, "terminated_on", "termination_reason"]
    filter_columns = ["partner_id", "date", "valid_to", "terminated_on"]
    order = "-date"
    search_through = ["partner"]

    @shown("Состояние")
    def state(self, contract: InteragencyAgreement) -> Cell:
        """Whether the contract holds."""
        status = contract.status
        return Cell(status.label, tone=_CONTRACT_TONES[status])

    @action("terminate", "Расторгнуть", done="Соглашение расторгнуто.", icon="x-octagon", tone="danger", multiple=False,
            asks=("termination_reason", "terminated_on"),
            when=lambda one: one.terminated_on is None)  # fmt: skip
    def terminate(
        self, contract: InteragencyAgreement, *, by: Actor, termination_reason: str, terminated_on: dt.date
    ) -> None:
        """End the contract before its term."""
        rules.terminate_contract(contract, by=by, reason=termination_reason, on=terminated_on)
