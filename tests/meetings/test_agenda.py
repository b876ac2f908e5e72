"""Planning a meeting, its agenda, closing and cancelling it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.exc import IntegrityError

from app.acting import clock_at
from app.base import RuleBroken
from app.meetings.models import AgendaItem, BodyKind, DecisionKind, ItemKind, MeetingStatus, MemberFunction
from app.meetings.rules import (
    add_to_agenda,
    cancel,
    candidates,
    close_agenda,
    decide,
    hold,
    plan_meeting,
    remove_from_agenda,
    replan,
    sign,
)
from app.programmes.models import ProgrammeVersion, VersionStatus
from app.programmes.rules import correct, submit, withdraw
from tests.make import DAY, make_case
from tests.meetings.make import (
    FRIDAY,
    Council,
    make_acting,
    make_body,
    make_held,
    make_meeting,
    make_submitted,
    seat,
)
from tests.programmes.make import make_draft


def make_another(council: Council) -> ProgrammeVersion:
    """Make a programme of another family that waits for the body."""
    return make_submitted(council, case=make_case(council.session, council.centre.head))


# ---- planning ------------------------------------------------------------------------------------------


def test_the_secretary_plans_numbered_meetings_with_the_chair_and_secretary_of_the_body(council: Council):
    first = plan_meeting(council.session, council.body, by=council.secretary, planned_at=FRIDAY, place="кабинет 5")
    second = make_meeting(council)

    assert [(each.year, each.number, each.status) for each in (first, second)] == [
        (2026, 1, MeetingStatus.PLANNED),
        (2026, 2, MeetingStatus.PLANNED),
    ]
    assert (first.chair, first.secretary, first.place) == (*council.members[:2], "кабинет 5")
    assert str(first) == "Заседание службы, заседание №\u00a01"


def test_numbers_begin_anew_with_the_local_year(council: Council):
    make_meeting(council)
    eve = dt.datetime(2026, 12, 31, 22, tzinfo=dt.UTC)

    meeting = make_meeting(council, planned_at=eve)

    assert (meeting.year, meeting.number) == (2027, 1)


def test_a_curator_does_not_run_meetings(council: Council):
    version = make_submitted(council)
    meeting = make_meeting(council, version)
    curator = council.centre.curator
    for forbidden in (
        lambda: plan_meeting(council.session, council.body, by=curator, planned_at=FRIDAY),
        lambda: replan(meeting, by=curator, place="зал"),
        lambda: add_to_agenda(meeting, kind=ItemKind.OTHER, by=curator),
        lambda: remove_from_agenda(meeting.items[0], by=curator),
        lambda: close_agenda(meeting, by=curator),
        lambda: hold(meeting, present=[], by=curator),
        lambda: decide(meeting.items[0], kind=DecisionKind.APPROVE, by=curator),
        lambda: cancel(meeting, by=curator, reason="Нет"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            forbidden()
        assert refusal.value.sentence == ("Повестку и протокол ведёт секретарь. Попросите его или руководителя службы.")


def test_an_own_body_meets_only_with_two_who_can_sign(council: Council):
    chair, secretary, member, *_ = council.members
    outside = seat(council.body, council.centre, council.chair, staff_id=None, name="Гостев И. И.")
    gone = seat(council.body, council.centre, council.centre.hire("Бывшева"), date_to=dt.date(2026, 1, 31))

    def plan(**who: object) -> None:
        plan_meeting(council.session, council.body, by=council.secretary, planned_at=FRIDAY, **who)

    with pytest.raises(RuleBroken, match="Председатель и секретарь – разные люди"):
        plan(chair=secretary)
    with pytest.raises(RuleBroken, match=r"Гостев И\. И\.: не сотрудник центра"):
        plan(chair=outside)
    with pytest.raises(RuleBroken, match="в этот день не в составе") as refusal:
        plan(secretary=gone)
    assert refusal.value.field == "secretary_id"
    chair.function = MemberFunction.MEMBER
    council.session.flush()
    with pytest.raises(RuleBroken, match="Назовите, кто председатель: он подпишет протокол") as refusal:
        plan()
    assert refusal.value.field == "chair_id"
    plan(chair=member)


def test_one_person_has_no_meetings_and_an_agenda_closes_before_the_meeting(council: Council):
    director = make_body(council.centre, code="director", title="Директор", kind=BodyKind.SINGLE_PERSON)
    with pytest.raises(RuleBroken, match="Директор решает без заседаний"):
        plan_meeting(council.session, director, by=council.centre.head, planned_at=FRIDAY)
    with pytest.raises(RuleBroken, match="Повестку закрывают до начала заседания"):
        make_meeting(council, agenda_closes_at=FRIDAY + dt.timedelta(hours=1))


def test_a_meeting_that_has_not_begun_moves_and_may_get_another_chair(council: Council):
    meeting = make_meeting(council)
    monday = FRIDAY + dt.timedelta(days=3)

    replan(meeting, by=council.secretary, planned_at=monday, chair=council.members[2])

    assert (meeting.planned_at, meeting.chair, meeting.number) == (monday, council.members[2], 1)
    with pytest.raises(RuleBroken, match="Председатель и секретарь – разные люди"):
        replan(meeting, by=council.secretary, chair=council.members[1])
    council.session.refresh(meeting)
    held = make_held(council, make_submitted(council))
    with pytest.raises(RuleBroken, match="Перенести можно то, что ещё не началось"):
        replan(held, by=council.secretary, planned_at=monday)


# ---- candidates and agenda ------------------------------------------------------------------------------


@pytest.mark.both
def test_what_was_submitted_waits_for_its_body_until_it_stands_on_an_agenda(council: Council):
    with clock_at(DAY + dt.timedelta(days=1)):
        later = make_another(council)
    earlier = make_submitted(council)
    elsewhere = make_body(council.centre, code="council", title="Совет")
    make_draft(council.centre, case=make_case(council.session, council.centre.head))

    assert candidates(council.session, council.body) == [earlier, later]
    assert candidates(council.session, elsewhere) == []

    make_meeting(council, earlier)
    assert candidates(council.session, council.body) == [later]


def test_a_question_is_about_the_programme_of_a_case_and_its_curator_speaks(council: Council):
    version = make_submitted(council)

    item = add_to_agenda(make_meeting(council), version=version, by=council.secretary)

    assert (item.no, item.kind, item.case, item.speaker_id) == (
        1,
        ItemKind.PROGRAMME,
        council.centre.case,
        council.centre.curator.staff_id,
    )


def test_a_correction_is_a_question_of_its_own_kind(council: Council):
    second = correct(make_acting(council).programme, by=council.centre.curator, reason="Переезд")
    submit(second, by=council.centre.curator, body=council.body)

    meeting = make_meeting(council, second)

    assert meeting.items[0].kind is ItemKind.CORRECTION


def test_the_same_version_on_two_agendas_is_refused(council: Council):
    version = make_submitted(council)
    make_meeting(council, version)
    second = make_meeting(council)

    with pytest.raises(RuleBroken) as refusal:
        add_to_agenda(second, version=version, by=council.secretary)

    assert refusal.value.sentence == "Эта программа уже в повестке заседания №\u00a01."


@pytest.mark.both
def test_the_database_refuses_a_second_open_question_about_a_version(council: Council):
    version = make_submitted(council)
    make_meeting(council, version)
    second = make_meeting(council)
    item = AgendaItem(
        meeting=second,
        no=1,
        kind=ItemKind.PROGRAMME,
        programme_version=version,
        service_unit_id=version.service_unit_id,
    )
    council.session.add(item)

    with pytest.raises(IntegrityError):
        council.session.flush()


def test_only_what_waits_for_this_body_goes_on_its_agenda(council: Council):
    meeting = make_meeting(council)
    elsewhere = make_body(council.centre, code="council", title="Совет")
    draft = make_draft(council.centre)
    with pytest.raises(RuleBroken, match="В повестку ставят то, что отправлено на рассмотрение"):
        add_to_agenda(meeting, version=draft, by=council.secretary)
    submit(draft, by=council.centre.curator, body=elsewhere)
    with pytest.raises(RuleBroken, match="Эту программу рассматривает другой орган: Совет"):
        add_to_agenda(meeting, version=draft, by=council.secretary)
    with pytest.raises(RuleBroken, match="Выберите программу, которую нужно рассмотреть"):
        add_to_agenda(meeting, kind=ItemKind.PROGRAMME, by=council.secretary)


def test_a_question_taken_off_leaves_no_gap_and_its_programme_waits_again(council: Council):
    first, second = make_submitted(council), make_another(council)
    meeting = make_meeting(council, first, second)
    add_to_agenda(meeting, kind=ItemKind.OTHER, title="План на март", by=council.secretary)

    remove_from_agenda(meeting.items[0], by=council.secretary)

    assert [(item.no, item.programme_version) for item in meeting.items] == [(1, second), (2, None)]
    assert candidates(council.session, council.body) == [first]


# ---- closing -------------------------------------------------------------------------------------------


@pytest.mark.both
def test_closing_the_agenda_freezes_its_programmes_and_counts_without_the_withdrawn(council: Council):
    withdrawn, kept = make_submitted(council), make_another(council)
    meeting = make_meeting(council, withdrawn, kept)
    withdraw(withdrawn, by=council.centre.curator)

    close_agenda(meeting, by=council.secretary)

    assert meeting.status is MeetingStatus.AGENDA_CLOSED
    assert [(item.no, item.programme_version) for item in meeting.items] == [(1, kept)]
    assert (withdrawn.agenda_closed_at, kept.agenda_closed_at) == (None, meeting.agenda_closed_at)


def test_an_empty_agenda_is_not_closed(council: Council):
    with pytest.raises(RuleBroken, match="В повестке нет вопросов"):
        close_agenda(make_meeting(council), by=council.secretary)


def test_a_closed_agenda_is_not_changed(council: Council):
    version = make_submitted(council)
    meeting = close_agenda(make_meeting(council, version), by=council.secretary)

    for forbidden in (
        lambda: add_to_agenda(meeting, kind=ItemKind.OTHER, by=council.secretary),
        lambda: remove_from_agenda(meeting.items[0], by=council.secretary),
    ):
        with pytest.raises(RuleBroken, match="Повестку уже не изменить: повестка закрыта"):
            forbidden()
    with pytest.raises(RuleBroken, match="Закрыть можно открытую повестку"):
        close_agenda(meeting, by=council.secretary)


# ---- cancelling ----------------------------------------------------------------------------------------


@pytest.mark.both
def test_a_cancelled_meeting_gives_its_programmes_back_and_they_may_be_withdrawn(council: Council):
    version = make_submitted(council)
    meeting = close_agenda(make_meeting(council, version), by=council.secretary)

    cancel(meeting, by=council.secretary, reason="Метель")

    assert (meeting.status, meeting.cancel_reason) == (MeetingStatus.CANCELLED, "Метель")
    assert candidates(council.session, council.body) == [version]
    assert version.status is VersionStatus.SUBMITTED
    make_meeting(council, version)
    withdraw(version, by=council.centre.curator)


def test_a_meeting_without_a_quorum_is_cancelled_and_one_with_decisions_is_not(council: Council):
    version = make_submitted(council)
    cancel(make_held(council, version, came=2), by=council.secretary, reason="Не собрались")
    held = make_held(council, version)
    decide(held.items[0], kind=DecisionKind.APPROVE, votes_for=5, by=council.secretary)

    with pytest.raises(RuleBroken, match="На этом заседании уже есть решения, отменить его нельзя"):
        cancel(held, by=council.secretary, reason="Передумали")
    sign(held, by=council.secretary)
    sign(held, by=council.chair)
    with pytest.raises(RuleBroken, match="На этом заседании уже есть решения, отменить его нельзя"):
        cancel(held, by=council.secretary, reason="Передумали")


def test_a_cancellation_needs_a_reason_and_happens_once(council: Council):
    meeting = make_meeting(council)
    with pytest.raises(RuleBroken, match="Напишите, почему заседание отменено"):
        cancel(meeting, by=council.secretary, reason=" ")
    cancel(meeting, by=council.secretary, reason="Метель")
    with pytest.raises(RuleBroken, match="Это заседание уже отменено"):
        cancel(meeting, by=council.secretary, reason="Метель")
