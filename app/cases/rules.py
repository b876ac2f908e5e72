"""What may happen to a case (S002-S004, domain.md 3.8).

::

    open_case ─► identified ─► registered ─► assessment ─► planning ◄──► approval
                     │             │             │            │             │
                     └─ refuse_case ┴─────────────┘            └──► active ◄─┘
                                  ▼                    suspend │ ▲ resume  │ ▲
                               refused              suspended ◄┘ │         ▼ │
                                                                 └──────  review ─► post_support
    any open state ── close_case ─► closed
    (goals met or term over: from review and post_support only)
    review ── begin_support ─► post_support ── end_support ─► closed

``advance`` goes along :data:`MOVES`; the other arrows have a verb of their own. Where the unit has an order of work,
its stages say what is next instead (:mod:`app.cases.stages`), and ``advance`` refuses. Who works with the family is
told in ``team.py``.
"""

from __future__ import annotations

import datetime as dt

from app import journal
from app.acting import Actor, today
from app.base import RuleBroken, session_of
from app.cases import gate, stages
from app.cases.models import CaseSource, CaseStatus, EndReason, FamilyCase, Outcome, StageMove
from app.cases.refusing import refuse_ended, refuse_future
from app.cases.team import add_to_team, assign_curator, cases_led_by, hand_over, leave_team
from app.papers.numbers import format_number, take_number
from app.people.models import Family, FamilyRole
from app.people.rules import trimmed
from app.terms import say

__all__ = [
    "add_to_team",
    "advance",
    "assign_curator",
    "begin_support",
    "cases_led_by",
    "close_case",
    "end_support",
    "hand_over",
    "leave_team",
    "open_case",
    "open_case_of",
    "refuse_case",
    "resume",
    "suspend",
]

MOVES: dict[CaseStatus, tuple[CaseStatus, ...]] = {
    CaseStatus.IDENTIFIED: (CaseStatus.REGISTERED,),
    CaseStatus.REGISTERED: (CaseStatus.ASSESSMENT,),
    CaseStatus.ASSESSMENT: (CaseStatus.PLANNING,),
    CaseStatus.PLANNING: (CaseStatus.APPROVAL, CaseStatus.ACTIVE),
    CaseStatus.APPROVAL: (CaseStatus.PLANNING, CaseStatus.ACTIVE),
    CaseStatus.ACTIVE: (CaseStatus.REVIEW,),
    CaseStatus.REVIEW: (CaseStatus.ACTIVE, CaseStatus.POST_SUPPORT),
}
"""Where :func:`advance` may lead from each state."""

BEFORE_WORK = (CaseStatus.IDENTIFIED, CaseStatus.REGISTERED, CaseStatus.ASSESSMENT)
"""States in which the centre or the family may still say no."""

WORK_DONE = (EndReason.GOALS_MET, EndReason.GOALS_PARTLY_MET, EndReason.TERM_OVER)
"""Reasons that say the work was done, so there must have been work."""

BY_STAGES = "Дело идёт по этапам порядка работы. Откройте его карточку и нажмите «Перейти дальше»."

LONGEST_PAUSE = dt.timedelta(days=180)
"""A family that needs no help for half a year is closed, not suspended; the sources name no term."""


# ---- opening and moving on ---------------------------------------------------------------------------


def open_case(
    family: Family,
    *,
    by: Actor,
    source: CaseSource,
    opened_at: dt.date | None = None,
    registered_at: dt.date | None = None,
    category: str | None = None,
    previous: FamilyCase | None = None,
) -> FamilyCase:
    """Open a case of *family* under the next number of the year.

    With *registered_at* the family is on the register at once, as in centres without a stage of identifying. Where the
    unit has an order of work, the case stands on its first stage.

    Raises:
        RuleBroken: the family has an open case, no child under 18 or no adult legal representative, or a day
            cannot be.
    """
    session = session_of(family)
    opened_at = opened_at or registered_at or today()
    refuse_future(opened_at, "opened_at")
    if registered_at is not None:
        refuse_future(registered_at, "registered_at")
        if registered_at < opened_at:
            raise RuleBroken("На учёт ставят не раньше, чем заводят дело. Проверьте дату.", field="registered_at")
    running = open_case_of(family)
    if running is not None:
        raise RuleBroken(f"У семьи уже идёт дело № {running.number}. Продолжите его или сначала закройте.")
    _need_child_and_representative(family, opened_at)
    case = FamilyCase(
        family=family,
        source=source,
        category=trimmed(category),
        status=CaseStatus.IDENTIFIED if registered_at is None else CaseStatus.REGISTERED,
        opened_at=opened_at,
        registered_at=registered_at,
        previous_case=previous,
        service_unit_id=family.service_unit_id,
        number=format_number(take_number(session, family.service_unit_id, "case", opened_at.year), opened_at.year),
    )
    session.add(case)
    session.flush()
    stages.begin(case, by=by)
    journal.record(session, by, "case.open", case, f"Заведено дело № {case.number} на семью «{family}».")
    return case


