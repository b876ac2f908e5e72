"""Guards of the way in: messages, the target group, recognition, the application, consents, the journals.

Each answers None when it holds, else what is missing (:mod:`app.cases.gate`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, and_, exists, func, or_, select, type_coerce
from sqlalchemy import case as either

from app.base import session_of
from app.cases import gate
from app.cases.gate import NOT_MET
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.intake.models import Application, ApplicationStatus, Intake, JournalCode, JournalEntry, Recognition
from app.organisation.models import OrganisationType, ServiceUnit
from app.people.consents import closed_among
from app.people.lists import ChildStatus, ConsentKind, DisabilityKind, FamilyRole
from app.people.models import ChildProfile, Consent, DisabilityStatus, FamilyMember, OvzStatus, Person
from app.process.asking import CASE, FAMILY, GROWN_UP, PREVIOUS, TODAY, Question, answer, ask, for_all_roles
from app.words import counted

STANDING = (ApplicationStatus.REGISTERED, ApplicationStatus.IN_REVIEW, ApplicationStatus.SATISFIED)
"""States in which an application counts: written in the journal, neither refused nor taken back."""


def lacks(found: object, sentence: str = NOT_MET) -> str | None:
    """Return None when something was *found*, else what to say."""
    return None if found else sentence


# ---- messages ----------------------------------------------------------------------------------------

# A case that continues another rests on the message that brought the family then.
_about = or_(Intake.case_id.in_([CASE, PREVIOUS]), and_(Intake.case_id.is_(None), Intake.family_id == FAMILY))
RECEIVED = ask(select(func.max(Intake.received_at)).where(_about))
GROUNDED = ask(select(func.max(Intake.received_at)).where(_about, Intake.ground.is_not(None)))


@gate.checks("has_intake")
def has_intake(case: FamilyCase) -> str | None:
    """A message about the family, or its own request, is registered (S003-2.3)."""
    return lacks(answer(case, RECEIVED))


@gate.checks("has_ground")
def has_ground(case: FamilyCase) -> str | None:
    """The message names the ground on which the centre acts (S004-Г-1)."""
    return lacks(answer(case, GROUNDED))


@gate.checks("has_source")
def has_source(case: FamilyCase) -> str | None:
    """It is known who brought the family to notice (S001-2.2-b)."""
    return lacks(case.source or answer(case, RECEIVED))


# ---- the target group --------------------------------------------------------------------------------


def _child(*more: Any) -> Select[int]:
    """Return the query that counts the children under 18 of the family of whom *more* is true."""
    current = (FamilyMember.family_id == FAMILY, FamilyMember.date_to.is_(None), FamilyMember.role == FamilyRole.CHILD)
    minor = select(func.count(Person.id)).join(Person.memberships).where(*current, Person.birth_date > GROWN_UP)
    return minor.where(*more)


def _marked(status: ChildStatus) -> Any:
    return exists().where(
        ChildProfile.person_id == Person.id, type_coerce(ChildProfile.child_status, String).like(f"%,{status.value},%")
    )


_disabled = exists().where(
    DisabilityStatus.person_id == Person.id,
    DisabilityStatus.kind == DisabilityKind.CHILD,
    or_(DisabilityStatus.valid_to.is_(None), DisabilityStatus.valid_to >= TODAY),
)
_limited = exists().where(
    OvzStatus.person_id == Person.id, or_(OvzStatus.valid_to.is_(None), OvzStatus.valid_to >= TODAY)
)
DISABLED = ask(_child(or_(_disabled, _marked(ChildStatus.DISABLED))))
GROUPS: dict[str, Question] = {
    "child_disabled": DISABLED,
    "child_ovz": ask(_child(or_(_limited, _marked(ChildStatus.OVZ)))),
    "family_with_minor": ask(_child()),
}
"""How many children make the family one of each target group an order of work may name."""
BY_PAPER = ("child_disabled", "child_ovz")
"""Groups a paper of the child makes the family one of."""


@gate.checks("target_group_ok")
def target_group_ok(case: FamilyCase) -> str | None:
    """The family belongs to one of the groups the centre works with (S000-0, S002-1.1, S004-О-8)."""
    session = session_of(case)
    order, unit = order_in_force(session, case.service_unit_id), session.get_one(ServiceUnit, case.service_unit_id)
    if order is None:
        return None
    # A rehabilitation centre is for disabled children whatever its order of work says.
    if unit.organisation_type is OrganisationType.REHABILITATION_DISABLED and not answer(case, DISABLED):
        return "Семья не относится к целевой группе: в ней нет ребёнка-инвалида."
    groups = [one for one in order.target_groups if one.code in GROUPS]
    if any(answer(case, GROUPS[one.code]) for one in groups):
        return None
    by_paper = any(one.code in BY_PAPER for one in groups)
    told = f"Семья не относится к целевой группе: {', '.join(one.label for one in groups)}."
    return f"{told} Если справка есть, внесите её в карточку ребёнка." if by_paper else told


# ---- recognition and the application -----------------------------------------------------------------

_decided = select(func.max(Recognition.decided_on)).where(Recognition.case_id == CASE)
RECOGNISED = ask(_decided.where(Recognition.is_positive))
NOT_RECOGNISED = ask(_decided.where(Recognition.is_positive.is_(False)))
_applied = (Application.case_id == CASE, Application.status.in_(STANDING))
APPLIED = ask(select(func.max(Application.received_at)).where(*_applied))
IN_JOURNAL = ask(
    select(func.max(JournalEntry.at))
    .join(JournalEntry.application)
    .where(*_applied, JournalEntry.journal == JournalCode.INTAKES, JournalEntry.annulled_at.is_(None))
)


@gate.checks("recognition_positive")
def recognition_positive(case: FamilyCase) -> str | None:
    """The body has recognised the family as needing help (S003-3.1, S002-1.2)."""
    if answer(case, RECOGNISED):
        return None
    refused = answer(case, NOT_RECOGNISED)
    return f"В признании семьи нуждающейся отказано {refused:%d.%m.%Y}." if refused else NOT_MET


@gate.checks("recognition_negative")
def recognition_negative(case: FamilyCase) -> str | None:
    """The body has refused to recognise the family, and has not recognised it since (S003-3.1)."""
    return lacks(answer(case, NOT_RECOGNISED) and not answer(case, RECOGNISED))


@gate.checks("has_application")
def has_application(case: FamilyCase) -> str | None:
    """The family has applied in writing, and the application is registered (S000-6a)."""
    return lacks(answer(case, APPLIED))


@gate.checks("application_after_recognition")
def application_after_recognition(case: FamilyCase) -> str | None:
    """The application is no earlier than the recognition (S003-3.2)."""
    applied, recognised = answer(case, APPLIED), answer(case, RECOGNISED)
    if applied is None:
        return "Нет письменного заявления, поданного после признания."
    if recognised is None:
        return "Семья ещё не признана нуждающейся, заявление подают после признания."
    early = f"Заявление от {applied:%d.%m.%Y} раньше признания {recognised:%d.%m.%Y}."
    return lacks(applied >= recognised, early)


@gate.checks("application_in_journal")
def application_in_journal(case: FamilyCase) -> str | None:
    """The application stands in the journal R02 (S003-3.3)."""
    return lacks(answer(case, IN_JOURNAL))


# ---- consents ----------------------------------------------------------------------------------------

_current = (FamilyMember.family_id == FAMILY, FamilyMember.date_to.is_(None))
_asked = or_(FamilyMember.is_legal_representative, FamilyMember.role == FamilyRole.CHILD)
_stands = (
    Consent.kind == ConsentKind.PROCESSING,
    Consent.signed_at <= TODAY,
    or_(Consent.revoked_at.is_(None), Consent.revoked_at > TODAY),
    or_(Consent.valid_to.is_(None), Consent.valid_to >= TODAY),
)
_given = exists().where(Consent.person_id == FamilyMember.person_id, *_stands)


def without_consent(wanted: Any) -> Select[Any]:
    """Return the query of *wanted* about who of the family should have consented and has not."""
    return select(wanted).where(*_current, _asked, ~_given)


_without = without_consent(func.count(FamilyMember.id))
_consented = (
    select(func.max(Consent.signed_at))
    .join(FamilyMember, FamilyMember.person_id == Consent.person_id)
    .where(*_current, _asked, *_stands)
)
NOT_CONSENTED, CONSENTED = ask(_without), ask(_consented)
ALL_CONSENTED = ask(select(either((_without.scalar_subquery() == 0, _consented.scalar_subquery()))))


@gate.checks("has_consents")
def has_consents(case: FamilyCase) -> str | None:
    """Every representative and every child has a standing consent to the processing of data (S000-6c)."""
    missing = answer(case, NOT_CONSENTED)
    if not missing:
        return None
    if not answer(case, CONSENTED):
        return NOT_MET
    who = counted(missing, "человека", "человек", "человек")
    return f"Нет согласия на обработку персональных данных: не хватает у {who} из семьи."


@gate.checks("has_health_consent_if_needed")
def has_health_consent_if_needed(case: FamilyCase) -> str | None:
    """Whose disability or limited health is on record has consented to that (S000-6c, 152-ФЗ, article 10)."""
    on_health = or_(
        exists().where(DisabilityStatus.person_id == FamilyMember.person_id),
        exists().where(OvzStatus.person_id == FamilyMember.person_id),
    )
    with for_all_roles():
        session = session_of(case)
        members = select(FamilyMember.person_id).where(
            FamilyMember.family_id == case.family_id, FamilyMember.date_to.is_(None), on_health
        )
        people = session.scalars(members).all()
        return lacks(not people or not closed_among(session, people))


# ---- the journal of families -------------------------------------------------------------------------

ENTERED = ask(
    select(func.max(JournalEntry.at)).where(
        JournalEntry.case_id == CASE, JournalEntry.journal == JournalCode.FAMILIES, JournalEntry.annulled_at.is_(None)
    )
)


@gate.checks("in_register_journal")
def in_register_journal(case: FamilyCase) -> str | None:
    """The family stands in the journal of families R03 (S004-1-e)."""
    return lacks(answer(case, ENTERED))


@gate.checks("has_category")
def has_category(case: FamilyCase) -> str | None:
    """The family is put into a category (S004-1-d)."""
    return lacks(case.category)
