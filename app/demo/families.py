"""How an invented family looks when the registrar enters it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from app.acting import Actor, today
from app.demo.words import (
    BOYS,
    EASTERN,
    FATHERS,
    GIRLS,
    MEN,
    NEEDS,
    STREETS,
    WOMEN,
    Surname,
)
from app.demo.world import World
from app.organisation.models import PartnerKind
from app.people.models import (
    ChildProfile,
    ChildStatus,
    ConsentKind,
    DisabilityKind,
    DisabilityStatus,
    EducationKind,
    Employment,
    Family,
    FamilyFeature,
    FamilyKind,
    FamilyRole,
    HousingKind,
    HousingRight,
    IncomeSource,
    Limitation,
    OvzKind,
    OvzStatus,
    Person,
    Sex,
)
from app.people.rules import (
    NewMember,
    add_member,
    add_person,
    end_membership,
    give_consent,
    register_family,
    revoke_consent,
)
from app.register.kinds import snils_sum

SHAPES = (FamilyKind.FULL, FamilyKind.MOTHER, FamilyKind.FULL, FamilyKind.MOTHER, FamilyKind.GUARDIAN)
SCHOOL_AGE, NURSERY_AGE = 7, 3


@dataclass(frozen=True)
class Plan:
    """What is decided of a family before its story begins."""

    number: int
    surname: Surname
    coming_of_age: dt.date | None = None
    """Day on which its only child turns 18, for a family taken off the register then."""


def enter_family(world: World, plan: Plan, by: Actor) -> Family:
    """Enter the family with its persons, consents and papers on health; return it."""
    rng, session = world.rng, world.session
    shape = FamilyKind.FATHER if plan.number % 17 == 5 else SHAPES[plan.number % len(SHAPES)]
    children = _children(world, plan, by)
    grown_ups = _grown_ups(world, plan, shape, children[0].age(), by)
    territory, area = world.places[(plan.number * 3) % len(world.places)]
    flat = f", кв. {rng.randint(1, 24)}" if rng.random() < 0.4 else ""
    family = register_family(
        session,
        by=by,
        name=plan.surname.family,
        family_kind=shape,
        territory=territory,
        area=area,
        address=f"{territory.name}, ул. {rng.choice(STREETS)}, {rng.randint(1, 60)}{flat}",
        phone=_phone(world),
        features=_features(shape, len(children)),
        per_capita_income=rng.randrange(6_000, 19_000, 100),
        income_at=today(),
        income_sources=rng.sample(list(IncomeSource), k=2),
        housing_kind=HousingKind.FLAT if flat else HousingKind.HOUSE,
        housing_right=rng.choice((HousingRight.OWNED, HousingRight.SOCIAL, HousingRight.RENTED)),
        rooms=rng.randint(1, 4),
        members=[*grown_ups, *(NewMember(child, FamilyRole.CHILD) for child in children)],
    )
    session.flush()
    _status_of_children(world, plan, family, children)
    _consents(world, plan, family, by)
    if shape == FamilyKind.MOTHER and rng.random() < 0.3:
        father = _person(world, plan.surname, by, man=True, born=_born(world, 30, 45))
        seat = NewMember(father, FamilyRole.FATHER, lives_together=False, since=today() - dt.timedelta(days=900))
        _left(family, seat, by)
    return family


def _left(family: Family, seat: NewMember, by: Actor) -> None:
    """Let the family have a father who left it a month before it came to the centre."""
    member = add_member(family, seat.person, by=by, role=seat.role, lives_together=False, since=seat.since)
    end_membership(member, by=by, on=today() - dt.timedelta(days=30))


def _grown_ups(world: World, plan: Plan, shape: FamilyKind, eldest: int, by: Actor) -> list[NewMember]:
    """Enter who brings the children up, old enough to be the parents of a child of *eldest* years."""

    def adult(role: FamilyRole, man: bool, older_by: int) -> NewMember:
        born = _born(world, max(eldest, 4) + older_by, max(eldest, 4) + older_by + 12)
        person = _person(world, plan.surname, by, man=man, born=born)
        person.employment = world.rng.choice(list(Employment))
        person.phone = _phone(world)
        return NewMember(person, role, is_legal_representative=True)

    if shape == FamilyKind.GUARDIAN:
        return [adult(FamilyRole.GUARDIAN, False, 42)]
    parents = [] if shape == FamilyKind.FATHER else [adult(FamilyRole.MOTHER, False, 19)]
    if shape in (FamilyKind.FULL, FamilyKind.FATHER):
        parents.append(adult(FamilyRole.FATHER, True, 21))
    return parents


def _children(world: World, plan: Plan, by: Actor) -> list[Person]:
    if plan.coming_of_age is not None:
        birthdays = [plan.coming_of_age.replace(year=plan.coming_of_age.year - 18)]
    else:
        number = 5 if plan.number % 19 == 8 else world.rng.choice((1, 1, 2, 2, 3))
        # Twins are not meant: every child is at least two years older than the next.
        ages = sorted(world.rng.sample(range(1, 15, 2), k=number), reverse=True)
        birthdays = [today() - dt.timedelta(days=age * 365 + world.rng.randint(5, 360)) for age in ages]
    father = world.rng.choice(FATHERS)
    return [
        _person(world, plan.surname, by, man=world.rng.random() < 0.55, born=born, father=father, child=True)
        for born in birthdays
    ]


def _person(
    world: World,
    surname: Surname,
    by: Actor,
    *,
    man: bool,
    born: dt.date,
    father: tuple[str, str] | None = None,
    child: bool = False,
) -> Person:
    rng = world.rng
    if surname.eastern:
        first = rng.choice(EASTERN[man])
        middle = f"{rng.choice(EASTERN[True])} {'оглы' if man else 'кызы'}"
    else:
        first = rng.choice((BOYS if man else GIRLS) if child else (MEN if man else WOMEN))
        middle = (father or rng.choice(FATHERS))[0 if man else 1]
    return add_person(
        world.session,
        by=by,
        last_name=surname.man if man else surname.woman,
        first_name=first,
        middle_name=middle,
        sex=Sex.MALE if man else Sex.FEMALE,
        birth_date=born,
        snils=_snils(world) if rng.random() < 0.9 else None,
        citizenship="Российская Федерация",
    )


def _born(world: World, youngest: int, oldest: int) -> dt.date:
    return today() - dt.timedelta(days=world.rng.randint(youngest * 366, oldest * 366))


def _phone(world: World) -> str:
    return f"+7900000{world.rng.randint(1000, 9999)}"


def _snils(world: World) -> str:
    digits = f"{world.rng.randrange(100_000_000, 1_000_000_000)}"
    return f"{digits}{snils_sum(digits):02d}"


def _features(shape: FamilyKind, children: int) -> list[FamilyFeature]:
    features = [FamilyFeature.POOR]
    if children >= 3:
        features.append(FamilyFeature.LARGE)
    if shape in (FamilyKind.MOTHER, FamilyKind.FATHER):
        features.append(FamilyFeature.ONE_PARENT)
    if shape == FamilyKind.GUARDIAN:
        features.append(FamilyFeature.SUBSTITUTE)
    return features


def _status_of_children(world: World, plan: Plan, family: Family, children: list[Person]) -> None:
    """Give each child its card and the first one, in most families, a disability or ОВЗ."""
    rng, session = world.rng, world.session
    unit = {"service_unit_id": family.service_unit_id}
    schools = [partner for partner in world.partners if partner.kind == PartnerKind.EDUCATION]
    for number, child in enumerate(children):
        codes: list[ChildStatus] = []
        if number == 0 and plan.number % 5 < 3:
            codes.append(ChildStatus.DISABLED)
            certified = today() - dt.timedelta(days=rng.randint(40, 500))
            session.add(
                DisabilityStatus(
                    person=child,
                    kind=DisabilityKind.CHILD,
                    certificate_no=f"МСЭ-{rng.randint(100000, 999999)}",
                    established_at=max(certified, child.birth_date),
                    # Certificates are given for a year, for two, or until the child comes of age.
                    valid_to=rng.choice((certified + dt.timedelta(days=730), certified + dt.timedelta(days=830), None)),
                    main_limitation=rng.choice(list(Limitation)),
                    **unit,
                )
            )
            child.health_note = rng.choice(NEEDS)
        if number == 0 and plan.number % 5 in (2, 3):
            codes.append(ChildStatus.OVZ)
            session.add(
                OvzStatus(
                    person=child,
                    conclusion_no=f"{rng.randint(10, 400)}/{today().year}",
                    concluded_at=today() - dt.timedelta(days=20),
                    kind=rng.choice(list(OvzKind)),
                    valid_to=today() + dt.timedelta(days=rng.randint(365, 900)),
                    **unit,
                )
            )
        if family.family_kind == FamilyKind.GUARDIAN:
            codes.append(ChildStatus.GUARDIANSHIP)
        age = child.age()
        kind = EducationKind.INFANT if age < NURSERY_AGE else EducationKind.NURSERY
        session.add(
            ChildProfile(
                person=child,
                child_status=codes or [ChildStatus.NONE],
                education_kind=EducationKind.SCHOOL if age >= SCHOOL_AGE else kind,
                organisation=rng.choice(schools) if age >= NURSERY_AGE else None,
                class_name=f"{min(age - 6, 11)} класс" if age >= SCHOOL_AGE else None,
                **unit,
            )
        )
    features = set(family.features or ())
    features |= {FamilyFeature.DISABLED_CHILD} if plan.number % 5 < 3 else set()
    features |= {FamilyFeature.OVZ_CHILD} if plan.number % 5 in (2, 3) else set()
    family.features = sorted(features)


def _consents(world: World, plan: Plan, family: Family, by: Actor) -> None:
    giver = next(member.person for member in family.members if member.is_legal_representative)
    why: dict[str, Any] = {"by": by, "given_by": giver, "purposes": "Социальное сопровождение семьи"}
    give_consent(giver, kind=ConsentKind.PROCESSING, **why)
    for member in family.members:
        if member.role != FamilyRole.CHILD:
            continue
        child = member.person
        why["given_by"] = giver if child.is_minor() else child
        give_consent(child, kind=ConsentKind.PROCESSING, **why)
        # Some families have not signed yet that their child's health may be written down, and one took it back.
        if plan.number % 10 != 7:
            special = give_consent(child, kind=ConsentKind.SPECIAL, data_list="Инвалидность, ОВЗ, здоровье", **why)
            if plan.number == 12:
                revoke_consent(special, by=by, reason="Семья передумала")
        if world.rng.random() < 0.6:
            year = today() + dt.timedelta(days=365)
            give_consent(child, kind=ConsentKind.TRANSFER, valid_to=year, transfer_to="КДНиЗП, школа", **why)
