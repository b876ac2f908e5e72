"""Who decides what: the bodies a centre's order of work names, and which of them decides about which family.

A body that sits in every municipality (КДНиЗП, S004-К) has a row for each; the one of the family's municipality decides
about the family. What a body may decide is said by the order of work; in a centre without one, by the body's own card.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor
from app.base import Choice, RuleBroken, session_of
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.meetings.models import Body, BodyKind, DecisionKind, ItemKind, Quorum
from app.organisation.models import ServiceUnit, Territory, TerritoryLevel
from app.profiles.order import Body as Named
from app.profiles.order import OrderOfWork
from app.terms import say


class Ruling(Choice):
    """Every decision a body may be given by an order of work, in its words (``closed.DECISIONS``)."""

    RECOGNISE = "recognise", "признать нуждающейся"
    REFUSE_RECOGNITION = "refuse_recognition", "отказать в признании"
    APPROVE = "approve_programme", "утвердить"
    REJECT = "reject_programme", "отклонить"
    SEND_BACK = "return_programme", "вернуть на доработку"
    APPROVE_CORRECTION = "approve_correction", "утвердить корректировку"
    NOTE_INTERIM = "note_interim", "принять к сведению промежуточные результаты"
    NOTE_FINAL = "note_final", "принять к сведению итоговые результаты"
    CONTINUE = "continue", "продолжить"
    TERMINATE = "terminate", "прекратить"
    CHANGE_LEVEL = "change_level", "сменить уровень"
    ASSIGN = "assign", "поручить"


ABOUT: dict[Ruling, tuple[ItemKind, DecisionKind]] = {
    Ruling.RECOGNISE: (ItemKind.RECOGNITION, DecisionKind.RECOGNISE),
    Ruling.REFUSE_RECOGNITION: (ItemKind.RECOGNITION, DecisionKind.REFUSE_RECOGNITION),
    Ruling.APPROVE: (ItemKind.PROGRAMME, DecisionKind.APPROVE),
    Ruling.REJECT: (ItemKind.PROGRAMME, DecisionKind.REJECT),
    Ruling.SEND_BACK: (ItemKind.PROGRAMME, DecisionKind.SEND_BACK),
    Ruling.APPROVE_CORRECTION: (ItemKind.CORRECTION, DecisionKind.APPROVE),
    Ruling.NOTE_INTERIM: (ItemKind.INTERIM, DecisionKind.NOTE),
    Ruling.NOTE_FINAL: (ItemKind.FINAL, DecisionKind.NOTE),
    Ruling.CONTINUE: (ItemKind.CONTINUATION, DecisionKind.CONTINUE),
    Ruling.TERMINATE: (ItemKind.CONTINUATION, DecisionKind.TERMINATE),
    Ruling.CHANGE_LEVEL: (ItemKind.LEVEL, DecisionKind.CHANGE_LEVEL),
    Ruling.ASSIGN: (ItemKind.COORDINATION, DecisionKind.ASSIGN),
}
"""The question each ruling answers and how it is kept."""

ANSWERS: dict[ItemKind, tuple[DecisionKind, ...]] = {
    ItemKind.RECOGNITION: (DecisionKind.RECOGNISE, DecisionKind.REFUSE_RECOGNITION),
    ItemKind.PROGRAMME: (DecisionKind.APPROVE, DecisionKind.SEND_BACK, DecisionKind.REJECT),
    ItemKind.CORRECTION: (DecisionKind.APPROVE, DecisionKind.SEND_BACK, DecisionKind.REJECT),
    ItemKind.INTERIM: (DecisionKind.NOTE, DecisionKind.ASSIGN),
    ItemKind.FINAL: (DecisionKind.NOTE, DecisionKind.ASSIGN),
    ItemKind.CONTINUATION: (DecisionKind.CONTINUE, DecisionKind.TERMINATE),
    ItemKind.LEVEL: (DecisionKind.CHANGE_LEVEL, DecisionKind.NOTE),
    ItemKind.COORDINATION: (DecisionKind.ASSIGN, DecisionKind.NOTE),
    ItemKind.POST_SUPPORT: (DecisionKind.NOTE, DecisionKind.ASSIGN),
}
"""Which decisions answer a question; a question of another kind may be answered by any that is not on a programme."""

ON_PROGRAMME = ANSWERS[ItemKind.PROGRAMME]
MUNICIPAL = (TerritoryLevel.DISTRICT, TerritoryLevel.CITY)
NOT_NAMED = "В вашем порядке работы нет органа, который это решает. Спросите руководителя службы."


def ruling_of(item_kind: ItemKind, kind: DecisionKind) -> Ruling | None:
    """Return the ruling a decision on a question of *item_kind* is; None for one no order of work speaks of."""
    if kind is DecisionKind.APPROVE:
        return Ruling.APPROVE_CORRECTION if item_kind is ItemKind.CORRECTION else Ruling.APPROVE
    if kind is DecisionKind.NOTE:
        return {ItemKind.INTERIM: Ruling.NOTE_INTERIM, ItemKind.FINAL: Ruling.NOTE_FINAL}.get(item_kind)
    return Ruling(kind.value)


def answers(item_kind: ItemKind) -> tuple[DecisionKind, ...]:
    """Return the decisions that answer a question of *item_kind*."""
    return ANSWERS.get(item_kind) or tuple(kind for kind in DecisionKind if kind not in ON_PROGRAMME)


# ---- what a body may decide --------------------------------------------------------------------------


def named(body: Body, order: OrderOfWork | None) -> Named | None:
    """Return what the order of work says of *body*: by its code there, or the one body of its kind."""
    if order is None:
        return None
    by_code = {one.code: one for one in order.bodies}
    if body.order_code in by_code:
        return by_code[body.order_code]
    of_kind = [one for one in order.bodies if one.kind == body.kind.value]
    return of_kind[0] if len(of_kind) == 1 and body.order_code is None else None


def order_of_body(body: Body) -> OrderOfWork | None:
    """Return the order of work in force where the body decides."""
    return order_in_force(session_of(body), body.service_unit_id)


def may_decide(body: Body, item_kind: ItemKind, kind: DecisionKind) -> bool:
    """Whether *body* may answer a question of *item_kind* with *kind*; any body may take note of any other question."""
    order, ruling = order_of_body(body), ruling_of(item_kind, kind)
    if order is not None and ruling is None:
        return True
    if body.decides and kind not in body.decides:
        return False
    if order is None or ruling is None:
        return True
    known = named(body, order)
    return known is not None and ruling.value in known.decides


def rulings_of(body: Body) -> tuple[Ruling, ...]:
    """Return what *body* may decide, in the order of the closed list."""
    return tuple(ruling for ruling, (item_kind, kind) in ABOUT.items() if may_decide(body, item_kind, kind))


# ---- the bodies of a unit ----------------------------------------------------------------------------


def ensure_bodies(unit: ServiceUnit, order: OrderOfWork, *, by: Actor) -> int:
    """Let *unit* have the bodies its order of work names, and return how many were made.

    One that is there keeps its title and quorum; what it may decide is what the order says now. A body that sits in
    each municipality is made for the unit's own; the others are made when a family of theirs needs them.
    """
    session, made = session_of(unit), 0
    known = session.scalars(select(Body).where(Body.service_unit_id == unit.id).order_by(Body.id)).all()
    codes = {one.code for one in order.bodies}
    for body in known:
        if body.order_code is not None and body.order_code not in codes:
            body.order_code = None
    for one in order.bodies:
        same = [body for body in known if one.code in (body.order_code, body.code)]
        for body in same:
            body.order_code, body.decides = one.code, _kept(one)
        if one.per_municipality and len(same) == 1 and same[0].territory is None:
            same[0].territory = unit.municipality
        if not same:
            _make(session, unit.id, one, unit.municipality if one.per_municipality else None, by=by)
            made += 1
    session.flush()
    return made


def _make(session: Session, unit_id: int, one: Named, place: Territory | None, *, by: Actor) -> Body:
    body = Body(
        code=one.code if place is None else f"{one.code}-{place.id}",
        title=f"{one.label}: {place}" if place is not None else one.label,
        kind=BodyKind(one.kind),
        is_internal=one.internal,
        territory=place,
        quorum=Quorum(one.quorum),
        quorum_basis=one.clause,
        decides=_kept(one),
        order_code=one.code,
        service_unit_id=unit_id,
    )
    session.add(body)
    session.flush()
    journal.record(session, by, "body.make", body, f"По порядку работы решает {body}.")
    return body


def _kept(one: Named) -> list[str]:
    """Return the decisions of a body as its card keeps them: a correction is approved as a programme is."""
    return sorted({ABOUT[Ruling(code)][1].value for code in one.decides})


def municipality_of(case: FamilyCase) -> Territory | None:
    """Return the municipality the family lives in, or None when it is not known."""
    place = case.family.territory
    return next((each for each in place.chain if each.level in MUNICIPAL), None) if place is not None else None


def bodies_for(case: FamilyCase, ruling: Ruling) -> list[Body]:
    """Return the bodies that may decide this about the family, best first: those of its municipality, then the rest."""
    wanted = select(Body).where(Body.service_unit_id == case.service_unit_id).order_by(Body.id)
    item_kind, kind = ABOUT[ruling]
    place = case.family.territory
    chain = [each.id for each in place.chain] if place is not None else []
    found = [
        body
        for body in session_of(case).scalars(wanted)
        if may_decide(body, item_kind, kind) and (body.territory_id is None or not chain or body.territory_id in chain)
    ]
    return sorted(found, key=lambda body: body.territory_id is None)


def deciding_body(case: FamilyCase, ruling: Ruling, *, by: Actor) -> Body:
    """Return the body that decides this about the family; the one of its municipality is made when it is missing.

    Raises:
        RuleBroken: no body decides this, or several may and somebody has to choose.
    """
    order, place = order_in_force(session_of(case), case.service_unit_id), municipality_of(case)
    found = bodies_for(case, ruling)
    local = next((one for one in order.bodies_that(ruling.value) if one.per_municipality), None) if order else None
    if local is not None and place is not None and all(body.territory_id is None for body in found):
        return _make(session_of(case), case.service_unit_id, local, place, by=by)
    if not found:
        raise RuleBroken(say(NOT_NAMED))
    if len(found) > 1 and order is None:
        raise RuleBroken("Решать могут несколько органов. Выберите, какой.", field="body_id")
    return found[0]
