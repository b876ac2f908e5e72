"""R02 Журнал учёта обращений (domain.md 5): its rows in their order, each as it stood on the day asked for.

A row stands for a message, an application, or both (``intake_journal_counts`` of the order of work). An annulled row
stays with its number and says why. The sheets after it count what was not annulled by source, by the organisation
that reported (S001-2.2-b) and by the way it came, the helpline among them (S004-Г-2).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.acting import actor
from app.cases.models import CaseSource, FamilyCase
from app.intake.models import (
    Application,
    ApplicationStatus,
    Ground,
    Intake,
    IntakeResult,
    JournalCode,
    JournalEntry,
)
from app.organisation.models import PartnerOrganisation, StaffMember
from app.people.models import Family, Person
from app.register.workbook import Column
from app.words import initials, shown_phone
from reports.form import Asked, Field, Report, Summary

BATCH = 500
"""Rows of the journal read at once."""

SIGNATURE = " "
"""The place to sign by hand stays empty, where an empty value would be drawn as a dash."""


def moments(asked: Asked) -> tuple[dt.datetime | None, dt.datetime]:
    """Return the first moment of the period, if there is one, and the first after its last day, in the unit's zone."""
    zone = ZoneInfo(actor().zone)
    after = dt.datetime.combine(asked.on + dt.timedelta(days=1), dt.time(), zone)
    return (dt.datetime.combine(asked.date_from, dt.time(), zone) if asked.date_from else None), after


def within(asked: Asked) -> list[Any]:
    """Return the criteria of the rows of a journal entered in the period, or by the day asked for."""
    since, until = moments(asked)
    return [JournalEntry.at < until, *([JournalEntry.at >= since] if since is not None else [])]


@dataclass
class EntryLine:
    """A row of the journal with its message and application; *until* is the first moment that is not asked for."""

    no: int
    row: Row[Any]
    asked: Asked
    until: dt.datetime

    @property
    def ground(self) -> Ground | None:
        """The ground of the message; an application without one is a ground by itself."""
        ground: Ground | None = self.row.ground
        return ground or (Ground.APPLICATION if self.row.application_id else None)

    @property
    def source(self) -> str:
        """«образовательное учреждение: Школа № 1, исх. № 15-а от 16.02.2026»."""
        row = self.row
        letter = f"исх. № {row.source_letter_no}" if row.source_letter_no else ""
        if letter and row.source_letter_date:
            letter = f"{letter} от {row.source_letter_date:%d.%m.%Y}"
        told = ", ".join(filter(None, (row.organisation, letter)))
        source = row.source or CaseSource.FAMILY
        return f"{source.label}: {told}" if told else str(source.label)

    @property
    def applicant(self) -> str:
        """Who applied or sent the message; «анонимно» of one who kept his name to himself."""
        row = self.row
        return row.applicant or row.known or row.sender_name or row.organisation or "анонимно"

    @property
    def contact(self) -> str:
        """Address and telephone as told, else those of the family."""
        row = self.row
        phone = row.sender_phone or row.phone or row.family_phone
        return ", ".join(filter(None, (row.sender_address or row.address, shown_phone(phone) if phone else "")))

    @property
    def text(self) -> str | None:
        """What was said or asked for."""
        found: str | None = self.row.text or self.row.request or self.row.circumstances
        return found

    @property
    def charged(self) -> str:
        """«Щёголева П. Ф.»."""
        row = self.row
        return initials(row.last_name, row.first_name, row.middle_name) if row.last_name else ""

    @property
    def is_annulled(self) -> bool:
        """Whether the row had been struck out by the day asked for."""
        return self.row.annulled_at is not None and self.row.annulled_at < self.until

    @property
    def closed(self) -> dt.date | None:
        """The day of the answer or of the result, if it had come by the day asked for."""
        day: dt.date | None = self.row.decided_on if self.row.application_id else self.row.closed_at
        return day if day is not None and day <= self.asked.on else None

    @property
    def result(self) -> str:
        """What became of it by the day asked for."""
        row = self.row
        if self.is_annulled:
            return f"строка аннулирована: {row.annul_reason}"
        if row.application_id:
            status = row.status if self.closed or row.status is ApplicationStatus.IN_REVIEW else None
            return (status or ApplicationStatus.REGISTERED).label
        return (row.result if self.closed else IntakeResult.IN_WORK).label


