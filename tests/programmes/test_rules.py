"""Approval, rejection, return, withdrawal, correction, entry into force and marks (domain 3.8)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.acting import SYSTEM
from app.base import RuleBroken
from app.cases.models import Direction, FamilyCase
from app.journal.models import JournalRow
from app.meetings.models import DecisionKind
from app.meetings.rules import close_agenda
from app.programmes.models import MeasureStatus, ProgrammeVersion, VersionKind, VersionStatus
from app.programmes.rules import (
    add_measure,
    approve,
    change_measure,
    complete,
    correct,
    mark_measure,
    put_in_force,
    reject,
    remove_measure,
    send_back,
    submit,
    terminate,
    withdraw,
)
from tests.make import DAY, make_case
from tests.meetings.make import (
    Council,
    make_acting,
    make_approved,
    make_decision,
    make_meeting,
    make_submitted,
)
from tests.programmes.make import DUE, make_draft, make_measure

TEXT = "Нет срока занятий"


def statuses(version: ProgrammeVersion) -> list[VersionStatus]:
    return [each.status for each in version.programme.versions]


# ---- decisions -----------------------------------------------------------------------------------------


@pytest.mark.both
def test_a_signed_decision_approves_the_version(council: Council):
    version = make_submitted(council)

    decision = make_decision(council, version)

    assert version.status is VersionStatus.APPROVED
    assert (version.decision_id, version.decided_at) == (decision.id, decision.decided_at)


@pytest.mark.both
def test_a_rejected_version_keeps_its_reason_and_a_new_draft_follows_on_the_same_lineages(council: Council):
    version = make_submitted(council, "Логопед", "Подвоз")

    make_decision(council, version, DecisionKind.REJECT, TEXT)

    council.session.expire_all()
    assert statuses(version) == [VersionStatus.REJECTED, VersionStatus.DRAFT]
    assert version.decision_reason == TEXT
    clone = version.programme.versions[1]
    assert (clone.version_no, clone.kind, clone.based_on, clone.change_reason) == (2, VersionKind.FIRST, version, TEXT)
    assert clone.goal == version.goal
    assert [(each.lineage_id, each.no, each.title, each.due) for each in clone.measures] == [
        (each.lineage_id, each.no, each.title, each.due) for each in version.measures
    ]
    assert clone.decision_id is None


def test_a_returned_version_is_a_draft_again_with_the_reason(council: Council):
    version = make_submitted(council)

    make_decision(council, version, DecisionKind.SEND_BACK, TEXT)

    assert statuses(version) == [VersionStatus.DRAFT]
    assert version.decision_reason == TEXT
    make_measure(council.centre, version, "Подвоз")
    submit(version, by=council.centre.curator, body=council.body)
    assert (version.status, version.decision_id, version.decision_reason) == (VersionStatus.SUBMITTED, None, None)


def test_approve_twice_is_refused(council: Council):
    version = make_submitted(council)
    decision = make_decision(council, version)

    with pytest.raises(RuleBroken) as refusal:
        approve(version, decision=decision, by=council.secretary)

    assert refusal.value.sentence == "Версия 1 уже утверждена."


def test_approve_what_was_withdrawn_is_refused(council: Council):
    version = make_submitted(council)
    decision = make_decision(council, version, DecisionKind.SEND_BACK, TEXT)

    with pytest.raises(RuleBroken) as refusal:
        approve(version, decision=decision, by=council.secretary)

    assert refusal.value.sentence == (
        f"Нельзя утвердить то, что не на рассмотрении: {version.programme}, версия\u00a01 – черновик."
    )


def test_a_decision_before_the_signatures_has_no_effect(council: Council):
    version = make_submitted(council)
    decision = make_decision(council, version, signed=False)

    for effect in (
        lambda: approve(version, decision=decision, by=council.secretary),
        lambda: reject(version, decision=decision, reason=TEXT, by=council.secretary),
        lambda: send_back(version, decision=decision, reason=TEXT, by=council.secretary),
    ):
        with pytest.raises(RuleBroken, match="Решение вступит в силу, когда протокол подпишут"):
            effect()
    assert version.status is VersionStatus.SUBMITTED


def test_a_decision_about_one_programme_does_not_approve_another(council: Council):
    decision = make_decision(council, make_submitted(council))
    other = make_draft(council.centre, case=_other_case(council))
    submit(other, by=council.centre.head, body=council.body)

    with pytest.raises(RuleBroken, match="Это решение о другой программе"):
        approve(other, decision=decision, by=council.secretary)


def test_reject_and_send_back_without_a_reason_are_refused(council: Council):
    version = make_submitted(council)
    decision = make_decision(council, version, signed=False)

    for effect in (reject, send_back):
        with pytest.raises(RuleBroken) as refusal:
            effect(version, decision=decision, reason="  ", by=council.secretary)
        assert (refusal.value.sentence, refusal.value.field) == (
            "Напишите причину: её увидит куратор, и она войдёт в протокол.",
            "reason",
        )


# ---- withdrawal ----------------------------------------------------------------------------------------


def test_a_withdrawn_version_is_a_draft_and_leaves_the_agenda(council: Council):
    version = make_submitted(council)
    meeting = make_meeting(council, version)

    withdraw(version, by=council.centre.curator)

    assert (version.status, version.submitted_at) == (VersionStatus.DRAFT, None)
    council.session.expire_all()
    assert meeting.items == []


def test_withdraw_after_the_agenda_is_closed_is_refused(council: Council):
    version = make_submitted(council)
    close_agenda(make_meeting(council, version), by=council.secretary)

    with pytest.raises(RuleBroken) as refusal:
        withdraw(version, by=council.centre.curator)

    assert refusal.value.sentence == "Повестка заседания закрыта, отозвать программу уже нельзя. Дождитесь решения."


def test_only_a_waiting_version_is_withdrawn_and_only_by_who_leads_the_case(council: Council):
    draft = make_draft(council.centre)
    with pytest.raises(RuleBroken, match="Отозвать можно то, что на рассмотрении"):
        withdraw(draft, by=council.centre.curator)
    submit(draft, by=council.centre.curator, body=council.body)
    with pytest.raises(RuleBroken, match="Это делает куратор семьи или руководитель службы"):
        withdraw(draft, by=council.centre.stranger)


# ---- in force ------------------------------------------------------------------------------------------


@pytest.mark.both
def test_the_next_version_supersedes_the_one_in_force_and_takes_its_marks_over(council: Council):
    first = make_acting(council, "Логопед", "Подвоз")
    second = correct(first.programme, by=council.centre.curator, reason="Нужны ещё занятия")
    remove_measure(second.measures[1], by=council.centre.curator)
    make_measure(council.centre, second, "Ходунки")
    submit(second, by=council.centre.curator, body=council.body)
    speech = first.measures[0]
    mark_measure(speech, by=council.centre.curator, status=MeasureStatus.DONE, done_at=DAY, result="Пошло дело")
    make_decision(council, second)

    put_in_force(second, by=council.centre.curator, on=DAY)

    council.session.flush()
    assert statuses(first) == [VersionStatus.SUPERSEDED, VersionStatus.IN_FORCE]
    assert (first.ended_at, second.in_force_at) == (DAY, DAY)
    assert [(each.title, each.status, each.done_at, each.result) for each in second.measures] == [
        ("Логопед", MeasureStatus.DONE, DAY, "Пошло дело"),
        ("Ходунки", MeasureStatus.PLANNED, None, None),
    ]
    assert second.change_summary == "Добавлено: «Ходунки».\nУбрано: «Подвоз»."


def test_only_an_approved_version_comes_into_force_and_once(council: Council):
    draft = make_draft(council.centre)
    with pytest.raises(RuleBroken, match="Действовать может утверждённая программа"):
        put_in_force(draft, by=council.centre.curator)
    submit(draft, by=council.centre.curator, body=council.body)
    make_decision(council, draft)
    with pytest.raises(RuleBroken, match="Это делает куратор семьи"):
        put_in_force(draft, by=council.centre.stranger)
    put_in_force(draft, by=SYSTEM)
    with pytest.raises(RuleBroken, match="Версия 1 уже действует"):
        put_in_force(draft, by=SYSTEM)


@pytest.mark.both
def test_the_database_refuses_a_second_version_in_force_and_a_second_open_one(council: Council):
    first = make_acting(council)
    correct(first.programme, by=council.centre.curator, reason=TEXT)
    council.session.commit()
    same = {
        "programme_id": first.programme_id,
        "kind": VersionKind.CORRECTION,
        "goal": "Цель",
        "valid_from": DAY,
        "valid_to": DAY,
        "service_unit_id": first.service_unit_id,
    }

    for status in (VersionStatus.IN_FORCE, VersionStatus.AGREED):
        council.session.add(ProgrammeVersion(version_no=3, status=status, **same))
        with pytest.raises(IntegrityError):
            council.session.flush()
        council.session.rollback()


# ---- correction ----------------------------------------------------------------------------------------


def test_a_correction_is_the_next_version_with_its_measures_on_their_lineages(council: Council):
    first = make_acting(council, "Логопед", "Подвоз")
    mark_measure(first.measures[0], by=council.centre.curator, status=MeasureStatus.IN_WORK)

    second = correct(first.programme, by=council.centre.curator, reason="Переезд семьи")

    assert (second.version_no, second.kind, second.status) == (2, VersionKind.CORRECTION, VersionStatus.DRAFT)
    assert (second.change_reason, second.based_on) == ("Переезд семьи", first)
    assert [(each.lineage_id, each.title) for each in second.measures] == [
        (each.lineage_id, each.title) for each in first.measures
    ]
    assert {each.status for each in second.measures} == {MeasureStatus.PLANNED}
    assert first.status is VersionStatus.IN_FORCE


def test_changing_the_correction_leaves_the_version_in_force_as_it_was(council: Council):
    first = make_acting(council, "Логопед")
    second = correct(first.programme, by=council.centre.curator, reason=TEXT)

    change_measure(second.measures[0], by=council.centre.curator, volume="2 раза в неделю")

    assert [each.volume for each in (first.measures[0], second.measures[0])] == [None, "2 раза в неделю"]


def test_a_correction_needs_a_reason_an_approved_version_and_no_open_one(council: Council):
    draft = make_draft(council.centre)
    with pytest.raises(RuleBroken, match="Напишите, почему программу нужно изменить") as refusal:
        correct(draft.programme, by=council.centre.curator, reason=" ")
    assert refusal.value.field == "change_reason"
    with pytest.raises(RuleBroken) as refusal:
        correct(draft.programme, by=council.centre.curator, reason=TEXT)
    assert refusal.value.sentence == "Версия 1 уже составляется (черновик). Продолжите её."
    submit(draft, by=council.centre.curator, body=council.body)
    make_decision(council, draft)
    put_in_force(draft, by=SYSTEM)
    terminate(draft, by=council.centre.head, reason="Семья уехала")
    with pytest.raises(RuleBroken, match="Корректируют утверждённую программу, а такой версии нет"):
        correct(draft.programme, by=council.centre.curator, reason=TEXT)


def test_an_approved_version_is_changed_by_a_correction_only(council: Council):
    version = make_approved(council)

    with pytest.raises(RuleBroken) as refusal:
        add_measure(version, by=council.centre.curator, title="Подвоз")

    assert refusal.value.sentence == (
        "Версия 1 уже не черновик: утверждена. Чтобы изменить программу, начните корректировку."
    )


# ---- marks ---------------------------------------------------------------------------------------------


def test_a_measure_of_the_acting_version_is_marked(council: Council):
    measure = make_acting(council).measures[0]
    curator = council.centre.curator

    mark_measure(measure, by=curator, status=MeasureStatus.PARTLY, done_at=DAY, result="5 занятий из 10")
    assert (measure.status, measure.done_at, measure.result) == (MeasureStatus.PARTLY, DAY, "5 занятий из 10")

    mark_measure(measure, by=curator, status=MeasureStatus.NOT_DONE, reason="Болел")
    assert (measure.status, measure.done_at, measure.not_done_reason) == (MeasureStatus.NOT_DONE, None, "Болел")


def test_the_executor_and_the_team_of_the_direction_mark_and_nobody_else(council: Council):
    centre = council.centre
    version = make_submitted(council)
    make_decision(council, version, DecisionKind.SEND_BACK, TEXT)
    make_measure(centre, version, "Беседы", direction=Direction.PSYCHOLOGICAL, due=DUE)
    make_measure(centre, version, "Справки", direction=Direction.LEGAL, executor_id=centre.stranger.staff_id)
    submit(version, by=centre.curator, body=council.body)
    make_decision(council, version)
    speech, talks, papers = version.measures

    mark_measure(talks, by=centre.psychologist, status=MeasureStatus.IN_WORK)
    mark_measure(papers, by=centre.stranger, status=MeasureStatus.IN_WORK)

    assert (talks.status, papers.status) == (MeasureStatus.IN_WORK, MeasureStatus.IN_WORK)
    with pytest.raises(RuleBroken, match="Вы ведёте только мероприятия своего направления"):
        mark_measure(speech, by=centre.psychologist, status=MeasureStatus.IN_WORK)
    with pytest.raises(RuleBroken, match="Вы не в команде этой семьи"):
        mark_measure(speech, by=centre.stranger, status=MeasureStatus.IN_WORK)


def test_a_draft_is_not_marked_nor_an_approved_correction_while_the_old_version_acts(council: Council):
    curator = council.centre.curator
    first = make_acting(council)
    second = correct(first.programme, by=curator, reason=TEXT)

    with pytest.raises(RuleBroken) as refusal:
        mark_measure(second.measures[0], by=curator, status=MeasureStatus.IN_WORK)
    assert refusal.value.sentence == ("Отмечать выполнение можно в утверждённой программе, а версия\u00a02 – черновик.")
    submit(second, by=curator, body=council.body)
    make_decision(council, second)
    with pytest.raises(RuleBroken, match="Сейчас действует версия 1: отметьте мероприятие в ней"):
        mark_measure(second.measures[0], by=curator, status=MeasureStatus.IN_WORK)


@pytest.mark.parametrize(
    ("mark", "field", "sentence"),
    [
        ({"status": MeasureStatus.DONE}, "done_at", "Укажите, какого числа мероприятие выполнено."),
        (
            {"status": MeasureStatus.DONE, "done_at": DAY + dt.timedelta(days=1)},
            "done_at",
            "19.02.2026 ещё не наступило. Проверьте дату.",
        ),
        (
            {"status": MeasureStatus.NOT_DONE},
            "not_done_reason",
            "Напишите, почему мероприятие не выполнено: это войдёт в отчёт.",
        ),
        (
            {"status": MeasureStatus.CANCELLED, "reason": " "},
            "not_done_reason",
            "Напишите, почему мероприятие не выполнено: это войдёт в отчёт.",
        ),
    ],
)
def test_a_mark_says_when_or_why(council: Council, mark: dict, field: str, sentence: str):
    measure = make_acting(council).measures[0]

    with pytest.raises(RuleBroken) as refusal:
        mark_measure(measure, by=council.centre.curator, **mark)

    assert (refusal.value.field, refusal.value.sentence) == (field, sentence)
    assert measure.status is MeasureStatus.PLANNED


# ---- the end -------------------------------------------------------------------------------------------


def test_an_acting_version_is_completed_or_terminated_with_a_reason(council: Council):
    version = make_acting(council)
    with pytest.raises(RuleBroken, match="Напишите, почему программа прекращена"):
        terminate(version, by=council.centre.head, reason="")

    complete(version, by=council.centre.curator, on=DAY)

    assert (version.status, version.ended_at) == (VersionStatus.COMPLETED, DAY)
    with pytest.raises(RuleBroken, match="Закончить можно действующую программу"):
        terminate(version, by=council.centre.head, reason="Семья уехала")


def test_the_whole_way_is_in_the_journal(council: Council):
    version = make_acting(council)

    verbs = council.session.scalars(
        select(JournalRow.verb)
        .where(
            JournalRow.table_name == "programme_version",
            JournalRow.record_id == version.id,
            JournalRow.verb.like("programme.%"),
        )
        .order_by(JournalRow.id)
    ).all()
    assert verbs == ["programme.create", "programme.submit", "programme.approve", "programme.put_in_force"]


def _other_case(council: Council) -> FamilyCase:
    return make_case(council.session, council.centre.head)
