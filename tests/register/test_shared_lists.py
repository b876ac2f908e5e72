"""Two registers over one table, and a list that opens with a view of its own."""

from __future__ import annotations

import io
from contextlib import closing
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import acting
from app.intake.journals import enter_register
from app.intake.models import IntakeResult, JournalCode
from app.intake.rules import close_intake
from app.organisation.models import ServiceUnit
from app.roles import HEAD
from tests.intake.make import make_intake, rows_of
from tests.make import make_actor, make_case
from tests.register.test_views_kept import keep, tabs
from tests.visiting import Browser, Visit

IN_WORK = "f.result.op=any&f.result=in_work"


@pytest.fixture
def head(visit: Visit) -> Browser:
    return visit(HEAD)


@pytest.fixture(autouse=True)
def journals(stored: Session) -> None:
    """Keep a message in work, one that was closed, and a case in the journal of families."""
    by = make_actor(stored.scalars(select(ServiceUnit)).one())
    with acting(by):
        make_intake(stored, by, sender_name="Открытова")
        close_intake(make_intake(stored, by, sender_name="Закрытова"), by=by, result=IntakeResult.ADVISED)
        enter_register(make_case(stored, by), by=by)
    stored.commit()


def exported(browser: Browser, address: str) -> list[Any]:
    """Return the first column of an exported list, without its heading."""
    with closing(browser.get(address)) as answer:
        (sheet,) = load_workbook(io.BytesIO(answer.data), data_only=True).worksheets
    return [row[0].value for row in sheet.iter_rows(min_row=5)]


def test_each_of_two_registers_holds_its_own_rows_in_list_search_card_and_export(
    head: Browser, stored: Session
) -> None:
    (family_row,) = rows_of(stored, JournalCode.FAMILIES)
    message_row, _ = rows_of(stored)
    assert ["1–2 из 2" in head.get("/intake_journal/").text, "1–1 из 1" in head.get("/family_journal/").text] == [
        True, True
    ]  # fmt: skip
    number = family_row.text_no.replace("/", "%2F")
    assert "1–1 из 1" in head.get(f"/family_journal/?q={number}").text
    assert len([one for one in exported(head, "/intake_journal/export.xlsx") if one]) == 2
    assert len([one for one in exported(head, "/family_journal/export.xlsx") if one]) == 1
    for key, own, other in (("intake", message_row, family_row), ("family", family_row, message_row)):
        assert head.get(f"/{key}_journal/show/{own.id}").status_code == 200
        assert head.get(f"/{key}_journal/show/{other.id}").status_code == 404
        assert head.post(f"/{key}_journal/action/annul/{other.id}").status_code == 404


def test_a_list_opens_with_the_view_that_came_with_it_and_keeps_the_others_beside(head: Browser) -> None:
    assert tabs(head, "/intakes/") == ["Все", "В работе*"]
    assert tabs(head, "/intakes/?view=0") == ["Все*", "В работе"]
    assert tabs(head, "/intakes/?open=-1") == ["Все", "В работе*"]
    page = head.get(f"/intakes/?view=-1&{IN_WORK}&sort=-due").text
    assert ("Открытова" in page, "Закрытова" in page) == (True, False)


def test_ones_own_view_may_be_opened_instead(head: Browser) -> None:
    keep(head, "Закрытые", "f.result.op=any&f.result=advised", "intakes", default="1")
    assert tabs(head, "/intakes/") == ["Все", "В работе", "Закрытые*"]
    assert "Закрытова" in head.get("/intakes/").text


def test_the_export_of_a_view_that_came_with_the_list_holds_its_rows(head: Browser) -> None:
    assert len(exported(head, f"/intakes/export.xlsx?view=-1&{IN_WORK}")) == len(exported(head, "/intakes/export.xlsx"))
    assert len(exported(head, "/intakes/export.xlsx?view=0")) == len(exported(head, "/intakes/export.xlsx")) + 1


@pytest.mark.parametrize(
    "address", ["/intakes/?open=-9", "/intakes/?open=--1", "/intakes/?view=-", "/families/?open=-1"]
)
def test_a_view_that_never_came_with_the_list_is_no_view(head: Browser, address: str) -> None:
    assert head.get(address).status_code == 400


def test_the_columns_of_a_delivered_view_are_put_back(head: Browser) -> None:
    answer = head.post("/intakes/columns?view=-1", data={"reset": "1"})
    assert answer.location == "/intakes/?open=-1"
