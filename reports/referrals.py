"""R18 Журнал рассылки и запросов (domain.md 5): everything sent out under a number, and what came back.

Letters of a dispatch and requests take their numbers from one journal, so they stand in one register. «Как на день»:
what was sent by the day asked for, with the answers that had come by then; with a period: what was sent within it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.cases.models import FamilyCase
from app.dispatch.models import Dispatch, DispatchItem
from app.organisation.models import PartnerOrganisation
from app.people.models import Family
from app.programmes.models import Measure
from app.referrals.models import Referral, ReferralStatus
from app.terms import say
from reports.cases import curator_on, narrowed
from reports.form import Asked, Field, Report


@dataclass
class Sent:
    """Something sent out, as the journal tells it."""

    no: int
    on: dt.date
    number: str
    date: dt.date
    partner: str
    paper: str
    case: str
    measures: int
    due: dt.date | None
    answered: dt.date | None
    answer_no: str | None
    result: str

    @property
    def answer(self) -> str:
        """«12.03.2026, № 17», as far as the answer had come by the day asked for."""
        if self.answered is None:
            return ""
        return f"{self.answered:%d.%m.%Y}" + (f", № {self.answer_no}" if self.answer_no else "")

    @property
    def late(self) -> int | None:
        """Days after the term: until the answer, or, while there is none, until the day asked for."""
        if self.due is None:
            return None
        days = ((self.answered or self.on) - self.due).days
        return days if days > 0 else None


def _lines(session: Session, asked: Asked) -> Iterator[Sent]:
    every = [*_referrals(session, asked), *_letters(session, asked)]
    for no, line in enumerate(sorted(every, key=lambda one: (one.date, one.no)), 1):
        line.no = no
        yield line


def _referrals(session: Session, asked: Asked) -> Iterator[Sent]:
    query: Any = (
        select(
            Referral.id,
            Referral.number,
            Referral.date,
            PartnerOrganisation.name.label("partner"),
            Referral.kind,
            FamilyCase.number.label("case"),
            Referral.lineage_id,
            Referral.due,
            Referral.answer_at,
            Referral.answer_no,
            Referral.status,
            Referral.outcome,
            Referral.annulled_at,
        )
        .join(Referral.partner)
        .join(FamilyCase, FamilyCase.id == Referral.case_id)
        .join(Family, Family.id == FamilyCase.family_id)
        .where(*_sent(Referral.date, asked))
    )
    for row in session.execute(narrowed(query, asked, curator_on(asked.on))):
        came = row.answer_at if row.answer_at is not None and row.answer_at <= asked.on else None
        yield Sent(
            no=row.id,
            on=asked.on,
            number=row.number,
            date=row.date,
            partner=row.partner,
            paper=f"запрос: {row.kind.label}",
            case=row.case,
            measures=int(row.lineage_id is not None),
            due=None if row.annulled_at is not None else row.due,
            answered=came,
            answer_no=row.answer_no,
            result=_result(row, came),
        )


def _result(row: Row[Any], came: dt.date | None) -> str:
    if row.annulled_at is not None:
        return "аннулирован"
    told = (row.status if came is not None else ReferralStatus.SENT).label
    return f"{told}: {row.outcome.label}" if came is not None and row.outcome is not None else told


def _letters(session: Session, asked: Asked) -> Iterator[Sent]:
    measures = (
        select(func.count(Measure.id))
        .where(Measure.version_id == Dispatch.version_id, Measure.partner_id == DispatchItem.partner_id)
        .correlate(Dispatch, DispatchItem)
        .scalar_subquery()
    )
    query: Any = (
        select(
            DispatchItem.id,
            DispatchItem.letter_no,
            DispatchItem.sent_at,
            PartnerOrganisation.name.label("partner"),
            FamilyCase.number.label("case"),
            measures.label("measures"),
            DispatchItem.result_due,
            DispatchItem.received_at,
        )
        .join(DispatchItem.dispatch)
        .join(DispatchItem.partner)
        .join(FamilyCase, FamilyCase.id == Dispatch.case_id)
        .join(Family, Family.id == FamilyCase.family_id)
        .where(*_sent(DispatchItem.sent_at, asked))
    )
    for row in session.execute(narrowed(query, asked, curator_on(asked.on))):
        came = row.received_at if row.received_at is not None and row.received_at <= asked.on else None
        yield Sent(
            no=row.id,
            on=asked.on,
            number=row.letter_no,
            date=row.sent_at,
            partner=row.partner,
            paper=say("{programme_short}: выписка"),
            case=row.case,
            measures=row.measures,
            due=row.result_due,
            answered=came,
            answer_no=None,
            result="получено" if came else "отправлено",
        )


def _sent(day: Any, asked: Asked) -> list[Any]:
    return [day <= asked.on, *([day >= asked.date_from] if asked.date_from is not None else [])]


HEADING = Report(
    "R18",
    "zhurnal_rassylki_i_zaprosov",
    "Журнал рассылки и запросов",
    (
        Field("№ п/п", lambda line: line.no, "number", 8),
        Field("№ исх.", lambda line: line.number, width=14, total=True),
        Field("Дата", lambda line: line.date, "date"),
        Field("Адресат", lambda line: line.partner, width=34),
        Field("Документ", lambda line: line.paper, width=24),
        Field("№ дела", lambda line: line.case, width=14),
        Field("Мероприятий", lambda line: line.measures, "number", 13, total=True),
        Field("Срок", lambda line: line.due, "date"),
        Field("Ответ (дата, №)", lambda line: line.answer, width=20),
        Field("Результат", lambda line: line.result, width=26),
        Field("Просрочка, дней", lambda line: line.late, "number", 14),
    ),
    _lines,
    about="Что отправлено организациям, когда ждём ответ и что ответили.",
    icon="send",
    on_health=False,
    hold=2,
)
