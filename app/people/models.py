"""Persons, families and what is known of them (domain.md 3.2, privacy classes as there).

What is written of health in words or numbers is sealed at rest. Kinds, lists of codes and dates of closed classes stay
plain, because the registers count by them and deadlines are found by them: ``prevention_registers``, ``child_status``,
``features``, ``parental_rights`` and the kinds and dates of disability and ОВЗ. The disk under them is the server's to
encrypt.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, relationship

from app.acting import today
from app.base import (
    RESTRICTED,
    SPECIAL,
    Code,
    Codes,
    Line,
    Money,
    Phone,
    Privacy,
    Prose,
    Sealed,
    SealedCode,
    Snils,
    UnitModel,
    column,
    link,
)
from app.organisation.models import PartnerOrganisation, ServiceArea, Territory
from app.people.lists import (
    Amenity,
    ChildStatus,
    ConsentKind,
    ConsentStatus,
    DisabilityKind,
    Education,
    EducationKind,
    Employment,
    FamilyFeature,
    FamilyKind,
    FamilyRole,
    HousingKind,
    HousingRight,
    IncomeSource,
    Limitation,
    OvzKind,
    PaperKind,
    ParentalRights,
    PreventionRegister,
    Sex,
)
from app.words import initials

if TYPE_CHECKING:
    from app.cases.models import FamilyCase

PUBLIC = Privacy.NONE


def age_on(birth_date: dt.date, day: dt.date) -> int:
    """Return the full years between *birth_date* and *day*; one born on 29 February comes of age on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def years_later(birth_date: dt.date, years: int) -> dt.date:
    """Return the day on which one born on *birth_date* is *years* old; see :func:`age_on` for 29 February."""
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return dt.date(birth_date.year + years, 3, 1)


class Person(UnitModel):
    """A person, stored once however many families the person belongs to."""

    __tablename__ = "person"
    __subject__ = "id"
    __table_args__ = (
        # A person may move between districts, so each unit keeps its own card.
        UniqueConstraint("service_unit_id", "snils", name="uq_person_snils"),
        Index("ix_person_created_by_id", "created_by_id"),
        CheckConstraint("birth_date >= '1900-01-01'", name="birth_date"),
        CheckConstraint("died_at IS NULL OR died_at >= birth_date", name="life"),
    )

    last_name: Mapped[Line] = column("Фамилия")
    first_name: Mapped[Line] = column("Имя")
    middle_name: Mapped[Line | None] = column("Отчество")
    name: Mapped[Line] = column(
        "Фамилия, имя, отчество",
        search=True,
        sort=True,
        composed=("last_name", "first_name", "middle_name"),
        default="",
    )
    sex: Mapped[Sex] = column("Пол")
    birth_date: Mapped[dt.date] = column("Дата рождения", order=True)
    snils: Mapped[Snils | None] = column("СНИЛС", search=True)
    doc_kind: Mapped[PaperKind | None] = column("Документ")
    doc_series: Mapped[Code | None] = column("Серия")
    doc_number: Mapped[Code | None] = column("Номер")
    doc_issued_by: Mapped[Line | None] = column("Кем выдан")
    doc_issued_at: Mapped[dt.date | None] = column("Когда выдан")
    reg_address: Mapped[Line | None] = column("Адрес регистрации")
    reg_territory_id: Mapped[int | None] = link("Населённый пункт регистрации", "territory")
    phone: Mapped[Phone | None] = column("Телефон", search=True)
    email: Mapped[Line | None] = column("Почта")
    citizenship: Mapped[Line | None] = column("Гражданство")
    education: Mapped[Education | None] = column("Образование")
    employment: Mapped[Employment | None] = column("Занятость")
    workplace: Mapped[Line | None] = column("Место работы или учёбы")
    position: Mapped[Line | None] = column("Должность или класс")
    monthly_income: Mapped[Money | None] = column("Среднемесячный доход, ₽")
    prevention_registers: Mapped[list[str] | None] = column(
        "Состоит на учёте", Codes(PreventionRegister), privacy=RESTRICTED
    )
    health_note: Mapped[Sealed | None] = column(
        "Состояние здоровья", privacy=SPECIAL, hint="Заполняется с согласия человека"
    )
    died_at: Mapped[dt.date | None] = column("Дата смерти")

    reg_territory: Mapped[Territory | None] = relationship()
    memberships: Mapped[list[FamilyMember]] = relationship(back_populates="person", passive_deletes="all")
    child_profile: Mapped[ChildProfile | None] = relationship(back_populates="person", passive_deletes="all")
    disabilities: Mapped[list[DisabilityStatus]] = relationship(back_populates="person", passive_deletes="all")
    ovz_statuses: Mapped[list[OvzStatus]] = relationship(back_populates="person", passive_deletes="all")
    consents: Mapped[list[Consent]] = relationship(
        back_populates="person", foreign_keys="Consent.person_id", passive_deletes="all"
    )

    @property
    def short_name(self) -> str:
        """«Щёголева П. Ф.»."""
        return initials(self.last_name, self.first_name, self.middle_name)

    def age(self, day: dt.date | None = None) -> int:
        """Return the age in full years on *day* (today if not given)."""
        return age_on(self.birth_date, day or today())

    def is_minor(self, day: dt.date | None = None) -> bool:
        """Whether the person is under 18 on *day* (today if not given)."""
        return self.age(day) < 18

    @property
    def lookup_line(self) -> str:
        """Return what tells namesakes apart in a list of choices."""
        return f"{self.birth_date:%d.%m.%Y}"

    def __str__(self) -> str:
        return self.name or " ".join(filter(None, (self.last_name, self.first_name, self.middle_name)))


