"""Screens of the agreements of accompaniment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor
from app.agreements import rules
from app.agreements.models import Agreement, AgreementStatus, Initiator
from app.base import Model
from app.cases.models import EndReason, FamilyCase, Outcome
from app.cases.rules import BEFORE_WORK
from app.cases.views import Cases
from app.register.actions import action
from app.register.pages import Badge
from app.register.view import Register

_TONES = {AgreementStatus.SIGNED: "ok", AgreementStatus.TERMINATED: "bad"}


class Agreements(Register):
    """Agreements with families: drafted, signed, completed or terminated by rules."""

    key = "agreements"
    datamodel = Agreement
    title = "{Agreement_short:pl}", "{Agreement_short}"
    list_columns = ["number", "date", "case_id", "customer_id", "valid_from", "valid_to", "status"]
    add_columns = ["case_id", "customer_id", "valid_from", "valid_to", "help_kinds", "family_duties", "centre_duties"]
    edit_columns = ["help_kinds", "family_duties", "centre_duties"]
    show_columns = [
        ("{Agreement_short}", ["number", "date", "case_id", "customer_id", "signed_by_id", "valid_from", "valid_to"]),
        ("Содержание", ["subject", "help_kinds", "family_duties", "centre_duties"]),
        ("Прекращение", ["ended_at", "termination_initiator", "termination_reason"]),
    ]
    order = "-date"
    search_through = ["customer", "case.family"]
    placeholder = "№ {agreement_short:gen}, фамилия"
    add_label = "Составить {agreement_short:acc}"

    def badges(self, record: Agreement) -> tuple[Badge, ...]:
        """State of the agreement."""
        return (Badge(record.status.label, _TONES.get(record.status, "")),)

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Draft the agreement by the rule."""
        case, customer = self.linked(values, "case_id"), self.linked(values, "customer_id")
        return rules.draft_agreement(case, by=by, customer=customer, **values)

    @action(
        "sign",
        "Подписать",
        done="{Agreement_short} {agreement_short?подписан|подписана|подписано}, сопровождение началось.",
        icon="pen",
        asks=("signed_by_id", "date"),
        multiple=False,
        when=lambda one: one.status is AgreementStatus.DRAFT,
    )
    def sign(self, agreement: Agreement, *, by: Actor, signed_by_id: int, date: dt.date) -> None:
        """Sign: the number is taken and the accompaniment starts."""
        rules.sign(agreement, by=by, signed_by=self.linked({"signed_by_id": signed_by_id}, "signed_by_id"), on=date)

    @action("terminate", "Расторгнуть", done="{Agreement_short} {agreement_short?расторгнут|расторгнута|расторгнуто}.",
            icon="x-octagon", tone="danger", multiple=False,
            asks=("termination_initiator", "termination_reason", "ended_at"),
            when=lambda one: one.status is AgreementStatus.SIGNED)  # fmt: skip
    def terminate(
        self,
        agreement: Agreement,
        *,
        by: Actor,
        termination_initiator: Initiator,
        termination_reason: str,
        ended_at: dt.date,
    ) -> None:
        """End the agreement before its term."""
        rules.terminate(agreement, by=by, initiator=termination_initiator, reason=termination_reason, on=ended_at)


@action(
    "close",
    "Снять с сопровождения",
    done="Семья снята с сопровождения, {agreement_short} и {programme_short} завершены.",
    icon="flag",
    tone="danger",
    multiple=False,
    asks=("end_reason", "outcome?", "child_stays?", "ended_at"),
    confirm="Вместе с делом завершатся {programme_short} и {agreement_short}.",
    when=lambda case: case.status.is_open and case.status not in BEFORE_WORK,
)
def close(
    self: Cases,
    case: FamilyCase,
    *,
    by: Actor,
    end_reason: EndReason,
    outcome: Outcome | None,
    child_stays: bool,
    ended_at: dt.date,
) -> None:
    """End the accompaniment with its agreement and programme."""
    rules.end_accompaniment(
        case, by=by, reason=end_reason, outcome=outcome, child_stays=child_stays or None, on=ended_at
    )


# Closing touches agreement and programme, which stand above the case, so this floor gives the register its button.
Cases.close = close
