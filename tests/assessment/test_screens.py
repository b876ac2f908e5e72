"""The screens of acts, diagnoses, passports and reviews as people use them, and what stays closed to whom."""

from __future__ import annotations

import datetime as dt
from contextlib import closing

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor, acting, today
from app.assessment.acts import note_health, sign_act
from app.assessment.lists import ActStatus, AssessmentKind, ProblemOutcome
from app.assessment.models import (
    Assessment,
    AssessmentScore,
    EfficiencyReview,
    FamilyPassport,
    LivingConditionsAct,
    Problem,
    QualityAnswer,
    SocialContact,
)
from app.assessment.passports import make_passport
from app.assessment.rules import close_problem, finish_assessment
from app.cases.models import CaseStatus, Direction, FamilyCase
from app.organisation.models import ServiceUnit
from app.people.consents import NONE
from app.people.lists import ChildStatus, PreventionRegister
from app.people.models import ChildProfile
from app.people.rules import revoke_consent
from app.register.locks import lock_of_papers
from app.roles import CURATOR, HEAD, PEDAGOGUE, PSYCHOLOGIST, REGISTRAR
from tests.assessment.make import (
    consent,
    make_act,
    make_assessment,
    make_problem,
    make_resource,
    make_review,
    run,
    scored,
)
from tests.make import child_of, make_actor, make_case, mother_of
from tests.register.forms import filled, held, words
from tests.visiting import Browser, Visit, join_team, lead

SECRET = "Канареечная тревога"


@pytest.fixture
def by(stored: Session) -> Actor:
    """Return somebody of the centre, for the makers."""
    unit = stored.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
    assert unit is not None
    return make_actor(unit)


@pytest.fixture
def case(stored: Session, by: Actor) -> FamilyCase:
    """Return a case about to be assessed."""
    with acting(by):
        return make_case(stored, by, status=CaseStatus.ASSESSMENT)


def come(visit: Visit, stored: Session, case: FamilyCase, role: str) -> Browser:
    """Return the browser of somebody who works with the family in *role*."""
    browser = visit(role)
    if role == CURATOR:
        lead(stored, browser, case)
    elif role in (PSYCHOLOGIST, PEDAGOGUE):
        join_team(stored, browser, case, direction=Direction.PSYCHOLOGICAL)
    return browser


# ---- the way of an act ------------------------------------------------------------------------------------


