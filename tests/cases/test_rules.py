"""Rules of the case, its curator and team (states: domain.md 3.8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import Actor, clock_at
from app.cases.models import CaseSource, CaseStatus, CuratorAssignment, Direction, EndReason, FamilyCase, Outcome
from app.cases.rules import (
    MOVES,
    add_to_team,
    advance,
    assign_curator,
    cases_led_by,
    close_case,
    hand_over,
    leave_team,
    open_case,
    refuse_case,
    resume,
    suspend,
)
from app.people.models import FamilyRole
from app.people.rules import NewMember, end_membership
from tests import make
from tests.make import DAY, refused

TOMORROW = DAY + dt.timedelta(days=1)
OPENED = dt.date(2026, 1, 12)


@pytest.fixture
def centre() -> Iterator[tuple[Session, Actor]]:
    with make.centre() as both:
        yield both


@pytest.fixture
def session(centre) -> Session:
    return centre[0]


@pytest.fixture
def by(centre) -> Actor:
    return centre[1]


# ---- opening -----------------------------------------------------------------------------------------


def test_a_case_is_opened_under_the_next_number_of_its_year(session, by):
    numbers = [
        open_case(make.make_family(session, by), by=by, source=CaseSource.RAID, opened_at=day).number
        for day in (dt.date(2025, 12, 30), dt.date(2026, 1, 9), dt.date(2026, 1, 9))
    ]
    assert numbers == ["001/2025", "001/2026", "002/2026"]


def test_a_case_opened_today_is_identified(session, by):
    case = open_case(make.make_family(session, by), by=by, source=CaseSource.FAMILY)
    assert (case.status, case.opened_at, case.registered_at) == (CaseStatus.IDENTIFIED, DAY, None)


def test_a_case_opened_with_its_date_of_registration_is_on_the_register(session, by):
    case = open_case(make.make_family(session, by), by=by, source=CaseSource.FAMILY, registered_at=OPENED)
    assert (case.status, case.opened_at, case.registered_at) == (CaseStatus.REGISTERED, OPENED, OPENED)


def test_a_second_open_case_is_refused(session, by):
    case = make.make_case(session, by)
    with refused("У семьи уже идёт дело № 001/2026. Продолжите его или сначала закройте."):
        open_case(case.family, by=by, source=CaseSource.FAMILY)


def test_the_database_refuses_a_second_open_case(session, by):
    case = make.make_case(session, by)
    again = {"family_id": case.family_id, "number": "9", "status": CaseStatus.ACTIVE, "opened_at": DAY}
    session.add(FamilyCase(**again, service_unit_id=by.unit_id))
    with pytest.raises(IntegrityError):
        session.flush()


def test_after_a_closed_case_a_new_one_may_follow(session, by):
    case = make.make_case(session, by)
    close_case(case, by=by, reason=EndReason.MOVED)
    again = open_case(case.family, by=by, source=CaseSource.FAMILY, previous=case)
    assert (again.number, again.previous_case) == ("002/2026", case)


def test_a_family_without_a_child_under_18_is_refused(session, by):
    members = [
        NewMember(make.make_adult(session, by), FamilyRole.MOTHER, is_legal_representative=True),
        NewMember(make.make_child(session, by, birth_date=dt.date(2008, 2, 18)), FamilyRole.CHILD),
    ]
    family = make.make_family(session, by, members=members)
    with refused("В семье нет ребёнка младше 18 лет. Добавьте ребёнка в состав семьи."):
        open_case(family, by=by, source=CaseSource.FAMILY)


def test_a_family_whose_child_left_it_is_refused(session, by):
    family = make.make_family(session, by)
    end_membership(family.members[1], by=by)
    with refused("В семье нет ребёнка младше 18 лет. Добавьте ребёнка в состав семьи."):
        open_case(family, by=by, source=CaseSource.FAMILY)


@pytest.mark.parametrize(
    ("born", "represents"), [(dt.date(1990, 1, 1), False), (dt.date(2009, 1, 1), True)], ids=["unmarked", "minor"]
)
def test_a_family_without_an_adult_representative_is_refused(session, by, born, represents):
    mother = make.make_adult(session, by, birth_date=born)
    members = [
        NewMember(mother, FamilyRole.MOTHER, is_legal_representative=represents),
        NewMember(make.make_child(session, by), FamilyRole.CHILD),
    ]
    with refused("В семье нет взрослого законного представителя. Отметьте его в составе семьи."):
        open_case(make.make_family(session, by, members=members), by=by, source=CaseSource.FAMILY)


@pytest.mark.parametrize("field", ["opened_at", "registered_at"])
def test_a_case_is_not_opened_tomorrow(session, by, field):
    days = {"opened_at": DAY, field: TOMORROW}
    with refused("Этот день ещё не наступил. Проверьте дату.", field):
        open_case(make.make_family(session, by), by=by, source=CaseSource.FAMILY, **days)


def test_a_family_is_not_registered_before_its_case(session, by):
    days = {"opened_at": DAY, "registered_at": OPENED}
    with refused("На учёт ставят не раньше, чем заводят дело. Проверьте дату.", "registered_at"):
        open_case(make.make_family(session, by), by=by, source=CaseSource.FAMILY, **days)


# ---- moving on ---------------------------------------------------------------------------------------


def test_a_case_goes_all_the_way(session, by):
    case = make.make_case(session, by, status=CaseStatus.PLANNING)
    make.make_signed_agreement(session, by, case)
    assign_curator(case, make.make_staff(session, by), by=by)
    for step in ("approval", "planning", "approval", "active", "review", "active", "review", "post_support"):
        advance(case, CaseStatus(step), by=by)
    close_case(case, by=by, reason=EndReason.GOALS_MET, outcome=Outcome.GOOD, child_stays=True)
    kept = (case.status, case.registered_at, case.ended_at, case.end_reason, case.outcome, case.child_stays)
    assert kept == (CaseStatus.CLOSED, OPENED, DAY, EndReason.GOALS_MET, Outcome.GOOD, True)


def test_every_state_that_is_no_end_has_a_way_on():
    without = {status for status in CaseStatus if status.is_open and status not in MOVES}
    assert without == {CaseStatus.SUSPENDED, CaseStatus.POST_SUPPORT}


def test_a_step_that_does_not_follow_is_refused(session, by):
    case = make.make_case(session, by)
    with refused("Дело сейчас на этапе «выявлена», отсюда нет шага «на сопровождении».", "status"):
        advance(case, CaseStatus.ACTIVE, by=by)


@pytest.mark.parametrize("end", [CaseStatus.CLOSED, CaseStatus.REFUSED, CaseStatus.SUSPENDED])
def test_no_step_leads_past_the_rule_that_ends_or_suspends(session, by, end):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    with refused(f"Дело сейчас на этапе «на сопровождении», отсюда нет шага «{end.label}».", "status"):
        advance(case, end, by=by)


def test_a_case_that_ended_goes_nowhere(session, by):
    case = make.make_case(session, by)
    close_case(case, by=by, reason=EndReason.MOVED)
    with refused("Дело № 001/2026 закончено: снята. Заведите новое дело."):
        advance(case, CaseStatus.REGISTERED, by=by)


def test_a_step_is_not_made_tomorrow(session, by):
    case = make.make_case(session, by)
    with refused("Этот день ещё не наступил. Проверьте дату."):
        advance(case, CaseStatus.REGISTERED, by=by, on=TOMORROW)


def test_accompaniment_does_not_begin_without_a_curator(session, by):
    case = make.make_case(session, by, status=CaseStatus.PLANNING)
    make.make_signed_agreement(session, by, case)
    with refused("У семьи нет куратора. Назначьте куратора и продолжите.", "curator_id"):
        advance(case, CaseStatus.ACTIVE, by=by)


def test_accompaniment_does_not_begin_without_an_agreement(session, by):
    case = make.make_case(session, by, status=CaseStatus.PLANNING, curator=make.make_staff(session, by))
    with refused("Договор с семьёй не подписан. Подпишите договор и продолжите."):
        advance(case, CaseStatus.ACTIVE, by=by)


def test_a_family_may_refuse_before_the_work_begins(session, by):
    case = make.make_case(session, by, status=CaseStatus.ASSESSMENT, curator=make.make_staff(session, by))
    refuse_case(case, by=by, reason="Справимся сами")
    kept = (case.status, case.ended_at, case.end_reason, case.note, case.curator_id, case.assignments[0].date_to)
    assert kept == (CaseStatus.REFUSED, DAY, EndReason.FAMILY_REFUSED, "Справимся сами", None, DAY)


def test_a_family_does_not_refuse_without_a_reason(session, by):
    case = make.make_case(session, by)
    with refused("Напишите, почему дело прекращается.", "note"):
        refuse_case(case, by=by, reason=" ")


def test_work_under_way_is_closed_not_refused(session, by):
    case = make.make_case(session, by, status=CaseStatus.PLANNING)
    with refused("Отказать можно только до составления программы. Теперь дело закрывают с причиной."):
        refuse_case(case, by=by, reason="Справимся сами")


# ---- a pause -----------------------------------------------------------------------------------------


def test_a_pause_moves_the_planned_end(session, by):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    planned = case.planned_end
    suspend(case, by=by, reason="Санаторий", until=DAY + dt.timedelta(days=21))
    assert (case.status, case.suspended_at, case.suspend_reason) == (CaseStatus.SUSPENDED, DAY, "Санаторий")
    back = DAY + dt.timedelta(days=10)
    with clock_at(back):
        resume(case, by=by)
    kept = (case.status, case.planned_end, case.next_review_at, case.suspended_at, case.suspended_to)
    assert kept == (CaseStatus.ACTIVE, planned + dt.timedelta(days=10), None, None, None)


def test_only_accompaniment_is_suspended(session, by):
    case = make.make_case(session, by)
    with refused("Приостанавливают только сопровождение, а дело на этапе «выявлена»."):
        suspend(case, by=by, reason="Санаторий", until=TOMORROW)


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"reason": " "}, "Напишите, почему сопровождение приостановлено.", "suspend_reason"),
        ({"until": DAY}, "Пауза заканчивается позже, чем начинается. Проверьте дату.", "suspended_to"),
        (
            {"until": DAY + dt.timedelta(days=181)},
            "Пауза не длится дольше 180 дней. Выберите день пораньше.",
            "suspended_to",
        ),
        ({"on": TOMORROW}, "Этот день ещё не наступил. Проверьте дату.", "suspended_at"),
    ],
)
def test_a_pause_that_cannot_be_is_refused(session, by, values, sentence, field):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    with refused(sentence, field):
        suspend(case, by=by, **{"reason": "Санаторий", "until": TOMORROW, **values})


def test_what_was_not_suspended_is_not_resumed(session, by):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    with refused("Сопровождение не приостановлено, возобновлять нечего."):
        resume(case, by=by)


def test_a_pause_does_not_end_before_it_began(session, by):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    suspend(case, by=by, reason="Санаторий", until=TOMORROW)
    with refused("Пауза началась 18.02.2026. Укажите день не раньше."):
        resume(case, by=by, on=DAY - dt.timedelta(days=1))


# ---- the end -----------------------------------------------------------------------------------------


def test_closing_lets_curator_and_team_go(session, by):
    curator, specialist = make.make_staff(session, by), make.make_staff(session, by)
    case = make.make_case(session, by, curator=curator)
    add_to_team(case, specialist, by=by)
    close_case(case, by=by, reason=EndReason.MOVED)
    ended = (case.curator, [each.date_to for each in case.assignments], [each.date_to for each in case.team])
    assert ended == (None, [DAY], [DAY])


def test_goals_are_not_met_without_a_review(session, by):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    sentence = "Причина «цели достигнуты» возможна после оценки результатов. Оцените их или выберите другую причину."
    with refused(sentence, "end_reason"):
        close_case(case, by=by, reason=EndReason.GOALS_MET, outcome=Outcome.GOOD)


def test_an_accompaniment_does_not_end_without_an_outcome(session, by):
    case = make.make_case(session, by, status=CaseStatus.ACTIVE)
    with refused("Укажите результат сопровождения.", "outcome"):
        close_case(case, by=by, reason=EndReason.MOVED)


def test_a_case_does_not_end_before_it_began(session, by):
    case = make.make_case(session, by)
    with refused("Дело не может закончиться раньше 12.01.2026. Проверьте дату.", "ended_at"):
        close_case(case, by=by, reason=EndReason.MOVED, on=dt.date(2026, 1, 11))


def test_a_case_does_not_end_tomorrow(session, by):
    case = make.make_case(session, by)
    with refused("Этот день ещё не наступил. Проверьте дату.", "ended_at"):
        close_case(case, by=by, reason=EndReason.MOVED, on=TOMORROW)


# ---- curator and team --------------------------------------------------------------------------------


def test_a_new_curator_ends_the_work_of_the_one_before_that_day(session, by):
    first, second = make.make_staff(session, by), make.make_staff(session, by)
    case = make.make_case(session, by, curator=first)
    assign_curator(case, second, by=by, reason="Отпуск")
    session.expire_all()
    periods = [(each.staff, each.date_from, each.date_to, each.reason) for each in case.assignments]
    assert (case.curator, periods) == (second, [(first, OPENED, DAY, None), (second, DAY, None, "Отпуск")])


def test_the_same_curator_twice_is_refused(session, by):
    staff = make.make_staff(session, by, last_name="Журавлёва")
    case = make.make_case(session, by, curator=staff)
    with refused(f"{staff.short_name} уже куратор этой семьи.", "staff_id"):
        assign_curator(case, staff, by=by)


def test_one_who_no_longer_works_here_does_not_become_curator(session, by):
    staff = make.make_staff(session, by, active_to=OPENED)
    case = make.make_case(session, by)
    with refused(f"{staff.short_name} не работает в этот день. Выберите другого сотрудника.", "staff_id"):
        assign_curator(case, staff, by=by)


@pytest.mark.parametrize(
    ("has_curator", "on", "sentence"),
    [
        (True, dt.date(2026, 1, 11), "Нынешний куратор назначен 12.01.2026. Укажите день не раньше."),
        (False, dt.date(2026, 1, 11), "Дело заведено 12.01.2026. Укажите день не раньше."),
        (False, TOMORROW, "Этот день ещё не наступил. Проверьте дату."),
    ],
)
def test_a_curator_is_not_assigned_on_a_day_that_cannot_be(session, by, has_curator, on, sentence):
    case = make.make_case(session, by, curator=make.make_staff(session, by) if has_curator else None)
    with refused(sentence, "date_from"):
        assign_curator(case, make.make_staff(session, by), by=by, on=on)


def test_the_database_refuses_a_second_curator(session, by):
    case = make.make_case(session, by, curator=make.make_staff(session, by))
    second = make.make_staff(session, by)
    session.add(CuratorAssignment(case_id=case.id, staff_id=second.id, date_from=DAY, service_unit_id=by.unit_id))
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_cases_of_one_who_leaves_are_handed_over_and_the_skipped_are_told(session, by):
    leaving, staying = make.make_staff(session, by), make.make_staff(session, by)
    cases = [make.make_case(session, by, curator=leaving) for _ in range(2)]
    his_own = make.make_case(session, by, curator=staying)
    assert cases_led_by(leaving) == cases
    given, skipped = hand_over([*cases, his_own], staying, by=by)
    assert (given, skipped) == (2, [(his_own, f"{staying.short_name} уже куратор этой семьи.")])
    assert cases_led_by(leaving) == []


def test_a_specialist_joins_the_team_and_leaves_it(session, by):
    case = make.make_case(session, by)
    seat = add_to_team(
        case, make.make_staff(session, by), by=by, function="психолог", direction=Direction.PSYCHOLOGICAL, on=OPENED
    )
    leave_team(seat, by=by)
    kept = (seat.function, seat.direction, seat.date_from, seat.date_to)
    assert kept == ("психолог", Direction.PSYCHOLOGICAL, OPENED, DAY)


def test_a_specialist_joins_the_team_once(session, by):
    case, staff = make.make_case(session, by), make.make_staff(session, by)
    add_to_team(case, staff, by=by)
    with refused(f"{staff.short_name} уже в команде этой семьи.", "staff_id"):
        add_to_team(case, staff, by=by)


def test_one_who_no_longer_works_here_does_not_join_the_team(session, by):
    case, staff = make.make_case(session, by), make.make_staff(session, by, active_to=OPENED)
    with refused(f"{staff.short_name} не работает в этот день. Выберите другого сотрудника.", "staff_id"):
        add_to_team(case, staff, by=by)


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (dt.date(2026, 1, 11), "Дело заведено 12.01.2026. Укажите день не раньше."),
        (TOMORROW, "Этот день ещё не наступил. Проверьте дату."),
    ],
)
def test_nobody_joins_the_team_on_a_day_that_cannot_be(session, by, on, sentence):
    case, staff = make.make_case(session, by), make.make_staff(session, by)
    with refused(sentence, "date_from"):
        add_to_team(case, staff, by=by, on=on)


def test_a_specialist_leaves_the_team_once(session, by):
    staff = make.make_staff(session, by)
    seat = add_to_team(make.make_case(session, by), staff, by=by)
    leave_team(seat, by=by)
    with refused(f"{staff.short_name} уже не в команде этой семьи."):
        leave_team(seat, by=by)


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (OPENED, "Он в команде с 18.02.2026. Укажите день не раньше."),
        (TOMORROW, "Этот день ещё не наступил. Проверьте дату."),
    ],
)
def test_nobody_leaves_the_team_on_a_day_that_cannot_be(session, by, on, sentence):
    seat = add_to_team(make.make_case(session, by), make.make_staff(session, by), by=by)
    with refused(sentence, "date_to"):
        leave_team(seat, by=by, on=on)


CHANGES = {
    "advance": lambda case, staff, by: advance(case, CaseStatus.REGISTERED, by=by),
    "refuse_case": lambda case, staff, by: refuse_case(case, by=by, reason="Сами"),
    "suspend": lambda case, staff, by: suspend(case, by=by, reason="Санаторий", until=TOMORROW),
    "resume": lambda case, staff, by: resume(case, by=by),
    "close_case": lambda case, staff, by: close_case(case, by=by, reason=EndReason.MOVED),
    "assign_curator": lambda case, staff, by: assign_curator(case, staff, by=by),
    "add_to_team": lambda case, staff, by: add_to_team(case, staff, by=by),
}


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_changes_a_case_that_ended(session, by, name):
    case, staff = make.make_case(session, by), make.make_staff(session, by)
    close_case(case, by=by, reason=EndReason.MOVED)
    with refused("Дело № 001/2026 закончено: снята. Заведите новое дело."):
        CHANGES[name](case, staff, by)


def test_every_step_leaves_its_sentence_in_the_journal(session, by):
    case = make.make_case(session, by, curator=make.make_staff(session, by, last_name="Журавлёва"))
    advance(case, CaseStatus.REGISTERED, by=by)
    rows = session.connection().execute(
        text(
            "SELECT verb, actor, sentence FROM journal WHERE table_name = 'family_case' AND sentence <> '' ORDER BY id"
        )
    )
    assert [tuple(row) for row in rows] == [
        ("case.open", by.name, "Заведено дело № 001/2026 на семью «Тестовы»."),
        ("curator.assign", by.name, f"Дело № 001/2026: куратор {case.curator}."),
        ("case.advance", by.name, "Дело № 001/2026: на учёте."),
    ]