class ChildProfile(UnitModel):
    """What is known of a person as a child; kept after the 18th birthday."""

    __tablename__ = "child_profile"
    __subject__ = "person_id"
    __seen_through__ = "person"
    __table_args__ = (UniqueConstraint("person_id", name="uq_child_profile_person"),)

    person_id: Mapped[int] = link("Ребёнок", "person", index=False)
    child_status: Mapped[list[str] | None] = column("Статус ребёнка", Codes(ChildStatus), privacy=SPECIAL)
    education_kind: Mapped[EducationKind | None] = column("Где учится")
    organisation_id: Mapped[int | None] = link("Школа или детский сад", "partner_organisation")
    class_name: Mapped[Code | None] = column("Класс или группа")
    leisure: Mapped[Line | None] = column("Кружки и секции")

    person: Mapped[Person] = relationship(back_populates="child_profile")
    organisation: Mapped[PartnerOrganisation | None] = relationship()

    def __str__(self) -> str:
        return str(self.person)


class DisabilityStatus(UnitModel):
    """A disability established by the medical expertise; empty *valid_to* means until 18 or for life.

    *established_at* is empty only where a list loaded from Excel does not tell it.
    """

    __tablename__ = "disability_status"
    __subject__ = "person_id"
    __seen_through__ = "person"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= established_at", name="period"),)

    person_id: Mapped[int] = link("Человек", "person", privacy=SPECIAL)
    kind: Mapped[DisabilityKind] = column("Инвалидность", privacy=SPECIAL)
    certificate_no: Mapped[SealedCode | None] = column("№ справки МСЭ", privacy=SPECIAL)
    established_at: Mapped[dt.date | None] = column(
        "Установлена", privacy=SPECIAL, required=True, hint="Есть в справке МСЭ"
    )
    valid_to: Mapped[dt.date | None] = column(
        "Действует до", order=True, privacy=SPECIAL, hint="Пусто — до 18 лет или бессрочно"
    )
    main_limitation: Mapped[Limitation | None] = column("Основное ограничение", privacy=SPECIAL)
    note: Mapped[Sealed | None] = column("Примечание", privacy=SPECIAL)

    person: Mapped[Person] = relationship(back_populates="disabilities")

    def __str__(self) -> str:
        # The title stands where nobody has asked for consent, so it tells no more than whose it is.
        return f"Справка МСЭ, {self.person}"


class OvzStatus(UnitModel):
    """A conclusion of the commission (ПМПК) that a child has limited health abilities."""

    __tablename__ = "ovz_status"
    __subject__ = "person_id"
    __seen_through__ = "person"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= concluded_at", name="period"),)

    person_id: Mapped[int] = link("Ребёнок", "person", privacy=SPECIAL)
    conclusion_no: Mapped[SealedCode | None] = column("№ заключения ПМПК", privacy=SPECIAL)
    concluded_at: Mapped[dt.date] = column("Дата заключения", privacy=SPECIAL)
    kind: Mapped[OvzKind] = column("Вид ОВЗ", privacy=SPECIAL)
    valid_to: Mapped[dt.date | None] = column("Действует до", order=True, privacy=SPECIAL)
    recommendations: Mapped[Sealed | None] = column("Рекомендации", privacy=SPECIAL)

    person: Mapped[Person] = relationship(back_populates="ovz_statuses")

    def __str__(self) -> str:
        return f"Заключение ПМПК, {self.person}"


