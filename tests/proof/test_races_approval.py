"""Two people press at once: approve and withdraw, sign and sign, submit and edit. One wins, the other is told why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import URL, func, select
from sqlalchemy.orm import Session

from app.journal.models import JournalRow
from app.meetings.models import BodyKind, DecisionKind, Meeting, MeetingStatus, MemberFunction
from app.meetings.rules import add_to_agenda, close_agenda, decide_alone, sign
from app.programmes.models import Measure, Programme, ProgrammeVersion, VersionStatus
from app.programmes.rules import correct, put_in_force, remove_measure, submit, withdraw
from tests.make import DAY, make_case
from tests.meetings.make import (
    Council,
    council,
    make_approved,
    make_body,
    make_decision,
    make_meeting,
    make_submitted,
    seat,
)
from tests.programmes.make import make_draft
from tests.proof.racing import DONE, Turn, race

pytestmark = [pytest.mark.proof, pytest.mark.both]

ROUNDS = 10
Found = Callable[[str, str], None]


def cases(made: Council) -> list:
    """Return a case of the same curator for each round."""
    curator = made.centre.staff(made.centre.curator)
    return [make_case(made.session, made.centre.head, curator=curator) for _ in range(ROUNDS)]


def one_won(told: list[tuple[str, str]], left: str, right: str) -> str:
    """Check that in each round one was done and the other refused in its words; return how the rounds went."""
    assert len(told) == ROUNDS
    for first, second in told:
        assert (first, second) in {(DONE, right), (left, DONE)}
    wins = Counter(first == DONE for first, _ in told)
    return f"{ROUNDS} раз: первый успел {wins[True]}, второй {wins[False]}; оба или ни один – ни разу"


def test_of_approve_and_withdraw_at_once_one_wins(session: Session, database: URL, found: Found):
    with council(session) as made:
        director = made.centre.hire("Директорова", "director")
        body = make_body(made.centre, code="director", title="Директор", kind=BodyKind.SINGLE_PERSON)
        seat(body, made.centre, director, MemberFunction.CHAIR)
        versions = [submit(make_draft(made.centre, case=case), by=made.centre.head, body=body) for case in cases(made)]
        order = {"kind": DecisionKind.APPROVE, "number": "17-п", "date": DAY, "body": (type(body), body.id)}
        approves = [Turn(decide_alone, ProgrammeVersion, version.id, director, order) for version in versions]
        withdraws = [Turn(withdraw, ProgrammeVersion, version.id, made.centre.curator, {}) for version in versions]
        session.commit()

    told = race(database, approves, withdraws)

    score = one_won(
        told,
        "Решают о том, что на рассмотрении, а версия\u00a01 – черновик.",
        "Отозвать можно то, что на рассмотрении, а версия\u00a01 – утверждена.",
    )
    session.expire_all()
    assert [version.status for version in versions] == [
        VersionStatus.APPROVED if first == DONE else VersionStatus.DRAFT for first, _ in told
    ]
    found(f"Утвердить и отозвать одновременно, {database.get_backend_name()}", score)


def test_of_closing_the_agenda_and_withdrawing_at_once_one_wins(session: Session, database: URL, found: Found):
    with council(session) as made:
        versions = [make_submitted(made, case=case) for case in cases(made)]
        meetings = [make_meeting(made, version) for version in versions]
        closes = [Turn(close_agenda, Meeting, meeting.id, made.secretary, {}) for meeting in meetings]
        withdraws = [Turn(withdraw, ProgrammeVersion, version.id, made.centre.curator, {}) for version in versions]
        session.commit()

    told = race(database, closes, withdraws)

    score = one_won(
        told,
        "В повестке нет вопросов. Добавьте хотя бы один.",
        "Повестка заседания закрыта, отозвать программу уже нельзя. Дождитесь решения.",
    )
    session.expire_all()
    for (first, _), version, meeting in zip(told, versions, meetings, strict=True):
        if first == DONE:
            wanted = (VersionStatus.SUBMITTED, MeetingStatus.AGENDA_CLOSED, 1)
        else:
            wanted = (VersionStatus.DRAFT, MeetingStatus.PLANNED, 0)
        assert (version.status, meeting.status, len(meeting.items)) == wanted
    found(f"Закрыть повестку и отозвать одновременно, {database.get_backend_name()}", score)


def test_when_chair_and_secretary_sign_at_once_the_decisions_take_effect_once(
    session: Session, database: URL, found: Found
):
    with council(session) as made:
        versions = [make_submitted(made, case=case) for case in cases(made)]
        meetings = [make_decision(made, version, signed=False).item.meeting for version in versions]
        by_chair = [Turn(sign, Meeting, meeting.id, made.chair, {}) for meeting in meetings]
        by_secretary = [Turn(sign, Meeting, meeting.id, made.secretary, {}) for meeting in meetings]
        session.commit()

    told = race(database, by_chair, by_secretary)

    assert told == [(DONE, DONE)] * ROUNDS
    session.expire_all()
    assert {version.status for version in versions} == {VersionStatus.APPROVED}
    assert {meeting.status for meeting in meetings} == {MeetingStatus.PROTOCOL_SIGNED}
    effects = session.scalar(select(func.count()).where(JournalRow.verb == "programme.approve"))
    assert effects == ROUNDS
    found(
        f"Председатель и секретарь подписывают одновременно, {database.get_backend_name()}",
        f"{ROUNDS} раз: подписали оба, каждое решение вступило в силу один раз",
    )


def test_when_one_person_signs_twice_at_once_one_signature_stands(session: Session, database: URL, found: Found):
    with council(session) as made:
        versions = [make_submitted(made, case=case) for case in cases(made)]
        meetings = [make_decision(made, version, signed=False).item.meeting for version in versions]
        signs = [Turn(sign, Meeting, meeting.id, made.chair, {}) for meeting in meetings]
        session.commit()

    told = race(database, signs, signs)

    twice = "Вы уже подписали этот протокол."
    score = one_won(told, twice, twice)
    session.expire_all()
    assert {(meeting.status, meeting.secretary_signed_at) for meeting in meetings} == {
        (MeetingStatus.PROTOCOL_DRAFT, None)
    }
    found(f"Один человек подписывает в двух окнах, {database.get_backend_name()}", score)


def test_of_submit_and_edit_at_once_one_wins(session: Session, database: URL, found: Found):
    with council(session) as made:
        versions = [make_draft(made.centre, case=case) for case in cases(made)]
        to_body = {"body": (type(made.body), made.body.id)}
        submits = [Turn(submit, ProgrammeVersion, version.id, made.centre.curator, to_body) for version in versions]
        edits = [Turn(remove_measure, Measure, version.measures[0].id, made.centre.head, {}) for version in versions]
        session.commit()

    told = race(database, submits, edits)

    score = one_won(
        told,
        "Программа не отправлена. В программе нет мероприятий: добавьте хотя бы одно.",
        "Версия 1 на рассмотрении, изменить её нельзя. Отзовите её, если нужно поправить.",
    )
    session.expire_all()
    assert [(version.status, len(version.measures)) for version in versions] == [
        (VersionStatus.SUBMITTED, 1) if first == DONE else (VersionStatus.DRAFT, 0) for first, _ in told
    ]
    found(f"Отправить и убрать мероприятие одновременно, {database.get_backend_name()}", score)


def test_one_version_put_on_two_agendas_at_once_stands_on_one(session: Session, database: URL, found: Found):
    with council(session) as made:
        versions = [make_submitted(made, case=case) for case in cases(made)]
        one, other = make_meeting(made), make_meeting(made)
        turns = [
            [
                Turn(add_to_agenda, Meeting, meeting.id, made.secretary, {"version": (ProgrammeVersion, version.id)})
                for version in versions
            ]
            for meeting in (one, other)
        ]
        session.commit()

    told = race(database, *turns)

    score = one_won(
        told,
        "Эта программа уже в повестке заседания №\u00a02.",
        "Эта программа уже в повестке заседания №\u00a01.",
    )
    session.expire_all()
    assert len(one.items) + len(other.items) == ROUNDS
    found(f"Одна программа в две повестки одновременно, {database.get_backend_name()}", score)


def test_of_two_corrections_and_two_starts_at_once_one_of_each_wins(session: Session, database: URL, found: Found):
    with council(session) as made:
        versions = [make_approved(made, case=case) for case in cases(made)]
        by_curator = [Turn(put_in_force, ProgrammeVersion, version.id, made.centre.curator, {}) for version in versions]
        by_head = [Turn(put_in_force, ProgrammeVersion, version.id, made.centre.head, {}) for version in versions]
        why = {"reason": "Переезд"}
        corrects = [
            [Turn(correct, Programme, version.programme_id, who, why) for version in versions]
            for who in (made.centre.curator, made.centre.head)
        ]
        session.commit()

    acting = "Версия 1 уже действует."
    started = one_won(race(database, by_curator, by_head), acting, acting)
    drafted = "Версия 2 уже составляется (черновик). Продолжите её."
    corrected = one_won(race(database, *corrects), drafted, drafted)

    session.expire_all()
    assert [[each.status for each in version.programme.versions] for version in versions] == [
        [VersionStatus.IN_FORCE, VersionStatus.DRAFT]
    ] * ROUNDS
    found(f"Ввести в действие дважды одновременно, {database.get_backend_name()}", started)
    found(f"Начать две корректировки одновременно, {database.get_backend_name()}", corrected)
