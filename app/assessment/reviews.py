"""What may happen to an analysis of efficiency, and to the answer of a family on quality (S004-4-a, S002-3.3-6).

::

    start_review ─► draft ── say_outcomes, change_review ─► draft ── finish_review ─► finished, never changed
                      └── remove_review

A preliminary review (S002-3.5-c) only looks; a final one closes the problems it calls solved, and when it proposes to
end the accompaniment, the others too with what it says of them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from app import journal
from app.acting import Actor, now, today
from app.assessment.lists import AssessmentStatus, Conclusion, ProblemOutcome, ReviewKind
from app.assessment.models import EfficiencyReview, Problem, QualityAnswer, ReviewOutcome
from app.assessment.rules import close_problem, need_open, need_working, refuse_future
from app.assessment.scores import growth
from app.base import RuleBroken, session_of
from app.cases import gate
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.people.rules import trimmed


def start_review(
    case: FamilyCase, *, by: Actor, kind: ReviewKind, date: dt.date, author: StaffMember, **content: Any
) -> EfficiencyReview:
    """Start an analysis of what the accompaniment has brought.

    Raises:
        RuleBroken: the case has ended, the day has not come, the author did not work then, or a percentage or a term
            cannot be.
    """
    session = session_of(case)
    need_open(case)
    refuse_future(date, "date")
    need_working(author, date)
    _check(date, content.get("need_satisfaction"), content.get("new_end"))
    review = EfficiencyReview(
        case=case,
        kind=kind,
        date=date,
        author=author,
        status=AssessmentStatus.DRAFT,
        service_unit_id=case.service_unit_id,
        **content,
    )
    session.add(review)
    journal.record(session, by, "review.start", review, f"Дело № {case.number}: начата оценка, {review}.")
    return review


def change_review(review: EfficiencyReview, *, by: Actor, **content: Any) -> None:
    """Change what a draft says.

    Raises:
        RuleBroken: it is finished, the case has ended, or a day or percentage cannot be.
    """
    _need_draft(review)
    new = {name: content.get(name, getattr(review, name)) for name in ("date", "need_satisfaction", "new_end")}
    refuse_future(new["date"], "date")
    _check(**new)
    for name, value in content.items():
        setattr(review, name, value)
    journal.record(session_of(review), by, "review.change", review, f"{review}: изменено.")


def remove_review(review: EfficiencyReview, *, by: Actor) -> None:
    """Remove a draft made by mistake.

    Raises:
        RuleBroken: it is finished or the case has ended.
    """
    _need_draft(review)
    session, case = session_of(review), review.case
    sentence = f"Дело № {case.number}: убран черновик, {review}."
    for one in list(review.outcomes):
        session.delete(one)
    session.flush()
    session.delete(review)
    journal.record(session, by, "review.remove", case, sentence)


def say_outcomes(
    review: EfficiencyReview, outcomes: Mapping[int, tuple[ProblemOutcome, str | None]], *, by: Actor
) -> None:
    """Say of each problem, by its key, what has become of it, with a word on it.

    Raises:
        RuleBroken: the review is finished, or a problem is of another case.
    """
    _need_draft(review)
    session = session_of(review)
    problems: dict[int, Problem] = {one.id: one for one in review.case.problems}
    said = {one.problem_id: one for one in review.outcomes}
    for pk, (outcome, note) in outcomes.items():
        if pk not in problems:
            raise RuleBroken("Это проблема другой семьи. Откройте страницу заново.")
        one = said.get(pk)
        if one is None:
            one = ReviewOutcome(review=review, problem=problems[pk], service_unit_id=review.service_unit_id)
            session.add(one)
        one.outcome, one.note = outcome, trimmed(note)
    review.changed_at = now()
    # So that a colleague who has the page open is told that it has changed: the row gets a new version in any case.
    flag_modified(review, "changed_at")
    journal.record(session, by, "review.outcomes", review, f"{review}: отмечены результаты по проблемам.")


def finish_review(review: EfficiencyReview, *, by: Actor) -> None:
    """Finish the analysis: what is counted is counted now and kept (S004-4-a, S002-3.5-c).

    Raises:
        RuleBroken: the order of work does not allow it now, it is finished, or something is missing: the result of a
            problem, how far the need is satisfied, the conclusion.
    """
    case = review.case
    gate.need(case, "review.finish", by=by)
    _need_draft(review)
    refuse_future(review.date, "date")
    said = {one.problem_id: one.outcome for one in review.outcomes}
    unsaid = [str(one) for one in case.problems if one.id not in said]
    if review.kind is ReviewKind.FINAL:
        unsaid += [str(one) for one in case.problems if said.get(one.id) is ProblemOutcome.OPEN]
    if unsaid:
        raise RuleBroken(f"Нет результата по проблемам: {'; '.join(unsaid)}. Отметьте их результаты.")
    if review.need_satisfaction is None:
        raise RuleBroken("Не указано, насколько удовлетворена потребность семьи. Укажите от 0 до 100 %.")
    if review.conclusion is None:
        raise RuleBroken("Нет вывода. Выберите, что делать дальше.")
    review.measures_done_pct, review.problems_solved_pct, grown = counts(review)
    review.score_delta = json.dumps(grown, ensure_ascii=False)
    review.status = AssessmentStatus.FINISHED
    review.finished_at = now()
    sentence = f"Дело № {case.number}: завершена оценка, {review}."
    journal.record(session_of(review), by, "review.finish", review, sentence)
    if review.kind is ReviewKind.FINAL:
        _close_problems(review, by)


def counts(review: EfficiencyReview) -> tuple[int | None, int | None, list[tuple[str, int, int]]]:
    """Return measures done and problems solved in percent and the growth of scores: as kept, or of a draft as of now.

    A percentage of nothing is None; of each score stand its words, the first and the last value.
    """
    if review.is_finished:
        grown = [(label, first, last) for label, first, last in json.loads(review.score_delta or "[]")]
        return review.measures_done_pct, review.problems_solved_pct, grown
    programme = review.case.programme
    acting = programme.acting if programme is not None else None
    said = [one.outcome for one in review.outcomes]
    solved = sum(outcome is ProblemOutcome.SOLVED for outcome in said)
    return (
        acting.done_percent if acting is not None else None,
        round(100 * solved / len(said)) if said else None,
        growth(review.case),
    )


def _close_problems(review: EfficiencyReview, by: Actor) -> None:
    ends = review.conclusion is Conclusion.TERMINATE
    for one in review.outcomes:
        if one.problem.is_open and (ends or one.outcome is ProblemOutcome.SOLVED):
            close_problem(one.problem, by=by, outcome=one.outcome, on=max(review.date, one.problem.opened_at))


def _need_draft(review: EfficiencyReview) -> None:
    if review.is_finished:
        raise RuleBroken("Оценка завершена, её не меняют. Проведите следующую.")
    need_open(review.case)


def _check(date: dt.date, need_satisfaction: int | None, new_end: dt.date | None) -> None:
    if need_satisfaction is not None and not 0 <= need_satisfaction <= 100:
        raise RuleBroken("Укажите от 0 до 100 %.", field="need_satisfaction")
    if new_end is not None and new_end <= date:
        raise RuleBroken("Новый срок – позже дня оценки. Проверьте дату.", field="new_end")


# ---- what the family says of quality -----------------------------------------------------------------------


def answer_quality(
    case: FamilyCase, *, by: Actor, score: int, text: str | None = None, answered_on: dt.date | None = None
) -> QualityAnswer:
    """Write down how the family marks the help, from 1 to 5, and what it says (S002-3.3-6).

    Raises:
        RuleBroken: the order of work does not allow it now, the case has ended, or mark or day cannot be.
    """
    session = session_of(case)
    on = answered_on or today()
    gate.need(case, "quality.record", by=by)
    need_open(case)
    refuse_future(on, "answered_on")
    if not 1 <= score <= 5:
        raise RuleBroken("Оценка – от 1 до 5.", field="score")
    answer = QualityAnswer(
        case=case, answered_on=on, score=score, text=trimmed(text), service_unit_id=case.service_unit_id
    )
    session.add(answer)
    case.quality_waiver = None
    sentence = f"Дело № {case.number}: семья оценила помощь на {score}."
    journal.record(session, by, "quality.answer", answer, sentence)
    return answer


def waive_quality(case: FamilyCase, *, by: Actor, reason: str, on: dt.date | None = None) -> QualityAnswer:
    """Write down why there is no answer of the family on quality (S002-3.3-6).

    Raises:
        RuleBroken: the order of work does not allow it now, the case has ended, no reason is given, or the day has
            not come.
    """
    session = session_of(case)
    on = on or today()
    gate.need(case, "quality.record", by=by)
    need_open(case)
    refuse_future(on, "answered_on")
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему ответа семьи нет.", field="waiver")
    answer = QualityAnswer(case=case, answered_on=on, waiver=trimmed(reason), service_unit_id=case.service_unit_id)
    session.add(answer)
    case.quality_waiver = trimmed(reason)
    sentence = f"Дело № {case.number}: ответа семьи о качестве нет, причина записана."
    journal.record(session, by, "quality.waive", answer, sentence)
    return answer
