"""What is found out about a family: acts, diagnostics, problems, resources, passports, reviews (domain.md 3.4).

What is written of somebody's health stands in tables and columns of its own, sealed and with a right of its own: the
health of each member in an act, the findings of a psychologist, that part of a passport.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Numeric, Table, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.assessment.lists import (
    ActStatus,
    AssessmentKind,
    AssessmentStatus,
    Attitude,
    Conclusion,
    ContactKind,
    Domain,
    Enough,
    ProblemOutcome,
    Proposal,
    ResourceKind,
    ReviewKind,
    Sanitary,
    Severity,
    Strength,
)
from app.base import (
    RESTRICTED,
    SPECIAL,
    Code,
    Codes,
    Line,
    Model,
    Moment,
    Privacy,
    Prose,
    ProseType,
    Sealed,
    UnitModel,
    column,
    link,
)
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.people.lists import Amenity, HousingKind, HousingRight
from app.people.models import Family, FamilyMember, Person
from app.register import lookup, search

PUBLIC = Privacy.NONE
_NO_HEALTH = "Без диагнозов: сведения о здоровье вносят отдельно"


def _ticked(name: str, column_name: str, whom: str) -> Table:
    """Return the table of who of *whom* is ticked in an act."""
    act: Column[int] = Column("act_id", ForeignKey("living_conditions_act.id", ondelete="CASCADE"), primary_key=True)
    other: Column[int] = Column(column_name, ForeignKey(f"{whom}.id", ondelete="RESTRICT"), primary_key=True)
    return Table(name, Model.metadata, act, other)


act_commission = _ticked("act_commission", "staff_id", "staff_member")
act_present = _ticked("act_present", "person_id", "person")


class LivingConditionsAct(UnitModel):
    """An act on the living conditions of a family (form D05): drafted, signed, then never changed."""

    __tablename__ = "living_conditions_act"
    __seen_through__ = "case"
    __table_args__ = (UniqueConstraint("service_unit_id", "number", name="uq_living_conditions_act_number"),)

    case_id: Mapped[int] = link("Дело", "family_case")
    status: Mapped[ActStatus] = column("Состояние", default=ActStatus.DRAFT, privacy=PUBLIC)
    number: Mapped[Code | None] = column("№ акта", search=True, privacy=PUBLIC)
    date: Mapped[dt.date] = column("Дата обследования", order=True, privacy=PUBLIC)
    address: Mapped[Line] = column("Адрес")
    ground: Mapped[Line | None] = column("Основание")
    others: Mapped[Line | None] = column("Ещё в комиссии", hint="Кто не работает в центре: имя, должность")
    composition: Mapped[Prose | None] = column("Состав семьи в день подписания")
    housing_kind: Mapped[HousingKind | None] = column("Жильё")
    housing_right: Mapped[HousingRight | None] = column("Право на жильё")
    area_m2: Mapped[Decimal | None] = column("Площадь, м²", Numeric(7, 1))
    rooms: Mapped[int | None] = column("Комнат")
    floor: Mapped[Code | None] = column("Этаж")
    material: Mapped[Line | None] = column("Из чего построено")
    amenities: Mapped[list[str] | None] = column("Удобства", Codes(Amenity))
    sanitary: Mapped[Sanitary | None] = column("Санитарное состояние")
    sleeping_place: Mapped[Enough | None] = column("Спальное место у каждого ребёнка")
    study_place: Mapped[Enough | None] = column("Место для занятий")
    clothes: Mapped[Enough | None] = column("Одежда по сезону")
    toys: Mapped[Enough | None] = column("Игрушки, книги")
    food: Mapped[Enough | None] = column("Питание")
    children_note: Mapped[Prose | None] = column("Об условиях для детей")
    schooling: Mapped[Prose | None] = column("Обучение и досуг детей")
    income: Mapped[Prose | None] = column("Доходы, льготы, хозяйство")
    relations: Mapped[Prose | None] = column("Отношения, воспитание, привычки", hint="«наблюдалось» или «со слов»")
    surroundings: Mapped[Prose | None] = column("Социальное окружение")
    fire_safety: Mapped[Enough | None] = column("Пожарная безопасность")
    hazards: Mapped[Line | None] = column("Опасные предметы")
    animals: Mapped[Line | None] = column("Животные")
    needs: Mapped[Prose | None] = column("Потребности и риски", hint=_NO_HEALTH)
    conclusion: Mapped[Prose | None] = column("Вывод", hint="Без вывода акт не подписать")
    recommendations: Mapped[Prose | None] = column("Рекомендации")
    acquainted_on: Mapped[dt.date | None] = column("Семья ознакомлена с актом", privacy=PUBLIC)
    signed_at: Mapped[Moment | None] = column("Подписан", privacy=PUBLIC)

    case: Mapped[FamilyCase] = relationship("FamilyCase", back_populates="living_acts")
    commission: Mapped[list[StaffMember]] = relationship(secondary=act_commission, order_by=StaffMember.id)
    present: Mapped[list[Person]] = relationship(secondary=act_present, order_by=Person.id)
    health: Mapped[list[ActHealth]] = relationship(back_populates="act", passive_deletes="all", order_by="ActHealth.id")

    @property
    def commission_ids(self) -> list[str]:
        """Who is ticked in the form as the commission."""
        return [str(one.id) for one in self.commission]

    @property
    def present_ids(self) -> list[str]:
        """Who is ticked in the form as present."""
        return [str(one.id) for one in self.present]

    def __str__(self) -> str:
        named = f"Акт № {self.number}" if self.number else "Черновик акта"
        return f"{named} от {self.date:%d.%m.%Y}"


class ActHealth(UnitModel):
    """What an act says of the health of one member of the family, with his consent (section 7 of D05)."""

    __tablename__ = "act_health"
    __subject__ = "person_id"
    __seen_through__ = "act"
    __table_args__ = (UniqueConstraint("act_id", "person_id", name="uq_act_health_person"),)

    act_id: Mapped[int] = link("Акт", "living_conditions_act", index=False, ondelete="CASCADE")
    person_id: Mapped[int] = link("Чьё здоровье", "person", privacy=SPECIAL)
    note: Mapped[Sealed | None] = column("Состояние здоровья", privacy=SPECIAL, required=True)

    act: Mapped[LivingConditionsAct] = relationship(back_populates="health")
    person: Mapped[Person] = relationship()

    def __str__(self) -> str:
        return f"Здоровье в акте: {self.person}"


class Assessment(UnitModel):
    """A dated diagnosis of a family: scores, problems and resources lead to its conclusion (forms D07 and D19)."""

    __tablename__ = "assessment"
    __subject__ = "person_id"
    __seen_through__ = "case"
    __table_args__ = (Index("ix_assessment_case_id", "case_id", "date"),)

    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    kind: Mapped[AssessmentKind] = column("Вид", privacy=PUBLIC)
    status: Mapped[AssessmentStatus] = column("Состояние", default=AssessmentStatus.DRAFT, privacy=PUBLIC)
    date: Mapped[dt.date] = column("Дата", order=True, privacy=PUBLIC)
    author_id: Mapped[int | None] = link("Кто проводит", "staff_member", required=True, privacy=PUBLIC)
    person_id: Mapped[int | None] = link("О ком", "person", hint="Пусто: обо всей семье")
    methods: Mapped[Line | None] = column("Методы", hint="Беседа, наблюдение, опрос, тест")
    family_request: Mapped[Prose | None] = column("Запрос семьи её словами")
    family_attitude: Mapped[Attitude | None] = column("Как семья относится к помощи")
    risks: Mapped[Prose | None] = column("Риски", hint=_NO_HEALTH)
    conclusion: Mapped[Prose | None] = column("Вывод", hint=_NO_HEALTH)
    proposal: Mapped[Proposal | None] = column("Предложение")
    findings: Mapped[Sealed | None] = column("Результат психологической диагностики", privacy=SPECIAL)
    psychologist_conclusion: Mapped[Sealed | None] = column("Заключение психолога", privacy=SPECIAL)
    scored_at: Mapped[Moment | None] = column("Оценки внесены", privacy=PUBLIC)
    finished_at: Mapped[Moment | None] = column("Завершена", privacy=PUBLIC)

    case: Mapped[FamilyCase] = relationship("FamilyCase", back_populates="assessments")
    author: Mapped[StaffMember | None] = relationship()
    person: Mapped[Person | None] = relationship()
    scores: Mapped[list[AssessmentScore]] = relationship(
        back_populates="assessment", passive_deletes="all", order_by="AssessmentScore.id"
    )

    @property
    def is_finished(self) -> bool:
        """Whether the assessment may not be changed any more."""
        return self.status is AssessmentStatus.FINISHED

    def __str__(self) -> str:
        return f"{self.kind.label.capitalize()} диагностика, {self.date:%d.%m.%Y}"


class AssessmentScore(UnitModel):
    """One score of an assessment: a criterion of a scale, of the family or of a child, from 0 to 4."""

    __tablename__ = "assessment_score"
    __seen_through__ = "assessment"
    __table_args__ = (
        UniqueConstraint("assessment_id", "scale", "criterion", "person_id", name="uq_assessment_score_child"),
        Index(
            "uq_assessment_score_family",
            "assessment_id",
            "scale",
            "criterion",
            unique=True,
            sqlite_where=text("person_id IS NULL"),
            postgresql_where=text("person_id IS NULL"),
        ),
        CheckConstraint("value BETWEEN 0 AND 4", name="value"),
    )

    assessment_id: Mapped[int] = link("Диагностика", "assessment", index=False, ondelete="CASCADE")
    scale: Mapped[Code] = column("Шкала", privacy=PUBLIC)
    criterion: Mapped[Code] = column("Критерий", privacy=PUBLIC)
    person_id: Mapped[int | None] = link("Ребёнок", "person")
    value: Mapped[int] = column("Оценка")

    assessment: Mapped[Assessment] = relationship(back_populates="scores")
    person: Mapped[Person | None] = relationship()

    @property
    def key(self) -> tuple[str, str, int | None]:
        """What is scored: scale, criterion and child; the same in every assessment."""
        return self.scale, self.criterion, self.person_id


class Problem(UnitModel):
    """A problem of the family, open until it is said what became of it (S002-2.1)."""

    __tablename__ = "problem"
    __seen_through__ = "case"
    __table_args__ = (CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name="period"),)

    case_id: Mapped[int] = link("Дело", "family_case")
    text: Mapped[Line] = column("В чём проблема", search=True, hint=_NO_HEALTH)
    domain: Mapped[Domain] = column("Сфера")
    severity: Mapped[Severity] = column("Тяжесть", default=Severity.MIDDLE)
    opened_at: Mapped[dt.date] = column("Выявлена", order=True, privacy=PUBLIC)
    outcome: Mapped[ProblemOutcome] = column("Что с ней", default=ProblemOutcome.OPEN, privacy=PUBLIC)
    closed_at: Mapped[dt.date | None] = column("Закрыта", privacy=PUBLIC)

    case: Mapped[FamilyCase] = relationship("FamilyCase", back_populates="problems")

    @property
    def is_open(self) -> bool:
        """Whether the problem is still to be solved."""
        return self.outcome is ProblemOutcome.OPEN

    @classmethod
    def look_up(cls, session: Session, typed: str) -> list[lookup.Choice]:
        """Return open problems by their words or the surname of the family, each with the case it is of."""
        test = search.found_by(cls, typed, (("case", "family"),), session.get_bind().dialect.name)
        wanted = select(cls).where(cls.outcome == ProblemOutcome.OPEN, *([test] if test is not None else []))
        of_case = joinedload(cls.case).joinedload(FamilyCase.family)
        found = session.scalars(wanted.options(of_case).order_by(cls.id.desc()).limit(lookup.SHOWN))
        return [lookup.Choice(one.id, one.text, f"{one.case}, {one.case.family}") for one in found]

    def __str__(self) -> str:
        return self.text


class FamilyResource(UnitModel):
    """What the family can lean on (S004-1-b)."""

    __tablename__ = "family_resource"
    __seen_through__ = "case"

    case_id: Mapped[int] = link("Дело", "family_case")
    text: Mapped[Line] = column("Ресурс", search=True)
    kind: Mapped[ResourceKind] = column("Вид")
    strength: Mapped[Strength] = column("Сила", default=Strength.MIDDLE)
    member_id: Mapped[int | None] = link("Чей", "family_member", hint="Пусто: всей семьи")

    case: Mapped[FamilyCase] = relationship("FamilyCase", back_populates="resources")
    member: Mapped[FamilyMember | None] = relationship()

    def __str__(self) -> str:
        return self.text


class SocialContact(UnitModel):
    """A person or an organisation around the family: the map of its surroundings (S001-3.2-h)."""

    __tablename__ = "social_contact"
    __seen_through__ = "family"

    family_id: Mapped[int] = link("Семья", "family")
    name: Mapped[Line] = column("Кто", search=True, hint="Человек или организация")
    relation: Mapped[Line | None] = column("Кем приходится", required=True)
    kind: Mapped[ContactKind] = column("Что значит для семьи", default=ContactKind.NEUTRAL)
    note: Mapped[Prose | None] = column("Примечание")

    family: Mapped[Family] = relationship("Family", back_populates="contacts")

    def __str__(self) -> str:
        return self.name


class FamilyPassport(UnitModel):
    """A family as it was on a day (form D06); what changes later changes nothing here (S000-6e).

    ``snapshot`` is JSON of words and tables as they stood; what is said of health and of prevention registers is kept
    apart, sealed, and shown to who has the right.
    """

    __tablename__ = "family_passport"
    __seen_through__ = "case"

    case_id: Mapped[int] = link("Дело", "family_case")
    number: Mapped[int] = column("№", privacy=PUBLIC)
    on_date: Mapped[dt.date] = column("На дату", order=True, privacy=PUBLIC)
    made_by_id: Mapped[int | None] = link("Кто составил", "staff_member", privacy=PUBLIC)
    snapshot: Mapped[str] = mapped_column(ProseType)
    health: Mapped[Sealed | None] = column("Сведения о здоровье", privacy=SPECIAL)
    prevention: Mapped[Sealed | None] = column("Профилактический учёт", privacy=RESTRICTED)

    case: Mapped[FamilyCase] = relationship("FamilyCase", back_populates="passports")
    made_by: Mapped[StaffMember | None] = relationship()

    def __str__(self) -> str:
        return f"Социальный паспорт семьи на {self.on_date:%d.%m.%Y}"


class EfficiencyReview(UnitModel):
    """An analysis of what the accompaniment has brought (form D20); what is computed is kept when it is finished."""

    __tablename__ = "efficiency_review"
    __seen_through__ = "case"
    __table_args__ = (
        CheckConstraint("need_satisfaction BETWEEN 0 AND 100", name="need_satisfaction"),
        Index("ix_efficiency_review_case_id", "case_id", "date"),
    )

    case_id: Mapped[int] = link("Дело", "family_case", index=False)
    kind: Mapped[ReviewKind] = column("Вид", privacy=PUBLIC)
    status: Mapped[AssessmentStatus] = column("Состояние", default=AssessmentStatus.DRAFT, privacy=PUBLIC)
    date: Mapped[dt.date] = column("Дата", order=True, privacy=PUBLIC)
    author_id: Mapped[int | None] = link("Кто проводит", "staff_member", required=True, privacy=PUBLIC)
    need_satisfaction: Mapped[int | None] = column("Потребность удовлетворена, %", hint="От 0 до 100")
    conclusion: Mapped[Conclusion | None] = column("Вывод")
    text: Mapped[Prose | None] = column("Обоснование", hint=_NO_HEALTH)
    new_end: Mapped[dt.date | None] = column("Предлагаемый новый срок", privacy=PUBLIC)
    measures_done_pct: Mapped[int | None] = column("Мероприятий выполнено, %", privacy=PUBLIC)
    problems_solved_pct: Mapped[int | None] = column("Проблем решено, %", privacy=PUBLIC)
    score_delta: Mapped[str | None] = mapped_column(ProseType)
    finished_at: Mapped[Moment | None] = column("Завершён", privacy=PUBLIC)

    case: Mapped[FamilyCase] = relationship("FamilyCase", back_populates="reviews")
    author: Mapped[StaffMember | None] = relationship()
    outcomes: Mapped[list[ReviewOutcome]] = relationship(
        back_populates="review", passive_deletes="all", order_by="ReviewOutcome.id"
    )

    @property
    def is_finished(self) -> bool:
        """Whether the review may not be changed any more."""
        return self.status is AssessmentStatus.FINISHED

    def __str__(self) -> str:
        named = "Предварительная оценка" if self.kind is ReviewKind.PRELIMINARY else "Анализ эффективности"
        return f"{named}, {self.date:%d.%m.%Y}"


class ReviewOutcome(UnitModel):
    """What a review says has become of one problem."""

    __tablename__ = "review_outcome"
    __seen_through__ = "review"
    __table_args__ = (UniqueConstraint("review_id", "problem_id", name="uq_review_outcome_problem"),)

    review_id: Mapped[int] = link("Анализ", "efficiency_review", index=False, ondelete="CASCADE")
    problem_id: Mapped[int] = link("Проблема", "problem")
    outcome: Mapped[ProblemOutcome] = column("Результат", default=ProblemOutcome.OPEN)
    note: Mapped[Line | None] = column("Пояснение")

    review: Mapped[EfficiencyReview] = relationship(back_populates="outcomes")
    problem: Mapped[Problem] = relationship()


class QualityAnswer(UnitModel):
    """What a family says of the quality of the help, or why it was not asked or did not answer (S002-3.3-6)."""

    __tablename__ = "quality_answer"
    __seen_through__ = "case"
    __table_args__ = (
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        CheckConstraint("(score IS NULL) <> (waiver IS NULL)", name="answer_or_waiver"),
    )

    case_id: Mapped[int] = link("Дело", "family_case")
    answered_on: Mapped[dt.date] = column("Дата", order=True, privacy=PUBLIC)
    score: Mapped[int | None] = column("Оценка семьи", hint="От 1 (плохо) до 5 (отлично)")
    text: Mapped[Prose | None] = column("Ответ семьи")
    waiver: Mapped[Prose | None] = column("Почему ответа нет", hint="Если семья не ответила")

    case: Mapped[FamilyCase] = relationship("FamilyCase", back_populates="quality_answers")

    def __str__(self) -> str:
        return f"{'Нет ответа' if self.score is None else f'Оценка {self.score}'}, {self.answered_on:%d.%m.%Y}"


# What a case holds of this slice is told to it from here: the case lies a floor below and knows no diagnostics.
_OF_CASE: dict[str, Any] = {"back_populates": "case", "passive_deletes": "all"}
FamilyCase.living_acts = relationship(LivingConditionsAct, order_by=LivingConditionsAct.date, **_OF_CASE)
FamilyCase.assessments = relationship(Assessment, order_by=(Assessment.date, Assessment.id), **_OF_CASE)
FamilyCase.problems = relationship(Problem, order_by=Problem.id, **_OF_CASE)
FamilyCase.resources = relationship(FamilyResource, order_by=FamilyResource.id, **_OF_CASE)
FamilyCase.passports = relationship(FamilyPassport, order_by=FamilyPassport.id, **_OF_CASE)
FamilyCase.reviews = relationship(EfficiencyReview, order_by=(EfficiencyReview.date, EfficiencyReview.id), **_OF_CASE)
FamilyCase.quality_answers = relationship(QualityAnswer, order_by=QualityAnswer.id, **_OF_CASE)
Family.contacts = relationship(SocialContact, back_populates="family", passive_deletes="all", order_by=SocialContact.id)
