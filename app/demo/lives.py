"""The story of one family, from the registrar's desk to wherever its case stands when the end comes."""

from __future__ import annotations

import datetime as dt
import enum

from app.acting import today
from app.agreements.models import Agreement, HelpKind
from app.agreements.rules import complete as complete_agreement
from app.agreements.rules import draft_agreement, end_accompaniment, in_force, sign
from app.cases.models import CaseSource, CaseStatus, Direction, EndReason, FamilyCase, Outcome
from app.cases.rules import add_to_team, advance, assign_curator, open_case, refuse_case, resume, suspend
from app.demo.arrivals import message_about, papers_of_a_case
from app.demo.families import Plan, enter_family
from app.demo.months import months_of_a_family, visits_of_a_family
from app.demo.programmes import approved_programme, corrected_programme, version_in_force
from app.demo.visits import measures_of_a_family, services_of_a_family
from app.demo.words import REFUSALS
from app.demo.world import Story, World
from app.intake.rules import open_case_from
from app.people.models import ConsentStatus, Family, Person
from app.people.rules import revoke_consent
from app.programmes import rules as programmes

FIRST_TERM = dt.timedelta(days=365)


@enum.unique
class Fate(enum.Enum):
    """How far a family has come at the end, with how many days before it the family came (latest, earliest)."""

    IDENTIFIED = (6, 14)
    REGISTERED = (18, 30)
    ASSESSMENT = (30, 45)
    PLANNING = (42, 60)
    APPROVAL = (50, 70)
    ACTIVE = (160, 720)
    ACTIVE_LONG = (430, 725)
    SUSPENDED = (240, 700)
    REVIEW = (420, 700)
    POST_SUPPORT = (470, 700)
    GOALS_MET = (560, 722)
    MOVED = (260, 700)
    LEFT = (250, 690)
    REFUSED = (60, 600)
    GROWN = (330, 700)


FATES = (
    Fate.ACTIVE_LONG, Fate.APPROVAL, Fate.GOALS_MET, Fate.ACTIVE, Fate.PLANNING, Fate.REVIEW, Fate.ACTIVE,
    Fate.IDENTIFIED, Fate.SUSPENDED, Fate.ACTIVE, Fate.POST_SUPPORT, Fate.MOVED, Fate.REGISTERED, Fate.ACTIVE_LONG,
    Fate.REFUSED, Fate.ASSESSMENT, Fate.LEFT, Fate.GROWN, Fate.ACTIVE_LONG, Fate.ACTIVE,
)  # fmt: skip
"""Fates in the order families are made, so that few families show as many states as they can."""


def life_of_a_family(world: World, plan: Plan, fate: Fate) -> Story:
    """Tell the life of one family."""
    yield world.before_end(*fate.value)
    if fate is Fate.GROWN:
        plan = Plan(plan.number, plan.surname, coming_of_age=today() + dt.timedelta(days=world.rng.randint(240, 300)))
    with world.acting("loseva") as registrar:
        family = enter_family(world, plan, registrar)
    yield world.later(1, 3)
    case = _opened(world, family, plan)
    if fate is Fate.IDENTIFIED:
        return
    yield world.later(2, 4)
    _step(world, case, CaseStatus.REGISTERED)
    papers_of_a_case(world, case)
    if fate is Fate.REFUSED:
        yield world.later(3, 8)
        _refused(world, family, case)
        return
    if fate is Fate.REGISTERED:
        return
    yield world.later(3, 6)
    _step(world, case, CaseStatus.ASSESSMENT)
    if fate is Fate.ASSESSMENT:
        return
    yield world.later(4, 8)
    _step(world, case, CaseStatus.PLANNING)
    _team(world, case)
    yield world.later(2, 5)
    _agreed(world, case)
    wait = world.before_end(1, 7) if fate is Fate.APPROVAL else None
    version = yield from approved_programme(world, case, goes_on=fate is not Fate.PLANNING, submit_at=wait)
    yield world.later(1, 3)
    with world.acting_curator(case) as curator:
        programmes.put_in_force(version, by=curator)
        advance(case, CaseStatus.ACTIVE, by=curator)
        case.next_review_at = today() + dt.timedelta(days=90)
    world.tell(services_of_a_family(world, case))
    world.tell(measures_of_a_family(world, case))
    world.tell(visits_of_a_family(world, case))
    world.tell(months_of_a_family(world, case))
    yield from _accompanied(world, family, case, fate)


def _opened(world: World, family: Family, plan: Plan) -> FamilyCase:
    message = message_about(world, family, world.rng.choice(list(CaseSource)), plan.number)
    with world.acting("berezkina") as head:
        case = open_case_from(message, family, by=head)
        # The head is away in one case of seven: the family waits for its curator.
        if plan.number % 7:
            _curator(world, case)
    return case


def _curator(world: World, case: FamilyCase) -> None:
    area = next(area for _, area in world.places if area.id == case.family.area_id)
    curator = next(staff for staff in world.staff.values() if staff is area.curator)
    melnikova = world.staff["melnikova"]
    if curator is world.staff["pletnev"] and melnikova.active_to is None:
        curator = melnikova
    order = f"Приказ № {world.rng.randint(1, 90)}-к от {today():%d.%m.%Y}"
    assign_curator(case, curator, by=world.actors["berezkina"], reason=order)


def _step(world: World, case: FamilyCase, to: CaseStatus) -> None:
    if case.curator_id is None and to == CaseStatus.ASSESSMENT:
        with world.acting("berezkina"):
            _curator(world, case)
    if case.curator_id is None:
        with world.acting("berezkina") as head:
            advance(case, to, by=head)
        return
    with world.acting_curator(case) as curator:
        advance(case, to, by=curator)


