"""What changed between two versions, matched by lineage."""

from __future__ import annotations

import datetime as dt

from app.cases.models import Direction
from app.organisation.models import StaffMember
from app.programmes.difference import (
    Change,
    FieldChange,
    MeasureChange,
    content_difference,
    difference,
    executor_of,
    summary,
)
from app.programmes.models import ExecutorType, Measure, Periodicity, ProgrammeVersion


def measure(lineage: int, no: int, title: str, **values: object) -> Measure:
    return Measure(lineage_id=lineage, no=no, title=title, **values)


def test_measures_are_matched_by_lineage_and_told_as_added_removed_changed_and_same():
    speech = measure(1, 1, "Занятия с логопедом", periodicity=Periodicity.WEEKLY)
    library = measure(2, 2, "Мобильная библиотека")
    walker = measure(3, 3, "Прокат ходунков")
    old = ProgrammeVersion(measures=[speech, library, walker])
    more_speech = measure(1, 1, "Занятия с логопедом", periodicity=Periodicity.BY_SCHEDULE, due=dt.date(2026, 6, 30))
    ride = measure(4, 2, "Подвоз до школы")
    same_walker = measure(3, 3, "Прокат ходунков")
    new = ProgrammeVersion(measures=[more_speech, ride, same_walker])

    assert difference(old, new) == [
        MeasureChange(
            Change.CHANGED,
            1,
            "Занятия с логопедом",
            speech,
            more_speech,
            (
                FieldChange("periodicity", "Периодичность", "еженедельно", "по графику"),
                FieldChange("due", "Срок", None, "30.06.2026"),
            ),
        ),
        MeasureChange(Change.REMOVED, 2, "Мобильная библиотека", library, None),
        MeasureChange(Change.ADDED, 4, "Подвоз до школы", None, ride),
        MeasureChange(Change.SAME, 3, "Прокат ходунков", walker, same_walker),
    ]


def test_a_change_of_executor_is_one_change_whatever_columns_it_touches():
    curator = StaffMember(last_name="Работкина", first_name="Анна", name="Работкина Анна")
    old = ProgrammeVersion(
        measures=[measure(1, 1, "Подвоз", executor_type=ExecutorType.SPECIALIST, executor=curator, executor_id=7)]
    )
    new = ProgrammeVersion(measures=[measure(1, 1, "Подвоз", executor_type=ExecutorType.FAMILY)])

    (change,) = difference(old, new)

    assert change.fields == (FieldChange("executor", "Исполнитель", str(curator), "семья"),)


def test_an_executor_is_named_only_when_somebody_is_chosen():
    assert executor_of(Measure()) is None
    assert executor_of(Measure(executor_type=ExecutorType.ORGANISATION)) is None
    assert executor_of(Measure(executor_type=ExecutorType.FAMILY)) == "семья"
    assert executor_of(Measure(executor_type=ExecutorType.VOLUNTEER, executor_name="Добров")) == "Добров"


def test_two_versions_without_a_difference_differ_in_nothing():
    def version() -> ProgrammeVersion:
        return ProgrammeVersion(goal="Говорить", measures=[measure(1, 1, "Подвоз", direction=Direction.HOUSEHOLD)])

    old, new = version(), version()

    assert [change.kind for change in difference(old, new)] == [Change.SAME]
    assert content_difference(old, new) == []
    assert summary(difference(old, new), content_difference(old, new)) == "Без изменений."


def test_an_empty_text_and_no_text_are_the_same():
    old = ProgrammeVersion(goal="Говорить", tasks="", measures=[])
    new = ProgrammeVersion(goal="Говорить", tasks=None, measures=[])

    assert content_difference(old, new) == []


def test_the_summary_tells_the_changes_in_words():
    old = ProgrammeVersion(goal="Говорить", measures=[measure(1, 1, "Логопед"), measure(2, 2, "Библиотека")])
    new = ProgrammeVersion(goal="Читать", measures=[measure(1, 1, "Логопед", volume="2 раза"), measure(3, 2, "Подвоз")])

    assert summary(difference(old, new), content_difference(old, new)).splitlines() == [
        "Добавлено: «Подвоз».",
        "Убрано: «Библиотека».",
        "Изменено: «Логопед» (объём).",
        "Изменено в программе: цель.",
    ]
