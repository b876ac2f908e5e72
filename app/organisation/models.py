"""The centre itself and the directories its work leans on (domain.md 3.1)."""

from __future__ import annotations

import datetime as dt

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.base import Choice, Code, Line, Model, Moment, Phone, Privacy, UnitModel, column, link
from app.profiles.models import ProfileVersion
from app.words import initials

PUBLIC = Privacy.NONE


class TerritoryLevel(Choice):
    """Rank of a place in the tree of territories."""

    REGION = "region", "субъект"
    DISTRICT = "district", "муниципальный район (округ)"
    CITY = "city", "городской округ"
    SETTLEMENT = "settlement", "поселение"
    LOCALITY = "locality", "населённый пункт"
    STREET = "street", "улица"


class Territory(Model):
    """A place in the tree region → district → locality, shared by every unit of the installation."""

    __tablename__ = "territory"
    __table_args__ = (
        Index("uq_territory_place", "parent_id", "level", "name", unique=True),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_own_parent"),
    )

    name: Mapped[Line] = column("Название", search=True, sort=True, privacy=PUBLIC)
    level: Mapped[TerritoryLevel] = column("Уровень", privacy=PUBLIC)
    parent_id: Mapped[int | None] = link("Входит в", "territory", index=False, privacy=PUBLIC)
    oktmo: Mapped[Code | None] = column("ОКТМО", search=True, privacy=PUBLIC, hint="8 или 11 цифр")

    parent: Mapped[Territory | None] = relationship(remote_side="Territory.id", back_populates="children")
    children: Mapped[list[Territory]] = relationship(back_populates="parent", passive_deletes="all")

    @property
    def chain(self) -> list[Territory]:
        """The place itself and those it lies in, the nearest first."""
        return [self, *(self.parent.chain if self.parent is not None else ())]

    def __str__(self) -> str:
        return self.name


class OrganisationType(Choice):
    """Kind of organisation that may run a service of accompaniment (S004)."""

    REHABILITATION_MINORS = "rehabilitation_minors", "социально-реабилитационный центр для несовершеннолетних"
    PMSS = "pmss", "центр психолого-педагогической, медицинской и социальной помощи"
    KCSON = "kcson", "комплексный центр социального обслуживания населения"
    SHELTER = "shelter", "социальный приют для детей"
    ORPHANS = "orphans", "центр помощи детям, оставшимся без попечения родителей"
    FAMILY_CENTRE = "family_centre", "центр социальной помощи семье и детям"
    PSYCHOLOGICAL = "psychological", "центр психолого-педагогической помощи населению"
    REHABILITATION_DISABLED = "rehabilitation_disabled", "реабилитационный центр для детей и подростков с ОВЗ"
    AUTHORITY = "authority", "орган управления социальной защитой (при отсутствии иных)"


class ServiceUnit(Model):
    """A service of accompaniment (territorial service): the owner of its families, cases and numbers."""

    __tablename__ = "service_unit"

    name: Mapped[Line] = column("Полное название", search=True, sort=True, privacy=PUBLIC)
    short_name: Mapped[Line] = column("Краткое название", search=True, privacy=PUBLIC)
    organisation_type: Mapped[OrganisationType] = column(
        "Тип организации", default=OrganisationType.KCSON, privacy=PUBLIC
    )
    municipality_id: Mapped[int | None] = link("Муниципалитет", "territory", privacy=PUBLIC)
    address: Mapped[Line | None] = column("Адрес", privacy=PUBLIC)
    phone: Mapped[Phone | None] = column("Телефон", privacy=PUBLIC)
    email: Mapped[Line | None] = column("Почта", privacy=PUBLIC)
    inn: Mapped[Code | None] = column("ИНН", privacy=PUBLIC)
    ogrn: Mapped[Code | None] = column("ОГРН", privacy=PUBLIC)
    director_title: Mapped[Line] = column("Должность руководителя", default="Директор", privacy=PUBLIC)
    acts_on: Mapped[Line] = column("Действует на основании", default="Устава", privacy=PUBLIC)
    zone: Mapped[Code] = column(
        "Часовой пояс", default="Europe/Moscow", privacy=PUBLIC, hint="Например, Asia/Yekaterinburg"
    )
    profile_id: Mapped[int | None] = link("Порядок работы", "profile_version", privacy=PUBLIC)

    municipality: Mapped[Territory | None] = relationship()
    profile: Mapped[ProfileVersion | None] = relationship()
    """The order of work in force; assigned by ``app/cases/stages.py`` only, which looks after the open cases."""

    def __str__(self) -> str:
        return self.short_name


