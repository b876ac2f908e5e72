"""What may happen to the plan of a year (S000-0a, S001-2.3-c).

::

    make_plan (from the order of work) ─► items not begun ── report ─► in work ─► done
"""

from __future__ import annotations

import calendar
import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor
from app.base import RuleBroken, session_of
from app.cases.stages import order_in_force
from app.people.rules import trimmed
from app.plans.models import ItemStatus, WorkPlan, WorkPlanItem

YEARS = range(2000, 2100)


def make_plan(session: Session, *, by: Actor, year: int, title: str = "План реализации") -> WorkPlan:
    """Make the plan of *year* from the one the centre's order of work draws.

    Raises:
        RuleBroken: the order of work draws no plan, the year cannot be, or its plan is there already.
    """
    order = order_in_force(session, by.unit)
    drawn = order.source["work_plan"] if order is not None else None
    if order is None or not drawn:
        raise RuleBroken("В вашем порядке работы плана нет. Добавьте раздел work_plan или обратитесь к администратору.")
    if year not in YEARS:
        raise RuleBroken("Проверьте год: четыре цифры, например 2026.", field="year")
    taken = select(WorkPlan.id).where(WorkPlan.code == drawn["code"], WorkPlan.year == year)
    if session.scalar(taken.where(WorkPlan.service_unit_id == by.unit)) is not None:
        raise RuleBroken(f"План на {year} год уже есть. Откройте его.", field="year")
    plan = WorkPlan(year=year, code=drawn["code"], title=title, service_unit_id=by.unit)
    session.add(plan)
    for item in drawn["items"]:
        monthly = item["window"] == "month"
        first, last = (1, 12) if monthly else (int(month) for month in item["window"])
        known = [order.role_by_code[code].label if code in order.role_by_code else order.label
                 for code in item["roles"]]  # fmt: skip
        session.add(WorkPlanItem(
            plan=plan, no=item["number"], title=item["title"], is_monthly=monthly,
            date_from=dt.date(year, first, 1), date_to=dt.date(year, last, calendar.monthrange(year, last)[1]),
            roles=", ".join(known), role_codes=f",{','.join(item['roles'])},", expected=item["result"],
            service_unit_id=by.unit,
        ))  # fmt: skip
    session.flush()
    journal.record(session, by, "plan.make", plan, f"Составлен план на {year} год.")
    return plan


def report(
    item: WorkPlanItem, *, by: Actor, progress: int, fact: str | None = None, delay_reason: str | None = None
) -> None:
    """Say how far an item is, in per cent; a hundred means done.

    Raises:
        RuleBroken: the number is no per cent, nothing is said of what was done, or a late item does not say why.
    """
    if not 0 <= progress <= 100:
        raise RuleBroken("Процент – от 0 до 100.", field="progress")
    if progress and not trimmed(fact):
        raise RuleBroken("Напишите, что сделано.", field="fact")
    item.status = ItemStatus.DONE if progress == 100 else ItemStatus.IN_WORK if progress else ItemStatus.NOT_BEGUN
    if item.is_overdue and not trimmed(delay_reason):
        raise RuleBroken(f"Срок прошёл {item.date_to:%d.%m.%Y}. Напишите причину отставания.", field="delay_reason")
    item.progress, item.fact, item.delay_reason = progress, trimmed(fact), trimmed(delay_reason)
    journal.record(session_of(item), by, "plan.report", item, f"Пункт плана {item.no}: {progress} %.")
