"""Load a planned bank of families: all of it or, on request, its clean part; in one transaction.

The tables are written by Core in bulk, with the keys, stamps and journal rows the ORM would have made: a bank of
20 000 families through the single rules would take minutes. What the rules would check, the plan has checked;
every family comes onto the register on the day the table tells, with the curator the table names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import journal
from app.acting import Actor, now
from app.base import Model, RuleBroken
from app.cases.intake_known import told_key
from app.cases.intake_plan import FamiliesPlan, PlannedFamily, judge
from app.cases.intake_values import (
    education_of,
    features_of,
    is_disabled,
    kind_of,
    level_of,
    role_of,
    sex_of,
    statuses_of,
    studies_at,
)
from app.cases.models import CaseStatus, CuratorAssignment, FamilyCase, StageMove, StagePeriod
from app.cases.stages import order_in_force, stage_for
from app.journal.marks import is_as_at
from app.organisation.models import ServiceUnit, StaffMember, Territory
from app.papers.numbers import format_number, take_numbers
from app.people.lists import DisabilityKind, FamilyRole
from app.people.models import ChildProfile, DisabilityStatus, Family, FamilyMember, Person
from app.register.intake.importer import CHANGED_MEANWHILE, Progress, unheard
from app.register.intake.plan import Verdict
from app.register.sheet import Line
from app.terms import word
from app.words import counted, fold

STEPS = 5
"""Into how many steps of about equal length the writing falls, for whoever waits."""
ESTABLISHED_UNKNOWN = "Загружено из таблицы. День установления в ней не указан: впишите его со справки МСЭ."


@dataclass(frozen=True)
class LoadResult:
    """What was loaded."""

    families: int
    children: int
    left_out: int
    """Families of the table that were left out because of problems."""


def load(
    session: Session,
    plan: FamiliesPlan,
    *,
    by: Actor,
    good_rows: bool = False,
    seen: str | None = None,
    progress: Progress = unheard,
) -> LoadResult:
    """Load the families of *plan*; *good_rows* leaves out those with problems, else one problem refuses all.

    *seen* is the stamp of the plan a person was shown. If the base has changed since, the plan is judged again.

    Raises:
        RuleBroken: there are problems, or the file or the base is no longer what the person saw.
    """
    # Two loads of one unit at once would each find the base without the other's families, so the second one waits
    # here, at the counter both need, until the first is done.
    take_numbers(session, by.unit, "family", 0, 0)
    if (
        plan.unit_id != by.unit_id
        or seen not in (None, plan.stamp)
        or not (is_as_at(session, plan.mark) or _is_judged_so(session, plan, by))
    ):
        raise RuleBroken(CHANGED_MEANWHILE)
    bad = sum(not family.is_clean for family in plan.families)
    if bad and not good_rows:
        raise RuleBroken(
            f"В таблице есть что исправить: {counted(bad, 'семья', 'семьи', 'семей')}. "
            "Исправьте её в Excel или загрузите только готовые строки."
        )
    _Loading(session, by, progress).load(plan.loaded_families)
    book = plan.reading.book.name
    families = counted(plan.new_families, "семья", "семьи", "семей")
    children = counted(plan.new_children, "ребёнок", "ребёнка", "детей")
    journal.record(session, by, "import.families", None, f"Загружено из таблицы «{book}»: {families}, {children}.")
    session.expire_all()
    return LoadResult(plan.new_families, plan.new_children, bad)


def _is_judged_so(session: Session, plan: FamiliesPlan, by: Actor) -> bool:
    return judge(session, plan.reading, plan.removed, plan.answers, by=by).stamp == plan.stamp


class _Loading:
    """Collects the rows of every table and writes them, parents first."""

    def __init__(self, session: Session, by: Actor, progress: Progress) -> None:
        self.session, self.by, self.progress = session, by, progress
        self.people: dict[tuple[str, dt.date], int] = {}
        self.started = dict(session.execute(select(StaffMember.id, StaffMember.active_from)).all())

    def load(self, planned: list[PlannedFamily]) -> None:
        """Write everything *planned* needs."""
        self.progress(0, STEPS, "Записываем людей")
        self._add_people(planned)
        self.progress(1, STEPS, "Записываем семьи")
        new = [family for family in planned if family.verdict is Verdict.NEW]
        families = self._add_families(new)
        families.update((id(family), family.family_id) for family in planned if family.family_id is not None)
        self.progress(2, STEPS, "Собираем состав семей")
        self._write(FamilyMember, self._members(planned, families))
        self.progress(3, STEPS, "Записываем сведения о детях")
        self._write(ChildProfile, self._profiles(planned))
        self._write(DisabilityStatus, self._disabilities(planned))
        self.progress(4, STEPS, "Открываем дела")
        self._add_cases(new, families)
        self.progress(STEPS, STEPS, "Готово")

    def _write(self, model: type[Model], rows: Iterable[dict[str, Any]]) -> list[int]:
        """Insert *rows* with their keys, stamps and journal rows, and return their ids in order."""
        return journal.insert_created(self.session, self.by, model, rows)

    def _add_people(self, planned: list[PlannedFamily]) -> None:
        """Add everybody the base does not know; one person may be a mother in one row and a child in another."""
        lines = [
            (child.line, "child", "c_born", "child_snils", child.person_id)
            for family in planned
            for child in family.children
        ]
        lines += [
            (family.group.head, "parent", "born", "snils", family.representative_id)
            for family in planned
            if family.verdict is Verdict.NEW
        ]
        unknown: dict[tuple[str, dt.date], tuple[Line, str]] = {}
        snils: dict[tuple[str, dt.date], str | None] = {}
        for line, name, born, number, person_id in lines:
            key = told_key(line, name, born)
            if person_id is not None:
                self.people[key] = person_id
            else:
                unknown.setdefault(key, (line, name))
                snils[key] = snils.get(key) or line.value(number)
        rows = (
            {
                "last_name": who.last,
                "first_name": who.first,
                "middle_name": who.middle,
                "sex": sex_of(who),
                "birth_date": key[1],
                "snils": snils[key],
                "workplace": studies_at(line.value("school")),
            }
            for key, (line, name) in unknown.items()
            for who in (line.value(name),)
        )
        self.people.update(zip(unknown, self._write(Person, rows), strict=True))

    def _add_families(self, new: list[PlannedFamily]) -> dict[int, int]:
        """Add the new families and return ``{id of the planned family: key}``."""
        places = self._territories({place for family in new if (place := family.group.head.value("place"))})
        numbers = take_numbers(self.session, self.by.unit, "family", 0, len(new)) if new else ()
        rows = (
            {
                "name": head.value("parent").last,
                "reg_number": format_number(number),
                "address": head.value("address") or head.value("place") or "не указан",
                "territory_id": places.get(fold(head.value("place"))),
                "phone": head.value("phone"),
                "family_kind": kind_of(family.group),
                "features": features_of(family.group),
                "note": head.value("note"),
            }
            for family, number in zip(new, numbers, strict=True)
            for head in (family.group.head,)
        )
        return dict(zip(map(id, new), self._write(Family, rows), strict=True))

    def _territories(self, names: set[str]) -> dict[str, int]:
        """Return the settlements by folded name; those not in the directory are added to it."""
        found = {
            key: pk
            for key, pk in self.session.execute(select(Territory.name_key, Territory.id).order_by(Territory.id.desc()))
        }
        parent = self.session.scalar(select(ServiceUnit.municipality_id).where(ServiceUnit.id == self.by.unit_id))
        for name in sorted(names):
            if fold(name) not in found:
                territory = Territory(name=name, level=level_of(name), parent_id=parent)
                self.session.add(territory)
                self.session.flush()
                found[fold(name)] = territory.id
        return found

    def _members(self, planned: list[PlannedFamily], families: dict[int, int]) -> Iterator[dict[str, Any]]:
        """Yield the memberships: the representative of a new family, then the children."""
        for family in planned:
            head, family_id = family.group.head, families[id(family)]
            people = [(told_key(child.line, "child", "c_born"), FamilyRole.CHILD) for child in family.children]
            if family.verdict is Verdict.NEW:
                people.insert(0, (told_key(head, "parent", "born"), role_of(family.group, kind_of(family.group))))
            for key, role in people:
                yield {
                    "family_id": family_id,
                    "person_id": self.people[key],
                    "role": role,
                    "is_legal_representative": role is not FamilyRole.CHILD,
                    "lives_together": True,
                    # A child born later is of the family from birth.
                    "date_from": max(head.value("registered"), key[1]),
                }

    def _profiles(self, planned: list[PlannedFamily]) -> Iterator[dict[str, Any]]:
        """Yield what is known of the children whom the base does not know."""
        for child in (child for family in planned for child in family.children if child.person_id is None):
            yield {
                "person_id": self.people[told_key(child.line, "child", "c_born")],
                "child_status": statuses_of(child.line),
                "education_kind": education_of(child.line.value("school")),
            }

    def _disabilities(self, planned: list[PlannedFamily]) -> Iterator[dict[str, Any]]:
        """Yield the disabilities whose term is told; the day they were established is seldom in a bank."""
        for family in planned:
            for line in (child.line for child in family.children):
                until = line.value("disabled_until")
                if is_disabled(line) and until:
                    yield {
                        "person_id": self.people[told_key(line, "child", "c_born")],
                        "kind": DisabilityKind.CHILD,
                        "established_at": None,
                        "valid_to": until,
                        "note": ESTABLISHED_UNKNOWN,
                    }

    def _add_cases(self, new: list[PlannedFamily], families: dict[int, int]) -> None:
        """Open a case for each new family under the numbers of the years of registration, with its curator."""
        by_year: dict[int, list[PlannedFamily]] = {}
        for family in new:
            by_year.setdefault(family.group.head.value("registered").year, []).append(family)
        rows, curators = [], []
        order = order_in_force(self.session, self.by.unit)
        first = order.stage_by_code[stage_for(order, CaseStatus.REGISTERED)] if order is not None else None
        known = CaseStatus(first.status) if first is not None else CaseStatus.REGISTERED
        came = now()
        for year, members in sorted(by_year.items()):
            numbers = take_numbers(self.session, self.by.unit, "case", year, len(members))
            for family, number in zip(members, numbers, strict=True):
                head, removal = family.group.head, family.removal
                curators.append((head.value("curator"), head.value("registered"), removal.day if removal else None))
                rows.append(
                    {
                        "number": format_number(number, year),
                        "family_id": families[id(family)],
                        "status": CaseStatus.CLOSED if removal else known,
                        "stage": first.code if first and not removal else None,
                        "stage_since": came if first and not removal else None,
                        "curator_id": None if removal else head.value("curator"),
                        "ended_at": removal and removal.day,
                        "end_reason": removal and removal.reason,
                        "opened_at": head.value("registered"),
                        "registered_at": head.value("registered"),
                        "journal_no": head.value("no"),
                        "note": f"{word('Agreement_short')}: {head.value('agreement')}"
                        if head.value("agreement")
                        else None,
                    }
                )
        cases = self._write(FamilyCase, rows)
        if first is not None:
            self._write(
                StagePeriod,
                [
                    {
                        "case_id": case_id,
                        "stage": first.code,
                        "label": first.label,
                        "move": StageMove.OPENED,
                        "came_at": came,
                    }
                    for case_id, row in zip(cases, rows, strict=True)
                    if row["stage"]
                ],
            )
        self._write(
            CuratorAssignment,
            [
                {
                    "case_id": case_id,
                    "staff_id": staff_id,
                    # The table names today's curator; one who came later leads the case from the first day of work.
                    "date_from": max(since, min(self.started[staff_id], ended or dt.date.max)),
                    "date_to": ended,
                    "reason": "Загружено из таблицы",
                }
                for case_id, (staff_id, since, ended) in zip(cases, curators, strict=True)
                if staff_id is not None
            ],
        )
