"""The time after an accompaniment: a few planned checks of how the family does (S004-5, form D22)."""

from __future__ import annotations

import calendar
import datetime as dt

from sqlalchemy import select

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.models import CaseSource, FamilyCase
from app.cases.rules import end_support, open_case
from app.cases.stages import order_in_force
from app.closing.models import (
    CheckForm,
    CheckStatus,
    PostSupport,
    PostSupportCheck,
    PostSupportStatus,
    Situation,
)
from app.people.rules import trimmed
from app.programmes.rights import take


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day *months* later, or the last day of a shorter month."""
    ahead = day.month - 1 + months
    year, month = day.year + ahead // 12, ahead % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def plan_checks(case: FamilyCase, *, by: Actor, on: dt.date) -> PostSupport:
    """Plan the checks the order of work names, counted from the day the accompaniment ended."""
    session = session_of(case)
    order = order_in_force(session, case.service_unit_id)
    months = order.post_support_checks if order is not None else ()
    days = [months_after(on, each) for each in months]
    support = PostSupport(
        case=case,
        curator_id=case.curator_id,
        status=PostSupportStatus.RUNNING,
        date_from=on,
        planned_to=max(days, default=on),
        service_unit_id=case.service_unit_id,
    )
    session.add(support)
    for number, day in enumerate(days, start=1):
        session.add(
            PostSupportCheck(
                post_support=support,
                no=number,
                status=CheckStatus.PLANNED,
                planned_on=day,
                service_unit_id=case.service_unit_id,
            )
        )
    session.flush()
    return support


def running_support(case: FamilyCase) -> PostSupport | None:
    """Return the time after the accompaniment that goes on for the case."""
    wanted = select(PostSupport).where(PostSupport.case_id == case.id, PostSupport.status == PostSupportStatus.RUNNING)
    return session_of(case).scalars(wanted).one_or_none()


def record_check(
    check: PostSupportCheck,
    *,
    by: Actor,
    situation: Situation,
    on: dt.date | None = None,
    form: CheckForm | None = None,
    findings: str | None = None,
    action_taken: str | None = None,
) -> FamilyCase | None:
    """Write down a check. When the family does worse, the case is closed and a new one opened; that one is returned.

    Raises:
        RuleBroken: the order of work leaves it to others, the check was made or cancelled, an earlier one is not, what
            was seen is missing, or the day cannot be.
    """
    on = on or today()
    support, case = check.post_support, check.post_support.case
    gate.need(case, "post.check", by=by)
    support, check = take(support), take(check)
    if check.status is not CheckStatus.PLANNED:
        raise RuleBroken(f"{check} уже {check.status.label}.")
    earlier = next((one for one in support.checks if one.no < check.no and one.status is CheckStatus.PLANNED), None)
    if earlier is not None:
        raise RuleBroken(f"Сначала внесите проверку {earlier.no}: её ждали {earlier.planned_on:%d.%m.%Y}.")
    if not support.date_from <= on <= today():
        raise RuleBroken("Проверка бывает не раньше конца сопровождения и не позже сегодняшнего дня.", field="done_on")
    if not trimmed(findings):
        raise RuleBroken("Напишите, что увидели в семье.", field="findings")
    check.status, check.done_on, check.situation, check.form = CheckStatus.DONE, on, situation, form
    check.findings, check.action_taken, check.done_by_id = trimmed(findings), trimmed(action_taken), by.staff_id
    told = f"Дело № {case.number}: проверка {check.no}, {situation.label}."
    journal.record(session_of(check), by, "post.check", check, told)
    return _reopen(support, check, by, on) if situation is Situation.WORSE else None


def _reopen(support: PostSupport, check: PostSupportCheck, by: Actor, on: dt.date) -> FamilyCase:
    """Close the case of a family that does worse and open a new one, linked to it, on the first stage (S004-5)."""
    case, family = support.case, support.case.family
    said = f"в семье стало хуже ({check.findings})"
    cancel_checks(support, PostSupportStatus.STOPPED, on, said)
    end_support(case, by=by, sentence="ухудшение, заводится новое дело.", on=on)
    # The database allows one open case of a family, so the old one leaves first.
    session = session_of(support)
    session.flush()
    session.expire(family, ["cases"])
    new = open_case(family, by=by, source=CaseSource.INTERNAL_UNIT, opened_at=on, previous=case)
    new.note = f"Возобновлено по проверке {check.no} постсопровождения, дело № {case.number}: {check.findings}"
    journal.record(session, by, "case.reopen", new, f"Дело № {new.number} продолжает дело № {case.number}: {said}.")
    return new


def cancel_checks(support: PostSupport, status: PostSupportStatus, on: dt.date, result: str) -> None:
    """End the time after an accompaniment; the checks still planned are cancelled."""
    for one in support.checks:
        if one.status is CheckStatus.PLANNED:
            one.status = CheckStatus.CANCELLED
    support.status, support.date_to, support.result = status, on, result


def finish(support: PostSupport, *, by: Actor, result: str, on: dt.date | None = None) -> PostSupport:
    """End the time after the accompaniment when every check is made, and close the case.

    Raises:
        RuleBroken: the order of work leaves it to others, it does not go on, a check is left, or nothing is concluded.
    """
    on = on or today()
    case = support.case
    gate.need(case, "post.finish", by=by)
    support = take(support)
    if support.status is not PostSupportStatus.RUNNING:
        raise RuleBroken(f"Постсопровождение уже {support.status.label}.")
    left = [one for one in support.checks if one.status is CheckStatus.PLANNED]
    if left:
        raise RuleBroken(f"Сначала внесите проверку {left[0].no}: её ждут {left[0].planned_on:%d.%m.%Y}.")
    if not trimmed(result):
        raise RuleBroken("Напишите, чем закончилось постсопровождение.", field="result")
    last = max((one.done_on for one in support.checks if one.done_on is not None), default=support.date_from)
    if on < last:
        raise RuleBroken(f"Последняя проверка была {last:%d.%m.%Y}. Укажите день не раньше.", field="date_to")
    end_support(case, by=by, sentence="постсопровождение завершено.", on=on)
    cancel_checks(support, PostSupportStatus.FINISHED, on, trimmed(result) or "")
    journal.record(session_of(support), by, "post.finish", support, f"Дело № {case.number}: {trimmed(result)}")
    return support
