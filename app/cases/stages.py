"""Where a case stands in its centre's order of work, and which order is in force for a unit.

A case keeps the code of its stage and the periods it stood on each. It enters the first stage when it is opened, goes
from stage to stage by :func:`enter` alone, takes its status from the stage it stands on, and keeps its place when the
order of work is changed::

    begin ─► first stage ── enter (advanced, skipped, returned, overridden) ─► any stage ── leave ─► ended

    put_in_force: every open case has its stage in the new order, or *mapping* says which stage is meant now,
                  or nothing is changed and the cases are named
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, for_whole_unit, now
from app.base import RuleBroken, session_of
from app.cases.models import ENDED, CaseStatus, FamilyCase, StageMove, StagePeriod
from app.organisation.models import ServiceUnit
from app.profiles.models import ProfileVersion
from app.profiles.order import OrderOfWork, Stage
from app.profiles.rules import order_of
from app.words import counted

VERBS = {
    StageMove.ADVANCED: "case.advance",
    StageMove.SKIPPED: "case.skip",
    StageMove.RETURNED: "case.return",
    StageMove.OVERRIDDEN: "case.override",
}
"""The verb of the journal for each move; an opening and a new order of work are told by their own rules."""

NAMED = 10
"""Cases a refusal names for each stage; the rest are counted."""

PATH = (
    CaseStatus.IDENTIFIED,
    CaseStatus.REGISTERED,
    CaseStatus.ASSESSMENT,
    CaseStatus.PLANNING,
    CaseStatus.APPROVAL,
    CaseStatus.ACTIVE,
    CaseStatus.REVIEW,
    CaseStatus.POST_SUPPORT,
)
"""The canonical states in the order in which they are met; a pause is a time of «на сопровождении»."""


def order_in_force(session: Session, unit_id: int) -> OrderOfWork | None:
    """Return the order of work of a unit, None where none has been chosen."""
    unit = session.get(ServiceUnit, unit_id)
    return order_of(unit.profile) if unit is not None and unit.profile is not None else None


def stage_for(order: OrderOfWork, status: CaseStatus, now: str | None = None) -> str:
    """Return the stage of *order* a case of *status* stands in, staying in *now* where that fits.

    Several stages may share a status and a status may have none. It is the first stage whose status has come by
    then; going on, the first from *now* onwards.
    """
    reached = PATH.index(CaseStatus.ACTIVE if status is CaseStatus.SUSPENDED else status)
    codes = [stage.code for stage in order.stages]
    ranks = [PATH.index(CaseStatus(stage.status)) for stage in order.stages]
    begin = codes.index(now) if now in codes else 0
    if ranks[begin] > reached:
        begin = 0
    fitting = (code for code, rank in zip(codes[begin:], ranks[begin:], strict=True) if rank >= reached)
    return next(fitting, codes[-1])


def begin(case: FamilyCase, *, by: Actor) -> None:
    """Let a case just opened stand on the first stage of its unit's order of work; without an order it has no stage."""
    order = order_in_force(session_of(case), case.service_unit_id)
    if order is not None:
        enter(case, order.stages[0].code, by=by, move=StageMove.OPENED)


def enter(
    case: FamilyCase,
    stage_code: str,
    *,
    by: Actor,
    move: StageMove,
    reason: str | None = None,
    lacking: str | None = None,
) -> StagePeriod:
    """Let *case* stand on a stage from now on: its period begins, the one before ends, the status is the stage's.

    Nothing is checked here; the rules of the moves do that. *reason* is what was written by whoever led the case
    back, over a stage or on without what was *lacking*.

    Raises:
        LookupError: the unit has no order of work, or its order no such stage.
    """
    session = session_of(case)
    order = order_in_force(session, case.service_unit_id)
    if order is None:
        raise LookupError(f"{case}: no order of work")
    stage, moment = order.stage_by_code[stage_code], now()
    session.flush()
    leave(case)
    # The index allows one open period, so the old one is closed in the table before the new comes.
    session.flush()
    period = _period(case, stage, move, moment)
    period.reason, period.lacking = reason, lacking
    session.add(period)
    if move in VERBS:
        told = [f"Дело № {case.number}: {move.label}, теперь этап «{stage.label}»."]
        told += [f"Причина: {reason.rstrip('.')}."] if reason else []
        told += [f"Не хватало: {lacking}"] if lacking else []
        journal.record(session, by, VERBS[move], case, " ".join(told))
    session.flush()
    return period


