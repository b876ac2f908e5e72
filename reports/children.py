"""R04 Реестр детей (domain.md 5): the children of the families on the register on the day asked for.

A family whose case has ended by that day is not on the register any more, its children neither; with a period the
families are those registered within it. «Инвалидность до» and «ОВЗ» are absent for who may not see data on health,
«Учёты» for who may not see prevention registers; the statuses «ребёнок-инвалид» and «ребёнок с ОВЗ» also. Where the
child's consent to data on health is lacking, their cells say «нужно согласие».
Left out until its table comes: «ИПРА до» (the rehabilitation programme of a child).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from app.cases.models import FamilyCase
from app.organisation.models import PartnerOrganisation
from app.people.consents import WORD, closed_among
from app.people.models import ChildProfile, ChildStatus, DisabilityStatus, OvzStatus, age_on
from reports.cases import CaseLine, Member, batches, counted
from reports.form import Asked, Field, Report, Sight, grouped

HEALTH_STATUSES = frozenset({ChildStatus.DISABLED, ChildStatus.OVZ})


@dataclass
class ChildLine:
    """A child with the case of its family; a child of two families on the register has two lines."""

    no: int
    on: dt.date
    of: CaseLine
    child: Member
    profile: Row[Any] | None
    disability: Row[Any] | None
    ovz: Row[Any] | None
    health: bool
    closed: bool = False
    """Whether no consent of the child opens data on health: then the cells that would hold some say so."""

    @property
    def age(self) -> int:
        """Full years on the day asked for."""
        return age_on(self.child.birth_date, self.on)

    @property
    def statuses(self) -> list[ChildStatus]:
        """The statuses of the child; those that tell of health only to who may see them."""
        found = (self.profile.child_status if self.profile else None) or []
        return [each for each in found if (self.health and not self.closed) or each not in HEALTH_STATUSES]

    @property
    def school(self) -> str:
        """«Школа № 1, 4 «Б»»."""
        return ", ".join(filter(None, self.profile[2:4])) if self.profile else ""

    @property
    def disabled_until(self) -> dt.date | str:
        """The last day of the disability, «бессрочно» for one without, or nothing."""
        if self.closed:
            return WORD
        return (self.disability.valid_to or "бессрочно") if self.disability else ""

    @property
    def limited(self) -> str:
        """«расстройство аутистического спектра, до 01.09.2026»."""
        if self.closed:
            return WORD
        if self.ovz is None:
            return ""
        return self.ovz.kind.label + (f", до {self.ovz.valid_to:%d.%m.%Y}" if self.ovz.valid_to else "")


def _lines(session: Session, asked: Asked) -> Iterator[ChildLine]:
    no = 0
    running = counted(session, asked).where(or_(FamilyCase.ended_at.is_(None), FamilyCase.ended_at > asked.on))
    for batch in batches(session, running, asked):
        ids = [child.person_id for line in batch for child in line.children]
        closed = closed_among(session, ids) if asked.health else {}
        profiles = grouped(session.execute(_profiles(ids)))
        disabilities = grouped(session.execute(_disabilities(ids, asked.on)) if asked.health else ())
        conclusions = grouped(session.execute(_conclusions(ids, asked.on)) if asked.health else ())
        for line in batch:
            for child in line.children:
                no += 1
                pk = child.person_id
                yield ChildLine(
                    no,
                    asked.on,
                    line,
                    child,
                    profile=_last(profiles, pk),
                    disability=_last(disabilities, pk),
                    ovz=_last(conclusions, pk),
                    health=asked.health,
                    closed=pk in closed,
                )


def _last(groups: dict[int, list[Row[Any]]], pk: int) -> Row[Any] | None:
    return groups[pk][-1] if pk in groups else None


def _profiles(ids: list[int]) -> Any:
    return (
        select(
            ChildProfile.person_id,
            ChildProfile.child_status,
            PartnerOrganisation.name,
            ChildProfile.class_name,
            ChildProfile.education_kind,
            ChildProfile.leisure,
        )
        .outerjoin(PartnerOrganisation, PartnerOrganisation.id == ChildProfile.organisation_id)
        .where(ChildProfile.person_id.in_(ids))
    )


def _disabilities(ids: list[int], on: dt.date) -> Any:
    """Select the disabilities valid on *on*; one prolonged before its end is followed by the newer paper."""
    return (
        select(DisabilityStatus.person_id, DisabilityStatus.valid_to)
        .where(
            DisabilityStatus.person_id.in_(ids),
            or_(DisabilityStatus.established_at.is_(None), DisabilityStatus.established_at <= on),
            or_(DisabilityStatus.valid_to.is_(None), DisabilityStatus.valid_to >= on),
        )
        .order_by(DisabilityStatus.established_at.nulls_first(), DisabilityStatus.id)
    )


def _conclusions(ids: list[int], on: dt.date) -> Any:
    return (
        select(OvzStatus.person_id, OvzStatus.kind, OvzStatus.valid_to)
        .where(
            OvzStatus.person_id.in_(ids),
            OvzStatus.concluded_at <= on,
            or_(OvzStatus.valid_to.is_(None), OvzStatus.valid_to >= on),
        )
        .order_by(OvzStatus.concluded_at, OvzStatus.id)
    )


HEADING = Report(
    "R04",
    "reestr_detey",
    "Реестр детей",
    (
        Field("№", lambda line: line.no, "number", 6),
        Field("№ дела", lambda line: line.of.case.number, width=14),
        Field("ФИО", lambda line: line.child.name, width=32, total=True),
        Field("Дата рождения", lambda line: line.child.birth_date, "date"),
        Field("Возраст", lambda line: line.age, "number", 9),
        Field("Пол", lambda line: line.child.sex, width=10),
        Field("Статус", lambda line: line.statuses, width=24),
        Field("Инвалидность до", lambda line: line.disabled_until, "date", 14, sight=Sight.HEALTH),
        Field("ОВЗ", lambda line: line.limited, width=24, sight=Sight.HEALTH),
        Field("Образовательная организация, класс", lambda line: line.school, width=30),
        Field("Форма обучения", lambda line: line.profile and line.profile.education_kind, width=14),
        Field("Законный представитель", lambda line: line.of.representatives, width=30),
        Field("Участок", lambda line: line.of.area, width=16),
        Field("Кружки, секции", lambda line: line.profile and line.profile.leisure, width=24),
        Field("Учёты", lambda line: line.child.registers, width=18, sight=Sight.REGISTERS),
        Field("{Curator}", lambda line: line.of.curator, width=20),
    ),
    _lines,
    about="Дети семей, которые состоят на учёте: возраст, статус, где учатся, кто представляет.",
    icon="person-heart",
    hold=3,
)
