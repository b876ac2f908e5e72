"""What the cards of a diagnosis, a passport and a review draw beside their facts, and what their pages ask."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.assessment.lists import AssessmentKind, ProblemOutcome, Score
from app.assessment.models import Assessment, AssessmentScore, EfficiencyReview, FamilyPassport
from app.assessment.reviews import counts
from app.assessment.scales import HIGHEST, Key
from app.assessment.scores import asked, before, compared, dynamics
from app.base import RESTRICTED, SPECIAL
from app.cases.models import FamilyCase
from app.people.consents import closed_among
from app.people.models import FamilyMember
from app.register import looking
from app.register.access import RIGHTS, holds, may
from app.register.field import Field
from app.register.locks import word as locked_word
from app.register.pages import Act
from app.register.questions import Questions
from app.register.registry import registers
from app.register.view import Register
from app.terms import say

CLOSED_PART = "Психологическая диагностика: закрытые сведения"
"""The part of a diagnosis that only a psychologist fills; on the card of any other kind it is left out."""

TONES = {
    ProblemOutcome.SOLVED: ("ok", "check-circle"),
    ProblemOutcome.PARTLY: ("warn", "check-lg"),
    ProblemOutcome.UNSOLVED: ("bad", "x-octagon"),
}
"""Tone and icon of what became of a problem; an open one is neutral."""


def load_scores(session: Session, case: FamilyCase) -> None:
    """Fetch every diagnosis of *case* with its scores in one query, however many there are."""
    wanted = select(Assessment).where(Assessment.case_id == case.id).order_by(Assessment.date, Assessment.id)
    of_child = joinedload(Assessment.scores).joinedload(AssessmentScore.person)
    set_committed_value(case, "assessments", list(session.scalars(wanted.options(of_child)).unique()))


def add_act(key: str, label: str, icon: str, **fixed: int) -> Act | None:
    """Return the button that adds a row to the register *key* and comes back here; None for who may not."""
    register = registers().by_key[key]
    if not may(register, "add"):
        return None
    return Act(key, label, register.url("add", **fixed, back=request.path), icon=icon)


def correction_act(case: FamilyCase) -> Act | None:
    """Return the button that begins the correction of the programme in force; None where there is nothing to correct.

    The programme stands on the same floor, so its screen is asked for by name (S004-3-b, S001-3.2-d).
    """
    versions = registers().by_key["versions"]
    acting = case.programme.acting if case.programme is not None else None
    correct = versions.register_actions["correct"]
    if acting is None or not may(versions, "correct", action=True) or (correct.when and not correct.when(acting)):
        return None
    url = versions.url("action", name="correct", pk=acting.id)
    return Act("correct", say("Скорректировать {programme_short:acc}"), url, icon="pencil-square")


# ---- scores ----------------------------------------------------------------------------------------------


def overview_of(session: Session, assessment: Assessment) -> dict[str, object]:
    """Return what the card of a diagnosis shows: scores beside the previous ones, problems, resources, dynamics."""
    case = assessment.case
    load_scores(session, case)
    tables = compared(assessment)
    return {
        "tables": tables,
        "psychological": assessment.kind is AssessmentKind.PSYCHOLOGICAL,
        "closed_part": CLOSED_PART,
        "first": not any(line.before is not None for _, lines in tables for line in lines),
        "charts": [{"title": title, "pairs": points} for title, points in dynamics(case)],
        "problems": case.problems,
        "tones": TONES,
        "resources": case.resources,
        "none_found": case.no_resources_found,
        "contacts": case.family.contacts,
        "open": case.status.is_open,
        "add_problem": add_act("problems", "Внести проблему", "plus-lg", case_id=case.id),
        "add_resource": add_act("resources", "Внести ресурс", "plus-lg", case_id=case.id),
        "add_contact": add_act("contacts", "Дополнить окружение", "plus-lg", family_id=case.family_id),
        "no_resources": no_resources_act(case),
    }


def no_resources_act(case: FamilyCase) -> Act | None:
    """Return the button that says «ресурсов не выявлено» of *case*; None where there is no need for it."""
    cases = registers().by_key["cases"]
    if case.resources or case.no_resources_found or not case.status.is_open:
        return None
    if not may(cases, "no_resources", action=True):
        return None
    return Act(
        "no_resources", "Ресурсов не выявлено", cases.url("action", name="no_resources", pk=case.id), icon="dash-circle"
    )


def questions_of_scores(session: Session, assessment: Assessment) -> Questions:
    """Return what the page of scores asks: every criterion, with the score it had last time."""
    case = assessment.case
    load_scores(session, case)
    members = select(FamilyMember).where(FamilyMember.family_id == case.family_id).order_by(FamilyMember.id)
    seats = session.scalars(members.options(joinedload(FamilyMember.person)))
    set_committed_value(case.family, "members", list(seats))
    was, now = before(assessment), {one.key: one.value for one in assessment.scores}
    groups, known = [], {}
    for one in asked(case):
        fields = []
        for criterion, label in one.scale.criteria:
            key = one.key(criterion)
            hint = f"Было {was[key][0]} ({was[key][1]:%d.%m.%Y})" if key in was else ""
            fields.append(Field(_name(key), label, "choice", choices=Score, hint=hint))
            if key in now:
                known[_name(key)] = Score(str(now[key]))
        groups.append((one.title, fields))
    intro = f"От 0 до {HIGHEST}: чем больше, тем лучше. Что не оценивали, оставьте пустым."
    return Questions("scores", f"Оценки: {assessment}", intro, groups, known, "Оценки сохранены.")


def marks_of(case: FamilyCase, answers: dict[str, Any]) -> dict[Key, int | None]:
    """Return the answers of the page of scores as the rule takes them."""
    keys = [one.key(criterion) for one in asked(case) for criterion, _ in one.scale.criteria]
    return {key: int(answers[_name(key)]) if answers[_name(key)] is not None else None for key in keys}


def _name(key: Key) -> str:
    return "-".join(str(part) for part in key if part is not None)


# ---- reviews -----------------------------------------------------------------------------------------------


def review_of(session: Session, review: EfficiencyReview) -> dict[str, object]:
    """Return what the card of a review shows: what is counted, problems with their results, the growth of scores."""
    case = review.case
    load_scores(session, case)
    said = {one.problem_id: one for one in review.outcomes}
    done, solved, grown = counts(review)
    return {
        "done": done,
        "solved": solved,
        "growth": grown,
        "problems": [(one, said.get(one.id)) for one in case.problems if not review.is_finished or one.id in said],
        "tones": TONES,
    }


def questions_of_outcomes(review: EfficiencyReview) -> Questions:
    """Return what the page of results asks: of each problem what became of it, and a word on it."""
    said = {one.problem_id: one for one in review.outcomes}
    groups, known = [], {}
    for problem in review.case.problems:
        result, note = f"outcome-{problem.id}", f"note-{problem.id}"
        fields = [
            Field(result, "Результат", "choice", required=True, choices=ProblemOutcome),
            Field(note, "Пояснение", "line", max_length=250),
        ]
        groups.append((str(problem), fields))
        known[result] = said[problem.id].outcome if problem.id in said else problem.outcome
        known[note] = said[problem.id].note if problem.id in said else None
    return Questions("outcomes", f"Результаты по проблемам: {review}", "", groups, known, "Результаты сохранены.")


def outcomes_of(answers: dict[str, Any]) -> dict[int, tuple[ProblemOutcome, str | None]]:
    """Return the answers of the page of results as the rule takes them."""
    keys = [int(name.removeprefix("outcome-")) for name in answers if name.startswith("outcome-")]
    return {pk: (answers[f"outcome-{pk}"], answers[f"note-{pk}"]) for pk in keys}


# ---- passports ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A closed part of a passport as the reader sees it: lines of (whose, words), or nothing."""

    title: str
    lines: tuple[tuple[str, str], ...]


def passport_of(register: Register, passport: FamilyPassport) -> dict[str, object]:
    """Return the passport as it was made; the closed parts for who has the right and, of health, who still consents."""
    return {"snapshot": json.loads(passport.snapshot), "kept": tuple(_kept(register, passport))}


def _kept(register: Register, passport: FamilyPassport) -> Iterable[Kept]:
    if passport.health and holds(register, RIGHTS[SPECIAL]):
        made = json.loads(passport.health)
        lines = [("Признаки семьи", made["family"])] if made["family"] else []
        closed = closed_among(register.session, {pk for pk, _, _ in made["people"]}) if made["people"] else {}
        lines += [(name, locked_word() if pk in closed else words) for pk, name, words in made["people"]]
        if lines:
            looking.special_shown(register.spec)
            yield Kept("Сведения о здоровье", tuple(lines))
    if passport.prevention and holds(register, RIGHTS[RESTRICTED]):
        lines = [(name, words) for name, words in json.loads(passport.prevention)]
        if lines:
            looking.special_shown(register.spec)
            yield Kept("Профилактический учёт", tuple(lines))
