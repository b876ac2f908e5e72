"""Screens of messages: the list in work, the form that follows the ground, the way to a family and its case."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor, actor, now
from app.base import Model
from app.cases.models import FamilyCase
from app.cases.new_family import Beginning
from app.cases.stages import order_in_force
from app.cases.views import Families
from app.intake import rules
from app.intake.models import Ground, Intake, IntakeResult, Urgency
from app.intake.offered import channels_of, grounds_of, sources_of
from app.people.models import Family
from app.register.access import may
from app.register.actions import action
from app.register.field import local
from app.register.pages import Act, Badge, Cell, Note
from app.register.view import Register, registers, shown

TONES = {IntakeResult.IN_WORK: ("info", "hourglass-split"), IntakeResult.ACCEPTED: ("ok", "check-circle")}
HOW_SOON = {Urgency.URGENT: ("warn", "clock-history"), Urgency.DANGER: ("bad", "exclamation-octagon-fill")}
DANGER = (
    "Угроза жизни и здоровью ребёнка. Сегодня же сообщите в КДНиЗП, полицию и орган опеки и запишите, "
    "кому и когда сообщили."
)
"""The reminder of a message about a danger; the sources do not oblige to it (domain.md 7, point 15)."""

WRITTEN = ("ground", (Ground.APPLICATION.value,))
REPORTED = ("ground", ("", Ground.MESSAGE.value, Ground.PREVENTION.value))
ASKED_WITH = {
    "applicant_id": WRITTEN,
    "application_date": WRITTEN,
    "source_org_id": REPORTED,
    "source_letter_no": REPORTED,
    "source_letter_date": REPORTED,
}
"""With which grounds a field is asked for (S004-Г-1 … S004-Г-3); ``intake/rules.py`` says what it must hold then."""

IN_SHORT = {
    IntakeResult.ACCEPTED: "дело заведено",
    IntakeResult.PASSED_ON: "передано",
    IntakeResult.ADVISED: "консультация",
}
"""How a list says the longer results."""

ENDS = tuple(one for one in IntakeResult if one is not IntakeResult.IN_WORK)


class Intakes(Register):
    """Messages about families and their own requests; registered under a number, never deleted."""

    key = "intakes"
    datamodel = Intake
    title = "Обращения", "Обращение"
    list_columns = ["number", "received_at", "source", "family_id", "how_soon", "responsible_id", "due", "outcome"]
    extra_columns = ["ground", "channel", "source_org_id", "source_letter_no", "case_id", "closed_at"]
    filter_columns = ["result", "source", "ground", "urgency", "channel", "source_org_id", "responsible_id",
                      "received_at", "due", "closed_at"]  # fmt: skip
    phone_columns = ["number", "outcome"]
    _who = ["applicant_id", "application_date", "sender_name", "sender_phone", "sender_address", "source_org_id",
            "source_letter_no", "source_letter_date"]  # fmt: skip
    add_columns = [
        ("Что поступило", ["received_at", "urgency", "ground", "source", "channel"]),
        ("Кто обратился", _who),
        ("О чём", ["text", "family_id", "case_id"]),
        ("Кому поручено", ["responsible_id", "due"]),
    ]
    edit_columns = [
        ("Кто обратился", _who),
        ("О чём", ["text", "urgency"]),
        ("Кому поручено", ["responsible_id", "due", "measures_taken"]),
    ]
    show_columns = [
        ("Что поступило", ["number", "received_at", "ground", "source", "channel", "urgency"]),
        ("Кто обратился", _who),
        ("О чём", ["text", "family_id", "case_id"]),
        ("Работа", ["responsible_id", "due", "measures_taken", "result", "closed_at"]),
    ]
    order = "-received_at"
    eager = ["applicant", "source_org"]
    search_through = ["family", "applicant"]
    related_views = ["Applications"]
    delivered_views = {"В работе": "f.result.op=any&f.result=in_work"}
    placeholder = "Рег. №, заявитель, телефон, семья"
    blank = "Обращений в работе нет. Новое появится здесь, как только вы его зарегистрируете."
    add_label = "Зарегистрировать обращение"

    @shown("Срочность")
    def how_soon(self, intake: Intake) -> Cell:
        """Urgency; what cannot wait stands out."""
        tone, icon = HOW_SOON.get(intake.urgency, (None, ""))
        text = "угроза ребёнку" if intake.urgency is Urgency.DANGER else intake.urgency.label
        return Cell(text, tone=tone, icon=icon)

    @shown("Результат")
    def outcome(self, intake: Intake) -> Cell:
        """What became of the message, in short."""
        tone, icon = TONES.get(intake.result, ("", "check-lg"))
        return Cell(IN_SHORT.get(intake.result, intake.result.label), tone=tone, icon=icon)

    def subtitle(self, record: Intake) -> str:
        """Who sent the message."""
        return record.sender

    def heading(self, record: Intake) -> str:
        """«Обращение № 5/2026»."""
        return f"Обращение {record}"

    def line(self, record: Intake) -> str:
        """When it came, from whom and how."""
        return f"{local(record.received_at):%d.%m.%Y, %H:%M} · {record.source.label} · {record.channel.label}"

    def badges(self, record: Intake) -> tuple[Badge, ...]:
        """Result and urgency."""
        made = [Badge(record.result.label, *TONES.get(record.result, ("", "check-lg")))]
        if record.urgency in HOW_SOON:
            made.append(Badge(record.urgency.label, *HOW_SOON[record.urgency]))
        return tuple(made)

    def notes(self, record: Intake) -> tuple[Note, ...]:
        """The reminder of a danger, while the message is in work."""
        return (Note(DANGER, "bad"),) if record.is_open and record.urgency is Urgency.DANGER else ()

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Sources, grounds and channels are those of the order of work; the ground says what else is asked for."""
        order = order_in_force(self.session, actor().unit)
        made: dict[str, dict[str, Any] | None] = {name: {"when": when} for name, when in ASKED_WITH.items()}
        made["source"], made["channel"] = {"allowed": sources_of(order)}, {"allowed": channels_of(order)}
        if "case_id" not in fixed:  # Only a card of a case says which one; else the family does.
            made["case_id"] = None
        made["ground"] = {"allowed": grounds_of(order), "required": order is not None}
        if record is not None:  # The ground of a message is registered with it; only what it asks for may change.
            ground = record.ground.value if record.ground is not None else ""
            return made | {name: None for name, (_, grounds) in ASKED_WITH.items() if ground not in grounds}
        if not grounds_of(order):
            made |= {name: None for name, (_, grounds) in ASKED_WITH.items() if "" not in grounds} | {"ground": None}
        return made

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """A message is usually registered when it comes, by whoever will see to it."""
        own = self.linked({"responsible_id": actor().staff_id}, "responsible_id")
        return {"received_at": now(), "responsible_id": own}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Register the message by the rule; from the card of a case it is about the family of that case."""
        case = self.linked(values, "case_id") if "case_id" in values else None
        told = self._told(values)
        return rules.register_intake(session, by=by, **{**told, **({"family": case.family} if case else {})})

    def change(self, record: Intake, values: dict[str, Any], by: Actor) -> None:
        """Change what is known of the message by the rule."""
        rules.change_intake(record, by=by, **self._told(values))

    def _told(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values of a form with the records its links point to."""
        links = {"applicant_id", "source_org_id", "responsible_id", "family_id"} & values.keys()
        found = {name.removesuffix("_id"): self.linked(values, name) for name in links}
        return {**values, **found}

    def card_acts(self, record: Intake) -> tuple[Act, ...]:
        """A family that is not in the base yet is entered from the message."""
        families = registers().by_key["families"]
        if not record.is_open or record.family_id is not None or not may(families, "add"):
            return ()
        url = families.url("add", intake=record.id, back=self.url("show", pk=record.id))
        return (Act("new_family", "Завести семью и дело", url, icon="folder-plus"),)

    def open_case(self, intake: Intake, family: Family, by: Actor, **more: Any) -> FamilyCase:
        """Open the case by the rule; :mod:`app.process` gives the register its own, which asks for the way in first."""
        return rules.open_case_from(intake, family, by=by, **more)

    @action("link_family", "Это о семье из базы", done="Обращение теперь у этой семьи.",
            icon="people", asks=("family_id",), multiple=False,
            when=lambda one: one.is_open and one.case_id is None)  # fmt: skip
    def link_family(self, intake: Intake, *, by: Actor, family_id: int) -> None:
        """Say which family the message is about."""
        rules.link_intake(intake, self.linked({"family_id": family_id}, "family_id"), by=by)

    @action("open_case", "Завести дело", done="Дело заведено, обращение закрыто.",
            icon="folder-plus", multiple=False, tone="primary",
            when=lambda one: one.is_open and one.family_id is not None and one.case_id is None)  # fmt: skip
    def open_its_case(self, intake: Intake, *, by: Actor) -> str:
        """Open the case of the family the message is about."""
        case = self.open_case(intake, self.linked({"family_id": intake.family_id}, "family_id"), by)
        return registers().by_key["cases"].url("show", pk=case.id)

    @action("close", "Закрыть", done="Обращение закрыто.",
            icon="check2-circle", asks=("result", "measures_taken?", "closed_at?"), multiple=False,
            confirm="Чем закончилась работа? Строка журнала останется.",
            fits=lambda one: {"result": {"allowed": ENDS}}, when=lambda one: one.is_open)  # fmt: skip
    def close(self, intake: Intake, *, by: Actor, result: IntakeResult, **how: Any) -> None:
        """Close the message with its result."""
        rules.close_intake(intake, by=by, result=result, measures_taken=how["measures_taken"], on=how["closed_at"])

    @action("reopen", "Вернуть в работу", done="Обращение снова в работе.",
            icon="arrow-counterclockwise", multiple=False,
            when=lambda one: not one.is_open and one.result is not IntakeResult.ACCEPTED)  # fmt: skip
    def reopen(self, intake: Intake, *, by: Actor) -> None:
        """Take a message closed by mistake back."""
        rules.reopen_intake(intake, by=by)


def begun_from(self: Families) -> Beginning | None:
    """Begin «Новая семья» with what the message in the address tells."""
    asked = request.values.get("intake", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        abort(404)
    intake = self.session.scalars(select(Intake).where(Intake.id == int(asked))).one_or_none() or abort(404)
    register: Any = registers().by_key["intakes"]
    words = (intake.sender_name or "").split(None, 2)
    names = dict(zip(("p_last_name", "p_first_name", "p_middle_name"), words, strict=False))
    return Beginning(
        hidden=("intake", asked),
        told=f"По обращению {intake}: {intake.sender}. Что уже известно, вписано.",
        known={**names, "p_phone": intake.sender_phone, "f_address": intake.sender_address, "k_source": intake.source},
        open_case=lambda family, by, **more: register.open_case(intake, family, by, **more),
        without_case=lambda family, by: rules.link_intake(intake, family, by=by),
    )


# Messages stand above families, so this floor gives the form of a new family where it may begin from.
Families.begun_from = begun_from  # type: ignore[method-assign]