def _lines(session: Session, asked: Asked) -> Iterator[EntryLine]:
    applicant, known = aliased(Person), aliased(Person)
    query: Any = (
        select(
            JournalEntry.text_no,
            JournalEntry.at,
            JournalEntry.annulled_at,
            JournalEntry.annul_reason,
            JournalEntry.application_id,
            Intake.channel,
            Intake.ground,
            Intake.source,
            Intake.source_letter_no,
            Intake.source_letter_date,
            Intake.sender_name,
            Intake.sender_phone,
            Intake.sender_address,
            Intake.text,
            Intake.due,
            Intake.result,
            Intake.closed_at,
            PartnerOrganisation.name.label("organisation"),
            StaffMember.last_name,
            StaffMember.first_name,
            StaffMember.middle_name,
            Application.text.label("request"),
            Application.circumstances,
            Application.status,
            Application.decided_on,
            applicant.name.label("applicant"),
            applicant.phone,
            known.name.label("known"),
            Family.address,
            Family.phone.label("family_phone"),
            FamilyCase.number.label("case_number"),
        )
        .outerjoin(JournalEntry.intake)
        .outerjoin(Intake.source_org)
        .outerjoin(Intake.responsible)
        .outerjoin(Intake.applicant.of_type(known))
        .outerjoin(JournalEntry.application)
        .outerjoin(Application.applicant.of_type(applicant))
        .outerjoin(JournalEntry.family)
        .outerjoin(FamilyCase, FamilyCase.id == func.coalesce(Application.case_id, Intake.case_id))
        .where(JournalEntry.journal == JournalCode.INTAKES, *within(asked))
        .order_by(JournalEntry.year, JournalEntry.number)
    )
    until = moments(asked)[1]
    no = 0
    for part in session.execute(query.execution_options(yield_per=BATCH)).partitions():
        for row in part:
            no += 1
            yield EntryLine(no, row, asked, until)


def _summary(session: Session, asked: Asked) -> tuple[Summary, ...]:
    """Count the rows by source, organisation and channel: one query, a few rows."""
    query = (
        select(Intake.source, PartnerOrganisation.name, Intake.channel, func.count(JournalEntry.id))
        .select_from(JournalEntry)
        .outerjoin(JournalEntry.intake)
        .outerjoin(Intake.source_org)
        .where(
            JournalEntry.journal == JournalCode.INTAKES,
            or_(JournalEntry.annulled_at.is_(None), JournalEntry.annulled_at >= moments(asked)[1]),
            *within(asked),
        )
        .group_by(Intake.source, PartnerOrganisation.name, Intake.channel)
    )
    sources: Counter[str] = Counter()
    organisations: Counter[str] = Counter()
    channels: Counter[str] = Counter()
    for source, organisation, channel, number in session.execute(query):
        sources[(source or CaseSource.FAMILY).label] += number
        channels[channel.label if channel is not None else "заявление без обращения"] += number
        if organisation:
            organisations[organisation] += number
    return (
        _sheet("По источникам", "Источник", sources),
        _sheet("По организациям", "Организация", organisations),
        _sheet("По форме", "Форма", channels),
    )


def _sheet(title: str, what: str, found: Counter[str]) -> Summary:
    columns = (Column(what, width=52), Column("Строк журнала", "number", 14, total=True))
    return Summary(title, columns, tuple(sorted(found.items(), key=lambda one: (-one[1], one[0]))))


HEADING = Report(
    "R02",
    "zhurnal_obrashcheniy",
    "{intake_journal}",
    (
        Field("№ п/п", lambda line: line.no, "number", 6),
        Field("Рег. №", lambda line: line.row.text_no, width=12, total=True),
        Field("Дата, время", lambda line: line.row.at, "moment"),
        Field("Форма", lambda line: line.row.channel, width=18),
        Field("Основание", lambda line: line.ground, width=26),
        Field("Источник (организация, исх. №)", lambda line: line.source, width=30),
        Field("ФИО заявителя", lambda line: line.applicant, width=26),
        Field("Адрес, телефон", lambda line: line.contact, width=28),
        Field("Краткое содержание", lambda line: line.text, width=40),
        Field("Кому поручено", lambda line: line.charged, width=20),
        Field("Срок", lambda line: line.row.due, "date"),
        Field("Результат (принятое решение)", lambda line: line.result, width=26),
        Field("Дата закрытия", lambda line: line.closed, "date"),
        Field("№ дела", lambda line: line.row.case_number, width=12),
        Field("Подпись", lambda line: SIGNATURE, width=14),
    ),
    _lines,
    about="Обращения и заявления по порядку номеров, аннулированные строки на своём месте; итоги по источникам.",
    icon="inbox",
    by_case=False,
    on_health=False,
    hold=2,
    summary=_summary,
)
