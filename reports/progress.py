"""R09 Отчёт о реализации программы за месяц (domain.md 5): one row for each case accompanied in the month.

The figures are the facts of the month as they are known now (:mod:`app.progress.facts`), never typed; beside them
stands when the report was handed in and accepted. A period of several months has a row for each case and month. The
columns of services are the directions of the centre's order of work, those of assistance the five kinds of help; with
mediation they add up to R06. Items of the programme of rehabilitation are data on health.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.acting import actor
from app.cases.help import HelpKind
from app.cases.models import Direction, FamilyCase
from app.cases.stages import order_in_force
from app.organisation.models import StaffMember
from app.people.models import Family, FamilyMember
from app.progress.facts import Facts, Mark, facts_of_month
from app.progress.models import ProgressReport
from app.rehabilitation.models import RehabItem, RehabItemStatus
from app.services.models import Service, ServiceRecord
from app.visits.norm import first_day, last_day
from app.words import THE_MONTHS, initials
from reports.cases import curator_on, narrowed
from reports.form import Asked, Field, Report, Sight
from reports.services import directions_shown

BATCH = 300
"""Cases read at once."""


@dataclass
class MonthLine:
    """A case in a month with its facts."""

    no: int
    month: dt.date
    number: str
    curator: str
    facts: Facts
    submitted: dt.date | None
    accepted: dt.date | None
    rehabilitation: int

    @property
    def called(self) -> str:
        """«март 2026»."""
        return f"{THE_MONTHS[self.month.month - 1]} {self.month.year}"

    @property
    def reasons(self) -> str:
        """What was not done and why, where somebody has said it."""
        return "; ".join(f"{one.title}: {one.reason or 'причина не указана'}" for one in self.facts.undone)

    @property
    def family_share(self) -> Decimal | None:
        """Of the family's measures the part that is done, in percent (S002-1.5-e)."""
        planned = self.facts.number(by_family=True)
        done = self.facts.number(Mark.DONE, by_family=True)
        return round(Decimal(100 * done) / planned, 1) if planned else None


def _lines(session: Session, asked: Asked) -> Iterator[MonthLine]:
    no = 0
    for month in months_of(asked):
        for part in _accompanied(session, asked, month):
            cases = [case for case, *_ in part]
            facts = facts_of_month(session, cases, month)
            handed = _handed_in(session, [case.id for case in cases], month)
            settled = _settled_items(session, cases, month) if asked.health else {}
            for case, last, first, middle in part:
                no += 1
                submitted, accepted = handed.get(case.id, (None, None))
                yield MonthLine(
                    no=no,
                    month=month,
                    number=case.number,
                    curator=initials(last, first, middle) if last else "",
                    facts=facts[case.id],
                    submitted=submitted,
                    accepted=accepted,
                    rehabilitation=settled.get(case.family_id, 0),
                )


def months_of(asked: Asked) -> list[dt.date]:
    """Return the months asked for by their first days: of a day its month."""
    made, month = [], first_day(asked.date_from or asked.on)
    while month <= asked.on:
        made.append(month)
        month = first_day(last_day(month) + dt.timedelta(days=1))
    return made


def _accompanied(session: Session, asked: Asked, month: dt.date) -> Iterator[list[Any]]:
    """Yield the cases accompanied in the month with the name of whoever led them, in batches."""
    curator = curator_on(last_day(month))
    query: Any = (
        select(FamilyCase, StaffMember.last_name, StaffMember.first_name, StaffMember.middle_name)
        .join(Family, Family.id == FamilyCase.family_id)
        .outerjoin(StaffMember, StaffMember.id == curator)
        .where(
            FamilyCase.started_at <= last_day(month),
            or_(FamilyCase.ended_at.is_(None), FamilyCase.ended_at > month),
        )
        .order_by(FamilyCase.id)
    )
    after = 0
    while part := session.execute(
        narrowed(query, asked, StaffMember.id).where(FamilyCase.id > after).limit(BATCH)
    ).all():  # fmt: skip
        yield list(part)
        after = part[-1][0].id


def _handed_in(session: Session, ids: list[int], month: dt.date) -> dict[int, tuple[dt.date | None, dt.date | None]]:
    """Return when the last report of each case was handed in and accepted; accepted only when all of them are."""
    zone = ZoneInfo(actor().zone)

    def day(moment: dt.datetime | None) -> dt.date | None:
        return moment.astimezone(zone).date() if moment is not None else None

    found = session.execute(
        select(
            ProgressReport.case_id,
            func.max(ProgressReport.submitted_at),
            func.max(ProgressReport.accepted_at),
            func.count(),
            func.count(ProgressReport.accepted_at),
        )
        .where(ProgressReport.case_id.in_(ids), ProgressReport.period == month)
        .group_by(ProgressReport.case_id)
    )
    return {
        case_id: (day(submitted), day(accepted) if number == all_accepted else None)
        for case_id, submitted, accepted, number, all_accepted in found
    }


