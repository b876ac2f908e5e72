"""Screens of families and of their cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

from flask_appbuilder import expose
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from app.acting import Actor, actor, prepared, read, today
from app.base import Model
from app.cases import directions, gate, new_family, rules
from app.cases.models import CaseStatus, CaseTeamMember, CuratorAssignment, FamilyCase
from app.cases.stages import order_in_force
from app.people.consents import members_now, withdrawn
from app.people.models import Family, FamilyMember, Person, age_on
from app.people.rules import register_family
from app.people.views import withdrawal_notes
from app.register.access import access, keeps_typed, may
from app.register.actions import action
from app.register.field import Field
from app.register.pages import Act, Badge, Cell, Note
from app.register.view import Register, registers, shown
from app.terms import say, word
from app.words import counted, initials

TONES = {
    CaseStatus.ACTIVE: ("ok", "play-circle"),
    CaseStatus.SUSPENDED: ("warn", "pause-circle"),
    CaseStatus.APPROVAL: ("info", "hourglass-split"),
    CaseStatus.REVIEW: ("info", "clipboard2-pulse"),
    CaseStatus.REFUSED: ("bad", "x-octagon"),
}
"""Tone and icon of a case's state; the others are neutral."""


BEFORE_PROGRAMME = (*rules.BEFORE_WORK, CaseStatus.PLANNING)
"""States in which a case usually has no programme yet."""


def state_cell(case: FamilyCase | None) -> Cell:
    """Return the state of a case as shown in a list; no case is said in words."""
    if case is None:
        return Cell("дела нет", empty=True)
    return Cell(case.status.label, icon=TONES.get(case.status, ("", "folder2-open"))[1])


@cache
def _members_of_families() -> Select[int, bool, str, str, str | None, dt.date]:
    """Return the query of who lives in the families given as ``ids``, a few columns of each, put together once."""
    who = (Person.last_name, Person.first_name, Person.middle_name, Person.birth_date)
    return prepared(
        select(FamilyMember.family_id, FamilyMember.is_legal_representative, *who)
        .join(FamilyMember.person)
        .where(
            FamilyMember.family_id.in_(bindparam("ids", expanding=True, literal_execute=True)),
            FamilyMember.date_to.is_(None),
        )
        .order_by(FamilyMember.id)
    )


