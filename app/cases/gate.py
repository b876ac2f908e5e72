"""May this be done with this case now: the one door that the order of work of a centre keeps.

Every rule about a case asks :func:`need` first. It answers from the order of work that is in force for the case's unit:
is the action open on the stage the case stands on, does it fall to whoever acts, and does everything hold that the
order puts before it (``order`` of a stage: «the agreement only after the approval»). A unit without an order of work
is not narrowed.

Whether a guard holds can only be told by the slices above, so they teach it here, as slices teach the row scope who
sees what (:mod:`app.scope`)::

    @checks("has_agreement")
    def _agreement(case: FamilyCase) -> str | None:
        return None if in_force(case) else NOT_MET
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from app.acting import Actor
from app.base import RuleBroken, session_of
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.days.calendar import day_of
from app.profiles.order import Deed, GuardRef, OrderOfWork, Stage
from app.terms import say

NOT_MET = ""
"""What a check answers when the sentence of the guard says all there is to say."""

Check = Callable[[FamilyCase], "str | None"]
"""Answers None when the guard holds, or what is missing: a sentence, or :data:`NOT_MET` for the guard's own."""

ACCESS = {
    "DIR": "director",
    "HEAD": "head_of_service",
    "CUR": "curator",
    "PSY": "psychologist",
    "SOCPED": "social_pedagogue",
    "SOCW": "social_worker",
    "LAWYER": "lawyer",
    "NURSE": "nurse",
    "REHAB": "rehabilitation",
    "REG": "registrar",
    "SEC": "secretary",
    "ACC": "accountant",
    "PARTNER": "partner",
    "VOL": "volunteer_coordinator",
    "ADM": "administrator",
}
"""The role of ``app/roles.py`` behind each column of the access matrix (domain.md 3.10)."""

_checks: dict[str, Check] = {}


def checks(code: str) -> Callable[[Check], Check]:
    """Teach how the guard *code* is checked; see the module."""

    def taught(check: Check) -> Check:
        _checks[code] = check
        return check

    return taught


def taught_guards() -> frozenset[str]:
    """Return the codes of the guards somebody has taught."""
    return frozenset(_checks)


def unmet(case: FamilyCase, ref: GuardRef) -> str | None:
    """Return what *case* lacks for the guard, one sentence in the centre's words; None when it holds."""
    missing = _checks[ref.code](case)
    return (missing or say(ref.guard.unmet)) if missing is not None else None


def stage_of(case: FamilyCase) -> tuple[OrderOfWork, Stage] | None:
    """Return the order of work of the case's unit and the stage it stands on; None where the unit has none."""
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is None or case.stage not in order.stage_by_code:
        return None
    return order, order.stage_by_code[case.stage]


def names_guard(case: FamilyCase, code: str) -> bool:
    """Whether the order of work of the case's unit asks for the guard *code* anywhere on the path."""
    order = order_in_force(session_of(case), case.service_unit_id)
    stages = order.stages if order is not None else ()
    return any(
        ref.code == code
        for stage in stages
        for ref in (*stage.entry, *stage.exit, *(each for way in stage.ways for each in way.guards))
    )


def open_deeds(order: OrderOfWork, stage: Stage) -> dict[str, Deed]:
    """Return the actions open on *stage*, those open at any time among them, by code."""
    return {deed.code: deed for deed in (*order.anytime, *stage.actions)}


def plays(order: OrderOfWork, case: FamilyCase, role: str, by: Actor) -> bool:
    """Whether *by* plays the *role* of the order of work for this case.

    A role by assignment belongs to who is assigned: to the curator of the case, and until there is one to every curator
    who sees the case.
    """
    known = order.role_by_code.get(role)
    if known is None or not by.is_any(ACCESS.get(known.access, known.access)):
        return False
    return not known.by_assignment or case.curator_id in (None, by.staff_id)


def overrides(order: OrderOfWork, by: Actor) -> bool:
    """Whether *by* holds a role that may lead a case on although something is missing."""
    roles = (order.role_by_code[one] for one in order.override_roles)
    return by.is_any(*(ACCESS.get(one.access, one.access) for one in roles))


