"""R06 Журнал оказанных услуг (domain.md 5): every service given, and what they come to.

An annulled service is in no register. Four sheets follow the journal: by month and direction, by performer, by kind
of help, by whether the service belongs to the guaranteed list; each adds up to the journal («сумма по направлениям =
всего», S001-2.3-a: a service is counted once).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, extract, func, select
from sqlalchemy.orm import Session

from app.acting import actor
from app.cases.directions import directions_of
from app.cases.models import Direction, FamilyCase
from app.organisation.models import Department, StaffMember
from app.people.models import Family, Person
from app.programmes.models import Measure
from app.register.workbook import Column
from app.services.models import Place, Service, ServiceKind, ServiceRecord
from reports.cases import curator_on, narrowed
from reports.form import Asked, Field, Report, Summary

BATCH = 500
"""Services read at once."""

FACE_TO_FACE, REMOTELY = "очно", "дистанционно"


@dataclass
class ServiceLine:
    """A service given, with its number in the order of the journal."""

    no: int
    given: Row[Any]

    @property
    def form(self) -> str:
        """«дистанционно» for a call or a message, «очно» for the rest (S001-2.2-d3)."""
        return REMOTELY if self.given.place is Place.REMOTE else FACE_TO_FACE

    @property
    def performer(self) -> str:
        """«Щёголева Пелагея Фоминична, отделение помощи семье»."""
        return ", ".join(filter(None, (self.given.performer, self.given.department)))


def _lines(session: Session, asked: Asked) -> Iterator[ServiceLine]:
    measure = (
        select(Measure.title)
        .where(Measure.lineage_id == ServiceRecord.measure_lineage_id)
        .order_by(Measure.id.desc())
        .limit(1)
        .correlate(ServiceRecord)
        .scalar_subquery()
    )
    query = _counted(
        asked,
        ServiceRecord.date,
        FamilyCase.number,
        Person.name.label("recipient"),
        Service.name.label("service"),
        Service.direction,
        Service.kind,
        Service.is_guaranteed,
        ServiceRecord.place,
        ServiceRecord.quantity,
        ServiceRecord.minutes,
        StaffMember.name.label("performer"),
        Department.name.label("department"),
        measure.label("measure"),
        ServiceRecord.recipient_mark,
    ).order_by(ServiceRecord.date, ServiceRecord.id)
    no = 0
    for part in session.execute(query.execution_options(yield_per=BATCH)).partitions():
        for row in part:
            no += 1
            yield ServiceLine(no, row)


def _counted(asked: Asked, *columns: Any) -> Any:
    """Select *columns* of the services a register counts: given by the day asked for, or within the period."""
    query = (
        select(*columns)
        .select_from(ServiceRecord)
        .join(FamilyCase, FamilyCase.id == ServiceRecord.case_id)
        .join(Family, Family.id == FamilyCase.family_id)
        .join(Person, Person.id == ServiceRecord.recipient_id)
        .join(Service, Service.id == ServiceRecord.service_id)
        .join(StaffMember, StaffMember.id == ServiceRecord.performer_id)
        .outerjoin(Department, Department.id == StaffMember.department_id)
        .where(ServiceRecord.annulled_at.is_(None), ServiceRecord.date <= asked.on)
    )
    if asked.date_from is not None:
        query = query.where(ServiceRecord.date >= asked.date_from)
    return narrowed(query, asked, curator_on(asked.on))


# ---- what the services come to ---------------------------------------------------------------------------------------

_AMOUNTS = (
    Column("Раз", "number", 10, total=True),
    Column("Количество", "number", 13, total=True),
    Column("Время, мин", "number", 12, total=True),
    Column("Получателей", "number", 13),
    Column("Семей", "number", 10),
)
"""How often, how much, how long, for how many; who is helped by two is counted with each, so there is no sum."""


def _summary(session: Session, asked: Asked) -> tuple[Summary, ...]:
    return (
        _by_month(session, asked),
        _by_performer(session, asked),
        _by_kind(session, asked),
        _by_list(session, asked),
    )


def _by_month(session: Session, asked: Asked) -> Summary:
    """Sum the amounts by month (rows) and direction (columns)."""
    year, month = extract("year", ServiceRecord.date), extract("month", ServiceRecord.date)
    query = _counted(asked, year, month, Service.direction, func.sum(ServiceRecord.quantity))
    amounts: dict[tuple[int, int], dict[Direction, Decimal]] = {}
    for of_year, of_month, direction, amount in session.execute(query.group_by(year, month, Service.direction)):
        amounts.setdefault((int(of_year), int(of_month)), {})[direction] = amount
    found = {direction for of_month in amounts.values() for direction in of_month}
    shown = directions_shown(session, found)
    columns = (
        Column("Месяц", width=12),
        *(Column(label, "number", 15, total=True) for label in shown.values()),
        Column("Всего", "number", 12, total=True),
    )
    rows = tuple(
        (
            f"{of_month:02d}.{of_year}",
            *(amounts[of_year, of_month].get(direction, 0) for direction in shown),
            sum(amounts[of_year, of_month].values()),
        )
        for of_year, of_month in sorted(amounts)
    )
    return Summary("По направлениям и месяцам", columns, rows)


def directions_shown(session: Session, found: Collection[Direction]) -> dict[Direction, str]:
    """Return the directions a register has columns for, each in the centre's words: its own, and any other *found*.

    So all the columns together are all the services, also of a centre that has changed its directions.
    """
    own = directions_of(session, actor().unit_id)
    return own | {direction: direction.label for direction in Direction if direction in found and direction not in own}


def _by_performer(session: Session, asked: Asked) -> Summary:
    """Sum what each performer gave."""
    query = _counted(asked, StaffMember.name, Department.name, *_sums())
    query = query.group_by(StaffMember.id, StaffMember.name, StaffMember.name_key, Department.name)
    rows = tuple(tuple(row) for row in session.execute(query.order_by(StaffMember.name_key, StaffMember.id)))
    return Summary("По исполнителям", (Column("Исполнитель", width=34), Column("Подразделение"), *_AMOUNTS), rows)


def _by_kind(session: Session, asked: Asked) -> Summary:
    """Sum what was given of each kind of help, in the order of the list of kinds."""
    query = _counted(asked, Service.kind, *_sums()).group_by(Service.kind)
    order = list(ServiceKind)
    rows = sorted((tuple(row) for row in session.execute(query)), key=lambda row: order.index(row[0]))
    return Summary("По видам помощи", (Column("Вид помощи", width=34), *_AMOUNTS), tuple(rows))


def _by_list(session: Session, asked: Asked) -> Summary:
    """Sum what belongs to the guaranteed list and what does not, by the act that sets it (S001-3.4)."""
    query = _counted(asked, Service.is_guaranteed, Service.source_act, *_sums())
    query = query.group_by(Service.is_guaranteed, Service.source_act)
    rows = tuple(
        ("входит" if guaranteed else "не входит", act, *amounts)
        for guaranteed, act, *amounts in sorted(session.execute(query), key=lambda row: (not row[0], row[1] or ""))
    )
    columns = (Column("Гарантированный перечень", width=26), Column("Чем установлена", width=34), *_AMOUNTS)
    return Summary("Гарантированный перечень", columns, rows)


def _sums() -> tuple[Any, ...]:
    return (
        func.count(),
        func.sum(ServiceRecord.quantity),
        func.sum(ServiceRecord.minutes),
        func.count(ServiceRecord.recipient_id.distinct()),
        func.count(FamilyCase.family_id.distinct()),
    )


HEADING = Report(
    "R06",
    "zhurnal_uslug",
    "Журнал оказанных услуг",
    (
        Field("№", lambda line: line.no, "number", 7),
        Field("Дата", lambda line: line.given.date, "date"),
        Field("№ дела", lambda line: line.given.number, width=14),
        Field("Получатель", lambda line: line.given.recipient, width=32, total=True),
        Field("Услуга", lambda line: line.given.service, width=32),
        Field("Направление", lambda line: line.given.direction, width=24),
        Field("Вид", lambda line: line.given.kind, width=20),
        Field("Гарантированный перечень", lambda line: "да" if line.given.is_guaranteed else "нет", width=17),
        Field("Место", lambda line: line.given.place, width=15),
        Field("Форма", lambda line: line.form, width=14),
        Field("Количество", lambda line: line.given.quantity, "number", 13, total=True),
        Field("Время, мин", lambda line: line.given.minutes, "number", 12, total=True),
        Field("Исполнитель, подразделение", lambda line: line.performer, width=36),
        Field("Мероприятие ИПСС", lambda line: line.given.measure, width=30),
        Field("Отметка получателя", lambda line: "да" if line.given.recipient_mark else "", width=13),
    ),
    _lines,
    about="Кому, что и кто оказал; итоги по направлениям и месяцам, исполнителям, видам помощи и перечню.",
    icon="journal-check",
    on_health=False,
    hold=4,
    summary=_summary,
)
