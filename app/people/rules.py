"""What may happen to persons, families and consents (domain.md 3.2, 3.8, 4.36).

A consent has no state of its own to assign: it is «действует» until its term passes («истекло») or it is
revoked («отозвано»), see :meth:`app.people.models.Consent.status_on`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, for_whole_unit, today
from app.base import RuleBroken, session_of
from app.organisation.models import Territory
from app.papers.numbers import format_number, take_number
from app.people.models import (
    Consent,
    ConsentKind,
    ConsentStatus,
    Family,
    FamilyKind,
    FamilyMember,
    FamilyRole,
    Person,
    Sex,
)
from app.register.kinds import snils_fits
from app.words import fold, full_phone

EARLIEST_BIRTH = dt.date(1900, 1, 1)

OWN_VOICE = 14
"""Years from which a child is asked for consent itself; its representative may still give it until it is of age."""
STOP_WITHIN = dt.timedelta(days=30)
"""From the withdrawal of a consent to the end of processing (152-ФЗ, article 21; «consent_stop» of S003-3.9)."""

HEADS_OF_FAMILY = (
    FamilyRole.MOTHER,
    FamilyRole.FATHER,
    FamilyRole.GUARDIAN,
    FamilyRole.FOSTER_PARENT,
    FamilyRole.STEPMOTHER,
    FamilyRole.STEPFATHER,
)
"""Whose surname names the family when none is given, in this order."""


# ---- plain values ------------------------------------------------------------------------------------


def trimmed(text: str | None) -> str | None:
    """Return *text* with single spaces and no edges, None when nothing is left; letters stay as typed."""
    return " ".join(text.split()) or None if text else None


def normal_snils(text: str | None) -> str | None:
    """Return the digits of a СНИЛС as typed, None when none was typed; see :func:`check_snils`."""
    return re.sub(r"\D", "", text or "") or None


def check_snils(digits: str) -> None:
    """Check the length and the two control digits of a СНИЛС (domain.md 4.36).

    Raises:
        RuleBroken: it cannot be the number of a card.
    """
    if len(digits) != 11:
        raise RuleBroken("В СНИЛС одиннадцать цифр. Сверьте номер с карточкой.", field="snils")
    if not snils_fits(digits):
        raise RuleBroken("Последние две цифры не сходятся. Сверьте номер с карточкой.", field="snils")


def normal_phone(text: str | None) -> str | None:
    """Return a Russian number as «+79001234567»; anything else is kept as it was typed."""
    typed = trimmed(text)
    return typed and (full_phone(typed) or typed)


# ---- persons -----------------------------------------------------------------------------------------


def check_person(session: Session, person: Person) -> None:
    """Tidy the fields of *person* and check what one can check without seeing the papers.

    Raises:
        RuleBroken: a date that cannot be, or the СНИЛС is wrong or belongs to another person.
    """
    person.last_name = trimmed(person.last_name) or ""
    person.first_name = trimmed(person.first_name) or ""
    person.middle_name = trimmed(person.middle_name)
    person.phone = normal_phone(person.phone)
    person.snils = normal_snils(person.snils)
    if not person.last_name:
        raise RuleBroken("Укажите фамилию.", field="last_name")
    if not person.first_name:
        raise RuleBroken("Укажите имя.", field="first_name")
    if person.birth_date is None:
        raise RuleBroken("Укажите дату рождения.", field="birth_date")
    if person.birth_date > today():
        raise RuleBroken("Дата рождения ещё не наступила. Проверьте год.", field="birth_date")
    if person.birth_date < EARLIEST_BIRTH:
        raise RuleBroken("Дата рождения раньше 1900 года. Проверьте год.", field="birth_date")
    if person.died_at is not None and not person.birth_date <= person.died_at <= today():
        raise RuleBroken("Дата смерти должна быть после рождения и не позже сегодняшнего дня.", field="died_at")
    if person.snils:
        check_snils(person.snils)
        _refuse_taken_snils(session, person)


def _refuse_taken_snils(session: Session, person: Person) -> None:
    taken = select(Person).where(Person.snils == person.snils, Person.id != (person.id or 0))
    with session.no_autoflush:
        holder = session.scalars(taken).first()
        if holder is None:
            with for_whole_unit():  # A card out of sight holds the number just as well; it is not named.
                unseen = session.scalars(taken.with_only_columns(Person.id)).first()
            if unseen is not None:
                raise RuleBroken(
                    "Этот СНИЛС уже указан в карточке, которая вам не открыта. Спросите руководителя службы.",
                    field="snils",
                )
    if holder is not None:
        raise RuleBroken(f"Этот СНИЛС уже указан в карточке «{holder}». Откройте её или сверьте номер.", field="snils")


def refuse_namesake(session: Session, person: Person) -> None:
    """Refuse a person with the full name and the birth date of somebody known: most likely it is the same (S000-3).

    A СНИЛС tells namesakes apart, so whoever is entered with one is let in; see :func:`check_person` for its twins.

    Raises:
        RuleBroken: there is such a person; one out of sight is not named.
    """
    if person.snils:
        return
    key = fold(" ".join(filter(None, (person.last_name, person.first_name, person.middle_name))))
    same = select(Person).where(
        Person.birth_date == person.birth_date, Person.name_key == key, Person.id != (person.id or 0)
    )
    with session.no_autoflush:
        known = session.scalars(same).first()
        with for_whole_unit():
            unseen = known is None and session.scalars(same.with_only_columns(Person.id)).first() is not None
    if known is not None:
        raise RuleBroken(
            f"«{known}», {known.birth_date:%d.%m.%Y}, уже есть. Откройте эту карточку, а если это другой человек, "
            "укажите его СНИЛС.",
            field="last_name",
        )
    if unseen:
        raise RuleBroken(
            "Такой человек уже есть, но его карточка вам не открыта. Спросите руководителя службы.", field="last_name"
        )


def add_person(
    session: Session, *, by: Actor, last_name: str, first_name: str, sex: Sex, birth_date: dt.date, **more: Any
) -> Person:
    """Add a person; *more* are further columns of :class:`Person`.

    Raises:
        RuleBroken: see :func:`check_person`.
    """
    person = Person(
        last_name=last_name,
        first_name=first_name,
        sex=sex,
        birth_date=birth_date,
        service_unit_id=by.unit_id,
        **more,
    )
    check_person(session, person)
    session.add(person)
    session.flush()
    return person


# ---- families ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewMember:
    """A person who joins a family that is being registered."""

    person: Person
    role: FamilyRole
    is_legal_representative: bool = False
    lives_together: bool = True
    since: dt.date | None = None


def register_family(
    session: Session,
    *,
    by: Actor,
    address: str,
    family_kind: FamilyKind,
    name: str | None = None,
    territory: Territory | None = None,
    members: Iterable[NewMember] = (),
    **more: Any,
) -> Family:
    """Register a family under the next number; *more* are further columns of :class:`Family`.

    Without *name* the family is called by the surname of the mother or whoever heads it.

    Raises:
        RuleBroken: there is no name or address, or a member cannot join.
    """
    if by.unit_id is None:
        raise ValueError("a family is registered in a unit: act for one")
    joining = list(members)
    name = trimmed(name) or _surname_of_head(joining)
    if not name:
        raise RuleBroken("Укажите фамилию семьи.", field="name")
    if not trimmed(address):
        raise RuleBroken("Укажите, где семья живёт.", field="address")
    family = Family(
        name=name,
        address=trimmed(address),
        family_kind=family_kind,
        territory=territory,
        service_unit_id=by.unit_id,
        reg_number=format_number(take_number(session, by.unit_id, "family")),
        **more,
    )
    family.phone = normal_phone(family.phone)
    session.add(family)
    session.flush()
    journal.record(session, by, "family.register", family, f"Семья «{family}» внесена под № {family.reg_number}.")
    for member in joining:
        add_member(
            family,
            member.person,
            by=by,
            role=member.role,
            is_legal_representative=member.is_legal_representative,
            lives_together=member.lives_together,
            since=member.since,
        )
    return family


def _surname_of_head(members: list[NewMember]) -> str | None:
    by_role = {member.role: member.person for member in reversed(members)}
    return next((by_role[role].last_name for role in HEADS_OF_FAMILY if role in by_role), None)


def add_member(
    family: Family,
    person: Person,
    *,
    by: Actor,
    role: FamilyRole,
    is_legal_representative: bool = False,
    lives_together: bool = True,
    since: dt.date | None = None,
) -> FamilyMember:
    """Take *person* into the family from *since* (today if not given).

    Raises:
        RuleBroken: the person is in it already or has died, the day cannot be, or a child would represent itself.
    """
    session = session_of(family)
    since = since or today()
    if any(member.person_id == person.id and member.is_current for member in family.members):
        raise RuleBroken(f"{person} уже в составе семьи.", field="person_id")
    if person.died_at is not None:
        raise RuleBroken(f"{person}: указана дата смерти. Проверьте карточку.", field="person_id")
    if since > today():
        raise RuleBroken("Этот день ещё не наступил. Укажите, с какого дня человек в семье.", field="date_from")
    if since < person.birth_date:
        raise RuleBroken("Человек не мог войти в семью до своего рождения. Проверьте дату.", field="date_from")
    if is_legal_representative and role == FamilyRole.CHILD:
        raise RuleBroken("Ребёнок не бывает своим законным представителем. Снимите отметку.", field="role")
    member = FamilyMember(
        family=family,
        person=person,
        role=role,
        is_legal_representative=is_legal_representative,
        lives_together=lives_together,
        date_from=since,
        service_unit_id=family.service_unit_id,
    )
    session.add(member)
    session.flush()
    journal.record(session, by, "family.join", family, f"В составе семьи теперь {person}: {role.label}.")
    return member


def end_membership(member: FamilyMember, *, by: Actor, on: dt.date | None = None) -> None:
    """End the membership on *on* (today if not given), its last day.

    Raises:
        RuleBroken: it has ended, or the day is before it began or has not come.
    """
    on = on or today()
    if not member.is_current:
        raise RuleBroken(f"{member.person} уже не в составе семьи.")
    if on < member.date_from:
        raise RuleBroken(f"Человек в семье с {member.date_from:%d.%m.%Y}. Укажите день не раньше.", field="date_to")
    if on > today():
        raise RuleBroken("Этот день ещё не наступил. Укажите, когда человек выбыл.", field="date_to")
    member.date_to = on
    session = session_of(member)
    journal.record(session, by, "family.leave", member.family, f"Из состава семьи выбыл человек: {member.person}.")


# ---- consents ----------------------------------------------------------------------------------------


def represents(person: Person, child: Person) -> bool:
    """Whether *person*, an adult, is a legal representative in a family of *child* today."""
    families = {member.family_id for member in child.memberships if member.is_current}
    return not person.is_minor() and any(
        member.is_legal_representative and member.is_current and member.family_id in families
        for member in person.memberships
    )


def givers_of(person: Person) -> list[Person]:
    """Return who may give consent for *person* today: an adult for itself, for a child its representatives."""
    if not person.is_minor():
        return [person]
    seats = [seat for one in person.memberships if one.is_current for seat in one.family.members]
    return list(dict.fromkeys(seat.person for seat in seats if represents(seat.person, person)))


def give_consent(
    person: Person,
    *,
    by: Actor,
    kind: ConsentKind,
    given_by: Person | None = None,
    signed_at: dt.date | None = None,
    valid_to: dt.date | None = None,
    special_categories: bool = False,
    **more: Any,
) -> Consent:
    """Enter a signed consent about the data of *person* (152-ФЗ, articles 9 and 10).

    Raises:
        RuleBroken: a day cannot be, or whoever signed may not sign for this person.
    """
    given_by = given_by or person
    signed_at = signed_at or today()
    if signed_at > today():
        raise RuleBroken("День подписания ещё не наступил. Проверьте дату.", field="signed_at")
    if valid_to is not None and valid_to < signed_at:
        raise RuleBroken("Согласие не может закончиться раньше, чем подписано. Проверьте срок.", field="valid_to")
    if given_by is person and person.age(signed_at) < OWN_VOICE:
        raise RuleBroken("За ребёнка согласие даёт законный представитель. Выберите его.", field="given_by_id")
    if given_by is not person and not person.is_minor(signed_at):
        raise RuleBroken("Взрослый даёт согласие сам. Выберите его и здесь.", field="given_by_id")
    if given_by is not person and not represents(given_by, person):
        raise RuleBroken(
            f"{given_by}: в семье нет отметки о законном представителе. Проверьте состав семьи.", field="given_by_id"
        )
    if kind == ConsentKind.TRANSFER and not trimmed(more.get("transfer_to")):
        raise RuleBroken("Напишите, каким организациям передаются сведения.", field="transfer_to")
    session = session_of(person)
    consent = Consent(
        person=person,
        given_by=given_by,
        kind=kind,
        signed_at=signed_at,
        valid_to=valid_to,
        special_categories=special_categories or kind == ConsentKind.SPECIAL,
        service_unit_id=person.service_unit_id,
        **more,
    )
    session.add(consent)
    session.flush()
    journal.record(session, by, "consent.give", consent, f"Согласие получено: {kind.label}, {person}.")
    return consent


def revoke_consent(consent: Consent, *, by: Actor, reason: str, on: dt.date | None = None) -> None:
    """Enter that the consent was revoked on *on* (form D03).

    Raises:
        RuleBroken: it no longer stands, the day cannot be, or no reason is given.
    """
    on = on or today()
    if consent.status != ConsentStatus.ACTIVE:
        raise RuleBroken(f"Это согласие уже не действует: {consent.status.label}.")
    if not consent.signed_at <= on <= today():
        raise RuleBroken("Отзыв не может быть раньше подписания или позже сегодняшнего дня.", field="revoked_at")
    if not trimmed(reason):
        raise RuleBroken("Напишите, почему согласие отозвано.", field="revoke_reason")
    consent.revoked_at = on
    consent.revoke_reason = trimmed(reason)
    sentence = f"Согласие отозвано: {consent}. Прекратить обработку до {on + STOP_WITHIN:%d.%m.%Y}."
    journal.record(session_of(consent), by, "consent.revoke", consent, sentence)
