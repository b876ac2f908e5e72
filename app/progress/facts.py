"""What happened in cases in one month: measures planned and done, services, visits, requests (S000-11b, S002-3.5-b).

The same facts stand in the monthly report of an author, in the register R09 and before the head's control. They are
read for many cases at once in a constant number of queries. A measure stands in the plan of a month

* once: when its term comes in the month or has passed undone, or it was done in the month;
* again and again: in every month between its beginning and its term, and it was carried out if a service or a visit
  on its line says so.

A service counts in one place only: assistance (with escorting) by kind of help, mediation apart, all the rest by
direction, so that all together are the services of R06 (S002-2.2-c, S002-3.4-b).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.acting import today
from app.base import Choice
from app.cases.help import HelpKind
from app.cases.models import CaseTeamMember, Direction, FamilyCase, LevelPeriod
from app.meetings.models import AgendaItem, Decision, Meeting
from app.organisation.models import StaffMember
from app.programmes.difference import executor_of
from app.programmes.models import (
    ExecutorType,
    Measure,
    MeasureStatus,
    Periodicity,
    Programme,
    ProgrammeVersion,
    VersionKind,
    VersionStatus,
)
from app.referrals.models import Referral
from app.services.models import Service, ServiceKind, ServiceRecord
from app.visits.models import Visit
from app.visits.norm import Count, first_day, last_day, visits_of_month
from app.words import counted

AGAIN = (Periodicity.WEEKLY, Periodicity.MONTHLY, Periodicity.BY_SCHEDULE, Periodicity.CONSTANT)
"""Periodicities of what is carried out every month anew."""

ONCE_DONE = (MeasureStatus.DONE, MeasureStatus.PARTLY)
WAS_IN_FORCE = (
    VersionStatus.IN_FORCE,
    VersionStatus.SUPERSEDED,
    VersionStatus.COMPLETED,
    VersionStatus.TERMINATED,
)
ASSISTANCE = (ServiceKind.ASSISTANCE, ServiceKind.ESCORT)

HELP_BY_DIRECTION = {
    Direction.MEDICAL: HelpKind.MEDICAL,
    Direction.PSYCHOLOGICAL: HelpKind.PSYCHOLOGICAL,
    Direction.PSY_PED: HelpKind.PEDAGOGICAL,
    Direction.PEDAGOGICAL: HelpKind.PEDAGOGICAL,
    Direction.LEGAL: HelpKind.LEGAL,
}
"""The kind of help of assistance that no measure names; any other direction is social help."""


class Mark(Choice):
    """How a measure of the plan of a month stood at its end."""

    DONE = "done", "выполнено"
    PARTLY = "partly", "частично"
    NOT_DONE = "not_done", "не выполнено"
    GOING_ON = "going_on", "срок не наступил"


@dataclass(frozen=True)
class MeasureFact:
    """A measure in the plan of a month, as the report shows it (D18)."""

    title: str
    plan: str
    fact: str
    executor: str
    mark: Mark
    reason: str
    by_family: bool


@dataclass(frozen=True)
class Facts:
    """What happened in a case in a month; amounts of services by the code of direction, kind of help, kind."""

    measures: tuple[MeasureFact, ...] = ()
    services: Mapping[str, Decimal] = field(default_factory=dict)
    assistance: Mapping[str, Decimal] = field(default_factory=dict)
    mediation: Decimal = Decimal(0)
    kinds: Mapping[str, Decimal] = field(default_factory=dict)
    visits: Count = field(default_factory=Count)
    sent: int = 0
    answered: int = 0
    level: str = ""
    correction: str = ""

    def number(self, *marks: Mark, by_family: bool = False) -> int:
        """Return how many measures of the plan have one of *marks* (any), all or those of the family only."""
        return sum(
            (not marks or one.mark in marks) and (not by_family or one.by_family) for one in self.measures
        )  # fmt: skip

    @property
    def total(self) -> Decimal:
        """All services together, as R06 counts them."""
        return sum(self.kinds.values(), Decimal(0))

    @property
    def by_executor(self) -> tuple[tuple[str, int, int], ...]:
        """Who was to carry out how many measures and how many are done, the family among them (S002-3.5-b)."""
        names = dict.fromkeys(one.executor for one in self.measures)
        own = {name: [one for one in self.measures if one.executor == name] for name in names}
        return tuple(
            (name or "не назначен", len(them), sum(one.mark is Mark.DONE for one in them)) for name, them in own.items()
        )

    @property
    def undone(self) -> tuple[MeasureFact, ...]:
        """The measures that were not done."""
        return tuple(one for one in self.measures if one.mark is Mark.NOT_DONE)


def facts_of_month(
    session: Session, cases: Sequence[FamilyCase], month: dt.date, author: StaffMember | None = None
) -> dict[int, Facts]:
    """Return the facts of each of *cases* in the month of *month*.

    With an *author* they are his: measures he carries out or that are of his direction in the team, services and visits
    of his own, requests he sent. The norm of visits is told to whoever leads the case.
    """
    read = _Reading(session, [case.id for case in cases], first_day(month), last_day(month), author)
    visits = visits_of_month(session, cases, month, author.id if author is not None else None)
    plans, services, levels, corrections = read.measures(), read.services(), read.levels(), read.corrections()
    sent, answered = read.referrals()
    helps = {one.lineage_id: one.help_kind for plan in plans.values() for one in plan}
    carried = read.carried_out(services)

    def made(case: FamilyCase) -> Facts:
        rows = services.get(case.id, [])
        mediated = sum((row.amount for row in rows if row.kind is ServiceKind.MEDIATION), Decimal(0))
        return Facts(
            measures=tuple(
                fact for one in plans.get(case.id, []) if (fact := read.fact(one, carried.get(one.lineage_id, 0)))
            ),
            services=_sums(rows, lambda row: None if _apart(row) else row.direction),
            assistance=_sums(rows, lambda row: _help(row, helps) if row.kind in ASSISTANCE else None),
            mediation=mediated,
            kinds=_sums(rows, lambda row: row.kind),
            visits=visits[case.id],
            sent=sent.get(case.id, 0),
            answered=answered.get(case.id, 0),
            level=levels.get(case.id, ""),
            correction=corrections.get(case.id, ""),
        )

    return {case.id: made(case) for case in cases}


def _apart(row: Any) -> bool:
    return row.kind in ASSISTANCE or row.kind is ServiceKind.MEDIATION


def _help(row: Any, helps: Mapping[int, HelpKind | None]) -> HelpKind:
    return helps.get(row.lineage) or HELP_BY_DIRECTION.get(row.direction, HelpKind.SOCIAL)


def _sums(rows: Sequence[Any], place: Callable[[Any], Choice | None]) -> dict[str, Decimal]:
    made: dict[str, Decimal] = {}
    for row in rows:
        where = place(row)
        if where is not None:
            made[where.value] = made.get(where.value, Decimal(0)) + row.amount
    return made


@dataclass
class _Reading:
    """The queries of one month: each reads what belongs to all the cases."""

    session: Session
    ids: list[int]
    first: dt.date
    last: dt.date
    author: StaffMember | None
    _marks: dict[int, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.until = min(self.last, today())

    # ---- measures ------------------------------------------------------------------------------------

    def measures(self) -> dict[int, list[Measure]]:
        """Return the measures of the version that was in force last in the month, each as it is marked now.

        A correction takes the marks with it, so the newest measure of a line tells how it went, also afterwards.
        """
        versions: dict[int, int] = dict(
            self.session.execute(
                select(Programme.case_id, ProgrammeVersion.id)
                .join(Programme.versions)
                .where(
                    Programme.case_id.in_(self.ids),
                    ProgrammeVersion.status.in_(WAS_IN_FORCE),
                    ProgrammeVersion.in_force_at <= self.last,
                )
                .order_by(ProgrammeVersion.version_no)
            ).all()
        )
        case_of = {version: case for case, version in versions.items()}
        planned = self.session.scalars(
            select(Measure)
            .where(Measure.version_id.in_(case_of))
            .options(
                joinedload(Measure.executor), joinedload(Measure.department), joinedload(Measure.partner),
                joinedload(Measure.programme_version),
            )
            .order_by(Measure.no)
        ).all()  # fmt: skip
        seats = self._directions()
        found: dict[int, list[Measure]] = {}
        for one in planned:
            case_id = case_of[one.version_id]
            if self.author is None or self._is_own(one, seats.get(case_id, frozenset())):
                found.setdefault(case_id, []).append(one)
        self._marks = self._newest([one.lineage_id for one in planned])
        return found

    def _newest(self, lineages: list[int]) -> dict[int, Any]:
        """Return how each line is marked by the newest version that was ever in force."""
        found = self.session.execute(
            select(Measure.lineage_id, Measure.status, Measure.done_at, Measure.not_done_reason)
            .join(Measure.programme_version)
            .where(Measure.lineage_id.in_(lineages), ProgrammeVersion.status.in_(WAS_IN_FORCE))
            .order_by(ProgrammeVersion.version_no)
        )
        return {row.lineage_id: row for row in found}

    def _directions(self) -> dict[int, frozenset[Direction]]:
        """Return in which directions the author worked in the team of each case in the month."""
        if self.author is None:
            return {}
        found: dict[int, set[Direction]] = {}
        seats = select(CaseTeamMember.case_id, CaseTeamMember.direction).where(
            CaseTeamMember.case_id.in_(self.ids),
            CaseTeamMember.staff_id == self.author.id,
            CaseTeamMember.date_from <= self.last,
            CaseTeamMember.date_to.is_(None) | (CaseTeamMember.date_to >= self.first),
        )
        for case_id, direction in self.session.execute(seats):
            if direction is not None:
                found.setdefault(case_id, set()).add(direction)
        return {case_id: frozenset(directions) for case_id, directions in found.items()}

    def _is_own(self, one: Measure, directions: frozenset[Direction]) -> bool:
        author = self.author
        assert author is not None
        return author.id == one.executor_id or one.direction in directions

    def fact(self, one: Measure, carried: int) -> MeasureFact | None:
        """Return the measure as the report shows it, None when it was not to be done in the month."""
        marked = self._marks[one.lineage_id]
        status, done_at = marked.status, marked.done_at
        begins = one.starts or one.programme_version.valid_from
        if status is MeasureStatus.CANCELLED or begins > self.last:
            return None
        finished = status in ONCE_DONE and done_at is not None and done_at <= self.last
        if finished and done_at < self.first:
            return None
        again = one.periodicity in AGAIN
        term = one.due or one.programme_version.valid_to
        if not finished and not again and term > self.last:
            return None
        if finished:
            mark = Mark.DONE if status is MeasureStatus.DONE else Mark.PARTLY
            said = f"{mark.label} {done_at:%d.%m.%Y}"
        elif again and carried and status is not MeasureStatus.NOT_DONE:
            mark, said = Mark.DONE, counted(carried, "раз", "раза", "раз")
        elif status is not MeasureStatus.NOT_DONE and self._is_still_time(term if not again else self.last):
            mark, said = Mark.GOING_ON, Mark.GOING_ON.label
        else:
            mark, said = Mark.NOT_DONE, Mark.NOT_DONE.label
        return MeasureFact(
            title=one.title,
            plan=_planned(one),
            fact=said,
            executor=executor_of(one) or "",
            mark=mark,
            reason=(marked.not_done_reason or "") if mark is Mark.NOT_DONE else "",
            by_family=one.executor_type is ExecutorType.FAMILY,
        )

    def _is_still_time(self, term: dt.date) -> bool:
        """Whether the month is not over and *term* has not come."""
        return self.until < self.last and term >= self.until

    # ---- what was done -------------------------------------------------------------------------------

    def services(self) -> dict[int, list[Any]]:
        """Return the services by case, line, direction and kind, with their amount and how often they were given."""
        query = (
            select(
                ServiceRecord.case_id,
                ServiceRecord.measure_lineage_id.label("lineage"),
                Service.direction,
                Service.kind,
                func.sum(ServiceRecord.quantity).label("amount"),
                func.count().label("times"),
            )
            .join(ServiceRecord.service)
            .where(
                ServiceRecord.case_id.in_(self.ids),
                ServiceRecord.date.between(self.first, self.last),
                ServiceRecord.annulled_at.is_(None),
            )
            .group_by(ServiceRecord.case_id, ServiceRecord.measure_lineage_id, Service.direction, Service.kind)
            .order_by(ServiceRecord.case_id)
        )
        if self.author is not None:
            query = query.where(ServiceRecord.performer_id == self.author.id)
        found: dict[int, list[Any]] = {}
        for row in self.session.execute(query):
            found.setdefault(row.case_id, []).append(row)
        return found

    def carried_out(self, services: Mapping[int, list[Any]]) -> dict[int, int]:
        """Return how often each line was worked on in the month: services and visits on it."""
        times: dict[int, int] = {}
        for rows in services.values():
            for row in rows:
                if row.lineage is not None:
                    times[row.lineage] = times.get(row.lineage, 0) + row.times
        visits: Any = (
            select(Visit.lineage_id, func.count())
            .where(
                Visit.case_id.in_(self.ids), Visit.lineage_id.is_not(None), Visit.done_at.is_not(None),
                Visit.annulled_at.is_(None), Visit.day.between(self.first, self.last),
            )
            .group_by(Visit.lineage_id)
        )  # fmt: skip
        for lineage, number in self.session.execute(visits):
            times[lineage] = times.get(lineage, 0) + number
        return times

    def referrals(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return how many requests were sent, and how many answers came, in each case."""
        counts = []
        for day in (Referral.date, Referral.answer_at):
            query = select(Referral.case_id, func.count()).where(
                Referral.case_id.in_(self.ids), day.between(self.first, self.last), Referral.annulled_at.is_(None)
            )
            if self.author is not None:
                query = query.where(Referral.sent_by_id == self.author.id)
            counts.append(dict(self.session.execute(query.group_by(Referral.case_id)).all()))
        return counts[0], counts[1]

    def levels(self) -> dict[int, str]:
        """Return the level of each case at the end of the month."""
        found = select(LevelPeriod.case_id, LevelPeriod.label).where(
            LevelPeriod.case_id.in_(self.ids), LevelPeriod.date_from <= self.last
        )
        return dict(self.session.execute(found.order_by(LevelPeriod.date_from, LevelPeriod.id)).all())

    def corrections(self) -> dict[int, str]:
        """Return of the cases whose programme was corrected in the month by what: «да, протокол № 2»."""
        found = self.session.execute(
            select(Programme.case_id, Meeting.document_no, Meeting.number)
            .join(Programme.versions)
            .outerjoin(Decision, Decision.id == ProgrammeVersion.decision_id)
            .outerjoin(AgendaItem, AgendaItem.id == Decision.item_id)
            .outerjoin(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(
                Programme.case_id.in_(self.ids),
                ProgrammeVersion.kind != VersionKind.FIRST,
                ProgrammeVersion.in_force_at.between(self.first, self.last),
            )
            .order_by(ProgrammeVersion.version_no)
        )
        return {
            case_id: f"да, протокол № {written or number}" if written or number else "да"
            for case_id, written, number in found
        }


def _planned(one: Measure) -> str:
    """Return what was planned: how much, how often, until when."""
    often = one.periodicity.label if one.periodicity in AGAIN else ""
    until = f"до {one.due:%d.%m.%Y}" if one.due else ""
    return ", ".join(filter(None, (one.volume, often, until)))