def refusal(case: FamilyCase, action: str, *, by: Actor) -> str | None:
    """Return why *by* may not do *action* with *case* now, one sentence that says what to do; None when he may.

    The system is asked for no role, only for the order of things.
    """
    found = stage_of(case)
    if found is None:
        return None
    order, stage = found
    deed = open_deeds(order, stage).get(action)
    if deed is None:
        return _not_here(order, stage, action)
    by_system = (by.sees_all or by.sees_unit) and not by.roles
    if not by_system and not any(plays(order, case, role, by) for role in deed.roles):
        who = ", ".join(order.role_by_code[role].label for role in deed.roles if role in order.role_by_code)
        return say("«{label}» делает {who}. Попросите об этом.", label=deed.label, who=who)
    for ref in earlier(order, stage, action):
        missing = unmet(case, ref)
        if missing is not None:
            return f"Сначала другое ({ref.clause}). {missing}"
    return None


def need(case: FamilyCase, action: str, *, by: Actor, field: str | None = None) -> None:
    """Refuse unless *by* may do *action* with *case* now.

    Raises:
        RuleBroken: the stage does not know the action, it falls to others, or something comes before it.
    """
    why = refusal(case, action, by=by)
    if why is not None:
        raise RuleBroken(why, field=field)


def need_on(case: FamilyCase, action: str, *, by: Actor, on: dt.date, field: str | None = None) -> None:
    """Refuse unless *by* may do *action* with *case* now, or might have on the day *on*.

    What was done while the case stood on an earlier stage is still written down after it has moved on.

    Raises:
        RuleBroken: as for :func:`need`.
    """
    why = refusal_on(case, action, by=by, on=on)
    if why is not None:
        raise RuleBroken(why, field=field)


def refusal_on(case: FamilyCase, action: str, *, by: Actor, on: dt.date) -> str | None:
    """Return why *by* may not do *action* with *case* now, nor might have on the day *on*; None when he may."""
    why = refusal(case, action, by=by)
    return None if why is None or _was_open(case, action, by, on) else why


def _was_open(case: FamilyCase, action: str, by: Actor, on: dt.date) -> bool:
    """Whether *action* fell to *by* on a stage the case stood on on the day *on*."""
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is None:
        return False
    for period in case.stages:
        came, left = day_of(period.came_at, by.zone), period.left_at and day_of(period.left_at, by.zone)
        stage = order.stage_by_code.get(period.stage)
        if stage is None or not (came <= on and (left is None or on <= left)):
            continue
        deed = open_deeds(order, stage).get(action)
        if deed is not None and (not by.roles or any(plays(order, case, role, by) for role in deed.roles)):
            return True
    return False


def opens(case: FamilyCase, action: str, *, by: Actor) -> bool:
    """Whether the button of *action* is to be shown on the card of *case*."""
    return case.status.is_open and refusal(case, action, by=by) is None


def earlier(order: OrderOfWork, stage: Stage, action: str) -> Iterator[GuardRef]:
    """Yield the guards that must hold before *action* by the chains of *stage*, in their order."""
    known = {ref.code: ref for ref in (*stage.exit, *(ref for way in stage.ways for ref in way.guards))}
    for chain in stage.order:
        refs = [known.get(code) or GuardRef(code, stage.clause) for code in chain]
        settles = [number for number, ref in enumerate(refs) if action in ref.guard.settled_by]
        if settles:
            yield from refs[: settles[0]]


def _not_here(order: OrderOfWork, stage: Stage, action: str) -> str:
    """Say on which stage *action* is open, and what opens that stage."""
    for other in order.stages:
        for deed in other.actions:
            if deed.code == action:
                before = "".join(f" До этого: {say(ref.guard.label)}." for ref in other.entry)
                where = f"на этапе «{other.label}» ({deed.clause})"
                return f"«{deed.label}» – {where}, а дело на этапе «{stage.label}».{before}"
    return f"В вашем порядке работы этого действия нет, дело на этапе «{stage.label}». Спросите руководителя."
