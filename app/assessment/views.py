"""Screens of acts on living conditions and of passports of families."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.acting import Actor, actor, today
from app.assessment import acts, page, passports
from app.assessment.lists import ActStatus
from app.assessment.models import (
    ActHealth,
    FamilyPassport,
    LivingConditionsAct,
)
from app.base import Model
from app.cases import gate
from app.cases.models import FamilyCase
from app.cases.views import Cases
from app.organisation.models import StaffMember
from app.people.models import FamilyMember, Person
from app.register.access import may
from app.register.actions import action
from app.register.field import Field
from app.register.pages import Act, Badge, Note
from app.register.view import Register, registers, shown

STATES = {True: ("ok", "check-circle"), False: ("", "pencil")}
"""Tone and icon of what is signed or finished, and of a draft."""


def own_staff(session: Session) -> StaffMember | None:
    """Return the colleague who fills in the form."""
    pk = actor().staff_id
    return session.scalars(select(StaffMember).where(StaffMember.id == pk)).one_or_none() if pk is not None else None


def members_of(session: Session, case: FamilyCase) -> list[FamilyMember]:
    """Return who is in the family of *case* now, with their persons, in one query."""
    now = (FamilyMember.family_id == case.family_id, FamilyMember.date_to.is_(None))
    wanted = select(FamilyMember).where(*now).options(joinedload(FamilyMember.person)).order_by(FamilyMember.id)
    return list(session.scalars(wanted))


def case_of(fixed: dict[str, Model], record: Any) -> FamilyCase | None:
    """Return the case a form is about: of its record, or the one it was opened from."""
    found = record.case if record is not None else fixed.get("case_id")
    return found if isinstance(found, FamilyCase) else None


def _may_be_signed(act: LivingConditionsAct) -> bool:
    return act.status is ActStatus.DRAFT and gate.opens(act.case, "act.sign", by=actor())


class Acts(Register):
    """Acts on the living conditions of families: drafted, signed, then never changed."""

    key = "acts"
    datamodel = LivingConditionsAct
    title = "Акты обследования", "Акт обследования"
    form_fields = [
        Field("commission_ids", "Комиссия", "picks", required=True),
        Field("present_ids", "Кто из семьи присутствовал", "picks"),
    ]
    list_columns = ["date", "number", "case_id", "address", "sanitary", "status"]
    phone_columns = ["date", "case_id", "status"]
    _blocks = [
        ("Жильё", ["housing_kind", "housing_right", "area_m2", "rooms", "floor", "material", "sanitary", "amenities"]),
        ("Условия для детей", ["sleeping_place", "study_place", "clothes", "toys", "food", "children_note",
                               "schooling"]),
        ("Семья", ["income", "relations", "surroundings"]),
        ("Безопасность", ["fire_safety", "hazards", "animals"]),
        ("Вывод", ["needs", "conclusion", "recommendations"]),
    ]  # fmt: skip
    _head = ["date", "address", "ground", "commission_ids", "others", "present_ids"]
    add_columns = [("Обследование", ["case_id", *_head]), *_blocks]
    edit_columns = [("Обследование", _head), *_blocks]
    show_columns = [
        ("Обследование", ["case_id", "number", "date", "address", "ground", "commission", "others", "present",
                          "composition", "signed_at", "acquainted_on"]),
        *_blocks,
    ]  # fmt: skip
    filter_columns = ["status", "date", "sanitary", "case_id"]
    order = "-date"
    search_through = ["case.family"]
    card_eager = ["commission", "present", "case.family"]
    related_views = ["ActHealths"]
    placeholder = "№ акта, фамилия семьи"
    add_label = "Составить акт"
    blank = "Акт составляют на месте: что есть в доме, как живут дети, что нужно семье."

    @shown("Комиссия")
    def commission(self, act: LivingConditionsAct) -> str:
        """Who surveyed."""
        return ", ".join(str(one) for one in act.commission)

    @shown("Присутствовали")
    def present(self, act: LivingConditionsAct) -> str:
        """Who of the family was there."""
        return ", ".join(str(one) for one in act.present)

    def line(self, record: LivingConditionsAct) -> str:
        """Whose home it is."""
        return f"Дело {record.case}, семья {record.case.family}"

    def next_step(self, record: LivingConditionsAct) -> str | None:
        """A new act is looked through and signed on its card."""
        return self.url("show", pk=record.id)

    def badges(self, record: LivingConditionsAct) -> tuple[Badge, ...]:
        """Draft or signed."""
        return (Badge(record.status.label, *STATES[record.status is ActStatus.SIGNED]),)

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Offer the colleagues who work here and the members of the family."""
        day = today()
        working = self.session.scalars(select(StaffMember).order_by(StaffMember.name_key, StaffMember.id))
        staff = tuple((str(one.id), str(one)) for one in working if one.works_on(day))
        case = case_of(fixed, record)
        seats = members_of(self.session, case) if case is not None else []
        family = tuple((str(seat.person_id), f"{seat.person.short_name}, {seat.role.label}") for seat in seats)
        return {"commission_ids": {"offered": staff}, "present_ids": {"offered": family} if family else None}

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """The home as the card of the family knows it, surveyed today by who writes."""
        case, own = case_of(fixed, None), actor().staff_id
        made: dict[str, Any] = {"date": today(), "commission_ids": [str(own)] if own is not None else []}
        if case is not None:
            known = ("address", "housing_kind", "housing_right", "area_m2", "rooms", "amenities")
            made |= {name: getattr(case.family, name) for name in known}
        return made

    def _people(self, values: dict[str, Any]) -> dict[str, Any]:
        """Take the ticked colleagues and members out of *values* and return them as records."""
        made: dict[str, Any] = {}
        for name, field, model in (("commission", "commission_ids", StaffMember), ("present", "present_ids", Person)):
            if field in values:
                keys = [int(pk) for pk in values.pop(field)]
                made[name] = self.session.scalars(select(model).where(model.id.in_(keys)).order_by(model.id)).all()
        return made

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Draft the act by the rule."""
        return acts.draft_act(self.linked(values, "case_id"), by=by, **self._people(values), **values)

    def change(self, record: LivingConditionsAct, values: dict[str, Any], by: Actor) -> None:
        """Change the draft by the rule."""
        acts.change_act(record, by=by, **self._people(values), **values)

    def remove(self, session: Session, record: LivingConditionsAct, by: Actor) -> None:
        """Remove the draft by the rule."""
        acts.remove_act(record, by=by)

    def acts(self, record: LivingConditionsAct) -> tuple[Act, ...]:
        """The buttons; a signed act is not edited."""
        return tuple(one for one in super().acts(record) if one.name != "edit" or record.status is ActStatus.DRAFT)

    @action("sign", "Подписать", done="Акт подписан, он получил номер.", icon="pen", multiple=False, tone="primary",
            confirm="После подписи акт не меняют. Проверьте вывод и состав комиссии.",
            when=lambda one: _may_be_signed(one))  # fmt: skip
    def sign(self, act: LivingConditionsAct, *, by: Actor) -> None:
        """Sign the act."""
        acts.sign_act(act, by=by)

    @action("acquaint", "Семья ознакомлена", done="Отмечено: семья ознакомлена с актом.", icon="person-check",
            multiple=False, asks=("acquainted_on",),
            when=lambda act: act.status is ActStatus.SIGNED and act.acquainted_on is None)  # fmt: skip
    def acquaint(self, act: LivingConditionsAct, *, by: Actor, acquainted_on: dt.date) -> None:
        """Write down that the family has read the act."""
        acts.acquaint(act, by=by, on=acquainted_on)


class ActHealths(Register):
    """What acts say of the health of members: special-category data as a whole."""

    key = "act_health"
    datamodel = ActHealth
    title = "Здоровье в актах", "Здоровье в акте"
    list_columns = ["person_id", "note"]
    add_columns = ["act_id", "person_id", "note"]
    edit_columns = ["note"]
    filter_columns = []
    order = "person_id"
    add_label = "Внести о здоровье"
    blank = "О здоровье члена семьи вносят с его согласия."

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Write down what is said by the rule."""
        act, person = self.linked(values, "act_id"), self.linked(values, "person_id")
        return acts.note_health(act, person, by=by, note=values["note"])

    def change(self, record: ActHealth, values: dict[str, Any], by: Actor) -> None:
        """Change what is said by the rule."""
        acts.change_health(record, by=by, note=values["note"])


