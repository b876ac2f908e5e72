"""Screens of the requests to organisations and of the tasks inside the centre."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from app.acting import Actor, actor, today
from app.base import Model
from app.cases.models import FamilyCase
from app.programmes.picking import measure_picked, member_picked
from app.referrals import rules, tasks
from app.referrals.models import EmploymentOutcome, InternalTask, Referral, ReferralStatus, TaskStatus
from app.register.actions import action
from app.register.field import Field
from app.register.pages import Act, Badge, Cell
from app.register.view import Register, shown

_STATES = {
    ReferralStatus.SENT: ("info", "hourglass-split"),
    ReferralStatus.ANSWERED: ("ok", "envelope-open"),
    ReferralStatus.DONE: ("ok", "check-circle"),
    ReferralStatus.REFUSED: ("warn", "x-octagon"),
}
_TASK_STATES = {
    TaskStatus.NEW: ("info", "inbox"),
    TaskStatus.IN_WORK: ("info", "play-circle"),
    TaskStatus.DONE: ("ok", "check-circle"),
    TaskStatus.DECLINED: ("warn", "x-octagon"),
}
LATE = ("bad", "exclamation-octagon")


class Referrals(Register):
    """Requests to organisations: sent under a number, answered in a term, annulled and never deleted."""

    key = "referrals"
    datamodel = Referral
    title = "Запросы", "Запрос"
    list_columns = ["number", "date", "partner_id", "case_id", "kind", "due", "state"]
    extra_columns = ["answer_at", "outcome", "sent_via", "sent_by_id", "status"]
    form_fields = [
        Field("came_to", "Чем закончилось", "choice", required=True, choices=ReferralStatus,
              allowed=(ReferralStatus.ANSWERED, ReferralStatus.DONE, ReferralStatus.REFUSED)),
    ]  # fmt: skip
    add_columns = ["case_id", "partner_id", "question", "due", "person_id", "data_list", "lineage_id", "date",
                   "sent_via"]  # fmt: skip
    edit_columns = ["due", "sent_via", "lineage_id"]
    show_columns = [
        ("Запрос", ["number", "date", "case_id", "partner_id", "kind", "question", "due", "sent_via", "sent_by_id"]),
        ("О ком", ["person_id", "data_list", "consent_id", "lineage_id"]),
        ("Ответ", ["status", "answer_at", "answer_no", "answer_text", "outcome"]),
        ("Отмена", ["annulled_at", "annul_reason"]),
    ]
    filter_columns = ["status", "due", "date", "partner_id", "kind", "case_id", "outcome", "annulled_at"]
    phone_columns = ["number", "partner_id", "state"]
    order = "-date"
    search_through = ["partner", "case.family"]
    placeholder = "№ запроса, организация, фамилия семьи"
    add_label = "Направить запрос"

    @shown("Состояние")
    def state(self, referral: Referral) -> Cell:
        """State with its icon; a late one says so."""
        text, tone, icon = _state_of(referral)
        return Cell(text, tone=tone, icon=icon)

    def badges(self, record: Referral) -> tuple[Badge, ...]:
        """State of the request."""
        return (Badge(*_state_of(record)),)

    def heading(self, record: Referral) -> str:
        """«Запрос № 4/2026»."""
        return f"Запрос {record}"

    def line(self, record: Referral) -> str:
        """To whom, and about whose family."""
        return f"{record.partner} · семья {record.case.family}" if record.case else str(record.partner)

    def fitted(self, fixed: dict[str, Model], record: Any | None) -> dict[str, dict[str, Any] | None]:
        """Offer the measures and the members of this family instead of a search among all."""
        case = record.case if record is not None else fixed.get("case_id")
        if not isinstance(case, FamilyCase):
            return {}
        return {"lineage_id": measure_picked(case), "person_id": member_picked(case)}

    def presets(self, fixed: dict[str, Model]) -> dict[str, Any]:
        """A request is usually sent today and answered in the usual term."""
        return {"date": today(), "due": rules.usual_due(self.session, actor().unit, today())}

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Send the request by the rule."""
        case, partner = self.linked(values, "case_id"), self.linked(values, "partner_id")
        about, lineage = (self.linked(values, name) if name in values else None for name in ("person_id", "lineage_id"))
        return rules.send_referral(
            case, by=by, partner=partner, about=about, lineage=lineage, on=values.pop("date"), **values
        )

    def change(self, record: Referral, values: dict[str, Any], by: Actor) -> None:
        """Change the term by the rule."""
        lineage = self.linked(values, "lineage_id") if "lineage_id" in values else record.lineage
        rules.change_referral(record, by=by, lineage=lineage, **values)

    def acts(self, record: Referral) -> tuple[Act, ...]:
        """The buttons of a card: what is settled or annulled is not changed."""
        settled = record.annulled_at is not None or record.status in (ReferralStatus.DONE, ReferralStatus.REFUSED)
        return tuple(one for one in super().acts(record) if one.name != "edit" or not settled)

    @action("answer", "Записать ответ", done="Ответ записан.", icon="envelope-open", multiple=False, tone="primary",
            asks=("answer_at", "came_to", "answer_text", "answer_no?", "outcome?"),
            when=lambda one: one.annulled_at is None
            and one.status in (ReferralStatus.SENT, ReferralStatus.ANSWERED))  # fmt: skip
    def answer(
        self,
        referral: Referral,
        *,
        by: Actor,
        answer_at: dt.date,
        came_to: ReferralStatus,
        answer_text: str,
        answer_no: str | None,
        outcome: EmploymentOutcome | None,
    ) -> None:
        """Record what the organisation answered."""
        rules.record_answer(
            referral, by=by, text=answer_text, on=answer_at, status=came_to, number=answer_no, outcome=outcome
        )

    @action("annul", "Аннулировать", done="Запрос аннулирован, номер за ним остался.", icon="x-octagon",
            asks=("annul_reason",), multiple=False, tone="danger",
            when=lambda one: one.annulled_at is None)  # fmt: skip
    def annul(self, referral: Referral, *, by: Actor, annul_reason: str) -> None:
        """Annul a request entered by mistake."""
        rules.annul(referral, by=by, reason=annul_reason)


