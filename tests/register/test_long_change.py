"""Fields of very many records, changed by a job: what was shown, the rest told, undone as one step."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.jobs import running
from app.jobs.models import Job, JobStatus
from app.register import long_change
from app.register.forms import Bound
from tests.register.conftest import Office
from tests.register.test_bulk_edit import HEAD, do, only_step, preview

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def _everything_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_change, "LONG", 1)


def run(office: Office) -> Job:
    """Let a worker do what waits and return the job."""
    app: Flask = office.come().application
    office.stored.commit()
    with app.app_context():
        found = running.jobs()
        found.run_due()
        found.queue.close()
    office.stored.expire_all()
    return office.stored.scalars(select(Job)).one()


def test_many_are_changed_by_a_job_and_undone_as_one_step(office: Office) -> None:
    families = [office.family(name, phone="+79000001421") for name in ("Первые", "Вторые", "Третьи")]
    browser = office.come(HEAD)
    shown = preview(browser, *families, phone="+7 900 000-14-22")
    began = do(browser, shown)
    assert (began.status_code, began.location) == (302, f"/work/{office.stored.scalars(select(Job.id)).one()}")
    assert {family.phone for family in families} == {"+79000001421"}
    done = run(office)
    assert (done.status, done.outcome) == (JobStatus.DONE, "Изменено: 3\u00a0карточки.")
    assert {family.phone for family in families} == {"+79000001422"}
    assert browser.get(str(done.next_url)).status_code == 200
    browser.post(f"/families/steps/{only_step(office).id}/undo")
    office.stored.expire_all()
    assert {family.phone for family in families} == {"+79000001421"}
    assert do(browser, shown).location == "/families/steps", "the button pressed once more finds what was done"


def test_what_changed_or_went_since_the_preview_is_left_and_told(office: Office) -> None:
    first, second, third = (office.family(name) for name in ("Первые", "Вторые", "Третьи"))
    browser = office.come(HEAD)
    do(browser, preview(browser, first, second, third, phone="+7 900 000-14-22"))
    first.note = "Изменена"
    office.stored.flush()
    office.stored.delete(third)
    done = run(office)
    assert done.status is JobStatus.DONE
    for words in (
        "Изменено: 1\u00a0карточка.",
        "Пропущено 2.",
        "Первые",
        "Изменено, пока вы смотрели",
        "Их больше нет: 1.",
    ):
        assert words in (done.outcome or "")
    assert (first.phone, second.phone) == (None, "+79000001422")


def test_a_value_that_cannot_be_written_any_more_changes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    families = [office.family(name) for name in ("Первые", "Вторые")]
    browser = office.come(HEAD)
    do(browser, preview(browser, *families, phone="+7 900 000-14-22"))

    def refused(*given: object, **more: object) -> Bound:
        form = read(*given, **more)  # type: ignore[arg-type]
        form.errors["phone"] = "Такого номера нет."
        return form

    read = long_change.read_form
    monkeypatch.setattr(long_change, "read_form", refused)
    done = run(office)
    assert (done.status, done.outcome) == (JobStatus.FAILED, "Поля не изменены: Такого номера нет.")
    assert {family.phone for family in families} == {None}