class Family(UnitModel):
    """A family with children: the client of the centre."""

    __tablename__ = "family"
    __table_args__ = (
        UniqueConstraint("service_unit_id", "reg_number", name="uq_family_reg_number"),
        # Whoever has entered a family sees it until somebody else leads it.
        Index("ix_family_created_by_id", "created_by_id"),
    )

    name: Mapped[Line] = column("Фамилия семьи", search=True, sort=True)
    reg_number: Mapped[Code] = column("Учётный №", search=True, sort=True, privacy=PUBLIC)
    address: Mapped[Line] = column("Адрес", search=True)
    territory_id: Mapped[int | None] = link("Населённый пункт", "territory", required=True)
    area_id: Mapped[int | None] = link("Участок", "service_area")
    phone: Mapped[Phone | None] = column("Телефон", search=True)
    family_kind: Mapped[FamilyKind] = column("Вид семьи")
    features: Mapped[list[str] | None] = column("Признаки", Codes(FamilyFeature), privacy=SPECIAL)
    per_capita_income: Mapped[Money | None] = column("Доход на человека, ₽ в месяц")
    income_at: Mapped[dt.date | None] = column("Доход известен на")
    income_sources: Mapped[list[str] | None] = column("Источники дохода", Codes(IncomeSource))
    housing_kind: Mapped[HousingKind | None] = column("Жильё")
    housing_right: Mapped[HousingRight | None] = column("Право на жильё")
    area_m2: Mapped[Decimal | None] = column("Площадь, м²", Numeric(7, 1))
    rooms: Mapped[int | None] = column("Комнат")
    amenities: Mapped[list[str] | None] = column("Удобства", Codes(Amenity))
    note: Mapped[Prose | None] = column("Примечание")

    territory: Mapped[Territory | None] = relationship()
    area: Mapped[ServiceArea | None] = relationship()
    members: Mapped[list[FamilyMember]] = relationship(
        back_populates="family", passive_deletes="all", order_by="FamilyMember.id"
    )
    cases: Mapped[list[FamilyCase]] = relationship(
        "FamilyCase", back_populates="family", passive_deletes="all", order_by="FamilyCase.id"
    )

    @property
    def lookup_line(self) -> str:
        """Return what tells namesakes apart in a list of choices."""
        return self.address

    def __str__(self) -> str:
        return self.name


class FamilyMember(UnitModel):
    """A person's membership of a family, with its period."""

    __tablename__ = "family_member"
    __seen_through__ = "family"
    __looked_up_through__ = (("person",),)
    __table_args__ = (
        Index(
            "uq_family_member_now",
            "family_id",
            "person_id",
            unique=True,
            sqlite_where=text("date_to IS NULL"),
            postgresql_where=text("date_to IS NULL"),
        ),
        CheckConstraint("date_to IS NULL OR date_to >= date_from", name="period"),
    )

    family_id: Mapped[int] = link("Семья", "family")
    person_id: Mapped[int] = link("Человек", "person")
    role: Mapped[FamilyRole] = column("Кто в семье")
    is_legal_representative: Mapped[bool] = column("Законный представитель", default=False)
    lives_together: Mapped[bool] = column("Живёт с семьёй", default=True)
    parental_rights: Mapped[ParentalRights | None] = column("Родительские права", privacy=RESTRICTED)
    date_from: Mapped[dt.date] = column("В семье с")
    date_to: Mapped[dt.date | None] = column("В семье по")

    family: Mapped[Family] = relationship(back_populates="members")
    person: Mapped[Person] = relationship(back_populates="memberships")

    @property
    def is_current(self) -> bool:
        """Whether the membership has not ended."""
        return self.date_to is None

    def covers(self, day: dt.date) -> bool:
        """Whether the person was in the family on *day*; the last day counts."""
        return self.date_from <= day and (self.date_to is None or day <= self.date_to)

    def __str__(self) -> str:
        return f"{self.person}, {self.role.label}"


class Consent(UnitModel):
    """A written consent to process a person's data (152-ФЗ, articles 9 and 10)."""

    __tablename__ = "consent"
    __seen_through__ = "person"
    __looked_up_through__ = (("person",),)
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= signed_at", name="period"),)

    kind: Mapped[ConsentKind] = column("Вид согласия")
    person_id: Mapped[int] = link("Чьи данные", "person")
    given_by_id: Mapped[int] = link("Кто дал согласие", "person")
    purposes: Mapped[Prose | None] = column("Цели", required=True)
    data_list: Mapped[Prose | None] = column("Перечень данных")
    special_categories: Mapped[bool] = column("Есть сведения о здоровье", default=False)
    transfer_to: Mapped[Prose | None] = column("Кому передаются")
    signed_at: Mapped[dt.date] = column("Подписано")
    valid_to: Mapped[dt.date | None] = column("Действует до", order=True, hint="Пусто — до отзыва")
    revoked_at: Mapped[dt.date | None] = column("Отозвано")
    revoke_reason: Mapped[Prose | None] = column("Причина отзыва")

    person: Mapped[Person] = relationship(back_populates="consents", foreign_keys=[person_id])
    given_by: Mapped[Person] = relationship(foreign_keys=[given_by_id])

    def status_on(self, day: dt.date) -> ConsentStatus:
        """Return the state of the consent on *day* (domain.md 3.8)."""
        if self.revoked_at is not None and self.revoked_at <= day:
            return ConsentStatus.REVOKED
        if self.valid_to is not None and self.valid_to < day:
            return ConsentStatus.EXPIRED
        return ConsentStatus.ACTIVE

    @property
    def status(self) -> ConsentStatus:
        """The state of the consent today."""
        return self.status_on(today())

    def __str__(self) -> str:
        return f"{self.kind.label}, {self.person}"
