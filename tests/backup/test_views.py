"""«Резервные копии»: the administrator sees the shelf and what to worry about, and makes a copy; nobody else does."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import roles
from app.acting import SYSTEM, acting, clock_at, now
from app.backup import making, shelf, views
from app.backup.locks import copying
from app.backup.shelf import copies
from app.jobs.models import ScheduledRun
from app.jobs.progress import Cancelled
from app.jobs.running import jobs
from app.jobs.tasks import DAILIES
from app.journal.models import JournalRow
from app.organisation.models import ServiceUnit
from tests.backup.installation import PG_BIN, changed
from tests.visiting import Browser, Visit


@pytest.fixture(autouse=True)
def _own_shelf(app: Flask, tmp_path: Path) -> None:
    app.config["OPORA"] = changed(app.config["OPORA"], backups=tmp_path / "backups", pg_bin=PG_BIN)


def text_of(answer: Any) -> str:
    """Return the page without its markup, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)).replace("\u00a0", " ")


def made_by(app: Flask, browser: Browser, stored: Session) -> str:
    """Press «Сделать сейчас», let a worker do it, and return what the page of the job says."""
    began = browser.post("/backups/make")
    assert re.fullmatch(r"/work/\d+/?", began.headers["Location"])
    stored.commit()
    with app.app_context():
        jobs().run_due()
        told = text_of(browser.get(began.headers["Location"]))
        jobs().queue.close()
    return told


@pytest.mark.both
def test_the_administrator_makes_a_copy_and_sees_it_checked(app: Flask, visit: Visit, stored: Session) -> None:
    administrator = visit(roles.ADMINISTRATOR)
    assert "Проверенной копии ещё нет. Сделайте её сейчас." in text_of(administrator.get("/backups/"))
    told = made_by(app, administrator, stored)
    assert "Копия сделана. Копия восстановлена на пробу и сошлась с описью." in told
    (made,) = copies(app.config["OPORA"].backups)
    shown = text_of(administrator.get("/backups/"))
    assert made.path.name in shown
    assert "последняя копия сегодня в" in shown
    assert "Проверенной копии ещё нет" not in shown
    said = stored.scalars(select(JournalRow.sentence).where(JournalRow.verb == "backup.make")).all()
    assert said == [f"Сделана резервная копия {made.path.name}."]


@pytest.mark.parametrize("role", sorted(set(roles.ROLES) - {roles.ADMINISTRATOR}))
def test_nobody_else_comes_in(visit: Visit, app: Flask, role: str) -> None:
    person = visit(role)
    assert person.get("/backups/").status_code == 403
    assert person.post("/backups/make").status_code == 403
    assert not app.config["OPORA"].backups.exists()


def test_a_stranger_is_sent_to_the_door(client: Any) -> None:
    assert client.get("/backups/").headers["Location"].startswith("/login/")


def test_a_copy_already_being_made_is_told(app: Flask, visit: Visit, stored: Session) -> None:
    administrator = visit(roles.ADMINISTRATOR)
    with copying(app.config["OPORA"]):
        assert "Резервная копия уже делается." in made_by(app, administrator, stored)


@pytest.mark.parametrize(
    ("number", "words", "told"),
    [(28, "No space left on device", "на диске с копиями нет места. Освободите его и повторите."),
     (13, "Permission denied", "Permission denied. Проверьте диск и папку копий.")],
)  # fmt: skip
def test_a_full_or_closed_disk_is_told_in_words(
    app: Flask, visit: Visit, stored: Session, monkeypatch: pytest.MonkeyPatch, number: int, words: str, told: str
) -> None:
    def broken(_settings: object, **_more: object) -> None:
        raise OSError(number, words)

    administrator = visit(roles.ADMINISTRATOR)
    monkeypatch.setattr(making, "make", broken)
    assert f"Копия не сделана: {told}" in made_by(app, administrator, stored)


def test_a_copy_is_stopped_before_its_check_and_nothing_of_it_stays(app: Flask) -> None:
    def stop(done: int, _total: int | None, _doing: str) -> None:
        if done:
            raise Cancelled

    with app.app_context(), pytest.raises(Cancelled):
        making.make(app.config["OPORA"], told=stop)
    assert copies(app.config["OPORA"].backups) == []


def test_a_copy_stands_at_the_hour_of_the_centre(app: Flask, visit: Visit, stored: Session) -> None:
    administrator = visit(roles.ADMINISTRATOR)
    unit = stored.get(ServiceUnit, administrator.unit_id)
    assert unit is not None
    unit.zone = "Asia/Vladivostok"
    stored.commit()
    folder = app.config["OPORA"].backups
    folder.mkdir(parents=True)
    moment = dt.datetime(2026, 11, 20, 21, 15, tzinfo=dt.UTC)
    (folder / f"opora-{moment.astimezone():{shelf.STAMP}}.zip").write_bytes(b"")
    shown = text_of(administrator.get("/backups/"))
    assert "21.11.2026 07:15" in shown


def test_what_the_night_has_said_is_shown(app: Flask, visit: Visit, stored: Session) -> None:
    administrator = visit(roles.ADMINISTRATOR)
    assert "Каждую ночь после трёх часов сервис делает копию сам" in text_of(administrator.get("/backups/"))
    day = dt.date(2026, 11, 22)
    stored.add(ScheduledRun(name="backup", day=day, begun_at=now(), finished_at=now(), outcome="Места нет."))
    assert "Последняя ночная работа, 22.11.2026: Места нет." in text_of(administrator.get("/backups/"))


def test_the_night_makes_a_copy_by_itself(app: Flask) -> None:
    with app.app_context(), acting(SYSTEM):
        said = DAILIES["backup"].run()
    assert said.endswith("сделана и проверена.")
    assert [one.good for one in copies(app.config["OPORA"].backups)] == [True]


def test_an_old_copy_and_a_full_disk_are_warned_of(
    app: Flask, visit: Visit, stored: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = visit(roles.ADMINISTRATOR)
    made_by(app, administrator, stored)
    monkeypatch.setattr(shelf, "shutil", type("Disk", (), {"disk_usage": staticmethod(lambda _: Usage())}))
    with clock_at(dt.datetime.now(dt.UTC) + dt.timedelta(days=3)):
        shown = text_of(administrator.get("/backups/"))
    assert "Последней проверенной копии больше двух дней." in shown
    assert "На диске с копиями осталось 500 МБ." in shown
    assert "3 дня назад" in shown


class Usage:
    """A disk that is nearly full."""

    free = 500 << 20


def test_nothing_can_be_downloaded(app: Flask) -> None:
    routes = {rule.rule: rule.methods for rule in app.url_map.iter_rules() if rule.endpoint.startswith("Backups.")}
    assert set(routes) == {"/backups/", "/backups/make"}
    assert "GET" not in (routes["/backups/make"] or set())
    assert views.Backups.class_permission_name == "backups"
