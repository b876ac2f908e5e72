"""The closed list of guards: what must be done before a case moves on.

An order of work names guards by these codes and says in which stage and by which clause of the centre's own document
each holds; a code that does not stand here is refused when the file is loaded. Each entry says what is missing when the
guard is not met, in the centre's words, and where the requirement first comes from.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.profiles.closed import DECISIONS


@dataclass(frozen=True)
class Guard:
    """A guard: its code, what is said of the case that meets it, and what of one that does not.

    *source* is the clause of the source documents that brought it into the list; *settled_by* the actions all of which
    must be open to somebody for the guard to be met; *decision* the decision of a body it waits for. With *anew* only
    what was recorded since the case last entered its stage counts, so that a second round asks for new ones.
    """

    code: str
    label: str
    unmet: str
    source: str
    settled_by: tuple[str, ...]
    decision: str = ""
    anew: bool = False


_LIST = (
    Guard("has_intake", "обращение или сообщение", "Обращение о семье не зарегистрировано.", "S003-2.3",
          ("intake.register",)),
    Guard("has_ground", "основание постановки на учёт", "Не указано основание постановки на учёт.", "S004-Г-1",
          ("intake.register",)),
    Guard("has_source", "источник выявления", "Не указано, кто выявил семью.", "S001-2.2-b", ("intake.register",)),
    Guard("has_first_contact", "первый контакт с семьёй", "С семьёй ещё не встречались.", "S004-1-a",
          ("visit.record",)),
    Guard("target_group_ok", "семья относится к целевой группе", "Семья не относится к целевой группе.", "S000-0",
          ("family.create",)),
    Guard("has_category", "категория семьи", "Категория семьи не установлена.", "S004-1-d", ("category.set",)),
    Guard("in_register_journal", "занесена в журнал учёта", "Семья не занесена в журнал учёта.", "S004-1-e",
          ("register.enter",)),
    Guard("has_living_act", "акт обследования", "Нет подписанного акта обследования.", "S000-6d", ("act.sign",)),
    Guard("has_resources", "ресурсы семьи", "Ресурсы семьи не определены.", "S004-1-b", ("assessment.finish",)),
    Guard("has_social_contacts", "социальное окружение", "Социальное окружение семьи не описано.", "S002-3.3-1",
          ("assessment.finish",)),
    Guard("has_primary_assessment", "первичная диагностика", "Первичная диагностика не завершена.", "S003-3.5-a",
          ("assessment.finish",)),
    Guard("has_problems", "проблемы семьи", "Проблемы семьи не определены.", "S003-3.5-a", ("assessment.finish",)),
    Guard("recognition_positive", "семья признана нуждающейся", "Семья не признана нуждающейся.", "S003-3.1",
          ("recognition.record",), "recognise"),
    Guard("recognition_negative", "в признании отказано", "Решения об отказе в признании нет.", "S003-3.1",
          ("recognition.record",), "refuse_recognition"),
    Guard("has_application", "письменное заявление", "Нет письменного заявления.", "S000-6a",
          ("application.register",)),
    Guard("application_after_recognition", "заявление после признания",
          "Заявление подано раньше признания нуждающейся.", "S003-3.2", ("application.register",)),
    Guard("application_in_journal", "заявление в журнале", "Заявление не записано в журнал.", "S003-3.3",
          ("application.register",)),
    Guard("has_consents", "согласия на обработку данных", "Нет согласий на обработку персональных данных.", "S000-6c",
          ("consent.record",)),
    Guard("has_health_consent_if_needed", "согласие на сведения о здоровье",
          "Нет согласия на обработку сведений о здоровье.", "S000-6c", ("consent.record",)),
    Guard("has_family_passport", "социальный паспорт семьи", "Нет социального паспорта семьи.", "S000-6e",
          ("passport.make",)),
    Guard("personal_file_complete", "личное дело собрано", "В личном деле не хватает документов.", "S000-6", ()),
    Guard("stage_documents_complete", "документы этапа собраны", "Не хватает документов этого этапа.", "S000-6", ()),
    Guard("has_agreement", "{agreement_short} {agreement_short?подписан|подписана|подписано}",
          "{Agreement_short} с семьёй не {agreement_short?подписан|подписана|подписано}.", "S000-7",
          ("agreement.sign",)),
    Guard("agreement_covers_programme", "{agreement_short} на весь срок: {programme_short}",
          "{Agreement_short} заканчивается раньше, чем {programme_short}.", "S002-3.3-4", ("agreement.sign",)),
    Guard("has_curator", "{curator} {curator?назначен|назначена|назначено}",
          "{Curator} не {curator?назначен|назначена|назначено}.", "S004-1-g", ("curator.assign",)),
    Guard("has_curator_order", "приказ: {curator}", "Нет приказа, которым {curator?назначен|назначена|назначено} "
          "{curator}.", "S000-5", ("curator.assign",)),
    Guard("has_level", "уровень сопровождения", "Уровень сопровождения не определён.", "S003-3.5-b", ("level.set",)),
    Guard("has_planned_end", "срок сопровождения", "Срок сопровождения не определён.", "S003-3.5-b", ("level.set",)),
    Guard("has_programme_draft", "{programme_short} {programme_short?составлен|составлена|составлено}",
          "{Programme_short} не {programme_short?составлен|составлена|составлено}.", "S000-8a",
          ("programme.create",)),
    Guard("measures_complete", "мероприятия заполнены",
          "Не у каждого мероприятия есть проблема, исполнитель и срок.", "S000-8a", ("programme.create",)),
    Guard("programme_family_agreed", "семья согласна: {programme_short}",
          "Согласие семьи не отмечено: {programme_short}.", "S004-2-a", ("programme.agree_family",)),
    Guard("programme_approved", "{programme_short} {programme_short?утверждён|утверждена|утверждено}",
          "{Programme_short} не {programme_short?утверждён|утверждена|утверждено}.", "S000-8b",
          ("programme.submit", "decision.record"), "approve_programme"),
    Guard("programme_dispatched", "{programme_short} {programme_short?разослан|разослана|разослано}",
          "{Programme_short} не {programme_short?разослан|разослана|разослано} организациям.", "S004-2-d",
          ("programme.dispatch",)),
    Guard("has_interim_assessment", "промежуточная диагностика", "Промежуточная диагностика не завершена.",
          "S004-3-b", ("assessment.finish",), anew=True),
    Guard("interim_results_heard", "промежуточные результаты рассмотрены",
          "Промежуточные результаты не рассмотрены.", "S003-3.6-a", ("decision.record",), "note_interim", True),
    Guard("has_final_assessment", "итоговая диагностика", "Итоговая диагностика не завершена.", "S003-3.6-b",
          ("assessment.finish",), anew=True),
    Guard("final_results_heard", "итоговые результаты рассмотрены", "Итоговые результаты не рассмотрены.",
          "S003-3.6-b", ("decision.record",), "note_final", True),
    Guard("preliminary_reviewed", "предварительная оценка результатов", "Предварительной оценки результатов нет.",
          "S002-3.5-c", ("review.finish",), anew=True),
    Guard("efficiency_reviewed", "анализ эффективности", "Анализ эффективности не завершён.", "S004-4-a",
          ("review.finish",), anew=True),
    Guard("quality_answered_or_waived", "ответ семьи о качестве", "Семью не спросили о качестве.", "S002-3.3-6",
          ("quality.record",), anew=True),
    Guard("decision_continue", "решение продолжить", "Нет решения продолжить сопровождение.", "S004-4-b",
          ("decision.record",), "continue", True),
    Guard("decision_terminate", "решение прекратить", "Нет решения прекратить сопровождение.", "S004-4-b",
          ("decision.record",), "terminate", True),
    Guard("closure_conclusion_signed", "заключение подписано", "Заключение не подписано.", "S003-3.7",
          ("closure.sign",)),
    Guard("post_support_done", "постсопровождение завершено", "Проверки постсопровождения не завершены.", "S004-5",
          ("post.check", "post.finish")),
)  # fmt: skip

GUARDS: dict[str, Guard] = {one.code: one for one in _LIST}
"""Every guard there is, by code."""

CHOICES = frozenset({"decision_continue", "decision_terminate", "recognition_positive", "recognition_negative"})
"""Guards that choose between ways: where there are two, they stand on a way, not before all of them."""

assert {one.decision for one in _LIST if one.decision} <= DECISIONS.keys()
