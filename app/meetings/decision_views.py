"""Screens of what was decided about families: decisions, those they charge, what is proposed to bodies.

A decision of one person, of an authority or of a body that sits elsewhere is recorded here by its paper.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acting import Actor, actor, today
from app.base import Model, RuleBroken
from app.cases import gate
from app.cases.models import FamilyCase
from app.cases.stages import order_in_force
from app.cases.views import MORE_ACTS, Cases
from app.intake.rules import recognised
from app.meetings import rules
from app.meetings.alone import is_recorded
from app.meetings.bodies import ABOUT, Ruling, bodies_for, deciding_body, rulings_of
from app.meetings.deciding import action_for
from app.meetings.forms import CHARGES, charges_of, papers, partner_ids, questions_of, terms
from app.meetings.models import AgendaProposal, Body, Decision, DecisionAssignment, ItemKind
from app.organisation.models import PartnerOrganisation
from app.programmes.models import Programme, ProgrammeVersion, VersionKind, VersionStatus
from app.programmes.rights import leads
from app.programmes.rules import submit as submit_version
from app.programmes.views import Versions
from app.register.access import may
from app.register.actions import action
from app.register.field import Field
from app.register.pages import Act, Badge, Cell
from app.register.view import Register, registers, shown

EDITABLE = (VersionStatus.DRAFT, VersionStatus.AGREED)
ON_PROGRAMME = {
    VersionKind.FIRST: (Ruling.APPROVE, Ruling.REJECT, Ruling.SEND_BACK),
    VersionKind.CORRECTION: (Ruling.APPROVE_CORRECTION, Ruling.REJECT, Ruling.SEND_BACK),
    VersionKind.EXTENSION: (Ruling.APPROVE_CORRECTION, Ruling.REJECT, Ruling.SEND_BACK),
}
"""What may be recorded about a version of each kind."""


# ---- decisions ---------------------------------------------------------------------------------------


def recordable(session: Session, case: FamilyCase, by: Actor) -> list[tuple[Body, Ruling]]:
    """Return what may be recorded about *case* by its paper now, and by which body."""
    opens = {action: gate.refusal(case, action, by=by) is None for action in ("decision.record", "recognition.record")}
    if not any(opens.values()):  # Every card of a case asks this, and most have no decision to record.
        return []
    bodies = session.scalars(select(Body).where(Body.service_unit_id == case.service_unit_id).order_by(Body.id))
    waiting = session.scalars(
        select(ProgrammeVersion)
        .join(Programme, ProgrammeVersion.programme_id == Programme.id)
        .where(Programme.case_id == case.id, ProgrammeVersion.status == VersionStatus.SUBMITTED)
    ).one_or_none()
    place = case.family.territory
    chain = place.chain if place is not None else []
    made = []
    for body in bodies:
        if not is_recorded(body) or (body.territory is not None and chain and body.territory not in chain):
            continue
        for ruling in rulings_of(body):
            if _makes_sense(case, body, ruling, waiting):
                made.append((body, ruling))
    return [(body, ruling) for body, ruling in made if opens[action_for(ABOUT[ruling][1])]]


def _makes_sense(case: FamilyCase, body: Body, ruling: Ruling, waiting: ProgrammeVersion | None) -> bool:
    if ruling in {each for rulings in ON_PROGRAMME.values() for each in rulings}:
        return waiting is not None and waiting.body_id == body.id and ruling in ON_PROGRAMME[waiting.kind]
    if ruling in (Ruling.RECOGNISE, Ruling.REFUSE_RECOGNITION):
        return recognised(case) is None
    return True


class Decisions(Register):
    """Decisions of bodies about families; one on a paper from elsewhere is recorded here."""

    key = "decisions"
    datamodel = Decision
    title = "Решения о семьях", "Решение о семье"
    list_columns = ["kind", "question", "body", "paper", "applied_at", "new_term"]
    phone_columns = ["kind", "question", "paper"]
    show_columns = [
        "kind",
        "reason",
        "new_term",
        "level",
        "votes_for",
        "votes_against",
        "votes_abstained",
        "applied_at",
    ]
    form_fields = [
        Field("case_id", "Дело", "ref", required=True, target=FamilyCase),
        Field("ruling", "Кто и что решил", "pick", required=True),
        Field("document_no", "Номер документа", "line", required=True, max_length=60),
        Field("document_date", "Дата документа", "date", required=True),
        *CHARGES,
    ]
    add_columns = [
        ("Решение", ["case_id", "ruling", "document_no", "document_date", "reason", "new_term", "level"]),
        ("Кому и что поручено", [one.name for one in CHARGES]),
    ]
    filter_columns = ["kind", "applied_at"]
    order = "-applied_at"
    eager = ["item.meeting.body"]
    related_views = ["Charges"]
    add_label = "Внести решение"

    @shown("Вопрос")
    def question(self, decision: Decision) -> str:
        """What was asked."""
        return decision.item.title or decision.item.kind.label

    @shown("Кто решил")
    def body(self, decision: Decision) -> str:
        """The body that decided."""
        return str(decision.item.meeting.body)

    @shown("Документ")
    def paper(self, decision: Decision) -> Cell:
        """Number and day of the paper or of the meeting."""
        meeting = decision.item.meeting
        day = meeting.document_date or (meeting.held_at.date() if meeting.held_at else None)
        number = meeting.document_no or f"протокол № {meeting.number}"
        return Cell(f"{number} от {day:%d.%m.%Y}" if day else number)

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """The decisions that may be recorded about this case, and what each of them needs."""
        case = fixed.get("case_id")
        if not isinstance(case, FamilyCase):
            return {"ruling": {"kind": "line", "hint": "Откройте дело и нажмите «Внести решение»"}}
        found = recordable(self.session, case, actor())
        several = len({body.id for body, _ in found}) > 1
        values: dict[str, tuple[str, ...]] = {}
        for body, ruling in found:
            values[ruling.value] = (*values.get(ruling.value, ()), _value(body, ruling))
        needed = terms(order_in_force(self.session, case.service_unit_id), "ruling", values)
        offered = tuple(
            (_value(body, ruling), f"{body}: {ruling.label}" if several else ruling.label) for body, ruling in found
        )
        fits: dict[str, dict[str, Any] | None] = {
            name: {"when": needed[name].when, "kind": needed[name].kind, "offered": needed[name].offered}
            if name in needed
            else None
            for name in ("new_term", "level", *(one.name for one in CHARGES))
        }
        fits["ruling"] = {"offered": offered, "hint": "" if several or not found else f"Решает {found[0][0]}"}
        fits["reason"] = {"required": False, "label": "Причина"}
        fits |= {name: {"required": True} for name in papers()}
        return fits

    def heading_of_new(self, fixed: dict[str, Model]) -> tuple[str, str]:
        """«Внести решение», and about which family."""
        case = fixed.get("case_id")
        about = f"Дело {case}, семья {case.family}" if isinstance(case, FamilyCase) else ""
        return self.add_label, about

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """A paper is usually recorded the day it comes."""
        return {"document_date": today()}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Record the decision by the rule; it takes effect at once."""
        case = self.linked(values, "case_id")
        code, _, pk = (values.pop("ruling") or "").partition("@")
        body = next((each for each, _ in recordable(session, case, by) if str(each.id) == pk), None)
        if body is None or code not in set(Ruling):
            raise RuleBroken("Выберите, кто и что решил.", field="ruling")
        named = select(PartnerOrganisation).where(PartnerOrganisation.id.in_(partner_ids(values)))
        charges = charges_of(values, {one.id: one for one in session.scalars(named)})
        number, date = values.pop("document_no"), values.pop("document_date")
        return rules.record_decision(
            case, by=by, body=body, ruling=Ruling(code), number=number, date=date, assignments=charges, **values
        )

    def badges(self, record: Decision) -> tuple[Badge, ...]:
        """Whether it is in effect."""
        made = Badge("вступило в силу", "ok", "check-circle") if record.applied_at else Badge("протокол не подписан")
        return (made,)

    def heading(self, record: Decision) -> str:
        """«Решение: продолжить»."""
        return f"Решение: {record}"

    def line(self, record: Decision) -> str:
        """Who decided and on which case."""
        case = record.item.case
        return f"{record.item.meeting.body}" + (f" · дело {case}, семья {case.family}" if case is not None else "")

    def acts(self, record: Any) -> tuple[Act, ...]:
        """A decision is never changed."""
        return tuple(act for act in super().acts(record) if act.name != "edit")

    def change(self, record: Any, values: dict[str, Any], by: Actor) -> None:
        """Refuse: a decision in effect is corrected by another one."""
        raise RuleBroken("Решение не меняют. Его исправляют новым решением.")

    def remove(self, session: Session, record: Any, by: Actor) -> None:
        """Refuse: what was decided stays."""
        raise RuleBroken("Решение не удаляют.")


