"""R18: everything sent out under a number, and what came back by the day asked for."""

from __future__ import annotations

import datetime as dt

from app.acting import clock_at
from app.dispatch.models import Content, Dispatch, DispatchItem
from app.organisation.models import PartnerKind, PartnerOrganisation
from app.programmes.models import ExecutorType
from app.referrals.models import EmploymentOutcome, ReferralStatus
from app.referrals.rules import annul, record_answer, send_referral
from reports import Asked
from tests.make import DAY, centre
from tests.progress.make import Care, in_care, in_force
from tests.reports.reading import exported, lines_of

MARCH_10 = dt.date(2026, 3, 10)


def partner(care: Care, name: str, kind: PartnerKind = PartnerKind.EDUCATION) -> PartnerOrganisation:
    """Make an organisation."""
    made = PartnerOrganisation(name=name, kind=kind, service_unit_id=care.case.service_unit_id)
    care.session.add(made)
    care.session.flush()
    return made


def test_s002_3_4_c_requests_are_told_with_their_term_answer_and_delay() -> None:
    with centre() as (session, by):
        care = in_care(session, by)
        office = partner(care, "Центр занятости", PartnerKind.EMPLOYMENT)
        ask = {"by": care.curator, "question": "?", "due": dt.date(2026, 2, 25)}
        late, silent, wrong = (send_referral(care.case, partner=to, **ask)
                               for to in (office, partner(care, "Школа № 3"), partner(care, "Школа № 4")))  # fmt: skip
        annul(wrong, by=care.curator, reason="не туда")
        with clock_at(dt.date(2026, 3, 2)):
            record_answer(late, by=care.curator, text="курсы", number="17", status=ReferralStatus.DONE,
                          outcome=EmploymentOutcome.SENT_TO_STUDY)  # fmt: skip
        found = lines_of(exported("R18", session, by, Asked(MARCH_10)))
        assert [list(line.values()) for line in found] == [
            [1, late.number, DAY, "Центр занятости", "запрос: занятость", care.case.number, 0, dt.date(2026, 2, 25),
             "02.03.2026, № 17", "исполнен: направлен на обучение", 5],
            [2, silent.number, DAY, "Школа № 3", "запрос: образование", care.case.number, 0, dt.date(2026, 2, 25),
             "–", "отправлен", 13],
            [3, wrong.number, DAY, "Школа № 4", "запрос: образование", care.case.number, 0, "–", "–", "аннулирован",
             "–"],
        ]  # fmt: skip
        # On the day before the answer nobody knew of it.
        first = lines_of(exported("R18", session, by, Asked(dt.date(2026, 3, 1))))[0]
        assert (first["Ответ (дата, №)"], first["Результат"], first["Просрочка, дней"]) == ("–", "отправлен", 4)
        assert lines_of(exported("R18", session, by, Asked(MARCH_10, date_from=dt.date(2026, 3, 1)))) == []


def test_letters_of_a_dispatch_stand_in_the_same_journal_with_their_own_measures_counted() -> None:
    with centre() as (session, by):
        care = in_care(session, by)
        school, clinic = partner(care, "Школа"), partner(care, "Поликлиника", PartnerKind.HEALTH)
        given = {"executor_type": ExecutorType.ORGANISATION, "executor_id": None}
        measures = in_force(care, {**given, "partner": school}, {**given, "partner": school},
                            {**given, "partner": clinic})  # fmt: skip
        unit = {"service_unit_id": care.case.service_unit_id}
        sent = Dispatch(case=care.case, programme_version=measures[0].programme_version, date=DAY,
                        content=Content.OWN_MEASURES, **unit)  # fmt: skip
        session.add(sent)
        session.add(DispatchItem(dispatch=sent, partner=school, letter_no="9/2026", sent_at=dt.date(2026, 2, 17),
                                 report_form="письмо", result_due=dt.date(2026, 3, 1), **unit))  # fmt: skip
        session.add(DispatchItem(dispatch=sent, partner=clinic, report_form="письмо", **unit))
        send_referral(care.case, by=care.curator, partner=school, question="?")
        found = lines_of(exported("R18", session, by, Asked(DAY)))
        assert [(line["№ исх."], line["Документ"], line["Мероприятий"]) for line in found] == [
            ("9/2026", "программа: выписка", 2), ("1/2026", "запрос: образование", 0),
        ]  # fmt: skip
