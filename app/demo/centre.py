"""The demonstration centre before its first family: unit, places, staff with accounts, services, bodies."""

from __future__ import annotations

import datetime as dt
import random
from typing import NamedTuple

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import SYSTEM, Actor
from app.base import RuleBroken
from app.demo.words import PARTNERS, SERVICES, SETTLEMENTS
from app.demo.world import World
from app.meetings.models import Body, BodyKind, BodyMember, DecisionKind, MemberFunction
from app.organisation.models import (
    Department,
    DepartmentKind,
    OrganisationType,
    PartnerOrganisation,
    ServiceArea,
    ServiceUnit,
    Territory,
    TerritoryLevel,
)
from app.organisation.rules import add_staff, make_account
from app.profiles.rules import words_of
from app.roles import (
    ACCOUNTANT,
    ADMINISTRATOR,
    AUDITOR,
    CODES,
    CURATOR,
    DIRECTOR,
    HEAD,
    LAWYER,
    NURSE,
    PARTNER,
    PEDAGOGUE,
    PSYCHOLOGIST,
    REGISTRAR,
    REHABILITATION,
    SECRETARY,
    VOLUNTEERS,
    WORKER,
)
from app.services.models import Service


class Login(NamedTuple):
    """A way into the demonstration centre."""

    role: str
    login: str
    password: str

    def __str__(self) -> str:
        return f"{self.role}: имя {self.login}, пароль {self.password}"


# fmt: off
STAFF: tuple[tuple[str, str, str, str, str], ...] = (
    ("korolev", "Королёв Фёдор Семёнович", "директор", "Администрация", DIRECTOR),
    ("berezkina", "Берёзкина Елена Егоровна", "заведующая отделением", "Отделение сопровождения семей", HEAD),
    ("zhuravleva", "Журавлёва Нина Сергеевна", "участковый соцработник", "Участковая социальная служба", CURATOR),
    ("teterev", "Тетерёв Павел Ильич", "участковый соцработник", "Участковая социальная служба", CURATOR),
    ("kuzemkina", "Кузёмкина Лидия Артёмовна", "участковый соцработник", "Участковая социальная служба", CURATOR),
    ("melnikova", "Мельникова Раиса Юрьевна", "участковый соцработник", "Участковая социальная служба", CURATOR),
    ("pletnev", "Плетнёв Олег Игоревич", "участковый соцработник", "Участковая социальная служба", CURATOR),
    ("gromova", "Громова-Ёжикова Марина Андреевна", "педагог-психолог", "Отделение сопровождения семей", PSYCHOLOGIST),
    ("ershov", "Ершов Глеб Тимурович", "социальный педагог", "Отделение сопровождения семей", PEDAGOGUE),
    ("surina", "Сурина Тамара Ильинична", "социальный работник", "Участковая социальная служба", WORKER),
    ("loseva", "Лосева Инна Петровна", "регистратор", "Администрация", REGISTRAR),
    ("chaykina", "Чайкина Ольга Львовна", "секретарь", "Администрация", SECRETARY),
    ("schetova", "Счётова Римма Аркадьевна", "бухгалтер", "Администрация", ACCOUNTANT),
    ("zakonova", "Законова Алла Егоровна", "юрист", "Администрация", LAWYER),
    ("lekarkina", "Лекаркина Зоя Павловна", "медицинская сестра", "Отделение сопровождения семей", NURSE),
    ("oporin", "Опорин Лев Ильич", "специалист по реабилитации", "Отделение сопровождения семей", REHABILITATION),
    ("pomoshnikova", "Помощникова Ия Юрьевна", "координатор волонтёров", "Администрация", VOLUNTEERS),
    ("shkolnaya", "Школьная Вера Фёдоровна", "завуч", "Администрация", PARTNER),
    ("hranitelev", "Хранителев Егор Львович", "специалист по защите данных", "Администрация", AUDITOR),
    ("kodin", "Кодин Артём Вадимович", "администратор базы", "Администрация", ADMINISTRATOR),
)
# fmt: on

DEPARTMENTS = {
    "Администрация": DepartmentKind.OTHER,
    "Отделение сопровождения семей": DepartmentKind.SUPPORT,
    "Участковая социальная служба": DepartmentKind.AREA,
}
AREA_CURATORS = {1: "zhuravleva", 2: "teterev", 3: "kuzemkina", 4: "pletnev"}