def _value(body: Body, ruling: Ruling) -> str:
    return f"{ruling.value}@{body.id}"


def record_act(cases: Cases, case: FamilyCase) -> Act | None:
    """Return the button that records a decision about the case, where there is one to record."""
    decisions = registers().by_key["decisions"]
    if case.stage is None or not case.status.is_open or not may(decisions, "add"):
        return None
    if not recordable(cases.session, case, actor()):
        return None
    url = decisions.url("add", case_id=case.id, back=cases.url("show", pk=case.id))
    return Act("decisions", "Внести решение", url, icon="hammer")


MORE_ACTS.append(record_act)


# ---- those who are charged ---------------------------------------------------------------------------


class Charges(Register):
    """What decisions charge organisations and people with."""

    key = "charges"
    datamodel = DecisionAssignment
    title = "Поручения органов", "Поручение органа"
    list_columns = ["text", "responsible", "due", "state"]
    extra_columns = ["partner_id", "done_at", "result"]
    filter_columns = ["partner_id", "due", "done_at"]
    show_columns = ["text", "responsible", "partner_id", "due", "done_at", "result", "decision_id"]
    order = "due"
    fixed_rows = True
    eager = ["decision"]

    @shown("Исполнение")
    def state(self, one: DecisionAssignment) -> Cell:
        """Whether it is done, late or waits."""
        if one.done_at is not None:
            return Cell(f"исполнено {one.done_at:%d.%m.%Y}", tone="ok", icon="check-lg")
        if one.due is not None and one.due < today():
            return Cell("просрочено", tone="bad", icon="exclamation-triangle")
        return Cell("ждёт исполнения", icon="clock-history")

    @action("report", "Отметить исполнение", done="Исполнение отмечено.", icon="check2-square", multiple=False,
            asks=("done_at", "result"), presets=lambda one: {"done_at": today()},
            when=lambda one: one.done_at is None and one.decision.applied_at is not None)  # fmt: skip
    def report(self, one: DecisionAssignment, *, by: Actor, done_at: dt.date, result: str) -> None:
        """Write down that it is done."""
        rules.report_assignment(one, by=by, done_at=done_at, result=result)


