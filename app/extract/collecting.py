"""Everything held about one person, whatever tables there are: a new register is in the extract without a line here.

A row is about a person when a column of it links to him. Of what hangs on his families by the family or the case, only
what names it is told (list columns): the rest speaks of other people too, and their secrets are not his (article 14,
part 8). Special fields stay closed without a consent here as everywhere; that they are held is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.base import Model, Privacy
from app.cases.models import FamilyCase
from app.journal.finding import who_looked
from app.organisation.models import PartnerOrganisation
from app.people.models import Family, FamilyMember, Person
from app.programmes.models import Measure, MeasureLineage, ProgrammeVersion
from app.programmes.scope import STANDING
from app.register import files, locks
from app.register.access import RIGHTS
from app.register.field import fields_of, local
from app.register.locks import lock_of_papers, locks_on
from app.register.registry import registers
from app.register.spec import Spec
from app.register.view import Register
from app.words import counted

TIMES = ("раз", "раза", "раз")


@dataclass(frozen=True)
class Item:
    """One row of the base: its title and its filled fields as (label, text)."""

    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Section:
    """Rows of one kind."""

    title: str
    items: tuple[Item, ...]


def found(session: Session, person: Person, without: frozenset[Privacy]) -> list[Section]:
    """Return everything held about *person*, but for fields of the classes *without*; who looked stands last."""
    made: list[Section] = []
    told: dict[type[Model], list[int]] = {Person: [person.id]}
    for register in registers().by_key.values():
        spec = register.spec.without(without)
        for title, wanted in _about(register, person) if spec.columns else ():
            records = list(session.scalars(wanted).unique())
            told.setdefault(register.model, []).extend(record.id for record in records)
            names = [name for group in spec.show for name in group.names]
            made += _section(title, _items(session, register, spec, names, records))
    made += _of_families(session, person)
    made += _section("Файлы", _files(session, told, without))
    made += _section("Кому переданы сведения", _partners(session, person))
    made += _section("Кто смотрел и выгружал", _looks(session, told))
    return made


def _section(title: str, items: Iterable[Item]) -> list[Section]:
    made = tuple(items)
    return [Section(title, made)] if made else []


def _about(register: Register, person: Person) -> Iterator[tuple[str, Select[Any]]]:
    """Yield a title and a query for each way in which rows of *register* tell of *person*."""
    model = register.model
    if model is Person:
        yield register.spec.one, select(Person).where(Person.id == person.id)
        return
    ways = [one for one in fields_of(model).values() if one.target is Person]
    for way in ways:
        title = register.spec.many if len(ways) == 1 else f"{register.spec.many}: {way.said.lower()}"
        column: Any = getattr(model, way.name)
        yield title, select(model).where(column == person.id).order_by(model.id)


def _items(session: Session, register: Register, spec: Spec, names: list[str], records: list[Any]) -> Iterator[Item]:
    register.gather(session, records)
    closed = locks_on(session, spec, names, records)
    for record in records:
        shut = closed.of(spec, names, record)
        facts = []
        for name in names:
            cell = spec.fields[name].cell(record)
            if not cell.empty:
                facts.append((spec.fields[name].said, locks.word() if name in shut else cell.text))
        yield Item(register.heading(record), tuple(facts))


def _of_families(session: Session, person: Person) -> list[Section]:
    """Return what hangs on the families of *person*: the families, their cases, and what hangs on those."""
    families = select(FamilyMember.family_id).where(FamilyMember.person_id == person.id)
    cases = select(FamilyCase.id).where(FamilyCase.family_id.in_(families))
    made = []
    for register in registers().by_key.values():
        every = fields_of(register.model).values()
        if register.model is MeasureLineage:
            continue  # A line only holds the versions of a measure together.
        links = {one.target: one.name for one in every if one.target in (Family, FamilyCase)}
        model: Any = register.model
        if model is Family:
            wanted = select(model).where(model.id.in_(families))
        elif Family in links or FamilyCase in links:
            ways = [(Family, families), (FamilyCase, cases)]
            wanted = select(model).where(or_(*(getattr(model, links[to]).in_(ids) for to, ids in ways if to in links)))
        else:
            continue
        # A row that names a person is his; the same table may hold rows about the whole family.
        people = [one.name for one in every if one.target is Person]
        wanted = wanted.where(*(getattr(model, name).is_(None) for name in people))
        spec = register.spec.without(frozenset({Privacy.SPECIAL, Privacy.RESTRICTED}))
        records = list(session.scalars(wanted.order_by(model.id)).unique())
        made += _section(f"{spec.many} (о семье)", _items(session, register, spec, [*spec.columns], records))
    return made


def _files(session: Session, told: dict[type[Model], list[int]], without: frozenset[Privacy]) -> Iterator[Item]:
    for model, ids in told.items():
        for record in session.scalars(select(model).where(model.id.in_(ids))).unique():
            attached = files.files_of(session, record, on_health=Privacy.SPECIAL not in without)
            register = registers().of(model)
            papers = {
                file.id for file in attached if file.on_health or RIGHTS[Privacy.SPECIAL] in register.rights_asked
            }
            lock = lock_of_papers(session, record) if papers else None
            for file in attached:
                title = f"{files.PAPER} № {file.id}" if lock and file.id in papers else file.title
                day = f"{local(file.created_at):%d.%m.%Y}" if file.created_at else ""
                yield Item(title, (("Приложен", day), ("К чему", register.spec.one)))


def _partners(session: Session, person: Person) -> Iterator[Item]:
    """Yield the organisations that carry out measures for the families of *person*."""
    families = select(FamilyMember.family_id).where(FamilyMember.person_id == person.id)
    wanted = (
        select(PartnerOrganisation.id, PartnerOrganisation.name, Measure.id)
        .join(Measure, Measure.partner_id == PartnerOrganisation.id)
        .join(Measure.programme_version)
        .join(Measure.lineage)
        .join(MeasureLineage.case)
        .where(FamilyCase.family_id.in_(families), ProgrammeVersion.status.in_(STANDING))
        .order_by(PartnerOrganisation.name_key, PartnerOrganisation.id)
    )
    number: dict[tuple[int, str], int] = {}
    for pk, name, _ in session.execute(wanted):
        number[pk, name] = number.get((pk, name), 0) + 1
    for (_, name), many in number.items():
        words = counted(many, "мероприятие программы", "мероприятия программы", "мероприятий программы")
        yield Item(name, (("Выполняет", words),))


def _looks(session: Session, told: dict[type[Model], list[int]]) -> Iterator[Item]:
    """Yield who looked at the rows about the person, one line a person of the staff."""
    pairs = [(model.__tablename__, pk) for model, ids in told.items() for pk in ids]
    for who, many, first, last in who_looked(session, pairs):
        period = f"{local(first):%d.%m.%Y}" + (f" – {local(last):%d.%m.%Y}" if first.date() != last.date() else "")
        yield Item(who, (("Сколько", counted(many, *TIMES)), ("Когда", period)))
