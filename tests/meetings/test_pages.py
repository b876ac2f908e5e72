"""«На рассмотрении», the meeting's page and the programme's page: what they say, in a constant number of queries."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from app.acting import clock_at
from app.cases.models import CaseStatus
from app.days.models import CalendarDay
from app.extensions import db
from app.meetings.candidates import questions
from app.meetings.models import DecisionKind, Meeting
from app.meetings.rules import close_agenda, decide, hold, sign
from app.programmes.models import ProgrammeVersion
from app.programmes.rules import change_measure, correct, put_in_force, submit
from app.roles import CURATOR, SECRETARY
from tests.access.answers import essence
from tests.make import DAY, make_case, make_family, make_staff
from tests.meetings.make import (
    Council,
    make_decision,
    make_held,
    make_meeting,
    make_submitted,
)
from tests.meetings.make import council as made_council
from tests.programmes.make import make_measure
from tests.visiting import Browser, Visit, lead


@pytest.fixture
def council(stored: Session) -> Iterator[Council]:
    """Yield the body of a centre in the served installation, instead of one in a bare database."""
    with made_council(stored) as made:
        yield made


@pytest.fixture
def engine(app: Flask) -> Engine:
    """Return the engine of the served application."""
    with app.app_context():
        return db.engine


@pytest.fixture
def secretary(visit: Visit, council: Council) -> Browser:
    """Return the browser of a secretary of the same centre."""
    return visit(SECRETARY, unit=council.centre.unit)


def another(council: Council, name: str = "Буслаевы") -> ProgrammeVersion:
    """Make a waiting programme of another family, with a curator of its own, so that every row needs its own people."""
    centre, session = council.centre, council.session
    case = make_case(
        session,
        centre.head,
        family=make_family(session, centre.head, name=name),
        curator=make_staff(session, centre.head, last_name="Другова"),
    )
    version = make_submitted(council, case=case)
    version.submitted_by_id = case.curator_id
    return version


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Give the list that fills with the statements sent inside the block."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def read(browser: Browser, path: str) -> str:
    """Return the words of a page, as a reader meets them."""
    answer = browser.get(path)
    assert answer.status_code == 200
    words = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(words).split())


def queries(engine: Engine, browser: Browser, path: str) -> int:
    """Return the number of statements of a page, once everything that is kept between requests has been read."""
    read(browser, path)
    with counting(engine) as sent:
        read(browser, path)
    return len(sent)


def test_what_waits_is_told_with_since_when_and_the_next_meeting(council: Council, secretary: Browser):
    make_submitted(council)
    make_meeting(council, another(council))

    page = read(secretary, "/waiting/")

    assert "2 программы ждут решения" in page
    assert "Семья Тестовы: Программа № 001/2026, версия 1 отправлена 18.02.2026" in page
    assert "Семья Буслаевы" in page
    assert "в повестке заседания № 1" in page
    assert "Ближайшее заседание 20.02.2026" in page


def waits(page: str) -> str:
    """Return what stands before the family that waits: for how long, or since when."""
    found = re.search(r"(\S+(?: раб\. \w+)? (?:ждёт|отправлена)) Семья Тестовы", page)
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (18, "сегодня отправлена"),
        (19, "1 раб. день ждёт"),
        (20, "2 раб. дня ждёт"),
        (23, "2 раб. дня ждёт"),
        (24, "3 раб. дня ждёт"),
    ],
)
def test_what_waits_is_counted_in_working_days(council: Council, secretary: Browser, day: int, told: str):
    """Sent on Wednesday 18 February 2026; from the 21st to the 23rd nobody works."""
    make_submitted(council)
    with clock_at(dt.date(2026, 2, day)):
        assert waits(read(secretary, "/waiting/")) == told


def test_what_was_sent_before_a_weekend_has_not_waited_on_it(council: Council, secretary: Browser):
    make_submitted(council).submitted_at = dt.datetime(2026, 2, 20, 15, tzinfo=dt.UTC)
    with clock_at(dt.date(2026, 2, 22)):
        assert waits(read(secretary, "/waiting/")) == "20.02 отправлена"


def test_in_the_east_it_has_waited_since_its_own_day(council: Council, secretary: Browser):
    """20 February, 15:00 in London, is Saturday on Камчатка: nothing was worked there until Tuesday."""
    council.centre.unit.zone = "Asia/Kamchatka"
    make_submitted(council).submitted_at = dt.datetime(2026, 2, 20, 15, tzinfo=dt.UTC)
    with clock_at(dt.datetime(2026, 2, 23, 13, tzinfo=dt.UTC)):
        assert waits(read(secretary, "/waiting/")) == "1 раб. день ждёт"


def test_without_a_calendar_the_count_says_that_it_is_rough(council: Council, secretary: Browser):
    make_submitted(council)
    for day in council.session.scalars(select(CalendarDay)):
        council.session.delete(day)
    assert "Календарь за 2026 год не полон, рабочие дни сосчитаны приблизительно" in read(secretary, "/waiting/")


def test_what_waits_takes_as_many_queries_for_three_programmes_as_for_one(
    council: Council, secretary: Browser, engine: Engine
):
    make_meeting(council, make_submitted(council))
    one = queries(engine, secretary, "/waiting/")
    make_meeting(council, another(council))
    another(council, "Огурцовы")

    assert queries(engine, secretary, "/waiting/") == one


def test_the_meeting_says_how_many_people_it_lacks(council: Council, secretary: Browser):
    meeting = make_held(council, make_submitted(council), came=1)

    page = read(secretary, f"/meetings/show/{meeting.id}")

    assert "Не хватает двух человек: пришёл 1, нужно 3." in page
    assert "Решать можно, если пришли 3 из 5" in page


def test_the_meeting_says_why_it_cannot_be_signed_yet(council: Council, secretary: Browser):
    meeting = make_held(council, *(another(council, name) for name in ("Первовы", "Вторины", "Третьевы", "Четвёркины")))
    for item in (meeting.items[0], meeting.items[2]):
        decide(item, kind=DecisionKind.APPROVE, votes_for=5, by=council.secretary)

    page = read(secretary, f"/meetings/show/{meeting.id}")

    assert "Подписать пока нельзя: нет решения по вопросам 2 и 4." in page
    assert "За 5, против 0, воздержались 0" in page


@pytest.mark.parametrize("stage", ["planned", "held", "signed"])
def test_a_meeting_takes_as_many_queries_for_three_questions_as_for_one(
    council: Council, secretary: Browser, engine: Engine, stage: str
):
    def made(*versions: ProgrammeVersion) -> Meeting:
        meeting = make_meeting(council, *versions)
        if stage == "planned":
            return meeting
        close_agenda(meeting, by=council.secretary)
        hold(meeting, present=council.members, by=council.secretary)
        if stage == "signed":
            for item in meeting.items:
                decide(item, kind=DecisionKind.APPROVE, votes_for=5, by=council.secretary)
            for who in (council.secretary, council.chair):
                sign(meeting, by=who)
        return meeting

    small = made(make_submitted(council))
    large = made(*(another(council, name) for name in ("Буслаевы", "Огурцовы", "Пчёлкины")))

    sent = [queries(engine, secretary, f"/meetings/show/{meeting.id}") for meeting in (small, large)]

    assert sent[0] == sent[1]


def test_the_candidates_of_an_open_agenda_take_no_queries_of_their_own(
    council: Council, secretary: Browser, engine: Engine
):
    meeting = make_meeting(council)
    another(council)
    one = queries(engine, secretary, f"/meetings/show/{meeting.id}")
    another(council, "Огурцовы")
    another(council, "Пчёлкины")

    assert queries(engine, secretary, f"/meetings/show/{meeting.id}") == one


def test_a_programme_shows_its_versions_side_by_side_and_its_way(council: Council, visit: Visit):
    curator = visit(CURATOR, unit=council.centre.unit)
    first = make_submitted(council)
    lead(council.session, curator, first.programme.case)
    make_decision(council, first)
    put_in_force(first, by=council.centre.head, on=DAY)
    second = correct(first.programme, by=council.centre.head, reason="Мало занятий")
    change_measure(second.measures[0], by=council.centre.head, volume="2 раза в неделю")
    make_measure(council.centre, second, "Подвоз до школы")
    submit(second, by=council.centre.head, body=council.body)

    page = read(curator, f"/versions/show/{second.id}")

    assert "Решает Заседание службы" in page
    assert "Объём: 2 раза в неделю" in page
    assert "Подвоз до школы" in page
    assert "На рассмотрении 18.02.2026" in page


def test_a_programme_takes_as_many_queries_for_three_measures_and_versions_as_for_one(
    council: Council, visit: Visit, engine: Engine
):
    curator, centre = visit(CURATOR, unit=council.centre.unit), council.centre
    version = make_submitted(council)
    lead(council.session, curator, version.programme.case)
    make_decision(council, version)
    put_in_force(version, by=centre.head, on=DAY)
    second = correct(version.programme, by=centre.head, reason="Мало занятий")
    small = queries(engine, curator, f"/versions/show/{second.id}")
    for number in range(2):
        helper = make_staff(council.session, centre.head, last_name=f"Помощникова{number}")
        make_measure(centre, second, f"Подвоз {number}", executor_id=helper.id)
    submit(second, by=centre.head, body=council.body)
    make_decision(council, second)
    put_in_force(second, by=centre.head, on=DAY)
    third = correct(second.programme, by=centre.head, reason="Ещё")

    assert queries(engine, curator, f"/versions/show/{third.id}") == small


# ---- whose family is put on an agenda ----------------------------------------------------------------


def test_d03_only_what_waits_for_the_body_is_put_on_its_agenda_whatever_number_is_tried(
    app: Flask, council: Council, secretary: Browser
) -> None:
    centre, session = council.centre, council.session
    meeting = make_meeting(council)
    quiet, due = (
        make_case(session, centre.head, curator=centre.staff(centre.curator), status=CaseStatus.ACTIVE)
        for _ in range(2)
    )
    due.next_review_at = DAY
    session.flush()
    kind = next(one.kind.value for one in questions(session, [council.body], day=DAY + dt.timedelta(days=60)))
    url = f"/meetings/{meeting.id}/question/"
    missing = essence(secretary.post(f"{url}987654/{kind}"), f"{url}987654/{kind}")
    for number, what in ((quiet.id, kind), (due.id, "final"), (due.id, "nonsense")):
        tried = f"{url}{number}/{what}"
        assert essence(secretary.post(tried), tried) == missing, what
    assert missing[0] == 404
    assert secretary.post(f"{url}{due.id}/{kind}?proposal=1").status_code == 404
    assert secretary.get(f"/cases/show/{quiet.id}").status_code == 404
    assert secretary.post(f"{url}{due.id}/{kind}").status_code == 302
    session.expire_all()
    assert [item.case_id for item in meeting.items] == [due.id]
