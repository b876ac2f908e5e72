"""What may happen to an agreement, and how an accompaniment ends (S003-2.5, domain.md 3.8).

::

    draft_agreement ─► draft ── sign ─► signed ── complete ──► completed
                                        │  ▲   └── terminate ─► terminated
                                        └──┘ amend: an additional agreement; record_breach: of the family's duties

Where the centre has an order of work, it says on which stage and by whom an agreement is signed, changed and ended
(:mod:`app.cases.gate`): before the programme in one centre, after its approval in another.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from app import journal
from app.acting import Actor, today
from app.agreements.models import (
    Agreement,
    AgreementAmendment,
    AgreementBreach,
    AgreementStatus,
    HelpKind,
    Initiator,
)
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import EndReason, FamilyCase, Outcome
from app.cases.rules import close_case
from app.organisation.models import StaffMember
from app.papers.numbers import format_number, take_number
from app.people.models import Person
from app.people.rules import trimmed
from app.programmes import rules as programmes
from app.programmes.models import Programme, ProgrammeVersion, VersionStatus
from app.programmes.rights import STANDING, leads
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
ONLY_SIGNED_CHANGES = (
    "Изменить можно {agreement_short?подписанный|подписанную|подписанное} {agreement_short:acc}, "
    "а {agreement_short?этот|эта|это}"
)
"""Parts of sentences that agree with what the centre calls the agreement."""


BY_CONCLUSION = (
    "По порядку работы с сопровождения снимают заключением. Подготовьте его на карточке дела и подпишите; "
    "отказ семьи и передачу дела оформляют их кнопками."
)


def draft_agreement(
    case: FamilyCase,
    *,
    by: Actor,
    customer: Person,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    help_kinds: list[HelpKind],
    **more: Any,
) -> Agreement:
    """Draft an agreement with *customer*, an adult legal representative of the family.

    Without *valid_to* it lasts as long as the programme (S002-3.3-4).

    Raises:
        RuleBroken: the case has ended, the customer may not sign, the term is missing or upside down, or no help is
            named.
    """
    session = session_of(case)
    _need_open(case)
    _need_representative(case, customer)
    valid_to = valid_to or programme_end(case)
    if valid_to is None:
        raise RuleBroken(say("Укажите, до какого дня действует {agreement_short}."), field="valid_to")
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


def change_draft(agreement: Agreement, *, by: Actor, **values: Any) -> Agreement:
    """Change what a draft says; what is signed is changed by an additional agreement (S003-2.5).

    Raises:
        RuleBroken: it is signed, or no help is named.
    """
    if agreement.status != AgreementStatus.DRAFT:
        raise RuleBroken(
            say("{Agreement_short} {agreement_short?подписан|подписана|подписано}: внесите изменения кнопкой "
                "«Изменить условия».")
        )  # fmt: skip
    if "help_kinds" in values and not values["help_kinds"]:
        raise RuleBroken("Отметьте хотя бы один вид помощи.", field="help_kinds")
    for name, value in values.items():
        setattr(agreement, name, value)
    return agreement


def sign(agreement: Agreement, *, by: Actor, signed_by: StaffMember, on: dt.date | None = None) -> None:
    """Sign the agreement on *on*: it gets its number, and the first one starts the accompaniment (S000-7, S003-2.5).

    Raises:
        RuleBroken: the order of work does not open it now or to *by*, it is no draft, another one is in force, the case
            has ended, or the day or signatory cannot be.
    """
    on = on or today()
    case = agreement.case
    session = session_of(agreement)
    gate.need(case, "agreement.sign", by=by)
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
    _need_signatory(signed_by, on)
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
    happened(case, "agreement_signed", on=on)


def amend(
    agreement: Agreement,
    *,
    by: Actor,
    changes: str,
    signed_by: StaffMember,
    new_valid_to: dt.date | None = None,
    on: dt.date | None = None,
) -> AgreementAmendment:
    """Write an additional agreement down: what *changes*, and the new last day if the term changes (S003-2.5).

    Raises:
        RuleBroken: the order of work leaves it to others, the agreement is not in force, nothing is said to change, or
            a day or the signatory cannot be.
    """
    on = on or today()
    gate.need(agreement.case, "agreement.amend", by=by)
    if agreement.status != AgreementStatus.SIGNED or agreement.date is None:
        raise RuleBroken(f"{say(ONLY_SIGNED_CHANGES)} {agreement.status.label}.")
    if not trimmed(changes):
        raise RuleBroken("Напишите, что меняется.", field="changes")
    if not agreement.date <= on <= today():
        raise RuleBroken(
            say("Изменения подписывают не раньше {agreement_short:gen} и не позже сегодняшнего дня."), field="date"
        )
    if new_valid_to is not None and new_valid_to < max(on, agreement.valid_from):
        raise RuleBroken("Новый срок уже прошёл. Проверьте дату.", field="new_valid_to")
    _need_signatory(signed_by, on)
    session = session_of(agreement)
    amendment = AgreementAmendment(
        agreement=agreement,
        number=len(agreement.amendments) + 1,
        date=on,
        changes=trimmed(changes),
        old_valid_to=agreement.valid_to,
        new_valid_to=new_valid_to,
        signed_by=signed_by,
        service_unit_id=agreement.service_unit_id,
    )
    session.add(amendment)
    if new_valid_to is not None:
        agreement.valid_to = new_valid_to
        agreement.case.planned_end = max(filter(None, (agreement.case.planned_end, new_valid_to)))
    told = say("{Agreement_short} № {number}: дополнительное соглашение № {no}.", number=agreement.number,
               no=amendment.number)  # fmt: skip
    journal.record(session, by, "agreement.amend", agreement, told)
    return amendment


def record_breach(
    agreement: Agreement, *, by: Actor, duty: str, on: dt.date | None = None, measures_taken: str | None = None
) -> AgreementBreach:
    """Write down that the family has broken a duty of the agreement, and what was done about it (S002-1.5-f).

    Raises:
        RuleBroken: *by* does not lead the case, the agreement was not in force that day, or no duty is named.
    """
    on = on or today()
    if not (leads(agreement.case, by) or by.sees_unit or by.sees_all):
        raise RuleBroken(say("Это отмечает {curator} семьи или руководитель службы. Попросите кого-то из них."))
    if agreement.date is None or not agreement.date <= on <= min(agreement.ended_at or today(), today()):
        raise RuleBroken(say("В этот день {agreement_short} не действует. Проверьте дату."), field="date")
    if not trimmed(duty):
        raise RuleBroken("Напишите, какая обязанность нарушена.", field="duty")
    breach = AgreementBreach(
        agreement=agreement,
        date=on,
        duty=trimmed(duty),
        measures_taken=trimmed(measures_taken),
        service_unit_id=agreement.service_unit_id,
    )
    session_of(agreement).add(breach)
    told = say("{Agreement_short} № {number}: семья нарушила обязанность.", number=agreement.number)
    journal.record(session_of(agreement), by, "agreement.breach", agreement, told)
    return breach


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
        RuleBroken: the order of work leaves it to others, it is not in force, no reason is given, or the day cannot be.
    """
    gate.need(agreement.case, "agreement.terminate", by=by)
    _terminate(agreement, by=by, initiator=initiator, reason=reason, on=on)


