"""Rules of the dispatch of an approved programme (S004-2-d, domain.md 3.6).

::

    dispatch_programme ─► a letter to each executor organisation, none sent
                              │ send_item, one by one: each takes the next number of the journal R18
                              ▼
                          all sent: the programme counts as dispatched; in work the new version acts from now on
                              │ acknowledge, letter by letter
                              ▼
                          received

Each organisation is told of its own measures only, unless the order of work sends the whole programme
(``dispatch.content``). That nothing is sent before the approval, nor from another stage, is kept by the order of work.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from app import journal
from app.acting import SYSTEM, Actor, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.events import happened
from app.cases.models import FamilyCase
from app.cases.numbers import next_number
from app.cases.stages import order_in_force
from app.dispatch.models import Content, Dispatch, DispatchItem, Via
from app.people.rules import trimmed
from app.programmes import rules as programmes
from app.programmes.life import WORKING
from app.programmes.models import ProgrammeVersion, VersionStatus
from app.programmes.rights import STANDING, take
from app.terms import say

JOURNAL = "R18"
NOT_HERE = "В вашем порядке работы {programme_short:acc} организациям не рассылают."
APPROVED_ONLY = "Рассылают {programme_short?утверждённый|утверждённую|утверждённое} {programme_short:acc}, а {state}."
NOBODY = "В {programme_short:prep} нет мероприятий, порученных организациям: рассылать нечего."


def dispatch_programme(
    version: ProgrammeVersion, *, by: Actor, on: dt.date | None = None, report_form: str | None = None
) -> Dispatch:
    """Prepare the letters of an approved version: one to each organisation it charges, with its measures.

    The answer is due by the last day of the organisation's measures.

    Raises:
        RuleBroken: the centre dispatches nothing, not now or not by *by*, the version is not approved or was dispatched
            already, or it charges no organisation.
    """
    on = on or today()
    case = version.programme.case
    gate.need(case, "programme.dispatch", by=by)
    session = session_of(version)
    order = order_in_force(session, version.service_unit_id)
    if order is None or not order.dispatches:
        raise RuleBroken(say(NOT_HERE))
    version = take(version)
    if version.status not in STANDING:
        raise RuleBroken(say(APPROVED_ONLY, state=version.state_in_words))
    if on > today():
        raise RuleBroken("Этот день ещё не наступил. Проверьте дату.", field="date")
    known = session.scalar(select(Dispatch).where(Dispatch.version_id == version.id))
    if known is not None:
        raise RuleBroken(f"Письма уже подготовлены {known.date:%d.%m.%Y}. Откройте рассылку и отправьте их.")
    partners = {one.partner.id: one.partner for one in version.measures if one.partner is not None}
    if not partners:
        raise RuleBroken(say(NOBODY))
    dispatch = Dispatch(
        case=case,
        programme_version=version,
        date=on,
        content=Content(order.source["dispatch"]["content"]),
        prepared_by_id=by.staff_id,
        service_unit_id=version.service_unit_id,
    )
    session.add(dispatch)
    for partner in sorted(partners.values(), key=lambda each: each.name_key):
        own = [one.due for one in version.measures if one.partner_id == partner.id and one.due is not None]
        due = max(own, default=version.valid_to)
        session.add(
            DispatchItem(
                dispatch=dispatch,
                partner=partner,
                result_due=due if due >= on else max(on, version.valid_to),
                service_unit_id=version.service_unit_id,
                **({"report_form": trimmed(report_form)} if trimmed(report_form) else {}),
            )
        )
    session.flush()
    told = f"{version}: подготовлены письма организациям, {len(partners)}."
    journal.record(session, by, "programme.dispatch", dispatch, told)
    return dispatch


def send_item(
    item: DispatchItem,
    *,
    by: Actor,
    via: Via,
    on: dt.date | None = None,
    result_due: dt.date | None = None,
    report_form: str | None = None,
) -> DispatchItem:
    """Send one letter: it takes the next number of the journal; the last one makes the dispatch whole.

    Raises:
        RuleBroken: the order of work leaves it to others, the letter was sent, the version stands no more, or a day
            cannot be.
    """
    on = on or today()
    case = item.dispatch.case
    gate.need(case, "programme.dispatch", by=by)
    _need_open(case)
    dispatch = take(item.dispatch)
    item = take(item)
    if item.sent_at is not None:
        raise RuleBroken(f"Письмо уже отправлено {item.sent_at:%d.%m.%Y}, исх. № {item.letter_no}.")
    version = dispatch.programme_version
    if version.status not in STANDING:
        raise RuleBroken(say(APPROVED_ONLY, state=version.state_in_words))
    if not dispatch.date <= on <= today():
        raise RuleBroken("Письмо отправляют не раньше, чем готовят, и не позже сегодняшнего дня.", field="sent_at")
    if result_due is not None and result_due < on:
        raise RuleBroken("Срок ответа раньше отправки. Проверьте дату.", field="result_due")
    session = session_of(item)
    _, item.letter_no = next_number(session, item.service_unit_id, JOURNAL, on)
    item.sent_at, item.via = on, via
    item.result_due = result_due or item.result_due
    item.report_form = trimmed(report_form) or item.report_form
    journal.record(session, by, "dispatch.send", item, f"{item.partner}: отправлено письмо {item.letter_no}.")
    if all(each.sent_at is not None for each in dispatch.items):
        _all_sent(dispatch, by)
    return item


def _all_sent(dispatch: Dispatch, by: Actor) -> None:
    """The programme is dispatched; a correction made while the work goes on acts from now on."""
    dispatch.sent_at = max(each.sent_at for each in dispatch.items if each.sent_at is not None)
    case, version = dispatch.case, dispatch.programme_version
    happened(case, "dispatch_sent", on=dispatch.sent_at)
    if version.status is VersionStatus.APPROVED and case.status in WORKING:
        programmes.put_in_force(version, by=SYSTEM, on=dispatch.sent_at)


def acknowledge(
    item: DispatchItem, *, by: Actor, on: dt.date | None = None, acknowledged_by: str | None = None
) -> DispatchItem:
    """Write down that the organisation has received its letter, and who told so.

    Raises:
        RuleBroken: the letter is not sent or is acknowledged already, or the day cannot be.
    """
    on = on or today()
    item = take(item)
    if item.sent_at is None:
        raise RuleBroken("Это письмо ещё не отправлено.")
    if item.received_at is not None:
        raise RuleBroken(f"Получение уже отмечено: {item.received_at:%d.%m.%Y}.")
    if not item.sent_at <= on <= today():
        raise RuleBroken("Письмо получают не раньше отправки и не позже сегодняшнего дня.", field="received_at")
    item.received_at, item.acknowledged_by = on, trimmed(acknowledged_by)
    journal.record(session_of(item), by, "dispatch.acknowledge", item, f"{item.partner}: письмо получено.")
    return item


def _need_open(case: FamilyCase) -> None:
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}.")
