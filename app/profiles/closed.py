"""The other closed lists an order of work chooses from, with the words they are shown by.

``schema.json`` lists the same codes, so that a file can be checked without the product; a test keeps them equal.
"""

from __future__ import annotations

DECISIONS = {
    "recognise": "признать нуждающейся",
    "refuse_recognition": "отказать в признании",
    "approve_programme": "утвердить",
    "reject_programme": "отклонить",
    "return_programme": "вернуть на доработку",
    "approve_correction": "утвердить корректировку",
    "note_interim": "принять к сведению промежуточные результаты",
    "note_final": "принять к сведению итоговые результаты",
    "continue": "продолжить",
    "terminate": "прекратить",
    "change_level": "сменить уровень",
    "assign": "поручить",
}
"""What a body may decide (domain.md 2.0)."""

ACTIONS = {
    "intake.register": "S004-Г-2",
    "family.create": "S000-3",
    "case.open": "S000-3",
    "case.refuse": "S003-3.1",
    "case.advance": "S004-1",
    "case.return": "S004-4-b",
    "case.suspend": "S003-2.5",
    "case.resume": "S003-2.5",
    "case.transfer": "S004-1",
    "act.sign": "S000-6d",
    "assessment.finish": "S003-3.5-a",
    "application.register": "S003-3.3",
    "recognition.record": "S003-3.1",
    "curator.assign": "S004-1-g",
    "curator.replace": "S004-1-g",
    "programme.create": "S000-8a",
    "programme.agree_family": "S004-2-a",
    "programme.submit": "S000-8b",
    "programme.withdraw": "S000-8b",
    "programme.correct": "S000-10",
    "programme.start": "S003-3.5-c",
    "programme.dispatch": "S004-2-d",
    "agreement.sign": "S000-7",
    "agreement.amend": "S003-2.5",
    "agreement.terminate": "S003-2.5",
    "meeting.plan": "S000-8b",
    "meeting.close_agenda": "S000-8b",
    "meeting.cancel": "S000-8b",
    "meeting.hold": "S000-8b",
    "meeting.sign_protocol": "S000-8b",
    "decision.record": "S004-2-b",
    "report.submit": "S000-11b",
    "report.return": "S001-3.1-g",
    "report.accept": "S000-11a",
    "review.finish": "S004-4-a",
    "quality.record": "S002-3.3-6",
    "closure.prepare": "S003-3.7",
    "closure.sign": "S003-3.7",
    "post.check": "S004-5",
    "post.finish": "S004-5",
    "consent.record": "S000-6c",
    "consent.revoke": "S000-6c",
    "passport.make": "S000-6e",
    "register.enter": "S004-1-e",
    "category.set": "S004-1-d",
    "level.set": "S003-3.5-b",
    "team.add": "S002-3.2",
    "visit.record": "S001-2.2-d1",
    "service.record": "S000-9",
    "measure.report": "S002-3.5-b",
    "ipra.report": "S002-П-2",
    "referral.send": "S002-3.4-c",
    "override": "S002-4.2",
}
"""Every action and the clause of the source documents it serves; its words stand in the order of work."""

EVENTS = {
    "intake_registered": "обращение зарегистрировано",
    "first_contact_made": "первый контакт",
    "recognition_decided": "решение о признании",
    "application_registered": "заявление зарегистрировано",
    "register_included": "включена в банк данных",
    "register_entered": "занесена в журнал учёта",
    "agreement_signed": "{agreement_short} {agreement_short?подписан|подписана|подписано}",
    "curator_assigned": "{curator} {curator?назначен|назначена|назначено}",
    "programme_drafted": "{programme_short} {programme_short?составлен|составлена|составлено}",
    "programme_approved": "{programme_short} {programme_short?утверждён|утверждена|утверждено}",
    "dispatch_sent": "рассылка отправлена",
    "referral_sent": "запрос направлен",
    "referral_answered": "ответ получен",
    "stage_active_entered": "начало реализации",
    "interim_assessed": "промежуточная диагностика",
    "interim_heard": "промежуточные результаты рассмотрены",
    "month_started": "начало месяца",
    "month_ended": "конец месяца",
    "correction_considered": "корректировка рассмотрена",
    "report_submitted": "отчёт сдан",
    "certificate_expires": "окончание справки",
    "mse_task_created": "поручение о МСЭ",
    "consent_revoked": "согласие отозвано",
    "processing_stopped": "обработка прекращена",
    "case_closed": "снята с учёта",
}
"""What starts and settles a deadline."""

ENDS = {"closed": "снятие с учёта", "refused": "отказ"}
"""The two ends of a case; they are no stages."""

DIRECTIONS = {
    "psy_ped": "психолого-педагогические",
    "soc_med": "социально-медицинские",
    "soc_psy": "социально-психологические",
    "soc_ped": "социально-педагогические",
    "soc_legal": "социально-правовые",
    "soc_daily": "социально-бытовые",
    "soc_econ": "социально-экономические",
    "soc_labour": "социально-трудовые",
    "soc_rehab": "социально-реабилитационные",
    "communicative": "коммуникативные",
    "urgent": "срочные",
}
"""Directions of services: a centre chooses which of them are its own and says them in its words."""

UNITS = {
    "workday": ("рабочий день", "рабочих дня", "рабочих дней"),
    "day": ("день", "дня", "дней"),
    "month": ("месяц", "месяца", "месяцев"),
}
"""Units of a deadline, as they are counted."""

QUORUMS = {"none": "без кворума", "half": "половина", "half_plus": "больше половины", "two_thirds": "две трети"}
BODY_KINDS = {
    "service_meeting": "заседание службы",
    "council": "совет",
    "interagency_group": "межведомственная группа",
    "kdn": "КДНиЗП",
    "authority": "орган власти",
    "single_person": "должностное лицо",
}