def _terminate(
    agreement: Agreement, *, by: Actor, initiator: Initiator, reason: str, on: dt.date | None = None
) -> None:
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
    # First the programme and the agreement: closing lets the curator go.
    end_papers(case, by=by, reason=reason, on=on)
    close_case(case, by=by, reason=reason, outcome=outcome, child_stays=child_stays, on=on)


def close_by_hand(case: FamilyCase, *, by: Actor, reason: EndReason, **how: Any) -> None:
    """End an accompaniment without a conclusion, in a unit that works by no order; *how* as for its end.

    Raises:
        RuleBroken: the unit has an order of work, so a conclusion ends the case, or see :func:`end_accompaniment`.
    """
    if case.stage is not None:
        raise RuleBroken(BY_CONCLUSION)
    end_accompaniment(case, by=by, reason=reason, **how)


def end_papers(case: FamilyCase, *, by: Actor, reason: EndReason, on: dt.date | None = None) -> None:
    """End the programme and the agreement of an accompaniment that ends for *reason*: completed, or cut short by it.

    Who may end the accompaniment is asked by the rule that ends it.

    Raises:
        RuleBroken: a meeting is about to decide on the programme, or the day cannot be.
    """
    running = in_force(case)
    programmes.stop(case, by=by, cut_short=reason.label if reason in CUT_SHORT else None, on=on)
    if running is None:
        return
    if reason in CUT_SHORT:
        initiator = Initiator.FAMILY if reason in FAMILY_LEFT else Initiator.CENTRE
        _terminate(running, by=by, initiator=initiator, reason=reason.label, on=on)
    else:
        complete(running, by=by, on=on)


def programme_end(case: FamilyCase) -> dt.date | None:
    """Return the last day of the programme: of the version that stands, else of the newest (S002-3.3-4)."""
    wanted = (
        select(ProgrammeVersion)
        .join(Programme, ProgrammeVersion.programme_id == Programme.id)
        .where(Programme.case_id == case.id, ProgrammeVersion.status != VersionStatus.REJECTED)
        .order_by(ProgrammeVersion.version_no)
    )
    versions = list(session_of(case).scalars(wanted))
    standing = [one for one in versions if one.status in STANDING] or versions
    return standing[-1].valid_to if standing else None


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


def _need_signatory(staff: StaffMember, on: dt.date) -> None:
    if not staff.works_on(on):
        raise RuleBroken(f"{staff} не работает в этот день. Выберите другого сотрудника.", field="signed_by_id")


def _need_open(case: FamilyCase) -> None:
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Заведите новое дело.")


def _need_representative(case: FamilyCase, customer: Person) -> None:
    seats = [each for each in case.family.members if each.is_current and each.person_id == customer.id]
    if not any(seat.is_legal_representative for seat in seats) or customer.is_minor():
        raise RuleBroken(
            f"{customer} не законный представитель в этой семье. Выберите взрослого представителя.", field="customer_id"
        )
