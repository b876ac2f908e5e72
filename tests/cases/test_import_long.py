"""Loading a large workbook as a job: whole or not at all, with the file kept until it is done."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.acting import SYSTEM
from app.jobs import running
from app.jobs.models import Job, JobStatus
from app.organisation.rules import add_staff
from app.people.models import Family
from app.register.intake import long_load
from app.roles import HEAD
from tests.cases.test_import_views import BAD, GOOD, OTHER, book, send, stamp, waiting_files
from tests.visiting import Browser, Visit


@pytest.fixture(autouse=True)
def _no_files_left(app: Flask) -> None:
    for path in waiting_files(app):
        path.unlink()


@pytest.fixture
def head(visit: Visit, stored: Session, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Return a head of the service, to whom every workbook is a large one."""
    monkeypatch.setattr(long_load, "LONG", 0)
    browser = visit(HEAD)
    add_staff(stored, browser.unit_id, "Кураторова Ирина Петровна", "куратор", by=SYSTEM)
    return browser


def loaded(head: Browser, *rows: list[Any], how: str = "all") -> str:
    """Send a workbook, press «Загрузить» and return the address of the job."""
    answer = send(head, book(*rows))
    page = head.get(answer.location)
    began = head.post(f"{answer.location}load", data={"how": how, "stamp": stamp(page.text)})
    assert began.status_code == 302
    assert re.fullmatch(r"/work/\d+/?", began.location), began.location
    return str(began.location)


def run(app: Flask, stored: Session) -> int:
    """Let a worker do what waits."""
    stored.commit()
    with app.app_context():
        found = running.jobs()
        done = found.run_due()
        found.queue.close()
    return done


def job_of(stored: Session) -> Any:
    stored.expire_all()
    return stored.scalars(select(Job).order_by(Job.id.desc())).first()


def families(stored: Session) -> int:
    stored.expire_all()
    return stored.scalar(select(func.count()).select_from(Family)) or 0


def test_a_large_workbook_is_loaded_by_a_job_and_its_file_goes_afterwards(
    app: Flask, head: Browser, stored: Session
) -> None:
    address = loaded(head, GOOD, OTHER)
    assert (families(stored), len(waiting_files(app))) == (0, 1)
    run(app, stored)
    done = job_of(stored)
    assert (done.status, families(stored), waiting_files(app)) == (JobStatus.DONE, 2, [])
    assert "2 семьи" in (done.outcome or "").replace("\u00a0", " ")
    assert head.get(address).status_code == 200


def test_the_good_rows_are_loaded_and_the_file_waits_for_the_rest_to_be_given_back(
    app: Flask, head: Browser, stored: Session
) -> None:
    loaded(head, GOOD, BAD, how="good")
    run(app, stored)
    done = job_of(stored)
    assert (done.status, families(stored), len(waiting_files(app))) == (JobStatus.DONE, 1, 1)
    assert head.get(str(done.next_url)).status_code == 200


def test_what_changed_since_it_was_shown_is_refused_in_words_and_the_file_waits_on(
    app: Flask, head: Browser, stored: Session
) -> None:
    loaded(head, GOOD)
    first = job_of(stored)
    first.asked = first.asked.replace('"seen": "', '"seen": "другое')
    stored.commit()
    run(app, stored)
    done = job_of(stored)
    assert (done.status, families(stored), len(waiting_files(app))) == (JobStatus.FAILED, 0, 1)
    assert "данные в службе изменились" in (done.outcome or "")


def test_a_small_workbook_is_loaded_at_once(
    app: Flask, head: Browser, stored: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_load, "LONG", 10**9)
    answer = send(head, book(GOOD))
    page = head.get(answer.location)
    head.post(f"{answer.location}load", data={"how": "all", "stamp": stamp(page.text)})
    assert (families(stored), job_of(stored)) == (1, None)


def test_a_file_that_waits_no_more_is_told(app: Flask, head: Browser, stored: Session) -> None:
    loaded(head, GOOD)
    for path in waiting_files(app):
        path.unlink()
    run(app, stored)
    done = job_of(stored)
    assert (done.status, "ждал больше суток" in (done.outcome or "")) == (JobStatus.FAILED, True)
    stored.commit()
