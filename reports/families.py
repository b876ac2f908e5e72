"""R01 Реестр (банк данных) семей (domain.md 5).

«Уровень» tells every level the family has had by the day asked for, each with its first day (S003-3.5-b); where a
centre sets no levels it is that of the programme in force.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.agreements.models import Agreement, AgreementStatus
from app.cases.models import LevelPeriod
from app.closing.models import PostSupport
from app.intake.models import Circumstance, Intake, Recognition
from app.people.models import Person
from app.programmes.models import Programme, ProgrammeVersion
from app.register.field import local
from reports.cases import HEALTH_FEATURES, CaseLine, batches, counted
from reports.form import Asked, Field, Report, grouped

HEALTH_CIRCUMSTANCES = frozenset({Circumstance.SELF_CARE, Circumstance.DISABLED_AT_HOME})
"""Circumstances that tell of somebody's health."""


@dataclass
class FamilyLine(CaseLine):
    """A family of the register. Rows are the agreement, the versions of the programme, the recognition, the levels.

    *noticed* is the moment of the first message about the family, *watched_to* the last day of post-support.
    """

    agreement: Row[Any] | None
    versions: list[Row[Any]]
    recognition: Row[Any] | None
    levels: list[Row[Any]]
    noticed: dt.datetime | None
    watched_to: dt.date | None
    health: bool

    @property
    def family(self) -> str:
        """«Тестовы (Тестова Мария Ивановна)»: the family and who applied for it."""
        applicant = self.agreement.customer if self.agreement else self.representatives.split(", ")[0]
        return f"{self.case.family} ({applicant})" if applicant else self.case.family

    @property
    def composition(self) -> str:
        """«2 / 3»: adults who live with the children, children."""
        return f"{len(self.adults)} / {len(self.children)}"

    @property
    def names_of_children(self) -> str:
        """«Тестов Пётр, 2018 г. р.», one a line."""
        return "\n".join(f"{child.name}, {child.birth_date:%Y} г. р." for child in self.children)

    @property
    def address(self) -> str:
        """«с. Ключи, ул. Садовая, 1; участок № 2»."""
        area = self.case.area_number
        return f"{self.case.address}; участок № {area}" if area else self.case.address

    @property
    def kind(self) -> str:
        """The kind of the family and its features; those that tell of health only to who may see them."""
        features = [each.label for each in self.case.features or () if self.health or each not in HEALTH_FEATURES]
        return "; ".join([self.case.family_kind.label, *features])

    @property
    def programme(self) -> Row[Any] | None:
        """The version in force on the day asked for, or the last that was."""
        return self.versions[-1] if self.versions else None

    @property
    def level(self) -> str:
        """«кризисный, с 24.02.2026; базовый, с 20.05.2026»: the levels in their order, each with its first day."""
        if self.levels:
            return "; ".join(f"{level.label}, с {level.date_from:%d.%m.%Y}" for level in self.levels)
        if self.programme is None or not self.programme.level:
            return ""
        since = self.programme.since
        for version in reversed(self.versions):
            if version.level != self.programme.level:
                break
            since = version.since
        return f"{self.programme.level}, с {since:%d.%m.%Y}"

    @property
    def recognised(self) -> str:
        """«12.02.2026, протокол № 3»."""
        found = self.recognition
        return f"{found.decided_on:%d.%m.%Y}, протокол № {found.protocol_no}" if found else ""

    @property
    def circumstances(self) -> str:
        """Why the family was recognised (442-ФЗ, article 15); what tells of health only to who may see it."""
        named = self.recognition.circumstances or () if self.recognition else ()
        return "; ".join(each.label for each in named if self.health or each not in HEALTH_CIRCUMSTANCES)

    def at_end(self, value: Any) -> Any:
        """Return *value* if the case had ended by the day asked for."""
        return value if self.is_ended else None


def numbered(number: str, day: dt.date) -> str:
    """Return «№ 5 от 12.02.2026»."""
    return f"№ {number} от {day:%d.%m.%Y}"


def _lines(session: Session, asked: Asked) -> Iterator[FamilyLine]:
    for batch in batches(session, counted(session, asked), asked):
        ids = [line.case.id for line in batch]
        agreements = grouped(session.execute(_agreements(ids, asked)))
        versions = grouped(session.execute(_versions(ids, asked)))
        recognitions = grouped(session.execute(_recognitions(ids, asked)))
        levels = grouped(session.execute(_levels(ids, asked)))
        noticed = dict(session.execute(_noticed(ids)).all())
        watched = dict(session.execute(_watched(ids, asked)).all())
        for line in batch:
            pk = line.case.id
            yield FamilyLine(
                **vars(line),
                agreement=agreements[pk][-1] if pk in agreements else None,
                versions=versions.get(pk, []),
                recognition=recognitions[pk][-1] if pk in recognitions else None,
                levels=levels.get(pk, []),
                noticed=noticed.get(pk),
                watched_to=watched.get(pk),
                health=asked.health,
            )


