"""What may happen to a request to an organisation (S001-3.1-d, S002-3.4-c, S004-3-a; domain.md 3.5).

::

    send_referral ─► sent ── record_answer ─► answered ── record_answer ─► done | refused
                      │                └────────────────────────────────►─┘
                      └── annul ─► annulled, its number kept
    late: sent and past its term, derived

Data of a person go out only by a standing consent to transfer them to that very organisation. The answer is recorded
by who works with the family, or by the organisation itself.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, for_whole_unit, now, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import FamilyCase
from app.cases.numbers import next_number
from app.cases.stages import order_in_force
from app.days.deadlines import Unit
from app.days.deadlines import due as due_on
from app.days.rules import calendar_of
from app.organisation.models import PartnerOrganisation
from app.people.consents import status_on
from app.people.lists import ConsentKind, ConsentStatus
from app.people.models import Consent, Person
from app.people.rules import trimmed
from app.programmes.models import MeasureLineage
from app.programmes.rights import need_part
from app.referrals.models import KIND_OF, EmploymentOutcome, Referral, ReferralKind, ReferralStatus, SentVia
from app.terms import say
from app.words import fold

JOURNAL = "R18"
"""The journal whose numbers requests take: that of everything sent out."""

USUAL_TERM = 10
"""Working days an organisation has to answer where the order of work names no term."""

UNITS = {"workday": Unit.WORKING, "day": Unit.CALENDAR, "month": Unit.MONTHS}


def usual_due(session: Session, unit_id: int, sent: dt.date) -> dt.date:
    """Return until when a request sent on the day *sent* is usually answered, by the centre's order of work."""
    order, amount, unit = order_in_force(session, unit_id), USUAL_TERM, Unit.WORKING
    for term in order.deadlines if order is not None else ():
        if (term.from_event, term.to_event) == ("referral_sent", "referral_answered"):
            amount, unit = term.amount, UNITS[term.unit]
    return due_on(sent, amount, unit, calendar_of(session)).date


def send_referral(
    case: FamilyCase,
    *,
    by: Actor,
    partner: PartnerOrganisation,
    question: str,
    kind: ReferralKind | None = None,
    on: dt.date | None = None,
    due: dt.date | None = None,
    sent_via: SentVia = SentVia.BY_HAND,
    about: Person | None = None,
    data_list: str | None = None,
    lineage: MeasureLineage | None = None,
) -> Referral:
    """Send a request to *partner* under the next number; *data_list* names what is told of the person *about*.

    Raises:
        RuleBroken: *by* has no part in the work with the family, the case has ended, the day or the term cannot be,
            the question is empty, data of nobody or of a stranger are to go, or no consent lets them go there.
    """
    gate.need(case, "referral.send", by=by)
    need_part(case, by)
    on = on or today()
    session = session_of(case)
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Запросов по нему не отправляют.")
    if not case.opened_at <= on <= today():
        raise RuleBroken("Запрос отправляют не раньше, чем заведено дело, и не позже сегодняшнего дня.", field="date")
    if not trimmed(question):
        raise RuleBroken("Напишите, о чём просим организацию.", field="question")
    if not partner.is_active:
        raise RuleBroken(f"С организацией «{partner}» сейчас не работаем. Выберите другую.", field="partner_id")
    due = due or usual_due(session, case.service_unit_id, on)
    if due < on:
        raise RuleBroken("Срок ответа раньше отправки. Поменяйте одну из дат.", field="due")
    if lineage is not None and lineage.case_id != case.id:
        raise RuleBroken(
            say("Это мероприятие из {programme_short:gen} другой семьи. Выберите другое."), field="lineage_id"
        )
    consent = _consent_needed(case, about, partner, on) if trimmed(data_list) else None
    if about is not None and consent is None and about.id not in _persons(case):
        raise RuleBroken(f"{about} не в составе этой семьи. Выберите члена семьи.", field="person_id")
    referral = Referral(
        case=case,
        number=next_number(session, case.service_unit_id, JOURNAL, on)[1],
        date=on,
        due=due,
        partner=partner,
        kind=kind or KIND_OF.get(partner.kind, ReferralKind.OTHER),
        question=question.strip(),
        sent_via=sent_via,
        person=about,
        data_list=trimmed(data_list),
        consent=consent,
        lineage=lineage,
        sent_by_id=by.staff_id,
        status=ReferralStatus.SENT,
        service_unit_id=case.service_unit_id,
    )
    session.add(referral)
    told = f"Дело № {case.number}: запрос № {referral.number} в организацию «{partner}», ответ до {due:%d.%m.%Y}."
    journal.record(session, by, "referral.send", referral, told)
    happened(case, "referral_sent", on=on)
    return referral


