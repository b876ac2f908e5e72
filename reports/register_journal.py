"""R03 Журнал учёта семей, нуждающихся в сопровождении (domain.md 5; S004-1-e): one row a case, in the order of numbers.

A row says what was known on the day asked for: the children, the category, the curator, the act, the application, what
the body decided on the programme, the agreement. An annulled row stays with its number and says why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from app.acting import actor
from app.agreements.models import Agreement, AgreementStatus
from app.assessment.models import LivingConditionsAct
from app.cases.models import CategoryPeriod, FamilyCase
from app.days.calendar import day_of
from app.intake.models import Application, ApplicationStatus, Intake, JournalCode, JournalEntry
from app.meetings.models import AgendaItem, Decision, Meeting
from app.organisation.models import ServiceArea, StaffMember
from app.people.models import Family
from app.programmes.models import Programme, ProgrammeVersion
from reports import meetings
from reports.cases import CaseLine, batches, covers, curator_on, narrowed
from reports.form import Asked, Field, Report, grouped
from reports.intakes import moments, within

NOT_APPLIED = (ApplicationStatus.RECEIVED, ApplicationStatus.WITHDRAWN)


@dataclass
class RegisterLine(CaseLine):
    """A row of the journal with what is known of its case."""

    ground: Row[Any] | None
    act: Row[Any] | None
    application: Row[Any] | None
    decision: Row[Any] | None
    agreement: Row[Any] | None
    annulled: bool

    @property
    def entered(self) -> dt.date:
        """The day the family was entered."""
        return day_of(self.case.at, actor().zone)

    @property
    def names_of_children(self) -> str:
        """«Тестов Пётр, 01.06.2018», one a line."""
        return "\n".join(f"{child.name}, {child.birth_date:%d.%m.%Y}" for child in self.children)

    @property
    def decided(self) -> str:
        """«20.02.2026, утвердить»."""
        if self.decision is None:
            return ""
        on = self.decision.effective_from or meetings.day_of(self.decision)
        return f"{on:%d.%m.%Y}, {self.decision.kind.label}"

    @property
    def note(self) -> str | None:
        """Why the row counts no more, else the note of the case."""
        note: str | None = self.case.note
        return f"Строка аннулирована: {self.case.annul_reason}" if self.annulled else note


def numbered(row: Any) -> str:
    """Return «№ 5 от 12.02.2026» of a paper with its number and date."""
    return f"№ {row[1]} от {row[2]:%d.%m.%Y}" if row is not None else ""


def _lines(session: Session, asked: Asked) -> Iterator[RegisterLine]:
    until = moments(asked)[1]
    for batch in batches(session, _rows(asked), asked):
        ids = [line.case.id for line in batch]
        found = [
            _last(session, query, ids, asked) for query in (_grounds, _acts, _applications, _decisions, _agreements)
        ]
        for line in batch:
            ground, act, application, decision, agreement = (one.get(line.case.id) for one in found)
            annulled = line.case.annulled_at is not None and line.case.annulled_at < until
            yield RegisterLine(**vars(line), ground=ground, act=act, application=application, decision=decision,
                               agreement=agreement, annulled=annulled)  # fmt: skip


def _rows(asked: Asked) -> Any:
    """Select the rows of the journal with their cases, in the order of numbers."""
    category = (
        select(CategoryPeriod.label)
        .where(CategoryPeriod.case_id == FamilyCase.id, covers(CategoryPeriod, asked.on))
        .order_by(CategoryPeriod.date_from.desc(), CategoryPeriod.id.desc())
        .limit(1)
        .correlate(FamilyCase)
        .scalar_subquery()
    )
    query = (
        select(
            JournalEntry.text_no,
            JournalEntry.at,
            JournalEntry.annulled_at,
            JournalEntry.annul_reason,
            FamilyCase.id,
            FamilyCase.family_id,
            FamilyCase.source,
            FamilyCase.ended_at,
            FamilyCase.note,
            func.coalesce(category, FamilyCase.category).label("category"),
            Family.name.label("family"),
            Family.address,
            ServiceArea.number.label("area_number"),
            ServiceArea.name.label("area_name"),
            StaffMember.last_name,
            StaffMember.first_name,
            StaffMember.middle_name,
        )
        .join(JournalEntry.case)
        .join(FamilyCase.family)
        .outerjoin(Family.area)
        .outerjoin(StaffMember, StaffMember.id == curator_on(asked.on))
        .where(JournalEntry.journal == JournalCode.FAMILIES, *within(asked))
        .order_by(JournalEntry.year, JournalEntry.number)
    )
    return narrowed(query, asked, StaffMember.id)


def _last(session: Session, query: Any, ids: list[int], asked: Asked) -> dict[int, Row[Any]]:
    """Return the last row of *query* for each of the cases *ids*."""
    return {case_id: rows[-1] for case_id, rows in grouped(session.execute(query(ids, asked))).items()}


def _grounds(ids: list[int], asked: Asked) -> Any:
    """Select the grounds of the messages, the first last: it is the one that brought the family."""
    return (
        select(Intake.case_id, Intake.ground)
        .where(Intake.case_id.in_(ids), Intake.ground.is_not(None))
        .order_by(Intake.received_at.desc(), Intake.id.desc())
    )


def _acts(ids: list[int], asked: Asked) -> Any:
    return (
        select(LivingConditionsAct.case_id, LivingConditionsAct.number, LivingConditionsAct.date)
        .where(
            LivingConditionsAct.case_id.in_(ids),
            LivingConditionsAct.signed_at.is_not(None),
            LivingConditionsAct.date <= asked.on,
        )
        .order_by(LivingConditionsAct.date, LivingConditionsAct.id)
    )


def _applications(ids: list[int], asked: Asked) -> Any:
    return (
        select(Application.case_id, Application.received_at)
        .where(
            Application.case_id.in_(ids),
            Application.received_at <= asked.on,
            Application.status.not_in(NOT_APPLIED),
        )
        .order_by(Application.received_at, Application.id)
    )


def _decisions(ids: list[int], asked: Asked) -> Any:
    """Select what bodies decided on the programmes of the cases by the day asked for."""
    decided = func.coalesce(Decision.effective_from, Meeting.document_date)
    return (
        select(
            Programme.case_id,
            Decision.kind,
            Decision.effective_from,
            Meeting.document_date,
            Meeting.held_at,
        )
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(ProgrammeVersion, ProgrammeVersion.id == AgendaItem.programme_version_id)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(
            Programme.case_id.in_(ids),
            Decision.applied_at.is_not(None),
            or_(decided <= asked.on, and_(decided.is_(None), Meeting.held_at < moments(asked)[1])),
        )
        .order_by(Decision.decided_at, Decision.id)
    )


def _agreements(ids: list[int], asked: Asked) -> Any:
    return (
        select(Agreement.case_id, Agreement.number, Agreement.date)
        .where(
            Agreement.case_id.in_(ids),
            Agreement.status != AgreementStatus.DRAFT,
            Agreement.date <= asked.on,
        )
        .order_by(Agreement.date, Agreement.id)
    )


HEADING = Report(
    "R03",
    "zhurnal_ucheta_semey",
    "{family_journal}",
    (
        Field("№", lambda line: line.case.text_no, width=12, total=True),
        Field("Дата регистрации", lambda line: line.entered, "date"),
        Field("Семья", lambda line: line.case.family, width=22),
        Field("Адрес", lambda line: line.case.address, width=30),
        Field("Дети", lambda line: line.names_of_children, width=32),
        Field("Категория", lambda line: line.case.category, width=22),
        Field("Основание", lambda line: line.ground and line.ground[1], width=26),
        Field("Источник", lambda line: line.case.source, width=20),
        Field("Акт ЖБУ №", lambda line: numbered(line.act), width=18),
        Field("Заявление (дата)", lambda line: line.application and line.application[1], "date", 12),
        Field("{Curator}", lambda line: line.curator, width=20),
        Field("Дата рассмотрения, решение ({approving_body})", lambda line: line.decided, width=24),
        Field("{Agreement_short} №", lambda line: numbered(line.agreement), width=18),
        Field("Дата снятия", lambda line: line.case.ended_at if line.is_ended else None, "date", total=True),
        Field("Примечание", lambda line: line.note, width=28),
    ),
    _lines,
    about="Семьи по порядку номеров журнала учёта: категория, {curator}, акт, заявление, решение и {agreement_short}.",
    icon="journal-check",
    on_health=False,
    hold=3,
)
