"""What may happen to benefits and aid (S001-3.1-e, S001-3.1-f).

::

    note_benefit ─► entitled ─► granted ─► received        set_status, in any order; not_received says why
    give_aid ─► in the list of aid
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.benefits.models import AidKind, AidRecord, AidSource, Benefit, BenefitStatus
from app.cases.models import FamilyCase
from app.people.models import Person
from app.people.rules import trimmed


def note_benefit(
    case: FamilyCase,
    *,
    by: Actor,
    person: Person,
    name: str,
    status: BenefitStatus = BenefitStatus.ENTITLED,
    reason: str | None = None,
    **more: Any,
) -> Benefit:
    """Note a benefit *person* of the family is entitled to.

    Raises:
        RuleBroken: the case has ended, the person is of another family, or one who does not receive it is not
            said why.
    """
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено. Льготы ведут в открытом деле.")
    if not any(seat.person_id == person.id and seat.is_current for seat in case.family.members):
        raise RuleBroken(f"{person} не из этой семьи. Выберите члена семьи.", field="person_id")
    benefit = Benefit(case=case, person=person, name=name, service_unit_id=case.service_unit_id, **more)
    _write(benefit, status, reason)
    session_of(case).add(benefit)
    journal.record(session_of(case), by, "benefit.note", benefit, f"Льгота «{name}»: {status.label}.")
    return benefit


def set_status(
    benefit: Benefit, status: BenefitStatus, *, by: Actor, reason: str | None = None, check_on: dt.date | None = None
) -> None:
    """Write how far the benefit is, and when to look again.

    Raises:
        RuleBroken: it is not received and nobody says why, or the next look lies in the past.
    """
    if check_on is not None and check_on < today():
        raise RuleBroken("День проверки уже прошёл. Укажите будущий.", field="check_on")
    _write(benefit, status, reason)
    benefit.check_on = check_on
    journal.record(session_of(benefit), by, "benefit.status", benefit, f"Льгота «{benefit}»: {status.label}.")


def _write(benefit: Benefit, status: BenefitStatus, reason: str | None) -> None:
    if status is BenefitStatus.NOT_RECEIVED and not trimmed(reason):
        raise RuleBroken("Напишите, почему льготу не получают.", field="reason")
    benefit.status = status
    benefit.reason = trimmed(reason) if status is BenefitStatus.NOT_RECEIVED else None


def give_aid(
    case: FamilyCase,
    *,
    by: Actor,
    kind: AidKind,
    description: str,
    source: AidSource,
    on: dt.date | None = None,
    amount: Decimal | None = None,
    quantity: Decimal | None = None,
    **more: Any,
) -> AidRecord:
    """Enter aid given on *on* (today if not given): an amount in roubles, a quantity, or both.

    Raises:
        RuleBroken: the case was not open that day, the day has not come, or nothing was given.
    """
    on = on or today()
    if on > today():
        raise RuleBroken("Этот день ещё не наступил. Внесите помощь, когда её получат.", field="date")
    if on < case.opened_at or (case.ended_at is not None and on > case.ended_at):
        raise RuleBroken(f"{on:%d.%m.%Y} дело № {case.number} не велось. Проверьте дату.", field="date")
    if amount is None and quantity is None:
        raise RuleBroken("Укажите сумму или количество.", field="amount")
    for value, field in ((amount, "amount"), (quantity, "quantity")):
        if value is not None and value <= 0:
            raise RuleBroken("Здесь бывает только больше нуля. Проверьте число.", field=field)
    aid = AidRecord(case=case, kind=kind, description=description, source=source, date=on, amount=amount,
                    quantity=quantity, service_unit_id=case.service_unit_id, **more)  # fmt: skip
    session_of(case).add(aid)
    journal.record(session_of(case), by, "aid.give", aid, f"Дело № {case.number}: помощь {kind.label}.")
    return aid
