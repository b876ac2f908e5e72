"""What is done for a family week by week: services given, measures marked."""

from __future__ import annotations

import datetime as dt

from app.acting import Actor, today
from app.cases.models import CaseStatus, Direction, FamilyCase
from app.demo.programmes import version_in_force
from app.demo.world import Story, World
from app.organisation.models import StaffMember
from app.people.models import Person
from app.programmes.models import Measure, MeasureLineage, MeasureStatus, Periodicity
from app.programmes.rules import mark_measure
from app.services.models import Place, Service
from app.services.rules import record_service, void_service

UNDER_PROGRAMME = (CaseStatus.ACTIVE, CaseStatus.REVIEW)


def services_of_a_family(world: World, case: FamilyCase) -> Story:
    """Give the family a service every week or two while it is accompanied, less often afterwards."""
    rng = world.rng
    while True:
        yield world.later(4, 13) if case.status == CaseStatus.ACTIVE else world.later(20, 40)
        if not case.status.is_open:
            return
        if case.status == CaseStatus.SUSPENDED:
            continue
        service = rng.choice(world.services)
        performer = _performer(world, case, service)
        # Some services are entered some days after they were given.
        on = today() - dt.timedelta(days=rng.randint(1, 4)) if rng.random() < 0.15 else today()
        with world.acting_staff(performer) as by:
            given = record_service(
                case,
                by=by,
                service=service,
                recipient=_recipient(world, case),
                performer=performer,
                on=max(on, case.started_at or on),
                quantity=rng.choice((1, 1, 1, 2)),
                minutes=max(10, (service.norm_minutes or 30) + rng.randrange(-15, 20, 5)),
                place=rng.choice(list(Place)),
                measure_lineage=_lineage(world, case, service),
                recipient_mark=rng.random() < 0.8,
                result=rng.choice((None, None, "Договорились о следующей встрече", "Документы собраны")),
            )
            if rng.random() < 0.01:
                void_service(given, by=by, reason="Внесена дважды")


def measures_of_a_family(world: World, case: FamilyCase) -> Story:
    """Mark the measures of the acting version: begun within a month, finished around the term."""
    while case.status.is_open:
        yield world.later(20, 34)
        if case.status not in UNDER_PROGRAMME:
            continue
        with world.acting_curator(case) as curator:
            for measure in list(version_in_force(case).measures):
                ripe = measure.due is not None and measure.due <= today() + dt.timedelta(days=10)
                if measure.status is MeasureStatus.PLANNED and not ripe:
                    mark_measure(measure, by=curator, status=MeasureStatus.IN_WORK)
                elif measure.status in (MeasureStatus.PLANNED, MeasureStatus.IN_WORK) and ripe:
                    _finish(world, measure, curator)


def _finish(world: World, measure: Measure, curator: Actor) -> None:
    """Finish most measures, some in part; one in ten fails and says why, one in ten is forgotten."""
    chance = world.rng.random()
    if chance < 0.1:
        return
    if chance < 0.2:
        mark_measure(measure, by=curator, status=MeasureStatus.NOT_DONE, reason="Семья не смогла приехать")
        return
    done = MeasureStatus.PARTLY if chance < 0.35 else MeasureStatus.DONE
    mark_measure(measure, by=curator, status=done, done_at=today(), result=measure.expected_result)


def _performer(world: World, case: FamilyCase, service: Service) -> StaffMember:
    by_direction = {Direction.PSYCHOLOGICAL: "gromova", Direction.PEDAGOGICAL: "ershov", Direction.URGENT: "surina"}
    login = by_direction.get(service.direction)
    return world.staff[login] if login else world.curator_of(case)


def _recipient(world: World, case: FamilyCase) -> Person:
    return world.rng.choice([seat.person for seat in case.family.members if seat.is_current])


def _lineage(world: World, case: FamilyCase, service: Service) -> MeasureLineage | None:
    """Return the line of a measure of the same direction, if the programme has one."""
    if case.status not in UNDER_PROGRAMME:
        return None
    for measure in version_in_force(case).measures:
        once = measure.periodicity is Periodicity.ONCE
        if measure.direction == service.direction and not once and world.rng.random() < 0.8:
            return measure.lineage
    return None
