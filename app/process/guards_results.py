"""Guards of decisions on results, of the end and of the time after it.

A decision counts when its protocol is signed; of a round of work count those made since the case came to its stage,
and of several on the same question the last.
"""

from __future__ import annotations

from sqlalchemy import func, select

from app.cases import gate
from app.cases.gate import NOT_MET
from app.cases.models import FamilyCase
from app.closing.models import CheckStatus, ClosureConclusion, ConclusionStatus, PostSupport, PostSupportCheck
from app.meetings.models import AgendaItem, Decision, DecisionKind, ItemKind
from app.process.asking import CASE, SINCE, Question, answer, ask
from app.process.guards_intake import lacks

_round = (AgendaItem.case_id == CASE, Decision.applied_at >= SINCE)


def _heard(kind: ItemKind) -> Question:
    noted = select(func.max(Decision.applied_at)).join(Decision.item).where(*_round, AgendaItem.kind == kind)
    return ask(noted.where(Decision.kind == DecisionKind.NOTE))


INTERIM_HEARD = _heard(ItemKind.INTERIM)
FINAL_HEARD = _heard(ItemKind.FINAL)
LAST_WORD = ask(
    select(Decision.kind)
    .join(Decision.item)
    .where(*_round, Decision.kind.in_([DecisionKind.CONTINUE, DecisionKind.TERMINATE]))
    .order_by(Decision.applied_at.desc(), Decision.id.desc())
    .limit(1)
)
"""Whether the accompaniment goes on, by the last decision of this round."""


@gate.checks("interim_results_heard")
def interim_results_heard(case: FamilyCase) -> str | None:
    """A body has taken note of the interim results of this round (S003-3.6-a)."""
    return lacks(answer(case, INTERIM_HEARD))


@gate.checks("final_results_heard")
def final_results_heard(case: FamilyCase) -> str | None:
    """A body has taken note of the final results of this round (S003-3.6-b)."""
    return lacks(answer(case, FINAL_HEARD))


@gate.checks("decision_continue")
def decision_continue(case: FamilyCase) -> str | None:
    """It is decided to go on (S004-4-b)."""
    word = answer(case, LAST_WORD)
    return lacks(word is DecisionKind.CONTINUE, "Решено прекратить сопровождение." if word else NOT_MET)


@gate.checks("decision_terminate")
def decision_terminate(case: FamilyCase) -> str | None:
    """It is decided to end the accompaniment (S004-4-b)."""
    word = answer(case, LAST_WORD)
    return lacks(word is DecisionKind.TERMINATE, "Решено продолжить сопровождение." if word else NOT_MET)


# ---- the end -----------------------------------------------------------------------------------------

CONCLUDED = ask(
    select(func.max(ClosureConclusion.date)).where(
        ClosureConclusion.case_id == CASE, ClosureConclusion.status == ConclusionStatus.SIGNED
    )
)
_of_support = select(func.count(PostSupportCheck.id)).join(PostSupportCheck.post_support)
CHECKS = ask(_of_support.where(PostSupport.case_id == CASE))
AWAITED = ask(_of_support.where(PostSupport.case_id == CASE, PostSupportCheck.status == CheckStatus.PLANNED))
LAST_CHECK = ask(
    select(func.max(PostSupportCheck.done_on)).join(PostSupportCheck.post_support).where(PostSupport.case_id == CASE)
)


@gate.checks("closure_conclusion_signed")
def closure_conclusion_signed(case: FamilyCase) -> str | None:
    """The conclusion on the end of the accompaniment is signed (S003-3.7)."""
    return lacks(answer(case, CONCLUDED))


@gate.checks("post_support_done")
def post_support_done(case: FamilyCase) -> str | None:
    """Every planned check after the accompaniment is made (S004-5)."""
    planned, awaited = answer(case, CHECKS), answer(case, AWAITED)
    if planned and not awaited:
        return None
    return f"Проверки постсопровождения не завершены: осталось {awaited} из {planned}." if planned else NOT_MET
