"""The page of the director and the head tells what orders ask for and which contracts run out."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app import roles
from app.acting import today
from app.orders.models import AdminOrder, InteragencyAgreement, OrderItem, OrderKind
from app.organisation.models import PartnerKind, PartnerOrganisation, ServiceUnit
from tests.make import make_actor, make_family
from tests.visiting import Browser, Visit


@pytest.fixture
def director(visit: Visit, stored: Session) -> Browser:
    """Return the director of a centre that has a family."""
    browser = visit(roles.DIRECTOR)
    make_family(stored, make_actor(stored.get_one(ServiceUnit, browser.unit_id)))
    return browser


def point(stored: Session, unit_id: int, text: str, due: dt.date, done_on: dt.date | None = None) -> OrderItem:
    """Enter an order of long ago with one point."""
    day = today() - dt.timedelta(days=90)
    order = AdminOrder(number=text, date=day, year=day.year, kind=OrderKind.OTHER, title="О работе",
                       service_unit_id=unit_id)  # fmt: skip
    item = OrderItem(order=order, no=1, text=text, due=due, done_on=done_on, service_unit_id=unit_id)
    stored.add_all([order, item])
    stored.flush()
    return item


def test_S002_П_4_points_not_carried_out_stand_on_the_page_of_the_director(director: Browser, stored: Session) -> None:
    day = today()
    late = point(stored, director.unit_id, "Составить график", day - dt.timedelta(days=3))
    point(stored, director.unit_id, "Провести учёбу", day + dt.timedelta(days=5))
    point(stored, director.unit_id, "Сдать отчёт за год", day + dt.timedelta(days=90))
    point(stored, director.unit_id, "Назначить дежурных", day - dt.timedelta(days=3), done_on=day)
    page = director.get("/").text
    assert page.index("Составить график") < page.index("Провести учёбу")
    assert "просрочен на" in page and f"/order_items/action/settle/{late.id}" in page
    assert "Сдать отчёт за год" not in page and "Назначить дежурных" not in page


def test_S000_4b_a_contract_comes_up_thirty_days_before_its_end(director: Browser, stored: Session) -> None:
    day, unit = today(), {"service_unit_id": director.unit_id}
    for name, days in (("Больница", 30), ("Школа", 31), ("Музей", -1)):
        partner = PartnerOrganisation(name=name, kind=PartnerKind.HEALTH, **unit)
        stored.add(InteragencyAgreement(partner=partner, number="1", date=day - dt.timedelta(days=300),
                                        valid_to=day + dt.timedelta(days=days), subject="Обмен", **unit))  # fmt: skip
    page = director.get("/").text
    assert "Больница" in page
    assert "Школа" not in page and "Музей" not in page