class Families(Register):
    """The bank of families."""

    key = "families"
    datamodel = Family
    title = "Семьи", "Семья"
    list_columns = ["name", "open_case.number", "address", "children_count", "stage", "open_case.curator"]
    extra_columns = ["reg_number", "phone", "family_kind", "area_id", "territory_id", "features"]
    label_columns = {"open_case.number": "№ дела", "open_case.curator": "{Curator}", "open_case.status": "Этап",
                     "open_case.curator_id": "{Curator}"}  # fmt: skip
    filter_columns = ["open_case.status", "open_case.curator_id", "area_id", "territory_id", "family_kind", "phone",
                      "address", "reg_number"]  # fmt: skip
    phone_columns = ["name", "stage"]
    form_columns = [
        ("Семья", ["name", "family_kind", "features", "note"]),
        ("Где живёт", ["territory_id", "address", "area_id", "phone"]),
        ("Доход", ["per_capita_income", "income_at", "income_sources"]),
        ("Жильё", ["housing_kind", "housing_right", "area_m2", "rooms", "amenities"]),
    ]
    row_edit = ["phone", "area_id"]
    order = "name"
    eager = ["open_case"]
    card_eager = ["open_case.curator"]
    search_through = ["members.person"]
    related_views = ["FamilyMembers", "SocialContacts", "Cases", "Intakes", ("Programmes", "case.family_id"),
                     ("Agreements", "case.family_id"), ("ServiceRecords", "case.family_id"),
                     ("Consents", "person.memberships.family_id")]  # fmt: skip
    placeholder = "Фамилия, имя, адрес, № дела"
    add_label = "Новая семья"
    blank = "Внесите первую семью или загрузите список из Excel."
    overview_template = "family_overview.html"

    def gather(self, session: Session, records: Any) -> None:
        """Count the children and name the representative of each family, in one query of a few columns."""
        day = today()
        rows = read(session, _members_of_families(), {"ids": [one.id for one in records]})
        by_id = {one.id: one for one in records}
        for one in records:
            one.children_now, one.represented_by = 0, None
        for family_id, represents, last, first, middle, born in rows:
            family = by_id[family_id]
            family.children_now += age_on(born, day) < 18
            if represents and not family.represented_by:
                family.represented_by = last, first, middle

    @shown("Детей", "number")
    def children_count(self, family: Any) -> int:
        """Children under 18 who live in the family now."""
        return int(family.children_now)

    @shown("Этап")
    def stage(self, family: Family) -> Cell:
        """State of the open case."""
        return state_cell(family.open_case)

    def subtitle(self, record: Any) -> str:
        """Who represents the children."""
        return initials(*record.represented_by) if record.represented_by else "представитель не указан"

    def heading(self, record: Family) -> str:
        """«Семья Щёголевы»."""
        return f"Семья {record}"

    def line(self, record: Family) -> str:
        """Number, address and curator under the family's name."""
        case = record.open_case
        parts = [f"Дело № {case.number}" if case else f"Учётный № {record.reg_number}", record.address]
        if case and case.curator:
            parts.append(f"{word('curator')} {case.curator}")
        return " · ".join(parts)

    def badges(self, record: Family) -> tuple[Badge, ...]:
        """State of the open case and what is special about the family."""
        case = record.open_case
        made = [Badge(case.status.label, *TONES.get(case.status, ("", "folder2-open")))] if case else []
        return tuple(made)

    def notes(self, record: Family) -> tuple[Note, ...]:
        """Banners of the consents members of the family have withdrawn."""
        return withdrawal_notes(withdrawn(self.session, members_now(record.id)))

    def overview(self, session: Session, record: Family) -> dict[str, object]:
        """Who is in the family, its cases, and the facts of the open one."""
        members = session.scalars(
            select(FamilyMember)
            .where(FamilyMember.family_id == record.id, FamilyMember.date_to.is_(None))
            .options(joinedload(FamilyMember.person))
            .order_by(FamilyMember.id)
        ).all()
        day = today()
        adults = [m for m in members if not m.person.is_minor(day)]
        kids = [m for m in members if m.person.is_minor(day)]
        cases = registers().by_key["cases"]
        back = self.url("show", pk=record.id)
        open_case = Act("case", "Завести дело", cases.url("add", family_id=record.id, back=back), icon="folder-plus")
        return {
            "adults": adults,
            "kids": kids,
            "case": record.open_case,
            "stage": stage_name(session, record.open_case),
            "open_case": open_case if record.open_case is None and may(cases, "add") else None,
            "ages": {m.id: age_words(m.person, day) for m in members},
        }

    @expose("/add", methods=["GET", "POST"])
    @keeps_typed
    @access("add")
    def add(self) -> Response | str:
        """The family with its representative, its children and its case, in one form."""
        return new_family.add(self)

    def begun_from(self) -> new_family.Beginning | None:
        """Return what the form of a new family begins from; the slice of messages gives the register its own."""
        return None

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Register the family under the next number by the rule."""
        territory = self.linked(values, "territory_id")
        return register_family(session, by=by, territory=territory, **values)


def stage_name(session: Session, case: FamilyCase | None) -> str:
    """Return where a case stands: the stage of the centre's order of work, else its state."""
    if case is None:
        return ""
    order = order_in_force(session, case.service_unit_id)
    stage = order.stage_by_code.get(case.stage or "") if order is not None else None
    return say(stage.label) if stage is not None else case.status.label


def age_words(person: Any, day: Any) -> str:
    """Return «9 лет», or months for a baby: «7 месяцев»."""
    years = person.age(day)
    if years:
        return counted(years, "год", "года", "лет")
    months = (day.year - person.birth_date.year) * 12 + day.month - person.birth_date.month
    months -= day.day < person.birth_date.day
    return counted(months, "месяц", "месяца", "месяцев")


MORE_ACTS: list[Callable[[Register, FamilyCase], Act | None]] = []
"""What the slices above add to the buttons of the card of a case: each looks at it and gives a button or none."""


