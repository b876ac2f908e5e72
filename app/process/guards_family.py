"""Guards of what is found out about a family: the first contact, the act, diagnostics, the passport, the reviews.

Those of a round of work count only what was finished since the case came to its stage, so that a second round asks for
new ones.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, or_, select

from app.assessment.lists import ActStatus, AssessmentKind, AssessmentStatus, ReviewKind
from app.assessment.models import (
    Assessment,
    EfficiencyReview,
    FamilyPassport,
    FamilyResource,
    LivingConditionsAct,
    Problem,
    QualityAnswer,
    SocialContact,
)
from app.cases import gate
from app.cases.models import FamilyCase
from app.process.asking import CASE, FAMILY, SINCE, Question, answer, ask
from app.process.guards_intake import lacks
from app.visits.models import IN_PERSON, Visit, VisitKind

MET = ask(
    select(func.max(Visit.done_at)).where(
        Visit.case_id == CASE,
        Visit.annulled_at.is_(None),
        or_(Visit.kind == VisitKind.FIRST_CONTACT, Visit.form.in_(IN_PERSON)),
    )
)
SIGNED_ACT = ask(
    select(func.max(LivingConditionsAct.date)).where(
        LivingConditionsAct.case_id == CASE, LivingConditionsAct.status == ActStatus.SIGNED
    )
)
RESOURCES = ask(select(func.count(FamilyResource.id)).where(FamilyResource.case_id == CASE))
CONTACTS = ask(select(func.count(SocialContact.id)).where(SocialContact.family_id == FAMILY))
PROBLEMS = ask(select(func.count(Problem.id)).where(Problem.case_id == CASE))
PASSPORT = ask(select(func.max(FamilyPassport.on_date)).where(FamilyPassport.case_id == CASE))


@gate.checks("has_first_contact")
def has_first_contact(case: FamilyCase) -> str | None:
    """Somebody of the centre has met the family (S004-1-a)."""
    return lacks(answer(case, MET))


@gate.checks("has_living_act")
def has_living_act(case: FamilyCase) -> str | None:
    """There is a signed act on the living conditions (S000-6d, S004-1-c)."""
    return lacks(answer(case, SIGNED_ACT))


@gate.checks("has_resources")
def has_resources(case: FamilyCase) -> str | None:
    """A resource of the family is named, or it is said that none was found (S004-1-b)."""
    return lacks(case.no_resources_found or answer(case, RESOURCES))


@gate.checks("has_social_contacts")
def has_social_contacts(case: FamilyCase) -> str | None:
    """Somebody around the family is described (S002-3.3-1)."""
    return lacks(answer(case, CONTACTS))


@gate.checks("has_problems")
def has_problems(case: FamilyCase) -> str | None:
    """A problem of the family is named (S003-3.5-a)."""
    return lacks(answer(case, PROBLEMS))


@gate.checks("has_family_passport")
def has_family_passport(case: FamilyCase) -> str | None:
    """A social passport of the family is made (S000-6e)."""
    return lacks(answer(case, PASSPORT))


# ---- diagnostics and reviews -------------------------------------------------------------------------


def _finished(kind: AssessmentKind) -> Select[Any]:
    return select(func.max(Assessment.date)).where(
        Assessment.case_id == CASE, Assessment.kind == kind, Assessment.status == AssessmentStatus.FINISHED
    )


def _reviewed(kind: ReviewKind) -> Select[Any]:
    return select(func.max(EfficiencyReview.date)).where(
        EfficiencyReview.case_id == CASE,
        EfficiencyReview.kind == kind,
        EfficiencyReview.status == AssessmentStatus.FINISHED,
    )


PRIMARY = ask(_finished(AssessmentKind.PRIMARY))
INTERIM = ask(_finished(AssessmentKind.INTERIM))
INTERIM_ANEW = ask(_finished(AssessmentKind.INTERIM).where(Assessment.finished_at >= SINCE))
FINAL = ask(_finished(AssessmentKind.FINAL))
FINAL_ANEW = ask(_finished(AssessmentKind.FINAL).where(Assessment.finished_at >= SINCE))
PRELIMINARY_ANEW = ask(_reviewed(ReviewKind.PRELIMINARY).where(EfficiencyReview.finished_at >= SINCE))
REVIEWED = ask(_reviewed(ReviewKind.FINAL))
REVIEWED_ANEW = ask(_reviewed(ReviewKind.FINAL).where(EfficiencyReview.finished_at >= SINCE))
QUALITY_ANEW = ask(
    select(func.max(QualityAnswer.answered_on)).where(QualityAnswer.case_id == CASE, QualityAnswer.created_at >= SINCE)
)


def anew(case: FamilyCase, now: Question, before: Question, what: str) -> str | None:
    """Return None when *now* is answered; where only one of an earlier round is there, say that a new one is due."""
    if answer(case, now):
        return None
    old = answer(case, before)
    return f"{what} от {old:%d.%m.%Y} была до этого этапа, нужна новая." if old else ""


@gate.checks("has_primary_assessment")
def has_primary_assessment(case: FamilyCase) -> str | None:
    """The primary diagnosis is finished (S003-3.5-a)."""
    return lacks(answer(case, PRIMARY))


@gate.checks("has_interim_assessment")
def has_interim_assessment(case: FamilyCase) -> str | None:
    """An interim diagnosis is finished in this round (S004-3-b)."""
    return anew(case, INTERIM_ANEW, INTERIM, "Промежуточная диагностика")


@gate.checks("has_final_assessment")
def has_final_assessment(case: FamilyCase) -> str | None:
    """The final diagnosis is finished in this round (S003-3.6-b)."""
    return anew(case, FINAL_ANEW, FINAL, "Итоговая диагностика")


@gate.checks("preliminary_reviewed")
def preliminary_reviewed(case: FamilyCase) -> str | None:
    """The curator has looked at the results of this round (S002-3.5-c)."""
    return lacks(answer(case, PRELIMINARY_ANEW))


@gate.checks("efficiency_reviewed")
def efficiency_reviewed(case: FamilyCase) -> str | None:
    """The efficiency of this round is analysed (S004-4-a)."""
    return lacks(answer(case, REVIEWED_ANEW))


@gate.checks("quality_answered_or_waived")
def quality_answered_or_waived(case: FamilyCase) -> str | None:
    """The family was asked of the quality in this round, or it is said why not (S002-3.3-6)."""
    return lacks(answer(case, QUALITY_ANEW))
