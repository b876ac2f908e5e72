"""R07 Журнал договоров (соглашений) (domain.md 5; S000-7, S001-2.2-c, S003-2.5): one row an agreement, by its number.

A draft has no number and is in no journal. Everything is told as it was on the day asked for: the term with the
additional agreements of that day, whether the agreement was in force. The second sheet lists the agreements with other
agencies (S000-4b).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.agreements.models import Agreement, AgreementAmendment, AgreementStatus, Initiator
from app.cases.models import FamilyCase
from app.orders.models import InteragencyAgreement
from app.organisation.models import PartnerOrganisation, StaffMember
from app.people.models import Family, Person
from app.register.workbook import Column
from app.terms import word
from app.words import initials
from reports.cases import curator_on, narrowed
from reports.form import Asked, Field, Report, Summary, grouped

BATCH = 500
"""Agreements read at once."""


@dataclass
class AgreementLine:
    """An agreement with the additional agreements of the day asked for."""

    no: int
    paper: Row[Any]
    amendments: list[Row[Any]]
    day: dt.date

    @property
    def made(self) -> list[Row[Any]]:
        """The additional agreements signed by that day."""
        return [one for one in self.amendments if one.date <= self.day]

    @property
    def numbered(self) -> str:
        """«№ 001/2026 от 16.02.2026»."""
        return f"№ {self.paper.number} от {self.paper.date:%d.%m.%Y}"

    @property
    def whose(self) -> str:
        """«№ 14/2026, Тестовы (Тестова Мария)»."""
        return f"№ {self.paper.case_no}, {self.paper.family} ({self.paper.customer})"

    @property
    def valid_to(self) -> dt.date:
        """The last day as it stood then: additional agreements of later days do not count yet."""
        later = next((one for one in self.amendments if one.date > self.day and one.new_valid_to is not None), None)
        return later.old_valid_to if later is not None else self.paper.valid_to

    @property
    def term(self) -> str:
        """«с 16.02.2026 по 15.08.2026»."""
        return f"с {self.paper.valid_from:%d.%m.%Y} по {self.valid_to:%d.%m.%Y}"

    @property
    def changes(self) -> str:
        """«№ 1 от 10.05.2026 (до 15.12.2026)», one a line."""
        lines = []
        for one in self.made:
            until = f" (до {one.new_valid_to:%d.%m.%Y})" if one.new_valid_to else ""
            lines.append(f"№ {one.number} от {one.date:%d.%m.%Y}{until}")
        return "\n".join(lines)

    @property
    def is_over(self) -> bool:
        """Whether the agreement had ended by that day."""
        return self.paper.ended_at is not None and self.paper.ended_at <= self.day

    @property
    def status(self) -> str:
        """What the agreement was that day."""
        status: AgreementStatus = self.paper.status if self.is_over else AgreementStatus.SIGNED
        return status.label

    @property
    def termination(self) -> str:
        """«20.08.2026, семья: переезд» of one that was terminated."""
        if not self.is_over or self.paper.status is not AgreementStatus.TERMINATED:
            return ""
        who: Initiator | None = self.paper.termination_initiator
        told = f"{self.paper.ended_at:%d.%m.%Y}" + (f", {who.label}" if who else "")
        return f"{told}: {self.paper.termination_reason}" if self.paper.termination_reason else told

    @property
    def signatory(self) -> str:
        """«Королёв И. С., директор»."""
        paper = self.paper
        if not paper.last_name:
            return ""
        return f"{initials(paper.last_name, paper.first_name, paper.middle_name)}, {paper.position}"


def _lines(session: Session, asked: Asked) -> Iterator[AgreementLine]:
    no = 0
    for part in session.execute(_papers(asked).execution_options(yield_per=BATCH)).partitions():
        amendments = grouped(session.execute(_amendments([row.id for row in part])))
        for row in part:
            no += 1
            yield AgreementLine(no, row, amendments.get(row.id, []), asked.on)


def _papers(asked: Asked) -> Any:
    query: Any = (
        select(
            Agreement.id,
            Agreement.number,
            Agreement.date,
            Agreement.status,
            Agreement.valid_from,
            Agreement.valid_to,
            Agreement.help_kinds,
            Agreement.ended_at,
            Agreement.termination_initiator,
            Agreement.termination_reason,
            FamilyCase.number.label("case_no"),
            Family.name.label("family"),
            Person.name.label("customer"),
            StaffMember.last_name,
            StaffMember.first_name,
            StaffMember.middle_name,
            StaffMember.position,
        )
        .join(FamilyCase, FamilyCase.id == Agreement.case_id)
        .join(Family, Family.id == FamilyCase.family_id)
        .join(Person, Person.id == Agreement.customer_id)
        .outerjoin(StaffMember, StaffMember.id == Agreement.signed_by_id)
        .where(Agreement.number.is_not(None), Agreement.date <= asked.on)
        .order_by(Agreement.date, Agreement.id)
    )
    if asked.date_from is not None:
        query = query.where(Agreement.date >= asked.date_from)
    return narrowed(query, asked, curator_on(asked.on))


def _amendments(ids: list[int]) -> Any:
    return (
        select(
            AgreementAmendment.agreement_id,
            AgreementAmendment.number,
            AgreementAmendment.date,
            AgreementAmendment.old_valid_to,
            AgreementAmendment.new_valid_to,
        )
        .where(AgreementAmendment.agreement_id.in_(ids))
        .order_by(AgreementAmendment.agreement_id, AgreementAmendment.number)
    )


# ---- with other agencies -----------------------------------------------------------------------------


def _agencies(session: Session, asked: Asked) -> tuple[Summary, ...]:
    """List the agreements with other agencies signed by the day, or within the period."""
    query = (
        select(InteragencyAgreement, PartnerOrganisation.name, PartnerOrganisation.kind)
        .join(PartnerOrganisation, PartnerOrganisation.id == InteragencyAgreement.partner_id)
        .where(InteragencyAgreement.date <= asked.on)
        .order_by(InteragencyAgreement.date, InteragencyAgreement.id)
    )
    if asked.date_from is not None:
        query = query.where(InteragencyAgreement.date >= asked.date_from)
    rows = tuple(
        (
            number,
            partner,
            kind.label,
            f"№ {paper.number} от {paper.date:%d.%m.%Y}",
            paper.valid_to,
            paper.subject,
            _state(paper, asked.on),
        )
        for number, (paper, partner, kind) in enumerate(session.execute(query), start=1)
    )
    columns = (
        Column("№", "number", 6),
        Column("Организация", width=40),
        Column("Вид", width=24),
        Column("№ и дата", width=22),
        Column("Действует по", "date"),
        Column("Предмет", width=40),
        Column("Состояние", width=24),
    )
    return (Summary("Межведомственные соглашения", columns, rows),)


def _state(paper: InteragencyAgreement, on: dt.date) -> str:
    if paper.terminated_on is not None and paper.terminated_on <= on:
        return f"расторгнуто {paper.terminated_on:%d.%m.%Y}"
    return "срок прошёл" if paper.valid_to is not None and paper.valid_to < on else "действует"


HEADING = Report(
    "R07",
    "zhurnal_dogovorov",
    "Журнал: {agreement_short:pl}",
    (
        Field("№", lambda line: line.no, "number", 6),
        Field("Вид", lambda line: word("Agreement"), width=30),
        Field("№ и дата", lambda line: line.numbered, width=22, total=True),
        Field("№ дела, семья (заказчик)", lambda line: line.whose, width=36),
        Field("Срок с – по", lambda line: line.term, width=24),
        Field("Виды помощи", lambda line: ", ".join(kind.label for kind in line.paper.help_kinds), width=30),
        Field("Дополнительные соглашения", lambda line: line.changes, width=28),
        Field("Состояние", lambda line: line.status, width=14),
        Field("Расторжение: дата, инициатор, причина", lambda line: line.termination, width=34),
        Field("Подписал от учреждения", lambda line: line.signatory, width=28),
    ),
    _lines,
    about="{Agreement_short:pl} с семьями со сроками, изменениями и расторжением; отдельно с организациями.",
    icon="pen",
    on_health=False,
    hold=3,
    summary=_agencies,
)
