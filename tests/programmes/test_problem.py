"""A measure names the problem of the family it solves (S002-2.1)."""

from __future__ import annotations

from app.assessment.lists import Domain
from app.assessment.models import Problem
from app.assessment.rules import add_problem
from app.cases.models import CaseStatus
from app.programmes.difference import difference, summary
from app.programmes.measures import change_measure
from app.programmes.models import MeasureStatus, VersionKind, VersionStatus
from app.programmes.succession import next_version
from tests.make import make_case, refused
from tests.programmes.make import Centre, make_draft, make_measure


def problem_of(centre: Centre, text: str = "Мальчик не говорит", **more) -> Problem:
    """Return an open problem of the case."""
    made = add_problem(more.pop("case", centre.case), by=centre.head, text=text, domain=Domain.PEDAGOGICAL)
    centre.session.flush()
    centre.session.expire(centre.case)
    return made


def test_S002_2_1_a_measure_says_which_problem_it_solves_in_its_words_or_others(centre: Centre) -> None:
    problem, version = problem_of(centre), make_draft(centre)
    plain = make_measure(centre, version, "Логопед", problem_id=problem.id)
    worded = make_measure(centre, version, "Сад", problem_id=problem.id, problem="Молчит в саду")
    assert [(one.solves, one.problem) for one in (plain, worded)] == [
        (problem, "Мальчик не говорит"), (problem, "Молчит в саду"),
    ]  # fmt: skip


def test_the_words_follow_another_problem_unless_somebody_has_put_them_otherwise(centre: Centre) -> None:
    first, second, version = problem_of(centre), problem_of(centre, "Долги"), make_draft(centre)
    plain = make_measure(centre, version, "Логопед", problem_id=first.id)
    worded = make_measure(centre, version, "Сад", problem_id=first.id, problem="Молчит в саду")
    for measure in (plain, worded):
        change_measure(measure, by=centre.head, problem_id=second.id, problem=measure.problem)
    assert [(one.problem_id, one.problem) for one in (plain, worded)] == [
        (second.id, "Долги"), (second.id, "Молчит в саду"),
    ]  # fmt: skip
    change_measure(plain, by=centre.head, problem_id=None, problem="Своими словами")
    assert (plain.problem_id, plain.problem) == (None, "Своими словами")


def test_the_problem_of_another_family_is_refused(centre: Centre) -> None:
    other = make_case(centre.session, centre.head, status=CaseStatus.PLANNING)
    strange, version = problem_of(centre, case=other), make_draft(centre)
    with refused("Это проблема другой семьи. Выберите проблему этой семьи.", "problem_id"):
        make_measure(centre, version, "Логопед", problem_id=strange.id)
    with refused("Это проблема другой семьи. Выберите проблему этой семьи.", "problem_id"):
        change_measure(version.measures[0], by=centre.head, problem_id=strange.id)


def test_the_next_version_keeps_the_problem_and_a_change_of_it_is_told(centre: Centre) -> None:
    first, second, old = problem_of(centre), problem_of(centre, "Долги"), make_draft(centre)
    change_measure(old.measures[0], by=centre.head, problem_id=first.id)
    old.status = VersionStatus.APPROVED
    new = next_version(old, kind=VersionKind.CORRECTION, reason="Изменилось")
    (copy,) = new.measures
    assert (copy.problem_id, copy.problem) == (first.id, "Мальчик не говорит")
    copy.solves, copy.problem = second, "Долги"
    centre.session.flush()
    (change,) = difference(old, new)
    assert [(one.label, one.old, one.new) for one in change.fields] == [
        ("Проблема семьи", "Мальчик не говорит", "Долги"), ("Какую проблему решает", "Мальчик не говорит", "Долги"),
    ]  # fmt: skip
    assert summary([change]) == "Изменено: «Занятия с логопедом» (проблема семьи, какую проблему решает)."


def test_the_version_that_acts_counts_what_is_done_of_what_was_not_cancelled(centre: Centre) -> None:
    version = make_draft(centre, "А", "Б", "В", "Г")
    assert (version.programme.acting, version.done_percent) == (None, 0)
    marks = (MeasureStatus.DONE, MeasureStatus.PARTLY, MeasureStatus.NOT_DONE, MeasureStatus.CANCELLED)
    for measure, status in zip(version.measures, marks, strict=True):
        measure.status = status
    assert version.done_percent == 33
    for measure in version.measures:
        measure.status = MeasureStatus.CANCELLED
    assert version.done_percent is None
    version.in_force_at = version.valid_from
    assert (version.programme.acting, centre.case.programme) == (version, version.programme)
