"""Screens of the visits: the register, and the form one fills in at the door of a family, on a phone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, redirect
from flask_appbuilder import expose
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.acting import Actor, actor, now, today
from app.base import Model
from app.cases import gate
from app.cases.models import CaseStatus, FamilyCase
from app.days.telling import with_weekday
from app.people.models import Family, FamilyMember, Person
from app.programmes.picking import measure_picked
from app.register.access import access, key_in, may
from app.register.actions import action
from app.register.editing import Refused, committed
from app.register.field import Field
from app.register.pages import Act, Badge, Cell, Note
from app.register.view import Register, registers, shown
from app.visits import norm, rules
from app.visits.models import Visit, VisitKind
from app.words import counted

ON_THE_WAY = (CaseStatus.ACTIVE, CaseStatus.REVIEW)
"""States in which the norm of visits is counted."""


def state_of(visit: Visit) -> tuple[str, str, str]:
    """Return the state of a visit in words, with its tone and icon."""
    if visit.annulled_at is not None:
        return "отменён", "", "x-octagon"
    if visit.is_done:
        return "состоялся", "ok", "check-circle"
    return ("не записан", "bad", "exclamation-octagon") if visit.is_late else ("назначен", "info", "calendar3")


class Visits(Register):
    """Visits to families, planned and done; a day still to come plans one."""

    key = "visits"
    datamodel = Visit
    title = "Визиты", "Визит"
    list_columns = ["day", "case_id", "state", "kind", "form", "staff_id"]
    extra_columns = ["minutes", "next_at", "family_state", "family_attitude", "planned_at", "done_at"]
    form_fields = [
        Field("present_ids", "Кто был дома", "picks"),
        Field("planned_id", "Назначенный визит", "ref", target=Visit),
    ]
    add_columns = [
        ("", ["case_id", "planned_id", "done_at", "kind", "form", "present_ids", "deeds", "findings", "family_state",
              "family_attitude", "agreements", "next_at"]),
        ("Подробнее", ["minutes", "purpose", "lineage_id", "staff_id"]),
    ]  # fmt: skip
    edit_columns = ["deeds", "findings", "family_state", "agreements", "family_attitude", "minutes", "purpose"]
    show_columns = [
        ("Визит", ["case_id", "day", "kind", "form", "staff_id", "planned_at", "done_at", "minutes"]),
        ("Что было", ["purpose", "present_then", "deeds", "findings", "family_state", "family_attitude", "lineage_id"]),
        ("Дальше", ["agreements", "next_at", "annulled_at", "annul_reason"]),
    ]
    label_columns = {"planned_at": "Назначен на", "done_at": "Когда был визит"}
    filter_columns = ["day", "case_id", "staff_id", "kind", "form", "done_at", "annulled_at", "family_attitude"]
    phone_columns = ["day", "case_id", "state"]
    order = "-day"
    search_through = ["case.family"]
    placeholder = "Фамилия семьи"
    add_label = "Записать визит"

    @shown("Состояние")
    def state(self, visit: Visit) -> Cell:
        """Whether the visit is awaited, done or called off."""
        text, tone, icon = state_of(visit)
        return Cell(text, tone=tone, icon=icon)

    @shown("Кто был дома")
    def present_then(self, visit: Visit) -> str:
        """Who of the family was there."""
        return ", ".join(person.short_name for person in visit.present)

    def badges(self, record: Visit) -> tuple[Badge, ...]:
        """State of the visit."""
        return (Badge(*state_of(record)),)

    def heading(self, record: Visit) -> str:
        """«Визит 18.02.2026»."""
        return f"Визит {record.day:%d.%m.%Y}"

    def line(self, record: Visit) -> str:
        """Whose family it is and where it lives."""
        family = record.case.family
        return f"Семья {family} · {family.address}"

    # ---- the form ------------------------------------------------------------------------------------

    def heading_of_new(self, fixed: dict[str, Model]) -> tuple[str, str]:
        """Return whom one visits and the address, as one needs them at the door."""
        case = fixed.get("case_id")
        if not isinstance(case, FamilyCase):
            return super().heading_of_new(fixed)
        return f"Визит: семья {case.family}", f"{case.family.address} · дело {case}"

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Offer the members of this family to tick, and tell the norm at the day of the next visit."""
        case = fixed.get("case_id")
        made: dict[str, dict[str, Any] | None] = {} if "planned_id" in fixed else {"planned_id": None}
        if not isinstance(case, FamilyCase):
            return {**made, "present_ids": None}
        made["present_ids"] = {"offered": _members(case.family)}
        made["lineage_id"] = measure_picked(case)
        asked, day = norm.norm_of(case), norm.next_day(case, today())
        if asked is not None and day is not None:
            made["next_at"] = {"hint": f"Норма: {norm.in_words(asked)}, по ней – {with_weekday(day, year=False)}."}
        if "planned_id" not in fixed:
            made["done_at"] = {"label": "Когда", "hint": "День, который ещё не наступил, назначит визит."}
        return made

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """A visit is usually recorded where it took place: now, by whoever holds the phone."""
        case, planned = fixed.get("case_id"), fixed.get("planned_id")
        usual = {"done_at": now(), "staff_id": self.linked({"staff_id": actor().staff_id}, "staff_id")}
        if isinstance(case, FamilyCase):
            usual["kind"] = _usual_kind(self.session, case)
            if case.status in ON_THE_WAY:
                usual["next_at"] = norm.next_day(case, today())
        if isinstance(planned, Visit):
            usual |= {"kind": planned.kind, "form": planned.form, "purpose": planned.purpose, "staff_id": planned.staff}
        return usual

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Record the visit by the rule, or plan the one that is still to come."""
        case, staff = self.linked(values, "case_id"), self.linked(values, "staff_id")
        planned = self.linked(values, "planned_id") if "planned_id" in values else None
        ticked = [int(one) for one in values.pop("present_ids", [])]
        moment: dt.datetime = values.pop("done_at")
        lineage = self.linked(values, "lineage_id") if "lineage_id" in values else None
        told = any((ticked, values["deeds"], values["findings"]))
        if moment > now() and not told and planned is None:
            return rules.plan_visit(case, by=by, planned_at=moment, staff=staff, kind=values["kind"],
                                    form=values["form"], purpose=values["purpose"])  # fmt: skip
        present = session.scalars(select(Person).where(Person.id.in_(ticked))).all() if ticked else ()
        return rules.record_visit(
            case, by=by, done_at=moment, staff=staff, planned=planned, present=present, lineage=lineage, **values
        )

    def change(self, record: Visit, values: dict[str, Any], by: Actor) -> None:
        """Correct what is told of the visit by the rule."""
        rules.change_visit(record, by=by, **values)

    def acts(self, record: Visit) -> tuple[Act, ...]:
        """The buttons of a card: a planned visit is recorded, not corrected."""
        made = [one for one in super().acts(record) if record.is_done or one.name != "edit"]
        if record.is_awaited and may(self, "add"):
            url = self.url("add", case_id=record.case_id, planned_id=record.id, back=self.url("show", pk=record.id))
            made.insert(0, Act("record", "Записать визит", url, icon="geo-alt", tone="primary"))
        return tuple(made)

    # ---- what else happens to a visit ----------------------------------------------------------------

    @action("move", "Перенести", done="Визит перенесён.", icon="calendar3", asks=("planned_at",), multiple=False,
            when=lambda visit: visit.is_awaited)  # fmt: skip
    def move(self, visit: Visit, *, by: Actor, planned_at: dt.datetime) -> None:
        """Plan the visit for another moment."""
        rules.move_visit(visit, by=by, planned_at=planned_at)

    @action("call_off", "Отменить", done="Визит отменён, запись о нём осталась.", icon="x-octagon", tone="danger",
            asks=("annul_reason",), multiple=False, when=lambda visit: visit.annulled_at is None)  # fmt: skip
    def call_off(self, visit: Visit, *, by: Actor, annul_reason: str) -> None:
        """Call off a planned visit, or annul one recorded by mistake."""
        rules.call_off(visit, by=by, reason=annul_reason)

    def notes_within(self, owner: Model) -> tuple[Note, ...]:
        """Tell above the visits of a case how many the norm asks for this month, and offer to plan the rest."""
        if not isinstance(owner, FamilyCase) or owner.status not in ON_THE_WAY:
            return ()
        count = norm.visits_of_month(self.session, [owner], today())[owner.id]
        last = norm.last_day(today())
        awaited = sum(one.day <= last and one.form.is_in_person for one in rules.awaited_visits(owner))
        told = f", назначено {awaited}" if awaited else ""
        told += f", звонков и сообщений {count.remote}" if count.remote else ""
        acts: tuple[Act, ...] = ()
        lacks = count.norm is not None and count.done + awaited < count.norm
        if lacks and may(self, "add") and gate.opens(owner, "visit.record", by=actor()):
            url = self.url("plan_month", case_id=owner.id)
            acts = (Act("plan", "Назначить по норме", url, icon="calendar3", method="post"),)
        tone = "warn" if lacks else "info" if count.is_below else "ok"
        return (Note(f"В этом месяце {count.said}{told}.", tone, acts),)

    @expose(f"/plan/{key_in('case_id')}", methods=["POST"])
    @access("add")
    def plan_month(self, case_id: int) -> Response:
        """Plan what the norm still asks for this month and come back to the card of the case."""
        cases = registers().by_key["cases"]
        planned = cases.record_or_404(case_id)
        try:
            made = committed(self.session, lambda: rules.plan_month(planned, by=actor()))
        except Refused as refusal:
            flash(refusal.sentence, "bad")
        else:
            flash(f"Назначено: {counted(len(made), 'визит', 'визита', 'визитов')}.", "ok")
        return redirect(cases.url("show", pk=case_id, tab=self.key))


def _members(family: Family) -> tuple[tuple[str, str], ...]:
    """Return the members of the family now, to be ticked: «Мария (мать)», «Пётр»."""
    now_there = [seat for seat in family.members if seat.is_current]
    return tuple((str(seat.person_id), _called(seat)) for seat in now_there)


def _called(seat: FamilyMember) -> str:
    person = seat.person
    return person.first_name if person.is_minor() else f"{person.first_name} ({seat.role.label})"


def _usual_kind(session: Session, case: FamilyCase) -> VisitKind:
    """Return the kind a visit to this family most likely is."""
    if case.status is CaseStatus.POST_SUPPORT:
        return VisitKind.POST_SUPPORT
    met = select(Visit.id).where(Visit.case_id == case.id, Visit.done_at.is_not(None), Visit.annulled_at.is_(None))
    return VisitKind.PLANNED if session.scalar(met.limit(1)) is not None else VisitKind.FIRST_CONTACT
