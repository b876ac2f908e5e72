"""Which bodies a centre has by its order of work, what each decides, and which of them about which family."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.meetings.bodies import ANSWERS, Ruling, bodies_for, deciding_body, ensure_bodies, may_decide, rulings_of
from app.meetings.models import Body, BodyKind, DecisionKind, ItemKind
from app.organisation.models import Territory, TerritoryLevel
from app.profiles.closed import DECISIONS
from tests.make import refused
from tests.office import Office, Offices


def village_of(office: Office, district: Territory, name: str = "Ближнее") -> Territory:
    """Make a village of *district*."""
    village = Territory(name=f"{name} {district.name}", level=TerritoryLevel.LOCALITY, parent=district)
    office.session.add(village)
    office.session.flush()
    return village


def test_every_decision_of_the_closed_list_is_a_ruling_and_answers_a_question():
    assert [one.value for one in Ruling] == list(DECISIONS)
    assert set(ANSWERS) == set(ItemKind) - {ItemKind.OTHER}


@pytest.mark.parametrize(
    ("order", "code", "kind", "given"),
    [
        ("sudogda", "service_meeting", BodyKind.SERVICE_MEETING, "approve_programme reject_programme return_programme "
         "approve_correction continue terminate assign"),
        ("mishkino", "director", BodyKind.SINGLE_PERSON, "approve_programme reject_programme return_programme "
         "approve_correction continue terminate"),
        ("mishkino", "authorised_body", BodyKind.AUTHORITY, "recognise refuse_recognition"),
        ("alliance", "rehab_council", BodyKind.COUNCIL, "note_interim note_final continue terminate "
         "change_level assign"),
        ("alliance", "mrg", BodyKind.INTERAGENCY_GROUP, "recognise refuse_recognition"),
        ("rostov", "kdn", BodyKind.KDN, "approve_programme reject_programme return_programme approve_correction "
         "continue terminate assign"),
    ],
)  # fmt: skip
def test_S000_8b_the_bodies_are_those_of_the_order_of_work(offices: Offices, order, code, kind, given):
    with offices.at(order) as office:
        body = office.body(code)
        assert (body.kind, {one.value for one in rulings_of(body)}) == (kind, set(given.split()))


def test_the_council_does_not_approve_programmes(offices: Offices):
    with offices.at("alliance") as office:
        council = office.body("rehab_council")
        assert not may_decide(council, ItemKind.PROGRAMME, DecisionKind.APPROVE)
        assert may_decide(council, ItemKind.INTERIM, DecisionKind.NOTE)
        assert may_decide(council, ItemKind.OTHER, DecisionKind.NOTE)


def test_bodies_are_made_once_and_keep_their_title(offices: Offices):
    with offices.at("sudogda") as office:
        body = office.body("service_meeting")
        body.title, body.decides = "Наше заседание", []
        assert ensure_bodies(office.unit, office.order, by=office.head) == 0
        assert (body.title, DecisionKind.APPROVE in body.decides) == ("Наше заседание", True)


def test_a_body_made_by_hand_is_taken_for_the_one_of_its_code(offices: Offices):
    with offices.at("mishkino") as office:
        office.session.add(Body(code="old", title="Старый", kind=BodyKind.CONSILIUM, order_code="gone",
                                service_unit_id=office.unit.id))  # fmt: skip
        office.session.flush()
        ensure_bodies(office.unit, office.order, by=office.head)
        old = office.session.scalars(select(Body).where(Body.code == "old")).one()
        assert (old.order_code, rulings_of(old)) == (None, ())


def test_S004_К_the_commission_of_the_familys_municipality_decides(offices: Offices):
    with offices.at("rostov") as office:
        own, other = office.unit.municipality, Territory(name="Дальний район", level=TerritoryLevel.DISTRICT)
        office.session.add(other)
        office.session.flush()
        near = office.case("s2", place=village_of(office, own))
        far = office.case("s2", place=village_of(office, other))
        nowhere = office.case("s2")

        assert deciding_body(near, Ruling.APPROVE, by=office.head) == office.body("kdn")
        assert bodies_for(far, Ruling.APPROVE) == []
        made = deciding_body(far, Ruling.APPROVE, by=office.head)

        assert (made.territory, made.order_code, made.is_internal) == (other, "kdn", False)
        assert made.title.endswith("Дальний район")
        assert deciding_body(far, Ruling.CONTINUE, by=office.head) == made
        count = select(func.count(Body.id)).where(Body.service_unit_id == office.unit.id, Body.order_code == "kdn")
        assert office.session.scalar(count) == 2
        assert deciding_body(nowhere, Ruling.APPROVE, by=office.head) in (made, office.body("kdn"))


def test_what_nobody_decides_is_refused(offices: Offices):
    sentence = "В вашем порядке работы нет органа, который это решает. Спросите руководителя службы."
    with offices.at("rostov") as office, refused(sentence):
        deciding_body(office.case("s2"), Ruling.RECOGNISE, by=office.head)
