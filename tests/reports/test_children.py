"""R04 Реестр детей: one line a child, and data on health only for who may see them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.cases.models import CaseStatus, EndReason, Outcome
from app.cases.rules import close_case
from app.organisation.models import PartnerKind, PartnerOrganisation
from app.people.models import (
    ChildProfile,
    ChildStatus,
    ConsentKind,
    DisabilityKind,
    DisabilityStatus,
    EducationKind,
    FamilyRole,
    OvzKind,
    OvzStatus,
    PreventionRegister,
    Sex,
)
from app.people.rules import NewMember, add_member, give_consent, revoke_consent
from reports import Asked
from tests.make import DAY, centre, child_of, make_adult, make_case, make_child, make_family, make_staff, mother_of
from tests.reports.reading import HEADER, exported, lines_of, totals_of

OPEN = [
    "№",
    "№ дела",
    "ФИО",
    "Дата рождения",
    "Возраст",
    "Пол",
    "Статус",
    "Образовательная организация, класс",
    "Форма обучения",
    "Законный представитель",
    "Участок",
    "Кружки, секции",
    "Куратор",
]
HEALTH = ["Инвалидность до", "ОВЗ"]


def make_pupil(session: Any, by: Any, case: Any, **health: Any) -> Any:
    """Give the child of *case* a school, a circle, a disability, a conclusion of the ПМПК and a prevention register."""
    child = child_of(case.family)
    school = PartnerOrganisation(name="Школа № 1", kind=PartnerKind.EDUCATION, service_unit_id=by.unit_id)
    session.add(school)
    session.flush()
    session.add_all(
        [
            ChildProfile(
                person_id=child.id,
                child_status=[ChildStatus.DISABLED, ChildStatus.GUARDIANSHIP],
                education_kind=EducationKind.SCHOOL,
                organisation_id=school.id,
                class_name="1 «Б»",
                leisure="шахматы",
                service_unit_id=by.unit_id,
            ),
            DisabilityStatus(
                person_id=child.id,
                kind=DisabilityKind.CHILD,
                established_at=dt.date(2025, 1, 1),
                valid_to=health.get("disabled_to", dt.date(2027, 1, 1)),
                service_unit_id=by.unit_id,
            ),
            OvzStatus(
                person_id=child.id,
                kind=OvzKind.AUTISM,
                concluded_at=dt.date(2025, 9, 1),
                valid_to=health.get("ovz_to", dt.date(2026, 9, 1)),
                service_unit_id=by.unit_id,
            ),
        ]
    )
    child.prevention_registers = [PreventionRegister.SCHOOL]
    session.flush()
    if health.get("consent", True):
        give_consent(child, by=by, kind=ConsentKind.SPECIAL, given_by=mother_of(case.family))
    return child


def test_every_cell_says_what_the_database_says():
    with centre() as (session, by):
        curator = make_staff(session, by, last_name="Щёголева", middle_name=None)
        case = make_case(session, by, curator=curator, status=CaseStatus.ASSESSMENT)
        child = make_pupil(session, by, case)

        sheet = exported("R04", session, by, Asked(DAY, health=True, registers=True))
        assert [cell.value for cell in sheet[HEADER]] == [*OPEN[:7], *HEALTH, *OPEN[7:12], "Учёты", "Куратор"]
        assert lines_of(sheet) == [
            {
                "№": 1,
                "№ дела": case.number,
                "ФИО": child.name,
                "Дата рождения": child.birth_date,
                "Возраст": 7,
                "Пол": Sex.MALE.label,
                "Статус": "ребёнок-инвалид, под опекой (попечительством)",
                "Инвалидность до": dt.date(2027, 1, 1),
                "ОВЗ": "расстройство аутистического спектра, до 01.09.2026",
                "Образовательная организация, класс": "Школа № 1, 1 «Б»",
                "Форма обучения": "школа",
                "Законный представитель": mother_of(case.family).name,
                "Участок": "–",
                "Кружки, секции": "шахматы",
                "Учёты": "внутришкольный учёт",
                "Куратор": "Щёголева\u00a0А.",
            }
        ]
        assert totals_of(sheet) == {"№": "ИТОГО", "ФИО": 1}


def test_s000_6c_where_the_consent_is_lacking_the_cells_on_health_say_so():
    with centre() as (session, by):
        child = make_pupil(session, by, make_case(session, by, status=CaseStatus.ASSESSMENT), consent=False)

        def told() -> tuple[str, ...]:
            [line] = lines_of(exported("R04", session, by, Asked(DAY, health=True, registers=True)))
            return line["Статус"], line["Инвалидность до"], line["ОВЗ"], line["Учёты"]

        assert told() == (
            "под опекой (попечительством)", "нужно согласие", "нужно согласие", "внутришкольный учёт",
        )  # fmt: skip
        consent = give_consent(
            child, by=by, kind=ConsentKind.SPECIAL, given_by=child.memberships[0].family.members[0].person
        )
        assert told()[1] == dt.date(2027, 1, 1)
        revoke_consent(consent, by=by, reason="Передумала")
        assert told()[1] == "нужно согласие"


def test_without_the_right_there_is_no_trace_of_health_or_registers():
    with centre() as (session, by):
        make_pupil(session, by, make_case(session, by, status=CaseStatus.ASSESSMENT))

        sheet = exported("R04", session, by, Asked(DAY))
        assert [cell.value for cell in sheet[HEADER]] == OPEN
        assert lines_of(sheet)[0]["Статус"] == "под опекой (попечительством)"
        texts = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
        assert not [word for word in ("инвалид", "аутист", "ОВЗ", "2027", "внутришкольный") if word in texts]


def test_data_on_health_are_those_valid_on_the_day():
    with centre() as (session, by):
        make_pupil(session, by, make_case(session, by, status=CaseStatus.ASSESSMENT), disabled_to=None)

        found = {}
        for day in (dt.date(2026, 9, 1), dt.date(2026, 9, 2)):
            [line] = lines_of(exported("R04", session, by, Asked(day, health=True)))
            found[day.day] = [line[title] for title in HEALTH]
        assert found == {
            1: ["бессрочно", "расстройство аутистического спектра, до 01.09.2026"],
            2: ["бессрочно", "–"],
        }


@pytest.mark.parametrize(
    ("role", "born", "is_listed"),
    [
        (FamilyRole.CHILD, dt.date(2008, 2, 18), False),  # of age on this very day
        (FamilyRole.CHILD, dt.date(2008, 2, 19), True),
        (FamilyRole.SIBLING, dt.date(2015, 1, 1), True),
        (FamilyRole.MOTHER, dt.date(2009, 1, 1), False),  # a mother of seventeen
    ],
)
def test_who_counts_as_a_child(role, born, is_listed):
    with centre() as (session, by):
        person = make_adult(session, by, first_name="Яна", birth_date=born)
        grandmother = make_adult(session, by, first_name="Анна", birth_date=dt.date(1960, 1, 1))
        members = [
            NewMember(grandmother, FamilyRole.GRANDMOTHER, is_legal_representative=True),
            NewMember(make_child(session, by), FamilyRole.CHILD),
            NewMember(person, role),
        ]
        make_case(session, by, family=make_family(session, by, members=members), status=CaseStatus.REGISTERED)
        session.flush()

        names = [line["ФИО"] for line in lines_of(exported("R04", session, by, Asked(DAY)))]
        assert (person.name in names) is is_listed
        assert len(names) == 1 + is_listed


def test_children_leave_the_register_with_their_family():
    with centre() as (session, by):
        case = make_case(session, by, status=CaseStatus.ACTIVE)
        baby = make_child(session, by, first_name="Яна", birth_date=dt.date(2026, 2, 3))
        add_member(case.family, baby, by=by, role=FamilyRole.CHILD)
        close_case(case, by=by, reason=EndReason.MOVED, outcome=Outcome.PARTIAL, on=dt.date(2026, 2, 17))
        session.flush()

        counts = {
            day: len(lines_of(exported("R04", session, by, Asked(dt.date(2026, 2, day))))) for day in (2, 3, 16, 17)
        }
        assert counts == {2: 1, 3: 2, 16: 2, 17: 0}
