"""How a curator of the demonstration centre makes a programme and has it approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator

from sqlalchemy import select

from app.acting import Actor, today
from app.base import session_of
from app.cases.models import CaseStatus, Direction, FamilyCase
from app.cases.rules import advance
from app.demo.words import GOALS, MEASURES, TASKS
from app.demo.world import World
from app.meetings.models import DecisionKind
from app.meetings.rules import decide_alone
from app.organisation.models import PartnerKind, PartnerOrganisation
from app.people.models import FamilyRole
from app.programmes.models import (
    ExecutorType,
    HelpKind,
    Measure,
    Periodicity,
    Programme,
    ProgrammeVersion,
    VersionStatus,
)
from app.programmes.rules import (
    add_measure,
    agree_with_family,
    change_draft,
    change_measure,
    correct,
    put_in_force,
    start_programme,
    submit,
)

Telling = Generator[dt.datetime, None, ProgrammeVersion]
"""A part of a story that ends with the version it was about."""


def approved_programme(world: World, case: FamilyCase, *, goes_on: bool, submit_at: dt.datetime | None) -> Telling:
    """Draft a programme and bring it to the council until it is approved.

    Without *goes_on* the draft is left on the desk; with *submit_at* it is sent only then.
    """
    yield world.later(1, 4)
    with world.acting_curator(case) as curator:
        version = start_programme(
            world.session,
            case,
            by=curator,
            goal=world.rng.choice(GOALS),
            tasks=TASKS,
            valid_from=today(),
            valid_to=today() + dt.timedelta(days=365),
        )
        for title, *_ in world.rng.sample(MEASURES, k=world.rng.randint(3, 6)):
            _measure(world, case, version, title, curator)
    yield world.later(3, 6)
    if not goes_on:
        # The story rests here: nothing happens to this draft before the end.
        yield world.end + dt.timedelta(days=1)
    while True:
        _family_agrees(world, case, version)
        yield submit_at or world.later(1, 3)
        _sent(world, case, version)
        while version.status is VersionStatus.SUBMITTED:
            yield world.later(3, 5)
        if version.status is VersionStatus.APPROVED:
            return version
        version = version.programme.versions[-1]
        with world.acting_curator(case) as curator:
            if case.status == CaseStatus.APPROVAL:
                advance(case, CaseStatus.PLANNING, by=curator)
            change_draft(version, by=curator, tasks=f"{TASKS}\nУчесть замечания заседания.")
        yield world.later(2, 4)


def corrected_programme(world: World, case: FamilyCase) -> Telling:
    """Correct the programme in force: a new measure, a later term, approved by the director alone."""
    with world.acting_curator(case) as curator:
        programme = version_in_force(case).programme
        version = correct(programme, by=curator, reason="Изменились обстоятельства семьи")
        world.session.expire(version, ["measures"])
        used = {measure.title for measure in version.measures}
        fresh = [title for title, *_ in MEASURES if title not in used]
        _measure(world, case, version, world.rng.choice(fresh), curator)
        change_measure(version.measures[0], by=curator, due=version.valid_from + dt.timedelta(days=360))
    yield world.later(2, 5)
    _family_agrees(world, case, version)
    with world.acting_curator(case) as curator:
        submit(version, by=curator, body=world.director_alone)
    yield world.later(1, 4)
    with world.acting("korolev") as director:
        number = f"{world.rng.randint(10, 300)}-п"
        decide_alone(
            version, by=director, body=world.director_alone, kind=DecisionKind.APPROVE, number=number, date=today()
        )
    yield world.later(1, 2)
    with world.acting_curator(case) as curator:
        put_in_force(version, by=curator)
    return version


def version_in_force(case: FamilyCase) -> ProgrammeVersion:
    """Return the acting version of the programme of *case*."""
    return (
        session_of(case)
        .scalars(
            select(ProgrammeVersion)
            .join(ProgrammeVersion.programme)
            .where(Programme.case_id == case.id, ProgrammeVersion.status == VersionStatus.IN_FORCE)
        )
        .one()
    )


def _measure(world: World, case: FamilyCase, version: ProgrammeVersion, title: str, curator: Actor) -> Measure:
    rng = world.rng
    _, direction, executor, form, periodicity, expected = next(line for line in MEASURES if line[0] == title)
    child = next(seat.person for seat in case.family.members if seat.role == FamilyRole.CHILD)
    specialist = executor is ExecutorType.SPECIALIST
    return add_measure(
        version,
        by=curator,
        title=title,
        direction=direction,
        help_kind=rng.choice(list(HelpKind)),
        recipient_id=child.id if rng.random() < 0.7 else None,
        executor_type=executor,
        executor_id=_specialist(case, direction) if specialist else None,
        partner_id=_partner(world, title).id if executor is ExecutorType.ORGANISATION else None,
        form=form,
        periodicity=periodicity,
        starts=version.valid_from,
        # What goes on by a timetable ends with the programme.
        due=version.valid_to
        if periodicity is Periodicity.BY_SCHEDULE
        else version.valid_from + dt.timedelta(days=rng.choice((60, 90, 120, 180, 300))),
        expected_result=expected,
    )


def _specialist(case: FamilyCase, direction: Direction) -> int | None:
    """Return who of the team works in *direction*; what nobody else does the curator does."""
    return next((seat.staff_id for seat in case.team if seat.direction is direction), case.curator_id)


BUS = "Подвоз ребёнка в школу"
WHO = {"Осмотр узкими специалистами": PartnerKind.HEALTH, "Кружок в доме культуры": PartnerKind.CULTURE}
"""Which kind of organisation is asked for what; the bus is that of the town's school."""


def _partner(world: World, title: str) -> PartnerOrganisation:
    able = [one for one in world.partners if one.kind is WHO.get(title, one.kind)]
    return next(one for one in able if one.name.startswith("Школа")) if title == BUS else world.rng.choice(able)


def _family_agrees(world: World, case: FamilyCase, version: ProgrammeVersion) -> None:
    person = next(seat.person for seat in case.family.members if seat.is_legal_representative and seat.is_current)
    with world.acting_curator(case) as curator:
        agree_with_family(version, by=curator, person=person, how="подпись на бумаге")


def _sent(world: World, case: FamilyCase, version: ProgrammeVersion) -> None:
    with world.acting_curator(case) as curator:
        submit(version, by=curator, body=world.council)
        if case.status == CaseStatus.PLANNING:
            advance(case, CaseStatus.APPROVAL, by=curator)