def change_referral(
    referral: Referral, *, by: Actor, due: dt.date, sent_via: SentVia, lineage: MeasureLineage | None
) -> None:
    """Change the term, the way and the measure of a request; what was sent stays as it was.

    Raises:
        RuleBroken: *by* has no part in the work with the family, it is annulled, the term or the measure cannot be.
    """
    need_part(referral.case, by)
    _refuse_annulled(referral)
    if due < referral.date:
        raise RuleBroken("Срок ответа раньше отправки. Поменяйте одну из дат.", field="due")
    if lineage is not None and lineage.case_id != referral.case_id:
        raise RuleBroken(
            say("Это мероприятие из {programme_short:gen} другой семьи. Выберите другое."), field="lineage_id"
        )
    referral.due, referral.sent_via, referral.lineage = due, sent_via, lineage


def record_answer(
    referral: Referral,
    *,
    by: Actor,
    text: str,
    on: dt.date | None = None,
    status: ReferralStatus = ReferralStatus.ANSWERED,
    number: str | None = None,
    outcome: EmploymentOutcome | None = None,
) -> None:
    """Record the answer of the organisation, and what it came to.

    Raises:
        RuleBroken: it is annulled or settled already, nothing is answered, the day cannot be, *status* says that no
            answer came, an *outcome* is given of a request that is not about work, or *by* has no part in it.
    """
    session = session_of(referral)
    # Whoever answers for an organisation sees the request and nothing of the case.
    with for_whole_unit():
        case = session.scalars(select(FamilyCase).where(FamilyCase.id == referral.case_id)).one()
        if by.partner_id is None or by.partner_id != referral.partner_id:
            need_part(case, by)
    _refuse_annulled(referral)
    on = on or today()
    if referral.status not in (ReferralStatus.SENT, ReferralStatus.ANSWERED):
        raise RuleBroken(f"Запрос № {referral.number} уже закрыт: {referral.status.label}.")
    if status is ReferralStatus.SENT:
        raise RuleBroken("Отметьте, чем закончилось: ответ получен, запрос исполнен или отказано.", field="status")
    if not trimmed(text):
        raise RuleBroken("Напишите, что ответила организация.", field="answer_text")
    if not referral.date <= on <= today():
        raise RuleBroken("Ответ приходит не раньше запроса и не позже сегодняшнего дня.", field="answer_at")
    if outcome is not None and referral.kind is not ReferralKind.EMPLOYMENT:
        raise RuleBroken("Итог о работе отмечают только в запросе о занятости.", field="outcome")
    first = referral.status is ReferralStatus.SENT
    referral.answer_at, referral.answer_text, referral.answer_no = on, text.strip(), trimmed(number)
    referral.status, referral.outcome = status, outcome
    told = f"Запрос № {referral.number}: {status.label}."
    journal.record(session, by, "referral.answer", referral, told)
    if first:
        happened(case, "referral_answered", on=on)


def annul(referral: Referral, *, by: Actor, reason: str) -> None:
    """Annul a request entered by mistake; its number stays in the journal.

    Raises:
        RuleBroken: *by* has no part in the work with the family, it is annulled already, or no reason is given.
    """
    need_part(referral.case, by)
    _refuse_annulled(referral)
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему запрос аннулируется.", field="annul_reason")
    referral.annulled_at, referral.annul_reason = now(), trimmed(reason)
    told = f"Запрос № {referral.number} аннулирован. {referral.annul_reason}"
    journal.record(session_of(referral), by, "referral.annul", referral, told)


# ---- the consent --------------------------------------------------------------------------------------


def consent_for(person: Person, partner: PartnerOrganisation, on: dt.date) -> Consent | None:
    """Return the standing consent by which data of *person* may go to *partner* on the day *on*, the newest."""
    found = [
        consent
        for consent in person.consents
        if consent.kind is ConsentKind.TRANSFER
        and consent.signed_at <= on
        and status_on(consent, on) is ConsentStatus.ACTIVE
        and _plain(partner.name) in _plain(consent.transfer_to)
    ]
    return max(found, key=lambda consent: (consent.signed_at, consent.id), default=None)


def _consent_needed(case: FamilyCase, about: Person | None, partner: PartnerOrganisation, on: dt.date) -> Consent:
    if about is None:
        raise RuleBroken("Выберите, о ком передаём сведения.", field="person_id")
    if about.id not in _persons(case):
        raise RuleBroken(f"{about} не в составе этой семьи. Выберите члена семьи.", field="person_id")
    consent = consent_for(about, partner, on)
    if consent is None:
        raise RuleBroken(
            f"Нет действующего согласия передать сведения: {about} → «{partner}». Оформите согласие на передачу и "
            "назовите в нём эту организацию, или отправьте запрос без сведений о человеке.",
            field="data_list",
        )
    return consent


def _persons(case: FamilyCase) -> set[int]:
    return {seat.person_id for seat in case.family.members}


def _plain(text: str | None) -> str:
    """Return *text* as organisations are compared: letters and digits only, whatever the case and the quotes."""
    return "".join(sign for sign in fold(text) if sign.isalnum())


def _refuse_annulled(referral: Referral) -> None:
    if referral.annulled_at is not None:
        raise RuleBroken(f"Запрос № {referral.number} аннулирован. Отправьте новый.")
