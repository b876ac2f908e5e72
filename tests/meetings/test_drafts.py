"""What is typed into a decision during a meeting stays: the session may end, the page may be closed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entering import NUMBER
from app.meetings.models import Decision, DecisionKind, Meeting
from app.organisation.models import Account
from app.register.models import Draft
from app.roles import SECRETARY
from tests.meetings.make import Council, make_held, make_submitted
from tests.meetings.make import council as made_council
from tests.register.forms import filled, held
from tests.visiting import Browser, Visit, begun


@pytest.fixture
def council(stored: Session) -> Iterator[Council]:
    """Yield the body of a centre in the served installation."""
    with made_council(stored) as made:
        yield made


@pytest.fixture
def secretary(visit: Visit, council: Council) -> Browser:
    """Return the browser of a secretary of the same centre."""
    return visit(SECRETARY, unit=council.centre.unit)


@pytest.fixture
def meeting(council: Council) -> Meeting:
    """Return a meeting that is being held over one programme."""
    return make_held(council, make_submitted(council))


def _decision(meeting: Meeting) -> tuple[str, str]:
    """Return the address of the page and that of the decision's form."""
    return f"/meetings/show/{meeting.id}", f"/meetings/{meeting.id}/decide/{meeting.items[0].id}"


def test_a_decision_half_written_stands_in_its_form_again(
    meeting: Meeting, secretary: Browser, stored: Session
) -> None:
    page, form = _decision(meeting)
    typed = filled(secretary.get(page), form, kind=DecisionKind.SEND_BACK.value, reason="Сроки не названы")
    assert secretary.post("/drafts/keep", data=typed).status_code == 201
    again = secretary.get(page)
    assert "Это черновик от" in again.text
    assert held(again, form)["reason"] == "Сроки не названы"
    assert "Решение по вопросу 1" in secretary.get("/profile/").text
    assert secretary.post(form, data=held(again, form)).status_code == 302
    stored.commit()
    assert stored.scalars(select(Decision.reason)).all() == ["Сроки не названы"]
    assert stored.scalars(select(Draft)).all() == []


def test_a_decision_sent_after_the_session_has_ended_comes_back_after_the_door(
    meeting: Meeting, secretary: Browser, stored: Session
) -> None:
    page, form = _decision(meeting)
    typed = filled(secretary.get(page), form, kind=DecisionKind.SEND_BACK.value, reason="Сроки не названы")
    account = stored.scalars(select(Account).where(Account.user_id == secretary.user_id)).one()
    account.epoch += 1
    answer = secretary.post(form, data=typed)
    assert re.fullmatch(rf"/login/\?next={page}\?draft%3Dlast", str(answer.location))
    number = begun(account)
    with secretary.session_transaction() as session:
        session[NUMBER] = number
    assert held(secretary.get(f"{page}?draft=last"), form)["reason"] == "Сроки не названы"


def test_another_secretary_sees_the_form_as_it_stands(
    meeting: Meeting, secretary: Browser, visit: Visit, council: Council
) -> None:
    page, form = _decision(meeting)
    secretary.post("/drafts/keep", data=filled(secretary.get(page), form, reason="Только моё"))
    seen = visit(SECRETARY, unit=council.centre.unit).get(page)
    assert seen.status_code == 200 and "Только моё" not in seen.text