def leave(case: FamilyCase) -> None:
    """End the period in which *case* stands now, if it has one; a case that has ended keeps the stage it ended on."""
    running = select(StagePeriod).where(StagePeriod.case_id == case.id, StagePeriod.left_at.is_(None))
    # Whoever moves a case by a decision or a contract need not see the family.
    with for_whole_unit():
        period = session_of(case).scalars(running).one_or_none()
    if period is not None:
        period.left_at = max(now(), period.came_at)


def _period(case: FamilyCase, stage: Stage, move: StageMove, moment: dt.datetime) -> StagePeriod:
    """Put *case* on *stage* and return its period; a pause outlasts a change of the order of work."""
    case.stage, case.stage_since = stage.code, moment
    if case.status is not CaseStatus.SUSPENDED or move is not StageMove.REORDERED:
        case.status = CaseStatus(stage.status)
    return StagePeriod(
        case=case,
        stage=stage.code,
        label=stage.label,
        move=move,
        came_at=moment,
        service_unit_id=case.service_unit_id,
    )


def put_in_force(
    unit: ServiceUnit, version: ProfileVersion, *, by: Actor, mapping: Mapping[str, str] | None = None
) -> int:
    """Let *unit* work by *version* from now on and return how many open cases changed their stage.

    *mapping* leads from a stage in use to a stage of the new order. A case without a stage gets the one of its status.

    Raises:
        RuleBroken: open cases stand in stages the new order does not have, or *mapping* names a stage it has not.
    """
    session, order = session_of(unit), order_of(version)
    mapping = dict(mapping or {})
    for old, new in mapping.items():
        if new not in order.stage_by_code:
            raise RuleBroken(
                f"Этапа «{new}» в новом порядке нет ({old}={new}). Есть: {', '.join(order.stage_by_code)}."
            )
    open_cases = session.scalars(
        select(FamilyCase)
        .where(FamilyCase.service_unit_id == unit.id, FamilyCase.status.not_in(ENDED))
        .order_by(FamilyCase.stage, FamilyCase.id)
    ).all()
    _refuse_lost(order, [case for case in open_cases if case.stage and case.stage not in mapping])
    moved = _lead_over(session, order, open_cases, mapping)
    if unit.profile_id != version.id:
        unit.profile = version
        sentence = f"{unit}: введён порядок работы {version}."
        journal.record(session, by, "profile.put_in_force", unit, sentence)
    session.flush()
    return moved


def _lead_over(session: Session, order: OrderOfWork, cases: Sequence[FamilyCase], mapping: Mapping[str, str]) -> int:
    """Lead *cases* to their stages in *order* and return how many stand elsewhere now."""
    running = select(StagePeriod).where(StagePeriod.left_at.is_(None), StagePeriod.case_id.in_([c.id for c in cases]))
    periods = {one.case_id: one for one in session.scalars(running)}
    moment, moved = now(), []
    for case in cases:
        code = mapping.get(case.stage, case.stage) if case.stage else stage_for(order, case.status)
        if code != case.stage:
            moved.append((case, code))
            if case.id in periods:
                periods[case.id].left_at = moment
        elif case.status is not CaseStatus.SUSPENDED:
            case.status = CaseStatus(order.stage_by_code[code].status)
    session.flush()
    session.add_all(_period(case, order.stage_by_code[code], StageMove.REORDERED, moment) for case, code in moved)
    return len(moved)


def _refuse_lost(order: OrderOfWork, cases: list[FamilyCase]) -> None:
    """Refuse when one of *cases*, sorted by stage, stands in a stage that *order* lacks."""
    lost = [case for case in cases if case.stage not in order.stage_by_code]
    if not lost:
        return
    told = []
    for stage, group in groupby(lost, key=lambda case: case.stage):
        numbers = [f"№ {case.number}" for case in group]
        more = f" и ещё {len(numbers) - NAMED}" if len(numbers) > NAMED else ""
        told.append(f"«{stage}» – {', '.join(numbers[:NAMED])}{more}")
    raise RuleBroken(
        f"В новом порядке нет этапов, на которых стоят {counted(len(lost), 'дело', 'дела', 'дел')}: "
        f"{'; '.join(told)}. Укажите для каждого этапа новый: --map старый=новый. "
        f"Этапы нового порядка: {', '.join(order.stage_by_code)}."
    )
