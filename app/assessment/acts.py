"""What may happen to an act on living conditions (S000-6d, S004-1-c).

::

    draft_act ─► draft ── change_act, note_health ─► draft ── sign_act ─► signed, never changed
                   └── remove_act

The number is taken when the act is signed, so that drafts leave no gap; the family is written down as it was that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from app import journal
from app.acting import Actor, now, today
from app.assessment.lists import ActStatus
from app.assessment.models import ActHealth, LivingConditionsAct
from app.assessment.rules import need_open, need_working, refuse_future
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.papers.numbers import format_number, take_number
from app.people.consents import closed_among
from app.people.models import Person
from app.people.rules import trimmed


def draft_act(
    case: FamilyCase,
    *,
    by: Actor,
    date: dt.date,
    address: str,
    commission: Sequence[StaffMember],
    present: Sequence[Person] = (),
    **content: Any,
) -> LivingConditionsAct:
    """Draft an act on the living conditions found on *date*.

    Raises:
        RuleBroken: the case has ended, the day has not come, there is no address, nobody or somebody who did not work
            then sits in the commission, or somebody present is of another family.
    """
    session = session_of(case)
    need_open(case)
    _check(case, date, address, commission, present)
    act = LivingConditionsAct(
        case=case,
        date=date,
        address=trimmed(address),
        commission=list(commission),
        present=list(present),
        status=ActStatus.DRAFT,
        service_unit_id=case.service_unit_id,
        **content,
    )
    session.add(act)
    journal.record(session, by, "act.draft", act, f"Дело № {case.number}: начат акт обследования от {date:%d.%m.%Y}.")
    return act


def change_act(
    act: LivingConditionsAct,
    *,
    by: Actor,
    commission: Sequence[StaffMember] | None = None,
    present: Sequence[Person] | None = None,
    **content: Any,
) -> None:
    """Change what a draft says; see :func:`draft_act` for what is refused.

    Raises:
        RuleBroken: the act is signed, or see above.
    """
    _need_draft(act)
    commission = act.commission if commission is None else commission
    present = act.present if present is None else present
    _check(act.case, content.get("date", act.date), content.get("address", act.address), commission, present)
    for name, value in content.items():
        setattr(act, name, value)
    act.commission, act.present = list(commission), list(present)
    journal.record(session_of(act), by, "act.change", act, f"{act}: изменён.")


def remove_act(act: LivingConditionsAct, *, by: Actor) -> None:
    """Remove a draft made by mistake.

    Raises:
        RuleBroken: the act is signed or the case has ended.
    """
    _need_draft(act)
    session, case = session_of(act), act.case
    sentence = f"Дело № {case.number}: убран черновик акта от {act.date:%d.%m.%Y}."
    for one in list(act.health):
        session.delete(one)
    session.flush()
    session.delete(act)
    journal.record(session, by, "act.remove", case, sentence)


def note_health(act: LivingConditionsAct, person: Person, *, by: Actor, note: str) -> ActHealth:
    """Write down in a draft what is said of the health of *person*, who consented to it (D05, section 7).

    Raises:
        RuleBroken: the act is signed, the person is of another family or has not consented, or nothing is said.
    """
    session = session_of(act)
    _need_draft(act)
    if all(seat.person_id != person.id for seat in act.case.family.members):
        raise RuleBroken(f"{person} не из этой семьи. Выберите её члена.", field="person_id")
    if any(one.person_id == person.id for one in act.health):
        raise RuleBroken("О здоровье этого человека в акте уже сказано. Измените прежнюю строку.", field="person_id")
    _check_health(person, note)
    made = ActHealth(act=act, person=person, note=note, service_unit_id=act.service_unit_id)
    session.add(made)
    journal.record(session, by, "act.health", act, f"{act}: внесены сведения о здоровье.")
    return made


def change_health(told: ActHealth, *, by: Actor, note: str) -> None:
    """Change what a draft says of somebody's health; see :func:`note_health`.

    Raises:
        RuleBroken: the act is signed, the person has not consented, or nothing is said.
    """
    _need_draft(told.act)
    _check_health(told.person, note)
    told.note = note
    journal.record(session_of(told), by, "act.health", told.act, f"{told.act}: изменены сведения о здоровье.")


def sign_act(act: LivingConditionsAct, *, by: Actor) -> None:
    """Sign the act: it gets its number and is never changed again (S000-6d).

    Raises:
        RuleBroken: the order of work does not allow it now, it is signed, it has no commission or no conclusion, or
            its day has not come.
    """
    case = act.case
    session = session_of(act)
    gate.need(case, "act.sign", by=by)
    _need_draft(act)
    _check(case, act.date, act.address, act.commission, act.present)
    if not trimmed(act.conclusion):
        raise RuleBroken("В акте нет вывода. Напишите его и подпишите.")
    year = act.date.year
    act.number = format_number(take_number(session, act.service_unit_id, "living_conditions_act", year), year)
    act.composition = "\n".join(
        f"{seat.role.label} – {seat.person}, {seat.person.birth_date:%d.%m.%Y}"
        for seat in case.family.members
        if seat.is_current
    )
    act.status = ActStatus.SIGNED
    act.signed_at = now()
    journal.record(session, by, "act.sign", act, f"Дело № {case.number}: подписан, {act}.")


def acquaint(act: LivingConditionsAct, *, by: Actor, on: dt.date | None = None) -> None:
    """Write down that the family has read the signed act (D05, section 14).

    Raises:
        RuleBroken: the act is not signed, the family has read it already, or the day cannot be.
    """
    on = on or today()
    if act.status is not ActStatus.SIGNED:
        raise RuleBroken("Сначала подпишите акт, потом знакомьте с ним семью.")
    if act.acquainted_on is not None:
        raise RuleBroken(f"Семья ознакомлена с актом {act.acquainted_on:%d.%m.%Y}.")
    refuse_future(on, "acquainted_on")
    if on < act.date:
        raise RuleBroken(f"Обследовали {act.date:%d.%m.%Y}. Укажите день не раньше.", field="acquainted_on")
    act.acquainted_on = on
    journal.record(session_of(act), by, "act.acquaint", act, f"{act}: семья ознакомлена {on:%d.%m.%Y}.")


def _need_draft(act: LivingConditionsAct) -> None:
    if act.status is ActStatus.SIGNED:
        raise RuleBroken("Акт подписан, его не меняют. Составьте новый.")
    need_open(act.case)


def _check_health(person: Person, note: str) -> None:
    """Refuse words there are none of, and words on somebody who has not consented to them (152-ФЗ, article 10)."""
    if not trimmed(note):
        raise RuleBroken("Напишите, что сказано или видно о здоровье.", field="note")
    why = closed_among(session_of(person), {person.id}).get(person.id)
    if why:
        raise RuleBroken(why, field="note")


def _check(
    case: FamilyCase, date: dt.date, address: str | None, commission: Sequence[StaffMember], present: Sequence[Person]
) -> None:
    refuse_future(date, "date")
    if not trimmed(address):
        raise RuleBroken("Укажите адрес обследования.", field="address")
    if not commission:
        raise RuleBroken("Отметьте хотя бы одного специалиста комиссии.", field="commission_ids")
    for staff in commission:
        need_working(staff, date, "commission_ids")
    family = {seat.person_id for seat in case.family.members}
    for person in present:
        if person.id not in family:
            raise RuleBroken(f"{person} не из этой семьи. Впишите его в «Ещё в комиссии».", field="present_ids")