class Cases(Register):
    """Cases of accompaniment: the episodes from recognition to the end."""

    key = "cases"
    datamodel = FamilyCase
    title = "Дела сопровождения", "Дело"
    list_columns = ["number", "family_id", "stage", "curator_id", "registered_at", "planned_end", "ended_at"]
    extra_columns = ["source", "category", "opened_at", "started_at", "next_review_at", "end_reason", "outcome"]
    filter_columns = ["status", "curator_id", "registered_at", "planned_end", "ended_at", "source", "end_reason"]
    phone_columns = ["number", "family_id", "stage"]
    form_fields = [
        Field("why", "Обоснование", "prose", required=False),
    ]
    add_columns = ["family_id", "source", "category", "registered_at", "why"]
    edit_columns = ["category", "source", "journal_no", "next_review_at", "planned_end", "note"]
    show_columns = [
        ("Путь", ["family_id", "status", "curator_id", "source", "category", "previous_case_id"]),
        ("Сроки", ["opened_at", "registered_at", "journal_no", "started_at", "next_review_at", "planned_end"]),
        ("Завершение", ["ended_at", "end_reason", "outcome", "child_stays"]),
        ("", ["note"]),
    ]
    order = "-registered_at"
    search_through = ["family"]
    related_views = ["Intakes", "Applications", "Recognitions", "Acts", "Assessments", "Problems", "FamilyResources",
                     ("SocialContacts", "family.cases.id"), "FamilyPassports", "Programmes", "Agreements",
                     "Visits", "ServiceRecords", "Referrals", "InternalTasks", "ProgressReports", "Reviews",
                     "QualityAnswers", ("Decisions", "item.case_id"), ("Charges", "decision.item.case_id"), "Proposals",
                     "Dispatches", "Conclusions", "PostSupports", "Refusals", "Transfers",
                     "Team", "CuratorAssignments"]  # fmt: skip
    tab_groups = [
        ("Приём", ("intakes", "applications", "recognitions")),
        ("Диагностика", ("acts", "assessments", "problems", "resources", "contacts", "passports", "reviews",
                         "quality")),
        ("{Programme_short}", ("programmes", "agreements", "dispatches")),
        ("Заседания", ("decisions", "charges", "proposals")),
        ("Визиты и услуги", ("visits", "records", "referrals", "tasks", "progress")),
        ("Кто ведёт", ("assignments", "team")),
        ("Завершение", ("conclusions", "post_support", "refusals", "transfers")),
    ]  # fmt: skip
    placeholder = "№ дела, фамилия семьи"
    add_label = "Завести дело"

    @shown("Этап")
    def stage(self, case: FamilyCase) -> Cell:
        """State with its icon."""
        return state_cell(case)

    def badges(self, record: FamilyCase) -> tuple[Badge, ...]:
        """State of the case."""
        return (Badge(record.status.label, *TONES.get(record.status, ("", "folder2-open"))),)

    def heading(self, record: FamilyCase) -> str:
        """«Дело № 14/2026»."""
        return f"Дело {record}"

    def card_acts(self, record: FamilyCase) -> tuple[Act, ...]:
        """What is usually done next with an open case."""
        made = []
        for key, code, label, icon in (
            ("visits", "visit.record", "Записать визит", "geo-alt"),
            ("records", "service.record", "Записать услугу", "journal-plus"),
            ("versions", "programme.create", say("Составить {programme_short:acc}"), "list-check"),
        ):
            other = registers().by_key[key]
            # By an order of work the programme is begun when its stage opens it; app.process adds that button.
            needed = key != "versions" or (record.stage is None and record.status in BEFORE_PROGRAMME)
            if may(other, "add") and gate.opens(record, code, by=actor()) and needed:
                back, tone = self.url("show", pk=record.id), "primary" if key == "visits" else ""
                made.append(Act(key, label, other.url("add", case_id=record.id, back=back), icon=icon, tone=tone))
        added = (look(self, record) for look in MORE_ACTS)
        return (*made, *(act for act in added if act is not None))

    def line(self, record: FamilyCase) -> str:
        """Family and curator under the number."""
        return f"Семья {record.family}" + (
            f" · {word('curator')} {record.curator}" if record.curator else say(" · {curator:gen} нет")
        )

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """A family is usually registered the day its case is opened."""
        return {"registered_at": today()}

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Where there is an order of work, the day of registration and the category come by their own rules."""
        order, by = order_in_force(self.session, actor().unit), actor()
        if order is None:
            return {"why": None}
        made: dict[str, dict[str, Any] | None] = {"category": None, "registered_at": None}
        may_override = record is None and gate.overrides(order, by)
        return {**made, "why": {"hint": "Если дело заводят, хотя не всё для этого есть."} if may_override else None}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Open the case."""
        return self.open_case(self.linked(values, "family_id"), by=by, **values)

    def open_case(self, family: Family, *, by: Actor, why: str | None = None, **values: Any) -> FamilyCase:
        """Open the case by the rule; :mod:`app.process` gives the register its own, which asks for the way in first."""
        return rules.open_case(family, by=by, **values)

    @action("advance", "Перевести дальше", done="Дело переведено дальше.",
            icon="arrow-right-circle", asks=("status",),
            when=lambda case: case.stage is None and bool(rules.MOVES.get(case.status)))  # fmt: skip
    def advance(self, case: FamilyCase, *, by: Actor, status: CaseStatus) -> None:
        """Move the case along its path, in a centre without an order of work."""
        rules.advance(case, status, by=by)

    @action("refuse", "Отказ от сопровождения", done="Дело закрыто отказом.",
            icon="x-octagon", tone="danger", multiple=False, asks=("note",),
            confirm="Напишите, кто и почему отказался: семья или центр.",
            when=lambda case: case.stage is None and case.status in rules.BEFORE_WORK)  # fmt: skip
    def refuse(self, case: FamilyCase, *, by: Actor, note: str) -> None:
        """End a case in which no accompaniment began."""
        rules.decline(case, by=by, reason=note)

    @action("suspend", "Приостановить", done="Сопровождение приостановлено.",
            icon="pause-circle", asks=("suspend_reason", "suspended_to"), multiple=False,
            when=lambda case: case.status is CaseStatus.ACTIVE and gate.opens(case, "case.suspend", by=actor())
            )  # fmt: skip
    def suspend(self, case: FamilyCase, *, by: Actor, suspend_reason: str, suspended_to: Any) -> None:
        """Pause the accompaniment."""
        rules.suspend(case, by=by, reason=suspend_reason, until=suspended_to)

    @action("resume", "Возобновить", done="Сопровождение возобновлено.",
            icon="play-circle", multiple=False,
            when=lambda case: case.status is CaseStatus.SUSPENDED and gate.opens(case, "case.resume", by=actor())
            )  # fmt: skip
    def resume(self, case: FamilyCase, *, by: Actor) -> None:
        """Go on after a pause."""
        rules.resume(case, by=by)


