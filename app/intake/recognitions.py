"""The recognition of a family as needing social services (S003-3.1, S002-1.2; 442-ФЗ, ст. 15).

::

    record_recognition ─► признана (once a case) | отказано ── record_recognition ─► признана
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app import journal
from app.acting import SYSTEM, Actor, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import FamilyCase
from app.intake.models import Circumstance, Recognition, Verdict
from app.people.rules import trimmed

if TYPE_CHECKING:
    from app.meetings.models import Body, Decision

DECIDES = {True: Verdict.RECOGNISED, False: Verdict.REFUSED}
"""The decision a body must be able to take, see ``app/profiles/closed.py``."""


def record_recognition(
    case: FamilyCase,
    *,
    by: Actor,
    positive: bool,
    decided_on: dt.date,
    protocol_no: str,
    body: Body | None = None,
    body_name: str | None = None,
    decision: Decision | None = None,
    circumstances: Sequence[Circumstance] = (),
    ippsu_number: str | None = None,
    ippsu_date: dt.date | None = None,
    ippsu_valid_to: dt.date | None = None,
    **more: Any,
) -> Recognition:
    """Record what a body decided about the need of the family; *decision* is that of a meeting held here.

    Who may record a protocol of somebody else is told by the order of work; a decision of a meeting was signed already.

    Raises:
        RuleBroken: the order of work does not open it now, the family is recognised already, a day cannot be, no body
            or number is named, or a refusal is given an individual programme (ИППСУ).
    """
    session = session_of(case)
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Заведите новое дело.")
    gate.need(case, "recognition.record", by=by if decision is None else SYSTEM)
    known = recognised(case)
    if known is not None:
        raise RuleBroken(f"Семья уже признана нуждающейся: {known.decided_on:%d.%m.%Y}, № {known.protocol_no}.")
    if decided_on > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату решения.", field="decided_on")
    if not trimmed(protocol_no):
        raise RuleBroken("Укажите номер протокола или решения.", field="protocol_no")
    if body is None and not trimmed(body_name):
        raise RuleBroken("Выберите, кто решил, или напишите название органа.", field="body_id")
    if body is not None and body.decides and DECIDES[positive] not in body.decides:
        raise RuleBroken(f"{body} не решает о признании нуждающейся. Выберите другой орган.", field="body_id")
    _check_programme(positive, decided_on, trimmed(ippsu_number), ippsu_date, ippsu_valid_to)
    recognition = Recognition(
        case=case,
        is_positive=positive,
        decided_on=decided_on,
        protocol_no=trimmed(protocol_no),
        body=body,
        body_name=trimmed(body_name),
        decision=decision,
        circumstances=list(circumstances),
        ippsu_number=trimmed(ippsu_number),
        ippsu_date=ippsu_date,
        ippsu_valid_to=ippsu_valid_to,
        service_unit_id=case.service_unit_id,
        **more,
    )
    session.add(recognition)
    session.flush()
    if positive:  # Only a family in need is registered by the day of the decision.
        happened(case, "recognition_decided", on=decided_on)
    told = f"Дело № {case.number}: {str(recognition).lower()}, № {recognition.protocol_no}."
    journal.record(session, by, "recognition.record", recognition, told)
    return recognition


def complete_recognition(recognition: Recognition, *, by: Actor, **changes: Any) -> None:
    """Complete what came with a decision: circumstances, the individual programme; the decision itself stands.

    Raises:
        RuleBroken: the individual programme does not fit the decision, or a day cannot be.
    """
    for name, value in changes.items():
        setattr(recognition, name, value)
    recognition.ippsu_number = trimmed(recognition.ippsu_number)
    with session_of(recognition).no_autoflush:
        _check_programme(
            recognition.is_positive,
            recognition.decided_on,
            recognition.ippsu_number,
            recognition.ippsu_date,
            recognition.ippsu_valid_to,
        )


def recognised(case: FamilyCase) -> Recognition | None:
    """Return the decision by which the family is recognised as needing social services, if there is one."""
    return session_of(case).scalar(
        select(Recognition).where(Recognition.case_id == case.id, Recognition.is_positive.is_(True))
    )


def _check_programme(
    positive: bool, decided_on: dt.date, number: str | None, date: dt.date | None, valid_to: dt.date | None
) -> None:
    """Check the individual programme of social services (ИППСУ) that came with a recognition."""
    if not positive and (number or date or valid_to):
        raise RuleBroken("При отказе ИППСУ не составляют. Уберите её номер и даты.", field="ippsu_number")
    if (date or valid_to) and not number:
        raise RuleBroken("Укажите номер ИППСУ или уберите её даты.", field="ippsu_number")
    if date is not None and date > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату ИППСУ.", field="ippsu_date")
    if valid_to is not None and valid_to < (date or decided_on):
        raise RuleBroken("ИППСУ не может закончиться раньше, чем составлена. Проверьте срок.", field="ippsu_valid_to")
