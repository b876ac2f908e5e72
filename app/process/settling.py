"""Which form settles a guard: the button beside each line of «Что мешает перейти дальше».

A button leads to the very form, begun for this case, or to the draft that waits to be finished. It is drawn for whoever
may do it; the others are told whose it is.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, url_for
from sqlalchemy import func, select

from app.acting import Actor
from app.agreements.models import Agreement, AgreementStatus
from app.assessment.lists import ActStatus, AssessmentKind, AssessmentStatus, ReviewKind
from app.assessment.models import Assessment, EfficiencyReview, LivingConditionsAct
from app.cases import gate
from app.cases.models import FamilyCase
from app.closing.models import ClosureConclusion, PostSupport
from app.dispatch.models import Dispatch
from app.people.models import FamilyMember
from app.process.asking import CASE, Question, answer, ask
from app.process.guards_intake import without_consent
from app.process.guards_programme import MEASURES, SUBMITTED, current_version
from app.profiles.order import GuardRef
from app.programmes.rights import leads
from app.register.access import may
from app.register.pages import Act
from app.register.registry import registers
from app.terms import say
from app.visits.models import VisitKind

Settle = Callable[[FamilyCase, str], "Act | None"]
"""Makes the button for a case; the second argument is the address to come back to."""

_act = select(func.max(LivingConditionsAct.id)).where(LivingConditionsAct.case_id == CASE)
_agreement = select(func.max(Agreement.id)).where(Agreement.case_id == CASE)
ACT_DRAFT = ask(_act.where(LivingConditionsAct.status == ActStatus.DRAFT))
AGREEMENT_DRAFT = ask(_agreement.where(Agreement.status == AgreementStatus.DRAFT))
AGREEMENT_SIGNED = ask(_agreement.where(Agreement.status == AgreementStatus.SIGNED))
VERSION = ask(select(current_version))
NEEDS_CONSENT = ask(without_consent(func.min(FamilyMember.person_id)))
SUPPORT = ask(select(func.max(PostSupport.id)).where(PostSupport.case_id == CASE))
CONCLUSION = ask(select(func.max(ClosureConclusion.id)).where(ClosureConclusion.case_id == CASE))
LETTERS = ask(select(func.max(Dispatch.id)).where(Dispatch.version_id == current_version))


def _begun(kind: AssessmentKind) -> Question:
    return ask(
        select(func.max(Assessment.id)).where(
            Assessment.case_id == CASE, Assessment.kind == kind, Assessment.status == AssessmentStatus.DRAFT
        )
    )


def _review_begun(kind: ReviewKind) -> Question:
    return ask(
        select(func.max(EfficiencyReview.id)).where(
            EfficiencyReview.case_id == CASE,
            EfficiencyReview.kind == kind,
            EfficiencyReview.status == AssessmentStatus.DRAFT,
        )
    )


# ---- kinds of buttons --------------------------------------------------------------------------------


def _add(key: str, label: str, **chosen: str) -> Settle:
    """Begin a record of the register *key* for the case, with what the lists of its form begin with."""

    def made(case: FamilyCase, back: str) -> Act | None:
        register = registers().by_key.get(key)
        if register is None or not may(register, "add"):
            return None
        owner = {"family_id": case.family_id} if key == "contacts" else {"case_id": case.id}
        return Act(f"{key}-add", say(label), register.url("add", **owner, **chosen, back=back))

    return made


def _open(key: str, label: str, question: Question, otherwise: Settle | None = None) -> Settle:
    """Open the record that waits, found by *question*, else do *otherwise*."""

    def made(case: FamilyCase, back: str) -> Act | None:
        pk, register = answer(case, question), registers().by_key.get(key)
        if pk is None or register is None:
            return otherwise(case, back) if otherwise is not None else None
        return Act(f"{key}-open", say(label), register.url("show", pk=pk)) if may(register, "show") else None

    return made


def _do(name: str, label: str) -> Settle:
    """Do an action of the case."""

    def made(case: FamilyCase, back: str) -> Act | None:
        cases = registers().by_key["cases"]
        if not may(cases, name, action=True):
            return None
        asks = cases.register_actions[name].asks
        return Act(name, say(label), cases.url("action", name=name, pk=case.id), method="get" if asks else "post")

    return made


def _tab(key: str, label: str) -> Settle:
    """Open a tab of the case."""

    def made(case: FamilyCase, back: str) -> Act | None:
        cases = registers().by_key["cases"]
        return Act(key, label, f"{cases.url('show', pk=case.id)}?tab={key}")

    return made


def _edit(case: FamilyCase, back: str) -> Act | None:
    cases = registers().by_key["cases"]
    return Act("edit", "Указать источник", cases.url("edit", pk=case.id)) if may(cases, "edit") else None


def _consent(case: FamilyCase, back: str) -> Act | None:
    consents, pk = registers().by_key["consents"], answer(case, NEEDS_CONSENT)
    if pk is None or not may(consents, "add"):
        return None
    return Act("consent", "Оформить согласие", consents.url("add", person_id=pk, kind="processing", back=back))


def _waiting(case: FamilyCase, back: str) -> Act | None:
    """What waits for a body, where whoever may decide or plan a meeting goes on."""
    if not current_app.extensions["appbuilder"].sm.has_access("can_show", "waiting"):
        return None
    return Act("waiting", "На рассмотрении", url_for("WaitingView.show"))


def _decide(case: FamilyCase, back: str) -> Act | None:
    """Record the decision by its paper, or go on where meetings are planned and held."""
    decisions = registers().by_key["decisions"]
    if may(decisions, "add"):
        return Act("decisions-add", "Внести решение", decisions.url("add", case_id=case.id, back=back))
    return _waiting(case, back)


def _measure(case: FamilyCase, back: str) -> Act | None:
    pk, measures = answer(case, VERSION), registers().by_key["measures"]
    if pk is None:
        return _START(case, back)
    if not answer(case, MEASURES) and may(measures, "add"):
        return Act("measures-add", "Добавить мероприятие", measures.url("add", version_id=pk, back=back))
    return _open("versions", "Дополнить мероприятия", VERSION)(case, back)


def _on_version(name: str, label: str) -> Settle:
    """Do an action of the version that counts, once there is one."""

    def made(case: FamilyCase, back: str) -> Act | None:
        pk, versions = answer(case, VERSION), registers().by_key["versions"]
        if pk is None:
            return _START(case, back)
        if not may(versions, name, action=True):
            return None
        return Act(f"version-{name}", say(label), versions.url("action", name=name, pk=pk))

    return made


def _approval(case: FamilyCase, back: str) -> Act | None:
    waits = answer(case, SUBMITTED) is not None
    return (_decide if waits else _on_version("submit", "Отправить на рассмотрение"))(case, back)


_START = _add("versions", "Составить {programme_short:acc}")
CONCLUDE = _open("conclusions", "Открыть заключение", CONCLUSION, _do("prepare_conclusion", "Подготовить заключение"))
FINISH = _open("post_support", "Открыть проверки", SUPPORT)

_ACT = _open("acts", "Подписать акт", ACT_DRAFT, _add("acts", "Составить акт"))
_AGREEMENT = _open(
    "agreements",
    "Подписать {agreement_short:acc}",
    AGREEMENT_DRAFT,
    _add("agreements", "Составить {agreement_short:acc}"),
)


def _assess(kind: AssessmentKind) -> Settle:
    start = _add("assessments", "Начать диагностику", kind=kind.value)
    return _open("assessments", "Завершить диагностику", _begun(kind), start)


def _review(kind: ReviewKind) -> Settle:
    start = _add("reviews", "Начать анализ", kind=kind.value)
    return _open("reviews", "Завершить анализ", _review_begun(kind), start)


SETTLED: dict[str, Settle] = {
    "has_intake": _add("intakes", "Зарегистрировать обращение"),
    "has_ground": _add("intakes", "Зарегистрировать обращение"),
    "has_source": _edit,
    "has_first_contact": _add("visits", "Записать визит", kind=VisitKind.FIRST_CONTACT.value),
    "has_category": _do("set_category", "Установить категорию"),
    "in_register_journal": _do("enter_register", "Внести в журнал учёта"),
    "has_living_act": _ACT,
    "has_resources": _add("resources", "Внести ресурс"),
    "has_social_contacts": _add("contacts", "Описать окружение"),
    "has_primary_assessment": _assess(AssessmentKind.PRIMARY),
    "has_problems": _add("problems", "Внести проблему"),
    "recognition_positive": _add("recognitions", "Внести решение"),
    "recognition_negative": _add("recognitions", "Внести решение"),
    "has_application": _add("applications", "Зарегистрировать заявление"),
    "application_after_recognition": _add("applications", "Зарегистрировать заявление"),
    "application_in_journal": _tab("applications", "Заявления"),
    "has_consents": _consent,
    "has_health_consent_if_needed": _consent,
    "has_family_passport": _do("make_passport", "Сформировать паспорт"),
    "personal_file_complete": _tab("file", "Открыть личное дело"),
    "stage_documents_complete": _tab("file", "Открыть личное дело"),
    "has_agreement": _AGREEMENT,
    "agreement_covers_programme": _open("agreements", "Открыть {agreement_short:acc}", AGREEMENT_SIGNED, _AGREEMENT),
    "has_curator": _do("assign_curator", "Назначить {curator:acc}"),
    "has_curator_order": _do("assign_curator", "Назначить {curator:acc}"),
    "has_level": _do("set_level", "Установить уровень и срок"),
    "has_planned_end": _do("set_level", "Установить уровень и срок"),
    "has_programme_draft": _START,
    "measures_complete": _measure,
    "programme_family_agreed": _on_version("agree", "Согласовать с семьёй"),
    "programme_approved": _approval,
    "programme_dispatched": _open("dispatches", "Отправить письма", LETTERS, _on_version("dispatch", "Разослать")),
    "has_interim_assessment": _assess(AssessmentKind.INTERIM),
    "interim_results_heard": _decide,
    "has_final_assessment": _assess(AssessmentKind.FINAL),
    "final_results_heard": _decide,
    "preliminary_reviewed": _review(ReviewKind.PRELIMINARY),
    "efficiency_reviewed": _review(ReviewKind.FINAL),
    "quality_answered_or_waived": _add("quality", "Записать ответ семьи"),
    "decision_continue": _decide,
    "decision_terminate": _decide,
    "closure_conclusion_signed": CONCLUDE,
    "post_support_done": FINISH,
}
"""The form that settles each guard. Whether a family belongs to the target group no form of the case can settle."""


PROPOSED = frozenset(code for code, settle in SETTLED.items() if settle is _decide)
"""Guards a decision settles: whoever leads the case and does not record decisions proposes the question to a body."""

PREPARED: dict[str, tuple[Question, Settle]] = {
    "has_agreement": (AGREEMENT_DRAFT, _add("agreements", "Составить {agreement_short:acc}")),
}
"""What may be drafted by whoever does not sign it, as long as no draft is there; the signature is another's."""

_PROPOSE = _do("propose", "Вынести на заседание")


def settled_by(case: FamilyCase, ref: GuardRef, *, by: Actor, back: str) -> tuple[Act | None, str]:
    """Return the button that settles the guard for *by*, or None and whose it is, where the order of work says that."""
    refusals = [gate.refusal(case, action, by=by) for action in ref.guard.settled_by]
    settle = SETTLED.get(ref.code)
    if settle is not None and (not refusals or None in refusals):
        act = settle(case, back)
        if act is not None:
            return act, ""
    if ref.code in PROPOSED and leads(case, by):
        return _PROPOSE(case, back), ""
    draft, begin = PREPARED.get(ref.code, (None, None))
    if draft is not None and begin is not None and answer(case, draft) is None and _is_open(case, ref):
        return begin(case, back), ""
    return None, next((why for why in refusals if why is not None), "")


def _is_open(case: FamilyCase, ref: GuardRef) -> bool:
    """Whether what settles the guard is open to anybody on the stage of the case."""
    found = gate.stage_of(case)
    return found is not None and any(one in gate.open_deeds(*found) for one in ref.guard.settled_by)
