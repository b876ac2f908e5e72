"""Diagnoses, the problems and resources they rest on, the surroundings of a family."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor
from app.assessment.lists import (
    AssessmentKind,
    AssessmentStatus,
    ContactKind,
    Domain,
    ProblemOutcome,
    Proposal,
    ResourceKind,
    Severity,
    Strength,
)
from app.assessment.models import Assessment, AssessmentScore
from app.assessment.rules import (
    add_contact,
    add_problem,
    add_resource,
    change_assessment,
    change_problem,
    close_problem,
    find_no_resources,
    finish_assessment,
    remove_assessment,
    remove_problem,
    score,
)
from app.base import RuleBroken
from app.cases import events, gate
from app.cases.models import EndReason, FamilyCase
from app.cases.rules import close_case
from app.organisation.models import ServiceUnit, StaffMember
from tests.assessment.make import make_assessment, make_problem, make_resource
from tests.by_order import case_on, work_by
from tests.make import DAY, child_of, make_actor, make_adult, make_family, make_staff, refused

TOMORROW = DAY + dt.timedelta(days=1)
NO_PROBLEM = "Проблемы семьи не внесены. Внесите хотя бы одну."
NO_RESOURCE = "Ресурсы семьи не внесены. Внесите хотя бы один или отметьте, что ресурсов не выявлено."
DONE = "Диагностика завершена, её не меняют. Проведите следующую."


# ---- finishing ---------------------------------------------------------------------------------------


def test_S003_3_5_a_a_primary_diagnosis_is_not_finished_without_a_problem_and_a_resource(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    primary = make_assessment(case, AssessmentKind.PRIMARY)
    with refused(NO_PROBLEM):
        finish_assessment(primary, by=by)
    make_problem(case)
    with refused(NO_RESOURCE):
        finish_assessment(primary, by=by)
    make_resource(case)
    finish_assessment(primary, by=by)
    assert (primary.status, primary.finished_at is not None) == (AssessmentStatus.FINISHED, True)


def test_S004_1_b_that_no_resources_were_found_is_an_answer_until_one_is_found(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    primary = make_assessment(case, AssessmentKind.PRIMARY)
    make_problem(case)
    find_no_resources(case, by=by)
    with refused("Уже отмечено: ресурсов не выявлено."):
        find_no_resources(case, by=by)
    finish_assessment(primary, by=by)
    make_resource(case)
    assert case.no_resources_found is None
    session.expire(case, ["resources"])
    with refused("Ресурсы семьи внесены. Сначала уберите их, если это ошибка."):
        find_no_resources(case, by=by)


def test_S002_2_2_a_a_resource_tells_kind_strength_and_whose_it_is(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    mother = case.family.members[0]
    told = add_resource(
        case, by=by, text=" Умеет  шить ", kind=ResourceKind.PERSONAL, strength=Strength.STRONG, member=mother
    )
    session.flush()
    assert [(told.text, told.kind, told.strength, told.member)] == [
        ("Умеет шить", ResourceKind.PERSONAL, Strength.STRONG, mother)
    ]
    assert case.resources == [told]


def test_a_resource_is_refused_without_words_and_of_strangers(session: Session, by: Actor, case: FamilyCase) -> None:
    with refused("Напишите, на что семья может опереться.", "text"):
        add_resource(case, by=by, text=" ", kind=ResourceKind.OTHER)
    stranger = make_family(session, by).members[0]
    with refused(f"{stranger.person} не из этой семьи. Выберите её члена.", "member_id"):
        add_resource(case, by=by, text="Шьёт", kind=ResourceKind.PERSONAL, member=stranger)


@pytest.mark.parametrize("kind", [AssessmentKind.PRIMARY, AssessmentKind.INTERIM, AssessmentKind.FINAL])
def test_a_diagnosis_without_a_conclusion_is_not_finished(session, by, case, kind: AssessmentKind) -> None:
    with refused("Нет вывода. Напишите его и завершите диагностику."):
        finish_assessment(make_assessment(case, kind, conclusion=" "), by=by)


def test_a_finished_diagnosis_is_never_changed(session: Session, by: Actor, case: FamilyCase) -> None:
    made = make_assessment(case)
    change_assessment(made, by=by, proposal=Proposal.CORRECT)
    finish_assessment(made, by=by)
    with refused(DONE):
        change_assessment(made, by=by, conclusion="Иначе")
    with refused(DONE):
        score(made, {("spheres", "housing", None): 3}, by=by)
    with refused(DONE):
        finish_assessment(made, by=by)
    with refused(DONE):
        remove_assessment(made, by=by)
    assert (made.conclusion, made.proposal, made.scores) == ("Семье нужна помощь", Proposal.CORRECT, [])


def test_a_draft_made_by_mistake_is_removed_with_its_scores(session: Session, by: Actor, case: FamilyCase) -> None:
    made = make_assessment(case)
    score(made, {("spheres", "housing", None): 3}, by=by)
    remove_assessment(made, by=by)
    session.flush()
    assert session.scalars(select(Assessment)).all() == session.scalars(select(AssessmentScore)).all() == []


def test_a_diagnosis_is_refused_on_a_day_to_come_by_who_did_not_work_and_about_strangers(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    with refused("Этот день ещё не наступил. Проверьте дату.", "date"):
        make_assessment(case, date=TOMORROW)
    gone = make_staff(session, by, active_to=dt.date(2026, 1, 31))
    with refused(f"{gone} не работает в этот день. Выберите другого сотрудника.", "author_id"):
        make_assessment(case, author=gone)
    stranger = make_adult(session, by, last_name="Чужова")
    with refused(f"{stranger} не из этой семьи. Выберите её члена.", "person_id"):
        make_assessment(case, person=stranger)
    made = make_assessment(case)
    with refused("Этот день ещё не наступил. Проверьте дату.", "date"):
        change_assessment(made, by=by, date=TOMORROW)


def test_a_case_that_has_ended_is_not_diagnosed(
    session: Session, by: Actor, case: FamilyCase, staff: StaffMember
) -> None:
    made, problem = make_assessment(case), make_problem(case)
    close_case(case, by=by, reason=EndReason.MOVED)
    ended = f"Дело № {case.number} закончено: снята. Заведите новое дело."
    for refuse in (
        lambda: make_assessment(case, author=staff),
        lambda: finish_assessment(made, by=by),
        lambda: change_assessment(made, by=by, conclusion="Иначе"),
        lambda: add_problem(case, by=by, text="Долги", domain=Domain.ECONOMIC),
        lambda: close_problem(problem, by=by, outcome=ProblemOutcome.SOLVED),
        lambda: add_resource(case, by=by, text="Дом", kind=ResourceKind.HOUSING),
        lambda: find_no_resources(case, by=by),
    ):
        with refused(ended):
            refuse()


def test_S004_3_b_an_interim_diagnosis_is_told_to_the_case_and_no_other_is(
    session: Session, by: Actor, case: FamilyCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, dt.date]] = []
    monkeypatch.setattr("app.assessment.rules.happened", lambda case, event, *, on: told.append((event, on)))
    assert "interim_assessed" in events.EVENTS
    finish_assessment(make_assessment(case, AssessmentKind.FINAL), by=by)
    finish_assessment(make_assessment(case, AssessmentKind.INTERIM, date=dt.date(2026, 2, 10)), by=by)
    assert told == [("interim_assessed", dt.date(2026, 2, 10))]


# ---- what a psychologist finds -----------------------------------------------------------------------


def test_S001_3_2_b_what_a_psychologist_finds_stands_sealed_in_closed_fields_only(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    closed = "Вывод психологической диагностики – закрытые сведения: напишите его в «Заключении психолога»."
    with refused(closed, "conclusion"):
        make_assessment(case, AssessmentKind.PSYCHOLOGICAL, conclusion="Мать в тревоге")
    made = make_assessment(
        case, AssessmentKind.PSYCHOLOGICAL, methods="Рисунок семьи", findings="Тревога", psychologist_conclusion=None
    )
    with refused("Нет заключения психолога. Напишите его и завершите диагностику."):
        finish_assessment(made, by=by)
    change_assessment(made, by=by, psychologist_conclusion="Нужны встречи с матерью")
    finish_assessment(made, by=by)
    sealed = session.connection().exec_driver_sql("SELECT findings, psychologist_conclusion FROM assessment").one()
    assert all("Тревога".encode() not in each and "встречи".encode() not in each for each in sealed)
    session.expire(made)
    assert (made.methods, made.findings, made.psychologist_conclusion, made.date) == (
        "Рисунок семьи", "Тревога", "Нужны встречи с матерью", DAY,
    )  # fmt: skip


def test_closed_fields_belong_to_a_psychological_diagnosis_alone(session: Session, by: Actor, case: FamilyCase) -> None:
    with refused("Закрытые поля – для психологической диагностики. Выберите этот вид или очистите их.", "kind"):
        make_assessment(case, AssessmentKind.INTERIM, findings="Тревога")


def test_a_psychological_diagnosis_is_not_scored(session: Session, by: Actor, case: FamilyCase) -> None:
    made = make_assessment(case, AssessmentKind.PSYCHOLOGICAL, person=child_of(case.family))
    with refused("Психологическую диагностику не оценивают по шкалам: её результат – закрытые сведения."):
        score(made, {("spheres", "housing", None): 3}, by=by)


# ---- problems ----------------------------------------------------------------------------------------


def test_S001_3_3_b_a_problem_has_domain_words_severity_and_days(session: Session, by: Actor, case: FamilyCase) -> None:
    problem = add_problem(
        case, by=by, text=" Долги  за свет ", domain=Domain.ECONOMIC, severity=Severity.GRAVE,
        opened_at=dt.date(2026, 2, 1),
    )  # fmt: skip
    assert (problem.text, problem.domain, problem.severity, problem.opened_at, problem.outcome, problem.closed_at) == (
        "Долги за свет", Domain.ECONOMIC, Severity.GRAVE, dt.date(2026, 2, 1), ProblemOutcome.OPEN, None,
    )  # fmt: skip
    change_problem(problem, by=by, severity=Severity.LIGHT)
    close_problem(problem, by=by, outcome=ProblemOutcome.SOLVED, on=dt.date(2026, 2, 17))
    assert (problem.severity, problem.closed_at) == (Severity.LIGHT, dt.date(2026, 2, 17))


@pytest.mark.parametrize("outcome", [ProblemOutcome.SOLVED, ProblemOutcome.PARTLY, ProblemOutcome.UNSOLVED])
def test_S002_2_1_a_problem_is_solved_partly_solved_or_not_solved(session, by, case, outcome: ProblemOutcome) -> None:
    problem = make_problem(case)
    close_problem(problem, by=by, outcome=outcome)
    assert (problem.is_open, problem.outcome, problem.closed_at) == (False, outcome, DAY)


def test_a_problem_without_words_or_of_a_day_to_come_is_refused(session: Session, by: Actor, case: FamilyCase) -> None:
    with refused("Напишите, в чём проблема.", "text"):
        add_problem(case, by=by, text=" ", domain=Domain.SOCIAL)
    with refused("Этот день ещё не наступил. Проверьте дату.", "opened_at"):
        add_problem(case, by=by, text="Долги", domain=Domain.SOCIAL, opened_at=TOMORROW)
    problem = make_problem(case)
    with refused("Напишите, в чём проблема.", "text"):
        change_problem(problem, by=by, text="")


def test_a_problem_is_closed_once_with_a_result_on_a_day_that_can_be(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    problem = make_problem(case)
    with refused("Выберите, что стало с проблемой: решена, решена частично или не решена.", "outcome"):
        close_problem(problem, by=by, outcome=ProblemOutcome.OPEN)
    with refused("Этот день ещё не наступил. Проверьте дату.", "closed_at"):
        close_problem(problem, by=by, outcome=ProblemOutcome.SOLVED, on=TOMORROW)
    with refused("Проблему выявили 18.02.2026. Укажите день не раньше.", "closed_at"):
        close_problem(problem, by=by, outcome=ProblemOutcome.SOLVED, on=dt.date(2026, 2, 17))
    close_problem(problem, by=by, outcome=ProblemOutcome.PARTLY)
    closed = "Проблема уже закрыта: решена частично. Если она вернулась, внесите её заново."
    for rule in (close_problem, change_problem, remove_problem):
        with refused(closed):
            rule(problem, by=by, **({"outcome": ProblemOutcome.SOLVED} if rule is close_problem else {}))


def test_a_problem_entered_by_mistake_is_removed(session: Session, by: Actor, case: FamilyCase) -> None:
    remove_problem(make_problem(case), by=by)
    session.flush()
    session.expire(case, ["problems"])
    assert case.problems == []


# ---- surroundings ------------------------------------------------------------------------------------


def test_S001_3_2_h_the_surroundings_say_who_it_is_to_the_family_and_what_that_means(
    session: Session, by: Actor, case: FamilyCase
) -> None:
    add_contact(case.family, by=by, name="Бабушка Зоя", relation="мать отца", kind=ContactKind.RESOURCE)
    add_contact(
        case.family, by=by, name="Магазин «Рюмка»", relation="по соседству", kind=ContactKind.RISK, note="Долги"
    )
    session.flush()
    assert [(one.name, one.relation, one.kind, one.note) for one in case.family.contacts] == [
        ("Бабушка Зоя", "мать отца", ContactKind.RESOURCE, None),
        ("Магазин «Рюмка»", "по соседству", ContactKind.RISK, "Долги"),
    ]


def test_a_contact_without_name_or_relation_is_refused(session: Session, by: Actor, case: FamilyCase) -> None:
    with refused("Напишите, кто это: человек или организация.", "name"):
        add_contact(case.family, by=by, name=" ", relation="сосед")
    with refused("Напишите, кем он приходится семье.", "relation"):
        add_contact(case.family, by=by, name="Сосед", relation=" ")


# ---- the order of work -------------------------------------------------------------------------------


def test_S002_3_3_1_stage_one_ends_with_act_diagnosis_problem_resource_and_surroundings(
    session: Session, by: Actor
) -> None:
    order = work_by(session, by, "mishkino")
    asked = [ref.code for ref in order.stage_by_code["s1"].exit]
    assert {"has_living_act", "has_primary_assessment", "has_problems", "has_resources", "has_social_contacts",
            "has_consents"} <= set(asked)  # fmt: skip


def test_a_diagnosis_is_finished_by_whom_the_order_of_work_names(
    session: Session, by: Actor, staff: StaffMember
) -> None:
    work_by(session, by, "mishkino")
    case = case_on(session, by, "s1")
    made = make_assessment(case)
    unit = session.get_one(ServiceUnit, by.unit)
    with pytest.raises(RuleBroken, match=r"^«Завершить диагностику» делает "):
        finish_assessment(made, by=make_actor(unit, staff=staff, roles=("lawyer",)))
    assert not made.is_finished
    finish_assessment(made, by=make_actor(unit, staff=staff, roles=("psychologist",)))
    assert made.is_finished


def test_a_control_diagnosis_belongs_to_the_time_after_the_accompaniment(
    session: Session, by: Actor, staff: StaffMember
) -> None:
    work_by(session, by, "rostov")
    case = case_on(session, by, "s5", curator=staff)
    curator = make_actor(session.get_one(ServiceUnit, by.unit), staff=staff, roles=("curator",))
    assert gate.refusal(case, "assessment.finish", by=curator) is not None
    finish_assessment(make_assessment(case, AssessmentKind.CONTROL), by=curator)
    with pytest.raises(RuleBroken, match=r"^«Завершить диагностику» – на этапе"):
        finish_assessment(make_assessment(case, AssessmentKind.INTERIM), by=curator)