def open_case_of(family: Family) -> FamilyCase | None:
    """Return the case of *family* that has not ended."""
    return next((case for case in family.cases if case.status.is_open), None)


def _need_child_and_representative(family: Family, day: dt.date) -> None:
    members = [member for member in family.members if member.is_current]
    if not any(member.role == FamilyRole.CHILD and member.person.is_minor(day) for member in members):
        raise RuleBroken("В семье нет ребёнка младше 18 лет. Добавьте ребёнка в состав семьи.")
    if not any(member.is_legal_representative and not member.person.is_minor(day) for member in members):
        raise RuleBroken("В семье нет взрослого законного представителя. Отметьте его в составе семьи.")


def advance(case: FamilyCase, to: CaseStatus, *, by: Actor, on: dt.date | None = None) -> None:
    """Lead the case to its next state *to*.

    Coming onto the register sets its date; accompaniment begins only with a curator and a signed agreement.

    Raises:
        RuleBroken: the unit has an order of work, there is no such step from here, or something is missing for it.
    """
    on = on or today()
    refuse_ended(case)
    refuse_future(on)
    if case.stage is not None:
        raise RuleBroken(BY_STAGES)
    if to not in MOVES.get(case.status, ()):
        raise RuleBroken(f"Дело сейчас на этапе «{case.status.label}», отсюда нет шага «{to.label}».", field="status")
    if to == CaseStatus.ACTIVE:
        if case.curator_id is None:
            raise RuleBroken(
                say("У семьи нет {curator:gen}. Назначьте {curator:acc} и продолжите."), field="curator_id"
            )
        if case.started_at is None:
            raise RuleBroken(
                say(
                    "{Agreement_short} с семьёй не {agreement_short?подписан|подписана|подписано}. "
                    "Подпишите {agreement_short:acc} и продолжите."
                )
            )
    if to == CaseStatus.REGISTERED and case.registered_at is None:
        case.registered_at = max(on, case.opened_at)
    _move(case, to, by, "case.advance", f"Дело № {case.number}: {to.label}.")


def decline(case: FamilyCase, *, by: Actor, reason: str) -> None:
    """End a case in which no accompaniment began, as far as the order of work gives that to *by*.

    Raises:
        RuleBroken: it falls to others (``case.refuse``), or see :func:`refuse_case`.
    """
    gate.need(case, "case.refuse", by=by)
    refuse_case(case, by=by, reason=reason)


def refuse_case(
    case: FamilyCase,
    *,
    by: Actor,
    reason: str,
    end_reason: EndReason = EndReason.FAMILY_REFUSED,
    on: dt.date | None = None,
) -> None:
    """End a case in which no accompaniment began, because the family or the centre said no (form D03).

    Raises:
        RuleBroken: accompaniment is prepared or running, no reason is given, or the day cannot be.
    """
    on = on or today()
    refuse_ended(case)
    if case.status not in BEFORE_WORK:
        raise RuleBroken(
            say("Отказать можно только до составления {programme_short:gen}. Теперь дело закрывают с причиной.")
        )
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему дело прекращается.", field="note")
    _end(case, on, by)
    case.note = "\n".join(filter(None, (case.note, trimmed(reason))))
    case.end_reason = end_reason
    _move(case, CaseStatus.REFUSED, by, "case.refuse", f"Дело № {case.number} прекращено: {trimmed(reason)}")


# ---- a pause -----------------------------------------------------------------------------------------


def suspend(case: FamilyCase, *, by: Actor, reason: str, until: dt.date, on: dt.date | None = None) -> None:
    """Suspend the accompaniment from *on* until *until*.

    Raises:
        RuleBroken: the family is not accompanied now, it falls to others, no reason is given, or the term cannot be.
    """
    on = on or today()
    refuse_ended(case)
    refuse_future(on, "suspended_at")
    gate.need(case, "case.suspend", by=by)
    if case.status != CaseStatus.ACTIVE:
        raise RuleBroken(f"Приостанавливают только сопровождение, а дело на этапе «{case.status.label}».")
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему сопровождение приостановлено.", field="suspend_reason")
    if until <= on:
        raise RuleBroken("Пауза заканчивается позже, чем начинается. Проверьте дату.", field="suspended_to")
    if until - on > LONGEST_PAUSE:
        raise RuleBroken("Пауза не длится дольше 180 дней. Выберите день пораньше.", field="suspended_to")
    case.suspended_at, case.suspended_to, case.suspend_reason = on, until, trimmed(reason)
    _move(case, CaseStatus.SUSPENDED, by, "case.suspend", f"Дело № {case.number} приостановлено: {trimmed(reason)}")


