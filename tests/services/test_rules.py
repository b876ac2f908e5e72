"""Rules of the journal of services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.acting import Actor, clock_at, now
from app.cases.models import EndReason, FamilyCase
from app.cases.rules import close_case
from app.people.rules import end_membership
from app.programmes.models import MeasureLineage
from app.services.models import Place, ServiceRecord
from app.services.rules import record_service, void_service
from tests import make
from tests.make import DAY, refused

OPENED = dt.date(2026, 1, 12)
TOMORROW = DAY + dt.timedelta(days=1)


@pytest.fixture
def centre() -> Iterator[tuple[Session, Actor]]:
    with make.centre() as both:
        yield both


@pytest.fixture
def session(centre) -> Session:
    return centre[0]


@pytest.fixture
def by(centre) -> Actor:
    return centre[1]


@pytest.fixture
def case(session, by) -> FamilyCase:
    return make.make_case(session, by)


def give(session: Session, by: Actor, case: FamilyCase, **values) -> ServiceRecord:
    dull = {"recipient": make.mother_of(case.family)}
    for name, maker in (("service", make.make_service), ("performer", make.make_staff)):
        if name not in values:
            dull[name] = maker(session, by)
    return record_service(case, by=by, **{**dull, **values})


def lineage_of(session: Session, case: FamilyCase) -> MeasureLineage:
    lineage = MeasureLineage(case=case, service_unit_id=case.service_unit_id)
    session.add(lineage)
    session.flush()
    return lineage


def test_a_service_is_recorded_with_its_measure(session, by, case):
    lineage = lineage_of(session, case)
    given = give(
        session, by, case, quantity=Decimal("1.5"), minutes=45, place=Place.HOME, measure_lineage=lineage, on=OPENED
    )
    session.expire_all()
    kept = (given.date, given.quantity, given.minutes, given.place, given.measure_lineage, case.service_records)
    assert kept == (OPENED, Decimal("1.50"), 45, Place.HOME, lineage, [given])


def test_a_service_is_recorded_today_once_in_the_centre(session, by, case):
    given = give(session, by, case)
    assert (given.date, given.quantity, given.place, given.annulled_at) == (DAY, 1, Place.CENTRE, None)


def test_a_comment_lies_sealed_in_the_table(session, by, case):
    give(session, by, case, comment="Секретный разговор")
    stored = session.connection().execute(text("SELECT comment FROM service_record")).scalar_one()
    assert "Секретный".encode() not in stored


def test_a_service_of_the_last_day_of_a_case_is_taken(session, by, case):
    with clock_at(TOMORROW):
        close_case(case, by=by, reason=EndReason.MOVED, on=DAY)
        assert give(session, by, case, on=DAY).date == DAY


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"on": TOMORROW}, "Этот день ещё не наступил. Внесите услугу, когда она будет оказана.", "date"),
        ({"on": dt.date(2026, 1, 11)}, "11.01.2026 дело № 001/2026 не велось. Проверьте дату.", "date"),
        ({"quantity": 0}, "Количество должно быть больше нуля.", "quantity"),
        ({"quantity": Decimal("-0.5")}, "Количество должно быть больше нуля.", "quantity"),
        ({"minutes": 0}, "Минут должно быть больше нуля. Оставьте пустым, если время не считали.", "minutes"),
    ],
)
def test_a_service_that_cannot_be_is_refused(session, by, case, values, sentence, field):
    with refused(sentence, field):
        give(session, by, case, **values)


def test_a_service_after_the_end_of_the_case_is_refused(session, by, case):
    with clock_at(TOMORROW):
        close_case(case, by=by, reason=EndReason.MOVED, on=DAY)
        with refused("19.02.2026 дело № 001/2026 не велось. Проверьте дату.", "date"):
            give(session, by, case, on=TOMORROW)


def test_a_service_no_longer_given_is_refused(session, by, case):
    service = make.make_service(session, by, name="Прокат саней", is_active=False)
    with refused("Услугу «Прокат саней» мы больше не оказываем. Выберите другую.", "service_id"):
        give(session, by, case, service=service)


def test_one_who_did_not_work_here_that_day_gave_no_service(session, by, case):
    performer = make.make_staff(session, by, active_to=OPENED)
    with refused(f"{performer} не работает в этот день. Выберите другого сотрудника.", "performer_id"):
        give(session, by, case, performer=performer)


def test_a_recipient_of_another_family_is_refused(session, by, case):
    stranger = make.make_adult(session, by, last_name="Чужая")
    with refused("Чужая Мария не в составе этой семьи. Выберите члена семьи.", "recipient_id"):
        give(session, by, case, recipient=stranger)


def test_a_recipient_who_left_the_family_is_refused_from_then_on(session, by, case):
    seat = case.family.members[0]
    end_membership(seat, by=by)
    assert give(session, by, case, recipient=seat.person, on=DAY).recipient == seat.person
    with clock_at(TOMORROW), refused("Тестова Мария не в составе этой семьи. Выберите члена семьи.", "recipient_id"):
        give(session, by, case, recipient=seat.person, on=TOMORROW)


def test_a_measure_of_another_family_is_refused(session, by, case):
    foreign = lineage_of(session, make.make_case(session, by))
    with refused("Это мероприятие из программы другой семьи. Выберите другое.", "measure_lineage_id"):
        give(session, by, case, measure_lineage=foreign)


def test_the_database_refuses_a_service_of_no_amount(session, by, case):
    given = give(session, by, case)
    given.quantity = 0
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_service_entered_by_mistake_is_annulled_and_kept(session, by, case):
    given = give(session, by, case)
    void_service(given, by=by, reason=" Дважды внесли ")
    assert (given.annulled_at, given.annul_reason) == (now(), "Дважды внесли")
    assert case.service_records == [given]


def test_a_service_is_annulled_once(session, by, case):
    given = give(session, by, case)
    void_service(given, by=by, reason="Дважды внесли")
    with refused("Эта услуга уже аннулирована."):
        void_service(given, by=by, reason="Дважды внесли")


def test_a_service_is_not_annulled_without_a_reason(session, by, case):
    given = give(session, by, case)
    with refused("Напишите, почему услуга аннулируется.", "annul_reason"):
        void_service(given, by=by, reason=" ")
