"""Services where an order of work is in force: who records what, when, for whom, and that nothing of it costs money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.base import MoneyType
from app.cases.directions import BY_CODE, directions_of
from app.cases.models import Direction, StageMove
from app.cases.stages import enter
from app.people.models import Family, FamilyMember
from app.profiles.closed import DIRECTIONS
from app.programmes.models import ExecutorType
from app.roles import FIELDS, LAWYER
from app.services.models import Place, Service, ServiceKind, ServiceRecord
from app.services.rules import record_service
from tests.by_order import case_on, work_by
from tests.make import DAY, centre, child_of, make_service, mother_of, refused
from tests.progress.make import Care, in_care, in_force

Centre = tuple[Session, Actor]


@pytest.fixture
def there() -> Iterator[Centre]:
    with centre() as made:
        yield made


def give(care: Care, by: Actor, **more: Any) -> ServiceRecord:
    """Record a service for the child, given by whoever records it."""
    values = {"recipient": child_of(care.case.family), "performer": care.staff(by), **more}
    values.setdefault("service", None)
    values["service"] = values["service"] or make_service(care.session, care.head)
    return record_service(care.case, by=by, **values)


@pytest.mark.rows("S000-9", "S001-3.3-a")
def test_s000_9_a_service_keeps_its_day_performer_amount_and_measure(there: Centre) -> None:
    care = in_care(*there)
    (measure,) = in_force(care, {"title": "Занятия"})
    given = give(care, care.psychologist, quantity=2, minutes=45, measure_lineage=measure.lineage, place=Place.HOME)
    assert (given.date, given.performer, given.quantity, given.measure_lineage) == (
        DAY, care.staff(care.psychologist), 2, measure.lineage,
    )  # fmt: skip


def test_s001_3_2_c_a_service_is_given_to_the_child_and_not_to_the_family_as_a_whole(there: Centre) -> None:
    care = in_care(*there)
    assert give(care, care.psychologist).recipient is child_of(care.case.family)
    assert not ServiceRecord.__table__.c.recipient_id.nullable


@pytest.mark.rows("S001-3.2-f", "S001-3.2-g", "S001-3.3-d", "S001-3.5-b", "S001-3.6-d", "S001-2.3-a")
def test_s001_3_2_f_the_directory_holds_every_kind_of_service_the_specialists_give() -> None:
    kinds = {kind.label for kind in ServiceKind}
    assert kinds == {
        "социальная услуга", "содействие (сопровождение)", "консультация", "просвещение", "посредничество",
        "сопровождение в организацию", "коррекция", "диагностика", "социокультурная реабилитация",
        "юридические документы", "досуг",
    }  # fmt: skip


def test_s001_3_2_f_a_consultation_of_a_parent_is_recorded(there: Centre) -> None:
    care = in_care(*there)
    talk = make_service(care.session, care.head, kind=ServiceKind.CONSULTATION)
    assert give(care, care.psychologist, service=talk, recipient=mother_of(care.case.family)).service is talk


def test_s001_2_4_c_services_are_free_of_charge_so_nothing_about_them_holds_a_price() -> None:
    for table in (Service, ServiceRecord):
        assert [one.name for one in table.__table__.columns if isinstance(one.type, MoneyType)] == []


def test_s000_9_a_service_is_recorded_on_the_stage_the_order_of_work_opens_it_on(there: Centre) -> None:
    care = in_care(*there, stage="identify")
    with refused(
        "«Внести услугу» – на этапе «Реализация ИПСС» (шаг 9 Алгоритма; п. 3 Порядка взаимодействия), а дело на этапе "
        "«Выявление и включение в банк данных». До этого: договор подписан. До этого: программа утверждена."
    ):
        give(care, care.curator)


def test_a_service_of_yesterday_is_entered_after_the_case_has_moved_on(there: Centre) -> None:
    care = in_care(*there)
    tomorrow = DAY + dt.timedelta(days=1)
    with clock_at(tomorrow):
        enter(care.case, "finish", by=care.head, move=StageMove.ADVANCED)
        care.session.expire(care.case, ["stages"])
        assert give(care, care.curator, on=DAY).date == DAY
        enter_day = tomorrow + dt.timedelta(days=1)
    with clock_at(enter_day), pytest.raises(Exception, match="«Внести услугу» – на этапе «Реализация ИПСС»"):
        give(care, care.curator, on=enter_day)


def test_s001_3_6_a_a_service_of_the_medical_worker_is_recorded_by_nobody_else(there: Centre) -> None:
    care = in_care(*there)
    medical = make_service(care.session, care.head, direction=Direction.MEDICAL, needs_medical_permission=True)
    with refused(f"Услугу «{medical}» записывает медицинский работник. Попросите его.", "service_id"):
        give(care, care.curator, service=medical)
    nurse = Actor(**{**vars(care.psychologist), "roles": frozenset({"nurse"})})
    assert give(care, nurse, service=medical).service is medical
    assert ServiceRecord.__table__.c.comment.info["privacy"].value == "special"


def test_s001_3_5_a_a_lawyer_sees_the_family_of_a_measure_given_to_him_and_only_who_is_in_it(there: Centre) -> None:
    session, by = there
    care = in_care(session, by)
    other = case_on(session, by, "implement")
    lawyer = Actor(user_id=None, name="Юрист", unit_id=by.unit, staff_id=care.head.staff_id,
                   roles=frozenset({"lawyer"}))  # fmt: skip
    with acting(lawyer):
        session.expire_all()
        assert session.query(Family).all() == []
    in_force(care, {"executor_type": ExecutorType.SPECIALIST, "executor_id": lawyer.staff_id})
    with acting(lawyer):
        session.expire_all()
        assert [family.id for family in session.query(Family)] == [care.case.family_id] != [other.family_id]
        assert {seat.family_id for seat in session.query(FamilyMember)} == {care.case.family_id}
    assert set(FIELDS[LAWYER, "families"]) == {"name", "reg_number"}
    assert set(FIELDS[LAWYER, "people"]) == {"name", "birth_date"}


@pytest.mark.rows("S000-9a", "S000-9b", "S000-9c", "S000-9d", "S002-3.4-a")
def test_s002_3_4_a_a_centre_works_in_the_directions_of_its_order_of_work(there: Centre) -> None:
    session, by = there
    assert set(directions_of(session, by.unit)) == set(Direction)
    work_by(session, by, "sudogda")
    assert list(directions_of(session, by.unit).values()) == [
        "психолого-педагогические", "социально-медицинские", "социально-правовые", "социально-бытовые",
    ]  # fmt: skip
    work_by(session, by, "mishkino")
    assert list(directions_of(session, by.unit)) == [
        Direction.HOUSEHOLD, Direction.PSYCHOLOGICAL, Direction.PEDAGOGICAL, Direction.LEGAL, Direction.ECONOMIC,
        Direction.REHABILITATION,
    ]  # fmt: skip
    for order in ("alliance", "rostov"):  # Their documents name no directions.
        work_by(session, by, order)
        assert set(directions_of(session, by.unit)) == set(Direction)


def test_every_direction_an_order_of_work_may_name_is_one_of_services() -> None:
    assert BY_CODE.keys() == DIRECTIONS.keys()
    assert set(BY_CODE.values()) == set(Direction)
    assert {code: BY_CODE[code].label for code in BY_CODE} == DIRECTIONS
