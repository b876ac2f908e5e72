"""The screens of long work, each as its owner and as somebody else meets it."""

from __future__ import annotations

import datetime as dt
import io
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting, clock_at, now
from app.identity import identify
from app.jobs import rules, tasks
from app.jobs.models import Job, JobStatus
from app.jobs.progress import Progress
from app.jobs.running import Jobs
from app.jobs.tasks import Outcome, job
from app.organisation.models import Account, ServiceUnit
from app.organisation.rights import change_rights
from app.work.words import left
from tests.make import make_actor, make_case
from tests.visiting import Browser, Visit, lead, signed_in

HEAD = "Заведующий отделением"


@pytest.fixture
def workers(app: Flask) -> Iterator[Jobs]:
    """Yield the jobs of the application with one task of the test; nothing runs before the test says so."""
    before = dict(tasks.TASKS)

    @job("try", title="Проба")
    def work(session: Session, by: Actor, asked: dict[str, Any], progress: Progress) -> Outcome:
        return Outcome("В файле 3 строки.", file=io.BytesIO(b"content"), file_name="Семьи 22.11.2026.xlsx")

    found: Jobs = app.extensions["opora_jobs"]
    yield found
    found.queue.close()
    tasks.TASKS.clear()
    tasks.TASKS.update(before)


@pytest.fixture
def mine(visit: Visit, workers: Jobs) -> Browser:
    """Return the browser of the head, who owns the jobs of the test."""
    return visit(HEAD)


def _start(stored: Session, browser: Browser, title: str = "Выгрузка: Семьи") -> int:
    found = identify(stored, browser.user_id)
    assert found is not None
    # A context left open would be shared by the requests that follow, and what they keep in it.
    with browser.application.app_context(), acting(found[0]):
        pk = rules.start(stored, found[0], "try", {"title": title}, title).id
        stored.commit()
    return pk


def test_a_job_can_be_left_and_its_file_taken_later(mine: Browser, stored: Session, workers: Jobs) -> None:
    pk = _start(stored, mine)
    page = mine.get(f"/work/{pk}").text
    assert "Работа идёт, можно уйти со страницы." in page
    assert "Ждёт своей очереди: сначала закончатся задания, начатые раньше." in page
    assert mine.get(f"/work/{pk}/file").status_code == 404
    workers.run_due()
    page = mine.get(f"/work/{pk}").text
    assert "В файле 3 строки." in page and "Файл хранится до" in page
    answer = mine.get(f"/work/{pk}/file")
    assert (answer.status_code, answer.data) == (200, b"content")
    assert quote("Семьи 22.11.2026.xlsx") in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_day_later_the_file_is_gone_with_a_sentence(mine: Browser, stored: Session, workers: Jobs) -> None:
    pk = _start(stored, mine)
    workers.run_due()
    with clock_at(now() + dt.timedelta(hours=25)):
        page = mine.get(f"/work/{pk}").text
        answer = mine.get(f"/work/{pk}/file")
    assert "Файл хранился сутки и удалён. Если он нужен, выгрузите его заново." in page
    assert answer.status_code == 404
    assert "Файл хранился сутки и убран. Выгрузите его заново из того же раздела." in answer.text


def test_a_file_is_not_given_to_whom_something_was_taken_from_since(
    visit: Visit, stored: Session, workers: Jobs
) -> None:
    curator = visit("Куратор")
    case = make_case(stored, make_actor(stored.get_one(ServiceUnit, curator.unit_id)))
    lead(stored, curator, case)
    stored.commit()
    pk = _start(stored, curator)
    workers.run_due()
    assert curator.get(f"/work/{pk}/file").data == b"content"
    lead(stored, visit("Куратор"), case)
    answer = curator.get(f"/work/{pk}/file")
    assert answer.status_code == 404 and answer.data != b"content"
    assert "С тех пор изменилось, какие сведения вам открыты. Выгрузите файл заново" in answer.text
    lead(stored, curator, case)
    assert curator.get(f"/work/{pk}/file").data == b"content"
    role = stored.scalars(select(Role).where(Role.name == "Куратор")).one()
    change_rights(role, (), [("can_special", "families")], by=SYSTEM, said=lambda right: right)
    assert curator.get(f"/work/{pk}/file").status_code == 404


@pytest.mark.parametrize("role", [HEAD, "Администратор"])
def test_somebody_elses_job_is_answered_as_a_missing_one(
    role: str, mine: Browser, visit: Visit, stored: Session, workers: Jobs
) -> None:
    pk = _start(stored, mine)
    workers.run_due()
    other = visit(role)
    for address in (f"/work/{pk}", f"/work/{pk}/state", f"/work/{pk}/file"):
        assert other.get(address).status_code == 404, address
    assert other.post(f"/work/{pk}/cancel").status_code == 404
    assert "Выгрузка: Семьи" not in other.get("/work/").text


def test_a_stranger_is_sent_to_the_door(client: Browser) -> None:
    for address in ("/work/", "/work/1", "/work/1/state", "/work/1/file"):
        assert client.get(address).headers["Location"].startswith("/login/"), address


