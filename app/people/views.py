"""Screens of persons and families."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import current_app, url_for
from sqlalchemy.orm import Session

from app.acting import Actor, today
from app.base import Model
from app.people import consents, rules
from app.people.models import (
    ChildProfile,
    Consent,
    ConsentStatus,
    DisabilityStatus,
    FamilyMember,
    OvzStatus,
    Person,
)
from app.register.actions import action
from app.register.pages import Act, Badge, Cell, Note
from app.register.view import Register, shown

STATES: dict[ConsentStatus, tuple[str, str]] = {
    ConsentStatus.ACTIVE: ("ok", "check-circle"),
    ConsentStatus.EXPIRED: ("warn", "clock-history"),
    ConsentStatus.REVOKED: ("bad", "x-octagon"),
}
"""Tone and icon of a consent's state."""


def withdrawal_notes(withdrawn: Iterable[Consent]) -> tuple[Note, ...]:
    """Return a banner for each withdrawn consent: whose it was, and until when processing must stop (X-4)."""
    made = []
    for one in withdrawn:
        day = consents.stop_by(one)
        if day is None or one.revoked_at is None:
            continue
        word = "до" if day >= today() else "нужно было до"
        made.append(
            Note(
                f"{one.person}: согласие отозвано {one.revoked_at:%d.%m.%Y} ({one.kind.label}). "
                f"Новые сведения не принимаются, прекратить обработку {word} {day:%d.%m.%Y}.",
                "bad",
            )
        )
    return tuple(made)


_PERSON = ["last_name", "first_name", "middle_name", "sex", "birth_date", "snils"]


class People(Register):
    """Everybody the centre knows."""

    key = "people"
    datamodel = Person
    title = "Люди", "Человек"
    list_columns = ["name", "birth_date", "snils", "phone"]
    extra_columns = ["sex", "employment", "reg_address"]
    form_columns = [
        ("Кто это", _PERSON),
        ("Документ", ["doc_kind", "doc_series", "doc_number", "doc_issued_by", "doc_issued_at"]),
        ("Как найти", ["phone", "email", "reg_address", "reg_territory_id"]),
        ("Занятие", ["education", "employment", "workplace", "position", "monthly_income"]),
        ("Закрытые сведения", ["prevention_registers", "health_note"]),
    ]
    row_edit = ["phone"]
    related_views = ["FamilyMembers", "Children", "Disabilities", "OvzStatuses", "RehabProgrammes",
                     "Recommendations", "HomeCourses", ("Consents", "person_id")]  # fmt: skip
    placeholder = "Фамилия, имя, СНИЛС, телефон"

    def card_acts(self, record: Person) -> tuple[Act, ...]:
        """The way to all that is held about the person; its screen stands floors above, so it is named."""
        if not current_app.extensions["appbuilder"].sm.has_access("can_show", "extract"):
            return ()
        return (Act("extract", "Выписка", url_for("Extract.show", pk=record.id), icon="file-earmark-person"),)

    def notes(self, record: Person) -> tuple[Note, ...]:
        """Banners of withdrawn consents."""
        return withdrawal_notes(consents.withdrawn(self.session, [record.id]))

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Check СНИЛС, dates and namesakes by the rules."""
        person = rules.add_person(session, by=by, **values)
        rules.refuse_namesake(session, person)
        return person

    def change(self, record: Any, values: dict[str, Any], by: Actor) -> None:
        """Check the changed card as a new one."""
        super().change(record, values, by)
        rules.check_person(self.session, record)


class FamilyMembers(Register):
    """Who belongs to which family and in what role."""

    key = "members"
    datamodel = FamilyMember
    title = "Члены семьи", "Член семьи"
    list_columns = ["person_id", "role", "person.birth_date", "is_legal_representative", "lives_together", "date_to"]
    add_columns = ["family_id", "person_id", "role", "is_legal_representative", "lives_together", "date_from"]
    edit_columns = ["role", "is_legal_representative", "lives_together", "parental_rights"]
    show_columns = [*add_columns, "parental_rights", "date_to"]
    filter_columns = ["role", "is_legal_representative", "lives_together"]
    order = "person_id"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """A member is usually added the day the family is met."""
        return {"date_from": today()}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Add the member by the rule."""
        family, person = self.linked(values, "family_id"), self.linked(values, "person_id")
        return rules.add_member(family, person, by=by, since=values.pop("date_from"), **values)

    @action("leave", "Выбыл из семьи", done="Готово: человек больше не в составе.",
            icon="box-arrow-right", asks=("date_to",), multiple=False,
            when=lambda member: member.date_to is None)  # fmt: skip
    def leave(self, member: FamilyMember, *, by: Actor, date_to: Any) -> None:
        """End the membership."""
        rules.end_membership(member, by=by, on=date_to)