class InternalTasks(Register):
    """Tasks the staff give each other about families; whoever gave one sees how far it is."""

    key = "tasks"
    datamodel = InternalTask
    title = "Поручения", "Поручение"
    list_columns = ["text", "case_id", "addressee", "due", "state", "from_id"]
    extra_columns = ["to_staff_id", "to_department_id", "result", "ended_at", "status"]
    add_columns = ["case_id", "text", "to_staff_id", "to_department_id", "due"]
    edit_columns = ["text", "due"]
    show_columns = [
        ("Поручение", ["text", "case_id", "from_id", "to_staff_id", "to_department_id", "due"]),
        ("Исполнение", ["status", "taken_by_id", "result", "ended_at"]),
    ]
    filter_columns = ["status", "due", "to_staff_id", "to_department_id", "from_id", "case_id"]
    phone_columns = ["text", "state"]
    order = "due"
    eager = ["to_staff", "to_department"]
    search_through = ["case.family"]
    placeholder = "Фамилия семьи"
    add_label = "Дать поручение"

    @shown("Кому")
    def addressee(self, task: InternalTask) -> str:
        """Whoever or whichever department it was given to."""
        return str(task.to_staff or task.to_department or "")

    @shown("Состояние")
    def state(self, task: InternalTask) -> Cell:
        """State with its icon; a late one says so."""
        text, tone, icon = _state_of_task(task)
        return Cell(text, tone=tone, icon=icon)

    def badges(self, record: InternalTask) -> tuple[Badge, ...]:
        """State of the task."""
        return (Badge(*_state_of_task(record)),)

    def create(self, session: Session, values: dict[str, Any], by: Actor) -> Model:
        """Give the task by the rule."""
        case = self.linked(values, "case_id")
        to_staff, to_department = self.linked(values, "to_staff_id"), self.linked(values, "to_department_id")
        return tasks.assign_task(case, by=by, to_staff=to_staff, to_department=to_department, **values)

    def change(self, record: InternalTask, values: dict[str, Any], by: Actor) -> None:
        """Change the task by the rule."""
        tasks.change_task(record, by=by, **values)

    def acts(self, record: InternalTask) -> tuple[Act, ...]:
        """The buttons of a card: who was given the task marks it, who gave it changes it."""
        who = actor()
        mine, given = tasks.is_addressee(record, who), record.from_id == who.staff_id and record.status.is_open
        fits = {"take": mine, "complete": mine, "decline": mine or given, "edit": given}
        return tuple(one for one in super().acts(record) if fits.get(one.name, True))

    @action("take", "Взять в работу", done="Поручение в работе.", icon="play-circle", multiple=False,
            when=lambda task: task.status is TaskStatus.NEW)  # fmt: skip
    def take(self, task: InternalTask, *, by: Actor) -> None:
        """Begin with the task."""
        tasks.take_up(task, by=by)

    @action("complete", "Выполнено", done="Поручение выполнено.", icon="check-lg", multiple=False, tone="primary",
            asks=("result",), when=lambda task: task.status.is_open)  # fmt: skip
    def complete(self, task: InternalTask, *, by: Actor, result: str) -> None:
        """End the task as done."""
        tasks.complete(task, by=by, result=result)

    @action("decline", "Отклонить", done="Поручение отклонено.", icon="x-octagon", multiple=False,
            asks=("result",), when=lambda task: task.status.is_open)  # fmt: skip
    def decline(self, task: InternalTask, *, by: Actor, result: str) -> None:
        """End the task undone, with the reason."""
        tasks.decline(task, by=by, reason=result)


def _state_of(referral: Referral) -> tuple[str, str, str]:
    if referral.annulled_at is not None:
        return "аннулирован", "", "x-octagon"
    if referral.is_late:
        return f"ответа нет, срок был {referral.due:%d.%m.%Y}", *LATE
    return referral.status.label, *_STATES[referral.status]


def _state_of_task(task: InternalTask) -> tuple[str, str, str]:
    if task.is_late:
        return f"{task.status.label}, срок прошёл", *LATE
    return task.status.label, *_TASK_STATES[task.status]
