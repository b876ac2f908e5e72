"""Presence, decisions, signatures and their effect; bodies of one person and bodies that sit elsewhere."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.acting import Actor
from app.base import RuleBroken
from app.meetings.models import (
    AgendaItem,
    Body,
    BodyKind,
    DecisionKind,
    ItemKind,
    Meeting,
    MeetingStatus,
    MemberFunction,
)
from app.meetings.rules import (
    add_to_agenda,
    candidates,
    close_agenda,
    decide,
    decide_alone,
    hold,
    record_protocol,
    sign,
)
from app.programmes.models import ProgrammeVersion, VersionStatus
from app.programmes.rules import submit
from tests.make import DAY, make_case
from tests.meetings.make import (
    FRIDAY,
    Council,
    make_body,
    make_decision,
    make_held,
    make_meeting,
    make_submitted,
    seat,
)
from tests.programmes.make import make_draft

REASON = "Нет срока занятий"


def make_several(council: Council, count: int) -> list[ProgrammeVersion]:
    """Make *count* programmes of different families that wait for the body."""
    cases = [council.centre.case, *(make_case(council.session, council.centre.head) for _ in range(count - 1))]
    return [make_submitted(council, case=case) for case in cases]


# ---- presence ------------------------------------------------------------------------------------------


def test_who_came_and_why_others_did_not_is_written_down(council: Council):
    meeting = close_agenda(make_meeting(council, make_submitted(council)), by=council.secretary)
    *came, absent = council.members

    hold(meeting, present=came, by=council.secretary, notes={absent: "в отпуске"}, held_at=FRIDAY)

    assert (meeting.status, meeting.held_at, meeting.quorum_needed) == (MeetingStatus.HELD, FRIDAY, 3)
    assert {(each.member, each.came, each.note) for each in meeting.presences} == {
        *((member, True, None) for member in came),
        (absent, False, "в отпуске"),
    }


def test_presence_is_marked_again_while_nothing_is_decided(council: Council):
    meeting = make_held(council, make_submitted(council), came=2)

    hold(meeting, present=council.members, by=council.secretary)

    assert [each.came for each in meeting.presences] == [True] * 5
    decide(meeting.items[0], kind=DecisionKind.APPROVE, votes_for=5, by=council.secretary)
    with pytest.raises(RuleBroken, match="Отметить присутствующих уже нельзя: протокол готов к подписи"):
        hold(meeting, present=council.members, by=council.secretary)


def test_presence_stands_once_a_decision_is_written(council: Council):
    meeting = make_held(council, *make_several(council, 2))
    decide(meeting.items[0], kind=DecisionKind.APPROVE, votes_for=5, by=council.secretary)

    with pytest.raises(RuleBroken, match="Решения уже записаны, состав присутствующих не изменить"):
        hold(meeting, present=council.members[:3], by=council.secretary)


def test_a_member_present_who_is_not_of_the_body_is_refused(council: Council):
    meeting = close_agenda(make_meeting(council, make_submitted(council)), by=council.secretary)
    other = make_body(council.centre, code="council", title="Совет")
    guest = seat(other, council.centre, council.centre.curator)
    former = seat(council.body, council.centre, council.centre.stranger, date_to=dt.date(2026, 2, 1))

    for person in (guest, former):
        with pytest.raises(RuleBroken) as refusal:
            hold(meeting, present=[*council.members, person], by=council.secretary)
        assert (refusal.value.sentence, refusal.value.field) == (
            f"{person}: не в составе этого органа. Снимите отметку.",
            "present",
        )
    assert meeting.status is MeetingStatus.AGENDA_CLOSED


def test_a_meeting_with_an_open_agenda_does_not_begin(council: Council):
    with pytest.raises(RuleBroken, match="Сначала закройте повестку"):
        hold(make_meeting(council), present=council.members, by=council.secretary)


# ---- decisions -----------------------------------------------------------------------------------------


def test_a_decision_is_written_with_votes_and_what_was_said(council: Council):
    meeting = make_held(council, make_submitted(council))

    decision = decide(
        meeting.items[0],
        kind=DecisionKind.REJECT,
        reason=f" {REASON} ",
        votes_for=3,
        votes_against=1,
        votes_abstained=1,
        heard="Куратор о программе",
        assignments=[("Уточнить срок", "Кураторова", DAY)],
        by=council.secretary,
    )

    assert (decision.kind, decision.reason) == (DecisionKind.REJECT, REASON)
    assert (decision.votes_for, decision.votes_against, decision.votes_abstained) == (3, 1, 1)
    assert decision.item.heard == "Куратор о программе"
    assert [(each.text, each.responsible, each.due) for each in decision.assignments] == [
        ("Уточнить срок", "Кураторова", DAY)
    ]
    assert meeting.status is MeetingStatus.PROTOCOL_DRAFT
    assert decision.item.programme_version.status is VersionStatus.SUBMITTED


def test_a_decision_is_written_anew_until_somebody_signs(council: Council):
    meeting = make_held(council, make_submitted(council))
    item = meeting.items[0]
    first = decide(
        item, kind=DecisionKind.APPROVE, votes_for=5, assignments=[("Начать", "Кураторова", None)], by=council.secretary
    )

    second = decide(item, kind=DecisionKind.SEND_BACK, reason=REASON, votes_for=5, by=council.secretary)

    council.session.expire_all()
    assert second is first
    assert (second.kind, second.reason, second.assignments) == (DecisionKind.SEND_BACK, REASON, [])
    sign(meeting, by=council.secretary)
    with pytest.raises(RuleBroken, match="Протокол уже подписывают, изменить решение нельзя"):
        decide(item, kind=DecisionKind.APPROVE, votes_for=5, by=council.secretary)


def test_decide_without_quorum_is_refused(council: Council):
    meeting = make_held(council, make_submitted(council), came=1)

    with pytest.raises(RuleBroken) as refusal:
        decide(meeting.items[0], kind=DecisionKind.APPROVE, votes_for=1, by=council.secretary)

    assert refusal.value.sentence == "Не хватает двух человек: пришёл 1, нужно 3."
    assert meeting.items[0].decision is None


@pytest.mark.parametrize(
    ("votes", "sentence"),
    [
        ({"votes_for": 4}, "Голосов 4, а присутствуют 5. Проверьте подсчёт."),
        ({"votes_for": 5, "votes_abstained": 1}, "Голосов 6, а присутствуют 5. Проверьте подсчёт."),
        ({"votes_for": 6, "votes_against": -1}, "Голосов не бывает меньше нуля."),
        (
            {"votes_for": 1, "votes_against": 4},
            "Против больше, чем за: 4 и 1. Запишите решение, за которое проголосовали.",
        ),
    ],
)
def test_votes_that_do_not_sum_to_those_present_are_refused(council: Council, votes: dict, sentence: str):
    meeting = make_held(council, make_submitted(council))

    with pytest.raises(RuleBroken) as refusal:
        decide(meeting.items[0], kind=DecisionKind.APPROVE, by=council.secretary, **votes)

    assert refusal.value.sentence == sentence


def test_reject_without_a_reason_is_refused(council: Council):
    meeting = make_held(council, make_submitted(council))

    for kind in (DecisionKind.REJECT, DecisionKind.SEND_BACK):
        with pytest.raises(RuleBroken) as refusal:
            decide(meeting.items[0], kind=kind, reason=" ", votes_for=5, by=council.secretary)
        assert (refusal.value.sentence, refusal.value.field) == (
            "Напишите причину: её увидит куратор, и она войдёт в протокол.",
            "reason",
        )


def test_a_decision_answers_its_question_and_is_within_the_power_of_the_body(council: Council):
    meeting = make_meeting(council, make_submitted(council))
    add_to_agenda(meeting, kind=ItemKind.CONTINUATION, case=council.centre.case, by=council.secretary)
    close_agenda(meeting, by=council.secretary)
    hold(meeting, present=council.members, by=council.secretary)
    programme, continuation = meeting.items
    votes = {"votes_for": 5, "by": council.secretary}

    with pytest.raises(RuleBroken, match="Программу можно утвердить, отклонить или вернуть на доработку"):
        decide(programme, kind=DecisionKind.CONTINUE, **votes)
    with pytest.raises(RuleBroken, match="В этом вопросе нет программы, утвердить нечего"):
        decide(continuation, kind=DecisionKind.APPROVE, **votes)
    council.body.decides = [DecisionKind.APPROVE, DecisionKind.CONTINUE]
    with pytest.raises(RuleBroken, match="такого решения принять не может"):
        decide(continuation, kind=DecisionKind.TERMINATE, **votes)
    decide(continuation, kind=DecisionKind.CONTINUE, new_term=dt.date(2026, 8, 28), **votes)
    assert continuation.decision.new_term == dt.date(2026, 8, 28)


def test_nothing_is_decided_before_the_meeting_begins(council: Council):
    meeting = make_meeting(council, make_submitted(council))

    with pytest.raises(RuleBroken, match="Решения записывают на заседании, а это – назначено"):
        decide(meeting.items[0], kind=DecisionKind.APPROVE, by=council.secretary)


# ---- signatures ----------------------------------------------------------------------------------------


@pytest.mark.both
def test_the_second_signature_puts_every_decision_into_effect(council: Council):
    approved, rejected, returned = make_several(council, 3)
    meeting = make_held(council, approved, rejected, returned)
    for item, kind, reason in zip(
        meeting.items,
        (DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.SEND_BACK),
        (None, REASON, REASON),
        strict=True,
    ):
        decide(item, kind=kind, reason=reason, votes_for=5, by=council.secretary)

    sign(meeting, by=council.secretary)
    assert {each.status for each in (approved, rejected, returned)} == {VersionStatus.SUBMITTED}
    sign(meeting, by=council.chair)

    council.session.flush()
    assert meeting.status is MeetingStatus.PROTOCOL_SIGNED
    assert [each.status for each in (approved, rejected, returned)] == [
        VersionStatus.APPROVED,
        VersionStatus.REJECTED,
        VersionStatus.DRAFT,
    ]
    assert [version.status for version in rejected.programme.versions] == [VersionStatus.REJECTED, VersionStatus.DRAFT]
    assert [(item.is_open, item.decision.applied_at is not None) for item in meeting.items] == [(False, True)] * 3
    assert candidates(council.session, council.body) == []


def test_the_chair_may_sign_first(council: Council):
    version = make_submitted(council)
    meeting = make_decision(council, version, signed=False).item.meeting

    sign(meeting, by=council.chair)
    assert meeting.status is MeetingStatus.PROTOCOL_DRAFT
    sign(meeting, by=council.secretary)

    assert version.status is VersionStatus.APPROVED


def test_if_one_effect_fails_no_decision_took_effect(council: Council, monkeypatch: pytest.MonkeyPatch):
    first, second = make_several(council, 2)
    meeting = make_held(council, first, second)
    for item in meeting.items:
        decide(item, kind=DecisionKind.APPROVE, votes_for=5, by=council.secretary)
    sign(meeting, by=council.secretary)
    council.session.commit()
    # What no rule allows but a hand in the database could do: the second version is no longer waiting.
    second.status = VersionStatus.DRAFT
    council.session.commit()

    with pytest.raises(RuleBroken, match="Нельзя утвердить то, что не на рассмотрении"):
        sign(meeting, by=council.chair)
    council.session.rollback()

    assert (first.status, meeting.status, meeting.chair_signed_at) == (
        VersionStatus.SUBMITTED,
        MeetingStatus.PROTOCOL_DRAFT,
        None,
    )


def test_sign_with_an_undecided_item_is_refused(council: Council):
    meeting = make_held(council, *make_several(council, 4))
    for item in (meeting.items[0], meeting.items[2]):
        decide(item, kind=DecisionKind.APPROVE, votes_for=5, by=council.secretary)

    with pytest.raises(RuleBroken) as refusal:
        sign(meeting, by=council.chair)

    assert refusal.value.sentence == "Подписать пока нельзя: нет решения по вопросам 2 и 4."
    assert meeting.chair_signed_at is None


def test_sign_by_someone_who_is_neither_chair_nor_secretary_is_refused(council: Council):
    meeting = make_decision(council, make_submitted(council), signed=False).item.meeting
    member = next(each for each in council.members if each.function is MemberFunction.MEMBER)
    ordinary = Actor(user_id=None, name="Тетерёв", unit_id=council.centre.unit.id, staff_id=member.staff_id)
    nobody = Actor(user_id=None, name="Без карточки", unit_id=council.centre.unit.id)
    elsewhere = Actor(user_id=None, name="Чужой", unit_id=-1, staff_id=council.chair.staff_id)

    for who in (ordinary, nobody, elsewhere, council.centre.head):
        with pytest.raises(RuleBroken) as refusal:
            sign(meeting, by=who)
        assert refusal.value.sentence == (
            f"Этот протокол подписывают председатель {meeting.chair} и секретарь {meeting.secretary}."
        )
    assert (meeting.chair_signed_at, meeting.secretary_signed_at) == (None, None)


def test_sign_twice_is_refused(council: Council):
    version = make_submitted(council)
    meeting = make_decision(council, version, signed=False).item.meeting
    sign(meeting, by=council.chair)

    with pytest.raises(RuleBroken) as refusal:
        sign(meeting, by=council.chair)

    assert refusal.value.sentence == "Вы уже подписали этот протокол."
    assert version.status is VersionStatus.SUBMITTED
    sign(meeting, by=council.secretary)
    with pytest.raises(RuleBroken, match="Вы уже подписали этот протокол"):
        sign(meeting, by=council.secretary)


def test_a_meeting_that_has_not_been_held_is_not_signed(council: Council):
    meeting = close_agenda(make_meeting(council, make_submitted(council)), by=council.secretary)

    with pytest.raises(RuleBroken, match="Подписать нельзя: заседание – повестка закрыта"):
        sign(meeting, by=council.chair)


# ---- one person decides ----------------------------------------------------------------------------------


def make_director(council: Council) -> tuple[Body, Actor]:
    """Make a body of one person."""
    director = council.centre.hire("Директорова", "director")
    body = make_body(council.centre, code="director", title="Директор", kind=BodyKind.SINGLE_PERSON)
    seat(body, council.centre, director, MemberFunction.CHAIR)
    return body, director


ORDER = {"number": "17-п", "date": DAY}


@pytest.mark.both
def test_one_person_decides_by_an_order_and_a_meeting_of_one_question_stands_behind_it(council: Council):
    body, director = make_director(council)
    version = submit(make_draft(council.centre), by=council.centre.curator, body=body)

    decision = decide_alone(version, by=director, body=body, kind=DecisionKind.APPROVE, **ORDER)

    assert version.status is VersionStatus.APPROVED
    meeting = decision.item.meeting
    assert (meeting.status, meeting.document_no, meeting.document_date) == (
        MeetingStatus.PROTOCOL_SIGNED,
        "17-п",
        DAY,
    )
    assert [item.decision for item in meeting.items] == [decision]
    assert (meeting.chair.staff_id, meeting.secretary) == (director.staff_id, None)


def test_one_person_rejects_with_a_reason_only(council: Council):
    body, director = make_director(council)
    version = submit(make_draft(council.centre), by=council.centre.curator, body=body)

    with pytest.raises(RuleBroken, match="Напишите причину"):
        decide_alone(version, by=director, body=body, kind=DecisionKind.REJECT, **ORDER)
    assert council.session.scalars(select(Meeting)).all() == []
    decide_alone(version, by=director, body=body, kind=DecisionKind.REJECT, reason=REASON, **ORDER)

    assert (version.status, version.decision_reason) == (VersionStatus.REJECTED, REASON)


def test_decide_on_ones_own_authority_without_the_role_is_refused(council: Council):
    body, _ = make_director(council)
    assistant = council.centre.hire("Помощникова")
    seat(body, council.centre, assistant, MemberFunction.SECRETARY)
    version = submit(make_draft(council.centre), by=council.centre.curator, body=body)

    for who in (council.centre.curator, council.centre.head, assistant):
        with pytest.raises(RuleBroken) as refusal:
            decide_alone(version, by=who, body=body, kind=DecisionKind.APPROVE, **ORDER)
        assert refusal.value.sentence == "Директор: решение принимает тот, кто здесь назван. Передайте программу ему."
    assert version.status is VersionStatus.SUBMITTED


def test_one_person_decides_once_on_what_waits_for_this_person_and_by_a_dated_paper(council: Council):
    body, director = make_director(council)
    other = make_submitted(council, case=make_case(council.session, council.centre.head))
    version = submit(make_draft(council.centre), by=council.centre.curator, body=body)

    def alone(version: ProgrammeVersion, body: Body = body, **paper: object) -> None:
        decide_alone(version, by=director, body=body, kind=DecisionKind.APPROVE, **{**ORDER, **paper})

    with pytest.raises(RuleBroken, match="Эту программу рассматривает другой орган: Заседание службы"):
        alone(other)
    with pytest.raises(RuleBroken, match="Заседание службы решает на заседании"):
        alone(other, body=council.body)
    with pytest.raises(RuleBroken, match="Укажите номер документа"):
        alone(version, number=" ")
    with pytest.raises(RuleBroken, match="Укажите дату документа"):
        alone(version, date=DAY + dt.timedelta(days=1))
    alone(version)
    with pytest.raises(RuleBroken, match="Решают о том, что на рассмотрении, а версия\u00a01 – утверждена"):
        alone(version)


# ---- a body that sits elsewhere ----------------------------------------------------------------------------


def test_the_protocol_of_an_external_body_is_recorded_by_number_and_date(council: Council):
    secretary = council.centre.hire("Секретарёва", "secretary")
    body = make_body(council.centre, code="kdn", title="КДНиЗП", kind=BodyKind.KDN, is_internal=False)
    version = submit(make_draft(council.centre), by=council.centre.curator, body=body)
    outside = Council(council.centre, body, council.chair, secretary, ())
    meeting = make_held(outside, version)
    with pytest.raises(RuleBroken, match="Подписать пока нельзя: нет решения по вопросу 1"):
        record_protocol(meeting, number="5", date=DAY, by=secretary)
    decide(meeting.items[0], kind=DecisionKind.APPROVE, by=secretary)
    with pytest.raises(RuleBroken, match="Протокол этого органа подписывают не у нас"):
        sign(meeting, by=secretary)
    with pytest.raises(RuleBroken, match="Укажите номер документа"):
        record_protocol(meeting, number="", date=DAY, by=secretary)

    record_protocol(meeting, number="5", date=DAY, by=secretary)

    assert (version.status, meeting.document_no) == (VersionStatus.APPROVED, "5")


def test_an_own_protocol_is_signed_not_recorded(council: Council):
    meeting = make_decision(council, make_submitted(council), signed=False).item.meeting

    with pytest.raises(RuleBroken, match="Этот протокол подписывают здесь председатель и секретарь"):
        record_protocol(meeting, number="5", date=DAY, by=council.secretary)


def test_the_agenda_item_keeps_its_history_when_a_returned_programme_comes_again(council: Council):
    version = make_submitted(council)
    make_decision(council, version, DecisionKind.SEND_BACK, REASON)
    submit(version, by=council.centre.curator, body=council.body)

    make_decision(council, version)

    items = council.session.scalars(select(AgendaItem).order_by(AgendaItem.id)).all()
    assert [(item.decision.kind, item.decision.reason) for item in items] == [
        (DecisionKind.SEND_BACK, REASON),
        (DecisionKind.APPROVE, None),
    ]
