"""The plan of a year is made from the order of work and reported item by item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor, acting
from app.cases.stages import put_in_force
from app.organisation.models import ServiceUnit
from app.plans import rules
from app.plans.models import ItemStatus, WorkPlan
from app.profiles.loading import text_of
from app.profiles.rules import store
from tests.make import DAY, database, make_actor, make_unit, refused

Centre = tuple[Session, Actor, ServiceUnit]


@pytest.fixture
def centre() -> Iterator[Centre]:
    """Give a session, the head acting, and a unit that works by an order with a plan."""
    with database() as session:
        unit = make_unit(session)
        by = make_actor(unit, roles=("head_of_service",))
        with acting(by):
            put_in_force(unit, store(session, text_of("sudogda"), by=by), by=by)
            yield session, by, unit


def plan_of(centre: Centre, year: int = DAY.year) -> WorkPlan:
    """Make the plan of a year."""
    session, by, _ = centre
    return rules.make_plan(session, by=by, year=year)


def test_S000_0a_the_plan_has_the_fourteen_steps_with_term_responsible_and_result(centre: Centre) -> None:
    plan = plan_of(centre)
    assert [item.no for item in plan.items] == list(range(1, 15))
    third = plan.items[2]
    assert (third.title, third.date_from, third.date_to, third.expected) == (
        "Создание банка данных семей", dt.date(2026, 4, 1), dt.date(2026, 12, 31), "Банк данных семей",
    )  # fmt: skip
    assert "head_of_service" in third.role_codes
    assert all(item.roles and item.expected for item in plan.items)
    assert [item.no for item in plan.items if item.is_monthly] == [10, 11]


def test_a_year_has_one_plan(centre: Centre) -> None:
    plan_of(centre)
    with refused("План на 2026 год уже есть. Откройте его.", "year"):
        plan_of(centre)
    assert plan_of(centre, 2027).year == 2027
    with refused("Проверьте год: четыре цифры, например 2026.", "year"):
        plan_of(centre, 26)


def test_without_a_plan_in_the_order_of_work_there_is_none(centre: Centre) -> None:
    session, by, unit = centre
    put_in_force(unit, store(session, text_of("rostov"), by=by), by=by)
    with refused("В вашем порядке работы плана нет. Добавьте раздел work_plan или обратитесь к администратору."):
        plan_of(centre)


def test_an_item_is_reported_until_it_is_done(centre: Centre) -> None:
    _, by, _ = centre
    item = plan_of(centre).items[0]
    rules.report(item, by=by, progress=40, fact="Проект готов")
    assert (item.status, item.progress) == (ItemStatus.IN_WORK, 40)
    rules.report(item, by=by, progress=100, fact="Положение написано")
    assert item.status is ItemStatus.DONE
    rules.report(item, by=by, progress=0)
    assert item.status is ItemStatus.NOT_BEGUN


@pytest.mark.parametrize(
    ("given", "sentence", "field"),
    [
        ({"progress": 101}, "Процент – от 0 до 100.", "progress"),
        ({"progress": -1}, "Процент – от 0 до 100.", "progress"),
        ({"progress": 10}, "Напишите, что сделано.", "fact"),
    ],
)
def test_a_report_that_says_nothing_is_refused(
    centre: Centre, given: dict[str, int], sentence: str, field: str
) -> None:
    item = plan_of(centre).items[0]
    with refused(sentence, field):
        rules.report(item, by=centre[1], **given)


def test_a_late_item_says_why(centre: Centre) -> None:
    item = plan_of(centre, DAY.year - 1).items[0]
    assert item.is_overdue
    with refused("Срок прошёл 30.06.2025. Напишите причину отставания.", "delay_reason"):
        rules.report(item, by=centre[1], progress=50, fact="Половина")
    rules.report(item, by=centre[1], progress=50, fact="Половина", delay_reason="Ждали согласования")
    assert item.delay_reason == "Ждали согласования"
