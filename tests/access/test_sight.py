"""Which families each word of SCOPES finds, and when sight ends (domain.md 3.10, checks D05 and D08)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.acting import Actor, acting, now
from app.cases.models import CaseStatus, CuratorAssignment, EndReason, FamilyCase, Outcome
from app.cases.rules import add_to_team, assign_curator, close_case, leave_team
from app.meetings.models import AgendaItem, Body, BodyKind, BodyMember, ItemKind, Meeting
from app.organisation.models import Department, PartnerKind, PartnerOrganisation, ServiceArea, StaffMember
from app.people.models import Family, FamilyMember, Person
from app.programmes.models import ExecutorType, Measure, MeasureLineage, Programme, ProgrammeVersion, VersionStatus
from app.roles import CODES, SCOPES, scopes_of
from tests import make
from tests.make import DAY, refused

_number = count(1)


class Office:
    """A centre with its head, and people who look at it in a role."""

    def __init__(self, session: Session, head: Actor) -> None:
        self.session, self.head = session, head

    def person(self, *codes: str, **more: object) -> Actor:
        """Return somebody of the staff who acts in the roles *codes*."""
        staff = make.make_staff(self.session, self.head, **more)
        found = replace(self.head, roles=frozenset(codes), staff_id=staff.id, user_id=1000 + staff.id, sees_unit=False)
        return replace(found, partner_id=staff.partner_id, department_id=staff.department_id)

    def staff(self, who: Actor) -> StaffMember:
        return self.session.get_one(StaffMember, who.staff_id)

    def case(self, curator: Actor | None = None, **more: object) -> FamilyCase:
        """Return a case of a family of its own, led by *curator*."""
        return make.make_case(self.session, self.head, curator=curator and self.staff(curator), **more)

    def charged(self, case: FamilyCase, status: VersionStatus = VersionStatus.IN_FORCE, **executor: object) -> Measure:
        """Return a measure of a version of *case* in *status*, given to *executor*."""
        unit = {"service_unit_id": self.head.unit_id}
        number = f"{case.id}"
        programme = Programme(case=case, number=number, title="Программа", **unit)
        version = ProgrammeVersion(programme=programme, version_no=1, kind="first", status=status, goal="Цель",
                                   valid_from=DAY, valid_to=DAY + dt.timedelta(days=90), **unit)  # fmt: skip
        line = MeasureLineage(case=case, **unit)
        measure = Measure(programme_version=version, lineage=line, no=1, title="Занятия", due=DAY, **executor, **unit)
        self.session.add_all([programme, version, line, measure])
        self.session.flush()
        return measure

    def sees(self, who: Actor, model: type = Family) -> set[int]:
        """Return the keys of the rows of *model* that *who* sees now."""
        self.session.flush()
        with acting(who):
            return set(self.session.scalars(select(model.id)))


@pytest.fixture
def office() -> Iterator[Office]:
    with make.centre() as (session, head):
        yield Office(session, head)


# ---- the words ---------------------------------------------------------------------------------------


def test_every_delivered_role_says_whose_rows_it_sees() -> None:
    assert SCOPES.keys() == CODES.keys()
    assert {word for words in SCOPES.values() for word in words} == {
        "unit", "own", "team", "department", "agenda", "measures",
    }  # fmt: skip


@pytest.mark.parametrize("role", ["head_of_service", "director", "registrar"])
def test_who_answers_for_the_unit_sees_every_family(office: Office, role: str) -> None:
    families = {office.case(office.person("curator")).family_id, office.case().family_id}
    assert office.sees(office.person(role)) == families


@pytest.mark.parametrize("role", ["administrator", "accountant", "volunteer_coordinator", "auditor", "Своя роль"])
def test_a_role_without_a_word_sees_no_family_and_nobody(office: Office, role: str) -> None:
    office.case(office.person("curator"))
    who = office.person(role)
    assert (office.sees(who), office.sees(who, Person), office.sees(who, FamilyCase)) == (set(), set(), set())


def test_the_rows_of_two_roles_add_up(office: Office) -> None:
    both = office.person("curator", "psychologist")
    led, helped, _ = office.case(both), office.case(), office.case()
    add_to_team(helped, office.staff(both), by=office.head)
    assert office.sees(both) == {led.family_id, helped.family_id}
    assert scopes_of({"curator", "registrar"}) >= {"own", "unit"}
    assert office.sees(replace(both, roles=both.roles | {"registrar"})) == office.sees(office.head)


# ---- own ---------------------------------------------------------------------------------------------


def test_a_curator_sees_the_families_he_leads_and_all_that_hangs_on_them(office: Office) -> None:
    mine, other = office.person("curator"), office.person("curator")
    case, foreign = office.case(mine), office.case(other)
    assert office.sees(mine) == {case.family_id}
    assert office.sees(mine, FamilyCase) == {case.id}
    assert office.sees(mine, Person) == {member.person_id for member in case.family.members}
    assert office.sees(mine, FamilyMember) == {member.id for member in case.family.members}
    assert office.sees(mine, CuratorAssignment) == {one.id for one in case.assignments}
    assert not office.sees(mine, Person) & {member.person_id for member in foreign.family.members}


def test_d08_a_curator_who_is_replaced_loses_sight_at_once(office: Office) -> None:
    before, after = office.person("curator"), office.person("curator")
    case = office.case(before)
    assign_curator(case, office.staff(after), by=office.head, on=DAY)
    assert (office.sees(before), office.sees(after)) == (set(), {case.family_id})


def test_a_case_that_ended_in_his_hands_stays_his_until_another_leads_a_new_one(office: Office) -> None:
    mine, other = office.person("curator"), office.person("curator")
    case = office.case(mine, status=CaseStatus.ACTIVE)
    close_case(case, by=office.head, reason=EndReason.MOVED, outcome=Outcome.PARTIAL, on=DAY)
    assert office.sees(mine) == {case.family_id}
    again = make.make_case(office.session, office.head, family=case.family, opened_at=DAY)
    assert office.sees(mine) == {case.family_id}
    assign_curator(again, office.staff(other), by=office.head, on=DAY)
    assert (office.sees(mine), office.sees(other)) == (set(), {case.family_id})


def test_who_led_a_case_before_its_last_curator_does_not_see_it_when_it_ends(office: Office) -> None:
    first, last = office.person("curator"), office.person("curator")
    case = office.case(first)
    assign_curator(case, office.staff(last), by=office.head, on=DAY)
    close_case(case, by=office.head, reason=EndReason.MOVED, on=DAY)
    assert (office.sees(first), office.sees(last)) == (set(), {case.family_id})


def test_a_curator_sees_the_families_of_his_area(office: Office) -> None:
    mine = office.person("curator")
    area = ServiceArea(number="1", name="Участок 1", curator_id=mine.staff_id, service_unit_id=office.head.unit_id)
    office.session.add(area)
    office.session.flush()
    there = make.make_family(office.session, office.head, area_id=area.id)
    make.make_family(office.session, office.head)
    assert office.sees(mine) == {there.id}
    area.curator_id = office.person("curator").staff_id
    assert office.sees(mine) == set()


def test_what_he_has_entered_stays_his_until_somebody_else_leads_it(office: Office) -> None:
    mine, other = office.person("curator"), office.person("curator")
    with acting(mine):
        family = make.make_family(office.session, mine)
        alone = make.make_adult(office.session, mine)
        office.session.flush()
    people = {member.person_id for member in family.members} | {alone.id}
    assert (office.sees(mine), office.sees(mine, Person)) == ({family.id}, people)
    case = make.make_case(office.session, office.head, family=family)
    assert office.sees(mine) == {family.id}
    assign_curator(case, office.staff(other), by=office.head)
    assert (office.sees(mine), office.sees(mine, Person)) == (set(), {alone.id})
    close_case(case, by=office.head, reason=EndReason.MOVED)
    assert office.sees(mine) == set()


def test_d08_only_the_head_says_who_leads_a_case(office: Office) -> None:
    mine = office.person("curator")
    case = office.case(mine)
    with acting(mine), refused("Куратора назначает руководитель службы. Попросите его."):
        assign_curator(case, office.staff(office.person("curator")), by=mine)


def test_d05_a_snils_in_a_card_out_of_sight_is_refused_without_telling_whose_it_is(office: Office) -> None:
    mine, snils = office.person("curator"), "11223344595"
    holder = make.make_adult(office.session, office.head, snils=snils)
    where = "Этот СНИЛС уже указан в карточке"
    with acting(mine), refused(f"{where}, которая вам не открыта. Спросите руководителя службы.", "snils"):
        make.make_adult(office.session, mine, snils=snils)
    with refused(f"{where} «{holder}». Откройте её или сверьте номер.", "snils"):
        make.make_adult(office.session, office.head, snils=snils)


# ---- team, department, measures ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", ["psychologist", "social_pedagogue", "social_worker", "lawyer", "nurse", "rehabilitation", "curator"]
)
def test_a_specialist_sees_the_families_of_his_team_until_he_leaves_it(office: Office, role: str) -> None:
    who, case = office.person(role), office.case(office.person("curator"))
    office.case(office.person("curator"))
    assert office.sees(who) == set()
    seat = add_to_team(case, office.staff(who), by=office.head)
    assert office.sees(who) == {case.family_id}
    leave_team(seat, by=office.head)
    assert office.sees(who) == set()


@pytest.mark.parametrize(
    ("status", "seen"), [("approved", True), ("in_force", True), ("draft", False), ("submitted", False),
                         ("superseded", False), ("terminated", False)]
)  # fmt: skip
def test_a_measure_to_carry_out_shows_the_family_while_its_version_stands(
    office: Office, status: str, seen: bool
) -> None:
    who, case = office.person("lawyer"), office.case(office.person("curator"))
    measure = office.charged(
        case, VersionStatus(status), executor_type=ExecutorType.SPECIALIST, executor_id=who.staff_id
    )
    assert office.sees(who) == ({case.family_id} if seen else set())
    assert office.sees(who, Measure) == ({measure.id} if seen else set())


def test_a_measure_of_a_department_shows_the_family_to_its_specialists_and_to_no_lawyer(office: Office) -> None:
    ours, theirs = (Department(name=name, service_unit_id=office.head.unit_id) for name in ("Первое", "Второе"))
    office.session.add_all([ours, theirs])
    office.session.flush()
    case = office.case(office.person("curator"))
    office.charged(case, executor_type=ExecutorType.DEPARTMENT, department_id=ours.id)
    assert office.sees(office.person("social_worker", department_id=ours.id)) == {case.family_id}
    assert office.sees(office.person("social_worker", department_id=theirs.id)) == set()
    assert office.sees(office.person("social_worker")) == set()
    assert office.sees(office.person("lawyer", department_id=ours.id)) == set()


def test_d09_a_partner_sees_the_measures_given_to_it_and_nothing_of_the_family(office: Office) -> None:
    unit = {"service_unit_id": office.head.unit_id}
    school, clinic = (PartnerOrganisation(name=n, kind=PartnerKind.OTHER, **unit) for n in ("Школа", "Больница"))
    office.session.add_all([school, clinic])
    office.session.flush()
    given = office.charged(office.case(), executor_type=ExecutorType.ORGANISATION, partner_id=school.id)
    office.charged(office.case(), executor_type=ExecutorType.ORGANISATION, partner_id=clinic.id)
    office.charged(office.case(), VersionStatus.DRAFT, executor_type=ExecutorType.ORGANISATION, partner_id=school.id)
    who = office.person("partner", partner_id=school.id, is_external=True)
    assert office.sees(who, Measure) == {given.id}
    for model in (Family, Person, FamilyMember, FamilyCase, Programme, ProgrammeVersion, MeasureLineage):
        assert office.sees(who, model) == set(), model.__name__
    assert office.sees(office.person("partner"), Measure) == set()


# ---- agenda ------------------------------------------------------------------------------------------


def test_the_secretary_sees_whom_a_body_is_asked_about_and_nobody_else(office: Office) -> None:
    body, asked, waiting, untouched = body_of(office), office.case(), office.case(), office.case()
    item = put_on_agenda(office, body, asked)
    version = office.charged(waiting).programme_version
    version.status, version.body_id = VersionStatus.SUBMITTED, body.id
    who = office.person("secretary")
    assert office.sees(who) == {asked.family_id, waiting.family_id}
    assert untouched.family_id not in office.sees(who)
    item.is_open = False
    assert office.sees(who) == {asked.family_id, waiting.family_id}


def test_a_member_of_a_body_sees_a_family_while_his_body_is_to_decide(office: Office) -> None:
    body, other = body_of(office), body_of(office)
    who, case = office.person("psychologist"), office.case()
    foreign = put_on_agenda(office, other, office.case())
    seat = BodyMember(body_id=body.id, staff_id=who.staff_id, date_from=DAY, service_unit_id=office.head.unit_id)
    office.session.add(seat)
    item = put_on_agenda(office, body, case)
    assert office.sees(who) == {case.family_id}
    assert office.sees(who, AgendaItem) == {item.id}
    assert foreign.id not in office.sees(who, AgendaItem)
    item.is_open = False
    assert office.sees(who) == set()
    item.is_open, seat.date_to = True, DAY
    assert office.sees(who) == set()


def test_a_question_about_no_family_is_everybodys(office: Office) -> None:
    item = put_on_agenda(office, body_of(office), None)
    assert office.sees(office.person("psychologist"), AgendaItem) == {item.id}


def body_of(office: Office) -> Body:
    body = Body(code=f"body{next(_number)}", title="Совет", kind=BodyKind.COUNCIL, service_unit_id=office.head.unit_id)
    office.session.add(body)
    office.session.flush()
    return body


def put_on_agenda(office: Office, body: Body, case: FamilyCase | None) -> AgendaItem:
    unit = {"service_unit_id": office.head.unit_id}
    meeting = Meeting(body=body, year=2026, number=next(_number), planned_at=now(), **unit)
    item = AgendaItem(meeting=meeting, no=1, kind=ItemKind.OTHER, case=case, is_open=True, **unit)
    office.session.add_all([meeting, item])
    office.session.flush()
    return item


# ---- the ways a statement may be written -------------------------------------------------------------


def test_every_way_of_asking_is_answered_alike(office: Office) -> None:
    """Aliases, joins, sub-queries, counts, unions, get and lazy links: the foreign family is nowhere."""
    mine = office.person("curator")
    own, foreign = office.case(mine), office.case(office.person("curator"))
    seen, hidden = own.family_id, foreign.family_id
    office.session.commit()
    office.session.expunge_all()
    other = aliased(Family)
    with acting(mine):
        ask = office.session
        assert ask.scalars(select(other.id)).all() == [seen]
        assert ask.scalar(select(func.count(Family.id))) == 1
        assert ask.scalar(select(func.count()).select_from(select(Family.id).subquery())) == 1
        assert ask.scalars(select(Family.id).where(Family.id.in_(select(FamilyCase.family_id)))).all() == [seen]
        assert (
            ask.scalars(select(Person.id).where(Person.memberships.any(FamilyMember.family_id == hidden))).all() == []
        )
        joined = select(FamilyCase.id, other.id).join(FamilyCase.family.of_type(other))
        assert [row[1] for row in ask.execute(joined)] == [seen]
        both = select(Family.id).union_all(select(FamilyCase.family_id))
        assert set(ask.scalars(both)) == {seen}
        assert ask.get(Family, hidden) is None
        assert ask.scalars(select(Family.id).where(Family.id.in_([seen, hidden]))).all() == [seen]
        loaded = ask.scalars(select(FamilyCase).options(joinedload(FamilyCase.family))).all()
        assert {case.family.id for case in loaded} == {seen}


def test_a_row_of_another_unit_is_never_seen_even_when_the_staff_member_leads_it(office: Office) -> None:
    mine = office.person("curator")
    case = office.case(mine)
    elsewhere = make.make_unit(office.session)
    assert office.sees(replace(mine, unit_id=elsewhere.id)) == set()
    assert office.sees(mine) == {case.family_id}