class CuratorAssignments(Register):
    """Who led the case from when to when; made by the assignment of a curator only."""

    key = "assignments"
    datamodel = CuratorAssignment
    title = "Назначения {curator:pl_gen}", "Назначение"
    list_columns = ["staff_id", "case_id", "date_from", "date_to", "order_id", "reason"]
    order = "-date_from"
    fixed_rows = True


class Team(Register):
    """Specialists who work with the family beside the curator."""

    key = "team"
    datamodel = CaseTeamMember
    title = "Команда", "Участник команды"
    list_columns = ["staff_id", "function", "direction", "date_from", "date_to"]
    add_columns = ["case_id", "staff_id", "function", "direction"]
    edit_columns = ["function"]
    show_columns = ["case_id", "staff_id", "function", "direction", "date_from", "date_to"]
    order = "staff_id"

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Offer the directions of the centre's order of work only (S000-9, S002-3.4-a)."""
        return {**directions.offered(self.session, actor())}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Take the specialist into the team by the rule."""
        case, staff = self.linked(values, "case_id"), self.linked(values, "staff_id")
        return rules.add_to_team(case, staff, by=by, function=values["function"] or "", direction=values["direction"])

    @action("leave", "Вывести из команды", done="Готово: человек больше не в составе.",
            icon="box-arrow-right", multiple=False,
            when=lambda member: member.date_to is None)  # fmt: skip
    def leave(self, member: CaseTeamMember, *, by: Actor) -> None:
        """End the membership today."""
        rules.leave_team(member, by=by)
