"""Screens of the centre itself: units, departments, staff, areas, territories, partners."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor
from app.base import Model
from app.organisation import rules
from app.organisation.models import Department, PartnerOrganisation, ServiceArea, ServiceUnit, StaffMember, Territory
from app.register.actions import action
from app.register.view import Register


class ServiceUnits(Register):
    """The centre's own services of accompaniment."""

    key = "units"
    datamodel = ServiceUnit
    title = "Службы", "Служба"
    list_columns = ["short_name", "organisation_type", "phone"]
    form_columns = [
        ("Организация", ["name", "short_name", "organisation_type", "municipality_id", "address", "phone", "email"]),
        ("Для документов", ["inn", "ogrn", "director_title", "acts_on", "zone"]),
    ]
    order = "name"


class Departments(Register):
    """Departments of the centre."""

    key = "departments"
    datamodel = Department
    title = "Отделения", "Отделение"
    list_columns = ["name", "code", "kind"]
    form_columns = ["name", "code", "kind"]
    related_views = ["Staff"]


class Staff(Register):
    """Staff members; one is taken on and dismissed by rules, never deleted."""

    key = "staff"
    datamodel = StaffMember
    title = "Сотрудники", "Сотрудник"
    list_columns = ["name", "position", "department_id", "phone", "active_from", "active_to"]
    add_columns = [
        "last_name",
        "first_name",
        "middle_name",
        "position",
        "department_id",
        "phone",
        "email",
        "active_from",
    ]
    edit_columns = [
        *add_columns,
        "is_head",
        "is_external",
        "partner_id",
        "confidentiality_signed_on",
    ]
    show_columns = ["position", "department_id", "is_head", "phone", "email", "active_from", "active_to"]
    placeholder = "Фамилия, должность, телефон"

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Take the person on by the rule."""
        full_name = " ".join(values.pop(part) or "" for part in ("last_name", "first_name", "middle_name"))
        department = self.linked(values, "department_id")
        since = values.pop("active_from")
        staff = rules.add_staff(
            session, int(by.unit_id or 0), full_name, values.pop("position"), department, by=by, since=since
        )
        for name, value in values.items():
            setattr(staff, name, value)
        return staff

    @action("dismiss", "Уволить", done="Сотрудник уволен, его вход закрыт.",
            icon="person-dash", asks=("active_to",), multiple=False, tone="danger",
            confirm="Вход сотрудника закроется сразу. Укажите последний рабочий день.",
            when=lambda staff: staff.active_to is None)  # fmt: skip
    def dismiss(self, staff: StaffMember, *, by: Actor, active_to: Any) -> None:
        """End the person's work."""
        rules.dismiss_staff(staff, by=by, on=active_to)


class ServiceAreas(Register):
    """Areas the curators serve."""

    key = "areas"
    datamodel = ServiceArea
    title = "Участки", "Участок"
    list_columns = ["number", "name", "curator_id"]
    form_columns = ["number", "name", "curator_id"]
    row_edit = ["curator_id"]
    order = "name"


class Territories(Register):
    """Settlements and districts, one tree for the whole installation."""

    key = "territories"
    datamodel = Territory
    title = "Территории", "Территория"
    list_columns = ["name", "level", "parent_id", "oktmo"]
    form_columns = ["name", "level", "parent_id", "oktmo"]


class Partners(Register):
    """Organisations the centre works with."""

    key = "partners"
    datamodel = PartnerOrganisation
    title = "Организации", "Организация"
    list_columns = ["name", "kind", "phone", "contact_name", "is_active"]
    form_columns = ["name", "kind", "territory_id", "address", "phone", "email", "contact_name", "is_active"]
    row_edit = ["phone", "contact_name"]