class DepartmentKind(Choice):
    """Kind of department."""

    SUPPORT = "support", "отделение социального сопровождения"
    MINORS = "minors", "отделение для несовершеннолетних"
    DISABLED_CHILDREN = "disabled_children", "отделение для детей-инвалидов"
    FAMILY = "family", "отделение помощи семье и детям"
    AREA = "area", "участковая социальная служба"
    OTHER = "other", "иное"


class Department(UnitModel):
    """A department of the unit."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("service_unit_id", "name", name="uq_department_name"),)

    name: Mapped[Line] = column("Название", search=True, sort=True, privacy=PUBLIC)
    code: Mapped[Code | None] = column("Код", privacy=PUBLIC)
    kind: Mapped[DepartmentKind] = column("Вид", default=DepartmentKind.SUPPORT, privacy=PUBLIC)

    staff: Mapped[list[StaffMember]] = relationship(back_populates="department", passive_deletes="all")

    def __str__(self) -> str:
        return self.name


class PartnerKind(Choice):
    """Kind of partner organisation."""

    SOCIAL_PROTECTION = "social_protection", "орган соцзащиты"
    SOCIAL_SERVICE = "social_service", "организация соцобслуживания"
    HEALTH = "health", "здравоохранение"
    EDUCATION = "education", "образование"
    CULTURE = "culture", "культура"
    SPORT = "sport", "физкультура и спорт"
    EMPLOYMENT = "employment", "служба занятости"
    MINORS_COMMISSION = "minors_commission", "КДНиЗП"
    POLICE = "police", "орган внутренних дел"
    PENAL_INSPECTION = "penal_inspection", "уголовно-исполнительная инспекция"
    GUARDIANSHIP = "guardianship", "орган опеки и попечительства"
    MUNICIPALITY = "municipality", "орган местного самоуправления"
    SOCIAL_NONPROFIT = "social_nonprofit", "СО НКО"
    PUBLIC = "public", "общественная организация"
    RELIGIOUS = "religious", "религиозная организация"
    CHARITY = "charity", "благотворительный фонд"
    MEDICAL_EXPERTISE = "medical_expertise", "бюро МСЭ"
    SOCIAL_FUND = "social_fund", "Социальный фонд"
    HELPLINE = "helpline", "служба экстренной помощи (телефон доверия)"
    OTHER = "other", "иное"


class PartnerOrganisation(UnitModel):
    """An organisation the unit works with."""

    __tablename__ = "partner_organisation"

    name: Mapped[Line] = column("Название", search=True, sort=True, privacy=PUBLIC)
    kind: Mapped[PartnerKind] = column("Вид", privacy=PUBLIC)
    territory_id: Mapped[int | None] = link("Территория", "territory", privacy=PUBLIC)
    address: Mapped[Line | None] = column("Адрес", privacy=PUBLIC)
    phone: Mapped[Phone | None] = column("Телефон", search=True, privacy=PUBLIC)
    email: Mapped[Line | None] = column("Почта", privacy=PUBLIC)
    contact_name: Mapped[Line | None] = column("Контактное лицо", search=True)
    is_active: Mapped[bool] = column("Работаем сейчас", default=True, privacy=PUBLIC)

    territory: Mapped[Territory | None] = relationship()

    def __str__(self) -> str:
        return self.name


class StaffMember(UnitModel):
    """A person who works with families: an employee, or a specialist of a partner organisation."""

    __tablename__ = "staff_member"
    __table_args__ = (CheckConstraint("active_to IS NULL OR active_to >= active_from", name="period"),)

    last_name: Mapped[Line] = column("Фамилия")
    first_name: Mapped[Line] = column("Имя")
    middle_name: Mapped[Line | None] = column("Отчество")
    name: Mapped[Line] = column(
        "Сотрудник", search=True, sort=True, composed=("last_name", "first_name", "middle_name"), default=""
    )
    position: Mapped[Line] = column("Должность", search=True, privacy=PUBLIC)
    department_id: Mapped[int | None] = link("Отделение", "department", privacy=PUBLIC)
    is_head: Mapped[bool] = column("Заведует отделением", default=False, privacy=PUBLIC)
    is_external: Mapped[bool] = column("Не наш сотрудник", default=False, privacy=PUBLIC)
    partner_id: Mapped[int | None] = link("Организация", "partner_organisation", privacy=PUBLIC)
    phone: Mapped[Phone | None] = column("Телефон", search=True)
    email: Mapped[Line | None] = column("Почта")
    confidentiality_signed_on: Mapped[dt.date | None] = column("Обязательство о неразглашении", privacy=PUBLIC)
    active_from: Mapped[dt.date] = column("Работает с", privacy=PUBLIC)
    active_to: Mapped[dt.date | None] = column("Работает по", privacy=PUBLIC)

    department: Mapped[Department | None] = relationship(back_populates="staff")
    partner: Mapped[PartnerOrganisation | None] = relationship()
    account: Mapped[Account | None] = relationship(back_populates="staff", passive_deletes="all")

    @property
    def short_name(self) -> str:
        """«Щёголева П. Ф.»."""
        return initials(self.last_name, self.first_name, self.middle_name)

    def works_on(self, day: dt.date) -> bool:
        """Whether the person works here on *day*."""
        return self.active_from <= day and (self.active_to is None or day <= self.active_to)

    @property
    def lookup_line(self) -> str:
        """Return what tells namesakes apart in a list of choices."""
        return self.position

    def __str__(self) -> str:
        return self.short_name


class Account(UnitModel):
    """The login of a staff member: ties FAB's user to a unit and a person.

    *epoch* is raised to end every open session of the account.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("user_id", name="uq_account_user"),
        UniqueConstraint("staff_id", name="uq_account_staff"),
    )

    user_id: Mapped[int] = link("Вход", "ab_user", index=False, privacy=PUBLIC)
    staff_id: Mapped[int] = link("Сотрудник", "staff_member", index=False, privacy=PUBLIC)
    must_change_password: Mapped[bool] = column("Сменит пароль при входе", default=True, privacy=PUBLIC)
    password_expires_at: Mapped[Moment | None] = column("Выданный пароль действует до", privacy=PUBLIC)
    epoch: Mapped[int] = column("Поколение сеансов", default=0, privacy=PUBLIC)

    user: Mapped[User] = relationship(lazy="joined")
    staff: Mapped[StaffMember] = relationship(back_populates="account")

    def __str__(self) -> str:
        return self.user.username


class ServiceArea(UnitModel):
    """An area (участок): the settlements one curator answers for."""

    __tablename__ = "service_area"
    __table_args__ = (UniqueConstraint("service_unit_id", "number", name="uq_service_area_number"),)

    number: Mapped[Code] = column("№ участка", search=True, privacy=PUBLIC)
    name: Mapped[Line] = column("Название", search=True, sort=True, privacy=PUBLIC)
    curator_id: Mapped[int | None] = link("Ведёт участок", "staff_member")

    curator: Mapped[StaffMember | None] = relationship()

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"
