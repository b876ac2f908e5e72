"""What may happen to an agreement, and how an accompaniment ends (S003-2.5, domain.md 3.8).

::

    draft_agreement ─► draft ── sign ─► signed ── complete ─► completed
                                           └───── terminate ─► terminated
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from app import journal
from app.acting import Actor, today
from app.agreements.models import Agreement, AgreementStatus, HelpKind, Initiator
from app.base import RuleBroken, session_of
from app.cases.models import EndReason, FamilyCase, Outcome
from app.cases.rules import close_case
from app.organisation.models import StaffMember
from app.papers.numbers import format_number, take_number
from app.people.models import Person
from app.people.rules import trimmed
from app.programmes import rules as programmes
from app.programmes.models import Programme, VersionStatus
from app.terms import say, word

FAMILY_LEFT = (EndReason.FAMILY_REFUSED, EndReason.MOVED)
"""Reasons for which it is the family that ends the agreement."""

CUT_SHORT = (*FAMILY_LEFT, EndReason.AGREEMENT_BROKEN, EndReason.TRANSFERRED, EndReason.CHILDREN_PLACED)
"""Reasons that terminate agreement and programme; any other end completes them."""


DRAFTED = "{agreement_short?составлен|составлена|составлено} {agreement_short}"
SIGNED = "{agreement_short?Подписан|Подписана|Подписано} {agreement_short}"
IT = "{agreement_short?его|её|его}"
ONLY_SIGNED = (
    "Закончить можно {agreement_short?подписанный|подписанную|подписанное} {agreement_short:acc}, "
    "а {agreement_short?этот|эта|это}"
)
"""Parts of sentences that agree with what the centre calls the agreement."""


def draft_agreement(
    case: FamilyCase,
    *,
    by: Actor,
    customer: Person,
    valid_from: dt.date,
    valid_to: dt.date,
    help_kinds: list[HelpKind],
    **more: Any,
) -> Agreement:
    """Draft an agreement with *customer*, an adult legal representative of the family.

    Raises:
        RuleBroken: the case has ended, the customer may not sign, the term is upside down, or no help is named.
    """
    session = session_of(case)
    _need_open(case)
    _need_representative(case, customer)
    if valid_to <= valid_from:
        raise RuleBroken(
            say("{Agreement_short} заканчивается позже, чем начинается. Проверьте срок."), field="valid_to"
        )
    if not help_kinds:
        raise RuleBroken("Отметьте хотя бы один вид помощи.", field="help_kinds")
    agreement = Agreement(
        case=case,
        customer=customer,
        valid_from=valid_from,
        valid_to=valid_to,
        help_kinds=help_kinds,
        status=AgreementStatus.DRAFT,
        service_unit_id=case.service_unit_id,
        **more,
    )
    session.add(agreement)
    journal.record(session, by, "agreement.draft", agreement, f"Дело № {case.number}: {say(DRAFTED)}.")
    return agreement


def sign(agreement: Agreement, *, by: Actor, signed_by: StaffMember, on: dt.date | None = None) -> None:
    """Sign the agreement on *on*: it gets its number, and the first one starts the accompaniment.

    Raises:
        RuleBroken: it is no draft, another one is in force, the case has ended, or the day or signatory cannot be.
    """
    on = on or today()
    case = agreement.case
    session = session_of(agreement)
    if agreement.status != AgreementStatus.DRAFT:
        raise RuleBroken(f"Подписывают черновик, а {word('agreement_short')} {agreement.status.label}.")
    _need_open(case)
    _need_representative(case, agreement.customer)
    if on > today():
        raise RuleBroken(say("Этот день ещё не наступил. Проверьте дату {agreement_short:gen}."), field="date")
    if on < case.opened_at:
        raise RuleBroken(f"Дело заведено {case.opened_at:%d.%m.%Y}. Укажите день не раньше.", field="date")
    if on > agreement.valid_to:
        raise RuleBroken(
            say(
                "Срок {agreement_short:gen} к этому дню уже прошёл. Составьте "
                "{agreement_short?новый|новую|новое} {agreement_short:acc}."
            ),
            field="date",
        )
    if not signed_by.works_on(on):
        raise RuleBroken(f"{signed_by} не работает в этот день. Выберите другого сотрудника.", field="signed_by_id")
    running = in_force(case)
    if running is not None:
        raise RuleBroken(
            f"У семьи уже действует {word('agreement_short')} № {running.number}. Сначала завершите {say(IT)}."
        )
    agreement.number = format_number(take_number(session, agreement.service_unit_id, "agreement", on.year), on.year)
    agreement.date = on
    agreement.signed_by = signed_by
    agreement.status = AgreementStatus.SIGNED
    case.started_at = case.started_at or on
    case.planned_end = max(filter(None, (case.planned_end, agreement.valid_to)))
    journal.record(session, by, "agreement.sign", agreement, f"{say(SIGNED)} № {agreement.number}.")


def complete(agreement: Agreement, *, by: Actor, on: dt.date | None = None) -> None:
    """Complete the agreement on *on*: what was promised is done or its term is over.

    Raises:
        RuleBroken: it is not in force, or the day cannot be.
    """
    _end(agreement, on or today(), AgreementStatus.COMPLETED)
    sentence = say(
        "{Agreement_short} № {number} {agreement_short?исполнен|исполнена|исполнено}.", number=agreement.number
    )
    journal.record(session_of(agreement), by, "agreement.complete", agreement, sentence)


def terminate(agreement: Agreement, *, by: Actor, initiator: Initiator, reason: str, on: dt.date | None = None) -> None:
    """Terminate the agreement early on *on*.

    Raises:
        RuleBroken: it is not in force, no reason is given, or the day cannot be.
    """
    if not trimmed(reason):
        raise RuleBroken(
            say("Напишите, почему {agreement_short} {agreement_short?расторгнут|расторгнута|расторгнуто}."),
            field="termination_reason",
        )
    _end(agreement, on or today(), AgreementStatus.TERMINATED)
    agreement.termination_initiator = initiator
    agreement.termination_reason = trimmed(reason)
    sentence = say(
        "{Agreement_short} № {number} {agreement_short?расторгнут|расторгнута|расторгнуто}: {reason}",
        number=agreement.number,
        reason=trimmed(reason),
    )
    journal.record(session_of(agreement), by, "agreement.terminate", agreement, sentence)


def end_accompaniment(
    case: FamilyCase,
    *,
    by: Actor,
    reason: EndReason,
    outcome: Outcome | None = None,
    child_stays: bool | None = None,
    on: dt.date | None = None,
) -> None:
    """Take the family off the register and end with it the programme and the agreement in force.

    Raises:
        RuleBroken: see :func:`app.cases.rules.close_case`, or a meeting is about to decide on the programme.
    """
    running = in_force(case)
    # First the programme, because only its curator or the head may end it and closing lets the curator go.
    _end_programme(case, by, reason, on)
    close_case(case, by=by, reason=reason, outcome=outcome, child_stays=child_stays, on=on)
    if running is None:
        return
    if reason in CUT_SHORT:
        initiator = Initiator.FAMILY if reason in FAMILY_LEFT else Initiator.CENTRE
        terminate(running, by=by, initiator=initiator, reason=reason.label, on=on)
    else:
        complete(running, by=by, on=on)


def _end_programme(case: FamilyCase, by: Actor, reason: EndReason, on: dt.date | None) -> None:
    programme = session_of(case).scalar(select(Programme).where(Programme.case_id == case.id))
    for version in programme.versions if programme is not None else ():
        if version.status is VersionStatus.SUBMITTED:
            programmes.withdraw(version, by=by)
        elif version.status is VersionStatus.IN_FORCE and reason in CUT_SHORT:
            programmes.terminate(version, by=by, reason=reason.label, on=on)
        elif version.status is VersionStatus.IN_FORCE:
            programmes.complete(version, by=by, on=on)


def in_force(case: FamilyCase) -> Agreement | None:
    """Return the signed agreement of the case that has not ended."""
    return next((each for each in case.agreements if each.status == AgreementStatus.SIGNED), None)


def _end(agreement: Agreement, on: dt.date, status: AgreementStatus) -> None:
    if agreement.status != AgreementStatus.SIGNED:
        raise RuleBroken(f"{say(ONLY_SIGNED)} {agreement.status.label}.")
    if agreement.date is None or not agreement.date <= on <= today():
        raise RuleBroken(
            say("{Agreement_short} заканчивается не раньше подписания и не позже сегодняшнего дня."), field="ended_at"
        )
    agreement.status = status
    agreement.ended_at = on


def _need_open(case: FamilyCase) -> None:
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Заведите новое дело.")


def _need_representative(case: FamilyCase, customer: Person) -> None:
    seats = [each for each in case.family.members if each.is_current and each.person_id == customer.id]
    if not any(seat.is_legal_representative for seat in seats) or customer.is_minor():
        raise RuleBroken(
            f"{customer} не законный представитель в этой семье. Выберите взрослого представителя.", field="customer_id"
        )
