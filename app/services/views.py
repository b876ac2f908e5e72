"""Screens of the services: the directory and the journal of services given."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor, actor, today
from app.base import Model
from app.cases import directions
from app.cases.models import FamilyCase
from app.programmes.picking import measure_picked, member_picked
from app.register.actions import action
from app.register.pages import Badge
from app.register.view import Register
from app.services import rules
from app.services.models import Service, ServiceRecord


class Services(Register):
    """The directory of services the centre gives."""

    key = "services"
    datamodel = Service
    title = "Перечень услуг", "Услуга"
    list_columns = ["name", "direction", "kind", "measured_in", "norm_minutes", "is_active"]
    form_columns = ["name", "code", "direction", "kind", "measured_in", "norm_minutes", "is_guaranteed",
                    "needs_medical_permission", "source_act", "is_active"]  # fmt: skip

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Offer the directions of the centre's order of work only (S000-9, S002-3.4-a)."""
        return {**directions.offered(self.session, actor())}


class ServiceRecords(Register):
    """The journal of services: what was given to whom; an entry is annulled, never deleted or rewritten."""

    key = "records"
    datamodel = ServiceRecord
    title = "Журнал услуг", "Оказанная услуга"
    list_columns = ["date", "case_id", "recipient_id", "service_id", "quantity", "minutes", "performer_id", "place"]
    extra_columns = ["recipient_mark", "annulled_at"]
    add_columns = ["date", "case_id", "recipient_id", "service_id", "measure_lineage_id", "performer_id", "place",
                   "quantity", "minutes", "result", "recipient_mark", "comment"]  # fmt: skip
    edit_columns = ["result", "recipient_mark", "comment"]
    show_columns = [*add_columns, "annulled_at", "annul_reason"]
    filter_columns = ["date", "case_id", "service_id", "performer_id", "recipient_id", "place"]
    phone_columns = ["date", "recipient_id"]
    order = "-date"
    search_through = ["recipient", "case.family"]
    placeholder = "Фамилия получателя или семьи"
    add_label = "Записать услугу"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """A service is usually entered the day it is given, by whoever gave it."""
        return {"date": today(), "performer_id": self.own_staff()}

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Offer the members of this family and the measures of its programme instead of a search among all."""
        case = fixed.get("case_id")
        if not isinstance(case, FamilyCase):
            return {}
        return {"recipient_id": member_picked(case), "measure_lineage_id": measure_picked(case)}

    def own_staff(self) -> Model | None:
        """Return the staff member who is filling in the form."""
        return self.linked({"performer_id": actor().staff_id}, "performer_id")

    def badges(self, record: ServiceRecord) -> tuple[Badge, ...]:
        """Mark an annulled entry."""
        return (Badge("аннулировано", "bad", "x-octagon"),) if record.annulled_at else ()

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Enter the service by the rule."""
        case: FamilyCase = self.linked(values, "case_id")
        return rules.record_service(
            case,
            by=by,
            service=self.linked(values, "service_id"),
            recipient=self.linked(values, "recipient_id"),
            performer=self.linked(values, "performer_id"),
            measure_lineage=self.linked(values, "measure_lineage_id") if "measure_lineage_id" in values else None,
            on=values.pop("date"),
            **values,
        )

    @action("annul", "Аннулировать", done="Услуга аннулирована, в журнале она осталась.",
            icon="x-octagon", asks=("annul_reason",), multiple=False, tone="danger",
            when=lambda record: record.annulled_at is None)  # fmt: skip
    def annul(self, record: ServiceRecord, *, by: Actor, annul_reason: str) -> None:
        """Annul the entry; it stays in the journal."""
        rules.void_service(record, by=by, reason=annul_reason)
