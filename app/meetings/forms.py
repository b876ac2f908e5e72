"""The forms of questions and decisions, fitted to the body that decides and to what it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.meetings.bodies import answers, may_decide, order_of_body
from app.meetings.candidates import decides_any
from app.meetings.deciding import Charge
from app.meetings.models import AgendaItem, Body, Decision, ItemKind, Meeting
from app.organisation.models import PartnerOrganisation
from app.profiles.order import OrderOfWork
from app.register.field import Field, fields_of
from app.register.spec import Group, Spec

VOTES = ("votes_for", "votes_against", "votes_abstained")
NAMED = 3
"""Whom one decision may charge on its form: a handful of organisations, as a commission does."""

CHARGES = tuple(
    field
    for number in range(1, NAMED + 1)
    for field in (
        Field(f"charge_text_{number}", "Что поручено" if number == 1 else f"Ещё поручение, {number}-е", "prose"),
        Field(f"charge_partner_{number}", "Организации", "ref", target=PartnerOrganisation),
        Field(f"charge_to_{number}", "Кому, если не организации", "line", max_length=250),
        Field(f"charge_due_{number}", "Срок", "date"),
    )
)
"""What is asked for each assignment of a decision."""


def form_spec(name: str, fields: Mapping[str, Field]) -> tuple[Spec, tuple[Group, ...]]:
    """Return a form of *fields* that belongs to no register."""
    groups = (Group("", tuple(fields)),)
    titles = ("Решения", "Решение")
    return Spec(
        name, Decision, titles, dict(fields), (), (), groups, groups, (), ("kind", False), "kind", (), ()
    ), groups


def decision_form(body: Body, question: ItemKind, *, paper: bool = False) -> tuple[Spec, tuple[Group, ...]]:
    """Return the form of a decision of *body* on a *question*: what, why, what it needs, the votes or the *paper*."""
    kinds = tuple(kind for kind in answers(question) if may_decide(body, question, kind))
    known = fields_of(Decision)
    fields = {
        "kind": replace(known["kind"], required=True, allowed=kinds),
        "reason": replace(known["reason"], label="Причина", required=False),
    }
    fields |= terms(order_of_body(body), "kind", {kind.value: (kind.value,) for kind in kinds})
    fields |= papers() if paper else {name: replace(known[name], required=True) for name in VOTES}
    return form_spec("decision", fields)


def papers() -> dict[str, Field]:
    """Return the number and day of the paper a decision stands on."""
    known = fields_of(Meeting)
    return {name: replace(known[name], required=True) for name in ("document_no", "document_date")}


def terms(order: OrderOfWork | None, asked_with: str, given: Mapping[str, tuple[str, ...]]) -> dict[str, Field]:
    """Return what decisions need beside themselves, each asked for with its decision.

    *given* are the values of the field *asked_with* that mean a decision, by the code of the decision.
    """
    known, fields = fields_of(Decision), {}
    going_on, level = given.get("continue", ()), given.get("change_level", ())
    if going_on or level:
        fields["new_term"] = replace(known["new_term"], required=False, when=(asked_with, (*going_on, *level)))
    if level and order is not None and order.levels:
        offered = tuple((one.code, one.label) for one in order.levels)
        fields["level"] = replace(known["level"], kind="pick", offered=offered, when=(asked_with, level))
    if given.get("assign"):
        fields |= {one.name: replace(one, when=(asked_with, given["assign"])) for one in CHARGES}
    return fields


def charges_of(values: dict[str, Any], partners: Mapping[int, PartnerOrganisation]) -> list[Charge]:
    """Take the assignments out of the *values* of a form; *partners* are those they name, by id."""
    made = []
    for number in range(1, NAMED + 1):
        text, partner_id, to, due = (
            values.pop(f"charge_{name}_{number}", None) for name in ("text", "partner", "to", "due")
        )
        partner = partners.get(partner_id or 0)
        if text or partner or to:
            made.append(Charge(text or "", to or (str(partner) if partner else ""), due, partner))
    return made


def partner_ids(values: Mapping[str, Any]) -> list[int]:
    """Return the organisations the assignments of a form name."""
    return [pk for number in range(1, NAMED + 1) if (pk := values.get(f"charge_partner_{number}")) is not None]


def preset_of(decision: Decision) -> dict[str, Any]:
    """Return what stands in the form of a decision that was written down before."""
    preset: dict[str, Any] = {name: getattr(decision, name) for name in ("kind", "reason", "new_term", "level", *VOTES)}
    for number, one in enumerate(decision.assignments[:NAMED], start=1):
        preset[f"charge_text_{number}"] = one.text
        preset[f"charge_partner_{number}"] = one.partner
        preset[f"charge_to_{number}"] = None if one.partner is not None else one.responsible
        preset[f"charge_due_{number}"] = one.due
    return preset


def question_form(body: Body) -> tuple[Spec, tuple[Group, ...]]:
    """Return the form that puts a question on an agenda of *body* nobody has proposed."""
    known = fields_of(AgendaItem)
    fields = {
        "kind": replace(known["kind"], required=True, allowed=questions_of(body)),
        "case_id": replace(known["case_id"], required=False, hint="Пусто: вопрос не об одной семье"),
        "title": replace(known["title"], required=False),
    }
    return form_spec("question", fields)


def questions_of(body: Body) -> tuple[ItemKind, ...]:
    """Return the questions, other than on a programme, that *body* has something to decide on."""
    asked = (kind for kind in ItemKind if kind not in (ItemKind.PROGRAMME, ItemKind.CORRECTION))
    return tuple(kind for kind in asked if decides_any(body, kind))