def resume(case: FamilyCase, *, by: Actor, on: dt.date | None = None) -> None:
    """Resume the accompaniment; planned dates move by the length of the pause.

    Raises:
        RuleBroken: the case is not suspended, it falls to others, or the day cannot be.
    """
    on = on or today()
    refuse_ended(case)
    refuse_future(on)
    gate.need(case, "case.resume", by=by)
    if case.status != CaseStatus.SUSPENDED:
        raise RuleBroken("Сопровождение не приостановлено, возобновлять нечего.")
    began = case.suspended_at or on
    if on < began:
        raise RuleBroken(f"Пауза началась {began:%d.%m.%Y}. Укажите день не раньше.")
    pause = on - began
    for name in ("planned_end", "next_review_at"):
        planned = getattr(case, name)
        if planned is not None:
            setattr(case, name, planned + pause)
    case.suspended_at = case.suspended_to = case.suspend_reason = None
    _move(case, CaseStatus.ACTIVE, by, "case.resume", f"Дело № {case.number}: сопровождение возобновлено.")


# ---- the end -----------------------------------------------------------------------------------------


def close_case(
    case: FamilyCase,
    *,
    by: Actor,
    reason: EndReason,
    outcome: Outcome | None = None,
    child_stays: bool | None = None,
    on: dt.date | None = None,
) -> None:
    """Take the family off the register on *on*: the curator and the team end their work with it.

    Raises:
        RuleBroken: the case has ended, the reason does not fit its state, or the outcome is missing.
    """
    on = on or today()
    refuse_ended(case)
    if reason in WORK_DONE and case.status not in (CaseStatus.REVIEW, CaseStatus.POST_SUPPORT):
        raise RuleBroken(
            f"Причина «{reason.label}» возможна после оценки результатов. Оцените их или выберите другую причину.",
            field="end_reason",
        )
    if case.started_at is not None and outcome is None:
        raise RuleBroken("Укажите результат сопровождения.", field="outcome")
    _end(case, on, by)
    case.end_reason, case.outcome, case.child_stays = reason, outcome, child_stays
    case.suspended_at = case.suspended_to = case.suspend_reason = None
    _move(case, CaseStatus.CLOSED, by, "case.close", f"Семья снята с учёта, дело № {case.number}: {reason.label}.")


def begin_support(
    case: FamilyCase,
    stage_code: str,
    *,
    by: Actor,
    reason: EndReason,
    outcome: Outcome,
    child_stays: bool | None = None,
    on: dt.date | None = None,
) -> None:
    """End the accompaniment on *on* and go on to the time after it, the stage *stage_code* of the order (S004-5).

    The curator stays: he looks after the family now and then.

    Raises:
        RuleBroken: the case has ended or the accompaniment did, or the day cannot be.
    """
    on = on or today()
    refuse_ended(case)
    if case.status is CaseStatus.POST_SUPPORT:
        raise RuleBroken("Сопровождение уже закончено, идёт постсопровождение.")
    _need_last_day(case, on)
    for period in case.team:
        if period.date_to is None:
            period.date_to = max(on, period.date_from)
    case.ended_at, case.next_review_at = on, None
    case.end_reason, case.outcome, case.child_stays = reason, outcome, child_stays
    case.suspended_at = case.suspended_to = case.suspend_reason = None
    stages.enter(case, stage_code, by=by, move=StageMove.ADVANCED)
    told = f"Дело № {case.number}: сопровождение закончено, {reason.label}. Идёт постсопровождение."
    journal.record(session_of(case), by, "post.start", case, told)


def end_support(case: FamilyCase, *, by: Actor, sentence: str, on: dt.date | None = None) -> None:
    """Close a case after the time that followed its accompaniment; the end of the accompaniment stays what it was.

    Raises:
        RuleBroken: the case is not in that time, or the day cannot be.
    """
    on = on or today()
    if case.status is not CaseStatus.POST_SUPPORT or case.ended_at is None:
        raise RuleBroken("Постсопровождение этой семьи не идёт.")
    refuse_future(on, "date_to")
    if on < case.ended_at:
        raise RuleBroken(f"Сопровождение закончено {case.ended_at:%d.%m.%Y}. Укажите день не раньше.", field="date_to")
    for period in (*case.assignments, *case.team):
        if period.date_to is None:
            period.date_to = max(on, period.date_from)
    case.curator = None
    _move(case, CaseStatus.CLOSED, by, "case.close", f"Дело № {case.number} закрыто: {sentence}")


def _end(case: FamilyCase, on: dt.date, by: Actor) -> None:
    """Set the last day of the case and let curator and team go."""
    _need_last_day(case, on)
    for period in (*case.assignments, *case.team):
        if period.date_to is None:
            period.date_to = max(on, period.date_from)
    case.ended_at = on
    case.curator = None
    case.next_review_at = None


def _need_last_day(case: FamilyCase, on: dt.date) -> None:
    refuse_future(on, "ended_at")
    latest = max(filter(None, (case.opened_at, case.registered_at, case.started_at)))
    if on < latest:
        raise RuleBroken(f"Дело не может закончиться раньше {latest:%d.%m.%Y}. Проверьте дату.", field="ended_at")


# ---- what several rules do ------------------------------------------------------------------------------


def _move(case: FamilyCase, to: CaseStatus, by: Actor, verb: str, sentence: str) -> None:
    case.status = to
    if not to.is_open:
        stages.leave(case)
    journal.record(session_of(case), by, verb, case, sentence)