def _agreements(case_ids: list[int], asked: Asked) -> Any:
    return (
        select(Agreement.case_id, Agreement.number, Agreement.date, Person.name.label("customer"))
        .join(Person, Person.id == Agreement.customer_id)
        .where(
            Agreement.case_id.in_(case_ids),
            Agreement.status != AgreementStatus.DRAFT,
            Agreement.date <= asked.on,
        )
        .order_by(Agreement.date, Agreement.id)
    )


def _versions(case_ids: list[int], asked: Asked) -> Any:
    """Select the versions that have been in force by the day asked for."""
    return (
        select(Programme.case_id, Programme.number, ProgrammeVersion.level, ProgrammeVersion.in_force_at.label("since"))
        .join(ProgrammeVersion, ProgrammeVersion.programme_id == Programme.id)
        .where(Programme.case_id.in_(case_ids), ProgrammeVersion.in_force_at <= asked.on)
        .order_by(ProgrammeVersion.version_no)
    )


def _recognitions(case_ids: list[int], asked: Asked) -> Any:
    return (
        select(Recognition.case_id, Recognition.decided_on, Recognition.protocol_no, Recognition.circumstances)
        .where(Recognition.case_id.in_(case_ids), Recognition.is_positive, Recognition.decided_on <= asked.on)
        .order_by(Recognition.decided_on, Recognition.id)
    )


def _levels(case_ids: list[int], asked: Asked) -> Any:
    return (
        select(LevelPeriod.case_id, LevelPeriod.label, LevelPeriod.date_from)
        .where(LevelPeriod.case_id.in_(case_ids), LevelPeriod.date_from <= asked.on)
        .order_by(LevelPeriod.date_from, LevelPeriod.id)
    )


def _noticed(case_ids: list[int]) -> Any:
    """Select when the first message about each case came."""
    first = func.min(Intake.received_at)
    return select(Intake.case_id, first).where(Intake.case_id.in_(case_ids)).group_by(Intake.case_id)


def _watched(case_ids: list[int], asked: Asked) -> Any:
    begun = PostSupport.date_from <= asked.on
    return select(PostSupport.case_id, PostSupport.planned_to).where(PostSupport.case_id.in_(case_ids), begun)


HEADING = Report(
    "R01",
    "reestr_semey",
    "{register}",
    (
        Field("№ п/п", lambda line: line.no, "number", 6),
        Field("№ дела", lambda line: line.case.number, width=14, total=True),
        Field("Фамилия семьи (заявитель)", lambda line: line.family, width=26),
        Field("Состав: взрослых / детей", lambda line: line.composition, width=10),
        Field("Дети (ФИО, год рождения)", lambda line: line.names_of_children, width=36),
        Field("Адрес, участок", lambda line: line.address, width=34),
        Field("Телефон", lambda line: line.case.phone, width=15),
        Field("Вид и признаки семьи", lambda line: line.kind, width=26),
        Field("Категория", lambda line: line.case.category, width=18),
        Field("Обстоятельства нуждаемости", lambda line: line.circumstances, width=34),
        Field("Дата выявления", lambda line: line.noticed and local(line.noticed).date(), "date"),
        Field("Источник", lambda line: line.case.source, width=18),
        Field("Дата постановки на учёт", lambda line: line.case.registered_at, "date"),
        Field("Дата признания, № протокола", lambda line: line.recognised, width=18),
        Field(
            "№ и дата {agreement_short:gen}", lambda line: line.agreement and numbered(*line.agreement[1:3]), width=18
        ),
        Field(
            "№ и дата ИПСС", lambda line: line.programme and numbered(line.programme[1], line.programme[3]), width=18
        ),
        Field("{Curator}", lambda line: line.curator, width=20),
        Field("Уровень и дата установления (перевода)", lambda line: line.level, width=20),
        Field("Плановая дата окончания", lambda line: line.case.planned_end, "date"),
        Field("Дата снятия", lambda line: line.at_end(line.case.ended_at), "date", total=True),
        Field("Причина", lambda line: line.at_end(line.case.end_reason), width=20),
        Field("Результат", lambda line: line.at_end(line.case.outcome), width=16),
        Field("Постсопровождение до", lambda line: line.watched_to, "date"),
        Field("Примечание", lambda line: line.case.note, width=30),
    ),
    _lines,
    about="Семьи на учёте: дети, {agreement_short}, {programme_short}, {curator} и чем закончилось.",
    icon="people",
    hold=3,
)
