"""Where a case stands in its centre's order of work, and which order is in force for a unit.

A case keeps the code of its stage. It enters the first stage when it is opened, follows its status from stage to stage,
and keeps its place when the order of work is changed::

    put_in_force: every open case has its stage in the new order, or *mapping* says which stage is meant now,
                  or nothing is changed and the cases are named
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor
from app.base import RuleBroken, session_of
from app.cases.models import ENDED, CaseStatus, FamilyCase
from app.organisation.models import ServiceUnit
from app.profiles.models import ProfileVersion
from app.profiles.order import OrderOfWork
from app.profiles.rules import order_of
from app.words import counted

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


def follow_status(case: FamilyCase) -> None:
    """Lead the case to the stage its status belongs to; without an order of work it has none.

    A case that has ended keeps the stage it ended in.
    """
    if not case.status.is_open:
        return
    order = order_in_force(session_of(case), case.service_unit_id)
    case.stage = stage_for(order, case.status, case.stage) if order is not None else None


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
    moved = 0
    for case in open_cases:
        stage = mapping.get(case.stage, case.stage) if case.stage else stage_for(order, case.status)
        moved += stage != case.stage
        case.stage = stage
    if unit.profile_id != version.id:
        unit.profile = version
        sentence = f"{unit}: введён порядок работы {version}."
        journal.record(session, by, "profile.put_in_force", unit, sentence)
    session.flush()
    return moved


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