# ---- what is proposed --------------------------------------------------------------------------------


class Proposals(Register):
    """Questions about families that people want bodies to consider."""

    key = "proposals"
    datamodel = AgendaProposal
    title = "Предложения к заседаниям", "Предложение к заседанию"
    list_columns = ["kind", "case_id", "body_id", "reason", "proposed_at", "is_open"]
    order = "-proposed_at"
    fixed_rows = True

    @action("take_back", "Снять предложение", done="Предложение снято.", icon="x-lg", multiple=False,
            when=lambda one: one.is_open)  # fmt: skip
    def take_back(self, one: AgendaProposal, *, by: Actor) -> None:
        """Take the proposal back."""
        rules.take_back_proposal(one, by=by)


PROPOSED = (Ruling.NOTE_INTERIM, Ruling.NOTE_FINAL, Ruling.CHANGE_LEVEL, Ruling.CONTINUE, Ruling.ASSIGN)
"""In what order a body to propose to is looked for: who considers results, who decides on going on, who charges."""

Cases.form_fields = [
    *Cases.form_fields,
    Field("deciding_body_id", "Кто рассмотрит", "ref", target=Body),
    Field("question", "Вопрос", "choice", choices=ItemKind),
    Field("proposal_reason", "Что предлагается и почему", "prose"),
]