def _settled_items(session: Session, cases: list[FamilyCase], month: dt.date) -> dict[int, int]:
    """Return how many items of programmes of rehabilitation were done in each family in the month (S002-П-2)."""
    found = session.execute(
        select(FamilyMember.family_id, func.count(RehabItem.id.distinct()))
        .join(RehabItem, RehabItem.person_id == FamilyMember.person_id)
        .where(
            FamilyMember.family_id.in_({case.family_id for case in cases}),
            RehabItem.status == RehabItemStatus.DONE,
            RehabItem.settled_on.between(month, last_day(month)),
        )
        .group_by(FamilyMember.family_id)
    )
    return dict(found.all())


# ---- columns ---------------------------------------------------------------------------------------------------------


def _of(name: str, code: str) -> Callable[[MonthLine], Decimal]:
    """Return what reads the amount of *code* among the services or the assistance of a line."""
    return lambda line: getattr(line.facts, name).get(code, Decimal(0))


def _columns(services: dict[Direction, str], helps: dict[HelpKind, str]) -> tuple[Field, ...]:
    number = partial(Field, kind="number", width=13, total=True)
    return (
        Field("№", lambda line: line.no, "number", 7),
        Field("Месяц", lambda line: line.called, width=15),
        Field("№ дела", lambda line: line.number, width=14, total=True),
        Field("{Curator}", lambda line: line.curator, width=24),
        Field("Уровень", lambda line: line.facts.level, width=20),
        number("Мероприятий: план на месяц", lambda line: line.facts.number()),
        number("Выполнено", lambda line: line.facts.number(Mark.DONE)),
        number("Частично", lambda line: line.facts.number(Mark.PARTLY)),
        number("Не выполнено", lambda line: line.facts.number(Mark.NOT_DONE)),
        Field("Причина невыполнения", lambda line: line.reasons, width=36),
        number("Из них семьёй: план", lambda line: line.facts.number(by_family=True)),
        number("Из них семьёй: выполнено", lambda line: line.facts.number(Mark.DONE, by_family=True)),
        Field("Семья выполнила, %", lambda line: line.family_share, "number", 13),
        number("Мероприятий ИПР(А) выполнено", lambda line: line.rehabilitation, sight=Sight.HEALTH),
        *(number(f"Услуги: {label}", _of("services", one.value)) for one, label in services.items()),
        *(number(f"Содействие: {label}", _of("assistance", one.value)) for one, label in helps.items()),
        number("Посредничество", lambda line: line.facts.mediation),
        number("Визитов: норма", lambda line: line.facts.visits.norm),
        number("Визитов: факт", lambda line: line.facts.visits.done),
        number("Запросов отправлено", lambda line: line.facts.sent),
        number("Ответов получено", lambda line: line.facts.answered),
        Field("Корректировка", lambda line: line.facts.correction or "нет", width=22),
        Field("Отчёт сдан", lambda line: line.submitted, "date"),
        Field("Принят", lambda line: line.accepted, "date"),
    )


def _varying(session: Session, asked: Asked) -> tuple[Field, ...]:
    """Return the columns in the words of the centre's order of work; a direction it lacks stands where it was used."""
    months = months_of(asked)
    used = select(Service.direction).join(ServiceRecord, ServiceRecord.service_id == Service.id).distinct()
    used = used.where(ServiceRecord.date.between(months[0], last_day(months[-1])), ServiceRecord.annulled_at.is_(None))
    unit = actor().unit_id
    order = order_in_force(session, unit) if unit is not None else None
    said = {one.code: one.label for one in order.help_kinds} if order is not None else {}
    return _columns(
        directions_shown(session, set(session.scalars(used))),
        {one: said.get(one.value, one.label) for one in HelpKind},
    )


HEADING = Report(
    "R09",
    "otchet_o_realizatsii",
    "Отчёт о реализации {programme_short:gen} за месяц",
    _columns({one: one.label for one in Direction}, {one: one.label for one in HelpKind}),
    _lines,
    about="По каждому делу: мероприятия план и факт, услуги, визиты, запросы, сдан ли отчёт.",
    icon="clipboard-data",
    hold=3,
    varying=_varying,
)
