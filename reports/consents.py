"""R23 Журнал согласий (domain.md 5): every consent entered, whose data it is about, what for and until when.

«Как на день»: consents signed by the day asked for, a withdrawal counts if it had come by then. With a period: those
signed or withdrawn within it. Whether a consent names data on health is a fact of the paper, not data on health.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.people.consents import Given
from app.people.lists import ConsentStatus
from app.people.models import Consent, Person
from reports.form import Asked, Field, Report

BATCH = 500
"""Consents read at once."""


@dataclass
class ConsentLine:
    """A consent with its number in the order of the journal."""

    no: int
    on: dt.date
    given: Row[Any]

    @property
    def giver(self) -> str:
        """Who signed: «лично», or the representative by name."""
        return "лично" if self.given.person_id == self.given.given_by_id else self.given.giver

    @property
    def term(self) -> dt.date | str:
        """The last day of the consent, or «до отзыва»."""
        return self.given.valid_to or "до отзыва"

    @property
    def revoked(self) -> dt.date | None:
        """The day of the withdrawal, if it had come by the day asked for."""
        day: dt.date | None = self.given.revoked_at
        return day if day is not None and day <= self.on else None

    @property
    def status(self) -> ConsentStatus:
        """The state on the day asked for, the birthdays counted that end a consent to data on health (S003-3.8)."""
        if self.revoked is not None:
            return ConsentStatus.REVOKED
        own = self.given.person_id == self.given.given_by_id
        made = Given(self.given.signed_at, self.given.valid_to, None, own, self.given.birth_date)
        ended = self.given.valid_to is not None and self.given.valid_to < self.on
        if ended or (self.given.special_categories and not made.stands_on(self.on)):
            return ConsentStatus.EXPIRED
        return ConsentStatus.ACTIVE


def _lines(session: Session, asked: Asked) -> Iterator[ConsentLine]:
    whose, giver = aliased(Person), aliased(Person)
    query: Any = (
        select(
            Consent.person_id,
            Consent.given_by_id,
            Consent.kind,
            Consent.purposes,
            Consent.special_categories,
            Consent.transfer_to,
            Consent.signed_at,
            Consent.valid_to,
            Consent.revoked_at,
            Consent.revoke_reason,
            whose.name.label("person"),
            whose.birth_date,
            giver.name.label("giver"),
        )
        .join(Consent.person.of_type(whose))
        .join(Consent.given_by.of_type(giver))
        .where(Consent.signed_at <= asked.on)
        .order_by(Consent.signed_at, Consent.id)
    )
    if asked.date_from is not None:
        withdrawn = and_(Consent.revoked_at >= asked.date_from, Consent.revoked_at <= asked.on)
        query = query.where(or_(Consent.signed_at >= asked.date_from, withdrawn))
    no = 0
    for part in session.execute(query.execution_options(yield_per=BATCH)).partitions():
        for row in part:
            no += 1
            yield ConsentLine(no, asked.on, row)


HEADING = Report(
    "R23",
    "zhurnal_soglasiy",
    "Журнал согласий",
    (
        Field("№", lambda line: line.no, "number", 7),
        Field("Дата", lambda line: line.given.signed_at, "date"),
        Field("Субъект", lambda line: line.given.person, width=32, total=True),
        Field("Кем дано", lambda line: line.giver, width=32),
        Field("Вид", lambda line: line.given.kind, width=24),
        Field("Цели", lambda line: line.given.purposes, width=34),
        Field("Спец. категории", lambda line: "да" if line.given.special_categories else "нет", width=14),
        Field("Кому передаются", lambda line: line.given.transfer_to, width=28),
        Field("Срок", lambda line: line.term, "date", 14),
        Field("Состояние", lambda line: line.status, width=14),
        Field("Отзыв", lambda line: line.revoked, "date", 12),
        Field("Причина отзыва", lambda line: line.given.revoke_reason if line.revoked else None, width=28),
    ),
    _lines,
    about="Кто, за кого и на что дал письменное согласие, до какого дня и что отозвано.",
    icon="file-earmark-check",
    by_case=False,
    on_health=False,
    hold=3,
)
