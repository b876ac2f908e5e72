"""Benefits a family may have and aid it was given (domain.md 3.5; S001-3.1-e, S001-3.1-f)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Line, Money, Prose, UnitModel, column, link
from app.cases.models import FamilyCase
from app.people.models import Person


class BenefitStatus(Choice):
    """How far a benefit is from the family that is entitled to it."""

    ENTITLED = "entitled", "положена"
    GRANTED = "granted", "назначена"
    RECEIVED = "received", "получает"
    NOT_RECEIVED = "not_received", "не получает"


class Benefit(UnitModel):
    """A benefit somebody of the family is entitled to, and whether it comes."""

    __tablename__ = "benefit"
    __seen_through__ = "case"
    __table_args__ = (CheckConstraint("status <> 'not_received' OR reason IS NOT NULL", name="not_received_says_why"),)

    case_id: Mapped[int] = link("Дело", "family_case")
    person_id: Mapped[int] = link("Кому", "person")
    name: Mapped[Line] = column("Льгота или выплата", search=True)
    status: Mapped[BenefitStatus] = column("Состояние", default=BenefitStatus.ENTITLED)
    reason: Mapped[Line | None] = column("Почему не получает")
    check_on: Mapped[dt.date | None] = column("Проверить", order=True)
    note: Mapped[Prose | None] = column("Примечание")

    case: Mapped[FamilyCase] = relationship("FamilyCase")
    person: Mapped[Person] = relationship()

    def __str__(self) -> str:
        return self.name


class AidKind(Choice):
    """Kind of aid."""

    MONEY = "money", "денежная"
    FOOD = "food", "продуктовая"
    GOODS = "goods", "вещевая"
    SANATORIUM = "sanatorium", "санаторно-курортное лечение"
    RECREATION = "recreation", "оздоровление детей"
    MEDICINES = "medicines", "лекарства"
    OTHER = "other", "иное"


class AidSource(Choice):
    """Who gave the aid."""

    BUDGET = "budget", "бюджет"
    BENEFACTOR = "benefactor", "благотворитель"
    NONPROFIT = "nonprofit", "НКО"


class AidRecord(UnitModel):
    """Aid a family was given on one day: money, or a quantity of something."""

    __tablename__ = "aid_record"
    __seen_through__ = "case"
    __table_args__ = (
        Index("ix_aid_record_case_id", "case_id", "date"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("amount IS NOT NULL OR quantity IS NOT NULL", name="is_something"),
    )

    date: Mapped[dt.date] = column("Дата", order=True)
    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    kind: Mapped[AidKind] = column("Вид помощи")
    description: Mapped[Line] = column("Что получила семья", search=True)
    amount: Mapped[Money | None] = column("Сумма, ₽")
    quantity: Mapped[Decimal | None] = column("Количество", Numeric(8, 2))
    source: Mapped[AidSource] = column("Источник", default=AidSource.BUDGET)
    document: Mapped[Line | None] = column("Документ")

    case: Mapped[FamilyCase] = relationship("FamilyCase")

    def __str__(self) -> str:
        return f"{self.kind.label}, {self.date:%d.%m.%Y}"
