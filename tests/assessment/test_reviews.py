"""Analyses of efficiency and answers on quality (S004-4-a, S002-3.5-c, S002-3.3-6)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor
from app.assessment.lists import AssessmentStatus, Conclusion, ProblemOutcome, ReviewKind
from app.assessment.models import EfficiencyReview, ReviewOutcome
from app.assessment.reviews import (
    answer_quality,
    change_review,
    counts,
    finish_review,
    remove_review,
    say_outcomes,
    waive_quality,
)
from app.assessment.rules import close_problem
from app.base import RuleBroken
from app.cases.models import CaseStatus, Direction, EndReason, FamilyCase
from app.cases.rules import close_case
from app.cases.team import add_to_team
from app.organisation.models import ServiceUnit, StaffMember
from app.programmes.life import correct
from app.programmes.models import (
    MeasureStatus,
    VersionStatus,
)
from tests.assessment.make import make_problem, make_review, run, say, scored
from tests.by_order import case_on, work_by
from tests.make import DAY, make_actor, make_case, make_staff, refused

TOMORROW = DAY + dt.timedelta(days=1)
SOLVED, PARTLY, UNSOLVED, OPEN = (
    ProblemOutcome.SOLVED, ProblemOutcome.PARTLY, ProblemOutcome.UNSOLVED, ProblemOutcome.OPEN,
)  # fmt: skip
DONE = "Оценка завершена, её не меняют. Проведите следующую."


# ---- what is counted ---------------------------------------------------------------------------------


def test_S004_4_a_a_review_counts_measures_problems_and_scores_and_keeps_them(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    done = (MeasureStatus.DONE, MeasureStatus.DONE, MeasureStatus.PARTLY, MeasureStatus.CANCELLED)
    version = run(session, case, *done)
    scored(case, {("spheres", "housing"): 1}, date=dt.date(2026, 1, 20))
    scored(case, {("spheres", "housing"): 3})
    make_problem(case, "Не говорит"), make_problem(case, "Долги")
    session.expire(case)
    review = make_review(case)
    say(review, first=SOLVED, second=PARTLY)
    assert counts(review) == (67, 50, [("Жильё и быт", 1, 3)])
    finish_review(review, by=by)
    for measure in version.measures:
        measure.status = MeasureStatus.NOT_DONE
    session.flush()
    session.expire_all()
    assert counts(review) == (67, 50, [("Жильё и быт", 1, 3)])
    assert (review.status, review.finished_at is not None, review.conclusion) == (
        AssessmentStatus.FINISHED, True, Conclusion.CONTINUE,
    )  # fmt: skip


def test_where_there_is_nothing_to_count_there_is_no_percentage(session: Session, by: Actor, case: FamilyCase) -> None:
    review = make_review(case)
    finish_review(review, by=by)
    assert (review.measures_done_pct, review.problems_solved_pct, review.score_delta) == (None, None, "[]")


# ---- results of problems -----------------------------------------------------------------------------


def test_S002_3_5_c_a_preliminary_review_says_of_each_problem_and_of_the_need(session, by, case) -> None:
    first, second = make_problem(case, "Не говорит"), make_problem(case, "Долги")
    session.expire(case)
    review = make_review(case, ReviewKind.PRELIMINARY, need_satisfaction=None)
    with refused("Нет результата по проблемам: Не говорит; Долги. Отметьте их результаты."):
        finish_review(review, by=by)
    say(review, first=SOLVED, second=OPEN)
    with refused("Не указано, насколько удовлетворена потребность семьи. Укажите от 0 до 100 %."):
        finish_review(review, by=by)
    change_review(review, by=by, need_satisfaction=40)
    finish_review(review, by=by)
    assert (first.outcome, second.outcome, review.problems_solved_pct) == (OPEN, OPEN, 50)


def test_a_final_review_leaves_no_problem_without_a_result(session, by, case) -> None:
    make_problem(case, "Не говорит")
    session.expire(case)
    review = make_review(case)
    say(review, first=OPEN)
    with refused("Нет результата по проблемам: Не говорит. Отметьте их результаты."):
        finish_review(review, by=by)


@pytest.mark.parametrize(
    ("conclusion", "closed"), [(Conclusion.CONTINUE, [SOLVED, OPEN]), (Conclusion.TERMINATE, [SOLVED, UNSOLVED])]
)
def test_S002_3_3_6_a_final_review_closes_the_problems_it_settles(session, by, case, conclusion, closed) -> None:
    problems = [make_problem(case, "Не говорит"), make_problem(case, "Долги")]
    session.expire(case)
    review = make_review(case, conclusion=conclusion)
    say(review, first=SOLVED, second=UNSOLVED)
    finish_review(review, by=by)
    assert [one.outcome for one in problems] == closed
    assert [one.closed_at for one in problems] == [DAY, DAY if closed[1] is UNSOLVED else None]


def test_a_problem_closed_before_keeps_its_day(session, by, case) -> None:
    problem = make_problem(case, opened_at=dt.date(2026, 2, 1))
    close_problem(problem, by=by, outcome=PARTLY, on=dt.date(2026, 2, 10))
    session.expire(case)
    review = make_review(case, conclusion=Conclusion.TERMINATE)
    say(review, first=SOLVED)
    finish_review(review, by=by)
    assert (problem.outcome, problem.closed_at) == (PARTLY, dt.date(2026, 2, 10))


def test_a_result_is_said_again_and_of_no_other_familys_problem(session, by, case) -> None:
    make_problem(case)
    session.expire(case)
    review = make_review(case)
    version = review.version
    say(review, first=SOLVED)
    say(review, first=PARTLY)
    assert [one.outcome for one in review.outcomes] == [PARTLY]
    assert review.version > version  # So that a colleague with the page open is told.
    strange = make_problem(make_case(session, by, status=CaseStatus.ASSESSMENT))
    with refused("Это проблема другой семьи. Откройте страницу заново."):
        say_outcomes(review, {strange.id: (SOLVED, None)}, by=by)


# ---- refusals ----------------------------------------------------------------------------------------


def test_a_review_without_a_conclusion_is_not_finished(session, by, case) -> None:
    with refused("Нет вывода. Выберите, что делать дальше."):
        finish_review(make_review(case, conclusion=None), by=by)


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_percentage_is_from_0_to_100(session, by, case, percent: int) -> None:
    with refused("Укажите от 0 до 100 %.", "need_satisfaction"):
        make_review(case, need_satisfaction=percent)
    review = make_review(case)
    with refused("Укажите от 0 до 100 %.", "need_satisfaction"):
        change_review(review, by=by, need_satisfaction=percent)


def test_days_of_a_review_that_cannot_be_are_refused(session, by, case) -> None:
    with refused("Этот день ещё не наступил. Проверьте дату.", "date"):
        make_review(case, date=TOMORROW)
    with refused("Новый срок – позже дня оценки. Проверьте дату.", "new_end"):
        make_review(case, new_end=DAY)
    gone = make_staff(session, by, active_to=dt.date(2026, 1, 31))
    with refused(f"{gone} не работает в этот день. Выберите другого сотрудника.", "author_id"):
        make_review(case, author=gone)


def test_a_finished_review_is_never_changed(session, by, case) -> None:
    review = make_review(case)
    finish_review(review, by=by)
    for refuse in (
        lambda: change_review(review, by=by, text="Иначе"),
        lambda: say_outcomes(review, {}, by=by),
        lambda: finish_review(review, by=by),
        lambda: remove_review(review, by=by),
    ):
        with refused(DONE):
            refuse()


def test_a_draft_made_by_mistake_is_removed_with_its_results(session, by, case) -> None:
    make_problem(case)
    session.expire(case)
    review = make_review(case)
    say(review, first=SOLVED)
    remove_review(review, by=by)
    session.flush()
    assert session.scalars(select(EfficiencyReview)).all() == session.scalars(select(ReviewOutcome)).all() == []


def test_a_case_that_has_ended_is_not_reviewed(session, by, case, staff) -> None:
    review = make_review(case)
    close_case(case, by=by, reason=EndReason.MOVED)
    ended = f"Дело № {case.number} закончено: снята. Заведите новое дело."
    for refuse in (
        lambda: make_review(case, author=staff),
        lambda: finish_review(review, by=by),
        lambda: answer_quality(case, by=by, score=5),
        lambda: waive_quality(case, by=by, reason="Уехали"),
    ):
        with refused(ended):
            refuse()


def test_S001_3_2_d_a_psychologist_reviews_and_drafts_the_correction_in_his_own_name(session, by, staff) -> None:
    work_by(session, by, "sudogda")
    case = case_on(session, by, "implement", curator=staff)
    colleague = make_staff(session, by, last_name="Психологова")
    psychologist = make_actor(session.get_one(ServiceUnit, by.unit), staff=colleague, roles=("psychologist",))
    add_to_team(case, colleague, by=SYSTEM, direction=Direction.PSYCHOLOGICAL, on=case.opened_at)
    version = run(session, case, MeasureStatus.DONE)
    finish_review(make_review(case, conclusion=Conclusion.CHANGE_PROGRAMME), by=psychologist)
    draft = correct(version.programme, by=psychologist, reason="Цель достигнута наполовину")
    assert (draft.version_no, draft.status, draft.authors) == (2, VersionStatus.DRAFT, [colleague])


# ---- quality -----------------------------------------------------------------------------------------


def test_S002_3_3_6_the_family_answers_or_it_is_written_why_not(session, by, case) -> None:
    waived = waive_quality(case, by=by, reason=" Не  застали дома ")
    assert (waived.score, waived.waiver, case.quality_waiver) == (None, "Не застали дома", "Не застали дома")
    answer = answer_quality(case, by=by, score=4, text="Помогли с садом")
    assert (answer.score, answer.text, answer.answered_on, case.quality_waiver) == (4, "Помогли с садом", DAY, None)


@pytest.mark.parametrize("score", [0, 6])
def test_a_mark_of_quality_is_from_1_to_5(session, by, case, score: int) -> None:
    with refused("Оценка – от 1 до 5.", "score"):
        answer_quality(case, by=by, score=score)


def test_an_answer_of_a_day_to_come_and_a_waiver_without_a_reason_are_refused(session, by, case) -> None:
    with refused("Этот день ещё не наступил. Проверьте дату.", "answered_on"):
        answer_quality(case, by=by, score=5, answered_on=TOMORROW)
    with refused("Этот день ещё не наступил. Проверьте дату.", "answered_on"):
        waive_quality(case, by=by, reason="Уехали", on=TOMORROW)
    with refused("Напишите, почему ответа семьи нет.", "waiver"):
        waive_quality(case, by=by, reason=" ")


def test_the_database_holds_either_an_answer_or_a_reason(session, by, case) -> None:
    answer_quality(case, by=by, score=5)
    session.flush()
    with pytest.raises(IntegrityError):
        session.connection().execute(text("UPDATE quality_answer SET score = NULL"))


# ---- the order of work -------------------------------------------------------------------------------


def test_a_review_is_finished_by_whom_the_order_of_work_names_and_on_its_stage(session, by, staff: StaffMember) -> None:
    work_by(session, by, "rostov")
    case = case_on(session, by, "s4", curator=staff)
    unit = session.get_one(ServiceUnit, by.unit)
    review = make_review(case)
    with pytest.raises(RuleBroken, match=r"^«Завершить анализ эффективности» делает "):
        finish_review(review, by=make_actor(unit, roles=("psychologist",)))
    finish_review(review, by=make_actor(unit, staff=staff, roles=("curator",)))
    early = case_on(session, by, "s2", curator=staff)
    with pytest.raises(RuleBroken, match=r"^«Завершить анализ эффективности» – на этапе «Этап мониторинга»"):
        finish_review(make_review(early), by=make_actor(unit, staff=staff, roles=("curator",)))


def test_quality_is_asked_on_the_stage_the_order_of_work_names(session, by, staff: StaffMember) -> None:
    work_by(session, by, "mishkino")
    unit = session.get_one(ServiceUnit, by.unit)
    tutor = make_actor(unit, staff=staff, roles=("curator",))
    early, due = case_on(session, by, "s5", curator=staff), case_on(session, by, "s6", curator=staff)
    for rule, said in ((answer_quality, {"score": 5}), (waive_quality, {"reason": "Уехали"})):
        with pytest.raises(RuleBroken, match=r"– на этапе «Мониторинг, оценка качества и эффективности»"):
            rule(early, by=tutor, **said)
        rule(due, by=tutor, **said)
