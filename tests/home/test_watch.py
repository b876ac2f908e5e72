"""What whoever answers for personal data finds on «Сегодня»."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from app import journal
from app.acting import clock_at
from app.journal.looks import REFUSED
from app.roles import (
    AUDITOR,
    HEAD,
    SECRETARY,
)
from tests import make
from tests.home.reading import another_case, come, lines, tiles
from tests.make import DAY
from tests.meetings.make import Council


def test_the_auditor_sees_who_looked_who_was_refused_and_whose_rights_changed(app: Flask, centre: Council) -> None:
    made = centre.centre
    case = another_case(centre)
    auditor = come(app, centre, made.stranger.staff_id, AUDITOR)
    head = come(app, centre, made.head.staff_id, HEAD)
    for _ in range(2):
        assert head.get(f"/families/show/{case.family_id}").status_code == 200
    secretary = come(app, centre, centre.secretary.staff_id, SECRETARY)
    assert secretary.get(f"/families/show/{case.family_id}").status_code == 404
    page = auditor.get("/").text
    found = lines(page)
    told, refused = (made.staff(who).short_name.replace("\u00a0", " ") for who in (made.head, centre.secretary))
    assert [what for what, _ in found["Отказы в доступе"]] == [f"{refused}: Семья № {case.family_id}"]
    assert [what for what, _ in found["Кто смотрел больше всех"]] == [told]
    assert "2\u00a0просмотра" in page
    assert tiles(page)["просмотров за 7 дней"] == 2
    assert tiles(page)["отказов в доступе за 7 дней"] == 1
    assert len(found["Изменения прав и входов"]) == 3
    assert 'href="/extract/"' in page
    assert "Тестовы" not in page


def test_what_is_older_than_a_week_or_of_another_unit_is_no_business_of_the_auditor_today(
    app: Flask, centre: Council
) -> None:
    made = centre.centre
    head = come(app, centre, made.head.staff_id, HEAD)
    with clock_at(DAY - dt.timedelta(days=8)):
        assert head.get(f"/families/show/{made.case.family_id}").status_code == 200
    elsewhere = make.make_unit(centre.session)
    journal.record(centre.session, make.make_actor(elsewhere, staff=made.staff(made.head)), REFUSED, None, "Закрыто.")
    page = come(app, centre, made.stranger.staff_id, AUDITOR).get("/").text
    assert "За неделю никто ничего не открывал." in page
    assert "За неделю никому не отказано." in page
    assert tiles(page)["просмотров за 7 дней"] == 0
