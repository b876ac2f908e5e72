"""Screens of benefits and aid, tabs of a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor, today
from app.base import Model
from app.benefits import rules
from app.benefits.models import AidRecord, Benefit, BenefitStatus
from app.register.actions import action
from app.register.view import Register


class Benefits(Register):
    """Benefits the members of families are entitled to, and whether they come."""

    key = "benefits"
    datamodel = Benefit
    title = "Льготы", "Льгота"
    list_columns = ["name", "person_id", "case_id", "status", "check_on"]
    extra_columns = ["reason"]
    add_columns = ["case_id", "person_id", "name", "status", "reason", "check_on", "note"]
    edit_columns = ["name", "note"]
    filter_columns = ["status", "check_on", "name"]
    order = "check_on"

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Note the benefit by the rule."""
        case, person = self.linked(values, "case_id"), self.linked(values, "person_id")
        return rules.note_benefit(case, by=by, person=person, **values)

    @action("status", "Отметить состояние", done="Состояние отмечено.", icon="check2-square", multiple=False,
            asks=("status", "reason?", "check_on?"))  # fmt: skip
    def set_status(
        self, benefit: Benefit, *, by: Actor, status: BenefitStatus, reason: str | None, check_on: dt.date | None
    ) -> None:
        """Write how far the benefit is."""
        rules.set_status(benefit, status, by=by, reason=reason, check_on=check_on)


class Aid(Register):
    """Aid given to families."""

    key = "aid"
    datamodel = AidRecord
    title = "Материальная и другая помощь", "Помощь"
    list_columns = ["date", "case_id", "kind", "description", "amount", "quantity", "source"]
    add_columns = ["case_id", "date", "kind", "description", "amount", "quantity", "source", "document"]
    edit_columns = ["description", "document"]
    filter_columns = ["date", "kind", "source", "amount"]
    order = "-date"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """Aid is usually written down the day it is given."""
        return {"date": today()}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Enter the aid by the rule."""
        return rules.give_aid(self.linked(values, "case_id"), by=by, on=values.pop("date"), **values)
