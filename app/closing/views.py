"""Screens of endings: the conclusion, the refusal of a family, a transfer, and the time after the accompaniment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from app.acting import Actor, actor, today
from app.base import session_of
from app.cases import gate
from app.cases.models import CaseStatus, FamilyCase, Outcome
from app.cases.views import Cases
from app.closing import rules
from app.closing.models import (
    CaseTransfer,
    CheckForm,
    CheckStatus,
    ClosureConclusion,
    ConclusionStatus,
    PostSupport,
    PostSupportCheck,
    PostSupportStatus,
    Refusal,
    Situation,
)
from app.organisation.models import PartnerOrganisation
from app.people.models import Person
from app.register.access import may
from app.register.actions import action
from app.register.field import Field
from app.register.pages import Act, Badge, Cell
from app.register.view import Register, registers, shown

FAMILY_PLACES = {
    Situation.WORSE: ("bad", "arrow-down-right"),
    Situation.BETTER: ("ok", "arrow-up-right"),
    Situation.STABLE: ("", "dash"),
}
"""Tone and icon of how a family does."""


def _opens(case: FamilyCase, action_code: str) -> bool:
    """Whether the order of work opens the action for the case, to whoever looks."""
    return case.stage is not None and gate.opens(case, action_code, by=actor())


# ---- the conclusion ----------------------------------------------------------------------------------


def _is_draft(conclusion: ClosureConclusion) -> bool:
    return conclusion.status is ConclusionStatus.DRAFT


class Conclusions(Register):
    """Conclusions on the end of an accompaniment: prepared from the case, completed by people, signed."""

    key = "conclusions"
    datamodel = ClosureConclusion
    title = "Заключения о прекращении", "Заключение о прекращении"
    list_columns = ["case_id", "number", "date", "end_reason", "outcome", "status"]
    phone_columns = ["case_id", "date", "status"]
    edit_columns = ["outcome", "end_reason", "child_stays", "curator_result", "recommendations"]
    show_columns = [
        ("Итог", edit_columns),
        ("Что показало дело", ["period_from", "period_to", "level_history", "results", "scores", "measures_done"]),
        ("Решение и подпись", ["body_id", "decision_id", "number", "date", "prepared_by_id", "signed_by_id",
                               "signed_at"]),
    ]  # fmt: skip
    filter_columns = ["status", "date", "end_reason", "outcome"]
    order = "-date"
    search_through = ["case.family"]
    placeholder = "№ заключения, фамилия семьи"
    card_eager = ["case.family"]

    def heading(self, record: ClosureConclusion) -> str:
        """«Заключение № 3/2026: дело № 14/2026»."""
        return f"{record}: дело {record.case}"

    def line(self, record: ClosureConclusion) -> str:
        """Whose case it is."""
        return f"Семья {record.case.family}"

    def badges(self, record: ClosureConclusion) -> tuple[Badge, ...]:
        """Whether it is signed."""
        return (Badge(record.status.label, "" if _is_draft(record) else "ok"),)

    def acts(self, record: ClosureConclusion) -> tuple[Act, ...]:
        """The way back to the case; a signed conclusion is changed no more."""
        back = Act("case", "К делу", registers().by_key["cases"].url("show", pk=record.case_id), icon="folder2-open")
        made = (act for act in super().acts(record) if act.name != "edit" or _is_draft(record))
        return (back, *made)

    def change(self, record: ClosureConclusion, values: dict[str, Any], by: Actor) -> None:
        """Write what people say by the rule."""
        rules.change_conclusion(record, by=by, **values)

    @action("refresh", "Обновить сведения", done="Сведения взяты из дела заново.", icon="arrow-repeat", multiple=False,
            when=lambda one: _is_draft(one) and _opens(one.case, "closure.prepare"))  # fmt: skip
    def refresh(self, conclusion: ClosureConclusion, *, by: Actor) -> None:
        """Take the facts from the case anew."""
        rules.prepare_conclusion(conclusion.case, by=by)

    @action("sign", "Подписать и снять с сопровождения", done="Заключение подписано, сопровождение закончено.",
            icon="pen", tone="primary", multiple=False, asks=("date",), presets=lambda one: {"date": today()},
            confirm="Вместе с сопровождением закончатся {programme_short} и {agreement_short}. Изменить подписанное "
            "заключение нельзя.",
            when=lambda one: _is_draft(one) and _opens(one.case, "closure.sign"))  # fmt: skip
    def sign(self, conclusion: ClosureConclusion, *, by: Actor, date: dt.date) -> str:
        """Sign it: the family leaves the accompaniment."""
        rules.sign_conclusion(conclusion, by=by, on=date)
        return registers().by_key["cases"].url("show", pk=conclusion.case_id)


class Refusals(Register):
    """Refusals of families in writing (form D03)."""

    key = "refusals"
    datamodel = Refusal
    title = "Отказы семей", "Отказ семьи"
    list_columns = ["date", "case_id", "kind", "person_id", "reason", "received_by_id"]
    show_columns = ["case_id", "kind", "date", "person_id", "reason", "consequences_explained", "received_by_id"]
    filter_columns = ["date", "kind"]
    order = "-date"
    fixed_rows = True


class Transfers(Register):
    """Cases handed over to other organisations."""

    key = "transfers"
    datamodel = CaseTransfer
    title = "Передачи дел", "Передача дела"
    list_columns = ["date", "case_id", "partner_id", "letter_no", "letter_date"]
    show_columns = ["case_id", "partner_id", "date", "letter_no", "letter_date", "reason", "handed_over"]
    filter_columns = ["date", "partner_id"]
    order = "-date"
    fixed_rows = True


# ---- the time after the accompaniment ----------------------------------------------------------------


class PostSupports(Register):
    """Families looked after since their accompaniment ended."""

    key = "post_support"
    datamodel = PostSupport
    title = "Постсопровождение", "Постсопровождение"
    list_columns = ["case_id", "curator_id", "date_from", "planned_to", "next_check", "status"]
    phone_columns = ["case_id", "next_check", "status"]
    show_columns = ["case_id", "curator_id", "status", "date_from", "planned_to", "date_to", "result"]
    filter_columns = ["status", "curator_id", "date_from", "planned_to"]
    order = "-date_from"
    eager = ["checks"]
    search_through = ["case.family"]
    placeholder = "Фамилия семьи"
    related_views = ["PostChecks"]
    card_eager = ["case.family"]
    fixed_rows = True

    @shown("Ближайшая проверка")
    def next_check(self, support: PostSupport) -> Cell:
        """The day of the next check; late ones are red."""
        day = next((one.planned_on for one in support.checks if one.status is CheckStatus.PLANNED), None)
        if day is None:
            return Cell("нет", empty=True)
        late = day < today()
        return Cell(f"{day:%d.%m.%Y}", tone="bad" if late else "", icon="exclamation-triangle" if late else "")

    def line(self, record: PostSupport) -> str:
        """Whose case it is."""
        return f"Дело {record.case}, семья {record.case.family}"

    def card_acts(self, record: PostSupport) -> tuple[Act, ...]:
        """The next check, for whom the order of work lets make it."""
        check = next((one for one in record.checks if one.status is CheckStatus.PLANNED), None)
        checks = registers().by_key["post_checks"]
        if check is None or not may(checks, "record", action=True) or not _opens(record.case, "post.check"):
            return ()
        url = checks.url("action", name="record", pk=check.id)
        return (Act("check", f"Внести проверку {check.no}", url, icon="clipboard2-check", tone="primary"),)

    def badges(self, record: PostSupport) -> tuple[Badge, ...]:
        """Whether it goes on."""
        return (Badge(record.status.label, "ok" if record.status is PostSupportStatus.FINISHED else ""),)

    @action("finish", "Завершить постсопровождение", done="Постсопровождение завершено, дело закрыто.",
            icon="flag", multiple=False, asks=("date_to", "result"), presets=lambda one: {"date_to": today()},
            when=lambda one: one.status is PostSupportStatus.RUNNING and _opens(one.case, "post.finish")
            and all(check.status is not CheckStatus.PLANNED for check in one.checks))  # fmt: skip
    def finish(self, support: PostSupport, *, by: Actor, date_to: dt.date, result: str) -> None:
        """End it when every check is made."""
        rules.finish(support, by=by, result=result, on=date_to)


def _is_next(check: PostSupportCheck) -> bool:
    planned = (one for one in check.post_support.checks if one.status is CheckStatus.PLANNED)
    return next(planned, None) is check


class PostChecks(Register):
    """Checks of how families do since their accompaniment ended."""

    key = "post_checks"
    datamodel = PostSupportCheck
    title = "Проверки постсопровождения", "Проверка постсопровождения"
    list_columns = ["no", "planned_on", "done_on", "situation_now", "action_taken"]
    extra_columns = ["form", "done_by_id"]
    phone_columns = ["no", "planned_on", "situation_now"]
    show_columns = ["post_support_id", "no", "status", "planned_on", "done_on", "form", "situation", "findings",
                    "action_taken", "done_by_id"]  # fmt: skip
    filter_columns = ["status", "planned_on", "done_on", "situation"]
    order = "planned_on"
    eager = ["post_support.case"]
    fixed_rows = True

    @shown("Как в семье")
    def situation_now(self, check: PostSupportCheck) -> Cell:
        """What was found, or that it waits."""
        if check.situation is None:
            late = check.status is CheckStatus.PLANNED and check.planned_on < today()
            return Cell("просрочена" if late else check.status.label, tone="bad" if late else "")
        tone, icon = FAMILY_PLACES[check.situation]
        return Cell(check.situation.label, tone=tone, icon=icon)

    @action("record", "Внести проверку", done="Проверка внесена.", icon="clipboard2-check", tone="primary",
            multiple=False, asks=("done_on", "form", "situation", "findings", "action_taken?"),
            presets=lambda one: {"done_on": today()},
            confirm="Если в семье стало хуже, это дело закроется и откроется новое, связанное с ним.",
            when=lambda one: one.status is CheckStatus.PLANNED and _is_next(one)
            and _opens(one.post_support.case, "post.check"))  # fmt: skip
    def record(
        self,
        check: PostSupportCheck,
        *,
        by: Actor,
        done_on: dt.date,
        form: CheckForm,
        situation: Situation,
        findings: str,
        action_taken: str | None,
    ) -> str:
        """Write a check down; a family that does worse gets a new case."""
        new = rules.record_check(
            check, by=by, situation=situation, on=done_on, form=form, findings=findings, action_taken=action_taken
        )
        cases = registers().by_key["cases"]
        if new is not None:
            return cases.url("show", pk=new.id)
        return registers().by_key["post_support"].url("show", pk=check.post_support_id)


# ---- the buttons of a case ---------------------------------------------------------------------------

Cases.form_fields = [
    *Cases.form_fields,
    Field("person_id", "Кто отказался", "pick", required=True, target=Person),
    Field("date", "Дата", "date", required=True),
    Field("refusal_reason", "Причина отказа", "prose", hint="По желанию семьи"),
    Field("consequences_explained", "Последствия отказа семье разъяснены", "flag"),
    Field("partner_id", "Кому передаём", "ref", required=True, target=PartnerOrganisation),
    Field("letter_no", "Исх. № письма", "line", required=True, max_length=60),
    Field("letter_date", "Дата письма", "date", required=True),
    Field("transfer_reason", "Почему передаём", "prose", required=True),
    Field("handed_over", "Какие документы переданы", "prose"),
]


def _adults(case: FamilyCase) -> dict[str, dict[str, Any] | None]:
    """Offer the adults of the family; an accompaniment that began asks for its outcome."""
    day = today()
    people = (one.person for one in case.family.members if one.is_current and not one.person.is_minor(day))
    ended = case.started_at is None or case.ended_at is not None
    return {
        "person_id": {"offered": tuple((str(one.id), str(one)) for one in people)},
        "outcome": None if ended else {"required": True},
    }


def _outcome(case: FamilyCase) -> dict[str, dict[str, Any] | None]:
    return {"outcome": None if case.started_at is None else {"required": True}}


@action(
    "family_refused",
    "Отказ семьи",
    done="Отказ зарегистрирован, дело закрыто.",
    icon="x-octagon",
    tone="danger",
    multiple=False,
    asks=("person_id", "date", "refusal_reason?", "consequences_explained?", "outcome?"),
    presets=lambda case: {"date": today()},
    fits=_adults,
    confirm="Семья отказалась письменно. Вместе с делом закончатся {programme_short} и {agreement_short}.",
    when=lambda case: _opens(case, "case.refuse"),
)
def family_refused(
    self: Cases,
    case: FamilyCase,
    *,
    by: Actor,
    person_id: int,
    date: dt.date,
    refusal_reason: str | None,
    consequences_explained: bool,
    outcome: Outcome | None = None,
) -> None:
    """Register the refusal of the family and end its case."""
    rules.refuse(
        case,
        by=by,
        person=self.linked({"person_id": person_id}, "person_id"),
        on=date,
        reason=refusal_reason,
        consequences_explained=consequences_explained,
        outcome=outcome,
    )


@action(
    "hand_case_over",
    "Передать в другую организацию",
    done="Дело передано и закрыто.",
    icon="box-arrow-right",
    tone="danger",
    multiple=False,
    asks=("partner_id", "letter_no", "letter_date", "date", "transfer_reason", "handed_over?", "outcome?"),
    presets=lambda case: {"date": today(), "letter_date": today()},
    fits=_outcome,
    confirm="Вместе с делом закончатся {programme_short} и {agreement_short}.",
    when=lambda case: case.status is not CaseStatus.POST_SUPPORT and _opens(case, "case.transfer"),
)
def hand_case_over(
    self: Cases,
    case: FamilyCase,
    *,
    by: Actor,
    partner_id: int,
    letter_no: str,
    letter_date: dt.date,
    date: dt.date,
    transfer_reason: str,
    handed_over: str | None,
    outcome: Outcome | None = None,
) -> None:
    """Hand the case over by letter and end it here."""
    rules.transfer(
        case,
        by=by,
        partner=self.linked({"partner_id": partner_id}, "partner_id"),
        letter_no=letter_no,
        letter_date=letter_date,
        reason=transfer_reason,
        on=date,
        handed_over=handed_over,
        outcome=outcome,
    )


def _unprepared(case: FamilyCase) -> bool:
    """Whether the conclusion of the case is still to be prepared, by whoever looks."""
    if not _opens(case, "closure.prepare"):
        return False
    known = select(ClosureConclusion.id).where(ClosureConclusion.case_id == case.id)
    return session_of(case).scalar(known) is None


@action(
    "prepare_conclusion",
    "Подготовить заключение",
    done="Заключение подготовлено из сведений дела. Дополните его и подпишите.",
    icon="file-earmark-text",
    multiple=False,
    when=_unprepared,
)
def prepare_conclusion(self: Cases, case: FamilyCase, *, by: Actor) -> str:
    """Prepare the conclusion from the case and open it."""
    return registers().by_key["conclusions"].url("edit", pk=rules.prepare_conclusion(case, by=by).id)


# The ends of a case touch every slice below, so this floor gives its card the buttons.
Cases.family_refused = family_refused
Cases.hand_case_over = hand_case_over
Cases.prepare_conclusion = prepare_conclusion
