"""Bulk is the single rule in a loop: the skipped are told with the rule's own sentence, the rest go on."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.acting import Actor, acting
from app.base import RuleBroken
from app.cases.models import CaseStatus, CuratorAssignment, FamilyCase
from app.organisation.models import PartnerKind, PartnerOrganisation
from app.register.actions import MOST, run_over
from app.services.models import Service
from tests.make import make_case, make_service, make_staff
from tests.register.conftest import Office
from tests.register.forms import filled, no_machinery

pytestmark = pytest.mark.both


def _cases(office: Office, *states: CaseStatus) -> list[FamilyCase]:
    with acting(office.by):
        return [make_case(office.stored, office.by, status=state) for state in states]


def test_the_skipped_are_named_with_the_reason_and_the_rest_are_done(office: Office) -> None:
    first, second = _cases(office, CaseStatus.IDENTIFIED, CaseStatus.ASSESSMENT)
    browser = office.come()
    sent = {"action": "advance", "rowid": [first.id, second.id], "sure": "1", "status": "registered"}
    answer = browser.post("/cases/bulk", data=sent)
    assert answer.status_code == 200 and "Сделано строк: 1 из 2." in answer.text
    assert str(second) in answer.text and "1 строка пропущена" in answer.text.replace("\u00a0", " ")
    assert (first.status, second.status) == (CaseStatus.REGISTERED, CaseStatus.ASSESSMENT)


def test_a_step_that_asks_is_asked_once_for_all_and_keeps_the_ticks(office: Office) -> None:
    cases = _cases(office, CaseStatus.REGISTERED, CaseStatus.REGISTERED)
    curator = make_staff(office.stored, office.by)
    browser = office.come("Директор")
    ticked = {"action": "assign_curator", "rowid": [case.id for case in cases]}
    asked = browser.post("/cases/bulk", data=ticked)
    assert asked.status_code == 200 and "Отмечено строк: 2." in asked.text
    refused = browser.post("/cases/bulk", data=filled(asked, "/cases/bulk"))
    assert "Выберите из списка." in refused.text
    done = browser.post("/cases/bulk", data=filled(refused, "/cases/bulk", curator_id=curator.id))
    assert done.status_code == 302
    assert [case.curator_id for case in cases] == [curator.id] * 2
    assert len(office.stored.scalars(select(CuratorAssignment)).all()) == 2


def test_everything_found_means_everything_the_filter_finds(office: Office) -> None:
    with acting(office.by):
        cases = _cases(office, *[CaseStatus.IDENTIFIED] * 3, CaseStatus.REGISTERED)
    browser = office.come()
    sent = {"action": "advance", "all": "1", "sure": "1", "status": "registered"}
    assert browser.post("/cases/bulk?f.status=identified", data=sent).status_code == 302
    assert {case.status for case in cases} == {CaseStatus.REGISTERED}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"action": "advance", "sure": "1", "status": "registered"}, 302),
        ({"action": "nosuch", "rowid": ["1"]}, 404),
        ({"rowid": ["1"]}, 404),
        ({"action": "delete", "rowid": ["1"]}, 404),
        ({"action": "suspend", "rowid": ["1"]}, 404),
        ({"action": "advance", "rowid": ["abc"], "sure": "1"}, 400),
        ({"action": "advance", "rowid": ["1\x00"], "sure": "1"}, 400),
        ({"action": "advance", "rowid": ["999999999999"], "sure": "1"}, 400),
        ({"action": "advance", "rowid": ["98765"], "sure": "1", "status": "registered"}, 404),
        ({"action": "advance", "rowid": [str(n) for n in range(1, MOST + 2)], "sure": "1"}, 400),
    ],
    ids=str,
)
def test_a_step_nobody_offered_touches_nothing(office: Office, sent: dict[str, Any], code: int) -> None:
    [case] = _cases(office, CaseStatus.IDENTIFIED)
    assert office.come().post("/cases/bulk", data=sent).status_code == code
    assert (case.status, case.version) == (CaseStatus.IDENTIFIED, case.version)


def test_a_row_ticked_twice_is_done_once(office: Office) -> None:
    [case] = _cases(office, CaseStatus.IDENTIFIED)
    sent = {"action": "advance", "rowid": [str(case.id), f"0{case.id}"], "sure": "1", "status": "registered"}
    assert office.come().post("/cases/bulk", data=sent).status_code == 302
    assert case.status == CaseStatus.REGISTERED


def test_a_step_without_the_right_is_404_and_its_button_is_not_drawn(office: Office) -> None:
    [case] = _cases(office, CaseStatus.REGISTERED)
    browser = office.come("Регистратор")
    assert browser.post("/cases/bulk", data={"action": "advance", "rowid": [case.id], "sure": "1"}).status_code == 404
    assert browser.post(f"/cases/action/advance/{case.id}", data={"sure": "1"}).status_code == 404
    assert 'value="advance"' not in browser.get("/cases/").text
    assert "/cases/action/advance/" not in browser.get(f"/cases/show/{case.id}").text


def test_a_row_the_database_refuses_is_skipped_and_leaves_no_trace(office: Office) -> None:
    """Two of three become namesakes of the first; the constraint refuses them one by one, in words."""
    services = [make_service(office.stored, office.by, name=f"Беседа {n}") for n in range(3)]
    make_service(office.stored, office.by, name="Общее имя")

    def rule(service: Service, *, by: Actor) -> None:
        if service is services[0]:
            service.measured_in = "час"
            return
        service.name = "Общее имя"

    result = run_over(office.stored, services, rule, by=office.by, values={})
    assert result.done == 1
    assert [title for title, _ in result.skipped] == ["Беседа 1", "Беседа 2"]
    assert {sentence for _, sentence in result.skipped} == {
        "Такие сведения уже внесены. Проверьте список и измените то, что повторяется."
    }
    office.stored.commit()
    assert [(s.name, s.measured_in) for s in services] == [("Беседа 0", "час"), *(
        (f"Беседа {n}", "услуга") for n in (1, 2)
    )]  # fmt: skip


def test_a_refused_row_is_left_exactly_as_it_was(office: Office) -> None:
    partner = PartnerOrganisation(name="Школа", kind=next(iter(PartnerKind)), service_unit_id=office.unit.id)
    office.stored.add(partner)
    office.stored.flush()

    def rule(record: PartnerOrganisation, *, by: Actor) -> None:
        record.name = "Наполовину"
        office.stored.flush()
        raise RuleBroken("Нельзя: проверка.")

    result = run_over(office.stored, [partner], rule, by=office.by, values={})
    assert (result.done, result.skipped, partner.name) == (0, (("Школа", "Нельзя: проверка."),), "Школа")


def test_a_single_step_is_asked_by_get_and_done_by_post_only(office: Office) -> None:
    [case] = _cases(office, CaseStatus.IDENTIFIED)
    browser, here = office.come(), f"/cases/action/advance/{case.id}"
    asked = browser.get(here)
    assert asked.status_code == 200 and case.status == CaseStatus.IDENTIFIED
    refused = browser.post(here, data=filled(asked, here, status="active"))
    assert refused.status_code == 200 and case.status == CaseStatus.IDENTIFIED
    no_machinery(refused)
    done = browser.post(here, data=filled(asked, here, status="registered"))
    assert (done.status_code, done.location) == (302, f"/cases/show/{case.id}")
    assert case.status == CaseStatus.REGISTERED
