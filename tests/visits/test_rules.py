"""Rules of visits: who records them, what a visit tells, how often a family is visited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.cases.levels import set_level
from app.cases.models import CaseStatus, FamilyCase
from app.cases.rules import suspend
from app.cases.team import add_to_team
from app.days.rules import fill_year
from app.organisation.models import ServiceUnit, StaffMember
from app.programmes.models import MeasureLineage
from app.visits.models import Attitude, FamilyState, Visit, VisitDeed, VisitForm, VisitKind
from app.visits.norm import Count, norm_of, visits_of_month
from app.visits.rules import call_off, change_visit, move_visit, plan_month, plan_visit, record_visit
from tests.by_order import case_on, work_by
from tests.make import DAY, centre, child_of, make_actor, make_case, make_staff, mother_of, refused

Centre = tuple[Session, Actor]
ZONE = dt.timezone(dt.timedelta(hours=3))
NOON = dt.datetime(2026, 2, 18, 12, tzinfo=ZONE)
TOMORROW = NOON + dt.timedelta(days=1)


@pytest.fixture
def there() -> Iterator[Centre]:
    with centre() as made:
        yield made


def curator_of(session: Session, by: Actor) -> tuple[StaffMember, Actor]:
    """Return a curator and the actor he is."""
    staff = make_staff(session, by)
    return staff, make_actor(session.get_one(ServiceUnit, by.unit), staff=staff, roles=("curator",))


def accompanied(
    there: Centre, order: str = "sudogda", stage: str = "implement", **more: Any
) -> tuple[FamilyCase, Actor]:
    """Return a case on accompaniment since the first of the month, and its curator."""
    session, by = there
    work_by(session, by, order)
    staff, curator = curator_of(session, by)
    case = case_on(session, by, stage, curator=staff, **more)
    case.started_at = dt.date(2026, 2, 1)
    return case, curator


# ---- who and when ------------------------------------------------------------------------------------------------


def test_s001_3_1_a_only_the_curator_and_the_team_record_a_visit(there: Centre) -> None:
    session, by = there
    case, curator = accompanied(there)
    staff = make_staff(session, by)
    psychologist = make_actor(session.get_one(ServiceUnit, by.unit), staff=staff, roles=("psychologist",))
    with refused("Вы не работаете с этой семьёй. Попросите куратора включить вас в команду."):
        record_visit(case, by=psychologist)
    assert record_visit(case, by=curator).staff_id == curator.staff_id
    add_to_team(case, staff, by=by)
    assert record_visit(case, by=psychologist).staff_id == staff.id


def test_a_role_the_order_of_work_does_not_name_records_no_visit(there: Centre) -> None:
    session, by = there
    case, _ = accompanied(there)
    staff = make_staff(session, by)
    add_to_team(case, staff, by=by)
    lawyer = make_actor(session.get_one(ServiceUnit, by.unit), staff=staff, roles=("lawyer",))
    with refused(
        "«Внести посещение» делает Участковый социальный работник (специалист по социальной работе), Заведующая ОССО – "
        "руководитель Службы сопровождения, Педагог-психолог, Социальный педагог, Социальный работник, "
        "Медицинская сестра (по согласованию). Попросите об этом."
    ):
        record_visit(case, by=lawyer)


def test_s001_2_2_d1_a_visit_keeps_its_day_length_purpose_result_and_the_next_day(there: Centre) -> None:
    session, _ = there
    case, curator = accompanied(there)
    visit = record_visit(
        case, by=curator, done_at=NOON, minutes=40, purpose="Проверить условия", findings="Тепло и чисто",
        deeds=[VisitDeed.TALK], family_state=FamilyState.BETTER, agreements="Собрать справки",
        present=[mother_of(case.family), child_of(case.family)], next_at=dt.date(2026, 3, 4),
    )  # fmt: skip
    session.flush()
    assert (visit.day, visit.is_done, visit.minutes, visit.purpose) == (DAY, True, 40, "Проверить условия")
    assert {person.first_name for person in visit.present} == {"Мария", "Пётр"}
    following = session.scalars(select(Visit).where(Visit.done_at.is_(None))).one()
    assert (following.day, following.is_awaited, following.staff_id) == (dt.date(2026, 3, 4), True, curator.staff_id)


def test_the_next_visit_is_not_planned_twice_nor_for_a_day_that_has_passed(there: Centre) -> None:
    session, _ = there
    case, curator = accompanied(there)
    for next_at in (dt.date(2026, 3, 4), dt.date(2026, 3, 4), dt.date(2026, 2, 17)):
        record_visit(case, by=curator, on=dt.date(2026, 2, 16), next_at=next_at)
    assert [visit.day for visit in session.scalars(select(Visit).where(Visit.done_at.is_(None)))] == [
        dt.date(2026, 3, 4)
    ]


def test_s001_2_2_d3_a_call_is_recorded_with_its_form_and_is_no_visit_of_the_norm(there: Centre) -> None:
    session, _ = there
    case, curator = accompanied(there)
    for form in (VisitForm.PHONE, VisitForm.VIDEO, VisitForm.MESSENGER, VisitForm.CENTRE):
        record_visit(case, by=curator, done_at=NOON, form=form)
    session.flush()
    assert visits_of_month(session, [case], DAY)[case.id] == Count(done=1, norm=2, remote=3)


def test_a_planned_visit_becomes_the_one_that_took_place(there: Centre) -> None:
    _session, _ = there
    case, curator = accompanied(there)
    planned = plan_visit(case, by=curator, planned_at=TOMORROW, purpose="Помочь с заявлением")
    with clock_at(TOMORROW + dt.timedelta(hours=2)):
        done = record_visit(case, by=curator, planned=planned, findings="Заявление подано")
        assert done is planned
        assert (done.is_done, done.day, done.planned_at) == (True, dt.date(2026, 2, 19), TOMORROW)
        with refused("Этот визит уже записан или отменён. Запишите новый."):
            record_visit(case, by=curator, planned=planned)


def test_a_visit_planned_to_another_family_is_not_recorded_here(there: Centre) -> None:
    session, by = there
    case, curator = accompanied(there)
    other = case_on(session, by, "implement", curator=session.get_one(StaffMember, curator.staff_id))
    planned = plan_visit(other, by=curator, planned_at=TOMORROW)
    with refused("Этот визит назначен в другую семью. Запишите его в её деле."):
        record_visit(case, by=curator, planned=planned)


def test_what_cannot_be_told_of_a_visit_is_refused_at_its_field(there: Centre) -> None:
    case, curator = accompanied(there)
    refusals: list[tuple[str, str, dict[str, Any]]] = [
        ("Этот день ещё не наступил. Запишите визит, когда он состоится.", "done_at", {"done_at": TOMORROW}),
        ("Этот час ещё не наступил. Проверьте время.", "done_at", {"done_at": NOON + dt.timedelta(hours=3)}),
        ("Дело заведено 12.01.2026. Проверьте дату.", "done_at", {"on": dt.date(2026, 1, 11)}),
        ("Отметьте, как семья относится к сопровождению.", "family_attitude", {"kind": VisitKind.FIRST_CONTACT}),
        ("Постсопровождение ещё не началось. Выберите другой вид визита.", "kind", {"kind": VisitKind.POST_SUPPORT}),
        ("Минут должно быть больше нуля. Оставьте пустым, если время не считали.", "minutes", {"minutes": 0}),
        ("Следующий визит бывает позже этого. Проверьте дату.", "next_at", {"next_at": DAY}),
    ]
    for sentence, field, how in refusals:
        with refused(sentence, field):
            record_visit(case, by=curator, **how)


def test_strangers_and_measures_of_others_do_not_belong_to_a_visit(there: Centre) -> None:
    session, by = there
    case, curator = accompanied(there)
    other = case_on(session, by, "implement")
    line = MeasureLineage(case=other, service_unit_id=by.unit)
    session.add(line)
    session.flush()
    with refused("Тестова Мария не в составе этой семьи. Отметьте её членов.", "present_ids"):
        record_visit(case, by=curator, present=[mother_of(other.family)])
    with refused("Это мероприятие из программы другой семьи. Выберите другое.", "lineage_id"):
        record_visit(case, by=curator, lineage=line)


def test_whoever_does_not_work_then_goes_nowhere(there: Centre) -> None:
    session, by = there
    case, curator = accompanied(there)
    gone = make_staff(session, by, last_name="Ушедшая", active_to=dt.date(2026, 1, 31))
    with refused(f"{gone} не работает в этот день. Выберите другого сотрудника.", "staff_id"):
        record_visit(case, by=curator, staff=gone)
    with refused(f"{gone} не работает в этот день. Выберите другого сотрудника.", "staff_id"):
        plan_visit(case, by=curator, planned_at=TOMORROW, staff=gone)


def test_nobody_goes_when_nobody_is_named_and_the_case_has_no_curator(there: Centre) -> None:
    session, by = there
    case = make_case(session, by)
    with refused("Выберите, кто посещает семью.", "staff_id"):
        record_visit(case, by=by)


def test_a_nurse_and_a_lawyer_see_their_own_visits_only(there: Centre) -> None:
    session, by = there
    case, curator = accompanied(there)
    staff = make_staff(session, by)
    add_to_team(case, staff, by=by)
    nurse = Actor(user_id=None, name="Сестра", unit_id=by.unit, staff_id=staff.id, roles=frozenset({"nurse"}))
    record_visit(case, by=curator, done_at=NOON)
    own = record_visit(case, by=nurse, done_at=NOON)
    session.flush()
    with acting(nurse):
        session.expire_all()
        assert session.scalars(select(Visit)).all() == [own]
    with acting(replace(nurse, roles=frozenset({"nurse", "psychologist"}))):
        assert len(session.scalars(select(Visit)).all()) == 2


# ---- the first contact -------------------------------------------------------------------------------------------


def test_s004_1_a_the_first_contact_is_dated_and_tells_the_attitude_of_the_family(there: Centre) -> None:
    _session, _ = there
    case, curator = accompanied(there, "rostov", "s1")
    visit = record_visit(
        case, by=curator, on=dt.date(2026, 2, 16), kind=VisitKind.FIRST_CONTACT, family_attitude=Attitude.DOUBTS
    )
    assert (visit.day, visit.family_attitude) == (dt.date(2026, 2, 16), Attitude.DOUBTS)
    assert [one.label for one in Attitude] == ["согласна", "сомневается", "отказывается"]


# ---- planning ----------------------------------------------------------------------------------------------------


def test_a_visit_is_planned_moved_and_called_off(there: Centre) -> None:
    case, curator = accompanied(there)
    visit = plan_visit(case, by=curator, planned_at=TOMORROW)
    move_visit(visit, by=curator, planned_at=TOMORROW + dt.timedelta(days=5))
    assert visit.day == dt.date(2026, 2, 24)
    call_off(visit, by=curator, reason="Семья уехала")
    assert (visit.is_awaited, visit.annul_reason) == (False, "Семья уехала")
    with refused("Этот визит уже отменён."):
        call_off(visit, by=curator, reason="ещё раз")
    with refused("Этот визит уже записан или отменён, перенести его нельзя."):
        move_visit(visit, by=curator, planned_at=TOMORROW)
    with refused("Этот визит отменён, менять его нечего. Запишите новый."):
        change_visit(visit, by=curator, findings="было")


def test_a_visit_recorded_by_mistake_is_annulled_with_a_reason_and_counts_nowhere(there: Centre) -> None:
    session, _ = there
    case, curator = accompanied(there)
    visit = record_visit(case, by=curator, done_at=NOON)
    with refused("Напишите, почему визит отменён.", "annul_reason"):
        call_off(visit, by=curator, reason="  ")
    call_off(visit, by=curator, reason="Не та семья")
    session.flush()
    assert (visit.is_done, visits_of_month(session, [case], DAY)[case.id].done) == (False, 0)


def test_what_is_told_of_a_visit_is_corrected_by_who_works_with_the_family(there: Centre) -> None:
    session, by = there
    case, curator = accompanied(there)
    visit = record_visit(case, by=curator, done_at=NOON)
    change_visit(visit, by=curator, findings="Дома были все", minutes=30)
    assert (visit.findings, visit.minutes) == ("Дома были все", 30)
    with refused("Минут должно быть больше нуля. Оставьте пустым, если время не считали.", "minutes"):
        change_visit(visit, by=curator, minutes=-5)
    _, stranger = curator_of(session, by)
    for step in (change_visit, call_off):
        with refused("Вы не работаете с этой семьёй. Попросите куратора включить вас в команду."):
            step(visit, by=stranger, **({"reason": "x"} if step is call_off else {"minutes": 5}))


def test_a_past_day_is_not_planned(there: Centre) -> None:
    case, curator = accompanied(there)
    visit = plan_visit(case, by=curator, planned_at=TOMORROW)
    yesterday = NOON - dt.timedelta(days=1)
    with refused("Этот день уже прошёл. Назначьте визит на сегодня или позже.", "planned_at"):
        plan_visit(case, by=curator, planned_at=yesterday)
    with refused("Этот день уже прошёл. Назначьте визит на сегодня или позже.", "planned_at"):
        move_visit(visit, by=curator, planned_at=yesterday)


def test_after_the_end_of_a_case_its_visits_are_still_written_down_but_none_is_planned(there: Centre) -> None:
    case, curator = accompanied(there)
    case.status, case.ended_at = CaseStatus.CLOSED, dt.date(2026, 2, 17)
    assert record_visit(case, by=curator, on=dt.date(2026, 2, 17)).is_done
    with refused(f"Дело № {case.number} закончилось 17.02.2026. Проверьте дату.", "done_at"):
        record_visit(case, by=curator, on=DAY)
    with refused(f"Дело № {case.number} закончено: снята. Визитов больше не назначают."):
        plan_visit(case, by=curator, planned_at=TOMORROW)


# ---- the norm ----------------------------------------------------------------------------------------------------


def test_s001_2_2_d1_visits_are_planned_by_the_norm(there: Centre) -> None:
    session, by = there
    case, curator = accompanied(there)
    fill_year(session, 2026, by=by)
    record_visit(case, by=curator, on=dt.date(2026, 2, 10))
    made = plan_month(case, by=curator)
    assert [visit.day.month for visit in made] == [2] and made[0].day >= DAY
    with refused("Визитов по норме уже достаточно: назначать больше нечего."):
        plan_month(case, by=curator)
    march = plan_month(case, by=curator, month=dt.date(2026, 3, 1))
    assert [visit.day.month for visit in march] == [3, 3] and len({visit.day for visit in march}) == 2
    assert all(visit.day.weekday() < 5 for visit in (*made, *march))


def test_without_a_norm_or_an_agreement_nothing_is_planned_by_the_norm(there: Centre) -> None:
    session, by = there
    plain = make_case(session, by, status=CaseStatus.REGISTERED)
    with refused("Норма визитов не задана: центр не выбрал порядок работы. Назначьте визит сами."):
        plan_month(plain, by=by)
    case, curator = accompanied(there)
    case.started_at = None
    with refused("Сопровождение ещё не началось, нормы визитов пока нет. Назначьте визит сами."):
        plan_month(case, by=curator)


def test_s001_3_1_a_the_norm_is_that_of_the_level_where_there_are_levels(there: Centre) -> None:
    session, _by = there
    case, curator = accompanied(there, "alliance", "implement")
    norm = norm_of(case)
    assert norm is not None and (norm.count, norm.per) == (1, "month")
    with acting(curator):
        set_level(
            case, "emergency", by=curator, planned_end=dt.date(2026, 5, 1), reason="угроза", on=dt.date(2026, 2, 2)
        )
    session.flush()
    assert visits_of_month(session, [case], DAY)[case.id].norm == 8
    assert visits_of_month(session, [case], dt.date(2026, 1, 1))[case.id].norm == 0


def test_the_norm_counts_the_days_of_accompaniment(there: Centre) -> None:
    session, _by = there
    case, _ = accompanied(there)

    def norm(month: dt.date) -> int | None:
        return visits_of_month(session, [case], month)[case.id].norm

    assert norm(DAY) == 2
    case.started_at = dt.date(2026, 2, 15)
    assert (norm(DAY), norm(dt.date(2026, 3, 1))) == (1, 2)
    case.ended_at = dt.date(2026, 3, 10)
    assert (norm(dt.date(2026, 3, 1)), norm(dt.date(2026, 4, 1))) == (0, 0)


def test_a_family_that_stands_still_is_asked_for_no_visits(there: Centre) -> None:
    session, by = there
    case, _ = accompanied(there)
    suspend(case, by=by, reason="Санаторий", until=dt.date(2026, 3, 20), on=dt.date(2026, 2, 3))
    assert visits_of_month(session, [case], DAY)[case.id].norm == 0


def test_the_number_of_queries_does_not_grow_with_the_cases(there: Centre) -> None:
    session, by = there
    case, _curator = accompanied(there)
    cases = [case, *(case_on(session, by, "implement") for _ in range(3))]
    session.flush()
    counted = []
    for some in (cases[:1], cases):
        statements: list[str] = []

        def note(*args: Any, seen: list[str] = statements) -> None:
            seen.append(args[2])

        event.listen(session.get_bind(), "before_cursor_execute", note)
        visits_of_month(session, some, DAY)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        counted.append(len(statements))
    assert counted[0] == counted[1]
