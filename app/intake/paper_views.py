"""Screens of applications, recognitions and the journals R02 and R03; the buttons they give to cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor, actor, today
from app.base import Model
from app.cases import gate
from app.cases.models import FamilyCase
from app.cases.views import Cases
from app.intake import applications, rules
from app.intake.models import (
    Application,
    ApplicationStatus,
    JournalCode,
    JournalEntry,
    Recognition,
    Verdict,
)
from app.intake.recognitions import DECIDES
from app.register.actions import action
from app.register.field import Field
from app.register.pages import Badge, Cell
from app.register.view import Register, shown

TONES = {
    ApplicationStatus.RECEIVED: ("warn", "inbox"),
    ApplicationStatus.IN_REVIEW: ("info", "hourglass-split"),
    ApplicationStatus.SATISFIED: ("ok", "check-circle"),
    ApplicationStatus.REFUSED: ("bad", "x-octagon"),
}
WAITING = (ApplicationStatus.REGISTERED, ApplicationStatus.IN_REVIEW)
RECOGNISED = ("verdict_code", ("", Verdict.RECOGNISED.value))


class Applications(Register):
    """Written applications for accompaniment (form D01)."""

    key = "applications"
    datamodel = Application
    title = "Заявления", "Заявление"
    list_columns = ["number", "received_at", "applicant_id", "family_id", "case_id", "state"]
    extra_columns = ["registered_on", "decided_on", "notify_via", "intake_id"]
    filter_columns = ["status", "received_at", "registered_on", "decided_on"]
    phone_columns = ["number", "state"]
    add_columns = ["case_id", "applicant_id", "received_at", "requested_help", "circumstances", "text", "notify_via"]
    edit_columns = ["requested_help", "circumstances", "text", "notify_via"]
    show_columns = [
        ("Заявление", ["number", "received_at", "addressed_to", "applicant_id", "family_id", "case_id", "intake_id"]),
        ("О чём", ["requested_help", "circumstances", "text", "notify_via"]),
        ("Решение", ["status", "registered_on", "decided_on", "decision_reason"]),
    ]
    order = "-received_at"
    search_through = ["applicant", "family"]
    placeholder = "№, заявитель, семья"
    blank = "Заявлений пока нет. Внесите первое с карточки дела или здесь."
    add_label = "Внести заявление"

    @shown("Состояние")
    def state(self, application: Application) -> Cell:
        """State with its icon."""
        tone, icon = TONES.get(application.status, ("", "check-lg"))
        return Cell(application.status.label, tone=tone, icon=icon)

    def heading(self, record: Application) -> str:
        """«Заявление № 5/2026»."""
        return f"Заявление {record}" if record.number else str(record)

    def line(self, record: Application) -> str:
        """To whom it is addressed and by whom."""
        return f"{record.addressed_to} · {record.applicant}"

    def badges(self, record: Application) -> tuple[Badge, ...]:
        """State of the application."""
        return (Badge(record.status.label, *TONES.get(record.status, ("", "check-lg"))),)

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """An application is usually written on the day it is brought."""
        return {"received_at": today()}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Take the application; who registers applications registers it at once, from others it waits for that."""
        case, applicant = self.linked(values, "case_id"), self.linked(values, "applicant_id")
        take = rules.register_application if applications.registers(case, by) else rules.receive_application
        return take(case, by=by, applicant=applicant, **values)

    def change(self, record: Application, values: dict[str, Any], by: Actor) -> None:
        """Change what was asked for while nobody has answered."""
        applications.change_application(record, by=by, **values)

    @action("register", "Зарегистрировать", done="Заявление зарегистрировано.",
            icon="journal-check", multiple=False, tone="primary",
            when=lambda one: one.status is ApplicationStatus.RECEIVED)  # fmt: skip
    def register(self, application: Application, *, by: Actor) -> None:
        """Enter the application into the journal."""
        applications.register(application, by=by)

    @action("take_up", "Взять на рассмотрение", done="Заявление на рассмотрении.",
            icon="hourglass-split", multiple=False,
            when=lambda one: one.status is ApplicationStatus.REGISTERED)  # fmt: skip
    def take_up(self, application: Application, *, by: Actor) -> None:
        """Begin to consider the application."""
        applications.take_up(application, by=by)

    @action("satisfy", "Удовлетворить", done="Заявление удовлетворено.",
            icon="check-circle", multiple=False, asks=("decided_on",), presets=lambda one: {"decided_on": today()},
            when=lambda one: one.status in WAITING)  # fmt: skip
    def satisfy(self, application: Application, *, by: Actor, decided_on: dt.date) -> None:
        """Answer yes."""
        applications.satisfy(application, by=by, on=decided_on)

    @action("refuse", "Отказать", done="Отказ записан.",
            icon="x-octagon", tone="danger", multiple=False, asks=("decision_reason", "decided_on"),
            presets=lambda one: {"decided_on": today()},
            when=lambda one: one.status in WAITING)  # fmt: skip
    def refuse(self, application: Application, *, by: Actor, decision_reason: str, decided_on: dt.date) -> None:
        """Answer no, with the reason."""
        applications.refuse(application, by=by, reason=decision_reason, on=decided_on)

    @action("withdraw", "Отозвано заявителем", done="Отзыв заявления записан.",
            icon="arrow-counterclockwise", multiple=False, asks=("decision_reason?", "decided_on"),
            presets=lambda one: {"decided_on": today()},
            when=lambda one: one.status in applications.OPEN)  # fmt: skip
    def withdraw(
        self, application: Application, *, by: Actor, decision_reason: str | None, decided_on: dt.date
    ) -> None:
        """Record that the applicant took it back."""
        applications.withdraw(application, by=by, reason=decision_reason, on=decided_on)


