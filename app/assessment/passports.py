"""The social passport of a family: its state on a day, in words that never change again (S000-6e, form D06).

::

    make_passport ─► made, never changed; the next day's passport is another one

The snapshot keeps words and not links, because labels, people and directories change. What is said of health stands in
a part of its own and holds only people who consent to it; prevention registers stand in another. Both are sealed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from app import journal
from app.acting import Actor, today
from app.assessment.lists import ActStatus
from app.assessment.models import FamilyPassport
from app.assessment.rules import need_open
from app.base import session_of
from app.cases import gate
from app.cases.models import FamilyCase
from app.organisation.models import StaffMember
from app.people.consents import closed_among
from app.people.lists import ChildStatus
from app.people.models import Family, FamilyMember, Person
from app.register.field import shown
from app.terms import say, word

Pairs = list[tuple[str, str]]


def make_passport(case: FamilyCase, *, by: Actor) -> FamilyPassport:
    """Make the passport of the family of *case* as it is today.

    Raises:
        RuleBroken: the order of work does not allow it now, or the case has ended.
    """
    session = session_of(case)
    gate.need(case, "passport.make", by=by)
    need_open(case)
    passport = FamilyPassport(
        case=case,
        number=len(case.passports) + 1,
        on_date=today(),
        made_by=session.get(StaffMember, by.staff_id) if by.staff_id is not None else None,
        snapshot=_json(_snapshot(case)),
        health=_json(_health(case)),
        prevention=_json(_prevention(case)),
        service_unit_id=case.service_unit_id,
    )
    session.add(passport)
    sentence = f"Дело № {case.number}: составлен социальный паспорт семьи на {today():%d.%m.%Y}."
    journal.record(session, by, "passport.make", passport, sentence)
    return passport


def _json(made: Any) -> str:
    return json.dumps(made, ensure_ascii=False)


def _members(case: FamilyCase) -> list[FamilyMember]:
    return [seat for seat in case.family.members if seat.is_current]


# ---- what everybody of the team reads ------------------------------------------------------------------------


def _snapshot(case: FamilyCase) -> dict[str, Any]:
    """Return the ordinary part: ``facts`` as (legend, pairs) and ``tables`` with title, heads and rows."""
    family, day = case.family, today()
    members = _members(case)
    adults = [seat for seat in members if not seat.person.is_minor(day)]
    children = [seat for seat in members if seat.person.is_minor(day)]
    return {
        "facts": [
            ("Семья", _of_family(case, family)),
            ("Учёт", _of_register(case)),
            ("Доход", _worded(family, ("per_capita_income", "income_at", "income_sources"))),
            ("Жильё", _worded(family, ("housing_kind", "housing_right", "area_m2", "rooms", "amenities"))),
            *[("Акт обследования", pairs) for pairs in (_of_act(case),) if pairs],
            *[(say("{Programme_short} и {agreement_short}"), pairs) for pairs in (_of_papers(case),) if pairs],
        ],
        "tables": [
            one
            for one in (
                _table("Взрослые", adults, _ADULT),
                _table("Дети", children, _CHILD),
                _table("Социальное окружение", family.contacts, _CONTACT),
                _table("Проблемы", [one for one in case.problems if one.is_open], _PROBLEM),
                _table("Ресурсы", case.resources, _RESOURCE),
            )
            if one["rows"]
        ],
    }


def _of_family(case: FamilyCase, family: Family) -> Pairs:
    return [
        ("№ дела", case.number),
        *_worded(family, ("name", "family_kind", "territory_id", "address", "area_id", "phone")),
        *_worded(case, ("category",)),
    ]


def _of_register(case: FamilyCase) -> Pairs:
    return _worded(case, ("opened_at", "registered_at", "source", "curator_id", "level", "planned_end"))


def _of_act(case: FamilyCase) -> Pairs:
    signed = [one for one in case.living_acts if one.status is ActStatus.SIGNED]
    return _worded(signed[-1], ("number", "date", "sanitary", "conclusion", "recommendations")) if signed else []


def _of_papers(case: FamilyCase) -> Pairs:
    made: Pairs = []
    version = case.programme.acting if case.programme is not None else None
    if version is not None:
        until = f"с {version.valid_from:%d.%m.%Y} по {version.valid_to:%d.%m.%Y}"
        made.append((word("Programme_short"), f"№ {case.programme.number}, {until}"))
    made += [
        (word("Agreement_short"), f"№ {one.number} от {one.date:%d.%m.%Y}, по {one.valid_to:%d.%m.%Y}")
        for one in case.agreements
        if one.number and one.date is not None and one.ended_at is None
    ]
    return made


Columns = tuple[tuple[str, Callable[[Any], Any]], ...]

_ADULT: Columns = (
    ("Фамилия, имя, отчество", lambda seat: seat.person.name),
    ("Кто в семье", lambda seat: seat.role),
    ("Дата рождения", lambda seat: seat.person.birth_date),
    ("Образование", lambda seat: seat.person.education),
    ("Занятость", lambda seat: seat.person.employment),
    ("Место работы", lambda seat: seat.person.workplace),
    ("Представитель", lambda seat: bool(seat.is_legal_representative)),
)
_CHILD: Columns = (
    ("Фамилия, имя, отчество", lambda seat: seat.person.name),
    ("Дата рождения", lambda seat: seat.person.birth_date),
    ("Где учится", lambda seat: _as_child(seat.person, "education_kind")),
    ("Школа или сад", lambda seat: _as_child(seat.person, "organisation")),
    ("Класс", lambda seat: _as_child(seat.person, "class_name")),
    ("Кружки", lambda seat: _as_child(seat.person, "leisure")),
)
_CONTACT: Columns = (
    ("Кто", lambda one: one.name),
    ("Кем приходится", lambda one: one.relation),
    ("Что значит", lambda one: one.kind),
)
_PROBLEM: Columns = (
    ("Проблема", lambda one: one.text),
    ("Сфера", lambda one: one.domain),
    ("Тяжесть", lambda one: one.severity),
)
_RESOURCE: Columns = (
    ("Ресурс", lambda one: one.text),
    ("Вид", lambda one: one.kind),
    ("Сила", lambda one: one.strength),
)


def _as_child(person: Person, name: str) -> Any:
    return getattr(person.child_profile, name) if person.child_profile is not None else None


def _table(title: str, records: Iterable[Any], columns: Columns) -> dict[str, Any]:
    rows = [[shown(_plain(read(one))).text for _, read in columns] for one in records]
    return {"title": title, "heads": [head for head, _ in columns], "rows": rows}


def _worded(record: Any, names: tuple[str, ...]) -> Pairs:
    """Return the columns *names* of *record* as (label, words), those nothing is known of left out."""
    made: Pairs = []
    for name in names:
        column = type(record).__table__.columns[name]
        value = getattr(record, name.removesuffix("_id") if column.foreign_keys else name)
        cell = shown(_plain(value), "money" if name.endswith("income") else "computed", 1 if name == "area_m2" else 0)
        if not cell.empty:
            made.append((say(column.info["label"]), cell.text))
    return made


def _plain(value: Any) -> Any:
    """Return a record of the base as its title; everything else as it is."""
    return str(value) if hasattr(value, "__table__") else value


# ---- what asks for a right of its own --------------------------------------------------------------------------


def _health(case: FamilyCase) -> dict[str, Any]:
    """Return the part on health: ``family``, its features, and ``people`` as (key, name, words) of who consent."""
    people = [seat.person for seat in _members(case)]
    closed = closed_among(session_of(case), {one.id for one in people})
    told = ((one, _health_of(one)) for one in people if one.id not in closed)
    return {
        "family": shown(case.family.features).text if case.family.features else "",
        "people": [(one.id, one.name, words) for one, words in told if words],
    }


def _health_of(person: Person) -> str:
    profile = person.child_profile
    status = [ChildStatus(code) for code in (profile.child_status or ())] if profile is not None else []
    # A certificate says the same and until when.
    said = {ChildStatus.DISABLED: person.disabilities, ChildStatus.OVZ: person.ovz_statuses}
    words = [one.label for one in status if not said.get(one)]
    words += [
        f"{one.kind.label}" + (f", справка действует до {one.valid_to:%d.%m.%Y}" if one.valid_to else "")
        for one in person.disabilities
    ]
    words += [
        f"ОВЗ: {one.kind.label}" + (f", заключение до {one.valid_to:%d.%m.%Y}" if one.valid_to else "")
        for one in person.ovz_statuses
    ]
    return "; ".join(words)


def _prevention(case: FamilyCase) -> list[tuple[str, str]]:
    """Return who is on which prevention register, as (name, words)."""
    people = [seat.person for seat in _members(case)]
    return [(one.name, shown(one.prevention_registers).text) for one in people if one.prevention_registers]
