"""What may happen to orders, regulations and contracts (S000-1, S000-4, S000-5, S002-П, S002-3.1).

::

    issue ─► order ── repeal ─► no longer holds            item ── settle ─► done
    draft ── ask_visas ─► on_approval ── approve (all visas, by an order) ─► approved ── repeal_regulation ─► repealed
      ▲                        │ next_edition (a remark asks for changes)          │
      └────────────────────────┘◄─────────────── next_edition ─────────────────────┘
    contract ── terminate_contract ─► terminated           (its term over: expired, by itself)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.cases.stages import order_in_force
from app.orders.models import (
    AdminOrder,
    InteragencyAgreement,
    OrderItem,
    OrderKind,
    Regulation,
    RegulationLevel,
    RegulationStatus,
    Visa,
)
from app.organisation.models import StaffMember
from app.papers.numbers import take_number
from app.people.rules import trimmed

WHOLE_SERVICE = (OrderKind.CREATE, OrderKind.REORGANISE, OrderKind.LIQUIDATE)


# ---- orders ------------------------------------------------------------------------------------------


def issue(
    session: Session,
    *,
    by: Actor,
    kind: OrderKind,
    title: str,
    date: dt.date | None = None,
    number: str | None = None,
    agreed_with: str | None = None,
    agreed_on: dt.date | None = None,
    **more: Any,
) -> AdminOrder:
    """Enter an order of *date*. Without a *number* it takes the next one of the year.

    Raises:
        RuleBroken: the day has not come, the number is taken, or the centre's order of work wants such an order
            agreed with somebody first (S002-3.1).
    """
    date = date or today()
    if date > today():
        raise RuleBroken("Приказ не подписывают будущим днём. Проверьте дату.", field="date")
    _need_agreement(session, by, kind, agreed_with, agreed_on)
    if agreed_on is not None and agreed_on > date:
        raise RuleBroken("Согласуют до подписания приказа. Проверьте дату согласования.", field="agreed_on")
    number = trimmed(number) or str(take_number(session, by.unit, "R22", date.year))
    taken = select(AdminOrder.id).where(AdminOrder.year == date.year, AdminOrder.number == number)
    if session.scalar(taken.where(AdminOrder.service_unit_id == by.unit)) is not None:
        raise RuleBroken(f"Приказ № {number} за {date.year} год уже внесён. Проверьте номер.", field="number")
    order = AdminOrder(
        kind=kind, title=title, number=number, date=date, year=date.year, agreed_with=trimmed(agreed_with),
        agreed_on=agreed_on, service_unit_id=by.unit, **more,
    )  # fmt: skip
    session.add(order)
    session.flush()
    journal.record(session, by, "order.issue", order, f"{order}: {kind.label}.")
    return order


def _need_agreement(
    session: Session, by: Actor, kind: OrderKind, agreed_with: str | None, agreed_on: dt.date | None
) -> None:
    order = order_in_force(session, by.unit)
    for asked in order.source["order_agreement"] if order is not None else ():
        if kind.value in asked["kinds"] and not (trimmed(agreed_with) and agreed_on):
            raise RuleBroken(
                f"Такой приказ согласуют: {asked['with']}. Укажите, с кем и когда согласован.",
                field="agreed_with" if not trimmed(agreed_with) else "agreed_on",
            )


def add_item(
    order: AdminOrder,
    *,
    by: Actor,
    text: str,
    responsible: StaffMember | None = None,
    function: str | None = None,
    due: dt.date | None = None,
) -> OrderItem:
    """Add the next point of an order.

    Raises:
        RuleBroken: the order no longer holds, or the point is due before the order.
    """
    if order.repealed_on is not None:
        raise RuleBroken("Приказ отменён, пункты к нему не добавляют. Внесите новый приказ.")
    if due is not None and due < order.date:
        raise RuleBroken("Срок пункта не раньше самого приказа. Проверьте дату.", field="due")
    item = OrderItem(
        order=order, no=max((each.no for each in order.items), default=0) + 1, text=text, responsible=responsible,
        function=trimmed(function), due=due, service_unit_id=order.service_unit_id,
    )  # fmt: skip
    session_of(order).add(item)
    journal.record(session_of(order), by, "order.add_item", order, f"{order}: пункт {item.no}.")
    return item


def settle(item: OrderItem, *, by: Actor, on: dt.date | None = None) -> None:
    """Mark a point carried out on *on*.

    Raises:
        RuleBroken: it is already, or the day cannot be.
    """
    on = on or today()
    if item.done_on is not None:
        raise RuleBroken(f"Пункт уже исполнен {item.done_on:%d.%m.%Y}.")
    if not item.order.date <= on <= today():
        raise RuleBroken("Исполняют после приказа и не позже сегодняшнего дня. Проверьте дату.", field="done_on")
    item.done_on = on
    journal.record(session_of(item), by, "order.settle", item, f"{item}: исполнен.")


def repeal(order: AdminOrder, *, by: Actor, on: dt.date | None = None) -> None:
    """Repeal an order from *on*.

    Raises:
        RuleBroken: it is repealed, or the day lies before the order or ahead.
    """
    on = on or today()
    if order.repealed_on is not None:
        raise RuleBroken(f"Приказ уже отменён {order.repealed_on:%d.%m.%Y}.")
    if not order.date <= on <= today():
        raise RuleBroken("Отменяют не раньше самого приказа и не позже сегодняшнего дня.", field="repealed_on")
    order.repealed_on = on
    journal.record(session_of(order), by, "order.repeal", order, f"{order}: отменён.")


def service_exists(session: Session, unit_id: int, day: dt.date) -> bool:
    """Whether the service has been created by an order that holds on *day* (S000-4a)."""
    return any(one.is_valid_on(day) for one in _orders(session, unit_id, OrderKind.CREATE))


def is_responsible(session: Session, staff: StaffMember, day: dt.date) -> bool:
    """Whether an order that holds on *day* names the person among the responsible (S000-5)."""
    orders = _orders(session, staff.service_unit_id, OrderKind.RESPONSIBLE)
    return any(item.responsible_id == staff.id for one in orders if one.is_valid_on(day) for item in one.items)


def _orders(session: Session, unit_id: int, kind: OrderKind) -> Sequence[AdminOrder]:
    wanted = select(AdminOrder).where(AdminOrder.service_unit_id == unit_id, AdminOrder.kind == kind)
    return session.scalars(wanted.order_by(AdminOrder.date)).all()


# ---- regulations -------------------------------------------------------------------------------------


def ask_visas(regulation: Regulation, *, by: Actor, people: Sequence[StaffMember]) -> None:
    """Send a draft to *people* for their visas.

    Raises:
        RuleBroken: it is no draft, or nobody is named.
    """
    if regulation.status not in (RegulationStatus.DRAFT, RegulationStatus.ON_APPROVAL):
        raise RuleBroken(f"Согласуют проект, а документ – {regulation.status.label}. Начните новую редакцию.")
    known = {visa.staff_id for visa in regulation.visas if visa.edition == regulation.edition}
    new = [one for one in people if one.id not in known]
    if not new:
        raise RuleBroken("Назовите, кто согласует документ: этих людей уже спросили.", field="staff_id")
    session = session_of(regulation)
    for one in new:
        session.add(
            Visa(regulation=regulation, edition=regulation.edition, staff=one,
                 service_unit_id=regulation.service_unit_id)
        )  # fmt: skip
    regulation.status = RegulationStatus.ON_APPROVAL
    names = ", ".join(map(str, new))
    journal.record(session, by, "regulation.ask_visas", regulation, f"«{regulation}»: на согласовании у {names}.")


def give_visa(visa: Visa, *, by: Actor, on: dt.date | None = None, remark: str | None = None) -> None:
    """Give one's visa; a *remark* is kept beside it.

    Raises:
        RuleBroken: the visa is somebody else's, is given, or belongs to an earlier edition.
    """
    on = on or today()
    if by.staff_id != visa.staff_id:
        raise RuleBroken(f"Эту визу ставит {visa.staff}. Попросите об этом.")
    if visa.given_on is not None:
        raise RuleBroken(f"Вы уже согласовали документ {visa.given_on:%d.%m.%Y}.")
    if visa.edition != visa.regulation.edition or visa.regulation.status is not RegulationStatus.ON_APPROVAL:
        raise RuleBroken("Эта редакция уже не на согласовании. Откройте документ.")
    if on > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату.", field="given_on")
    visa.given_on, visa.remark = on, trimmed(remark)
    journal.record(session_of(visa), by, "regulation.visa", visa.regulation, f"«{visa.regulation}»: виза {visa.staff}.")


def approve(regulation: Regulation, *, by: Actor, order: AdminOrder | None = None) -> None:
    """Approve a regulation of the centre by *order*, after all its visas; one from outside is simply in force.

    Raises:
        RuleBroken: it is approved or repealed, a visa is missing (S002-П-5), or no valid order is named (S002-П-1).
    """
    if regulation.status in (RegulationStatus.APPROVED, RegulationStatus.REPEALED):
        raise RuleBroken(f"Документ уже {regulation.status.label}. Начните новую редакцию.")
    if regulation.level is RegulationLevel.LOCAL:
        missing = [visa for visa in regulation.visas if visa.edition == regulation.edition and visa.given_on is None]
        if missing:
            names = ", ".join(str(visa.staff) for visa in missing)
            raise RuleBroken(f"Нет визы: {names}. Дождитесь согласования.")
        if regulation.status is not RegulationStatus.ON_APPROVAL:
            raise RuleBroken("Сначала отправьте документ на согласование: под ним нет ни одной визы.")
        if order is None or not order.is_valid_on(today()):
            raise RuleBroken("Назовите действующий приказ, которым утверждён документ.", field="order_id")
    regulation.order = order
    regulation.status = RegulationStatus.APPROVED
    told = f"«{regulation}»: утверждён" + (f", {order}." if order else ".")
    journal.record(session_of(regulation), by, "regulation.approve", regulation, told)


def next_edition(regulation: Regulation, *, by: Actor) -> None:
    """Begin the next edition as a draft; the visas of the former one stay as they were.

    Raises:
        RuleBroken: it is a draft already, or comes from outside.
    """
    if regulation.status is RegulationStatus.DRAFT:
        raise RuleBroken(f"Редакция {regulation.edition} и так в работе. Продолжите её.")
    if regulation.level is not RegulationLevel.LOCAL:
        raise RuleBroken("Редакцию этого документа меняет тот, кто его издал. Внесите новый документ.")
    regulation.edition += 1
    regulation.status, regulation.order = RegulationStatus.DRAFT, None
    text = f"«{regulation}»: начата редакция {regulation.edition}."
    journal.record(session_of(regulation), by, "regulation.next_edition", regulation, text)


def repeal_regulation(regulation: Regulation, *, by: Actor) -> None:
    """Say that a regulation no longer holds.

    Raises:
        RuleBroken: it never held.
    """
    if regulation.status is not RegulationStatus.APPROVED:
        raise RuleBroken(f"Силу утрачивает утверждённый документ, а этот – {regulation.status.label}.")
    regulation.status = RegulationStatus.REPEALED
    journal.record(session_of(regulation), by, "regulation.repeal", regulation, f"«{regulation}»: утратил силу.")


# ---- contracts with other agencies -------------------------------------------------------------------


def terminate_contract(contract: InteragencyAgreement, *, by: Actor, reason: str, on: dt.date | None = None) -> None:
    """End a contract before its term.

    Raises:
        RuleBroken: it does not hold, no reason is given, or the day cannot be.
    """
    on = on or today()
    if contract.terminated_on is not None:
        raise RuleBroken(f"Соглашение уже расторгнуто {contract.terminated_on:%d.%m.%Y}.")
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему соглашение расторгнуто.", field="termination_reason")
    if not contract.date <= on <= today():
        raise RuleBroken("Соглашение расторгают после подписания и не будущим днём.", field="terminated_on")
    contract.terminated_on, contract.termination_reason = on, trimmed(reason)
    text = f"Соглашение {contract} с организацией «{contract.partner}» расторгнуто: {trimmed(reason)}"
    journal.record(session_of(contract), by, "contract.terminate", contract, text)
