"""Orders, regulations with their visas, contracts with other agencies: what is refused and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor, acting
from app.cases.stages import put_in_force
from app.orders import rules
from app.orders.models import (
    AdminOrder,
    ContractStatus,
    InteragencyAgreement,
    OrderItem,
    OrderKind,
    Regulation,
    RegulationKind,
    RegulationLevel,
    RegulationStatus,
)
from app.organisation.models import PartnerKind, PartnerOrganisation, ServiceUnit
from app.profiles.loading import text_of
from app.profiles.rules import store
from tests.make import DAY, database, make_actor, make_staff, make_unit, refused

TOMORROW, YESTERDAY = DAY + dt.timedelta(days=1), DAY - dt.timedelta(days=1)
Centre = tuple[Session, Actor, ServiceUnit]


@pytest.fixture
def centre() -> Iterator[Centre]:
    """Give a session, the director acting, and the unit."""
    with database() as session:
        unit = make_unit(session)
        by = make_actor(unit, roles=("director",))
        with acting(by):
            yield session, by, unit


def order_of(centre: Centre, kind: OrderKind = OrderKind.OTHER, **more: object) -> AdminOrder:
    """Issue an order."""
    session, by, _ = centre
    return rules.issue(session, by=by, **{"kind": kind, "title": "О работе службы", **more})


def statute_of(centre: Centre, level: RegulationLevel = RegulationLevel.LOCAL) -> Regulation:
    """Draft the statute of the service."""
    session, by, _ = centre
    made = Regulation(title="Положение о службе", kind=RegulationKind.STATUTE, level=level, edition=1,
                      status=RegulationStatus.DRAFT, service_unit_id=by.unit_id)  # fmt: skip
    session.add(made)
    session.flush()
    return made


# ---- orders ------------------------------------------------------------------------------------------


def test_the_service_exists_from_the_day_of_its_order_until_it_is_repealed(centre: Centre) -> None:
    session, by, unit = centre
    assert not rules.service_exists(session, unit.id, DAY)
    order = order_of(centre, OrderKind.CREATE, date=YESTERDAY)
    assert not rules.service_exists(session, unit.id, YESTERDAY - dt.timedelta(days=1))
    assert rules.service_exists(session, unit.id, DAY)
    rules.repeal(order, by=by)
    assert not rules.service_exists(session, unit.id, DAY)
    assert rules.service_exists(session, unit.id, YESTERDAY)


def test_only_people_an_order_names_are_responsible(centre: Centre) -> None:
    session, by, _ = centre
    named, other = make_staff(session, by), make_staff(session, by)
    order = order_of(centre, OrderKind.RESPONSIBLE)
    rules.add_item(order, by=by, text="Назначить ответственной за службу", responsible=named, function="ответственная")
    session.flush()
    assert rules.is_responsible(session, named, DAY)
    assert not rules.is_responsible(session, other, DAY)
    assert not rules.is_responsible(session, named, YESTERDAY)


def test_orders_without_a_number_of_their_own_take_the_next_of_the_year(centre: Centre) -> None:
    assert [order_of(centre).number, order_of(centre).number, order_of(centre, number="12-од").number] == [
        "1", "2", "12-од",
    ]  # fmt: skip


def test_a_number_is_used_once_a_year(centre: Centre) -> None:
    order_of(centre, number="12-од")
    with refused("Приказ № 12-од за 2026 год уже внесён. Проверьте номер.", "number"):
        order_of(centre, number="12-од")
    assert order_of(centre, number="12-од", date=dt.date(2025, 5, 5)).year == 2025


def test_an_order_is_not_signed_tomorrow(centre: Centre) -> None:
    with refused("Приказ не подписывают будущим днём. Проверьте дату.", "date"):
        order_of(centre, date=TOMORROW)


def test_S002_3_1_an_order_on_the_service_is_agreed_where_the_order_of_work_says_so(centre: Centre) -> None:
    session, by, unit = centre
    assert order_of(centre, OrderKind.CREATE).agreed_with is None
    put_in_force(unit, store(session, text_of("mishkino"), by=by), by=by)
    whom = "Главное управление социальной защиты населения Курганской области"
    for kind in rules.WHOLE_SERVICE:
        with refused(f"Такой приказ согласуют: {whom}. Укажите, с кем и когда согласован.", "agreed_with"):
            order_of(centre, kind)
    with refused(f"Такой приказ согласуют: {whom}. Укажите, с кем и когда согласован.", "agreed_on"):
        order_of(centre, OrderKind.CREATE, agreed_with=whom)
    with refused("Согласуют до подписания приказа. Проверьте дату согласования.", "agreed_on"):
        order_of(centre, OrderKind.CREATE, agreed_with=whom, agreed_on=TOMORROW)
    assert order_of(centre, OrderKind.CREATE, agreed_with=whom, agreed_on=YESTERDAY).agreed_on == YESTERDAY
    assert order_of(centre, OrderKind.COUNCIL).agreed_with is None


def test_a_point_not_carried_out_in_time_is_overdue_until_it_is(centre: Centre) -> None:
    session, by, _ = centre
    order = order_of(centre, date=DAY - dt.timedelta(days=9), controller=make_staff(session, by))
    late = rules.add_item(order, by=by, text="Сдать план", due=YESTERDAY)
    soon = rules.add_item(order, by=by, text="Сдать отчёт", due=TOMORROW)
    assert [item.no for item in order.items] == [1, 2]
    assert (late.is_overdue, soon.is_overdue) == (True, False)
    rules.settle(late, by=by)
    assert not late.is_overdue
    with refused(f"Пункт уже исполнен {DAY:%d.%m.%Y}."):
        rules.settle(late, by=by)


@pytest.mark.parametrize("day", [TOMORROW, DAY - dt.timedelta(days=1)])
def test_a_point_is_carried_out_between_its_order_and_today(centre: Centre, day: dt.date) -> None:
    item = rules.add_item(order_of(centre), by=centre[1], text="Сдать план")
    with refused("Исполняют после приказа и не позже сегодняшнего дня. Проверьте дату.", "done_on"):
        rules.settle(item, by=centre[1], on=day)


def test_a_point_is_not_due_before_its_order(centre: Centre) -> None:
    with refused("Срок пункта не раньше самого приказа. Проверьте дату.", "due"):
        rules.add_item(order_of(centre), by=centre[1], text="Сдать план", due=YESTERDAY)


def test_a_repealed_order_stays_as_it_is(centre: Centre) -> None:
    _, by, _ = centre
    order = order_of(centre)
    with refused("Отменяют не раньше самого приказа и не позже сегодняшнего дня.", "repealed_on"):
        rules.repeal(order, by=by, on=TOMORROW)
    rules.repeal(order, by=by)
    with refused(f"Приказ уже отменён {DAY:%d.%m.%Y}."):
        rules.repeal(order, by=by)
    with refused("Приказ отменён, пункты к нему не добавляют. Внесите новый приказ."):
        rules.add_item(order, by=by, text="Сдать план")


# ---- regulations -------------------------------------------------------------------------------------


def test_S000_1_a_statute_of_the_service_is_drafted_and_goes_through_editions(centre: Centre) -> None:
    session, by, _ = centre
    statute, lawyer = statute_of(centre), make_staff(session, by)
    rules.ask_visas(statute, by=by, people=[lawyer])
    rules.next_edition(statute, by=by)
    assert (statute.edition, statute.status) == (2, RegulationStatus.DRAFT)
    with refused("Редакция 2 и так в работе. Продолжите её."):
        rules.next_edition(statute, by=by)
    (visa,) = statute.visas
    with refused("Эта редакция уже не на согласовании. Откройте документ."):
        rules.give_visa(visa, by=make_actor(centre[2], staff=lawyer))


def test_S002_П_5_a_statute_is_approved_by_an_order_after_the_lawyers_visa(centre: Centre) -> None:
    session, by, unit = centre
    statute, lawyer, order = statute_of(centre), make_staff(session, by), order_of(centre, OrderKind.REGULATION)
    with refused("Сначала отправьте документ на согласование: под ним нет ни одной визы."):
        rules.approve(statute, by=by, order=order)
    rules.ask_visas(statute, by=by, people=[lawyer])
    session.flush()
    with refused(f"Нет визы: {lawyer}. Дождитесь согласования."):
        rules.approve(statute, by=by, order=order)
    (visa,) = statute.visas
    with refused(f"Эту визу ставит {lawyer}. Попросите об этом."):
        rules.give_visa(visa, by=by)
    himself = make_actor(unit, staff=lawyer)
    with refused("Этот день ещё не наступил. Проверьте дату.", "given_on"):
        rules.give_visa(visa, by=himself, on=TOMORROW)
    rules.give_visa(visa, by=himself, remark="С замечаниями")
    assert (visa.given_on, visa.remark) == (DAY, "С замечаниями")
    with refused(f"Вы уже согласовали документ {DAY:%d.%m.%Y}."):
        rules.give_visa(visa, by=himself)
    with refused("Назовите действующий приказ, которым утверждён документ.", "order_id"):
        rules.approve(statute, by=by)
    rules.approve(statute, by=by, order=order)
    assert (statute.status, statute.order) == (RegulationStatus.APPROVED, order)
    with refused("Документ уже утверждён. Начните новую редакцию."):
        rules.approve(statute, by=by, order=order)
    with refused("Согласуют проект, а документ – утверждён. Начните новую редакцию."):
        rules.ask_visas(statute, by=by, people=[lawyer])
    rules.repeal_regulation(statute, by=by)
    with refused("Силу утрачивает утверждённый документ, а этот – утратил силу."):
        rules.repeal_regulation(statute, by=by)


def test_the_same_person_is_asked_for_one_visa(centre: Centre) -> None:
    session, by, _ = centre
    statute, lawyer = statute_of(centre), make_staff(session, by)
    rules.ask_visas(statute, by=by, people=[lawyer])
    session.flush()
    with refused("Назовите, кто согласует документ: этих людей уже спросили.", "staff_id"):
        rules.ask_visas(statute, by=by, people=[lawyer])


def test_S002_1_3_an_act_from_outside_is_in_force_without_an_order_and_has_no_editions(centre: Centre) -> None:
    law = statute_of(centre, RegulationLevel.FEDERAL)
    rules.approve(law, by=centre[1])
    assert law.status is RegulationStatus.APPROVED
    with refused("Редакцию этого документа меняет тот, кто его издал. Внесите новый документ."):
        rules.next_edition(law, by=centre[1])


# ---- contracts ---------------------------------------------------------------------------------------


def contract_of(centre: Centre, **more: object) -> InteragencyAgreement:
    """Enter a contract with a clinic."""
    session, by, _ = centre
    clinic = PartnerOrganisation(name="Больница", kind=PartnerKind.HEALTH, service_unit_id=by.unit_id)
    values = {"partner": clinic, "number": "7", "date": YESTERDAY, "subject": "Обмен сведениями", **more}
    made = InteragencyAgreement(**values, service_unit_id=by.unit_id)
    session.add(made)
    session.flush()
    return made


def test_S000_4b_a_contract_holds_until_its_term_or_its_termination(centre: Centre) -> None:
    _, by, _ = centre
    endless, old = contract_of(centre), contract_of(centre, date=dt.date(2025, 1, 9), valid_to=YESTERDAY)
    assert (endless.status, old.status) == (ContractStatus.IN_FORCE, ContractStatus.EXPIRED)
    with refused("Напишите, почему соглашение расторгнуто.", "termination_reason"):
        rules.terminate_contract(endless, by=by, reason=" ")
    with refused("Соглашение расторгают после подписания и не будущим днём.", "terminated_on"):
        rules.terminate_contract(endless, by=by, reason="реорганизация", on=TOMORROW)
    rules.terminate_contract(endless, by=by, reason="реорганизация")
    assert endless.status is ContractStatus.TERMINATED
    with refused(f"Соглашение уже расторгнуто {DAY:%d.%m.%Y}."):
        rules.terminate_contract(endless, by=by, reason="реорганизация")


def test_the_items_of_an_order_are_told_by_their_number(centre: Centre) -> None:
    item = rules.add_item(order_of(centre, number="5"), by=centre[1], text="Сдать план")
    assert str(item) == f"Приказ № 5 от {DAY:%d.%m.%Y}, пункт 1"
    assert isinstance(item, OrderItem)
