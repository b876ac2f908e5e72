"""Screens of the agreements of accompaniment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor, actor, today
from app.agreements import rules
from app.agreements.models import Agreement, AgreementAmendment, AgreementBreach, AgreementStatus, Initiator
from app.base import Model
from app.cases import gate
from app.cases.models import EndReason, FamilyCase, Outcome
from app.cases.rules import BEFORE_WORK
from app.cases.views import Cases
from app.register.actions import action
from app.register.field import Field
from app.register.pages import Act, Badge
from app.register.view import Register
from app.terms import say, word

DUTIES = {
    "family_duties": "Участвовать в мероприятиях {programme_short:gen}.\n"
    "Сообщать об изменениях в семье, которые важны для сопровождения.\n"
    "Встречаться со специалистами в согласованное время.",
    "centre_duties": "Помогать семье бесплатно и в сроки, названные в {programme_short:prep}.\n"
    "Согласовывать мероприятия с семьёй.\n"
    "Хранить в тайне сведения о семье.",
}
"""What the parties promise each other, until a centre has written its own (S002-1.5-f, S003-2.5)."""


def _opens(agreement: Agreement, action_code: str) -> bool:
    """Whether the order of work opens the action for the case of the agreement, to whoever looks."""
    return gate.opens(agreement.case, action_code, by=actor())


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
    form_fields = [
        Field("changes", "Что меняется", "prose", required=True),
        Field("new_valid_to", "Новый срок", "date", hint="Если меняется срок"),
        Field("duty", "Какая обязанность нарушена", "prose", required=True),
        Field("measures_taken", "Что предпринято", "prose"),
    ]
    order = "-date"
    search_through = ["customer", "case.family"]
    related_views = ["Amendments", "Breaches"]
    placeholder = "№ {agreement_short:gen}, фамилия"
    add_label = "Составить {agreement_short:acc}"

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """The one representative signs from today to the end of the programme; duties are those of the latest paper."""
        made: dict[str, Any] = {"valid_from": today(), **self._duties()}
        case = fixed.get("case_id")
        if isinstance(case, FamilyCase):
            adults = [one.person for one in case.family.members if one.is_current and one.is_legal_representative]
            made["valid_to"] = rules.programme_end(case)
            made["customer_id"] = adults[0] if len(adults) == 1 else None
        return made

    def _duties(self) -> dict[str, Any]:
        """Return the two lists of obligations as the centre wrote them last, or what every agreement begins with."""
        latest = select(Agreement.family_duties, Agreement.centre_duties).where(Agreement.family_duties.is_not(None))
        found = self.session.execute(latest.order_by(Agreement.id.desc()).limit(1)).first()
        return dict(found._mapping) if found is not None else {name: say(text) for name, text in DUTIES.items()}

    def heading(self, record: Agreement) -> str:
        """«Соглашение № 001/2026»."""
        return f"{word('Agreement_short')} {record}" if record.number else str(record)

    def badges(self, record: Agreement) -> tuple[Badge, ...]:
        """State of the agreement."""
        return (Badge(record.status.label, _TONES.get(record.status, "")),)

    def acts(self, record: Agreement) -> tuple[Act, ...]:
        """What is signed is changed by an additional agreement only."""
        draft = record.status is AgreementStatus.DRAFT
        return tuple(act for act in super().acts(record) if act.name != "edit" or draft)

    def change(self, record: Agreement, values: dict[str, Any], by: Actor) -> None:
        """Change the draft by the rule."""
        rules.change_draft(record, by=by, **values)

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
        presets=lambda one: {"date": today()},
        when=lambda one: one.status is AgreementStatus.DRAFT and _opens(one, "agreement.sign"),
    )
    def sign(self, agreement: Agreement, *, by: Actor, signed_by_id: int, date: dt.date) -> None:
        """Sign: the number is taken and the accompaniment starts."""
        rules.sign(agreement, by=by, signed_by=self.linked({"signed_by_id": signed_by_id}, "signed_by_id"), on=date)

    @action("terminate", "Расторгнуть", done="{Agreement_short} {agreement_short?расторгнут|расторгнута|расторгнуто}.",
            icon="x-octagon", tone="danger", multiple=False,
            asks=("termination_initiator", "termination_reason", "ended_at"),
            presets=lambda one: {"ended_at": today()},
            when=lambda one: one.status is AgreementStatus.SIGNED and _opens(one, "agreement.terminate"))  # fmt: skip
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

    @action("amend", "Изменить условия", done="Дополнительное соглашение внесено.",
            icon="pencil-square", multiple=False, asks=("date", "changes", "new_valid_to?", "signed_by_id"),
            presets=lambda one: {"date": today(), "signed_by_id": one.signed_by},
            when=lambda one: one.status is AgreementStatus.SIGNED and _opens(one, "agreement.amend"))  # fmt: skip
    def amend(
        self,
        agreement: Agreement,
        *,
        by: Actor,
        date: dt.date,
        changes: str,
        new_valid_to: dt.date | None,
        signed_by_id: int,
    ) -> None:
        """Write an additional agreement down."""
        signer = self.linked({"signed_by_id": signed_by_id}, "signed_by_id")
        rules.amend(agreement, by=by, changes=changes, new_valid_to=new_valid_to, signed_by=signer, on=date)

    @action("breach", "Отметить нарушение", done="Нарушение отмечено.",
            icon="exclamation-triangle", multiple=False, asks=("date", "duty", "measures_taken?"),
            presets=lambda one: {"date": today()},
            when=lambda one: one.status is AgreementStatus.SIGNED)  # fmt: skip
    def breach(self, agreement: Agreement, *, by: Actor, date: dt.date, duty: str, measures_taken: str | None) -> None:
        """Write down that the family has broken a duty."""
        rules.record_breach(agreement, by=by, duty=duty, on=date, measures_taken=measures_taken)


class Amendments(Register):
    """Additional agreements: what changed and until when the agreement lasts since."""

    key = "amendments"
    datamodel = AgreementAmendment
    title = "Дополнительные соглашения", "Дополнительное соглашение"
    list_columns = ["number", "date", "changes", "old_valid_to", "new_valid_to", "signed_by_id"]
    show_columns = ["agreement_id", *list_columns]
    order = "-date"
    fixed_rows = True


class Breaches(Register):
    """Breaches of the family's duties, each with its day."""

    key = "breaches"
    datamodel = AgreementBreach
    title = "Нарушения обязанностей", "Нарушение обязанностей"
    list_columns = ["date", "duty", "measures_taken"]
    show_columns = ["agreement_id", *list_columns]
    order = "-date"
    fixed_rows = True


@action(
    "close",
    "Снять с сопровождения",
    done="Семья снята с сопровождения, {agreement_short} и {programme_short} завершены.",
    icon="flag",
    tone="danger",
    multiple=False,
    asks=("end_reason", "outcome?", "child_stays?", "ended_at"),
    confirm="Вместе с делом завершатся {programme_short} и {agreement_short}.",
    when=lambda case: case.stage is None and case.status.is_open and case.status not in BEFORE_WORK,
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
    rules.close_by_hand(case, by=by, reason=end_reason, outcome=outcome, child_stays=child_stays or None, on=ended_at)


# Closing touches agreement and programme, which stand above the case, so this floor gives the register its button.
Cases.close = close
