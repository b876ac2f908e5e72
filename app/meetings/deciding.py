"""What a decision must say: one that answers the question, falls to the body, and names its reason, term or level."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from app.acting import today
from app.base import RuleBroken, session_of
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.meetings.bodies import ON_PROGRAMME, answers, may_decide
from app.meetings.models import Body, Decision, DecisionAssignment, DecisionKind, ItemKind
from app.organisation.models import PartnerOrganisation
from app.terms import say

NEED_REASON = (DecisionKind.REJECT, DecisionKind.SEND_BACK, DecisionKind.REFUSE_RECOGNITION)
ON_RECOGNITION = (DecisionKind.RECOGNISE, DecisionKind.REFUSE_RECOGNITION)


class Charge(NamedTuple):
    """What somebody is charged with: *responsible* is a name; an organisation is named by *partner* too."""

    text: str
    responsible: str
    due: dt.date | None = None
    partner: PartnerOrganisation | None = None


def action_for(kind: DecisionKind) -> str:
    """Return the action of the order of work that a decision of *kind* is."""
    return "recognition.record" if kind in ON_RECOGNITION else "decision.record"


def check_kind(
    question: ItemKind, kind: DecisionKind, body: Body, reason: str | None, *, about_programme: bool
) -> str | None:
    """Return the reason without edges; refuse a decision that does not answer the *question* or falls to another body.

    *about_programme*: a version of a programme stands on the agenda with it.
    """
    if about_programme and kind not in ON_PROGRAMME:
        raise RuleBroken(
            say("{Programme_short:acc} можно утвердить, отклонить или вернуть на доработку."), field="kind"
        )
    if not about_programme and kind in ON_PROGRAMME:
        raise RuleBroken(
            say("В этом вопросе нет {programme_short:gen}, {verb} нечего. Выберите другое решение.", verb=kind.label),
            field="kind",
        )
    if kind not in answers(question):
        given = ", ".join(one.label for one in answers(question))
        raise RuleBroken(f"На этот вопрос отвечают так: {given}. Выберите одно из решений.", field="kind")
    if not may_decide(body, question, kind):
        raise RuleBroken(f"{body}: такого решения принять не может. Выберите другое.", field="kind")
    reason = (reason or "").strip() or None
    if kind in NEED_REASON and reason is None:
        raise RuleBroken(say("Напишите причину: её увидит {curator}, и она войдёт в протокол."), field="reason")
    return reason


def check_terms(
    case: FamilyCase | None,
    kind: DecisionKind,
    new_term: dt.date | None,
    level: str | None,
    assignments: Sequence[Charge | tuple[str, str, dt.date | None]],
) -> None:
    """Refuse to go on without a new term, to change the level without one, and to charge nobody with anything."""
    if case is not None and kind is DecisionKind.CONTINUE and new_term is None:
        raise RuleBroken("Укажите, до какого дня продолжить сопровождение.", field="new_term")
    if kind is DecisionKind.CONTINUE and new_term is not None and new_term <= today():
        raise RuleBroken("Новый срок должен быть впереди. Проверьте дату.", field="new_term")
    if case is not None and kind is DecisionKind.CHANGE_LEVEL:
        order = order_in_force(session_of(case), case.service_unit_id)
        if order is not None and level not in {one.code for one in order.levels}:
            raise RuleBroken("Выберите новый уровень сопровождения.", field="level")
    if kind is DecisionKind.ASSIGN and not assignments and case is not None:
        raise RuleBroken("Напишите, что и кому поручено.", field="charge_text")
    for one in assignments:
        charge = Charge(*one)
        if not charge.text.strip() or not charge.responsible.strip():
            raise RuleBroken("Напишите, что поручено и кому.", field="charge_text")


def write_assignments(decision: Decision, assignments: Sequence[Charge | tuple[str, str, dt.date | None]]) -> None:
    """Let *assignments* be those of the decision, instead of the ones written before."""
    session = session_of(decision)
    if decision.id is not None:
        for earlier in decision.assignments:
            session.delete(earlier)
    for one in assignments:
        charge = Charge(*one)
        session.add(
            DecisionAssignment(
                decision=decision,
                text=charge.text.strip(),
                responsible=charge.responsible.strip(),
                partner=charge.partner,
                due=charge.due,
                service_unit_id=decision.service_unit_id,
            )
        )
