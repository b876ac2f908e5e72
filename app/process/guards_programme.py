"""Guards of the agreement, the curator, the level and the programme, up to its dispatch."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select
from sqlalchemy import case as either

from app.agreements.models import Agreement, AgreementStatus
from app.cases import gate
from app.cases.gate import NOT_MET
from app.cases.models import CuratorAssignment, FamilyCase, LevelPeriod
from app.dispatch.models import Dispatch, DispatchItem
from app.orders.models import AdminOrder
from app.process.asking import CASE, TODAY, answer, ask
from app.process.guards_intake import lacks
from app.programmes.models import ExecutorType, Measure, Programme, ProgrammeVersion, VersionStatus
from app.programmes.rights import STANDING
from app.terms import say
from app.words import counted

# ---- the agreement -----------------------------------------------------------------------------------

_signed = (Agreement.case_id == CASE, Agreement.status == AgreementStatus.SIGNED)
SIGNED = ask(select(func.max(Agreement.date)).where(*_signed))
VALID_TO = ask(select(func.max(Agreement.valid_to)).where(*_signed))
IN_FORCE = ask(select(func.count(Agreement.id)).where(*_signed, Agreement.valid_to >= TODAY))


@gate.checks("has_agreement")
def has_agreement(case: FamilyCase) -> str | None:
    """An agreement with the family is signed and its term has not passed (S000-7, S003-3.4, S004-2-c)."""
    if answer(case, IN_FORCE):
        return None
    ended = answer(case, VALID_TO)
    over = "Срок {agreement_short:gen} прошёл {day}. Продлите {agreement_short?его|её|его}."
    return say(over, day=f"{ended:%d.%m.%Y}") if ended else NOT_MET


@gate.checks("agreement_covers_programme")
def agreement_covers_programme(case: FamilyCase) -> str | None:
    """The agreement lasts as long as the programme (S002-3.3-4)."""
    until, programme = answer(case, VALID_TO), answer(case, TERM)
    if until is None or programme is None:
        return NOT_MET
    short = "{Agreement_short} заканчивается {until}, а {programme_short} – {end}."
    return lacks(until >= programme, say(short, until=f"{until:%d.%m.%Y}", end=f"{programme:%d.%m.%Y}"))


# ---- the curator, the level --------------------------------------------------------------------------

ORDERED = ask(
    select(func.max(AdminOrder.date))
    .join(CuratorAssignment, CuratorAssignment.order_id == AdminOrder.id)
    .where(CuratorAssignment.case_id == CASE, CuratorAssignment.date_to.is_(None))
)
LEVEL = ask(select(func.count(LevelPeriod.id)).where(LevelPeriod.case_id == CASE, LevelPeriod.date_to.is_(None)))


@gate.checks("has_curator")
def has_curator(case: FamilyCase) -> str | None:
    """Somebody leads the case (S004-1-g, S003-3.5)."""
    return lacks(case.curator_id)


@gate.checks("has_curator_order")
def has_curator_order(case: FamilyCase) -> str | None:
    """An order names who leads the case (S000-5)."""
    return lacks(answer(case, ORDERED))


@gate.checks("has_level")
def has_level(case: FamilyCase) -> str | None:
    """The level of accompaniment is set (S003-3.5-b)."""
    return lacks(answer(case, LEVEL))


@gate.checks("has_planned_end")
def has_planned_end(case: FamilyCase) -> str | None:
    """It is said until when the family is accompanied (S003-3.5-b)."""
    return lacks(case.planned_end)


# ---- the programme -----------------------------------------------------------------------------------

# The version that counts: the one a body approved or that acts, else the one being written.
current_version = (
    select(ProgrammeVersion.id)
    .join(ProgrammeVersion.programme)
    .where(
        Programme.case_id == CASE,
        ProgrammeVersion.status.not_in([VersionStatus.REJECTED, VersionStatus.TERMINATED, VersionStatus.SUPERSEDED]),
    )
    .order_by(either((ProgrammeVersion.status.in_(STANDING), 0), else_=1), ProgrammeVersion.version_no.desc())
    .limit(1)
    .scalar_subquery()
)
_of_current = ProgrammeVersion.id == current_version
DRAFTED = ask(select(func.max(ProgrammeVersion.version_no)).where(_of_current))
TERM = ask(select(func.max(ProgrammeVersion.valid_to)).where(_of_current))
AGREED = ask(select(func.max(ProgrammeVersion.family_agreed_at)).where(_of_current))
APPROVED = ask(select(func.max(ProgrammeVersion.decided_at)).where(_of_current, ProgrammeVersion.status.in_(STANDING)))
SUBMITTED = ask(
    select(func.max(ProgrammeVersion.submitted_at)).where(
        _of_current, ProgrammeVersion.status == VersionStatus.SUBMITTED
    )
)
REJECTED = ask(
    select(func.max(ProgrammeVersion.ended_at))
    .join(ProgrammeVersion.programme)
    .where(Programme.case_id == CASE, ProgrammeVersion.status == VersionStatus.REJECTED)
)
_nobody = or_(
    Measure.executor_type.is_(None),
    and_(Measure.executor_type == ExecutorType.SPECIALIST, Measure.executor_id.is_(None)),
    and_(Measure.executor_type == ExecutorType.DEPARTMENT, Measure.department_id.is_(None)),
    and_(Measure.executor_type == ExecutorType.ORGANISATION, Measure.partner_id.is_(None)),
    and_(Measure.executor_type == ExecutorType.VOLUNTEER, func.coalesce(Measure.executor_name, "") == ""),
)
_for_nothing = and_(Measure.problem_id.is_(None), func.coalesce(Measure.problem, "") == "")
MEASURES = ask(select(func.count(Measure.id)).where(Measure.version_id == current_version))
INCOMPLETE = ask(
    select(func.count(Measure.id)).where(
        Measure.version_id == current_version, or_(_nobody, _for_nothing, Measure.due.is_(None))
    )
)


@gate.checks("has_programme_draft")
def has_programme_draft(case: FamilyCase) -> str | None:
    """The programme is begun (S000-8a)."""
    return lacks(answer(case, DRAFTED))


@gate.checks("measures_complete")
def measures_complete(case: FamilyCase) -> str | None:
    """The programme has measures, each with a problem, an executor and a date (S000-8a)."""
    if not answer(case, DRAFTED):
        return say("{Programme_short} не {programme_short?составлен|составлена|составлено}.")
    if not answer(case, MEASURES):
        return say("В {programme_short:prep} нет мероприятий.")
    unfinished = answer(case, INCOMPLETE)
    which = counted(unfinished, "мероприятия", "мероприятий", "мероприятий")
    return lacks(not unfinished, f"У {which} нет проблемы, исполнителя или срока.")


@gate.checks("programme_family_agreed")
def programme_family_agreed(case: FamilyCase) -> str | None:
    """The family has agreed to the programme (S004-2-a)."""
    return lacks(answer(case, AGREED))


@gate.checks("programme_approved")
def programme_approved(case: FamilyCase) -> str | None:
    """A body has approved the programme (S000-8b, S004-2-b)."""
    if answer(case, APPROVED):
        return None
    if answer(case, SUBMITTED):
        return say("{Programme_short} на рассмотрении, решения ещё нет.")
    refused = answer(case, REJECTED)
    lost = "{Programme_short} {programme_short?отклонён|отклонена|отклонено} {day}. Исправьте и отправьте снова."
    return say(lost, day=f"{refused:%d.%m.%Y}") if refused else NOT_MET


# ---- the dispatch ------------------------------------------------------------------------------------

CHARGED = ask(
    select(func.count(Measure.partner_id.distinct())).where(
        Measure.version_id == current_version, Measure.partner_id.is_not(None)
    )
)
DISPATCHED = ask(
    select(func.max(Dispatch.sent_at)).where(Dispatch.version_id == current_version, Dispatch.sent_at.is_not(None))
)
LETTERS = ask(
    select(func.count(DispatchItem.id)).join(DispatchItem.dispatch).where(Dispatch.version_id == current_version)
)
UNSENT = ask(
    select(func.count(DispatchItem.id))
    .join(DispatchItem.dispatch)
    .where(Dispatch.version_id == current_version, DispatchItem.sent_at.is_(None))
)


@gate.checks("programme_dispatched")
def programme_dispatched(case: FamilyCase) -> str | None:
    """Every organisation the approved programme charges was sent its letter (S004-2-d)."""
    if not answer(case, APPROVED):
        return NOT_MET
    if answer(case, DISPATCHED) or not answer(case, CHARGED):
        return None
    unsent, letters = answer(case, UNSENT), answer(case, LETTERS)
    return f"Не отправлено писем организациям: {unsent} из {letters}." if letters else NOT_MET
