"""The demonstration centre is believable, obeys every rule and can be entered by each role."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

import app.models  # noqa: F401 -- declares every table
from app import sealing
from app.acting import SYSTEM, acting, clock_at
from app.agreements.models import Agreement, AgreementStatus
from app.base import Model
from app.cases.models import CaseStatus, CuratorAssignment, EndReason, FamilyCase
from app.demo import Login, fill
from app.intake.models import Application, Intake, IntakeResult, JournalCode, JournalEntry, Recognition
from app.journal.models import JournalRow
from app.meetings.models import Meeting, MeetingStatus
from app.organisation.models import ServiceUnit, StaffMember
from app.people.models import Consent, ConsentStatus, Family, Person
from app.people.rules import check_snils
from app.programmes.models import Programme, ProgrammeVersion, VersionStatus
from app.roles import ROLES
from app.services.models import ServiceRecord
from tests.make import DAY, refused

PASSWORD = "Озеро-зимой-5"


@contextmanager
def empty_installation(*, roles: bool = True) -> Iterator[Session]:
    """Give a session on fresh tables with the delivered roles, the system acting on the day of the tests."""
    engine = create_engine("sqlite://")
    Model.metadata.create_all(engine)
    sealing.use_keys({1: bytes(range(32))})
    with clock_at(DAY), acting(SYSTEM), Session(engine) as session:
        session.add_all(Role(name=name) for name in (ROLES if roles else ()))
        session.flush()
        yield session
    engine.dispose()


@pytest.fixture(scope="module")
def filled() -> Iterator[tuple[Session, list[Login]]]:
    with empty_installation() as session:
        yield session, fill(session, families=20, password=PASSWORD)


@pytest.fixture
def session(filled) -> Iterator[Session]:
    with clock_at(DAY), acting(SYSTEM):
        yield filled[0]


def everyone(session: Session, model: type[Any]) -> list[Any]:
    return list(session.scalars(select(model).order_by(model.id)))


def test_there_is_a_way_in_for_every_role(filled, session):
    logins = filled[1]
    assert {login.role for login in logins} == set(ROLES)
    for login in logins:
        user = session.scalars(select(User).where(User.username == login.login)).one()
        assert user.active and check_password_hash(user.password, login.password)
        assert [role.name for role in user.roles] == [login.role]
    assert str(logins[0]) == f"Директор: имя korolev, пароль {PASSWORD}"


def test_a_centre_filled_once_is_not_filled_again(session):
    with refused("В базе уже есть семьи. Примеры добавляют только в пустую базу."):
        fill(session)


def test_without_roles_the_centre_is_not_filled():
    with (
        empty_installation(roles=False) as session,
        refused("Роли ещё не заведены. Сначала выполните команду opora setup."),
    ):
        fill(session)


def test_the_unit_made_by_setup_becomes_the_demonstration_centre(session):
    assert [unit.short_name for unit in everyone(session, ServiceUnit)] == ["Верхнеозёрский КЦСОН"]


def test_cases_stand_in_every_state_and_end_for_different_reasons(session):
    cases = everyone(session, FamilyCase)
    assert {case.status for case in cases} == set(CaseStatus)
    assert {case.end_reason for case in cases if case.end_reason} == {
        EndReason.GOALS_MET,
        EndReason.MOVED,
        EndReason.FAMILY_REFUSED,
        EndReason.CHILDREN_GROWN,
    }
    assert len(cases) > len(everyone(session, Family)), "one family came a second time"


def test_programmes_and_meetings_stand_in_many_states(session):
    versions = {version.status for version in everyone(session, ProgrammeVersion)}
    assert versions >= {
        VersionStatus.DRAFT,
        VersionStatus.SUBMITTED,
        VersionStatus.IN_FORCE,
        VersionStatus.SUPERSEDED,
        VersionStatus.COMPLETED,
        VersionStatus.TERMINATED,
    }
    meetings = Counter(meeting.status for meeting in everyone(session, Meeting))
    assert meetings[MeetingStatus.PROTOCOL_SIGNED] >= 5
    assert meetings[MeetingStatus.PLANNED] == 1


def test_the_curator_of_a_case_is_the_one_assigned_now(session):
    assigned = [row for row in everyone(session, CuratorAssignment) if row.date_to is None]
    assert {case.id: case.curator_id for case in everyone(session, FamilyCase) if case.curator_id} == {
        row.case_id: row.staff_id for row in assigned
    }
    assert any(case.curator_id is None and case.status.is_open for case in everyone(session, FamilyCase))


def test_one_curator_has_left_and_leads_no_family(session):
    left = [staff for staff in everyone(session, StaffMember) if staff.active_to is not None]
    assert [(staff.last_name, staff.account.user.active) for staff in left] == [("Мельникова", False)]
    led = select(func.count()).select_from(FamilyCase).where(FamilyCase.curator_id == left[0].id)
    assert session.scalar(led) == 0


def test_who_is_accompanied_has_an_agreement_and_a_programme_in_force(session):
    agreed = {row.case_id for row in everyone(session, Agreement) if row.status == AgreementStatus.SIGNED}
    acting_programmes = {
        row.programme.case_id for row in everyone(session, ProgrammeVersion) if row.status == VersionStatus.IN_FORCE
    }
    accompanied = {
        case.id
        for case in everyone(session, FamilyCase)
        if case.status in (CaseStatus.ACTIVE, CaseStatus.SUSPENDED, CaseStatus.REVIEW)
    }
    ended = {case.id for case in everyone(session, FamilyCase) if not case.status.is_open}
    assert accompanied <= agreed
    assert acting_programmes == accompanied
    assert not ended & agreed


def test_numbers_run_in_the_order_of_time_without_gaps(session):
    for model, day in ((FamilyCase, "opened_at"), (Agreement, "date"), (Programme, "created_at")):
        taken = [row for row in everyone(session, model) if row.number]
        by_year: dict[str, list[tuple[int, Any]]] = {}
        for row in taken:
            number, year = row.number.split("/")
            by_year.setdefault(year, []).append((int(number), getattr(row, day)))
        for numbered in by_year.values():
            numbered.sort()
            assert [number for number, _ in numbered] == list(range(1, len(numbered) + 1))
            assert [moment for _, moment in numbered] == sorted(moment for _, moment in numbered)


def test_every_case_came_by_a_message_and_the_journals_have_no_gap(session):
    for code in JournalCode:
        rows = session.scalars(select(JournalEntry).where(JournalEntry.journal == code)).all()
        for year in {row.year for row in rows}:
            numbers = sorted(row.number for row in rows if row.year == year)
            assert numbers == list(range(1, len(numbers) + 1)), (code, year)
    first = {case.id for case in session.scalars(select(FamilyCase)) if case.previous_case_id is None}
    assert first <= set(session.scalars(select(Intake.case_id)))
    assert set(session.scalars(select(Intake.result))) >= {IntakeResult.IN_WORK, IntakeResult.ACCEPTED}
    assert session.scalar(select(func.count(Application.id))) >= len(first) // 2
    assert session.scalar(select(func.count(Recognition.id))) > 0


def test_services_fill_the_months_and_lie_within_their_cases(session):
    services = everyone(session, ServiceRecord)
    months = {(given.date.year, given.date.month) for given in services}
    assert len(services) > 300
    assert len(months) >= 18
    outside = [
        given for given in services if not given.case.opened_at <= given.date <= min(given.case.ended_at or DAY, DAY)
    ]
    assert outside == []
    assert 0 < sum(1 for given in services if given.annulled_at) < len(services) / 20
    assert sum(1 for given in services if given.measure_lineage_id) > len(services) / 10


def test_names_are_as_hard_as_in_life(session):
    names = [person.name for person in everyone(session, Person)]
    for piece in ("ё", "-", " кызы", " оглы"):
        assert any(piece in name for name in names), piece
    snils = [person.snils for person in everyone(session, Person) if person.snils]
    for number in snils:
        check_snils(number)
    assert len(snils) == len(set(snils)) < len(names)


def test_consents_stand_have_run_out_and_were_revoked(session):
    assert {consent.status for consent in everyone(session, Consent)} == set(ConsentStatus)


def test_the_journal_tells_two_years_in_order(session):
    moments = session.scalars(
        select(JournalRow.at).where(JournalRow.actor != SYSTEM.name).order_by(JournalRow.id)
    ).all()
    assert list(moments) == sorted(moments)
    assert moments[-1].date() <= DAY
    assert moments[-1] - moments[0] > dt.timedelta(days=600)
    actors = set(session.scalars(select(JournalRow.actor).distinct()))
    assert {"Лосева\u00a0И.\u00a0П.", "Журавлёва\u00a0Н.\u00a0С.", "Чайкина\u00a0О.\u00a0Л."} <= actors


def test_the_same_seed_gives_the_same_centre():
    def told() -> list[tuple[Any, ...]]:
        with empty_installation() as session:
            fill(session, families=4, password=PASSWORD)
            # Named events only: changes of fields within one save are journalled in no set order.
            rows = session.scalars(select(JournalRow).where(JournalRow.sentence != "").order_by(JournalRow.id))
            return [(row.at, row.actor, row.verb, row.sentence) for row in rows]

    assert told() == told()


def test_without_a_given_password_nobody_can_guess_it():
    with empty_installation() as session:
        first = fill(session, families=0)
    with empty_installation() as session:
        second = fill(session, families=0)
    assert first[0].password != second[0].password
    assert len(first[0].password) >= 5
