"""R05 Журнал заседаний: signed protocols only, and the six results add up to the cases considered."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.acting import acting, clock_at
from app.meetings.models import BodyKind, DecisionKind, ItemKind, MeetingStatus, Quorum
from app.meetings.rules import add_to_agenda, close_agenda, decide, hold, record_protocol, sign
from app.programmes.rules import correct, put_in_force, submit
from reports import Asked
from reports.meetings import RESULTS
from tests.make import DAY, make_case, make_staff
from tests.meetings.make import (
    FRIDAY,
    council,
    make_approved,
    make_body,
    make_decision,
    make_held,
    make_meeting,
    make_submitted,
    seat,
)
from tests.reports.reading import HEADER, counting, exported, lines_of, totals_of

COLUMNS = ["№", "Орган", "№ протокола", "Дата", "Вид вопросов", "Рассмотрено дел", *RESULTS, "Секретарь"]
OTHER_DECISIONS = {
    DecisionKind.CONTINUE: ItemKind.CONTINUATION,
    DecisionKind.TERMINATE: ItemKind.CONTINUATION,
    DecisionKind.RECOGNISE: ItemKind.RECOGNITION,
    DecisionKind.REFUSE_RECOGNITION: ItemKind.RECOGNITION,
    DecisionKind.NOTE: ItemKind.FINAL,
    DecisionKind.CHANGE_LEVEL: ItemKind.LEVEL,
    DecisionKind.ASSIGN: ItemKind.COORDINATION,
}
"""Each decision that is not on a programme, with the question it answers."""
NEEDED = {
    DecisionKind.CONTINUE: {"new_term": dt.date(2026, 12, 31)},
    DecisionKind.ASSIGN: {"assignments": [("Найти логопеда", "Больница", None)]},
}
"""What a decision says beside itself."""


def new_case(made: Any) -> Any:
    """Give the centre of *made* one more case."""
    return make_case(made.session, made.centre.head, curator=make_staff(made.session, made.centre.head))


def sign_both(meeting: Any, made: Any) -> None:
    """Sign the protocol by both."""
    sign(meeting, by=made.secretary)
    sign(meeting, by=made.chair)
    made.session.commit()


def test_every_decision_counts_in_one_column_and_their_sum_is_the_cases_considered(session):
    with council(session) as made:
        meeting = make_meeting(made)
        for question in OTHER_DECISIONS.values():
            add_to_agenda(meeting, kind=question, case=new_case(made), by=made.secretary)
        add_to_agenda(meeting, kind=ItemKind.OTHER, title="О плане работы", by=made.secretary)
        close_agenda(meeting, by=made.secretary)
        hold(meeting, present=made.members, by=made.secretary)
        for item, kind in zip(meeting.items, (*OTHER_DECISIONS, DecisionKind.NOTE), strict=True):
            decide(item, kind=kind, reason="Так решили", votes_for=5, by=made.secretary, **NEEDED.get(kind, {}))
        sign_both(meeting, made)

        sheet = exported("R05", session, made.centre.head, Asked(DAY))
        assert [cell.value for cell in sheet[HEADER]] == COLUMNS
        assert lines_of(sheet) == [
            {
                "№": 1,
                "Орган": "Заседание службы",
                "№ протокола": str(meeting.number),
                "Дата": DAY,
                "Вид вопросов": "продолжение или прекращение; признание нуждаемости; итоговые результаты; смена уровня; "
                "координация действий организаций; иное",
                "Рассмотрено дел": 7,
                "Утверждено": 0,
                "Отклонено": 0,
                "Скорректировано": 0,
                "Продолжено": 1,
                "Прекращено": 1,
                "Прочее": 5,
                "Секретарь": str(made.centre.staff(made.secretary)),
            }
        ]
        totals = totals_of(sheet)
        assert totals["Рассмотрено дел"] == sum(totals[result] for result in RESULTS) == 7


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        (DecisionKind.APPROVE, "Утверждено"),
        (DecisionKind.REJECT, "Отклонено"),
        (DecisionKind.SEND_BACK, "Отклонено"),
    ],
)
def test_a_programme_is_approved_or_rejected(session, kind, result):
    with council(session) as made:
        make_decision(made, make_submitted(made), kind, "Нет срока")
        session.commit()

        [line] = lines_of(exported("R05", session, made.centre.head, Asked(DAY)))
        assert {title: line[title] for title in RESULTS if line[title]} == {result: 1}
        assert (line["Рассмотрено дел"], line["Вид вопросов"]) == (1, "утверждение программы")


def test_an_approved_correction_is_a_correction(session):
    with council(session) as made:
        version = put_in_force(make_approved(made), by=made.centre.head)
        changed = correct(version.programme, by=made.centre.head, reason="Новая школа")
        make_decision(made, submit(changed, by=made.centre.head, body=made.body))
        session.commit()

        first, second = lines_of(exported("R05", session, made.centre.head, Asked(DAY)))
        assert (first["Утверждено"], first["Скорректировано"]) == (1, 0)
        assert (second["Утверждено"], second["Скорректировано"]) == (0, 1)


def test_a_protocol_enters_the_journal_when_both_have_signed(session):
    with council(session) as made:
        meeting = make_held(made, make_submitted(made))
        decide(meeting.items[0], kind=DecisionKind.APPROVE, votes_for=5, by=made.secretary)
        sign(meeting, by=made.secretary)
        session.commit()
        assert meeting.status is MeetingStatus.PROTOCOL_DRAFT
        assert lines_of(exported("R05", session, made.centre.head, Asked(DAY))) == []

        sign(meeting, by=made.chair)
        session.commit()
        assert len(lines_of(exported("R05", session, made.centre.head, Asked(DAY)))) == 1


def test_a_body_that_sits_elsewhere_is_shown_by_its_paper(session):
    with council(session) as made:
        outside = make_body(
            made.centre, code="kdn", title="КДНиЗП района", kind=BodyKind.KDN, is_internal=False, quorum=Quorum.NONE
        )
        seat(outside, made.centre, made.secretary)
        version = submit(make_submitted_draft(made), by=made.centre.head, body=outside)
        meeting = add_meeting(made, outside, version)
        decide(meeting.items[0], kind=DecisionKind.APPROVE, by=made.centre.head)
        record_protocol(meeting, number="17-к", date=dt.date(2026, 2, 16), by=made.centre.head)
        session.commit()

        [line] = lines_of(exported("R05", session, made.centre.head, Asked(DAY)))
        assert (line["Орган"], line["№ протокола"], line["Дата"]) == ("КДНиЗП района", "17-к", dt.date(2026, 2, 16))
        assert lines_of(exported("R05", session, made.centre.head, Asked(dt.date(2026, 2, 15)))) == []


def make_submitted_draft(made: Any) -> Any:
    """Make a draft ready to be submitted."""
    from tests.programmes.make import make_draft

    return make_draft(made.centre)


def add_meeting(made: Any, body: Any, version: Any) -> Any:
    """Make a meeting of *body* in session about *version*."""
    from app.meetings.rules import plan_meeting

    head = made.centre.head
    meeting = plan_meeting(made.session, body, by=head, planned_at=FRIDAY)
    add_to_agenda(meeting, version=version, by=head)
    close_agenda(meeting, by=head)
    return hold(meeting, present=body.members, by=head)


def test_a_period_takes_the_days_of_the_unit_not_of_the_clock_in_greenwich(session):
    midnight = dt.datetime(2026, 2, 18, 21, 30, tzinfo=dt.UTC)  # 00:30 of the 19th in Moscow
    with council(session) as made, clock_at(midnight):
        make_decision(made, make_submitted(made))
        session.commit()

        head = made.centre.head
        nineteenth = Asked(dt.date(2026, 2, 19), date_from=dt.date(2026, 2, 19))
        assert [line["Дата"] for line in lines_of(exported("R05", session, head, nineteenth))] == [dt.date(2026, 2, 19)]
        assert lines_of(exported("R05", session, head, Asked(DAY))) == []
        assert (
            lines_of(exported("R05", session, head, Asked(dt.date(2026, 2, 20), date_from=dt.date(2026, 2, 20)))) == []
        )


def test_three_meetings_cost_as_many_queries_as_one(session):
    with council(session) as made, acting(made.centre.head, writing=False):
        cost = []
        for more in (1, 2):
            for _ in range(more):
                case = new_case(made)
                meeting = make_meeting(made)
                add_to_agenda(meeting, kind=ItemKind.FINAL, case=case, by=made.secretary)
                close_agenda(meeting, by=made.secretary)
                hold(meeting, present=made.members, by=made.secretary)
                decide(meeting.items[0], kind=DecisionKind.NOTE, votes_for=5, by=made.secretary)
                sign_both(meeting, made)
            with counting(session) as sent:
                exported("R05", session, made.centre.head, Asked(DAY))
            cost.append(len(sent))
            session.rollback()
        assert cost[0] == cost[1] <= 6
