"""What the order of work of a centre does to its programmes: who writes and sends them, and when they act."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.acting import SYSTEM
from app.base import RuleBroken
from app.cases.models import Direction, StageMove
from app.cases.stages import enter
from app.meetings.models import Body, BodyKind
from app.organisation.models import Territory, TerritoryLevel
from app.programmes.makers import add_participant, add_partner, engaged, remove_participant, remove_partner
from app.programmes.models import MeasureStatus, VersionStatus
from app.programmes.page import is_approved_here
from app.programmes.rules import (
    add_measure,
    agree_with_family,
    begin,
    change_draft,
    correct,
    mark_measure,
    put_in_force,
    start,
    start_programme,
    submit,
    withdraw,
)
from tests.make import DAY, child_of, make_adult, mother_of, refused
from tests.office import Office, Offices

WHOLE = {"problem": "Не говорит", "due": dt.date(2026, 6, 30)}
TERM = {"goal": "Говорит", "valid_from": DAY, "valid_to": dt.date(2026, 12, 31)}


def go(case, stage: str) -> None:
    """Let the case stand on *stage*, whatever it lacks."""
    enter(case, stage, by=SYSTEM, move=StageMove.OVERRIDDEN, reason="для проверки")


@pytest.mark.rows("S001-3.1-b", "S001-3.2-a")
def test_S000_8a_the_team_writes_the_programme_each_in_their_direction(offices: Offices):
    with offices.at("sudogda") as office:
        case = office.case("programme")
        office.join(case, office.psychologist, Direction.PSYCHOLOGICAL)
        office.join(case, office.pedagogue, Direction.PEDAGOGICAL)
        version = office.draft(case, office.curator)

        add_measure(version, by=office.psychologist, title="Беседа", direction=Direction.PSYCHOLOGICAL, **WHOLE)
        add_measure(version, by=office.pedagogue, title="Кружок", direction=Direction.PEDAGOGICAL, **WHOLE)

        assert [one.title for one in version.measures] == ["Занятия с логопедом", "Беседа", "Кружок"]
        with pytest.raises(RuleBroken, match="Вы ведёте только мероприятия своего направления"):
            add_measure(version, by=office.psychologist, title="Осмотр", direction=Direction.MEDICAL, **WHOLE)


def test_S000_8a_who_is_not_of_the_team_or_has_another_role_does_not_write_it(offices: Offices):
    with offices.at("sudogda") as office:
        case = office.case("programme")
        version = office.draft(case, office.curator)
        for who in (office.psychologist, office.hire("curator")):
            with pytest.raises(RuleBroken):
                add_measure(version, by=who, title="Беседа", direction=Direction.PSYCHOLOGICAL, **WHOLE)
        office.join(case, office.worker, Direction.HOUSEHOLD)
        with pytest.raises(RuleBroken, match="«Составить программу» делает"):
            add_measure(version, by=office.worker, title="Уборка", direction=Direction.HOUSEHOLD, **WHOLE)
        with pytest.raises(RuleBroken, match="Вы не работаете с этой семьёй"):
            change_draft(version, by=office.psychologist, goal="Другая")


def test_a_programme_is_not_begun_before_its_stage(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s1")
        with pytest.raises(RuleBroken, match="«Составить программу» – на этапе «Этап составления"):
            start_programme(office.session, case, by=office.curator, **TERM)


def test_S004_2_a_a_programme_the_family_was_not_asked_about_is_not_sent(offices: Offices):
    with offices.at("rostov") as office:
        version = office.draft(office.case("s2"), office.curator)
        body = office.body("kdn")
        with refused("Сначала другое (этап 2 Схемы). Согласие семьи не отмечено: ИПСС."):
            submit(version, by=office.curator, body=body)
        agree_with_family(version, by=office.curator, person=mother_of(version.programme.case.family))
        submit(version, by=office.curator, body=body)
        assert (version.status, version.body_id) == (VersionStatus.SUBMITTED, body.id)


def test_S004_2_a_nor_is_a_correction(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s2", "programme_approved")
        version = version_of(office, case)
        go(case, "s3")
        begin(case)
        corrected = correct(version.programme, by=office.curator, reason="Заболел")
        sentence = "ИПСС не отправлена. Сначала согласуйте ИПСС с семьёй: нажмите «Согласовать с семьёй»."
        with refused(sentence):
            submit(corrected, by=office.curator, body=office.body("kdn"))


def version_of(office: Office, case):
    """Return the newest version of the programme of the case."""
    from app.programmes.models import Programme

    return office.session.scalars(select(Programme).where(Programme.case_id == case.id)).one().versions[-1]


def test_without_that_guard_a_draft_is_sent_as_it_is(offices: Offices):
    with offices.at("sudogda") as office:
        version = office.draft(office.case("programme"), office.curator)
        submit(version, by=office.curator, body=office.body("service_meeting"))
        assert version.status is VersionStatus.SUBMITTED
        withdraw(version, by=office.curator)
        assert version.status is VersionStatus.DRAFT


def test_who_sends_a_programme_is_said_by_the_order_of_work(offices: Offices):
    with offices.at("mishkino") as office:
        specialist = office.hire("curator")
        case = office.case("s2", led=False)
        version = office.draft(case, specialist)
        with pytest.raises(RuleBroken, match="«Передать программу на утверждение» делает Заведующий"):
            submit(version, by=specialist, body=office.body("director"))
        submit(version, by=office.head, body=office.body("director"))
        assert version.status is VersionStatus.SUBMITTED


def test_S003_3_5_c_nobody_approves_where_the_programme_is_made_with_the_family(offices: Offices):
    with offices.at("alliance") as office:
        case = office.case("diagnose")
        version = office.draft(case, office.curator)
        body = office.session.scalars(
            select(Body).where(Body.service_unit_id == office.unit.id, Body.kind == BodyKind.COUNCIL)
        ).one()
        sentence = (
            "В вашем порядке работы этого действия нет, дело на этапе «Первичная диагностика и составление программы»."
        )
        with pytest.raises(RuleBroken, match=sentence):
            submit(version, by=office.curator, body=body)
        assert not is_approved_here(version)
        with pytest.raises(RuleBroken, match="Ввести в действие можно программу, с которой согласна семья"):
            start(version, by=office.curator)
        agree_with_family(version, by=office.curator, person=mother_of(case.family))
        start(version, by=office.curator, on=DAY)
        assert (version.status, version.in_force_at) == (VersionStatus.IN_FORCE, DAY)


def test_where_a_body_approves_nobody_starts_a_programme_alone(offices: Offices):
    with offices.at("sudogda", "programme.withdraw", "programme.start") as office:
        case = office.case("programme")
        version = office.draft(case, office.curator)
        agree_with_family(version, by=office.curator, person=mother_of(case.family))
        with refused("ИПСС здесь сначала утверждают: отправьте её на рассмотрение."):
            start(version, by=office.curator)


def test_S003_3_5_c_the_members_of_the_family_who_took_part_are_named(offices: Offices):
    with offices.at("alliance") as office:
        case = office.case("diagnose")
        version = office.draft(case, office.curator)
        mother, child = mother_of(case.family), child_of(case.family)
        with refused("Назовите, кто согласен от имени семьи.", "family_agreed_by_id"):
            agree_with_family(version, by=office.curator)
        stranger = make_adult(office.session, office.head, last_name="Чужая")
        with refused("Чужая Мария не в этой семье. Выберите члена семьи.", "family_agreed_by_id"):
            agree_with_family(version, by=office.curator, person=stranger)
        add_participant(version, child, by=office.curator)
        with refused(f"{child} уже в числе составителей.", "person_id"):
            add_participant(version, child, by=office.curator)
        with refused("Чужая Мария не в этой семье. Выберите члена семьи.", "person_id"):
            add_participant(version, stranger, by=office.curator)

        agree_with_family(version, by=office.curator, person=mother, on=DAY)

        assert (set(version.family_participants), version.family_agreed_at) == ({mother, child}, DAY)
        with refused(f"{mother} подписал согласие с программой, убрать его нельзя."):
            remove_participant(version, mother, by=office.curator)
        remove_participant(version, child, by=office.curator)
        assert version.family_participants == [mother]


def test_S003_3_5_d_the_organisations_are_those_of_the_measures_and_those_added(offices: Offices):
    with offices.at("alliance") as office:
        case = office.case("diagnose")
        hospital, school = office.partner("Больница"), office.partner("Школа")
        version = office.draft(case, office.curator, hospital)

        add_partner(version, school, by=office.curator)

        assert engaged(version) == [hospital, school]
        with refused(f"{hospital} уже в списке привлекаемых организаций.", "partner_id"):
            add_partner(version, hospital, by=office.curator)
        with refused(f"{hospital}: исполнитель мероприятия. Измените исполнителя в нём."):
            remove_partner(version, hospital, by=office.curator)
        remove_partner(version, school, by=office.curator)
        assert engaged(version) == [hospital]
        agree_with_family(version, by=office.curator, person=mother_of(case.family))
        start(version, by=office.curator)
        with refused("Изменить можно черновик, а версия\u00a01 – действует."):
            add_partner(version, school, by=office.curator)


def test_S003_2_2_the_paper_names_the_individual_programme_it_supplements(offices: Offices):
    with offices.at("alliance") as office:
        version = office.draft(office.case("diagnose"), office.curator)
        assert "ИППСУ" in version.document_title
        change_draft(version, by=office.curator, ippsu_number="45", ippsu_date=dt.date(2026, 2, 2))
        assert version.document_title == f"{version.programme.title} № 45 от 02.02.2026"


def test_S002_3_3_2_a_version_keeps_volume_kinds_forms_technologies_and_potential(offices: Offices):
    sections = {
        "volume": "Два раза в неделю",
        "kinds": "Консультации",
        "forms": "На дому",
        "technologies": "Игровая терапия",
        "family_potential": "Бабушка помогает",
    }
    with offices.at("mishkino") as office:
        case = office.case("s2", led=False)
        version = office.draft(case, office.hire("curator"), **sections)
        assert {name: getattr(version, name) for name in sections} == sections


def test_an_approved_version_waits_for_the_work_to_begin(offices: Offices):
    with offices.at("sudogda") as office:
        case = office.case("programme", "programme_approved")
        version = version_of(office, case)
        with refused("ИПСС начнёт действовать, когда дело перейдёт к реализации."):
            put_in_force(version, by=office.curator)
        go(case, "implement")
        begin(case, on=DAY)
        assert (version.status, version.in_force_at) == (VersionStatus.IN_FORCE, DAY)
        assert begin(case) is None


def test_the_days_of_review_of_the_acting_version_are_those_of_the_case(offices: Offices):
    with offices.at("alliance") as office:
        case = office.case("diagnose")
        version = office.draft(case, office.curator)
        with refused("Даты пишут через запятую. Напишите дату так: 31.12.2026.", "review_dates"):
            change_draft(version, by=office.curator, review_dates="весной")
        change_draft(version, by=office.curator, review_dates="25.08.2026, 25.05.2026, 01.02.2026")
        agree_with_family(version, by=office.curator, person=mother_of(case.family))
        start(version, by=office.curator, on=DAY)
        assert case.next_review_at == dt.date(2026, 5, 25)


def test_S004_К_a_body_of_another_municipality_is_not_asked(offices: Offices):
    with offices.at("rostov") as office:
        other = Territory(name="Дальний район", level=TerritoryLevel.DISTRICT)
        village = Territory(name="Ближнее", level=TerritoryLevel.LOCALITY, parent=office.unit.municipality)
        office.session.add_all([other, village])
        office.session.flush()
        case = office.case("s2", place=village)
        version = office.draft(case, office.curator)
        agree_with_family(version, by=office.curator, person=mother_of(case.family))
        far = Body(code="kdn-far", title="КДНиЗП Дальнего района", kind=BodyKind.KDN, territory=other,
                   is_internal=False, service_unit_id=office.unit.id)  # fmt: skip
        office.session.add(far)
        office.session.flush()
        with refused("КДНиЗП Дальнего района: это орган другого муниципалитета. Выберите другой.", "body_id"):
            submit(version, by=office.curator, body=far)
        submit(version, by=office.curator, body=office.body("kdn"))
        assert version.status is VersionStatus.SUBMITTED


def test_S000_10_a_correction_is_the_next_version_and_only_in_work(offices: Offices):
    with offices.at("sudogda") as office:
        case = office.case("programme", "programme_approved")
        version = version_of(office, case)
        with pytest.raises(RuleBroken, match="«Предложить корректировку» – на этапе «Реализация ИПСС»"):
            correct(version.programme, by=office.curator, reason="Заболел")
        go(case, "implement")
        begin(case)
        office.join(case, office.psychologist, Direction.PSYCHOLOGICAL)
        second = correct(version.programme, by=office.psychologist, reason="Заболел")
        assert (second.version_no, second.status, second.change_reason) == (2, VersionStatus.DRAFT, "Заболел")
        assert version.status is VersionStatus.IN_FORCE


def test_S004_3_a_an_organisation_marks_its_own_measure_and_no_other(offices: Offices):
    with offices.at("rostov") as office:
        case = office.case("s2", "programme_approved")
        version = version_of(office, case)
        go(case, "s3")
        begin(case)
        [measure] = [one for one in version.measures if one.partner_id is not None]
        own = office.hire("partner", partner_id=measure.partner_id)
        stranger = office.hire("partner", partner_id=office.partner("Школа").id)
        with pytest.raises(RuleBroken, match="Вы не в команде этой семьи"):
            mark_measure(measure, by=stranger, status=MeasureStatus.DONE, done_at=DAY)
        mark_measure(measure, by=own, status=MeasureStatus.DONE, done_at=DAY, result="Осмотрен")
        assert (measure.status, measure.result) == (MeasureStatus.DONE, "Осмотрен")