def build(session: Session, rng: random.Random, start: dt.date, end: dt.datetime, password: str) -> World:
    """Build the centre as it stood on *start*; accounts are opened with *password*."""
    missing = {role for *_, role in STAFF} - set(session.scalars(select(Role.name)))
    if missing:
        raise RuleBroken("Роли ещё не заведены. Сначала выполните команду opora setup.")
    world = World(session=session, rng=rng, unit=_unit(session), end=end)
    _places(world)
    _staff(world, start - dt.timedelta(days=400), password)
    for place, number in SETTLEMENTS:
        territory = session.scalars(select(Territory).where(Territory.name == place)).one()
        world.places.append((territory, _area(world, number)))
    unit_id = world.unit.id
    for name, partner in PARTNERS:
        world.partners.append(PartnerOrganisation(name=name, kind=partner, service_unit_id=unit_id))
    for number, (name, direction, kind, minutes) in enumerate(SERVICES, 1):
        service = Service(code=f"{number:02d}", name=name, direction=direction, kind=kind, norm_minutes=minutes)
        service.is_guaranteed = kind.name == "SOCIAL_SERVICE"
        service.service_unit_id = unit_id
        world.services.append(service)
    session.add_all([*world.partners, *world.services])
    outsider = world.staff["shkolnaya"]
    school = next(one for one in world.partners if one.name.startswith("Школа"))
    outsider.is_external, outsider.department, outsider.partner = True, None, school
    _bodies(world, start - dt.timedelta(days=400))
    session.flush()
    return world


def logins(world: World, password: str) -> list[Login]:
    """Return the ways in, a person who still works here for each."""
    works = [line for line in STAFF if world.staff[line[0]].active_to is None]
    return [Login(role, login, password) for login, *_, role in works]


def _unit(session: Session) -> ServiceUnit:
    """Return the unit made by setup, or a first one, named as the demonstration centre."""
    unit = session.scalars(select(ServiceUnit).order_by(ServiceUnit.id)).first() or ServiceUnit()
    unit.name = "Верхнеозёрский комплексный центр социального обслуживания населения"
    unit.short_name = "Верхнеозёрский КЦСОН"
    unit.organisation_type = OrganisationType.KCSON
    unit.address = "г. Верхнеозёрск, ул. Озёрная, 1"
    unit.phone = "+79000000001"
    session.add(unit)
    session.flush()
    return unit


def _places(world: World) -> None:
    region = Territory(name="Заозёрская область", level=TerritoryLevel.REGION)
    district = Territory(name="Верхнеозёрский район", level=TerritoryLevel.DISTRICT, parent=region)
    world.session.add_all([region, district])
    for name, _ in SETTLEMENTS:
        world.session.add(Territory(name=name, level=TerritoryLevel.LOCALITY, parent=district))
    world.session.flush()
    world.unit.municipality = district


def _staff(world: World, since: dt.date, password: str) -> None:
    session, unit = world.session, world.unit
    departments = {
        name: Department(name=name, kind=kind, service_unit_id=unit.id) for name, kind in DEPARTMENTS.items()
    }
    session.add_all(departments.values())
    for login, name, position, department, role in STAFF:
        person = add_staff(session, unit.id, name, position, departments[department], by=SYSTEM, since=since)
        person.is_head = role == HEAD
        account = make_account(session, person, login, password, [role], by=SYSTEM, must_change=False)
        world.staff[login] = person
        world.actors[login] = Actor(
            user_id=account.user_id,
            name=person.short_name,
            unit_id=unit.id,
            staff_id=person.id,
            zone=unit.zone,
            roles=frozenset({CODES[role]}),
            words=words_of(unit.profile),
            sees_unit=True,  # Who tells two years of a life looks up what this person would not be shown.
        )


def _area(world: World, number: int) -> ServiceArea:
    known = {area.number: area for _, area in world.places}
    if str(number) not in known:
        curator = world.staff[AREA_CURATORS[number]]
        area = ServiceArea(number=str(number), name=f"Участок {number}", curator=curator)
        area.service_unit_id = world.unit.id
        world.session.add(area)
        return area
    return known[str(number)]


def _bodies(world: World, since: dt.date) -> None:
    unit_id, staff = world.unit.id, world.staff
    world.council = Body(
        code="council",
        title="Заседание службы сопровождения",
        kind=BodyKind.SERVICE_MEETING,
        service_unit_id=unit_id,
    )
    world.director_alone = Body(
        code="director",
        title="Директор единолично",
        kind=BodyKind.SINGLE_PERSON,
        decides=[DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.SEND_BACK],
        service_unit_id=unit_id,
    )
    seats = (
        (world.council, "korolev", MemberFunction.CHAIR),
        (world.council, "chaykina", MemberFunction.SECRETARY),
        (world.council, "berezkina", MemberFunction.DEPUTY),
        (world.council, "gromova", MemberFunction.MEMBER),
        (world.council, "ershov", MemberFunction.MEMBER),
        (world.director_alone, "korolev", MemberFunction.CHAIR),
    )
    world.session.add_all([world.council, world.director_alone])
    for body, login, function in seats:
        world.session.add(
            BodyMember(body=body, staff=staff[login], function=function, date_from=since, service_unit_id=unit_id)
        )
