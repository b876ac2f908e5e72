"""A long list or register becomes a job, and its file holds what the short way gives."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import acting
from app.cases.models import CaseSource
from app.cases.rules import assign_curator, open_case
from app.jobs.models import Job, JobStatus
from app.jobs.running import Jobs
from app.journal.models import JournalRow
from app.organisation.models import ServiceUnit
from app.register import long_export
from app.register.view import registers
from app.reporting import long_report
from tests.make import make_actor, make_family, make_staff
from tests.visiting import Browser, Visit

HEAD = "Заведующий отделением"


@pytest.fixture
def workers(app: Flask) -> Any:
    """Yield the jobs of the application."""
    found: Jobs = app.extensions["opora_jobs"]
    yield found
    found.queue.close()


@pytest.fixture
def cases(stored: Session, visit: Visit) -> None:
    """Put three families with their cases into the first unit."""
    unit = stored.scalars(select(ServiceUnit)).first()
    assert unit is not None
    with acting(make_actor(unit)) as by:
        for _ in range(3):
            case = open_case(
                make_family(stored, by), by=by, source=CaseSource.FAMILY, registered_at=dt.date(2026, 1, 12)
            )
            assign_curator(case, make_staff(stored, by), by=by, on=dt.date(2026, 1, 12))
    stored.commit()


def _rows(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(content), data_only=True).active
    assert sheet is not None
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def _taken(browser: Browser, address: str) -> list[tuple[Any, ...]]:
    with browser.get(address) as answer:  # Closing it closes the file it came from.
        assert answer.status_code == 200
        return _rows(answer.data)


def _exports(stored: Session) -> list[str]:
    found = list(stored.scalars(select(JournalRow.sentence).where(JournalRow.verb == "export").order_by(JournalRow.id)))
    stored.commit()
    return found


def _job_behind(browser: Browser, workers: Jobs, address: str) -> bytes:
    answer = browser.get(address)
    assert answer.status_code == 302, address
    workers.run_due()
    file = browser.get(f"{answer.headers['Location']}/file")
    assert file.status_code == 200, answer.headers["Location"]
    return bytes(file.data)


def test_a_list_of_more_rows_than_one_waits_for_becomes_a_job(
    visit: Visit, stored: Session, cases: None, workers: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = visit(HEAD)
    address = "/families/export.xlsx"
    short = _taken(head, address)
    monkeypatch.setattr(long_export, "LONG", 2)
    assert _rows(_job_behind(head, workers, address)) == short
    said = _exports(stored)
    assert len(said) == 2 and said[0] == said[1]


def test_a_short_list_is_given_at_once(
    visit: Visit, stored: Session, cases: None, workers: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_export, "LONG", 3)
    assert len(_taken(visit(HEAD), "/families/export.xlsx")) > 3
    assert stored.scalars(select(Job.id)).all() == []
    stored.commit()


def test_every_list_can_be_written_by_a_job(
    app: Flask, visit: Visit, stored: Session, cases: None, workers: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job has no request: nothing a column computes may need one."""
    monkeypatch.setattr(long_export, "LONG", -1)
    people = [visit(HEAD), visit("Администратор"), visit("Директор")]
    with app.app_context():
        keys = sorted(registers().by_key)
    closed = []
    for key in keys:
        if 302 in [browser.get(f"/{key}/export.xlsx").status_code for browser in people]:
            assert workers.run_due() >= 1
        else:
            closed.append(key)
    assert closed == ["lines"], "it is looked up in forms only"
    stored.expire_all()
    assert {job.title: job.status for job in stored.scalars(select(Job))} == {
        job.title: JobStatus.DONE for job in stored.scalars(select(Job))
    }
    stored.commit()


def test_a_register_of_more_rows_than_one_waits_for_becomes_a_job(
    visit: Visit, stored: Session, cases: None, workers: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = visit(HEAD)
    short = _taken(head, "/reports/R01.xlsx")
    monkeypatch.setattr(long_report, "LONG", 2)
    assert _rows(_job_behind(head, workers, "/reports/R01.xlsx")) == short
    said = _exports(stored)
    assert len(said) == 2 and said[0] == said[1]


def test_a_register_that_was_asked_for_yesterday_is_as_of_yesterday(
    visit: Visit, stored: Session, cases: None, workers: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = visit(HEAD)
    monkeypatch.setattr(long_report, "LONG", 2)
    assert head.get("/reports/R01.xlsx").status_code == 302
    job = stored.scalars(select(Job)).one()
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=3))).date()
    assert f'"on": "{today:%d.%m.%Y}"' in job.asked
    stored.commit()
