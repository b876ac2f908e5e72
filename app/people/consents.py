"""When a consent opens what it is for: special data of a person under 152-ФЗ, article 10 (S000-6c, X-4, S003-3.10).

::

    given for a child under 14 ─────────► ends on the 14th birthday: asked again, the child may give it too
    given for a child by somebody else ─► ends on the 18th birthday: an adult gives it alone
    term passed · withdrawn ────────────► counts as absent at once

What is held stays, sealed; without a standing consent it is neither shown nor taken in. A consent to transfer opens
nothing inside the centre. An emergency or another legal ground without a consent is no consent and opens nothing here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Date, Integer, Row, Select, and_, bindparam, exists, extract, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.acting import prepared, read, today
from app.base import Model
from app.people.lists import ConsentKind, ConsentStatus
from app.people.models import Consent, Family, FamilyMember, Person, years_later
from app.people.rules import OWN_VOICE, STOP_WITHIN
from app.register.access import may
from app.register.locks import Keeper, keep_by
from app.register.pages import Act
from app.register.registry import registers
from app.words import counted

OF_AGE = 18
"""Years from which nobody consents for a person."""
_ACTIVE = ConsentStatus.ACTIVE
OPENING = (ConsentKind.SPECIAL, ConsentKind.PROCESSING)
"""The kinds that open special data, if they name them."""

WORD = "нужно согласие"
UNBORN = "Сведения о здоровье вносят по письменному согласию: сначала сохраните карточку человека."
NONE = "Нет письменного согласия на сведения о здоровье (ст. 10 152-ФЗ). Оформите согласие, и поле откроется."
REVOKED = "Согласие на сведения о здоровье отозвано {day}. Чтобы открыть поле, оформите новое."
EXPIRED = "Согласие на сведения о здоровье действовало по {day}. Оформите новое, и поле откроется."
GROWN = (
    "Согласие на сведения о здоровье закончилось {day}: исполнилось {years} лет. "
    "Оформите согласие заново, и поле откроется."
)


@dataclass(frozen=True)
class Given:
    """What decides whether a consent stands: its days, and the birthday of whose data it is about."""

    signed_at: dt.date
    valid_to: dt.date | None
    revoked_at: dt.date | None
    own: bool
    born: dt.date

    @property
    def birthday(self) -> tuple[dt.date, int] | None:
        """The birthday on which the consent ends by itself, with the years, if one lies after its signing."""
        for years in (OWN_VOICE, OF_AGE):
            day = years_later(self.born, years)
            if self.signed_at < day and not (self.own and years == OF_AGE):
                return day, years
        return None

    def stands_on(self, day: dt.date) -> bool:
        """Whether the consent stands on *day*; its last day counts, the day of its withdrawal does not."""
        return self.why_not(day) == ""

    def why_not(self, day: dt.date) -> str:
        """Return why the consent does not stand on *day*, nothing when it does."""
        if day < self.signed_at:
            return NONE
        if self.revoked_at is not None and self.revoked_at <= day:
            return REVOKED.format(day=f"{self.revoked_at:%d.%m.%Y}")
        if self.valid_to is not None and self.valid_to < day:
            return EXPIRED.format(day=f"{self.valid_to:%d.%m.%Y}")
        if self.birthday is not None and self.birthday[0] <= day:
            return GROWN.format(day=f"{self.birthday[0]:%d.%m.%Y}", years=self.birthday[1])
        return ""


def given(consent: Consent) -> Given:
    """Return what decides about *consent*."""
    own = consent.given_by_id == consent.person_id
    return Given(consent.signed_at, consent.valid_to, consent.revoked_at, own, consent.person.birth_date)


def status_on(consent: Consent, day: dt.date) -> ConsentStatus:
    """Return the state of *consent* on *day*, the birthdays that end it counted (S003-3.8)."""
    state = consent.status_on(day)
    if state is ConsentStatus.ACTIVE and consent.special_categories and not given(consent).stands_on(day):
        return ConsentStatus.EXPIRED
    return state


# ---- the lock ----------------------------------------------------------------------------------------


@cache
def _consents_of() -> Select[int, dt.date, dt.date | None, dt.date | None, int, dt.date]:
    whose = aliased(Person)
    return prepared(
        select(
            Consent.person_id, Consent.signed_at, Consent.valid_to, Consent.revoked_at, Consent.given_by_id,
            whose.birth_date,
        )
        .join(Consent.person.of_type(whose))
        .where(
            Consent.person_id.in_(bindparam("ids", expanding=True, literal_execute=True)),
            Consent.special_categories.is_(True),
            Consent.kind.in_(OPENING),
        )
        .order_by(Consent.signed_at, Consent.id)
    )  # fmt: skip


def closed_among(session: Session, ids: Collection[int], on: dt.date | None = None) -> dict[int, str]:
    """Return who of the persons *ids* has no standing consent to special data on *on* (today), each with the reason.

    One query however many there are. The reason is that of the latest consent, so that people know what ended.
    """
    day = on or today()
    said = dict.fromkeys(ids, NONE)
    rows: Sequence[Row[int, dt.date, dt.date | None, dt.date | None, int, dt.date]] = read(
        session, _consents_of(), {"ids": list(ids)}
    )
    for pk, signed_at, valid_to, revoked_at, giver, born in rows:
        if said.get(pk):
            said[pk] = Given(signed_at, valid_to, revoked_at, giver == pk, born).why_not(day)
    return {pk: reason for pk, reason in said.items() if reason}


def standing(key: Any) -> Any:
    """Return the criterion that the person with the key in column *key* has a standing consent to special data today.

    It says in SQL what :meth:`Given.why_not` says of one consent. Days are compared as numbers like 20260218: one born
    on 29 February is 14 on 1 March of a common year, whose number is the next after the 229 that is not there.
    """
    consent, whose = Consent.__table__.alias(), Person.__table__.alias()
    # Asked for when the statement runs: it may have been put together yesterday.
    day = bindparam("consent_day", callable_=today, type_=Date, unique=True)
    number = bindparam("consent_number", callable_=lambda: int(f"{today():%Y%m%d}"), type_=Integer, unique=True)

    def reached(years: int) -> ColumnElement[bool]:
        birthday = _as_number(whose.c.birth_date) + years * 10_000
        return and_(_as_number(consent.c.signed_at) < birthday, birthday <= number)

    return exists().where(
        consent.c.person_id == key,
        whose.c.id == consent.c.person_id,
        consent.c.special_categories.is_(True),
        consent.c.kind.in_(OPENING),
        consent.c.signed_at <= day,
        or_(consent.c.revoked_at.is_(None), consent.c.revoked_at > day),
        or_(consent.c.valid_to.is_(None), consent.c.valid_to >= day),
        ~reached(OWN_VOICE),
        or_(consent.c.given_by_id == consent.c.person_id, ~reached(OF_AGE)),
    )


def _as_number(day: Any) -> Any:
    return extract("year", day) * 10_000 + extract("month", day) * 100 + extract("day", day)


def way_to(person_id: int) -> Act | None:
    """Return the button that enters a consent of the person, for who may."""
    consents = registers().by_key.get("consents")
    if consents is None or not may(consents, "add"):
        return None
    url = consents.url("add", person_id=person_id, back=request.path)
    return Act("consent", "Оформить согласие", url, icon="file-earmark-check")


keep_by(Keeper(reasons=closed_among, standing=standing, way=way_to, word=WORD, unborn=UNBORN))


# ---- what is missing, what must stop -----------------------------------------------------------------


def stop_by(consent: Consent) -> dt.date | None:
    """Return the last day of processing after the withdrawal of *consent*, None when it was not withdrawn."""
    return consent.revoked_at + STOP_WITHIN if consent.revoked_at is not None else None


def replaced(consent: Consent, others: Iterable[Consent], day: dt.date) -> bool:
    """Whether among *others* another consent of the same person and kind stands on *day*."""
    return any(
        other is not consent
        and (other.person_id, other.kind) == (consent.person_id, consent.kind)
        and status_on(other, day) is ConsentStatus.ACTIVE
        for other in others
    )


def unreplaced(session: Session, withdrawn: Iterable[Consent]) -> list[Consent]:
    """Return those of the *withdrawn* consents that no standing one has replaced, in their order."""
    asked = list(withdrawn)
    if not asked:
        return []
    of_them = select(Consent).where(Consent.person_id.in_({one.person_id for one in asked}))
    found, day = session.scalars(of_them.options(joinedload(Consent.person))).all(), today()
    return [one for one in asked if not replaced(one, found, day)]


def withdrawn(session: Session, whose: Collection[int] | Select[int]) -> list[Consent]:
    """Return the withdrawn consents of the persons *whose* that no standing one has replaced, the latest first.

    One query: what may have replaced a consent is found with it.
    """
    every = session.scalars(select(Consent).where(Consent.person_id.in_(whose)).options(joinedload(Consent.person)))
    found, day = every.all(), today()
    made = [one for one in found if one.revoked_at is not None and not replaced(one, found, day)]
    return sorted(made, key=lambda one: (one.revoked_at or day, one.id), reverse=True)


def members_now(family_id: int) -> Select[int]:
    """Return the query of the keys of who is in the family now."""
    return select(FamilyMember.person_id).where(FamilyMember.family_id == family_id, FamilyMember.date_to.is_(None))


def people_of(session: Session, owner: Model) -> list[Person]:
    """Return who a card is about: the members of a family now, or the person itself; nobody else has consents.

    With the members come their consents, in one query.
    """
    if isinstance(owner, Person):
        return [owner]
    if not isinstance(owner, Family):
        return []
    members = select(Person).join(Person.memberships)
    members = members.where(FamilyMember.family_id == owner.id, FamilyMember.date_to.is_(None))
    members = members.where(Person.died_at.is_(None)).order_by(FamilyMember.id)
    return list(session.scalars(members.options(joinedload(Person.consents))).unique())


def missing(people: Sequence[Person]) -> list[tuple[str, list[Person]]]:
    """Return which consents are missing and whose; that to data on health is looked for where a child is concerned."""
    day = today()
    found = [consent for one in people for consent in one.consents]
    standing = {one.person_id for one in found if one.kind is ConsentKind.PROCESSING and one.status_on(day) is _ACTIVE}
    asked = {one.id for one in people if one.is_minor(day) or len(people) == 1}
    opening = (one for one in found if one.special_categories and one.kind in OPENING)
    closed = asked - {one.person_id for one in opening if status_on(one, day) is _ACTIVE}
    lacking = (
        ("Нет согласия на обработку данных", [one for one in people if one.id not in standing]),
        ("Нет согласия на сведения о здоровье", [one for one in people if one.id in closed]),
    )
    return [(sentence, those) for sentence, those in lacking if those]


def kind_lacking(person: Person) -> ConsentKind:
    """Return the kind of consent a person most likely still owes: processing first, then data on health."""
    lacking = missing([person])
    return ConsentKind.PROCESSING if lacking and lacking[0][0].endswith("данных") else ConsentKind.SPECIAL


def said(person: Person) -> str:
    """Return «Пётр, 9 лет», as a family is spoken of."""
    years = person.age()
    return f"{person.first_name}, {counted(years, 'год', 'года', 'лет') if years else 'до года'}"
