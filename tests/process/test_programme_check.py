"""The check of a programme before it is sent: errors and warnings, each at its place."""

from __future__ import annotations

import datetime as dt

import pytest

from app.assessment.lists import Domain
from app.assessment.models import Problem
from app.cases.help import HelpKind
from app.process.programme_check import check
from app.programmes.measures import missing
from app.programmes.models import ProgrammeVersion, VersionStatus
from tests.process import facts
from tests.process.conftest import Centres
from tests.process.facts import FACTS, World


def draft(world: World) -> ProgrammeVersion:
    """Return a draft with one measure that lacks nothing, for every kind of help at once or none."""
    version = facts.version(world)
    world.session.refresh(version)
    return version


def told(version: ProgrammeVersion) -> list[tuple[bool, str]]:
    """Return what is said about the version, and whether it stops."""
    return [(one.stops, one.text) for one in check(version)]


def test_a_goal_without_a_measure_stops(centres: Centres) -> None:
    with centres.world("rostov", "s2") as world:
        version = draft(world)
        world.session.delete(version.measures[0])
        world.session.flush()
        world.session.refresh(version)
        assert told(version) == [(True, "В программе есть цель, а мероприятий нет: добавьте хотя бы одно.")]


def test_S000_8a_a_measure_without_executor_term_or_problem_stops_at_its_place(centres: Centres) -> None:
    with centres.world("rostov", "s2") as world:
        version = draft(world)
        measure = version.measures[0]
        measure.executor_type = measure.due = measure.problem = None
        stopping = [one for one in check(version) if one.stops]
        assert [(one.text, one.measure) for one in stopping] == [
            ("У мероприятия «Подвоз» нет исполнителя.", measure),
            ("У мероприятия «Подвоз» нет срока.", measure),
            ("У мероприятия «Подвоз» нет проблемы, которую оно решает.", measure),
        ]
        assert missing(version) == [one.text for one in stopping]


@pytest.mark.rows("S003-1.3-d")
def test_S002_1_5_b_a_programme_rests_on_a_problem_and_leaves_none_alone(centres: Centres) -> None:
    with centres.world("mishkino", "s2") as world:
        version = draft(world)
        rests = (False, "Программа не опирается ни на одну выявленную проблему семьи.")
        assert rests in told(version)
        FACTS["has_problems"](world)
        assert rests in told(version)
        debts = world.add(
            Problem(case=world.case, text="Долги за свет", domain=Domain.ECONOMIC, opened_at=world.case.opened_at)
        )
        version.measures[0].problem_id = debts.id
        texts = [text for _, text in told(version)]
        assert "С проблемой «Нет подвоза до школы» никто не работает." in texts
        assert "С проблемой «Долги за свет» никто не работает." not in texts
        assert rests[1] not in texts


def test_S001_3_1_c_kinds_of_help_without_a_measure_are_flagged(centres: Centres) -> None:
    with centres.world("sudogda", "programme") as world:
        version = draft(world)
        flagged = "Нет мероприятий по видам помощи: социальная, медицинская, педагогическая, психологическая, правовая."
        assert (False, flagged) in told(version)
        version.measures[0].help_kind = HelpKind.SOCIAL
        assert (False, flagged.replace("социальная, ", "")) in told(version)


def test_a_term_past_the_end_of_the_agreement_is_warned_of(centres: Centres) -> None:
    with centres.world("sudogda", "programme") as world:
        FACTS["has_agreement"](world)
        version = draft(world)
        until = world.case.agreements[0].valid_to if world.case.agreements else version.valid_to
        assert not any("позже" in text for _, text in told(version))
        late = until + dt.timedelta(days=1)
        version.measures[0].due = late
        version.valid_to = late
        assert [(stops, text) for stops, text in told(version) if "позже" in text] == [
            (False, f"Программа заканчивается позже, чем договор: {until:%d.%m.%Y}."),
            (False, f"Срок мероприятия «Подвоз» позже, чем заканчивается договор: {until:%d.%m.%Y}."),
        ]


def test_a_term_outside_the_programme_is_warned_of(centres: Centres) -> None:
    with centres.world("sudogda", "programme") as world:
        version = draft(world)
        version.measures[0].due = version.valid_from - dt.timedelta(days=1)
        assert (False, "Срок мероприятия «Подвоз» вне срока программы.") in told(version)


def test_a_programme_of_a_recognised_family_names_the_individual_one(centres: Centres) -> None:
    with centres.world("mishkino", "s2") as world:
        version = draft(world)
        lacking = (False, "Не указаны номер и дата ИППСУ.")
        assert lacking not in told(version)
        FACTS["recognition_positive"](world)
        assert lacking in told(version)
        version.ippsu_number, version.ippsu_date = "7", world.case.opened_at
        assert lacking not in told(version)


def test_what_is_sent_is_not_checked_any_more(centres: Centres) -> None:
    with centres.world("sudogda", "programme") as world:
        version = draft(world)
        version.status = VersionStatus.SUBMITTED
        assert check(version) == []