class Recognitions(Register):
    """Decisions that a family needs social services, or that it does not."""

    key = "recognitions"
    datamodel = Recognition
    title = "Признание нуждающимися", "Решение о признании"
    list_columns = ["decided_on", "case_id", "verdict", "protocol_no", "body_id", "ippsu_number"]
    extra_columns = ["ippsu_date", "ippsu_valid_to", "recommended"]
    filter_columns = ["is_positive", "decided_on", "body_id", "ippsu_valid_to"]
    phone_columns = ["decided_on", "verdict"]
    form_fields = [Field("verdict_code", "Решение", "choice", required=True, choices=Verdict)]
    _programme = ["ippsu_number", "ippsu_date", "ippsu_valid_to"]
    add_columns = [
        ("Решение", ["case_id", "verdict_code", "decided_on", "protocol_no", "body_id", "body_name"]),
        ("На чём основано", ["circumstances", "reason", "recommended"]),
        ("ИППСУ", _programme),
    ]
    edit_columns = [("На чём основано", ["circumstances", "reason", "recommended"]), ("ИППСУ", _programme)]
    show_columns = [
        ("Решение", ["case_id", "is_positive", "decided_on", "protocol_no", "body_id", "body_name"]),
        ("На чём основано", ["circumstances", "reason", "recommended"]),
        ("ИППСУ", _programme),
    ]
    order = "-decided_on"
    search_through = ["case.family"]
    placeholder = "№ протокола, № ИППСУ, семья"
    add_label = "Внести решение о признании"

    @shown("Решение")
    def verdict(self, recognition: Recognition) -> Cell:
        """What was decided."""
        if recognition.is_positive:
            return Cell("признана нуждающейся", tone="ok", icon="check-circle")
        return Cell("отказано", tone="bad", icon="x-octagon")

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """The body is usually the one the order of work names."""
        bodies = self.session.scalars(select(self.every_field["body_id"].linked))
        decide = [body for body in bodies if DECIDES[True] in (body.decides or ())]
        return {"body_id": decide[0]} if len(decide) == 1 else {}

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """A refusal comes without an individual programme."""
        if record is not None and not record.is_positive:
            return dict.fromkeys(self._programme)
        return {name: {"when": RECOGNISED} for name in self._programme}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Record the decision by the rule."""
        case, body = self.linked(values, "case_id"), self.linked(values, "body_id")
        positive = values.pop("verdict_code") is Verdict.RECOGNISED
        return rules.record_recognition(case, by=by, positive=positive, body=body, **values)

    def change(self, record: Recognition, values: dict[str, Any], by: Actor) -> None:
        """Complete what came with the decision by the rule; the decision itself stands."""
        rules.complete_recognition(record, by=by, **values)


class IntakeJournal(Register):
    """The journal R02 of messages and applications; a row is annulled, never taken out."""

    key = "intake_journal"
    datamodel = JournalEntry
    only_rows = {"journal": JournalCode.INTAKES}
    title = "{Intake_journal}", "Строка журнала"
    list_columns = ["text_no", "at", "who", "channel", "family_id", "charged", "outcome"]
    extra_columns = ["year", "number", "intake_id", "application_id", "annulled_at"]
    filter_columns = ["at", "year", "intake.source", "intake.channel", "intake.result", "annulled_at"]
    label_columns = {"intake.source": "Кто сообщил", "intake.channel": "Как поступило", "intake.result": "Результат"}
    phone_columns = ["text_no", "who"]
    show_columns = [
        ("Строка", ["text_no", "at", "who", "channel", "family_id"]),
        ("О чём", ["intake_id", "application_id", "charged", "outcome"]),
        ("Аннулирована", ["annulled_at", "annul_reason"]),
    ]
    order = "-at"
    eager = ["intake.applicant", "intake.source_org", "intake.responsible", "application.applicant"]
    search_through = ["family", "intake", "application"]
    placeholder = "Рег. №, семья"
    blank = "Строки появятся, когда вы зарегистрируете обращение или заявление."
    fixed_rows = True

    @shown("Кто обратился")
    def who(self, entry: JournalEntry) -> str:
        """The applicant, or the sender of the message."""
        if entry.application is not None:
            return str(entry.application.applicant)
        return entry.intake.sender if entry.intake is not None else ""

    @shown("Как поступило")
    def channel(self, entry: JournalEntry) -> str:
        """How the message came; an application without a message is brought in person."""
        return entry.intake.channel.label if entry.intake is not None else "заявление"

    @shown("Кому поручено")
    def charged(self, entry: JournalEntry) -> str:
        """Who sees to the message."""
        return str(entry.intake.responsible) if entry.intake is not None else ""

    @shown("Результат")
    def outcome(self, entry: JournalEntry) -> Cell:
        """What became of it; of an annulled row only that."""
        if entry.annulled_at is not None:
            return Cell("аннулирована", small=entry.annul_reason or "", tone="bad", icon="x-octagon")
        if entry.application is not None:
            return Cell(entry.application.status.label)
        return Cell(entry.intake.result.label) if entry.intake is not None else Cell("не указано", empty=True)

    def subtitle(self, record: JournalEntry) -> str:
        """That a row is annulled is told in words under its number too."""
        return "аннулирована" if record.annulled_at is not None else ""

    def row_css(self, record: JournalEntry) -> str:
        """An annulled row is struck out."""
        return "struck" if record.annulled_at is not None else ""

    def heading(self, record: JournalEntry) -> str:
        """«Строка № 5/2026»."""
        return f"Строка №\u00a0{record.text_no}"

    def line(self, record: JournalEntry) -> str:
        """Of which journal."""
        return record.journal.label

    def badges(self, record: JournalEntry) -> tuple[Badge, ...]:
        """Mark an annulled row."""
        return (Badge("аннулирована", "bad", "x-octagon"),) if record.annulled_at else ()

    @action("annul", "Аннулировать", done="Строка аннулирована, в журнале она осталась.",
            icon="x-octagon", asks=("annul_reason",), multiple=False, tone="danger",
            confirm="Номер останется за этой строкой и больше никому не достанется.",
            when=lambda entry: entry.annulled_at is None)  # fmt: skip
    def annul(self, entry: JournalEntry, *, by: Actor, annul_reason: str) -> None:
        """Strike the row out."""
        rules.annul(entry, by=by, reason=annul_reason)


class FamilyJournal(IntakeJournal):
    """The journal R03 of families in need of accompaniment: one row a case."""

    key = "family_journal"
    only_rows = {"journal": JournalCode.FAMILIES}
    title = "{Family_journal}", "Строка журнала"
    list_columns = ["text_no", "at", "family_id", "case_id", "category", "curator", "outcome"]
    extra_columns = ["year", "number", "annulled_at"]
    filter_columns = ["at", "year", "case.category", "case.curator_id", "case.ended_at", "annulled_at"]
    label_columns = {"case.category": "Категория", "case.curator_id": "{Curator}", "case.ended_at": "Дата снятия"}
    phone_columns = ["text_no", "family_id"]
    show_columns = [
        ("Строка", ["text_no", "at", "family_id", "case_id", "category", "curator", "outcome"]),
        ("Аннулирована", ["annulled_at", "annul_reason"]),
    ]
    eager = ["case.curator"]
    search_through = ["family", "case"]
    blank = "Семья попадает сюда кнопкой «Внести в журнал учёта» на карточке дела."

    @shown("Категория")
    def category(self, entry: JournalEntry) -> str:
        """The category of the family now."""
        return (entry.case.category or "") if entry.case is not None else ""

    @shown("{Curator}")
    def curator(self, entry: JournalEntry) -> str:
        """Who leads the case now."""
        return str(entry.case.curator) if entry.case is not None and entry.case.curator is not None else ""

    @shown("Состояние")
    def outcome(self, entry: JournalEntry) -> Cell:
        """Where the case stands; of an annulled row only that."""
        if entry.annulled_at is not None:
            return Cell("аннулирована", small=entry.annul_reason or "", tone="bad", icon="x-octagon")
        return Cell(entry.case.status.label) if entry.case is not None else Cell("не указано", empty=True)


@action(
    "enter_register",
    "Внести в журнал учёта",
    done="Семья внесена в журнал.",
    icon="journal-plus",
    multiple=False,
    asks=("registered_at",),
    presets=lambda case: {"registered_at": today()},
    when=lambda case: case.journal_no is None and gate.opens(case, "register.enter", by=actor()),
)
def enter_register(self: Cases, case: FamilyCase, *, by: Actor, registered_at: dt.date) -> None:
    """Enter the family into the journal of families in need."""
    rules.enter_register(case, by=by, on=registered_at)


# The journal of families belongs to the way in, which stands above the case, so this floor gives it the button.
Cases.enter_register = enter_register
