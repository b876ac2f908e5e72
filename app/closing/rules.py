"""How an accompaniment ends, and what comes after (S001-2.4-b, S003-3.7, S004-4-b, S004-5; domain.md 3.8).

::

    any open state ── refuse (D03) ──► отказ, before the work · снята: отказ семьи, after it began
                   ── transfer ─────► снята: передача в другую организацию
    review ── prepare_conclusion ─► draft ── sign_conclusion ─► снята
                                                        └─────► постсопровождение, where the order of work has it

    постсопровождение ── record_check ─► the next check
                      ── record_check «ухудшилось» ─► снята, a new case linked to the old one
                      ── finish, when no check is left ─► снята

Who may do each, and on which stage, is said by the order of work; what a conclusion waits for are the guards of the
way it opens. The agreement and the programme end with the accompaniment. ``support.py`` has the time after it.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from app import journal
from app.acting import Actor, now, today
from app.agreements.rules import end_accompaniment, end_papers
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import CaseStatus, EndReason, FamilyCase, Outcome
from app.cases.rules import BEFORE_WORK, begin_support, end_support, refuse_case
from app.cases.stages import order_in_force
from app.closing.facts import facts_of, terminating
from app.closing.models import (
    CaseTransfer,
    ClosureConclusion,
    ConclusionStatus,
    PostSupportStatus,
    Refusal,
    RefusalKind,
    YesNo,
)
from app.closing.support import (
    cancel_checks,
    finish,
    plan_checks,
    record_check,
    running_support,
)
from app.organisation.models import PartnerOrganisation
from app.papers.numbers import format_number, take_number
from app.people.models import Person
from app.people.rules import trimmed
from app.profiles.order import GuardRef
from app.programmes.makers import of_family
from app.programmes.rights import take
from app.terms import say

__all__ = [
    "change_conclusion",
    "finish",
    "prepare_conclusion",
    "record_check",
    "refuse",
    "sign_conclusion",
    "transfer",
]

OWN_GUARD = "closure_conclusion_signed"
"""What the signature itself settles, so the signature does not wait for it."""

REQUIRED = {
    "outcome": "Укажите результат сопровождения.",
    "end_reason": "Укажите, почему сопровождение прекращается.",
    "child_stays": "Ответьте, остался ли ребёнок в семье.",
    "curator_result": "Напишите, чего удалось достичь: без этого {curator} работу не заканчивает.",
}
"""What a conclusion must say, and how its absence is told."""


# ---- the family says no ------------------------------------------------------------------------------


def refuse(
    case: FamilyCase,
    *,
    by: Actor,
    person: Person,
    on: dt.date | None = None,
    reason: str | None = None,
    consequences_explained: bool = False,
    outcome: Outcome | None = None,
) -> Refusal:
    """Register the refusal of the family in writing (D03) and end its case, whatever the stage (S001-2.4-b).

    Raises:
        RuleBroken: the order of work leaves it to others, the case has ended, an adult of the family did not sign, its
            consequences were not explained, the outcome of an accompaniment is missing, or the day cannot be.
    """
    on = on or today()
    gate.need(case, "case.refuse", by=by)
    _need_open(case)
    of_family(case, person, field="person_id")
    if person.is_minor(on):
        raise RuleBroken("Отказ подписывает взрослый: законный представитель или член семьи.", field="person_id")
    if not consequences_explained:
        raise RuleBroken("Разъясните семье последствия отказа и отметьте это.", field="consequences_explained")
    if on > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату.", field="date")
    after = case.status is CaseStatus.POST_SUPPORT
    refusal = Refusal(
        case=case,
        kind=RefusalKind.POST_SUPPORT if after else RefusalKind.ACCOMPANIMENT,
        date=on,
        person=person,
        reason=trimmed(reason),
        consequences_explained=True,
        received_by_id=by.staff_id,
        service_unit_id=case.service_unit_id,
    )
    session = session_of(case)
    session.add(refusal)
    said = trimmed(reason) or "семья отказалась, причину не назвала"
    if after:
        support = running_support(case)
        if support is not None:
            cancel_checks(support, PostSupportStatus.STOPPED, on, said)
        end_support(case, by=by, sentence=f"отказ семьи от постсопровождения, {said}.", on=on)
    elif case.status in BEFORE_WORK:
        end_papers(case, by=by, reason=EndReason.FAMILY_REFUSED, on=on)
        refuse_case(case, by=by, reason=said, on=on)
    else:
        end_accompaniment(case, by=by, reason=EndReason.FAMILY_REFUSED, outcome=outcome, child_stays=None, on=on)
        happened(case, "case_closed", on=on)
    journal.record(session, by, "case.refusal", refusal, f"Дело № {case.number}: {refusal.kind.label} (D03). {said}")
    return refusal


# ---- to another organisation -------------------------------------------------------------------------


def transfer(
    case: FamilyCase,
    *,
    by: Actor,
    partner: PartnerOrganisation,
    letter_no: str,
    letter_date: dt.date,
    reason: str,
    on: dt.date | None = None,
    handed_over: str | None = None,
    outcome: Outcome | None = None,
) -> CaseTransfer:
    """Hand the case over to *partner* by letter and end it here.

    Raises:
        RuleBroken: the order of work leaves it to others, the case has ended or its accompaniment did, the letter or
            the reason is missing, the outcome of an accompaniment is, or a day cannot be.
    """
    on = on or today()
    gate.need(case, "case.transfer", by=by)
    _need_open(case)
    if case.status is CaseStatus.POST_SUPPORT:
        raise RuleBroken("Сопровождение уже закончено. Завершите постсопровождение.")
    if not trimmed(letter_no):
        raise RuleBroken("Укажите номер письма, с которым передано дело.", field="letter_no")
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему дело передаётся.", field="transfer_reason")
    if letter_date > on:
        raise RuleBroken("Письмо датируют не позже передачи. Проверьте дату.", field="letter_date")
    session = session_of(case)
    made = CaseTransfer(
        case=case,
        partner=partner,
        date=on,
        letter_no=trimmed(letter_no),
        letter_date=letter_date,
        handed_over=trimmed(handed_over),
        reason=trimmed(reason),
        service_unit_id=case.service_unit_id,
    )
    session.add(made)
    end_accompaniment(case, by=by, reason=EndReason.TRANSFERRED, outcome=outcome, on=on)
    happened(case, "case_closed", on=on)
    told = f"Дело № {case.number} передано: {partner}, письмо {made.letter_no} от {letter_date:%d.%m.%Y}."
    journal.record(session, by, "case.transfer", made, told)
    return made


# ---- the conclusion ----------------------------------------------------------------------------------


def prepare_conclusion(case: FamilyCase, *, by: Actor, on: dt.date | None = None) -> ClosureConclusion:
    """Draft the conclusion from what the case shows by *on*, or bring the facts of its draft up to date (S003-3.7).

    What people write in it – the result, the reason, the recommendations – stays.

    Raises:
        RuleBroken: the order of work does not open it now or to *by*, the case has ended, or it is signed.
    """
    on = on or today()
    gate.need(case, "closure.prepare", by=by)
    _need_open(case)
    session = session_of(case)
    known = session.scalars(select(ClosureConclusion).where(ClosureConclusion.case_id == case.id)).one_or_none()
    if known is not None and known.status is ConclusionStatus.SIGNED:
        raise RuleBroken(f"{known} уже подписано.")
    conclusion = known or ClosureConclusion(
        case=case, status=ConclusionStatus.DRAFT, period_to=on, service_unit_id=case.service_unit_id
    )
    for name, value in facts_of(case, on).items():
        setattr(conclusion, name, value)
    conclusion.prepared_by_id = by.staff_id
    session.add(conclusion)
    session.flush()
    told = f"Дело № {case.number}: подготовлено заключение о прекращении."
    journal.record(session, by, "closure.prepare", conclusion, told)
    return conclusion


def change_conclusion(
    conclusion: ClosureConclusion,
    *,
    by: Actor,
    outcome: Outcome | None = None,
    end_reason: EndReason | None = None,
    child_stays: YesNo | None = None,
    curator_result: str | None = None,
    recommendations: str | None = None,
) -> ClosureConclusion:
    """Write what people say in a draft: the result, the reason, whether the child stays, what the curator achieved.

    Raises:
        RuleBroken: the order of work leaves it to others now, or it is signed.
    """
    gate.need(conclusion.case, "closure.prepare", by=by)
    conclusion = take(conclusion)
    if conclusion.status is ConclusionStatus.SIGNED:
        raise RuleBroken(f"{conclusion} подписано, изменить его нельзя.")
    conclusion.outcome, conclusion.end_reason, conclusion.child_stays = outcome, end_reason, child_stays
    conclusion.curator_result, conclusion.recommendations = trimmed(curator_result), trimmed(recommendations)
    told = f"Дело № {conclusion.case.number}: заключение изменено."
    journal.record(session_of(conclusion), by, "closure.prepare", conclusion, told)
    return conclusion


def sign_conclusion(conclusion: ClosureConclusion, *, by: Actor, on: dt.date | None = None) -> ClosureConclusion:
    """Sign the conclusion: the family leaves the accompaniment on *on*, for good or to the time after it.

    Raises:
        RuleBroken: the order of work does not open it now or to *by*, something the way out waits for is missing, the
            conclusion lacks its result, reason or answer, it is signed already, or the day cannot be.
    """
    on = on or today()
    case = conclusion.case
    gate.need(case, "closure.sign", by=by)
    _need_open(case)
    conclusion = take(conclusion)
    if conclusion.status is ConclusionStatus.SIGNED:
        raise RuleBroken(f"{conclusion} уже подписано.")
    for name, sentence in REQUIRED.items():
        if not getattr(conclusion, name):
            raise RuleBroken(f"{say(sentence)} Откройте заключение и дополните его.")
    for ref in waited_for(case):
        missing = gate.unmet(case, ref)
        if missing is not None:
            raise RuleBroken(f"Заключение пока не подписать ({ref.clause}). {missing}")
    if on > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату.", field="date")
    session = session_of(conclusion)
    # What was decided last is what the conclusion rests on.
    decision = terminating(case)
    if decision is not None:
        conclusion.decision_id, conclusion.body_id = decision.id, decision.item.meeting.body_id
    number = take_number(session, conclusion.service_unit_id, "conclusion", on.year)
    conclusion.number, conclusion.date, conclusion.period_to = format_number(number, on.year), on, on
    conclusion.status, conclusion.signed_at, conclusion.signed_by_id = ConclusionStatus.SIGNED, now(), by.staff_id
    session.flush()
    journal.record(session, by, "closure.sign", conclusion, f"Дело № {case.number}: {conclusion} подписано.")
    _leave(conclusion, by, on)
    return conclusion


def _leave(conclusion: ClosureConclusion, by: Actor, on: dt.date) -> None:
    """End the accompaniment as the order of work says: for good, or to the time after it with its checks."""
    case, reason, outcome = conclusion.case, conclusion.end_reason, conclusion.outcome
    assert reason is not None, "a signed conclusion names its reason"
    assert outcome is not None, "a signed conclusion names its result"
    stays = conclusion.child_stays is YesNo.YES
    after = support_stage(case)
    if after is None:
        end_accompaniment(case, by=by, reason=reason, outcome=outcome, child_stays=stays, on=on)
    else:
        end_papers(case, by=by, reason=reason, on=on)
        begin_support(case, after, by=by, reason=reason, outcome=outcome, child_stays=stays, on=on)
        plan_checks(case, by=by, on=on)
    happened(case, "case_closed", on=on)


def support_stage(case: FamilyCase) -> str | None:
    """Return the stage of the time after the accompaniment, None where the order of work has none."""
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is None or not order.post_support_checks:
        return None
    status = CaseStatus.POST_SUPPORT.value
    return next((stage.code for stage in order.stages if stage.status == status), None)


def waited_for(case: FamilyCase) -> list[GuardRef]:
    """Return the guards of the way a signed conclusion opens, the signature itself apart."""
    found = gate.stage_of(case)
    if found is None:
        return []
    order, stage = found
    ends = {CaseStatus.CLOSED.value, support_stage(case)}
    refs = list(stage.exit)
    for way in stage.ways:
        if way.to in ends:
            ahead = order.stage_by_code.get(way.to)
            refs += [*way.guards, *(ahead.entry if ahead is not None else ())]
    return [ref for ref in refs if ref.code != OWN_GUARD]


def _need_open(case: FamilyCase) -> None:
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Заведите новое дело.")
