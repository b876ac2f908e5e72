"""Whatever the order in which people press the buttons, what must never happen does not happen.

A machine calls the rules of programmes and meetings in any order with any people; a refusal is an ordinary answer.
After every step the invariants are read back from the database.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from random import Random
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.acting import Actor, acting, clock_at
from app.base import RuleBroken
from app.cases.models import FamilyCase
from app.meetings.models import AgendaItem, Body, BodyMember, Decision, DecisionKind, Meeting, MeetingStatus
from app.meetings.rules import (
    add_to_agenda,
    came_to,
    cancel,
    candidates,
    close_agenda,
    decide,
    hold,
    plan_meeting,
    remove_from_agenda,
    sign,
)
from app.programmes.difference import CONTENT
from app.programmes.models import (
    ExecutorType,
    Measure,
    MeasureLineage,
    MeasureStatus,
    Programme,
    ProgrammeVersion,
    VersionStatus,
)
from app.programmes.rules import (
    add_measure,
    agree_with_family,
    change_measure,
    complete,
    correct,
    mark_measure,
    put_in_force,
    remove_measure,
    start_programme,
    submit,
    withdraw,
)
from app.programmes.succession import MEASURE_CONTENT
from tests.make import DAY, make_case
from tests.meetings.make import FRIDAY, council
from tests.programmes.make import DUE

V, M = VersionStatus, MeetingStatus
OPEN = {V.DRAFT, V.AGREED, V.SUBMITTED}
EVER_APPROVED = {V.APPROVED, V.IN_FORCE, V.SUPERSEDED, V.COMPLETED, V.TERMINATED}
Row = TypeVar("Row")
KINDS = (DecisionKind.APPROVE, DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.SEND_BACK)
STEPS: list[tuple[tuple[VersionStatus | MeetingStatus, ...], Callable[[Any, Random], None]]] = []


def button(*states: VersionStatus | MeetingStatus) -> Callable[[Callable[[Any, Random], None]], Any]:
    """Offer a step while some version or meeting is in one of *states*; the step may still pick another one."""

    def offer(step: Callable[[Any, Random], None]) -> Callable[[Any, Random], None]:
        STEPS.append((states, step))
        return step

    return offer


class Approval(RuleBasedStateMachine):
    """Two families, one body, and everybody pressing everything."""

    engine: ClassVar[Engine]
    people: ClassVar[dict[str, Actor]]
    reached: ClassVar[Counter[VersionStatus]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(clock_at(DAY))
        self.stack.enter_context(acting(self.people["head"]))
        connection = self.stack.enter_context(self.engine.connect())
        self.stack.callback(connection.begin().rollback)
        self.session = self.stack.enter_context(Session(connection, join_transaction_mode="create_savepoint"))
        self.body = self.session.scalars(select(Body)).one()
        self.states: set[VersionStatus | MeetingStatus] = set()
        self.pressed = 0
        self.frozen: dict[int, Any] = {}
        self.lineages: set[int] = set()

    def teardown(self) -> None:
        """Undo everything: the next run starts from the same database."""
        self.stack.close()

    # ---- helpers ---------------------------------------------------------------------------------------

    def all(self, model: type[Row]) -> list[Row]:
        return list(self.session.scalars(select(model).order_by(model.id)))

    def pick(self, found: Sequence[Row], chance: Random, likely: Callable[[Row], bool]) -> Row | None:
        """Pick one of *found*: mostly one on which the step may succeed, now and then any."""
        fitting = [row for row in found if likely(row)] if chance.random() < 0.85 else []
        pool = fitting or list(found)
        return chance.choice(pool) if pool else None

    def version(self, chance: Random, *states: VersionStatus) -> ProgrammeVersion:
        return self.pick(self.all(ProgrammeVersion), chance, lambda version: version.status in states)

    def meeting(self, chance: Random, *states: MeetingStatus) -> Meeting | None:
        return self.pick(self.all(Meeting), chance, lambda meeting: meeting.status in states)

    def press(self, call: Callable[..., object], record: object, **arguments: Any) -> None:
        """Call a rule as a request does: all of it or, when it refuses, nothing."""
        if record is None:
            return
        try:
            with self.session.begin_nested():
                call(record, **arguments)
        except RuleBroken as refusal:
            assert refusal.sentence.endswith(".")

    # ---- steps -----------------------------------------------------------------------------------------

    @initialize(due=st.sampled_from([DUE, None]))
    def draft(self, due: dt.date | None) -> None:
        """Both families have a draft; one may lack a date."""
        by = self.people["curator"]
        for case, date in zip(self.all(FamilyCase), (DUE, due), strict=True):
            version = start_programme(self.session, case, by=by, goal="Цель", valid_from=DAY, valid_to=DUE)
            add_measure(version, by=by, title="Первое", due=date, executor_type=ExecutorType.FAMILY)

    @rule(seed=st.integers(0, 2**32 - 1))
    def press_a_button(self, seed: int) -> None:
        """Press one button somebody may see now, chosen evenly: the rarer the state, the more it matters."""
        # Hypothesis likes to draw the same seed again; the count makes it another step.
        self.pressed += 1
        chance = Random(f"{seed} {self.pressed}")
        fitting = [step for states, step in STEPS if not states or not self.states.isdisjoint(states)]
        chance.choice(fitting)(self, chance)

    @button(V.DRAFT, V.AGREED)
    def add(self, chance: Random) -> None:
        values = {"title": f"Ещё {chance.random()}", "due": DUE, "executor_type": ExecutorType.FAMILY}
        self.press(add_measure, self.version(chance, V.DRAFT, V.AGREED), by=self.people["curator"], **values)

    @button(V.DRAFT, V.AGREED)
    def change(self, chance: Random) -> None:
        measure = self.pick(self.all(Measure), chance, lambda each: each.programme_version.status in OPEN)
        self.press(change_measure, measure, by=self.people["curator"], volume=str(chance.random()), due=DUE)

    @button(V.DRAFT, V.AGREED)
    def remove(self, chance: Random) -> None:
        measure = self.pick(self.all(Measure), chance, lambda each: each.programme_version.status is V.DRAFT)
        # An emptied programme is sent nowhere, so most runs keep one measure.
        if measure and (len(measure.programme_version.measures) > 1 or chance.random() < 0.1):
            self.press(remove_measure, measure, by=self.people["curator"])

    @button(V.DRAFT)
    def agree(self, chance: Random) -> None:
        self.press(agree_with_family, self.version(chance, V.DRAFT), by=self.people["curator"])

    @button(V.DRAFT, V.AGREED)
    def send(self, chance: Random) -> None:
        who = self.people[chance.choice(["curator", "curator", "chair"])]
        self.press(submit, self.version(chance, V.DRAFT, V.AGREED), by=who, body=self.body)

    @button(V.SUBMITTED)
    def take_back(self, chance: Random) -> None:
        if chance.random() < 0.5:
            self.press(withdraw, self.version(chance, V.SUBMITTED), by=self.people["curator"])

    @button()
    def plan(self, chance: Random) -> None:
        if len(self.all(Meeting)) < 6:
            plan_meeting(self.session, self.body, by=self.people["secretary"], planned_at=FRIDAY)

    @button(V.SUBMITTED)
    def put_on(self, chance: Random) -> None:
        meeting, version = self.meeting(chance, M.PLANNED), self.version(chance, V.SUBMITTED)
        self.press(add_to_agenda, meeting, version=version, by=self.people["secretary"])

    @button(M.PLANNED)
    def take_off(self, chance: Random) -> None:
        item = self.pick(self.all(AgendaItem), chance, lambda each: each.is_open)
        self.press(remove_from_agenda, item, by=self.people["secretary"])

    @button(M.PLANNED)
    def close(self, chance: Random) -> None:
        meeting = self.pick(self.all(Meeting), chance, lambda each: each.status is M.PLANNED and bool(each.items))
        self.press(close_agenda, meeting, by=self.people["secretary"])

    @button(M.AGENDA_CLOSED, M.HELD)
    def begin(self, chance: Random) -> None:
        came = self.all(BodyMember)[: chance.choice([5, 5, 3, 2])]
        self.press(hold, self.meeting(chance, M.AGENDA_CLOSED, M.HELD), present=came, by=self.people["secretary"])

    @button(M.HELD, M.PROTOCOL_DRAFT)
    def settle(self, chance: Random) -> None:
        item = self.pick(self.all(AgendaItem), chance, lambda each: each.meeting.status is M.HELD)
        if item is not None:
            kind, reason = chance.choice(KINDS), chance.choice(["Причина", "Причина", ""])
            votes = chance.choice([came_to(item.meeting), came_to(item.meeting), 4])
            self.press(decide, item, kind=kind, reason=reason, votes_for=votes, by=self.people["secretary"])

    @button(M.PROTOCOL_DRAFT)
    def put_name(self, chance: Random) -> None:
        who = self.people[chance.choice(["chair", "secretary", "chair", "secretary", "head"])]
        self.press(sign, self.meeting(chance, M.PROTOCOL_DRAFT), by=who)

    @button(M.PLANNED, M.AGENDA_CLOSED, M.HELD)
    def call_off(self, chance: Random) -> None:
        if chance.random() < 0.3:
            meeting = self.meeting(chance, M.PLANNED, M.AGENDA_CLOSED, M.HELD)
            self.press(cancel, meeting, by=self.people["secretary"], reason="Метель")

    @button(V.SUBMITTED)
    def convene(self, chance: Random) -> None:
        """A whole meeting at once, so that the machine gets far in few steps."""
        kind, names = chance.choice(KINDS), ("chair", "secretary")[: chance.choice([2, 2, 1, 0])]

        def meet(body: Body, *, by: Actor) -> None:
            meeting = plan_meeting(self.session, body, by=by, planned_at=FRIDAY)
            for version in candidates(self.session, body):
                add_to_agenda(meeting, version=version, by=by)
            close_agenda(meeting, by=by)
            hold(meeting, present=self.all(BodyMember), by=by)
            for item in meeting.items:
                decide(item, kind=kind, reason="Причина", votes_for=5, by=by)
            for name in names:
                sign(meeting, by=self.people[name])

        self.press(meet, self.body, by=self.people["secretary"])

    @button(V.APPROVED)
    def start(self, chance: Random) -> None:
        self.press(put_in_force, self.version(chance, V.APPROVED), by=self.people["curator"])

    @button(V.APPROVED, V.IN_FORCE)
    def amend(self, chance: Random) -> None:
        programme = self.pick(self.all(Programme), chance, lambda each: True)
        self.press(correct, programme, by=self.people["curator"], reason="Переезд")

    @button(V.APPROVED, V.IN_FORCE)
    def renew(self, chance: Random) -> None:
        """A correction sent at once, for the same reason as a meeting at once."""

        def both(programme: Programme, *, by: Actor) -> None:
            submit(correct(programme, by=by, reason="Переезд"), by=by, body=self.body)

        programme = self.pick(self.all(Programme), chance, lambda each: True)
        self.press(both, programme, by=self.people["curator"])

    @button(V.APPROVED, V.IN_FORCE)
    def mark(self, chance: Random) -> None:
        measure = self.pick(self.all(Measure), chance, lambda each: each.programme_version.status is V.IN_FORCE)
        self.press(mark_measure, measure, by=self.people["curator"], status=MeasureStatus.DONE, done_at=DAY)

    @button(V.IN_FORCE)
    def finish(self, chance: Random) -> None:
        if chance.random() < 0.1:
            self.press(complete, self.version(chance, V.IN_FORCE), by=self.people["curator"])

    # ---- what never happens ------------------------------------------------------------------------------

    @invariant()
    def versions_are_in_order(self) -> None:
        self.session.flush()
        self.session.expire_all()
        self.states = {row.status for model in (ProgrammeVersion, Meeting) for row in self.all(model)}
        for programme in self.all(Programme):
            states = [version.status for version in programme.versions]
            assert [version.version_no for version in programme.versions] == list(range(1, len(states) + 1))
            assert states.count(V.IN_FORCE) <= 1
            assert sum(state in OPEN for state in states) <= 1

    @invariant()
    def what_was_approved_has_a_signed_decision(self) -> None:
        for version in self.all(ProgrammeVersion):
            self.reached[version.status] += 1
            if version.status in EVER_APPROVED | {V.REJECTED}:
                decision = self.session.get_one(Decision, version.decision_id)
                wanted = DecisionKind.REJECT if version.status is V.REJECTED else DecisionKind.APPROVE
                meeting = decision.item.meeting
                assert (decision.kind, decision.item.programme_version_id) == (wanted, version.id)
                assert meeting.status is M.PROTOCOL_SIGNED
                assert meeting.chair_signed_at and meeting.secretary_signed_at

    @invariant()
    def a_rejected_version_has_a_reason_and_a_successor_on_its_lineages(self) -> None:
        versions = self.all(ProgrammeVersion)
        for version in versions:
            if version.status is V.REJECTED:
                assert version.decision_reason == "Причина"
                (clone,) = [each for each in versions if each.based_on_id == version.id]
                assert clone.version_no == version.version_no + 1

    @invariant()
    def content_is_frozen_once_submitted(self) -> None:
        for version in self.all(ProgrammeVersion):
            if version.status in {V.DRAFT, V.AGREED}:
                self.frozen.pop(version.id, None)
                continue
            content = (
                [getattr(version, name) for name in CONTENT],
                [(each.lineage_id, *(getattr(each, name) for name in MEASURE_CONTENT)) for each in version.measures],
            )
            assert self.frozen.setdefault(version.id, content) == content

    @invariant()
    def no_lineage_is_ever_lost(self) -> None:
        lineages = {lineage.id for lineage in self.all(MeasureLineage)}
        assert lineages >= self.lineages
        self.lineages = lineages

    @invariant()
    def agendas_and_protocols_are_whole(self) -> None:
        for meeting in self.all(Meeting):
            items = meeting.items
            assert [item.no for item in items] == sorted(item.no for item in items)
            is_over = meeting.status in (M.PROTOCOL_SIGNED, M.CANCELLED)
            assert all(item.is_open is not is_over for item in items)
            if not is_over:
                assert all(item.programme_version.status is V.SUBMITTED for item in items)
            if meeting.status in (M.PROTOCOL_DRAFT, M.PROTOCOL_SIGNED):
                assert came_to(meeting) >= meeting.quorum_needed
                for item in items:
                    votes = item.decision.votes_for + item.decision.votes_against + item.decision.votes_abstained
                    assert votes == came_to(meeting)


def run(engine: Engine, session: Session, examples: int, steps: int) -> Counter[VersionStatus]:
    """Prepare two families and a body once and let the machine press *examples* times *steps* buttons."""
    with council(session) as made:
        make_case(session, made.centre.head, curator=made.centre.staff(made.centre.curator))
        Approval.people = {
            "head": made.centre.head,
            "curator": made.centre.curator,
            "chair": made.chair,
            "secretary": made.secretary,
        }
        session.commit()
    Approval.engine, Approval.reached = engine, Counter()
    run_state_machine_as_test(
        Approval,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            # A failing run is shown as it was found: making it smaller takes minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Approval.reached


def test_in_any_order_nothing_is_approved_but_by_a_signed_decision(engine: Engine, session: Session):
    reached = run(engine, session, examples=6, steps=60)

    # The machine would prove nothing if it never got as far as a decision.
    assert {V.DRAFT, V.SUBMITTED, V.APPROVED} <= reached.keys()


@pytest.mark.proof
def test_in_thousands_of_steps_of_any_order_nothing_is_approved_but_by_a_signed_decision(
    engine: Engine, session: Session, found: Callable[[str, str], None]
):
    reached = run(engine, session, examples=60, steps=80)

    # How far a random walk gets depends on what else is loaded; that a version is superseded has tests of its own.
    assert {V.DRAFT, V.SUBMITTED, V.APPROVED, V.REJECTED, V.IN_FORCE} <= reached.keys()
    found("Что бы и в каком порядке ни нажимали, утверждено только подписанным протоколом", "60 раз по 80 нажатий")
