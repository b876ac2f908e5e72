"""What is kept by hand of the personal file: copies with their certification, marks that a paper lies there."""

from __future__ import annotations

import datetime as dt

from app import journal
from app.acting import Actor
from app.base import RuleBroken, session_of
from app.cases.models import FamilyCase, PersonalFileItem
from app.cases.refusing import refuse_future
from app.cases.stages import order_in_force
from app.organisation.models import StaffMember
from app.people.rules import trimmed
from app.terms import say

KEEPERS = ("head_of_service", "curator", "registrar")
"""Roles that keep personal files (domain.md 3.10)."""


def keep_paper(
    case: FamilyCase,
    code: str,
    *,
    by: Actor,
    received_on: dt.date,
    certified_by: StaffMember | None = None,
    certified_on: dt.date | None = None,
    page_from: int | None = None,
    page_to: int | None = None,
    note: str | None = None,
) -> PersonalFileItem:
    """Mark that the paper of position *code* lies in the personal file, for the first time or anew.

    A copy counts only when it says who certified it and when (S000-6b).

    Raises:
        RuleBroken: it falls to others, the order of work has no such position, half of the certification is missing, or
            days or pages cannot be.
    """
    session = session_of(case)
    _need_keeper(by)
    order = order_in_force(session, case.service_unit_id)
    labels = {one.code: one.label for one in order.personal_file} if order is not None else {}
    if code not in labels:
        raise RuleBroken("Такой позиции в личном деле нет. Обновите страницу.", field="code")
    refuse_future(received_on, "received_on")
    if (certified_by is None) != (certified_on is None):
        field = "certified_by_id" if certified_by is None else "certified_on"
        raise RuleBroken("Укажите и кто заверил копию, и когда.", field=field)
    if certified_by is not None and certified_on is not None:
        refuse_future(certified_on, "certified_on")
        if not certified_by.works_on(certified_on):
            raise RuleBroken(f"{certified_by} не работает в этот день. Проверьте дату.", field="certified_by_id")
    if (page_from is None and page_to is not None) or (page_from is not None and page_from < 1):
        raise RuleBroken("Укажите, с какого листа начинается документ.", field="page_from")
    if page_from is not None and page_to is not None and page_to < page_from:
        raise RuleBroken("Последний лист не может идти раньше первого.", field="page_to")
    item = next((one for one in case.file_items if one.code == code), None)
    if item is None:
        item = PersonalFileItem(case=case, code=code, service_unit_id=case.service_unit_id)
        session.add(item)
    item.label = labels[code]
    item.received_on, item.certified_by, item.certified_on = received_on, certified_by, certified_on
    item.page_from, item.page_to, item.note = page_from, page_to, trimmed(note)
    session.flush()
    journal.record(session, by, "paper.keep", case, f"Дело № {case.number}, личное дело: {item.label}.")
    return item


def take_out(item: PersonalFileItem, *, by: Actor) -> None:
    """Say that the paper does not lie in the file after all.

    Raises:
        RuleBroken: it falls to others.
    """
    _need_keeper(by)
    session, case = session_of(item), item.case
    told = f"Дело № {case.number}, личное дело: отметка «{item.label}» снята."
    session.delete(item)
    session.flush()
    session.expire(case, ["file_items"])
    journal.record(session, by, "paper.take_out", case, told)


def _need_keeper(by: Actor) -> None:
    if by.roles and not by.is_any(*KEEPERS):
        raise RuleBroken(say("Личное дело ведёт {curator} или регистратор. Попросите об этом."))
