"""Two families in one centre: one the visitor works with, one he has nothing to do with, each full of canaries.

A canary is a word that stands in one family's rows only. Where it turns up, that row has been read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor, acting, now, today
from app.agreements.models import Agreement
from app.base import Model
from app.cases.models import CaseSource, CaseStatus, FamilyCase
from app.cases.rules import add_to_team, assign_curator, open_case
from app.meetings.models import (
    AgendaItem,
    Body,
    BodyKind,
    Decision,
    DecisionAssignment,
    DecisionKind,
    ItemKind,
    Meeting,
)
from app.organisation.models import PartnerKind, PartnerOrganisation, ServiceUnit, StaffMember
from app.people.models import (
    ChildProfile,
    Consent,
    ConsentKind,
    DisabilityKind,
    DisabilityStatus,
    Family,
    FamilyKind,
    FamilyRole,
    OvzKind,
    OvzStatus,
    Sex,
)
from app.people.rules import NewMember, add_person, register_family
from app.programmes.models import ExecutorType, Measure, MeasureLineage, Programme, ProgrammeVersion, VersionStatus
from app.register.models import Attachment
from app.services.models import ServiceRecord
from tests import make

DAY = dt.date(2026, 2, 18)


@dataclass
class Household:
    """A family with one row in every table that hangs on it; *word* stands in each of them."""

    word: str
    snils: str
    family: Family
    case: FamilyCase
    rows: dict[str, Model]

    @property
    def canaries(self) -> tuple[str, ...]:
        """What is searched for in everything a visitor is sent."""
        three = f"{self.snils[:3]}-{self.snils[3:6]}-{self.snils[6:9]}"
        return (self.word, self.word.upper(), self.snils, three, f"{three} {self.snils[9:]}")


def household(
    session: Session, unit: ServiceUnit, word: str, snils: str, number: int, *, consented: bool = False
) -> Household:
    """Fill every table that hangs on a family; *word* is its surname, its diagnosis and its every note.

    *consented*: data on health are open to who may see them, so that nothing is hidden by the want of a consent only.
    """
    by = make.make_actor(unit)
    where = {"service_unit_id": unit.id}
    with acting(by):
        mother = add_person(session, by=by, last_name=word, first_name="Анна", sex=Sex.FEMALE,
                            birth_date=dt.date(1988, 3, 1), snils=snils, phone="+79001112233",
                            health_note=f"диагноз {word}", reg_address=f"ул. {word}, 1")  # fmt: skip
        child = add_person(session, by=by, last_name=word, first_name="Пётр", sex=Sex.MALE,
                           birth_date=dt.date(today().year - 9, 3, 1))  # fmt: skip
        members = [
            NewMember(mother, FamilyRole.MOTHER, is_legal_representative=True),
            NewMember(child, FamilyRole.CHILD),
        ]
        family = register_family(session, by=by, members=members, name=word, address=f"д. {word}, 1",
                                 family_kind=FamilyKind.MOTHER, note=word)  # fmt: skip
        case = open_case(family, by=by, source=CaseSource.FAMILY, opened_at=DAY, registered_at=DAY, category=word)
        case.note = word
        case.status = CaseStatus.ACTIVE
        assign_curator(case, _somebody(session, by, "куратор"), by=by)
        add_to_team(case, _somebody(session, by, "педагог"), by=by, function=word)
    programme = Programme(case=case, number=f"П-{number}", title=word, **where)
    until = DAY + dt.timedelta(days=90)
    version = ProgrammeVersion(programme=programme, version_no=1, kind="first", status=VersionStatus.IN_FORCE,
                               goal=word, tasks=word, valid_from=DAY, valid_to=until, **where)  # fmt: skip
    line = MeasureLineage(case=case, **where)
    measure = Measure(programme_version=version, lineage=line, no=1, title=f"Занятия {word}", due=DAY, problem=word,
                      executor_type=ExecutorType.VOLUNTEER, executor_name=word, **where)  # fmt: skip
    session.add_all([programme, version, line, measure])
    service = make.make_service(session, by)
    session.flush()
    body = Body(code=f"совет-{number}", title=f"Совет {number}", kind=BodyKind.COUNCIL, **where)
    meeting = Meeting(body=body, year=2026, number=number, planned_at=now(), **where)
    item = AgendaItem(
        meeting=meeting, no=1, kind=ItemKind.OTHER, title=word, case=case, is_open=True, heard=word, **where
    )
    decision = Decision(item=item, kind=DecisionKind.NOTE, reason=word, decided_at=now(), **where)
    performer = _somebody(session, by, "специалист")
    with session.no_autoflush:
        rows: list[Model] = [
            programme, version, line, measure, item, decision,
            DecisionAssignment(decision=decision, text=word, responsible=word, **where),
            ChildProfile(person=child, leisure=word, **where),
            DisabilityStatus(person=child, kind=DisabilityKind.CHILD, certificate_no=word, note=word, **where),
            OvzStatus(person=child, kind=next(iter(OvzKind)), conclusion_no=word, concluded_at=DAY, **where),
            Consent(person=mother, given_by=mother, kind=ConsentKind.TRANSFER, purposes=word, signed_at=DAY, **where),
            Agreement(case=case, customer=mother, valid_from=DAY, valid_to=DAY, family_duties=word, **where),
            ServiceRecord(case=case, service=service, performer=performer, recipient=mother,
                          date=DAY, result=word, comment=word, **where),
        ]  # fmt: skip
    if consented:
        rows += [
            Consent(
                person=one, given_by=mother, kind=ConsentKind.SPECIAL, signed_at=DAY, special_categories=True, **where
            )
            for one in (child, mother)
        ]
    session.add_all(rows)
    session.flush()
    session.add(Attachment(table_name="family", record_id=family.id, title=word, file_name=f"{word}.pdf", size=1,
                           media_type="application/pdf", digest="0" * 64, stored_as=f"{number}.none",
                           **where))  # fmt: skip
    rows += [family, mother, child, case, family.members[0], case.assignments[0], case.team[0]]
    session.flush()
    return Household(word, snils, family, case, {row.__tablename__: row for row in rows})


def _somebody(session: Session, by: Actor, position: str) -> StaffMember:
    return make.make_staff(session, by, position=position)


def works_with(session: Session, staff: StaffMember, home: Household, role: str) -> None:
    """Let *staff*, in the role named by its code, see the family of *home* as that role does."""
    if role == "curator":
        assign_curator(home.case, staff, by=SYSTEM)
    elif role == "partner":
        school = PartnerOrganisation(name="Школа", kind=PartnerKind.OTHER, service_unit_id=staff.service_unit_id)
        session.add(school)
        session.flush()
        staff.partner_id = school.id
        measure = home.rows["measure"]
        assert isinstance(measure, Measure)
        measure.executor_type, measure.partner_id = ExecutorType.ORGANISATION, school.id
    else:
        add_to_team(home.case, staff, by=SYSTEM)
    session.flush()


def first_unit(session: Session) -> ServiceUnit:
    """Return the unit the installation was set up with."""
    found: Any = session.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first()
    return found
