"""Benefits and aid: what is refused and what is kept."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from app.acting import Actor
from app.base import session_of
from app.benefits import rules
from app.benefits.models import AidKind, AidRecord, AidSource, Benefit, BenefitStatus
from app.cases.models import FamilyCase
from tests.make import DAY, centre, child_of, make_adult, make_case, refused


def aid(case: FamilyCase, by: Actor, **more: object) -> AidRecord:
    """Give food for a thousand roubles."""
    values = {"kind": AidKind.FOOD, "description": "Продуктовый набор", "source": AidSource.BUDGET,
              "amount": Decimal(1000), **more}  # fmt: skip
    return rules.give_aid(case, by=by, **values)


def benefit(case: FamilyCase, by: Actor, **more: object) -> Benefit:
    """Note a benefit of the child."""
    values = {"person": child_of(case.family), "name": "Пособие на ребёнка", **more}
    return rules.note_benefit(case, by=by, **values)


def test_S001_3_1_e_a_benefit_is_followed_until_it_comes() -> None:
    with centre() as (session, by):
        case = make_case(session, by)
        one = benefit(case, by, check_on=DAY + dt.timedelta(days=30))
        assert (one.status, one.reason) == (BenefitStatus.ENTITLED, None)
        with refused("Напишите, почему льготу не получают.", "reason"):
            rules.set_status(one, BenefitStatus.NOT_RECEIVED, by=by)
        later = DAY + dt.timedelta(days=60)
        rules.set_status(one, BenefitStatus.NOT_RECEIVED, by=by, reason="не сдали справку", check_on=later)
        assert (one.status, one.reason, one.check_on) == (BenefitStatus.NOT_RECEIVED, "не сдали справку", later)
        rules.set_status(one, BenefitStatus.RECEIVED, by=by)
        assert (one.status, one.reason, one.check_on) == (BenefitStatus.RECEIVED, None, None)


def test_a_benefit_is_looked_at_again_on_a_day_to_come() -> None:
    with centre() as (session, by):
        one = benefit(make_case(session, by), by)
        with refused("День проверки уже прошёл. Укажите будущий.", "check_on"):
            rules.set_status(one, BenefitStatus.GRANTED, by=by, check_on=DAY - dt.timedelta(days=1))


def test_a_benefit_is_of_somebody_of_the_family() -> None:
    with centre() as (session, by):
        stranger = make_adult(session, by, last_name="Чужова")
        with refused(f"{stranger} не из этой семьи. Выберите члена семьи.", "person_id"):
            benefit(make_case(session, by), by, person=stranger)


def test_the_database_refuses_a_benefit_not_received_without_a_reason() -> None:
    with centre() as (session, by):
        benefit(make_case(session, by), by).status = BenefitStatus.NOT_RECEIVED
        with pytest.raises(IntegrityError):
            session.flush()


def test_S001_3_1_f_aid_has_its_kind_day_amount_or_quantity_and_source() -> None:
    with centre() as (session, by):
        case = make_case(session, by)
        money = aid(case, by, kind=AidKind.MONEY, description="Единовременная помощь")
        things = aid(case, by, kind=AidKind.GOODS, amount=None, quantity=Decimal(3), source=AidSource.BENEFACTOR)
        session_of(case).flush()
        assert [(one.kind, one.date, one.amount, one.quantity, one.source) for one in (money, things)] == [
            (AidKind.MONEY, DAY, Decimal(1000), None, AidSource.BUDGET),
            (AidKind.GOODS, DAY, None, Decimal(3), AidSource.BENEFACTOR),
        ]


@pytest.mark.parametrize(
    ("given", "sentence", "field"),
    [
        ({"on": DAY + dt.timedelta(days=1)}, "Этот день ещё не наступил. Внесите помощь, когда её получат.", "date"),
        ({"amount": None}, "Укажите сумму или количество.", "amount"),
        ({"amount": Decimal(0)}, "Здесь бывает только больше нуля. Проверьте число.", "amount"),
        ({"quantity": Decimal(-1)}, "Здесь бывает только больше нуля. Проверьте число.", "quantity"),
    ],
)
def test_aid_that_cannot_be_is_refused(given: dict[str, object], sentence: str, field: str) -> None:
    with centre() as (session, by), refused(sentence, field):
        aid(make_case(session, by), by, **given)


def test_aid_is_given_while_the_case_is_open() -> None:
    with centre() as (session, by):
        case = make_case(session, by)
        day = case.opened_at - dt.timedelta(days=1)
        with refused(f"{day:%d.%m.%Y} дело № {case.number} не велось. Проверьте дату.", "date"):
            aid(case, by, on=day)
