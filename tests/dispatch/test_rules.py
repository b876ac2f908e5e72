"""The dispatch of an approved programme: a letter to each organisation with its own measures (S004-2-d)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.base import RuleBroken
from app.cases.models import FamilyCase
from app.dispatch.models import Content, Dispatch, Via
from app.dispatch.rules import acknowledge, dispatch_programme, send_item
from app.meetings.bodies import Ruling
from app.meetings.rules import record_decision
from app.programmes.models import ProgrammeVersion, VersionStatus
from app.programmes.rules import agree_with_family, begin, complete, correct, submit
from tests.make import DAY, database, mother_of, refused
from tests.office import UNTIL, Office, Offices
from tests.process.facts import FACTS, World
from tests.programmes.make import make_draft, programme_centre
from tests.programmes.test_by_order import go


def approved(office: Office, *names: str) -> ProgrammeVersion:
    """Make an approved programme that charges organisations *names*, its agreement signed."""
    case = office.case("s2")
    version = office.draft(case, office.curator, *(office.partner(name) for name in names))
    _approve(office, case, version)
    FACTS["has_agreement"](World(office.session, office.head, office.order, case))
    office.session.expire_all()
    return version


def _approve(office: Office, case: FamilyCase, version: ProgrammeVersion) -> None:
    agree_with_family(version, by=office.curator, person=mother_of(case.family))
    submit(version, by=office.curator, body=office.body("kdn"))
    record_decision(case, by=office.secretary, body=office.body("kdn"), ruling=_ruling(version), number="7", date=DAY)


def _ruling(version: ProgrammeVersion) -> Ruling:
    return Ruling.APPROVE if version.version_no == 1 else Ruling.APPROVE_CORRECTION


def send_all(office: Office, dispatch: Dispatch) -> None:
    """Send every letter."""
    for item in dispatch.items:
        send_item(item, by=office.curator, via=Via.POST, on=DAY)


def test_S004_2_d_each_organisation_gets_a_letter_with_its_own_measures_only(offices: Offices):
    with offices.at("rostov") as office:
        version = approved(office, "Больница", "Школа")

        dispatch = dispatch_programme(version, by=office.curator, on=DAY)

        told = [(str(one.partner).split()[0], [each.title for each in one.measures]) for one in dispatch.items]
        assert told == [
            ("Больница", [f"Осмотр: {dispatch.items[0].partner}"]),
            ("Школа", [f"Осмотр: {dispatch.items[1].partner}"]),
        ]
        assert {(one.sent_at, one.letter_no, one.result_due) for one in dispatch.items} == {(None, None, UNTIL)}
        assert (dispatch.content, dispatch.sent_at) == (Content.OWN_MEASURES, None)


def test_S004_2_d_the_whole_programme_goes_where_the_order_of_work_says_so(offices: Offices):
    with offices.at("rostov", "content: own_measures", "content: whole_programme") as office:
        version = approved(office, "Больница", "Школа")
        dispatch = dispatch_programme(version, by=office.curator, on=DAY)
        assert [len(one.measures) for one in dispatch.items] == [3, 3]
        assert [len(one.own_measures) for one in dispatch.items] == [1, 1]


def test_letters_are_numbered_as_they_leave_and_the_last_makes_the_dispatch_whole(offices: Offices):
    with offices.at("rostov") as office:
        version = approved(office, "Больница", "Школа")
        dispatch = dispatch_programme(version, by=office.curator, on=DAY)
        first, second = dispatch.items

        send_item(second, by=office.curator, via=Via.EDMS, on=DAY, report_form="Таблица")
        assert (dispatch.sent_at, first.letter_no) == (None, None)
        send_item(first, by=office.curator, via=Via.POST, on=DAY, result_due=dt.date(2026, 3, 1))

        numbers = [int(one.letter_no.split("/")[0]) for one in (second, first)]
        assert numbers[1] == numbers[0] + 1
        assert (dispatch.sent_at, second.via, second.report_form, first.result_due) == (
            DAY, Via.EDMS, "Таблица", dt.date(2026, 3, 1),
        )  # fmt: skip
        assert version.status is VersionStatus.APPROVED


def test_a_correction_acts_from_the_day_its_letters_are_sent(offices: Offices):
    with offices.at("rostov") as office:
        version = approved(office, "Больница")
        case = version.programme.case
        send_all(office, dispatch_programme(version, by=office.curator, on=DAY))
        go(case, "s3")
        begin(case)
        second = correct(version.programme, by=office.curator, reason="Заболел")
        _approve(office, case, second)
        assert (version.status, second.status) == (VersionStatus.IN_FORCE, VersionStatus.APPROVED)

        send_all(office, dispatch_programme(second, by=office.curator, on=DAY))

        assert (version.status, second.status) == (VersionStatus.SUPERSEDED, VersionStatus.IN_FORCE)


def test_what_was_received_is_marked_once(offices: Offices):
    with offices.at("rostov") as office:
        [item] = dispatch_programme(approved(office, "Больница"), by=office.curator, on=DAY).items
        with refused("Это письмо ещё не отправлено."):
            acknowledge(item, by=office.curator, on=DAY)
        send_item(item, by=office.curator, via=Via.POST, on=DAY)
        for day in (dt.date(2026, 2, 17), dt.date(2026, 2, 19)):
            with refused("Письмо получают не раньше отправки и не позже сегодняшнего дня.", "received_at"):
                acknowledge(item, by=office.curator, on=day)
        acknowledge(item, by=office.curator, on=DAY, acknowledged_by=" Секретарь ")
        assert (item.received_at, item.acknowledged_by) == (DAY, "Секретарь")
        with refused("Получение уже отмечено: 18.02.2026."):
            acknowledge(item, by=office.curator, on=DAY)


# ---- refusals ----------------------------------------------------------------------------------------


def test_S004_2_d_nothing_is_sent_before_the_agreement_nor_by_others(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s2")
        version = office.draft(case, office.curator, office.partner())
        with refused("Сначала другое (этап 2 Схемы). Согласие семьи не отмечено: ИПСС."):
            dispatch_programme(version, by=office.curator)
        _approve(office, case, version)
        with refused("Сначала другое (этап 2 Схемы). Соглашение с семьёй не подписано."):
            dispatch_programme(version, by=office.curator)
        with pytest.raises(RuleBroken, match="«Разослать программу» делает Куратор"):
            dispatch_programme(approved(office, "Больница"), by=office.secretary)


def test_a_centre_that_dispatches_nothing_refuses(offices: Offices):
    with offices.at("sudogda") as office:
        version = office.draft(office.case("programme"), office.curator, office.partner())
        with pytest.raises(RuleBroken, match="В вашем порядке работы этого действия нет"):
            dispatch_programme(version, by=office.curator)
    sentence = "В вашем порядке работы программу организациям не рассылают."
    with database() as session, programme_centre(session) as centre, refused(sentence):
        dispatch_programme(make_draft(centre), by=centre.head)


def test_a_dispatch_that_cannot_be_is_refused(offices: Offices):
    with offices.at("rostov") as office:
        alone = approved(office)
        with refused("В ИПСС нет мероприятий, порученных организациям: рассылать нечего."):
            dispatch_programme(alone, by=office.curator)
        version = approved(office, "Больница")
        with refused("Этот день ещё не наступил. Проверьте дату.", "date"):
            dispatch_programme(version, by=office.curator, on=dt.date(2026, 2, 19))
        dispatch_programme(version, by=office.curator, on=DAY)
        with refused("Письма уже подготовлены 18.02.2026. Откройте рассылку и отправьте их."):
            dispatch_programme(version, by=office.curator, on=DAY)


def test_a_letter_that_cannot_be_sent_is_refused(offices: Offices):
    with offices.at("rostov") as office:
        version = approved(office, "Больница", "Школа")
        first, second = dispatch_programme(version, by=office.curator, on=DAY).items
        with refused("Письмо отправляют не раньше, чем готовят, и не позже сегодняшнего дня.", "sent_at"):
            send_item(first, by=office.curator, via=Via.POST, on=dt.date(2026, 2, 17))
        with refused("Срок ответа раньше отправки. Проверьте дату.", "result_due"):
            send_item(first, by=office.curator, via=Via.POST, on=DAY, result_due=dt.date(2026, 2, 1))
        send_item(first, by=office.curator, via=Via.POST, on=DAY)
        with refused(f"Письмо уже отправлено 18.02.2026, исх. № {first.letter_no}."):
            send_item(first, by=office.curator, via=Via.POST, on=DAY)
        go(version.programme.case, "s3")
        begin(version.programme.case)
        complete(version, by=office.head, on=DAY)
        with refused("Рассылают утверждённую ИПСС, а версия\u00a01 – выполнена."):
            send_item(second, by=office.curator, via=Via.POST, on=DAY)
