"""Rules of requests to organisations and of tasks inside the centre."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.cases.models import CaseStatus, FamilyCase
from app.cases.team import add_to_team
from app.days.rules import fill_year
from app.organisation.models import Department, PartnerKind, PartnerOrganisation, ServiceUnit, StaffMember
from app.people.lists import ConsentKind
from app.people.models import Consent, Person
from app.people.rules import give_consent, revoke_consent
from app.programmes.models import MeasureLineage
from app.referrals.models import (
    EmploymentOutcome,
    InternalTask,
    Referral,
    ReferralKind,
    ReferralStatus,
    SentVia,
    TaskStatus,
)
from app.referrals.rules import annul, change_referral, record_answer, send_referral, usual_due
from app.referrals.tasks import assign_task, change_task, complete, decline, take_up
from tests.by_order import case_on, work_by
from tests.make import DAY, centre, child_of, make_actor, make_case, make_staff, mother_of, refused

Centre = tuple[Session, Actor]
NOT_OURS = "Вы не работаете с этой семьёй. Попросите куратора включить вас в команду."


@pytest.fixture
def there() -> Iterator[Centre]:
    with centre() as made:
        yield made


def person(session: Session, by: Actor, role: str, **more: Any) -> tuple[StaffMember, Actor]:
    """Return a member of the staff and the actor he is."""
    staff = make_staff(session, by, **more)
    return staff, make_actor(session.get_one(ServiceUnit, by.unit), staff=staff, roles=(role,))


def case_of(there: Centre) -> tuple[FamilyCase, Actor]:
    """Return a case on «Реализация» and its curator."""
    session, by = there
    work_by(session, by, "sudogda")
    staff, curator = person(session, by, "curator")
    return case_on(session, by, "implement", curator=staff), curator


def make_partner(session: Session, by: Actor, **more: Any) -> PartnerOrganisation:
    """Make an organisation the centre works with: a school."""
    values = {"name": "Школа № 3", "kind": PartnerKind.EDUCATION, "service_unit_id": by.unit, **more}
    partner = PartnerOrganisation(**values)
    session.add(partner)
    session.flush()
    return partner


def consent_to(session: Session, by: Actor, whose: Person, giver: Person, transfer_to: str) -> Consent:
    """Make a consent to send data of a person to an organisation."""
    return give_consent(
        whose, by=by, given_by=giver, kind=ConsentKind.TRANSFER, purposes="Содействие семье",
        transfer_to=transfer_to, signed_at=dt.date(2026, 2, 1),
    )  # fmt: skip


def late_answer(session: Session, by: Actor, case: FamilyCase) -> Referral:
    return send_referral(case, by=by, partner=make_partner(session, by), question="Как дела?", due=DAY)


# ---- sending -----------------------------------------------------------------------------------------------------


def test_s001_3_1_d_a_request_to_a_school_has_its_number_day_question_and_term(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    fill_year(session, 2026, by=by)
    school = make_partner(session, by)
    first, second = (send_referral(case, by=curator, partner=school, question="Какая успеваемость?") for _ in range(2))
    assert (first.number, second.number) == ("1/2026", "2/2026")
    # Ten working days after 18.02.2026; 23.02 is a holiday and 09.03 a day off.
    assert (first.date, first.due, first.kind) == (DAY, dt.date(2026, 3, 5), ReferralKind.EDUCATION)
    assert (first.sent_by_id, first.is_awaited) == (curator.staff_id, True)


def test_s002_3_4_c_the_term_of_an_answer_is_that_of_the_order_of_work(there: Centre) -> None:
    session, by = there
    fill_year(session, 2026, by=by)
    assert usual_due(session, by.unit, DAY) == dt.date(2026, 3, 5)
    work_by(session, by, "sudogda", "to_event: referral_answered, amount: 10, unit: workday",
            "to_event: referral_answered, amount: 1, unit: month")  # fmt: skip
    assert usual_due(session, by.unit, DAY) == dt.date(2026, 3, 18)


@pytest.mark.rows("S002-1.4", "S004-У")
def test_s002_1_4_a_request_goes_to_an_organisation_of_any_kind(there: Centre) -> None:
    """All of S004-У and of S002-1.4 are kinds of partners, and each can be asked."""
    session, by = there
    case, curator = case_of(there)
    named = {"здравоохранение", "образование", "культура", "физкультура и спорт", "служба занятости", "КДНиЗП",
             "орган внутренних дел", "уголовно-исполнительная инспекция", "орган местного самоуправления", "СО НКО",
             "орган соцзащиты", "общественная организация", "религиозная организация",
             "благотворительный фонд"}  # fmt: skip
    assert named <= {kind.label for kind in PartnerKind}
    asked = {
        kind: send_referral(case, by=curator, partner=make_partner(session, by, kind=kind, name=kind.label),
                            question="Чем поможете?")
        for kind in PartnerKind
    }  # fmt: skip
    assert asked[PartnerKind.HEALTH].kind is ReferralKind.HEALTH
    assert asked[PartnerKind.CHARITY].kind is ReferralKind.NONPROFIT
    assert asked[PartnerKind.CULTURE].kind is ReferralKind.OTHER


def test_s001_3_1_c_a_request_is_tied_to_the_measure_it_serves(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    own, foreign = (
        MeasureLineage(case=one, service_unit_id=by.unit) for one in (case, case_on(session, by, "implement"))
    )
    session.add_all([own, foreign])
    session.flush()
    school = make_partner(session, by)
    referral = send_referral(case, by=curator, partner=school, question="Кружок?", lineage=own)
    assert referral.lineage is own
    for step in (
        lambda: send_referral(case, by=curator, partner=school, question="Кружок?", lineage=foreign),
        lambda: change_referral(referral, by=curator, due=DAY, sent_via=SentVia.POST, lineage=foreign),
    ):
        with refused("Это мероприятие из программы другой семьи. Выберите другое.", "lineage_id"):
            step()


def test_a_request_that_cannot_be_sent_is_refused_and_takes_no_number(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    school, closed = make_partner(session, by), make_partner(session, by, name="Кружок", is_active=False)
    stranger = mother_of(case_on(session, by, "implement").family)
    ask: dict[str, Any] = {"by": curator, "partner": school, "question": "Как дела?"}
    refusals: list[tuple[str, str, dict[str, Any]]] = [
        ("Напишите, о чём просим организацию.", "question", {"question": " "}),
        ("С организацией «Кружок» сейчас не работаем. Выберите другую.", "partner_id", {"partner": closed}),
        ("Запрос отправляют не раньше, чем заведено дело, и не позже сегодняшнего дня.", "date",
         {"on": dt.date(2026, 2, 19)}),
        ("Запрос отправляют не раньше, чем заведено дело, и не позже сегодняшнего дня.", "date",
         {"on": dt.date(2026, 1, 11)}),
        ("Срок ответа раньше отправки. Поменяйте одну из дат.", "due", {"due": dt.date(2026, 2, 17)}),
        ("Выберите, о ком передаём сведения.", "person_id", {"data_list": "ФИО"}),
        ("Тестова Мария не в составе этой семьи. Выберите члена семьи.", "person_id", {"about": stranger}),
        ("Тестова Мария не в составе этой семьи. Выберите члена семьи.", "person_id",
         {"about": stranger, "data_list": "ФИО"}),
    ]  # fmt: skip
    for sentence, field, how in refusals:
        with refused(sentence, field):
            send_referral(case, **{**ask, **how})
    with refused(NOT_OURS):
        send_referral(case, **{**ask, "by": person(session, by, "psychologist")[1]})
    case.status = CaseStatus.CLOSED
    with refused(f"Дело № {case.number} закончено: снята. Запросов по нему не отправляют."):
        send_referral(case, **ask)
    case.status = CaseStatus.ACTIVE
    assert send_referral(case, **ask).number == "1/2026"


def test_a_role_without_the_action_sends_nothing(there: Centre) -> None:
    session, by = there
    case, _ = case_of(there)
    lawyer = person(session, by, "lawyer")[1]
    with pytest.raises(Exception, match="«Направить запрос в организацию» делает"):
        send_referral(case, by=lawyer, partner=make_partner(session, by), question="Как дела?")


# ---- data of a person go by a consent ----------------------------------------------------------------------------


def test_s001_3_6_e_data_go_to_an_organisation_only_by_a_consent_that_names_it(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    child, mother = child_of(case.family), mother_of(case.family)
    hospital = make_partner(session, by, name="ГБУЗ «Районная больница»", kind=PartnerKind.HEALTH)
    ask: dict[str, Any] = {"by": curator, "partner": hospital, "question": "Осмотр", "about": child,
                           "data_list": "ФИО, дата рождения"}  # fmt: skip
    sentence = (
        "Нет действующего согласия передать сведения: Тестов Пётр → «ГБУЗ «Районная больница»». Оформите согласие на "
        "передачу и назовите в нём эту организацию, или отправьте запрос без сведений о человеке."
    )
    with refused(sentence, "data_list"):
        send_referral(case, **ask)
    consent_to(session, by, child, mother, "Школа № 3")
    session.expire(child)
    with refused(sentence, "data_list"):
        send_referral(case, **ask)
    consent = consent_to(session, by, child, mother, "школа № 3; ГБУЗ Районная больница")
    session.flush()
    session.expire(child)
    referral = send_referral(case, **ask)
    assert (referral.consent, referral.kind) == (consent, ReferralKind.HEALTH)
    # Without data nothing is asked for.
    assert send_referral(case, **{**ask, "data_list": None}).consent is None


def test_a_withdrawn_or_ended_consent_lets_nothing_go(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    child, mother = child_of(case.family), mother_of(case.family)
    school = make_partner(session, by)
    ask: dict[str, Any] = {
        "by": curator,
        "partner": school,
        "question": "Как дела?",
        "about": child,
        "data_list": "ФИО",
    }
    consent = consent_to(session, by, child, mother, "Школа № 3")
    session.flush()
    session.expire(child)
    assert send_referral(case, **ask).consent is consent
    revoke_consent(consent, by=by, reason="передумали")
    with pytest.raises(Exception, match="Нет действующего согласия"):
        send_referral(case, **ask)


# ---- the answer --------------------------------------------------------------------------------------------------


def test_s004_3_a_the_answer_of_the_organisation_is_recorded(there: Centre) -> None:
    session, _by = there
    case, curator = case_of(there)
    referral = late_answer(session, curator, case)
    with clock_at(dt.date(2026, 2, 20)):
        assert referral.is_late
        record_answer(referral, by=curator, text="Учится хорошо", number="17", on=dt.date(2026, 2, 20))
    assert (referral.status, referral.answer_at, referral.answer_no) == (
        ReferralStatus.ANSWERED, dt.date(2026, 2, 20), "17",
    )  # fmt: skip
    assert (referral.is_awaited, referral.is_late) == (False, False)


def test_an_answer_that_cannot_be_is_refused(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    referral = late_answer(session, curator, case)
    refusals: list[tuple[str, str, dict[str, Any]]] = [
        ("Напишите, что ответила организация.", "answer_text", {"text": ""}),
        ("Ответ приходит не раньше запроса и не позже сегодняшнего дня.", "answer_at", {"on": dt.date(2026, 2, 19)}),
        ("Ответ приходит не раньше запроса и не позже сегодняшнего дня.", "answer_at", {"on": dt.date(2026, 2, 17)}),
        ("Отметьте, чем закончилось: ответ получен, запрос исполнен или отказано.", "status",
         {"status": ReferralStatus.SENT}),
        ("Итог о работе отмечают только в запросе о занятости.", "outcome", {"outcome": EmploymentOutcome.EMPLOYED}),
    ]  # fmt: skip
    for sentence, field, how in refusals:
        with refused(sentence, field):
            record_answer(referral, by=curator, **{"text": "да", **how})
    with refused(NOT_OURS):
        record_answer(referral, by=person(session, by, "psychologist")[1], text="да")
    record_answer(referral, by=curator, text="нет", status=ReferralStatus.REFUSED)
    with refused("Запрос № 1/2026 уже закрыт: отказ."):
        record_answer(referral, by=curator, text="ещё раз")


def test_s002_3_4_d_a_request_about_work_tells_whether_somebody_found_work_or_a_course(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    office = make_partner(session, by, name="Центр занятости", kind=PartnerKind.EMPLOYMENT)
    referral = send_referral(case, by=curator, partner=office, question="Вакансии для матери")
    record_answer(
        referral, by=curator, text="Курсы повара", status=ReferralStatus.DONE, outcome=EmploymentOutcome.SENT_TO_STUDY
    )
    assert (referral.status, referral.outcome) == (ReferralStatus.DONE, EmploymentOutcome.SENT_TO_STUDY)
    assert [one.label for one in EmploymentOutcome][:2] == ["трудоустроен", "направлен на обучение"]


def test_s001_3_3_e_a_request_about_education_has_its_result(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    referral = send_referral(case, by=curator, partner=make_partner(session, by), question="Домашнее обучение")
    record_answer(referral, by=curator, text="Обучение на дому с 01.03", status=ReferralStatus.DONE)
    assert (referral.kind, referral.status, referral.answer_text) == (
        ReferralKind.EDUCATION, ReferralStatus.DONE, "Обучение на дому с 01.03",
    )  # fmt: skip


def test_an_organisation_answers_its_own_request_and_sees_no_other(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    school, other = make_partner(session, by), make_partner(session, by, name="Школа № 4")
    asked = send_referral(case, by=curator, partner=school, question="Как дела?")
    foreign = send_referral(case, by=curator, partner=other, question="Как дела?")
    session.flush()
    teacher, _ = person(session, by, "partner", is_external=True, partner_id=school.id)
    actor = Actor(user_id=None, name="Учитель", unit_id=by.unit, staff_id=teacher.id, partner_id=school.id,
                  roles=frozenset({"partner"}))  # fmt: skip
    with acting(actor):
        session.expire_all()
        assert session.scalars(select(Referral)).all() == [asked]
        assert session.scalars(select(FamilyCase)).all() == []
        record_answer(session.scalars(select(Referral)).one(), by=actor, text="Всё хорошо")
    assert asked.status is ReferralStatus.ANSWERED
    with refused(NOT_OURS):
        record_answer(foreign, by=actor, text="Всё хорошо")


# ---- changing and annulling --------------------------------------------------------------------------------------


def test_the_term_is_changed_and_a_mistake_annulled_with_its_number_kept(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    referral = late_answer(session, curator, case)
    change_referral(referral, by=curator, due=dt.date(2026, 3, 1), sent_via=SentVia.POST, lineage=None)
    assert (referral.due, referral.sent_via) == (dt.date(2026, 3, 1), SentVia.POST)
    with refused("Срок ответа раньше отправки. Поменяйте одну из дат.", "due"):
        change_referral(referral, by=curator, due=dt.date(2026, 2, 1), sent_via=SentVia.POST, lineage=None)
    with refused("Напишите, почему запрос аннулируется.", "annul_reason"):
        annul(referral, by=curator, reason="")
    stranger = person(session, by, "psychologist")[1]
    for step in (
        lambda: annul(referral, by=stranger, reason="x"),
        lambda: change_referral(referral, by=stranger, due=DAY, sent_via=SentVia.POST, lineage=None),
    ):
        with refused(NOT_OURS):
            step()
    annul(referral, by=curator, reason="Не туда")
    assert (referral.is_awaited, referral.number) == (False, "1/2026")
    for step in (
        lambda: annul(referral, by=curator, reason="ещё раз"),
        lambda: record_answer(referral, by=curator, text="да"),
        lambda: change_referral(referral, by=curator, due=DAY, sent_via=SentVia.POST, lineage=None),
    ):
        with refused("Запрос № 1/2026 аннулирован. Отправьте новый."):
            step()


# ---- tasks inside the centre -------------------------------------------------------------------------------------


def test_s001_1_1_a_task_goes_to_another_department_and_its_giver_sees_how_far_it_is(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    other = Department(name="ОСОСД", service_unit_id=by.unit)
    session.add(other)
    session.flush()
    task = assign_task(case, by=curator, text="Провести занятие", due=DAY, to_department=other)
    _, psychologist = person(session, by, "psychologist", department_id=other.id)
    psychologist = Actor(**{**vars(psychologist), "department_id": other.id, "sees_unit": False})
    session.flush()
    with acting(psychologist):
        # He sees what is to be done, and nothing of the family.
        session.expire_all()
        assert [one.text for one in session.scalars(select(InternalTask))] == ["Провести занятие"]
        assert session.scalars(select(FamilyCase)).all() == []
    take_up(task, by=psychologist)
    assert (task.status, task.taken_by_id) == (TaskStatus.IN_WORK, psychologist.staff_id)
    complete(task, by=psychologist, result="Проведено")
    with acting(Actor(**{**vars(curator), "sees_unit": False})):
        session.flush()
        session.expire_all()
        seen = session.scalars(select(InternalTask)).one()
        assert (seen.status, seen.result, seen.ended_at) == (TaskStatus.DONE, "Проведено", DAY)


def test_s001_1_1_people_of_several_departments_work_in_one_team(there: Centre) -> None:
    session, by = there
    case, _ = case_of(there)
    for name in ("ОССО", "ОСОД", "ОСОСД"):
        department = Department(name=name, service_unit_id=by.unit)
        add_to_team(case, make_staff(session, by, department=department), by=by)
    session.expire(case, ["team"])
    assert {str(seat.staff.department) for seat in case.team} == {"ОССО", "ОСОД", "ОСОСД"}


@pytest.mark.rows("S001-3.1-g", "S002-3.5-a", "S001-3.3-a")
def test_s001_3_1_g_whoever_leads_the_case_gives_tasks_to_its_specialists(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    staff, pedagogue = person(session, by, "social_pedagogue")
    task = assign_task(case, by=curator, text="Узнать об успеваемости", due=DAY, to_staff=staff)
    take_up(task, by=pedagogue)
    with refused("Поручение уже в работе."):
        take_up(task, by=pedagogue)
    with refused("Напишите, почему поручение не выполнено.", "result"):
        decline(task, by=pedagogue, reason="")
    decline(task, by=pedagogue, reason="Школа закрыта")
    assert (task.status, task.result) == (TaskStatus.DECLINED, "Школа закрыта")
    with refused("Поручение уже отклонено."):
        complete(task, by=pedagogue, result="сделано")


def test_a_task_that_cannot_be_given_is_refused(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    staff, stranger = person(session, by, "psychologist")
    gone = make_staff(session, by, active_to=dt.date(2026, 1, 31))
    ask: dict[str, Any] = {"by": curator, "text": "Позвонить", "due": DAY, "to_staff": staff}
    department = Department(name="ОСОД", service_unit_id=by.unit)
    refusals: list[tuple[str, str | None, dict[str, Any]]] = [
        ("Напишите, что нужно сделать.", "text", {"text": " "}),
        ("Выберите, кому поручаете: одного сотрудника или одно отделение.", "to_staff_id", {"to_staff": None}),
        ("Выберите, кому поручаете: одного сотрудника или одно отделение.", "to_staff_id",
         {"to_department": department}),
        ("Этот день уже прошёл. Дайте срок сегодня или позже.", "due", {"due": dt.date(2026, 2, 17)}),
        (f"{gone} у нас не работает. Выберите другого сотрудника.", "to_staff_id", {"to_staff": gone}),
        (NOT_OURS, None, {"by": stranger}),
    ]  # fmt: skip
    for sentence, field, how in refusals:
        with refused(sentence, field):
            assign_task(case, **{**ask, **how})
    with refused("Поручает сотрудник центра. Войдите как сотрудник."):
        assign_task(make_case(session, by), **{**ask, "by": by})
    case.status = CaseStatus.CLOSED
    with refused(f"Дело № {case.number} закончено: снята. Поручений по нему не дают."):
        assign_task(case, **ask)


def test_a_task_is_marked_by_whom_it_was_given_to_and_changed_by_who_gave_it(there: Centre) -> None:
    session, by = there
    case, curator = case_of(there)
    staff, addressee = person(session, by, "psychologist")
    _, stranger = person(session, by, "social_pedagogue")
    task = assign_task(case, by=curator, text="Позвонить", due=DAY, to_staff=staff)
    not_his = "Это поручение дано другому. Отметить его может тот, кому поручено, или руководитель службы."
    for step in (take_up, complete, decline):
        with refused(not_his):
            step(task, by=stranger, **({} if step is take_up else {"result" if step is complete else "reason": "x"}))
    with refused("Изменить поручение может тот, кто его дал."):
        change_task(task, by=addressee, text="Не звонить", due=DAY)
    with refused("Напишите, что нужно сделать.", "text"):
        change_task(task, by=curator, text="", due=DAY)
    with refused("Этот день уже прошёл. Дайте срок сегодня или позже.", "due"):
        change_task(task, by=curator, text="Позвонить", due=dt.date(2026, 2, 1))
    change_task(task, by=curator, text="Написать", due=dt.date(2026, 2, 20))
    assert (task.text, task.due) == ("Написать", dt.date(2026, 2, 20))
    with refused("Напишите, что получилось: это увидит тот, кто поручил.", "result"):
        complete(task, by=addressee, result=" ")
    decline(task, by=curator, reason="Больше не нужно")  # Whoever gave it takes it back.
    with refused("Поручение уже отклонено, менять его нечего. Дайте новое."):
        change_task(task, by=curator, text="Написать", due=DAY)
