"""Rules of a programme agreed to or approved: it acts, is corrected, ends. ``rules.py`` draws the states."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from app import journal
from app.acting import SYSTEM, Actor, today
from app.base import RuleBroken, session_of
from app.cases.models import CaseStatus, FamilyCase
from app.cases.stages import order_in_force
from app.organisation.models import StaffMember
from app.programmes.measures import EDITABLE
from app.programmes.models import Programme, ProgrammeVersion, VersionKind, VersionStatus
from app.programmes.rights import STANDING, need_lead, need_to, take
from app.programmes.succession import carry_facts, next_version
from app.register.kinds import NotRead, read_date
from app.terms import say

OPEN = (*EDITABLE, VersionStatus.SUBMITTED)
WORKING = (CaseStatus.ACTIVE, CaseStatus.SUSPENDED, CaseStatus.REVIEW)
"""States of a case in which its programme is carried out."""

MAY_ACT = "Действовать может {programme_short?утверждённый|утверждённая|утверждённое} {programme_short}, а {state}."
MAY_START = (
    "Ввести в действие можно {programme_short:acc}, с {programme_short?которым|которой|которым} согласна семья, "
    "а {state}."
)
MAY_END = "Закончить можно {programme_short?действующий|действующую|действующее} {programme_short:acc}, а {state}."
NOT_YET = "{Programme_short} начнёт действовать, когда дело перейдёт к реализации."
APPROVED_FIRST = (
    "{Programme_short:acc} здесь сначала утверждают: отправьте {programme_short?его|её|его} на рассмотрение."
)


# ---- acting ------------------------------------------------------------------------------------------


def put_in_force(version: ProgrammeVersion, *, by: Actor, on: dt.date | None = None) -> ProgrammeVersion:
    """Put an approved version in force from day *on* (today by default); the one before it is superseded.

    The marks made meanwhile in the earlier version go over with their lineages. Where the centre has an order of work,
    a version waits until the work begins; then the system puts it in force.

    Raises:
        RuleBroken: it is not approved, or the work has not begun.
    """
    case = version.programme.case
    _need_lead(version, by)
    if by is not SYSTEM and case.stage is not None and case.status not in WORKING:
        raise RuleBroken(say(NOT_YET))
    take(version.programme)
    version = take(version)
    if version.status is VersionStatus.IN_FORCE:
        raise RuleBroken(f"Версия {version.version_no} уже действует.")
    if version.status is not VersionStatus.APPROVED:
        raise RuleBroken(say(MAY_ACT, state=version.state_in_words))
    return _act(version, by, on or today())


def start(version: ProgrammeVersion, *, by: Actor, on: dt.date | None = None) -> ProgrammeVersion:
    """Put a version the family agreed to in force, in a centre where no body approves programmes (S003-3.5-c).

    Raises:
        RuleBroken: a body approves them, or the version is not agreed.
    """
    case = version.programme.case
    need_to(case, "programme.start", by)
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is None or order.bodies_that("approve_programme"):
        raise RuleBroken(say(APPROVED_FIRST))
    take(version.programme)
    version = take(version)
    if version.status is not VersionStatus.AGREED:
        raise RuleBroken(say(MAY_START, state=version.state_in_words))
    return _act(version, by, on or today())


def begin(case: FamilyCase, *, on: dt.date | None = None) -> ProgrammeVersion | None:
    """Let the version of *case* that waits act: the work begins. Return it, or None when there is none.

    It is the approved one, or, where nobody approves programmes, the one the family agreed to (S003-3.5-c). Called as
    the system by the rule that leads a case to the work.
    """
    session = session_of(case)
    programme = session.scalar(select(Programme).where(Programme.case_id == case.id))
    versions = list(reversed(programme.versions)) if programme is not None else []
    approved = next((each for each in versions if each.status is VersionStatus.APPROVED), None)
    if approved is not None:
        return put_in_force(approved, by=SYSTEM, on=on)
    order = order_in_force(session, case.service_unit_id)
    agreed = next((each for each in versions if each.status is VersionStatus.AGREED), None)
    if order is None or order.bodies_that("approve_programme") or agreed is None:
        return None
    take(agreed.programme)
    return _act(take(agreed), SYSTEM, on or today())


def _act(version: ProgrammeVersion, by: Actor, day: dt.date) -> ProgrammeVersion:
    session, case = session_of(version), version.programme.case
    for earlier in version.programme.versions:
        if earlier.version_no < version.version_no and earlier.status in STANDING:
            earlier = take(earlier)
            carry_facts(earlier, version)
            earlier.status = VersionStatus.SUPERSEDED
            earlier.ended_at = day
    # The database allows one acting version at every moment, so the old one leaves first.
    session.flush()
    version.status = VersionStatus.IN_FORCE
    version.in_force_at = day
    case.next_review_at = review_after(version, day) or case.next_review_at
    journal.record(session, by, "programme.put_in_force", version, f"{version}: действует с {day:%d.%m.%Y}.")
    return version


def read_dates(text: str | None) -> list[dt.date]:
    """Return the days of the interim reviews as they are typed: «25.05.2026, 25.08.2026».

    Raises:
        RuleBroken: one of them is no date.
    """
    try:
        return sorted(read_date(part) for part in (text or "").split(",") if part.strip())
    except NotRead as refusal:
        raise RuleBroken(f"Даты пишут через запятую. {refusal}", field="review_dates") from refusal


def review_after(version: ProgrammeVersion, day: dt.date) -> dt.date | None:
    """Return the first day after *day* on which the version is to be reviewed, if it names one."""
    return next((each for each in read_dates(version.review_dates) if each > day), None)


# ---- changing ----------------------------------------------------------------------------------------


def correct(
    programme: Programme, *, by: Actor, reason: str, kind: VersionKind = VersionKind.CORRECTION
) -> ProgrammeVersion:
    """Start the next version of an approved programme as a draft, with its measures on their lineages.

    *kind* is «корректировка» or «продление».
    """
    need_to(programme.case, "programme.correct", by)
    if not (reason or "").strip():
        raise RuleBroken(say("Напишите, почему {programme_short:acc} нужно изменить."), field="change_reason")
    programme = take(programme)
    drafted = next((version for version in programme.versions if version.status in OPEN), None)
    if drafted is not None:
        raise RuleBroken(f"Версия {drafted.version_no} уже составляется ({drafted.status.label}). Продолжите её.")
    standing = [version for version in programme.versions if version.status in STANDING]
    if not standing:
        raise RuleBroken(
            say(
                "Корректируют {programme_short?утверждённый|утверждённую|утверждённое} "
                "{programme_short:acc}, а такой версии нет."
            )
        )
    version = next_version(standing[-1], kind=kind, reason=reason.strip())
    author = session_of(version).get(StaffMember, by.staff_id) if by.staff_id is not None else None
    if author is not None and author not in version.authors:
        version.authors.append(author)
    sentence = f"{version}: начата {kind.label}. Причина: {reason.strip()}"
    journal.record(session_of(version), by, "programme.correct", version, sentence)
    return version


def take_back(version: ProgrammeVersion, *, by: Actor) -> ProgrammeVersion:
    """Make a draft again of a version that waits, and take it off the open agenda it stands on, whoever asks.

    Raises:
        RuleBroken: it does not wait, or the agenda is closed.
    """
    version = take(version)
    if version.status is not VersionStatus.SUBMITTED:
        raise RuleBroken(f"Отозвать можно то, что на рассмотрении, а {version.state_in_words}.")
    if version.agenda_closed_at is not None:
        raise RuleBroken(
            say("Повестка заседания закрыта, отозвать {programme_short:acc} уже нельзя. Дождитесь решения.")
        )
    session = session_of(version)
    # The agenda lies on a higher floor; the relationship reaches it so that no question is left without a programme.
    for item in version.agenda_items:
        if item.is_open:
            session.delete(item)
    version.status = VersionStatus.DRAFT
    version.submitted_at = version.submitted_by_id = version.body_id = None
    journal.record(session, by, "programme.withdraw", version, f"{version}: отозвана с рассмотрения.")
    session.expire(version, ["agenda_items"])
    return version


# ---- the end -----------------------------------------------------------------------------------------


def stop(case: FamilyCase, *, by: Actor, cut_short: str | None, on: dt.date | None = None) -> None:
    """End what runs of the programme because the accompaniment ends: a version that waits is taken back, the acting
    one is completed, or terminated with the reason *cut_short*. Who may do this is asked by the rule that ends it.

    Raises:
        RuleBroken: a meeting is about to decide on a version.
    """
    programme = session_of(case).scalar(select(Programme).where(Programme.case_id == case.id))
    status = VersionStatus.TERMINATED if cut_short else VersionStatus.COMPLETED
    for version in programme.versions if programme is not None else ():
        if version.status is VersionStatus.SUBMITTED:
            take_back(version, by=by)
        elif version.status is VersionStatus.IN_FORCE:
            _end(version, status, by=by, on=on, reason=cut_short)


def complete(version: ProgrammeVersion, *, by: Actor, on: dt.date | None = None) -> ProgrammeVersion:
    """End the acting version: its goals are met."""
    _need_lead(version, by)
    return _end(version, VersionStatus.COMPLETED, by=by, on=on, reason=None)


def terminate(version: ProgrammeVersion, *, by: Actor, reason: str, on: dt.date | None = None) -> ProgrammeVersion:
    """Stop the acting version before its goals are met; the reason is kept."""
    if not (reason or "").strip():
        raise RuleBroken(
            say("Напишите, почему {programme_short} {programme_short?прекращён|прекращена|прекращено}."), field="reason"
        )
    _need_lead(version, by)
    return _end(version, VersionStatus.TERMINATED, by=by, on=on, reason=reason.strip())


def _need_lead(version: ProgrammeVersion, by: Actor) -> None:
    if by is not SYSTEM:
        need_lead(version.programme.case, by)


def _end(
    version: ProgrammeVersion, status: VersionStatus, *, by: Actor, on: dt.date | None, reason: str | None
) -> ProgrammeVersion:
    version = take(version)
    if version.status is not VersionStatus.IN_FORCE:
        raise RuleBroken(say(MAY_END, state=version.state_in_words))
    version.status = status
    version.ended_at = on or today()
    version.decision_reason = reason or version.decision_reason
    sentence = f"{version}: {status.label}." + (f" Причина: {reason}" if reason else "")
    journal.record(session_of(version), by, f"programme.{status.value}", version, sentence)
    return version