def test_a_job_that_waits_is_cancelled_from_its_page(mine: Browser, stored: Session, workers: Jobs) -> None:
    pk = _start(stored, mine)
    assert mine.get(f"/work/{pk}/cancel").status_code == 405
    assert mine.post(f"/work/{pk}/cancel").headers["Location"] == f"/work/{pk}"
    assert "Отменено. Ничего не изменилось." in mine.get(f"/work/{pk}").text
    workers.run_due()
    page = mine.post(f"/work/{pk}/cancel", follow_redirects=True).text
    assert "Задание уже закончено, отменять нечего." in page


def test_cancelling_does_not_wait_for_the_write_lock(app: Flask, mine: Browser, stored: Session, workers: Jobs) -> None:
    pk = _start(stored, mine)
    stored.commit()
    path = app.config["OPORA"].database_url.database
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert mine.post(f"/work/{pk}/cancel").status_code == 302
        assert "Отменяется. Это займёт несколько секунд." in mine.get(f"/work/{pk}").text
        assert time.monotonic() - began < 5
        writer.execute("ROLLBACK")
    workers.run_due()
    assert "Отменено. Ничего не изменилось." in mine.get(f"/work/{pk}").text


def test_the_script_is_told_how_far_a_job_is(mine: Browser, stored: Session, workers: Jobs) -> None:
    pk = _start(stored, mine)
    with mine.application.app_context(), acting(SYSTEM):
        assert workers._take(pk) is not None
    at = time.time()
    told = {"done": 25, "total": 100, "doing": "Пишутся строки", "began": at - 40, "at": at}
    workers.queue._put(f"pulse.{pk}", told)
    assert mine.get(f"/work/{pk}/state").json == {
        "status": "running", "percent": 25, "doing": "Пишутся строки: 25 из 100",
        "left": "Осталось около 2\u00a0минут.", "is_open": True,
    }  # fmt: skip
    assert "В работе: 1" in mine.get("/").text


def test_the_sign_in_the_head_goes_when_the_end_was_seen(mine: Browser, stored: Session, workers: Jobs) -> None:
    assert "В работе" not in mine.get("/").text
    pk = _start(stored, mine)
    assert "В работе: 1" in mine.get("/").text
    workers.run_due()
    assert "Готово: 1" in mine.get("/").text
    mine.get(f"/work/{pk}")
    page = mine.get("/").text
    assert "Готово:" not in page and "В работе:" not in page


@pytest.mark.parametrize(
    ("done", "spent", "words"),
    [
        (1, 1, "Сколько осталось, станет видно через несколько секунд."),
        (0, 60, "Сколько осталось, станет видно через несколько секунд."),
        (95, 60, "Осталось несколько секунд."),
        (60, 60, "Осталось меньше минуты."),
        (50, 61, "Осталось около 1\u00a0минуты."),
        (10, 60, "Осталось около 9\u00a0минут."),
        (1, 120, "Осталось больше 3\u00a0часов."),
    ],
)
def test_what_is_left_is_told_as_people_say_it(done: int, spent: int, words: str) -> None:
    assert left({"done": done, "total": 100, "began": 1000.0, "at": 1000.0 + spent}) == words


def test_the_words_of_an_outcome_lie_sealed(app: Flask, mine: Browser, stored: Session, workers: Jobs) -> None:
    _start(stored, mine, "Выгрузка")
    workers.run_due()
    stored.expire_all()
    assert stored.scalars(select(Job.status)).one() is JobStatus.DONE
    stored.commit()
    with closing(sqlite3.connect(app.config["OPORA"].database_url.database)) as raw:
        asked, outcome = raw.execute("SELECT asked, outcome FROM job").fetchone()
    assert "строки".encode() not in outcome and b"title" not in asked


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_of_a_job_is_live_and_passes_axe(
    width: int, guarded: Flask, address: str, page: Any, visit: Visit, stored: Session, workers: Jobs,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    mine = visit(HEAD)
    pk = _start(stored, mine)
    workers.queue.huey.storage.flush_queue()
    with guarded.app_context(), acting(SYSTEM):
        taken = workers._take(pk)
    assert taken is not None
    account = stored.scalars(select(Account).where(Account.user_id == mine.user_id)).one()
    cookie = signed_in(guarded, account).get_cookie("opora_session")
    stored.commit()
    assert cookie is not None
    page.context.add_cookies([{"name": "opora_session", "value": cookie.value, "url": address}])
    page.set_viewport_size({"width": width, "height": 800})

    def tell(done: int) -> None:
        at = time.time()
        told = {"done": done, "total": 12_000, "doing": "Пишутся строки", "began": at - 40, "at": at}
        workers.queue._put(f"pulse.{pk}", told)

    tell(3000)
    page.goto(f"{address}/work/{pk}")
    page.get_by_text("25\u00a0%").wait_for()
    _good(page, f"work-{width}", request)
    tell(9000)
    page.get_by_text("75\u00a0%").wait_for()
    with guarded.app_context(), acting(SYSTEM):
        workers._do(taken, Progress())
    page.get_by_role("link", name="Скачать файл").wait_for()
    _good(page, f"work-done-{width}", request)
    page.goto(f"{address}/work/")
    _good(page, f"work-list-{width}", request)


def _good(page: Any, name: str, request: pytest.FixtureRequest) -> None:
    pictures = request.config.rootpath / ".pytest_cache" / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(pictures / f"{name}.png"))
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
