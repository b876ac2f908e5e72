"""Which questions wait for a body: programmes sent to it, what people propose, and what the path of a case asks for.

A case that stands on a stage whose way out waits for a decision is a question by itself, until it is decided anew since
the case came there; so is a case in work whose day of review has come (S003-3.6-a). Nobody has to write it down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app import journal
from app.acting import Actor, now
from app.assessment.models import Assessment, AssessmentKind
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.models import CaseStatus, FamilyCase, StagePeriod
from app.cases.stages import order_in_force
from app.meetings.bodies import ABOUT, Ruling, may_decide
from app.meetings.models import AgendaItem, AgendaProposal, Body, Decision, DecisionKind, ItemKind
from app.organisation.models import Territory
from app.people.rules import trimmed
from app.profiles.order import OrderOfWork, Stage
from app.programmes.rights import need_lead
from app.terms import say

ON_PROGRAMME = (ItemKind.PROGRAMME, ItemKind.CORRECTION)
REVIEWED = (CaseStatus.ACTIVE, CaseStatus.REVIEW)
"""States in which a day of review counts."""

BY_DAY = (ItemKind.INTERIM, ItemKind.OTHER)
"""Questions a planned day of review raises."""

BY_STAGE = "этого ждёт этап, на котором стоит дело"
UNASSESSED = "Итоговые результаты рассматривают после итоговой диагностики: завершите её."


@dataclass(frozen=True)
class Question:
    """A question that waits for *body*: about which case, of what kind, why, and who proposed it if somebody did."""

    body: Body
    case: FamilyCase
    kind: ItemKind
    why: str
    proposal: AgendaProposal | None = None


# ---- proposed by people ------------------------------------------------------------------------------


def propose(case: FamilyCase, *, by: Actor, body: Body, kind: ItemKind, reason: str) -> AgendaProposal:
    """Propose that *body* considers the case; its secretary sees it among what waits.

    Raises:
        RuleBroken: *by* does not lead the case, it has ended, the body does not decide this, the question is one of a
            programme, is proposed already, or no reason is given.
    """
    need_lead(case, by)
    if not case.status.is_open:
        raise RuleBroken(f"Дело № {case.number} закончено: {case.status.label}. Заведите новое дело.")
    if kind in ON_PROGRAMME:
        raise RuleBroken(
            say("{Programme_short:acc} отправляют на рассмотрение со страницы {programme_short:gen}."), field="question"
        )
    if not decides_any(body, kind):
        raise RuleBroken(f"{body}: этого вопроса не решает. Выберите другой орган или вопрос.", field="question")
    if not trimmed(reason):
        raise RuleBroken("Напишите, что предлагается и почему: это увидит секретарь.", field="proposal_reason")
    session = session_of(case)
    known = select(AgendaProposal.id).where(
        AgendaProposal.case_id == case.id,
        AgendaProposal.body_id == body.id,
        AgendaProposal.kind == kind,
        AgendaProposal.is_open,
    )
    if session.scalar(known) is not None:
        raise RuleBroken(f"Этот вопрос уже предложен, его рассмотрит {body}.", field="question")
    proposal = AgendaProposal(
        case=case,
        body=body,
        kind=kind,
        reason=trimmed(reason),
        proposed_by_id=by.staff_id,
        proposed_at=now(),
        service_unit_id=case.service_unit_id,
    )
    session.add(proposal)
    journal.record(session, by, "meeting.propose", case, f"Дело № {case.number}: {kind.label}, рассмотрит {body}.")
    return proposal


def take_back_proposal(proposal: AgendaProposal, *, by: Actor) -> None:
    """Take a proposal back while it stands on no agenda.

    Raises:
        RuleBroken: *by* does not lead the case, or it is decided or on an agenda.
    """
    need_lead(proposal.case, by)
    if not proposal.is_open:
        raise RuleBroken("Этот вопрос уже рассмотрен или снят.")
    session = session_of(proposal)
    standing = select(AgendaItem.id).where(AgendaItem.proposal_id == proposal.id, AgendaItem.is_open)
    if session.scalar(standing) is not None:
        raise RuleBroken("Вопрос уже в повестке. Попросите секретаря снять его.")
    proposal.is_open = False
    journal.record(session, by, "meeting.unpropose", proposal.case, f"Дело № {proposal.case.number}: вопрос снят.")


def decides_any(body: Body, kind: ItemKind) -> bool:
    """Whether *body* has something to decide on a question of *kind*."""
    given = {decision for item_kind, decision in ABOUT.values() if item_kind is kind} or {DecisionKind.NOTE}
    return any(may_decide(body, kind, decision) for decision in given)


def need_final_assessment(case: FamilyCase) -> None:
    """Refuse final results without a final assessment of this round, where the order of work asks for one (S003-3.6-b).

    A round begins when the case comes to the work, for the first time or to go on.
    """
    if not gate.names_guard(case, "has_final_assessment"):
        return
    session = session_of(case)
    order = order_in_force(session, case.service_unit_id)
    work = [stage.code for stage in (order.stages if order else ()) if stage.status == CaseStatus.ACTIVE.value]
    began = session.scalar(
        select(StagePeriod.came_at)
        .where(StagePeriod.case_id == case.id, StagePeriod.stage.in_(work))
        .order_by(StagePeriod.came_at.desc())
        .limit(1)
    )
    finished = select(Assessment.id).where(
        Assessment.case_id == case.id, Assessment.kind == AssessmentKind.FINAL, Assessment.finished_at.is_not(None)
    )
    if began is not None:
        finished = finished.where(Assessment.finished_at >= began)
    if session.scalar(finished.limit(1)) is None:
        raise RuleBroken(UNASSESSED, field="kind")


# ---- what waits --------------------------------------------------------------------------------------


def questions(session: Session, bodies: Sequence[Body], *, day: dt.date) -> list[Question]:
    """Return what waits for *bodies*, all of one unit, on *day*; proposals first. A handful of queries, whatever waits.

    Programmes are asked for by :func:`app.meetings.agenda.candidates`.
    """
    if not bodies:
        return []
    proposed = [Question(one.body, one.case, one.kind, one.reason, one) for one in _open_proposals(session, bodies)]
    unit_id = bodies[0].service_unit_id
    order = order_in_force(session, unit_id)
    above = _chains(session) if any(body.territory_id is not None for body in bodies) else {}
    deciders = {kind: [body for body in bodies if decides_any(body, kind)] for kind in ItemKind}
    taken = {(one.case.id, one.kind) for one in proposed} | _on_agendas(session, unit_id)
    found = []
    cases = _cases(session, unit_id, order, day)
    decided = _decided(session, cases) if cases else {}
    for case in cases:
        for kind, why in _asked(case, order, day):
            body = _who(deciders[kind], case, above)
            if body is None and kind is ItemKind.INTERIM and why != BY_STAGE:
                kind, body = ItemKind.OTHER, _who(deciders[ItemKind.OTHER], case, above)
            if body is None or (case.id, kind) in taken or _is_decided(case, kind, decided, day):
                continue
            found.append(Question(body, case, kind, why))
    return [*proposed, *found]


def in_sight(session: Session, found: Sequence[Question]) -> set[int]:
    """Return the cases of *found* whose cards are open to whoever acts; the others he is told of by name only."""
    ids = {one.case.id for one in found}
    return set(session.scalars(select(FamilyCase.id).where(FamilyCase.id.in_(ids)))) if ids else set()


def _open_proposals(session: Session, bodies: Sequence[Body]) -> Iterable[AgendaProposal]:
    standing = select(AgendaItem.id).where(AgendaItem.proposal_id == AgendaProposal.id, AgendaItem.is_open)
    wanted = (
        select(AgendaProposal)
        .where(AgendaProposal.body_id.in_([body.id for body in bodies]), AgendaProposal.is_open, ~standing.exists())
        .options(
            joinedload(AgendaProposal.body),
            joinedload(AgendaProposal.proposed_by),
            joinedload(AgendaProposal.case).joinedload(FamilyCase.family),
        )
        .order_by(AgendaProposal.proposed_at, AgendaProposal.id)
    )
    return session.scalars(wanted).all()


def _on_agendas(session: Session, unit_id: int) -> set[tuple[int, ItemKind]]:
    wanted = select(AgendaItem.case_id, AgendaItem.kind).where(
        AgendaItem.service_unit_id == unit_id, AgendaItem.is_open, AgendaItem.case_id.is_not(None)
    )
    return {(case_id, kind) for case_id, kind in session.execute(wanted) if case_id is not None}


def _cases(session: Session, unit_id: int, order: OrderOfWork | None, day: dt.date) -> Sequence[FamilyCase]:
    waiting = [stage.code for stage in order.stages if waits(stage)] if order is not None else []
    wanted = (
        select(FamilyCase)
        .where(
            FamilyCase.service_unit_id == unit_id,
            FamilyCase.status.not_in((CaseStatus.CLOSED, CaseStatus.REFUSED, CaseStatus.SUSPENDED)),
            or_(
                FamilyCase.stage.in_(waiting),
                FamilyCase.status.in_(REVIEWED) & (FamilyCase.next_review_at <= day),
            ),
        )
        .options(joinedload(FamilyCase.family))
        .order_by(FamilyCase.next_review_at, FamilyCase.id)
    )
    return session.scalars(wanted).all()


def waits(stage: Stage) -> list[ItemKind]:
    """Return the questions, other than on a programme, that a way out of *stage* waits for."""
    refs = (*stage.exit, *(ref for way in stage.ways for ref in way.guards))
    kinds = [ABOUT[Ruling(ref.guard.decision)][0] for ref in refs if ref.guard.decision]
    return [kind for kind in dict.fromkeys(kinds) if kind not in ON_PROGRAMME]


def _asked(case: FamilyCase, order: OrderOfWork | None, day: dt.date) -> list[tuple[ItemKind, str]]:
    """Return the questions the path of a case raises by *day*, each with why."""
    stage = order.stage_by_code.get(case.stage or "") if order is not None else None
    due = case.next_review_at
    asked = [(kind, BY_STAGE) for kind in waits(stage)] if stage is not None else []
    if due is not None and due > day:
        asked = [(kind, why) for kind, why in asked if kind is not ItemKind.INTERIM]
    if due is not None and due <= day and case.status in REVIEWED and not asked:
        asked.append((ItemKind.INTERIM, f"рассмотреть до {due:%d.%m.%Y}"))
    return asked


def _decided(session: Session, cases: Sequence[FamilyCase]) -> dict[tuple[int, ItemKind], dt.datetime]:
    """Return when each kind of question about *cases* was last decided."""
    wanted = (
        select(AgendaItem.case_id, AgendaItem.kind, Decision.applied_at)
        .join(Decision, Decision.item_id == AgendaItem.id)
        .where(AgendaItem.case_id.in_([case.id for case in cases]), Decision.applied_at.is_not(None))
        .order_by(Decision.applied_at)
    )
    return {(case_id, kind): at for case_id, kind, at in session.execute(wanted) if case_id and at}


def _is_decided(
    case: FamilyCase, kind: ItemKind, decided: dict[tuple[int, ItemKind], dt.datetime], day: dt.date
) -> bool:
    at = decided.get((case.id, kind))
    if at is None:
        return False
    if kind in BY_DAY and case.next_review_at is not None and case.next_review_at <= day:
        return False  # Each decision moves the day of review on, so this is a later one.
    return case.stage_since is None or at >= case.stage_since


def _chains(session: Session) -> dict[int, int | None]:
    """Return which place each place lies in, so that a family's municipality costs no query of its own."""
    return {pk: parent for pk, parent in session.execute(select(Territory.id, Territory.parent_id))}


def _who(bodies: Sequence[Body], case: FamilyCase, above: dict[int, int | None]) -> Body | None:
    """Return which of *bodies* decides about the family: that of its municipality first."""
    chain: set[int] = set()
    place = case.family.territory_id
    while place is not None and place not in chain:
        chain.add(place)
        place = above.get(place)
    fitting = [body for body in bodies if body.territory_id is None or not chain or body.territory_id in chain]
    return min(fitting, key=lambda body: body.territory_id is None, default=None)