class FamilyPassports(Register):
    """Social passports: a family as it was on a day, made by one button and never changed."""

    key = "passports"
    datamodel = FamilyPassport
    title = "Паспорта семьи", "Социальный паспорт семьи"
    list_columns = ["on_date", "number", "case_id", "made_by_id"]
    show_columns = ["case_id", "on_date", "made_by_id"]
    order = "-on_date"
    search_through = ["case.family"]
    card_eager = ["case.family"]
    placeholder = "Фамилия семьи"
    overview_template = "passport.html"
    fixed_rows = True
    blank = "Паспорт составляется из карточки семьи, акта и диагностики; потом он не меняется."

    def line(self, record: FamilyPassport) -> str:
        """Whose passport it is."""
        return f"Дело {record.case}, семья {record.case.family}"

    def overview(self, session: Session, record: FamilyPassport) -> dict[str, object]:
        """The passport as it was made."""
        return page.passport_of(self, record)

    def notes_within(self, owner: Model) -> tuple[Note, ...]:
        """Give a case the button that makes its passport."""
        cases = registers().by_key["cases"]
        if not isinstance(owner, FamilyCase) or not may(cases, "make_passport", action=True):
            return ()
        if not gate.opens(owner, "passport.make", by=actor()):
            return ()
        url = cases.url("action", name="make_passport", pk=owner.id)
        make = Act("make_passport", "Сформировать паспорт", url, icon="file-earmark-text", method="post")
        return (Note("Паспорт снимает семью такой, какая она сегодня.", "info", (make,)),)


@action("make_passport", "Сформировать паспорт", done="Паспорт семьи составлен.", icon="file-earmark-text",
        multiple=False, when=lambda case: gate.opens(case, "passport.make", by=actor()))  # fmt: skip
def make_passport(self: Cases, case: FamilyCase, *, by: Actor) -> str:
    """Make the passport of the family and open it."""
    made = passports.make_passport(case, by=by)
    self.session.flush()
    return registers().by_key["passports"].url("show", pk=made.id)


# It is about a case and stands above it, so this floor gives the register of cases its button.
Cases.make_passport = make_passport