def _proposed(case: FamilyCase) -> dict[str, Any]:
    """Return what the form of a proposal begins with: the body that considers the results of the family."""
    found = [body for ruling in PROPOSED for body in bodies_for(case, ruling)]
    return {"deciding_body_id": min(found, key=is_recorded, default=None)}


def _questions(case: FamilyCase) -> dict[str, dict[str, Any] | None]:
    """Offer the bodies that decide about the family and the questions they decide."""
    known = {body.id: body for ruling in Ruling for body in bodies_for(case, ruling)}
    asked = {kind for body in known.values() for kind in questions_of(body)}
    return {
        "question": {"allowed": tuple(kind for kind in ItemKind if kind in asked)},
        "deciding_body_id": {"kind": "pick", "offered": tuple((str(pk), str(body)) for pk, body in known.items())},
    }


@action(
    "propose",
    "Вынести на заседание",
    done="Предложено: секретарь увидит вопрос среди ожидающих.",
    icon="calendar2-plus",
    multiple=False,
    asks=("deciding_body_id", "question", "proposal_reason"),
    presets=_proposed,
    fits=_questions,
    when=lambda case: case.status.is_open and leads(case, actor()),
)
def propose(
    self: Cases, case: FamilyCase, *, by: Actor, deciding_body_id: int, question: ItemKind, proposal_reason: str
) -> None:
    """Propose that a body considers the case."""
    body = self.linked({"deciding_body_id": deciding_body_id}, "deciding_body_id")
    rules.propose(case, by=by, body=body, kind=question, reason=proposal_reason)


# Bodies stand above the case, so this floor gives its card the button.
Cases.propose = propose


# ---- a programme goes to its body --------------------------------------------------------------------


def _ruling(version: ProgrammeVersion) -> Ruling:
    """Return the decision the version is sent for."""
    return Ruling.APPROVE if version.kind is VersionKind.FIRST else Ruling.APPROVE_CORRECTION


def _body_of(version: ProgrammeVersion) -> dict[str, Any]:
    """Return the one body that may approve the version, if it is one."""
    found = bodies_for(version.programme.case, _ruling(version))
    return {"body_id": found[0]} if len(found) == 1 else {}


def _asked(version: ProgrammeVersion) -> dict[str, dict[str, Any] | None]:
    """Offer the bodies the order of work names; one that is still to be made for the municipality is not asked for."""
    case = version.programme.case
    if case.stage is None:
        return {}
    found = tuple((str(body.id), str(body)) for body in bodies_for(case, _ruling(version)))
    return {"body_id": {"kind": "pick", "offered": found} if found else None}


def _may_submit(version: ProgrammeVersion) -> bool:
    case = version.programme.case
    return version.status in EDITABLE and gate.opens(case, "programme.submit", by=actor())


@action(
    "submit",
    "Отправить на рассмотрение",
    done="{Programme_short} {programme_short?отправлен|отправлена|отправлено} на рассмотрение.",
    icon="send",
    asks=("body_id",),
    multiple=False,
    tone="primary",
    confirm="Пока повестка не закрыта, {programme_short:acc} можно отозвать.",
    presets=_body_of,
    fits=_asked,
    when=_may_submit,
)
def submit(self: Versions, version: ProgrammeVersion, *, by: Actor, body_id: int | None = None) -> str:
    """Send the version to the deciding body."""
    if body_id is not None:
        body = self.linked({"body_id": body_id}, "body_id")
    else:
        body = deciding_body(version.programme.case, _ruling(version), by=by)
    submit_version(version, by=by, body=body)
    return self.url("show", pk=version.id)


# The body that decides stands above the programme too.
Versions.submit = submit