class Children(Register):
    """What is known of a child beside the person's card."""

    key = "children"
    datamodel = ChildProfile
    title = "Дети", "Карта ребёнка"
    list_columns = ["person_id", "person.birth_date", "education_kind", "organisation_id", "class_name"]
    extra_columns = ["leisure", "child_status"]
    form_columns = ["person_id", "child_status", "education_kind", "organisation_id", "class_name", "leisure"]
    search_through = ["person"]
    placeholder = "Фамилия, имя ребёнка"


class Disabilities(Register):
    """Disability certificates: special-category data as a whole."""

    key = "disabilities"
    datamodel = DisabilityStatus
    title = "Инвалидность", "Инвалидность"
    list_columns = ["person_id", "kind", "certificate_no", "established_at", "valid_to"]
    form_columns = ["person_id", "kind", "certificate_no", "established_at", "valid_to", "main_limitation", "note"]
    filter_columns = []
    order = "person_id"


class OvzStatuses(Register):
    """Conclusions of the ПМПК: special-category data as a whole."""

    key = "ovz"
    datamodel = OvzStatus
    title = "ОВЗ", "Заключение ПМПК"
    list_columns = ["person_id", "kind", "conclusion_no", "concluded_at", "valid_to"]
    form_columns = ["person_id", "kind", "conclusion_no", "concluded_at", "valid_to", "recommendations"]
    filter_columns = []
    order = "person_id"


class Consents(Register):
    """Consents to the processing of personal data; revoked, never deleted."""

    key = "consents"
    datamodel = Consent
    title = "Согласия", "Согласие"
    list_columns = ["person_id", "kind", "state", "given_by_id", "signed_at", "valid_to", "revoked_at"]
    extra_columns = ["special_categories", "transfer_to"]
    add_columns = [
        ("Кто и за кого", ["person_id", "given_by_id"]),
        ("На что", ["kind", "special_categories", "purposes", "data_list", "transfer_to"]),
        ("Срок", ["signed_at", "valid_to"]),
    ]
    edit_columns = ["purposes", "data_list", "transfer_to"]
    show_columns = [*add_columns, ("Отзыв", ["revoked_at", "revoke_reason"])]
    filter_columns = ["kind", "signed_at", "valid_to", "revoked_at", "special_categories"]
    order = "-signed_at"
    blank = "Согласие оформляют отдельной бумагой: на обработку, на передачу и на сведения о здоровье."

    @shown("Состояние")
    def state(self, consent: Any) -> Cell:
        """«действует», «истекло» (a birthday ends it too), «отозвано»."""
        status = consents.status_on(consent, today())
        tone, icon = STATES[status]
        return Cell(status.label, tone=tone, icon=icon)

    def badges(self, record: Consent) -> tuple[Badge, ...]:
        """Show whether the consent stands."""
        status = consents.status_on(record, today())
        return (Badge(status.label, *STATES[status]),)

    def notes(self, record: Consent) -> tuple[Note, ...]:
        """Say until when processing must stop."""
        return withdrawal_notes([record]) if record.revoked_at is not None else ()

    def notes_within(self, owner: Model) -> tuple[Note, ...]:
        """Say on the card of a family or a person whose consent is missing."""
        members = consents.people_of(self.session, owner)
        return tuple(
            Note(f"{sentence}: {'; '.join(consents.said(one) for one in people)}.", "warn", tuple(
                replace(way, label=f"{way.label}: {one.first_name}")
                for one in people if (way := consents.way_to(one.id)) is not None
            ))
            for sentence, people in consents.missing(members)
        )  # fmt: skip

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """What the paper usually says; a grown-up signs it for himself, for a child its only representative."""
        made: dict[str, Any] = {"signed_at": today(), "purposes": "Социальное сопровождение семьи"}
        person = fixed.get("person_id")
        if isinstance(person, Person):
            givers = rules.givers_of(person)
            made |= {"kind": consents.kind_lacking(person)}
            made |= {"given_by_id": givers[0]} if len(givers) == 1 else {}
        return made

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Take the consent by the rule."""
        person, giver = self.linked(values, "person_id"), self.linked(values, "given_by_id")
        return rules.give_consent(person, by=by, given_by=giver, **values)

    @action("revoke", "Отозвать", done="Отзыв согласия записан. Новые сведения по нему больше не принимаются.",
            icon="x-octagon", asks=("revoke_reason", "revoked_at"), multiple=False, tone="danger",
            when=lambda consent: consent.revoked_at is None)  # fmt: skip
    def revoke(self, consent: Consent, *, by: Actor, revoke_reason: str, revoked_at: Any) -> None:
        """Record the withdrawal."""
        rules.revoke_consent(consent, by=by, reason=revoke_reason, on=revoked_at)
