"""What a person is charged with: measures to carry out, children to look after. A constant number of queries each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.acting import Actor, today
from app.cases.models import ENDED, FamilyCase
from app.home.parts import SHOWN, act, line, link, listed, section, until
from app.people import consents
from app.people.models import Family, FamilyMember, Person, years_later
from app.programmes.models import Measure, MeasureLineage, MeasureStatus, ProgrammeVersion
from app.programmes.scope import STANDING
from app.words import counted

TO_DO = (MeasureStatus.PLANNED, MeasureStatus.IN_WORK)
FINISHED = (MeasureStatus.DONE, MeasureStatus.PARTLY)
LAST = 5
"""Measures told of after they were done."""

Section = dict[str, Any]


# ---- measures ----------------------------------------------------------------------------------------


def own_measures(session: Session, by: Actor) -> Section:
    """Return the measures a specialist, or his department, has to carry out, the most urgent first."""
    mine = [Measure.executor_id == by.staff_id]
    if by.department_id is not None:
        mine.append(Measure.department_id == by.department_id)
    measures = session.scalars(
        select(Measure)
        .join(Measure.programme_version)
        .where(or_(*mine), Measure.status.in_(TO_DO), ProgrammeVersion.status.in_(STANDING), _is_first())
        .options(joinedload(Measure.lineage).joinedload(MeasureLineage.case).joinedload(FamilyCase.family))
        .order_by(Measure.due, Measure.id)
        .limit(SHOWN + 1)
    ).all()
    rows = [
        _measure(
            one,
            f"Семья {one.lineage.case.family}",
            # Whoever carries it out may always mark it; for the others of his department the card decides.
            act("Отметить", "measures", "action", "mark", action=True, name="mark", pk=one.id)
            if one.executor_id == by.staff_id
            else None,
        )
        for one in measures
    ]
    more = ("Все мероприятия", listed("measures", status=to_do())) if len(measures) > SHOWN else None
    return section("Мои мероприятия", rows, "Вам не поручено ни одного мероприятия.", more)


def partner_measures(session: Session) -> Section:
    """Return what is left to do of the measures given to the person's own organisation, the most urgent first.

    Which measures these are is told by the row scope alone: of the family and the programme around them somebody of
    a partner organisation sees nothing (domain.md 3.10).
    """
    measures = session.scalars(
        select(Measure).where(*_open_ones()).order_by(Measure.due, Measure.id).limit(SHOWN + 1)
    ).all()
    rows = [_measure(one, "", act("Открыть", "measures", "show", "show", pk=one.id)) for one in measures]
    more = ("Все мероприятия", listed("measures", status=to_do())) if len(measures) > SHOWN else None
    return section("Мероприятия вашей организации", rows, "Вашей организации сейчас ничего не поручено.", more)


def partner_counts(session: Session) -> tuple[int, int]:
    """Return how many measures of the person's organisation wait to be done, and how many of them are late."""
    late = func.count(Measure.id).filter(Measure.due < today())
    found = session.execute(select(func.count(Measure.id), late).where(*_open_ones())).one()
    return found[0], found[1]


def partner_done(session: Session) -> Section:
    """Return what of the organisation's measures was done last."""
    measures = session.scalars(
        select(Measure)
        .where(Measure.status.in_(FINISHED), _is_first())
        .order_by(Measure.done_at.desc(), Measure.id.desc())
        .limit(LAST)
    )
    rows = [
        line(one.title, f"{one.status.label} {one.done_at:%d.%m.%Y}" if one.done_at else one.status.label,
             url=link("measures", one.id))
        for one in measures
    ]  # fmt: skip
    return section("Недавно выполнено", rows, "Выполненных мероприятий пока нет.")


def to_do() -> str:
    """Return the filter of the list of measures that are still to be carried out."""
    return "any:" + ",".join(status.value for status in TO_DO)


def _open_ones() -> tuple[ColumnElement[bool], ...]:
    return Measure.status.in_(TO_DO), _is_first()


def _is_first() -> ColumnElement[bool]:
    """Return the criterion that takes a line's measure from the version that acts, not from the one approved after it.

    Both stand for some days while a correction comes into force; a measure is marked in the acting one.
    """
    other = Measure.__table__.alias()
    version = ProgrammeVersion.__table__.alias()
    earlier = (
        select(other.c.id)
        .join(version, other.c.version_id == version.c.id)
        .where(
            other.c.lineage_id == Measure.lineage_id,
            other.c.version_id < Measure.version_id,
            version.c.status.in_(STANDING),
        )
        .correlate(Measure)
    )
    return ~earlier.exists()


def _measure(measure: Measure, whose: str, button: Any) -> dict[str, Any]:
    late = measure.due is not None and measure.due < today()
    term = until(measure.due) if measure.due is not None else ""
    how = measure.periodicity.label if measure.periodicity is not None else ""
    text = ", ".join(filter(None, (whose, term, measure.volume, how)))
    return line(measure.title, text, url=link("measures", measure.id), button=button, tone="bad" if late else "")


# ---- children ----------------------------------------------------------------------------------------


def assigned_children(session: Session) -> tuple[Section, int]:
    """Return the children of the families in sight whose case is open, and how many they are.

    Nothing of their health stands here: that is on their cards, where each look at it is recorded. That a consent is
    lacking is no secret of the child, and whoever looks after it can ask the family for one.
    """
    day = today()
    is_one = (
        FamilyMember.date_to.is_(None),
        Person.birth_date > years_later(day, -consents.OF_AGE),
        Person.died_at.is_(None),
        FamilyMember.family_id.in_(select(FamilyCase.family_id).where(FamilyCase.status.not_in(ENDED))),
    )
    number = session.scalar(select(func.count(FamilyMember.id)).join(FamilyMember.person).where(*is_one)) or 0
    members = session.scalars(
        select(FamilyMember)
        .join(FamilyMember.person)
        .where(*is_one)
        .options(joinedload(FamilyMember.person).joinedload(Person.child_profile), joinedload(FamilyMember.family))
        .order_by(Person.name_key, Person.id)
        .limit(SHOWN)
    ).all()
    closed = consents.closed_among(session, {one.person_id for one in members})
    rows = [_child(one.person, one.family, closed) for one in members]
    more = (f"Все {number}", listed("children")) if number > SHOWN else None
    return section("Закреплённые дети", rows, "За вами не закреплено ни одного ребёнка.", more), number


def _child(person: Person, family: Family, closed: dict[int, str]) -> dict[str, Any]:
    years = person.age()
    said = counted(years, "год", "года", "лет") if years else "до года"
    profile = person.child_profile
    url = link("children", profile.id) if profile is not None else ""
    made = line(str(person), f"{said}, семья {family}", url=url or link("people", person.id))
    if person.id in closed:
        made["state"] = {"text": consents.WORD, "tone": "warn", "icon": "lock-fill"}
    return made
