"""Starting a programme, drafting its measures, and who may."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.base import RuleBroken
from app.cases.models import Direction
from app.cases.rules import leave_team, refuse_case
from app.journal.models import JournalRow
from app.programmes.models import (
    ExecutorType,
    Measure,
    MeasureStatus,
    Programme,
    ProgrammeVersion,
    VersionKind,
    VersionStatus,
)
from app.programmes.rules import (
    add_measure,
    agree_with_family,
    change_draft,
    change_measure,
    remove_measure,
    start_programme,
    submit,
)
from tests.make import DAY, make_case, mother_of
from tests.meetings.make import Council
from tests.programmes.make import Centre, make_draft, make_measure

YEAR_END = dt.date(2026, 12, 31)


def start(centre: Centre, **more: object) -> ProgrammeVersion:
    values = {"by": centre.curator, "goal": "Говорить фразами", "valid_from": DAY, "valid_to": YEAR_END, **more}
    return start_programme(centre.session, centre.case, **values)


def test_a_curator_starts_the_programme_of_a_case_as_a_numbered_draft(centre: Centre):
    version = start(centre, tasks="Найти логопеда")

    assert (version.status, version.kind, version.version_no) == (VersionStatus.DRAFT, VersionKind.FIRST, 1)
    assert (version.goal, version.tasks) == ("Говорить фразами", "Найти логопеда")
    assert version.programme.number == "001/2026"
    assert version.programme.case is centre.case
    assert version.service_unit_id == centre.unit.id
    assert str(version) == "Программа №\u00a0001/2026, версия\u00a01"


def test_every_step_of_drafting_is_in_the_journal(centre: Centre):
    version = start(centre)
    measure = add_measure(version, by=centre.curator, title="Подвоз")
    change_measure(measure, by=centre.curator, volume="5 раз в неделю")
    remove_measure(measure, by=centre.curator)

    verbs = centre.session.scalars(
        select(JournalRow.verb).where(JournalRow.actor == centre.curator.name).order_by(JournalRow.id)
    ).all()
    assert verbs == ["programme.create", "measure.add", "measure.change", "measure.remove"]


def test_a_case_has_one_programme(centre: Centre):
    start(centre)

    with pytest.raises(RuleBroken) as refusal:
        start(centre)

    assert refusal.value.sentence == "У семьи уже есть программа №\u00a0001/2026: откройте её."
    assert len(centre.session.scalars(select(Programme)).all()) == 1


def test_an_ended_case_gets_no_programme(centre: Centre):
    case = make_case(centre.session, centre.head)
    refuse_case(case, by=centre.head, reason="Семья отказалась")

    with pytest.raises(RuleBroken, match="закончено, программу для него не составляют"):
        start_programme(centre.session, case, by=centre.head, goal="Цель", valid_from=DAY, valid_to=YEAR_END)


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"goal": "  "}, "goal", "Напишите цель программы."),
        ({"valid_from": None}, "valid_from", "Укажите, с какого дня рассчитана программа."),
        ({"valid_to": None}, "valid_to", "Укажите, по какой день рассчитана программа."),
        (
            {"valid_to": dt.date(2026, 2, 17)},
            "valid_to",
            "Программа заканчивается раньше, чем начинается. Поменяйте одну из дат.",
        ),
    ],
)
def test_a_programme_needs_a_goal_and_a_term(centre: Centre, values: dict, field: str, sentence: str):
    with pytest.raises(RuleBroken) as refusal:
        start(centre, **values)

    assert (refusal.value.field, refusal.value.sentence) == (field, sentence)


def test_another_curator_does_not_start_it(centre: Centre):
    with pytest.raises(RuleBroken) as refusal:
        start(centre, by=centre.stranger)

    assert refusal.value.sentence == "Это делает куратор семьи или руководитель службы. Попросите кого-то из них."


def test_a_value_that_is_no_content_is_a_mistake_of_the_caller(centre: Centre):
    with pytest.raises(TypeError, match="status"):
        start(centre, status=VersionStatus.APPROVED)
    version = start(centre)
    with pytest.raises(TypeError, match="status"):
        add_measure(version, by=centre.head, title="Подвоз", status=MeasureStatus.DONE)


# ---- measures ------------------------------------------------------------------------------------------


def test_measures_are_numbered_and_each_gets_a_lineage(centre: Centre):
    version = make_draft(centre, "Логопед", "Подвоз")

    assert [(measure.no, measure.title, measure.status) for measure in version.measures] == [
        (1, "Логопед", MeasureStatus.PLANNED),
        (2, "Подвоз", MeasureStatus.PLANNED),
    ]
    assert len({measure.lineage_id for measure in version.measures}) == 2
    assert {measure.lineage.case_id for measure in version.measures} == {centre.case.id}
    assert [str(measure.lineage) for measure in version.measures] == ["Логопед", "Подвоз"]


def test_removing_a_measure_closes_up_the_numbers(centre: Centre):
    version = make_draft(centre, "Логопед", "Подвоз", "Ходунки")

    remove_measure(version.measures[0], by=centre.curator)

    assert [(measure.no, measure.title) for measure in version.measures] == [(1, "Подвоз"), (2, "Ходунки")]


def test_a_measure_needs_a_title_and_a_term_that_runs_forward(centre: Centre):
    version = make_draft(centre)

    with pytest.raises(RuleBroken, match="Напишите, что за мероприятие") as refusal:
        add_measure(version, by=centre.curator, title=" ")
    assert refusal.value.field == "title"
    with pytest.raises(RuleBroken, match="Срок раньше начала") as refusal:
        change_measure(version.measures[0], by=centre.curator, starts=dt.date(2026, 7, 1))
    assert refusal.value.field == "due"


def test_a_specialist_adds_and_changes_measures_of_the_own_direction(centre: Centre):
    version = make_draft(centre)

    measure = add_measure(version, by=centre.psychologist, title="Беседы с матерью", direction=Direction.PSYCHOLOGICAL)
    change_measure(measure, by=centre.psychologist, volume="10 встреч")

    assert (measure.no, measure.volume) == (2, "10 встреч")


def test_a_specialist_does_not_touch_other_directions(centre: Centre):
    version = make_draft(centre)
    own = add_measure(version, by=centre.psychologist, title="Беседы", direction=Direction.PSYCHOLOGICAL)
    foreign = version.measures[0]
    sentence = "Вы ведёте только мероприятия своего направления: социально-психологические."

    for forbidden in (
        lambda: add_measure(version, by=centre.psychologist, title="Массаж", direction=Direction.MEDICAL),
        lambda: add_measure(version, by=centre.psychologist, title="Без направления"),
        lambda: change_measure(foreign, by=centre.psychologist, title="Моё"),
        lambda: change_measure(foreign, by=centre.psychologist, direction=Direction.PSYCHOLOGICAL),
        lambda: change_measure(own, by=centre.psychologist, direction=Direction.MEDICAL),
        lambda: remove_measure(foreign, by=centre.psychologist),
    ):
        with pytest.raises(RuleBroken) as refusal:
            forbidden()
        assert (refusal.value.sentence, refusal.value.field) == (sentence, "direction")
    assert [measure.title for measure in version.measures] == ["Занятия с логопедом", "Беседы"]


def test_somebody_outside_the_team_changes_no_measure(centre: Centre):
    version = make_draft(centre)

    with pytest.raises(RuleBroken, match="Вы не в команде этой семьи"):
        add_measure(version, by=centre.stranger, title="Подвоз", direction=Direction.HOUSEHOLD)


def test_a_specialist_who_left_the_team_changes_no_measure(centre: Centre):
    version = make_draft(centre)
    (seat,) = centre.case.team
    leave_team(seat, by=centre.head, on=DAY - dt.timedelta(days=1))

    with pytest.raises(RuleBroken, match="Вы не в команде этой семьи"):
        add_measure(version, by=centre.psychologist, title="Беседы", direction=Direction.PSYCHOLOGICAL)


def test_a_specialist_neither_submits_nor_edits_the_goal(council: Council):
    centre = council.centre
    version = make_draft(centre)

    for forbidden in (
        lambda: submit(version, by=centre.psychologist, body=council.body),
        lambda: change_draft(version, by=centre.psychologist, goal="Своя цель"),
        lambda: agree_with_family(version, by=centre.psychologist),
    ):
        with pytest.raises(RuleBroken, match="Это делает куратор семьи или руководитель службы"):
            forbidden()


# ---- the family's agreement ----------------------------------------------------------------------------


def test_the_family_agrees_and_who_signed_is_kept(centre: Centre):
    version = make_draft(centre)
    mother = mother_of(centre.case.family)

    agree_with_family(version, by=centre.curator, person=mother, how="подпись на бумаге", on=DAY)

    assert version.status is VersionStatus.AGREED
    assert (version.family_agreed_at, version.family_agreed_by, version.family_agreed_how) == (
        DAY,
        mother,
        "подпись на бумаге",
    )


def test_a_change_after_the_family_agreed_asks_for_its_agreement_again(centre: Centre):
    version = agree_with_family(make_draft(centre), by=centre.curator, how="подпись на бумаге")

    make_measure(centre, version, "Подвоз")

    assert version.status is VersionStatus.DRAFT
    assert (version.family_agreed_at, version.family_agreed_how) == (None, None)


def test_the_family_agrees_once_to_something_on_a_day_that_has_come(centre: Centre):
    empty = start(centre)
    with pytest.raises(RuleBroken, match="Согласовывать пока нечего"):
        agree_with_family(empty, by=centre.curator)
    make_measure(centre, empty)
    with pytest.raises(RuleBroken, match=r"19\.02\.2026 ещё не наступило"):
        agree_with_family(empty, by=centre.curator, on=DAY + dt.timedelta(days=1))
    agree_with_family(empty, by=centre.curator)
    with pytest.raises(RuleBroken, match="Согласие семьи уже записано"):
        agree_with_family(empty, by=centre.curator)


# ---- submission ----------------------------------------------------------------------------------------


def test_a_curator_submits_a_complete_draft_to_a_body(council: Council):
    version = make_draft(council.centre)

    submit(version, by=council.centre.curator, body=council.body)

    assert version.status is VersionStatus.SUBMITTED
    assert (version.body, version.submitted_by_id) == (council.body, council.centre.curator.staff_id)
    assert version.submitted_at is not None


def test_submit_without_measures_is_refused(council: Council):
    version = start(council.centre)

    with pytest.raises(RuleBroken) as refusal:
        submit(version, by=council.centre.curator, body=council.body)

    assert refusal.value.sentence == "Программа не отправлена. В программе нет мероприятий: добавьте хотя бы одно."
    assert version.status is VersionStatus.DRAFT


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"executor_type": None}, "У мероприятия «Подвоз» нет исполнителя."),
        ({"executor_id": None}, "У мероприятия «Подвоз» нет исполнителя."),
        ({"executor_type": ExecutorType.ORGANISATION}, "У мероприятия «Подвоз» нет исполнителя."),
        ({"due": None}, "У мероприятия «Подвоз» нет срока."),
    ],
)
def test_a_measure_without_executor_or_date_is_not_submitted(council: Council, values: dict, sentence: str):
    version = make_draft(council.centre)
    make_measure(council.centre, version, "Подвоз", **values)

    with pytest.raises(RuleBroken) as refusal:
        submit(version, by=council.centre.curator, body=council.body)

    assert refusal.value.sentence == f"Программа не отправлена. {sentence}"


def test_a_version_is_submitted_once(council: Council):
    version = submit(make_draft(council.centre), by=council.centre.curator, body=council.body)

    with pytest.raises(RuleBroken, match="Версия 1 уже на рассмотрении"):
        submit(version, by=council.centre.curator, body=council.body)


def test_a_body_that_decides_other_things_gets_no_programme(council: Council):
    council.body.decides = ["continue", "terminate"]

    with pytest.raises(RuleBroken, match="программы не утверждает") as refusal:
        submit(make_draft(council.centre), by=council.centre.curator, body=council.body)

    assert refusal.value.field == "body_id"


def test_a_submitted_version_is_not_edited(council: Council):
    version = make_draft(council.centre)
    measure = version.measures[0]
    submit(version, by=council.centre.curator, body=council.body)
    centre = council.centre

    for forbidden in (
        lambda: add_measure(version, by=centre.curator, title="Подвоз"),
        lambda: change_measure(measure, by=centre.curator, title="Подвоз"),
        lambda: remove_measure(measure, by=centre.curator),
        lambda: change_draft(version, by=centre.curator, goal="Другая"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            forbidden()
        assert (
            refusal.value.sentence == "Версия 1 на рассмотрении, изменить её нельзя. Отзовите её, если нужно поправить."
        )
    assert [each.title for each in centre.session.scalars(select(Measure))] == ["Занятия с логопедом"]


def test_the_goal_of_a_draft_is_changed(centre: Centre):
    version = make_draft(centre)

    change_draft(version, by=centre.curator, goal="Читать", valid_to=dt.date(2027, 1, 31))

    assert (version.goal, version.valid_to) == ("Читать", dt.date(2027, 1, 31))
    with pytest.raises(RuleBroken, match="Напишите цель программы"):
        change_draft(version, by=centre.curator, goal="")
