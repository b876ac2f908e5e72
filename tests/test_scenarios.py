"""Scenarios of the centres from beginning to end, each as people meet it (domain.md 6)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.acting import today
from app.cases.models import CaseStatus, FamilyCase
from app.cases.rules import assign_curator
from app.journal.models import JournalRow
from app.organisation.models import PartnerKind, PartnerOrganisation, ServiceArea, StaffMember
from app.people.models import Consent, ConsentKind, Person
from app.people.rules import STOP_WITHIN
from app.programmes.models import ExecutorType, Measure, MeasureLineage, Programme, ProgrammeVersion, VersionStatus
from tests.make import DAY, child_of, make_case, make_family, mother_of
from tests.register.conftest import Office, office
from tests.register.forms import filled
from tests.visiting import Browser, lead

__all__ = ["office"]

HEALTH = "Наблюдается у невролога"


def case_in_area(office: Office, number: str, name: str) -> tuple[FamilyCase, Browser]:
    """Return a case of a family of the area *number*, and the curator who answers for that area and leads it."""
    curator = office.come("Куратор")
    area = ServiceArea(number=number, name=f"Участок {number}", curator_id=curator.staff_id,
                       service_unit_id=office.unit.id)  # fmt: skip
    office.stored.add(area)
    office.stored.flush()
    family = make_family(office.stored, office.by, name=name, address=f"с. {name}, ул. Тихая, {number}",
                         territory=office.village, area_id=area.id)  # fmt: skip
    case = make_case(office.stored, office.by, family=family, status=CaseStatus.ACTIVE)
    lead(office.stored, curator, case)
    return case, curator


def measure_of(office: Office, case: FamilyCase, title: str, partner: PartnerOrganisation) -> Measure:
    """Return a measure of the programme in force of *case*, given to *partner*."""
    unit = {"service_unit_id": office.unit.id}
    programme = Programme(case=case, number=f"П-{case.id}", title="Программа", **unit)
    version = ProgrammeVersion(programme=programme, version_no=1, kind="first", status=VersionStatus.IN_FORCE,
                               goal="Цель", valid_from=DAY, valid_to=DAY + dt.timedelta(days=90), **unit)  # fmt: skip
    line = MeasureLineage(case=case, **unit)
    measure = Measure(programme_version=version, lineage=line, no=1, title=title, due=DAY, partner_id=partner.id,
                      executor_type=ExecutorType.ORGANISATION, **unit)  # fmt: skip
    office.stored.add_all([programme, version, line, measure])
    office.stored.flush()
    return measure


def journal_of(office: Office, browser: Browser) -> list[tuple[str, str, int | None]]:
    """Return what the journal says of a visitor: verb, table, number."""
    office.stored.commit()
    asked = select(JournalRow.verb, JournalRow.table_name, JournalRow.record_id)
    rows = office.stored.execute(asked.where(JournalRow.user_id == browser.user_id).order_by(JournalRow.id))
    return [(verb, table, pk) for verb, table, pk in rows]


def consent_given(office: Office, browser: Browser, child: Person) -> Consent:
    """Enter the paper of the mother about data on the health of *child*, through the form."""
    mother = mother_of(child.memberships[0].family)
    form = filled(browser.get(f"/consents/add?person_id={child.id}"), "/consents/add",
                  kind=ConsentKind.SPECIAL.value, given_by_id=mother.id, signed_at=f"{today():%d.%m.%Y}")  # fmt: skip
    assert browser.post("/consents/add", data=form).status_code == 302
    office.stored.expire_all()
    return office.stored.scalars(select(Consent).where(Consent.person_id == child.id)).one()


def health_typed(browser: Browser, child: Person, text: str) -> str:
    """Type *text* into the health note of *child* and return the page or address that answers."""
    here = f"/people/edit/{child.id}"
    answer = browser.post(here, data=filled(browser.get(here), here, health_note=text))
    return "saved" if answer.status_code == 302 else answer.text


@pytest.mark.rows("S001-2.4-a", "S003-1.3-b", "X-3")
@pytest.mark.both
def test_a5_rights(office: Office) -> None:
    case, curator = case_in_area(office, "1", "Тестова-1")
    other_case, other = case_in_area(office, "2", "Тестова-2")
    child, family = child_of(case.family), case.family

    # A curator of another area opens the case by its address: it is not there, and the journal knows.
    for address in (f"/cases/show/{case.id}", f"/families/show/{family.id}", f"/people/show/{child.id}"):
        foreign, missing = other.get(address), other.get(address.rpartition("/")[0] + "/987654")
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert "Тестова-1" not in foreign.text
    refused = [(table, pk) for verb, table, pk in journal_of(office, other) if verb == "access.refused"]
    assert [("family_case", case.id), ("family", family.id), ("person", child.id)] == refused[::2]
    director = office.come("Директор").get("/audit/?kind=Отказ в доступе&table=family_case").text
    assert f"/cases/show/{case.id}" in director and "отказано" in director

    # Somebody of a partner organisation sees the measure given to it, and no address of anybody.
    unit = {"service_unit_id": office.unit.id}
    school, clinic = (PartnerOrganisation(name=n, kind=PartnerKind.OTHER, **unit) for n in ("Школа", "Больница"))
    office.stored.add_all([school, clinic])
    office.stored.flush()
    given = measure_of(office, case, "Кружок для Пети", school)
    foreign_measure = measure_of(office, other_case, "Осмотр в больнице", clinic)
    partner = office.come("Сотрудник организации-партнёра")
    office.stored.get_one(StaffMember, partner.staff_id).partner_id = school.id
    listed, shown = partner.get("/measures/").text, partner.get(f"/measures/show/{given.id}").text
    assert "Кружок для Пети" in listed and "Кружок для Пети" in shown and "Осмотр в больнице" not in listed
    assert partner.get(f"/measures/show/{foreign_measure.id}").status_code == 404
    for address in ("/measures/", f"/measures/show/{given.id}", "/", "/families/", "/people/", "/search/?q=Тестова"):
        text = partner.get(address).text
        assert "Тихая" not in text and "Тестова-" not in text, address

    # The administrator sees no family.
    administrator = office.come("Администратор")
    for address in ("/families/", f"/families/show/{family.id}", f"/people/show/{child.id}", f"/cases/show/{case.id}"):
        assert administrator.get(address).status_code == 403
    for address in ("/", "/audit/", "/search/?q=Тестова", "/staff/", "/accounts/"):
        assert "Тестова-" not in administrator.get(address).text, address

    # Data on health are closed without a consent; with one they are shown, and the look is on record.
    assert "Нет письменного согласия" in curator.get(f"/people/show/{child.id}").text
    assert "Набранное здесь не сохранено." in health_typed(curator, child, HEALTH)
    consent_given(office, curator, child)
    assert health_typed(curator, child, HEALTH) == "saved"
    before = journal_of(office, curator)
    assert HEALTH in curator.get(f"/people/show/{child.id}").text
    assert journal_of(office, curator) == [*before, ("look.health", "person", child.id)]


@pytest.mark.rows("S000-6c", "X-4")
@pytest.mark.both
def test_a9_a_consent_is_withdrawn(office: Office) -> None:
    case, curator = case_in_area(office, "1", "Тестова-1")
    child, family = child_of(case.family), case.family
    consent = consent_given(office, curator, child)
    assert health_typed(curator, child, HEALTH) == "saved"
    sent = {"sure": "1", "revoke_reason": "Передумали", "revoked_at": f"{today():%d.%m.%Y}"}
    assert curator.post(f"/consents/action/revoke/{consent.id}", data=sent).status_code == 302

    # New data on health are refused, and what was there is closed.
    assert "Набранное здесь не сохранено." in health_typed(curator, child, "Новый диагноз")
    assert HEALTH not in curator.get(f"/people/show/{child.id}").text
    office.stored.expire_all()
    assert child.health_note == HEALTH

    # A task with a term of thirty days stands on the day of who works with the family.
    until = f"{today() + STOP_WITHIN:%d.%m.%Y}"
    assert dt.timedelta(days=30) == STOP_WITHIN
    for browser in (curator, office.come("Заведующий отделением")):
        day = browser.get("/").text
        assert f"Отозвано согласие: {child}" in day and f"Прекратить обработку до {until}" in day

    # A banner stands on the cards of the child and of the family.
    for card in (f"/people/show/{child.id}", f"/families/show/{family.id}", f"/consents/show/{consent.id}"):
        assert f"прекратить обработку до {until}" in curator.get(card).text, card

    # Who leads the family no longer has neither task nor banner.
    after = office.come("Куратор")
    office.stored.get_one(ServiceArea, family.area_id).curator_id = after.staff_id
    assign_curator(case, office.stored.get_one(StaffMember, after.staff_id), by=office.by)
    assert f"Отозвано согласие: {child}" in after.get("/").text
    assert f"Отозвано согласие: {child}" not in curator.get("/").text
    assert curator.get(f"/families/show/{family.id}").status_code == 404