def _team(world: World, case: FamilyCase) -> None:
    with world.acting("berezkina") as head:
        add_to_team(case, world.staff["gromova"], by=head, function="психолог", direction=Direction.PSYCHOLOGICAL)
        if case.id % 2:
            add_to_team(case, world.staff["ershov"], by=head, function="педагог", direction=Direction.PEDAGOGICAL)
        if case.id % 3 == 0:
            add_to_team(case, world.staff["lekarkina"], by=head, function="медсестра", direction=Direction.MEDICAL)
        if case.id % 5 == 0:
            add_to_team(case, world.staff["zakonova"], by=head, function="юрист", direction=Direction.LEGAL)
        if case.id % 4 == 0:
            direction = Direction.REHABILITATION
            add_to_team(case, world.staff["oporin"], by=head, function="реабилитолог", direction=direction)


def representative(family: Family) -> Person:
    """Return who signs for the family."""
    return next(seat.person for seat in family.members if seat.is_legal_representative and seat.is_current)


def _agreed(world: World, case: FamilyCase) -> None:
    with world.acting_curator(case) as curator:
        agreement = draft_agreement(
            case,
            by=curator,
            customer=representative(case.family),
            valid_from=today(),
            valid_to=today() + FIRST_TERM,
            help_kinds=world.rng.sample(list(HelpKind), k=world.rng.randint(1, 4)),
        )
    with world.acting("korolev") as director:
        sign(agreement, by=director, signed_by=world.staff["korolev"])


def _standing_agreement(case: FamilyCase) -> Agreement:
    agreement = in_force(case)
    if agreement is None:
        raise LookupError(f"case {case.number} has no agreement in force")
    return agreement


def _refused(world: World, family: Family, case: FamilyCase) -> None:
    reason = world.rng.choice(REFUSALS)
    with world.acting("berezkina") as head:
        refuse_case(case, by=head, reason=reason)
    with world.acting("loseva") as registrar:
        given = [consent for seat in family.members for consent in seat.person.consents]
        for consent in given:
            if consent.status == ConsentStatus.ACTIVE:
                revoke_consent(consent, by=registrar, reason=reason)


# ---- accompaniment and its end -----------------------------------------------------------------------


def _accompanied(world: World, family: Family, case: FamilyCase, fate: Fate) -> Story:
    if fate in (Fate.ACTIVE, Fate.ACTIVE_LONG):
        yield from _long_accompanied(world, case)
    elif fate is Fate.SUSPENDED:
        yield world.before_end(5, 20)
        with world.acting("berezkina") as head:
            until = today() + dt.timedelta(days=world.rng.randint(40, 90))
            suspend(case, by=head, reason="Мать с ребёнком в санатории", until=until)
    elif fate is Fate.GROWN:
        yield world.at(_coming_of_age(family) + dt.timedelta(days=2))
        _ended(world, case, EndReason.CHILDREN_GROWN, Outcome.GOOD)
    elif fate in (Fate.MOVED, Fate.LEFT):
        yield world.later(50, 110)
        reason = EndReason.MOVED if fate is Fate.MOVED else EndReason.FAMILY_REFUSED
        _ended(world, case, reason, Outcome.PARTIAL)
    else:
        yield from _worked_through(world, family, case, fate)


def _long_accompanied(world: World, case: FamilyCase) -> Story:
    """Let a family be accompanied to the end, with a pause or a corrected programme on the way."""
    if case.id % 3 == 0:
        yield world.later(60, 90)
        with world.acting("berezkina") as head:
            until = today() + dt.timedelta(days=30)
            suspend(case, by=head, reason="Ребёнок в больнице", until=until)
        yield world.later(18, 32)
        with world.acting("berezkina") as head:
            resume(case, by=head)
    yield world.later(70, 130)
    if case.id % 2:
        yield from corrected_programme(world, case)
    agreement = _standing_agreement(case)
    yield world.at(agreement.valid_to - dt.timedelta(days=3))
    if case.status != CaseStatus.ACTIVE:
        return
    with world.acting_curator(case) as curator:
        complete_agreement(agreement, by=curator)
        case.next_review_at = today() + dt.timedelta(days=90)
    _agreed(world, case)


def _worked_through(world: World, family: Family, case: FamilyCase, fate: Fate) -> Story:
    """Let the work be done: its results are reviewed, the council hears them, the family is watched for a while."""
    yield world.later(190, 230)
    _step(world, case, CaseStatus.REVIEW)
    if fate is Fate.REVIEW:
        return
    world.waiting_for_review.append(case)
    while case.id not in world.heard:
        yield world.later(4, 6)
    with world.acting_curator(case) as curator:
        programmes.complete(version_in_force(case), by=curator)
        complete_agreement(_standing_agreement(case), by=curator)
        advance(case, CaseStatus.POST_SUPPORT, by=curator)
    if fate is Fate.POST_SUPPORT:
        return
    yield world.later(60, 80)
    _ended(world, case, EndReason.GOALS_MET, Outcome.GOOD)
    if case.id % 2:
        yield world.later(40, 60)
        with world.acting("berezkina") as head:
            again = open_case(family, by=head, source=CaseSource.FAMILY, previous=case)
            _curator(world, again)
            advance(again, CaseStatus.REGISTERED, by=head)


def _coming_of_age(family: Family) -> dt.date:
    born = max(seat.person.birth_date for seat in family.members)
    return born.replace(year=born.year + 18)


def _ended(world: World, case: FamilyCase, reason: EndReason, outcome: Outcome) -> None:
    with world.acting("berezkina") as head:
        end_accompaniment(case, by=head, reason=reason, outcome=outcome, child_stays=True)
