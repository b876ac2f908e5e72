"""Orders and regulations on screen: the director enters them, a lawyer gives the visa, others read."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import roles
from app.acting import today
from app.orders.models import AdminOrder, OrderItem, Regulation, RegulationStatus
from tests.register.forms import filled
from tests.visiting import Visit


def test_an_order_with_its_points_is_entered_and_a_point_is_settled(visit: Visit, stored: Session) -> None:
    director = visit(roles.DIRECTOR)
    form = filled(director.get("/orders/add"), "/orders/add", kind="other", title="О службе", number="9-од",
                  preamble="В целях системной помощи семьям")  # fmt: skip
    assert director.post("/orders/add", data=form).status_code == 302
    order = stored.scalars(select(AdminOrder)).one()
    form = filled(director.get(f"/order_items/add?order_id={order.id}"), "/order_items/add", text="Назначить дежурных")
    assert director.post("/order_items/add", data=form).status_code == 302
    item = stored.scalars(select(OrderItem)).one()
    card = director.get(f"/orders/show/{order.id}").text
    assert "В целях системной помощи семьям" in card
    settle = f"/order_items/action/settle/{item.id}"
    asked = filled(director.get(settle), settle, done_on=f"{order.date:%d.%m.%Y}")
    assert director.post(settle, data=asked).status_code == 302
    stored.expire_all()
    assert item.done_on == order.date


def test_a_refused_order_keeps_what_was_typed(visit: Visit, stored: Session) -> None:
    director = visit(roles.DIRECTOR)
    form = filled(
        director.get("/orders/add"),
        "/orders/add",
        kind="other",
        title="О службе",
        date=f"{today() + dt.timedelta(days=1):%d.%m.%Y}",
    )
    answer = director.post("/orders/add", data=form)
    assert "Приказ не подписывают будущим днём. Проверьте дату." in answer.text
    assert "О службе" in answer.text
    assert stored.scalars(select(AdminOrder)).all() == []


def test_a_visa_is_asked_for_and_given_on_screen(visit: Visit, stored: Session) -> None:
    director, lawyer = visit(roles.DIRECTOR), visit(roles.LAWYER)
    form = filled(director.get("/regulations/add"), "/regulations/add", title="Положение о службе", kind="statute",
                  level="local")  # fmt: skip
    assert director.post("/regulations/add", data=form).status_code == 302
    statute = stored.scalars(select(Regulation)).one()
    form = filled(director.get(f"/visas/add?regulation_id={statute.id}"), "/visas/add", staff_id=lawyer.staff_id)
    assert director.post("/visas/add", data=form).status_code == 302
    stored.expire_all()
    (visa,) = statute.visas
    give = f"/visas/action/give/{visa.id}"
    assert "Согласовать" not in director.get(f"/visas/show/{visa.id}").text
    assert "Согласовать" in lawyer.get(f"/visas/show/{visa.id}").text
    assert lawyer.post(give, data=filled(lawyer.get(give), give, remark="")).status_code == 302
    stored.expire_all()
    assert visa.given_on is not None
    assert statute.status is RegulationStatus.ON_APPROVAL


def test_a_curator_reads_orders_and_enters_none(visit: Visit) -> None:
    curator = visit(roles.CURATOR)
    assert curator.get("/orders/").status_code == 200
    assert curator.get("/orders/add").status_code == 403
