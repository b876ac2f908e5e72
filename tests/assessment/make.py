"""Makers of acts, diagnoses and reviews with dull defaults."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor, actor
from app.assessment import acts, reviews, rules
from app.assessment.lists import AssessmentKind, Conclusion, Domain, ProblemOutcome, ResourceKind, ReviewKind
from app.assessment.models import Assessment, EfficiencyReview, LivingConditionsAct, Problem
from app.base import session_of
from app.cases.models import FamilyCase
from app.people.models import Consent, ConsentKind, Person
from app.people.rules import give_consent
from app.programmes.models import (
    Measure,
    MeasureLineage,
    MeasureStatus,
    Programme,
    ProgrammeVersion,
    VersionKind,
    VersionStatus,
)
from tests.make import DAY, make_staff, mother_of


def make_act(case: FamilyCase, **more: Any) -> LivingConditionsAct:
    """Make a draft act that may be signed."""
    by = actor()
    values = {"date": DAY, "address": "д. Тестово, 1", "conclusion": "Дому нужна печь", **more}
    values.setdefault("commission", [make_staff(session_of(case), by)])
    return acts.draft_act(case, by=by, **values)


def make_assessment(case: FamilyCase, kind: AssessmentKind = AssessmentKind.INTERIM, **more: Any) -> Assessment:
    """Make a draft diagnosis that says something."""
    by = actor()
    said = "psychologist_conclusion" if kind is AssessmentKind.PSYCHOLOGICAL else "conclusion"
    values = {"date": DAY, said: "Семье нужна помощь", **more}
    values.setdefault("author", make_staff(session_of(case), by))
    made = rules.start_assessment(case, by=by, kind=kind, **values)
    session_of(case).flush()
    return made


def scored(case: FamilyCase, marks: dict[Any, int], **more: Any) -> Assessment:
    """Make a finished diagnosis with *marks*, {(scale, criterion): score}, of the family."""
    made = make_assessment(case, **more)
    rules.score(made, {key if len(key) == 3 else (*key, None): value for key, value in marks.items()}, by=actor())
    rules.finish_assessment(made, by=actor())
    session_of(case).expire(case, ["assessments"])
    return made


def make_problem(case: FamilyCase, text: str = "Мальчик не говорит", **more: Any) -> Problem:
    """Make an open problem."""
    made = rules.add_problem(case, by=actor(), text=text, **{"domain": Domain.PEDAGOGICAL, **more})
    session_of(case).flush()
    return made


def make_resource(case: FamilyCase, text: str = "Бабушка рядом", **more: Any) -> None:
    """Make a resource."""
    rules.add_resource(case, by=actor(), text=text, **{"kind": ResourceKind.RELATIVES, **more})
    session_of(case).flush()


def make_review(case: FamilyCase, kind: ReviewKind = ReviewKind.FINAL, **more: Any) -> EfficiencyReview:
    """Make a draft review that lacks nothing but the results of problems."""
    by = actor()
    values = {"date": DAY, "need_satisfaction": 70, "conclusion": Conclusion.CONTINUE, **more}
    values.setdefault("author", make_staff(session_of(case), by))
    made = reviews.start_review(case, by=by, kind=kind, **values)
    session_of(case).flush()
    return made


def say(review: EfficiencyReview, **results: ProblemOutcome) -> None:
    """Say the results of the problems of a review, in their order: ``first=…, second=…``."""
    pairs = zip(review.case.problems, results.values(), strict=True)
    reviews.say_outcomes(review, {problem.id: (outcome, None) for problem, outcome in pairs}, by=actor())
    session_of(review).expire(review, ["outcomes"])


def consent(person: Person, by: Actor | None = None) -> Consent:
    """Make a consent to data on health of *person*, by the one who represents the family."""
    return give_consent(
        person, by=by or actor(), kind=ConsentKind.SPECIAL, given_by=mother_of(person.memberships[0].family)
    )


def run(session: Session, case: FamilyCase, *marks: MeasureStatus) -> ProgrammeVersion:
    """Make a programme in force whose measures are marked so."""
    unit = {"service_unit_id": case.service_unit_id}
    programme = Programme(case=case, number="001/2026", title="Программа", **unit)
    version = ProgrammeVersion(
        programme=programme, version_no=1, kind=VersionKind.FIRST, status=VersionStatus.IN_FORCE, goal="Говорит",
        valid_from=DAY, valid_to=DAY + dt.timedelta(days=180), in_force_at=DAY, **unit,
    )  # fmt: skip
    session.add(programme)
    for no, status in enumerate(marks, 1):
        line = MeasureLineage(case=case, **unit)
        session.add(Measure(programme_version=version, lineage=line, no=no, title=f"№ {no}", status=status, **unit))
    session.flush()
    session.expire_all()
    return version
