"""The rehabilitation programme of a disabled child, medical recommendations, courses at home.

All of it tells of health: every field is of the special class and closed without a consent (domain.md 3.2, 3.7).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, relationship

from app.base import SPECIAL, Choice, Sealed, SealedCode, UnitModel, column, link
from app.organisation.models import StaffMember
from app.people.models import Person


class RehabKind(Choice):
    """Name of the programme: ИПР until 2016, ИПРА since."""

    IPRA = "ipra", "ИПРА"
    IPR = "ipr", "ИПР"


class RehabProgramme(UnitModel):
    """A programme of rehabilitation the bureau has issued for a person; never the programme of accompaniment."""

    __tablename__ = "rehab_programme"
    __subject__ = "person_id"
    __seen_through__ = "person"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= issued_on", name="period"),)

    person_id: Mapped[int] = link("Чья", "person", privacy=SPECIAL)
    kind: Mapped[RehabKind] = column("Вид", default=RehabKind.IPRA, privacy=SPECIAL)
    number: Mapped[SealedCode | None] = column("Номер", privacy=SPECIAL)
    issued_on: Mapped[dt.date] = column("Дата", privacy=SPECIAL)
    valid_to: Mapped[dt.date | None] = column("Действует до", order=True, privacy=SPECIAL)
    issued_by: Mapped[Sealed | None] = column("Кем выдана", privacy=SPECIAL)

    person: Mapped[Person] = relationship()
    items: Mapped[list[RehabItem]] = relationship(
        back_populates="programme", passive_deletes="all", order_by="RehabItem.id"
    )

    def __str__(self) -> str:
        return f"{self.kind.label}, {self.person}"


class RehabItemKind(Choice):
    """Part of the programme of rehabilitation."""

    MEDICAL = "medical", "медицинская реабилитация"
    PEDAGOGICAL = "pedagogical", "психолого-педагогическая"
    VOCATIONAL = "vocational", "профессиональная"
    SOCIAL = "social", "социальная"
    AIDS = "aids", "технические средства"


class RehabItemStatus(Choice):
    """How far an item of the programme of rehabilitation is."""

    PLANNED = "planned", "запланировано"
    DONE = "done", "выполнено"
    NOT_DONE = "not_done", "не выполнено"
    REFUSED = "refused", "отказ"


class RehabItem(UnitModel):
    """One item of a programme of rehabilitation and how it ended."""

    __tablename__ = "rehab_item"
    __subject__ = "person_id"
    __seen_through__ = "programme"
    __table_args__ = (CheckConstraint("status = 'planned' OR settled_on IS NOT NULL", name="settled_has_a_day"),)

    programme_id: Mapped[int] = link("ИПРА", "rehab_programme", privacy=SPECIAL)
    person_id: Mapped[int] = link("Чья", "person", privacy=SPECIAL)
    kind: Mapped[RehabItemKind] = column("Раздел", privacy=SPECIAL)
    text: Mapped[Sealed] = column("Мероприятие", privacy=SPECIAL)
    executor: Mapped[Sealed | None] = column("Исполнитель", privacy=SPECIAL)
    responsible_id: Mapped[int | None] = link("Кто следит", "staff_member", privacy=SPECIAL)
    due: Mapped[dt.date | None] = column("Срок", order=True, privacy=SPECIAL)
    status: Mapped[RehabItemStatus] = column("Выполнение", default=RehabItemStatus.PLANNED, privacy=SPECIAL)
    settled_on: Mapped[dt.date | None] = column("Когда", privacy=SPECIAL)
    result: Mapped[Sealed | None] = column("Результат", privacy=SPECIAL)

    programme: Mapped[RehabProgramme] = relationship(back_populates="items")
    person: Mapped[Person] = relationship()
    responsible: Mapped[StaffMember | None] = relationship()

    def __str__(self) -> str:
        return f"Мероприятие ИПРА, {self.person}"


class MedicalRecommendation(UnitModel):
    """What a medical organisation recommends; the paper itself is a file of the card (S001-3.6-b)."""

    __tablename__ = "medical_recommendation"
    __subject__ = "person_id"
    __seen_through__ = "person"

    person_id: Mapped[int] = link("Кому", "person", privacy=SPECIAL)
    date: Mapped[dt.date] = column("Дата", order=True, privacy=SPECIAL)
    organisation: Mapped[Sealed] = column("Медицинская организация", privacy=SPECIAL)
    text: Mapped[Sealed] = column("Что рекомендовано", privacy=SPECIAL)

    person: Mapped[Person] = relationship()

    def __str__(self) -> str:
        return f"Рекомендация, {self.person}"


class CourseOutcome(Choice):
    """What a course changed."""

    BETTER = "better", "улучшение"
    SAME = "same", "без перемен"
    WORSE = "worse", "ухудшение"


class HomeCourse(UnitModel):
    """A course of «Санаторий на дому» for a child, on the recommendation of a doctor (S001-2.2-e)."""

    __tablename__ = "home_course"
    __subject__ = "person_id"
    __seen_through__ = "person"
    __table_args__ = (
        CheckConstraint("date_to IS NULL OR date_to >= date_from", name="period"),
        CheckConstraint("outcome IS NULL OR date_to IS NOT NULL", name="outcome_at_the_end"),
    )

    person_id: Mapped[int] = link("Ребёнок", "person", privacy=SPECIAL)
    recommendation_id: Mapped[int] = link("По рекомендации", "medical_recommendation", privacy=SPECIAL)
    nurse_id: Mapped[int | None] = link("Кто проводит", "staff_member", privacy=SPECIAL)
    date_from: Mapped[dt.date] = column("Начало", order=True, privacy=SPECIAL)
    date_to: Mapped[dt.date | None] = column("Окончание", privacy=SPECIAL)
    outcome: Mapped[CourseOutcome | None] = column("Итог", privacy=SPECIAL)
    observations: Mapped[Sealed | None] = column("Наблюдения", privacy=SPECIAL)

    person: Mapped[Person] = relationship()
    recommendation: Mapped[MedicalRecommendation] = relationship()
    nurse: Mapped[StaffMember | None] = relationship()
    procedures: Mapped[list[HomeProcedure]] = relationship(
        back_populates="course", passive_deletes="all", order_by="HomeProcedure.id"
    )

    @property
    def completion(self) -> int | None:
        """Procedures done of those planned, in per cent; None while nothing is planned."""
        planned = sum(one.planned for one in self.procedures)
        return round(100 * sum(one.done for one in self.procedures) / planned) if planned else None

    def __str__(self) -> str:
        return f"Курс на дому, {self.person}"


class HomeProcedure(UnitModel):
    """A procedure of a course: how often it is planned and how often it was done."""

    __tablename__ = "home_procedure"
    __subject__ = "person_id"
    __seen_through__ = "course"
    __table_args__ = (CheckConstraint("planned > 0 AND done >= 0 AND done <= planned", name="done_of_planned"),)

    course_id: Mapped[int] = link("Курс", "home_course", privacy=SPECIAL)
    person_id: Mapped[int] = link("Ребёнок", "person", privacy=SPECIAL)
    name: Mapped[Sealed] = column("Процедура", privacy=SPECIAL)
    planned: Mapped[int] = column("Назначено, раз", privacy=SPECIAL)
    done: Mapped[int] = column("Проведено, раз", default=0, privacy=SPECIAL)
    last_on: Mapped[dt.date | None] = column("Последний раз", privacy=SPECIAL)

    course: Mapped[HomeCourse] = relationship(back_populates="procedures")
    person: Mapped[Person] = relationship()

    def __str__(self) -> str:
        return f"Процедура, {self.person}"
