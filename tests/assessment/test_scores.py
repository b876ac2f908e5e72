"""Scores by scale: asked, kept, laid beside what they were (S001-1.2, S001-3.3-c, S004-3-b)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor
from app.assessment.lists import AssessmentKind
from app.assessment.rules import score
from app.assessment.scales import POTENTIALS, SCALES, SUCCESS
from app.assessment.scores import Line, asked, before, compared, dynamics, growth, measured
from app.cases.models import FamilyCase
from tests.assessment.make import make_assessment, make_problem, make_resource, scored
from tests.make import child_of, make_adult, refused

JANUARY, FEBRUARY = dt.date(2026, 1, 20), dt.date(2026, 2, 17)
HOUSING, INCOME = ("spheres", "housing"), ("spheres", "income")


def test_S001_1_2_the_three_potentials_of_a_family_are_scored_from_0_to_4(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    make_problem(case)
    make_resource(case)
    assert [label for _, label in POTENTIALS.criteria] == [
        "Реабилитационный потенциал", "Интеграционный потенциал", "Коммуникативный потенциал",
    ]  # fmt: skip
    keys = [("potentials", code) for code, _ in POTENTIALS.criteria]
    scored(case, dict(zip(keys, (0, 1, 2), strict=True)), kind=AssessmentKind.PRIMARY, date=JANUARY)
    scored(case, dict(zip(keys, (1, 4, 2), strict=True)), kind=AssessmentKind.FINAL)
    assert growth(case) == [
        ("Реабилитационный потенциал", 0, 1), ("Интеграционный потенциал", 1, 4), ("Коммуникативный потенциал", 2, 2),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [-1, 5])
def test_a_score_out_of_range_is_refused(session, by, case, value: int) -> None:
    with refused("Оценка – от 0 до 4."):
        score(make_assessment(case), {(*HOUSING, None): value}, by=by)


def test_a_criterion_there_is_not_or_without_its_child_is_a_mistake_of_the_code(session, by, case) -> None:
    made = make_assessment(case)
    for key in (("spheres", "weather", None), ("mood", "joy", None), ("success", "learning", None),
                ("spheres", "housing", child_of(case.family).id)):  # fmt: skip
        with pytest.raises(LookupError):
            score(made, {key: 1}, by=by)


def test_a_child_of_another_family_is_not_scored(session: Session, by: Actor, case: FamilyCase) -> None:
    stranger = make_adult(session, by, last_name="Чужова")
    with refused("Оценивают успешность детей этой семьи. Откройте страницу заново."):
        score(make_assessment(case), {("success", "learning", stranger.id): 1}, by=by)


def test_a_score_is_changed_and_taken_back_while_the_diagnosis_is_a_draft(session, by, case) -> None:
    made = make_assessment(case)
    score(made, {(*HOUSING, None): 1, (*INCOME, None): 2}, by=by)
    version = made.version
    score(made, {(*HOUSING, None): 3, (*INCOME, None): None}, by=by)
    assert [(one.key, one.value) for one in made.scores] == [((*HOUSING, None), 3)]
    assert made.version > version  # So that a colleague with the page open is told.


def test_every_scale_is_asked_once_and_that_of_a_child_for_each_child(session: Session, by: Actor, case) -> None:
    assert [(one.title, one.child) for one in asked(case)] == [
        ("Потенциалы семьи", None),
        ("Сферы жизни семьи", None),
        ("Социально-педагогическая успешность: Пётр", child_of(case.family)),
    ]
    assert [len(scale.criteria) for scale in SCALES] == [3, 8, 6]


def test_S004_3_b_an_interim_diagnosis_stands_beside_the_latest_score_before_it(session, by, case) -> None:
    scored(case, {HOUSING: 1, INCOME: 3}, date=dt.date(2026, 1, 10))
    scored(case, {HOUSING: 2}, date=JANUARY)
    draft = make_assessment(case, date=dt.date(2026, 1, 25))
    score(draft, {(*HOUSING, None): 4}, by=by)
    later = scored(case, {HOUSING: 3, INCOME: 2, ("spheres", "safety"): 4}, date=FEBRUARY)
    assert compared(later) == [
        (
            "Сферы жизни семьи",
            [
                Line("Жильё и быт", 3, 2, JANUARY),
                Line("Доход и занятость", 2, 3, dt.date(2026, 1, 10)),
                Line("Безопасность ребёнка", 4, None),
            ],
        )
    ]
    assert [line.change for _, lines in compared(later) for line in lines] == [1, -1, None]


def test_S004_3_b_without_an_earlier_diagnosis_it_is_the_first_measurement(session, by, case) -> None:
    first = scored(case, {HOUSING: 1})
    assert (before(first), [line.before for _, lines in compared(first) for line in lines]) == ({}, [None])


def test_a_later_diagnosis_is_nothing_an_earlier_one_is_measured_by(session, by, case) -> None:
    late, early = scored(case, {HOUSING: 4}, date=FEBRUARY), scored(case, {HOUSING: 1}, date=JANUARY)
    assert (before(early), before(late)) == ({}, {(*HOUSING, None): (1, JANUARY)})


def test_S001_3_3_c_the_success_of_each_child_is_measured_with_dates_and_drawn(session, by, case) -> None:
    boy = child_of(case.family)
    keys = [("success", code, boy.id) for code, _ in SUCCESS.criteria]
    scored(case, dict.fromkeys(keys[:2], 1), date=JANUARY)
    assert (dynamics(case), measured(case, SUCCESS)) == ([], 1)
    scored(case, {keys[0]: 2, keys[1]: 3}, date=FEBRUARY, kind=AssessmentKind.FINAL)
    assert measured(case, SUCCESS) == 2
    assert dynamics(case) == [
        (
            "Социально-педагогическая успешность: Пётр",
            [("20.01.2026, промежуточная", 1.0), ("17.02.2026, итоговая", 2.5)],
        )
    ]
    assert growth(case) == [("Учёба и развитие (Пётр)", 1, 2), ("Поведение и правила (Пётр)", 1, 3)]


def test_a_chart_holds_a_dozen_of_the_latest_values(session, by, case) -> None:
    for day in range(14):
        scored(case, {HOUSING: day % 5}, date=JANUARY + dt.timedelta(days=day))
    ((title, points),) = dynamics(case)
    assert (title, len(points), points[-1]) == ("Сферы жизни семьи", 12, ("02.02.2026, промежуточная", 3.0))