def test_S000_6d_an_act_is_written_from_the_card_of_the_case_and_signed(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    case.family.address = "с. Пробное, 5"
    form = held(browser.get(f"/acts/add?case_id={case.id}"), "/acts/add")
    assert form["address"] == "с. Пробное, 5"
    assert form.getlist("commission_ids") == [str(browser.staff_id)]
    mother = mother_of(case.family)
    form.setlist("present_ids", [str(mother.id)])
    form["sanitary"] = "fair"
    answer = browser.post("/acts/add", data=form)
    act = stored.scalars(select(LivingConditionsAct)).one()
    assert answer.location == f"/acts/show/{act.id}"
    assert ([one.id for one in act.commission], act.present) == ([browser.staff_id], [mother])
    card = browser.get(answer.location).text
    assert "Черновик акта" in card and "Изменить" in card and mother.name in card
    browser.post(f"/acts/action/sign/{act.id}", data={"sure": "1"})
    assert "В акте нет вывода. Напишите его и подпишите." in browser.get(answer.location).text
    edit = f"/acts/edit/{act.id}"
    assert browser.post(edit, data=filled(browser.get(edit), edit, conclusion="Нужна печь")).status_code == 302
    browser.post(f"/acts/action/sign/{act.id}", data={"sure": "1"})
    stored.expire_all()
    assert (act.status, act.number, act.present) == (ActStatus.SIGNED, "001/2026", [mother])
    card = browser.get(answer.location).text
    assert "Акт № 001/2026" in card and f'href="{edit}' not in card and "Семья ознакомлена" in card


def test_an_act_without_a_commission_comes_back_with_what_was_typed(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    form = filled(
        browser.get(f"/acts/add?case_id={case.id}"), "/acts/add", commission_ids=None, conclusion="Печь дымит"
    )
    answer = browser.post("/acts/add", data=form)
    assert answer.status_code == 200 and "Отметьте хотя бы один вариант." in answer.text
    assert "Печь дымит" in answer.text and stored.scalars(select(LivingConditionsAct)).all() == []


def test_health_in_an_act_is_seen_with_right_and_consent_only(stored, by, case, visit) -> None:
    boy = child_of(case.family)
    with acting(by):
        given = consent(boy)
        act = make_act(case)
        stored.flush()
        note_health(act, boy, by=by, note=SECRET)
    curator, psychologist = (come(visit, stored, case, role) for role in (CURATOR, PSYCHOLOGIST))
    tab = f"/acts/show/{act.id}?tab=act_health"
    assert SECRET in curator.get(tab).text
    assert (psychologist.get(tab).status_code, psychologist.get("/act_health/").status_code) == (404, 403)
    assert SECRET not in psychologist.get(f"/acts/show/{act.id}").text
    revoke_consent(given, by=by, reason="Передумала")
    stored.flush()
    for page in (tab, "/act_health/", "/act_health/show/1", "/act_health/edit/1", "/act_health/export.xlsx"):
        assert SECRET not in words(curator.get(page)), page


def test_a_draft_act_is_deleted_with_its_commission_and_a_signed_one_is_not(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    with acting(by):
        draft, signed = make_act(case, present=[mother_of(case.family)]), make_act(case)
        sign_act(signed, by=by)
    stored.flush()
    for act in (draft, signed):
        browser.post(f"/acts/delete/{act.id}")
    assert stored.scalars(select(LivingConditionsAct.number)).all() == ["001/2026"]
    assert "Акт подписан, его не меняют. Составьте новый." in browser.get(f"/acts/show/{signed.id}").text


# ---- diagnoses --------------------------------------------------------------------------------------------


def test_S001_1_2_a_new_diagnosis_goes_on_with_its_scores(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, PEDAGOGUE)
    form = filled(browser.get(f"/assessments/add?case_id={case.id}"), "/assessments/add", conclusion="Нужна помощь")
    assert form["kind"] == "primary"
    answer = browser.post("/assessments/add", data=form)
    made = stored.scalars(select(Assessment)).one()
    page = f"/assessments/scores/{made.id}"
    assert answer.location == page
    boy = child_of(case.family)
    typed = filled(
        browser.get(page),
        page,
        **{"potentials-integration": "0", "spheres-housing": "3", f"success-peers-{boy.id}": "2"},
    )
    answer = browser.post(page, data=typed)
    assert answer.location == f"/assessments/show/{made.id}"
    stored.expire_all()
    assert {one.key: one.value for one in made.scores} == {
        ("potentials", "integration", None): 0, ("spheres", "housing", None): 3, ("success", "peers", boy.id): 2,
    }  # fmt: skip
    card = browser.get(answer.location).text
    assert "первое измерение" in card and "Социально-педагогическая успешность: Пётр" in card
    assert "Проблемы ещё не внесены" in card and "Ресурсов не выявлено" in card


def test_a_score_that_is_none_comes_back_with_the_rest(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, PEDAGOGUE)
    with acting(by):
        made = make_assessment(case)
    page = f"/assessments/scores/{made.id}"
    typed = filled(browser.get(page), page, **{"spheres-income": "7", "spheres-housing": "3"})
    answer = browser.post(page, data=typed)
    assert answer.status_code == 200 and "Такого варианта в списке нет. Выберите другой." in answer.text
    assert held(answer, page)["spheres-housing"] == "3" and stored.scalars(select(AssessmentScore)).all() == []


def test_two_who_score_at_once_do_not_overwrite_each_other(stored, by, case, visit) -> None:
    first, second = (come(visit, stored, case, role) for role in (PEDAGOGUE, PSYCHOLOGIST))
    with acting(by):
        made = make_assessment(case)
    page = f"/assessments/scores/{made.id}"
    late = filled(second.get(page), page, **{"spheres-income": "1"})
    first.post(page, data=filled(first.get(page), page, **{"spheres-housing": "3"}))
    answer = second.post(page, data=late)
    assert answer.status_code == 200 and "Пока вы писали, здесь уже сохранили другое." in answer.text
    again = held(answer, page)
    assert again["spheres-income"] == "1"
    assert second.post(page, data=again).status_code == 302
    stored.expire_all()
    assert [(one.criterion, one.value) for one in made.scores] == [("income", 1)]


def test_a_finished_diagnosis_has_no_page_of_scores_nor_a_form(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, PEDAGOGUE)
    with acting(by):
        made = scored(case, {("spheres", "housing"): 1})
    card = f"/assessments/show/{made.id}"
    answer = browser.get(f"/assessments/scores/{made.id}")
    assert (answer.status_code, answer.location) == (302, card)
    text = browser.get(card).text
    assert "Диагностика завершена, её оценки не меняют." in text
    assert "/assessments/edit/" not in text and "/assessments/scores/" not in text
    edit = f"/assessments/edit/{made.id}"
    refusal = browser.post(edit, data=filled(browser.get(edit), edit, conclusion="Иначе"))
    assert "Диагностика завершена, её не меняют. Проведите следующую." in refusal.text


def test_S004_3_b_the_card_lays_an_interim_diagnosis_beside_the_last_one_and_draws_it(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    with acting(by):
        scored(case, {("spheres", "housing"): 1}, date=dt.date(2026, 1, 20))
        made = scored(case, {("spheres", "housing"): 3})
    text = browser.get(f"/assessments/show/{made.id}").text
    assert "+2" in text and "20.01.2026" in text
    assert 'aria-label="Сферы жизни семьи: 20.01.2026, промежуточная 1,0, 18.02.2026, промежуточная 3,0"' in text


def test_S001_3_2_b_the_findings_of_a_psychologist_leave_by_no_road_to_others(stored, by, case, visit) -> None:
    psychologist, pedagogue = (come(visit, stored, case, role) for role in (PSYCHOLOGIST, PEDAGOGUE))
    form = filled(
        psychologist.get(f"/assessments/add?case_id={case.id}"), "/assessments/add",
        kind="psychological", methods="Рисунок семьи", findings=SECRET, psychologist_conclusion=SECRET,
    )  # fmt: skip
    assert psychologist.post("/assessments/add", data=form).status_code == 302
    made = stored.scalars(select(Assessment)).one()
    edit = f"/assessments/edit/{made.id}"
    psychologist.post(edit, data=filled(psychologist.get(edit), edit, findings=f"{SECRET}, растёт"))
    card = f"/assessments/show/{made.id}"
    for road in (card, edit, f"{card}?tab=history"):
        assert SECRET in words(psychologist.get(road)), road
    every = "/assessments/?col=date&col=findings&col=psychologist_conclusion"
    roads = (card, edit, f"{card}?tab=history", every, f"/assessments/export.xlsx{every[13:]}",
             f"/cases/show/{case.id}?tab=assessments", "/import/of/assessments/edit.xlsx")  # fmt: skip
    for road in roads:
        with closing(pedagogue.get(road)) as answer:
            assert answer.status_code in (200, 400, 404), road
            assert SECRET not in words(answer), road
    assert "Рисунок семьи" in pedagogue.get(card).text


def test_findings_about_somebody_who_has_not_consented_are_neither_shown_nor_taken(stored, by, case, visit) -> None:
    browser, boy = come(visit, stored, case, PSYCHOLOGIST), child_of(case.family)
    form = filled(
        browser.get(f"/assessments/add?case_id={case.id}"), "/assessments/add",
        kind="psychological", person_id=boy.id, psychologist_conclusion=SECRET,
    )  # fmt: skip
    refusal = browser.post("/assessments/add", data=form)
    assert refusal.status_code == 200 and NONE in refusal.text and stored.scalars(select(Assessment)).all() == []
    given = consent(boy, by)
    stored.flush()
    assert browser.post("/assessments/add", data=form).status_code == 302
    made = stored.scalars(select(Assessment)).one()
    card = f"/assessments/show/{made.id}"
    assert SECRET in browser.get(card).text
    revoke_consent(given, by=by, reason="Передумала")
    stored.flush()
    for road in (card, f"/assessments/edit/{made.id}", f"{card}?tab=history"):
        assert SECRET not in words(browser.get(road)), road


def test_papers_on_health_are_closed_with_the_person_they_are_of_and_open_where_they_are_of_none(
    stored, by, case
) -> None:
    with acting(by):
        of_family = make_assessment(case, AssessmentKind.PSYCHOLOGICAL)
        of_boy = make_assessment(case, AssessmentKind.PSYCHOLOGICAL, person=child_of(case.family))
    lock = lock_of_papers(stored, of_boy)
    assert lock_of_papers(stored, of_family) is None and lock is not None and lock.reason == NONE


# ---- problems, resources, surroundings ----------------------------------------------------------------------


def test_what_the_diagnosis_rests_on_is_entered_from_its_card(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    with acting(by):
        made = make_assessment(case, AssessmentKind.PRIMARY)
    card = f"/assessments/show/{made.id}"
    for key, owner, typed in (
        ("problems", f"case_id={case.id}", {"text": "Долги", "domain": "economic"}),
        ("resources", f"case_id={case.id}", {"text": "Бабушка", "kind": "relatives"}),
        ("contacts", f"family_id={case.family_id}", {"name": "Сосед Лука", "relation": "сосед"}),
    ):
        address = f"/{key}/add?{owner}&back={card}"
        assert address.replace("&", "&amp;") in browser.get(card).text
        answer = browser.post(f"/{key}/add", data=filled(browser.get(address), f"/{key}/add", **typed))
        assert answer.location == card, key
    browser.post(f"/assessments/action/finish/{made.id}", data={"sure": "1"})
    stored.expire_all()
    assert made.is_finished


def test_S004_1_b_the_tab_of_resources_lets_say_that_there_are_none(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    tab = f"/cases/show/{case.id}?tab=resources"
    assert "Если их искали и не нашли, отметьте это." in browser.get(tab).text
    answer = browser.post(f"/cases/action/no_resources/{case.id}", data={"sure": "1"})
    assert answer.location == tab and "Отмечено: ресурсов не выявлено." in browser.get(tab).text


def test_S001_3_2_h_the_surroundings_stand_on_the_case_too_and_are_added_there(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, PSYCHOLOGIST)
    tab = browser.get(f"/cases/show/{case.id}?tab=contacts").text
    assert f"/contacts/add?family_id={case.family_id}&amp;back=" in tab
    form = filled(
        browser.get(f"/contacts/add?family_id={case.family_id}"), "/contacts/add", name="Школа", relation="учится Пётр"
    )
    assert browser.post("/contacts/add", data=form).status_code == 302
    assert stored.scalars(select(SocialContact.name)).all() == ["Школа"]
    assert "Школа" in browser.get(f"/cases/show/{case.id}?tab=contacts").text


def test_S002_2_1_a_problem_is_closed_with_its_result(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    with acting(by):
        problem = make_problem(case)
    ask = f"/problems/action/close/{problem.id}"
    typed = filled(browser.get(ask), ask, outcome="partly", closed_at=f"{today():%d.%m.%Y}")
    assert browser.post(ask, data=typed).status_code == 302
    stored.expire_all()
    assert problem.outcome is ProblemOutcome.PARTLY
    answer = browser.post(ask, data=typed)
    assert answer.status_code == 200 and "Проблема уже закрыта: решена частично." in answer.text


def test_a_measure_is_offered_the_open_problems_of_the_family(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    with acting(by):
        solved = make_problem(case, "Мальчик молчит")
        make_problem(case, "Мальчик не спит")
        close_problem(solved, by=by, outcome=ProblemOutcome.SOLVED)
    stored.flush()
    found = browser.get("/problems/lookup?q=мальчик").get_json()["results"]
    assert [(one["text"], one["small"]) for one in found] == [("Мальчик не спит", f"{case}, Тестовы")]
    assert visit(CURATOR).get("/problems/lookup?q=мальчик").get_json()["results"] == []


# ---- passports --------------------------------------------------------------------------------------------


def test_S000_6e_a_passport_is_made_by_one_button_and_shown_as_it_was(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    assert "Сформировать паспорт" in browser.get(f"/cases/show/{case.id}?tab=passports").text
    answer = browser.post(f"/cases/action/make_passport/{case.id}")
    passport = stored.scalars(select(FamilyPassport)).one()
    assert answer.location == f"/passports/show/{passport.id}"
    case.family.address = "г. Новый, 7"
    text = browser.get(answer.location).text
    assert "д. Тестово, 1" in text and "Тестов Пётр" in text and "г. Новый" not in text and "data-print" in text
    assert browser.get(f"/passports/edit/{passport.id}").status_code == 404


def test_the_closed_parts_of_a_passport_need_right_and_standing_consent(stored, by, case, visit) -> None:
    boy, mother = child_of(case.family), mother_of(case.family)
    stored.add(ChildProfile(person=boy, child_status=[ChildStatus.DISABLED], service_unit_id=by.unit))
    mother.prevention_registers = [PreventionRegister.POLICE]
    stored.flush()
    stored.expire_all()
    with acting(by):
        given = consent(boy)
        made = make_passport(case, by=by)
    stored.flush()
    curator, pedagogue = (come(visit, stored, case, role) for role in (CURATOR, PEDAGOGUE))
    card = f"/passports/show/{made.id}"
    told = curator.get(card).text
    assert "ребёнок-инвалид" in told and "ПДН" in told
    kept_away = pedagogue.get(card).text
    assert "Тестов Пётр" in kept_away and "инвалид" not in kept_away and "ПДН" not in kept_away
    revoke_consent(given, by=by, reason="Передумала")
    stored.flush()
    told = curator.get(card).text
    assert "ребёнок-инвалид" not in told and "нужно согласие" in told and "ПДН" in told


# ---- reviews and quality ----------------------------------------------------------------------------------


def test_S004_4_a_a_review_goes_through_results_to_its_end(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    with acting(by):
        first, second = make_problem(case, "Не говорит"), make_problem(case, "Долги")
    form = filled(
        browser.get(f"/reviews/add?case_id={case.id}"), "/reviews/add", need_satisfaction="70", conclusion="continue"
    )
    answer = browser.post("/reviews/add", data=form)
    review = stored.scalars(select(EfficiencyReview)).one()
    page, card = f"/reviews/outcomes/{review.id}", f"/reviews/show/{review.id}"
    assert answer.location == page
    typed = filled(browser.get(page), page, **{f"outcome-{first.id}": "solved", f"note-{first.id}": "Говорит фразами",
                                               f"outcome-{second.id}": "unsolved"})  # fmt: skip
    assert browser.post(page, data=typed).location == card
    assert "50 %" in browser.get(card).text and "Говорит фразами" in browser.get(card).text
    browser.post(f"/reviews/action/finish/{review.id}", data={"sure": "1"})
    stored.expire_all()
    assert (review.is_finished, first.outcome, second.outcome) == (True, ProblemOutcome.SOLVED, ProblemOutcome.OPEN)
    assert browser.get(page).location == card
    assert stored.scalars(select(Problem.closed_at)).all() == [today(), None]


def test_S002_3_3_6_an_answer_on_quality_or_why_there_is_none(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    address = f"/quality/add?case_id={case.id}"

    def sent(**typed: str) -> str:
        return browser.post("/quality/add", data=filled(browser.get(address), "/quality/add", **typed)).text

    assert "Напишите, почему ответа семьи нет." in sent()
    assert "Оценка есть, значит, ответ есть. Уберите одно из двух." in sent(score="4", waiver="Уехали")
    assert "Оценка – от 1 до 5." in sent(score="9")
    sent(score="4", text="Спасибо")
    sent(waiver="Уехали")
    found = stored.scalars(select(QualityAnswer).order_by(QualityAnswer.id)).all()
    assert [(one.score, one.text, one.waiver) for one in found] == [(4, "Спасибо", None), (None, None, "Уехали")]


# ---- who sees them ----------------------------------------------------------------------------------------


def test_somebody_elses_family_is_not_seen_on_any_of_these_screens(stored, by, case, visit) -> None:
    with acting(by):
        rows = {
            "acts": make_act(case), "assessments": make_assessment(case), "problems": make_problem(case),
            "reviews": make_review(case), "passports": make_passport(case, by=by),
        }  # fmt: skip
        make_resource(case)
    stored.flush()
    stranger, registrar, head = visit(CURATOR), visit(REGISTRAR), visit(HEAD)
    for key, row in rows.items():
        assert stranger.get(f"/{key}/show/{row.id}").status_code == 404, key
        assert registrar.get(f"/{key}/show/{row.id}").status_code == 403, key
        assert head.get(f"/{key}/show/{row.id}").status_code == 200, key


def test_S004_3_b_an_interim_diagnosis_leads_to_the_correction_of_what_is_in_force(stored, by, case, visit) -> None:
    browser = come(visit, stored, case, CURATOR)
    with acting(by):
        made = make_assessment(case)
        finish_assessment(made, by=by)
    card = f"/assessments/show/{made.id}"
    assert "/versions/action/correct/" not in browser.get(card).text
    version = run(stored, case)
    assert f"/versions/action/correct/{version.id}" in browser.get(card).text
